//! Case state: what is true in the world, of each vendor and of everybody.
//!
//! Source: CMU/SEI-2021-SR-021: 32 states, 58 edges, 70 histories (`fixtures/cvd-model/cs_model.json`).
//! Everything here is a latch: it happens once and is never taken back.
//! Two states are too short-lived to rest in, and [`CaseState::owed`] names what they owe:
//! a public flaw tells its vendor too, and a public exploit makes its flaw public.
//! Attacks make nothing public by themselves: they may be narrow (decision 0002, line b).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Tells how far one vendor has come towards its users being safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum VendorPath {
    /// The vendor does not know.
    #[serde(rename = "vfd")]
    Unaware,
    /// The vendor knows and has no fix.
    #[serde(rename = "Vfd")]
    Aware,
    /// The fix is ready.
    #[serde(rename = "VFd")]
    FixReady,
    /// The fix is installed where it is needed.
    #[serde(rename = "VFD")]
    FixDeployed,
}

/// Tells what everybody can know of the case.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct PublicState {
    /// The flaw is publicly known (P).
    pub public: bool,
    /// An exploit is publicly known (X).
    pub exploit: bool,
    /// Attacks have been observed (A).
    pub attacks: bool,
}

/// Joins the state of one vendor with the state of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CaseState {
    /// The vendor's half.
    pub vendor: VendorPath,
    /// Everybody's half.
    pub world: PublicState,
}

/// Names what became true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseEvent {
    /// The vendor learnt of the flaw (V).
    VendorAware,
    /// The vendor's fix became ready (F).
    FixReady,
    /// The vendor's fix became deployed (D).
    FixDeployed,
    /// The flaw became publicly known (P).
    PublicAware,
    /// An exploit became publicly known (X).
    ExploitPublic,
    /// Attacks were observed (A).
    AttacksObserved,
}

/// Tells whether an embargo makes sense in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viability {
    /// One in force may go on.
    pub may_continue: bool,
    /// A new one may begin.
    pub may_begin: bool,
    /// A person should look: time runs against it, or the secret is half out.
    pub caution: bool,
}

/// Returns the state after `event`, or nothing where the model has no such edge.
pub fn step(state: CaseState, event: CaseEvent) -> Option<CaseState> {
    if state.owed().is_some_and(|owed| owed != event) {
        return None;
    }
    let CaseState { vendor, world } = state;
    if event.is_vendors() {
        let vendor = vendor.after(event)?;
        Some(CaseState { vendor, world })
    } else {
        let world = world.after(event)?;
        Some(CaseState { vendor, world })
    }
}

/// Returns a legal order of events that were reported together, or nothing if there is none.
///
/// A partner may jump several steps at once. What it reports counts only if the world can have gone that way;
/// an attack reported while the exploit is public and the flaw is not thus falls after the flaw's own event.
pub fn order_of(state: CaseState, events: &[CaseEvent]) -> Option<Vec<CaseEvent>> {
    let mut order = Vec::new();
    find_order(state, events, &mut order).then_some(order)
}

/// Returns every order in which the six events can happen from the start: 70 of 720.
pub fn histories() -> Vec<Vec<CaseEvent>> {
    let mut found = Vec::new();
    walk(CaseState::START, &mut Vec::new(), &mut found);
    found
}

/// Returns `n` where a walk that takes each open edge equally often goes this way once in `n` times.
pub fn odds(history: &[CaseEvent]) -> Option<u32> {
    let mut state = CaseState::START;
    let mut odds = 1;
    for event in history {
        odds *= u32::try_from(state.open_events().count()).ok()?;
        state = step(state, *event)?;
    }
    Some(odds)
}

impl VendorPath {
    /// Lists every state.
    pub const ALL: [VendorPath; 4] = [
        VendorPath::Unaware,
        VendorPath::Aware,
        VendorPath::FixReady,
        VendorPath::FixDeployed,
    ];

    /// Returns the path after `event`, or nothing where it has no such edge.
    pub fn after(self, event: CaseEvent) -> Option<VendorPath> {
        match (self, event) {
            (VendorPath::Unaware, CaseEvent::VendorAware) => Some(VendorPath::Aware),
            (VendorPath::Aware, CaseEvent::FixReady) => Some(VendorPath::FixReady),
            (VendorPath::FixReady, CaseEvent::FixDeployed) => Some(VendorPath::FixDeployed),
            _ => None,
        }
    }

    /// Returns the three letters of the published model.
    pub fn letters(self) -> &'static str {
        match self {
            VendorPath::Unaware => "vfd",
            VendorPath::Aware => "Vfd",
            VendorPath::FixReady => "VFd",
            VendorPath::FixDeployed => "VFD",
        }
    }

    /// Tells whether the vendor has a fix.
    pub fn has_fix(self) -> bool {
        self >= VendorPath::FixReady
    }
}

