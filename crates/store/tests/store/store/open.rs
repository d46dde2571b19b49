//! Founding and opening.

use ::store::distribution::Copy;
use ::store::{OpenError, Store, Viewer};

use domain::distribution::CopyState;
use domain::value::{CopyChannel, PersonId};

use crate::fill::{SCHEMA, START, copy, id, next, only_rows, projections, put, stream};
use crate::world::{Engine, HOUSE, Role, World};

/// The states that a copy could have before schema 4, by their numbers.
const NUMBERED: [CopyState; 9] = [
    CopyState::Waiting,
    CopyState::Sending,
    CopyState::Accepted,
    CopyState::Maybe,
    CopyState::Deferred,
    CopyState::Refused,
    CopyState::Expired,
    CopyState::Acknowledged,
    CopyState::GivenUp,
];

/// Makes the database as the program of schema 1, 2 or 3 made it, with a copy in every state that there was; before
/// schema 3 with a row in every projection.
async fn older(world: &World, schema: usize) {
    let migrations = match world.engine {
        Engine::Sqlite => [
            include_str!("../../../migrations/sqlite/0001_foundation.sql"),
            include_str!("../../../migrations/sqlite/0002_people.sql"),
            include_str!("../../../migrations/sqlite/0003_unread.sql"),
            include_str!("../../../migrations/sqlite/0004_copies.sql"),
            include_str!("../../../migrations/sqlite/0005_mailboxes.sql"),
        ],
        Engine::Postgres => [
            include_str!("../../../migrations/postgres/0001_foundation.sql"),
            include_str!("../../../migrations/postgres/0002_people.sql"),
            include_str!("../../../migrations/postgres/0003_unread.sql"),
            include_str!("../../../migrations/postgres/0004_copies.sql"),
            include_str!("../../../migrations/postgres/0005_mailboxes.sql"),
        ],
    };
    let tables = migrations[..schema].join("\n");
    let number = i64::try_from(schema).expect("a small number");
    let meta = [
        ("schema", number.to_be_bytes().to_vec()),
        ("house", HOUSE.to_vec()),
    ]
    .map(|(name, value)| {
        format!(
            "INSERT INTO meta (name, value) VALUES ('{name}', {});",
            world.literal(&value)
        )
    })
    .concat();
    let of = |n: u32| world.literal(&id(n));
    let reference = seal::hex(&seal::sha256(b"unsubscribe-me"));
    let rows = [
        format!("INSERT INTO stream (id, kind, version, dossier, realm) VALUES ({0}, 'case', 1, {0}, 0);", of(1)),
        format!("INSERT INTO party (id, name_ja, name_en, folded_ja, folded_en, listed, standing) VALUES ({}, '例の製作所', 'Example Works', '例の製作所', 'example works', 1, '2');", of(40)),
        format!("INSERT INTO report (id, handling, kind, state, received_at, lookup) VALUES ({}, 'R-7', 'product', 'received', {START}, 'blind');", of(41)),
        format!("INSERT INTO case_file (id, number, stage, opened_at, clock_start, embargo, until, world, realm) VALUES ({}, 'VU#100', 'opened', {START}, 0, 'N', 0, 'pxa', 0);", of(1)),
        format!("INSERT INTO participant (id, case_id, party, part, tracking, cell, report_state, consent, asked_at, answered_at, realm) VALUES ({}, {}, {}, 'vendor', 'TN#1', 'asked', 'R', 'invited', {START}, 0, 0);", of(42), of(1), of(40)),
        format!("INSERT INTO advisory (id, case_id, number, revision, first_at, published_at, plan, plan_at, approvals, realm) VALUES ({}, {}, '', 0, 0, 0, 'plan', {START}, 2, 0);", of(43), of(1)),
        format!("INSERT INTO subscriber (id, active, lang, scope, target, reference) VALUES ({}, 1, 'ja', 'vendor', 'example works', '{reference}');", of(44)),
        format!("INSERT INTO number (digits, series, stream) VALUES ('100', 'case', {});", of(1)),
        "INSERT INTO leaf (seq, at, bytes) VALUES (1, 0, 'a published leaf');".to_owned(),
    ]
    .concat();
    let rows = if schema < 3 { rows } else { String::new() };
    // States were numbers then.
    let copies: String = (0..if schema < 4 { 9 } else { 0 })
        .map(|n| format!("INSERT INTO delivery (id, advisory, revision, subscriber, channel, reference, state, attempts, next_at, deadline, changed_at, detail, realm) VALUES ({}, {}, 1, {}, 'mail', 'reference-{}', {n}, {n}, {START}, {}, {START}, 250, 0);", of(60 + n), of(43), of(44), 60 + n, START + 1_000_000))
        .collect();
    world
        .say(Role::Owner, &format!("{tables}\n{meta}{rows}{copies}"))
        .await
        .expect("an older database");
}

/// The projections of the same rows as this program writes them.
async fn written_today(world: &World) -> String {
    let there = World::of(world.engine).await;
    let store = there.create().await;
    put(&store, only_rows(projections())).await;
    store.dump_projections().await.expect("projections")
}

