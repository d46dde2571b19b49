//! The golden vectors of time.

use domain::clock::calendar::{JAPAN, WEEKENDS};
use domain::clock::rule::{
    Clock, Deadline, Due, Moment, Timeline, is_nonresponsive, is_within_days,
};
use domain::clock::table::{CLOCKS, Milestone};
use domain::profile::{LintMode, PROFILES, Profile};
use jiff::Timestamp;
use jiff::civil::Date;

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn due(key: &str, anchor: Milestone, moment: Moment) -> Due {
    let mut timeline = Timeline::default();
    timeline.record(anchor, moment);
    Clock::by_key(key).expect("a clock").due(&timeline, &JAPAN)
}

fn day(text: &str) -> Due {
    Due::At(Deadline::Day {
        date: date(text),
        certain: true,
    })
}

#[test]
fn days_and_months_run_as_the_process_rules_compute_them() {
    for (key, anchor, from, to) in [
        (
            "case.target_publication",
            Milestone::ContactBegan,
            "2026-11-21",
            "2027-01-05",
        ),
        (
            "site.fix",
            Milestone::SiteNotified,
            "2026-11-21",
            "2027-02-19",
        ),
        (
            "finder.nda_release_request",
            Milestone::ContactBegan,
            "2026-11-21",
            "2027-11-21",
        ),
        (
            "unreachable.product_list",
            Milestone::NamePublished,
            "2026-11-30",
            "2027-02-28",
        ),
        (
            "cra.aev.final",
            Milestone::MeasureAvailable,
            "2026-12-10",
            "2026-12-24",
        ),
        (
            "cra.incident.final",
            Milestone::NotificationSubmitted,
            "2026-01-31",
            "2026-02-28",
        ),
        (
            "nis2.final",
            Milestone::NotificationSubmitted,
            "2028-01-31",
            "2028-02-29",
        ),
    ] {
        assert_eq!(due(key, anchor, Moment::Day(date(from))), day(to), "{key}");
    }
}

#[test]
fn hours_run_from_the_instant() {
    let aware = Moment::Instant(instant("2026-11-21T09:00:00Z"));
    let at = |text| Due::At(Deadline::Instant(instant(text)));
    assert_eq!(
        due("cra.aev.early_warning", Milestone::ExploitationAware, aware),
        at("2026-11-22T09:00:00Z")
    );
    assert_eq!(
        due("cra.aev.notification", Milestone::ExploitationAware, aware),
        at("2026-11-24T09:00:00Z")
    );
    // The platform counts from the early warning, handed in two hours later: both are shown.
    let submitted = Moment::Instant(instant("2026-11-21T11:00:00Z"));
    assert_eq!(
        due(
            "cra.aev.notification.platform",
            Milestone::EarlyWarningSubmitted,
            submitted
        ),
        at("2026-11-23T11:00:00Z")
    );
}

#[test]
fn a_clock_whose_anchor_has_not_happened_waits_and_one_that_is_answered_stops() {
    let clock = Clock::by_key("cra.aev.final").expect("a clock");
    let mut timeline = Timeline::default();
    assert_eq!(clock.due(&timeline, &JAPAN), Due::AwaitingAnchor);
    timeline.record(Milestone::MeasureAvailable, Moment::Day(date("2026-12-10")));
    timeline.record(
        Milestone::FinalReportSubmitted,
        Moment::Day(date("2026-12-20")),
    );
    assert_eq!(clock.due(&timeline, &JAPAN), Due::Satisfied);
}

#[test]
fn working_days_pass_over_holidays_and_the_new_year() {
    for (from, days, to) in [
        ("2026-09-18", 5, "2026-09-30"),
        ("2026-11-20", 5, "2026-11-30"),
        ("2026-12-25", 5, "2027-01-07"),
        ("2026-12-28", 20, "2027-02-01"),
    ] {
        let counted = JAPAN.after_working_days(date(from), days).expect("a day");
        assert_eq!((counted.date, counted.certain), (date(to), true), "{from}");
    }
    for (day, name) in [
        ("2026-05-06", "振替休日"),
        ("2026-09-22", "国民の休日"),
        ("2027-03-22", "振替休日"),
    ] {
        assert_eq!(JAPAN.holiday(date(day)), Some(name));
    }
    assert_eq!(
        due(
            "report.human_reply",
            Milestone::Received,
            Moment::Day(date("2026-11-20"))
        ),
        day("2026-11-30")
    );
}

#[test]
fn the_day_begins_where_the_office_is() {
    // 16:00 UTC on Thursday is already Friday in Japan.
    let received = Moment::Instant(instant("2026-11-19T16:00:00Z"));
    assert_eq!(
        due("report.human_reply", Milestone::Received, received),
        day("2026-11-30")
    );
}

#[test]
fn a_count_past_the_official_holidays_says_so() {
    let counted = JAPAN
        .after_working_days(date("2027-12-27"), 5)
        .expect("a day");
    assert!(!counted.certain);
    let counted = WEEKENDS
        .after_working_days(date("2027-12-27"), 5)
        .expect("a day");
    assert_eq!((counted.date, counted.certain), (date("2028-01-03"), true));
}

#[test]
fn silence_counts_after_six_weeks_or_two_past_the_agreed_date() {
    let last = date("2026-10-01");
    assert!(!is_nonresponsive(last, None, date("2026-11-11")));
    assert!(is_nonresponsive(last, None, date("2026-11-12")));
    let agreed = Some(date("2026-10-10"));
    assert!(!is_nonresponsive(last, agreed, date("2026-10-14")));
    assert!(is_nonresponsive(last, agreed, date("2026-10-15")));
}

#[test]
fn the_statistic_counts_forty_five_days_from_acceptance() {
    let accepted = date("2026-01-05");
    assert!(is_within_days(accepted, date("2026-02-19"), 45));
    assert!(!is_within_days(accepted, date("2026-02-20"), 45));
}

#[test]
fn keys_are_unique_and_every_profile_names_clocks_that_exist() {
    for (index, clock) in CLOCKS.iter().enumerate() {
        assert!(
            CLOCKS[..index].iter().all(|other| other.key != clock.key),
            "{}",
            clock.key
        );
    }
    for profile in PROFILES {
        assert_eq!(
            (profile.quorum, profile.emergency_objection_minutes),
            (2, 0)
        );
        for beginning in profile.clocks {
            assert!(
                CLOCKS.iter().any(|clock| clock.key.starts_with(beginning)),
                "{beginning}"
            );
        }
    }
}

#[test]
fn the_archive_has_no_embargo_and_its_lints_only_report() {
    let archive = Profile::by_key("archive").expect("a profile");
    assert_eq!(archive.embargo_default_days, None);
    assert_eq!(archive.lints, LintMode::Report);
    assert!(!archive.runs("case.target_publication"));
}
