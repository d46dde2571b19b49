//! CSAF documents as readers and judges see them.

use judge::judge;

use super::*;
use crate::advisory::{
    Product, ProductStatus, Remedy, RemedyKind, VendorProduct, VendorStatus, Words,
};
use crate::samples;

fn parsed(doc: &Advisory) -> Value {
    serde_json::from_slice(&document(doc)).unwrap()
}

fn note<'a>(csaf: &'a Value, title: &str) -> Option<&'a str> {
    let notes = csaf["document"]["notes"].as_array()?;
    notes.iter().find(|note| note["title"] == title)?["text"].as_str()
}

#[test]
fn every_sample_is_clean() {
    for (sentence, doc) in samples::all() {
        assert_eq!(judge(&document(&doc)), Ok(()), "{sentence}");
    }
}

#[test]
fn equal_advisories_give_equal_bytes() {
    for (sentence, doc) in samples::all() {
        assert_eq!(document(&doc), document(&doc.clone()), "{sentence}");
    }
}

#[test]
fn a_fixed_product_is_affected_below_and_fixed_from_the_version_on() {
    let csaf = parsed(&samples::small());
    assert_eq!(csaf["document"]["category"], "csaf_security_advisory");
    let vulnerability = &csaf["vulnerabilities"][0];
    assert_eq!(
        vulnerability["product_status"]["known_affected"],
        json!(["v1-p1"])
    );
    assert_eq!(
        vulnerability["product_status"]["fixed"],
        json!(["v1-p1-fixed"])
    );
    assert_eq!(
        vulnerability["scores"][0]["cvss_v3"]["baseSeverity"],
        "CRITICAL"
    );
    assert_eq!(vulnerability["ids"][0]["text"], "NRS-48217734");
    let categories: Vec<&str> = csaf["product_tree"]["branches"][0]["branches"][0]["branches"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|branch| branch["category"].as_str())
        .collect();
    assert_eq!(categories, ["product_version_range", "product_version"]);
}

/// An advisory in which a second vendor has an affected product and said nothing of a fix.
fn two_vendors() -> Advisory {
    let mut doc = samples::small();
    doc.products.push(Product {
        id: "p2".to_owned(),
        vendor: "v2".to_owned(),
        name: samples::both("橋", "Bridge"),
        ..doc.products[0].clone()
    });
    let mut second = samples::vendor("v2", VendorStatus::Vulnerable);
    second.products = vec![VendorProduct {
        product: "p2".to_owned(),
        status: ProductStatus::KnownAffected,
        fixed_in: None,
    }];
    doc.vendors.push(second);
    doc
}

/// The lines on what can be done, each with its products.
fn remedies(doc: &Advisory) -> Value {
    assert_eq!(judge(&document(doc)), Ok(()));
    parsed(doc)["vulnerabilities"][0]["remediations"].clone()
}

fn remedy(category: &str, details: &str, products: &[&str]) -> Value {
    json!({ "category": category, "details": details, "product_ids": products })
}

const FIX: &str = "Update to the latest version.";
const WAY_AROUND: &str = "Restrict the addresses that may reach the management page.";

#[test]
fn a_fix_of_one_vendor_is_none_of_anothers_product() {
    let mut doc = two_vendors();
    let around = remedy("workaround", WAY_AROUND, &["v1-p1", "v2-p2"]);
    let fixed = remedy("vendor_fix", "Fixed in version: 3.2.1", &["v1-p1"]);
    assert_eq!(
        remedies(&doc),
        json!([remedy("vendor_fix", FIX, &["v1-p1"]), around, fixed])
    );
    // What a vendor itself says is said of its own products.
    let own = |text: &str| {
        let words = Words {
            lang: Lang::En,
            text: text.to_owned(),
        };
        vec![words]
    };
    doc.vendors[1].fix = own("Ask for a new module.");
    doc.vendors[1].workaround = own("Unplug the second port.");
    assert_eq!(
        remedies(&doc),
        json!([
            remedy("vendor_fix", FIX, &["v1-p1"]),
            around,
            remedy("vendor_fix", "Ask for a new module.", &["v2-p2"]),
            remedy("workaround", "Unplug the second port.", &["v2-p2"]),
            fixed,
        ])
    );
}

