//! The portal as the internet sees it: bytes sent to a socket, bytes that come back.
//!
//! What could go wrong: the wrong coding, a cache that keeps what was replaced, an address that tells that
//! it exists, a request that two readers understand differently, a tree served by halves, a GET that writes.
//! Not a failure: a client that shuts its sending side down before the answer gets none (`half_close` is off).

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot press its tree or reach its server has failed"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use portal::{Counts, Handle, Limits, LoadError, Site, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

mod client;

mod members;
mod reception;
mod routes;

use client::*;

#[tokio::test]
async fn a_page_is_sent_in_the_best_coding_the_client_reads() {
    let press = Press::usual();
    let server = press.serve(Limits::default()).await;
    let name = seal::hex(&seal::sha256(b"home")[..8]);
    for (accepted, body, coding, ending) in [
        ("gzip, deflate, br", "br of home", "br", "-br"),
        ("gzip, br;q=0", "gz of home", "gzip", "-gz"),
        ("deflate", "home", "", ""),
    ] {
        let accept = format!("Accept-Encoding: {accepted}\r\n");
        let reply = server.get("/ja/index.html", &accept).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.body, body.as_bytes());
        assert_eq!(reply.header("content-length"), body.len().to_string());
        assert_eq!(reply.header("content-encoding"), coding);
        assert_eq!(reply.header("etag"), format!("\"{name}{ending}\""));
        assert_eq!(reply.header("last-modified"), MODIFIED_TEXT);
        assert_eq!(reply.header("vary"), "accept-encoding");
    }
}

