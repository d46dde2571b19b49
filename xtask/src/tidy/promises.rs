//! What pages, letters and documents promise is kept by a test, or said to be kept by people.
//!
//! docs/promises.md lists the sentences of messages by their keys, in both languages, and those of documents by their names.
//! A sentence that changed, a test that is gone, and what sounds like a promise and is not listed are findings. How a
//! promise sounds is a list of words: it asks a writer to look, and decides nothing. Whether a test keeps what it is named
//! for, its readers judge.

use super::{Findings, catalogues};
use crate::house::{House, files_below, has_extension, read_text};
use crate::problem::Outcome;
use std::collections::{BTreeMap, BTreeSet};

const PAGE: &str = "docs/promises.md";

/// How a promise sounds in English.
const SOUNDS: [&str; 32] = [
    " will ",
    "Will ",
    "asked again",
    "asked anew",
    "entry goes",
    "never",
    "by itself",
    "xactly",
    "nothing else",
    "is lost",
    "valid for",
    "only now",
    "cannot be undone",
    "at once",
    "to nobody",
    "We tell",
    "we tell",
    "We send",
    "we send",
    "we call",
    "no mails",
    "is told",
    "Nothing is sent",
    "are kept",
    "is kept",
    "It stays",
    "We do not",
    "we do not",
    "Nothing was changed",
    "nothing more of",
    "contacts nobody",
    "no longer",
];

/// How a promise sounds in Japanese.
const JAPANESE_SOUNDS: [&str; 49] = [
    "お知らせします",
    "知らせません",
    "お知らせしません",
    "お送りします",
    "お送りしません",
    "連絡しません",
    "お電話します",
    "自動で",
    "失われ",
    "残ります",
    "残っています",
    "そのまま",
    "保存します",
    "保存し、",
    "保存されません",
    "一度だけ",
    "今だけ",
    "元に戻せません",
    "取り消せません",
    "有効です",
    "有効期間",
    "時間後",
    "時間は、",
    "有効になります",
    "無効になります",
    "使えなくなります",
    "公表しません",
    "公開しません",
    "掲載しません",
    "載せません",
    "載りません",
    "伝えません",
    "伝えることは",
    "提供しません",
    "使いません",
    "始まりません",
    "呼び出しません",
    "呼び出します",
    "再発行",
    "すぐに",
    "いつでも",
    "公表します",
    "公表されます",
    "公表されません",
    "なくなります",
    "停止します",
    "送信しません",
    "を繰り返します",
    "開きません",
];

/// How a promise sounds in a document, where much is told that promises nothing.
const SOUNDS_OF_DOCUMENTS: [&str; 14] = [
    "never",
    "by itself",
    "is lost",
    "was lost",
    "loses nothing",
    " at once",
    "nobody",
    "Nobody",
    "nowhere",
    "within a second",
    "within seconds",
    "othing is published",
    "ublishes nothing",
    "prints it once",
];

/// The same in Japanese.
const JAPANESE_SOUNDS_OF_DOCUMENTS: [&str; 6] = [
    "一度だけ",
    "一度しか",
    "自動で",
    "ひとりでに",
    "失われ",
    "ことはありません",
];

const BY_TESTS: &str = "Kept by tests";
const BY_PEOPLE: &str = "Kept by people";
const NONE: &str = "No promise of ours";
const OF_DOCUMENTS: &str = "What documents promise";

/// What stands in place of tests in a row of a document.
const PEOPLE: &str = "by people: ";
const NO_PROMISE: &str = "no promise";

/// What parts several passages of one document that the same keeps.
const APART: &str = " / ";

/// Folders and documents below `docs` that are for whoever builds Noroshi.
const FOR_BUILDERS: [&str; 5] = [
    "docs/contribute.md",
    "docs/decisions/",
    "docs/design/",
    "docs/promises.md",
    "docs/roadmap.md",
];

/// What the page is compared with.
#[derive(Debug, Default)]
struct Known {
    english: BTreeMap<String, String>,
    japanese: BTreeMap<String, String>,
    /// Documents by their names, each in one line.
    documents: BTreeMap<String, String>,
    tests: BTreeSet<String>,
}

