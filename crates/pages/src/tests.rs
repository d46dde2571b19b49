//! Tests over whole pages and over the catalogues.
//!
//! What could go wrong: a key without words, a language that lags behind, foreign text that becomes
//! markup or hides something, a label that says more than is known, a page that grows too heavy, a link
//! that only works on a server. Looks and accessibility are judged by the audit tool, not here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use base::Instant;
use domain::role::Role;
use domain::text::class::Class;
use domain::text::gate::{Audience as Reader, Channel, Classed, Form, Strength, release};
use domain::text::phase::Phase;
use domain::text::standing::{Grants, Owner};
use fluent_bundle::FluentResource;
use formats::advisory::{
    Action, Advisory, Audience, Cvss, Damage, Lang, Marking, OtherId, Product, ProductStatus,
    Publisher, Reference, Revision, SCHEMA, Severity, Status, Texts, Threat, Vendor, VendorProduct,
    VendorStatus, Words,
};

use crate::distribution::{mail, mails as mailbox};
use crate::kit::catalogue::{Say, sources};
use crate::kit::labels;
use crate::kit::shown::Shown;
use crate::{Entry, Files, OlderRevision, Site};

mod catalogues;
mod desk;
mod editor;
mod forms;
mod hostile;
mod mails;
mod plan;
mod public;
mod queue;
mod tables;
mod words;

/// An instant as documents write it.
pub(crate) fn instant(text: &str) -> Instant {
    let at: jiff::Timestamp = text.parse().expect("RFC 3339");
    Instant(at.as_microsecond())
}

/// Words as the gate lets them out to whoever sits at the desk: the only way to have any.
pub(crate) fn let_out(text: &str) -> Shown {
    let classed = Classed::new(Class::V, Owner::Shared, Form::Body, text);
    let reader = Reader {
        role: Role::Coordinator,
        party: None,
        in_case: true,
        key: None,
    };
    let channel = Channel::Session {
        strength: Strength::Desk,
    };
    let released = release(&classed, &reader, Phase::P0, &Grants::default(), channel);
    released.expect("a coordinator reads of the flaw").into()
}

fn both(japanese: &str, english: &str) -> BTreeMap<Lang, String> {
    BTreeMap::from([
        (Lang::Ja, japanese.to_owned()),
        (Lang::En, english.to_owned()),
    ])
}

pub(crate) fn site() -> Site {
    Site {
        name: both("狼煙調整センター", "Noroshi Coordination Centre"),
        portal: "https://noroshi.example".to_owned(),
        contact: "desk@noroshi.example".to_owned(),
        telephone: Lang::ALL
            .map(|lang| (lang, "03-0000-0000".to_owned()))
            .into(),
        fingerprint: "0123456789ABCDEF0123456789ABCDEF01234567".to_owned(),
        marking: Marking::Fictional,
        version: "0.1.0".to_owned(),
    }
}

fn texts(title: &str) -> Texts {
    Texts {
        title: title.to_owned(),
        summary: "a < b\nhttps://example.jp/x\n\nsecond".to_owned(),
        fix: "3.2.1".to_owned(),
        actions: vec![Action {
            who: "admin".to_owned(),
            what: "update".to_owned(),
            by: "2026-11-30".to_owned(),
        }],
        ..Texts::default()
    }
}

pub(crate) fn vendor(n: usize, status: VendorStatus) -> Vendor {
    Vendor {
        id: format!("v{n}"),
        name: both(
            &format!("七曲ソフトウエア{n}株式会社"),
            &format!("Nanamagari Software {n}"),
        ),
        kana: format!("ナナマガリソフトウエア{n:03}"),
        status,
        notified: Some("2026-08-03".to_owned()),
        answered: None,
        in_japan: None,
        statement: Some(Words {
            lang: Lang::En,
            text: "We are looking into it.\n\nThank you.".to_owned(),
        }),
        workaround: vec![],
        fix: vec![],
        information: None,
        statement_other: None,
        remedies: vec![],
        addendum: None,
        references: vec!["https://vendor.example/advisory".to_owned()],
        products: Vec::new(),
    }
}

