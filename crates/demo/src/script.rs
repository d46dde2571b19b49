//! The stage: scripted acts collected into units, and the few scenes that every case has.
//!
//! It knows commands and tables of words, no story. A scene ends with [`Script::perform`], since planning
//! and proposing read what was written before.

use std::collections::BTreeMap;

use domain::act::Act;
use domain::refusal::Refusal;
use domain::role::Role;
use domain::text::class::Class;
use domain::value::*;
use seal::record::Realm;
use serde_json::Value;

use crate::cast;
use crate::tables::{Arrival, Said, Seat, Story};
use engine::Fault;
use engine::command;
use engine::command::Command;
use engine::coordination::command as case;
use engine::intake::command as intake;
use engine::kernel::clock;
use engine::kernel::find::TextInput;
use engine::kernel::house::{House, KEYS};
use engine::kernel::ids::advisory_id;
use engine::publication::command::{ApprovePlan, PlanRelease};
use engine::publication::release::Looked;

/// Those who approve each plan; their password files are written by the founding of a demonstration.
const APPROVERS: [&str; 2] = ["approver-a", "approver-b"];
/// Version of the agreement and consent texts.
pub const VERSION: &str = "3";
const DAY_US: i64 = 86_400_000_000;
/// Ten o'clock in Japan: when offices act.
const OFFICE_US: i64 = 3_600_000_000;

/// The stage of the demonstration.
pub struct Script<'h> {
    pub house: &'h House,
    pub realm: Realm,
    now: Instant,
    actor: PersonId,
    role: Role,
    parties: BTreeMap<&'static str, PartyId>,
    waiting: Vec<(Instant, Command)>,
}

/// A case that was opened.
pub struct Opened {
    pub case: CaseId,
    pub number: String,
}

impl<'h> Script<'h> {
    /// Begins with the house's coordinator.
    pub async fn begin(house: &'h House, now: Instant) -> Result<Self, Fault> {
        let own = house.own().await?;
        let (actor, person) = own
            .persons
            .iter()
            .find(|(_, p)| p.handle == "coordinator")
            .ok_or(Refusal::NotFound("person"))?;
        let (actor, role) = (*actor, person.role);
        Ok(Script {
            house,
            realm: Realm::Live,
            now,
            actor,
            role,
            parties: BTreeMap::new(),
            waiting: Vec::new(),
        })
    }

    /// Ten in the morning in Japan, so many days (at least one) ago.
    pub fn ago(&self, days: u32) -> Instant {
        let day = (self.now.0 - i64::from(days) * DAY_US).div_euclid(DAY_US) * DAY_US;
        Instant(day + OFFICE_US)
    }

    /// Draws an id.
    pub fn draw(&self) -> uuid::Uuid {
        seal::random::uuid(u64::try_from(self.now.0 / 1000).unwrap_or(0))
    }

    /// Keeps the id under which a party of the cast is entered.
    pub fn know(&mut self, key: &'static str, party: PartyId) {
        self.parties.insert(key, party);
    }

