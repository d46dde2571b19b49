//! The finder's pages in both languages: nothing typed is lost, no word is missing, the receipt stays in bodies.

use std::collections::BTreeMap;

use formats::advisory::{Lang, Marking};
use formats::letter::{Note, NoteKind, Progress, Report, Step, StepKind};

use super::*;
use crate::intake::{Mailbox, fields, mailbox};
use crate::kit::form::Typed;

const RECEIPT: &str = "3AHR-Z6DM-V29G-QY5C-KT18-FPX4S";

fn site() -> Site {
    Site {
        name: BTreeMap::from([
            (Lang::Ja, "狼煙調整センター".to_owned()),
            (Lang::En, "Noroshi Coordination Centre".to_owned()),
        ]),
        portal: "https://noroshi.example".to_owned(),
        contact: "desk@noroshi.example".to_owned(),
        telephone: [].into(),
        fingerprint: "0".repeat(40),
        marking: Marking::None,
        version: "0".to_owned(),
    }
}

fn slip() -> Slip {
    Slip {
        handling: "4821-7730-0".to_owned(),
        receipt: RECEIPT.to_owned(),
    }
}

fn opened(asked: bool) -> Mailbox {
    let steps = StepKind::ALL
        .into_iter()
        .map(|step| Step {
            step,
            at: "2026-11-22T03:00:00Z".to_owned(),
            about: match step {
                StepKind::DateAgreed | StepKind::DatePassed => "2026-12-01T03:00:00Z".to_owned(),
                StepKind::Declined => "incomplete".to_owned(),
                StepKind::Closed => "published".to_owned(),
                _ => "NRS-12345678".to_owned(),
            },
        })
        .collect();
    let note = |note| Note {
        note,
        at: "2026-11-22T03:00:00Z".to_owned(),
        lang: Lang::En,
        text: "<b>Which version?</b>".to_owned(),
    };
    Mailbox {
        slip: slip(),
        progress: Progress {
            v: 1,
            handling: "4821-7730-0".to_owned(),
            steps,
            asked,
            may_withdraw: true,
        },
        notes: [
            NoteKind::Question,
            NoteKind::Own,
            NoteKind::Decision,
            NoteKind::WithdrawnTooLate,
            NoteKind::HeldReceipt,
        ]
        .map(note)
        .into(),
        shows_slip: true,
        done: Some("reporter-added"),
    }
}

fn pages(lang: Lang) -> Vec<String> {
    let (site, typed) = (site(), Typed::default());
    let halts = [
        Halt::Foreign,
        Halt::TooLong,
        Halt::Busy,
        Halt::Spent { minutes: 7 },
        Halt::Away,
    ];
    let mut out = vec![
        report(&site, lang, &typed),
        receipt(&site, lang, &slip(), &typed),
        sign_in(&site, lang, &typed),
        mailbox(&site, lang, &opened(true), &typed),
        mailbox(&site, lang, &opened(false), &typed),
    ];
    out.extend(halts.map(|why| halt(&site, lang, why)));
    out.into_iter()
        .map(|page| String::from_utf8(page).unwrap_or_default())
        .collect()
}

#[test]
fn no_page_misses_a_word_or_carries_script_or_style() {
    for lang in Lang::ALL {
        for page in pages(lang) {
            assert!(page.len() > 500 && !page.contains('⟦'), "{page}");
            assert!(
                !page.contains("<script") && !page.contains("style=") && !page.contains("onclick"),
                "{page}"
            );
            assert_eq!(page.matches("<h1").count(), 1);
            let ids: Vec<&str> = page
                .split(" id=\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                .collect();
            let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
            assert_eq!(unique.len(), ids.len(), "{ids:?}");
        }
    }
}

#[test]
fn every_reason_has_words() {
    let say = Say(Lang::Ja);
    for code in [
        "incomplete",
        "not_vulnerability",
        "already_public",
        "out_of_scope_product",
        "out_of_scope_site",
        "protocol_spec_only",
        "crypto_algorithm_only",
        "illegal_acquisition",
        "own_bug_bounty_dispute",
        "no_response",
        "abuse_spam",
        "duplicate",
    ] {
        let step = Step {
            step: StepKind::Declined,
            at: String::new(),
            about: code.to_owned(),
        };
        assert!(
            !crate::intake::finder::words(say, Lang::Ja, &step).contains('⟦'),
            "{code}"
        );
    }
    for code in [
        "published",
        "individual_response",
        "not_vulnerability",
        "already_public",
        "low_impact_after_contact",
        "judged_not_published",
        "withdrawn",
        "transferred",
        "site_fixed",
        "site_unreachable",
        "site_not_vulnerable",
        "merged",
    ] {
        let step = Step {
            step: StepKind::Closed,
            at: String::new(),
            about: code.to_owned(),
        };
        assert!(
            !crate::intake::finder::words(say, Lang::Ja, &step).contains('⟦'),
            "{code}"
        );
    }
}

#[test]
fn what_was_typed_stands_in_the_form_again() {
    let mut typed = Typed::filled([
        ("what", "浮橋リゾルバー 3.1"),
        ("happens", "<b>止まる</b>"),
        ("contact", "taro@example.jp"),
        ("credit", "Taro"),
        ("share", "yes"),
        ("kind", "site"),
    ]);
    typed.refuse("consent", "reporter-need-consent");
    let page = String::from_utf8(report(&site(), Lang::Ja, &typed)).unwrap_or_default();
    for held in [
        "浮橋リゾルバー 3.1",
        "&#60;b&#62;止まる",
        "taro@example.jp",
        "value=\"Taro\"",
        "value=\"site\" checked>",
        "href=\"#f-consent\"",
        "<details class=\"more\" open>",
    ] {
        assert!(page.contains(held), "{held}\n{page}");
    }
    assert!(!page.contains("value=\"2026-1\" checked"));
}

#[test]
fn the_receipt_stands_in_bodies_and_never_in_an_address() {
    for lang in Lang::ALL {
        for page in pages(lang) {
            for part in page
                .split("href=\"")
                .skip(1)
                .chain(page.split("action=\"").skip(1))
            {
                let address = part.split('"').next().unwrap_or_default();
                assert!(
                    !address.contains("3AHR") && !address.contains("4821"),
                    "{address}"
                );
            }
        }
        let plain = slip().plain(&site(), lang);
        assert!(plain.contains(RECEIPT) && plain.contains("4821-7730-0"));
        assert!(!plain.replace("\r\n", "").contains('\n'));
    }
}

#[test]
fn foreign_words_in_a_message_are_escaped_and_marked() {
    let page = String::from_utf8(mailbox(&site(), Lang::Ja, &opened(true), &Typed::default()));
    let page = page.unwrap_or_default();
    assert!(
        page.contains("<div lang=\"en\"><p>&lt;b&gt;Which version?&lt;/b&gt;</p></div>"),
        "{page}"
    );
    assert!(page.contains("action=\"/ja/r/withdraw\"") && page.contains("質問に答える"));
}

#[test]
fn every_field_of_a_letter_is_asked_for_and_has_a_name() {
    let letter = Report::default();
    for lang in Lang::ALL {
        let form = report(&site(), lang, &Typed::default());
        let form = String::from_utf8(form).unwrap_or_default();
        for (key, word) in letter.filled() {
            let key = key.word();
            assert!(form.contains(&format!("name=\"{key}\"")), "{key}");
            let name = fields::name(Say(lang), key);
            assert!(name != key && !name.contains('⟦'), "{name}");
            if key == "share" {
                assert_ne!(fields::code(Say(lang), key, word), word);
            }
        }
    }
}
