//! A finder's steps, from what has happened.

use domain::act::Act;
use domain::event::Event;
use domain::machine::consent::Consent;
use domain::role::Role;
use domain::text::class::Class;
use domain::value::*;

use super::*;

const DAY: i64 = 86_400_000_000;

fn uuid(n: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(n)
}

fn text() -> TextRef {
    TextRef {
        body: BodyId(uuid(9)),
        dossier: StreamId(uuid(1)),
        class: Class::U,
        lang: Lang::Ja,
    }
}

fn happened(day: i64, event: Event) -> Recorded {
    let act = Act::of_person(PersonId(uuid(0)), Role::Coordinator, Instant(day * DAY));
    Recorded::of(&act, "", event)
}

fn received() -> Recorded {
    happened(
        1,
        Event::ReportReceived {
            handling: "4821-7730-0".into(),
            report: ReportKind::Product,
            channel: ContactChannel::Form,
            lookup: None,
            mailbox: None,
            consent: String::new(),
            text: text(),
            finder: None,
            contact: None,
            form: None,
            fields: vec![],
            told: None,
        },
    )
}

fn folded(report: &[Recorded]) -> Report {
    let mut state = Report::new(ReportId(uuid(1)));
    for recorded in report {
        state.apply(recorded);
    }
    state
}

