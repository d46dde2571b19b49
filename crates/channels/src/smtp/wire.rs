//! Bytes of an SMTP connection: writes that know how far they came, and replies of limited size.

use std::io::IoSlice;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

/// A reply of all its lines may have this many bytes; RFC 5321 allows 512 a line and none needs more than a few.
pub(super) const REPLY_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a reply that are kept to be shown.
const REPLY_TEXT_BYTES_MAX: usize = 200;
/// Pieces in one write: head, shared, tail, commands.
pub(super) const PIECES: usize = 4;

/// What TCP and TLS have in common.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A connection with what was read ahead.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    read: Vec<u8>,
}

/// One reply, its lines joined by their code.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) code: u16,
    /// The lines after their codes, as they came.
    pub(super) text: String,
}

/// Silence, end of connection, or bytes that are no reply: after any of them the connection is of no use.
#[derive(Debug)]
pub(super) struct Broken;

/// A write that did not end.
#[derive(Debug)]
pub(super) struct Unwritten {
    /// Bytes that were handed over before.
    pub(super) written: usize,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Stream>) -> Self {
        Wire {
            stream,
            read: Vec::with_capacity(4 * 1024),
        }
    }

    /// Writes all pieces in as few packets as possible: two writes for one message would wait for each other's ack.
    pub(super) async fn write(
        &mut self,
        pieces: [&[u8]; PIECES],
        limit: Duration,
    ) -> Result<(), Unwritten> {
        let deadline = Instant::now() + limit;
        let total: usize = pieces.iter().map(|piece| piece.len()).sum();
        let mut written = 0;
        while written < total {
            let slices = after(pieces, written).map(IoSlice::new);
            match timeout_at(deadline, self.stream.write_vectored(&slices)).await {
                Ok(Ok(count)) if count > 0 => written += count,
                _ => return Err(Unwritten { written }),
            }
        }
        match timeout_at(deadline, self.stream.flush()).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Unwritten { written }),
        }
    }

    /// Writes one group of commands.
    pub(super) async fn command(&mut self, command: &[u8], limit: Duration) -> Result<(), Broken> {
        self.write([command, b"", b"", b""], limit)
            .await
            .map_err(|_| Broken)
    }

    /// Reads one reply.
    pub(super) async fn reply(&mut self, limit: Duration) -> Result<Reply, Broken> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some((reply, bytes)) = parse_reply(&self.read)? {
                self.read.drain(..bytes);
                return Ok(reply);
            }
            if self.read.len() >= REPLY_BYTES_MAX {
                return Err(Broken);
            }
            self.read.reserve(1024);
            match timeout_at(deadline, self.stream.read_buf(&mut self.read)).await {
                Ok(Ok(count)) if count > 0 => {}
                _ => return Err(Broken),
            }
        }
    }
}

/// The pieces without their first bytes.
fn after(pieces: [&[u8]; PIECES], written: usize) -> [&[u8]; PIECES] {
    let mut skip = written;
    pieces.map(|piece| {
        let here = skip.min(piece.len());
        skip -= here;
        piece.get(here..).unwrap_or_default()
    })
}

/// Reads a reply from the front of what came, with its size; `None` if it is not whole yet.
fn parse_reply(bytes: &[u8]) -> Result<Option<(Reply, usize)>, Broken> {
    let mut text = String::new();
    let mut start = 0;
    loop {
        let rest = bytes.get(start..).unwrap_or_default();
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return Ok(None);
        };
        let line = rest.get(..end).unwrap_or_default();
        start += end + 1;
        let (code, is_last, words) = parse_line(line)?;
        if text.len() < REPLY_BYTES_MAX {
            text.extend(words.iter().map(|byte| {
                if byte.is_ascii_graphic() {
                    char::from(*byte)
                } else {
                    ' '
                }
            }));
            text.push('\n');
        }
        if is_last {
            return Ok(Some((Reply { code, text }, start)));
        }
    }
}

fn parse_line(line: &[u8]) -> Result<(u16, bool, &[u8]), Broken> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let [a @ b'1'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] = line else {
        return Err(Broken);
    };
    let code = u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0');
    match rest {
        [] => Ok((code, true, rest)),
        [b' ', words @ ..] => Ok((code, true, words)),
        [b'-', words @ ..] => Ok((code, false, words)),
        _ => Err(Broken),
    }
}

impl Reply {
    /// Returns the first line, fit for a log.
    pub(super) fn first_line(&self) -> String {
        let line = self.text.lines().next().unwrap_or_default().trim();
        line.get(..line.floor_char_boundary(REPLY_TEXT_BYTES_MAX))
            .unwrap_or_default()
            .to_owned()
    }

