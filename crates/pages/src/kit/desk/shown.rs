//! What was sent and not done, shown again: the names of fields in words, long and technical values left out of sight.

use crate::kit::catalogue::Say;
use crate::kit::desk::words;
use crate::kit::text;

/// Most characters of a carried value that are shown; the whole is carried.
const SHOWN_CHARS_MAX: usize = 2_000;

/// How the names of all fields end that say in which language a text is.
const LANG: &str = "_lang";

/// What the fields of carried forms are called, and the family of codes their values belong to.
const NAMES: [(&str, &str, &str); 41] = [
    ("answer", "work-answer-answer", "answer"),
    ("ask_text", "work-ask-text", ""),
    ("basis", "work-basis-now", "basis"),
    ("basis_version", "desk-party-version", ""),
    ("called_from", "work-phone-code-from", "number-source"),
    ("called_number", "work-phone-code-number", ""),
    ("case", "work-merge-case", ""),
    ("channel", "work-contact-channel", "channel"),
    ("class", "work-details-classes", "class"),
    ("contact", "desk-party-contact", ""),
    ("counter_date", "work-counter-until", ""),
    ("decline_text", "work-decline-text", ""),
    ("end_reason", "work-end-reason", ""),
    ("withdraw_reason", "approvers-reason", ""),
    ("quorum", "approvers-quorum", ""),
    ("key", "approvers-key-of", ""),
    ("end_why", "work-end-why", "embargo-end"),
    ("fact", "work-observe-fact", "world"),
    ("fixed_in", "work-answer-fixed-in", ""),
    ("handle", "desk-handle", ""),
    ("label", "work-name-label", ""),
    (LANG, "work-lang", "desk-lang"),
    ("part_class", "work-part-class", "class"),
    ("part_text", "work-part-text", ""),
    ("product", "work-answer-product", ""),
    ("reason", "work-decline-reason", "decline"),
    ("reference", "desk-record-reference", ""),
    ("result", "work-contact-result", "result"),
    ("revised_date", "work-revise-until", ""),
    ("since_date", "work-public-since", ""),
    ("statement", "work-statement-kind", "statement"),
    ("statement_text", "work-statement-text", ""),
    ("ticket", "work-ticket-number", ""),
    ("until_date", "work-propose-until", ""),
    ("version", "desk-party-version", ""),
    ("versions_from", "work-answer-from", ""),
    ("versions_from_incl", "work-answer-from-incl", "end"),
    ("versions_to", "work-answer-to", ""),
    ("versions_to_incl", "work-answer-to-incl", "end"),
    ("vuln_text", "work-name-text", ""),
    ("waive_reason", "work-waive-reason", ""),
];

/// Names and values to show, in words where there are some; what is technical or long is left out of sight,
/// and values of one name stand together.
pub(crate) fn shown(say: Say, pairs: &[(String, String)]) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = vec![];
    for (name, value) in pairs {
        if value.trim().is_empty() || matches!(name.as_str(), "do" | "seen" | "body") {
            continue;
        }
        let (value, _) = text::excerpt(value, SHOWN_CHARS_MAX);
        let field = if name.ends_with(LANG) { LANG } else { name };
        let (name, value) = match NAMES.iter().find(|(known, _, _)| *known == field) {
            Some((_, key, "")) => (say.t(key), value),
            Some((_, key, family)) => (say.t(key), words::word(say, family, &value)),
            None => (text::line(name), value),
        };
        match out.iter_mut().find(|(found, _)| *found == name) {
            Some((_, values)) => {
                values.push('\n');
                values.push_str(&value);
            }
            None => out.push((name, value)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use formats::advisory::Lang;

    #[test]
    fn what_was_chosen_is_shown_in_the_words_of_the_form() {
        let said = |lang, name: &str, value: &str| {
            let pairs = [(name.to_owned(), value.to_owned())];
            shown(Say(lang), &pairs).pop().unwrap()
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        for name in ["ask_lang", "decline_lang", "part_lang", "statement_lang"] {
            assert_eq!(said(Lang::Ja, name, "ja"), pair("言語", "日本語"));
            assert_eq!(said(Lang::En, name, "ja"), pair("Language", "Japanese"));
        }
        let end = said(Lang::Ja, "versions_to_incl", "no");
        assert_eq!(end, pair("終わりのバージョンを", "含まない"));
    }
}
