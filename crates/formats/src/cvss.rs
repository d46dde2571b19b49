//! CVSS vectors of versions 2.0, 3.0, 3.1 and 4.0: read, put into the specification's order, scored.
//!
//! The arithmetic is that of cvss-rs; here stands what that crate lets pass. It takes lower case, empty metrics, "not
//! defined" in a base metric and Safety in a base impact of version 4, and in version 4 a modified metric changes its
//! base score. Here a vector is as its specification writes it, or it is none, and the base score follows from the base
//! metrics alone, so that nobody types a score that does not follow. It knows no document and no form.

use std::fmt::Display;
use std::str::FromStr;

use cvss_rs::v2_0::CvssV2;
use cvss_rs::v3::CvssV3;
use cvss_rs::v4_0::CvssV4;
use cvss_rs::{ParseError, Severity, score_to_severity};
use serde::Serialize;
use serde_json::Value;

use crate::advisory::Cvss;

/// Longest vector: one of version 4 with every metric has some 200 bytes.
const VECTOR_BYTES_MAX: usize = 512;

/// A vector, and what follows from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// `2.0`, `3.0`, `3.1` or `4.0`.
    pub version: &'static str,
    /// In the specification's order, with its prefix from version 3 on, without metrics that say "not defined".
    pub vector: String,
    /// The base score in tenths, 0 to 100.
    pub base_tenths: u8,
    /// Whether there are metrics beyond the base ones.
    pub has_further: bool,
    /// The base metrics as JSON spells them, in order: property and word.
    pub(crate) base: Vec<(&'static str, Value)>,
}

impl Scored {
    /// Returns the base score, 0.0 to 10.0.
    #[must_use]
    pub fn base_score(&self) -> f64 {
        f64::from(self.base_tenths) / 10.0
    }

    /// Returns the word for the base score; version 2 has no scale of words.
    #[must_use]
    pub fn severity(&self) -> Option<&'static str> {
        (self.version != V2.version).then(|| severity(self.base_score()))
    }

    /// Returns the score as an advisory carries it.
    #[must_use]
    pub fn cvss(&self) -> Cvss {
        Cvss {
            version: self.version.to_owned(),
            vector: self.vector.clone(),
            base_score: self.base_score(),
        }
    }
}

/// Why a vector or a line is none.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Wrong {
    #[error("this is longer than any vector")]
    Long,
    #[error("this is no vector of its version")]
    Vector(#[from] ParseError),
    #[error("this is no metric of its version, or is not written as there: {0}")]
    Metric(String),
    #[error("a base metric is missing: {0}")]
    Missing(&'static str),
    #[error("of this version only base metrics are taken")]
    Further,
    #[error("another base score follows from the vector: {computed}")]
    Score { computed: String },
}

/// Reads a vector; parentheses around it are dropped.
///
/// # Errors
/// What is wrong with it.
pub fn read(text: &str) -> Result<Scored, Wrong> {
    if text.len() > VECTOR_BYTES_MAX {
        return Err(Wrong::Long);
    }
    let text = text.trim().trim_start_matches('(').trim_end_matches(')');
    let generation = GENERATIONS
        .iter()
        .copied()
        .find(|generation| text.starts_with(generation.prefix))
        .unwrap_or(&V2);
    let canonical = generation.parse(text)?.canonical;
    let metrics = generation.metrics(&canonical);
    // What does not come back unchanged was not written as it has to be.
    let given = generation.metrics(text);
    let odd = |metric: &str| !metrics.contains(&metric) || generation.lax.contains(&metric);
    if let Some(metric) = given.into_iter().find(|metric| odd(metric)) {
        return Err(Wrong::Metric(metric.to_owned()));
    }
    let mut base_metrics = Vec::with_capacity(generation.base.len());
    for (letters, _) in generation.base {
        let metric = metrics.iter().find(|metric| name(metric) == *letters);
        base_metrics.push(*metric.ok_or(Wrong::Missing(letters))?);
    }
    let base_vector = format!("{}{}", generation.prefix, base_metrics.join("/"));
    let base = generation.parse(&base_vector)?;
    let tenths = base.score.map(|score| (score * 10.0).round());
    let tenths = tenths.filter(|tenths| (0.0..=100.0).contains(tenths));
    let base_tenths = tenths.ok_or(Wrong::Metric(base_vector))? as u8;
    let defined: Vec<&str> = metrics
        .iter()
        .copied()
        .filter(|metric| !metric.ends_with(generation.undefined))
        .collect();
    let spelled = |property: &'static str| Some((property, base.spelled.get(property)?.clone()));
    Ok(Scored {
        version: generation.version,
        vector: format!("{}{}", generation.prefix, defined.join("/")),
        base_tenths,
        has_further: defined.len() > base_metrics.len(),
        base: generation
            .base
            .iter()
            .filter_map(|(_, property)| spelled(property))
            .collect(),
    })
}

/// Reads what a person types: a vector, and behind it its base score if they like.
///
/// Of versions 2 and 3 only base metrics are taken; version 4 has vectors with threat metrics in use, and a score typed
/// behind one is still that of its base metrics.
///
/// # Errors
/// What is wrong with it; [`Wrong::Score`] if the vector can be read and the score does not follow from it.
pub fn read_line(line: &str) -> Result<Cvss, Wrong> {
    let line = line.trim();
    let (vector, typed) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let scored = read(vector)?;
    if scored.has_further && scored.version != V4.version {
        return Err(Wrong::Further);
    }
    let typed = typed.trim();
    let follows = typed
        .parse::<f64>()
        .is_ok_and(|score| (score - scored.base_score()).abs() < 0.001);
    if typed.is_empty() || follows {
        return Ok(scored.cvss());
    }
    Err(Wrong::Score {
        computed: format!("{:.1}", scored.base_score()),
    })
}

/// Writes a score as [`read_line`] takes it: of version 4 with the score, since those of older drafts were typed.
#[must_use]
pub fn line(cvss: &Cvss) -> String {
    if cvss.version == V4.version {
        format!("{} {:.1}", cvss.vector, cvss.base_score)
    } else {
        cvss.vector.clone()
    }
}

/// Returns the word for a score of version 3 or 4 (CVSS 3.0 and 3.1 §5, CVSS 4.0 §6).
#[must_use]
pub fn severity(score: f64) -> &'static str {
    match score_to_severity(score) {
        Some(Severity::None) => "NONE",
        Some(Severity::Low) => "LOW",
        Some(Severity::Medium) => "MEDIUM",
        Some(Severity::High) => "HIGH",
        Some(Severity::Critical) | None => "CRITICAL",
    }
}

