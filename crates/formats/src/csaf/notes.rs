//! The texts of an advisory as CSAF notes, in both languages.
//!
//! Notes of the document's own language have plain titles; those of the other language begin with its tag, `[ja] `.
//! Whatever has a field of its own in CSAF (fix, workaround, impact, exploitation) is not repeated as a note in
//! the document's language, unless that field cannot be filled.

use serde_json::{Value, json};

use super::products::Catalogue;
use super::{is_web_address, is_written, name, plain, say, scores, vendors};
use crate::advisory::{
    Action, Advisory, Lang, Marking, Status, Texts, Vendor, VendorStatus, Words, in_lang,
};

/// Returns the notes of the document.
pub(super) fn document_notes(doc: &Advisory, lang: Lang, catalogue: &Catalogue) -> Vec<Value> {
    let has_field = HasField {
        fix: !catalogue.fixed_by_text().is_empty(),
        workaround: !catalogue.affected.is_empty(),
    };
    let mut notes = Notes::default();
    standing(&mut notes, doc, lang);
    texts(&mut notes, doc.texts(lang), lang, "", has_field);
    for other in Lang::ALL
        .into_iter()
        .filter(|other| *other != lang && is_written(doc, *other))
    {
        let prefix = format!("[{}] ", other.tag());
        let words = doc.texts(other);
        notes.add(
            "general",
            &format!("{prefix}{}", say(other, "題名", "Title")),
            &words.title,
        );
        texts(&mut notes, words, other, &prefix, HasField::default());
        notes.add(
            "general",
            &format!("{prefix}{}", say(other, "想定される影響", "Impact")),
            &words.impact,
        );
        notes.add(
            "general",
            &format!("{prefix}{}", say(other, "悪用の状況", "Threat")),
            &words.threat_note,
        );
    }
    facts(&mut notes, doc, lang, catalogue);
    for vendor in &doc.vendors {
        let mut affected = catalogue.affected.iter();
        let has_product = affected.any(|product| product.vendor == vendor.id);
        words_about(&mut notes, vendor, lang, has_product);
    }
    notes.list
}

/// Returns the notes of each vulnerability; the profile demands at least one (test 6.1.27.5).
pub(super) fn vulnerability_notes(doc: &Advisory, lang: Lang) -> Vec<Value> {
    let texts = doc.texts(lang);
    let text = [&texts.summary, &texts.details, &texts.title, &doc.id]
        .into_iter()
        .find(|text| !plain(text).is_empty())
        .map_or("-", |text| plain(text));
    let mut notes = Notes::default();
    notes.add("description", say(lang, "概要", "Overview"), text);
    notes.list
}

#[derive(Default)]
struct Notes {
    list: Vec<Value>,
}

impl Notes {
    /// An empty text means "not recorded", for which CSAF has no note.
    fn add(&mut self, category: &str, title: &str, text: &str) {
        let text = plain(text);
        if !text.is_empty() {
            self.list
                .push(json!({ "category": category, "text": text, "title": title }));
        }
    }
}

/// What every copy must say before anything else.
fn standing(notes: &mut Notes, doc: &Advisory, lang: Lang) {
    let marking = match doc.marking {
        Marking::None => "",
        Marking::Archive => say(
            lang,
            "過去の公開情報から再現した文書です。この公表者が調整した案件ではありません。",
            "Replayed from a public archive. This publisher did not coordinate the case.",
        ),
        Marking::Fictional => say(
            lang,
            "架空の内容です。実在の製品や組織とは関係ありません。",
            "Invented for a demonstration. It is about no existing product or organisation.",
        ),
        Marking::Exercise => say(
            lang,
            "訓練用の文書です。実際の対応は必要ありません。",
            "Part of an exercise. No real action is required.",
        ),
    };
    notes.add("general", say(lang, "文書の性質", "Marking"), marking);
    if doc.status == Status::Withdrawn {
        let reason = doc.history.iter().max_by_key(|line| line.revision);
        let reason = reason.map_or("", |line| name(&line.reason, lang, ""));
        let head = say(
            lang,
            "この文書は取り消されました。",
            "This advisory has been withdrawn.",
        );
        notes.add(
            "general",
            say(lang, "取消し", "Withdrawn"),
            &format!("{head}\n{reason}"),
        );
    }
}

/// Which texts stand in a field of their own.
#[derive(Clone, Copy, Default)]
struct HasField {
    fix: bool,
    workaround: bool,
}

fn texts(notes: &mut Notes, texts: &Texts, lang: Lang, prefix: &str, has_field: HasField) {
    let lines: [(&str, &str, &str); 7] = [
        ("summary", say(lang, "概要", "Overview"), &texts.summary),
        (
            "general",
            say(lang, "影響を受けるシステム", "Affected systems"),
            &texts.affected,
        ),
        (
            "general",
            say(
                lang,
                "該当するかどうかの確認方法",
                "How to check whether you are affected",
            ),
            &texts.check,
        ),
        ("details", say(lang, "詳細情報", "Details"), &texts.details),
        (
            "general",
            say(lang, "対策を行う際の注意", "Side effects of the solution"),
            &texts.side_effects,
        ),
        (
            "general",
            say(lang, "侵害の検知方法", "Detecting a compromise"),
            &texts.detection,
        ),
        (
            "general",
            say(lang, "調整機関からの補足情報", "Notes from the coordinator"),
            &texts.note,
        ),
    ];
    let actions: Vec<String> = texts
        .actions
        .iter()
        .map(|action| action_line(action, lang))
        .collect();
    notes.add(
        "general",
        &format!("{prefix}{}", say(lang, "まず行うこと", "What to do first")),
        &actions.join("\n"),
    );
    for (category, title, text) in lines {
        notes.add(category, &format!("{prefix}{title}"), text);
    }
    if !has_field.fix {
        notes.add(
            "general",
            &format!("{prefix}{}", say(lang, "修正方法", "Fix")),
            &texts.fix,
        );
    }
    if !has_field.workaround {
        notes.add(
            "general",
            &format!("{prefix}{}", say(lang, "回避方法", "Workaround")),
            &texts.workaround,
        );
    }
}

