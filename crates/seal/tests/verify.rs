//! `seal::verify` over a small pressed tree: it finds nothing in a correct one and names what was changed.
//!
//! What could go wrong: bytes changed by whoever serves the tree, with hashes and even the list of files made
//! to fit; a press that forgets, mixes up or renames; keys that are others', old, or for exercises; bytes
//! that are nothing at all. Not a failure: a tree that was taken back as a whole, which nobody can see who has not
//! noted where its log stood.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "verify/keys.rs"]
mod keys;
#[path = "verify/kinds.rs"]
mod kinds;
#[path = "verify/lists.rs"]
mod lists;
#[path = "verify/tree.rs"]
mod tree;

use std::fs;

use proptest::prelude::*;
use seal::openpgp::{NewKey, draw};
use seal::verify::{self, KeyPin, Report};
use serde_json::{Value, json};

use tree::*;

type Mutation = (&'static str, fn(&mut Files));

#[test]
fn a_correct_tree_has_no_finding() {
    let report = verified(&GOOD, None);
    assert_good(&report);
    assert!(!report.pinned);
    assert_eq!((report.advisories, report.documents), (2, 12));
    assert_eq!(report.leaves, 13);
    // Archive 3 × 6, current 2 × 5, CSAF 2, the list of files, security.txt.
    assert_eq!(report.signatures, 18 + 10 + 2 + 1 + 1);
    assert_eq!(report.fingerprint, ADVISORY.fingerprint);
    assert!(report.user_id.starts_with("Example Centre"));
    let says = |words: &str| report.notes.iter().any(|note| note.contains(words));
    assert!(says("proves nothing about who made it"));
    assert!(says("a split view would not be noticed"));
}

#[test]
fn a_pinned_key_is_held_against_the_one_in_the_tree() {
    let fingerprint = |key: &NewKey| Some(KeyPin::Fingerprint(key.fingerprint.to_lowercase()));
    let certificate = |key: &NewKey| Some(KeyPin::Certificate(key.public.clone()));
    for pin in [fingerprint(&ADVISORY), certificate(&ADVISORY)] {
        let report = verified(&GOOD, pin);
        assert_good(&report);
        assert!(report.pinned);
        let beside = |note: &String| note.contains("proves nothing");
        assert!(!report.notes.iter().any(beside));
    }
    for pin in [fingerprint(&LOG), certificate(&LOG)] {
        let report = verified(&GOOD, pin);
        assert!(codes(&report).contains(&"key-pin") && !report.pinned);
    }
    let folder = Folder::of(&GOOD);
    for pin in [
        KeyPin::Fingerprint("D4B5C158".to_owned()),
        KeyPin::Certificate(b"no key".to_vec()),
    ] {
        let refused = verify::tree(&folder.path, &options(Some(pin)));
        assert_eq!(refused.map_err(|error| error.code()), Err("bad-key"));
    }
}

/// The eight controls of docs/design/formats.md §2.1, with the list of files made to fit and signed.
#[test]
fn what_other_checkers_find_or_miss_is_found() {
    check(&[
        ("hash-sha256", |files| {
            change(files, &format!("{CSAF_1}.sha256"), "  nrs", "  nrt")
        }),
        ("signature-bad", |files| {
            change(files, CSAF_1, "Title", "Other");
            rehash(files, CSAF_1);
        }),
        ("csaf-schema", |files| {
            edit(files, CSAF_1, |doc| remove(doc, "/document", "title"));
            rehash(files, CSAF_1);
        }),
        ("csaf-name", |files| {
            rename(files, CSAF_1, "csaf/white/2026/NRS-1.json")
        }),
        ("key-missing", |files| drop_file(files, "keys/advisory.asc")),
        ("list-missing", |files| drop_file(files, CHANGES)),
        ("changes-time", |files| {
            change(files, CHANGES, SECOND, "2026-03-01T00:00:01Z")
        }),
        ("rolie-set", only_on_disk),
        ("index-set", only_on_disk),
        ("changes-set", only_on_disk),
    ]);
}

#[test]
fn csaf_documents_and_lists_agree() {
    check(&[
        ("csaf-tlp", |files| {
            change(files, CSAF_1, "\"WHITE\"", "\"AMBER\"")
        }),
        ("csaf-tlp", |files| {
            put(files, "csaf/amber/2026/x.json", b"{}")
        }),
        ("csaf-year", |files| {
            rename(files, CSAF_1, "csaf/white/2025/nrs-1.json")
        }),
        ("csaf-missing", |files| drop_file(files, CSAF_2)),
        ("csaf-duplicate", |files| {
            copy(files, CSAF_1, "csaf/white/2026/nrs-3.json")
        }),
        ("csaf-id", |files| {
            change(files, "archive/NRS-1/1/csaf.json", "\"NRS-1\"", "\"NRS-9\"")
        }),
        ("csaf-version", |files| {
            copy(
                files,
                "archive/NRS-1/1/csaf.json",
                "archive/NRS-1/2/csaf.json",
            )
        }),
        ("hash-sha512", |files| {
            put(files, &format!("{CSAF_1}.sha512"), b"00  nrs-1.json\n")
        }),
        ("hash-missing", |files| {
            drop_file(files, &format!("{CSAF_1}.sha512"))
        }),
        ("json", |files| put(files, CSAF_1, b"{")),
        ("changes-order", |files| {
            let text = String::from_utf8(files[CHANGES].clone()).unwrap();
            let lines: Vec<&str> = text.lines().rev().collect();
            put(files, CHANGES, lines.join("\n").as_bytes());
        }),
        ("changes-form", |files| change(files, CHANGES, "\"", "")),
        ("index-set", |files| {
            put(files, INDEX, b"2026/nrs-1.json\n2026/nrs-7.json\n")
        }),
        ("rolie-updated", |files| {
            change(files, ROLIE, SECOND, "2026-02-01T00:00:00Z")
        }),
        ("rolie-link", |files| {
            change(files, ROLIE, "\"signature\"", "\"related\"")
        }),
        ("rolie-link", |files| {
            change(files, ROLIE, ".sha256", ".md5")
        }),
        ("rolie-id", |files| {
            change(files, ROLIE, "\"NRS-1\"", "\"NRS-8\"")
        }),
        ("rolie-form", |files| put(files, ROLIE, b"{}")),
        ("service-feed", |files| {
            put(files, "csaf/service.json", b"{}")
        }),
        ("service-feed", |files| {
            put(files, ".well-known/csaf/service.json", b"{}")
        }),
    ]);
}

#[test]
fn archive_and_leaves_agree_with_what_is_current() {
    check(&[
        ("leaf-missing", |files| {
            let text = String::from_utf8(files[LEAVES].clone()).unwrap();
            let rest: String = text.split_inclusive('\n').skip(1).collect();
            put(files, LEAVES, rest.as_bytes());
        }),
        ("leaf-without-document", |files| {
            append(files, &leaf("NRS-1", (3, SECOND), "csaf", b""))
        }),
        ("leaf-duplicate", |files| {
            let text = String::from_utf8(files[LEAVES].clone()).unwrap();
            let first = text.lines().next().unwrap().to_owned();
            append(files, &first);
        }),
        ("leaf-hash", |files| {
            change(files, "archive/NRS-2/1/text.ja.txt", "NRS-2", "NRS-3")
        }),
        ("leaf-instant", |files| {
            change(files, LEAVES, FIRST, "2026-01-02T00:00:01Z")
        }),
        ("leaf-series", |files| {
            change(files, LEAVES, "\"series\":\"NRS\"", "\"series\":\"NRT\"")
        }),
        ("leaf-form", |files| {
            change(files, LEAVES, "\"v\":1", "\"v\": 1")
        }),
        ("leaf-form", |files| {
            change(files, LEAVES, "\"v\":1", "\"v\":2")
        }),
        ("leaves-missing", |files| drop_file(files, LEAVES)),
        ("revision-gap", older_revision_removed),
        ("leaf-without-document", older_revision_removed),
        ("document-missing", |files| {
            drop_file(files, "archive/NRS-1/1/csaf.json")
        }),
        ("archive-layout", |files| put(files, "archive/NRS-1/x", b"")),
        ("advisory-layout", |files| put(files, "advisories/x", b"")),
        ("archive-missing", |files| {
            put(files, "advisories/NRS-5.json", b"{}")
        }),
        ("current-differs", |files| {
            copy(
                files,
                "archive/NRS-1/1/advisory.json",
                "advisories/NRS-1.json",
            )
        }),
        ("document-missing", |files| {
            drop_file(files, "advisories/NRS-1.json")
        }),
    ]);
}

#[test]
fn the_advisory_says_what_its_place_says() {
    const DOC: &str = "archive/NRS-1/2/advisory.json";
    check(&[
        ("advisory-schema", |files| {
            change(files, DOC, "noroshi/advisory/1", "noroshi/advisory/2")
        }),
        ("advisory-schema", |files| {
            edit(files, DOC, |doc| remove(doc, "", "vendors"))
        }),
        ("advisory-id", |files| {
            edit(files, DOC, |doc| doc["id"] = json!("NRS-2"))
        }),
        ("advisory-revision", |files| {
            edit(files, DOC, |doc| doc["revision"] = json!(1))
        }),
        ("advisory-history", |files| {
            edit(files, DOC, |doc| doc["history"][0]["revision"] = json!(2))
        }),
        ("json", |files| put(files, DOC, b"\xff")),
    ]);
}

#[test]
fn signatures_belong_to_what_they_lie_beside() {
    check(&[
        ("signature-bad", |files| {
            let one = files["advisories/NRS-1.json.sig"].clone();
            let two = files["advisories/NRS-2.json.sig"].clone();
            put(files, "advisories/NRS-1.json.sig", &two);
            put(files, "advisories/NRS-2.json.sig", &one);
        }),
        ("signature-missing", |files| {
            drop_file(files, "advisories/NRS-1.ja.txt.sig")
        }),
        ("signature-missing", |files| {
            drop_file(files, "advisories/NRS-1.ja.asc")
        }),
        ("clear-signed-differs", |files| {
            copy(files, "advisories/NRS-2.ja.asc", "advisories/NRS-1.ja.asc")
        }),
        ("signature-bad", |files| {
            change(files, "advisories/NRS-1.ja.asc", "NRS-1", "NRS-7")
        }),
        ("clear-signed-form", |files| {
            change(
                files,
                "advisories/NRS-1.ja.asc",
                "-----BEGIN PGP SIGNED",
                "Pay here.\n-----BEGIN PGP SIGNED",
            )
        }),
    ]);
}

#[test]
fn what_leads_to_the_documents_is_right() {
    check(&[
        ("metadata-missing", |files| drop_file(files, METADATA)),
        ("metadata-url", |files| {
            change(files, METADATA, "provider-metadata.json", "metadata.json")
        }),
        ("metadata-key", |files| {
            edit(files, METADATA, |doc| {
                doc["public_openpgp_keys"][0]["fingerprint"] = json!("00");
            })
        }),
        ("metadata-form", |files| {
            edit(files, METADATA, |doc| remove(doc, "", "role"))
        }),
        ("metadata-feed", |files| {
            change(files, METADATA, "\"WHITE\"", "\"GREEN\"")
        }),
        ("security-missing", |files| drop_file(files, SECURITY)),
        ("security-contact", |files| {
            change(files, SECURITY, "Contact:", "Kontakt:")
        }),
        ("security-expires", |files| {
            change(files, SECURITY, "2027", "2026")
        }),
        ("security-expires", |files| {
            change(files, SECURITY, "Expires:", "Ends:")
        }),
        ("signature-bad", |files| {
            change(files, SECURITY, "desk@", "thief@")
        }),
    ]);
}

#[test]
fn keys_that_must_not_vouch_are_found() {
    check(&[
        ("key-secret", |files| {
            put(files, "keys/advisory.asc", &ADVISORY.secret)
        }),
        ("key-form", |files| {
            put(files, "keys/advisory.asc", b"no key")
        }),
        ("key-missing", |files| drop_file(files, "keys/log.asc")),
        ("sums-signature", |files| {
            put(files, "keys/log.asc", &ADVISORY.public)
        }),
        ("key-expiry", |files| {
            put(files, "keys/advisory.asc", &ending_key(20))
        }),
        ("key-expiry", |files| {
            put(files, "keys/log.asc", &ending_key(0))
        }),
        ("exercise-key", |files| {
            let key = draw("EXERCISE 訓練 <x@portal.example>", at(), false).unwrap();
            put(files, "keys/advisory.asc", &key.public);
        }),
    ]);
    let mut files = GOOD.clone();
    let demo = draw("DEMO 架空 <x@portal.example>", at(), false).unwrap();
    put(&mut files, "keys/advisory.asc", &demo.public);
    let report = verified(&files, None);
    assert!(report.notes.iter().any(|n| n.contains("demonstration key")));
}

/// Without touching the list of files: whoever cannot sign cannot make it fit.
#[test]
fn the_list_of_files_is_complete_and_signed() {
    let mutations: [Mutation; 13] = [
        ("file-unlisted", |files| put(files, "ja/new.html", b"<p>")),
        ("file-unlisted", |files| {
            put(files, "ja/new.gz", b"\x1f\x8b")
        }),
        ("file-missing", |files| drop_file(files, "index.html")),
        ("sums-hash", |files| put(files, "index.html", b"<p>other")),
        ("sums-missing", |files| drop_file(files, "SHA256SUMS")),
        ("signature-missing", |files| {
            drop_file(files, "SHA256SUMS.asc")
        }),
        ("sums-order", |files| {
            let text = String::from_utf8(files["SHA256SUMS"].clone()).unwrap();
            let lines: Vec<&str> = text.lines().rev().collect();
            put(files, "SHA256SUMS", lines.join("\n").as_bytes());
        }),
        ("sums-form", |files| {
            put(files, "SHA256SUMS", b"00  index.html\n")
        }),
        ("sums-signature", |files| {
            bend_signature(files, "SHA256SUMS.asc")
        }),
        ("sibling-orphan", |files| put(files, "ja/new.br", b"x")),
        ("sibling-gzip", |files| {
            let packed = gzip(b"<p>other");
            put(files, "index.html.gz", &packed);
        }),
        ("sibling-brotli", |files| put(files, "index.html.br", b"")),
        ("sibling-brotli", |files| {
            put(files, "SHA256SUMS.br", &brotli(b"other"));
        }),
    ];
    for (code, mutate) in mutations {
        let mut files = GOOD.clone();
        mutate(&mut files);
        assert_found(&files, code);
    }
}

#[cfg(unix)]
#[test]
fn links_are_found_and_not_followed() {
    let folder = Folder::of(&GOOD);
    std::os::unix::fs::symlink("/etc", folder.path.join("ja/etc")).unwrap();
    let report = verify::tree(&folder.path, &options(None)).unwrap();
    assert_eq!(codes(&report), ["file-kind"]);
}

#[test]
fn one_document_is_verified_with_what_lies_around_it() {
    let folder = Folder::of(&GOOD);
    let one = |path: &str| verify::file(&folder.path.join(path), &options(None)).unwrap();
    for path in [
        "advisories/NRS-1.json",
        "advisories/NRS-1.json.sig",
        "advisories/NRS-1.ja.txt",
        "advisories/NRS-1.ja.asc",
        "archive/NRS-1/1/csaf.json",
        CSAF_1,
        "SHA256SUMS",
    ] {
        let report = one(path);
        assert_good(&report);
        assert_eq!(report.signatures, 1, "{path}");
    }
    let write = |path: &str, bytes: &[u8]| fs::write(folder.path.join(path), bytes).unwrap();
    write("advisories/NRS-1.json", b"{}");
    assert_eq!(codes(&one("advisories/NRS-1.json")), ["signature-bad"]);
    write("advisories/NRS-1.ja.txt", b"other");
    assert_eq!(
        codes(&one("advisories/NRS-1.ja.asc")),
        ["clear-signed-differs"]
    );
    write(&format!("{CSAF_1}.sha256"), b"00");
    assert_eq!(codes(&one(CSAF_1)), ["hash-sha256"]);
    assert_eq!(codes(&one("index.html")), ["signature-missing"]);
    fs::remove_dir_all(folder.path.join("keys")).unwrap();
    let path = folder.path.join("advisories/NRS-2.json");
    let refused = verify::file(&path, &options(None));
    assert_eq!(refused.map_err(|e| e.code()), Err("no-key"));
    let pin = KeyPin::Certificate(ADVISORY.public.clone());
    let report = verify::file(&path, &options(Some(pin))).unwrap();
    assert!(report.is_good() && report.pinned);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_flipped_bit_is_found_in_every_kind_of_file(
        file in any::<prop::sample::Index>(),
        byte in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let mut files = GOOD.clone();
        // A signature's armor has bytes that carry nothing; `bend_signature` changes one that does.
        let plain: Vec<String> = files
            .keys()
            .filter(|path| !path.ends_with(".gz") && !path.ends_with(".br"))
            .filter(|path| *path != "SHA256SUMS.asc")
            .cloned()
            .collect();
        let path = file.get(&plain).clone();
        let bytes = files.get_mut(&path).unwrap();
        let place = byte.index(bytes.len());
        bytes[place] ^= 1 << bit;
        prop_assert!(!verified(&files, None).is_good(), "{path} byte {place} bit {bit}");
    }

    #[test]
    fn arbitrary_bytes_in_any_file_never_panic(
        file in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
    ) {
        let mut files = GOOD.clone();
        let paths: Vec<String> = files.keys().cloned().collect();
        let path = file.get(&paths).clone();
        let old = files[&path].clone();
        let kept = if whole { 0 } else { cut.index(old.len()) };
        let mut new = old[..kept].to_vec();
        new.extend_from_slice(&bytes);
        put(&mut files, &path, &new);
        resum(&mut files);
        put(&mut files, &path, &new);
        let folder = Folder::of(&files);
        prop_assert!(verify::tree(&folder.path, &options(None)).is_ok());
        let _ = verify::file(&folder.path.join(&path), &options(None));
    }
}

// ---- Mutations.

/// Each mutation is made to a correct tree whose list of files is then made to fit again.
fn check(mutations: &[Mutation]) {
    for (code, mutate) in mutations {
        let mut files = GOOD.clone();
        mutate(&mut files);
        resum(&mut files);
        assert_found(&files, code);
    }
}

fn assert_found(files: &Files, code: &str) {
    let report = verified(files, None);
    assert!(
        codes(&report).contains(&code),
        "{code} is not among {:#?}",
        report.findings
    );
}

fn assert_good(report: &Report) {
    assert!(report.is_good(), "{:#?}", report.findings);
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.code).collect()
}

