//! The binary: reads the command line, wires the contexts, starts.
//!
//! Exit 0: done. Exit 1: it ran, and something is not as it should be. Exit 2: it could not run. Nothing is
//! decided here; each command line lands in `engine`, `portal` or `seal`.

mod against;
mod args;
mod children;
mod confine;
mod contexts;
mod doctor;
#[cfg(test)]
mod documents;
mod erase;
mod init;
mod look;
mod measure_desk;
mod measure_lateness;
#[cfg(test)]
#[path = "../tests/story/printed.rs"]
mod printed;
mod reading;
mod rehearsal;
mod run;
mod serve;
mod show;
mod socket;
mod tools;

use std::process::ExitCode;

fn main() -> ExitCode {
    // A log that cannot be written must not stop what it tells of.
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .log_internal_errors(false)
        .with_target(false)
        .with_ansi(false)
        .with_max_level(tracing::Level::INFO)
        .init();
    // Whether somebody sets the clock is told from here on.
    let _ = engine::kernel::clock::moved();
    match args::read() {
        Ok(args) => match run::run(args) {
            // An answer that nobody could read is none.
            Ok(_) if show::is_lost() => ExitCode::from(2),
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(1),
            Err(error) => {
                show::error(&error);
                ExitCode::from(2)
            }
        },
        Err(code) => code,
    }
}
