//! The preview of a release: the exact bytes of each form, from the draft or from the plan that is recorded.
//!
//! Whoever composes or approves may look. Pages are served at the address that they will have, without any right of
//! their own (docs/design/security.md §2.14). Nothing is recorded by looking.

use domain::publication::Advisory;
use engine::advisory::rehearsal;
use engine::advisory::rehearsal::{KINDS, Media, Shown};
use formats::advisory::{Advisory as Form, Lang};
use pages::advisory::preview as page;
use pages::advisory::view::Preview;

use crate::advisory::desk::working::{content, draft_name, form_of};
use crate::advisory::desk::{Desk, fields, may_edit, newest, not_recorded, rehearse};
use crate::door::answer::Answer;
use crate::door::room::Room;
use crate::door::visit::{Stop, Visit};

/// A release that can be looked at.
struct Look {
    desk: Desk,
    stream: Advisory,
    doc: Form,
    made: Result<Vec<engine::advisory::compose::Made>, String>,
    is_plan: bool,
}

fn reader(visit: &Visit) -> Result<(), Stop> {
    let signed = visit.person()?;
    if may_edit(signed) || signed.can_approve {
        Ok(())
    } else {
        Err(Stop::Role)
    }
}

/// Reads what the query asks for; the draft only for those who compose.
async fn look(room: &Room, visit: &Visit, number: &str) -> Result<Result<Look, Answer>, Stop> {
    reader(visit)?;
    let desk = Desk::of(room, visit, number).await?;
    let plan = desk.stream.as_ref().and_then(|stream| stream.plan.clone());
    let wants_plan = visit.query.value("of") == "plan" || !may_edit(visit.person()?);
    if let (true, Some(plan), Some(stream)) = (wants_plan, plan, desk.stream.clone()) {
        let (doc, made) = rehearsal::recorded(&room.house, &plan).await?;
        return Ok(Ok(Look {
            desk,
            stream,
            doc,
            made: Ok(made),
            is_plan: true,
        }));
    }
    if wants_plan {
        return Err(Stop::NotFound);
    }
    if let Some(saved) = room.house.draft(&draft_name(&desk.case)).await? {
        let mut read = content(&form_of(&saved));
        fields::read(&mut read, desk.revision());
        if !fields::unread(&read).is_empty() {
            let page = crate::advisory::desk::render(room, visit, &desk, read, Some(&saved));
            return Ok(Err(Answer::wrong(page.await?)));
        }
    }
    let (draft, issued) = newest(room, &desk).await?;
    let issued = issued.or_else(|| desk.issued(&pages::kit::form::Typed::default()));
    match rehearse(room, visit, &desk, draft.as_ref(), issued).await {
        Ok(rehearsal) => Ok(Ok(Look {
            stream: rehearsal.prepared.advisory,
            doc: rehearsal.prepared.composition.doc,
            made: rehearsal.made,
            desk,
            is_plan: false,
        })),
        Err(fault) => Ok(Err(back_to_the_form(room, visit, &desk, fault).await?)),
    }
}

/// What stands in the way is said on the form, where it can be mended.
async fn back_to_the_form(
    room: &Room,
    visit: &Visit,
    desk: &Desk,
    fault: engine::Fault,
) -> Result<Answer, Stop> {
    let saved = room.house.draft(&draft_name(&desk.case)).await?;
    let mut typed = match &saved {
        Some(saved) => content(&form_of(saved)),
        None => desk.recorded(room, visit.person()?).await?,
    };
    not_recorded(&mut typed, fault)?;
    let page = crate::advisory::desk::render(room, visit, desk, typed, saved.as_ref()).await?;
    Ok(Answer::wrong(page))
}

/// The page of one form.
///
/// # Errors
/// [`Stop::NotFound`], [`Stop::Role`]; if the store fails.
pub async fn show(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let look = match look(room, &visit, visit.param(0)).await? {
        Ok(look) => look,
        Err(answer) => return Ok(answer),
    };
    let wanted = visit.query.value("as");
    let kind =
        KINDS
            .into_iter()
            .find(|kind| *kind == wanted)
            .unwrap_or(if visit.lang == Lang::Ja {
                "page-ja"
            } else {
                "page-en"
            });
    let of = if look.is_plan { "plan" } else { "draft" };
    let mut view = Preview {
        number: look.desk.case.number.clone(),
        revision: look.doc.revision,
        is_plan: look.is_plan,
        kind: kind.to_owned(),
        kinds: KINDS.map(str::to_owned).into(),
        instant: look.doc.published.clone(),
        raw: raw_path(&visit, &look.doc.id, kind, of),
        ..Preview::default()
    };
    match &look.made {
        Ok(made) => {
            let shown = rehearsal::show(&room.house, &look.stream, &look.doc, made, kind)
                .ok_or(Stop::NotFound)?;
            view.bytes = shown.bytes.len();
            view.sha256.clone_from(&shown.sha256);
            view.text = text_of(&shown);
        }
        Err(judge) => view.judge = Some(judge.clone()),
    }
    Ok(Answer::page(page::page(&visit.inside(room), &view)))
}

fn text_of(shown: &Shown) -> Option<String> {
    match shown.media {
        Media::Html => None,
        Media::Text | Media::Json => Some(String::from_utf8_lossy(&shown.bytes).into_owned()),
    }
}

/// Where the bytes themselves are: pages at the address that they will have, so that their links fit.
fn raw_path(visit: &Visit, id: &str, kind: &str, of: &str) -> String {
    match kind.rsplit_once('-') {
        Some(("page", lang)) => format!("/{lang}/advisories/{id}.html?of={of}"),
        Some(("sheet", lang)) => format!("/{lang}/advisories/{id}-sheet.html?of={of}"),
        _ => visit.href(&format!("/desk/cases/{id}/advisory/raw?as={kind}&of={of}")),
    }
}

/// A page or sheet at its future address.
///
/// # Errors
/// [`Stop::NotFound`], [`Stop::Role`]; if the store fails.
pub async fn alone(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let file = visit.param(0).strip_suffix(".html").ok_or(Stop::NotFound)?;
    let (number, what) = match file.strip_suffix("-sheet") {
        Some(number) => (number.to_owned(), "sheet"),
        None => (file.to_owned(), "page"),
    };
    let kind = format!("{what}-{}", visit.lang.tag());
    bytes(room, &visit, &number, &kind).await
}

/// Any other form, by itself: mails as a document without rights, texts and data as a file to save.
///
/// # Errors
/// [`Stop::NotFound`], [`Stop::Role`]; if the store fails.
pub async fn raw(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let kind = visit.query.value("as").to_owned();
    let number = visit.param(0).to_owned();
    bytes(room, &visit, &number, &kind).await
}

async fn bytes(room: &Room, visit: &Visit, number: &str, kind: &str) -> Result<Answer, Stop> {
    let look = match look(room, visit, number).await? {
        Ok(look) => look,
        Err(answer) => return Ok(answer),
    };
    let made = look.made.map_err(|_| Stop::NotFound)?;
    let shown =
        rehearsal::show(&room.house, &look.stream, &look.doc, &made, kind).ok_or(Stop::NotFound)?;
    let ending = match shown.media {
        Media::Html => return Ok(Answer::alone(shown.bytes)),
        Media::Text => "txt",
        Media::Json => "json",
    };
    let name = format!("{}-{kind}.{ending}", look.doc.id);
    Ok(Answer::download(&name, shown.bytes))
}
