//! Clocks: what is due when, counted from what happened and from nothing else.
//!
//! Source: docs/design/process.md §1.14 (table), §5.1, §5.4 (CRA, NIS2), §10 (vectors); the evidence mark stands in
//! each row. An anchor that has not happened gives "awaiting", never a guess. Every row is a default: a site may
//! copy and change it. Statutory periods end strictly; extension over holidays is not applied. Clocks act on
//! nothing: the engine does.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use crate::clock::calendar::Calendar;
use crate::clock::table::{CLOCKS, Milestone};

/// Holds one rule of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The stable name.
    pub key: &'static str,
    /// What it counts from.
    pub anchor: Milestone,
    /// How far.
    pub offset: Offset,
    /// Where the rule stands ("PR" is docs/design/process.md).
    pub rule_ref: &'static str,
    /// What stops it.
    pub satisfied_by: Milestone,
    /// What is to be done when it runs out.
    pub on_expiry: OnExpiry,
}

/// Tells how far a clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offset {
    /// No time at all.
    AtOnce,
    /// Hours.
    Hours(u32),
    /// Calendar days.
    Days(u32),
    /// Calendar days before the anchor.
    DaysBefore(u32),
    /// Working days; the first day does not count.
    WorkingDays(u32),
    /// Calendar months; at the end of a shorter month the last day.
    Months(u32),
}

/// Tells what is to be done when a clock runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExpiry {
    /// Tell the duty.
    Alert,
    /// Tell the next above, inside or outside the house.
    Escalate,
    /// Send a reminder.
    Remind,
    /// Telephone.
    Telephone,
    /// Close for want of an answer.
    CloseNoResponse,
    /// Propose another plan.
    ProposeReplan,
    /// Count it, do nothing.
    StatisticsOnly,
    /// The finder may ask to be freed of silence.
    FinderMayAsk,
    /// Mark the vendor as not answering.
    MarkUnresponsive,
    /// Put the developer's name on the list of the unreachable.
    PublishName,
    /// Put its product on the list.
    PublishProduct,
    /// Bring the case before the judgement.
    OpenJudgement,
    /// Decide.
    Decide,
    /// Show a red clock: the law counts.
    RedClock,
}

/// Holds when something happened, as exactly as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// To the second.
    Instant(Timestamp),
    /// To the day, in the calendar's zone.
    Day(Date),
}

/// Holds when something is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// At an instant.
    Instant(Timestamp),
    /// At the end of a day in the calendar's zone.
    Day {
        /// The day.
        date: Date,
        /// The holidays on the way are official.
        certain: bool,
    },
}

/// Tells how a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// What it counts from has not happened.
    AwaitingAnchor,
    /// It runs until then.
    At(Deadline),
    /// What it waited for has happened.
    Satisfied,
}

/// Holds what has happened, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline(BTreeMap<Milestone, Moment>);

impl Clock {
    /// Tells how the clock stands on a time line.
    ///
    /// A date past the end of the calendar, in the year 9999, counts as awaiting.
    pub fn due(&self, timeline: &Timeline, calendar: &Calendar) -> Due {
        if timeline.at(self.satisfied_by).is_some() {
            return Due::Satisfied;
        }
        let deadline = timeline
            .at(self.anchor)
            .and_then(|anchor| self.offset.after(anchor, calendar));
        deadline.map_or(Due::AwaitingAnchor, Due::At)
    }

    /// Returns the shipped clock with this key.
    pub fn by_key(key: &str) -> Option<&'static Clock> {
        CLOCKS.iter().find(|clock| clock.key == key)
    }
}

impl Timeline {
    /// Records when something happened.
    pub fn record(&mut self, milestone: Milestone, moment: Moment) {
        self.0.insert(milestone, moment);
    }

    /// Returns when something happened.
    pub fn at(&self, milestone: Milestone) -> Option<Moment> {
        self.0.get(&milestone).copied()
    }
}

impl Offset {
    /// Counts from a moment; nothing is returned past the end of the calendar.
    pub fn after(self, moment: Moment, calendar: &Calendar) -> Option<Deadline> {
        match (self, moment) {
            (Offset::AtOnce, Moment::Instant(instant)) => Some(Deadline::Instant(instant)),
            (Offset::AtOnce, Moment::Day(date)) => Some(certain(date)),
            (Offset::Hours(hours), moment) => {
                let span = SignedDuration::from_hours(i64::from(hours));
                let start = moment.instant(calendar)?;
                start.checked_add(span).ok().map(Deadline::Instant)
            }
            (Offset::WorkingDays(days), moment) => {
                let counted = calendar.after_working_days(moment.day(calendar), days)?;
                let (date, certain) = (counted.date, counted.certain);
                Some(Deadline::Day { date, certain })
            }
            (Offset::Days(days), moment) => {
                let span = Span::new().try_days(i64::from(days)).ok()?;
                moment.plus(span, calendar)
            }
            (Offset::DaysBefore(days), moment) => {
                let span = Span::new().try_days(-i64::from(days)).ok()?;
                moment.plus(span, calendar)
            }
            (Offset::Months(months), moment) => {
                let span = Span::new().try_months(i64::from(months)).ok()?;
                moment.plus(span, calendar)
            }
        }
    }
}

impl Moment {
    /// Returns the day in the calendar's zone.
    pub fn day(self, calendar: &Calendar) -> Date {
        match self {
            Moment::Instant(instant) => calendar.offset.to_datetime(instant).date(),
            Moment::Day(date) => date,
        }
    }

    /// Returns the instant; a day begins at midnight in the calendar's zone.
    fn instant(self, calendar: &Calendar) -> Option<Timestamp> {
        match self {
            Moment::Instant(instant) => Some(instant),
            Moment::Day(date) => {
                let midnight = date.to_datetime(Time::midnight());
                calendar.offset.to_timestamp(midnight).ok()
            }
        }
    }

    fn plus(self, span: Span, calendar: &Calendar) -> Option<Deadline> {
        match self {
            Moment::Day(date) => date.checked_add(span).ok().map(certain),
            Moment::Instant(instant) => {
                let zoned = instant.to_zoned(TimeZone::fixed(calendar.offset));
                let later = zoned.checked_add(span).ok()?;
                Some(Deadline::Instant(later.timestamp()))
            }
        }
    }
}

/// Tells whether a vendor counts as not answering (CERT/CC's criterion, docs/design/process.md §1.6).
///
/// Two weeks of silence, and the agreed date has passed; or six weeks where no date is agreed.
pub fn is_nonresponsive(last_reply: Date, agreed: Option<Date>, today: Date) -> bool {
    let silent = days_between(last_reply, today);
    match agreed {
        Some(date) => silent >= 14 && date < today,
        None => silent >= 42,
    }
}

/// Tells whether publication came within so many days, as the quarterly statistic counts them.
pub fn is_within_days(from: Date, to: Date, days: i32) -> bool {
    days_between(from, to) <= days
}

fn days_between(from: Date, to: Date) -> i32 {
    from.duration_until(to)
        .as_hours()
        .div_euclid(24)
        .try_into()
        .unwrap_or(i32::MAX)
}

fn certain(date: Date) -> Deadline {
    Deadline::Day {
        date,
        certain: true,
    }
}
