//! Names of parties as they are compared, persons of the house over time, and who wants to be told.

use std::collections::BTreeSet;

use domain::act::Act;
use domain::distribution::{Subscriber, subscribe};
use domain::event::{Change, Event, Recorded};
use domain::party::decide as persons;
use domain::party::{House, Party, folded};
use domain::refusal::Refusal;
use domain::role::Role;
use domain::text::class::{Class, Compartment};
use domain::value::*;
use proptest::prelude::*;

use crate::kit::{of, recorded, second, text, wrong};

const HOUSE: StreamId = StreamId::from_bytes([1; 16]);

#[test]
fn a_name_is_the_same_in_any_width_with_any_legal_form_and_however_it_is_spaced() {
    for (names, expected) in [
        (
            &[
                "ミズカガミ",
                "株式会社ミズカガミ",
                "ミズカガミ株式会社",
                "（株）ミズカガミ",
                "㈱ミズカガミ",
                "ﾐｽﾞｶｶﾞﾐ(株)",
                "ミズ・カガミ",
                "ミズカガミ　有限会社",
                "㈲ミズカガミ",
                "合同会社 ミズカガミ",
            ][..],
            "みずかがみ",
        ),
        (
            &[
                "Muteki",
                "MUTEKI",
                "Ｍｕｔｅｋｉ",
                "Muteki K.K.",
                "Muteki Co., Ltd.",
                "Muteki Co.,Ltd.",
                "Muteki, Inc.",
                "MUTEKI GmbH",
                "Muteki Corporation",
                "Kabushiki Kaisha Muteki",
                "Mu-teki",
                "M'uteki.",
            ][..],
            "muteki",
        ),
    ] {
        for name in names {
            assert_eq!(folded(name), expected, "{name}");
        }
    }
}

