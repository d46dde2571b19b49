//! Plans that a clock has put in doubt: it was set while they waited (docs/design/security.md §2.21).
//!
//! A clock that is set ahead would release early, one that is set back late, and which of the two is right no program
//! knows. So a plan that waited when it happened goes no more by itself: it is taken back, made anew under a clock that
//! persons have looked at, and approved anew by as many as it needs. What is in doubt outlives the process; it stands in
//! working state, which whoever owns the database can change. Until the program is started anew, clocks end nothing either.
//! Slow corrections and a machine that sleeps are no such thing; a virtual machine that was paused and whose clock is then
//! put right is one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::publication::Plan;
use domain::react::IntentKind;
use domain::value::AdvisoryId;

use crate::Fault;
use crate::kernel::clock::{self, Passed};
use crate::kernel::house::House;
use crate::publication::release::CLOCK_SPREAD_MAX_US;

/// Code of a clock that was set while a plan waited.
pub const CLOCK_SET: &str = "release.clock_set";
/// Row of `meta` with the plans in doubt: advisory and instant of making, a line each.
const DOUBTS: &str = "clock-doubts";

/// What is known of the clock, and of the plans that it has put in doubt.
#[derive(Debug, Default)]
struct Known(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// How far the clock had moved when it was last looked at, µs.
    moved: i64,
    /// Since when it is known that it was set.
    since: Option<Passed>,
    /// The plans in doubt, once they were read: this process alone writes them.
    doubts: Option<Vec<String>>,
}

impl Known {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// That the clock was set since the program was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockSet {
    /// When it was noticed, by a clock that nobody sets.
    pub since: Passed,
}

impl House {
    /// Puts the plans that wait in doubt, if somebody has set the clock by more than two seconds since it was last asked.
    ///
    /// # Errors
    /// Faults of the store; it is asked again then.
    pub(crate) async fn look_at_clock(&self) -> Result<(), Fault> {
        let known = self.kept.of::<Known>();
        let moved = clock::moved();
        let by = moved - known.lock().moved;
        if by.abs() <= CLOCK_SPREAD_MAX_US {
            return Ok(());
        }
        let waiting = self
            .store
            .intents_about(store::Viewer::House, IntentKind::Release)
            .await?;
        let mut doubts = Vec::new();
        for (stream, _) in waiting {
            let advisory = AdvisoryId(stream.0);
            match self.waiting_plan(advisory).await {
                Ok(Some((_, plan))) => doubts.push(doubt(advisory, &plan)),
                Ok(None) => {}
                // One that cannot be read cannot be released either, and keeps no other from being put in doubt.
                Err(error) => {
                    tracing::error!(code = error.code(), "a plan that waits cannot be read")
                }
            }
        }
        // Those of before stay: their plans may have been replaced by others, and then say nothing any more.
        doubts.extend(self.doubts().await?);
        doubts.sort_unstable();
        doubts.dedup();
        self.store
            .set_meta(DOUBTS, doubts.join("\n").as_bytes())
            .await?;
        tracing::error!(
            code = CLOCK_SET,
            by_ms = by / 1000,
            "somebody or something set the clock: plans that wait are held until they are made and approved anew"
        );
        let mut known = known.lock();
        known.moved = moved;
        known.since.get_or_insert_with(Passed::now);
        known.doubts = Some(doubts);
        Ok(())
    }

    /// Whether the clock was set since the program was started.
    #[must_use]
    pub fn clock_was_set(&self) -> Option<ClockSet> {
        let known = self.kept.of::<Known>();
        known.lock().since.map(|since| ClockSet { since })
    }

    /// Whether the clock was set while a plan waited.
    ///
    /// # Errors
    /// Faults of the store.
    pub(crate) async fn is_in_doubt(
        &self,
        advisory: AdvisoryId,
        plan: &Plan,
    ) -> Result<bool, Fault> {
        Ok(self.doubts().await?.contains(&doubt(advisory, plan)))
    }

    async fn doubts(&self) -> Result<Vec<String>, Fault> {
        let known = self.kept.of::<Known>();
        if let Some(doubts) = known.lock().doubts.clone() {
            return Ok(doubts);
        }
        let kept = self.store.meta(DOUBTS).await?.unwrap_or_default();
        let text = String::from_utf8(kept).map_err(|_| Fault::Form(DOUBTS))?;
        let doubts: Vec<String> = text.lines().map(str::to_owned).collect();
        Ok(known.lock().doubts.get_or_insert(doubts).clone())
    }
}

fn doubt(advisory: AdvisoryId, plan: &Plan) -> String {
    format!("{} {}", advisory.0, plan.made.0)
}
