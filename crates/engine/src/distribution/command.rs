//! Commands of distribution: who is told, and who said "received".

use std::collections::HashSet;

use domain::aggregate::Aggregate;
use domain::distribution;
use domain::refusal::Refusal;
use domain::text::class::Class;
use domain::value::*;
use serde_json::{Value, json};
use store::distribution::Undelivered;

use crate::Awaited;
use crate::Fault;
use crate::kernel::find::inputs;
use crate::kernel::house::House;
use crate::kernel::unit::Unit;

inputs! {
    Subscribe "Enters somebody who wants to be told of publications and updates." {
        id: Option<uuid::Uuid> = "id to use, for imports that may run twice";
        #[serde(default)] channel: CopyChannel = "mail, if it is not said";
        address: String = "address that the channel goes to";
        lang: Lang = "ja or en";
        scope: Scope = "{scope: everything} or {scope: vendor|product, name}";
    }
    Unsubscribe "Ends a subscription; waiting copies are dropped." {
        reference: String = "reference of the unsubscribe link, or the subscriber's id";
    }
    GiveUpCopy "Records that a copy could not be delivered and that a person has looked after it." {
        reference: String = "reference that stands on the copy";
    }
    QueueCopiesAgain "Sends copies again that reached nobody, up to a new deadline: one by its reference, or all of the revision of an advisory that is out now." {
        reference: Option<String> = "reference that stands on the copy";
        advisory: Option<String> = "public number, for all of its copies";
    }
    Acknowledge "Records that a person said \"received\", by the code of the copy told by telephone or fax." {
        reference: String = "reference that stands on the copy";
        code: String = "the six digits of the copy";
        #[serde(default = "by_hand")] way: AckWay = "hand, or reply";
    }
}

fn by_hand() -> AckWay {
    AckWay::Hand
}

/// Enters a subscriber.
pub async fn subscribe(unit: &mut Unit<'_>, input: &Subscribe) -> Result<Value, Fault> {
    let id = SubscriberId(input.id.unwrap_or_else(|| unit.draw()));
    if unit.state(id.into()).await?.is_some() {
        return Err(Refusal::Exists("subscription").into());
    }
    let address = address(input.channel, &input.address)?;
    let mailbox = seal::hex(&mailbox(unit.house, input.channel, &address));
    let address = unit.text(id.into(), Class::C, input.lang, &address).await?;
    let reference = seal::token::base32(&seal::random::bytes::<16>());
    unit.record(distribution::subscribe(
        id,
        address,
        mailbox,
        input.channel,
        input.lang,
        input.scope.clone(),
        reference,
    )?)
    .await?;
    Ok(json!({ "subscriber": id.to_string() }))
}

/// Reads what was typed as an address of the channel.
fn address(channel: CopyChannel, typed: &str) -> Result<String, Refusal> {
    match channel {
        CopyChannel::Mail => formats::subscribers::MailAddress::parse(typed)
            .map(|address| address.to_string())
            .map_err(|_| Refusal::Input {
                field: "address",
                why: "this is no mail address",
            }),
    }
}

/// Names the mailbox of an address, so that two subscriptions of it are known for one without telling whose it is. Of
/// mail, upper and lower case are one; mail goes to the address as it was typed. Two channels have no mailbox in common.
fn mailbox(house: &crate::House, channel: CopyChannel, address: &str) -> [u8; 32] {
    let name = match channel {
        CopyChannel::Mail => seal::canon::Canon::of("noroshi/mailbox/1")
            .bytes(address.to_lowercase().as_bytes())
            .finish(),
    };
    seal::hmac256(house.keys.codes.bytes(), &name)
}

async fn find(unit: &mut Unit<'_>, text: &str) -> Result<distribution::Subscriber, Fault> {
    let id = match crate::kernel::find::uuid_of(text) {
        Some(id) => SubscriberId(id),
        None => unit
            .house
            .store
            .subscriber_by_reference(store::Viewer::Bearer, text)
            .await?
            .ok_or(Refusal::NotFound("subscription"))?,
    };
    match unit.state(id.into()).await?.as_deref() {
        Some(domain::aggregate::Aggregate::Subscriber(found)) => Ok(found.clone()),
        _ => Err(Refusal::NotFound("subscription").into()),
    }
}

