//! The page of a release plan: making it, approving it with one's own password, taking it back.

use testkit::world::{at, span};
use testkit::{Case, World};

use crate::page::words;
use crate::visitor::{Doors, Page, Visitor};

fn path(case: &Case<'_>) -> String {
    format!("/en/desk/cases/{}/plan", case.number)
}

fn password(world: &World, handle: &str) -> String {
    std::fs::read_to_string(world.stage.password_file(handle)).unwrap()
}

const MAKE: [(&str, &str); 5] = [
    ("do", "plan"),
    ("when", "typed"),
    ("at_date", "2026-09-08"),
    ("at_time", "10:00"),
    ("at_zone", "UTC"),
];

/// Approves the plan that stands on the page.
fn approves(person: &Visitor<'_>, case: &Case<'_>, password: &str) -> Page {
    let plan = person.get(&path(case)).hidden("plan").unwrap_or_default();
    let fields = [
        ("do", "approve"),
        ("plan", plan.as_str()),
        ("confirmed", "yes"),
        ("password", password),
    ];
    person.sends(&path(case), &fields)
}

#[test]
fn a_plan_is_made_approved_by_two_and_published_at_its_instant() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    let made = editor.follows(&editor.sends(&path(&case), &MAKE));
    assert!(made.says("done-plan-made") && made.has("2026-09-08T10:00:00Z"));
    assert!(made.has("A weakness in Aoba Gateway"));
    // The page stands in the plan as it will be out.
    let framed = format!("/en/advisories/{}.html?of=plan", case.number);
    assert!(made.has(&format!("src=\"{framed}\"")));
    let page = editor.get(&framed);
    assert!(page.status == 200 && page.has("A weakness in Aoba Gateway"));
    assert_eq!(doors.person("reception").get(&framed).status, 403);
    assert_eq!(world.times("plan_made"), 1);
    for handle in ["approver-a", "approver-b"] {
        let person = doors.person(handle);
        let page = person.get(&path(&case));
        assert!(page.offers("approve"), "{handle}");
        let sent = approves(&person, &case, &password(&world, handle));
        let page = person.follows(&sent);
        assert!(page.says("done-plan-approved"), "{handle}");
        assert!(page.says("editor-plan-has-approved") && !page.offers("approve"));
    }
    assert_eq!(world.times("plan_approved"), 2);
    assert!(
        !editor.get(&path(&case)).says("editor-plan-no-key"),
        "nobody is left to ask"
    );
    world.wait(world.house().rehearse_waiting()).unwrap();
    assert!(editor.get(&path(&case)).says("editor-plan-by-itself"));
    assert!(!editor.get(&path(&case)).says("editor-plan-out"));
    let published = world.passes_to(world.ahead(span(2, 0)));
    assert_eq!(published, std::slice::from_ref(&case.number));
    // What is out stands where its plan stood.
    let page = doors.person("editor").get(&path(&case));
    assert!(page.says("editor-plan-out") && page.has("Revision 1"));
    assert!(page.has("approved by 2 persons") && page.has("2026-09-08T10:00:00Z"));
    assert!(!page.says("editor-plan-none"));
    world.ends_well();
}

#[test]
fn a_release_on_a_day_off_is_asked_about_once() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    let mut fields = MAKE.to_vec();
    // A Sunday.
    fields[2] = ("at_date", "2026-09-13");
    let asked = editor.sends(&path(&case), &fields);
    asked.refused("at_date", "moment-holiday");
    assert_eq!(world.times("plan_made"), 0);
    fields.push(("at_kept", "2026-09-13"));
    assert_eq!(editor.sends(&path(&case), &fields).status, 303);
    assert_eq!(world.times("plan_made"), 1);
    world.ends_well_but(&["release"]);
}

#[test]
fn whoever_publishes_alone_signs_in_again_before_the_second_signature() {
    let world = World::founded_with(|config| config.publication.solo = true);
    let case = Case::open(&world);
    case.drafted(None);
    let instant = at(world.ahead(span(0, 4)));
    let fields = serde_json::json!({ "case": case.number, "instant": instant });
    world.does_as("approver-a", "plan-release", fields);
    let own = password(&world, "approver-a");
    let doors = Doors::of(&world);
    let person = doors.person("approver-a");
    let sent = approves(&person, &case, &own);
    assert!(person.follows(&sent).says("done-plan-approved"));
    world.stage.clock.move_to(world.ahead(span(0, 1)));
    approves(&person, &case, &own).refused("", "refusal-release-sign-in-again");
    assert_eq!(world.times("plan_approved"), 1);
    let anew = doors.person("approver-a");
    let sent = approves(&anew, &case, &own);
    assert!(anew.follows(&sent).says("done-plan-approved"));
    assert_eq!(world.times("plan_approved"), 2);
    world.ends_well_but(&["release"]);
}

