//! What each reader is told in each situation, in both languages.
//!
//! The sentences are written by hand and ask no function of the program: one that is false for a situation fails it. `not` says
//! what must not stand there. Situations in which the signer or a copy fails stand with the tests of mail and release.
//! Every situation asks every reader that has a page then; whoever has none is left out by a name that says so.

use std::collections::HashMap;

use domain::text::gate::Strength;
use domain::value::ParticipantId;
use engine::people::sessions::{Of, SESSION_US};
use formats::advisory::Lang;
use pages::intake::public::Slip;
use pages::intake::{Mailbox, mailbox};
use pages::kit::form::Typed;
use serde_json::{Value, json};
use server::Side;
use testkit::world::{at, span};
use testkit::{Case, World, given};

use crate::partner::vendor;
use crate::visitor::{Doors, Page, Visitor};

/// Whoever reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Reader {
    /// The coordinator, on the page of the case.
    Desk,
    /// The coordinator, in the list of what waits.
    List,
    /// The coordinator, in the list of what needs a hand.
    Todo,
    /// The coordinator, on the page of the plan.
    Plan,
    /// A vendor of the case, which followed its invitation.
    Vendor,
    /// The finder, in the mailbox.
    Finder,
    /// Everybody, on the page of the advisory.
    Public,
}

use Reader::{Desk, Finder, List, Plan, Public, Todo, Vendor};

/// Those who have a page in every situation; the public has one as soon as something is out.
const STANDING: [Reader; 6] = [Desk, List, Todo, Plan, Vendor, Finder];

/// Who reads what: the sentence in Japanese and in English.
type Told<'t> = (Reader, &'t str, &'t str);

/// A situation, as it is made: of the case and of the vendor that reads, which is Birch.
struct Scene<'s> {
    case: &'s Case<'s>,
    birch: Option<&'s Visitor<'s>>,
}

impl Scene<'_> {
    fn does(&self, name: &str, fields: Value) {
        self.case.does(name, fields);
    }

    fn with(&self, who: &str, name: &str, fields: Value) {
        self.case.does_with(self.case.vendor(who), name, fields);
    }

    fn proposes(&self, days: i64) {
        let until = at(self.case.world.ahead(span(days, 0)));
        self.does("propose-date", json!({ "until": until }));
    }

    fn answers(&self, who: &str, answer: &str, fixed_in: Option<&str>) {
        let said = json!({ "product": "Gateway", "versions": "< 2", "answer": answer, "fixed_in": fixed_in });
        self.with(who, "record-answer", json!({ "answer": said }));
    }

    /// Publishes within the time of a vendor's session.
    fn publishes(&self) {
        self.case.drafted(None);
        let instant = self.case.world.ahead(span(0, 2));
        let plan = self.case.planned(instant);
        self.case.approved(&plan);
        let out = self.case.world.passes_to(instant);
        assert_eq!(out, std::slice::from_ref(&self.case.number));
    }

    /// Plans and approves an urgent publication in two hours.
    fn hurries(&self) -> engine::Instant {
        self.case.drafted(None);
        let instant = self.case.world.ahead(span(0, 2));
        let fields = json!({ "instant": at(instant), "emergency": true, "reason": "attacks" });
        let planned = self.case.does("plan-release", fields);
        self.case
            .approved(planned["plan"].as_str().expect("a plan"));
        instant
    }

    /// Has details shown to Birch, as far as the house goes.
    fn tells_birch(&self) {
        self.with(
            "Birch",
            "record-basis",
            json!({ "basis": { "basis": "ad_hoc", "version": "1" } }),
        );
        self.with(
            "Birch",
            "waive-second-step",
            json!({ "reason": "known for years" }),
        );
        self.with("Birch", "send-details", json!({ "classes": ["V"] }));
    }
}

