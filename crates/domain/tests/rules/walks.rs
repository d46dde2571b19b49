//! A case at random, by commands that the house would take, from its report to its advisories.
//!
//! What must never be is looked for after every step by other means than the rules, in the states alone.

use std::collections::{BTreeMap, BTreeSet};

use domain::act::Act;
use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::coordination::participant::Participant;
use domain::coordination::{access, closing, decide, leaving};
use domain::event::{Change, Event, Recorded};
use domain::intake::{self, Arrived, Report, ReportState};
use domain::machine::consent::Consent;
use domain::machine::cs::VendorPath;
use domain::machine::em::Em;
use domain::machine::rm::Rm;
use domain::party::Party;
use domain::publication::{self, Advisory, NewPlan, Release};
use domain::refusal::Refusal;
use domain::text::class::Class;
use domain::value::*;
use proptest::prelude::*;

use crate::kit::{DESK, NOW, answer, public, text};

mod leads_on;

const REPORT: ReportId = ReportId::from_bytes([7; 16]);
const CASE: CaseId = CaseId::from_bytes([6; 16]);
const ADVISORY: AdvisoryId = AdvisoryId::from_bytes([8; 16]);
const QUORUM: u8 = 2;
const COMMANDS: u8 = 25;

/// A command, whom it concerns, and what it says.
type Step = (u8, u8, u8);

#[derive(Clone, Debug)]
struct World {
    now: Instant,
    states: BTreeMap<StreamId, Aggregate>,
    /// How many events each stream has.
    counts: BTreeMap<StreamId, u32>,
}

impl World {
    fn new() -> World {
        let mut world = World {
            now: NOW,
            states: BTreeMap::new(),
            counts: BTreeMap::new(),
        };
        let arrived = Arrived {
            handling: "4821-7730-0".to_owned(),
            kind: ReportKind::Product,
            channel: ContactChannel::Form,
            lookup: None,
            mailbox: None,
            consent: "1".to_owned(),
            text: text(2, Class::U),
            finder: None,
            contact: None,
            form: None,
            fields: vec![],
            told: None,
        };
        world.take(intake::receive(REPORT, arrived));
        world
    }

    fn act(&self) -> Act {
        Act {
            reason: "why".to_owned(),
            ..Act::of(DESK, self.now)
        }
    }

    fn take(&mut self, changes: Vec<Change>) {
        let act = self.act();
        for Change { stream, event } in changes {
            let record = Recorded::of(&act, "walk", event);
            *self.counts.entry(stream).or_default() += 1;
            match self.states.get_mut(&stream) {
                Some(state) => state.apply(&record),
                None => {
                    let begun = Aggregate::begin(stream, &record);
                    self.states.insert(stream, begun.expect("a beginning"));
                }
            }
        }
    }

    fn report(&self) -> &Report {
        match self.states.get(&StreamId::from(REPORT)) {
            Some(Aggregate::Report(report)) => report,
            other => panic!("no report: {other:?}"),
        }
    }

    fn case(&self) -> Option<&Case> {
        match self.states.get(&StreamId::from(CASE))? {
            Aggregate::Case(case) => Some(case),
            other => panic!("no case: {other:?}"),
        }
    }

    fn outcome(&self) -> closing::Outcome {
        match self.advisory() {
            Some(advisory) if advisory.plan.is_some() => closing::Outcome::Planned,
            Some(advisory) if advisory.is_published() => closing::Outcome::Published,
            _ => closing::Outcome::Silent,
        }
    }

    fn advisory(&self) -> Option<&Advisory> {
        match self.states.get(&StreamId::from(ADVISORY))? {
            Aggregate::Advisory(advisory) => Some(advisory),
            other => panic!("no advisory: {other:?}"),
        }
    }

    fn people(&self) -> Vec<Participant> {
        let participant = |state: &Aggregate| match state {
            Aggregate::Participant(participant) => Some(participant.clone()),
            _ => None,
        };
        self.states.values().filter_map(participant).collect()
    }

