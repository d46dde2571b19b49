//! Whether a plan will be published: the signer's own decision over the same bytes, asked dry, and what else stands in the
//! way (docs/design/security.md §2.25).
//!
//! Pages show the answer that is kept here and ask for none. What is due and cannot go is recorded once per change of its
//! causes. When it is asked stands with the work ([`crate::work`]); it knows no page, no letter and no relay.

use domain::react::IntentKind;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::act::Act;
use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::publication::{self, Advisory as Stream, Plan};
use domain::refusal::Refusal;
use domain::value::{AdvisoryId, Instant, PersonId};
use seal::record::Realm;

use crate::Fault;
use crate::kernel::clock;
use crate::kernel::context::Missed;
use crate::kernel::house::House;
use crate::publication::doubt::CLOCK_SET;
use crate::publication::release::CLOCK_SPREAD_MAX_US;

/// So long before its instant, and at it, a plan is asked about anew, µs.
const ASKED_BEFORE_US: [i64; 4] = [86_400_000_000, 3_600_000_000, 600_000_000, 0];
/// Changes of what holds a release are recorded this often at most, µs: a cause that comes and goes is one.
const RECORDED_EVERY_US: i64 = 60_000_000;
/// A verdict that said no is asked for again after so long: a disk is emptied, a clock set right, µs.
const ASKED_AGAIN_US: i64 = 30_000_000;
/// Code of a node and a database whose clocks differ.
pub const CLOCK_SPREAD: &str = "release.clock_spread";
/// Code of a ledger whose last record lies in the future: under such a clock nothing is recorded.
pub const CLOCK_BEHIND: &str = "release.clock_behind";
/// Code of a disk that takes no file.
pub const DISK: &str = "release.disk";

/// One thing that stands in the way of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lack {
    pub code: String,
    /// Of whose approval it is.
    pub person: Option<PersonId>,
    /// Until when.
    pub until: Option<Instant>,
    /// How many approvals count, and how many are needed.
    pub counted: Option<(u8, u8)>,
}

impl Lack {
    fn of(code: &str) -> Lack {
        Lack {
            code: code.to_owned(),
            ..Lack::default()
        }
    }
}

impl From<Missed> for Lack {
    fn from(missed: Missed) -> Lack {
        let person = missed.person.as_deref().and_then(seal::unhex);
        Lack {
            code: missed.code,
            person: person
                .and_then(|bytes| <[u8; 16]>::try_from(bytes).ok())
                .map(PersonId::from_bytes),
            until: missed.until.map(Instant),
            counted: missed.counted,
        }
    }
}

/// What would become of a plan at its instant, as it was last asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub asked: Instant,
    /// All that stands in its way; nothing, where it would be published.
    pub lacks: Vec<Lack>,
}

impl Verdict {
    /// Whether it would be published.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.lacks.is_empty()
    }
}

/// What a verdict rests on; where one of these has changed it is asked for anew.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ground {
    plan_sha256: String,
    approvals: usize,
    case_version: u32,
    /// Whom the signer has pinned; nothing while it does not answer.
    pinned: Option<Vec<u8>>,
    /// Whether the clock was set while it waited.
    in_doubt: bool,
}

/// The verdicts on the plans that wait.
#[derive(Debug, Default)]
pub struct Verdicts(Mutex<HashMap<AdvisoryId, (Ground, Verdict)>>);

impl Verdicts {
    /// The verdict on a plan; nothing while it was not asked for.
    #[must_use]
    pub fn of(&self, advisory: AdvisoryId, plan_sha256: &str) -> Option<Verdict> {
        let known = self.lock();
        let (ground, verdict) = known.get(&advisory)?;
        (ground.plan_sha256 == plan_sha256).then(|| verdict.clone())
    }

    fn is_due(
        &self,
        advisory: AdvisoryId,
        ground: &Ground,
        instant: Instant,
        now: Instant,
    ) -> bool {
        let known = self.lock();
        let Some((before, verdict)) = known.get(&advisory) else {
            return true;
        };
        let passed = |before_us: i64| {
            let at = instant.0 - before_us;
            verdict.asked.0 < at && at <= now.0
        };
        // Approvals that are missing are given or not: what they change is in the ground.
        let may_mend = verdict.lacks.iter().any(|lack| lack.counted.is_none());
        before != ground
            || ASKED_BEFORE_US.into_iter().any(passed)
            || may_mend && now.0 - verdict.asked.0 >= ASKED_AGAIN_US
    }

