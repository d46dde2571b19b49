//! Each machine has the published edges and no other.

use std::collections::{BTreeMap, BTreeSet};

use domain::machine::cs::{self, CaseEvent, CaseState};
use domain::machine::{consent, em, rm};
use serde_json::Value;

const PROTOCOL: &str = include_str!("../../../../fixtures/cvd-model/protocol.json");
const MODEL: &str = include_str!("../../../../fixtures/cvd-model/cs_model.json");

type Edges = BTreeSet<(String, String, String)>;

fn read(text: &str) -> Value {
    serde_json::from_str(text).expect("the fixture is JSON")
}

fn listed(edges: &Value) -> Edges {
    let word = |value: &Value| value.as_str().expect("a word").to_owned();
    let rows = edges.as_array().expect("a list of edges");
    rows.iter()
        .map(|row| (word(&row[0]), word(&row[1]), word(&row[2])))
        .collect()
}

fn edge(from: &str, event: &str, to: &str) -> (String, String, String) {
    (from.to_owned(), event.to_owned(), to.to_owned())
}

#[test]
fn report_management_has_the_eleven_published_edges_and_refuses_the_rest() {
    let mut ours = Edges::new();
    for from in rm::Rm::ALL {
        for event in rm::RmEvent::ALL {
            if let Some(to) = rm::step(from, event) {
                ours.insert(edge(from.letter(), event.letter(), to.letter()));
            }
        }
    }
    assert_eq!(ours, listed(&read(PROTOCOL)["rm"]));
    assert_eq!(ours.len(), 11);
}

#[test]
fn embargo_management_has_the_ten_published_edges_and_refuses_the_rest() {
    let mut ours = Edges::new();
    for from in em::Em::ALL {
        for event in em::EmEvent::ALL {
            if let Some(to) = em::step(from, event) {
                ours.insert(edge(from.letter(), event.letter(), to.letter()));
            }
        }
    }
    assert_eq!(ours, listed(&read(PROTOCOL)["em"]));
    assert_eq!(ours.len(), 10);
}

#[test]
fn consent_has_the_published_edges_and_refuses_the_rest() {
    let mut ours = Edges::new();
    for from in consent::Consent::ALL {
        for event in consent::ConsentEvent::ALL {
            if let Some(to) = consent::step(from, event) {
                ours.insert(edge(from.model_name(), event.model_name(), to.model_name()));
            }
        }
    }
    let mut theirs = Edges::new();
    for (from, event, to) in listed(&read(PROTOCOL)["pec"]) {
        if from == "*" {
            for state in consent::Consent::ALL {
                theirs.insert(edge(state.model_name(), &event, &to));
            }
        } else {
            theirs.insert((from, event, to));
        }
    }
    assert_eq!(ours, theirs);
}

#[test]
fn only_a_signatory_adheres() {
    let adhering: Vec<_> = consent::Consent::ALL
        .into_iter()
        .filter(|state| state.adheres())
        .collect();
    assert_eq!(adhering, [consent::Consent::Signatory]);
}

#[test]
fn the_case_has_32_states_and_58_edges_and_refuses_the_rest() {
    let model = read(MODEL);
    let states: BTreeSet<String> = CaseState::all().map(|state| state.to_string()).collect();
    let published = model["states"].as_array().expect("states");
    let published: BTreeSet<String> = published
        .iter()
        .map(|state| state.as_str().expect("a state").to_owned())
        .collect();
    assert_eq!(states.len(), 32);
    assert_eq!(states, published);
    let mut ours = Edges::new();
    for from in CaseState::all() {
        for event in CaseEvent::ALL {
            if let Some(to) = cs::step(from, event) {
                ours.insert(edge(&from.to_string(), event.letter(), &to.to_string()));
            }
        }
    }
    assert_eq!(ours.len(), 58);
    assert_eq!(ours, listed(&model["edges"]));
}

#[test]
fn exactly_the_70_published_histories_can_happen_each_as_often_as_published() {
    let model = read(MODEL);
    let mut published = BTreeMap::new();
    for row in model["histories"].as_array().expect("histories") {
        let odds = row["freq"].as_str().expect("a fraction");
        let odds: u32 = odds[2..].parse().expect("a fraction of one");
        published.insert(row["history"].as_str().expect("letters").to_owned(), odds);
    }
    let ours: BTreeMap<String, u32> = cs::histories()
        .iter()
        .map(|history| (letters(history), cs::odds(history).expect("it can happen")))
        .collect();
    assert_eq!(ours.len(), 70);
    assert_eq!(ours, published);
}

#[test]
fn of_the_720_orders_the_other_650_are_refused() {
    let mut possible = BTreeSet::new();
    let mut tried = 0;
    permute(&mut CaseEvent::ALL.to_vec(), 0, &mut |order| {
        tried += 1;
        if cs::odds(order).is_some() {
            possible.insert(letters(order));
        }
    });
    let built: BTreeSet<String> = cs::histories().iter().map(|it| letters(it)).collect();
    assert_eq!(tried, 720);
    assert_eq!(possible, built);
}

#[test]
fn a_partner_may_report_several_steps_at_once_if_the_world_can_have_gone_that_way() {
    use CaseEvent::{AttacksObserved, ExploitPublic, FixReady, PublicAware, VendorAware};
    let order = cs::order_of(
        CaseState::START,
        &[AttacksObserved, ExploitPublic, PublicAware, VendorAware],
    );
    assert!(order.is_some());
    assert_eq!(cs::order_of(CaseState::START, &[FixReady]), None);
    assert_eq!(
        cs::order_of(CaseState::START, &[VendorAware, VendorAware]),
        None
    );
}

#[test]
fn an_attack_alone_makes_nothing_public() {
    let state = cs::step(CaseState::START, CaseEvent::AttacksObserved).expect("an edge");
    assert!(!state.world.public);
    assert_eq!(state.owed(), None);
    assert!(!state.viability().may_continue);
    assert!(state.viability().caution);
}

#[test]
fn states_keep_their_names_on_disk() {
    let json = |value: Value| value.to_string();
    let state = serde_json::to_value(CaseState::START).expect("it serialises");
    assert_eq!(
        json(state),
        r#"{"vendor":"vfd","world":{"public":false,"exploit":false,"attacks":false}}"#
    );
    let rm = serde_json::to_value(rm::Rm::Accepted).expect("it serialises");
    assert_eq!(json(rm), r#""accepted""#);
    let consent = serde_json::to_value(consent::Consent::NoEmbargo).expect("it serialises");
    assert_eq!(json(consent), r#""no_embargo""#);
}

fn letters(history: &[CaseEvent]) -> String {
    history.iter().map(|event| event.letter()).collect()
}

fn permute(order: &mut [CaseEvent], at: usize, visit: &mut impl FnMut(&[CaseEvent])) {
    if at == order.len() {
        visit(order);
        return;
    }
    for other in at..order.len() {
        order.swap(at, other);
        permute(order, at + 1, visit);
        order.swap(at, other);
    }
}