/// What the page lists, and what is wrong with it.
#[derive(Debug, Default)]
struct Listed {
    keys: BTreeSet<String>,
    passages: BTreeMap<String, Vec<String>>,
    found: Vec<String>,
}

/// Returns each promise that nothing keeps.
pub fn kept(house: &House) -> Findings {
    let mut known = Known {
        english: catalogues::messages(house, "en")?,
        japanese: catalogues::messages(house, "ja")?,
        documents: documents(house)?,
        tests: BTreeSet::new(),
    };
    for file in files_below(&house.root.join("crates"))? {
        if has_extension(&file, "rs") {
            known.tests.extend(tests_of(&read_text(&file)?));
        }
    }
    let page = read_text(&house.root.join(PAGE))?;
    Ok(compare(&page, &known))
}

/// The documents for whoever runs or uses the program.
fn documents(house: &House) -> Outcome<BTreeMap<String, String>> {
    let mut files = files_below(&house.root.join("docs"))?;
    for name in ["README.md", "README.ja.md"] {
        files.push(house.root.join(name));
    }
    let mut all = BTreeMap::new();
    for file in files {
        let name = super::files::name(house, &file);
        let is_for_builders = FOR_BUILDERS.iter().any(|begin| name.starts_with(begin));
        if has_extension(&file, "md") && !is_for_builders {
            let text = plain(&read_text(&file)?);
            all.insert(name, text);
        }
    }
    Ok(all)
}

/// A document in one line, without blocks of code and emphasis.
fn plain(text: &str) -> String {
    let mut is_code = false;
    let mut words = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            words.extend(line.split_whitespace());
        }
    }
    words.join(" ").replace("**", "")
}

fn compare(page: &str, known: &Known) -> Vec<String> {
    let mut listed = Listed::default();
    let mut section = "";
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            section = title.trim();
            continue;
        }
        if section == NONE {
            listed.no_promises(line, known);
            continue;
        }
        if !line.starts_with("| `") {
            continue;
        }
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        match section {
            BY_TESTS => listed.message(&cells, true, known),
            BY_PEOPLE => listed.message(&cells, false, known),
            OF_DOCUMENTS => listed.document(&cells, known),
            _ => {}
        }
    }
    listed.sounding(&known.english, &SOUNDS);
    listed.sounding(&known.japanese, &JAPANESE_SOUNDS);
    for (name, text) in &known.documents {
        listed.sounding_document(name, text);
    }
    listed.found
}

impl Listed {
    fn tell(&mut self, finding: String) {
        self.found.push(finding);
    }

    /// Takes in a line of messages that promise nothing.
    fn no_promises(&mut self, line: &str, known: &Known) {
        for key in codes(line) {
            if !known.english.contains_key(key) {
                self.tell(format!("{PAGE} names `{key}`, which is no message"));
            }
            self.keys.insert(key.to_owned());
        }
    }

    /// Takes in a row of a message.
    fn message(&mut self, cells: &[&str], is_by_tests: bool, known: &Known) {
        let &[key, english, japanese, keeper] = cells else {
            let row = cells.join(" | ");
            self.tell(format!("{PAGE} has a row without four cells: {row}"));
            return;
        };
        let key = key.trim_matches('`');
        self.keys.insert(key.to_owned());
        for (language, sentence, messages) in [
            ("English", english, &known.english),
            ("Japanese", japanese, &known.japanese),
        ] {
            if !says(messages.get(key), sentence) {
                self.tell(format!("`{key}` does not say “{sentence}” in {language}"));
            }
        }
        if is_by_tests {
            self.tests(key, keeper, &known.tests);
        }
    }

    /// Takes in a row of a document.
    fn document(&mut self, cells: &[&str], known: &Known) {
        let &[name, passages, keeper] = cells else {
            let row = cells.join(" | ");
            self.tell(format!("{PAGE} has a row without three cells: {row}"));
            return;
        };
        let name = name.trim_matches('`');
        for passage in passages.split(APART).map(str::trim) {
            if !says(known.documents.get(name), passage) {
                self.tell(format!("{name} does not say “{passage}” ({PAGE})"));
            }
            let of_document = self.passages.entry(name.to_owned()).or_default();
            of_document.push(passage.to_owned());
        }
        if keeper != NO_PROMISE && !keeper.starts_with(PEOPLE) {
            self.tests(name, keeper, &known.tests);
        }
    }

