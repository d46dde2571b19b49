//! 受付・案件一覧: what waits, for whom, until when; every condition stands in the address.

use std::cmp::Reverse;
use std::collections::HashMap;

use domain::act::Act;
use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::coordination::date;
use domain::coordination::participant::Participant;
use domain::coordination::waiting::{self, Publication};
use domain::intake::{Report, Waits};
use domain::publication::undecided::undecided;
use domain::publication::{Advisory, deadlines};
use domain::text::class::Class;
use domain::text::fold::{finds, sought};
use domain::value::{StreamId, Track};
use engine::kernel::find;
use engine::{CaseLine, Fault, Instant, ReportLine, Viewer, Which};
use pages::kit::desk::view::Words;
use pages::work::view::{Queue, QueueCounts, QueueRow, RowKind, Untitled, Waiting};

use crate::coordination::title::{GIST_CHARS, advisory_of, called, eyes_on, gist_of, title_of};
use crate::door::act::presence;
use crate::door::ahead;
use crate::door::answer::Answer;
use crate::door::room::Room;
use crate::door::sight::Eyes;
use crate::door::visit::{Signed, Stop, Visit};
use crate::intake::desk::has_closed;

/// Rows of one page.
const ROWS: usize = 50;
const THREE_DAYS_US: i64 = 3 * 86_400_000_000;

/// The list.
///
/// # Errors
/// If the store fails.
pub async fn show(room: &Room, visit: Visit) -> Result<Answer, Stop> {
    let show = Show::of(&visit.query);
    let is_asked = !visit.query.trimmed("q").is_empty();
    let (all, over) = rows(room, &visit, show, is_asked).await?;
    let (all, heaps): (Vec<QueueRow>, Vec<Heap>) = all.into_iter().unzip();
    let now = engine::kernel::clock::now().0;
    let counts = counts(&all, over, now);
    let mut wanted: Vec<&QueueRow> = all
        .iter()
        .zip(&heaps)
        .filter(|(row, heap)| fits(row, heap, &visit, now))
        .map(|(row, _)| row)
        .collect();
    match visit.query.trimmed("sort") {
        "new" => wanted.sort_by_key(|row| Reverse(row.since)),
        "number" => wanted.sort_by(|a, b| a.number.cmp(&b.number)),
        // What runs out first stands first; what has no deadline comes after, newest first.
        _ => wanted.sort_by_key(|row| {
            let due = row.due.as_ref().map(|due| due.at);
            (due.is_none(), due, Reverse(row.since))
        }),
    }
    let pages = wanted.len().div_ceil(ROWS).max(1);
    let page = visit
        .query
        .trimmed("page")
        .parse::<usize>()
        .unwrap_or(1)
        .clamp(1, pages);
    let view = Queue {
        total: wanted.len(),
        rows: wanted
            .into_iter()
            .skip((page - 1) * ROWS)
            .take(ROWS)
            .cloned()
            .collect(),
        page,
        pages,
        counts,
    };
    Ok(Answer::page(pages::work::queue::page(
        &visit.inside(room),
        &view,
        &visit.query,
    )))
}

fn counts(rows: &[QueueRow], over: usize, now: i64) -> QueueCounts {
    let count = |wanted: &dyn Fn(&QueueRow) -> bool| {
        rows.iter()
            .filter(|row| !row.is_over && wanted(row))
            .count()
    };
    QueueCounts {
        open: count(&|_| true),
        over,
        reports: count(&|row| row.kind == RowKind::Report),
        cases: count(&|row| row.kind == RowKind::Case),
        overdue: count(&|row| due_in(row, now).is_some_and(|left| left < 0)),
        three_days: count(&|row| {
            due_in(row, now).is_some_and(|left| (0..THREE_DAYS_US).contains(&left))
        }),
        us: count(&|row| row.waiting == Waiting::Us),
        vendor: count(&|row| is_outside(row.waiting)),
        finder: count(&|row| row.waiting == Waiting::Finder),
    }
}

/// Whether something waits for those who can mend it.
fn is_outside(waiting: Waiting) -> bool {
    matches!(waiting, Waiting::Vendor | Waiting::Operator)
}

fn due_in(row: &QueueRow, now: i64) -> Option<i64> {
    row.due.as_ref().map(|due| due.at.0 - now)
}

