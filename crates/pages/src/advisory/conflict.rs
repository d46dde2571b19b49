//! Two people wrote in one draft: both texts of every field that differs, and a choice for each.
//!
//! Nothing is lost on either side: the form carries both. It knows no store; who saved and when is told to it.

use askama::Template;
use formats::advisory::Lang;

use crate::advisory::form::in_language;
use crate::advisory::view::Conflict;
use crate::kit::catalogue::Say;
use crate::kit::form::{Typed, hidden};
use crate::kit::frame::{Frame, bytes};
use crate::kit::inside::Inside;
use crate::kit::{text, when};

/// Fields with several values; each side of them is carried as lines of one value.
const LISTS: [&str; 2] = ["damage", "untranslated"];

/// Returns the page; `typed` is what the reader sent.
#[must_use]
pub fn page(inside: &Inside, view: &Conflict, typed: &Typed) -> Vec<u8> {
    let say = inside.say();
    let h1 = say.with(
        "editor-conflict-title",
        &[("number", &text::line(&view.number))],
    );
    let differs = |name: &str| view.differing.iter().any(|(known, _, _)| known == name);
    let mut carried = hidden("base", &view.base.to_string());
    carried.push_str(&hidden("recorded", &view.recorded.to_string()));
    for (name, value) in typed.pairs() {
        let is_ours = matches!(name, "base" | "recorded" | "do");
        let is_list = LISTS.contains(&name);
        let is_apart = name
            .strip_prefix("from-")
            .is_some_and(|rest| differs(&format!("t-{rest}")));
        if !is_ours && !is_list && !is_apart && !differs(name) && !value.is_empty() {
            carried.push_str(&hidden(name, value));
        }
    }
    for name in LISTS.into_iter().filter(|name| !differs(name)) {
        carried.push_str(&hidden(
            &format!("list.{name}"),
            &typed.all(name).join("\n"),
        ));
    }
    bytes(&Page {
        w: say,
        frame: inside.frame(&h1),
        h1,
        words: say.with(
            "editor-conflict-text",
            &[
                ("who", &text::line(&view.who)),
                ("at", &when::instant(say.0, &view.at)),
            ],
        ),
        action: inside.href(&format!("/desk/cases/{}/advisory", view.number)),
        carried,
        rows: view
            .differing
            .iter()
            .enumerate()
            .map(|(index, (name, mine, theirs))| Row {
                id: format!("pick-{}", index + 1),
                name: name.clone(),
                label: label(say, name),
                attr: lang_of(name).map_or("", |lang| text::lang_attr(say.0, lang)),
                mine_html: shown(say, mine),
                theirs_html: shown(say, theirs),
                both: both(name, mine, theirs) + sources(view, name).as_str(),
            })
            .collect(),
    })
}

fn lang_of(name: &str) -> Option<Lang> {
    match name.rsplit_once('-').map(|(_, lang)| lang) {
        Some("ja") => Some(Lang::Ja),
        Some("en") => Some(Lang::En),
        _ => None,
    }
}

/// What a field of the form is called.
fn label(say: Say, name: &str) -> String {
    let mut parts = name.split('-');
    match (parts.next(), parts.next(), parts.next(), lang_of(name)) {
        (Some("t"), Some(field), _, Some(lang)) => in_language(say, field, lang),
        (Some("a"), Some(row), Some(part), Some(lang)) => format!(
            "{} {}",
            say.with("editor-action-row", &[("n", row)]),
            in_language(say, &format!("action-{part}"), lang)
        ),
        _ => {
            let key = match name {
                "stage" => "status",
                "at_date" | "at_time" | "at_zone" => "at",
                other => other,
            };
            say.t(&format!("editor-f-{}", key.replace('_', "-")))
        }
    }
}

fn shown(say: Say, values: &[String]) -> String {
    let html = text::paragraphs(&values.join("\n"));
    if html.is_empty() {
        format!(
            "<p class=\"none\">{}</p>",
            text::escape(&say.t("editor-blank"))
        )
    } else {
        html
    }
}

/// Both sides of a field, under names of their own.
fn both(name: &str, mine: &[String], theirs: &[String]) -> String {
    let side = |side: &str, values: &[String]| -> String {
        hidden(&format!("{side}.{name}"), &values.join("\n"))
    };
    format!("{}{}", side("mine", mine), side("theirs", theirs))
}

/// The sources of both sides of a text; they follow its choice.
fn sources(view: &Conflict, name: &str) -> String {
    let Some(rest) = name.strip_prefix("t-") else {
        return String::new();
    };
    let from = format!("from-{rest}");
    view.sources
        .iter()
        .filter(|(known, _, _)| *known == from)
        .map(|(_, mine, theirs)| {
            hidden(&format!("mine.{from}"), mine)
                + hidden(&format!("theirs.{from}"), theirs).as_str()
        })
        .collect()
}

/// Puts the chosen side of every field back under its own name.
pub fn resolve(typed: &Typed) -> Typed {
    let mut out = Typed::default();
    for (name, value) in typed.pairs() {
        let (side, field) = name.split_once('.').unwrap_or(("", name));
        let is_chosen = match side {
            "mine" | "theirs" => {
                let key = match field.strip_prefix("from-") {
                    Some(rest) => format!("pick.t-{rest}"),
                    None => format!("pick.{field}"),
                };
                typed.value(&key) == side
            }
            "" | "list" => true,
            _ => false,
        };
        if !is_chosen {
            continue;
        }
        if LISTS.contains(&field) {
            value.lines().for_each(|line| out.put(field, line));
        } else {
            out.put(field, value);
        }
    }
    out
}

#[derive(Template)]
#[template(path = "editor_conflict.html")]
struct Page {
    w: Say,
    frame: Frame,
    h1: String,
    words: String,
    action: String,
    carried: String,
    rows: Vec<Row>,
}

struct Row {
    id: String,
    name: String,
    label: String,
    attr: &'static str,
    mine_html: String,
    theirs_html: String,
    both: String,
}