    /// Forgets all but these.
    pub(crate) fn keep(&self, waiting: &[AdvisoryId]) {
        self.lock().retain(|advisory, _| waiting.contains(advisory));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AdvisoryId, (Ground, Verdict)>> {
        lock(&self.0)
    }
}

/// Plans that are due and cannot go, with the numbers of their cases: a line on every page of the desk.
#[derive(Debug, Default)]
pub struct Holds {
    cases: Mutex<BTreeMap<AdvisoryId, HeldCase>>,
    /// Since when a plan waits for a context that is gone.
    gone: Mutex<BTreeMap<AdvisoryId, Instant>>,
}

#[derive(Debug)]
struct HeldCase {
    number: String,
    plan_sha256: String,
    /// When a cause was last recorded.
    recorded: Option<Instant>,
}

impl Holds {
    /// Numbers of the cases whose releases are held.
    #[must_use]
    pub fn cases(&self) -> Vec<String> {
        let cases = lock(&self.cases);
        cases.values().map(|held| held.number.clone()).collect()
    }

    /// Forgets all but these: a plan that was taken back, replaced or published is held no more.
    pub(crate) fn keep(&self, waiting: &[AdvisoryId]) {
        lock(&self.cases).retain(|advisory, _| waiting.contains(advisory));
        lock(&self.gone).retain(|advisory, _| waiting.contains(advisory));
    }

    fn is_plan(&self, advisory: AdvisoryId, plan_sha256: &str) {
        lock(&self.cases)
            .retain(|known, held| *known != advisory || held.plan_sha256 == plan_sha256);
    }

    /// Every context that a release of this plan needed has answered.
    pub(crate) fn answered(&self, advisory: AdvisoryId) {
        lock(&self.gone).remove(&advisory);
    }

    pub(crate) fn over(&self, advisory: AdvisoryId) {
        lock(&self.cases).remove(&advisory);
        lock(&self.gone).remove(&advisory);
    }

