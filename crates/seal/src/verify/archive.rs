//! The archive: every revision of every number, with all its documents and signatures.
//!
//! Which documents a revision must have, its own signed record says: the list in its `advisory.json`. A record
//! without a list is of the time when there were four kinds, and has these. So a later kind asks nothing of an older
//! revision, and a kind that this program does not know is looked for by its hash and checked like the others.
//! What is current is only the newest of these; `current`, `leaves` and `csaf` hold their files against what
//! is collected here. It also reads the advisory's own JSON as far as others rely on it.

use std::collections::{BTreeMap, BTreeSet};

use base::{DocumentKind, RECORD_SILENT};
use serde_json::Value;

use super::reading::{self, Kind, lacking};
use super::sums::is_sha256;
use super::{Run, csaf, signed, walk};

/// Number, revision and kind of an archived document.
pub(super) type Place = (String, u32, String);

/// A document that a revision must have.
struct Wanted {
    /// Kind, as leaves name it.
    name: String,
    /// SHA-256 in hexadecimal, where the record lists it.
    sha256: Option<String>,
}

/// What the archive holds.
#[derive(Default)]
pub(super) struct Archive {
    /// Newest revision of each number.
    pub(super) newest: BTreeMap<String, u32>,
    /// SHA-256 of each document, in hexadecimal.
    pub(super) digests: BTreeMap<Place, String>,
    /// When each revision says that it was published.
    pub(super) instants: BTreeMap<(String, u32), String>,
    /// Kinds that the newest revision of each number must have.
    wanted: BTreeMap<String, Vec<String>>,
}

impl Archive {
    /// Returns the digest of a document of the newest revision.
    pub(super) fn current(&self, number: &str, kind: &str) -> Option<&str> {
        let newest = *self.newest.get(number)?;
        let place = (number.to_owned(), newest, kind.to_owned());
        self.digests.get(&place).map(String::as_str)
    }

    /// Returns whether the newest revision must have this kind; of a number without a record, whether every one had it.
    pub(super) fn wants(&self, number: &str, kind: DocumentKind) -> bool {
        match self.wanted.get(number) {
            Some(names) => names.iter().any(|name| kind.is(name)),
            None => kind.is_obligatory(RECORD_SILENT),
        }
    }

    /// Returns the digests of the newest revision's documents that are of no kind known here.
    pub(super) fn foreign(&self, number: &str) -> Vec<&str> {
        self.wanted
            .get(number)
            .into_iter()
            .flatten()
            .filter(|name| DocumentKind::of(name).is_none())
            .filter_map(|name| self.current(number, name))
            .collect()
    }
}

/// The files of each revision, without their compressed siblings.
type Revisions = BTreeMap<String, BTreeMap<u32, BTreeSet<String>>>;

/// A revision, and its files that belong to no document yet.
struct Revision<'a> {
    number: &'a str,
    revision: u32,
    folder: String,
    unclaimed: BTreeSet<String>,
}

/// Reads and checks the whole archive.
pub(super) fn check(run: &mut Run) -> Archive {
    let mut archive = Archive::default();
    for (number, revisions) in revisions(run) {
        let found: Vec<u32> = revisions.keys().copied().collect();
        let consecutive = (1..).zip(&found).all(|(n, revision)| n == *revision);
        if !consecutive {
            let message = format!("revisions {found:?} do not follow each other from 1");
            run.find("revision-gap", &format!("archive/{number}"), message);
        }
        for (revision, unclaimed) in revisions {
            let place = Revision {
                number: &number,
                revision,
                folder: format!("archive/{number}/{revision}"),
                unclaimed,
            };
            let wanted = documents(run, &mut archive, place);
            archive.wanted.insert(number.clone(), wanted);
            archive.newest.insert(number.clone(), revision);
        }
    }
    archive
}

fn revisions(run: &mut Run) -> Revisions {
    let mut found = Revisions::new();
    for path in run.files.beneath("archive/") {
        let inner = walk::original(&path).unwrap_or(&path);
        if inner == super::leaves::PATH || inner == super::chain::PATH {
            continue;
        }
        match place(inner) {
            Some((number, revision, file)) => {
                let revisions = found.entry(number.to_owned()).or_default();
                let files = revisions.entry(revision).or_default();
                files.insert(file.to_owned());
            }
            None => run.find("archive-layout", &path, NO_DOCUMENT),
        }
    }
    found
}

const NO_DOCUMENT: &str = "the file is no document of a revision";

fn place(path: &str) -> Option<(&str, u32, &str)> {
    let mut parts = path.split('/').skip(1);
    let (number, revision, file) = (parts.next()?, parts.next()?, parts.next()?);
    let count: u32 = revision.parse().ok()?;
    let plain = count.to_string() == revision && count > 0;
    (plain && parts.next().is_none()).then_some((number, count, file))
}

