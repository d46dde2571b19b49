//! A browser as small as it can be: requests with a cookie, forms, and what a page's forms would send.
//!
//! It says of itself what a real one would (`Sec-Fetch-Site`), and follows nothing by itself.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Nothing in a test takes longer on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// One side of a house, with the cookie of whoever is signed in.
#[derive(Clone, Debug)]
pub struct Browser {
    pub address: String,
    pub cookie: Option<String>,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub status: u16,
    /// Names in small letters, without the date, sorted.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Page {
    /// Returns a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns what each form of the page would send if nobody typed anything: address and fields, with each
    /// of its buttons in turn.
    pub fn untyped(&self) -> Vec<(String, String)> {
        let text = self.text();
        let mut out = Vec::new();
        for form in text.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            let head = form.split('>').next().unwrap_or_default();
            if attribute(head, "method").as_deref() != Some("post") {
                continue;
            }
            let action = attribute(head, "action").unwrap_or_default();
            let mut fields = Vec::new();
            for input in form.split("<input").skip(1) {
                let input = input.split('>').next().unwrap_or_default();
                let ty = attribute(input, "type").unwrap_or_default();
                let ticked =
                    !matches!(ty.as_str(), "checkbox" | "radio") || input.contains(" checked");
                if let (Some(name), true) = (attribute(input, "name"), ticked) {
                    fields.push((name, attribute(input, "value").unwrap_or_default()));
                }
            }
            let buttons: Vec<&str> = form.split("<button").skip(1).collect();
            for button in &buttons {
                let head = button.split('>').next().unwrap_or_default();
                let mut all = fields.clone();
                if let Some(name) = attribute(head, "name") {
                    all.push((name, attribute(head, "value").unwrap_or_default()));
                }
                out.push((action.clone(), encode(&all)));
            }
        }
        out
    }

    /// Returns the addresses that the page's links lead to.
    pub fn links(&self) -> Vec<String> {
        let text = self.text();
        text.split("<a ")
            .skip(1)
            .filter_map(|link| attribute(link.split('>').next()?, "href"))
            .filter(|href| href.starts_with('/'))
            .collect()
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    Some(
        rest.split('"')
            .next()?
            .replace("&amp;", "&")
            .replace("&quot;", "\""),
    )
}

/// Writes fields as a form does.
pub fn encode(fields: &[(String, String)]) -> String {
    let mut out = String::new();
    for (name, value) in fields {
        if !out.is_empty() {
            out.push('&');
        }
        for (n, part) in [name, value].into_iter().enumerate() {
            if n == 1 {
                out.push('=');
            }
            for byte in part.bytes() {
                if byte.is_ascii_alphanumeric() {
                    out.push(char::from(byte));
                } else {
                    out.push_str(&format!("%{byte:02X}"));
                }
            }
        }
    }
    out
}

impl Browser {
    /// A browser that is signed in nowhere.
    pub fn at(address: &str) -> Browser {
        Browser {
            address: address.to_owned(),
            cookie: None,
        }
    }

    /// Signs in at the desk.
    pub fn signed_in(address: &str, handle: &str, password: &str) -> Browser {
        let mut browser = Browser::at(address);
        let page = browser.send(
            "/en/sign-in",
            &[
                ("handle", handle),
                ("password", password),
                ("do", "sign-in"),
            ],
        );
        assert_eq!(page.status, 303, "{handle}: {}", page.text());
        browser.keep(&page);
        browser
    }

    /// Keeps the cookie that a page sets.
    pub fn keep(&mut self, page: &Page) {
        let cookie = page.header("set-cookie").expect("a cookie");
        self.cookie = cookie.split(';').next().map(str::to_owned);
    }

    /// Asks for a page.
    pub fn get(&self, path: &str) -> Page {
        self.ask("GET", path, None)
    }

    /// Sends a form.
    pub fn send(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let fields: Vec<(String, String)> = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        self.ask("POST", path, Some(&encode(&fields)))
    }

    /// Asks anything.
    pub fn ask(&self, method: &str, path: &str, body: Option<&str>) -> Page {
        let mut stream = TcpStream::connect(&self.address).expect("a listener");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut question = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\n",
            self.address
        );
        if let Some(cookie) = &self.cookie {
            question.push_str(&format!("Cookie: {cookie}\r\n"));
        }
        if let Some(body) = body {
            question.push_str(&format!(
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
                body.len()
            ));
        }
        question.push_str("\r\n");
        question.push_str(body.unwrap_or_default());
        stream.write_all(question.as_bytes()).expect("a question");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
        let body = answer.split_off(end.expect("a head") + 4);
        let head = String::from_utf8_lossy(&answer).into_owned();
        let mut lines = head.lines();
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .and_then(|status| status.parse().ok());
        let mut headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .filter(|(name, _)| name != "date")
            .collect();
        headers.sort();
        Page {
            status: status.expect("a status"),
            headers,
            body,
        }
    }
}
