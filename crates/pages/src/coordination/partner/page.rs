//! The one page of a vendor: what is still to be done before it can read, then the matter itself.
//!
//! Every form posts to an address of its own; the names of fields differ, so that one [`Typed`] shows any form again.

use askama::Template;
use formats::advisory::Lang;

use crate::coordination::partner::limits;
use crate::coordination::partner::range::{RangeFields, range_fields};
use crate::coordination::partner::view::{
    Answer, AnswerKind, Basis, Date, DateState, Details, Other, Step, TextKind, View, WordsKind,
};
use crate::coordination::tab;
use crate::kit::catalogue::Say;
use crate::kit::desk::bits;
use crate::kit::form::{Choice, Field, Typed, hidden, summary};
use crate::kit::frame::{Frame, bytes};
use crate::kit::inside::Inside;
use crate::kit::shown::Shown as Released;
use crate::kit::{labels, moment, text, when};

/// Returns the page; `typed` is what a refused form held, or an answer that is to be changed.
#[must_use]
pub fn page(inside: &Inside, view: &View, typed: &Typed) -> Vec<u8> {
    let say = inside.say();
    let needs_terms = view.basis == Basis::Missing;
    let needs_step = view.step == Step::Missing;
    bytes(&Page {
        frame: inside.frame(&say.t("partner-title")),
        w: say,
        problems: summary(say, typed),
        to: say.with("partner-to", &[("name", &text::line(&view.name))]),
        reference: format!("TN#{}", text::line(&view.tracking)),
        base: inside.href("/partner"),
        is_open: view.is_open,
        has_left: view.has_left,
        is_site: view.is_site,
        waits: view.is_open
            && view.published.is_none()
            && !needs_terms
            && !needs_step
            && view.details.is_none(),
        steps: steps(say, view),
        terms: (view.is_open && needs_terms).then(|| terms(say, typed)),
        step: (view.is_open && needs_step).then(|| step(inside, view, typed)),
        received_html: view
            .received
            .as_deref()
            .map(|at| when::instant_html(inside.lang, at)),
        published: view.published.as_ref().map(|out| PublishedPart {
            words: say.with(
                "partner-published",
                &[("at", &when::instant(inside.lang, &out.at))],
            ),
            number: text::line(&out.number),
            address: out.address.clone(),
        }),
        keeps: view.published.is_none() && view.date.state != DateState::Ended,
        date: date(inside, view, typed),
        details: view
            .details
            .as_ref()
            .map(|details| matter(inside, details, typed)),
        leave: view.is_open.then(|| leave(say, view, typed)),
        tab: tab::of_partner(inside, typed),
    })
}

#[derive(Template)]
#[template(path = "partner_page.html")]
struct Page {
    frame: Frame,
    w: Say,
    problems: String,
    to: String,
    reference: String,
    base: String,
    is_open: bool,
    has_left: bool,
    is_site: bool,
    waits: bool,
    steps: Vec<StepLine>,
    terms: Option<Terms>,
    step: Option<StepForm>,
    received_html: Option<String>,
    published: Option<PublishedPart>,
    keeps: bool,
    date: DatePart,
    details: Option<Matter>,
    leave: Option<Leave>,
    tab: &'static str,
}

/// One thing that stands before the details.
struct StepLine {
    words: String,
    state: String,
    is_done: bool,
}

struct Terms {
    version: String,
    box_html: String,
}

struct StepForm {
    code_html: String,
    asked_html: Option<String>,
    phone_html: String,
    hours_html: String,
}

struct PublishedPart {
    words: String,
    number: String,
    address: String,
}

struct DatePart {
    /// Whether there is, was or may be a date: none is to come of what is out or closed, or of a website.
    has_state: bool,
    state: String,
    /// A date is on the table: until then nothing is published.
    is_running: bool,
    shown_html: String,
    has_ended: bool,
    /// An urgent publication that comes before the date.
    early_html: Option<String>,
    until_html: Option<String>,
    left_html: Option<String>,
    countered_html: Option<String>,
    can_agree: bool,
    can_answer: bool,
    fields_html: String,
}

struct Matter {
    case: String,
    texts: Vec<Shown>,
    vulnerabilities: Vec<Shown>,
    label: String,
    label_note: String,
    label_class: &'static str,
    answers: Vec<Row>,
    answer_html: String,
    range_html: RangeFields,
    answer_rest_html: String,
    words: Vec<Shown>,
    words_html: String,
    ticket: Option<String>,
    ticket_html: String,
    naming: Option<NamingPart>,
}

