//! Reading the vendor's forms: from what was typed to what it says, or to problems beside the fields.
//!
//! Each function returns nothing if anything is wrong, and then the form holds what and how to mend it. What a
//! range of versions is, and what the house allows, is decided elsewhere; [`refuse`] says the answer in words.

use base::Instant;
use formats::advisory::Lang;

use crate::coordination::partner::limits;
use crate::coordination::partner::view::{Answer, AnswerKind, WordsKind};
use crate::kit::form::Typed;
use crate::kit::moment;

/// What an answer's form says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Nothing speaks of all products.
    pub product: Option<String>,
    /// Label of a vulnerability of the case; nothing speaks of all.
    pub vulnerability: Option<String>,
    pub answer: AnswerKind,
    pub from: Option<End>,
    pub to: Option<End>,
    pub fixed_in: Option<String>,
    pub why: String,
}

/// One end of a range of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    pub version: String,
    pub is_in: bool,
}

/// What a text's form says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub kind: WordsKind,
    /// Product and range of an answer; nothing speaks of all products.
    pub about: Option<(String, String)>,
    pub lang: Lang,
    pub text: String,
}

/// What is wrong with what was asked, beyond the form itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Unknown, used, ended or wrong: one answer for all.
    Invitation,
    /// The number that was told is wrong or no longer valid.
    Code,
    /// The version in this field is none.
    Version(&'static str),
    /// The range ends before it begins.
    Range,
    /// The date is not the one that was on the page.
    Changed,
    /// A version with a fix stands beside an answer that has none.
    Fixed,
}

/// Notes what is wrong.
pub fn refuse(typed: &mut Typed, wrong: Wrong) {
    let (field, key) = match wrong {
        Wrong::Invitation => ("code", "partner-invitation-wrong"),
        Wrong::Code => ("code", "partner-code-wrong"),
        Wrong::Version(field) => (field, "partner-version-bad"),
        Wrong::Range => ("to", "partner-range-backwards"),
        Wrong::Changed => ("", "partner-date-changed"),
        Wrong::Fixed => ("fixed_in", "partner-fixed-needs-affected"),
    };
    typed.refuse(field, key);
}

/// Notes a refusal of the house by its stable code; `field` is what the form is about, or empty.
pub fn refuse_code(typed: &mut Typed, field: &str, code: &str) {
    let key = match code {
        "case.closed" => "partner-refused-closed",
        "text.receipt" => "partner-refused-receipt",
        "embargo.state" | "embargo.not_viable" => "partner-refused-embargo",
        "embargo.past" => "partner-date-past",
        "embargo.far" => "partner-date-far",
        "input" => "partner-refused-input",
        _ => "partner-refused-state",
    };
    typed.refuse(field, key);
}

/// Reads the code of an invitation: any digits at all.
#[must_use]
pub fn code(typed: &mut Typed) -> Option<String> {
    number(typed, "partner-invitation-code-missing")
}

/// Reads the number that was told on the telephone.
#[must_use]
pub fn phone_code(typed: &mut Typed) -> Option<String> {
    number(typed, "partner-code-missing")
}

fn number(typed: &mut Typed, missing: &str) -> Option<String> {
    let digits = base::digits(typed.trimmed("code"));
    if digits.is_empty() {
        typed.refuse("code", missing);
        return None;
    }
    Some(digits)
}

/// Tells whether the terms were accepted.
#[must_use]
pub fn terms(typed: &mut Typed) -> Option<()> {
    if !typed.has("accept", "yes") {
        typed.refuse("accept", "partner-terms-missing");
    }
    typed.is_good().then_some(())
}

/// Reads where and when to call: number and hours as they were written, one a line.
#[must_use]
pub fn call(typed: &mut Typed) -> Option<String> {
    typed.need("phone", "partner-phone-missing");
    typed.limit("phone", limits::PHONE_CHARS);
    typed.limit("hours", limits::HOURS_CHARS);
    typed.is_good().then(|| {
        format!("{}\n{}", typed.trimmed("phone"), typed.trimmed("hours"))
            .trim()
            .to_owned()
    })
}

