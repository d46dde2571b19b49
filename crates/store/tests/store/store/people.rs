//! Sign-in, links, drafts and how far somebody has read.

use ::store::Viewer;
use ::store::people::{DraftRow, LINK_KEPT_US, SessionRow, TokenRow};
use domain::value::PersonId;

use crate::fill::{START, id, next, put, stream};

fn token(n: u8) -> TokenRow {
    TokenRow {
        hash: [n; 32],
        purpose: "invitation".to_owned(),
        subject: id(42),
        code: vec![1; 32],
        tries: 0,
        expires_at: START + 100,
        used_at: 0,
        sealed: vec![2; 40],
    }
}

on_both! {
    async fn a_link_is_used_once_and_not_after_its_end(world) {
        let store = world.create().await;
        store.put_token(&token(1), START).await.unwrap();
        assert_eq!(store.token(&[1; 32], "other").await.unwrap(), None);
        assert_eq!(store.token(&[1; 32], "invitation").await.unwrap(), Some(token(1)));
        for _ in 0..3 {
            assert!(store.try_token(&[1; 32], 3, START).await.unwrap());
        }
        assert!(!store.try_token(&[1; 32], 3, START).await.unwrap(), "a fourth try of three");
        assert!(!store.use_token(&[1; 32], START + 100).await.unwrap(), "after its end");
        assert!(store.use_token(&[1; 32], START + 99).await.unwrap());
        assert!(!store.use_token(&[1; 32], START + 99).await.unwrap(), "twice");
    }

    async fn a_new_link_ends_the_older_one(world) {
        let store = world.create().await;
        store.put_token(&token(1), START).await.unwrap();
        store.put_token(&token(2), START + 1).await.unwrap();
        assert!(!store.use_token(&[1; 32], START + 2).await.unwrap());
        let newest = store.token_for("invitation", id(42)).await.unwrap().unwrap();
        assert_eq!(newest.hash, [2; 32]);
        assert!(store.use_token(&[2; 32], START + 2).await.unwrap());
        // What has ended is known for a while, so that whoever comes late is sent a new link.
        store.sweep_people(START + 1_000).await.unwrap();
        assert!(store.token(&[2; 32], "invitation").await.unwrap().is_some());
        store.sweep_people(START + LINK_KEPT_US + 1_000).await.unwrap();
        assert_eq!(store.token(&[2; 32], "invitation").await.unwrap(), None);
    }

    async fn a_session_ends_when_it_is_told_to_and_by_itself(world) {
        let store = world.create().await;
        let session = |n: u8| SessionRow {
            hash: [n; 32],
            side: "desk".to_owned(),
            subject: id(52),
            strength: 3,
            began_at: START,
            seen_at: START,
            stepped_at: START,
            ends_at: START + 100,
        };
        for n in 1..=3 {
            store.put_session(&session(n)).await.unwrap();
        }
        assert_eq!(store.session(&[1; 32], START + 99).await.unwrap(), Some(session(1)));
        assert_eq!(store.session(&[1; 32], START + 100).await.unwrap(), None);
        store.end_session(&[1; 32]).await.unwrap();
        assert_eq!(store.session(&[1; 32], START).await.unwrap(), None);
        store.end_sessions_of("desk", id(52)).await.unwrap();
        assert_eq!(store.session(&[3; 32], START).await.unwrap(), None);
    }

    async fn the_last_who_saved_a_draft_is_named(world) {
        let store = world.create().await;
        for (n, text) in [(1, b"first".to_vec()), (2, b"second".to_vec())] {
            let draft = DraftRow { person: PersonId::from_bytes(id(n)), at: START + i64::from(n), sealed: text };
            store.put_draft("advisory/1", &draft).await.unwrap();
        }
        let found = store.draft("advisory/1").await.unwrap().unwrap();
        assert_eq!((found.person, found.sealed), (PersonId::from_bytes(id(2)), b"second".to_vec()));
        store.drop_draft("advisory/1").await.unwrap();
        assert_eq!(store.draft("advisory/1").await.unwrap(), None);
    }

    async fn what_is_new_in_a_dossier_is_what_came_after_the_last_look(world) {
        let store = world.create().await;
        let person = PersonId::from_bytes(id(52));
        put(&store, next(id(1), 1)).await;
        put(&store, next(id(2), 1)).await;
        put(&store, next(id(1), 2)).await;
        // In these tests a stream is its own dossier.
        let dossier = store.stream_facts(stream(1)).await.unwrap().unwrap().1;
        let last = store.last_by_dossier(Viewer::House).await.unwrap();
        let end = last[&dossier];
        let all = store.records_in(Viewer::House, dossier, 0).await.unwrap();
        assert_eq!(all.last().unwrap().header.seq, end);
        let first = all[0].header.seq;
        store.look(person, dossier, first, START).await.unwrap();
        assert_eq!(store.looked(person, dossier).await.unwrap(), first);
        assert_eq!(store.looked_all(person).await.unwrap()[&dossier], first);
        let new = store.records_in(Viewer::House, dossier, first).await.unwrap();
        assert_eq!(new.len() + 1, all.len());
    }
}
