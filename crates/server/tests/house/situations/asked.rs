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
            OPENED,
            LIST_OPENED,
            NO_DRAFT,
            // Who comes in was contacted.
            NO_VENDOR,
            (Desk, "公表日の取決めなし", "No date agreed"),
            (Desk, "未連絡", "Not contacted"),
            (Desk, "!連絡済み（回答待ち）", "!Contacted, no answer yet"),
            NOW_ACCEPTED,
            (Finder, "!への連絡を始めました", "!We began to contact"),
        ],
    );
    check(
        found,
        "a first letter only",
        |scene| scene.case.contact("Aoba"),
        &[
            NOTHING,
            COORDINATING,
            LIST_COORDINATING,
            LIST_ANSWER,
            NO_DRAFT,
            // Nobody has followed a link yet.
            NO_VENDOR,
            (Desk, "連絡済み（回答待ち）", "Contacted, no answer yet"),
            NOW_CONTACT,
            (
                Finder,
                "への連絡を始めました（この日から、公表までの期間を数えます）",
                "We began to contact the vendors",
            ),
            (
                Finder,
                "!に向けて、詳しい情報を用意しました",
                "!We made the details available",
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
            COORDINATING,
            LIST_ANSWER_US,
            NO_DRAFT,
            IN_PREPARATION,
            NO_OTHER_VENDOR,
            NOW_CONTACT,
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
        &[
            (
                Todo,
                "最後の連絡が届きませんでした",
                "The last attempt reached nobody",
            ),
            COORDINATING,
            LIST_ANSWER_US,
            NO_DRAFT,
            IN_PREPARATION,
            NO_OTHER_VENDOR,
            NOW_CONTACT,
        ],
    );
    check(
        found,
        "silent for fifteen days",
        |scene| {
            scene.case.contact("Aoba");
            scene.case.world.days_pass(15);
        },
        &[
            TODO_SILENT,
            COORDINATING,
            (Desk, "連絡済み（回答待ち）", "Contacted, no answer yet"),
            (Desk, "回答なし2 / 3", "Silent2 / 3"),
            LIST_ANSWER,
            (List, "超過製品開発者の回答", "overdueAnswer of the vendor"),
            NO_DRAFT,
            IN_PREPARATION,
            NO_DATE,
            NOW_CONTACT,
        ],
    );
    check(
        found,
        "somebody answered the telephone",
        // It is Birch that did: no other was written to.
        |scene| {
            scene.with(
                "Birch",
                "contact",
                json!({ "channel": "phone", "result": "reached" }),
            );
        },
        &[
            NOTHING,
            COORDINATING,
            (Desk, "連絡済み・応答あり", "Contacted, has responded"),
            (Desk, "!連絡済み（回答待ち）", "!Contacted, no answer yet"),
            LIST_ANSWER,
            NO_DRAFT,
            IN_PREPARATION,
            NOW_CONTACT,
            NOTHING_HEARD,
        ],
    );
    for (name, is_tried) in [
        ("a vendor wishes to be called", false),
        ("it was tried and nobody was there", true),
    ] {
        check(
            found,
            name,
            |scene| {
                scene.with(
                    "Birch",
                    "ask-call",
                    json!({ "text": { "lang": "ja", "text": "03-0000-0000" } }),
                );
                if is_tried {
                    let call = json!({ "channel": "phone", "result": "tried" });
                    scene.with("Birch", "contact", call);
                }
            },
            &[
                (
                    Vendor,
                    "電話の依頼を受け付けています",
                    "We have your request for a call",
                ),
                (Todo, "折り返しの依頼", "Asks for a call"),
                COORDINATING,
                (Desk, "連絡済み（回答待ち）", "Contacted, no answer yet"),
                LIST_ANSWER_US,
                NO_DRAFT,
                NOW_CONTACT,
                NOTHING_HEARD,
            ],
        );
    }
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[test]
fn what_a_vendor_was_told() {
    let found = &mut Vec::new();
    check(
        found,
        "an invitation that was followed, nothing told",
        |_| {},
        &[
            NOTHING,
            COORDINATING,
            (Desk, "連絡済み（回答待ち）", "Contacted, no answer yet"),
            LIST_ANSWER,
            NO_DRAFT,
            IN_PREPARATION,
            NO_DATE,
            NOW_CONTACT,
        ],
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
            NOTHING,
            COORDINATING,
            (Desk, "この案件での合意", "Agreed for this case"),
            LIST_RECEIPT,
            NO_DRAFT,
            (
                Vendor,
                "上の手続きが済むと表示します",
                "Will be shown once the steps above are done",
            ),
            (Vendor, "!準備中です", "!in preparation"),
            NOW_DETAILS,
            NOTHING_HEARD,
        ],
    );
    check(
        found,
        "details to one of three",
        |scene| scene.tells_birch(),
        &[
            NOTHING,
            COORDINATING,
            (Desk, "この案件での合意", "Agreed for this case"),
            LIST_RECEIPT,
            NO_DRAFT,
            NOW_DETAILS,
            NOTHING_HEARD,
            CONFIDENTIAL,
            NO_OTHER_VENDOR,
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
            NOTHING,
            DATE_AGREED,
            LIST_DATE_AGREED,
            LIST_RECEIPT,
            NO_DRAFT,
            (
                Finder,
                "とすることで合意しました",
                "Publication was agreed for 7 Oct 2026",
            ),
            NOTHING_HEARD,
            CONFIDENTIAL,
            (
                Vendor,
                "!受領を確認しました",
                "!You told us that you received it",
            ),
            BIRCH_AGREED,
            UNTIL_7_OCTOBER,
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
            NOTHING,
            COORDINATING,
            (Desk, "連絡済み・応答あり", "Contacted, has responded"),
            LIST_ANSWER,
            NO_DRAFT,
            NOW_WORK,
            CONFIDENTIAL,
            (
                Vendor,
                "受領を確認しました",
                "You told us that you received it",
            ),
        ],
    );
    check(
        found,
        "who has left",
        |scene| scene.with("Birch", "leave-case", json!({})),
        &[
            NOTHING,
            COORDINATING,
            (Desk, "参加を終了", "Left the case"),
            // Nobody is left who could answer.
            (
                List,
                "公表の目標当方2026年9月7日",
                "Publication targetUs7 Sep 2026",
            ),
            NO_DRAFT,
            (
                Vendor,
                "リンクからお入りください",
                "Please use the link in our mail",
            ),
            (Vendor, "!準備中です", "!in preparation"),
            NOW_CONTACT,
        ],
    );
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[test]
fn what_a_vendor_said() {
    let found = &mut Vec::new();
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
            &[
                NOTHING,
                COORDINATING,
                (Desk, ja, en),
                // Birch, which reads, has said nothing yet.
                (Desk, "回答なし1 / 3", "Silent1 / 3"),
                LIST_ANSWER,
                NO_DRAFT,
                IN_PREPARATION,
                NO_OTHER_VENDOR,
                NOW_CONTACT,
                NOTHING_HEARD,
            ],
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
            NOTHING,
            COORDINATING,
            (Desk, "!該当あり・対策準備中", "!Affected, working on it"),
            (Desk, "連絡済み・応答あり", "Contacted, has responded"),
            LIST_ANSWER,
            NO_DRAFT,
            IN_PREPARATION,
            NO_OTHER_VENDOR,
            NOW_CONTACT,
            NOTHING_HEARD,
        ],
    );
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}
