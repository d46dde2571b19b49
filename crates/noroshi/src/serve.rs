//! `serve` and `demo`: the house running, with its contexts as processes.

use std::net::SocketAddr;
use std::sync::Arc;

use engine::kernel::config::{Config, Purpose};
use engine::work::workers::Workers;
use engine::{Fault, House, Location};
use serde_json::json;
use tokio::runtime::Handle;

use crate::args::Common;
use crate::children;
use crate::init::store_location::location;
use crate::reading::{self, Addresses};

/// Where the portal, the desk and the vendors' pages listen.
type Listens<T> = [T; 3];

/// Runs the house until it is asked to stop.
///
/// # Errors
/// If it cannot start, or the store fails.
pub async fn serve(common: &Common, listen: Listens<Option<SocketAddr>>) -> Result<bool, Fault> {
    let stop = Stop::listen()?;
    let location = location(common)?;
    let config = Config::read(&common.dir)?;
    let named = [
        ("listen.portal", &config.listen.portal),
        ("listen.desk", &config.listen.desk),
        ("listen.partner", &config.listen.partner),
    ];
    let mut listens = Vec::with_capacity(named.len());
    for (given, (key, configured)) in listen.into_iter().zip(named) {
        listens.push(match given {
            Some(given) => given,
            None => configured
                .parse()
                .map_err(|_| Fault::Config(format!("{key}: give ADDRESS:PORT")))?,
        });
    }
    let (house, children, address) = start(common, &location, listens[0]).await?;
    let pages = open_pages(&house, address, listens[1], listens[2], None).await?;
    // Whoever reads "ready" may give a command at once, so the house listens for it before it says so.
    let requests = crate::socket::listen(&house.dir)?;
    crate::show::answer(
        common.json,
        &json!({
            "ready": format!("http://{address}/"),
            "desk": format!("http://{}/", pages.desk),
            "partner": format!("http://{}/", pages.partner),
        }),
        || {
            format!(
                "ready http://{address}/\ndesk http://{}/\npartner http://{}/",
                pages.desk, pages.partner
            )
        },
    );
    warn_if_held(&house).await?;
    tracing::info!(
        code = "house.runs",
        version = env!("CARGO_PKG_VERSION"),
        "the house runs"
    );
    let done = work(&house, stop, &children, requests).await;
    ended(&house, pages, children);
    tracing::info!(code = "house.ends", "the house has ended");
    done.map(|()| true)
}

/// Says on the terminal that the house is held: its pages answer nobody.
async fn warn_if_held(house: &House) -> Result<(), Fault> {
    if let Some(why) = house.held().await? {
        crate::show::warn(&format!(
            "noroshi: this house is held ({why}): nothing leaves until you say: noroshi resume --compared …"
        ));
    }
    Ok(())
}

/// The house's own pages while they are served.
struct Pages {
    desk: SocketAddr,
    partner: SocketAddr,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

/// Opens the desk and the vendors' pages; `mails` stand on the desk's listener too.
async fn open_pages(
    house: &Arc<House>,
    portal: SocketAddr,
    listen_desk: SocketAddr,
    listen_partner: SocketAddr,
    mails: Option<server::distribution::mails::Mails>,
) -> Result<Pages, Fault> {
    // Each side has a thread of its own, so that guests cannot slow the desk.
    let runtime = Handle::current();
    let desk_office = server::Office::open(Arc::clone(house), &runtime)?;
    let partner_office = server::Office::open(Arc::clone(house), &runtime)?;
    let bind = |listen: SocketAddr, option: &'static str| async move {
        let listener = tokio::net::TcpListener::bind(listen)
            .await
            .map_err(Fault::io(format!(
                "cannot listen on {listen}; choose another with {option}"
            )))?;
        let address = listener
            .local_addr()
            .map_err(Fault::io("cannot tell the address"))?;
        Ok::<_, Fault>((listener, address))
    };
    let (desk, desk_address) = bind(listen_desk, "--listen-desk").await?;
    let (partner, partner_address) = bind(listen_partner, "--listen-partner").await?;
    let mut desk_routes = server::routes(
        desk_office,
        server::Side::Desk,
        &house.config.desk,
        desk_address,
    );
    if let Some(mails) = mails {
        desk_routes = desk_routes.with_mails(mails);
    }
    let partner_routes = server::routes(
        partner_office,
        server::Side::Partner,
        &house.config.partner,
        partner_address,
    );
    let tasks = vec![
        tokio::spawn(server::serve(desk, desk_routes)),
        tokio::spawn(server::serve(partner, partner_routes)),
    ];
    let at = Addresses {
        portal,
        desk: desk_address,
    };
    reading::opened(house, at);
    Ok(Pages {
        desk: desk_address,
        partner: partner_address,
        tasks,
    })
}

/// Lets go of the house and reaps its children, in this order: their pipes close with it.
fn ended(house: &House, pages: Pages, children: children::Children) {
    crate::socket::remove(&house.dir);
    for task in pages.tasks {
        task.abort();
    }
    house.contexts.close();
    drop(children);
}

