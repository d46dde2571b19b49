//! Standing: what one reader may see of one case, worked out once and asked for every field.
//!
//! Source: docs/design/process.md §1.15 (enforcement); docs/design/settled.md §4.4 (a bit mask, no queries), §1.13
//! (a role may always see what the public may see in that phase; `sealed` needs assignment).
//! It does not know channels: seeing a text is not yet sending it, which is [`crate::text::gate`]'s.

use crate::role::Role;
use crate::text::cell::Reach;
use crate::text::class::Class;
use crate::text::matrix;
use crate::text::phase::Phase;

/// Names the party that a text belongs to, by the bytes of its inner id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartyKey(pub [u8; 16]);

/// Tells whose a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// It belongs to the case or report as a whole.
    Shared,
    /// It belongs to one party: its status, its identity, its words.
    Party(PartyKey),
}

/// Holds a set of classes, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassSet(u32);

/// Holds what has been recorded in favour of one reader of one case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// Classes that this reader may see by a recorded consent.
    pub consent: ClassSet,
    /// Classes that this reader may see by a recorded decision of the case's owner.
    pub decision: ClassSet,
    /// The reader is assigned to the case.
    pub assigned: bool,
    /// A basis in law is recorded.
    pub law: bool,
    /// Two people approved that attack or verification methods go to this reader.
    pub two_persons: bool,
    /// A person recorded that this reader may be written to in clear.
    pub contact_in_clear: bool,
    /// A coordinator recorded that this reader's session needs no second step.
    pub second_step_waived: bool,
    /// A workaround or a fix has been released, or is released with this very act.
    pub countermeasure: bool,
    /// No countermeasure is possible, and the advice to stop using the product stands in its place.
    pub accepted_risk: bool,
    /// Leak, exploitation or judgement: people who approved publishing without a countermeasure.
    pub emergency_approvals: u8,
    /// Days since the case was published.
    pub published_days: u32,
    /// Days for which this advisory holds the detail of the flaw back.
    pub hold_back_days: u32,
}

/// Tells how much of a text a reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// Nothing, not even that it exists.
    No,
    /// A summary.
    Summary,
    /// All of it, once a reason is given and logged.
    FullWithReason,
    /// All of it.
    Full,
}

/// Holds what one reader may see of one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    party: Option<PartyKey>,
    in_case: bool,
    own: Masks,
    all: Masks,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Masks {
    summary: ClassSet,
    reason: ClassSet,
    full: ClassSet,
}

impl Standing {
    /// Works out the standing of a reader.
    ///
    /// `in_case` says that the case or report is the reader's own; `party` is whose part it may call its own.
    pub fn new(
        role: Role,
        party: Option<PartyKey>,
        in_case: bool,
        phase: Phase,
        grants: &Grants,
    ) -> Standing {
        let mut own = Masks::default();
        let mut all = Masks::default();
        for class in Class::ALL {
            all.put(class, sight_of(role, false, class, phase, grants));
            own.put(class, sight_of(role, true, class, phase, grants));
        }
        Standing {
            party,
            in_case,
            own,
            all,
        }
    }

    /// Tells how much of a text of this class and owner the reader may see.
    pub fn may_see(&self, class: Class, owner: Owner) -> Sight {
        let is_own = match owner {
            Owner::Shared => self.in_case,
            Owner::Party(key) => self.party == Some(key),
        };
        let masks = if is_own { &self.own } else { &self.all };
        masks.get(class)
    }

    /// Joins two standings of the same person in the same case: the better sight holds, class by class.
    ///
    /// A reader who needs a reason in one role and not in the other needs none.
    pub fn join(self, other: Standing) -> Standing {
        Standing {
            party: self.party.or(other.party),
            in_case: self.in_case || other.in_case,
            own: self.own.join(other.own),
            all: self.all.join(other.all),
        }
    }
}

impl ClassSet {
    /// Names the set that holds nothing.
    pub const EMPTY: ClassSet = ClassSet(0);

    /// Makes a set of the given classes.
    pub fn of(classes: &[Class]) -> ClassSet {
        classes
            .iter()
            .fold(ClassSet::EMPTY, |set, class| set.with(*class))
    }

    /// Returns the set with one class more.
    pub fn with(self, class: Class) -> ClassSet {
        ClassSet(self.0 | (1 << class as u32))
    }

    /// Tells whether the set holds the class.
    pub fn has(self, class: Class) -> bool {
        self.0 & (1 << class as u32) != 0
    }

    fn union(self, other: ClassSet) -> ClassSet {
        ClassSet(self.0 | other.0)
    }
}

impl Sight {
    /// Tells whether a text in full may be seen, with or without a reason.
    pub fn is_full(self) -> bool {
        self >= Sight::FullWithReason
    }
}

impl Masks {
    fn put(&mut self, class: Class, sight: Sight) {
        match sight {
            Sight::No => {}
            Sight::Summary => self.summary = self.summary.with(class),
            Sight::FullWithReason => self.reason = self.reason.with(class),
            Sight::Full => self.full = self.full.with(class),
        }
    }

    fn get(&self, class: Class) -> Sight {
        if self.full.has(class) {
            Sight::Full
        } else if self.reason.has(class) {
            Sight::FullWithReason
        } else if self.summary.has(class) {
            Sight::Summary
        } else {
            Sight::No
        }
    }

    fn join(self, other: Masks) -> Masks {
        Masks {
            summary: self.summary.union(other.summary),
            reason: self.reason.union(other.reason),
            full: self.full.union(other.full),
        }
    }
}

/// Tells how much of one class a role may see, of its own part or of any.
pub(super) fn sight_of(
    role: Role,
    is_own: bool,
    class: Class,
    phase: Phase,
    grants: &Grants,
) -> Sight {
    let cell = matrix::cell(class, role);
    let public = matrix::cell(class, Role::Public).all;
    let public = sight(public, class, phase, grants);
    let others = with_reason(sight(cell.all, class, phase, grants), class).max(public);
    if is_own {
        sight(cell.own, class, phase, grants).max(others)
    } else {
        others
    }
}

fn sight(reach: Option<Reach>, class: Class, phase: Phase, grants: &Grants) -> Sight {
    let Some(reach) = reach else {
        return Sight::No;
    };
    let by_law = reach.law && grants.law;
    let open = phase >= reach.from
        && (!reach.consent || by_law || grants.consent.has(class))
        && (!reach.decision || grants.decision.has(class))
        && (!reach.sealed || grants.assigned);
    match (open, reach.summary, reach.sealed) {
        (false, _, _) => Sight::No,
        (true, true, _) => Sight::Summary,
        (true, false, true) => Sight::FullWithReason,
        (true, false, false) => Sight::Full,
    }
}

/// Asks for a reason where the class demands one of everybody but its owner.
fn with_reason(sight: Sight, class: Class) -> Sight {
    if sight == Sight::Full && class.asks_reason() {
        Sight::FullWithReason
    } else {
        sight
    }
}
