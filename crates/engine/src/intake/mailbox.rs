//! Mailboxes: what a finder may read, sealed to the key that only the receipt gives, and laid where the portal finds it.
//!
//! Messages are rows, sealed when they are written; the document that says where a report stands is computed from the
//! ledger. Both are written as files, again and again until they are what they should be: files that are lost come
//! back. A mailbox goes 30 days after its report was closed (docs/design/security.md §2.5).

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
/// Ledger records that are followed in one step.
const STEP: u32 = 1_000;
/// How often all mailboxes are looked through, µs: once a day.
const SWEEP_EVERY_US: i64 = 86_400_000_000;
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
        let Some((mut followed, swept)) = self
            .followed()
            .filter(|(_, swept)| now - swept < SWEEP_EVERY_US)
        else {
            for report in self
                .store
                .reports_with_mailbox(store::Viewer::House)
                .await?
            {
                self.write_mailbox(report).await?;
            }
            return self.follow(end, now);
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
                self.write_mailbox(report).await?;
            }
            followed = last.header.seq;
            self.follow(followed, swept)?;
        }
        Ok(())
    }

    /// How far mailboxes follow the ledger, and when all were last looked through.
    fn followed(&self) -> Option<(u64, i64)> {
        let text = std::fs::read_to_string(self.dir.join("mailbox").join(FOLLOWED)).ok()?;
        let (seq, swept) = text.split_once(' ')?;
        Some((seq.parse().ok()?, swept.parse().ok()?))
    }

    fn follow(&self, seq: u64, swept: i64) -> Result<(), Fault> {
        let folder = self.dir.join("mailbox");
        seal::files::private_folder(&folder)?;
        let text = format!("{seq} {swept}");
        Ok(seal::files::replace(
            &folder.join(FOLLOWED),
            text.as_bytes(),
            true,
        )?)
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
            if folder.exists() {
                std::fs::remove_dir_all(&folder)
                    .map_err(Fault::io("cannot remove an old mailbox"))?;
            }
            return Ok(self.store.drop_mailbox(&name).await?);
        }
        seal::files::private_folder(&folder)?;
        for (at, sealed) in self
            .store
            .mailbox(store::Viewer::House, &name)
            .await?
            .iter()
            .enumerate()
        {
            let path = folder.join(format!("note-{:06}", at + 1));
            if !path.exists() {
                seal::files::replace(&path, sealed, true)?;
            }
        }
        let document = facts.progress(report).write();
        let mark = folder.join("mark");
        let own = seal::hex(&seal::hmac256(&self.working_key(), &document));
        if std::fs::read(&mark).is_ok_and(|before| before == own.as_bytes()) {
            return Ok(());
        }
        let sealed = seal::mailbox::seal(&public, &lookup, &document);
        seal::files::replace(&folder.join("state"), &sealed, true)?;
        Ok(seal::files::replace(&mark, own.as_bytes(), true)?)
    }
}
