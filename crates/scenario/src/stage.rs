//! A house that was founded for a rehearsal, with its contexts as threads of this process and a clock of its own.
//!
//! It is the ordinary engine on an ordinary SQLite file; keys and passwords are of the demonstration's cost, since they
//! lie beside the house and go with it. The thread that made a stage follows its clock until the stage is dropped, so
//! a stage stays in its thread. What could go wrong: a release before its instant because a round was left out, or a
//! rehearsal that meets another house. The first is why time passes from one due instant to the next
//! ([`Stage::pass_to`]), the second why a stage takes no folder from anybody.

use domain::react::IntentKind;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::event::Recorded;
use domain::value::StreamId;
use engine::command::{PerformError, perform_json_as};
use engine::coordination::step::Guest;
use engine::distribution::copies::Editions;
use engine::founding::{PASSWORDS, RecoveryKit, found};
use engine::kernel::backup::store_file;
use engine::kernel::clock::{Mock, Ruled};
use engine::kernel::config::{Config, Purpose};
use engine::kernel::context::{Contexts, Link, service};
use engine::kernel::house::KEYS;
use engine::{Fault, House, Instant, Location};
use serde_json::Value;

use crate::folder::Folder;
use crate::sight::{self, Scope};

/// A second, in µs.
pub const SECOND: i64 = 1_000_000;
/// A minute, in µs.
pub const MINUTE: i64 = 60 * SECOND;
/// An hour, in µs.
pub const HOUR: i64 = 60 * MINUTE;
/// A day, in µs.
pub const DAY: i64 = 24 * HOUR;

/// When rehearsals begin: Monday, 7 September 2026, 00:00 UTC. It lies within the table of holidays.
pub const BEGINS: Instant = Instant(1_788_739_200 * SECOND);

/// Longest stretch of time without a round: what falls due by the day is looked at every day.
const STRETCH_MAX: i64 = DAY;
/// What waits for somebody is looked at again after so long, though the house itself looks every few seconds: nobody
/// acts while time passes.
const RETRY_EVERY: i64 = 900 * SECOND;
/// An intent that is due so soon after a round is one that waits for somebody.
const RETRY_WITHIN: i64 = 10 * SECOND;
/// Work whose instant is one at which a round is worth it.
const WAITED_FOR: [IntentKind; 4] = [
    IntentKind::Release,
    IntentKind::DateWithoutPlan,
    IntentKind::ReleaseHeld,
    IntentKind::FirstContact,
];
/// Most rounds of one passing of time: a year by the hour.
const ROUNDS_MAX: usize = 9_000;

/// The stage.
pub struct Stage {
    pub house: Arc<House>,
    /// Clock of the house, and of this thread.
    pub clock: Mock,
    /// Clock of the signing context.
    pub signer_clock: Mock,
    /// What founding prints once.
    pub kit: RecoveryKit,
    editions: RefCell<Editions>,
    // The house closes before its folder goes.
    _ruled: Ruled,
    folder: Folder,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stage({:?})", self.folder)
    }
}

/// A mail that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Name of its file without the ending, which is its own number.
    pub name: String,
    pub text: String,
}

impl Mail {
    /// What stands behind some words, to the end of the line.
    #[must_use]
    pub fn after(&self, words: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(words)?;
        rest.lines().next().map(str::trim)
    }
}

impl Stage {
    /// Founds a house of the demonstration's kind at an instant; `change` may set its configuration before.
    ///
    /// # Errors
    /// What failed.
    pub async fn found(begins: Instant, change: impl FnOnce(&mut Config)) -> Result<Stage, Fault> {
        let folder = Folder::make()?;
        let clock = Mock::at(begins);
        let ruled = clock.danger_rule_this_thread();
        let signer_clock = clock.beside();
        let dir = house_dir(&folder);
        let mut config = Config::of(Purpose::Demo);
        change(&mut config);
        let location = Location::Sqlite(store_file(&dir));
        let kit = Box::pin(found(&dir, &location, &config)).await?;
        let contexts = contexts(&dir, &clock, &signer_clock)?;
        let house = Box::pin(House::open(&dir, &location, contexts)).await?;
        Ok(Stage {
            house: Arc::new(house),
            clock,
            signer_clock,
            kit,
            editions: RefCell::default(),
            _ruled: ruled,
            folder,
        })
    }

