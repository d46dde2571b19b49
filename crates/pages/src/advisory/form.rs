//! The editor: every field of docs/design/process.md §3.1, each text in Japanese and English side by side.
//!
//! A text is typed, or taken over from one of the case's releasable texts by a button that needs no script. The form
//! keeps everything that was typed; the first button saves, so that Enter in a line never records. It knows no lint.

use std::fmt::Write as _;

use askama::Template;
use formats::advisory::Lang;

use crate::advisory::checks;
use crate::advisory::view::{Editor, Origin, Source};
use crate::kit::catalogue::Say;
use crate::kit::form::{Choice, Field, Typed, hidden, summary};
use crate::kit::frame::{Frame, bytes};
use crate::kit::inside::Inside;
use crate::kit::{moment, text, when};

/// A text field: its name, its rows (0 is one line), whether only later revisions have it.
const TEXTS: [(&str, u16); 13] = [
    ("revision_reason", 3),
    ("title", 0),
    ("summary", 5),
    ("affected", 4),
    ("check", 4),
    ("impact", 4),
    ("threat_note", 3),
    ("detection", 4),
    ("fix", 5),
    ("workaround", 5),
    ("side_effects", 3),
    ("details", 8),
    ("note", 4),
];

/// Longest title and longest text, in characters: what a page and a mail can carry.
pub const TITLE_CHARS_MAX: usize = 200;
/// Longest text of a field.
pub const TEXT_CHARS_MAX: usize = 20_000;
/// Rows of "what to do first"; more is no longer first.
pub const ACTIONS_MAX: usize = 10;
/// Empty rows that are shown behind the filled ones.
const ACTIONS_SPARE: usize = 2;
/// Sources in one list of choices; the rest stands in the list of sources below.
const CHOICES_MAX: usize = 40;
/// How the names of fields begin that carry a text out of sight.
pub const KEPT: &str = "kept-";
/// Characters of a source in a list of choices.
const GIST_CHARS: usize = 30;

/// Names of the text fields, in the order of the page.
pub fn text_fields() -> impl Iterator<Item = &'static str> {
    TEXTS.iter().map(|(name, _)| *name)
}

/// Returns the editor's page.
#[must_use]
pub fn page(inside: &Inside, view: &Editor, typed: &Typed) -> Vec<u8> {
    let say = inside.say();
    let number = text::line(&view.number);
    let h1 = say.with(
        "editor-title",
        &[
            ("number", &number),
            ("revision", &view.revision.to_string()),
        ],
    );
    let base = format!("/desk/cases/{}", view.number);
    let texts = TEXTS
        .iter()
        .filter(|(name, _)| *name != "revision_reason" || view.revision > 1)
        .map(|(name, rows)| pair(say, view, typed, name, *rows))
        .collect();
    bytes(&Page {
        w: say,
        frame: inside.frame(&h1),
        h1,
        case_href: inside.href(&base),
        plan_href: inside.href(&format!("{base}/plan")),
        preview_href: inside.href(&format!("{base}/advisory/preview")),
        action: inside.href(&format!("{base}/advisory")),
        has_plan: view.has_plan,
        saved: saved(say, view),
        problems: summary(say, typed),
        hidden: carried(view, typed),
        checks: checks::html(say, &view.checks),
        facts: facts(say, typed),
        texts,
        actions: actions(say, typed),
        products: view
            .products
            .iter()
            .map(|product| Row {
                vendor: text::line(&product.vendor),
                href: inside.href(&format!("{base}/vendors/{}", product.tracking)),
                product: text::line(&product.product),
                versions: text::line(&formats::range::words(say.0, &product.versions)),
                answer: say.t(&format!(
                    "editor-answer-{}",
                    product.answer.replace('_', "-")
                )),
                fixed_in: text::line(&product.fixed_in),
            })
            .collect(),
        ids: ids(say, typed),
        rest: rest(say, typed),
        sources: view
            .sources
            .iter()
            .enumerate()
            .map(|(index, source)| Shown {
                id: format!("source-{}", index + 1),
                label: source_label(say, index, source),
                attr: text::lang_attr(say.0, source.lang),
                html: text::paragraphs(source.text.as_str()),
            })
            .collect(),
    })
}

