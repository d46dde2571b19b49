//! The crash walk: the real binary is killed at every named point, started again, and must come to the same end.
//!
//! The names are read from the sources, so that no point is forgotten, and a point at which nothing was killed
//! fails. What could go wrong: a release is signed and lost; a copy is sent twice or never; the tree is half of
//! the old and half of the new; an erasure loses what it should have kept. Not a failure: a lease that has to run
//! out before the work is taken up again; here its time is let pass.
//!
//! SQLite walks all points. PostgreSQL walks three, and all with NOROSHI_CRASH_ALL=1.

#[cfg(test)]
#[path = "story/contexts.rs"]
#[expect(dead_code, reason = "the crash walk opens no journal in this process")]
mod contexts;

#[cfg(test)]
#[path = "story/founded.rs"]
mod founded;

#[cfg(test)]
#[path = "story/hands.rs"]
mod hands;

#[cfg(test)]
#[path = "story/world.rs"]
#[expect(dead_code, reason = "the stories use the rest")]
mod world;

#[cfg(test)]
#[path = "story/serving.rs"]
#[expect(dead_code, reason = "the stories use the rest")]
mod serving;

#[cfg(test)]
#[path = "story/scan.rs"]
#[expect(dead_code, reason = "the stories use the rest")]
mod scan;

#[cfg(test)]
#[path = "story/play.rs"]
#[expect(dead_code, reason = "the stories use the rest")]
mod play;

#[cfg(test)]
mod walk {
    use std::collections::BTreeSet;
    use std::path::Path;
    use std::process::Command;
    use std::time::Duration;

    use domain::text::class::Compartment;
    use domain::value::{BodyId, StreamId};
    use engine::House;
    use engine::kernel::context::Contexts;
    use serde_json::json;

    use crate::play::{Case, now, said};
    use crate::serving::{Serving, until};
    use crate::world::{Engine, World, files};

    /// Points that no command line comes to; they are walked by a child of this test.
    const NOT_BY_THE_BINARY: &str = "erase.";
    /// Points that PostgreSQL walks by default: one of the ledger, one of the press, one of the mail.
    const BY_DEFAULT: [&str; 3] = ["perform.after_write", "press.swapped", "post.handed_over"];
    /// A point that lies directly behind the last write is come to within this.
    const GRACE: Duration = Duration::from_secs(2);
    /// Says which report's texts a child of this test is to erase, and where.
    const ERASE: &str = "NOROSHI_TEST_ERASE";

