//! A scenario is played in a house that runs: a demonstration plays a case, an ordinary house exercises and nothing else.

use std::net::Shutdown;
use std::os::unix::net::UnixStream;

use engine::founding::found;
use engine::kernel::config::{Config, Purpose};
use engine::kernel::context::{read_message, write_message};
use serde_json::json;

use crate::play::Case;
use crate::serving::Serving;
use crate::world::{Engine, Said, World};

const ORDINARY: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../drills/ordinary-case.scenario"
);

/// Seconds that a day takes. A machine that is too slow for one pace is given the next.
const PACES: [&str; 3] = ["0.3", "1", "4"];

const EXERCISE: &str = r#"title An exercise
day 0 00:30 reception does file-report
  {"exercise": true, "kind": "product", "channel": "form", "consent": "3", "text": {"lang": "ja", "text": "訓練です。"}}
  keeps handling as report
then the finder of $report reads received
reception does sort-report
  {"exercise": true, "report": "$report", "parts": [{"class": "V", "lang": "ja", "text": "経路の検査が一つ抜けています"}]}
coordinator does accept-report {"exercise": true, "report": "$report"} keeps number as case
coordinator does register-party
  {"exercise": true, "name_ja": "訓練工房", "name_en": "Drill Works", "kana": "クンレン", "contact": "psirt@drill.example", "lang": "ja", "listed": true}
  keeps party as Works
coordinator does add-participant {"exercise": true, "case": "$case", "party": "$Works", "part": "vendor"} keeps tracking as Drill
coordinator does contact {"exercise": true, "participant": "$Drill", "channel": "mail", "result": "tried"}
then vendor Drill does not see 経路の検査
vendor Drill does record-basis {"basis": {"basis": "ad_hoc", "version": "3"}}
coordinator does send-details {"exercise": true, "participant": "$Drill", "classes": ["V"]}
then vendor Drill sees 経路の検査
then the ledger says report_received once
then no mail reaches drill.example
"#;

fn demonstration(engine: Engine) -> World {
    let world = World::of(engine);
    let (dir, location) = (world.dir(), world.location());
    let config = Config::of(Purpose::Demo);
    let founded = world
        .runtime
        .block_on(Box::pin(found(&dir, &location, &config)));
    founded.expect("a demonstration");
    world
}

/// Starts the house and waits until the operator can ask it.
fn running(world: &World) -> Serving<'_> {
    let mut serving = Serving::start(world);
    let socket = world.dir().join("run").join("house.sock");
    serving.until("the socket", || socket.exists().then_some(()));
    serving
}

fn play(world: &World, file: &str, more: &[&str]) -> Said {
    let dir = world.dir().display().to_string();
    let mut words = vec!["scenario", "run", file, "--against", dir.as_str()];
    words.extend(more);
    world.run(&words)
}

/// Asks the house over its socket as a program that keeps to no rule.
fn ask(world: &World, parts: &[&[u8]]) -> (u8, String) {
    let path = world.dir().join("run").join("house.sock");
    let mut stream = UnixStream::connect(path).expect("the socket");
    let root = world.dir().join("keys").join("house").join("root.key");
    let root = std::fs::read(root).expect("the root key");
    let pass = seal::hmac256(&seal::sha256(root.trim_ascii()), b"noroshi/socket/1");
    let parts: Vec<&[u8]> = std::iter::once(pass.as_slice())
        .chain(parts.iter().copied())
        .collect();
    write_message(&mut stream, &parts).expect("a request");
    stream.shutdown(Shutdown::Write).expect("its end");
    let answer = read_message(&mut stream).expect("an answer");
    let answer = answer.expect("a house");
    let words = String::from_utf8_lossy(&answer[1]).into_owned();
    (answer[0][0], words)
}

on_both! {
    fn the_ordinary_case_comes_true_in_a_demonstration_that_runs(engine) {
        let played = PACES.into_iter().find_map(|pace| {
            let world = demonstration(engine);
            let serving = running(&world);
            let said = play(&world, ORDINARY, &["--pace", pace]);
            serving.stop();
            let is_late = said.json()["what"].as_str().is_some_and(|what| what.contains("--pace"));
            (!is_late).then_some((world, said))
        });
        let (world, said) = played.expect("a machine that plays a day in four seconds");
        assert_eq!(said.code, Some(0), "{said:?}");
        assert_eq!(said.json()["title"], "The ordinary case");
        assert_eq!(world.count("advisory"), 1);
        // Two first contacts and the copy of the one reader.
        assert_eq!((world.mails().len(), world.count("delivery")), (3, 1));
        world.ends_well();
    }

    fn an_ordinary_house_takes_exercises_and_nothing_else(engine) {
        let world = World::founded(engine);
        let said = play(&world, ORDINARY, &[]);
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.err.contains("no house runs on"), "{said:?}");

        let case = Case::open(&world, false);
        let serving = running(&world);
        let reports = world.count("report");
        let said = play(&world, ORDINARY, &[]);
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.err.contains("line 5: ") && said.err.contains("exercise"), "{said:?}");
        assert_eq!(world.count("report"), reports);

        let exercise = world.note("exercise.scenario", EXERCISE.as_bytes());
        let said = play(&world, &exercise, &[]);
        assert_eq!(said.code, Some(0), "{said:?}");
        assert_eq!(said.json()["seen"], 5);
        assert_eq!(world.count("report"), reports + 1);
        assert!(world.mails().is_empty(), "an exercise writes to nobody");

        let real = json!({ "exercise": true, "case": case.number, "fact": "public_aware" });
        let text = format!("{EXERCISE}coordinator does observe {real}\n");
        let wrong = world.note("wrong.scenario", text.as_bytes());
        let said = play(&world, &wrong, &[]);
        assert_eq!(said.code, Some(1), "{said:?}");
        let line = EXERCISE.lines().count() + 1;
        let found = said.json();
        assert_eq!(found["line"], line, "{found}");
        assert!(found["what"].as_str().is_some_and(|what| what.contains("(wall)")), "{found}");

        // Whoever asks the house without that program gets no further.
        let tracking = case.tracking[0].as_str();
        let mark = json!({ "records": 0, "since": 0 }).to_string();
        let page = format!("vendor {tracking} sees date open");
        let mailbox = format!("the finder of {} reads received", case.report);
        for parts in [
            ["vendor", tracking, "confirm-receipt", "{}"].as_slice(),
            &["finder", case.report.as_str(), "withdraw-report", "{}"],
            &["see", page.as_str(), mark.as_str()],
            &["see", mailbox.as_str(), mark.as_str()],
        ] {
            let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
            let (exit, words) = ask(&world, &parts);
            assert!(exit == 1 && words.contains("not_found"), "{exit}: {words}");
        }
        let (exit, words) = ask(&world, &[b"see", b"the ledger says report_received 2 times", mark.as_bytes()]);
        assert!(exit == 0 && words.contains("\"is_so\":true"), "{words}");
        serving.stop();
        world.ends_well();
    }
}
