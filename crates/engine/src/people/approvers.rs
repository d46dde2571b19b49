//! Commands about those who may approve: drawing a key, signing a change, ending, the quorum, the key in the safe.
//!
//! A change waits until a quorum of those who stand has signed it, each with the password of their own approval key;
//! then the signer takes it in ([`super::roster`]). The key's password is its own: signing in opens nothing here.

use domain::party::approvers as decide;
use domain::party::{House, Person};
use domain::refusal::Refusal;
use domain::value::{Actor, PersonId};
use seal::approval::SealedKey;
use seal::approvers::{Action, Kind, Pin, Roster, Signed, Statement};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::passwords::{self, stretched};
use super::roster::{named, roster_of, standing_key, statement_of, unfit};
use super::typed::{Password, given};
use crate::Fault;
use crate::kernel::clock;
use crate::kernel::find::inputs;
use crate::kernel::unit::Unit;

inputs! {
    OfferApprovalKey "Draws an approval key for a person; those who may approve sign for it." {
        person: String = "handle of whose key it is";
        password_file: Option<String> = "file with the new key's own password; without it, NOROSHI_PASSWORD is used";
        before_file: Option<String> = "file with the password of the key that it replaces, which then signs at once";
        #[serde(skip)] password: Option<Password> = "given in memory by the page that asked for it, never in a file";
        #[serde(skip)] before: Option<Password> = "given in memory by the page that asked for it, never in a file";
    }
    SignApprovers "Signs the change of the approvers that waits, with the approver's own key." {
        change: String = "SHA-256 of the change, as the command that proposed it answered";
        person: String = "handle of the approver";
        password_file: Option<String> = "file with the password of the approval key; without it, NOROSHI_PASSWORD is used";
        #[serde(skip)] password: Option<Password> = "given in memory by the page that asked for it, never in a file";
    }
    EndApprover "Proposes that an approval key counts no more." {
        key: String = "public key, hexadecimal, or the handle of its person";
    }
    SetQuorum "Proposes how many persons approve a plan from then on." {
        quorum: u8 = "1 to 9";
    }
    DrawSuccessionKey "Draws a key for the safe, which signs changes of the approvers and nothing else; its secret is in the answer and nowhere else." {
    }
    SignWithSuccessionKey "Signs the change of the approvers that waits with the key from the safe; it then holds after 72 hours." {
        change: String = "SHA-256 of the change";
        secret_file: Option<String> = "file with the key's secret; without it, NOROSHI_PASSWORD is used";
        #[serde(skip)] secret: Option<Password> = "given in memory by the page that asked for it, never in a file";
    }
    WithdrawApprovers "Takes back the change of the approvers that waits." {
        change: String = "SHA-256 of the change";
        reason: String = "why";
    }
}

/// Code of a key that does not count yet.
const RESTS: &str = "approvers.rests";

fn called<'a>(own: &'a House, typed: &str) -> Result<(PersonId, &'a Person), Refusal> {
    let handle = domain::party::handle(typed);
    own.persons
        .iter()
        .find(|(_, person)| person.handle == handle && person.ended.is_none())
        .map(|(id, person)| (*id, person))
        .ok_or(Refusal::NotFound("person"))
}

/// A page acts for nobody but whoever is signed in.
fn is_own(unit: &Unit<'_>, password: Option<&Password>, person: PersonId) -> Result<(), Refusal> {
    if password.is_some() && unit.act.actor != person {
        return Err(Refusal::Role);
    }
    Ok(())
}

/// Lets a statement wait for its signatures; returns its hash.
async fn propose(
    unit: &mut Unit<'_>,
    roster: &Roster,
    statement: &Statement,
    person: Option<PersonId>,
) -> Result<String, Fault> {
    let own = unit.own().await?;
    roster.fits(statement, clock::now().0).map_err(unfit)?;
    let sha256 = seal::hex(&statement.hash(&unit.house.id()).map_err(unfit)?);
    let text = serde_json::to_string(statement).map_err(|_| Fault::Form("approvers"))?;
    let changes = decide::propose(&own, unit.house.stream(), text, sha256.clone(), person)?;
    unit.record(changes).await?;
    Ok(sha256)
}

async fn add_signature(unit: &mut Unit<'_>, change: &str, signed: Signed) -> Result<(), Fault> {
    let own = unit.own().await?;
    let stream = unit.house.stream();
    let changes = decide::sign(&own, stream, change, signed.key, signed.signature)?;
    unit.record(changes).await
}

