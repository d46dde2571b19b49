//! Two logins on PostgreSQL: one owns the tables and makes them, the other runs the house and can rewrite nothing, whatever
//! role it gives back (docs/design/security.md §2.11). SQLite knows no logins.

use ::store::{OpenError, Store};

use crate::fill::{id, next, put};
use crate::world::{Engine, HOUSE, Role, World, run};

async fn check(world: World) {
    let owner = world.location();
    assert!(Box::pin(Store::prepare(&owner)).await.expect("tables"));
    assert!(!Box::pin(Store::prepare(&owner)).await.expect("the same"));
    Box::pin(Store::is_free(&owner))
        .await
        .expect("there is no house in them yet");
    assert!(matches!(world.try_open().await, Err(OpenError::Missing)));
    let (login, location) = world.login().await;
    let store = Box::pin(Store::create(&location, HOUSE))
        .await
        .expect("a house in prepared tables");
    let again = Box::pin(Store::create(&location, [8; 16])).await;
    assert!(matches!(again, Err(OpenError::Exists)));
    put(&store, next(id(1), 1)).await;
    assert_eq!(store.can_rewrite().await.expect("an answer"), Some(false));
    // What an injection could say, and what the password of the login is good for.
    let edit = "UPDATE ledger SET payload = '\\x00'::bytea";
    for sql in [
        edit.to_owned(),
        format!("RESET ROLE; {edit}"),
        format!("SET ROLE NONE; {edit}"),
        "RESET ROLE; DELETE FROM ledger".to_owned(),
        "TRUNCATE ledger".to_owned(),
        "RESET ROLE; DELETE FROM body".to_owned(),
        "ALTER TABLE ledger DISABLE TRIGGER ALL".to_owned(),
        "DROP TRIGGER ledger_stays ON ledger".to_owned(),
        "DROP TABLE ledger".to_owned(),
        format!("ALTER TABLE ledger OWNER TO {login}"),
        "SET ROLE postgres".to_owned(),
        "CREATE TABLE mine (a INT)".to_owned(),
        "CREATE OR REPLACE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$".to_owned(),
    ] {
        let said = world.say_as(&login, &sql).await;
        assert!(said.is_err(), "{sql}");
    }
    // Control: the owner can, so it is the login that is refused.
    world
        .say(
            Role::Owner,
            &format!("BEGIN; ALTER TABLE ledger DISABLE TRIGGER ALL; {edit}; ROLLBACK;"),
        )
        .await
        .expect("an owner can");
    drop(store);
    let store = Box::pin(Store::open(&location)).await.expect("the house");
    assert!(
        store
            .ledger(1, 9)
            .await
            .is_ok_and(|records| records.len() == 1)
    );
    let of_owner = world.open().await;
    assert_eq!(of_owner.can_rewrite().await.expect("an answer"), Some(true));
    // A newer program finds older tables: their owner brings them up to date, and nobody else can.
    world
        .say(
            Role::Owner,
            "UPDATE meta SET value = '\\x0000000000000009'::bytea WHERE name = 'schema'",
        )
        .await
        .expect("an older schema");
    let older = Box::pin(Store::open(&location)).await;
    assert!(matches!(older, Err(OpenError::Owner)), "{:?}", older.err());
    // Tables of a newer program are not called up to date.
    world
        .say(
            Role::Owner,
            "UPDATE meta SET value = '\\x7fffffffffffffff'::bytea WHERE name = 'schema'",
        )
        .await
        .expect("a newer schema");
    let newer = Box::pin(Store::prepare(&owner)).await;
    assert!(matches!(newer, Err(OpenError::Schema { .. })), "{newer:?}");
    drop((store, of_owner));
    world.forget(&login).await;
}

#[test]
fn a_login_that_owns_nothing_runs_the_house_and_rewrites_nothing() {
    run(Engine::Postgres, check);
}

/// The words of docs/operate/postgresql.md for a house whose one login owned its tables.
async fn parted(world: World) {
    Box::pin(Store::prepare(&world.location()))
        .await
        .expect("the role of the house");
    let database = world.database();
    world
        .say(
            Role::Owner,
            "DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION pg_database_owner; GRANT USAGE ON SCHEMA public TO PUBLIC",
        )
        .await
        .expect("an empty database");
    let (login, location) = world.login().await;
    world
        .say(
            Role::Owner,
            &format!("ALTER DATABASE {database} OWNER TO {login}"),
        )
        .await
        .expect("one login for everything");
    let store = Box::pin(Store::create(&location, HOUSE))
        .await
        .expect("a house");
    put(&store, next(id(1), 1)).await;
    assert_eq!(store.can_rewrite().await.expect("an answer"), Some(true));
    drop(store);
    let owner = format!("o_{login}");
    for sql in [
        format!("CREATE ROLE {owner} LOGIN"),
        format!("REASSIGN OWNED BY {login} TO {owner}"),
        format!("ALTER DATABASE {database} OWNER TO {owner}"),
    ] {
        world
            .say(Role::Owner, &sql)
            .await
            .expect("an administrator");
    }
    let store = Box::pin(Store::open(&location)).await.expect("the house");
    put(&store, next(id(1), 2)).await;
    assert_eq!(store.can_rewrite().await.expect("an answer"), Some(false));
    for sql in [
        "RESET ROLE; UPDATE ledger SET payload = '\\x00'::bytea",
        "ALTER TABLE ledger DISABLE TRIGGER ALL",
        "CREATE TABLE mine (a INT)",
    ] {
        assert!(world.say_as(&login, sql).await.is_err(), "{sql}");
    }
}

#[test]
fn the_login_of_an_older_house_gives_its_tables_to_another() {
    run(Engine::Postgres, parted);
}
