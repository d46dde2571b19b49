//! What binds the four machines to each other: C1 to C7.
//!
//! Source: the model's rules across machines, as numbered in decision 0002; SHALL is a violation,
//! SHOULD is a violation or advice as that page says. None of these functions changes anything:
//! they say whether an event may happen, or what must follow it.

use crate::machine::cs::{CaseEvent, CaseState, PublicState, VendorPath};
use crate::machine::em::{Em, EmEvent};
use crate::machine::rm::Rm;

/// Names the rule that an event would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Violation {
    /// C1: something is already out, so no embargo may begin or be agreed.
    NewEmbargoAfterDisclosure,
    /// C3: a fix comes from somebody who never took up the report.
    FixWithoutAcceptance,
    /// C4: who thinks the report invalid, put it off or closed it does not propose an embargo.
    EmbargoFromInactive,
    /// C4: who thinks the report invalid or closed it does not bring an embargo into force.
    EmbargoAgreedByOutsider,
    /// C4: only who believes the report changes the terms.
    RevisionFromUndecided,
    /// C5: nobody closes the report while the embargo is in force.
    ClosingUnderEmbargo,
    /// C5: who leaves under an embargo says whether it still keeps it.
    LeavingWithoutWord,
    /// C6: a vendor that has the report knows of the flaw, and has no fix before it took up the work.
    VendorPathAgainstReport,
}

impl Violation {
    /// Returns the stable code of the violation.
    pub fn code(self) -> &'static str {
        match self {
            Violation::NewEmbargoAfterDisclosure => "c1_new_embargo_after_disclosure",
            Violation::FixWithoutAcceptance => "c3_fix_without_acceptance",
            Violation::EmbargoFromInactive => "c4_embargo_from_inactive",
            Violation::EmbargoAgreedByOutsider => "c4_embargo_agreed_by_outsider",
            Violation::RevisionFromUndecided => "c4_revision_from_undecided",
            Violation::ClosingUnderEmbargo => "c5_closing_under_embargo",
            Violation::LeavingWithoutWord => "c5_leaving_without_word",
            Violation::VendorPathAgainstReport => "c6_vendor_path_against_report",
        }
    }
}

/// Tells what must become of an embargo once something is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Termination {
    /// Nothing needs to be done.
    None,
    /// A proposal that is still open falls.
    RejectProposal,
    /// The embargo ends with the same act.
    Required,
    /// Attacks were seen: a person must decide, and soon, whether the embargo ends.
    DecisionTask,
}

/// Tells what a fix advises about the embargo; a person may do otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// The fixes say nothing about it.
    None,
    /// Every vendor has its fix: do not begin an embargo now, and turn proposals down.
    DoNotBegin,
    /// Every vendor's fix is deployed: end the embargo.
    End,
}

/// C1: refuses a new embargo once flaw, exploit or attacks are out.
///
/// With attacks alone an embargo in force may go on by a person's decision, so its terms may change too.
pub fn c1_no_new_embargo(world: PublicState, em: Em, event: EmEvent) -> Result<(), Violation> {
    let agrees = matches!(event, EmEvent::Propose | EmEvent::Accept);
    let kept_by_decision = em.in_force() && !world.public && !world.exploit;
    if agrees && world.any() && !kept_by_decision {
        return Err(Violation::NewEmbargoAfterDisclosure);
    }
    Ok(())
}

/// C1: tells what must become of the embargo in the world as it is.
pub fn c1_must_terminate(world: PublicState, em: Em) -> Termination {
    match em {
        Em::Proposed if world.any() => Termination::RejectProposal,
        Em::Active | Em::Revise if world.public || world.exploit => Termination::Required,
        Em::Active | Em::Revise if world.attacks => Termination::DecisionTask,
        _ => Termination::None,
    }
}

/// C2: tells what the vendors' fixes advise; the slowest vendor counts, and no vendor advises nothing.
pub fn c2_fix_advice(vendors: &[VendorPath], em: Em) -> Advice {
    let Some(slowest) = vendors.iter().min() else {
        return Advice::None;
    };
    match em {
        Em::None | Em::Proposed if slowest.has_fix() => Advice::DoNotBegin,
        Em::Active | Em::Revise if *slowest == VendorPath::FixDeployed => Advice::End,
        _ => Advice::None,
    }
}

