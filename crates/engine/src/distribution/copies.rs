//! Copies of publications, from durable rows to the next server.
//!
//! The copies of a channel are claimed under a lease, handed to what sends by that channel, and settled in groups; every
//! transition is durable before the next. An unknown outcome is tried again as the same copy
//! (docs/design/settled.md §2.12). What a copy becomes is the machine's matter ([`domain::distribution::copy`]): here it
//! is only said what happened. A held house sends nothing. How one channel composes and sends, this knows not.
//! Addresses are opened here and never logged.

mod mail;

use domain::aggregate::Aggregate;
use domain::distribution::{CopyState, Happening, Subscriber};
use domain::refusal::Refusal;
use domain::text::gate;
use domain::text::gate::Released;
use domain::text::standing::{Owner, PartyKey};
use domain::value::{AdvisoryId, CopyChannel, StreamId, TextRef};
use store::distribution::{Copy, Settled};

use crate::Awaited;
use crate::Fault;
use crate::kernel::clock;
use crate::kernel::house::House;
use crate::kernel::reference;
use crate::publication::recipients::Named;

/// Copies claimed at once; also the group that is settled in one commit.
pub const CLAIM_MAX: u32 = 512;
/// How long a claim holds before another sender may take the copy, µs.
pub(crate) const LEASE_US: i64 = 300_000_000;
/// Outcomes settled in one commit.
const SETTLE_GROUP: usize = 256;

/// What a round of sending did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    pub accepted: usize,
    pub deferred: usize,
    pub refused: usize,
    pub maybe: usize,
    pub expired: usize,
    pub dropped: usize,
}

impl Sent {
    /// Counts what happened to a copy.
    fn count(&mut self, happened: Happening) {
        match happened {
            Happening::Taken => self.accepted += 1,
            Happening::PutOff => self.deferred += 1,
            Happening::Declined => self.refused += 1,
            Happening::Broken => self.maybe += 1,
            Happening::RanOut => self.expired += 1,
            Happening::Unaddressed | Happening::Left | Happening::LookedAfter => self.dropped += 1,
            // No sender reports these.
            Happening::Claimed
            | Happening::CameBack
            | Happening::Acknowledged
            | Happening::KeptBack
            | Happening::QueuedAgain => {}
        }
    }
}

/// What the copies of one revision share, kept over rounds.
#[derive(Default)]
pub struct Editions {
    mails: mail::Editions,
}

impl std::fmt::Debug for Editions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Editions({})", self.mails.len())
    }
}

/// Whom a copy goes to.
struct Recipient {
    subscriber: Subscriber,
    /// The address as it stands on the envelope.
    address: Released,
}

/// A copy as whoever looks after its reader has to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyTold {
    /// Nothing if it was altered in the database: that hides none of the others.
    pub reference: Option<String>,
    /// What its reader tells to acknowledge it.
    pub code: String,
    pub state: CopyState,
    pub attempts: u32,
    /// What the relay last answered.
    pub answer: Option<i64>,
}

/// The six digits of a copy, which its reader tells.
#[must_use]
pub fn copy_code(house: &House, copy: &[u8; 16]) -> String {
    seal::token::code(house.keys.codes.bytes(), copy)
}

/// The two digits of a copy that its page asks for where no browser vouches for a press (docs/design/security.md §2.7).
#[must_use]
pub fn copy_digits(house: &House, copy: &[u8; 16]) -> String {
    let of = seal::canon::Canon::of("noroshi/copy-page/1")
        .fixed(copy)
        .finish();
    let code = seal::token::code(house.keys.codes.bytes(), &of);
    code.chars().take(formats::letter::ACK_DIGITS).collect()
}

