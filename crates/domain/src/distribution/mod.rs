//! Who wants to be told, and what a copy's state is (docs/design/early-warning.md §4.1).
//!
//! A subscriber's address is a sealed text. Deliveries are rows of their own (truth, not events); their
//! states and the steps between them stand here as a machine.

use crate::aggregate::Change;
use crate::event::{Event, Recorded};
use crate::refusal::Refusal;
use crate::value::*;

/// A subscriber.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscriber {
    pub id: SubscriberId,
    pub address: Option<TextRef>,
    pub lang: Lang,
    pub scope: Scope,
    /// Random reference of unsubscribe links.
    pub reference: String,
    pub active: bool,
    pub acknowledged: Vec<(AdvisoryId, u32, AckWay)>,
}

impl Subscriber {
    /// A subscriber without any event.
    #[must_use]
    pub fn new(id: SubscriberId) -> Self {
        Subscriber {
            id,
            address: None,
            lang: Lang::En,
            scope: Scope::Everything,
            reference: String::new(),
            active: false,
            acknowledged: vec![],
        }
    }

    /// Takes the next event.
    pub fn apply(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::Subscribed {
                address,
                lang,
                scope,
                reference,
            } => {
                self.address = Some(*address);
                self.lang = *lang;
                self.scope = scope.clone();
                self.reference.clone_from(reference);
                self.active = true;
            }
            Event::Unsubscribed => self.active = false,
            Event::CopyAcknowledged {
                advisory,
                revision,
                way,
            } => self.acknowledged.push((*advisory, *revision, *way)),
            _ => {}
        }
    }

    /// Ends the subscription; ending twice is no fault.
    #[must_use]
    pub fn unsubscribe(&self) -> Vec<Change> {
        if self.active {
            vec![Change::of(self.id, Event::Unsubscribed)]
        } else {
            vec![]
        }
    }

    /// Records that a person looked after a copy that could not be delivered: nothing more is done for it.
    ///
    /// # Errors
    /// [`Refusal::NoSuchCopy`] if the copy is in no state that needs looking after.
    pub fn give_up(
        &self,
        advisory: AdvisoryId,
        revision: u32,
        state: CopyState,
    ) -> Result<Vec<Change>, Refusal> {
        if !matches!(state, CopyState::Refused | CopyState::Expired) {
            return Err(Refusal::NoSuchCopy);
        }
        Ok(vec![Change::of(
            self.id,
            Event::CopyGivenUp { advisory, revision },
        )])
    }

    /// Records a person's acknowledgement of a copy; the first one counts, a repetition changes nothing.
    #[must_use]
    pub fn acknowledge(&self, advisory: AdvisoryId, revision: u32, way: AckWay) -> Vec<Change> {
        if self
            .acknowledged
            .iter()
            .any(|(a, r, _)| (*a, *r) == (advisory, revision))
        {
            return vec![];
        }
        vec![Change::of(
            self.id,
            Event::CopyAcknowledged {
                advisory,
                revision,
                way,
            },
        )]
    }
}

/// Makes a subscription.
///
/// # Errors
/// If the name of a vendor or product is missing.
pub fn subscribe(
    id: SubscriberId,
    address: TextRef,
    lang: Lang,
    scope: Scope,
    reference: String,
) -> Result<Vec<Change>, Refusal> {
    if let Scope::Vendor { name } | Scope::Product { name } = &scope
        && name.trim().is_empty()
    {
        return Err(Refusal::Input {
            field: "target",
            why: "name the vendor or the product",
        });
    }
    Ok(vec![Change::of(
        id,
        Event::Subscribed {
            address,
            lang,
            scope,
            reference,
        },
    )])
}

/// State of one copy: (advisory revision, subscriber, channel).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CopyState {
    /// Waits for its turn.
    Queued,
    /// Handed to the sender; the outcome is not known yet.
    Sending,
    /// The next server took it (相手サーバ受理). It is not known to have arrived.
    Accepted,
    /// The connection broke after the text: it may have been taken; it is tried again under the same Message-ID.
    Maybe,
    /// A later try is planned.
    Deferred,
    /// Refused for good: a task for a person.
    Refused,
    /// The deadline passed.
    Expired,
    /// A person said "received".
    Acknowledged,
    /// The subscription ended before the copy went out.
    Dropped,
}

impl CopyState {
    /// The code of the database.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            CopyState::Queued => 0,
            CopyState::Sending => 1,
            CopyState::Accepted => 2,
            CopyState::Maybe => 3,
            CopyState::Deferred => 4,
            CopyState::Refused => 5,
            CopyState::Expired => 6,
            CopyState::Acknowledged => 7,
            CopyState::Dropped => 8,
        }
    }

    /// The state of a code.
    #[must_use]
    pub const fn from_code(code: i64) -> Option<Self> {
        Some(match code {
            0 => CopyState::Queued,
            1 => CopyState::Sending,
            2 => CopyState::Accepted,
            3 => CopyState::Maybe,
            4 => CopyState::Deferred,
            5 => CopyState::Refused,
            6 => CopyState::Expired,
            7 => CopyState::Acknowledged,
            8 => CopyState::Dropped,
            _ => return None,
        })
    }

    /// Word for reports and machine output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            CopyState::Queued => "queued",
            CopyState::Sending => "sending",
            CopyState::Accepted => "accepted",
            CopyState::Maybe => "maybe_delivered",
            CopyState::Deferred => "deferred",
            CopyState::Refused => "refused",
            CopyState::Expired => "expired",
            CopyState::Acknowledged => "acknowledged",
            CopyState::Dropped => "dropped",
        }
    }

    /// Tells whether nothing more will be sent.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            CopyState::Accepted
                | CopyState::Refused
                | CopyState::Expired
                | CopyState::Acknowledged
                | CopyState::Dropped
        )
    }
}
