//! Days and deadlines at the edges of months, years, zones and holidays.

use domain::clock::calendar::{Calendar, JAPAN, WEEKENDS};
use domain::clock::rule::{Clock, Deadline, Due, Moment, Offset, Timeline};
use domain::clock::table::{CLOCKS, Milestone};
use domain::profile::{LintMode, PROFILES, Profile};
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// How far an offset leads from a day or an instant, and whether that is certain.
fn check(offset: Offset, from: &str, calendar: &Calendar, to: &str) {
    let moment = if from.contains('T') {
        Moment::Instant(instant(from))
    } else {
        Moment::Day(date(from))
    };
    let found = match offset.after(moment, calendar) {
        Some(Deadline::Instant(instant)) => instant.to_string(),
        Some(Deadline::Day { date, certain }) => {
            format!("{date}{}", if certain { "" } else { "?" })
        }
        None => "never".to_owned(),
    };
    assert_eq!(found, to, "{offset:?} from {from}");
}

#[test]
fn days_pass_over_leap_days_and_the_ends_of_years() {
    for (days, from, to) in [
        (0, "2027-03-01", "2027-03-01"),
        (1, "2027-02-28", "2027-03-01"),
        (1, "2028-02-28", "2028-02-29"),
        (1, "2026-12-31", "2027-01-01"),
        (365, "2027-03-01", "2028-02-29"),
        (366, "2028-02-29", "2029-03-01"),
        (1, "9999-12-31", "never"),
        (u32::MAX, "2027-01-01", "never"),
    ] {
        check(Offset::Days(days), from, &JAPAN, to);
    }
    for (days, from, to) in [
        (0, "2027-01-02", "2027-01-02"),
        (3, "2027-01-02", "2026-12-30"),
        (1, "2028-03-01", "2028-02-29"),
        (1, "2027-03-01", "2027-02-28"),
    ] {
        check(Offset::DaysBefore(days), from, &JAPAN, to);
    }
}

#[test]
fn a_month_ends_where_the_shorter_one_ends() {
    for (months, from, to) in [
        (1, "2027-01-31", "2027-02-28"),
        (1, "2028-01-31", "2028-02-29"),
        (1, "2027-03-31", "2027-04-30"),
        (3, "2027-11-30", "2028-02-29"),
        (12, "2028-02-29", "2029-02-28"),
        (1, "2027-02-28", "2027-03-28"),
        (1, "9999-12-15", "never"),
    ] {
        check(Offset::Months(months), from, &JAPAN, to);
    }
}

#[test]
fn of_an_instant_days_and_months_are_counted_where_the_office_is() {
    // 16:00 UTC on the 30th is 01:00 on the 31st in Japan.
    let late = "2027-01-30T16:00:00Z";
    check(Offset::Months(1), late, &JAPAN, "2027-02-27T16:00:00Z");
    check(Offset::Months(1), late, &WEEKENDS, "2027-02-28T16:00:00Z");
    check(Offset::Days(1), late, &JAPAN, "2027-01-31T16:00:00Z");
    check(Offset::DaysBefore(30), late, &JAPAN, "2026-12-31T16:00:00Z");
}

#[test]
fn hours_run_from_the_instant_or_from_the_midnight_with_which_the_day_begins() {
    let noon = "2026-11-21T03:00:00Z";
    check(Offset::Hours(24), noon, &JAPAN, "2026-11-22T03:00:00Z");
    check(Offset::Hours(0), noon, &JAPAN, noon);
    check(
        Offset::Hours(24),
        "2026-11-21",
        &JAPAN,
        "2026-11-21T15:00:00Z",
    );
    check(
        Offset::Hours(24),
        "2026-11-21",
        &WEEKENDS,
        "2026-11-22T00:00:00Z",
    );
    check(Offset::Hours(u32::MAX), noon, &JAPAN, "never");
}

#[test]
fn what_is_due_at_once_is_due_when_it_happened() {
    let noon = "2026-11-21T03:00:00Z";
    check(Offset::AtOnce, noon, &JAPAN, noon);
    check(Offset::AtOnce, "2026-11-21", &JAPAN, "2026-11-21");
}

