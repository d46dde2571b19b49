//! The finder's receipt: 120 random bits that are both address and key of the mailbox (docs/design/security.md §2.5).
//!
//! 24 letters of Crockford's base 32 and one check letter of the same alphabet over GF(32), weights
//! α¹…α²⁴ and 1: every single wrong letter and every transposition of two letters is found. A receipt never
//! stands in mail, URL or log; it has neither `Display` nor `Serialize`. The handling number is another thing.

use zeroize::Zeroizing;

use crate::keyring::derive;

/// Letters of a receipt, without the check letter.
pub const LETTERS: usize = 24;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A receipt.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt(Zeroizing<[u8; LETTERS]>);

impl std::fmt::Debug for Receipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Receipt(…)")
    }
}

/// What a finder typed is no receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAReceipt {
    /// Letters are missing or too many.
    #[error("a receipt has 25 letters and digits; {found} were typed")]
    Length {
        /// Letters that were typed, separators left out.
        found: usize,
    },
    /// A character that no receipt has.
    #[error("a receipt consists of digits and letters without U")]
    Letter,
    /// A letter is wrong or two stand in the wrong order.
    #[error("a letter is mistyped, or two are interchanged")]
    Check,
}

impl Receipt {
    /// Draws a new receipt: one that [`contains_receipt`] knows as one, as all but one in a thousand are.
    #[must_use]
    pub fn draw() -> Self {
        loop {
            let bits = crate::random::bytes::<LETTERS>();
            let drawn = bits.map(|b| b & 31);
            if is_known_as_one(&drawn) {
                return Receipt(Zeroizing::new(drawn));
            }
        }
    }

    /// Returns the receipt of a form that is sent once: whoever sends the same words under the same `once` again gets the
    /// same receipt. `once` was drawn for the page of the form and is known to its reader only.
    #[must_use]
    pub fn of_once(once: &[u8; 16], house: &[u8; 16], said: &[u8; 32]) -> Self {
        let name = crate::canon::Canon::of("noroshi/receipt-once/1")
            .fixed(house)
            .fixed(said)
            .finish();
        let key = crate::sha256(once);
        let mut mac = crate::hmac256(&key, &name);
        loop {
            let mut values = [0; LETTERS];
            for (value, byte) in values.iter_mut().zip(mac) {
                *value = byte & 31;
            }
            if is_known_as_one(&values) {
                return Receipt(Zeroizing::new(values));
            }
            mac = crate::hmac256(&key, &mac);
        }
    }

    /// Makes a receipt of given values (0 to 31 each), for golden vectors.
    #[must_use]
    pub fn from_values(values: [u8; LETTERS]) -> Self {
        Receipt(Zeroizing::new(values.map(|v| v & 31)))
    }

    /// Returns the groups as they are printed: six of four letters, the last with the check letter.
    ///
    /// The caller shows them to the finder and to nobody else.
    #[must_use]
    pub fn printed(&self) -> Zeroizing<String> {
        let mut out = String::with_capacity(31);
        for (at, value) in self.0.iter().enumerate() {
            if at > 0 && at % 4 == 0 {
                out.push('-');
            }
            out.push(letter(*value));
        }
        out.push(letter(check(&self.0)));
        Zeroizing::new(out)
    }

    /// Reads what a finder typed or pasted: case, spaces, dashes of every kind, what a mail program adds unseen and
    /// marks around it do not matter, O is 0, I and L are 1, full-width letters count as themselves. A label before it goes,
    /// up to its colon, or as far as it has no letter of a receipt.
    ///
    /// # Errors
    /// Says what is wrong, without repeating what was typed.
    pub fn read(typed: &str) -> Result<Self, NotAReceipt> {
        Self::of_letters(typed).or_else(|wrong| {
            let behind = typed.rsplit([':', '：']).next().unwrap_or(typed);
            let bare = behind.trim_start_matches(|c| value(fold(c)).is_none());
            Self::of_letters(bare).map_err(|_| wrong)
        })
    }