#[tokio::test]
async fn every_answer_carries_what_protects_its_reader() {
    let press = Press::usual();
    let server = press.serve(Limits::default()).await;
    for path in ["/", "/csaf/provider-metadata.json", "/nowhere", "/healthz"] {
        let reply = server.get(path, "").await;
        let policy = reply.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; "), "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("referrer-policy"), "same-origin");
        assert_eq!(reply.header("cross-origin-opener-policy"), "same-origin");
    }
    let front = server.get("/", "").await;
    assert_eq!(front.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(
        front.header("cache-control"),
        "public, max-age=30, must-revalidate"
    );
    let origins = |reply: &Reply| reply.header("access-control-allow-origin").to_owned();
    assert_eq!(origins(&front), "");
    let csaf = server.get("/csaf/provider-metadata.json", "").await;
    assert_eq!(csaf.header("content-type"), "application/json");
    assert_eq!(origins(&csaf), "*");
    let style = server.get("/assets/app.0123456789.css", "").await;
    assert_eq!(
        style.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
}

#[tokio::test]
async fn a_folder_is_its_index_and_a_query_changes_nothing() {
    let press = Press::usual();
    let server = press.serve(Limits::default()).await;
    let home = server.get("/ja/index.html", "").await;
    assert_eq!(server.get("/ja/", "").await, home);
    assert_eq!(server.get("/ja/?utm=1&x=%2e%2e", "").await, home);
    assert_eq!(server.get("http://portal.example/ja/", "").await, home);
    assert_eq!(server.get("/", "").await.body, b"front");
    // A folder without its slash, and letters that need no percent, lead to the one address of what they name.
    for (path, leads_to) in [
        ("/ja", "/ja/"),
        ("/%69ndex.html", "/index.html"),
        ("/%6A%61", "/ja/"),
    ] {
        let reply = server.get(path, "").await;
        assert_eq!((reply.status, reply.header("location")), (301, leads_to));
    }
    assert_eq!(server.get("/empty.txt", "").await.body, b"");
    let healthy = server.get("/healthz", "").await;
    assert_eq!((healthy.status, healthy.body.as_slice()), (200, &b"ok"[..]));
}

#[tokio::test]
async fn what_a_client_has_is_not_sent_again() {
    let press = Press::usual();
    let server = press.serve(Limits::default()).await;
    let brotli = "Accept-Encoding: br\r\n";
    let tag = server.get("/", brotli).await.header("etag").to_owned();
    let later = "Thu, 16 Nov 2023 00:00:00 GMT";
    for (condition, status) in [
        (format!("If-None-Match: {tag}"), 304),
        (format!("If-None-Match: \"other\", W/{tag}"), 304),
        (format!("If-None-Match: \"a\"\r\nIf-None-Match: {tag}"), 304),
        ("If-None-Match: *".to_owned(), 304),
        (format!("If-Modified-Since: {MODIFIED_TEXT}"), 304),
        (format!("If-Modified-Since: {later}"), 304),
        ("If-None-Match: \"other\"".to_owned(), 200),
        (format!("If-None-Match: {}", tag.replace("br", "gz")), 200),
        (
            format!("If-None-Match: \"other\"\r\nIf-Modified-Since: {later}"),
            200,
        ),
        (
            "If-Modified-Since: Tue, 14 Nov 2023 22:13:19 GMT".to_owned(),
            200,
        ),
        ("If-Modified-Since: yesterday".to_owned(), 200),
    ] {
        let reply = server.get("/", &format!("{brotli}{condition}\r\n")).await;
        assert_eq!(reply.status, status, "{condition}");
        assert_eq!(reply.header("etag"), tag);
        assert_eq!(reply.header("vary"), "accept-encoding");
        assert!(!reply.header("cache-control").is_empty());
        if status == 304 {
            assert!(reply.body.is_empty());
            assert_eq!(reply.header("content-length"), "");
        }
    }
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let press = Press::usual();
    let server = press.serve(Limits::default()).await;
    for path in ["/", "/nowhere", "/empty.txt", "/healthz"] {
        let mut get = server.get(path, "Accept-Encoding: gzip\r\n").await;
        get.body.clear();
        if path == "/empty.txt" {
            // hyper leaves a length of zero away when it answers HEAD, as RFC 9110 §8.6 allows.
            get.headers.remove("content-length");
        }
        let head = server.ask("HEAD", path, "Accept-Encoding: gzip\r\n").await;
        assert_eq!(head, get, "{path}");
    }
}

#[tokio::test]
async fn a_part_is_sent_to_who_asks_for_one() {
    let press = Press::usual();
    let server = press.serve(Limits::default()).await;
    let whole = server.get("/index.html", "").await;
    let length = whole.body.len();
    let part = |range: &str| format!("Range: {range}\r\n");
    for (range, from, to) in [
        ("bytes=1-3", 1, 4),
        ("bytes=2-", 2, length),
        ("bytes=-2", length - 2, length),
        ("bytes=0-9999", 0, length),
        ("Bytes=0-2", 0, 3),
    ] {
        let reply = server.get("/index.html", &part(range)).await;
        assert_eq!(reply.status, 206, "{range}");
        assert_eq!(reply.body, whole.body[from..to], "{range}");
        let place = format!("bytes {from}-{}/{length}", to - 1);
        assert_eq!(reply.header("content-range"), place);
    }
    // What cannot be meant is passed over, as is a part of a form that is known no more.
    for range in [
        "bytes=9-2",
        "bytes=x-",
        "lines=1-2",
        "bytes=0-1,3-4",
        "bytes=+1-+3",
        "bytes=-",
    ] {
        assert_eq!(
            server.get("/index.html", &part(range)).await.status,
            200,
            "{range}"
        );
    }
    // What lies beyond the end is told so, with where the end is.
    for range in ["bytes=9999-", "bytes=9999-99999", "bytes=-0"] {
        let reply = server.get("/index.html", &part(range)).await;
        assert_eq!(reply.status, 416, "{range}");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("content-range"), format!("bytes */{length}"));
    }
    let old = "Range: bytes=0-1\r\nIf-Range: \"older\"\r\n";
    assert_eq!(server.get("/index.html", old).await.status, 200);
}

