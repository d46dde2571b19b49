//! What the document's table means for a reader, worked out from its words alone: every class, role and phase, with
//! every combination of what was recorded in the reader's favour.

use std::collections::BTreeMap;

use domain::role::Role;
use domain::text::class::{Class, Compartment, Pap, Tlp};
use domain::text::phase::Phase;
use domain::text::standing::{ClassSet, Grants, Owner, PartyKey, Sight, Standing};

const DOCUMENT: &str = include_str!("../../../../fixtures/need-to-know.md");

/// Cells that the document writes as a sentence, in the words of its grammar.
const SENTENCES: [(&str, &str); 8] = [
    ("all", "P0"),
    ("P3*", "P2 s decision"),
    ("c (謝辞)", "P3 c"),
    ("P3 (U1/U2 list)", "P3"),
    ("– (never)", "–"),
    ("c (law)", "c law"),
    ("POC public c", "P3 s c"),
    ("s after decision", "P3 s decision"),
];

/// What was recorded in favour of a reader: consent, decision, assignment, law.
#[derive(Clone, Copy, Debug)]
struct Favour {
    consent: bool,
    decision: bool,
    assigned: bool,
    law: bool,
}

impl Favour {
    fn all() -> impl Iterator<Item = Favour> {
        (0..16u8).map(|bits| Favour {
            consent: bits & 1 != 0,
            decision: bits & 2 != 0,
            assigned: bits & 4 != 0,
            law: bits & 8 != 0,
        })
    }

    fn grants(self) -> Grants {
        let classes = |is_set| {
            if is_set {
                ClassSet::of(&Class::ALL)
            } else {
                ClassSet::EMPTY
            }
        };
        Grants {
            consent: classes(self.consent),
            decision: classes(self.decision),
            assigned: self.assigned,
            law: self.law,
            ..Grants::default()
        }
    }
}

/// The words of each cell, by class and head of the column.
fn document() -> BTreeMap<(String, String), String> {
    let mut cells = BTreeMap::new();
    let mut heads: Vec<&str> = Vec::new();
    for line in DOCUMENT.lines().filter(|line| line.starts_with('|')) {
        let row: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if row[0].starts_with("class") {
            heads = row;
        } else if !row[0].starts_with("--") {
            let class = row[0].split(' ').next().unwrap_or_default();
            for (head, cell) in heads.iter().zip(&row).skip(1) {
                let sentence = SENTENCES.iter().find(|(from, _)| from == cell);
                let words = sentence.map_or(*cell, |(_, words)| *words);
                cells.insert((class.to_owned(), (*head).to_owned()), words.to_owned());
            }
        }
    }
    cells
}

/// What the words of one reach open.
fn reached(words: &str, phase: Phase, favour: Favour) -> Sight {
    let words: Vec<&str> = words.split_whitespace().collect();
    let from = words.first().and_then(|word| Phase::from_code(word));
    let says = |word: &str| words.contains(&word);
    let open = phase >= from.unwrap_or(Phase::P0)
        && (!says("c") || favour.consent || (says("law") && favour.law))
        && (!says("decision") || favour.decision)
        && (!says("sealed") || favour.assigned);
    match open {
        false => Sight::No,
        true if says("s") => Sight::Summary,
        true if says("sealed") => Sight::FullWithReason,
        true => Sight::Full,
    }
}

/// What a cell opens of the reader's own part, and of anybody's.
fn opened(cell: &str, phase: Phase, favour: Favour) -> (Sight, Sight) {
    let Some(own) = cell.strip_prefix("own") else {
        let all = match cell {
            "–" => Sight::No,
            words => reached(words, phase, favour),
        };
        return (Sight::No, all);
    };
    match own.trim().strip_prefix("(+others ") {
        Some(others) => {
            let others = others.trim_end_matches(')');
            let own = reached("", phase, favour);
            (own, reached(others, phase, favour))
        }
        None => (reached(own, phase, favour), Sight::No),
    }
}

