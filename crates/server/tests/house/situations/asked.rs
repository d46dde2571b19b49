//! Whoever is asked, and what they say.

use super::*;

#[test]
fn before_anybody_is_asked_and_while_they_are() {
    let found = &mut Vec::new();
    check(
        found,
        "nobody is contacted",
        |_| {},
        &[
            NOTHING,
            (Desk, "公表日未定", "No date yet"),
            (Desk, "未連絡", "Not contacted"),
            (Desk, "受理（連絡の準備中）", "Accepted, preparing"),
            (Finder, "受理しました", "We accepted your report"),
            (Finder, "!への連絡を始めました", "!We began to contact"),
        ],
    );
    check(
        found,
        "a first letter only",
        |scene| scene.case.contact("Aoba"),
        &[
            NOTHING,
            (Desk, "連絡済み（回答待ち）", "Contacted, no answer yet"),
            (List, "製品開発者の回答", "Answer of the vendor"),
            (
                Finder,
                "への連絡を始めました（この日から、公表までの期間を数えます）",
                "We began to contact the vendors",
            ),
            (
                Finder,
                "!に向けて、詳しい情報を用意しました",
                "!We gave the details",
            ),
        ],
    );
    check(
        found,
        "a first letter that came back",
        |scene| {
            scene.with(
                "Aoba",
                "contact",
                json!({ "channel": "mail", "result": "undeliverable" }),
            )
        },
        &[
            (Todo, "届かなかった連絡先", "Contact not reached"),
            (
                Todo,
                "最後の連絡が届きませんでした",
                "The last attempt reached nobody",
            ),
        ],
    );
    check(
        found,
        "a call that reached nobody",
        |scene| {
            scene.with(
                "Aoba",
                "contact",
                json!({ "channel": "phone", "result": "undeliverable" }),
            )
        },
        &[(
            Todo,
            "最後の連絡が届きませんでした",
            "The last attempt reached nobody",
        )],
    );
    check(
        found,
        "silent for fifteen days",
        |scene| {
            scene.case.contact("Aoba");
            scene.case.world.days_pass(15);
        },
        &[
            (
                Todo,
                "該当の有無をまだ回答していない製品開発者",
                "Vendor that has not said whether it is affected",
            ),
            (Desk, "連絡済み（回答待ち）", "Contacted, no answer yet"),
        ],
    );
    check(
        found,
        "somebody answered the telephone",
        |scene| {
            scene.case.contact("Aoba");
            scene.with(
                "Aoba",
                "contact",
                json!({ "channel": "phone", "result": "reached" }),
            );
        },
        &[
            NOTHING,
            (Desk, "連絡済み・応答あり", "Contacted, has responded"),
            (Desk, "!連絡済み（回答待ち）", "!Contacted, no answer yet"),
        ],
    );
    check(
        found,
        "a vendor wishes to be called",
        |scene| {
            scene.with(
                "Birch",
                "ask-call",
                json!({ "text": { "lang": "ja", "text": "03-0000-0000" } }),
            )
        },
        &[
            (
                Vendor,
                "電話の依頼を受け付けています",
                "We have your request for a call",
            ),
            (Todo, "折り返しの依頼", "Asks for a call"),
        ],
    );
    check(
        found,
        "it was tried and nobody was there",
        |scene| {
            scene.with(
                "Birch",
                "ask-call",
                json!({ "text": { "lang": "ja", "text": "03-0000-0000" } }),
            );
            scene.with(
                "Birch",
                "contact",
                json!({ "channel": "phone", "result": "tried" }),
            );
        },
        &[
            (
                Vendor,
                "電話の依頼を受け付けています",
                "We have your request for a call",
            ),
            (Todo, "折り返しの依頼", "Asks for a call"),
        ],
    );
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[test]
fn what_a_vendor_was_told_and_said() {
    let found = &mut Vec::new();
    check(
        found,
        "an invitation that was followed, nothing told",
        |_| {},
        &[(Vendor, "準備中です", "in preparation")],
    );
    check(
        found,
        "details told, the second step missing",
        |scene| {
            scene.with(
                "Birch",
                "record-basis",
                json!({ "basis": { "basis": "ad_hoc", "version": "1" } }),
            );
            scene.with("Birch", "send-details", json!({ "classes": ["V"] }));
        },
        &[
            (
                Vendor,
                "上の手続きが済むと表示します",
                "Will be shown once the steps above are done",
            ),
            (Vendor, "!準備中です", "!in preparation"),
        ],
    );
    check(
        found,
        "details to one of three",
        |scene| scene.tells_birch(),
        &[
            (
                Finder,
                "に向けて、詳しい情報を用意しました",
                "We made the details available to a vendor",
            ),
            (Finder, "!から返答がありました", "!We heard from a vendor"),
            (
                Vendor,
                "公表日時まで秘密としてお取り扱いください",
                "keep what you read here confidential",
            ),
            (
                Vendor,
                "!受領を確認しました",
                "!You told us that you received it",
            ),
        ],
    );
    check(
        found,
        "an answer to the date before the details",
        |scene| {
            scene.proposes(30);
            scene.with("Birch", "agree-date", json!({}));
            scene.tells_birch();
        },
        &[
            (Finder, "!から返答がありました", "!We heard from a vendor"),
            (
                Vendor,
                "!受領を確認しました",
                "!You told us that you received it",
            ),
            (Vendor, "同意済み（貴組織のご回答）", "you agreed"),
        ],
    );
    check(
        found,
        "received, after the details",
        |scene| {
            scene.tells_birch();
            scene.with("Birch", "confirm-receipt", json!({}));
        },
        &[
            (Finder, "から返答がありました", "We heard from a vendor"),
            (
                Vendor,
                "受領を確認しました",
                "You told us that you received it",
            ),
        ],
    );
    for (answer, fixed, ja, en) in [
        ("investigating", None, "調査中", "Investigating"),
        (
            "affected",
            None,
            "該当あり・対策準備中",
            "Affected, working on it",
        ),
        (
            "affected",
            Some("2"),
            "該当あり・対策あり",
            "Affected, fixed",
        ),
        ("not_affected", None, "該当なし", "Not affected"),
        ("unknown", None, "不明", "Unknown"),
    ] {
        check(
            found,
            answer,
            |scene| {
                scene.case.contact("Aoba");
                scene.answers("Aoba", answer, fixed);
            },
            &[NOTHING, (Desk, ja, en)],
        );
    }
    check(
        found,
        "an answer that was taken back",
        |scene| {
            scene.case.contact("Aoba");
            scene.answers("Aoba", "affected", None);
            let of = json!({ "product": "Gateway", "versions": "< 2" });
            scene.with("Aoba", "withdraw-answer", of);
        },
        &[
            (Desk, "!該当あり・対策準備中", "!Affected, working on it"),
            (Desk, "連絡済み・応答あり", "Contacted, has responded"),
        ],
    );
    check(
        found,
        "who has left",
        |scene| scene.with("Birch", "leave-case", json!({})),
        &[
            (Desk, "参加を終了", "Left the case"),
            (
                Vendor,
                "リンクからお入りください",
                "Please use the link in our mail",
            ),
        ],
    );
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}
