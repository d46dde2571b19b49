//! Where the pages come from that a scenario's people read: a rehearsal's own, in this process, or those of a house that runs.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use engine::{Fault, House};
use scenario::Stage;
use scenario::reader::{Answered, Asked, Doors, Site};
use server::{Hand, Office, Routes, Side};
use tokio::runtime::Handle;

/// How long a page of a running house may take: a sign-in stretches a password.
const PATIENCE: Duration = Duration::from_secs(30);
/// Largest page that is read, in bytes.
const PAGE_MAX: u64 = 16 << 20;
/// A rehearsal listens nowhere; its desk is asked at the address that people type.
const NOWHERE: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0);

/// The pages of a house in this process: the desk by its own routes, the portal's from the pressed tree.
pub struct Within {
    desk: Routes,
    tree: PathBuf,
}

impl Within {
    /// Opens the desk of a stage.
    ///
    /// # Errors
    /// If its thread cannot be started.
    pub fn of(stage: &Stage) -> Result<Within, Fault> {
        let office = Office::open(Arc::clone(&stage.house), &Handle::current())?;
        let address = &stage.house.config.desk;
        Ok(Within {
            desk: server::routes(office, Side::Desk, address, NOWHERE),
            tree: stage.dir().join("public"),
        })
    }
}

impl Doors for Within {
    async fn ask(&self, asked: Asked<'_>) -> Result<Answered, String> {
        if asked.site == Site::Portal {
            return Ok(pressed(&self.tree, asked.path));
        }
        let hand = Hand {
            method: if asked.form.is_some() { "POST" } else { "GET" },
            path: asked.path,
            cookie: asked.cookie,
            body: asked.form.unwrap_or_default(),
            from: "same-origin",
        };
        let page = Box::pin(self.desk.by_hand(hand)).await;
        let page = page.map_err(|error| format!("{}: {error}", asked.path))?;
        Ok(Answered {
            status: page.status,
            cookie: page.cookie,
            html: page.text,
        })
    }
}

/// A page of the tree; what names none, or leads out of it, is not there.
fn pressed(tree: &std::path::Path, path: &str) -> Answered {
    let mut file = tree.join(path.trim_start_matches('/'));
    if path.ends_with('/') {
        file.push("index.html");
    }
    let is_inside = !path.split('/').any(|part| part == "..");
    let found = is_inside
        .then(|| std::fs::read_to_string(file).ok())
        .flatten();
    Answered {
        status: if found.is_some() { 200 } else { 404 },
        html: found.unwrap_or_default(),
        ..Answered::default()
    }
}

/// Where a running house is asked for pages.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    pub portal: SocketAddr,
    pub desk: SocketAddr,
}

/// Where this process answers, once it does.
#[derive(Debug, Default)]
struct Opened(OnceLock<Addresses>);

/// Notes where the house's pages are.
pub fn opened(house: &House, at: Addresses) {
    // A process opens its pages once.
    let _ = house.kept.of::<Opened>().0.set(at);
}

/// Where the house's pages are.
pub fn addresses(house: &House) -> Option<Addresses> {
    house.kept.of::<Opened>().0.get().copied()
}

/// The pages of a house that runs elsewhere, over HTTP.
#[derive(Debug)]
pub struct Over {
    at: Addresses,
    agent: ureq::Agent,
}

impl Over {
    /// Asks a house at its addresses.
    pub fn http(at: Addresses) -> Over {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .into();
        Over { at, agent }
    }

    fn asks(&self, asked: Asked<'_>) -> Result<Answered, ureq::Error> {
        let at = match asked.site {
            Site::Portal => self.at.portal,
            Site::Desk => self.at.desk,
        };
        let url = format!("http://{at}{}", asked.path);
        let mut response = match asked.form {
            None => self.agent.get(url).header("cookie", asked.cookie).call()?,
            Some(form) => self
                .agent
                .post(url)
                .header("sec-fetch-site", "same-origin")
                .content_type("application/x-www-form-urlencoded")
                .send(form)?,
        };
        let cookie = response.headers().get("set-cookie");
        let cookie = cookie.and_then(|value| value.to_str().ok());
        Ok(Answered {
            status: response.status().as_u16(),
            cookie: cookie.unwrap_or_default().to_owned(),
            html: response
                .body_mut()
                .with_config()
                .limit(PAGE_MAX)
                .read_to_string()?,
        })
    }
}

impl Doors for Over {
    async fn ask(&self, asked: Asked<'_>) -> Result<Answered, String> {
        let path = asked.path;
        tokio::task::block_in_place(|| self.asks(asked)).map_err(|error| format!("{path}: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(text: &str) -> Result<scenario::Played, scenario::Wrong> {
        let script = scenario::Script::read(text).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(Box::pin(scenario::play(&script, Within::of)))
    }

    #[test]
    fn the_ordinary_case_comes_true() {
        let text = include_str!("../../../drills/ordinary-case.scenario");
        let played = played(text).unwrap();
        assert_eq!(played.title, "The ordinary case");
        assert!(played.seen > 20, "{played:?}");
    }

    #[test]
    fn the_leak_on_day_12_comes_true() {
        let text = include_str!("../../../drills/leak-on-day-12.scenario");
        let played = played(text).unwrap();
        assert!(played.acts > 20, "{played:?}");
    }
}
