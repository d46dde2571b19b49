//! A mail address as a value: after it nobody asks again whether a text is one.
//!
//! It takes what people type and old carriers gave out, and knows how it stands on the wire. Whether anybody reads there
//! it does not know.

use std::fmt;

/// RFC 5321 §4.5.3.1.1, counted after quoting.
pub const LOCAL_BYTES_MAX: usize = 64;
/// RFC 5321 §4.5.3.1.3: 256 octets of path with its two brackets.
pub const ADDRESS_BYTES_MAX: usize = 254;
/// A mail address that can be put on the wire. Two are equal if mail to them arrives in one mailbox for sure.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailAddress {
    /// Without quotes, as people write it.
    local: String,
    /// ASCII, lower case.
    domain: String,
}

/// Why a text is no address. Never carries the text: it goes into logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressProblem {
    /// Nothing there.
    #[error("no address")]
    Empty,
    /// Longer than [`ADDRESS_BYTES_MAX`], or the local part than [`LOCAL_BYTES_MAX`].
    #[error("longer than an address may be")]
    TooLong,
    /// A control character, above all a line break: it would add commands or headers of its own.
    #[error("a control character")]
    Control,
    /// A space within the address.
    #[error("a space")]
    Space,
    /// No at sign, or nothing before it.
    #[error("not of the form name@domain")]
    Form,
    /// Letters beyond ASCII, or ones that no local part may have.
    #[error("a character that a mailbox name cannot have")]
    Local,
    /// Not a domain in ASCII or punycode with at least two labels.
    #[error("not a domain name in ASCII letters")]
    Domain,
}

impl AddressProblem {
    /// Returns the stable word for catalogues and logs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            AddressProblem::Empty => "address_empty",
            AddressProblem::TooLong => "address_too_long",
            AddressProblem::Control => "address_control",
            AddressProblem::Space => "address_space",
            AddressProblem::Form => "address_form",
            AddressProblem::Local => "address_local",
            AddressProblem::Domain => "address_domain",
        }
    }
}

impl MailAddress {
    /// Reads an address as people type it: full-width letters fold, `"a..b"@x` and `a..b@x` are the same.
    ///
    /// # Errors
    /// Says why it is none.
    pub fn parse(typed: &str) -> Result<Self, AddressProblem> {
        // Folding shortens, so a typed text may be three times as long; the limit bounds the work before it.
        if typed.len() > ADDRESS_BYTES_MAX * 4 {
            return Err(AddressProblem::TooLong);
        }
        let folded: String = typed
            // What nobody sees at either end was pasted along.
            .trim_matches(|c: char| {
                matches!(c, ' ' | '\u{3000}' | '\u{a0}' | '\u{feff}')
                    || domain::text::hidden::is_hidden(c)
            })
            .chars()
            .map(fold)
            .collect();
        if folded.is_empty() {
            return Err(AddressProblem::Empty);
        }
        if folded.chars().any(char::is_control) {
            return Err(AddressProblem::Control);
        }
        if folded.chars().any(char::is_whitespace) {
            return Err(AddressProblem::Space);
        }
        let (local, domain) = folded.rsplit_once('@').ok_or(AddressProblem::Form)?;
        let local = unquote(local)?;
        if local.is_empty() {
            return Err(AddressProblem::Form);
        }
        if !local.bytes().all(is_local_byte) {
            return Err(AddressProblem::Local);
        }
        let address = MailAddress {
            local,
            domain: domain_name(domain)?,
        };
        let wire_local_bytes = address.smtp_form().len() - address.domain.len() - 1;
        if wire_local_bytes > LOCAL_BYTES_MAX || address.smtp_form().len() > ADDRESS_BYTES_MAX {
            return Err(AddressProblem::TooLong);
        }
        Ok(address)
    }

    /// Returns the form for `MAIL`, `RCPT` and headers: the local part is quoted where RFC 5321 wants it.
    #[must_use]
    pub fn smtp_form(&self) -> String {
        let is_dot_string = !self.local.starts_with('.')
            && !self.local.ends_with('.')
            && !self.local.contains("..");
        if is_dot_string {
            format!("{}@{}", self.local, self.domain)
        } else {
            format!("\"{}\"@{}", self.local, self.domain)
        }
    }

    /// Returns the domain, in lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }
}

impl fmt::Display for MailAddress {
    /// The form people know, without quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

impl fmt::Debug for MailAddress {
    /// Personal: a log shows only where it is, not whose.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailAddress(…@{})", self.domain)
    }
}

impl std::str::FromStr for MailAddress {
    type Err = AddressProblem;

    fn from_str(typed: &str) -> Result<Self, AddressProblem> {
        MailAddress::parse(typed)
    }
}

/// Full-width ASCII (U+FF01–FF5E), the ideographic stop and the dashes of Japanese input, to ASCII
/// (docs/design/japanese-practice.md §2.4).
fn fold(typed: char) -> char {
    match typed {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(typed as u32 - 0xfee0).unwrap_or(typed),
        '。' | '｡' => '.',
        'ー' | '‐' | '‑' | '−' | '–' | '—' | 'ｰ' => '-',
        '\u{3000}' => ' ',
        other => other,
    }
}

/// Takes the quotes of `"a..b"` away; only what needs no escape within them is accepted.
fn unquote(local: &str) -> Result<String, AddressProblem> {
    match local.strip_prefix('"') {
        Some(rest) => rest
            .strip_suffix('"')
            .map(str::to_owned)
            .ok_or(AddressProblem::Local),
        None => Ok(local.to_owned()),
    }
}

/// RFC 5322 `atext` and the dot.
const fn is_local_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
                | b'.'
        )
}

/// A domain of two or more labels, ASCII; names in other letters must come as punycode, which is what their mail servers have.
fn domain_name(domain: &str) -> Result<String, AddressProblem> {
    let lower = domain.to_ascii_lowercase();
    let labels: Vec<&str> = lower.split('.').collect();
    let valid_label = |label: &&str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let top_is_a_name = labels
        .last()
        .is_some_and(|top| !top.bytes().all(|byte| byte.is_ascii_digit()));
    if labels.len() < 2 || !labels.iter().all(valid_label) || !top_is_a_name {
        return Err(AddressProblem::Domain);
    }
    Ok(lower)
}
