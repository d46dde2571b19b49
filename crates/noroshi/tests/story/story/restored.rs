//! Backups and held houses (docs/design/security.md §2.24, §3.9): a restored house does nothing until a person says so.

use engine::distribution::copies::Editions;
use engine::kernel::context::Contexts;

use crate::play::{Case, now, said};
use crate::serving::Serving;
use crate::world::World;

/// Founds a house with an approved plan that is due, and three readers who wait for it.
fn ready(world: &World) -> Case<'_> {
    let mut case = Case::open(world, false);
    case.board();
    case.draft(None);
    let plan = case.plan(now());
    case.approve_by_two(&plan);
    case.readers();
    case
}

/// Backs a house up; returns the backup's name and the file with the recovery secret.
pub fn backed_up(world: &World) -> (String, String) {
    let file = world.root().join("backup").display().to_string();
    world.good(&["backup", &file]);
    let secret = said(&world.kit.borrow(), "recovery_secret");
    (file, world.note("recovery.secret", secret.as_bytes()))
}

/// Fails if a held house did anything that is seen outside.
fn nothing_left(world: &World) {
    assert_eq!((world.count("delivery"), world.mails().len()), (0, 0));
    assert_eq!(crate::contexts::releases(world), 0);
    assert_eq!(
        crate::world::files(&world.dir().join("public")),
        Vec::<std::path::PathBuf>::new()
    );
}

/// Lets a held house try all it can.
fn tries_in_vain(world: &World) {
    let house = world.open(Contexts::default());
    let mut editions = Editions::default();
    let round = world
        .runtime
        .block_on(Box::pin(house.run_due(&mut editions)))
        .expect("a round");
    assert_eq!(
        (round.published.len(), round.sent, round.pressed),
        (0, 0, false)
    );
    drop(house);
    Serving::start(world).stop();
    let sent = world.run(&["mail", "send"]);
    assert_eq!(sent.code, Some(2), "{sent:?}");
    assert!(sent.err.contains("code: held"), "{sent:?}");
    let looked = world.run(&["doctor"]);
    assert_eq!(
        (looked.code, &looked.json()["findings"][0]["code"]),
        (Some(1), &"held".into())
    );
    nothing_left(world);
}

on_both! {
    fn a_backup_restores_into_the_other_engine_and_is_held_there(engine) {
        let world = World::founded(engine);
        let kit = world.kit.borrow().clone();
        let case = ready(&world);
        let before = world.good(&["ledger", "verify"])["root"].clone();
        let (file, secret) = backed_up(&world);
        let tried = world.good(&["backup", "verify", &file, "--secret-file", &secret]);
        assert_eq!(tried["root"], before);

        let there = World::of(engine.other());
        let restored = there.good(&["restore", &file, "--secret-file", &secret]);
        assert_eq!(restored["root"], before);
        tries_in_vain(&there);

        // A comparison is named, and then the house goes on where it stood.
        assert_eq!(there.run(&["resume", "--compared", " "]).code, Some(2));
        nothing_left(&there);
        // Nor does whoever holds the machine alone let it go.
        let compared = ["resume", "--compared", "archive log and signer's journal"];
        let alone = there.run(&compared);
        assert_eq!(alone.code, Some(2));
        assert!(alone.err.contains("--by HANDLE PASSWORD-FILE"), "{alone:?}");
        let files = ["approver-a", "approver-b"].map(|person| {
            there.note(person, said(&kit["sign_in"], person).as_bytes())
        });
        let by = ["--by", "approver-a", &files[0], "--by", "approver-b", &files[1]];
        there.good(&[&compared[..], &by].concat());
        assert_eq!(there.run(&[&compared[..], &by].concat()).code, Some(2));
        let mut serving = Serving::start(&there);
        serving.until("the release is recorded", || (there.count("delivery") == 3).then_some(()));
        serving.settle();
        serving.stop();
        assert_eq!(there.mails().len(), 3);
        let page = format!("en/advisories/{}.html", case.number);
        assert!(there.dir().join("public").join(page).exists());
        let tree = there.dir().join("public").display().to_string();
        assert_eq!(there.good(&["verify", &tree])["good"], true);
        there.ends_well();
        world.ends_well();
    }

    fn a_trial_is_never_resumed(engine) {
        let world = World::founded(engine);
        ready(&world);
        let (file, secret) = backed_up(&world);
        let there = World::of(engine);
        there.good(&["restore", &file, "--secret-file", &secret, "--trial"]);
        tries_in_vain(&there);
        let resumed = there.run(&["resume", "--compared", "archive log"]);
        assert_eq!(resumed.code, Some(2));
        assert!(resumed.err.contains("trial"), "{resumed:?}");
        tries_in_vain(&there);
    }
}
