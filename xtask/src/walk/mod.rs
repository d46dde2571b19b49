//! `cargo xtask walk`: a whole case, worked in a real browser by the seven people it concerns.
//!
//! It founds a live house as an operator would, starts it, and hands what the program
//! printed to `judges/walk/walk.mjs`, which clicks and types. When the people are done,
//! [`outside`] asks what is left: the tree, the ledger, the mails, the outbox. It knows no
//! page and no field; those stand in the script. Start reading at [`run()`], then `site.rs`.

mod audit;
mod outside;
mod site;

use crate::check::postgres::Cluster;
use crate::check::setup;
use crate::folder::Folder;
use crate::house::House;
use crate::problem::{Context, Outcome, Problem};
use crate::run::{self, LONG, Log};
use serde_json::json;
use site::Site;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Instant;

const PERSONS: [&str; 7] = [
    "finder", "desk", "vendor", "editor", "approver", "reader", "member",
];
const LANGS: [&str; 2] = ["ja", "en"];
const ENGINES: [&str; 2] = ["sqlite", "postgres"];

/// What the command line asked for; nothing asked for is everything.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    person: Option<String>,
    lang: Option<String>,
    engine: Option<String>,
    shots: Option<PathBuf>,
    audit: bool,
    /// Each language and each engine once, instead of each with each.
    once: bool,
}

impl Wish {
    fn read(arguments: &[String]) -> Outcome<Self> {
        let mut wish = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || {
                rest.next()
                    .cloned()
                    .ok_or_else(|| Problem::cannot_run(format!("{argument} needs a value")))
            };
            match argument.as_str() {
                "--person" => wish.person = Some(one_of(&PERSONS, value()?)?),
                "--lang" => wish.lang = Some(one_of(&LANGS, value()?)?),
                "--engine" => wish.engine = Some(one_of(&ENGINES, value()?)?),
                "--shots" => wish.shots = Some(absolute(&value()?)?),
                "--audit" => wish.audit = true,
                other => {
                    return Err(Problem::cannot_run(format!("walk has no option {other}")));
                }
            }
        }
        Ok(wish)
    }

    /// The wish of `check`: everybody, in each language and against each engine; with `all` each language against each
    /// engine, and the closer audit too.
    pub fn whole(all: bool) -> Self {
        Self {
            audit: all,
            once: !all,
            ..Self::default()
        }
    }

    /// The walks that are wished, as engine and language; those of a row run at once.
    fn rows(&self) -> Vec<Vec<(&'static str, &'static str)>> {
        let engines = chosen(&ENGINES, self.engine.as_deref());
        let langs = chosen(&LANGS, self.lang.as_deref());
        if self.once {
            return vec![engines.into_iter().zip(langs).collect()];
        }
        let of = |engine| langs.iter().map(|lang| (engine, *lang)).collect();
        engines.into_iter().map(of).collect()
    }
}

fn one_of(known: &[&str], value: String) -> Outcome<String> {
    if known.contains(&value.as_str()) {
        return Ok(value);
    }
    Err(Problem::cannot_run(format!(
        "{value}: one of {}",
        known.join(", ")
    )))
}

fn absolute(path: &str) -> Outcome<PathBuf> {
    let here = env::current_dir().context(|| "finding the current folder".into())?;
    Ok(here.join(path))
}

/// Runs the command line's walks.
pub fn run(arguments: &[String]) -> Outcome<()> {
    let wish = Wish::read(arguments)?;
    let house = House::find()?;
    let log = Log::create(&house.target.join("walk"), "walk")?;
    log.run(
        run::linting(&house.root)?.args(["build", "--locked", "-p", "noroshi"]),
        LONG,
    )?;
    match all(&house, &log, &wish) {
        Ok(said) => {
            println!("walk: {said}");
            Ok(())
        }
        Err(problem) => {
            println!("(the whole log: {})", log.path().display());
            Err(problem)
        }
    }
}

/// Walks in the wished languages against the wished engines.
pub fn all(house: &House, log: &Log, wish: &Wish) -> Outcome<String> {
    let rows = wish.rows();
    let is_postgres = |(engine, _): &(&str, &str)| *engine == "postgres";
    let cluster = if rows.iter().flatten().any(is_postgres) {
        Some(Cluster::start(log)?)
    } else {
        None
    };
    let mut problems = Vec::new();
    let mut walked = 0;
    for row in rows {
        let mut walks = Vec::new();
        for (engine, lang) in row {
            let database = match (engine, &cluster) {
                ("postgres", Some(cluster)) => {
                    Some(cluster.database(log, &format!("walk_{lang}"))?)
                }
                _ => None,
            };
            let walk = Walk::begin(house, wish, engine, lang)?;
            log.say(&format!("see {}", walk.log.path().display()))?;
            walks.push((walk, database));
        }
        // A row at once: most of a walk is waiting, for mail and for the instant.
        for (at, ended) in side_by_side(walks) {
            match ended {
                Ok(said) => {
                    walked += 1;
                    println!("  {at}: {said}");
                }
                Err(problem) => problems.push(format!("{at}: {problem}")),
            }
        }
    }
    if problems.is_empty() {
        return Ok(format!("{walked} whole cases"));
    }
    Err(Problem::new(problems.join("\n")))
}

