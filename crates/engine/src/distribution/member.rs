//! Members: an address is asked before it is subscribed, and told when that has happened.
//!
//! The link alone opens nothing: the code stands in the mail and not in it. An address that was asked within the last
//! minutes is not asked again, so that nobody's mailbox is filled through our form (docs/design/security.md §2.7).

use domain::aggregate::Aggregate;
use domain::refusal::Refusal;
use domain::value::{Actor, CopyChannel, Scope, SubscriberId};
use formats::advisory::Lang;
use formats::letter::{self, CODE_DIGITS, Confirmation, Letter, Subscription};
use formats::mail::{self, Circulation, Mailbox, MessageId, Outgoing};
use formats::subscribers::MailAddress;
use pages::distribution::mail::Chosen;
use seal::record::Realm;

use crate::Fault;
use crate::distribution::command::{self, Subscribe};
use crate::kernel::clock;
use crate::kernel::house::House;

/// Purpose of a confirmation link.
const PURPOSE: &str = "subscription";
/// How long a confirmation link holds, µs: three days, as its mail says.
const HOLDS_US: i64 = 3 * 86_400_000_000;
/// Purpose of what is remembered of an address: when it was asked. Nobody holds its link.
const ASKED: &str = "subscription-asked";
/// An address that was asked so lately is not asked again, whatever for, µs.
const PAUSE_US: i64 = 600_000_000;
/// Span in which an address is asked [`ASKED_MAX`] times at most, µs: a day.
const ASKED_SPAN_US: i64 = 86_400_000_000;
/// How often an address is asked in a day, whatever for.
const ASKED_MAX: usize = 5;
/// Subscriptions to the same thing by the same address, one after the other; each ended before the next began.
const AGAIN_MAX: u32 = 64;

impl House {
    /// Asks an address whether it wants a subscription.
    pub(crate) async fn ask_subscriber(
        &self,
        id: &[u8; 16],
        wish: &Subscription,
    ) -> Result<(), Fault> {
        let Ok(address) = MailAddress::parse(&wish.address) else {
            return Ok(());
        };
        let subject = self.wish_id(&address, &wish.scope, 0);
        if !self.may_ask(id, &address).await? {
            return Ok(());
        }
        let code = House::draw_digits(CODE_DIGITS as u32);
        let load = Letter::Subscription(Subscription {
            address: address.to_string(),
            ..wish.clone()
        });
        let link = self
            .token_draw(PURPOSE, subject, &load.write(), Some(&code), HOLDS_US)
            .await?;
        let lang = wish.lang;
        let page = format!(
            "{}/{}/subscribe/confirm/{link}",
            self.config.reached(),
            lang.tag()
        );
        let (subject, text) = pages::distribution::mail::subscription_asked(
            &self.mail_site(),
            lang,
            chosen(&wish.scope),
            &page,
            &code,
        );
        let stem = seal::token::reference(self.keys.codes.bytes(), "subscription", id);
        self.write_to(&stem, &address, lang, &subject, &text).await
    }

    /// Whether an address may be asked now, and notes that it is; the same letter may ask again.
    async fn may_ask(&self, id: &[u8; 16], address: &MailAddress) -> Result<bool, Fault> {
        let name = seal::canon::Canon::of("noroshi/asked-address/1")
            .bytes(address.to_string().to_lowercase().as_bytes())
            .finish();
        let mac = seal::hmac256(self.keys.codes.bytes(), &name);
        let subject: [u8; 16] = mac.first_chunk().copied().unwrap_or_default();
        let now = clock::now().0;
        let before = self.token_for(ASKED, subject).await?;
        let load = before.map(|before| before.load).unwrap_or_default();
        let mut asked = Asked::read(&load, now);
        if asked.knows(id) {
            return Ok(true);
        }
        if !asked.allows(now) {
            return Ok(false);
        }
        asked.0.push((*id, now));
        self.token_draw(ASKED, subject, &asked.write(), None, ASKED_SPAN_US)
            .await?;
        Ok(true)
    }

    /// Enters a subscriber whose code is right; a wrong one changes nothing but the count of tries.
    pub(crate) async fn confirm_subscriber(
        &self,
        confirmation: &Confirmation,
    ) -> Result<(), Fault> {
        let Some(token) = self.token_find(&confirmation.token, PURPOSE).await? else {
            return Ok(());
        };
        let Ok(Letter::Subscription(wish)) = Letter::read(&token.load) else {
            return Err(Fault::Form("subscription"));
        };
        if !self.token_fits(&token, &confirmation.code).await? {
            return Ok(());
        }
        let address = MailAddress::parse(&wish.address).map_err(|_| Fault::Form("subscription"))?;
        // Entered first, used up afterwards: a crash in between enters the same subscriber once more, which changes nothing.
        let entered = self.enter(&address, &wish).await?;
        if !self.store.use_token(&token.hash, clock::now().0).await? {
            return Ok(());
        }
        self.welcome(&token.hash, &address, &wish, entered).await
    }