fn drop_file(files: &mut Files, path: &str) {
    assert!(files.remove(path).is_some(), "{path}");
}

fn copy(files: &mut Files, from: &str, to: &str) {
    let bytes = files[from].clone();
    put(files, to, &bytes);
}

fn rename(files: &mut Files, from: &str, to: &str) {
    for ending in ["", ".asc", ".sha256", ".sha512"] {
        let bytes = files.remove(&format!("{from}{ending}")).unwrap();
        put(files, &format!("{to}{ending}"), &bytes);
    }
}

fn change(files: &mut Files, path: &str, from: &str, to: &str) {
    let old = String::from_utf8(files[path].clone()).unwrap();
    let new = old.replace(from, to);
    assert_ne!(old, new, "{path} has no {from}");
    put(files, path, new.as_bytes());
}

fn edit(files: &mut Files, path: &str, with: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_slice(&files[path]).unwrap();
    with(&mut value);
    put(files, path, &pretty(&value));
}

fn remove(value: &mut Value, pointer: &str, key: &str) {
    let object = value.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
    assert!(object.remove(key).is_some(), "{key}");
}

fn only_on_disk(files: &mut Files) {
    let number = "NRS-3";
    archived(files, number, &[FIRST]);
    let bytes = files[&format!("archive/{number}/1/csaf.json")].clone();
    csaf_files(files, "csaf/white/2026/nrs-3.json", &bytes);
}

fn older_revision_removed(files: &mut Files) {
    files.retain(|path, _| !path.starts_with("archive/NRS-1/1/"));
}

fn bend_signature(files: &mut Files, path: &str) {
    let bytes = files.get_mut(path).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    // The end of the body is the signature's last number.
    let end = text.find("-----END").unwrap() - 30;
    let place = (0..end)
        .rev()
        .find(|n| bytes[*n].is_ascii_alphanumeric())
        .unwrap();
    bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
}
