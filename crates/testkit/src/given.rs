//! What tests start from: invented vendors, a report that was sorted, a case, an advisory, its readers.
//!
//! Each step is one sentence of a test and leaves behind what the next needs. Nothing here checks a rule: a step that
//! is refused ends the test.

use engine::Instant;
use scenario::stage::{DAY, HOUR};
use serde_json::{Value, json};

use crate::world::{World, at, said, words};

/// Vendors of every case: name, and whether it agreed to keep all cases confidential.
pub const VENDORS: [(&str, bool); 3] = [("Aoba", true), ("Birch", false), ("Cedar", false)];

/// Fields of an advisory that passes every lint, in both languages.
pub const FIELDS: [(&str, &str, &str); 11] = [
    (
        "title",
        "青葉ゲートウェイの弱点",
        "A weakness in Aoba Gateway",
    ),
    ("summary", "設定が読まれます", "Settings can be read"),
    (
        "details",
        "経路の検査が足りません",
        "A route lacks its check",
    ),
    ("affected", "3.2.1 より前の版", "Versions before 3.2.1"),
    (
        "check",
        "管理画面で版を見ます",
        "Look for the version at the console",
    ),
    ("impact", "設定の漏えい", "The settings leak"),
    ("fix", "3.2.1 に更新します", "Update to 3.2.1"),
    (
        "workaround",
        "管理画面を内側に限ります",
        "Keep the console inside",
    ),
    ("side_effects", "再起動が要ります", "It restarts once"),
    (
        "detection",
        "記録に見慣れない宛先",
        "Unknown callers in its log",
    ),
    ("note", "問い合わせは窓口へ", "Ask the desk"),
];

/// Registers a vendor with an address of its own; returns its id.
pub fn vendor(world: &World, name: &str, standing: bool) -> String {
    let contact = format!("psirt@{}.example", name.to_lowercase());
    let registered = world.does(
        "register-party",
        json!({
            "name_ja": format!("{name} 工房"), "name_en": format!("{name} Works"), "kana": "コウボウ",
            "contact": contact, "lang": "en", "listed": true,
        }),
    );
    let party = said(&registered, "party");
    if standing {
        world.does("agree-standing", json!({ "party": party, "version": "3" }));
    }
    party
}

/// A call to a vendor at a number of its public page.
#[must_use]
pub fn call() -> &'static engine::coordination::Call {
    static CALL: std::sync::LazyLock<engine::coordination::Call> =
        std::sync::LazyLock::new(|| engine::coordination::Call {
            number: engine::kernel::find::TextInput {
                lang: domain::value::Lang::En,
                text: "+81 3 0000 0000".to_owned(),
            },
            source: domain::value::NumberSource::Public,
        });
    &CALL
}

/// A report as it was answered when it was filed.
#[derive(Clone, Debug)]
pub struct Report {
    /// Handling number.
    pub number: String,
    pub id: String,
    pub receipt: String,
}

/// Files a report of a product.
pub fn report(world: &World) -> Report {
    report_of(world, "product")
}

fn report_of(world: &World, kind: &str) -> Report {
    let filed = world.does_as(
        "reception",
        "file-report",
        json!({
            "kind": kind, "channel": "form", "consent": "3",
            "text": { "lang": "ja", "text": "画面から入れました。" },
            "finder": "ある発見者", "contact": "finder@finder.example",
        }),
    );
    Report {
        number: said(&filed, "handling"),
        id: said(&filed, "report"),
        receipt: said(&filed, "receipt"),
    }
}

/// Splits a report into a part of each class that travels, and one that shows how to attack.
pub fn sorted(world: &World, report: &Report) {
    let parts: Vec<Value> = [
        ("V", "経路の検査が一つ抜けています"),
        ("W", "管理画面を外から見えなくします"),
        ("F", "版を上げると直ります"),
        ("A", "要求を三つ続けて送ると鍵が外れます"),
    ]
    .map(|(class, text)| json!({ "class": class, "lang": "ja", "text": text }))
    .into();
    let fields = json!({ "report": report.number, "parts": parts });
    world.does_as("reception", "sort-report", fields);
}