pub(crate) fn advisory() -> Advisory {
    let mut vendors: Vec<Vendor> = labels::VENDOR_STATUSES
        .into_iter()
        .enumerate()
        .map(|(n, status)| vendor(n, status))
        .collect();
    if let Some(first) = vendors.first_mut() {
        first.products.push(VendorProduct {
            product: "p1".to_owned(),
            status: ProductStatus::KnownAffected,
            fixed_in: Some("3.2.1".to_owned()),
        });
    }
    Advisory {
        schema: SCHEMA.to_owned(),
        id: "NRS-48217734".to_owned(),
        revision: 2,
        status: Status::Updated,
        marking: Marking::Fictional,
        first_published: "2026-11-20T18:00:00Z".to_owned(),
        published: "2026-11-21T00:00:00Z".to_owned(),
        publisher: Publisher {
            name: both("狼煙調整センター", "Noroshi Coordination Centre"),
            portal: "https://noroshi.example".to_owned(),
            contact: "desk@noroshi.example".to_owned(),
        },
        audience: Audience::Administrator,
        texts: BTreeMap::from([
            (Lang::Ja, texts("算木会計の脆弱性")),
            (Lang::En, texts("Flaw in Sangi Kaikei")),
        ]),
        damage: vec![Damage::PrivilegeEscalation, Damage::Leak],
        threat: Threat::NoneKnown,
        severity: Severity::Important,
        cvss: vec![Cvss {
            version: "3.1".to_owned(),
            vector: "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H".to_owned(),
            base_score: 7.8,
        }],
        cve: vec!["CVE-2026-0001".to_owned()],
        other_ids: vec![OtherId {
            system: "CERT/CC".to_owned(),
            text: "VU#800113".to_owned(),
        }],
        products: vec![Product {
            id: "p1".to_owned(),
            vendor: "v0".to_owned(),
            name: both("算木会計", "Sangi Kaikei"),
            versions: "< 3.2.1".to_owned(),
        }],
        vendors,
        references: vec![Reference {
            url: "https://example.jp/ref".to_owned(),
            summary: "参考".to_owned(),
        }],
        credits: vec!["A. Finder".to_owned()],
        history: vec![
            revision(1, "2026-11-20T18:00:00Z"),
            revision(2, "2026-11-21T00:00:00Z"),
        ],
        documents: vec![],
    }
}

fn revision(revision: u32, at: &str) -> Revision {
    Revision {
        revision,
        at: at.to_owned(),
        reason: both("公表しました。", "Published."),
    }
}

fn files() -> Files {
    Files {
        json: "/advisories/NRS-48217734.json".to_owned(),
        csaf: "/csaf/white/2026/nrs-48217734.json".to_owned(),
        text: "/ja/advisories/NRS-48217734.txt".to_owned(),
        clear_signed: "/ja/advisories/NRS-48217734.asc".to_owned(),
        sums: "/SHA256SUMS".to_owned(),
        older: vec![OlderRevision {
            revision: 1,
            json: "/advisories/NRS-48217734.r1.json".to_owned(),
        }],
    }
}

pub(crate) fn string(page: Vec<u8>) -> String {
    String::from_utf8(page).unwrap_or_default()
}

fn page(lang: Lang, doc: &Advisory) -> String {
    string(crate::advisory(&site(), lang, doc, &files()))
}

/// Every page of the pressed tree in one language.
fn tree(lang: Lang) -> Vec<String> {
    let (site, doc) = (site(), advisory());
    let entries = [Entry::from(&doc)];
    let lists = crate::lists(&site, lang, &[&doc]);
    let empty = crate::lists(&site, lang, &[]);
    let pages = [
        crate::front(&site),
        crate::home(&site, lang, &entries, 1),
        crate::home(&site, lang, &[], 0),
        crate::advisory(&site, lang, &doc, &files()),
        crate::sheet(&site, lang, &doc, &"ab".repeat(32)),
        crate::about(&site, lang),
    ];
    let lists = lists.into_iter().chain(empty).map(|page| page.bytes);
    pages.into_iter().chain(lists).map(string).collect()
}

