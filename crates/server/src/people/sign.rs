//! Coming in and going out: signing in, choosing a password, giving it once more; and what stands at the door.

use domain::role::Role;
use engine::people::passwords::{self, Unfit};
use engine::people::tokens::SET_UP;
use formats::advisory::Lang;
use http::StatusCode;
use pages::kit::form::{Typed, is_secret};
use pages::kit::inside::{Inside, Side};
use pages::people::sign as page;
use pages::people::view::{Again, Kept, Later, SetUp, SignIn, Sorry};

use crate::door::answer::Answer;
use crate::door::room::Room;
use crate::door::session;
use crate::door::visit::{Stop, Visit, Who};

/// How often, and after how long each, a sign-in that finds no place looks again before it is sent away.
const PLACE_LOOKS: u32 = 30;
const PLACE_LOOK: std::time::Duration = std::time::Duration::from_millis(100);
/// When a sign-in that found no place may be tried again, seconds.
const SIGN_IN_AGAIN_S: u32 = 5;
/// When a form that was not taken may be sent again, seconds.
const LATER_S: u32 = 60;

fn kept_of(action: String, typed: &Typed) -> Kept {
    Kept {
        action,
        pairs: typed
            .pairs()
            .filter(|(name, _)| !is_secret(name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    }
}

fn bare(room: &Room, lang: Lang, side: Side, path: &str) -> Inside {
    Inside {
        site: room.house.mail_site(),
        lang,
        side,
        who: String::new(),
        works_on_cases: false,
        is_admin: false,
        path: path.to_owned(),
        done: None,
        now: engine::kernel::clock::now(),
        held: vec![],
        gone: vec![],
    }
}

/// The answer to a form that is not taken now: what was typed stands on the page, to be sent again.
pub(crate) fn later(room: &Room, visit: &Visit, typed: &Typed, why: Later) -> Answer {
    let status = match why {
        Later::Often => StatusCode::TOO_MANY_REQUESTS,
        Later::Running => StatusCode::SERVICE_UNAVAILABLE,
    };
    let inside = visit.inside(room);
    let kept = kept_of(inside.href(&visit.path), typed);
    Answer::with_status(status, page::later(&inside, &kept, why)).after(LATER_S)
}

/// The answer to whatever is asked of a house that is held.
pub(crate) fn held(room: &Room, lang: Lang, side: Side) -> Answer {
    let inside = bare(room, lang, side, "/");
    Answer::with_status(
        StatusCode::SERVICE_UNAVAILABLE,
        page::sorry(&inside, Sorry::Held),
    )
}

/// The one answer to all that is not there, not theirs, ended or withdrawn.
#[must_use]
pub fn not_found(room: &Room, lang: Lang, side: Side) -> Answer {
    // The page says nothing of the path that was asked for, so that all such answers are alike.
    let inside = bare(room, lang, side, "/");
    Answer::with_status(StatusCode::NOT_FOUND, page::sorry(&inside, Sorry::NotFound))
}

/// The answer to a visit that ended without its page.
#[must_use]
pub fn stopped(room: &Room, lang: Lang, side: Side, stop: Stop) -> Answer {
    let inside = bare(room, lang, side, "/");
    match stop {
        Stop::NotFound => not_found(room, lang, side),
        Stop::Role => Answer::with_status(StatusCode::FORBIDDEN, page::sorry(&inside, Sorry::Role)),
        Stop::SignIn | Stop::Again => Answer::see(format!("/{}/sign-in", lang.tag())),
        Stop::Fault(engine::Fault::Refused(refusal)) => {
            let mut typed = Typed::default();
            typed.refuse("", &crate::door::act::refusal_key(&refusal));
            tracing::debug!(code = refusal.code(), "refused");
            Answer::wrong(page::sorry(&inside, Sorry::Form))
        }
        Stop::Fault(fault) => {
            tracing::error!(code = fault.code(), side = ?side, "a visit failed");
            Answer::with_status(
                StatusCode::SERVICE_UNAVAILABLE,
                page::sorry(&inside, Sorry::Trouble),
            )
        }
    }
}

/// The answer when nobody is signed in, or the password is needed once more: a form that was sent is kept.
#[must_use]
pub(crate) fn kept(
    room: &Room,
    lang: Lang,
    path: &str,
    form: Option<&Typed>,
    who: &Who,
    is_again: bool,
) -> Answer {
    let mut typed = Typed::default();
    if let (true, Some(form), Who::Person(signed)) = (is_again, form, who) {
        let mut inside = bare(room, lang, Side::Desk, path);
        inside.who.clone_from(&signed.handle);
        if form.has("again_password", form.value("again_password"))
            && !form.value("again_password").is_empty()
        {
            typed.refuse("again_password", "desk-again-wrong");
        }
        let view = Again {
            handle: signed.handle.clone(),
            kept: kept_of(inside.href(path), form),
        };
        let bytes = page::again(&inside, &view, &typed);
        return Answer::with_status(StatusCode::UNAUTHORIZED, bytes);
    }
    let Some(form) = form else {
        return Answer::see(format!(
            "/{}/sign-in?next={}",
            lang.tag(),
            path.replace('&', "%26").replace('#', "%23")
        ));
    };
    let inside = bare(room, lang, Side::Desk, "/sign-in");
    let view = SignIn {
        next: String::new(),
        kept: Some(kept_of(inside.href(path), form)),
    };
    Answer::with_status(
        StatusCode::UNAUTHORIZED,
        page::sign_in(&inside, &view, &typed),
    )
}

/// Gives the password once more, where a form brought it along.
///
/// # Errors
/// If the store fails.
pub(crate) async fn take_step(room: &Room, visit: &mut Visit) -> Result<(), Stop> {
    let password = visit.form.value("again_password").to_owned();
    let Who::Person(signed) = &mut visit.who else {
        return Ok(());
    };
    if password.is_empty() {
        return Ok(());
    }
    if let Some(known) = room.house.sign_in_again(&signed.handle, &password).await?
        && known.id == signed.id
    {
        room.house
            .session_step(&signed.session, domain::text::gate::Strength::Desk)
            .await?;
        signed.stepped_at = engine::kernel::clock::now().0;
    }
    Ok(())
}

/// A path of this side that somebody may be sent to: never another host.
fn next_of(typed: &Typed) -> String {
    let next = typed.trimmed("next");
    let is_ours = next.starts_with("/desk/") && !next.contains("//") && !next.contains('\\');
    if is_ours {
        next.to_owned()
    } else {
        "/desk/".to_owned()
    }
}

/// The page to sign in.
///
/// # Errors
/// None of its own.
pub async fn ask(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    if matches!(visit.who, Who::Person(_)) {
        return Ok(Answer::see(visit.href("/desk/")));
    }
    let view = SignIn {
        next: next_of(&visit.query),
        kept: None,
    };
    Ok(Answer::page(page::sign_in(
        &visit.inside(room),
        &view,
        &visit.form,
    )))
}

/// Signs in.
///
/// # Errors
/// If the store fails.
pub async fn sign_in(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let mut typed = visit.form.clone();
    let kept = kept_from(&typed);
    let handle = domain::party::handle(typed.value("handle"));
    // Whoever is nobody yet waits in no line of those who are somebody.
    // A guess too many waits before it takes a place.
    room.house.sign_in_wait(&handle).await;
    let mut place = room.sign_ins.enter(visit.network.as_ref());
    for _ in 0..PLACE_LOOKS {
        if place.is_some() {
            break;
        }
        tokio::time::sleep(PLACE_LOOK).await;
        place = room.sign_ins.enter(visit.network.as_ref());
    }
    let Some(_place) = place else {
        typed.refuse("", "desk-sign-in-busy");
        let view = SignIn {
            next: next_of(&typed),
            kept,
        };
        let page = page::sign_in(&visit.inside(room), &view, &typed);
        return Ok(Answer::with_status(StatusCode::TOO_MANY_REQUESTS, page).after(SIGN_IN_AGAIN_S));
    };
    match room.house.sign_in(&handle, typed.value("password")).await? {
        Some(known) => match kept {
            // What waited is offered again by the person who is now signed in.
            Some(kept) => {
                let mut inside = visit.inside(room);
                inside.who = known.person.handle;
                let began = session::begin_person(room, known.id, visit.href("/desk/")).await?;
                let mut answer = Answer::page(page::resume(&inside, &kept));
                answer.cookie = began.cookie;
                Ok(answer)
            }
            None => session::begin_person(room, known.id, visit.href(&next_of(&typed))).await,
        },
        None => {
            // Not who it was meant for: a password is often typed one line too early.
            tracing::warn!(code = "sign_in.refused", "a sign-in was refused");
            typed.refuse("handle", "desk-sign-in-wrong");
            let view = SignIn {
                next: next_of(&typed),
                kept,
            };
            Ok(Answer::wrong(page::sign_in(
                &visit.inside(room),
                &view,
                &typed,
            )))
        }
    }
}

fn kept_from(typed: &Typed) -> Option<Kept> {
    let action = typed.value("keep_action");
    let is_ours = (action.starts_with("/ja/") || action.starts_with("/en/"))
        && !action.contains("//")
        && !action.contains('\\');
    is_ours.then(|| Kept {
        action: action.to_owned(),
        pairs: typed
            .pairs()
            .filter_map(|(name, value)| {
                let name = name.strip_prefix("keep.")?;
                (!is_secret(name)).then(|| (name.to_owned(), value.to_owned()))
            })
            .collect(),
    })
}

/// Signs out.
///
/// # Errors
/// If the store fails.
pub async fn sign_out(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let path = match visit.side {
        Side::Desk => "/sign-in",
        Side::Partner => "/partner/",
    };
    session::end(room, visit.side, &visit.who, visit.href(path)).await
}

async fn invited(
    room: &Room,
    link: &str,
) -> Result<Option<(engine::people::tokens::Token, engine::people::Known)>, Stop> {
    let Some(token) = room.house.token_find(link, SET_UP).await? else {
        return Ok(None);
    };
    let person = domain::value::PersonId::from_bytes(token.subject);
    let known = room.house.person(person).await?;
    Ok(known.map(|known| (token, known)))
}

fn set_up_view(known: &engine::people::Known, has_code: bool) -> SetUp {
    SetUp {
        has_code,
        handle: known.person.handle.clone(),
        role: known.person.role.code().to_owned(),
        is_first: known.person.founding && known.person.role == Role::Operator,
    }
}

fn no_link(room: &Room, visit: &Visit) -> Answer {
    let inside = bare(room, visit.lang, Side::Desk, "/");
    Answer::with_status(StatusCode::NOT_FOUND, page::sorry(&inside, Sorry::Link))
}

/// The page on which a person chooses a password. Looking uses nothing up.
///
/// # Errors
/// If the store fails.
pub async fn set_up(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    Ok(match invited(room, visit.param(0)).await? {
        Some((token, known)) => Answer::page(page::set_up(
            &visit.inside(room),
            &set_up_view(&known, token.has_code),
            &visit.form,
        )),
        None => no_link(room, &visit),
    })
}

/// Sets the password and signs in.
///
/// # Errors
/// If the store fails.
pub async fn set_password(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let Some((token, known)) = invited(room, visit.param(0)).await? else {
        return Ok(no_link(room, &visit));
    };
    let mut typed = visit.form.clone();
    let password = chosen(&mut typed, &known.person.handle);
    if token.has_code {
        typed.need("code", "desk-set-up-code-needed");
    }
    let code = typed.trimmed("code").to_owned();
    if typed.is_good() && !room.house.token_fits(&token, &code).await? {
        // Tried too often: then there is nothing to try again.
        if invited(room, visit.param(0)).await?.is_none() {
            return Ok(no_link(room, &visit));
        }
        typed.refuse("code", "desk-set-up-code-wrong");
    }
    // After the code: the link alone tells nobody whether a password opens the approval key. Before the link is used up.
    not_of_key(room, &known, &password, &mut typed).await?;
    if typed.is_good() && !room.house.token_spend(&token).await? {
        // Used by somebody else meanwhile.
        return Ok(no_link(room, &visit));
    }
    if !typed.is_good() {
        return Ok(Answer::wrong(page::set_up(
            &visit.inside(room),
            &set_up_view(&known, token.has_code),
            &typed,
        )));
    }
    room.house.set_password(&known, &password).await?;
    // Whoever was signed in with an older password is not any more.
    room.house
        .sessions_end(engine::people::sessions::Of::Person(known.id))
        .await?;
    session::begin_person(room, known.id, visit.href("/desk/?done=set-up")).await
}

/// Notes where a password to sign in would be that of the person's approval key.
async fn not_of_key(
    room: &Room,
    known: &engine::people::Known,
    password: &str,
    typed: &mut Typed,
) -> Result<(), Stop> {
    if typed.is_good() && room.house.opens_key(known.id, password).await? {
        typed.refuse("password", "desk-password-of-key");
    }
    Ok(())
}

/// The password that somebody chose, with what is wrong with it noted.
pub(crate) fn chosen(typed: &mut Typed, handle: &str) -> String {
    let password = typed.value("password").to_owned();
    if let Err(unfit) = passwords::fit(handle, &password) {
        let key = match unfit {
            Unfit::Short => "desk-password-short",
            Unfit::Long => "desk-password-long",
            Unfit::Handle => "desk-password-handle",
        };
        let min = passwords::PASSWORD_CHARS_MIN.to_string();
        typed.refuse_with("password", key, &[("min", &min)]);
    } else if typed.value("password_again") != password {
        typed.refuse("password_again", "desk-password-differs");
    }
    password
}

/// The page on which a person changes the password.
///
/// # Errors
/// [`Stop::SignIn`].
pub async fn password(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let can_approve = visit.person()?.can_approve;
    Ok(Answer::page(page::change(
        &visit.inside(room),
        can_approve,
        &Typed::default(),
    )))
}

/// Changes the password; other sessions of the person end.
///
/// # Errors
/// If the store fails.
pub async fn change_password(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let signed = visit.person()?;
    let mut typed = visit.form.clone();
    let before = typed.value("before").to_owned();
    let password = chosen(&mut typed, &signed.handle);
    let known = match room.house.sign_in_again(&signed.handle, &before).await? {
        Some(known) if known.id == signed.id => Some(known),
        _ => {
            // A form that was sent twice: its first sending has changed it. Nothing is done, and nothing is said to be.
            let now = room.house.sign_in_again(&signed.handle, &password).await?;
            if typed.is_good() && now.is_some_and(|known| known.id == signed.id) {
                typed.refuse("password", "desk-password-is-current");
            } else {
                typed.refuse("before", "desk-password-before-wrong");
            }
            None
        }
    };
    if let Some(known) = &known {
        not_of_key(room, known, &password, &mut typed).await?;
    }
    match known.filter(|_| typed.is_good()) {
        Some(known) => {
            room.house.set_password(&known, &password).await?;
            room.house
                .sessions_end(engine::people::sessions::Of::Person(known.id))
                .await?;
            session::begin_person(room, known.id, visit.href("/desk/?done=password")).await
        }
        None => Ok(Answer::wrong(page::change(
            &visit.inside(room),
            signed.can_approve,
            &typed,
        ))),
    }
}
