//! A copy on its way: the states that it can be in, and what can happen to it (docs/design/forms.md §7).
//!
//! Each happening leads to one state, and only from the states that it names; [`step`] decides. The store renders the
//! same two answers into SQL, so that a change of many rows at once obeys the same machine. It does not know how a
//! copy is sent, when it is tried again, nor which answer of a mail server means what.

use crate::refusal::Refusal;

/// State of one copy: (advisory revision, subscriber, channel).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CopyState {
    /// Waits for its turn.
    Waiting,
    /// Handed to the sender; the outcome is not known yet.
    Sending,
    /// The next server took it (相手サーバ受理). It is not known to have arrived.
    Accepted,
    /// A later try is planned.
    Deferred,
    /// Refused for good: a task for a person.
    Refused,
    /// The connection broke after the text: it may have been taken; it is tried again under the same Message-ID.
    Maybe,
    /// The deadline passed: a task for a person.
    Expired,
    /// A person said "received".
    Acknowledged,
    /// Nothing more is sent: the subscription ended, or a person has looked after it.
    GivenUp,
    /// It came back after the next server had taken it: a task for a person.
    Bounced,
    /// Kept back until somebody queues it again.
    Held,
}

impl CopyState {
    /// All states.
    pub const ALL: [CopyState; 11] = [
        CopyState::Waiting,
        CopyState::Sending,
        CopyState::Accepted,
        CopyState::Deferred,
        CopyState::Refused,
        CopyState::Maybe,
        CopyState::Expired,
        CopyState::Acknowledged,
        CopyState::GivenUp,
        CopyState::Bounced,
        CopyState::Held,
    ];

    /// States in which the house will send or is sending.
    pub const OPEN: [CopyState; 4] = [
        CopyState::Waiting,
        CopyState::Sending,
        CopyState::Deferred,
        CopyState::Maybe,
    ];

    /// States of a copy that reached nobody, so that a person looks after it.
    pub const UNDELIVERED: [CopyState; 3] =
        [CopyState::Refused, CopyState::Expired, CopyState::Bounced];

    /// Returns the name that is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            CopyState::Waiting => "waiting",
            CopyState::Sending => "sending",
            CopyState::Accepted => "accepted",
            CopyState::Deferred => "deferred",
            CopyState::Refused => "refused",
            CopyState::Maybe => "maybe",
            CopyState::Expired => "expired",
            CopyState::Acknowledged => "acknowledged",
            CopyState::GivenUp => "given_up",
            CopyState::Bounced => "bounced",
            CopyState::Held => "held",
        }
    }

    /// Returns the state of a stored name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Returns the state of a number, as databases and backups held it before states had names.
    #[must_use]
    pub const fn of_number(number: i64) -> Option<Self> {
        Some(match number {
            0 => CopyState::Waiting,
            1 => CopyState::Sending,
            2 => CopyState::Accepted,
            3 => CopyState::Maybe,
            4 => CopyState::Deferred,
            5 => CopyState::Refused,
            6 => CopyState::Expired,
            7 => CopyState::Acknowledged,
            8 => CopyState::GivenUp,
            _ => return None,
        })
    }

    /// Returns the word of the command line's answers. Other people's scripts compare it, so three of the words are
    /// older than the names.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            CopyState::Waiting => "queued",
            CopyState::Maybe => "maybe_delivered",
            CopyState::GivenUp => "dropped",
            named => named.name(),
        }
    }
}

/// What can happen to a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Happening {
    /// A sender took it on; one whose sender died is taken on again when the lease has run out.
    Claimed,
    /// The next server took it. A sender whose lease ran out may say so late, and it counts.
    Taken,
    /// It could not be sent now.
    PutOff,
    /// The connection broke after the text.
    Broken,
    /// The recipient's side refuses it for good.
    Declined,
    /// The deadline passed.
    RanOut,
    /// There is nobody to send it to: the sender found that the subscription has ended.
    Unaddressed,
    /// The subscription ended. What is on its way is left to its sender.
    Left,
    /// A notice says that it could not be delivered after all.
    CameBack,
    /// A person said "received".
    Acknowledged,
    /// A person has looked after a copy that reached nobody.
    LookedAfter,
    /// Somebody keeps it back.
    KeptBack,
    /// Somebody wants it sent again.
    QueuedAgain,
}

impl Happening {
    /// All happenings.
    pub const ALL: [Happening; 13] = [
        Happening::Claimed,
        Happening::Taken,
        Happening::PutOff,
        Happening::Broken,
        Happening::Declined,
        Happening::RanOut,
        Happening::Unaddressed,
        Happening::Left,
        Happening::CameBack,
        Happening::Acknowledged,
        Happening::LookedAfter,
        Happening::KeptBack,
        Happening::QueuedAgain,
    ];

    /// Returns the state that it leads to.
    #[must_use]
    pub const fn leads_to(self) -> CopyState {
        match self {
            Happening::Claimed => CopyState::Sending,
            Happening::Taken => CopyState::Accepted,
            Happening::PutOff => CopyState::Deferred,
            Happening::Broken => CopyState::Maybe,
            Happening::Declined => CopyState::Refused,
            Happening::RanOut => CopyState::Expired,
            Happening::Unaddressed | Happening::Left | Happening::LookedAfter => CopyState::GivenUp,
            Happening::CameBack => CopyState::Bounced,
            Happening::Acknowledged => CopyState::Acknowledged,
            Happening::KeptBack => CopyState::Held,
            Happening::QueuedAgain => CopyState::Waiting,
        }
    }

    /// Returns the states in which it can happen; of any other it is said too early or too late.
    #[must_use]
    pub const fn may_follow(self) -> &'static [CopyState] {
        match self {
            Happening::Claimed
            | Happening::PutOff
            | Happening::Broken
            | Happening::Declined
            | Happening::RanOut
            | Happening::Unaddressed => &CopyState::OPEN,
            Happening::Taken => &[
                CopyState::Waiting,
                CopyState::Sending,
                CopyState::Deferred,
                CopyState::Refused,
                CopyState::Maybe,
                CopyState::Expired,
                CopyState::GivenUp,
                CopyState::Held,
            ],
            Happening::Left => &[
                CopyState::Waiting,
                CopyState::Deferred,
                CopyState::Maybe,
                CopyState::Held,
            ],
            Happening::CameBack => &[
                CopyState::Sending,
                CopyState::Accepted,
                CopyState::Deferred,
                CopyState::Maybe,
                CopyState::Expired,
            ],
            Happening::Acknowledged => &[
                CopyState::Waiting,
                CopyState::Sending,
                CopyState::Accepted,
                CopyState::Deferred,
                CopyState::Refused,
                CopyState::Maybe,
                CopyState::Expired,
                CopyState::GivenUp,
                CopyState::Bounced,
                CopyState::Held,
            ],
            Happening::LookedAfter => &CopyState::UNDELIVERED,
            Happening::KeptBack => &[CopyState::Waiting, CopyState::Deferred, CopyState::Maybe],
            Happening::QueuedAgain => &[
                CopyState::Refused,
                CopyState::Expired,
                CopyState::Bounced,
                CopyState::Held,
            ],
        }
    }
}

/// Decides what a copy becomes.
///
/// # Errors
/// [`Refusal::CopyState`] if that cannot happen to it any more, or not yet.
pub fn step(state: CopyState, happening: Happening) -> Result<CopyState, Refusal> {
    if happening.may_follow().contains(&state) {
        Ok(happening.leads_to())
    } else {
        Err(Refusal::CopyState(state.name()))
    }
}
