//! What holds of every row of permits, whatever stands in it; the cells themselves are in `permit_table.rs`.

use std::collections::BTreeSet;

use domain::act::Act;
use domain::permit::{self, GIVEN, OFFERED, Permit, commands, may, may_role, works_on_cases};
use domain::refusal::Refusal;
use domain::role::Role;
use domain::value::*;

#[test]
fn the_table_itself_refuses_a_page_whose_password_is_old() {
    let person = |role| Act::of_person(PersonId::from_bytes([7; 16]), role, Instant(0));
    for command in commands() {
        for role in GIVEN {
            let permit = may_role(role, command);
            for is_weighty in [false, true] {
                let ask = |act: &Act| permit::ask(act, command, is_weighty);
                let (fresh, old) = (
                    person(role).at_a_page(true, Instant(0)),
                    person(role).at_a_page(false, Instant(0)),
                );
                let given = match permit {
                    Permit::No => Err(Refusal::Role),
                    _ => Ok(()),
                };
                assert_eq!(ask(&fresh), given, "{command} {role:?}");
                // Where nobody is asked, at the shell of the host or in a replay, nothing is missing.
                assert_eq!(ask(&person(role)), given, "{command} {role:?}");
                let expected = if permit.asks_step(is_weighty) {
                    Err(Refusal::Step)
                } else {
                    given
                };
                assert_eq!(ask(&old), expected, "{command} {role:?} {is_weighty}");
            }
        }
    }
}

#[test]
fn what_has_no_row_is_allowed_to_nobody() {
    for command in ["", "publish", "release-now"] {
        for role in Role::ALL {
            assert_eq!(may_role(role, command), Permit::No);
        }
        assert_eq!(may(&Actor::House, command), Permit::No);
    }
}

#[test]
fn no_command_has_two_rows_and_the_given_roles_are_those_of_the_house() {
    let all: Vec<&str> = commands().collect();
    let distinct: BTreeSet<&str> = all.iter().copied().collect();
    assert_eq!(all.len(), distinct.len());
    let given: BTreeSet<Role> = GIVEN.into_iter().collect();
    let house: BTreeSet<Role> = Role::ALL.into_iter().filter(|r| r.is_house()).collect();
    assert_eq!(given, house);
    // Whoever somebody new can be has something to do that not everybody has.
    for role in GIVEN {
        let own = commands().any(|command| {
            let has = |role| may_role(role, command).is_given();
            has(role) && !GIVEN.into_iter().all(has) && command != "acknowledge"
        });
        assert_eq!(own, OFFERED.contains(&role), "{role:?}");
    }
    for role in Role::ALL {
        // Whoever has the desk's pages has something to do there.
        assert_eq!(
            works_on_cases(role),
            may_role(role, "give-up-copy").is_given()
        );
    }
}
