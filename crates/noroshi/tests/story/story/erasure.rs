//! Erasure (docs/design/security.md §3.6): what was erased cannot be opened with the present keys, not even in an
//! earlier copy of the database; everything else can, and the ledger stays whole.

use domain::text::class::Compartment;
use domain::value::{BodyId, StreamId};
use engine::House;
use engine::kernel::context::Contexts;
use engine::kernel::house::KEYS;
use store::{Store, compartment_code};

use crate::play::{Case, said};
use crate::serving::Serving;
use crate::world::{World, files};

/// Bodies of a dossier, within a compartment and outside it.
fn bodies(world: &World, dossier: &str, compartment: Compartment) -> [Vec<BodyId>; 2] {
    let (id, of) = (world.hex_of("id"), world.hex_of("dossier"));
    let code = compartment_code(compartment);
    ["=", "<>"].map(|sign| {
        let sql = format!("SELECT {id} FROM body WHERE {of} = '{dossier}' AND compartment {sign} {code} ORDER BY 1");
        let found = world.texts(&sql).into_iter().map(|id| {
            let bytes = seal::unhex(&id).expect("an id");
            BodyId::from_bytes(bytes.try_into().expect("16 bytes"))
        });
        found.collect()
    })
}

/// Counts the bodies that can be opened.
fn opened(world: &World, house: &House, bodies: &[BodyId]) -> usize {
    let open = |id: &&BodyId| world.runtime.block_on(Box::pin(house.body(**id))).is_ok();
    bodies.iter().filter(open).count()
}

/// Puts the present keys of a house into another folder, in place of those that lie there.
fn lay_keys(from: &World, to: &World) {
    let _ = std::fs::remove_dir_all(to.dir().join(KEYS));
    for path in files(&from.dir()) {
        let relative = path
            .strip_prefix(from.dir())
            .expect("a file of the house")
            .to_owned();
        let wanted = relative.starts_with(KEYS)
            || relative.ends_with(engine::kernel::config::FILE)
            || relative.ends_with("instance");
        if wanted {
            let target = to.dir().join(relative);
            seal::files::private_folder(target.parent().expect("a folder")).expect("a folder");
            std::fs::copy(&path, &target).expect("a copy with its mode");
        }
    }
}

on_both! {
    fn an_erased_compartment_stays_closed(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        let id = seal::unhex(&case.report_id).expect("an id").try_into().expect("16 bytes");
        let dossier = StreamId::from_bytes(id);
        let [exploit, rest] = bodies(&world, &case.report_id, Compartment::Exploit);
        assert_eq!((exploit.len(), rest.len() > 8), (2, true), "A and T, and all the others");

        // An earlier copy of the database, which the keys of that time open.
        let house = world.open(Contexts::default());
        let mut copy = Vec::new();
        world.runtime.block_on(house.store.dump(&mut copy)).expect("a copy");
        assert_eq!(opened(&world, &house, &exploit), 2);
        let earlier = World::of(engine);
        let load = |earlier: &World| {
            let store = earlier.runtime.block_on(Box::pin(Store::create(&earlier.location(), house.id())));
            let store = store.expect("an empty database");
            earlier.runtime.block_on(store.load(&copy)).expect("the copy");
        };
        lay_keys(&world, &earlier);
        load(&earlier);
        let before = earlier.open(Contexts::default());
        assert_eq!(opened(&earlier, &before, &exploit), 2, "the control");
        drop(before);

        let erased = world.runtime.block_on(Box::pin(house.keys.erase(&house.store, dossier, &[Compartment::Exploit])));
        assert_eq!(erased.expect("an erasure"), 2);
        assert_eq!((opened(&world, &house, &exploit), opened(&world, &house, &rest)), (0, rest.len()));
        let frame = world.runtime.block_on(Box::pin(house.keys.erase(&house.store, dossier, &[Compartment::Frame])));
        assert!(frame.is_err(), "the frame lives as long as the ledger");
        drop(house);
        let house = world.open(Contexts::default());
        assert_eq!((opened(&world, &house, &exploit), opened(&world, &house, &rest)), (0, rest.len()));
        drop(house);
        world.ends_well();

        // The earlier copy with the keys of today: the house does not open, or the texts do not.
        lay_keys(&world, &earlier);
        let (dir, location) = (earlier.dir(), earlier.location());
        let open = House::open(&dir, &location, Contexts::default());
        match earlier.runtime.block_on(Box::pin(open)) {
            Ok(house) => assert_eq!(opened(&earlier, &house, &exploit), 0),
            Err(error) => assert!(format!("{error:?}").contains("epoch"), "{error:?}"),
        }
        world.ends_well();
    }

    fn two_persons_erase_with_their_passwords_while_the_house_runs(engine) {
        let world = World::founded(engine);
        let case = Case::open(&world, false);
        crate::story::restored::backed_up(&world);
        let kit = world.kit.borrow().clone();
        let files = ["approver-a", "approver-b"].map(|person| {
            world.note(person, said(&kit["sign_in"], person).as_bytes())
        });
        let wrong = world.note("wrong", b"somebody else's");
        let by_a = ["--by", "approver-a", &files[0]];
        let by_b = ["--by", "approver-b", &files[1]];
        let serving = Serving::start(&world);
        let request = ["erase", "request", "--report", &case.report, "--part", "identity", "--basis", "person_asked"];
        let refused = world.run(&[&request[..], &["--by", "approver-a", &wrong]].concat());
        assert_eq!((refused.code, &refused.json()["refused"]), (Some(1), &"password".into()));
        let asked = world.good(&[&request[..], &by_a].concat());
        assert_eq!(asked["erasure"], 1);
        let approve = ["erase", "approve", "1"];
        let own = world.run(&[&approve[..], &by_a].concat());
        assert_eq!((own.code, &own.json()["refused"]), (Some(1), &"erasure.own".into()));
        world.good(&[&approve[..], &by_b].concat());
        let status = world.good(&["erase", "status"]);
        assert_eq!((&status[0]["stage"], &status[0]["backups"]), (&"shut".into(), &serde_json::json!([1])));
        let persons = (&status[0]["asked_by"], &status[0]["approved_by"]);
        assert_eq!(persons, (&"approver-a".into(), &"approver-b".into()));
        serving.stop();
        world.perform("record-backup-destroyed", &serde_json::json!({ "number": 1 }));
        assert_eq!(world.good(&["erase", "status"])[0]["stage"], "erased");
        world.good(&["ledger", "verify"]);
        world.ends_well();
    }
}
