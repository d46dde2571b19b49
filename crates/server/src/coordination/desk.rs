//! One case at the desk: the date, the vendors, what happened, what can be done.

use domain::aggregate::Aggregate;
use domain::coordination::board::{self, Cell as BoardCell};
use domain::coordination::case::Case;
use domain::coordination::closing::Outcome;
use domain::coordination::date;
use domain::coordination::participant::Participant;
use domain::party::Party;
use domain::publication::deadlines;

use domain::value::{ClosureCode, EmbargoEnd, Instant, Part as PartIn, StreamId};
use engine::command::Command;
use engine::coordination::command as commands;
use engine::kernel::find::TextInput;
use engine::{Fault, Viewer};
use formats::advisory::Lang;
use pages::coordination::desk as page;
use pages::coordination::view::{
    BoardRow, Case as View, Cell, Consent, Embargo, PartyChoice, Vulnerability,
};
use pages::kit::desk::view::Fate;
use pages::kit::desk::view::Part;
use pages::kit::form::Typed;

use crate::coordination::title;
use crate::door::act;
use crate::door::act::lang_of;
use crate::door::act::tn;
use crate::door::ahead;
use crate::door::answer::Answer;
use crate::door::history;
use crate::door::room::Room;
use crate::door::sight::{Eyes, Seen};
use crate::door::visit::{Signed, Stop, Visit};

/// Parties of the register that a search shows at once.
const CHOICES_MAX: usize = 60;
const DAY_US: i64 = 86_400_000_000;

/// Finds the case of a number.
///
/// # Errors
/// [`Stop::NotFound`].
pub async fn find(room: &Room, viewer: Viewer, number: &str) -> Result<Case, Stop> {
    let digits = base::digits(number);
    let found = room
        .house
        .store
        .by_number(viewer, &digits)
        .await
        .map_err(Fault::from)?;
    let stream = found.map(|(_, stream)| stream).ok_or(Stop::NotFound)?;
    let loaded = room.house.load(stream).await?.ok_or(Stop::NotFound)?;
    match &*loaded.state {
        Aggregate::Case(case) if loaded.realm == 0 && case.number == number => Ok(case.clone()),
        _ => Err(Stop::NotFound),
    }
}

/// A participant with its party.
pub(crate) type Member = (Participant, Party);

/// Participants of a case with their parties, in the order of the reader's language.
///
/// # Errors
/// If the store fails.
pub(crate) async fn members(
    room: &Room,
    viewer: Viewer,
    case: &Case,
    page: Lang,
) -> Result<Vec<Member>, Stop> {
    let ids = room
        .house
        .store
        .participants(viewer, case.id)
        .await
        .map_err(Fault::from)?;
    let mut out = Vec::with_capacity(ids.len());
    for (id, party) in ids {
        let participant = room.house.load(id.into()).await?.map(|l| l.state);
        let party = room.house.load(party.into()).await?.map(|l| l.state);
        if let (Some(Aggregate::Participant(participant)), Some(Aggregate::Party(party))) =
            (participant.as_deref(), party.as_deref())
        {
            out.push((participant.clone(), party.clone()));
        }
    }
    out.sort_by_cached_key(|(_, party)| crate::party::desk::in_order(party, page));
    Ok(out)
}

/// Dossiers of a case: its own and those of its reports.
pub(crate) fn dossiers(case: &Case) -> Vec<StreamId> {
    std::iter::once(case.id.into())
        .chain(case.reports().map(StreamId::from))
        .collect()
}

/// The page.
///
/// # Errors
/// If the store fails.
pub async fn show(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let case = find(room, visit.viewer()?, visit.param(0)).await?;
    render(room, &visit, &case, &Typed::default())
        .await
        .map(Answer::page)
}

