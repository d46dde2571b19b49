//! The commands of the house: their names, their fields, and the one way to perform them.
//!
//! A command read from JSON names things as people do (numbers, names, roles); here they become ids, texts
//! become sealed bodies, and the domain decides. `noroshi do` performs any of them; replay, demo and pages use
//! the same functions. Passwords and receipts go through a command and never into an event.

use domain::act::Act;
use domain::permit;
use domain::value::Actor;
use seal::record::Realm;
use serde::Deserialize as _;
use serde_json::Value;

use crate::Awaited;
use crate::Fault;
use crate::advisory::command as advisory;
use crate::coordination::{call, command as case, invitation};
use crate::distribution::command as distribution;
use crate::intake::{command as intake, reading};
use crate::kernel::clock;
use crate::kernel::config::Purpose;
use crate::kernel::find::FieldSpec;
use crate::kernel::house::House;
use crate::kernel::unit::Unit;
use crate::party::command as party;
use crate::people::{approvers, command as people};
use crate::publication::command as publication;
use crate::work::{command as work, erasure};

/// A command, for `--list`.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    pub name: &'static str,
    pub about: &'static str,
    pub fields: &'static [FieldSpec],
}

macro_rules! commands {
    ($($variant:ident $name:literal $room:ident :: $input:ident $handler:ident;)*) => {
        /// Any command of the house.
        #[derive(Clone, Debug)]
        pub enum Command { $(#[doc = $name] $variant($room::$input),)* }

        /// All commands with their fields.
        pub const COMMANDS: &[Spec] = &[$(Spec { name: $name, about: $room::$input::ABOUT, fields: $room::$input::FIELDS },)*];

        impl Command {
            /// Reads a command.
            ///
            /// # Errors
            /// [`ReadCommand::Name`] for an unknown name, [`ReadCommand::Field`] for a field.
            pub fn parse(name: &str, fields: Value) -> Result<Command, ReadCommand> {
                match name {
                    $($name => $room::$input::deserialize(fields).map(Command::$variant).map_err(|error| ReadCommand::Field(error.to_string())),)*
                    _ => Err(ReadCommand::Name),
                }
            }

            /// Name of the command.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $(Command::$variant(_) => $name,)* }
            }
        }

        /// Decides a command on a unit; nothing is left behind by a refusal.
        ///
        /// # Errors
        /// The refusal, those of [`permit::ask`] above all, or what failed.
        pub fn decide<'a>(unit: &'a mut Unit<'_>, command: &'a Command) -> Awaited<'a, Result<Value, Fault>> {
            Box::pin(async move {
                unit.command = command.name();
                permit::ask(&unit.act, unit.command, false)?;
                let mark = unit.mark();
                // One boxed future: else the largest of them would be the size of all.
                let deciding: Awaited<'_, Result<Value, Fault>> =
                    match command { $(Command::$variant(input) => Box::pin($room::$handler(unit, input)),)* };
                let answer = deciding.await;
                if answer.is_err() {
                    unit.roll_back(mark);
                }
                answer
            })
        }
    };
}

