//! Codes of the archive's language as words: states, classes, reasons, and whole sentences for events.
//!
//! A code that has no words is shown as it is, since an old archive must stay readable. Knows the names of
//! the catalogues' keys and no word itself.

use base::Instant;
use formats::advisory::Lang;

use crate::kit::catalogue::Say;
use crate::kit::desk::view::{Entry, Presence};
use crate::kit::inside::Inside;
use crate::kit::when::Told;
use crate::kit::{text, when};

/// Names that sentences may use; one that an event does not have is shown as nothing.
const ARGS: [&str; 44] = [
    "agreed",
    "answer",
    "basis",
    "by",
    "case",
    "channel",
    "class",
    "classes",
    "code",
    "codes",
    "compartment",
    "elsewhere",
    "emergency",
    "event",
    "fact",
    "field",
    "fixed_in",
    "handle",
    "handling",
    "honours_embargo",
    "instant",
    "label",
    "named",
    "number",
    "part",
    "persons",
    "product",
    "reason",
    "report",
    "result",
    "revision",
    "role",
    "stage",
    "statement",
    "tracking",
    "unasked",
    "until",
    "version",
    "versions",
    "vulnerability",
    "way",
    "source",
    "who",
    "why",
];

/// Says how many of those asked agreed to the date; `key` has the arguments `agreed` and `asked`.
pub(crate) fn tally(say: Say, key: &str, tally: domain::coordination::date::Tally) -> String {
    let (agreed, asked) = (tally.agreed.to_string(), tally.asked.to_string());
    say.with(key, &[("agreed", &agreed), ("asked", &asked)])
}

/// Says in which state a report or a case is; of a date that is talked about, how many agreed to it.
pub(crate) fn state(
    say: Say,
    state: &str,
    talks: Option<domain::coordination::date::Tally>,
) -> String {
    match talks {
        Some(talks) => tally(say, "state-talks", talks),
        None => word(say, "state", state),
    }
}

/// Returns the key of the words for a refusal's code, for [`crate::kit::form::Typed::refuse`].
#[must_use]
pub fn refusal_key(code: &str) -> String {
    format!("refusal-{}", code.replace(['.', '_'], "-"))
}

/// Returns the group of a kind of event, by which a timeline is filtered: `report`, `contact`, `date`,
/// `answer`, `advisory` or `case`.
#[must_use]
pub fn group(kind: &str) -> &'static str {
    let starts = |heads: &[&str]| heads.iter().any(|head| kind.starts_with(head));
    if starts(&["report_"]) {
        "report"
    } else if starts(&["embargo_", "date_", "clock_"]) {
        "date"
    } else if starts(&["answer_", "statement_", "rm_", "own_ticket_", "naming_"]) {
        "answer"
    } else if starts(&["advisory_", "plan_", "published"]) {
        "advisory"
    } else if starts(&[
        "participant_",
        "call_",
        "contact_",
        "receipt_",
        "basis_",
        "details_",
        "second_step_",
        "party_",
        "standing_",
    ]) {
        "contact"
    } else {
        "case"
    }
}

/// Keys of what can be wrong with a field, for [`crate::kit::form::Typed::refuse`]: what a handler says when the
/// command would not even be tried. `desk-password-short` takes `min`, `desk-party-alike` takes `name`, `form-too-long` takes `max` and `now`.
pub const PROBLEMS: [&str; 37] = [
    "desk-password-before-wrong",
    "desk-sign-in-wrong",
    "desk-sign-in-busy",
    "desk-password-short",
    "desk-password-differs",
    "desk-again-wrong",
    "desk-party-name-needed",
    "desk-party-alike",
    "desk-party-contact-needed",
    "desk-party-version-needed",
    "desk-record-reference-needed",
    "desk-record-code-needed",
    "desk-password-long",
    "desk-password-handle",
    "work-part-class-needed",
    "work-read-why-needed",
    "work-parts-needed",
    "work-ask-text-needed",
    "work-decline-reason-needed",
    "work-merge-case-needed",
    "work-reopen-reason-needed",
    "work-bring-back-reason-needed",
    "work-end-reason-needed",
    "work-add-party-needed",
    "work-name-label-needed",
    "work-name-text-needed",
    "work-waive-reason-needed",
    "work-details-classes-needed",
    "work-statement-text-needed",
    "work-answer-version-wrong",
    "work-answer-backwards",
    "work-answer-end-needed",
    "work-answer-fix-unneeded",
    "moment-date-wrong",
    "moment-time-wrong",
    "moment-zone-wrong",
    "form-too-long",
];

/// The groups of [`group`], in the order of the filter.
pub(crate) const GROUPS: [&str; 6] = ["report", "contact", "date", "answer", "advisory", "case"];

/// Returns the fragment that tells who is writing now.
#[must_use]
pub fn presence_fragment(inside: &Inside, presence: &[Presence]) -> Vec<u8> {
    crate::kit::desk::bits::presence_lines(inside.say(), presence).into_bytes()
}

