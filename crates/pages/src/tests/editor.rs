//! The pages of editor and approver in both languages: no word is missing, nothing typed is lost.

use std::collections::BTreeMap;

use formats::advisory::{Lang, Marking};

use crate::Site;
use crate::advisory::view::*;
use crate::kit::catalogue::Say;
use crate::kit::form::Typed;
use crate::kit::inside::{Inside, Side};
use crate::publication::view::*;
use crate::tests::{instant, let_out};

/// Whether a key is put together from a family and a code; the pages below say every one of them.
pub(crate) fn is_composed(key: &str) -> bool {
    const FAMILIES: [&str; 8] = [
        "answer", "channel", "class", "code", "f", "hint", "kind", "why",
    ];
    key.starts_with("cause-")
        || FAMILIES
            .iter()
            .any(|family| key.starts_with(&format!("editor-{family}-")))
}

fn inside(lang: Lang, path: &str) -> Inside {
    Inside {
        site: Site {
            name: BTreeMap::from([
                (Lang::Ja, "調整センター".to_owned()),
                (Lang::En, "Coordination Centre".to_owned()),
            ]),
            portal: "https://portal.example".to_owned(),
            contact: "info@portal.example".to_owned(),
            telephone: [].into(),
            fingerprint: "0".repeat(40),
            marking: Marking::None,
            version: "0".to_owned(),
        },
        lang,
        side: Side::Desk,
        who: "editor".to_owned(),
        works_on_cases: true,
        is_admin: false,
        path: path.to_owned(),
        done: Some("draft-saved".to_owned()),
        now: instant("2026-11-22T00:00:00Z"),
        held: vec![],
        gone: vec![],
    }
}

fn codes() -> Vec<Check> {
    let of = |rule: &str, field: &str, code: &str, is_error: bool| Check {
        rule: rule.to_owned(),
        field: field.to_owned(),
        code: code.to_owned(),
        is_error,
        about: "<b>".to_owned(),
        gloss: "explained".to_owned(),
        lang: None,
    };
    let mut out = vec![
        of("H1", "audience", "missing", true),
        of("H3", "status", "missing", true),
        of("H3", "issued_at_utc", "missing", true),
        of("H5", "number", "not_unique", true),
        of("H7", "revisions", "earlier_not_kept", true),
        of("H7", "revision_reason", "reason_missing", true),
        of("H9", "audience", "no_general_edition", false),
        of("H10", "actions", "no_action", false),
        of("H10", "actions", "action_incomplete", false),
        of("H11", "references", "no_address", false),
        of("H11", "vendors", "vendor_not_final", false),
        of("overlap", "summary", "repeats", true),
        of("overlap", "products", "repeats", true),
        of("gate", "fix", "withheld", true),
        of("gate", "credit_consent", "no_consent", true),
        of("input", "cve", "unread", true),
    ];
    for field in [
        "target",
        "damage",
        "threat",
        "detection",
        "solution",
        "side_effects",
    ] {
        out.push(of("H4", field, "missing", true));
    }
    for code in [
        "script",
        "sql",
        "path",
        "lookup",
        "shell",
        "exploit_link",
        "escaped_bytes",
        "long_hex",
        "long_base64",
        "hidden_character",
    ] {
        out.push(of("H8", "details", code, true));
    }
    out.push(Check {
        lang: Some(Lang::Ja),
        ..of("H2", "summary", "word_without_gloss", false)
    });
    out.push(Check {
        lang: Some(Lang::En),
        ..of("H1", "impact", "long_sentence", false)
    });
    out.push(Check {
        lang: Some(Lang::En),
        ..of("H4", "title", "one_language", false)
    });
    out
}

fn editor() -> Editor {
    let source = |class: &str, origin: Origin| Source {
        body: format!("body-{class}"),
        origin,
        class: class.to_owned(),
        lang: Lang::En,
        text: let_out(&format!("Words of {class} <script>")),
    };
    let mut sources: Vec<Source> = ["V", "W", "F", "K1", "K2", "E"]
        .into_iter()
        .map(|class| source(class, Origin::Report("RPT-1".to_owned())))
        .collect();
    for kind in [
        "statement",
        "information",
        "addendum",
        "references",
        "workaround",
        "fix",
    ] {
        sources.push(source(
            "R",
            Origin::Vendor("Aoba".to_owned(), kind.to_owned()),
        ));
    }
    sources.push(source("V", Origin::Case("side_effects".to_owned())));
    Editor {
        number: "NRS-48217734".to_owned(),
        revision: 2,
        base: 7,
        tab: "t".to_owned(),
        recorded: 9,
        saved: Some(Saved {
            who: "sato".to_owned(),
            at: "2026-11-21T00:00:00Z".to_owned(),
            is_own: false,
        }),
        sources,
        products: ["affected", "not_affected", "investigating", "unknown"]
            .map(|answer| Product {
                vendor: "Aoba".to_owned(),
                tracking: "45678901".to_owned(),
                product: "Gateway".to_owned(),
                versions: "< 3.2.1".to_owned(),
                answer: answer.to_owned(),
                fixed_in: "3.2.1".to_owned(),
            })
            .into(),
        checks: codes(),
        has_plan: true,
    }
}