#[test]
fn a_vendors_fix_of_one_product_is_none_of_its_other() {
    let mut doc = two_vendors();
    doc.products[1].vendor = "v1".to_owned();
    let second = doc.vendors.pop().unwrap();
    let own = &mut doc.vendors[0];
    own.products.extend(second.products);
    let told = |kind, products: Option<&[&str]>, text: &str| Remedy {
        kind,
        products: products.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect()),
        words: vec![Words {
            lang: Lang::En,
            text: text.to_owned(),
        }],
    };
    own.remedies = vec![
        told(RemedyKind::Fix, Some(&["p2"]), "Ask for a new module."),
        told(RemedyKind::Workaround, None, "Unplug it."),
        told(
            RemedyKind::Fix,
            Some(&[]),
            "Of something that is not listed.",
        ),
    ];
    let lines = remedies(&doc);
    let of_the_vendor = lines.as_array().unwrap().iter().filter(|line| {
        ["Ask for a new module.", "Unplug it."].contains(&line["details"].as_str().unwrap())
    });
    let found: Vec<_> = of_the_vendor.cloned().collect();
    assert_eq!(
        json!(found),
        json!([
            remedy("vendor_fix", "Ask for a new module.", &["v1-p2"]),
            remedy("workaround", "Unplug it.", &["v1-p1", "v1-p2"]),
        ])
    );
    assert!(!lines.to_string().contains("not listed"));
}

#[test]
fn a_fix_that_may_be_anybodys_stands_in_a_note() {
    let mut doc = two_vendors();
    doc.vendors[0].status = VendorStatus::Vulnerable;
    doc.vendors[0].products[0].status = ProductStatus::KnownAffected;
    doc.vendors[0].products[0].fixed_in = None;
    let around = remedy("workaround", WAY_AROUND, &["v1-p1", "v2-p2"]);
    assert_eq!(remedies(&doc), json!([around]));
    assert_eq!(note(&parsed(&doc), "Fix"), Some(FIX));
    // All products of one vendor, none with a version: then it is for each of them.
    doc.products[1].vendor = "v1".to_owned();
    let second = doc.vendors.pop().unwrap();
    doc.vendors[0].products.extend(second.products);
    let both = ["v1-p1", "v1-p2"];
    assert_eq!(
        remedies(&doc),
        json!([
            remedy("vendor_fix", FIX, &both),
            remedy("workaround", WAY_AROUND, &both),
        ])
    );
    assert_eq!(note(&parsed(&doc), "Fix"), None);
}

#[test]
fn silent_vendors_have_no_status_and_are_named_in_a_note() {
    let csaf = parsed(&samples::ninety_one_vendors());
    let status = &csaf["vulnerabilities"][0]["product_status"];
    assert_eq!(status["known_affected"].as_array().map(Vec::len), Some(23));
    assert_eq!(
        status["known_not_affected"].as_array().map(Vec::len),
        Some(23)
    );
    assert_eq!(status.get("under_investigation"), None);
    assert_eq!(
        note(
            &csaf,
            "Vendors notified that have not said whether they are affected"
        )
        .unwrap()
        .lines()
        .count(),
        22
    );
    assert_eq!(
        note(&csaf, "Vendors that answered unknown")
            .unwrap()
            .lines()
            .count(),
        23
    );
    assert_eq!(
        csaf["product_tree"]["branches"][0]["branches"][0]["product"]["name"],
        "Vendor v0: products not recorded"
    );
}

#[test]
fn involvements_say_of_a_day_what_is_true_of_all_its_vendors() {
    let csaf = parsed(&samples::ninety_one_vendors());
    let involvements = csaf["vulnerabilities"][0]["involvements"]
        .as_array()
        .unwrap();
    let dates: Vec<&str> = involvements
        .iter()
        .filter_map(|entry| entry["date"].as_str())
        .collect();
    assert_eq!(
        dates,
        ["2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z"],
        "on the 8th and 10th one was done and another was not"
    );
    let mixed = note(&csaf, "Dates of contacts with vendors (UTC)").unwrap();
    assert!(
        mixed.contains("2026-01-08\nVendors that answered: "),
        "{mixed}"
    );
    assert!(mixed.contains("\n\n2026-01-10\n") && !mixed.contains("2026-01-03"));
    assert!(
        involvements[0]["summary"]
            .as_str()
            .unwrap()
            .contains("Vendor v")
    );
}

#[test]
fn a_statement_in_two_languages_stands_in_both() {
    let mut doc = samples::small();
    doc.vendors[0].statement_other = Some(Words {
        lang: Lang::En,
        text: "The fixed version is out.".to_owned(),
    });
    let csaf = parsed(&doc);
    assert_eq!(
        note(&csaf, "[ja] Vendor statement: Vendor v1"),
        Some("修正版を公開しました。")
    );
    assert_eq!(
        note(&csaf, "Vendor statement: Vendor v1"),
        Some("The fixed version is out.")
    );
}