fn reads(person: &Visitor<'_>, scene: &Scene<'_>, reader: Reader, lang: &str) -> String {
    let (world, number) = (scene.case.world, &scene.case.number);
    let desk = |path: String| plain(&person.get(&path));
    match reader {
        Desk => desk(format!("/{lang}/desk/cases/{number}")),
        List => desk(format!("/{lang}/desk/?kind=cases")),
        Todo => desk(format!("/{lang}/desk/tasks")),
        Plan => desk(format!("/{lang}/desk/cases/{number}/plan")),
        Vendor => plain(
            &scene
                .birch
                .expect("Birch reads")
                .get(&format!("/{lang}/partner/")),
        ),
        Finder => finder(world, &scene.case.report, lang),
        Public => {
            let found = world.public(&address(scene, lang));
            without_tags(&found.unwrap_or_else(|| panic!("{number} is not out")))
        }
    }
}

/// Where the advisory stands once it is out.
fn address(scene: &Scene<'_>, lang: &str) -> String {
    format!("{lang}/advisories/{}.html", scene.case.number)
}

/// Whoever is left out has no page: Birch was not let in, and what is never published has no plan.
fn has_no_page(person: &Visitor<'_>, scene: &Scene<'_>, name: &str, reader: Reader, lang: &str) {
    match reader {
        Vendor => assert!(scene.birch.is_none(), "{name}: Birch came in"),
        Plan => {
            let path = format!("/{lang}/desk/cases/{}/plan", scene.case.number);
            let page = person.get(&path);
            assert_eq!(page.status, 404, "{name}: {}", page.text);
        }
        other => panic!("{name}: {other:?} always has a page"),
    }
}

/// What stands on a page, without its head and its tags, with single spaces.
fn plain(page: &Page) -> String {
    assert_eq!(page.status, 200, "{}", page.text);
    without_tags(&page.text)
}

fn without_tags(page: &str) -> String {
    let body = page.split_once("<main").map_or(page, |(_, body)| body);
    // What may be chosen is not told of the situation, nor is what happened before.
    let body = without(
        &without(body, "<select", "</select>"),
        "<ul class=\"tl",
        "</ul>",
    );
    let mut out = String::new();
    for piece in body.split('<') {
        out.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
    }
    let out = out.replace("&#39;", "'").replace("&amp;", "&");
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn without(page: &str, from: &str, to: &str) -> String {
    let mut pieces = page.split(from);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        out.push_str(piece.split_once(to).map_or("", |(_, rest)| rest));
    }
    out
}

/// The state of the case in the list of all, where the answers to its date are counted, and on its own page.
fn stages(person: &Visitor<'_>, case: &Case<'_>) -> [String; 2] {
    let number = &case.number;
    let of = |page: Page, from: &[&str], to: &str| {
        let mut rest = page.text.as_str();
        for one in from {
            rest = rest.split_once(one).unwrap_or_else(|| panic!("no {one}")).1;
        }
        rest.split(to).next().unwrap_or_default().to_owned()
    };
    let list = person.get("/en/desk/?kind=cases&show=all");
    let begins = format!("{number}</a>");
    let row = [begins.as_str(), "<td>", "<td>"];
    let listed = of(list, &row, "</td>");
    let page = person.get(&format!("/en/desk/cases/{number}"));
    let shown = of(page, &["<dt>State</dt><dd>"], "</dd>");
    // Why it was closed is said on the page alone.
    let shown = shown.split(": ").next().unwrap_or_default().to_owned();
    [listed, shown]
}

/// The finder's page as the portal shows it.
fn finder(world: &World, report: &given::Report, lang: &str) -> String {
    let loaded = world
        .wait(world.stage.numbered(&report.id))
        .expect("the report");
    let id = domain::value::ReportId(loaded.0);
    let loaded = world
        .wait(world.house().load(id.into()))
        .expect("a store")
        .expect("the report");
    let domain::aggregate::Aggregate::Report(state) = &*loaded.state else {
        panic!("no report");
    };
    let facts = engine::intake::progress::facts(world.house(), state);
    let facts = world.wait(facts).expect("what happened");
    let opened = Mailbox {
        slip: Slip {
            handling: "1".to_owned(),
            receipt: "1".to_owned(),
        },
        progress: facts.progress(state),
        notes: vec![],
        shows_slip: false,
        done: None,
    };
    let lang = Lang::ALL
        .into_iter()
        .find(|known| known.tag() == lang)
        .expect("ja or en");
    let page = mailbox(&world.house().mail_site(), lang, &opened, &Typed::default());
    without_tags(&String::from_utf8(page).expect("a page"))
}

