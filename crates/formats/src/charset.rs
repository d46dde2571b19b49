//! Letters of bytes that should have been UTF-8, for what people typed into forms.
//!
//! A page of ours asks for UTF-8; what comes in another form is converted where it can be only one, and said to be a
//! guess where it cannot. It knows no field and no mail: mails have labels, which their own reader weighs.

use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS};

/// How sure the letters of some bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surety {
    /// They are what was sent, or can be nothing else.
    Certain,
    /// They may be others: whoever typed them has to look.
    Guessed,
}

/// Reads bytes as text.
#[must_use]
pub fn read(bytes: &[u8]) -> (String, Surety) {
    let strictly = |encoding: &'static Encoding| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
        Some(text.into_owned())
    };
    let shifts = bytes.is_ascii() && bytes.windows(2).any(|two| two == b"\x1b$");
    // An escape sequence of a terminal is typed too, and is no Japanese.
    if shifts && let Some(text) = strictly(ISO_2022_JP).filter(|text| is_japanese(text)) {
        return (text, Surety::Certain);
    }
    // A word or two of it: shifted in and out again, and nothing else beyond ASCII.
    let is_whole = bytes
        .windows(3)
        .any(|three| matches!(three, b"\x1b(B" | b"\x1b(J"));
    if shifts
        && is_whole
        && let Some(text) = strictly(ISO_2022_JP)
            .filter(|text| text.chars().filter(|c| !c.is_ascii()).all(is_common))
    {
        return (text, Surety::Guessed);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (text.to_owned(), Surety::Certain);
    }
    match (strictly(SHIFT_JIS), strictly(EUC_JP)) {
        (Some(text), None) | (None, Some(text)) => {
            let surety = if is_japanese(&text) {
                Surety::Certain
            } else {
                Surety::Guessed
            };
            (text, surety)
        }
        (Some(one), Some(other)) => {
            let odd = |text: &str| text.chars().filter(|c| is_odd(*c)).count();
            let text = if odd(&other) < odd(&one) { other } else { one };
            (text, Surety::Guessed)
        }
        _ => (String::from_utf8_lossy(bytes).into_owned(), Surety::Guessed),
    }
}

/// Reads a name or a value of a form as browsers escape it.
#[must_use]
pub fn read_escaped(side: &[u8]) -> (String, Surety) {
    read(&unescaped(side))
}

/// The bytes of a name or a value.
fn unescaped(side: &[u8]) -> Vec<u8> {
    let digit = |at: usize| side.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(side.len());
    let mut at = 0;
    while let Some(byte) = side.get(at) {
        let escaped = digit(at + 1).zip(digit(at + 2)).filter(|_| *byte == b'%');
        match escaped.and_then(|(high, low)| u8::try_from(high * 16 + low).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(if *byte == b'+' { b' ' } else { *byte });
                at += 1;
            }
        }
    }
    out
}

/// Whether most letters beyond ASCII are those of Japanese: Western bytes decode by chance as a few rare signs.
fn is_japanese(text: &str) -> bool {
    let beyond: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
    let common = beyond.iter().filter(|c| is_common(**c));
    common.count() * 2 > beyond.len() && beyond.len() >= 4
}

/// Kana, kanji and signs of Japanese.
fn is_common(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff60}')
}

/// Half-width kana and signs of nobody: what one Japanese form looks like in the other.
fn is_odd(c: char) -> bool {
    matches!(c, '\u{ff61}'..='\u{ff9f}' | '\u{e000}'..='\u{f8ff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TYPED: &str = "認証を回避して設定を変更できます。バージョンは２.４です。";

    #[test]
    fn what_can_be_only_one_is_converted_and_the_rest_is_a_guess() {
        let in_form = |encoding: &'static Encoding| encoding.encode(TYPED).0.into_owned();
        for bytes in [
            TYPED.as_bytes().to_vec(),
            in_form(SHIFT_JIS),
            in_form(ISO_2022_JP),
        ] {
            assert_eq!(read(&bytes), (TYPED.to_owned(), Surety::Certain));
        }
        // EUC-JP may be Shift_JIS of half-width kana: shown as it most likely is, and asked about.
        assert_eq!(read(&in_form(EUC_JP)).0, TYPED);
        // Too short to be sure of: as it most likely is, and asked about.
        let short = SHIFT_JIS.encode("東京").0.into_owned();
        assert_eq!(read(&short).1, Surety::Guessed);
        let short = ISO_2022_JP.encode("製品").0.into_owned();
        assert_eq!(read(&short), ("製品".to_owned(), Surety::Guessed));
        for odd in [&b"caf\xe9"[..], b"\xff\xfe\x00", b"\x1b$B\x80"] {
            assert_eq!(read(odd).1, Surety::Guessed, "{odd:?}");
        }
        let typed = "\u{1b}$B then";
        assert_eq!(read(typed.as_bytes()), (typed.to_owned(), Surety::Certain));
        assert_eq!(read(b""), (String::new(), Surety::Certain));
    }

    proptest! {
        #[test]
        fn what_is_utf_8_stays_as_it_is(text in "[^\u{1b}]{0,64}") {
            prop_assert_eq!(read(text.as_bytes()), (text.clone(), Surety::Certain));
        }

        #[test]
        fn what_was_typed_in_japanese_comes_back(text in "[ぁ-んァ-ヶ一-龠]{12,40}") {
            let (bytes, _, lost) = SHIFT_JIS.encode(&text);
            let (found, surety) = read(&bytes);
            prop_assert!(lost || surety == Surety::Guessed || found == text, "{text} {found}");
        }

        #[test]
        fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = read_escaped(&bytes);
        }
    }
}
