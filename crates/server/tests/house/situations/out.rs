//! The plan, what is out, and the report behind it.

use super::*;

#[test]
fn where_the_plan_stands() {
    let found = &mut Vec::new();
    let plans = |scene: &Scene<'_>| {
        scene.case.drafted(None);
        scene.case.planned(scene.case.world.ahead(span(5, 0)))
    };
    check(
        found,
        "no plan",
        |scene| scene.case.drafted(None),
        &[
            NOTHING,
            COORDINATING,
            LIST_COORDINATING,
            LIST_ANSWER,
            MAY_PLAN,
            NOTHING_PLANNED,
            (Desk, "!承認0 / 2", "!Approvals0 / 2"),
            (List, "!公表予定", "!Planned publication"),
            IN_PREPARATION,
            NOW_CONTACT,
        ],
    );
    check(
        found,
        "without approvals",
        |scene| {
            let _ = plans(scene);
        },
        &[
            TODO_APPROVE,
            COORDINATING,
            (Desk, "承認0 / 2", "Approvals0 / 2"),
            LIST_PLAN_OURS,
            (
                Plan,
                "あと2名の承認が必要です",
                "2 approvals are still missing",
            ),
            (
                Plan,
                "!公表日時になると自動で公表されます",
                "!It publishes by itself",
            ),
            IN_PREPARATION,
            NO_DATE,
            NOW_CONTACT,
            NOT_PUBLISHED,
        ],
    );
    check(
        found,
        "one of two approvals",
        |scene| {
            let plan = plans(scene);
            scene.case.signs("approver-a", &plan).expect("a signature");
        },
        &[
            TODO_APPROVE,
            COORDINATING,
            (Desk, "承認1 / 2", "Approvals1 / 2"),
            LIST_PLAN_OURS,
            (
                Plan,
                "あと1名の承認が必要です",
                "One approval is still missing",
            ),
            (
                Plan,
                "!公表日時になると自動で公表されます",
                "!It publishes by itself",
            ),
            IN_PREPARATION,
            NOW_CONTACT,
            NOT_PUBLISHED,
        ],
    );
    check(
        found,
        "approved",
        |scene| scene.case.approved(&plans(scene)),
        &[
            NOTHING,
            COORDINATING,
            (Desk, "承認2 / 2", "Approvals2 / 2"),
            (Desk, "!公表計画がないため", "!there is no release plan"),
            LIST_PLAN,
            GOES,
            IN_PREPARATION,
            NOW_CONTACT,
            NOT_PUBLISHED,
        ],
    );
    check(
        found,
        "approved, six seconds before",
        // Vendors were written to, and one of them is late with its answer.
        |scene| {
            let until = scene.case.ready();
            let before = engine::Instant(until.0 - 6_000_000);
            scene.case.world.passes_to(before);
        },
        &[
            TODO_SILENT,
            (Todo, "!承認待ちの公表計画", "!Plan waiting for approval"),
            DATE_AGREED,
            (Desk, "公表まで", "Until publication"),
            (Desk, "製品開発者の回答: ", "Answer of the vendor: "),
            (Desk, "!公表の目標", "!Publication target"),
            LIST_PLAN,
            GOES,
            BIRCH_AGREED,
            UNTIL_21_SEPTEMBER,
            NOW_21_SEPTEMBER,
            NOT_PUBLISHED,
        ],
    );
    check(
        found,
        "approved, and the case says something else",
        |scene| {
            scene.case.approved(&plans(scene));
            let said = json!({ "product": "Gateway", "versions": "< 2", "answer": "not_affected" });
            scene.with("Aoba", "record-unasked-answer", json!({ "answer": said }));
        },
        &[
            (
                Todo,
                "承認後に案件の内容が変わった公表計画",
                "Approved plan that is outdated",
            ),
            COORDINATING,
            (Desk, "該当なし", "Not affected"),
            (Desk, "承認2 / 2", "Approvals2 / 2"),
            LIST_PLAN_OURS,
            GOES,
            (
                Plan,
                "この計画を作った後に、製品開発者の回答や公表文が変わりました",
                "have changed since this plan was made",
            ),
            IN_PREPARATION,
            NO_OTHER_VENDOR,
            NOW_CONTACT,
            NOT_PUBLISHED,
        ],
    );
    check(
        found,
        "taken back",
        |scene| {
            let plan = plans(scene);
            scene.does("abort-plan", json!({ "plan": plan, "reason": "a mistake" }));
        },
        &[
            NOTHING,
            COORDINATING,
            (Desk, "!承認0", "!Approvals0"),
            LIST_COORDINATING,
            LIST_ANSWER,
            (List, "!公表予定", "!Planned publication"),
            MAY_PLAN,
            NOTHING_PLANNED,
            IN_PREPARATION,
            NOW_CONTACT,
            NOT_PUBLISHED,
        ],
    );
    check(
        found,
        "approved under an agreed date",
        |scene| {
            let _ = scene.case.ready();
        },
        &[
            NOTHING,
            DATE_AGREED,
            (
                Desk,
                "公表計画は承認済みです。計画の日時に自動で公表します",
                "The plan is approved. It publishes by itself at its time",
            ),
            (Desk, "!公表計画がないため", "!there is no release plan"),
            LIST_PLAN,
            GOES,
            BIRCH_AGREED,
            UNTIL_21_SEPTEMBER,
            NOW_21_SEPTEMBER,
            NOT_PUBLISHED,
        ],
    );
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[test]
fn what_is_out() {
    let found = &mut Vec::new();
    check(
        found,
        "published",
        |scene| scene.publishes(),
        &[
            NO_DATE_TO_COME,
            NOTHING,
            PUBLISHED,
            REVISION_1,
            (Desk, "!公表日を提案する", "!Propose a date"),
            LIST_OVER,
            NO_NEXT,
            OUT_BY_TWO,
            TOLD_PUBLISHED,
            NOTHING_BEYOND,
            (
                Vendor,
                "!公表日時まで秘密",
                "!keep what you read here confidential",
            ),
            NOW_PUBLISHED,
            TITLE,
            FINAL,
            STANDS,
            NO_VENDORS,
        ],
    );
    check(
        found,
        "published, with one silent vendor",
        |scene| {
            let _ = scene.case.published();
            scene.case.world.days_pass(20);
        },
        &[
            NOTHING,
            PUBLISHED,
            REVISION_1,
            LIST_OVER,
            NO_NEXT,
            OUT_BY_TWO,
            TOLD_PUBLISHED,
            NOTHING_BEYOND,
            NOW_PUBLISHED,
            TITLE,
            FINAL,
            STANDS,
            (Public, "該当製品あり（対策情報あり）", "Vulnerable, fixed"),
            (Public, "脆弱性情報提供済み", "Notified"),
        ],
    );
    check(
        found,
        "published, after a first letter to one vendor",
        |scene| {
            scene.case.contact("Aoba");
            scene.publishes();
        },
        &[
            NOTHING,
            PUBLISHED,
            REVISION_1,
            LIST_OVER,
            NO_NEXT,
            OUT_BY_TWO,
            TOLD_PUBLISHED,
            NOTHING_BEYOND,
            NOW_PUBLISHED,
            TITLE,
            FINAL,
            NO_VENDORS,
            (Public, "!脆弱性情報提供済み", "!Notified"),
        ],
    );
    check(
        found,
        "published, with details that one of three could read",
        |scene| {
            scene.case.contact("Aoba");
            scene.case.contact("Birch");
            scene.tells_birch();
            scene.publishes();
        },
        &[
            NOTHING,
            PUBLISHED,
            REVISION_1,
            LIST_OVER,
            NO_NEXT,
            OUT_BY_TWO,
            TOLD_PUBLISHED,
            (
                Vendor,
                "!公表日時まで秘密",
                "!keep what you read here confidential",
            ),
            NOW_PUBLISHED,
            TITLE,
            FINAL,
            (
                Public,
                "Birch 工房脆弱性情報提供済み",
                "Birch WorksNotified",
            ),
            (Public, "脆弱性情報提供済み: 1", "Notified: 1"),
            // Who had a first letter alone was told nothing.
            (Public, "!Aoba 工房", "!Aoba Works"),
        ],
    );
    check(
        found,
        "published urgently, before its date",
        |scene| {
            scene.case.contact("Birch");
            scene.proposes(20);
            scene.with("Birch", "agree-date", json!({}));
            let instant = scene.hurries();
            scene.case.world.passes_to(instant);
        },
        &[
            NOTHING,
            PUBLISHED,
            REVISION_1,
            (
                Desk,
                "取決め終了: 公表計画により公表した",
                "Ended: It was published by its plan",
            ),
            LIST_OVER,
            NO_NEXT,
            OUT_BY_TWO,
            TOLD_PUBLISHED,
            (Vendor, "!予定している公表日時", "!Planned date and time"),
            (Vendor, "!公表予定（緊急）", "!To be published (urgently)"),
            NOW_PUBLISHED,
            (Finder, "!とすることで合意しました", "!was agreed for"),
            TITLE,
            FINAL,
            STANDS,
        ],
    );
    check(
        found,
        "withdrawn",
        |scene| {
            let _ = scene.case.published();
            let mut draft = given::advisory(Some("確認の結果、脆弱性ではありませんでした。"));
            draft["stage"] = json!("withdrawn");
            scene.does("draft-advisory", draft);
            let instant = scene.case.world.ahead(span(1, 0));
            let plan = scene.case.planned(instant);
            scene.case.approved(&plan);
            scene.case.world.passes_to(instant);
        },
        &[
            NOTHING,
            PUBLISHED,
            REVISION_2,
            (Desk, "!公表まで", "!Until publication"),
            LIST_OVER,
            NO_NEXT,
            OUT_BY_TWO,
            TOLD_PUBLISHED,
            NOW_PUBLISHED,
            (
                Public,
                "この文書は取り消されました",
                "This document has been withdrawn",
            ),
            (Public, "!被害の種類", "!Kinds of damage"),
            (Public, "!最終版", "!Final"),
        ],
    );
    check(
        found,
        "updated",
        |scene| {
            let _ = scene.case.published();
            scene.case.drafted(Some("対象の製品を追加しました。"));
            let instant = scene.case.world.ahead(span(1, 0));
            let plan = scene.case.planned(instant);
            scene.case.approved(&plan);
            scene.case.world.passes_to(instant);
        },
        &[
            NOTHING,
            PUBLISHED,
            REVISION_2,
            (Desk, "!公表まで", "!Until publication"),
            LIST_OVER,
            NO_NEXT,
            OUT_BY_TWO,
            TOLD_PUBLISHED,
            NOW_PUBLISHED,
            TITLE,
            STANDS,
            (Public, "更新版", "Updated"),
            (
                Public,
                "対象の製品を追加しました。",
                "対象の製品を追加しました。",
            ),
        ],
    );
    check(
        found,
        "closed without a publication",
        |scene| scene.does("close-case", json!({ "code": "individual_response" })),
        &[
            NO_DATE_TO_COME,
            (
                Vendor,
                "詳しい内容はお伝えしていません",
                "no details were given",
            ),
            (Vendor, "!準備中です", "!in preparation"),
            NOTHING,
            CLOSED,
            LIST_OVER,
            (Plan, "案件は終了しています。", "The case is closed."),
            (
                Plan,
                "!計画を作ると、公表する内容",
                "!A plan records the texts",
            ),
            (
                Vendor,
                "この件の取扱いは終了しました。入力はできません。",
                "This matter is closed. Nothing can be entered.",
            ),
            NOW_CLOSED,
            NOT_PUBLISHED,
        ],
    );
    check(
        found,
        "opened again",
        |scene| {
            scene.does("close-case", json!({ "code": "individual_response" }));
            scene.does("reopen-case", json!({ "reason": "it came back" }));
        },
        &[
            NOTHING,
            COORDINATING,
            (Desk, "!取扱い終了", "!Closed"),
            LIST_COORDINATING,
            LIST_ANSWER,
            NO_DRAFT,
            (
                Vendor,
                "!この件の取扱いは終了しました",
                "!This matter is closed",
            ),
            IN_PREPARATION,
            NO_DATE,
            NOW_CONTACT,
            (Finder, "!取扱いを終了しました", "!Closed: "),
        ],
    );
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

/// A report before there is a case.
fn check_report(
    name: &str,
    makes: impl Fn(&World, &given::Report),
    finder_told: [&str; 2],
    todo: Option<bool>,
) {
    let world = World::founded();
    let report = given::report(&world);
    makes(&world, &report);
    for (lang, sentence) in ["ja", "en"].into_iter().zip(finder_told) {
        let page = finder(&world, &report, lang);
        assert!(page.contains(sentence), "{name} {lang} {sentence}\n{page}");
    }
    let doors = Doors::of(&world);
    let page = doors.person("coordinator").get("/ja/desk/tasks");
    if let Some(waits) = todo {
        assert_eq!(page.has("仕分け前の届出"), waits, "{name}");
    }
}

#[test]
fn where_a_report_stands() {
    check_report(
        "received",
        |_, _| {},
        [
            "担当者による確認をお待ちください",
            "Waiting to be read, or being checked",
        ],
        Some(true),
    );
    let asks = |world: &World, report: &given::Report| {
        let question = json!({ "lang": "ja", "text": "版は?" });
        world.does(
            "ask-finder",
            json!({ "report": report.number, "text": question }),
        );
    };
    check_report(
        "asked",
        asks,
        [
            "確認をお願いしたいことがあります",
            "We have a question for you",
        ],
        Some(false),
    );
    check_report(
        "declined",
        |world, report| {
            world.does(
                "decline-report",
                json!({ "report": report.number, "reason": "not_vulnerability" }),
            );
        },
        [
            "受理に至りませんでした（脆弱性には当たらないと判断したため）",
            "We did not accept it",
        ],
        Some(false),
    );
    check_report(
        "withdrawn",
        |world, report| {
            world.does_as(
                "reception",
                "withdraw-report",
                json!({ "report": report.number }),
            );
        },
        ["取り下げを受け付けました", "You withdrew your report"],
        Some(false),
    );
    check_report(
        "accepted",
        |world, report| {
            given::sorted(world, report);
            world.does("accept-report", json!({ "report": report.number }));
        },
        ["受理しました", "We accepted your report"],
        Some(false),
    );
    check_report(
        "accepted as public",
        |world, report| {
            given::sorted(world, report);
            let since = at(engine::Instant(world.now().0 - 1));
            world.does(
                "accept-as-public",
                json!({ "report": report.number, "public_since": since }),
            );
        },
        ["受理しました", "We accepted your report"],
        Some(false),
    );
}