async fn render(room: &Room, visit: &Visit, case: &Case, typed: &Typed) -> Result<Vec<u8>, Stop> {
    let signed = visit.person()?;
    let typed = &suggested(room, typed);
    let members = members(room, visit.viewer()?, case, visit.lang).await?;
    let advisory = title::advisory_of(room, case.id).await?;
    let eyes = title::eyes_on(room, signed, case).await?;
    let published = advisory
        .as_ref()
        .and_then(|advisory| advisory.published.last())
        .map(|last| last.revision);
    let dossiers = dossiers(case);
    let timeline = history::told(room, visit, &dossiers, None).await?;
    let mut reports = Vec::new();
    let mut texts = Vec::new();
    for report in case.reports() {
        let state = room.house.load(report.into()).await?.map(|l| l.state);
        if let Some(Aggregate::Report(report)) = state.as_deref() {
            reports.push(report.handling.clone());
            for text in &report.parts {
                texts.extend(part(&eyes, text).await?);
            }
        }
    }
    let mut vulnerabilities = Vec::new();
    for (label, text) in &case.vulnerabilities {
        vulnerabilities.push(Vulnerability {
            label: label.clone(),
            words: eyes.words(text).await?,
        });
    }
    let participants: Vec<Participant> = members.iter().map(|(one, _)| one.clone()).collect();
    let tally = date::tally(case, &participants);
    let quorum = room.house.own().await?.quorum;
    let track = engine::coordination::track_of(&room.house, case).await?;
    let outcome = match published {
        Some(_) => Outcome::Published,
        None => Outcome::Silent,
    };
    let (register, register_total) = choices(room, visit, &members).await?;
    let view = View {
        number: case.number.clone(),
        title: title::title_of(room, &eyes, case, advisory.as_ref(), visit.lang).await?,
        told: date::told(case, published.is_some(), tally),
        closed: case.closed.map(act::word),
        opened_at: case.opened_at,
        clock_start: case.clock_start,
        world: world(case),
        embargo: embargo(case, tally, &members, visit.lang),
        added: crate::intake::added(room, case)
            .await?
            .into_iter()
            .map(|report| report.handling)
            .collect(),
        reports,
        board: members
            .iter()
            .map(|member| row(case, member, visit.lang))
            .collect(),
        vulnerabilities,
        seen: timeline.first().map_or(0, |entry| entry.seq),
        timeline,
        erasures: room.erasures(case.id.into()).await?,
        deadlines: deadlines::of_matter(
            room.house.office(),
            case,
            track,
            advisory.as_ref(),
            &participants,
        ),
        texts,
        register,
        register_total,
        presence: crate::door::act::presence(room, signed, case.id.into()),
        may_act: may_act(signed),
        published,
        planned: advisory
            .as_ref()
            .and_then(|advisory| advisory.plan.as_ref())
            .map(|plan| plan.instant),
        closures: ClosureCode::ALL
            .into_iter()
            .filter(|code| code.fits(track, outcome))
            .map(act::word)
            .collect(),
        is_for_the_public: advisory.is_some() || track.is_for_the_public(),
        is_approved: advisory
            .as_ref()
            .is_some_and(|advisory| advisory.approved_plan(quorum).is_ok()),
        approvals: advisory
            .as_ref()
            .and_then(|advisory| advisory.plan.as_ref())
            .map(|plan| plan.signatures(quorum)),
        fate: match &advisory {
            Some(advisory) => ahead::fate(room, advisory).await?,
            None => Fate::default(),
        },
    };
    Ok(page::page(&visit.inside(room), &view, &visit.query, typed))
}

/// The form with the usual date where nobody typed one.
fn suggested(room: &Room, typed: &Typed) -> Typed {
    let mut typed = typed.clone();
    if typed.all("until_date").is_empty()
        && let Some(date) = room.house.office().usual_date(engine::kernel::clock::now())
    {
        typed.set("until_date", date.to_string());
    }
    typed
}

/// What each form of the page asks for.
const FORMS: [(&str, &str); 8] = [
    ("propose", "propose-date"),
    ("revise", "revise-date"),
    ("end", "end-embargo"),
    ("add", "add-participant"),
    ("name", "name-vulnerability"),
    ("observe", "observe"),
    ("close", "close-case"),
    ("reopen", "reopen-case"),
];

fn may_act(signed: &Signed) -> bool {
    FORMS.iter().any(|(_, command)| signed.may(command))
}

async fn part(eyes: &Eyes<'_>, text: &domain::value::TextRef) -> Result<Option<Part>, Stop> {
    // What is not sorted stays on the page of its report.
    if text.class == domain::text::class::Class::U {
        return Ok(None);
    }
    let seen = eyes.see(text).await?;
    Ok((seen != Seen::Nothing).then(|| Part {
        body: text.body.to_string(),
        class: text.class.code().to_owned(),
        lang: text.lang,
        text: match seen {
            Seen::Shown(shown) => Some(shown),
            _ => None,
        },
        at: String::new(),
    }))
}

fn world(case: &Case) -> Vec<String> {
    [
        (case.world.public, "public_aware"),
        (case.world.exploit, "exploit_public"),
        (case.world.attacks, "attacks_observed"),
    ]
    .into_iter()
    .filter(|(is, _)| *is)
    .map(|(_, word)| word.to_owned())
    .collect()
}

/// What a participant said to the date, if it was asked.
pub(crate) fn consent_of(case: &Case, participant: &Participant, name: String) -> Option<Consent> {
    let said = date::of(case, participant).said()?;
    Some(Consent {
        name,
        tn: tn(participant),
        answer: match date::of(case, participant) {
            _ if !date::knows(participant) => "untold",
            // What is over waits for nobody.
            date if date.is_over() && said == date::Said::Asked => "unanswered",
            _ if said == date::Said::Asked && !date::may_agree(participant) => "spared",
            _ => said.word(),
        }
        .to_owned(),
        until: participant.countered.or(case.until),
        at: participant.said_at,
    })
}