/// Reads the instant that the vendor asks for.
#[must_use]
pub fn instant(typed: &mut Typed, now: Instant) -> Option<Instant> {
    let at = moment::read(typed, "counter")?;
    let is_ahead = at > now;
    if !is_ahead {
        typed.refuse("counter_date", "partner-date-past");
    }
    is_ahead.then_some(at)
}

/// Reads an answer; `labels` are those of the case's vulnerabilities.
#[must_use]
pub fn answer(typed: &mut Typed, labels: &[&str]) -> Option<Answered> {
    let answer = AnswerKind::from_code(typed.value("answer"));
    if answer.is_none() {
        typed.refuse("answer", "partner-answer-missing");
    }
    typed.limit("product", limits::PRODUCT_CHARS);
    for field in ["from", "to", "fixed_in"] {
        typed.limit(field, limits::VERSION_CHARS);
    }
    typed.limit("why", limits::WHY_CHARS);
    let vulnerability = filled(typed, "vulnerability");
    if vulnerability
        .as_deref()
        .is_some_and(|label| !labels.contains(&label))
    {
        typed.refuse("vulnerability", "partner-vulnerability-bad");
    }
    if filled(typed, "to").is_some() && !["yes", "no"].contains(&typed.value("to_in")) {
        typed.refuse("to_in", "partner-end-needed");
    }
    let fixed_in = filled(typed, "fixed_in");
    if fixed_in.is_some() && answer.is_some_and(|answer| answer != AnswerKind::Affected) {
        refuse(typed, Wrong::Fixed);
    }
    let answer = answer.filter(|_| typed.is_good())?;
    let end = |name: &str, is_in: bool| filled(typed, name).map(|version| End { version, is_in });
    Some(Answered {
        product: filled(typed, "product"),
        vulnerability,
        answer,
        // Where nothing was chosen, a range begins with its first version.
        from: end("from", !typed.has("from_in", "no")),
        to: end("to", typed.has("to_in", "yes")),
        fixed_in,
        why: typed.trimmed("why").to_owned(),
    })
}

/// Reads a text; it may speak of a product and range that these answers name.
#[must_use]
pub fn told(typed: &mut Typed, answers: &[Answer]) -> Option<Told> {
    let kind = WordsKind::from_code(typed.value("kind"));
    if kind.is_none() {
        typed.refuse("kind", "partner-kind-bad");
    }
    typed.need("text", "partner-words-missing");
    typed.limit("text", limits::TEXT_CHARS);
    let about = about(typed, kind, answers);
    let kind = kind?;
    let mut text = typed.trimmed("text").to_owned();
    if kind == WordsKind::References {
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|l| !l.is_empty())
            .collect();
        let is_address = |line: &&str| {
            let rest = line
                .strip_prefix("https://")
                .or_else(|| line.strip_prefix("http://"));
            rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
        };
        if !text.is_empty() && !lines.iter().all(is_address) {
            typed.refuse("text", "partner-references-bad");
        }
        text = lines.join("\n");
    }
    let lang = if typed.has("lang", "en") {
        Lang::En
    } else {
        Lang::Ja
    };
    typed.is_good().then_some(Told {
        kind,
        about,
        lang,
        text,
    })
}

/// Reads which product and range a text speaks of.
fn about(
    typed: &mut Typed,
    kind: Option<WordsKind>,
    answers: &[Answer],
) -> Option<(String, String)> {
    let wanted = typed.trimmed("about").to_owned();
    if wanted.is_empty() {
        return None;
    }
    if kind == Some(WordsKind::References) {
        typed.refuse("about", "partner-about-references");
        return None;
    }
    let known = answers
        .iter()
        .find(|answer| answer.about().is_some_and(|about| about == wanted));
    if known.is_none() {
        typed.refuse("about", "partner-about-bad");
    }
    known.map(|answer| (answer.product.clone(), answer.versions.clone()))
}

/// Reads the vendor's own number.
#[must_use]
pub fn ticket(typed: &mut Typed) -> Option<String> {
    typed.need("ticket", "partner-ticket-missing");
    typed.limit("ticket", limits::TICKET_CHARS);
    typed.is_good().then(|| typed.trimmed("ticket").to_owned())
}

