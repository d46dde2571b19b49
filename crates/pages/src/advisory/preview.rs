//! The preview: one form of the release at a time, with the hash of the bytes that it shows.
//!
//! Pages open by themselves at the address that they will have, in a sandbox; texts stand here, escaped. It knows
//! neither draft nor plan, only their forms.

use askama::Template;

use crate::advisory::view::Preview;
use crate::kit::catalogue::Say;
use crate::kit::frame::{Frame, bytes};
use crate::kit::inside::Inside;
use crate::kit::{text, when};

/// Returns the page of one form.
#[must_use]
pub fn page(inside: &Inside, view: &Preview) -> Vec<u8> {
    let say = inside.say();
    let of = if view.is_plan { "plan" } else { "draft" };
    let base = inside.href(&format!("/desk/cases/{}/advisory", view.number));
    let h1 = say.with(
        "editor-preview-title",
        &[
            ("number", &text::line(&view.number)),
            ("revision", &view.revision.to_string()),
        ],
    );
    bytes(&Page {
        w: say,
        frame: inside.frame(&h1),
        h1,
        of_words: say.t(if view.is_plan {
            "editor-preview-of-plan"
        } else {
            "editor-preview-of-draft"
        }),
        editor_href: base.clone(),
        plan_href: inside.href(&format!("/desk/cases/{}/plan", view.number)),
        kinds: view
            .kinds
            .iter()
            .map(|kind| Kind {
                href: format!("{base}/preview?as={kind}&of={of}"),
                words: kind_words(say, kind),
                is_here: *kind == view.kind,
            })
            .collect(),
        heading: kind_words(say, &view.kind),
        instant_html: when::instant_html(say.0, &view.instant),
        size: say.with("editor-bytes", &[("n", &view.bytes.to_string())]),
        sha256: text::line(&view.sha256),
        raw: view.raw.clone(),
        text_attr: match (
            view.kind.rsplit_once('-').map(|(_, lang)| lang),
            say.0.tag(),
        ) {
            (Some("ja"), "en") => " lang=\"ja\"",
            (Some("en"), "ja") => " lang=\"en\"",
            _ => "",
        },
        text: view.text.as_deref().map(text::visible),
        judge: view.judge.as_deref().map(text::line),
    })
}

/// What a form is called.
pub(crate) fn kind_words(say: Say, kind: &str) -> String {
    say.t(&format!("editor-kind-{kind}"))
}

#[derive(Template)]
#[template(path = "editor_preview.html")]
struct Page {
    w: Say,
    frame: Frame,
    h1: String,
    of_words: String,
    editor_href: String,
    plan_href: String,
    kinds: Vec<Kind>,
    heading: String,
    instant_html: String,
    size: String,
    sha256: String,
    raw: String,
    text_attr: &'static str,
    text: Option<String>,
    judge: Option<String>,
}

struct Kind {
    href: String,
    words: String,
    is_here: bool,
}
