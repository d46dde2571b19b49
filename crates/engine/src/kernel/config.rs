//! The configuration file `DIR/noroshi.toml`: what a site sets, with where each value comes from.
//!
//! Precedence: command line > environment `NOROSHI_*` > file > default. Nothing else overrides. An unknown
//! key is an error, since a mistyped name would silently leave a default in force.

mod alarm;
mod amiss;

pub use alarm::{Alarm, AlarmBody, OnCall};

use std::path::Path;

use domain::value::CopyChannel;
use serde::{Deserialize, Serialize};

use crate::Fault;

/// Kind of house: decides marking, profile, series, transports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A real house.
    Live,
    /// Replays an archive; every page is marked.
    Replay,
    /// The demonstration; every page is marked, loopback only.
    Demo,
}

/// Longest words for number and hours of the telephone.
const TELEPHONE_CHARS_MAX: usize = 120;

/// Settings of a house.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub purpose: Purpose,
    /// Name in Japanese and English.
    pub name_ja: String,
    pub name_en: String,
    /// Address of the portal as readers see it, without a trailing slash.
    pub portal: String,
    /// Where a demonstration is reached instead: what it publishes names `portal`, its pages and letters lead here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub here: Option<String>,
    /// How readers reach the house: a mail address.
    pub contact: String,
    /// Number and hours of the telephone, as readers are told them in either language; empty if there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub telephone_ja: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub telephone_en: String,
    /// Address of the desk as the people of the house see it, without a trailing slash.
    #[serde(default = "desk_address")]
    pub desk: String,
    /// Address of the vendors' pages as vendors see it, without a trailing slash.
    #[serde(default = "partner_address")]
    pub partner: String,
    /// Policy profile: jp-partnership, certcc, eu-cra, psirt, isac, archive.
    pub profile: String,
    /// Prefix of public numbers.
    pub series: String,
    #[serde(default)]
    pub mail: Mail,
    #[serde(default)]
    pub alarm: Alarm,
    #[serde(default)]
    pub listen: Listen,
    #[serde(default)]
    pub publication: Publication,
}

/// How publications are approved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Publication {
    /// One cleared person publishes alone and signs twice, 30 minutes apart (docs/design/security.md §2.8). It is
    /// decided at founding, pinned in the signing context, and written into every archive entry as one person.
    pub solo: bool,
    /// Aggregators of CSAF may list and mirror what is published; never a replay or a demonstration.
    pub csaf_aggregators: bool,
}

impl Purpose {
    /// What every copy must say about its origin.
    #[must_use]
    pub const fn marking(self, realm: seal::record::Realm) -> formats::advisory::Marking {
        use formats::advisory::Marking;
        match (realm, self) {
            (seal::record::Realm::Exercise, _) => Marking::Exercise,
            (_, Purpose::Live) => Marking::None,
            (_, Purpose::Replay) => Marking::Archive,
            (_, Purpose::Demo) => Marking::Fictional,
        }
    }
}

impl Config {
    /// How long a copy of a channel is tried, in hours.
    #[must_use]
    pub const fn deadline_hours(&self, channel: CopyChannel) -> u32 {
        match channel {
            CopyChannel::Mail => self.mail.deadline_hours,
        }
    }

    /// Base address under which this portal is reached, for what pages and letters lead to.
    #[must_use]
    pub fn reached(&self) -> &str {
        self.here.as_deref().unwrap_or(&self.portal)
    }