#[test]
fn working_days_begin_on_the_next_day_and_are_uncertain_past_the_table() {
    for (days, from, to) in [
        // Friday to Monday; a Saturday counts as the Friday before.
        (1, "2026-10-16", "2026-10-19"),
        (1, "2026-10-17", "2026-10-19"),
        (1, "2026-10-18", "2026-10-19"),
        (0, "2026-10-18", "2026-10-18"),
        // Golden week, and the five days in September.
        (1, "2026-05-01", "2026-05-07"),
        (1, "2026-09-18", "2026-09-24"),
        // From the last working day of a year to the first of the next.
        (1, "2026-12-28", "2027-01-04"),
        (1, "2027-12-28", "2028-01-04?"),
        (1, "2025-12-26", "2026-01-05?"),
        (0, "2028-01-05", "2028-01-05?"),
        (1, "9999-12-31", "never"),
    ] {
        check(Offset::WorkingDays(days), from, &JAPAN, to);
    }
    check(
        Offset::WorkingDays(1),
        "2026-12-28",
        &WEEKENDS,
        "2026-12-29",
    );
    // Nine in the evening in UTC is six in the morning of the next day in Japan.
    let evening = "2026-10-15T21:00:00Z";
    check(Offset::WorkingDays(1), evening, &JAPAN, "2026-10-19");
    check(Offset::WorkingDays(1), evening, &WEEKENDS, "2026-10-16");
}

#[test]
fn the_office_is_closed_at_weekends_on_holidays_and_around_the_new_year() {
    for (day, japan, weekends) in [
        ("2026-10-16", true, true),
        ("2026-10-17", false, false),
        ("2026-10-18", false, false),
        ("2026-10-12", false, true),
        ("2026-12-28", true, true),
        ("2026-12-29", false, true),
        ("2026-12-31", false, true),
        ("2027-01-01", false, true),
        ("2029-01-03", false, true),
        ("2027-01-04", true, true),
    ] {
        assert_eq!(JAPAN.works_on(date(day)), japan, "{day}");
        assert_eq!(WEEKENDS.works_on(date(day)), weekends, "{day}");
    }
}

fn holidays() -> impl Iterator<Item = (Date, &'static str)> {
    JAPAN.holidays.iter().map(|holiday| {
        let (year, month, day) = holiday.day;
        let date = Date::new(year, month, day).expect("a day of the calendar");
        (date, holiday.name)
    })
}

#[test]
fn the_holidays_stand_in_order_and_in_the_years_of_the_table() {
    let days: Vec<Date> = holidays().map(|(date, _)| date).collect();
    assert!(days.is_sorted_by(|one, next| one < next));
    for year in [2026, 2027] {
        let count = days.iter().filter(|day| day.year() == year).count();
        assert!((16..=18).contains(&count), "{year}: {count}");
    }
    assert_eq!(JAPAN.years, (2026, 2027));
    assert!(days.iter().all(|day| (2026..=2027).contains(&day.year())));
}

/// The Act, article 3: a holiday on a Sunday is made up for on the next day that is none, and a day between two
/// holidays is one.
#[test]
fn sundays_are_made_up_for_and_a_day_between_two_holidays_is_one() {
    let mut sundays = 0;
    for (date, name) in holidays().filter(|(_, name)| *name != "振替休日") {
        if date.weekday() == Weekday::Sunday {
            sundays += 1;
            let mut next = date.tomorrow().unwrap();
            while JAPAN.holiday(next).is_some_and(|name| name != "振替休日") {
                next = next.tomorrow().unwrap();
            }
            assert_eq!(JAPAN.holiday(next), Some("振替休日"), "{name} {date}");
        }
        let between = date.tomorrow().unwrap();
        let after = between.tomorrow().unwrap();
        if JAPAN.holiday(after).is_some() {
            assert!(JAPAN.holiday(between).is_some(), "{between}");
        }
    }
    assert_eq!(sundays, 2);
}

