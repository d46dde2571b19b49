//! Golden files of the index, and what keeps it small and steady.
//!
//! What could go wrong: the browser folds otherwise than the house, a publication moves what it does not
//! concern, a copied text makes an advisory look translated, an index grows beyond what a visitor loads.

use std::path::PathBuf;

use serde_json::Value;

use super::*;
use crate::advisory::{OtherId, Product, Words};
use crate::samples;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/find")
        .join(name)
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_default()
}

fn printer() -> Advisory {
    let mut doc = samples::bare();
    doc.id = "NRS-10000018".to_owned();
    doc.first_published = "2025-06-01T00:00:00Z".to_owned();
    doc.severity = Severity::Important;
    doc.status = Status::Interim;
    doc.other_ids = vec![OtherId {
        system: "JVN".to_owned(),
        text: "JVN#12345675".to_owned(),
    }];
    for (lang, title, fix) in [
        (
            Lang::Ja,
            "霧笛プリンタードライバーの脆弱性",
            "ファームウェアを更新し、サーバーのヴァージョンを確認するため再起動してください。OpenSSL 3.0.7 の鍵も作り直してください。",
        ),
        (
            Lang::En,
            "Flaw in the Muteki printer driver",
            "Update the firmware, OpenSSL 3.0.7 and the library libopenmist. Café mode stays as it is.",
        ),
    ] {
        if let Some(texts) = doc.texts.get_mut(&lang) {
            title.clone_into(&mut texts.title);
            fix.clone_into(&mut texts.fix);
        }
    }
    doc.products = vec![Product {
        id: "p1".to_owned(),
        vendor: "v1".to_owned(),
        name: samples::both("ムテキプリント", "MutekiPrint"),
        versions: String::new(),
    }];
    doc.vendors = vec![Vendor {
        name: samples::both("株式会社霧笛電子計算機", "Muteki Computer Corporation"),
        kana: "ムテキデンシケイサンキ".to_owned(),
        statement: Some(Words {
            lang: Lang::Ja,
            text: "修正の準備を進めています。".to_owned(),
        }),
        ..samples::vendor("v1", VendorStatus::Investigating)
    }];
    doc
}

fn archived() -> Advisory {
    let mut doc = samples::archived();
    doc.id = "NRS-30000034".to_owned();
    doc.first_published = "2001-01-15T03:00:00Z".to_owned();
    doc.published.clone_from(&doc.first_published);
    doc.vendors.truncate(2);
    doc
}

/// Newest first, as lists are.
fn docs() -> [Advisory; 3] {
    [samples::small(), printer(), archived()]
}

fn path(id: &str) -> String {
    format!("/ja/advisories/{id}.html")
}

/// Returns the catalogue and the pieces by file name.
fn pressed(docs: &[&Advisory]) -> Vec<(String, Vec<u8>)> {
    let by_age: Vec<&Advisory> = by_age(docs)
        .into_iter()
        .filter_map(|at| docs.get(at).copied())
        .collect();
    let texts = pieces(&by_age).unwrap_or_default();
    let block = Block {
        first: 0,
        stem: "texts".to_owned(),
        pieces: texts.len(),
    };
    let catalogue = catalogue(Lang::Ja, docs, &[block], path).unwrap_or_default();
    let mut files = vec![("index.json".to_owned(), catalogue)];
    files.extend(
        texts
            .into_iter()
            .enumerate()
            .map(|(n, bytes)| (format!("texts-{n}.json"), bytes)),
    );
    files
}

#[test]
fn spellings_fold_as_the_browser_folds_them() {
    let vectors = json(&std::fs::read(fixture("folding.json")).unwrap_or_default());
    let rows = vectors["folding"].as_array().cloned().unwrap_or_default();
    assert!(
        rows.len() > 20,
        "the vectors are where the test expects them"
    );
    for row in &rows {
        let text = row["text"].as_str().unwrap_or_default();
        let plain = fold::plain(text);
        assert_eq!(row["plain"], plain, "{text}");
        assert_eq!(row["loose"], fold::loose(&plain), "{text}");
        let mut terms = BTreeSet::new();
        fold::terms(&plain, &mut terms);
        assert_eq!(row["terms"], serde_json::json!(terms), "{text}");
    }
    for row in vectors["pieces"].as_array().into_iter().flatten() {
        let mut pair = row["pair"].as_str().unwrap_or_default().chars();
        let (first, second) = (pair.next().unwrap_or(' '), pair.next().unwrap_or(' '));
        let count = usize::try_from(row["pieces"].as_u64().unwrap_or(0)).unwrap_or(0);
        assert_eq!(row["piece"], fold::piece(first, second, count), "{row}");
    }
}

