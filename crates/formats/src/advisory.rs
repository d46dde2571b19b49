//! The published advisory as a document: the one source of the JSON, CSAF, text and page forms.
//!
//! A value of [`Advisory`] is made by the engine from releasable texts only, at planning time; its JSON
//! bytes are what approvers sign (docs/design/settled.md §2.2) and what `noroshi verify` reads. It deliberately
//! knows nothing of cases, embargoes, participants' inner states or of texts that may not leave the house.
//! Fields follow docs/design/process.md §3.1. The form only grows: a reader of `noroshi/advisory/1` must be
//! able to read every document ever published.

use std::collections::BTreeMap;

pub use base::Lang;
use domain::coordination::board::PublicLabel;
use serde::{Deserialize, Serialize};

/// The value of [`Advisory::schema`].
pub const SCHEMA: &str = "noroshi/advisory/1";

/// One revision of one advisory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Advisory {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Public number in file-name form, for example `NRS-48217734`.
    pub id: String,
    /// Counts from 1.
    pub revision: u32,
    /// Stage of this revision.
    pub status: Status,
    /// Why every copy of this document must be marked, if it must.
    pub marking: Marking,
    /// Instant of the first revision, RFC 3339 in UTC, whole seconds.
    pub first_published: String,
    /// Instant of this revision, RFC 3339 in UTC, whole seconds. It is the planned instant, not that of the pressing.
    pub published: String,
    /// Who publishes.
    pub publisher: Publisher,
    /// Audience of this edition (lint H1).
    pub audience: Audience,
    /// Texts by language. A language that has no translation carries [`Texts::untranslated`].
    pub texts: BTreeMap<Lang, Texts>,
    /// Kinds of damage; empty means "not recorded".
    pub damage: Vec<Damage>,
    /// What is known of attacks.
    pub threat: Threat,
    /// Severity in one word, as shown to people.
    pub severity: Severity,
    /// Scores, none if nobody scored.
    pub cvss: Vec<Cvss>,
    /// CVE numbers, `CVE-YYYY-NNNN…`, sorted.
    pub cve: Vec<String>,
    /// Numbers of other systems, for example `("CERT/CC", "VU#800113")`.
    pub other_ids: Vec<OtherId>,
    /// Products named by this advisory; vendors refer to them by [`Product::id`].
    pub products: Vec<Product>,
    /// Vendors that stand on the public board, in the order of their names.
    pub vendors: Vec<Vendor>,
    /// References that readers may follow.
    pub references: Vec<Reference>,
    /// Acknowledgements, with recorded consent only.
    pub credits: Vec<String>,
    /// Every revision up to this one, oldest first.
    pub history: Vec<Revision>,
    /// The other documents of this revision; none in those that were published before documents were listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Listed>,
}

/// A document of the same revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Name of a [`base::DocumentKind`], or of a later one.
    pub kind: String,
    /// SHA-256 of the exact bytes, hexadecimal.
    pub sha256: String,
}

/// Stage of a revision (docs/design/process.md §1.13, machine "Advisory").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 暫定版.
    Interim,
    /// 最終版.
    Final,
    /// 更新版, revision 2 and later.
    Updated,
    /// 取消し: the page stays, with its reason.
    Withdrawn,
}

/// What every copy must say about where the document comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Marking {
    /// An ordinary advisory.
    None,
    /// Replayed from an archive: badge, and no claim that this house coordinated it.
    Archive,
    /// Invented for the demonstration: badge 【架空】.
    Fictional,
    /// Part of an exercise: badge 【訓練】.
    Exercise,
}

/// Who publishes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publisher {
    /// Name by language.
    pub name: BTreeMap<Lang, String>,
    /// Base address of the portal, without a trailing slash.
    pub portal: String,
    /// How readers reach the house, for example a mail address.
    pub contact: String,
}

/// For whom an edition is written (docs/design/process.md §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// 管理者向け.
    Administrator,
    /// 一般利用者向け.
    GeneralUser,
    /// 開発者向け.
    Developer,
}

