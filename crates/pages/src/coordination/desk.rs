//! One case on one page: where it stands, the date, the vendors, what happened, what can be done.
//!
//! The page stays small with hundreds of vendors and entries: the board is terse, the timeline shows the
//! newest and links to the rest. Knows no gate; what stands in the view may be seen.

use askama::Template;
use base::Instant;

use crate::coordination::board;
use crate::coordination::view::{BoardRow, Case, Consent, Embargo, Vulnerability};
use crate::kit::catalogue::Say;
use crate::kit::desk::bits::{
    Action, LINE_CHARS_MAX, TEXT_CHARS_MAX, causes, choices, deadlines, due_html, erasures,
    filtered, instant_full, langs, looked, parts, presence, segment, words_html,
};
use crate::kit::desk::view::Fate;
use crate::kit::desk::words;
use crate::kit::form::{Choice, Field, Typed, summary};
use crate::kit::frame::{Fact, Frame, bytes};
use crate::kit::inside::Inside;
use crate::kit::{moment, text, when};

/// Answers to the date that are told in full beside it: those that need somebody to act. Further ones are
/// found in the board.
const CONSENTS_SHOWN: usize = 20;

/// Returns the page; `query` holds the filters, `form` what was typed last.
#[must_use]
pub fn page(inside: &Inside, view: &Case, query: &Typed, form: &Typed) -> Vec<u8> {
    let say = inside.say();
    let here = inside.href(&inside.path);
    let action = Action {
        say,
        typed: form,
        to: &here,
        seen: view.seen,
    };
    let h1 = say.with("work-case", &[("number", &text::line(&view.number))]);
    let is_open = view.closed.is_none();
    bytes(&CasePage {
        w: say,
        frame: inside.frame(&h1),
        summary: summary(say, form),
        presence: presence(say, &view.presence, &here),
        causes: causes(say, &view.fate, view.is_approved),
        stops: say.t(if view.planned.is_some_and(|at| at < inside.now) {
            "editor-plan-held"
        } else {
            "editor-plan-stops"
        }),
        title: view.title.as_ref().map(|title| {
            (
                text::line(title.text.as_str()),
                text::lang_attr(say.0, title.lang),
            )
        }),
        strip: strip(inside, view),
        added: view
            .added
            .iter()
            .map(|number| {
                let href = inside.href(&format!("/desk/reports/{}", segment(number)));
                (href, text::line(number))
            })
            .collect(),
        facts: facts(inside, view),
        deadlines: deadlines(say, inside.now, &view.deadlines),
        // A website of before may have a date: it can be ended.
        embargo: (view.is_for_the_public || view.embargo.state != "none")
            .then(|| embargo(inside, view, &action)),
        board: board::html(say, view, query, &here),
        board_title: say.t(board::title(view)),
        add: if view.may_act && is_open {
            adding(&action, view, query)
        } else {
            String::new()
        },
        timeline: format!(
            "{}{}",
            looked(say, &view.timeline, &here, view.seen),
            filtered(say, &view.timeline, query, &here)
        ),
        vulnerabilities: view
            .vulnerabilities
            .iter()
            .map(|one| vulnerability(say, one))
            .collect(),
        texts: parts(&action, &view.texts, view.may_act),
        actions: match (view.may_act, is_open) {
            (true, true) => acting(&action, view, form),
            (true, false) => reopening(&action, form),
            (false, _) => String::new(),
        },
        links: [("advisory", "work-to-advisory"), ("plan", "work-to-plan")]
            .into_iter()
            .filter(|_| view.is_for_the_public)
            .map(|(end, key)| (format!("{here}/{end}"), say.t(key)))
            .collect(),
        h1,
    })
}

