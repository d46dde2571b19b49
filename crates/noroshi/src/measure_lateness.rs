//! `measure lateness`: how long after its instant a publication is recorded while copies of another wait.
//!
//! The house is the demonstration's in a temporary folder, with one publication that comes by itself. Its copies wait
//! once for a relay that takes the connection and says nothing, and once they are being written to the disk that the
//! ledger is flushed to. What stands in the ledger is measured, no log.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::distribution::CopyState;
use domain::value::{AdvisoryId, SubscriberId};
use engine::kernel::clock;
use engine::kernel::config::{Config, MailTls, Purpose, Transport};
use engine::work::workers::Workers;
use engine::{Fault, House, Instant, Location, Viewer};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use crate::children;

/// The seed's clock goes behind by this much, µs: its coming publication, five minutes ahead of it, comes in 40 s.
const BEHIND_US: i64 = 260_000_000;
/// The publication is at least so far ahead when the work begins, µs: copies are on their way by then.
const AHEAD_MIN_US: i64 = 2_000_000;
/// Copies that are written in one commit.
const GROUP: u64 = 2_000;
/// How long after its instant a publication is waited for, µs.
const PATIENCE_US: i64 = 60_000_000;
/// Pause between two looks.
const NAP: Duration = Duration::from_millis(50);

/// What one house showed.
struct Late {
    us: i64,
    /// Copies that still waited when the publication was recorded.
    waiting: i64,
}

/// Measures with so many waiting copies; returns the figures.
///
/// # Errors
/// What failed.
pub async fn lateness(copies: u64) -> Result<Value, Fault> {
    let mut out = json!({ "copies": copies });
    for (name, is_silent) in [("silent", true), ("busy", false)] {
        let folder = std::env::temp_dir().join(format!(
            "noroshi-measure-lateness-{}",
            seal::hex(&seal::random::bytes::<8>())
        ));
        seal::files::private_folder(&folder)?;
        let late = Box::pin(measure(&folder.join("house"), copies, is_silent)).await;
        let _ = std::fs::remove_dir_all(&folder);
        let late = late?;
        out[format!("{name}_late_us")] = late.us.into();
        out[format!("{name}_waiting")] = late.waiting.into();
    }
    Ok(out)
}

async fn measure(dir: &Path, copies: u64, is_silent: bool) -> Result<Late, Fault> {
    // The machine takes connections for it, and nobody ever greets.
    let relay = TcpListener::bind("127.0.0.1:0").map_err(Fault::io("cannot listen"))?;
    let address = relay
        .local_addr()
        .map_err(Fault::io("cannot tell the address"))?;
    let mut config = Config::of(Purpose::Demo);
    if is_silent {
        config.mail.transport = Transport::Smtp;
        config.mail.tls = MailTls::None;
        config.mail.host = address.ip().to_string();
        config.mail.port = address.port();
    }
    let location = Location::Sqlite(engine::kernel::backup::store_file(dir));
    engine::founding::found(dir, &location, &config).await?;
    let (contexts, children) = children::signing(dir)?;
    let house = Arc::new(House::open(dir, &location, contexts).await?);
    let seeded = demo::seed(&house, Instant(clock::now().0 - BEHIND_US)).await?;
    let (number, instant) = seeded.coming;
    queue(&house, copies).await?;
    if instant.0 - clock::now().0 < AHEAD_MIN_US {
        return Err(Fault::Config(
            "this machine is too slow for the measurement; take fewer copies with --n".into(),
        ));
    }
    let workers = Workers::start(&house, &Handle::current())?;
    let late = Box::pin(published(&house, &number, instant)).await;
    workers.end().await;
    house.contexts.close();
    drop(children);
    late
}

/// Lets copies of a publication wait that is out: so many to one reader, each of its own name.
async fn queue(house: &House, copies: u64) -> Result<(), Fault> {
    let advisories = house.store.advisories(Viewer::House).await?;
    let advisory = advisories.iter().find(|row| row.revision > 0);
    let readers = house.store.subscribers_for(Viewer::House, &[], &[]).await?;
    let (Some(advisory), Some(reader)) = (advisory, readers.first()) else {
        return Err(Fault::Form(
            "a publication and a reader of the demonstration",
        ));
    };
    let mut left = copies;
    while left > 0 {
        let group = left.min(GROUP);
        let act = house.clock_act("");
        house
            .perform(&act, "release", seal::record::Realm::Live, async |unit| {
                for _ in 0..group {
                    let copy = copy(unit.house, advisory.id, reader.id);
                    unit.row(store::distribution::row(&copy, act.now.0));
                }
                Ok(())
            })
            .await?;
        left -= group;
    }
    Ok(())
}

fn copy(
    house: &House,
    advisory: AdvisoryId,
    subscriber: SubscriberId,
) -> store::distribution::Copy {
    let id = seal::random::bytes::<16>();
    let hours = i64::from(house.config.mail.deadline_hours);
    store::distribution::Copy {
        id,
        advisory,
        revision: 1,
        subscriber,
        reference: engine::kernel::reference::kept(house, &id),
        state: CopyState::Waiting,
        channel: domain::value::CopyChannel::Mail,
        date_at: Some(clock::now().0),
        attempts: 0,
        deadline: clock::now().0 + hours * 3_600_000_000,
        realm: 0,
    }
}

/// Waits for the publication, and reads from the ledger when it was recorded.
async fn published(house: &House, number: &str, instant: Instant) -> Result<Late, Fault> {
    loop {
        let advisories = house.store.advisories(Viewer::House).await?;
        let out = advisories
            .iter()
            .find(|row| row.number == number && row.revision > 0);
        if let Some(row) = out {
            let states = house.store.copy_states().await?;
            let waiting: i64 = states
                .iter()
                .filter(|(state, _)| matches!(state, CopyState::Waiting | CopyState::Sending))
                .map(|(_, count)| count)
                .sum();
            let records = house.store.stream(row.id.into()).await?;
            let last = records.last().ok_or(Fault::Form("advisory"))?;
            let us = last.header.recorded_at - instant.0;
            return Ok(Late { us, waiting });
        }
        if clock::now().0 - instant.0 > PATIENCE_US {
            return Err(Fault::Config("the publication did not come".into()));
        }
        tokio::time::sleep(NAP).await;
    }
}
