//! Words that want a gloss on first use, with the gloss that the editor offers.
//!
//! Source: lint H2 of docs/design/process.md §3.1. The list holds words of the trade that readers outside it do not
//! know; a house that writes for engineers only may ignore the warning. It knows no grammar: a word is found as it
//! stands.

use crate::value::Lang;

/// A word of the trade with what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Language of the texts in which it is looked for.
    pub lang: Lang,
    /// The word as it is written.
    pub word: &'static str,
    /// What it means, in the words that may stand in brackets behind it.
    pub gloss: &'static str,
}

const fn ja(word: &'static str, gloss: &'static str) -> Term {
    Term {
        lang: Lang::Ja,
        word,
        gloss,
    }
}

const fn en(word: &'static str, gloss: &'static str) -> Term {
    Term {
        lang: Lang::En,
        word,
        gloss,
    }
}

/// Lists the words.
pub const TERMS: &[Term] = &[
    ja(
        "バッファオーバーフロー",
        "用意した領域を超えてデータが書き込まれること",
    ),
    ja(
        "クロスサイトスクリプティング",
        "閲覧者のブラウザー上で不正なスクリプトが実行されること",
    ),
    ja(
        "クロスサイトリクエストフォージェリ",
        "利用者が意図しない操作をさせられること",
    ),
    ja(
        "SQLインジェクション",
        "データベースへの命令を外部から書き換えられること",
    ),
    ja(
        "SQL インジェクション",
        "データベースへの命令を外部から書き換えられること",
    ),
    ja(
        "コマンドインジェクション",
        "システムへの命令を外部から書き込まれること",
    ),
    ja(
        "ディレクトリトラバーサル",
        "公開していないファイルを読み出されること",
    ),
    ja(
        "サービス運用妨害",
        "負荷や異常により機器やサービスが使えなくなること",
    ),
    ja("ファームウェア", "機器に組み込まれたソフトウェア"),
    ja("ゼロデイ", "修正方法が提供される前に悪用されること"),
    ja("権限昇格", "本来より強い権限を得られること"),
    ja(
        "リモートコード実行",
        "離れた場所から任意のプログラムを実行されること",
    ),
    en(
        "buffer overflow",
        "data written past the end of the memory set aside for it",
    ),
    en(
        "cross-site scripting",
        "foreign script that runs in a visitor's browser",
    ),
    en(
        "cross-site request forgery",
        "making a signed-in user act without meaning to",
    ),
    en(
        "SQL injection",
        "commands to the database slipped in from outside",
    ),
    en(
        "command injection",
        "commands to the system slipped in from outside",
    ),
    en(
        "directory traversal",
        "reading files that were not meant to be public",
    ),
    en(
        "path traversal",
        "reading files that were not meant to be public",
    ),
    en("denial of service", "making a device or service unusable"),
    en("firmware", "the software built into a device"),
    en("zero-day", "exploited before a fix exists"),
    en(
        "privilege escalation",
        "gaining more rights than were granted",
    ),
    en(
        "remote code execution",
        "running programs of an attacker's choice from afar",
    ),
];

/// Returns the words of a text that stand without a gloss behind their first use.
#[must_use]
pub fn without_gloss(lang: Lang, text: &str) -> Vec<Term> {
    TERMS
        .iter()
        .filter(|term| term.lang == lang && crate::advisory::lint::lacks_gloss(text, term.word))
        .copied()
        .collect()
}

/// Returns the text with the gloss in brackets behind the word's first use.
#[must_use]
pub fn with_gloss(text: &str, term: &Term) -> String {
    match text.split_once(term.word) {
        Some((before, after)) => match term.lang {
            Lang::Ja => format!("{before}{}（{}）{after}", term.word, term.gloss),
            Lang::En => format!("{before}{} ({}){after}", term.word, term.gloss),
        },
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gloss_behind_the_first_use_satisfies_the_rule() {
        let text = "ファームウェアを更新します。ファームウェアの版は画面で確認できます。";
        let found = without_gloss(Lang::Ja, text);
        assert_eq!(found.len(), 1);
        assert!(without_gloss(Lang::En, text).is_empty());
        let mended = with_gloss(text, &found[0]);
        assert!(mended.starts_with("ファームウェア（機器に組み込まれたソフトウェア）を更新"));
        assert!(without_gloss(Lang::Ja, &mended).is_empty());
    }
}
