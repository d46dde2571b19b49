//! One party in one case at the desk: reaching it, letting it in, what it was told and what it said.

use domain::coordination::board;
use domain::coordination::case::Case;
use domain::coordination::decide;
use domain::coordination::participant::Participant as Vendor;
use domain::coordination::range::{Bound, Range};
use domain::event::Event;
use domain::react::IntentKind;
use domain::text::class::Class;
use domain::value::{
    ConfidentialityBasis, ContactChannel, ContactResult, NumberSource, ProductAnswer,
    StatementKind, StreamId, VendorAnswer,
};
use engine::Viewer;
use engine::command::Command;
use engine::coordination::command as commands;
use engine::kernel::find::TextInput;
use pages::coordination::participant as page;
use pages::coordination::view::{
    Answer as AnswerView, Contact, Invitation, Participant as View, Statement,
};
use pages::kit::form::Typed;

use crate::coordination::desk::{Member, consent_of, find as find_case, public_label};
use crate::coordination::title;
use crate::door::act;
use crate::door::act::lang_of;
use crate::door::act::tn;
use crate::door::answer::Answer;
use crate::door::history;
use crate::door::room::Room;
use crate::door::visit::{Stop, Visit};
use crate::party::desk as register;

/// Commands of the page's forms.
const FORMS: [&str; 17] = [
    "contact",
    "record-contact-elsewhere",
    "record-basis",
    "waive-second-step",
    "send-details",
    "confirm-receipt",
    "agree-date",
    "counter-date",
    "decline-date",
    "record-answer",
    "withdraw-answer",
    "record-statement",
    "record-ticket",
    "agree-naming",
    "leave-case",
    "bring-back",
    "issue-phone-code",
];

async fn find(room: &Room, visit: &Visit) -> Result<(Case, Member), Stop> {
    let case = find_case(room, visit.viewer()?, visit.param(0)).await?;
    let wanted = visit.param(1);
    let members =
        crate::coordination::desk::members(room, visit.viewer()?, &case, visit.lang).await?;
    let member = members
        .into_iter()
        .find(|(participant, _)| tn(participant) == wanted)
        .ok_or(Stop::NotFound)?;
    Ok((case, member))
}

/// The page.
///
/// # Errors
/// If the store fails.
pub async fn show(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let (case, member) = find(room, &visit).await?;
    render(room, &visit, &case, &member, &Typed::default(), None)
        .await
        .map(Answer::page)
}

async fn render(
    room: &Room,
    visit: &Visit,
    case: &Case,
    member: &Member,
    typed: &Typed,
    phone_code: Option<String>,
) -> Result<Vec<u8>, Stop> {
    let (participant, party) = member;
    let signed = visit.person()?;
    // Taken before anything is read: what comes in between counts as not seen.
    let seen = act::last(room, &[case.id.into()]).await?;
    let stream: StreamId = participant.id.into();
    let eyes = title::eyes_on(room, signed, case).await?;
    let lines = room.lines(visit.viewer()?, case.id.into()).await?;
    let own: Vec<history::Line> = lines
        .iter()
        .filter(|line| line.stream == stream)
        .cloned()
        .collect();
    let parts = parts_of(room, case).await?;
    let mut statements = Vec::new();
    for said in &participant.statements {
        statements.push(Statement {
            kind: act::word(said.kind),
            about: said.about.as_ref().map(|about| {
                formats::range::of_product(visit.lang, &about.product, &about.versions)
            }),
            words: eyes.words(&said.text).await?,
        });
    }
    let ticket = match &participant.ticket {
        Some(ticket) => eyes.words(ticket).await?.map(|words| words.text),
        None => None,
    };
    let call = match &participant.call_asked {
        Some((asked, text)) => eyes.words(text).await?.map(|words| (*asked, words.text)),
        None => None,
    };
    let timeline = history::told(room, visit, &[case.id.into()], Some(stream)).await?;
    let view = View {
        case: case.number.clone(),
        tn: tn(participant),
        name: history::party_name(party, visit.lang),
        party: party.id.to_string(),
        part: act::word(participant.part),
        contact: register::contact_of(room, visit, party).await?,
        lang: party.lang.unwrap_or_default(),
        standing: party.standing.clone(),
        basis: participant
            .basis
            .version()
            .map(|version| (participant.basis.word().to_owned(), version.to_owned())),
        second_step: participant
            .second_step(party, participant.step_passed)
            .word()
            .to_owned(),
        state: board::cell(participant, None).word().to_owned(),
        public: public_label(participant, party),
        contacts: contacts(&own),
        invitation: invitation(room, visit.viewer()?, participant).await?,
        phone_code,
        details: parts
            .iter()
            .filter(|part| participant.opened.contains(&part.body))
            .map(|part| part.class.code().to_owned())
            .collect(),
        details_sent_at: participant.details_at,
        received_at: participant.seen_at,
        sendable: decide::DETAILS
            .iter()
            .filter(|class| parts.iter().any(|part| part.class == **class))
            .map(|class| class.code().to_owned())
            .collect(),
        consent: consent_of(case, participant, history::party_name(party, visit.lang)),
        answers: participant
            .answers
            .iter()
            .map(|answer| AnswerView {
                vulnerability: answer.vulnerability.clone(),
                product: answer.product.clone(),
                versions: answer.versions.clone(),
                answer: act::word(answer.answer),
                fixed_in: answer.fixed_in.clone(),
            })
            .collect(),
        statements,
        ticket,
        naming: (participant.part == domain::value::Part::Vendor).then(|| {
            match (participant.is_named(), participant.naming.is_empty()) {
                (true, _) => "agreed",
                (false, true) => "not_asked",
                (false, false) => "taken_back",
            }
            .to_owned()
        }),
        call,
        vulnerabilities: case
            .vulnerabilities
            .iter()
            .map(|(label, _)| label.clone())
            .collect(),
        is_unasked: participant.asked_at.is_none(),
        has_left: participant.left,
        in_embargo: case.em.in_force(),
        timeline,
        presence: crate::door::act::presence(room, signed, stream),
        seen,
        may_act: signed.may_any(&FORMS) && case.closed.is_none(),
    };
    Ok(page::page(&visit.inside(room), &view, &visit.query, typed))
}

