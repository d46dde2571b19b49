//! Those who may approve: whose keys stand, the change that waits for its signatures, and how a change begins.
//!
//! A secret is shown once, on the page that drew it. Knows no password.

use askama::Template;

use crate::kit::catalogue::Say;
use crate::kit::desk::bits::{Action, LINE_CHARS_MAX};
use crate::kit::desk::words;
use crate::kit::form::{Choice, Field, Typed, hidden, summary};
use crate::kit::frame::{Frame, bytes};
use crate::kit::inside::Inside;
use crate::kit::{text, when};
use crate::people::sign::PASSWORD_CHARS_MIN;
use crate::people::view::{ApproverRow, Approvers, PendingChange};

/// Characters between two blanks of a key or secret that is read aloud or copied by hand.
const GROUP: usize = 8;

/// Returns the page.
#[must_use]
pub fn page(inside: &Inside, view: &Approvers, form: &Typed) -> Vec<u8> {
    let say = inside.say();
    let here = inside.href("/desk/approvers");
    let action = Action {
        say,
        typed: form,
        to: &here,
        seen: 0,
    };
    bytes(&ApproversPage {
        w: say,
        frame: inside.frame(&say.t("inside-approvers")),
        summary: summary(say, form),
        intro: quorum_words(say, view.quorum),
        notes: notes(say, view),
        secret: view.secret.as_deref().map(grouped),
        pending: view
            .pending
            .as_ref()
            .map(|change| change_of(say, view, change, form, &action)),
        rows: view.rows.iter().map(|row| line(say, row)).collect(),
        forms: forms(say, view, form, &action),
    })
}

fn quorum_words(say: Say, quorum: u8) -> String {
    match quorum {
        0 => say.t("approvers-intro-solo"),
        n => say.with("approvers-intro", &[("n", &n.to_string())]),
    }
}

fn notes(say: Say, view: &Approvers) -> Vec<String> {
    let lack = view.lack.as_deref().map(|code| {
        let (found, needed) = (view.found.to_string(), view.needed.to_string());
        let key = format!("approvers-lack-{}", code.replace('_', "-"));
        say.with(&key, &[("found", &found), ("needed", &needed)])
    });
    let not_taken = view.not_taken.as_deref().map(|code| match code {
        "approvers.apart" => say.t("cause-approvers-apart"),
        code => say.with("approvers-not-taken", &[("code", &text::line(code))]),
    });
    lack.into_iter().chain(not_taken).collect()
}

/// Digits in groups, so that somebody can copy them by hand.
fn grouped(digits: &str) -> String {
    let digits: Vec<char> = text::line(digits).chars().collect();
    let groups: Vec<String> = digits
        .chunks(GROUP)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(" ")
}

fn password(say: Say, form: &Typed, name: &str, label: &str, is_new: bool) -> String {
    let complete = if is_new {
        "autocomplete=\"new-password\""
    } else {
        "autocomplete=\"current-password\""
    };
    let field = Field::input(say, form, name, label, "password").attr(complete);
    if is_new && name == "password" {
        let min = PASSWORD_CHARS_MIN.to_string();
        return field
            .required()
            .hint_words(say.with("approvers-password-rule", &[("min", &min)]))
            .html();
    }
    field.required().html()
}

