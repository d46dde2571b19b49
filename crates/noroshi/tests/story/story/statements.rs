//! What a stranger sets going in the database (docs/design/security.md §3.7): for what is unknown, foreign, ended or
//! used it is the same sequence of statements. What a statement costs is not compared: one that finds a row to
//! change takes longer than one that finds none.
//!
//! The house's pages run in this process; the store tells the words of its statements to whoever listens.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use engine::House;
use engine::kernel::context::Contexts;
use serde_json::json;
use server::route::ROUTES;
use server::{Office, Side};
use tracing::field::{Field, Visit};
use tracing::span;

use crate::browser::Browser;
use crate::play::Case;
use crate::serving::until;
use crate::story::routes::{PASSWORD, party_of, paths};
use crate::story::vendor::invited;
use crate::world::World;

/// What was heard of the thread that serves the pages.
static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());
/// One story listens at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// Keeps the statements of the thread that serves the pages.
struct Ear;

impl tracing::Subscriber for Ear {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == store::STATEMENTS
            && std::thread::current().name() == Some("noroshi-room")
    }

    fn register_callsite(
        &self,
        _: &'static tracing::Metadata<'static>,
    ) -> tracing::subscriber::Interest {
        // Which thread it is shows at each event.
        tracing::subscriber::Interest::sometimes()
    }

    fn max_level_hint(&self) -> Option<tracing::level_filters::LevelFilter> {
        Some(tracing::level_filters::LevelFilter::TRACE)
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Words);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Words;

impl Visit for Words {
    fn record_str(&mut self, _: &Field, words: &str) {
        let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
        heard.push(words.to_owned());
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

fn heard() -> Vec<String> {
    std::mem::take(&mut *HEARD.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The pages of a house in this process, both sides; returns their addresses.
fn pages(world: &World, house: &Arc<House>) -> (String, String) {
    let _ = tracing::subscriber::set_global_default(Ear);
    let office = Office::open(Arc::clone(house), world.runtime.handle()).expect("a room");
    let serve = |side| {
        let office = office.clone();
        world.runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
            let listener = listener.expect("a port");
            let address = listener.local_addr().expect("an address");
            let routes = server::routes(office, side, "https://house.example", address);
            tokio::spawn(server::serve(listener, routes));
            address.to_string()
        })
    };
    (serve(Side::Desk), serve(Side::Partner))
}

/// Lets the pages read once what they keep in memory: who the people of the house are.
fn warm(desk: &str) {
    Browser::at(desk).send(
        "/en/sign-in",
        &[
            ("handle", "coordinator"),
            ("password", "x"),
            ("do", "sign-in"),
        ],
    );
}

/// Asks, and returns what was asked of the database until the answer.
fn sets_going(browser: &Browser, method: &str, path: &str, body: Option<&str>) -> Vec<String> {
    heard();
    browser.ask(method, path, body);
    heard()
}

/// Tells whether requests set the same going, and shows where they part.
fn alike(what: &str, all: &[Vec<String>]) {
    for other in all {
        assert_eq!(other, &all[0], "{what}");
    }
}

on_both! {
    fn no_route_asks_more_for_what_there_is(engine) {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        let party = party_of(&world);
        let (_, invitation, _) = invited(&case, true);
        let issued = world.perform("issue-link", &json!({ "person": "reception" }));
        let set_up = issued["link"].as_str().and_then(|link| link.rsplit('/').next()).expect("a token").to_owned();
        let house = Arc::new(world.open(Contexts::default()));
        let (desk, partner) = pages(&world, &house);
        warm(&desk);
        let mut asked = 0;
        let token = "a".repeat(26);
        for route in ROUTES {
            let (known, unknown) = paths(&case, &party, route.path);
            let address = if route.side == Side::Desk { &desk } else { &partner };
            let nobody = Browser::at(address);
            let body = (route.method == "POST").then_some("do=look&code=123456");
            let of = |path: &str| sets_going(&nobody, route.method, &format!("/en{path}"), body);
            // A link that holds stands in the place of the one that is known.
            let held = match route.side {
                Side::Desk => &set_up,
                Side::Partner => &invitation,
            };
            let all = [of(&known.replace(&token, held)), of(&unknown)];
            alike(&format!("{route:?}"), &all);
            asked += all[0].len();
        }
        assert!(asked > 0, "nothing was asked, so nothing was compared");
    }

    fn a_link_that_ended_asks_no_less_than_one_that_holds(engine) {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        let (_, replaced, _) = invited(&case, false);
        let (_, used, code) = invited(&case, true);
        let (_, holds, _) = invited(&case, true);
        let issue = || {
            let issued = world.perform("issue-link", &json!({ "person": "reception" }));
            let link = issued["link"].as_str().expect("a link");
            link.rsplit('/').next().expect("a token").to_owned()
        };
        let set_up = [issue(), issue(), "a".repeat(26)];
        let house = Arc::new(world.open(Contexts::default()));
        let (desk, partner) = pages(&world, &house);
        let vendor = Browser::at(&partner);
        let entered = vendor.send(&format!("/en/partner/i/{used}"), &[("code", &code), ("do", "enter")]);
        assert_eq!(entered.status, 303, "{}", entered.text());
        let links = [replaced, used, holds, "a".repeat(26)];
        for (method, body) in [
            ("GET", None),
            ("POST", Some("code=12345678&do=enter")),
            ("POST", Some("do=enter")),
        ] {
            let all = links.each_ref().map(|link| {
                sets_going(&vendor, method, &format!("/en/partner/i/{link}"), body)
            });
            alike(&format!("{method} a link"), &all);
            assert!(body.is_none_or(|body| !body.contains("code=")) || !all[0].is_empty(), "a try was counted");
        }
        // The first was replaced by the second; a password that does not fit leaves that as it is.
        let first = Browser::at(&desk);
        for (method, body) in [("GET", None), ("POST", Some("password=short&password_again=other&do=set-up"))] {
            let all = set_up.each_ref().map(|link| sets_going(&first, method, &format!("/en/set-up/{link}"), body));
            alike(&format!("{method} a link of setting up"), &[all[0].clone(), all[2].clone()]);
        }
        // What a wish for a new link sets going, it sets going after its answer.
        let wishes = links.each_ref().map(|link| {
            sets_going(&vendor, "POST", &format!("/en/partner/i/{link}/new"), Some("do=new"))
        });
        alike("a wish for a new link", &wishes);
        let mut late = 0;
        until("what was wished for is looked for in the end", || {
            late += heard().len();
            (late > links.len()).then_some(())
        });
    }

    fn who_is_unknown_is_looked_for_like_who_is_known(engine) {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let world = World::founded(engine);
        let house = Arc::new(world.open(Contexts::default()));
        let (desk, _) = pages(&world, &house);
        warm(&desk);
        let nobody = Browser::at(&desk);
        let of = |handle: &str| {
            let body = format!("handle={handle}&password={}&do=sign-in", PASSWORD.replace(' ', "+"));
            sets_going(&nobody, "POST", "/en/sign-in", Some(&body))
        };
        let all = [of("coordinator"), of("nobody"), of("")];
        assert!(!all[0].is_empty(), "somebody was looked for");
        alike("signing in", &all[..2]);
    }
}
