//! The need-to-know matrix: from which phase a role may see a class.
//!
//! Source: docs/design/process.md §1.15, docs/design/japanese-practice.md §2.3, docs/design/settled.md §1.12, §1.13.
//! `fixtures/need-to-know.md` holds the documents' words; a test compares every cell with them.
//! It knows neither cases nor people; who stands where is [`crate::text::standing`]'s.

use crate::role::Role;
use crate::text::cell::{Cell, Reach};
use crate::text::class::Class;
use crate::text::phase::Phase;

/// Returns what the matrix says of a class and a role.
pub fn cell(class: Class, role: Role) -> Cell {
    TABLE[class as usize][role as usize]
}

/// Returns the matrix as text, one line a class, cells parted by ` | `.
pub fn print() -> String {
    let mut lines = String::new();
    for class in Class::ALL {
        let cells = Role::ALL.map(|role| cell(class, role).to_string());
        lines.push_str(class.code());
        lines.push_str(" | ");
        lines.push_str(&cells.join(" | "));
        lines.push('\n');
    }
    lines
}

const NEVER: Cell = Cell::NEVER;
const OWN: Cell = Cell::own(Reach::from(Phase::P0));
const OWN_P1: Cell = Cell::own(Reach::from(Phase::P1));
const OWN_C: Cell = Cell::own(Reach::from(Phase::P0).consent());
const OWN_ELSE_C: Cell = Cell {
    own: Some(Reach::from(Phase::P0)),
    all: Some(Reach::from(Phase::P0).consent()),
};
const C: Cell = Cell::all(Reach::from(Phase::P0).consent());
const C_LAW: Cell = Cell::all(Reach::from(Phase::P0).consent().law());
const C_SEALED: Cell = Cell::all(Reach::from(Phase::P0).consent().sealed());
const S: Cell = Cell::all(Reach::from(Phase::P0).summary());
const P0: Cell = Cell::all(Reach::from(Phase::P0));
const P0_SEALED: Cell = Cell::all(Reach::from(Phase::P0).sealed());
const P1: Cell = Cell::all(Reach::from(Phase::P1));
const P1_C: Cell = Cell::all(Reach::from(Phase::P1).consent());
const P1_S_C: Cell = Cell::all(Reach::from(Phase::P1).summary().consent());
const U3: Cell = Cell::all(Reach::from(Phase::U3));
const U3_C: Cell = Cell::all(Reach::from(Phase::U3).consent());
const P2: Cell = Cell::all(Reach::from(Phase::P2));
const P2_S: Cell = Cell::all(Reach::from(Phase::P2).summary());
const P2_C: Cell = Cell::all(Reach::from(Phase::P2).consent());
const P2_S_C: Cell = Cell::all(Reach::from(Phase::P2).summary().consent());
const P3: Cell = Cell::all(Reach::from(Phase::P3));
const P3_C: Cell = Cell::all(Reach::from(Phase::P3).consent());
const P3_S_C: Cell = Cell::all(Reach::from(Phase::P3).summary().consent());
const P3_S_DEC: Cell = Cell::all(Reach::from(Phase::P3).summary().decision());
const P3_STAR: Cell = Cell::all(Reach::from(Phase::P2).summary().decision());