    fn of_letters(typed: &str) -> Result<Self, NotAReceipt> {
        let mut values = Zeroizing::new(Vec::with_capacity(LETTERS + 1));
        for c in typed.chars().map(fold) {
            if is_separator(c) || is_invisible(c) || MARKS.contains(c) {
                continue;
            }
            values.push(value(c).ok_or(NotAReceipt::Letter)?);
            if values.len() > 64 {
                break;
            }
        }
        let Some((last, body)) = values.split_last().filter(|_| values.len() == LETTERS + 1) else {
            return Err(NotAReceipt::Length {
                found: values.len(),
            });
        };
        let body: [u8; LETTERS] = body.try_into().map_err(|_| NotAReceipt::Length {
            found: values.len(),
        })?;
        if check(&body) != *last {
            return Err(NotAReceipt::Check);
        }
        Ok(Receipt(Zeroizing::new(body)))
    }

    /// Returns the look-up id of the mailbox; the house stores its SHA-256 only.
    #[must_use]
    pub fn lookup(&self, house: &[u8; 16]) -> [u8; 32] {
        derive(&self.packed(), house, "noroshi/receipt/lookup/1")
    }

    /// Returns the private half of the mailbox key (X25519).
    #[must_use]
    pub fn mailbox_secret(&self, house: &[u8; 16]) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(derive(&self.packed(), house, "noroshi/receipt/mailbox/1"))
    }

    /// 120 bits as 15 bytes: eight letters give five bytes.
    fn packed(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(15));
        for eight in self.0.chunks_exact(8) {
            let bits = eight
                .iter()
                .fold(0_u64, |bits, value| bits << 5 | u64::from(*value));
            out.extend_from_slice(&bits.to_be_bytes()[3..]);
        }
        out
    }
}

/// Tells whether `text` contains a valid receipt as it is printed or typed; such a text is refused with an
/// explanation, so that a receipt never lands in a thread.
///
/// Looked for are the printed groups of 4, 4, 4, 4, 4 and 5 with one or two separators between them: 25 letters in one
/// run are a name of a program as often. A receipt has digits; a sentence of short words has none and is left alone.
#[must_use]
pub fn contains_receipt(text: &str) -> bool {
    let mut groups: Vec<Vec<u8>> = Vec::new();
    let mut run: Vec<u8> = Vec::new();
    let mut gap = 0;
    let mut found = false;
    for original in text.chars().chain(std::iter::once('\n')) {
        if is_invisible(original) {
            continue;
        }
        let c = fold(original);
        // The long vowel mark separates groups; it is no letter.
        match value(c).filter(|_| !is_separator(original)) {
            Some(v) => {
                run.push(v);
                gap = 0;
            }
            None => {
                if !run.is_empty() {
                    groups.push(std::mem::take(&mut run));
                    if groups.len() > 6 {
                        groups.remove(0);
                    }
                    let lengths: Vec<usize> = groups.iter().map(Vec::len).collect();
                    found |= lengths == [4, 4, 4, 4, 4, 5] && is_receipt(&groups.concat());
                }
                gap += 1;
                if !is_separator(original) || gap > 2 {
                    groups.clear();
                }
            }
        }
    }
    found
}

/// Marks that people set around a receipt, or at its end.
const MARKS: &str = "。、，,:;：；「」『』（）()[]<>\"“”'‘’";

/// What stands between two groups.
fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '‐'
                | '‑'
                | '‒'
                | '–'
                | '—'
                | '―'
                | '−'
                | '﹘'
                | '﹣'
                | '－'
                | 'ー'
                | 'ｰ'
                | '_'
                | '.'
        )
}

/// What nobody sees, and a program has added.
fn is_invisible(c: char) -> bool {
    matches!(
        u32::from(c),
        0x00AD | 0x180E | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF
    )
}

