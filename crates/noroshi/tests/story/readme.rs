//! What README says of the demonstration, and what it prints under "A case by hand", typed as it stands there.
//!
//! Each command is performed or refused as it is printed, and its answer has that form. Numbers and hashes are drawn, so what
//! README prints of them stands for what was drawn in its place. What it leaves to a person at the desk is done there. The
//! figures of `verify` are those of this very case: whoever changes the tree prints them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::browser::Browser;
use crate::play::{SECOND, at, now, said};
use crate::printed::{Printed, in_blocks};
use crate::serving::Serving;
use crate::world::{Engine, World};

/// What the coordinator signs in with.
const COORDINATOR: &str = "a desk by the window";

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name);
    std::fs::read_to_string(path).expect(name)
}

/// Somebody who types what README prints.
struct Reader<'w> {
    world: &'w World,
    /// What was drawn, by what README prints in its place.
    drawn: BTreeMap<String, String>,
    /// The last change of the approvers, which README leaves out where it prints `…`.
    change: String,
}

impl Reader<'_> {
    /// A word of README, or what was drawn in its place.
    fn word(&self, printed: &str) -> String {
        let drawn = match printed.strip_suffix('…') {
            Some("") => Some(&self.change),
            Some(begun) => {
                let mut known = self.drawn.iter();
                let found = known.find(|(printed, _)| printed.starts_with(begun));
                found.map(|(_, drawn)| drawn)
            }
            None => self.drawn.get(printed),
        };
        drawn.map_or_else(|| printed.to_owned(), String::clone)
    }

    /// The same of all words of some fields.
    fn fields(&self, printed: &Value) -> Value {
        match printed {
            Value::String(text) => Value::String(self.word(text)),
            Value::Array(all) => all.iter().map(|one| self.fields(one)).collect(),
            Value::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, value)| (name.clone(), self.fields(value)));
                Value::Object(fields.collect())
            }
            other => other.clone(),
        }
    }

    /// Gives a command as it is printed; returns what it answered, which is what README says.
    fn gives(&mut self, printed: &Printed) -> Value {
        let (name, input) = given(printed);
        let given = self.world.give(name, &self.fields(&input));
        let expected = (!printed.answer.is_empty()).then(|| json_of(&printed.answer));
        let refused = expected.as_ref().map(|expected| &expected["refused"]);
        let is_refused = refused.is_some_and(Value::is_string);
        assert_eq!(given.code, Some(i32::from(is_refused)), "{name}: {given:?}");
        let answer = given.json();
        if let Some(expected) = expected {
            self.compares(name, &expected, &answer);
        }
        if let Some(change) = answer["change"].as_str() {
            change.clone_into(&mut self.change);
        }
        answer
    }

    /// Fails unless an answer has the form that is printed, and notes what was drawn for it.
    fn compares(&mut self, name: &str, printed: &Value, answer: &Value) {
        assert_eq!(names(printed), names(answer), "{name}: {answer}");
        for (field, printed) in printed.as_object().into_iter().flatten() {
            let answer = &answer[field.as_str()];
            match (printed.as_str(), answer.as_str()) {
                (Some(printed), Some(_)) if printed.ends_with('…') => {}
                (Some(printed), Some(drawn)) if printed.bytes().any(|b| b.is_ascii_digit()) => {
                    assert_eq!(printed.len(), drawn.len(), "{name}: {field}: {drawn}");
                    let known = self.drawn.insert(printed.to_owned(), drawn.to_owned());
                    let is_same = known.is_none_or(|known| known == drawn);
                    assert!(is_same, "{name}: {field}: {drawn}");
                }
                _ => assert_eq!(printed, answer, "{name}: {field}"),
            }
        }
    }
}

/// Name and fields of a command as they are printed.
fn given(printed: &Printed) -> (&str, Value) {
    let input = printed.input.as_deref().unwrap_or_default();
    (printed.words[1].as_str(), json_of(input))
}

fn json_of(text: &str) -> Value {
    let json = serde_json::from_str(text);
    json.unwrap_or_else(|error| panic!("no JSON ({error}): {text}"))
}

fn names(value: &Value) -> BTreeSet<&String> {
    let fields = value.as_object().into_iter();
    fields.flat_map(|fields| fields.keys()).collect()
}

/// Lets the coordinator choose a password with a link, and sign in.
fn lets_in(serving: &Serving<'_>, issued: &Value) -> Browser {
    let link = said(issued, "link");
    let token = link.rsplit('/').next().expect("a token");
    let code = said(issued, "code");
    let fields = [
        ("code", code.as_str()),
        ("password", COORDINATOR),
        ("password_again", COORDINATOR),
        ("do", "set-up"),
    ];
    let page = Browser::at(&serving.desk).send(&format!("/en/set-up/{token}"), &fields);
    assert_eq!(page.status, 303, "{}", page.text());
    Browser::signed_in(&serving.desk, "coordinator", COORDINATOR)
}