/// A row is a class in the order of [`Class::ALL`], a column a role in the order of [`Role::ALL`].
static TABLE: [[Cell; Role::ALL.len()]; Class::ALL.len()] = [
    // V
    [
        OWN, P0, P0, P0, U3, P1, C, OWN_P1, P1_C, P2_S, P2_S, P3, P3, P3, P3, P3, P1, P2_S_C,
        P2_S_C, OWN, NEVER, P1_C, P3, P2_S,
    ],
    // A
    [
        OWN, P0_SEALED, P0, C, S, P1_C, NEVER, OWN_C, C, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER,
        NEVER, NEVER, NEVER, NEVER, OWN, NEVER, C_SEALED, NEVER, NEVER,
    ],
    // T
    [
        OWN, P0_SEALED, P0, P1, S, P1, NEVER, OWN_P1, C, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER,
        NEVER, NEVER, NEVER, NEVER, OWN, NEVER, C_SEALED, NEVER, NEVER,
    ],
    // W
    [
        OWN, P0, P0, P1, U3, P1, P3, OWN, P1, P2, P2, P3_STAR, P3, P3, P3, P3, P1, P2_C, P2_C, OWN,
        NEVER, P1_C, P3, P2,
    ],
    // F
    [
        S, P1, P1, P1, U3, OWN_P1, P3, OWN, P2, P2, P2, P3_STAR, P3, P3, P3, P3, P1, P2_C, P2_C, S,
        NEVER, P1_C, P3, P2,
    ],
    // X
    [
        OWN, P0, P0, P0, U3, OWN_P1, NEVER, OWN, P1, P2, P2, P3, P3, P3, P3, P3, P1, P2_C, P2_C,
        OWN, NEVER, P1_C, P3, P2,
    ],
    // H
    [
        OWN, P0, C, C, NEVER, C, NEVER, C, C, NEVER, NEVER, NEVER, NEVER, NEVER, C, P3_C, NEVER,
        NEVER, NEVER, OWN, NEVER, NEVER, NEVER, NEVER,
    ],
    // N
    [
        S, P0, P0, P0, U3, OWN_ELSE_C, NEVER, NEVER, P1, P2, P2, P3, P3, P3, P3, P3, P1, P2_C,
        P2_C, S, NEVER, P1_C, P3, P2,
    ],
    // R
    [
        S, P1, P1, P1, U3, OWN_ELSE_C, NEVER, NEVER, P1, P2_S, P2_S, P3, P3, P3, P3, P3, P1,
        P2_S_C, P2_S_C, S, NEVER, P1_C, P3, P2_S,
    ],
    // D
    [
        P1, P1, P1, P1, U3, P1, NEVER, OWN, P1, P2, P2, P2_C, NEVER, NEVER, C, P3, P1, P2_C, P2_C,
        P1, NEVER, P1_C, P2_S_C, P2,
    ],
    // O
    [
        OWN, P0, P0, NEVER, NEVER, NEVER, NEVER, OWN, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER,
        NEVER, NEVER, NEVER, OWN, NEVER, OWN, NEVER, NEVER, NEVER, NEVER,
    ],
    // E
    [
        OWN, P0, P0, P0, U3, P1, NEVER, OWN, P1_C, P1_C, P1_C, P3_C, NEVER, NEVER, NEVER, P3_C, P1,
        P2_C, P2_S_C, OWN, NEVER, P1_C, NEVER, P2_S_C,
    ],
    // I
    [
        OWN, P0, C, C, NEVER, NEVER, NEVER, NEVER, C, C_LAW, NEVER, NEVER, NEVER, NEVER, NEVER,
        NEVER, NEVER, NEVER, NEVER, OWN, NEVER, NEVER, NEVER, C_LAW,
    ],
    // C
    [
        NEVER, P0, NEVER, P0, NEVER, OWN, NEVER, OWN, S, OWN, OWN, OWN, OWN, OWN, NEVER, P3_S_C,
        NEVER, OWN, OWN, OWN, NEVER, OWN, NEVER, OWN,
    ],
    // G
    [
        OWN, P0, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER,
        NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, OWN, NEVER, NEVER, NEVER, NEVER,
    ],
    // J
    [
        NEVER, C, C, U3, U3, OWN, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER,
        P3_S_DEC, NEVER, NEVER, NEVER, NEVER, NEVER, U3_C, NEVER, P3_S_DEC,
    ],
    // Q
    [
        NEVER, S, S, S, NEVER, OWN, NEVER, OWN, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER,
        NEVER, NEVER, OWN, NEVER, NEVER, S, NEVER, NEVER, NEVER,
    ],
    // M
    [
        P3, P0, P0, P0, P3, P3, P3, P3, P3, P3, P3, P3, P3, P3, P3, P3, P3, P3, P3, P3, P3, P3, P3,
        P0,
    ],
    // K1
    [
        OWN, P0, P0, P1, P3, P1, P3, P3, P1_C, P2, P2, P3, P3, P3, P3, P3, P1, P3, P3, OWN, P3, P3,
        P3, P3,
    ],
    // K2
    [
        OWN, P0, P0, P1, P3, P1, P3, P3, P1_C, P2, P2, P3, P3, P3, P3, P3, P1, P3, P3, OWN, P3, P3,
        P3, P3,
    ],
    // Z
    [
        NEVER, P0, P0, P0, U3, P1_S_C, NEVER, NEVER, P2_S_C, P2_C, NEVER, NEVER, NEVER, NEVER,
        NEVER, NEVER, P1, NEVER, NEVER, NEVER, NEVER, NEVER, P2_C, P2_S,
    ],
    // Y
    [
        OWN, P0, NEVER, P0, NEVER, OWN, NEVER, OWN, OWN, NEVER, OWN, NEVER, NEVER, NEVER, NEVER,
        NEVER, NEVER, NEVER, NEVER, OWN, NEVER, NEVER, NEVER, NEVER,
    ],
    // U
    [
        OWN, P0_SEALED, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER,
        NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, OWN, NEVER, NEVER, NEVER, NEVER,
    ],
];
