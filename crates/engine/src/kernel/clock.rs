//! The machine's clock, asked here and nowhere below.
//!
//! A rehearsal may put a clock of its own in its place ([`Mock`]), for single threads and never for a process: a
//! thread that was not told follows the machine, so no other house of the process is touched, and nothing that a
//! command line, a file or a request says reaches it. A house that publishes for real has no such thread.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use domain::value::Instant;

thread_local! {
    /// The clock that rules this thread; nothing where the machine's does.
    static RULING: RefCell<Option<Mock>> = const { RefCell::new(None) };
}

/// What the clock of this thread says: the wall clock, but for rehearsals.
#[must_use]
pub fn now() -> Instant {
    ruling().map_or_else(machine, |clock| clock.tick())
}

/// What the database's clock says of which `said` was read: itself, but for rehearsals, where it goes with the
/// thread's clock unless it was set apart.
#[must_use]
pub fn of_database(said: i64) -> i64 {
    ruling().map_or(said, |clock| {
        let apart = clock.hands.database_apart.load(Ordering::SeqCst);
        clock.reading().0 + apart
    })
}

/// Gives the clock of this thread on to one that it starts: call the answer there, and keep what it returns.
pub fn given_on() -> impl FnOnce() -> Option<Ruled> + Send {
    let clock = ruling();
    move || clock.map(|clock| clock.danger_rule_this_thread())
}

/// How much further the wall clock has gone than time has passed since this process began, µs: not 0 once somebody or
/// something set the clock. A machine that sleeps does not move it. A rehearsal's clock says what it was told.
#[must_use]
pub fn moved() -> i64 {
    static BEGAN: OnceLock<i64> = OnceLock::new();
    let apart = || machine().0 - passed_us();
    ruling().map_or_else(
        || apart() - BEGAN.get_or_init(apart),
        |clock| clock.hands.moved.load(Ordering::SeqCst),
    )
}

/// A point of time that merely passes: nobody sets it, and it says no date. A rehearsal's goes with its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Passed(i64);

impl Passed {
    /// This moment.
    #[must_use]
    pub fn now() -> Passed {
        Passed(ruling().map_or_else(passed_us, |clock| clock.reading().0))
    }

    /// How long ago it was, µs.
    #[must_use]
    pub fn ago_us(self) -> i64 {
        Passed::now().0 - self.0
    }
}

/// Time that has passed since the machine started, sleep included; nobody can set it, µs.
fn passed_us() -> i64 {
    let passed = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    passed.tv_sec * 1_000_000 + passed.tv_nsec / 1_000
}

fn ruling() -> Option<Mock> {
    RULING.with_borrow(Clone::clone)
}

/// A clock that stands until it is moved, for rehearsals in houses that were made for them. Each time it is asked it
/// goes on by a microsecond, so that what happens one after the other has times one after the other.
#[derive(Clone, Debug)]
pub struct Mock {
    hands: Arc<Hands>,
    /// By how much this one differs from those beside it, µs.
    apart: Arc<AtomicI64>,
}

#[derive(Debug)]
struct Hands {
    at: AtomicI64,
    database_apart: AtomicI64,
    moved: AtomicI64,
}

impl Mock {
    /// A clock that shows an instant.
    #[must_use]
    pub fn at(instant: Instant) -> Mock {
        Mock {
            hands: Arc::new(Hands {
                at: AtomicI64::new(instant.0),
                database_apart: AtomicI64::new(0),
                moved: AtomicI64::new(0),
            }),
            apart: Arc::default(),
        }
    }

    /// Another clock, moved with this one, that can be set apart from it: the signer has its own.
    #[must_use]
    pub fn beside(&self) -> Mock {
        Mock {
            hands: Arc::clone(&self.hands),
            apart: Arc::default(),
        }
    }

    /// What it shows; asking so does not move it.
    #[must_use]
    pub fn reading(&self) -> Instant {
        Instant(self.hands.at.load(Ordering::SeqCst) + self.apart.load(Ordering::SeqCst))
    }

    fn tick(&self) -> Instant {
        Instant(self.hands.at.fetch_add(1, Ordering::SeqCst) + self.apart.load(Ordering::SeqCst))
    }

    /// Moves it, and those beside it, on to an instant; it never goes back.
    pub fn move_to(&self, instant: Instant) {
        self.hands.at.fetch_max(instant.0, Ordering::SeqCst);
    }

    /// Lets this one alone differ, by µs.
    pub fn set_apart(&self, us: i64) {
        self.apart.store(us, Ordering::SeqCst);
    }

