//! Tests over the vendor's pages.
//!
//! What could go wrong: a form without its fields, a part that is shown too early, a foreign text that becomes
//! markup, a word that is missing in one language, a trace of somebody else.

use std::collections::BTreeMap;

use formats::advisory::{Lang, Marking, VendorStatus};

use crate::Site;
use crate::coordination::partner::view::*;
use crate::coordination::partner::{
    DONE, asked, invitation, left as left_page, outside, page, read,
};
use crate::kit::catalogue::Say;
use crate::kit::form::Typed;
use crate::kit::inside::{Inside, Side};
use crate::tests::{instant, let_out};

mod states;

fn inside(lang: Lang) -> Inside {
    Inside {
        site: Site {
            name: BTreeMap::from([
                (Lang::Ja, "狼煙調整センター".to_owned()),
                (Lang::En, "Noroshi Coordination Centre".to_owned()),
            ]),
            portal: "https://noroshi.example".to_owned(),
            contact: "desk@noroshi.example".to_owned(),
            telephone: [].into(),
            fingerprint: "0123456789ABCDEF0123456789ABCDEF01234567".to_owned(),
            marking: Marking::None,
            version: "0.1.0".to_owned(),
        },
        lang,
        side: Side::Partner,
        who: "Aoba Works".to_owned(),
        works_on_cases: false,
        is_admin: false,
        path: "/partner/".to_owned(),
        done: None,
        now: instant("2026-11-22T05:00:00Z"),
        held: vec![],
        gone: vec![],
    }
}

/// By the link alone: nothing is agreed, nothing is shown.
fn early() -> View {
    View {
        name: "Aoba <Works>".to_owned(),
        tracking: "45678901".to_owned(),
        date: Date {
            state: DateState::Asked,
            until: Some("2026-12-01T05:00:00Z".to_owned()),
            early: None,
            countered: None,
            is_forward: false,
            may_agree: true,
        },
        is_open: true,
        ..View::default()
    }
}

fn whole() -> View {
    View {
        basis: Basis::Accepted("2026-1".to_owned()),
        step: Step::Passed,
        received: Some("2026-11-21T01:00:00Z".to_owned()),
        is_told: true,
        details: Some(Details {
            case: "NRS#48217734".to_owned(),
            texts: vec![Text {
                kind: TextKind::Vulnerability,
                lang: Lang::En,
                text: let_out("<script>alert(1)</script>\u{202E}"),
            }],
            vulnerabilities: vec![Named {
                label: let_out("1"),
                lang: Lang::Ja,
                text: let_out("認証の不備"),
            }],
            answers: vec![Answer {
                product: "Aoba Gateway".to_owned(),
                versions: ">= 3.0, < 3.2.1".to_owned(),
                answer: AnswerKind::Affected,
                fixed_in: Some("3.2.1".to_owned()),
                vulnerability: None,
                why: Some(Said {
                    lang: Lang::Ja,
                    text: let_out("理由"),
                }),
            }],
            words: vec![Words {
                kind: WordsKind::Statement,
                about: None,
                lang: Lang::Ja,
                text: let_out("見解"),
            }],
            ticket: Some(let_out("PSIRT-7")),
            label: Some(VendorStatus::VulnerableFixed),
            naming: Some(Naming {
                is_agreed: true,
                others: vec![Other {
                    name: let_out("<b>Dogwood"),
                    status: Some(VendorStatus::Investigating),
                    is_past: false,
                }],
            }),
        }),
        ..early()
    }
}

fn html(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}