fn embargo(case: &Case, tally: date::Tally, members: &[Member], page: Lang) -> Embargo {
    Embargo {
        tally,
        state: act::word(case.em),
        until: case.until,
        revision: case.revision_until,
        ended: case.ended.map(act::word),
        consents: members
            .iter()
            .filter_map(|(participant, party)| {
                consent_of(case, participant, history::party_name(party, page))
            })
            .collect(),
    }
}

/// State of a cell with the days without an answer.
pub(crate) fn cell(cell: BoardCell, now: Instant) -> Cell {
    let days = match cell {
        BoardCell::AskedSilent { since } => u32::try_from((now.0 - since.0).max(0) / DAY_US).ok(),
        _ => None,
    };
    Cell {
        state: cell.word().to_owned(),
        days,
    }
}

/// Label that the public board shows, or nothing.
pub(crate) fn public_label(participant: &Participant, party: &Party) -> Option<String> {
    board::public_label_of(participant, party.listed).map(|label| label.word().to_owned())
}

/// A vendor's row of the board.
pub(crate) fn row(case: &Case, (participant, party): &Member, page: Lang) -> BoardRow {
    let now = engine::kernel::clock::now();
    let cells = if case.vulnerabilities.is_empty() {
        vec![cell(board::cell(participant, None), now)]
    } else {
        case.vulnerabilities
            .iter()
            .map(|(label, _)| cell(board::cell_for(participant, None, Some(label)), now))
            .collect()
    };
    BoardRow {
        tn: tn(participant),
        name: history::party_name(party, page),
        cells,
        basis: participant.basis.word(),
        details_at: participant.details_at,
        last_at: participant.last_contact(),
        public: public_label(participant, party),
    }
}

async fn choices(
    room: &Room,
    visit: &Visit,
    members: &[Member],
) -> Result<(Vec<PartyChoice>, usize), Stop> {
    let q = visit.query.trimmed("party_q");
    if q.is_empty() {
        return Ok((vec![], 0));
    }
    let found = crate::party::desk::search(room, visit, q).await?;
    let total = found.len();
    let choices = found
        .into_iter()
        .take(CHOICES_MAX)
        .map(|party| PartyChoice {
            id: party.id.to_string(),
            name: history::party_name(&party, visit.lang),
            is_in: members.iter().any(|(_, member)| member.id == party.id),
        })
        .collect();
    Ok((choices, total))
}

/// Carries out what a form of the page asks for.
///
/// # Errors
/// If the store fails; [`Stop::Again`] before an embargo ends or its date comes nearer.
pub async fn act(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let case = find(room, visit.viewer()?, visit.param(0)).await?;
    let signed = visit.person()?;
    if !may_act(signed) && visit.form.value("do") != "looked" {
        return Err(Stop::Role);
    }
    let mut typed = visit.form.clone();
    let dossier: StreamId = case.id.into();
    if typed.value("do") == "looked" {
        look(room, signed, dossier, act::seen_of(&typed)).await?;
        return Ok(Answer::see(visit.href(&visit.path)));
    }
    let dossiers = dossiers(&case);
    let vendors: Vec<StreamId> = case_vendors(room, visit.viewer()?, &case).await?;
    let _turn = match act::turn(room, &visit, &dossiers, &vendors).await? {
        Ok(turn) => turn,
        Err(conflict) => return Ok(conflict),
    };
    if typed.value("do") == "read" {
        return read(room, &visit, &case, typed).await;
    }
    let commands = commands_of(&case, &mut typed);
    let dated = commands.iter().find_map(|command| match command {
        Command::ProposeDate(proposed) => Some(("until", proposed.until)),
        Command::ReviseDate(revised) => Some(("revised", revised.until)),
        _ => None,
    });
    if let Some((prefix, at)) = dated
        && room.house.office().is_day_off(at)
        && !pages::kit::moment::ask_of_holiday(&mut typed, prefix)
    {
        return render(room, &visit, &case, &typed).await.map(Answer::wrong);
    }
    // What cannot be read is no command, and nothing was done.
    if commands.is_empty() && typed.is_good() {
        typed.refuse("", "refusal-unread");
    }
    let mut done = !commands.is_empty();
    for command in commands {
        done &= act::perform(room, &visit, &mut typed, &command)
            .await?
            .is_some();
    }
    if done && typed.is_good() {
        let last = act::last(room, &dossiers).await?;
        look(room, signed, dossier, last).await?;
        let to = format!("{}?done={}", visit.path, typed.value("do"));
        return Ok(Answer::see(visit.href(&to)));
    }
    let case = find(room, visit.viewer()?, visit.param(0)).await?;
    render(room, &visit, &case, &typed).await.map(Answer::wrong)
}

