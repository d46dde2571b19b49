//! The plan on one page: what, when, to whom, which bytes, what is new, what repeats, who approved and who may.
//!
//! Who signs here signs the hash at the top. How many persons it takes is said as it is: a house of one is never
//! shown as two. It knows no key and no password but the field it is typed into.

use std::fmt::Write as _;

use askama::Template;
use base::Instant;
use domain::publication::approval;
use formats::advisory::Lang;

use crate::advisory::checks::lang_key;
use crate::advisory::preview::kind_words;
use crate::kit::catalogue::Say;
use crate::kit::desk::bits::{causes, due_html, instant_full};
use crate::kit::desk::view::Fate;
use crate::kit::desk::words;
use crate::kit::form::{Choice, Field, Typed, summary};
use crate::kit::frame::{Fact, Frame, bytes};
use crate::kit::inside::Inside;
use crate::kit::{moment, text, when};
use crate::publication::view::{Passage, Piece, Plan, PlanPage, Reader, Since};

/// Longest reason of an emergency, of an overlap that is taken on, or of an abort.
pub const REASON_CHARS_MAX: usize = 400;

/// An instant in the words of the pages, for what is said beside a field.
#[must_use]
pub fn instant_words(lang: Lang, at: Instant) -> String {
    when::instant(lang, &at)
}

/// Returns the page.
#[must_use]
pub fn page(inside: &Inside, view: &PlanPage, typed: &Typed) -> Vec<u8> {
    let say = inside.say();
    let h1 = say.with(
        "editor-plan-title",
        &[("number", &text::line(&view.number))],
    );
    let base = format!("/desk/cases/{}", view.number);
    bytes(&Page {
        w: say,
        frame: inside.frame(&h1),
        h1,
        case_href: inside.href(&base),
        editor_href: inside.href(&format!("{base}/advisory")),
        action: inside.href(&format!("{base}/plan")),
        problems: summary(say, typed),
        plan: view
            .plan
            .as_ref()
            .map(|plan| shown(inside, view, plan, typed)),
        published: view
            .published
            .iter()
            .map(|(revision, at, persons)| {
                let said = say.with("editor-plan-out-revision", &[("n", &revision.to_string())]);
                let by = say.count("editor-plan-out-by", usize::from(*persons));
                let at = instant_full(say, at);
                format!("{}: {at} ({})", text::escape(&said), text::escape(&by))
            })
            .collect(),
        quorum_note: match view.quorum {
            0 => say.t("editor-plan-quorum-solo"),
            n => say.count("editor-plan-quorum", usize::from(n)),
        },
        alone: match view.quorum {
            0 => Some(say.t("editor-plan-solo")),
            1 => Some(say.t("editor-plan-alone")),
            _ => None,
        },
        may_make: view.may_make,
        make: (view.may_make && view.has_draft && !view.is_closed).then(|| make(say, view, typed)),
        make_heading: say.t(if view.plan.is_some() {
            "editor-plan-make-again"
        } else {
            "editor-plan-make"
        }),
        why_not: (view.may_make && (!view.has_draft || view.is_closed)).then(|| {
            say.t(if view.is_closed {
                "editor-plan-closed"
            } else if !view.published.is_empty() {
                "editor-plan-no-next"
            } else {
                "editor-plan-no-draft"
            })
        }),
    })
}

#[derive(Template)]
#[template(path = "editor_plan.html")]
struct Page {
    w: Say,
    frame: Frame,
    h1: String,
    case_href: String,
    editor_href: String,
    action: String,
    problems: String,
    plan: Option<Shown>,
    published: Vec<String>,
    quorum_note: String,
    alone: Option<String>,
    may_make: bool,
    make: Option<String>,
    make_heading: String,
    why_not: Option<String>,
}

struct Shown {
    sha256: String,
    state: String,
    /// It is approved, and would be published as it stands.
    goes: bool,
    /// What will become of it, if it is approved.
    fate: String,
    stops: String,
    causes: Vec<String>,
    countdown: String,
    countdown_html: String,
    outdated: bool,
    facts: Vec<Fact>,
    recipients: Vec<Fact>,
    /// Where the page itself is, as it will look.
    page: String,
    documents: Vec<Document>,
    news_since: String,
    news: Vec<News>,
    passages: Vec<Sentences>,
    approvals: Vec<String>,
    may_approve: Vec<String>,
    cannot: Option<String>,
    approve: String,
    abort: String,
}

struct Document {
    words: String,
    bytes: String,
    sha256: String,
    href: String,
}

struct News {
    heading: String,
    attr: &'static str,
    hunks: Vec<String>,
}

struct Sentences {
    heading: String,
    attr: &'static str,
    html: String,
}

