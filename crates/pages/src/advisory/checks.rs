//! Findings of the lints: what is wrong, why it matters, where, and the button that mends it.
//!
//! The same HTML stands on the full page and comes as a fragment while somebody types. It knows no rule: it says codes.

use std::fmt::Write as _;

use formats::advisory::Lang;

use crate::advisory::form::{fact_id, field_id};
use crate::advisory::mend;
use crate::advisory::view::Check;
use crate::kit::catalogue::Say;
use crate::kit::text;

/// Returns what stands inside `#checks`.
#[must_use]
pub fn fragment(lang: Lang, checks: &[Check]) -> Vec<u8> {
    html(Say(lang), checks).into_bytes()
}

pub(super) fn html(say: Say, checks: &[Check]) -> String {
    let errors = checks.iter().filter(|check| check.is_error).count();
    let args = [
        ("errors", errors.to_string()),
        ("warnings", (checks.len() - errors).to_string()),
    ];
    let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
    let key = if checks.is_empty() {
        "editor-checks-none"
    } else {
        "editor-checks-count"
    };
    let mut out = format!(
        "<p role=\"status\" class=\"note{}\">{}</p>",
        if errors > 0 {
            " alarm"
        } else if checks.is_empty() {
            " good"
        } else {
            ""
        },
        text::escape(&say.with(key, &args))
    );
    if checks.is_empty() {
        return out;
    }
    out.push_str("\n<ul class=\"checks\">");
    for check in checks {
        out.push_str("\n<li>");
        out.push_str(&one(say, check));
        out.push_str("</li>");
    }
    out.push_str("\n</ul>");
    out
}

/// One finding with the reason of its rule.
fn one(say: Say, check: &Check) -> String {
    let kind = say.t(if check.is_error {
        "editor-check-error"
    } else {
        "editor-check-warning"
    });
    let about = [("about", text::line(&check.about))];
    let about = about
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let code = check.code.replace('_', "-");
    let place = place(say, check);
    let mut out = format!(
        "<strong>{kind}</strong> <a href=\"#{}\">{}</a>: <span data-what>{}</span>",
        text::escape(&target(check)),
        text::escape(&place),
        text::escape(&say.with(&format!("editor-code-{code}"), &about)),
    );
    let why = say.t(&match check.code.as_str() {
        // Their rules have other reasons too.
        "hidden_character" | "no_consent" => format!("editor-why-{code}"),
        _ => format!("editor-why-{}", check.rule.to_lowercase()),
    });
    let _ = write!(out, " <span class=\"hint\">{}</span>", text::escape(&why));
    if let Some((value, words)) = mend::offer(say, check) {
        let _ = write!(
            out,
            " <button class=\"second\" type=\"submit\" name=\"do\" value=\"{}\">{}</button>",
            text::escape(&value),
            text::escape(&words)
        );
    }
    out
}

/// Returns in words what was found in a field, for where the finding itself does not stand.
#[must_use]
pub fn in_words(lang: Lang, field: &str, code: &str) -> String {
    let say = Say(lang);
    let name = say.t(&format!("editor-f-{}", field.replace('_', "-")));
    let what = match code {
        // The finding itself names it.
        "hidden_character" => say.t("editor-code-hidden-some"),
        code => say.with(
            &format!("editor-code-{}", code.replace('_', "-")),
            &[("about", "")],
        ),
    };
    format!("{name}: {what}")
}

fn place(say: Say, check: &Check) -> String {
    let name = say.t(&format!("editor-f-{}", check.field.replace('_', "-")));
    match check.lang {
        Some(lang) => say.with(
            "editor-field-in",
            &[("field", &name), ("lang", &say.t(lang_key(lang)))],
        ),
        None => name,
    }
}

pub(crate) fn lang_key(lang: Lang) -> &'static str {
    match lang {
        Lang::Ja => "editor-lang-ja",
        Lang::En => "editor-lang-en",
    }
}

/// Id of the element that a finding is about.
fn target(check: &Check) -> String {
    let lang = check.lang.unwrap_or(Lang::Ja);
    match check.field.as_str() {
        "audience" | "damage" | "threat" | "severity" | "references" | "cvss" | "cve"
        | "other_ids" | "credits" | "credit_consent" => fact_id(&check.field),
        "status" => fact_id("stage"),
        "issued_at_utc" => fact_id("at_date"),
        "vendors" | "products" => "board".to_owned(),
        "number" | "revisions" => "main".to_owned(),
        "target" => field_id("affected", lang),
        "solution" => field_id("fix", lang),
        "actions" => fact_id(&format!("a-1-who-{}", lang.tag())),
        "credit" => fact_id("credits"),
        field => field_id(field, lang),
    }
}
