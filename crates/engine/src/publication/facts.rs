//! What approvers see of a plan: its bytes, its recipients, who approved and who may, what is new, what repeats.
//!
//! Reads the plan as it was recorded; the bytes are those that the plan's hash covers. Sentences count as new when no
//! releasable source and no earlier publication has them; that is a hint for the eye and no judgement. Names and
//! versions of products are no sentences: they come from the vendors' answers and are listed only where they repeat.

use base::{DocumentKind, Lang};
use domain::act::Act;
use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::event::Event;
use domain::party::approvers::bear_first;
use domain::publication::{Advisory as Stream, Plan};
use domain::refusal::Refusal;
use domain::role::Role;
use domain::value::{BodyId, Instant};
use formats::advisory::Advisory;
use seal::approvers::Kind;
use seal::record::Realm;

use crate::Awaited;
use crate::Fault;
use crate::advisory::check;
use crate::advisory::command::Wanted;
use crate::advisory::compose::{Made, Spot};
use crate::advisory::diff;
use crate::advisory::diff::Hunk;
use crate::advisory::rehearsal;
use crate::advisory::rehearsal::Rehearsal;
use crate::advisory::sources;
use crate::kernel::clock;
use crate::kernel::config::Purpose;
use crate::kernel::house::House;
use crate::kernel::ids::advisory_id;
use crate::kernel::unit::Unit;
use crate::people::roster::{named, roster_of, standing_of};
use crate::publication::recipients::Recipients;

/// A plan with everything that is asked of it before somebody signs.
#[derive(Debug)]
pub struct PlanFacts {
    pub stream: Stream,
    pub plan: Plan,
    pub doc: Advisory,
    pub made: Vec<Made>,
    /// Why, where it ends an embargo early or takes repetitions on.
    pub reason: String,
    /// What its author took on.
    pub overrides: Vec<String>,
    pub recipients: Recipients,
    /// By which ways it becomes known, as the plan names them.
    pub channels: Vec<String>,
    pub author: String,
    pub approvals: Vec<(String, Instant)>,
    pub may_approve: Vec<Approver>,
    pub quorum: u8,
    /// With what the changes are compared.
    pub since: Since,
    /// Changes by language: Japanese, English.
    pub news: [Vec<Hunk>; 2],
    pub passages: Vec<Passage>,
    /// The case has changed since: a plan made now would say something else.
    pub is_outdated: bool,
}

/// Somebody who may still approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approver {
    pub handle: String,
    /// From when the key counts, if it is younger than the rest that the signer demands.
    pub counts_from: Option<Instant>,
}

/// What a plan is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Nothing: it is the first.
    Nothing,
    /// The plan before it for the same revision.
    Plan,
    /// The revision that is out.
    Revision(u32),
}

/// A field's words, cut into sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    pub place: Spot,
    pub sentences: Vec<Sentence>,
}

/// One sentence of an outgoing text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    pub text: String,
    /// Stands in no source and in nothing published.
    pub is_new: bool,
    /// Repeats a text that must not leave.
    pub repeats: bool,
}

/// Reads the current plan of a case.
///
/// # Errors
/// [`Refusal::NoPlan`]; faults of keys and store.
pub fn facts<'a>(
    house: &'a House,
    act: &'a Act,
    realm: Realm,
    case: &'a Case,
) -> Awaited<'a, Result<PlanFacts, Fault>> {
    Box::pin(async move {
        let stream = stream(house, case).await?.ok_or(Refusal::NoPlan)?;
        let plan = stream.plan.clone().ok_or(Refusal::NoPlan)?;
        let (doc, made) = rehearsal::recorded(house, &plan).await?;
        let signed: seal::signer::Plan =
            serde_json::from_str(&plan.bytes).map_err(|_| Fault::Form("plan"))?;
        let input = Wanted {
            case: case.id.to_string(),
            instant: Some(plan.instant),
        };
        // A case that changed so that its draft could not be planned any more does not keep the plan from being read.
        let now = match rehearsal::rehearse(house, act, realm, None, &input).await {
            Ok(now) => Some(now),
            Err(Fault::Refused(_)) => None,
            Err(other) => return Err(other),
        };
        let is_outdated = now
            .as_ref()
            .is_none_or(|now| now.made.is_ok() && !says_the_same(now, &doc, &made));
        let passages = match &now {
            Some(now) => passages(house, act, realm, case, now, &stream).await?,
            None => vec![],
        };
        let (since, news) = news(house, &stream, &plan, &made).await?;
        let own = house.own().await?;
        // A plan that nobody of the house made was made on the machine.
        let handle = |person| {
            own.persons
                .get(&person)
                .map_or_else(|| Role::Operator.code().to_owned(), |p| p.handle.clone())
        };
        let may_approve = may_approve(house, act, &own, &plan)?;
        Ok(PlanFacts {
            reason: signed.reason,
            overrides: signed.overrides,
            channels: signed.channels,
            recipients: house.recipients(stream.id, &doc).await?,
            author: handle(plan.author),
            approvals: plan
                .approvals
                .iter()
                .map(|a| (handle(a.person), a.at))
                .collect(),
            may_approve,
            quorum: own.quorum,
            since,
            news,
            passages,
            is_outdated,
            stream,
            plan,
            doc,
            made,
        })
    })
}

