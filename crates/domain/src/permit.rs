//! Who may ask what: the one table of commands and of those who may give them.
//!
//! The engine asks it before it decides anything, the pages ask it what to show. It knows no case: that a vendor
//! speaks of its own matter only, or that nobody approves a plan of their own, is decided with the state at hand. Who
//! may *read* what is another question, which the gate answers. What has no row is allowed to nobody.

use crate::act::{Act, Password};
use crate::refusal::Refusal;
use crate::role::Role;
use crate::value::Actor;

/// Whether a command may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    No,
    Yes,
    /// At a page, once the password has been given lately.
    YesWithStep(Step),
}

/// When a page asks for the password once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Always,
    /// When what the command would do cannot be taken back: it ends an embargo, brings its date nearer, or shows one
    /// vendor to others.
    IfWeighty,
}

impl Permit {
    /// Tells whether the command may be given, with a step or without.
    #[must_use]
    pub const fn is_given(self) -> bool {
        !matches!(self, Permit::No)
    }

    /// Tells whether the password is asked for before a command of this weight.
    #[must_use]
    pub const fn asks_step(self, is_weighty: bool) -> bool {
        match self {
            Permit::No | Permit::Yes => false,
            Permit::YesWithStep(Step::Always) => true,
            Permit::YesWithStep(Step::IfWeighty) => is_weighty,
        }
    }
}

/// The roles that people of the house have.
pub const GIVEN: [Role; 7] = Role::HOUSE;

/// The roles that somebody new is given, in the order of the form: each has work on a page. The others of [`GIVEN`] are kept
/// by whoever has had them.
pub const OFFERED: [Role; 5] = [
    Role::Reception,
    Role::Analysis,
    Role::Coordinator,
    Role::EditionEditor,
    Role::Operator,
];

/// Whoever works on cases.
const DESK: &[Role] = &[
    Role::Reception,
    Role::Analysis,
    Role::Coordinator,
    Role::EditionEditor,
];
/// Whoever decides what becomes of a report.
const REPORTS: &[Role] = &[Role::Reception, Role::Analysis, Role::Coordinator];
/// Whoever speaks with vendors and keeps the register.
const OFFICE: &[Role] = &[Role::Reception, Role::Coordinator];
/// Whoever composes advisories and plans their release.
const EDITORS: &[Role] = &[Role::Coordinator, Role::EditionEditor];
/// Whoever takes the public's calls, and the desk.
const COUNTER: &[Role] = &[
    Role::Reception,
    Role::Analysis,
    Role::Coordinator,
    Role::EditionEditor,
    Role::HelpdeskAgent,
];
const COORDINATOR: &[Role] = &[Role::Coordinator];
const ADMINISTRATOR: &[Role] = &[Role::Operator];
const NO_PERSON: &[Role] = &[];

/// Whoever acts without being a person of the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Other {
    Clock,
    Stranger,
    Finder,
    Vendor,
    Member,
    Operator,
    House,
}

const NOBODY_ELSE: &[Other] = &[];
/// Whoever works on the machine itself: scripts, imports, the way back in. It reads nothing of a case, and has no key.
const OR_OPERATOR: &[Other] = &[Other::Operator];
const OR_ITS_VENDOR: &[Other] = &[Other::Vendor, Other::Operator];

/// Whoever got a copy, known or not, and who works on the machine.
const OR_READER: &[Other] = &[Other::Member, Other::Stranger, Other::Operator];

struct Row {
    command: &'static str,
    persons: &'static [Role],
    others: &'static [Other],
    step: Option<Step>,
}

const fn row(command: &'static str, persons: &'static [Role], others: &'static [Other]) -> Row {
    Row {
        command,
        persons,
        others,
        step: None,
    }
}

const fn with_step(row: Row, step: Step) -> Row {
    Row {
        step: Some(step),
        ..row
    }
}

