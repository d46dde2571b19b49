//! The composed document: who stands in it with what, its languages, its history, its list; and the rehearsal of it.

use base::DocumentKind;
use engine::advisory::command::Wanted;
use engine::advisory::rehearsal::{self, KINDS};
use formats::advisory::{Lang, ProductStatus, Status, VendorStatus};
use seal::record::Realm;
use serde_json::{Value, json};
use testkit::world::{at, said, span};
use testkit::{Case, World, given};

use crate::advisory::{line, with};
use crate::look;

/// Records what a vendor, or somebody else about it, says.
fn says(case: &Case<'_>, vendor: &str, kind: &str, lang: &str, words: &str) {
    let text = json!({ "lang": lang, "text": words });
    let fields = json!({ "statement": kind, "text": text });
    case.does_with(case.vendor(vendor), "record-statement", fields);
}

#[test]
fn the_board_names_who_was_asked_and_agreed_to_be_named() {
    let world = World::founded();
    let case = Case::open(&world);
    let unlisted = world.does(
        "register-party",
        json!({ "name_ja": "砂丘", "name_en": "Dune Works", "lang": "en", "listed": false }),
    );
    let fields =
        json!({ "case": case.number, "party": said(&unlisted, "party"), "part": "vendor" });
    let dune = said(&world.does("add-participant", fields), "tracking");
    let reached = json!({ "channel": "phone", "result": "reached" });
    case.does_with(&dune, "contact", reached);
    case.contact("Birch");
    case.contact("Aoba");
    let answers = |product: &str, answer: &str| json!({ "answer": { "product": product, "versions": "< 2", "answer": answer } });
    case.does_with(&dune, "record-answer", answers("Dune Gateway", "affected"));
    case.does_with(
        case.vendor("Birch"),
        "record-answer",
        answers("Birch Gateway", "unknown"),
    );
    case.has_a_fix("Aoba");
    case.does_with(
        case.vendor("Aoba"),
        "record-answer",
        answers("Aoba Switch", "not_affected"),
    );
    case.drafted(None);
    let _ = case.planned(world.ahead(span(0, 2)));
    let (doc, _) = look::planned(&case);

    let board: Vec<(&str, VendorStatus)> = doc
        .vendors
        .iter()
        .map(|vendor| (vendor.name[&Lang::En].as_str(), vendor.status))
        .collect();
    assert_eq!(
        board,
        [
            ("Aoba Works", VendorStatus::VulnerableFixed),
            ("Birch Works", VendorStatus::Unknown),
        ],
        "not who was not asked, and not who is unlisted"
    );
    let products: Vec<(&str, &str, &str)> = doc
        .products
        .iter()
        .map(|product| {
            let name = product.name[&Lang::Ja].as_str();
            (product.vendor.as_str(), name, product.versions.as_str())
        })
        .collect();
    let aoba = &doc.vendors[0];
    assert_eq!(
        products,
        [
            (aoba.id.as_str(), "Aoba Gateway", "< 3.2.1"),
            (aoba.id.as_str(), "Aoba Switch", "< 2"),
        ],
        "whoever cannot tell names no product"
    );
    let status: Vec<(ProductStatus, Option<&str>)> = aoba
        .products
        .iter()
        .map(|product| (product.status, product.fixed_in.as_deref()))
        .collect();
    assert_eq!(
        status,
        [
            (ProductStatus::Fixed, Some("3.2.1")),
            (ProductStatus::KnownNotAffected, None),
        ]
    );
    assert_eq!(aoba.notified.as_deref(), Some("2026-09-07"));
    let in_japan = aoba
        .in_japan
        .as_ref()
        .and_then(|days| days.notified.as_deref());
    assert_eq!(in_japan, Some("2026-09-07"));
    world.runs_due();
    world.ends_well_but(&["release"]);
}

