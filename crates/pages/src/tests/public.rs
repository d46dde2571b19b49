//! What readers take from public pages elsewhere: by camera, on paper, into a program that follows a feed.

use formats::advisory::{Status, Threat};

use crate::Entry;
use crate::kit::qr;

use super::*;

#[test]
fn a_camera_finds_one_address_that_ends_in_the_hash_of_the_document() {
    for lang in Lang::ALL {
        let address = format!(
            "https://noroshi.example/{}/advisories/NRS-48217734.html#r2-sha256-abababababababab",
            lang.tag()
        );
        let code = qr::svg(&address, &Say(lang).t("sheet-qr"));
        let sheet = string(crate::sheet(&site(), lang, &advisory(), &"ab".repeat(32)));
        assert!(!code.is_empty() && sheet.contains(&code), "{address}");
    }
}

/// What stands up to the brace that closes the block which these rules begin in.
fn block(rules: &str) -> &str {
    let mut depth = 1;
    let end = rules.find(|c: char| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    rules.split_at(end.unwrap_or(0)).0
}

#[test]
fn on_paper_what_is_folded_stands_open() {
    let sheet = String::from_utf8_lossy(crate::style());
    let (_, rest) = sheet.split_once("@media print {").unwrap();
    let rule = "details::details-content { content-visibility: visible; block-size: auto; }";
    assert_eq!(block(rest).matches(rule).count(), 1, "{rest}");
    assert_eq!(sheet.matches("details-content").count(), 1, "on paper only");
    let shown = page(Lang::En, &advisory());
    let folded = shown.split("<details>").skip(1);
    let folded: String = folded
        .filter_map(|part| Some(part.split_once("</details>")?.0))
        .collect();
    assert!(folded.contains("We are looking into it."), "{shown}");
}

#[test]
fn a_program_finds_the_feed_from_home_and_from_the_page_about_the_site() {
    for (lang, name) in [
        (Lang::Ja, "狼煙調整センター"),
        (Lang::En, "Noroshi Coordination Centre"),
    ] {
        let link = format!(
            "<link rel=\"alternate\" type=\"application/atom+xml\" title=\"{name}\" href=\"advisories/feed.atom\">"
        );
        for page in [
            crate::home(&site(), lang, &[], 0),
            crate::about(&site(), lang),
        ] {
            let page = string(page);
            assert_eq!(page.matches(&link).count(), 1, "{page}");
        }
    }
}

#[test]
fn what_is_attacked_stands_first_on_the_home_page_until_it_is_withdrawn() {
    let entry = |id: &str, threat, status| Entry {
        id: id.to_owned(),
        threat,
        status,
        ..Entry::from(&advisory())
    };
    let recent = [
        entry("nrs-1", Threat::NoneKnown, Status::Final),
        entry("nrs-2", Threat::Occurring, Status::Final),
        entry("nrs-3", Threat::Occurring, Status::Withdrawn),
    ];
    let page = string(crate::home(&site(), Lang::En, &recent, 40));
    let at = |id: &str| page.find(&format!("{id}.html\"")).expect("it is listed");
    let recently = page.find("Recently published").unwrap_or_default();
    assert!(at("nrs-2") < recently && recently < at("nrs-1") && at("nrs-1") < at("nrs-3"));
    assert!(page.contains("(40 advisories in all)") && page.contains("Telephone: 03-0000-0000"));
    // Whoever types a word gets to the list that answers it.
    assert!(page.contains("role=\"search\" action=\"advisories/index.html\""));
    assert!(page.contains("<input type=\"search\" id=\"q\" name=\"q\""));
    let only = string(crate::home(&site(), Lang::En, &recent[1..2], 1));
    assert!(only.contains("Nothing else was published") && !only.contains("Nothing has been"));
    let none = string(crate::home(&site(), Lang::En, &[], 0));
    assert!(none.contains("Nothing has been published yet.") && !none.contains("in all"));
}

#[test]
fn what_was_withdrawn_says_why_at_once_and_asks_nobody_to_answer() {
    let mut doc = advisory();
    let reason = Lang::ALL.map(|lang| (lang, format!("No weakness, {}.", lang.tag())));
    doc.history.push(formats::advisory::Revision {
        revision: doc.revision + 1,
        at: doc.published.clone(),
        reason: reason.into(),
    });
    let pages = |doc: &Advisory| {
        let page = string(crate::advisory(&site(), Lang::En, doc, &files()));
        let sheet = string(crate::sheet(&site(), Lang::En, doc, &"ab".repeat(32)));
        (page, sheet)
    };
    let (page, sheet) = pages(&doc);
    let (above, _) = page.split_once("<h1").unwrap_or_default();
    assert!(sheet.contains("class=\"slip\"") && above.contains("Severity: "));
    assert!(!above.contains("No weakness"));
    doc.status = Status::Withdrawn;
    let (page, sheet) = pages(&doc);
    let (above, _) = page.split_once("<h1").unwrap_or_default();
    assert!(above.contains("No weakness, en."), "{above}");
    assert!(!above.contains("Severity:") && !sheet.contains("class=\"slip\""));
}

#[test]
fn a_japanese_table_tells_the_days_of_japan_where_the_document_has_them_all() {
    use formats::advisory::Days;
    let caption = |shown: &str| {
        let (_, rest) = shown.rsplit_once("<caption>").unwrap();
        rest.split_once("</caption>").unwrap().0.to_owned()
    };
    let mut doc = advisory();
    for vendor in &mut doc.vendors {
        vendor.notified = Some("2026-08-03".to_owned());
        vendor.in_japan = Some(Days {
            notified: Some("2026-08-04".to_owned()),
            answered: None,
        });
    }
    let (ja, en) = (page(Lang::Ja, &doc), page(Lang::En, &doc));
    assert_eq!(caption(&ja), "ベンダ対応状況（日付は日本時間）");
    assert_eq!(caption(&en), "Vendor status (days in UTC)");
    let (first, second) = ("<time>2026-08-03</time>", "<time>2026-08-04</time>");
    assert!(ja.contains(second) && !ja.contains(first), "{ja}");
    assert!(en.contains(first) && !en.contains(second), "{en}");
    // One vendor of an older revision without them: all days are told in one zone.
    doc.vendors[0].in_japan = None;
    let ja = page(Lang::Ja, &doc);
    assert_eq!(caption(&ja), "ベンダ対応状況（日付は UTC）");
    assert!(ja.contains(first) && !ja.contains(second), "{ja}");
}
