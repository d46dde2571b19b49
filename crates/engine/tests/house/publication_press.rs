//! The press: the tree is a function of what is recorded, whatever stood there before.

use serde_json::Value;
use testkit::world::span;
use testkit::{Case, World, given};

use crate::look;

/// Publishes the next revision of a case.
fn revised(case: &Case<'_>, stage: &str, reason: &str) {
    let mut draft = given::advisory(Some(reason));
    draft["stage"] = stage.into();
    case.does("draft-advisory", draft);
    let instant = case.world.ahead(span(0, 2));
    let plan = case.planned(instant);
    case.approved(&plan);
    let out = case.world.passes_to(instant);
    assert_eq!(out, std::slice::from_ref(&case.number));
}

/// Compares the tree that grew with one that is pressed anew, file by file.
fn is_whole(world: &World, name: &str) {
    let out = world.stage.beside(name);
    let pressed = world.wait(Box::pin(world.house().press_out(&out))).unwrap();
    let grown = look::files(&world.stage.dir().join("public"));
    let anew = look::files(&out);
    let names = |files: &std::collections::BTreeMap<String, Vec<u8>>| {
        files.keys().cloned().collect::<Vec<String>>()
    };
    assert_eq!(names(&grown), names(&anew), "{name}");
    for (path, bytes) in &anew {
        assert_eq!(grown.get(path), Some(bytes), "{name}: {path}");
    }
    assert!(pressed.files > 0);
}

fn json(world: &World, path: &str) -> Value {
    serde_json::from_str(&world.public(path).unwrap()).unwrap()
}

#[test]
fn a_tree_that_grew_is_the_tree_that_is_pressed_anew() {
    let world = World::founded();
    let case = Case::open(&world);
    let _ = case.published();
    is_whole(&world, "first");
    revised(&case, "updated", "修正の手順を足しました");
    is_whole(&world, "second");
    revised(&case, "withdrawn", "誤りでした");
    world.days_pass(2);
    is_whole(&world, "third");
    world.ends_well();
}

#[test]
fn files_bear_the_instant_of_what_is_shown_and_never_that_of_the_pressing() {
    let world = World::founded();
    let case = Case::open(&world);
    let _ = case.published();
    let times = |name: &str| {
        let out = world.stage.beside(name);
        world.wait(Box::pin(world.house().press_out(&out))).unwrap();
        // What is renewed by the calendar, and the list of all, bear the instant of that.
        let is_renewed =
            |path: &String| path.contains("security.txt") || path.contains("SHA256SUMS");
        let paths = look::files(&out)
            .into_keys()
            .filter(|path| !is_renewed(path));
        let at = |path: &String| {
            std::fs::metadata(out.join(path))
                .unwrap()
                .modified()
                .unwrap()
        };
        paths.map(|path| (at(&path), path)).collect::<Vec<_>>()
    };
    let first = times("first");
    world.days_pass(3);
    assert_eq!(times("second"), first);
    let page = format!("ja/advisories/{}.html", case.number);
    let of = |times: &[(std::time::SystemTime, String)]| {
        let found = times.iter().find(|(_, path)| *path == page);
        found.map(|(at, _)| *at)
    };
    let before = of(&first);
    assert!(before.is_some());
    revised(&case, "updated", "修正の手順を足しました");
    assert!(of(&times("third")) > before);
    world.ends_well();
}

