//! Mailboxes: what a finder may read, sealed to the key that only the receipt gives, and laid where the portal finds it.
//!
//! Messages are rows, sealed when they are written; the document that says where a report stands is computed from the
//! ledger. Both are written as files, again and again until they are what they should be: files that are lost or were
//! changed come back, and what the house never wrote goes, since the portal may write there too. A mailbox goes 30 days after its report was closed (docs/design/security.md §2.5).

use std::collections::BTreeSet;
use std::path::Path;

use domain::aggregate::Aggregate;
use domain::intake::Report;
use domain::series::{Kind, Number};
use domain::value::{Lang, ReportId, ReportKind, StreamId};
use formats::letter::{self, Note, NoteKind};
use seal::receipt::Receipt;

use crate::Fault;
use crate::intake::progress;
use crate::kernel::clock;
use crate::kernel::find::draw_number;
use crate::kernel::house::House;
use crate::kernel::unit::Unit;

/// Name of the file that says how far mailboxes follow the ledger, and when all were last looked through. It lies
/// beside them, so that it is lost with them.
const FOLLOWED: &str = "followed";
/// Largest file of that name and of a mailbox's mark.
const FOLLOWED_BYTES_MAX: u64 = 256;
/// Largest document of a mailbox that is looked at: what is larger is not ours.
const STATE_BYTES_MAX: u64 = 1 << 20;
/// What the file names of messages begin with.
const NOTE: &str = "note-";
/// Ledger records that are followed in one step.
const STEP: u32 = 1_000;
/// How often all mailboxes are looked through, µs: once a day.
const SWEEP_EVERY_US: i64 = 86_400_000_000;
/// When they are looked through again where one could not be written, µs: ten minutes.
const STUCK_US: i64 = 600_000_000;
/// How long a mailbox stays after its report was closed, µs: 30 days.
const KEPT_US: i64 = 30 * 86_400_000_000;
/// How often a handling number is drawn before the series is called full.
const DRAWS_MAX: usize = 64;

/// Who lays out mailboxes does it one at a time: a document that was made earlier must not come to lie over a later one.
#[derive(Default)]
struct Hand(tokio::sync::Mutex<()>);

/// What a finder's receipt has made known to the house.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// SHA-256 of the mailbox's look-up id.
    pub lookup: [u8; 32],
    /// Public half of the mailbox key.
    pub public: [u8; 32],
    /// Number that the finder was told; empty if none was.
    pub handling: String,
}

impl Arrival {
    /// What the house learns of a receipt.
    #[must_use]
    pub fn of(receipt: &Receipt, house: &[u8; 16], handling: &str) -> Arrival {
        Arrival {
            lookup: seal::sha256(&receipt.lookup(house)),
            public: seal::mailbox::public(&receipt.mailbox_secret(house)),
            handling: handling.to_owned(),
        }
    }

    /// What a letter says of the receipt that its finder keeps.
    #[must_use]
    pub fn read(report: &letter::Report) -> Option<Arrival> {
        Some(Arrival {
            lookup: seal::unhex32(&report.lookup)?,
            public: seal::unhex32(&report.mailbox)?,
            handling: report.handling.clone(),
        })
    }
}

/// The handling number of a report.
pub(crate) struct Handling {
    pub number: String,
    /// The number that the finder was told first, where another had to be drawn.
    pub told: Option<String>,
}

/// Gives a report the number that its finder was told, if it is free, or a new one.
pub(crate) async fn handling(
    unit: &mut Unit<'_>,
    kind: ReportKind,
    arrival: Option<&Arrival>,
) -> Result<Handling, Fault> {
    let told = arrival.map_or("", |arrival| arrival.handling.as_str());
    if let Ok(number) = Number::parse(told)
        && number.kind() == Kind::Report
        && !number.is_exercise()
        && unit
            .house
            .store
            .by_number(store::Viewer::House, &number.digits())
            .await?
            .is_none()
        && unit.drawn.insert(number.digits())
    {
        return Ok(Handling {
            number: number.to_string(),
            told: None,
        });
    }
    let numbers = unit.house.dir.join("box").join("numbers");
    for _ in 0..DRAWS_MAX {
        let number = draw_number(unit, Kind::Report).await?;
        // Nobody is told a number of an archive by the portal, so thousands of files would serve nobody.
        if kind == ReportKind::Archive || reserve(&numbers, &number.digits()) {
            return Ok(Handling {
                number: number.to_string(),
                told: Some(told.to_owned()).filter(|told| !told.is_empty()),
            });
        }
    }
    Err(Fault::Form("number series is exhausted"))
}

/// Takes a number by making an empty file, which exists once; the portal does the same. A folder that cannot be
/// written reserves nothing, and the portal cannot take anything in either.
fn reserve(folder: &Path, digits: &str) -> bool {
    let made = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::File::create_new(folder.join(digits)).map(|_| ()));
    !matches!(made, Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists)
}