/// Plans the release at the desk, in a moment; returns the SHA-256 that the page names.
fn plans(desk: &Browser, number: &str) -> String {
    let path = format!("/en/desk/cases/{number}/plan");
    let instant = at(now() + 4 * SECOND);
    let (date, time) = (&instant[..10], &instant[11..19]);
    let fields = [
        ("do", "plan"),
        ("when", "typed"),
        ("at_date", date),
        // On a day off too.
        ("at_kept", date),
        ("at_time", time),
        ("at_zone", "UTC"),
    ];
    let sent = desk.send(&path, &fields);
    assert_eq!(sent.status, 303, "{}", sent.text());
    let page = desk.get(&path).text();
    let (_, rest) = page.split_once("name=\"plan\" value=\"").expect("a plan");
    rest.split('"').next().expect("its hash").to_owned()
}

/// The lines of an answer without what is drawn and what the clock says: hashes, instants, public numbers.
fn shape(answer: &str) -> Vec<String> {
    let is_drawn = |word: &str| {
        let is_long = word.len() >= 20 || word.starts_with("NRS-");
        is_long && word.bytes().any(|byte| byte.is_ascii_digit())
    };
    let lines = answer.lines().map(|line| {
        let words = line
            .split(' ')
            .map(|word| if is_drawn(word) { "…" } else { word });
        words.collect::<Vec<_>>().join(" ")
    });
    lines.collect()
}

#[test]
fn a_case_by_hand_goes_as_it_is_printed() {
    let lines = in_blocks(&document("README.md"));
    let of = |word: &str| {
        let mut all = lines.iter();
        let found = all.find(|line| line.words[0] == word);
        found.unwrap_or_else(|| panic!("README prints no {word}"))
    };
    let world = World::of(Engine::Sqlite);
    let own = ["--dir", "house"];
    let init: Vec<&str> = of("init")
        .words
        .iter()
        .map(String::as_str)
        .filter(|word| !own.contains(word))
        .collect();
    world.kit.replace(world.good(&init));
    let mut reader = Reader {
        world: &world,
        drawn: BTreeMap::new(),
        change: String::new(),
    };
    for short in ["a", "b"] {
        let printed = said(
            &world.kit.borrow()["passwords"],
            &format!("approver-{short}"),
        );
        let own = format!("a stone bridge in the rain {short}");
        for (ending, password) in [("password", printed), ("own", own)] {
            let file = format!("{short}.{ending}");
            let path = world.note(&file, password.as_bytes());
            reader.drawn.insert(file, path);
        }
    }

    let mut serving = Serving::start(&world);
    let mut number = String::new();
    let mut coordinator = None;
    for line in lines.iter().filter(|line| line.words[0] == "do") {
        let (name, mut fields) = given(line);
        if name == "approve-plan" {
            let desk = coordinator.as_ref().expect("the coordinator is let in");
            let plan = plans(desk, &number);
            reader.drawn.insert(said(&fields, "plan"), plan);
        }
        let answer = reader.gives(line);
        match name {
            "accept-report" => number = said(&answer, "number"),
            "issue-link" => coordinator = Some(lets_in(&serving, &answer)),
            "approve-plan" => {
                fields["person"] = "approver-b".into();
                fields["password_file"] = "b.own".into();
                world.perform(name, &reader.fields(&fields));
            }
            _ => {}
        }
    }
    let page = format!("public/en/advisories/{number}.html");
    let page = world.dir().join(page);
    serving.until("it is published", || page.exists().then_some(()));
    serving.settle();
    serving.stop();
    assert_eq!(world.mails().len(), 1, "to the one who subscribed");

    let verify = of("verify");
    assert_eq!(verify.words[1..3], ["house/public", "--key"]);
    let key = said(&world.kit.borrow()["fingerprints"], "advisory");
    let verified = Command::new(env!("CARGO_BIN_EXE_noroshi"))
        .arg("verify")
        .arg(world.dir().join("public"))
        .args(["--key", &key])
        .output()
        .expect("the binary");
    let told = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert_eq!(verified.status.code(), Some(0), "{told}");
    assert_eq!(shape(&told), shape(&verify.answer));
    world.ends_well();
}

#[test]
fn the_demonstration_holds_as_many_advisories_as_readme_says() {
    let world = testkit::World::founded();
    let begun = world.now();
    let seeded = world.wait(Box::pin(demo::seed(world.house(), begun)));
    let seeded = seeded.expect("a demonstration");
    assert_eq!(seeded.published.len(), 5);
    let minutes = (seeded.coming.1.0 - begun.0 + 59 * SECOND) / (60 * SECOND);
    assert_eq!(minutes, 5);
    for (name, words) in [
        ("README.md", "with five advisories"),
        ("README.md", "five minutes after the"),
        ("README.ja.md", "脆弱性情報 5 件に"),
        ("README.ja.md", "最初の起動から 5 分後に"),
    ] {
        assert!(document(name).contains(words), "{name}: {words}");
    }
}
