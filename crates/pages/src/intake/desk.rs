//! One report: what the finder wrote, how it is split into classes, what is asked and decided.
//!
//! Splitting works by typing or pasting into rows; the script only moves a selection into the next free row. What came
//! by a form stands in the rows already, with the classes that the form proposes. Knows no gate: a text that may not be read is not here.

use std::fmt::Write as _;

use askama::Template;
use domain::intake::ReportStage;
use domain::party::erasure::Stage;
use domain::text::class::Compartment;

use crate::intake::fields;
use crate::intake::view::{Message, Report};
use crate::kit::catalogue::Say;
use crate::kit::desk::bits::{
    Action, LINE_CHARS_MAX, TEXT_CHARS_MAX, choices, deadlines, erasures, langs, looked,
    parts as parts_html, presence, segment, timeline, words_html,
};
use crate::kit::desk::view::Entry;
use crate::kit::desk::words;
use crate::kit::form::{Choice, Field, Typed, summary};
use crate::kit::frame::{Fact, Frame, bytes};
use crate::kit::inside::Inside;
use crate::kit::{moment, text, when};

/// Classes into which a report's text is split (docs/design/process.md §2.1); `U` is what is left.
pub const CLASSES: [&str; 14] = [
    "V", "A", "T", "W", "F", "K1", "K2", "E", "O", "H", "C", "I", "G", "Y",
];

/// Reasons to decline (docs/design/process.md §1.3).
pub const REASONS: [&str; 12] = [
    "incomplete",
    "not_vulnerability",
    "already_public",
    "out_of_scope_product",
    "out_of_scope_site",
    "protocol_spec_only",
    "crypto_algorithm_only",
    "illegal_acquisition",
    "own_bug_bounty_dispute",
    "no_response",
    "abuse_spam",
    "duplicate",
];

/// Rows of the splitting form that stand empty at first: a report rarely has more kinds of text.
const PARTS_EMPTY: usize = 3;

/// Most rows of one splitting; a longer report is split in several goes.
pub const PARTS_MAX: usize = 40;

/// Returns the rows of the splitting form that carry a text: class, language, text.
#[must_use]
pub fn parts(form: &Typed) -> Vec<(String, String, String)> {
    let at = |name: &str, index: usize| form.all(name).get(index).cloned().unwrap_or_default();
    (0..form.all("part_text").len().min(PARTS_MAX))
        .map(|index| {
            (
                at("part_class", index),
                at("part_lang", index),
                at("part_text", index),
            )
        })
        .filter(|(_, _, text)| !text.trim().is_empty())
        .collect()
}

/// Returns the page; `form` is what was typed last, or a draft.
#[must_use]
pub fn page(inside: &Inside, view: &Report, form: &Typed) -> Vec<u8> {
    let say = inside.say();
    let here = inside.href(&inside.path);
    let action = Action {
        say,
        typed: form,
        to: &here,
        seen: view.seen,
    };
    let stage = ReportStage::parse(&view.state);
    let is_open = stage.is_some_and(ReportStage::is_open);
    let is_over = stage.is_some_and(ReportStage::is_over);
    let entries: Vec<&Entry> = view.timeline.iter().collect();
    let h1 = say.with("work-report", &[("number", &text::line(&view.number))]);
    // What is not sorted is read by the reception alone.
    let is_withheld = view.sources.is_empty() && !view.is_sorted;
    bytes(&ReportPage {
        w: say,
        frame: inside.frame(&h1),
        summary: summary(say, form),
        presence: presence(say, &view.presence, &here),
        draft: view
            .draft_at
            .as_ref()
            .map(|at| say.with("desk-draft", &[("at", &when::instant(say.0, at))])),
        facts: facts(inside, view),
        deadlines: deadlines(say, inside.now, &view.deadlines),
        sources: match (view.sources.is_empty(), view.is_sorted) {
            (true, false) if is_gone(view) => none(say, "work-sources-erased"),
            (true, false) => none(say, "work-sources-withheld"),
            (true, true) if view.parts.iter().any(|part| part.class == "U") => {
                none(say, "work-sources-split")
            }
            (true, true) => String::new(),
            (false, _) => sources(say, view),
        },
        sort: if view.may_act && !is_withheld {
            sorting(&action, view, form)
        } else {
            String::new()
        },
        parts: parts_html(&action, &view.parts, view.may_act),
        messages: view.messages.iter().map(|m| message(say, m)).collect(),
        actions: match (view.may_act, is_open) {
            (true, true) => deciding(&action, form),
            (true, false) if !is_over => action.form("ask", &asking(say, form), &draft_attr(&here)),
            (true, false) | (false, _) => String::new(),
        },
        timeline: format!(
            "{}{}",
            looked(say, &view.timeline, &here, view.seen),
            timeline(say, &entries)
        ),
        h1,
    })
}

