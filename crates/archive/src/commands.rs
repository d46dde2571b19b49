//! From a step to commands: the table of docs/replay.md, decided on the states as they are.
//!
//! A step that was performed before gives no command, so a second run changes nothing. Whether a vendor was
//! asked before it answered is read from the participant, never from the archive alone.

use std::collections::{BTreeMap, BTreeSet};

use domain::aggregate::Aggregate;
use domain::coordination::participant::Participant;
use domain::event::Event;
use domain::refusal::Refusal;
use domain::text::class::Class;
use domain::value::{
    AdvisoryStage, ContactChannel, ContactResult, Field, Instant, Lang, Part, ParticipantId,
    ProductAnswer, ReportKind, WorldFact,
};
use formats::advisory as form;

use crate::archive::{Archive, Entry};
use crate::timeline::{Fact, Kind, Step, case_id, participant_id, party_id, report_id, told};
use engine::Fault;
use engine::advisory::command::{DraftAdvisory, DraftText};
use engine::advisory::compose::Facts;
use engine::command::Command;
use engine::coordination::command as case;
use engine::intake::command as intake;
use engine::kernel::find::TextInput;
use engine::kernel::house::House;
use engine::kernel::ids::advisory_id;
use engine::kernel::unit::Unit;
use engine::party::command as party;

/// What the ledger already holds of an archive.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// Indices of notes whose report exists.
    pub begun: BTreeSet<usize>,
    facts: BTreeMap<(ParticipantId, Fact, i64), u32>,
}

impl Done {
    /// Reads what earlier runs recorded.
    ///
    /// # Errors
    /// If the store fails or a record cannot be read.
    pub async fn read(house: &House, archive: &Archive) -> Result<Done, Fault> {
        let mut done = Done::default();
        for (index, entry) in archive.notes.iter().enumerate() {
            if house.load(report_id(entry).into()).await?.is_none() {
                continue;
            }
            done.begun.insert(index);
            let participants: BTreeSet<ParticipantId> = entry
                .records
                .iter()
                .map(|r| participant_id(entry, &r.vendor))
                .collect();
            for participant in participants {
                done.read_participant(house, participant).await?;
            }
        }
        Ok(done)
    }

    async fn read_participant(&mut self, house: &House, id: ParticipantId) -> Result<(), Fault> {
        for recorded in house.happened(id.into()).await? {
            let fact = match recorded.event {
                Event::ContactAttempted { .. } => Fact::Contact,
                Event::AnswerRecorded { .. } => Fact::Answer,
                Event::StatementRecorded { statement, .. } => Fact::Statement(statement),
                _ => continue,
            };
            *self
                .facts
                .entry((id, fact, recorded.occurred_at.0))
                .or_insert(0) += 1;
        }
        Ok(())
    }

    fn has(&self, participant: ParticipantId, fact: Fact, step: &Step) -> bool {
        self.facts
            .get(&(participant, fact, step.at))
            .is_some_and(|count| *count >= step.nth)
    }
}

/// Returns the commands of a step that are still to be performed.
///
/// # Errors
/// [`Refusal::Revision`] if an update has no first publication; faults of the store.
pub async fn of(
    unit: &mut Unit<'_>,
    entry: &Entry,
    done: &Done,
    step: &Step,
) -> Result<Vec<Command>, Fault> {
    let commands = match step.kind {
        Kind::File => file(unit, entry).await?,
        Kind::Accept => accept(unit, entry).await?,
        Kind::Sort => sort(unit, entry).await?,
        Kind::BecamePublic => became_public(unit, entry).await?,
        Kind::Join => return join(unit, entry, step).await,
        Kind::Contact | Kind::Answer | Kind::Statement(_) => fact(unit, entry, done, step).await?,
        Kind::Publish(revision) => draft(unit, entry, revision).await?,
    };
    Ok(commands.into_iter().collect())
}

fn english(text: String) -> TextInput {
    TextInput {
        lang: Lang::En,
        text,
    }
}

fn joined(texts: &[&str]) -> String {
    let filled: Vec<&str> = texts
        .iter()
        .copied()
        .filter(|text| !text.is_empty())
        .collect();
    filled.join("\n\n")
}

/// A note without a title is called by its number.
fn title(entry: &Entry) -> &str {
    if entry.note.title.is_empty() {
        &entry.note.id
    } else {
        &entry.note.title
    }
}

/// What of a note tells the weakness: the same words stand in the report and in its sorted part.
fn weakness(entry: &Entry) -> String {
    let note = &entry.note;
    joined(&[
        title(entry),
        &note.overview,
        &note.description,
        &note.impact,
    ])
}

