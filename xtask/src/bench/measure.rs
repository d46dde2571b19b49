//! Processor time of a server, and the load wrk puts on it.

use crate::problem::{Context, Outcome, Problem};
use crate::run::descendants;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What one run of wrk saw, and what the server spent on it.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Microseconds of processor time a request.
    pub cpu_us: f64,
    /// Requests a second, as wrk saw them.
    pub rate: f64,
}

/// Returns the nanoseconds a process, its children and all their threads have run.
pub fn cpu_ns(pid: u32) -> u64 {
    descendants(pid)
        .iter()
        .flat_map(|(pid, _)| {
            fs::read_dir(format!("/proc/{pid}/task"))
                .into_iter()
                .flatten()
        })
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("schedstat")).ok())
        .filter_map(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .sum()
}

/// Returns the load of the last minute, to stand beside a figure.
pub fn load() -> String {
    fs::read_to_string("/proc/loadavg")
        .ok()
        .and_then(|text| text.split_whitespace().next().map(str::to_owned))
        .unwrap_or_default()
}

/// Returns the middle value.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Runs wrk on cpu 1 for some seconds against the server of that number; a script may name the paths.
pub fn wrk(
    pid: u32,
    url: &str,
    headers: &[(&str, &str)],
    seconds: u32,
    script: Option<&Path>,
) -> Outcome<Sample> {
    let mut command = Command::new("taskset");
    command.args(["-c", "1", "wrk", "-t1", "-c64", &format!("-d{seconds}s")]);
    for (name, value) in headers {
        command.args(["-H", &format!("{name}: {value}")]);
    }
    if let Some(script) = script {
        command.arg("-s").arg(script);
    }
    let before = cpu_ns(pid);
    let output = command.arg(url).output().context(|| "running wrk".into())?;
    let spent = cpu_ns(pid).saturating_sub(before);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let requests = requests(&text)
        .filter(|requests| *requests > 0.0)
        .ok_or_else(|| Problem::new(format!("wrk counted nothing at {url}:\n{text}")))?;
    if text.contains("Non-2xx") || text.contains("Socket errors") {
        return Err(Problem::new(format!("errors at {url}:\n{text}")));
    }
    let spent = u32::try_from(spent / 1000).context(|| "counting processor time".into())?;
    Ok(Sample {
        cpu_us: f64::from(spent) / requests,
        rate: requests / f64::from(seconds),
    })
}

/// Finds the number in `  123456 requests in 2.00s, 1.2GB read`.
fn requests(text: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.contains(" requests in "))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod checks {
    use super::{median, requests};

    #[test]
    fn wrk_and_the_middle_are_read_rightly() {
        assert_eq!(
            requests("Running\n  5120 requests in 2.00s, 1MB read\n"),
            Some(5120.0)
        );
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
    }
}