    /// What pages and letters say about the house whose advisories that key signs.
    #[must_use]
    pub fn site(&self, fingerprint: String) -> pages::Site {
        pages::Site {
            name: std::collections::BTreeMap::from([
                (formats::advisory::Lang::Ja, self.name_ja.clone()),
                (formats::advisory::Lang::En, self.name_en.clone()),
            ]),
            portal: self.reached().to_owned(),
            contact: self.contact.clone(),
            telephone: [
                (formats::advisory::Lang::Ja, self.telephone_ja.clone()),
                (formats::advisory::Lang::En, self.telephone_en.clone()),
            ]
            .into_iter()
            .filter(|(_, words)| !words.is_empty())
            .collect(),
            fingerprint,
            marking: self.purpose.marking(seal::record::Realm::Live),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// How many persons beside a plan's author approve it.
    #[must_use]
    pub fn quorum(&self) -> u8 {
        if self.publication.solo {
            return domain::publication::SOLO;
        }
        domain::profile::Profile::by_key(&self.profile).map_or(2, |p| p.quorum)
    }
}

/// How mail leaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// `folder` writes each mail as a file below `DIR/mail`; `smtp` hands it to a relay.
    pub transport: Transport,
    pub host: String,
    pub port: u16,
    pub tls: MailTls,
    pub user: String,
    /// File that holds the password of the relay.
    pub password_file: String,
    /// Sender; bounces come to `bounce+REFERENCE@` its domain.
    pub from: String,
    pub connections: usize,
    /// Hours after which a copy is given up and becomes a task (docs/design/early-warning.md §4.1, class normal).
    pub deadline_hours: u32,
    /// Who is written to when a date comes without an approved plan; contentless.
    pub duty: String,
}

/// Transport of mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    Folder,
    Smtp,
}

/// Protection of the way to the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTls {
    None,
    Starttls,
    Implicit,
}

/// Where the contexts listen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Listen {
    pub portal: String,
    /// People of the house; keep it off the Internet.
    pub desk: String,
    /// Vendors and others who were invited.
    pub partner: String,
}

fn desk_address() -> String {
    "http://127.0.0.1:8081".to_owned()
}

fn partner_address() -> String {
    "http://127.0.0.1:8082".to_owned()
}

impl Default for Listen {
    fn default() -> Self {
        Listen {
            portal: "127.0.0.1:8080".into(),
            desk: "127.0.0.1:8081".into(),
            partner: "127.0.0.1:8082".into(),
        }
    }
}

impl Default for Mail {
    fn default() -> Self {
        Mail {
            transport: Transport::Folder,
            host: "127.0.0.1".into(),
            port: 25,
            tls: MailTls::Starttls,
            user: String::new(),
            password_file: String::new(),
            from: String::new(),
            connections: 8,
            deadline_hours: 24,
            duty: String::new(),
        }
    }
}

/// Name of the file.
pub const FILE: &str = "noroshi.toml";
/// Largest configuration: 256 KiB.
const BYTES_MAX: u64 = 256 << 10;

impl Config {
    /// What `init` writes for a purpose.
    #[must_use]
    pub fn of(purpose: Purpose) -> Config {
        let (name_ja, name_en, profile, series) = match purpose {
            Purpose::Live => ("（名称未設定）", "(name not set)", "jp-partnership", "NRS"),
            Purpose::Replay => (
                "狼煙 アーカイブ再生",
                "Noroshi archive replay",
                "archive",
                "ARC",
            ),
            Purpose::Demo => (
                "狼煙調整センター",
                "Noroshi Coordination Centre",
                "jp-partnership",
                "NRS",
            ),
        };
        let demo = |words: &str| match purpose {
            Purpose::Demo => words.to_owned(),
            Purpose::Live | Purpose::Replay => String::new(),
        };
        Config {
            purpose,
            name_ja: name_ja.into(),
            name_en: name_en.into(),
            portal: "https://portal.example".into(),
            here: None,
            contact: "info@portal.example".into(),
            telephone_ja: demo("03-0000-0000（平日 10:00〜17:00、架空の番号）"),
            telephone_en: demo("+81 3 0000 0000 (weekdays 10:00 to 17:00 JST, an invented number)"),
            desk: desk_address(),
            partner: partner_address(),
            profile: profile.into(),
            series: series.into(),
            alarm: Alarm::default(),
            mail: Mail {
                from: "alerts@portal.example".into(),
                ..Mail::default()
            },
            listen: Listen::default(),
            publication: Publication::default(),
        }
    }

