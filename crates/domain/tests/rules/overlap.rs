//! Pasting is caught, paraphrase is not, and the documents say so.

use domain::text::class::Class;
use domain::text::gate::{Classed, Form};
use domain::text::overlap::Fingerprint;
use domain::text::standing::Owner;
use proptest::prelude::*;

const STEPS: &str = "Send a session setup request whose byte count field is larger than the buffer, \
    then keep the connection open and send a second request with the same multiplex identifier. \
    The service copies the remainder behind the end of the heap block and answers with its content. \
    再現するには、共有フォルダへ接続した直後に、長さの欄だけを実際より大きくした要求を送信し、\
    応答を待たずに同じ識別子でもう一度要求を送ります。サービスはヒープの終わりを越えて書き込みます。";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_forty_characters_of_a_test_method_pasted_anywhere_are_caught(
        from in 0..STEPS.chars().count() - 40,
        before in "[a-z ]{0,60}",
        after in "[a-z ]{0,60}",
    ) {
        let piece: String = STEPS.chars().skip(from).take(40).collect();
        let outgoing = format!("{before}{piece}{after}");
        let hits = Fingerprint::of(&[STEPS]).hits(&outgoing);
        prop_assert!(!hits.is_empty(), "{}", piece);
        for hit in hits {
            prop_assert!(outgoing.get(hit.at..hit.at + hit.len).is_some());
        }
    }
}

#[test]
fn a_paraphrase_is_not_caught() {
    let outgoing = "A remote attacker can read memory of the file-sharing service by means of a crafted packet. \
        遠隔の第三者が細工した通信を行うと、ファイル共有機能のメモリの内容を読み取られるおそれがあります。";
    assert!(Fingerprint::of(&[STEPS]).hits(outgoing).is_empty());
}

#[test]
fn case_width_wrapping_and_invisible_letters_do_not_hide_a_paste() {
    let secret = "Call the ioctl 0x2201 with a negative length";
    let print = Fingerprint::of(&[secret]);
    for outgoing in [
        "CALL THE IOCTL 0X2201 WITH A NEGATIVE LENGTH",
        "call  the ioctl\n0x2201 with a\u{200b} negative length",
        "Ｃａｌｌ ｔｈｅ ｉｏｃｔｌ ０ｘ２２０１ ｗｉｔｈ ａ ｎｅｇａｔｉｖｅ",
    ] {
        assert_eq!(print.hits(outgoing).len(), 1, "{outgoing}");
    }
    let kana = Fingerprint::of(&["ガラスのグラスをバラバラにする手順を実行してください"]);
    assert_eq!(
        kana.hits("ｶﾞﾗｽのｸﾞﾗｽをﾊﾞﾗﾊﾞﾗにする手順を実行してください")
            .len(),
        1
    );
}

#[test]
fn digits_punctuation_and_the_beginning_of_a_link_are_no_hit() {
    let print = Fingerprint::of(&["https://www. 2026-11-22 00:00:00 ---------- 1234567890"]);
    assert!(
        print
            .hits("2026-11-22 00:00:00 ---------- 1234567890")
            .is_empty()
    );
    assert!(print.hits("https://www.example.jp/").is_empty());
}

#[test]
fn a_short_secret_is_caught_whole() {
    let print = Fingerprint::of(&["www.example.jp"]);
    let hits = print.hits("The site www.example.jp was affected.");
    assert_eq!(hits.len(), 1);
    assert_eq!((hits[0].at, hits[0].len), (9, 14));
    assert!(print.hits("The site example.jp").is_empty());
}

/// A name is short, and a telephone number has no letter: both say who somebody is.
#[test]
fn who_somebody_is_is_found_however_short() {
    let of = |text: &str| [Classed::new(Class::H, Owner::Shared, Form::Body, text)];
    let finds = |name: &str, outgoing: &str| {
        let print = Fingerprint::of_classed(&of(name)).with_names(&of(name));
        let hits = print.hits(outgoing);
        hits.iter()
            .all(|hit| outgoing.get(hit.at..hit.at + hit.len).is_some())
            && !hits.is_empty()
    };
    for (name, outgoing, found) in [
        ("山田太郎", "山田太郎氏が見つけた脆弱性", true),
        ("山田 太郎", "報告は山田太郎さんから", true),
        ("山田太郎", "報告は 山田　太郎 さんから", true),
        ("Ann Lee", "Reported by ann lee, thanks", true),
        ("Ann Lee", "a scanned leeward side: annleeward", false),
        ("林修", "森林修復の手順", false),
        ("Bob", "Bob's gateway", false),
        ("ゲスト", "ゲストの利用者", false),
        ("さくらこ", "さくらこうえん", false),
    ] {
        assert_eq!(finds(name, outgoing), found, "{name}: {outgoing}");
    }
    for written in [
        "090-1234-5678 (evenings), taro@finder.example",
        "090-1234-5678（9時〜18時）",
        "03-1111-2222 / 090-1234-5678",
        "03-1111-2222\n090-1234-5678\n2026-12-01",
    ] {
        let print = Fingerprint::of_classed(&[]).with_numbers(&of(written));
        assert_eq!(print.hits("090-1234-5678 まで").len(), 1, "{written}");
    }
    let reached = of("090-1234-5678 (evenings), taro@finder.example");
    let print = Fingerprint::of_classed(&[]).with_numbers(&reached);
    for (outgoing, count) in [
        ("090-1234-5678\n2026-12-01", 1),
        ("Tel. 1: 090-1234-5678 2026-12-01", 1),
        ("Call 09012345678.", 1),
        ("電話は ０９０（１２３４）５６７８ です", 1),
        ("+81 90 1234 5678", 1),
        ("Build 20261201, RFC 9106, CVE-2026-12345", 0),
        ("090-1234-5670", 0),
    ] {
        assert_eq!(print.hits(outgoing).len(), count, "{outgoing}");
    }
}
