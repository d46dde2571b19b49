//! What somebody can do who has a log key of their own, and who has an older tree.

use seal::verify::{self, KeyPin, LogPin, Options};
use serde_json::Value;

use super::{Mutation, codes};
use crate::tree::*;

/// What somebody can do who has a log key, and no advisory key: the list of files is signed anew.
#[test]
fn lists_that_say_other_than_the_documents_are_found() {
    fn edit(files: &mut Files, path: &str, from: &str, to: &str) {
        let text = String::from_utf8(files[path].clone()).unwrap();
        assert!(text.contains(from), "{path}: {from}");
        put(files, path, text.replacen(from, to, 1).as_bytes());
    }
    fn without(files: &mut Files, path: &str, id: &str) {
        let mut list: Value = serde_json::from_slice(&files[path]).unwrap();
        let all = list["advisories"].as_array_mut().unwrap();
        all.retain(|one| one["id"] != id);
        put(files, path, &pretty(&list));
    }
    const FEED: &str = "en/advisories/feed.atom";
    const INDEX: &str = "ja/advisories/index.json";
    const LIST: &str = "advisories.json";
    let mutations: [Mutation; 28] = [
        ("list-set", |files| without(files, LIST, "NRS-2")),
        ("list-set", |files| without(files, INDEX, "NRS-1")),
        ("list-set", |files| edit(files, INDEX, "NRS-2\"", "NRS-9\"")),
        ("list-differs", |files| {
            edit(files, LIST, "not_recorded", "critical")
        }),
        ("list-differs", |files| {
            edit(files, LIST, "\"revision\": 2", "\"revision\": 1")
        }),
        ("list-differs", |files| {
            edit(files, LIST, "A <title>", "All is well")
        }),
        ("list-differs", |files| edit(files, INDEX, "題", "別")),
        ("list-differs", |files| {
            edit(files, LIST, "Text with", "No text with")
        }),
        ("list-differs", |files| {
            edit(files, FEED, "<summary>Text", "<summary>Do not update. Text")
        }),
        ("list-differs", |files| {
            let spared = "\"unaffected\": [{ \"names\": [\"A vendor\"] }], \"path\"";
            edit(files, INDEX, "\"path\"", spared)
        }),
        ("list-link", |files| {
            edit(files, LIST, "/en/advisories/NRS-1", "/en/NRS-1")
        }),
        ("list-link", |files| {
            edit(files, INDEX, "/ja/advisories/NRS-1", "/ja/x")
        }),
        ("list-differs", |files| {
            edit(files, FEED, "A &lt;title&gt;", "Nothing")
        }),
        ("list-differs", |files| {
            edit(
                files,
                FEED,
                &format!("<updated>{OLD}"),
                "<updated>2020-01-01T00:00:00Z",
            )
        }),
        ("list-link", |files| {
            edit(files, FEED, "/en/advisories/NRS-2", "/elsewhere")
        }),
        ("list-order", |files| edit(files, FEED, SECOND, OLD)),
        ("list-set", |files| {
            edit(files, FEED, "noroshi:NRS-2<", "noroshi:NRS-1<")
        }),
        // Words before a title, a second link, an entry in another form, one that is left out.
        ("list-differs", |files| {
            edit(files, FEED, "<title>A &lt;", "<title>WITHDRAWN: A &lt;")
        }),
        ("list-link", |files| {
            let (own, other) = ("type=\"text/html\" href", "type=\"text/html\" x=\"\" href");
            edit(files, FEED, own, other)
        }),
        ("list-form", |files| {
            let other = "<link href=\"https://evil.example/\"/>\n<summary>";
            edit(files, FEED, "<summary>", other)
        }),
        ("list-form", |files| {
            edit(files, FEED, "</feed>", "<entry a=\"\">x</entry></feed>")
        }),
        ("list-form", |files| {
            edit(files, FEED, "</feed>", "<a:entry>x</a:entry></feed>")
        }),
        ("list-form", |files| {
            edit(files, FEED, "</entry>", "<title>y</title></entry>")
        }),
        ("list-form", |files| {
            edit(files, FEED, "<summary>", "<summary type=\"html\">")
        }),
        ("list-form", |files| {
            edit(files, FEED, "<author>", "<subtitle>y</subtitle><author>")
        }),
        ("list-form", |files| {
            edit(
                files,
                FEED,
                "<link rel=\"alternate\" href=\"",
                "<link rel=\"alternate\" href=\"https://evil.example/",
            )
        }),
        ("list-link", |files| {
            edit(files, FEED, "/csaf/white/2026/x.json", "/other.json")
        }),
        ("list-set", |files| {
            let feed = String::from_utf8(files[FEED].clone()).unwrap();
            let (before, rest) = feed.split_once("<entry>").unwrap();
            let (_, after) = rest.split_once("</entry>").unwrap();
            put(files, FEED, format!("{before}{after}").as_bytes());
        }),
    ];
    let key = || Some(KeyPin::Fingerprint(ADVISORY.fingerprint.clone()));
    for (code, mutate) in mutations {
        let mut files = GOOD.clone();
        mutate(&mut files);
        resum(&mut files);
        let report = verified(&files, key());
        assert!(
            codes(&report).contains(&code),
            "{code}: {:?}",
            report.findings
        );
    }
}