fn every_page(lang: Lang) -> Vec<String> {
    let mut wrong = Typed::filled([("code", "12"), ("counter_date", "x"), ("product", "\"><b>")]);
    read::refuse(&mut wrong, read::Wrong::Invitation);
    read::refuse(&mut wrong, read::Wrong::Range);
    let inside = inside(lang);
    let mut left = whole();
    (left.is_open, left.has_left, left.details) = (false, true, None);
    let mut closed = whole();
    closed.is_open = false;
    closed.date.state = DateState::Ended;
    let mut waiting = early();
    (waiting.basis, waiting.step) = (Basis::Standing("3".to_owned()), Step::Waived);
    let mut called = early();
    called.call_asked = Some("2026-11-22T04:00:00Z".to_owned());
    called.date = Date::default();
    vec![
        invitation(&inside, "abcdefghijklmnopqrstuvwxyz", &Typed::default()),
        invitation(&inside, "abcdefghijklmnopqrstuvwxyz", &wrong),
        asked(&inside),
        left_page(&inside),
        outside(&inside, &Typed::default()),
        outside(&inside, &wrong),
        page(&inside, &early(), &Typed::default()),
        page(&inside, &waiting, &Typed::default()),
        page(&inside, &called, &wrong),
        page(&inside, &whole(), &Typed::default()),
        page(&inside, &whole(), &wrong),
        page(&inside, &left, &Typed::default()),
        page(&inside, &closed, &Typed::default()),
    ]
    .into_iter()
    .map(html)
    .collect()
}

