//! One report at the desk: reading, splitting, asking back, deciding.

use domain::aggregate::Aggregate;
use domain::intake::{Report, ReportState, deadlines, form};
use domain::text::class::Class;
use domain::value::{DeclineReason, ReportField, StreamId, TextRef};
use engine::command::Command;
use engine::intake::{command as intake, reading};
use engine::kernel::find::TextInput;
use engine::{Fault, Viewer};
use pages::intake::view::{Message, Report as View, Source};
use pages::intake::{Asked, desk as page};
use pages::kit::desk::view::Part;
use pages::kit::form::Typed;

use crate::door::act;
use crate::door::act::lang_of;
use crate::door::act::presence;
use crate::door::answer::Answer;
use crate::door::history;
use crate::door::room::Room;
use crate::door::sight::{Eyes, Seen};
use crate::door::visit::{Signed, Stop, Visit};

/// Finds the report of a handling number.
///
/// # Errors
/// [`Stop::NotFound`].
async fn find(room: &Room, viewer: Viewer, number: &str) -> Result<Report, Stop> {
    let id = room
        .house
        .store
        .report_by_handling(viewer, number)
        .await
        .map_err(Fault::from)?
        .ok_or(Stop::NotFound)?;
    let loaded = room.house.load(id.into()).await?.ok_or(Stop::NotFound)?;
    match &*loaded.state {
        Aggregate::Report(report) if loaded.realm == 0 => Ok(report.clone()),
        _ => Err(Stop::NotFound),
    }
}

/// Forms of the page that save themselves, with a field that only that form has.
const DRAFTS: [(&str, &str); 3] = [
    ("sort", "part_text"),
    ("ask", "ask_text"),
    ("decline", "decline_text"),
];

/// Name of the draft that goes with one of a report's forms.
fn draft_name(report: &Report, signed: &Signed, verb: &str) -> String {
    format!("report/{}/{}/{verb}", report.id, signed.id)
}

/// The page.
///
/// # Errors
/// If the store fails.
pub async fn show(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let report = find(room, visit.viewer()?, visit.param(0)).await?;
    let signed = visit.person()?;
    let (mut typed, mut at) = (Typed::default(), None);
    for (verb, _) in DRAFTS {
        let name = draft_name(&report, signed, verb);
        if let Some(saved) = room.house.draft(&name).await? {
            let draft = Typed::parse(&saved.bytes);
            for (name, value) in draft.pairs() {
                typed.put(name, value);
            }
            at = at.max(Some(engine::kernel::clock::rfc3339(engine::Instant(
                saved.at,
            ))));
        }
    }
    render(room, &visit, &report, &typed, at)
        .await
        .map(Answer::page)
}

async fn render(
    room: &Room,
    visit: &Visit,
    report: &Report,
    typed: &Typed,
    draft_at: Option<String>,
) -> Result<Vec<u8>, Stop> {
    let view = view(room, visit, report, draft_at).await?;
    Ok(page::page(&visit.inside(room), &view, typed))
}

