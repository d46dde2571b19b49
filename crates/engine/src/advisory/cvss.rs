//! CVSS base scores from vectors, so that nobody types a score that does not follow.
//!
//! Source: CVSS v3.1 specification, §7.1 and appendix A (3.0 differs in no base score but for rounding, which the judge
//! of CSAF computes likewise); version 2 is [`crate::advisory::cvss2`]. Version 4 has no formula but a table of
//! macro-vectors; its score is taken as typed behind the vector.

use formats::advisory::Cvss;

/// Reads a line: a vector, and for version 4 its score behind it.
#[must_use]
pub fn read(line: &str) -> Option<Cvss> {
    let line = line.trim();
    let (version, score, vector) = if let Some(metrics) = line.strip_prefix("CVSS:3.1/") {
        ("3.1", version_3(metrics)?, line)
    } else if let Some(metrics) = line.strip_prefix("CVSS:3.0/") {
        ("3.0", version_3(metrics)?, line)
    } else if line.starts_with("CVSS:4.0/") {
        let (vector, score) = line.split_once(char::is_whitespace)?;
        let score: f64 = score.trim().parse().ok()?;
        let is_base = vector.split('/').skip(1).all(|metric| metric.contains(':'));
        if !is_base || !(0.0..=10.0).contains(&score) {
            return None;
        }
        ("4.0", score, vector)
    } else {
        let bare = line.trim_start_matches('(').trim_end_matches(')');
        ("2.0", crate::advisory::cvss2::base_score(bare)?, bare)
    };
    Some(Cvss {
        version: version.to_owned(),
        vector: vector.to_owned(),
        base_score: score,
    })
}

/// Writes a score as [`read`] takes it.
#[must_use]
pub fn line(cvss: &Cvss) -> String {
    match cvss.version.as_str() {
        "4.0" => format!("{} {:.1}", cvss.vector, cvss.base_score),
        _ => cvss.vector.clone(),
    }
}

/// The base score of the eight base metrics of version 3, in their order.
fn version_3(metrics: &str) -> Option<f64> {
    let mut parts = metrics.split('/');
    let mut letter = |name: &str| parts.next()?.strip_prefix(name)?.chars().next();
    let attack_vector = pick(
        letter("AV:")?,
        &[('N', 0.85), ('A', 0.62), ('L', 0.55), ('P', 0.2)],
    )?;
    let complexity = pick(letter("AC:")?, &[('L', 0.77), ('H', 0.44)])?;
    let privileges = letter("PR:")?;
    let interaction = pick(letter("UI:")?, &[('N', 0.85), ('R', 0.62)])?;
    let is_changed = match letter("S:")? {
        'C' => true,
        'U' => false,
        _ => return None,
    };
    let privileges = match (privileges, is_changed) {
        ('N', _) => 0.85,
        ('L', false) => 0.62,
        ('L', true) => 0.68,
        ('H', false) => 0.27,
        ('H', true) => 0.5,
        _ => return None,
    };
    let harm = [('H', 0.56), ('L', 0.22), ('N', 0.0)];
    let confidentiality = pick(letter("C:")?, &harm)?;
    let integrity = pick(letter("I:")?, &harm)?;
    let availability = pick(letter("A:")?, &harm)?;
    if parts.next().is_some() {
        return None;
    }
    let base = 1.0 - (1.0 - confidentiality) * (1.0 - integrity) * (1.0 - availability);
    let impact = if is_changed {
        7.52 * (base - 0.029) - 3.25 * (base - 0.02_f64).powi(15)
    } else {
        6.42 * base
    };
    if impact <= 0.0 {
        return Some(0.0);
    }
    let exploitability = 8.22 * attack_vector * complexity * privileges * interaction;
    let sum = impact + exploitability;
    let sum = if is_changed { 1.08 * sum } else { sum };
    Some(round_up(sum.min(10.0)))
}

fn pick(letter: char, weights: &[(char, f64)]) -> Option<f64> {
    weights
        .iter()
        .find(|(known, _)| *known == letter)
        .map(|(_, weight)| *weight)
}

/// Appendix A: the smallest number with one decimal that is not below, on integers against binary dust.
fn round_up(score: f64) -> f64 {
    let hundred_thousandths = (score * 100_000.0).round();
    let tens = hundred_thousandths / 10_000.0;
    tens.ceil() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &str, expected: Option<&str>) {
        let score = read(written).map(|cvss| format!("{} {:.1}", cvss.version, cvss.base_score));
        assert_eq!(score.as_deref(), expected, "{written}");
    }

    #[test]
    fn scores_are_those_of_the_published_examples() {
        // CVSS v3.1 examples: CVE-2013-1937, CVE-2013-0375, CVE-2014-3566, CVE-2012-1516, CVE-2014-0160.
        check(
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
            Some("3.1 6.1"),
        );
        check(
            "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N",
            Some("3.1 6.4"),
        );
        check(
            "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N",
            Some("3.1 3.1"),
        );
        check(
            "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H",
            Some("3.1 9.9"),
        );
        check(
            "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
            Some("3.0 7.5"),
        );
        check(
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            Some("3.1 9.8"),
        );
        check("AV:N/AC:L/Au:N/C:N/I:N/A:C", Some("2.0 7.8"));
    }

    #[test]
    fn what_is_no_base_vector_is_refused() {
        check("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", None);
        check("CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", None);
        check("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P", None);
        check(
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
            None,
        );
        check(
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N 9.3",
            Some("4.0 9.3"),
        );
        check("seven", None);
    }
}
