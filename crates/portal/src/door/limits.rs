//! Every limit of the portal, with its name and its reason.

use std::time::Duration;

/// What the portal may use, and how long it waits.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bodies held in memory, in bytes; the others are read from disk at each request.
    pub bodies_bytes: u64,
    /// Largest manifest that is read, in bytes; about a million paths.
    pub manifest_bytes_max: u64,
    /// Connections open at once; over it new ones wait in the kernel's queue.
    pub connections_max: usize,
    /// Time for a request's head to arrive, and so also the longest idle time of a kept connection.
    ///
    /// It costs about 0.04 of a request's time (docs/design/performance.md §1); without it one slow client per
    /// connection shuts everybody out.
    pub header_read_timeout: Duration,
    /// Largest head of a request, in bytes; hyper needs 8,192 at least. It also bounds what waits to be sent.
    pub head_bytes_max: usize,
    /// Largest declared body of a request, in bytes; nobody has a reason to send one at all.
    pub request_body_bytes_max: u64,
    /// Life of a connection, after which it is asked to end; hyper has no timeout for those who never read.
    pub connection_time_max: Duration,
    /// Time an ending connection has to take its last answer.
    pub farewell_time_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bodies_bytes: 24 << 20,
            manifest_bytes_max: 256 << 20,
            connections_max: 4096,
            header_read_timeout: Duration::from_secs(10),
            head_bytes_max: 16 << 10,
            request_body_bytes_max: 64 << 10,
            connection_time_max: Duration::from_secs(600),
            farewell_time_max: Duration::from_secs(60),
        }
    }
}