/// Returns the letters before the colon.
fn name(metric: &str) -> &str {
    metric.split_once(':').map_or(metric, |(name, _)| name)
}

/// What the crate makes of a vector.
struct Parsed {
    canonical: String,
    score: Option<f64>,
    spelled: Value,
}

fn parsed<T>(vector: &str, score: fn(&T) -> Option<f64>) -> Result<Parsed, ParseError>
where
    T: FromStr<Err = ParseError> + Display + Serialize,
{
    let read: T = vector.parse()?;
    Ok(Parsed {
        canonical: read.to_string(),
        score: score(&read),
        spelled: serde_json::to_value(&read).unwrap_or_default(),
    })
}

struct Generation {
    version: &'static str,
    prefix: &'static str,
    /// The base metrics in order: letters, and the property of JSON.
    base: &'static [(&'static str, &'static str)],
    /// How a metric ends that says "not defined".
    undefined: &'static str,
    /// Metrics that the crate takes and the specification does not know.
    lax: &'static [&'static str],
}

impl Generation {
    fn parse(&self, vector: &str) -> Result<Parsed, ParseError> {
        match self.version {
            "2.0" => parsed(vector, CvssV2::calculated_base_score),
            "4.0" => parsed(vector, CvssV4::calculated_base_score),
            _ => parsed(vector, CvssV3::calculated_base_score),
        }
    }

    fn metrics<'a>(&self, vector: &'a str) -> Vec<&'a str> {
        let metrics = vector.strip_prefix(self.prefix).unwrap_or(vector);
        metrics.split('/').collect()
    }
}

/// Version 2 last: its prefix is none.
static GENERATIONS: [&Generation; 4] = [&V3_1, &V3_0, &V4, &V2];

static V2: Generation = Generation {
    version: "2.0",
    prefix: "",
    base: &[
        ("AV", "accessVector"),
        ("AC", "accessComplexity"),
        ("Au", "authentication"),
        ("C", "confidentialityImpact"),
        ("I", "integrityImpact"),
        ("A", "availabilityImpact"),
    ],
    undefined: ":ND",
    // A prefix that the guide of version 2 does not have.
    lax: &["CVSS:2.0"],
};

static V3_0: Generation = Generation {
    version: "3.0",
    prefix: "CVSS:3.0/",
    base: BASE_3,
    undefined: ":X",
    lax: LAX_3,
};

static V3_1: Generation = Generation {
    version: "3.1",
    prefix: "CVSS:3.1/",
    base: BASE_3,
    undefined: ":X",
    lax: LAX_3,
};

const BASE_3: &[(&str, &str)] = &[
    ("AV", "attackVector"),
    ("AC", "attackComplexity"),
    ("PR", "privilegesRequired"),
    ("UI", "userInteraction"),
    ("S", "scope"),
    ("C", "confidentialityImpact"),
    ("I", "integrityImpact"),
    ("A", "availabilityImpact"),
];

const LAX_3: &[&str] = &["AV:X", "AC:X", "PR:X", "UI:X", "S:X", "C:X", "I:X", "A:X"];

static V4: Generation = Generation {
    version: "4.0",
    prefix: "CVSS:4.0/",
    base: &[
        ("AV", "attackVector"),
        ("AC", "attackComplexity"),
        ("AT", "attackRequirements"),
        ("PR", "privilegesRequired"),
        ("UI", "userInteraction"),
        ("VC", "vulnConfidentialityImpact"),
        ("VI", "vulnIntegrityImpact"),
        ("VA", "vulnAvailabilityImpact"),
        ("SC", "subConfidentialityImpact"),
        ("SI", "subIntegrityImpact"),
        ("SA", "subAvailabilityImpact"),
    ],
    undefined: ":X",
    // Safety is a value of MSI and MSA only (CVSS 4.0 §4.2.3, table 17 of the specification).
    lax: &["SC:S", "SI:S", "SA:S", "MSC:S"],
};

#[cfg(test)]
mod tests;