commands! {
    RegisterParty "register-party" party::RegisterParty register;
    AgreeStanding "agree-standing" party::AgreeStanding agree_standing;
    FileReport "file-report" intake::FileReport file;
    SortReport "sort-report" intake::SortReport sort;
    AskFinder "ask-finder" intake::AskFinder ask;
    AddToReport "add-to-report" intake::AddToReport add;
    AcceptReport "accept-report" intake::AcceptReport accept;
    AcceptAsPublic "accept-as-public" intake::AcceptAsPublic accept_as_public;
    DeclineReport "decline-report" intake::DeclineReport decline;
    MergeReport "merge-report" intake::MergeReport merge;
    WithdrawReport "withdraw-report" intake::WithdrawReport withdraw;
    AddParticipant "add-participant" case::AddParticipant add_participant;
    Contact "contact" case::Contact contact;
    RecordContactElsewhere "record-contact-elsewhere" case::RecordContactElsewhere contact_elsewhere;
    ConfirmReceipt "confirm-receipt" case::ConfirmReceipt confirm_receipt;
    RecordBasis "record-basis" case::RecordBasis record_basis;
    SendDetails "send-details" case::SendDetails send_details;
    ProposeDate "propose-date" case::ProposeDate propose_date;
    AgreeDate "agree-date" case::AgreeDate agree_date;
    CounterDate "counter-date" case::CounterDate counter_date;
    DeclineDate "decline-date" case::DeclineDate decline_date;
    ReviseDate "revise-date" case::ReviseDate revise_date;
    EndEmbargo "end-embargo" case::EndEmbargo end_embargo;
    Observe "observe" case::Observe observe;
    RecordAnswer "record-answer" case::RecordAnswer record_answer;
    WithdrawAnswer "withdraw-answer" case::WithdrawAnswer withdraw_answer;
    RecordUnaskedAnswer "record-unasked-answer" case::RecordUnaskedAnswer record_unasked_answer;
    RecordStatement "record-statement" case::RecordStatement record_statement;
    LeaveCase "leave-case" case::LeaveCase leave;
    BringBack "bring-back" case::BringBack bring_back;
    CloseCase "close-case" case::CloseCase close;
    ReopenCase "reopen-case" case::ReopenCase reopen;
    AskCall "ask-call" call::AskCall ask_call;
    InviteAll "invite-all" invitation::InviteAll invite_all;
    RecordTicket "record-ticket" case::RecordTicket record_ticket;
    AgreeNaming "agree-naming" case::AgreeNaming agree_naming;
    WaiveSecondStep "waive-second-step" case::WaiveSecondStep waive_second_step;
    PassSecondStep "pass-second-step" case::PassSecondStep pass_second_step;
    NameVulnerability "name-vulnerability" case::NameVulnerability name_vulnerability;
    ReadText "read-text" reading::ReadText read;
    NamePerson "name-person" people::NamePerson name;
    EndPerson "end-person" people::EndPerson end;
    IssueLink "issue-link" people::IssueLink issue_link;
    OfferApprovalKey "offer-approval-key" approvers::OfferApprovalKey offer;
    SignApprovers "sign-approvers" approvers::SignApprovers sign;
    EndApprover "end-approver" approvers::EndApprover end;
    SetQuorum "set-quorum" approvers::SetQuorum set_quorum;
    DrawSuccessionKey "draw-succession-key" approvers::DrawSuccessionKey draw_succession;
    SignWithSuccessionKey "sign-with-succession-key" approvers::SignWithSuccessionKey sign_with_succession;
    WithdrawApprovers "withdraw-approvers" approvers::WithdrawApprovers withdraw;
    ChangeContact "change-contact" party::ChangeContact change_contact;
    DraftAdvisory "draft-advisory" advisory::DraftAdvisory draft;
    PlanRelease "plan-release" publication::PlanRelease plan;
    ApprovePlan "approve-plan" publication::ApprovePlan approve;
    AbortPlan "abort-plan" publication::AbortPlan abort;
    Subscribe "subscribe" distribution::Subscribe subscribe;
    Unsubscribe "unsubscribe" distribution::Unsubscribe unsubscribe;
    GiveUpCopy "give-up-copy" distribution::GiveUpCopy give_up;
    QueueCopiesAgain "queue-copies-again" distribution::QueueCopiesAgain queue_again;
    Acknowledge "acknowledge" distribution::Acknowledge acknowledge;
    TakeAlarm "take-alarm" work::TakeAlarm take_alarm;
    RequestErasure "request-erasure" erasure::RequestErasure request;
    ApproveErasure "approve-erasure" erasure::ApproveErasure approve;
    WithdrawErasure "withdraw-erasure" erasure::WithdrawErasure withdraw;
    RecordBackupDestroyed "record-backup-destroyed" erasure::RecordBackupDestroyed record_destroyed;
}

