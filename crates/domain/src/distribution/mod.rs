//! Who wants to be told, and what a copy's state is (docs/design/early-warning.md §4.1).
//!
//! A subscriber's address is a sealed text. Deliveries are rows of their own (truth, not events); their
//! states and the steps between them are the machine in [`copy`].

pub mod copy;

pub use copy::{CopyState, Happening, step};

use crate::event::{Change, Event, Recorded};
use crate::refusal::Refusal;
use crate::text::fold;
use crate::value::*;

/// A subscriber.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscriber {
    pub id: SubscriberId,
    pub address: Option<TextRef>,
    /// Keyed hash of the address, the same for all subscriptions of one mailbox; older ones have none.
    pub mailbox: Option<String>,
    pub channel: CopyChannel,
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
            mailbox: None,
            channel: CopyChannel::default(),
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
                mailbox,
                channel,
            } => {
                self.address = Some(*address);
                self.channel = *channel;
                self.mailbox.clone_from(mailbox);
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
    /// [`Refusal::CopyState`] if the copy is in no state that needs looking after.
    pub fn give_up(
        &self,
        advisory: AdvisoryId,
        revision: u32,
        state: CopyState,
    ) -> Result<Vec<Change>, Refusal> {
        step(state, Happening::LookedAfter)?;
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
    mailbox: String,
    channel: CopyChannel,
    lang: Lang,
    scope: Scope,
    reference: String,
) -> Result<Vec<Change>, Refusal> {
    // What folds to nothing equals no name, and would never be told of anything.
    let is_nothing = match &scope {
        Scope::Everything => false,
        Scope::Vendor { name } => fold::name(name).is_empty(),
        Scope::Product { name } => fold::product(name).is_empty(),
    };
    if is_nothing {
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
            mailbox: Some(mailbox),
            channel,
        },
    )])
}
