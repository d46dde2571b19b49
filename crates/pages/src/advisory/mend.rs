//! Mends: what a button beside a finding puts into the form.
//!
//! Only what is true without judgement, or says honestly that nothing is known. What needs a person has no button:
//! whether attacks are known is looked up before it is said.

use base::Instant;
use formats::advisory::Lang;

use crate::advisory::view::Check;
use crate::kit::catalogue::Say;
use crate::kit::form::Typed;
use crate::kit::moment;

/// The value of the button that mends a finding, and its words; nothing where only a person can.
pub(super) fn offer(say: Say, check: &Check) -> Option<(String, String)> {
    let key = match (
        check.rule.as_str(),
        check.field.as_str(),
        check.code.as_str(),
    ) {
        ("H1", "audience", "missing") => "editor-mend-audience",
        ("H2", _, "word_without_gloss") => {
            let lang = check.lang?.tag();
            let words = say.with("editor-mend-gloss", &[("gloss", &check.gloss)]);
            return Some((format!("mend-H2-{}-{lang}", check.field), words));
        }
        ("H3", "status", "missing") => "editor-mend-status",
        ("H3", "issued_at_utc", "missing") => "editor-mend-issued",
        ("H4", "target", "missing") => "editor-mend-target",
        ("H4", "detection", "missing") => "editor-mend-detection",
        ("H4", "side_effects", "missing") => "editor-mend-side-effects",
        _ => return None,
    };
    let value = format!("mend-{}-{}", check.rule, check.field);
    Some((value, say.t(key)))
}

/// Mends what a button of [`offer`] names, but for glosses, whose words the house has. Tells whether it knew the
/// button.
pub fn apply(typed: &mut Typed, button: &str, lang: Lang, now: Instant) -> bool {
    match button {
        "mend-H1-audience" => typed.set("audience", "administrator"),
        "mend-H3-status" => typed.set("stage", "final"),
        "mend-H3-issued_at_utc" => {
            if let Some(at) = tomorrow_at_ten(now) {
                moment::fill(typed, "at", lang, at);
            }
        }
        "mend-H4-target" => both(typed, "affected", "editor-fill-target"),
        "mend-H4-detection" => both(typed, "detection", "editor-fill-detection"),
        "mend-H4-side_effects" => both(typed, "side_effects", "editor-fill-side-effects"),
        _ => return false,
    }
    true
}

/// Fills a text in both languages where it is empty.
fn both(typed: &mut Typed, field: &str, key: &str) {
    for lang in Lang::ALL {
        let name = format!("t-{field}-{}", lang.tag());
        if typed.trimmed(&name).is_empty() {
            typed.set(name, Say(lang).t(key));
        }
    }
}

/// Ten o'clock in Japan on the next day: the hour at which desks like to publish.
fn tomorrow_at_ten(now: Instant) -> Option<Instant> {
    let now = jiff::Timestamp::from_microsecond(now.0).ok()?;
    let zone = jiff::tz::Offset::constant(9);
    let day = zone.to_datetime(now).date().tomorrow().ok()?;
    let at = zone.to_timestamp(day.at(10, 0, 0, 0)).ok()?;
    Some(Instant(at.as_microsecond()))
}
