//! Numbers and codes as people type them.

/// The digits of what somebody typed: full-width ones count, and what stands between them is left away.
#[must_use]
pub fn digits(text: &str) -> String {
    text.chars().filter_map(digit).collect()
}

fn digit(letter: char) -> Option<char> {
    match letter {
        '０'..='９' => char::from_u32(u32::from(letter) - 0xFEE0),
        _ => letter.is_ascii_digit().then_some(letter),
    }
}
