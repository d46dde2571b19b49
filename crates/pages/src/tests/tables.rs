//! What stands in tables: ways from page to page, days of the year, and a word for every value in both languages.

use crate::kit::links::{
    FRONT_PATH, PROVIDER_METADATA_PATH, Place, about_path, advisory_path, feed_path, home_path,
    list_path, mail_path, mailbox_path, report_path, return_path, sheet_path, subscribe_path,
};
use crate::kit::when::{day_html, instant, instant_html};

use super::*;

/// Where a browser goes that stands on the file `from` and follows `href`.
fn followed(from: &str, href: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').skip(1).collect();
    parts.pop();
    for part in href.split('/') {
        if part == ".." {
            assert!(parts.pop().is_some(), "{href} leaves the tree from {from}");
        } else {
            parts.push(part);
        }
    }
    format!("/{}", parts.join("/"))
}

#[test]
fn a_link_leads_from_every_depth_to_every_other() {
    let mut paths = vec![
        FRONT_PATH.to_owned(),
        PROVIDER_METADATA_PATH.to_owned(),
        "/assets/app.css".to_owned(),
        "/csaf/white/2026/nrs-48217734.json".to_owned(),
        "/ja/advisories/by/vendor/a.html".to_owned(),
    ];
    for lang in Lang::ALL {
        paths.extend([
            home_path(lang),
            list_path(lang, None),
            list_path(lang, Some(2026)),
            advisory_path(lang, "NRS-48217734"),
            sheet_path(lang, "NRS-48217734"),
            about_path(lang),
            feed_path(lang),
            report_path(lang),
            return_path(lang),
            subscribe_path(lang),
        ]);
    }
    for from in &paths {
        let place = Place::File(from.clone());
        for to in &paths {
            let href = place.to(to);
            assert!(!href.starts_with('/') && !href.contains("//"), "{href}");
            assert_eq!(followed(from, &href), *to, "{href}");
            assert_eq!(place.is(to), from == to);
            assert_eq!(Place::Anywhere.to(to), *to);
        }
        assert!(!Place::Anywhere.is(from));
    }
}

#[test]
fn a_name_in_an_address_is_encoded() {
    for (name, encoded) in [
        ("a b.eml", "a%20b.eml"),
        ("a?b#c%d.eml", "a%3Fb%23c%25d.eml"),
        ("\"<>&'.eml", "%22%3C%3E%26%27.eml"),
        ("狼.eml", "%E7%8B%BC.eml"),
        ("a:b.eml", "a%3Ab.eml"),
        ("a-._~+1.eml", "a-._~+1.eml"),
    ] {
        let target = mail_path(Lang::Ja, name);
        let from = Place::File("/mail/ja/index.html".to_owned());
        assert_eq!(Place::Anywhere.to(&target), format!("/mail/ja/{encoded}"));
        assert_eq!(from.to(&target), encoded);
    }
    assert_eq!(mailbox_path(Lang::En), "/mail/en/");
}

#[test]
fn each_month_and_each_day_of_the_week_has_its_name() {
    let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    for (month, name) in (1..).zip(months) {
        let at = format!("2026-{month:02}-15T00:00:00Z");
        assert_eq!(
            instant(Lang::En, &at),
            format!("15 {name} 2026 00:00 UTC (09:00 JST)")
        );
        let japanese = instant(Lang::Ja, &at);
        assert!(
            japanese.starts_with(&format!("2026年{month}月15日(")),
            "{japanese}"
        );
    }
    // The 22nd of November 2026 is a Sunday.
    for (day, name) in (22..).zip(["日", "月", "火", "水", "木", "金", "土"]) {
        assert_eq!(
            instant(Lang::Ja, &format!("2026-11-{day}T00:00:00Z")),
            format!("2026年11月{day}日({name}) 9:00 JST (0:00 UTC)")
        );
    }
}

#[test]
fn the_turn_of_a_day_a_leap_year_and_a_year_is_told_in_both_zones() {
    for (at, japanese, english) in [
        (
            "2026-12-31T15:00:00Z",
            "2027年1月1日(金) 0:00 JST (12月31日 15:00 UTC)",
            "31 Dec 2026 15:00 UTC (1 Jan 00:00 JST)",
        ),
        (
            "2026-12-31T14:59:59Z",
            "2026年12月31日(木) 23:59:59 JST (14:59:59 UTC)",
            "31 Dec 2026 14:59:59 UTC (23:59:59 JST)",
        ),
        (
            "2028-02-28T16:05:00Z",
            "2028年2月29日(火) 1:05 JST (2月28日 16:05 UTC)",
            "28 Feb 2028 16:05 UTC (29 Feb 01:05 JST)",
        ),
        (
            "2026-11-21T09:00:00+09:00",
            "2026年11月21日(土) 9:00 JST (0:00 UTC)",
            "21 Nov 2026 00:00 UTC (09:00 JST)",
        ),
    ] {
        assert_eq!(instant(Lang::Ja, at), japanese);
        assert_eq!(instant(Lang::En, at), english);
        let html = instant_html(Lang::En, at);
        assert!(html.ends_with(&format!(">{english}</time>")), "{html}");
        assert!(html.starts_with("<time datetime=\"20"), "{html}");
        assert!(html.contains("Z\">"), "always in UTC for machines: {html}");
    }
}