#[test]
fn an_advisory_without_a_word_on_products_claims_no_profile() {
    let csaf = parsed(&samples::bare());
    assert_eq!(csaf["document"]["category"], "csaf_base");
    assert_eq!(csaf.get("product_tree"), None);
    assert_eq!(note(&csaf, "Fix"), Some("Update to the latest version."));
}

#[test]
fn japanese_texts_stand_beside_the_english_ones() {
    let csaf = parsed(&samples::small());
    assert_eq!(csaf["document"]["lang"], "en");
    assert_eq!(
        note(&csaf, "[ja] 題名"),
        Some("「ゲート」における認証回避の脆弱性")
    );
    assert_eq!(
        note(&csaf, "[ja] Vendor statement: Vendor v1"),
        Some("修正版を公開しました。")
    );
    assert_eq!(parsed(&samples::japanese_only())["document"]["lang"], "ja");
    assert_eq!(note(&parsed(&samples::archived()), "[ja] 題名"), None);
}

#[test]
fn the_title_says_what_the_document_is_not() {
    assert!(title(&samples::withdrawn()).starts_with("[WITHDRAWN] "));
    assert!(title(&samples::fictional()).starts_with("[FICTIONAL] "));
    let archived = parsed(&samples::archived());
    assert_eq!(archived["document"]["publisher"]["category"], "other");
    assert!(
        note(&archived, "Marking")
            .unwrap()
            .contains("did not coordinate")
    );
    assert!(
        note(&parsed(&samples::withdrawn()), "Withdrawn")
            .unwrap()
            .ends_with("Published.")
    );
}

#[test]
fn two_cve_numbers_are_two_vulnerabilities_with_the_same_statuses() {
    let csaf = parsed(&samples::two_cves());
    let both = csaf["vulnerabilities"].as_array().unwrap();
    assert_eq!(both.len(), 2);
    assert_eq!(both[0]["product_status"], both[1]["product_status"]);
    assert_eq!(both[0]["scores"][0]["cvss_v3"]["version"], "3.1");
    assert_eq!(note(&csaf, "Further scores").unwrap().lines().count(), 2);
}

#[test]
fn only_addresses_become_references() {
    let csaf = parsed(&samples::small());
    let urls: Vec<&str> = csaf["document"]["references"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|reference| reference["url"].as_str())
        .collect();
    assert_eq!(
        urls,
        [
            "https://portal.example/csaf/white/2026/nrs-48217734.json",
            "https://portal.example/en/advisories/NRS-48217734.html",
            "https://example.org/a?b=c#d",
            "https://v1.example/advisory/1",
        ]
    );
    assert_eq!(
        note(&csaf, "Further references"),
        Some("https://example.org/a b")
    );
}

#[test]
fn addresses_are_told_from_other_texts() {
    for good in [
        "https://example.org",
        "http://example.org:8080/a_b?x=%20#y",
        "https://example.org/~a/(b)",
    ] {
        assert!(is_web_address(good), "{good}");
    }
    for bad in [
        "ftp://example.org/",
        "https://",
        "https://例.example/",
        "https://a/b c",
        "https://a/%2",
        "https://a/[b]",
    ] {
        assert!(!is_web_address(bad), "{bad}");
    }
}

#[test]
fn file_names_follow_the_rule_of_the_standard() {
    let check = |id: &str, stem: &str| {
        let mut doc = samples::bare();
        doc.id = id.to_owned();
        assert_eq!(doc.stem(), stem);
    };
    check("NRS-48217734", "nrs-48217734");
    check(
        "Example Company - 2019-YH3234",
        "example_company_-_2019-yh3234",
    );
    check("2022_#01-A", "2022_01-a");
    check("NRS#1+2", "nrs_1+2");
}

#[test]
fn only_what_is_positively_one_version_is_told_as_one() {
    for one in [
        "2.4",
        "v2.4.1",
        "R12",
        "2.4.1-rc1",
        "1.0-2",
        "9.8.0_p3",
        "2.4+build7",
    ] {
        assert!(super::products::is_one_version(one), "{one}");
    }
    for more in [
        "1.0-2.4",
        "2.x",
        "2.4+",
        "~2.4",
        "1.0..2.4",
        "before2.4",
        "2.0/2.1",
        "2.4.1;3.0.2",
        "all",
        "<2.4",
        "1.0 - 2.4",
        "2.4*",
        "2.4以前",
    ] {
        assert!(!super::products::is_one_version(more), "{more}");
    }
}