#[test]
fn each_reader_sees_what_the_documents_words_open_and_no_more() {
    let document = document();
    let cell = |class: Class, role: Role| {
        let key = (class.code().to_owned(), role.column().to_owned());
        document[&key].as_str()
    };
    let (mine, theirs) = (PartyKey([1; 16]), PartyKey([2; 16]));
    for role in Role::ALL {
        for phase in Phase::ALL {
            for favour in Favour::all() {
                let grants = favour.grants();
                let standing = Standing::new(role, Some(mine), true, phase, &grants);
                let outside = Standing::new(role, None, false, phase, &grants);
                for class in Class::ALL {
                    let (own, all) = opened(cell(class, role), phase, favour);
                    let (_, public) = opened(cell(class, Role::Public), phase, favour);
                    // Whoever does not own it gives a reason for what would harm somebody.
                    let asks = matches!(class, Class::A | Class::T | Class::H | Class::U);
                    let all = match all {
                        Sight::Full if asks => Sight::FullWithReason,
                        other => other,
                    };
                    let others = all.max(public);
                    let own = own.max(others);
                    let case = || format!("{role:?} {class:?} {phase:?} {favour:?}");
                    let see = |standing: &Standing, owner| standing.may_see(class, owner);
                    assert_eq!(see(&standing, Owner::Shared), own, "{}", case());
                    assert_eq!(see(&standing, Owner::Party(mine)), own, "{}", case());
                    assert_eq!(see(&standing, Owner::Party(theirs)), others, "{}", case());
                    assert_eq!(see(&outside, Owner::Shared), others, "{}", case());
                    assert_eq!(see(&outside, Owner::Party(mine)), others, "{}", case());
                }
            }
        }
    }
}

#[test]
fn what_is_recorded_in_somebodys_favour_and_every_later_phase_only_open() {
    for role in Role::ALL {
        for favour in Favour::all() {
            let at = |phase, favour: Favour| {
                let standing = Standing::new(role, None, true, phase, &favour.grants());
                Class::ALL.map(|class| standing.may_see(class, Owner::Shared))
            };
            let more = Favour {
                consent: true,
                decision: true,
                assigned: true,
                law: true,
            };
            for (earlier, later) in Phase::ALL.into_iter().zip(Phase::ALL.into_iter().skip(1)) {
                let pairs = at(earlier, favour).into_iter().zip(at(later, favour));
                for ((before, after), class) in pairs.zip(Class::ALL) {
                    assert!(before <= after, "{role:?} {class:?} {earlier:?}");
                }
                let pairs = at(later, favour).into_iter().zip(at(later, more));
                for ((less, more), class) in pairs.zip(Class::ALL) {
                    assert!(less <= more, "{role:?} {class:?} {later:?}");
                }
            }
        }
    }
}

#[test]
fn consent_to_one_class_opens_that_class_alone() {
    let see = |consent: &[Class]| {
        let grants = Grants {
            consent: ClassSet::of(consent),
            ..Grants::default()
        };
        let standing = Standing::new(Role::ForeignCsirt, None, false, Phase::P1, &grants);
        Class::ALL.map(|class| standing.may_see(class, Owner::Shared))
    };
    let nothing = see(&[]);
    for given in Class::ALL {
        for ((before, after), class) in nothing.into_iter().zip(see(&[given])).zip(Class::ALL) {
            assert!(
                before == after || class == given,
                "{given:?} opened {class:?}"
            );
        }
    }
    let opened = see(&Class::ALL);
    assert_ne!(nothing, opened, "consent opens something at all");
}

