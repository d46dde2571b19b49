//! What stands first on a page, what stands open, and what is folded away.

use formats::advisory::Lang;

use super::world::*;
use crate::coordination::{desk as case, participant};
use crate::kit::form::Typed;
use crate::work::queue;

fn text(page: Vec<u8>) -> String {
    String::from_utf8(page).unwrap_or_default()
}

fn case_page(view: &crate::coordination::view::Case) -> String {
    let none = Typed::default();
    let inside = inside(Lang::En, "/desk/cases/NRS-12345678");
    text(case::page(&inside, view, &none, &none))
}

/// Name and value of each part of the strip, in order.
fn strip(page: &str) -> Vec<(String, String)> {
    let Some((_, rest)) = page.split_once("<dl class=\"strip\">") else {
        return vec![];
    };
    let (inner, _) = rest.split_once("</dl>").unwrap_or((rest, ""));
    let of = |piece: &str, from: &str, to: &str| {
        let (_, rest) = piece.split_once(from).unwrap_or_default();
        rest.split_once(to).unwrap_or_default().0.to_owned()
    };
    let pieces = inner.split("<div>").skip(1);
    pieces
        .map(|piece| (of(piece, "<dt>", "</dt>"), of(piece, "<dd>", "</dd>")))
        .collect()
}

#[test]
fn the_state_of_a_case_stands_first_in_a_line() {
    let mut view = case_view(12, 3);
    view.planned = None;
    (view.approvals, view.published) = (None, None);
    let told = strip(&case_page(&view));
    let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Until the date", "Agreed to the date", "Silent"]);
    assert_eq!(told[1].1, "1 / 12");
    assert_eq!(told[2].1, "4 / 12");
    view.planned = Some(instant("2026-12-01T03:00:00Z"));
    view.approvals = Some((1, 2));
    let told = strip(&case_page(&view));
    assert_eq!(told[0].0, "Until publication");
    assert_eq!(told[3], ("Approvals".to_owned(), "1 / 2".to_owned()));
    // Nobody is waited for once it is out, and nothing is counted of what is closed.
    (view.planned, view.approvals, view.published) = (None, None, Some(2));
    let told = strip(&case_page(&view));
    assert_eq!(told, [("Published revision".to_owned(), "2".to_owned())]);
    view.closed = Some("published".to_owned());
    assert!(strip(&case_page(&view)).is_empty());
}

#[test]
fn a_row_of_the_board_says_number_basis_details_and_last_contact() {
    let mut view = case_view(1, 0);
    view.board[0].basis = "ad_hoc";
    view.board[0].details_at = Some(instant("2026-11-19T20:00:00Z"));
    let page = case_page(&view);
    assert!(page.contains("<small>TN#00000000</small>"));
    assert!(page.contains("<td>Agreed for this case</td>"), "{page}");
    assert!(page.contains(">2026-11-19</time>") && page.contains(">2026-11-20</time>"));
}

#[test]
fn the_group_of_the_last_form_stands_open_and_no_other() {
    let open = |query: &[(&str, &str)], form: &[(&str, &str)], done: Option<&str>| {
        let mut inside = inside(Lang::En, "/desk/cases/NRS-12345678/vendors/1");
        inside.done = done.map(str::to_owned);
        let page = text(participant::page(
            &inside,
            &participant_view(),
            &Typed::filled(query.iter().copied()),
            &Typed::filled(form.iter().copied()),
        ));
        let tabs = page.split("<details name=\"tab\" id=\"tab-").skip(1);
        let open: Vec<String> = tabs
            .filter_map(|tab| tab.split_once('>'))
            .filter_map(|(head, _)| head.strip_suffix("\" open"))
            .map(str::to_owned)
            .collect();
        open.join(" ")
    };
    assert_eq!(open(&[], &[], None), "contact");
    assert_eq!(open(&[], &[("do", "counter")], None), "date");
    assert_eq!(open(&[], &[], Some("answer")), "answers");
    assert_eq!(open(&[("kind", "contact")], &[], None), "timeline");
}

#[test]
fn conditions_are_folded_until_one_is_set_that_no_view_names() {
    let is_open = |query: &[(&str, &str)]| {
        let inside = inside(Lang::En, "/desk/");
        let query = Typed::filled(query.iter().copied());
        let page = text(queue::page(&inside, &queue_view(), &query));
        page.contains("<details class=\"more\" open>")
    };
    assert!(!is_open(&[]) && !is_open(&[("kind", "cases")]) && !is_open(&[("q", "lantern")]));
    assert!(is_open(&[("state", "embargo")]));
    assert!(is_open(&[("kind", "cases"), ("sort", "new")]));
}