async fn start(
    common: &Common,
    location: &Location,
    listen: SocketAddr,
) -> Result<(Arc<House>, children::Children, SocketAddr), Fault> {
    free(&common.dir).await?;
    answers(location).await;
    let (contexts, children, address) = children::all(&common.dir, listen)?;
    let house = Arc::new(House::open(&common.dir, location, contexts).await?);
    if house.held().await?.is_none() {
        let references = house.keep_references().await?;
        if references > 0 {
            tracing::info!(
                code = "post.references_sealed",
                references,
                "references of copies that an older program sent are sealed"
            );
        }
        let rows = house.count_rows().await?;
        if rows > 0 {
            tracing::info!(
                code = "ledger.counted",
                rows,
                "the ledger speaks of the texts and files of an older program"
            );
        }
    }
    note_run(&common.dir, address)?;
    // The judge compiles its schemas once; done now, the first press of the day does not wait.
    tokio::task::spawn_blocking(|| {
        let _ = judge::warm_up();
    });
    let pressed = house
        .dir
        .join("press")
        .join(engine::publication::press::MANIFEST)
        .exists();
    if house.held().await?.is_none() {
        if !pressed {
            house.press().await?;
        } else if house.press_if_changed()? {
            tracing::info!(
                code = "press.anew",
                "the public pages are pressed anew: the configuration or the program has changed"
            );
        }
    }
    Ok((house, children, address))
}