    /// Enters a subscriber; the same address and scope is entered once as long as it lasts.
    async fn enter(
        &self,
        address: &MailAddress,
        wish: &Subscription,
    ) -> Result<SubscriberId, Fault> {
        let scope = match &wish.scope {
            letter::Scope::Everything => Scope::Everything,
            letter::Scope::Vendor { name } => Scope::Vendor { name: name.clone() },
            letter::Scope::Product { name } => Scope::Product { name: name.clone() },
        };
        for turn in 0..AGAIN_MAX {
            let id = uuid::Builder::from_custom_bytes(self.wish_id(address, &wish.scope, turn));
            let id = SubscriberId(id.into_uuid());
            if let Some(loaded) = self.load(id.into()).await? {
                match &*loaded.state {
                    Aggregate::Subscriber(known) if known.active => return Ok(id),
                    _ => continue,
                }
            }
            let input = Subscribe {
                id: Some(id.0),
                channel: CopyChannel::Mail,
                address: address.to_string(),
                lang: wish.lang,
                scope: scope.clone(),
            };
            let act = self.act_of(Actor::Member { subscriber: id }, "confirmed");
            self.perform(&act, "subscribe", Realm::Live, async |unit| {
                command::subscribe(unit, &input).await
            })
            .await?;
            return Ok(id);
        }
        Err(Refusal::Exists("subscription").into())
    }

    async fn welcome(
        &self,
        token: &[u8; 32],
        address: &MailAddress,
        wish: &Subscription,
        subscriber: SubscriberId,
    ) -> Result<(), Fault> {
        let Some(loaded) = self.load(subscriber.into()).await? else {
            return Ok(());
        };
        let Aggregate::Subscriber(subscriber) = &*loaded.state else {
            return Ok(());
        };
        let lang = wish.lang;
        let stop = format!(
            "{}/unsubscribe/{}",
            self.config.reached(),
            subscriber.reference
        );
        let (subject, text) = pages::distribution::mail::subscription_begun(
            &self.mail_site(),
            lang,
            chosen(&wish.scope),
            &stop,
        );
        let stem = seal::token::reference(self.keys.codes.bytes(), "welcome", token);
        self.write_to(&stem, address, lang, &subject, &text).await
    }

    /// The id of a wish: it follows from address and scope under a key of this house, so it confirms nothing to others.
    fn wish_id(&self, address: &MailAddress, scope: &letter::Scope, turn: u32) -> [u8; 16] {
        let (kind, target) = match scope {
            letter::Scope::Everything => ("everything", ""),
            letter::Scope::Vendor { name } => ("vendor", name.as_str()),
            letter::Scope::Product { name } => ("product", name.as_str()),
        };
        let mut of = seal::canon::Canon::of("noroshi/subscriber-id/1")
            .bytes(address.to_string().as_bytes())
            .bytes(kind.as_bytes())
            .bytes(target.as_bytes());
        // The first one has the same id as an import of the same row.
        if turn > 0 {
            of = of.u64(u64::from(turn));
        }
        let mac = seal::hmac256(self.keys.codes.bytes(), &of.finish());
        mac.first_chunk().copied().unwrap_or_default()
    }

    async fn write_to(
        &self,
        stem: &str,
        address: &MailAddress,
        lang: Lang,
        subject: &str,
        text: &str,
    ) -> Result<(), Fault> {
        let message_id =
            MessageId::new(stem, self.mail_domain()).ok_or(Fault::Form("reference"))?;
        let from = self.sender()?;
        let site = self.mail_site();
        let name = site.name.get(&lang).cloned().unwrap_or_default();
        let outgoing = Outgoing {
            message_id: &message_id,
            date_us: clock::now().0,
            from: Mailbox {
                name: &name,
                address: &from,
            },
            to: address,
            reply_to: None,
            subject,
            thread: None,
            circulation: Circulation::Personal,
            extra: &[],
        };
        self.hand_over(stem, address, mail::compose_plain(&outgoing, text))
            .await
    }
}

/// When an address was asked, and by which letters.
struct Asked(Vec<([u8; 16], i64)>);

impl Asked {
    /// Reads what is remembered, without what is older than the span.
    fn read(load: &[u8], now: i64) -> Asked {
        let (each, _) = load.as_chunks::<24>();
        let all = each.iter().filter_map(|one| {
            let (id, at) = one.split_first_chunk::<16>()?;
            let at = i64::from_be_bytes(*at.first_chunk()?);
            (now - at < ASKED_SPAN_US).then_some((*id, at))
        });
        Asked(all.collect())
    }

    fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.0.len() * 24);
        for (id, at) in &self.0 {
            out.extend_from_slice(id);
            out.extend_from_slice(&at.to_be_bytes());
        }
        out
    }

    /// Whether this letter asked before: its mail may not have been taken.
    fn knows(&self, id: &[u8; 16]) -> bool {
        self.0.iter().any(|(known, _)| known == id)
    }

    fn allows(&self, now: i64) -> bool {
        self.0.len() < ASKED_MAX && self.0.iter().all(|(_, at)| now - at >= PAUSE_US)
    }
}

fn chosen(scope: &letter::Scope) -> Chosen<'_> {
    match scope {
        letter::Scope::Everything => Chosen::Everything,
        letter::Scope::Vendor { name } => Chosen::Vendor(name),
        letter::Scope::Product { name } => Chosen::Product(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_asked_with_pauses_and_a_few_times_a_day() {
        let mut asked = Asked(Vec::new());
        let mut now = 1_000;
        for id in 0..5 {
            assert!(asked.allows(now));
            asked.0.push(([id; 16], now));
            let read = Asked::read(&asked.write(), now);
            assert_eq!(read.0, asked.0);
            assert!(read.knows(&[id; 16]) && !read.knows(&[9; 16]));
            assert!(!read.allows(now + PAUSE_US - 1));
            now += PAUSE_US;
        }
        assert!(!asked.allows(now));
        assert!(Asked::read(&asked.write(), 1_000 + ASKED_SPAN_US).allows(1_000 + ASKED_SPAN_US));
    }
}