/// Every page that is served at any address.
fn served(lang: Lang) -> Vec<String> {
    let line = mailbox::Line {
        name: "1.eml".to_owned(),
        to: "a@b.example".to_owned(),
        subject: "<s>".to_owned(),
        at: "2026-11-21T00:00:00Z".to_owned(),
    };
    let pages = [
        crate::not_found(&site()),
        mailbox::index(&site(), lang, &[line]),
        mailbox::index(&site(), lang, &[]),
        mailbox::one(&site(), lang, &saved_mail(), "http://127.0.0.1:9"),
    ];
    pages.map(string).into()
}

fn mails(lang: Lang) -> Vec<String> {
    let personal = mail::Personal {
        code: "12345".to_owned(),
        acknowledge: "https://noroshi.example/ja/ack/abcdefghijklmnop".to_owned(),
        digits: "07".to_owned(),
        unsubscribe: "https://noroshi.example/stop".to_owned(),
        reference: "D-1".to_owned(),
    };
    let (subject, text) = mail::invitation(&site(), lang, &invited("TN#45678901"));
    vec![
        mail::about(lang, &advisory()),
        mail::html(&site(), lang, &advisory()),
        mail::personal_text(&site(), lang, &personal),
        subject,
        text,
    ]
}

#[test]
fn no_page_misses_a_word() {
    for lang in Lang::ALL {
        for text in tree(lang)
            .into_iter()
            .chain(served(lang))
            .chain(mails(lang))
        {
            assert!(!text.is_empty() && !text.contains('⟦'), "{text}");
        }
    }
}

#[test]
fn each_vendor_label_is_worded_in_both_languages() {
    let check = |status: VendorStatus, japanese: &str, english: &str| {
        assert_eq!(Say(Lang::Ja).t(labels::vendor(status)), japanese);
        assert_eq!(Say(Lang::En).t(labels::vendor(status)), english);
    };
    check(VendorStatus::Notified, "脆弱性情報提供済み", "Notified");
    check(VendorStatus::Investigating, "調査中", "Under investigation");
    check(VendorStatus::Vulnerable, "該当製品あり", "Vulnerable");
    check(
        VendorStatus::VulnerableFixed,
        "該当製品あり（対策情報あり）",
        "Vulnerable, fixed",
    );
    check(
        VendorStatus::NotVulnerable,
        "該当製品なし",
        "Not vulnerable",
    );
    check(VendorStatus::Unknown, "不明", "Unknown");
    check(VendorStatus::Unreachable, "連絡不能", "Unreachable");
}

#[test]
fn a_silent_vendor_is_told_from_one_that_cannot_tell() {
    let mut doc = advisory();
    doc.vendors = vec![vendor(1, VendorStatus::Notified)];
    assert!(page(Lang::Ja, &doc).contains("<td>該当の有無の回答なし</td>"));
    doc.vendors = vec![vendor(1, VendorStatus::Unknown)];
    assert!(!page(Lang::Ja, &doc).contains("回答なし"));
}

#[test]
fn a_statement_stands_in_the_language_of_its_reader() {
    let mut doc = advisory();
    doc.vendors[0].statement_other = Some(Words {
        lang: Lang::Ja,
        text: "調査を続けています。".to_owned(),
    });
    let first = |page: &str| page.matches("We are looking into it.").count();
    let (ja, en) = (page(Lang::Ja, &doc), page(Lang::En, &doc));
    assert!(ja.contains("調査を続けています。") && !en.contains("調査を続けています。"));
    assert_eq!(first(&ja) + 1, first(&en));
}

#[test]
fn a_missing_translation_is_said() {
    let mut doc = advisory();
    let english = Texts {
        untranslated: true,
        ..texts("Flaw in Sangi Kaikei")
    };
    doc.texts.insert(Lang::Ja, english);
    let japanese = page(Lang::Ja, &doc);
    assert!(
        japanese.contains("日本語訳はありません") && japanese.contains("<h1 lang=\"en\">"),
        "{japanese}"
    );
    assert!(!page(Lang::En, &doc).contains("no English translation"));
    doc.texts.remove(&Lang::Ja);
    assert!(page(Lang::Ja, &doc).contains("日本語訳はありません"));
    assert!(Entry::from(&doc).untranslated.contains(&Lang::Ja));
}

