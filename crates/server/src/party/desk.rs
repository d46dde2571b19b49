//! The register of parties: looking somebody up, entering somebody, contact and standing agreement.

use domain::aggregate::Aggregate;
use domain::party::Party;
use domain::text::fold::{self, sought};
use domain::value::{PartyId, StreamId};
use engine::command::Command;
use engine::party::command as commands;
use engine::{Fault, Viewer};
use formats::advisory::Lang;
use pages::kit::form::Typed;
use pages::kit::shown::Shown;
use pages::party::desk as page;
use pages::party::view::{Party as View, PartyRow, Register};

use crate::door::act;
use crate::door::answer::Answer;
use crate::door::room::Room;
use crate::door::sight::Eyes;
use crate::door::visit::{Stop, Visit};

/// Rows of one page.
const ROWS: usize = 100;

/// All parties, in the order of the reader's language.
async fn all(room: &Room, viewer: Viewer, page: Lang) -> Result<Vec<Party>, Stop> {
    let streams = room
        .house
        .store
        .streams_of(viewer, "party")
        .await
        .map_err(Fault::from)?;
    let mut out = Vec::with_capacity(streams.len());
    for stream in streams {
        let state = room.house.load(stream).await?.map(|l| l.state);
        if let Some(Aggregate::Party(party)) = state.as_deref() {
            out.push(party.clone());
        }
    }
    out.sort_by_cached_key(|party| in_order(party, page));
    Ok(out)
}

/// By what a party is sorted in a list of a language: its reading, whatever the width of its kana.
pub(crate) fn in_order(party: &Party, page: Lang) -> (String, String) {
    match page {
        Lang::Ja if !party.kana.is_empty() => (sought(&party.kana), party.name_ja.clone()),
        Lang::Ja => (party.name_ja.clone(), String::new()),
        Lang::En => (party.name_en.to_lowercase(), String::new()),
    }
}

/// Parties whose name or reading holds `q`, however it is written.
///
/// # Errors
/// If the store fails.
pub async fn search(room: &Room, visit: &Visit, q: &str) -> Result<Vec<Party>, Stop> {
    let q = sought(q);
    let mut found = all(room, visit.viewer()?, visit.lang).await?;
    found.retain(|party| {
        [&party.name_ja, &party.name_en, &party.kana]
            .iter()
            .any(|name| sought(name).contains(&q))
    });
    Ok(found)
}

/// The list.
///
/// # Errors
/// If the store fails.
pub async fn show(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    render(room, &visit, &Typed::default())
        .await
        .map(Answer::page)
}

/// Commands of these pages' forms.
const FORMS: [&str; 3] = ["register-party", "change-contact", "agree-standing"];

fn may_act(visit: &Visit) -> Result<bool, Stop> {
    Ok(visit.person()?.may_any(&FORMS))
}

async fn render(room: &Room, visit: &Visit, typed: &Typed) -> Result<Vec<u8>, Stop> {
    let total = room
        .house
        .store
        .streams_of(visit.viewer()?, "party")
        .await
        .map_err(Fault::from)?
        .len();
    let found = search(room, visit, visit.query.trimmed("q")).await?;
    let pages = found.len().div_ceil(ROWS).max(1);
    let at = visit
        .query
        .trimmed("page")
        .parse::<usize>()
        .unwrap_or(1)
        .clamp(1, pages);
    let mut rows = Vec::new();
    for party in found.iter().skip((at - 1) * ROWS).take(ROWS) {
        rows.push(PartyRow {
            id: party.id.to_string(),
            name_ja: party.name_ja.clone(),
            name_en: party.name_en.clone(),
            kana: party.kana.clone(),
            listed: party.listed,
            standing: party.standing.is_some(),
            has_contact: party.contact.is_some(),
            cases: room
                .house
                .store
                .cases_of(visit.viewer()?, party.id)
                .await
                .map_err(Fault::from)?
                .len(),
        });
    }
    let view = Register {
        rows,
        found: found.len(),
        total,
        page: at,
        pages,
        may_act: may_act(visit)?,
    };
    Ok(page::list(&visit.inside(room), &view, &visit.query, typed))
}

/// Enters a party.
///
/// # Errors
/// If the store fails.
pub async fn add(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    if !may_act(&visit)? {
        return Err(Stop::Role);
    }
    let mut typed = visit.form.clone();
    typed.need("name_ja", "desk-party-name-needed");
    typed.need("name_en", "desk-party-name-needed");
    ask_of_alike(room, &visit, &mut typed).await?;
    if typed.is_good() {
        let contact = typed.trimmed("contact").to_owned();
        let command = Command::RegisterParty(commands::RegisterParty {
            id: None,
            name_ja: typed.trimmed("name_ja").to_owned(),
            name_en: typed.trimmed("name_en").to_owned(),
            kana: typed.trimmed("kana").to_owned(),
            contact: (!contact.is_empty()).then_some(contact),
            lang: act::lang_of(&typed, "lang"),
            listed: typed.has("listed", "yes"),
        });
        if let Some(answer) = act::perform(room, &visit, &mut typed, &command).await? {
            let id = answer["party"].as_str().unwrap_or_default();
            return Ok(Answer::see(
                visit.href(&format!("/desk/register/{id}?done=party-add")),
            ));
        }
    }
    render(room, &visit, &typed).await.map(Answer::wrong)
}