#[test]
fn what_is_another_name_stays_another() {
    for (one, other) in [
        ("ミズカガミ", "ミズガカミ"),
        ("はは", "ぱぱ"),
        ("ハート", "ハト"),
        ("Muteki", "Mutekki"),
        ("Incisive", "isive"),
        ("Corporate Muteki", "Muteki"),
        ("日本無線", "無線"),
    ] {
        assert_ne!(folded(one), folded(other), "{one} {other}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn space_and_case_never_matter(name in "[a-z]{3,12}( [a-z]{3,12}){0,2}") {
        let spaced = format!("  {}\u{3000}", name.replace(' ', "   ").to_uppercase());
        prop_assert_eq!(folded(&spaced), folded(&name));
        prop_assert!(!folded(&name).contains(char::is_whitespace));
    }
}

fn person(n: u8) -> PersonId {
    PersonId::from_bytes([n; 16])
}

fn take(house: &mut House, changes: Vec<Change>, at: i64) {
    for change in changes {
        assert_eq!(change.stream, HOUSE);
        house.apply(&recorded(change.event, second(at)));
    }
}

#[test]
fn a_person_is_named_is_given_a_link_sets_a_password_and_leaves() {
    let mut house = House::default();
    for (n, handle) in [(1, "first"), (2, "second-2")] {
        let named = persons::name_person(&house, HOUSE, person(n), handle, Role::Operator);
        take(&mut house, named.unwrap(), i64::from(n));
    }
    let issued = persons::issue_link(&house, HOUSE, person(2));
    let link = Event::LinkIssued { person: person(2) };
    assert_eq!(issued, Ok(of(HOUSE, vec![link])));
    let before = house.clone();
    take(&mut house, issued.unwrap(), 3);
    assert_eq!(house, before, "a link that was given out makes nobody");
    let known = &house.persons[&person(2)];
    assert_eq!((known.since, known.credential), (second(2), None));
    let set = persons::set_password(HOUSE, person(2));
    take(&mut house, set, 4);
    assert_eq!(house.persons[&person(2)].credential, Some(second(4)));
    let ended = persons::end_person(&house, HOUSE, person(2));
    take(&mut house, ended.unwrap(), 5);
    assert_eq!(house.persons[&person(2)].ended, Some(second(5)));
    assert_eq!(house.persons[&person(1)].ended, None);
    let again = persons::name_person(&house, HOUSE, person(3), "second-2", Role::Analysis);
    assert_eq!(again, Err(Refusal::Exists("person")));
}

#[test]
fn whoever_is_no_person_of_the_house_neither_leaves_nor_gets_a_link() {
    let house = House::default();
    let nobody = Err(Refusal::NotFound("person"));
    assert_eq!(persons::end_person(&house, HOUSE, person(1)), nobody);
    assert_eq!(persons::issue_link(&house, HOUSE, person(1)), nobody);
}

#[test]
fn a_handle_is_as_long_as_a_line_of_history_allows() {
    let house = House::default();
    let name =
        |handle: &str| persons::name_person(&house, HOUSE, person(1), handle, Role::Analysis);
    for handle in ["ab", "a-1", "0-", &"a".repeat(persons::HANDLE_CHARS_MAX)] {
        assert!(name(handle).is_ok(), "{handle}");
    }
    for handle in ["", " ", "a", " a ", "a_b", "a.b", "あい", "a b"] {
        wrong(name(handle), "handle");
    }
}

#[test]
fn the_house_knows_its_last_anchor_and_what_it_has_erased() {
    let mut house = House::default();
    for (seq, at) in [(7, 1), (9, 2)] {
        let anchored = persons::anchor(HOUSE, seq, format!("root {seq}"), format!("leaf {seq}"));
        take(&mut house, anchored, at);
    }
    let last = Some((9, "root 9".to_owned(), second(2)));
    assert_eq!(house.anchor, last);
    assert_eq!(house.anchors, ["leaf 7", "leaf 9"]);
    let (dossier, compartment) = (StreamId::from_bytes([2; 16]), Compartment::Raw);
    let erased = Event::CompartmentErased {
        dossier,
        compartment,
        epoch: 1,
        backups: None,
    };
    take(&mut house, of(HOUSE, vec![erased]), 3);
    assert_eq!(house.erased, [(dossier, compartment)]);
}

#[test]
fn a_house_that_goes_on_says_what_it_was_compared_with() {
    let compared = "archive log".to_owned();
    assert_eq!(persons::resume(HOUSE, " ", vec![]), Err(Refusal::NoReason));
    let persons = vec![PersonId::from_bytes([3; 16])];
    let resumed = persons::resume(HOUSE, &compared, persons.clone());
    let event = Event::HouseResumed { compared, persons };
    assert_eq!(resumed, Ok(of(HOUSE, vec![event])));
}

#[test]
fn an_alarm_is_taken_once_an_hour_by_whoever_takes_it() {
    let mut house = House::default();
    let act = |by: u8, at: i64| Act::of_person(person(by), Role::Coordinator, second(at));
    let taken = persons::take_alarm(&house, HOUSE, "relay", &act(1, 10));
    let cause = "relay".to_owned();
    assert_eq!(taken, of(HOUSE, vec![Event::AlarmTaken { cause }]));
    let event = taken[0].event.clone();
    house.apply(&Recorded::of(&act(1, 10), "take-alarm", event));
    let again = |by, at| persons::take_alarm(&house, HOUSE, "relay", &act(by, at)).len();
    assert_eq!(again(1, 3_609), 0, "that person has it");
    assert_eq!(again(2, 20), 1, "another takes it over");
    assert_eq!(
        again(1, 3_610),
        1,
        "an hour is over, and others are called again"
    );
    assert_eq!(
        persons::take_alarm(&house, HOUSE, "context sign", &act(1, 20)).len(),
        1
    );
}

#[test]
fn the_rows_of_an_older_house_are_counted_once() {
    let mut house = House::default();
    let counted = persons::count(&house, HOUSE, 12);
    assert_eq!(counted, of(HOUSE, vec![Event::HouseCounted { rows: 12 }]));
    take(&mut house, counted, 3);
    assert_eq!(persons::count(&house, HOUSE, 12), vec![]);
}

#[test]
fn a_party_is_what_was_registered_of_it_until_that_is_changed() {
    let id = PartyId::from_bytes([4; 16]);
    let mut party = Party::new(id);
    let registered = persons::Registration {
        name_ja: "株式会社霧笛電子計算機".to_owned(),
        name_en: "Muteki".to_owned(),
        kana: "ムテキ".to_owned(),
        contact: Some(text(2, Class::C)),
        lang: Lang::En,
        listed: false,
    };
    for change in persons::register(id, registered).unwrap() {
        party.apply(&recorded(change.event, second(1)));
    }
    assert_eq!(party.kana, "ムテキ");
    assert_eq!(party.contact, Some(text(2, Class::C)));
    assert_eq!((party.lang, party.listed), (Some(Lang::En), false));
    for version in ["1", "2"] {
        let agreed = persons::agree_standing(&party, version.to_owned());
        party.apply(&recorded(agreed[0].event.clone(), second(2)));
        assert_eq!(party.standing.as_deref(), Some(version));
    }
    let changed = persons::change_contact(&party, text(3, Class::C));
    party.apply(&recorded(changed[0].event.clone(), second(3)));
    assert_eq!(party.contact, Some(text(3, Class::C)));
    assert_eq!(party.name_en, "Muteki", "the rest stays");
}

const WHO: SubscriberId = SubscriberId::from_bytes([8; 16]);

fn subscribed(scope: Scope) -> Result<Vec<Change>, Refusal> {
    let (mailbox, reference) = ("22".repeat(32), "abcdefgh".to_owned());
    let mail = CopyChannel::Mail;
    subscribe(
        WHO,
        text(2, Class::C),
        mailbox,
        mail,
        Lang::Ja,
        scope,
        reference,
    )
}

#[test]
fn a_subscription_names_what_it_is_about() {
    for name in ["", " ", "　\t"] {
        let name = || name.to_owned();
        wrong(subscribed(Scope::Vendor { name: name() }), "target");
        wrong(subscribed(Scope::Product { name: name() }), "target");
    }
    let name = || "ムテキ".to_owned();
    for scope in [
        Scope::Everything,
        Scope::Vendor { name: name() },
        Scope::Product { name: name() },
    ] {
        let event = Event::Subscribed {
            address: text(2, Class::C),
            lang: Lang::Ja,
            scope: scope.clone(),
            reference: "abcdefgh".to_owned(),
            mailbox: Some("22".repeat(32)),
            channel: CopyChannel::Mail,
        };
        assert_eq!(subscribed(scope), Ok(of(WHO, vec![event])));
    }
}

#[test]
fn a_subscription_ends_once_and_may_begin_again() {
    let mut subscriber = Subscriber::new(WHO);
    let take = |subscriber: &mut Subscriber, changes: Vec<Change>| {
        let count = changes.len();
        for change in changes {
            subscriber.apply(&recorded(change.event, second(1)));
        }
        count
    };
    let ended = subscriber.unsubscribe();
    assert_eq!(take(&mut subscriber, ended), 0, "it has not begun");
    for _ in 0..2 {
        take(&mut subscriber, subscribed(Scope::Everything).unwrap());
        assert!(subscriber.active);
        let ended = subscriber.unsubscribe();
        assert_eq!(take(&mut subscriber, ended), 1);
        assert!(!subscriber.active);
        let ended = subscriber.unsubscribe();
        assert_eq!(take(&mut subscriber, ended), 0);
    }
    assert_eq!(subscriber.address, Some(text(2, Class::C)));
}

#[test]
fn the_first_acknowledgement_of_a_copy_counts_and_each_revision_has_its_own() {
    let mut subscriber = Subscriber::new(WHO);
    let advisory = |n| AdvisoryId::from_bytes([n; 16]);
    let ways = [AckWay::Reply, AckWay::Hand, AckWay::Page];
    let mut counted = BTreeSet::new();
    for (n, revision) in [(1, 1), (1, 2), (1, 1), (2, 1), (2, 1)] {
        let is_first = counted.insert((n, revision));
        for (at, way) in ways.into_iter().enumerate() {
            let changes = subscriber.acknowledge(advisory(n), revision, way);
            let event = Event::CopyAcknowledged {
                advisory: advisory(n),
                revision,
                way,
            };
            let expected = match is_first && at == 0 {
                true => of(WHO, vec![event]),
                false => vec![],
            };
            assert_eq!(changes, expected, "{n} {revision} {way:?}");
            for change in changes {
                subscriber.apply(&recorded(change.event, second(1)));
            }
        }
    }
    assert_eq!(subscriber.acknowledged.len(), 3);
}
