//! Coming in: signing in, choosing a password, giving it once more, and pages that say why nothing is shown.
//!
//! A form that waited while a session ended is carried along, so that nothing typed is lost. One page answers
//! for all that is not there and all that is not for this person.

use askama::Template;

use crate::kit::catalogue::Say;
use crate::kit::desk::bits::{LINE_CHARS_MAX, borrowed, carried};
use crate::kit::desk::shown::shown;
use crate::kit::desk::words;
use crate::kit::form::{Field, Typed, hidden, summary};
use crate::kit::frame::{Frame, bytes};
use crate::kit::inside::Inside;
use crate::kit::text;
use crate::people::view::{Again, Kept, Later, SetUp, SignIn, Sorry};

/// Fewest characters of a password.
pub const PASSWORD_CHARS_MIN: usize = 12;

/// Returns the page to sign in; `typed` carries the handle and what was wrong.
#[must_use]
pub fn sign_in(inside: &Inside, view: &SignIn, typed: &Typed) -> Vec<u8> {
    let say = inside.say();
    let mut kept = hidden("next", &view.next);
    if let Some(form) = &view.kept {
        kept.push_str(&hidden("keep_action", &form.action));
        kept.push_str(&carried("keep.", borrowed(&form.pairs)));
    }
    let fields = [
        Field::text(say, typed, "handle", "desk-handle")
            .attr("autocomplete=\"username\"")
            .required()
            .max(LINE_CHARS_MAX)
            .html(),
        Field::input(say, typed, "password", "desk-password", "password")
            .attr("autocomplete=\"current-password\"")
            .required()
            .html(),
    ];
    Form {
        title: "desk-sign-in",
        notes: match view.kept {
            Some(_) => vec!["desk-sign-in-kept"],
            None => vec![],
        },
        button: "desk-sign-in-button",
        verb: "sign-in",
        action: inside.href(&inside.path),
        inner: format!("{kept}{}", fields.concat()),
        shown: vec![],
    }
    .bytes(inside, say, typed)
}

/// Returns the page on which a person with a one-time link chooses a password.
#[must_use]
pub fn set_up(inside: &Inside, view: &SetUp, typed: &Typed) -> Vec<u8> {
    let say = inside.say();
    let min = PASSWORD_CHARS_MIN.to_string();
    let new = |name: &str, label: &str| {
        Field::input(say, typed, name, label, "password")
            .attr("autocomplete=\"new-password\"")
            .required()
    };
    let mut inner = format!(
        "<dl class=\"facts\"><div><dt>{}</dt><dd>{}</dd></div><div><dt>{}</dt><dd>{}</dd></div></dl>",
        text::escape(&say.t("desk-handle")),
        text::escape(&text::line(&view.handle)),
        text::escape(&say.t("desk-role")),
        text::escape(&words::word(say, "role", &view.role)),
    );
    // Password managers want to know whose password it is.
    inner.push_str(&format!(
        "<input type=\"text\" name=\"handle\" value=\"{}\" autocomplete=\"username\" hidden>",
        text::escape(&view.handle)
    ));
    if view.has_code {
        inner.push_str(
            &Field::text(say, typed, "code", "desk-set-up-code")
                .hint("desk-set-up-code-hint")
                .attr("inputmode=\"numeric\" autocomplete=\"one-time-code\"")
                .required()
                .html(),
        );
    }
    inner.push_str(
        &new("password", "desk-password-new")
            .hint_words(say.with("desk-password-rule", &[("min", &min)]))
            .html(),
    );
    inner.push_str(&new("password_again", "desk-password-again").html());
    let notes = vec![if view.is_first {
        "desk-set-up-first"
    } else {
        "desk-set-up-note"
    }];
    Form {
        title: "desk-set-up",
        notes,
        button: "desk-set-up-button",
        verb: "set-up",
        action: inside.href(&inside.path),
        inner,
        shown: vec![],
    }
    .bytes(inside, say, typed)
}

/// Returns the page on which a signed-in person changes the password.
#[must_use]
pub fn change(inside: &Inside, with_approval_key: bool, typed: &Typed) -> Vec<u8> {
    let say = inside.say();
    let min = PASSWORD_CHARS_MIN.to_string();
    let field = |name: &str, label: &str, autocomplete: &str| {
        Field::input(say, typed, name, label, "password")
            .attr(autocomplete)
            .required()
    };
    let inner = [
        field(
            "before",
            "desk-password-before",
            "autocomplete=\"current-password\"",
        )
        .html(),
        field(
            "password",
            "desk-password-new",
            "autocomplete=\"new-password\"",
        )
        .hint_words(say.with("desk-password-rule", &[("min", &min)]))
        .html(),
        field(
            "password_again",
            "desk-password-again",
            "autocomplete=\"new-password\"",
        )
        .html(),
    ]
    .concat();
    Form {
        title: "inside-password",
        notes: if with_approval_key {
            vec!["desk-password-change-approval"]
        } else {
            vec![]
        },
        button: "desk-password-change-button",
        verb: "change",
        action: inside.href(&inside.path),
        inner,
        shown: vec![],
    }
    .bytes(inside, say, typed)
}