impl Command {
    /// Whether it may bring the signature that a change of those who may approve waited for.
    const fn may_complete_approvers(&self) -> bool {
        matches!(
            self,
            Command::OfferApprovalKey(_)
                | Command::SignApprovers(_)
                | Command::SignWithSuccessionKey(_)
        )
    }
}

/// Why a file is no command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadCommand {
    #[error("there is no command of this name; say: noroshi do --list")]
    Name,
    /// serde's words name the field and, for an enumeration, what it may be; the file is the caller's own.
    #[error("{0}")]
    Field(String),
    #[error("the file must hold one JSON object")]
    Object,
    #[error("occurred_at must be RFC 3339 with an offset, for example 2026-11-22T09:00:00+09:00")]
    Time,
    #[error("there is no person called {0}")]
    Person(String),
    #[error(
        "a command on the machine is the operator's, and the ledger says so: leave `as` out; whoever has another role gives it at the desk"
    )]
    As,
}

/// Performs a command given as JSON on the machine itself: the fields, and beside them `occurred_at`, `reason_of_act`,
/// `exercise`. Whoever is on the machine acts as its operator, and the ledger says so; a person is named by `as` only where
/// nothing real is at stake: in a demonstration or a replay, whose passwords lie beside their keys, and in an exercise.
///
/// # Errors
/// What stands in the way, as [`ReadCommand`] or [`Fault`].
pub fn perform_json<'a>(
    house: &'a House,
    name: &'a str,
    mut fields: Value,
) -> Awaited<'a, Result<Value, PerformError>> {
    Box::pin(async move {
        let object = fields.as_object_mut().ok_or(ReadCommand::Object)?;
        let is_played =
            house.config.purpose != Purpose::Live || object.get("exercise") == Some(&true.into());
        match object.remove("as") {
            None => perform_read(house, name, fields, None).await,
            Some(Value::String(handle)) if is_played => {
                perform_read(house, name, fields, Some(&handle)).await
            }
            Some(_) => Err(ReadCommand::As.into()),
        }
    })
}

/// As [`perform_json`], as a person of the house: for what plays a house in its own process.
///
/// # Errors
/// As there.
pub fn perform_json_as<'a>(
    house: &'a House,
    handle: &'a str,
    name: &'a str,
    fields: Value,
) -> Awaited<'a, Result<Value, PerformError>> {
    Box::pin(perform_read(house, name, fields, Some(handle)))
}

async fn perform_read(
    house: &House,
    name: &str,
    mut fields: Value,
    handle: Option<&str>,
) -> Result<Value, PerformError> {
    let object = fields.as_object_mut().ok_or(ReadCommand::Object)?;
    let now = clock::now();
    let occurred_at = match object.remove("occurred_at") {
        Some(Value::String(text)) => clock::parse(&text)
            .filter(|at| at.0 <= now.0)
            .ok_or(ReadCommand::Time)?,
        Some(_) => return Err(ReadCommand::Time.into()),
        None => now,
    };
    let reason = match object.remove("reason_of_act") {
        Some(Value::String(reason)) => reason,
        _ => object
            .get("reason")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
    };
    let exercise = matches!(object.remove("exercise"), Some(Value::Bool(true)));
    let command = Command::parse(name, fields)?;
    let by = match handle {
        None => Actor::Operator,
        Some(handle) => {
            let own = house.own().await.map_err(PerformError::Fault)?;
            let mut persons = own.persons.iter();
            let (id, person) = persons
                .find(|(_, person)| person.handle == handle && person.ended.is_none())
                .ok_or_else(|| ReadCommand::Person(handle.to_owned()))?;
            let (id, role) = (*id, person.role);
            Actor::Person { id, role }
        }
    };
    let act = Act {
        occurred_at,
        reason,
        ..Act::of(by, now)
    };
    let realm = if exercise {
        Realm::Exercise
    } else {
        Realm::Live
    };
    perform(house, &act, realm, &command)
        .await
        .map_err(PerformError::Fault)
}