/// The words of a code in a family of codes, or the code itself.
pub(crate) fn word(say: Say, family: &str, code: &str) -> String {
    let is_code = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if code.is_empty() || !code.chars().all(is_code) {
        return text::line(code);
    }
    let found = say.t(&format!("{family}-{}", code.replace(['_', '.'], "-")));
    if found.starts_with('⟦') {
        code.to_owned()
    } else {
        found
    }
}

/// The words of what stands in the way of a release: its own, or those of the refusal of that code.
pub(crate) fn cause(say: Say, code: &str) -> String {
    for family in ["cause", "refusal"] {
        let found = word(say, family, code);
        if found != code {
            return found;
        }
    }
    say.with("cause-other", &[("code", &text::line(code))])
}

/// The words of an entry, without time and person.
pub(crate) fn sentence(say: Say, entry: &Entry) -> String {
    let mut values: Vec<(&str, String)> = ARGS.iter().map(|name| (*name, String::new())).collect();
    for (name, value) in &entry.args {
        if let Some(slot) = values.iter_mut().find(|slot| slot.0 == name.as_str()) {
            slot.1 = value_words(say, &entry.kind, name, value);
        }
    }
    let has = |wanted: &str| {
        let mut values = values.iter();
        values.any(|(name, value)| *name == wanted && !value.is_empty())
    };
    let named = match (has("product"), has("versions")) {
        (true, true) => "ranged",
        (true, false) => "yes",
        (false, _) => "",
    };
    let args: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| match *name {
            "named" => ("named", named),
            name => (name, value.as_str()),
        })
        .collect();
    let key = format!("tl-{}", entry.kind.replace(['_', '.'], "-"));
    let found = say.with(&key, &args);
    if found.starts_with('⟦') {
        text::line(&entry.kind)
    } else {
        found
    }
}

fn value_words(say: Say, kind: &str, name: &str, value: &str) -> String {
    match name {
        "until" | "instant" => when::instant(say.0, value),
        "channel" | "result" | "answer" | "statement" | "basis" | "part" | "role"
        | "compartment" | "class" | "way" => word(say, name, value),
        "source" => word(say, "number-source", value),
        "stage" => word(say, "status", value),
        "fact" => word(say, "world", value),
        "event" => word(say, "rm", value),
        "report" => word(say, "report-kind", value),
        "code" => word(say, "closure", value),
        "reason" if kind == "report_declined" => word(say, "decline", value),
        "why" => word(say, "embargo-end", value),
        "field" => word(say, "field", value),
        "classes" => classes(say, value.split([' ', ','])),
        "codes" => {
            let codes: Vec<String> = value.split(' ').map(|code| cause(say, code)).collect();
            codes.join(if say.0 == Lang::Ja { "、" } else { ", " })
        }
        _ => text::line(value),
    }
}

/// The words of several classes.
pub(crate) fn classes<'a>(say: Say, codes: impl IntoIterator<Item = &'a str>) -> String {
    codes
        .into_iter()
        .filter(|code| !code.is_empty())
        .map(|code| word(say, "class", code))
        .collect::<Vec<_>>()
        .join(&say.t("separator"))
}

/// How long it is until an instant, in words, and whether it has passed.
pub(crate) fn left(say: Say, now: Instant, at: &(impl Told + ?Sized)) -> Option<(String, bool)> {
    let (now, at) = (now.timestamp()?.as_second(), at.timestamp()?.as_second());
    let is_late = at < now;
    let minutes = (at - now).abs() / 60;
    let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let head = if is_late { "late" } else { "left" };
    let (key, first, second) = match (days, hours) {
        (0, 0) => (format!("desk-{head}-m"), rest, 0),
        (0, _) => (format!("desk-{head}-hm"), hours, rest),
        _ => (format!("desk-{head}-dh"), days, hours),
    };
    let words = say.with(
        &key,
        &[("a", &first.to_string()), ("b", &second.to_string())],
    );
    Some((words, is_late))
}

#[cfg(test)]
mod tests {
    use formats::advisory::Lang;

    use super::*;

    #[test]
    fn time_left_is_told_in_words() {
        let check = |at: &str, ja: &str, late: bool| {
            let now = crate::tests::instant("2026-11-21T00:00:00Z");
            let found = left(Say(Lang::Ja), now, at);
            assert_eq!(found, Some((ja.to_owned(), late)));
        };
        check("2026-11-24T04:10:00Z", "あと3日4時間", false);
        check("2026-11-21T04:10:00Z", "あと4時間10分", false);
        check("2026-11-21T00:10:00Z", "あと10分", false);
        check("2026-11-18T23:00:00Z", "2日1時間超過", true);
    }

    #[test]
    fn a_code_without_words_is_shown_as_it_is() {
        assert_eq!(word(Say(Lang::En), "channel", "pigeon"), "pigeon");
        assert_eq!(word(Say(Lang::En), "channel", "<b>"), "<b>");
    }

    #[test]
    fn an_unknown_event_is_shown_by_its_kind() {
        let entry = Entry {
            kind: "moon_landed".to_owned(),
            ..Entry::default()
        };
        assert_eq!(sentence(Say(Lang::Ja), &entry), "moon_landed");
    }
}
