//! The forms of the tables: what a report, a vendor's place and an advisory look like in the rooms beside.
//!
//! It knows no stage and performs nothing; [`Story::draft`] turns rows into the command of one revision.

use std::collections::BTreeMap;

use domain::text::class::Class;
use domain::value::*;
use formats::advisory::{Audience, Cvss, Damage, Reference, Severity, Threat};

use engine::advisory::command::{DraftAdvisory, DraftText};
use engine::advisory::compose::Facts;

/// A report as it comes in, with what the desk makes of it. All of them are in Japanese.
pub struct Arrival {
    pub kind: ReportKind,
    pub channel: ContactChannel,
    pub days_ago: u32,
    pub text: &'static str,
    pub finder: Option<&'static str>,
    pub contact: Option<&'static str>,
    /// Question of the desk and answer of the finder, before acceptance.
    pub asked: Option<(&'static str, &'static str)>,
    pub parts: &'static [(Class, &'static str)],
}

/// A vendor at the table and what it said in the end.
pub struct Seat {
    pub vendor: &'static str,
    pub said: Said,
}

/// Makes a row of the tables.
pub const fn seat(vendor: &'static str, said: Said) -> Seat {
    Seat { vendor, said }
}

/// What a vendor said.
#[derive(Clone, Copy)]
pub enum Said {
    Silent,
    Seen,
    Unsure,
    NotAffected,
    Looking {
        product: &'static str,
    },
    Affected {
        product: &'static str,
        versions: &'static str,
    },
    Fixed {
        product: &'static str,
        versions: &'static str,
        fixed_in: &'static str,
    },
}

/// A text of an advisory in both languages.
#[derive(Clone, Copy)]
pub struct Words {
    field: Field,
    ja: &'static str,
    en: &'static str,
}

/// Makes a row of the tables.
pub const fn words(field: Field, ja: &'static str, en: &'static str) -> Words {
    Words { field, ja, en }
}

/// A revision: what it says anew; all else stays as it was.
pub struct Revision {
    pub days_ago: u32,
    pub stage: AdvisoryStage,
    pub threat: Threat,
    pub severity: Severity,
    pub words: &'static [Words],
}

/// An advisory over all its revisions.
pub struct Story {
    pub audience: Audience,
    pub damage: &'static [Damage],
    pub cve: &'static [&'static str],
    pub vector: &'static str,
    pub score: f64,
    pub references: &'static [(&'static str, &'static str)],
    pub revisions: &'static [Revision],
}

impl Said {
    /// The answer as the command takes it; silence and a mere receipt are none.
    pub fn answer(self) -> Option<ProductAnswer> {
        let (product, versions, answer, fixed_in) = match self {
            Said::Silent | Said::Seen => return None,
            Said::Unsure => (None, "", VendorAnswer::Unknown, None),
            Said::NotAffected => (None, "", VendorAnswer::NotAffected, None),
            Said::Looking { product } => (Some(product), "", VendorAnswer::Investigating, None),
            Said::Affected { product, versions } => {
                (Some(product), versions, VendorAnswer::Affected, None)
            }
            Said::Fixed {
                product,
                versions,
                fixed_in,
            } => (
                Some(product),
                versions,
                VendorAnswer::Affected,
                Some(fixed_in),
            ),
        };
        Some(ProductAnswer {
            product: product.map(str::to_owned),
            versions: versions.to_owned(),
            answer,
            fixed_in: fixed_in.map(str::to_owned),
            vulnerability: None,
            because: None,
        })
    }
}

impl Story {
    /// The words of a revision: what it says itself, and what earlier ones said, save their reasons.
    fn words(&self, index: usize) -> BTreeMap<Field, Words> {
        let mut out = BTreeMap::new();
        for (at, revision) in self.revisions.iter().enumerate().take(index + 1) {
            out.extend(
                revision
                    .words
                    .iter()
                    .filter(|w| at == index || w.field != Field::RevisionReason)
                    .map(|w| (w.field, *w)),
            );
        }
        out
    }

    /// The draft of the revision with this index.
    pub fn draft(&self, case: CaseId, index: usize) -> DraftAdvisory {
        let words = self.words(index);
        let text = |field: Field, lang, text: &str| DraftText {
            field,
            lang,
            text: text.to_owned(),
            class: None,
            from: None,
        };
        let texts = words
            .values()
            .flat_map(|w| [text(w.field, Lang::Ja, w.ja), text(w.field, Lang::En, w.en)])
            .collect();
        let revision = self.revisions.get(index);
        let stage = revision.map_or(AdvisoryStage::Final, |r| r.stage);
        // What is withdrawn is no weakness, so it has no score.
        let withdrawn = stage == AdvisoryStage::Withdrawn;
        let score = Cvss {
            version: "3.1".to_owned(),
            vector: self.vector.to_owned(),
            base_score: self.score,
        };
        let facts = Facts {
            audience: self.audience,
            damage: self.damage.to_vec(),
            threat: revision.map_or(Threat::NotRecorded, |r| r.threat),
            severity: revision.map_or(Severity::NotRecorded, |r| r.severity),
            cvss: if withdrawn { vec![] } else { vec![score] },
            cve: self.cve.iter().map(|cve| (*cve).to_owned()).collect(),
            references: self
                .references
                .iter()
                .map(|(url, summary)| Reference {
                    url: (*url).to_owned(),
                    summary: (*summary).to_owned(),
                })
                .collect(),
            credit_consent: words.contains_key(&Field::Credit),
            ..Facts::default()
        };
        DraftAdvisory {
            case: case.to_string(),
            stage,
            texts,
            facts,
        }
    }

    /// Number and titles of the last revision, for whoever opens the demonstration.
    pub fn entry(&self, number: String) -> (String, String, String) {
        let last = self.words(self.revisions.len().saturating_sub(1));
        let (ja, en) = last
            .get(&Field::Title)
            .map_or(("", ""), |title| (title.ja, title.en));
        (number, ja.to_owned(), en.to_owned())
    }
}
