//! ベンダ対応状況: the table vendors × vulnerabilities of a case.
//!
//! Written tersely and without a template, since hundreds of vendors stand on one page that has to stay
//! small: short classes, relative addresses, one line a vendor. Knows no participant beyond its row.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base::Instant;

use crate::coordination::view::{BoardRow, Case, Cell};
use crate::kit::catalogue::Say;
use crate::kit::desk::bits::segment;
use crate::kit::desk::words;
use crate::kit::form::{Choice, Field, Typed};
use crate::kit::{text, when};

/// Internal states in the order of the filter, with the class of their cells.
pub(crate) const STATES: [(&str, &str); 9] = [
    ("not_asked", "a"),
    ("asked_silent", "b"),
    ("seen", "c"),
    ("investigating", "d"),
    ("affected", "e"),
    ("fixed", "f"),
    ("not_affected", "g"),
    ("unknown", "h"),
    ("declined", "i"),
];

/// What stands behind the cells of each row.
const COLUMNS: [&str; 5] = [
    "work-board-date",
    "work-basis-now",
    "work-board-details",
    "work-board-last",
    "work-board-public",
];

/// Returns the filter and the table.
pub(crate) fn html(say: Say, view: &Case, query: &Typed, here: &str) -> String {
    if view.board.is_empty() {
        return format!(
            "<p class=\"none\">{}</p>",
            text::escape(&say.t("work-board-none"))
        );
    }
    let wanted = query.trimmed("state");
    let is_wanted =
        |row: &&BoardRow| wanted.is_empty() || row.cells.iter().any(|cell| cell.state == wanted);
    let rows: Vec<&BoardRow> = view.board.iter().filter(is_wanted).collect();
    let mut out = filter(say, query, here);
    let _ = writeln!(
        out,
        "<p>{}</p>",
        text::escape(&say.with(
            "work-board-count",
            &[
                ("shown", &rows.len().to_string()),
                ("total", &view.board.len().to_string())
            ]
        ))
    );
    if rows.is_empty() {
        return out;
    }
    head_into(say, view, &mut out);
    let base = format!("{}/vendors/", segment(&view.number));
    let consents: BTreeMap<&str, &str> = view
        .embargo
        .consents
        .iter()
        .map(|one| (one.tn.as_str(), one.answer.as_str()))
        .collect();
    for row in rows {
        let consent = consents.get(row.tn.as_str()).copied();
        row_into(say, view, (row, consent), &base, &mut out);
    }
    out.push_str("</tbody></table></section>");
    out
}

fn filter(say: Say, query: &Typed, here: &str) -> String {
    let mut choices = vec![Choice {
        value: String::new(),
        label: say.t("desk-any"),
    }];
    choices.extend(STATES.iter().map(|(state, _)| Choice {
        value: (*state).to_owned(),
        label: words::word(say, "cell", state),
    }));
    format!(
        "<form class=\"sieve\" method=\"get\" action=\"{}#board\">{}<p class=\"buttons\"><button class=\"second\" type=\"submit\">{}</button></p></form>\n",
        text::escape(here),
        Field::select(say, query, "state", "work-board-filter", choices).html(),
        text::escape(&say.t("desk-filter-button")),
    )
}

fn head_into(say: Say, view: &Case, out: &mut String) {
    let _ = write!(
        out,
        "<section class=\"scroll\" tabindex=\"0\" aria-label=\"{name}\"><table class=\"rows bo\"><caption>{name}</caption>\n<thead><tr><th scope=\"col\">{vendor}</th>",
        name = text::escape(&say.t(title(view))),
        vendor = text::escape(&say.t(if view.is_for_the_public {
            "work-board-vendor"
        } else {
            "work-board-operator"
        })),
    );
    if view.vulnerabilities.is_empty() {
        let _ = write!(
            out,
            "<th scope=\"col\">{}</th>",
            text::escape(&say.t("work-board-state"))
        );
    }
    for one in &view.vulnerabilities {
        let _ = write!(
            out,
            "<th scope=\"col\">{}</th>",
            text::escape(&text::line(&one.label))
        );
    }
    for key in COLUMNS.into_iter().filter(|key| stands(view, key)) {
        let _ = write!(out, "<th scope=\"col\">{}</th>", text::escape(&say.t(key)));
    }
    out.push_str("</tr></thead><tbody>\n");
}

/// What the board is called: of a website there are no vendors.
pub(crate) fn title(view: &Case) -> &'static str {
    if view.is_for_the_public {
        "work-board"
    } else {
        "work-board-site"
    }
}

/// Whether a column stands: what is found on a website has no date of publication and stands on no public page.
fn stands(view: &Case, column: &str) -> bool {
    view.is_for_the_public || !matches!(column, "work-board-date" | "work-board-public")
}

fn row_into(
    say: Say,
    view: &Case,
    (row, consent): (&BoardRow, Option<&str>),
    base: &str,
    out: &mut String,
) {
    let _ = write!(
        out,
        "<tr><th scope=\"row\"><a href=\"{base}{tn}\">{}</a> <small>TN#{tn}</small></th>",
        text::escape(&text::line(&row.name)),
        tn = segment(&row.tn),
    );
    for cell in &row.cells {
        cell_into(say, cell, out);
    }
    let public = match &row.public {
        Some(label) => words::word(say, "vendor", label),
        None => say.t("work-board-unlisted"),
    };
    let day = |at: Option<Instant>| {
        at.map_or_else(
            || text::escape(&say.t("desk-dash")),
            |at| when::day_of_html(say.0, at),
        )
    };
    let consent = match consent {
        Some(answer) => words::word(say, "consent", answer),
        None => say.t("desk-dash"),
    };
    let facts = [
        text::escape(&consent),
        text::escape(&words::word(say, "basis", row.basis)),
        day(row.details_at),
        day(row.last_at),
        text::escape(&public),
    ];
    for (key, fact) in COLUMNS.into_iter().zip(facts) {
        if stands(view, key) {
            let _ = write!(out, "<td>{fact}</td>");
        }
    }
    out.push_str("</tr>\n");
}

fn cell_into(say: Say, cell: &Cell, out: &mut String) {
    let class = STATES
        .iter()
        .find(|(state, _)| *state == cell.state)
        .map_or("a", |(_, class)| class);
    let _ = write!(
        out,
        "<td class=\"{class}\">{}",
        text::escape(&words::word(say, "cell", &cell.state))
    );
    if let Some(days) = cell.days {
        let _ = write!(
            out,
            " {}",
            text::escape(&say.with("work-board-days", &[("days", &days.to_string())]))
        );
    }
    out.push_str("</td>");
}
