//! The date, and what is known outside before it.

use super::*;

#[test]
fn where_the_date_stands() {
    let found = &mut Vec::new();
    check(
        found,
        "proposed, nobody answered",
        |scene| scene.proposes(30),
        &[
            NOTHING,
            TALKS_0_OF_1,
            LIST_TALKS_0_OF_1,
            LIST_ANSWER,
            NO_DRAFT,
            (Desk, "提案中", "Proposed"),
            (Desk, "未提示（未連絡）", "Not told yet"),
            DATE_ASKED,
            UNTIL_7_OCTOBER,
            NOW_TALKS,
            NOT_AGREED,
        ],
    );
    check(
        found,
        "one of two agreed",
        |scene| {
            scene.case.contact("Aoba");
            scene.proposes(30);
            scene.with("Aoba", "agree-date", json!({}));
        },
        &[
            NOTHING,
            (
                Desk,
                "状態公表日 調整中（合意 1／2）",
                "StateDate under discussion (1 of 2 agreed)",
            ),
            (Desk, "!公表日 合意済み", "!Date agreed"),
            (
                List,
                "公表日 調整中（合意 1／2）あと",
                "Date under discussion (1 of 2 agreed)",
            ),
            LIST_ANSWER,
            NO_DRAFT,
            DATE_ASKED,
            UNTIL_7_OCTOBER,
            NOW_TALKS,
            NOT_AGREED,
        ],
    );
    check(
        found,
        "both who were asked agreed",
        |scene| {
            scene.case.contact("Aoba");
            scene.proposes(30);
            for who in ["Aoba", "Birch"] {
                scene.with(who, "agree-date", json!({}));
            }
        },
        &[
            NOTHING,
            DATE_AGREED,
            LIST_DATE_AGREED,
            LIST_ANSWER,
            NO_DRAFT,
            (Desk, "合意済み", "Agreed"),
            (Desk, "公表日に同意2 / 2", "Agreed to the date2 / 2"),
            (
                Desk,
                "公表計画がないため、自動では公表しません。公表日時になると、情報管理だけが終わります。",
                "Nothing is published by itself: there is no release plan. When the date comes, only the embargo ends.",
            ),
            BIRCH_AGREED,
            UNTIL_7_OCTOBER,
            NOW_7_OCTOBER,
        ],
    );
    check(
        found,
        "agreed, and then brought forward",
        |scene| {
            scene.proposes(60);
            scene.with("Birch", "agree-date", json!({}));
            let sooner = at(scene.case.world.ahead(span(30, 0)));
            scene.does("revise-date", json!({ "until": sooner }));
        },
        &[
            NOTHING,
            DATE_AGREED,
            LIST_DATE_AGREED,
            LIST_ANSWER,
            NO_DRAFT,
            (
                Vendor,
                "これより後の日時に同意済み",
                "you agreed to a later date, and it was brought forward since",
            ),
            UNTIL_7_OCTOBER,
            NOW_7_OCTOBER,
        ],
    );
    check(
        found,
        "another date is wished",
        |scene| {
            scene.proposes(30);
            let until = at(scene.case.world.ahead(span(40, 0)));
            scene.with("Birch", "counter-date", json!({ "until": until }));
        },
        &[
            (
                Todo,
                "別の公表日を希望している製品開発者",
                "Vendor that asks for another date",
            ),
            TALKS_0_OF_1,
            LIST_TALKS_0_OF_1,
            LIST_ANSWER_US,
            NO_DRAFT,
            (Desk, "別の日を希望", "Asks for another date"),
            (
                Vendor,
                "ご希望いただいた日時2026年10月17日(土) 9:00 JST",
                "Date and time you asked for17 Oct 2026 00:00 UTC",
            ),
            DATE_ASKED,
            UNTIL_7_OCTOBER,
            NOW_TALKS,
            NOT_AGREED,
        ],
    );
    check(
        found,
        "not agreed to",
        |scene| {
            scene.proposes(30);
            scene.with("Birch", "decline-date", json!({}));
        },
        &[
            (
                Todo,
                "公表日に同意していない製品開発者",
                "Vendor that does not agree to the date",
            ),
            TALKS_0_OF_1,
            LIST_TALKS_0_OF_1,
            LIST_ANSWER_US,
            NO_DRAFT,
            (Desk, "同意しない", "Does not agree"),
            (Vendor, "同意しないとのご回答", "you do not agree"),
            (
                Vendor,
                "!お伝えした情報は引き続きご覧いただけます",
                "!you can still read what we have told you",
            ),
            UNTIL_7_OCTOBER,
            NOW_TALKS,
            NOT_AGREED,
        ],
    );
    check(
        found,
        "agreed, and then a later date",
        |scene| {
            scene.proposes(30);
            scene.with("Birch", "agree-date", json!({}));
            let later = at(scene.case.world.ahead(span(60, 0)));
            scene.does("revise-date", json!({ "until": later }));
        },
        &[
            NOTHING,
            TALKS_0_OF_1,
            LIST_TALKS_0_OF_1,
            LIST_ANSWER,
            NO_DRAFT,
            (Desk, "返答待ち 1", "Waiting for an answer 1"),
            DATE_ASKED,
            UNTIL_6_NOVEMBER,
            NOW_TALKS,
            NOT_AGREED,
        ],
    );
    check(
        found,
        "the date came without a plan",
        |scene| {
            let until = scene.case.world.ahead(span(14, 0));
            scene.case.coordinated(until);
            scene
                .case
                .world
                .passes_to(engine::Instant(until.0 + span(0, 1)));
        },
        &[
            (Todo, "公表計画のない公表日", "Date without a plan"),
            // Birch spoke of the date alone, two weeks ago.
            TODO_SILENT,
            COORDINATING,
            (Desk, "取決め終了: 公表日を迎えた", "Ended: The date came"),
            (List, "超過製品開発者の回答", "overdueAnswer of the vendor"),
            (List, "!公表日 合意済み", "!Date agreed"),
            LIST_ANSWER,
            NO_DRAFT,
            (Vendor, "状態取決めは終了", "StateAgreement ended"),
            (
                Vendor,
                "予告なく公表される場合があります",
                "The matter may now be published at any time",
            ),
            (Vendor, "!予定している公表日時", "!Planned date and time"),
            NOT_PUBLISHED,
            (
                Finder,
                "現在の状況 公表の予定日時（2026年9月21日(月) 9:00 JST (0:00 UTC)）を過ぎましたが、まだ公表していません",
                "Current status The agreed date (21 Sep 2026 00:00 UTC (09:00 JST)) has passed, and nothing is published yet",
            ),
        ],
    );
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[test]
fn a_date_in_force_takes_the_place_of_the_target() {
    let found = &mut Vec::new();
    check(
        found,
        "a first letter",
        |scene| scene.case.contact("Birch"),
        &[
            NOTHING,
            COORDINATING,
            LIST_COORDINATING,
            LIST_ANSWER,
            NO_DRAFT,
            IN_PREPARATION,
            NO_DATE,
            NOW_CONTACT,
            (Desk, "公表の目標: ", "Publication target: "),
        ],
    );
    check(
        found,
        "a date that nobody agreed to yet",
        |scene| {
            scene.case.contact("Birch");
            scene.proposes(60);
        },
        &[
            NOTHING,
            TALKS_0_OF_1,
            LIST_TALKS_0_OF_1,
            LIST_ANSWER,
            NO_DRAFT,
            DATE_ASKED,
            UNTIL_6_NOVEMBER,
            NOW_TALKS,
            (Desk, "公表の目標: ", "Publication target: "),
        ],
    );
    check(
        found,
        "a date in force that lies behind the target",
        |scene| {
            scene.case.contact("Birch");
            scene.proposes(60);
            scene.with("Birch", "agree-date", json!({}));
        },
        &[
            NOTHING,
            DATE_AGREED,
            LIST_DATE_AGREED,
            LIST_ANSWER,
            NO_DRAFT,
            BIRCH_AGREED,
            UNTIL_6_NOVEMBER,
            (Desk, "公表日: ", "Date of publication: "),
            (Desk, "!公表の目標", "!Publication target"),
            (
                Finder,
                "公表日を 2026年11月6日(金) 9:00 JST (0:00 UTC) とすることで合意しました",
                "Publication was agreed for 6 Nov 2026 00:00 UTC (09:00 JST)",
            ),
        ],
    );
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[test]
fn what_is_known_outside() {
    let found = &mut Vec::new();
    for (fact, kind, en) in [
        ("public_aware", "情報が公になった案件", "Public already"),
        ("exploit_public", "情報が公になった案件", "Public already"),
    ] {
        check(
            found,
            fact,
            |scene| {
                scene.proposes(30);
                scene.with("Birch", "agree-date", json!({}));
                scene.does("observe", json!({ "fact": fact }));
            },
            &[
                (Todo, kind, en),
                COORDINATING,
                (
                    Desk,
                    "取決め終了: 情報が公になった",
                    "Ended: The information became public",
                ),
                (
                    Desk,
                    "外部の状況脆弱性が公に知られている",
                    "Public knowledge and attacksThe vulnerability is publicly known",
                ),
                LIST_COORDINATING,
                (List, "!公表日", "!Date of publication"),
                NO_DRAFT,
                (Vendor, "取決めは終了", "Agreement ended"),
                (
                    Vendor,
                    "予告なく公表される場合があります",
                    "The matter may now be published at any time",
                ),
                (Vendor, "!予定している公表日時", "!Planned date and time"),
                NOW_CONTACT,
                (
                    Finder,
                    "!公表日を調整しています",
                    "!The date of publication is being agreed",
                ),
                NOT_AGREED,
            ],
        );
    }
    check(
        found,
        "attacks are observed",
        |scene| {
            scene.proposes(30);
            scene.with("Birch", "agree-date", json!({}));
            scene.does("observe", json!({ "fact": "attacks_observed" }));
        },
        &[
            (Todo, "悪用が確認された案件", "Attacks observed"),
            (
                Desk,
                "外部の状況悪用を確認",
                "Public knowledge and attacksAttacks were observed",
            ),
            // The date stands until somebody ends it.
            DATE_AGREED,
            LIST_DATE_AGREED,
            (Desk, "合意済み", "Agreed"),
            NO_DRAFT,
            BIRCH_AGREED,
            UNTIL_7_OCTOBER,
            NOW_7_OCTOBER,
        ],
    );
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[test]
fn what_is_urgent_and_what_a_finder_adds() {
    let found = &mut Vec::new();
    check(
        found,
        "approved for an urgent publication before the agreed date",
        |scene| {
            scene.case.contact("Birch");
            scene.proposes(46);
            scene.with("Birch", "agree-date", json!({}));
            let _ = scene.hurries();
        },
        &[
            NOTHING,
            DATE_AGREED,
            LIST_PLAN,
            GOES,
            (Desk, "承認2 / 2", "Approvals2 / 2"),
            (
                Plan,
                "取り決めた公表日がある場合も、それを待たずに公表します。理由: attacks",
                "It does not wait for a date that was agreed. Reason: attacks",
            ),
            (Vendor, "公表予定（緊急）", "To be published (urgently)"),
            (Vendor, "2026年9月7日(月) 11:00 JST", "7 Sep 2026 02:00 UTC"),
            (Vendor, "!予定している公表日時", "!Planned date and time"),
            (Vendor, "!あと46日", "!46 days"),
            BIRCH_AGREED,
            (
                Finder,
                "公表日を 2026年10月23日(金) 9:00 JST (0:00 UTC) とすることで合意しました",
                "Publication was agreed for 23 Oct 2026 00:00 UTC (09:00 JST)",
            ),
            NOT_PUBLISHED,
        ],
    );
    check(
        found,
        "approved for an urgent publication, and this vendor was never asked for a date",
        |scene| {
            let _ = scene.hurries();
        },
        &[
            NOTHING,
            COORDINATING,
            LIST_PLAN,
            GOES,
            (Desk, "承認2 / 2", "Approvals2 / 2"),
            IN_PREPARATION,
            (Vendor, "!2026年9月7日(月) 11:00", "!7 Sep 2026 02:00"),
            (Vendor, "!公表予定（緊急）", "!To be published (urgently)"),
            NOW_CONTACT,
            NOT_PUBLISHED,
        ],
    );
    check(
        found,
        "its finder added something after it was accepted",
        |scene| {
            let report = &scene.case.report.number;
            let text = json!({ "lang": "ja", "text": "3.0 でも起きます。" });
            let fields = json!({ "report": report, "text": text });
            scene.case.world.does("add-to-report", fields);
        },
        &[
            (
                Desk,
                "届出者から、まだ仕分けていない追加の連絡があります",
                "Its finder added something that nobody has sorted yet",
            ),
            COORDINATING,
            (Todo, "届出者からの追加の連絡", "What a finder added"),
            LIST_ANSWER_US,
            NO_DRAFT,
            IN_PREPARATION,
            NOW_CONTACT,
        ],
    );
    check(
        found,
        "what its finder added was sorted",
        |scene| {
            let report = &scene.case.report.number;
            let text = json!({ "lang": "ja", "text": "3.0 でも起きます。" });
            let fields = json!({ "report": report, "text": text });
            scene.case.world.does("add-to-report", fields);
            let part = json!({ "class": "V", "lang": "ja", "text": "3.0 でも起きます。" });
            let fields = json!({ "report": report, "parts": [part] });
            scene.case.world.does_as("reception", "sort-report", fields);
        },
        &[
            NOTHING,
            COORDINATING,
            LIST_ANSWER,
            NO_DRAFT,
            IN_PREPARATION,
            NOW_CONTACT,
            (Desk, "!追加の連絡があります", "!nobody has sorted yet"),
            (Todo, "!届出者からの追加の連絡", "!What a finder added"),
        ],
    );
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}