fn plan() -> PlanPage {
    PlanPage {
        number: "NRS-48217734".to_owned(),
        draft_revision: 2,
        has_draft: true,
        may_make: true,
        embargo: Some(instant("2026-12-01T01:00:00Z")),
        draft_repeats: true,
        is_drafter: false,
        quorum: 2,
        is_closed: false,
        published: vec![(1, instant("2026-11-01T01:00:00Z"), 2)],
        plan: Some(Plan {
            sha256: "ab".repeat(32),
            title: ["件名".to_owned(), "Title".to_owned()],
            revision: 2,
            stage: "updated".to_owned(),
            instant: instant("2026-12-01T01:00:00Z"),
            emergency: true,
            reason: "attacks".to_owned(),
            overrides: vec!["overlap".to_owned()],
            author: "editor".to_owned(),
            recipients: [1, 2, 3, 4, 5],
            channels: vec!["portal".to_owned(), "mail".to_owned()],
            vendors: 3,
            documents: ["advisory-json", "csaf", "text-ja", "text-en"]
                .map(|kind| Document {
                    kind: kind.to_owned(),
                    bytes: 10,
                    sha256: "cd".repeat(32),
                })
                .into(),
            approvals: vec![("approver-a".to_owned(), instant("2026-11-22T00:00:00Z"))],
            may_approve: vec![
                ("approver-b".to_owned(), None),
                ("new".to_owned(), Some(instant("2026-11-25T00:00:00Z"))),
            ],
            reader: Reader::MayApprove,
            since: Since::Revision(1),
            news: [
                vec![vec![
                    Piece::Same("a ".to_owned()),
                    Piece::Removed("<b>".to_owned()),
                    Piece::Added("c".to_owned()),
                ]],
                vec![],
            ],
            passages: vec![
                Passage {
                    field: "summary".to_owned(),
                    lang: Some(Lang::En),
                    vendor: String::new(),
                    sentences: vec![
                        ("Old.".to_owned(), false, false),
                        ("New.".to_owned(), true, false),
                        ("Copied.".to_owned(), true, true),
                    ],
                },
                Passage {
                    vendor: "Aoba".to_owned(),
                    ..Passage::default()
                },
                Passage {
                    field: "products".to_owned(),
                    ..Passage::default()
                },
            ],
            is_outdated: true,
            fate: crate::kit::desk::view::Fate::Goes,
        }),
    }
}

fn preview(kind: &str) -> Preview {
    Preview {
        number: "NRS-48217734".to_owned(),
        revision: 2,
        is_plan: kind == "csaf",
        kind: kind.to_owned(),
        kinds: [
            "page-ja",
            "page-en",
            "sheet-ja",
            "sheet-en",
            "mail-ja",
            "mail-en",
            "letter-ja",
            "letter-en",
            "text-ja",
            "text-en",
            "csaf",
            "advisory-json",
        ]
        .map(str::to_owned)
        .into(),
        instant: "2026-12-01T01:00:00Z".to_owned(),
        bytes: 5,
        sha256: "ef".repeat(32),
        raw: "/ja/advisories/NRS-48217734.html".to_owned(),
        text: Some("{\"a\": \"<b>\"}".to_owned()),
        judge: None,
    }
}

fn conflict() -> (Conflict, Typed) {
    let typed = Typed::filled([
        ("t-title-ja", "私の件名"),
        ("t-fix-en", "same"),
        ("damage", "leak"),
        ("damage", "intrusion"),
        ("base", "1"),
        ("do", "save"),
    ]);
    let list = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let view = Conflict {
        number: "NRS-48217734".to_owned(),
        who: "sato".to_owned(),
        at: "2026-11-22T00:00:00Z".to_owned(),
        base: 5,
        recorded: 0,
        differing: vec![
            (
                "t-title-ja".to_owned(),
                list(&["私の件名"]),
                list(&["別の件名"]),
            ),
            ("a-1-who-en".to_owned(), list(&[]), list(&["Admins"])),
            (
                "damage".to_owned(),
                list(&["leak", "intrusion"]),
                list(&["leak"]),
            ),
            ("at_date".to_owned(), list(&[]), list(&["2026-12-01"])),
            ("credit_consent".to_owned(), list(&[]), list(&["yes"])),
        ],
        sources: vec![("from-title-ja".to_owned(), "x".to_owned(), "y".to_owned())],
    };
    (view, typed)
}

