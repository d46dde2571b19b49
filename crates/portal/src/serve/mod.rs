//! Connections: accepting them, giving each its limits, and swapping the tree under them.
//!
//! Knows neither paths nor headers. hyper's `pipeline_flush` stays off: it holds an answer back while half
//! of the next request has arrived, and lifts the limit on what waits to be sent (hyper 1.12
//! `proto/h1/io.rs`, `poll_flush` and `can_buffer`).

pub(crate) mod reception;

pub(crate) mod route;

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1::{Builder, Connection};
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use crate::door::body::Body;
use crate::door::limits::Limits;
use crate::door::visit::{self, Reception};
use crate::serve::route::Route;
use crate::tree::answer::answer;
use crate::tree::manifest::LoadError;
use crate::tree::site::Site;

/// Serves the tree of `handle` on `listener`, for ever; to end, drop the future and its runtime.
pub async fn serve(listener: TcpListener, handle: Arc<Handle>, limits: Limits) {
    let mut builder = Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_read_timeout)
        .max_buf_size(limits.head_bytes_max.max(HYPER_BUFFER_BYTES_MIN))
        .half_close(false);
    let seats = Arc::new(Semaphore::new(limits.connections_max));
    loop {
        // A seat before the guest: over the limit nobody is accepted, and the kernel's queue waits.
        let Ok(seat) = Arc::clone(&seats).acquire_owned().await else {
            return;
        };
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                accept_failed(&error).await;
                continue;
            }
        };
        if stream.set_nodelay(true).is_err() {
            continue;
        }
        let desk = Desk {
            handle: Arc::clone(&handle),
            limits,
            peer,
        };
        let connection = builder.serve_connection(TokioIo::new(stream), desk);
        tokio::spawn(converse(connection, limits, seat));
    }
}

/// Leads a connection to its end; what a client does wrong is its own affair and is not logged.
async fn converse(
    connection: Connection<TokioIo<TcpStream>, Desk>,
    limits: Limits,
    _seat: OwnedSemaphorePermit,
) {
    let mut connection = pin!(connection);
    let life = timeout(limits.connection_time_max, connection.as_mut()).await;
    if life.is_err() {
        connection.as_mut().graceful_shutdown();
        let _ = timeout(limits.farewell_time_max, connection).await;
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

/// One of two futures; the common one is not boxed.
pub(crate) enum Either<A, B> {
    Left(A),
    Right(B),
}

impl<T, A: Future<Output = T> + Unpin, B: Future<Output = T> + Unpin> Future for Either<A, B> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match self.get_mut() {
            Self::Left(future) => Pin::new(future).poll(context),
            Self::Right(future) => Pin::new(future).poll(context),
        }
    }
}

/// An answer of the reception on its way.
type Letter = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

/// Answers the requests of one connection.
struct Desk {
    handle: Arc<Handle>,
    limits: Limits,
    peer: SocketAddr,
}

impl Service<Request<Incoming>> for Desk {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Either<Ready<Result<Response<Body>, Infallible>>, Letter>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        if let Some(reception) = &self.handle.reception
            && let Some(route) = Route::of(request.method(), request.uri().path())
        {
            let (handle, desk) = (Arc::clone(&self.handle), Arc::clone(reception));
            let peer = self.peer;
            return Either::Right(Box::pin(async move {
                let response =
                    reception::answer(Arc::clone(&handle), desk, route, request, peer).await;
                handle.tally.count(response.status());
                Ok(response)
            }));
        }
        let response = answer(&self.handle.site(), &request, &self.limits);
        self.handle.tally.count(response.status());
        Either::Left(ready(Ok(response)))
    }
}

/// The tree being served, which can be swapped, and what was answered from it.
pub struct Handle {
    site: RwLock<Arc<Site>>,
    /// Held while a tree is read, so that of two reloads the later manifest wins.
    reloading: Mutex<()>,
    limits: Limits,
    tally: Tally,
    reception: Option<Arc<visit::Desk>>,
}

impl Handle {
    /// Serves `site` first; reloads keep within `limits`.
    #[must_use]
    pub fn new(site: Site, limits: Limits) -> Self {
        Self {
            site: RwLock::new(Arc::new(site)),
            reloading: Mutex::new(()),
            limits,
            tally: Tally::default(),
            reception: None,
        }
    }

    /// Takes reports and other letters in for the house.
    #[must_use]
    pub fn with_reception(self, reception: Reception) -> Self {
        Self {
            reception: Some(Arc::new(visit::Desk::new(reception))),
            ..self
        }
    }

    /// Reads the tree again and serves it from the next request on; returns its generation.
    ///
    /// It reads files: call it from a blocking thread. Objects of the tree before must stay on disk until
    /// it has returned.
    ///
    /// # Errors
    /// As [`Site::load`]; the tree before goes on being served.
    pub fn reload(&self, press: &Path) -> Result<u64, LoadError> {
        let _turn = self
            .reloading
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let before = self.site();
        let site = Site::load_after(press, &self.limits, Some(&before))?;
        let generation = site.generation();
        *self.site.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(site);
        Ok(generation)
    }

    /// Returns the tree being served.
    ///
    /// Taken anew for each request, about 20 ns: a copy kept by each connection would hold old trees in
    /// memory for as long as somebody stays idle.
    #[must_use]
    pub fn site(&self) -> Arc<Site> {
        Arc::clone(&self.site.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns how many requests were answered, by class of status.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            served: read(&self.tally.served),
            unchanged: read(&self.tally.unchanged),
            refused: read(&self.tally.refused),
            failed: read(&self.tally.failed),
        }
    }
}

/// Requests answered since the start; those that hyper could not parse are not among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// With 2xx.
    pub served: u64,
    /// With 304.
    pub unchanged: u64,
    /// With 4xx, not-found answers included.
    pub refused: u64,
    /// With 5xx.
    pub failed: u64,
}

#[derive(Default)]
struct Tally {
    served: AtomicU64,
    unchanged: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
}

impl Tally {
    fn count(&self, status: StatusCode) {
        let counter = match status.as_u16() {
            ..300 => &self.served,
            300..400 => &self.unchanged,
            400..500 => &self.refused,
            500.. => &self.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Long enough not to spin, short enough not to be noticed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// hyper panics below this.
const HYPER_BUFFER_BYTES_MIN: usize = 8192;
