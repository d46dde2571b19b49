//! The catalogues: the same keys in both languages, each with words, each asked for.

use super::*;

fn keys(lang: Lang) -> Vec<String> {
    let lines = sources(lang).into_iter().flat_map(str::lines);
    let keys = lines.filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    keys.filter_map(|line| line.split_once(" ="))
        .map(|(key, _)| key.to_owned())
        .collect()
}

fn is_key(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && !text.is_empty()
}

/// The text of every source file and template, to see which keys are asked for.
fn sources_and_templates() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = String::new();
    // Portal and server say by key what was wrong with a form.
    let mut folders = ["src", "templates", "../portal/src", "../server/src"]
        .map(|folder| root.join(folder))
        .to_vec();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                all.push_str(&std::fs::read_to_string(path).unwrap_or_default());
            }
        }
    }
    assert!(
        all.len() > 10_000,
        "the sources are where the test expects them"
    );
    all
}

#[test]
fn both_languages_have_the_same_keys_once() {
    assert_eq!(keys(Lang::Ja), keys(Lang::En));
    let unique: BTreeSet<String> = keys(Lang::Ja).into_iter().collect();
    assert_eq!(unique.len(), keys(Lang::Ja).len());
}

#[test]
fn the_catalogues_parse_and_every_message_formats() {
    for lang in Lang::ALL {
        let mut names = BTreeSet::new();
        for source in sources(lang) {
            assert!(
                FluentResource::try_new(source.to_owned()).is_ok(),
                "{source}"
            );
            let starts = source
                .match_indices('$')
                .map(|(at, _)| source.split_at(at + 1).1);
            names.extend(starts.map(|rest| {
                rest.split(|c: char| !c.is_ascii_alphanumeric())
                    .next()
                    .unwrap_or_default()
            }));
        }
        let args: Vec<(&str, &str)> = names.into_iter().map(|name| (name, "1")).collect();
        for key in keys(lang) {
            let words = Say(lang).with(&key, &args);
            assert!(!words.contains('⟦') && !words.is_empty(), "{words}");
        }
    }
}

#[test]
fn every_key_asked_for_exists_and_every_key_is_asked_for() {
    let all = sources_and_templates();
    let known: BTreeSet<String> = keys(Lang::Ja).into_iter().collect();
    for call in [".t(", ".with(", ".count("] {
        for (at, _) in all.match_indices(call) {
            let rest = all.split_at(at + call.len()).1.trim_start();
            let literal = rest.strip_prefix('"').and_then(|rest| rest.split_once('"'));
            if let Some((key, _)) = literal {
                assert!(known.contains(key) || !is_key(key), "no words for {key}");
            }
        }
    }
    let unused: Vec<&String> = known
        .iter()
        .filter(|key| !all.contains(&format!("\"{key}\"")))
        .filter(|key| !crate::tests::desk::is_composed(key))
        .filter(|key| !crate::tests::editor::is_composed(key))
        .collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
}

#[test]
fn japanese_words_do_not_read_like_translation() {
    let foreign = [
        "clock",
        "queue",
        "desk",
        "timeline",
        "four eyes",
        "ledger",
        "outbox",
        "dead letter",
        "bounce",
        "escalation",
        "digest",
        "step-up",
        "recovery code",
        "saved view",
        "spin-off",
        "edition",
        "rehearsal",
        "abort",
        "dark mode",
        "下さい",
        "サーバを",
        "ソフトウエア",
    ];
    for source in sources(Lang::Ja) {
        for line in source.lines().filter_map(|line| line.split_once(" = ")) {
            let words = line.1.to_lowercase();
            assert!(
                foreign.iter().all(|foreign| !words.contains(foreign)),
                "{words}"
            );
        }
    }
}
