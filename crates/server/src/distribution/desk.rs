//! 受領の記録: the code of a copy that somebody told by telephone, fax or letter.

use domain::value::AckWay;
use engine::command::Command;
use engine::distribution::command as commands;
use pages::kit::form::Typed;

use crate::door::act;
use crate::door::answer::Answer;
use crate::door::room::Room;
use crate::door::visit::{Stop, Visit};

/// The page.
///
/// # Errors
/// [`Stop::SignIn`].
pub async fn show(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    visit.person()?;
    Ok(Answer::page(pages::work::tasks::record(
        &visit.inside(room),
        &Typed::default(),
    )))
}

/// Records the acknowledgement.
///
/// # Errors
/// If the store fails.
pub async fn act(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let mut typed = visit.form.clone();
    typed.need("reference", "desk-record-reference-needed");
    typed.need("code", "desk-record-code-needed");
    if typed.is_good() {
        let command = Command::Acknowledge(commands::Acknowledge {
            reference: typed.trimmed("reference").to_owned(),
            code: typed.trimmed("code").to_owned(),
            way: AckWay::Hand,
        });
        if act::perform(room, &visit, &mut typed, &command)
            .await?
            .is_some()
        {
            return Ok(Answer::see(visit.href("/desk/record?done=record")));
        }
    }
    Ok(Answer::wrong(pages::work::tasks::record(
        &visit.inside(room),
        &typed,
    )))
}