    /// Reads the file of a data folder.
    ///
    /// # Errors
    /// [`Fault::Config`] with line and what to do.
    pub fn read(dir: &Path) -> Result<Config, Fault> {
        let path = dir.join(FILE);
        let size = std::fs::metadata(&path)
            .map_err(|_| {
                Fault::Config(format!("{} is missing; say: noroshi init", path.display()))
            })?
            .len();
        if size > BYTES_MAX {
            return Err(Fault::Config(format!(
                "{} is larger than {BYTES_MAX} bytes",
                path.display()
            )));
        }
        let text = std::fs::read_to_string(&path)
            .map_err(Fault::io(format!("cannot read {}", path.display())))?;
        let config: Config = toml::from_str(&text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let before = text.get(..start).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            Fault::Config(format!(
                "{}, line {line}: {}",
                path.display(),
                error.message()
            ))
        })?;
        config.check()?;
        Ok(config)
    }

    /// Checks what can be wrong without asking the world.
    ///
    /// # Errors
    /// [`Fault::Config`] naming the key and the mend.
    pub fn check(&self) -> Result<(), Fault> {
        let wrong = |key: &str, mend: &str| Err(Fault::Config(format!("{key}: {mend}")));
        for (key, address) in [
            ("portal", &self.portal),
            ("desk", &self.desk),
            ("partner", &self.partner),
            ("here", self.here.as_ref().unwrap_or(&self.portal)),
        ] {
            let host = ["https://", "http://"]
                .iter()
                .find_map(|scheme| address.strip_prefix(scheme));
            let is_bare = |host: &str| {
                !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) && host.is_ascii()
            };
            if !host.is_some_and(is_bare) {
                return wrong(
                    key,
                    "give the address that people use, https://NAME or https://NAME:PORT, without a path or a slash at the end",
                );
            }
        }
        if self.here.is_some() && self.purpose != Purpose::Demo {
            return wrong(
                "here",
                "only a demonstration is reached elsewhere than its documents say: take this line out",
            );
        }
        if self.series.is_empty() || !self.series.bytes().all(|b| b.is_ascii_uppercase()) {
            return wrong(
                "series",
                "give a prefix of capital letters, for example NRS",
            );
        }
        if domain::profile::Profile::by_key(&self.profile).is_none() {
            return wrong(
                "profile",
                "one of jp-partnership, certcc, eu-cra, psirt, isac, archive",
            );
        }
        if formats::subscribers::MailAddress::parse(&self.mail.from).is_err() {
            return wrong(
                "mail.from",
                "give a mail address of a domain that receives bounces",
            );
        }
        if !is_contact(&self.contact) {
            return wrong(
                "contact",
                "give a mail address, or the address of a page, https://…",
            );
        }
        for (key, words) in [
            ("telephone_ja", &self.telephone_ja),
            ("telephone_en", &self.telephone_en),
        ] {
            let is_line = words.chars().count() <= TELEPHONE_CHARS_MAX
                && !words.chars().any(char::is_control);
            if !is_line || self.telephone_ja.is_empty() != self.telephone_en.is_empty() {
                return wrong(
                    key,
                    "give number and hours in one line of at most 120 characters, in both languages or in none",
                );
            }
        }
        self.check_relay()?;
        self.alarm.check()?;
        if self.mail.connections == 0 || self.mail.connections > 256 {
            return wrong("mail.connections", "between 1 and 256");
        }
        if self.mail.deadline_hours == 0 || self.mail.deadline_hours > 240 {
            return wrong("mail.deadline_hours", "between 1 and 240");
        }
        for (key, listen) in [
            ("listen.portal", &self.listen.portal),
            ("listen.desk", &self.listen.desk),
            ("listen.partner", &self.listen.partner),
        ] {
            if listen.parse::<std::net::SocketAddr>().is_err() {
                return wrong(key, "give ADDRESS:PORT, for example 127.0.0.1:8080");
            }
        }
        Ok(())
    }

    fn check_relay(&self) -> Result<(), Fault> {
        let wrong = |key: &str, mend: &str| Err(Fault::Config(format!("{key}: {mend}")));
        let mail = &self.mail;
        if !mail.duty.is_empty() && formats::subscribers::MailAddress::parse(&mail.duty).is_err() {
            return wrong("mail.duty", "give a mail address, or leave it out");
        }
        if mail.transport == Transport::Folder {
            return Ok(());
        }
        if mail.host.trim().is_empty() {
            return wrong("mail.host", "give the name of the relay");
        }
        if mail.user.is_empty() != mail.password_file.is_empty() {
            return wrong(
                "mail.user",
                "give both user and password_file, or neither for a relay that asks for none",
            );
        }
        let is_here = ["127.0.0.1", "::1", "localhost"].contains(&mail.host.as_str());
        if !mail.user.is_empty() && mail.tls == MailTls::None && !is_here {
            return wrong(
                "mail.tls",
                "a password goes over starttls or implicit only; none would show it to the net",
            );
        }
        Ok(())
    }

    /// What still stands as `init` wrote it and is nobody's: to be mended before anything is published.
    #[must_use]
    pub fn placeholders(&self) -> Vec<&'static str> {
        if self.purpose != Purpose::Live {
            return Vec::new();
        }
        let fresh = Config::of(Purpose::Live);
        [
            ("name_ja", self.name_ja == fresh.name_ja),
            ("name_en", self.name_en == fresh.name_en),
            ("portal", self.portal == fresh.portal),
            ("contact", self.contact == fresh.contact),
            ("mail.from", self.mail.from == fresh.mail.from),
        ]
        .into_iter()
        .filter_map(|(key, is_fresh)| is_fresh.then_some(key))
        .collect()
    }

    /// Writes the file of a data folder.
    ///
    /// # Errors
    /// If a value or the file cannot be written.
    pub fn write(&self, dir: &Path) -> Result<(), Fault> {
        seal::files::replace(&dir.join(FILE), self.to_text()?.as_bytes(), true)?;
        Ok(())
    }

    /// Returns the file's text.
    ///
    /// # Errors
    /// [`Fault::Config`] if a value cannot be written, which the types rule out.
    pub fn to_text(&self) -> Result<String, Fault> {
        toml::to_string_pretty(self).map_err(|_| Fault::Config("cannot be written".into()))
    }
}

