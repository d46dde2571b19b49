//! A house for one test: when somebody does something, then the ledger, the mails and the refusals say this.
//!
//! It is a [`Stage`]: the ordinary engine on a SQLite file in memory-backed storage, a clock that the test moves, mail
//! in a folder, the contexts as threads. What a test starts from is in [`crate::given`]. A world stays in the thread of
//! its test, and no two worlds share anything. End with [`World::ends_well`].

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use domain::act::Act;
use engine::command::PerformError;
use engine::kernel::clock;
use engine::kernel::config::Config;
use engine::{House, Instant};
use scenario::Stage;
use scenario::stage::{DAY, HOUR, Mail, SECOND};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

/// When every world begins.
pub use scenario::stage::BEGINS;

/// The world.
pub struct World {
    pub stage: Stage,
    runtime: Runtime,
    performed: RefCell<BTreeMap<String, Value>>,
    refused: RefCell<BTreeSet<String>>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "World({:?})", self.stage)
    }
}

impl World {
    /// Founds a house.
    #[must_use]
    pub fn founded() -> World {
        World::founded_with(|_| {})
    }

    /// Founds a house with another configuration.
    #[must_use]
    pub fn founded_with(change: impl FnOnce(&mut Config)) -> World {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let stage = runtime.block_on(Box::pin(Stage::found(BEGINS, change)));
        World {
            stage: stage.expect("a house for this test"),
            runtime,
            performed: RefCell::default(),
            refused: RefCell::default(),
        }
    }

    /// The house.
    #[must_use]
    pub fn house(&self) -> &House {
        &self.stage.house
    }

    /// Waits for something that the house does.
    pub fn wait<T>(&self, what: impl Future<Output = T>) -> T {
        self.runtime.block_on(what)
    }

    // When.

    /// An act of a person of the house, now, where nobody is asked for a password.
    #[must_use]
    pub fn act(&self, handle: &str) -> Act {
        let known = self.wait(Box::pin(self.house().person_called(handle)));
        let known = known.expect("the house's own state");
        let known = known.unwrap_or_else(|| panic!("nobody is called {handle}"));
        Act::of_person(known.id, known.person.role, self.now())
    }

    /// Lets the coordinator give a command that must be performed.
    pub fn does(&self, name: &str, fields: Value) -> Value {
        self.does_as("coordinator", name, fields)
    }

    /// Lets a person of the house give a command that must be performed.
    pub fn does_as(&self, handle: &str, name: &str, fields: Value) -> Value {
        let told = fields.to_string();
        match self.tries_as(handle, name, fields) {
            Ok(answer) => answer,
            Err(code) => panic!("{handle}: {name} {told} was refused: {code}"),
        }
    }

    /// Lets the coordinator give a command that must be refused; returns the refusal's code.
    pub fn refuses(&self, name: &str, fields: Value) -> String {
        self.refuses_as("coordinator", name, fields)
    }

    /// Lets a person of the house give a command that must be refused; returns the refusal's code.
    pub fn refuses_as(&self, handle: &str, name: &str, fields: Value) -> String {
        let told = fields.to_string();
        match self.tries_as(handle, name, fields) {
            Err(code) => code,
            Ok(answer) => panic!("{handle}: {name} {told} was performed: {answer}"),
        }
    }

    /// Lets a person of the house give a command, whatever comes of it.
    ///
    /// # Errors
    /// The refusal's code.
    pub fn tries_as(&self, handle: &str, name: &str, fields: Value) -> Result<Value, String> {
        let does = self.stage.person_does(handle, name, fields.clone());
        let done = self.wait(Box::pin(does));
        self.note(name, fields, done)
    }

    /// Lets a vendor give a command, whatever comes of it.
    ///
    /// # Errors
    /// The refusal's code.
    pub fn vendor_tries(&self, tracking: &str, name: &str, fields: Value) -> Result<Value, String> {
        let does = self.stage.vendor_does(tracking, name, fields.clone());
        let done = self.wait(Box::pin(does));
        self.note(name, fields, done)
    }

    /// Lets a vendor give a command that must be performed.
    pub fn vendor_does(&self, tracking: &str, name: &str, fields: Value) -> Value {
        match self.vendor_tries(tracking, name, fields) {
            Ok(answer) => answer,
            Err(code) => panic!("{tracking}: {name} was refused: {code}"),
        }
    }

    fn note(
        &self,
        name: &str,
        fields: Value,
        done: Result<Value, PerformError>,
    ) -> Result<Value, String> {
        let name = name.to_owned();
        if done.is_ok() {
            self.performed.borrow_mut().insert(name, fields);
        } else {
            self.refused.borrow_mut().insert(name);
        }
        done.map_err(|error| match error {
            PerformError::Read(error) => format!("unread: {error}"),
            PerformError::Fault(fault) => fault.code().to_owned(),
        })
    }

    /// The runtime that the house was opened in.
    #[must_use]
    pub fn runtime(&self) -> &tokio::runtime::Handle {
        self.runtime.handle()
    }

    /// Lets all happen that is due now; returns the numbers of what was published.
    pub fn runs_due(&self) -> Vec<String> {
        let round = self.wait(Box::pin(self.stage.run_due()));
        round.expect("a round of the house")
    }

