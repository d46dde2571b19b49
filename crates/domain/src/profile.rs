//! Profiles: the house rules that differ from site to site, as data.
//!
//! Source: docs/design/process.md §1.14 (profiles), docs/design/settled.md §1.9, §1.34, decision 0002 line (e).
//! A site names a profile and may overrule each value.

use crate::clock::calendar::{Calendar, JAPAN, WEEKENDS};

/// Holds the rules of one kind of house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The stable name.
    pub key: &'static str,
    /// How long an embargo lasts that the house proposes by itself, in days; nothing proposes none.
    pub embargo_default_days: Option<u32>,
    /// What a finding of the lints does.
    pub lints: LintMode,
    /// How many people approve a publication.
    pub quorum: u8,
    /// How long vendors may object to an emergency publication, in minutes.
    pub emergency_objection_minutes: u32,
    /// The days on which the office works.
    pub calendar: &'static Calendar,
    /// The clocks that run, by the beginning of their key.
    pub clocks: &'static [&'static str],
}

/// Tells what a finding of the lints does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LintMode {
    /// An error stops publication.
    Block,
    /// An error is shown and stops nothing.
    Report,
}

impl Profile {
    /// Returns the profile with this key.
    pub fn by_key(key: &str) -> Option<&'static Profile> {
        PROFILES.iter().find(|profile| profile.key == key)
    }

    /// Tells whether a clock runs in such a house.
    pub fn runs(&self, clock_key: &str) -> bool {
        self.clocks
            .iter()
            .any(|beginning| clock_key.starts_with(beginning))
    }
}

const BASE: Profile = Profile {
    key: "",
    embargo_default_days: None,
    lints: LintMode::Block,
    quorum: 2,
    emergency_objection_minutes: 0,
    calendar: &WEEKENDS,
    clocks: &[],
};

/// Lists the shipped profiles.
pub const PROFILES: &[Profile] = &[
    Profile {
        key: "jp-partnership",
        embargo_default_days: Some(45),
        calendar: &JAPAN,
        clocks: &[
            "report.",
            "case.",
            "stat.",
            "finder.",
            "vendor.",
            "unreachable.",
            "judgement.",
            "courtesy_copy",
            "site.",
            "advance.",
            "embargo.",
        ],
        ..BASE
    },
    Profile {
        key: "certcc",
        embargo_default_days: Some(45),
        clocks: &[
            "report.",
            "case.",
            "finder.answer",
            "vendor.",
            "courtesy_copy",
            "embargo.",
            "cna.",
        ],
        ..BASE
    },
    Profile {
        key: "eu-cra",
        clocks: &[
            "report.",
            "case.",
            "finder.answer",
            "vendor.",
            "embargo.",
            "cra.",
            "nis2.",
        ],
        ..BASE
    },
    Profile {
        key: "psirt",
        embargo_default_days: Some(90),
        clocks: &["report.", "finder.answer", "embargo.", "cna.", "cra."],
        ..BASE
    },
    Profile {
        key: "isac",
        clocks: &["report.", "advance."],
        ..BASE
    },
    Profile {
        key: "archive",
        lints: LintMode::Report,
        ..BASE
    },
];
