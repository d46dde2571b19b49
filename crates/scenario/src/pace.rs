//! Days of a scenario as real time, for a house whose clock nobody moves.
//!
//! Between two neighbouring moments passes their distance at the pace. Before an instant that a command names, such as the end
//! of an embargo, passes [`LEAD_DAYS`] at least, and never less than [`LEAD_MIN`]: what a scenario does a minute before it has
//! to be done before it here too. Such instants are whole seconds, as the house's are.

use std::collections::BTreeSet;
use std::time::Duration;

use engine::Instant;
use serde_json::Value;

use crate::script::{Moment, Script, Step};
use crate::stage::SECOND;

/// Shortest time before an instant, in days of the scenario.
const LEAD_DAYS: i64 = 3;
/// Shortest time before an instant, in µs: what a moment of a scenario holds is done by then.
const LEAD_MIN: i64 = 3 * SECOND;
const MINUTES_OF_A_DAY: i64 = 24 * 60;

/// When each moment of a scenario comes.
#[derive(Clone, Debug)]
pub struct Timetable {
    /// In their order.
    moments: Vec<(Moment, Instant)>,
    /// Those that commands name, in their order.
    named: BTreeSet<Moment>,
}

impl Timetable {
    /// The timetable of a scenario that begins at an instant, or at the next whole second.
    #[must_use]
    pub fn of(script: &Script, begins: Instant, day: Duration) -> Timetable {
        let day = i64::try_from(day.as_micros()).unwrap_or(i64::MAX / MINUTES_OF_A_DAY / 1_000);
        let mut named = BTreeSet::new();
        for line in &script.lines {
            if let Some(Step::Does { fields, .. } | Step::Cannot { fields, .. }) = &line.step {
                name(fields, &mut named);
            }
        }
        let mut all: BTreeSet<Moment> = script.lines.iter().filter_map(|line| line.at).collect();
        all.extend(&named);
        let mut before = Moment::default();
        let mut at = second(begins.0);
        let mut moments = vec![(before, Instant(at))];
        for moment in all {
            let distance = (moment.minutes() - before.minutes()) * day / MINUTES_OF_A_DAY;
            if named.contains(&moment) && moment > before {
                at = second(at + distance.max(LEAD_DAYS * day).max(LEAD_MIN));
            } else {
                at += distance;
            }
            moments.push((moment, Instant(at)));
            before = moment;
        }
        Timetable { moments, named }
    }

    /// When a moment comes.
    #[must_use]
    pub fn at(&self, moment: Moment) -> Instant {
        let found = self
            .moments
            .iter()
            .rev()
            .find(|(known, _)| *known <= moment);
        found.map_or(Instant(0), |(_, at)| *at)
    }

    /// The next instant after a moment that a command names: what happens at the moment has to be over by then.
    #[must_use]
    pub fn next_named(&self, moment: Moment) -> Option<Moment> {
        self.named.iter().copied().find(|named| *named > moment)
    }
}

/// The whole second that an instant lies in or before.
const fn second(at: i64) -> i64 {
    at + (SECOND - at % SECOND) % SECOND
}

/// Gathers the moments that stand in fields. One that cannot be read is an error of its line, once that is played.
fn name(value: &Value, named: &mut BTreeSet<Moment>) {
    match value {
        Value::String(text) => named.extend(Moment::in_field(text).and_then(Result::ok)),
        Value::Array(values) => values.iter().for_each(|value| name(value, named)),
        Value::Object(fields) => fields.values().for_each(|value| name(value, named)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGINS: Instant = Instant(1_000 * SECOND);

    fn moment(day: u32, hour: u32, minute: u32) -> Moment {
        Moment { day, hour, minute }
    }

    /// Milliseconds from the beginning to each moment, at a second a day.
    fn check(text: &str, expected: &[(Moment, i64)]) {
        let looked = format!("{text}then the ledger says published\n");
        let script = Script::read(&looked).unwrap();
        let table = Timetable::of(&script, BEGINS, Duration::from_secs(1));
        for (moment, ms) in expected {
            let found = (table.at(*moment).0 - BEGINS.0) / 1_000;
            assert_eq!(found, *ms, "{moment} of {text}");
        }
    }

    #[test]
    fn a_day_takes_what_the_pace_says() {
        check(
            "day 0 06:00\nday 12 09:00\nday 60 00:00\n",
            &[
                (moment(0, 0, 0), 0),
                (moment(0, 6, 0), 250),
                (moment(12, 9, 0), 12_375),
                (moment(60, 0, 0), 60_000),
            ],
        );
    }

    #[test]
    fn what_is_looked_at_a_minute_before_an_instant_has_time_before_it() {
        check(
            "day 2 02:00 coordinator does propose-date {\"case\": \"$case\", \"until\": \"@day 45 03:00\"}\nday 45 02:59\nday 45 03:00\nday 46 03:00\n",
            &[
                (moment(2, 2, 0), 2_083),
                (moment(45, 2, 59), 45_124),
                // Three seconds, and up to the whole second.
                (moment(45, 3, 0), 49_000),
                (moment(46, 3, 0), 50_000),
            ],
        );
    }

    #[test]
    fn an_instant_in_the_middle_of_nowhere_is_whole_seconds_too() {
        let text =
            "coordinator does plan-release {\"case\": \"$case\", \"instant\": \"@day 44 06:30\"}\n";
        check(text, &[(moment(44, 6, 30), 45_000)]);
        let slow = Timetable::of(
            &Script::read(text).unwrap(),
            Instant(BEGINS.0 - 1),
            Duration::from_millis(500),
        );
        assert_eq!(slow.at(Moment::default()), BEGINS);
        assert_eq!(slow.at(moment(44, 6, 30)).0, BEGINS.0 + 23 * SECOND);
    }

    #[test]
    fn the_next_instant_is_one_that_a_command_names() {
        let text = "day 1 00:00\nday 3 00:00 coordinator does propose-date {\"until\": [\"@day 9 00:00\"], \"x\": \"@day no\"}\nday 5 00:00\n";
        let table = Timetable::of(&Script::read(text).unwrap(), BEGINS, Duration::from_secs(1));
        assert_eq!(table.next_named(moment(1, 0, 0)), Some(moment(9, 0, 0)));
        assert_eq!(table.next_named(moment(9, 0, 0)), None);
    }
}
