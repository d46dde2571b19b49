//! Commands of coordination: pure answers over case and participants.
//!
//! Each function is one command of the house; it reads states and returns changes or a refusal. The
//! constraints C1–C7 of the formal model (docs/decisions/0002-disclosure-model.md) are called by name. It draws no ids
//! and asks no clock: both come with the call.

use crate::act::Act;
use crate::coordination::answer::normal;
use crate::coordination::case::Case;
use crate::coordination::date;
use crate::coordination::participant::Participant;
use crate::coordination::range::Range;
use crate::coordination::track::PublicTrack;
use crate::event::{Change, Event};
use crate::machine::consent::Consent;
use crate::machine::constraints as law;
use crate::machine::em;
use crate::machine::em::{Em, EmEvent};
use crate::machine::rm::{Rm, RmEvent};
use crate::party::Party;
use crate::permit;
use crate::refusal::Refusal;
use crate::text::class::Class;
use crate::value::*;

/// Brings a party into a case. A standing agreement gives the basis at once; a date that is under way is
/// proposed to the newcomer before anything else (formal model: the embargo comes before the report).
///
/// # Errors
/// If the case is closed, or it is to be a finder: that one reads and writes in the mailbox of its report.
pub fn join(
    case: &Case,
    party: &Party,
    id: ParticipantId,
    part: Part,
    tracking: String,
) -> Result<Vec<Change>, Refusal> {
    case.open()?;
    if part == Part::Finder {
        return Err(Refusal::Input {
            field: "part",
            why: "a finder has the mailbox of the report, and no page of a party",
        });
    }
    let mut changes = vec![Change::of(
        id,
        Event::ParticipantJoined {
            case: case.id,
            party: party.id,
            part,
            tracking,
        },
    )];
    if let Some(version) = &party.standing {
        changes.push(Change::of(
            id,
            Event::BasisRecorded {
                basis: ConfidentialityBasis::Standing {
                    version: version.clone(),
                },
            },
        ));
    }
    if let Some(until) = case.until.filter(|_| case.em.is_under_way()) {
        changes.push(Change::of(id, Event::DateInvited { until }));
    }
    Ok(changes)
}

/// Records an attempt to contact, made by the house or (`elsewhere`) by somebody before or beside it.
/// The first one fixes the 起算日.
///
/// # Errors
/// If the case is closed; or, for an attempt of the house itself, if the case was already published when it
/// is said to have happened: that is recorded as made elsewhere.
pub fn contact(
    case: &Case,
    participant: &Participant,
    channel: ContactChannel,
    result: ContactResult,
    elsewhere: bool,
) -> Result<Vec<Change>, Refusal> {
    case.open()?;
    let mut changes = vec![Change::of(
        participant.id,
        Event::ContactAttempted {
            channel,
            result,
            elsewhere,
        },
    )];
    // Another team that coordinates has nothing to repair: the time to publication is counted from a vendor's letter.
    let can_repair = matches!(participant.part, Part::Vendor | Part::Operator);
    if case.clock_start.is_none() && can_repair {
        changes.push(Change::of(case.id, Event::ClockStarted));
    }
    // A letter of which nothing was heard, or that came back, has told nobody anything.
    let is_told = matches!(result, ContactResult::Reached | ContactResult::NotRecorded);
    if elsewhere && is_told && participant.rm == Rm::Start {
        changes.push(Change::of(
            participant.id,
            Event::RmMoved {
                event: RmEvent::Receive,
            },
        ));
    }
    Ok(changes)
}

/// Records that the party said it has our letter.
///
/// # Errors
/// [`Refusal::NotAsked`] if nobody wrote to it.
pub fn confirm_receipt(participant: &Participant) -> Result<Vec<Change>, Refusal> {
    if participant.asked_at.is_none() {
        return Err(Refusal::NotAsked);
    }
    Ok(vec![Change::of(participant.id, Event::ReceiptConfirmed)])
}

/// Records a basis of confidentiality. A standing agreement, or that there is none, is the house's word alone.
///
/// # Errors
/// [`Refusal::Role`] if the vendor itself says more than that it accepts the terms of this case.
pub fn record_basis(
    participant: &Participant,
    basis: ConfidentialityBasis,
    by: &Actor,
) -> Result<Vec<Change>, Refusal> {
    if by.is_vendor() && !matches!(basis, ConfidentialityBasis::AdHoc { .. }) {
        return Err(Refusal::Role);
    }
    Ok(vec![Change::of(
        participant.id,
        Event::BasisRecorded { basis },
    )])
}

/// Classes that travel to a participant as details (docs/design/settled.md §2.13): what is not named here does not.
pub const DETAILS: [Class; 7] = [
    Class::V,
    Class::W,
    Class::F,
    Class::K1,
    Class::K2,
    Class::E,
    Class::X,
];