#[test]
fn a_vendor_speaks_in_its_own_words_and_its_help_stands_with_its_name() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    case.contact("Birch");
    let call = json!({ "channel": "phone", "result": "reached" });
    case.does_with(case.vendor("Birch"), "record-contact-elsewhere", call);
    case.has_a_fix("Aoba");
    for (vendor, kind, lang, words) in [
        ("Aoba", "statement", "ja", "ご報告に感謝します。"),
        ("Aoba", "statement", "en", "We thank the finder."),
        ("Aoba", "information", "en", "A mirror says so too."),
        ("Aoba", "addendum", "en", "The centre has seen the fix."),
        (
            "Aoba",
            "references",
            "en",
            "https://aoba.example/1\nhttps://aoba.example/2",
        ),
        ("Aoba", "workaround", "en", "Unplug the second port."),
        ("Birch", "statement", "en", "We are looking into it."),
    ] {
        says(&case, vendor, kind, lang, words);
    }
    case.drafted(None);
    let _ = case.planned(world.ahead(span(0, 2)));
    let (doc, made) = look::planned(&case);
    let [aoba, birch] = doc.vendors.as_slice() else {
        panic!("two vendors: {:?}", doc.vendors)
    };
    let in_english = aoba.statement_in(Lang::En).unwrap();
    let in_japanese = aoba.statement_in(Lang::Ja).unwrap();
    assert_eq!(in_english.text, "We thank the finder.");
    assert_eq!(in_japanese.text, "ご報告に感謝します。");
    let text = |words: &Option<formats::advisory::Words>| words.clone().unwrap().text;
    assert_eq!(text(&aoba.information), "A mirror says so too.");
    assert_eq!(text(&aoba.addendum), "The centre has seen the fix.");
    assert_eq!(
        aoba.references,
        ["https://aoba.example/1", "https://aoba.example/2"]
    );
    // What was said in one language is shown as it was said.
    let only = birch.statement_in(Lang::Ja).unwrap();
    assert_eq!(
        (only.lang, only.text.as_str()),
        (Lang::En, "We are looking into it.")
    );
    assert_eq!(birch.statement_other, None);
    let [around] = aoba.workaround.as_slice() else {
        panic!("one workaround: {:?}", aoba.workaround)
    };
    assert_eq!(around.text, "Unplug the second port.");
    let csaf = made.iter().find(|one| one.kind == DocumentKind::Csaf);
    let csaf: Value = serde_json::from_slice(&csaf.unwrap().bytes).unwrap();
    let lines = csaf["vulnerabilities"][0]["remediations"]
        .as_array()
        .unwrap();
    let own: Vec<&Value> = lines
        .iter()
        .filter(|line| line["details"] == "Unplug the second port.")
        .collect();
    let [own] = own.as_slice() else {
        panic!("one line: {lines:?}")
    };
    assert_eq!(own["category"], "workaround");
    assert_eq!(own["product_ids"], json!(["v1-p1"]));
    world.runs_due();
    world.ends_well_but(&["release"]);
}

/// The texts of an advisory in Japanese alone.
fn japanese() -> Value {
    let mut draft = given::advisory(None);
    let texts = draft["texts"].as_array_mut().unwrap();
    texts.retain(|text| text["lang"] == "ja");
    draft["facts"]["untranslated"] = json!(["en"]);
    draft
}

#[test]
fn a_language_without_an_edition_shows_the_other_and_says_so() {
    let world = World::founded();
    let case = Case::open(&world);
    case.does("draft-advisory", japanese());
    let instant = world.ahead(span(0, 2));
    let plan = case.planned(instant);
    let (doc, made) = look::planned(&case);
    let (ja, en) = (&doc.texts[&Lang::Ja], &doc.texts[&Lang::En]);
    assert_eq!((ja.untranslated, en.untranslated), (false, true));
    assert_eq!((&ja.title, &ja.fix), (&en.title, &en.fix));
    let english = made
        .iter()
        .find(|one| one.kind == DocumentKind::TextEn)
        .unwrap();
    assert!(String::from_utf8_lossy(&english.bytes).contains(&ja.title));
    case.approved(&plan);
    world.passes_to(instant);
    let page = world.public(&format!("en/advisories/{}.html", case.number));
    assert!(page.unwrap().contains(&ja.title));
    world.ends_well();
}