async fn view(
    room: &Room,
    visit: &Visit,
    report: &Report,
    draft_at: Option<String>,
) -> Result<View, Stop> {
    let signed = visit.person()?;
    let dossier: StreamId = report.id.into();
    let eyes = Eyes::of(room, signed, Report::PHASE);
    let lines = room.lines(visit.viewer()?, dossier).await?;
    let mut sources = Vec::new();
    let (mut parts, mut split) = (Vec::new(), Vec::new());
    let later = report.parts.iter().chain(&report.finder);
    let has_closed = has_closed(&eyes, report).await?;
    for text in report.as_it_came().chain(later).chain(&report.contact) {
        let at = engine::kernel::clock::rfc3339(report.written_at(text));
        match (eyes.see(text).await?, text.class) {
            // What must not be read without a reason is not read around it.
            (Seen::Shown(_), Class::U) if has_closed && report.is_split(text) => {
                split.push(Part {
                    body: text.body.to_string(),
                    class: text.class.code().to_owned(),
                    lang: text.lang,
                    text: None,
                    at,
                });
            }
            (Seen::Shown(shown), Class::U) => sources.push(Source {
                body: text.body.to_string(),
                field: asked(report, text),
                at,
                words: pages::kit::desk::view::Words {
                    lang: text.lang,
                    text: shown,
                },
            }),
            (Seen::Nothing, _) | (Seen::Closed, Class::U) => {}
            (seen, class) => parts.push(Part {
                body: text.body.to_string(),
                class: class.code().to_owned(),
                lang: text.lang,
                text: match seen {
                    Seen::Shown(shown) => Some(shown),
                    _ => None,
                },
                at,
            }),
        }
    }
    parts.append(&mut split);
    let (case, declined) = match report.state {
        ReportState::Accepted { case } | ReportState::Merged { case } => {
            (number_of(room, case).await?, None)
        }
        ReportState::Declined { reason } => (None, Some(act::word(reason))),
        _ => (None, None),
    };
    let (consent, channel) = lines
        .iter()
        .find_map(|line| match &line.recorded.event {
            domain::event::Event::ReportReceived {
                consent, channel, ..
            } => Some((consent.clone(), act::word(*channel))),
            _ => None,
        })
        .unwrap_or_default();
    Ok(View {
        number: report.handling.clone(),
        kind: act::word(report.kind),
        channel,
        received_at: engine::kernel::clock::rfc3339(report.received_at),
        state: report.state.word().to_owned(),
        consent,
        codes: codes(report),
        case,
        declined,
        sources,
        is_sorted: report.is_sorted(),
        parts,
        messages: messages(&eyes, &lines).await?,
        erasures: room.erasures(dossier).await?,
        deadlines: if report.is_open() {
            deadlines::of_report(room.house.office(), report)
        } else {
            vec![]
        },
        timeline: history::told(room, visit, &[dossier], None).await?,
        presence: presence(room, signed, dossier),
        draft_at,
        seen: lines.last().map_or(0, |line| line.seq),
        may_act: may_act(signed),
    })
}

/// The field that a text fills, with the class that its form proposes.
fn asked(report: &Report, text: &TextRef) -> Option<Asked> {
    let key = report.key_of(text)?;
    Some(Asked {
        key: key.word().to_owned(),
        proposed: form::proposed(report.form?, key)?.code().to_owned(),
    })
}

/// The fields that hold a word of the form's own.
fn codes(report: &Report) -> Vec<(String, String)> {
    let code = |field: &ReportField| {
        let code = field.code()?.to_owned();
        Some((field.key.word().to_owned(), code))
    };
    report.fields.iter().filter_map(code).collect()
}

/// Commands of the page's forms.
const FORMS: [&str; 7] = [
    "sort-report",
    "ask-finder",
    "accept-report",
    "accept-as-public",
    "decline-report",
    "merge-report",
    "read-text",
];

fn may_act(signed: &Signed) -> bool {
    signed.may_any(&FORMS)
}

async fn number_of(room: &Room, case: domain::value::CaseId) -> Result<Option<String>, Stop> {
    let state = room.house.load(case.into()).await?.map(|l| l.state);
    Ok(match state.as_deref() {
        Some(Aggregate::Case(case)) => Some(case.number.clone()),
        _ => None,
    })
}

async fn messages(eyes: &Eyes<'_>, lines: &[history::Line]) -> Result<Vec<Message>, Stop> {
    use domain::event::Event;
    let mut out = Vec::new();
    for line in lines {
        let (text, from_finder) = match &line.recorded.event {
            Event::ReportQuestioned { text } => (*text, false),
            Event::ReportAnswered { text } => (*text, true),
            Event::ReportDeclined {
                text: Some(text), ..
            } => (*text, false),
            _ => continue,
        };
        out.push(Message {
            at: engine::kernel::clock::rfc3339(line.recorded.occurred_at),
            from_finder,
            words: eyes.words(&text).await?,
        });
    }
    Ok(out)
}

