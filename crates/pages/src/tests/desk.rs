//! What could go wrong on the desk's pages: words without a key or in the wrong tongue, foreign text as
//! markup, styles and scripts inline, a page that grows with its case, typed text that is lost.
//!
//! Not a failure: a code without words is shown as it is.

use std::path::Path;

use formats::advisory::Lang;

use crate::coordination::{board, desk as case};
use crate::intake::desk as report;
use crate::intake::view::Report;
use crate::kit::catalogue::Say;
use crate::kit::desk::view::{Conflict, Entry, Presence};
use crate::kit::desk::{bits, conflict, words};
use crate::kit::form::Typed;
use crate::kit::inside::Inside;
use crate::work::tasks;

mod approvers;
mod erased;
mod looks;
mod world;

use world::*;

/// First view of the case page of a large case.
const CASE_BYTES_MAX: usize = 150 * 1024;

/// The script's limit is 8 KiB compressed; plain text of this kind shrinks to less than half.
const SCRIPT_BYTES_MAX: usize = 16 * 1024;

/// Left column of docs/design/japanese-practice.md §3.4, as it is said in Japanese, with its neighbours.
const TRANSLATIONESE: [&str; 24] = [
    "クロック",
    "キュー",
    "デスク",
    "ボード",
    "タイムライン",
    "四つ目",
    "プレス",
    "台帳",
    "アウトボックス",
    "デッドレター",
    "バウンス",
    "エスカレーション",
    "ダイジェスト",
    "ステップアップ",
    "マージ",
    "ウォッチ",
    "サーバ内",
    "下さい",
    "の超過",
    "参照番号",
    "確認用の番号",
    "お預かり",
    "TN TN",
    "（0 分前）",
];

/// Families of keys that [`words::word`] and its neighbours put together from a code.
const FAMILIES: [&str; 39] = [
    "erasure",
    "number-source",
    "approver-kind",
    "approvers-do",
    "approvers-lack",
    "inside-gone",
    "naming",
    "answer",
    "basis",
    "cell",
    "channel",
    "class",
    "clock",
    "closure",
    "compartment",
    "consent",
    "decline",
    "done",
    "embargo",
    "embargo-end",
    "field",
    "honours",
    "part",
    "person-state",
    "refusal",
    "report-kind",
    "result",
    "rm",
    "role",
    "second-step",
    "state",
    "statement",
    "task",
    "task-todo",
    "timeline-group",
    "tl",
    "way",
    "world",
    "desk-sorry",
];

/// Verbs of the forms, whose names, notes and buttons are put together.
const VERBS: [&str; 40] = [
    "approvers-offer",
    "approvers-sign",
    "approvers-end",
    "approvers-quorum",
    "approvers-safe",
    "approvers-safe-sign",
    "approvers-withdraw",
    "accept",
    "accept-public",
    "add",
    "agree",
    "answer",
    "ask",
    "basis",
    "bring-back",
    "close",
    "reopen",
    "contact",
    "counter",
    "decline",
    "decline-date",
    "details",
    "end",
    "invite",
    "leave",
    "merge",
    "name",
    "naming",
    "observe",
    "party-add",
    "party-contact",
    "person-add",
    "phone-code",
    "propose",
    "received",
    "revise",
    "sort",
    "standing",
    "statement",
    "waive",
];

/// Tells whether a key is put together from a code, so that no source says it whole.
pub(crate) fn is_composed(key: &str) -> bool {
    let in_family = FAMILIES.iter().any(|family| {
        key.strip_prefix(family)
            .is_some_and(|rest| rest.starts_with('-'))
    });
    let of_verb = VERBS
        .iter()
        .chain(&["ticket", "withdraw-answer"])
        .any(|verb| {
            key.strip_prefix("work-")
                .and_then(|rest| rest.strip_prefix(verb))
                .is_some_and(|rest| matches!(rest, "" | "-note" | "-button"))
        });
    let for_script = ["desk-left-", "desk-late-"]
        .iter()
        .any(|head| key.starts_with(head))
        || matches!(key, "desk-zone" | "desk-saved" | "desk-unsaved");
    in_family || of_verb || for_script
}

