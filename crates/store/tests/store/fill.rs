//! Records, rows and writes, as small as they can be.

use ::store::distribution::Copy;
use ::store::schema;
use ::store::write::{NewRecord, TableRow, Write, Written};
use ::store::{Store, StoreError, Value};
use domain::distribution::CopyState;
use domain::react::Intent;
use domain::value::{AdvisoryId, StreamId, SubscriberId};
use seal::record::Realm;

/// When the tests begin, µs: 8 July 2004, 00:00 in Tokyo less nine hours.
pub const START: i64 = 1_089_244_800_000_000;

pub const LIVE: i64 = 0;
pub const EXERCISE: i64 = 1;

/// The `n`-th id; it serves for streams, keys and rows alike.
pub fn id(n: u32) -> [u8; 16] {
    let mut id = [0; 16];
    id[12..].copy_from_slice(&n.to_be_bytes());
    id
}

pub fn int(v: i64) -> Value {
    Value::Int(v)
}

/// A record with any payload; nothing here can open it anyway.
pub fn record(stream: [u8; 16], version: u32, payload: &[u8]) -> NewRecord {
    NewRecord {
        stream,
        version,
        realm: Realm::Live,
        key: id(900),
        payload: payload.to_vec(),
        leaves: Vec::new(),
    }
}

/// A command that adds one record to a stream and moves the stream's row along.
pub fn next(stream: [u8; 16], version: u32) -> Write {
    Write {
        recorded_at: START,
        expects: Vec::new(),
        records: vec![record(
            stream,
            version,
            format!("payload {version}").as_bytes(),
        )],
        rows: vec![stream_row(stream, version)],
    }
}

/// A command that writes rows only.
pub fn only_rows(rows: Vec<TableRow>) -> Write {
    Write {
        recorded_at: START,
        rows,
        ..Write::default()
    }
}

/// Writes, and stops the test if that fails.
pub async fn put(store: &Store, write: Write) -> Written {
    let written = store.write(store.ticket(), write).await;
    written.expect("a write that nobody disturbs")
}

/// Sends writes at the same time, all of them announced before the first is sent.
pub async fn at_once(store: &Store, writes: Vec<Write>) -> Vec<Result<Written, StoreError>> {
    let announced: Vec<_> = writes
        .into_iter()
        .map(|write| (store.clone(), store.ticket(), write))
        .collect();
    let tasks: Vec<_> = announced
        .into_iter()
        .map(|(store, ticket, write)| tokio::spawn(async move { store.write(ticket, write).await }))
        .collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.expect("no writer panics"));
    }
    outcomes
}

pub fn stream_row(stream: [u8; 16], version: u32) -> TableRow {
    (
        &schema::STREAM,
        vec![
            stream.into(),
            "case".into(),
            version.into(),
            stream.into(),
            int(LIVE),
        ],
    )
}

pub fn case(case: [u8; 16], realm: i64) -> TableRow {
    (
        &schema::CASE_FILE,
        vec![
            case.into(),
            "VU#100".into(),
            "open".into(),
            int(START),
            int(0),
            "N".into(),
            int(0),
            "pxa".into(),
            int(realm),
        ],
    )
}

pub fn participant(participant: [u8; 16], case: [u8; 16], realm: i64) -> TableRow {
    (
        &schema::PARTICIPANT,
        vec![
            participant.into(),
            case.into(),
            id(40).into(),
            "vendor".into(),
            "TN#1".into(),
            "asked".into(),
            "R".into(),
            "invited".into(),
            int(START),
            int(0),
            int(realm),
        ],
    )
}

pub fn advisory(advisory: [u8; 16], case: [u8; 16], realm: i64) -> TableRow {
    (
        &schema::ADVISORY,
        vec![
            advisory.into(),
            case.into(),
            String::new().into(),
            int(0),
            int(0),
            int(0),
            "plan".into(),
            int(START),
            int(2),
            int(realm),
        ],
    )
}

