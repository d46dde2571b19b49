//! The gate (docs/design/security.md §3.2): attack and verification methods, persons and unsorted words leave by no
//! sink.
//!
//! The sinks that exist so far are the public tree, mails, the terminal and refusals.

use serde_json::json;

use crate::play::{Case, SECOND, now};
use crate::scan::{Canary, Scanner};
use crate::serving::Serving;
use crate::world::{World, files};

/// Returns what has left the house: tree, mails, and all that was said.
fn what_left(world: &World) -> Vec<(String, Vec<u8>)> {
    let mut out = vec![("the terminal".to_owned(), world.said())];
    for folder in ["public", "mail", "press"] {
        for path in files(&world.dir().join(folder)) {
            out.push((
                path.display().to_string(),
                std::fs::read(&path).unwrap_or_default(),
            ));
        }
    }
    out
}

fn nothing_left(world: &World, canaries: &[Canary]) {
    let scanner = Scanner::of(canaries);
    for (sink, bytes) in what_left(world) {
        let found = scanner.found(&bytes);
        assert!(found.is_empty(), "in {sink}: {found:?}");
    }
}

/// Returns a text of a draft, with a class of its own if there is one.
fn text(field: &str, words: &str, class: Option<&str>) -> serde_json::Value {
    let mut text = json!({ "field": field, "lang": "en", "text": words });
    if let Some(class) = class {
        text["class"] = class.into();
    }
    text
}

on_both! {
    fn what_must_not_leave_leaves_by_no_sink(engine) {
        let world = World::founded(engine);
        let mut case = Case::open(&world, false);
        let until = (now() + 5 * SECOND) / SECOND * SECOND;
        case.coordinate(until);

        // Details of these classes do not travel to a vendor by command.
        for class in ["A", "T", "G", "I", "O"] {
            let fields = json!({ "participant": case.tracking[0], "classes": [class] });
            case.refuses("send-details", fields, "gate.withheld");
        }

        // No advisory takes them.
        for class in ["A", "T", "O", "I", "G", "U", "C", "J"] {
            let attempt = Canary::draw(class);
            let texts = [text("title", "A title", None), text("details", &attempt.word, Some(class))];
            case.refuses("draft-advisory", case.draft_of(&texts, "final"), "gate.withheld");
            case.kept.push(attempt);
        }
        let attempt = Canary::draw("H");
        let texts = [text("title", "A title", None), text("details", &attempt.word, Some("H"))];
        case.refuses("draft-advisory", case.draft_of(&texts, "final"), "gate.withheld");
        case.kept.push(attempt);

        // A person is named with a consent only.
        let person = Canary::draw("a person to thank");
        let plan = json!({ "case": case.number, "instant": crate::play::at(until) });
        let helpful = |more: Vec<serde_json::Value>| {
            let mut texts = vec![text("title", "A title", None), text("fix", "Update now", None)];
            for (field, words) in [("affected", "All of it"), ("detection", "Not known"), ("side_effects", "None")] {
                texts.push(text(field, words, None));
            }
            texts.extend(more);
            let mut fields = case.draft_of(&texts, "final");
            fields["facts"]["untranslated"] = json!(["ja"]);
            fields
        };
        world.perform("draft-advisory", &helpful(vec![text("credit", &person.word, None)]));
        assert_eq!(world.refused("plan-release", &plan), "gate.withheld");

        // Without anything that helps, the flaw itself stays in (R-V1).
        let bare = [text("title", "A title", None), text("details", "The flaw", None)];
        world.perform("draft-advisory", &case.draft_of(&bare, "final"));
        assert_eq!(world.refused("plan-release", &plan), "gate.withheld");

        // What was pasted from a verification method is recognised.
        assert!(case.verification.chars().count() > 30);
        let pasted = format!("Somebody wrote: {}", case.verification.to_uppercase());
        world.perform("draft-advisory", &helpful(vec![text("details", &pasted, None)]));
        assert_eq!(world.refused("plan-release", &plan), "gate.overlap");

        // A finder's receipt stands in no text.
        let receipt = {
            let text = json!({ "lang": "en", "text": "another report" });
            let filed = world.perform("file-report", &json!({ "kind": "product", "channel": "form", "text": text }));
            crate::play::said(&filed, "receipt")
        };
        assert_eq!(world.refused("draft-advisory", &helpful(vec![text("note", &receipt, None)])), "text.receipt");

        // The control: the same advisory without these texts goes out, and with it nothing of the others.
        case.draft(None);
        let plan = case.plan(until);
        case.approve_by_two(&plan);
        case.readers();
        let mut serving = Serving::start(&world);
        serving.until("the release is recorded", || (world.count("delivery") == 3).then_some(()));
        serving.settle();
        serving.stop();
        let mut withheld = case.kept.clone();
        withheld.push(person);
        nothing_left(&world, &withheld);
        let scanner = Scanner::of(&case.released[1..]);
        let left = what_left(&world).iter().any(|(_, bytes)| !scanner.found(bytes).is_empty());
        assert!(left, "the scanner is blind");
        world.ends_well();
    }
}