impl House {
    /// All copies of one revision, in the order of their ids.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn copies_of(
        &self,
        advisory: AdvisoryId,
        revision: u32,
    ) -> Result<Vec<CopyTold>, Fault> {
        let house = store::Viewer::House;
        let answers = self.store.answers(house, advisory, revision).await?;
        let copies = self.store.copies(house, advisory, revision).await?;
        let told = copies.into_iter().map(|copy| CopyTold {
            reference: reference::read(self, &copy.id, &copy.reference).ok(),
            code: copy_code(self, &copy.id),
            state: copy.state,
            attempts: copy.attempts,
            answer: answers.get(&copy.id).copied().filter(|answer| *answer != 0),
        });
        Ok(told.collect())
    }

    /// Sends what is due of a channel, one claim; returns what came of it.
    ///
    /// # Errors
    /// What failed; claimed copies come back when their lease runs out.
    pub fn send_copies<'a>(
        &'a self,
        channel: CopyChannel,
        editions: &'a mut Editions,
    ) -> Awaited<'a, Result<Sent, Fault>> {
        Box::pin(async move {
            self.not_held().await?;
            let now = clock::now().0;
            let copies = self
                .store
                .claim_copies(channel, now, now + LEASE_US, CLAIM_MAX)
                .await?;
            let mut sent = Sent::default();
            if copies.is_empty() {
                return Ok(sent);
            }
            crate::kernel::crash::point("post.claimed");
            let is_over = |copy: &Copy| copy.deadline <= now && copy.attempts > 1;
            let (over, due): (Vec<Copy>, Vec<Copy>) = copies.into_iter().partition(is_over);
            let ended: Vec<Settled> = over
                .iter()
                .map(|copy| ended(copy, Happening::RanOut, 0))
                .collect();
            self.settled(&ended, &mut sent).await?;
            match channel {
                CopyChannel::Mail => self.send_mails(due, &mut editions.mails, &mut sent).await?,
            }
            Ok(sent)
        })
    }

    /// Makes durable what happened to copies, and counts it.
    async fn settled(&self, settled: &[Settled], sent: &mut Sent) -> Result<(), Fault> {
        self.store.settle_copies(settled, clock::now().0).await?;
        settled.iter().for_each(|one| sent.count(one.happened));
        Ok(())
    }

    /// Whom a copy goes to; nobody, if there is no address or it belongs to the other side of the wall between what is
    /// real and exercises (docs/design/security.md §2.20).
    async fn recipient(&self, copy: &Copy) -> Result<Option<Recipient>, Fault> {
        let Some(loaded) = self.load(copy.subscriber.into()).await? else {
            return Ok(None);
        };
        let Aggregate::Subscriber(subscriber) = &*loaded.state else {
            return Ok(None);
        };
        let (Some(address), true) = (subscriber.address.as_ref(), loaded.realm == copy.realm)
        else {
            return Ok(None);
        };
        let address = self.envelope(address, subscriber.id.into()).await?;
        Ok(Some(Recipient {
            subscriber: subscriber.clone(),
            address,
        }))
    }

    /// An address as it stands on the envelope of a mail to the party whose it is.
    pub(super) async fn envelope(&self, text: &TextRef, of: StreamId) -> Result<Released, Fault> {
        let of = PartyKey(of.bytes());
        let address = self.text(text, Owner::Party(of)).await?;
        gate::envelope(&address, of).map_err(|withheld| {
            let class = text.class.code();
            let rule = withheld.rule;
            Refusal::Withheld { class, rule }.into()
        })
    }

    /// Tells whether another subscription of the same mailbox asks for what is named. Its copy stays the mail that it was
    /// made as, so that one Message-ID has one content.
    async fn is_wanted_yet(&self, ended: &Subscriber, named: &Named) -> Result<bool, Fault> {
        let Some(mailbox) = ended.mailbox.as_deref().and_then(seal::unhex32) else {
            return Ok(false);
        };
        for other in self
            .store
            .readers_of(store::Viewer::House, &mailbox)
            .await?
        {
            let loaded = self.load(other.id.into()).await?;
            if let Some(Aggregate::Subscriber(other)) = loaded.as_ref().map(|l| &*l.state)
                && other.active
                && named.suits(&other.scope)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Says what happened to a copy that is not tried again by itself; the code is that of the other side's answer, or 0.
fn ended(copy: &Copy, happened: Happening, code: u16) -> Settled {
    Settled {
        id: copy.id,
        happened,
        next_at: 0,
        detail: i64::from(code),
    }
}

/// Says what happened to a copy that was not taken: it is tried again up to its deadline.
fn tried(copy: &Copy, happened: Happening, code: u16, now: i64) -> Settled {
    let seed = copy
        .id
        .first_chunk::<8>()
        .map_or(0, |b| u64::from_be_bytes(*b));
    match channels::backoff::next_try_us(copy.attempts, now, copy.deadline, seed) {
        Some(next_at) => Settled {
            id: copy.id,
            happened,
            next_at,
            detail: i64::from(code),
        },
        None => ended(copy, Happening::RanOut, code),
    }
}
