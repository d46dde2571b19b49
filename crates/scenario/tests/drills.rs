//! A scenario that does not come true is ended with the number of its line, and what may not be seen is not. The program plays
//! those in drills/, with the pages of their house.

#[cfg(test)]
mod tests {
    use scenario::reader::{Answered, Asked, Doors};
    use scenario::sight::{Scope, look};
    use scenario::stage::BEGINS;
    use scenario::{Played, Script, Stage, Wrong, play, script};
    use seal::record::Realm;
    use serde_json::json;

    fn played(text: &str) -> Result<Played, Wrong> {
        let script = Script::read(text)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(Box::pin(play(&script, |_| Ok(Closed))))
    }

    /// A house whose pages nobody opens.
    struct Closed;

    impl Doors for Closed {
        async fn ask(&self, asked: Asked<'_>) -> Result<Answered, String> {
            Err(format!("{} is closed", asked.path))
        }
    }

    #[test]
    fn what_does_not_come_true_is_named_with_its_line() {
        for (text, line, words) in [
            ("\nthen the ledger says published\n", 2, "0 times"),
            (
                "coordinator does observe {\"case\": \"NRS-1\", \"fact\": \"public_aware\"}\n",
                1,
                "not_found",
            ),
            (
                "coordinator does observe {\"case\": \"$case\"}\n",
                1,
                "nothing was kept as case",
            ),
            ("coordinator does fly {}\n", 1, "no command of this name"),
            (
                "nobody does subscribe {\"address\": \"a@b.example\", \"lang\": \"ja\", \"scope\": {\"scope\": \"everything\"}}\n",
                1,
                "nobody",
            ),
            (
                "coordinator cannot subscribe {\"address\": \"a@b.example\", \"lang\": \"ja\", \"scope\": {\"scope\": \"everything\"}} because input\n",
                1,
                "performed",
            ),
            ("then the public reads words at /en/\n", 1, "/en/ is closed"),
            (
                "then the public reads words at /en/$case\n",
                1,
                "nothing was kept as case",
            ),
            (
                "day 2 00:00\nday 1 00:00 then the ledger says published\n",
                2,
                "does not go back",
            ),
        ] {
            let wrong = played(text).unwrap_err();
            assert_eq!(wrong.line, line, "{wrong}");
            assert!(wrong.what.contains(words), "{wrong}");
        }
    }

    #[test]
    fn where_only_exercises_may_be_seen_nothing_real_is() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(Box::pin(async {
            let stage = Box::pin(Stage::found(BEGINS, |_| {})).await.unwrap();
            let mut numbers = Vec::new();
            for exercise in [false, true] {
                let text = json!({ "lang": "en", "text": "I got in." });
                let fields = json!({
                    "kind": "product", "channel": "form", "consent": "3", "text": text, "exercise": exercise,
                });
                let filed = Box::pin(stage.person_does("reception", "file-report", fields)).await;
                let handling = filed.unwrap()["handling"].as_str().unwrap().to_owned();
                numbers.push(handling);
            }
            let exercises = Scope {
                only: Some(Realm::Exercise),
                ..Scope::default()
            };
            let finder = |n: usize| format!("the finder of {} reads received", numbers[n]);
            let filed = |n: usize| format!("the ledger says report_received {n} times");
            for (sentence, scope, expected) in [
                (finder(0), Scope::default(), Ok(true)),
                (finder(0), exercises, Err("not_found")),
                (finder(1), exercises, Ok(true)),
                (filed(2), Scope::default(), Ok(true)),
                (filed(1), exercises, Ok(true)),
            ] {
                let seen = script::seen(&sentence).unwrap();
                let found = Box::pin(look(&stage.house, &seen, &scope)).await;
                let found = found.map(|sight| sight.is_so);
                assert_eq!(found.map_err(|fault| fault.code()), expected, "{sentence}");
            }
        }));
    }
}
