//! The settings of `[alarm]`, and what is wrong with them.

use std::collections::BTreeMap;

use formats::advisory::Lang;
use serde::{Deserialize, Serialize};

use crate::Fault;

/// Who is called when something stands still, and over which gateway (docs/operate/alarm.md).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Alarm {
    /// Where a call is asked for; empty for no alarm but mail. https, or http on this machine.
    pub url: String,
    pub body: AlarmBody,
    /// Name of the gateway's field for the number.
    pub to_field: String,
    /// Name of its field for the text.
    pub text_field: String,
    /// Fields that are the same for each call.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// File that holds the value of the header `Authorization`.
    pub authorization_file: String,
    /// Minutes after which the next person is called.
    pub minutes: u32,
    /// Whom to call, in this order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<OnCall>,
}

/// Form of what the gateway is asked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmBody {
    Json,
    Form,
}

/// A person who is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnCall {
    /// What pages call the person.
    pub name: String,
    /// As the gateway wants it, for example +819000000000.
    pub number: String,
    #[serde(default = "japanese")]
    pub lang: Lang,
}

const fn japanese() -> Lang {
    Lang::Ja
}

impl Default for Alarm {
    fn default() -> Self {
        Alarm {
            url: String::new(),
            body: AlarmBody::Json,
            to_field: "to".into(),
            text_field: "text".into(),
            fields: BTreeMap::new(),
            authorization_file: String::new(),
            minutes: 10,
            people: vec![],
        }
    }
}

/// Longest name and number of a person who is called.
const ON_CALL_CHARS_MAX: usize = 60;

impl Alarm {
    pub(super) fn check(&self) -> Result<(), Fault> {
        let wrong = |key: &str, mend: &str| Err(Fault::Config(format!("alarm.{key}: {mend}")));
        if self.url.is_empty() {
            if self.people.is_empty() {
                return Ok(());
            }
            return wrong(
                "url",
                "give the address of the gateway that calls these people, or leave them out",
            );
        }
        let here = [
            "http://127.0.0.1:",
            "http://127.0.0.1/",
            "http://[::1]:",
            "http://localhost:",
        ];
        let authority = self
            .url
            .split("://")
            .nth(1)
            .and_then(|rest| rest.split(['/', '?', '#']).next());
        let has_user = authority.is_none_or(|authority| authority.contains('@'));
        let is_safe =
            self.url.starts_with("https://") || here.iter().any(|here| self.url.starts_with(here));
        let is_safe = is_safe && !has_user;
        if !is_safe
            || self
                .url
                .chars()
                .any(|c| c.is_whitespace() || c.is_control())
        {
            return wrong(
                "url",
                "give an address https://…, or http://127.0.0.1:PORT/… for a gateway on this machine",
            );
        }
        if self.people.is_empty() {
            return wrong(
                "people",
                "name whom to call, in order: { name = \"duty-1\", number = \"+81…\" }",
            );
        }
        let is_line = |text: &str| {
            !text.trim().is_empty()
                && text.chars().count() <= ON_CALL_CHARS_MAX
                && !text.chars().any(char::is_control)
        };
        if !self
            .people
            .iter()
            .all(|one| is_line(&one.name) && is_line(&one.number))
        {
            return wrong(
                "people",
                "give each a name and a number of at most 60 characters",
            );
        }
        let fields = [&self.to_field, &self.text_field];
        let is_fixed = fields
            .iter()
            .any(|field| self.fields.contains_key(field.as_str()));
        if fields.iter().any(|field| field.is_empty()) || fields[0] == fields[1] || is_fixed {
            return wrong(
                "to_field",
                "name two fields of the gateway: one for the number, text_field for the text",
            );
        }
        if !(1..=120).contains(&self.minutes) {
            return wrong("minutes", "between 1 and 120");
        }
        Ok(())
    }
}
