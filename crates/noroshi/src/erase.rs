//! `noroshi erase`: two persons, each with a password, let parts of a dossier be erased; and where erasures stand.
//!
//! A house that runs is asked over its socket, one that stands still is opened. What may be erased and by whom, it asks.

use domain::party::erasure::Stage;
use domain::value::ErasureBasis;
use engine::kernel::clock::rfc3339;
use engine::work::erasure::Told;
use engine::{Fault, House};
use serde_json::{Value, json};

use crate::args::{Common, EraseCommand};
use crate::look::{self, Looked, What};
use crate::run::{open, passwords};
use crate::socket;

/// Does one of them.
///
/// # Errors
/// What kept it from being done; a refusal is an answer.
pub async fn erase(common: &Common, what: EraseCommand) -> Result<bool, Fault> {
    let (name, fields, by) = match what {
        EraseCommand::Status => return look::look(common, &What::Erasures).await,
        EraseCommand::Request {
            report,
            case,
            part,
            basis,
            by,
        } => (
            "request-erasure",
            json!({ "report": report, "case": case, "compartments": part, "basis": basis }),
            by,
        ),
        EraseCommand::Approve { erasure, by } => {
            ("approve-erasure", json!({ "erasure": erasure }), by)
        }
        EraseCommand::Withdraw { erasure, by } => {
            ("withdraw-erasure", json!({ "erasure": erasure }), by)
        }
        EraseCommand::Destroyed { number, by } => {
            ("record-backup-destroyed", json!({ "number": number }), by)
        }
    };
    let fields = fields.to_string();
    let known = passwords(&by)?;
    let [(handle, password)] = known.as_slice() else {
        return Err(Fault::Config(
            "say who you are with --by HANDLE PASSWORD-FILE, once".into(),
        ));
    };
    let parts: [&[u8]; 5] = [
        b"as",
        handle.as_bytes(),
        password.as_bytes(),
        name.as_bytes(),
        fields.as_bytes(),
    ];
    if let Some(answer) = socket::ask(&common.dir, &parts)? {
        return socket::show(&answer);
    }
    let house = open(common).await?;
    let done = socket::perform_as(&house, handle, password, name, fields.as_bytes()).await;
    socket::show(&done)
}

/// Looks where erasures stand.
///
/// # Errors
/// If the house cannot be read.
pub async fn looked(house: &House) -> Result<Looked, Fault> {
    let all = house.erasures().await?;
    let value = all.iter().map(as_data).collect();
    let text = if all.is_empty() {
        "Nothing was ever asked to be erased.".to_owned()
    } else {
        all.iter().map(as_text).collect::<Vec<_>>().join("\n")
    };
    Ok(Looked {
        good: true,
        value: Value::Array(value),
        text,
    })
}

fn as_data(one: &Told) -> Value {
    let parts: Vec<&str> = one.compartments.iter().map(|part| part.word()).collect();
    json!({
        "erasure": one.erasure,
        "of": one.of,
        "stage": one.stage.word(),
        "parts": parts,
        "basis": one.basis.code(),
        "asked_by": one.asked.0,
        "asked_at": rfc3339(one.asked.1),
        "approved_by": one.approved.as_ref().map(|(handle, _)| handle),
        "approved_at": one.approved.as_ref().map(|(_, at)| rfc3339(*at)),
        "erased_at": one.erased_at.map(rfc3339),
        "backups": one.backups,
    })
}

fn as_text(one: &Told) -> String {
    let parts: Vec<&str> = one.compartments.iter().map(|part| part.word()).collect();
    let what = format!(
        "{} {}: {} of {} ({}), asked for by {} on {}",
        one.erasure,
        one.stage.word(),
        parts.join(", "),
        one.of,
        one.basis.code(),
        one.asked.0,
        rfc3339(one.asked.1)
    );
    let approved = one
        .approved
        .as_ref()
        .map_or_else(String::new, |(handle, at)| {
            format!(", approved by {handle} on {}", rfc3339(*at))
        });
    let next = match one.stage {
        Stage::Asked => "\n  Another person approves it: noroshi erase approve NUMBER --by HANDLE PASSWORD-FILE".to_owned(),
        Stage::Approved => "\n  Not carried out yet: the house does it within a minute while it runs, and the log says what keeps it back".to_owned(),
        Stage::Shut => {
            let left: Vec<String> = one.backups.iter().map(u64::to_string).collect();
            format!(
                "\n  The keys are gone from this house. Backups of keys {} still open it: destroy all their copies, then say: noroshi erase destroyed NUMBER --by HANDLE PASSWORD-FILE",
                left.join(", ")
            )
        }
        Stage::Erased => "\n  No backup of keys that is known here opens it".to_owned(),
        Stage::Withdrawn => String::new(),
    };
    format!("{what}{approved}{next}")
}

/// Reads a ground.
///
/// # Errors
/// Which there are.
pub fn basis(text: &str) -> Result<ErasureBasis, String> {
    let known = ErasureBasis::ALL.into_iter().find(|one| one.code() == text);
    known.ok_or_else(|| {
        let codes = ErasureBasis::ALL.map(ErasureBasis::code);
        format!("one of {}", codes.join(", "))
    })
}
