//! Bad input: what cannot run says so with exit code 2 and the mend, what is refused is data with exit code 1.

use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::play::{Case, said};
use crate::serving::Serving;
use crate::world::{Engine, Said, World};

/// Fails unless it could not run, and said so in these words.
fn could_not_run(said: &Said, words: &str) {
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.err.contains(words), "not told {words:?}: {said:?}");
    assert!(!said.err.contains("panicked"), "{said:?}");
}

fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
}

fn mode(path: &std::path::Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    let found = std::fs::metadata(path).expect("a file or a folder");
    found.permissions().mode() & 0o777
}

on_both! {
    fn a_command_that_cannot_be_read_is_refused_and_leaves_nothing(engine) {
        let world = World::founded(engine);
        let before = world.dump();
        let text = json!({ "lang": "ja", "text": "words" });
        let report = json!({ "kind": "product", "channel": "form", "text": text });
        let mut unknown = report.clone();
        unknown["colour"] = "red".into();
        let mut nobody = report.clone();
        nobody["as"] = "nobody".into();
        let mut later = report.clone();
        later["occurred_at"] = "2999-01-01T00:00:00Z".into();
        let mut empty = report.clone();
        empty["text"]["text"] = " ".into();
        for (name, fields) in [
            ("file-reports", report.clone()),
            ("file-report", unknown),
            ("file-report", nobody),
            ("file-report", later),
            ("file-report", empty),
            ("file-report", json!({ "kind": "product" })),
            ("file-report", json!(["product"])),
            ("subscribe", json!({ "address": "no address", "lang": "ja", "scope": { "scope": "everything" } })),
            ("subscribe", json!({ "address": "a@reader.example", "lang": "fr", "scope": { "scope": "everything" } })),
            ("subscribe", json!({ "address": "a@reader.example", "lang": "ja", "scope": { "scope": "vendor", "name": " " } })),
        ] {
            assert_eq!(world.refused(name, &fields), "input", "{name} {fields}");
        }
        assert_eq!(world.refused("accept-report", &json!({ "report": "0000-0000-0" })), "not_found");
        for broken in ["", "{", "nonsense", "{\"kind\": }"] {
            let said = world.finish(world.command(&["do", "file-report", "--file", "-"]), broken.as_bytes());
            could_not_run(&said, "no JSON");
        }
        could_not_run(&world.run(&["do", "file-report", "--file", "/nonexistent"]), "cannot read");
        could_not_run(&world.run(&["verify", "/nonexistent"]), "code:");
        assert_eq!(world.run(&["no-such-word"]).code, Some(2));
        assert_eq!(world.run(&["do", "--list"]).code, Some(0));
        assert_eq!(world.dump(), before);
        world.ends_well();
    }

    fn a_list_of_readers_with_bad_lines_enters_the_others(engine) {
        let world = World::founded(engine);
        let csv = "address,language,scope,target,name\ngood@reader.example,ja,all,,A\nnone,ja,all,,B\nc@reader.example,de,all,,C\nd@reader.example,en,vendor,,D\n";
        let path = world.note("readers.csv", csv.as_bytes());
        let said = world.run(&["subscribers", &path]);
        assert_eq!(said.code, Some(1), "{said:?}");
        let answer = said.json();
        assert_eq!(answer["entered"], 1);
        let lines: Vec<&serde_json::Value> = answer["problems"].as_array().expect("problems").iter().map(|p| &p["line"]).collect();
        assert_eq!(lines, [3, 4, 5]);
        let path = world.note("other.csv", b"name,colour\nA,red\n");
        could_not_run(&world.run(&["subscribers", &path]), "code:");
        assert_eq!(world.count("subscriber"), 1);
        world.ends_well();
    }

    fn a_key_that_others_can_read_is_refused_with_the_mend(engine) {
        let world = World::founded(engine);
        let keys = world.dir().join(engine::kernel::house::KEYS).join("house");
        let epoch = crate::world::files(&keys).into_iter().find(|path| path.display().to_string().contains("epoch"));
        for path in [keys.join("root.key"), epoch.expect("an epoch key")] {
            set_mode(&path, 0o644);
            could_not_run(&world.run(&["doctor"]), &format!("chmod 600 {}", path.display()));
            set_mode(&path, 0o600);
        }
        let mut case = Case::open(&world, false);
        case.draft(None);
        let plan = case.plan(crate::play::now());
        let password = world.note("password", said(&world.kit.borrow()["passwords"], "approver-a").as_bytes());
        set_mode(password.as_ref(), 0o640);
        let fields = json!({ "case": case.number, "plan": plan, "person": "approver-a", "password_file": password });
        could_not_run(&world.give("approve-plan", &fields), "chmod 600");
        world.ends_well();
    }

    /// What would be found out when something is to be signed is told before.
    fn what_nothing_can_be_published_without_is_missed_by_the_doctor(engine) {
        let world = World::founded(engine);
        let keys = world.dir().join(engine::kernel::house::KEYS);
        for name in ["sign/advisory.pgp", "log/log.pgp", "sign/approvers.json"] {
            let (file, away) = (keys.join(name), world.dir().join("away"));
            std::fs::rename(&file, &away).expect("it is taken away");
            let found = world.run(&["doctor"]);
            assert_eq!(found.code, Some(1), "{found:?}");
            let words = found.json()["findings"].to_string();
            assert!(words.contains(name) && words.contains("is gone"), "{words}");
            std::fs::rename(&away, &file).expect("it is back");
        }
        // What `config check` tells, the doctor tells.
        let file = world.dir().join(engine::kernel::config::FILE);
        let before = std::fs::read_to_string(&file).expect("a configuration");
        let nameless: String = before
            .lines()
            .map(|line| if line.starts_with("name_en = ") { "name_en = \"\"\n".to_owned() } else { format!("{line}\n") })
            .collect();
        std::fs::write(&file, nameless).expect("a configuration");
        let told = world.run(&["doctor"]).json()["findings"].clone();
        assert_eq!((told.as_array().map(Vec::len), &told[0]["code"]), (Some(1), &json!("config")), "{told}");
        std::fs::write(&file, before).expect("a configuration");
        assert_eq!(world.good(&["doctor"])["findings"], json!([]));
    }

    fn what_others_on_the_machine_could_read_is_found_with_the_mend_or_mended(engine) {
        let world = World::founded(engine);
        let dir = world.dir();
        assert_eq!(world.good(&["doctor"])["findings"], json!([]));
        let config = dir.join(engine::kernel::config::FILE);
        let keys = dir.join(engine::kernel::house::KEYS);
        for (path, open, mend) in [(&dir, 0o705, "o="), (&config, 0o640, "go="), (&keys, 0o750, "go=")] {
            let before = mode(path);
            set_mode(path, open);
            let found = world.run(&["doctor"]);
            assert_eq!(found.code, Some(1), "{found:?}");
            let findings = found.json()["findings"].clone();
            assert_eq!(findings.as_array().map(Vec::len), Some(1), "{findings}");
            assert_eq!(said(&findings[0], "code"), "modes");
            let words = said(&findings[0], "text");
            assert!(words.ends_with(&format!("say: chmod {mend} {}", path.display())), "{words}");
            set_mode(path, before);
        }
        // What only the house writes is closed by whoever opens it.
        let mut closed: Vec<_> = ["press", "box", "mail", "run"].map(|name| (dir.join(name), 0o700)).into();
        if world.engine == Engine::Sqlite {
            closed.push((engine::kernel::backup::store_file(&dir), 0o600));
        }
        for (path, _) in &closed {
            set_mode(path, 0o755);
        }
        assert_eq!(world.good(&["doctor"])["findings"], json!([]));
        for (path, own) in closed {
            assert_eq!(mode(&path), own, "{}", path.display());
        }
        world.ends_well();
    }

    fn a_house_is_closed_to_others_whatever_the_mask(engine) {
        let world = World::of(engine);
        let init = world.command(&["init"]);
        let mut open = Command::new("sh");
        open.args(["-c", "umask 0; exec \"$0\" \"$@\""]).arg(init.get_program()).args(init.get_args());
        let said = world.finish(open, b"");
        assert_eq!(said.code, Some(0), "{said:?}");
        let dir = world.dir();
        let mut closed = vec![(dir.clone(), 0o700), (dir.join(engine::kernel::config::FILE), 0o600)];
        if world.engine == Engine::Sqlite {
            closed.push((engine::kernel::backup::store_file(&dir), 0o600));
        }
        for (path, own) in closed {
            assert_eq!(mode(&path), own, "{}", path.display());
        }
        assert_eq!(world.good(&["doctor"])["findings"], json!([]));
        world.ends_well();
    }

    fn a_backup_that_is_to_be_tried_and_is_not_named_is_no_backup_called_verify(engine) {
        let world = World::founded(engine);
        let mut command = world.command(&["backup", "verify"]);
        command.current_dir(world.root());
        could_not_run(&world.finish(command, b""), "noroshi backup verify FILE --secret-file SECRET");
        let written = crate::world::files(&world.root());
        assert!(!written.iter().any(|path| path.display().to_string().contains("verify.")), "{written:?}");
        could_not_run(&world.run(&["backup", "one", "two"]), "say: noroshi backup FILE");
        world.ends_well();
    }

    fn serve_waits_a_moment_for_a_command_that_has_the_house_and_no_longer(engine) {
        let world = World::founded(engine);
        let takes = || engine::kernel::house::lock(&world.dir()).expect("the house is free");
        let command = takes();
        let mut serving = Serving::begin(&world, None);
        assert!(!serving.ends_within(Duration::from_secs(2)), "{}", serving.errors());
        drop(command);
        serving.ready().stop();
        let _command = takes();
        let mut serving = Serving::begin(&world, None);
        assert!(serving.ends_within(Duration::from_secs(60)), "it waits for ever");
        assert_eq!(serving.ended(), Some(Some(2)));
        assert!(serving.errors().contains("code: in_use"), "{}", serving.errors());
    }

    fn a_port_that_is_taken_is_named(engine) {
        let world = World::founded(engine);
        let other = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let taken = other.local_addr().expect("its address").to_string();
        for (option, mend) in [
            ("--listen", ""),
            ("--listen-desk", "; choose another with --listen-desk"),
            ("--listen-partner", "; choose another with --listen-partner"),
        ] {
            let mut words = vec!["serve"];
            for known in ["--listen", "--listen-desk", "--listen-partner"] {
                words.extend([known, if known == option { taken.as_str() } else { "127.0.0.1:0" }]);
            }
            could_not_run(&world.run(&words), &format!("cannot listen on {taken}{mend}"));
        }
        world.ends_well();
    }

    fn a_second_instance_is_refused(engine) {
        let world = World::founded(engine);
        let serving = Serving::start(&world);
        could_not_run(&world.run(&["ledger", "rebuild"]), "code: in_use");
        could_not_run(&world.run(&["serve", "--listen", "127.0.0.1:0"]), "code:");
        let fields = json!({ "name_ja": "x", "name_en": "x", "lang": "ja" });
        // A command is handed to the house that runs.
        assert_eq!(world.give("register-party", &fields).code, Some(0));
        serving.stop();
        world.perform("register-party", &fields);
        world.ends_well();
    }

    fn a_database_that_others_could_read_along_is_refused(engine) {
        let world = World::of(engine);
        let at = |address: &str| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_noroshi"));
            command.env_remove("NOROSHI_DATABASE").arg("--dir").arg(world.dir()).args(["--database", address, "init"]);
            world.finish(command, b"")
        };
        could_not_run(&at("postgres://noroshi@db.example/noroshi"), "sslmode=verify-full");
        let _ = std::fs::remove_dir_all(world.dir());
        could_not_run(&at("postgres://noroshi@db.example/noroshi?sslmode=require"), "sslmode=verify-full");
        let _ = std::fs::remove_dir_all(world.dir());
        for address in ["postgres://noroshi:hunter2@db.example/noroshi", "postgres:///noroshi?password=hunter2"] {
            let said = at(address);
            could_not_run(&said, "no password in the address");
            assert!(!said.err.contains("hunter2"), "{said:?}");
        }
        assert!(!world.dir().exists());
    }

    fn a_used_folder_or_database_is_refused(engine) {
        let world = World::founded(engine);
        could_not_run(&world.run(&["init"]), "is not empty");
        // Nor does it take in an archive that it was not made for.
        could_not_run(&world.run(&["replay", "certcc-vda", "/nowhere"]), "init --replay");
        world.ends_well();
        if world.engine == Engine::Postgres {
            std::fs::rename(world.dir(), world.root().join("away")).expect("another folder");
            could_not_run(&world.run(&["init"]), "already");
        }
        let nowhere = World::of(engine);
        could_not_run(&nowhere.run(&["doctor"]), "noroshi init");
        // What the database refuses leaves a folder that can be taken again.
        if nowhere.engine == Engine::Postgres {
            let login = format!("poor_{}", nowhere.name);
            nowhere.say(&format!("CREATE ROLE \"{login}\" LOGIN"));
            let cluster = std::env::var("NOROSHI_TEST_PG").expect("a cluster");
            let poor = cluster.replace("user=postgres", &format!("user={login}"));
            let poor = poor.replace("///?", &format!("///{}?", nowhere.name));
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_noroshi"));
            command.arg("--dir").arg(nowhere.dir()).args(["--database", &poor, "init"]);
            could_not_run(&nowhere.finish(command, b""), "may not make tables");
            nowhere.say(&format!("DROP ROLE \"{login}\""));
        }
        nowhere.found();
        nowhere.ends_well();
    }

    fn a_schema_of_another_program_is_refused(engine) {
        let world = World::founded(engine);
        let value = |number: &str| match world.engine {
            Engine::Sqlite => format!("UPDATE meta SET value = x'{number}' WHERE name = 'schema'"),
            Engine::Postgres => format!("UPDATE meta SET value = '\\x{number}' WHERE name = 'schema'"),
        };
        let own = world.texts(&format!("SELECT {} FROM meta WHERE name = 'schema'", world.hex_of("value")));
        world.say(&value("0000000000000063"));
        for words in [&["doctor"][..], &["ledger", "verify"], &["press"]] {
            could_not_run(&world.run(words), "schema 99");
        }
        world.say(&value(&own[0]));
        world.ends_well();
    }

    fn a_configuration_that_is_wrong_says_where(engine) {
        let world = World::founded(engine);
        let path = world.dir().join(engine::kernel::config::FILE);
        let text = std::fs::read_to_string(&path).expect("the configuration");
        let wrong = [
            ("series = \"NRS\"", "serie = \"NRS\"", "serie"),
            ("series = \"NRS\"", "series = \"nrs\"", "series"),
            ("\"https://portal.centre.example\"", "\"portal.example/\"", "portal"),
            ("connections = 8", "connections = 0", "mail.connections"),
            ("transport = \"folder\"", "transport = \"pigeon\"", "pigeon"),
        ];
        for (before, after, key) in wrong {
            std::fs::write(&path, text.replace(before, after)).expect("the configuration");
            let checked = world.run(&["config", "check"]);
            assert_eq!(checked.code, Some(1), "{checked:?}");
            assert!(checked.out.contains(key), "{key}: {checked:?}");
            could_not_run(&world.run(&["doctor"]), "code: config");
        }
        std::fs::write(&path, &text).expect("the configuration");
        assert_eq!(world.good(&["config", "check"])["good"], true);
        world.good(&["config", "explain"]);
        world.ends_well();
    }
}