#[test]
fn every_page_has_its_words_and_no_foreign_markup() {
    for lang in Lang::ALL {
        for (name, page) in pages(lang) {
            assert!(page.contains("<h1"), "{name}");
            assert_eq!(page.matches("<h1").count(), 1, "{name}");
            assert!(
                !page.contains('⟦'),
                "{name} {lang:?}: {}",
                around(&page, "⟦")
            );
            assert!(!page.contains("alert(1)</script>"), "{name}");
            assert!(!page.contains("\" onclick"), "{name}");
            assert!(!page.contains(" style="), "{name}");
            assert!(!page.contains('\u{202E}'), "{name}");
            assert_eq!(page.matches("<script").count(), 1, "{name}");
            assert!(!page.lines().any(|line| line.ends_with(' ')), "{name}");
        }
    }
}

fn around(page: &str, found: &str) -> String {
    page.find(found)
        .map(|at| {
            page.get(at..)
                .unwrap_or_default()
                .chars()
                .take(60)
                .collect()
        })
        .unwrap_or_default()
}

#[test]
fn ids_are_unique_and_labels_have_their_fields() {
    for (name, page) in pages(Lang::Ja) {
        let values = |attribute: &str| -> Vec<String> {
            page.split(&format!(" {attribute}=\""))
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                .map(str::to_owned)
                .collect()
        };
        let ids = values("id");
        let mut once = ids.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "{name}: {ids:?}");
        for attribute in ["for", "aria-labelledby", "aria-describedby"] {
            for id in values(attribute).iter().flat_map(|ids| ids.split(' ')) {
                assert!(ids.iter().any(|found| found == id), "{name}: {id}");
            }
        }
    }
}

#[test]
fn a_sign_of_life_of_this_minute_is_told_as_now() {
    let one = |minutes| Presence {
        who: "受付1".to_owned(),
        minutes,
    };
    let said = |lang, key, minutes| bits::presence_words(Say(lang), key, &one(minutes));
    assert_eq!(
        said(Lang::Ja, "desk-presence", 0),
        "受付1 さんが入力しています（たった今）。"
    );
    assert_eq!(
        said(Lang::Ja, "desk-presence-short", 3),
        "受付1 さんが入力中（3 分前）"
    );
    assert_eq!(
        said(Lang::En, "desk-presence", 0),
        "受付1 is writing (just now)."
    );
    assert_eq!(
        said(Lang::En, "desk-presence-short", 3),
        "受付1 is writing (3 min ago)"
    );
}

#[test]
fn japanese_pages_do_not_read_like_a_translation() {
    for (name, page) in pages(Lang::Ja) {
        for word in TRANSLATIONESE {
            assert!(!page.contains(word), "{name}: {}", around(&page, word));
        }
    }
    for file in ["desk", "work"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("i18n/ja/{file}.ftl"));
        let text = std::fs::read_to_string(path).unwrap_or_default();
        assert!(!text.is_empty());
        for word in TRANSLATIONESE {
            assert!(!text.contains(word), "{file}: {}", around(&text, word));
        }
    }
}

#[test]
fn the_page_of_a_large_case_stays_small() {
    for lang in Lang::ALL {
        let page = case::page(
            &inside(lang, "/desk/cases/NRS-12345678"),
            &case_view(285, 500),
            &Typed::default(),
            &Typed::default(),
        );
        assert!(
            page.len() <= CASE_BYTES_MAX,
            "{lang:?}: {} bytes",
            page.len()
        );
        let text = String::from_utf8(page).unwrap_or_default();
        assert_eq!(text.matches("<tr><th scope=\"row\">").count(), 285);
        assert_eq!(text.matches("<li id=\"e").count(), bits::TIMELINE_SHOWN);
    }
}

#[test]
fn filters_narrow_board_and_timeline() {
    let page = |query: &[(&str, &str)]| {
        String::from_utf8(case::page(
            &inside(Lang::En, "/desk/cases/NRS-12345678"),
            &case_view(285, 500),
            &Typed::filled(query.iter().copied()),
            &Typed::default(),
        ))
        .unwrap_or_default()
    };
    let all = page(&[("timeline", "all"), ("state", "fixed")]);
    assert_eq!(all.matches("<li id=\"e").count(), 500);
    assert_eq!(all.matches("<tr><th scope=\"row\">").count(), 64);
    let dates = page(&[("timeline", "all"), ("kind", "date")]);
    assert_eq!(dates.matches("<li id=\"e").count(), 125);
}

