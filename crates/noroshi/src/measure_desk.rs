//! `measure desk`: how long the desk's page of a large case takes, over HTTP on loopback.
//!
//! The house is invented and lies in a temporary folder: 285 vendors as in the largest note of the replayed
//! archive, 500 things that happened. What is measured is the time from the request's first byte to the
//! answer's last, server and loopback together.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::command;
use engine::command::Command;
use engine::kernel::config::{Config, Purpose};
use engine::kernel::context::Contexts;
use engine::kernel::find::TextInput;
use engine::{Fault, House, Location};
use serde_json::{Value, json};

/// Vendors of the largest note of the archive (VU#800113).
const VENDORS: usize = 285;
/// Entries of the timeline, at least.
const ENTRIES: usize = 500;
/// Requests that are not counted: the first opens the records.
const WARM_UP: usize = 3;

/// Measures; returns the figures.
///
/// # Errors
/// What failed.
pub async fn desk(location: Option<&Location>, n: u64) -> Result<Value, Fault> {
    let folder = std::env::temp_dir().join(format!(
        "noroshi-measure-desk-{}",
        seal::hex(&seal::random::bytes::<8>())
    ));
    let dir = folder.join("house");
    seal::files::private_folder(&folder)?;
    let own = Location::Sqlite(engine::kernel::backup::store_file(&dir));
    let location = location.unwrap_or(&own);
    let measured = measure(&dir, location, n).await;
    let _ = std::fs::remove_dir_all(&folder);
    measured
}

async fn measure(dir: &std::path::Path, location: &Location, n: u64) -> Result<Value, Fault> {
    engine::founding::found(dir, location, &Config::of(Purpose::Demo)).await?;
    let house = Arc::new(House::open(dir, location, Contexts::default()).await?);
    let number = large_case(&house).await?;
    let office = server::Office::open(Arc::clone(&house), &tokio::runtime::Handle::current())?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .map_err(Fault::io("cannot listen"))?;
    let address = listener
        .local_addr()
        .map_err(Fault::io("cannot tell the address"))?;
    let routes = server::routes(office, server::Side::Desk, &house.config.desk, address);
    let serving = tokio::spawn(server::serve(listener, routes));
    let coordinator = house
        .person_called("coordinator")
        .await?
        .ok_or(Fault::Form("coordinator"))?;
    let secret = house
        .session_begin(
            engine::people::sessions::Of::Person(coordinator.id),
            domain::text::gate::Strength::Desk,
        )
        .await?;
    let path = format!("/ja/desk/cases/{number}");
    let asked = tokio::task::spawn_blocking(move || requests(address, &path, &secret, n)).await;
    serving.abort();
    let (mut took, bytes) = asked
        .map_err(|_| Fault::Form("measure"))?
        .map_err(Fault::io("cannot ask the desk"))?;
    took.sort_unstable();
    let at = |share: usize| {
        took.get(took.len() * share / 100)
            .copied()
            .unwrap_or_default()
    };
    Ok(json!({
        "engine": house.store.engine_name(),
        "vendors": VENDORS,
        "requests": took.len(),
        "p50_us": at(50).as_micros(),
        "p95_us": at(95).as_micros(),
        "bytes": bytes,
    }))
}

/// Makes the case: vendors, questions to all of them, answers of most.
async fn large_case(house: &House) -> Result<String, Fault> {
    let act = actor(house).await?;
    let perform = async |name: &str, fields: Value| -> Result<Value, Fault> {
        let command =
            Command::parse(name, fields).map_err(|error| Fault::Config(error.to_string()))?;
        command::perform(house, &act, seal::record::Realm::Live, &command).await
    };
    let text = TextInput {
        lang: domain::value::Lang::En,
        text: "A resolver asks from one port.".to_owned(),
    };
    let report = perform(
        "file-report",
        json!({ "kind": "product", "channel": "mail", "consent": "2026-1",
            "text": { "lang": "en", "text": text.text } }),
    )
    .await?;
    let handling = report["handling"].as_str().unwrap_or_default().to_owned();
    perform(
        "sort-report",
        json!({ "report": handling, "parts": [{ "class": "V", "lang": "en", "text": text.text }] }),
    )
    .await?;
    let case = perform("accept-report", json!({ "report": handling })).await?;
    let number = case["number"].as_str().unwrap_or_default().to_owned();
    for label in ["1", "2"] {
        perform(
            "name-vulnerability",
            json!({ "case": number, "label": label, "text": { "lang": "en", "text": text.text } }),
        )
        .await?;
    }
    let mut events = 0;
    for n in 0..VENDORS {
        let party = perform(
            "register-party",
            json!({ "name_ja": format!("例示ネットワーク{n:03}株式会社"), "name_en": format!("Example Networks {n:03}"),
                "kana": format!("レイジネットワーク{n:03}"), "lang": "ja", "listed": true }),
        )
        .await?;
        let joined = perform(
            "add-participant",
            json!({ "case": number, "party": party["party"], "part": "vendor" }),
        )
        .await?;
        perform(
            "contact",
            json!({ "participant": joined["participant"], "channel": "phone", "result": "reached" }),
        )
        .await?;
        events += 2;
        if n % 3 != 0 || events < ENTRIES {
            let answer = json!({ "product": "Resolver", "versions": "< 4.2", "answer": "affected", "fixed_in": "4.2" });
            perform(
                "record-answer",
                json!({ "participant": joined["participant"], "answer": answer }),
            )
            .await?;
        }
    }
    Ok(number)
}

async fn actor(house: &House) -> Result<domain::act::Act, Fault> {
    let known = house
        .person_called("coordinator")
        .await?
        .ok_or(Fault::Form("coordinator"))?;
    let now = engine::kernel::clock::now();
    let role = known.person.role;
    Ok(domain::act::Act::of_person(known.id, role, now))
}

fn requests(
    address: SocketAddr,
    path: &str,
    secret: &str,
    n: u64,
) -> std::io::Result<(Vec<Duration>, usize)> {
    let mut took = Vec::new();
    let mut bytes = 0;
    for at in 0..usize::try_from(n)
        .unwrap_or(usize::MAX)
        .saturating_add(WARM_UP)
    {
        let began = Instant::now();
        let mut stream = TcpStream::connect(address)?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: noroshi-desk={secret}\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        if !answer.starts_with(b"HTTP/1.1 200") {
            return Err(std::io::Error::other("the page is not there"));
        }
        bytes = answer.len();
        if at >= WARM_UP {
            took.push(began.elapsed());
        }
    }
    Ok((took, bytes))
}