/// Asks once about a name that is written like one of the register: 「㈱七曲ソフトウエア」 and 「七曲ソフトウエア株式会社」 may be
/// two, and are mostly one.
async fn ask_of_alike(room: &Room, visit: &Visit, typed: &mut Typed) -> Result<(), Stop> {
    let folded = ["name_ja", "name_en"].map(|field| fold::name(typed.trimmed(field)));
    // What was asked about is both names together, so that one press answers for both.
    let both = folded.join(" / ");
    if typed.value("alike") == both {
        return Ok(());
    }
    let all = all(room, visit.viewer()?, visit.lang).await?;
    for (field, name) in ["name_ja", "name_en"].into_iter().zip(&folded) {
        let alike = all.iter().find(|party| {
            !name.is_empty()
                && [&party.name_ja, &party.name_en]
                    .map(|known| fold::name(known))
                    .contains(name)
        });
        if let Some(party) = alike {
            let known = match visit.lang {
                Lang::Ja => &party.name_ja,
                Lang::En => &party.name_en,
            };
            typed.refuse_with(field, page::ALIKE, &[("name", known)]);
        }
    }
    typed.set("alike", both);
    Ok(())
}

async fn find(room: &Room, id: &str) -> Result<Party, Stop> {
    let id = uuid::Uuid::parse_str(id).map_err(|_| Stop::NotFound)?;
    let state = room.house.load(StreamId(id)).await?.map(|l| l.state);
    match state.as_deref() {
        Some(Aggregate::Party(party)) => Ok(party.clone()),
        _ => Err(Stop::NotFound),
    }
}

/// One party.
///
/// # Errors
/// If the store fails.
pub async fn party(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let party = find(room, visit.param(0)).await?;
    render_party(room, &visit, &party, &Typed::default())
        .await
        .map(Answer::page)
}

/// Address of a party's contact point, as this person may see it.
pub(crate) async fn contact_of(
    room: &Room,
    visit: &Visit,
    party: &Party,
) -> Result<Option<Shown>, Stop> {
    let signed = visit.person()?;
    let eyes = Eyes::of(room, signed, domain::text::phase::Phase::NO_CASE);
    Ok(match &party.contact {
        Some(text) => eyes.words(text).await?.map(|words| words.text),
        None => None,
    })
}

async fn render_party(
    room: &Room,
    visit: &Visit,
    party: &Party,
    typed: &Typed,
) -> Result<Vec<u8>, Stop> {
    let dossier: StreamId = party.id.into();
    let seen = act::last(room, &[dossier]).await?;
    let mut cases = Vec::new();
    for (case, participant) in cases_of(room, visit.viewer()?, party.id).await? {
        cases.push((case, participant));
    }
    let view = View {
        id: party.id.to_string(),
        name_ja: party.name_ja.clone(),
        name_en: party.name_en.clone(),
        kana: party.kana.clone(),
        lang: party.lang.unwrap_or_default(),
        listed: party.listed,
        contact: contact_of(room, visit, party).await?,
        standing: party.standing.clone(),
        cases,
        timeline: crate::door::history::told(room, visit, &[dossier], None).await?,
        seen,
        may_act: may_act(visit)?,
    };
    Ok(page::party(&visit.inside(room), &view, typed))
}

/// Numbers of the cases of a party with its tracking numbers.
async fn cases_of(
    room: &Room,
    viewer: Viewer,
    party: PartyId,
) -> Result<Vec<(String, String)>, Stop> {
    let found = room
        .house
        .store
        .cases_of(viewer, party)
        .await
        .map_err(Fault::from)?;
    let mut out = Vec::new();
    for (case, participant) in found {
        let loaded = room.house.load(case.into()).await?;
        let participant = room.house.load(participant.into()).await?.map(|l| l.state);
        if let (Some(loaded), Some(Aggregate::Participant(participant))) =
            (loaded, participant.as_deref())
            && loaded.realm == 0
            && let Aggregate::Case(case) = &*loaded.state
        {
            out.push((case.number.clone(), crate::door::act::tn(participant)));
        }
    }
    Ok(out)
}

/// Carries out what a form of a party's page asks for.
///
/// # Errors
/// If the store fails.
pub async fn act(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let party = find(room, visit.param(0)).await?;
    if !may_act(&visit)? {
        return Err(Stop::Role);
    }
    let _turn = match act::turn(room, &visit, &[party.id.into()], &[]).await? {
        Ok(turn) => turn,
        Err(conflict) => return Ok(conflict),
    };
    let mut typed = visit.form.clone();
    let command = match typed.value("do").to_owned().as_str() {
        "party-contact" => {
            typed.need("contact", "desk-party-contact-needed");
            Command::ChangeContact(commands::ChangeContact {
                party: party.id.to_string(),
                contact: typed.trimmed("contact").to_owned(),
            })
        }
        "standing" => {
            typed.need("version", "desk-party-version-needed");
            Command::AgreeStanding(commands::AgreeStanding {
                party: party.id.to_string(),
                version: typed.trimmed("version").to_owned(),
            })
        }
        _ => return Err(Stop::NotFound),
    };
    if typed.is_good()
        && act::perform(room, &visit, &mut typed, &command)
            .await?
            .is_some()
    {
        let to = format!("{}?done={}", visit.path, typed.value("do"));
        return Ok(Answer::see(visit.href(&to)));
    }
    render_party(room, &visit, &party, &typed)
        .await
        .map(Answer::wrong)
}