impl House {
    /// Whether the house is meant to be believed and nothing of it is out.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) async fn is_before_first(&self) -> Result<bool, Fault> {
        Ok(self.config.purpose == Purpose::Live && !self.store.is_any_published().await?)
    }

    /// What the approval keys lack to bear a first publication: those of the kit have been replaced, and one is left when one
    /// is lost.
    ///
    /// # Errors
    /// If the house cannot be read.
    pub async fn first_lack(&self) -> Result<Option<Refusal>, Fault> {
        if !self.is_before_first().await? {
            return Ok(None);
        }
        let own = self.own().await?;
        let roster = roster_of(self.id(), &own)?;
        let standing = standing_of(&own, &roster, clock::now());
        Ok(bear_first(own.quorum, standing).err())
    }
}

/// Whose signatures are still wanted, and from when their keys count.
fn may_approve(
    house: &House,
    act: &Act,
    own: &domain::party::House,
    plan: &Plan,
) -> Result<Vec<Approver>, Fault> {
    let roster = roster_of(house.id(), own)?;
    let mut wanted = Vec::new();
    for (id, person) in &own.persons {
        let whose = named(*id);
        let pin = roster
            .standing(act.now.0)
            .find(|pin| pin.person == whose && pin.kind == Kind::Staff);
        if let Some(pin) =
            pin.filter(|_| person.ended.is_none() && plan.wants(own.quorum, *id).is_ok())
        {
            wanted.push(Approver {
                handle: person.handle.clone(),
                counts_from: Some(Instant(pin.from())).filter(|from| *from > act.now),
            });
        }
    }
    Ok(wanted)
}

/// The advisory of a case, if one was begun.
///
/// # Errors
/// Faults of keys and store.
pub async fn stream(house: &House, case: &Case) -> Result<Option<Stream>, Fault> {
    let loaded = house.load(advisory_id(case.id).into()).await?;
    match loaded.as_ref().map(|loaded| &*loaded.state) {
        Some(Aggregate::Advisory(stream)) => Ok(Some(stream.clone())),
        Some(_) => Err(Fault::Form("advisory")),
        None => Ok(None),
    }
}

/// What is new in the texts, beside the plan before or the revision that is out.
async fn news(
    house: &House,
    stream: &Stream,
    plan: &Plan,
    made: &[Made],
) -> Result<(Since, [Vec<Hunk>; 2]), Fault> {
    let before = match plan_before(house, stream, plan).await? {
        Some(bodies) => Some((Since::Plan, bodies)),
        None => stream.published.last().map(|last| {
            let bodies = last.files.iter().map(|f| (f.kind.clone(), f.body));
            (Since::Revision(last.revision), bodies.collect())
        }),
    };
    let Some((since, bodies)) = before else {
        return Ok((Since::Nothing, [vec![], vec![]]));
    };
    let mut out = [vec![], vec![]];
    for (lang, hunks) in Lang::ALL.into_iter().zip(&mut out) {
        let kind = DocumentKind::text(lang);
        let old = bodies.iter().find(|(known, _)| kind.is(known));
        let new = made.iter().find(|one| one.kind == kind);
        if let (Some((_, body)), Some(new)) = (old, new) {
            let old = house.body(*body).await?;
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            *hunks = diff::hunks(&text(&old), &text(&new.bytes));
        }
    }
    Ok((since, out))
}