fn facts(inside: &Inside, view: &Report) -> Vec<Fact> {
    let say = inside.say();
    let fact = |key: &str, value: String| Fact {
        name: say.t(key),
        html: text::escape(&value),
    };
    let mut out = vec![
        fact("desk-state", words::word(say, "state", &view.state)),
        fact(
            "work-report-kind",
            words::word(say, "report-kind", &view.kind),
        ),
        fact(
            "work-report-channel",
            words::word(say, "channel", &view.channel),
        ),
        Fact {
            name: say.t("work-report-received"),
            html: when::instant_html(say.0, &view.received_at),
        },
        fact(
            "work-report-consent",
            if view.consent.is_empty() {
                say.t("not-recorded")
            } else {
                text::line(&view.consent)
            },
        ),
    ];
    if let Some(case) = &view.case {
        out.push(Fact {
            name: say.t("desk-row-case"),
            html: format!(
                "<a href=\"{}\">{}</a>",
                inside.href(&format!("/desk/cases/{}", segment(case))),
                text::escape(&text::line(case))
            ),
        });
    }
    if let Some(reason) = &view.declined {
        out.push(fact(
            "work-report-declined",
            words::word(say, "decline", reason),
        ));
    }
    for (key, code) in &view.codes {
        out.push(Fact {
            name: fields::name(say, key),
            html: text::escape(&fields::code(say, key, code)),
        });
    }
    out.extend(erasures(say, &view.erasures));
    out
}

/// Whether what came was erased as it came.
fn is_gone(view: &Report) -> bool {
    view.erasures.iter().any(|one| {
        matches!(one.stage, Stage::Shut | Stage::Erased) && one.parts.contains(&Compartment::Raw)
    })
}

fn none(say: Say, key: &str) -> String {
    format!("<p class=\"none\">{}</p>", text::escape(&say.t(key)))
}

/// The finder's texts, each in a field that can be read and selected but not changed, under what was asked.
fn sources(say: Say, view: &Report) -> String {
    let mut out = String::new();
    for (index, source) in view.sources.iter().enumerate() {
        let id = match index {
            0 => "source".to_owned(),
            n => format!("source-{}", n + 1),
        };
        let at = when::instant(say.0, &source.at);
        let (label, hint, least) = match &source.field {
            None => (say.with("work-source", &[("at", &at)]), String::new(), 6),
            Some(field) => {
                let name = fields::name(say, &field.key);
                let class = words::word(say, "class", &field.proposed);
                let hint = format!(
                    "<p class=\"hint\" id=\"{id}-hint\">{}</p>",
                    text::escape(&say.with("work-source-proposed", &[("class", &class)]))
                );
                let label = say.with("work-source-field", &[("name", &name), ("at", &at)]);
                (label, hint, 2)
            }
        };
        let described = match hint.as_str() {
            "" => String::new(),
            _ => format!(" aria-describedby=\"{id}-hint\""),
        };
        let rows = source.words.text.as_str().lines().count().clamp(least, 24);
        let _ = write!(
            out,
            "<div class=\"field\"><label for=\"{id}\">{label}</label>{hint}\
             <textarea id=\"{id}\" class=\"source\" rows=\"{rows}\" readonly{described}{lang}>\n{body}</textarea></div>\n",
            label = text::escape(&label),
            lang = text::lang_attr(say.0, source.words.lang),
            body = text::escape(source.words.text.as_str()),
        );
    }
    out
}

/// A row of the splitting form: class, language, text.
type Row = [String; 3];

/// What stands in the rows: what was typed, or else what came by a form with the classes that it proposes.
fn rows(view: &Report, form: &Typed) -> Vec<Row> {
    let typed = form.all("part_text").len();
    if typed > 0 || view.is_sorted {
        let at = |name: &str, index: usize| form.all(name).get(index).cloned().unwrap_or_default();
        return (0..typed)
            .map(|index| ["part_class", "part_lang", "part_text"].map(|name| at(name, index)))
            .collect();
    }
    let proposed = view.sources.iter().filter_map(|source| {
        let field = source.field.as_ref()?;
        let lang = source.words.lang.tag().to_owned();
        Some([
            field.proposed.clone(),
            lang,
            source.words.text.as_str().to_owned(),
        ])
    });
    proposed.collect()
}

