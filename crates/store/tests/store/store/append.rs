//! Appending: versions, conflicts, the chain.

use ::store::StoreError;
use ::store::write::Write;

use crate::fill::{LIVE, START, at_once, case, id, next, only_rows, put, record, stream};

on_both! {
    async fn the_chain_is_whole_after_many_writes(world) {
        let store = world.create().await;
        let mut last = None;
        for version in 1..=30 {
            last = Some(put(&store, next(id(1), version)).await);
        }
        let last = last.unwrap();
        let chain = store.walk_chain(&[]).await.unwrap();
        assert_eq!((chain.records, chain.broken), (30, None));
        assert_eq!((last.seq, last.hash), (30, chain.hash));
        assert_eq!(store.stream(stream(1)).await.unwrap().len(), 30);
    }

    async fn a_record_is_read_as_it_was_written(world) {
        let store = world.create().await;
        let every_byte: Vec<u8> = (0..=255).collect();
        let mut written = record(id(1), 1, &every_byte);
        written.realm = seal::record::Realm::Exercise;
        written.leaves = vec!["first".to_owned(), "second".to_owned()];
        put(&store, Write { records: vec![written.clone()], ..next(id(1), 1) }).await;
        let read = store.ledger(1, 10).await.unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].payload, every_byte);
        assert_eq!(read[0].header.key, written.key);
        assert_eq!(read[0].header.realm, written.realm);
        assert_eq!(read[0].header.recorded_at, START);
        assert_eq!(store.ledger_end().await.unwrap(), (1, START));
        assert_eq!(store.leaves().await.unwrap(), written.leaves);
    }

    async fn a_write_decided_on_another_version_conflicts(world) {
        let store = world.create().await;
        put(&store, next(id(1), 1)).await;
        for version in [0, 1, 3, 9] {
            let outcome = store.write(store.ticket(), next(id(1), version)).await;
            assert!(matches!(outcome, Err(StoreError::Conflict)), "version {version}");
        }
        put(&store, next(id(1), 2)).await;
        assert_eq!(store.walk_chain(&[]).await.unwrap().records, 2);
    }

    async fn a_conflict_does_not_abort_its_neighbours(world) {
        let store = world.create().await;
        for n in 0..32 {
            put(&store, next(id(n), 1)).await;
        }
        let stale = |n: u32| n % 4 == 3;
        let writes = (0..32).map(|n| next(id(n), if stale(n) { 5 } else { 2 })).collect();
        let outcomes = at_once(&store, writes).await;
        for (n, outcome) in (0..).zip(&outcomes) {
            if stale(n) {
                assert!(matches!(outcome, Err(StoreError::Conflict)), "{n}: {outcome:?}");
            } else {
                assert!(outcome.is_ok(), "{n}: {outcome:?}");
            }
        }
        let chain = store.walk_chain(&[]).await.unwrap();
        assert_eq!((chain.records, chain.broken), (32 + 24, None));
    }

    async fn of_writers_on_one_version_exactly_one_wins(world) {
        let store = world.create().await;
        put(&store, next(id(1), 1)).await;
        let outcomes = at_once(&store, vec![next(id(1), 2); 16]).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert_eq!(store.stream(stream(1)).await.unwrap().len(), 2);
    }

    /// After a restart no version is in memory; what the disk knows must count.
    async fn a_stream_begun_twice_is_a_conflict_of_its_own_after_a_restart(world) {
        let store = world.create().await;
        put(&store, next(id(1), 1)).await;
        drop(store);
        let store = world.open().await;
        let writes = vec![next(id(2), 1), next(id(1), 1), next(id(3), 1)];
        let outcomes = at_once(&store, writes).await;
        assert!(outcomes[0].is_ok(), "{outcomes:?}");
        assert!(matches!(outcomes[1], Err(StoreError::Conflict)), "{outcomes:?}");
        assert!(outcomes[2].is_ok(), "{outcomes:?}");
    }

    async fn a_reopened_store_goes_on_where_it_stopped(world) {
        let store = world.create().await;
        for version in 1..=3 {
            put(&store, next(id(1), version)).await;
        }
        drop(store);
        let store = world.open().await;
        let stale = store.write(store.ticket(), next(id(1), 3)).await;
        assert!(matches!(stale, Err(StoreError::Conflict)));
        assert_eq!(put(&store, next(id(1), 4)).await.seq, 4);
        assert_eq!(store.walk_chain(&[]).await.unwrap().broken, None);
    }

    async fn recorded_time_never_decreases(world) {
        let store = world.create().await;
        let said = [START + 1000, START + 500, START + 2000, START];
        for (version, recorded_at) in (1..).zip(said) {
            put(&store, Write { recorded_at, ..next(id(1), version) }).await;
        }
        drop(store);
        let store = world.open().await;
        put(&store, Write { recorded_at: 1, ..next(id(1), 5) }).await;
        let records = store.ledger(1, 10).await.unwrap();
        let kept: Vec<i64> = records.iter().map(|r| r.header.recorded_at - START).collect();
        assert_eq!(kept, [1000, 1000, 2000, 2000, 2000]);
    }

    async fn a_stream_that_was_only_read_must_not_have_moved(world) {
        let store = world.create().await;
        put(&store, next(id(1), 1)).await;
        for seen in [0, 2] {
            let write = Write { expects: vec![(id(1), seen)], ..next(id(2), 1) };
            let outcome = store.write(store.ticket(), write).await;
            assert!(matches!(outcome, Err(StoreError::Conflict)), "seen at {seen}");
        }
        assert_eq!(store.stream_facts(stream(2)).await.unwrap(), None);
        let write = Write { expects: vec![(id(1), 1), (id(9), 0)], ..next(id(2), 1) };
        put(&store, write).await;
    }

    async fn two_writes_of_one_group_may_build_on_each_other(world) {
        let store = world.create().await;
        let second = Write { expects: vec![(id(1), 1)], ..next(id(2), 1) };
        let (first, second, third) = tokio::join!(
            store.write(store.ticket(), next(id(1), 1)),
            store.write(store.ticket(), second),
            store.write(store.ticket(), next(id(1), 2)),
        );
        let seqs = (first.unwrap().seq, second.unwrap().seq, third.unwrap().seq);
        assert_eq!(seqs, (1, 2, 3));
        assert_eq!(store.stream_facts(stream(1)).await.unwrap().unwrap().0, 2);
        assert_eq!(store.walk_chain(&[]).await.unwrap().broken, None);
    }

    async fn writers_at_once_leave_one_unbroken_chain(world) {
        let store = world.create().await;
        let writers: Vec<_> = (0..32)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(async move {
                    for version in 1..=20 {
                        put(&store, next(id(n), version)).await;
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let chain = store.walk_chain(&[]).await.unwrap();
        assert_eq!((chain.records, chain.broken), (32 * 20, None));
        for n in 0..32 {
            let records = store.stream(stream(n)).await.unwrap();
            let versions: Vec<u32> = records.iter().map(|r| r.header.version).collect();
            assert_eq!(versions, (1..=20).collect::<Vec<u32>>());
            assert_eq!(store.stream_facts(stream(n)).await.unwrap().unwrap().0, 20);
        }
    }

    async fn writes_of_one_commit_are_written_together_or_not_at_all(world) {
        let store = world.create().await;
        let broken = vec![
            next(id(1), 1),
            only_rows(vec![case(id(1), LIVE)]),
            next(id(2), 7),
        ];
        let outcome = store.write_all(broken).await;
        assert!(matches!(outcome, Err(StoreError::Conflict)));
        assert_eq!(store.ledger_end().await.unwrap(), (0, 0));
        assert_eq!(store.dump_projections().await.unwrap(), "");

        let whole = (1..=100).map(|version| next(id(1), version)).collect();
        assert_eq!(store.write_all(whole).await.unwrap().seq, 100);
        assert_eq!(store.stream_facts(stream(1)).await.unwrap().unwrap().0, 100);
        assert_eq!(store.walk_chain(&[]).await.unwrap().broken, None);
    }

    /// An import decides its commands one after the other; a later one has read what an earlier one wrote.
    async fn later_writes_of_one_commit_may_have_read_earlier_ones(world) {
        let store = world.create().await;
        let reader = Write { expects: vec![(id(1), 1)], ..next(id(2), 1) };
        let outcome = store.write_all(vec![next(id(1), 1), reader]).await;
        assert_eq!(outcome.unwrap().seq, 2);
    }

    async fn a_write_of_nothing_leaves_the_ledger_as_it_is(world) {
        let store = world.create().await;
        let before = put(&store, next(id(1), 1)).await;
        assert_eq!(put(&store, Write::default()).await, before);
    }
}