struct NamingPart {
    is_agreed: bool,
    /// Name and label of each other vendor.
    others: Vec<(String, String)>,
}

struct Shown {
    title: String,
    attr: &'static str,
    html: String,
}

struct Row {
    product: String,
    vulnerability: String,
    range: String,
    answer: String,
    fixed: String,
    why: Option<Shown>,
    edit: String,
    edit_label: String,
    /// The answer, and what its button to take it back says.
    known: String,
    withdraw_label: String,
}

struct Leave {
    fields_html: String,
}

fn steps(say: Say, view: &View) -> Vec<StepLine> {
    let line = |key: &str, state: String, is_done: bool| StepLine {
        words: say.t(key),
        state,
        is_done,
    };
    vec![
        match &view.basis {
            Basis::Missing => line("partner-step-terms", say.t("partner-state-missing"), false),
            Basis::Standing(version) => line(
                "partner-step-terms",
                say.with(
                    "partner-state-standing",
                    &[("version", &text::line(version))],
                ),
                true,
            ),
            Basis::Accepted(version) => line(
                "partner-step-terms",
                say.with(
                    "partner-state-accepted",
                    &[("version", &text::line(version))],
                ),
                true,
            ),
        },
        match view.step {
            Step::Missing => line("partner-step-person", say.t("partner-state-missing"), false),
            Step::Passed => line("partner-step-person", say.t("partner-state-passed"), true),
            Step::Waived => line("partner-step-person", say.t("partner-state-waived"), true),
        },
        if view.details.is_some() {
            line("partner-step-details", say.t("partner-state-shown"), true)
        } else if view.is_told {
            line("partner-step-details", say.t("partner-state-ready"), false)
        } else {
            let key = match (view.published.is_some(), view.is_open) {
                (true, _) => "partner-state-nothing",
                (false, true) => "partner-state-waiting",
                (false, false) => "partner-state-closed",
            };
            line("partner-step-details", say.t(key), false)
        },
    ]
}

fn terms(say: Say, typed: &Typed) -> Terms {
    Terms {
        version: say.with(
            "partner-terms-version",
            &[("version", crate::coordination::partner::TERMS)],
        ),
        box_html: Field::one(say, typed, "accept", "yes", "partner-terms-accept")
            .required()
            .html(),
    }
}

fn step(inside: &Inside, view: &View, typed: &Typed) -> StepForm {
    let say = inside.say();
    StepForm {
        code_html: Field::text(say, typed, "code", "partner-code")
            .hint("partner-code-hint")
            .attr("inputmode=\"numeric\" autocomplete=\"one-time-code\" maxlength=\"20\"")
            .required()
            .html(),
        asked_html: view
            .call_asked
            .as_deref()
            .map(|at| when::instant_html(inside.lang, at)),
        phone_html: Field::input(say, typed, "phone", "partner-phone", "tel")
            .hint("partner-phone-hint")
            .attr("autocomplete=\"tel\"")
            .max(limits::PHONE_CHARS)
            .required()
            .html(),
        hours_html: Field::text(say, typed, "hours", "partner-hours")
            .max(limits::HOURS_CHARS)
            .html(),
    }
}

fn date(inside: &Inside, view: &View, typed: &Typed) -> DatePart {
    let (
        say,
        Date {
            state,
            until,
            early,
            countered,
            is_forward,
            may_agree,
        },
    ) = (inside.say(), &view.date);
    let is_running = matches!(
        state,
        DateState::Asked | DateState::Agreed | DateState::Declined
    );
    let early = early.as_deref().filter(|_| view.published.is_none());
    let can_answer = view.is_open && is_running && early.is_none();
    DatePart {
        has_state: *state != DateState::Open
            || early.is_some()
            || (view.is_open && view.published.is_none() && !view.is_site),
        early_html: early.map(|at| bits::instant_full(say, at)),
        is_running,
        state: say.t(view.date.key()),
        // What is out was planned for no date any more: it may have come early.
        until_html: until
            .as_deref()
            .filter(|_| view.published.is_none() && early.is_none())
            .map(|at| bits::instant_full(say, at)),
        left_html: early
            .or(until.as_deref())
            .filter(|_| is_running || early.is_some())
            .map(|until| bits::due_html(say, inside.now, until)),
        countered_html: countered.as_deref().map(|at| bits::instant_full(say, at)),
        // What the party saw when it answered; each answer is a form of its own, so that Enter in a field gives no other.
        shown_html: hidden("until", until.as_deref().unwrap_or_default()),
        has_ended: *state == DateState::Ended && view.published.is_none(),
        can_agree: can_answer && *may_agree && (*state != DateState::Agreed || *is_forward),
        can_answer,
        fields_html: if can_answer {
            moment::fields(say, typed, "counter", "partner-date-other")
        } else {
            String::new()
        },
    }
}