async fn file(unit: &mut Unit<'_>, entry: &Entry) -> Result<Option<Command>, Fault> {
    let id = report_id(entry);
    if unit.state(id.into()).await?.is_some() {
        return Ok(None);
    }
    let note = &entry.note;
    Ok(Some(Command::FileReport(intake::FileReport {
        id: Some(id.0),
        kind: ReportKind::Archive,
        channel: ContactChannel::NotRecorded,
        text: Some(english(joined(&[
            &weakness(entry),
            &note.resolution,
            &note.workarounds,
        ]))),
        fields: None,
        finder: None,
        contact: None,
        consent: String::new(),
    })))
}

async fn report(unit: &mut Unit<'_>, entry: &Entry) -> Result<domain::intake::Report, Fault> {
    match unit.state(report_id(entry).into()).await?.as_deref() {
        Some(Aggregate::Report(report)) => Ok(report.clone()),
        _ => Err(Refusal::NotFound("report").into()),
    }
}

async fn accept(unit: &mut Unit<'_>, entry: &Entry) -> Result<Option<Command>, Fault> {
    if !report(unit, entry).await?.is_open() {
        return Ok(None);
    }
    let report = report_id(entry).to_string();
    let case = Some(case_id(entry).0);
    Ok(Some(
        match entry.note.public_us.filter(|at| *at <= entry.created) {
            Some(public) => {
                let public_since = Instant(public).whole_seconds();
                Command::AcceptAsPublic(intake::AcceptAsPublic {
                    report,
                    case,
                    public_since,
                })
            }
            None => Command::AcceptReport(intake::AcceptReport {
                report,
                case,
                public_since: None,
            }),
        },
    ))
}

async fn sort(unit: &mut Unit<'_>, entry: &Entry) -> Result<Option<Command>, Fault> {
    if !report(unit, entry).await?.parts.is_empty() {
        return Ok(None);
    }
    let parts = [
        (Class::V, weakness(entry)),
        (Class::F, entry.note.resolution.clone()),
        (Class::W, entry.note.workarounds.clone()),
    ]
    .into_iter()
    .filter(|(_, text)| !text.is_empty())
    .map(|(class, text)| intake::Part {
        class,
        lang: Lang::En,
        text,
    })
    .collect();
    let report = report_id(entry).to_string();
    Ok(Some(Command::SortReport(intake::SortReport {
        report,
        parts,
    })))
}

async fn became_public(unit: &mut Unit<'_>, entry: &Entry) -> Result<Option<Command>, Fault> {
    if let Some(Aggregate::Case(case)) = unit.state(case_id(entry).into()).await?.as_deref()
        && case.world.public
    {
        return Ok(None);
    }
    let case = case_id(entry).to_string();
    Ok(Some(Command::Observe(case::Observe {
        case,
        fact: WorldFact::PublicAware,
    })))
}

async fn join(unit: &mut Unit<'_>, entry: &Entry, step: &Step) -> Result<Vec<Command>, Fault> {
    let Some(record) = entry.records.get(step.record) else {
        return Ok(vec![]);
    };
    let mut commands = Vec::new();
    let party = party_id(&record.vendor);
    if unit.state(party.into()).await?.is_none() {
        commands.push(Command::RegisterParty(party::RegisterParty {
            id: Some(party.0),
            name_ja: record.vendor.clone(),
            name_en: record.vendor.clone(),
            kana: String::new(),
            contact: None,
            lang: Lang::En,
            listed: true,
        }));
    }
    let participant = participant_id(entry, &record.vendor);
    if unit.state(participant.into()).await?.is_none() {
        commands.push(Command::AddParticipant(case::AddParticipant {
            id: Some(participant.0),
            case: case_id(entry).to_string(),
            party: party.to_string(),
            part: Part::Vendor,
        }));
    }
    Ok(commands)
}

async fn participant(unit: &mut Unit<'_>, id: ParticipantId) -> Result<Participant, Fault> {
    match unit.state(id.into()).await?.as_deref() {
        Some(Aggregate::Participant(found)) => Ok(found.clone()),
        _ => Err(Refusal::NotFound("participant").into()),
    }
}

async fn fact(
    unit: &mut Unit<'_>,
    entry: &Entry,
    done: &Done,
    step: &Step,
) -> Result<Option<Command>, Fault> {
    let Some((record, fact)) = entry.records.get(step.record).zip(step.kind.fact()) else {
        return Ok(None);
    };
    let id = participant_id(entry, &record.vendor);
    if done.has(id, fact, step) {
        return Ok(None);
    }
    let unasked = participant(unit, id).await?.asked_at.is_none();
    let participant = id.to_string();
    let mut told = told(record, entry);
    Ok(match fact {
        Fact::Contact => Some(Command::RecordContactElsewhere(
            case::RecordContactElsewhere {
                participant,
                channel: ContactChannel::NotRecorded,
                result: ContactResult::NotRecorded,
            },
        )),
        Fact::Answer => told.answer.map(|(_, answer)| {
            let answer = ProductAnswer {
                product: None,
                versions: String::new(),
                answer,
                fixed_in: None,
                vulnerability: None,
                because: None,
            };
            if unasked {
                Command::RecordUnaskedAnswer(case::RecordUnaskedAnswer {
                    participant,
                    answer,
                })
            } else {
                Command::RecordAnswer(case::RecordAnswer {
                    participant,
                    answer,
                    because: None,
                })
            }
        }),
        Fact::Statement(statement) => {
            let at = told.words.iter().position(|(kind, _)| *kind == statement);
            at.map(|at| {
                let text = english(told.words.swap_remove(at).1);
                Command::RecordStatement(case::RecordStatement {
                    participant,
                    statement,
                    text,
                    unasked,
                    about: None,
                })
            })
        }
    })
}

