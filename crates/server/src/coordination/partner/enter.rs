//! Coming in: the page behind a link, the code beside it, a new link, and the second step.
//!
//! Unknown, used, ended and wrong are one answer with one body. A GET uses nothing up and shows nothing, so a
//! mail scanner that follows the link, or presses its buttons, learns and changes nothing
//! (docs/design/security.md §2.7).

use std::sync::Arc;
use std::time::Duration;

use domain::text::gate::Strength;
use engine::coordination as partner;
use engine::coordination::step;
use pages::coordination::partner::read;
use pages::coordination::partner::read::Wrong;
use pages::kit::form::Typed;
use seal::record::Realm;

use crate::coordination::partner::matter;
use crate::door::answer::Answer;
use crate::door::room::Room;
use crate::door::session;
use crate::door::visit::{Stop, Visit};

/// Longest token in an address; ours have 26 letters, and the page repeats what stands there.
const TOKEN_CHARS_MAX: usize = 26;

/// Time from the answer to the search for the link that it was asked about.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// What the page repeats of a token: nothing that is not in the form of ours.
fn token(visit: &Visit) -> Result<&str, Stop> {
    let token = visit.param(0);
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if token.len() <= TOKEN_CHARS_MAX && token.bytes().all(is_plain) {
        Ok(token)
    } else {
        Err(Stop::NotFound)
    }
}

/// The page behind a link: the same for every link.
///
/// # Errors
/// [`Stop::NotFound`] for what is not in the form of a link.
pub async fn invitation(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let token = token(&visit)?;
    let inside = visit.inside(room);
    Ok(Answer::page(pages::coordination::partner::invitation(
        &inside,
        token,
        &Typed::default(),
    )))
}

/// Takes the code; begins a session and goes to an address without the token.
///
/// # Errors
/// If the store fails.
pub async fn enter(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let token = token(&visit)?;
    let mut typed = visit.form.clone();
    if let Some(code) = read::code(&mut typed) {
        match partner::guest_of(&room.house, token, &code).await? {
            Some(guest) => {
                let path = visit.href("/partner/");
                return session::begin_guest(room, guest.participant, Strength::Link, path).await;
            }
            None => read::refuse(&mut typed, Wrong::Invitation),
        }
    }
    // A code is not shown again: it opens something.
    typed.set("code", "");
    let inside = visit.inside(room);
    Ok(Answer::wrong(pages::coordination::partner::invitation(
        &inside, token, &typed,
    )))
}

/// Has a new link sent to the registered address, if the link is one of ours; neither the answer nor its time tells,
/// since the link is looked for only when the answer is on its way.
///
/// # Errors
/// [`Stop::NotFound`] for what is not in the form of a link.
pub async fn again(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let token = token(&visit)?;
    if let Some(wish) = room.wish(token) {
        let house = Arc::clone(&room.house);
        tokio::task::spawn_local(async move {
            tokio::time::sleep(AGAIN_AFTER).await;
            if let Err(fault) = partner::invite_again(&house, &wish.link).await {
                tracing::error!(
                    code = "invitation.again",
                    cause = fault.code(),
                    "a new link could not be sent"
                );
            }
        });
    }
    let mut inside = visit.inside(room);
    // The same page in the other language is that of the link.
    inside.path = format!("/partner/i/{token}");
    Ok(Answer::page(pages::coordination::partner::asked(&inside)))
}

/// Takes the number that was told on the telephone.
///
/// # Errors
/// If the store fails.
pub async fn code(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let Ok(guest) = visit.guest() else {
        return Ok(matter::outside(room, &visit));
    };
    let _turn = matter::turn(room, &visit).await?;
    let mut typed = visit.form.clone();
    if let Some(code) = read::phone_code(&mut typed) {
        let known = step::Guest {
            participant: guest.participant,
            party: guest.party,
            case: guest.case,
        };
        if partner::pass_phone_code(&room.house, &known, &code).await? {
            let stronger = guest.strength.max(Strength::SecondChannel);
            room.house.session_step(&guest.session, stronger).await?;
            return Ok(matter::done(&visit, "partner-step"));
        }
        read::refuse(&mut typed, Wrong::Code);
    }
    typed.set("code", "");
    matter::wrong(room, &visit, &typed).await
}

/// Takes a request to be called.
///
/// # Errors
/// If the store fails.
pub async fn call(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let Ok(guest) = visit.guest() else {
        return Ok(matter::outside(room, &visit));
    };
    let _turn = matter::turn(room, &visit).await?;
    let mut typed = visit.form.clone();
    let Some(text) = read::call(&mut typed) else {
        return matter::wrong(room, &visit, &typed).await;
    };
    let command = engine::command::Command::AskCall(engine::coordination::call::AskCall {
        participant: guest.participant.to_string(),
        text: matter::text(&visit, text),
    });
    let asked = engine::command::perform(&room.house, &visit.act(), Realm::Live, &command).await;
    matter::answered(room, &visit, typed, "phone", asked, "partner-call").await
}
