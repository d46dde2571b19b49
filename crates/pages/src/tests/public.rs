//! What readers take from public pages elsewhere: by camera, on paper, into a program that follows a feed.

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
        for page in [crate::home(&site(), lang, &[]), crate::about(&site(), lang)] {
            let page = string(page);
            assert_eq!(page.matches(&link).count(), 1, "{page}");
        }
    }
}