/// The table. First what people ask for, in the order of the commands; then what the house does of itself.
const ROWS: &[Row] = &[
    row("register-party", OFFICE, OR_OPERATOR),
    row("agree-standing", OFFICE, OR_OPERATOR),
    row("file-report", &GIVEN, &[Other::Stranger, Other::Operator]),
    row("sort-report", REPORTS, OR_OPERATOR),
    row("ask-finder", REPORTS, OR_OPERATOR),
    row("add-to-report", &GIVEN, &[Other::Finder, Other::Operator]),
    row("accept-report", REPORTS, OR_OPERATOR),
    row("accept-as-public", REPORTS, OR_OPERATOR),
    row("decline-report", REPORTS, OR_OPERATOR),
    row("merge-report", REPORTS, OR_OPERATOR),
    row("withdraw-report", &GIVEN, &[Other::Finder, Other::Operator]),
    row("add-participant", OFFICE, OR_OPERATOR),
    // The house itself records that a letter came back.
    row("contact", OFFICE, &[Other::House, Other::Operator]),
    row("record-contact-elsewhere", OFFICE, OR_OPERATOR),
    row("confirm-receipt", OFFICE, OR_ITS_VENDOR),
    row("record-basis", OFFICE, OR_ITS_VENDOR),
    row("send-details", OFFICE, OR_OPERATOR),
    row("propose-date", OFFICE, OR_OPERATOR),
    row("agree-date", OFFICE, OR_ITS_VENDOR),
    row("counter-date", OFFICE, OR_ITS_VENDOR),
    row("decline-date", OFFICE, OR_ITS_VENDOR),
    with_step(row("revise-date", OFFICE, OR_OPERATOR), Step::IfWeighty),
    with_step(row("end-embargo", OFFICE, OR_OPERATOR), Step::Always),
    with_step(row("observe", OFFICE, OR_OPERATOR), Step::IfWeighty),
    row("record-answer", OFFICE, OR_ITS_VENDOR),
    row("withdraw-answer", OFFICE, OR_ITS_VENDOR),
    row("record-unasked-answer", OFFICE, OR_OPERATOR),
    row("record-statement", OFFICE, OR_ITS_VENDOR),
    row("leave-case", OFFICE, OR_ITS_VENDOR),
    row("bring-back", OFFICE, OR_OPERATOR),
    row("close-case", OFFICE, OR_OPERATOR),
    row("reopen-case", OFFICE, OR_OPERATOR),
    row("ask-call", OFFICE, OR_ITS_VENDOR),
    row("invite-all", OFFICE, OR_OPERATOR),
    row("record-ticket", OFFICE, OR_ITS_VENDOR),
    with_step(row("agree-naming", OFFICE, OR_ITS_VENDOR), Step::IfWeighty),
    with_step(row("waive-second-step", OFFICE, OR_OPERATOR), Step::Always),
    row("pass-second-step", OFFICE, OR_ITS_VENDOR),
    row("name-vulnerability", OFFICE, OR_OPERATOR),
    row("read-text", REPORTS, NOBODY_ELSE),
    with_step(row("name-person", ADMINISTRATOR, OR_OPERATOR), Step::Always),
    with_step(row("end-person", ADMINISTRATOR, OR_OPERATOR), Step::Always),
    with_step(row("issue-link", ADMINISTRATOR, OR_OPERATOR), Step::Always),
    // Whoever is to approve draws a key; those who may approve already sign for it.
    with_step(row("offer-approval-key", &GIVEN, OR_OPERATOR), Step::Always),
    row("sign-approvers", &GIVEN, OR_OPERATOR),
    with_step(row("end-approver", &GIVEN, OR_OPERATOR), Step::Always),
    with_step(row("set-quorum", ADMINISTRATOR, OR_OPERATOR), Step::Always),
    with_step(
        row("draw-succession-key", ADMINISTRATOR, OR_OPERATOR),
        Step::Always,
    ),
    row("sign-with-succession-key", &GIVEN, OR_OPERATOR),
    row("withdraw-approvers", &GIVEN, OR_OPERATOR),
    row("change-contact", OFFICE, OR_OPERATOR),
    row("draft-advisory", EDITORS, OR_OPERATOR),
    // Whoever plans never approves: who works on the machine is not known.
    row("plan-release", EDITORS, NOBODY_ELSE),
    // Who may approve is told by the approval key, and its password is part of the command.
    row("approve-plan", &GIVEN, OR_OPERATOR),
    row("abort-plan", EDITORS, OR_OPERATOR),
    row("subscribe", &GIVEN, &[Other::Member, Other::Operator]),
    row("unsubscribe", &GIVEN, &[Other::Stranger, Other::Operator]),
    row("give-up-copy", DESK, OR_OPERATOR),
    row("queue-copies-again", DESK, OR_OPERATOR),
    row("acknowledge", COUNTER, OR_READER),
    // Whoever takes an alarm over is a person whom others can ask.
    row("take-alarm", DESK, NOBODY_ELSE),
    // Two persons, and nobody who is none: what was erased does not come back.
    with_step(row("request-erasure", REPORTS, NOBODY_ELSE), Step::Always),
    with_step(row("approve-erasure", &GIVEN, NOBODY_ELSE), Step::Always),
    row("withdraw-erasure", &GIVEN, OR_OPERATOR),
    with_step(
        row("record-backup-destroyed", ADMINISTRATOR, OR_OPERATOR),
        Step::Always,
    ),
    // A number that is read aloud: no command of its own, and as weighty as one.
    with_step(row("issue-phone-code", OFFICE, NOBODY_ELSE), Step::Always),
    row("set-password", &GIVEN, NOBODY_ELSE),
    row("invite-again", NO_PERSON, &[Other::Stranger]),
    row("tell-finder", NO_PERSON, &[Other::House]),
    row("end-embargo-by-clock", NO_PERSON, &[Other::Clock]),
    row("release", NO_PERSON, &[Other::Clock]),
    row("hold-release", NO_PERSON, &[Other::Clock]),
    row("change-approvers", NO_PERSON, &[Other::Clock]),
    row("anchor", NO_PERSON, &[Other::Clock]),
    row("count", NO_PERSON, &[Other::Clock]),
    row("erase", NO_PERSON, &[Other::House]),
    row("init", NO_PERSON, &[Other::Operator]),
    row("resume", NO_PERSON, &[Other::Operator]),
    // Bundles of commands, each of which is asked for itself.
    row("demo", COORDINATOR, NOBODY_ELSE),
    row("replay", COORDINATOR, NOBODY_ELSE),
];