/// What somebody asks first: how long until it is out, who agreed, who is silent, who has signed.
fn strip(inside: &Inside, view: &Case) -> Vec<Fact> {
    let say = inside.say();
    let fact = |key: &str, html: String| Fact {
        name: say.t(key),
        html,
    };
    if view.closed.is_some() {
        return vec![];
    }
    let mut out = Vec::new();
    let until = view
        .embargo
        .until
        .filter(|_| view.embargo.state != "exited");
    match (view.planned, until, view.published) {
        (Some(at), ..) => out.push(fact("work-strip-out", due_html(say, inside.now, &at))),
        // Of what nobody has agreed to nothing is kept: it is told as proposed.
        (None, Some(at), None) => {
            let key = match view.embargo.state.as_str() {
                "proposed" => "work-strip-date-proposed",
                _ => "work-strip-date",
            };
            out.push(fact(key, due_html(say, inside.now, &at)));
        }
        (None, _, Some(revision)) => out.push(fact("work-published", revision.to_string())),
        (None, None, None) => {}
    }
    let tally = view.embargo.tally;
    if tally.asked > 0 && view.published.is_none() {
        out.push(fact(
            "work-strip-agreed",
            format!("{} / {}", tally.agreed, tally.asked),
        ));
    }
    if !view.board.is_empty() && view.published.is_none() {
        let is_silent = |row: &&BoardRow| row.cells.iter().any(|cell| cell.state == "asked_silent");
        let silent = view.board.iter().filter(is_silent).count();
        out.push(fact(
            "work-strip-silent",
            format!("{silent} / {}", view.board.len()),
        ));
    }
    if let Some((given, needed)) = view.approvals {
        out.push(fact("work-strip-approved", format!("{given} / {needed}")));
    }
    out
}

fn facts(inside: &Inside, view: &Case) -> Vec<Fact> {
    let say = inside.say();
    let fact = |key: &str, html: String| Fact {
        name: say.t(key),
        html,
    };
    let told = words::state(say, view.told.stage.word(), view.told.talks);
    let mut stage = text::escape(&told);
    if let Some(code) = &view.closed {
        stage.push_str(&format!(
            ": {}",
            text::escape(&words::word(say, "closure", code))
        ));
    }
    let none = || text::escape(&say.t("not-recorded"));
    let instant = |at: &Option<Instant>| {
        at.as_ref()
            .map_or_else(none, |at| when::instant_html(say.0, at))
    };
    let mut out = vec![
        fact("work-stage", stage),
        fact("work-opened", when::instant_html(say.0, &view.opened_at)),
        fact("work-clock-start", instant(&view.clock_start)),
    ];
    let reports: Vec<String> = view
        .reports
        .iter()
        .map(|number| {
            format!(
                "<a href=\"{}\">{}</a>",
                inside.href(&format!("/desk/reports/{}", segment(number))),
                text::escape(&text::line(number))
            )
        })
        .collect();
    if !reports.is_empty() {
        out.push(fact("work-reports", reports.join(" ")));
    }
    if !view.world.is_empty() {
        let world: Vec<String> = view
            .world
            .iter()
            .map(|found| text::escape(&words::word(say, "world", found)))
            .collect();
        out.push(fact("work-world", world.join(&say.t("separator"))));
    }
    if let Some(revision) = view.published {
        out.push(fact("work-published", revision.to_string()));
    }
    if let Some(at) = &view.planned {
        out.push(fact(
            "work-planned",
            format!(
                "{} {}",
                instant_full(say, at),
                due_html(say, inside.now, at)
            ),
        ));
    }
    out.extend(erasures(say, &view.erasures));
    out
}

fn embargo(inside: &Inside, view: &Case, action: &Action<'_>) -> EmbargoBox {
    let say = inside.say();
    let embargo = &view.embargo;
    let instant = |at: &Option<Instant>| at.as_ref().map(|at| instant_full(say, at));
    EmbargoBox {
        state: match embargo.state.as_str() {
            "active" if embargo.tally.asked > 0 && !embargo.tally.is_whole() => {
                words::tally(say, "embargo-part", embargo.tally)
            }
            state => words::word(say, "embargo", state),
        },
        ended: embargo
            .ended
            .as_ref()
            .map(|why| words::word(say, "embargo-end", why)),
        // What has ended is no date that anything waits for.
        until: instant(&embargo.until).filter(|_| embargo.state != "exited"),
        left: embargo
            .until
            .as_ref()
            .filter(|_| embargo.state != "exited")
            .map(|at| due_html(say, inside.now, at)),
        revision: instant(&embargo.revision),
        at_zero: match (embargo.state.as_str(), &view.planned) {
            ("active" | "revise", Some(at))
                if embargo.until.as_ref().is_some_and(|until| at > until)
                    && !(view.is_approved && matches!(view.fate, Fate::Stops(_))) =>
            {
                Some(say.t("work-at-zero-later"))
            }
            ("active" | "revise", Some(_)) if view.is_approved => Some(say.t(match view.fate {
                Fate::Goes => "work-at-zero-approved",
                Fate::Unasked => "work-at-zero-unasked",
                Fate::Stops(_) => "work-at-zero-stops",
            })),
            ("active" | "revise", Some(_)) => Some(say.t("work-at-zero-planned")),
            ("active" | "revise", None) => Some(say.t("work-at-zero-unplanned")),
            _ => None,
        },
        counts: consent_counts(say, &embargo.consents),
        consents: embargo
            .consents
            .iter()
            .filter(|one| matches!(one.answer.as_str(), "countered" | "declined" | "lapsed"))
            .take(CONSENTS_SHOWN)
            .map(|one| consent(say, view, one))
            .collect(),
        actions: if view.may_act && view.closed.is_none() {
            dating(action, view, embargo)
        } else {
            String::new()
        },
    }
}

