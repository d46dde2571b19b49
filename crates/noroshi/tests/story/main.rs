//! Stories: what the house promises, told with the real binary on both engines.
//!
//! What could go wrong: a step of a case cannot be made from a terminal; a text stands somewhere in clear before
//! its instant, or leaves though it must not; a restored copy acts
//! beside its origin. Not a failure: a mail that a relay got twice under one Message-ID
//! after it fell silent, as long as both are the same.
//!
//! `world` makes a house, `founded` the one that most are copies of, `serving` lets it run, `play` has the scenes, `scan` finds canaries. PostgreSQL is the
//! private cluster that `cargo xtask check` starts; without it these tests fail, so that nobody mistakes silence
//! for success.

/// Declares each test once and makes it two: `name::sqlite` and `name::postgres`.
#[cfg(test)]
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($engine:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            fn check($engine: $crate::world::Engine) $body

            #[test]
            fn sqlite() {
                check($crate::world::Engine::Sqlite);
            }

            #[test]
            fn postgres() {
                check($crate::world::Engine::Postgres);
            }
        }
    )+};
}

#[cfg(test)]
mod world;

#[cfg(test)]
mod serving;

#[cfg(test)]
mod contexts;

#[cfg(test)]
mod founded;

#[cfg(test)]
mod hands;

#[cfg(test)]
mod scan;

#[cfg(test)]
mod play;

#[cfg(test)]
mod browser;

#[cfg(test)]
mod printed;

#[cfg(test)]
mod readme;

#[cfg(test)]
mod waits;

#[cfg(test)]
mod story {
    mod case;

    mod rest;

    mod gate;

    mod routes;

    mod forms;

    mod statements;

    mod turns;

    mod partner;

    mod vendor;

    mod editing;

    mod ledger;

    mod erasure;

    mod older;

    mod instant;

    mod kept;

    mod restored;

    mod post;

    mod beside;

    mod letters;

    mod input;

    mod scenario;

    mod streams;
}
