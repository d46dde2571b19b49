//! Bells: whoever waits for work is woken by the commit that brings some.
//!
//! One waits at each bell. A ring while nobody waits is kept until somebody does, so that none is lost between looking
//! and waiting; many are as one. A bell has a name and knows no work: what it was rung for stands in the database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// Bells by name; each is there once somebody has asked for it or rung it.
#[derive(Debug, Default)]
pub struct Bells(Mutex<HashMap<String, Arc<Notify>>>);

impl Bells {
    /// The bell of this name.
    #[must_use]
    pub fn of(&self, name: &str) -> Arc<Notify> {
        let mut bells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(bells.entry(name.to_owned()).or_default())
    }

    /// Wakes who waits at the bell of this name, now or next.
    pub fn ring(&self, name: &str) {
        self.of(name).notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_kept_for_who_comes_later_and_two_are_one() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let bells = Bells::default();
            bells.ring("press");
            bells.ring("press");
            let bell = bells.of("press");
            bell.notified().await;
            let again = tokio::select! {
                biased;
                () = bell.notified() => true,
                () = std::future::ready(()) => false,
            };
            assert!(!again, "a second ring was kept");
            let other = bells.of("release");
            let rung = tokio::select! {
                biased;
                () = other.notified() => true,
                () = std::future::ready(()) => false,
            };
            assert!(!rung, "another bell rang");
        });
    }
}
