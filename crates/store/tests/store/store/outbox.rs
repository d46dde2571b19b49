//! Intents: carried out under a lease and a stable name, and not again once they are done.

use std::collections::BTreeSet;

use ::store::Store;
use ::store::work::{Waiting, row};
use ::store::write::TableRow;
use domain::react::{Intent, IntentKind};
use domain::value::Instant;

use crate::fill::{START, only_rows, put, stream};

/// The release that a plan on stream 2 causes.
fn release(plan: &str, instant: i64) -> Intent {
    Intent::Release {
        advisory: stream(2).into(),
        plan_sha256: plan.to_owned(),
        instant: Instant(instant),
    }
}

/// The intent that record `version` of stream 1 causes.
fn press(version: u32, run_at: i64) -> TableRow {
    row(&Intent::Press, stream(1), (stream(1), version), run_at)
}

fn name(version: u32) -> String {
    format!("press/{}/{version}", stream(1))
}

async fn claim(store: &Store, now: i64, lease: i64) -> Vec<Waiting> {
    let claimed = store.claim_intents(IntentKind::Press, now, lease, 10).await;
    claimed.expect("the database answers")
}

on_both! {
    async fn an_intent_is_leased_until_it_is_finished(world) {
        let store = world.create().await;
        put(&store, only_rows(vec![press(1, START)])).await;
        assert_eq!(claim(&store, START - 1, START + 50).await, [], "it is not due");
        let expected = Waiting {
            name: name(1),
            kind: IntentKind::Press,
            subject: stream(1),
            argument: String::new(),
            attempts: 1,
        };
        assert_eq!(claim(&store, START, START + 100).await, std::slice::from_ref(&expected));
        assert_eq!(store.next_intent_at(IntentKind::Press).await.unwrap(), Some(START + 100));
        assert_eq!(claim(&store, START + 99, START + 200).await, []);
        let again = claim(&store, START + 100, START + 200).await;
        assert_eq!(again, [Waiting { attempts: 2, ..expected }]);
        store.finish_intents(&[name(1)]).await.unwrap();
        assert_eq!(claim(&store, START + 900, START + 999).await, []);
        assert!(store.waiting_intents().await.unwrap().is_empty());
        assert_eq!(store.next_intent_at(IntentKind::Press).await.unwrap(), None);
    }

    async fn a_deferred_intent_comes_back_when_it_was_said(world) {
        let store = world.create().await;
        put(&store, only_rows(vec![press(1, START)])).await;
        claim(&store, START, START + 1000).await;
        store.defer_intent(&name(1), START + 300).await.unwrap();
        assert_eq!(store.next_intent_at(IntentKind::Press).await.unwrap(), Some(START + 300));
        assert_eq!(claim(&store, START + 299, START + 999).await, []);
        assert_eq!(claim(&store, START + 300, START + 999).await.len(), 1);
    }

    async fn intents_are_counted_by_name_whether_done_or_not(world) {
        let store = world.create().await;
        put(&store, only_rows((1..=5).map(|version| press(version, START)).collect())).await;
        store.finish_intents(&[name(3)]).await.unwrap();
        assert_eq!(store.intents_between(&name(1), &name(4)).await.unwrap(), 3);
        assert_eq!(store.intents_between(&name(5), &name(9)).await.unwrap(), 0);
    }

    async fn kinds_do_not_take_each_others_intents(world) {
        let store = world.create().await;
        let release = row(&release("ab", START), stream(2), (stream(2), 1), START);
        let rows = vec![press(1, START), press(2, START), release];
        put(&store, only_rows(rows)).await;
        let waiting = store.waiting_intents().await.unwrap();
        assert_eq!(waiting, [(IntentKind::Press, 2), (IntentKind::Release, 1)]);
        let claimed = store.claim_intents(IntentKind::Release, START, START + 100, 10).await.unwrap();
        assert_eq!(claimed.len(), 1);
        assert_eq!(store.next_intent_at(IntentKind::Release).await.unwrap(), Some(START + 100));
        assert_eq!(store.next_intent_at(IntentKind::Press).await.unwrap(), Some(START));
        assert_eq!((claimed[0].subject, claimed[0].argument.as_str()), (stream(2), "ab"));
        assert_eq!(claim(&store, START, START + 100).await.len(), 2);
    }

    async fn a_release_waits_for_its_instant_and_ends_without_those_of_other_plans(world) {
        let store = world.create().await;
        let plans = [release("ab", START + 10), release("cd", START + 20)];
        let rows = (1..).zip(&plans).map(|(version, plan)| row(plan, stream(2), (stream(2), version), START));
        put(&store, only_rows(rows.collect())).await;
        assert_eq!(store.next_intent_at(IntentKind::Release).await.unwrap(), Some(START + 10));
        store.end_intent(&plans[0], stream(1)).await.unwrap();
        assert_eq!(store.next_intent_at(IntentKind::Release).await.unwrap(), Some(START + 10), "another stream's");
        store.end_intent(&plans[0], stream(2)).await.unwrap();
        assert_eq!(store.next_intent_at(IntentKind::Release).await.unwrap(), Some(START + 20));
        store.end_intent(&plans[1], stream(2)).await.unwrap();
        assert!(store.waiting_intents().await.unwrap().is_empty());
    }

    async fn an_intent_written_twice_is_one_intent(world) {
        let store = world.create().await;
        put(&store, only_rows(vec![press(1, START), press(1, START)])).await;
        put(&store, only_rows(vec![press(1, START)])).await;
        assert_eq!(claim(&store, START, START + 100).await.len(), 1);
    }

    /// A replay that reaches the same cause again must not take the lease from who works on it.
    async fn an_intent_written_again_keeps_its_lease(world) {
        let store = world.create().await;
        put(&store, only_rows(vec![press(1, START)])).await;
        assert_eq!(claim(&store, START, START + 100).await.len(), 1);
        put(&store, only_rows(vec![press(1, START)])).await;
        assert_eq!(claim(&store, START + 1, START + 200).await, []);
    }

    /// A replay that reaches the same cause again must not press, or write to a vendor, again.
    async fn an_intent_written_again_after_it_was_done_stays_done(world) {
        let store = world.create().await;
        put(&store, only_rows(vec![press(1, START)])).await;
        claim(&store, START, START + 100).await;
        store.finish_intents(&[name(1)]).await.unwrap();
        put(&store, only_rows(vec![press(1, START)])).await;
        assert!(store.waiting_intents().await.unwrap().is_empty());
        assert_eq!(claim(&store, START + 900, START + 999).await, []);
    }

    async fn workers_at_once_never_get_the_same_intent(world) {
        let store = world.create().await;
        put(&store, only_rows((1..=60).map(|version| press(version, START)).collect())).await;
        let workers: Vec<_> = (0..6)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut mine = Vec::new();
                    loop {
                        let claimed = store.claim_intents(IntentKind::Press, START, START + 100, 3).await.unwrap();
                        if claimed.is_empty() {
                            return mine;
                        }
                        mine.extend(claimed.into_iter().map(|intent| intent.name));
                    }
                })
            })
            .collect();
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.await.unwrap());
        }
        assert_eq!(all.len(), 60, "each intent was claimed once");
        assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 60);
    }
}