    /// What the house does from the planned release to the acknowledged copy.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Step {
        Enter,
        Serve,
        Acknowledge,
    }

    const STEPS: [Step; 3] = [Step::Enter, Step::Serve, Step::Acknowledge];

    /// A house with a release that is due, three first contacts and three readers.
    struct Stage {
        world: World,
        number: String,
    }

    /// What the outside world sees in the end.
    #[derive(Debug, PartialEq, Eq)]
    struct End {
        revisions: Vec<String>,
        copies: Vec<String>,
        mails: Vec<String>,
        public: Vec<String>,
        leaves: usize,
        signed: usize,
        records: i64,
    }

    #[test]
    fn crash_walk_on_sqlite() {
        walk(Engine::Sqlite, &|_| true);
    }

    #[test]
    fn crash_walk_on_postgres() {
        let all = std::env::var("NOROSHI_CRASH_ALL").is_ok_and(|value| value == "1");
        walk(Engine::Postgres, &|point| {
            all || BY_DEFAULT.contains(&point)
        });
    }

    #[test]
    fn an_erasure_that_was_cut_off_is_put_right() {
        for point in points()
            .iter()
            .filter(|point| point.starts_with(NOT_BY_THE_BINARY))
        {
            erase_and_crash(point);
        }
    }

    /// Not a check: the part of a child, which does something only when the check above asks it to.
    #[test]
    fn a_child_erases_when_it_is_asked() {
        let Ok(asked) = std::env::var(ERASE) else {
            return;
        };
        let (dossier, dir) = asked.split_once('|').expect("a dossier and a folder");
        let dir = Path::new(dir);
        let location = engine::Location::Sqlite(engine::kernel::backup::store_file(dir));
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let house = runtime.block_on(Box::pin(House::open(dir, &location, Contexts::default())));
        let house = house.expect("the house of the test that asked");
        let give = |who, name, fields| {
            let done = engine::command::perform_json_as(&house, who, name, fields);
            runtime.block_on(done).expect("a command");
        };
        let asked =
            json!({ "report": dossier, "compartments": ["exploit"], "basis": "by_mistake" });
        give("reception", "request-erasure", asked);
        give("coordinator", "approve-erasure", json!({ "erasure": 1 }));
    }

    /// Reads the names of all points from the sources.
    fn points() -> BTreeSet<String> {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("the crates");
        let sources = files(crates).into_iter().filter(|path| {
            let in_src = path.components().any(|part| part.as_os_str() == "src");
            in_src && path.extension().is_some_and(|ending| ending == "rs")
        });
        let call = ["crash::point", "(\""].concat();
        let mut out = BTreeSet::new();
        for path in sources {
            let text = std::fs::read_to_string(&path).expect("a source");
            let names = text
                .split(&call)
                .skip(1)
                .filter_map(|rest| rest.split('"').next());
            out.extend(names.map(str::to_owned));
        }
        assert!(out.len() > 10, "the points of the sources: {out:?}");
        out
    }

    fn walk(engine: Engine, wanted: &dyn Fn(&str) -> bool) {
        let base = Stage::set(engine);
        let undisturbed = base.copy();
        for step in STEPS {
            undisturbed.go(step);
        }
        let end = undisturbed.end();
        assert_eq!((end.copies.len(), end.mails.len()), (4, 4 + 3), "{end:?}");
        let points = points();
        for point in points
            .iter()
            .filter(|point| !point.starts_with(NOT_BY_THE_BINARY) && wanted(point))
        {
            let mut hits = 0;
            for step in steps_to(point) {
                let disturbed = base.copy();
                hits += usize::from(disturbed.walk_through(point, step));
                assert_eq!(disturbed.end(), end, "killed at {point} in {step:?}");
                disturbed.world.ends_well();
            }
            assert!(hits > 0, "nothing came to {point}");
        }
    }

    /// Steps in which a point is tried: a write happens in each, everything else while the house runs.
    fn steps_to(point: &str) -> Vec<Step> {
        if point.starts_with("perform.") {
            STEPS.to_vec()
        } else {
            vec![Step::Serve]
        }
    }

    impl Stage {
        fn set(engine: Engine) -> Stage {
            let world = World::founded(engine);
            let mut case = Case::open(&world, false);
            for tracking in &case.tracking {
                let fields =
                    json!({ "participant": tracking, "channel": "mail", "result": "tried" });
                case.perform("contact", fields);
            }
            case.board();
            case.draft(None);
            let plan = case.plan(now());
            case.approve_by_two(&plan);
            case.readers();
            let number = case.number.clone();
            Stage { world, number }
        }

        /// Copies folder and database, so that every walk begins at the same byte.
        fn copy(&self) -> Stage {
            Stage {
                world: self.world.copied(),
                number: self.number.clone(),
            }
        }

        /// Takes all steps, and is killed at a point in one of them; tells whether the point was come to.
        fn walk_through(&self, point: &str, at: Step) -> bool {
            let mut killed = false;
            for step in STEPS {
                if step == at {
                    killed = self.is_killed(point, step);
                    self.world.let_time_pass();
                }
                self.go(step);
            }
            killed
        }

        fn is_killed(&self, point: &str, step: Step) -> bool {
            if step == Step::Serve {
                return self.serving_is_killed(point);
            }
            let (name, fields) = self.order(step);
            let mut command = self.world.command(&["do", name, "--file", "-"]);
            command.env("NOROSHI_CRASH", point);
            let ended = self.world.finish(command, fields.to_string().as_bytes());
            ended.code.is_none()
        }

        /// The point may lie in a context: then the house sees that it is gone, says so and starts it anew.
        fn serving_is_killed(&self, point: &str) -> bool {
            let mut serving = Serving::begin(&self.world, Some(point));
            until("the house is killed, or has done all", || {
                (serving.ended().is_some() || self.is_done()).then_some(())
            });
            let is_of_a_context = point.starts_with("sign.");
            let killed = is_of_a_context && serving.errors().contains("context.gone")
                || serving.ends_within(GRACE) && serving.ended() != Some(Some(0));
            drop(serving);
            // The contexts end when their pipes close; until then the signer holds its journal.
            let journal = self.world.dir().join("sign").join("journal");
            until("the contexts have ended", || {
                match std::fs::File::open(&journal) {
                    Ok(journal) => journal.try_lock().ok(),
                    Err(_) => Some(()),
                }
            });
            killed
        }

        fn is_done(&self) -> bool {
            self.world.count("delivery") > 0 && self.world.settled()
        }

        /// Takes a step undisturbed; a step that was taken before the house was killed changes nothing.
        fn go(&self, step: Step) {
            if step == Step::Serve {
                let mut serving = Serving::start(&self.world);
                serving.until("all is done", || self.is_done().then_some(()));
                return serving.stop();
            }
            let (name, fields) = self.order(step);
            let given = self.world.give(name, &fields);
            let again = given.code == Some(1) && said(&given.json(), "refused") == "exists";
            assert!(given.code == Some(0) || again, "{name}: {given:?}");
        }

        fn order(&self, step: Step) -> (&'static str, serde_json::Value) {
            if step == Step::Enter {
                let scope = json!({ "scope": "everything" });
                let id = "01a20149-f460-7258-b5e4-ee5a06a52e24";
                return (
                    "subscribe",
                    json!({ "id": id, "address": "fourth@reader.example", "lang": "ja", "scope": scope }),
                );
            }
            let copies = self.world.good(&["mail", "copies", &self.number]);
            let mut copies: Vec<(String, String)> = copies
                .as_array()
                .expect("a list of copies")
                .iter()
                .map(|copy| (said(copy, "reference"), said(copy, "code")))
                .collect();
            copies.sort();
            let (reference, code) = copies.first().expect("a copy");
            (
                "acknowledge",
                json!({ "reference": reference, "code": code }),
            )
        }

        fn end(&self) -> End {
            let world = &self.world;
            let public = world.dir().join("public");
            let tree = world.good(&["verify", &public.display().to_string()]);
            assert_eq!(tree["good"], true, "{tree}");
            assert!(world.settled());
            let id = world.hex_of("id");
            let journal = std::fs::read_to_string(world.dir().join("sign").join("journal"))
                .expect("a journal");
            let mine = |line: &&str| line.contains(&self.number);
            End {
                revisions: world
                    .texts("SELECT number || '/' || CAST(revision AS TEXT) FROM advisory"),
                copies: world.texts(&format!(
                    "SELECT {id} || '/' || CAST(state AS TEXT) FROM delivery ORDER BY 1"
                )),
                mails: world
                    .mails()
                    .into_iter()
                    .map(|(reference, _)| reference)
                    .collect(),
                public: files(&public)
                    .iter()
                    .map(|path| {
                        path.strip_prefix(&public)
                            .expect("a public file")
                            .display()
                            .to_string()
                    })
                    .collect(),
                leaves: tree["leaves"]
                    .as_u64()
                    .and_then(|n| usize::try_from(n).ok())
                    .expect("leaves"),
                // What was journalled before a crash may be asked for again; another plan may not.
                signed: journal
                    .lines()
                    .filter(mine)
                    .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
                    .map(|entry| said(&entry, "plan"))
                    .collect::<BTreeSet<_>>()
                    .len(),
                records: world.count("ledger"),
            }
        }
    }

    fn stream(dossier: &str) -> StreamId {
        let bytes = seal::unhex(dossier).expect("an id");
        StreamId::from_bytes(bytes.try_into().expect("16 bytes"))
    }

    /// Lets a child erase and be killed, and looks at what can be opened afterwards.
    fn erase_and_crash(point: &str) {
        let world = World::founded(Engine::Sqlite);
        let case = Case::open(&world, false);
        world.perform(
            "close-case",
            &json!({ "case": case.number, "code": "withdrawn" }),
        );
        let asked = format!("{}|{}", case.report_id, world.dir().display());
        let child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "walk::a_child_erases_when_it_is_asked"])
            .env(ERASE, asked)
            .env("NOROSHI_CRASH", point)
            .output()
            .expect("a child of this test");
        assert_eq!(
            child.status.code(),
            None,
            "nothing came to {point}: {child:?}"
        );

        let code = store::compartment_code(Compartment::Exploit);
        let sql = format!(
            "SELECT lower(hex(id)) || '/' || (lower(hex(dossier)) = '{}' AND compartment = {code}) FROM body",
            case.report_id
        );
        let bodies = world.texts(&sql);
        let readable = |house: &House| -> (usize, usize) {
            let (mut theirs, mut others) = (0, 0);
            for body in &bodies {
                let (id, erased) = body.split_once('/').expect("an id and a mark");
                let id = BodyId::from_bytes(stream(id).bytes());
                let open = world.runtime.block_on(Box::pin(house.body(id))).is_ok();
                *(if erased == "1" {
                    &mut theirs
                } else {
                    &mut others
                }) += usize::from(open);
            }
            (theirs, others)
        };
        let others = bodies.iter().filter(|body| body.ends_with("/0")).count();
        assert_eq!(bodies.len(), others + 2, "A and T, and all the others");

        // Either nothing was erased yet, or all of it; the others are never lost.
        let house = world.open(Contexts::default());
        let found = readable(&house);
        assert!(
            found == (2, others) || found == (0, others),
            "{point}: {found:?} of {others}"
        );

        // What the house does next brings it to its end, and one key of an epoch is left.
        let due = || world.runtime.block_on(Box::pin(house.erase_due()));
        due().expect("an erasure");
        assert_eq!(readable(&house), (0, others));
        let told = world.runtime.block_on(Box::pin(house.erasures()));
        assert_eq!(told.expect("erasures")[0].stage.word(), "erased", "{point}");
        let texts = world.runtime.block_on(house.verify_texts());
        assert_eq!(texts.expect("texts").lacking, 0, "{point}");
        due().expect("nothing more");
        drop(house);
        let keys = files(&world.dir().join(engine::kernel::house::KEYS).join("house"));
        let epochs = keys
            .iter()
            .filter(|path| path.display().to_string().contains("epoch-"))
            .count();
        assert_eq!(epochs, 1, "{keys:?}");
        world.ends_well();
    }
}
