//! Decisions that need no more than one state: what they refuse, and what happens otherwise.

use domain::act::Act;
use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::coordination::participant::Participant;
use domain::coordination::{access, decide};
use domain::distribution::{CopyState, Happening, Subscriber};
use domain::event::Change;
use domain::event::{Event, Recorded};
use domain::intake::{self, Arrived, Report};
use domain::party::decide as persons;
use domain::party::decide::{First, Founding, Registration};
use domain::party::{House, Party};
use domain::permit::OFFERED;
use domain::publication::{Advisory, Draft, Plan, plan_guard};
use domain::refusal::Refusal;
use domain::role::Role;
use domain::text::class::Class;
use domain::value::*;

const NOW: Instant = Instant(1_800_000_000_000_000);
const HOUSE: StreamId = StreamId::from_bytes([1; 16]);

fn text(class: Class) -> TextRef {
    TextRef {
        body: BodyId::from_bytes([2; 16]),
        dossier: HOUSE,
        class,
        lang: Lang::Ja,
    }
}

fn person(n: u8) -> PersonId {
    PersonId::from_bytes([n; 16])
}

fn act(reason: &str) -> Act {
    Act {
        reason: reason.to_owned(),
        ..Act::of_person(person(9), Role::Coordinator, NOW)
    }
}

const DESK: Actor = Actor::Person {
    id: PersonId::from_bytes([9; 16]),
    role: Role::Coordinator,
};
const VENDOR: Actor = Actor::Vendor {
    participant: ParticipantId::from_bytes([5; 16]),
    account: None,
};

fn recorded(event: Event) -> Recorded {
    Recorded::of(&act(""), "test", event)
}

fn wrong(decided: Result<Vec<Change>, Refusal>, field: &str) {
    match decided {
        Err(Refusal::Input { field: found, .. }) => assert_eq!(found, field),
        other => panic!("{field}: {other:?}"),
    }
}

/// The house with an administrator (1), a coordinator (2) and whoever the changes bring.
fn house(changes: &[Change]) -> House {
    let first = |n: u8, handle: &str, role| First {
        person: person(n),
        handle: handle.to_owned(),
        role,
        approval_key: None,
        has_password: n == 1,
    };
    let founded = persons::found(
        HOUSE,
        Founding {
            name_ja: "家".into(),
            name_en: "House".into(),
            profile: "p".into(),
            series: "S".into(),
            quorum: 2,
            persons: vec![
                first(1, "admin", Role::Operator),
                first(2, "coordinator", Role::Coordinator),
            ],
        },
    );
    let mut house = House::default();
    for change in founded.iter().chain(changes) {
        assert_eq!(change.stream, HOUSE);
        house.apply(&recorded(change.event.clone()));
    }
    house
}

#[test]
fn a_house_is_founded_with_its_persons_and_their_passwords() {
    let house = house(&[]);
    assert_eq!((house.series.as_str(), house.quorum), ("S", 2));
    assert!(house.persons.values().all(|person| person.founding));
    assert_eq!(house.persons[&person(1)].credential, Some(NOW));
    assert_eq!(house.persons[&person(2)].credential, None);
}

#[test]
fn a_person_has_a_handle_of_its_own_and_a_role_of_the_house() {
    let name =
        |handle: &str, role| persons::name_person(&house(&[]), HOUSE, person(3), handle, role);
    let named = name(" second ", Role::Analysis).unwrap();
    assert_eq!(house(&named).persons[&person(3)].handle, "second");
    let long = "a".repeat(persons::HANDLE_CHARS_MAX + 1);
    let wide = name("Ｓｅｃｏｎｄ", Role::Analysis).unwrap();
    assert_eq!(house(&wide).persons[&person(3)].handle, "second");
    for handle in ["a", "an other", long.as_str()] {
        wrong(name(handle, Role::Analysis), "handle");
    }
    for role in Role::ALL {
        if OFFERED.contains(&role) {
            assert!(name("second", role).is_ok(), "{role:?}");
        } else {
            wrong(name("second", role), "role");
        }
    }
    assert_eq!(
        name("admin", Role::Analysis),
        Err(Refusal::Exists("person"))
    );
}

#[test]
fn somebody_remains_who_administers_persons_and_who_left_gets_no_link() {
    wrong(persons::end_person(&house(&[]), HOUSE, person(1)), "person");
    let second = persons::name_person(&house(&[]), HOUSE, person(3), "second", Role::Operator);
    let mut changes = second.unwrap();
    let ended = persons::end_person(&house(&changes), HOUSE, person(1)).unwrap();
    changes.extend(ended);
    let house = house(&changes);
    let none = Err(Refusal::NotFound("person"));
    assert_eq!(persons::issue_link(&house, HOUSE, person(1)), none);
    assert_eq!(persons::end_person(&house, HOUSE, person(1)), none);
    assert!(persons::issue_link(&house, HOUSE, person(3)).is_ok());
    wrong(persons::end_person(&house, HOUSE, person(3)), "person");
}

