//! Lists and search form over small advisories.
//!
//! What could go wrong: a list that a link names is not pressed, one vendor stands on two shelves, a reader
//! without script is promised what only the script does, a page of names sorts Japanese readings by code point.

use std::collections::BTreeSet;

use formats::advisory::{Severity, Vendor};

use super::*;
use crate::tests;

fn vendor(ja: &str, en: &str, kana: &str) -> Vendor {
    let name = BTreeMap::from([(Lang::Ja, ja.to_owned()), (Lang::En, en.to_owned())]);
    Vendor {
        name,
        kana: kana.to_owned(),
        ..tests::vendor(1, VendorStatus::Notified)
    }
}

/// Newest first.
fn docs() -> Vec<Advisory> {
    let muteki = |en: &str| vendor("株式会社霧笛電子計算機", en, "ムテキデンシケイサンキ");
    let gangi = vendor(
        "株式会社雁木沢電機製作所",
        "Gangizawa Electric",
        "ガンギザワデンキ",
    );
    let rows = [
        (
            "NRS-3",
            "2026",
            Severity::Critical,
            Status::Final,
            vec![muteki("Muteki Computer")],
        ),
        (
            "NRS-2",
            "2026",
            Severity::Important,
            Status::Interim,
            vec![gangi],
        ),
        (
            "NRS-1",
            "2025",
            Severity::Important,
            Status::Final,
            vec![
                muteki("MUTEKI　Computer"),
                vendor("4D 株式会社", "4D Inc.", ""),
            ],
        ),
    ];
    let doc = |(id, year, severity, status, vendors): (&str, &str, _, _, _)| Advisory {
        id: id.to_owned(),
        first_published: format!("{year}-01-01T00:00:00Z"),
        severity,
        status,
        vendors,
        ..tests::advisory()
    };
    rows.into_iter().map(doc).collect()
}

fn pressed(lang: Lang) -> Vec<(String, String)> {
    let docs = docs();
    let docs: Vec<&Advisory> = docs.iter().collect();
    crate::lists(&tests::site(), lang, &docs)
        .into_iter()
        .map(|page| (page.path, tests::string(page.bytes)))
        .collect()
}

fn page(pages: &[(String, String)], name: &str) -> String {
    let found = pages.iter().find(|(path, _)| path.contains(name));
    found.map(|(_, page)| page.clone()).unwrap_or_default()
}

#[test]
fn each_list_that_is_linked_is_pressed_and_in_both_languages() {
    let pages = pressed(Lang::Ja);
    let paths: BTreeSet<String> = pages.iter().map(|(path, _)| path.clone()).collect();
    let english: BTreeSet<String> = pressed(Lang::En)
        .into_iter()
        .map(|(path, _)| path.replace("/en/", "/ja/"))
        .collect();
    assert_eq!(paths, english);
    for name in [
        "index",
        "vendors",
        "2025",
        "2026",
        "severity-critical",
        "severity-important",
        "status-final",
        "status-interim",
    ] {
        assert!(
            paths.contains(&format!("/ja/advisories/{name}.html")),
            "{name}"
        );
    }
    for (path, page) in &pages {
        let follows = page.contains("type=\"application/atom+xml\"");
        assert_eq!(follows, !path.ends_with("vendors.html"), "{path}");
        assert!(!follows || page.contains(" href=\"feed.atom\">"), "{path}");
        for link in page
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            let is_ours =
                link.ends_with(".html") && !link.contains('/') && !link.starts_with("NRS");
            let target = format!("/ja/advisories/{link}");
            assert!(
                !is_ours || paths.contains(&target),
                "{path} links to {link}"
            );
        }
    }
}

#[test]
fn a_list_holds_what_its_name_says() {
    let pages = pressed(Lang::En);
    let has = |name: &str| {
        let page = page(&pages, name);
        ["NRS-1", "NRS-2", "NRS-3"].map(|id| page.contains(&format!("<li>{id}</li>")))
    };
    assert_eq!(has("/2025.html"), [true, false, false]);
    assert_eq!(has("/severity-important.html"), [true, true, false]);
    assert_eq!(has("/status-final.html"), [true, false, true]);
    assert_eq!(has("/vendor-muteki-computer-"), [true, false, true]);
    assert!(page(&pages, "/2025.html").contains("aria-current=\"page\">2025<"));
    assert!(
        page(&pages, "/vendor-muteki")
            .contains("That does not mean that it has affected products.")
    );
}