/// Whether readers can follow it: a mail address, or a page.
fn is_contact(contact: &str) -> bool {
    let is_page = contact.starts_with("https://") && contact.len() > "https://".len();
    is_page || formats::subscribers::MailAddress::parse(contact).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_work_is_named_with_its_key() {
        #[track_caller]
        fn check(change: fn(&mut Config), key: &str) {
            let mut config = Config::of(Purpose::Live);
            change(&mut config);
            match config.check() {
                Err(Fault::Config(why)) => assert!(why.starts_with(&format!("{key}:")), "{why}"),
                other => panic!("{key}: {other:?}"),
            }
        }
        fn smtp(config: &mut Config) {
            config.mail.transport = Transport::Smtp;
            config.mail.host = "relay.example".into();
        }
        assert!(Config::of(Purpose::Live).check().is_ok());
        check(|c| c.contact = "call us".into(), "contact");
        check(|c| c.telephone_ja = "03-0000-0000".into(), "telephone_ja");
        check(
            |c| (c.telephone_ja, c.telephone_en) = ("1".into(), "2\n3".into()),
            "telephone_en",
        );
        check(
            |c| c.portal = "https://portal.example/advisories".into(),
            "portal",
        );
        check(|c| c.portal = "https://".into(), "portal");
        check(|c| c.here = Some("http://127.0.0.1:8080".into()), "here");
        check(|c| c.mail.duty = "somebody".into(), "mail.duty");
        check(
            |c| {
                smtp(c);
                c.mail.host = " ".into();
            },
            "mail.host",
        );
        check(
            |c| {
                smtp(c);
                c.mail.user = "noroshi".into();
            },
            "mail.user",
        );
        check(
            |c| {
                smtp(c);
                (c.mail.user, c.mail.password_file) = ("noroshi".into(), "p".into());
                c.mail.tls = MailTls::None;
            },
            "mail.tls",
        );
        let all = Config::of(Purpose::Live).placeholders();
        assert_eq!(
            all,
            ["name_ja", "name_en", "portal", "contact", "mail.from"]
        );
    }

    #[test]
    fn pages_and_letters_of_a_demonstration_lead_to_where_it_is_reached() {
        let mut config = Config::of(Purpose::Demo);
        assert_eq!(config.site(String::new()).portal, "https://portal.example");
        config.here = Some("http://127.0.0.1:8080".into());
        assert!(config.check().is_ok());
        assert_eq!(config.site(String::new()).portal, "http://127.0.0.1:8080");
        assert_eq!(config.portal, "https://portal.example");
        config.here = Some("127.0.0.1".into());
        assert!(config.check().is_err());
    }
}
