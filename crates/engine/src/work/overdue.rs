//! Releases whose instant has passed while nothing of them is out. Why one does not go is told by its plan's page.

use domain::aggregate::Aggregate;
use domain::react::IntentKind;
use domain::value::Instant;

use crate::Fault;
use crate::kernel::house::House;

/// A plan is looked at in its instant; an approved one that has not gone after so long is held by something, µs.
pub const HELD_AFTER_US: i64 = 10_000_000;

impl House {
    /// Lists the approved plans whose instant has passed while nothing of them is out: case number and instant.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn overdue_releases(&self, now: Instant) -> Result<Vec<(String, Instant)>, Fault> {
        let quorum = self.own().await?.quorum;
        let mut out = Vec::new();
        for (id, _) in self
            .store
            .intents_about(store::Viewer::House, IntentKind::Release)
            .await?
        {
            let stream = self.load(id).await?.map(|loaded| loaded.state);
            let Some(Aggregate::Advisory(stream)) = stream.as_deref() else {
                continue;
            };
            let (Some(plan), Some(case), Ok(_)) =
                (&stream.plan, stream.case, stream.approved_plan(quorum))
            else {
                continue;
            };
            let case = self.load(case.into()).await?.map(|loaded| loaded.state);
            if let Some(Aggregate::Case(case)) = case.as_deref()
                && now.0 - plan.instant.0 > HELD_AFTER_US
            {
                out.push((case.number.clone(), plan.instant));
            }
        }
        out.sort();
        out.dedup();
        Ok(out)
    }
}
