//! One party in one case: what it was told, what it said, and everything that can be done with it.
//!
//! What the desk records for a vendor here, a vendor may say itself on its own page. A telephone code is shown
//! on the one page that drew it.

use std::fmt::Write as _;

use askama::Template;
use base::Instant;

use crate::coordination::view::{Answer, Participant};
use crate::coordination::{leaving, tab};
use crate::kit::catalogue::Say;
use crate::kit::desk::bits::{
    Action, LINE_CHARS_MAX, TEXT_CHARS_MAX, choices, filtered, instant_full, langs, presence,
    segment, words_html,
};
use crate::kit::desk::words;
use crate::kit::form::{Choice, Field, Typed, summary};
use crate::kit::frame::{Fact, Frame, bytes};
use crate::kit::inside::Inside;
use crate::kit::{moment, text, when};

/// Version of the terms that a basis is recorded with unless another one is typed.
const TERMS: &str = "2026-1";

/// Returns the page; `query` is what stands in the address, `form` what was typed last.
#[must_use]
pub fn page(inside: &Inside, view: &Participant, query: &Typed, form: &Typed) -> Vec<u8> {
    let say = inside.say();
    let here = inside.href(&inside.path);
    let action = Action {
        say,
        typed: form,
        to: &here,
        seen: view.seen,
    };
    let may = view.may_act && !view.has_left;
    let h1 = text::line(&view.name);
    let only = |html: String| if may { html } else { String::new() };
    let reach = if view.may_act && view.has_left {
        leaving::bring_back(&action)
    } else {
        only(reaching(&action, view))
    };
    let details = only(detailing(&action, view));
    let (dates, answering) = (only(dating(&action, view)), only(answering(&action, view)));
    bytes(&ParticipantPage {
        tab: tab::of_participant(inside, query, form, [&dates, &answering]),
        w: say,
        frame: inside.frame(&h1),
        summary: summary(say, form),
        presence: presence(say, &view.presence, &here),
        case: inside.href(&format!("/desk/cases/{}", segment(&view.case))),
        case_words: say.with("work-case", &[("number", &text::line(&view.case))]),
        party: inside.href(&format!("/desk/register/{}", segment(&view.party))),
        phone_code: view.phone_code.as_deref().map(grouped),
        facts: facts(say, view),
        contacts: contacts(say, view),
        reach,
        details,
        date: date(say, view),
        dates,
        answers: view.answers.iter().map(|one| answer(say, one)).collect(),
        statements: statements(say, view),
        answering,
        timeline: filtered(say, &view.timeline, query, &here),
        h1,
    })
}

/// The digits of a code in groups, as they are read aloud.
fn grouped(code: &str) -> String {
    let digits: Vec<char> = code.chars().collect();
    digits
        .chunks(4)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join(" ")
}

