//! Approved releases that are held, or whose instant has passed while nothing of them is out. Why one does not go is told
//! by its plan's page.

use domain::aggregate::Aggregate;
use domain::react::IntentKind;
use domain::value::Instant;

use crate::Fault;
use crate::kernel::house::House;

impl House {
    /// Lists the approved plans that are held (`domain::publication::Advisory::is_held`): case number and instant.
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
            let (Some(plan), Some(case)) = (&stream.plan, stream.case) else {
                continue;
            };
            if !stream.is_held(quorum, now) {
                continue;
            }
            let case = self.load(case.into()).await?.map(|loaded| loaded.state);
            if let Some(Aggregate::Case(case)) = case.as_deref() {
                out.push((case.number.clone(), plan.instant));
            }
        }
        out.sort();
        out.dedup();
        Ok(out)
    }
}