fn action_line(action: &Action, lang: Lang) -> String {
    let mut line = plain(&action.what).to_owned();
    if !plain(&action.who).is_empty() {
        line = format!("{}: {line}", plain(&action.who));
    }
    if !plain(&action.by).is_empty() {
        line = match lang {
            Lang::Ja => format!("{line}（時期: {}）", plain(&action.by)),
            Lang::En => format!("{line} (when: {})", plain(&action.by)),
        };
    }
    line
}

/// Facts for which CSAF 2.0 has no field.
fn facts(notes: &mut Notes, doc: &Advisory, lang: Lang, catalogue: &Catalogue) {
    let silent = vendors::named(doc, lang, &[VendorStatus::Notified]);
    let unknown = vendors::named(doc, lang, &[VendorStatus::Unknown]);
    let unreachable = vendors::named(doc, lang, &[VendorStatus::Unreachable]);
    let silent_title = say(
        lang,
        "脆弱性情報提供済み（該当の有無の回答なし）",
        "Vendors notified that have not said whether they are affected",
    );
    let unknown_title = say(
        lang,
        "不明と回答した製品開発者",
        "Vendors that answered unknown",
    );
    notes.add("general", silent_title, &silent);
    notes.add("general", unknown_title, &unknown);
    notes.add(
        "general",
        say(
            lang,
            "連絡不能の製品開発者",
            "Vendors that could not be reached",
        ),
        &unreachable,
    );
    notes.add(
        "general",
        say(
            lang,
            "製品開発者とのやりとりの日付（UTC）",
            "Dates of contacts with vendors (UTC)",
        ),
        &vendors::mixed_days(doc, lang),
    );
    let unstated_title = say(
        lang,
        "状態の記録がない製品",
        "Products named without a status",
    );
    notes.add("general", unstated_title, &catalogue.unstated.join("\n"));
    let unplaced = scores::unplaced(&doc.cvss, !catalogue.affected.is_empty());
    let scores: Vec<String> = unplaced
        .iter()
        .map(|c| format!("CVSS {}: {:.1} ({})", c.version, c.base_score, c.vector))
        .collect();
    notes.add(
        "general",
        say(lang, "その他の評価値", "Further scores"),
        &scores.join("\n"),
    );
    if doc.cve.len() > 1 && !doc.cvss.is_empty() {
        let text = say(
            lang,
            "評価値と製品の状態は、この文書の全ての脆弱性をまとめて示しています。",
            "Scores and product statuses are those of the advisory as a whole, not of a single CVE.",
        );
        notes.add(
            "general",
            say(lang, "複数の脆弱性", "More than one vulnerability"),
            text,
        );
    }
    let of_vendors = doc.vendors.iter().flat_map(|vendor| &vendor.references);
    let others: Vec<&str> = doc
        .references
        .iter()
        .map(|reference| &reference.url)
        .chain(of_vendors)
        .map(|url| plain(url))
        .filter(|url| !is_web_address(url))
        .collect();
    notes.add(
        "general",
        say(lang, "その他の参考情報", "Further references"),
        &others.join("\n"),
    );
}

fn words_about(notes: &mut Notes, vendor: &Vendor, lang: Lang, has_product: bool) {
    let vendor_name = name(&vendor.name, lang, &vendor.id);
    let kinds = [
        (
            say(lang, "製品開発者の声明", "Vendor statement"),
            vendor.statement.as_ref(),
        ),
        (
            say(lang, "製品開発者の声明", "Vendor statement"),
            vendor.statement_other.as_ref(),
        ),
        (
            say(lang, "製品開発者に関する情報", "Vendor information"),
            vendor.information.as_ref(),
        ),
        (
            say(lang, "声明への補足", "Addendum to the vendor statement"),
            vendor.addendum.as_ref(),
        ),
    ];
    // What stands with the vendor's products is the edition in the document's language, or the first.
    let placed = |editions| in_lang(editions, lang).filter(|_| has_product);
    let fix = say(lang, "ベンダによる修正方法", "Vendor fix");
    let workaround = say(lang, "ベンダによる回避方法", "Vendor workaround");
    let more = [(fix, &vendor.fix), (workaround, &vendor.workaround)];
    let more = more.into_iter().flat_map(|(kind, editions)| {
        let rest = editions
            .iter()
            .filter(|words| Some(*words) != placed(editions));
        rest.map(move |words| (kind, Some(words)))
    });
    for (kind, words) in kinds.into_iter().chain(more) {
        if let Some(Words {
            lang: written,
            text,
        }) = words
        {
            let prefix = if *written == lang {
                String::new()
            } else {
                format!("[{}] ", written.tag())
            };
            notes.add("other", &format!("{prefix}{kind}: {vendor_name}"), text);
        }
    }
}
