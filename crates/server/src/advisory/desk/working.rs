//! The working draft on the server, and the two people who meet in it.
//!
//! It belongs to the case. A window names its own draft by a mark that it carries along, so that its saves do not
//! meet each other; whoever else saved or recorded since is met, and both texts are shown.

use domain::coordination::case::Case;
use engine::people::drafts::Saved;
use pages::advisory::conflict;
use pages::advisory::form::KEPT;
use pages::advisory::view::Conflict;
use pages::kit::form::Typed;

use crate::advisory::desk::Desk;
use crate::door::act::encoded;
use crate::door::answer::Answer;
use crate::door::room::Room;
use crate::door::visit::{Stop, Visit};

/// Fields that say where a form began, and none of its content.
pub(super) const NOT_CONTENT: [&str; 5] = ["base", "tab", "recorded", "do", "seen"];

/// Name of the draft of a case's advisory.
pub(super) fn draft_name(case: &Case) -> String {
    format!("advisory/{}", case.id)
}

/// A working draft as a form.
pub(super) fn form_of(saved: &Saved) -> Typed {
    Typed::parse(&saved.bytes)
}

/// The content of a form, without where it began.
pub(super) fn content(typed: &Typed) -> Typed {
    let kept = typed
        .pairs()
        .filter(|(name, _)| !NOT_CONTENT.contains(name) && !name.starts_with("take-"));
    Typed::filled(kept.map(|(name, value)| (name.to_owned(), value.to_owned())))
}

/// Saves the working draft, or answers with what another person saved meanwhile.
pub(super) async fn keep(
    room: &Room,
    visit: &Visit,
    desk: &Desk,
    typed: &Typed,
) -> Result<Result<i64, Answer>, Stop> {
    let signed = visit.person()?;
    if let Some(answer) = met(room, visit, desk, typed).await? {
        return Ok(Err(answer));
    }
    let mut kept = content(typed);
    kept.set("tab", typed.value("tab"));
    let name = draft_name(&desk.case);
    let at = room
        .house
        .draft_save(&name, signed.id, &encoded(&kept))
        .await?;
    Ok(Ok(at))
}

/// The page that shows both, if a working draft would be thrown away that its sender has not read: one that another
/// window saved after this form began.
pub(super) async fn unseen(
    room: &Room,
    visit: &Visit,
    desk: &Desk,
    typed: &Typed,
) -> Result<Option<Answer>, Stop> {
    let Some(saved) = room.house.draft(&draft_name(&desk.case)).await? else {
        return Ok(None);
    };
    if is_known(&saved, typed) {
        return Ok(None);
    }
    met(room, visit, desk, typed).await
}

/// Whether a form began from this working draft, or is the window that saved it.
fn is_known(saved: &Saved, typed: &Typed) -> bool {
    let tab = typed.value("tab");
    typed.trimmed("base").parse() == Ok(saved.at)
        || (!tab.is_empty() && form_of(saved).value("tab") == tab)
}

/// Whether somebody else saved or recorded since this form began; the page that shows both, if so.
pub(super) async fn met(
    room: &Room,
    visit: &Visit,
    desk: &Desk,
    typed: &Typed,
) -> Result<Option<Answer>, Stop> {
    let signed = visit.person()?;
    let own = room.house.own().await?;
    let handle = |person| {
        own.persons
            .get(&person)
            .map_or_else(String::new, |p: &domain::party::Person| p.handle.clone())
    };
    let number = |name: &str| typed.trimmed(name).parse::<i64>().unwrap_or(0);
    let mut theirs = None;
    if let Some(saved) = room.house.draft(&draft_name(&desk.case)).await? {
        let form = form_of(&saved);
        if !is_known(&saved, typed) {
            theirs = Some((content(&form), saved.person, saved.at));
        }
    }
    if theirs.is_none()
        && desk.recorded_at() != number("recorded")
        && let Some(draft) = desk.stream.as_ref().and_then(|s| s.draft.as_ref())
    {
        theirs = Some((desk.recorded(room, signed).await?, draft.author, draft.at.0));
    }
    let Some((theirs, person, at)) = theirs else {
        return Ok(None);
    };
    let (differing, sources) = differences(&content(typed), &theirs);
    if differing.is_empty() {
        return Ok(None);
    }
    let base = room.house.draft(&draft_name(&desk.case)).await?;
    let view = Conflict {
        number: desk.case.number.clone(),
        who: handle(person),
        at: engine::kernel::clock::rfc3339(engine::Instant(at)),
        base: base.map_or(0, |saved| saved.at),
        recorded: desk.recorded_at(),
        differing,
        sources,
    };
    Ok(Some(Answer::conflict(conflict::page(
        &visit.inside(room),
        &view,
        typed,
    ))))
}

type Differing = Vec<(String, Vec<String>, Vec<String>)>;
type Sources = Vec<(String, String, String)>;

/// The fields in which two forms differ, and the sources of the texts among them.
fn differences(mine: &Typed, theirs: &Typed) -> (Differing, Sources) {
    let values = |typed: &Typed, name: &str| -> Vec<String> {
        let all = typed.all(name).iter().map(|value| value.trim().to_owned());
        all.filter(|value| !value.is_empty()).collect()
    };
    let mut names: Vec<&str> = mine
        .pairs()
        .chain(theirs.pairs())
        .map(|(name, _)| name)
        .filter(|name| !name.starts_with("from-") && !name.starts_with(KEPT))
        .collect();
    names.sort_unstable();
    names.dedup();
    let (mut differing, mut sources) = (Vec::new(), Vec::new());
    for name in names {
        let (own, other) = (values(mine, name), values(theirs, name));
        if own == other {
            continue;
        }
        if let Some(rest) = name.strip_prefix("t-") {
            let from = format!("from-{rest}");
            let of = |typed: &Typed| typed.value(&from).to_owned();
            sources.push((from.clone(), of(mine), of(theirs)));
        }
        differing.push((name.to_owned(), own, other));
    }
    (differing, sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_fields_of_content_can_differ_and_texts_bring_their_sources() {
        let mine = content(&Typed::filled([
            ("t-title-ja", "A"),
            ("from-title-ja", "x"),
            ("t-fix-ja", "same "),
            ("damage", "leak"),
            ("base", "1"),
            ("take-title-ja", "y"),
        ]));
        let theirs = content(&Typed::filled([
            ("t-title-ja", "B"),
            ("from-title-ja", "z"),
            ("t-fix-ja", "same"),
            ("damage", "leak"),
            ("damage", "intrusion"),
            ("base", "2"),
        ]));
        let (differing, sources) = differences(&mine, &theirs);
        let names: Vec<&str> = differing.iter().map(|(name, _, _)| name.as_str()).collect();
        assert_eq!(names, ["damage", "t-title-ja"]);
        assert_eq!(
            sources,
            [("from-title-ja".to_owned(), "x".to_owned(), "z".to_owned())]
        );
        assert!(differences(&mine, &mine).0.is_empty());
    }

    #[test]
    fn a_draft_is_known_to_the_form_that_began_from_it_and_to_its_own_window() {
        let saved = |tab: &str| Saved {
            person: domain::value::PersonId(seal::random::uuid(0)),
            at: 7,
            bytes: encoded(&Typed::filled([("tab", tab)])),
        };
        let form = |base: &str, tab: &str| Typed::filled([("base", base), ("tab", tab)]);
        assert!(is_known(&saved("a"), &form("7", "b")));
        assert!(is_known(&saved("a"), &form("0", "a")));
        assert!(!is_known(&saved("a"), &form("0", "b")));
        assert!(!is_known(&saved(""), &form("", "")));
    }
}
