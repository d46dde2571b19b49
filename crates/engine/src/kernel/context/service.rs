//! What runs at the other end of a pipe: the signing and the verifying context.
//!
//! The signing service writes its journal, flushed, before it gives any signature out. It has no network, no
//! database, no log key; its clock is its own.

use std::io::{Read, Write};
use std::path::Path;

use base::DocumentKind;
use seal::approvers::{Asked, Roster};
use seal::openpgp::{Certificate, SigningKey};
use seal::record::Realm;
use seal::signer::{Entry, Journal, Pinned, Refused, Request, decide};

use crate::Fault;
use crate::kernel::clock;
use crate::kernel::context::{
    APPROVAL_BYTES, HEADER_BYTES, Missed, read_approval, read_header, read_message, write_message,
};

/// Folder of the signer below the data folder.
pub const SIGN: &str = "sign";
/// Its keys below the key folder.
pub const SIGN_KEYS: &str = "sign";

/// File beside the signer's journal: fingerprint of the log key that it has certified.
const LOG_KEY: &str = "log-key";

/// How often the journal's lock is tried for, 20 ms apart.
const LOCK_TRIES_MAX: u32 = 150;

struct Signer {
    live: SigningKey,
    exercise: SigningKey,
    /// Folder of its keys: whom it has pinned is read anew for every request, so that a change holds at once.
    keys: std::path::PathBuf,
    pinned: Pinned,
    /// Those who may approve by `pinned` and the journal; nothing where the two do not fit.
    roster: Option<Roster>,
    journal: Journal,
    journal_file: std::fs::File,
}

/// Has the advisory key certify the archive log's, so that whoever pins the one knows the other (docs/design/forms.md 12); the
/// signer of a new house knows it from now on. `dir` is the data folder.
pub(crate) fn certify_log(dir: &Path, keys: &Path) -> Result<(), Fault> {
    let live = SigningKey::read(&seal::files::read_secret(&keys.join("advisory.pgp"))?)
        .map_err(|_| Fault::Form("advisory key"))?;
    let folder = dir.join(SIGN);
    seal::files::private_folder(&folder)?;
    certify_known_log(keys, &live, &folder.join(LOG_KEY))
}

/// Certifies the log key that the signer knows, and no other: whoever takes the house over could lay one of their own there,
/// and readers would believe it after the repair. A house of an older program knows the first one that its signer sees.
fn certify_known_log(keys: &Path, live: &SigningKey, note: &Path) -> Result<(), Fault> {
    let known = match std::fs::read_to_string(note) {
        Ok(known) => Some(known),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            return Err(Fault::io("cannot read which log key the signer knows")(
                error,
            ));
        }
    };
    let form = || Fault::Form("log.asc");
    let path = keys.with_file_name("public").join("log.asc");
    // Read once: what is certified is what was looked at.
    let bytes = std::fs::read(&path).map_err(Fault::io("cannot read log.asc"))?;
    let log = Certificate::read(&bytes).map_err(|_| form())?;
    if known
        .as_ref()
        .is_some_and(|known| known.trim() != log.fingerprint())
    {
        return Err(Fault::Form("log.asc: another key than the signer knows"));
    }
    let advisory = live.certificate().map_err(|_| form())?;
    let advisory = Certificate::read(&advisory).map_err(|_| form())?;
    if !log.is_certified_by(&advisory) {
        let now = clock::system_time(clock::now());
        let certified = live.certify(&bytes, now).map_err(|_| form())?;
        seal::files::replace(&path, &certified, false)?;
    }
    if known.is_none() {
        seal::files::replace(note, log.fingerprint().as_bytes(), true)?;
    }
    Ok(())
}