#[derive(Template)]
#[template(path = "editor_form.html")]
struct Page {
    w: Say,
    frame: Frame,
    h1: String,
    case_href: String,
    plan_href: String,
    preview_href: String,
    action: String,
    has_plan: bool,
    saved: Option<String>,
    problems: String,
    hidden: String,
    checks: String,
    facts: String,
    texts: Vec<String>,
    actions: String,
    products: Vec<Row>,
    ids: String,
    rest: String,
    sources: Vec<Shown>,
}

struct Row {
    vendor: String,
    href: String,
    product: String,
    versions: String,
    answer: String,
    fixed_in: String,
}

struct Shown {
    id: String,
    label: String,
    attr: &'static str,
    html: String,
}

/// Id of the field of a text.
pub(super) fn field_id(name: &str, lang: Lang) -> String {
    format!("f-t-{name}-{}", lang.tag())
}

/// Id of any other field.
pub(super) fn fact_id(name: &str) -> String {
    format!("f-{name}")
}

fn saved(say: Say, view: &Editor) -> Option<String> {
    let saved = view.saved.as_ref()?;
    let key = if saved.is_own {
        "editor-saved-own"
    } else {
        "editor-saved-other"
    };
    let at = when::instant(say.0, &saved.at);
    Some(say.with(key, &[("who", &text::line(&saved.who)), ("at", &at)]))
}

/// What the form carries along: where it began, which texts are references, and which are out of this reader's sight.
fn carried(view: &Editor, typed: &Typed) -> String {
    let mut out = hidden("base", &view.base.to_string());
    out.push_str(&hidden("tab", &view.tab));
    out.push_str(&hidden("recorded", &view.recorded.to_string()));
    for (name, value) in typed.pairs() {
        let is_reference = name.starts_with("from-") || name.starts_with(KEPT);
        if is_reference && !value.is_empty() {
            out.push_str(&hidden(name, value));
        }
    }
    out
}

/// Both languages of a text, the reader's first.
fn pair(say: Say, view: &Editor, typed: &Typed, name: &str, rows: u16) -> String {
    let label = say.t(&format!("editor-f-{}", name.replace('_', "-")));
    let mut out = format!(
        "<fieldset class=\"pair\"><legend>{}</legend><div class=\"two\">",
        text::escape(&label)
    );
    for lang in [say.0, say.0.other()] {
        out.push_str("<div>");
        out.push_str(&one_text(say, typed, name, rows, lang));
        out.push_str(&kept(say, typed, name, &[lang], "editor-kept"));
        out.push_str(&taken(say, view, typed, name, lang));
        out.push_str(&take(say, view, typed, name, lang));
        out.push_str("</div>");
    }
    out.push_str("</div></fieldset>");
    out
}

fn one_text(say: Say, typed: &Typed, name: &str, rows: u16, lang: Lang) -> String {
    let field = format!("t-{name}-{}", lang.tag());
    let label = in_language(say, name, lang);
    let built = if rows == 0 {
        Field::text(say, typed, &field, "editor-f-text").max(TITLE_CHARS_MAX)
    } else {
        Field::area(say, typed, &field, "editor-f-text", rows)
    };
    let hint = match name {
        "title" | "summary" | "check" | "detection" | "side_effects" | "revision_reason" => {
            Some(format!("editor-hint-{}", name.replace('_', "-")))
        }
        _ => None,
    };
    let built = built.label(label).attr(&format!("lang=\"{}\"", lang.tag()));
    match hint {
        Some(key) => built.hint(&key).html(),
        None => built.html(),
    }
}

/// Name of the field that carries a text of the last draft which the reader may not see: it stays as it is.
#[must_use]
pub fn kept_name(field: &str, lang: Lang) -> String {
    format!("{KEPT}{field}-{}", lang.tag())
}

/// Says that there is a text which the reader may not see.
fn kept(say: Say, typed: &Typed, name: &str, langs: &[Lang], key: &str) -> String {
    let is_there = |lang: &Lang| !typed.value(&kept_name(name, *lang)).is_empty();
    if langs.iter().any(is_there) {
        format!("<p class=\"hint\">{}</p>", text::escape(&say.t(key)))
    } else {
        String::new()
    }
}

pub(crate) fn in_language(say: Say, name: &str, lang: Lang) -> String {
    say.with(
        "editor-field-in",
        &[
            (
                "field",
                &say.t(&format!("editor-f-{}", name.replace('_', "-"))),
            ),
            ("lang", &say.t(checks::lang_key(lang))),
        ],
    )
}

