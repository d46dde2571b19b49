//! Connections of the house's pages: accepting them, and giving each its limits.
//!
//! Knows neither paths nor sessions; the door does. A panic in a connection's task ends that connection alone.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::enter::Routes;

/// Connections open at once on one listener; over it new ones wait in the kernel's queue.
const CONNECTIONS_MAX: usize = 4096;
/// Time for a request's head to arrive, and so also the longest idle time of a kept connection.
const HEAD_TIME: Duration = Duration::from_secs(60);
/// Largest head of a request: cookies of other programs of the same host, and what a front adds.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// Life of a connection, after which it is asked to end; hyper has no limit for those who never read.
const CONNECTION_TIME: Duration = Duration::from_secs(600);
/// Time an ending connection has to take its last answer.
const FAREWELL_TIME: Duration = Duration::from_secs(60);
/// Long enough not to spin, short enough not to be noticed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves routes on a listener for ever; to end, drop the future and its runtime.
pub async fn serve(listener: TcpListener, routes: Routes) {
    let mut builder = Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES_MAX);
    let routes = Arc::new(routes);
    let seats = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        // A seat before the guest: over the limit nobody is accepted, and the kernel's queue waits.
        let Ok(seat) = Arc::clone(&seats).acquire_owned().await else {
            return;
        };
        let (stream, peer) = match listener.accept().await {
            Ok((stream, peer)) => (stream, peer.ip()),
            Err(error) => {
                accept_failed(&error).await;
                continue;
            }
        };
        if stream.set_nodelay(true).is_err() {
            continue;
        }
        let routes = Arc::clone(&routes);
        let service = service_fn(move |request: http::Request<Incoming>| {
            let routes = Arc::clone(&routes);
            async move { Ok::<_, Infallible>(routes.answer_from(request, peer).await) }
        });
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        // What a client does wrong is its own affair and is not logged.
        tokio::spawn(async move {
            let _seat = seat;
            let mut connection = pin!(connection);
            let life = timeout(CONNECTION_TIME, connection.as_mut()).await;
            if life.is_err() {
                connection.as_mut().graceful_shutdown();
                let _ = timeout(FAREWELL_TIME, connection).await;
            }
        });
    }
}

/// Waits a little after an error that will come again at once, such as no more file descriptors.
async fn accept_failed(error: &io::Error) {
    if matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    ) {
        return;
    }
    tracing::error!(code = "accept_failed", kind = ?error.kind(), "no connection can be accepted");
    sleep(ACCEPT_PAUSE).await;
}

#[cfg(test)]
mod tests {
    use pages::kit::inside::Side;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio::time::Instant;

    use super::*;
    use crate::enter::office::Office;
    use crate::enter::routes;

    /// A connection to a desk whose room has closed: who gets in is answered 503.
    async fn connected() -> TcpStream {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let desk = routes(
            Office::closed(),
            Side::Desk,
            "https://desk.example",
            address,
        );
        tokio::spawn(serve(listener, desk));
        TcpStream::connect(address).await.unwrap()
    }

    /// What comes back until the desk closes.
    async fn answer(stream: &mut TcpStream, said: &str) -> String {
        stream.write_all(said.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_says_nothing_or_half_a_head_is_closed_after_a_minute() {
        for said in ["", "GET /en/desk/ HTTP/1.1\r\nHost: desk.example\r\n"] {
            let mut stream = connected().await;
            let begun = Instant::now();
            let answer = answer(&mut stream, said).await;
            assert!(!answer.starts_with("HTTP/1.1 503 "), "{answer}");
            let open = begun.elapsed().as_secs();
            assert!((59..=61).contains(&open), "{said:?}: {open} s");
        }
    }

    #[tokio::test]
    async fn a_head_that_is_too_large_is_refused() {
        let head = |bytes: usize| {
            let head = "GET /en/desk/ HTTP/1.1\r\nHost: desk.example\r\nConnection: close\r\nX: ";
            format!("{head}{}", "x".repeat(bytes - head.len()))
        };
        let mut stream = connected().await;
        let said = format!("{}\r\n\r\n", head(32 << 10));
        let fits = answer(&mut stream, &said).await;
        assert!(fits.starts_with("HTTP/1.1 503 "), "{fits}");
        // Exactly the limit and not yet over: bytes left unread would reset the connection.
        let mut stream = connected().await;
        let over = answer(&mut stream, &head(64 << 10)).await;
        assert!(over.starts_with("HTTP/1.1 431 "), "{over}");
    }
}
