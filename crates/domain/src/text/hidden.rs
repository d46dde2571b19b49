//! Characters that nobody sees, or because of which others are seen in another order.
//!
//! Pages show them by their code point; nothing that is published may hold one, since it would read otherwise than
//! what was signed. It knows nothing of spelling: joiners and marks that scripts need are no business of its own.

/// Tells whether a reader could not see `c`, or would see its neighbours in another order because of it. Ends of lines
/// and tabs are among them: who takes a text of several lines lets them pass.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    let code = u32::from(c);
    c.is_control()
        || matches!(code, 0x061C | 0x200B | 0x200E | 0x200F | 0xFEFF)
        || matches!(code, 0x202A..=0x202E | 0x2060..=0x206F | 0xFDD0..=0xFDEF | 0xFFF9..=0xFFFB | 0xE0000..=0xE007F)
        || code & 0xFFFE == 0xFFFE
}

/// Whether a text has a letter that anybody sees.
#[must_use]
pub fn says_something(text: &str) -> bool {
    let is_blank = |c: char| {
        c.is_whitespace()
            || is_hidden(c)
            || matches!(
                c,
                '\u{ad}'
                    | '\u{115f}'
                    | '\u{1160}'
                    | '\u{3164}'
                    | '\u{ffa0}'
                    | '\u{200c}'
                    | '\u{200d}'
            )
    };
    !text.chars().all(is_blank)
}

/// The first hidden character of a text of several lines.
#[must_use]
pub fn first_in(text: &str) -> Option<char> {
    let may_stand = |c: char| matches!(c, '\n' | '\r' | '\t');
    text.chars().find(|c| is_hidden(*c) && !may_stand(*c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_the_order_or_is_not_seen_is_found() {
        for hidden in [
            '\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}', '\u{0}', '\u{1b}',
        ] {
            assert_eq!(first_in(&format!("一{hidden}二")), Some(hidden));
        }
        for blank in ["", " \n\u{3000}", "\u{200b}\u{2060}\u{ad}", "\u{3164}"] {
            assert!(!says_something(blank), "{blank:?}");
        }
        assert!(says_something("\u{200b}一"));
        // What emoji and Indic scripts need, and what ends lines, is none.
        for fine in ["a\r\nb\tc", "क\u{94d}\u{200d}ष", "👩\u{200d}💻", "e\u{301}"] {
            assert_eq!(first_in(fine), None, "{fine:?}");
        }
    }
}