fn matter(inside: &Inside, details: &Details, typed: &Typed) -> Matter {
    let say = inside.say();
    let shown = |title: String, lang: Lang, words: &Released| Shown {
        title,
        attr: text::lang_attr(inside.lang, lang),
        html: text::paragraphs(words.as_str()),
    };
    let (label, label_note, label_class) = match details.label {
        Some(status) => (
            say.t(labels::vendor(status)),
            say.t(labels::vendor_note(status)),
            labels::vendor_class(status),
        ),
        None => (
            say.t("partner-label-none"),
            say.t("partner-label-none-note"),
            "vn",
        ),
    };
    Matter {
        case: text::line(&details.case),
        texts: details
            .texts
            .iter()
            .map(|part| shown(say.t(text_key(part.kind)), part.lang, &part.text))
            .collect(),
        vulnerabilities: details
            .vulnerabilities
            .iter()
            .map(|named| shown(text::line(named.label.as_str()), named.lang, &named.text))
            .collect(),
        label,
        label_note,
        label_class,
        answers: details
            .answers
            .iter()
            .enumerate()
            .map(|(n, answer)| row(inside, n, answer))
            .collect(),
        answer_html: answer_fields(say, details, typed),
        range_html: range_fields(say, typed),
        answer_rest_html: answer_rest(say, typed),
        words: details
            .words
            .iter()
            .map(|words| {
                let kind = say.t(words_key(words.kind));
                let title = match &words.about {
                    Some(about) => {
                        let about = text::line(about);
                        say.with("partner-words-of", &[("kind", &kind), ("about", &about)])
                    }
                    None => kind,
                };
                shown(title, words.lang, &words.text)
            })
            .collect(),
        words_html: words_fields(say, details, typed),
        ticket: details
            .ticket
            .as_ref()
            .map(|ticket| text::line(ticket.as_str())),
        ticket_html: Field::text(say, typed, "ticket", "partner-ticket-field")
            .hint("partner-ticket-hint")
            .max(limits::TICKET_CHARS)
            .required()
            .html(),
        naming: details.naming.as_ref().map(|naming| NamingPart {
            is_agreed: naming.is_agreed,
            others: naming.others.iter().map(|one| other(say, one)).collect(),
        }),
    }
}

fn other(say: Say, one: &Other) -> (String, String) {
    let key = match one.status {
        _ if one.is_past => "partner-naming-past",
        Some(status) => labels::vendor(status),
        None => "partner-label-none",
    };
    (text::line(one.name.as_str()), say.t(key))
}

fn row(inside: &Inside, n: usize, answer: &Answer) -> Row {
    let say = inside.say();
    let product = if answer.product.is_empty() {
        say.t("partner-all-products")
    } else {
        text::line(&answer.product)
    };
    Row {
        vulnerability: answer
            .vulnerability
            .as_deref()
            .map_or_else(|| say.t("partner-all-vulnerabilities"), text::line),
        range: if answer.versions.is_empty() {
            say.t("partner-all-versions")
        } else {
            text::line(&formats::range::words(say.0, &answer.versions))
        },
        answer: say.t(answer_key(answer.answer)),
        fixed: answer
            .fixed_in
            .as_deref()
            .map_or_else(|| say.t("not-recorded-short"), text::line),
        why: answer.why.as_ref().map(|why| Shown {
            title: say.t("partner-why"),
            attr: text::lang_attr(inside.lang, why.lang),
            html: text::paragraphs(why.text.as_str()),
        }),
        known: crate::kit::form::answer_value(
            Some(&answer.product),
            &answer.versions,
            answer.vulnerability.as_deref(),
            answer.answer.code(),
        ),
        withdraw_label: say.with("partner-answer-withdraw-of", &[("product", &product)]),
        edit: inside.href(&format!("/partner/?answer={n}#answers")),
        edit_label: say.with("partner-answer-edit", &[("product", &product)]),
        product,
    }
}