/// Checks a revision and returns the kinds that it must have.
fn documents(run: &mut Run, archive: &mut Archive, mut place: Revision) -> Vec<String> {
    let record = Wanted {
        name: DocumentKind::AdvisoryJson.name().to_owned(),
        sha256: None,
    };
    let listed = document(run, archive, &mut place, &record).and_then(|(path, bytes)| {
        let doc = run.json(&path, &bytes)?;
        let said = reading::text(&doc, "/published").to_owned();
        let of = (place.number.to_owned(), place.revision);
        archive.instants.insert(of, said);
        advisory(run, &path, &doc, place.number, place.revision)
    });
    let mut wanted = listed.unwrap_or_else(silent);
    // What is known is claimed first, so that a foreign document cannot pass for one of them.
    wanted.sort_by_key(|one| DocumentKind::of(&one.name).is_none());
    for one in &wanted {
        let found = document(run, archive, &mut place, one);
        if let Some((path, bytes)) = found
            && DocumentKind::Csaf.is(&one.name)
        {
            tracking(run, &path, &bytes, place.number, place.revision);
        }
    }
    for file in &place.unclaimed {
        let path = format!("{}/{file}", place.folder);
        run.find("archive-layout", &path, NO_DOCUMENT);
    }
    wanted.push(record);
    wanted.into_iter().map(|one| one.name).collect()
}

/// What a revision has beside its record, if the record does not list it.
fn silent() -> Vec<Wanted> {
    DocumentKind::ALL
        .into_iter()
        .filter(|kind| kind.is_obligatory(RECORD_SILENT) && *kind != DocumentKind::AdvisoryJson)
        .map(|kind| Wanted {
            name: kind.name().to_owned(),
            sha256: None,
        })
        .collect()
}

/// Checks one document with its signatures and returns its path and bytes.
fn document(
    run: &mut Run,
    archive: &mut Archive,
    place: &mut Revision,
    wanted: &Wanted,
) -> Option<(String, Vec<u8>)> {
    let (path, bytes) = match DocumentKind::of(&wanted.name) {
        Some(kind) => known(run, place, kind),
        None => foreign(run, place, wanted),
    }?;
    run.report.documents += 1;
    let digest = crate::hex(&crate::sha256(&bytes));
    if let Some(listed) = wanted.sha256.as_ref().filter(|listed| **listed != digest) {
        let message = format!("the record of the revision lists SHA-256 {listed}");
        run.find("document-hash", &path, message);
    }
    let key = (place.number.to_owned(), place.revision, wanted.name.clone());
    archive.digests.insert(key, digest);
    Some((path, bytes))
}

fn known(run: &mut Run, place: &mut Revision, kind: DocumentKind) -> Option<(String, Vec<u8>)> {
    let file = kind.facts().file;
    for mine in [
        Some(file.to_owned()),
        Some(kind.signature_of(file)),
        kind.clear_of(file),
    ]
    .into_iter()
    .flatten()
    {
        place.unclaimed.remove(&mine);
    }
    let path = format!("{}/{file}", place.folder);
    let bytes = run.bytes(&path, "document-missing")?;
    signed::detached(run, &path, &kind.signature_of(&path), &bytes);
    if let Some(clear) = kind.clear_of(&path) {
        signed::clear(run, &clear, &bytes);
    }
    Some((path, bytes))
}

/// A document of a kind that a newer program made: the file with the listed hash, and the signature beside it.
fn foreign(run: &mut Run, place: &mut Revision, wanted: &Wanted) -> Option<(String, Vec<u8>)> {
    let listed = wanted.sha256.as_deref()?;
    let found = place.unclaimed.iter().find_map(|file| {
        let bytes = run.files.read(&format!("{}/{file}", place.folder)).ok()?;
        (crate::hex(&crate::sha256(&bytes)) == listed).then(|| (file.clone(), bytes))
    });
    let Some((file, bytes)) = found else {
        let message = format!("no file is the {} of SHA-256 {listed}", wanted.name);
        run.find("document-missing", &place.folder, message);
        return None;
    };
    place.unclaimed.remove(&file);
    let path = format!("{}/{file}", place.folder);
    let signature = beside(place, &file).unwrap_or_else(|| format!("{file}.sig"));
    let signature = format!("{}/{signature}", place.folder);
    signed::detached(run, &path, &signature, &bytes);
    let clear = file
        .strip_suffix(".txt")
        .map(|stem| format!("{stem}.asc"))
        .filter(|clear| place.unclaimed.remove(clear));
    if let Some(clear) = clear {
        signed::clear(run, &format!("{}/{clear}", place.folder), &bytes);
    }
    Some((path, bytes))
}