async fn parts_of(room: &Room, case: &Case) -> Result<Vec<domain::value::TextRef>, Stop> {
    let mut out = Vec::new();
    for report in case.reports() {
        let state = room.house.load(report.into()).await?.map(|l| l.state);
        if let Some(domain::aggregate::Aggregate::Report(report)) = state.as_deref() {
            out.extend(report.parts.iter().filter(|part| part.class != Class::U));
        }
    }
    Ok(out)
}

fn contacts(own: &[history::Line]) -> Vec<Contact> {
    own.iter()
        .rev()
        .filter_map(|line| match &line.recorded.event {
            Event::ContactAttempted {
                channel,
                result,
                elsewhere,
            } => Some(Contact {
                at: line.recorded.occurred_at,
                channel: act::word(*channel),
                result: act::word(*result),
                elsewhere: *elsewhere,
            }),
            _ => None,
        })
        .collect()
}

async fn invitation(
    room: &Room,
    viewer: Viewer,
    participant: &Vendor,
) -> Result<Option<Invitation>, Stop> {
    let Some(sent) = participant.invited_at else {
        return Ok(None);
    };
    let open = room
        .house
        .store
        .token_for(engine::coordination::INVITATION, participant.id.bytes())
        .await
        .map_err(engine::Fault::from)?;
    let waiting = room
        .house
        .store
        .intents_about(viewer, IntentKind::FirstContact)
        .await
        .map_err(engine::Fault::from)?;
    let is_waiting = waiting
        .iter()
        .any(|(of, _)| *of == StreamId::from(participant.id));
    Ok(Some(Invitation {
        is_waiting,
        sent_at: sent,
        expires_at: open.map(|token| engine::Instant(token.expires_at)),
    }))
}