    /// Does what the rules allow; whether they did.
    fn go(&mut self, (command, who, arg): Step) -> bool {
        self.now = Instant(self.now.0 + 1_000_000);
        let decided = self
            .of_report(command, arg)
            .or_else(|| self.of_case(command, who % 3, arg))
            .or_else(|| self.of_advisory(command, who % 3, arg));
        match decided {
            Some(Ok(changes)) => {
                self.take(changes);
                true
            }
            Some(Err(_)) => false,
            None => {
                self.now = self.now.plus_days(u32::from(arg % 4));
                false
            }
        }
    }

    /// What ends everything is rare, so that a walk gets far.
    fn of_report(&self, command: u8, arg: u8) -> Option<Result<Vec<Change>, Refusal>> {
        let (report, act) = (self.report(), self.act());
        let number = || "NRS#12345674".to_owned();
        Some(match command {
            0 => report.ask(text(20, Class::Y)),
            1 => Ok(report.add(text(21, Class::U))),
            2 => report.accept(CASE, number(), None, false, &act),
            3 if arg < 32 => report.accept(CASE, number(), Some(self.now), true, &act),
            4 if arg < 16 => report.decline(DeclineReason::Incomplete, None),
            5 if arg < 16 => report.withdraw(),
            _ => return None,
        })
    }

    fn of_case(&self, command: u8, who: u8, arg: u8) -> Option<Result<Vec<Change>, Refusal>> {
        let case = self.case()?;
        let people = self.people();
        let id = ParticipantId::from_bytes([10 + who; 16]);
        let until = self.now.plus_days(u32::from(arg % 16));
        let act = self.act();
        let Some(one) = people.iter().find(|one| one.id == id) else {
            let mut party = Party::new(PartyId::from_bytes([20 + who; 16]));
            party.standing = (who == 0).then(|| "2024-06".to_owned());
            let joins = command == 6;
            return joins.then(|| decide::join(case, &party, id, Part::Vendor, String::new()));
        };
        let ad_hoc = ConfidentialityBasis::AdHoc {
            version: "1".to_owned(),
        };
        Some(match command {
            7 => decide::contact(
                case,
                one,
                ContactChannel::Mail,
                ContactResult::Tried,
                arg.is_multiple_of(2),
            ),
            8 => decide::confirm_receipt(one),
            9 => decide::record_basis(one, ad_hoc, &DESK),
            10 => decide::send_details(case, one, &[text(30 + arg % 4, Class::V)]),
            11 => decide::propose_date(public(case), &people, until, &act),
            12 => decide::agree_date(case, one),
            13 => decide::counter_date(case, one, until, &act),
            14 => decide::decline_date(case, one),
            15 => decide::revise_date(case, &people, until, &act),
            16 if arg < 64 => decide::end_embargo(case, END[usize::from(arg) % END.len()], &act),
            17 if arg < 64 => decide::observe(case, FACTS[usize::from(arg) % FACTS.len()], &act),
            18 => decide::record_answer(one, said(arg), one.asked_at.is_none()),
            19 if arg < 32 => leaving::leave(case, one, Some(arg.is_multiple_of(2))),
            20 if arg < 4 => {
                closing::close(case, ClosureCode::Published, Track::Product, self.outcome())
            }
            21 => access::agree_naming(one, arg.is_multiple_of(2), "by telephone", &act),
            _ => return None,
        })
    }

