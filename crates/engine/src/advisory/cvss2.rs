//! The CVSS 2 base score of a vector: the archive's notes carry the vector, and a document needs both.
//!
//! Source: "A Complete Guide to the Common Vulnerability Scoring System Version 2.0", CVSS v2 §3.2.1.

/// Returns the base score of a complete base vector, or nothing if it is none.
#[must_use]
pub fn base_score(vector: &str) -> Option<f64> {
    let mut parts = vector.split('/');
    let mut weight = |name: &str, weights: [(&str, f64); 3]| {
        let letter = parts.next()?.strip_prefix(name)?;
        weights
            .iter()
            .find(|(known, _)| *known == letter)
            .map(|(_, weight)| *weight)
    };
    let access_vector = weight("AV:", [("L", 0.395), ("A", 0.646), ("N", 1.0)])?;
    let complexity = weight("AC:", [("H", 0.35), ("M", 0.61), ("L", 0.71)])?;
    let authentication = weight("Au:", [("M", 0.45), ("S", 0.56), ("N", 0.704)])?;
    let harm = [("N", 0.0), ("P", 0.275), ("C", 0.660)];
    let confidentiality = weight("C:", harm)?;
    let integrity = weight("I:", harm)?;
    let availability = weight("A:", harm)?;
    if parts.next().is_some() {
        return None;
    }
    let impact = 10.41 * (1.0 - (1.0 - confidentiality) * (1.0 - integrity) * (1.0 - availability));
    if impact <= 0.0 {
        // f(Impact) is zero: a weakness without impact scores nothing.
        return Some(0.0);
    }
    let exploitability = 20.0 * access_vector * complexity * authentication;
    let score = (0.6 * impact + 0.4 * exploitability - 1.5) * 1.176;
    Some((score * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::base_score;

    fn check(vector: &str, expected: Option<&str>) {
        let score = base_score(vector).map(|score| format!("{score:.1}"));
        assert_eq!(score.as_deref(), expected, "{vector}");
    }

    #[test]
    fn scores_are_those_of_the_guide() {
        // CVSS v2 §3.3: CVE-2002-0392, CVE-2003-0818, CVE-2003-0062.
        check("AV:N/AC:L/Au:N/C:N/I:N/A:C", Some("7.8"));
        check("AV:N/AC:L/Au:N/C:C/I:C/A:C", Some("10.0"));
        check("AV:L/AC:H/Au:N/C:C/I:C/A:C", Some("6.2"));
        check("AV:N/AC:M/Au:N/C:N/I:P/A:N", Some("4.3"));
        check("AV:L/AC:L/Au:N/C:N/I:N/A:N", Some("0.0"));
    }

    #[test]
    fn what_is_no_base_vector_has_no_score() {
        check("AV:N/AC:L/Au:N/C:P/I:P", None);
        check("AV:N/AC:L/Au:N/C:P/I:P/A:X", None);
        check("AV:N/AC:L/Au:N/C:P/I:P/A:P/E:U", None);
        check("", None);
    }
}
