//! Copies on their way: a lease is exclusive, an end is an end.

use std::collections::BTreeSet;

use ::store::distribution::{Copy, Settled, row};
use ::store::{Store, Viewer};
use domain::distribution::CopyState;
use domain::value::SubscriberId;

use crate::fill::{START, copy, id, only_rows, put};

/// Puts copies in the queue, due from the start.
async fn queue(store: &Store, copies: impl IntoIterator<Item = Copy>) {
    let rows = copies.into_iter().map(|copy| row(&copy, START)).collect();
    put(store, only_rows(rows)).await;
}

fn settled(n: u32, state: CopyState, next_at: i64) -> Settled {
    Settled {
        id: id(n),
        state,
        next_at,
        detail: 250,
    }
}

async fn state(store: &Store, n: u32) -> CopyState {
    let found = store
        .copy_by_reference(Viewer::House, &format!("reference-{n}"))
        .await;
    found.expect("the database answers").expect("a copy").state
}

on_both! {
    async fn a_claim_is_a_lease(world) {
        let store = world.create().await;
        queue(&store, (1..=3).map(copy)).await;
        let first = store.claim_copies(START, START + 100, 10).await.unwrap();
        let expected: Vec<Copy> = (1..=3)
            .map(|n| Copy { state: CopyState::Sending, attempts: 1, ..copy(n) })
            .collect();
        assert_eq!(first, expected);
        assert_eq!(store.claim_copies(START + 99, START + 200, 10).await.unwrap(), []);
        let again = store.claim_copies(START + 100, START + 200, 10).await.unwrap();
        let references = |copies: &[Copy]| copies.iter().map(|c| c.reference.clone()).collect::<Vec<_>>();
        assert_eq!(references(&again), references(&first), "the Message-ID stays the same");
        assert!(again.iter().all(|copy| copy.attempts == 2));
    }

    async fn a_claim_takes_no_more_than_it_asks_for(world) {
        let store = world.create().await;
        queue(&store, (1..=5).map(copy)).await;
        assert_eq!(store.claim_copies(START - 1, START + 100, 10).await.unwrap(), [], "none is due");
        for left in [2, 2, 1, 0] {
            assert_eq!(store.claim_copies(START, START + 100, 2).await.unwrap().len(), left);
        }
    }

    async fn a_settled_copy_is_done_or_comes_back_when_it_was_said(world) {
        let store = world.create().await;
        queue(&store, (1..=4).map(copy)).await;
        store.claim_copies(START, START + 100, 10).await.unwrap();
        let outcomes = [
            settled(1, CopyState::Accepted, 0),
            settled(2, CopyState::Deferred, START + 500),
            settled(3, CopyState::Maybe, START + 300),
            settled(4, CopyState::Refused, 0),
        ];
        store.settle_copies(&outcomes, START + 10).await.unwrap();
        assert_eq!(store.next_copy_at().await.unwrap(), Some(START + 300));
        assert_eq!(store.claim_copies(START + 299, START + 900, 10).await.unwrap(), []);
        let due = store.claim_copies(START + 500, START + 900, 10).await.unwrap();
        assert_eq!(due.iter().map(|c| c.id).collect::<Vec<_>>(), [id(2), id(3)]);
        let states = store.copy_states().await.unwrap();
        assert_eq!(states, [(CopyState::Sending, 2), (CopyState::Accepted, 1), (CopyState::Refused, 1)]);
    }

    async fn an_acknowledged_copy_stays_acknowledged(world) {
        let store = world.create().await;
        queue(&store, [copy(1), copy(2)]).await;
        store.claim_copies(START, START + 100, 10).await.unwrap();
        store.settle_copies(&[settled(1, CopyState::Acknowledged, 0)], START + 1).await.unwrap();
        let late = [settled(1, CopyState::Deferred, START), settled(2, CopyState::Accepted, 0)];
        store.settle_copies(&late, START + 2).await.unwrap();
        assert_eq!(state(&store, 1).await, CopyState::Acknowledged);
        assert_eq!(state(&store, 2).await, CopyState::Accepted);
        assert_eq!(store.claim_copies(START + 900, START + 999, 10).await.unwrap(), []);
    }

    async fn settling_nothing_changes_nothing(world) {
        let store = world.create().await;
        queue(&store, [copy(1)]).await;
        store.settle_copies(&[], START).await.unwrap();
        store.settle_copies(&[settled(9, CopyState::Accepted, 0)], START).await.unwrap();
        assert_eq!(store.copy_states().await.unwrap(), [(CopyState::Queued, 1)]);
    }

    /// A command that is carried out again must not send again.
    async fn a_copy_that_is_written_again_stays_what_it_became(world) {
        let store = world.create().await;
        queue(&store, [copy(1)]).await;
        store.settle_copies(&[settled(1, CopyState::Accepted, 0)], START).await.unwrap();
        queue(&store, [copy(1)]).await;
        assert_eq!(state(&store, 1).await, CopyState::Accepted);
    }

    async fn who_has_left_gets_no_waiting_copy(world) {
        let store = world.create().await;
        let stays = SubscriberId::from_bytes(id(45));
        queue(&store, (1..=4).map(copy)).await;
        queue(&store, [Copy { subscriber: stays, ..copy(5) }]).await;
        let outcomes = [
            settled(2, CopyState::Deferred, START),
            settled(3, CopyState::Sending, START),
            settled(4, CopyState::Accepted, 0),
        ];
        store.settle_copies(&outcomes, START).await.unwrap();
        store.drop_waiting(copy(1).subscriber, START + 1).await.unwrap();
        let expected = [
            (1, CopyState::Dropped),
            (2, CopyState::Dropped),
            (3, CopyState::Sending),
            (4, CopyState::Accepted),
            (5, CopyState::Queued),
        ];
        for (n, expected) in expected {
            assert_eq!(state(&store, n).await, expected, "copy {n}");
        }
    }

    async fn a_copy_is_found_by_its_reference_and_its_revision(world) {
        let store = world.create().await;
        let second = Copy { revision: 2, subscriber: SubscriberId::from_bytes(id(45)), ..copy(2) };
        queue(&store, [copy(1), second.clone()]).await;
        assert_eq!(store.copy_by_reference(Viewer::House, "reference-1").await.unwrap(), Some(copy(1)));
        assert_eq!(store.copy_by_reference(Viewer::House, "reference-9").await.unwrap(), None);
        assert_eq!(store.copies(Viewer::House, second.advisory, 2).await.unwrap(), std::slice::from_ref(&second));
        assert_eq!(store.copies(Viewer::House, second.advisory, 3).await.unwrap(), []);
        let told = store.earlier_recipients(Viewer::House, second.advisory).await.unwrap();
        assert_eq!(told, [copy(1).subscriber, second.subscriber]);
    }

    async fn claimers_at_once_never_get_the_same_copy(world) {
        let store = world.create().await;
        queue(&store, (0..200).map(copy)).await;
        let claimers: Vec<_> = (0..8)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut mine = Vec::new();
                    loop {
                        let claimed = store.claim_copies(START, START + 100, 7).await.unwrap();
                        assert!(claimed.len() <= 7);
                        if claimed.is_empty() {
                            return mine;
                        }
                        mine.extend(claimed.into_iter().map(|copy| copy.id));
                    }
                })
            })
            .collect();
        let mut all = Vec::new();
        for claimer in claimers {
            all.extend(claimer.await.unwrap());
        }
        assert_eq!(all.len(), 200, "each copy was claimed once");
        assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 200);
    }
}
