//! HTTP of the house: the desk and the vendors' pages, each on a listener of its own.
//!
//! A request passes one door ([`door`]): host, origin, body limit, session. Then a static table of routes
//! ([`route::ROUTES`]) names the handler, which runs on the one thread that works with the house ([`room`]).
//! Handlers turn what the engine knows into view models of `pages`; they decide nothing. It knows no key and
//! no SQL. The page of written mails belongs to the demonstration.

pub mod answer;
pub mod desk;
pub mod door;
pub mod mailbox;
pub mod partner;
pub mod room;
pub mod route;
pub mod session;
pub mod visit;

pub use answer::Answer;
pub use door::routes;
pub use pages::inside::Side;
pub use room::{Office, Room};
pub use visit::{Guest, Signed, Stop, Visit, Who};

/// Routes of the house's pages.
pub type Routes = axum::Router;

/// Serves routes on a listener until the process ends.
///
/// # Errors
/// If the listener fails.
pub async fn serve(listener: tokio::net::TcpListener, routes: Routes) -> std::io::Result<()> {
    axum::serve(listener, routes).await
}