fn facts(say: Say, view: &Participant) -> Vec<Fact> {
    let fact = |key: &str, words: String| Fact {
        name: say.t(key),
        html: text::escape(&words),
    };
    let at = |key: &str, at: &Option<Instant>| Fact {
        name: say.t(key),
        html: at.as_ref().map_or_else(
            || text::escape(&say.t("desk-not-yet")),
            |at| when::instant_html(say.0, at),
        ),
    };
    let or = |value: Option<&str>, key: &str| value.map_or_else(|| say.t(key), text::line);
    let basis = match &view.basis {
        Some((basis, version)) if version.is_empty() => words::word(say, "basis", basis),
        Some((basis, version)) => format!(
            "{} ({})",
            words::word(say, "basis", basis),
            text::line(version)
        ),
        None => words::word(say, "basis", "none"),
    };
    let public = match &view.public {
        Some(label) => words::word(say, "vendor", label),
        None => say.t("work-board-unlisted"),
    };
    let mut out = vec![
        fact("work-tn", text::line(&view.tn)),
        fact("work-part-in", words::word(say, "part", &view.part)),
        fact("work-board-state", words::word(say, "cell", &view.state)),
        fact("work-board-public", public),
        fact(
            "desk-party-contact",
            or(
                view.contact.as_ref().map(|words| words.as_str()),
                "not-recorded",
            ),
        ),
        fact(
            "desk-party-lang",
            say.t(match view.lang {
                formats::advisory::Lang::Ja => "desk-lang-ja",
                formats::advisory::Lang::En => "desk-lang-en",
            }),
        ),
        fact(
            "desk-party-standing",
            or(view.standing.as_deref(), "desk-none"),
        ),
        fact("work-basis-now", basis),
        fact(
            "work-second-step",
            words::word(say, "second-step", &view.second_step),
        ),
        fact(
            "work-details-now",
            if view.details.is_empty() {
                say.t("desk-not-yet")
            } else {
                words::classes(say, view.details.iter().map(String::as_str))
            },
        ),
        at("work-details-at", &view.details_sent_at),
        at("work-received-at", &view.received_at),
        fact(
            "work-ticket-now",
            or(
                view.ticket.as_ref().map(|words| words.as_str()),
                "desk-none",
            ),
        ),
    ];
    if let Some(naming) = &view.naming {
        out.push(fact("work-naming-now", words::word(say, "naming", naming)));
    }
    if let Some((asked, words)) = &view.call {
        out.push(Fact {
            name: say.t("work-call-asked"),
            html: format!(
                "{}{}",
                when::instant_html(say.0, asked),
                text::paragraphs(words.as_str())
            ),
        });
    }
    if let Some(link) = &view.invitation {
        out.push(Fact {
            name: say.t("work-invitation"),
            html: format!(
                "{} {} {}",
                when::instant_html(say.0, &link.sent_at),
                text::escape(&say.t(match link.expires_at {
                    _ if link.is_waiting => "work-invitation-waits",
                    None => "work-invitation-used",
                    Some(_) => "work-invitation-until",
                })),
                link.expires_at
                    .as_ref()
                    .filter(|_| !link.is_waiting)
                    .map_or_else(String::new, |at| when::instant_html(say.0, at))
            ),
        });
    }
    out
}

fn contacts(say: Say, view: &Participant) -> Vec<[String; 3]> {
    view.contacts
        .iter()
        .map(|one| {
            let mut channel = words::word(say, "channel", &one.channel);
            if one.elsewhere {
                channel.push_str(&say.t("work-contact-elsewhere-mark"));
            }
            [
                when::instant_html(say.0, &one.at),
                channel,
                words::word(say, "result", &one.result),
            ]
        })
        .collect()
}

/// Reaching the party and letting it in.
fn reaching(action: &Action<'_>, view: &Participant) -> String {
    let (say, form) = (action.say, action.typed);
    let contact = [
        Field::select(
            say,
            form,
            "channel",
            "work-contact-channel",
            choices(
                say,
                "channel",
                &[
                    "phone",
                    "mail",
                    "fax",
                    "post",
                    "form",
                    "in_person",
                    "registrar",
                    "distributor",
                    "not_recorded",
                ],
            ),
        )
        .html(),
        Field::select(
            say,
            form,
            "result",
            "work-contact-result",
            choices(
                say,
                "result",
                &["tried", "reached", "undeliverable", "not_recorded"],
            ),
        )
        .html(),
        Field::one(say, form, "elsewhere", "yes", "work-contact-elsewhere").html(),
    ]
    .concat();
    let reason = Field::text(say, form, "waive_reason", "work-waive-reason")
        .attr("autocomplete=\"off\"")
        .max(LINE_CHARS_MAX)
        .required()
        .html();
    let mut filled = form.clone();
    if filled.value("do") != "basis" {
        filled.set("basis_version", view.standing.as_deref().unwrap_or(TERMS));
    }
    let basis = [
        Field::select(
            say,
            &filled,
            "basis",
            "work-basis-now",
            choices(say, "basis", &["standing", "ad_hoc", "none"]),
        )
        .html(),
        Field::text(say, &filled, "basis_version", "desk-party-version")
            .attr("autocomplete=\"off\"")
            .max(LINE_CHARS_MAX)
            .html(),
    ]
    .concat();
    let called = [
        Field::text(say, &filled, "called_number", "work-phone-code-number")
            .attr("inputmode=\"tel\" autocomplete=\"off\"")
            .max(LINE_CHARS_MAX)
            .required()
            .html(),
        Field::select(
            say,
            &filled,
            "called_from",
            "work-phone-code-from",
            choices(
                say,
                "number-source",
                &domain::value::NumberSource::ALL.map(domain::value::NumberSource::code),
            ),
        )
        .html(),
    ]
    .concat();
    let mut out = [
        action.html("invite", ""),
        action.html("contact", &contact),
        action.html("basis", &basis),
        action.html("phone-code", &called),
    ]
    .concat();
    if view.second_step == "none" {
        out.push_str(&action.html("waive", &reason));
    }
    out
}

