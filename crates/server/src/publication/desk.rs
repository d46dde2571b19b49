//! The release plan at the desk: making it, approving it with one's own key, aborting it.
//!
//! The page shows the bytes that the plan recorded. The password that opens an approval key goes from the form into
//! the command and nowhere else: it is neither kept nor logged, and no page shows it again.

use domain::publication::SOLO;
use domain::refusal::Refusal;
use domain::value::Lang;
use engine::Fault;
use engine::advisory::check;
use engine::advisory::compose::Spot;
use engine::advisory::diff::{Change, Hunk};
use engine::command::Command;
use engine::publication::command::{AbortPlan, ApprovePlan, Password, PlanRelease};
use engine::publication::facts as plan;
use engine::publication::facts::{PlanFacts, Since, facts};
use formats::advisory::Advisory;
use pages::kit::desk::view::Fate;
use pages::kit::form::Typed;
use pages::kit::moment;
use pages::publication::plan as page;
use pages::publication::view::{Document, Passage, Piece, Plan, PlanPage, Reader, Since as Beside};
use seal::record::Realm;

use crate::advisory::desk::{Desk, composed, may_edit, refused};
use crate::door::act::word;
use crate::door::ahead;
use crate::door::answer::Answer;
use crate::door::room::Room;
use crate::door::visit::{Signed, Stop, Visit};

fn reader(visit: &Visit) -> Result<&Signed, Stop> {
    let signed = visit.person()?;
    if may_edit(signed) || signed.can_approve {
        Ok(signed)
    } else {
        Err(Stop::Role)
    }
}

/// The page.
///
/// # Errors
/// [`Stop::NotFound`], [`Stop::Role`]; if the store fails.
pub async fn show(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    reader(&visit)?;
    let desk = Desk::of(room, &visit, visit.param(0)).await?;
    let mut typed = Typed::default();
    let until = desk.case.until.filter(|_| desk.case.em.in_force());
    typed.set("when", if until.is_some() { "embargo" } else { "typed" });
    render(room, &visit, &desk, &typed).await.map(Answer::page)
}

async fn render(room: &Room, visit: &Visit, desk: &Desk, typed: &Typed) -> Result<Vec<u8>, Stop> {
    let signed = visit.person()?;
    let own = room.house.own().await?;
    let draft = desk
        .stream
        .as_ref()
        .and_then(|stream| stream.draft.as_ref())
        .filter(|draft| {
            let next = desk.stream.as_ref().map(|stream| stream.next_revision());
            Some(draft.revision) == next
        });
    let is_editor = signed.may("plan-release");
    let draft_repeats = if draft.is_some() && is_editor {
        repeats(room, visit, desk).await?
    } else {
        false
    };
    let plan = match facts(&room.house, &visit.act(), Realm::Live, &desk.case).await {
        Ok(facts) => Some(shown(
            signed,
            &facts,
            ahead::fate(room, &facts.stream).await?,
        )),
        Err(Fault::Refused(Refusal::NoPlan)) => None,
        Err(other) => return Err(other.into()),
    };
    let view = PlanPage {
        number: desk.case.number.clone(),
        draft_revision: draft.map_or(0, |draft| draft.revision),
        has_draft: draft.is_some(),
        may_make: is_editor,
        embargo: desk.case.until.filter(|_| desk.case.em.in_force()),
        draft_repeats,
        is_drafter: draft.is_some_and(|draft| draft.author == signed.id),
        plan,
        published: desk.stream.as_ref().map_or_else(Vec::new, |stream| {
            let out = stream.published.iter().rev();
            out.map(|one| (one.revision, one.instant, one.persons))
                .collect()
        }),
        quorum: own.quorum,
        is_closed: desk.case.closed.is_some(),
    };
    Ok(page::page(&visit.inside(room), &view, typed))
}

/// Whether the recorded draft repeats texts that must not leave.
async fn repeats(room: &Room, visit: &Visit, desk: &Desk) -> Result<bool, Stop> {
    match composed(room, visit, desk, None, None).await {
        Ok(prepared) => Ok(!prepared.composition.overlaps.is_empty()),
        Err(Fault::Refused(_) | Fault::Sealed) => Ok(false),
        Err(other) => Err(other.into()),
    }
}

