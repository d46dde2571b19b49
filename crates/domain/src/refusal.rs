//! What stands in the way: a refusal is data, with a stable code; words for people live in catalogues.

use crate::machine::em::Em;
use crate::machine::rm::Rm;
use crate::value::Instant;

/// Why a command was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("this {0} exists already")]
    Exists(&'static str),
    #[error("the report is not waiting for a decision")]
    ReportDecided,
    #[error("the case is closed")]
    CaseClosed,
    #[error("the case is open")]
    CaseOpen,
    #[error("a plan waits for its instant; take it back before the case is closed")]
    PlanWaits,
    #[error("nothing of this case was published; close it with the code that says why")]
    NothingPublished,
    #[error("the weakness is public already; use accept-as-public")]
    AlreadyPublic,
    #[error("there is no basis of confidentiality in force; record one before details go out")]
    NoBasis,
    #[error(
        "the party has not been contacted; record the contact first, or use the command for unasked answers"
    )]
    NotAsked,
    #[error("the party was contacted already; use record-answer")]
    WasAsked,
    #[error("the party has left the case; bring it back first")]
    HasLeft,
    #[error("the party has not left the case")]
    HasNotLeft,
    #[error("the embargo is in state {0:?}, which does not allow this")]
    Embargo(Em),
    #[error("report management is in state {0:?}, which does not allow this")]
    Report(Rm),
    #[error("no new embargo: the weakness is public or under attack (C1)")]
    EmbargoNotViable,
    #[error("the date lies in the past")]
    DateInThePast,
    #[error("the date lies more than three years ahead; look at the year")]
    DateTooFar,
    #[error("the case cannot be closed while an embargo is in force (C5)")]
    EmbargoInForce,
    #[error("the embargo is in force until {}", written(*until))]
    TooEarly { until: Instant },
    #[error("the instant of the plan, {}, has not come", written(*instant))]
    PlanNotDue { instant: Instant },
    #[error("what is found on a website is mended with its operator and not published")]
    Track,
    #[error("there is no draft")]
    NoDraft,
    #[error("there is no plan, or it was replaced by another")]
    NoPlan,
    #[error("{found} of {needed} persons have approved this plan")]
    Quorum { found: u8, needed: u8 },
    #[error("the author of a plan cannot approve it")]
    OwnPlan,
    #[error(
        "the keys that were printed with the founding kit sign nothing; each approver draws a key first"
    )]
    KitKeys,
    #[error(
        "{found} approval keys stand and {needed} are needed, or a succession key beside the quorum"
    )]
    FewKeys { found: u8, needed: u8 },
    #[error("another change of the approvers waits for its signatures")]
    ApproversWait,
    #[error("this change of the approvers does not fit: {0}")]
    Approvers(&'static str),
    #[error("somebody works on this dossier: only who people are can be erased now")]
    DossierOpen,
    #[error("this erasure was decided already")]
    ErasureDecided,
    #[error("whoever asked for an erasure does not approve it")]
    OwnErasure,
    #[error("one person let this one in; that counts from {} on", written(*until))]
    LetInLately { until: Instant },
    #[error("this person has approved this plan already")]
    ApprovedAlready,
    #[error("whoever publishes alone signs again after half an hour, having read the bytes again")]
    SecondSignature { from: Instant },
    #[error("whoever publishes alone signs in again before signing again")]
    SignInAgain,
    #[error("the text of class {class} may not go there: {rule}")]
    Withheld {
        class: &'static str,
        rule: &'static str,
    },
    #[error(
        "a text repeats a part of a text that must not leave; a second person must override with a reason"
    )]
    Overlap,
    #[error("lint {0} does not pass")]
    Lint(String),
    #[error("this needs a reason")]
    NoReason,
    #[error("revision {expected} comes next")]
    Revision { expected: u32 },
    #[error("this role may not do that")]
    Role,
    #[error("the password is asked for once more before this")]
    Step,
    #[error("a live object and an exercise object cannot meet (the wall)")]
    Wall,
    #[error("the field {field} is not usable: {why}")]
    Input {
        field: &'static str,
        why: &'static str,
    },
    #[error("the subscription has ended")]
    Unsubscribed,
    #[error("no copy has this code")]
    NoSuchCopy,
    #[error("this mail acknowledges nothing: {}", .0.words())]
    Reply(ReplyLack),
    #[error("the copy is in state {0}, which does not allow this")]
    CopyState(&'static str),
    #[error("a later revision is out, so this copy is not sent any more")]
    CopyOutdated,
    #[error("a receipt must not stand in a text; leave it out and send again")]
    ReceiptInText,
    #[error("another change came first; read again and decide anew")]
    Conflict,
}

