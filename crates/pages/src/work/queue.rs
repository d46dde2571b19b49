//! The list of reports and cases: what waits, for whom, until when.
//!
//! Every condition stands in the address, so that a view can be kept and passed on. Knows no gate: a row has
//! a title only if the reader may see it.

use askama::Template;
use domain::coordination::case::Stage;
use domain::intake::ReportStage;

use crate::kit::catalogue::Say;
use crate::kit::desk::bits::{Link, due_html, pages, presence_words, segment};
use crate::kit::desk::words;
use crate::kit::form::{Choice, Field, Typed};
use crate::kit::frame::{Frame, bytes};
use crate::kit::inside::Inside;
use crate::kit::text;
use crate::work::view::{Queue, QueueRow, RowKind, Untitled, Waiting};

/// States that the list can be narrowed to: of the reports that stand in it, then of cases.
pub fn states() -> impl Iterator<Item = &'static str> {
    let reports = ReportStage::ALL
        .into_iter()
        .filter(|stage| stage.is_open() || stage.is_over());
    reports
        .map(ReportStage::word)
        .chain(Stage::ALL.into_iter().map(Stage::word))
}

/// Returns the page; `query` is what stands in the address.
#[must_use]
pub fn page(inside: &Inside, view: &Queue, query: &Typed) -> Vec<u8> {
    let say = inside.say();
    let here = inside.href("/desk/");
    bytes(&QueuePage {
        w: say,
        frame: inside.frame(&say.t("inside-queue")),
        views: views(say, &here, view, query),
        search: search(say, query),
        is_narrowed: is_narrowed(query),
        filters: filters(say, query),
        total: say.count("desk-queue-total", view.total),
        rows: view.rows.iter().map(|row| line(inside, row)).collect(),
        pages: pages(say, &here, query, view.page, view.pages),
        here,
    })
}

/// The ready-made views with their counts.
fn views(say: Say, here: &str, view: &Queue, query: &Typed) -> Vec<Link> {
    let counts = &view.counts;
    let one = |key: &str, address: &str, count: usize, is_here: bool| Link {
        href: format!("{here}{address}"),
        text: format!("{} ({count})", say.t(key)),
        is_here,
    };
    let plain = ["show", "kind", "due", "waiting", "state", "q"]
        .iter()
        .all(|name| query.trimmed(name).is_empty());
    let is = |name: &str, value: &str| query.value(name) == value;
    vec![
        one("desk-view-open", "", counts.open, plain),
        one(
            "desk-view-reports",
            "?kind=reports",
            counts.reports,
            is("kind", "reports"),
        ),
        one(
            "desk-view-cases",
            "?kind=cases",
            counts.cases,
            is("kind", "cases"),
        ),
        one(
            "desk-view-overdue",
            "?due=overdue",
            counts.overdue,
            is("due", "overdue"),
        ),
        one(
            "desk-view-3days",
            "?due=3days",
            counts.three_days,
            is("due", "3days"),
        ),
        one(
            "desk-view-us",
            "?waiting=us",
            counts.us,
            is("waiting", "us"),
        ),
        one(
            "desk-view-vendor",
            "?waiting=vendor",
            counts.vendor,
            is("waiting", "vendor"),
        ),
        one(
            "desk-view-finder",
            "?waiting=finder",
            counts.finder,
            is("waiting", "finder"),
        ),
        one(
            "desk-view-over",
            "?show=over",
            counts.over,
            is("show", "over"),
        ),
    ]
}

/// Conditions that the ready-made views and the search do not say.
const NARROWING: [&str; 6] = ["show", "kind", "state", "due", "waiting", "sort"];

/// Whether the address sets a condition that only the folded part of the form shows.
fn is_narrowed(query: &Typed) -> bool {
    let set = NARROWING
        .iter()
        .filter(|name| !query.trimmed(name).is_empty() && query.trimmed(name) != "due");
    // One alone is a ready-made view, which says so itself.
    set.count() > 1 || !query.trimmed("state").is_empty()
}

fn search(say: Say, query: &Typed) -> String {
    Field::input(say, query, "q", "desk-search", "search")
        .hint("desk-search-hint")
        .attr("data-search")
        .html()
}

