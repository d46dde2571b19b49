//! What the portal took in: letters opened, performed as commands, and destroyed once that is durable.
//!
//! A letter's random name is the id of what it makes, so a letter that is read twice is performed once. What cannot be
//! opened or read is laid aside and counted for a person. Nothing here answers anybody: a finder reads the mailbox
//! that [`mailbox`] writes, a member reads mail. No log line names a letter's content.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::act::Act;
use domain::event::Recorded;
use domain::refusal::Refusal;
use domain::value::{Actor, ContactChannel, Inlet, Lang, ReportId, ReportKind, StreamId};
use formats::letter::{self, Addition, LETTER_BYTES_MAX, Letter, NoteKind, Report, Withdrawal};
use seal::record::Realm;

use crate::Fault;
use crate::distribution::command as distribution;
use crate::intake::command as intake;
use crate::intake::{keys, mailbox};
use crate::kernel::clock;
use crate::kernel::find::{TextInput, by_number};
use crate::kernel::house::House;

/// Letters performed in one round, and wishes to stop.
pub(super) const LETTERS_MAX: usize = 1_000;
/// Longest sealed letter, in bytes: key, tag and text.
const SEALED_BYTES_MAX: u64 = LETTER_BYTES_MAX as u64 + 1_024;
/// How long a letter waits for the report that it belongs to, or for a disk, µs.
const WAITS_US: i64 = 3_600_000_000;
/// How long a letter waits for a relay that takes its mail, µs: a day.
const MAIL_WAITS_US: i64 = 86_400_000_000;
/// A letter whose report is not there yet is looked at again after so long, µs.
const LOOK_AGAIN_US: i64 = 5_000_000;
/// A letter that met trouble is looked at again after so long, µs; so are all that need the relay if it failed.
const TROUBLE_US: i64 = 60_000_000;
/// A mail that its recipient refuses for now is tried again after so long, µs.
const RECIPIENT_US: i64 = 600_000_000;
/// The folder in the box where letters lie that nobody can read.
pub const UNREADABLE: &str = "unreadable";
/// Names of sealed letters begin so.
const LETTER: &str = "letter-";
/// Names of wishes to stop begin so.
const WISH: &str = "unsubscribe-";
/// Whoever wrote a letter, until it proves more.
const STRANGER: Actor = Actor::Stranger {
    inlet: Inlet::Portal,
};

/// What the letterbox remembers while the house runs.
#[derive(Default)]
pub(crate) struct Memory(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    /// Files that are not looked at before an instant, in µs.
    waiting: HashMap<PathBuf, i64>,
    /// No mail is tried before this instant, in µs: the relay failed.
    relay_not_before: i64,
    /// Whether what was laid aside has been put back by this process.
    has_retried: bool,
    /// Key files that could not be read, as it was logged last.
    broken_keys: usize,
}

impl Memory {
    fn get(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, path: &Path, for_us: i64) {
        let until = clock::now().0 + for_us;
        self.get().waiting.insert(path.to_owned(), until);
    }
}

/// A letter that was opened.
struct Opened {
    path: PathBuf,
    id: [u8; 16],
    letter: Letter,
    /// The bytes as the portal sealed them.
    raw: Vec<u8>,
}

/// What lies in a file of the box.
enum Found {
    Letter(Box<Opened>),
    /// The disk or a key did not answer: later, perhaps.
    NotNow,
    /// Nobody can read it.
    Unreadable,
    /// A newer house can: it is laid aside until then, and tried again at each start.
    Newer,
}

