//! One time line out of all notes: what the archive says, as steps in the order in which it happened.
//!
//! Pure: it sorts facts and names ids, and asks neither the house nor the clock. What the archive dates before
//! its own report waits for the report and keeps its date: `due` is when a step has its turn, `at` is what its
//! act will say.

use std::collections::BTreeMap;

use domain::party::folded;
use domain::value::{CaseId, ParticipantId, PartyId, ReportId, StatementKind, VendorAnswer};
use formats::certcc::{VendorRecord, VendorStatus};

use crate::archive::{Archive, Entry};

/// What a step does; the order is that of steps at one instant of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    File,
    Accept,
    Sort,
    BecamePublic,
    Join,
    Contact,
    Answer,
    Statement(StatementKind),
    /// Drafts a revision; its plan, approvals and release follow at once.
    Publish(u32),
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When its turn comes, µs.
    pub due: i64,
    /// What the act says, µs.
    pub at: i64,
    /// Number of the note.
    pub number: u64,
    /// Index into the archive's notes.
    pub note: usize,
    /// Index into the note's records; 0 where none is meant.
    pub record: usize,
    pub kind: Kind,
    /// Counts equal facts of one participant at one instant, from 1.
    pub nth: u32,
}

impl Step {
    /// Ties go by note, then the report comes before everything and publication after everything, then by record.
    fn key(&self) -> (i64, u64, u8, i64, usize, Kind) {
        let phase = match self.kind {
            Kind::File | Kind::Accept | Kind::Sort => 0,
            Kind::Publish(_) => 2,
            _ => 1,
        };
        (
            self.due,
            self.number,
            phase,
            self.at,
            self.record,
            self.kind,
        )
    }

    /// Commands that this step may need.
    #[must_use]
    pub fn commands_max(&self) -> usize {
        if self.kind == Kind::Join { 2 } else { 1 }
    }
}

/// A fact of a participant that can be recorded more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    Contact,
    Answer,
    Statement(StatementKind),
}

impl Kind {
    /// The fact that this kind of step records, if it can be recorded more than once.
    #[must_use]
    pub fn fact(self) -> Option<Fact> {
        match self {
            Kind::Contact => Some(Fact::Contact),
            Kind::Answer => Some(Fact::Answer),
            Kind::Statement(kind) => Some(Fact::Statement(kind)),
            _ => None,
        }
    }
}

/// What a vendor record tells, with the instants that are taken for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub joined: i64,
    pub contact: Option<i64>,
    pub answer: Option<(i64, VendorAnswer)>,
    pub words_at: i64,
    pub words: Vec<(StatementKind, String)>,
}

/// Reads a vendor record as facts.
#[must_use]
pub fn told(record: &VendorRecord, entry: &Entry) -> Told {
    let last = record
        .last_updated_us
        .or(entry.note.last_updated_us)
        .unwrap_or(entry.created);
    let words_at = record.responded_us.unwrap_or(last);
    let answer = match record.status {
        VendorStatus::Affected => Some(VendorAnswer::Affected),
        VendorStatus::NotAffected => Some(VendorAnswer::NotAffected),
        VendorStatus::Unknown | VendorStatus::Other(_) => {
            record.responded_us.map(|_| VendorAnswer::Unknown)
        }
    };
    let answer = answer.map(|answer| (words_at, answer));
    let words: Vec<(StatementKind, String)> = [
        (StatementKind::Statement, record.statement.clone()),
        (StatementKind::Information, record.information.clone()),
        (StatementKind::Addendum, record.addendum.clone()),
        (StatementKind::References, record.references.join("\n")),
    ]
    .into_iter()
    .filter(|(_, text)| !text.trim().is_empty())
    .collect();
    // A record that tells nothing of contact or answer joins when it was last touched.
    let joined = record.notified_us.map_or(words_at, |at| at.min(words_at));
    Told {
        joined,
        contact: record.notified_us,
        answer,
        words_at,
        words,
    }
}