fn shown(inside: &Inside, view: &PlanPage, plan: &Plan, typed: &Typed) -> Shown {
    let say = inside.say();
    let missing = usize::from(approval::needed(view.quorum)).saturating_sub(plan.approvals.len());
    let is_approved = missing == 0;
    let is_late = words::left(say, inside.now, &plan.instant).is_some_and(|(_, is_late)| is_late);
    let causes = causes(say, &plan.fate, is_approved);
    let preview = inside.href(&format!("/desk/cases/{}/advisory/preview", view.number));
    Shown {
        sha256: text::line(&plan.sha256),
        state: if is_approved {
            say.t("editor-plan-approved")
        } else {
            say.count("editor-plan-missing", missing)
        },
        goes: is_approved && plan.fate == Fate::Goes,
        fate: match &plan.fate {
            Fate::Goes if is_approved && is_late => say.t("editor-plan-going"),
            Fate::Goes if is_approved => say.t("editor-plan-by-itself"),
            Fate::Unasked if is_approved => say.t("editor-plan-unasked"),
            _ => String::new(),
        },
        stops: say.t(if is_late {
            "editor-plan-held"
        } else {
            "editor-plan-stops"
        }),
        causes,
        countdown: say.t(if is_late {
            "editor-plan-late"
        } else {
            "editor-plan-left"
        }),
        countdown_html: due_html(say, inside.now, &plan.instant),
        outdated: plan.is_outdated,
        facts: facts(say, view, plan),
        recipients: recipients(say, plan),
        page: inside.href(&format!("/advisories/{}.html?of=plan", view.number)),
        documents: plan
            .documents
            .iter()
            .map(|document| Document {
                words: kind_words(say, &document.kind),
                bytes: say.with("editor-bytes", &[("n", &document.bytes.to_string())]),
                sha256: text::line(&document.sha256),
                href: format!("{preview}?as={}&of=plan", &document.kind),
            })
            .collect(),
        news_since: match plan.since {
            Since::Nothing => say.t("editor-news-first"),
            Since::Plan => say.t("editor-news-plan"),
            Since::Revision(n) => say.with("editor-news-revision", &[("n", &n.to_string())]),
        },
        news: news(say, plan),
        passages: plan.passages.iter().map(|one| passage(say, one)).collect(),
        approvals: plan
            .approvals
            .iter()
            .map(|(who, at)| {
                let at = when::instant(say.0, at);
                say.with("editor-plan-by", &[("who", &text::line(who)), ("at", &at)])
            })
            .collect(),
        may_approve: plan
            .may_approve
            .iter()
            .map(|(who, from)| match from {
                Some(from) => {
                    let at = when::instant(say.0, from);
                    say.with(
                        "editor-plan-from",
                        &[("who", &text::line(who)), ("at", &at)],
                    )
                }
                None => text::line(who),
            })
            .collect(),
        cannot: match &plan.reader {
            Reader::MayApprove => None,
            Reader::Waits(from) => {
                let at = when::instant(say.0, from);
                Some(say.with("editor-plan-waits", &[("at", &at)]))
            }
            Reader::IsAuthor => Some(say.t("editor-plan-own")),
            Reader::HasApproved => Some(say.t("editor-plan-has-approved")),
            // Nobody is left to ask.
            Reader::HasNoKey if missing == 0 => None,
            Reader::HasNoKey => Some(say.t("editor-plan-no-key")),
        },
        approve: approve(say, typed),
        abort: Field::text(say, typed, "abort_reason", "editor-abort-reason")
            .hint("editor-abort-hint")
            .required()
            .max(REASON_CHARS_MAX)
            .html(),
    }
}

fn facts(say: Say, view: &PlanPage, plan: &Plan) -> Vec<Fact> {
    let fact = |key: &str, html: String| Fact {
        name: say.t(key),
        html,
    };
    let (own, other) = match say.0 {
        Lang::Ja => (&plan.title[0], &plan.title[1]),
        Lang::En => (&plan.title[1], &plan.title[0]),
    };
    let foreign = say.0.other();
    let mut out = vec![
        fact(
            "editor-plan-what",
            format!(
                "{}<br><span{}>{}</span>",
                text::escape(&text::line(own)),
                text::lang_attr(say.0, foreign),
                text::escape(&text::line(other))
            ),
        ),
        fact(
            "editor-plan-number",
            text::escape(&say.with(
                "editor-plan-number-text",
                &[
                    ("number", &text::line(&view.number)),
                    ("n", &plan.revision.to_string()),
                    ("stage", &say.t(&format!("status-{}", plan.stage))),
                ],
            )),
        ),
        fact("editor-plan-when", instant_full(say, &plan.instant)),
        fact(
            "editor-plan-author",
            text::escape(&text::line(&plan.author)),
        ),
    ];
    if plan.emergency {
        let words = say.with(
            "editor-plan-emergency",
            &[("reason", &text::line(&plan.reason))],
        );
        out.push(fact("editor-plan-early", text::escape(&words)));
    }
    if plan.overrides.iter().any(|one| one == "overlap") {
        let words = say.with(
            "editor-plan-override",
            &[("reason", &text::line(&plan.reason))],
        );
        out.push(fact("editor-plan-overlap", text::escape(&words)));
    }
    // What the drafter alone decided, and whoever approves approves too.
    for (name, key, words) in [
        (
            "accepted_risk",
            "editor-plan-accepted-risk",
            "editor-plan-accepted-risk-text",
        ),
        (
            "credit_consent",
            "editor-plan-credit-consent",
            "editor-plan-credit-consent-text",
        ),
    ] {
        if plan.overrides.iter().any(|one| one == name) {
            out.push(fact(key, text::escape(&say.t(words))));
        }
    }
    out
}