#[test]
fn whoever_agreed_is_thanked_by_name() {
    let world = World::founded();
    let case = Case::open(&world);
    let mut draft = with(line("credit", "ja", "ある発見者"));
    case.does("draft-advisory", draft.clone());
    assert_eq!(case.refuses("plan-release", json!({})), "gate.withheld");
    draft["facts"]["credit_consent"] = true.into();
    case.does("draft-advisory", draft);
    let _ = case.planned(world.ahead(span(0, 2)));
    let (doc, _) = look::planned(&case);
    assert_eq!(doc.credits, ["ある発見者"]);
    world.ends_well_but(&["release"]);
}

#[test]
fn a_later_revision_keeps_the_history_and_the_first_instant() {
    let world = World::founded();
    let case = Case::open(&world);
    let first = case.published();
    for (revision, stage, reason) in [
        (2, "updated", "修正の手順を足しました"),
        (3, "withdrawn", "誤りでした"),
    ] {
        let mut draft = given::advisory(Some(reason));
        draft["stage"] = stage.into();
        case.does("draft-advisory", draft);
        let instant = world.ahead(span(0, 2));
        let plan = case.planned(instant);
        let (doc, _) = look::planned(&case);
        assert_eq!((doc.revision, doc.first_published), (revision, at(first)));
        assert_eq!(doc.published, at(instant));
        let said: Vec<(u32, &str)> = doc
            .history
            .iter()
            .map(|line| (line.revision, line.reason[&Lang::Ja].as_str()))
            .collect();
        let so_far = [
            (1, "初版"),
            (2, "修正の手順を足しました"),
            (3, "誤りでした"),
        ];
        assert_eq!(said, so_far[..revision as usize]);
        let expected = match stage {
            "updated" => Status::Updated,
            _ => Status::Withdrawn,
        };
        assert_eq!(doc.status, expected);
        case.approved(&plan);
        world.passes_to(instant);
    }
    assert_eq!(world.times("published"), 3);
    world.ends_well();
}

#[test]
fn the_record_lists_every_other_document_by_its_bytes() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let _ = case.planned(world.ahead(span(0, 2)));
    let (doc, made) = look::planned(&case);
    let kinds: Vec<DocumentKind> = made.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, DocumentKind::ALL);
    let listed: Vec<(String, String)> = doc
        .documents
        .iter()
        .map(|listed| (listed.kind.clone(), listed.sha256.clone()))
        .collect();
    let others: Vec<(String, String)> = made
        .iter()
        .filter(|one| one.kind != DocumentKind::AdvisoryJson)
        .map(|one| {
            let sha256 = seal::hex(&seal::sha256(&one.bytes));
            (one.kind.name().to_owned(), sha256)
        })
        .collect();
    assert_eq!(listed, others);
    // What approvers sign is these bytes and no others.
    let plan = look::advisory_of(&case).plan.unwrap();
    let signed: seal::signer::Plan = serde_json::from_str(&plan.bytes).unwrap();
    assert_eq!(seal::hex(&seal::sha256(plan.bytes.as_bytes())), plan.sha256);
    for (planned, one) in signed.documents.iter().zip(&made) {
        assert_eq!(planned.sha256, seal::hex(&seal::sha256(&one.bytes)));
    }
    assert_eq!(signed.documents.len(), made.len());
    world.ends_well_but(&["release"]);
}

#[test]
fn a_rehearsal_shows_the_bytes_of_the_plan_and_records_nothing() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let instant = world.ahead(span(0, 2));
    let before = world.happened().len();
    let wanted = Wanted {
        case: case.number.clone(),
        instant: Some(instant),
    };
    let house = world.house();
    let act = house.clock_act("");
    let rehearsed = rehearsal::rehearse(house, &act, Realm::Live, None, &wanted);
    let rehearsed = world.wait(Box::pin(rehearsed)).unwrap();
    assert_eq!(world.happened().len(), before);
    let plan = case.planned(instant);
    let (doc, made) = look::planned(&case);
    assert_eq!(rehearsed.made, Ok(made.clone()));
    // Another instant is another document.
    let _ = case.planned(world.ahead(span(0, 3)));
    assert_ne!(look::planned(&case).1, made);
    let replaced = look::plan_of(&case);
    assert_ne!(replaced, plan);

    let stream = look::advisory_of(&case);
    for kind in KINDS {
        let shown = rehearsal::show(house, &stream, &doc, &made, kind).unwrap();
        assert!(!shown.bytes.is_empty(), "{kind}");
        assert_eq!(
            shown.sha256,
            seal::hex(&seal::sha256(&shown.bytes)),
            "{kind}"
        );
    }
    for kind in ["", "page-fr", "plan"] {
        let shown = rehearsal::show(house, &stream, &doc, &made, kind);
        assert_eq!(shown, None, "{kind}");
    }
    world.ends_well_but(&["release"]);
}

