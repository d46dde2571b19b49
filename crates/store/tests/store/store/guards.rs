//! docs/design/security.md §3.5: no edit of the ledger goes unseen.
//!
//! The running house is refused by the engine. Whoever owns the database takes the guards down and is found by
//! the chain; whoever chains anew is found by an anchor, a root that was noted before. An owner who cuts off
//! the end leaves a whole chain too, and is found the same way.

use ::store::maintain::Chain;
use ::store::write::Write;
use ::store::{Store, StoredRecord};
use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use seal::record::{Broken, GENESIS, Realm};

use crate::fill::{START, id, next, put, record, stream_row};
use crate::world::{Engine, Role, World};

/// Random ledgers that each property is tried on.
const LEDGERS: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Edit {
    FlipPayload,
    FlipPayloadHash,
    FlipHash,
    FlipPrevious,
    FlipStream,
    FlipKey,
    MoveTime,
    MoveVersion,
    ChangeRealm,
    Delete,
    Insert,
    Swap,
    Truncate,
}

const EDITS: [Edit; 13] = [
    Edit::FlipPayload,
    Edit::FlipPayloadHash,
    Edit::FlipHash,
    Edit::FlipPrevious,
    Edit::FlipStream,
    Edit::FlipKey,
    Edit::MoveTime,
    Edit::MoveVersion,
    Edit::ChangeRealm,
    Edit::Delete,
    Edit::Insert,
    Edit::Swap,
    Edit::Truncate,
];

fn draw<S: Strategy>(strategy: S) -> S::Value {
    let drawn = strategy.new_tree(&mut TestRunner::default());
    drawn.expect("a value").current()
}

/// Writes a random ledger of 3 to 13 records over 4 streams and returns it as it lies in the database.
async fn random_ledger(store: &Store) -> Vec<StoredRecord> {
    let payload = proptest::collection::vec(any::<u8>(), 1..40);
    let entry = (0_u32..4, payload, 0_i64..50, any::<bool>());
    let mut recorded_at = START;
    let mut versions = [0; 4];
    for (n, payload, later, exercise) in draw(proptest::collection::vec(entry, 3..14)) {
        recorded_at += later;
        let version = &mut versions[n as usize];
        *version += 1;
        let mut new = record(id(n), *version, &payload);
        if exercise {
            new.realm = Realm::Exercise;
        }
        let write = Write {
            recorded_at,
            expects: Vec::new(),
            records: vec![new],
            rows: vec![stream_row(id(n), *version)],
            counted: vec![],
        };
        put(store, write).await;
    }
    store.ledger(1, 100).await.expect("the ledger")
}

/// Walks the chain with an anchor at every position.
async fn walk(store: &Store, positions: usize) -> Chain {
    let all: Vec<u64> = (1..=positions as u64).collect();
    store.walk_chain(&all).await.expect("the database answers")
}

fn flip(bytes: &mut [u8], bit: usize) {
    let bit = bit % (bytes.len() * 8);
    bytes[bit / 8] ^= 1 << (bit % 8);
}

fn edited(whole: &[StoredRecord], edit: Edit, at: usize, bit: usize) -> Vec<StoredRecord> {
    let mut records = whole.to_vec();
    let last = records.len() - 1;
    let at = at % records.len();
    let record = &mut records[at];
    match edit {
        Edit::FlipPayload => flip(&mut record.payload, bit),
        Edit::FlipPayloadHash => flip(&mut record.header.payload, bit),
        Edit::FlipHash => flip(&mut record.hash, bit),
        Edit::FlipPrevious => flip(&mut record.header.previous, bit),
        // The first byte is zero in every id of these tests, so no other stream is met.
        Edit::FlipStream => flip(&mut record.header.stream[..1], bit),
        Edit::FlipKey => flip(&mut record.header.key, bit),
        Edit::MoveTime => record.header.recorded_at += 1,
        Edit::MoveVersion => record.header.version += 1_000,
        Edit::ChangeRealm => {
            record.header.realm = match record.header.realm {
                Realm::Live => Realm::Exercise,
                Realm::Exercise => Realm::Live,
            }
        }
        // To delete the last one is to truncate.
        Edit::Delete => {
            records.remove(at % last);
        }
        Edit::Insert => {
            let mut forged = record.clone();
            forged.header.stream = [0xEE; 16];
            records.insert(at + 1, forged);
            for later in &mut records[at + 1..] {
                later.header.seq += 1;
            }
        }
        Edit::Swap => {
            let with = (at + 1 + bit % last) % records.len();
            let (one, other) = (records[at].header.seq, records[with].header.seq);
            records[at].header.seq = other;
            records[with].header.seq = one;
        }
        Edit::Truncate => records.truncate(at),
    }
    records
}