fn change_of(
    say: Say,
    view: &Approvers,
    change: &PendingChange,
    form: &Typed,
    action: &Action<'_>,
) -> Change {
    let who = if change.who.is_empty() {
        say.t("approvers-nobody")
    } else {
        text::line(&change.who)
    };
    let quorum = change.quorum.to_string();
    let what = say.with(
        &format!("approvers-do-{}", change.action),
        &[
            ("who", &who),
            ("quorum", &quorum),
            ("kind", &words::word(say, "approver-kind", &change.kind)),
        ],
    );
    let signed = change
        .signed
        .iter()
        .map(|who| text::line(who))
        .collect::<Vec<_>>()
        .join(&say.t("separator"));
    let counts = (change.signed.len().to_string(), change.needed.to_string());
    let signed = say.with(
        "approvers-signed-by",
        &[("n", &counts.0), ("needed", &counts.1), ("who", &signed)],
    );
    let which = hidden("change", &change.sha256);
    let mut forms = String::new();
    if change.can_sign {
        let inner = password(say, form, "approval_password", "approvers-password", false);
        forms.push_str(&action.html("approvers-sign", &format!("{which}{inner}")));
    }
    if view.has_safe {
        let inner = Field::input(say, form, "safe_password", "approvers-secret", "password")
            .attr("autocomplete=\"current-password\"")
            .required()
            .html();
        forms.push_str(&action.html("approvers-safe-sign", &format!("{which}{inner}")));
    }
    if change.can_withdraw {
        let inner = Field::text(say, form, "withdraw_reason", "approvers-reason")
            .max(LINE_CHARS_MAX)
            .required()
            .html();
        forms.push_str(&action.html("approvers-withdraw", &format!("{which}{inner}")));
    }
    Change {
        what,
        key: grouped(&change.key),
        since: when::instant_html(say.0, &change.since),
        signed,
        forms,
    }
}

fn forms(say: Say, view: &Approvers, form: &Typed, action: &Action<'_>) -> String {
    let mut out = String::new();
    let mut inner = password(say, form, "password", "approvers-password-new", true);
    inner.push_str(&password(
        say,
        form,
        "password_again",
        "desk-password-again",
        true,
    ));
    if view.has_key {
        inner.push_str(
            &Field::input(
                say,
                form,
                "before_password",
                "approvers-password-before",
                "password",
            )
            .hint("approvers-password-before-hint")
            .attr("autocomplete=\"current-password\"")
            .html(),
        );
    }
    out.push_str(&action.html("approvers-offer", &inner));
    if view.may_ask {
        let keys = view
            .rows
            .iter()
            .map(|row| Choice {
                value: row.key.clone(),
                label: format!("{} ({})", whose(say, row), short(&row.key)),
            })
            .collect();
        let inner = Field::select(say, form, "key", "approvers-key-of", keys).html();
        out.push_str(&action.html("approvers-end", &inner));
    }
    if view.is_admin {
        let inner = Field::input(say, form, "quorum", "approvers-quorum", "number")
            .attr("min=\"1\" max=\"9\"")
            .required()
            .html();
        out.push_str(&action.html("approvers-quorum", &inner));
        out.push_str(&action.html("approvers-safe", ""));
    }
    out
}

fn short(key: &str) -> String {
    text::line(key).chars().take(GROUP).collect()
}

fn whose(say: Say, row: &ApproverRow) -> String {
    if row.who.is_empty() {
        say.t("approvers-nobody")
    } else {
        text::line(&row.who)
    }
}

fn line(say: Say, row: &ApproverRow) -> Row {
    let told = |key: &str, at: &str| {
        format!(
            "{} {}",
            text::escape(&say.t(key)),
            when::instant_html(say.0, at)
        )
    };
    let mut state = match (&row.until, &row.counts_from, row.is_kit) {
        (Some(until), _, _) => told("approvers-state-until", until),
        (None, Some(from), _) => told("approvers-state-from", from),
        (None, None, true) => text::escape(&say.t("approvers-state-kit")),
        (None, None, false) => told("approvers-state-since", &row.since),
    };
    if row.is_superseded {
        state.push_str(&format!(
            "<br>{}",
            text::escape(&say.t("approvers-state-other-key"))
        ));
    }
    Row {
        who: whose(say, row),
        kind: words::word(say, "approver-kind", &row.kind),
        state,
        key: grouped(&row.key),
    }
}

#[derive(Template)]
#[template(path = "desk_approvers.html")]
struct ApproversPage {
    w: Say,
    frame: Frame,
    summary: String,
    intro: String,
    notes: Vec<String>,
    secret: Option<String>,
    pending: Option<Change>,
    rows: Vec<Row>,
    forms: String,
}

struct Change {
    what: String,
    key: String,
    since: String,
    signed: String,
    forms: String,
}

struct Row {
    who: String,
    kind: String,
    state: String,
    key: String,
}
