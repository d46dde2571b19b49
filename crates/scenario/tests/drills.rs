//! The scenarios in drills/ come true, and one that does not is ended with the number of its line.

#[cfg(test)]
mod tests {
    use scenario::{Played, Script, Wrong, play};

    fn played(text: &str) -> Result<Played, Wrong> {
        let script = Script::read(text)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(Box::pin(play(&script)))
    }

    #[test]
    fn the_ordinary_case_comes_true() {
        let text = include_str!("../../../drills/ordinary-case.scenario");
        let played = played(text).unwrap();
        assert_eq!(played.title, "The ordinary case");
        assert!(played.seen > 15, "{played:?}");
    }

    #[test]
    fn the_leak_on_day_12_comes_true() {
        let text = include_str!("../../../drills/leak-on-day-12.scenario");
        let played = played(text).unwrap();
        assert!(played.acts > 20, "{played:?}");
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
            ("day 2 00:00\nday 1 00:00\n", 2, "does not go back"),
        ] {
            let wrong = played(text).unwrap_err();
            assert_eq!(wrong.line, line, "{wrong}");
            assert!(wrong.what.contains(words), "{wrong}");
        }
    }
}
