//! The matrix in the code says what the documents say.

use std::collections::BTreeMap;

use domain::role::Role;
use domain::text::cell::Cell;
use domain::text::class::Class;
use domain::text::matrix;
use domain::text::phase::Phase;
use domain::text::standing::{ClassSet, Grants, Owner, Sight, Standing};

const DOCUMENT: &str = include_str!("../../../../fixtures/need-to-know.md");

/// Cells that the document writes as a sentence or with a note, and how the code writes them.
const SPELLED_OUT: [(&str, &str); 7] = [
    ("all", "P0"),
    ("c (謝辞)", "P3 c"),
    ("P3 (U1/U2 list)", "P3"),
    ("– (never)", "–"),
    ("c (law)", "c law"),
    ("POC public c", "P3 s c"),
    ("s after decision", "P3 s decision"),
];

fn document() -> BTreeMap<(String, String), String> {
    let mut cells = BTreeMap::new();
    let mut heads: Vec<String> = Vec::new();
    for line in DOCUMENT.lines().filter(|line| line.starts_with('|')) {
        let row: Vec<String> = line
            .trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect();
        if row[0].starts_with("class") {
            heads = row;
        } else if !row[0].starts_with("--") {
            assert_eq!(row.len(), heads.len(), "{line}");
            let class = row[0].split(' ').next().unwrap_or_default().to_owned();
            for (head, cell) in heads.iter().zip(&row).skip(1) {
                let before = cells.insert((class.clone(), head.clone()), cell.clone());
                assert_eq!(before, None, "{class} stands twice under {head}");
            }
        }
    }
    cells
}

#[test]
fn the_printed_table_equals_the_document_cell_by_cell() {
    let document = document();
    assert_eq!(document.len(), Class::ALL.len() * Role::ALL.len());
    let printed = matrix::print();
    for (class, line) in Class::ALL.into_iter().zip(printed.lines()) {
        let cells: Vec<&str> = line.split(" | ").skip(1).collect();
        assert_eq!(cells.len(), Role::ALL.len());
        for (role, cell) in Role::ALL.into_iter().zip(cells) {
            let key = (class.code().to_owned(), role.column().to_owned());
            let theirs = document
                .get(&key)
                .expect("the document has this cell")
                .as_str();
            let spelled = SPELLED_OUT.iter().find(|(from, _)| *from == theirs);
            let theirs_written = spelled.map_or(theirs, |(_, to)| *to);
            assert_eq!(cell, theirs_written, "{key:?}");
            assert_eq!(
                Cell::parse(theirs),
                Ok(matrix::cell(class, role)),
                "{key:?}"
            );
            assert_eq!(Cell::parse(cell), Ok(matrix::cell(class, role)), "{key:?}");
        }
    }
}

#[test]
fn an_unknown_cell_is_refused() {
    for text in [
        "",
        "P4",
        "own x",
        "P1 c c",
        "ownP1",
        "sometimes",
        "P1 P2",
        "own (+others s)",
    ] {
        assert!(Cell::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_role_may_always_see_what_the_public_may_see_in_that_phase() {
    for phase in Phase::ALL {
        for grants in [Grants::default(), generous()] {
            let public = Standing::new(Role::Public, None, false, phase, &grants);
            for role in Role::ALL {
                let standing = Standing::new(role, None, false, phase, &grants);
                for class in Class::ALL {
                    let (theirs, ours) = (
                        public.may_see(class, Owner::Shared),
                        standing.may_see(class, Owner::Shared),
                    );
                    assert!(ours >= theirs, "{role:?} {class:?} {phase:?}");
                }
            }
        }
    }
}

#[test]
fn another_vendor_learns_of_the_case_with_the_public_and_not_before() {
    let see = |phase| {
        let standing = Standing::new(Role::OtherVendor, None, false, phase, &Grants::default());
        standing.may_see(Class::X, Owner::Shared)
    };
    assert_eq!(see(Phase::P2), Sight::No);
    assert_eq!(see(Phase::P3), Sight::Full);
}

#[test]
fn reception_reads_a_sealed_class_only_when_assigned_and_with_a_reason() {
    let see = |assigned| {
        let grants = Grants {
            assigned,
            ..Grants::default()
        };
        let standing = Standing::new(Role::Reception, None, false, Phase::P1, &grants);
        standing.may_see(Class::A, Owner::Shared)
    };
    assert_eq!(see(false), Sight::No);
    assert_eq!(see(true), Sight::FullWithReason);
}

#[test]
fn a_vendor_sees_its_own_status_and_that_of_others_by_consent() {
    use domain::text::standing::PartyKey;
    let (mine, theirs) = (PartyKey([1; 16]), PartyKey([2; 16]));
    let see = |owner, grants: &Grants| {
        let standing = Standing::new(Role::Vendor, Some(mine), true, Phase::P1, grants);
        standing.may_see(Class::R, Owner::Party(owner))
    };
    let nothing = Grants::default();
    let consent = Grants {
        consent: ClassSet::of(&[Class::R]),
        ..nothing
    };
    assert_eq!(see(mine, &nothing), Sight::Full);
    assert_eq!(see(theirs, &nothing), Sight::No);
    assert_eq!(see(theirs, &consent), Sight::Full);
}

#[test]
fn the_judgement_ranks_between_contact_and_countermeasure() {
    assert!(Phase::P1 < Phase::U3 && Phase::U3 < Phase::P2);
}

fn generous() -> Grants {
    Grants {
        consent: ClassSet::of(&Class::ALL),
        decision: ClassSet::of(&Class::ALL),
        assigned: true,
        law: true,
        ..Grants::default()
    }
}