fn detailing(action: &Action<'_>, view: &Participant) -> String {
    let (say, form) = (action.say, action.typed);
    let mut out = String::new();
    if !view.sendable.is_empty() {
        let boxes: Vec<Choice> = view
            .sendable
            .iter()
            .map(|class| Choice {
                value: class.clone(),
                label: format!("{class}: {}", words::word(say, "class", class)),
            })
            .collect();
        out.push_str(&action.html(
            "details",
            &Field::boxes(say, form, "class", "work-details-classes", boxes).html(),
        ));
    }
    if view.received_at.is_none() {
        out.push_str(&action.html("received", ""));
    }
    out
}

fn date(say: Say, view: &Participant) -> Vec<Fact> {
    let Some(consent) = &view.consent else {
        return vec![];
    };
    let mut out = vec![Fact {
        name: say.t("work-consent"),
        html: text::escape(&words::word(say, "consent", &consent.answer)),
    }];
    if let Some(until) = &consent.until {
        out.push(Fact {
            name: say.t("work-consent-until"),
            html: instant_full(say, until),
        });
    }
    if let Some(at) = &consent.at {
        out.push(Fact {
            name: say.t("work-consent-said"),
            html: when::instant_html(say.0, at),
        });
    }
    out
}

fn dating(action: &Action<'_>, view: &Participant) -> String {
    let answer = view.consent.as_ref().map(|one| one.answer.as_str());
    let counter = moment::fields(action.say, action.typed, "counter", "work-counter-until");
    [
        match answer {
            Some("spared") => String::new(),
            _ => action.html("agree", ""),
        },
        action.html("counter", &counter),
        action.html("decline-date", ""),
    ]
    .concat()
}

fn answer(say: Say, one: &Answer) -> [String; 5] {
    let or =
        |value: &Option<String>, key: &str| value.as_deref().map_or_else(|| say.t(key), text::line);
    [
        or(&one.product, "work-answer-all-products"),
        or(&one.vulnerability, "work-answer-all-vulnerabilities"),
        text::line(&formats::range::words(say.0, &one.versions)),
        words::word(say, "answer", &one.answer),
        or(&one.fixed_in, "desk-dash"),
    ]
}

fn statements(say: Say, view: &Participant) -> String {
    let mut out = String::new();
    for one in &view.statements {
        let body = one.words.as_ref().map_or_else(
            || {
                format!(
                    "<p class=\"none\">{}</p>",
                    text::escape(&say.t("work-part-withheld"))
                )
            },
            |words| words_html(say, words),
        );
        let kind = words::word(say, "statement", &one.kind);
        let title = match &one.about {
            Some(about) => say.with(
                "work-statement-of",
                &[("kind", &kind), ("about", &text::line(about))],
            ),
            None => kind,
        };
        let _ = write!(out, "<h3>{}</h3>\n{body}\n", text::escape(&title));
    }
    out
}

/// What the vendor says about its products, in its own words, under its own number; and leaving.
fn answering(action: &Action<'_>, view: &Participant) -> String {
    let (say, form) = (action.say, action.typed);
    let ticket = Field::text(say, form, "ticket", "work-ticket-number")
        .attr("autocomplete=\"off\"")
        .max(LINE_CHARS_MAX)
        .required()
        .html();
    let naming = [
        Field::radio(
            say,
            form,
            "agreed",
            "work-naming-word",
            choices(say, "naming", &["yes", "no"]),
        )
        .html(),
        Field::text(say, form, "naming_reason", "work-naming-reason")
            .hint("work-naming-reason-hint")
            .max(LINE_CHARS_MAX)
            .html(),
    ]
    .concat();
    let naming = if view.naming.is_some() {
        action.html("naming", &naming)
    } else {
        String::new()
    };
    let unasked = if view.is_unasked {
        format!(
            "<p class=\"note\">{}</p>",
            text::escape(&say.t("work-unasked"))
        )
    } else {
        String::new()
    };
    [
        unasked,
        action.html("answer", &answer_fields(say, form, view)),
        if view.answers.is_empty() {
            String::new()
        } else {
            action.html("withdraw-answer", &known_answers(say, form, view))
        },
        action.html("statement", &statement_fields(say, form, view)),
        action.html("ticket", &ticket),
        naming,
        leaving::leave(action, view.in_embargo),
    ]
    .concat()
}

