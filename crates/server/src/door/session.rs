//! From a cookie to who is there, and back.
//!
//! The cookie holds a random secret; everything else is kept on the server. Desk and partner have cookies of
//! their own names, since browsers tell ports apart in addresses and not in cookies.

use domain::aggregate::Aggregate;
use domain::permit;
use domain::text::gate::Strength;
use domain::value::ParticipantId;
use engine::people::sessions::Of;
use pages::kit::inside::Side;

use crate::door::answer::Answer;
use crate::door::room::Room;
use crate::door::visit::{Guest, Signed, Stop, Who};

/// Name of a side's cookie. An address without TLS, which is a loopback one, gets a plain name: browsers take
/// the prefix `__Host-` only together with `Secure`, and not all of them take that without TLS.
const fn name(side: Side, is_secure: bool) -> &'static str {
    match (side, is_secure) {
        (Side::Desk, true) => "__Host-noroshi-desk",
        (Side::Partner, true) => "__Host-noroshi-partner",
        (Side::Desk, false) => "noroshi-desk",
        (Side::Partner, false) => "noroshi-partner",
    }
}

/// Whether people reach a side over TLS.
fn is_secure(room: &Room, side: Side) -> bool {
    match side {
        Side::Desk => room.house.config.desk.starts_with("https://"),
        Side::Partner => room.house.config.partner.starts_with("https://"),
    }
}

fn cookie(side: Side, is_secure: bool, secret: &str) -> String {
    let age = if secret.is_empty() { "; Max-Age=0" } else { "" };
    let secure = if is_secure { " Secure;" } else { "" };
    format!(
        "{}={secret}; Path=/;{secure} HttpOnly; SameSite=Lax{age}",
        name(side, is_secure)
    )
}

fn secret_in(side: Side, is_secure: bool, header: &str) -> Option<&str> {
    header.split(';').find_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name(side, is_secure) && value.len() == SECRET_CHARS).then_some(value)
    })
}

/// All that could be the secret of a session, of whichever side.
pub(crate) fn secrets_in(header: &str) -> impl Iterator<Item = &str> {
    let values = header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='));
    values
        .map(|(_, value)| value)
        .filter(|value| value.len() == SECRET_CHARS)
}

/// Length of the secret in a cookie: 256 bits as hexadecimal digits.
const SECRET_CHARS: usize = 64;

/// Who sent a request.
///
/// # Errors
/// If the store fails.
pub(crate) async fn who(room: &Room, side: Side, header: &str) -> Result<Who, Stop> {
    let Some(secret) = secret_in(side, is_secure(room, side), header) else {
        return Ok(Who::Nobody);
    };
    let Some(session) = room.house.session(secret).await? else {
        return Ok(Who::Nobody);
    };
    match (session.of, side) {
        (Of::Person(id), Side::Desk) => {
            let Some(known) = room.house.person(id).await? else {
                return Ok(Who::Nobody);
            };
            Ok(Who::Person(Signed {
                id,
                handle: known.person.handle,
                role: known.person.role,
                is_admin: permit::may_role(known.person.role, "name-person").is_given(),
                can_approve: known.person.approval_key.is_some(),
                stepped_at: session.stepped_at,
                session,
            }))
        }
        (Of::Participant(id), Side::Partner) => {
            let Some(loaded) = room.house.load(id.into()).await? else {
                return Ok(Who::Nobody);
            };
            let Aggregate::Participant(participant) = &*loaded.state else {
                return Ok(Who::Nobody);
            };
            let Some(party) = participant.party.filter(|_| !participant.left) else {
                return Ok(Who::Nobody);
            };
            let name = match room.house.load(party.into()).await?.map(|l| l.state) {
                Some(state) => match &*state {
                    Aggregate::Party(party) => (party.name_ja.clone(), party.name_en.clone()),
                    _ => return Ok(Who::Nobody),
                },
                None => return Ok(Who::Nobody),
            };
            Ok(Who::Partner(Guest {
                participant: id,
                party,
                case: participant.case,
                name,
                strength: session.strength,
                session,
            }))
        }
        _ => Ok(Who::Nobody),
    }
}

/// Begins a session of a person and goes to `path` (with the language).
///
/// # Errors
/// If the store fails.
pub async fn begin_person(
    room: &Room,
    person: domain::value::PersonId,
    path: String,
) -> Result<Answer, Stop> {
    let secret = room
        .house
        .session_begin(Of::Person(person), Strength::Desk)
        .await?;
    Ok(Answer::see(path).with_cookie(cookie(Side::Desk, is_secure(room, Side::Desk), &secret)))
}

/// Begins a session of a guest and goes to `path` (with the language).
///
/// # Errors
/// If the store fails.
pub async fn begin_guest(
    room: &Room,
    participant: ParticipantId,
    strength: Strength,
    path: String,
) -> Result<Answer, Stop> {
    let secret = room
        .house
        .session_begin(Of::Participant(participant), strength)
        .await?;
    Ok(Answer::see(path).with_cookie(cookie(
        Side::Partner,
        is_secure(room, Side::Partner),
        &secret,
    )))
}

/// Ends the session of whoever asks.
///
/// # Errors
/// If the store fails.
pub async fn end(room: &Room, side: Side, who: &Who, path: String) -> Result<Answer, Stop> {
    match who {
        Who::Person(signed) => room.house.session_end(&signed.session.hash).await?,
        Who::Partner(guest) => room.house.session_end(&guest.session.hash).await?,
        Who::Nobody => {}
    }
    Ok(Answer::see(path).with_cookie(cookie(side, is_secure(room, side), "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_cookie_of_this_side_counts() {
        let secret = "ab".repeat(32);
        let header = format!("x=1; __Host-noroshi-desk={secret}; y=2");
        assert_eq!(secret_in(Side::Desk, true, &header), Some(secret.as_str()));
        assert_eq!(secret_in(Side::Partner, true, &header), None);
        assert_eq!(secret_in(Side::Desk, false, &header), None);
        assert!(cookie(Side::Desk, true, &secret).contains("; Secure; HttpOnly"));
        assert!(cookie(Side::Desk, false, &secret).starts_with("noroshi-desk="));
        assert_eq!(
            secret_in(Side::Desk, true, "__Host-noroshi-desk=short"),
            None
        );
    }
}