/// What the reader did after the last look stands above what others did: the mark must not end before that.
#[test]
fn the_mark_for_what_is_new_stands_above_it_whoever_acted_last() {
    let say = crate::kit::catalogue::Say(Lang::En);
    let mut entries = case_view(1, 4).timeline;
    for (at, entry) in entries.iter_mut().enumerate() {
        entry.is_new = at == 1 || at == 2;
    }
    let all: Vec<&Entry> = entries.iter().collect();
    let html = crate::kit::desk::bits::timeline(say, &all);
    let at = |seq: u64| html.find(&format!("id=\"e{seq}\"")).unwrap();
    let old = html.find(&say.t("desk-timeline-old")).unwrap();
    assert!(
        at(entries[2].seq) < old && old < at(entries[3].seq),
        "{html}"
    );
    let head = html.find(&say.count("desk-timeline-new", 2)).unwrap();
    assert!(head < at(entries[0].seq), "{html}");
}

#[test]
fn the_script_stays_small() {
    let script = crate::inside_script();
    assert!(script.len() <= SCRIPT_BYTES_MAX, "{} bytes", script.len());
}

#[test]
fn every_event_and_every_refusal_has_words() {
    let source = |path: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../domain/src")
            .join(path);
        std::fs::read_to_string(path).unwrap_or_default()
    };
    let event = source("event.rs");
    let kinds: Vec<String> = event
        .split("pub enum Event {")
        .nth(1)
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()))
        .map(|line| snake(line.trim_end_matches([' ', '{', ','])))
        .collect();
    assert!(kinds.len() > 50, "{kinds:?}");
    let codes: Vec<String> = source("refusal.rs")
        .lines()
        .filter(|line| line.trim_start().starts_with("Refusal::"))
        .filter_map(|line| line.split('"').nth(1).map(str::to_owned))
        .collect();
    assert!(codes.len() > 25, "{codes:?}");
    for lang in Lang::ALL {
        let say = crate::kit::catalogue::Say(lang);
        for kind in &kinds {
            let entry = Entry {
                kind: kind.clone(),
                ..Entry::default()
            };
            assert_ne!(&words::sentence(say, &entry), kind, "{lang:?}");
        }
        for code in &codes {
            let key = words::refusal_key(code);
            assert!(!say.t(&key).starts_with('⟦'), "{lang:?} {key}");
        }
    }
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[test]
fn codes_that_forms_offer_have_words() {
    for lang in Lang::ALL {
        let say = crate::kit::catalogue::Say(lang);
        let check = |family: &str, codes: &[&str]| {
            for code in codes {
                assert_ne!(words::word(say, family, code), *code, "{family} {lang:?}");
            }
        };
        check("class", &report::CLASSES);
        check("class", &["X", "N", "R", "D", "J", "Q", "M", "Z", "Y", "U"]);
        check("decline", &report::REASONS);
        let closures = domain::value::ClosureCode::ALL.map(|code| {
            // As serde names it.
            let mut word = String::new();
            for c in format!("{code:?}").chars() {
                if c.is_uppercase() && !word.is_empty() {
                    word.push('_');
                }
                word.extend(c.to_lowercase());
            }
            word
        });
        check("closure", &closures.each_ref().map(String::as_str));
        check("timeline-group", &words::GROUPS);
        check("state", &crate::work::queue::states().collect::<Vec<_>>());
        check(
            "state",
            &domain::intake::ReportStage::ALL.map(|stage| stage.word()),
        );
        check("cell", &board::STATES.map(|(state, _)| state));
        check(
            "embargo",
            &["none", "proposed", "active", "revise", "exited"],
        );
        check(
            "embargo-end",
            &["reached", "public", "attacked", "ready", "published"],
        );
        check(
            "consent",
            &domain::coordination::date::Said::ALL.map(|said| said.word()),
        );
        check(
            "clock",
            &[
                "report.ack",
                "report.human_reply",
                "report.decision",
                "finder.answer",
            ],
        );
        check(
            "clock",
            &[
                "case.target_publication",
                "vendor.receipt",
                "vendor.nonresponsive",
                "embargo.max",
            ],
        );
    }
}

#[test]
fn what_was_typed_stays_with_its_problem_in_an_open_form() {
    let mut typed = Typed::filled([
        ("do", "decline"),
        ("reason", "duplicate"),
        ("decline_text", "kept words"),
        ("part_class", "V"),
        ("part_lang", "ja"),
        ("part_text", "a part"),
    ]);
    typed.refuse("decline_text", "work-ask-text-needed");
    let page = report::page(&inside(Lang::En, "/desk/reports/1"), &report_view(), &typed);
    let page = String::from_utf8(page).unwrap_or_default();
    assert!(page.contains("id=\"do-decline\" open"));
    assert!(!page.contains("id=\"do-ask\" open"));
    assert!(page.contains("kept words</textarea>"));
    assert!(page.contains("a part</textarea>"));
    assert!(page.contains("<option value=\"duplicate\" selected>"));
    assert!(page.contains("href=\"#f-decline_text\""));
    assert!(page.contains("name=\"seen\" value=\"7\""));
}