/// The words of one language. An empty string means "not recorded" and is shown as such.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    /// The texts are those of another language, since no translation exists (docs/design/settled.md §2.24).
    #[serde(default)]
    pub untranslated: bool,
    /// Title.
    pub title: String,
    /// 概要.
    pub summary: String,
    /// 詳細情報.
    pub details: String,
    /// 影響を受けるシステム: words around the product table.
    pub affected: String,
    /// 該当するかどうかの確認方法 (class K1).
    pub check: String,
    /// 想定される影響.
    pub impact: String,
    /// 修正方法 (class F).
    pub fix: String,
    /// 回避方法 (class W).
    pub workaround: String,
    /// 対策を行う際の注意.
    pub side_effects: String,
    /// 侵害の検知方法 (class K2).
    pub detection: String,
    /// Evidence behind [`Advisory::threat`].
    pub threat_note: String,
    /// 調整機関からの補足情報.
    pub note: String,
    /// まず行うこと: who does what by when.
    pub actions: Vec<Action>,
}

/// One line of "what to do first" (lint H10: actor, verb, object, deadline).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// 誰が.
    pub who: String,
    /// 何を.
    pub what: String,
    /// いつまでに.
    pub by: String,
}

/// Kind of damage (docs/design/process.md §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Damage {
    /// Service stops.
    DenialOfService,
    /// Somebody gets in.
    Intrusion,
    /// Foreign code runs.
    CodeExecution,
    /// Information leaks.
    Leak,
    /// Content is changed.
    Tampering,
    /// Somebody gains rights.
    PrivilegeEscalation,
}

/// What is known of attacks (docs/design/japanese-practice.md §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Threat {
    /// 悪用を確認（現実に発生）.
    Occurring,
    /// 悪用の可能性（想定）.
    Expected,
    /// 未確認.
    NoneKnown,
    /// Not recorded.
    NotRecorded,
}

/// Severity in words (docs/design/japanese-practice.md §2.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nobody judged it.
    NotRecorded,
    /// なし.
    None,
    /// 注意.
    Caution,
    /// 警告.
    Warning,
    /// 重要.
    Important,
    /// 緊急.
    Critical,
}

/// A score with the vector that it follows from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cvss {
    /// `2.0`, `3.0`, `3.1` or `4.0`.
    pub version: String,
    /// Canonical vector string, with its `CVSS:3.1/` prefix from version 3 on.
    pub vector: String,
    /// Base score, 0.0 to 10.0, computed from the vector.
    pub base_score: f64,
}

/// A number given by another system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherId {
    /// The system, for example `CERT/CC`.
    pub system: String,
    /// The number, for example `VU#800113`.
    pub text: String,
}

/// One product of one vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Unique in this advisory and stable over its revisions, for example `p1`.
    pub id: String,
    /// Index into [`Advisory::vendors`] is not used on purpose: the vendor's [`Vendor::id`].
    pub vendor: String,
    /// Name by language; equal in both when the product has one name.
    pub name: BTreeMap<Lang, String>,
    /// Version range in words that compare, for example `< 3.2.1`; empty means "versions not recorded".
    pub versions: String,
}

/// A vendor on the public board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vendor {
    /// Unique in this advisory and stable over its revisions, for example `v1`.
    pub id: String,
    /// Name by language.
    pub name: BTreeMap<Lang, String>,
    /// Sort key of Japanese lists (フリガナ without the legal form); empty sorts by name.
    pub kana: String,
    /// Public label.
    pub status: VendorStatus,
    /// Day (`YYYY-MM-DD`, UTC) on which the house first wrote to it, if it did.
    pub notified: Option<String>,
    /// Day of the vendor's last answer, if it answered.
    pub answered: Option<String>,
    /// The same days by the clock of Japan; revisions of before 2026-12 have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_japan: Option<Days>,
    /// The vendor's own words.
    pub statement: Option<Words>,
    /// The same in the other language, if the vendor said it in both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement_other: Option<Words>,
    /// The vendor's own way around, once a language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workaround: Vec<Words>,
    /// How the vendor's fix is taken, once a language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fix: Vec<Words>,
    /// The same fixes and ways around, each with the products that it was told of, where one was told of some only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<Remedy>,
    /// What others say about the vendor's products.
    pub information: Option<Words>,
    /// The house's comment on the statement.
    pub addendum: Option<Words>,
    /// The vendor's own pages.
    pub references: Vec<String>,
    /// Status per product; a vendor whose products nobody named has none.
    pub products: Vec<VendorProduct>,
}

