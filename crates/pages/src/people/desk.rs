//! The persons of the house: who they are, who may approve, links with which they choose a password.
//!
//! A link is shown once, on the page that drew it. Knows no password.

use askama::Template;

use crate::kit::catalogue::Say;
use crate::kit::desk::bits::{Action, LINE_CHARS_MAX};
use crate::kit::desk::words;
use crate::kit::form::{Choice, Field, Typed, hidden, summary};
use crate::kit::frame::{Frame, bytes};
use crate::kit::inside::Inside;
use crate::kit::{text, when};
use crate::people::view::{PersonRow, Persons, SetUpLink};

/// Returns the page.
#[must_use]
pub fn page(inside: &Inside, view: &Persons, form: &Typed) -> Vec<u8> {
    let say = inside.say();
    let here = inside.href("/desk/persons");
    let roles = view
        .roles
        .iter()
        .map(|role| Choice {
            value: role.clone(),
            label: words::word(say, "role", role),
        })
        .collect();
    let inner = [
        Field::text(say, form, "handle", "desk-person-handle")
            .hint("desk-person-handle-hint")
            .attr("autocomplete=\"off\"")
            .max(LINE_CHARS_MAX)
            .required()
            .html(),
        Field::select(say, form, "role", "desk-role", roles).html(),
    ]
    .concat();
    let action = Action {
        say,
        typed: form,
        to: &here,
        seen: 0,
    };
    bytes(&PersonsPage {
        w: say,
        frame: inside.frame(&say.t("inside-persons")),
        summary: summary(say, form),
        add: action.html("person-add", &inner),
        link: view.link.as_ref().map(|link| link_of(say, link)),
        rows: view.rows.iter().map(|row| line(say, row)).collect(),
        here,
    })
}

fn link_of(say: Say, link: &SetUpLink) -> Link {
    Link {
        words: say.with(
            "desk-person-link-text",
            &[("who", &text::line(&link.handle))],
        ),
        address: text::line(&link.address),
        code: text::line(&link.code),
        expires: when::instant_html(say.0, &link.expires_at),
    }
}

fn line(say: Say, row: &PersonRow) -> Row {
    Row {
        hidden: hidden("person", &row.id),
        handle: text::line(&row.handle),
        role: words::word(say, "role", &row.role),
        marks: [
            (row.is_admin, "desk-person-admin"),
            (row.can_approve, "desk-person-approver"),
            (row.is_self, "desk-person-self"),
        ]
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, key)| say.t(key))
        .collect::<Vec<_>>()
        .join(&say.t("separator")),
        state: words::word(say, "person-state", &row.state),
        since: when::instant_html(say.0, &row.since),
        can_link: row.state != "ended",
        can_end: row.state != "ended" && !row.is_self,
        link: say.with(
            "desk-person-link-button",
            &[("who", &text::line(&row.handle))],
        ),
        end: say.with(
            "desk-person-end-button",
            &[("who", &text::line(&row.handle))],
        ),
    }
}

#[derive(Template)]
#[template(path = "desk_persons.html")]
struct PersonsPage {
    w: Say,
    frame: Frame,
    summary: String,
    here: String,
    add: String,
    link: Option<Link>,
    rows: Vec<Row>,
}

struct Link {
    words: String,
    address: String,
    code: String,
    expires: String,
}

struct Row {
    hidden: String,
    handle: String,
    role: String,
    marks: String,
    state: String,
    since: String,
    can_link: bool,
    can_end: bool,
    link: String,
    end: String,
}
