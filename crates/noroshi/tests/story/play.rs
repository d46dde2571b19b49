//! The scenes that stories share: invented vendors, a report, a case, an advisory, its readers.
//!
//! Every text carries a canary of its own. `kept` lists those that must never leave the house, `released` those
//! that an advisory says, `reached` the addresses, which stand in the mails that go to them and nowhere else.

use domain::act::Act;
use domain::role::Role;
use domain::value::PersonId;
use engine::Instant;
use engine::kernel::clock;
use serde_json::{Value, json};
use testkit::given::{FIELDS, VENDORS};
use testkit::smtp_server::SmtpServer;

use crate::scan::Canary;
use crate::world::{Said, World};

/// A second, in µs.
pub const SECOND: i64 = 1_000_000;

/// A case under way.
pub struct Case<'w> {
    pub world: &'w World,
    pub exercise: bool,
    /// Handling number of the report.
    pub report: String,
    /// Id of the report, which is also its dossier.
    pub report_id: String,
    /// Public number.
    pub number: String,
    /// Id of the case.
    pub id: String,
    /// Tracking numbers, in the order of the vendors.
    pub tracking: Vec<String>,
    /// The text that shows how to check the flaw, as somebody might paste it.
    pub verification: String,
    pub kept: Vec<Canary>,
    pub released: Vec<Canary>,
    pub reached: Vec<Canary>,
}

/// What the clock of this machine says, µs.
pub fn now() -> i64 {
    clock::now().0
}

/// An act of somebody who coordinates, where nobody is asked for a password.
pub fn coordinator() -> Act {
    Act::of_person(
        PersonId::from_bytes([1; 16]),
        Role::Coordinator,
        clock::now(),
    )
}

/// Writes an instant as commands take it.
pub fn at(instant: i64) -> String {
    clock::rfc3339(Instant(instant))
}