/// Writes a message into the mailbox of a report, in the unit's transaction; a report without one gets none.
pub(crate) fn note(unit: &mut Unit<'_>, report: &Report, kind: NoteKind, lang: Lang, text: &str) {
    let half = |text: &Option<String>| text.as_deref().and_then(seal::unhex32);
    let (Some(lookup), Some(public)) = (half(&report.lookup), half(&report.mailbox)) else {
        return;
    };
    let note = Note {
        note: kind,
        at: clock::rfc3339(unit.act.occurred_at),
        lang,
        text: text.to_owned(),
    };
    let sealed = seal::mailbox::seal(&public, &lookup, &note.write());
    unit.row(store::intake::MailboxRow {
        lookup: seal::hex(&lookup),
        at: unit.act.now.0,
        sealed,
    });
}

impl House {
    /// Lets the files of mailboxes follow the ledger.
    ///
    /// # Errors
    /// If the store fails or a file cannot be written; the next round goes on from there.
    pub async fn write_mailboxes(&self) -> Result<(), Fault> {
        let (end, _) = self.store.ledger_end().await?;
        let now = clock::now().0;
        let mut is_whole = true;
        let Some((mut followed, mut swept)) = self
            .followed(end, now)
            .filter(|(_, swept)| now - swept < SWEEP_EVERY_US)
        else {
            for report in self
                .store
                .reports_with_mailbox(store::Viewer::House)
                .await?
            {
                is_whole &= self.write_one(report).await?;
            }
            return self.follow(end, sooner(now, is_whole));
        };
        while followed < end {
            let records = self.store.ledger(followed + 1, STEP).await?;
            let Some(last) = records.last() else { break };
            let streams: BTreeSet<[u8; 16]> =
                records.iter().map(|record| record.header.stream).collect();
            let mut reports = BTreeSet::new();
            for stream in streams {
                let stream = StreamId(uuid::Uuid::from_bytes(stream));
                self.concerned(stream, &mut reports).await?;
            }
            for report in reports {
                is_whole &= self.write_one(report).await?;
            }
            followed = last.header.seq;
            swept = swept.min(sooner(now, is_whole));
            self.follow(followed, swept)?;
        }
        Ok(())
    }

    /// Writes the files of one mailbox. What stands in its way in that folder alone keeps no other finder waiting: it is told,
    /// and `false`, so that all are looked through again soon.
    async fn write_one(&self, report: ReportId) -> Result<bool, Fault> {
        match self.write_mailbox(report).await {
            Err(error @ (Fault::Io { .. } | Fault::File(_))) => {
                tracing::error!(
                    code = "mailbox.stuck",
                    cause = error.code(),
                    "a mailbox cannot be written"
                );
                Ok(false)
            }
            other => other.map(|()| true),
        }
    }

    /// How far mailboxes follow the ledger, up to its `end`, and when all were last looked through. What the portal may
    /// have written there is nothing.
    fn followed(&self, end: u64, now: i64) -> Option<(u64, i64)> {
        let path = self.dir.join("mailbox").join(FOLLOWED);
        let text = seal::files::read_foreign(&path, FOLLOWED_BYTES_MAX).ok()?;
        let (said, mark) = std::str::from_utf8(&text).ok()?.rsplit_once(' ')?;
        if mark != self.mark(said.as_bytes()) {
            return None;
        }
        let (seq, swept) = said.split_once(' ')?;
        let (seq, swept) = (seq.parse().ok()?, swept.parse().ok()?);
        (seq <= end && swept <= now).then_some((seq, swept))
    }

    fn follow(&self, seq: u64, swept: i64) -> Result<(), Fault> {
        let folder = self.dir.join("mailbox");
        seal::files::private_folder(&folder)?;
        let said = format!("{seq} {swept}");
        let text = format!("{said} {}", self.mark(said.as_bytes()));
        replace(&folder.join(FOLLOWED), text.as_bytes())
    }

    /// By which the house knows what it wrote beside mailboxes: the portal may write there too, and has not this key.
    fn mark(&self, of: &[u8]) -> String {
        seal::hex(&seal::hmac256(&self.working_key(), of))
    }

