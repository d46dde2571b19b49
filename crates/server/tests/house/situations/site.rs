//! A website, which is mended with its operator and never published; and a relay that takes no mail.

use super::*;

fn check_site(found: &mut Vec<String>, name: &str, makes: impl Fn(&Scene<'_>), told: &[Told<'_>]) {
    let world = World::founded();
    check_of(found, name, &Case::of_site(&world), makes, told);
}

#[test]
fn where_a_website_stands() {
    let found = &mut Vec::new();
    let nothing_is_published = [
        NO_PLAN_PAGE,
        (Desk, "!公表の目標", "!Publication target"),
        (Desk, "!公開ページの表示", "!On public pages"),
        (Desk, "!公表日への返答", "!Answer to the date"),
        (Desk, "!ベンダ対応状況", "!Vendor status"),
        (List, "!公表の目標", "!Publication target"),
        (Finder, "!公表までの期間", "!the time to publication"),
        (Finder, "!公表日", "!date of publication"),
        (Finder, "!製品開発者", "!the vendors"),
    ];
    let with = |told: &[Told<'static>]| [told, &nothing_is_published].concat();
    check_site(
        found,
        "a website that was accepted",
        |_| {},
        &with(&[
            NOTHING,
            OPENED,
            LIST_OPENED,
            // Who comes in was contacted.
            NO_VENDOR,
            NOW_ACCEPTED,
        ]),
    );
    check_site(
        found,
        "its operator was called",
        |scene| scene.case.contact("Aoba"),
        &with(&[
            NO_DATE_TO_COME,
            (
                Vendor,
                "!公表日時より前に公表しません",
                "!We do not publish it before the agreed date",
            ),
            NOTHING,
            COORDINATING,
            (Desk, "連絡済み（回答待ち）", "Contacted, no answer yet"),
            LIST_COORDINATING,
            (
                List,
                "ウェブサイト運営者の回答ウェブサイト運営者2026年9月7日",
                "Answer of the operator of the web siteOperator of the web site7 Sep 2026",
            ),
            IN_PREPARATION,
            NO_OTHER_VENDOR,
            (
                Finder,
                "現在の状況 ウェブサイトの運営者への連絡を始めました",
                "Current status We began to contact the operator of the web site",
            ),
        ]),
    );
    check_site(
        found,
        "it is mended",
        |scene| {
            scene.case.contact("Aoba");
            scene.does("close-case", json!({ "code": "site_fixed" }));
        },
        &with(&[
            NOTHING,
            (
                Desk,
                "状態取扱い終了: ウェブサイトの修正完了",
                "StateClosed: Site fixed",
            ),
            LIST_OVER,
            (
                Vendor,
                "この件の取扱いは終了しました。入力はできません。",
                "This matter is closed. Nothing can be entered.",
            ),
            (
                Finder,
                "現在の状況 取扱いを終了しました（ウェブサイトが修正されたため）",
                "Current status Closed: the web site was fixed",
            ),
        ]),
    );
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

/// What goes wrong with the mail is told to whoever can act, and nobody else is told of an untrue state.
#[test]
fn where_a_relay_takes_no_mail() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = closed.local_addr().expect("its address").port();
    drop(closed);
    let found = &mut Vec::new();
    let world = World::founded_with(|config| {
        config.mail.transport = engine::kernel::config::Transport::Smtp;
        config.mail.tls = engine::kernel::config::MailTls::None;
        config.mail.host = "127.0.0.1".to_owned();
        config.mail.port = port;
    });
    given::reader(&world, "one@reader.example");
    check_of(
        found,
        "published while no relay can be reached",
        &Case::open(&world),
        |scene| scene.publishes(),
        &[
            (
                Todo,
                "メールを受け付けない中継サーバー",
                "Relay that takes no mail",
            ),
            (
                Todo,
                "メールが送れていません。システムの管理者に知らせてください。",
                "Mail cannot be sent. Tell the person who runs the system",
            ),
            PUBLISHED,
            REVISION_1,
            LIST_OVER,
            NO_NEXT,
            // No letter with a link reaches it.
            NO_VENDOR,
            NOW_PUBLISHED,
            TITLE,
            FINAL,
            NO_VENDORS,
        ],
    );
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}