/// Why a password cannot be that of a new key: it is short, or opens something else.
async fn unusable(
    unit: &Unit<'_>,
    (person, known): (PersonId, &Person),
    typed: &Zeroizing<String>,
    in_force: &Option<(SealedKey, Pin)>,
) -> Result<Option<&'static str>, Fault> {
    if passwords::fit(&known.handle, typed).is_err() {
        return Ok(Some("12 characters at least, and not the handle"));
    }
    let id = person.bytes();
    let kept = unit.house.store.credential(person).await?;
    let is_sign_in = match kept.and_then(passwords::verifier_of) {
        Some(verifier) => {
            let typed = typed.clone();
            stretched(move || seal::password::matches(&id, &typed, &verifier)).await?
        }
        None => false,
    };
    let is_taken = is_sign_in || opens(in_force, id, typed).await?;
    Ok(is_taken.then_some(
        "the approval key has a password of its own: not the one to sign in with, and not the one before",
    ))
}

/// Draws a key.
pub async fn offer(unit: &mut Unit<'_>, input: &OfferApprovalKey) -> Result<Value, Fault> {
    let own = unit.own().await?;
    let (person, known) = called(&own, &input.person)?;
    is_own(unit, input.password.as_ref(), person)?;
    if own.pending.is_some() {
        return Err(Refusal::ApproversWait.into());
    }
    let typed = given(input.password.as_ref(), input.password_file.as_deref())?;
    let (id, cost) = (person.bytes(), unit.house.password_cost());
    let before = match (&input.before, &input.before_file) {
        (None, None) => None,
        (typed, file) => Some(given(typed.as_ref(), file.as_deref())?),
    };
    let roster = roster_of(unit.house.id(), &own)?;
    let in_force = standing_key(unit.house, &roster, person, clock::now()).await?;
    if let Some(why) = unusable(unit, (person, known), &typed, &in_force).await? {
        let field = "password";
        return Err(Refusal::Input { field, why }.into());
    }
    let (key, secret) = stretched(move || seal::approval::draw_open(&id, &typed, cost))
        .await?
        .map_err(|_| Fault::Form("approval key"))?;
    let now = clock::now().0;
    let whose = named(person);
    let own_keys: Vec<&Pin> = roster
        .standing(now)
        .filter(|pin| pin.person == whose && pin.kind == Kind::Staff)
        .collect();
    if own_keys.len() > 1 {
        // One of them goes after its notice, or is ended by the others: a third would leave nobody knowing which counts.
        return Err(Refusal::Approvers(RESTS).into());
    }
    let old = own_keys.first().map(|pin| pin.public.clone());
    let action = if old.is_some() {
        Action::Rotate
    } else {
        Action::Add
    };
    let public = seal::hex(&key.public);
    let statement = roster.draft(
        action,
        &public,
        old.as_deref().unwrap_or_default(),
        Kind::Staff,
        now,
    );
    let change = propose(unit, &roster, &statement, Some(person)).await?;
    let signed = statement.sign(&unit.house.id(), &secret).map_err(unfit)?;
    add_signature(unit, &change, signed).await?;
    // The place of a drawn key is taken by the next: one that stands moves on first.
    if let Some((key, pin)) = in_force {
        unit.row(store::people::ApproverRow {
            person,
            key,
            since: pin.since,
            founding: pin.founding,
        });
    }
    unit.row(store::people::OfferedKeyRow { person, key });
    if let Some(before) = before {
        let signed = by_person(unit, person, &known.handle, before, &statement).await?;
        add_signature(unit, &change, signed).await?;
    }
    Ok(json!({ "change": change, "key": public, "action": action.name() }))
}

/// Whether a password opens a key.
pub(super) async fn opens(
    key: &Option<(SealedKey, Pin)>,
    person: [u8; 16],
    typed: &str,
) -> Result<bool, Fault> {
    let Some((key, _)) = key.clone() else {
        return Ok(false);
    };
    let typed = Zeroizing::new(typed.to_owned());
    stretched(move || seal::approval::open(&key, &person, &typed).is_ok()).await
}

/// Signs with the key of a person; a wrong password counts among the wrong tries of signing in.
async fn by_person(
    unit: &Unit<'_>,
    person: PersonId,
    handle: &str,
    typed: Zeroizing<String>,
    statement: &Statement,
) -> Result<Signed, Fault> {
    let house = unit.house;
    let now = clock::now();
    let roster = roster_of(house.id(), &house.own().await?)?;
    let (key, pin) = standing_key(house, &roster, person, now)
        .await?
        .ok_or(Refusal::Role)?;
    if pin.from() > now.0 {
        return Err(Refusal::Approvers(RESTS).into());
    }
    let id = person.bytes();
    let open = move |typed: &str| seal::approval::open(&key, &id, typed);
    let secret = passwords::opened(house, handle, typed, open).await?;
    statement.sign(&house.id(), &secret).map_err(unfit)
}

