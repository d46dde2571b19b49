//! Copies of the database: on the same engine, on the other one, and while others write.

use ::store::distribution::{Copy, row};
use ::store::schema;
use ::store::write::TableRow;
use ::store::{Store, StoreError, Value};
use domain::distribution::CopyState;
use domain::value::CopyChannel;

use crate::fill::{SCHEMA, START, copy, id, next, only_rows, projections, put, record, truth};
use crate::world::{Engine, World};

/// Fills a store with at least one row of every table.
async fn furnish(store: &Store) {
    let mut published = next(id(1), 1);
    published.records = vec![record(id(1), 1, &[0, 1, 254, 255])];
    published.records[0].leaves = vec!["a published leaf".to_owned()];
    published.rows.extend(projections());
    published.rows.extend(truth());
    put(store, published).await;
    for version in 2..=12 {
        put(store, next(id(1), version)).await;
    }
    for table in schema::ALL {
        let count = store.count(table).await.expect("the database answers");
        assert!(count > 0, "{} is empty", table.name);
    }
    // Nobody stays signed in over a restore, so a copy has no row of it.
    assert!(
        rows(&dump(store).await)
            .iter()
            .all(|(table, _)| table != "session")
    );
}

async fn dump(store: &Store) -> Vec<u8> {
    let mut out = Vec::new();
    store.dump(&mut out).await.expect("a copy");
    out
}

/// Takes a copy apart: name of the table and values, sorted, since a copy promises no order.
fn rows(mut copy: &[u8]) -> Vec<(String, Vec<Value>)> {
    let mut out = Vec::new();
    while !copy.is_empty() {
        let mut line = frame(&mut copy);
        let table = String::from_utf8(frame(&mut line).to_vec()).expect("a table's name");
        let mut values = Vec::new();
        while let Some((kind, rest)) = line.split_first() {
            line = rest;
            values.push(match kind {
                b'i' => {
                    let (number, rest) = line.split_first_chunk::<8>().expect("eight bytes");
                    line = rest;
                    Value::Int(i64::from_be_bytes(*number))
                }
                b't' => Value::Text(String::from_utf8(frame(&mut line).to_vec()).expect("text")),
                _ => Value::Bytes(frame(&mut line).to_vec()),
            });
        }
        out.push((table, values));
    }
    out.sort();
    out
}

fn frame<'a>(input: &mut &'a [u8]) -> &'a [u8] {
    let (length, rest) = input.split_first_chunk::<4>().expect("a length");
    let (bytes, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
    *input = rest;
    bytes
}

/// The columns of schemas 1 and 2 that are no more: table, position, value.
fn gone() -> Vec<(&'static str, usize, Value)> {
    let text = |word: &str| Value::Text(word.to_owned());
    vec![
        ("party", 1, text("例の製作所")),
        ("party", 2, text("Example Works")),
        ("party", 5, Value::Int(1)),
        ("party", 6, text("2")),
        ("report", 2, text("product")),
        ("case_file", 4, Value::Int(0)),
        ("case_file", 7, text("pxa")),
        ("participant", 3, text("vendor")),
        ("participant", 4, text("TN#1")),
        ("participant", 5, text("asked")),
        ("participant", 6, text("R")),
        ("participant", 7, text("invited")),
        ("participant", 8, Value::Int(START)),
        ("participant", 9, Value::Int(0)),
        ("advisory", 4, Value::Int(0)),
        ("advisory", 5, Value::Int(0)),
        ("advisory", 7, Value::Int(START)),
        ("subscriber", 2, text("ja")),
    ]
}

/// The numbers that states had before schema 4.
const NUMBERS: [(CopyState, i64); 9] = [
    (CopyState::Waiting, 0),
    (CopyState::Sending, 1),
    (CopyState::Accepted, 2),
    (CopyState::Maybe, 3),
    (CopyState::Deferred, 4),
    (CopyState::Refused, 5),
    (CopyState::Expired, 6),
    (CopyState::Acknowledged, 7),
    (CopyState::GivenUp, 8),
];

/// Makes of a row of `delivery` what it was before schema 4: a number for the state, and nothing behind the realm.
fn unnamed(values: &mut Vec<Value>) {
    let number = NUMBERS
        .iter()
        .find(|(state, _)| values[6] == Value::Text(state.name().to_owned()));
    values[6] = Value::Int(number.expect("a state that there was").1);
    values.truncate(13);
}

/// The rows of a copy of an older schema: before 9 records say nothing of the rows beside them, before 10 references
/// stand in clear.
fn unspoken(copy: &[u8], schema: i64) -> Vec<(String, Vec<Value>)> {
    let mut all = rows(copy);
    for (table, values) in &mut all {
        match table.as_str() {
            "ledger" if schema < 9 => {
                values.truncate(10);
                values.extend([Value::Bytes(vec![]), Value::Bytes(vec![])]);
            }
            "delivery" if schema < 10 => in_clear(values),
            _ => {}
        }
    }
    all
}