    /// The data folder.
    #[must_use]
    pub fn dir(&self) -> PathBuf {
        house_dir(&self.folder)
    }

    /// Starts the signing context anew, as a running house does with one that is gone.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn renew_signer(&self) -> Result<(), Fault> {
        let (dir, keys) = (self.dir(), self.dir().join(KEYS));
        let (to, from) = begun("sign", self.signer_clock.clone(), move |input, output| {
            service::sign(&dir, &keys, input, output)
        })?;
        if let Some(link) = &self.house.contexts.sign {
            link.renew(Box::new(to), Box::new(from));
        }
        Ok(())
    }

    /// A path beside the data folder, for what a rehearsal writes itself.
    #[must_use]
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The file with the password of a person of the house.
    #[must_use]
    pub fn password_file(&self, handle: &str) -> PathBuf {
        self.dir()
            .join(KEYS)
            .join(PASSWORDS)
            .join(format!("{handle}.password"))
    }

    /// Gives a command as a person of the house.
    ///
    /// # Errors
    /// The refusal, or what failed.
    pub async fn person_does(
        &self,
        handle: &str,
        name: &str,
        fields: Value,
    ) -> Result<Value, PerformError> {
        Box::pin(perform_json_as(&self.house, handle, name, fields)).await
    }

    /// Gives a command as the vendor who has this tracking number.
    ///
    /// # Errors
    /// The refusal, or what failed.
    pub async fn vendor_does(
        &self,
        tracking: &str,
        name: &str,
        fields: Value,
    ) -> Result<Value, PerformError> {
        let scope = Scope::default();
        Box::pin(sight::vendor_does(
            &self.house,
            tracking,
            name,
            fields,
            &scope,
        ))
        .await
    }

    /// Whom a tracking number stands for.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](domain::refusal::Refusal::NotFound) if nobody has it.
    pub async fn guest(&self, tracking: &str) -> Result<Guest, Fault> {
        let scope = Scope::default();
        let found = Box::pin(sight::guest(&self.house, tracking, &scope)).await;
        found.map(|(guest, _)| guest)
    }

    /// The stream that a number or an id stands for.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](domain::refusal::Refusal::NotFound) if nothing has it.
    pub async fn numbered(&self, text: &str) -> Result<StreamId, Fault> {
        sight::numbered(&self.house, text).await
    }

    /// Does all that is due now; returns the numbers of what was published.
    ///
    /// # Errors
    /// What failed.
    pub async fn run_due(&self) -> Result<Vec<String>, Fault> {
        let mut editions = self.editions.take();
        let round = Box::pin(self.house.run_due(&mut editions)).await;
        self.editions.replace(editions);
        Ok(round?.published)
    }

    /// Lets time pass to an instant, with a round now, at each instant at which something falls due, and at the end;
    /// returns the numbers of what was published on the way.
    ///
    /// # Errors
    /// What failed, or more than [`ROUNDS_MAX`] rounds.
    pub async fn pass_to(&self, until: Instant) -> Result<Vec<String>, Fault> {
        let mut published = self.run_due().await?;
        for _ in 0..ROUNDS_MAX {
            let at = self.clock.reading();
            let next = self.next_due(at, until).await?;
            self.clock.move_to(next);
            published.extend(self.run_due().await?);
            if next >= until {
                // The press follows what was published in the round before.
                published.extend(self.run_due().await?);
                return Ok(published);
            }
        }
        Err(Fault::Config(format!(
            "time did not pass: {ROUNDS_MAX} rounds were not enough; let it pass in shorter steps"
        )))
    }

    /// The next instant after `at`, and not after `until`, at which a round is worth it.
    async fn next_due(&self, at: Instant, until: Instant) -> Result<Instant, Fault> {
        let mut next = until.0.min(at.0 + STRETCH_MAX);
        let mut offer = |due: i64| {
            if due > at.0 {
                let waits = due - at.0 <= RETRY_WITHIN;
                next = next.min(if waits { at.0 + RETRY_EVERY } else { due });
            }
        };
        let work = self.house.work_due(&WAITED_FOR).await?;
        work.into_iter().for_each(|due| offer(due.0));
        let ends = Box::pin(self.house.embargoes_end(Instant(next))).await?;
        let ends = ends
            .into_iter()
            .filter(|ends| *ends > at)
            .map(|ends| ends.0);
        let next = ends.min().map_or(next, |ends| ends.min(next));
        Ok(Instant(next))
    }

    /// All that has happened in the house, in order.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub async fn events(&self) -> Result<Vec<(StreamId, Recorded)>, Fault> {
        Box::pin(sight::events(&self.house, &Scope::default())).await
    }

    /// The mails that were written so far, by name.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        let mut out: Vec<Mail> = std::fs::read_dir(self.dir().join("mail"))
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().to_str()?.strip_suffix(".eml")?.to_owned();
                let bytes = std::fs::read(entry.path()).ok()?;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                Some(Mail { name, text })
            })
            .collect();
        out.sort_by(|a, b| a.name.cmp(&b.name));
        out
    }

    /// What does not hold at the end of a rehearsal, in words; nothing if the chain is whole and the projections are
    /// what it adds up to.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn amiss(&self) -> Result<Option<String>, Fault> {
        if let Some(broken) = self.house.verify_ledger(&[]).await?.broken {
            return Ok(Some(format!("the ledger is broken: {broken}")));
        }
        let before = self.house.projections().await?;
        Box::pin(self.house.rebuild()).await?;
        let after = self.house.projections().await?;
        Ok((before != after).then(|| first_difference(&before, &after)))
    }
}

