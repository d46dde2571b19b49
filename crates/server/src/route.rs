//! The table of routes: every address of the house's pages, with what it needs and who answers.
//!
//! Tests walk this table (docs/design/security.md §3.2, §3.7, §3.8), so a route without a row does not exist
//! and a row without a test is noticed. Paths stand without their language.

use std::future::Future;
use std::pin::Pin;

use pages::kit::inside::Side;

use crate::answer::Answer;
use crate::room::Room;
use crate::visit::{Stop, Visit};

type Answering<'a> = Pin<Box<dyn Future<Output = Result<Answer, Stop>> + 'a>>;

/// Who is let through to a handler; what it then shows is asked of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Anybody.
    Open,
    /// Somebody who is signed in.
    Signed,
    /// Somebody of the desk who works on cases: who only runs the machine, or only answers calls, is none.
    Desk,
}

/// A route.
#[derive(Clone, Copy)]
pub struct Route {
    /// `GET` (HEAD too) or `POST`.
    pub method: &'static str,
    /// With `{name}` for a place.
    pub path: &'static str,
    pub side: Side,
    /// Who is let through to the handler.
    pub need: Need,
    pub handler: for<'a> fn(&'a Room, Visit) -> Answering<'a>,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// A route that fits a path.
pub struct Found {
    pub route: &'static Route,
    pub params: Vec<String>,
}

macro_rules! routes {
    ($($method:ident $path:literal $side:ident $need:ident => $($handler:ident)::+;)*) => {
        /// All routes.
        pub static ROUTES: &[Route] = &[$(Route {
            method: stringify!($method),
            path: $path,
            side: Side::$side,
            need: routes!(@$need),
            handler: |room, visit| Box::pin($($handler)::+(room, visit)),
        },)*];
    };
    (@signed) => { Need::Signed };
    (@open) => { Need::Open };
    (@desk) => { Need::Desk };
}

