//! What a finder sees with the receipt: steps with their dates, messages, and forms to answer or withdraw.
//!
//! It shows what the house wrote into the mailbox, and knows nothing else of the report.

use askama::Template;
use formats::advisory::Lang;
use formats::letter::{Note, NoteKind, Progress, SITE, Step, StepKind, TEXT_CHARS_MAX};

use crate::Site;
use crate::intake::public::{Slip, frame_alone};
use crate::kit::catalogue::Say;
use crate::kit::form::{Field, Typed, summary};
use crate::kit::frame::{Frame, bytes};
use crate::kit::links::return_path;
use crate::kit::{text, when};

/// What stands in an opened mailbox.
#[derive(Clone, Debug)]
pub struct Mailbox {
    pub slip: Slip,
    pub progress: Progress,
    /// Oldest first.
    pub notes: Vec<Note>,
    /// Whether the receipt is shown, as on the first return.
    pub shows_slip: bool,
    /// Key of what has just been done.
    pub done: Option<&'static str>,
}

/// Returns the page of an opened mailbox.
#[must_use]
pub fn mailbox(site: &Site, lang: Lang, mailbox: &Mailbox, typed: &Typed) -> Vec<u8> {
    let say = Say(lang);
    let path = return_path(lang);
    let other = lang.other();
    let asked = mailbox.progress.asked;
    let title = say.with(
        "reporter-mailbox-title",
        &[("handling", &text::line(&mailbox.slip.handling))],
    );
    let pick = |asked_key: &str, key: &str| say.t(if asked { asked_key } else { key });
    bytes(&Page {
        w: say,
        frame: frame_alone(site, lang, &title),
        title,
        done: mailbox.done.map_or_else(String::new, |key| say.t(key)),
        summary: summary(say, typed),
        slip: mailbox.shows_slip.then(|| mailbox.slip.html(site, lang)),
        carried: mailbox.slip.carried(),
        other_action: return_path(other),
        other_lang: other.tag(),
        other_words: Say(other).t("reporter-mailbox-other"),
        open_action: path.clone(),
        add_action: format!("{path}/add"),
        withdraw_action: format!("{path}/withdraw"),
        slip_action: format!("{path}/slip"),
        now: mailbox
            .progress
            .steps
            .last()
            .map_or_else(String::new, |step| words(say, lang, step)),
        steps: mailbox
            .progress
            .steps
            .iter()
            .map(|step| StepLine {
                words: words(say, lang, step),
                at: at(lang, &step.at),
            })
            .collect(),
        notes: mailbox
            .notes
            .iter()
            .map(|note| line(say, lang, note))
            .collect(),
        add_title: pick("reporter-answer-title", "reporter-add-title"),
        add_words: pick("reporter-answer", "reporter-add"),
        text: Field::area(
            say,
            typed,
            "text",
            if asked {
                "reporter-answer-text"
            } else {
                "reporter-add-text"
            },
            6,
        )
        .hint("reporter-add-hint")
        .max(TEXT_CHARS_MAX)
        .required()
        .html(),
        may_withdraw: mailbox.progress.may_withdraw,
        sure: Field::one(say, typed, "sure", "yes", "reporter-withdraw-sure")
            .required()
            .html(),
    })
}

fn at(lang: Lang, at: &str) -> String {
    if at.is_empty() {
        String::new()
    } else {
        when::instant_html(lang, at)
    }
}

