//! A gateway for SMS or voice that keeps every call that it takes, and answers as it is told to.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A gateway that listens on this machine until it is dropped with its process.
#[derive(Debug)]
pub struct Gateway {
    /// Where it is asked for a call.
    pub url: String,
    answers: Arc<Mutex<&'static str>>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Gateway {
    /// Listens on a port of its own.
    #[must_use]
    pub fn start() -> Gateway {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let answers = Arc::new(Mutex::new("202 Accepted"));
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let gateway = Gateway {
            url: format!("http://{address}/calls"),
            answers: Arc::clone(&answers),
            heard: Arc::clone(&heard),
        };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let body = asked(&stream);
                let status = *answers.lock().expect("no test has panicked here");
                if status.starts_with('2') {
                    heard.lock().expect("no test has panicked here").push(body);
                }
                let answer =
                    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                // Whoever does not wait for the answer needs none.
                let _ = (&stream).write_all(answer.as_bytes());
            }
        });
        gateway
    }

    /// Answers every call with this status from now on.
    pub fn answers(&self, status: &'static str) {
        *self.answers.lock().expect("no test has panicked here") = status;
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
