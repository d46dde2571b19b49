//! The wall (docs/design/security.md §3.10, data level): an exercise is worked by the same commands and reaches nobody.

use serde_json::{Value, json};

use crate::play::{Case, SECOND, now, said};
use crate::scan::Scanner;
use crate::serving::Serving;
use crate::world::{World, files};

fn party(name: &str, exercise: bool) -> Value {
    json!({ "name_ja": name, "name_en": name, "lang": "ja", "listed": true, "exercise": exercise })
}

on_both! {
    fn an_exercise_is_never_published_pressed_or_mailed(engine) {
        let world = World::founded(engine);
        let mut live = Case::open(&world, false);
        live.board();
        live.draft(None);
        let mut drill = Case::open(&world, true);
        assert!(drill.report.starts_with("EX-"), "{}", drill.report);
        assert!(drill.number.starts_with("EX-NRS-"), "{}", drill.number);
        assert!(drill.tracking.iter().all(|tracking| tracking.contains("EX-")), "{:?}", drill.tracking);
        let until = (now() + 5 * SECOND) / SECOND * SECOND;
        drill.coordinate(until);
        drill.draft(None);
        let plan = drill.plan(until);
        drill.approve_by_two(&plan);
        live.readers();

        let mut serving = Serving::start(&world);
        let looked = "outbox WHERE kind = 'release' AND (attempts > 0 OR done = 1)";
        serving.until("the house looks at the plan", || (world.count(looked) > 0).then_some(()));
        // The control: a live release goes out of the same house.
        serving.stop();
        let plan = live.plan(now());
        live.approve_by_two(&plan);
        let mut serving = Serving::start(&world);
        let sent = "delivery WHERE state = 'accepted'";
        serving.until("the live release is mailed", || (world.count(sent) == 3).then_some(()));
        serving.stop();

        // Nothing of the exercise stands in tree or mail, no copy of it was made, nobody outside was written to.
        let scanner = Scanner::of(drill.released.iter().chain(&drill.kept).chain(&drill.reached));
        let number = drill.number.trim_start_matches("EX-");
        for path in ["public", "press", "mail"].iter().flat_map(|folder| files(&world.dir().join(folder))) {
            let bytes = std::fs::read(&path).unwrap_or_default();
            let found = scanner.found(&bytes);
            assert!(found.is_empty(), "{}: {found:?}", path.display());
            let named = path.display().to_string().contains(number) || String::from_utf8_lossy(&bytes).contains(number);
            assert!(!named, "{}", path.display());
        }
        assert_eq!((world.count("delivery"), world.count("delivery WHERE realm = 1")), (3, 0));
        assert_eq!(world.mails().len(), 3);
        let published = world.texts("SELECT number FROM advisory WHERE revision > 0");
        assert_eq!(published, [live.number.as_str()]);
        let tree = world.dir().join("public").display().to_string();
        assert_eq!(world.good(&["verify", &tree])["advisories"], 1);
        world.ends_well();
    }

    fn live_and_exercise_never_meet(engine) {
        let world = World::founded(engine);
        let drill = Case::open(&world, true);
        let real = Case::open(&world, false);
        let live = said(&world.perform("register-party", &party("Live Works", false)), "party");
        let trained = said(&world.perform("register-party", &party("Trained Works", true)), "party");

        let join = |case: &Case<'_>, party: &str| json!({ "case": case.id, "party": party, "part": "vendor" });
        drill.refuses("add-participant", join(&drill, &live), "wall");
        real.refuses("add-participant", join(&real, &trained), "wall");
        drill.perform("add-participant", join(&drill, &trained));
        real.perform("add-participant", join(&real, &live));

        // An object of one realm answers no command of the other.
        for (here, there) in [(&drill, &real), (&real, &drill)] {
            here.refuses("contact", json!({ "participant": there.tracking[0], "channel": "mail", "result": "tried" }), "wall");
            here.refuses("observe", json!({ "case": there.id, "fact": "public_aware" }), "wall");
            here.refuses("sort-report", json!({ "report": there.report_id, "parts": [{ "class": "V", "lang": "ja", "text": "x" }] }), "wall");
            here.refuses("draft-advisory", json!({ "case": there.id, "stage": "final", "texts": [{ "field": "title", "lang": "ja", "text": "x" }] }), "wall");
        }
        world.ends_well();
    }
}
