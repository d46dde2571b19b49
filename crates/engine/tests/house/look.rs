//! What several of these files look up in a house: states, plans with their documents, rehearsals, whole folders.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use domain::aggregate::Aggregate;
use domain::publication::Advisory;
use domain::value::{StreamId, TextRef};
use engine::advisory::check;
use engine::advisory::command::{DraftAdvisory, Prepared, Wanted};
use engine::advisory::compose::Made;
use engine::advisory::rehearsal;
use engine::kernel::ids::advisory_id;
use engine::publication::facts::PlanFacts;
use seal::record::Realm;
use serde_json::Value;
use testkit::world::words;
use testkit::{Case, World};

/// The state of a stream.
pub(crate) fn state(world: &World, stream: StreamId) -> Aggregate {
    let loaded = world.wait(Box::pin(world.house().load(stream)));
    (*loaded.unwrap().unwrap().state).clone()
}

/// The state of what a number or an id stands for.
pub(crate) fn numbered(world: &World, of: &str) -> Aggregate {
    let stream = world.wait(Box::pin(world.stage.numbered(of)));
    state(world, stream.unwrap())
}

/// The case as the house knows it.
pub(crate) fn case_of(case: &Case<'_>) -> domain::coordination::case::Case {
    match numbered(case.world, &case.id) {
        Aggregate::Case(found) => found,
        _ => panic!("a case"),
    }
}

/// The advisory of a case.
pub(crate) fn advisory_of(case: &Case<'_>) -> Advisory {
    let id = advisory_id(case_of(case).id);
    match state(case.world, id.into()) {
        Aggregate::Advisory(found) => found,
        _ => panic!("an advisory"),
    }
}

/// Hash of the plan that waits.
pub(crate) fn plan_of(case: &Case<'_>) -> String {
    advisory_of(case).plan.unwrap().sha256
}

/// Codes of what stands in the way of the plan that waits, asked for now.
pub(crate) fn lacks_of(case: &Case<'_>) -> Vec<String> {
    let house = case.world.house();
    case.world.wait(house.rehearse_waiting()).unwrap();
    let verdicts = house.kept.of::<engine::publication::verdict::Verdicts>();
    let verdict = verdicts.of(advisory_of(case).id, &plan_of(case)).unwrap();
    verdict.lacks.into_iter().map(|lack| lack.code).collect()
}

/// A text of the draft, by the names of its field and language.
pub(crate) fn drafted(case: &Case<'_>, field: &str, lang: &str) -> Option<TextRef> {
    let draft = advisory_of(case).draft.unwrap();
    let found = draft
        .texts
        .iter()
        .find(|(known, text)| check::name(*known) == field && text.lang.tag() == lang);
    found.map(|(_, text)| *text)
}

/// The documents of the plan that waits, as they were recorded; the first value is the record of them all.
pub(crate) fn planned(case: &Case<'_>) -> (formats::advisory::Advisory, Vec<Made>) {
    let plan = advisory_of(case).plan.unwrap();
    let recorded = rehearsal::recorded(case.world.house(), &plan);
    case.world.wait(Box::pin(recorded)).unwrap()
}

/// Composes a draft that nobody records; the refusal's code if it cannot be.
pub(crate) fn composed(case: &Case<'_>, mut draft: Value) -> Result<Prepared, String> {
    draft["case"] = case.number.clone().into();
    let draft: DraftAdvisory = serde_json::from_value(draft).unwrap();
    let wanted = Wanted {
        case: case.number.clone(),
        instant: None,
    };
    let house = case.world.house();
    let act = house.clock_act("");
    let composed = rehearsal::composed(house, &act, Realm::Live, Some(&draft), &wanted);
    let composed = case.world.wait(Box::pin(composed));
    composed.map_err(|fault| fault.code().to_owned())
}

/// What approvers see of the plan that waits.
pub(crate) fn facts(case: &Case<'_>) -> PlanFacts {
    let (house, known) = (case.world.house(), case_of(case));
    let act = house.clock_act("");
    let read = engine::publication::facts::facts(house, &act, Realm::Live, &known);
    case.world.wait(Box::pin(read)).unwrap()
}

/// Every file below a folder, by its path.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut out = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
            match std::fs::read(&path) {
                Ok(bytes) => out.insert(name.to_owned(), bytes),
                // A database that was let go of takes its shared memory away when it has closed.
                Err(gone) if gone.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => panic!("{name}: {error}"),
            };
        }
    }
    out
}

/// What comes to an address, as it comes.
pub(crate) struct Post {
    address: String,
    seen: BTreeSet<String>,
}

impl Post {
    /// The post of an address, in whatever letters it is written.
    pub(crate) fn of(address: &str) -> Post {
        Post {
            address: address.to_lowercase(),
            seen: BTreeSet::new(),
        }
    }

    /// The words of the mails that came since it was looked at last.
    pub(crate) fn fresh(&mut self, world: &World) -> Vec<String> {
        let mut out = Vec::new();
        for mail in world.mails() {
            let to = mail.after("\nTo: ").unwrap_or_default().to_lowercase();
            if to.contains(&self.address) && self.seen.insert(mail.name.clone()) {
                out.push(words(&mail));
            }
        }
        out
    }
}