/// Signs the change that waits.
pub async fn sign(unit: &mut Unit<'_>, input: &SignApprovers) -> Result<Value, Fault> {
    let own = unit.own().await?;
    let (person, known) = called(&own, &input.person)?;
    is_own(unit, input.password.as_ref(), person)?;
    let statement = statement_of(decide::waiting(&own, &input.change)?)?;
    let typed = given(input.password.as_ref(), input.password_file.as_deref())?;
    let signed = by_person(unit, person, &known.handle, typed, &statement).await?;
    // Whoever asked, the key that the password opened tells who acts.
    unit.act = unit.act.taken_by(Actor::Person {
        id: person,
        role: known.role,
    });
    add_signature(unit, &input.change, signed).await?;
    Ok(json!({ "change": input.change, "person": known.handle }))
}

/// Proposes that a key counts no more.
pub async fn end(unit: &mut Unit<'_>, input: &EndApprover) -> Result<Value, Fault> {
    let own = unit.own().await?;
    if !decide::may_ask(&own, unit.act.by) {
        return Err(Refusal::Role.into());
    }
    let now = clock::now().0;
    let roster = roster_of(unit.house.id(), &own)?;
    let whose = called(&own, &input.key).ok().map(|(id, _)| named(id));
    let pin = roster
        .standing(now)
        .find(|pin| pin.public == input.key || whose.as_ref() == Some(&pin.person))
        .ok_or(Refusal::NotFound("approval key"))?;
    let statement = roster.draft(Action::End, "", &pin.public, pin.kind, now);
    let change = propose(unit, &roster, &statement, None).await?;
    Ok(json!({ "change": change }))
}

/// Proposes another quorum.
pub async fn set_quorum(unit: &mut Unit<'_>, input: &SetQuorum) -> Result<Value, Fault> {
    let own = unit.own().await?;
    let now = clock::now().0;
    let roster = roster_of(unit.house.id(), &own)?;
    let statement = Statement {
        quorum: input.quorum,
        ..roster.draft(Action::Quorum, "", "", Kind::Staff, now)
    };
    let change = propose(unit, &roster, &statement, None).await?;
    Ok(json!({ "change": change }))
}

/// Draws a key for the safe.
pub async fn draw_succession(
    unit: &mut Unit<'_>,
    _input: &DrawSuccessionKey,
) -> Result<Value, Fault> {
    let own = unit.own().await?;
    let now = clock::now().0;
    let roster = roster_of(unit.house.id(), &own)?;
    let secret = Zeroizing::new(seal::random::bytes::<32>());
    let public = seal::approval::public_of(&secret);
    let statement = roster.draft(Action::Add, &public, "", Kind::Succession, now);
    let change = propose(unit, &roster, &statement, None).await?;
    let signed = statement.sign(&unit.house.id(), &secret).map_err(unfit)?;
    add_signature(unit, &change, signed).await?;
    let secret = seal::hex(secret.as_slice());
    Ok(json!({ "change": change, "key": public, "secret": secret }))
}

/// Signs the change that waits with the key from the safe.
pub async fn sign_with_succession(
    unit: &mut Unit<'_>,
    input: &SignWithSuccessionKey,
) -> Result<Value, Fault> {
    let own = unit.own().await?;
    let statement = statement_of(decide::waiting(&own, &input.change)?)?;
    let roster = roster_of(unit.house.id(), &own)?;
    let typed = given(input.secret.as_ref(), input.secret_file.as_deref())?;
    let digits: Zeroizing<String> = Zeroizing::new(
        typed
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .collect(),
    );
    let wrong = Refusal::Input {
        field: "secret",
        why: "it is not the secret of a key from the safe that stands",
    };
    let secret = Zeroizing::new(seal::unhex32(&digits).ok_or_else(|| wrong.clone())?);
    let public = seal::approval::public_of(&secret);
    let now = clock::now().0;
    let is_it = |pin: &&Pin| pin.public == public && pin.kind == Kind::Succession;
    let pin = roster.standing(now).find(is_it).ok_or(wrong)?;
    if pin.from() > now {
        return Err(Refusal::Approvers(RESTS).into());
    }
    let signed = statement.sign(&unit.house.id(), &secret).map_err(unfit)?;
    add_signature(unit, &input.change, signed).await?;
    Ok(json!({ "change": input.change, "key": public }))
}

/// Takes back the change that waits.
pub async fn withdraw(unit: &mut Unit<'_>, input: &WithdrawApprovers) -> Result<Value, Fault> {
    unit.act.reason.clone_from(&input.reason);
    let own = unit.own().await?;
    let act = unit.act.clone();
    let changes = decide::withdraw(&own, unit.house.stream(), &input.change, &act)?;
    unit.record(changes).await?;
    Ok(json!({ "change": input.change }))
}
