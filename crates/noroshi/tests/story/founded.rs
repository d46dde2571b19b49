//! A house that is founded once for all stories of a run, with approval keys that have changed hands, and copied for each.
//!
//! Founding it stretches a dozen passwords at a live house's cost, which no story is about; those that are found their own
//! ([`World::of`]). A run is the process that started the tests, with the program as it is built then. What a run leaves, the
//! house with its recovery kit, is removed by the next one.

use std::fs::File;
use std::os::unix::process::parent_id;
use std::time::UNIX_EPOCH;

use crate::world::{Engine, World};

/// What the names of such houses begin with.
const PREFIX: &str = "founded_";
/// What `init` printed, with the passwords as they are since the keys changed hands.
const KIT: &str = "kit.json";

/// The house that all of this run are copies of; the first story that asks makes it.
pub fn first(engine: Engine) -> World {
    let name = match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    };
    let run = parent_id();
    let built = std::fs::metadata(env!("CARGO_BIN_EXE_noroshi")).and_then(|of| of.modified());
    let built = built.expect("the binary").duration_since(UNIX_EPOCH);
    let built = built.expect("a time").as_millis();
    let named = format!("{PREFIX}{name}_{run}_{}_{built}", began(run));
    let first = World::named(engine, named);
    first.is_kept.set(true);
    let lock = File::create(first.root().with_extension("lock")).expect("a lock");
    lock.lock().expect("the lock");
    let kept = first.root().join(KIT);
    if !kept.exists() {
        sweep(engine);
        // Whoever was at it before died half way.
        first.remove();
        first.found_to_stay();
        let kit = serde_json::to_vec(&*first.kit.borrow()).expect("JSON");
        // It comes into being whole: that it is there says that all is.
        seal::files::replace(&kept, &kit, true).expect("the kit");
    }
    let kit = std::fs::read(&kept).expect("the kit");
    let kit = serde_json::from_slice(&kit).expect("the kit as JSON");
    first.kit.replace(kit);
    first.has_own_keys.set(true);
    first
}

/// When a process began, so that a number that is given out again is another run.
fn began(process: u32) -> String {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name in brackets may hold anything; the 20th word behind it is the start.
    let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
    behind
        .split_whitespace()
        .nth(19)
        .unwrap_or_default()
        .to_owned()
}

/// Removes what runs that are over have left.
fn sweep(engine: Engine) {
    let place = std::env::temp_dir();
    for entry in std::fs::read_dir(place).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(house) = name.strip_prefix("noroshi-story-") else {
            continue;
        };
        let is_over =
            |(of, run, since): &(Engine, u32, &str)| *of == engine && began(*run) != *since;
        let house = house.strip_suffix(".lock").unwrap_or(house);
        if of_run(house).is_some_and(|run| is_over(&run)) {
            World::named(engine, house.to_owned()).remove();
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// The engine, the process and its beginning in the name of such a house.
fn of_run(name: &str) -> Option<(Engine, u32, &str)> {
    let mut parts = name.strip_prefix(PREFIX)?.split('_');
    let engine = match parts.next()? {
        "sqlite" => Engine::Sqlite,
        "postgres" => Engine::Postgres,
        _ => return None,
    };
    Some((engine, parts.next()?.parse().ok()?, parts.next()?))
}
