//! What a running house answers to whoever plays a scenario in it (docs/scenarios.md): where it stands and where its pages are,
//! what a sentence after `then` asks, and acts of vendors and finders.
//!
//! The socket is the operator's, who reads no text of a case: answers are numbers, states and dates. In a house that is no
//! demonstration and no replay, only exercises are seen and acted in; whoever asks cannot widen that.

use engine::command::PerformError;
use engine::kernel::clock;
use engine::kernel::config::{Purpose, Transport};
use engine::{Fault, House};
use scenario::script;
use scenario::sight::{Scope, finder_does, is_settled, look, vendor_does};
use serde_json::{Value, json};

use crate::reading;
use crate::socket::{Answer, answer, fields};

/// Says where the house stands, if a scenario may begin in it.
pub async fn begin(house: &House) -> Answer {
    answer(mark(house).await.map_err(PerformError::Fault))
}

async fn mark(house: &House) -> Result<Value, Fault> {
    house.not_held().await?;
    let is_live = house.config.purpose == Purpose::Live;
    // An exercise writes to nobody; invented people of a demonstration have addresses.
    if !is_live && house.config.mail.transport == Transport::Smtp {
        return Err(Fault::Config(
            "mail.transport: the mails of a scenario would leave; set it to \"folder\"".to_owned(),
        ));
    }
    let (records, _) = house.store.ledger_end().await?;
    let at = reading::addresses(house);
    let at = at.map(|at| json!({ "portal": at.portal, "desk": at.desk }));
    Ok(json!({ "live": is_live, "records": records, "since": clock::now().0, "pages": at }))
}

/// Says whether the house has done what follows from what was done.
pub async fn settled(house: &House) -> Answer {
    let settled = is_settled(house, &Scope::of(house)).await;
    let said = settled.map(|is_settled| json!({ "is_settled": is_settled }));
    answer(said.map_err(PerformError::Fault))
}

/// Looks whether it is as a sentence says, of what has happened since a mark.
pub async fn see(house: &House, sentence: &[u8], mark: &[u8]) -> Answer {
    let seen = seen_since(house, sentence, mark).await;
    answer(seen.map_err(PerformError::Fault))
}

async fn seen_since(house: &House, sentence: &[u8], mark: &[u8]) -> Result<Value, Fault> {
    let seen = script::seen(&String::from_utf8_lossy(sentence)).map_err(Fault::Config)?;
    let mark: Value = serde_json::from_slice(mark).unwrap_or_default();
    let (Some(records), Some(since)) = (mark["records"].as_u64(), mark["since"].as_i64()) else {
        return Err(Fault::Config("no mark to look from".to_owned()));
    };
    let scope = Scope {
        records,
        since,
        ..Scope::of(house)
    };
    // In this order: what was settled before the look shows in it.
    let is_settled = is_settled(house, &scope).await?;
    let sight = Box::pin(look(house, &seen, &scope)).await?;
    Ok(json!({ "is_so": sight.is_so, "is_settled": is_settled, "found": sight.found }))
}

/// Performs a command as the finder of a report of the scenario.
pub async fn finder(house: &House, report: &[u8], name: &[u8], bytes: &[u8]) -> Answer {
    let (report, name) = (
        String::from_utf8_lossy(report),
        String::from_utf8_lossy(name),
    );
    match fields(bytes) {
        Ok(fields) => {
            let scope = Scope::of(house);
            let done = finder_does(house, &report, &name, fields, &scope);
            answer(Box::pin(done).await)
        }
        Err(answer) => answer,
    }
}

/// Performs a command as a vendor of the scenario.
pub async fn vendor(house: &House, tracking: &[u8], name: &[u8], bytes: &[u8]) -> Answer {
    let (tracking, name) = (
        String::from_utf8_lossy(tracking),
        String::from_utf8_lossy(name),
    );
    match fields(bytes) {
        Ok(fields) => {
            let scope = Scope::of(house);
            let done = vendor_does(house, &tracking, &name, fields, &scope);
            answer(Box::pin(done).await)
        }
        Err(answer) => answer,
    }
}
