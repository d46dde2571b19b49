//! The lists that the desk works from: what is open, what is over, and nothing of an exercise.

use ::store::advisory::AdvisoryRow;
use ::store::coordination::CaseRow;
use ::store::intake::ReportRow;
use ::store::write::TableRow;
use ::store::{Store, StoreError, StreamRow, Viewer, Which};
use domain::coordination::case::Stage;
use domain::intake::ReportStage;
use domain::machine::em::Em;
use domain::value::{AdvisoryId, CaseId, ReportId};

use crate::fill::{EXERCISE, LIVE, START, id, only_rows, put, report, stream};
use crate::world::Role;

fn reported(n: u32, stage: ReportStage, realm: u8) -> Vec<TableRow> {
    let row = ReportRow {
        id: ReportId::from_bytes(id(n)),
        handling: format!("R-{n}"),
        stage,
        ..report()
    };
    let own = StreamRow {
        id: stream(n),
        kind: "report",
        version: 1,
        dossier: stream(n),
        realm,
    };
    vec![row.into(), own.into()]
}

fn opened(n: u32, stage: Stage, realm: u8) -> TableRow {
    CaseRow {
        id: CaseId::from_bytes(id(n)),
        number: format!("VU#{n}"),
        stage,
        opened_at: START,
        embargo: Em::None,
        until: None,
        realm,
    }
    .into()
}

fn published(n: u32, case: u32, revision: u32) -> TableRow {
    AdvisoryRow {
        id: AdvisoryId::from_bytes(id(n)),
        case: Some(CaseId::from_bytes(id(case))),
        number: String::new(),
        revision,
        realm: LIVE,
    }
    .into()
}

async fn stages(store: &Store, which: Which) -> Vec<(String, Stage)> {
    let lines = store
        .cases(Viewer::House, which)
        .await
        .expect("the database answers");
    lines
        .into_iter()
        .map(|line| (line.number, line.stage))
        .collect()
}

on_both! {
    async fn a_report_is_listed_where_it_waits_or_where_it_ended(world) {
        let store = world.create().await;
        let mut rows = Vec::new();
        for (n, stage) in (1..).zip(ReportStage::ALL) {
            rows.extend(reported(n, stage, LIVE));
            rows.extend(reported(n + 10, stage, EXERCISE));
        }
        put(&store, only_rows(rows)).await;
        let open = store.reports(Viewer::House, Which::Open).await.unwrap();
        let told: Vec<_> = open.iter().map(|line| (line.handling.as_str(), line.stage, line.received_at)).collect();
        assert_eq!(told, [("R-1", ReportStage::Received, START), ("R-2", ReportStage::Questioned, START)]);
        let over = store.reports(Viewer::House, Which::Over).await.unwrap();
        let told: Vec<_> = over.iter().map(|line| (line.id, line.stage)).collect();
        let of = |n| ReportId::from_bytes(id(n));
        assert_eq!(told, [(of(4), ReportStage::Declined), (of(6), ReportStage::Withdrawn)]);
    }

    async fn something_is_out_as_soon_as_one_advisory_has_a_revision(world) {
        let store = world.create().await;
        put(&store, only_rows(vec![opened(1, Stage::Opened, LIVE), opened(2, Stage::Opened, LIVE)])).await;
        put(&store, only_rows(vec![published(11, 1, 0)])).await;
        assert!(!store.is_any_published().await.unwrap(), "a plan alone is not out");
        put(&store, only_rows(vec![published(12, 2, 1)])).await;
        assert!(store.is_any_published().await.unwrap());
    }

    /// The case's own stream does not tell; its advisory does.
    async fn a_case_whose_advisory_is_out_is_listed_as_published(world) {
        let store = world.create().await;
        put(&store, only_rows(vec![
            opened(1, Stage::Opened, LIVE),
            opened(2, Stage::Coordinating, LIVE),
            opened(3, Stage::DateAgreed, LIVE),
            opened(4, Stage::DateAgreed, LIVE),
            opened(5, Stage::Closed, LIVE),
            opened(6, Stage::Opened, EXERCISE),
            opened(7, Stage::Closed, EXERCISE),
            published(13, 3, 2),
            published(14, 4, 0),
            published(15, 5, 1),
        ])).await;
        let told = |n: u32, stage| (format!("VU#{n}"), stage);
        assert_eq!(stages(&store, Which::Open).await, [
            told(1, Stage::Opened),
            told(2, Stage::Coordinating),
            told(3, Stage::Published),
            told(4, Stage::DateAgreed),
        ]);
        assert_eq!(stages(&store, Which::Over).await, [told(5, Stage::Closed)]);
        let first = store.cases(Viewer::House, Which::Open).await.unwrap().swap_remove(0);
        assert_eq!((first.id, first.opened_at), (CaseId::from_bytes(id(1)), START));
    }

    /// What cannot be read is not left out either: a case that nobody sees is one that nobody works on.
    async fn an_unknown_stage_is_an_error_and_not_an_absence(world) {
        let store = world.create().await;
        let mut rows = reported(1, ReportStage::Received, LIVE);
        rows.push(opened(1, Stage::Opened, LIVE));
        put(&store, only_rows(rows)).await;
        let sql = "UPDATE report SET state = 'lost'; UPDATE case_file SET stage = 'lost';";
        world.say(Role::Owner, sql).await.unwrap();
        let outcome = store.reports(Viewer::House, Which::Open).await;
        assert!(matches!(outcome, Err(StoreError::Shape { table: "report" })), "{outcome:?}");
        let outcome = store.cases(Viewer::House, Which::Open).await;
        assert!(matches!(outcome, Err(StoreError::Shape { table: "case_file" })), "{outcome:?}");
    }
}
