//! Members: an address is asked before it is subscribed, and told when that has happened.
//!
//! The link alone opens nothing: the code stands in the mail and not in it. An address that was asked within the last
//! minutes is not asked again, so that nobody's mailbox is filled through our form (security.md §2.7).

use domain::aggregate::Aggregate;
use domain::refusal::Refusal;
use domain::value::{Scope, SubscriberId};
use formats::advisory::Lang;
use formats::letter::{self, CODE_DIGITS, Confirmation, Letter, Subscription};
use formats::mail::{self, Circulation, Mailbox, MessageId, Outgoing};
use formats::subscribers::MailAddress;
use pages::mail::Chosen;
use seal::record::Realm as Wall;

use crate::command::distribution::Subscribe;
use crate::command::{self, Command};
use crate::house::House;
use crate::{Fault, clock};

/// Purpose of a confirmation link.
const PURPOSE: &str = "subscription";
/// How long a confirmation link holds, µs: three days, as its mail says.
const HOLDS_US: i64 = 3 * 86_400_000_000;
/// An address that was asked so lately is not asked again, µs.
const PAUSE_US: i64 = 600_000_000;
/// Subscriptions to the same thing by the same address, one after the other; each ended before the next began.
const AGAIN_MAX: u32 = 64;

impl House {
    /// Asks an address whether it wants a subscription.
    pub(super) async fn ask_subscriber(
        &self,
        id: &[u8; 16],
        wish: &Subscription,
    ) -> Result<(), Fault> {
        let Ok(address) = MailAddress::parse(&wish.address) else {
            return Ok(());
        };
        let subject = self.wish_id(&address, &wish.scope, 0);
        if let Some(before) = self.token_for(PURPOSE, subject).await?
            && is_too_soon(&before.load, wish)
        {
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
        let lang: Lang = wish.lang.into();
        let page = format!(
            "{}/{}/subscribe/confirm/{link}",
            self.config.portal,
            lang.tag()
        );
        let (subject, text) = pages::mail::subscription_asked(
            &self.mail_site(),
            lang,
            chosen(&wish.scope),
            &page,
            &code,
        );
        let stem = seal::token::reference(self.keys.codes.bytes(), "subscription", id);
        self.write_to(&stem, &address, lang, &subject, &text).await
    }

    /// Enters a subscriber whose code is right; a wrong one changes nothing but the count of tries.
    pub(super) async fn confirm_subscriber(
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
        if !self.token_use(&token, &confirmation.code).await? {
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
            let input = Command::Subscribe(Subscribe {
                id: Some(id.0),
                address: address.to_string(),
                lang: super::lang(wish.lang),
                scope: scope.clone(),
            });
            let act = self.clock_act("confirmed");
            command::perform(self, &act, Wall::Live, &input).await?;
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
        let lang: Lang = wish.lang.into();
        let stop = format!(
            "{}/unsubscribe/{}",
            self.config.portal, subscriber.reference
        );
        let (subject, text) =
            pages::mail::subscription_begun(&self.mail_site(), lang, chosen(&wish.scope), &stop);
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
            in_reply_to: None,
            circulation: Circulation::Personal,
            extra: &[],
        };
        self.hand_over(stem, address, mail::compose_plain(&outgoing, text))
            .await
    }
}

/// Whether an address was asked for another letter a short while before; the same letter may ask again.
fn is_too_soon(load: &[u8], wish: &Subscription) -> bool {
    let Ok(Letter::Subscription(before)) = Letter::read(load) else {
        return false;
    };
    let (Some(then), Some(now)) = (clock::parse(&before.at), clock::parse(&wish.at)) else {
        return false;
    };
    then != now && now.0 - then.0 < PAUSE_US
}

fn chosen(scope: &letter::Scope) -> Chosen<'_> {
    match scope {
        letter::Scope::Everything => Chosen::Everything,
        letter::Scope::Vendor { name } => Chosen::Vendor(name),
        letter::Scope::Product { name } => Chosen::Product(name),
    }
}