/// What a person may do with a plan.
fn may(signed: &Signed, facts: &PlanFacts) -> Reader {
    let is_solo = facts.quorum == SOLO;
    let approvals = &facts.plan.approvals;
    let mut mine = approvals.iter().filter(|one| one.person == signed.id);
    match (mine.next(), mine.next()) {
        _ if !signed.can_approve => Reader::HasNoKey,
        (None, _) if facts.plan.author == signed.id && !is_solo => Reader::IsAuthor,
        (None, _) => Reader::MayApprove,
        (Some(first), None) if is_solo => {
            let from = facts.plan.second_signature_from(first);
            if from > engine::kernel::clock::now() {
                Reader::Waits(from)
            } else {
                Reader::MayApprove
            }
        }
        _ => Reader::HasApproved,
    }
}

fn shown(signed: &Signed, facts: &PlanFacts, fate: Fate) -> Plan {
    let title = |doc: &Advisory, lang| doc.texts(lang).title.clone();
    Plan {
        sha256: facts.plan.sha256.clone(),
        title: Lang::ALL.map(|lang| title(&facts.doc, lang)),
        revision: facts.plan.revision,
        stage: word(facts.doc.status),
        instant: facts.plan.instant,
        emergency: facts.plan.emergency,
        reason: facts.reason.clone(),
        overrides: facts.overrides.clone(),
        author: facts.author.clone(),
        recipients: [
            facts.recipients.everything.len(),
            facts.recipients.vendors.len(),
            facts.recipients.products.len(),
            facts.recipients.earlier.len(),
            facts.recipients.all.len(),
        ],
        channels: facts.channels.clone(),
        vendors: facts.doc.vendors.len(),
        documents: facts
            .made
            .iter()
            .zip(&facts.plan.documents)
            .map(|(made, document)| Document {
                kind: document.kind.clone(),
                bytes: made.bytes.len(),
                sha256: document.sha256.clone(),
            })
            .collect(),
        approvals: facts.approvals.clone(),
        may_approve: facts
            .may_approve
            .iter()
            .map(|one| (one.handle.clone(), one.counts_from))
            .collect(),
        reader: may(signed, facts),
        since: match facts.since {
            Since::Nothing => Beside::Nothing,
            Since::Plan => Beside::Plan,
            Since::Revision(n) => Beside::Revision(n),
        },
        news: [&facts.news[0], &facts.news[1]].map(|hunks| hunks.iter().map(pieces).collect()),
        passages: facts.passages.iter().map(passage).collect(),
        is_outdated: facts.is_outdated,
        fate,
    }
}

fn pieces(hunk: &Hunk) -> Vec<Piece> {
    hunk.pieces
        .iter()
        .map(|piece| match piece.change {
            Change::Same => Piece::Same(piece.text.clone()),
            Change::Added => Piece::Added(piece.text.clone()),
            Change::Removed => Piece::Removed(piece.text.clone()),
        })
        .collect()
}

fn passage(passage: &plan::Passage) -> Passage {
    let (field, lang, vendor): (&str, Option<Lang>, &str) = match &passage.place {
        Spot::Field(field, lang) => (check::name(*field), Some(*lang), ""),
        Spot::Vendor(name) => ("vendors", None, name),
        Spot::Products => ("products", None, ""),
        Spot::References => ("references", None, ""),
    };
    Passage {
        field: field.to_owned(),
        lang,
        vendor: vendor.to_owned(),
        sentences: passage
            .sentences
            .iter()
            .map(|one| (one.text.clone(), one.is_new, one.repeats))
            .collect(),
    }
}

/// Makes, approves or aborts a plan.
///
/// # Errors
/// [`Stop::NotFound`], [`Stop::Role`]; if the store fails.
pub async fn act(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let signed = reader(&visit)?;
    let desk = Desk::of(room, &visit, visit.param(0)).await?;
    let mut typed = visit.form.clone();
    let verb = typed.value("do").to_owned();
    let (command, done) = match verb.as_str() {
        "plan" if !signed.may("plan-release") => return Err(Stop::Role),
        "abort" if !signed.may("abort-plan") => return Err(Stop::Role),
        "plan" => (make(room, &mut typed, &desk), "plan-made"),
        "approve" => (approve(&mut typed, &desk, signed), "plan-approved"),
        "abort" => (abort(&mut typed, &desk), "plan-aborted"),
        _ => return Err(Stop::NotFound),
    };
    if let Some(command) = command.filter(|_| typed.is_good()) {
        match engine::command::perform(&room.house, &visit.act(), Realm::Live, &command).await {
            Ok(_) => {
                let next = format!("/desk/cases/{}/plan?done={done}", desk.case.number);
                return Ok(Answer::see(visit.href(&next)));
            }
            Err(fault) => why_not(&mut typed, &visit, fault)?,
        }
    }
    typed.set("password", "");
    let desk = Desk::of(room, &visit, visit.param(0)).await?;
    render(room, &visit, &desk, &typed).await.map(Answer::wrong)
}

