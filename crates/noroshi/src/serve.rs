//! `serve` and `demo`: the house running, with its contexts as processes.

use std::net::SocketAddr;
use std::time::Duration;

use engine::post::Editions;
use engine::{Fault, House, Location};
use serde_json::json;

use crate::args::Common;
use crate::children;
use crate::init::store_location::location;

/// Runs the house until it is asked to stop.
///
/// # Errors
/// If it cannot start, or the store fails.
pub async fn serve(common: &Common, listen: Option<SocketAddr>) -> Result<bool, Fault> {
    let stop = Stop::listen()?;
    let location = location(common)?;
    let config = engine::config::Config::read(&common.dir)?;
    let listen = match listen {
        Some(listen) => listen,
        None => config
            .listen
            .portal
            .parse()
            .map_err(|_| Fault::Config("listen.portal: give ADDRESS:PORT".into()))?,
    };
    let (house, children, address) = start(common, &location, listen).await?;
    crate::show::answer(
        common.json,
        &json!({ "ready": format!("http://{address}/") }),
        || format!("ready http://{address}/"),
    );
    if let Some(why) = house.held().await? {
        eprintln!(
            "noroshi: this house is held ({why}): nothing leaves until you say: noroshi resume --compared …"
        );
    }
    let requests = crate::socket::listen(&house.dir)?;
    let done = work(&house, stop, requests).await;
    ended(house, children);
    done.map(|()| true)
}

/// Lets go of the house and reaps its children, in this order: their pipes close with it.
fn ended(house: House, children: children::Children) {
    crate::socket::remove(&house.dir);
    house.contexts.close();
    drop(house);
    drop(children);
}

async fn start(
    common: &Common,
    location: &Location,
    listen: SocketAddr,
) -> Result<(House, children::Children, SocketAddr), Fault> {
    let (contexts, children, address) = children::all(&common.dir, listen)?;
    let house = House::open(&common.dir, location, contexts).await?;
    note_run(&common.dir, address)?;
    // The judge compiles its schemas once; done now, the first press of the day does not wait.
    tokio::task::spawn_blocking(|| {
        let _ = formats::csaf::warm_up();
    });
    let pressed = house
        .dir
        .join("press")
        .join(engine::press::MANIFEST)
        .exists();
    if !pressed && house.held().await?.is_none() {
        house.press().await?;
    }
    Ok((house, children, address))
}

fn note_run(dir: &std::path::Path, address: SocketAddr) -> Result<(), Fault> {
    let run = dir.join("run");
    std::fs::create_dir_all(&run).map_err(Fault::io("cannot make the run folder"))?;
    std::fs::write(run.join("portal.address"), address.to_string())
        .map_err(Fault::io("cannot note the address"))
}

