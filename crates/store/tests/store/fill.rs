//! Records, rows and writes, as small as they can be.

use ::store::advisory::AdvisoryRow;
use ::store::coordination::{CaseRow, ParticipantRow};
use ::store::distribution::{Copy, Kept, SubscriberRow};
use ::store::intake::{MailboxRow, ReportRow};
use ::store::party::PartyRow;
use ::store::people::{
    ApproverRow, Credential, CredentialRow, DraftRow, LookedRow, NamedDraft, OfferedKeyRow,
    SessionRow, TokenRow,
};
use ::store::publication::FileRow;
use ::store::write::{NewRecord, TableRow, Write, Written};
use ::store::{
    BodyRow, HouseKeyRow, LeafRow, NumberRow, Store, StoreError, StoredBody, StoredKey, StreamRow,
};
use domain::coordination::case::Stage;
use domain::distribution::CopyState;
use domain::intake::ReportStage;
use domain::machine::em::Em;
use domain::react::Intent;
use domain::text::class::Compartment;
use domain::value::{
    AdvisoryId, BodyId, CaseId, CopyChannel, ParticipantId, PartyId, PersonId, ReportId, Scope,
    StreamId, SubscriberId,
};
use seal::approval::{Cost, SealedKey};
use seal::record::Realm;

/// The schema that this program writes.
pub const SCHEMA: i64 = 10;

/// When the tests begin, µs: 8 July 2004, 00:00 in Tokyo less nine hours.
pub const START: i64 = 1_089_244_800_000_000;

pub const LIVE: u8 = 0;
pub const EXERCISE: u8 = 1;

/// The `n`-th id; it serves for streams, keys and rows alike.
pub fn id(n: u32) -> [u8; 16] {
    let mut id = [0; 16];
    id[12..].copy_from_slice(&n.to_be_bytes());
    id
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
        counted: vec![],
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
    StreamRow {
        id: StreamId::from_bytes(stream),
        kind: "case",
        version,
        dossier: StreamId::from_bytes(stream),
        realm: LIVE,
    }
    .into()
}

pub fn case(case: [u8; 16], realm: u8) -> TableRow {
    CaseRow {
        id: CaseId::from_bytes(case),
        number: "VU#100".to_owned(),
        stage: Stage::Opened,
        opened_at: START,
        embargo: Em::None,
        until: None,
        realm,
    }
    .into()
}

pub fn participant(participant: [u8; 16], case: [u8; 16], realm: u8) -> TableRow {
    ParticipantRow {
        id: ParticipantId::from_bytes(participant),
        case: CaseId::from_bytes(case),
        party: Some(PartyId::from_bytes(id(40))),
        realm,
    }
    .into()
}

pub fn advisory(advisory: [u8; 16], case: [u8; 16], realm: u8) -> TableRow {
    AdvisoryRow {
        id: AdvisoryId::from_bytes(advisory),
        case: Some(CaseId::from_bytes(case)),
        number: String::new(),
        revision: 0,
        realm,
    }
    .into()
}

pub fn party() -> PartyRow {
    PartyRow {
        id: PartyId::from_bytes(id(40)),
        folded_ja: "例の製作所".to_owned(),
        folded_en: "example works".to_owned(),
    }
}

pub fn report() -> ReportRow {
    ReportRow {
        id: ReportId::from_bytes(id(41)),
        handling: "R-7".to_owned(),
        stage: ReportStage::Received,
        received_at: START,
        lookup: Some("blind".to_owned()),
    }
}

pub fn subscriber() -> SubscriberRow {
    SubscriberRow {
        id: SubscriberId::from_bytes(id(44)),
        active: true,
        scope: Scope::Vendor {
            name: "example works".to_owned(),
        },
        reference: seal::sha256(b"unsubscribe-me"),
        mailbox: None,
        channel: CopyChannel::Mail,
    }
}

