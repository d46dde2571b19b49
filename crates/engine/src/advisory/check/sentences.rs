//! Where sentences end, in both languages. It knows no rule about them.

/// Cuts a text behind full stops and line ends; each sentence with the place where it begins.
pub(crate) fn sentences(text: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, letter)) = chars.next() {
        let ends = match letter {
            '。' | '！' | '？' | '\n' => true,
            '.' | '!' | '?' => chars.peek().is_none_or(|(_, next)| next.is_whitespace()),
            _ => false,
        };
        if ends {
            let end = at + letter.len_utf8();
            out.extend(text.get(start..end).map(|piece| (start, piece)));
            start = end;
        }
    }
    out.extend(text.get(start..).map(|piece| (start, piece)));
    out.retain(|(_, piece)| !piece.trim().is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_at_full_stops_of_both_languages_and_not_inside_versions() {
        let pieces: Vec<&str> =
            sentences("Update to 3.2.1 now. Then restart.\n更新します。再起動します")
                .into_iter()
                .map(|(_, piece)| piece.trim())
                .collect();
        assert_eq!(
            pieces,
            [
                "Update to 3.2.1 now.",
                "Then restart.",
                "更新します。",
                "再起動します"
            ]
        );
    }
}