/// Digits that a receipt has at the least: a random one with fewer, one in a thousand, is not given out.
const DIGITS_MIN: usize = 2;

fn is_receipt(values: &[u8]) -> bool {
    let Some((last, body)) = values.split_last() else {
        return false;
    };
    <[u8; LETTERS]>::try_from(body)
        .is_ok_and(|body| is_known_as_one(&body) && check(&body) == *last)
}

/// Whether 24 letters are told from a sentence: by their digits, and by not being one letter over and over.
fn is_known_as_one(body: &[u8; LETTERS]) -> bool {
    let digits = body.iter().filter(|v| **v < 10).count();
    digits >= DIGITS_MIN && body.iter().any(|v| *v != body[0])
}

fn letter(value: u8) -> char {
    ALPHABET[usize::from(value & 31)] as char
}

fn fold(c: char) -> char {
    let narrow = match u32::from(c) {
        n @ 0xFF01..=0xFF5E => char::from_u32(n - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    match narrow.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

fn value(c: char) -> Option<u8> {
    let byte = u8::try_from(c).ok()?;
    ALPHABET
        .iter()
        .position(|l| *l == byte)
        .and_then(|at| u8::try_from(at).ok())
}

/// Multiplies by α in GF(32) with the polynomial x⁵ + x² + 1.
const fn times_alpha(v: u8) -> u8 {
    let shifted = v << 1;
    if shifted & 32 == 0 {
        shifted
    } else {
        (shifted ^ 0b10_0101) & 31
    }
}

/// Σ αⁱ·vᵢ, i = 1…24, by Horner's rule from the last letter.
fn check(values: &[u8; LETTERS]) -> u8 {
    values.iter().rev().fold(0, |sum, v| times_alpha(sum ^ v))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Receipt {
        let mut values = [0_u8; LETTERS];
        for (at, v) in values.iter_mut().enumerate() {
            *v = u8::try_from((at * 7 + 3) % 32).unwrap_or(0);
        }
        Receipt::from_values(values)
    }

    /// Printed on paper: this vector may only be joined by others.
    #[test]
    fn the_printed_form_is_fixed() {
        assert_eq!(
            sample().printed().as_str(),
            "3AHR-Z6DM-V29G-QY5C-KT18-FPX4S"
        );
        assert_eq!(
            crate::hex(&sample().lookup(&[7; 16])),
            "30151c0f890ed2ab5647bff0ef0d77107be3a623519703c2cc9c0aef0c75f6b8"
        );
        assert_eq!(
            crate::hex(sample().mailbox_secret(&[7; 16]).as_slice()),
            "918e52b252a8426f36b9bc2dd15d6f507ec76529f19a12583f29b08fd00242c8"
        );
    }

    #[test]
    fn every_single_error_and_every_transposition_is_found() {
        let printed: Vec<char> = sample().printed().chars().filter(|c| *c != '-').collect();
        let read = |chars: &[char]| Receipt::read(&chars.iter().collect::<String>());
        assert!(read(&printed).is_ok());
        for at in 0..printed.len() {
            for wrong in ALPHABET
                .iter()
                .map(|b| *b as char)
                .filter(|c| *c != printed[at])
            {
                let mut typed = printed.clone();
                typed[at] = wrong;
                assert_eq!(read(&typed), Err(NotAReceipt::Check));
            }
            for other in at + 1..printed.len() {
                let mut typed = printed.clone();
                typed.swap(at, other);
                assert_eq!(read(&typed).is_err(), typed != printed);
            }
        }
    }

    #[test]
    fn a_receipt_is_read_as_people_type_it() {
        let printed = sample().printed();
        let wide: String = printed
            .chars()
            .map(|c| match c {
                '-' => 'ー',
                c => char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c),
            })
            .collect();
        for typed in [
            printed.to_lowercase(),
            wide,
            printed.replace('-', "  "),
            printed.replace('0', "o").replace('1', "l"),
        ] {
            assert_eq!(Receipt::read(&typed), Ok(sample()), "{typed}");
        }
        // As it is copied from the page, its label with it.
        for label in [
            "照会キー：",
            "照会キー: ",
            "照会キー ",
            "Your receipt: ",
            "受付番号 1234-5678 照会キー：",
        ] {
            let typed = format!("{label}{}", printed.as_str());
            assert_eq!(Receipt::read(&typed), Ok(sample()), "{typed}");
        }
        assert_eq!(Receipt::read("ABC"), Err(NotAReceipt::Length { found: 3 }));
        assert_eq!(Receipt::read("UUUU"), Err(NotAReceipt::Letter));
        assert_eq!(Receipt::read(""), Err(NotAReceipt::Length { found: 0 }));
    }

    #[test]
    fn a_receipt_in_a_text_is_noticed() {
        let printed = sample().printed();
        assert!(contains_receipt(&format!(
            "私の照会キーは {}、です",
            printed.as_str()
        )));
        assert!(!contains_receipt(
            "A longer sentence without any such thing, only words and 2026-11-22."
        ));
        assert!(!contains_receipt(&"0".repeat(80)));
    }

    #[test]
    fn each_way_of_writing_a_receipt_down_is_read() {
        let printed = sample().printed();
        let letters: String = printed.chars().filter(|c| *c != '-').collect();
        for separator in [
            "", " ", "  ", "\u{3000}", "\t", "\n", "\r\n", "-", "--", " - ", "‐", "‑", "–", "—",
            "―", "−", "ー", "－", "_", ".", "．", "\u{a0}",
        ] {
            assert_eq!(
                Receipt::read(&printed.replace('-', separator)),
                Ok(sample()),
                "{separator:?}"
            );
        }
        // Groups do not matter, nor what stands around.
        let each: Vec<String> = letters.chars().map(String::from).collect();
        assert_eq!(Receipt::read(&each.join("-")), Ok(sample()));
        assert_eq!(Receipt::read(&format!("  {letters}-\n")), Ok(sample()));
    }

    #[test]
    fn letters_that_look_alike_are_one() {
        let ones = Receipt::from_values([1; LETTERS]);
        let zeros = Receipt::from_values([0; LETTERS]);
        for (receipt, digit, others) in [(ones, '1', "iIlLＩｌ"), (zeros, '0', "oOＯｏ")] {
            let printed = receipt.printed();
            for other in others.chars() {
                let typed = printed.replace(digit, &other.to_string());
                assert_eq!(Receipt::read(&typed), Ok(receipt.clone()), "{other}");
            }
        }
    }

    #[test]
    fn what_a_program_adds_unseen_does_not_matter() {
        let receipt = sample();
        let printed = receipt.printed();
        for pasted in [
            printed.replace('-', "\u{200b}-"),
            format!("\u{feff}{}\u{200e}", printed.as_str()),
            printed.replace('-', "\u{ad}"),
            printed.replace('-', "ｰ"),
            printed.replace('-', "‒"),
            printed.replace('-', "－"),
            format!("{}。", printed.as_str()),
            format!("「{}」", printed.as_str()),
            format!("receipt({}).", printed.as_str()).replace("receipt", ""),
        ] {
            assert_eq!(Receipt::read(&pasted), Ok(receipt.clone()), "{pasted:?}");
        }
    }

    #[test]
    fn what_is_no_receipt_is_told_without_being_repeated() {
        let letters: String = sample().printed().replace('-', "");
        for (typed, expected) in [
            (letters[..24].to_owned(), NotAReceipt::Length { found: 24 }),
            (format!("{letters}0"), NotAReceipt::Length { found: 26 }),
            (letters.repeat(2), NotAReceipt::Length { found: 50 }),
            // Whoever pastes a book is told so before it is read.
            ("A".repeat(100_000), NotAReceipt::Length { found: 65 }),
            ("- - -".to_owned(), NotAReceipt::Length { found: 0 }),
            (letters.replace('A', "U"), NotAReceipt::Letter),
            (letters.replace('A', "ア"), NotAReceipt::Letter),
            (letters.replace('A', "/"), NotAReceipt::Letter),
            // What nobody sees is left out, and so is missing.
            (
                letters.replace('A', "\u{200b}"),
                NotAReceipt::Length {
                    found: 25 - letters.matches('A').count(),
                },
            ),
            (letters.replace('A', "Ａ́"), NotAReceipt::Letter),
            (letters.replace('A', "B"), NotAReceipt::Check),
        ] {
            let read = Receipt::read(&typed);
            assert_eq!(read, Err(expected), "{typed:.40}");
            let told = expected.to_string();
            assert!(!told.contains("3AHR"), "{told}");
        }
    }

    #[test]
    fn another_receipt_or_another_house_opens_another_mailbox() {
        let mut values = [0_u8; LETTERS];
        let mut seen = std::collections::BTreeSet::new();
        for at in 0..LETTERS {
            values[at] = 1;
            let receipt = Receipt::from_values(values);
            values[at] = 0;
            for house in [[7; 16], [8; 16]] {
                assert!(seen.insert(receipt.lookup(&house).to_vec()), "{at}");
                assert!(seen.insert(receipt.mailbox_secret(&house).to_vec()), "{at}");
            }
        }
        assert_eq!(seen.len(), LETTERS * 4);
        assert_ne!(Receipt::draw(), Receipt::draw());
    }

    #[test]
    fn a_receipt_is_noticed_however_it_was_pasted() {
        let printed = sample().printed();
        let letters = printed.replace('-', "");
        let wrong = printed.replace("3AHR", "3AHS");
        for (text, is_found) in [
            (printed.to_string(), true),
            (printed.to_lowercase(), true),
            // In one run it is a name of a program as often: one in 32 of those passes by chance.
            (letters.clone(), false),
            (format!("({letters})"), false),
            ("com.example.ClockAndWeather3DWidgetsD".to_owned(), false),
            (printed.replace('-', "\u{200b}-\u{feff}"), true),
            (printed.replace('-', "ｰ"), true),
            (printed.replace('-', "‒"), true),
            (printed.replace('-', " "), true),
            (printed.replace('-', "\n"), true),
            (printed.replace('-', " -"), true),
            (printed.replace('-', "ー"), true),
            (printed.replace('1', "l"), true),
            (format!("鍵は「{}」です。", printed.as_str()), true),
            (format!("one\ntwo {} three", printed.as_str()), true),
            (format!("{wrong} {}", printed.as_str()), true),
            (wrong, false),
            (printed.replace('-', " - "), false),
            (printed.replace('-', "/"), false),
            (letters[..24].to_owned(), false),
            (format!("{letters}X"), false),
            (printed[..29].to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(contains_receipt(&text), is_found, "{text}");
        }
    }

    /// One in a thousand was given out and let into a thread.
    #[test]
    fn every_receipt_that_is_given_out_is_found_in_a_text() {
        for n in 0..20_000_u32 {
            let mut once = [0; 16];
            once[..4].copy_from_slice(&n.to_be_bytes());
            let of_once = Receipt::of_once(&once, &[7; 16], &[1; 32]);
            for receipt in [Receipt::draw(), of_once.clone()] {
                assert!(
                    contains_receipt(&receipt.printed()),
                    "{:?}",
                    receipt.printed()
                );
            }
            let again = Receipt::of_once(&once, &[7; 16], &[1; 32]);
            assert_eq!(again.printed(), of_once.printed());
        }
    }

    #[test]
    fn a_receipt_prints_nothing_by_itself() {
        assert_eq!(format!("{:?}", sample()), "Receipt(…)");
    }
}
