//! One form for what people write in many: for numbers, names, subscriptions and both searches.
//!
//! The script of the public search folds as [`words`] and [`loose`] do; `fixtures/find` holds both to the same vectors. It knows no language and judges no spelling right.

use unicode_normalization::UnicodeNormalization;

use crate::text::hidden::is_hidden;

/// Number of this folding. What the store holds folded was folded by the one that it names.
pub const FOLDING: u8 = 5;

/// Tells whether a sign is one of those that are typed for a hyphen.
#[must_use]
pub fn is_dash(letter: char) -> bool {
    matches!(
        letter,
        '-' | 'ー' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | 'ｰ'
    )
}

/// Sounds that are written with ヴ and heard as a letter of バ's row.
const SOUNDS: [(&str, &str); 12] = [
    ("ヴァ", "バ"),
    ("ヴィ", "ビ"),
    ("ヴェ", "ベ"),
    ("ヴォ", "ボ"),
    ("ヴュ", "ビュ"),
    ("ヴ", "ブ"),
    ("ゔぁ", "ば"),
    ("ゔぃ", "び"),
    ("ゔぇ", "べ"),
    ("ゔぉ", "ぼ"),
    ("ゔゅ", "びゅ"),
    ("ゔ", "ぶ"),
];

/// Returns `text` in one width, without what nobody sees, with one dash and one wave. The long vowel mark stays, since
/// only its place tells whether somebody typed it for a dash.
#[must_use]
pub fn width(text: &str) -> String {
    text.nfkc()
        .filter(|c| c.is_control() || !(is_hidden(*c) || *c == '\u{ad}' || is_selector(*c)))
        .map(|c| match c {
            'ー' => c,
            c if is_dash(c) => '-',
            '〜' | '∼' => '~',
            c => c,
        })
        .collect()
}

/// Returns a web address as it is written: one that was typed in full width is none until it is folded. Other letters,
/// such as ①, stay: folded they would lead elsewhere.
#[must_use]
pub fn address(typed: &str) -> String {
    let is_web = |text: &str| text.starts_with("https://") || text.starts_with("http://");
    let narrow = |c: char| match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        c => c,
    };
    let folded: String = typed.chars().map(narrow).collect();
    if !is_web(typed) && is_web(&folded) {
        folded
    } else {
        typed.to_owned()
    }
}

/// Returns the compatible form of each letter, and no more: names that people sign in with were entered so.
#[must_use]
pub fn compatible(text: &str) -> String {
    text.nfkc().collect()
}

/// Chooses among drawings of one letter.
fn is_selector(c: char) -> bool {
    matches!(u32::from(c), 0xFE00..=0xFE0F | 0xE0100..=0xE01EF)
}