    /// Lets time pass to an instant; returns the numbers of what was published on the way.
    pub fn passes_to(&self, until: Instant) -> Vec<String> {
        let passed = self.wait(Box::pin(self.stage.pass_to(until)));
        passed.expect("time to pass")
    }

    /// Lets days pass.
    pub fn days_pass(&self, days: i64) -> Vec<String> {
        self.passes_to(self.ahead(days * DAY))
    }

    // Then.

    /// What the clock shows.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.stage.clock.reading()
    }

    /// An instant so many µs ahead, to the second.
    #[must_use]
    pub fn ahead(&self, us: i64) -> Instant {
        Instant(self.now().0 + us).whole_seconds()
    }

    /// The commands that were performed so far, each with the fields it was last given.
    #[must_use]
    pub fn performed(&self) -> BTreeMap<String, Value> {
        self.performed.borrow().clone()
    }

    /// Names of the commands that were refused so far.
    #[must_use]
    pub fn refused(&self) -> BTreeSet<String> {
        self.refused.borrow().clone()
    }

    /// What has happened in the whole house: the kinds of events, in order.
    #[must_use]
    pub fn happened(&self) -> Vec<String> {
        let events = self.wait(Box::pin(self.stage.events()));
        let events = events.expect("the ledger");
        events
            .iter()
            .map(|(_, recorded)| kind(&recorded.event))
            .collect()
    }

    /// What has happened in the stream that a number or an id stands for: the kinds of events, in order.
    #[must_use]
    pub fn happened_in(&self, of: &str) -> Vec<String> {
        let stream = self.wait(Box::pin(self.stage.numbered(of)));
        let stream = stream.expect("a stream");
        let events = self.wait(Box::pin(self.stage.events()));
        let events = events.expect("the ledger");
        events
            .iter()
            .filter(|(known, _)| *known == stream)
            .map(|(_, recorded)| kind(&recorded.event))
            .collect()
    }

    /// How often an event of this kind has happened in the whole house.
    #[must_use]
    pub fn times(&self, kind: &str) -> usize {
        let happened = self.happened();
        happened.iter().filter(|known| *known == kind).count()
    }

    /// The mails that were written so far.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.stage.mails()
    }

    /// The mails to somebody.
    #[must_use]
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        let mut mails = self.mails();
        mails.retain(|mail| {
            let to = mail.after("\nTo: ").unwrap_or_default();
            to.contains(address)
        });
        mails
    }

    /// A file of the public tree as text; nothing if it is not there.
    #[must_use]
    pub fn public(&self, path: &str) -> Option<String> {
        let path = self.stage.dir().join("public").join(path);
        let bytes = std::fs::read(path).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Checks what holds after every test: the chain is whole, the projections are what it adds up to, and no intent
    /// but those named waits.
    pub fn ends_well_but(&self, waiting: &[&str]) {
        let amiss = self.wait(Box::pin(self.stage.amiss()));
        assert_eq!(amiss.expect("a look at the ledger"), None);
        let intents = self.wait(self.house().store.waiting_intents());
        let mut kinds: Vec<&str> = intents
            .expect("the outbox")
            .into_iter()
            .map(|(kind, _)| kind.name())
            .collect();
        kinds.retain(|kind| !waiting.contains(kind));
        assert_eq!(kinds, Vec::<&str>::new(), "these intents still wait");
    }

    /// Checks what holds after every test, once all that is due has happened.
    pub fn ends_well(&self) {
        // What was published is pressed and mailed one round later at the latest.
        self.runs_due();
        self.runs_due();
        self.ends_well_but(&[]);
    }
}

/// An instant as commands take it.
#[must_use]
pub fn at(instant: Instant) -> String {
    clock::rfc3339(instant)
}

/// The second before an instant: the clock goes on by some µs in every round.
#[must_use]
pub const fn before(instant: Instant) -> Instant {
    Instant(instant.0 - SECOND)
}

/// Days and hours, in µs.
#[must_use]
pub const fn span(days: i64, hours: i64) -> i64 {
    days * DAY + hours * HOUR
}

/// A word of an answer.
#[must_use]
pub fn said(answer: &Value, field: &str) -> String {
    match answer[field].as_str() {
        Some(word) => word.to_owned(),
        None => panic!("no {field} in {answer}"),
    }
}

/// What a mail says, with blocks of base64 decoded.
#[must_use]
pub fn words(mail: &Mail) -> String {
    let text = mail.text.replace("\r\n", "\n");
    let blocks = text.split("\n\n").map(|block| {
        let digits: String = block
            .lines()
            .take_while(|line| !line.starts_with("--"))
            .collect();
        decoded(&digits).unwrap_or_else(|| block.to_owned())
    });
    let blocks: Vec<String> = blocks.collect();
    blocks.join("\n\n").replace("\r\n", "\n")
}

/// The text of a block of base64; nothing if it is none.
fn decoded(digits: &str) -> Option<String> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut out, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for digit in digits.trim_end_matches('=').bytes() {
        let value = ALPHABET.iter().position(|known| *known == digit)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 255).ok()?);
        }
    }
    let text = String::from_utf8(out).ok()?;
    // A word of the mail's own may be made of the same letters.
    (text.contains(' ') || text.contains('。')).then_some(text)
}

fn kind(event: &domain::event::Event) -> String {
    let value = serde_json::to_value(event).expect("an event as JSON");
    said(&value, "kind")
}