/// Makes the time line.
#[must_use]
pub fn timeline(archive: &Archive) -> Vec<Step> {
    let mut steps = Vec::new();
    for (note, entry) in archive.notes.iter().enumerate() {
        of_note(note, entry, &mut steps);
    }
    steps.sort_by_key(Step::key);
    let mut seen: BTreeMap<(ParticipantId, Fact, i64), u32> = BTreeMap::new();
    for step in &mut steps {
        let Some((entry, fact)) = archive.notes.get(step.note).zip(step.kind.fact()) else {
            continue;
        };
        let Some(record) = entry.records.get(step.record) else {
            continue;
        };
        let count = seen
            .entry((participant_id(entry, &record.vendor), fact, step.at))
            .or_insert(0);
        *count += 1;
        step.nth = *count;
    }
    steps
}

fn of_note(note: usize, entry: &Entry, steps: &mut Vec<Step>) {
    let mut add = |at: i64, record: usize, kind: Kind| {
        steps.push(Step {
            due: at.max(entry.created),
            at,
            number: entry.number,
            note,
            record,
            kind,
            nth: 1,
        });
    };
    let published = entry.note.first_published_us;
    for kind in [Kind::File, Kind::Accept, Kind::Sort] {
        add(entry.created, 0, kind);
    }
    if let Some(public) = entry.note.public_us
        && public > entry.created
        && published.is_none_or(|published| public < published)
    {
        add(public, 0, Kind::BecamePublic);
    }
    for (record, of) in entry.records.iter().enumerate() {
        let told = told(of, entry);
        add(told.joined, record, Kind::Join);
        if let Some(at) = told.contact {
            add(at, record, Kind::Contact);
        }
        if let Some((at, _)) = told.answer {
            add(at, record, Kind::Answer);
        }
        for (kind, _) in &told.words {
            add(told.words_at, record, Kind::Statement(*kind));
        }
    }
    if let Some(published) = published {
        add(published, 0, Kind::Publish(1));
        if let Some(updated) = entry.note.last_updated_us.filter(|at| *at > published)
            && entry
                .records
                .iter()
                .any(|r| changed(&told(r, entry), published, updated))
        {
            add(updated, 0, Kind::Publish(2));
        }
    }
}

/// Tells whether a record adds to the board after the first publication and until the update.
fn changed(told: &Told, published: i64, updated: i64) -> bool {
    let between = |at: i64| at > published && at <= updated;
    let own_words = told
        .words
        .iter()
        .any(|(kind, _)| *kind == StatementKind::Statement);
    // What others say about a vendor that was never asked and never answered stands on no board.
    let on_board = told.contact.is_some() || told.answer.is_some() || own_words;
    told.contact.is_some_and(between)
        || told.answer.is_some_and(|(at, _)| between(at))
        || (on_board && !told.words.is_empty() && between(told.words_at))
}

/// An id that follows from what it names, so that a second run finds what the first one made.
#[must_use]
pub fn derived(kind: &str, key: &str) -> uuid::Uuid {
    let hash = seal::sha256(format!("noroshi/replay/{kind}/{key}").as_bytes());
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(id).into_uuid()
}

/// Id of a note's report.
#[must_use]
pub fn report_id(entry: &Entry) -> ReportId {
    ReportId(derived("report", &entry.note.number))
}

/// Id of a note's case.
#[must_use]
pub fn case_id(entry: &Entry) -> CaseId {
    CaseId(derived("case", &entry.note.number))
}

/// Id of a vendor: one for all spellings that fold to the same name.
#[must_use]
pub fn party_id(vendor: &str) -> PartyId {
    PartyId(derived("party", &name_key(vendor)))
}

/// Id of a vendor in a note's case; a vendor that a note lists twice is one participant.
#[must_use]
pub fn participant_id(entry: &Entry, vendor: &str) -> ParticipantId {
    let key = format!("{}/{}", entry.note.number, name_key(vendor));
    ParticipantId(derived("participant", &key))
}

/// What a vendor is called for comparison; a name of which folding leaves nothing stands for itself.
#[must_use]
pub fn name_key(vendor: &str) -> String {
    let folded = folded(vendor);
    if folded.is_empty() {
        vendor.to_owned()
    } else {
        folded
    }
}

#[cfg(test)]
mod tests;