/// Whether a release made now says what the plan recorded. The list of documents follows from them, and a plan of an
/// older program has neither it nor the days in Japan: that is no change.
fn says_the_same(now: &Rehearsal, doc: &Advisory, made: &[Made]) -> bool {
    fn others(made: &[Made]) -> impl Iterator<Item = &Made> {
        let record = DocumentKind::AdvisoryJson;
        made.iter().filter(move |one| one.kind != record)
    }
    let unlisted = Advisory {
        documents: vec![],
        ..doc.clone()
    };
    let mut today = now.prepared.composition.doc.clone();
    if !doc.has_days_in_japan() {
        for vendor in &mut today.vendors {
            vendor.in_japan = None;
        }
    }
    let now_made = now.made.as_deref().unwrap_or_default();
    today == unlisted && others(now_made).eq(others(made))
}

type Bodies = Vec<(String, BodyId)>;

/// The documents of the plan that was replaced by this one, for the same revision.
async fn plan_before(house: &House, stream: &Stream, plan: &Plan) -> Result<Option<Bodies>, Fault> {
    let Some(loaded) = house.load(stream.id.into()).await? else {
        return Ok(None);
    };
    let mut last = None;
    for record in house.store.stream(stream.id.into()).await? {
        if let Event::PlanMade {
            revision,
            plan_sha256,
            documents,
            ..
        } = house.read(&record, loaded.dossier).await?.event
            && revision == plan.revision
            && plan_sha256 != plan.sha256
        {
            last = Some(documents.into_iter().map(|d| (d.kind, d.body)).collect());
        }
    }
    Ok(last)
}

/// Cuts the outgoing texts into sentences and marks what a second reader must look at.
async fn passages(
    house: &House,
    act: &Act,
    realm: Realm,
    case: &Case,
    now: &Rehearsal,
    stream: &Stream,
) -> Result<Vec<Passage>, Fault> {
    let mut unit = Unit::new(house, act.clone(), "rehearsal", realm);
    let known = sources::references(&mut unit, case, None).await?;
    let mut heap = String::new();
    for text in &known {
        heap.push_str(&folded(unit.opened(text).await?.words_for_the_house()));
        heap.push('\u{0}');
    }
    if let Some(json) = stream.published.last().and_then(|last| {
        last.files
            .iter()
            .find(|f| DocumentKind::AdvisoryJson.is(&f.kind))
    }) {
        let bytes = house.body(json.body).await?;
        let doc: Advisory =
            serde_json::from_slice(&bytes).map_err(|_| Fault::Form("published advisory"))?;
        for texts in doc.texts.values() {
            for text in check::words(texts).map(|(_, text)| text) {
                heap.push_str(&folded(text));
                heap.push('\u{0}');
            }
        }
    }
    let composition = &now.prepared.composition;
    let mut out: Vec<Passage> = Vec::new();
    for (index, one) in composition.outgoing.iter().enumerate() {
        let is_name = one.place == Spot::Products;
        let is_source = one
            .body
            .is_some_and(|body| known.iter().any(|text| text.body == body));
        let sentences: Vec<Sentence> = check::sentences(&one.text)
            .into_iter()
            .map(|(at, text)| {
                let repeats = composition.overlaps.iter().any(|hit| {
                    hit.text == index && hit.at < at + text.len() && at < hit.at + hit.len
                });
                let fold = folded(text);
                Sentence {
                    text: text.trim().to_owned(),
                    is_new: !is_name && !is_source && !fold.is_empty() && !heap.contains(&fold),
                    repeats,
                }
            })
            .collect();
        if !sentences.iter().any(|s| s.is_new || s.repeats) {
            continue;
        }
        match out.last_mut().filter(|last| last.place == one.place) {
            Some(last) => last.sentences.extend(sentences),
            None => out.push(Passage {
                place: one.place.clone(),
                sentences,
            }),
        }
    }
    Ok(out)
}

/// Letters only, so that another line end makes no new sentence.
fn folded(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