fn check(html: &[u8], lang: Lang) -> String {
    let html = String::from_utf8_lossy(html).into_owned();
    assert!(!html.is_empty(), "a template failed");
    if let Some(at) = html.find('⟦') {
        panic!(
            "{lang:?}: {}",
            html[at..].chars().take(60).collect::<String>()
        );
    }
    for wrong in ["style=\"", "onclick", "<script>", "&amp;#", " \n"] {
        assert!(!html.contains(wrong), "{wrong:?} in {html}");
    }
    if lang == Lang::Ja {
        for word in [
            "クロック",
            "キュー",
            "デスク",
            "ボード",
            "タイムライン",
            "プレス",
            "四つ目",
        ] {
            assert!(!html.contains(word), "{word}");
        }
    }
    let mut ids: Vec<&str> = html
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(all, ids.len(), "an id stands twice");
    html
}

#[test]
fn every_page_has_its_words_in_both_languages_and_no_id_twice() {
    for lang in Lang::ALL {
        let at = inside(lang, "/desk/cases/NRS-48217734/advisory");
        let mut typed = Typed::filled([
            ("t-title-ja", "\"件名\" <b>"),
            ("from-title-ja", "body-V"),
            ("t-summary-en", "Words of V <script>"),
            ("from-summary-en", "body-V"),
            ("a-3-what-ja", "更新する"),
            ("kept-fix-en", "body-A"),
            ("kept-credit-ja", "body-H"),
            ("stage", "final"),
        ]);
        typed.refuse_with("cvss", "editor-wrong-cvss", &[("line", "x")]);
        let html = check(&crate::advisory::form::page(&at, &editor(), &typed), lang);
        assert!(html.contains("href=\"#f-cvss\"") && html.contains("name=\"from-title-ja\""));
        for out_of_sight in ["kept-fix-en", "kept-credit-ja"] {
            assert!(html.contains(&format!("name=\"{out_of_sight}\"")));
        }
        for (key, times) in [("editor-kept", 1), ("editor-kept-too", 1)] {
            assert_eq!(html.matches(&Say(lang).t(key)).count(), times, "{key}");
        }
        assert!(html.contains("value=\"mend-H4-side_effects\""));
        assert!(html.contains("value=\"mend-H2-summary-ja\""));
        assert!(html.contains("id=\"f-a-5-who-ja\"") && !html.contains("id=\"f-a-6-who-ja\""));
        for kind in ["page-ja", "csaf", "letter-en"] {
            check(&crate::advisory::preview::page(&at, &preview(kind)), lang);
        }
        let judged = Preview {
            judge: Some("6.1.1 at /".to_owned()),
            ..preview("csaf")
        };
        check(&crate::advisory::preview::page(&at, &judged), lang);
        let (view, typed) = conflict();
        check(&crate::advisory::conflict::page(&at, &view, &typed), lang);
    }
}

#[test]
fn what_cannot_be_read_and_a_consent_that_lacks_lead_to_their_fields() {
    for (lang, consent, unread) in [
        (
            Lang::Ja,
            "<a href=\"#f-credit_consent\">謝辞の掲載への同意</a>: <span data-what>謝辞に載せる方の同意が記録されていません。",
            ": <span data-what>読み取れません: &lt;b&gt;",
        ),
        (
            Lang::En,
            "<a href=\"#f-credit_consent\">Consent to be named</a>: <span data-what>The consent of the person to be thanked is not recorded.",
            ": <span data-what>This cannot be read: &lt;b&gt;",
        ),
    ] {
        let html = crate::advisory::fragment(lang, &codes());
        let html = String::from_utf8_lossy(&html).into_owned();
        assert!(html.contains(consent), "{html}");
        let of_cve = html.split_once("<a href=\"#f-cve\">");
        let said = of_cve.and_then(|(_, rest)| rest.split_once("</a>"));
        assert!(
            said.is_some_and(|(_, rest)| rest.starts_with(unread)),
            "{html}"
        );
        let form = crate::advisory::form::page(
            &inside(lang, "/desk/cases/NRS-48217734/advisory"),
            &editor(),
            &Typed::default(),
        );
        let form = String::from_utf8_lossy(&form).into_owned();
        for id in ["f-credit_consent", "f-cve"] {
            assert!(form.contains(&format!(" id=\"{id}\"")), "{id}");
        }
    }
}