impl Signer {
    fn open(keys: &Path, journal: &Path) -> Result<Signer, Fault> {
        let live = SigningKey::read(&seal::files::read_secret(&keys.join("advisory.pgp"))?)
            .map_err(|_| Fault::Form("advisory key"))?;
        // A release does not wait for it: readers who pin the key are told, and the next start tries again.
        if let Err(error) = certify_known_log(keys, &live, &journal.with_file_name(LOG_KEY)) {
            tracing::error!(
                code = error.code(),
                "the archive log's key could not be certified"
            );
        }
        let exercise = SigningKey::read(&seal::files::read_secret(&keys.join("exercise.pgp"))?)
            .map_err(|_| Fault::Form("exercise key"))?;
        let (pinned, _) = pinned_in(keys)?;
        let mut memory = Journal::default();
        let mut journal_file = std::fs::OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(journal)
            .map_err(Fault::io("cannot open the signer's journal"))?;
        // Two signers with one journal could each sign what the other has not seen.
        // A signer whose house was killed ends when its pipe closes: that moment is waited for.
        let mut tries = 0;
        while journal_file.try_lock().is_err() {
            tries += 1;
            if tries > LOCK_TRIES_MAX {
                return Err(Fault::InUse);
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let mut text = String::new();
        journal_file
            .read_to_string(&mut text)
            .map_err(Fault::io("cannot read the signer's journal"))?;
        let complete = text.rfind('\n').map_or(0, |end| end + 1);
        for line in text.get(..complete).unwrap_or_default().lines() {
            memory.replay(
                &serde_json::from_str::<Entry>(line)
                    .map_err(|_| Fault::Form("signer's journal"))?,
            );
        }
        if complete < text.len() {
            // A line that a crash cut off was never followed by a signature.
            journal_file
                .set_len(complete as u64)
                .map_err(Fault::io("cannot mend the signer's journal"))?;
        }
        let mut signer = Signer {
            live,
            exercise,
            keys: keys.to_owned(),
            pinned,
            roster: None,
            journal: memory,
            journal_file,
        };
        if !signer.journal.knows_founding() {
            let entry = seal::signer::pin(&signer.pinned, &signer.journal, clock::now().0)
                .map_err(|_| Fault::Form("pinned approvers"))?;
            signer
                .note(&entry)
                .map_err(|_| Fault::Form("signer's journal"))?;
        }
        Ok(signer)
    }

    /// Those who count at an instant, as they were when last refreshed.
    fn counted(&self, at: i64) -> Result<Pinned, &'static str> {
        let roster = self.roster.as_ref().ok_or(Refused::Pinned.code())?;
        Ok(roster.pinned(at))
    }

    /// Takes a change of those who may approve in; answers with where they stand and when it was taken in.
    fn approvers(&mut self, parts: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, &'static str> {
        let [_, line, person] = parts else {
            return Err("sign.request");
        };
        let asked: Asked = serde_json::from_slice(line).map_err(|_| "sign.request")?;
        let person = std::str::from_utf8(person).map_err(|_| "sign.request")?;
        self.refresh()?;
        let now = clock::now().0;
        let taken = seal::signer::take_statement(&asked, person, &self.pinned, &self.journal, now);
        if let Some(entry) = taken.map_err(|refused| refused.code())? {
            self.note(&entry)?;
        }
        let mut out = vec![b"taken".to_vec()];
        out.extend(self.last_change()?);
        Ok(out)
    }

    /// The last change as it is published, and whose key it is about; nothing where there was none.
    fn last_change(&self) -> Result<Vec<Vec<u8>>, &'static str> {
        let Some((line, person)) = self.journal.last_change() else {
            return Ok(vec![]);
        };
        let line = line.bytes().map_err(|_| "sign.request")?;
        Ok(vec![line, person.as_bytes().to_vec()])
    }

    /// Notes the first signature of a house of one person.
    fn first(&mut self, parts: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, &'static str> {
        let [_, plan, approvals] = parts else {
            return Err("sign.request");
        };
        let request = request(plan, approvals, &[], &[])?;
        self.refresh()?;
        let now = clock::now().0;
        let noted = seal::signer::first_signature(
            &request,
            &self.counted(now)?,
            &self.journal,
            realm_of(plan),
            now,
        );
        if let Some(entry) = noted.map_err(|refused| refused.code())? {
            self.note(&entry)?;
        }
        Ok(vec![b"noted".to_vec()])
    }

