//! The list of what waits: its conditions stay in the address and in the form, its views are told apart.

use crate::kit::desk::view::Words;
use crate::kit::form::Typed;
use crate::kit::inside::{Inside, Side};
use crate::work::queue;
use crate::work::view::{Queue, QueueCounts, QueueRow, RowKind, Untitled, Waiting};
use domain::office::Due;

use super::*;

fn inside(lang: Lang) -> Inside {
    Inside {
        site: site(),
        lang,
        side: Side::Desk,
        who: "reception-1".to_owned(),
        works_on_cases: true,
        is_admin: false,
        path: "/desk/".to_owned(),
        done: None,
        now: instant("2026-11-21T00:00:00Z"),
        held: vec![],
        gone: vec![],
    }
}

fn row(kind: RowKind, number: &str) -> QueueRow {
    QueueRow {
        talks: None,
        kind,
        number: number.to_owned(),
        title: Err(Untitled::Nothing),
        state: "received".to_owned(),
        due: None,
        waiting: Waiting::Nobody,
        is_over: false,
        is_new: false,
        presence: vec![],
        since: instant("2026-11-20T00:00:00Z"),
    }
}

fn of(rows: Vec<QueueRow>) -> Queue {
    Queue {
        total: rows.len(),
        rows,
        page: 1,
        pages: 1,
        counts: QueueCounts {
            open: 11,
            over: 12,
            reports: 13,
            cases: 14,
            overdue: 15,
            three_days: 16,
            us: 17,
            vendor: 18,
            finder: 19,
        },
    }
}

fn shown(view: &Queue, query: &str) -> String {
    let query = Typed::parse(query.as_bytes());
    String::from_utf8(queue::page(&inside(Lang::En), view, &query)).unwrap()
}

/// The words of the view that is marked as the present one.
fn marked(html: &str) -> Vec<&str> {
    let links = html.split(" aria-current=\"true\">").skip(1);
    links.filter_map(|rest| rest.split("</a>").next()).collect()
}

#[test]
fn each_view_leads_to_its_condition_with_its_count_and_is_marked_there_alone() {
    for (query, words) in [
        ("", "Open (11)"),
        ("kind=reports", "Reports (13)"),
        ("kind=cases", "Cases (14)"),
        ("due=overdue", "Overdue (15)"),
        ("due=3days", "Due within 3 days (16)"),
        ("waiting=us", "Waiting for us (17)"),
        ("waiting=vendor", "Waiting for a vendor or an operator (18)"),
        ("waiting=finder", "Waiting for the finder (19)"),
        ("show=over", "Published or closed (12)"),
    ] {
        let html = shown(&of(vec![]), query);
        assert_eq!(marked(&html), [words], "{query}");
        let address = match query {
            "" => "/en/desk/".to_owned(),
            query => format!("/en/desk/?{query}"),
        };
        let start = format!("<a href=\"{address}\"");
        let views = html.split("class=\"counts views\"").nth(1).unwrap();
        let link = views.split(&start).nth(1).unwrap_or_default();
        let link = link.split("</a>").next().unwrap_or_default();
        assert!(link.ends_with(words), "{query}: {link}");
    }
}

#[test]
fn a_search_or_a_state_is_no_ready_made_view() {
    for query in ["q=gate", "state=received", "show=all", "due=x", "kind=%20x"] {
        let html = shown(&of(vec![]), query);
        assert_eq!(marked(&html), Vec::<&str>::new(), "{query}");
    }
    // Turning the page or sorting is the same view.
    for query in ["page=2", "sort=new", "q=+&kind="] {
        assert_eq!(marked(&shown(&of(vec![]), query)), ["Open (11)"], "{query}");
    }
    let both = shown(&of(vec![]), "kind=cases&due=overdue");
    assert_eq!(marked(&both), ["Cases (14)", "Overdue (15)"]);
}

#[test]
fn each_condition_stands_in_the_form_again() {
    for (name, value) in [
        ("show", "over"),
        ("show", "all"),
        ("kind", "reports"),
        ("kind", "cases"),
        ("due", "overdue"),
        ("due", "3days"),
        ("waiting", "us"),
        ("waiting", "vendor"),
        ("waiting", "finder"),
        ("sort", "due"),
        ("sort", "new"),
        ("sort", "number"),
    ] {
        let html = shown(&of(vec![]), &format!("{name}={value}"));
        let select = html
            .split(&format!("<select name=\"{name}\""))
            .nth(1)
            .unwrap();
        let select = select.split("</select>").next().unwrap_or_default();
        assert!(
            select.contains(&format!("<option value=\"{value}\" selected>")),
            "{name}={value}: {select}"
        );
        assert_eq!(html.matches(" selected>").count(), 1, "{html}");
    }
    for state in queue::states() {
        let html = shown(&of(vec![]), &format!("state={state}"));
        assert!(
            html.contains(&format!("<option value=\"{state}\" selected>")),
            "{state}"
        );
    }
    let html = shown(&of(vec![]), "q=%22%3E%3Cb%3E");
    assert!(html.contains("value=\"&#34;&#62;&#60;b&#62;\""), "{html}");
}