/// Ends a subscription. Whoever stops the mails themselves has pressed "stop" in one of them and wants none of the others
/// either: all of the mailbox end.
pub async fn unsubscribe(unit: &mut Unit<'_>, input: &Unsubscribe) -> Result<Value, Fault> {
    let subscriber = find(unit, &input.reference).await?;
    let mut ended = vec![subscriber.clone()];
    // The link of a subscription that has ended, in an old mail that somebody was given, ends nothing that began later.
    let is_outside = matches!(unit.act.by, Actor::Stranger { .. } | Actor::Member { .. });
    if is_outside && subscriber.active {
        for other in others_of(unit, &subscriber).await? {
            ended.push(other);
        }
    }
    for one in ended {
        unit.record(one.unsubscribe()).await?;
        // Whoever is inactive is dropped when copies are sent too, so a crash between the two loses nothing.
        unit.afterwards(crate::kernel::unit::After::Drop(one.id));
    }
    Ok(json!({ "subscriber": subscriber.id.to_string() }))
}

/// The other subscriptions of a mailbox that have not ended.
async fn others_of(
    unit: &mut Unit<'_>,
    of: &distribution::Subscriber,
) -> Result<Vec<distribution::Subscriber>, Fault> {
    let Some(mailbox) = of.mailbox.as_deref().and_then(seal::unhex32) else {
        return Ok(vec![]);
    };
    let readers = unit
        .house
        .store
        .readers_of(store::Viewer::House, &mailbox)
        .await?;
    let mut out = Vec::new();
    for reader in readers.into_iter().filter(|reader| reader.id != of.id) {
        if let Some(domain::aggregate::Aggregate::Subscriber(found)) =
            unit.state(reader.id.into()).await?.as_deref()
        {
            out.push(found.clone());
        }
    }
    Ok(out)
}

/// A reference as it stands on the mail: it is read aloud and typed in capitals, in groups, in full width.
fn as_printed(typed: &str) -> String {
    domain::party::handle(typed)
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .take(64)
        .collect()
}

/// Records an acknowledgement.
pub async fn acknowledge(unit: &mut Unit<'_>, input: &Acknowledge) -> Result<Value, Fault> {
    use crate::people::passwords::{TRIES_MAX, Tries};
    // Six digits are guessed in time; five wrong ones for a copy are enough for a while.
    let reference = as_printed(&input.reference);
    let name = format!("copy/{reference}");
    let copy = unit
        .house
        .store
        .copy_by_reference(store::Viewer::Bearer, &reference)
        .await?;
    let typed = base::digits(&input.code);
    let found = copy.filter(|copy| {
        unit.house.kept.of::<Tries>().count(&name) < TRIES_MAX
            && seal::token::code(unit.house.keys.codes.bytes(), &copy.id) == typed
    });
    let Some(copy) = found else {
        unit.house.kept.of::<Tries>().missed(&name);
        return Err(Refusal::NoSuchCopy.into());
    };
    record_acknowledgement(unit, &copy, input.way).await
}

async fn record_acknowledgement(
    unit: &mut Unit<'_>,
    copy: &store::distribution::Copy,
    way: AckWay,
) -> Result<Value, Fault> {
    let subscriber = find(unit, &copy.subscriber.to_string()).await?;
    unit.record(subscriber.acknowledge(copy.advisory, copy.revision, way))
        .await?;
    // The event is the evidence; the copy's row follows it and is set again if the process dies in between.
    let settled = store::distribution::Settled {
        id: copy.id,
        happened: distribution::Happening::Acknowledged,
        next_at: 0,
        detail: 0,
    };
    unit.afterwards(crate::kernel::unit::After::Settle(settled));
    Ok(json!({ "advisory": copy.advisory.to_string(), "revision": copy.revision }))
}