impl House {
    /// Performs what lies in the box, reports first; returns how many letters.
    ///
    /// # Errors
    /// If the store fails or a context is gone; the letters stay and are read again.
    pub async fn empty_letterbox(&self) -> Result<usize, Fault> {
        let folder = self.dir.join("box");
        if let Err(error) = keys::tend(&self.dir, clock::now()) {
            tracing::error!(
                code = error.code(),
                "the intake key could not be looked after"
            );
        }
        if !std::mem::replace(&mut self.kept.of::<Memory>().get().has_retried, true) {
            put_back(&folder);
        }
        let (sealed, wishes) = (listed(&folder, LETTER)?, listed(&folder, WISH)?);
        let aside = listed(&folder.join(UNREADABLE), LETTER)?;
        if sealed.is_empty()
            && aside.is_empty()
            && let Err(error) = keys::destroy_old(&self.dir, clock::now())
        {
            tracing::error!(
                code = error.code(),
                "an old intake key could not be destroyed"
            );
        }
        let now = clock::now().0;
        let is_ready = {
            let memory = self.kept.of::<Memory>();
            let mut memory = memory.get();
            memory.waiting.retain(|_, until| *until > now);
            let waiting: BTreeSet<PathBuf> = memory.waiting.keys().cloned().collect();
            move |path: &PathBuf| !waiting.contains(path)
        };
        let mut done = 0;
        let sealed: Vec<PathBuf> = sealed.into_iter().filter(&is_ready).collect();
        if !sealed.is_empty() {
            done += self.perform_letters(&folder, sealed).await?;
        }
        for path in wishes.into_iter().filter(is_ready).take(LETTERS_MAX) {
            done += usize::from(self.perform_wish(&folder, &path).await?);
        }
        Ok(done)
    }

    /// Performs sealed letters, a report before what is added to it; one is in memory at a time.
    async fn perform_letters(&self, folder: &Path, sealed: Vec<PathBuf>) -> Result<usize, Fault> {
        let privates = keys::privates(&self.dir)?;
        let before = std::mem::replace(
            &mut self.kept.of::<Memory>().get().broken_keys,
            privates.broken,
        );
        if privates.broken > before {
            tracing::error!(
                code = "reception.key_unreadable",
                files = privates.broken,
                "intake keys cannot be read; letters to them wait"
            );
        }
        let mut ordered = Vec::with_capacity(sealed.len());
        for path in sealed {
            match open(&path, &privates) {
                Found::Letter(opened) => ordered.push((order(&opened), path)),
                Found::NotNow => self.kept.of::<Memory>().wait(&path, TROUBLE_US),
                Found::Unreadable => {
                    tracing::warn!(
                        code = "reception.unreadable",
                        "a letter cannot be read and is laid aside"
                    );
                    self.lay_aside(folder, &path);
                }
                Found::Newer => {
                    tracing::error!(
                        code = "reception.newer",
                        "a letter of a newer portal is laid aside: bring the house up to date"
                    );
                    self.lay_aside(folder, &path);
                }
            }
        }
        ordered.sort();
        let mut done = 0;
        for (_, path) in ordered {
            if done >= LETTERS_MAX {
                break;
            }
            if let Found::Letter(opened) = open(&path, &privates) {
                done += usize::from(self.perform_letter(folder, *opened).await?);
            }
        }
        Ok(done)
    }

    /// Performs a wish to stop; a refusal is an answer that nobody waits for. `false` if it waits.
    async fn perform_wish(&self, folder: &Path, path: &Path) -> Result<bool, Fault> {
        let name = path.file_name().and_then(|name| name.to_str());
        let reference = name.and_then(|name| name.strip_prefix(WISH)).unwrap_or("");
        let input = distribution::Unsubscribe {
            reference: reference.to_owned(),
        };
        let act = self.act_of(STRANGER, "one-click");
        let left = self
            .perform(&act, "unsubscribe", Realm::Live, async |unit| {
                distribution::unsubscribe(unit, &input).await
            })
            .await;
        match left {
            Ok(_) => Ok(self.destroy(folder, path)),
            Err(Fault::Refused(refusal)) => {
                tracing::debug!(code = refusal.code(), "a letter changed nothing");
                Ok(self.destroy(folder, path))
            }
            Err(error) if is_of_the_house(&error) => {
                self.kept.of::<Memory>().wait(path, TROUBLE_US);
                Err(error)
            }
            Err(error) => {
                tracing::error!(
                    code = error.code(),
                    "a wish to stop could not be performed and is laid aside"
                );
                self.lay_aside(folder, path);
                Ok(false)
            }
        }
    }