#[test]
fn spellings_of_a_vendor_share_a_shelf_and_one_advisory_needs_none() {
    let docs = docs();
    let docs: Vec<&Advisory> = docs.iter().collect();
    let shelves = shelves(&docs);
    let sizes: Vec<usize> = shelves.iter().map(|shelf| shelf.members.len()).collect();
    assert_eq!(sizes, [2, 1, 1]);
    assert_eq!(shelves.iter().filter(|shelf| shelf.has_list).count(), 1);
    let names = page(&pressed(Lang::Ja), "/vendors.html");
    assert!(
        names.contains("href=\"NRS-2.html\">株式会社雁木沢電機製作所</a> NRS-2"),
        "{names}"
    );
    assert!(names.contains("（2 件）"));
}

#[test]
fn names_are_grouped_by_reading_in_japanese_and_by_letter_in_english() {
    let headings = |lang| -> Vec<String> {
        let page = page(&pressed(lang), "/vendors.html");
        let parts = page.split("<h2 id=").skip(1);
        parts
            .filter_map(|rest| rest.split_once('>')?.1.split('<').next().map(str::to_owned))
            .collect()
    };
    assert_eq!(headings(Lang::Ja), ["か行", "ま行", "その他"]);
    assert_eq!(headings(Lang::En), ["G", "M", "Others"]);
}

#[test]
fn the_form_says_that_it_needs_its_script_and_stands_on_one_page() {
    for lang in Lang::ALL {
        let pages = pressed(lang);
        let with: Vec<&String> = pages
            .iter()
            .filter(|(_, page)| page.contains("<script") || page.contains("id=\"find\""))
            .map(|(path, _)| path)
            .collect();
        assert_eq!(with, [&format!("/{}/advisories/index.html", lang.tag())]);
        let list = page(&pages, "/index.html");
        assert!(list.contains("<fieldset disabled>") && list.contains("JavaScript"));
        for name in ["q", "severity", "status", "year", "vendor"] {
            assert!(list.contains(&format!(" name=\"{name}\"")), "{name}");
            assert!(list.contains(&format!("for=\"find-{name}\"")), "{name}");
        }
        assert!(list.contains("<option value=\"not_recorded\">") && list.contains("%s"));
    }
}

#[test]
fn many_advisories_are_capped_with_words() {
    let one = tests::advisory();
    let docs = vec![&one; 250];
    let pages = crate::lists(&tests::site(), Lang::En, &docs);
    let page = |name: &str| {
        let found = pages.iter().find(|page| page.path.contains(name));
        found
            .map(|page| tests::string(page.bytes.clone()))
            .unwrap_or_default()
    };
    let count = |page: &str| page.matches("<li><a href=\"NRS-").count();
    assert_eq!(count(&page("/index.html")), 100);
    assert_eq!(count(&page("/2026.html")), 250);
    let important = page("/severity-important.html");
    assert_eq!(count(&important), 200);
    assert!(important.contains("The newest 200 of 250 advisories are shown."));
}

#[test]
fn the_script_stays_light_and_makes_no_markup() {
    let script = String::from_utf8_lossy(crate::find_script());
    assert!(script.len() < 14 * 1024, "{}", script.len());
    let source = include_str!("../../../assets/find.js");
    let comments = source
        .lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with("/*"));
    for line in comments {
        assert!(
            line.ends_with("*/"),
            "a comment of several lines would be cut in two: {line}"
        );
    }
    assert!(
        script.starts_with("\"use strict\";\n") && script.ends_with("start(form);\n}\n"),
        "{script}"
    );
    assert!(
        !script.contains("\n//") && !script.contains("/*"),
        "{script}"
    );
    for word in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
    ] {
        assert!(!script.contains(word), "{word}");
    }
}
