//! A vendor's way over HTTP: from the letter to its answers, and everything it must not find on the way.
//!
//! The pages are those of the running house, asked without a browser; a browser walks them in `cargo xtask walk`.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use engine::House;
use engine::kernel::context::Contexts;
use serde_json::{Value, json};
use server::{Office, Side};
use testkit::pages::without_tokens;

use crate::play::{Case, SECOND, at, coordinator, now, said};
use crate::world::World;

/// The vendors' pages of a house, and a visitor with a cookie.
struct Visitor<'w> {
    world: &'w World,
    house: Arc<House>,
    address: SocketAddr,
    cookie: String,
    _task: tokio::task::JoinHandle<()>,
}

/// What was answered.
struct Said {
    status: u16,
    head: String,
    body: String,
}

impl Said {
    /// Returns a header's value.
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl<'w> Visitor<'w> {
    fn new(world: &'w World) -> Visitor<'w> {
        let house = Arc::new(world.open(Contexts::default()));
        let office = Office::open(Arc::clone(&house), world.runtime.handle()).expect("a room");
        let (address, task) = world.runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
            let listener = listener.expect("a port");
            let address = listener.local_addr().expect("an address");
            let routes = server::routes(office, Side::Partner, "https://partner.example", address);
            (address, tokio::spawn(server::serve(listener, routes)))
        });
        Visitor {
            world,
            house,
            address,
            cookie: String::new(),
            _task: task,
        }
    }