#[test]
fn a_withdrawn_advisory_stays_with_its_reason_and_all_that_was_said() {
    let world = World::founded();
    let case = Case::open(&world);
    let _ = case.published();
    let id = &case.number;
    let first = world.public(&format!("advisories/{id}.json"));
    revised(&case, "updated", "修正の手順を足しました");
    revised(&case, "withdrawn", "誤りでした");
    let doc = json(&world, &format!("advisories/{id}.json"));
    assert_eq!(doc["status"], "withdrawn");
    assert_eq!(doc["revision"], 3);
    let page = world.public(&format!("ja/advisories/{id}.html")).unwrap();
    assert!(page.contains("誤りでした"));
    for older in [1, 2] {
        assert!(page.contains(&format!("/archive/{id}/{older}/")), "{older}");
    }
    // What was signed once lies there for ever.
    let kept = look::files(&world.stage.dir().join("public").join("archive").join(id));
    for revision in ["1", "2", "3"] {
        let of = kept
            .keys()
            .filter(|path| path.starts_with(&format!("{revision}/")));
        assert!(
            of.count() >= 8,
            "four documents and their signatures: {kept:?}"
        );
    }
    let first = first.unwrap().into_bytes();
    assert!(
        kept.iter()
            .any(|(path, bytes)| path.starts_with("1/") && *bytes == first)
    );
    world.ends_well();
}

#[test]
fn an_invented_advisory_is_marked_wherever_it_is_shown() {
    let world = World::founded();
    let case = Case::open(&world);
    given::reader(&world, "one@reader.example");
    let _ = case.published();
    let id = &case.number;
    assert_eq!(
        json(&world, &format!("advisories/{id}.json"))["marking"],
        "fictional"
    );
    for (path, mark) in [
        (format!("ja/advisories/{id}.html"), "架空"),
        (format!("advisories/{id}.ja.txt"), "架空"),
        ("ja/index.html".to_owned(), "架空"),
    ] {
        let text = world.public(&path).unwrap_or_default();
        assert!(text.contains(mark), "{path}");
    }
    world.ends_well();
}

#[test]
fn a_press_that_has_nothing_new_changes_nothing() {
    let world = World::founded();
    let case = Case::open(&world);
    let _ = case.published();
    let before = look::files(&world.stage.dir().join("public"));
    for _ in 0..2 {
        let pressed = world.wait(Box::pin(world.house().press())).unwrap();
        assert_eq!((pressed.changed, pressed.advisories), (0, 1));
    }
    assert_eq!(look::files(&world.stage.dir().join("public")), before);
    world.ends_well();
}

#[test]
fn a_folder_with_something_in_it_is_not_pressed_into() {
    let world = World::founded();
    let out = world.stage.beside("used");
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("mine"), b"x").unwrap();
    let refused = world.wait(Box::pin(world.house().press_out(&out)));
    assert_eq!(refused.unwrap_err().code(), "config");
    assert_eq!(look::files(&out).len(), 1);
    world.ends_well();
}

#[test]
fn a_tree_that_cannot_be_pressed_elsewhere_leaves_nothing_behind() {
    let world = World::founded();
    let case = Case::open(&world);
    let _ = case.published();
    let staging = world.stage.dir().join("press/staging");
    let before = look::files(&staging).len();
    // A file stands where the folder should be made.
    let out = world.stage.beside("a-file");
    std::fs::write(&out, b"x").unwrap();
    let refused = world.wait(Box::pin(world.house().press_out(&out.join("tree"))));
    assert!(refused.is_err());
    assert_eq!(look::files(&staging).len(), before);
    world.ends_well();
}

#[test]
fn what_a_case_says_before_its_instant_stands_nowhere_in_the_tree() {
    let world = World::founded();
    let case = Case::open(&world);
    let until = case.ready();
    world.passes_to(testkit::world::before(until));
    // The daily anchor has pressed a tree meanwhile.
    let tree = look::files(&world.stage.dir().join("public"));
    assert!(tree.contains_key("archive/leaves.jsonl"));
    for (path, bytes) in &tree {
        let text = String::from_utf8_lossy(bytes);
        for words in [case.number.as_str(), "Aoba", "青葉ゲートウェイ"] {
            assert!(!text.contains(words), "{path} tells {words}");
        }
    }
    world.passes_to(until);
    world.ends_well();
}