/// C3: refuses a fix, ready or deployed, of a vendor that never took up the report.
pub fn c3_fix_needs_accepted(was_accepted: bool, event: CaseEvent) -> Result<(), Violation> {
    let is_fix = matches!(event, CaseEvent::FixReady | CaseEvent::FixDeployed);
    if is_fix && !was_accepted {
        return Err(Violation::FixWithoutAcceptance);
    }
    Ok(())
}

/// C4: tells whether a participant in state `rm` may propose an embargo where none is in force.
///
/// It may before the report arrives, so that terms can be agreed first.
pub fn c4_embargo_may_begin(rm: Rm) -> Result<(), Violation> {
    match rm {
        Rm::Start | Rm::Received | Rm::Valid | Rm::Accepted => Ok(()),
        Rm::Invalid | Rm::Deferred | Rm::Closed => Err(Violation::EmbargoFromInactive),
    }
}

/// C4: tells whether a participant in state `rm` may accept a proposal and so bring it into force.
pub fn c4_embargo_may_take_effect(rm: Rm) -> Result<(), Violation> {
    match rm {
        Rm::Invalid | Rm::Closed => Err(Violation::EmbargoAgreedByOutsider),
        _ => Ok(()),
    }
}

/// C4: tells whether a participant in state `rm` may propose other terms for an embargo in force.
pub fn c4_embargo_may_change(rm: Rm) -> Result<(), Violation> {
    match rm {
        Rm::Valid | Rm::Accepted | Rm::Deferred => Ok(()),
        _ => Err(Violation::RevisionFromUndecided),
    }
}

/// C4: tells whether a participant in state `rm` may do `event` to an embargo in state `em`.
///
/// Turning a proposal down and ending an embargo are open to everybody.
pub fn c4_embargo_step(rm: Rm, em: Em, event: EmEvent) -> Result<(), Violation> {
    match (em, event) {
        (Em::None | Em::Proposed, EmEvent::Propose) => c4_embargo_may_begin(rm),
        (Em::Proposed, EmEvent::Accept) => c4_embargo_may_take_effect(rm),
        (Em::Active | Em::Revise, EmEvent::Propose) => c4_embargo_may_change(rm),
        _ => Ok(()),
    }
}

/// C5: refuses to close a report under an embargo in force; deferring is the way to rest.
///
/// That one participant closes or defers never ends the embargo of the others.
pub fn c5_may_close(em: Em) -> Result<(), Violation> {
    if em.in_force() {
        return Err(Violation::ClosingUnderEmbargo);
    }
    Ok(())
}

/// C5: refuses to let a participant leave under an embargo without saying whether it still keeps it.
pub fn c5_may_leave(em: Em, still_keeps_it: Option<bool>) -> Result<(), Violation> {
    if em.in_force() && still_keeps_it.is_none() {
        return Err(Violation::LeavingWithoutWord);
    }
    Ok(())
}

/// C6: tells whether a vendor's path fits what it made of the report.
///
/// Before the report arrives, and after it is closed, the path says nothing.
pub fn c6_vendor_aware(rm: Rm, path: VendorPath) -> Result<(), Violation> {
    let fits = match rm {
        Rm::Start | Rm::Closed => true,
        Rm::Received | Rm::Invalid | Rm::Valid => path == VendorPath::Aware,
        Rm::Deferred | Rm::Accepted => path != VendorPath::Unaware,
    };
    if fits {
        Ok(())
    } else {
        Err(Violation::VendorPathAgainstReport)
    }
}

/// C7: returns what must be recorded in the same act as `event`: a public exploit makes its flaw public.
pub fn c7_exploit_implies_public(world: PublicState, event: CaseEvent) -> Option<CaseEvent> {
    let owes = event == CaseEvent::ExploitPublic && !world.public;
    owes.then_some(CaseEvent::PublicAware)
}

/// Tells whether a vendor that nobody told must now be counted as knowing, because everybody does.
pub fn publication_tells_vendor(world: PublicState, path: VendorPath) -> Option<CaseEvent> {
    let state = CaseState {
        vendor: path,
        world,
    };
    state.owed().filter(|owed| *owed == CaseEvent::VendorAware)
}
