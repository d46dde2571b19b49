//! The invitation: a clear mail with a link and, beside it, the code without which the link opens nothing.
//!
//! The letter names no product and no case. Its link is the link of the intent that asks for it, so a letter
//! that is written again after a crash is the same letter; another letter to the same participant ends the
//! links before it.

use domain::act::Act;
use domain::aggregate::Aggregate;
use domain::react::IntentKind;
use domain::refusal::Refusal;
use domain::value::*;
use seal::record::Realm;
use serde_json::{Value, json};
use store::work::IntentRow;
use store::{Viewer, Which};

use crate::Awaited;
use crate::Fault;
use crate::coordination::command::{self, Contact};
use crate::kernel::clock;
use crate::kernel::find::{inputs, participants_of};
use crate::kernel::house::House;
use crate::kernel::unit::Unit;
use crate::people::sessions::Of;

/// Purpose of an invitation's link.
pub const INVITATION: &str = "invitation";
/// How long an invitation holds (docs/design/security.md §2.7), µs.
pub const INVITATION_US: i64 = 14 * 86_400_000_000;
/// A new link is sent to the registered address at most this often, µs: whoever holds an old link must not be
/// able to fill a mailbox.
const AGAIN_EVERY_US: i64 = 600_000_000;
/// For so long a link that was sent and not used suffices, µs; within as long new ones are counted.
const AGAIN_WITHIN_US: i64 = 86_400_000_000;
/// New links that holders of old ones may have sent within [`AGAIN_WITHIN_US`]: one for each half of a working
/// day and one for a mistake.
const AGAIN_MAX: i64 = 3;

/// What an invitation's letter needs.
pub(crate) struct Invitation {
    pub(crate) link: String,
    pub(crate) code: String,
    /// When it was asked for, µs.
    pub(crate) at: i64,
}

/// Records a contact by mail; the letter with link and code follows from it.
///
/// # Errors
/// What stands in the way, as of the command `contact`.
pub fn invite<'a>(
    house: &'a House,
    act: &'a Act,
    participant: ParticipantId,
) -> Awaited<'a, Result<Value, Fault>> {
    Box::pin(async move {
        let contact = Contact {
            participant: participant.to_string(),
            channel: ContactChannel::Mail,
            result: ContactResult::Tried,
        };
        house
            .perform(act, "contact", Realm::Live, async |unit| {
                command::contact(unit, &contact).await
            })
            .await
    })
}

inputs! {
    InviteAll "Has a new link sent to every vendor of an open case that was written to and has neither a link nor a session, as after a restore." {
    }
}

/// Has new links sent where all have ended; answers how many.
///
/// # Errors
/// If the store fails.
pub async fn invite_all(unit: &mut Unit<'_>, _: &InviteAll) -> Result<Value, Fault> {
    let (house, now) = (unit.house, unit.act.now.0);
    let mut letters = 0;
    for line in house.store.cases(Viewer::House, Which::Open).await? {
        for participant in participants_of(unit, line.id).await? {
            let id = participant.id;
            if participant.left
                || participant.invited_at.is_none()
                || house.token_for(INVITATION, id.bytes()).await?.is_some()
                || house.sessions_hold(Of::Participant(id)).await?
            {
                continue;
            }
            unit.row(again_row(id, now));
            letters += 1;
        }
    }
    Ok(json!({ "letters": letters }))
}

/// Has a new link sent to the registered address if `link` is one that we sent once, whatever became of it.
///
/// # Errors
/// If the store fails. Whether anything is sent is not told.
pub async fn invite_again(house: &House, link: &str) -> Result<(), Fault> {
    let Some(subject) = house.token_subject(link, INVITATION).await? else {
        return Ok(());
    };
    let participant = ParticipantId::from_bytes(subject);
    let Some(loaded) = house.load(participant.into()).await? else {
        return Ok(());
    };
    let case = match &*loaded.state {
        Aggregate::Participant(found) if !found.left => found.case,
        _ => return Ok(()),
    };
    match house.load(case.into()).await?.as_ref().map(|l| &*l.state) {
        Some(Aggregate::Case(case)) if case.closed.is_none() => {}
        _ => return Ok(()),
    }
    let now = clock::now().0;
    // One name in a stretch of time is one letter, however often it is asked for.
    let name = again(participant, now);
    let before = again(participant, now - AGAIN_WITHIN_US);
    let asked = house.store.intents_between(&before, &name).await?;
    if asked >= AGAIN_MAX || is_fresh(house, subject, now).await? {
        return Ok(());
    }
    let stranger = Actor::Stranger {
        inlet: Inlet::Partner,
    };
    let act = house.act_of(stranger, "");
    house
        .perform(&act, "invite-again", Realm::Live, async |unit| {
            unit.row(again_row(participant, now));
            Ok(())
        })
        .await
}

fn again_row(participant: ParticipantId, now: i64) -> IntentRow {
    IntentRow {
        name: again(participant, now),
        kind: IntentKind::FirstContact,
        subject: participant.into(),
        argument: String::new(),
        run_at: now,
    }
}

fn again(participant: ParticipantId, now: i64) -> String {
    // The width keeps the names in the order of time.
    let stretch = now / AGAIN_EVERY_US;
    format!("first_contact/{participant}/again/{stretch:010}")
}

/// Tells whether a link that still holds was sent so recently that another is not needed.
async fn is_fresh(house: &House, subject: [u8; 16], now: i64) -> Result<bool, Fault> {
    if house.token_for(INVITATION, subject).await?.is_none() {
        return Ok(false);
    }
    let row = house.store.token_for(INVITATION, subject).await?;
    Ok(row.is_some_and(|row| row.expires_at - INVITATION_US + AGAIN_WITHIN_US > now))
}

impl House {
    /// Link, code and instant of the invitation to an address that an intent of this name asks for.
    pub(crate) async fn invitation(
        &self,
        participant: ParticipantId,
        address: BodyId,
        intent: &str,
    ) -> Result<Invitation, Fault> {
        let at = match intent.split_once("/again/") {
            Some((_, stretch)) => stretch.parse().unwrap_or(0) * AGAIN_EVERY_US,
            None => self.recorded_at(participant, intent).await?,
        };
        // Another address has another link: what was on its way to the one before has ended.
        let name = format!("{intent}/{address}");
        let (link, code) = self
            .token_named(&name, INVITATION, participant.bytes(), INVITATION_US)
            .await?;
        Ok(Invitation { link, code, at })
    }

    /// When the event was recorded that the intent follows from.
    async fn recorded_at(&self, participant: ParticipantId, intent: &str) -> Result<i64, Fault> {
        let version = intent
            .rsplit('/')
            .next()
            .and_then(|n| n.parse::<u32>().ok());
        let records = self.store.stream(participant.into()).await?;
        let found = records
            .iter()
            .find(|record| Some(record.header.version) == version);
        found
            .map(|record| record.header.recorded_at)
            .ok_or(Refusal::NotFound("participant").into())
    }
}