/// Makes the chain fit again from index `from` on, as a forger would.
fn chain_anew(records: &mut [StoredRecord], from: usize) {
    let mut previous = match from.checked_sub(1) {
        Some(before) => records[before].header.hash(),
        None => GENESIS,
    };
    for record in &mut records[from..] {
        record.header.payload = seal::sha256(&record.payload);
        record.header.previous = previous;
        previous = record.header.hash();
        record.hash = previous.to_vec();
    }
}

/// Statements that would change a record, for either engine.
fn changes(world: &World, seq: u64) -> Vec<String> {
    let forged = world.literal(b"forged");
    let columns =
        "seq, recorded_at, stream, version, realm, key_id, payload, payload_hash, previous, hash";
    let copy = |new_seq: &str| {
        format!(
            "({columns}) SELECT {new_seq}, recorded_at, stream, version, realm, key_id, {forged}, payload_hash, previous, hash FROM ledger WHERE seq = {seq}"
        )
    };
    let same = copy("seq");
    let after = copy("(SELECT max(seq) + 1 FROM ledger)");
    let mut out = vec![
        format!("UPDATE ledger SET payload = {forged} WHERE seq = {seq}"),
        format!("UPDATE ledger SET hash = {forged} WHERE seq = {seq}"),
        "UPDATE ledger SET seq = seq + 100".to_owned(),
        format!("DELETE FROM ledger WHERE seq = {seq}"),
        "DELETE FROM ledger".to_owned(),
        format!("INSERT INTO ledger {same}"),
        format!("INSERT INTO ledger {after}"),
        format!(
            "INSERT INTO ledger {same} ON CONFLICT (seq) DO UPDATE SET payload = excluded.payload"
        ),
        format!(
            "INSERT INTO ledger {after} ON CONFLICT (stream, version) DO UPDATE SET payload = excluded.payload"
        ),
    ];
    match world.engine {
        Engine::Sqlite => out.extend([
            format!("INSERT OR REPLACE INTO ledger {same}"),
            format!("INSERT OR REPLACE INTO ledger {after}"),
            format!("REPLACE INTO ledger {same}"),
            format!("INSERT OR IGNORE INTO ledger {same}"),
            format!("UPDATE OR REPLACE ledger SET payload = {forged} WHERE seq = {seq}"),
            format!("UPDATE OR IGNORE ledger SET payload = {forged} WHERE seq = {seq}"),
        ]),
        Engine::Postgres => out.extend([
            "TRUNCATE ledger".to_owned(),
            "TRUNCATE ledger CASCADE".to_owned(),
            "TRUNCATE stream, ledger".to_owned(),
        ]),
    }
    out
}

/// Triggers that guard the ledger.
fn guards(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Sqlite => &["ledger_grows", "ledger_stays", "ledger_keeps"],
        Engine::Postgres => &["ledger_stays", "ledger_whole"],
    }
}

