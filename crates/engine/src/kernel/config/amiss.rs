//! What `config check` says beside what keeps a house from being opened: a configuration that is well formed and cannot work.
//!
//! An older house with such a file is opened all the same. It opens the files that are named, and speaks to nobody.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use crate::kernel::config::{Config, Purpose, Transport};

impl Config {
    /// What cannot work, each with its key and the mend.
    #[must_use]
    pub fn amiss(&self, dir: &Path) -> Vec<String> {
        let mut out = Vec::new();
        for (key, name) in [("name_ja", &self.name_ja), ("name_en", &self.name_en)] {
            if name.trim().is_empty() {
                out.push(format!(
                    "{key}: give the name under which the house publishes"
                ));
            }
        }
        out.extend(self.in_clear());
        out.extend(self.one_place());
        out.extend(self.relay());
        out.extend(self.alarm_secret(dir));
        out
    }

    /// Pages that would travel in clear.
    fn in_clear(&self) -> Vec<String> {
        let addresses = [
            ("portal", &self.portal),
            ("desk", &self.desk),
            ("partner", &self.partner),
        ];
        let is_open = |address: &str| {
            let host = address.strip_prefix("http://");
            host.is_some_and(|host| !is_here(host))
        };
        addresses
            .into_iter()
            .filter(|(_, address)| self.purpose == Purpose::Live && is_open(address))
            .map(|(key, _)| {
                format!("{key}: over http:// reports, passwords and links would travel in clear; give https://, with a web server in front")
            })
            .collect()
    }

    /// Listeners that would take the same place.
    fn one_place(&self) -> Vec<String> {
        let places = [
            ("listen.portal", &self.listen.portal),
            ("listen.desk", &self.listen.desk),
            ("listen.partner", &self.listen.partner),
        ];
        let of = |text: &str| text.parse::<SocketAddr>().ok();
        // A port of 0 is drawn by the system.
        let both = |a: SocketAddr, b: SocketAddr| {
            let is_any =
                (a.ip().is_unspecified() || b.ip().is_unspecified()) && a.is_ipv4() == b.is_ipv4();
            a.port() != 0 && a.port() == b.port() && (a.ip() == b.ip() || is_any)
        };
        let mut out = Vec::new();
        for (n, (key, place)) in places.iter().enumerate() {
            for (before, other) in places.iter().take(n) {
                if let (Some(a), Some(b)) = (of(place), of(other))
                    && both(a, b)
                {
                    out.push(format!(
                        "{key}: {before} listens there already; give a port of its own"
                    ));
                }
            }
        }
        out
    }

    fn relay(&self) -> Vec<String> {
        let mail = &self.mail;
        if mail.transport == Transport::Folder {
            return Vec::new();
        }
        let mut out = Vec::new();
        if mail.port == 0 {
            out.push("mail.port: give the port of the relay, for example 587".to_owned());
        }
        if !mail.password_file.is_empty() {
            let read = seal::files::read_secret(Path::new(&mail.password_file));
            match read {
                Ok(secret) if secret.trim_ascii().is_empty() => {
                    out.push(format!(
                        "mail.password_file: {} is empty",
                        mail.password_file
                    ));
                }
                Ok(_) => {}
                Err(error) => out.push(format!("mail.password_file: {error}")),
            }
        }
        out
    }

    /// The secret of the alarm's gateway: that it cannot be used is not found out at night.
    fn alarm_secret(&self, dir: &Path) -> Option<String> {
        let file = &self.alarm.authorization_file;
        if file.is_empty() {
            return None;
        }
        match seal::files::read_secret(&dir.join(file)) {
            Ok(secret) => {
                let value = secret.trim_ascii();
                let is_header =
                    !value.is_empty() && value.iter().all(|byte| matches!(byte, b' '..=b'~'));
                (!is_header).then(|| format!("alarm.authorization_file: {file} holds no value of a header, such as: Bearer abc"))
            }
            Err(error) => Some(format!("alarm.authorization_file: {error}")),
        }
    }
}

/// Whether a host, perhaps with a port, is this machine.
fn is_here(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_loopback = |address: IpAddr| address.is_loopback();
    name == "localhost" || name.ends_with(".localhost") || name.parse().is_ok_and(is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amiss(change: impl FnOnce(&mut Config)) -> Vec<String> {
        let mut config = Config::of(Purpose::Live);
        change(&mut config);
        config
            .amiss(Path::new("/"))
            .into_iter()
            .map(|line| line.split(':').next().unwrap_or_default().to_owned())
            .collect()
    }

    #[test]
    fn what_cannot_work_is_named_by_its_key() {
        assert!(amiss(|_| {}).is_empty());
        assert_eq!(amiss(|c| c.name_ja = " ".into()), ["name_ja"]);
        assert_eq!(amiss(|c| c.name_en.clear()), ["name_en"]);
        assert_eq!(
            amiss(|c| c.desk = "http://desk.centre.example".into()),
            ["desk"]
        );
        assert_eq!(
            amiss(|c| c.portal = "http://10.0.0.1:8080".into()),
            ["portal"]
        );
        for here in [
            "http://127.0.0.1:8081",
            "http://[::1]:8081",
            "http://localhost:1",
        ] {
            assert!(amiss(|c| c.desk = here.into()).is_empty(), "{here}");
        }
        let same = |c: &mut Config| c.listen.desk.clone_from(&c.listen.portal);
        assert_eq!(amiss(same), ["listen.desk"]);
        assert_eq!(
            amiss(|c| c.listen.partner = "0.0.0.0:8081".into()),
            ["listen.partner"]
        );
        let drawn = |c: &mut Config| {
            c.listen.portal = "127.0.0.1:0".into();
            c.listen.desk = "127.0.0.1:0".into();
        };
        assert!(amiss(drawn).is_empty());
        let relay = |c: &mut Config| {
            c.mail.transport = Transport::Smtp;
            c.mail.port = 0;
            c.mail.password_file = "/nowhere/relay.password".into();
        };
        assert_eq!(amiss(relay), ["mail.port", "mail.password_file"]);
    }
}
