//! The demonstration's page of written mails: a mail is read there as its reader reads it.

use serde_json::json;
use server::Side;
use testkit::world::said;
use testkit::{Case, World};

use crate::visitor::Doors;

#[test]
fn a_written_mail_is_shown_by_its_words_and_its_link_leads_on() {
    let world = World::founded();
    let case = Case::open(&world);
    let party = json!({
        "name_ja": "楓工房", "name_en": "Kaede Works", "kana": "カエデ",
        "contact": "psirt@kaede.example", "lang": "ja", "listed": true,
    });
    let party = said(&world.does("register-party", party), "party");
    let joined = case.does(
        "add-participant",
        json!({ "party": party, "part": "vendor" }),
    );
    let letter = json!({ "channel": "mail", "result": "tried" });
    case.does_with(&said(&joined, "tracking"), "contact", letter);
    world.runs_due();
    let mails = world.mails_to("psirt@kaede.example");
    let [mail] = mails.as_slice() else {
        panic!("{} mails", mails.len());
    };
    // On the disk it is base64.
    assert!(!mail.text.contains("楓工房") && !mail.text.contains("確認コード"));
    let doors = Doors::with_mails(&world);
    let nobody = doors.stranger(Side::Desk);
    let list = nobody.get("/mail/ja/");
    assert_eq!(list.status, 200);
    let path = format!("/mail/ja/{}.eml", mail.name);
    assert!(list.text.contains(&format!("href=\"{path}\"")));
    assert!(list.has("セキュリティの連絡窓口のご確認のお願い"));
    let page = nobody.get(&path);
    assert_eq!(page.status, 200);
    let (read, source) = page.text.split_once("<details>").unwrap();
    for words in [
        "<dd>alerts@portal.example</dd>",
        "<dd>psirt@kaede.example</dd>",
        "楓工房",
        "確認コード: ",
        "<a href=\"http://127.0.0.1:8082/ja/partner/i/",
    ] {
        assert!(read.contains(words), "{words}: {read}");
    }
    assert!(source.contains("base64") && !source.contains("確認コード"));
    // No other house shows its mails.
    let doors = Doors::of(&world);
    assert_eq!(doors.stranger(Side::Desk).get(&path).status, 404);
    world.ends_well();
}
