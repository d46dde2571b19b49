//! Kinds of documents: a revision must have what its own record lists, and an older record lists nothing.
//!
//! What could go wrong: a later program's kind makes an older tree false; a listed document is missing, changed or
//! unsigned and nobody notices; a document that the record does not list passes for one.

use super::*;

const RECORD: &str = "archive/NRS-1/2/advisory.json";
const FURTHER: &str = "archive/NRS-1/2/vex.json";
const VEX: &[u8] = b"{\"statement\":\"not affected\"}\n";

/// The newest revision of NRS-1 lists its documents and one of a kind that this program does not know.
fn listing() -> Files {
    let mut files = GOOD.clone();
    signed(&mut files, FURTHER, "sig", VEX);
    append(&mut files, &leaf("NRS-1", (2, SECOND), "vex", VEX));
    let list = listed(&files);
    record(&mut files, &list);
    files
}

fn listed(files: &Files) -> Vec<Value> {
    [
        ("csaf", "csaf.json"),
        ("text-ja", "text.ja.txt"),
        ("text-en", "text.en.txt"),
        ("vex", "vex.json"),
    ]
    .into_iter()
    .filter_map(|(kind, file)| {
        let bytes = files.get(&format!("archive/NRS-1/2/{file}"))?;
        Some(json!({ "kind": kind, "sha256": seal::hex(&seal::sha256(bytes)) }))
    })
    .collect()
}

/// Signs the record anew with this list, in both places, and corrects its leaf.
fn record(files: &mut Files, list: &[Value]) {
    let old = files[RECORD].clone();
    let mut doc: Value = serde_json::from_slice(&old).unwrap();
    doc["documents"] = json!(list);
    let new = pretty(&doc);
    for path in [RECORD, "advisories/NRS-1.json"] {
        signed(files, path, "sig", &new);
    }
    let hash = |bytes: &[u8]| seal::hex(&seal::sha256(bytes));
    change(files, LEAVES, &hash(&old), &hash(&new));
}

fn verdict(mut files: Files) -> Report {
    resum(&mut files);
    verified(&files, None)
}

fn found(code: &str, mutate: impl FnOnce(&mut Files)) {
    let mut files = listing();
    mutate(&mut files);
    let report = verdict(files);
    assert!(
        codes(&report).contains(&code),
        "{code} is not among {:#?}",
        report.findings
    );
}

fn without_leaf(files: &mut Files, kind: &str) {
    let text = String::from_utf8(files[LEAVES].clone()).unwrap();
    let place = format!("\"number\":\"NRS-1\",\"revision\":2,\"kind\":\"{kind}\"");
    let rest: String = text
        .split_inclusive('\n')
        .filter(|line| !line.contains(&place))
        .collect();
    assert_ne!(rest, text);
    put(files, LEAVES, rest.as_bytes());
}

#[test]
fn a_kind_that_only_a_newer_program_knows_is_checked_like_the_others() {
    let report = verdict(listing());
    assert_good(&report);
    assert_eq!((report.documents, report.leaves), (13, 14));
    let mut files = listing();
    signed(&mut files, "advisories/NRS-1.vex.json", "sig", VEX);
    assert_good(&verdict(files));
    found("document-missing", |files| drop_file(files, FURTHER));
    found("document-missing", |files| {
        signed(files, FURTHER, "sig", b"{}")
    });
    found("signature-missing", |files| {
        drop_file(files, &format!("{FURTHER}.sig"))
    });
    found("signature-bad", |files| {
        copy(files, &format!("{RECORD}.sig"), &format!("{FURTHER}.sig"))
    });
    found("leaf-missing", |files| without_leaf(files, "vex"));
    found("signature-missing", |files| {
        put(files, "advisories/NRS-1.vex.json", VEX)
    });
}

#[test]
fn a_listed_document_has_the_listed_hash() {
    found("document-hash", |files| {
        let path = "archive/NRS-1/2/text.en.txt";
        signed(files, path, "sig", b"other words\n")
    });
    found("document-missing", |files| {
        drop_file(files, "archive/NRS-1/2/csaf.json")
    });
}

#[test]
fn what_the_record_does_not_list_is_not_asked_for_and_does_not_pass() {
    let no_english = |files: &mut Files| {
        let mut list = listed(files);
        list.retain(|one| one["kind"] != "text-en");
        record(files, &list);
        without_leaf(files, "text-en");
    };
    let mut files = listing();
    no_english(&mut files);
    files.retain(|path, _| {
        let of_newest = path.starts_with("archive/NRS-1/2/text.en.");
        !of_newest && !path.starts_with("advisories/NRS-1.en.")
    });
    assert_good(&verdict(files));
    found("archive-layout", no_english);
    found("advisory-layout", no_english);
    // A record without a list is of the time of the four kinds.
    check(&[
        ("archive-layout", |files| signed(files, FURTHER, "sig", VEX)),
        ("leaf-without-document", |files| {
            append(files, &leaf("NRS-1", (2, SECOND), "vex", VEX))
        }),
        ("document-missing", |files| {
            drop_file(files, "archive/NRS-1/2/text.en.txt")
        }),
    ]);
}

#[test]
fn a_list_names_other_documents_once_and_with_their_hash() {
    let hash = "ab".repeat(32);
    for list in [
        vec![],
        vec![json!({ "kind": "csaf" })],
        vec![json!({ "kind": "csaf", "sha256": "AB" })],
        vec![json!({ "kind": "advisory-json", "sha256": hash })],
        vec![
            json!({ "kind": "x", "sha256": hash }),
            json!({ "kind": "x", "sha256": hash }),
        ],
    ] {
        found("advisory-documents", |files| record(files, &list));
    }
}

#[test]
fn a_signed_text_is_known_by_what_it_says_and_not_by_its_name() {
    let signed = GOOD["advisories/NRS-1.en.asc"].clone();
    let kept = |name: &str, before: &[u8]| {
        let bytes = [before, &signed].concat();
        let folder = Folder::of(&Files::from([(name.to_owned(), bytes)]));
        let pin = KeyPin::Certificate(ADVISORY.public.clone());
        verify::file(&folder.path.join(name), &options(Some(pin))).unwrap()
    };
    for (name, before) in [
        ("advisory.txt", &b""[..]),
        ("advisory.asc", &b""[..]),
        ("mail.txt", &b"\n\n"[..]),
        ("mail.txt", &b"\xef\xbb\xbf"[..]),
    ] {
        let report = kept(name, before);
        assert!(report.findings.is_empty(), "{name}: {:?}", report.findings);
        assert_eq!(report.signatures, 1, "{name}");
    }
    assert!(
        !kept("advisory.txt", b"Read this first.\n")
            .findings
            .is_empty()
    );
}
