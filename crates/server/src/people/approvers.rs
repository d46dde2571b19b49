//! Those who may approve: whose keys stand, and the change that waits for its signatures.

use domain::party::House as Own;
use domain::party::approvers::{Pending, may_ask, may_withdraw};
use domain::refusal::Refusal;
use domain::value::Actor;
use engine::command::Command;
use engine::kernel::clock;
use engine::people::approvers as commands;
use engine::people::passwords::WRONG_PASSWORD;
use engine::people::roster::{NotTaken, named, roster_of, statement_of, waits_for};
use engine::people::typed::Password;
use engine::{Fault, Instant};
use pages::kit::form::Typed;
use pages::people::approvers as page;
use pages::people::view::{ApproverRow, Approvers, PendingChange};
use seal::approvers::{Kind, Roster};

use crate::door::act;
use crate::door::answer::Answer;
use crate::door::room::Room;
use crate::door::visit::{Stop, Visit};
use crate::people::sign::chosen;

/// The page.
///
/// # Errors
/// If the house cannot be read.
pub async fn show(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    visit.person()?;
    render(room, &visit, &Typed::default(), None)
        .await
        .map(Answer::page)
}

fn handle_of(own: &Own, person: &str) -> String {
    own.persons
        .iter()
        .find(|(id, _)| named(**id) == person)
        .map_or_else(String::new, |(_, known)| known.handle.clone())
}

fn rows(own: &Own, roster: &Roster, now: Instant) -> Vec<ApproverRow> {
    let row = |pin: &seal::approvers::Pin| {
        let person = own
            .persons
            .values()
            .find(|person| person.handle == handle_of(own, &pin.person));
        let in_force = person.and_then(|person| person.approval_key.as_ref());
        ApproverRow {
            who: handle_of(own, &pin.person),
            kind: pin.kind.name().to_owned(),
            key: pin.public.clone(),
            since: clock::rfc3339(Instant(pin.since)),
            counts_from: (pin.from() > now.0).then(|| clock::rfc3339(Instant(pin.from()))),
            until: pin.until.map(|until| clock::rfc3339(Instant(until))),
            is_kit: pin.is_kit,
            is_superseded: pin.kind == Kind::Staff
                && pin.until.is_none()
                && in_force != Some(&pin.public),
        }
    };
    roster.standing(now.0).map(row).collect()
}

fn pending_of(
    own: &Own,
    roster: &Roster,
    pending: &Pending,
    by: Actor,
    now: Instant,
) -> Result<PendingChange, Fault> {
    let statement = statement_of(pending)?;
    let of_key = |key: &str| roster.standing(now.0).find(|pin| pin.public == key);
    let mut signed: Vec<String> = pending
        .signatures
        .iter()
        .filter_map(|(key, _)| of_key(key).filter(|pin| pin.from() <= now.0))
        .map(|pin| handle_of(own, &pin.person))
        .filter(|handle| !handle.is_empty())
        .collect();
    signed.sort_unstable();
    signed.dedup();
    let about = match (pending.person, of_key(&statement.old)) {
        (Some(person), _) => handle_of(own, &named(person)),
        (None, Some(pin)) => handle_of(own, &pin.person),
        (None, None) => String::new(),
    };
    Ok(PendingChange {
        sha256: pending.sha256.clone(),
        action: statement.action.name().to_owned(),
        who: about,
        key: if statement.new.is_empty() {
            statement.old.clone()
        } else {
            statement.new.clone()
        },
        kind: statement.kind.name().to_owned(),
        quorum: statement.quorum,
        since: clock::rfc3339(pending.since),
        can_sign: matches!(by, Actor::Person { id, .. } if waits_for(roster, pending, id, now)),
        can_withdraw: may_withdraw(own, pending, by),
        signed,
        needed: roster.needed(),
    })
}

async fn render(
    room: &Room,
    visit: &Visit,
    typed: &Typed,
    secret: Option<String>,
) -> Result<Vec<u8>, Stop> {
    let signed = visit.person()?;
    let own = room.house.own().await?;
    let roster = roster_of(room.house.id(), &own)?;
    let now = clock::now();
    let is_admin = domain::permit::may_role(signed.role, "set-quorum").is_given();
    let pending = match &own.pending {
        Some(pending) => Some(pending_of(&own, &roster, pending, visit.act().by, now)?),
        None => None,
    };
    let rows = rows(&own, &roster, now);
    let has_key = rows
        .iter()
        .any(|row| row.who == signed.handle && row.kind == Kind::Staff.name());
    let lack = room.house.first_lack().await?;
    let (found, needed) = match lack {
        Some(Refusal::FewKeys { found, needed }) => (found, needed),
        _ => (0, 0),
    };
    let code = |refusal: &Refusal| {
        let code = refusal.code();
        code.rsplit('.').next().unwrap_or(code).to_owned()
    };
    let view = Approvers {
        quorum: own.quorum,
        lack: lack.as_ref().map(code),
        found,
        needed,
        has_safe: rows.iter().any(|row| row.kind == Kind::Succession.name()),
        not_taken: room.house.kept.of::<NotTaken>().code(),
        pending,
        has_key,
        may_ask: may_ask(&own, visit.act().by),
        is_admin,
        secret,
        rows,
    };
    Ok(page::page(&visit.inside(room), &view, typed))
}

