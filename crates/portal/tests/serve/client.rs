//! A press folder made by hand, a portal over it, and a client that speaks plain bytes.

use portal::{Handle, Limits, Site, serve};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// 14 November 2023, 22:13:20.
pub const MODIFIED: u64 = 1_700_000_000;
pub const MODIFIED_TEXT: &str = "Tue, 14 Nov 2023 22:13:20 GMT";

/// A pressed tree in a temporary folder; the codings are names only, since the portal decodes nothing.
pub struct Press {
    pub folder: PathBuf,
    pub lines: BTreeMap<String, String>,
}

impl Press {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("noroshi-portal-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self {
            folder,
            lines: BTreeMap::new(),
        }
    }

    /// The tree that most tests ask.
    pub fn usual() -> Self {
        let mut press = Self::new();
        press.page("/index.html", b"front");
        press.page("/ja/index.html", b"home");
        press.page("/404.html", b"nothing here");
        press.plain("/csaf/provider-metadata.json", b"{}");
        press.plain("/assets/app.0123456789.css", b"a{}");
        press.plain("/empty.txt", b"");
        press.swap(1);
        press
    }

    pub fn page(&mut self, path: &str, bytes: &[u8]) {
        let coded = |name: &str| [name.as_bytes(), b" of ", bytes].concat();
        let forms = [bytes.to_vec(), coded("br"), coded("gz")];
        self.line(path, &forms.map(Some));
    }

    pub fn plain(&mut self, path: &str, bytes: &[u8]) {
        self.line(path, &[Some(bytes.to_vec()), None, None]);
    }

    pub fn line(&mut self, path: &str, forms: &[Option<Vec<u8>>; 3]) {
        let mut line = String::new();
        for form in forms {
            match form {
                Some(bytes) => {
                    std::fs::create_dir_all(self.object(bytes).parent().unwrap()).unwrap();
                    std::fs::write(self.object(bytes), bytes).unwrap();
                    let name = seal::hex(&seal::sha256(bytes));
                    write!(line, "{name} {} ", bytes.len()).unwrap();
                }
                None => line.push_str("- 0 "),
            }
        }
        write!(line, "{MODIFIED} {path}").unwrap();
        self.lines.insert(path.to_owned(), line);
    }

    pub fn object(&self, bytes: &[u8]) -> PathBuf {
        let name = seal::hex(&seal::sha256(bytes));
        let shelf = self.folder.join("objects").join(&name[..2]);
        shelf.join(name)
    }

    pub fn swap(&self, generation: u64) {
        let mut text = format!("noroshi/manifest/1 {generation}\n");
        for line in self.lines.values() {
            writeln!(text, "{line}").unwrap();
        }
        let next = self.folder.join("manifest.next");
        std::fs::write(&next, text).unwrap();
        std::fs::rename(next, self.folder.join("manifest")).unwrap();
    }

    pub async fn serve(&self, limits: Limits) -> Server {
        self.serve_with(limits, |handle| handle).await
    }

    pub async fn serve_with(
        &self,
        limits: Limits,
        fit_out: impl FnOnce(Handle) -> Handle,
    ) -> Server {
        let site = Site::load(&self.folder, &limits).unwrap();
        let handle = Arc::new(fit_out(Handle::new(site, limits)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, Arc::clone(&handle), limits));
        Server { address, handle }
    }
}

impl Drop for Press {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub struct Server {
    pub address: SocketAddr,
    pub handle: Arc<Handle>,
}

impl Server {
    /// Sends bytes and returns all that comes back until the portal closes.
    pub async fn raw(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request).await.unwrap();
        rest(&mut stream).await
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &str) -> Reply {
        let request = request(method, path, &format!("Connection: close\r\n{headers}"));
        let bytes = self.raw(request.as_bytes()).await;
        let (reply, rest) = Reply::read(&bytes, method == "HEAD");
        assert!(rest.is_empty(), "bytes after the answer to {path}");
        reply
    }

    /// Sends a form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)], headers: &str) -> Reply {
        let body = form(fields);
        let length = body.len();
        let head = request(
            "POST",
            path,
            &format!(
                "Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: {length}\r\n{headers}"
            ),
        );
        let bytes = self.raw(format!("{head}{body}").as_bytes()).await;
        let (reply, rest) = Reply::read(&bytes, false);
        assert!(rest.is_empty(), "bytes after the answer to {path}");
        reply
    }

    pub async fn get(&self, path: &str, headers: &str) -> Reply {
        self.ask("GET", path, headers).await
    }
}

/// Returns fields as a browser encodes them.
pub fn form(fields: &[(&str, &str)]) -> String {
    let encoded = |text: &str| {
        let mut out = String::new();
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() {
                out.push(char::from(byte));
            } else {
                write!(out, "%{byte:02X}").unwrap();
            }
        }
        out
    };
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

pub fn request(method: &str, path: &str, headers: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: portal.example\r\n{headers}\r\n")
}

pub async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes))
        .await
        .unwrap()
        .unwrap();
    bytes
}

/// An answer without its Date, so that answers can be compared; the tokens of forms, drawn for each page, do not count.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl PartialEq for Reply {
    fn eq(&self, other: &Reply) -> bool {
        let said = |reply: &Reply| (reply.status, reply.headers.clone(), reply.said());
        said(self) == said(other)
    }
}

impl Reply {
    /// The text without the tokens of forms.
    pub fn said(&self) -> String {
        const FIELD: &str = "name=\"once\" value=\"";
        let text = self.text();
        let mut pieces = text.split(FIELD);
        let first = pieces.next().unwrap_or_default().to_owned();
        pieces.fold(first, |before, piece| {
            before + FIELD + piece.split_once('"').map_or(piece, |(_, rest)| rest)
        })
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn read(bytes: &[u8], to_head: bool) -> (Self, &[u8]) {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let (head, rest) = bytes.split_at(end.unwrap() + 4);
        let head = std::str::from_utf8(head).unwrap().trim_end();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let status: u16 = status.parse().unwrap();
        let mut headers = BTreeMap::new();
        for (name, value) in lines.map(|line| line.split_once(": ").unwrap()) {
            let before = headers.insert(name.to_owned(), value.to_owned());
            assert!(before.is_none(), "{name} came twice");
        }
        headers.remove("date");
        let length: usize = match headers.get("content-length") {
            Some(length) if status != 304 && !to_head => length.parse().unwrap(),
            _ => 0,
        };
        let (body, rest) = rest.split_at(length);
        let body = body.to_vec();
        let reply = Self {
            status,
            headers,
            body,
        };
        (reply, rest)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}