    /// Performs a letter and destroys it; `false` if it waits.
    async fn perform_letter(&self, folder: &Path, opened: Opened) -> Result<bool, Fault> {
        let needs_relay = matches!(
            opened.letter,
            Letter::Subscription(_) | Letter::Confirmation(_)
        );
        if needs_relay && clock::now().0 < self.kept.of::<Memory>().get().relay_not_before {
            self.kept.of::<Memory>().wait(&opened.path, TROUBLE_US);
            return Ok(false);
        }
        let act = self.letter_act(&opened);
        let performed = match &opened.letter {
            Letter::Report(report) => self.take_report(act, &opened, report).await,
            Letter::Addition(addition) => self.take_addition(act, opened.id, addition).await,
            Letter::Withdrawal(withdrawal) => {
                self.take_withdrawal(act, opened.id, withdrawal).await
            }
            Letter::Subscription(wish) => self.ask_subscriber(&opened.id, wish).await,
            Letter::Confirmation(confirmation) => self.confirm_subscriber(confirmation).await,
            Letter::Acknowledgement(ack) => self.take_acknowledgement(&act, opened.id, ack).await,
        };
        let Err(error) = performed else {
            return Ok(self.destroy(folder, &opened.path));
        };
        // The relay itself, or what it takes to speak to it: a name, a password's file.
        let is_relay = matches!(error, Fault::Relay | Fault::Config(_) | Fault::File(_));
        if needs_relay && is_relay {
            self.kept.of::<Memory>().get().relay_not_before = clock::now().0 + TROUBLE_US;
        }
        match error {
            // Whoever comes back within seconds may be ahead of the report; a relay or a disk may mend.
            Fault::Refused(Refusal::NotFound("mailbox")) if is_young(&opened.letter, WAITS_US) => {
                self.kept.of::<Memory>().wait(&opened.path, LOOK_AGAIN_US);
                Ok(false)
            }
            // One recipient is no trouble with the relay: other letters go, and this one comes again behind them.
            Fault::Recipient if is_young(&opened.letter, MAIL_WAITS_US) => {
                self.kept.of::<Memory>().wait(&opened.path, RECIPIENT_US);
                Ok(false)
            }
            error if is_relay && needs_relay && is_young(&opened.letter, MAIL_WAITS_US) => {
                tracing::warn!(
                    code = error.code(),
                    "a mail to a member was not taken and waits"
                );
                self.kept.of::<Memory>().wait(&opened.path, TROUBLE_US);
                Ok(false)
            }
            Fault::Config(_) | Fault::Io { .. } | Fault::File(_)
                if is_young(&opened.letter, WAITS_US) =>
            {
                self.kept.of::<Memory>().wait(&opened.path, TROUBLE_US);
                Ok(false)
            }
            error if is_of_the_house(&error) => {
                self.kept.of::<Memory>().wait(&opened.path, TROUBLE_US);
                Err(error)
            }
            // Nobody waits for the answer; a report, though, is never thrown away.
            Fault::Refused(refusal) if !matches!(opened.letter, Letter::Report(_)) => {
                tracing::debug!(code = refusal.code(), "a letter changed nothing");
                Ok(self.destroy(folder, &opened.path))
            }
            error => {
                tracing::error!(
                    code = error.code(),
                    "a letter could not be performed and is laid aside"
                );
                self.lay_aside(folder, &opened.path);
                Ok(true)
            }
        }
    }

    /// Destroys a letter that was performed; one that cannot be removed is laid aside. `true`, as it is performed.
    fn destroy(&self, folder: &Path, path: &Path) -> bool {
        if let Err(error) = std::fs::remove_file(path) {
            tracing::error!(code = "reception.stuck", kind = ?error.kind(), "a letter cannot be removed");
            self.lay_aside(folder, path);
        }
        true
    }

    fn lay_aside(&self, folder: &Path, path: &Path) {
        let aside = folder.join(UNREADABLE);
        let name = path.file_name().unwrap_or_default();
        let moved =
            std::fs::create_dir_all(&aside).and_then(|()| std::fs::rename(path, aside.join(name)));
        if let Err(error) = moved {
            tracing::error!(code = "reception.stuck", kind = ?error.kind(), "a letter cannot be laid aside");
            self.kept.of::<Memory>().wait(path, TROUBLE_US);
        }
    }

    /// The act of a stranger: when it was taken in.
    fn letter_act(&self, opened: &Opened) -> Act {
        let mut act = self.act_of(STRANGER, "");
        if let Some(at) = clock::parse(taken_at(&opened.letter)) {
            act.occurred_at = at.min(act.now);
        }
        act
    }