#[test]
fn who_neither_composes_nor_approves_has_no_page_of_a_plan() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let doors = Doors::of(&world);
    let reception = doors.person("reception");
    assert_eq!(reception.get(&path(&case)).status, 403);
    for fields in [&MAKE[..], &[("do", "abort")][..], &[("do", "approve")][..]] {
        assert_eq!(reception.sends(&path(&case), fields).status, 403);
    }
    assert_eq!(world.times("plan_made"), 0);
    world.ends_well();
}

#[test]
fn without_a_draft_there_is_nothing_to_plan() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    for lang in ["ja", "en"] {
        let page = editor.get(&path(&case).replacen("/en/", &format!("/{lang}/"), 1));
        assert!(page.says("editor-plan-no-draft"), "{lang}");
        assert!(!page.offers("plan"), "{lang}");
    }
    let page = editor.sends(&path(&case), &MAKE);
    page.refused("", "editor-plan-no-draft");
    world.ends_well();
}

/// A plan that is not made: its fields, where what is wrong is said, the words that stay.
type Refused = (
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
    (&'static str, &'static str),
);

const REFUSED: [Refused; 5] = [
    (
        &[("do", "plan"), ("at_date", "2026-09-08")],
        "when",
        "editor-wrong-when",
        ("at_date", "2026-09-08"),
    ),
    (
        &[
            ("do", "plan"),
            ("when", "typed"),
            ("at_date", "2026-09-01"),
            ("at_time", "10:00"),
            ("at_zone", "UTC"),
        ],
        "at_date",
        "editor-wrong-past",
        ("at_time", "10:00"),
    ),
    (
        &[
            ("do", "plan"),
            ("when", "typed"),
            ("at_date", "tomorrow"),
            ("at_time", "10:00"),
            ("at_zone", "UTC"),
        ],
        "at_date",
        "moment-date-wrong",
        ("at_date", "tomorrow"),
    ),
    (
        &[
            ("do", "plan"),
            ("when", "typed"),
            ("at_date", "2026-09-08"),
            ("at_time", "10:00"),
            ("at_zone", "UTC"),
            ("emergency", "yes"),
        ],
        "reason",
        "editor-wrong-reason",
        ("when", "typed"),
    ),
    // There is no date in force whose end it could wait for.
    (
        &[("do", "plan"), ("when", "embargo"), ("reason", "as agreed")],
        "when",
        "editor-wrong-when",
        ("reason", "as agreed"),
    ),
];

#[test]
fn a_plan_that_cannot_be_made_comes_back_as_it_was_typed() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    for (fields, field, key, (kept, value)) in REFUSED {
        let page = editor.sends(&path(&case), fields);
        page.refused(field, key);
        assert_eq!(page.typed(kept).as_deref(), Some(value), "{key}");
    }
    assert_eq!(editor.sends(&path(&case), &[("do", "hurry")]).status, 404);
    assert_eq!(world.times("plan_made"), 0);
    world.ends_well();
}

#[test]
fn a_plan_before_the_agreed_date_names_that_date() {
    let world = World::founded();
    let case = Case::open(&world);
    case.coordinated(world.ahead(span(30, 0)));
    case.drafted(None);
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    let page = editor.sends(&path(&case), &MAKE);
    assert_eq!(page.status, 422);
    assert!(page.beside("at_date").is_some(), "{}", page.text);
    assert_eq!(page.typed("at_date").as_deref(), Some("2026-09-08"));
    assert_eq!(world.times("plan_made"), 0);
    // Of itself the page waits for the end of the embargo.
    let page = editor.get(&path(&case));
    assert_eq!(page.typed("when").as_deref(), Some("embargo"));
    let made = editor.sends(&path(&case), &[("do", "plan"), ("when", "embargo")]);
    assert_eq!(made.status, 303);
    world.runs_due();
    world.ends_well_but(&["release"]);
}

#[test]
fn an_approval_is_given_with_open_eyes_and_the_own_password() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let plan = case.planned(world.ahead(span(1, 0)));
    let doors = Doors::of(&world);
    let approver = doors.person("approver-a");
    let (own, other) = (
        password(&world, "approver-a"),
        password(&world, "approver-b"),
    );
    let tries = |confirmed: &str, password: &str| {
        let fields = [
            ("do", "approve"),
            ("plan", plan.as_str()),
            ("confirmed", confirmed),
            ("password", password),
        ];
        approver.sends(&path(&case), &fields)
    };
    tries("", &own).refused("confirmed", "editor-wrong-confirmed");
    tries("yes", "").refused("password", "editor-wrong-password-empty");
    for wrong in ["guessed it", other.as_str()] {
        let page = tries("yes", wrong);
        page.refused("password", "editor-wrong-password");
        assert!(!page.text.contains(wrong), "a password is not shown");
        assert_eq!(page.typed("password").as_deref(), Some(""));
    }
    assert_eq!(world.times("plan_approved"), 0);
    assert_eq!(tries("yes", &own).status, 303);
    tries("yes", &own).refused("", "editor-wrong-approved");
    assert_eq!(world.times("plan_approved"), 1);
    world.ends_well_but(&["release"]);
}

