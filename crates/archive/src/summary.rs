//! What a replay did, for people and for programs.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

/// Refused steps that are listed one by one; the counts hold all of them.
const REFUSED_STEPS_MAX: usize = 100;

/// A step that the house refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusedStep {
    pub note: String,
    pub command: String,
    pub code: String,
}

/// What was read and what was done. Counts of commands are those of this run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Notes read.
    pub notes: usize,
    /// Vendor records that belong to them.
    pub vendor_records: usize,
    /// Parties registered.
    pub parties: usize,
    /// Commands performed.
    pub commands: usize,
    /// First publications.
    pub publications: usize,
    /// Second revisions.
    pub updates: usize,
    /// Notes that were replayed before and of which nothing was left to do.
    pub skipped_notes: usize,
    /// Notes that were read and have no date of publication.
    pub unpublished: usize,
    pub accepted_as_public: usize,
    /// Facts that the archive dates between report and publication.
    pub became_public: usize,
    pub contacts_elsewhere: usize,
    /// Of them, after the first publication.
    pub contacts_after_publication: usize,
    /// Of them, before the report was made.
    pub contacts_before_report: usize,
    pub unasked_answers: usize,
    /// Answers dated by the record's last change, since the archive does not say when they came.
    pub answers_without_date: usize,
    /// Records read that tell neither a contact nor an answer.
    pub neither: usize,
    /// Notes read that list a vendor more than once.
    pub listed_twice: usize,
    /// Files that could not be used, with a code.
    pub broken: Vec<(PathBuf, String)>,
    /// Single fields that could not be taken as they stand.
    pub problems: usize,
    /// Refused steps by code.
    pub refused: BTreeMap<String, u32>,
    /// The first refused steps.
    pub refused_steps: Vec<RefusedStep>,
    pub seconds: f64,
}

impl Summary {
    pub(super) fn refuse(&mut self, note: &str, command: &str, code: &str) {
        tracing::warn!(code, note, command, "a step of the replay was refused");
        *self.refused.entry(code.to_owned()).or_insert(0) += 1;
        if self.refused_steps.len() < REFUSED_STEPS_MAX {
            self.refused_steps.push(RefusedStep {
                note: note.to_owned(),
                command: command.to_owned(),
                code: code.to_owned(),
            });
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "read {} notes with {} vendor records; {} fields were mended or left out",
            self.notes, self.vendor_records, self.problems
        )?;
        writeln!(
            f,
            "performed {} commands in {:.1} s; {} parties registered",
            self.commands, self.seconds, self.parties
        )?;
        writeln!(
            f,
            "published {} advisories and {} updates; {} notes have no date of publication",
            self.publications, self.updates, self.unpublished
        )?;
        writeln!(f, "{} notes were complete before", self.skipped_notes)?;
        writeln!(f, "instead of guards that the archive does not meet:")?;
        for (count, words) in [
            (
                self.accepted_as_public,
                "reports accepted as already public",
            ),
            (
                self.became_public,
                "weaknesses recorded as public before our publication",
            ),
            (
                self.contacts_elsewhere,
                "contacts recorded as made elsewhere",
            ),
            (
                self.contacts_before_report,
                "  of them before the report was made",
            ),
            (
                self.contacts_after_publication,
                "  of them after publication",
            ),
            (
                self.unasked_answers,
                "answers recorded that nobody had asked for",
            ),
            (
                self.answers_without_date,
                "answers whose date is not recorded",
            ),
        ] {
            writeln!(f, "  {count:>6} {words}")?;
        }
        writeln!(
            f,
            "{} records tell neither contact nor answer; {} notes list a vendor twice",
            self.neither, self.listed_twice
        )?;
        for (code, count) in &self.refused {
            writeln!(f, "refused: {count} steps with {code}")?;
        }
        for step in &self.refused_steps {
            writeln!(f, "  {} {}: {}", step.note, step.command, step.code)?;
        }
        for (path, code) in &self.broken {
            writeln!(f, "not usable: {} ({code})", path.display())?;
        }
        Ok(())
    }
}
