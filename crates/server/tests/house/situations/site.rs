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
        (Desk, "!公表の目標", "!Target of publication"),
        (List, "!公表の目標", "!Target of publication"),
        (Finder, "!公表までの期間", "!the time to publication"),
        (Finder, "!公表日", "!the date of publication"),
    ];
    let with = |told: &[Told<'static>]| [told, &nothing_is_published].concat();
    check_site(
        found,
        "a website that was accepted",
        |_| {},
        &with(&[NOTHING, (Finder, "受理しました", "We accepted your report")]),
    );
    check_site(
        found,
        "its operator was called",
        |scene| scene.case.contact("Aoba"),
        &with(&[
            (
                Finder,
                "ウェブサイトの運営者への連絡を始めました",
                "We began to contact the operator of the web site",
            ),
            (Finder, "!製品開発者", "!the vendors"),
        ]),
    );
    check_site(
        found,
        "it is mended",
        |scene| {
            scene.case.contact("Aoba");
            scene.does("close-case", json!({ "code": "site_fixed" }));
        },
        &with(&[(Finder, "取扱いを終了しました", "Closed: ")]),
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
            (Finder, "公表しました", "Published"),
        ],
    );
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}
