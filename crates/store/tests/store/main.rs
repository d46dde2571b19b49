//! The store on both engines: every test below [`store`] runs on SQLite and on PostgreSQL.
//!
//! What could go wrong: an engine takes what the other refuses; a conflict takes its neighbours along; a record
//! is changed and nobody sees it; a copy or an intent is handed out twice within its lease; a copy of the
//! database is not the database. Not a failure: two writers that chain on the same head, as long as the chain
//! ends whole.
//!
//! `world` gives each test a database of its own, `fill` makes the rows. PostgreSQL is the private cluster that
//! `cargo xtask check` starts; without it these tests fail, so that nobody mistakes silence for success.

#[cfg(test)]
#[macro_use]
mod world;

#[cfg(test)]
mod fill;

#[cfg(test)]
mod address;

#[cfg(test)]
mod logins;

#[cfg(test)]
mod store {
    mod open;

    mod append;

    mod rows;

    mod guards;

    mod coverage;

    mod wall;

    mod lists;

    mod viewer;

    mod people;

    mod inventory;

    mod deliveries;

    mod outbox;

    mod copies;

    mod projections;
}