#[test]
fn what_is_no_instant_and_no_day_is_shown_and_is_no_markup() {
    for (words, shown) in [
        ("", ""),
        ("soon\n<b>", "soon &lt;b&gt;"),
        ("2026-11-21", "2026-11-21"),
        ("2026-11-21T25:00:00Z", "2026-11-21T25:00:00Z"),
        ("2026-11-21T00:00:00", "2026-11-21T00:00:00"),
    ] {
        assert_eq!(instant_html(Lang::Ja, words), shown);
    }
    for (words, shown) in [
        ("<i>", "&lt;i&gt;"),
        ("2026-13-01", "2026-13-01"),
        ("2028-02-29", "<time>2028-02-29</time>"),
        ("2027-02-29", "2027-02-29"),
    ] {
        assert_eq!(day_html(words), shown);
    }
}

/// Each key has words in both languages, and no two of one table have the same.
#[track_caller]
fn told_apart(keys: &[&str]) {
    for lang in Lang::ALL {
        let words: BTreeSet<String> = keys.iter().map(|key| Say(lang).t(key)).collect();
        assert_eq!(words.len(), keys.len(), "{lang:?} {words:?}");
        assert!(words.iter().all(|words| !words.contains('⟦')), "{words:?}");
    }
    for key in keys {
        assert_ne!(Say(Lang::Ja).t(key), Say(Lang::En).t(key), "{key}");
    }
}

#[test]
fn each_value_of_a_document_has_its_own_word_in_both_languages() {
    told_apart(&labels::VENDOR_STATUSES.map(labels::vendor));
    told_apart(&labels::VENDOR_STATUSES.map(labels::vendor_note));
    told_apart(&[
        labels::product(ProductStatus::KnownAffected),
        labels::product(ProductStatus::KnownNotAffected),
        labels::product(ProductStatus::UnderInvestigation),
        labels::product(ProductStatus::Fixed),
    ]);
    let stages = [
        Status::Interim,
        Status::Final,
        Status::Updated,
        Status::Withdrawn,
    ];
    told_apart(&stages.map(labels::status));
    let notes: Vec<&str> = stages.into_iter().filter_map(labels::status_note).collect();
    assert_eq!(notes.len(), 2, "what is preliminary and what is taken back");
    told_apart(&notes);
    told_apart(
        &[
            Severity::NotRecorded,
            Severity::None,
            Severity::Caution,
            Severity::Warning,
            Severity::Important,
            Severity::Critical,
        ]
        .map(labels::severity),
    );
    told_apart(
        &[
            Threat::Occurring,
            Threat::Expected,
            Threat::NoneKnown,
            Threat::NotRecorded,
        ]
        .map(labels::threat),
    );
    told_apart(
        &[
            Damage::DenialOfService,
            Damage::Intrusion,
            Damage::CodeExecution,
            Damage::Leak,
            Damage::Tampering,
            Damage::PrivilegeEscalation,
        ]
        .map(labels::damage),
    );
    told_apart(
        &[
            Audience::Administrator,
            Audience::GeneralUser,
            Audience::Developer,
        ]
        .map(labels::audience),
    );
}

#[test]
fn each_marking_says_what_the_document_is_not_and_an_ordinary_one_says_nothing() {
    assert_eq!(labels::marking(Marking::None), None);
    let marks = [Marking::Archive, Marking::Fictional, Marking::Exercise];
    let keys: Vec<[&str; 3]> = marks.into_iter().filter_map(labels::marking).collect();
    assert_eq!(keys.len(), 3);
    for part in 0..3 {
        let column: Vec<&str> = keys.iter().map(|keys| keys[part]).collect();
        told_apart(&column);
    }
}

#[test]
fn a_reading_in_half_width_kana_stands_in_its_place_on_the_page_and_in_the_signed_text() {
    let mut doc = advisory();
    doc.products.clear();
    doc.vendors = [(1, "ロバタ"), (2, "ｶｴﾃﾞ"), (3, "アオバ")]
        .map(|(n, kana)| {
            let mut one = vendor(n, VendorStatus::Vulnerable);
            kana.clone_into(&mut one.kana);
            one
        })
        .into();
    let signed = formats::text::bulletin(&doc, Lang::Ja, "");
    for text in [page(Lang::Ja, &doc), signed] {
        let at = |n: usize| text.find(&format!("七曲ソフトウエア{n}株式会社"));
        assert!(at(3).is_some(), "{text}");
        assert!(at(3) < at(2) && at(2) < at(1), "{text}");
    }
}