on_both! {
    async fn an_unchanged_ledger_verifies(world) {
        let store = world.create().await;
        assert_eq!(walk(&store, 0).await.broken, None);
        let whole = random_ledger(&store).await;
        let chain = walk(&store, whole.len()).await;
        assert_eq!((chain.records, chain.broken), (whole.len() as u64, None));
        assert_eq!(chain.roots.last(), Some(&(chain.records, chain.root)));
        // Neither does writing the same rows back, with the guards down, count as an edit.
        world.danger_rewrite_ledger(&whole).await;
        assert_eq!(walk(&store, whole.len()).await, chain);
    }

    async fn the_running_house_cannot_change_a_record(world) {
        let store = world.create().await;
        let whole = random_ledger(&store).await;
        let before = walk(&store, whole.len()).await;
        let seq = draw(1..=whole.len() as u64);
        for role in [Role::House, Role::Owner] {
            for sql in changes(&world, seq) {
                let said = world.say(role, &sql).await;
                assert!(said.is_err(), "{role:?} was not refused: {sql}");
                assert_eq!(walk(&store, whole.len()).await, before, "{role:?}: {sql}");
            }
        }
        put(&store, next(id(77), 1)).await;
        assert_eq!(walk(&store, whole.len()).await.roots, before.roots);
    }

    /// Only PostgreSQL has roles; on SQLite nothing but the file's owner guards the triggers.
    async fn the_role_of_the_house_cannot_take_the_guards_down(world) {
        let store = world.create().await;
        random_ledger(&store).await;
        if world.engine == Engine::Postgres {
            for sql in [
                "ALTER TABLE ledger DISABLE TRIGGER ALL",
                "DROP TRIGGER ledger_stays ON ledger",
                "DROP TABLE ledger",
                "SET session_replication_role = replica",
                "CREATE OR REPLACE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
                "UPDATE body SET sealed = sealed",
                "DELETE FROM file",
            ] {
                assert!(world.say(Role::House, sql).await.is_err(), "{sql}");
            }
        }
        for &guard in guards(world.engine) {
            let sql = match world.engine {
                Engine::Sqlite => format!("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name = '{guard}'"),
                Engine::Postgres => format!("SELECT tgname::text FROM pg_trigger WHERE tgenabled = 'O' AND tgname = '{guard}'"),
            };
            assert_eq!(world.texts(&sql).await, [guard]);
        }
    }

    async fn every_edit_with_the_guards_down_is_found(world) {
        let store = world.create().await;
        let mut whole = Vec::new();
        for _ in 0..LEDGERS {
            world.danger_rewrite_ledger(&[]).await;
            // A fresh store: the writer must not remember the ledger that has gone.
            world.say(Role::Owner, "DELETE FROM stream").await.unwrap();
            let store = world.open().await;
            whole = random_ledger(&store).await;
            let before = walk(&store, whole.len()).await;
            let anchor = (before.records, before.root);
            for edit in EDITS {
                let (at, bit) = (draw(any::<u16>()).into(), draw(any::<u16>()).into());
                world.danger_rewrite_ledger(&edited(&whole, edit, at, bit)).await;
                let found = walk(&store, whole.len()).await;
                let told = format!("{edit:?} at {at}, bit {bit}, of {} records", whole.len());
                if matches!(edit, Edit::Truncate) {
                    assert_eq!(found.broken, None, "the chain alone cannot tell");
                    assert!(!found.roots.contains(&anchor), "{told}");
                } else {
                    assert!(found.broken.is_some(), "{told}");
                }
            }
        }
        world.danger_rewrite_ledger(&whole).await;
        assert_eq!(walk(&store, whole.len()).await.broken, None);
    }

    async fn a_chain_made_anew_is_found_by_every_later_anchor(world) {
        let store = world.create().await;
        let whole = random_ledger(&store).await;
        let anchors = walk(&store, whole.len()).await.roots;
        for from in 0..whole.len() {
            let mut forged = whole.clone();
            flip(&mut forged[from].payload, draw(any::<u16>()).into());
            chain_anew(&mut forged, from);
            world.danger_rewrite_ledger(&forged).await;
            let chain = walk(&store, whole.len()).await;
            assert_eq!(chain.broken, None, "the chain alone cannot tell");
            assert_eq!(chain.records, whole.len() as u64);
            for (at, anchor) in anchors.iter().enumerate() {
                let holds = chain.roots.contains(anchor);
                assert_eq!(holds, at < from, "rewritten from {}, anchor at {}", from + 1, anchor.0);
            }
        }
    }

    /// The house may add records, so a thief of its role can too; the chain tells.
    async fn a_record_that_was_added_past_the_writer_is_found(world) {
        let store = world.create().await;
        let whole = random_ledger(&store).await;
        let mut forged = whole.last().cloned().unwrap();
        forged.header.stream = [0xEE; 16];
        forged.header.seq = whole.len() as u64 + 5;
        let gap = world.say(Role::House, &world.insert(&forged)).await;
        if gap.is_ok() {
            let found = walk(&store, 0).await.broken;
            assert!(matches!(found, Some(Broken::Position { .. })), "{found:?}");
            world.danger_rewrite_ledger(&whole).await;
        }
        assert_eq!(walk(&store, 0).await.broken, None);

        forged.header.seq = whole.len() as u64 + 1;
        world.say(Role::House, &world.insert(&forged)).await.unwrap();
        let found = walk(&store, 0).await.broken;
        assert_eq!(found, Some(Broken::Link { seq: forged.header.seq }));
    }
}