/// Performs a command for an act.
///
/// # Errors
/// The refusal, or what failed.
pub fn perform<'a>(
    house: &'a House,
    act: &'a Act,
    realm: Realm,
    command: &'a Command,
) -> Awaited<'a, Result<Value, Fault>> {
    Box::pin(async move {
        if matches!(command, Command::WithdrawApprovers(_)) {
            // What the signer has taken in already is not taken back; where it cannot be asked, nothing is.
            house.pin_approvers().await?;
        }
        let answer = house
            .perform(act, command.name(), realm, async |unit| {
                decide(unit, command).await
            })
            .await?;
        if matches!(command, Command::PlanRelease(_) | Command::ApprovePlan(_)) {
            // Whoever plans or approves wants to read whether it would go. It is asked beside, so that a signer that
            // hangs keeps no page waiting.
            house.bells.ring(crate::work::Kind::REHEARSAL);
        }
        if command.may_complete_approvers() {
            // What was given stands, whatever the signer says; it is asked again each second.
            match house.pin_approvers().await {
                Ok(true) => house.bells.ring(crate::work::Kind::REHEARSAL),
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(
                        code = error.code(),
                        "a change of the approvers is tried again"
                    );
                }
            }
        }
        if matches!(
            command,
            Command::ChangeContact(_) | Command::LeaveCase(_) | Command::BringBack(_)
        ) {
            // Not a second later, and not only where the house is running.
            house.end_access_due().await?;
        }
        if matches!(command, Command::ApproveErasure(_)) {
            // What was approved stands, and is carried out as soon as it can be: a backup that is being made keeps it back.
            if let Err(error) = house.erase_due().await {
                tracing::warn!(code = error.code(), cause = %error, "an erasure is tried again");
            }
        }
        Ok(answer)
    })
}

/// Why a command given as JSON was not performed.
#[derive(Debug, thiserror::Error)]
pub enum PerformError {
    #[error(transparent)]
    Read(#[from] ReadCommand),
    #[error(transparent)]
    Fault(Fault),
}

#[cfg(test)]
mod tests {
    use domain::refusal::Refusal;

    use serde_json::json;

    use super::*;

    /// A field that the program would take for a number of µs, or that it could not name, answers otherwise.
    #[test]
    fn every_instant_is_typed_as_rfc_3339_and_what_is_none_is_told_by_its_field() {
        let mut checked = Vec::new();
        for spec in COMMANDS {
            for field in spec.fields.iter().filter(|f| f.ty.contains("Instant")) {
                let said = Command::parse(spec.name, json!({ (field.name): "tomorrow" }));
                let (field, why) = (field.name, "RFC 3339 with an offset");
                let words = Refusal::Input { field, why }.to_string();
                assert_eq!(said.map(|read| read.name()), Err(ReadCommand::Field(words)));
                checked.push(field);
            }
        }
        checked.sort_unstable();
        checked.dedup();
        assert_eq!(checked, ["instant", "public_since", "until"]);
    }

    #[test]
    fn an_instant_is_read_with_its_offset_and_may_be_left_out_where_it_is_not_needed() {
        let plan = |fields| match Command::parse("plan-release", fields) {
            Ok(Command::PlanRelease(plan)) => plan.instant,
            other => panic!("{other:?}"),
        };
        let typed = plan(json!({ "case": "1", "instant": "1970-01-01T09:00:05+09:00" }));
        assert_eq!(typed, Some(domain::value::Instant(5_000_000)));
        assert_eq!(plan(json!({ "case": "1" })), None);
        assert_eq!(plan(json!({ "case": "1", "instant": null })), None);
    }

    #[test]
    fn every_command_has_a_row_in_the_table_of_permits() {
        for spec in COMMANDS {
            assert!(
                permit::commands().any(|row| row == spec.name),
                "{} is allowed to nobody",
                spec.name
            );
        }
    }
}
