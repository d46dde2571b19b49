//! What each caller says of the same situation, side by side: document, desk, vendor's page, projection.
//!
//! Labels, cells and dates are asked of the functions that their callers show: a caller with a second definition of its
//! own says something else in one of the lines. Whoever works in the house learns the phase of `find::phase_of` alone;
//! list and page of a case are compared in every situation of `tests/house/situations.rs`.

use domain::act::Act;
use domain::aggregate::Aggregate;
use domain::coordination::case::{Case, Stage};
use domain::coordination::date;
use domain::coordination::participant::Participant;
use domain::event::{Event, Recorded};
use domain::intake::Report;
use domain::party::Party;
use domain::publication::Advisory;
use domain::role::Role;
use domain::text::class::Class;
use domain::value::*;
use engine::advisory::compose;
use engine::coordination::partner;
use store::projection::StreamFacts;

use crate::coordination::desk;
use crate::door::act;

/// A case with one vendor and its advisory.
struct Matter {
    case: Case,
    vendor: Participant,
    party: Party,
    advisory: Advisory,
    now: i64,
}

fn recorded(at: i64, event: Event) -> Recorded {
    let person = PersonId::from_bytes([9; 16]);
    let act = Act::of_person(person, Role::Coordinator, Instant(at));
    Recorded::of(&act, "", event)
}

fn text(class: Class) -> TextRef {
    TextRef {
        body: BodyId::from_bytes([8; 16]),
        dossier: StreamId::from_bytes([2; 16]),
        class,
        lang: Lang::Ja,
    }
}

const UNTIL: Instant = Instant(1_000);

impl Matter {
    fn joined() -> Matter {
        let mut matter = Matter {
            case: Case::new(CaseId::from_bytes([2; 16])),
            vendor: Participant::new(ParticipantId::from_bytes([3; 16])),
            party: Party::new(PartyId::from_bytes([4; 16])),
            advisory: Advisory::new(AdvisoryId::from_bytes([5; 16])),
            now: 0,
        };
        matter.party.listed = true;
        opens(&mut matter, false);
        let joined = Event::ParticipantJoined {
            case: matter.case.id,
            party: matter.party.id,
            part: Part::Vendor,
            tracking: "TN#1".to_owned(),
        };
        matter.of_vendor(joined);
        matter
    }

    fn next(&mut self, event: Event) -> Recorded {
        self.now += 1;
        recorded(self.now, event)
    }

    fn of_case(&mut self, event: Event) {
        let next = self.next(event);
        self.case.apply(&next);
    }

    fn of_vendor(&mut self, event: Event) {
        let next = self.next(event);
        self.vendor.apply(&next);
    }
}

fn opens(matter: &mut Matter, already_public: bool) {
    matter.of_case(Event::CaseOpened {
        number: "NRS-1".to_owned(),
        report: ReportId::from_bytes([1; 16]),
        already_public,
        track: None,
    });
}

fn as_public(matter: &mut Matter) {
    opens(matter, true);
}

fn letter(matter: &mut Matter) {
    matter.of_vendor(Event::ContactAttempted {
        channel: ContactChannel::Mail,
        result: ContactResult::Tried,
        elsewhere: false,
    });
    matter.of_case(Event::ClockStarted);
}

fn details(matter: &mut Matter) {
    let basis = ConfidentialityBasis::AdHoc {
        version: "1".to_owned(),
    };
    matter.of_vendor(Event::BasisRecorded { basis });
    matter.of_vendor(Event::DetailsSent { bodies: vec![] });
}

fn receipt(matter: &mut Matter) {
    matter.of_vendor(Event::ReceiptConfirmed);
}

fn date(matter: &mut Matter) {
    matter.of_case(Event::EmbargoProposed { until: UNTIL });
    matter.of_vendor(Event::DateInvited { until: UNTIL });
}

fn counters(matter: &mut Matter) {
    matter.of_vendor(Event::DateCountered { until: UNTIL });
}

fn agrees(matter: &mut Matter) {
    let by = matter.vendor.id;
    matter.of_vendor(Event::DateAgreed { until: UNTIL });
    matter.of_case(Event::EmbargoActivated { until: UNTIL, by });
}

fn declines(matter: &mut Matter) {
    matter.of_vendor(Event::DateDeclined);
}

