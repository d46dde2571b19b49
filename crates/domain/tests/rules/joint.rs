//! Several participants walk at random under C1 to C7; what the rules forbid is then looked for by other means.
//!
//! The control takes one rule away at a time, and the walks must find out.

use domain::machine::constraints as rules;
use domain::machine::constraints::{Termination, c7_exploit_implies_public};
use domain::machine::cs::{CaseEvent, PublicState, VendorPath};
use domain::machine::em::{self, Em, EmEvent};
use domain::machine::rm::{self, Rm, RmEvent};
use proptest::prelude::*;

/// Which rule is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Broken {
    Nothing,
    C1Begin,
    C1End,
    C3,
    C4,
    C5,
    C6,
    C7,
}

#[derive(Clone, Debug)]
struct Participant {
    rm: Rm,
    was_accepted: bool,
    path: Option<VendorPath>,
}

#[derive(Clone, Debug)]
struct World {
    em: Em,
    public: PublicState,
    people: Vec<Participant>,
    broken: Broken,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Rm(RmEvent),
    Em(EmEvent),
    Cs(CaseEvent),
}

impl World {
    fn new(broken: Broken) -> World {
        let person = |rm, path| Participant {
            rm,
            was_accepted: rm == Rm::Accepted,
            path,
        };
        let vendor = || person(Rm::Start, Some(VendorPath::Unaware));
        World {
            em: Em::None,
            public: PublicState::QUIET,
            people: vec![
                person(Rm::Accepted, None),
                person(Rm::Start, None),
                vendor(),
                vendor(),
                vendor(),
            ],
            broken,
        }
    }

    /// Does what the rules allow, with everything that must follow in the same act; else nothing.
    fn act(&mut self, who: usize, step: Step) -> Option<()> {
        let before = self.clone();
        let done = match step {
            Step::Rm(event) => self.report(who, event),
            Step::Em(event) => self.embargo(who, event),
            Step::Cs(event) => self.happen(who, event),
        };
        if done.is_none() {
            *self = before;
            return None;
        }
        self.follow_up();
        Some(())
    }

    fn report(&mut self, who: usize, event: RmEvent) -> Option<()> {
        let em = self.em;
        let broken = self.broken;
        let person = &mut self.people[who];
        let next = rm::step(person.rm, event)?;
        if next == Rm::Closed && broken != Broken::C5 {
            rules::c5_may_close(em).ok()?;
        }
        person.rm = next;
        person.was_accepted |= next == Rm::Accepted;
        if let Some(path) = person.path.as_mut()
            && broken != Broken::C6
        {
            // Receipt of the report is how a vendor comes to know.
            if event == RmEvent::Receive && *path == VendorPath::Unaware {
                *path = VendorPath::Aware;
            }
            rules::c6_vendor_aware(next, *path).ok()?;
        }
        Some(())
    }

    fn embargo(&mut self, who: usize, event: EmEvent) -> Option<()> {
        let next = em::step(self.em, event)?;
        if self.broken != Broken::C1Begin {
            rules::c1_no_new_embargo(self.public, self.em, event).ok()?;
        }
        if self.broken != Broken::C4 {
            rules::c4_embargo_step(self.people[who].rm, self.em, event).ok()?;
        }
        self.em = next;
        Some(())
    }

    fn happen(&mut self, who: usize, event: CaseEvent) -> Option<()> {
        if event.is_vendors() {
            let person = &mut self.people[who];
            let path = person.path?.after(event)?;
            if self.broken != Broken::C3 {
                rules::c3_fix_needs_accepted(person.was_accepted, event).ok()?;
            }
            person.path = Some(path);
            return Some(());
        }
        let owed = c7_exploit_implies_public(self.public, event);
        self.public = self.public.after(event)?;
        if let Some(owed) = owed.filter(|_| self.broken != Broken::C7) {
            self.public = self.public.after(owed)?;
        }
        Some(())
    }

