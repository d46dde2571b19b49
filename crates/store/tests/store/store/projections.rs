//! Projections as text, and their replacement.

use ::store::schema::{self, Kind};
use ::store::write::TableRow;
use ::store::{StoreError, Value};

use crate::fill::{EXERCISE, id, only_rows, participant, projections, put, truth};

on_both! {
    async fn equal_projections_give_equal_text(world) {
        let store = world.create().await;
        put(&store, only_rows(projections())).await;
        let text = store.dump_projections().await.unwrap();
        assert_eq!(store.dump_projections().await.unwrap(), text);
        assert_eq!(world.open().await.dump_projections().await.unwrap(), text);
        for table in schema::ALL.into_iter().filter(|table| table.kind == Kind::Projection) {
            let line = format!("{}\t", table.name);
            assert!(text.lines().any(|l| l.starts_with(&line)), "{} is not in it", table.name);
        }
    }

    async fn the_same_rows_in_another_order_give_the_same_text(world) {
        let store = world.create().await;
        put(&store, only_rows(projections())).await;
        let text = store.dump_projections().await.unwrap();
        store.replace_projections(projections()).await.unwrap();
        assert_eq!(store.dump_projections().await.unwrap(), text);
        store.replace_projections(projections().into_iter().rev().collect()).await.unwrap();
        assert_eq!(store.dump_projections().await.unwrap(), text);
    }

    async fn one_damaged_cell_is_seen(world) {
        let store = world.create().await;
        put(&store, only_rows(projections())).await;
        let text = store.dump_projections().await.unwrap();
        for at in 0..projections().len() {
            let mut damaged = projections();
            let table = damaged[at].table();
            let name = table.name;
            let mut values = damaged[at].values().to_vec();
            // Every projection has a text or an id outside its key, and it is the last one.
            let cell = values.iter_mut().rev().find(|cell| !matches!(cell, Value::Int(_)));
            match cell.unwrap() {
                Value::Text(word) => word.push(' '),
                Value::Bytes(id) => id[0] ^= 1,
                Value::Int(_) => {}
            }
            damaged[at] = TableRow::untyped(table, values);
            store.replace_projections(damaged).await.unwrap();
            assert_ne!(store.dump_projections().await.unwrap(), text, "{name}");
        }
    }

    async fn replacing_leaves_no_old_row_and_touches_nothing_else(world) {
        let store = world.create().await;
        put(&store, only_rows(projections())).await;
        put(&store, only_rows(truth())).await;
        store.replace_projections(Vec::new()).await.unwrap();
        assert_eq!(store.dump_projections().await.unwrap(), "");
        for table in schema::ALL {
            let emptied = table.kind == Kind::Projection || table.name == "ledger";
            assert_eq!(store.count(table).await.unwrap() == 0, emptied, "{}", table.name);
        }
    }

    async fn a_replacement_that_is_refused_changes_nothing(world) {
        let store = world.create().await;
        put(&store, only_rows(projections())).await;
        let text = store.dump_projections().await.unwrap();
        let mut rows = projections();
        rows.push(participant(id(98), id(1), EXERCISE));
        let outcome = store.replace_projections(rows).await;
        assert!(matches!(outcome, Err(StoreError::Guard)), "{outcome:?}");
        assert_eq!(store.dump_projections().await.unwrap(), text);
    }
}
