//! Every route of the house's pages (docs/design/security.md §3.2, §3.7, §3.8): the list comes from the router, so a
//! route without a row here fails.

use domain::role::Role;
use domain::text::class::Class;
use domain::text::phase::Phase;
use domain::text::standing::{Grants, Owner, Sight, Standing};
use serde_json::json;
use server::Side;
use server::route::{Need, ROUTES};

use crate::browser::{Browser, Page};
use crate::play::Case;
use crate::scan::Scanner;
use crate::serving::Serving;
use crate::world::World;

/// Password that every person of these stories chooses.
pub(crate) const PASSWORD: &str = "a field of barley in the wind";

/// Lets a person choose a password with a link, and signs in.
pub(crate) fn enter(world: &World, desk: &str, handle: &str) -> Browser {
    let issued = world.perform("issue-link", &json!({ "person": handle }));
    let link = issued["link"].as_str().expect("a link");
    let token = link.rsplit('/').next().expect("a token");
    let code = issued["code"].as_str().expect("a code");
    let browser = Browser::at(desk);
    let page = browser.send(
        &format!("/en/set-up/{token}"),
        &[
            ("code", code),
            ("password", PASSWORD),
            ("password_again", PASSWORD),
            ("do", "set-up"),
        ],
    );
    assert_eq!(page.status, 303, "{handle}: {}", page.text());
    Browser::signed_in(desk, handle, PASSWORD)
}

/// A token that nobody ever gave out, in the form of ours: of the last letter three bits count.
fn unknown_token() -> String {
    format!("{}a", "b".repeat(25))
}

/// What stands in the places of routes: a value that exists, and one that does not.
fn place(case: &Case<'_>, party: &str, name: &str) -> (String, String) {
    let digits: String = case.tracking[0]
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let (known, unknown) = match name {
        "{number}" => (case.number.clone(), "NRS-00000000".to_owned()),
        "{handling}" => (case.report.clone(), "0000-0000-0".to_owned()),
        "{tn}" => (digits, "00000000".to_owned()),
        "{party}" => (party.to_owned(), "0".repeat(32)),
        "{link}" | "{token}" => ("a".repeat(26), unknown_token()),
        "{file}" => (
            format!("{}.html", case.number),
            "NRS-00000000.html".to_owned(),
        ),
        other => panic!("the route place {other} has no row here"),
    };
    (known, unknown)
}

/// The path of a route with its places filled: known and unknown.
pub(crate) fn paths(case: &Case<'_>, party: &str, pattern: &str) -> (String, String) {
    let mut known = Vec::new();
    let mut unknown = Vec::new();
    for part in pattern.split('/') {
        let (a, b) = if part.starts_with('{') {
            place(case, party, part)
        } else {
            (part.to_owned(), part.to_owned())
        };
        known.push(a);
        unknown.push(b);
    }
    (known.join("/"), unknown.join("/"))
}

pub(crate) fn party_of(world: &World) -> String {
    let sql = format!("SELECT {} FROM party", world.hex_of("id"));
    world.texts(&sql).first().cloned().expect("a party")
}

/// A page without what a stranger has typed into the address himself.
fn without(mut page: Page, path: &str) -> Page {
    let text = testkit::pages::without_tokens(&page.text())
        .replace(path, "PATH")
        .replace(&"a".repeat(26), "TOKEN")
        .replace(&unknown_token(), "TOKEN");
    page.body = text.into_bytes();
    for (_, value) in &mut page.headers {
        *value = value.replace(path, "PATH");
    }
    page
}

/// What must stay as it is when nobody types anything.
fn state(world: &World) -> Vec<i64> {
    [
        "ledger",
        "outbox",
        "token",
        "session",
        "token WHERE used_at > 0",
        "token WHERE tries > 0",
        "delivery WHERE state = 'acknowledged'",
    ]
    .map(|of| world.count(of))
    .to_vec()
}

