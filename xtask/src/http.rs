//! One GET over a plain socket: enough to see whether a server of ours answers.
//!
//! It knows neither TLS nor redirects, and it speaks to loopback addresses only.

use crate::problem::{Context, Outcome, Problem};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// How long a loopback server may take for one answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many bytes of one answer are read; our largest page is far below.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// An answer: status, headers in their order, body as sent.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body, chunks put together, coding untouched.
    pub body: Vec<u8>,
}

impl Answer {
    /// Returns the first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(found, _)| found == name)?;
        Some(value)
    }
}

/// Returns a port of the loopback address on which nobody listens just now.
pub fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context(|| "finding a free port".into())?;
    let address = listener
        .local_addr()
        .context(|| "finding a free port".into())?;
    Ok(address.port())
}

/// Asks `http://host:port` for a path.
pub fn get(base: &str, path: &str, headers: &[(&str, &str)]) -> Outcome<Answer> {
    let host = base
        .strip_prefix("http://")
        .ok_or_else(|| Problem::new(format!("{base} is not a plain http address")))?
        .trim_end_matches('/');
    let what = || format!("GET http://{host}{path}");
    let mut stream = TcpStream::connect(host).context(what)?;
    stream.set_read_timeout(Some(PATIENCE)).context(what)?;
    let mut request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).context(what)?;
    let mut bytes = Vec::new();
    stream
        .take(ANSWER_BYTES_MAX)
        .read_to_end(&mut bytes)
        .context(what)?;
    parse(&bytes).ok_or_else(|| Problem::new(format!("{}: not an HTTP answer", what())))
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let chunked = headers
        .iter()
        .any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let rest = &bytes[end + 4..];
    let body = if chunked {
        unchunk(rest)?
    } else {
        rest.to_vec()
    };
    Some(Answer {
        status,
        headers,
        body,
    })
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(&rest[..end]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        rest = &rest[end + 2..];
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_answer_is_read_whole_or_in_chunks() {
        let plain = parse(b"HTTP/1.1 200 OK\r\nETag: \"a\"\r\n\r\nbody");
        let plain = plain.map(|answer| (answer.status, answer.body));
        assert_eq!(plain, Some((200, b"body".to_vec())));
        let chunks =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n";
        assert_eq!(
            parse(chunks).map(|answer| answer.body),
            Some(b"body".to_vec())
        );
        assert!(parse(b"no answer at all").is_none());
    }
}