/// How many said what, in words; every single answer stands in the board.
fn consent_counts(say: Say, consents: &[Consent]) -> Vec<String> {
    [
        "agreed",
        "asked",
        "unanswered",
        "spared",
        "countered",
        "declined",
        "lapsed",
        "untold",
    ]
    .into_iter()
    .map(|answer| {
        (
            answer,
            consents.iter().filter(|one| one.answer == answer).count(),
        )
    })
    .filter(|(_, count)| *count > 0)
    .map(|(answer, count)| format!("{} {count}", words::word(say, "consent", answer)))
    .collect()
}

fn consent(say: Say, view: &Case, one: &Consent) -> ConsentRow {
    let instant = |at: &Option<Instant>| {
        at.as_ref()
            .map_or_else(String::new, |at| when::instant_html(say.0, at))
    };
    ConsentRow {
        href: format!("{}/vendors/{}", segment(&view.number), segment(&one.tn)),
        name: text::line(&one.name),
        answer: words::word(say, "consent", &one.answer),
        until: instant(&one.until),
        at: instant(&one.at),
    }
}

/// The forms that the state of the embargo allows.
fn dating(action: &Action<'_>, view: &Case, embargo: &Embargo) -> String {
    let (say, form) = (action.say, action.typed);
    let end = || {
        let whys = choices(say, "embargo-end", &["public", "attacked", "ready"]);
        [
            Field::select(say, form, "end_why", "work-end-why", whys).html(),
            Field::text(say, form, "end_reason", "work-end-reason")
                .hint("work-end-reason-hint")
                .attr("autocomplete=\"off\"")
                .max(LINE_CHARS_MAX)
                .required()
                .html(),
        ]
        .concat()
    };
    // What is found on a website is never published, and what is out needs no first date.
    let may_propose = view.is_for_the_public && view.published.is_none();
    let propose = || {
        if !may_propose {
            return String::new();
        }
        action.html(
            "propose",
            &moment::fields(say, form, "until", "work-propose-until"),
        )
    };
    let revise = || {
        let moment = moment::fields(say, form, "revised", "work-revise-until");
        let ends_plan = view.planned.as_ref().map(|_| {
            let words = text::escape(&say.t("work-revise-plan"));
            format!("<p class=\"note\">{words}</p>")
        });
        action.html("revise", &(ends_plan.unwrap_or_default() + &moment))
    };
    match embargo.state.as_str() {
        "none" => propose(),
        "proposed" => [propose(), action.html("end", &end())].concat(),
        "active" | "revise" => [revise(), action.html("end", &end())].concat(),
        _ => String::new(),
    }
}