/// The words of a step; a reason, a date or a number stands within them.
pub(super) fn words(say: Say, lang: Lang, step: &Step) -> String {
    let about = text::line(&step.about);
    let is_site = step.about == SITE;
    match step.step {
        StepKind::Received => say.t("reporter-step-received"),
        StepKind::Renumbered => say.with("reporter-step-renumbered", &[("number", &about)]),
        StepKind::Checking => say.t("reporter-step-checking"),
        StepKind::Asked => say.t("reporter-step-asked"),
        StepKind::Answered => say.t("reporter-step-answered"),
        StepKind::Accepted => say.t("reporter-step-accepted"),
        StepKind::Declined => {
            let reason = say.t(declined(&step.about));
            say.with("reporter-step-declined", &[("reason", &reason)])
        }
        StepKind::Withdrawn => say.t("reporter-step-withdrawn"),
        StepKind::ContactBegun if is_site => say.t("reporter-step-contact-site"),
        StepKind::ContactBegun => say.t("reporter-step-contact"),
        StepKind::DetailsSent if is_site => say.t("reporter-step-details-site"),
        StepKind::DetailsSent => say.t("reporter-step-details"),
        StepKind::VendorsWork if is_site => say.t("reporter-step-work-site"),
        StepKind::VendorsWork => say.t("reporter-step-work"),
        StepKind::DateTalks => say.t("reporter-step-talks"),
        StepKind::DateAgreed => {
            let date = when::instant(lang, &step.about);
            say.with("reporter-step-date", &[("date", &date)])
        }
        StepKind::DatePassed => {
            let date = when::instant(lang, &step.about);
            say.with("reporter-step-passed", &[("date", &date)])
        }
        StepKind::Published => say.with("reporter-step-published", &[("number", &about)]),
        StepKind::Closed => {
            let reason = say.t(closed(&step.about));
            say.with("reporter-step-closed", &[("reason", &reason)])
        }
    }
}

/// The words of a reason for which a report is not accepted; the codes are those of the events.
fn declined(code: &str) -> &'static str {
    match code {
        "incomplete" => "reporter-declined-incomplete",
        "not_vulnerability" => "reporter-declined-not-vulnerability",
        "already_public" => "reporter-declined-public",
        "out_of_scope_product" => "reporter-declined-product",
        "out_of_scope_site" => "reporter-declined-site",
        "protocol_spec_only" => "reporter-declined-protocol",
        "crypto_algorithm_only" => "reporter-declined-crypto",
        "illegal_acquisition" => "reporter-declined-illegal",
        "own_bug_bounty_dispute" => "reporter-declined-bounty",
        "no_response" => "reporter-declined-silence",
        "duplicate" => "reporter-declined-known",
        _ => "reporter-declined-other",
    }
}

/// The words of a reason for which a case is closed.
fn closed(code: &str) -> &'static str {
    match code {
        "published" => "reporter-closed-published",
        "individual_response" => "reporter-closed-individual",
        "not_vulnerability" => "reporter-closed-not-vulnerability",
        "already_public" => "reporter-closed-public",
        "low_impact_after_contact" => "reporter-closed-low",
        "judged_not_published" => "reporter-closed-judged",
        "withdrawn" => "reporter-closed-withdrawn",
        "site_fixed" => "reporter-closed-fixed",
        "site_unreachable" => "reporter-closed-unreachable",
        "site_not_vulnerable" => "reporter-closed-site",
        "transferred" => "reporter-closed-transferred",
        _ => "reporter-closed-other",
    }
}

fn line(say: Say, lang: Lang, note: &Note) -> NoteLine {
    let (class, who, fixed) = match note.note {
        NoteKind::Question => ("theirs", "reporter-note-question", None),
        NoteKind::Own => ("own", "reporter-note-own", None),
        NoteKind::Decision => ("theirs", "reporter-note-decision", None),
        NoteKind::WithdrawnTooLate => (
            "theirs",
            "reporter-note-late",
            Some("reporter-note-late-text"),
        ),
        NoteKind::HeldReceipt => (
            "theirs",
            "reporter-note-receipt",
            Some("reporter-note-receipt-text"),
        ),
    };
    NoteLine {
        class,
        who: say.t(who),
        at: at(lang, &note.at),
        attr: match fixed {
            Some(_) => "",
            None => text::lang_attr(lang, note.lang),
        },
        html: match fixed {
            Some(key) => text::paragraphs(&say.t(key)),
            None => text::paragraphs(&note.text),
        },
    }
}

struct StepLine {
    words: String,
    at: String,
}

struct NoteLine {
    class: &'static str,
    who: String,
    at: String,
    attr: &'static str,
    html: String,
}

#[derive(Template)]
#[template(path = "reporter_mailbox.html")]
struct Page {
    w: Say,
    frame: Frame,
    title: String,
    done: String,
    summary: String,
    slip: Option<String>,
    carried: String,
    other_action: String,
    other_lang: &'static str,
    other_words: String,
    open_action: String,
    add_action: String,
    withdraw_action: String,
    slip_action: String,
    now: String,
    steps: Vec<StepLine>,
    notes: Vec<NoteLine>,
    add_title: String,
    add_words: String,
    text: String,
    may_withdraw: bool,
    sure: String,
}
