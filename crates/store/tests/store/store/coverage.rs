//! docs/design/forms.md 1: a text or file that was exchanged, deleted or added is found without any key, and named.
//!
//! What could go wrong: the owner of the database changes rows and leaves the chain whole; what is said of rows is
//! changed with them; a record of before rows were spoken of is taken for one that says that there are none.

use ::store::write::{TableRow, Write};
use ::store::{BodyRow, RowFault, Store, StoredBody};
use domain::text::class::Compartment;
use domain::value::BodyId;
use seal::record::Broken;

use crate::fill::{LIVE, id, next, put, stream};
use crate::world::{Role, World};

fn body(n: u32) -> TableRow {
    BodyRow {
        id: BodyId::from_bytes(id(n)),
        realm: LIVE,
        body: StoredBody {
            dossier: stream(1),
            compartment: Compartment::Text,
            key: id(900),
            sealed: format!("sealed {n}").into_bytes(),
        },
    }
    .into()
}

/// A house of three records, with two bodies and a file beside them.
async fn house(world: &World) -> Store {
    let store = world.create().await;
    for (version, rows) in [
        (1, vec![body(70)]),
        (2, vec![]),
        (3, vec![body(71), file()]),
    ] {
        let mut write = next(id(1), version);
        write.rows.extend(rows);
        put(&store, write).await;
    }
    store
}

fn file() -> TableRow {
    let bytes = b"published".to_vec();
    let sha256 = seal::sha256(&bytes);
    ::store::publication::FileRow { sha256, bytes }.into()
}

/// What is found beside a whole chain, as table, key and fault.
async fn found(store: &Store) -> Vec<(String, String, RowFault)> {
    let chain = store.walk_chain(&[]).await.expect("the database answers");
    assert_eq!(chain.broken, None, "rows are changed, and the chain is not");
    let coverage = store.walk_rows().await.expect("the database answers");
    assert_eq!(coverage.uncounted, vec![]);
    let findings = coverage.findings.into_iter();
    findings
        .map(|one| (one.table, one.key, one.fault))
        .collect()
}

async fn say(world: &World, sql: &str) {
    world.say(Role::Owner, sql).await.expect("the owner may");
}

fn of(table: &str, key: &[u8], fault: RowFault) -> (String, String, RowFault) {
    (table.to_owned(), seal::hex(key), fault)
}

on_both! {
    async fn rows_as_they_were_written_are_whole(world) {
        let store = house(&world).await;
        assert_eq!(found(&store).await, vec![]);
        assert_eq!(store.walk_rows().await.unwrap().rows, 3);
    }

    /// Both open under the key of their dossier, so that nobody who reads them alone would notice.
    async fn two_bodies_of_one_dossier_that_were_exchanged_are_named(world) {
        let store = house(&world).await;
        let (one, two) = (world.literal(&id(70)), world.literal(&id(71)));
        let (first, second) = (world.literal(b"sealed 71"), world.literal(b"sealed 70"));
        say(&world, &format!("UPDATE body SET sealed = {first} WHERE id = {one}; UPDATE body SET sealed = {second} WHERE id = {two};")).await;
        let changed = |n| of("body", &id(n), RowFault::Changed);
        assert_eq!(found(&store).await, [changed(70), changed(71)]);
    }

    async fn a_row_that_is_gone_and_one_that_nobody_recorded_are_named(world) {
        let store = house(&world).await;
        let hash = world.literal(&seal::sha256(b"published"));
        say(&world, &format!("DELETE FROM file WHERE sha256 = {hash};")).await;
        say(&world, &format!(
            "INSERT INTO body (id, dossier, compartment, key_id, realm, sealed) VALUES ({0}, {0}, 1, {0}, 0, {0});",
            world.literal(&id(72))
        )).await;
        assert_eq!(
            found(&store).await,
            [
                of("body", &id(72), RowFault::Unknown),
                of("file", &seal::sha256(b"published"), RowFault::Missing),
            ]
        );
    }

    async fn what_a_record_says_of_rows_cannot_be_changed_with_them(world) {
        let store = house(&world).await;
        let nothing = world.literal(b"");
        // Guards of the ledger are taken down by whoever owns the database.
        say(&world, world.danger_unguard()).await;
        say(&world, &format!("UPDATE ledger SET covered = {nothing} WHERE seq = 3;")).await;
        let broken = store.walk_chain(&[]).await.unwrap().broken;
        assert_eq!(broken, Some(Broken::Rows { seq: 3 }));
        say(&world, &format!("UPDATE ledger SET rows_root = {nothing} WHERE seq = 3;")).await;
        let broken = store.walk_chain(&[]).await.unwrap().broken;
        assert_eq!(broken, Some(Broken::Rows { seq: 3 }), "no way back to form 1");
    }

    /// Rows of before are told from added ones, until a record speaks of them all.
    async fn an_older_house_is_counted_once_and_then_whole(world) {
        let store = world.create().await;
        let hash = world.literal(&[1; 32]);
        let literal = world.literal(&id(70));
        // A record of form 1 and a body, as an older program left them.
        let header = seal::record::Header {
            house: store.house(),
            seq: 1,
            recorded_at: 1,
            stream: id(1),
            version: 1,
            realm: seal::record::Realm::Live,
            key: id(900),
            payload: seal::sha256(b"p"),
            previous: seal::record::GENESIS,
            rows: None,
        };
        let literals = [
            world.literal(&header.stream), world.literal(&header.key), world.literal(b"p"),
            world.literal(&header.payload), world.literal(&header.previous), world.literal(&header.hash()),
        ];
        let [of_stream, key, payload, payload_hash, previous, record_hash] = literals;
        say(&world, &format!("INSERT INTO ledger (seq, recorded_at, stream, version, realm, key_id, payload, payload_hash, previous, hash) VALUES (1, 1, {of_stream}, 1, 0, {key}, {payload}, {payload_hash}, {previous}, {record_hash});")).await;
        say(&world, &format!("INSERT INTO stream (id, kind, version, dossier, realm) VALUES ({of_stream}, 'case', 1, {of_stream}, 0);")).await;
        say(&world, &format!("INSERT INTO body (id, dossier, compartment, key_id, realm, sealed) VALUES ({literal}, {literal}, 1, {literal}, 0, {hash});")).await;
        drop(store);
        let store = world.open().await;
        let before = store.walk_rows().await.unwrap();
        assert_eq!((before.rows, before.findings.len(), before.uncounted.len()), (0, 0, 1));

        let mut counted = before.uncounted;
        counted.push(seal::coverage::Covered::counted(&store.house()));
        put(&store, Write { counted, ..next(id(1), 2) }).await;
        assert_eq!(found(&store).await, vec![]);
        assert_eq!(store.walk_rows().await.unwrap().rows, 1);
        say(&world, &format!("UPDATE body SET compartment = 2 WHERE id = {literal};")).await;
        assert_eq!(found(&store).await, [of("body", &id(70), RowFault::Changed)]);
    }
}