    /// Whether an EHLO reply names the extension.
    pub(super) fn offers(&self, keyword: &str) -> bool {
        let word = |line: &str| {
            line.split(' ')
                .next()
                .is_some_and(|first| first.eq_ignore_ascii_case(keyword))
        };
        self.text.lines().skip(1).any(|line| word(line.trim()))
    }

    /// 2xx.
    pub(super) const fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn replies_are_read_one_at_a_time() {
        #[track_caller]
        fn check(bytes: &str, expected: Option<(u16, &str, usize)>) {
            let read = parse_reply(bytes.as_bytes()).ok().flatten();
            assert_eq!(
                read.as_ref()
                    .map(|(reply, size)| (reply.code, reply.text.as_str(), *size)),
                expected
            );
        }
        check("250 ok\r\n354 go\r\n", Some((250, "ok\n", 8)));
        check(
            "250-a\r\n250-PIPELINING\r\n250 SIZE 10\r\n",
            Some((250, "a\nPIPELINING\nSIZE 10\n", 36)),
        );
        check("250\r\n", Some((250, "\n", 5)));
        check("250-a\r\n25", None);
        check("hello\r\n", None);
        check("999 no\r\n", None);
    }

    #[test]
    fn extensions_are_whole_words() {
        let read = parse_reply(b"250-relay PIPELINING\r\n250-8bitmime\r\n250 SIZE 10\r\n")
            .ok()
            .flatten();
        let offers = |keyword| {
            read.as_ref()
                .is_some_and(|(reply, _)| reply.offers(keyword))
        };
        assert!(offers("8BITMIME") && offers("SIZE"));
        assert!(!offers("PIPELINING") && !offers("SI"));
    }

    #[test]
    fn a_reply_has_one_code_and_each_line_has_it() {
        #[track_caller]
        fn check(bytes: &[u8], expected: Result<Option<u16>, ()>) {
            let read = parse_reply(bytes)
                .map(|read| read.map(|(reply, _)| reply.code))
                .map_err(|_| ());
            assert_eq!(read, expected, "{:?}", String::from_utf8_lossy(bytes));
        }
        check(b"250 ok\n", Ok(Some(250)));
        check(b"599 x\r\n", Ok(Some(599)));
        check(b"100 x\r\n", Ok(Some(100)));
        check(b"250-\r\n250\r\n", Ok(Some(250)));
        check(b"250-a\r\n250-b\r\n", Ok(None));
        check(b"250", Ok(None));
        check(b"", Ok(None));
        check(b"250-a\r\nb\r\n", Err(()));
        check(b"250-a\r\n250b\r\n", Err(()));
        check(b"600 x\r\n", Err(()));
        check(b"2x0 x\r\n", Err(()));
        check(b" 250 ok\r\n", Err(()));
        check(b"250\tok\r\n", Err(()));
        check("２５０ ok\r\n".as_bytes(), Err(()));
    }

    #[test]
    fn the_words_of_a_relay_are_fit_for_a_log() {
        #[track_caller]
        fn check(bytes: &[u8], expected: &str) {
            let (reply, _) = parse_reply(bytes).unwrap().unwrap();
            assert_eq!(reply.first_line(), expected);
        }
        check(b"250 2.0.0 ok\r\n", "2.0.0 ok");
        check(b"250-first\r\n250 second\r\n", "first");
        check(b"250\r\n", "");
        check(b"250 \x1b[31mred\x00\x7f\r\n", "[31mred");
        check("250 ok 済\r\n".as_bytes(), "ok");
        let long = format!("250 {}\r\n", "x".repeat(500));
        check(long.as_bytes(), &"x".repeat(REPLY_TEXT_BYTES_MAX));
    }

    #[tokio::test]
    async fn an_answer_without_end_is_cut_and_one_that_waits_is_left_for_the_next() {
        let limit = Duration::from_secs(20);
        let (ours, mut theirs) = tokio::io::duplex(4 * REPLY_BYTES_MAX);
        theirs.write_all(b"250 one\r\n354 two\r\n").await.unwrap();
        theirs
            .write_all(&b"250-x\r\n".repeat(REPLY_BYTES_MAX / 4))
            .await
            .unwrap();
        let mut wire = Wire::new(Box::new(ours));
        assert_eq!(wire.reply(limit).await.unwrap().code, 250);
        assert_eq!(wire.reply(limit).await.unwrap().code, 354);
        assert!(wire.reply(limit).await.is_err());
    }

    #[test]
    fn a_partial_write_goes_on_where_it_stopped() {
        let pieces: [&[u8]; PIECES] = [b"ab", b"", b"cd", b"e"];
        for written in 0..=5 {
            assert_eq!(
                after(pieces, written).concat(),
                b"abcde".get(written..).unwrap_or_default()
            );
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parser_fall(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Ok(Some((_, size))) = parse_reply(&bytes) {
                prop_assert!(size <= bytes.len());
            }
        }
    }
}