fn later(matter: &mut Matter) {
    let until = Instant(UNTIL.0 + 1);
    matter.of_case(Event::EmbargoRevisionProposed { until });
    matter.of_case(Event::EmbargoRevised { until });
    matter.of_vendor(Event::DateLapsed);
}

fn anew(matter: &mut Matter) {
    matter.of_vendor(Event::DateInvited { until: UNTIL });
}

fn rejected(matter: &mut Matter) {
    matter.of_case(Event::EmbargoRejected);
}

fn leaks(matter: &mut Matter) {
    matter.of_case(Event::WorldFactObserved {
        fact: WorldFact::PublicAware,
    });
}

fn broken(matter: &mut Matter) {
    let why = EmbargoEnd::Public;
    matter.of_case(Event::EmbargoEnded { why });
}

fn reached(matter: &mut Matter) {
    let why = EmbargoEnd::Reached;
    matter.of_case(Event::EmbargoEnded { why });
}

fn answers(matter: &mut Matter, product: &str, answer: VendorAnswer, fixed_in: Option<&str>) {
    let answer = ProductAnswer {
        product: Some(product.to_owned()),
        versions: String::new(),
        answer,
        fixed_in: fixed_in.map(str::to_owned),
        vulnerability: None,
        because: None,
    };
    let unasked = matter.vendor.asked_at.is_none();
    matter.of_vendor(Event::AnswerRecorded { answer, unasked });
}

fn affected(matter: &mut Matter) {
    answers(matter, "a", VendorAnswer::Affected, None);
}

fn fixed(matter: &mut Matter) {
    answers(matter, "a", VendorAnswer::Affected, Some("2"));
}

fn other_affected(matter: &mut Matter) {
    answers(matter, "b", VendorAnswer::Affected, None);
}

fn not_affected(matter: &mut Matter) {
    answers(matter, "a", VendorAnswer::NotAffected, None);
}

fn investigates(matter: &mut Matter) {
    answers(matter, "a", VendorAnswer::Investigating, None);
}

fn cannot_tell(matter: &mut Matter) {
    answers(matter, "a", VendorAnswer::Unknown, None);
}

fn workaround(matter: &mut Matter) {
    matter.of_vendor(Event::StatementRecorded {
        statement: StatementKind::Workaround,
        text: text(Class::W),
        unasked: false,
        about: None,
    });
}

fn unlisted(matter: &mut Matter) {
    matter.party.listed = false;
}

fn leaves(matter: &mut Matter) {
    matter.of_vendor(Event::ParticipantLeft {
        honours_embargo: true,
    });
}

fn published(matter: &mut Matter) {
    let next = matter.next(Event::Published {
        number: "NRS-1".to_owned(),
        revision: 1,
        plan_sha256: String::new(),
        instant: UNTIL,
        files: vec![],
        signatures: vec![],
        leaves: vec![],
        persons: 2,
    });
    matter.advisory.apply(&next);
}

fn closes(matter: &mut Matter) {
    matter.of_case(Event::CaseClosed {
        code: ClosureCode::Withdrawn,
    });
}

fn passes(matter: &mut Matter) {
    matter.of_vendor(Event::SecondStepPassed {
        way: SecondStep::Telephone,
    });
}

fn waived(matter: &mut Matter) {
    matter.of_vendor(Event::SecondStepWaived);
}

type Steps = &'static [fn(&mut Matter)];

