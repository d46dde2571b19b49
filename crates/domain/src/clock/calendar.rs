//! Calendars: which days the office works.
//!
//! Source: the Act on National Holidays and the calendar table (暦要項) of the National Astronomical Observatory,
//! published each February for the year after; years 2026 and 2027, written down on 2026-11-22.
//! 29 December to 3 January are closed by the Act on the holidays of administrative organs.
//! A day outside the years of the table is counted by weekends and year's end alone, and marked uncertain.

use jiff::civil::{Date, Weekday};
use jiff::tz::Offset;

/// Holds one holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// Year, month, day.
    pub day: (i16, i8, i8),
    /// Its name, as the act has it.
    pub name: &'static str,
}

/// Tells which days an office works, and where its day begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// The office's distance from UTC.
    pub offset: Offset,
    /// The public holidays.
    pub holidays: &'static [Holiday],
    /// The first and the last year for which the holidays are official.
    pub years: (i16, i16),
    /// Closed from 29 December to 3 January.
    pub closed_at_new_year: bool,
    /// Where the holidays come from, and when they were written down.
    pub source: &'static str,
}

/// Holds a day counted by a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The day.
    pub date: Date,
    /// Every day on the way stands in the table of holidays.
    pub certain: bool,
}

/// Names the calendar of a Japanese office.
pub const JAPAN: Calendar = Calendar {
    offset: Offset::constant(9),
    holidays: &JAPAN_HOLIDAYS,
    years: (2026, 2027),
    closed_at_new_year: true,
    source: "国民の祝日に関する法律・暦要項 (2026, 2027), 2026-11-22",
};

/// Names a calendar that knows weekends only, in UTC.
pub const WEEKENDS: Calendar = Calendar {
    offset: Offset::UTC,
    holidays: &[],
    years: (0, 9999),
    closed_at_new_year: false,
    source: "weekends only",
};

impl Calendar {
    /// Tells whether the office works on a day.
    pub fn works_on(&self, date: Date) -> bool {
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        let new_year = matches!((date.month(), date.day()), (12, 29..=31) | (1, 1..=3));
        let closed = weekend || (self.closed_at_new_year && new_year);
        !closed && self.holiday(date).is_none()
    }

    /// Returns the public holiday of a day.
    pub fn holiday(&self, date: Date) -> Option<&'static str> {
        let day = (date.year(), date.month(), date.day());
        let found = self.holidays.iter().find(|holiday| holiday.day == day);
        found.map(|holiday| holiday.name)
    }

    /// Counts working days forward; the first day does not count.
    ///
    /// Returns nothing at the end of the calendar, in the year 9999.
    pub fn after_working_days(&self, from: Date, days: u32) -> Option<Counted> {
        let mut date = from;
        let mut certain = self.is_official(from);
        let mut left = days;
        while left > 0 {
            date = date.tomorrow().ok()?;
            certain &= self.is_official(date);
            if self.works_on(date) {
                left -= 1;
            }
        }
        Some(Counted { date, certain })
    }

    fn is_official(&self, date: Date) -> bool {
        (self.years.0..=self.years.1).contains(&date.year())
    }
}

const fn day(year: i16, month: i8, day: i8, name: &'static str) -> Holiday {
    Holiday {
        day: (year, month, day),
        name,
    }
}

const JAPAN_HOLIDAYS: [Holiday; 35] = [
    day(2026, 1, 1, "元日"),
    day(2026, 1, 12, "成人の日"),
    day(2026, 2, 11, "建国記念の日"),
    day(2026, 2, 23, "天皇誕生日"),
    day(2026, 3, 20, "春分の日"),
    day(2026, 4, 29, "昭和の日"),
    day(2026, 5, 3, "憲法記念日"),
    day(2026, 5, 4, "みどりの日"),
    day(2026, 5, 5, "こどもの日"),
    day(2026, 5, 6, "振替休日"),
    day(2026, 7, 20, "海の日"),
    day(2026, 8, 11, "山の日"),
    day(2026, 9, 21, "敬老の日"),
    day(2026, 9, 22, "国民の休日"),
    day(2026, 9, 23, "秋分の日"),
    day(2026, 10, 12, "スポーツの日"),
    day(2026, 11, 3, "文化の日"),
    day(2026, 11, 23, "勤労感謝の日"),
    day(2027, 1, 1, "元日"),
    day(2027, 1, 11, "成人の日"),
    day(2027, 2, 11, "建国記念の日"),
    day(2027, 2, 23, "天皇誕生日"),
    day(2027, 3, 21, "春分の日"),
    day(2027, 3, 22, "振替休日"),
    day(2027, 4, 29, "昭和の日"),
    day(2027, 5, 3, "憲法記念日"),
    day(2027, 5, 4, "みどりの日"),
    day(2027, 5, 5, "こどもの日"),
    day(2027, 7, 19, "海の日"),
    day(2027, 8, 11, "山の日"),
    day(2027, 9, 20, "敬老の日"),
    day(2027, 9, 23, "秋分の日"),
    day(2027, 10, 11, "スポーツの日"),
    day(2027, 11, 3, "文化の日"),
    day(2027, 11, 23, "勤労感謝の日"),
];
