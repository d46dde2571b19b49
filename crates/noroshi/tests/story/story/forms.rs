//! Every form of the desk can be carried out: filled in as a person would, it does what its button says.
//!
//! The list comes from the pages themselves: a form that a page offers and no line here fills in fails.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::json;

use crate::browser::{Browser, Page};
use crate::play::{Case, SECOND, at, now};
use crate::serving::Serving;
use crate::story::routes::{enter, party_of};
use crate::story::turns::seen;
use crate::world::World;

/// What pages offered and what was sent, by kind of page and button.
#[derive(Default)]
struct Forms {
    offered: RefCell<BTreeSet<(&'static str, String)>>,
    sent: RefCell<BTreeSet<(&'static str, String)>>,
}

/// The buttons of the forms that a page posts to its own address.
fn offered(page: &Page, path: &str) -> Vec<String> {
    let text = page.text();
    let here = format!("action=\"{path}\"");
    text.split("<form")
        .skip(1)
        .filter_map(|form| form.split("</form>").next())
        .filter(|form| {
            form.split('>')
                .next()
                .is_some_and(|head| head.contains(&here) && head.contains("post"))
        })
        .flat_map(|form| form.split("<button").skip(1))
        .filter_map(|button| {
            let (_, value) = button
                .split('>')
                .next()?
                .split_once("name=\"do\" value=\"")?;
            value.split('"').next().map(ToOwned::to_owned)
        })
        .collect()
}

impl Forms {
    /// Looks at a page and notes what it offers.
    fn look(&self, who: &Browser, kind: &'static str, path: &str) -> Page {
        let page = who.get(path);
        assert_eq!(page.status, 200, "{path}");
        let found = offered(&page, path);
        self.offered
            .borrow_mut()
            .extend(found.into_iter().map(|verb| (kind, verb)));
        page
    }

    /// Fills a form in and sends it; its page must offer it, and it must be carried out.
    fn send(
        &self,
        who: &Browser,
        kind: &'static str,
        path: &str,
        verb: &str,
        fields: &[(&str, &str)],
    ) -> Page {
        let page = self.look(who, kind, path);
        assert!(
            offered(&page, path).iter().any(|known| known == verb),
            "{path} does not offer {verb}"
        );
        let position = if page.text().contains("name=\"seen\"") {
            seen(&page)
        } else {
            String::new()
        };
        let mut form = vec![("seen", position.as_str()), ("do", verb)];
        form.extend_from_slice(fields);
        let answer = who.send(path, &form);
        let text = answer.text();
        let problems = text
            .split("id=\"problems\"")
            .nth(1)
            .map(|rest| rest.chars().take(300).collect::<String>());
        assert!(
            matches!(answer.status, 200 | 303),
            "{kind} {verb}: {} {problems:?}",
            answer.status
        );
        assert_eq!(problems, None, "{kind} {verb}");
        self.sent.borrow_mut().insert((kind, verb.to_owned()));
        answer
    }

    /// Fails if a page offered what nothing here has sent.
    fn end(self) {
        let (offered, sent) = (self.offered.into_inner(), self.sent.into_inner());
        let left: Vec<_> = offered.difference(&sent).collect();
        assert!(left.is_empty(), "offered and never filled in: {left:?}");
    }
}

/// What stands behind some words of a page, after others.
fn value(page: &Page, before: &str, after: &str) -> String {
    let text = page.text();
    let rest = text
        .split_once(after)
        .map_or(text.as_str(), |(_, rest)| rest);
    let (_, rest) = rest.split_once(before).expect("a value");
    rest.split('"').next().expect("a value").to_owned()
}

/// Files a report as the desk does for a caller; returns the path of its page.
fn filed(world: &World) -> String {
    let text = json!({ "lang": "en", "text": "It breaks when it is asked twice." });
    let fields =
        json!({ "kind": "product", "channel": "phone", "consent": "2026-1", "text": text });
    let filed = world.perform("file-report", &fields);
    format!(
        "/en/desk/reports/{}",
        filed["handling"].as_str().expect("a number")
    )
}

/// A day and a time, as the three fields of an instant.
fn moment<'a>(
    name: [&'a str; 3],
    ahead_days: i64,
    keep: &'a mut String,
) -> [(&'a str, &'a str); 3] {
    *keep = at(now() + ahead_days * 86_400 * SECOND);
    let (day, time) = (&keep[..10], &keep[11..16]);
    [(name[0], day), (name[1], time), (name[2], "UTC")]
}

const SORTED: [(&str, &str); 3] = [
    ("part_class[]", "V"),
    ("part_lang[]", "en"),
    ("part_text[]", "It breaks."),
];

on_both! {
    fn every_form_about_a_report_is_carried_out(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        let serving = Serving::start(&world);
        let desk = enter(&world, &serving.desk, "coordinator");
        let (forms, kind, mut day) = (Forms::default(), "report", String::new());
        let [accepted, public, declined, merged] = [(); 4].map(|()| filed(&world));
        let reception = enter(&world, &serving.desk, "reception");
        for path in [&accepted, &public, &declined, &merged] {
            forms.send(&reception, kind, path, "sort", &SORTED);
        }
        forms.send(&desk, kind, &accepted, "looked", &[]);
        forms.send(&desk, kind, &accepted, "ask", &[("ask_lang", "en"), ("ask_text", "Which version?")]);
        forms.send(&desk, kind, &accepted, "accept", &[]);
        forms.send(&desk, kind, &public, "accept-public", &moment(["since_date", "since_time", "since_zone"], -2, &mut day));
        // What became a case stays its case's when its finder adds something; what was declined is looked at anew.
        let digits = |path: &str| path.rsplit('/').next().expect("a number").to_owned();
        let why = [("reason", "not_vulnerability"), ("decline_lang", "en"), ("decline_text", "It is meant to do so. Thank you.")];
        forms.send(&desk, kind, &declined, "decline", &why);
        forms.send(&desk, kind, &merged, "merge", &[("case", &case.number)]);
        let list = desk.get("/en/desk/").text();
        assert!(!list.contains(&digits(&declined)) && !list.contains(&digits(&accepted)), "{list}");
        let number = value(&desk.get(&accepted), "href=\"/en/desk/cases/", "");
        let of_case = format!("/en/desk/cases/{number}");
        let position = seen(&desk.get(&of_case));
        assert_eq!(desk.send(&of_case, &[("seen", &position), ("do", "looked")]).status, 303);
        let row_of = |name: &str| {
            let list = desk.get("/en/desk/").text();
            let row = list.split("<tr>").find(|row| row.contains(name));
            row.unwrap_or_else(|| panic!("{name} in {list}")).to_owned()
        };
        assert!(!row_of(&number).contains("badge new"));
        for path in [&accepted, &declined] {
            world.perform("add-to-report", &json!({ "report": digits(path), "text": { "lang": "en", "text": "There is more." } }));
        }
        let list = desk.get("/en/desk/").text();
        assert!(list.contains(&digits(&declined)) && !list.contains(&digits(&accepted)), "{list}");
        assert!(row_of(&digits(&declined)).contains("data-left"), "no deadline runs");
        assert!(row_of(&number).contains("badge new"), "the case does not say that something is new");
        assert!(!offered(&desk.get(&accepted), &accepted).contains(&"accept".to_owned()));
        forms.end();
        serving.stop();
    }

    fn every_form_about_a_case_is_carried_out(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        let added = json!({ "name_ja": "ハナミズキ", "name_en": "Dogwood", "contact": "psirt@dogwood.example", "lang": "en", "listed": true });
        let party = world.perform("register-party", &added);
        let serving = Serving::start(&world);
        let desk = enter(&world, &serving.desk, "coordinator");
        let (forms, kind) = (Forms::default(), "case");
        let path = format!("/en/desk/cases/{}", case.number);
        let mut day = String::new();
        let found = desk.send(&path, &[("party_q", "Dogwood")]);
        assert!(found.status < 500);
        let fields = [("party", party["party"].as_str().expect("a party")), ("part", "vendor")];
        let searched = desk.get(&format!("{path}?party_q=Dogwood"));
        let position = seen(&searched);
        let joined = desk.send(&path, &[&[("seen", position.as_str()), ("do", "add")], &fields[..]].concat());
        assert_eq!(joined.status, 303, "{}", joined.text());
        forms.send(&desk, kind, &path, "name", &[("label", "V9"), ("vuln_lang", "en"), ("vuln_text", "No question is asked")]);
        let ahead = moment(["until_date", "until_time", "until_zone"], 30, &mut day);
        // A day off is asked about once; this form says that it is meant.
        let meant = [("until_kept", ahead[0].1)];
        forms.send(&desk, kind, &path, "propose", &[&ahead[..], &meant].concat());
        for tracking in &case.tracking {
            case.perform("agree-date", json!({ "participant": tracking }));
        }
        let mut day = String::new();
        let nearer = moment(["revised_date", "revised_time", "revised_zone"], 20, &mut day);
        let meant = [("revised_kept", nearer[0].1)];
        forms.send(&desk, kind, &path, "revise", &[&nearer[..], &meant].concat());
        let reception = enter(&world, &serving.desk, "reception");
        forms.send(&reception, kind, &path, "looked", &[]);
        // A closed text opens for a reason, in the page that answers.
        let closed = value(&forms.look(&reception, kind, &path), "name=\"body\" value=\"", "");
        forms.send(&reception, kind, &path, "read", &[("body", &closed), ("why", "to ask back")]);
        forms.send(&desk, kind, &path, "end", &[("end_why", "public"), ("end_reason", "It was in the news.")]);
        forms.send(&desk, kind, &path, "observe", &[("fact", "exploit_public")]);
        forms.send(&desk, kind, &path, "close", &[("closure", "already_public")]);
        forms.end();
        serving.stop();
    }

    fn every_form_about_a_vendor_is_carried_out(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        case.perform("propose-date", json!({ "case": case.number, "until": at(now() + 30 * 86_400 * SECOND) }));
        let serving = Serving::start(&world);
        let desk = enter(&world, &serving.desk, "coordinator");
        let (forms, kind) = (Forms::default(), "vendor");
        let path = |n: usize| {
            let digits: String = case.tracking[n].chars().filter(char::is_ascii_digit).collect();
            format!("/en/desk/cases/{}/vendors/{digits}", case.number)
        };
        let (aoba, birch) = (path(0), path(1));
        let send = |path: &str, verb: &str, fields: &[(&str, &str)]| forms.send(&desk, kind, path, verb, fields);
        send(&aoba, "contact", &[("channel", "phone"), ("result", "reached")]);
        send(&aoba, "contact", &[("channel", "form"), ("result", "tried"), ("elsewhere", "yes")]);
        send(&aoba, "basis", &[("basis", "ad_hoc"), ("basis_version", "2026-1")]);
        send(&aoba, "invite", &[]);
        let told = send(&aoba, "phone-code", &[("called_number", "+81 3 0000 0000"), ("called_from", "public")]);
        assert!(told.text().contains("id=\"phone-code\""), "the number is not told");
        send(&aoba, "waive", &[("waive_reason", "met in person")]);
        send(&aoba, "details", &[("class[]", "V"), ("class[]", "W")]);
        send(&aoba, "received", &[]);
        let mut day = String::new();
        send(&aoba, "counter", &moment(["counter_date", "counter_time", "counter_zone"], 40, &mut day));
        send(&aoba, "agree", &[]);
        send(&birch, "decline-date", &[]);
        let range = [("versions_from", "3.0"), ("versions_from_incl", "yes"), ("versions_to", "3.2.1"), ("versions_to_incl", "no"), ("fixed_in", "3.2.1")];
        send(&aoba, "answer", &[&[("product", "Aoba Gateway"), ("answer", "affected")], &range[..]].concat());
        for (statement, about) in [("statement", ""), ("workaround", "Aoba Gateway (>= 3.0, < 3.2.1)"), ("references", "")] {
            let words = if statement == "references" { "https://aoba.example/7" } else { "Update to 3.2.1." };
            let fields = [("statement", statement), ("statement_about", about), ("statement_lang", "en"), ("statement_text", words)];
            send(&aoba, "statement", &fields);
        }
        send(&aoba, "answer", &[("product", "Aoba Gateway"), ("answer", "not_affected"), ("versions_from", "9.0"), ("versions_from_incl", "yes")]);
        send(&aoba, "withdraw-answer", &[("known", r#"(Some("Aoba Gateway"), ">= 9.0", None, "not_affected")"#)]);
        send(&aoba, "ticket", &[("ticket", "AOBA-7")]);
        send(&aoba, "naming", &[("agreed", "yes"), ("naming_reason", "told by telephone")]);
        let shown = forms.look(&desk, kind, &aoba).text();
        for words in ["AOBA-7", "Aoba Gateway (&#62;= 3.0, &#60; 3.2.1)", "https://aoba.example/7"] {
            assert!(shown.contains(words) || shown.contains(&words.replace("&#62;", "&gt;").replace("&#60;", "&lt;")), "{words}");
        }
        send(&birch, "leave", &[("honours", "yes")]);
        forms.end();
        serving.stop();
    }

    fn every_form_about_parties_and_persons_is_carried_out(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        let party = format!("/en/desk/register/{}", party_of(&world).to_lowercase());
        let serving = Serving::start(&world);
        let desk = enter(&world, &serving.desk, "coordinator");
        let admin = enter(&world, &serving.desk, "admin");
        let forms = Forms::default();
        let new = [("name_ja", "ハナミズキ"), ("name_en", "Dogwood"), ("kana", "ハナミズキ"), ("contact", "psirt@dogwood.example"), ("lang", "en"), ("listed", "yes")];
        forms.send(&desk, "register", "/en/desk/register", "party-add", &new);
        forms.send(&desk, "party", &party, "party-contact", &[("contact", "csirt@aoba.example")]);
        forms.send(&desk, "party", &party, "standing", &[("version", "2026-1")]);
        forms.send(&admin, "persons", "/en/desk/persons", "person-add", &[("handle", "second"), ("role", "reception")]);
        let second = value(&admin.get("/en/desk/persons"), "name=\"person\" value=\"", ">second<");
        let link = forms.send(&admin, "persons", "/en/desk/persons", "link", &[("person", &second)]);
        assert!(link.text().contains("id=\"set-up-link\""), "no link is told");
        forms.send(&admin, "persons", "/en/desk/persons", "end", &[("person", &second)]);
        drop(case);
        forms.end();
        serving.stop();
    }
}