    fn of_advisory(&self, command: u8, who: u8, arg: u8) -> Option<Result<Vec<Change>, Refusal>> {
        let case = self.case()?;
        let act = self.act();
        if command == 22 {
            let texts = [Field::Title, Field::RevisionReason];
            let texts = texts.map(|field| (field, text(40, Class::V))).to_vec();
            let (stage, facts) = (AdvisoryStage::Final, text(41, Class::V));
            let before = self.advisory();
            return Some(publication::draft(
                case.public_track(Track::Product, false).ok()?,
                ADVISORY,
                before,
                stage,
                texts,
                facts,
            ));
        }
        let advisory = self.advisory()?;
        match command {
            23 if arg.is_multiple_of(8) => {
                let new = NewPlan {
                    bytes: "{}".to_owned(),
                    sha256: format!("{:02x}", arg % 3),
                    instant: self.now.plus_days(u32::from(arg / 8 % 4)),
                    documents: vec![],
                    emergency: arg.is_multiple_of(64),
                };
                Some(publication::plan(
                    advisory,
                    case.public_track(Track::Product, false).ok()?,
                    new,
                    &act,
                ))
            }
            23 => {
                let sha256 = advisory.plan.as_ref()?.sha256.as_str();
                let person = PersonId::from_bytes([1 + who; 16]);
                Some(publication::approve(
                    QUORUM,
                    advisory,
                    sha256,
                    publication::Signing {
                        person,
                        at: self.now,
                        signed_in: None,
                    },
                    String::new(),
                ))
            }
            24 => Some(self.release(advisory, case)),
            _ => None,
        }
    }

    fn release(&self, advisory: &Advisory, case: &Case) -> Result<Vec<Change>, Refusal> {
        let plan = advisory.approved_plan(QUORUM)?;
        let permit = case.release_permit(&plan, &self.act())?;
        let release = Release {
            number: "NRS-12345674".to_owned(),
            signatures: vec![],
            leaves: vec![],
        };
        publication::publish(advisory, case, permit, release)
    }

    /// Looks for what must not be, without asking the rules.
    fn wrong(&self, before: &World) -> Option<&'static str> {
        wrong_report(self.report(), self.case())
            .or_else(|| wrong_case(self.case()?, before.case(), &self.counts))
            .or_else(|| {
                let earlier = before.people();
                let look = |now: &Participant| {
                    let then = earlier.iter().find(|one| one.id == now.id);
                    wrong_participant(now, then)
                };
                self.people().iter().find_map(look)
            })
            .or_else(|| wrong_advisory(self.advisory()?, before.advisory(), before, self.now))
    }
}

const END: [EmbargoEnd; 5] = [
    EmbargoEnd::Reached,
    EmbargoEnd::Public,
    EmbargoEnd::Attacked,
    EmbargoEnd::Ready,
    EmbargoEnd::Published,
];
const FACTS: [WorldFact; 3] = [
    WorldFact::PublicAware,
    WorldFact::ExploitPublic,
    WorldFact::AttacksObserved,
];

fn said(arg: u8) -> ProductAnswer {
    let said = [
        VendorAnswer::Affected,
        VendorAnswer::NotAffected,
        VendorAnswer::Investigating,
        VendorAnswer::Unknown,
    ][usize::from(arg) % 4];
    let product = [None, Some("OS"), Some("Router")][usize::from(arg / 4) % 3];
    answer(product, said, (arg >= 128).then_some("3"))
}

fn wrong_report(report: &Report, case: Option<&Case>) -> Option<&'static str> {
    let is_over = matches!(
        report.state,
        ReportState::Declined { .. } | ReportState::Withdrawn
    );
    let is_accepted = matches!(report.state, ReportState::Accepted { case } if case == CASE);
    if report.ended_at.is_some() != is_over {
        return Some("a report that is over has its end, and no other has");
    }
    if is_accepted != case.is_some() {
        return Some("a case exists once its report was accepted, and the report stays accepted");
    }
    if report
        .asked_at
        .is_some_and(|asked| asked < report.waits_since)
    {
        return Some("a question from before the wait began");
    }
    None
}

