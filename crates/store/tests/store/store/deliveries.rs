//! Copies on their way: a lease is exclusive, an end is an end. What may follow what is the domain's machine; here it
//! is compared with what the statements of both engines do.

use std::collections::BTreeSet;

use ::store::distribution::{Copy, Kept, Reader, Settled, SubscriberRow, row};
use ::store::{Store, Viewer};
use domain::distribution::{CopyState, Happening, step};
use domain::value::{AdvisoryId, CopyChannel, Scope, SubscriberId};

use crate::fill::{START, copy, id, next, only_rows, put, subscriber};
use crate::world::{Role, World};

/// Puts copies in the queue, due from the start.
async fn queue(store: &Store, copies: impl IntoIterator<Item = Copy>) {
    let rows = copies.into_iter().map(|copy| row(&copy, START)).collect();
    put(store, only_rows(rows)).await;
}

fn settled(n: u32, happened: Happening, next_at: i64) -> Settled {
    Settled {
        id: id(n),
        happened,
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
        let first = store.claim_copies(CopyChannel::Mail, START, START + 100, 10).await.unwrap();
        let expected: Vec<Copy> = (1..=3)
            .map(|n| Copy { state: CopyState::Sending, attempts: 1, ..copy(n) })
            .collect();
        assert_eq!(first, expected);
        assert_eq!(store.claim_copies(CopyChannel::Mail, START + 99, START + 200, 10).await.unwrap(), []);
        let again = store.claim_copies(CopyChannel::Mail, START + 100, START + 200, 10).await.unwrap();
        let references = |copies: &[Copy]| copies.iter().map(|c| c.reference.clone()).collect::<Vec<_>>();
        assert_eq!(references(&again), references(&first), "the Message-ID stays the same");
        assert!(again.iter().all(|copy| copy.attempts == 2));
    }

    async fn a_claim_takes_no_more_than_it_asks_for(world) {
        let store = world.create().await;
        queue(&store, (1..=5).map(copy)).await;
        assert_eq!(store.claim_copies(CopyChannel::Mail, START - 1, START + 100, 10).await.unwrap(), [], "none is due");
        for left in [2, 2, 1, 0] {
            assert_eq!(store.claim_copies(CopyChannel::Mail, START, START + 100, 2).await.unwrap().len(), left);
        }
    }

    async fn a_channel_takes_its_own_copies_alone(world) {
        let store = world.create().await;
        queue(&store, (1..=2).map(copy)).await;
        let other = format!("UPDATE delivery SET channel = 'another' WHERE id = {}", world.literal(&id(1)));
        world.say(Role::Owner, &other).await.expect("a copy of another channel");
        let taken = store.claim_copies(CopyChannel::Mail, START, START + 100, 10).await.unwrap();
        assert_eq!(taken.iter().map(|c| c.id).collect::<Vec<_>>(), [id(2)]);
        store.settle_copies(&[settled(2, Happening::Taken, 0)], START + 10).await.unwrap();
        assert_eq!(store.next_copy_at(CopyChannel::Mail).await.unwrap(), None, "the other one waits for its own");
    }

    async fn a_settled_copy_is_done_or_comes_back_when_it_was_said(world) {
        let store = world.create().await;
        queue(&store, (1..=4).map(copy)).await;
        store.claim_copies(CopyChannel::Mail, START, START + 100, 10).await.unwrap();
        let outcomes = [
            settled(1, Happening::Taken, 0),
            settled(2, Happening::PutOff, START + 500),
            settled(3, Happening::Broken, START + 300),
            settled(4, Happening::Declined, 0),
        ];
        store.settle_copies(&outcomes, START + 10).await.unwrap();
        assert_eq!(store.next_copy_at(CopyChannel::Mail).await.unwrap(), Some(START + 300));
        assert_eq!(store.claim_copies(CopyChannel::Mail, START + 299, START + 900, 10).await.unwrap(), []);
        let due = store.claim_copies(CopyChannel::Mail, START + 500, START + 900, 10).await.unwrap();
        assert_eq!(due.iter().map(|c| c.id).collect::<Vec<_>>(), [id(2), id(3)]);
        let states = store.copy_states().await.unwrap();
        assert_eq!(states, [(CopyState::Sending, 2), (CopyState::Accepted, 1), (CopyState::Refused, 1)]);
    }

    async fn an_acknowledged_copy_stays_acknowledged(world) {
        let store = world.create().await;
        queue(&store, [copy(1), copy(2)]).await;
        store.claim_copies(CopyChannel::Mail, START, START + 100, 10).await.unwrap();
        store.settle_copies(&[settled(1, Happening::Acknowledged, 0)], START + 1).await.unwrap();
        let late = [settled(1, Happening::PutOff, START), settled(2, Happening::Taken, 0)];
        store.settle_copies(&late, START + 2).await.unwrap();
        assert_eq!(state(&store, 1).await, CopyState::Acknowledged);
        assert_eq!(state(&store, 2).await, CopyState::Accepted);
        assert_eq!(store.claim_copies(CopyChannel::Mail, START + 900, START + 999, 10).await.unwrap(), []);
    }

    /// Every state with everything that can be settled: the row becomes what the machine says, or stays as it is.
    async fn what_is_settled_is_what_the_machine_says(world) {
        let store = world.create().await;
        let mut expected = Vec::new();
        let mut outcomes = Vec::new();
        let mut copies = Vec::new();
        for (n, (before, happened)) in (1..).zip(
            CopyState::ALL.into_iter().flat_map(|state| Happening::ALL.map(|happened| (state, happened))),
        ) {
            copies.push(Copy { state: before, ..copy(n) });
            outcomes.push(settled(n, happened, START));
            expected.push((n, before, happened, step(before, happened).unwrap_or(before)));
        }
        queue(&store, copies).await;
        store.settle_copies(&outcomes, START).await.unwrap();
        for (n, before, happened, after) in expected {
            assert_eq!(state(&store, n).await, after, "{before:?} {happened:?}");
        }
    }

    async fn a_claim_and_a_leaving_obey_the_machine(world) {
        let store = world.create().await;
        let all = || (1..).zip(CopyState::ALL);
        queue(&store, all().map(|(n, state)| Copy { state, ..copy(n) })).await;
        let claimed = store.claim_copies(CopyChannel::Mail, START, START + 100, 100).await.unwrap();
        let claimed: Vec<[u8; 16]> = claimed.iter().map(|copy| copy.id).collect();
        let expected: Vec<[u8; 16]> = all()
            .filter(|(_, state)| step(*state, Happening::Claimed).is_ok())
            .map(|(n, _)| id(n))
            .collect();
        assert_eq!(claimed, expected);

        let there = World::of(world.engine).await;
        let store = there.create().await;
        queue(&store, all().map(|(n, state)| Copy { state, ..copy(n) })).await;
        store.drop_waiting(copy(1).subscriber, START).await.unwrap();
        for (n, before) in all() {
            let after = step(before, Happening::Left).unwrap_or(before);
            assert_eq!(state(&store, n).await, after, "{before:?}");
        }
    }

    /// One Message-ID, one Date: it is what the copy was made with, at every claim.
    async fn a_copy_carries_its_date(world) {
        let store = world.create().await;
        let dated = Copy { date_at: Some(START - 7), ..copy(1) };
        queue(&store, [dated.clone(), copy(2)]).await;
        for later in [0, 100] {
            let claimed = store.claim_copies(CopyChannel::Mail, START + later, START + later + 100, 10).await.unwrap();
            let dates: Vec<Option<i64>> = claimed.iter().map(|copy| copy.date_at).collect();
            assert_eq!(dates, [Some(START - 7), None]);
        }
        let found = store.copy_by_reference(Viewer::House, "reference-1").await.unwrap().unwrap();
        assert_eq!((found.date_at, found.channel), (dated.date_at, dated.channel));
    }

    async fn settling_nothing_changes_nothing(world) {
        let store = world.create().await;
        queue(&store, [copy(1)]).await;
        store.settle_copies(&[], START).await.unwrap();
        store.settle_copies(&[settled(9, Happening::Taken, 0)], START).await.unwrap();
        assert_eq!(store.copy_states().await.unwrap(), [(CopyState::Waiting, 1)]);
    }

    /// A command that is carried out again must not send again.
    async fn a_copy_that_is_written_again_stays_what_it_became(world) {
        let store = world.create().await;
        queue(&store, [copy(1)]).await;
        store.settle_copies(&[settled(1, Happening::Taken, 0)], START).await.unwrap();
        queue(&store, [copy(1)]).await;
        assert_eq!(state(&store, 1).await, CopyState::Accepted);
    }

    async fn who_has_left_gets_no_waiting_copy(world) {
        let store = world.create().await;
        let stays = SubscriberId::from_bytes(id(45));
        queue(&store, (1..=4).map(copy)).await;
        queue(&store, [Copy { subscriber: stays, ..copy(5) }]).await;
        let outcomes = [
            settled(2, Happening::PutOff, START),
            settled(3, Happening::Claimed, START),
            settled(4, Happening::Taken, 0),
        ];
        store.settle_copies(&outcomes, START).await.unwrap();
        store.drop_waiting(copy(1).subscriber, START + 1).await.unwrap();
        let expected = [
            (1, CopyState::GivenUp),
            (2, CopyState::GivenUp),
            (3, CopyState::Sending),
            (4, CopyState::Accepted),
            (5, CopyState::Waiting),
        ];
        for (n, expected) in expected {
            assert_eq!(state(&store, n).await, expected, "copy {n}");
        }
    }

    /// Another subscription of the same mailbox may ask for the copy still; its sender looks.
    async fn who_has_left_and_reads_on_keeps_waiting_copies(world) {
        let store = world.create().await;
        let row = |n: u32, active: bool| SubscriberRow {
            id: SubscriberId::from_bytes(id(n)),
            active,
            mailbox: Some([7; 32]),
            ..subscriber()
        };
        queue(&store, [copy(1)]).await;
        put(&store, only_rows(vec![row(44, false).into(), row(45, true).into()])).await;
        store.drop_waiting(copy(1).subscriber, START).await.unwrap();
        assert_eq!(state(&store, 1).await, CopyState::Waiting);
        let readers = store.readers_of(Viewer::House, &[7; 32]).await.unwrap();
        let reader = Reader { id: SubscriberId::from_bytes(id(45)), mailbox: Some([7; 32]), channel: CopyChannel::Mail };
        assert_eq!(readers, [reader]);
        assert_eq!(store.readers_of(Viewer::House, &[8; 32]).await.unwrap(), []);
        put(&store, only_rows(vec![row(45, false).into()])).await;
        store.drop_waiting(copy(1).subscriber, START).await.unwrap();
        assert_eq!(state(&store, 1).await, CopyState::GivenUp);
    }

    async fn the_subscription_that_began_first_is_told_first(world) {
        let store = world.create().await;
        for n in [45, 44, 46] {
            let id = SubscriberId::from_bytes(id(n));
            let mut write = next(id.bytes(), 1);
            write.rows.push(SubscriberRow { id, scope: Scope::Everything, ..subscriber() }.into());
            put(&store, write).await;
        }
        let told = store.subscribers_for(Viewer::House, &[], &[]).await.unwrap();
        let told: Vec<[u8; 16]> = told.iter().map(|reader| reader.id.bytes()).collect();
        assert_eq!(told, [id(45), id(44), id(46)]);
    }

    /// The others of a mailbox stand for a subscription that has ended; whoever left altogether is not told.
    async fn an_update_reaches_whoever_had_an_earlier_revision(world) {
        let store = world.create().await;
        let who = |n| SubscriberId::from_bytes(id(n));
        let rows = [
            (44, true, None),
            (45, false, Some([5; 32])),
            (46, true, Some([5; 32])),
            (47, false, Some([7; 32])),
            (48, false, None),
            (49, true, Some([9; 32])),
        ];
        for (n, active, mailbox) in rows {
            let mut write = next(id(n), 1);
            write.rows.push(SubscriberRow { id: who(n), active, mailbox, ..subscriber() }.into());
            put(&store, write).await;
        }
        let copies = [44, 45, 47, 48].map(|n| Copy { subscriber: who(n), ..copy(n) });
        queue(&store, copies).await;
        let told = store.earlier_readers(Viewer::House, copy(44).advisory).await.unwrap();
        assert_eq!(told.iter().map(|reader| reader.id).collect::<Vec<_>>(), [who(44), who(46)]);
        let other = AdvisoryId::from_bytes(id(200));
        assert_eq!(store.earlier_readers(Viewer::House, other).await.unwrap(), []);
    }

    /// Whoever reads the database learns no reference, and what stands in its place finds nothing.
    async fn a_reference_stands_nowhere_and_its_hash_is_none(world) {
        let store = world.create().await;
        queue(&store, [copy(1)]).await;
        let stands = seal::hex(&seal::sha256(b"reference-1"));
        let columns = "SELECT reference FROM delivery";
        assert_eq!(world.texts(columns).await, [stands.as_str()]);
        assert_eq!(store.copy_by_reference(Viewer::Bearer, &stands).await.unwrap(), None);
        assert!(store.copy_by_reference(Viewer::Bearer, "reference-1").await.unwrap().is_some());
    }

    /// What an older program left in clear is found as it was, before and after it is sealed.
    async fn a_reference_in_clear_is_found_and_sealed_once(world) {
        let store = world.create().await;
        queue(&store, [copy(1), copy(2)]).await;
        let older = format!("UPDATE delivery SET reference = 'older', reference_sealed = {} WHERE id = {}", world.literal(&[]), world.literal(&id(1)));
        world.say(Role::Owner, &older).await.unwrap();
        let found = store.copy_by_reference(Viewer::Bearer, "older").await.unwrap().unwrap();
        assert_eq!((found.id, found.reference.get()), (id(1), Err("older")));
        assert_eq!(store.references_in_clear(10).await.unwrap(), [(id(1), "older".to_owned())]);
        // A second one comes too late, and one that was never in clear stays as it is.
        for sealed in [7, 8] {
            let kept = vec![(id(1), Kept::sealed("older", vec![sealed])), (id(2), Kept::sealed("older too", vec![sealed]))];
            store.keep_references(kept).await.unwrap();
        }
        let found = store.copy_by_reference(Viewer::Bearer, "older").await.unwrap().unwrap();
        assert_eq!((found.id, found.reference.get()), (id(1), Ok([7_u8].as_slice())));
        assert_eq!(store.references_in_clear(10).await.unwrap(), []);
        let other = store.copy_by_reference(Viewer::Bearer, "reference-2").await.unwrap().unwrap();
        assert_eq!(other, copy(2));
    }

    async fn a_copy_is_found_by_its_reference_and_its_revision(world) {
        let store = world.create().await;
        let second = Copy { revision: 2, subscriber: SubscriberId::from_bytes(id(45)), ..copy(2) };
        queue(&store, [copy(1), second.clone()]).await;
        assert_eq!(store.copy_by_reference(Viewer::House, "reference-1").await.unwrap(), Some(copy(1)));
        assert_eq!(store.copy_by_reference(Viewer::House, "reference-9").await.unwrap(), None);
        assert_eq!(store.copies(Viewer::House, second.advisory, 2).await.unwrap(), std::slice::from_ref(&second));
        assert_eq!(store.copies(Viewer::House, second.advisory, 3).await.unwrap(), []);
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
                        let claimed = store.claim_copies(CopyChannel::Mail, START, START + 100, 7).await.unwrap();
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