/// Gives a copy up.
pub async fn give_up(unit: &mut Unit<'_>, input: &GiveUpCopy) -> Result<Value, Fault> {
    let copy = unit
        .house
        .store
        .copy_by_reference(
            store::Viewer::Person(unit.act.actor),
            &as_printed(&input.reference),
        )
        .await?
        .ok_or(Refusal::NoSuchCopy)?;
    let subscriber = find(unit, &copy.subscriber.to_string()).await?;
    let changes = subscriber.give_up(copy.advisory, copy.revision, copy.state)?;
    unit.record(changes).await?;
    unit.afterwards(crate::kernel::unit::After::Settle(
        store::distribution::Settled {
            id: copy.id,
            happened: distribution::Happening::LookedAfter,
            next_at: 0,
            detail: 0,
        },
    ));
    Ok(json!({ "advisory": copy.advisory.to_string(), "revision": copy.revision }))
}

/// The revision that is out now: nobody is sent an older one any more.
async fn newest(house: &House, advisory: AdvisoryId) -> Result<u32, Fault> {
    let loaded = house.load(advisory.into()).await?;
    let Some(Aggregate::Advisory(advisory)) = loaded.as_ref().map(|loaded| &*loaded.state) else {
        return Ok(0);
    };
    Ok(advisory.published.last().map_or(0, |last| last.revision))
}

/// Queues copies again. What becomes of a copy is no event until a person says "received" or gives it up.
pub async fn queue_again(unit: &mut Unit<'_>, input: &QueueCopiesAgain) -> Result<Value, Fault> {
    let viewer = store::Viewer::Person(unit.act.actor);
    let house = unit.house;
    let wanted = match (&input.reference, &input.advisory) {
        (Some(reference), None) => {
            let reference = as_printed(reference);
            let copy = house.store.copy_by_reference(viewer, &reference).await?;
            let copy = copy.ok_or(Refusal::NoSuchCopy)?;
            distribution::step(copy.state, distribution::Happening::QueuedAgain)?;
            if copy.revision < newest(house, copy.advisory).await? {
                return Err(Refusal::CopyOutdated.into());
            }
            Undelivered::Copy(copy.id)
        }
        (None, Some(number)) => {
            let all = house.store.advisories(viewer).await?;
            let found = all.into_iter().find(|row| row.number == *number);
            let id = found.ok_or(Refusal::NotFound("advisory"))?.id;
            Undelivered::Revision(id, newest(house, id).await?)
        }
        _ => {
            return Err(Refusal::Input {
                field: "reference",
                why: "give a reference or a public number",
            }
            .into());
        }
    };
    let now = unit.act.now.0;
    let hours = house.config.deadline_hours(CopyChannel::Mail);
    let deadline = now + i64::from(hours) * 3_600_000_000;
    let queued = house.store.queue_again(wanted, now, deadline).await?;
    tracing::info!(
        code = "post.queued_again",
        copies = queued,
        "copies that reached nobody are sent again"
    );
    for channel in CopyChannel::ALL {
        house.bells.ring(channel.name());
    }
    Ok(json!({ "queued": queued }))
}

/// Records an acknowledgement of a copy's page: its reference is known from the mail only, and either a browser
/// vouched for a person's press (`digits` is nothing) or the mail's two digits were typed.
pub async fn acknowledge_on_page(
    unit: &mut Unit<'_>,
    reference: &str,
    digits: Option<&str>,
) -> Result<Value, Fault> {
    let copy = unit
        .house
        .store
        .copy_by_reference(store::Viewer::Bearer, reference)
        .await?;
    let copy = copy
        .filter(|copy| {
            digits.is_none_or(|typed| {
                crate::distribution::copies::copy_digits(unit.house, &copy.id) == typed
            })
        })
        .ok_or(Refusal::NoSuchCopy)?;
    record_acknowledgement(unit, &copy, AckWay::Page).await
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub entered: usize,
    pub known: usize,
    /// Line and code of each row that the house refused.
    pub refused: Vec<(u64, &'static str)>,
}

/// A target of a file that stands in nothing that was published: it may be misspelt, or be new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    /// Line in the file.
    pub line: u64,
    /// What was named.
    pub target: String,
    /// Published names that resemble it.
    pub near: Vec<String>,
}