#[test]
fn the_index_is_the_one_that_the_browser_is_tried_with() {
    let docs = docs();
    let files = pressed(&docs.each_ref());
    assert_eq!(files, pressed(&docs.each_ref()), "equal input, equal bytes");
    for (name, bytes) in files {
        let golden = fixture(&name);
        if std::env::var_os("NOROSHI_BLESS").is_some() {
            assert!(std::fs::write(&golden, &bytes).is_ok());
        }
        let found = std::fs::read(&golden).unwrap_or_default();
        assert!(
            found == bytes,
            "{name} differs; see fixtures/find/README.md"
        );
    }
}

#[test]
fn a_later_publication_leaves_numbers_and_older_pieces_alone() {
    let old = [printer(), archived()];
    let mut newer = samples::small();
    newer.id = "NRS-00000001".to_owned();
    newer.first_published = "2026-02-01T00:00:00Z".to_owned();
    let all = [&newer, &old[0], &old[1]];
    assert_eq!(by_age(&old.each_ref()), [1, 0]);
    assert_eq!(by_age(&all), [2, 1, 0]);
    let catalogue = json(&catalogue(Lang::En, &all, &[], path).unwrap_or_default());
    let numbers: Vec<&Value> = catalogue["advisories"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|line| &line["n"])
        .collect();
    assert_eq!(numbers, [2, 1, 0]);
}

#[test]
fn a_text_without_translation_is_said_and_still_found() {
    let doc = archived();
    let line = |lang| {
        json(&catalogue(lang, &[&doc], &[], path).unwrap_or_default())["advisories"][0].clone()
    };
    assert_eq!(line(Lang::Ja)["untranslated"], true);
    assert_eq!(line(Lang::En)["untranslated"], Value::Null);
    assert_eq!(line(Lang::En)["marking"], "archive");
    assert_eq!(line(Lang::En)["other_title"], Value::Null);
    assert!(terms_of(&doc).contains("quoting"));
}

#[test]
fn a_vendor_that_is_not_affected_is_told_from_those_that_are() {
    let mut doc = printer();
    let line = |doc: &Advisory| {
        json(&catalogue(Lang::En, &[doc], &[], path).unwrap_or_default())["advisories"][0].clone()
    };
    assert_eq!(line(&doc)["unaffected"], Value::Null);
    for vendor in &mut doc.vendors {
        vendor.status = VendorStatus::NotVulnerable;
    }
    let names = ["Muteki Computer Corporation", "株式会社霧笛電子計算機"];
    let spared = serde_json::json!([{ "names": names, "kana": "ムテキデンシケイサンキ" }]);
    assert_eq!(line(&doc)["unaffected"], spared);
}

#[test]
fn a_large_block_is_cut_and_each_word_lies_where_its_letters_lead() {
    let many: Vec<Advisory> = (0..64_usize)
        .map(|n| {
            let mut doc = printer();
            if let Some(texts) = doc.texts.get_mut(&Lang::En) {
                let words = (0..200).map(|m| format!("w{:x}q{:x}z", n * 977, m * 7919 + n));
                texts.details = words.collect::<Vec<_>>().join(" ");
            }
            doc
        })
        .collect();
    let docs: Vec<&Advisory> = many.iter().collect();
    let pieces = pieces(&docs).unwrap_or_default();
    assert_eq!(pieces.len(), 4);
    let word = "libopenmist";
    for pair in word.chars().collect::<Vec<_>>().windows(2) {
        let piece = json(&pieces[fold::piece(pair[0], pair[1], 4)]);
        let list = piece["terms"][word].as_str().unwrap_or_default();
        assert_eq!(list.split(' ').count(), 64);
        assert!(list.starts_with("0 1 1 1"));
    }
}
