//! Canaries and the scanner that finds them, however they are written.
//!
//! A canary is a word of 24 letters that stands nowhere else. It is looked for as UTF-8, UTF-16, hexadecimal
//! digits, percent, JSON and HTML escapes, quoted-printable and base64 at its three offsets, in the bytes as they
//! are and with their line breaks taken out. Compressed siblings are not unpacked: what they hold lies plain beside
//! them.

use std::collections::HashMap;

/// A word with what it stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Canary {
    pub name: String,
    pub word: String,
}

impl Canary {
    /// Draws a word.
    pub fn draw(name: &str) -> Canary {
        let letters = seal::hex(&seal::random::bytes::<12>());
        let letter = |digit: u8| match digit {
            b'0'..=b'9' => char::from(b'g' + digit - b'0'),
            _ => char::from(b'q' + digit - b'a'),
        };
        Canary {
            name: name.to_owned(),
            word: letters.bytes().map(letter).collect(),
        }
    }
}

/// Bytes that begin a form: enough to be rare, few enough to be a key.
const PREFIX: usize = 8;

/// Looks for many canaries at once.
pub struct Scanner {
    /// Forms by their first bytes, with the name of canary and form.
    forms: HashMap<[u8; PREFIX], Vec<(String, Vec<u8>)>>,
    /// Whether a form begins with these two bytes: most places are passed over by this alone.
    pairs: Vec<bool>,
}

impl Scanner {
    /// Makes a scanner for canaries.
    pub fn of<'c>(canaries: impl IntoIterator<Item = &'c Canary>) -> Scanner {
        let mut scanner = Scanner {
            forms: HashMap::new(),
            pairs: vec![false; 1 << 16],
        };
        for canary in canaries {
            for (form, bytes) in written(&canary.word) {
                let prefix = bytes.first_chunk::<PREFIX>().expect("a long form");
                let name = format!("{} as {form}", canary.name);
                scanner.pairs[pair(prefix[0], prefix[1])] = true;
                let same = scanner.forms.entry(*prefix).or_default();
                same.push((name, bytes));
            }
        }
        scanner
    }

    /// Returns the names of the canaries and forms that stand in the bytes, each once.
    pub fn found(&self, bytes: &[u8]) -> Vec<String> {
        let mut found = self.find_in(bytes);
        let soft = unbroken(bytes);
        if soft.len() < bytes.len() {
            found.extend(self.find_in(&soft));
        }
        found.sort();
        found.dedup();
        found
    }

    fn find_in(&self, bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        for at in 0..bytes.len().saturating_sub(PREFIX - 1) {
            if !self.pairs[pair(bytes[at], bytes[at + 1])] {
                continue;
            }
            let rest = &bytes[at..];
            let prefix = rest.first_chunk::<PREFIX>().expect("enough bytes");
            let Some(forms) = self.forms.get(prefix) else {
                continue;
            };
            let here = forms.iter().filter(|(_, form)| rest.starts_with(form));
            found.extend(here.map(|(name, _)| name.clone()));
        }
        found
    }
}

/// Returns the place of a pair of bytes.
fn pair(first: u8, second: u8) -> usize {
    usize::from(first) * 256 + usize::from(second)
}

/// Takes line breaks out, soft ones of quoted-printable with their sign.
fn unbroken(bytes: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        let soft = *byte == b'=' && matches!(bytes.get(at + 1), Some(b'\r' | b'\n'));
        if !soft && !matches!(byte, b'\r' | b'\n') {
            out.push(*byte);
        }
    }
    out
}

/// Lists the forms in which a word may be written.
fn written(word: &str) -> Vec<(&'static str, Vec<u8>)> {
    let each = |form: &dyn Fn(u8) -> String| -> Vec<u8> {
        word.bytes().map(form).collect::<String>().into_bytes()
    };
    let mut forms = vec![
        ("text", word.as_bytes().to_vec()),
        ("UTF-16LE", word.bytes().flat_map(|b| [b, 0]).collect()),
        ("UTF-16BE", word.bytes().flat_map(|b| [0, b]).collect()),
        ("hex", each(&|b| format!("{b:02x}"))),
        ("HEX", each(&|b| format!("{b:02X}"))),
        ("percent", each(&|b| format!("%{b:02x}"))),
        ("JSON", each(&|b| format!("\\u{b:04x}"))),
        ("HTML", each(&|b| format!("&#{b};"))),
        ("HTML hex", each(&|b| format!("&#x{b:x};"))),
        ("quoted-printable", each(&|b| format!("={b:02X}"))),
    ];
    for (offset, name) in ["base64", "base64+1", "base64+2"].into_iter().enumerate() {
        forms.push((name, base64_inside(word, offset)));
    }
    forms
}

/// Returns the base64 digits that a word alone decides, if it begins `offset` bytes after a group of three.
fn base64_inside(word: &str, offset: usize) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = vec![0; offset];
    bytes.extend_from_slice(word.as_bytes());
    let first = (offset * 8).div_ceil(6);
    let bit = |at: usize| usize::from((bytes[at / 8] >> (7 - at % 8)) & 1);
    (first..bytes.len() * 8 / 6)
        .map(|digit| DIGITS[(0..6).fold(0, |sum, at| (sum << 1) | bit(digit * 6 + at))])
        .collect()
}