/// Does what falls due until the process is asked to stop.
async fn work(
    house: &House,
    mut stop: Stop,
    mut requests: tokio::sync::mpsc::Receiver<crate::socket::Request>,
) -> Result<(), Fault> {
    // The folder's lock is ours, so whoever held a lease is gone.
    house.store.release_leases(engine::clock::now().0).await?;
    let mut editions = Editions::default();
    loop {
        let wait = match house.run_due(&mut editions).await {
            Ok(round) => Duration::from_micros(u64::try_from(round.wait_us).unwrap_or(1_000_000)),
            Err(Fault::Context(name)) => return Err(Fault::Context(name)),
            Err(error) => {
                tracing::error!(code = error.code(), cause = %error, "a round failed; it is tried again");
                Duration::from_secs(5)
            }
        };
        tokio::select! {
            () = stop.asked() => return Ok(()),
            Some(request) = requests.recv() => crate::socket::serve(house, request).await,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// The wish to stop, listened for from the start: a signal that comes early is not lost.
struct Stop {
    term: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Stop {
    fn listen() -> Result<Stop, Fault> {
        use tokio::signal::unix::{SignalKind, signal};
        let doing = || Fault::io("cannot listen for signals");
        Ok(Stop {
            term: signal(SignalKind::terminate()).map_err(doing())?,
            interrupt: signal(SignalKind::interrupt()).map_err(doing())?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Runs the demonstration: founds and seeds the folder at the first start, then serves it on loopback.
///
/// # Errors
/// If an address is not loopback, or it cannot start.
pub async fn demo(
    common: &Common,
    listen: SocketAddr,
    listen_desk: SocketAddr,
) -> Result<bool, Fault> {
    if !listen.ip().is_loopback() || !listen_desk.ip().is_loopback() {
        return Err(Fault::Config(
            "the demonstration listens on loopback only".into(),
        ));
    }
    let stop = Stop::listen()?;
    let location = location(common)?;
    let fresh = !common.dir.join(engine::config::FILE).exists();
    if fresh {
        let config = engine::config::Config::of(engine::config::Purpose::Demo);
        engine::founding::found(&common.dir, &location, &config).await?;
    }
    let (contexts, children, address) = children::all(&common.dir, listen)?;
    let house = House::open(&common.dir, &location, contexts).await?;
    if house.config.purpose != engine::config::Purpose::Demo {
        return Err(Fault::Config(format!(
            "{} holds another house; choose a folder of its own with --dir",
            common.dir.display()
        )));
    }
    note_run(&common.dir, address)?;
    if fresh {
        let seeded = engine::demo::seed(&house, engine::clock::now()).await?;
        let text = serde_json::to_string_pretty(&seeded).map_err(|_| Fault::Form("seeded"))?;
        std::fs::write(common.dir.join("run").join("seeded.json"), text)
            .map_err(Fault::io("cannot note what was seeded"))?;
        house.press().await?;
    }
    let desk = tokio::net::TcpListener::bind(listen_desk)
        .await
        .map_err(Fault::io(format!(
            "cannot listen on {listen_desk}; choose another with --listen-desk"
        )))?;
    let desk_address = desk
        .local_addr()
        .map_err(Fault::io("cannot tell the address"))?;
    let routes = server::mailbox::routes(house.mail_site(), house.dir.join("mail"));
    tokio::spawn(async move { axum_serve(desk, routes).await });
    tokio::task::spawn_blocking(|| {
        let _ = formats::csaf::warm_up();
    });
    crate::show::line(&format!("ready http://{address}/"));
    let links =
        std::fs::read_to_string(common.dir.join("run").join("seeded.json")).unwrap_or_default();
    print_links(&links, &address.to_string(), &desk_address.to_string());
    let requests = crate::socket::listen(&house.dir)?;
    let done = work(&house, stop, requests).await;
    ended(house, children);
    done.map(|()| true)
}

async fn axum_serve(listener: tokio::net::TcpListener, routes: server::Routes) {
    if server::serve(listener, routes).await.is_err() {
        tracing::error!(
            code = "desk.listen",
            "the page of written mails has stopped"
        );
    }
}

fn print_links(seeded: &str, portal: &str, desk: &str) {
    crate::show::line(&format!("  portal, Japanese:  http://{portal}/ja/"));
    crate::show::line(&format!("  portal, English:   http://{portal}/en/"));
    crate::show::line(&format!(
        "  written mails:     http://{desk}/mail/ja/  (English: /mail/en/)"
    ));
    crate::show::line(&format!(
        "  CSAF provider:     http://{portal}/.well-known/csaf/provider-metadata.json"
    ));
    let seeded: serde_json::Value = serde_json::from_str(seeded).unwrap_or_default();
    for case in seeded["published"].as_array().into_iter().flatten() {
        let (number, title) = (
            case[0].as_str().unwrap_or_default(),
            case[2].as_str().unwrap_or_default(),
        );
        crate::show::line(&format!(
            "  http://{portal}/en/advisories/{number}.html  {title}"
        ));
    }
    if let (Some(number), Some(instant)) =
        (seeded["coming"][0].as_str(), seeded["coming"][1].as_i64())
    {
        let at = engine::clock::rfc3339(engine::Instant(instant));
        crate::show::line(&format!(
            "  publishes itself at {at}: http://{portal}/en/advisories/{number}.html"
        ));
    }
    crate::show::line(
        "Everything here is invented. Ctrl-C ends it; the folder starts again with everything in it.",
    );
}