fn wrong_case(
    case: &Case,
    before: Option<&Case>,
    counts: &BTreeMap<StreamId, u32>,
) -> Option<&'static str> {
    let in_force = matches!(case.em, Em::Active | Em::Revise);
    if in_force && (case.world.public || case.world.exploit) {
        return Some("C1: an embargo in force though flaw or exploit is out");
    }
    if case.em == Em::Proposed && (case.world.public || case.world.exploit || case.world.attacks) {
        return Some("C1: an embargo proposed though something is out");
    }
    if case.world.exploit && !case.world.public {
        return Some("C7: a public exploit of a flaw that is not");
    }
    if in_force && case.closed.is_some() {
        return Some("C5: closed under an embargo");
    }
    if (in_force || case.em == Em::Proposed) && case.until.is_none() {
        return Some("an embargo without a date");
    }
    if case.revision_until.is_some() {
        return Some("the house proposes and decides a revision in one act");
    }
    if (case.em == Em::Exited) != case.ended.is_some() {
        return Some("an embargo that ended says why");
    }
    if counts.get(&StreamId::from(CASE)) != Some(&case.version) {
        return Some("the version is the number of events");
    }
    let before = before?;
    if before.em == Em::Exited && case.em != Em::Exited {
        return Some("an embargo came back");
    }
    if before.clock_start.is_some() && before.clock_start != case.clock_start {
        return Some("the first day moved");
    }
    if before.closed.is_some() && before.closed != case.closed {
        return Some("a closed case was closed anew");
    }
    let taken_back = |was: bool, is: bool| was && !is;
    if taken_back(before.world.public, case.world.public)
        || taken_back(before.world.exploit, case.world.exploit)
        || taken_back(before.world.attacks, case.world.attacks)
    {
        return Some("what was out is not any more");
    }
    None
}

fn wrong_participant(now: &Participant, before: Option<&Participant>) -> Option<&'static str> {
    let took_up = matches!(now.rm, Rm::Accepted | Rm::Deferred | Rm::Closed);
    if now.path == VendorPath::FixReady && !took_up {
        return Some("C3: a fix by somebody who never took it up");
    }
    if (now.rm != Rm::Start) != (now.path != VendorPath::Unaware) {
        return Some("C6: whoever has the report knows, and nobody else");
    }
    if now.consent == Consent::Lapsed {
        return Some("whoever agreed to an earlier date is asked again in the same act");
    }
    let about = |answer: &ProductAnswer| (answer.product.clone(), answer.versions.clone());
    let distinct: BTreeSet<_> = now.answers.iter().map(about).collect();
    if distinct.len() != now.answers.len() {
        return Some("two answers for one product");
    }
    if now.unasked && now.answered_at.is_none() {
        return Some("an unasked answer that nobody gave");
    }
    for (at, (from, until)) in now.naming.iter().enumerate() {
        let is_last = at + 1 == now.naming.len();
        let next = now.naming.get(at + 1).map(|(next, _)| *next);
        let ends_before = until.is_some_and(|end| *from <= end && next.is_none_or(|n| end <= n));
        if !(ends_before || is_last && until.is_none()) {
            return Some("times of being named overlap");
        }
    }
    if now.details_at.is_some() == now.opened.is_empty() {
        return Some("details were opened at some time, or none were");
    }
    let before = before?;
    if before.asked_at.is_some() && before.asked_at != now.asked_at {
        return Some("when it was first asked moved");
    }
    if !now.opened.starts_with(&before.opened) || (before.left && !now.left) {
        return Some("what was opened was closed, or who left came back");
    }
    let is_new = now.opened.len() > before.opened.len();
    if is_new && (before.left || before.basis == ConfidentialityBasis::None) {
        return Some("details without a basis, or to somebody who left");
    }
    None
}