#[test]
fn the_press_shows_what_the_rehearsal_showed() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let instant = world.ahead(span(0, 2));
    let plan = case.planned(instant);
    let stream = look::advisory_of(&case);
    let (doc, made) = look::planned(&case);
    case.approved(&plan);
    world.passes_to(instant);
    let id = &case.number;
    for (kind, path) in [
        ("page-ja", pages::advisory_path(Lang::Ja, id)),
        ("page-en", pages::advisory_path(Lang::En, id)),
        ("sheet-en", pages::sheet_path(Lang::En, id)),
        ("advisory-json", format!("/advisories/{id}.json")),
        (
            DocumentKind::TextEn.name(),
            format!("/advisories/{id}.en.txt"),
        ),
    ] {
        let shown = rehearsal::show(world.house(), &stream, &doc, &made, kind).unwrap();
        let public = world.public(path.trim_start_matches('/'));
        let shown = String::from_utf8_lossy(&shown.bytes).into_owned();
        assert_eq!(public, Some(shown), "{kind}");
    }
    world.ends_well();
}

#[test]
fn a_text_names_each_signed_copy_by_a_whole_address_that_leads_to_it() {
    const PORTAL: &str = "https://coordination-of-vulnerabilities.centre.example";
    let world = World::founded_with(|config| config.portal = PORTAL.to_owned());
    let case = Case::open(&world);
    case.drafted(None);
    let instant = world.ahead(span(0, 2));
    let plan = case.planned(instant);
    let (_, made) = look::planned(&case);
    case.approved(&plan);
    world.passes_to(instant);
    let paths = ["ja", "en"].map(|lang| format!("advisories/{}.{lang}.asc", case.number));
    for kind in [DocumentKind::TextJa, DocumentKind::TextEn] {
        let text = made.iter().find(|one| one.kind == kind).unwrap();
        let text = String::from_utf8_lossy(&text.bytes);
        let words: Vec<&str> = text.split_whitespace().collect();
        for path in &paths {
            let address = format!("{PORTAL}/{path}");
            assert!(words.contains(&address.as_str()), "{address}: {text}");
        }
    }
    for path in &paths {
        assert!(world.public(path).is_some(), "{path}");
    }
    world.ends_well();
}

#[test]
fn an_answer_that_names_no_product_invents_none() {
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    for product in [Value::Null, "".into(), " \u{3000}".into()] {
        let answer =
            json!({ "product": product, "versions": "< 2", "answer": "affected", "fixed_in": " " });
        let fields = json!({ "answer": answer });
        case.does_with(case.vendor("Aoba"), "record-answer", fields);
    }
    case.drafted(None);
    let _ = case.planned(world.ahead(span(0, 2)));
    let (doc, made) = look::planned(&case);
    assert!(doc.products.is_empty(), "{:?}", doc.products);
    let [aoba] = doc.vendors.as_slice() else {
        panic!("one vendor: {:?}", doc.vendors)
    };
    assert_eq!(aoba.status, VendorStatus::Vulnerable);
    assert!(aoba.products.is_empty(), "{:?}", aoba.products);
    let csaf = made.iter().find(|one| one.kind == DocumentKind::Csaf);
    let csaf: Value = serde_json::from_slice(&csaf.unwrap().bytes).unwrap();
    assert_eq!(
        csaf["product_tree"]["branches"][0]["branches"][0]["product"]["name"],
        "Aoba Works: products not recorded"
    );
    world.runs_due();
    world.ends_well_but(&["release"]);
}