/// Carries out what a form of the page asks for.
///
/// # Errors
/// If the store fails.
pub async fn act(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let report = find(room, visit.viewer()?, visit.param(0)).await?;
    let signed = visit.person()?;
    let dossier: StreamId = report.id.into();
    let mut typed = visit.form.clone();
    if typed.value("do") == "looked" {
        let seen = act::seen_of(&typed);
        let now = engine::kernel::clock::now().0;
        room.house
            .store
            .look(signed.id, dossier, seen, now)
            .await
            .map_err(Fault::from)?;
        return Ok(Answer::see(visit.href(&visit.path)));
    }
    if !may_act(signed) {
        return Err(Stop::Role);
    }
    let _turn = match act::turn(room, &visit, &[dossier], &[]).await? {
        Ok(turn) => turn,
        Err(conflict) => return Ok(conflict),
    };
    if typed.value("do") == "read" {
        return read(room, &visit, &report, typed).await;
    }
    let done = match command(&report, &mut typed) {
        Some(command) => match act::perform(room, &visit, &mut typed, &command).await {
            // The report is there: what was not found is the case whose number somebody typed.
            Err(Stop::NotFound) if typed.value("do") == "merge" => {
                typed.refuse("case", "refusal-not-found");
                None
            }
            other => other?,
        },
        None => None,
    };
    match done {
        Some(answer) => {
            room.house
                .draft_drop(&draft_name(&report, signed, visit.form.value("do")))
                .await?;
            let now = engine::kernel::clock::now().0;
            let last = act::last(room, &[dossier]).await?;
            room.house
                .store
                .look(signed.id, dossier, last, now)
                .await
                .map_err(Fault::from)?;
            let path = match answer["number"].as_str() {
                Some(number) => visit.href(&format!("/desk/cases/{number}?done=accepted")),
                None => visit.href(&format!("{}?done={}", visit.path, typed.value("do"))),
            };
            Ok(Answer::see(path))
        }
        None => {
            let report = find(room, visit.viewer()?, visit.param(0)).await?;
            render(room, &visit, &report, &typed, None)
                .await
                .map(Answer::wrong)
        }
    }
}

/// The same for a form of the case's page; the text is shown on the report's.
///
/// # Errors
/// If the store fails.
pub(crate) async fn read_text(
    room: &Room,
    visit: &Visit,
    report: &Report,
    typed: Typed,
) -> Result<Answer, Stop> {
    let there = Visit {
        lang: visit.lang,
        side: visit.side,
        path: format!("/desk/reports/{}", report.handling),
        params: vec![report.handling.clone()],
        query: Typed::default(),
        form: typed.clone(),
        who: visit.who.clone(),
        is_fragment: false,
        is_post: true,
        network: None,
    };
    read(room, &there, report, typed).await
}

