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
            (Desk, "提案中", "Proposed"),
            (Desk, "未提示（未連絡）", "Not told yet"),
            (
                Vendor,
                "提案中（貴組織の同意はまだいただいていません）",
                "proposed (you have not agreed yet)",
            ),
            (
                Finder,
                "公表日を調整しています",
                "The date of publication is being agreed",
            ),
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
            (
                Desk,
                "調整中（合意 1／2）",
                "Under discussion (1 of 2 agreed)",
            ),
            (Desk, "!公表日 合意済み", "!Date agreed"),
            (
                Vendor,
                "提案中（貴組織の同意はまだいただいていません）",
                "proposed (you have not agreed yet)",
            ),
            (
                Finder,
                "公表日を調整しています",
                "The date of publication is being agreed",
            ),
            (
                Finder,
                "!とすることで合意しました",
                "!Publication was agreed for",
            ),
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
            (Desk, "合意済み", "Agreed"),
            (
                Desk,
                "公表計画がないため、自動では公表しません。公表日時になると、情報管理だけが終わります。",
                "Nothing is published by itself: there is no release plan. When the date comes, only the embargo ends.",
            ),
            (Vendor, "同意済み（貴組織のご回答）", "you agreed"),
            (
                Finder,
                "とすることで合意しました",
                "Publication was agreed for",
            ),
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
            (Desk, "別の日を希望", "Asks for another date"),
            (List, "当方", "Us"),
            (
                Vendor,
                "ご希望いただいた日時",
                "Date and time you asked for",
            ),
            (
                Finder,
                "公表日を調整しています",
                "The date of publication is being agreed",
            ),
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
            (Desk, "同意しない", "Does not agree"),
            (Vendor, "同意しないとのご回答", "you do not agree"),
            (
                Vendor,
                "!お伝えした情報は引き続きご覧いただけます",
                "!you can still read what we have told you",
            ),
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
            (
                Vendor,
                "提案中（貴組織の同意はまだいただいていません）",
                "proposed (you have not agreed yet)",
            ),
            (
                Finder,
                "!とすることで合意しました",
                "!Publication was agreed for",
            ),
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
            (Desk, "取決め終了", "Ended"),
            (Finder, "!公表しました", "!Published ("),
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
        &[(Desk, "公表の目標: ", "Publication target: ")],
    );
    check(
        found,
        "a date that nobody agreed to yet",
        |scene| {
            scene.case.contact("Birch");
            scene.proposes(60);
        },
        &[(Desk, "公表の目標: ", "Publication target: ")],
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
            (Desk, "公表日: ", "Date of publication: "),
            (Desk, "!公表の目標", "!Publication target"),
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
                (Desk, "取決め終了", "Ended"),
                (Vendor, "取決めは終了", "Agreement ended"),
                (
                    Vendor,
                    "予告なく公表される場合があります",
                    "The matter may now be published at any time",
                ),
                (Vendor, "!予定している公表日時", "!Planned date and time"),
                (
                    Finder,
                    "!公表日を調整しています",
                    "!The date of publication is being agreed",
                ),
                (
                    Finder,
                    "!とすることで合意しました",
                    "!Publication was agreed for",
                ),
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
            (Desk, "悪用を確認", "Attacks were observed"),
            // The date stands until somebody ends it.
            (Desk, "合意済み", "Agreed"),
            (Vendor, "同意済み（貴組織のご回答）", "you agreed"),
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
            (Vendor, "公表予定（緊急）", "To be published (urgently)"),
            (Vendor, "2026年9月7日(月) 11:00 JST", "7 Sep 2026 02:00 UTC"),
            (Vendor, "!予定している公表日時", "!Planned date and time"),
            (Vendor, "!あと46日", "!46 days"),
        ],
    );
    check(
        found,
        "approved for an urgent publication, and this vendor was never asked for a date",
        |scene| {
            let _ = scene.hurries();
        },
        &[(Vendor, "!2026年9月7日(月) 11:00", "!7 Sep 2026 02:00")],
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
            (Todo, "届出者からの追加の連絡", "What a finder added"),
            (List, "当方", "us"),
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
            (Desk, "!追加の連絡があります", "!nobody has sorted yet"),
            (Todo, "!届出者からの追加の連絡", "!What a finder added"),
        ],
    );
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}