/// Makes of a row of `delivery` what it was before schema 10: a reference, and nothing sealed beside it.
fn in_clear(values: &mut [Value]) {
    let Value::Bytes(id) = &values[0] else {
        panic!("no id");
    };
    values[5] = Value::Text(reference_in_clear(id));
    values[14] = Value::Bytes(vec![]);
}

fn reference_in_clear(id: &[u8]) -> String {
    format!("reference-{}", seal::hex(id))
}

/// Returns a copy as the program of another schema made it.
fn aged(copy: &[u8], schema: i64) -> Vec<u8> {
    let mut out = Vec::new();
    for (table, mut values) in rows(copy) {
        if table == "meta" && values[0] == Value::Text("schema".to_owned()) {
            values[1] = Value::Bytes(schema.to_be_bytes().to_vec());
        }
        if schema < 9 && table == "ledger" {
            values.truncate(10);
        }
        if schema < 6 && table == "subscriber" {
            values.pop();
        }
        if schema < 5 && table == "subscriber" {
            values.pop();
        }
        if schema < 8 && table == "advisory" {
            // The plan that waited and its approvals, where schema 3 had them.
            values.insert(4, Value::Text("a plan".to_owned()));
            values.insert(5, Value::Int(2));
        }
        if schema < 3 {
            for (_, at, value) in gone().into_iter().filter(|(of, _, _)| *of == table) {
                values.insert(at, value);
            }
        }
        if schema < 10 && table == "delivery" {
            in_clear(&mut values);
        }
        if schema < 4 && table == "delivery" {
            unnamed(&mut values);
        }
        let mut line = framed(table.as_bytes());
        for value in values {
            match value {
                Value::Int(v) => line.extend([&b"i"[..], &v.to_be_bytes()].concat()),
                Value::Text(v) => line.extend([b"t".to_vec(), framed(v.as_bytes())].concat()),
                Value::Bytes(v) => line.extend([b"b".to_vec(), framed(&v)].concat()),
            }
        }
        out.extend(framed(&line));
    }
    out
}

fn framed(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("a short row");
    [&length.to_be_bytes()[..], bytes].concat()
}

/// Carries a store over to `engine` and compares all that can be compared.
async fn carry_over(world: World, engine: Engine) {
    let store = world.create().await;
    furnish(&store).await;
    let copy = dump(&store).await;

    let there = World::of(engine).await;
    let second = there.create().await;
    let taken = second.load(&copy).await.expect("a copy that can be read");
    assert_eq!(taken, rows(&copy).len() as u64);
    drop(second);
    let second = there.open().await;
    assert_eq!(rows(&dump(&second).await), rows(&copy));
    assert_eq!(
        second.dump_projections().await.expect("projections"),
        store.dump_projections().await.expect("projections")
    );
    let chain = store.walk_chain(&[5]).await.expect("a chain");
    assert_eq!(chain.broken, None);
    assert_eq!(second.walk_chain(&[5]).await.expect("a chain"), chain);

    // Both houses go on alike.
    let here = put(&store, next(id(1), 13)).await;
    assert_eq!(put(&second, next(id(1), 13)).await, here);
}

