//! CVSS in the form that every validator accepts (docs/design/performance.md §5).
//!
//! The vector is the only truth: the base properties are spelled out from it, metrics that say "not defined" are
//! dropped, and temporal properties are not given at all, since they must come with a temporal score or not at all.
//! The base score is the advisory's; the judge recomputes it and refuses a document whose score does not follow.
//! CSAF 2.0 holds one score of each generation per product; whatever finds no place is a note.

use serde_json::{Map, Value, json};

use crate::advisory::Cvss;
use crate::cvss;

/// Returns the `scores` list: one entry that holds for all `products`, or none.
pub(super) fn scores(cvss: &[Cvss], products: &[&str]) -> Vec<Value> {
    let mut score = Map::new();
    for chosen in chosen(cvss) {
        score.insert(chosen.property.to_owned(), chosen.value);
    }
    if score.is_empty() || products.is_empty() {
        return Vec::new();
    }
    score.insert("products".to_owned(), json!(products));
    vec![Value::Object(score)]
}

/// Returns the scores that [`scores`] cannot carry; without an affected product that is each of them.
pub(super) fn unplaced(cvss: &[Cvss], has_affected: bool) -> Vec<&Cvss> {
    let placed: Vec<usize> = if has_affected {
        chosen(cvss).iter().map(|c| c.index).collect()
    } else {
        Vec::new()
    };
    cvss.iter()
        .enumerate()
        .filter(|(index, _)| !placed.contains(index))
        .map(|(_, cvss)| cvss)
        .collect()
}

struct Chosen {
    index: usize,
    property: &'static str,
    value: Value,
}

fn chosen(cvss: &[Cvss]) -> Vec<Chosen> {
    let first = |version: &str| {
        cvss.iter()
            .enumerate()
            .filter(|(_, c)| c.version == version)
            .find_map(|(index, c)| value(c).map(|value| (index, value)))
    };
    let v2 = first("2.0").map(|(index, value)| Chosen {
        index,
        property: "cvss_v2",
        value,
    });
    let v3 = first("3.1").or_else(|| first("3.0"));
    let v3 = v3.map(|(index, value)| Chosen {
        index,
        property: "cvss_v3",
        value,
    });
    v2.into_iter().chain(v3).collect()
}

/// Returns the score as CSAF writes it, or nothing when the vector is not one of its version.
fn value(cvss: &Cvss) -> Option<Value> {
    let scored = cvss::read(&cvss.vector).ok()?;
    // CSAF 2.0 has no place for version 4.
    if scored.version != cvss.version || scored.version == "4.0" {
        return None;
    }
    let mut fields = Map::new();
    fields.insert("version".to_owned(), scored.version.into());
    fields.insert("vectorString".to_owned(), scored.vector.into());
    for (property, word) in scored.base {
        fields.insert(property.to_owned(), word);
    }
    fields.insert("baseScore".to_owned(), cvss.base_score.into());
    if scored.version != "2.0" {
        let severity = cvss::severity(cvss.base_score);
        fields.insert("baseSeverity".to_owned(), severity.into());
    }
    Some(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(version: &str, vector: &str, base_score: f64, expected: Option<&str>) {
        let cvss = Cvss {
            version: version.to_owned(),
            vector: vector.to_owned(),
            base_score,
        };
        let made = value(&cvss).map(|v| v["vectorString"].as_str().unwrap_or_default().to_owned());
        assert_eq!(made.as_deref(), expected);
    }

    #[test]
    fn vectors_come_in_canonical_order_without_undefined_metrics() {
        check(
            "3.1",
            "CVSS:3.1/AC:L/AV:N/PR:N/UI:N/S:U/C:H/I:H/A:H/RL:O/E:X",
            9.8,
            Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/RL:O"),
        );
        check(
            "2.0",
            "(AV:N/AC:L/Au:N/C:P/I:P/A:P/RC:ND)",
            7.5,
            Some("AV:N/AC:L/Au:N/C:P/I:P/A:P"),
        );
    }

    #[test]
    fn what_is_no_vector_of_its_version_is_not_a_score() {
        check(
            "3.1",
            "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            9.8,
            None,
        );
        check("3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", 9.8, None);
        check(
            "3.1",
            "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            9.8,
            None,
        );
        check(
            "4.0",
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
            9.3,
            None,
        );
    }

    #[test]
    fn every_score_has_a_place_or_is_told_in_a_note() {
        let list = [
            ("3.0", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
            ("4.0", "CVSS:4.0/AV:N"),
        ]
        .map(|(version, vector)| Cvss {
            version: version.to_owned(),
            vector: vector.to_owned(),
            base_score: 9.8,
        });
        assert_eq!(scores(&list, &["v1"]).len(), 1);
        assert_eq!(unplaced(&list, true).len(), 1);
        assert_eq!(scores(&list, &[]).len(), 0);
        assert_eq!(unplaced(&list, false).len(), 2);
    }
}