impl Advisory {
    /// Whether a document can tell its vendors' days by the clock of Japan: all that it tells, or none.
    #[must_use]
    pub fn has_days_in_japan(&self) -> bool {
        let is_dated = |vendor: &&Vendor| vendor.notified.is_some() || vendor.answered.is_some();
        let mut dated = self.vendors.iter().filter(is_dated);
        dated.all(|vendor| vendor.in_japan.is_some())
    }
}

impl Vendor {
    /// Returns the vendor's own words, in a language if it said them in that language.
    #[must_use]
    pub fn statement_in(&self, lang: Lang) -> Option<&Words> {
        let other = self.statement_other.as_ref();
        other
            .filter(|words| words.lang == lang)
            .or(self.statement.as_ref())
    }
}

/// When a vendor was written to and answered, as days (`YYYY-MM-DD`) of one zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    /// As [`Vendor::notified`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notified: Option<String>,
    /// As [`Vendor::answered`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<String>,
}

/// A fix or a way around, as its vendor told it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    /// What it does.
    pub kind: RemedyKind,
    /// [`Product::id`] of what it was told of, which may be no product of this document; nothing for all of the vendor's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub products: Option<Vec<String>>,
    /// What the vendor said, once a language.
    pub words: Vec<Words>,
}

/// What a remedy does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemedyKind {
    /// It takes the weakness away.
    Fix,
    /// It keeps the damage away while the weakness stays.
    Workaround,
}

/// What of several editions a reader of a language gets: the one in it, or the first.
#[must_use]
pub fn in_lang(editions: &[Words], lang: Lang) -> Option<&Words> {
    let own = editions.iter().find(|words| words.lang == lang);
    own.or(editions.first())
}

/// A text with the language that it is written in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Language of `text`.
    pub lang: Lang,
    /// The text itself; paragraphs are separated by an empty line.
    pub text: String,
}

impl Vendor {
    /// By what it is sorted in a list of a language: in Japanese by its reading, whatever the width of the kana, where it
    /// has one; `name` is what it is called there.
    #[must_use]
    pub fn in_order(&self, lang: Lang, name: &str) -> String {
        let reading = domain::text::fold::width(self.kana.trim());
        match lang {
            Lang::Ja if !reading.is_empty() => reading,
            _ => name.to_owned(),
        }
    }
}

/// Status of one product at one vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorProduct {
    /// [`Product::id`].
    pub product: String,
    /// Status of that product's versions.
    pub status: ProductStatus,
    /// Version that carries the fix, if there is one.
    pub fixed_in: Option<String>,
}

/// Status of a product (CSAF 2.0 §3.2.3.9 `product_status`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    /// The versions named are affected.
    KnownAffected,
    /// The product is not affected.
    KnownNotAffected,
    /// The vendor said that it is looking.
    UnderInvestigation,
    /// Affected, and the fix is out.
    Fixed,
}

/// Public label of a vendor (docs/design/japanese-practice.md §3.3). A vendor that was not asked stands on no board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VendorStatus {
    /// 脆弱性情報提供済み / Notified: asked, and silent or merely received. Neutral on purpose.
    Notified,
    /// 調査中 / Under investigation.
    Investigating,
    /// 該当製品あり / Vulnerable.
    Vulnerable,
    /// 該当製品あり（対策情報あり） / Vulnerable, fixed.
    VulnerableFixed,
    /// 該当製品なし / Not vulnerable.
    NotVulnerable,
    /// 不明 / Unknown: the vendor answered that it cannot tell, or an archive says so.
    Unknown,
    /// 連絡不能 / Unreachable, by judgement only.
    Unreachable,
}