fn side_by_side(walks: Vec<(Walk<'_>, Option<String>)>) -> Vec<(String, Outcome<String>)> {
    thread::scope(|scope| {
        let running: Vec<_> = walks
            .into_iter()
            .map(|(walk, database)| {
                let at = format!("{} on {}", walk.lang, walk.engine);
                (at, scope.spawn(move || walk.walk(database)))
            })
            .collect();
        running
            .into_iter()
            .map(|(at, walk)| {
                let ended = walk.join();
                (
                    at,
                    ended.unwrap_or_else(|_| Err(Problem::new("it broke off"))),
                )
            })
            .collect()
    })
}

fn chosen(known: &'static [&'static str], wished: Option<&str>) -> Vec<&'static str> {
    known
        .iter()
        .copied()
        .filter(|one| wished.is_none_or(|wished| wished == *one))
        .collect()
}

/// One case, in one language, against one engine.
struct Walk<'a> {
    house: &'a House,
    wish: &'a Wish,
    engine: &'static str,
    lang: &'static str,
    /// Below target/walk, emptied at the start.
    results: PathBuf,
    log: Log,
}

impl<'a> Walk<'a> {
    fn begin(
        house: &'a House,
        wish: &'a Wish,
        engine: &'static str,
        lang: &'static str,
    ) -> Outcome<Self> {
        let results = house.target.join("walk").join(format!("{lang}-{engine}"));
        if results.exists() {
            fs::remove_dir_all(&results).context(|| format!("clearing {}", results.display()))?;
        }
        let log = Log::create(&results, "walk")?;
        Ok(Self {
            house,
            wish,
            engine,
            lang,
            results,
            log,
        })
    }

    fn walk(&self, database: Option<String>) -> Outcome<String> {
        let begun = Instant::now();
        let folder = Folder::make(&format!("noroshi-walk-{}-{}", self.engine, self.lang))?;
        let site = Site::start(self.house, folder, &self.results, database)?;
        let plan = self.plan(&site)?;
        let mut command = Command::new("node");
        command.arg(self.house.root.join("judges/walk/walk.mjs"));
        command.arg(&plan).env("JUDGE_MODULES", self.house.judges());
        let walked = self.log.run(&mut command, LONG);
        let told = told(&self.results);
        if let Err(problem) = walked {
            return Err(Problem::new(format!("{told}{problem}")));
        }
        let is_first = self.engine == ENGINES[0] || self.wish.engine.is_some();
        let audited = if self.wish.audit && is_first {
            audit::inside(self.house, &self.log, &self.results, self.lang)?
        } else {
            String::new()
        };
        // One person's part ends in the middle of the case: only a whole one is closed.
        let closed = if self.wish.person.is_none() {
            outside::closing(&self.log, &site.stop()?, &self.results)?
        } else {
            String::new()
        };
        let seconds = format!("{:.0} s", begun.elapsed().as_secs_f64());
        Ok([told.trim().to_owned(), audited, closed, seconds]
            .into_iter()
            .filter(|said| !said.is_empty())
            .collect::<Vec<_>>()
            .join("; "))
    }

    /// Writes what the script is told: where the printed words lie, never what they say.
    fn plan(&self, site: &Site) -> Outcome<PathBuf> {
        let browser = setup::chromium()
            .ok_or_else(|| Problem::cannot_run("no Chromium: cargo xtask check --install"))?;
        let path = self.results.join("plan.json");
        // Pages are the same on both engines: they are judged and pictured on one.
        let is_first = self.engine == ENGINES[0] || self.wish.engine.is_some();
        let shots = self.wish.shots.as_ref().filter(|_| is_first);
        let plan = json!({
            "lang": self.lang,
            "engine": self.engine,
            "person": self.wish.person,
            "results": self.results,
            "shots": shots,
            "judge": is_first,
            "chromium": browser,
            "noroshi": site.noroshi(),
            "dir": site.dir(),
            "database": site.database(),
            "printed": { "init": site.printed_by_init(), "serve": site.printed_by_serve() },
        });
        fs::write(&path, plan.to_string()).context(|| format!("writing {}", path.display()))?;
        Ok(path)
    }
}

/// What the script says it saw, in its own words.
fn told(results: &Path) -> String {
    fs::read_to_string(results.join("said.txt")).unwrap_or_default()
}

#[cfg(test)]
mod checks {
    use super::{ENGINES, LANGS, Wish, chosen};

    #[test]
    fn a_wish_is_read_or_refused_with_what_is_known() {
        let words = |line: &str| -> Vec<String> { line.split(' ').map(str::to_owned).collect() };
        let wish = Wish::read(&words("--person vendor --lang ja --audit"));
        let wish = wish.map(|wish| (wish.person, wish.lang, wish.engine, wish.audit));
        let wanted = (Some("vendor".to_owned()), Some("ja".to_owned()), None, true);
        assert_eq!(wish.ok(), Some(wanted));
        for wrong in ["--person admin", "--lang", "--fast"] {
            assert!(Wish::read(&words(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn nothing_wished_is_everything() {
        assert_eq!(chosen(&["a", "b"], None), ["a", "b"]);
        assert_eq!(chosen(&["a", "b"], Some("b")), ["b"]);
    }

    #[test]
    fn check_walks_in_each_language_and_on_each_engine_and_all_walks_each_with_each() {
        let mut once: Vec<_> = Wish::whole(false).rows().into_iter().flatten().collect();
        once.sort_unstable();
        assert_eq!(once, [("postgres", "en"), ("sqlite", "ja")]);
        for wish in [Wish::whole(true), Wish::default()] {
            let walks: Vec<_> = wish.rows().into_iter().flatten().collect();
            assert_eq!(walks.len(), ENGINES.len() * LANGS.len());
        }
        let one = Wish {
            lang: Some("ja".to_owned()),
            ..Wish::default()
        };
        let walks = one.rows().into_iter().flatten();
        assert!(walks.eq([("sqlite", "ja"), ("postgres", "ja")]));
    }
}