impl PublicState {
    /// Names the state in which nothing is out.
    pub const QUIET: PublicState = PublicState {
        public: false,
        exploit: false,
        attacks: false,
    };

    /// Tells whether anything is out: flaw, exploit or attacks.
    pub fn any(self) -> bool {
        self.public || self.exploit || self.attacks
    }

    /// Returns the state after `event`, or nothing if it already happened or is not the world's.
    ///
    /// This half alone does not know the vendor; it does hold a public exploit to its flaw.
    pub fn after(self, event: CaseEvent) -> Option<PublicState> {
        if self.exploit && !self.public && event != CaseEvent::PublicAware {
            return None;
        }
        let mut next = self;
        let latch = match event {
            CaseEvent::PublicAware => &mut next.public,
            CaseEvent::ExploitPublic => &mut next.exploit,
            CaseEvent::AttacksObserved => &mut next.attacks,
            CaseEvent::VendorAware | CaseEvent::FixReady | CaseEvent::FixDeployed => return None,
        };
        if *latch {
            return None;
        }
        *latch = true;
        Some(next)
    }
}

impl CaseState {
    /// Names the state in which nobody knows anything.
    pub const START: CaseState = CaseState {
        vendor: VendorPath::Unaware,
        world: PublicState::QUIET,
    };

    /// Lists all 32 states.
    pub fn all() -> impl Iterator<Item = CaseState> {
        VendorPath::ALL.into_iter().flat_map(|vendor| {
            (0..8u8).map(move |bits| CaseState {
                vendor,
                world: PublicState {
                    public: bits & 4 != 0,
                    exploit: bits & 2 != 0,
                    attacks: bits & 1 != 0,
                },
            })
        })
    }

    /// Returns the one event that must come next, in the two states that cannot last.
    pub fn owed(self) -> Option<CaseEvent> {
        if self.world.exploit && !self.world.public {
            Some(CaseEvent::PublicAware)
        } else if self.world.public && self.vendor == VendorPath::Unaware {
            Some(CaseEvent::VendorAware)
        } else {
            None
        }
    }

    /// Lists the events that may come next.
    pub fn open_events(self) -> impl Iterator<Item = CaseEvent> {
        CaseEvent::ALL
            .into_iter()
            .filter(move |event| step(self, *event).is_some())
    }

    /// Tells whether an embargo makes sense here.
    pub fn viability(self) -> Viability {
        let quiet = !self.world.any();
        Viability {
            may_continue: quiet,
            may_begin: quiet && self.vendor != VendorPath::FixDeployed,
            caution: if quiet {
                self.vendor == VendorPath::FixReady
            } else {
                !self.world.public
            },
        }
    }
}

impl fmt::Display for CaseState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pick = |set: bool, yes, no| if set { yes } else { no };
        write!(
            f,
            "{}{}{}{}",
            self.vendor.letters(),
            pick(self.world.public, "P", "p"),
            pick(self.world.exploit, "X", "x"),
            pick(self.world.attacks, "A", "a"),
        )
    }
}

impl CaseEvent {
    /// Lists every event, in the order of the published model.
    pub const ALL: [CaseEvent; 6] = [
        CaseEvent::VendorAware,
        CaseEvent::FixReady,
        CaseEvent::FixDeployed,
        CaseEvent::PublicAware,
        CaseEvent::ExploitPublic,
        CaseEvent::AttacksObserved,
    ];

    /// Returns the letter of the published model.
    pub fn letter(self) -> &'static str {
        match self {
            CaseEvent::VendorAware => "V",
            CaseEvent::FixReady => "F",
            CaseEvent::FixDeployed => "D",
            CaseEvent::PublicAware => "P",
            CaseEvent::ExploitPublic => "X",
            CaseEvent::AttacksObserved => "A",
        }
    }

    /// Tells whether the event belongs to one vendor and not to everybody.
    pub fn is_vendors(self) -> bool {
        matches!(
            self,
            CaseEvent::VendorAware | CaseEvent::FixReady | CaseEvent::FixDeployed
        )
    }
}

/// Depth is at most six: each event is a latch, so a seventh has no edge.
fn find_order(state: CaseState, left: &[CaseEvent], order: &mut Vec<CaseEvent>) -> bool {
    if left.is_empty() {
        return true;
    }
    for (index, event) in left.iter().enumerate() {
        let Some(next) = step(state, *event) else {
            continue;
        };
        let mut rest = left.to_vec();
        rest.remove(index);
        order.push(*event);
        if find_order(next, &rest, order) {
            return true;
        }
        order.pop();
    }
    false
}

fn walk(state: CaseState, path: &mut Vec<CaseEvent>, found: &mut Vec<Vec<CaseEvent>>) {
    if path.len() == CaseEvent::ALL.len() {
        found.push(path.clone());
        return;
    }
    for event in CaseEvent::ALL {
        if let Some(next) = step(state, event) {
            path.push(event);
            walk(next, path, found);
            path.pop();
        }
    }
}