/// Waits for a command that has the house for a moment; whoever keeps it longer is another `serve`.
async fn free(dir: &std::path::Path) -> Result<(), Fault> {
    let until = std::time::Instant::now() + BUSY;
    loop {
        match engine::kernel::house::lock(dir) {
            Err(Fault::InUse) if std::time::Instant::now() < until => {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            // Opening takes it for good.
            other => return other.map(drop),
        }
    }
}

/// Waits for a database that is not up yet, as after a host has started; what else is wrong is said when it is opened.
async fn answers(location: &Location) {
    if !matches!(location, Location::Postgres { .. }) {
        return;
    }
    let begun = std::time::Instant::now();
    let mut is_told = false;
    while begun.elapsed() < UP {
        let opened = store::Store::open(location).await.map_err(Fault::from);
        if !opened.is_err_and(|fault| fault.code() == "store.unreachable") {
            return;
        }
        if !is_told {
            crate::show::warn(&format!(
                "noroshi: the database does not answer; waiting for it, for at most {} seconds",
                UP.as_secs()
            ));
            is_told = true;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
}

/// How long a database may take to come up.
const UP: std::time::Duration = std::time::Duration::from_secs(60);

/// How long a command may have the house when it is started.
const BUSY: std::time::Duration = std::time::Duration::from_secs(5);

fn note_run(dir: &std::path::Path, address: SocketAddr) -> Result<(), Fault> {
    let run = dir.join("run");
    seal::files::private_folder(&run)?;
    std::fs::write(run.join("portal.address"), address.to_string())
        .map_err(Fault::io("cannot note the address"))
}

/// Notes the portal's pages that are not pressed and open to everybody, for whoever judges pages.
fn note_pages(dir: &std::path::Path) -> Result<(), Fault> {
    let mut pages = String::new();
    for lang in ["ja", "en"] {
        for page in ["report", "r", "subscribe"] {
            pages.push_str(&format!("/{lang}/{page}\n"));
        }
    }
    std::fs::write(dir.join("run").join("pages.txt"), pages)
        .map_err(Fault::io("cannot note the portal's pages"))
}

/// Lets the house do what falls due until the process is asked to stop, and answers the operator beside it.
async fn work(
    house: &Arc<House>,
    mut stop: Stop,
    children: &children::Children,
    mut requests: tokio::sync::mpsc::Receiver<crate::socket::Request>,
) -> Result<(), Fault> {
    // The folder's lock is ours, so whoever held a lease is gone.
    house
        .store
        .release_leases(engine::kernel::clock::now().0)
        .await?;
    let mut workers = Workers::start(house, &Handle::current())?;
    let done = loop {
        tokio::select! {
            () = stop.asked() => break Ok(()),
            fault = workers.broken() => break Err(fault),
            Some(request) = requests.recv() => crate::socket::serve(house, request).await,
        }
    };
    // Who asked us to stop may have asked the contexts too: they are not started anew any more.
    children.rest();
    workers.end().await;
    done
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
pub async fn demo(common: &Common, listens: Listens<SocketAddr>) -> Result<bool, Fault> {
    if listens.iter().any(|listen| !listen.ip().is_loopback()) {
        return Err(Fault::Config(
            "the demonstration listens on loopback only".into(),
        ));
    }
    let [listen, listen_desk, listen_partner] = settled(listens)?;
    let stop = Stop::listen()?;
    let location = location(common)?;
    let fresh = !common.dir.join(engine::kernel::config::FILE).exists();
    let mut config = if fresh {
        Config::of(Purpose::Demo)
    } else {
        Config::read(&common.dir)?
    };
    // Every link of pages and letters leads to this machine; what is signed names an invented host.
    let has_moved = move_to(&mut config, [listen, listen_desk, listen_partner]);
    if fresh {
        engine::founding::found(&common.dir, &location, &config).await?;
    }
    free(&common.dir).await?;
    if !fresh && has_moved && config.purpose == Purpose::Demo {
        config.write(&common.dir)?;
    }
    let (contexts, children, address) = children::all(&common.dir, listen)?;
    let house = Arc::new(House::open(&common.dir, &location, contexts).await?);
    if house.config.purpose != Purpose::Demo {
        return Err(Fault::Config(format!(
            "{} holds another house; choose a folder of its own with --dir",
            common.dir.display()
        )));
    }
    note_run(&common.dir, address)?;
    note_pages(&common.dir)?;
    if fresh {
        let seeded = demo::seed(&house, engine::kernel::clock::now()).await?;
        let text = serde_json::to_string_pretty(&seeded).map_err(|_| Fault::Form("seeded"))?;
        std::fs::write(common.dir.join("run").join("seeded.json"), text)
            .map_err(Fault::io("cannot note what was seeded"))?;
    }
    if fresh || has_moved {
        house.press().await?;
    }
    let mails = server::distribution::mails::Mails::new(
        house.mail_site(),
        house.dir.join("mail"),
        house.config.portal.clone(),
    );
    let pages = open_pages(&house, address, listen_desk, listen_partner, Some(mails)).await?;
    tokio::task::spawn_blocking(|| {
        let _ = judge::warm_up();
    });
    let requests = crate::socket::listen(&house.dir)?;
    crate::show::line(&format!("ready http://{address}/"));
    let links =
        std::fs::read_to_string(common.dir.join("run").join("seeded.json")).unwrap_or_default();
    print_links(&links, &address.to_string(), &pages.desk.to_string());
    print_people(&house.dir);
    warn_if_held(&house).await?;
    let done = work(&house, stop, &children, requests).await;
    ended(&house, pages, children);
    done.map(|()| true)
}

/// Gives each listener that wants any port a port of its own, so that links can name it before it listens.
fn settled(listens: Listens<SocketAddr>) -> Result<Listens<SocketAddr>, Fault> {
    let mut held = Vec::with_capacity(listens.len());
    let mut settled = listens;
    for listen in settled.iter_mut().filter(|listen| listen.port() == 0) {
        let listener = std::net::TcpListener::bind(*listen)
            .map_err(Fault::io(format!("cannot listen on {listen}")))?;
        *listen = listener
            .local_addr()
            .map_err(Fault::io("cannot tell the address"))?;
        held.push(listener);
    }
    Ok(settled)
}

/// Notes where the demonstration is reached now, and tells whether that is news.
fn move_to(config: &mut Config, [portal, desk, partner]: Listens<SocketAddr>) -> bool {
    let before = (
        config.here.clone(),
        config.desk.clone(),
        config.partner.clone(),
    );
    config.here = Some(format!("http://{portal}"));
    config.desk = format!("http://{desk}");
    config.partner = format!("http://{partner}");
    before
        != (
            config.here.clone(),
            config.desk.clone(),
            config.partner.clone(),
        )
}

/// Who can sign in at the demonstration's desk.
fn print_people(dir: &std::path::Path) {
    let folder = dir
        .join(engine::kernel::house::KEYS)
        .join(engine::founding::PASSWORDS);
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut people: Vec<(String, String)> = entries
        .flatten()
        .filter_map(|entry| {
            let handle = entry
                .file_name()
                .to_str()?
                .strip_suffix(".password")?
                .to_owned();
            Some((handle, std::fs::read_to_string(entry.path()).ok()?))
        })
        .collect();
    people.sort();
    crate::show::line(
        "  sign in at the desk as (invented people; the passwords are of this folder alone):",
    );
    for (handle, password) in people {
        crate::show::line(&format!("    {handle:<12} {}", password.trim()));
    }
}

fn print_links(seeded: &str, portal: &str, desk: &str) {
    crate::show::line(&format!("  portal, Japanese:  http://{portal}/ja/"));
    crate::show::line(&format!("  portal, English:   http://{portal}/en/"));
    crate::show::line(&format!("  the desk:          http://{desk}/"));
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
        let at = engine::kernel::clock::rfc3339(engine::Instant(instant));
        let is_out = instant <= engine::kernel::clock::now().0;
        let word = if is_out { "published" } else { "publishes" };
        crate::show::line(&format!(
            "  {word} itself at {at}: http://{portal}/en/advisories/{number}.html"
        ));
    }
    crate::show::line(
        "Everything here is invented. Ctrl-C ends it; the folder starts again with everything in it.",
    );
}