#[tokio::test]
async fn every_address_that_leads_nowhere_is_answered_alike() {
    let press = Press::usual();
    let server = press.serve(Limits::default()).await;
    let expected = server.get("/nowhere", "").await;
    assert_eq!(expected.status, 404);
    assert_eq!(expected.body, b"nothing here");
    assert_eq!(expected.header("cache-control"), "public, max-age=5");
    assert_eq!(expected.header("etag"), "");
    for path in [
        "/../manifest",
        "/ja/../index.html",
        "/ja%2f",
        "/%6",
        "/%zz",
        "/%2e%2e/manifest",
        "/%69ndex.htm",
        "//index.html",
        "/ja/index.html/",
        "/objects/",
        "/manifest",
        "/csaf/unknown.json",
        "/INDEX.HTML",
        "/healthz/",
    ] {
        assert_eq!(server.get(path, "").await, expected, "{path}");
    }
    let conditional = server.get("/nowhere", "If-None-Match: *\r\n").await;
    assert_eq!(conditional, expected);
    let coded = server.get("/nowhere", "Accept-Encoding: br\r\n").await;
    assert_eq!(coded.status, 404);
    assert_eq!(coded.body, b"br of nothing here");
}

#[tokio::test]
async fn a_house_without_a_tree_says_that_nothing_is_there() {
    let limits = Limits::default();
    let handle = Arc::new(Handle::new(Site::empty(), limits));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, Arc::clone(&handle), limits));
    let server = Server { address, handle };
    let reply = server.get("/", "").await;
    assert_eq!(reply.status, 404);
    assert_eq!(reply.header("cache-control"), "public, max-age=5");
    assert_eq!(server.get("/healthz", "").await.status, 200);
}

#[tokio::test]
async fn only_get_and_head_are_taken() {
    let press = Press::usual();
    let server = press.serve(Limits::default()).await;
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"] {
        for path in ["/", "/nowhere"] {
            let reply = server.ask(method, path, "Content-Length: 0\r\n").await;
            assert_eq!(reply.status, 405, "{method}");
            assert_eq!(reply.header("allow"), "GET, HEAD");
        }
    }
}

#[tokio::test]
async fn a_request_that_two_readers_could_understand_differently_is_refused() {
    let press = Press::usual();
    let server = press.serve(Limits::default()).await;
    let second = "GET /ja/ HTTP/1.1\r\nHost: a\r\n\r\n";
    let chunked = "Transfer-Encoding: chunked\r\n";
    for (head, status) in [
        (
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".to_owned(),
            400,
        ),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n".to_owned(),
            400,
        ),
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), 400),
        (
            request("GET", "/", &format!("Content-Length: 5\r\n{chunked}")) + "0\r\n\r\n",
            400,
        ),
        (
            request("GET", "/", &format!("{chunked}Content-Length: 5\r\n")) + "0\r\n\r\n",
            400,
        ),
        (request("GET", "/", chunked) + "0\r\n\r\n", 400),
        (request("GET", "/", "Content-Length: 65537\r\n"), 413),
        (request("POST", "/", "Content-Length: 99999999\r\n"), 413),
    ] {
        let bytes = server.raw(format!("{head}{second}").as_bytes()).await;
        let (reply, rest) = Reply::read(&bytes, false);
        assert_eq!(reply.status, status, "{head}");
        assert_eq!(reply.header("connection"), "close", "{head}");
        assert!(rest.is_empty(), "the second request was answered: {head}");
    }
}