fn filters(say: Say, query: &Typed) -> String {
    let choice = |value: &str, label: String| Choice {
        value: value.to_owned(),
        label,
    };
    let any = || choice("", say.t("desk-any"));
    let of = |pairs: &[(&str, &str)]| {
        let mut all = vec![any()];
        all.extend(pairs.iter().map(|(value, key)| choice(value, say.t(key))));
        all
    };
    let mut states = vec![any()];
    states.extend(self::states().map(|state| choice(state, words::word(say, "state", state))));
    let shows = vec![
        choice("", say.t("desk-view-open")),
        choice("over", say.t("desk-view-over")),
        choice("all", say.t("desk-any")),
    ];
    let kinds = of(&[
        ("reports", "desk-view-reports"),
        ("cases", "desk-view-cases"),
    ]);
    let dues = of(&[
        ("overdue", "desk-view-overdue"),
        ("3days", "desk-view-3days"),
    ]);
    let waits = of(&[
        ("us", "desk-view-us"),
        ("vendor", "desk-view-vendor"),
        ("finder", "desk-view-finder"),
    ]);
    let sorts = vec![
        choice("due", say.t("desk-sort-due")),
        choice("new", say.t("desk-sort-new")),
        choice("number", say.t("desk-sort-number")),
    ];
    [
        Field::select(say, query, "show", "desk-show", shows).html(),
        Field::select(say, query, "kind", "desk-kind", kinds).html(),
        Field::select(say, query, "state", "desk-state", states).html(),
        Field::select(say, query, "due", "desk-due", dues).html(),
        Field::select(say, query, "waiting", "desk-waiting", waits).html(),
        Field::select(say, query, "sort", "desk-sort", sorts).html(),
    ]
    .concat()
}

fn line(inside: &Inside, row: &QueueRow) -> Row {
    let say = inside.say();
    let (path, kind) = match row.kind {
        RowKind::Report => ("/desk/reports/", "desk-row-report"),
        RowKind::Case => ("/desk/cases/", "desk-row-case"),
    };
    Row {
        href: inside.href(&format!("{path}{}", segment(&row.number))),
        number: text::line(&row.number),
        kind: say.t(kind),
        title: match &row.title {
            Ok(words) => text::line(words.text.as_str()),
            Err(Untitled::Unsorted) => say.t("desk-untitled-unsorted"),
            Err(Untitled::Nothing) => say.t("desk-untitled"),
        },
        title_attr: row
            .title
            .as_ref()
            .map_or("", |words| text::lang_attr(say.0, words.lang)),
        state: words::state(say, &row.state, row.talks),
        due: row.due.as_ref().map_or_else(
            || text::escape(&say.t("desk-no-due")),
            |due| {
                format!(
                    "{}<br><span class=\"hint\">{}</span>",
                    due_html(say, inside.now, &due.at),
                    text::escape(&words::word(say, "clock", due.clock))
                )
            },
        ),
        waiting: say.t(match row.waiting {
            Waiting::Us => "desk-wait-us",
            Waiting::Vendor => "desk-wait-vendor",
            Waiting::Operator => "desk-wait-operator",
            Waiting::Finder => "desk-wait-finder",
            Waiting::Nobody => "desk-wait-nobody",
        }),
        is_new: row.is_new,
        since: crate::kit::when::brief_html(say.0, &row.since),
        presence: row
            .presence
            .iter()
            .map(|one| presence_words(say, "desk-presence-short", one))
            .collect(),
    }
}

#[derive(Template)]
#[template(path = "desk_queue.html")]
struct QueuePage {
    w: Say,
    frame: Frame,
    here: String,
    views: Vec<Link>,
    search: String,
    is_narrowed: bool,
    filters: String,
    total: String,
    rows: Vec<Row>,
    pages: Vec<Link>,
}

struct Row {
    href: String,
    number: String,
    kind: String,
    title: String,
    title_attr: &'static str,
    state: String,
    due: String,
    waiting: String,
    is_new: bool,
    since: String,
    presence: Vec<String>,
}