    async fn take_report(&self, act: Act, opened: &Opened, report: &Report) -> Result<(), Fault> {
        let values = report.filled().into_iter();
        let input = intake::FileReport {
            id: Some(uuid::Builder::from_custom_bytes(opened.id).into_uuid()),
            kind: match report.kind {
                letter::Kind::Product => ReportKind::Product,
                letter::Kind::Site => ReportKind::Site,
                letter::Kind::OwnProduct => ReportKind::OwnProduct,
            },
            channel: ContactChannel::Form,
            text: None,
            fields: Some(intake::Filled {
                lang: report.lang,
                values: values.map(|(key, text)| (key, text.to_owned())).collect(),
            }),
            finder: None,
            contact: None,
            consent: report.consent.clone(),
        };
        let arrival = mailbox::Arrival::read(report).ok_or(Fault::Form("letter"))?;
        let filed = self
            .perform(&act, "file-report", Realm::Live, async |unit| {
                unit.letter = Some(opened.id);
                intake::file_arrived(unit, &input, Some(&arrival), Some(opened.raw.as_slice()))
                    .await
            })
            .await;
        match filed {
            Ok(_) | Err(Fault::Refused(Refusal::Exists(_))) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// The report of a mailbox, by the proof that only its receipt gives.
    async fn proven(&self, lookup: &str) -> Result<ReportId, Fault> {
        let id = seal::unhex32(lookup).ok_or(Fault::Form("letter"))?;
        let hash = seal::hex(&seal::sha256(&id));
        let found = self
            .store
            .report_by_lookup(store::Viewer::Bearer, &hash)
            .await?;
        Ok(found.ok_or(Refusal::NotFound("mailbox"))?)
    }

    async fn take_addition(
        &self,
        act: Act,
        id: [u8; 16],
        addition: &Addition,
    ) -> Result<(), Fault> {
        let report = self.proven(&addition.lookup).await?;
        let act = act.taken_by(Actor::Finder { report });
        if self.knows(report.into(), id).await? {
            return Ok(());
        }
        let input = intake::AddToReport {
            report: report.to_string(),
            text: TextInput {
                lang: addition.lang,
                text: addition.text.clone(),
            },
        };
        let added = self
            .perform(&act, "add-to-report", Realm::Live, async |unit| {
                unit.letter = Some(id);
                intake::add(unit, &input).await
            })
            .await;
        match added {
            Err(Fault::Refused(Refusal::ReceiptInText)) => {
                self.tell_finder(&act, report, NoteKind::HeldReceipt).await
            }
            other => other.map(|_| ()),
        }
    }

    async fn take_withdrawal(
        &self,
        act: Act,
        id: [u8; 16],
        withdrawal: &Withdrawal,
    ) -> Result<(), Fault> {
        let report = self.proven(&withdrawal.lookup).await?;
        let act = act.taken_by(Actor::Finder { report });
        let input = intake::WithdrawReport {
            report: report.to_string(),
        };
        let withdrawn = self
            .perform(&act, "withdraw-report", Realm::Live, async |unit| {
                unit.letter = Some(id);
                intake::withdraw(unit, &input).await
            })
            .await;
        match withdrawn {
            Err(Fault::Refused(Refusal::ReportDecided)) => {
                if self.knows(report.into(), id).await? {
                    return Ok(());
                }
                self.tell_finder(&act, report, NoteKind::WithdrawnTooLate)
                    .await
            }
            other => other.map(|_| ()),
        }
    }

    /// Puts a note whose words are in the catalogues into a mailbox.
    async fn tell_finder(&self, act: &Act, report: ReportId, kind: NoteKind) -> Result<(), Fault> {
        let act = act.taken_by(Actor::House);
        self.perform(&act, "tell-finder", Realm::Live, async |unit| {
            let report = by_number::<domain::intake::Report>(unit, &report.to_string()).await?;
            mailbox::note(unit, &report, kind, Lang::Ja, "");
            Ok(())
        })
        .await?;
        self.write_mailbox(report).await
    }

    async fn take_acknowledgement(
        &self,
        act: &Act,
        id: [u8; 16],
        ack: &letter::Acknowledgement,
    ) -> Result<(), Fault> {
        let taken = self
            .perform(act, "acknowledge", Realm::Live, async |unit| {
                unit.letter = Some(id);
                let digits = ack.digits.as_deref();
                distribution::acknowledge_on_page(unit, &ack.reference, digits).await
            })
            .await;
        match taken {
            // An invented reference, or wrong digits: the page said "noted" to everybody.
            Ok(_) | Err(Fault::Refused(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Tells whether a letter was performed before, by the name that it leaves in the ledger.
    async fn knows(&self, stream: StreamId, id: [u8; 16]) -> Result<bool, Fault> {
        let happened = self.happened(stream).await?;
        Ok(happened.iter().any(|recorded| caused(recorded, &id)))
    }
}

/// Tells whether a letter caused what was recorded.
fn caused(recorded: &Recorded, id: &[u8; 16]) -> bool {
    let id = seal::hex(id);
    match &recorded.letter {
        Some(letter) => *letter == id,
        // So it was said before there was a field for it.
        None => recorded.reason == format!("letter {id}"),
    }
}

fn taken_at(letter: &Letter) -> &str {
    match letter {
        Letter::Report(letter) => &letter.at,
        Letter::Addition(letter) => &letter.at,
        Letter::Withdrawal(letter) => &letter.at,
        Letter::Subscription(letter) => &letter.at,
        Letter::Confirmation(letter) => &letter.at,
        Letter::Acknowledgement(letter) => &letter.at,
    }
}

/// Reports first, then as they were taken in.
fn order(opened: &Opened) -> (bool, String, [u8; 16]) {
    let is_report = matches!(opened.letter, Letter::Report(_));
    (!is_report, taken_at(&opened.letter).to_owned(), opened.id)
}

fn is_young(letter: &Letter, waits_us: i64) -> bool {
    clock::parse(taken_at(letter)).is_some_and(|at| clock::now().0 - at.0 < waits_us)
}

/// Whether a fault says something of the house and nothing of the letter.
const fn is_of_the_house(fault: &Fault) -> bool {
    matches!(fault, Fault::Store(_) | Fault::Context(_) | Fault::Held)
}

/// Files of the box whose names begin so.
fn listed(folder: &Path, prefix: &str) -> Result<Vec<PathBuf>, Fault> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Fault::io("cannot list the letterbox")(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.map_err(Fault::io("cannot list the letterbox"))?;
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with(prefix)) {
            paths.push(entry.path());
        }
    }
    Ok(paths)
}

/// Puts what was laid aside back into the box: a newer program or a mended key may read it.
fn put_back(folder: &Path) {
    for prefix in [LETTER, WISH] {
        for path in listed(&folder.join(UNREADABLE), prefix).unwrap_or_default() {
            let target = folder.join(path.file_name().unwrap_or_default());
            if !target.exists()
                && let Err(error) = std::fs::rename(&path, &target)
            {
                tracing::warn!(code = "reception.stuck", kind = ?error.kind(), "a letter cannot be put back");
            }
        }
    }
}

/// Opens and reads a letter.
fn open(path: &Path, privates: &keys::Privates) -> Found {
    let name = path.file_name().and_then(|name| name.to_str());
    let id = name
        .and_then(|name| seal::unhex(name.strip_prefix(LETTER)?))
        .and_then(|id| <[u8; 16]>::try_from(id).ok());
    let Some(id) = id else {
        return Found::Unreadable;
    };
    // The portal writes here: what it puts there need not be a letter, nor a file.
    let sealed = match seal::files::read_foreign(path, SEALED_BYTES_MAX) {
        Ok(sealed) => sealed,
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => return Found::Unreadable,
        Err(_) => return Found::NotNow,
    };
    let opened = privates
        .keys
        .iter()
        .find_map(|private| seal::intake::open(private, &id, &sealed).ok());
    let Some(raw) = opened else {
        // Perhaps the key that opens it is one of those that cannot be read.
        let may_mend = privates.broken > 0 || privates.keys.is_empty();
        return if may_mend {
            Found::NotNow
        } else {
            Found::Unreadable
        };
    };
    match Letter::read(&raw) {
        Ok(letter) => Found::Letter(Box::new(Opened {
            path: path.to_owned(),
            id,
            letter,
            raw,
        })),
        Err(letter::Unreadable::Newer) => Found::Newer,
        Err(_) => Found::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_known_by_its_name_as_it_is_recorded_now_and_was_before() {
        let golden = include_str!("../../../../fixtures/events/report_answered.letter.json");
        let now: Recorded = serde_json::from_str(golden).unwrap();
        let before = Recorded {
            letter: None,
            reason: format!("letter {}", "0b".repeat(16)),
            ..now.clone()
        };
        for recorded in [now, before] {
            assert!(caused(&recorded, &[0x0b; 16]));
            assert!(!caused(&recorded, &[0x0c; 16]));
        }
    }
}