/// Opens details to a participant. Attack and verification methods do not travel by this command
/// (docs/design/settled.md §2.13).
///
/// # Errors
/// [`Refusal::NoBasis`] without a basis, [`Refusal::Withheld`] for a class that this way does not carry.
pub fn send_details(
    case: &Case,
    participant: &Participant,
    texts: &[TextRef],
) -> Result<Vec<Change>, Refusal> {
    case.open()?;
    if !participant.may_have_details() {
        return Err(Refusal::NoBasis);
    }
    for text in texts {
        if !DETAILS.contains(&text.class) {
            return Err(Refusal::Withheld {
                class: text.class.code(),
                rule: "R-A2",
            });
        }
    }
    let mut changes = vec![Change::of(
        participant.id,
        Event::DetailsSent {
            bodies: texts.iter().map(|text| text.body).collect(),
        },
    )];
    if participant.rm == Rm::Start {
        changes.push(Change::of(
            participant.id,
            Event::RmMoved {
                event: RmEvent::Receive,
            },
        ));
    }
    Ok(changes)
}

/// Proposes a date to all participants.
///
/// # Errors
/// By C1 when the weakness is public or attacked, when the date is past, or when an embargo is there already. What is
/// found on a website has no date of publication.
pub fn propose_date(
    case: PublicTrack<'_>,
    participants: &[Participant],
    until: Instant,
    act: &Act,
) -> Result<Vec<Change>, Refusal> {
    case.open()?;
    date::to_come(until, act)?;
    law::c1_no_new_embargo(case.world, case.em, EmEvent::Propose)
        .map_err(|_| Refusal::EmbargoNotViable)?;
    if !matches!(em::step(case.em, EmEvent::Propose), Some(Em::Proposed)) {
        return Err(Refusal::Embargo(case.em));
    }
    let mut changes = vec![Change::of(case.id, Event::EmbargoProposed { until })];
    changes.extend(
        participants
            .iter()
            .filter(|p| !p.left)
            .map(|p| Change::of(p.id, Event::DateInvited { until })),
    );
    Ok(changes)
}

/// A participant agrees to the date; the first one to do so makes it active (docs/design/settled.md §2.7).
///
/// # Errors
/// If there is no date to agree to, or the participant's own state forbids it (C4).
pub fn agree_date(case: &Case, participant: &Participant) -> Result<Vec<Change>, Refusal> {
    case.open()?;
    if !date::may_agree(participant) {
        return Err(Refusal::Report(participant.rm));
    }
    let until = case
        .until
        .filter(|_| case.em.is_under_way())
        .ok_or(Refusal::Embargo(case.em))?;
    let mut changes = vec![Change::of(participant.id, Event::DateAgreed { until })];
    if case.em == Em::Proposed {
        changes.push(Change::of(
            case.id,
            Event::EmbargoActivated {
                until,
                by: participant.id,
            },
        ));
    }
    Ok(changes)
}

/// A participant names another date: a note to the coordinator, which changes nothing by itself.
///
/// # Errors
/// If there is no date under way.
pub fn counter_date(
    case: &Case,
    participant: &Participant,
    until: Instant,
    act: &Act,
) -> Result<Vec<Change>, Refusal> {
    if !case.em.is_under_way() {
        return Err(Refusal::Embargo(case.em));
    }
    date::to_come(until, act)?;
    Ok(vec![Change::of(
        participant.id,
        Event::DateCountered { until },
    )])
}

/// A participant declines the date; its access to details stays, since that is another agreement.
///
/// # Errors
/// If there is no date under way.
pub fn decline_date(case: &Case, participant: &Participant) -> Result<Vec<Change>, Refusal> {
    if !case.em.is_under_way() {
        return Err(Refusal::Embargo(case.em));
    }
    Ok(vec![Change::of(participant.id, Event::DateDeclined)])
}

/// The coordinator changes the date. A later end lapses consents, an earlier one does not; whoever had wished for another
/// or not agreed is asked anew.
///
/// # Errors
/// By C1, when the date is past, or when no embargo is in force; an earlier end asks for the password.
pub fn revise_date(
    case: &Case,
    participants: &[Participant],
    until: Instant,
    act: &Act,
) -> Result<Vec<Change>, Refusal> {
    case.open()?;
    date::to_come(until, act)?;
    law::c1_no_new_embargo(case.world, case.em, EmEvent::Propose)
        .map_err(|_| Refusal::EmbargoNotViable)?;
    let before = case
        .until
        .filter(|_| case.em.in_force())
        .ok_or(Refusal::Embargo(case.em))?;
    permit::ask_password(act, "revise-date", until < before)?;
    let mut changes = vec![
        Change::of(case.id, Event::EmbargoRevisionProposed { until }),
        Change::of(case.id, Event::EmbargoRevised { until }),
    ];
    for p in participants {
        let lapses = until > before && p.consent.adheres();
        // Whoever asked for another date, or did not agree to the one before, has not spoken of this one.
        let is_asked = p.countered.is_some() || p.consent == Consent::Declined;
        if lapses {
            changes.push(Change::of(p.id, Event::DateLapsed));
        }
        if lapses || (is_asked && !p.left) {
            changes.push(Change::of(p.id, Event::DateInvited { until }));
        }
    }
    Ok(changes)
}