    /// Lets the database's clock differ, by µs.
    pub fn set_database_apart(&self, us: i64) {
        self.hands.database_apart.store(us, Ordering::SeqCst);
    }

    /// Says that somebody set the clock, by µs, against time that merely passes.
    pub fn set_moved(&self, us: i64) {
        self.hands.moved.store(us, Ordering::SeqCst);
    }

    /// Puts this clock in the place of the machine's for the thread that calls, until the answer is dropped. What is
    /// released, ended or sent in this thread then follows it: only for a house that was made for a rehearsal.
    pub fn danger_rule_this_thread(&self) -> Ruled {
        Ruled {
            before: RULING.replace(Some(self.clone())),
            of_this_thread: PhantomData,
        }
    }
}

/// A thread ruled by a [`Mock`], until this is dropped; it stays in its thread.
#[derive(Debug)]
#[must_use = "the clock rules until this is dropped"]
pub struct Ruled {
    before: Option<Mock>,
    of_this_thread: PhantomData<*const ()>,
}

impl Drop for Ruled {
    fn drop(&mut self) {
        // A thread that ends needs no clock any more.
        let _ = RULING.try_with(|ruling| ruling.replace(self.before.take()));
    }
}

fn machine() -> Instant {
    let micros = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX));
    Instant(micros)
}

/// RFC 3339 in UTC, whole seconds.
#[must_use]
pub fn rfc3339(at: Instant) -> String {
    jiff::Timestamp::from_microsecond(at.whole_seconds().0)
        .map_or_else(|_| String::from("1970-01-01T00:00:00Z"), |t| t.to_string())
}

/// Reads RFC 3339 with an offset.
#[must_use]
pub fn parse(text: &str) -> Option<Instant> {
    text.parse::<jiff::Timestamp>()
        .ok()
        .map(|t| Instant(t.as_microsecond()))
}

/// An instant as a system time, for OpenPGP.
#[must_use]
pub fn system_time(at: Instant) -> std::time::SystemTime {
    std::time::UNIX_EPOCH + std::time::Duration::from_micros(u64::try_from(at.0).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Instant = Instant(1_788_739_200_000_000);

    #[test]
    fn a_mock_clock_rules_its_thread_alone_and_only_for_a_time() {
        let mock = Mock::at(AT);
        let ruled = mock.danger_rule_this_thread();
        assert_eq!([now().0 - AT.0, now().0 - AT.0], [0, 1]);
        let foreign = std::thread::spawn(now).join().unwrap();
        assert!((foreign.0 - machine().0).abs() < 60_000_000);
        drop(ruled);
        assert!((now().0 - machine().0).abs() < 60_000_000);
    }

    #[test]
    fn a_clock_that_nobody_sets_goes_as_fast_as_time() {
        let before = moved();
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!((moved() - before).abs() < 500_000);
        let mock = Mock::at(AT);
        let _ruled = mock.danger_rule_this_thread();
        mock.move_to(Instant(AT.0 + 3_600_000_000));
        assert_eq!(
            moved(),
            0,
            "time passes in a rehearsal, and nobody sets its clock"
        );
        mock.set_moved(-7);
        assert_eq!(moved(), -7);
    }

    #[test]
    fn a_thread_that_is_given_the_clock_follows_it() {
        let mock = Mock::at(AT);
        let _ruled = mock.danger_rule_this_thread();
        let given = given_on();
        mock.move_to(Instant(AT.0 + 5_000_000));
        let there = std::thread::spawn(move || {
            let _ruled = given();
            now()
        });
        assert_eq!(there.join().unwrap().0, AT.0 + 5_000_000);
    }

    #[test]
    fn clocks_beside_each_other_move_together_and_never_back() {
        let house = Mock::at(AT);
        let signer = house.beside();
        signer.set_apart(-3_000_000);
        house.move_to(Instant(AT.0 + 10_000_000));
        house.move_to(AT);
        assert_eq!(house.reading().0, AT.0 + 10_000_000);
        assert_eq!(signer.reading().0, AT.0 + 7_000_000);
    }

    #[test]
    fn the_database_goes_with_the_clock_and_may_differ() {
        let read = machine().0;
        assert_eq!(of_database(read), read);
        let mock = Mock::at(AT);
        let _ruled = mock.danger_rule_this_thread();
        assert_eq!(of_database(machine().0), AT.0);
        mock.set_database_apart(-4_000_000);
        assert_eq!(of_database(machine().0), AT.0 - 4_000_000);
    }
}