/// Which rows are wanted, by whether anything is left to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    Open,
    Over,
    /// Who searches or names a state looks everywhere.
    All,
}

impl Show {
    fn of(query: &pages::kit::form::Typed) -> Show {
        match query.trimmed("show") {
            "over" => Show::Over,
            "all" => Show::All,
            _ if !query.trimmed("q").is_empty() || !query.trimmed("state").is_empty() => Show::All,
            _ => Show::Open,
        }
    }
}

/// What a row is found by, each for itself.
type Heap = Vec<String>;

fn fits(row: &QueueRow, heap: &Heap, visit: &Visit, now: i64) -> bool {
    let show = match Show::of(&visit.query) {
        Show::Open => !row.is_over,
        Show::Over => row.is_over,
        Show::All => true,
    };
    let is = |name: &str| visit.query.trimmed(name).to_owned();
    let kind = match is("kind").as_str() {
        "reports" => row.kind == RowKind::Report,
        "cases" => row.kind == RowKind::Case,
        _ => true,
    };
    let due = match is("due").as_str() {
        "overdue" => due_in(row, now).is_some_and(|left| left < 0),
        "3days" => due_in(row, now).is_some_and(|left| (0..THREE_DAYS_US).contains(&left)),
        _ => true,
    };
    let waiting = match is("waiting").as_str() {
        "us" => row.waiting == Waiting::Us,
        "vendor" => is_outside(row.waiting),
        "finder" => row.waiting == Waiting::Finder,
        _ => true,
    };
    let state = is("state");
    let q = is("q");
    // A question of which nothing is left asks for nothing in particular.
    let said = || {
        sought(&q).is_empty() || finds(&row.number, &q) || heap.iter().any(|text| finds(text, &q))
    };
    show && kind && due && waiting && (state.is_empty() || row.state == state) && said()
}

/// The rows, each with what it is found by beside what it shows, and how many are over; those are made only where they
/// are wanted.
async fn rows(
    room: &Room,
    visit: &Visit,
    show: Show,
    is_asked: bool,
) -> Result<(Vec<(QueueRow, Heap)>, usize), Stop> {
    let signed = visit.person()?;
    let store = &room.house.store;
    let viewer = Viewer::Person(signed.id);
    let last = store.last_by_dossier(viewer).await.map_err(Fault::from)?;
    let looked = store.looked_all(signed.id).await.map_err(Fault::from)?;
    let news = News { last, looked };
    let (mut out, mut over) = (Vec::new(), 0);
    let done = store
        .reports(viewer, Which::Over)
        .await
        .map_err(Fault::from)?;
    let open = store
        .reports(viewer, Which::Open)
        .await
        .map_err(Fault::from)?;
    over += done.len();
    for line in wanted(show, open, done) {
        if let Some(loaded) = room.house.load(line.id.into()).await?
            && let Aggregate::Report(report) = &*loaded.state
        {
            out.push(report_row(room, signed, &line, report, &news, is_asked).await?);
        }
    }
    let done = store
        .cases(viewer, Which::Over)
        .await
        .map_err(Fault::from)?;
    let open = store
        .cases(viewer, Which::Open)
        .await
        .map_err(Fault::from)?;
    over += done.len();
    for line in wanted(show, open, done) {
        if let Some(loaded) = room.house.load(line.id.into()).await?
            && let Aggregate::Case(case) = &*loaded.state
        {
            let (row, heap) = case_row(room, visit, &line, case, &news, is_asked).await?;
            // What is out and rests is over, closed or not.
            over += usize::from(row.is_over && case.closed.is_none());
            out.push((row, heap));
        }
    }
    Ok((out, over))
}