/// Whoever has the tree can sign its lists anew, under a key of their own; not under one that the advisory key vouches for.
#[test]
fn a_log_key_that_the_pinned_key_does_not_certify_is_found() {
    let of = |log: Vec<u8>, pin: Option<KeyPin>, log_key: Option<String>| {
        let mut files = GOOD.clone();
        put(&mut files, "keys/log.asc", &log);
        let folder = Folder::of(&files);
        let options = Options {
            log_key,
            ..options(pin)
        };
        let report = verify::tree(&folder.path, &options).unwrap();
        codes(&report).contains(&"log-key")
    };
    let pin = || Some(KeyPin::Fingerprint(ADVISORY.fingerprint.clone()));
    // As an older program made it; and certified by nobody who counts.
    let bare = LOG.public.clone();
    let by_itself = signing(&LOG).certify(&bare, at()).unwrap();
    for log in [&bare, &by_itself] {
        assert!(of(log.clone(), pin(), None));
        assert!(!of(log.clone(), pin(), Some(LOG.fingerprint.clone())));
        assert!(!of(log.clone(), None, None), "nothing is pinned");
    }
    let certified = signing(&ADVISORY).certify(&bare, at()).unwrap();
    assert!(!of(certified, pin(), None));
}

#[test]
fn an_older_tree_and_another_log_are_found_by_what_was_noted_before() {
    let folder = Folder::of(&GOOD);
    let now = verify::tree(&folder.path, &options(None)).unwrap();
    assert_eq!(now.newest, Some(("NRS-1".to_owned(), SECOND.to_owned())));
    let noted = LogPin::parse(&now.log).unwrap();
    let with = |log, log_key: Option<String>| Options {
        log: Some(log),
        log_key,
        ..options(None)
    };
    let own = Some(LOG.fingerprint.clone());
    let again = verify::tree(&folder.path, &with(noted, own)).unwrap();
    assert!(again.is_good(), "{:?}", again.findings);
    let later = LogPin {
        leaves: noted.leaves + 1,
        ..noted
    };
    let other = LogPin {
        root: [7; 32],
        ..noted
    };
    for pin in [later, other] {
        let report = verify::tree(&folder.path, &with(pin, None)).unwrap();
        assert_eq!(codes(&report), ["log-pin"]);
    }
    let foreign = Some(ADVISORY.fingerprint.clone());
    let report = verify::tree(&folder.path, &with(noted, foreign)).unwrap();
    assert_eq!(codes(&report), ["log-key-pin"]);
}