/// A row of every projection.
pub fn projections() -> Vec<TableRow> {
    let number = NumberRow {
        digits: "100".to_owned(),
        series: "case",
        stream: stream(1),
    };
    let leaf = LeafRow {
        seq: 1,
        at: 0,
        bytes: "a published leaf".to_owned(),
    };
    vec![
        stream_row(id(1), 1),
        party().into(),
        report().into(),
        case(id(1), LIVE),
        participant(id(42), id(1), LIVE),
        advisory(id(43), id(1), LIVE),
        subscriber().into(),
        number.into(),
        leaf.into(),
    ]
}

/// A row of every table of the truth and of the working state, but `meta` and `ledger`.
pub fn truth() -> Vec<TableRow> {
    let mut rows = kept();
    rows.extend(signed_in());
    rows
}

/// Bodies, keys, files, copies, intents and messages.
fn kept() -> Vec<TableRow> {
    let body = BodyRow {
        id: BodyId::from_bytes(id(50)),
        realm: LIVE,
        body: StoredBody {
            dossier: stream(1),
            compartment: Compartment::Text,
            key: id(900),
            sealed: vec![0, 255, 13, 10],
        },
    };
    let key = HouseKeyRow {
        house: id(0),
        key: StoredKey {
            id: id(900),
            dossier: stream(1),
            compartment: Compartment::Text,
            epoch: 3,
            wrapped: vec![1; 60],
        },
    };
    let file = FileRow {
        sha256: seal::sha256(b"{}\n"),
        bytes: b"{}\n".to_vec(),
    };
    let message = MailboxRow {
        lookup: "lookup".to_owned(),
        at: 0,
        sealed: vec![5; 20],
    };
    vec![
        body.into(),
        key.into(),
        file.into(),
        ::store::distribution::row(&copy(60), START),
        ::store::work::row(&Intent::Press, stream(1), (stream(1), 1), START),
        message.into(),
    ]
}

/// What persons sign in with, and what they left.
fn signed_in() -> Vec<TableRow> {
    let person = PersonId::from_bytes(id(52));
    let approver = ApproverRow {
        person: PersonId::from_bytes(id(51)),
        key: SealedKey {
            public: [2; 32],
            cost: Cost {
                memory_kib: 19_456,
                passes: 2,
            },
            salt: [3; 16],
            sealed: vec![4; 48],
        },
        since: START,
        founding: true,
    };
    let offered = OfferedKeyRow {
        person: approver.person,
        key: approver.key.clone(),
    };
    let credential = Credential {
        memory_kib: 19_456,
        passes: 2,
        salt: vec![6; 16],
        verifier: vec![7; 32],
        since: START,
    };
    let token = TokenRow {
        hash: [8; 32],
        purpose: "invitation".to_owned(),
        subject: id(42),
        code: vec![9; 32],
        tries: 0,
        expires_at: START + 1,
        used_at: 0,
        sealed: vec![1; 20],
    };
    let session = SessionRow {
        hash: [9; 32],
        side: "desk".to_owned(),
        subject: id(52),
        strength: 3,
        began_at: START,
        seen_at: START,
        stepped_at: START,
        ends_at: START + 1,
    };
    let draft = NamedDraft {
        name: "advisory/1".to_owned(),
        draft: DraftRow {
            person,
            at: START,
            sealed: vec![2; 20],
        },
    };
    let looked = LookedRow {
        person,
        stream: stream(1),
        seq: 1,
        at: START,
    };
    vec![
        approver.into(),
        CredentialRow { person, credential }.into(),
        offered.into(),
        token.into(),
        session.into(),
        draft.into(),
        looked.into(),
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
        channel: CopyChannel::Mail,
        reference: Kept::sealed(&format!("reference-{n}"), n.to_be_bytes().to_vec()),
        state: CopyState::Waiting,
        attempts: 0,
        deadline: START + 1_000_000,
        realm: 0,
        date_at: None,
    }
}
