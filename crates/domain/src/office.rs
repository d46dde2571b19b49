//! The clocks of one office: those that its profile lets run, on its calendar.
//!
//! It knows no report and no case; what ran from when is given as a time line. Which clock runs for what stands with the
//! noun: `intake::deadlines`, `coordination::deadlines`, `publication::deadlines`.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::clock::calendar::Calendar;
use crate::clock::rule::{self, Clock, Deadline, Moment, Timeline};
use crate::clock::table::Milestone;
use crate::profile::Profile;
use crate::value::Instant;

/// The clocks of one office.
#[derive(Clone, Copy, Debug)]
pub struct Office {
    profile: &'static Profile,
}

/// A deadline that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Key of the clock, for example `report.human_reply`.
    pub clock: &'static str,
    /// When it runs out.
    pub at: Instant,
    /// The last day, where it runs to the end of a day of the office.
    pub day: Option<Date>,
}

impl Due {
    /// What is due at an instant by itself.
    #[must_use]
    pub const fn at(clock: &'static str, at: Instant) -> Due {
        Due {
            clock,
            at,
            day: None,
        }
    }
}

impl Office {
    /// The office of a house with this profile.
    #[must_use]
    pub const fn of(profile: &'static Profile) -> Office {
        Office { profile }
    }

    fn calendar(&self) -> &'static Calendar {
        self.profile.calendar
    }

    fn day_of(&self, at: Instant) -> Option<Date> {
        let at = Timestamp::from_microsecond(at.0).ok()?;
        let offset = self.calendar().offset;
        Some(at.to_zoned(offset.to_time_zone()).date())
    }

    /// Whether the office is closed on the day of an instant.
    #[must_use]
    pub fn is_day_off(&self, at: Instant) -> bool {
        self.day_of(at)
            .is_some_and(|date| !self.calendar().works_on(date))
    }

    /// The date that is proposed where nobody typed one: so many days from now as the profile says, or the next working
    /// day.
    #[must_use]
    pub fn usual_date(&self, now: Instant) -> Option<Date> {
        let days = self.profile.embargo_default_days?;
        let mut date = self.day_of(now.plus_days(days))?;
        while !self.calendar().works_on(date) {
            date = date.tomorrow().ok()?;
        }
        Some(date)
    }

    /// When a clock runs out that runs from what happened; nothing if the profile has no such clock, or it does not run.
    #[must_use]
    pub fn due(&self, key: &'static str, happened: &[(Milestone, Instant)]) -> Option<Due> {
        if !self.profile.runs(key) {
            return None;
        }
        let mut timeline = Timeline::default();
        for (milestone, at) in happened {
            let at = Timestamp::from_microsecond(at.0).ok()?;
            timeline.record(*milestone, Moment::Instant(at));
        }
        let calendar = self.calendar();
        let rule::Due::At(deadline) = Clock::by_key(key)?.due(&timeline, calendar) else {
            return None;
        };
        let (at, day) = match deadline {
            Deadline::Instant(at) => (at, None),
            // The end of the office's day.
            Deadline::Day { date, .. } => {
                let end = date.tomorrow().ok()?.at(0, 0, 0, 0);
                (calendar.offset.to_timestamp(end).ok()?, Some(date))
            }
        };
        Some(Due {
            clock: key,
            at: Instant(at.as_microsecond()),
            day,
        })
    }
}
