//! What the portal took in: letters opened, performed as commands, and destroyed once that is durable.
//!
//! A letter's random name is the id of what it makes, so a letter that is read twice is performed once. What cannot be
//! opened or read is laid aside and counted for a person. Nothing here answers anybody: a finder reads the mailbox
//! that [`mailbox`] writes, a member reads mail. No log line names a letter's content.

pub mod keys;
pub mod mailbox;
mod member;
pub mod progress;

use std::path::{Path, PathBuf};

use domain::act::Act;
use domain::event::Recorded;
use domain::policy::role::Role;
use domain::policy::series::{Kind, Number};
use domain::refusal::Refusal;
use domain::value::{ContactChannel, Lang, ReportId, ReportKind, StreamId};
use formats::letter::{self, Addition, LETTER_BYTES_MAX, Letter, NoteKind, Report, Withdrawal};
use seal::record::Realm as Wall;
use zeroize::Zeroizing;

use crate::command::{self, Command, TextInput, distribution, intake};
use crate::house::House;
use crate::{Fault, clock};

/// Letters performed in one round.
const LETTERS_MAX: usize = 1_000;
/// Longest sealed letter, in bytes: key, tag and text.
const SEALED_BYTES_MAX: u64 = LETTER_BYTES_MAX as u64 + 1_024;
/// How long a letter waits for what it needs: the report that it belongs to, or a relay that takes its mail, µs.
const WAITS_US: i64 = 3_600_000_000;
/// The folder in the box where letters lie that nobody can read.
pub const UNREADABLE: &str = "unreadable";

/// A letter that was opened.
struct Opened {
    path: PathBuf,
    id: [u8; 16],
    letter: Letter,
}