/// Returns the page that asks for the password once more; the waiting form goes along with it.
#[must_use]
pub fn again(inside: &Inside, view: &Again, typed: &Typed) -> Vec<u8> {
    let say = inside.say();
    let mut inner = carried("", borrowed(&view.kept.pairs));
    inner.push_str(&format!(
        "<p>{}: <strong>{}</strong></p>",
        text::escape(&say.t("desk-handle")),
        text::escape(&text::line(&view.handle)),
    ));
    inner.push_str(
        &Field::input(say, typed, "again_password", "desk-password", "password")
            .attr("autocomplete=\"current-password\"")
            .required()
            .html(),
    );
    Form {
        title: "desk-again",
        notes: vec!["desk-again-note"],
        button: "desk-again-button",
        verb: "",
        action: view.kept.action.clone(),
        inner,
        shown: shown(say, &view.kept.pairs),
    }
    .bytes(inside, say, typed)
}

/// Returns the page that offers a form again which waited while somebody signed in.
#[must_use]
pub fn resume(inside: &Inside, kept: &Kept) -> Vec<u8> {
    let say = inside.say();
    let inner = carried("", borrowed(&kept.pairs));
    Form {
        title: "desk-resume",
        notes: vec!["desk-resume-note"],
        button: "desk-resume-button",
        verb: "",
        action: kept.action.clone(),
        inner,
        shown: shown(say, &kept.pairs),
    }
    .bytes(inside, say, &Typed::default())
}

/// Returns the page with a form that was not taken now; nothing of it is lost.
#[must_use]
pub fn later(inside: &Inside, kept: &Kept, why: Later) -> Vec<u8> {
    let say = inside.say();
    if why == Later::Running {
        // Sent from here it would be another sending beside the one that runs.
        return bytes(&SorryPage {
            frame: inside.frame(&say.t("desk-later-runs")),
            h1: say.t("desk-later-runs"),
            text: say.t("desk-later-running"),
            home: (kept.action.clone(), say.t("desk-later-back")),
        });
    }
    Form {
        title: "desk-later",
        notes: vec!["desk-later-often"],
        button: "desk-resume-button",
        verb: "",
        action: kept.action.clone(),
        inner: carried("", borrowed(&kept.pairs)),
        shown: shown(say, &kept.pairs),
    }
    .bytes(inside, say, &Typed::default())
}

/// Returns a page that says why nothing is shown and what one can do.
#[must_use]
pub fn sorry(inside: &Inside, why: Sorry) -> Vec<u8> {
    let say = inside.say();
    let key = match why {
        Sorry::NotFound => "desk-sorry-not-found",
        Sorry::Role => "desk-sorry-role",
        Sorry::Link => "desk-sorry-link",
        Sorry::Form => "desk-sorry-form",
        Sorry::Trouble => "desk-sorry-trouble",
        Sorry::Held => "desk-sorry-held",
    };
    bytes(&SorryPage {
        frame: inside.frame(&say.t(key)),
        h1: say.t(key),
        text: say.t(&format!("{key}-text")),
        // The same for whoever asks, signed in or not.
        home: {
            let (path, words) = match inside.side {
                crate::kit::inside::Side::Desk => ("/desk/", "desk-sorry-home"),
                crate::kit::inside::Side::Partner => ("/partner/", "partner-sorry-home"),
            };
            (inside.href(path), say.t(words))
        },
    })
}

struct Form {
    title: &'static str,
    notes: Vec<&'static str>,
    button: &'static str,
    /// Empty where the carried form has its own.
    verb: &'static str,
    action: String,
    inner: String,
    shown: Vec<(String, String)>,
}

impl Form {
    fn bytes(self, inside: &Inside, say: Say, typed: &Typed) -> Vec<u8> {
        bytes(&SignPage {
            w: say,
            frame: inside.frame(&say.t(self.title)),
            h1: say.t(self.title),
            summary: summary(say, typed),
            notes: self.notes.iter().map(|key| say.t(key)).collect(),
            button: say.t(self.button),
            verb: self.verb,
            action: self.action,
            inner: self.inner,
            shown: self.shown,
        })
    }
}

#[derive(Template)]
#[template(path = "desk_sign.html")]
struct SignPage {
    w: Say,
    frame: Frame,
    h1: String,
    summary: String,
    notes: Vec<String>,
    button: String,
    verb: &'static str,
    action: String,
    inner: String,
    shown: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "desk_sorry.html")]
struct SorryPage {
    frame: Frame,
    h1: String,
    text: String,
    home: (String, String),
}
