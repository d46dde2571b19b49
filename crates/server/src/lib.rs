//! HTTP of the house: the desk and the vendors' pages, each on a listener of its own.
//!
//! [`serve`] accepts connections. A request passes one door ([`door`]): host, origin, body limit, session; it can be
//! asked without a socket, by [`Routes::answer`]. Then a static table of routes ([`route::ROUTES`]) names the handler,
//! which runs on the one thread that works with the house ([`room`]). Handlers turn what the engine knows into view models of `pages`; they decide nothing. It knows no key and
//! no SQL. The page of written mails belongs to the demonstration.

pub mod answer;
pub mod desk;
pub mod door;
mod listen;
pub mod mailbox;
pub mod partner;
pub mod room;
pub mod route;
pub mod session;
pub mod visit;

pub use answer::Answer;
pub use door::{Routes, routes};
pub use listen::serve;
pub use pages::kit::inside::Side;
pub use room::{Office, Room};
pub use visit::{Guest, Signed, Stop, Visit, Who};
