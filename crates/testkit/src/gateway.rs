//! A gateway for SMS or voice that hears every call, and takes none while it is told so.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A gateway that listens on this machine until it is dropped with its process.
#[derive(Debug)]
pub struct Gateway {
    /// Where it is asked for a call.
    pub url: String,
    refuses: Arc<AtomicBool>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Gateway {
    /// Listens on a port of its own.
    #[must_use]
    pub fn start() -> Gateway {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (refuses, heard) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let gateway = Gateway {
            url: format!("http://{address}/calls"),
            refuses: Arc::clone(&refuses),
            heard: Arc::clone(&heard),
        };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let body = asked(&stream);
                let status = if refuses.load(Ordering::SeqCst) {
                    "503 Service Unavailable"
                } else {
                    heard.lock().expect("no test has panicked here").push(body);
                    "202 Accepted"
                };
                let answer =
                    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                // Whoever does not wait for the answer needs none.
                let _ = (&stream).write_all(answer.as_bytes());
            }
        });
        gateway
    }

    /// Takes no call, or takes them again.
    pub fn refuses(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::SeqCst);
    }

    /// The bodies of the calls that it took.
    #[must_use]
    pub fn calls(&self) -> Vec<String> {
        self.heard
            .lock()
            .expect("no test has panicked here")
            .clone()
    }
}

/// The body of one request.
fn asked(mut stream: &TcpStream) -> String {
    let mut heard = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let read = stream.read(&mut piece).unwrap_or(0);
        heard.extend_from_slice(piece.get(..read).unwrap_or_default());
        let text = String::from_utf8_lossy(&heard).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_lowercase();
            let length = length
                .split("content-length: ")
                .nth(1)
                .and_then(|rest| rest.lines().next()?.trim().parse::<usize>().ok());
            if body.len() >= length.unwrap_or(0) {
                return body.to_owned();
            }
        }
        if read == 0 {
            return text;
        }
    }
}
