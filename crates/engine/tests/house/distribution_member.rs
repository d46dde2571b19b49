//! Members: how an address becomes a subscription and stops being one, and how little a form can be misused for.

use formats::advisory::Lang;
use formats::letter::{Confirmation, Letter, Scope, Subscription};
use serde_json::json;
use testkit::letters::{post, waiting, wish_to_stop};
use testkit::world::{at, span};
use testkit::{Case, World, given};

use crate::look::Post;

/// A minute, in µs.
const MINUTE: i64 = 60_000_000;

/// Somebody with a mailbox, and the letters that are sent in that name.
struct Member<'w> {
    world: &'w World,
    address: String,
    post: Post,
    sent: u8,
}

/// What a mail asks to confirm.
struct Asked {
    token: String,
    code: String,
}

/// What stands behind some words, so many letters of it.
fn after(text: &str, words: &str, count: usize) -> String {
    let (_, rest) = text.split_once(words).unwrap();
    rest.chars().take(count).collect()
}

impl<'w> Member<'w> {
    fn of(world: &'w World, address: &str) -> Member<'w> {
        Member {
            world,
            address: address.to_owned(),
            post: Post::of(address),
            sent: 0,
        }
    }

    fn sends(&mut self, letter: &Letter) {
        self.sent += 1;
        post(self.world, letter, self.sent);
        self.world.runs_due();
    }

    /// Fills in the form; the words of the mails that come of it.
    fn wishes(&mut self, scope: &Scope) -> Vec<String> {
        let wish = Subscription {
            at: at(self.world.now()),
            lang: Lang::En,
            address: self.address.clone(),
            scope: scope.clone(),
        };
        self.sends(&Letter::Subscription(wish));
        self.post.fresh(self.world)
    }

    /// Fills in the form and is asked.
    fn asked(&mut self, scope: &Scope) -> Asked {
        let mails = self.wishes(scope);
        let [mail] = mails.as_slice() else {
            panic!("one mail: {mails:?}")
        };
        Asked {
            token: after(mail, "/subscribe/confirm/", 26),
            code: after(mail, "Confirmation code: ", 6),
        }
    }

    /// Types a code; the words of the mails that come of it.
    fn types(&mut self, asked: &Asked, code: &str) -> Vec<String> {
        let confirmation = Confirmation {
            at: at(self.world.now()),
            token: asked.token.clone(),
            code: code.to_owned(),
        };
        self.sends(&Letter::Confirmation(confirmation));
        self.post.fresh(self.world)
    }

    fn minutes_pass(&self, minutes: i64) {
        self.world.passes_to(self.world.ahead(minutes * MINUTE));
    }
}

fn wrong(asked: &Asked) -> &'static str {
    if asked.code == "000000" {
        "000001"
    } else {
        "000000"
    }
}

#[test]
fn a_form_fills_nobodys_mailbox() {
    let world = World::founded();
    let mut member = Member::of(&world, "reader@member.example");
    let vendor = Scope::Vendor {
        name: "Aoba Works".to_owned(),
    };
    assert_eq!(member.wishes(&Scope::Everything).len(), 1);
    // Within ten minutes nothing more is asked, whatever for and however the address is written.
    member.address = "READER@Member.example".to_owned();
    assert_eq!(member.wishes(&vendor).len(), 0);
    member.minutes_pass(9);
    assert_eq!(member.wishes(&vendor).len(), 0);
    for time in 2..=5 {
        member.minutes_pass(11);
        assert_eq!(member.wishes(&vendor).len(), 1, "time {time}");
    }
    member.minutes_pass(11);
    assert_eq!(member.wishes(&vendor).len(), 0, "five times a day");
    // Another address has its own count.
    let mut other = Member::of(&world, "other@member.example");
    other.sent = 100;
    assert_eq!(other.wishes(&Scope::Everything).len(), 1);
    world.days_pass(1);
    assert_eq!(member.wishes(&vendor).len(), 1);
    assert_eq!((world.times("subscribed"), waiting(&world)), (0, 0));
    world.ends_well();
}

#[test]
fn five_wrong_codes_end_a_link() {
    for (guesses, subscribed) in [(4, 1), (5, 0)] {
        let world = World::founded();
        let mut member = Member::of(&world, "reader@member.example");
        let asked = member.asked(&Scope::Everything);
        for _ in 0..guesses {
            assert!(member.types(&asked, wrong(&asked)).is_empty());
        }
        let code = asked.code.clone();
        let welcome = member.types(&asked, &code);
        assert_eq!(welcome.len(), subscribed, "after {guesses}");
        assert_eq!(world.times("subscribed"), subscribed, "after {guesses}");
        world.ends_well();
    }
}

#[test]
fn a_link_holds_for_three_days() {
    for (days, subscribed) in [(2, 1), (4, 0)] {
        let world = World::founded();
        let mut member = Member::of(&world, "reader@member.example");
        let asked = member.asked(&Scope::Everything);
        world.days_pass(days);
        let code = asked.code.clone();
        member.types(&asked, &code);
        assert_eq!(world.times("subscribed"), subscribed, "after {days} days");
        world.ends_well();
    }
}

#[test]
fn a_newer_link_for_the_same_wish_ends_the_one_before() {
    let world = World::founded();
    let mut member = Member::of(&world, "reader@member.example");
    let before = member.asked(&Scope::Everything);
    member.minutes_pass(11);
    let newer = member.asked(&Scope::Everything);
    let codes = [before.code.clone(), newer.code.clone()];
    member.types(&before, &codes[0]);
    assert_eq!(world.times("subscribed"), 0);
    member.types(&newer, &codes[1]);
    assert_eq!(world.times("subscribed"), 1);
    world.ends_well();
}