/// The answers on record, of which one is taken back.
fn known_answers(say: Say, form: &Typed, view: &Participant) -> String {
    let choice = |one: &Answer| {
        let (product, of) = (one.product.as_deref(), one.vulnerability.as_deref());
        let words = answer(say, one);
        let [product_words, of_words, range, said, _] = words;
        Choice {
            value: crate::kit::form::answer_value(product, &one.versions, of, &one.answer),
            label: [product_words, of_words, range, said].join(" / "),
        }
    };
    let all = view.answers.iter().map(choice).collect();
    Field::select(say, form, "known", "work-answer-known", all).html()
}

/// The fields of an answer: product, range of versions, what is said.
fn answer_fields(say: Say, form: &Typed, view: &Participant) -> String {
    let line = |name: &str, key: &str| {
        Field::text(say, form, name, key)
            .attr("autocomplete=\"off\"")
            .max(LINE_CHARS_MAX)
    };
    let mut about = vec![Choice {
        value: String::new(),
        label: say.t("work-answer-all-vulnerabilities"),
    }];
    about.extend(view.vulnerabilities.iter().map(|label| Choice {
        value: label.clone(),
        label: text::line(label),
    }));
    let end = |name: &str, key: &str, codes: &[&str]| {
        let choice = |code: &&str| Choice {
            value: (*code).to_owned(),
            label: say.t(match *code {
                "yes" => "end-yes",
                "no" => "end-no",
                _ => "end-choose",
            }),
        };
        Field::select(say, form, name, key, codes.iter().map(choice).collect()).html()
    };
    let answers = choices(
        say,
        "answer",
        &["affected", "not_affected", "investigating", "unknown"],
    );
    [
        Field::select(
            say,
            form,
            "vulnerability",
            "work-answer-vulnerability",
            about,
        )
        .html(),
        line("product", "work-answer-product")
            .hint("work-answer-product-hint")
            .html(),
        Field::select(say, form, "answer", "work-answer-answer", answers).html(),
        format!(
            "<fieldset class=\"moment\"><legend>{}</legend>{}{}{}{}</fieldset>",
            text::escape(&say.t("work-answer-versions")),
            line("versions_from", "work-answer-from").html(),
            end(
                "versions_from_incl",
                "work-answer-from-incl",
                &["yes", "no"]
            ),
            line("versions_to", "work-answer-to").html(),
            end(
                "versions_to_incl",
                "work-answer-to-incl",
                &["", "yes", "no"]
            ),
        ),
        line("fixed_in", "work-answer-fixed-in").html(),
    ]
    .concat()
}

/// The fields of a text of or about the vendor.
fn statement_fields(say: Say, form: &Typed, view: &Participant) -> String {
    let kinds = choices(
        say,
        "statement",
        &[
            "statement",
            "workaround",
            "fix",
            "references",
            "information",
            "addendum",
        ],
    );
    let mut about = vec![Choice {
        value: String::new(),
        label: say.t("work-answer-all-products"),
    }];
    for answer in &view.answers {
        let Some(value) = answer.about() else {
            continue;
        };
        if about.iter().all(|known| known.value != value) {
            let label = answer.about_in_words(say.0);
            about.push(Choice { value, label });
        }
    }
    [
        Field::select(say, form, "statement", "work-statement-kind", kinds).html(),
        Field::select(say, form, "statement_about", "work-statement-about", about)
            .hint("work-statement-about-hint")
            .html(),
        Field::select(say, form, "statement_lang", "work-lang", langs(say)).html(),
        Field::area(say, form, "statement_text", "work-statement-text", 6)
            .required()
            .max(TEXT_CHARS_MAX)
            .html(),
    ]
    .concat()
}

#[derive(Template)]
#[template(path = "desk_participant.html")]
struct ParticipantPage {
    /// What stands open: where the last form was, else how the party is reached.
    tab: &'static str,
    w: Say,
    frame: Frame,
    h1: String,
    summary: String,
    presence: String,
    case: String,
    case_words: String,
    party: String,
    phone_code: Option<String>,
    facts: Vec<Fact>,
    contacts: Vec<[String; 3]>,
    reach: String,
    details: String,
    date: Vec<Fact>,
    dates: String,
    answers: Vec<[String; 5]>,
    statements: String,
    answering: String,
    timeline: String,
}
