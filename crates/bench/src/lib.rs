//! Measurements of the house's own parts, for `cargo xtask bench`; each prints lines `name=value`.
//!
//! Ours and the bare peer take turns in one process and one folder, and the middle of the rounds counts. It
//! writes records that say nothing, so it refuses any house that was not made with `init --replay`; whoever
//! asks makes a folder for it and throws it away. Goals are not known here: xtask compares.

mod bare;
mod ledger;
mod meter;
mod press;

use std::path::Path;

use engine::kernel::context::Contexts;
use engine::{Fault, House, Location};

/// Rounds when none are asked for.
const ROUNDS: u64 = 5;

/// Runs one measurement: `ledger-append`, `ledger-command`, `ledger-alone` or `press`, in `rounds` rounds (0: five).
/// `path` is the folder that `press` writes its trees into.
///
/// # Errors
/// If the name is unknown, the house is not one for trying, or what failed.
pub async fn run(
    dir: &Path,
    location: &Location,
    name: &str,
    rounds: u64,
    path: Option<&Path>,
) -> Result<(), Fault> {
    let rounds = if rounds == 0 { ROUNDS } else { rounds };
    let house = House::open(dir, location, Contexts::default()).await?;
    // Whatever is measured, a house that is not for trying refuses.
    house.blanks(&[])?;
    match name {
        "ledger-append" => Box::pin(ledger::append(house, location, rounds)).await,
        "ledger-command" => Box::pin(ledger::command(house, location, rounds)).await,
        "ledger-alone" => Box::pin(ledger::alone(house, location, rounds)).await,
        "press" => Box::pin(press::ready(&house, rounds, path)).await,
        _ => Err(Fault::Config(format!("no measurement is called {name}"))),
    }
}

/// The middle value.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