    /// Writes a journal entry, flushed; a half-written line is taken back.
    fn note(&mut self, entry: &Entry) -> Result<(), &'static str> {
        let mut line = serde_json::to_vec(entry).map_err(|_| "sign.journal")?;
        line.push(b'\n');
        let before = self
            .journal_file
            .metadata()
            .map_err(|_| "sign.journal")?
            .len();
        if self
            .journal_file
            .write_all(&line)
            .and_then(|()| self.journal_file.sync_data())
            .is_err()
        {
            let _ = self.journal_file.set_len(before);
            return Err("sign.journal");
        }
        self.journal.replay(entry);
        Ok(())
    }

    fn extend(&mut self, parts: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, &'static str> {
        let [_, headers] = parts else {
            return Err("sign.request");
        };
        let headers = headers
            .chunks(HEADER_BYTES)
            .map(read_header)
            .collect::<Option<Vec<_>>>()
            .ok_or("sign.request")?;
        let entry =
            seal::signer::take_headers(&headers, &self.pinned, &self.journal, clock::now().0)
                .map_err(|refused| refused.code())?;
        self.note(&entry)?;
        Ok(vec![
            b"head".to_vec(),
            self.journal.head_seq().to_be_bytes().to_vec(),
        ])
    }

    /// Reads whom it has pinned; returns what names them, how many changes it has taken in, and the hash of the last.
    fn refresh(&mut self) -> Result<Vec<Vec<u8>>, &'static str> {
        let (pinned, bytes) = pinned_in(&self.keys).map_err(|_| "sign.pinned")?;
        let generation = self.journal.generation();
        let known = self
            .roster
            .take()
            .filter(|known| self.pinned == pinned && known.generation == generation);
        self.pinned = pinned;
        let roster = match known {
            Some(known) => known,
            None => {
                let roster = self.journal.roster(&self.pinned);
                roster.map_err(|refused| refused.code())?
            }
        };
        let roster = &*self.roster.insert(roster);
        let named = [bytes.as_slice(), roster.head.as_slice()].concat();
        Ok(vec![
            seal::sha256(&named).to_vec(),
            roster.generation.to_be_bytes().to_vec(),
            roster.head.to_vec(),
        ])
    }

    fn pinned_now(&mut self) -> Result<Vec<Vec<u8>>, &'static str> {
        let mut out = vec![b"pinned".to_vec()];
        out.extend(self.refresh()?);
        out.extend(self.last_change()?);
        Ok(out)
    }

    fn rehearse(&mut self, parts: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, &'static str> {
        let [_, plan, approvals, headers, as_of, documents @ ..] = parts else {
            return Err("sign.request");
        };
        let as_of: [u8; 8] = as_of.as_slice().try_into().map_err(|_| "sign.request")?;
        let request = request(plan, approvals, headers, documents)?;
        self.refresh()?;
        let as_of = i64::from_be_bytes(as_of);
        let missing = seal::signer::rehearse(
            &request,
            &self.counted(as_of)?,
            &self.journal,
            realm_of(plan),
            as_of,
        );
        let mut out = vec![b"missing".to_vec()];
        for one in missing {
            out.push(serde_json::to_vec(&Missed::from(one)).map_err(|_| "sign.request")?);
        }
        Ok(out)
    }

    fn sign(&mut self, parts: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, &'static str> {
        let [_, plan, approvals, headers, documents @ ..] = parts else {
            return Err("sign.request");
        };
        let request = request(plan, approvals, headers, documents)?;
        self.refresh()?;
        let now = clock::now();
        // The key follows from the plan's realm; the decision compares the two.
        let realm = realm_of(plan);
        let exercise = realm == Realm::Exercise;
        let (plan, entry) = decide(&request, &self.counted(now.0)?, &self.journal, realm, now.0)
            .map_err(|refused| refused.code())?;
        self.note(&entry)?;
        crate::kernel::crash::point("sign.journalled");
        let key = if exercise { &self.exercise } else { &self.live };
        let at = clock::system_time(now);
        let mut out = vec![b"signed".to_vec()];
        for (planned, bytes) in plan.documents.iter().zip(&request.documents) {
            out.push(key.detached(bytes, at).map_err(|_| "sign.key")?);
            let kind = DocumentKind::of(&planned.kind);
            out.push(if kind.is_some_and(|kind| kind.facts().is_clear_signed) {
                key.clear_signed(bytes, at).map_err(|_| "sign.key")?
            } else {
                Vec::new()
            });
        }
        Ok(out)
    }
}

/// Whom the signer has pinned, and the bytes that say so.
fn pinned_in(keys: &Path) -> Result<(Pinned, zeroize::Zeroizing<Vec<u8>>), Fault> {
    let bytes = seal::files::read_secret(&keys.join("approvers.json"))?;
    let pinned = serde_json::from_slice(&bytes).map_err(|_| Fault::Form("pinned approvers"))?;
    Ok((pinned, bytes))
}

fn realm_of(plan: &[u8]) -> Realm {
    let is_exercise = serde_json::from_slice::<seal::signer::Plan>(plan)
        .is_ok_and(|plan| plan.realm == Realm::Exercise.name());
    if is_exercise {
        Realm::Exercise
    } else {
        Realm::Live
    }
}

fn request(
    plan: &[u8],
    approvals: &[u8],
    headers: &[u8],
    documents: &[Vec<u8>],
) -> Result<Request, &'static str> {
    let approvals = approvals
        .chunks(APPROVAL_BYTES)
        .map(read_approval)
        .collect::<Option<Vec<_>>>();
    let headers = headers
        .chunks(HEADER_BYTES)
        .map(read_header)
        .collect::<Option<Vec<_>>>();
    Ok(Request {
        plan: plan.to_vec(),
        documents: documents.to_vec(),
        approvals: approvals.ok_or("sign.request")?,
        headers: headers.ok_or("sign.request")?,
    })
}

