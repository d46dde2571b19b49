//! The wall between the real world and exercises (docs/design/security.md §2.20), as far as the database holds it.

use ::store::StoreError;
use ::store::write::Write;

use crate::fill::{EXERCISE, LIVE, advisory, case, id, next, only_rows, participant, put};

on_both! {
    async fn a_participant_of_the_other_realm_is_refused(world) {
        let store = world.create().await;
        put(&store, only_rows(vec![case(id(1), LIVE), case(id(2), EXERCISE)])).await;
        for (of, realm) in [(id(1), EXERCISE), (id(2), LIVE)] {
            let write = Write { rows: vec![participant(id(3), of, realm)], ..next(id(3), 1) };
            let outcome = store.write(store.ticket(), write).await;
            assert!(matches!(outcome, Err(StoreError::Guard)), "{outcome:?}");
        }
        assert_eq!(store.ledger_end().await.unwrap(), (0, 0), "its record was not written either");
    }

    async fn an_advisory_of_the_other_realm_is_refused(world) {
        let store = world.create().await;
        put(&store, only_rows(vec![case(id(1), LIVE), case(id(2), EXERCISE)])).await;
        for (of, realm) in [(id(1), EXERCISE), (id(2), LIVE)] {
            let write = only_rows(vec![advisory(id(3), of, realm)]);
            let outcome = store.write(store.ticket(), write).await;
            assert!(matches!(outcome, Err(StoreError::Guard)), "{outcome:?}");
        }
    }

    async fn equals_meet_in_both_realms(world) {
        let store = world.create().await;
        for (n, realm) in [(10, LIVE), (20, EXERCISE)] {
            put(&store, only_rows(vec![case(id(n), realm)])).await;
            let rows = vec![participant(id(n + 1), id(n), realm), advisory(id(n + 2), id(n), realm)];
            put(&store, only_rows(rows)).await;
        }
    }

    async fn a_participant_cannot_change_over_later(world) {
        let store = world.create().await;
        put(&store, only_rows(vec![case(id(1), LIVE)])).await;
        put(&store, only_rows(vec![participant(id(3), id(1), LIVE)])).await;
        let write = only_rows(vec![participant(id(3), id(1), EXERCISE)]);
        let outcome = store.write(store.ticket(), write).await;
        assert!(matches!(outcome, Err(StoreError::Guard)), "{outcome:?}");
    }

    /// The case and its first participant often come with one command.
    async fn the_wall_stands_within_one_commit(world) {
        let store = world.create().await;
        for rows in [
            vec![case(id(1), LIVE), participant(id(3), id(1), EXERCISE)],
            vec![case(id(2), EXERCISE), advisory(id(4), id(2), LIVE)],
        ] {
            let outcome = store.write(store.ticket(), only_rows(rows)).await;
            assert!(matches!(outcome, Err(StoreError::Guard)), "{outcome:?}");
        }
        assert_eq!(store.dump_projections().await.unwrap(), "");
    }

    async fn the_store_writes_on_after_a_refusal(world) {
        let store = world.create().await;
        put(&store, only_rows(vec![case(id(1), LIVE)])).await;
        put(&store, next(id(1), 1)).await;
        let write = Write { rows: vec![participant(id(3), id(1), EXERCISE)], ..next(id(3), 1) };
        assert!(store.write(store.ticket(), write).await.is_err());
        assert_eq!(put(&store, next(id(3), 1)).await.seq, 2);
        assert_eq!(store.walk_chain(&[]).await.unwrap().broken, None);
    }
}
