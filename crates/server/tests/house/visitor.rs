//! Somebody with a browser: requests with a cookie, and what comes back. It follows nothing by itself.

use std::net::SocketAddr;
use std::sync::Arc;

use server::distribution::mails::Mails;
use server::{Hand, Office, Routes, Side, routes};
use testkit::World;

/// The doors of a world's house: the desk's and the vendors'.
pub struct Doors<'w> {
    world: &'w World,
    desk: Routes,
    partner: Routes,
}

impl<'w> Doors<'w> {
    pub fn of(world: &'w World) -> Doors<'w> {
        let office = Office::open(Arc::clone(&world.stage.house), world.runtime()).unwrap();
        let config = &world.house().config;
        let listens = |address: &str| address.parse::<SocketAddr>().unwrap();
        let desk = listens(&config.listen.desk);
        let partner = listens(&config.listen.partner);
        Doors {
            world,
            desk: routes(office.clone(), Side::Desk, &config.desk, desk),
            partner: routes(office, Side::Partner, &config.partner, partner),
        }
    }

    /// The same with the written mails beside the desk's pages, as the demonstration has them.
    pub fn with_mails(world: &'w World) -> Doors<'w> {
        let house = world.house();
        let folder = world.stage.dir().join("mail");
        let mails = Mails::new(house.mail_site(), folder, house.config.portal.clone());
        let doors = Doors::of(world);
        Doors {
            desk: doors.desk.with_mails(mails),
            ..doors
        }
    }

    /// Somebody who is signed in nowhere.
    pub fn stranger(&self, side: Side) -> Visitor<'_> {
        Visitor {
            doors: self,
            side,
            cookie: String::new(),
        }
    }

    /// A person of the house who has just signed in.
    pub fn person(&self, handle: &str) -> Visitor<'_> {
        let mut visitor = self.stranger(Side::Desk);
        let password = std::fs::read_to_string(self.world.stage.password_file(handle)).unwrap();
        let page = visitor.signs_in(handle, &password);
        assert_eq!(page.status, 303, "{handle}: {}", page.text);
        visitor.keep(&page);
        visitor
    }
}

/// Who asks.
pub struct Visitor<'d> {
    doors: &'d Doors<'d>,
    pub side: Side,
    pub cookie: String,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub status: u16,
    pub location: String,
    pub cookie: String,
    pub retry_after: String,
    pub text: String,
}

impl Visitor<'_> {
    pub fn get(&self, path: &str) -> Page {
        self.asks("GET", path, "", "same-origin")
    }

    pub fn sends(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let fields: Vec<(String, String)> = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(&fields);
        self.asks("POST", path, &body.finish(), "same-origin")
    }

    pub fn signs_in(&self, handle: &str, password: &str) -> Page {
        let fields = [
            ("handle", handle),
            ("password", password),
            ("do", "sign-in"),
        ];
        self.sends("/en/sign-in", &fields)
    }

    /// Keeps the cookie that a page sets.
    pub fn keep(&mut self, page: &Page) {
        assert!(page.cookie.contains("HttpOnly"), "{}", page.cookie);
        let pair = page.cookie.split(';').next().unwrap_or_default();
        pair.clone_into(&mut self.cookie);
    }

    /// Asks anything; `from` is what the browser says of where the request comes from.
    pub fn asks(&self, method: &str, path: &str, body: &str, from: &str) -> Page {
        let routes = match self.side {
            Side::Desk => &self.doors.desk,
            Side::Partner => &self.doors.partner,
        };
        let cookie = &self.cookie;
        let hand = Hand {
            method,
            path,
            cookie,
            body,
            from,
        };
        let page = self.doors.world.wait(Box::pin(routes.by_hand(hand)));
        let page = page.unwrap();
        Page {
            status: page.status,
            location: page.location,
            cookie: page.cookie,
            retry_after: page.retry_after,
            text: page.text,
        }
    }
}
