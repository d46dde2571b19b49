//! Tests of the archive reader, on fixtures of their own in the forms the archive has.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn note(value: &Value) -> (Note, Vec<&'static str>) {
    let (note, problems) = read_note(value.to_string().as_bytes()).unwrap();
    (
        note,
        problems
            .into_iter()
            .map(|problem| problem.kind.code())
            .collect(),
    )
}

fn with(field: &str, value: Value) -> Value {
    let mut object =
        json!({"ID": "VU#800113", "Title": "t", "DateCreated": "2008-03-20T00:00:00-04:00"});
    if let Some(map) = object.as_object_mut() {
        map.insert(field.to_owned(), value);
    }
    object
}

#[test]
fn a_note_is_read_whatever_form_its_fields_have() {
    let (note, problems) = note(&json!({
        "ID": "VU#800113", "IDNumber": "800113", "Title": "A &amp; B &lt;c&gt;", "Keywords": "ntp",
        "References": [" http://a.example/ ", "   "], "CVEIDs": "CVE-2008-1447 ", "CERTAdvisory": "CA-2001-18",
        "US-CERTTechnicalAlert": "TA08-190B", "DateCreated": "2008-03-20T10:00:00-04:00", "DatePublic": "2008-07-08T00:00:00",
        "DateFirstPublished": "", "Revision": "7", "CVSS_BaseVector": "AV:N/AC:L/Au:N/C:C/I:C/A:C"
    }));
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(note.title, "A & B <c>");
    assert_eq!(note.keywords, ["ntp"]);
    assert_eq!(note.references, ["http://a.example/"]);
    assert_eq!(note.cve, ["CVE-2008-1447"]);
    assert_eq!(note.other_ids, ["CA-2001-18", "TA08-190B"]);
    assert_eq!(note.created_us, Some(1_206_021_600_000_000));
    assert_eq!(note.public_us, Some(1_215_475_200_000_000));
    assert_eq!((note.first_published_us, note.revision), (None, Some(7)));
    assert_eq!(note.cvss2.as_deref(), Some("AV:N/AC:L/Au:N/C:C/I:C/A:C"));
}

#[test]
fn cve_numbers_are_put_into_the_usual_form() {
    #[track_caller]
    fn check(raw: Value, ids: &[&str], codes: &[&str]) {
        let (note, problems) = note(&with("CVEIDs", raw));
        assert_eq!(
            (note.cve, problems),
            (
                ids.iter().map(ToString::to_string).collect(),
                codes.to_vec()
            )
        );
    }
    check(json!("2008-1447"), &["CVE-2008-1447"], &["mended"]);
    check(json!("CAN-2002-0073"), &["CVE-2002-0073"], &["mended"]);
    check(
        json!(["CVE-2017-14491", "CVE-2017-14491"]),
        &["CVE-2017-14491"],
        &[],
    );
    check(
        json!("CVE-2001-0001, CVE-2001-0002"),
        &["CVE-2001-0001", "CVE-2001-0002"],
        &[],
    );
    check(json!("see text"), &[], &["bad_value", "bad_value"]);
    check(json!({"a": 1}), &[], &["wrong_type"]);
}

#[test]
fn a_score_counts_only_when_complete() {
    #[track_caller]
    fn check(vector: &str, read: Option<&str>, codes: &[&str]) {
        let (note, problems) = note(&with("CVSS_BaseVector", json!(vector)));
        assert_eq!((note.cvss2.as_deref(), problems), (read, codes.to_vec()));
    }
    check("AV:--/AC:--/Au:--/C:--/I:--/A:--", None, &[]);
    check("AV:N/AC:--/Au:N/C:C/I:C/A:P", None, &[]);
    check(
        "(AV:N/AC:M/Au:S/C:C/I:C/A:C)",
        Some("AV:N/AC:M/Au:S/C:C/I:C/A:C"),
        &[],
    );
    check("AV:N/AC:X/Au:S/C:C/I:C/A:C", None, &["bad_value"]);
}

#[test]
fn a_stock_sentence_is_no_statement() {
    let (record, problems) = read_vendor(
        json!({"ID": "VU#1", "VendorRecordID": "CRDY-5PXJSG", "Vendor": "Example, Inc.", "Status": "Vulnerable",
            "VendorStatement": "No statement is currently available from the vendor regarding this vulnerability.",
            "VendorInformation": "See <b>this</b>.", "VendorReferences": "http://a.example\nhttp://b.example",
            "DateNotified": "2000-09-08", "DateResponded": "soon", "Revision": 1})
        .to_string()
        .as_bytes(),
    )
    .unwrap();
    assert_eq!(
        problems,
        [Problem {
            field: "DateResponded",
            kind: ProblemKind::BadDate
        }]
    );
    assert_eq!(
        (record.statement.as_str(), record.information.as_str()),
        ("", "See this.")
    );
    assert_eq!(record.status, VendorStatus::Affected);
    assert_eq!(record.references, ["http://a.example", "http://b.example"]);
    assert_eq!(record.notified_us, Some(968_371_200_000_000));
}

#[test]
fn a_file_that_is_no_note_says_where_and_not_what() {
    let error = read_note(b"{\"Title\": secret}").unwrap_err();
    assert_eq!(error.to_string(), "not JSON at line 1, column 11");
    assert_eq!(read_note(b"[]").unwrap_err().code(), "not_an_object");
    assert_eq!(
        read_vendor(&vec![b' '; FILE_BYTES_MAX + 1])
            .unwrap_err()
            .code(),
        "too_large"
    );
}

#[test]
fn files_are_told_by_name() {
    assert_eq!(classify("vu_800113.json"), Some(Kind::Note));
    assert_eq!(classify("vendor_crdy-5pxjsg.json"), Some(Kind::Vendor));
    assert_eq!(
        [
            classify("vu_x.json"),
            classify("vendor_.json"),
            classify("README.md")
        ],
        [None; 3]
    );
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_fall(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_note(&bytes);
        let _ = read_vendor(&bytes);
    }

    #[test]
    fn no_value_makes_the_reader_fall(text in ".{0,80}", field in "(ID|Title|DateCreated|CVEIDs|CVSS_BaseVector|Status|Overview)") {
        let mut object = Map::new();
        object.insert(field, Value::String(text));
        let bytes = Value::Object(object).to_string();
        prop_assert!(read_note(bytes.as_bytes()).is_ok());
        prop_assert!(read_vendor(bytes.as_bytes()).is_ok());
    }
}
