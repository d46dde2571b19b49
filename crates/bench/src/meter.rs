//! Processor time of this process and of a database server beside it, from the kernel's account.

use std::fs;
use std::time::{Duration, Instant};

/// Measures from [`Meter::start`] on.
pub struct Meter {
    server: Option<u32>,
    begun: Instant,
    cpu_ns: u64,
}

/// What was spent.
#[derive(Clone, Copy, Debug)]
pub struct Spent {
    pub wall: Duration,
    /// Processor time, this process and the server together.
    pub cpu: Duration,
}

impl Meter {
    /// Begins; `server` is the number of the database server's first process, if it runs here.
    pub fn start(server: Option<u32>) -> Meter {
        let cpu_ns = total(server);
        let begun = Instant::now();
        Meter {
            server,
            begun,
            cpu_ns,
        }
    }

    /// Ends.
    pub fn stop(self) -> Spent {
        let wall = self.begun.elapsed();
        let cpu = Duration::from_nanos(total(self.server).saturating_sub(self.cpu_ns));
        Spent { wall, cpu }
    }
}

fn total(server: Option<u32>) -> u64 {
    let own = threads(std::process::id());
    own + server.map_or(0, |server| threads(server) + children(server))
}

/// Nanoseconds that the living threads of a process have run.
fn threads(pid: u32) -> u64 {
    let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return 0;
    };
    tasks
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok())
        .filter_map(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .sum()
}

fn children(parent: u32) -> u64 {
    let Ok(processes) = fs::read_dir("/proc") else {
        return 0;
    };
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| parent_of(*pid) == Some(parent))
        .map(threads)
        .sum()
}

/// The process that started a process; its name may hold spaces and brackets.
pub fn parent_of(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}