/// The rows into which a text is split.
fn sorting(action: &Action<'_>, view: &Report, form: &Typed) -> String {
    let say = action.say;
    let filled = rows(view, form);
    let count = (filled.len() + 1).clamp(PARTS_EMPTY, PARTS_MAX);
    let mut inner = String::new();
    let mut buttons = String::new();
    for class in CLASSES {
        let _ = write!(
            buttons,
            "<button class=\"second\" type=\"button\" data-part=\"{class}\">{}</button> ",
            text::escape(&words::word(say, "class", class))
        );
    }
    let _ = write!(
        inner,
        "<div class=\"picker\" data-picker hidden><p>{}</p><p class=\"buttons\">{}</p></div>",
        text::escape(&say.t("work-sort-select")),
        buttons.trim_end()
    );
    for index in 0..count {
        let row = filled.get(index).cloned().unwrap_or_default();
        inner.push_str(&part_row(say, form, index, row));
    }
    let html = action.form("sort", &inner, " data-parts");
    // The first thing to do with a new report stands open.
    let is_first = !view.parts.iter().any(|part| part.class == "V");
    if is_first && ReportStage::parse(&view.state) == Some(ReportStage::Received) {
        html.replacen("id=\"do-sort\">", "id=\"do-sort\" open>", 1)
    } else {
        html
    }
}

fn part_row(say: Say, form: &Typed, index: usize, [class, lang, words]: Row) -> String {
    let mut one = Typed::filled([
        ("part_class[]", class),
        ("part_lang[]", lang),
        ("part_text[]", words),
    ]);
    let problem = format!("part_text-{}", index + 1);
    for found in form.problems().iter().filter(|p| p.field == problem) {
        let args: Vec<(&str, &str)> = found
            .args
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        one.refuse_with("part_text[]", &found.key, &args);
    }
    let mut classes = vec![Choice {
        value: String::new(),
        label: say.t("work-part-class-none"),
    }];
    classes.extend(CLASSES.iter().map(|class| Choice {
        value: (*class).to_owned(),
        label: format!("{class}: {}", words::word(say, "class", class)),
    }));
    let n = index + 1;
    format!(
        "<fieldset class=\"part\"><legend>{legend}</legend>{class}{lang}{text}</fieldset>\n",
        legend = text::escape(&say.with("work-part", &[("n", &n.to_string())])),
        class = Field::select(say, &one, "part_class[]", "work-part-class", classes)
            .id(&format!("part_class-{n}"))
            .html(),
        lang = Field::select(say, &one, "part_lang[]", "work-part-lang", langs(say))
            .id(&format!("part_lang-{n}"))
            .html(),
        text = Field::area(say, &one, "part_text[]", "work-part-text", 3)
            .id(&format!("part_text-{n}"))
            .html(),
    )
}

fn draft_attr(here: &str) -> String {
    format!(" data-draft=\"{}/draft\"", text::escape(here))
}

fn asking(say: Say, form: &Typed) -> String {
    [
        Field::select(say, form, "ask_lang", "work-lang", langs(say)).html(),
        Field::area(say, form, "ask_text", "work-ask-text", 8)
            .hint("work-ask-text-hint")
            .required()
            .max(TEXT_CHARS_MAX)
            .html(),
    ]
    .concat()
}

fn deciding(action: &Action<'_>, form: &Typed) -> String {
    let (say, draft) = (action.say, draft_attr(action.to));
    let decline = [
        Field::select(
            say,
            form,
            "reason",
            "work-decline-reason",
            choices(say, "decline", &REASONS),
        )
        .required()
        .html(),
        Field::select(say, form, "decline_lang", "work-lang", langs(say)).html(),
        Field::area(say, form, "decline_text", "work-decline-text", 8)
            .hint("work-decline-text-hint")
            .max(TEXT_CHARS_MAX)
            .html(),
    ]
    .concat();
    let merge = Field::text(say, form, "case", "work-merge-case")
        .hint("work-merge-case-hint")
        .attr("autocomplete=\"off\"")
        .max(LINE_CHARS_MAX)
        .required()
        .html();
    [
        action.form("ask", &asking(say, form), &draft),
        action.html("accept", ""),
        action.html(
            "accept-public",
            &moment::fields(say, form, "since", "work-public-since"),
        ),
        action.form("decline", &decline, &draft),
        action.html("merge", &merge),
    ]
    .concat()
}

fn message(say: Say, message: &Message) -> Said {
    Said {
        who: say.t(if message.from_finder {
            "work-message-finder"
        } else {
            "work-message-desk"
        }),
        at: when::instant_html(say.0, &message.at),
        html: message.words.as_ref().map_or_else(
            || {
                format!(
                    "<p class=\"none\">{}</p>",
                    text::escape(&say.t("work-part-withheld"))
                )
            },
            |words| words_html(say, words),
        ),
    }
}

#[derive(Template)]
#[template(path = "desk_report.html")]
struct ReportPage {
    w: Say,
    frame: Frame,
    h1: String,
    summary: String,
    presence: String,
    draft: Option<String>,
    facts: Vec<Fact>,
    deadlines: String,
    sources: String,
    sort: String,
    parts: String,
    messages: Vec<Said>,
    actions: String,
    timeline: String,
}

struct Said {
    who: String,
    at: String,
    html: String,
}
