//! HTTP of the house: the desk and the vendors' pages, each on a listener of its own.
//!
//! [`serve`] accepts connections. A request enters by one way ([`enter`]): host, origin, body limit, session; it can be
//! asked without a socket, by [`Routes::answer`]. Then a static table of routes ([`route::ROUTES`]) names the handler,
//! which runs on the one thread that its side of the house has ([`enter::office`]). Handlers turn what the engine knows
//! into view models of `pages`; they decide nothing. It knows no key and no SQL. The page of written mails belongs to
//! the demonstration.

pub mod door;

pub mod people;

pub mod party;

pub mod intake;

pub mod coordination;

pub mod advisory;

pub mod publication;

pub mod distribution;

pub mod work;

pub mod route;

pub mod enter;

pub use door::answer::Answer;
pub use door::room::Room;
pub use door::visit::{Guest, Signed, Stop, Visit, Who};
pub use enter::hand::{Hand, Page};
pub use enter::listen as serve;
pub use enter::office::Office;
pub use enter::{Routes, routes};
pub use pages::kit::inside::Side;