/// Bringing parties in: a search of the register, then boxes for many at once.
fn adding(action: &Action<'_>, view: &Case, query: &Typed) -> String {
    let (say, form) = (action.say, action.typed);
    let search = format!(
        "<form class=\"sieve\" method=\"get\" action=\"{}#add\" id=\"add\">{}<p class=\"buttons\"><button class=\"second\" type=\"submit\">{}</button></p></form>\n",
        text::escape(action.to),
        Field::input(say, query, "party_q", "work-add-search", "search")
            .hint("desk-register-search-hint")
            .html(),
        text::escape(&say.t("desk-search-button")),
    );
    if view.register.is_empty() {
        let key = if query.trimmed("party_q").is_empty() {
            "work-add-search-first"
        } else {
            "work-add-none"
        };
        return format!(
            "{search}<p class=\"none\">{}</p>",
            text::escape(&say.t(key))
        );
    }
    let boxes: Vec<Choice> = view
        .register
        .iter()
        .filter(|party| !party.is_in)
        .map(|party| Choice {
            value: party.id.clone(),
            label: text::line(&party.name),
        })
        .collect();
    let found = say.with(
        "work-add-found",
        &[
            ("shown", &view.register.len().to_string()),
            ("found", &view.register_total.to_string()),
            ("in", &(view.register.len() - boxes.len()).to_string()),
        ],
    );
    // Whoever is brought in most often stands first.
    let parts: [&str; 4] = if view.is_for_the_public {
        ["vendor", "coordinator", "operator", "other"]
    } else {
        ["operator", "coordinator", "vendor", "other"]
    };
    let parts = choices(say, "part", &parts);
    let inner = format!(
        "<p>{}</p>{}{}",
        text::escape(&found),
        Field::boxes(say, form, "party", "work-add-party", boxes).html(),
        Field::select(say, form, "part", "work-add-part", parts).html(),
    );
    let add = action.html("add", &inner);
    // Somebody who has just searched wants to choose.
    let add = add.replacen("id=\"do-add\">", "id=\"do-add\" open>", 1);
    format!("{search}{add}")
}

fn acting(action: &Action<'_>, view: &Case, form: &Typed) -> String {
    let say = action.say;
    let name = [
        Field::text(say, form, "label", "work-name-label")
            .hint("work-name-label-hint")
            .attr("autocomplete=\"off\"")
            .max(domain::coordination::decide::LABEL_CHARS_MAX)
            .required()
            .html(),
        Field::select(say, form, "vuln_lang", "work-lang", langs(say)).html(),
        Field::area(say, form, "vuln_text", "work-name-text", 4)
            .hint("work-name-text-hint")
            .max(TEXT_CHARS_MAX)
            .html(),
    ]
    .concat();
    let facts = choices(
        say,
        "world",
        &["public_aware", "exploit_public", "attacks_observed"],
    );
    let fact = Field::select(say, form, "fact", "work-observe-fact", facts).html();
    let closures: Vec<&str> = view.closures.iter().map(String::as_str).collect();
    let code = Field::select(
        say,
        form,
        "closure",
        "work-close-code",
        choices(say, "closure", &closures),
    )
    .html();
    [
        action.html("name", &name),
        action.html("observe", &fact),
        action.html("close", &code),
    ]
    .concat()
}

/// What a closed case offers: to go on.
fn reopening(action: &Action<'_>, form: &Typed) -> String {
    let reason = Field::text(action.say, form, "reopen_reason", "work-reopen-reason")
        .attr("autocomplete=\"off\"")
        .max(LINE_CHARS_MAX)
        .required()
        .html();
    action.html("reopen", &reason)
}

fn vulnerability(say: Say, one: &Vulnerability) -> (String, String) {
    (
        text::line(&one.label),
        one.words
            .as_ref()
            .map_or_else(String::new, |words| words_html(say, words)),
    )
}

#[derive(Template)]
#[template(path = "desk_case.html")]
struct CasePage {
    /// What stands in the way of its plan.
    causes: Vec<String>,
    stops: String,
    w: Say,
    frame: Frame,
    h1: String,
    summary: String,
    presence: String,
    title: Option<(String, &'static str)>,
    strip: Vec<Fact>,
    added: Vec<(String, String)>,
    facts: Vec<Fact>,
    deadlines: String,
    /// Of a website no date is agreed, and nothing is published.
    embargo: Option<EmbargoBox>,
    board: String,
    board_title: String,
    add: String,
    timeline: String,
    vulnerabilities: Vec<(String, String)>,
    texts: String,
    actions: String,
    links: Vec<(String, String)>,
}

struct EmbargoBox {
    state: String,
    ended: Option<String>,
    until: Option<String>,
    left: Option<String>,
    revision: Option<String>,
    at_zero: Option<String>,
    counts: Vec<String>,
    consents: Vec<ConsentRow>,
    actions: String,
}

struct ConsentRow {
    href: String,
    name: String,
    answer: String,
    until: String,
    at: String,
}
