//! `/.well-known/security.txt` (RFC 9116): where to report to this house.
//!
//! It renders unsigned text; the caller signs it. When the file ends is decided by the caller too, since
//! `Expires` is an event of the house and not a guess of the press (docs/design/settled.md §4.7).

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityTxt<'a> {
    /// Addresses, the preferred one first; a bare mail address gets its `mailto:`.
    pub contacts: &'a [&'a str],
    /// Instant after which nobody may rely on the file, RFC 3339.
    pub expires: &'a str,
    /// Address of this very file.
    pub canonical: &'a str,
    /// Address of the public key for reports.
    pub encryption: Option<&'a str>,
    /// Address of the CSAF provider metadata.
    pub csaf: Option<&'a str>,
    /// Address of the disclosure policy.
    pub policy: Option<&'a str>,
    /// Languages that reports may be written in, as BCP 47 tags.
    pub languages: &'a [&'a str],
}

/// Returns the file's text.
#[must_use]
pub fn render(file: &SecurityTxt<'_>) -> String {
    let mut text = String::new();
    for contact in file.contacts {
        line(&mut text, "Contact", &with_scheme(contact));
    }
    line(&mut text, "Expires", file.expires);
    let optional = [
        ("Encryption", file.encryption),
        ("Policy", file.policy),
        ("CSAF", file.csaf),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            line(&mut text, name, value);
        }
    }
    if !file.languages.is_empty() {
        line(&mut text, "Preferred-Languages", &file.languages.join(", "));
    }
    line(&mut text, "Canonical", file.canonical);
    text
}

/// A value must not open a second line, or a configured name could add a contact of its own.
fn line(text: &mut String, name: &str, value: &str) {
    text.push_str(name);
    text.push_str(": ");
    text.extend(value.chars().filter(|c| !c.is_control()));
    text.push('\n');
}

fn with_scheme(contact: &str) -> String {
    let has_scheme = ["mailto:", "tel:", "https://"]
        .iter()
        .any(|scheme| contact.starts_with(scheme));
    if !has_scheme && contact.contains('@') {
        format!("mailto:{contact}")
    } else {
        contact.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file<'a>(contacts: &'a [&'a str]) -> SecurityTxt<'a> {
        SecurityTxt {
            contacts,
            expires: "2027-02-01T00:00:00Z",
            canonical: "https://portal.example/.well-known/security.txt",
            encryption: None,
            csaf: Some("https://portal.example/.well-known/csaf/provider-metadata.json"),
            policy: None,
            languages: &["ja", "en"],
        }
    }

    #[test]
    fn the_file_names_contact_expiry_and_csaf() {
        assert_eq!(
            render(&file(&[
                "report@portal.example",
                "https://portal.example/report"
            ])),
            "Contact: mailto:report@portal.example\n\
             Contact: https://portal.example/report\n\
             Expires: 2027-02-01T00:00:00Z\n\
             CSAF: https://portal.example/.well-known/csaf/provider-metadata.json\n\
             Preferred-Languages: ja, en\n\
             Canonical: https://portal.example/.well-known/security.txt\n"
        );
    }

    #[test]
    fn a_value_cannot_add_a_line() {
        let text = render(&file(&[
            "a@portal.example\r\nContact: mailto:thief@else.example",
        ]));
        assert_eq!(
            text.lines().filter(|l| l.starts_with("Contact:")).count(),
            1
        );
    }
}