/// Claims the detached signature beside a file, whichever of the two endings it has.
fn beside(place: &mut Revision, file: &str) -> Option<String> {
    [".sig", ".asc"]
        .into_iter()
        .map(|ending| format!("{file}{ending}"))
        .find(|name| place.unclaimed.remove(name))
}

/// Value of `schema` in the advisory's JSON.
pub(super) const SCHEMA: &str = "noroshi/advisory/1";

const FIELDS: [(&str, Kind); 21] = [
    ("/schema", Kind::Text),
    ("/id", Kind::Text),
    ("/revision", Kind::Number),
    ("/status", Kind::Text),
    ("/marking", Kind::Text),
    ("/first_published", Kind::Instant),
    ("/published", Kind::Instant),
    ("/publisher", Kind::Object),
    ("/audience", Kind::Text),
    ("/texts", Kind::Object),
    ("/damage", Kind::List),
    ("/threat", Kind::Text),
    ("/severity", Kind::Text),
    ("/cvss", Kind::List),
    ("/cve", Kind::List),
    ("/other_ids", Kind::List),
    ("/products", Kind::List),
    ("/vendors", Kind::List),
    ("/references", Kind::List),
    ("/credits", Kind::List),
    ("/history", Kind::Filled),
];

/// Checks a revision's record and returns the documents that it lists, if it does.
fn advisory(
    run: &mut Run,
    path: &str,
    doc: &Value,
    number: &str,
    revision: u32,
) -> Option<Vec<Wanted>> {
    if reading::text(doc, "/schema") != SCHEMA {
        run.find("advisory-schema", path, format!("schema is not {SCHEMA}"));
    }
    for field in lacking(doc, &FIELDS) {
        let message = format!("{field} is missing or of the wrong kind");
        run.find("advisory-schema", path, message);
    }
    if reading::text(doc, "/id") != number {
        run.find("advisory-id", path, format!("the id is not {number}"));
    }
    if count(doc, "/revision") != Some(u64::from(revision)) {
        let message = format!("the document does not say that it is revision {revision}");
        run.find("advisory-revision", path, message);
    }
    let history = reading::list(doc, "/history");
    let lines = history.iter().map(|line| count(line, "/revision"));
    let expected = (1..=u64::from(revision)).map(Some);
    if !lines.eq(expected) {
        let message = format!("the history does not count from 1 to {revision}");
        run.find("advisory-history", path, message);
    }
    if run.keys.exercise && reading::text(doc, "/marking") != "exercise" {
        run.find("exercise-key", path, EXERCISE);
    }
    listed(run, path, doc)
}

/// Returns what a record lists; a list that is none is a finding and asks for nothing.
fn listed(run: &mut Run, path: &str, doc: &Value) -> Option<Vec<Wanted>> {
    doc.get("documents")?;
    let mut wanted: Vec<Wanted> = Vec::new();
    for entry in reading::list(doc, "/documents") {
        let (name, sha256) = (
            reading::text(entry, "/kind"),
            reading::text(entry, "/sha256"),
        );
        let is_new = !wanted.iter().any(|one| one.name == name);
        if !name.is_empty() && is_new && is_sha256(sha256) && !DocumentKind::AdvisoryJson.is(name) {
            wanted.push(Wanted {
                name: name.to_owned(),
                sha256: Some(sha256.to_owned()),
            });
        } else {
            let message = "the list has an entry without kind and hash, twice, or about itself";
            run.find("advisory-documents", path, message);
        }
    }
    if wanted.is_empty() {
        let message = "documents is empty or no list";
        run.find("advisory-documents", path, message);
    }
    Some(wanted)
}

/// Words of the finding `exercise-key`.
pub(super) const EXERCISE: &str =
    "exercise key: a key for exercises vouches for something that is not marked as one";

fn tracking(run: &mut Run, path: &str, bytes: &[u8], number: &str, revision: u32) {
    let Some(doc) = run.json(path, bytes) else {
        return;
    };
    csaf::shape(run, path, &doc);
    if reading::text(&doc, csaf::ID) != number {
        let message = format!("document.tracking.id is not {number}");
        run.find("csaf-id", path, message);
    }
    let version = reading::text(&doc, "/document/tracking/version");
    if version != revision.to_string() {
        let message = format!("document.tracking.version is {version}, not {revision}");
        run.find("csaf-version", path, message);
    }
}

fn count(value: &Value, pointer: &str) -> Option<u64> {
    value.pointer(pointer).and_then(Value::as_u64)
}
