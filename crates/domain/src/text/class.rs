//! Classes: what kind of information a text is, where it is kept and how it is marked.
//!
//! Source: docs/design/process.md §2.1, §2.3, §1.15 (rows); docs/design/japanese-practice.md §2.3 (K1, K2, Y, Z);
//! docs/design/security.md §2.1 (compartments), §2.9 (U). Where the table of labels has no row, the nearest stricter
//! one holds.

use serde::{Deserialize, Serialize};

use crate::text::phase::Phase;

/// Tells what kind of information a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Class {
    /// The weak spot itself.
    V,
    /// How to attack: programs, commands, data.
    A,
    /// How to check that the flaw exists.
    T,
    /// How to avoid damage without removing the flaw.
    W,
    /// What removes the flaw.
    F,
    /// That the case exists.
    X,
    /// Who found it.
    H,
    /// Which vendors are in the case.
    N,
    /// What a vendor has said and done.
    R,
    /// When publication is planned.
    D,
    /// Which web site it is, and whose.
    O,
    /// Evidence that it is being exploited.
    E,
    /// Who was harmed.
    I,
    /// Contacts and keys.
    C,
    /// Personal data that stands in a report.
    G,
    /// Papers of a judgement on publishing.
    J,
    /// Who did and read what.
    Q,
    /// Counts.
    M,
    /// How a user can tell whether it is affected.
    K1,
    /// How a user can tell that it was attacked.
    K2,
    /// The plan of the announcement, with questions and answers.
    Z,
    /// Promises and notes of calls.
    Y,
    /// Text that nobody has split into classes yet.
    U,
}

/// Names the part of a dossier that has its own key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compartment {
    /// Kinds, actors, codes and dates; lives as long as the ledger.
    Frame,
    /// Texts of the case and its threads.
    Text,
    /// What would help an attacker.
    Exploit,
    /// Who people and sites are.
    Identity,
    /// Bytes as they arrived.
    Raw,
}

impl Compartment {
    /// Its stable name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Compartment::Frame => "frame",
            Compartment::Text => "text",
            Compartment::Exploit => "exploit",
            Compartment::Identity => "identity",
            Compartment::Raw => "raw",
        }
    }
}

/// Names a label of the Traffic Light Protocol 2.0, strictest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tlp {
    /// For the eyes of the recipients only.
    Red,
    /// For the recipients' organisations only.
    AmberStrict,
    /// For the recipients' organisations and their clients.
    Amber,
    /// For the community.
    Green,
    /// For everybody.
    Clear,
}

/// Names a label of the Permissible Actions Protocol, strictest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pap {
    /// Nothing that could be noticed outside.
    Red,
    /// In one's own laboratory only.
    Amber,
    /// Active protection of one's own systems.
    Green,
}

/// Joins what a recipient may pass on with what it may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marking {
    /// How far it may be passed on.
    pub tlp: Tlp,
    /// What may be done with it, where that is limited.
    pub pap: Option<Pap>,
}

impl Class {
    /// Lists every class, in the order of the matrix.
    pub const ALL: [Class; 23] = [
        Class::V,
        Class::A,
        Class::T,
        Class::W,
        Class::F,
        Class::X,
        Class::H,
        Class::N,
        Class::R,
        Class::D,
        Class::O,
        Class::E,
        Class::I,
        Class::C,
        Class::G,
        Class::J,
        Class::Q,
        Class::M,
        Class::K1,
        Class::K2,
        Class::Z,
        Class::Y,
        Class::U,
    ];