on_both! {
    async fn a_place_without_a_house_says_so(world) {
        assert!(matches!(world.try_open().await, Err(OpenError::Missing)));
    }

    async fn a_house_is_founded_once(world) {
        let store = world.create().await;
        store.set_meta("held", b"yes").await.unwrap();
        let again = Box::pin(Store::create(&world.location(), [8; 16])).await;
        assert!(matches!(again, Err(OpenError::Exists)));
        let opened = world.open().await;
        assert_eq!(opened.house(), HOUSE);
        assert_eq!(opened.meta("held").await.unwrap(), Some(b"yes".to_vec()));
    }

    async fn a_schema_of_another_program_is_refused(world) {
        let store = world.create().await;
        store.set_meta("schema", &99_i64.to_be_bytes()).await.unwrap();
        assert!(matches!(
            world.try_open().await,
            Err(OpenError::Schema { found: 99, known: SCHEMA })
        ));
    }

    /// What the first program wrote stays, and the tables that came since are there.
    async fn the_first_schema_is_brought_up_to_date(world) {
        older(&world, 1).await;
        let store = world.open().await;
        assert_eq!(store.meta("schema").await.unwrap(), Some(SCHEMA.to_be_bytes().to_vec()));
        assert_eq!(store.looked(PersonId::from_bytes(id(52)), stream(1)).await.unwrap(), 0);
        assert_eq!(store.dump_projections().await.unwrap(), written_today(&world).await);
        put(&store, next(id(2), 1)).await;
        drop(store);
        drop(world.open().await);
    }

    /// Who subscribed before there were channels is told by mail.
    async fn an_older_subscription_goes_by_mail(world) {
        older(&world, 5).await;
        let (of, mailbox) = (world.literal(&id(44)), seal::hex(&[7; 32]));
        let row = format!("INSERT INTO subscriber (id, active, scope, target, reference, mailbox) VALUES ({of}, 1, 'all', '', 'r', '{mailbox}');");
        world.say(Role::Owner, &row).await.expect("an older subscription");
        let store = world.open().await;
        assert_eq!(store.meta("schema").await.unwrap(), Some(SCHEMA.to_be_bytes().to_vec()));
        let readers = store.readers_of(Viewer::House, &[7; 32]).await.unwrap();
        let channels: Vec<CopyChannel> = readers.iter().map(|reader| reader.channel).collect();
        assert_eq!(channels, [CopyChannel::Mail]);
        put(&store, next(id(2), 1)).await;
    }

    /// Whoever rebuilds the projections after the upgrade finds what stands there.
    async fn projections_of_an_older_schema_are_those_of_today(world) {
        older(&world, 2).await;
        let store = world.open().await;
        assert_eq!(store.meta("schema").await.unwrap(), Some(SCHEMA.to_be_bytes().to_vec()));
        let today = written_today(&world).await;
        assert_eq!(store.dump_projections().await.unwrap(), today);
        store.replace_projections(projections()).await.unwrap();
        assert_eq!(store.dump_projections().await.unwrap(), today);
        drop(store);
        assert_eq!(world.open().await.dump_projections().await.unwrap(), today);
    }

    /// What an earlier program sent, or was about to send, goes on where it stood.
    async fn copies_of_an_older_schema_have_their_states_by_name(world) {
        for schema in 1..=3 {
            let there = World::of(world.engine).await;
            older(&there, schema).await;
            let store = there.open().await;
            let expected: Vec<Copy> = (0..)
                .zip(NUMBERED)
                .map(|(n, state)| Copy { state, attempts: n, ..copy(60 + n) })
                .collect::<Vec<_>>();
            let (advisory, revision) = (copy(60).advisory, copy(60).revision);
            let found = store.copies(Viewer::House, advisory, revision).await.unwrap();
            for (n, copy) in (60..).zip(&found) {
                assert_eq!(copy.reference.get(), Err(format!("reference-{n}").as_str()));
            }
            // Their references stand in clear until the house is started; all else is as it would be today.
            let alike = |copies: &[Copy]| copies.iter().map(|one| Copy { reference: copy(60).reference, ..one.clone() }).collect::<Vec<_>>();
            assert_eq!(alike(&found), alike(&expected));
            assert_eq!(store.next_copy_at(CopyChannel::Mail).await.unwrap(), Some(START));
            drop(store);
            let store = there.open().await;
            let claimed = store.claim_copies(CopyChannel::Mail, START, START + 100, 20).await.unwrap();
            let claimed: Vec<[u8; 16]> = claimed.iter().map(|copy| copy.id).collect();
            assert_eq!(claimed, [id(60), id(61), id(63), id(64)]);
        }
    }

    async fn the_house_keeps_its_id(world) {
        let house = seal::random::bytes();
        let store = Box::pin(Store::create(&world.location(), house)).await.unwrap();
        assert_eq!(store.house(), house);
        drop(store);
        assert_eq!(world.open().await.house(), house);
    }

    async fn what_was_never_set_is_absent(world) {
        let store: Store = world.create().await;
        assert_eq!(store.meta("never").await.unwrap(), None);
        store.set_meta("often", b"1").await.unwrap();
        store.set_meta("often", b"2").await.unwrap();
        assert_eq!(store.meta("often").await.unwrap(), Some(b"2".to_vec()));
    }

    /// A factor of a thousand would release a thousand times too early.
    async fn the_database_tells_the_time_in_microseconds(world) {
        let store = world.create().await;
        let now = store.clock().await.unwrap();
        assert!((START..START * 10).contains(&now), "{now}");
    }
}