#[test]
fn foreign_text_never_becomes_markup() {
    let mut doc = advisory();
    let evil = "<script>alert(1)</script>\u{202E}";
    let mut texts = texts(evil);
    texts.summary = evil.to_owned();
    texts.note = "javascript:alert(1) https://example.jp/\"onmouseover=x".to_owned();
    doc.texts.insert(Lang::Ja, texts);
    doc.id = "\"><script>".to_owned();
    doc.credits = vec![evil.to_owned()];
    doc.publisher.contact = evil.to_owned();
    doc.references = vec![Reference {
        url: "javascript:alert(1)".to_owned(),
        summary: evil.to_owned(),
    }];
    if let Some(vendor) = doc.vendors.first_mut() {
        vendor.name.insert(Lang::Ja, evil.to_owned());
        vendor.notified = Some(evil.to_owned());
        vendor.references = vec!["javascript:alert(1)".to_owned()];
    }
    let sheet = string(crate::sheet(&site(), Lang::Ja, &doc, evil));
    for text in [
        page(Lang::Ja, &doc),
        sheet,
        mail::html(&site(), Lang::Ja, &doc),
    ] {
        assert!(
            !text.contains("<script") && !text.contains("href=\"javascript"),
            "{text}"
        );
        assert!(
            !text.contains('\u{202E}') && text.contains("[U+202E]"),
            "{text}"
        );
        assert!(!text.contains("\"onmouseover"), "{text}");
    }
}

#[test]
fn pages_carry_no_script_but_the_search_and_no_inline_style() {
    let search = format!(
        "<script src=\"../..{}\" defer></script>\n",
        crate::find_script_path()
    );
    for lang in Lang::ALL {
        for text in tree(lang).into_iter().chain(served(lang)) {
            let text = text.replacen(&search, "", usize::from(text.contains("id=\"find\"")));
            assert!(
                !text.contains("<script") && !text.contains(" style=") && !text.contains("<style"),
                "{text}"
            );
            assert!(text.contains(crate::style_path().trim_start_matches('/')));
            assert!(
                text.contains("【架空】") || text.contains("[FICTIONAL]"),
                "the mark of the site stands on every page"
            );
        }
    }
}

#[test]
fn the_tree_links_relatively() {
    for lang in Lang::ALL {
        for text in tree(lang) {
            assert!(
                !text.contains("href=\"/") && !text.contains("src=\"/"),
                "{text}"
            );
        }
    }
    assert!(
        string(crate::not_found(&site())).contains(&format!("href=\"{}\"", crate::style_path()))
    );
}

#[test]
fn ids_are_unique() {
    for lang in Lang::ALL {
        for text in tree(lang) {
            let ids: Vec<&str> = text
                .split(" id=\"")
                .skip(1)
                .filter_map(|rest| rest.split_once('"'))
                .map(|(id, _)| id)
                .collect();
            let unique: BTreeSet<&&str> = ids.iter().collect();
            assert_eq!(unique.len(), ids.len(), "{ids:?}");
        }
    }
}

#[test]
fn each_revision_links_its_own_document() {
    let page = page(Lang::Ja, &advisory());
    assert!(
        page.contains("<a href=\"../../advisories/NRS-48217734.r1.json\">第1版の JSON</a>"),
        "{page}"
    );
    assert!(page.contains("<a href=\"../../advisories/NRS-48217734.json\">第2版の JSON</a>"));
    assert!(page.contains("2026年11月21日(土) 3:00 JST (11月20日 18:00 UTC)"));
}

#[test]
fn three_hundred_vendors_stay_light() {
    let mut doc = advisory();
    doc.vendors = (0..300)
        .map(|n| vendor(n, VendorStatus::NotVulnerable))
        .collect();
    for lang in Lang::ALL {
        let bytes = page(lang, &doc).len();
        assert!(bytes < 400_000, "{bytes} bytes");
    }
}

#[test]
fn without_actions_the_page_says_what_it_knows() {
    let mut doc = advisory();
    let mut words = texts("t");
    words.actions.clear();
    doc.texts.insert(Lang::Ja, words.clone());
    assert!(page(Lang::Ja, &doc).contains("「修正方法」をご覧のうえ"));
    words.fix.clear();
    doc.texts.insert(Lang::Ja, words);
    doc.vendors.clear();
    assert!(page(Lang::Ja, &doc).contains("まず行うことは、まだ示されていません"));
    doc.status = Status::Withdrawn;
    assert!(page(Lang::Ja, &doc).contains("この文書は取り消されました。対応の前に"));
}