fn command_of(handle: &str, verb: &str, typed: &mut Typed) -> Result<Command, Stop> {
    let change = typed.trimmed("change").to_owned();
    Ok(match verb {
        "approvers-offer" => {
            let password = chosen(typed, handle);
            let before = typed.value("before_password");
            let before = (!before.is_empty()).then(|| Password::new(before));
            Command::OfferApprovalKey(commands::OfferApprovalKey {
                person: handle.to_owned(),
                password_file: None,
                before_file: None,
                password: Some(Password::new(&password)),
                before,
            })
        }
        "approvers-sign" => Command::SignApprovers(commands::SignApprovers {
            change,
            person: handle.to_owned(),
            password_file: None,
            password: Some(Password::new(typed.value("approval_password"))),
        }),
        "approvers-end" => Command::EndApprover(commands::EndApprover {
            key: typed.trimmed("key").to_owned(),
        }),
        "approvers-quorum" => Command::SetQuorum(commands::SetQuorum {
            quorum: typed.trimmed("quorum").parse().unwrap_or(0),
        }),
        "approvers-safe" => Command::DrawSuccessionKey(commands::DrawSuccessionKey {}),
        "approvers-safe-sign" => Command::SignWithSuccessionKey(commands::SignWithSuccessionKey {
            change,
            secret_file: None,
            secret: Some(Password::new(typed.value("safe_password"))),
        }),
        "approvers-withdraw" => Command::WithdrawApprovers(commands::WithdrawApprovers {
            change,
            reason: typed.trimmed("withdraw_reason").to_owned(),
        }),
        _ => return Err(Stop::NotFound),
    })
}

/// Carries out what a form of the page asks for.
///
/// # Errors
/// [`Stop::Again`] if the password was not given lately.
pub async fn act(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let handle = visit.person()?.handle.clone();
    let mut typed = visit.form.clone();
    let verb = typed.value("do").to_owned();
    let command = command_of(&handle, &verb, &mut typed)?;
    if !typed.is_good() {
        return render(room, &visit, &typed, None).await.map(Answer::wrong);
    }
    match performed(room, &visit, &mut typed, &command).await? {
        Some(answer) if verb == "approvers-safe" => {
            let secret = answer["secret"].as_str().unwrap_or_default().to_owned();
            // The secret is shown on this one page and stands nowhere else.
            render(room, &visit, &Typed::default(), Some(secret))
                .await
                .map(Answer::page)
        }
        Some(_) => Ok(Answer::see(
            visit.href(&format!("/desk/approvers?done={verb}")),
        )),
        None => render(room, &visit, &typed, None).await.map(Answer::wrong),
    }
}

/// Performs it; a password that opens nothing is told beside the field that it was typed in.
async fn performed(
    room: &Room,
    visit: &Visit,
    typed: &mut Typed,
    command: &Command,
) -> Result<Option<serde_json::Value>, Stop> {
    let realm = seal::record::Realm::Live;
    match engine::command::perform(&room.house, &visit.act(), realm, command).await {
        Ok(answer) => Ok(Some(answer)),
        Err(Fault::Refused(Refusal::Input {
            field: "secret", ..
        })) => {
            typed.refuse("safe_password", "approvers-wrong-secret");
            Ok(None)
        }
        Err(Fault::Refused(Refusal::Input {
            field: "password",
            why,
        })) => {
            let (field, key) = match (command, why == WRONG_PASSWORD) {
                (Command::OfferApprovalKey(_), false) => ("password", "approvers-wrong-own"),
                (Command::OfferApprovalKey(_), true) => {
                    ("before_password", "editor-wrong-password")
                }
                _ => ("approval_password", "editor-wrong-password"),
            };
            typed.refuse(field, key);
            Ok(None)
        }
        Err(Fault::Refused(refusal)) => {
            act::note(typed, &refusal)?;
            Ok(None)
        }
        Err(other) => Err(other.into()),
    }
}