impl<'w> Case<'w> {
    /// Registers the vendors, files and sorts a report, accepts it, and brings the vendors in.
    pub fn open(world: &'w World, exercise: bool) -> Case<'w> {
        let mut case = Case {
            world,
            exercise,
            report: String::new(),
            report_id: String::new(),
            number: String::new(),
            id: String::new(),
            tracking: vec![],
            verification: String::new(),
            kept: vec![],
            released: vec![],
            reached: vec![],
        };
        let parties: Vec<String> = VENDORS
            .map(|(name, standing)| case.register(name, standing))
            .into();
        case.file();
        let accepted = case.perform("accept-report", json!({ "report": case.report }));
        case.number = said(&accepted, "number");
        case.id = said(&accepted, "case");
        for party in parties {
            let fields = json!({ "case": case.number, "party": party, "part": "vendor" });
            let joined = case.perform("add-participant", fields);
            case.tracking.push(said(&joined, "tracking"));
        }
        case
    }

    /// Gives a command in the case's realm; it must be performed.
    pub fn perform(&self, name: &str, fields: Value) -> Value {
        self.world.perform(name, &self.in_realm(fields))
    }

    /// Gives a command in the case's realm; it must be refused with this code.
    pub fn refuses(&self, name: &str, fields: Value, code: &str) {
        assert_eq!(
            self.world.refused(name, &self.in_realm(fields)),
            code,
            "{name}"
        );
    }

    fn in_realm(&self, mut fields: Value) -> Value {
        if self.exercise {
            fields["exercise"] = true.into();
        }
        fields
    }

    fn register(&mut self, name: &str, standing: bool) -> String {
        let name = if self.exercise {
            format!("Drill {name}")
        } else {
            name.to_owned()
        };
        let contact = Canary::draw(&format!("C of {name}"));
        let fields = json!({
            "name_ja": format!("{name} 工房"), "name_en": format!("{name} Works"), "kana": "コウボウ",
            "contact": format!("{}@vendor.example", contact.word), "lang": "ja", "listed": true,
        });
        self.reached.push(contact);
        let party = said(&self.perform("register-party", fields), "party");
        if standing {
            self.perform("agree-standing", json!({ "party": party, "version": "3" }));
        }
        party
    }

    fn file(&mut self) {
        let [raw, finder, contact] = ["U", "H", "C of the finder"].map(Canary::draw);
        let filed = self.perform(
            "file-report",
            json!({
                "kind": "product", "channel": "form", "consent": "3",
                "text": { "lang": "ja", "text": format!("画面から入れました。{}", raw.word) },
                "finder": finder.word, "contact": format!("{}@finder.example", contact.word),
            }),
        );
        self.report = said(&filed, "handling");
        self.report_id = said(&filed, "report");
        self.kept.extend([raw, finder, contact]);
        let mut parts = Vec::new();
        for class in [
            "V", "W", "F", "A", "T", "K1", "K2", "E", "I", "G", "O", "J", "Y",
        ] {
            let canary = Canary::draw(&format!("{class} of the report"));
            let text = format!("{} は{class}の部分です", canary.word);
            if class == "T" {
                self.verification.clone_from(&text);
            }
            parts.push(json!({ "class": class, "lang": "ja", "text": text }));
            self.kept.push(canary);
        }
        let sorted = self.perform(
            "sort-report",
            json!({ "report": self.report, "parts": parts }),
        );
        assert_eq!(sorted["parts"], 13);
    }

    /// Writes to all vendors; the first two agree to a date, answer, and the first has a fix and says so.
    pub fn coordinate(&mut self, until: i64) {
        for tracking in &self.tracking {
            let fields = json!({ "participant": tracking, "channel": "mail", "result": "tried" });
            self.perform("contact", fields);
        }
        let details = json!({ "participant": self.tracking[1], "classes": ["V", "W"] });
        self.refuses("send-details", details.clone(), "participant.no_basis");
        let basis = json!({ "basis": "ad_hoc", "version": "3" });
        self.perform(
            "record-basis",
            json!({ "participant": self.tracking[1], "basis": basis }),
        );
        self.perform("send-details", details);
        self.perform(
            "propose-date",
            json!({ "case": self.number, "until": at(until) }),
        );
        for tracking in &self.tracking[..2] {
            self.perform("agree-date", json!({ "participant": tracking }));
        }
        let [first, second, _] = &self.tracking[..] else {
            panic!("three vendors")
        };
        let fixed = json!({ "product": "Aoba Gateway", "versions": "< 3.2.1", "answer": "affected", "fixed_in": "3.2.1" });
        self.perform(
            "record-answer",
            json!({ "participant": first, "answer": fixed }),
        );
        let clean = json!({ "versions": "", "answer": "not_affected" });
        self.perform(
            "record-answer",
            json!({ "participant": second, "answer": clean }),
        );
        let words = Canary::draw("R");
        let text = json!({ "lang": "ja", "text": format!("修正版を配ります {}", words.word) });
        self.perform(
            "record-statement",
            json!({ "participant": first, "statement": "statement", "text": text }),
        );
        self.released.push(words);
    }

    /// Puts the first vendor on the board, with a product that has a fix; no date is agreed.
    pub fn board(&mut self) {
        let first = self.tracking[0].clone();
        let call = json!({ "participant": first, "channel": "phone", "result": "reached" });
        self.perform("contact", call);
        let fixed = json!({ "product": "Aoba Gateway", "versions": "< 3.2.1", "answer": "affected", "fixed_in": "3.2.1" });
        self.perform(
            "record-answer",
            json!({ "participant": first, "answer": fixed }),
        );
    }

    /// Drafts the next revision, in both languages, with a canary in every field.
    pub fn draft(&mut self, reason: Option<&str>) {
        let mut texts = Vec::new();
        for (field, ja, en) in FIELDS {
            let canary = Canary::draw(field);
            for (lang, words) in [("ja", ja), ("en", en)] {
                texts.push(json!({ "field": field, "lang": lang, "text": format!("{words} {}", canary.word) }));
            }
            self.released.push(canary);
        }
        if let Some(reason) = reason {
            for lang in ["ja", "en"] {
                texts.push(json!({ "field": "revision_reason", "lang": lang, "text": reason }));
            }
        }
        self.perform(
            "draft-advisory",
            self.draft_of(&texts, if reason.is_some() { "updated" } else { "final" }),
        );
    }

    /// Returns the fields of a draft that says these texts.
    pub fn draft_of(&self, texts: &[Value], stage: &str) -> Value {
        let facts = json!({ "damage": ["leak"], "threat": "none_known", "severity": "warning" });
        json!({ "case": self.number, "stage": stage, "texts": texts, "facts": facts })
    }

    /// Plans the release of the draft; returns the plan's hash.
    pub fn plan(&mut self, instant: i64) -> String {
        let reason = Canary::draw("Q");
        let fields = json!({ "case": self.number, "instant": at(instant), "reason": reason.word });
        self.kept.push(reason);
        said(&self.perform("plan-release", fields), "plan")
    }

    /// Lets one of the founding approvers approve: the first by the environment, the other by a file.
    pub fn try_approve(&self, plan: &str, person: &str) -> Said {
        let mut fields =
            self.in_realm(json!({ "case": self.number, "plan": plan, "person": person }));
        let password = said(&self.world.kit.borrow()["passwords"], person);
        let mut command = self.world.command(&["do", "approve-plan", "--file", "-"]);
        if person == "approver-a" {
            command.env("NOROSHI_PASSWORD", password);
        } else {
            fields["password_file"] = self
                .world
                .note(&format!("{person}.password"), password.as_bytes())
                .into();
        }
        self.world.finish(command, fields.to_string().as_bytes())
    }

    /// Has one of the founding approvers approve; it must succeed.
    pub fn approve(&self, plan: &str, person: &str) {
        let approved = self.try_approve(plan, person);
        assert_eq!(approved.code, Some(0), "{approved:?}");
    }

    /// Has both founding approvers approve.
    pub fn approve_by_two(&self, plan: &str) {
        self.approve(plan, "approver-a");
        self.approve(plan, "approver-b");
    }

    /// Plans and has approved a release that is still to come when this returns, however slow the machine is:
    /// the lead follows from what a plan and an approval take here. Returns the instant.
    pub fn plan_ahead(&mut self) -> i64 {
        let begun = now();
        let rehearsal = self.plan(begun + 3_600 * SECOND);
        self.approve(&rehearsal, "approver-a");
        let mut spent = now() - begun;
        // A machine that stood still meanwhile is given longer: a plan whose instant has passed is replaced.
        for _ in 0..4 {
            let instant = (now() + 3 * SECOND + 4 * spent) / SECOND * SECOND;
            let plan = self.plan(instant);
            self.approve_by_two(&plan);
            if now() < instant {
                return instant;
            }
            spent *= 4;
        }
        panic!("this machine became slower by the minute");
    }

    /// Enters four readers from a CSV file: of everything, of a vendor, of a product, and of something else.
    /// The first three are concerned.
    pub fn readers(&mut self) {
        let rows = [
            ("ja", "all", ""),
            ("en", "vendor", "Aoba Works"),
            ("ja", "product", "Aoba Gateway"),
            ("en", "vendor", "Nobody Ltd"),
        ];
        let mut csv = "address,language,scope,target,name\n".to_owned();
        for (lang, scope, target) in rows {
            let address = Canary::draw(&format!("C of a reader of {target}"));
            csv.push_str(&format!(
                "{}@reader.example,{lang},{scope},{target},Reader\n",
                address.word
            ));
            self.reached.push(address);
        }
        let path = self.world.note("readers.csv", csv.as_bytes());
        assert_eq!(self.world.good(&["subscribers", &path])["entered"], 4);
        assert_eq!(self.world.good(&["subscribers", &path])["known"], 4);
        // The list is the operator's own and lies outside the house.
        std::fs::remove_file(&path).expect("a file of this test");
    }

    /// Returns the references of a revision's copies that are in this state.
    pub fn copies(&self, revision: u64, state: &str) -> Vec<(String, String)> {
        let copies = self.world.good(&["mail", "copies", &self.number]);
        let copies = copies.as_array().expect("a list of copies");
        copies
            .iter()
            .filter(|copy| copy["revision"] == revision && copy["state"] == state)
            .map(|copy| (said(copy, "reference"), said(copy, "code")))
            .collect()
    }
}

/// Returns a word of an answer.
pub fn said(answer: &Value, field: &str) -> String {
    let word = answer[field].as_str();
    word.unwrap_or_else(|| panic!("{field} in {answer}"))
        .to_owned()
}

/// Lets the house hand its mail to a server of this test.
pub fn mail_to(world: &World, server: &SmtpServer) {
    let path = world.dir().join(engine::kernel::config::FILE);
    let text = std::fs::read_to_string(&path).expect("the configuration");
    let port = format!("port = {}", server.address().port());
    let text = text
        .replace("transport = \"folder\"", "transport = \"smtp\"")
        .replace("port = 25", &port)
        .replace("tls = \"starttls\"", "tls = \"none\"");
    std::fs::write(&path, text).expect("the configuration");
    assert_eq!(world.good(&["config", "check"])["good"], true);
}