fn recipients(say: Say, plan: &Plan) -> Vec<Fact> {
    let keys = [
        "editor-to-everything",
        "editor-to-vendors",
        "editor-to-products",
        "editor-to-earlier",
        "editor-to-all",
    ];
    let counts = keys.into_iter().zip(plan.recipients).map(|(key, n)| Fact {
        name: say.t(key),
        html: text::escape(&say.count("editor-to-count", n)),
    });
    let ways: Vec<String> = plan
        .channels
        .iter()
        .map(|name| words::word(say, "editor-channel", name))
        .collect();
    let channels = Fact {
        name: say.t("editor-to-channels"),
        html: text::escape(&ways.join(&say.t("separator"))),
    };
    let board = Fact {
        name: say.t("editor-to-board"),
        html: text::escape(&say.count("editor-to-board-count", plan.vendors)),
    };
    counts.chain([channels, board]).collect()
}

fn news(say: Say, plan: &Plan) -> Vec<News> {
    Lang::ALL
        .into_iter()
        .zip(&plan.news)
        .filter(|(_, hunks)| !hunks.is_empty())
        .map(|(lang, hunks)| News {
            heading: say.t(lang_key(lang)),
            attr: text::lang_attr(say.0, lang),
            hunks: hunks.iter().map(|pieces| changed(pieces)).collect(),
        })
        .collect()
}

/// A change with its words marked; `ins` and `del` are told apart by line and strike, not by colour alone.
fn changed(pieces: &[Piece]) -> String {
    let mut out = String::new();
    for piece in pieces {
        let (open, words, close) = match piece {
            Piece::Same(words) => ("", words, ""),
            Piece::Added(words) => ("<ins>", words, "</ins>"),
            Piece::Removed(words) => ("<del>", words, "</del>"),
        };
        let _ = write!(out, "{open}{}{close}", text::escape(words));
    }
    out
}

fn passage(say: Say, passage: &Passage) -> Sentences {
    let heading = match (&passage.vendor, passage.field.as_str(), passage.lang) {
        (vendor, _, _) if !vendor.is_empty() => {
            say.with("editor-passage-vendor", &[("name", &text::line(vendor))])
        }
        (_, field, Some(lang)) => crate::advisory::form::in_language(say, field, lang),
        (_, field, None) => say.t(&format!("editor-f-{}", field.replace('_', "-"))),
    };
    let mut html = String::new();
    for (sentence, is_new, repeats) in &passage.sentences {
        let words = text::escape(sentence);
        let badge = |key: &str| format!("<b class=\"badge\">{}</b> ", text::escape(&say.t(key)));
        let _ = match (is_new, repeats) {
            (_, true) => write!(html, "{}<mark>{words}</mark> ", badge("editor-repeats")),
            (true, false) => write!(html, "{}<mark>{words}</mark> ", badge("editor-new")),
            (false, false) => write!(html, "{words} "),
        };
    }
    Sentences {
        heading,
        attr: passage.lang.map_or("", |lang| text::lang_attr(say.0, lang)),
        html: html.trim_end().to_owned(),
    }
}

fn approve(say: Say, typed: &Typed) -> String {
    [
        Field::one(say, typed, "confirmed", "yes", "editor-confirmed")
            .required()
            .html(),
        Field::input(say, typed, "password", "editor-password", "password")
            .hint("editor-password-hint")
            .required()
            .attr("autocomplete=\"current-password\"")
            .html(),
    ]
    .concat()
}

/// The form that makes a plan.
fn make(say: Say, view: &PlanPage, typed: &Typed) -> String {
    let mut whens = vec![Choice {
        value: "typed".to_owned(),
        label: say.t("editor-when-typed"),
    }];
    if let Some(until) = &view.embargo {
        let at = when::instant(say.0, until);
        whens.insert(
            0,
            Choice {
                value: "embargo".to_owned(),
                label: say.with("editor-when-embargo", &[("at", &at)]),
            },
        );
    }
    let mut out = Field::radio(say, typed, "when", "editor-when", whens)
        .required()
        .html();
    out.push_str(&moment::fields(say, typed, "at", "editor-when-at"));
    out.push_str(
        &Field::one(say, typed, "emergency", "yes", "editor-emergency")
            .hint("editor-emergency-hint")
            .html(),
    );
    if view.draft_repeats {
        let hint = if view.is_drafter {
            "editor-override-own"
        } else {
            "editor-override-hint"
        };
        out.push_str(
            &Field::one(say, typed, "override", "yes", "editor-override")
                .hint(hint)
                .html(),
        );
    }
    out.push_str(
        &Field::text(say, typed, "reason", "editor-reason")
            .hint("editor-reason-hint")
            .max(REASON_CHARS_MAX)
            .html(),
    );
    out
}