    /// Looks for the tests that keep what a message or a document says.
    fn tests(&mut self, whose: &str, keeper: &str, tests: &BTreeSet<String>) {
        let named = codes(keeper);
        if named.is_empty() {
            self.tell(format!("nothing keeps what `{whose}` says ({PAGE})"));
        }
        for test in named.into_iter().filter(|test| !tests.contains(*test)) {
            self.tell(format!("no test is named `{test}` ({PAGE}, `{whose}`)"));
        }
    }

    /// Finds messages that sound like a promise and stand in no row.
    fn sounding(&mut self, messages: &BTreeMap<String, String>, sounds: &[&str]) {
        for (key, text) in messages {
            let sound = sounds.iter().find(|sound| text.contains(**sound));
            if let (Some(sound), false) = (sound, self.keys.contains(key)) {
                self.tell(unlisted(&format!("`{key}` (“{sound}”)")));
            }
        }
    }

    /// Finds what sounds like a promise in a document and stands in no row.
    fn sounding_document(&mut self, name: &str, text: &str) {
        let sounds: &[&str] = if name.contains(".ja.") {
            &JAPANESE_SOUNDS_OF_DOCUMENTS
        } else {
            &SOUNDS_OF_DOCUMENTS
        };
        let rest = self.rest(name, text);
        for &sound in sounds {
            for (at, _) in rest.match_indices(sound) {
                let passage = around(&rest, at, sound);
                self.tell(unlisted(&format!("“{passage}” of {name}")));
            }
        }
    }

    /// A document without the passages that are listed of it.
    fn rest(&self, name: &str, text: &str) -> String {
        let mut passages = self.passages.get(name).cloned().unwrap_or_default();
        passages.retain(|passage| !passage.is_empty());
        // A passage may lie in a longer one.
        passages.sort_by_key(|passage| std::cmp::Reverse(passage.len()));
        let mut rest = text.to_owned();
        for passage in passages {
            rest = rest.replace(&passage, "…");
        }
        rest
    }
}

fn unlisted(what: &str) -> String {
    format!("{what} sounds like a promise: list it in {PAGE} with the test that keeps it")
}

fn says(text: Option<&String>, sentence: &str) -> bool {
    !sentence.is_empty() && text.is_some_and(|text| text.contains(sentence))
}

/// A sound with what stands around it.
fn around(text: &str, at: usize, sound: &str) -> String {
    let before: Vec<char> = text[..at].chars().rev().take(40).collect();
    let after = text[at + sound.len()..].chars().take(40);
    let begun = before.into_iter().rev().chain(sound.chars());
    begun.chain(after).collect()
}

/// What stands between backticks.
fn codes(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

/// The names of the tests of a file.
fn tests_of(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_next = false;
    for line in source.lines().map(str::trim_start) {
        let name = line.trim_start_matches("async ").strip_prefix("fn ");
        // A story, or a test of the store, is written once and runs on both engines.
        let story = name.and_then(|rest| {
            rest.strip_suffix("(engine) {")
                .or_else(|| rest.strip_suffix("(world) {"))
        });
        found.extend(story.map(str::to_owned));
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_next = true;
        } else if is_next && !line.starts_with("#[") && !line.starts_with("//") {
            let name = name.and_then(|rest| rest.split('(').next());
            found.extend(name.map(str::to_owned));
            is_next = false;
        }
    }
    found
}

#[cfg(test)]
mod checks {
    use super::*;

    fn all<const N: usize>(of: [(&str, &str); N]) -> BTreeMap<String, String> {
        of.map(|(key, text)| (key.to_owned(), text.to_owned()))
            .into()
    }

    fn known() -> Known {
        Known {
            english: all([
                ("plan", "It goes out by itself. Look here."),
                ("call", "we call you"),
                ("title", "What will happen"),
                ("stay", "Look below."),
            ]),
            japanese: all([
                ("plan", "自動で出ます。ご覧ください。"),
                ("call", "お電話します。"),
                ("title", "今後"),
                ("stay", "そのままです。"),
            ]),
            documents: all([
                (
                    "docs/replay.md",
                    "It never ends. Run it. Nobody waits, and nobody asks.",
                ),
                ("README.ja.md", "一度だけ表示します。"),
            ]),
            tests: BTreeSet::from(["goes".to_owned()]),
        }
    }

