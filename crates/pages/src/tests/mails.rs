//! What mails say and what they must not: marks in subjects, codes apart from links, no word of a matter in a letter
//! that anybody may read on its way.

use super::*;

const EVIL: &str = "a\r\nBcc: x@evil.example\u{202e}";

fn invited(name: &str, tracking: &str) -> mail::Invited {
    mail::Invited {
        name: name.to_owned(),
        tracking: tracking.to_owned(),
        link: "https://partner.example/i/abcdefghijklmnopqrstuvwxyz".to_owned(),
        code: "204618".to_owned(),
    }
}

fn personal(code: &str) -> mail::Personal {
    mail::Personal {
        code: code.to_owned(),
        acknowledge: "https://portal.example/a/abc".to_owned(),
        digits: "47".to_owned(),
        unsubscribe: "https://portal.example/u/def".to_owned(),
        reference: "D-42".to_owned(),
    }
}

#[test]
fn each_marking_stands_in_the_subject_before_the_number() {
    for (marking, japanese, english) in [
        (Marking::None, "", ""),
        (Marking::Archive, "【過去の事例】 ", "[ARCHIVE] "),
        (Marking::Fictional, "【架空】 ", "[FICTIONAL] "),
        (Marking::Exercise, "【訓練】 ", "[EXERCISE] "),
    ] {
        for revision in [1, 2, 11] {
            let mut doc = advisory();
            (doc.marking, doc.revision) = (marking, revision);
            assert!(
                mail::about(Lang::Ja, &doc).starts_with(&format!(
                    "[TLP:CLEAR] {japanese}NRS-48217734 第{revision}版: "
                )),
                "{}",
                mail::about(Lang::Ja, &doc)
            );
            assert!(
                mail::about(Lang::En, &doc).starts_with(&format!(
                    "[TLP:CLEAR] {english}NRS-48217734 rev {revision}: "
                )),
                "{}",
                mail::about(Lang::En, &doc)
            );
        }
    }
}

#[test]
fn no_title_adds_a_line_to_its_subject() {
    let mut doc = advisory();
    for texts in doc.texts.values_mut() {
        texts.title = EVIL.to_owned();
    }
    for lang in Lang::ALL {
        let subject = mail::about(lang, &doc);
        assert!(!subject.contains(['\n', '\r', '\u{202e}']), "{subject:?}");
        assert!(
            subject.ends_with("a Bcc: x@evil.example[U+202E]"),
            "{subject:?}"
        );
    }
}

#[test]
fn the_subject_of_a_first_letter_is_the_same_whoever_and_whatever_it_is_about() {
    for lang in Lang::ALL {
        let (subject, _) = mail::invitation(&site(), lang, &invited("Aoba", "45678901"));
        let (other, _) = mail::invitation(&site(), lang, &invited(EVIL, "TN#45678901"));
        assert_eq!(subject, other);
        // No mark before anything of the matter travels (docs/design/settled.md §2.4).
        assert!(
            subject.starts_with("[TN#45678901] ") && !subject.contains("TLP"),
            "{subject}"
        );
        assert_eq!(subject.matches("TN#").count(), 1, "{subject}");
    }
}

#[test]
fn a_first_letter_keeps_code_and_link_apart_and_names_whom_to_ask() {
    for lang in Lang::ALL {
        let (subject, text) = mail::invitation(&site(), lang, &invited("Aoba", "45678901"));
        let with_code: Vec<&str> = text.lines().filter(|l| l.contains("204618")).collect();
        let with_link: Vec<&str> = text.lines().filter(|l| l.contains("/i/abc")).collect();
        assert_eq!((with_code.len(), with_link.len()), (1, 1), "{text}");
        assert_ne!(with_code, with_link);
        assert!(!subject.contains("204618") && !subject.contains("Aoba"));
        for part in [
            "Aoba",
            "desk@noroshi.example",
            "[TN#45678901]",
            "0123 4567 89AB CDEF 0123 4567 89AB CDEF 0123 4567",
            "https://noroshi.example",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains('⟦') && text.ends_with('\n'), "{text}");
        // Neither a number of a case nor one of a weakness.
        assert!(!text.contains("NRS") && !text.contains("CVE"), "{text}");
    }
}

#[test]
fn no_name_of_a_stranger_adds_a_line_to_a_letter() {
    let line_count = |text: &str| text.lines().count();
    for lang in Lang::ALL {
        let (_, plain) = mail::invitation(&site(), lang, &invited("Aoba", "45678901"));
        let (_, evil) = mail::invitation(&site(), lang, &invited(EVIL, "45678901"));
        assert_eq!(line_count(&plain), line_count(&evil));
        let asked = |name: &str| {
            mail::subscription_asked(&site(), lang, mail::Chosen::Vendor(name), "https://x", "1").1
        };
        assert_eq!(line_count(&asked("Aoba")), line_count(&asked(EVIL)));
        let begun = |name: &str| {
            mail::subscription_begun(&site(), lang, mail::Chosen::Product(name), "https://x").1
        };
        assert_eq!(line_count(&begun("Aoba")), line_count(&begun(EVIL)));
        let own = |code: &str| mail::personal_text(&site(), lang, &personal(code));
        assert_eq!(line_count(&own("123456")), line_count(&own(EVIL)));
        for text in [evil, asked(EVIL), begun(EVIL), own(EVIL)] {
            assert!(
                !text.contains("\nBcc") && !text.contains('\u{202e}'),
                "{text}"
            );
        }
    }
}