/// What a case is found by: what it may be called, the numbers of its reports, its vendors with their tracking numbers, its
/// vulnerabilities, and the numbers of its draft, as far as this person may read them.
async fn heap(
    room: &Room,
    eyes: &Eyes<'_>,
    case: &Case,
    participants: &[Participant],
    advisory: Option<&Advisory>,
) -> Result<Heap, Stop> {
    let mut found: Heap = called(room, eyes, case, advisory).await?;
    for report in case.reports() {
        let state = room.house.load(report.into()).await?.map(|l| l.state);
        if let Some(Aggregate::Report(report)) = state.as_deref() {
            found.push(report.handling.clone());
        }
    }
    for participant in participants {
        found.push(participant.tracking.clone());
        let Some(party) = participant.party else {
            continue;
        };
        let state = room.house.load(party.into()).await?.map(|l| l.state);
        if let Some(Aggregate::Party(party)) = state.as_deref() {
            found.extend([&party.name_ja, &party.name_en, &party.kana].map(Clone::clone));
        }
    }
    found.extend(case.vulnerabilities.iter().map(|(label, _)| label.clone()));
    if let Some(draft) = advisory.and_then(|stream| stream.draft.as_ref())
        && let Some(words) = eyes.words(&draft.facts).await?
    {
        found.extend(numbers_of(words.text.as_str()));
    }
    Ok(found)
}

/// The numbers that the facts of a draft name.
fn numbers_of(facts: &str) -> Vec<String> {
    let facts: serde_json::Value = serde_json::from_str(facts).unwrap_or_default();
    let list = |name: &str| facts[name].as_array().cloned().unwrap_or_default();
    let cve = list("cve").into_iter();
    let others = list("other_ids")
        .into_iter()
        .map(|mut id| id["text"].take());
    cve.chain(others)
        .filter_map(|number| number.as_str().map(str::to_owned))
        .collect()
}

/// The lines of which rows are made: what is open always, since it is counted, and what is over where it is wanted.
fn wanted<T>(show: Show, mut open: Vec<T>, over: Vec<T>) -> Vec<T> {
    if show != Show::Open {
        open.extend(over);
    }
    open
}

struct News {
    last: HashMap<StreamId, u64>,
    looked: HashMap<StreamId, u64>,
}

impl News {
    /// Whether something came since the person last looked; what is new in any of the dossiers counts, and the first
    /// is the one that was looked at.
    fn is_new(&self, dossiers: &[StreamId]) -> bool {
        let at = |of: &HashMap<StreamId, u64>, dossier: &StreamId| of.get(dossier).copied();
        let last = dossiers.iter().filter_map(|one| at(&self.last, one)).max();
        let looked = dossiers.first().and_then(|one| at(&self.looked, one));
        last.unwrap_or(0) > looked.unwrap_or(0)
    }
}

async fn report_row(
    room: &Room,
    signed: &Signed,
    line: &ReportLine,
    report: &Report,
    news: &News,
    is_asked: bool,
) -> Result<(QueueRow, Heap), Stop> {
    let dossier: StreamId = report.id.into();
    let eyes = Eyes::of(room, signed, Report::PHASE);
    let due = if report.is_open() {
        domain::intake::deadlines::of_report(room.house.office(), report)
            .into_iter()
            .next()
    } else {
        None
    };
    let words = report_words(&eyes, report, is_asked).await?;
    let heap = words.iter().map(|words| words.text.as_str().to_owned());
    let heap = heap.filter(|_| is_asked).collect();
    let row = QueueRow {
        kind: RowKind::Report,
        number: line.handling.clone(),
        title: words
            .map(|words| gist_of(report, words))
            .ok_or(if report.is_unsorted() {
                Untitled::Unsorted
            } else {
                Untitled::Nothing
            }),
        state: report.state.word().to_owned(),
        talks: None,
        due,
        waiting: match report.waits() {
            Waits::Sorting | Waits::Decision => Waiting::Us,
            Waits::Finder => Waiting::Finder,
            Waits::Nothing => Waiting::Nobody,
        },
        is_over: report.state.stage().is_over(),
        is_new: news.is_new(&[dossier]),
        presence: presence(room, signed, dossier),
        since: Instant(line.received_at),
    };
    Ok((row, heap))
}

/// What a report is called by: what is wrong, or else what the finder wrote; all of it where it is asked for, else as much
/// as a title needs.
async fn report_words(
    eyes: &Eyes<'_>,
    report: &Report,
    is_asked: bool,
) -> Result<Option<Words>, Stop> {
    if let Some(part) = report.parts.iter().find(|part| part.class == Class::V)
        && let Some(words) = eyes.words(part).await?
    {
        return Ok(Some(words));
    }
    // What its page closes is not read around the reason here.
    let has_closed = has_closed(eyes, report).await?;
    let mut found: Option<Words> = None;
    for text in report.as_it_came() {
        if has_closed && report.is_split(text) {
            continue;
        }
        let Some(words) = eyes.words(text).await? else {
            continue;
        };
        let all = match found.take() {
            None => words,
            Some(before) => Words {
                lang: before.lang,
                text: before.text.and(&words.text),
            },
        };
        let is_enough = all.text.as_str().chars().count() > GIST_CHARS;
        found = Some(all);
        if is_enough && !is_asked {
            break;
        }
    }
    Ok(found)
}