/// The words of the steps with their days.
fn told(report: &[Recorded], case: Option<CaseFacts>) -> (Vec<(&'static str, String)>, Progress) {
    let state = folded(report);
    let facts = Facts {
        report: report.to_vec(),
        case,
    };
    let progress = facts.progress(&state);
    let steps = progress
        .steps
        .iter()
        .map(|step| (step.step.word(), step.at.chars().take(10).collect()))
        .collect();
    (steps, progress)
}

fn day(n: i64) -> String {
    clock::rfc3339(Instant(n * DAY)).chars().take(10).collect()
}

fn case(happened_in_it: Vec<Recorded>) -> CaseFacts {
    let mut state = Case::new(CaseId(uuid(2)));
    for recorded in &happened_in_it {
        state.apply(recorded);
    }
    let mut vendor = Participant::new(ParticipantId(uuid(3)));
    vendor.details_at = Some(Instant(5 * DAY));
    vendor.worked_at = Some(Instant(6 * DAY));
    vendor.consent = Consent::Signatory;
    CaseFacts {
        state,
        happened: happened_in_it,
        participants: vec![vendor],
        published: Some(("NRS-12345678".into(), Instant(20 * DAY))),
    }
}

#[test]
fn a_finder_learns_of_another_number_as_it_is_recorded_now_and_was_before() {
    let mut now = received();
    if let Event::ReportReceived { told, .. } = &mut now.event {
        *told = Some("1111-1111-5".into());
    }
    let before = Recorded {
        reason: "letter 0b; told 1111-1111-5".into(),
        ..received()
    };
    for recorded in [now, before] {
        let (steps, progress) = told(&[recorded], None);
        assert_eq!(steps.get(1), Some(&("renumbered", day(1))));
        assert_eq!(progress.steps[1].about, "4821-7730-0");
    }
}

#[test]
fn an_open_report_is_received_asked_and_answered() {
    let (steps, progress) = told(&[received()], None);
    assert_eq!(steps, [("received", day(1)), ("checking", String::new())]);
    assert!(progress.may_withdraw && !progress.asked);
    let asked = happened(2, Event::ReportQuestioned { text: text() });
    let (steps, progress) = told(&[received(), asked.clone()], None);
    assert_eq!(steps, [("received", day(1)), ("asked", day(2))]);
    assert!(progress.asked);
    let answered = happened(3, Event::ReportAnswered { text: text() });
    let added = happened(4, Event::ReportAnswered { text: text() });
    let (steps, _) = told(&[received(), asked, answered, added], None);
    let words: Vec<&str> = steps.iter().map(|(word, _)| *word).collect();
    assert_eq!(words, ["received", "asked", "answered", "checking"]);
}

#[test]
fn an_accepted_report_follows_its_case_to_the_end() {
    let accepted = happened(
        2,
        Event::ReportAccepted {
            case: CaseId(uuid(2)),
        },
    );
    let until = Instant(20 * DAY);
    let in_case = vec![
        happened(3, Event::ClockStarted),
        happened(7, Event::EmbargoProposed { until }),
        happened(
            8,
            Event::EmbargoActivated {
                until,
                by: ParticipantId(uuid(3)),
            },
        ),
        happened(
            20,
            Event::EmbargoEnded {
                why: EmbargoEnd::Published,
            },
        ),
        happened(
            30,
            Event::CaseClosed {
                code: ClosureCode::Published,
            },
        ),
    ];
    let (steps, progress) = told(&[received(), accepted], Some(case(in_case)));
    assert_eq!(
        steps,
        [
            ("received", day(1)),
            ("accepted", day(2)),
            ("contact-begun", day(3)),
            ("details-sent", day(5)),
            ("vendors-work", day(6)),
            ("date-agreed", day(8)),
            ("published", day(20)),
            ("closed", day(30)),
        ]
    );
    assert!(!progress.may_withdraw);
    let about: Vec<&str> = progress
        .steps
        .iter()
        .map(|step| step.about.as_str())
        .collect();
    assert!(about.contains(&"NRS-12345678") && about.contains(&"published"));
}

#[test]
fn a_date_that_came_without_a_publication_is_no_date_to_wait_for() {
    let accepted = happened(
        2,
        Event::ReportAccepted {
            case: CaseId(uuid(2)),
        },
    );
    let until = Instant(20 * DAY);
    let by = ParticipantId(uuid(3));
    let why = EmbargoEnd::Reached;
    let mut in_case = case(vec![
        happened(3, Event::ClockStarted),
        happened(7, Event::EmbargoProposed { until }),
        happened(8, Event::EmbargoActivated { until, by }),
        happened(20, Event::EmbargoEnded { why }),
    ]);
    in_case.published = None;
    let (steps, _) = told(&[received(), accepted], Some(in_case));
    assert_eq!(steps.last().map(|(word, _)| *word), Some("date-passed"));
}

#[test]
fn a_date_that_an_urgent_publication_came_before_is_told_no_more() {
    let accepted = happened(
        2,
        Event::ReportAccepted {
            case: CaseId(uuid(2)),
        },
    );
    let until = Instant(20 * DAY);
    let by = ParticipantId(uuid(3));
    let why = EmbargoEnd::Published;
    let in_case = vec![
        happened(3, Event::ClockStarted),
        happened(7, Event::EmbargoProposed { until }),
        happened(8, Event::EmbargoActivated { until, by }),
        happened(15, Event::EmbargoEnded { why }),
    ];
    let (steps, _) = told(&[received(), accepted], Some(case(in_case)));
    assert!(
        steps.iter().all(|(word, _)| *word != "date-agreed"),
        "{steps:?}"
    );
}

/// What happened before a report joined its case would tell that somebody else had reported it.
#[test]
fn a_finder_never_learns_that_another_was_first() {
    let merged = happened(
        10,
        Event::ReportMerged {
            case: CaseId(uuid(2)),
        },
    );
    let in_case = vec![happened(3, Event::ClockStarted)];
    let (steps, progress) = told(&[received(), merged], Some(case(in_case)));
    assert!(
        steps.iter().skip(1).all(|(_, at)| *at >= day(10)),
        "{steps:?}"
    );
    let document = String::from_utf8(progress.write()).unwrap_or_default();
    assert!(!document.contains("merged") && !document.contains("joined"));
}

#[test]
fn a_declined_report_says_why_and_is_over() {
    let declined = happened(
        2,
        Event::ReportDeclined {
            reason: DeclineReason::OutOfScopeSite,
            text: None,
        },
    );
    let (steps, progress) = told(&[received(), declined.clone()], None);
    assert_eq!(steps.last(), Some(&("declined", day(2))));
    assert_eq!(
        progress.steps.last().map(|step| step.about.as_str()),
        Some("out_of_scope_site")
    );
    let report = folded(&[received(), declined.clone()]);
    let facts = Facts {
        report: vec![received(), declined],
        case: None,
    };
    assert_eq!(facts.closed_at(&report), Some(Instant(2 * DAY)));
}

#[test]
fn a_mailbox_stays_as_long_as_its_report_is_open_again() {
    let declined = |day| {
        let reason = DeclineReason::NotVulnerability;
        happened(day, Event::ReportDeclined { reason, text: None })
    };
    let mut report = vec![received(), declined(2)];
    let closed = |report: &[Recorded]| {
        let facts = Facts {
            report: report.to_vec(),
            case: None,
        };
        facts.closed_at(&folded(report))
    };
    assert_eq!(closed(&report), Some(Instant(2 * DAY)));
    report.push(happened(20, Event::ReportAnswered { text: text() }));
    assert_eq!(closed(&report), None);
    report.push(declined(25));
    assert_eq!(closed(&report), Some(Instant(25 * DAY)));
}