#[test]
fn what_no_tree_names_any_more_is_removed_in_time() {
    let world = World::founded();
    let case = Case::open(&world);
    let _ = case.published();
    let press = world.stage.dir().join("press");
    // The generation of the tree, and how many objects it does not name.
    let garbage = || {
        let named = std::fs::read_to_string(press.join("manifest")).unwrap();
        let generation: u64 = named.split(' ').nth(1).unwrap().parse().unwrap();
        let objects = look::files(&press.join("objects"));
        let unnamed = objects.keys().filter(|path| {
            let name = path.rsplit('/').next().unwrap_or_default();
            !named.contains(name)
        });
        (generation, unnamed.count())
    };
    let mut found = vec![garbage()];
    while found.len() < 12 {
        revised(&case, "updated", &format!("revision {}", found.len()));
        found.push(garbage());
    }
    // What one press leaves, where nothing is swept.
    let grown = found
        .windows(2)
        .filter(|pair| pair[0].0 / 8 == pair[1].0 / 8);
    let most = grown.map(|pair| pair[1].1 - pair[0].1).max().unwrap();
    let mut swept = 0;
    for pair in found.windows(2) {
        let ((before, _), (generation, now)) = (pair[0], pair[1]);
        if before / 8 != generation / 8 {
            assert!(now <= 3 * most, "two older trees stay: {found:?}");
            swept += 1;
        }
    }
    assert!(found.iter().any(|(_, left)| *left > 3 * most), "{found:?}");
    assert!(swept > 0, "{found:?}");
    is_whole(&world, "swept");
    world.ends_well();
}

#[test]
fn aggregators_are_told_what_a_live_house_configured() {
    use engine::kernel::config::Purpose;
    for (purpose, configured, listed) in [
        (Purpose::Live, false, false),
        (Purpose::Live, true, true),
        (Purpose::Demo, true, false),
    ] {
        let world = World::founded_with(|config| {
            (config.purpose, config.publication.csaf_aggregators) = (purpose, configured);
        });
        world.wait(Box::pin(world.house().press())).unwrap();
        let metadata = json(&world, ".well-known/csaf/provider-metadata.json");
        for key in ["list_on_CSAF_aggregators", "mirror_on_CSAF_aggregators"] {
            assert_eq!(metadata[key], listed, "{purpose:?} {configured}");
        }
        world.ends_well();
    }
}

#[test]
fn folders_of_csaf_list_what_they_hold() {
    let world = World::founded();
    let case = Case::open(&world);
    let _ = case.published();
    let top = world.public("csaf/white/index.html").unwrap();
    for name in ["2026/", "changes.csv", "index.txt"] {
        assert!(top.contains(&format!("<a href=\"{name}\">")), "{top}");
    }
    let year = world.public("csaf/white/2026/index.html").unwrap();
    let file = format!("{}.json", case.number.to_lowercase());
    for ending in ["", ".asc", ".sha256", ".sha512"] {
        assert!(year.contains(&format!("href=\"{file}{ending}\"")), "{year}");
    }
    world.ends_well();
}

#[test]
fn a_feed_lies_where_it_says_that_it_lies() {
    let world = World::founded();
    let case = Case::open(&world);
    let _ = case.published();
    for lang in ["ja", "en"] {
        let path = format!("{lang}/advisories/feed.atom");
        let feed = world.public(&path).unwrap();
        let own = format!(
            "<link rel=\"self\" type=\"application/atom+xml\" href=\"https://portal.example/{path}\"/>"
        );
        assert!(feed.contains(&own) && feed.contains(&case.number), "{feed}");
    }
    world.ends_well();
}

#[test]
fn the_service_document_lies_beside_the_metadata_too_and_leads_to_the_feed() {
    let world = World::founded();
    world.wait(Box::pin(world.house().press())).unwrap();
    let documents = ["csaf/service.json", ".well-known/csaf/service.json"];
    let [one, beside] = documents.map(|path| json(&world, path));
    assert_eq!(one, beside);
    assert_eq!(
        one["service"]["workspace"][0]["collection"][0]["href"],
        "https://portal.example/csaf/white/feed-tlp-white.json"
    );
    assert!(world.public("csaf/white/feed-tlp-white.json").is_some());
    world.ends_well();
}