/// Ends the embargo.
///
/// # Errors
/// If none is in force, or its instant has not come and no reason is given.
pub fn end_embargo(case: &Case, why: EmbargoEnd, act: &Act) -> Result<Vec<Change>, Refusal> {
    if !case.em.in_force() {
        return Err(Refusal::Embargo(case.em));
    }
    if why == EmbargoEnd::Published {
        return Err(Refusal::Input {
            field: "why",
            why: "an embargo ends so by a publication alone; choose reached, public, attacked or ready",
        });
    }
    if let (EmbargoEnd::Reached, Some(until)) = (why, case.until)
        && until > act.now
    {
        return Err(Refusal::TooEarly { until });
    }
    if why != EmbargoEnd::Reached && act.reason.trim().is_empty() {
        return Err(Refusal::NoReason);
    }
    Ok(vec![Change::of(case.id, Event::EmbargoEnded { why })])
}

/// Records a fact about the world; what C1 and C7 demand follows in the same decision.
///
/// # Errors
/// If the fact is known already; while an embargo is in force, which it may end, the password is asked for.
pub fn observe(case: &Case, fact: WorldFact, act: &Act) -> Result<Vec<Change>, Refusal> {
    let known = match fact {
        WorldFact::PublicAware => case.world.public,
        WorldFact::ExploitPublic => case.world.exploit,
        WorldFact::AttacksObserved => case.world.attacks,
    };
    if known {
        return Err(Refusal::Exists("fact"));
    }
    // What ends the time of confidence is asked of the person, not of whoever sits at the screen.
    permit::ask_password(act, "observe", case.em.in_force())?;
    let mut changes = vec![Change::of(case.id, Event::WorldFactObserved { fact })];
    let mut world = case.world;
    match fact {
        WorldFact::PublicAware => world.public = true,
        WorldFact::ExploitPublic => world.exploit = true,
        WorldFact::AttacksObserved => world.attacks = true,
    }
    if fact == WorldFact::ExploitPublic && !case.world.public {
        // C7: an exploit that is public makes the weakness public.
        world.public = true;
        changes.push(Change::of(
            case.id,
            Event::WorldFactObserved {
                fact: WorldFact::PublicAware,
            },
        ));
    }
    match law::c1_must_terminate(world, case.em) {
        law::Termination::None | law::Termination::DecisionTask => {}
        law::Termination::RejectProposal => {
            changes.push(Change::of(case.id, Event::EmbargoRejected))
        }
        law::Termination::Required => changes.push(Change::of(
            case.id,
            Event::EmbargoEnded {
                why: EmbargoEnd::Public,
            },
        )),
    }
    Ok(changes)
}

/// Records a vendor's answer. `unasked` says that the desk knows it was never asked.
///
/// # Errors
/// [`Refusal::NotAsked`] if the party was not contacted and the answer is not recorded as unasked, and
/// [`Refusal::WasAsked`] the other way round.
pub fn record_answer(
    participant: &Participant,
    answer: ProductAnswer,
    unasked: bool,
) -> Result<Vec<Change>, Refusal> {
    asked(participant, unasked)?;
    let answer = normal(answer)?;
    let mut changes = Vec::new();
    let mut rm = participant.rm;
    let mut step = |rm: &mut Rm, event: RmEvent| {
        if let Some(next) = crate::machine::rm::step(*rm, event) {
            *rm = next;
            changes.push(Change::of(participant.id, Event::RmMoved { event }));
        }
    };
    if rm == Rm::Start {
        step(&mut rm, RmEvent::Receive);
    }
    match answer.answer {
        VendorAnswer::Affected => {
            if matches!(rm, Rm::Received | Rm::Invalid) {
                step(&mut rm, RmEvent::Validate);
            }
            if matches!(rm, Rm::Valid | Rm::Deferred) {
                step(&mut rm, RmEvent::Accept);
            }
        }
        VendorAnswer::NotAffected => match rm {
            Rm::Received => step(&mut rm, RmEvent::Invalidate),
            Rm::Valid | Rm::Accepted => step(&mut rm, RmEvent::Defer),
            _ => {}
        },
        VendorAnswer::Investigating | VendorAnswer::Unknown => {}
    }
    if answer.fixed_in.is_some() {
        if answer.answer == VendorAnswer::NotAffected {
            return Err(Refusal::Input {
                field: "fixed_in",
                why: "versions that are not affected need no fix",
            });
        }
        // C3: a fix presupposes that the vendor once accepted.
        law::c3_fix_needs_accepted(
            matches!(rm, Rm::Accepted | Rm::Deferred | Rm::Closed),
            crate::machine::cs::CaseEvent::FixReady,
        )
        .map_err(|_| Refusal::Report(rm))?;
    }
    changes.push(Change::of(
        participant.id,
        Event::AnswerRecorded { answer, unasked },
    ));
    Ok(changes)
}