/// A row of every projection.
pub fn projections() -> Vec<TableRow> {
    vec![
        stream_row(id(1), 1),
        (
            &schema::PARTY,
            vec![
                id(40).into(),
                "例の製作所".into(),
                "Example Works".into(),
                "例の製作所".into(),
                "example works".into(),
                int(1),
                "2".into(),
            ],
        ),
        (
            &schema::REPORT,
            vec![
                id(41).into(),
                "R-7".into(),
                "product".into(),
                "received".into(),
                int(START),
                "blind".into(),
            ],
        ),
        case(id(1), LIVE),
        participant(id(42), id(1), LIVE),
        advisory(id(43), id(1), LIVE),
        (
            &schema::SUBSCRIBER,
            vec![
                id(44).into(),
                int(1),
                "ja".into(),
                "vendor".into(),
                "example works".into(),
                "unsubscribe-me".into(),
            ],
        ),
        (
            &schema::NUMBER,
            vec!["100".into(), "case".into(), id(1).into()],
        ),
        (
            &schema::LEAF,
            vec![int(1), int(0), "a published leaf".into()],
        ),
    ]
}

/// A row of every table of the truth and of the working state, but `meta` and `ledger`.
pub fn truth() -> Vec<TableRow> {
    vec![
        (
            &schema::BODY,
            vec![
                id(50).into(),
                id(1).into(),
                int(1),
                id(900).into(),
                int(LIVE),
                vec![0_u8, 255, 13, 10].into(),
            ],
        ),
        (
            &schema::SEALED_KEY,
            vec![
                id(900).into(),
                "house".into(),
                id(0).into(),
                id(1).into(),
                int(1),
                int(3),
                vec![1_u8; 60].into(),
            ],
        ),
        (
            &schema::APPROVER,
            vec![
                id(51).into(),
                [2_u8; 32].into(),
                int(19_456),
                int(2),
                [3_u8; 16].into(),
                vec![4_u8; 48].into(),
                int(START),
                int(1),
            ],
        ),
        (
            &schema::FILE,
            vec![seal::sha256(b"{}\n").into(), b"{}\n".to_vec().into()],
        ),
        ::store::distribution::row(&copy(60), START),
        ::store::work::row(&Intent::Press, stream(1), (stream(1), 1), START),
        (
            &schema::MAILBOX,
            vec!["lookup".into(), int(0), vec![5_u8; 20].into()],
        ),
        (
            &schema::CREDENTIAL,
            vec![
                id(52).into(),
                int(19_456),
                int(2),
                [6_u8; 16].into(),
                vec![7_u8; 32].into(),
                int(START),
            ],
        ),
        (
            &schema::TOKEN,
            vec![
                [8_u8; 32].into(),
                "invitation".into(),
                id(42).into(),
                vec![9_u8; 32].into(),
                int(0),
                int(START + 1),
                int(0),
                vec![1_u8; 20].into(),
            ],
        ),
        (
            &schema::SESSION,
            vec![
                [9_u8; 32].into(),
                "desk".into(),
                id(52).into(),
                int(3),
                int(START),
                int(START),
                int(START),
                int(START + 1),
            ],
        ),
        (
            &schema::DRAFT,
            vec![
                "advisory/1".into(),
                id(52).into(),
                int(START),
                vec![2_u8; 20].into(),
            ],
        ),
        (
            &schema::LOOKED,
            vec![id(52).into(), id(1).into(), int(1), int(START)],
        ),
    ]
}

pub fn stream(n: u32) -> StreamId {
    StreamId::from_bytes(id(n))
}

/// A copy that waits: advisory 43, revision 1, to subscriber 44.
pub fn copy(n: u32) -> Copy {
    Copy {
        id: id(n),
        advisory: AdvisoryId::from_bytes(id(43)),
        revision: 1,
        subscriber: SubscriberId::from_bytes(id(44)),
        reference: format!("reference-{n}"),
        state: CopyState::Queued,
        attempts: 0,
        deadline: START + 1_000_000,
        realm: 0,
    }
}
