//! The persons of the house, for who administers them: naming, links to choose a password, ending.

use domain::permit;
use domain::role::Role;
use engine::command::Command;
use engine::people::command as commands;
use engine::people::tokens::{SET_UP, SET_UP_US};
use pages::kit::form::Typed;
use pages::people::desk as page;
use pages::people::view::{PersonRow, Persons, SetUpLink};

use crate::door::act;
use crate::door::answer::Answer;
use crate::door::room::Room;
use crate::door::visit::{Stop, Visit};

/// The list.
///
/// # Errors
/// [`Stop::Role`] for who does not administer.
pub async fn show(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    visit.admin()?;
    render(room, &visit, &Typed::default(), None)
        .await
        .map(Answer::page)
}

async fn render(
    room: &Room,
    visit: &Visit,
    typed: &Typed,
    link: Option<SetUpLink>,
) -> Result<Vec<u8>, Stop> {
    let own_id = visit.person()?.id;
    let own = room.house.own().await?;
    let mut rows = Vec::new();
    for (id, person) in &own.persons {
        let state = if person.ended.is_some() {
            "ended"
        } else if person.credential.is_some() {
            "set"
        } else if room.house.token_for(SET_UP, id.bytes()).await?.is_some() {
            "invited"
        } else {
            "new"
        };
        rows.push(PersonRow {
            id: id.to_string(),
            handle: person.handle.clone(),
            role: person.role.code().to_owned(),
            is_admin: permit::may_role(person.role, "name-person").is_given(),
            can_approve: person.approval_key.is_some(),
            state: state.to_owned(),
            since: engine::kernel::clock::rfc3339(person.since),
            is_self: *id == own_id,
        });
    }
    rows.sort_by(|a, b| a.handle.cmp(&b.handle));
    let view = Persons {
        rows,
        roles: permit::OFFERED
            .iter()
            .map(|role| role.code().to_owned())
            .collect(),
        link,
    };
    Ok(page::page(&visit.inside(room), &view, typed))
}

/// Carries out what a form of the page asks for.
///
/// # Errors
/// [`Stop::Role`]; [`Stop::Again`] if the password was not given lately.
pub async fn act(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    visit.admin()?;
    let mut typed = visit.form.clone();
    let verb = typed.value("do").to_owned();
    let handle = match verb.as_str() {
        "person-add" => domain::party::handle(typed.value("handle")),
        _ => handle_of(room, typed.trimmed("person")).await?,
    };
    let command = match verb.as_str() {
        "person-add" => match Role::ALL
            .into_iter()
            .find(|role| role.code() == typed.trimmed("role"))
        {
            Some(role) => Command::NamePerson(commands::NamePerson {
                handle: handle.clone(),
                role,
            }),
            None => return Err(Stop::NotFound),
        },
        "link" => Command::IssueLink(commands::IssueLink {
            person: handle.clone(),
        }),
        "end" => Command::EndPerson(commands::EndPerson {
            person: handle.clone(),
        }),
        _ => return Err(Stop::NotFound),
    };
    match act::perform(room, &visit, &mut typed, &command).await? {
        Some(answer) if verb == "link" => {
            let expires = engine::kernel::clock::now().0 + SET_UP_US;
            let link = SetUpLink {
                handle,
                address: answer["link"].as_str().unwrap_or_default().to_owned(),
                code: answer["code"].as_str().unwrap_or_default().to_owned(),
                expires_at: engine::kernel::clock::rfc3339(engine::Instant(expires)),
            };
            // The link is shown on this one page and stands nowhere else.
            render(room, &visit, &Typed::default(), Some(link))
                .await
                .map(Answer::page)
        }
        Some(_) => Ok(Answer::see(
            visit.href(&format!("/desk/persons?done={verb}")),
        )),
        None => render(room, &visit, &typed, None).await.map(Answer::wrong),
    }
}

async fn handle_of(room: &Room, id: &str) -> Result<String, Stop> {
    let id = uuid::Uuid::parse_str(id).map_err(|_| Stop::NotFound)?;
    room.house
        .person(domain::value::PersonId(id))
        .await?
        .map(|known| known.person.handle)
        .ok_or(Stop::NotFound)
}