    /// Returns the short code.
    pub fn code(self) -> &'static str {
        match self {
            Class::V => "V",
            Class::A => "A",
            Class::T => "T",
            Class::W => "W",
            Class::F => "F",
            Class::X => "X",
            Class::H => "H",
            Class::N => "N",
            Class::R => "R",
            Class::D => "D",
            Class::O => "O",
            Class::E => "E",
            Class::I => "I",
            Class::C => "C",
            Class::G => "G",
            Class::J => "J",
            Class::Q => "Q",
            Class::M => "M",
            Class::K1 => "K1",
            Class::K2 => "K2",
            Class::Z => "Z",
            Class::Y => "Y",
            Class::U => "U",
        }
    }

    /// Returns the class with this code.
    pub fn from_code(code: &str) -> Option<Class> {
        Class::ALL.into_iter().find(|class| class.code() == code)
    }

    /// Returns the name in words, as the catalogues know it.
    pub fn name(self) -> &'static str {
        match self {
            Class::V => "vulnerability",
            Class::A => "attack_method",
            Class::T => "verification_method",
            Class::W => "workaround",
            Class::F => "fix",
            Class::X => "existence",
            Class::H => "finder_identity",
            Class::N => "vendor_identity",
            Class::R => "vendor_status",
            Class::D => "planned_date",
            Class::O => "site",
            Class::E => "exploitation_evidence",
            Class::I => "victim_identity",
            Class::C => "contacts",
            Class::G => "personal_data",
            Class::J => "judgement",
            Class::Q => "audit_log",
            Class::M => "statistics",
            Class::K1 => "affected_check",
            Class::K2 => "attack_detection",
            Class::Z => "announcement_plan",
            Class::Y => "promises",
            Class::U => "unsorted",
        }
    }

    /// Returns the part of the dossier under whose key the class is kept.
    pub fn compartment(self) -> Compartment {
        match self {
            Class::X | Class::N | Class::Q | Class::M => Compartment::Frame,
            Class::V
            | Class::W
            | Class::F
            | Class::R
            | Class::D
            | Class::E
            | Class::J
            | Class::K1
            | Class::K2
            | Class::Z
            | Class::Y => Compartment::Text,
            Class::A | Class::T => Compartment::Exploit,
            Class::H | Class::O | Class::I | Class::C | Class::G => Compartment::Identity,
            Class::U => Compartment::Raw,
        }
    }

    /// Tells whether every reading of it is logged with a reason, unless it is the reader's own.
    ///
    /// Unsorted text counts as an attack method, since it may hold one.
    pub fn asks_reason(self) -> bool {
        matches!(self, Class::A | Class::T | Class::H | Class::U)
    }

    /// Returns how the class is marked in a phase, or nothing where it is not sent at all.
    pub fn marking(self, phase: Phase) -> Option<Marking> {
        use Class::{A, C, D, E, F, G, H, I, J, K1, K2, M, N, O, Q, R, T, U, V, W, X, Y, Z};
        let plain = |tlp| Some(Marking { tlp, pap: None });
        let limited = |tlp, pap| {
            Some(Marking {
                tlp,
                pap: Some(pap),
            })
        };
        match (self, phase) {
            (A | U, Phase::P0) => limited(Tlp::Red, Pap::Red),
            (A, Phase::P1 | Phase::U3) => plain(Tlp::Red),
            (T, Phase::P0) => limited(Tlp::AmberStrict, Pap::Red),
            (T, Phase::P1 | Phase::U3) => limited(Tlp::Amber, Pap::Amber),
            (A | T | U, _) => None,
            (K1 | K2, Phase::P0) => limited(Tlp::Amber, Pap::Amber),
            (K1 | K2, Phase::P1 | Phase::U3) => plain(Tlp::Amber),
            (K1 | K2, Phase::P2) => limited(Tlp::Amber, Pap::Green),
            (W | F, Phase::P0) => plain(Tlp::Amber),
            (V | R | D | X | N | E, Phase::P0) => plain(Tlp::AmberStrict),
            (V | R | D | X | N | E | W | F, Phase::P1 | Phase::U3 | Phase::P2) => plain(Tlp::Amber),
            (V | R | D | X | N | E | W | F | K1 | K2, Phase::P3) => plain(Tlp::Clear),
            (H | G, _) => plain(Tlp::Red),
            (O | I, Phase::P0 | Phase::P1 | Phase::U3) => plain(Tlp::Red),
            (O | I, Phase::P2 | Phase::P3) => None,
            (J | Q | Y | Z | C, _) => plain(Tlp::AmberStrict),
            (M, Phase::P3) => plain(Tlp::Clear),
            (M, _) => None,
        }
    }
}

impl Tlp {
    /// Returns the label as it must be written.
    pub fn label(self) -> &'static str {
        match self {
            Tlp::Red => "TLP:RED",
            Tlp::AmberStrict => "TLP:AMBER+STRICT",
            Tlp::Amber => "TLP:AMBER",
            Tlp::Green => "TLP:GREEN",
            Tlp::Clear => "TLP:CLEAR",
        }
    }
}

impl Pap {
    /// Returns the label as it must be written.
    pub fn label(self) -> &'static str {
        match self {
            Pap::Red => "PAP:RED",
            Pap::Amber => "PAP:AMBER",
            Pap::Green => "PAP:GREEN",
        }
    }
}