/// Why a mail acknowledges nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyLack {
    /// A robot wrote it.
    Person,
    /// It answers none of our copies and names none.
    Copy,
    /// It holds no code, or only where we wrote it.
    Code,
    /// It holds codes, and none of them is the copy's.
    RightCode,
    /// Its text could not be read.
    Text,
}

impl ReplyLack {
    /// All of them.
    pub const ALL: [ReplyLack; 5] = [
        ReplyLack::Person,
        ReplyLack::Copy,
        ReplyLack::Code,
        ReplyLack::RightCode,
        ReplyLack::Text,
    ];

    const fn code(self) -> &'static str {
        match self {
            ReplyLack::Person => "reply.person",
            ReplyLack::Copy => "reply.copy",
            ReplyLack::Code => "reply.code",
            ReplyLack::RightCode => "reply.right_code",
            ReplyLack::Text => "reply.text",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            ReplyLack::Person => "a program answered, and no person",
            ReplyLack::Copy => "it answers no copy of ours and gives no reference of one",
            ReplyLack::Code => "nobody typed a code in it",
            ReplyLack::RightCode => "the code in it is not that of the copy",
            ReplyLack::Text => "no text in it can be read",
        }
    }
}

/// An instant as people write it to a machine.
fn written(at: Instant) -> String {
    jiff::Timestamp::from_microsecond(at.0).map_or_else(|_| at.0.to_string(), |at| at.to_string())
}

impl Refusal {
    /// Returns the stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Refusal::NotFound(_) => "not_found",
            Refusal::Exists(_) => "exists",
            Refusal::ReportDecided => "report.decided",
            Refusal::CaseClosed => "case.closed",
            Refusal::CaseOpen => "case.open",
            Refusal::PlanWaits => "case.plan_waits",
            Refusal::NothingPublished => "case.nothing_published",
            Refusal::AlreadyPublic => "report.already_public",
            Refusal::NoBasis => "participant.no_basis",
            Refusal::NotAsked => "participant.not_asked",
            Refusal::WasAsked => "participant.was_asked",
            Refusal::HasLeft => "participant.left",
            Refusal::HasNotLeft => "participant.not_left",
            Refusal::Embargo(_) => "embargo.state",
            Refusal::Report(_) => "report.state",
            Refusal::EmbargoNotViable => "embargo.not_viable",
            Refusal::DateInThePast => "embargo.past",
            Refusal::DateTooFar => "embargo.far",
            Refusal::EmbargoInForce => "case.embargo_in_force",
            Refusal::TooEarly { .. } => "release.too_early",
            Refusal::PlanNotDue { .. } => "release.not_due",
            Refusal::Track => "case.track",
            Refusal::NoDraft => "advisory.no_draft",
            Refusal::NoPlan => "release.no_plan",
            Refusal::Quorum { .. } => "release.quorum",
            Refusal::KitKeys => "approvers.kit_keys",
            Refusal::FewKeys { .. } => "approvers.few_keys",
            Refusal::ApproversWait => "approvers.wait",
            Refusal::Approvers(code) => code,
            Refusal::OwnPlan => "release.own_plan",
            Refusal::DossierOpen => "erasure.open",
            Refusal::ErasureDecided => "erasure.decided",
            Refusal::OwnErasure => "erasure.own",
            Refusal::LetInLately { .. } => "erasure.let_in_lately",
            Refusal::ApprovedAlready => "release.approved_already",
            Refusal::SecondSignature { .. } => "release.second_signature",
            Refusal::SignInAgain => "release.sign_in_again",
            Refusal::Withheld { .. } => "gate.withheld",
            Refusal::Overlap => "gate.overlap",
            Refusal::Lint(_) => "advisory.lint",
            Refusal::NoReason => "no_reason",
            Refusal::Revision { .. } => "advisory.revision",
            Refusal::Role => "role",
            Refusal::Step => "step",
            Refusal::Wall => "wall",
            Refusal::Input { .. } => "input",
            Refusal::Unsubscribed => "subscriber.ended",
            Refusal::NoSuchCopy => "copy.unknown",
            Refusal::Reply(lack) => lack.code(),
            Refusal::CopyState(_) => "copy.state",
            Refusal::CopyOutdated => "copy.outdated",
            Refusal::ReceiptInText => "text.receipt",
            Refusal::Conflict => "conflict",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_said_as_people_write_it() {
        let at = Instant(1_797_260_459_000_000);
        for refusal in [
            Refusal::TooEarly { until: at },
            Refusal::PlanNotDue { instant: at },
            Refusal::SecondSignature { from: at },
            Refusal::LetInLately { until: at },
        ] {
            let words = refusal.to_string();
            assert!(!words.contains("Instant("), "{words}");
        }
        let words = Refusal::TooEarly { until: at }.to_string();
        assert!(words.ends_with("2026-12-14T15:00:59Z"), "{words}");
    }
}