    fn ask(&self, method: &str, path: &str, form: &[(&str, &str)]) -> Said {
        let body: Vec<String> = form
            .iter()
            .map(|(k, v)| format!("{k}={}", percent(v)))
            .collect();
        let (body, address) = (body.join("&"), self.address);
        let question = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.cookie,
            body.len()
        );
        let mut stream = TcpStream::connect(address).expect("the pages");
        stream.write_all(question.as_bytes()).expect("a question");
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .expect("an answer in UTF-8");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        Said {
            status: head
                .get(9..12)
                .and_then(|s| s.parse().ok())
                .expect("a status"),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    fn get(&self, path: &str) -> Said {
        self.ask("GET", path, &[])
    }

    /// Sends a form that must be carried out; follows to the page.
    fn does(&mut self, path: &str, form: &[(&str, &str)]) -> String {
        let said = self.ask("POST", path, form);
        assert_eq!(said.status, 303, "{path} {form:?}: {}", said.body);
        if let Some(cookie) = said.header("set-cookie") {
            self.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        }
        let to = said.header("location").expect("an address").to_owned();
        let shown = self.get(&to);
        assert_eq!(shown.status, 200, "{to}");
        assert!(!shown.body.contains('⟦'), "{}", shown.body);
        shown.body
    }

    /// Sends a form that must be shown again.
    fn fails(&self, path: &str, form: &[(&str, &str)]) -> String {
        let said = self.ask("POST", path, form);
        assert_eq!(said.status, 422, "{path} {form:?}: {}", said.body);
        assert!(said.body.contains("id=\"problems\""), "{}", said.body);
        said.body
    }

    /// Lets the desk give a command.
    fn desk(&self, name: &str, fields: Value) -> Value {
        let done = engine::command::perform_json(&self.house, name, fields);
        self.world.runtime.block_on(Box::pin(done)).expect(name)
    }
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Writes to a vendor that reads English; returns its tracking number, the link's token and the code.
pub(crate) fn invited(case: &Case<'_>, standing: bool) -> (String, String, String) {
    let world = case.world;
    let fields = json!({
        "name_ja": "ハナミズキ", "name_en": "Dogwood", "contact": "psirt@dogwood.example", "lang": "en", "listed": true,
    });
    let party = said(&world.perform("register-party", &fields), "party");
    if standing {
        world.perform("agree-standing", &json!({ "party": party, "version": "3" }));
    }
    let joined = json!({ "case": case.number, "party": party, "part": "vendor" });
    let tracking = said(&world.perform("add-participant", &joined), "tracking");
    let contact = json!({ "participant": tracking, "channel": "mail", "result": "tried" });
    world.perform("contact", &contact);
    world.good(&["mail", "send"]);
    let mails = world.mails();
    let mail = mails
        .iter()
        .map(|(_, bytes)| String::from_utf8_lossy(bytes));
    let mail = mail
        .filter(|mail| mail.contains("psirt@dogwood.example"))
        .collect::<String>();
    let after = |words: &str| {
        let rest = mail
            .split(words)
            .nth(1)
            .unwrap_or_else(|| panic!("{words} in {mail}"));
        rest.lines().next().unwrap_or_default().trim().to_owned()
    };
    (
        tracking,
        after("/en/partner/i/"),
        after("Confirmation code: "),
    )
}

on_both! {
    fn a_vendor_walks_from_the_letter_to_its_answers(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        let (tracking, token, code) = invited(&case, false);
        let digits: String = case.number.chars().filter(char::is_ascii_digit).collect();
        let mut vendor = Visitor::new(&world);
        vendor.desk("propose-date", json!({ "case": case.number, "until": at(now() + 30 * 86_400 * SECOND) }));

        let link = format!("/en/partner/i/{token}");
        for _ in 0..3 {
            assert_eq!(vendor.get(&link).status, 200, "looking uses nothing up");
        }
        let begun = vendor.does(&link, &[("code", &code), ("do", "enter")]);
        assert!(vendor.cookie.starts_with("noroshi-partner="));
        assert!(begun.contains("/en/partner/terms") && !begun.contains(&digits), "{begun}");
        // What concerns the matter is neither shown to the link alone nor taken from it.
        vendor.fails("/en/partner/answer", &[("answer", "affected"), ("product", "Aoba")]);
        vendor.fails("/en/partner/text", &[("kind", "statement"), ("lang", "en"), ("text", "too early")]);
        vendor.fails("/en/partner/ticket", &[("ticket", "7")]);

        vendor.fails("/en/partner/terms", &[("do", "accept")]);
        vendor.does("/en/partner/terms", &[("accept", "yes"), ("do", "accept")]);
        let called = vendor.does("/en/partner/call", &[("phone", "03-0000-0012"), ("hours", "mornings"), ("do", "ask")]);
        assert!(called.contains("request for a call"), "{called}");
        vendor.does("/en/partner/receipt", &[("do", "confirm")]);
        let id = vendor.desk("confirm-receipt", json!({ "participant": tracking }));
        let id = uuid_of(&said(&id, "participant"));
        let number = world.runtime.block_on(Box::pin(engine::coordination::issue_phone_code(&vendor.house, &coordinator(), id, testkit::given::call())));
        let number = number.expect("a number");
        let other = if number == "00000000" { "00000001" } else { "00000000" };
        let wrong = vendor.fails("/en/partner/code", &[("code", other), ("do", "enter")]);
        assert!(!wrong.contains(other), "a code is not shown again");
        let known = vendor.does("/en/partner/code", &[("code", &number), ("do", "enter")]);
        assert!(!known.contains(&digits), "nothing was opened yet");

        vendor.desk("name-vulnerability", json!({ "case": case.number, "label": "1", "text": { "lang": "en", "text": "No login" } }));
        vendor.desk("send-details", json!({ "participant": tracking, "classes": ["V", "W"] }));
        let page = vendor.get("/ja/partner/").body;
        let there = case.kept.iter().filter(|canary| page.contains(&canary.word));
        let there: Vec<&str> = there.map(|canary| canary.name.as_str()).collect();
        assert_eq!(there, ["V of the report", "W of the report"]);
        assert!(page.contains(&digits));

        // A vendor agrees to the date that it saw, not to one that came meanwhile.
        vendor.fails("/en/partner/date", &[("until", "2001-01-01T00:00:00Z"), ("do", "agree")]);
        let until = page.split("name=\"until\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let agreed = vendor.does("/en/partner/date", &[("until", until.expect("a date")), ("do", "agree")]);
        assert!(agreed.contains("is on record"), "{agreed}");
        let ahead = at(now() + 40 * 86_400 * SECOND);
        let (day, time) = (&ahead[..10], &ahead[11..16]);
        let asked = [("counter_date", day), ("counter_time", time), ("counter_zone", "UTC"), ("do", "counter")];
        vendor.does("/en/partner/date", &asked);
        let past = [("counter_date", "2001-01-01"), ("counter_time", "9:00"), ("counter_zone", "JST"), ("do", "counter")];
        assert!(vendor.fails("/en/partner/date", &past).contains("2001-01-01"));

        let range = [
            ("vulnerability", "1"), ("product", "青葉 <Gateway>"), ("answer", "affected"), ("from", "３．０"), ("from_in", "yes"),
            ("to", "3.2.1"), ("to_in", "no"), ("fixed_in", "3.2.1"), ("why", "a login was forgotten"), ("do", "record"),
        ];
        let answered = vendor.does("/en/partner/answer", &range);
        assert!(answered.contains("&gt;= 3.0, &lt; 3.2.1") || answered.contains("&#62;= 3.0, &#60; 3.2.1"), "{answered}");
        assert!(answered.contains("Vulnerable, fixed") && answered.contains("a login was forgotten"));
        let mut backwards = range;
        backwards[5] = ("to", "2.9");
        let again = vendor.fails("/en/partner/answer", &backwards);
        assert!(again.contains("href=\"#f-to\"") && again.contains("value=\"2.9\""), "{again}");
        let edit = vendor.get("/en/partner/?answer=0").body;
        assert!(edit.contains("name=\"from\" id=\"f-from\" value=\"3.0\""), "{edit}");

        vendor.does("/en/partner/text", &[("kind", "statement"), ("lang", "ja"), ("text", "修正版を配ります"), ("do", "record")]);
        vendor.does("/en/partner/text", &[("kind", "workaround"), ("lang", "en"), ("text", "Keep it inside"), ("do", "record")]);
        vendor.fails("/en/partner/text", &[("kind", "references"), ("lang", "en"), ("text", "javascript:alert(1)")]);
        // A text for one product and range stands beside the one for all, and needs an answer to stand with.
        let mut own = [("kind", "workaround"), ("about", "青葉 <Gateway> (>= 3.0, < 3.2.1)"), ("lang", "en"), ("text", "Close port 8443"), ("do", "record")];
        let both = vendor.does("/en/partner/text", &own);
        assert!(both.contains("Keep it inside") && both.contains("Close port 8443"), "{both}");
        own[3] = ("text", "Close ports 8443 and 8444");
        let replaced = vendor.does("/en/partner/text", &own);
        assert!(replaced.contains("8444") && !replaced.contains("Close port 8443"), "{replaced}");
        own[0] = ("kind", "references");
        own[3] = ("text", "https://psirt.example/7");
        let of_all = vendor.fails("/en/partner/text", &own);
        assert!(of_all.contains("href=\"#f-about\"") && of_all.contains("https://psirt.example/7"), "{of_all}");
        let unknown = [("kind", "fix"), ("about", "青葉 <Gateway> (< 9)"), ("lang", "en"), ("text", "Update"), ("do", "record")];
        assert!(vendor.fails("/en/partner/text", &unknown).contains("href=\"#f-about\""));
        let last = vendor.does("/en/partner/ticket", &[("ticket", "DOG-7"), ("do", "record")]);
        for words in ["修正版を配ります", "Keep it inside", "DOG-7"] {
            assert!(last.contains(words), "{words}");
        }

        vendor.fails("/en/partner/leave", &[("sure", "yes")]);
        vendor.does("/en/partner/leave", &[("sure", "yes"), ("keeps", "yes"), ("do", "leave")]);
        assert!(!vendor.get("/en/partner/").body.contains(&digits), "the session ended with it");
    }

    fn a_link_tells_nothing_and_a_stranger_finds_nothing(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        let (_, token, _) = invited(&case, true);
        let vendor = Visitor::new(&world);
        let unknown = "a".repeat(26);
        let page = |token: &str| without_tokens(&vendor.get(&format!("/ja/partner/i/{token}")).body.replace(token, ""));
        assert_eq!(page(&token), page(&unknown));
        let wrong = |token: &str| {
            let form = [("code", "not it 1"), ("do", "enter")];
            without_tokens(&vendor.fails(&format!("/ja/partner/i/{token}"), &form).replace(token, ""))
        };
        assert_eq!(wrong(&token), wrong(&unknown));
        let again = |token: &str| {
            let said = vendor.ask("POST", &format!("/ja/partner/i/{token}/new"), &[("do", "new")]);
            (said.status, without_tokens(&said.body.replace(token, "")))
        };
        assert_eq!(again(&token), again(&unknown));

        // Without a session every form is answered alike, and what was typed can be copied.
        for form in ["terms", "code", "call", "receipt", "date", "answer", "text", "ticket", "leave"] {
            let typed = [("do", "agree"), ("text", "long <words>"), ("code", "12345678")];
            let said = vendor.ask("POST", &format!("/en/partner/{form}"), &typed);
            assert_eq!(said.status, 401, "{form}");
            assert!(said.body.contains("long &#60;words&#62;") || said.body.contains("long &lt;words&gt;"), "{}", said.body);
            assert!(!said.body.contains("12345678") && !said.body.contains(&case.number));
        }
        assert_eq!(vendor.get("/en/desk/").status, 404, "the desk is another side");
    }

    fn a_standing_agreement_needs_no_terms(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        let (tracking, token, code) = invited(&case, true);
        let mut vendor = Visitor::new(&world);
        let begun = vendor.does(&format!("/en/partner/i/{token}"), &[("code", &code), ("do", "enter")]);
        assert!(!begun.contains("/en/partner/terms") && begun.contains("/en/partner/code"), "{begun}");
        vendor.does("/en/partner/terms", &[("accept", "yes"), ("do", "accept")]);
        vendor.desk("send-details", json!({ "participant": tracking, "classes": ["V"] }));
        let digits: String = case.number.chars().filter(char::is_ascii_digit).collect();
        assert!(!vendor.get("/en/partner/").body.contains(&digits));
        // The recorded exception; the standing agreement was not replaced by a lesser one.
        vendor.desk("waive-second-step", json!({ "participant": tracking, "reason": "met in person" }));
        let page = vendor.get("/en/partner/").body;
        assert!(page.contains(&digits) && !page.contains("/en/partner/code"), "{page}");
    }
}

fn uuid_of(text: &str) -> domain::value::ParticipantId {
    let plain: String = text.chars().filter(|c| *c != '-').collect();
    let bytes = seal::unhex(&plain).expect("an id");
    domain::value::ParticipantId::from_bytes(bytes.try_into().expect("16 bytes"))
}
