//! Which clock runs for a report, a case and its vendors, and on which days the office works.

use domain::coordination::case::Case;
use domain::coordination::deadlines::{of_case, of_vendor};
use domain::coordination::participant::Participant;
use domain::event::Event;
use domain::intake::{Report, deadlines::of_report};
use domain::machine::em::Em;
use domain::office::{Due, Office};
use domain::profile::Profile;
use domain::publication::{Advisory, Plan, deadlines::of_matter};
use domain::value::*;
use jiff::civil::date;

use crate::kit::recorded;

fn office(profile: &str) -> Office {
    Office::of(Profile::by_key(profile).unwrap())
}

fn at(text: &str) -> Instant {
    let at: jiff::Timestamp = text.parse().unwrap();
    Instant(at.as_microsecond())
}

fn keys(due: &[Due]) -> Vec<&'static str> {
    due.iter().map(|due| due.clock).collect()
}

#[test]
fn an_office_is_closed_on_its_weekends_and_on_the_holidays_of_its_country() {
    let japan = office("jp-partnership");
    // Saturday begins in Tokyo at 15:00 UTC of Friday.
    assert!(!japan.is_day_off(at("2026-12-04T14:59:59Z")));
    assert!(japan.is_day_off(at("2026-12-04T15:00:00Z")));
    assert!(japan.is_day_off(at("2026-11-23T03:00:00Z")), "勤労感謝の日");
    assert!(!office("certcc").is_day_off(at("2026-11-23T03:00:00Z")));
}

#[test]
fn the_usual_date_is_a_working_day() {
    let japan = office("jp-partnership");
    // 45 days after 18 November are 2 January, which the office does not work on; 4 January is a Monday.
    let usual = japan.usual_date(at("2026-11-18T03:00:00Z"));
    assert_eq!(usual, Some(date(2027, 1, 4)));
    assert_eq!(office("isac").usual_date(at("2026-11-18T03:00:00Z")), None);
}

#[test]
fn a_report_waits_for_us_and_while_its_finder_is_asked_for_the_finder() {
    let mut report = Report::new(ReportId::from_bytes([1; 16]));
    report.waits_since = at("2026-12-01T01:00:00Z");
    let japan = office("jp-partnership");
    assert_eq!(
        keys(&of_report(japan, &report)),
        ["report.human_reply", "report.decision"]
    );
    let asked = Event::ReportQuestioned {
        text: crate::kit::text(1, domain::text::class::Class::U),
    };
    report.apply(&recorded(asked, at("2026-12-02T01:00:00Z")));
    let due = of_report(japan, &report);
    assert!(keys(&due).contains(&"finder.answer"), "{due:?}");
    assert!(!keys(&due).contains(&"report.human_reply"), "{due:?}");
    assert!(
        of_report(office("archive"), &report).is_empty(),
        "no clock runs there"
    );
}

#[test]
fn of_a_vendor_runs_the_receipt_of_the_details_or_its_silence() {
    let japan = office("jp-partnership");
    let mut vendor = Participant::new(ParticipantId::from_bytes([3; 16]));
    let clock = |vendor: &Participant| of_vendor(japan, vendor).map(|due| due.clock);
    assert_eq!(clock(&vendor), None, "nobody asked it anything");
    vendor.asked_at = Some(at("2026-12-01T01:00:00Z"));
    assert_eq!(clock(&vendor), Some("vendor.silence"));
    vendor.details_at = Some(at("2026-12-02T01:00:00Z"));
    assert_eq!(clock(&vendor), Some("vendor.receipt"));
    vendor.seen_at = Some(at("2026-12-03T01:00:00Z"));
    vendor.replied_at = vendor.seen_at;
    vendor.left = true;
    assert_eq!(clock(&vendor), None, "it is out of the case");
}

