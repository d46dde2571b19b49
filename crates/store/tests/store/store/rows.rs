//! A value of another type than its column is refused on both engines, and so is a column of another type than the
//! program expects.
//!
//! The typed rows cannot hold such a value, so each test plants it below them: as a row without a type, in a copy
//! of a database, or with a tool that writes past the store. SQLite would turn `'5'` into 5 for a column of numbers.

use ::store::schema::{self, Kind, Table, Type};
use ::store::write::TableRow;
use ::store::{StoreError, Value, Viewer};
use domain::distribution::CopyState;

use crate::fill::{
    START, at_once, id, next, only_rows, projections, put, stream, subscriber, truth,
};
use crate::world::{Engine, Role, World};

/// Every row of the fill with each of its values replaced in turn by one of both other types that looks like it.
fn misfits() -> Vec<(&'static Table, &'static str, TableRow)> {
    let mut out = Vec::new();
    for row in projections().into_iter().chain(truth()) {
        let table = row.table();
        for (at, column) in table.columns.iter().enumerate() {
            let others = match column.ty {
                Type::Int => [Value::Text("0".to_owned()), Value::Bytes(Vec::new())],
                Type::Text => [Value::Int(0), Value::Bytes(b"text".to_vec())],
                Type::Bytes => [Value::Int(0), Value::Text("text".to_owned())],
            };
            for other in others {
                let mut values = row.values().to_vec();
                values[at] = other;
                out.push((table, column.name, TableRow::untyped(table, values)));
            }
        }
    }
    out
}

fn is_of(outcome: &Result<impl Sized, StoreError>, table: &Table, column: &str) -> bool {
    matches!(outcome, Err(StoreError::Column { table: t, column: c }) if *t == table.name && *c == column)
}

/// Plants a value with a tool that knows no store; on SQLite past the types of the columns, as a damaged file would.
async fn plant(world: &World, sql: &str) {
    world.say(Role::Owner, sql).await.expect(sql);
}