    fn follow_up(&mut self) {
        let public = self.public;
        for person in &mut self.people {
            if let Some(path) = person.path
                && let Some(event) = rules::publication_tells_vendor(public, path)
            {
                person.path = path.after(event);
            }
        }
        let event = match rules::c1_must_terminate(self.public, self.em) {
            Termination::Required => EmEvent::Terminate,
            Termination::RejectProposal => EmEvent::Reject,
            Termination::None | Termination::DecisionTask => return,
        };
        if self.broken != Broken::C1End {
            self.em = em::step(self.em, event).unwrap_or(self.em);
        }
    }

    /// Looks for what must not be, without asking the rules.
    fn wrong(&self, before: &World, who: usize, step: Step) -> Option<&'static str> {
        let out = self.public.public || self.public.exploit;
        if out && matches!(self.em, Em::Active | Em::Revise) {
            return Some("C1: an embargo in force though flaw or exploit is out");
        }
        let begins = |world: &World| matches!(world.em, Em::None | Em::Proposed);
        let proposed = matches!(step, Step::Em(EmEvent::Propose | EmEvent::Accept));
        if proposed && begins(before) && before.public != PublicState::QUIET {
            return Some("C1: an embargo proposed or agreed after disclosure");
        }
        if proposed && begins(before) && matches!(before.people[who].rm, Rm::Invalid | Rm::Closed) {
            return Some("C4: an embargo by somebody who is out of it");
        }
        if self.public.exploit && !self.public.public {
            return Some("C7: a public exploit of a flaw that is not");
        }
        for (now, then) in self.people.iter().zip(&before.people) {
            let closed = now.rm == Rm::Closed && then.rm != Rm::Closed;
            if closed && matches!(before.em, Em::Active | Em::Revise) {
                return Some("C5: closed under an embargo in force");
            }
            let Some(path) = now.path else { continue };
            let fixed = matches!(path, VendorPath::FixReady | VendorPath::FixDeployed);
            if fixed && !matches!(now.rm, Rm::Accepted | Rm::Deferred | Rm::Closed) {
                return Some("C3: a fix by somebody who never took it up");
            }
            let read = matches!(now.rm, Rm::Received | Rm::Invalid | Rm::Valid);
            if read && path != VendorPath::Aware {
                return Some("C6: a vendor has the report and does not know");
            }
        }
        None
    }
}

fn any_step() -> impl Strategy<Value = (usize, Step)> {
    let step = prop_oneof![
        3 => proptest::sample::select(RmEvent::ALL.to_vec()).prop_map(Step::Rm),
        2 => proptest::sample::select(EmEvent::ALL.to_vec()).prop_map(Step::Em),
        2 => proptest::sample::select(CaseEvent::ALL.to_vec()).prop_map(Step::Cs),
    ];
    (0..5usize, step)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_walk_of_several_participants_breaks_a_rule(steps in proptest::collection::vec(any_step(), 1..80)) {
        let mut world = World::new(Broken::Nothing);
        for (who, step) in steps {
            let before = world.clone();
            if world.act(who, step).is_some() {
                prop_assert_eq!(world.wrong(&before, who, step), None, "{:?} by {}", step, who);
            }
        }
    }
}

#[test]
fn a_rule_taken_away_is_found_by_the_walks() {
    for broken in [
        Broken::C1Begin,
        Broken::C1End,
        Broken::C3,
        Broken::C4,
        Broken::C5,
        Broken::C6,
        Broken::C7,
    ] {
        let found = (0..2_000).any(|seed| walk_finds(broken, seed));
        assert!(found, "{broken:?} was taken away and nobody noticed");
    }
    assert!(!(0..2_000).any(|seed| walk_finds(Broken::Nothing, seed)));
}

fn walk_finds(broken: Broken, seed: u64) -> bool {
    let mut world = World::new(broken);
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).expect("small")).expect("small")
    };
    for _ in 0..60 {
        let who = draw(5);
        let step = match draw(3) {
            0 => Step::Rm(RmEvent::ALL[draw(6)]),
            1 => Step::Em(EmEvent::ALL[draw(4)]),
            _ => Step::Cs(CaseEvent::ALL[draw(6)]),
        };
        let before = world.clone();
        if world.act(who, step).is_some() && world.wrong(&before, who, step).is_some() {
            return true;
        }
    }
    false
}
