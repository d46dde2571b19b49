//! The editor of an advisory: the working draft that all of a case share, its findings, and what is recorded of it.

use serde_json::json;
use testkit::world::{at, span};
use testkit::{Case, World, given};

use crate::page::words;
use crate::visitor::{Doors, Page, Visitor};

fn path(case: &Case<'_>) -> String {
    format!("/en/desk/cases/{}/advisory", case.number)
}

/// Sends the form of a page as it was shown, with these fields in it.
fn sends(person: &Visitor<'_>, shown: &Page, to: &str, fields: &[(&str, &str)]) -> Page {
    let carried = ["base", "tab", "recorded"].map(|name| {
        let value = shown.hidden(name);
        (name, value.unwrap_or_default())
    });
    let mut all: Vec<(&str, &str)> = carried
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    all.extend_from_slice(fields);
    person.sends(to, &all)
}

/// The fields of an advisory in which nothing is missing.
fn complete() -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = [
        ("do", "record"),
        ("stage", "final"),
        ("audience", "administrator"),
        ("threat", "none_known"),
        ("severity", "warning"),
        ("damage", "leak"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    for (field, ja, en) in given::FIELDS {
        out.push((format!("t-{field}-ja"), ja.to_owned()));
        out.push((format!("t-{field}-en"), en.to_owned()));
    }
    out
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

#[test]
fn who_composes_no_advisories_has_no_editor() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    for (handle, status) in [("editor", 200), ("coordinator", 200), ("reception", 403)] {
        let person = doors.person(handle);
        assert_eq!(person.get(&path(&case)).status, status, "{handle}");
        let check = person.sends(&format!("{}/check", path(&case)), &[]);
        assert_eq!(check.status, status, "{handle}");
    }
    let reception = doors.person("reception");
    for to in ["", "/draft"] {
        let sent = reception.sends(&format!("{}{to}", path(&case)), &[("do", "save")]);
        assert_eq!(sent.status, 403, "{to}");
    }
    world.ends_well();
}

#[test]
fn a_working_draft_is_kept_shared_and_put_aside() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let [editor, coordinator] = ["editor", "coordinator"].map(|one| doors.person(one));
    let before = world.happened();
    let shown = editor.get(&path(&case));
    let fields = [("do", "save"), ("t-title-ja", "題 & <名>"), ("cve", "soon")];
    let saved = sends(&editor, &shown, &path(&case), &fields);
    let page = editor.follows(&saved);
    assert!(page.says("done-draft-saved"));
    // A draft is half typed: it is kept with what cannot be read.
    for (field, value) in [("t-title-ja", "題 & <名>"), ("cve", "soon")] {
        assert_eq!(page.typed(field).as_deref(), Some(value), "{field}");
    }
    let other = coordinator.get(&path(&case));
    assert!(other.has("You see the draft that editor saved ("));
    assert_eq!(other.typed("t-title-ja").as_deref(), Some("題 & <名>"));
    let discards = sends(&coordinator, &other, &path(&case), &[("do", "discard")]);
    let page = coordinator.follows(&discards);
    assert!(page.says("done-draft-restored"));
    assert_eq!(page.typed("t-title-ja").as_deref(), Some(""));
    assert_eq!(world.happened(), before, "a draft is no event");
    world.ends_well();
}

#[test]
fn what_is_typed_saves_itself_and_two_who_type_at_once_meet() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let [editor, coordinator] = ["editor", "coordinator"].map(|one| doors.person(one));
    let draft = format!("{}/draft", path(&case));
    let [one, two] = [&editor, &coordinator].map(|person| person.get(&path(&case)));
    for title in ["A weak", "A weakness"] {
        let saved = sends(&editor, &one, &draft, &[("t-title-en", title)]);
        assert_eq!((saved.status, saved.text.as_str()), (200, ""), "{title}");
    }
    let mine = [("do", "save"), ("t-title-en", "Another title")];
    for to in [&draft, &path(&case)] {
        let met = sends(&coordinator, &two, to, &mine);
        assert_eq!(met.status, 409);
        assert!(met.has("A weakness") && met.has("Another title"));
        assert!(met.has("editor saved") && met.says("editor-conflict-mine"));
    }
    // Nor does anybody throw away what they have not read.
    let discards = sends(&coordinator, &two, &path(&case), &[("do", "discard")]);
    assert_eq!(discards.status, 409);
    let kept = editor.get(&path(&case));
    assert_eq!(kept.typed("t-title-en").as_deref(), Some("A weakness"));
    // Who says the same stands in nobody's way.
    let same = [("do", "save"), ("t-title-en", "A weakness")];
    assert_eq!(sends(&coordinator, &two, &path(&case), &same).status, 303);
    world.ends_well();
}

