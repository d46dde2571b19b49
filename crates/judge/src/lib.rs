//! Whether a CSAF document may be published, asked of csaf-rs (schema and mandatory tests).
//!
//! A test that csaf-rs skips or does not know counts as failed: a document that its strict types refuse is "skipped"
//! by most tests and would pass unseen otherwise (docs/design/formats.md §2.2).
//!
//! A crate of its own, since csaf-rs is the longest build of all: who makes documents does not wait for it. It knows
//! bytes only, and no advisory. Start at [`judge()`].

use csaf_rs::validation::{TestResult, TestResultStatus, validate_by_preset};

/// Why a document may not be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Test of the specification, for example `6.1.24`, or `schema`.
    pub test: String,
    /// What the judge says.
    pub message: String,
    /// Where in the document, as a JSON pointer; empty when the whole is meant.
    pub path: String,
}

/// Judges the exact bytes that are to be published.
///
/// # Errors
/// Returns every finding; there is at least one.
pub fn judge(bytes: &[u8]) -> Result<(), Vec<Finding>> {
    let text = std::str::from_utf8(bytes).map_err(|e| whole("utf-8", e.to_string()))?;
    let document =
        csaf_rs::csaf2_0::loader::load_document(text).map_err(|e| whole("json", e.to_string()))?;
    let result =
        validate_by_preset(&document, "2.0", PRESET).map_err(|e| whole(PRESET, e.to_string()))?;
    let findings: Vec<Finding> = result.test_results.iter().flat_map(findings).collect();
    match (
        findings.is_empty(),
        result.success && result.num_not_found == 0,
    ) {
        (true, true) => Ok(()),
        (true, false) => Err(whole(PRESET, "refused without a finding".to_owned())),
        (false, _) => Err(findings),
    }
}

/// Judges a built-in document, so that the schema and the patterns are compiled before the first press needs them.
///
/// # Errors
/// Returns findings when the judge refuses the built-in document, that is when the judge itself is broken.
pub fn warm_up() -> Result<(), Vec<Finding>> {
    judge(BUILT_IN.as_bytes())
}

/// Schema and mandatory tests; the optional ones are counted in the documentation and block nothing.
const PRESET: &str = "basic";

fn findings(result: &TestResult) -> Vec<Finding> {
    let finding = |message: &str, path: &str| Finding {
        test: result.test_id.clone(),
        message: message.to_owned(),
        path: path.to_owned(),
    };
    match &result.status {
        TestResultStatus::Success => Vec::new(),
        TestResultStatus::Failure { errors, .. } => errors
            .iter()
            .map(|error| finding(&error.message, &error.instance_path))
            .collect(),
        TestResultStatus::NotFound => vec![finding("the judge does not know this test", "")],
        TestResultStatus::Skipped => vec![finding("the judge skipped this test", "")],
    }
}

fn whole(test: &str, message: String) -> Vec<Finding> {
    vec![Finding {
        test: test.to_owned(),
        message,
        path: String::new(),
    }]
}

const BUILT_IN: &str = r#"{
  "document": {
    "category": "csaf_base",
    "csaf_version": "2.0",
    "publisher": { "category": "coordinator", "name": "Noroshi", "namespace": "https://noroshi.example" },
    "title": "Built-in document",
    "tracking": {
      "current_release_date": "2026-01-01T00:00:00Z",
      "id": "NRS-0",
      "initial_release_date": "2026-01-01T00:00:00Z",
      "revision_history": [{ "date": "2026-01-01T00:00:00Z", "number": "1", "summary": "Published" }],
      "status": "final",
      "version": "1"
    }
  }
}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_document_is_clean() {
        assert_eq!(warm_up(), Ok(()));
    }

    #[test]
    fn bytes_that_are_no_document_are_refused() {
        assert!(judge(b"\xff").is_err());
        assert!(judge(b"{").is_err());
        assert!(judge(b"{}").is_err());
    }

    #[test]
    fn a_wrong_version_is_found_and_named() {
        let wrong = BUILT_IN.replace("\"version\": \"1\"", "\"version\": \"2\"");
        let tests: Vec<String> = judge(wrong.as_bytes())
            .err()
            .into_iter()
            .flatten()
            .map(|f| f.test)
            .collect();
        assert_eq!(tests, ["6.1.16"]);
    }
}
