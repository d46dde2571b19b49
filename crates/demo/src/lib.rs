//! The demonstration: eight invented cases, played with the commands that people use.
//!
//! Every name, number and address here is invented (docs/design/japanese-practice.md §4). The script gives
//! `occurred_at` in the past; what is decided by the clock uses the real one. It writes no event and no row of
//! its own, so `ledger verify` holds for the demonstration as for any house. Start reading at [`seed`];
//! [`script`] holds the stage, [`tables`] the forms of its texts, [`cast`] parties and members, the other
//! rooms one story each.

mod accounting;
mod cast;
mod gateway;
mod inside;
mod library;
mod resolver;
mod script;
mod tables;
mod unreachable;
mod worm;

use domain::value::Instant;
use serde::Serialize;

use engine::Fault;
use engine::kernel::house::House;
use script::Script;

/// What stands in the house after the seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seeded {
    /// Number, title in Japanese, title in English of what everybody may read.
    pub published: Vec<(String, String, String)>,
    /// Number of the advisory that publishes itself, and when.
    pub coming: (String, Instant),
    /// Number of the case under embargo, and its instant.
    pub embargoed: (String, Instant),
    /// Cases that the public never sees: the website, the product behind it, the exercise.
    pub hidden: usize,
}

/// Time from the first start to the release that can be watched.
const COMING_US: i64 = 5 * 60 * 1_000_000;
/// Time from the first start to the release that stays under embargo: 3 days and 4 hours.
const EMBARGO_US: i64 = (3 * 24 + 4) * 3_600 * 1_000_000;

/// Plays the cases into an empty house.
///
/// # Errors
/// A refusal or fault of the first command that did not pass; the log names it.
pub async fn seed(house: &House, now: Instant) -> Result<Seeded, Fault> {
    let mut script = Script::begin(house, now).await?;
    cast::enter(&mut script).await?;
    let mut published = Vec::new();
    published.push(resolver::play(&mut script).await?);
    published.push(unreachable::play(&mut script).await?);
    published.extend(accounting::play(&mut script).await?);
    published.push(worm::play(&mut script).await?);
    // Documents carry whole seconds; an embargo that ended a fraction later would make its own plan too early.
    let coming_at = Instant(now.0 + COMING_US).whole_seconds();
    let embargo_at = Instant(now.0 + EMBARGO_US).whole_seconds();
    let embargoed = gateway::play(&mut script, embargo_at).await?;
    let hidden = inside::play(&mut script).await?;
    let coming = library::play(&mut script, coming_at).await?;
    Ok(Seeded {
        published,
        coming: (coming, coming_at),
        embargoed: (embargoed, embargo_at),
        hidden,
    })
}
