//! The configuration: what is wrong with it is named before anything is done with it.

use engine::kernel::config::{Config, FILE, Purpose};
use testkit::World;

/// How a row of a table spoils what was right.
type Spoils = fn(&mut Config);

#[test]
fn each_value_that_cannot_be_used_is_named_by_its_key() {
    let rows: [(&str, Spoils); 16] = [
        ("portal", |config| {
            config.portal = "portal.example".to_owned()
        }),
        ("portal", |config| config.portal.push('/')),
        ("desk", |config| config.desk = String::new()),
        ("partner", |config| config.partner = "ftp://a".to_owned()),
        ("series", |config| config.series = String::new()),
        ("series", |config| config.series = "nrs".to_owned()),
        ("series", |config| config.series = "NRS-1".to_owned()),
        ("profile", |config| config.profile = "none".to_owned()),
        ("mail.from", |config| config.mail.from = "alerts".to_owned()),
        ("mail.connections", |config| config.mail.connections = 0),
        ("mail.connections", |config| config.mail.connections = 257),
        ("mail.deadline_hours", |config| {
            config.mail.deadline_hours = 0;
        }),
        ("mail.deadline_hours", |config| {
            config.mail.deadline_hours = 241;
        }),
        ("listen.portal", |config| {
            config.listen.portal = "localhost".to_owned();
        }),
        ("listen.desk", |config| config.listen.desk = "80".to_owned()),
        ("listen.partner", |config| {
            config.listen.partner = String::new()
        }),
    ];
    for (key, change) in rows {
        let mut config = Config::of(Purpose::Demo);
        assert!(config.check().is_ok());
        change(&mut config);
        let wrong = config.check().unwrap_err();
        assert_eq!(wrong.code(), "config");
        let named = format!("configuration: {key}: ");
        assert!(wrong.to_string().starts_with(&named), "{wrong}");
    }
}

#[test]
fn a_file_is_read_as_it_was_written_or_refused_as_a_whole() {
    let world = World::founded();
    let folder = world.stage.beside("elsewhere");
    std::fs::create_dir(&folder).unwrap();
    let reads = |text: &str| {
        std::fs::write(folder.join(FILE), text).unwrap();
        Config::read(&folder).map_err(|fault| fault.to_string())
    };
    let missing = Config::read(&folder).unwrap_err();
    assert!(missing.to_string().contains("noroshi init"), "{missing}");
    let mut config = Config::of(Purpose::Live);
    config.mail.duty = "duty@house.example".to_owned();
    config.publication.solo = true;
    let text = config.to_text().unwrap();
    assert_eq!(reads(&text), Ok(config));
    let long = "#".repeat(256 << 10);
    for wrong in [
        format!("colour = \"green\"\n{text}"),
        format!("{text}colour = \"green\"\n"),
        text.replace("duty =", "dutty ="),
        text.replace("port = 25", "port = \"25\""),
        text.replace("NRS", "nrs"),
        format!("{text}\n{long}\n"),
        String::new(),
    ] {
        let read = reads(&wrong);
        let said = read.expect_err("this file cannot be used");
        assert!(said.starts_with("configuration: "), "{said}");
    }
    world.ends_well();
}
