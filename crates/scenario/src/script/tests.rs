//! What can be read as a scenario, and what is said of the rest.

use super::*;
use serde_json::json;

fn only(text: &str) -> Line {
    let mut lines = Script::read(text).unwrap().lines;
    assert_eq!(lines.len(), 1, "{text}");
    lines.remove(0)
}

fn wrong(text: &str, line: usize, words: &str) {
    let found = Script::read(text).unwrap_err();
    assert_eq!(found.line, line, "{found}");
    assert!(found.what.contains(words), "{found}");
}

#[test]
fn a_statement_may_go_on_in_the_next_line_and_keeps_what_it_was_answered() {
    let line = only(
        "# a remark\n\nday 2 09:30 coordinator does add-participant {\"case\": \"$case\",\n  \"part\": \"vendor\"} keeps tracking as Aoba, participant as id\n",
    );
    assert_eq!(line.number, 3);
    let at = Moment {
        day: 2,
        hour: 9,
        minute: 30,
    };
    assert_eq!(line.at, Some(at));
    let keeps = [("tracking", "Aoba"), ("participant", "id")];
    let expected = Step::Does {
        who: Who::Person("coordinator".to_owned()),
        command: "add-participant".to_owned(),
        fields: json!({ "case": "$case", "part": "vendor" }),
        keeps: keeps
            .map(|(field, name)| (field.to_owned(), name.to_owned()))
            .into(),
    };
    assert_eq!(line.step, Some(expected));
}

#[test]
fn a_scenario_in_which_nothing_happens_and_an_event_that_does_not_exist_are_refused() {
    for empty in ["", "# a remark\n", "title Nothing\nday 0 01:00\n"] {
        wrong(empty, 0, "nothing is done in it");
    }
    wrong(
        "then the ledger says publishd once",
        1,
        "no event is called publishd",
    );
    // One without fields, one with.
    for kind in ["clock_started", "case_opened"] {
        assert!(is_kind(kind), "{kind}");
    }
}

#[test]
fn what_somebody_sees_is_read() {
    let then = |text: &str| only(&format!("then {text}")).step;
    for (text, expected) in [
        (
            "the ledger says published once",
            Seen::Ledger {
                kind: "published".to_owned(),
                times: Some(1),
            },
        ),
        (
            "vendor Aoba sees date asked",
            Seen::Date {
                vendor: "Aoba".to_owned(),
                state: "asked".to_owned(),
            },
        ),
        (
            "vendor Aoba does not see what Birch said",
            Seen::Text {
                vendor: "Aoba".to_owned(),
                text: "what Birch said".to_owned(),
                is_there: false,
            },
        ),
        (
            "mail reaches reader.example 2 times",
            Seen::Mail {
                address: "reader.example".to_owned(),
                times: 2,
            },
        ),
    ] {
        assert_eq!(then(text), Some(Step::Then(expected)), "{text}");
    }
}

#[test]
fn finders_act_and_readers_reply() {
    let acts = only("the finder of $report does add-to-report {}").step;
    let Some(Step::Does { who, command, .. }) = acts else {
        panic!("{acts:?}");
    };
    assert_eq!(who, Who::Finder("$report".to_owned()));
    assert_eq!(command, "add-to-report");
    let replies = |words: &str, refused: Option<&str>| {
        Some(Step::Replies {
            address: "one@reader.example".to_owned(),
            words: words.to_owned(),
            refused: refused.map(str::to_owned),
        })
    };
    for (text, expected) in [
        ("replies $CODE", replies("$CODE", None)),
        (
            "replies in vain 000000 because reply.code",
            replies("000000", Some("reply.code")),
        ),
    ] {
        assert_eq!(
            only(&format!("reader one@reader.example {text}")).step,
            expected
        );
    }
}

#[test]
fn what_somebody_sees_is_written_as_it_is_read() {
    for text in [
        "the ledger says published",
        "the ledger says published 1 times",
        "vendor TN#12345674 sees date asked",
        "vendor TN#12345674 sees 経路の検査 and more",
        "vendor TN#12345674 does not see 経路の検査",
        "the finder of 1234-5678-2 reads received",
        "the public reads NRS-12345674",
        "the public does not read NRS-12345674",
        "the public reads 3.2.1 に更新します at /ja/advisories/NRS-12345674.html",
        "coordinator reads at noon at /en/desk/tasks",
        "coordinator does not read NRS-12345674 at /en/desk/",
        "mail reaches reader.example 0 times",
    ] {
        assert_eq!(seen(text).unwrap().to_string(), text);
    }
    let none = seen("no mail reaches reader.example").unwrap();
    assert_eq!(seen(&none.to_string()), Ok(none));
}

#[test]
fn what_cannot_be_read_is_named_with_its_line() {
    wrong("title x\nday 1 25:00\n", 2, "a moment reads");
    wrong("\ncoordinator says hello\n", 2, "`does` or `cannot`");
    wrong("coordinator does observe {\"case\": }\n", 1, "JSON");
    wrong("coordinator cannot observe {}\n", 1, "because");
    wrong("then nothing happens\n", 1, "docs/scenarios.md");
    wrong("the vendor does observe {}\n", 1, "the finder of");
    wrong("a does observe {} keeps case as CODE\n", 1, "another name");
    wrong("reader a@b.example does observe {}\n", 1, "replies");
    wrong("reader a@b.example replies in vain 000000\n", 1, "because");
    wrong("then editor reads  at /ja/desk/\n", 1, "which words");
    wrong("then editor reads words at noon\n", 1, "docs/scenarios.md");
    wrong("then mail reaches somebody often\n", 1, "how often");
}