on_both! {
    /// What is written meanwhile belongs to the next copy.
    async fn a_copy_says_up_to_which_record_it_goes(world) {
        let store = world.create().await;
        assert_eq!(store.dump(&mut Vec::new()).await.unwrap(), 0);
        for n in 1..=3 {
            put(&store, next(id(n), 1)).await;
        }
        let last = store.dump(&mut Vec::new()).await.unwrap();
        assert_eq!(last, 3);
        let then = store.walk_chain(&[]).await.unwrap().root;
        put(&store, next(id(4), 1)).await;
        let now = store.walk_chain(&[last]).await.unwrap();
        assert_eq!(now.roots, [(last, then)]);
        assert_ne!(now.root, then);
    }

    async fn a_copy_on_the_same_engine_is_the_same_house(world) {
        let engine = world.engine;
        carry_over(world, engine).await;
    }

    async fn a_copy_on_the_other_engine_is_the_same_house(world) {
        let engine = world.engine.other();
        carry_over(world, engine).await;
    }

    async fn a_damaged_copy_is_refused_whole(world) {
        let store = world.create().await;
        furnish(&store).await;
        let copy = dump(&store).await;
        let there = World::of(world.engine).await;
        let second = there.create().await;
        let mut foreign = copy.clone();
        // The name of the first table stands behind two lengths of four bytes.
        foreign[8] ^= 1;
        for damaged in [&copy[..copy.len() - 1], &copy[..3], &foreign[..]] {
            let outcome = second.load(damaged).await;
            assert!(matches!(outcome, Err(StoreError::Shape { .. })), "{outcome:?}");
        }
        for table in schema::ALL.into_iter().filter(|table| table.name != "meta") {
            assert_eq!(second.count(table).await.unwrap(), 0, "{}", table.name);
        }
        assert_eq!(second.load(&copy).await.unwrap(), rows(&copy).len() as u64);
    }

    /// A backup is read years later: what its tables held beyond today's columns is left out, and nothing else.
    async fn a_copy_of_an_older_schema_is_read(world) {
        let store = world.create().await;
        furnish(&store).await;
        let copies = (61..).zip(NUMBERS).map(|(n, (state, _))| row(&Copy { state, ..copy(n) }, START));
        put(&store, only_rows(copies.collect())).await;
        let copy = dump(&store).await;
        for schema in 1..SCHEMA {
            let there = World::of(world.engine).await;
            let second = there.create().await;
            let older = aged(&copy, schema);
            assert_ne!(older, copy);
            let mut expected = unspoken(&copy, schema);
            expected.sort();
            assert_eq!(second.load(&older).await.unwrap(), expected.len() as u64);
            assert_eq!(rows(&dump(&second).await), expected);
            drop(second);
            assert_eq!(rows(&dump(&there.open().await).await), expected);
        }
    }

    async fn an_older_copy_with_a_state_that_never_was_is_refused_whole(world) {
        let store = world.create().await;
        furnish(&store).await;
        let older = aged(&dump(&store).await, 3);
        // Before the number of the state stands its reference.
        let reference = reference_in_clear(&id(60));
        let mark = [&b"t"[..], &framed(reference.as_bytes()), b"i"].concat();
        let at = older.windows(mark.len()).position(|some| some == mark).unwrap() + mark.len();
        let mut wrong = older.clone();
        wrong[at + 7] = 9;
        let there = World::of(world.engine).await;
        let second = there.create().await;
        let outcome = second.load(&wrong).await;
        assert!(matches!(outcome, Err(StoreError::Shape { table: "delivery" })), "{outcome:?}");
        assert_eq!(second.count(&schema::BODY).await.unwrap(), 0);
        assert!(second.load(&older).await.is_ok());
    }

    async fn a_copy_of_a_newer_schema_is_refused(world) {
        let store = world.create().await;
        furnish(&store).await;
        let newer = aged(&dump(&store).await, 99);
        let there = World::of(world.engine).await;
        let second = there.create().await;
        let outcome = second.load(&newer).await;
        assert!(matches!(outcome, Err(StoreError::Shape { table: "copy" })), "{outcome:?}");
        assert_eq!(second.meta("schema").await.unwrap(), Some(SCHEMA.to_be_bytes().to_vec()));
    }

    /// The records of a copy and the streams' versions in it belong to the same instant.
    async fn a_copy_made_while_others_write_is_of_one_instant(world) {
        let store = world.create().await;
        let writers: Vec<_> = (0..8)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(async move {
                    for version in 1..=40 {
                        put(&store, next(id(n), version)).await;
                    }
                })
            })
            .collect();
        loop {
            let over = writers.iter().all(|writer| writer.is_finished());
            let rows = rows(&dump(&store).await);
            let records = rows.iter().filter(|(table, _)| table == "ledger").count();
            let versions: i64 = rows
                .iter()
                .filter(|(table, _)| table == "stream")
                .map(|(_, values)| if let Value::Int(version) = values[2] { version } else { 0 })
                .sum();
            assert_eq!(i64::try_from(records), Ok(versions));
            if over {
                assert_eq!(records, 8 * 40);
                break;
            }
        }
        for writer in writers {
            writer.await.unwrap();
        }
    }

    async fn erasing_takes_a_key_and_leaves_the_chain(world) {
        let store = world.create().await;
        furnish(&store).await;
        let before = store.walk_chain(&[]).await.unwrap();
        let mut key = store.key(id(900)).await.unwrap().unwrap();
        key.epoch += 1;
        key.wrapped = vec![9; 60];
        store.rewrap(&[], std::slice::from_ref(&key)).await.unwrap();
        assert_eq!(store.keys().await.unwrap(), [key]);
        store.rewrap(&[id(900)], &[]).await.unwrap();
        assert_eq!(store.keys().await.unwrap(), []);
        assert_eq!(store.walk_chain(&[]).await.unwrap(), before);
    }

    /// Truth that is written twice stays as it was first; a file is its hash.
    async fn truth_that_is_written_again_stays_as_it_was(world) {
        let store = world.create().await;
        put(&store, only_rows(truth())).await;
        let before = rows(&dump(&store).await);
        let again = truth()
            .into_iter()
            .filter(|row| matches!(row.table().name, "body" | "file"))
            .map(|row| {
                let mut values = row.values().to_vec();
                *values.last_mut().unwrap() = b"another".to_vec().into();
                TableRow::untyped(row.table(), values)
            })
            .collect();
        put(&store, only_rows(again)).await;
        assert_eq!(rows(&dump(&store).await), before);
        assert_eq!(store.ledger_end().await.unwrap(), (0, 0));
        assert_eq!(store.next_copy_at(CopyChannel::Mail).await.unwrap(), Some(START));
    }
}