impl House {
    /// Performs what lies in the box; returns how many letters.
    ///
    /// # Errors
    /// If the store fails; the letters stay and are read again.
    pub async fn empty_letterbox(&self) -> Result<usize, Fault> {
        let folder = self.dir.join("box");
        let Ok(entries) = std::fs::read_dir(&folder) else {
            return Ok(0);
        };
        let (mut wishes, mut sealed) = (Vec::new(), Vec::new());
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            if let Some(reference) = name.strip_prefix("unsubscribe-") {
                wishes.push((entry.path(), reference.to_owned()));
            } else if let Some(id) = name.strip_prefix("letter-") {
                sealed.push((entry.path(), id.to_owned()));
            }
        }
        let mut done = 0;
        for (path, reference) in wishes.into_iter().take(LETTERS_MAX) {
            let input = distribution::Unsubscribe { reference };
            let wish = Command::Unsubscribe(input);
            self.obey(&self.clock_act("one-click"), &wish).await?;
            destroy(&path)?;
            done += 1;
        }
        if sealed.is_empty() {
            self.renew_intake_key(true)?;
            return Ok(done);
        }
        let privates = keys::privates(&self.dir)?;
        let mut letters: Vec<Opened> = sealed
            .into_iter()
            .take(LETTERS_MAX)
            .filter_map(|(path, id)| open(&folder, path, &id, &privates))
            .collect();
        // A report comes before what is added to it.
        letters.sort_by(|a, b| order(a).cmp(&order(b)));
        for opened in letters {
            done += usize::from(self.perform_letter(&folder, opened).await?);
        }
        self.renew_intake_key(false)?;
        Ok(done)
    }

    /// Performs a command; a refusal is an answer that nobody waits for.
    async fn obey(&self, act: &Act, command: &Command) -> Result<(), Fault> {
        match command::perform(self, act, Wall::Live, command).await {
            Ok(_) => Ok(()),
            Err(Fault::Refused(refusal)) => {
                tracing::debug!(code = refusal.code(), "a letter changed nothing");
                Ok(())
            }
            Err(other) => Err(other),
        }
    }

    /// Performs a letter and destroys it; `false` if it waits.
    async fn perform_letter(&self, folder: &Path, opened: Opened) -> Result<bool, Fault> {
        let act = self.letter_act(&opened);
        let performed = match &opened.letter {
            Letter::Report(report) => self.take_report(act, opened.id, report).await,
            Letter::Addition(addition) => self.take_addition(act, addition).await,
            Letter::Withdrawal(withdrawal) => self.take_withdrawal(act, withdrawal).await,
            Letter::Subscription(wish) => self.ask_subscriber(&opened.id, wish).await,
            Letter::Confirmation(confirmation) => self.confirm_subscriber(confirmation).await,
            Letter::Acknowledgement(ack) => self.take_acknowledgement(&act, ack).await,
        };
        match performed {
            Ok(()) => {
                destroy(&opened.path)?;
                Ok(true)
            }
            // Whoever comes back within seconds may be ahead of the report; a relay or a disk may mend.
            Err(
                Fault::Refused(Refusal::NotFound("mailbox")) | Fault::Config(_) | Fault::Io { .. },
            ) if is_young(&opened.letter) => Ok(false),
            Err(Fault::Store(error)) => Err(Fault::Store(error)),
            // Nobody waits for the answer; a report, though, is never thrown away.
            Err(Fault::Refused(refusal)) if !matches!(opened.letter, Letter::Report(_)) => {
                tracing::debug!(code = refusal.code(), "a letter changed nothing");
                destroy(&opened.path)?;
                Ok(true)
            }
            Err(error) => {
                tracing::error!(
                    code = error.code(),
                    "a letter could not be performed and is laid aside"
                );
                lay_aside(folder, &opened.path);
                Ok(true)
            }
        }
    }

    /// The act of somebody outside: when it was taken in, and by which letter.
    fn letter_act(&self, opened: &Opened) -> Act {
        let mut act = self.clock_act(&format!("letter {}", seal::hex(&opened.id)));
        act.role = Role::Finder;
        if let Some(at) = clock::parse(taken_at(&opened.letter)) {
            act.occurred_at = at.min(act.now);
        }
        act
    }

    async fn take_report(&self, act: Act, id: [u8; 16], report: &Report) -> Result<(), Fault> {
        let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let input = intake::FileReport {
            id: Some(uuid::Builder::from_custom_bytes(id).into_uuid()),
            kind: match report.kind {
                letter::Kind::Product => ReportKind::Product,
                letter::Kind::Site => ReportKind::Site,
                letter::Kind::OwnProduct => ReportKind::OwnProduct,
            },
            channel: ContactChannel::Form,
            text: TextInput {
                lang: lang(report.lang),
                text: pages::reporter::text_of(report),
            },
            finder: filled(&report.credit),
            contact: filled(&report.contact),
            consent: report.consent.clone(),
        };
        let arrival = mailbox::Arrival::read(report).ok_or(Fault::Form("letter"))?;
        let filed = self
            .perform(&act, "file-report", Wall::Live, async |unit| {
                intake::file_arrived(unit, &input, Some(&arrival)).await
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
        let found = self.store.report_by_lookup(&hash).await?;
        Ok(found.ok_or(Refusal::NotFound("mailbox"))?)
    }

    async fn take_addition(&self, act: Act, addition: &Addition) -> Result<(), Fault> {
        let report = self.proven(&addition.lookup).await?;
        if self.knows(report.into(), &act.reason).await? {
            return Ok(());
        }
        let input = Command::AddToReport(intake::AddToReport {
            report: report.to_string(),
            text: TextInput {
                lang: lang(addition.lang),
                text: addition.text.clone(),
            },
        });
        match command::perform(self, &act, Wall::Live, &input).await {
            Err(Fault::Refused(Refusal::ReceiptInText)) => {
                self.tell_finder(&act, report, NoteKind::HeldReceipt).await
            }
            other => other.map(|_| ()),
        }
    }

    async fn take_withdrawal(&self, act: Act, withdrawal: &Withdrawal) -> Result<(), Fault> {
        let report = self.proven(&withdrawal.lookup).await?;
        let input = Command::WithdrawReport(intake::WithdrawReport {
            report: report.to_string(),
        });
        match command::perform(self, &act, Wall::Live, &input).await {
            Err(Fault::Refused(Refusal::ReportDecided)) => {
                if self.knows(report.into(), &act.reason).await? {
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
        self.perform(act, "tell-finder", Wall::Live, async |unit| {
            let report = command::find_report(unit, &report.to_string()).await?;
            mailbox::note(unit, &report, kind, Lang::Ja, "");
            Ok(())
        })
        .await?;
        self.write_mailbox(report).await
    }

    async fn take_acknowledgement(
        &self,
        act: &Act,
        ack: &letter::Acknowledgement,
    ) -> Result<(), Fault> {
        let act = Act {
            role: Role::Coordinator,
            ..act.clone()
        };
        let taken = self
            .perform(&act, "acknowledge", Wall::Live, async |unit| {
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

    /// Tells whether a letter was performed before, by the act that it leaves in the ledger.
    async fn knows(&self, stream: StreamId, reason: &str) -> Result<bool, Fault> {
        let happened = self.happened(stream).await?;
        Ok(happened.iter().any(|recorded| recorded.reason == reason))
    }

    /// What has happened in a stream, in order.
    pub(crate) async fn happened(&self, stream: StreamId) -> Result<Vec<Recorded>, Fault> {
        let dossier = match self.store.stream_facts(stream).await? {
            Some((_, dossier, _)) => dossier,
            None => stream,
        };
        let records = self.store.stream(stream).await?;
        let mut out = Vec::with_capacity(records.len());
        for record in &records {
            out.push(self.read(record, dossier).await?);
        }
        Ok(out)
    }
}

fn lang(tongue: letter::Tongue) -> Lang {
    match tongue {
        letter::Tongue::Ja => Lang::Ja,
        letter::Tongue::En => Lang::En,
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

fn order(opened: &Opened) -> (bool, &str, [u8; 16]) {
    let is_report = matches!(opened.letter, Letter::Report(_));
    (!is_report, taken_at(&opened.letter), opened.id)
}

fn is_young(letter: &Letter) -> bool {
    clock::parse(taken_at(letter)).is_some_and(|at| clock::now().0 - at.0 < WAITS_US)
}

/// Opens and reads a letter; one that nobody can read is laid aside.
fn open(
    folder: &Path,
    path: PathBuf,
    id: &str,
    privates: &[Zeroizing<[u8; 32]>],
) -> Option<Opened> {
    let id: Option<[u8; 16]> = seal::unhex(id).and_then(|id| id.try_into().ok());
    let read = id.and_then(|id| {
        let is_small = std::fs::metadata(&path).ok()?.len() <= SEALED_BYTES_MAX;
        let sealed = is_small.then(|| std::fs::read(&path).ok()).flatten()?;
        let opened = privates
            .iter()
            .find_map(|private| seal::intake::open(private, &id, &sealed).ok())?;
        Some((id, Letter::read(&opened).ok()?))
    });
    match read {
        Some((id, letter)) => Some(Opened { path, id, letter }),
        None => {
            tracing::warn!(
                code = "reception.unreadable",
                "a letter cannot be read and is laid aside"
            );
            lay_aside(folder, &path);
            None
        }
    }
}

fn lay_aside(folder: &Path, path: &Path) {
    let aside = folder.join(UNREADABLE);
    let name = path.file_name().unwrap_or_default();
    let moved =
        std::fs::create_dir_all(&aside).and_then(|()| std::fs::rename(path, aside.join(name)));
    if let Err(error) = moved {
        tracing::error!(code = "reception.stuck", kind = ?error.kind(), "a letter cannot be laid aside");
    }
}

fn destroy(path: &Path) -> Result<(), Fault> {
    std::fs::remove_file(path).map_err(Fault::io("cannot empty the letterbox"))
}

/// What the portal's pages say about the house of a folder.
///
/// # Errors
/// If its configuration or its certificate cannot be read.
pub fn face(dir: &Path) -> Result<pages::Site, Fault> {
    let config = crate::config::Config::read(dir)?;
    let certificate = dir
        .join(crate::house::KEYS)
        .join("public")
        .join("advisory.asc");
    let certificate = std::fs::read(&certificate)
        .map_err(Fault::io("cannot read the advisory key's certificate"))?;
    let fingerprint = seal::openpgp::Certificate::read(&certificate)
        .map_err(|_| Fault::Form("certificate"))?
        .fingerprint();
    Ok(pages::Site {
        name: std::collections::BTreeMap::from([
            (formats::advisory::Lang::Ja, config.name_ja.clone()),
            (formats::advisory::Lang::En, config.name_en.clone()),
        ]),
        portal: config.portal.clone(),
        contact: config.contact.clone(),
        fingerprint,
        marking: crate::compose::marking(config.purpose, Wall::Live),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// A handling number of randomness: its digits, and how people say it.
#[must_use]
pub fn handling_number(random: u64) -> Option<(String, String)> {
    let number = Number::draw(Kind::Report, false, random).ok()?;
    Some((number.digits(), number.to_string()))
}

/// A name folded as the house compares it when it sends.
#[must_use]
pub fn folded(name: &str) -> String {
    domain::party::folded(name)
}
