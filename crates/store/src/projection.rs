//! Projections: rows as a function of a stream's state.
//!
//! One row a stream, made from the aggregate after its last event; the same function serves the live table
//! and the rebuilt one, so they cannot differ. Texts are not here: they are bodies, opened when needed.

use domain::aggregate::Aggregate;
use domain::coordination::board;
use domain::coordination::machines::consent::Consent;
use domain::coordination::machines::cs::PublicState;
use domain::intake::ReportState;
use domain::party::folded;
use domain::value::{Instant, Part, ReportKind, Scope, StreamId};

use crate::Store;
use crate::kernel::value::{StoreError, Value};
use crate::kernel::write::TableRow;
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

/// Name of the aggregate's kind, as it stands in `stream`.
#[must_use]
pub fn kind(state: &Aggregate) -> &'static str {
    match state {
        Aggregate::House(_) => "house",
        Aggregate::Party(_) => "party",
        Aggregate::Report(_) => "report",
        Aggregate::Case(_) => "case",
        Aggregate::Participant(_) => "participant",
        Aggregate::Advisory(_) => "advisory",
        Aggregate::Subscriber(_) => "subscriber",
    }
}

/// Returns the rows that stand for a stream.
#[must_use]
pub fn rows(facts: StreamFacts, state: &Aggregate) -> Vec<TableRow> {
    let id = facts.id.bytes();
    let realm = i64::from(facts.realm);
    let mut out: Vec<TableRow> = vec![(
        &schema::STREAM,
        vec![
            id.into(),
            kind(state).into(),
            facts.version.into(),
            facts.dossier.bytes().into(),
            realm.into(),
        ],
    )];
    let number = |series: &str, text: &str| -> TableRow {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        (
            &schema::NUMBER,
            vec![digits.into(), series.into(), id.into()],
        )
    };
    match state {
        Aggregate::House(_) => {}
        Aggregate::Party(party) => out.push((
            &schema::PARTY,
            vec![
                id.into(),
                party.name_ja.as_str().into(),
                party.name_en.as_str().into(),
                folded(&party.name_ja).into(),
                folded(&party.name_en).into(),
                party.listed.into(),
                party.standing.clone().unwrap_or_default().into(),
            ],
        )),
        Aggregate::Report(report) => {
            out.push((
                &schema::REPORT,
                vec![
                    id.into(),
                    report.handling.as_str().into(),
                    report_kind(report.kind).into(),
                    report_state(&report.state).into(),
                    report.received_at.0.into(),
                    report.lookup.clone().unwrap_or_default().into(),
                ],
            ));
            out.push(number("report", &report.handling));
        }
        Aggregate::Case(case) => {
            out.push((
                &schema::CASE_FILE,
                vec![
                    id.into(),
                    case.number.as_str().into(),
                    case.stage(false).word().into(),
                    case.opened_at.0.into(),
                    time(case.clock_start),
                    case.em.letter().into(),
                    time(case.until),
                    world(case.world).into(),
                    realm.into(),
                ],
            ));
            out.push(number("case", &case.number));
        }
        Aggregate::Participant(p) => {
            out.push((
                &schema::PARTICIPANT,
                vec![
                    id.into(),
                    p.case.bytes().into(),
                    p.party
                        .map(|party| party.bytes().to_vec())
                        .unwrap_or_default()
                        .into(),
                    part(p.part).into(),
                    p.tracking.as_str().into(),
                    board::cell(p, None).word().into(),
                    p.rm.letter().into(),
                    consent(p.consent).into(),
                    time(p.asked_at),
                    time(p.answered_at),
                    realm.into(),
                ],
            ));
            out.push(number("tracking", &p.tracking));
        }
        Aggregate::Advisory(advisory) => {
            let last = advisory.published.last();
            let first = advisory.published.first();
            let plan = advisory.plan.as_ref();
            out.push((
                &schema::ADVISORY,
                vec![
                    id.into(),
                    advisory
                        .case
                        .map(|case| case.bytes().to_vec())
                        .unwrap_or_default()
                        .into(),
                    last.map(|p| p.number.clone()).unwrap_or_default().into(),
                    last.map_or(0, |p| p.revision).into(),
                    first.map_or(0, |p| p.instant.0).into(),
                    last.map_or(0, |p| p.instant.0).into(),
                    plan.map(|p| p.sha256.clone()).unwrap_or_default().into(),
                    plan.map_or(0, |p| p.instant.0).into(),
                    Value::Int(plan.map_or(0, |p| i64::try_from(p.approvals.len()).unwrap_or(0))),
                    realm.into(),
                ],
            ));
        }
        Aggregate::Subscriber(subscriber) => {
            let (scope, target) = match &subscriber.scope {
                Scope::Everything => ("all", String::new()),
                Scope::Vendor { name } => ("vendor", folded(name)),
                Scope::Product { name } => ("product", folded(name)),
            };
            let lang = match subscriber.lang {
                domain::value::Lang::Ja => "ja",
                domain::value::Lang::En => "en",
            };
            out.push((
                &schema::SUBSCRIBER,
                vec![
                    id.into(),
                    subscriber.active.into(),
                    lang.into(),
                    scope.into(),
                    target.into(),
                    seal::hex(&seal::sha256(subscriber.reference.as_bytes())).into(),
                ],
            ));
        }
    }
    out
}

fn time(at: Option<Instant>) -> Value {
    Value::Int(at.map_or(0, |at| at.0))
}

fn world(state: PublicState) -> String {
    format!(
        "{}{}{}",
        if state.public { 'P' } else { 'p' },
        if state.exploit { 'X' } else { 'x' },
        if state.attacks { 'A' } else { 'a' }
    )
}

fn report_kind(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::Product => "product",
        ReportKind::Site => "site",
        ReportKind::OwnProduct => "own_product",
        ReportKind::Archive => "archive",
    }
}

fn report_state(state: &ReportState) -> &'static str {
    match state {
        ReportState::Received => "received",
        ReportState::Questioned { .. } => "questioned",
        ReportState::Accepted { .. } => "accepted",
        ReportState::Declined { .. } => "declined",
        ReportState::Merged { .. } => "merged",
        ReportState::Withdrawn => "withdrawn",
    }
}

fn part(part: Part) -> &'static str {
    match part {
        Part::Vendor => "vendor",
        Part::Finder => "finder",
        Part::Coordinator => "coordinator",
        Part::Operator => "operator",
        Part::Other => "other",
    }
}

fn consent(consent: Consent) -> &'static str {
    match consent {
        Consent::NoEmbargo => "no_embargo",
        Consent::Invited => "invited",
        Consent::Signatory => "signatory",
        Consent::Lapsed => "lapsed",
        Consent::Declined => "declined",
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
            out.extend(lines);
        }
        Ok(out)
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
    pub async fn replace_projections(&self, rows: Vec<TableRow>) -> Result<(), StoreError> {
        let mut statements: Vec<(String, Vec<Value>)> = projections()
            .map(|table| (format!("DELETE FROM {}", table.name), vec![]))
            .collect();
        for (table, row) in rows {
            let places: Vec<String> = (1..=row.len()).map(|n| format!("${n}")).collect();
            statements.push((
                format!(
                    "INSERT INTO {} ({}) VALUES ({}){}",
                    table.name,
                    table.column_list(),
                    places.join(", "),
                    table.on_conflict()
                ),
                row,
            ));
        }
        self.transact("projections", statements).await?;
        Ok(())
    }
}

fn projections() -> impl Iterator<Item = &'static Table> {
    schema::ALL
        .into_iter()
        .filter(|table| table.kind == Kind::Projection)
}