#[test]
fn two_roles_of_one_person_see_together_what_either_sees() {
    let nothing = Grants::default();
    for phase in Phase::ALL {
        for one in Role::ALL {
            for other in [Role::Coordinator, Role::EditionEditor, Role::Operator] {
                let of = |role| Standing::new(role, None, false, phase, &nothing);
                let joined = of(one).join(of(other));
                for class in Class::ALL {
                    let see = |standing: &Standing| standing.may_see(class, Owner::Shared);
                    let better = see(&of(one)).max(see(&of(other)));
                    assert_eq!(see(&joined), better, "{one:?} {other:?} {class:?}");
                }
            }
        }
    }
}

/// How each class is marked from phase to phase: R red, S amber and strict, A amber, C clear, a dot where it is not
/// sent; behind it r, a or g where it is said what may be done.
const MARKS: [(Class, [&str; 5]); 23] = [
    (Class::V, ["S", "A", "A", "A", "C"]),
    (Class::A, ["Rr", "R", "R", ".", "."]),
    (Class::T, ["Sr", "Aa", "Aa", ".", "."]),
    (Class::W, ["A", "A", "A", "A", "C"]),
    (Class::F, ["A", "A", "A", "A", "C"]),
    (Class::X, ["S", "A", "A", "A", "C"]),
    (Class::H, ["R", "R", "R", "R", "R"]),
    (Class::N, ["S", "A", "A", "A", "C"]),
    (Class::R, ["S", "A", "A", "A", "C"]),
    (Class::D, ["S", "A", "A", "A", "C"]),
    (Class::O, ["R", "R", "R", ".", "."]),
    (Class::E, ["S", "A", "A", "A", "C"]),
    (Class::I, ["R", "R", "R", ".", "."]),
    (Class::C, ["S", "S", "S", "S", "S"]),
    (Class::G, ["R", "R", "R", "R", "R"]),
    (Class::J, ["S", "S", "S", "S", "S"]),
    (Class::Q, ["S", "S", "S", "S", "S"]),
    (Class::M, [".", ".", ".", ".", "C"]),
    (Class::K1, ["Aa", "A", "A", "Ag", "C"]),
    (Class::K2, ["Aa", "A", "A", "Ag", "C"]),
    (Class::Z, ["S", "S", "S", "S", "S"]),
    (Class::Y, ["S", "S", "S", "S", "S"]),
    (Class::U, ["Rr", ".", ".", ".", "."]),
];

#[test]
fn every_class_is_marked_in_every_phase_as_the_table_says() {
    assert_eq!(MARKS.map(|(class, _)| class), Class::ALL);
    for (class, row) in MARKS {
        for (phase, expected) in Phase::ALL.into_iter().zip(row) {
            let found = class.marking(phase).map(|marking| {
                let tlp = match marking.tlp {
                    Tlp::Red => "R",
                    Tlp::AmberStrict => "S",
                    Tlp::Amber => "A",
                    Tlp::Green => "G",
                    Tlp::Clear => "C",
                };
                let pap = match marking.pap {
                    Some(Pap::Red) => "r",
                    Some(Pap::Amber) => "a",
                    Some(Pap::Green) => "g",
                    None => "",
                };
                format!("{tlp}{pap}")
            });
            let found = found.as_deref().unwrap_or(".");
            assert_eq!(found, expected, "{class:?} {phase:?}");
        }
    }
}

#[test]
fn what_helps_an_attacker_and_who_somebody_is_lie_under_keys_of_their_own() {
    let of = |wanted: Compartment| -> Vec<&str> {
        let is_in = |class: &Class| class.compartment() == wanted;
        let classes = Class::ALL.into_iter().filter(is_in);
        classes.map(Class::code).collect()
    };
    assert_eq!(of(Compartment::Exploit), ["A", "T"]);
    assert_eq!(of(Compartment::Identity), ["H", "O", "I", "C", "G"]);
    assert_eq!(of(Compartment::Raw), ["U"]);
    assert_eq!(of(Compartment::Frame), ["X", "N", "Q", "M"]);
    assert_eq!(of(Compartment::Text).len(), 11);
}