fn answer_fields(say: Say, details: &Details, typed: &Typed) -> String {
    let mut out = Vec::new();
    if !details.vulnerabilities.is_empty() {
        let mut all = vec![Choice {
            value: String::new(),
            label: say.t("partner-all-vulnerabilities"),
        }];
        all.extend(details.vulnerabilities.iter().map(|named| Choice {
            value: named.label.as_str().to_owned(),
            label: format!(
                "{} {}",
                text::line(named.label.as_str()),
                text::excerpt(named.text.as_str(), 40).0
            ),
        }));
        out.push(Field::select(say, typed, "vulnerability", "partner-vulnerability", all).html());
    }
    out.push(
        Field::text(say, typed, "product", "partner-product")
            .hint("partner-product-hint")
            .max(limits::PRODUCT_CHARS)
            .html(),
    );
    let answers = AnswerKind::ALL.map(|kind| (kind.code(), answer_key(kind)));
    out.push(
        Field::radio(
            say,
            typed,
            "answer",
            "partner-answer",
            choices(say, &answers),
        )
        .required()
        .html(),
    );
    out.join("\n")
}

fn answer_rest(say: Say, typed: &Typed) -> String {
    [
        Field::text(say, typed, "fixed_in", "partner-fixed-in")
            .hint("partner-fixed-in-hint")
            .max(limits::VERSION_CHARS)
            .html(),
        Field::area(say, typed, "why", "partner-why", 4)
            .hint("partner-why-hint")
            .max(limits::WHY_CHARS)
            .html(),
    ]
    .join("\n")
}

fn words_fields(say: Say, details: &Details, typed: &Typed) -> String {
    let kinds = WordsKind::ALL.map(|kind| (kind.code(), words_key(kind)));
    let langs = match say.0 {
        Lang::Ja => [("ja", "partner-lang-ja"), ("en", "partner-lang-en")],
        Lang::En => [("en", "partner-lang-en"), ("ja", "partner-lang-ja")],
    };
    let mut about = vec![Choice {
        value: String::new(),
        label: say.t("partner-all-products"),
    }];
    for answer in &details.answers {
        let Some(value) = answer.about() else {
            continue;
        };
        if about.iter().all(|known| known.value != value) {
            let label = answer.about_in_words(say.0);
            about.push(Choice { value, label });
        }
    }
    [
        Field::select(
            say,
            typed,
            "kind",
            "partner-words-kind",
            choices(say, &kinds),
        )
        .html(),
        Field::select(say, typed, "about", "partner-about", about)
            .hint("partner-about-hint")
            .html(),
        Field::select(
            say,
            typed,
            "lang",
            "partner-words-lang",
            choices(say, &langs),
        )
        .html(),
        Field::area(say, typed, "text", "partner-words-text", 8)
            .hint("partner-words-hint")
            .max(limits::TEXT_CHARS)
            .required()
            .html(),
    ]
    .join("\n")
}

fn leave(say: Say, view: &View, typed: &Typed) -> Leave {
    let mut fields = Vec::new();
    if matches!(
        view.date.state,
        DateState::Asked | DateState::Agreed | DateState::Declined
    ) {
        let keeps = [("yes", "partner-keeps-yes"), ("no", "partner-keeps-no")];
        fields.push(
            Field::radio(say, typed, "keeps", "partner-keeps", choices(say, &keeps))
                .required()
                .html(),
        );
    }
    fields.push(
        Field::one(say, typed, "sure", "yes", "partner-leave-sure")
            .required()
            .html(),
    );
    Leave {
        fields_html: fields.join("\n"),
    }
}

pub(super) fn choices(say: Say, pairs: &[(&str, &str)]) -> Vec<Choice> {
    pairs
        .iter()
        .map(|(value, key)| Choice {
            value: (*value).to_owned(),
            label: say.t(key),
        })
        .collect()
}

const fn text_key(kind: TextKind) -> &'static str {
    match kind {
        TextKind::Vulnerability => "partner-text-vulnerability",
        TextKind::Workaround => "partner-text-workaround",
        TextKind::Fix => "partner-text-fix",
        TextKind::Evidence => "partner-text-evidence",
        TextKind::Check => "partner-text-check",
        TextKind::Detection => "partner-text-detection",
        TextKind::Other => "partner-text-other",
    }
}

const fn words_key(kind: WordsKind) -> &'static str {
    match kind {
        WordsKind::Statement => "partner-words-statement",
        WordsKind::Workaround => "partner-words-workaround",
        WordsKind::Fix => "partner-words-fix",
        WordsKind::References => "partner-words-references",
    }
}

const fn answer_key(kind: AnswerKind) -> &'static str {
    match kind {
        AnswerKind::Affected => "partner-answer-affected",
        AnswerKind::NotAffected => "partner-answer-not-affected",
        AnswerKind::Investigating => "partner-answer-investigating",
        AnswerKind::Unknown => "partner-answer-unknown",
    }
}