on_both! {
    async fn a_value_of_another_type_is_refused_where_it_is_written(world) {
        let store = world.create().await;
        for (table, column, row) in misfits() {
            let outcome = store.write(store.ticket(), only_rows(vec![row])).await;
            assert!(is_of(&outcome, table, column), "{}.{column}: {outcome:?}", table.name);
        }
        for table in schema::ALL.into_iter().filter(|table| table.name != "meta") {
            assert_eq!(store.count(table).await.unwrap(), 0, "{}", table.name);
        }
    }

    async fn a_value_of_another_type_takes_no_neighbour_along(world) {
        let store = world.create().await;
        let bad = misfits().swap_remove(0);
        let mut wrong = next(id(2), 1);
        wrong.rows.push(bad.2);
        let outcomes = at_once(&store, vec![next(id(1), 1), wrong, next(id(3), 1)]).await;
        assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
        assert!(is_of(&outcomes[1], bad.0, bad.1), "{outcomes:?}");
        // Nothing of the refused one was chained: its stream begins anew.
        assert_eq!(put(&store, next(id(2), 1)).await.seq, 3);
        assert_eq!(store.walk_chain(&[]).await.unwrap().broken, None);
    }

    async fn a_row_that_is_too_short_or_too_long_is_refused(world) {
        let store = world.create().await;
        for row in projections().into_iter().chain(truth()) {
            let whole = row.values().to_vec();
            let short = whole[1..].to_vec();
            let long = [whole, vec![Value::Int(0)]].concat();
            for values in [short, long] {
                let row = TableRow::untyped(row.table(), values);
                let outcome = store.write(store.ticket(), only_rows(vec![row])).await;
                assert!(matches!(outcome, Err(StoreError::Shape { .. })), "{outcome:?}");
            }
        }
    }

    async fn a_value_of_another_type_is_refused_where_projections_are_replaced(world) {
        let store = world.create().await;
        put(&store, only_rows(projections())).await;
        let before = store.dump_projections().await.unwrap();
        for (table, column, row) in misfits() {
            if table.kind == Kind::Projection {
                let outcome = store.replace_projections(vec![row]).await;
                assert!(is_of(&outcome, table, column), "{}.{column}: {outcome:?}", table.name);
            }
        }
        assert_eq!(store.dump_projections().await.unwrap(), before);
    }

    async fn a_copy_with_a_value_of_another_type_is_refused_whole(world) {
        let store = world.create().await;
        put(&store, only_rows(truth())).await;
        let mut copy = Vec::new();
        store.dump(&mut copy).await.unwrap();
        // The first instant in it: 'i', then eight bytes. A text of four bytes takes their place.
        let at = copy.windows(9).position(|nine| nine[0] == b'i' && nine[1..] == START.to_be_bytes()).unwrap();
        copy[at] = b't';
        copy[at + 1..at + 5].copy_from_slice(&4_u32.to_be_bytes());
        copy[at + 5..at + 9].copy_from_slice(b"text");
        let there = World::of(world.engine).await;
        let second = there.create().await;
        let outcome = second.load(&copy).await;
        assert!(matches!(outcome, Err(StoreError::Column { .. })), "{outcome:?}");
        assert_eq!(second.count(&schema::BODY).await.unwrap(), 0);
    }

    async fn a_word_that_the_program_does_not_know_is_no_default(world) {
        let store = world.create().await;
        put(&store, only_rows(vec![subscriber().into()])).await;
        assert_eq!(store.subscribers_for(Viewer::House, &["example works".to_owned()], &[]).await.unwrap().len(), 1);
        plant(&world, "UPDATE subscriber SET scope = 'whatever'").await;
        let outcome = store.subscribers_for(Viewer::House, &[], &["example works".to_owned()]).await;
        assert!(matches!(outcome, Err(StoreError::Shape { table: "subscriber" })), "{outcome:?}");
    }

    async fn a_state_that_the_machine_does_not_know_is_no_default(world) {
        let store = world.create().await;
        put(&store, only_rows(truth())).await;
        assert_eq!(store.copy_states().await.unwrap(), [(CopyState::Waiting, 1)]);
        let unknown = "UPDATE delivery SET state = 'whatever'";
        assert!(world.say(Role::Owner, unknown).await.is_err(), "the tables refuse it");
        let unguarded = match world.engine {
            Engine::Sqlite => "PRAGMA ignore_check_constraints = ON;",
            Engine::Postgres => "ALTER TABLE delivery DROP CONSTRAINT delivery_state;",
        };
        plant(&world, &format!("{unguarded} {unknown}")).await;
        let outcome = store.copy_states().await;
        assert!(matches!(outcome, Err(StoreError::Shape { table: "delivery" })), "{outcome:?}");
    }

    async fn a_code_that_the_program_does_not_know_is_no_default(world) {
        let store = world.create().await;
        put(&store, only_rows(truth())).await;
        plant(&world, "UPDATE sealed_key SET compartment = 9").await;
        let outcome = store.keys().await;
        assert!(matches!(outcome, Err(StoreError::Shape { table: "sealed_key" })), "{outcome:?}");
        plant(&world, "UPDATE looked SET seq = -1").await;
        let outcome = store.looked_all(domain::value::PersonId::from_bytes(id(52))).await;
        assert!(matches!(outcome, Err(StoreError::Shape { table: "looked" })), "{outcome:?}");
    }

    /// A damaged version must not become version 0, which would let a stream begin twice.
    async fn a_stream_whose_version_is_none_is_not_begun_again(world) {
        let store = world.create().await;
        put(&store, next(id(1), 1)).await;
        plant(&world, "UPDATE stream SET version = -1").await;
        drop(store);
        let store = world.open().await;
        let outcome = store.write(store.ticket(), next(id(1), 1)).await;
        assert!(outcome.is_err(), "{outcome:?}");
        let outcome = store.stream_facts(stream(1)).await;
        assert!(matches!(outcome, Err(StoreError::Shape { table: "stream" })), "{outcome:?}");
        assert_eq!(store.ledger_end().await.unwrap().0, 1);
    }

    /// Only a damaged file can hold it: the tables of both engines refuse it.
    async fn a_text_that_is_none_is_not_read(world) {
        let store = world.create().await;
        put(&store, only_rows(projections())).await;
        if world.engine == Engine::Sqlite {
            plant(&world, "UPDATE leaf SET bytes = CAST(x'ff' AS TEXT)").await;
            assert!(matches!(store.leaves().await, Err(StoreError::Sqlite { .. })));
        } else {
            let said = world.say(Role::Owner, "UPDATE leaf SET bytes = convert_from('\\xff'::bytea, 'UTF8')").await;
            assert!(said.is_err());
            assert!(store.leaves().await.is_ok());
        }
    }
}