    /// Whether a context may still be back before anybody is called: it is started anew within moments.
    fn may_mend(&self, advisory: AdvisoryId, now: Instant) -> bool {
        let since = *lock(&self.gone).entry(advisory).or_insert(now);
        now.0 - since.0 < CONTEXT_GRACE_US
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl House {
    /// Asks about a plan, if what its verdict rests on has changed or it is time to.
    ///
    /// # Errors
    /// What failed; the verdict stays as it was.
    pub(crate) async fn look_ahead(
        &self,
        advisory: AdvisoryId,
        pinned: Option<&[u8]>,
    ) -> Result<(), Fault> {
        let verdicts = self.kept.of::<Verdicts>();
        let Some((stream, plan)) = self.waiting_plan(advisory).await? else {
            verdicts.lock().remove(&advisory);
            return Ok(());
        };
        let Some((case, case_version)) = self.case_of(&stream).await? else {
            return Err(Fault::Form("case"));
        };
        let holds = self.kept.of::<Holds>();
        holds.is_plan(advisory, &plan.sha256);
        let now = clock::now();
        let ground = Ground {
            plan_sha256: plan.sha256.clone(),
            approvals: plan.approvals.len(),
            case_version,
            pinned: pinned.map(<[u8]>::to_vec),
            in_doubt: self.is_in_doubt(advisory, &plan).await?,
        };
        if !verdicts.is_due(advisory, &ground, plan.instant, now) {
            return Ok(());
        }
        // What cannot even be asked about would not go either.
        let (lacks, failed) = match self.lacks(&stream, &plan, &case).await {
            Ok(lacks) => (lacks, None),
            Err(fault) => (vec![Lack::of(fault.code())], Some(fault)),
        };
        let verdict = Verdict { asked: now, lacks };
        verdicts.lock().insert(advisory, (ground, verdict));
        failed.map_or(Ok(()), Err)
    }

    pub(super) async fn waiting_plan(
        &self,
        advisory: AdvisoryId,
    ) -> Result<Option<(Stream, Plan)>, Fault> {
        let loaded = self.load(advisory.into()).await?;
        // An exercise has no tree that it could go to.
        let loaded = loaded.filter(|loaded| loaded.realm == Realm::Live.code());
        let stream = match loaded.as_ref().map(|loaded| &*loaded.state) {
            Some(Aggregate::Advisory(stream)) => stream.clone(),
            Some(_) => return Err(Fault::Form("advisory")),
            None => return Ok(None),
        };
        let plan = stream.plan.clone();
        Ok(plan.map(|plan| (stream, plan)))
    }

    async fn case_of(&self, stream: &Stream) -> Result<Option<(Case, u32)>, Fault> {
        let Some(case) = stream.case else {
            return Ok(None);
        };
        let loaded = self.load(case.into()).await?;
        Ok(loaded.and_then(|loaded| match &*loaded.state {
            Aggregate::Case(case) => Some((case.clone(), loaded.version)),
            _ => None,
        }))
    }

    /// All that would keep a plan from going at its instant, or now where that has passed.
    async fn lacks(&self, stream: &Stream, plan: &Plan, case: &Case) -> Result<Vec<Lack>, Fault> {
        let now = clock::now();
        let as_of = now.max(plan.instant);
        let mut documents = Vec::with_capacity(plan.documents.len());
        for document in &plan.documents {
            documents.push(self.body(document.body).await?);
        }
        let bytes: usize = documents.iter().map(Vec::len).sum();
        let mut lacks = match self.signers_word(plan, documents, as_of).await {
            Ok(missed) => missed.into_iter().map(Lack::from).collect(),
            Err(Fault::Context(name)) => vec![Lack::of(&format!("context.{name}"))],
            Err(error @ Fault::Signer(_)) => vec![Lack::of(error.code())],
            Err(other) => return Err(other),
        };
        if self.contexts.verifier_answers().is_err() {
            lacks.push(Lack::of("context.verify"));
        }
        lacks.extend(self.of_the_case(stream, case, as_of, &lacks).await?);
        lacks.extend(self.of_the_clocks(now).await?);
        if self.is_in_doubt(stream.id, plan).await? {
            lacks.push(Lack::of(CLOCK_SET));
        }
        if !self.takes_files(bytes) {
            lacks.push(Lack::of(DISK));
        }
        Ok(lacks)
    }

    async fn signers_word(
        &self,
        plan: &Plan,
        documents: Vec<Vec<u8>>,
        as_of: Instant,
    ) -> Result<Vec<Missed>, Fault> {
        let turn = self.kept.of::<SignersTurn>();
        let _turn = turn.0.lock().await;
        self.agrees_with_signer().await?;
        let request = self.signing_request(plan, documents).await?;
        if self.own().await?.quorum == publication::SOLO && !request.approvals.is_empty() {
            self.contexts.note_first(&request)?;
        }
        self.contexts.rehearse(&request, as_of.0)
    }

    /// What the house itself would refuse at the instant: by its own count of approvals, the case, the embargo.
    async fn of_the_case(
        &self,
        stream: &Stream,
        case: &Case,
        as_of: Instant,
        signers: &[Lack],
    ) -> Result<Option<Lack>, Fault> {
        let act = Act {
            now: as_of,
            ..self.clock_act("")
        };
        let looked = match stream.approved_plan(self.own().await?.quorum) {
            Ok(approved) => case.release_permit(&approved, &act).map(|_| ()),
            // The signer counts too, and says by how many.
            Err(Refusal::Quorum { .. }) if signers.iter().any(|one| one.counted.is_some()) => {
                Ok(())
            }
            Err(refusal) => Err(refusal),
        };
        Ok(looked.err().map(|refusal| Lack {
            until: match &refusal {
                Refusal::TooEarly { until } => Some(*until),
                _ => None,
            },
            ..Lack::of(refusal.code())
        }))
    }

    async fn of_the_clocks(&self, now: Instant) -> Result<Option<Lack>, Fault> {
        let database = clock::of_database(self.store.clock().await?);
        let code = if (now.0 - database).abs() > CLOCK_SPREAD_MAX_US {
            CLOCK_SPREAD
        } else if self.store.ledger_end().await?.1 > now.0 + CLOCK_SPREAD_MAX_US {
            CLOCK_BEHIND
        } else {
            return Ok(None);
        };
        Ok(Some(Lack::of(code)))
    }

    /// Whether the folder of the press takes as many bytes as the documents have.
    fn takes_files(&self, bytes: usize) -> bool {
        let folder = self.dir.join("press").join("staging");
        let file = folder.join(seal::hex(&seal::random::bytes::<16>()));
        let written = seal::files::private_folder(&folder)
            .and_then(|()| seal::files::write_secret_new(&file, &vec![0; bytes]));
        let _ = std::fs::remove_file(&file);
        written.is_ok()
    }

    /// Records what keeps a plan from going although its instant has come, once per change, and keeps it in mind for the
    /// pages. `code` is what was met on the way.
    ///
    /// # Errors
    /// What failed.
    pub(crate) async fn hold(
        &self,
        advisory: AdvisoryId,
        plan_sha256: &str,
        code: &str,
    ) -> Result<(), Fault> {
        let Some((stream, plan)) = self.waiting_plan(advisory).await? else {
            return Ok(());
        };
        let Some((case, _)) = self.case_of(&stream).await? else {
            return Ok(());
        };
        // Approvals that are missing under a date are told as the date that came without a plan, where they are.
        let is_told = code == NO_QUORUM && self.is_called_for(&case).await?;
        let holds = self.kept.of::<Holds>();
        let may_mend = code == CONTEXT_GONE
            && self.contexts.are_kept
            && holds.may_mend(advisory, clock::now());
        if plan.sha256 != plan_sha256 || is_told || may_mend {
            return Ok(());
        }
        let lacks = self.said_of(advisory, &plan, &stream, &case, code).await?;
        let mut codes: Vec<String> = lacks.into_iter().map(|lack| lack.code).collect();
        codes.sort_unstable();
        codes.dedup();
        let now = clock::now();
        let is_recent = {
            let mut cases = lock(&holds.cases);
            let held = cases.entry(advisory).or_insert_with(|| HeldCase {
                number: case.number.clone(),
                plan_sha256: plan_sha256.to_owned(),
                recorded: None,
            });
            let last = held.recorded.map_or(i64::MIN, |last| last.0);
            now.0.saturating_sub(last) < RECORDED_EVERY_US
        };
        // Under a clock that is in doubt nothing is recorded that would bind it: a record from the future holds what comes.
        let is_in_doubt = |code: &String| code == CLOCK_BEHIND || code == CLOCK_SET;
        if is_recent || codes.iter().any(is_in_doubt) {
            return Ok(());
        }
        let held = self
            .perform(
                &self.clock_act(""),
                "hold-release",
                Realm::Live,
                async |unit| {
                    let state = unit.state(advisory.into()).await?;
                    let Some(Aggregate::Advisory(stream)) = state.as_deref() else {
                        return Err(Refusal::NoPlan.into());
                    };
                    let act = unit.act.clone();
                    let changes = publication::hold(stream, plan_sha256, codes.clone(), &act)?;
                    let is_new = !changes.is_empty();
                    unit.record(changes).await?;
                    Ok(is_new)
                },
            )
            .await;
        match held {
            Ok(true) => {
                if let Some(held) = lock(&holds.cases).get_mut(&advisory) {
                    held.recorded = Some(now);
                }
                tracing::error!(
                    code = "release.held",
                    causes = codes.join(" "),
                    "a release is due and cannot go"
                );
                Ok(())
            }
            Ok(false) | Err(Fault::Refused(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

/// Whose turn it is with the signer: from asking for its head to its answer nobody else may move that head.
#[derive(Debug, Default)]
pub(super) struct SignersTurn(pub(super) tokio::sync::Mutex<()>);

impl House {
    /// What stands in the way of a plan that is due, as pages say it: what is recorded is the same.
    async fn said_of(
        &self,
        advisory: AdvisoryId,
        plan: &Plan,
        stream: &Stream,
        case: &Case,
        code: &str,
    ) -> Result<Vec<Lack>, Fault> {
        let verdicts = self.kept.of::<Verdicts>();
        let said = verdicts.of(advisory, &plan.sha256);
        if let Some(said) = said.filter(|said| !said.is_good() && said.asked >= plan.instant) {
            return Ok(said.lacks);
        }
        let mut lacks = self.lacks(stream, plan, case).await?;
        if lacks.is_empty() {
            lacks.push(Lack::of(code));
        }
        let asked = clock::now();
        if let Some((_, verdict)) = verdicts.lock().get_mut(&advisory) {
            *verdict = Verdict {
                asked,
                lacks: lacks.clone(),
            };
        }
        Ok(lacks)
    }

    /// Whether the duty is called, or is about to be, because the date of this case came without an approved plan.
    async fn is_called_for(&self, case: &Case) -> Result<bool, Fault> {
        // The date that has come is ended within the second, and calls then.
        if case.em.in_force() && case.until.is_some_and(|until| until <= clock::now()) {
            return Ok(true);
        }
        let waiting = self
            .store
            .intents_about(store::Viewer::House, IntentKind::DateWithoutPlan)
            .await?;
        Ok(waiting
            .into_iter()
            .any(|(stream, _)| stream == domain::value::StreamId::from(case.id)))
    }
}

/// Code of a context that is gone.
pub const CONTEXT_GONE: &str = "context";
/// How long a release waits for a context that is started anew, before it counts as held, µs.
const CONTEXT_GRACE_US: i64 = 2_000_000;
/// Code of approvals that are missing.
const NO_QUORUM: &str = "release.quorum";