/// Carries out what a form of the page asks for.
///
/// # Errors
/// If the store fails; [`Stop::Again`] where the password is needed once more.
pub async fn act(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let (case, member) = find(room, &visit).await?;
    let signed = visit.person()?;
    if !signed.may_any(&FORMS) {
        return Err(Stop::Role);
    }
    let own = [StreamId::from(member.0.id)];
    let _turn = match act::turn(room, &visit, &[case.id.into()], &own).await? {
        Ok(turn) => turn,
        Err(conflict) => return Ok(conflict),
    };
    let participant = member.0.id;
    let mut typed = visit.form.clone();
    let verb = typed.value("do").to_owned();
    let mut code = None;
    let done = match verb.as_str() {
        "invite" => {
            let invited =
                engine::coordination::invite(&room.house, &visit.act(), participant).await;
            match invited {
                Ok(_) => true,
                Err(engine::Fault::Refused(refusal)) => {
                    act::note(&mut typed, &refusal)?;
                    false
                }
                Err(other) => return Err(other.into()),
            }
        }
        "phone-code" => {
            let from = typed.trimmed("called_from").to_owned();
            let source = NumberSource::ALL.into_iter().find(|one| one.code() == from);
            let call = engine::coordination::Call {
                number: engine::kernel::find::TextInput {
                    lang: visit.lang,
                    text: typed.trimmed("called_number").to_owned(),
                },
                source: source.ok_or(Stop::NotFound)?,
            };
            let act = visit.act();
            let issued =
                engine::coordination::issue_phone_code(&room.house, &act, participant, &call);
            match issued.await {
                Ok(issued) => {
                    code = Some(issued);
                    true
                }
                Err(engine::Fault::Refused(domain::refusal::Refusal::Input { .. })) => {
                    typed.refuse("called_number", "work-phone-code-number-missing");
                    false
                }
                Err(engine::Fault::Refused(refusal)) => {
                    act::note(&mut typed, &refusal)?;
                    false
                }
                Err(other) => return Err(other.into()),
            }
        }
        _ => match command(&member.0, &mut typed) {
            Some(command) => act::perform(room, &visit, &mut typed, &command)
                .await?
                .is_some(),
            None => false,
        },
    };
    if done && code.is_none() {
        let last = act::last(room, &[case.id.into()]).await?;
        crate::coordination::desk::look(room, signed, case.id.into(), last).await?;
        let to = format!("{}?done={verb}", visit.path);
        return Ok(Answer::see(visit.href(&to)));
    }
    let (case, member) = find(room, &visit).await?;
    let shown = if done { Typed::default() } else { typed };
    let bytes = render(room, &visit, &case, &member, &shown, code).await?;
    // A code that is read aloud stands on this one page and nowhere else.
    Ok(if done {
        Answer::page(bytes)
    } else {
        Answer::wrong(bytes)
    })
}