#[test]
fn the_plan_says_how_many_persons_it_takes_and_what_its_reader_may_do() {
    for lang in Lang::ALL {
        let at = inside(lang, "/desk/cases/NRS-48217734/plan");
        let typed = Typed::default();
        let html = check(&crate::publication::plan::page(&at, &plan(), &typed), lang);
        assert!(html.contains("value=\"approve\"") && html.contains("value=\"abort\""));
        let countdown = match lang {
            Lang::Ja => "公表まで<time",
            Lang::En => "Publication: <time",
        };
        assert!(html.contains(countdown));
        assert!(html.contains("<del>&lt;b&gt;</del><ins>c</ins>"));
        assert!(html.contains("<mark>New.</mark>"));
        let waits = Reader::Waits(instant("2026-11-22T00:30:00Z"));
        for (quorum, reader) in [
            (0, waits),
            (1, Reader::IsAuthor),
            (1, Reader::HasApproved),
            (2, Reader::HasNoKey),
        ] {
            let mut view = plan();
            view.quorum = quorum;
            if let Some(plan) = &mut view.plan {
                plan.reader = reader;
            }
            let html = check(&crate::publication::plan::page(&at, &view, &typed), lang);
            assert!(!html.contains("value=\"approve\""));
        }
        let bare = PlanPage {
            number: "NRS-48217734".to_owned(),
            quorum: 2,
            ..PlanPage::default()
        };
        let html = check(&crate::publication::plan::page(&at, &bare, &typed), lang);
        assert!(!html.contains("value=\"plan\""));
    }
}

#[test]
fn choosing_sides_puts_each_field_back_under_its_name() {
    let (view, typed) = conflict();
    let html = crate::advisory::conflict::page(&inside(Lang::En, "/x"), &view, &typed);
    let html = String::from_utf8_lossy(&html);
    assert!(html.contains("name=\"theirs.t-title-ja\" value=\"別の件名\""));
    let sent = Typed::filled([
        ("base", "5"),
        ("t-fix-en", "same"),
        ("mine.t-title-ja", "私の件名"),
        ("theirs.t-title-ja", "別の件名"),
        ("pick.t-title-ja", "theirs"),
        ("mine.from-title-ja", "x"),
        ("theirs.from-title-ja", "y"),
        ("mine.damage", "leak\nintrusion"),
        ("theirs.damage", "leak"),
        ("pick.damage", "mine"),
        ("list.untranslated", "en"),
    ]);
    let back = crate::advisory::conflict::resolve(&sent);
    assert_eq!(back.value("t-title-ja"), "別の件名");
    assert_eq!(back.value("from-title-ja"), "y");
    assert_eq!(back.all("damage"), ["leak", "intrusion"]);
    assert_eq!(back.value("untranslated"), "en");
    assert_eq!(back.value("t-fix-en"), "same");
    assert!(back.pairs().all(|(name, _)| !name.contains('.')));
}

#[test]
fn mends_fill_what_is_blank_and_keep_what_was_typed() {
    let mut typed = Typed::filled([("t-side_effects-ja", "再起動します")]);
    let now = instant("2026-11-22T20:00:00Z");
    for button in [
        "mend-H1-audience",
        "mend-H3-status",
        "mend-H3-issued_at_utc",
        "mend-H4-target",
        "mend-H4-detection",
        "mend-H4-side_effects",
    ] {
        assert!(
            crate::advisory::mend::apply(&mut typed, button, Lang::Ja, now),
            "{button}"
        );
    }
    for other in ["mend-H8-summary", "mend-H4-threat"] {
        let known = crate::advisory::mend::apply(&mut typed, other, Lang::Ja, now);
        assert!(!known, "{other}");
    }
    assert_eq!(typed.value("t-side_effects-ja"), "再起動します");
    assert!(typed.value("t-side_effects-en").contains("No side effects"));
    assert_eq!(typed.value("threat"), "", "somebody looks first");
    // 20:00 UTC is the next day in Japan already.
    assert_eq!(
        (
            typed.value("at_date"),
            typed.value("at_time"),
            typed.value("at_zone")
        ),
        ("2026-11-24", "10:00", "JST")
    );
}