#[test]
fn subjects_carry_the_marks() {
    let mut doc = advisory();
    assert_eq!(
        mail::about(Lang::Ja, &doc),
        "[TLP:CLEAR] 【架空】 NRS-48217734 第2版: 算木会計の脆弱性"
    );
    doc.marking = Marking::Archive;
    assert_eq!(
        mail::about(Lang::En, &doc),
        "[TLP:CLEAR] [ARCHIVE] NRS-48217734 rev 2: Flaw in Sangi Kaikei"
    );
    assert!(
        mail::about(Lang::Ja, &doc).starts_with("[TLP:CLEAR] 【過去の事例】 NRS-48217734 第2版")
    );
    doc.marking = Marking::None;
    assert_eq!(
        mail::about(Lang::En, &doc),
        "[TLP:CLEAR] NRS-48217734 rev 2: Flaw in Sangi Kaikei"
    );
}

fn invited(tracking: &str) -> mail::Invited {
    mail::Invited {
        name: "七曲ソフトウエア株式会社".to_owned(),
        tracking: tracking.to_owned(),
        link: "https://partner.example/ja/partner/i/abcdefghijklmnopqrstuvwxyz".to_owned(),
        code: "204618".to_owned(),
    }
}

#[test]
fn the_first_letter_names_the_number_and_no_product() {
    let (subject, text) = mail::invitation(&site(), Lang::Ja, &invited("45678901"));
    assert_eq!(
        subject,
        "[TN#45678901] セキュリティの連絡窓口のご確認のお願い（狼煙調整センター）"
    );
    assert!(
        text.starts_with("七曲ソフトウエア株式会社\nセキュリティご担当者 様\n\n"),
        "{text}"
    );
    assert!(text.contains("0123 4567 89AB"));
    // The code stands on a line of its own and not in the link.
    assert!(text.contains("\nhttps://partner.example/ja/partner/i/abcdefghijklmnopqrstuvwxyz\n"));
    assert!(text.contains("\n確認コード: 204618\n"), "{text}");
}

#[test]
fn mails_ask_for_nothing_from_the_network() {
    let html = mail::html(&site(), Lang::Ja, &advisory());
    assert!(
        !html.contains("src=") && !html.contains("<link") && !html.contains("url("),
        "{html}"
    );
    let personal = mails(Lang::Ja).swap_remove(2);
    assert!(
        personal.starts_with("ここから下は電子署名の対象ではありません。\n"),
        "{personal}"
    );
    assert!(
        personal.contains("確認コード: 12345 と、件名の数字1桁\n") && personal.ends_with("D-1\n"),
        "{personal}"
    );
}

#[test]
fn assets_are_named_by_their_hash_and_stay_light() {
    assert_eq!(
        crate::style_path().len(),
        "/assets/app.0123456789.css".len()
    );
    assert_eq!(
        crate::icon_path().len(),
        "/assets/icon.0123456789.svg".len()
    );
    assert!(crate::style().len() < 15 * 1024 && crate::icon().starts_with(b"<svg"));
}

/// A mail of the folder with what must not act on a page.
fn saved_mail() -> mailbox::Mail {
    mailbox::Mail {
        name: "1.eml".to_owned(),
        to: "<i>a@b.example".to_owned(),
        text: format!(
            "<b>\u{202E}\n{}/ja/r\nhttps://other.example/",
            site().portal
        ),
        raw: "Subject: x\r\n\r\n<b>\u{202E}".to_owned(),
        ..mailbox::Mail::default()
    }
}

#[test]
fn links_of_a_saved_mail_lead_to_where_the_portal_is_served() {
    let here = Site {
        portal: "http://127.0.0.1:9".to_owned(),
        ..site()
    };
    let page = mailbox::one(&here, Lang::Ja, &saved_mail(), &site().portal);
    let page = String::from_utf8(page).unwrap_or_default();
    assert!(
        page.contains("<a href=\"http://127.0.0.1:9/ja/r\""),
        "{page}"
    );
    assert!(page.contains("<a href=\"https://other.example/\""));
    // The text says what the mail says.
    assert!(page.contains(&format!(">{}/ja/r</a>", site().portal)));
}