/// Says from where a text was taken over, while it still says so.
fn taken(say: Say, view: &Editor, typed: &Typed, name: &str, lang: Lang) -> String {
    let from = typed.value(&format!("from-{name}-{}", lang.tag()));
    let found = view
        .sources
        .iter()
        .enumerate()
        .find(|(_, source)| source.body == from);
    let Some((index, source)) = found else {
        return String::new();
    };
    let same = source.text.as_str().trim() == typed.trimmed(&format!("t-{name}-{}", lang.tag()));
    let key = if same {
        "editor-taken-same"
    } else {
        "editor-taken-changed"
    };
    format!(
        "<p class=\"hint\">{} <a href=\"#source-{}\">{}</a></p>",
        text::escape(&say.t(key)),
        index + 1,
        text::escape(&source_label(say, index, source))
    )
}

/// The list of sources that suit a field, with its button.
fn take(say: Say, view: &Editor, typed: &Typed, name: &str, lang: Lang) -> String {
    if view.sources.is_empty() {
        return String::new();
    }
    let key = format!("{name}-{}", lang.tag());
    let mut order: Vec<(usize, &Source)> = view.sources.iter().enumerate().collect();
    let fits = |source: &Source| usize::from(!suits(name, &source.class));
    order.sort_by_key(|(index, source)| (fits(source), source.lang != lang, *index));
    let mut choices = vec![Choice {
        value: String::new(),
        label: say.t("editor-take-none"),
    }];
    choices.extend(
        order
            .into_iter()
            .take(CHOICES_MAX)
            .map(|(index, source)| Choice {
                value: source.body.clone(),
                label: format!(
                    "{}: {}",
                    source_label(say, index, source),
                    gist(source.text.as_str())
                ),
            }),
    );
    let label = say.with(
        "editor-take-label",
        &[("field", &in_language(say, name, lang))],
    );
    format!(
        "<details class=\"take\"><summary>{}</summary>{}<p class=\"buttons\"><button class=\"second\" type=\"submit\" name=\"do\" value=\"take-{key}\">{}</button></p></details>",
        text::escape(&label),
        Field::select(
            say,
            typed,
            &format!("take-{key}"),
            "editor-take-from",
            choices
        )
        .html(),
        text::escape(&say.t("editor-take")),
    )
}

/// Whether texts of a class belong into a field first of all.
fn suits(name: &str, class: &str) -> bool {
    match name {
        "check" => class == "K1",
        "detection" => class == "K2",
        "fix" | "side_effects" => matches!(class, "F" | "R"),
        "workaround" => matches!(class, "W" | "R"),
        "threat_note" => class == "E",
        _ => class == "V",
    }
}

fn gist(words: &str) -> String {
    let line = text::line(words);
    let mut out: String = line.chars().take(GIST_CHARS).collect();
    if line.chars().count() > GIST_CHARS {
        out.push('…');
    }
    out
}

fn source_label(say: Say, index: usize, source: &Source) -> String {
    let origin = match &source.origin {
        Origin::Report(handling) => {
            say.with("editor-origin-report", &[("number", &text::line(handling))])
        }
        Origin::Vendor(name, kind) => say.with(
            "editor-origin-vendor",
            &[
                ("name", &text::line(name)),
                ("kind", &say.t(&format!("editor-kind-{kind}"))),
            ],
        ),
        Origin::Case(field) => say.with(
            "editor-origin-case",
            &[(
                "field",
                &say.t(&format!("editor-f-{}", field.replace('_', "-"))),
            )],
        ),
    };
    say.with(
        "editor-source",
        &[
            ("n", &(index + 1).to_string()),
            ("origin", &origin),
            (
                "class",
                &say.t(&format!("editor-class-{}", source.class.to_lowercase())),
            ),
            ("lang", &say.t(checks::lang_key(source.lang))),
        ],
    )
}

fn choices(say: Say, first: Option<&str>, family: &str, values: &[&str]) -> Vec<Choice> {
    let empty = first.map(|key| Choice {
        value: String::new(),
        label: say.t(key),
    });
    let rest = values.iter().map(|value| Choice {
        value: (*value).to_owned(),
        label: say.t(&format!("{family}-{}", value.replace('_', "-"))),
    });
    empty.into_iter().chain(rest).collect()
}

