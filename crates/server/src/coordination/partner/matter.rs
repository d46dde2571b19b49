//! The one page of a vendor, and what all its forms have in common.

use engine::Fault;
use engine::kernel::find::TextInput;
use engine::kernel::turns::Turn;
use pages::coordination::partner::read;
use pages::coordination::partner::view::{Answer as Said, View};
use pages::kit::form::Typed;
use serde_json::Value;

use crate::door::answer::Answer;
use crate::door::room::Room;
use crate::door::visit::{Stop, Visit};

/// Path of the page.
const HERE: &str = "/partner/";

/// The page. `?answer=N` fills the form of an answer with one that is on record.
///
/// # Errors
/// If the house cannot be read.
pub async fn show(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    if visit.guest().is_err() {
        return Ok(outside(room, &visit));
    }
    let view = view(room, &visit).await?;
    let chosen = visit.query.trimmed("answer").parse::<usize>().ok();
    let typed = chosen
        .and_then(|n| view.details.as_ref()?.answers.get(n))
        .map_or_else(Typed::default, filled);
    Ok(Answer::page(page(room, &visit, &view, &typed)))
}

/// The page for whoever has no session, or none any more.
pub(super) fn outside(room: &Room, visit: &Visit) -> Answer {
    let mut inside = visit.inside(room);
    HERE.clone_into(&mut inside.path);
    let bytes = pages::coordination::partner::outside(&inside, &visit.form);
    if visit.is_post {
        Answer::with_status(http::StatusCode::UNAUTHORIZED, bytes)
    } else {
        Answer::page(bytes)
    }
}

/// The page after leaving.
///
/// # Errors
/// None of its own.
pub async fn left(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let mut inside = visit.inside(room);
    inside.who.clear();
    Ok(Answer::page(pages::coordination::partner::left(&inside)))
}

/// Waits for this vendor's turn on its own part of the case: whoever at the desk has looked for news is performed
/// first. Other vendors of the case it does not wait for.
pub(super) async fn turn(room: &Room, visit: &Visit) -> Result<Turn, Stop> {
    let own = visit.guest()?.participant.into();
    Ok(room.house.turns.take(&[own]).await)
}

/// What this session may see.
pub(super) async fn view(room: &Room, visit: &Visit) -> Result<View, Stop> {
    let guest = visit.guest()?;
    let house = &room.house;
    Ok(engine::coordination::view(house, guest.participant, guest.strength, visit.lang).await?)
}

fn page(room: &Room, visit: &Visit, view: &View, typed: &Typed) -> Vec<u8> {
    let mut inside = visit.inside(room);
    HERE.clone_into(&mut inside.path);
    pages::coordination::partner::page(&inside, view, typed)
}

/// The page with a form as it was typed and what is wrong with it.
pub(super) async fn wrong(room: &Room, visit: &Visit, typed: &Typed) -> Result<Answer, Stop> {
    let view = view(room, visit).await?;
    Ok(Answer::wrong(page(room, visit, &view, typed)))
}

/// Back to the page, which says what was done.
pub(super) fn done(visit: &Visit, key: &str) -> Answer {
    Answer::see(visit.href(&format!("{HERE}?done={key}")))
}

/// What follows from a command: the page says that it was done, or shows the form again with the refusal.
pub(super) async fn answered(
    room: &Room,
    visit: &Visit,
    mut typed: Typed,
    field: &str,
    answer: Result<Value, Fault>,
    key: &str,
) -> Result<Answer, Stop> {
    match answer {
        Ok(_) => Ok(done(visit, key)),
        Err(Fault::Refused(refusal)) => {
            read::refuse_code(&mut typed, field, refusal.code());
            wrong(room, visit, &typed).await
        }
        Err(other) => Err(other.into()),
    }
}

/// A text in the language of the page.
pub(super) fn text(visit: &Visit, text: String) -> TextInput {
    TextInput {
        lang: visit.lang,
        text,
    }
}

/// The form of an answer, filled with one that is on record.
fn filled(answer: &Said) -> Typed {
    let mut typed = Typed::filled([
        ("product", answer.product.as_str()),
        ("answer", answer.answer.code()),
        ("fixed_in", answer.fixed_in.as_deref().unwrap_or_default()),
        (
            "vulnerability",
            answer.vulnerability.as_deref().unwrap_or_default(),
        ),
        (
            "why",
            answer.why.as_ref().map_or("", |why| why.text.as_str()),
        ),
    ]);
    // Words that are no range were recorded elsewhere; the vendor writes them as one.
    if let Ok(range) = domain::coordination::range::Range::parse(&answer.versions) {
        let yes_no = |is: bool| if is { "yes" } else { "no" };
        if let Some(from) = range.lower() {
            typed.set("from", from.version());
            typed.set("from_in", yes_no(from.is_inclusive()));
        }
        if let Some(to) = range.upper() {
            typed.set("to", to.version());
            typed.set("to_in", yes_no(to.is_inclusive()));
        }
    }
    typed
}
