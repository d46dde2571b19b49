//! The register of parties: the list with its search, a new party, and the page of one.
//!
//! Names are searched folded, by the server; lists come in the order of the reader's language. Knows no case
//! beyond the numbers in which a party stands.

use askama::Template;

use crate::kit::catalogue::Say;
use crate::kit::desk::bits::{Action, LINE_CHARS_MAX, langs, segment, timeline};
use crate::kit::desk::bits::{Link, pages};
use crate::kit::desk::view::Entry;
use crate::kit::form::{Field, Typed, hidden};
use crate::kit::frame::{Fact, Frame, bytes};
use crate::kit::inside::Inside;
use crate::kit::text;
use crate::party::view::{Party, PartyRow, Register};
use formats::advisory::Lang;

/// Returns the list with the form for a new party.
#[must_use]
pub fn list(inside: &Inside, view: &Register, query: &Typed, form: &Typed) -> Vec<u8> {
    let say = inside.say();
    let here = inside.href("/desk/register");
    let action = Action {
        say,
        typed: form,
        to: &here,
        seen: 0,
    };
    bytes(&RegisterPage {
        w: say,
        frame: inside.frame(&say.t("inside-register")),
        summary: crate::kit::form::summary(say, form),
        search: Field::input(say, query, "q", "desk-register-search", "search")
            .hint("desk-register-search-hint")
            .attr("data-search")
            .html(),
        found: say.with(
            "desk-register-found",
            &[
                ("found", &view.found.to_string()),
                ("total", &view.total.to_string()),
            ],
        ),
        rows: view.rows.iter().map(|row| line(inside, row)).collect(),
        pages: pages(say, &here, query, view.page, view.pages),
        add: if view.may_act {
            action.html("party-add", &new_party(say, form))
        } else {
            String::new()
        },
        here,
    })
}

fn new_party(say: Say, form: &Typed) -> String {
    let name = |name: &str, label: &str| {
        Field::text(say, form, name, label)
            .max(LINE_CHARS_MAX)
            .attr("autocomplete=\"off\"")
    };
    [
        name("name_ja", "desk-party-name-ja")
            .attr(lang_of(say, Lang::Ja))
            .required()
            .html(),
        name("kana", "desk-party-kana")
            .attr(lang_of(say, Lang::Ja))
            .hint("desk-party-kana-hint")
            .html(),
        name("name_en", "desk-party-name-en")
            .attr(lang_of(say, Lang::En))
            .hint("desk-party-name-en-hint")
            .required()
            .html(),
        name("contact", "desk-party-contact")
            .hint("desk-party-contact-hint")
            .html(),
        Field::select(say, form, "lang", "desk-party-lang", langs(say)).html(),
        Field::one(say, form, "listed", "yes", "desk-party-listed")
            .hint("desk-party-listed-hint")
            .html(),
        // Whoever sends it once more means another organisation of that name.
        if form.problems().iter().any(|problem| problem.key == ALIKE) {
            hidden("alike", form.value("alike"))
        } else {
            String::new()
        },
    ]
    .concat()
}

/// Key of what is said of a name that is written like one of the register.
pub const ALIKE: &str = "desk-party-alike";

fn lang_of(say: Say, of: Lang) -> &'static str {
    match (say.0, of) {
        (Lang::Ja, Lang::En) => "lang=\"en\"",
        (Lang::En, Lang::Ja) => "lang=\"ja\"",
        _ => "",
    }
}

fn line(inside: &Inside, row: &PartyRow) -> Row {
    let say = inside.say();
    let (name, other) = match say.0 {
        Lang::Ja => (&row.name_ja, &row.name_en),
        Lang::En => (&row.name_en, &row.name_ja),
    };
    let yes = |is: bool, key: &str| if is { say.t(key) } else { say.t("desk-dash") };
    Row {
        href: inside.href(&format!("/desk/register/{}", segment(&row.id))),
        name: text::line(name),
        other: if other == name {
            String::new()
        } else {
            text::line(other)
        },
        other_attr: text::lang_attr(say.0, say.0.other()),
        kana: text::line(&row.kana),
        kana_attr: text::lang_attr(say.0, Lang::Ja),
        standing: yes(row.standing, "desk-party-standing-yes"),
        contact: yes(row.has_contact, "desk-party-contact-yes"),
        listed: yes(row.listed, "desk-party-listed-yes"),
        cases: row.cases,
    }
}