#[test]
fn a_complete_form_is_recorded_and_its_draft_put_away() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    let shown = editor.get(&path(&case));
    let saving = [("do", "save"), ("t-title-en", "A working title")];
    let saved = sends(&editor, &shown, &path(&case), &saving);
    let shown = editor.follows(&saved);
    let fields = complete();
    let sent = sends(&editor, &shown, &path(&case), &borrowed(&fields));
    let page = editor.follows(&sent);
    assert!(page.says("done-advisory-recorded"));
    assert_eq!(world.times("advisory_drafted"), 1);
    assert!(!page.has("You see your saved draft"));
    for (field, value) in [
        ("t-title-en", "A weakness in Aoba Gateway"),
        ("t-fix-ja", "3.2.1 に更新します"),
        ("stage", "final"),
        ("severity", "warning"),
    ] {
        assert_eq!(page.typed(field).as_deref(), Some(value), "{field}");
    }
    // Who began before it was recorded is shown both.
    let coordinator = doors.person("coordinator");
    let late = [
        ("do", "save"),
        ("base", "0"),
        ("recorded", "0"),
        ("t-title-en", "Late"),
    ];
    let met = coordinator.sends(&path(&case), &late);
    assert_eq!(met.status, 409);
    world.ends_well();
}

/// A form that is not recorded: what is typed in place of the complete one, where what is wrong is said.
const REFUSED: [(&str, &str, &str, Option<&str>); 7] = [
    ("stage", "", "stage", Some("editor-wrong-choice")),
    ("audience", "", "audience", Some("editor-wrong-choice")),
    ("cve", "CVE-26-1", "cve", None),
    ("cvss", "high", "cvss", None),
    ("other_ids", "nothing", "other_ids", None),
    ("references", "see our pages", "references", None),
    ("damage", "leak", "t-title-ja", Some("editor-wrong-title")),
];

#[test]
fn a_form_that_cannot_be_recorded_comes_back_as_it_was_typed() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    let shown = editor.get(&path(&case));
    for (name, value, field, key) in REFUSED {
        let mut fields = complete();
        fields.retain(|(known, _)| {
            known != name && !(field == "t-title-ja" && known.starts_with("t-title"))
        });
        fields.push((name.to_owned(), value.to_owned()));
        let page = sends(&editor, &shown, &path(&case), &borrowed(&fields));
        assert_eq!(page.status, 422, "{name}");
        let said = page.beside(field);
        assert!(said.is_some(), "{name}: {:?}", page.problems());
        if let Some(key) = key {
            assert_eq!(said, Some(words("en", key)), "{name}");
        }
        assert_eq!(page.typed("t-fix-en").as_deref(), Some("Update to 3.2.1"));
    }
    let verbs = [("do", "publish"), ("t-title-en", "A weakness")];
    let odd = sends(&editor, &shown, &path(&case), &verbs);
    assert_eq!(odd.status, 404);
    assert_eq!(world.times("advisory_drafted"), 0);
    world.ends_well();
}

