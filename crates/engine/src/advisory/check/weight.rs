//! Whether the words for how bad it is agree with what else is known: the score, and attacks that the case records (H4).
//!
//! A house may judge one step apart from the score: exposure and use are not in it. Two steps are a slip of the pen.

use domain::machine::cs::PublicState;
use formats::advisory::{Advisory, Severity, Threat};

use super::{Finding, warning};

/// What does not agree.
pub(crate) fn apart(doc: &Advisory, world: &PublicState) -> Vec<Finding> {
    let of = |field, code, about: &str| warning("H4", field, None, code, about);
    let mut out = Vec::new();
    let score = doc.cvss.iter().map(|cvss| cvss.base_score);
    let score = score.fold(None, |most: Option<f64>, one| {
        Some(most.map_or(one, |most| most.max(one)))
    });
    if let (Some(score), Some(said)) = (score, step(doc.severity))
        && said.abs_diff(band(score)) > 1
    {
        out.push(of("severity", "severity_off", &format!("{score:.1}")));
    }
    let is_attacked = doc.threat == Threat::Occurring;
    if world.attacks && !is_attacked {
        out.push(of("threat", "threat_silent", ""));
    } else if is_attacked && !world.attacks {
        out.push(of("threat", "threat_unrecorded", ""));
    }
    out
}

/// The step of a word; nobody's judgement has none.
const fn step(severity: Severity) -> Option<u8> {
    match severity {
        Severity::NotRecorded => None,
        Severity::None => Some(0),
        Severity::Caution => Some(1),
        Severity::Warning => Some(2),
        Severity::Important => Some(3),
        Severity::Critical => Some(4),
    }
}

/// The step of a base score (CVSS v3.1 and v4.0, qualitative severity rating scale).
fn band(score: f64) -> u8 {
    match score {
        score if score < 0.1 => 0,
        score if score < 4.0 => 1,
        score if score < 7.0 => 2,
        score if score < 9.0 => 3,
        _ => 4,
    }
}
