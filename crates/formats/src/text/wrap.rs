//! Line breaking for plain text that people read in a terminal or a mail program.
//!
//! Width is counted in columns: East Asian wide characters take two, and so do those that Japanese fonts draw wide
//! although Unicode calls them ambiguous; a line is then never wider than promised. Kinsoku: no line begins with a
//! closing mark or ends with an opening one. A word is never cut, since an address or a command that is cut is another
//! one: a line is wider than promised only where one word is. Marks of East Asian scripts are cut when nothing else ends
//! them.

/// Returns the columns that `text` takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(char_columns).sum()
}

/// Appends `text` to `out`, its first line after `first` and the others after `indent` spaces.
pub(super) fn wrap(out: &mut String, text: &str, first: &str, indent: usize, width: usize) {
    let mut head = first.to_owned();
    for line in text.trim_end().split('\n') {
        wrap_line(out, line.trim_end(), &head, indent, width);
        head = " ".repeat(indent);
    }
}

fn wrap_line(out: &mut String, line: &str, head: &str, indent: usize, width: usize) {
    let own = line
        .chars()
        .take_while(|c| *c == ' ')
        .count()
        .min(OWN_INDENT_MAX);
    let margin = " ".repeat(indent + own);
    let mut current = format!("{head}{}", " ".repeat(own));
    let mut used = columns(&current);
    let mut is_fresh = true;
    for unit in units(line, width.saturating_sub((indent + own).max(1))) {
        let gap = if is_fresh { 0 } else { unit.gap };
        if used + gap + unit.width > width && (!is_fresh || used > columns(&margin)) {
            push_line(out, &current);
            current.clone_from(&margin);
            used = columns(&current);
        } else {
            current.extend(std::iter::repeat_n(' ', gap));
            used += gap;
        }
        // Mail boxes take a line that begins with "From " for a new message, and clear signatures escape a dash
        // (RFC 9580 §7.1): with a space before them the text stays as it is.
        if used == 0 && (unit.text == "From" || unit.text.starts_with('-')) {
            current.push(' ');
            used += 1;
        }
        current.push_str(&unit.text);
        used += unit.width;
        is_fresh = false;
    }
    push_line(out, &current);
}

/// Indentation of the writer's own is kept up to here, for commands and lists.
const OWN_INDENT_MAX: usize = 8;

fn push_line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

/// A piece that is not broken, and the spaces before it.
struct Unit {
    text: String,
    width: usize,
    gap: usize,
}

fn units(line: &str, width_max: usize) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut gap = 0;
    for c in line.chars() {
        if c.is_whitespace() || c.is_control() {
            gap += 1;
            continue;
        }
        let width = char_columns(c);
        match units.last_mut() {
            Some(unit)
                if gap == 0
                    && holds_together(&unit.text, c)
                    && (is_one_word(&unit.text, c) || unit.width + width <= width_max) =>
            {
                unit.text.push(c);
                unit.width += width;
            }
            _ => units.push(Unit {
                text: c.to_string(),
                width,
                gap,
            }),
        }
        gap = 0;
    }
    units
}

/// Whether two characters belong to one word of a script that writes spaces.
fn is_one_word(before: &str, c: char) -> bool {
    let last = before.chars().next_back();
    last.is_some_and(|last| u32::from(last) < EAST_ASIAN_FIRST && u32::from(c) < EAST_ASIAN_FIRST)
}

fn holds_together(before: &str, c: char) -> bool {
    let last = before.chars().next_back();
    is_one_word(before, c)
        || char_columns(c) == 0
        || (last.is_some() && NOT_FIRST.contains(c))
        || last.is_some_and(|last| NOT_LAST.contains(last))
}

/// From here on scripts are written without spaces and break between any two characters.
const EAST_ASIAN_FIRST: u32 = 0x2E80;

const NOT_FIRST: &str = "、。，．・：；？！,.:;?!)]}）］｝」』】〉》〕〙〗’”゛゜´｀ヽヾゝゞ々ー〜～…‥％℃°\
                         ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ";