/// Situation; how it came about; cell, public label, phase for the house / the vendor, stage, date on the desk / on
/// the vendor's page, second step on the desk / on the vendor's page.
const SITUATIONS: [(&str, Steps, &str); 32] = [
    (
        "joined",
        &[],
        "not_asked - P0/P0 opened -/open none/missing",
    ),
    (
        "first letter",
        &[letter],
        "asked_silent - P1/P1 coordinating -/open none/missing",
    ),
    (
        "details",
        &[letter, details],
        "asked_silent - P1/P1 coordinating -/open none/missing",
    ),
    (
        "details that can be read",
        &[letter, details, passes],
        "asked_silent notified P1/P1 coordinating -/open passed/passed",
    ),
    (
        "receipt",
        &[letter, receipt],
        "seen - P1/P1 coordinating -/open none/missing",
    ),
    (
        "asked for the date",
        &[letter, date],
        "asked_silent - P1/P1 coordinating asked/asked none/missing",
    ),
    (
        "another date",
        &[letter, date, counters],
        "seen - P1/P1 coordinating countered/asked none/missing",
    ),
    (
        "agreed",
        &[letter, date, agrees],
        "seen - P1/P1 date_agreed agreed/agreed none/missing",
    ),
    (
        "declined the date",
        &[letter, date, declines],
        "seen - P1/P1 coordinating declined/declined none/missing",
    ),
    (
        "lapsed",
        &[letter, date, agrees, later],
        "seen - P1/P1 coordinating lapsed/asked none/missing",
    ),
    (
        "asked anew",
        &[letter, date, agrees, later, anew],
        "seen - P1/P1 coordinating asked/asked none/missing",
    ),
    (
        "asked anew after another date",
        &[letter, date, counters, anew],
        "seen - P1/P1 coordinating asked/asked none/missing",
    ),
    (
        "date taken back",
        &[letter, date, rejected],
        "asked_silent - P1/P1 coordinating -/open none/missing",
    ),
    (
        "leaked under embargo",
        &[letter, date, agrees, leaks, broken],
        "seen - P1/P1 coordinating agreed/ended none/missing",
    ),
    (
        "leaked before the first letter",
        &[leaks],
        "not_asked - P1/P1 opened -/open none/missing",
    ),
    (
        "accepted as public",
        &[as_public],
        "not_asked - P1/P1 opened -/open none/missing",
    ),
    (
        "answered unasked",
        &[affected],
        "affected vulnerable P0/P0 opened -/open none/missing",
    ),
    (
        "affected",
        &[letter, affected],
        "affected vulnerable P1/P1 coordinating -/open none/missing",
    ),
    (
        "fixed",
        &[letter, fixed],
        "fixed vulnerable-fixed P2/P1 coordinating -/open none/missing",
    ),
    (
        "fixed in one product of two",
        &[letter, fixed, other_affected],
        "affected vulnerable P2/P1 coordinating -/open none/missing",
    ),
    (
        "affected with a workaround",
        &[letter, affected, workaround],
        "affected vulnerable P2/P1 coordinating -/open none/missing",
    ),
    (
        "not affected",
        &[letter, not_affected],
        "not_affected not-vulnerable P1/P1 coordinating -/open none/missing",
    ),
    (
        "investigating",
        &[letter, investigates],
        "investigating investigating P1/P1 coordinating -/open none/missing",
    ),
    (
        "unknown",
        &[letter, cannot_tell],
        "unknown unknown P1/P1 coordinating -/open none/missing",
    ),
    (
        "fixed and not listed",
        &[letter, fixed, unlisted],
        "fixed - P2/P1 coordinating -/open none/missing",
    ),
    (
        "affected and left",
        &[letter, affected, leaves],
        "declined - P1/P1 coordinating -/open none/missing",
    ),
    (
        "published",
        &[letter, date, agrees, fixed, reached, published],
        "fixed vulnerable-fixed P3/P3 published agreed/ended none/missing",
    ),
    (
        "published and closed",
        &[letter, fixed, published, closes],
        "fixed vulnerable-fixed P3/P3 closed -/open none/missing",
    ),
    (
        "closed and never published",
        &[letter, closes],
        "asked_silent - P1/P1 closed -/open none/missing",
    ),
    (
        "second step passed",
        &[letter, passes],
        "asked_silent - P1/P1 coordinating -/open passed/passed",
    ),
    (
        "second step waived",
        &[letter, waived],
        "asked_silent - P1/P1 coordinating -/open waived/waived",
    ),
    (
        "second step passed and waived",
        &[letter, passes, waived],
        "asked_silent - P1/P1 coordinating -/open waived/waived",
    ),
];

/// A word of a stream's row.
fn projected(state: &Aggregate, table: &str, column: &str) -> String {
    let stream = StreamId::from_bytes([2; 16]);
    let facts = StreamFacts {
        id: stream,
        version: 1,
        dossier: stream,
        realm: 0,
    };
    let rows = store::projection::rows(facts, state);
    let row = rows.iter().find(|row| row.table().name == table);
    match row.and_then(|row| row.cell(column)) {
        Some(store::Value::Text(word)) => word.clone(),
        other => panic!("{table}.{column}: {other:?}"),
    }
}