on_both! {
    /// No. 7: unknown and foreign, ended and used, are one answer to whoever has no session.
    fn a_stranger_learns_nothing_from_any_route(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        let party = party_of(&world);
        let serving = Serving::start(&world);
        for route in ROUTES {
            let (known, unknown) = paths(&case, &party, route.path);
            let address = match route.side {
                Side::Desk => &serving.desk,
                Side::Partner => &serving.partner,
            };
            let browser = Browser::at(address);
            let body = (route.method == "POST").then_some("");
            let [a, b] = [known, unknown].map(|path| {
                let path = format!("/en{path}");
                let page = browser.ask(route.method, &path, body);
                without(page, path.trim_start_matches("/en"))
            });
            assert_eq!(a, b, "{route:?}");
            assert_ne!(a.status, 500, "{route:?}");
            assert_ne!(a.status, 503, "{route:?}");
        }
        serving.stop();
    }

    /// Replaced, used and never given are one answer.
    fn a_link_that_ended_is_like_one_that_never_was(engine) {
        let world = World::founded(engine);
        let serving = Serving::start(&world);
        let issue = || {
            let issued = world.perform("issue-link", &json!({ "person": "reception" }));
            let link = issued["link"].as_str().expect("a link");
            let token = link.rsplit('/').next().expect("a token").to_owned();
            (token, issued["code"].as_str().expect("a code").to_owned())
        };
        let ((replaced, _), (used, code)) = (issue(), issue());
        let fields = [("code", code.as_str()), ("password", PASSWORD), ("password_again", PASSWORD), ("do", "set-up")];
        let browser = Browser::at(&serving.desk);
        let first = browser.send(&format!("/en/set-up/{used}"), &fields);
        assert_eq!(first.status, 303, "{}", first.text());
        let answers = [replaced, used, "a".repeat(26), "b".repeat(3)].map(|link| {
            let path = format!("/en/set-up/{link}");
            let short = path.trim_start_matches("/en").to_owned();
            (without(browser.get(&path), &short), without(browser.send(&path, &fields), &short))
        });
        for answer in &answers[1..] {
            assert_eq!(*answer, answers[0]);
        }
        assert_eq!(answers[0].0.status, 404);
        serving.stop();
    }

    /// The same for a signed-in person, with a case of the other realm beside the unknown one.
    fn what_lies_behind_the_wall_is_not_there(engine) {
        let world = World::founded(engine);
        let drill = Case::open(&world, true);
        let party = party_of(&world);
        let serving = Serving::start(&world);
        let coordinator = enter(&world, &serving.desk, "coordinator");
        for route in ROUTES.iter().filter(|route| {
            route.side == Side::Desk && route.need != Need::Open && route.path.contains("{number}")
        }) {
            let (known, unknown) = paths(&drill, &party, route.path);
            let body = (route.method == "POST").then_some("do=looked");
            let [a, b] = [known, unknown].map(|path| {
                let path = format!("/en{path}");
                without(coordinator.ask(route.method, &path, body), path.trim_start_matches("/en"))
            });
            assert_eq!(a, b, "{route:?}");
            assert_eq!(a.status, 404, "{route:?}");
        }
        serving.stop();
    }

    /// No. 8: safe methods change nothing, nor does a robot that follows every link and presses every button.
    fn nobody_who_types_nothing_changes_anything(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        let party = party_of(&world);
        let mut serving = Serving::start(&world);
        let coordinator = enter(&world, &serving.desk, "coordinator");
        let token = world.perform("issue-link", &json!({ "person": "reception" }));
        let link = token["link"].as_str().expect("a link").rsplit('/').next().expect("a token").to_owned();
        serving.settle();
        let before = state(&world);
        for route in ROUTES.iter().filter(|route| route.method == "GET") {
            let (known, _) = paths(&case, &party, route.path);
            let known = known.replace(&"a".repeat(26), &link);
            let address = match route.side {
                Side::Desk => &serving.desk,
                Side::Partner => &serving.partner,
            };
            let nobody = Browser::at(address);
            let signed = Browser { cookie: coordinator.cookie.clone(), ..Browser::at(address) };
            for lang in ["ja", "en"] {
                let path = format!("/{lang}{known}");
                for method in ["GET", "HEAD", "OPTIONS"] {
                    nobody.ask(method, &path, None);
                    signed.ask(method, &path, None);
                }
                // The robot has no session: that is what a mail scanner is.
                let page = nobody.get(&path);
                for href in page.links() {
                    nobody.get(&href);
                }
                for (action, body) in page.untyped() {
                    nobody.ask("POST", &action, Some(&body));
                }
            }
        }
        assert_eq!(state(&world), before);
        serving.stop();
    }

    /// No. 2: what stands on a page may be seen by whoever reads it.
    fn a_page_shows_each_person_what_the_matrix_allows(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        let party = party_of(&world);
        let serving = Serving::start(&world);
        let people = [
            ("coordinator", Role::Coordinator),
            ("reception", Role::Reception),
            ("editor", Role::EditionEditor),
            ("admin", Role::Operator),
        ];
        let mut shown = 0;
        for (handle, role) in people {
            let browser = enter(&world, &serving.desk, handle);
            let grants = Grants { assigned: true, ..Grants::default() };
            let standing = Standing::new(role, None, true, Phase::P0, &grants);
            let hidden: Vec<_> = case
                .kept
                .iter()
                .filter(|canary| match Class::ALL.into_iter().find(|class| Some(class.code()) == canary.name.split(' ').next()) {
                    Some(Class::U) => role != Role::Reception,
                    Some(class) => standing.may_see(class, Owner::Shared) != Sight::Full,
                    None => false,
                })
                .collect();
            let scanner = Scanner::of(hidden.iter().copied());
            let all = Scanner::of(&case.kept);
            for route in ROUTES.iter().filter(|r| r.method == "GET" && r.side == Side::Desk) {
                let (known, _) = paths(&case, &party, route.path);
                for lang in ["ja", "en"] {
                    let page = browser.get(&format!("/{lang}{known}"));
                    let found = scanner.found(&page.body);
                    assert!(found.is_empty(), "{handle} at {route:?}: {found:?}");
                    shown += all.found(&page.body).len();
                    // Who runs the machine sees no case at all, not even its number.
                    let is_told = page.text().contains(&case.number);
                    assert!(role != Role::Operator || !is_told, "{route:?}");
                }
            }
        }
        assert!(shown > 0, "nothing was shown to anybody, so nothing was tested");
        serving.stop();
    }
}
