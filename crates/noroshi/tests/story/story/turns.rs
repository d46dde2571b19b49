//! Two people act at once, two of the desk or one and a vendor: one is performed, the other is told what has changed
//! and keeps what was typed.

use serde_json::json;

use crate::browser::{Browser, Page};
use crate::play::Case;
use crate::serving::Serving;
use crate::story::routes::enter;
use crate::story::vendor::invited;
use crate::world::World;

/// Pairs of forms sent at the same moment: enough that forms which do not wait for each other meet.
const ROUNDS: usize = 6;

/// The position in the ledger that a page had seen.
pub(crate) fn seen(page: &Page) -> String {
    let text = page.text();
    let at = text.find("name=\"seen\" value=\"").expect("a position");
    let rest = &text[at + "name=\"seen\" value=\"".len()..];
    rest.split('"').next().expect("a value").to_owned()
}

fn name(browser: &Browser, path: &str, seen: &str, label: &str) -> Page {
    let said = format!("The settings page asks nobody who they are, says {label}");
    browser.send(
        path,
        &[
            ("seen", seen),
            ("label", label),
            ("vuln_lang", "en"),
            ("vuln_text", &said),
            ("do", "name"),
        ],
    )
}

/// Records a vendor's statement at the desk.
fn record(browser: &Browser, path: &str, seen: &str, words: &str) -> Page {
    browser.send(
        path,
        &[
            ("seen", seen),
            ("statement", "statement"),
            ("statement_lang", "en"),
            ("statement_text", words),
            ("do", "statement"),
        ],
    )
}

on_both! {
    fn two_forms_at_one_moment_do_not_both_pass(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        world.perform("name-person", &json!({ "handle": "second", "role": "coordinator" }));
        let serving = Serving::start(&world);
        let people = [("a", "coordinator"), ("b", "second")]
            .map(|(short, handle)| (short, enter(&world, &serving.desk, handle)));
        // The clock writes into the ledger too, so only what concerns this case is counted.
        let events = format!("ledger WHERE {} = '{}'", world.hex_of("stream"), case.id.replace('-', ""));
        let path = format!("/en/desk/cases/{}", case.number);
        for round in 0..ROUNDS {
            let before = world.count(&events);
            let answers = std::thread::scope(|scope| {
                let running = people.each_ref().map(|(short, browser)| {
                    let seen = seen(&browser.get(&path));
                    (seen, format!("V{round}-{short}"), browser)
                });
                let running = running.map(|(seen, label, browser)| {
                    let path = &path;
                    scope.spawn(move || (name(browser, path, &seen, &label), label, browser))
                });
                running.map(|one| one.join().expect("an answer"))
            });
            let mut statuses = answers.each_ref().map(|(page, ..)| page.status);
            statuses.sort_unstable();
            assert_eq!(statuses, [303, 409], "round {round}");
            assert_eq!(world.count(&events), before + 1, "round {round}");
            // Who came second reads what was typed, and goes on from what is there now.
            let (page, label, browser) = answers.iter().find(|(page, ..)| page.status == 409).expect("the second");
            assert!(page.text().contains(label.as_str()), "what was typed is lost");
            let again = name(browser, &path, &seen(page), label);
            assert_eq!(again.status, 303, "{}", again.text());
            assert_eq!(world.count(&events), before + 2, "round {round}");
        }
        serving.stop();
    }

    /// What a vendor says is never overwritten by a form that was filled in before it.
    fn a_vendor_and_the_desk_at_one_moment_overwrite_nothing(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        let (tracking, token, code) = invited(&case, true);
        world.perform("waive-second-step", &json!({ "participant": tracking, "reason": "met in person" }));
        world.perform("send-details", &json!({ "participant": tracking, "classes": ["V"] }));
        let serving = Serving::start(&world);
        let coordinator = enter(&world, &serving.desk, "coordinator");
        let mut vendor = Browser::at(&serving.partner);
        let entered = vendor.send(&format!("/en/partner/i/{token}"), &[("code", &code), ("do", "enter")]);
        vendor.keep(&entered);
        let digits: String = tracking.chars().filter(char::is_ascii_digit).collect();
        let path = format!("/en/desk/cases/{}/vendors/{digits}", case.number);
        for round in 0..ROUNDS {
            let seen = seen(&coordinator.get(&path));
            let (by_desk, by_vendor) = (format!("typed at the desk {round}"), format!("from the vendor {round}"));
            let (desk, told) = std::thread::scope(|scope| {
                let desk = scope.spawn(|| record(&coordinator, &path, &seen, &by_desk));
                let fields = [("kind", "statement"), ("lang", "en"), ("text", by_vendor.as_str()), ("do", "record")];
                let told = vendor.send("/en/partner/text", &fields);
                (desk.join().expect("an answer"), told)
            });
            assert_eq!(told.status, 303, "{}", told.text());
            assert!(matches!(desk.status, 303 | 409), "round {round}: {}", desk.status);
            let page = vendor.get("/en/partner/").text();
            assert!(page.contains(&by_vendor) && !page.contains(&by_desk), "round {round}: {}", desk.status);
        }
        serving.stop();
    }
}