/// A closed text of the case belongs to its report: there it is opened, and the reading recorded.
async fn read(room: &Room, visit: &Visit, case: &Case, mut typed: Typed) -> Result<Answer, Stop> {
    typed.need("why", "work-read-why-needed");
    let Ok(body) = uuid::Uuid::parse_str(typed.trimmed("body")) else {
        return Err(Stop::NotFound);
    };
    for report in case.reports() {
        let state = room.house.load(report.into()).await?.map(|l| l.state);
        let Some(Aggregate::Report(found)) = state.as_deref() else {
            continue;
        };
        if !found.parts.iter().any(|part| part.body.0 == body) {
            continue;
        }
        if !typed.is_good() {
            return render(room, visit, case, &typed).await.map(Answer::wrong);
        }
        return crate::intake::desk::read_text(room, visit, found, typed).await;
    }
    Err(Stop::NotFound)
}

/// The streams of those who take part in a case; each waits for its turn on its own, so that no vendor can tell by
/// waiting that another is busy.
async fn case_vendors(room: &Room, viewer: Viewer, case: &Case) -> Result<Vec<StreamId>, Stop> {
    let all = room.house.store.participants(viewer, case.id).await;
    let all = all.map_err(Fault::from)?;
    Ok(all.into_iter().map(|(id, _)| id.into()).collect())
}

/// Remembers how far a person has looked.
pub(crate) async fn look(
    room: &Room,
    signed: &Signed,
    dossier: StreamId,
    seen: u64,
) -> Result<(), Stop> {
    let now = engine::kernel::clock::now().0;
    room.house
        .store
        .look(signed.id, dossier, seen, now)
        .await
        .map_err(Fault::from)?;
    Ok(())
}

fn commands_of(case: &Case, typed: &mut Typed) -> Vec<Command> {
    let number = case.id.to_string();
    match typed.value("do").to_owned().as_str() {
        "propose" => pages::kit::moment::read(typed, "until")
            .map(|until| {
                Command::ProposeDate(commands::ProposeDate {
                    case: number,
                    until,
                })
            })
            .into_iter()
            .collect(),
        "revise" => pages::kit::moment::read(typed, "revised")
            .map(|until| {
                Command::ReviseDate(commands::ReviseDate {
                    case: number,
                    until,
                })
            })
            .into_iter()
            .collect(),
        "end" => {
            typed.need("end_reason", "work-end-reason-needed");
            match act::code::<EmbargoEnd>(typed.trimmed("end_why")) {
                Some(why) if typed.is_good() => vec![Command::EndEmbargo(commands::EndEmbargo {
                    case: number,
                    why,
                    reason: typed.trimmed("end_reason").to_owned(),
                })],
                _ => vec![],
            }
        }
        "add" => {
            let part = act::code::<PartIn>(typed.trimmed("part")).unwrap_or(PartIn::Vendor);
            let parties: Vec<String> = typed.all("party").to_vec();
            if parties.is_empty() {
                typed.refuse("party", "work-add-party-needed");
            }
            parties
                .into_iter()
                .map(|party| {
                    Command::AddParticipant(commands::AddParticipant {
                        id: None,
                        case: number.clone(),
                        party,
                        part,
                    })
                })
                .collect()
        }
        "name" => {
            typed.need("label", "work-name-label-needed");
            typed.need("vuln_text", "work-name-text-needed");
            if !typed.is_good() {
                return vec![];
            }
            vec![Command::NameVulnerability(commands::NameVulnerability {
                case: number,
                label: typed.trimmed("label").to_owned(),
                text: TextInput {
                    lang: lang_of(typed, "vuln_lang"),
                    text: typed.trimmed("vuln_text").to_owned(),
                },
            })]
        }
        "observe" => act::code(typed.trimmed("fact"))
            .map(|fact| Command::Observe(commands::Observe { case: number, fact }))
            .into_iter()
            .collect(),
        "close" => act::code(typed.trimmed("closure"))
            .map(|code| Command::CloseCase(commands::CloseCase { case: number, code }))
            .into_iter()
            .collect(),
        "reopen" => {
            typed.need("reopen_reason", "work-reopen-reason-needed");
            if !typed.is_good() {
                return vec![];
            }
            vec![Command::ReopenCase(commands::ReopenCase {
                case: number,
                reason: typed.trimmed("reopen_reason").to_owned(),
            })]
        }
        _ => {
            typed.refuse("", "refusal-input");
            vec![]
        }
    }
}

/// Notes that somebody is writing; answers who else is.
///
/// # Errors
/// If the store fails.
pub async fn presence_ping(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let case = find(room, visit.viewer()?, visit.param(0)).await?;
    act::presence_answer(room, &visit, case.id.into())
}