#[test]
fn holidays_that_are_mondays_are_on_the_right_one() {
    let mut seen = 0;
    for (date, name) in holidays() {
        let week = match name {
            "成人の日" | "スポーツの日" => 2,
            "海の日" | "敬老の日" => 3,
            _ => continue,
        };
        seen += 1;
        assert_eq!(date.weekday(), Weekday::Monday, "{name} {date}");
        assert_eq!((date.day() - 1) / 7 + 1, week, "{name} {date}");
    }
    assert_eq!(seen, 8);
}

#[test]
fn holidays_of_a_fixed_day_are_on_it_in_both_years() {
    for (day, name) in [
        ("01-01", "元日"),
        ("02-11", "建国記念の日"),
        ("02-23", "天皇誕生日"),
        ("04-29", "昭和の日"),
        ("05-03", "憲法記念日"),
        ("05-04", "みどりの日"),
        ("05-05", "こどもの日"),
        ("08-11", "山の日"),
        ("11-03", "文化の日"),
        ("11-23", "勤労感謝の日"),
    ] {
        for year in ["2026", "2027"] {
            let date = date(&format!("{year}-{day}"));
            assert_eq!(JAPAN.holiday(date), Some(name), "{date}");
        }
    }
}

#[test]
fn every_clock_waits_runs_and_stops() {
    let began = Moment::Day(date("2026-11-24"));
    for clock in CLOCKS {
        let mut timeline = Timeline::default();
        assert_eq!(clock.due(&timeline, &JAPAN), Due::AwaitingAnchor);
        timeline.record(clock.anchor, began);
        assert!(
            matches!(clock.due(&timeline, &JAPAN), Due::At(_)),
            "{}",
            clock.key
        );
        timeline.record(clock.satisfied_by, began);
        assert_eq!(clock.due(&timeline, &JAPAN), Due::Satisfied);
        assert_eq!(Clock::by_key(clock.key), Some(clock));
    }
    assert_eq!(Clock::by_key("case.unknown"), None);
}

#[test]
fn what_lies_past_the_end_of_the_calendar_is_awaited() {
    let mut timeline = Timeline::default();
    timeline.record(Milestone::SiteNotified, Moment::Day(date("9999-12-31")));
    let clock = Clock::by_key("site.fix").unwrap();
    assert_eq!(clock.due(&timeline, &JAPAN), Due::AwaitingAnchor);
}

#[test]
fn what_happened_again_is_counted_from_the_last_time() {
    let mut timeline = Timeline::default();
    let clock = Clock::by_key("vendor.silence").unwrap();
    for (from, to) in [("2026-11-01", "2026-11-15"), ("2026-11-10", "2026-11-24")] {
        timeline.record(Milestone::LastReply, Moment::Day(date(from)));
        let due = Due::At(Deadline::Day {
            date: date(to),
            certain: true,
        });
        assert_eq!(clock.due(&timeline, &JAPAN), due);
    }
}

/// Which of these clocks run in each kind of house, as docs/design/process.md §1.14 has it.
#[test]
fn each_kind_of_house_runs_its_own_clocks_and_no_other() {
    let clocks = [
        "report.ack",
        "case.target_publication",
        "stat.within45",
        "finder.nda_release_request",
        "vendor.silence",
        "site.fix",
        "cna.publish",
        "cra.aev.final",
        "nis2.final",
        "advance.ack",
    ];
    for (key, days, runs) in [
        ("jp-partnership", Some(45), "1111110001"),
        ("certcc", Some(45), "1100101000"),
        ("eu-cra", None, "1100100110"),
        ("psirt", Some(90), "1000001100"),
        ("isac", None, "1000000001"),
        ("archive", None, "0000000000"),
    ] {
        let profile = Profile::by_key(key).unwrap();
        let found = clocks.map(|clock| if profile.runs(clock) { '1' } else { '0' });
        assert_eq!(found.into_iter().collect::<String>(), runs, "{key}");
        assert_eq!(profile.embargo_default_days, days, "{key}");
        let blocks = profile.lints == LintMode::Block;
        assert_eq!(blocks, key != "archive", "{key}");
    }
    assert_eq!(PROFILES.len(), 6);
    assert_eq!(Profile::by_key("jp"), None);
    assert_eq!(Profile::by_key(""), None);
}
