//! Who may ask what, told once more from the side of those who ask.

use std::collections::BTreeSet;

use domain::act::Act;
use domain::permit::{self, GIVEN, OFFERED, Permit, commands, may, may_role, works_on_cases};
use domain::refusal::Refusal;
use domain::role::Role;
use domain::value::*;

/// What any person of the house may ask for.
const ANYBODY: &str = "add-to-report approve-plan end-approver file-report offer-approval-key set-password sign-approvers \
    sign-with-succession-key subscribe unsubscribe withdraw-approvers withdraw-report";
/// What whoever works on cases may ask for beyond that.
const DESK: &str = "acknowledge give-up-copy queue-copies-again";
const REPORTS: &str =
    "accept-as-public accept-report ask-finder decline-report merge-report read-text sort-report";
const EDITING: &str = "abort-plan draft-advisory plan-release";
const OFFICE: &str = "add-participant agree-date agree-naming agree-standing ask-call change-contact close-case reopen-case \
    confirm-receipt contact counter-date decline-date end-embargo issue-phone-code leave-case name-vulnerability observe \
    pass-second-step propose-date record-answer record-basis record-contact-elsewhere record-statement record-ticket \
    record-unasked-answer register-party revise-date send-details waive-second-step withdraw-answer";

fn words<'w>(lists: &[&'w str]) -> BTreeSet<&'w str> {
    lists
        .iter()
        .flat_map(|list| list.split_whitespace())
        .collect()
}

fn check(role: Role, lists: &[&str]) {
    let given: BTreeSet<&str> = commands()
        .filter(|command| may_role(role, command).is_given())
        .collect();
    assert_eq!(given, words(lists), "{role:?}");
}

#[test]
fn each_role_may_ask_for_its_own_work_and_no_more() {
    check(
        Role::Coordinator,
        &[ANYBODY, DESK, REPORTS, EDITING, OFFICE, "demo replay"],
    );
    check(Role::Reception, &[ANYBODY, DESK, REPORTS, OFFICE]);
    check(Role::Analysis, &[ANYBODY, DESK, REPORTS]);
    check(Role::EditionEditor, &[ANYBODY, DESK, EDITING]);
    check(Role::Judge, &[ANYBODY]);
    check(Role::HelpdeskAgent, &[ANYBODY, "acknowledge"]);
    check(
        Role::Operator,
        &[
            ANYBODY,
            "draw-succession-key end-person issue-link name-person set-quorum",
        ],
    );
    for role in Role::ALL.into_iter().filter(|role| !role.is_house()) {
        check(role, &[]);
    }
}

fn check_other(by: Actor, list: &str) {
    let given: BTreeSet<&str> = commands()
        .filter(|command| may(&by, command).is_given())
        .collect();
    assert_eq!(given, words(&[list]), "{by:?}");
}

#[test]
fn nobody_else_borrows_a_role() {
    check_other(
        Actor::Clock,
        "anchor change-approvers end-embargo-by-clock hold-release release",
    );
    check_other(Actor::House, "contact tell-finder");
    // On the machine: what people of the house give, but for what is a person's own.
    let a_persons = words(&["demo issue-phone-code plan-release read-text replay set-password"]);
    let of_people = |command: &&str| {
        let is_given = GIVEN
            .into_iter()
            .any(|role| may_role(role, command).is_given());
        is_given && !a_persons.contains(command)
    };
    let mut expected: BTreeSet<&str> = commands().filter(of_people).collect();
    expected.extend(["init", "resume"]);
    let given = commands().filter(|command| may(&Actor::Operator, command).is_given());
    assert_eq!(given.collect::<BTreeSet<&str>>(), expected);
    for inlet in [Inlet::Portal, Inlet::Partner, Inlet::Desk] {
        let by = Actor::Stranger { inlet };
        check_other(by, "acknowledge file-report invite-again unsubscribe");
    }
    let report = ReportId::from_bytes([1; 16]);
    check_other(Actor::Finder { report }, "add-to-report withdraw-report");
    let subscriber = SubscriberId::from_bytes([2; 16]);
    check_other(Actor::Member { subscriber }, "acknowledge subscribe");
    check_other(
        Actor::Vendor {
            participant: ParticipantId::from_bytes([3; 16]),
            account: None,
        },
        "agree-date agree-naming ask-call confirm-receipt counter-date decline-date leave-case pass-second-step \
         record-answer record-basis record-statement record-ticket withdraw-answer",
    );
}

#[test]
fn a_person_is_asked_for_the_password_before_what_cannot_be_taken_back() {
    let stepped = |is_weighty: bool| -> BTreeSet<&str> {
        let asks = |command: &&str| {
            GIVEN
                .into_iter()
                .any(|role| may_role(role, command).asks_step(is_weighty))
        };
        commands().filter(asks).collect()
    };
    let always = "draw-succession-key end-approver end-embargo end-person issue-link issue-phone-code name-person \
                  offer-approval-key set-quorum waive-second-step";
    assert_eq!(stepped(false), words(&[always]));
    assert_eq!(
        stepped(true),
        words(&[always, "agree-naming observe revise-date"])
    );
}

#[test]
fn the_table_itself_refuses_a_page_whose_password_is_old() {
    let person = |role| Act::of_person(PersonId::from_bytes([7; 16]), role, Instant(0));
    for command in commands() {
        for role in GIVEN {
            let permit = may_role(role, command);
            for is_weighty in [false, true] {
                let ask = |act: &Act| permit::ask(act, command, is_weighty);
                let (fresh, old) = (person(role).at_a_page(true), person(role).at_a_page(false));
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
