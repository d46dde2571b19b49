//! Projections: rows as a function of a stream's state.
//!
//! One row a stream, made from the aggregate after its last event; the same function serves the live table
//! and the rebuilt one, so they cannot differ. Texts are not here: they are bodies, opened when needed.

use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::coordination::participant::Participant;
use domain::distribution::Subscriber;
use domain::intake::Report;
use domain::party::{Party, folded};
use domain::publication::Advisory;
use domain::value::{Scope, StreamId};

use crate::Awaited;
use crate::Store;
use crate::advisory::AdvisoryRow;
use crate::coordination::{CaseRow, ParticipantRow};
use crate::distribution::SubscriberRow;
use crate::intake::ReportRow;
use crate::kernel::ledger::StreamRow;
use crate::kernel::number::NumberRow;
use crate::kernel::row::TableRow;
use crate::kernel::value::{StoreError, Value};
use crate::party::PartyRow;
use crate::schema::{self, Kind, Table};

/// Facts of a stream that its state does not hold.
#[derive(Clone, Copy, Debug)]
pub struct StreamFacts {
    pub id: StreamId,
    pub version: u32,
    /// Dossier whose keys seal the stream's payloads.
    pub dossier: StreamId,
    /// 0 live, 1 exercise.
    pub realm: u8,
}

/// Returns the rows that stand for a stream.
#[must_use]
pub fn rows(facts: StreamFacts, state: &Aggregate) -> Vec<TableRow> {
    let stream = StreamRow {
        id: facts.id,
        kind: state.kind(),
        version: facts.version,
        dossier: facts.dossier,
        realm: facts.realm,
    };
    let mut out = vec![stream.into()];
    match state {
        Aggregate::Party(one) => out.push(party(one).into()),
        Aggregate::Report(one) => out.push(report(one).into()),
        Aggregate::Case(one) => out.push(case(one, facts.realm).into()),
        Aggregate::Participant(one) => out.push(participant(one, facts.realm).into()),
        Aggregate::Advisory(one) => out.push(advisory(one, facts.realm).into()),
        Aggregate::Subscriber(one) => out.push(subscriber(one).into()),
        // A kind without a table of its own: nothing asks for a list of it.
        _ => {}
    }
    if let Some((series, text)) = state.number() {
        out.push(number(facts.id, series, text).into());
    }
    out
}

fn number(stream: StreamId, series: &'static str, text: &str) -> NumberRow {
    NumberRow {
        digits: base::digits(text),
        series,
        stream,
    }
}

fn party(party: &Party) -> PartyRow {
    PartyRow {
        id: party.id,
        folded_ja: folded(&party.name_ja),
        folded_en: folded(&party.name_en),
    }
}

fn report(report: &Report) -> ReportRow {
    ReportRow {
        id: report.id,
        handling: report.handling.clone(),
        stage: report.state.stage(),
        received_at: report.received_at.0,
        lookup: report.lookup.clone(),
    }
}

fn case(case: &Case, realm: u8) -> CaseRow {
    CaseRow {
        id: case.id,
        number: case.number.clone(),
        // One row is made from one stream: publication is the advisory's, and whoever lists cases joins it.
        stage: case.stage(false),
        opened_at: case.opened_at.0,
        embargo: case.em,
        until: case.until.map(|at| at.0),
        realm,
    }
}

fn participant(participant: &Participant, realm: u8) -> ParticipantRow {
    ParticipantRow {
        id: participant.id,
        case: participant.case,
        party: participant.party,
        realm,
    }
}

fn advisory(advisory: &Advisory, realm: u8) -> AdvisoryRow {
    let last = advisory.published.last();
    AdvisoryRow {
        id: advisory.id,
        case: advisory.case,
        number: last.map(|p| p.number.clone()).unwrap_or_default(),
        revision: last.map_or(0, |p| p.revision),
        realm,
    }
}

fn subscriber(subscriber: &Subscriber) -> SubscriberRow {
    SubscriberRow {
        id: subscriber.id,
        active: subscriber.active,
        scope: match &subscriber.scope {
            Scope::Everything => Scope::Everything,
            Scope::Vendor { name } => Scope::Vendor { name: folded(name) },
            Scope::Product { name } => Scope::Product {
                name: domain::text::fold::product(name),
            },
        },
        reference: seal::sha256(subscriber.reference.as_bytes()),
        mailbox: subscriber.mailbox.as_deref().and_then(seal::unhex32),
        channel: subscriber.channel,
    }
}

impl Store {
    /// Returns all projections as text, sorted, one row a line: two equal dumps are equal projections.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn dump_projections(&self) -> Result<String, StoreError> {
        let mut out = String::new();
        for table in projections() {
            out.extend(self.lines_of(table).await?);
        }
        Ok(out)
    }

    /// Returns a hash of all projections: of the text that [`Store::dump_projections`] returns, a table at a time.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn hash_of_projections(&self) -> Result<[u8; 32], StoreError> {
        let mut hashing = seal::Hashing::default();
        for table in projections() {
            for line in self.lines_of(table).await? {
                hashing.update(line.as_bytes());
            }
        }
        Ok(hashing.finish())
    }

    async fn lines_of(&self, table: &'static Table) -> Result<Vec<String>, StoreError> {
        let mut lines = Vec::new();
        for row in self.rows_of(table).await? {
            let cells: Vec<String> = row
                .into_iter()
                .map(|value| match value {
                    Value::Int(v) => v.to_string(),
                    Value::Text(v) => format!("{v:?}"),
                    Value::Bytes(v) => seal::hex(&v),
                })
                .collect();
            lines.push(format!("{}\t{}\n", table.name, cells.join("\t")));
        }
        lines.sort_unstable();
        Ok(lines)
    }

    async fn rows_of(&self, table: &'static Table) -> Result<Vec<Vec<Value>>, StoreError> {
        let sql = format!("SELECT {} FROM {}", table.column_list(), table.name);
        let rows = self.transact(table.name, vec![(sql, vec![])]).await?;
        Ok(rows
            .into_iter()
            .flatten()
            .map(|row| row.values.collect())
            .collect())
    }

    /// Replaces all projections by the given rows, in one transaction.
    ///
    /// # Errors
    /// If the database fails; then nothing has changed.
    pub fn replace_projections(&self, rows: Vec<TableRow>) -> Awaited<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let mut statements: Vec<(String, Vec<Value>)> = projections()
                .map(|table| (format!("DELETE FROM {}", table.name), vec![]))
                .collect();
            for row in rows {
                statements.push(row.insert()?);
            }
            self.transact("projections", statements).await?;
            Ok(())
        })
    }
}

fn projections() -> impl Iterator<Item = &'static Table> {
    schema::ALL
        .into_iter()
        .filter(|table| table.kind == Kind::Projection)
}