    /// The id of a party of the cast, as commands take it.
    pub fn party(&self, key: &str) -> String {
        self.parties
            .get(key)
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    /// Puts a command on the list of the next unit.
    pub fn add(&mut self, at: Instant, command: Command) {
        self.waiting.push((at, command));
    }

    /// Performs what waits, in one transaction.
    pub async fn perform(&mut self) -> Result<Vec<Value>, Fault> {
        let waiting = std::mem::take(&mut self.waiting);
        let act = self.act(self.now);
        let (house, realm) = (self.house, self.realm);
        // Boxed, since the state of every command's future would otherwise be part of each story's.
        Box::pin(house.perform(&act, "demo", realm, async |unit| {
            let mut answers = Vec::with_capacity(waiting.len());
            for (at, command) in &waiting {
                unit.act = self.act(*at);
                let answer = command::decide(unit, command).await.inspect_err(|fault| {
                    tracing::error!(
                        code = fault.code(),
                        command = command.name(),
                        "a command of the demonstration was refused"
                    );
                })?;
                answers.push(answer);
            }
            Ok(answers)
        }))
        .await
    }

    fn act(&self, occurred_at: Instant) -> Act {
        Act::of_person(self.actor, self.role, clock::now()).at(occurred_at)
    }

    /// Takes a report in and leaves it in the queue; returns its id.
    pub fn file(&mut self, arrival: &Arrival) -> ReportId {
        let (id, at) = (ReportId(self.draw()), self.ago(arrival.days_ago));
        self.add(
            at,
            Command::FileReport(intake::FileReport {
                id: Some(id.0),
                kind: arrival.kind,
                channel: arrival.channel,
                text: Some(ja(arrival.text)),
                fields: None,
                finder: arrival.finder.map(str::to_owned),
                contact: arrival.contact.map(str::to_owned),
                consent: VERSION.to_owned(),
            }),
        );
        let report = id.to_string();
        if let Some((question, answer)) = arrival.asked {
            self.add(
                at.plus_days(1),
                Command::AskFinder(intake::AskFinder {
                    report: report.clone(),
                    text: ja(question),
                }),
            );
            self.add(
                at.plus_days(2),
                Command::AddToReport(intake::AddToReport {
                    report: report.clone(),
                    text: ja(answer),
                }),
            );
        }
        if !arrival.parts.is_empty() {
            let parts = arrival
                .parts
                .iter()
                .map(|(class, text)| intake::Part {
                    class: *class,
                    lang: Lang::Ja,
                    text: (*text).to_owned(),
                })
                .collect();
            self.add(
                at.plus_days(2),
                Command::SortReport(intake::SortReport { report, parts }),
            );
        }
        id
    }

    /// Takes a report in, sorts it and accepts it.
    pub async fn open(&mut self, arrival: &Arrival) -> Result<Opened, Fault> {
        let report = self.file(arrival);
        let case = CaseId(self.draw());
        let accept = intake::AcceptReport {
            report: report.to_string(),
            case: Some(case.0),
            public_since: None,
        };
        self.add(
            self.ago(arrival.days_ago).plus_days(3),
            Command::AcceptReport(accept),
        );
        let number = said(self.perform().await?.last(), "number")?;
        Ok(Opened { case, number })
    }

    /// Brings a party into a case; nobody has written to it yet.
    pub fn join(&mut self, case: CaseId, key: &str, part: Part, at: Instant) -> ParticipantId {
        let id = ParticipantId(self.draw());
        let join = case::AddParticipant {
            id: Some(id.0),
            case: case.to_string(),
            party: self.party(key),
            part,
        };
        self.add(at, Command::AddParticipant(join));
        id
    }

    /// Records an attempt of the past. A mail of today's house would be sent now, so mails count as made elsewhere.
    pub fn attempt(
        &mut self,
        who: ParticipantId,
        channel: ContactChannel,
        result: ContactResult,
        at: Instant,
    ) {
        let participant = who.to_string();
        let command = if channel == ContactChannel::Mail {
            Command::RecordContactElsewhere(case::RecordContactElsewhere {
                participant,
                channel,
                result,
            })
        } else {
            Command::Contact(case::Contact {
                participant,
                channel,
                result,
            })
        };
        self.add(at, command);
    }

    /// Writes to the vendors, agrees on a date with those who answer, and records their answers.
    pub async fn gather(
        &mut self,
        case: CaseId,
        seats: &[Seat],
        asked: Instant,
        until: Option<Instant>,
    ) -> Result<Vec<ParticipantId>, Fault> {
        let mut ids = Vec::with_capacity(seats.len());
        for seat in seats {
            let id = self.join(case, seat.vendor, Part::Vendor, asked);
            self.attempt(id, ContactChannel::Mail, ContactResult::Tried, asked);
            ids.push(id);
        }
        self.perform().await?;
        if let Some(until) = until {
            let propose = case::ProposeDate {
                case: case.to_string(),
                until: until.whole_seconds(),
            };
            self.add(asked.plus_days(2), Command::ProposeDate(propose));
        }
        // The date comes before the answers: who finds its products clean is out of the embargo's machine.
        for (seat, id) in seats
            .iter()
            .zip(&ids)
            .filter(|(seat, _)| !matches!(seat.said, Said::Silent))
        {
            self.take_in(
                *id,
                !cast::has_standing(seat.vendor),
                until.is_some(),
                asked.plus_days(3),
            );
        }
        for (day, (seat, id)) in (4..=9).cycle().zip(seats.iter().zip(&ids)) {
            self.answer(*id, seat.said, asked.plus_days(day));
        }
        self.perform().await?;
        Ok(ids)
    }

    fn take_in(&mut self, who: ParticipantId, needs_basis: bool, dated: bool, at: Instant) {
        let participant = who.to_string();
        self.add(
            at,
            Command::ConfirmReceipt(case::ConfirmReceipt {
                participant: participant.clone(),
            }),
        );
        if needs_basis {
            let basis = ConfidentialityBasis::AdHoc {
                version: VERSION.to_owned(),
            };
            self.add(
                at,
                Command::RecordBasis(case::RecordBasis {
                    participant: participant.clone(),
                    basis,
                }),
            );
        }
        let details = case::SendDetails {
            participant: participant.clone(),
            classes: vec![Class::V, Class::W],
        };
        self.add(at, Command::SendDetails(details));
        if dated {
            self.add(at, Command::AgreeDate(case::AgreeDate { participant }));
        }
    }

    /// Records what a vendor said; silence is no command.
    pub fn answer(&mut self, who: ParticipantId, said: Said, at: Instant) {
        if let Some(answer) = said.answer() {
            self.add(
                at,
                Command::RecordAnswer(case::RecordAnswer {
                    participant: who.to_string(),
                    answer,
                    because: None,
                }),
            );
        }
    }

    /// Records a text of or about a vendor.
    pub fn state(
        &mut self,
        who: ParticipantId,
        statement: StatementKind,
        lang: Lang,
        text: &str,
        unasked: bool,
        at: Instant,
    ) {
        let text = TextInput {
            lang,
            text: text.to_owned(),
        };
        self.add(
            at,
            Command::RecordStatement(case::RecordStatement {
                participant: who.to_string(),
                statement,
                text,
                unasked,
                about: None,
            }),
        );
    }

    /// Drafts, plans and has approved the revision with this index, for `instant`; returns the plan's hash.
    pub async fn prepare(
        &mut self,
        case: CaseId,
        story: &Story,
        index: usize,
        instant: Instant,
        act_days_ago: u32,
    ) -> Result<String, Fault> {
        let at = self.ago(act_days_ago);
        self.add(at, Command::DraftAdvisory(story.draft(case, index)));
        self.perform().await?;
        let plan = PlanRelease {
            case: case.to_string(),
            instant: Some(instant),
            emergency: false,
            overlap_override: false,
            reason: String::new(),
        };
        self.add(at, Command::PlanRelease(plan));
        let plan = said(self.perform().await?.last(), "plan")?;
        for person in APPROVERS {
            let password = self
                .house
                .dir
                .join(KEYS)
                .join("approval")
                .join(format!("{person}.password"));
            let approve = ApprovePlan {
                case: case.to_string(),
                plan: plan.clone(),
                person: person.to_owned(),
                password_file: Some(password.display().to_string()),
                password: None,
            };
            self.add(at, Command::ApprovePlan(approve));
        }
        self.perform().await?;
        Ok(plan)
    }

    /// Publishes the revision with this index, whose instant lies in the past.
    pub async fn publish(
        &mut self,
        case: CaseId,
        story: &Story,
        index: usize,
    ) -> Result<(), Fault> {
        // A first edition is planned the day before; an update answers what came up that morning.
        let days_ago = story
            .revisions
            .get(index)
            .map_or(1, |revision| revision.days_ago);
        let plan = self
            .prepare(
                case,
                story,
                index,
                self.ago(days_ago),
                days_ago + u32::from(index == 0),
            )
            .await?;
        match Box::pin(self.house.release(advisory_id(case), &plan)).await? {
            Looked::Published { .. } => Ok(()),
            Looked::Gone | Looked::Wait { .. } => {
                Err(Fault::Form("a release of the demonstration that is due"))
            }
        }
    }
}

fn ja(text: &str) -> TextInput {
    TextInput {
        lang: Lang::Ja,
        text: text.to_owned(),
    }
}

/// A word of a command's answer.
fn said(answer: Option<&Value>, field: &str) -> Result<String, Fault> {
    answer
        .and_then(|answer| answer.get(field))
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or(Fault::Form("answer of a command"))
}
