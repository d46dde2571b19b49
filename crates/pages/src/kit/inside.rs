//! The frame of the pages inside: who is signed in, where one can go, how one leaves.
//!
//! Shared by desk and partner pages; knows no case. Addresses begin with the language, so that each page has
//! its twin at the same address in the other language.

use base::Instant;
use formats::advisory::Lang;

use crate::Site;
use crate::kit::catalogue::Say;
use crate::kit::frame::{Frame, Item, Leave, Twin, frame};
use crate::kit::links::Place;
use crate::kit::{assets, text};

/// Which side of the house a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// People of the house.
    Desk,
    /// Vendors and others from outside.
    Partner,
}

/// What every page inside says about its reader.
#[derive(Clone, Debug)]
pub struct Inside {
    pub site: Site,
    pub lang: Lang,
    pub side: Side,
    /// What the person is called: handle and role in words, or the organisation. Empty before signing in.
    pub who: String,
    /// Whether the person works on cases: of the others' menu these pages are no part.
    pub works_on_cases: bool,
    /// Whether the person administers persons.
    pub is_admin: bool,
    /// Path of this page without the language, for example `/desk/cases/NRS-12345678`.
    pub path: String,
    /// Key of what has just been done, shown once at the top.
    pub done: Option<String>,
    pub now: Instant,
    /// Numbers of the cases whose releases are due and cannot go: the first thing on every page of whoever works on cases.
    pub held: Vec<String>,
    /// Contexts that are gone, by name.
    pub gone: Vec<&'static str>,
}

impl Inside {
    /// An address of this side in the reader's language.
    #[must_use]
    pub fn href(&self, path: &str) -> String {
        format!("/{}{path}", self.lang.tag())
    }

    pub(crate) fn say(&self) -> Say {
        Say(self.lang)
    }

    /// The words of what has just been done; an unknown key says nothing.
    fn done_words(&self) -> Option<String> {
        let key = self.done.as_deref()?;
        let is_key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if key.is_empty() || !key.chars().all(is_key) {
            return None;
        }
        Some(self.say().t(&format!("done-{key}"))).filter(|words| !words.starts_with('⟦'))
    }

    /// The frame of a page with this title.
    pub(crate) fn frame(&self, title: &str) -> Frame {
        let say = self.say();
        let other = self.lang.other();
        let twin = format!("/{}{}", other.tag(), self.path);
        let mut out = frame(&self.site, self.lang, &Place::Anywhere, title, &twin, &[]);
        out.styles = vec![
            assets::style_path().to_owned(),
            assets::inside_style_path().to_owned(),
        ];
        out.script = Some(assets::inside_script_path().to_owned());
        out.referrer = "same-origin";
        out.done = self.done_words();
        let gone = self.gone.iter().map(|name| Item {
            href: self.href("/desk/tasks"),
            text: crate::kit::desk::words::word(say, "inside-gone", name),
            is_here: false,
        });
        let held = self.held.iter().map(|case| Item {
            href: self.href(&format!("/desk/cases/{case}")),
            text: say.with("inside-held", &[("case", case)]),
            is_here: false,
        });
        out.alarms = gone.chain(held).collect();
        out.leave = (!self.who.is_empty()).then(|| Leave {
            who: text::line(&self.who),
            action: self.href("/sign-out"),
            button: say.t("inside-sign-out"),
        });
        out.tools = words_for_script(say);
        if self.side == Side::Desk && !self.who.is_empty() {
            out.tools.push_str(&keys(say));
            out.foot.push(format!(
                "<button type=\"button\" data-keys hidden>{}</button>",
                text::escape(&say.t("inside-keys"))
            ));
        }
        out.twins = vec![Twin {
            lang: other.tag(),
            href: twin,
            text: Say(other).t("language-name"),
        }];
        let item = |path: &str, key: &str| Item {
            href: self.href(path),
            text: say.t(key),
            is_here: self.path == path,
        };
        out.nav = match (self.side, self.who.is_empty()) {
            (_, true) => vec![],
            (Side::Desk, false) => {
                let mut nav = Vec::new();
                if self.works_on_cases {
                    nav.extend([
                        item("/desk/", "inside-queue"),
                        item("/desk/register", "inside-register"),
                        item("/desk/tasks", "inside-tasks"),
                        item("/desk/record", "inside-record"),
                    ]);
                }
                nav.push(item("/desk/password", "inside-password"));
                nav.push(item("/desk/approvers", "inside-approvers"));
                if self.is_admin {
                    nav.push(item("/desk/persons", "inside-persons"));
                }
                nav
            }
            (Side::Partner, false) => vec![item("/partner/", "inside-partner")],
        };
        out
    }
}

/// Words that the script puts together itself, with `{a}` and `{b}` where its numbers go.
fn words_for_script(say: Say) -> String {
    const KEYS: [&str; 9] = [
        "left-dh", "left-hm", "left-m", "late-dh", "late-hm", "late-m", "zone", "saved", "unsaved",
    ];
    let mut out = String::from("\n<div id=\"words\" hidden");
    for key in KEYS {
        let words = say.with(&format!("desk-{key}"), &[("a", "{a}"), ("b", "{b}")]);
        out.push_str(&format!(" data-{key}=\"{}\"", text::escape(&words)));
    }
    out.push_str("></div>");
    out
}

/// The list of keys with the one switch that turns all of them off.
fn keys(say: Say) -> String {
    const KEYS: [(&str, &str); 5] = [
        ("?", "inside-key-help"),
        ("/", "inside-key-search"),
        ("j", "inside-key-down"),
        ("k", "inside-key-up"),
        ("o", "inside-key-open"),
    ];
    let mut list = String::new();
    for (key, words) in KEYS {
        list.push_str(&format!(
            "<div><dt><kbd>{key}</kbd></dt><dd>{}</dd></div>",
            text::escape(&say.t(words))
        ));
    }
    format!(
        "\n<dialog id=\"keys\" aria-labelledby=\"keys-name\"><h2 id=\"keys-name\">{name}</h2>\n<dl class=\"facts\">{list}</dl>\n\
         <div class=\"choice\"><input type=\"checkbox\" id=\"keys-on\" checked><label for=\"keys-on\">{on}</label></div>\n\
         <form method=\"dialog\"><p class=\"buttons\"><button type=\"submit\">{close}</button></p></form></dialog>",
        name = text::escape(&say.t("inside-keys")),
        on = text::escape(&say.t("inside-keys-on")),
        close = text::escape(&say.t("inside-keys-close")),
    )
}