#[test]
fn of_a_matter_the_plan_stands_first_and_the_nearest_of_its_vendors() {
    let japan = office("jp-partnership");
    let begun = at("2026-12-01T01:00:00Z");
    let mut case = Case::new(CaseId::from_bytes([2; 16]));
    case.clock_start = Some(begun);
    let vendor = |day: i64| {
        let mut vendor = Participant::new(ParticipantId::from_bytes([3; 16]));
        vendor.asked_at = Some(Instant(begun.0 + day * 86_400_000_000));
        vendor
    };
    let two = [vendor(3), vendor(1)];
    let due = of_matter(japan, &case, Track::Product, None, &two);
    assert_eq!(keys(&due), ["vendor.silence", "case.target_publication"]);
    assert_eq!(Some(due[0]), of_vendor(japan, &two[1]));
    let of_site = of_case(japan, &case, Track::Site);
    assert_eq!(of_site.map(|due| due.clock), Some("site.fix"));
    let operator = Participant {
        part: Part::Operator,
        ..vendor(1)
    };
    let silent = of_vendor(japan, &operator);
    assert_eq!(silent.map(|due| due.clock), Some("operator.silence"));

    case.em = Em::Active;
    case.until = Some(at("2027-01-15T01:00:00Z"));
    let mut advisory = Advisory::new(AdvisoryId::from_bytes([4; 16]));
    advisory.plan = Some(Plan {
        revision: 1,
        bytes: String::new(),
        sha256: String::new(),
        instant: at("2027-01-15T01:00:00Z"),
        documents: vec![],
        author: PersonId::from_bytes([9; 16]),
        emergency: false,
        case_version: 1,
        made: Instant(0),
        approvals: vec![],
    });
    let due = of_matter(japan, &case, Track::Product, Some(&advisory), &two);
    assert_eq!(
        keys(&due),
        ["plan", "vendor.silence"],
        "what the plan says is not said twice"
    );
    case.closed = Some(ClosureCode::Withdrawn);
    assert!(of_matter(japan, &case, Track::Product, Some(&advisory), &two).is_empty());
}

#[test]
fn a_case_waits_for_us_before_it_waits_for_anybody_else() {
    use domain::coordination::waiting::{Publication, Waits, of_case};
    let case = Case::new(CaseId::from_bytes([2; 16]));
    let asked = Participant {
        asked_at: Some(at("2026-12-01T01:00:00Z")),
        ..Participant::new(ParticipantId::from_bytes([3; 16]))
    };
    let operator = Participant {
        part: Part::Operator,
        ..asked.clone()
    };
    let dead = Participant {
        undeliverable: Some(at("2026-12-01T01:00:00Z")),
        ..asked.clone()
    };
    let gone = Participant {
        left: true,
        ..dead.clone()
    };
    let waits = |known: &[(&Participant, bool)]| of_case(&case, Publication::Open, known);
    assert_eq!(waits(&[]), Waits::Us, "somebody has to be asked");
    assert_eq!(waits(&[(&asked, false)]), Waits::Vendor);
    assert_eq!(waits(&[(&operator, false)]), Waits::Operator);
    assert_eq!(
        waits(&[(&asked, true)]),
        Waits::Us,
        "it wishes to be called"
    );
    assert_eq!(waits(&[(&dead, false), (&asked, false)]), Waits::Us);
    assert_eq!(
        waits(&[(&gone, false)]),
        Waits::Us,
        "nobody is left to wait for"
    );
    let with = |publication, known: &[(&Participant, bool)]| of_case(&case, publication, known);
    assert_eq!(with(Publication::Out, &[(&dead, true)]), Waits::Nobody);
    // What we decide or approve comes before any vendor, also of what is out.
    assert_eq!(with(Publication::Ours, &[(&asked, false)]), Waits::Us);
    // A plan that goes by itself waits for no answer; who wishes to be called, or cannot be reached, is ours all the same.
    assert_eq!(with(Publication::Goes, &[(&asked, false)]), Waits::Nobody);
    assert_eq!(with(Publication::Goes, &[]), Waits::Nobody);
    assert_eq!(with(Publication::Goes, &[(&asked, true)]), Waits::Us);
    assert_eq!(with(Publication::Goes, &[(&dead, false)]), Waits::Us);
    let closed = Case {
        closed: Some(ClosureCode::Published),
        ..case.clone()
    };
    assert_eq!(of_case(&closed, Publication::Ours, &[]), Waits::Nobody);
}
