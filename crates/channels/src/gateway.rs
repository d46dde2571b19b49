//! Calls a person over somebody else's gateway for SMS or voice: one HTTP request a call.
//!
//! It is the way that does not depend on our relay. It knows no cause and no roster: a number and a short text come in,
//! and whether the gateway took them goes out. Answers of 200 to 299 are taken; redirections are not followed, since
//! they would carry the secret elsewhere. It waits for its answer, at most [`PATIENCE`]: give it a thread of its own.

use std::collections::BTreeMap;
use std::time::Duration;

/// The longest that one call waits for the gateway.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How the gateway wants to be asked.
#[derive(Clone)]
pub struct Gateway {
    pub url: String,
    pub body: Body,
    /// Name of the field with the number.
    pub to_field: String,
    /// Name of the field with the text.
    pub text_field: String,
    /// Fields that are the same for each call, such as the sender.
    pub fields: BTreeMap<String, String>,
    /// Value of the header `Authorization`; empty for none.
    pub authorization: String,
}

/// Form of the request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// One JSON object.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway")
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// Why a call was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// The gateway answered with this status.
    #[error("the gateway answered {0}")]
    Answer(u16),
    /// It cannot be reached, or did not answer in time.
    #[error("the gateway cannot be reached")]
    Unreachable,
}

impl Gateway {
    /// Asks the gateway to call a number.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn call(&self, number: &str, text: &str) -> Result<(), NotTaken> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .into();
        let mut request = agent.post(&self.url);
        if !self.authorization.is_empty() {
            request = request.header("Authorization", &self.authorization);
        }
        let own = [(&self.to_field, number), (&self.text_field, text)];
        let fixed = self
            .fields
            .iter()
            .map(|(name, value)| (name, value.as_str()));
        let fields = fixed.chain(own).map(|(name, value)| (name.as_str(), value));
        let answer = match self.body {
            Body::Form => request.send_form(fields),
            Body::Json => {
                let object: serde_json::Map<String, serde_json::Value> = fields
                    .map(|(name, value)| (name.to_owned(), value.into()))
                    .collect();
                request
                    .header("Content-Type", "application/json")
                    .send(serde_json::Value::Object(object).to_string())
            }
        };
        match answer {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(NotTaken::Answer(answer.status().as_u16())),
            Err(_) => Err(NotTaken::Unreachable),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;

    /// A gateway that hears one request and gives this answer; returns its address and what it heard.
    fn answering(answer: &'static str) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/send", listener.local_addr().unwrap());
        let heard = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut heard = Vec::new();
            let mut piece = [0; 4096];
            loop {
                let n = stream.read(&mut piece).unwrap();
                heard.extend_from_slice(&piece[..n]);
                let text = String::from_utf8_lossy(&heard).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else {
                    continue;
                };
                let length = head
                    .lines()
                    .find_map(|line| {
                        line.to_lowercase()
                            .strip_prefix("content-length: ")
                            .map(str::to_owned)
                    })
                    .and_then(|length| length.parse().ok())
                    .unwrap_or(0);
                if body.len() >= length {
                    stream.write_all(answer.as_bytes()).unwrap();
                    return text;
                }
            }
        });
        (url, heard)
    }

    fn gateway(url: String, body: Body) -> Gateway {
        Gateway {
            url,
            body,
            to_field: "To".to_owned(),
            text_field: "Body".to_owned(),
            fields: BTreeMap::from([("From".to_owned(), "+81300000000".to_owned())]),
            authorization: "Bearer s3cret".to_owned(),
        }
    }

    const OK: &str = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";

    #[test]
    fn number_text_and_fixed_fields_arrive_in_either_form() {
        for (body, expected) in [
            (Body::Form, "From=%2B81300000000&To=%2B81900000000&Body="),
            (
                Body::Json,
                r#"{"From":"+81300000000","To":"+81900000000","Body":"公表が止まっています"}"#,
            ),
        ] {
            let (url, heard) = answering(OK);
            let called = gateway(url, body).call("+81900000000", "公表が止まっています");
            assert_eq!(called, Ok(()));
            let heard = heard.join().unwrap();
            assert!(heard.starts_with("POST /send HTTP/1.1\r\n"), "{heard}");
            assert!(
                heard
                    .to_lowercase()
                    .contains("authorization: bearer s3cret"),
                "{heard}"
            );
            assert!(heard.contains(expected), "{heard}");
        }
    }

    #[test]
    fn what_is_no_yes_is_told_and_a_redirection_is_not_followed() {
        for (answer, code) in [
            (
                "HTTP/1.1 402 Payment Required\r\nContent-Length: 0\r\n\r\n",
                402,
            ),
            ("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", 503),
            (
                "HTTP/1.1 307 Away\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
                307,
            ),
        ] {
            let (url, heard) = answering(answer);
            let called = gateway(url, Body::Json).call("+81900000000", "x");
            assert_eq!(called, Err(NotTaken::Answer(code)));
            heard.join().unwrap();
        }
        let (url, heard) = answering("no HTTP at all");
        assert_eq!(
            gateway(url, Body::Form).call("1", "x"),
            Err(NotTaken::Unreachable)
        );
        heard.join().unwrap();
        let gone = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let called = gateway(format!("http://{gone}/"), Body::Form).call("1", "x");
        assert_eq!(called, Err(NotTaken::Unreachable));
    }

    #[test]
    fn no_log_shows_the_secret_or_where_it_goes() {
        let shown = format!(
            "{:?}",
            gateway("https://gateway.example/".to_owned(), Body::Json)
        );
        assert!(
            !shown.contains("s3cret") && !shown.contains("gateway.example"),
            "{shown}"
        );
    }
}