#[test]
fn the_state_of_every_row_can_be_asked_for_once_and_has_words() {
    let states: Vec<&str> = queue::states().collect();
    let once: BTreeSet<&str> = states.iter().copied().collect();
    assert_eq!(once.len(), states.len());
    for state in states {
        for lang in Lang::ALL {
            let words = Say(lang).t(&format!("state-{}", state.replace('_', "-")));
            assert!(!words.contains('⟦'), "{words}");
        }
    }
}

#[test]
fn nothing_one_and_many_are_told() {
    let nothing = shown(&of(vec![]), "");
    assert!(nothing.contains("<p>0 entries</p>"), "{nothing}");
    assert!(nothing.contains("Nothing fits these conditions.") && !nothing.contains("<table"));
    let one = shown(&of(vec![row(RowKind::Report, "4821-7730-0")]), "");
    assert!(
        one.contains("<p>1 entry</p>") && one.matches("<tr>").count() == 2,
        "{one}"
    );
    let many = (0..50).map(|n| row(RowKind::Case, &format!("NRS-{n:08}")));
    let many = shown(&of(many.collect()), "");
    assert!(many.contains("<p>50 entries</p>") && many.matches("<tr>").count() == 51);
    for html in [nothing, one, many] {
        assert!(
            !html.contains("desk/?page") && !html.contains('⟦'),
            "{html}"
        );
    }
}

#[test]
fn a_row_leads_to_its_page_whatever_its_number_holds() {
    for (kind, number, href) in [
        (
            RowKind::Report,
            "4821-7730-0",
            "/en/desk/reports/4821-7730-0",
        ),
        (RowKind::Case, "NRS-48217734", "/en/desk/cases/NRS-48217734"),
        (RowKind::Case, "VU#1/2 x", "/en/desk/cases/VU%231%2F2%20x"),
        (RowKind::Case, "\"><b>", "/en/desk/cases/%22%3E%3Cb%3E"),
    ] {
        let html = shown(&of(vec![row(kind, number)]), "");
        assert!(
            html.contains(&format!("<a href=\"{href}\">")),
            "{number}: {html}"
        );
        assert!(!html.contains("\"><b>"), "{html}");
    }
}

#[test]
fn a_row_says_for_whom_it_waits_until_when_and_what_the_reader_may_know() {
    let mut one = row(RowKind::Case, "NRS-1");
    for (waiting, key) in [
        (Waiting::Us, "desk-wait-us"),
        (Waiting::Vendor, "desk-wait-vendor"),
        (Waiting::Operator, "desk-wait-operator"),
        (Waiting::Finder, "desk-wait-finder"),
        (Waiting::Nobody, "desk-wait-nobody"),
    ] {
        one.waiting = waiting;
        let html = shown(&of(vec![one.clone()]), "");
        let cell = format!("<td>{}</td>", Say(Lang::En).t(key));
        assert_eq!(html.matches(&cell).count(), 1, "{key}: {html}");
    }
    let html = shown(&of(vec![one.clone()]), "");
    assert!(
        html.contains("<span>(no title that can be shown)</span>") && html.contains("No deadline")
    );
    assert!(!html.contains("badge new"));
    one.title = Err(Untitled::Unsorted);
    let html = shown(&of(vec![one.clone()]), "");
    assert!(html.contains("<span>(not shown before it is sorted)</span>"));
    one.is_new = true;
    one.title = Ok(Words {
        lang: Lang::Ja,
        text: let_out("題\n<i>"),
    });
    one.due = Some(Due {
        clock: "report.human_reply",
        at: instant("2026-11-20T23:00:00Z"),
        day: None,
    });
    let html = shown(&of(vec![one]), "");
    assert!(
        html.contains("<span lang=\"ja\">題 &#60;i&#62;</span>"),
        "{html}"
    );
    assert!(html.contains("badge new") && !html.contains("No deadline"));
    assert!(
        html.contains("class=\"due late\" datetime=\"2026-11-20T23:00:00Z\""),
        "{html}"
    );
}

#[test]
fn the_other_pages_keep_the_conditions_and_drop_what_was_done() {
    let at = |page: usize, pages: usize, query: &str| {
        let mut view = of(vec![row(RowKind::Case, "NRS-1")]);
        (view.page, view.pages) = (page, pages);
        shown(&view, query)
    };
    let kept = "/en/desk/?kind=cases&#38;q=a+%26+b&#38;page=";
    for (page, pages, before, after) in [
        (1, 1, None, None),
        (1, 3, None, Some(2)),
        (2, 3, Some(1), Some(3)),
        (3, 3, Some(2), None),
        (0, 0, None, None),
    ] {
        let html = at(page, pages, "q=a+%26+b&kind=cases&page=9&done=x&state=");
        for to in [before, after].into_iter().flatten() {
            assert!(html.contains(&format!("{kept}{to}\"")), "{to}: {html}");
        }
        let links = usize::from(before.is_some()) + usize::from(after.is_some());
        assert_eq!(html.matches(kept).count(), links, "{page}/{pages}: {html}");
        assert!(!html.contains("done=x"), "{html}");
    }
}
