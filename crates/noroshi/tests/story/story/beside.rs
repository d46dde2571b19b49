//! Work side by side (docs/design/settled.md §5.2): a publication waits for nothing else that the house does.
//!
//! What could go wrong: a relay that takes its time, or a crowd of copies, holds the next publication up, its page, or a
//! letter to a vendor. By how many milliseconds a release is late is measured elsewhere (`cargo xtask bench lateness`);
//! on a machine that tests other things too, the bound here is far above that and far below what was waited for.

use serde_json::json;
use testkit::smtp_server::{Mode, SmtpServer};

use crate::browser::Browser;
use crate::hands::COORDINATOR;
use crate::play::{Case, SECOND, mail_to, now, said};
use crate::serving::Serving;
use crate::world::World;

/// A relay that nobody could wait for: its greeting alone takes longer than a publication may.
const HALF_A_MINUTE: Mode = Mode::Slow(25_000);
/// A relay that takes some twenty mails a second over all connections.
const SLUGGISH: Mode = Mode::Slow(100);
/// Readers who keep it busy for longer than an update takes.
const MANY: usize = 2_000;
/// No release here is later.
const LATE_MAX: i64 = 5 * SECOND;

/// Publishes to the readers of every story and `more`, and returns while the copies are on their way.
fn under_way<'w>(world: &'w World, server: &SmtpServer, more: usize) -> (Case<'w>, Serving<'w>) {
    mail_to(world, server);
    let mut case = Case::open(world, false);
    case.board();
    case.draft(None);
    case.readers();
    if more > 0 {
        let rows: String = (0..more)
            .map(|n| format!("many-{n}@reader.example,ja,all,,Reader\n"))
            .collect();
        let csv = format!("address,language,scope,target,name\n{rows}");
        let path = world.note("many.csv", csv.as_bytes());
        assert_eq!(world.good(&["subscribers", &path])["entered"], more);
    }
    let plan = case.plan(now());
    case.approve_by_two(&plan);
    let mut serving = Serving::start(world);
    serving.until("copies are on their way", || {
        (world.count("delivery WHERE state = 'sending'") > 0).then_some(())
    });
    (case, serving)
}

/// Plans a release in a running house, at the desk; approved by two.
fn planned(case: &mut Case<'_>, serving: &Serving<'_>, instant: i64) {
    let desk = Browser::signed_in(&serving.desk, "coordinator", COORDINATOR);
    let at = crate::play::at(instant);
    let page = format!("/en/desk/cases/{}/plan", case.number);
    let (date, time) = (&at[..10], &at[11..19]);
    let fields = [
        ("do", "plan"),
        ("when", "typed"),
        ("at_date", date),
        ("at_time", time),
        ("at_zone", "UTC"),
        // A day off is asked about once; this one is meant.
        ("at_kept", date),
    ];
    let sent = desk.send(&page, &fields);
    assert_eq!(sent.status, 303, "{}", sent.text());
    let shown = desk.get(&page).text();
    let (_, plan) = shown.split_once("name=\"plan\" value=\"").expect("a plan");
    let plan = plan.split('"').next().expect("its hash").to_owned();
    for person in ["approver-a", "approver-b"] {
        let password = said(&case.world.kit.borrow()["passwords"], person);
        let file = case.world.note("password", password.as_bytes());
        let fields =
            json!({ "case": case.number, "plan": plan, "person": person, "password_file": file });
        case.perform("approve-plan", fields);
    }
}

/// Plans a release that is still to come when this returns: the lead follows from what planning takes here.
fn planned_ahead(case: &mut Case<'_>, serving: &Serving<'_>) -> i64 {
    let begun = now();
    planned(case, serving, begun + 3_600 * SECOND);
    let spent = now() - begun;
    let instant = (now() + 3 * SECOND + 2 * spent) / SECOND * SECOND;
    planned(case, serving, instant);
    assert!(now() < instant, "this machine became slower by the minute");
    instant
}

/// Publishes an update while the house runs: in time, and in the tree.
fn an_update_is_in_time(world: &World, case: &mut Case<'_>, serving: &mut Serving<'_>) {
    case.draft(Some("修正の手順を足しました"));
    let instant = planned_ahead(case, serving);
    serving.until("the update is recorded", || {
        (world.count("advisory WHERE revision = 2") == 1).then_some(())
    });
    let newest = format!(
        "SELECT CAST(l.recorded_at AS TEXT) FROM ledger l JOIN advisory a ON a.id = l.stream
         WHERE a.number = '{}' ORDER BY l.seq DESC LIMIT 1",
        case.number
    );
    let recorded = world.texts(&newest);
    let recorded: i64 = recorded[0].parse().expect("an instant");
    let late = recorded - instant;
    assert!((0..LATE_MAX).contains(&late), "late by {late} µs");
    let document = format!("public/archive/{}/2/advisory.json", case.number);
    let document = world.dir().join(document);
    serving.until("it stands in the tree", || document.exists().then_some(()));
}

fn server(world: &World, mode: Mode) -> SmtpServer {
    world
        .runtime
        .block_on(SmtpServer::start(mode))
        .expect("a mail server")
}

on_both! {
    fn a_relay_that_takes_its_time_delays_no_publication(engine) {
        let world = World::founded(engine);
        let server = server(&world, HALF_A_MINUTE);
        let (mut case, mut serving) = under_way(&world, &server, 0);
        an_update_is_in_time(&world, &mut case, &mut serving);
        let waiting = world.count("delivery WHERE revision = 1 AND state = 'sending'");
        assert_eq!((waiting, server.messages().len()), (3, 0), "the relay has answered by now");
        // Nor does the relay keep the house from stopping.
        serving.stop();
        world.ends_well();
    }

    fn two_thousand_waiting_copies_delay_neither_publication_nor_letter(engine) {
        let world = World::founded(engine);
        let server = server(&world, SLUGGISH);
        let (mut case, mut serving) = under_way(&world, &server, MANY);
        an_update_is_in_time(&world, &mut case, &mut serving);
        let letter = json!({ "participant": case.tracking[1], "channel": "mail", "result": "tried" });
        case.perform("contact", letter);
        serving.until("the vendor has its letter", || {
            let mails = server.messages();
            let mut readers = mails.iter().flat_map(|mail| &mail.rcpts);
            readers.any(|reader| reader.ends_with("@vendor.example")).then_some(())
        });
        let waiting = world.count("delivery WHERE revision = 1 AND state IN ('waiting', 'sending')");
        assert!(waiting > 0, "nothing waited");
        assert!(server.messages().len() > 1, "copies go on meanwhile");
        serving.stop();
        world.ends_well();
    }
}