#[test]
fn findings_come_as_a_piece_of_the_page_and_are_mended_by_their_buttons() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    let shown = editor.get(&path(&case));
    let mut fields = complete();
    fields.retain(|(name, _)| name != "audience" && name != "do");
    let check = format!("{}/check", path(&case));
    let found = sends(&editor, &shown, &check, &borrowed(&fields));
    assert_eq!(found.status, 200);
    assert!(!found.text.contains("<html") && found.offers("mend-H1-audience"));
    let mut mending = fields.clone();
    mending.push(("do".to_owned(), "mend-H1-audience".to_owned()));
    let page = sends(&editor, &shown, &path(&case), &borrowed(&mending));
    assert_eq!(page.status, 200);
    assert_eq!(page.typed("audience").as_deref(), Some("administrator"));
    assert!(!page.offers("mend-H1-audience"));
    // Nothing was saved by that.
    assert_eq!(
        editor.get(&path(&case)).typed("t-title-en").as_deref(),
        Some("")
    );
    fields.push(("audience".to_owned(), "administrator".to_owned()));
    let found = sends(&editor, &shown, &check, &borrowed(&fields));
    assert!(!found.offers("mend-H1-audience"), "{}", found.text);
    world.ends_well();
}

#[test]
fn a_source_is_taken_over_and_what_was_sealed_is_none() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    case.contact("Aoba");
    let page = editor.get(&path(&case));
    assert!(!page.has("要求を三つ続けて送ると鍵が外れます"));
    let odd = [("do", "take-details-ja"), ("take-details-ja", "nothing")];
    let page = sends(&editor, &page, &path(&case), &odd);
    assert_eq!(page.status, 422);
    assert!(page.problems().contains(&words("en", "editor-wrong-take")));
    world.ends_well();
}

/// A complete form in which one field says this, and that is sent for something.
fn with(name: &str, value: &str, verb: &str) -> Vec<(String, String)> {
    let mut fields = complete();
    fields.retain(|(known, _)| known != name && known != "do");
    for (name, value) in [(name, value), ("do", verb)] {
        fields.push((name.to_owned(), value.to_owned()));
    }
    fields
}

/// A number as it is typed in full width, which can be read.
const CVE: &str = "ＣＶＥ－２０２６－１２３４５";

#[test]
fn what_cannot_be_read_is_a_finding_while_it_is_typed() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    let shown = editor.get(&path(&case));
    let check = format!("{}/check", path(&case));
    for (field, line) in [
        ("cve", "CVE-26-1"),
        ("cvss", "high"),
        ("other_ids", "nothing"),
        ("references", "see our pages"),
    ] {
        let fields = with(field, line, "check");
        let found = sends(&editor, &shown, &check, &borrowed(&fields));
        assert_eq!(found.status, 200, "{field}");
        let place = format!("<a href=\"#f-{field}\">");
        assert!(found.text.contains(&place), "{field}: {}", found.text);
        let said = format!("This cannot be read: {line}");
        assert!(found.has(&said), "{field}: {}", found.text);
    }
    let fields = with("cve", CVE, "check");
    let found = sends(&editor, &shown, &check, &borrowed(&fields));
    assert!(!found.has("This cannot be read"), "{}", found.text);
    world.ends_well();
}

#[test]
fn nothing_is_previewed_that_leaves_out_what_was_typed() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    let shown = editor.get(&path(&case));
    let fields = with("cve", "CVE-26-1", "preview");
    let page = sends(&editor, &shown, &path(&case), &borrowed(&fields));
    assert_eq!(page.status, 422);
    assert!(page.beside("cve").is_some(), "{:?}", page.problems());
    // Once above the form and once among the findings.
    assert_eq!(page.text.matches("<a href=\"#f-cve\">").count(), 2);
    // It is kept as it was typed, and by its address it is no document either.
    let [json, raw] = ["preview?as=advisory-json", "raw?as=advisory-json&of=draft"]
        .map(|what| format!("{}/{what}", path(&case)));
    for address in [&json, &raw] {
        let page = editor.get(address);
        assert_eq!(page.status, 422, "{address}");
        assert!(page.beside("cve").is_some(), "{address}");
        assert_eq!(page.typed("cve").as_deref(), Some("CVE-26-1"), "{address}");
    }
    let fields = with("cve", CVE, "preview");
    let sent = sends(&editor, &shown, &path(&case), &borrowed(&fields));
    let first = format!("{}/preview?as=page-en", path(&case));
    assert_eq!(sent.sent_on(), first);
    for address in [&json, &raw] {
        let page = editor.get(address);
        assert_eq!(page.status, 200, "{address}");
        assert!(page.has("CVE-2026-12345"), "{address}: {}", page.text);
    }
    world.ends_well();
}