impl From<PublicLabel> for VendorStatus {
    fn from(label: PublicLabel) -> Self {
        match label {
            PublicLabel::Notified => Self::Notified,
            PublicLabel::Unknown => Self::Unknown,
            PublicLabel::Investigating => Self::Investigating,
            PublicLabel::NotVulnerable => Self::NotVulnerable,
            PublicLabel::Vulnerable => Self::Vulnerable,
            PublicLabel::VulnerableFixed => Self::VulnerableFixed,
        }
    }
}

/// A reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Address, http or https.
    pub url: String,
    /// What lies there; empty when nobody said.
    pub summary: String,
}

/// One line of the revision history (更新履歴).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Counts from 1.
    pub revision: u32,
    /// Instant, RFC 3339 in UTC, whole seconds.
    pub at: String,
    /// What changed and why, by language.
    pub reason: BTreeMap<Lang, String>,
}

/// Returns the path of an advisory's page on the portal.
#[must_use]
pub fn page_path(lang: Lang, id: &str) -> String {
    format!("/{}/advisories/{id}.html", lang.tag())
}

impl Advisory {
    /// Returns the JSON bytes that are published, hashed and approved.
    ///
    /// # Errors
    /// Fails only if a map key could not be written, which the types rule out.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Returns the texts of `lang`, or of the other language when there are none.
    #[must_use]
    pub fn texts(&self, lang: Lang) -> &Texts {
        static EMPTY: std::sync::LazyLock<Texts> = std::sync::LazyLock::new(Texts::default);
        self.texts
            .get(&lang)
            .or_else(|| self.texts.values().next())
            .unwrap_or(&EMPTY)
    }

    /// Returns `id` in the form that CSAF prescribes for file names, without ending (CSAF 2.0 §5.1).
    #[must_use]
    pub fn stem(&self) -> String {
        let mut stem = String::with_capacity(self.id.len());
        for c in self.id.to_ascii_lowercase().chars() {
            let keep = matches!(c, '+' | '-' | 'a'..='z' | '0'..='9');
            if keep {
                stem.push(c);
            } else if !stem.ends_with('_') {
                stem.push('_');
            }
        }
        stem
    }
}

#[cfg(test)]
mod tests {
    use base::DocumentKind;

    use super::{Advisory, Listed};
    use crate::samples;

    /// What was published before documents were listed has no list, and gets none when it is read and written.
    #[test]
    fn a_record_without_a_list_stays_as_it_is() -> Result<(), serde_json::Error> {
        let old = samples::small().to_json()?;
        let read: Advisory = serde_json::from_slice(&old)?;
        assert!(!String::from_utf8_lossy(&old).contains("\"documents\""));
        assert!(read.documents.is_empty());
        assert_eq!(read.to_json()?, old);
        Ok(())
    }

    #[test]
    fn a_list_ends_the_record_and_keeps_kinds_that_are_unknown() -> Result<(), serde_json::Error> {
        let mut doc = samples::small();
        for kind in [DocumentKind::Csaf.name(), "of-later"] {
            doc.documents.push(Listed {
                kind: kind.to_owned(),
                sha256: "ab".repeat(32),
            });
        }
        let written = doc.to_json()?;
        let end = format!(
            "  \"documents\": [\n    {{\n      \"kind\": \"csaf\",\n      \"sha256\": \"{0}\"\n    }},\n    \
             {{\n      \"kind\": \"of-later\",\n      \"sha256\": \"{0}\"\n    }}\n  ]\n}}\n",
            "ab".repeat(32)
        );
        assert!(String::from_utf8_lossy(&written).ends_with(&end));
        let read: Advisory = serde_json::from_slice(&written)?;
        assert_eq!(read, doc);
        assert_eq!(read.to_json()?, written);
        Ok(())
    }
}