#[test]
fn what_one_recipient_is_told_is_whole_and_stands_once() {
    for lang in Lang::ALL {
        let text = mail::personal_text(&site(), lang, &personal("123456"));
        for part in [
            "123456",
            "https://portal.example/a/abc",
            "47",
            "https://portal.example/u/def",
            "D-42",
            "desk@noroshi.example",
        ] {
            assert_eq!(text.matches(part).count(), 1, "{part}: {text}");
        }
        assert!(!text.contains('⟦') && text.ends_with('\n'), "{text}");
        // A code that stood in the address would be told to every proxy on the way.
        assert!(
            text.lines()
                .all(|l| !(l.contains("https://") && l.contains("123456")))
        );
    }
}

#[test]
fn a_subscription_is_asked_for_before_it_begins_and_says_what_it_brings() {
    for lang in Lang::ALL {
        let mut scopes = BTreeSet::new();
        for (chosen, named) in [
            (mail::Chosen::Everything, ""),
            (mail::Chosen::Vendor("Aoba"), "Aoba"),
            (mail::Chosen::Product("Aoba"), "Aoba"),
        ] {
            let page = "https://portal.example/c/xyz";
            let (subject, asked) = mail::subscription_asked(&site(), lang, chosen, page, "731902");
            let (begun_subject, begun) =
                mail::subscription_begun(&site(), lang, chosen, "https://portal.example/u/q");
            assert_ne!(subject, begun_subject);
            for words in [&subject, &begun_subject] {
                assert!(
                    !words.contains("731902") && !words.contains("Aoba"),
                    "{words}"
                );
            }
            assert!(asked.lines().any(|line| line == page), "{asked}");
            assert!(asked.contains("731902") && !begun.contains("731902"));
            assert!(begun.contains("https://portal.example/u/q"));
            // What a stranger typed reaches only whoever confirmed.
            assert!(named.is_empty() || !asked.contains(named));
            assert!(begun.contains(named));
            assert!(!asked.contains('⟦') && !begun.contains('⟦'));
            scopes.insert(begun);
        }
        assert_eq!(
            scopes.len(),
            3,
            "a vendor and a product of one name are told apart"
        );
    }
}

#[test]
fn what_would_open_something_does_not_reach_a_log() {
    let logged = format!("{:?} {:?}", personal("123456"), invited("Aoba", "45678901"));
    for secret in [
        "123456", "/a/abc", "47", "/u/def", "204618", "/i/abc", "Aoba", "45678901",
    ] {
        assert!(!logged.contains(secret), "{secret}: {logged}");
    }
    assert!(logged.contains("D-42"), "the reference is what a log needs");
}

#[test]
fn the_easy_part_of_a_mail_says_what_the_document_is_not_and_links_to_the_whole() {
    for lang in Lang::ALL {
        let mut doc = advisory();
        doc.marking = Marking::Exercise;
        let html = mail::html(&site(), lang, &doc);
        for mark in [Marking::Fictional, Marking::Exercise] {
            let [badge, note, _] = labels::marking(mark).unwrap();
            for key in [badge, note] {
                assert!(html.contains(&Say(lang).t(key)), "{key}: {html}");
            }
        }
        assert!(html.contains("TLP:CLEAR"), "{html}");
        let page = format!(
            "https://noroshi.example/{}/advisories/NRS-48217734.html",
            lang.tag()
        );
        assert!(html.contains(&page), "{html}");
        doc.marking = Marking::Fictional;
        let html = mail::html(&site(), lang, &doc);
        let [_, note, _] = labels::marking(Marking::Fictional).unwrap();
        assert_eq!(html.matches(&Say(lang).t(note)).count(), 1, "said once");
    }
}

#[test]
fn what_a_vendor_is_still_looking_at_is_not_listed_as_affected() {
    let mut doc = advisory();
    let product = |id: &str, name: &str| formats::advisory::Product {
        id: id.to_owned(),
        vendor: "v1".to_owned(),
        name: both(name, name),
        versions: "< 2".to_owned(),
    };
    doc.products = vec![product("p1", "Router One"), product("p2", "Switch Two")];
    let line =
        |id: &str, status: formats::advisory::ProductStatus| formats::advisory::VendorProduct {
            product: id.to_owned(),
            status,
            fixed_in: None,
        };
    let mut one = vendor(1, VendorStatus::Vulnerable);
    one.products = vec![
        line("p1", formats::advisory::ProductStatus::KnownAffected),
        line("p2", formats::advisory::ProductStatus::UnderInvestigation),
    ];
    let name = one.name[&Lang::En].clone();
    doc.vendors = vec![one];
    let html = mail::html(&site(), Lang::En, &doc);
    assert!(html.contains("Router One"), "{html}");
    assert!(
        html.contains(&format!("Under investigation: Switch Two ({name})")),
        "{html}"
    );
    assert_eq!(html.matches("Switch Two").count(), 1, "{html}");
    let html = mail::html(&site(), Lang::Ja, &doc);
    assert!(html.contains("調査中: Switch Two"), "{html}");
}

#[test]
fn the_pages_of_written_mails_link_to_nothing_that_is_served_elsewhere() {
    for lang in Lang::ALL {
        let line = mailbox::Line {
            name: "1.eml".to_owned(),
            to: "a@b.example".to_owned(),
            subject: "x".to_owned(),
            at: "2026-11-21T00:00:00Z".to_owned(),
        };
        for page in [
            mailbox::index(&site(), lang, &[line]),
            mailbox::one(&site(), lang, &saved_mail(), &site().portal),
        ] {
            let page = string(page);
            // The portal's pages lie at /ja/ and /en/ of another address.
            let own = page.split(" href=\"/").skip(1);
            let own: Vec<&str> = own.filter_map(|rest| rest.split('"').next()).collect();
            assert!(own.iter().any(|link| link.starts_with("mail/")), "{page}");
            for link in own {
                assert!(
                    link.starts_with("mail/") || link.starts_with("assets/"),
                    "{link}"
                );
            }
        }
    }
}