#[test]
fn a_password_to_sign_in_touches_no_approval_key() {
    let before = house(&[]);
    let known = before.persons[&person(2)].clone();
    let after = house(&persons::set_password(HOUSE, person(2))).persons[&person(2)].clone();
    assert_eq!(
        (after.approval_key, after.founding),
        (known.approval_key, known.founding)
    );
    assert_eq!(after.credential, Some(NOW));
}

#[test]
fn what_a_house_was_compared_with_is_said() {
    assert_eq!(persons::resume(HOUSE, " ", vec![]), Err(Refusal::NoReason));
    assert!(persons::resume(HOUSE, "archive log", vec![]).is_ok());
    let anchored = persons::anchor(HOUSE, 7, "00".into(), "{}".into());
    assert_eq!(house(&anchored).anchors, ["{}"]);
}

#[test]
fn a_party_has_both_names() {
    let id = PartyId::from_bytes([4; 16]);
    let register = |name_ja: &str, name_en: &str| {
        persons::register(
            id,
            Registration {
                name_ja: name_ja.to_owned(),
                name_en: name_en.to_owned(),
                kana: String::new(),
                contact: None,
                lang: Lang::En,
                listed: true,
            },
        )
    };
    wrong(register(" ", "A"), "name_ja, name_en");
    wrong(register("A", ""), "name_ja, name_en");
    let mut party = Party::new(id);
    let mut changes = register("あ", "A").unwrap();
    changes.extend(persons::agree_standing(&party, "3".to_owned()));
    changes.extend(persons::change_contact(&party, text(Class::C)));
    for change in changes {
        party.apply(&recorded(change.event));
    }
    assert!(party.listed);
    assert_eq!(party.standing.as_deref(), Some("3"));
    assert_eq!(party.contact, Some(text(Class::C)));
}

fn participant() -> Participant {
    Participant::new(ParticipantId::from_bytes([5; 16]))
}

fn case() -> Case {
    Case::new(CaseId::from_bytes([6; 16]))
}

fn closed() -> Case {
    Case {
        closed: Some(ClosureCode::Published),
        ..case()
    }
}

#[test]
fn being_named_is_the_vendors_word_or_the_desks_with_its_source() {
    let mut vendor = participant();
    let agree = |of: &Participant, agreed, reason: &str, by: &Actor| {
        access::agree_naming(of, agreed, reason, &Act::of(*by, NOW))
    };
    assert_eq!(agree(&vendor, true, " ", &DESK), Err(Refusal::NoReason));
    assert_eq!(agree(&vendor, false, "", &DESK), Ok(vec![]));
    let agreed = agree(&vendor, true, "by telephone", &DESK).unwrap();
    assert_eq!(agreed, agree(&vendor, true, "", &VENDOR).unwrap());
    for change in agreed {
        vendor.apply(&recorded(change.event));
    }
    assert!(vendor.is_named());
    assert_eq!(agree(&vendor, true, "", &VENDOR), Ok(vec![]));
    assert_eq!(agree(&vendor, false, "", &DESK).map(|c| c.len()), Ok(1));
    vendor.part = Part::Coordinator;
    wrong(agree(&vendor, true, "", &VENDOR), "participant");
}

#[test]
fn the_second_step_is_waived_with_a_reason_only() {
    let waive = |reason| access::waive_second_step(&participant(), &act(reason));
    assert_eq!(waive(" "), Err(Refusal::NoReason));
    assert!(waive("met in person").is_ok());
    let passed = access::pass_second_step(&participant(), SecondStep::Telephone);
    assert_eq!(passed.len(), 1);
}

#[test]
fn a_call_a_ticket_and_a_name_say_something() {
    let call = |case: &Case, chars| access::ask_call(case, &participant(), text(Class::C), chars);
    wrong(call(&case(), 0), "text");
    assert_eq!(call(&closed(), 5), Err(Refusal::CaseClosed));
    assert!(call(&case(), 5).is_ok());
    let ticket = |chars| decide::record_ticket(&participant(), text(Class::R), chars);
    wrong(ticket(0), "ticket");
    wrong(ticket(121), "ticket");
    assert!(ticket(120).is_ok());
    let name = |case: &Case, label: &str, chars| {
        decide::name_vulnerability(case, label, text(Class::V), chars)
    };
    for label in ["", "a b", "thirteen-long"] {
        wrong(name(&case(), label, 5), "label");
    }
    wrong(name(&case(), "1", 0), "text");
    assert_eq!(name(&closed(), "1", 5), Err(Refusal::CaseClosed));
    assert!(name(&case(), "twelve-chars", 5).is_ok());
}