#[test]
fn every_page_has_its_words_one_heading_and_unique_ids() {
    for lang in Lang::ALL {
        for page in every_page(lang) {
            assert!(
                !page.contains('⟦') && page.starts_with("<!DOCTYPE html>"),
                "{page}"
            );
            assert_eq!(page.matches("<h1").count(), 1);
            assert!(
                !page.contains("style=\"") && !page.contains("onclick"),
                "{page}"
            );
            let mut ids: Vec<&str> = page
                .split(" id=\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                .collect();
            let all = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(all, ids.len(), "an id stands twice: {page}");
            for label in page.split("<label for=\"").skip(1) {
                let id = label.split('"').next().unwrap_or_default();
                assert!(ids.binary_search(&id).is_ok(), "no field has the id {id}");
            }
        }
    }
}

#[test]
fn foreign_text_never_becomes_markup() {
    for page in every_page(Lang::Ja) {
        assert!(
            !page.contains("<script>alert") && !page.contains("\"><b>"),
            "{page}"
        );
        assert!(
            !page.contains('\u{202E}') && !page.contains("Aoba <Works>"),
            "{page}"
        );
    }
}

#[test]
fn before_the_steps_nothing_of_the_matter_is_shown() {
    let page = html(page(&inside(Lang::En), &early(), &Typed::default()));
    for early in [
        "/partner/terms",
        "/partner/code",
        "/partner/call",
        "/partner/date",
        "/partner/receipt",
    ] {
        assert!(page.contains(&format!("action=\"/en{early}\"")), "{early}");
    }
    for late in [
        "/partner/answer",
        "/partner/text",
        "/partner/ticket",
        "NRS#",
        "id=\"matter\"",
    ] {
        assert!(!page.contains(late), "{late}");
    }
}

#[test]
fn after_the_steps_there_is_a_form_for_everything() {
    let page = html(page(&inside(Lang::Ja), &whole(), &Typed::default()));
    for (form, button) in [
        ("/partner/answer", "record"),
        ("/partner/text", "record"),
        ("/partner/ticket", "record"),
        ("/partner/naming", "end"),
        ("/partner/leave", "leave"),
        ("/partner/date", "agree"),
        ("/partner/date", "counter"),
        ("/partner/date", "decline"),
    ] {
        assert!(page.contains(&format!("action=\"/ja{form}\"")), "{form}");
        assert!(
            page.contains(&format!("name=\"do\" value=\"{button}\"")),
            "{button}"
        );
    }
    assert!(!page.contains("/partner/terms") && !page.contains("/partner/code"));
    assert!(page.contains("該当製品あり（対策情報あり）") && page.contains("PSIRT-7"));
    // Both zones stand there in words, and how long there is still time.
    assert!(page.contains("JST") && page.contains("UTC") && page.contains("あと9日0時間"));
}

#[test]
fn the_group_of_the_last_form_stands_open_and_no_other() {
    let open = |path: &str, done: Option<&str>| {
        let mut inside = inside(Lang::En);
        inside.path = path.to_owned();
        inside.done = done.map(str::to_owned);
        let page = html(page(&inside, &whole(), &Typed::default()));
        let tabs = page.split("<details name=\"tab\" id=\"tab-").skip(1);
        let ids = tabs.filter_map(|tab| tab.split_once('>'));
        let open: Vec<String> = ids
            .filter_map(|(head, _)| head.strip_suffix("\" open"))
            .map(str::to_owned)
            .collect();
        open.join(" ")
    };
    assert_eq!(open("/partner/", None), "matter");
    assert_eq!(open("/partner/date", None), "date");
    assert_eq!(open("/partner/", Some("partner-withdrawn")), "answers");
    assert_eq!(open("/partner/", Some("partner-text")), "texts");
    assert_eq!(open("/partner/naming", None), "rest");
}

#[test]
fn what_was_typed_stands_there_again() {
    let mut typed = Typed::filled([("text", "a\nb <c>"), ("kind", "workaround"), ("to", "4")]);
    read::refuse_code(&mut typed, "text", "text.receipt");
    let page = html(page(&inside(Lang::En), &whole(), &typed));
    assert!(page.contains("a\nb &#60;c&#62;</textarea>"), "{page}");
    assert!(page.contains("<option value=\"workaround\" selected>"));
    assert!(page.contains("href=\"#f-text\"") && page.contains("value=\"4\""));
}

#[test]
fn the_invitation_is_the_same_for_every_link() {
    let with = |token: &str| {
        let page = html(invitation(&inside(Lang::En), token, &Typed::default()));
        page.replace(token, "TOKEN")
    };
    assert_eq!(with("abcdefghijklmnopqrstuvwxyz"), with("nothingofours"));
}

#[test]
fn what_was_done_has_words() {
    for lang in Lang::ALL {
        for key in DONE {
            assert!(!Say(lang).t(key).contains('⟦'), "{key}");
        }
    }
}

/// What came out before the date that was agreed.
fn out() -> Published {
    Published {
        number: "NRS-48217734".to_owned(),
        at: "2026-11-21T00:00:00Z".to_owned(),
        address: "https://noroshi.example/en/advisories/NRS-48217734.html".to_owned(),
    }
}

#[test]
fn what_came_out_early_is_planned_for_no_later_date() {
    for (lang, planned, day) in [
        (Lang::Ja, "<dt>予定している公表日時</dt>", "2026年12月1日"),
        (Lang::En, "<dt>Planned date and time</dt>", "1 Dec 2026"),
    ] {
        let told = |view: &View| html(page(&inside(lang), view, &Typed::default()));
        let mut view = whole();
        view.date.state = DateState::Agreed;
        let before = told(&view);
        assert!(before.contains(planned) && before.contains(day), "{before}");
        (view.date.state, view.published) = (DateState::Ended, Some(out()));
        let after = told(&view);
        assert!(!after.contains(planned) && !after.contains(day), "{after}");
    }
}

#[test]
fn once_it_is_out_nobody_is_asked_to_keep_silent() {
    for lang in Lang::ALL {
        let say = Say(lang);
        let told = |view: &View| html(page(&inside(lang), view, &Typed::default()));
        let (keep, until) = (say.t("partner-matter-keep"), say.t("partner-date-text"));
        let mut view = whole();
        view.date.state = DateState::Agreed;
        let before = told(&view);
        assert!(
            before.contains(&keep) && before.contains(&until),
            "{before}"
        );
        view.published = Some(out());
        let after = told(&view);
        assert!(!after.contains(&keep) && !after.contains(&until), "{after}");
        assert!(after.contains("<a href=\"https://noroshi.example/en/advisories/NRS-48217734.html\">NRS-48217734</a>"), "{after}");
        // Of whoever never passed its second step, or was given nothing, nothing is to come either.
        let to_come = [
            "partner-about-text",
            "partner-waits",
            "partner-state-waiting",
        ];
        view.details = None;
        view.is_told = false;
        let other = told(&view);
        for key in to_come {
            assert!(!other.contains(&say.t(key)), "{key}: {other}");
        }
        assert!(other.contains(&say.t("partner-state-nothing")), "{other}");
        view.published = None;
        let before = told(&view);
        assert!(before.contains(&say.t("partner-about-text")), "{before}");
        // It leaked: the time of confidence is over, and nothing is out yet.
        view.published = None;
        view.date.state = DateState::Ended;
        let leaked = told(&view);
        assert!(
            !leaked.contains(&keep) && !leaked.contains(&until),
            "{leaked}"
        );
    }
}
