//! What tests of several nouns look at: states, records, a vendor's page; and acts of whoever is no person here.

use domain::aggregate::Aggregate;
use domain::coordination::participant::Participant;
use domain::event::Recorded;
use domain::intake::Report;
use domain::text::gate::Strength;
use domain::value::{Actor, BodyId, StreamId};
use engine::command::{Command, perform};
use formats::advisory::Lang;
use pages::coordination::partner::view::View;
use seal::record::Realm;
use serde_json::Value;
use testkit::{Case, World};

/// The stream that a number or an id stands for.
pub(crate) fn stream(world: &World, of: &str) -> StreamId {
    world.wait(world.stage.numbered(of)).unwrap()
}

/// What the ledger adds up to for a number or an id.
pub(crate) fn state(world: &World, of: &str) -> Aggregate {
    let loaded = world.wait(Box::pin(world.house().load(stream(world, of))));
    (*loaded.unwrap().unwrap().state).clone()
}

pub(crate) fn report(world: &World, of: &str) -> Report {
    match state(world, of) {
        Aggregate::Report(report) => report,
        other => panic!("no report: {other:?}"),
    }
}

pub(crate) fn case(world: &World, of: &str) -> domain::coordination::case::Case {
    match state(world, of) {
        Aggregate::Case(case) => case,
        other => panic!("no case: {other:?}"),
    }
}

pub(crate) fn participant(world: &World, of: &str) -> Participant {
    match state(world, of) {
        Aggregate::Participant(participant) => participant,
        other => panic!("no participant: {other:?}"),
    }
}

pub(crate) fn party(world: &World, of: &str) -> domain::party::Party {
    match state(world, of) {
        Aggregate::Party(party) => party,
        other => panic!("no party: {other:?}"),
    }
}

/// What was recorded in a stream, in order.
pub(crate) fn recorded(world: &World, of: &str) -> Vec<Recorded> {
    let stream = stream(world, of);
    let events = world.wait(Box::pin(world.stage.events())).unwrap();
    let of_it = events.into_iter().filter(|(known, _)| *known == stream);
    of_it.map(|(_, recorded)| recorded).collect()
}

/// The last that was recorded in a stream.
pub(crate) fn last(world: &World, of: &str) -> Recorded {
    recorded(world, of).pop().unwrap()
}

/// What an event says, as it stands in the ledger before it is sealed.
pub(crate) fn said_by(recorded: &Recorded) -> Value {
    serde_json::to_value(&recorded.event).unwrap()
}

/// The words of a sealed body.
pub(crate) fn body(world: &World, id: BodyId) -> String {
    let bytes = world.wait(Box::pin(world.house().body(id))).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// What a vendor's page is given for a session of this strength.
pub(crate) fn view(case: &Case<'_>, vendor: &str, strength: Strength) -> View {
    let world = case.world;
    let guest = world.wait(Box::pin(world.stage.guest(case.vendor(vendor))));
    let id = guest.unwrap().participant;
    let view = engine::coordination::view(world.house(), id, strength, Lang::En);
    world.wait(Box::pin(view)).unwrap()
}

/// Lets somebody who is no person of the house give a command, whatever comes of it.
pub(crate) fn acts(world: &World, by: Actor, name: &str, fields: Value) -> Result<Value, String> {
    let command = Command::parse(name, fields).unwrap();
    let act = world.house().act_of(by, "");
    let done = perform(world.house(), &act, Realm::Live, &command);
    let done = world.wait(Box::pin(done));
    done.map_err(|fault| fault.code().to_owned())
}

/// Gives commands that are all refused with the same code, and looks that none of them left anything behind.
pub(crate) fn all_refused(world: &World, as_whom: &str, code: &str, commands: &[(&str, Value)]) {
    let before = world.happened().len();
    for (name, fields) in commands {
        let refused = world.tries_as(as_whom, name, fields.clone());
        assert_eq!(refused, Err(code.to_owned()), "{as_whom}: {name} {fields}");
    }
    assert_eq!(world.happened().len(), before, "something was recorded");
}
