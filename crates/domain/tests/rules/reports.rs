//! A report in each of its states, asked for everything that can be asked of one.

use domain::event::{Change, Event};
use domain::intake::form::{self, Takes};
use domain::intake::{self, Arrived, Report, ReportStage, ReportState};
use domain::refusal::Refusal;
use domain::text::class::Class;
use domain::value::*;

use crate::kit::{act, day, of, recorded, second, text, wrong};

const ID: ReportId = ReportId::from_bytes([7; 16]);
const CASE: CaseId = CaseId::from_bytes([6; 16]);

fn arrived(form: Option<ReportForm>, fields: Vec<ReportField>) -> Arrived {
    Arrived {
        handling: "4821-7730-0".to_owned(),
        kind: ReportKind::Product,
        channel: ContactChannel::Form,
        lookup: Some("0a".to_owned()),
        mailbox: Some("0b".to_owned()),
        consent: "1".to_owned(),
        text: text(2, Class::U),
        finder: Some(text(3, Class::H)),
        contact: Some(text(4, Class::C)),
        form,
        fields,
        told: None,
    }
}

fn take(report: &mut Report, changes: &[Change], at: i64) {
    for change in changes
        .iter()
        .filter(|change| change.stream == StreamId::from(ID))
    {
        report.apply(&recorded(change.event.clone(), second(at)));
    }
}

/// A report that came, and then these events, a second apart.
fn told(arrived: Arrived, events: &[Event]) -> Report {
    let mut report = Report::new(ID);
    take(&mut report, &intake::receive(ID, arrived), 0);
    for (at, event) in (1..).zip(events) {
        take(&mut report, &of(ID, vec![event.clone()]), at);
    }
    report
}

/// A report in each state, in the order of [`ReportStage::ALL`].
fn every_state() -> [Report; 6] {
    let reason = DeclineReason::Duplicate;
    let declined = Event::ReportDeclined { reason, text: None };
    let question = text(5, Class::Y);
    [
        vec![],
        vec![Event::ReportQuestioned { text: question }],
        vec![Event::ReportAccepted { case: CASE }],
        vec![declined],
        vec![Event::ReportMerged { case: CASE }],
        vec![Event::ReportWithdrawn],
    ]
    .map(|events| told(arrived(None, vec![]), &events))
}

#[test]
fn each_state_is_reached_by_its_event() {
    for (report, stage) in every_state().into_iter().zip(ReportStage::ALL) {
        assert_eq!(report.state.stage(), stage);
        assert_eq!(report.state.word(), stage.word());
        assert_eq!(report.is_open(), stage.is_open());
    }
    let states = every_state().map(|report| report.state);
    let since = second(1);
    assert_eq!(states[1], ReportState::Questioned { since });
    assert_eq!(states[2], ReportState::Accepted { case: CASE });
    assert_eq!(states[4], ReportState::Merged { case: CASE });
}

type Command = fn(&Report) -> Result<Vec<Change>, Refusal>;

/// What each command makes of each state, in the order of [`ReportStage::ALL`]; a dot where it is refused.
const TABLE: [(&str, Command, [&str; 6]); 9] = {
    const R: &str = "received";
    const Q: &str = "questioned";
    const A: &str = "accepted";
    const D: &str = "declined";
    const M: &str = "merged";
    const W: &str = "withdrawn";
    const O: &str = ".";
    [
        ("ask", |r| r.ask(text(8, Class::Y)), [Q, Q, A, O, M, O]),
        ("add", |r| Ok(r.add(text(8, Class::U))), [R, R, A, R, M, R]),
        ("accept", |r| accept(r, None, false), [A, A, O, O, O, O]),
        (
            "accept-as-public",
            |r| accept(r, Some(day(0)), true),
            [A, A, O, O, O, O],
        ),
        (
            "decline",
            |r| r.decline(DeclineReason::Incomplete, None),
            [D, D, O, O, O, O],
        ),
        ("merge", |r| r.merge(CASE), [M, M, O, O, O, O]),
        ("withdraw", |r| r.withdraw(), [W, W, O, O, O, O]),
        (
            "sort",
            |r| r.sort(text(2, Class::U).body, vec![text(8, Class::V)]),
            [R, Q, A, D, M, W],
        ),
        (
            "read",
            |r| r.read(text(3, Class::H).body, &act("why")).map(|(_, c)| c),
            [R, Q, A, D, M, W],
        ),
    ]
};

fn accept(
    report: &Report,
    public_since: Option<Instant>,
    as_public: bool,
) -> Result<Vec<Change>, Refusal> {
    let number = "NRS#12345674".to_owned();
    report.accept(CASE, number, public_since, as_public, &act(""))
}

#[test]
fn every_command_has_its_answer_in_every_state() {
    for (name, command, row) in TABLE {
        for (mut report, expected) in every_state().into_iter().zip(row) {
            let stage = report.state.stage();
            let found = match command(&report) {
                Ok(changes) => {
                    take(&mut report, &changes, 9);
                    report.state.word()
                }
                Err(refusal) => {
                    assert_eq!(refusal, Refusal::ReportDecided, "{name} {stage:?}");
                    "."
                }
            };
            assert_eq!(found, expected, "{name} {stage:?}");
        }
    }
}