fn wrong_advisory(
    advisory: &Advisory,
    before: Option<&Advisory>,
    world: &World,
    now: Instant,
) -> Option<&'static str> {
    let revisions: Vec<u32> = advisory.published.iter().map(|out| out.revision).collect();
    if (1..).zip(&revisions).any(|(next, found)| next != *found) {
        return Some("revisions are counted from one without a gap");
    }
    if let Some(plan) = &advisory.plan {
        let persons: BTreeSet<_> = plan.approvals.iter().map(|one| one.person).collect();
        if persons.len() != plan.approvals.len() || persons.contains(&plan.author) {
            return Some("an approval by the author, or two by one person");
        }
    }
    let before = before?;
    if advisory.published.len() == before.published.len() {
        return None;
    }
    let (out, plan) = (advisory.published.last()?, before.plan.as_ref());
    let Some(plan) = plan else {
        return Some("published without a plan");
    };
    if out.persons < QUORUM || plan.approvals.len() < usize::from(QUORUM) {
        return Some("published by too few");
    }
    if out.instant > now || advisory.plan.is_some() {
        return Some("published before its instant, or still planned");
    }
    let held = world.case().is_some_and(|case| {
        let in_force = matches!(case.em, Em::Active | Em::Revise);
        in_force && case.until.is_some_and(|until| until > now)
    });
    if held && !plan.emergency {
        return Some("published under an embargo without an emergency");
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn no_walk_of_commands_leads_to_what_must_not_be(
        steps in proptest::collection::vec((0..COMMANDS, any::<u8>(), any::<u8>()), 1..150),
    ) {
        let mut world = World::new();
        for step in steps {
            let before = world.clone();
            if world.go(step) {
                prop_assert_eq!(world.wrong(&before), None, "{:?}", step);
            }
        }
    }
}

/// A walk of its own for each seed; each state that it reaches is looked at.
fn walk_with(seed: u64, mut look: impl FnMut(&World)) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let [.., byte] = (state >> 24).to_be_bytes();
        byte
    };
    let mut world = World::new();
    for _ in 0..600 {
        let step = (draw() % COMMANDS, draw(), draw());
        let before = world.clone();
        if world.go(step) {
            let wrong = world.wrong(&before);
            assert_eq!(wrong, None, "seed {seed}, {step:?}");
        }
        look(&world);
    }
}

/// What a walk came by.
fn walk(seed: u64, seen: &mut BTreeSet<&'static str>) {
    walk_with(seed, |world| {
        let Some(case) = world.case() else { return };
        let published = world.advisory().map_or(0, |one| one.published.len());
        for (is_so, what) in [
            (case.em == Em::Proposed, "a date proposed"),
            (case.em == Em::Active, "an embargo in force"),
            (case.ended == Some(EmbargoEnd::Reached), "a date reached"),
            (
                case.ended == Some(EmbargoEnd::Public),
                "an end by disclosure",
            ),
            (case.closed.is_some(), "a closed case"),
            (case.already_public, "a public weakness"),
            (published == 1, "an advisory"),
            (published > 1, "a revision"),
        ] {
            if is_so {
                seen.insert(what);
            }
        }
        for one in world.people() {
            if one.path == VendorPath::FixReady {
                seen.insert("a fix");
            }
            if one.consent == Consent::Signatory {
                seen.insert("a word given");
            }
            if one.left {
                seen.insert("somebody who left");
            }
        }
    });
}

#[test]
fn the_walks_come_by_all_that_a_case_can_come_by() {
    let mut seen = BTreeSet::new();
    for seed in 0..100 {
        walk(seed, &mut seen);
    }
    assert_eq!(seen.len(), 11, "{seen:?}");
}

#[test]
fn a_walk_that_breaks_a_rule_is_noticed() {
    let mut world = World::new();
    assert!(world.go((2, 0, 0)), "the report is accepted");
    let before = world.clone();
    assert_eq!(world.wrong(&before), None);
    let until = world.now.plus_days(9);
    let by = ParticipantId::from_bytes([10; 16]);
    let fact = WorldFact::PublicAware;
    for event in [
        Event::EmbargoActivated { until, by },
        Event::WorldFactObserved { fact },
    ] {
        world.take(vec![Change::of(CASE, event)]);
    }
    let wrong = world.wrong(&before);
    assert_eq!(
        wrong,
        Some("C1: an embargo in force though flaw or exploit is out")
    );
}