#[test]
fn a_vendor_speaks_for_itself_and_accepts_no_more_than_the_terms() {
    let version = || "3".to_owned();
    let basis = |basis, by| decide::record_basis(&participant(), basis, by);
    let ad_hoc = || ConfidentialityBasis::AdHoc { version: version() };
    let standing = || ConfidentialityBasis::Standing { version: version() };
    assert!(basis(ad_hoc(), &VENDOR).is_ok());
    assert_eq!(basis(standing(), &VENDOR), Err(Refusal::Role));
    assert_eq!(
        basis(ConfidentialityBasis::None, &VENDOR),
        Err(Refusal::Role)
    );
    assert!(basis(standing(), &DESK).is_ok());
    let mut asked = participant();
    asked.asked_at = Some(NOW);
    let state = |kind: StatementKind, unasked, by| {
        decide::record_statement(&asked, kind, text(kind.class()), unasked, None, by)
    };
    assert!(state(StatementKind::Statement, false, &VENDOR).is_ok());
    for (kind, unasked) in [
        (StatementKind::Information, false),
        (StatementKind::Addendum, false),
        (StatementKind::Workaround, true),
    ] {
        assert_eq!(state(kind, unasked, &VENDOR), Err(Refusal::Role));
        assert!(state(kind, unasked, &DESK).is_ok());
    }
}

#[test]
fn a_report_says_something_and_its_texts_are_read_for_a_reason() {
    assert!(intake::says_something(0).is_err());
    assert!(intake::says_something(1).is_ok());
    let id = ReportId::from_bytes([7; 16]);
    let changes = intake::receive(
        id,
        Arrived {
            handling: "4821-7730-0".into(),
            kind: ReportKind::Product,
            channel: ContactChannel::Form,
            lookup: None,
            mailbox: None,
            consent: String::new(),
            text: text(Class::U),
            finder: Some(text(Class::H)),
            contact: None,
            form: None,
            fields: vec![],
            told: None,
        },
    );
    let [change] = changes.as_slice() else {
        panic!("one change: {changes:?}");
    };
    let begun = Aggregate::begin(change.stream, &recorded(change.event.clone()));
    let Some(Aggregate::Report(report)) = begun else {
        panic!("no report was begun");
    };
    let read = |report: &Report, body, reason| report.read(body, &act(reason));
    let body = text(Class::H).body;
    assert_eq!(read(&report, body, " "), Err(Refusal::NoReason));
    let other = BodyId::from_bytes([3; 16]);
    assert_eq!(read(&report, other, "why"), Err(Refusal::NotFound("text")));
    let (found, changes) = read(&report, body, "why").unwrap();
    assert_eq!(found.class, Class::H);
    assert_eq!(
        changes,
        [Change::of(
            id,
            Event::TextRead {
                body,
                class: Class::H
            }
        )]
    );
}

#[test]
fn only_a_copy_that_needs_looking_after_is_given_up() {
    let subscriber = Subscriber::new(SubscriberId::from_bytes([8; 16]));
    let advisory = AdvisoryId::from_bytes([9; 16]);
    let give_up = |state| subscriber.give_up(advisory, 1, state);
    for state in CopyState::ALL {
        let step = domain::distribution::step(state, Happening::LookedAfter).map(|_| ());
        assert_eq!(give_up(state).map(|_| ()), step, "{state:?}");
    }
    assert!(give_up(CopyState::Refused).is_ok());
    assert!(give_up(CopyState::Accepted).is_err());
}

#[test]
fn a_plan_is_overtaken_by_an_embargo_that_outlasts_it_unless_it_is_an_emergency() {
    let mut advisory = Advisory::new(AdvisoryId::from_bytes([9; 16]));
    let later = NOW.plus_days(1);
    assert!(plan_guard::overtaken(&advisory, later).is_empty());
    for (emergency, until, expected) in [(false, later, 1), (false, NOW, 0), (true, later, 0)] {
        advisory.plan = Some(Plan {
            revision: 1,
            bytes: String::new(),
            sha256: "ab".to_owned(),
            instant: NOW,
            documents: vec![],
            author: person(1),
            emergency,
            case_version: 1,
            made: Instant(0),
            approvals: vec![],
        });
        let changes = plan_guard::overtaken(&advisory, until);
        assert_eq!(changes.len(), expected, "{emergency} {until:?}");
    }
}

#[test]
fn what_repeats_is_taken_on_by_another_than_its_drafter_and_with_a_reason() {
    let draft = |author| Draft {
        revision: 1,
        stage: AdvisoryStage::Final,
        texts: vec![],
        facts: text(Class::V),
        author,
        at: NOW,
    };
    let (own, others) = (draft(person(9)), draft(person(1)));
    let take =
        |draft: &Draft, is_taken_on, reason| plan_guard::take_on(draft, is_taken_on, &act(reason));
    assert_eq!(take(&others, false, "why"), Err(Refusal::Overlap));
    assert_eq!(take(&own, true, "why"), Err(Refusal::Overlap));
    assert_eq!(take(&others, true, " "), Err(Refusal::NoReason));
    assert_eq!(take(&others, true, "why"), Ok(()));
    // Nobody knows who works on the machine.
    let machine = act("why").taken_by(Actor::Operator);
    assert_eq!(
        plan_guard::take_on(&others, true, &machine),
        Err(Refusal::Overlap)
    );
}