#[test]
fn a_member_leaves_by_the_link_of_the_welcome_and_may_come_back() {
    let world = World::founded();
    let case = Case::open(&world);
    let mut member = Member::of(&world, "reader@member.example");
    let scope = Scope::Vendor {
        name: "Aoba Works".to_owned(),
    };
    for time in 1..=2 {
        let asked = member.asked(&scope);
        let code = asked.code.clone();
        let welcome = member.types(&asked, &code);
        let [welcome] = welcome.as_slice() else {
            panic!("one mail: {welcome:?}")
        };
        assert!(welcome.contains("Aoba Works"));
        assert_eq!(world.times("subscribed"), time);
        if time == 1 {
            wish_to_stop(&world, &after(welcome, "/unsubscribe/", 26));
            world.runs_due();
            assert_eq!(world.times("unsubscribed"), 1);
            member.minutes_pass(11);
        }
    }
    let _ = case.published();
    assert_eq!(member.post.fresh(&world).len(), 1);
    world.ends_well();
}

#[test]
fn the_same_wish_is_one_subscription_however_it_came() {
    let world = World::founded();
    let csv = "address,language,scope,target,name\nreader@member.example,en,all,,A\n";
    let rows = formats::subscribers::read(csv.as_bytes()).unwrap().rows;
    let import = || {
        let done = engine::distribution::command::import(world.house(), &rows);
        let done = world.wait(Box::pin(done)).unwrap();
        (done.entered, done.known)
    };
    assert_eq!(import(), (1, 0));
    let mut member = Member::of(&world, "reader@member.example");
    for _ in 0..2 {
        let asked = member.asked(&Scope::Everything);
        let code = asked.code.clone();
        member.types(&asked, &code);
        member.minutes_pass(11);
    }
    assert_eq!(world.times("subscribed"), 1);
    assert_eq!(import(), (0, 1));
    // Something else is another one.
    let scope = Scope::Product {
        name: "Aoba Gateway".to_owned(),
    };
    let asked = member.asked(&scope);
    let code = asked.code.clone();
    member.types(&asked, &code);
    assert_eq!(world.times("subscribed"), 2);
    world.ends_well();
}

#[test]
fn a_list_does_not_enter_again_whoever_left() {
    let world = World::founded();
    let left = given::reader(&world, "left@member.example");
    given::reader(&world, "stays@member.example");
    world.does("unsubscribe", json!({ "reference": left }));
    let csv =
        "address,scope,target\nLeft@member.example,all,\nstays@member.example,vendor,Aoba Works\n";
    let rows = formats::subscribers::read(csv.as_bytes()).unwrap().rows;
    let import = engine::distribution::command::import(world.house(), &rows);
    let done = world.wait(Box::pin(import)).unwrap();
    assert_eq!((done.entered, done.known), (1, 0));
    assert_eq!(done.refused, [(2, "left")]);
    // The person comes back by the form.
    let mut member = Member::of(&world, "left@member.example");
    let asked = member.asked(&Scope::Everything);
    let code = asked.code.clone();
    member.types(&asked, &code);
    let import = engine::distribution::command::import(world.house(), &rows);
    let done = world.wait(Box::pin(import)).unwrap();
    assert_eq!((done.entered + done.known, done.refused.len()), (2, 0));
    world.ends_well();
}

#[test]
fn who_stops_the_mails_gets_none_for_another_reason_either() {
    let world = World::founded();
    let case = Case::open(&world);
    let mut member = Member::of(&world, "reader@member.example");
    let mut link = String::new();
    for name in ["Aoba Works", "Birch Works"] {
        let asked = member.asked(&Scope::Vendor {
            name: name.to_owned(),
        });
        let code = asked.code.clone();
        let welcome = member.types(&asked, &code).concat();
        link = after(&welcome, "/unsubscribe/", 26);
        member.minutes_pass(11);
    }
    let everything = json!({ "address": "other@member.example", "lang": "en", "scope": { "scope": "everything" } });
    world.does("subscribe", everything);
    let mut other = Post::of("other@member.example");
    wish_to_stop(&world, &link);
    world.runs_due();
    assert_eq!(
        (world.times("subscribed"), world.times("unsubscribed")),
        (3, 2)
    );
    let _ = case.published();
    assert_eq!(member.post.fresh(&world).len(), 0);
    assert_eq!(other.fresh(&world).len(), 1);
    world.ends_well();
}

#[test]
fn a_mail_to_a_member_waits_for_the_relay_and_for_a_day_at_the_most() {
    use testkit::smtp_server::{Mode, Stage};
    for (comes_back, count) in [(true, 1), (false, 0)] {
        let relay = crate::distribution::Relay::started();
        let world = World::founded_with(|config| relay.is_used_by(config));
        let mut member = Member::of(&world, "reader@member.example");
        relay.server.set_mode(Mode::Refuse4xx(Stage::Rcpt));
        assert!(member.wishes(&Scope::Everything).is_empty());
        assert_eq!(waiting(&world), 1, "it is not lost");
        world.passes_to(world.ahead(span(0, 20)));
        assert_eq!(waiting(&world), 1);
        if comes_back {
            relay.server.set_mode(Mode::Accept);
        }
        world.passes_to(world.ahead(span(0, 6)));
        assert_eq!(relay.server.messages().len(), count);
        let aside = world.stage.dir().join("box").join("unreadable");
        let aside = std::fs::read_dir(aside).into_iter().flatten().count();
        assert_eq!((waiting(&world), aside), (0, 1 - count));
        world.ends_well();
    }
}
