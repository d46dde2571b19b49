//! Founding and opening.

use ::store::{OpenError, Store};

use domain::value::PersonId;

use crate::fill::{START, id, next, put, stream};
use crate::world::{HOUSE, Role};

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
            Err(OpenError::Schema { found: 99, known: 2 })
        ));
    }

    /// What the program before this one wrote stays, and the tables that came since are there.
    async fn an_older_schema_is_brought_up_to_date(world) {
        let store = world.create().await;
        put(&store, next(id(1), 1)).await;
        store.set_meta("schema", &1_i64.to_be_bytes()).await.unwrap();
        drop(store);
        let older = "DROP TABLE credential; DROP TABLE token; DROP TABLE session; DROP TABLE draft; DROP TABLE looked; DROP INDEX stream_by_dossier; DROP INDEX participant_by_party;";
        world.say(Role::Owner, older).await.unwrap();
        let store = world.open().await;
        assert_eq!(store.meta("schema").await.unwrap(), Some(2_i64.to_be_bytes().to_vec()));
        assert_eq!(store.stream(stream(1)).await.unwrap().len(), 1);
        assert_eq!(store.looked(PersonId::from_bytes(id(52)), stream(1)).await.unwrap(), 0);
        drop(store);
        drop(world.open().await);
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