/// A case under way.
#[derive(Debug)]
pub struct Case<'w> {
    pub world: &'w World,
    pub report: Report,
    /// Public number.
    pub number: String,
    pub id: String,
    /// Ids of the vendors in the register.
    pub parties: Vec<String>,
    /// Tracking numbers, in the order of [`VENDORS`].
    pub tracking: Vec<String>,
}

impl<'w> Case<'w> {
    /// Registers the vendors, files, sorts and accepts a report, and brings the vendors in.
    #[must_use]
    pub fn open(world: &'w World) -> Case<'w> {
        Case::begin(world, "product", "vendor")
    }

    /// The same of a website, with operators in place of the vendors.
    #[must_use]
    pub fn of_site(world: &'w World) -> Case<'w> {
        Case::begin(world, "site", "operator")
    }

    fn begin(world: &'w World, kind: &str, part: &str) -> Case<'w> {
        let parties: Vec<String> = VENDORS
            .map(|(name, standing)| vendor(world, name, standing))
            .into();
        let report = report_of(world, kind);
        sorted(world, &report);
        let accepted = world.does("accept-report", json!({ "report": report.number }));
        let number = said(&accepted, "number");
        let tracking = parties
            .iter()
            .map(|party| {
                let fields = json!({ "case": number, "party": party, "part": part });
                said(&world.does("add-participant", fields), "tracking")
            })
            .collect();
        Case {
            world,
            report,
            id: said(&accepted, "case"),
            number,
            parties,
            tracking,
        }
    }

    /// Tracking number of a vendor.
    #[must_use]
    pub fn vendor(&self, name: &str) -> &str {
        let place = VENDORS.iter().position(|(known, _)| *known == name);
        let tracking = place.and_then(|place| self.tracking.get(place));
        tracking.expect("one of the three vendors")
    }

    /// Gives a command about the case that must be performed.
    pub fn does(&self, name: &str, fields: Value) -> Value {
        self.world.does(name, self.about(fields))
    }

    /// Gives a command about the case that must be refused; returns the refusal's code.
    pub fn refuses(&self, name: &str, fields: Value) -> String {
        self.world.refuses(name, self.about(fields))
    }

    fn about(&self, mut fields: Value) -> Value {
        fields["case"] = self.number.clone().into();
        fields
    }

    /// Gives a command about a participant that must be performed.
    pub fn does_with(&self, tracking: &str, name: &str, mut fields: Value) -> Value {
        fields["participant"] = tracking.into();
        self.world.does(name, fields)
    }

    /// Gives a command about a participant that must be refused; returns the refusal's code.
    pub fn refuses_with(&self, tracking: &str, name: &str, mut fields: Value) -> String {
        fields["participant"] = tracking.into();
        self.world.refuses(name, fields)
    }

    /// Writes to a vendor.
    pub fn contact(&self, vendor: &str) {
        let fields = json!({ "channel": "mail", "result": "tried" });
        self.does_with(self.vendor(vendor), "contact", fields);
    }

    /// Records that a vendor is affected and has a fix.
    pub fn has_a_fix(&self, vendor: &str) {
        let answer = json!({
            "product": format!("{vendor} Gateway"), "versions": "< 3.2.1", "answer": "affected", "fixed_in": "3.2.1",
        });
        let fields = json!({ "answer": answer });
        self.does_with(self.vendor(vendor), "record-answer", fields);
    }

    /// Writes to the first two vendors, proposes a date to which they agree, and has the first answer with a fix.
    pub fn coordinated(&self, until: Instant) {
        self.contact("Aoba");
        self.contact("Birch");
        for vendor in ["Aoba", "Birch"] {
            let call = json!({ "channel": "phone", "result": "reached" });
            self.does_with(self.vendor(vendor), "record-contact-elsewhere", call);
        }
        self.does("propose-date", json!({ "until": at(until) }));
        for vendor in ["Aoba", "Birch"] {
            self.does_with(self.vendor(vendor), "agree-date", json!({}));
        }
        self.has_a_fix("Aoba");
    }

    /// Drafts the next revision; a reason makes it an update.
    pub fn drafted(&self, reason: Option<&str>) {
        self.does("draft-advisory", advisory(reason));
    }

    /// Plans the release of the draft; returns the plan's hash.
    #[must_use]
    pub fn planned(&self, instant: Instant) -> String {
        let planned = self.does("plan-release", json!({ "instant": at(instant) }));
        said(&planned, "plan")
    }

    /// Lets an approver sign a plan, whatever comes of it.
    ///
    /// # Errors
    /// The refusal's code.
    pub fn signs(&self, person: &str, plan: &str) -> Result<Value, String> {
        let password = self.world.stage.password_file(person);
        let fields = json!({ "plan": plan, "person": person, "password_file": password });
        self.world
            .tries_as(person, "approve-plan", self.about(fields))
    }

    /// Lets both approvers sign a plan.
    pub fn approved(&self, plan: &str) {
        for person in ["approver-a", "approver-b"] {
            if let Err(code) = self.signs(person, plan) {
                panic!("{person} could not approve: {code}");
            }
        }
    }

    /// Works the case to an approved plan for the end of its embargo; returns that instant.
    #[must_use]
    pub fn ready(&self) -> Instant {
        let until = Instant(self.world.ahead(14 * DAY).0 + HOUR);
        self.coordinated(until);
        self.drafted(None);
        let plan = self.planned(until);
        self.approved(&plan);
        until
    }

    /// Works the case to its published advisory; returns the instant.
    #[must_use]
    pub fn published(&self) -> Instant {
        let until = self.ready();
        assert_eq!(
            self.world.passes_to(until),
            std::slice::from_ref(&self.number)
        );
        until
    }
}

/// Fields of a draft that passes every lint; a reason makes it an update.
#[must_use]
pub fn advisory(reason: Option<&str>) -> Value {
    let mut texts = Vec::new();
    for (field, ja, en) in FIELDS {
        for (lang, text) in [("ja", ja), ("en", en)] {
            texts.push(json!({ "field": field, "lang": lang, "text": text }));
        }
    }
    if let Some(reason) = reason {
        for lang in ["ja", "en"] {
            texts.push(json!({ "field": "revision_reason", "lang": lang, "text": reason }));
        }
    }
    let stage = if reason.is_some() { "updated" } else { "final" };
    json!({
        "stage": stage, "texts": texts,
        "facts": { "damage": ["leak"], "threat": "none_known", "severity": "warning" },
    })
}

/// Enters a subscriber of everything who reads English; returns the subscriber's id.
pub fn reader(world: &World, address: &str) -> String {
    let fields = json!({ "address": address, "lang": "en", "scope": { "scope": "everything" } });
    said(&world.does("subscribe", fields), "subscriber")
}

/// A link into the vendors' pages with its code, as the last mail to an address says them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub link: String,
    pub code: String,
}

/// Reads the invitation that was sent to an address, in English.
#[must_use]
pub fn invitation(world: &World, address: &str) -> Invitation {
    let mails = world.mails_to(address);
    let found = mails.iter().find_map(|mail| {
        let text = words(mail);
        let after = |before: &str| {
            let (_, rest) = text.split_once(before)?;
            rest.split_whitespace().next().map(str::to_owned)
        };
        Some(Invitation {
            link: after("/en/partner/i/")?,
            code: after("Confirmation code: ")?,
        })
    });
    match found {
        Some(invitation) => invitation,
        None => panic!("no invitation to {address} among {mails:?}"),
    }
}

/// Follows an invitation as its holder does; tells whether it let anybody in. It is used up then.
#[must_use]
pub fn is_let_in(world: &World, invitation: &Invitation) -> bool {
    let guest = engine::coordination::guest_of(world.house(), &invitation.link, &invitation.code);
    let guest = world.wait(Box::pin(guest));
    guest.expect("an answer").is_some()
}
