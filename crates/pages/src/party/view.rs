//! What the pages of the register are made of.
//!
//! Filled in by whoever asks; what stands here may be shown to the person who is signed in.

use crate::kit::desk::view::Entry;
use crate::kit::shown::Shown;
use formats::advisory::Lang;

/// The list of parties.
#[derive(Clone, Debug, Default)]
pub struct Register {
    pub rows: Vec<PartyRow>,
    /// How many were found; `rows` are those of this page.
    pub found: usize,
    /// How many the register has.
    pub total: usize,
    /// Counts from 1.
    pub page: usize,
    pub pages: usize,
    pub may_act: bool,
}

/// A party in the list.
#[derive(Clone, Debug)]
pub struct PartyRow {
    pub id: String,
    pub name_ja: String,
    pub name_en: String,
    pub kana: String,
    pub listed: bool,
    pub standing: bool,
    pub has_contact: bool,
    pub cases: usize,
}

/// One party.
#[derive(Clone, Debug)]
pub struct Party {
    pub id: String,
    pub name_ja: String,
    pub name_en: String,
    pub kana: String,
    pub lang: Lang,
    pub listed: bool,
    pub contact: Option<Shown>,
    /// Version of the agreement in force.
    pub standing: Option<String>,
    /// Cases it stands in: number, digits of the tracking number.
    pub cases: Vec<(String, String)>,
    pub timeline: Vec<Entry>,
    pub seen: u64,
    pub may_act: bool,
}