async fn draft(
    unit: &mut Unit<'_>,
    entry: &Entry,
    revision: u32,
) -> Result<Option<Command>, Fault> {
    let advisory = advisory_id(case_id(entry));
    let next = match unit.state(advisory.into()).await?.as_deref() {
        Some(Aggregate::Advisory(advisory)) => {
            let drafted = advisory
                .draft
                .as_ref()
                .is_some_and(|d| d.revision == revision);
            let published = advisory.published.iter().any(|p| p.revision == revision);
            if drafted || published {
                return Ok(None);
            }
            advisory.next_revision()
        }
        _ => 1,
    };
    if next != revision {
        // The first publication was refused; an update of nothing would pass for it.
        return Err(Refusal::Revision { expected: next }.into());
    }
    Ok(Some(Command::DraftAdvisory(DraftAdvisory {
        case: case_id(entry).to_string(),
        stage: if revision == 1 {
            AdvisoryStage::Final
        } else {
            AdvisoryStage::Updated
        },
        texts: texts(entry, revision),
        facts: facts(entry),
    })))
}

fn texts(entry: &Entry, revision: u32) -> Vec<DraftText> {
    let note = &entry.note;
    let other: Vec<&str> = note
        .references
        .iter()
        .map(|r| r.trim())
        .filter(|r| !r.is_empty() && !is_web(r))
        .collect();
    let further = if other.is_empty() {
        String::new()
    } else {
        format!("Further references of the archive:\n{}", other.join("\n"))
    };
    let mut texts: Vec<DraftText> = [
        (Field::Title, title(entry)),
        (Field::Summary, note.overview.as_str()),
        (Field::Details, note.description.as_str()),
        (Field::Impact, note.impact.as_str()),
        (Field::Fix, note.resolution.as_str()),
        (Field::Workaround, note.workarounds.as_str()),
        (Field::Credit, note.thanks.as_str()),
        (Field::Note, further.as_str()),
    ]
    .into_iter()
    .map(|(field, text)| draft_text(field, Lang::En, text))
    .collect();
    if revision > 1 {
        let field = Field::RevisionReason;
        let ja = "公表後の回答などを反映しました。";
        let en = "Answers recorded after publication and later edits.";
        texts.extend([
            draft_text(field, Lang::Ja, ja),
            draft_text(field, Lang::En, en),
        ]);
    }
    texts
}

fn draft_text(field: Field, lang: Lang, text: &str) -> DraftText {
    DraftText {
        field,
        lang,
        text: text.to_owned(),
        class: None,
        from: None,
    }
}

fn is_web(address: &str) -> bool {
    let known = address.starts_with("http://") || address.starts_with("https://");
    known && !address.contains(char::is_whitespace)
}

fn facts(entry: &Entry) -> Facts {
    let note = &entry.note;
    let mut cve = note.cve.clone();
    cve.sort_unstable();
    let mut other_ids = vec![form::OtherId {
        system: "CERT/CC".into(),
        text: note.id.clone(),
    }];
    for number in &note.other_ids {
        let alert = number.starts_with("TA");
        let system = if alert {
            "US-CERT Technical Alert"
        } else {
            "CERT Advisory"
        };
        let id = form::OtherId {
            system: system.into(),
            text: number.clone(),
        };
        if !other_ids.contains(&id) {
            other_ids.push(id);
        }
    }
    let mut references: Vec<form::Reference> = Vec::new();
    for url in note
        .references
        .iter()
        .map(|r| r.trim())
        .filter(|r| is_web(r))
    {
        if !references.iter().any(|known| known.url == url) {
            references.push(form::Reference {
                url: url.to_owned(),
                summary: String::new(),
            });
        }
    }
    let scored = note.cvss2.as_deref().map(formats::cvss::read);
    let cvss = scored.and_then(Result::ok).map(|scored| scored.cvss());
    Facts {
        cve,
        other_ids,
        references,
        cvss: cvss.into_iter().collect(),
        accepted_risk: note.resolution.is_empty() && note.workarounds.is_empty(),
        // The archive printed these names; that is the consent that can be known.
        credit_consent: true,
        untranslated: vec![form::Lang::Ja],
        ..Facts::default()
    }
}