/// Returns the page of one party.
#[must_use]
pub fn party(inside: &Inside, view: &Party, form: &Typed) -> Vec<u8> {
    let say = inside.say();
    let here = inside.href(&inside.path);
    let action = Action {
        say,
        typed: form,
        to: &here,
        seen: view.seen,
    };
    let h1 = match say.0 {
        Lang::Ja => text::line(&view.name_ja),
        Lang::En => text::line(&view.name_en),
    };
    let entries: Vec<&Entry> = view.timeline.iter().collect();
    let contact = Field::text(say, form, "contact", "desk-party-contact")
        .hint("desk-party-contact-hint")
        .attr("autocomplete=\"off\"")
        .max(LINE_CHARS_MAX)
        .required()
        .html();
    let version = Field::text(say, form, "version", "desk-party-version")
        .hint("desk-party-version-hint")
        .attr("autocomplete=\"off\"")
        .max(LINE_CHARS_MAX)
        .required()
        .html();
    bytes(&PartyPage {
        w: say,
        frame: inside.frame(&h1),
        summary: crate::kit::form::summary(say, form),
        facts: party_facts(say, view),
        cases: view
            .cases
            .iter()
            .map(|(number, tn)| Link {
                href: inside.href(&format!(
                    "/desk/cases/{}/vendors/{}",
                    segment(number),
                    segment(tn)
                )),
                text: format!("{} (TN {})", text::line(number), text::line(tn)),
                is_here: false,
            })
            .collect(),
        actions: if view.may_act {
            [
                action.html("party-contact", &contact),
                action.html("standing", &version),
            ]
            .concat()
        } else {
            String::new()
        },
        timeline: timeline(say, &entries),
        h1,
    })
}

fn party_facts(say: Say, view: &Party) -> Vec<Fact> {
    let run = |value: &str, lang: Lang| {
        format!(
            "<span{}>{}</span>",
            text::lang_attr(say.0, lang),
            text::escape(&text::line(value))
        )
    };
    let fact = |key: &str, html: String| Fact {
        name: say.t(key),
        html,
    };
    let or_none = |value: Option<&str>| {
        value.map_or_else(
            || text::escape(&say.t("not-recorded")),
            |value| text::escape(&text::line(value)),
        )
    };
    vec![
        fact("desk-party-name-ja", run(&view.name_ja, Lang::Ja)),
        fact("desk-party-kana", run(&view.kana, Lang::Ja)),
        fact("desk-party-name-en", run(&view.name_en, Lang::En)),
        fact(
            "desk-party-contact",
            or_none(view.contact.as_ref().map(|words| words.as_str())),
        ),
        fact(
            "desk-party-lang",
            text::escape(&say.t(match view.lang {
                Lang::Ja => "desk-lang-ja",
                Lang::En => "desk-lang-en",
            })),
        ),
        fact("desk-party-standing", or_none(view.standing.as_deref())),
        fact(
            "desk-party-board",
            text::escape(&say.t(if view.listed {
                "desk-party-listed-yes"
            } else {
                "desk-party-listed-no"
            })),
        ),
    ]
}

#[derive(Template)]
#[template(path = "desk_register.html")]
struct RegisterPage {
    w: Say,
    frame: Frame,
    summary: String,
    here: String,
    search: String,
    found: String,
    rows: Vec<Row>,
    pages: Vec<Link>,
    add: String,
}

struct Row {
    href: String,
    name: String,
    other: String,
    other_attr: &'static str,
    kana: String,
    kana_attr: &'static str,
    standing: String,
    contact: String,
    listed: String,
    cases: usize,
}

#[derive(Template)]
#[template(path = "desk_party.html")]
struct PartyPage {
    w: Say,
    frame: Frame,
    h1: String,
    summary: String,
    facts: Vec<Fact>,
    cases: Vec<Link>,
    actions: String,
    timeline: String,
}
