//! Approval keys that have changed hands: what a live house does once, before its first plan.
//!
//! It is done in this process, since a story is about something else; that it is done at pages is walked elsewhere.

use domain::act::Act;
use engine::House;
use engine::command::Command;
use engine::people::approvers::{DrawSuccessionKey, OfferApprovalKey, SignApprovers};
use engine::people::typed::Password;
use seal::record::Realm;
use serde_json::Value;

use crate::contexts::contexts;
use crate::play::said;
use crate::world::World;

/// What the coordinator signs in with from then on.
pub const COORDINATOR: &str = "a desk by the window";

async fn gives(house: &House, handle: &str, command: Command) -> Value {
    let known = house.person_called(handle).await.expect("the house");
    let known = known.expect("a person of the founding");
    let act = Act::of_person(known.id, known.person.role, engine::kernel::clock::now());
    let given = engine::command::perform(house, &act, Realm::Live, &command).await;
    given.unwrap_or_else(|fault| panic!("{handle}: {fault:?}"))
}

async fn signs(house: &House, handle: &str, change: &str, password: &str) {
    let sign = SignApprovers {
        change: change.to_owned(),
        person: handle.to_owned(),
        password_file: None,
        password: Some(Password::new(password)),
    };
    gives(house, handle, Command::SignApprovers(sign)).await;
}

/// Gives every approver a key of their own, and the house one for its safe. From then on the kit has the passwords of the keys
/// as `passwords`, and what approvers sign in with as `sign_in`.
pub fn change_hands(world: &World) {
    world.has_own_keys.set(true);
    let house = world.open(contexts(world));
    let mut passwords = world.kit.borrow()["passwords"].clone();
    let coordinator = world
        .runtime
        .block_on(Box::pin(house.person_called("coordinator")));
    let coordinator = coordinator.expect("the house").expect("a coordinator");
    let set = house.set_password(&coordinator, COORDINATOR);
    world.runtime.block_on(Box::pin(set)).expect("a password");
    let held = passwords.as_object_mut().expect("the kit's passwords");
    let handles: Vec<String> = held.keys().cloned().collect();
    world.runtime.block_on(Box::pin(async {
        for handle in &handles {
            let new = format!("own words {}", seal::hex(&seal::random::bytes::<8>()));
            let before = held[handle].as_str().expect("a password").to_owned();
            let offer = OfferApprovalKey {
                person: handle.clone(),
                password_file: None,
                before_file: None,
                password: Some(Password::new(&new)),
                before: Some(Password::new(&before)),
            };
            let answer = gives(&house, handle, Command::OfferApprovalKey(offer)).await;
            for other in handles.iter().filter(|other| *other != handle) {
                let password = held[other].as_str().expect("a password").to_owned();
                signs(&house, other, &said(&answer, "change"), &password).await;
            }
            held[handle] = new.into();
        }
        let drawn = Command::DrawSuccessionKey(DrawSuccessionKey {});
        let answer = gives(&house, "admin", drawn).await;
        for handle in &handles {
            let password = held[handle].as_str().expect("a password").to_owned();
            signs(&house, handle, &said(&answer, "change"), &password).await;
        }
    }));
    let mut kit = world.kit.borrow_mut();
    // What they sign in with stays.
    kit["sign_in"] = kit["passwords"].take();
    kit["passwords"] = passwords;
}