    const GOOD: &str = "## Kept by tests\n| message | says | in Japanese | tests |\n\
        | `plan` | It goes out by itself. | 自動で出ます。 | `goes` |\n\
        ## Kept by people\n| `call` | we call you | お電話します。 | a task |\n\
        ## No promise of ours\n- titles: `title`, `stay`\n\
        ## What documents promise\n| `docs/replay.md` | It never ends. | `goes` |\n\
        | `docs/replay.md` | Nobody waits / nobody asks | no promise |\n\
        | `README.ja.md` | 一度だけ表示します。 | by people: who reads it |\n";

    fn found(page: &str) -> Vec<String> {
        compare(page, &known())
    }

    #[test]
    fn what_is_listed_and_kept_is_no_finding() {
        assert_eq!(found(GOOD), Vec::<String>::new());
    }

    #[test]
    fn what_changed_or_is_gone_or_not_listed_is_found() {
        for (from, to) in [
            ("out by itself.", "out alone."),
            ("| `goes` |\n## Kept", "| `went` |\n## Kept"),
            ("| `goes` |\n## Kept", "| none |\n## Kept"),
            ("`call` |", "`cell` |"),
            ("`title`", "`titel`"),
            ("- titles: `title`, `stay`\n", ""),
            (" | `goes` |\n## Kept", " |\n## Kept"),
        ] {
            assert!(GOOD.contains(from), "{from}");
            assert!(!found(&GOOD.replace(from, to)).is_empty(), "{from}");
        }
    }

    #[test]
    fn a_japanese_sentence_that_changed_or_is_not_listed_is_found() {
        for (from, to, told) in [
            ("自動で出ます。", "自動で消えます。", "in Japanese"),
            (" | 自動で出ます。", "", "four cells"),
            (" | 自動で出ます。 | `goes`", " | | `goes`", "say “”"),
            (", `stay`", "", "`stay` (“そのまま”) sounds"),
        ] {
            assert!(GOOD.contains(from), "{from}");
            let found = found(&GOOD.replace(from, to));
            assert!(found.concat().contains(told), "{from}: {found:?}");
        }
        let mut known = known();
        let text = known.japanese.get_mut("plan").unwrap();
        *text = text.replace("自動で", "必ず");
        assert_eq!(compare(GOOD, &known).len(), 1);
    }

    #[test]
    fn a_sentence_of_a_document_that_is_gone_or_not_listed_is_found() {
        for (from, to, told) in [
            ("It never ends.", "It always ends.", "does not say"),
            ("`docs/replay.md` | It", "`README.md` | It", "does not say"),
            ("Nobody waits / nobody asks", "Nobody waits", "nobody asks"),
            ("no promise", "nothing", "nothing keeps"),
            ("by people: who reads it", "by people:", "nothing keeps"),
            ("ends. | `goes`", "ends. | `went`", "no test is named"),
            ("一度だけ表示します。", "表示します。", "sounds"),
            (" | no promise", "", "three cells"),
        ] {
            assert!(GOOD.contains(from), "{from}");
            let found = found(&GOOD.replace(from, to));
            assert!(found.concat().contains(told), "{from}: {found:?}");
        }
        let mut known = known();
        let text = known.documents.get_mut("docs/replay.md").unwrap();
        *text = text.replace("never ends", "ends");
        assert_eq!(compare(GOOD, &known).len(), 1);
    }

    #[test]
    fn a_document_is_read_in_one_line_without_code_and_emphasis() {
        let text = "It is **never**\n  lost.\n\n```\nnever\n```\n| so | it is |\n";
        assert_eq!(plain(text), "It is never lost. | so | it is |");
    }

    #[test]
    fn a_test_is_known_by_what_stands_above_it() {
        let source = "#[test]\nfn one() {}\nfn two() {}\n    #[tokio::test(flavor = \"x\")]\n    #[expect(x)]\n    async fn three() {}\n    async fn four(world) {\n    fn five(engine) {";
        assert_eq!(tests_of(source), ["one", "three", "four", "five"]);
    }
}