/// Birch comes back after its session has ended, as with a new link.
fn back<'d>(doors: &'d Doors<'_>, case: &Case<'_>, before: &Visitor<'_>) -> Visitor<'d> {
    let world = case.world;
    let id = world.wait(world.stage.numbered(case.vendor("Birch")));
    let of = Of::Participant(ParticipantId(id.expect("Birch").0));
    let begun = world.house().session_begin(of, Strength::Link);
    let secret = world.wait(begun).expect("a session");
    let name = before.cookie.split('=').next().unwrap_or_default();
    let mut visitor = doors.stranger(Side::Partner);
    visitor.cookie = format!("{name}={secret}");
    visitor
}

/// Makes a situation and asks each reader; what begins with `!` must not stand there.
fn check(found: &mut Vec<String>, name: &str, makes: impl Fn(&Scene<'_>), told: &[Told<'_>]) {
    let world = World::founded();
    check_of(found, name, &Case::open(&world), makes, told);
}

fn check_of(
    found: &mut Vec<String>,
    name: &str,
    case: &Case<'_>,
    makes: impl Fn(&Scene<'_>),
    told: &[Told<'_>],
) {
    let world = case.world;
    for reader in STANDING {
        let is_asked = told.iter().any(|(asked, ..)| *asked == reader);
        assert!(is_asked, "{name}: nobody asks {reader:?}");
    }
    let doors = Doors::of(world);
    let birch = (!told.contains(&NO_VENDOR)).then(|| vendor(&doors, case, "Birch"));
    let began = world.now();
    makes(&Scene {
        case,
        birch: birch.as_ref(),
    });
    // A running house asks the signer within a moment.
    let asked = world.wait(world.house().rehearse_waiting());
    asked.expect("a look ahead");
    // Sessions end in a night: whoever looks signs in then, and a vendor comes by a new link.
    let doors = Doors::of(world);
    let has_ended = world.now().0 - began.0 >= SESSION_US;
    let birch = birch.map(|before| {
        if has_ended {
            back(&doors, case, &before)
        } else {
            before
        }
    });
    let scene = Scene {
        case,
        birch: birch.as_ref(),
    };
    let person = doors.person("coordinator");
    let [listed, shown] = stages(&person, case);
    assert!(!shown.is_empty(), "{name}: no state");
    if !listed.starts_with(&shown) {
        found.push(format!("{name}: {listed} in the list, {shown} on the page"));
    }
    let is_public = told.iter().any(|(reader, ..)| *reader == Public);
    for (lang, path) in ["ja", "en"].map(|lang| (lang, address(&scene, lang))) {
        let is_out = world.public(&path).is_some();
        assert_eq!(is_out, is_public, "{name}: {lang} on the public site");
    }
    let mut known = HashMap::new();
    for (reader, ja, en) in told {
        for (lang, sentence) in [("ja", ja), ("en", en)] {
            if sentence.is_empty() {
                has_no_page(&person, &scene, name, *reader, lang);
                continue;
            }
            let page = known
                .entry((*reader, lang))
                .or_insert_with(|| reads(&person, &scene, *reader, lang));
            let (wanted, sentence) = match sentence.strip_prefix('!') {
                Some(rest) => (false, rest),
                None => (true, *sentence),
            };
            if page.contains(sentence) != wanted {
                found.push(format!(
                    "{name}: {reader:?} {lang} {wanted} {sentence}\n{page}"
                ));
            }
        }
    }
}

mod told;

use told::*;

mod asked;

mod dated;

mod out;

mod site;