#[test]
fn what_came_by_a_form_is_read_under_what_was_asked_and_offered_for_splitting() {
    let letter = formats::letter::Report {
        what: "Resolver 3.1".into(),
        happens: "It stops at once.".into(),
        contact: "finder@finder.example".into(),
        credit: "A Finder".into(),
        vendor: "told in March".into(),
        public: "not yet".into(),
        exploited: "seen once".into(),
        planned: "a talk in May".into(),
        ..formats::letter::Report::default()
    };
    for lang in Lang::ALL {
        let say = Say(lang);
        let fields: Vec<(&str, &str)> = letter
            .filled()
            .iter()
            .map(|(key, text)| (key.word(), *text))
            .filter(|(key, _)| !matches!(*key, "share" | "contact" | "credit"))
            .collect();
        let mut view = Report {
            sources: fields
                .iter()
                .map(|(key, text)| source(Some((key, "T")), text))
                .collect(),
            is_sorted: false,
            ..report_view()
        };
        let shown = |view: &Report| {
            let page = report::page(&inside(lang, "/desk/reports/1"), view, &Typed::default());
            String::from_utf8(page).unwrap_or_default()
        };
        let page = shown(&view);
        for (key, text) in &fields {
            let text = crate::kit::text::escape(text);
            // Once to read and select, once in the row that is offered.
            assert_eq!(
                page.matches(&format!("{text}</textarea>")).count(),
                2,
                "{key}"
            );
            let name = crate::intake::fields::name(say, key);
            assert!(page.contains(&crate::kit::text::escape(&name)), "{key}");
        }
        let offered = page.matches("<option value=\"T\" selected>").count();
        assert_eq!(offered, fields.len());
        assert!(page.contains(&say.t("reporter-share-yes")));
        // What was sorted is not offered again.
        view.is_sorted = true;
        assert!(!shown(&view).contains("<option value=\"T\" selected>"));
    }
}

#[test]
fn a_conflict_carries_the_form_on_with_the_new_version() {
    let mut typed = Typed::filled(kept().pairs);
    typed.set("seen", "7");
    typed.set("again_password", "secret");
    let view = Conflict {
        entries: entries(2),
        seen: 11,
        action: "/ja/desk/reports/1".to_owned(),
        back: "/ja/desk/reports/1".to_owned(),
    };
    let page = conflict::page(&inside(Lang::Ja, "/desk/reports/1"), &view, &typed);
    let page = String::from_utf8(page).unwrap_or_default();
    assert!(page.contains("name=\"seen\" value=\"11\""));
    assert!(!page.contains("name=\"seen\" value=\"7\""));
    assert!(page.contains("name=\"do\" value=\"ask\""));
    assert!(!page.contains("secret"));
}

#[test]
fn rows_of_a_splitting_are_read_together() {
    let form = Typed::parse(
        b"part_class[]=V&part_class[]=&part_class[]=A&part_lang[]=ja&part_lang[]=ja&part_lang[]=en&part_text[]=x&part_text[]=+&part_text[]=y",
    );
    assert_eq!(
        report::parts(&form),
        [("V", "ja", "x"), ("A", "en", "y")].map(|(class, lang, text)| (
            class.to_owned(),
            lang.to_owned(),
            text.to_owned()
        ))
    );
}

#[test]
fn an_unknown_key_of_what_was_done_says_nothing() {
    let mut inside = inside(Lang::En, "/desk/record");
    let page = |inside: &Inside| {
        String::from_utf8(tasks::record(inside, &Typed::default())).unwrap_or_default()
    };
    assert!(page(&inside).contains("class=\"note good\" role=\"status\""));
    inside.done = Some("<b>".to_owned());
    assert!(!page(&inside).contains("note good"));
    inside.done = Some("moon".to_owned());
    assert!(!page(&inside).contains("note good"));
}

#[test]
fn every_problem_that_a_handler_can_name_has_words() {
    for lang in Lang::ALL {
        let say = crate::kit::catalogue::Say(lang);
        for key in words::PROBLEMS {
            let found = say.with(
                key,
                &[("min", "12"), ("max", "9"), ("now", "10"), ("name", "x")],
            );
            assert!(!found.starts_with('⟦'), "{key}");
        }
    }
}