#[tokio::test]
async fn a_small_body_is_skipped_and_the_next_request_is_read_rightly() {
    let press = Press::usual();
    let server = press.serve(Limits::default()).await;
    let first = request("GET", "/", "Content-Length: 5\r\n") + "GET /";
    let second = request("GET", "/ja/", "Connection: close\r\n");
    let bytes = server.raw(format!("{first}{second}").as_bytes()).await;
    let (one, rest) = Reply::read(&bytes, false);
    let (two, rest) = Reply::read(rest, false);
    assert_eq!(one.body, b"front");
    assert_eq!(two.body, b"home");
    assert!(rest.is_empty());
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let press = Press::usual();
    let server = press.serve(Limits::default()).await;
    let all = [
        request("GET", "/", ""),
        request("GET", "/nowhere", ""),
        request("GET", "/ja/", "Connection: close\r\n"),
    ];
    let bytes = server.raw(all.concat().as_bytes()).await;
    let (one, rest) = Reply::read(&bytes, false);
    let (two, rest) = Reply::read(rest, false);
    let (three, rest) = Reply::read(rest, false);
    assert_eq!(one.body, b"front");
    assert_eq!(two.body, b"nothing here");
    assert_eq!(three.body, b"home");
    assert!(rest.is_empty());
}

#[tokio::test]
async fn a_request_may_arrive_byte_by_byte() {
    let press = Press::usual();
    let server = press.serve(Limits::default()).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for byte in request("GET", "/ja/", "Connection: close\r\n").bytes() {
        stream.write_all(&[byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    let bytes = rest(&mut stream).await;
    assert_eq!(Reply::read(&bytes, false).0.body, b"home");
}

#[tokio::test]
async fn an_answer_does_not_wait_for_the_rest_of_the_next_request() {
    let press = Press::usual();
    let server = press.serve(Limits::default()).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let next = request("GET", "/", "Connection: close\r\n");
    let (begin, end) = next.split_at(10);
    let sent = request("GET", "/ja/", "") + begin;
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"home") {
        let reading = stream.read_buf(&mut bytes);
        let read = tokio::time::timeout(Duration::from_secs(5), reading).await;
        assert_ne!(read.unwrap().unwrap(), 0);
    }
    stream.write_all(end.as_bytes()).await.unwrap();
    let bytes = rest(&mut stream).await;
    assert_eq!(Reply::read(&bytes, false).0.body, b"front");
}

#[tokio::test]
async fn bodies_on_disk_are_the_same_bytes() {
    let mut press = Press::usual();
    let large: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    press.plain("/large.jsonl", &large);
    press.swap(2);
    let none = Limits {
        bodies_bytes: 0,
        ..Limits::default()
    };
    let (held, read) = (
        press.serve(Limits::default()).await,
        press.serve(none).await,
    );
    for path in ["/", "/ja/", "/empty.txt", "/large.jsonl", "/nowhere"] {
        let brotli = "Accept-Encoding: br\r\n";
        let expected = held.get(path, brotli).await;
        assert_eq!(read.get(path, brotli).await, expected, "{path}");
        let head = read.ask("HEAD", path, brotli).await;
        assert_eq!(head.status, expected.status);
    }
    assert_eq!(read.get("/large.jsonl", "").await.body, large);

    std::fs::remove_file(press.object(b"front")).unwrap();
    assert_eq!(read.get("/", "").await.status, 500);
    assert_eq!(read.handle.counts().failed, 1);
    assert_eq!(held.get("/", "").await.status, 200);
}

#[tokio::test]
async fn a_reload_swaps_the_tree_under_open_connections() {
    let mut press = Press::usual();
    let server = press.serve(Limits::default()).await;
    let before = server.get("/", "").await;
    let mut open = TcpStream::connect(server.address).await.unwrap();

    press.page("/index.html", b"second front");
    press.page("/new.html", b"just published");
    assert_eq!(server.get("/new.html", "").await.status, 404);
    press.swap(2);
    assert_eq!(server.handle.reload(&press.folder).unwrap(), 2);
    assert_eq!(server.handle.site().generation(), 2);

    let stale = format!("If-None-Match: {}\r\n", before.header("etag"));
    let after = server.get("/", &stale).await;
    assert_eq!((after.status, &*after.body), (200, &b"second front"[..]));
    assert_ne!(after.header("etag"), before.header("etag"));
    assert_eq!(server.get("/new.html", "").await.body, b"just published");
    let last = request("GET", "/", "Connection: close\r\n");
    open.write_all(last.as_bytes()).await.unwrap();
    let bytes = rest(&mut open).await;
    assert_eq!(Reply::read(&bytes, false).0.body, b"second front");
}

#[tokio::test]
async fn a_tree_that_is_not_whole_is_not_served() {
    let mut press = Press::usual();
    let server = press.serve(Limits::default()).await;
    press.page("/index.html", b"second front");
    press.swap(2);
    std::fs::write(press.object(b"second front"), b"second frost").unwrap();
    let damaged = server.handle.reload(&press.folder);
    assert!(matches!(damaged, Err(LoadError::Damaged { .. })));
    std::fs::remove_file(press.object(b"second front")).unwrap();
    let missing = server.handle.reload(&press.folder);
    assert!(matches!(missing, Err(LoadError::Io { .. })));
    assert_eq!(server.get("/", "").await.body, b"front");
    assert_eq!(server.handle.site().generation(), 1);
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let press = Press::usual();
    let limits = Limits {
        header_read_timeout: Duration::from_millis(50),
        connections_max: 1,
        ..Limits::default()
    };
    let server = press.serve(limits).await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    let mut kept = TcpStream::connect(server.address).await.unwrap();
    let asked = request("GET", "/", "");
    kept.write_all(asked.as_bytes()).await.unwrap();
    rest(&mut silent).await;
    // The one seat is free again: the second is answered, and then closed for its silence.
    let bytes = rest(&mut kept).await;
    assert_eq!(Reply::read(&bytes, false).0.body, b"front");
}

#[tokio::test]
async fn a_head_over_the_limit_is_refused() {
    let press = Press::usual();
    let server = press.serve(Limits::default()).await;
    // Exactly the limit and not yet over: bytes left unread would reset the connection.
    let mut head = "GET / HTTP/1.1\r\nHost: a\r\nX: ".to_owned();
    head.push_str(&"x".repeat(Limits::default().head_bytes_max - head.len()));
    let bytes = server.raw(head.as_bytes()).await;
    assert_eq!(Reply::read(&bytes, false).0.status, 431);
}

#[tokio::test]
async fn answers_are_counted_by_class() {
    let press = Press::usual();
    let server = press.serve(Limits::default()).await;
    server.get("/", "").await;
    server.get("/", "If-None-Match: *\r\n").await;
    server.get("/nowhere", "").await;
    server.ask("POST", "/", "").await;
    let expected = Counts {
        served: 1,
        unchanged: 1,
        refused: 2,
        failed: 0,
    };
    assert_eq!(server.handle.counts(), expected);
}

/// The property of docs/design/security.md §3.8.
#[tokio::test]
async fn asking_changes_no_file() {
    let press = Press::usual();
    let none = Limits {
        bodies_bytes: 0,
        ..Limits::default()
    };
    let server = press.serve(none).await;
    let mut before = BTreeMap::new();
    snapshot(&press.folder, &mut before);
    for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"] {
        for path in press.lines.keys().map(String::as_str).chain(["/x", "/.."]) {
            server.ask(method, path, "Content-Length: 0\r\n").await;
        }
    }
    let mut after = BTreeMap::new();
    snapshot(&press.folder, &mut after);
    assert_eq!(before, after);
}

fn snapshot(folder: &Path, into: &mut BTreeMap<PathBuf, (SystemTime, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let modified = entry.metadata().unwrap().modified().unwrap();
        if entry.file_type().unwrap().is_dir() {
            into.insert(entry.path(), (modified, Vec::new()));
            snapshot(&entry.path(), into);
        } else {
            let bytes = std::fs::read(entry.path()).unwrap();
            into.insert(entry.path(), (modified, bytes));
        }
    }
}