/// The row of a case, and where something is asked for what it is found by.
async fn case_row(
    room: &Room,
    visit: &Visit,
    line: &CaseLine,
    case: &Case,
    news: &News,
    is_asked: bool,
) -> Result<(QueueRow, Heap), Stop> {
    let signed = visit.person()?;
    let dossier: StreamId = case.id.into();
    let advisory = advisory_of(room, case.id).await?;
    let eyes = eyes_on(room, signed, case).await?;
    let participants = find::participants(&room.house, Viewer::Person(signed.id), case.id).await?;
    let tally = date::tally(case, &participants);
    let track = engine::coordination::track_of(&room.house, case).await?;
    let is_published = advisory.as_ref().is_some_and(Advisory::is_published);
    let told = date::told(case, is_published, tally);
    let has_added = case.closed.is_none() && !crate::intake::added(room, case).await?.is_empty();
    let heap = if is_asked {
        heap(room, &eyes, case, &participants, advisory.as_ref()).await?
    } else {
        Heap::new()
    };
    let row = QueueRow {
        kind: RowKind::Case,
        number: line.number.clone(),
        title: title_of(room, &eyes, case, advisory.as_ref(), visit.lang)
            .await?
            .ok_or(Untitled::Nothing),
        state: told.stage.word().to_owned(),
        talks: told.talks,
        due: deadlines::of_matter(
            room.house.office(),
            case,
            track,
            advisory.as_ref(),
            &participants,
        )
        .into_iter()
        .next(),
        waiting: if has_added {
            Waiting::Us
        } else {
            let publication =
                publication(room, &visit.act(), case, track, advisory.as_ref()).await?;
            waiting(room, case, publication, &participants).await?
        },
        is_over: case.closed.is_some()
            || (!has_added && advisory.as_ref().is_some_and(Advisory::is_at_rest)),
        is_new: news.is_new(&crate::coordination::desk::dossiers(case)),
        presence: presence(room, signed, dossier),
        since: Instant(line.opened_at),
    };
    Ok((row, heap))
}

/// Where the publication of a case stands.
async fn publication(
    room: &Room,
    act: &Act,
    case: &Case,
    track: Track,
    advisory: Option<&Advisory>,
) -> Result<Publication, Stop> {
    if undecided(case, track, advisory).is_some() {
        return Ok(Publication::Ours);
    }
    let Some(stream) = advisory else {
        return Ok(Publication::Open);
    };
    // A plan that cannot be read hides no other case: it is ours to look at.
    let is_ours = match ahead::wants(room, act, case, stream, ahead::Look::Lately).await {
        Ok(wanted) => wanted.is_some(),
        Err(Stop::Fault(error)) => {
            tracing::error!(code = error.code(), "a plan of the list cannot be read");
            true
        }
        Err(other) => return Err(other),
    };
    Ok(match (is_ours, stream.is_published()) {
        (true, _) => Publication::Ours,
        (false, true) => Publication::Out,
        (false, false) if stream.plan.is_some() => Publication::Goes,
        (false, false) => Publication::Open,
    })
}

/// For whom a case waits.
async fn waiting(
    room: &Room,
    case: &Case,
    publication: Publication,
    participants: &[Participant],
) -> Result<Waiting, Stop> {
    let mut known = Vec::with_capacity(participants.len());
    for participant in participants {
        let is_call_open = engine::coordination::is_call_open(&room.house, participant).await?;
        known.push((participant, is_call_open));
    }
    Ok(match waiting::of_case(case, publication, &known) {
        waiting::Waits::Us => Waiting::Us,
        waiting::Waits::Vendor => Waiting::Vendor,
        waiting::Waits::Operator => Waiting::Operator,
        waiting::Waits::Nobody => Waiting::Nobody,
    })
}