#[test]
fn nobody_approves_a_plan_of_their_own_or_without_a_key() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let doors = Doors::of(&world);
    let author = doors.person("approver-a");
    let page = author.follows(&author.sends(&path(&case), &MAKE));
    assert!(page.says("editor-plan-own") && !page.offers("approve"));
    let page = approves(&author, &case, &password(&world, "approver-a"));
    page.refused("", "editor-wrong-own");
    let editor = doors.person("editor");
    let page = editor.get(&path(&case));
    assert!(page.says("editor-plan-no-key") && !page.offers("approve"));
    let page = approves(&editor, &case, &password(&world, "editor"));
    assert_eq!(page.status, 403);
    assert_eq!(world.times("plan_approved"), 0);
    world.ends_well_but(&["release"]);
}

#[test]
fn whoever_looked_at_an_older_plan_approves_and_aborts_nothing() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let old = case.planned(world.ahead(span(1, 0)));
    let new = case.planned(world.ahead(span(2, 0)));
    assert_ne!(old, new);
    let doors = Doors::of(&world);
    let approver = doors.person("approver-a");
    let own = password(&world, "approver-a");
    for fields in [
        &[
            ("do", "approve"),
            ("plan", old.as_str()),
            ("confirmed", "yes"),
            ("password", own.as_str()),
        ][..],
        &[
            ("do", "abort"),
            ("plan", old.as_str()),
            ("abort_reason", "A word is wrong"),
        ][..],
    ] {
        let page = approver.sends(&path(&case), fields);
        page.refused("", "editor-wrong-plan-gone");
        assert_eq!(page.hidden("plan").as_ref(), Some(&new));
    }
    for event in ["plan_approved", "plan_aborted"] {
        assert_eq!(world.times(event), 0, "{event}");
    }
    world.ends_well_but(&["release"]);
}

#[test]
fn a_plan_is_taken_back_with_a_reason() {
    let world = World::founded();
    let case = Case::open(&world);
    case.drafted(None);
    let instant = world.ahead(span(1, 0));
    let plan = case.planned(instant);
    case.approved(&plan);
    let doors = Doors::of(&world);
    let editor = doors.person("editor");
    let aborts = |reason: &str| {
        let fields = [
            ("do", "abort"),
            ("plan", plan.as_str()),
            ("abort_reason", reason),
        ];
        editor.sends(&path(&case), &fields)
    };
    aborts(" ").refused("abort_reason", "editor-wrong-reason");
    let page = editor.follows(&aborts("A word is wrong"));
    assert!(page.says("done-plan-aborted") && !page.offers("abort"));
    assert_eq!(world.times("plan_aborted"), 1);
    // Whoever made it learns of it, until somebody goes on.
    let coordinator = doors.person("coordinator");
    let tasks = |page: &Page| page.says("task-plan-taken-back") && page.has(&case.number);
    assert!(tasks(&coordinator.get("/en/desk/tasks")));
    case.drafted(None);
    assert!(
        !tasks(&coordinator.get("/en/desk/tasks")),
        "the text was recorded anew"
    );
    let published = world.passes_to(engine::Instant(instant.0 + span(1, 0)));
    assert_eq!(published, Vec::<String>::new());
    assert_eq!(
        world.public(&format!("en/advisories/{}.html", case.number)),
        None
    );
    world.ends_well();
}

#[test]
fn the_preview_shows_the_bytes_of_draft_and_plan_to_who_composes_or_approves() {
    let world = World::founded();
    let case = Case::open(&world);
    let doors = Doors::of(&world);
    let [editor, approver, reception] =
        ["editor", "approver-b", "reception"].map(|one| doors.person(one));
    let preview = format!("/en/desk/cases/{}/advisory/preview", case.number);
    let alone = format!("/en/advisories/{}.html", case.number);
    let raw = format!("/en/desk/cases/{}/advisory/raw", case.number);
    // Without a draft, what is missing is said where it can be mended.
    let page = editor.get(&preview);
    page.refused("", "refusal-advisory-no-draft");
    case.drafted(None);
    let page = editor.get(&preview);
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.says("editor-preview-of-draft"));
    assert_eq!(editor.get(&format!("{preview}?of=plan")).status, 404);
    for path in [&preview, &alone, &raw] {
        assert_eq!(reception.get(path).status, 403, "{path}");
    }
    let shown = editor.get(&alone);
    assert_eq!(shown.status, 200);
    assert!(shown.has("A weakness in Aoba Gateway"));
    let japanese = editor.get(&alone.replacen("/en/", "/ja/", 1));
    assert!(japanese.has("青葉ゲートウェイの弱点"));
    assert_eq!(editor.get(&format!("{raw}?as=nothing")).status, 404);
    assert_eq!(editor.get("/en/advisories/nothing").status, 404);
    // An approver looks at the plan.
    let instant = world.ahead(span(1, 0));
    let _ = case.planned(instant);
    let page = approver.get(&format!("{preview}?of=plan"));
    assert!(page.says("editor-preview-of-plan") && page.has(&at(instant)));
    let said = words("en", "editor-preview-of-draft");
    assert!(!page.has(&said));
    world.ends_well_but(&["release"]);
}