/// The first line in which two dumps differ.
fn first_difference(before: &str, after: &str) -> String {
    let (mut a, mut b) = (before.lines(), after.lines());
    loop {
        match (a.next(), b.next()) {
            (None, None) => return "the projections differ".to_owned(),
            (one, other) if one == other => {}
            (one, other) => {
                return format!("a projection was {one:?}, and the ledger adds up to {other:?}");
            }
        }
    }
}

fn house_dir(folder: &Folder) -> PathBuf {
    folder.path().join("house")
}

/// The signing and the verifying context as threads of this process, behind the same pipes as their processes. They
/// end when their pipes close.
fn contexts(dir: &Path, clock: &Mock, signer_clock: &Mock) -> Result<Contexts, Fault> {
    let keys = dir.join(KEYS);
    let certificates = keys.join("public");
    let of_sign = dir.to_owned();
    Ok(Contexts {
        are_kept: false,
        sign: Some(link("sign", signer_clock.clone(), move |input, output| {
            service::sign(&of_sign, &keys, input, output)
        })?),
        verify: Some(link("verify", clock.clone(), move |input, output| {
            service::verify(&certificates, input, output)
        })?),
        portal: None,
    })
}

type Serve = Result<(), Fault>;

fn link(
    name: &'static str,
    clock: Mock,
    serve: impl FnOnce(&mut std::io::PipeReader, &mut std::io::PipeWriter) -> Serve + Send + 'static,
) -> Result<std::sync::Arc<Link>, Fault> {
    let (to, from) = begun(name, clock, serve)?;
    let link = Link::new(name, Box::new(to), Box::new(from));
    Ok(std::sync::Arc::new(link))
}

/// Starts a context as a thread; returns the house's ends of its pipes.
fn begun(
    name: &'static str,
    clock: Mock,
    serve: impl FnOnce(&mut std::io::PipeReader, &mut std::io::PipeWriter) -> Serve + Send + 'static,
) -> Result<(std::io::PipeWriter, std::io::PipeReader), Fault> {
    let pipe = || std::io::pipe().map_err(Fault::io("cannot make a pipe"));
    let (mut input, to) = pipe()?;
    let (from, mut output) = pipe()?;
    std::thread::Builder::new()
        .name(name.into())
        .spawn(move || {
            let _ruled = clock.danger_rule_this_thread();
            if let Err(error) = serve(&mut input, &mut output) {
                tracing::error!(code = error.code(), name, "a context of a rehearsal ended");
            }
        })
        .map_err(Fault::io("cannot start a context"))?;
    Ok((to, from))
}