fn make(room: &Room, typed: &mut Typed, desk: &Desk) -> Option<Command> {
    let is_emergency = typed.has("emergency", "yes");
    let instant = match typed.value("when") {
        "embargo" if desk.case.em.in_force() => None,
        "typed" => {
            let at = moment::read(typed, "at")?;
            let is_past = at < engine::kernel::clock::now();
            if is_past && !is_emergency {
                typed.refuse("at_date", "editor-wrong-past");
            } else if !is_emergency && room.house.office().is_day_off(at) {
                moment::ask_of_holiday(typed, "at");
            }
            Some(at)
        }
        _ => {
            typed.refuse("when", "editor-wrong-when");
            None
        }
    };
    typed.limit("reason", page::REASON_CHARS_MAX);
    let takes_on = typed.has("override", "yes");
    if is_emergency || takes_on {
        typed.need("reason", "editor-wrong-reason");
    }
    Some(Command::PlanRelease(PlanRelease {
        case: desk.case.number.clone(),
        instant,
        emergency: is_emergency,
        overlap_override: takes_on,
        reason: typed.trimmed("reason").to_owned(),
    }))
}

/// The hash that the form was shown with, if its plan still stands.
fn standing(typed: &mut Typed, desk: &Desk) -> Option<String> {
    let plan = desk.stream.as_ref().and_then(|stream| stream.plan.as_ref());
    let shown = typed.trimmed("plan").to_owned();
    if plan.is_some_and(|plan| plan.sha256 == shown) {
        return Some(shown);
    }
    typed.refuse("", "editor-wrong-plan-gone");
    None
}

fn approve(typed: &mut Typed, desk: &Desk, signed: &Signed) -> Option<Command> {
    let plan = standing(typed, desk)?;
    if !typed.has("confirmed", "yes") {
        typed.refuse("confirmed", "editor-wrong-confirmed");
    }
    if typed.value("password").is_empty() {
        typed.refuse("password", "editor-wrong-password-empty");
    }
    Some(Command::ApprovePlan(ApprovePlan {
        case: desk.case.number.clone(),
        plan,
        person: signed.handle.clone(),
        password_file: None,
        password: Some(Password::new(typed.value("password"))),
    }))
}

fn abort(typed: &mut Typed, desk: &Desk) -> Option<Command> {
    let plan = standing(typed, desk)?;
    typed.need("abort_reason", "editor-wrong-reason");
    typed.limit("abort_reason", page::REASON_CHARS_MAX);
    Some(Command::AbortPlan(AbortPlan {
        case: desk.case.number.clone(),
        plan,
        reason: typed.trimmed("abort_reason").to_owned(),
    }))
}

/// Says beside the field what stands in the way.
fn why_not(typed: &mut Typed, visit: &Visit, fault: Fault) -> Result<(), Stop> {
    let Fault::Refused(refusal) = fault else {
        return refused(typed, fault);
    };
    match refusal {
        Refusal::Input {
            field: "password", ..
        } => {
            typed.refuse("password", "editor-wrong-password");
        }
        Refusal::TooEarly { until } => {
            let at = page::instant_words(visit.lang, until);
            typed.refuse_with("at_date", "editor-wrong-early", &[("at", &at)]);
        }
        Refusal::Overlap => typed.refuse("", "editor-wrong-overlap"),
        Refusal::NoReason => typed.refuse("reason", "editor-wrong-reason"),
        Refusal::Lint(words) => {
            let mut parts = words.splitn(3, ' ');
            let mut next = || parts.next().unwrap_or_default();
            let (_, field, code) = (next(), next(), next());
            let found = pages::advisory::checks::in_words(visit.lang, field, code);
            let key = match field {
                "vendors" | "products" => "editor-wrong-lint-vendors",
                _ => "editor-wrong-lint",
            };
            typed.refuse_with("", key, &[("lint", &found)]);
        }
        Refusal::NoDraft => typed.refuse("", "editor-plan-no-draft"),
        Refusal::NoPlan => typed.refuse("", "editor-wrong-plan-gone"),
        Refusal::OwnPlan => typed.refuse("", "editor-wrong-own"),
        Refusal::SecondSignature { from } => {
            let at = page::instant_words(visit.lang, from);
            typed.refuse_with("", "editor-wrong-second", &[("at", &at)]);
        }
        Refusal::SignInAgain => typed.refuse("", "refusal-release-sign-in-again"),
        Refusal::ApprovedAlready => typed.refuse("", "editor-wrong-approved"),
        other => return refused(typed, Fault::Refused(other)),
    }
    Ok(())
}