fn told(matter: &Matter) -> String {
    let (case, vendor, party) = (&matter.case, &matter.vendor, &matter.party);
    let is_published = matter.advisory.is_published();
    let row = desk::row(
        case,
        &(vendor.clone(), party.clone()),
        formats::advisory::Lang::Ja,
    );
    let label = |status| act::word::<formats::advisory::VendorStatus>(status).replace('_', "-");
    let document = compose::status(vendor, party).map(label);
    let own_page = partner::label(vendor, party).map(label);
    assert_eq!(row.public, document, "desk and document");
    assert_eq!(own_page, document, "vendor's page and document");
    let house = case.phase(is_published, std::slice::from_ref(vendor));
    let own = case.phase(is_published, &[]);
    let projected = projected(&Aggregate::Case(case.clone()), "case_file", "stage");
    let listed = Stage::parse(&projected).map(|stage| stage.with(is_published));
    assert_eq!(listed, Some(case.stage(is_published)), "list and page");
    let tally = date::tally(case, std::slice::from_ref(vendor));
    let on_desk = desk::consent_of(case, vendor, String::new());
    let state = vendor.second_step(party, vendor.step_passed);
    format!(
        "{} {} {}/{} {} {}/{} {}/{}",
        row.cells
            .iter()
            .map(|cell| cell.state.as_str())
            .collect::<String>(),
        document.as_deref().unwrap_or("-"),
        house.code(),
        own.code(),
        date::told(case, is_published, tally).stage.word(),
        on_desk.map_or_else(|| "-".to_owned(), |said| said.answer),
        debugged(partner::date_state(date::of(case, vendor))),
        state.word(),
        debugged(partner::step(state)),
    )
}

fn debugged(value: impl std::fmt::Debug) -> String {
    format!("{value:?}").to_lowercase()
}

#[test]
fn nobody_says_of_a_case_what_another_does_not() {
    for (name, steps, expected) in SITUATIONS {
        let mut matter = Matter::joined();
        for step in steps {
            step(&mut matter);
        }
        assert_eq!(told(&matter), expected, "{name}");
    }
}

/// The word of the page and of the projection; whether the list of the desk can be narrowed to it.
#[test]
fn nobody_says_of_a_report_what_another_does_not() {
    let case = CaseId::from_bytes([2; 16]);
    let received = || Event::ReportReceived {
        handling: "1".to_owned(),
        report: ReportKind::Product,
        channel: ContactChannel::Form,
        lookup: None,
        mailbox: None,
        consent: String::new(),
        text: text(Class::U),
        finder: None,
        contact: None,
        form: None,
        fields: vec![],
        told: None,
    };
    let asked = || Event::ReportQuestioned {
        text: text(Class::U),
    };
    let added = || Event::ReportAnswered {
        text: text(Class::U),
    };
    let declined = || Event::ReportDeclined {
        reason: DeclineReason::Incomplete,
        text: None,
    };
    for (events, word, is_listed) in [
        (vec![], "received", true),
        (vec![asked()], "questioned", true),
        (vec![asked(), added()], "received", true),
        (vec![declined()], "declined", true),
        (vec![declined(), added()], "received", true),
        (vec![Event::ReportWithdrawn], "withdrawn", true),
        (vec![Event::ReportAccepted { case }], "accepted", false),
        (
            vec![Event::ReportAccepted { case }, added()],
            "accepted",
            false,
        ),
        (
            vec![Event::ReportAcceptedAsPublic { case }],
            "accepted",
            false,
        ),
        (vec![Event::ReportMerged { case }], "merged", false),
    ] {
        let mut report = Report::new(ReportId::from_bytes([1; 16]));
        report.apply(&recorded(0, received()));
        for event in events {
            report.apply(&recorded(1, event));
        }
        assert_eq!(report.state.word(), word);
        let in_list = pages::work::queue::states().any(|state| state == word);
        assert_eq!(in_list, is_listed, "{word}");
        let row = projected(&Aggregate::Report(report), "report", "state");
        assert_eq!(row, word);
    }
}
