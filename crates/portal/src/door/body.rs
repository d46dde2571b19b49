//! The body of an answer: nothing, bytes in memory, or a large file piece by piece.
//!
//! Unboxed for the common cases; boxing costs about a microsecond per answer (docs/design/performance.md §1).

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::task::JoinHandle;

/// What is sent after the headers.
#[derive(Debug)]
pub(crate) enum Body {
    Empty,
    Full(Bytes),
    File(Box<Pieces>),
}

impl Body {
    /// Opens a file of exactly `bytes` bytes, which the headers will have promised.
    ///
    /// Small files are read here and now: with a warm page cache that costs less than handing the work to
    /// another thread (docs/design/performance.md §1). Larger ones are read while they are sent, so that slow readers
    /// of large files cost one piece of memory each.
    pub(crate) fn open(path: &Path, bytes: u64) -> io::Result<Self> {
        let file = File::open(path)?;
        if file.metadata()?.len() != bytes {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if bytes <= PIECE_BYTES {
            let (_, read) = read_piece(file, bytes)?;
            return Ok(Self::Full(read));
        }
        Ok(Self::File(Box::new(Pieces {
            left: bytes,
            turn: Turn::Waiting(file),
        })))
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = self.get_mut();
        match this {
            Self::Empty => Poll::Ready(None),
            Self::Full(bytes) => {
                let bytes = std::mem::take(bytes);
                *this = Self::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Self::File(pieces) => pieces.poll(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Full(bytes) => bytes.is_empty(),
            Self::File(pieces) => pieces.left == 0,
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Self::Empty => 0,
            Self::Full(bytes) => bytes.len() as u64,
            Self::File(pieces) => pieces.left,
        })
    }
}

/// A file that is being sent.
#[derive(Debug)]
pub(crate) struct Pieces {
    left: u64,
    turn: Turn,
}

#[derive(Debug)]
enum Turn {
    Waiting(File),
    Reading(JoinHandle<io::Result<(File, Bytes)>>),
    Over,
}

impl Pieces {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let mut job = match std::mem::replace(&mut self.turn, Turn::Over) {
            Turn::Waiting(file) if self.left > 0 => {
                let bytes = self.left.min(PIECE_BYTES);
                tokio::task::spawn_blocking(move || read_piece(file, bytes))
            }
            Turn::Reading(job) => job,
            Turn::Waiting(_) | Turn::Over => return Poll::Ready(None),
        };
        let Poll::Ready(done) = Pin::new(&mut job).poll(context) else {
            self.turn = Turn::Reading(job);
            return Poll::Pending;
        };
        match done.map_err(io::Error::other).flatten() {
            Ok((file, bytes)) => {
                self.left = self.left.saturating_sub(bytes.len() as u64);
                self.turn = Turn::Waiting(file);
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Err(error) => {
                tracing::error!(
                    route = "object",
                    code = "object_unreadable",
                    kind = ?error.kind(),
                    "an answer was cut off"
                );
                Poll::Ready(Some(Err(error)))
            }
        }
    }
}

fn read_piece(mut file: File, bytes: u64) -> io::Result<(File, Bytes)> {
    let room = usize::try_from(bytes).map_err(io::Error::other)?;
    let mut read = vec![0; room];
    file.read_exact(&mut read)?;
    Ok((file, read.into()))
}

/// Largest file read inside the handler, and the pieces of larger ones: 64 KiB.
const PIECE_BYTES: u64 = 64 << 10;