fn facts(say: Say, typed: &Typed) -> String {
    let select = |name: &str, key: &str, family: &str, values: &[&str]| {
        let all = choices(say, Some("editor-choose"), family, values);
        Field::select(say, typed, name, key, all)
    };
    let stages = ["interim", "final", "updated", "withdrawn"];
    let threats = ["occurring", "expected", "none_known"];
    let severities = ["critical", "important", "warning", "caution", "none"];
    let damage = [
        "denial_of_service",
        "intrusion",
        "code_execution",
        "leak",
        "tampering",
        "privilege_escalation",
    ];
    let mut audiences = choices(say, Some("editor-choose"), "audience", &["administrator"]);
    for (value, key) in [
        ("general_user", "audience-general"),
        ("developer", "audience-developer"),
    ] {
        audiences.push(Choice {
            value: value.to_owned(),
            label: say.t(key),
        });
    }
    [
        "<div class=\"two\">".to_owned(),
        select("stage", "editor-f-status", "status", &stages).html(),
        Field::select(say, typed, "audience", "editor-f-audience", audiences).html(),
        select("severity", "editor-f-severity", "severity", &severities).html(),
        select("threat", "editor-f-threat", "threat", &threats).html(),
        "</div>".to_owned(),
        Field::boxes(
            say,
            typed,
            "damage",
            "editor-f-damage",
            choices(say, None, "damage", &damage),
        )
        .html(),
    ]
    .concat()
}

/// Rows of who, what and by when, in both languages.
fn actions(say: Say, typed: &Typed) -> String {
    let filled = (1..=ACTIONS_MAX)
        .filter(|row| {
            ["who", "what", "by"].iter().any(|part| {
                Lang::ALL
                    .iter()
                    .any(|lang| !typed.trimmed(&action_name(*row, part, *lang)).is_empty())
            })
        })
        .max()
        .unwrap_or(0);
    let mut out = kept(say, typed, "actions", &Lang::ALL, "editor-kept");
    for row in 1..=(filled + ACTIONS_SPARE).min(ACTIONS_MAX) {
        let legend = say.with("editor-action-row", &[("n", &row.to_string())]);
        let _ = write!(
            out,
            "<fieldset class=\"pair\"><legend>{}</legend><div class=\"two\">",
            text::escape(&legend)
        );
        for lang in [say.0, say.0.other()] {
            out.push_str("<div>");
            for part in ["who", "what", "by"] {
                let name = action_name(row, part, lang);
                let label = in_language(say, &format!("action-{part}"), lang);
                out.push_str(
                    &Field::text(say, typed, &name, "editor-f-text")
                        .label(label)
                        .attr(&format!("lang=\"{}\"", lang.tag()))
                        .html(),
                );
            }
            out.push_str("</div>");
        }
        out.push_str("</div></fieldset>");
    }
    out
}

/// Name of a field of a row.
#[must_use]
pub fn action_name(row: usize, part: &str, lang: Lang) -> String {
    format!("a-{row}-{part}-{}", lang.tag())
}

fn ids(say: Say, typed: &Typed) -> String {
    let area = |name: &str, rows: u16| {
        let key = name.replace('_', "-");
        Field::area(say, typed, name, &format!("editor-f-{key}"), rows)
            .hint(&format!("editor-hint-{key}"))
            .html()
    };
    [
        area("cvss", 2),
        area("cve", 2),
        area("other_ids", 2),
        area("references", 4),
        area("credits", 2),
        kept(say, typed, "credit", &Lang::ALL, "editor-kept-too"),
        Field::one(say, typed, "credit_consent", "yes", "editor-credit-consent").html(),
    ]
    .concat()
}

fn rest(say: Say, typed: &Typed) -> String {
    let langs = [
        Choice {
            value: "ja".to_owned(),
            label: say.t("editor-lang-ja"),
        },
        Choice {
            value: "en".to_owned(),
            label: say.t("editor-lang-en"),
        },
    ];
    [
        Field::boxes(
            say,
            typed,
            "untranslated",
            "editor-f-untranslated",
            langs.into(),
        )
        .hint("editor-hint-untranslated")
        .html(),
        Field::one(say, typed, "accepted_risk", "yes", "editor-accepted-risk")
            .hint("editor-hint-accepted-risk")
            .html(),
        moment::fields(say, typed, "at", "editor-f-at"),
        format!(
            "<p class=\"hint\">{}</p>",
            text::escape(&say.t("editor-hint-at"))
        ),
    ]
    .concat()
}