/// Takes an answer back that is on record: a range that was mistyped is no second fact.
///
/// # Errors
/// [`Refusal::NotFound`] if there is none for this product, range and vulnerability.
pub fn withdraw_answer(
    participant: &Participant,
    product: Option<String>,
    versions: &str,
    vulnerability: Option<String>,
) -> Result<Vec<Change>, Refusal> {
    let normal = Range::parse(versions).map(|range| range.to_string());
    let found = participant.answers.iter().find(|known| {
        let is = |versions| known.is_for(product.as_deref(), versions, vulnerability.as_deref());
        is(versions.trim()) || normal.as_deref().is_ok_and(is)
    });
    let versions = found.ok_or(Refusal::NotFound("answer"))?.versions.clone();
    Ok(vec![Change::of(
        participant.id,
        Event::AnswerWithdrawn {
            product,
            versions,
            vulnerability,
        },
    )])
}

/// Records a text of or about a vendor.
///
/// # Errors
/// As [`record_answer`] for the vendor's own words; what others say needs no question. What speaks of a product
/// needs an answer for that product and range first. [`Refusal::Role`] if a vendor brings what others say, or says of
/// itself that nobody asked.
pub fn record_statement(
    participant: &Participant,
    statement: StatementKind,
    text: TextRef,
    unasked: bool,
    about: Option<About>,
    by: &Actor,
) -> Result<Vec<Change>, Refusal> {
    let of_others = matches!(
        statement,
        StatementKind::Information | StatementKind::Addendum
    );
    if by.is_vendor() && (of_others || unasked) {
        return Err(Refusal::Role);
    }
    if statement == StatementKind::Statement {
        asked(participant, unasked)?;
    }
    if text.class != statement.class() {
        return Err(Refusal::Input {
            field: "class",
            why: "a vendor's words are class R, a workaround is class W, a fix class F",
        });
    }
    if let Some(about) = &about {
        let mut answered = participant.answers.iter().filter_map(ProductAnswer::about);
        if !statement.may_be_about() || !answered.any(|known| known == *about) {
            return Err(Refusal::Input {
                field: "about",
                why: "a statement, a workaround or a fix may speak of a product and range that was answered for",
            });
        }
    }
    Ok(vec![Change::of(
        participant.id,
        Event::StatementRecorded {
            statement,
            text,
            unasked,
            about,
        },
    )])
}

fn asked(participant: &Participant, unasked: bool) -> Result<(), Refusal> {
    match (participant.asked_at.is_some(), unasked) {
        (false, false) => Err(Refusal::NotAsked),
        (true, true) => Err(Refusal::WasAsked),
        _ => Ok(()),
    }
}

/// Longest ticket number, in characters.
const TICKET_CHARS_MAX: usize = 120;
/// Longest label of a vulnerability: it heads a column.
pub const LABEL_CHARS_MAX: usize = 12;

/// Records the party's own number for the matter; `chars` is its length.
///
/// # Errors
/// If it is empty or too long.
pub fn record_ticket(
    participant: &Participant,
    ticket: TextRef,
    chars: usize,
) -> Result<Vec<Change>, Refusal> {
    if !(1..=TICKET_CHARS_MAX).contains(&chars) {
        return Err(Refusal::Input {
            field: "ticket",
            why: "1 to 120 characters",
        });
    }
    Ok(vec![Change::of(
        participant.id,
        Event::OwnTicketRecorded { ticket },
    )])
}

/// Names a vulnerability of the case; `chars` is the length of the line that tells what it is.
///
/// # Errors
/// If the case is closed, the label does not fit over a column, or nothing tells what it is.
pub fn name_vulnerability(
    case: &Case,
    label: &str,
    text: TextRef,
    chars: usize,
) -> Result<Vec<Change>, Refusal> {
    case.open()?;
    let fits = (1..=LABEL_CHARS_MAX).contains(&label.chars().count())
        && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    if !fits {
        return Err(Refusal::Input {
            field: "label",
            why: "1 to 12 letters, digits or -",
        });
    }
    if chars == 0 {
        return Err(Refusal::Input {
            field: "text",
            why: "say in one line what it is",
        });
    }
    Ok(vec![Change::of(
        case.id,
        Event::VulnerabilityNamed {
            label: label.to_owned(),
            text,
        },
    )])
}
