//! How a vendor's session becomes known better: by the code in the mail, then by a number told on the telephone.
//!
//! Unknown, used, ended and wrong are one answer here too.

use domain::act::Act;
use domain::aggregate::Aggregate;
use domain::coordination::access;
use domain::coordination::participant::Participant;
use domain::text::class::Class;
use domain::value::*;
use seal::record::Realm;

use crate::Fault;
use crate::coordination::command::{self, PassSecondStep, with_own_case};
use crate::coordination::invitation::INVITATION;
use crate::kernel::clock;
use crate::kernel::find::TextInput;
use crate::kernel::house::House;
use crate::people::sessions::Of;

/// Purpose of a number that is told on the telephone.
pub const PHONE_CODE: &str = "phone-code";
/// How long such a number holds, µs: a call and a look at the page.
pub const PHONE_CODE_US: i64 = 3_600_000_000;
/// Digits of such a number.
const PHONE_CODE_DIGITS: u32 = 8;

/// Whom a link lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guest {
    pub participant: ParticipantId,
    pub party: PartyId,
    pub case: CaseId,
}

/// Uses an invitation up; whom it lets in, or nothing, for whatever reason.
///
/// # Errors
/// If the store fails.
pub async fn guest_of(house: &House, link: &str, code: &str) -> Result<Option<Guest>, Fault> {
    let Some(token) = house.token_find(link, INVITATION).await? else {
        house.token_try_none().await?;
        return Ok(None);
    };
    if !house.token_use(&token, code).await? {
        return Ok(None);
    }
    let participant = ParticipantId::from_bytes(token.subject);
    let loaded = house.load(participant.into()).await?;
    Ok(match loaded.as_ref().map(|loaded| &*loaded.state) {
        Some(Aggregate::Participant(found)) => found.party.map(|party| Guest {
            participant,
            party,
            case: found.case,
        }),
        _ => None,
    })
}

/// Which number a participant is called at, and where it came from.
#[derive(Clone, Debug)]
pub struct Call {
    /// Class C.
    pub number: TextInput,
    pub source: NumberSource,
}

/// Issues the number that a person of the house reads aloud to a participant; an older one ends. It is told
/// once and kept as a hash; who calls which number stands in the ledger before.
///
/// # Errors
/// Those of the table of permits; `not_found` if there is no such participant; `input` without a number.
pub async fn issue_phone_code(
    house: &House,
    act: &Act,
    participant: ParticipantId,
    call: &Call,
) -> Result<String, Fault> {
    house
        .perform(act, "issue-phone-code", Realm::Live, async |unit| {
            let (case, found) = with_own_case(unit, &participant.to_string()).await?;
            let typed = call.number.text.trim();
            let number = unit
                .text(case.id.into(), Class::C, call.number.lang, typed)
                .await?;
            let chars = typed.chars().count();
            unit.record(access::issue_phone_code(
                &found,
                number,
                chars,
                call.source,
            )?)
            .await
        })
        .await?;
    let code = House::draw_digits(PHONE_CODE_DIGITS);
    house
        .token_draw(
            PHONE_CODE,
            participant.bytes(),
            b"",
            Some(&code),
            PHONE_CODE_US,
        )
        .await?;
    Ok(code)
}

/// Tells whether a participant waits to be called: it asked, and no number that is told on the telephone holds.
///
/// # Errors
/// If the store fails.
pub async fn is_call_open(house: &House, participant: &Participant) -> Result<bool, Fault> {
    if participant.call_asked.is_none() || participant.left {
        return Ok(false);
    }
    let told = house.token_for(PHONE_CODE, participant.id.bytes()).await?;
    Ok(told.is_none())
}

/// Ends whatever a party holds in any case: waiting invitations, numbers told on the telephone, sessions.
pub(crate) async fn shut(house: &House, party: PartyId, now: i64) -> Result<(), Fault> {
    for (_, participant) in house.store.cases_of(store::Viewer::House, party).await? {
        shut_participant(house, participant, now).await?;
    }
    Ok(())
}

/// Ends whatever a participant holds of its case.
pub(crate) async fn shut_participant(
    house: &House,
    participant: ParticipantId,
    now: i64,
) -> Result<(), Fault> {
    for purpose in [INVITATION, PHONE_CODE] {
        let subject = participant.bytes();
        house.store.end_tokens(purpose, subject, now).await?;
    }
    house.sessions_end(Of::Participant(participant)).await
}

/// Takes the number that was told on the telephone; records the step and tells whether it was right.
///
/// # Errors
/// If the store fails.
pub async fn pass_phone_code(house: &House, guest: &Guest, code: &str) -> Result<bool, Fault> {
    let subject = guest.participant.bytes();
    let Some(token) = house.token_for(PHONE_CODE, subject).await? else {
        return Ok(false);
    };
    if !house.token_use(&token, code).await? {
        return Ok(false);
    }
    let passed = PassSecondStep {
        participant: guest.participant.to_string(),
        way: SecondStep::Telephone,
    };
    house
        .perform(
            &act_of(guest),
            "pass-second-step",
            Realm::Live,
            async |unit| command::pass_second_step(unit, &passed).await,
        )
        .await?;
    Ok(true)
}

/// Returns the act of a vendor that speaks for itself, now.
#[must_use]
pub fn act_of(guest: &Guest) -> Act {
    Act::of_vendor(guest.participant, guest.party, clock::now())
}