/// Tells whether somebody may give a command.
#[must_use]
pub fn may(by: &Actor, command: &str) -> Permit {
    let other = match by {
        Actor::Person { role, .. } => return may_role(*role, command),
        Actor::Clock => Other::Clock,
        Actor::Stranger { .. } => Other::Stranger,
        Actor::Finder { .. } => Other::Finder,
        Actor::Vendor { .. } => Other::Vendor,
        Actor::Member { .. } => Other::Member,
        Actor::Operator => Other::Operator,
        Actor::House => Other::House,
    };
    match find(command) {
        Some(row) if row.others.contains(&other) => Permit::Yes,
        _ => Permit::No,
    }
}

/// Asks the table about an act.
///
/// # Errors
/// [`Refusal::Role`] if the command is not for who acts; [`Refusal::Step`] if one of this weight asks for the password
/// and it was not given lately.
pub fn ask(act: &Act, command: &str, is_weighty: bool) -> Result<(), Refusal> {
    if !may(&act.by, command).is_given() {
        return Err(Refusal::Role);
    }
    ask_password(act, command, is_weighty)
}

/// Asks whether the password is needed first, where a decision finds that a command weighs so much.
///
/// # Errors
/// [`Refusal::Step`] if one of this weight asks for the password and it was not given lately.
pub fn ask_password(act: &Act, command: &str, is_weighty: bool) -> Result<(), Refusal> {
    let asks = may(&act.by, command).asks_step(is_weighty);
    if asks && act.password == Password::NotLately {
        return Err(Refusal::Step);
    }
    Ok(())
}

/// Tells whether a person of the house may give a command in this role.
#[must_use]
pub fn may_role(role: Role, command: &str) -> Permit {
    match find(command) {
        Some(row) if row.persons.contains(&role) => {
            row.step.map_or(Permit::Yes, Permit::YesWithStep)
        }
        _ => Permit::No,
    }
}

/// Tells whether a role works on cases: whoever only runs the machine, judges, or takes calls does not.
#[must_use]
pub fn works_on_cases(role: Role) -> bool {
    DESK.contains(&role)
}

/// Lists the commands of the table.
pub fn commands() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|row| row.command)
}

fn find(command: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.command == command)
}