/// Serves the signing context until the other side is gone.
///
/// # Errors
/// If keys or journal cannot be opened, or the pipe breaks.
pub fn sign(
    dir: &Path,
    keys: &Path,
    input: &mut dyn Read,
    output: &mut dyn Write,
) -> Result<(), Fault> {
    seal::files::private_folder(&dir.join(SIGN))?;
    let mut signer = Signer::open(&keys.join(SIGN_KEYS), &dir.join(SIGN).join("journal"))?;
    while let Some(parts) = read_message(input).map_err(Fault::io("reading a request"))? {
        let answer = match parts.first().map(Vec::as_slice) {
            Some(b"head") => vec![
                b"head".to_vec(),
                signer.journal.head_seq().to_be_bytes().to_vec(),
            ],
            Some(b"pinned") => signer
                .pinned_now()
                .unwrap_or_else(|code| vec![b"refused".to_vec(), code.as_bytes().to_vec()]),
            Some(b"rehearse") => signer
                .rehearse(&parts)
                .unwrap_or_else(|code| vec![b"refused".to_vec(), code.as_bytes().to_vec()]),
            Some(b"approvers") => signer
                .approvers(&parts)
                .unwrap_or_else(|code| vec![b"refused".to_vec(), code.as_bytes().to_vec()]),
            Some(b"first") => signer
                .first(&parts)
                .unwrap_or_else(|code| vec![b"refused".to_vec(), code.as_bytes().to_vec()]),
            Some(b"extend") => signer
                .extend(&parts)
                .unwrap_or_else(|code| vec![b"refused".to_vec(), code.as_bytes().to_vec()]),
            Some(b"sign") => signer
                .sign(&parts)
                .unwrap_or_else(|code| vec![b"refused".to_vec(), code.as_bytes().to_vec()]),
            _ => vec![b"refused".to_vec(), b"sign.request".to_vec()],
        };
        let parts: Vec<&[u8]> = answer.iter().map(Vec::as_slice).collect();
        write_message(output, &parts).map_err(Fault::io("answering a request"))?;
    }
    Ok(())
}

/// Serves the verifying context: it holds the public certificates only and reads the bytes back from disk.
///
/// # Errors
/// If the certificates cannot be read or the pipe breaks.
pub fn verify(
    certificates: &Path,
    input: &mut dyn Read,
    output: &mut dyn Write,
) -> Result<(), Fault> {
    let read = |name: &str| -> Result<Certificate, Fault> {
        let bytes = std::fs::read(certificates.join(name))
            .map_err(Fault::io(format!("cannot read {name}")))?;
        Certificate::read(&bytes).map_err(|_| Fault::Form("certificate"))
    };
    let (live, exercise) = (read("advisory.asc")?, read("exercise.asc")?);
    while let Some(parts) = read_message(input).map_err(Fault::io("reading a request"))? {
        let good = match parts.as_slice() {
            [word, folder, count] if word == b"verify" => {
                let folder = Path::new(std::str::from_utf8(folder).unwrap_or("/nonexistent"));
                let certificate = if folder.join("exercise").exists() {
                    &exercise
                } else {
                    &live
                };
                staged(folder, certificate, count.first().copied().unwrap_or(0))
            }
            _ => false,
        };
        write_message(output, &[if good { b"good" } else { b"bad" }])
            .map_err(Fault::io("answering a request"))?;
    }
    Ok(())
}

/// Verifies `N.doc` against `N.sig` and, where it is there, `N.asc`, for all N below `expected`.
fn staged(folder: &Path, certificate: &Certificate, expected: u8) -> bool {
    let at = clock::system_time(clock::now());
    for n in 0..expected {
        let Ok(document) = std::fs::read(folder.join(format!("{n}.doc"))) else {
            return false;
        };
        let Ok(signature) = std::fs::read(folder.join(format!("{n}.sig"))) else {
            return false;
        };
        if certificate
            .verify_detached(&signature, &document, at)
            .is_err()
        {
            return false;
        }
        if let Ok(clear) = std::fs::read(folder.join(format!("{n}.asc"))) {
            match certificate.verify_clear_signed(&clear, at) {
                Ok(text) if text.trim_ascii_end() == document.trim_ascii_end() => {}
                _ => return false,
            }
        }
    }
    expected > 0
}