    /// Reports whose finders read something else after a change in this stream.
    async fn concerned(
        &self,
        stream: StreamId,
        into: &mut BTreeSet<ReportId>,
    ) -> Result<(), Fault> {
        let Some(loaded) = self.load(stream).await? else {
            return Ok(());
        };
        let case = match &*loaded.state {
            Aggregate::Report(report) => {
                into.insert(report.id);
                return Ok(());
            }
            Aggregate::Case(case) => case.id,
            Aggregate::Participant(participant) => participant.case,
            Aggregate::Advisory(advisory) => match advisory.case {
                Some(case) => case,
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        if let Some(loaded) = self.load(case.into()).await?
            && let Aggregate::Case(case) = &*loaded.state
        {
            into.extend(case.reports());
        }
        Ok(())
    }

    /// Drops the messages of a mailbox, rows and files; where the report stands is told as before.
    ///
    /// # Errors
    /// As [`House::write_mailbox`].
    pub async fn empty_mailbox(&self, report: &Report) -> Result<(), Fault> {
        if let Some(name) = report.lookup.as_deref() {
            self.store.drop_mailbox(name).await?;
            self.write_mailbox(report.id).await?;
        }
        Ok(())
    }

    /// Writes the files of one mailbox, as far as they are not what they should be.
    ///
    /// # Errors
    /// If the store fails or a file cannot be written.
    pub async fn write_mailbox(&self, report: ReportId) -> Result<(), Fault> {
        let hand = self.kept.of::<Hand>();
        let _held = hand.0.lock().await;
        let Some(loaded) = self.load(report.into()).await? else {
            return Ok(());
        };
        let Aggregate::Report(report) = &*loaded.state else {
            return Ok(());
        };
        let half = |text: &Option<String>| text.as_deref().and_then(seal::unhex32);
        let (Some(lookup), Some(public)) = (half(&report.lookup), half(&report.mailbox)) else {
            return Ok(());
        };
        let name = seal::hex(&lookup);
        let folder = self.dir.join("mailbox").join(&name);
        let facts = progress::facts(self, report).await?;
        if let Some(closed) = facts.closed_at(report)
            && clock::now().0 - closed.0 > KEPT_US
        {
            remove(&folder)?;
            return Ok(self.store.drop_mailbox(&name).await?);
        }
        seal::files::folder_among_foreign(&folder)?;
        let notes = self.store.mailbox(store::Viewer::House, &name).await?;
        for (at, sealed) in notes.iter().enumerate() {
            lay(&folder.join(note_name(at)), sealed)?;
        }
        drop_invented(&folder, notes.len())?;
        let document = facts.progress(report).write();
        // Of the document and of the bytes that hold it: what lies there may be neither.
        let mark_of = |sealed: &[u8]| {
            let both = [seal::sha256(&document), seal::sha256(sealed)].concat();
            self.mark(&both)
        };
        let (state, mark) = (folder.join("state"), folder.join("mark"));
        let before = seal::files::read_foreign(&mark, FOLLOWED_BYTES_MAX);
        let lies = seal::files::read_foreign(&state, STATE_BYTES_MAX);
        if let (Ok(before), Ok(lies)) = (before, lies)
            && before == mark_of(&lies).as_bytes()
        {
            return Ok(());
        }
        let sealed = seal::mailbox::seal(&public, &lookup, &document);
        replace(&state, &sealed)?;
        replace(&mark, mark_of(&sealed).as_bytes())
    }
}

/// When all mailboxes count as looked through: so long ago, where one could not be written, that it is tried again in
/// minutes.
const fn sooner(now: i64, is_whole: bool) -> i64 {
    if is_whole {
        now
    } else {
        now - SWEEP_EVERY_US + STUCK_US
    }
}

/// Name of a message's file.
fn note_name(at: usize) -> String {
    format!("{NOTE}{:06}", at + 1)
}

/// Lays a file where the portal may write, unless it lies there already, byte by byte.
fn lay(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let lies = seal::files::read_foreign(path, bytes.len() as u64);
    if lies.is_ok_and(|lies| lies == bytes) {
        return Ok(());
    }
    replace(path, bytes)
}

fn replace(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    // A file takes the place of anything but a folder.
    if std::fs::symlink_metadata(path).is_ok_and(|facts| facts.is_dir()) {
        remove(path)?;
    }
    Ok(seal::files::replace(path, bytes, true)?)
}

/// Removes whatever stands there, if anything does.
fn remove(path: &Path) -> Result<(), Fault> {
    let removed = match std::fs::symlink_metadata(path) {
        Ok(facts) if facts.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    };
    removed.map_err(Fault::io("cannot remove what lies in a mailbox"))
}

/// Takes away messages that the house never wrote: whoever took the portal over could have made them.
fn drop_invented(folder: &Path, count: usize) -> Result<(), Fault> {
    let listed = std::fs::read_dir(folder).map_err(Fault::io("cannot list a mailbox"))?;
    let ours: BTreeSet<String> = (0..count).map(note_name).collect();
    for entry in listed {
        let entry = entry.map_err(Fault::io("cannot list a mailbox"))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with(NOTE) || ours.contains(name.as_ref()) {
            continue;
        }
        remove(&entry.path())?;
    }
    Ok(())
}
