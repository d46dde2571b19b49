//! The time line's order and the steps that a note becomes.

use formats::certcc::Note;

use super::*;

fn entry(number: &str, created: i64, published: Option<i64>, records: Vec<VendorRecord>) -> Entry {
    let note = Note {
        id: format!("VU#{number}"),
        number: number.to_owned(),
        created_us: Some(created),
        first_published_us: published,
        last_updated_us: published.map(|at| at + 100),
        ..Note::default()
    };
    Entry {
        number: number.parse().unwrap_or_default(),
        note,
        created,
        records,
    }
}

fn record(
    vendor: &str,
    status: VendorStatus,
    notified: Option<i64>,
    responded: Option<i64>,
) -> VendorRecord {
    VendorRecord {
        vendor: vendor.to_owned(),
        status,
        notified_us: notified,
        responded_us: responded,
        last_updated_us: Some(70),
        ..VendorRecord::default()
    }
}

fn check(notes: Vec<Entry>, expected: &[(i64, u64, Kind)]) {
    let archive = Archive {
        notes,
        ..Archive::default()
    };
    let found: Vec<(i64, u64, Kind)> = timeline(&archive)
        .iter()
        .map(|step| (step.at, step.number, step.kind))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn all_notes_stand_in_one_line_and_ties_go_by_note() {
    use Kind::{Accept, File, Publish, Sort};
    check(
        vec![
            entry("7", 10, Some(50), vec![]),
            entry("12", 10, Some(20), vec![]),
        ],
        &[
            (10, 7, File),
            (10, 7, Accept),
            (10, 7, Sort),
            (10, 12, File),
            (10, 12, Accept),
            (10, 12, Sort),
            (20, 12, Publish(1)),
            (50, 7, Publish(1)),
        ],
    );
}

#[test]
fn a_contact_before_the_report_waits_for_it_and_keeps_its_date() {
    use Kind::{Accept, Contact, File, Join, Sort};
    let vendor = record("Example Ltd", VendorStatus::Unknown, Some(5), None);
    check(
        vec![entry("7", 10, None, vec![vendor])],
        &[
            (10, 7, File),
            (10, 7, Accept),
            (10, 7, Sort),
            (5, 7, Join),
            (5, 7, Contact),
        ],
    );
}

#[test]
fn answers_at_the_instant_of_publication_come_before_it_and_later_ones_make_an_update() {
    use Kind::{Accept, Answer, Contact, File, Join, Publish, Sort};
    let early = record("A", VendorStatus::Unknown, Some(15), Some(20));
    let late = record("B", VendorStatus::Affected, None, Some(21));
    check(
        vec![entry("7", 10, Some(20), vec![early, late])],
        &[
            (10, 7, File),
            (10, 7, Accept),
            (10, 7, Sort),
            (15, 7, Join),
            (15, 7, Contact),
            (20, 7, Answer),
            (20, 7, Publish(1)),
            (21, 7, Join),
            (21, 7, Answer),
            (120, 7, Publish(2)),
        ],
    );
}

#[test]
fn an_answer_without_a_date_is_dated_by_the_last_change() {
    let note = entry("7", 10, None, vec![]);
    let affected = told(&record("A", VendorStatus::Affected, None, None), &note);
    assert_eq!(affected.answer, Some((70, VendorAnswer::Affected)));
    let silent = told(&record("A", VendorStatus::Unknown, Some(12), None), &note);
    assert_eq!(silent.answer, None);
    let said_so = told(&record("A", VendorStatus::Unknown, None, Some(13)), &note);
    assert_eq!(said_so.answer, Some((13, VendorAnswer::Unknown)));
}

#[test]
fn equal_facts_of_a_vendor_listed_twice_are_counted() {
    let twice = vec![
        record("Example, Inc.", VendorStatus::Unknown, Some(12), None),
        record("EXAMPLE", VendorStatus::Unknown, Some(12), None),
    ];
    let archive = Archive {
        notes: vec![entry("7", 10, None, twice)],
        ..Archive::default()
    };
    let nth: Vec<u32> = timeline(&archive)
        .iter()
        .filter(|step| step.kind == Kind::Contact)
        .map(|step| step.nth)
        .collect();
    assert_eq!(nth, [1, 2]);
}

#[test]
fn ids_follow_from_what_they_name() {
    let (seven, twelve) = (entry("7", 10, None, vec![]), entry("12", 10, None, vec![]));
    assert_eq!(report_id(&seven), report_id(&seven));
    assert_ne!(report_id(&seven).0, case_id(&seven).0);
    assert_ne!(case_id(&seven), case_id(&twelve));
    assert_eq!(party_id("Example, Inc."), party_id("EXAMPLE"));
    assert_ne!(
        participant_id(&seven, "Example"),
        participant_id(&twelve, "Example")
    );
    assert_eq!(party_id("..."), party_id("..."));
    assert_ne!(party_id("..."), party_id("---"));
}