#[test]
fn each_command_records_what_it_was_given() {
    let [report, ..] = every_state();
    let words = text(8, Class::Y);
    let one = |event| -> Result<Vec<Change>, Refusal> { Ok(of(ID, vec![event])) };
    let reason = DeclineReason::OutOfScopeSite;
    let told = Some(words);
    assert_eq!(
        report.ask(words),
        one(Event::ReportQuestioned { text: words })
    );
    assert_eq!(
        Ok(report.add(words)),
        one(Event::ReportAnswered { text: words })
    );
    assert_eq!(
        report.decline(reason, told),
        one(Event::ReportDeclined { reason, text: told })
    );
    assert_eq!(report.withdraw(), one(Event::ReportWithdrawn));
    let mut merged = of(ID, vec![Event::ReportMerged { case: CASE }]);
    merged.extend(of(CASE, vec![Event::ReportJoined { report: ID }]));
    assert_eq!(report.merge(CASE), Ok(merged));
}

#[test]
fn what_is_public_already_is_accepted_as_such_and_nothing_else_is() {
    let [report, ..] = every_state();
    let since = |days: Option<i64>| days.map(|days| second(days * 86_400));
    for (public_since, as_public, expected) in [
        (None, false, Some(false)),
        (None, true, None),
        (Some(-3), false, None),
        (Some(-3), true, Some(true)),
        (Some(0), false, None),
        (Some(0), true, Some(true)),
        // What will be public some day is no public weakness yet.
        (Some(1), false, Some(false)),
        (Some(1), true, None),
    ] {
        let found = accept(&report, since(public_since), as_public);
        let Some(already_public) = expected else {
            match as_public {
                true => wrong(found, "public_since"),
                false => assert_eq!(found, Err(Refusal::AlreadyPublic)),
            }
            continue;
        };
        let accepted = match already_public {
            true => Event::ReportAcceptedAsPublic { case: CASE },
            false => Event::ReportAccepted { case: CASE },
        };
        let mut opened = vec![Event::CaseOpened {
            number: "NRS#12345674".to_owned(),
            report: ID,
            already_public,
            track: Some(Track::Product),
        }];
        if already_public {
            opened.push(Event::WorldFactObserved {
                fact: WorldFact::PublicAware,
            });
        }
        let mut changes = of(ID, vec![accepted]);
        changes.extend(of(CASE, opened));
        assert_eq!(found, Ok(changes), "{public_since:?}");
    }
}

#[test]
fn a_text_is_sorted_into_parts_none_of_which_is_unsorted() {
    let [report, ..] = every_state();
    let whole = text(2, Class::U).body;
    let sort = |parts: Vec<TextRef>| report.sort(whole, parts);
    wrong(sort(vec![]), "parts");
    wrong(sort(vec![text(8, Class::U)]), "parts");
    wrong(sort(vec![text(8, Class::V), text(9, Class::U)]), "parts");
    for class in Class::ALL.into_iter().filter(|class| *class != Class::U) {
        let parts = vec![text(8, class)];
        let sorted = Event::ReportSorted {
            of: whole,
            parts: parts.clone(),
        };
        assert_eq!(sort(parts), Ok(of(ID, vec![sorted])), "{class:?}");
    }
}

#[test]
fn a_report_is_sorted_once_a_part_of_it_has_a_class() {
    let sorted = Event::ReportSorted {
        of: text(2, Class::U).body,
        parts: vec![text(8, Class::V), text(9, Class::T)],
    };
    let added = Event::ReportAnswered {
        text: text(10, Class::U),
    };
    let came = |events: &[Event]| told(arrived(None, vec![]), events);
    assert!(!came(&[]).is_sorted());
    assert!(!came(std::slice::from_ref(&added)).is_sorted());
    let report = came(&[added, sorted]);
    assert!(report.is_sorted());
    let parts = [text(10, Class::U), text(8, Class::V), text(9, Class::T)];
    assert_eq!(report.parts, parts);
    // What came with the report is as old as the report, what came later is not.
    assert_eq!(report.written_at(&text(2, Class::U)), second(0));
    assert_eq!(report.written_at(&text(10, Class::U)), second(1));
    assert_eq!(report.written_at(&text(8, Class::V)), second(2));
}

