//! Which group of a page with groups stands open: where the last form was, so that nobody looks for what was refused or
//! done. Knows the groups' names, and nothing of what stands in them.

use crate::kit::form::Typed;
use crate::kit::inside::Inside;

/// Of a party in a case, at the desk. `dates` and `answers` are the forms of their groups.
pub(crate) fn of_participant(
    inside: &Inside,
    query: &Typed,
    form: &Typed,
    [dates, answers]: [&str; 2],
) -> &'static str {
    let is_timeline = ["timeline", "kind"]
        .iter()
        .any(|name| !query.value(name).is_empty());
    let verb = match form.value("do") {
        "" => inside.done.as_deref().unwrap_or_default(),
        verb => verb,
    };
    let holds = |html: &str| html.contains(&format!("id=\"do-{verb}\""));
    match () {
        () if is_timeline => "timeline",
        () if holds(dates) => "date",
        () if holds(answers) => "answers",
        () => "contact",
    }
}

/// Of a vendor, on its own page.
pub(crate) fn of_partner(inside: &Inside, typed: &Typed) -> &'static str {
    let last = inside.path.rsplit('/').next().unwrap_or_default();
    let done = inside.done.as_deref().unwrap_or_default();
    match (last, done.strip_prefix("partner-").unwrap_or_default()) {
        ("date", _) | (_, "agreed" | "declined" | "countered") => "date",
        ("answer", _) | (_, "answer" | "withdrawn") => "answers",
        ("text", _) | (_, "text") => "texts",
        ("ticket" | "naming" | "leave", _) | (_, "ticket" | "naming" | "naming-end" | "left") => {
            "rest"
        }
        // An answer that is to be changed.
        _ if !typed.value("product").is_empty() => "answers",
        _ => "matter",
    }
}