routes! {
    GET "/sign-in" Desk open => crate::desk::sign::ask;
    POST "/sign-in" Desk open => crate::desk::sign::sign_in;
    POST "/sign-out" Desk open => crate::desk::sign::sign_out;
    POST "/sign-out" Partner open => crate::desk::sign::sign_out;
    GET "/set-up/{link}" Desk open => crate::desk::sign::set_up;
    POST "/set-up/{link}" Desk open => crate::desk::sign::set_password;
    GET "/desk/password" Desk signed => crate::desk::sign::password;
    POST "/desk/password" Desk signed => crate::desk::sign::change_password;
    GET "/desk/" Desk desk => crate::desk::queue::show;
    GET "/desk/reports/{handling}" Desk desk => crate::desk::report::show;
    POST "/desk/reports/{handling}" Desk desk => crate::desk::report::act;
    POST "/desk/reports/{handling}/draft" Desk desk => crate::desk::report::draft;
    POST "/desk/reports/{handling}/presence" Desk desk => crate::desk::report::presence_ping;
    GET "/desk/cases/{number}" Desk desk => crate::desk::case::show;
    POST "/desk/cases/{number}" Desk desk => crate::desk::case::act;
    POST "/desk/cases/{number}/presence" Desk desk => crate::desk::case::presence_ping;
    GET "/desk/cases/{number}/vendors/{tn}" Desk desk => crate::desk::participant::show;
    POST "/desk/cases/{number}/vendors/{tn}" Desk desk => crate::desk::participant::act;
    POST "/desk/cases/{number}/vendors/{tn}/presence" Desk desk => crate::desk::participant::presence_ping;
    GET "/desk/register" Desk desk => crate::desk::register::show;
    POST "/desk/register" Desk desk => crate::desk::register::add;
    GET "/desk/register/{party}" Desk desk => crate::desk::register::party;
    POST "/desk/register/{party}" Desk desk => crate::desk::register::act;
    GET "/desk/tasks" Desk desk => crate::desk::tasks::show;
    POST "/desk/tasks" Desk desk => crate::desk::tasks::act;
    GET "/desk/record" Desk signed => crate::desk::record::show;
    POST "/desk/record" Desk signed => crate::desk::record::act;
    GET "/desk/persons" Desk signed => crate::desk::persons::show;
    POST "/desk/persons" Desk signed => crate::desk::persons::act;
    GET "/desk/cases/{number}/advisory" Desk desk => crate::desk::advisory::show;
    POST "/desk/cases/{number}/advisory" Desk desk => crate::desk::advisory::save;
    POST "/desk/cases/{number}/advisory/draft" Desk desk => crate::desk::advisory::autosave;
    POST "/desk/cases/{number}/advisory/check" Desk desk => crate::desk::advisory::lint;
    GET "/desk/cases/{number}/advisory/preview" Desk desk => crate::desk::advisory::preview::show;
    GET "/desk/cases/{number}/advisory/raw" Desk desk => crate::desk::advisory::preview::raw;
    GET "/advisories/{file}" Desk desk => crate::desk::advisory::preview::alone;
    GET "/desk/cases/{number}/plan" Desk desk => crate::desk::plan::show;
    POST "/desk/cases/{number}/plan" Desk desk => crate::desk::plan::act;
    GET "/partner/i/{token}" Partner open => crate::partner::enter::invitation;
    POST "/partner/i/{token}" Partner open => crate::partner::enter::enter;
    POST "/partner/i/{token}/new" Partner open => crate::partner::enter::again;
    GET "/partner/" Partner open => crate::partner::matter::show;
    GET "/partner/left" Partner open => crate::partner::matter::left;
    POST "/partner/terms" Partner open => crate::partner::tell::terms;
    POST "/partner/code" Partner open => crate::partner::enter::code;
    POST "/partner/call" Partner open => crate::partner::enter::call;
    POST "/partner/receipt" Partner open => crate::partner::tell::receipt;
    POST "/partner/date" Partner open => crate::partner::tell::date;
    POST "/partner/answer" Partner open => crate::partner::tell::answer;
    POST "/partner/text" Partner open => crate::partner::tell::text;
    POST "/partner/ticket" Partner open => crate::partner::tell::ticket;
    POST "/partner/naming" Partner open => crate::partner::tell::naming;
    POST "/partner/leave" Partner open => crate::partner::tell::leave;
}

/// Finds the route of a path.
#[must_use]
pub fn find(side: Side, is_post: bool, path: &str) -> Option<Found> {
    let method = if is_post { "POST" } else { "GET" };
    ROUTES
        .iter()
        .filter(|route| route.side == side && route.method == method)
        .find_map(|route| {
            Some(Found {
                route,
                params: fits(route.path, path)?,
            })
        })
}

/// What stands in the places of a pattern, if a path fits it.
fn fits(pattern: &str, path: &str) -> Option<Vec<String>> {
    let mut params = Vec::new();
    let mut given = path.split('/');
    for wanted in pattern.split('/') {
        let found = given.next()?;
        if wanted.starts_with('{') {
            if found.is_empty() {
                return None;
            }
            params.push(found.to_owned());
        } else if wanted != found {
            return None;
        }
    }
    given.next().is_none().then_some(params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_its_pattern_whole() {
        assert_eq!(fits("/desk/", "/desk/"), Some(vec![]));
        assert_eq!(
            fits("/desk/cases/{number}/plan", "/desk/cases/NRS-1/plan"),
            Some(vec!["NRS-1".to_owned()])
        );
        assert_eq!(fits("/desk/cases/{number}", "/desk/cases/"), None);
        assert_eq!(fits("/desk/cases/{number}", "/desk/cases/a/b"), None);
        assert_eq!(fits("/desk/", "/desk"), None);
    }

    #[test]
    fn no_route_stands_twice() {
        for (n, a) in ROUTES.iter().enumerate() {
            for b in &ROUTES[n + 1..] {
                assert!(
                    (a.side, a.method, a.path) != (b.side, b.method, b.path),
                    "{a:?}"
                );
            }
        }
    }
}