const NOT_LAST: &str = "([{（［｛「『【〈《〔〘〖‘“＃￥＄";

fn char_columns(c: char) -> usize {
    let code = u32::from(c);
    let within = |ranges: &[(u32, u32)]| {
        ranges
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&code))
    };
    if code < 0xA1 {
        1
    } else if within(ZERO) {
        0
    } else if within(WIDE) {
        2
    } else {
        1
    }
}

/// Combining marks, joiners and variation selectors.
const ZERO: &[(u32, u32)] = &[
    (0x00AD, 0x00AD),
    (0x0300, 0x036F),
    (0x200B, 0x200F),
    (0x2060, 0x2064),
    (0x3099, 0x309A),
    (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
    (0xFEFF, 0xFEFF),
    (0xE0100, 0xE01EF),
];

/// Wide and full-width characters (Unicode UAX 11), and the ambiguous ones that Japanese fonts draw wide.
const WIDE: &[(u32, u32)] = &[
    (0x00A7, 0x00A8),
    (0x00B0, 0x00B1),
    (0x00B4, 0x00B4),
    (0x00B6, 0x00B6),
    (0x00D7, 0x00D7),
    (0x00F7, 0x00F7),
    (0x0391, 0x03C9),
    (0x0401, 0x0451),
    (0x1100, 0x115F),
    (0x2010, 0x2027),
    (0x2030, 0x203E),
    (0x20AC, 0x20AC),
    (0x2103, 0x2193),
    (0x21D2, 0x21D4),
    (0x2200, 0x23FF),
    (0x2460, 0x27BF),
    (0x2B1B, 0x2B55),
    (0x2E80, 0x303E),
    (0x3041, 0x33FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0xA4CF),
    (0xA960, 0xA97F),
    (0xAC00, 0xD7A3),
    (0xE000, 0xFAFF),
    (0xFE10, 0xFE19),
    (0xFE30, 0xFE6F),
    (0xFF01, 0xFF60),
    (0xFFE0, 0xFFE6),
    (0x1F000, 0x1FAFF),
    (0x20000, 0x3FFFD),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, first: &str, indent: usize, width: usize, expected: &str) {
        let mut out = String::new();
        wrap(&mut out, text, first, indent, width);
        assert_eq!(out, expected);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(columns("abc"), 3);
        assert_eq!(columns("狼煙"), 4);
        assert_eq!(columns("ﾉﾛｼ"), 3);
        assert_eq!(columns("か\u{3099}"), 2);
    }

    #[test]
    fn words_stay_whole_and_lines_have_no_trailing_spaces() {
        check("one two three", "", 0, 8, "one two\nthree\n");
        check("one two three", "* ", 2, 8, "* one\n  two\n  three\n");
        check("a\n\nb ", "", 0, 8, "a\n\nb\n");
    }

    #[test]
    fn no_line_begins_with_a_closing_mark() {
        check("ああああ。いい", "", 0, 8, "あああ\nあ。いい\n");
        check("ああ「い」う", "", 0, 8, "ああ\n「い」う\n");
    }

    #[test]
    fn a_word_is_never_cut_and_marks_of_east_asian_scripts_are() {
        check("abcdefghij", "", 0, 4, "abcdefghij\n");
        check("abcdef", "number: ", 1, 4, "number:\n abcdef\n");
        check(
            "see https://portal.example/a/b/c ok",
            "",
            0,
            8,
            "see\nhttps://portal.example/a/b/c\nok\n",
        );
        check("。。。。。。", "", 0, 8, "。。。\n。。。\n");
    }

    #[test]
    fn no_line_begins_like_a_mail_box_or_with_a_dash() {
        check(
            "From here\nFrom there",
            "",
            0,
            20,
            " From here\n From there\n",
        );
        check("-- \nyours", "", 0, 20, " --\nyours\n");
        check("x From here", "", 0, 6, "x From\nhere\n");
    }
}