/// The rows whose target fits no publication in the pressed tree; none, if there is no tree to look into.
#[must_use]
pub fn unmatched(house: &crate::House, rows: &[formats::subscribers::Row]) -> Vec<Unmatched> {
    use formats::letter::Scope as Wish;
    use formats::recent::{self, Fit};
    let index = house.dir.join("public").join("ja/advisories/index.json");
    let lines = std::fs::read(index)
        .ok()
        .and_then(|bytes| recent::read(&bytes));
    let Some(names) = lines.map(|lines| recent::Names::of(&lines)) else {
        return vec![];
    };
    let mut out = Vec::new();
    for row in rows {
        let (wish, target) = match &row.scope {
            formats::subscribers::Scope::All => continue,
            formats::subscribers::Scope::Vendor(name) => {
                (Wish::Vendor { name: name.clone() }, name)
            }
            formats::subscribers::Scope::Product(name) => {
                (Wish::Product { name: name.clone() }, name)
            }
        };
        if let Fit::Near(near) = names.fit(&wish) {
            let (line, target) = (row.line, target.clone());
            out.push(Unmatched { line, target, near });
        }
    }
    out
}

/// Enters subscribers from a file; a row that was entered before changes nothing.
///
/// # Errors
/// Faults of the store.
pub fn import<'a>(
    house: &'a crate::House,
    rows: &'a [formats::subscribers::Row],
) -> Awaited<'a, Result<Imported, Fault>> {
    Box::pin(async move {
        let mut done = Imported::default();
        // A list does not undo what a person decided: whoever left comes back by the form.
        let left = house.store.mailboxes_left(store::Viewer::House).await?;
        for chunk in rows.chunks(store::write::GROUP_MAX) {
            let act = house.act_of(Actor::Operator, "import");
            let counted = house
                .perform(&act, "subscribe", seal::record::Realm::Live, async |unit| {
                    enter(unit, chunk, &left).await
                })
                .await?;
            done.entered += counted.entered;
            done.known += counted.known;
            done.refused.extend(counted.refused);
        }
        Ok(done)
    })
}

/// Enters rows in one transaction, but for those of mailboxes that have left.
async fn enter(
    unit: &mut Unit<'_>,
    rows: &[formats::subscribers::Row],
    left: &HashSet<[u8; 32]>,
) -> Result<Imported, Fault> {
    let mut done = Imported::default();
    for row in rows {
        let input = wanted(unit.house, row);
        if left.contains(&mailbox(unit.house, input.channel, &input.address)) {
            done.refused.push((row.line, "left"));
            continue;
        }
        let mark = unit.mark();
        match subscribe(unit, &input).await {
            Ok(_) => done.entered += 1,
            Err(Fault::Refused(Refusal::Exists(_))) => {
                unit.roll_back(mark);
                done.known += 1;
            }
            Err(Fault::Refused(refusal)) => {
                unit.roll_back(mark);
                done.refused.push((row.line, refusal.code()));
            }
            Err(other) => return Err(other),
        }
    }
    Ok(done)
}

/// What a row wants. Its id follows from address and scope under a key of this house, so a repetition is recognised
/// and the id confirms nothing to whoever has no key.
fn wanted(house: &crate::House, row: &formats::subscribers::Row) -> Subscribe {
    let scope = match &row.scope {
        formats::subscribers::Scope::All => Scope::Everything,
        formats::subscribers::Scope::Vendor(name) => Scope::Vendor { name: name.clone() },
        formats::subscribers::Scope::Product(name) => Scope::Product { name: name.clone() },
    };
    let (kind, target) = match &scope {
        Scope::Everything => ("everything", ""),
        Scope::Vendor { name } => ("vendor", name.as_str()),
        Scope::Product { name } => ("product", name.as_str()),
    };
    let key = seal::canon::Canon::of("noroshi/subscriber-id/1")
        .bytes(row.address.to_string().as_bytes())
        .bytes(kind.as_bytes())
        .bytes(target.as_bytes())
        .finish();
    let mac = seal::hmac256(house.keys.codes.bytes(), &key);
    let mut id = [0; 16];
    id.copy_from_slice(&mac[..16]);
    Subscribe {
        id: Some(uuid::Builder::from_custom_bytes(id).into_uuid()),
        channel: CopyChannel::Mail,
        address: row.address.to_string(),
        lang: match row.language {
            formats::advisory::Lang::Ja => Lang::Ja,
            formats::advisory::Lang::En => Lang::En,
        },
        scope,
    }
}