#[test]
fn whoever_is_thanked_without_consent_is_a_finding_that_leads_to_its_box() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    let shown = editor.get(&path(&case));
    assert!(shown.text.contains("id=\"f-credit_consent\""));
    let check = format!("{}/check", path(&case));
    let mut fields = with("credits", "Sato", "check");
    for (has_consent, is_found) in [(false, true), (true, false)] {
        if has_consent {
            fields.push(("credit_consent".to_owned(), "yes".to_owned()));
        }
        let found = sends(&editor, &shown, &check, &borrowed(&fields));
        let leads = found.text.contains("<a href=\"#f-credit_consent\">");
        assert_eq!(leads, is_found, "{}", found.text);
        let said = "The consent of the person to be thanked is not recorded.";
        assert_eq!(found.has(said), is_found, "{}", found.text);
    }
    world.ends_well();
}

/// One function says what is amiss: whatever would stop or accompany a plan stands in the editor before.
#[test]
fn the_editor_says_whatever_a_plan_would_say() {
    let affected = |fixed: &str| {
        let said = json!({ "product": "EX-3", "versions": ">= 1.0.8", "answer": "affected", "fixed_in": fixed });
        json!({ "answer": said })
    };
    type Setting = fn(&Case<'_>, &mut serde_json::Value);
    let settings: [(&str, Setting); 4] = [
        ("nobody_asked", |_, _| {}),
        ("severity_off", |_, draft| {
            let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
            draft["facts"]["cvss"] =
                json!([{ "version": "3.1", "vector": vector, "base_score": 9.8 }]);
            draft["facts"]["severity"] = json!("none");
        }),
        ("threat_silent", |case, _| {
            case.does("observe", json!({ "fact": "attacks_observed" }));
        }),
        ("threat_unrecorded", |_, draft| {
            draft["facts"]["threat"] = json!("occurring");
        }),
    ];
    for (code, set) in settings {
        let world = World::founded();
        let case = Case::open(&world);
        let mut draft = given::advisory(None);
        set(&case, &mut draft);
        case.does("draft-advisory", draft);
        let doors = Doors::of(&world);
        let page = doors.person("editor").get(&path(&case));
        let planned = case.does(
            "plan-release",
            json!({ "instant": at(world.ahead(span(1, 0))) }),
        );
        let codes: Vec<&str> = planned["lints"]
            .as_array()
            .unwrap()
            .iter()
            .map(|lint| lint["code"].as_str().unwrap())
            .collect();
        assert!(codes.contains(&code), "{code}: {codes:?}");
        for code in codes {
            assert!(page.has(&said_of(code)), "{code}");
        }
        world.ends_well_but(&["release"]);
    }
    // What stops a plan is told where it is mended: in a vendor's answer.
    let world = World::founded();
    let case = Case::open(&world);
    case.contact("Aoba");
    case.does_with(case.vendor("Aoba"), "record-answer", affected("1.0.7"));
    case.drafted(None);
    assert_eq!(case.refuses("plan-release", json!({})), "advisory.lint");
    let doors = Doors::of(&world);
    let page = doors.person("editor").get(&path(&case));
    assert!(page.has(&said_of("fix_before_range")) && page.text.contains("href=\"#board\""));
    world.runs_due();
    world.ends_well();
}

/// The words of a finding, up to what it is about.
fn said_of(code: &str) -> String {
    let words = words("en", &format!("editor-code-{}", code.replace('_', "-")));
    let parts = words.split("{ $about }");
    let longest = parts.max_by_key(|part| part.len());
    longest.unwrap_or_default().trim().to_owned()
}
