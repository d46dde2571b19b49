//! Words over which people stumbled: none of them comes back, and each better one stands where it belongs.

use crate::kit::desk::bits;
use domain::office::Due;

use super::*;

/// What no page and no mail says.
const GONE: [&str; 23] = [
    "対策公開",
    "連絡した（応答なし）",
    "バイト列",
    "名分必要",
    "次の日時",
    "版の段階",
    "対象の版",
    "対策済みの版",
    "発行者",
    "脅威の分析",
    "御中",
    "製品セキュリティご担当者",
    "起こることと",
    "報告する",
    "KiB",
    "調整担当からの質問",
    "電話で伝えるコード",
    "確認用の番号",
    "8桁の番号",
    "8 桁の番号",
    "2桁の数字: ",
    "通信規約",
    "copy of the receipt is right",
];

/// What is said by which key; a number in it is 2.
const SAID: [(Lang, &str, &str); 32] = [
    (Lang::Ja, "cell-fixed", "該当あり・対策あり"),
    (Lang::Ja, "cell-asked-silent", "連絡済み（回答待ち）"),
    (Lang::Ja, "editor-confirmed", "公表する文面を確認しました"),
    (Lang::Ja, "editor-plan-missing", "あと2名の承認が必要です。"),
    (Lang::Ja, "editor-when-typed", "日時を指定する"),
    (Lang::Ja, "editor-f-status", "文書の状態"),
    (Lang::Ja, "find-status", "文書の状態"),
    (Lang::Ja, "find-by-status", "文書の状態"),
    (Lang::Ja, "advisory-product-versions", "対象バージョン"),
    (Lang::Ja, "editor-versions", "対象バージョン"),
    (Lang::Ja, "advisory-product-fixed", "修正済みバージョン"),
    (Lang::Ja, "editor-fixed-in", "修正済みバージョン"),
    (Lang::Ja, "partner-col-fixed", "修正済みバージョン"),
    (Lang::Ja, "work-answer-fixed-in", "修正済みバージョン"),
    (Lang::Ja, "not-recorded", "情報はありません。"),
    (Lang::Ja, "not-recorded-short", "情報なし"),
    (Lang::Ja, "advisory-publisher", "公表者"),
    (Lang::Ja, "advisory-threat", "悪用の状況"),
    (Lang::Ja, "editor-f-threat", "悪用の状況"),
    (Lang::Ja, "editor-class-e", "悪用の状況"),
    (Lang::Ja, "reporter-happens", "脆弱性の内容と再現手順"),
    (Lang::Ja, "reporter-send", "届け出る"),
    (Lang::Ja, "reporter-note-question", "当機関からの確認"),
    (Lang::Ja, "desk-untitled", "（表示できる件名がありません）"),
    (
        Lang::Ja,
        "desk-untitled-unsorted",
        "（仕分け前のため表示しません）",
    ),
    (Lang::Ja, "partner-code", "電話確認番号（8 桁）"),
    (Lang::Ja, "work-phone-code-now", "電話確認番号"),
    (Lang::Ja, "way-telephone", "電話確認番号"),
    (
        Lang::Ja,
        "decline-protocol-spec-only",
        "通信プロトコルの仕様そのものの問題",
    ),
    (Lang::Ja, "editor-lang-ja", "日本語"),
    (Lang::Ja, "language-name", "日本語"),
    (Lang::En, "reporter-confirmed", "Your copy matches."),
];

fn templates() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let files = std::fs::read_dir(folder).expect("the templates");
    let texts: Vec<String> = files
        .map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("a template"))
        .collect();
    assert!(
        texts.len() > 40,
        "the templates are where the test expects them"
    );
    texts
}

#[test]
fn words_that_were_replaced_stand_nowhere() {
    let mut texts = templates();
    for lang in Lang::ALL {
        texts.extend(sources(lang).map(str::to_owned));
    }
    let found: Vec<&str> = texts
        .iter()
        .flat_map(|text| text.lines())
        .filter(|line| GONE.iter().any(|gone| line.contains(gone)))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_better_words_stand_where_they_belong() {
    for (lang, key, words) in SAID {
        assert_eq!(Say(lang).with(key, &[("n", "2")]), words, "{key}");
    }
    assert!(Say(Lang::Ja).t("reporter-limits").contains("およそ2万字"));
    let personal = mails(Lang::Ja).swap_remove(2);
    let digits = "\n2桁の数字（ページで尋ねられた場合のみ）: 07\n";
    assert!(personal.contains(digits), "{personal}");
}

#[test]
fn a_page_and_the_signed_text_call_one_thing_by_one_word() {
    let signed = formats::text::bulletin(&advisory(), Lang::Ja, "");
    for part in ["\n公表者: 狼煙調整センター\n", "\n== 悪用の状況 ==\n"] {
        assert!(signed.contains(part), "{signed}");
    }
    for gone in GONE {
        assert!(!signed.contains(gone), "{gone}: {signed}");
    }
    let page = page(Lang::Ja, &advisory());
    for part in ["<dt>公表者</dt>", "<dt>悪用の状況</dt>"] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[test]
fn no_vendor_is_not_counted() {
    let entry = |vendors| Entry {
        vendors,
        ..Entry::from(&advisory())
    };
    let home = |vendors| string(crate::home(&site(), Lang::Ja, &[entry(vendors)], 1));
    assert!(home(1).contains("<li>掲載ベンダ 1 社</li>"));
    assert!(!home(0).contains("掲載ベンダ"), "{}", home(0));
}

#[test]
fn a_deadline_at_the_end_of_a_day_is_told_by_the_day() {
    let due = Due {
        clock: "report.human_reply",
        at: instant("2026-12-08T15:00:00Z"),
        day: Some(jiff::civil::date(2026, 12, 8)),
    };
    let now = instant("2026-12-01T00:00:00Z");
    let told = bits::deadlines(Say(Lang::Ja), now, &[due]);
    let day = "<span class=\"hint\">2026年12月8日(火)まで</span>";
    assert!(told.contains(day), "{told}");
}