fn command(of: &Vendor, typed: &mut Typed) -> Option<Command> {
    let participant = of.id.to_string();
    match typed.value("do").to_owned().as_str() {
        "contact" => {
            let (Some(channel), Some(result)) = (
                act::code::<ContactChannel>(typed.trimmed("channel")),
                act::code::<ContactResult>(typed.trimmed("result")),
            ) else {
                typed.refuse("", "refusal-unread");
                return None;
            };
            Some(if typed.has("elsewhere", "yes") {
                Command::RecordContactElsewhere(commands::RecordContactElsewhere {
                    participant,
                    channel,
                    result,
                })
            } else {
                Command::Contact(commands::Contact {
                    participant,
                    channel,
                    result,
                })
            })
        }
        "basis" => {
            let version = typed.trimmed("basis_version").to_owned();
            let basis = match typed.trimmed("basis") {
                "standing" => ConfidentialityBasis::Standing { version },
                "ad_hoc" => ConfidentialityBasis::AdHoc { version },
                _ => ConfidentialityBasis::None,
            };
            Some(Command::RecordBasis(commands::RecordBasis {
                participant,
                basis,
            }))
        }
        "waive" => {
            typed.need("waive_reason", "work-waive-reason-needed");
            let reason = typed.trimmed("waive_reason").to_owned();
            typed.is_good().then(|| {
                Command::WaiveSecondStep(commands::WaiveSecondStep {
                    participant,
                    reason,
                })
            })
        }
        "details" => {
            let classes: Vec<Class> = decide::DETAILS
                .into_iter()
                .filter(|class| typed.has("class", class.code()))
                .collect();
            if classes.is_empty() {
                typed.refuse("class", "work-details-classes-needed");
                return None;
            }
            Some(Command::SendDetails(commands::SendDetails {
                participant,
                classes,
            }))
        }
        "received" => Some(Command::ConfirmReceipt(commands::ConfirmReceipt {
            participant,
        })),
        "agree" => Some(Command::AgreeDate(commands::AgreeDate { participant })),
        "counter" => {
            let until = pages::kit::moment::read(typed, "counter")?;
            Some(Command::CounterDate(commands::CounterDate {
                participant,
                until,
            }))
        }
        "decline-date" => Some(Command::DeclineDate(commands::DeclineDate { participant })),
        "answer" => answer(participant, typed),
        "withdraw-answer" => withdrawal(participant, of, typed),
        "statement" => {
            typed.need("statement_text", "work-statement-text-needed");
            let statement = act::code::<StatementKind>(typed.trimmed("statement"))?;
            let wanted = typed.trimmed("statement_about").to_owned();
            let mut answered = of.answers.iter().filter_map(ProductAnswer::about);
            let about = answered
                .find(|about| pages::kit::form::about(&about.product, &about.versions) == wanted);
            if !wanted.is_empty() && (about.is_none() || !statement.may_be_about()) {
                typed.refuse("statement_about", "work-statement-about-bad");
            }
            typed.is_good().then(|| {
                Command::RecordStatement(commands::RecordStatement {
                    participant,
                    statement,
                    text: TextInput {
                        lang: lang_of(typed, "statement_lang"),
                        text: typed.trimmed("statement_text").to_owned(),
                    },
                    unasked: false,
                    about,
                })
            })
        }
        "ticket" => Some(Command::RecordTicket(commands::RecordTicket {
            participant,
            ticket: typed.trimmed("ticket").to_owned(),
        })),
        "naming" => {
            typed.need("agreed", "work-naming-needed");
            let agreed = typed.trimmed("agreed") == "yes";
            if agreed {
                typed.need("naming_reason", "work-naming-reason-needed");
            }
            typed.is_good().then(|| {
                Command::AgreeNaming(commands::AgreeNaming {
                    participant,
                    agreed,
                    reason: typed.trimmed("naming_reason").to_owned(),
                })
            })
        }
        "leave" => Some(Command::LeaveCase(commands::LeaveCase {
            participant,
            honours_embargo: match typed.trimmed("honours") {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
        })),
        "bring-back" => {
            typed.need("back_reason", "work-bring-back-reason-needed");
            typed.is_good().then(|| {
                Command::BringBack(commands::BringBack {
                    participant,
                    reason: typed.trimmed("back_reason").to_owned(),
                })
            })
        }
        _ => {
            typed.refuse("", "refusal-input");
            None
        }
    }
}

/// Reads one end of a range as it was typed.
fn bound(typed: &mut Typed, field: &str) -> Option<Bound> {
    let version = typed.trimmed(field).to_owned();
    if version.is_empty() {
        return None;
    }
    let is_in = typed.value(&format!("{field}_incl")).to_owned();
    let found = match is_in.as_str() {
        "yes" => Bound::including(&version),
        "no" => Bound::excluding(&version),
        _ => {
            typed.refuse(&format!("{field}_incl"), "work-answer-end-needed");
            return None;
        }
    };
    match found {
        Ok(bound) => Some(bound),
        Err(_) => {
            typed.refuse(field, "work-answer-version-wrong");
            None
        }
    }
}

fn answer(participant: String, typed: &mut Typed) -> Option<Command> {
    let (from, to) = (bound(typed, "versions_from"), bound(typed, "versions_to"));
    let Ok(range) = Range::between(from, to) else {
        typed.refuse("versions_to", "work-answer-backwards");
        return None;
    };
    let answer = act::code::<VendorAnswer>(typed.trimmed("answer"))?;
    let some = |field: &str, typed: &Typed| {
        let value = typed.trimmed(field);
        (!value.is_empty()).then(|| value.to_owned())
    };
    let fixed_in = some("fixed_in", typed);
    if let Some(fixed) = &fixed_in {
        if Bound::including(fixed).is_err() {
            typed.refuse("fixed_in", "work-answer-version-wrong");
        } else if answer != VendorAnswer::Affected {
            typed.refuse("fixed_in", "work-answer-fix-unneeded");
        }
    }
    if !typed.is_good() {
        return None;
    }
    Some(Command::RecordAnswer(commands::RecordAnswer {
        participant,
        answer: ProductAnswer {
            product: some("product", typed),
            versions: range.to_string(),
            answer,
            fixed_in,
            vulnerability: some("vulnerability", typed),
            because: None,
        },
        because: None,
    }))
}

/// Notes that somebody is writing; answers who else is.
///
/// # Errors
/// If the store fails.
pub async fn presence_ping(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let (_, member) = find(room, &visit).await?;
    act::presence_answer(room, &visit, member.0.id.into())
}

/// The command that takes back the answer that was chosen.
fn withdrawal(participant: String, of: &Vendor, typed: &mut Typed) -> Option<Command> {
    let wanted = typed.value("known");
    let found = of.answers.iter().find(|known| {
        let (product, of) = (known.product.as_deref(), known.vulnerability.as_deref());
        pages::kit::form::answer_value(product, &known.versions, of, &act::word(known.answer))
            == wanted
    });
    let Some(found) = found else {
        typed.refuse("known", "work-answer-known-bad");
        return None;
    };
    Some(Command::WithdrawAnswer(commands::WithdrawAnswer {
        participant,
        product: found.product.clone(),
        versions: found.versions.clone(),
        vulnerability: found.vulnerability.clone(),
    }))
}
