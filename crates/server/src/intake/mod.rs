//! Reports at the desk.

use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::intake::{Report, Waits};

use crate::door::room::Room;
use crate::door::visit::Stop;

pub mod desk;

/// Reports of a case to which their finders added something that nobody sorted yet.
///
/// # Errors
/// If the store fails.
pub(crate) async fn added(room: &Room, case: &Case) -> Result<Vec<Report>, Stop> {
    let mut out = Vec::new();
    for report in case.reports() {
        let state = room.house.load(report.into()).await?.map(|l| l.state);
        if let Some(Aggregate::Report(report)) = state.as_deref()
            && report.waits() == Waits::Sorting
        {
            out.push(report.clone());
        }
    }
    Ok(out)
}
