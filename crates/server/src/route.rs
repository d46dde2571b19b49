//! The table of routes: every address of the house's pages, with what it needs and who answers.
//!
//! Tests walk this table (docs/design/security.md §3.2, §3.7, §3.8), so a route without a row does not exist
//! and a row without a test is noticed. Paths stand without their language.

use std::future::Future;
use std::pin::Pin;

use pages::kit::inside::Side;

use crate::door::answer::Answer;
use crate::door::room::Room;
use crate::door::visit::{Stop, Visit};

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
    GET "/sign-in" Desk open => crate::people::sign::ask;
    POST "/sign-in" Desk open => crate::people::sign::sign_in;
    POST "/sign-out" Desk open => crate::people::sign::sign_out;
    POST "/sign-out" Partner open => crate::people::sign::sign_out;
    GET "/set-up/{link}" Desk open => crate::people::sign::set_up;
    POST "/set-up/{link}" Desk open => crate::people::sign::set_password;
    GET "/desk/password" Desk signed => crate::people::sign::password;
    POST "/desk/password" Desk signed => crate::people::sign::change_password;
    GET "/desk/" Desk desk => crate::work::queue::show;
    GET "/desk/reports/{handling}" Desk desk => crate::intake::desk::show;
    POST "/desk/reports/{handling}" Desk desk => crate::intake::desk::act;
    POST "/desk/reports/{handling}/draft" Desk desk => crate::intake::desk::draft;
    POST "/desk/reports/{handling}/presence" Desk desk => crate::intake::desk::presence_ping;
    GET "/desk/cases/{number}" Desk desk => crate::coordination::desk::show;
    POST "/desk/cases/{number}" Desk desk => crate::coordination::desk::act;
    POST "/desk/cases/{number}/presence" Desk desk => crate::coordination::desk::presence_ping;
    GET "/desk/cases/{number}/vendors/{tn}" Desk desk => crate::coordination::participant::show;
    POST "/desk/cases/{number}/vendors/{tn}" Desk desk => crate::coordination::participant::act;
    POST "/desk/cases/{number}/vendors/{tn}/presence" Desk desk => crate::coordination::participant::presence_ping;
    GET "/desk/register" Desk desk => crate::party::desk::show;
    POST "/desk/register" Desk desk => crate::party::desk::add;
    GET "/desk/register/{party}" Desk desk => crate::party::desk::party;
    POST "/desk/register/{party}" Desk desk => crate::party::desk::act;
    GET "/desk/tasks" Desk desk => crate::work::tasks::show;
    POST "/desk/tasks" Desk desk => crate::work::tasks::act;
    GET "/desk/record" Desk signed => crate::distribution::desk::show;
    POST "/desk/record" Desk signed => crate::distribution::desk::act;
    GET "/desk/persons" Desk signed => crate::people::desk::show;
    POST "/desk/persons" Desk signed => crate::people::desk::act;
    GET "/desk/approvers" Desk signed => crate::people::approvers::show;
    POST "/desk/approvers" Desk signed => crate::people::approvers::act;
    GET "/desk/cases/{number}/advisory" Desk desk => crate::advisory::desk::show;
    POST "/desk/cases/{number}/advisory" Desk desk => crate::advisory::desk::save;
    POST "/desk/cases/{number}/advisory/draft" Desk desk => crate::advisory::desk::autosave;
    POST "/desk/cases/{number}/advisory/check" Desk desk => crate::advisory::desk::lint;
    GET "/desk/cases/{number}/advisory/preview" Desk desk => crate::advisory::desk::preview::show;
    GET "/desk/cases/{number}/advisory/raw" Desk desk => crate::advisory::desk::preview::raw;
    GET "/advisories/{file}" Desk desk => crate::advisory::desk::preview::alone;
    GET "/desk/cases/{number}/plan" Desk desk => crate::publication::desk::show;
    POST "/desk/cases/{number}/plan" Desk desk => crate::publication::desk::act;
    GET "/partner/i/{token}" Partner open => crate::coordination::partner::enter::invitation;
    POST "/partner/i/{token}" Partner open => crate::coordination::partner::enter::enter;
    POST "/partner/i/{token}/new" Partner open => crate::coordination::partner::enter::again;
    GET "/partner/" Partner open => crate::coordination::partner::matter::show;
    GET "/partner/left" Partner open => crate::coordination::partner::matter::left;
    POST "/partner/terms" Partner open => crate::coordination::partner::tell::terms;
    POST "/partner/code" Partner open => crate::coordination::partner::enter::code;
    POST "/partner/call" Partner open => crate::coordination::partner::enter::call;
    POST "/partner/receipt" Partner open => crate::coordination::partner::tell::receipt;
    POST "/partner/date" Partner open => crate::coordination::partner::tell::date;
    POST "/partner/answer" Partner open => crate::coordination::partner::tell::answer;
    POST "/partner/text" Partner open => crate::coordination::partner::tell::text;
    POST "/partner/ticket" Partner open => crate::coordination::partner::tell::ticket;
    POST "/partner/naming" Partner open => crate::coordination::partner::tell::naming;
    POST "/partner/leave" Partner open => crate::coordination::partner::tell::leave;
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
