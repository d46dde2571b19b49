//! The member's pages in both languages.

use std::collections::BTreeMap;

use formats::advisory::Marking;
use formats::recent::Line;

use super::*;

fn site() -> Site {
    Site {
        name: BTreeMap::from([
            (Lang::Ja, "狼煙調整センター".to_owned()),
            (Lang::En, "Noroshi Coordination Centre".to_owned()),
        ]),
        portal: "https://noroshi.example".to_owned(),
        contact: "desk@noroshi.example".to_owned(),
        telephone: [].into(),
        fingerprint: "0".repeat(40),
        marking: Marking::None,
        version: "0".to_owned(),
    }
}

fn line(at: usize) -> Line {
    Line {
        id: format!("NRS-{at}"),
        path: format!("/ja/advisories/NRS-{at}.html"),
        title: "<i>題</i>".to_owned(),
        published: "2026-11-20T00:00:00Z".to_owned(),
        vendors: vec![],
        products: vec![],
    }
}

fn text(page: Vec<u8>) -> String {
    String::from_utf8(page).unwrap_or_default()
}

#[test]
fn no_page_misses_a_word() {
    let (site, typed) = (site(), Typed::default());
    for lang in Lang::ALL {
        let previews = [
            Preview::NotAsked,
            Preview::Unknown,
            Preview::Unnamed,
            Preview::Lines(vec![]),
            Preview::Lines(vec![line(1)]),
            Preview::Lines((0..60).map(line).collect()),
        ];
        let mut pages: Vec<Vec<u8>> = previews
            .iter()
            .map(|preview| subscribe(&site, lang, &typed, preview, &Offer::default()))
            .collect();
        pages.extend([
            subscribe_noted(&site, lang),
            confirm(&site, lang, "abcdefghijklmnopqrstuvwxyz", &typed),
            confirm_noted(&site, lang),
            acknowledge(&site, lang, "abcdefghijklmnop", false, &typed),
            acknowledge(&site, lang, "abcdefghijklmnop", true, &typed),
            acknowledge_noted(&site, lang, "abcdefghijklmnop"),
        ]);
        pages.extend(
            [Stop::Asked, Stop::Unclear, Stop::Noted, Stop::Later]
                .map(|at| stop(&site, "abcdefghijklmnopqrstuvwxyz", at)),
        );
        for page in pages.into_iter().map(text) {
            assert!(page.len() > 500 && !page.contains('⟦'), "{page}");
            assert!(!page.contains("<script") && !page.contains("style="));
            assert_eq!(page.matches("<h1").count(), 1);
        }
    }
}

#[test]
fn a_preview_lists_what_was_published_and_counts_the_rest() {
    let many = Preview::Lines((0..60).map(line).collect());
    let page = text(subscribe(
        &site(),
        Lang::Ja,
        &Typed::default(),
        &many,
        &Offer::default(),
    ));
    assert_eq!(page.matches("/ja/advisories/NRS-").count(), SHOWN_MAX);
    assert!(
        page.contains("60 件") && page.contains("&#60;i&#62;題"),
        "{page}"
    );
}

#[test]
fn digits_are_asked_for_only_where_the_browser_does_not_vouch() {
    let page = |asks| {
        text(acknowledge(
            &site(),
            Lang::En,
            "abcdefghijklmnop",
            asks,
            &Typed::default(),
        ))
    };
    assert!(page(true).contains("name=\"digits\""));
    assert!(!page(false).contains("name=\"digits\""));
    assert!(page(false).contains("action=\"/en/ack/abcdefghijklmnop\""));
}