/// Letters that are typed otherwise where a keyboard lacks them: of names in Japan, and of Latin letters that are no
/// letter with an accent.
const LETTERS: [(char, &str); 29] = [
    ('ß', "ss"),
    ('ø', "o"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('đ', "d"),
    ('ł', "l"),
    ('髙', "高"),
    ('﨑', "崎"),
    ('嵜', "崎"),
    ('邉', "辺"),
    ('邊', "辺"),
    ('齋', "斎"),
    ('齊', "斉"),
    ('德', "徳"),
    ('濵', "浜"),
    ('濱', "浜"),
    ('澤', "沢"),
    ('廣', "広"),
    ('國', "国"),
    ('學', "学"),
    ('嶋', "島"),
    ('嶌', "島"),
    ('瀨', "瀬"),
    ('眞', "真"),
    ('龍', "竜"),
    ('櫻', "桜"),
    ('會', "会"),
    ('曾', "曽"),
    ('栁', "柳"),
];

/// As [`width`], in small letters and without accents; the marks of kana are no accents.
fn small(text: &str) -> String {
    let is_accent = |c: &char| ('\u{300}'..='\u{36f}').contains(c);
    let lower = width(text).to_lowercase();
    let bare = lower.nfd().filter(|c| !is_accent(c)).nfc();
    let mut out = String::with_capacity(lower.len());
    for c in bare {
        match LETTERS.iter().find(|(from, _)| *from == c) {
            Some((_, to)) => out.push_str(to),
            None => out.push(c),
        }
    }
    out
}

/// Returns the words of `text`, one space between them: one width and case, no accents, small kana large, no long vowel
/// marks. A point between digits belongs to its version. Katakana and hiragana stay apart.
#[must_use]
pub fn words(text: &str) -> String {
    spelt(text, false)
}

/// `is_name`: long vowel marks stay, and so do the signs that tell C from C++ and C#.
fn spelt(text: &str, is_name: bool) -> String {
    let mut text = small(text);
    if text.contains(['ヴ', 'ゔ']) {
        for (from, to) in SOUNDS {
            text = text.replace(from, to);
        }
    }
    let is_long = |c: &char| *c == 'ー' && !is_name;
    let letters: Vec<char> = text.chars().filter(|c| !is_long(c)).collect();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| letters.get(at))
            .is_some_and(char::is_ascii_digit)
    };
    let mut out = String::with_capacity(text.len());
    for (at, c) in letters.iter().enumerate() {
        // After a letter that is no kana, somebody typed it for a dash.
        let is_for_dash = *c == 'ー' && !out.ends_with(is_kana);
        let is_sign = is_name && matches!(c, '+' | '#');
        if (c.is_alphanumeric() || is_sign) && !is_for_dash {
            out.push(large(*c));
        } else if *c == '.' && is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)) {
            out.push('.');
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn is_kana(c: char) -> bool {
    ('\u{3041}'..='\u{30ff}').contains(&c)
}

/// Returns folded words with their katakana as hiragana, for looking into titles and names.
#[must_use]
pub fn loose(words: &str) -> String {
    words
        .chars()
        .map(|c| match c {
            'ァ'..='ヶ' | 'ヽ' | 'ヾ' => shifted(c, -0x60),
            _ => c,
        })
        .collect()
}

/// Returns a text for looking into it: its words as one, in hiragana.
#[must_use]
pub fn sought(text: &str) -> String {
    loose(&words(text)).replace(' ', "")
}

/// Whether somebody who looks for this is shown that text. What is digits alone has to be a whole number in it, or the parts
/// of one in a row: digits inside a public number tell nothing. Where nothing is left to look for, nothing is
/// found.
#[must_use]
pub fn finds(text: &str, asked: &str) -> bool {
    let wanted = sought(asked);
    if wanted.is_empty() {
        return false;
    }
    if !wanted.chars().all(|c| c.is_ascii_digit()) {
        return sought(text).contains(&wanted);
    }
    // Rows of digits, also such as a number is made of: CVE-2026-10001, 4821-7730-0.
    let words = words(text);
    let rows: Vec<&str> = words.split(|c: char| !c.is_ascii_digit()).collect();
    (0..rows.len()).any(|from| {
        let mut left = wanted.as_str();
        for row in rows.iter().skip(from) {
            // Between two that follow each other stands one sign; an empty one says that more does.
            match left.strip_prefix(row).filter(|_| !row.is_empty()) {
                Some("") => return true,
                Some(rest) => left = rest,
                None => return false,
            }
        }
        false
    })
}

/// Returns the name of an organisation for comparison: in hiragana, without spaces and its legal form
/// (docs/design/japanese-practice.md §2.4). A name of which nothing is left is empty, and equals none.
#[must_use]
pub fn name(name: &str) -> String {
    const FORMS: [&str; 9] = [
        "株式会社",
        "有限会社",
        "合同会社",
        "合名会社",
        "合資会社",
        "一般社団法人",
        "(株)",
        "(有)",
        "(同)",
    ];
    /// Words that are a legal form where they stand alone at the end, as in `Example, Inc.`
    const WORDS: [&str; 14] = [
        "inc",
        "ltd",
        "llc",
        "gmbh",
        "ag",
        "sa",
        "bv",
        "corp",
        "corporation",
        "kk",
        "k k",
        "co ltd",
        "co",
        "limited",
    ];
    let mut text = width(name).to_lowercase();
    for form in FORMS {
        text = text.replace(form, " ");
    }
    text = text.replace("kabushiki kaisha", " ");
    let mut words = loose(&spelt(&text, true));
    while let Some(rest) = WORDS
        .iter()
        .filter_map(|form| words.strip_suffix(form)?.strip_suffix(' '))
        .min_by_key(|rest| rest.len())
    {
        words.truncate(rest.len());
    }
    joined(&words)
}

/// Returns the name of a product for comparison: as [`name`], but for legal forms, which are parts of model names.
#[must_use]
pub fn product(name: &str) -> String {
    joined(&loose(&spelt(name, true)))
}

/// One word of all, in which two numbers stay two.
fn joined(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for word in words.split(' ') {
        let is_digit = |c: char| c.is_ascii_digit();
        if out.ends_with(is_digit) && word.starts_with(is_digit) {
            out.push('-');
        }
        out.push_str(word);
    }
    out
}

/// Returns the large form of a small kana: キヤノン and キャノン are one name to a searcher.
fn large(c: char) -> char {
    match c {
        'ぁ' | 'ぃ' | 'ぅ' | 'ぇ' | 'ぉ' | 'っ' | 'ゃ' | 'ゅ' | 'ょ' | 'ゎ' => {
            shifted(c, 1)
        }
        'ァ' | 'ィ' | 'ゥ' | 'ェ' | 'ォ' | 'ッ' | 'ャ' | 'ュ' | 'ョ' | 'ヮ' => {
            shifted(c, 1)
        }
        'ゕ' => 'か',
        'ゖ' => 'け',
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        _ => c,
    }
}

fn shifted(c: char, by: i32) -> char {
    u32::from(c)
        .checked_add_signed(by)
        .and_then(char::from_u32)
        .unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_full_width_leads_where_it_was_written() {
        assert_eq!(
            address("ｈｔｔｐｓ：／／a.example／①"),
            "https://a.example/①"
        );
        assert_eq!(address("①"), "①");
        assert_eq!(words("レヴュー"), words("レビュー"));
    }

    #[test]
    fn one_name_in_several_spellings_is_one() {
        for same in [
            &[
                "EX-1",
                "EX‐1",
                "EX–1",
                "ＥＸ－１",
                "ex 1",
                "E\u{ad}X-1",
                "EX\u{200b}-1",
            ][..],
            &[
                "霧笛電子",
                "株式会社霧笛電子",
                "㈱霧笛電子",
                "霧笛電子（株）",
            ],
            &["ソフトウエア七曲", "ソフトウェア七曲", "ｿﾌﾄｳｪｱ七曲"],
            &["なぎの", "ナギノ", "ﾅｷﾞﾉ"],
            &["髙橋電機", "高橋電機", "高橋\u{e0100}電機"],
            &["Straße", "STRASSE", "strasse"],
            &["Café Tools", "CAFE TOOLS, Inc.", "cafe\u{301} tools"],
            &[
                "Example Works",
                "Example Works Co., Ltd.",
                "EXAMPLE WORKS LLC",
            ],
        ] {
            for spelling in same {
                assert_eq!(name(spelling), name(same[0]), "{spelling}");
            }
        }
        for (one, other) in [
            ("EX-1", "EX-2"),
            ("Gate 2.0", "Gate 20"),
            ("が", "か"),
            ("ハート", "ハト"),
        ] {
            assert_ne!(name(one), name(other));
        }
    }

    #[test]
    fn a_legal_form_alone_is_a_name() {
        assert_eq!(name("AG"), "ag");
        assert_eq!(name("Inc"), "inc");
    }

    #[test]
    fn digits_are_looked_for_as_whole_numbers() {
        for (text, asked, found) in [
            ("NRS-48016810", "48016810", true),
            ("NRS-48016810", "016810", false),
            ("NRS-48016810", "nrs-4801", true),
            ("4821-7730-0", "482177300", true),
            ("4821-7730-0", "4821-7730-0", true),
            ("4821-7730-0", "7730", true),
            ("4821-7730-0", "82177", false),
            ("CVE-2026-10001 in X", "2026-10001", true),
            ("CVE-2026-10001 in X", "10001", true),
            ("CVE-2026-10001 in X", "1000", false),
            ("ルーター3000の脆弱性", "3000", true),
            ("ルーター3000の脆弱性", "300", false),
            ("Router 3 of 20", "320", false),
            ("anything", "・・", false),
        ] {
            assert_eq!(finds(text, asked), found, "{asked} in {text}");
        }
    }

    #[test]
    fn versions_stay_whole_and_accents_go() {
        assert_eq!(words("OpenSSL 3.0.7, TLS 1.3."), "openssl 3.0.7 tls 1.3");
        assert_eq!(words("café Ärger が ガ"), "cafe arger が ガ");
        assert_eq!(words("v1.2.b . 3"), "v1.2 b 3");
    }
}