/// Whether this person needs a reason for a part of the report.
pub(crate) async fn has_closed(eyes: &Eyes<'_>, report: &Report) -> Result<bool, Stop> {
    for part in report.parts.iter().filter(|part| part.class != Class::U) {
        if eyes.see(part).await? == Seen::Closed {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Opens one closed text against a reason, on this one page.
async fn read(
    room: &Room,
    visit: &Visit,
    report: &Report,
    mut typed: Typed,
) -> Result<Answer, Stop> {
    typed.need("why", "work-read-why-needed");
    let Ok(body) = uuid::Uuid::parse_str(typed.trimmed("body")) else {
        return Err(Stop::NotFound);
    };
    // Only what this person may read against a reason is opened by one.
    let signed = visit.person()?;
    let eyes = Eyes::of(room, signed, Report::PHASE);
    let text = report
        .as_it_came()
        .chain(&report.parts)
        .chain(&report.finder)
        .chain(&report.contact)
        .find(|text| text.body.0 == body)
        .ok_or(Stop::NotFound)?;
    let is_closed = match eyes.see(text).await? {
        Seen::Closed => true,
        Seen::Shown(_) => report.is_split(text) && has_closed(&eyes, report).await?,
        Seen::Nothing => false,
    };
    if !is_closed {
        return Err(Stop::NotFound);
    }
    let mut opened = None;
    if typed.is_good() {
        let command = Command::ReadText(reading::ReadText {
            report: report.id.to_string(),
            body,
            reason: typed.trimmed("why").to_owned(),
        });
        opened = act::perform(room, visit, &mut typed, &command).await?;
    }
    let mut view = view(room, visit, report, None).await?;
    if opened.is_none() {
        let bytes = page::page(&visit.inside(room), &view, &typed);
        return Ok(Answer::wrong(bytes));
    }
    for part in &mut view.parts {
        if part.body == text.body.to_string() {
            part.text = eyes.after_reading(text).await?;
        }
    }
    Ok(Answer::page(page::page(
        &visit.inside(room),
        &view,
        &Typed::default(),
    )))
}

fn command(report: &Report, typed: &mut Typed) -> Option<Command> {
    let number = report.id.to_string();
    match typed.value("do").to_owned().as_str() {
        "sort" => {
            let parts = parts(typed)?;
            Some(Command::SortReport(intake::SortReport {
                report: number,
                parts,
            }))
        }
        "ask" => {
            typed.need("ask_text", "work-ask-text-needed");
            typed.is_good().then(|| {
                Command::AskFinder(intake::AskFinder {
                    report: number,
                    text: TextInput {
                        lang: lang_of(typed, "ask_lang"),
                        text: typed.trimmed("ask_text").to_owned(),
                    },
                })
            })
        }
        "accept" => Some(Command::AcceptReport(intake::AcceptReport {
            report: number,
            case: None,
            public_since: None,
        })),
        "accept-public" => {
            let since = pages::kit::moment::read(typed, "since")?;
            Some(Command::AcceptAsPublic(intake::AcceptAsPublic {
                report: number,
                case: None,
                public_since: since,
            }))
        }
        "decline" => {
            let Some(reason) = act::code::<DeclineReason>(typed.trimmed("reason")) else {
                typed.refuse("reason", "work-decline-reason-needed");
                return None;
            };
            let text = typed.trimmed("decline_text").to_owned();
            Some(Command::DeclineReport(intake::DeclineReport {
                report: number,
                reason,
                text: (!text.is_empty()).then(|| TextInput {
                    lang: lang_of(typed, "decline_lang"),
                    text,
                }),
            }))
        }
        "merge" => {
            typed.need("case", "work-merge-case-needed");
            typed.is_good().then(|| {
                Command::MergeReport(intake::MergeReport {
                    report: number,
                    case: typed.trimmed("case").to_owned(),
                })
            })
        }
        _ => {
            typed.refuse("", "refusal-input");
            None
        }
    }
}

/// The rows of the splitting form; each that has a text needs a class.
fn parts(typed: &mut Typed) -> Option<Vec<intake::Part>> {
    let mut out = Vec::new();
    let rows = typed.all("part_text").len();
    for index in 0..rows {
        let at = |name: &str| typed.all(name).get(index).cloned().unwrap_or_default();
        let (class, part_lang, text) = (at("part_class"), at("part_lang"), at("part_text"));
        if text.trim().is_empty() {
            continue;
        }
        let found = Class::ALL
            .into_iter()
            .find(|known| known.code() == class && *known != Class::U);
        match found {
            Some(class) => out.push(intake::Part {
                class,
                lang: if part_lang == "en" {
                    domain::value::Lang::En
                } else {
                    domain::value::Lang::Ja
                },
                text,
            }),
            None => typed.refuse(
                &format!("part_text-{}", index + 1),
                "work-part-class-needed",
            ),
        }
    }
    if out.is_empty() && typed.is_good() {
        typed.refuse("part_text-1", "work-parts-needed");
    }
    typed.is_good().then_some(out)
}

/// Saves what is half typed.
///
/// # Errors
/// If the store fails.
pub async fn draft(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let report = find(room, visit.viewer()?, visit.param(0)).await?;
    let signed = visit.person()?;
    let bytes = crate::door::act::encoded(&visit.form);
    let form = DRAFTS
        .iter()
        .find(|(_, field)| !visit.form.all(field).is_empty());
    let (verb, _) = form.ok_or(Stop::NotFound)?;
    let at = room
        .house
        .draft_save(&draft_name(&report, signed, verb), signed.id, &bytes)
        .await?;
    let at = engine::kernel::clock::rfc3339(engine::Instant(at));
    Ok(Answer::json(&serde_json::json!({ "saved": at })))
}

/// Notes that somebody is writing; answers who else is.
///
/// # Errors
/// If the store fails.
pub async fn presence_ping(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let report = find(room, visit.viewer()?, visit.param(0)).await?;
    crate::door::act::presence_answer(room, &visit, report.id.into())
}
