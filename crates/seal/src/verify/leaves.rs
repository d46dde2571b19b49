//! The leaves of the archive log: one for each archived document, and none without one.
//!
//! Leaves are read strictly: a line must be the canonical bytes of what it says, since those bytes are what
//! trees and proofs will be built on.

use std::collections::BTreeSet;

use super::archive::{Archive, EXERCISE, Place};
use super::reading;
use super::sums::is_sha256;
use super::{LogPin, Run};
use crate::leaf::Leaf;
use crate::record::{Realm, Tree};

/// Path of the list of leaves.
pub(super) const PATH: &str = "archive/leaves.jsonl";

/// Holds the leaves against the archive, both ways.
pub(super) fn check(run: &mut Run, archive: &Archive, pin: Option<LogPin>) {
    let mut tree = Tree::default();
    let Some(bytes) = run.bytes(PATH, "leaves-missing") else {
        return;
    };
    let mut seen: BTreeSet<Place> = BTreeSet::new();
    let mut changes: Vec<Leaf> = Vec::new();
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let lines = bytes
        .split(|byte| *byte == b'\n')
        .filter(|_| !bytes.is_empty());
    for (number, line) in (1_usize..).zip(lines) {
        run.report.leaves += 1;
        tree.push(crate::record::leaf_hash(line));
        if pin.is_some_and(|pin| pin.leaves == number as u64 && pin.root != tree.root()) {
            let message = format!("the first {number} leaves are not those of the root given");
            run.find("log-pin", PATH, message);
        }
        match read(line) {
            Err(problem) => run.find("leaf-form", PATH, format!("line {number}: {problem}")),
            Ok(Read::Anchor) => {}
            Ok(Read::Approvers(leaf)) => changes.push(leaf),
            Ok(Read::Document(leaf)) => document(run, archive, &mut seen, number, &leaf),
        }
    }
    if let Some(pin) = pin.filter(|pin| pin.leaves > run.report.leaves as u64) {
        let message = format!(
            "the log has {} leaves and had {}: this tree is an older one, or another",
            run.report.leaves, pin.leaves
        );
        run.find("log-pin", PATH, message);
    }
    super::chain::check(run, &changes);
    run.report.log = format!("{}:{}", run.report.leaves, crate::hex(&tree.root()));
    for place in archive
        .digests
        .keys()
        .filter(|place| !seen.contains(*place))
    {
        let (number, revision, kind) = place;
        let message = format!("revision {revision} has no leaf for its {kind}");
        run.find(
            "leaf-missing",
            &format!("archive/{number}/{revision}"),
            message,
        );
    }
}

enum Read {
    Anchor,
    /// A change of those who may approve.
    Approvers(Leaf),
    Document(Leaf),
}

fn read(line: &[u8]) -> Result<Read, &'static str> {
    let leaf: Leaf = serde_json::from_slice(line).map_err(|_| "it is no leaf")?;
    if leaf.bytes().ok().as_deref() != Some(line) {
        return Err("it is not written in the canonical form");
    }
    let fields_fit = leaf.v == 1
        && [Realm::Live, Realm::Exercise]
            .iter()
            .any(|realm| realm.name() == leaf.realm)
        && is_sha256(&leaf.sha256)
        && reading::instant(&leaf.instant).is_some();
    if !fields_fit {
        return Err("version, realm, hash or instant are not of form 1");
    }
    if leaf.kind == "anchor" {
        let plain = leaf.series == "ledger" && leaf.number.is_empty() && leaf.revision == 0;
        return plain
            .then_some(Read::Anchor)
            .ok_or("an anchor with number, revision or another series");
    }
    if leaf.kind == "approvers" {
        let plain = leaf.series == "approvers"
            && leaf.realm == Realm::Live.name()
            && leaf.number.is_empty()
            && leaf.revision > 0
            && leaf.persons == 0;
        return plain.then_some(Read::Approvers(leaf)).ok_or(
            "a change of the approvers with a number, without a generation or of another series",
        );
    }
    // Whether there is such a kind, the record of the revision says.
    Ok(Read::Document(leaf))
}

fn document(
    run: &mut Run,
    archive: &Archive,
    seen: &mut BTreeSet<Place>,
    line: usize,
    leaf: &Leaf,
) {
    let kind = &leaf.kind;
    let place: Place = (leaf.number.clone(), leaf.revision, kind.clone());
    let named = format!("{} revision {} {kind}", leaf.number, leaf.revision);
    match archive.digests.get(&place) {
        None => {
            let message = format!("line {line}: {named} is not in the archive");
            run.find("leaf-without-document", PATH, message);
        }
        Some(digest) if *digest != leaf.sha256 => {
            let message = format!("line {line}: {named} has SHA-256 {digest}");
            run.find("leaf-hash", PATH, message);
        }
        Some(_) => {}
    }
    let said = archive.instants.get(&(leaf.number.clone(), leaf.revision));
    let said = said.and_then(|said| reading::instant(said));
    if said.is_some_and(|said| reading::instant(&leaf.instant) != Some(said)) {
        let message = format!("line {line}: {named} says another instant of its publication");
        run.find("leaf-instant", PATH, message);
    }
    let series = leaf
        .number
        .rsplit_once('-')
        .map_or("", |(series, _)| series);
    if leaf.series != series {
        let message = format!(
            "line {line}: {named} is of another series than {}",
            leaf.series
        );
        run.find("leaf-series", PATH, message);
    }
    if run.keys.exercise && leaf.realm == Realm::Live.name() {
        run.find("exercise-key", PATH, EXERCISE);
    }
    if !seen.insert(place) {
        let message = format!("line {line}: {named} has a leaf already");
        run.find("leaf-duplicate", PATH, message);
    }
}
