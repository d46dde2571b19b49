//! A program run to its end: wall clock, processor time and memory, its children included.
//!
//! The kernel books the processor time of whoever was waited for on us; memory is
//! looked up while the program lives, each process at its own highest.

use crate::problem::{Context, Outcome, Problem};
use crate::run::{LONG, Log, descendants};
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// How often the program is asked whether it has ended.
const GLANCE: Duration = Duration::from_millis(5);
/// How often memory is looked up; the whole of /proc is read for it.
const MEMORY: Duration = Duration::from_millis(100);
/// The kernel's unit of /proc/PID/stat, the same on all machines we run on.
const TICKS_A_SECOND: f64 = 100.0;

/// What one run took.
#[derive(Debug, Clone, Copy)]
pub struct Spent {
    /// Seconds by the clock.
    pub wall: f64,
    /// Seconds of processor time, children included.
    pub cpu: f64,
    /// The highest memory of each process, added up, in MB of a million bytes.
    pub peak_mb: f64,
}

/// Runs a command to its end, output into the log; fails unless it succeeds.
pub fn watch(log: &Log, command: &mut Command) -> Outcome<Spent> {
    let before = ended_children()?;
    let begun = Instant::now();
    let mut running = log.start(command)?;
    let mut peaks: BTreeMap<u32, f64> = BTreeMap::new();
    let mut looked: Option<Instant> = None;
    let status = loop {
        if let Some(status) = running.ended()? {
            break status;
        }
        if begun.elapsed() > LONG {
            return Err(Problem::new(format!(
                "not done after {} s:\n{}",
                LONG.as_secs(),
                log.tail()
            )));
        }
        if looked.is_none_or(|at| at.elapsed() >= MEMORY) {
            looked = Some(Instant::now());
            // A process shares its parent's memory until it becomes its own program,
            // so the last look at each counts; its own peak only grows.
            for (pid, _) in descendants(running.pid()) {
                if let Some(peak) = memory_mb(pid, "VmHWM:") {
                    peaks.insert(pid, peak);
                }
            }
        }
        thread::sleep(GLANCE);
    };
    let wall = begun.elapsed().as_secs_f64();
    let cpu = ended_children()? - before;
    if !status.success() {
        return Err(Problem::new(format!(
            "it ended with {status}:\n{}",
            log.tail()
        )));
    }
    let peak_mb = peaks.values().sum();
    Ok(Spent { wall, cpu, peak_mb })
}

/// Returns what a process and all below it hold in memory now.
pub fn resident_mb(pid: u32) -> f64 {
    descendants(pid)
        .iter()
        .filter_map(|(pid, _)| memory_mb(*pid, "VmRSS:"))
        .sum()
}

fn memory_mb(pid: u32, field: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}

/// Seconds of processor time of all children that have ended and were waited for.
fn ended_children() -> Outcome<f64> {
    let stat =
        fs::read_to_string("/proc/self/stat").context(|| "reading /proc/self/stat".into())?;
    children_of(&stat).ok_or_else(|| Problem::new("/proc/self/stat has an unknown form"))
}

/// Reads cutime and cstime, the 16th and 17th field.
fn children_of(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(13);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS_A_SECOND)
}

#[cfg(test)]
mod checks {
    use super::children_of;

    #[test]
    fn the_time_of_ended_children_is_read() {
        let stat = "7 (a b) c) R 1 7 7 0 -1 0 1 2 3 4 50 60 130 20 20 0 1 0 9";
        let found = children_of(stat);
        assert!(found.is_some_and(|s| (s - 1.5).abs() < f64::EPSILON));
        assert_eq!(children_of("7 (x) R 1"), None);
    }
}