#[test]
fn parts_and_who_wrote_are_read_for_a_reason_and_so_is_the_whole_once_it_was_split() {
    let sorted = Event::ReportSorted {
        of: text(2, Class::U).body,
        parts: vec![text(8, Class::T)],
    };
    let report = told(arrived(None, vec![]), &[sorted]);
    for found in [text(8, Class::T), text(3, Class::H), text(4, Class::C)] {
        let (body, class) = (found.body, found.class);
        let read = of(ID, vec![Event::TextRead { body, class }]);
        assert_eq!(report.read(body, &act("to answer")), Ok((found, read)));
        assert_eq!(report.read(body, &act("")), Err(Refusal::NoReason));
    }
    let whole = text(2, Class::U);
    let unsorted = told(arrived(None, vec![]), &[]);
    assert!(!unsorted.is_split(&whole), "it is read where it is sorted");
    let read = unsorted.read(whole.body, &act("to answer"));
    assert_eq!(read, Err(Refusal::NotFound("text")));
    assert!(report.is_split(&whole));
    let read = report.read(whole.body, &act("to answer"));
    assert_eq!(read.map(|(found, _)| found), Ok(whole));
    assert_eq!(report.read(whole.body, &act("")), Err(Refusal::NoReason));
}

fn filled(key: ReportKey, n: u8) -> ReportField {
    ReportField {
        key,
        value: FieldValue::Text(text(n, Class::U)),
    }
}

#[test]
fn a_form_is_kept_as_it_was_filled_in_and_is_no_single_text() {
    let share = ReportField {
        key: ReportKey::Share,
        value: FieldValue::Code("no".to_owned()),
    };
    let fields = vec![
        filled(ReportKey::What, 11),
        filled(ReportKey::Happens, 12),
        share.clone(),
    ];
    let report = told(arrived(Some(ReportForm::Site), fields.clone()), &[]);
    assert_eq!(report.text, None);
    assert_eq!(report.whole, Some(text(2, Class::U).body));
    assert_eq!(report.fields, fields);
    let came: Vec<TextRef> = report.as_it_came().copied().collect();
    assert_eq!(came, [text(11, Class::U), text(12, Class::U)]);
    for (n, key) in [
        (11, Some(ReportKey::What)),
        (12, Some(ReportKey::Happens)),
        (2, None),
    ] {
        assert_eq!(report.key_of(&text(n, Class::U)), key);
    }
    assert_eq!((share.code(), share.text()), (Some("no"), None));
}

#[test]
fn a_report_without_a_form_is_one_text() {
    let report = told(arrived(None, vec![]), &[]);
    assert_eq!(report.text, Some(text(2, Class::U)));
    let came: Vec<TextRef> = report.as_it_came().copied().collect();
    assert_eq!(came, vec![text(2, Class::U)]);
    assert_eq!(report.key_of(&text(2, Class::U)), None);
    assert_eq!(report.received_at, second(0));
    assert_eq!(report.lookup.as_deref(), Some("0a"));
    assert_eq!(report.mailbox.as_deref(), Some("0b"));
}

const FORMS: [ReportForm; 3] = [ReportForm::Product, ReportForm::Site, ReportForm::Own];

/// What becomes of each field in the three forms: a class, or what else it takes.
const FIELDS: &str = "
    what      V O V
    happens   T T T
    contact   contact contact contact
    vendor    Y Y Y
    public    V V V
    exploited E E E
    planned   Y Y Y
    credit    finder finder finder
    share     yes/no yes/no yes/no
";

#[test]
fn each_form_asks_for_the_same_fields_and_makes_of_each_what_the_table_says() {
    let lines: Vec<Vec<&str>> = FIELDS
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|words| !words.is_empty())
        .collect();
    for (column, form) in FORMS.into_iter().enumerate() {
        let rows = form::rows(form);
        assert_eq!(rows.len(), lines.len());
        for (row, words) in rows.iter().zip(&lines) {
            let takes = match row.takes {
                Takes::Free(class) => class.code().to_owned(),
                Takes::Code(words) => words.join("/"),
                Takes::Finder => "finder".to_owned(),
                Takes::Contact => "contact".to_owned(),
            };
            assert_eq!(row.key.word(), words[0], "{form:?}");
            assert_eq!(takes, words[column + 1], "{form:?} {}", words[0]);
        }
    }
}

#[test]
fn a_form_goes_with_a_kind_of_report() {
    for (kind, form) in [
        (ReportKind::Product, Some(ReportForm::Product)),
        (ReportKind::Site, Some(ReportForm::Site)),
        (ReportKind::OwnProduct, Some(ReportForm::Own)),
        (ReportKind::Archive, None),
    ] {
        assert_eq!(form::of(kind), form);
    }
}

#[test]
fn a_form_is_taken_with_what_happens_alone_and_with_no_word_that_it_does_not_offer() {
    for form in FORMS {
        let check = |filled: &[(ReportKey, &'static str)]| {
            form::check(form, |key| {
                let found = filled.iter().find(|(known, _)| *known == key);
                found.map(|(_, word)| *word)
            })
        };
        let happens = (ReportKey::Happens, "It stops.");
        assert_eq!(check(&[happens]), Ok(()));
        for word in ["yes", "no"] {
            assert_eq!(check(&[happens, (ReportKey::Share, word)]), Ok(()));
        }
        for word in ["", "Yes", "yes "] {
            wrong(check(&[happens, (ReportKey::Share, word)]), "share");
        }
        wrong(check(&[]), "happens");
        wrong(
            check(&[(ReportKey::What, "OS"), (ReportKey::Share, "?")]),
            "happens",
        );
    }
}
