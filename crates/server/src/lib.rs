//! HTTP of the house: for now one page, the mails that the folder transport has written.
//!
//! The page belongs to the demonstration and to sites whose mail leaves as files; it listens on loopback
//! only. Desk, partner and member pages come with their own issue; nothing of them is faked here.

pub mod mailbox;

/// Routes of the house's pages.
pub type Routes = axum::Router;

/// Serves routes on a listener until the process ends.
///
/// # Errors
/// If the listener fails.
pub async fn serve(listener: tokio::net::TcpListener, routes: Routes) -> std::io::Result<()> {
    axum::serve(listener, routes).await
}