/// Reads whether the vendor leaves, and, where a date is under way, whether it keeps the confidence.
#[must_use]
pub fn leave(typed: &mut Typed, has_date: bool) -> Option<Option<bool>> {
    if !typed.has("sure", "yes") {
        typed.refuse("sure", "partner-leave-missing");
    }
    let keeps = match typed.value("keeps") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    if has_date && keeps.is_none() {
        typed.refuse("keeps", "partner-keeps-missing");
    }
    typed.is_good().then_some(keeps)
}

fn filled(typed: &Typed, name: &str) -> Option<String> {
    let value = typed.trimmed(name);
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::instant as at;

    const NOW: &str = "2026-11-22T05:00:00Z";

    fn check_instant(date: &str, time: &str, zone: &str, expected: Result<&str, &str>) {
        let mut typed = Typed::filled([
            ("counter_date", date),
            ("counter_time", time),
            ("counter_zone", zone),
        ]);
        match (instant(&mut typed, at(NOW)), expected) {
            (Some(read), Ok(wanted)) => assert_eq!(read, at(wanted)),
            (None, Err(field)) => assert_eq!(typed.problems()[0].field, field, "{date} {time}"),
            (got, wanted) => panic!("{date} {time} {zone}: {got:?}, not {wanted:?}"),
        }
    }

    #[test]
    fn an_instant_is_read_with_its_zone() {
        check_instant("2026-12-01", "14:00", "JST", Ok("2026-12-01T05:00:00Z"));
        check_instant("2026-12-01", "14:00", "UTC", Ok("2026-12-01T14:00:00Z"));
        check_instant("2026-11-22", "13:59", "JST", Err("counter_date"));
        check_instant("soon", "14:00", "JST", Err("counter_date"));
        check_instant("2026-12-01", "", "JST", Err("counter_time"));
    }

    #[test]
    fn an_answer_is_read_as_structure() {
        let mut typed = Typed::filled([
            ("product", " Aoba Gateway "),
            ("answer", "affected"),
            ("from", "3.0"),
            ("to", "3.2.1"),
            ("to_in", "no"),
            ("fixed_in", "3.2.1"),
        ]);
        let read = answer(&mut typed, &[]).expect("an answer");
        assert_eq!(read.product.as_deref(), Some("Aoba Gateway"));
        assert!(
            read.from
                .is_some_and(|end| end.is_in && end.version == "3.0")
        );
        assert!(read.to.is_some_and(|end| !end.is_in));
        assert_eq!(read.vulnerability, None);
    }

    #[test]
    fn a_wrong_answer_names_each_field() {
        let mut typed = Typed::filled([
            ("vulnerability", "9"),
            ("answer", "not_affected"),
            ("fixed_in", "2"),
            ("from", &"9".repeat(limits::VERSION_CHARS + 1)),
        ]);
        assert_eq!(answer(&mut typed, &["1", "2"]), None);
        let fields: Vec<&str> = typed.problems().iter().map(|p| p.field.as_str()).collect();
        assert_eq!(fields, ["from", "vulnerability", "fixed_in"]);
        assert_eq!(typed.value("vulnerability"), "9", "what was typed stays");
        let mut nothing = Typed::default();
        assert_eq!(answer(&mut nothing, &[]), None);
        assert_eq!(nothing.problems()[0].field, "answer");
    }

    #[test]
    fn references_are_addresses_one_a_line() {
        let form =
            |text: &str| Typed::filled([("kind", "references"), ("lang", "en"), ("text", text)]);
        let good =
            told(&mut form("https://a.example/1\n\n http://b.example "), &[]).expect("addresses");
        assert_eq!(good.text, "https://a.example/1\nhttp://b.example");
        for bad in [
            "see a.example",
            "https://",
            "javascript:alert(1)",
            "https://a b",
        ] {
            let mut typed = form(bad);
            assert_eq!(told(&mut typed, &[]), None, "{bad}");
            assert_eq!(typed.problems()[0].key, "partner-references-bad");
        }
    }

    #[test]
    fn who_leaves_says_whether_the_date_is_kept() {
        let mut typed = Typed::filled([("sure", "yes")]);
        assert_eq!(leave(&mut typed, false), Some(None));
        assert_eq!(leave(&mut typed, true), None);
        let mut typed = Typed::filled([("sure", "yes"), ("keeps", "no")]);
        assert_eq!(leave(&mut typed, true), Some(Some(false)));
        assert_eq!(leave(&mut Typed::default(), false), None);
    }
}
