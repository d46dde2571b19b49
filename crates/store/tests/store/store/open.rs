//! Founding and opening.

use ::store::{OpenError, Store};

use crate::fill::START;
use crate::world::HOUSE;

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
            Err(OpenError::Schema { found: 99, known: 1 })
        ));
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
