//! From every state that a walk reaches something leads on: whoever reopens, takes back and plans anew publishes.
//!
//! What could go wrong: a command leaves a plan that can neither go nor be taken back, or a case that can be neither planned
//! nor reopened.

use super::*;

impl World {
    /// Publishes from here on, as persons of the desk would; what refused, if something did.
    fn publishes(&mut self) -> Result<(), Refusal> {
        self.now = Instant(self.now.0 + 1_000_000);
        let known = "a case that was accepted";
        let case = self.case().expect(known).clone();
        if case.closed.is_some() {
            self.take(closing::reopen(&case, &self.act())?);
        }
        let waiting = self
            .advisory()
            .and_then(|one| Some((one.clone(), one.plan.clone()?)));
        if let Some((advisory, plan)) = waiting {
            self.take(publication::abort(&advisory, &plan.sha256, &self.act())?);
        }
        let drafted = self.of_advisory(22, 0, 0).expect(known);
        self.take(drafted?);
        let case = self.case().expect(known).clone();
        let from = case.until.map_or(self.now, |until| until.max(self.now));
        let instant = Instant(from.0 + 3_600_000_000);
        let new = NewPlan {
            bytes: "{}".to_owned(),
            sha256: "anew".to_owned(),
            instant,
            documents: vec![],
            emergency: false,
        };
        let advisory = self.advisory().expect("a draft").clone();
        let track = case.public_track(Track::Product, false)?;
        self.take(publication::plan(&advisory, track, new, &self.act())?);
        for person in [1, 2] {
            let advisory = self.advisory().expect("a draft").clone();
            let signing = publication::Signing {
                person: PersonId::from_bytes([person; 16]),
                at: self.now,
                signed_in: None,
            };
            self.take(publication::approve(
                QUORUM,
                &advisory,
                "anew",
                signing,
                String::new(),
            )?);
        }
        self.now = instant;
        let (advisory, case) = (self.advisory().expect("a draft"), self.case().expect(known));
        let published = self.release(advisory, case)?;
        self.take(published);
        Ok(())
    }
}

/// States in which a plan waits, a case is closed, an embargo is in force and something is out are all tried.
#[test]
fn from_every_state_that_a_walk_reaches_a_publication_is_possible() {
    let mut seen = BTreeSet::new();
    for seed in 0..100 {
        super::walk_with(seed, |world| {
            let Some(case) = world.case() else { return };
            let plan = world.advisory().and_then(|one| one.plan.as_ref());
            for (is_so, what) in [
                (plan.is_some(), "a plan"),
                (
                    plan.is_some_and(|plan| plan.instant < world.now),
                    "a plan whose time has passed",
                ),
                (case.closed.is_some(), "a closed case"),
                (case.em.in_force(), "an embargo in force"),
                (case.world.public, "a weakness that is public"),
            ] {
                if is_so {
                    seen.insert(what);
                }
            }
            let before = world.advisory().map_or(0, |one| one.published.len());
            let mut later = world.clone();
            assert_eq!(later.publishes(), Ok(()), "seed {seed}: {world:?}");
            let after = later.advisory().map_or(0, |one| one.published.len());
            assert_eq!(after, before + 1, "seed {seed}");
        });
    }
    assert_eq!(seen.len(), 5, "{seen:?}");
}

/// The control: whoever forgets to reopen, or to wait for the embargo's end, is refused.
#[test]
fn what_leads_on_is_needed() {
    let mut world = World::new();
    assert!(world.go((2, 0, 0)), "the report is accepted");
    let silent = closing::close(
        world.case().expect("a case"),
        ClosureCode::Withdrawn,
        Track::Product,
        closing::Outcome::Silent,
    );
    world.take(silent.expect("nothing waits"));
    let case = world.case().expect("a case");
    assert!(
        case.public_track(Track::Product, false)
            .is_ok_and(|track| track.open().is_err())
    );
    assert_eq!(world.publishes(), Ok(()));
}
