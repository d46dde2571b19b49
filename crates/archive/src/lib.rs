//! Replay of an archive through the commands that a person uses (docs/replay.md).
//!
//! All notes become one time line; each step becomes commands that the house decides as always. No guard is
//! skipped: where the archive breaks one there is an honest command a desk needs anyway. An act says when the
//! thing happened, the ledger when it was recorded, and a signature carries the real moment of signing. No
//! mail leaves. Running it again changes nothing: ids follow from the archive, and what the ledger holds is not
//! done twice. Start at [`certcc_vda`]; then [`timeline`], then [`commands`].

pub mod archive;
pub mod commands;
pub mod summary;
pub mod timeline;

use std::collections::BTreeSet;
use std::path::Path;

use domain::act::Act;
use domain::aggregate::Aggregate;
use domain::role::Role;
use domain::value::{Instant, PersonId};
use seal::record::Realm;

use engine::Fault;
use engine::command::{Command, decide};
use engine::kernel::clock;
use engine::kernel::config::Purpose;
use engine::kernel::house::{House, KEYS};
use engine::kernel::ids::advisory_id;
use engine::publication::command::{ApprovePlan, PlanRelease};
use engine::publication::release::Looked;

use archive::{Archive, Entry};
use commands::Done;
pub use summary::Summary;
use timeline::{Kind, Step, case_id, name_key, told};

/// Commands that share a commit (docs/design/settled.md §2.1).
const COMMANDS_PER_COMMIT: usize = 64;
/// Handle of the person in whose name the archive's acts are recorded.
const COORDINATOR: &str = "coordinator";
/// Handles of the two who approve.
const APPROVERS: [&str; 2] = ["replay-a", "replay-b"];

/// How a replay is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Releases after which the tree is pressed, so that a long replay shows something.
    pub releases_per_press: usize,
    /// Replays only so many notes, lowest numbers first.
    pub notes_max: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            releases_per_press: 32,
            notes_max: None,
        }
    }
}

/// Replays the CERT/CC Vulnerability Data Archive that lies at `path`.
///
/// # Errors
/// [`Fault::Config`] if the house was not made for a replay; what failed. A refused step is counted and the
/// rest goes on; a broken file likewise.
pub async fn certcc_vda(house: &House, path: &Path, options: &Options) -> Result<Summary, Fault> {
    let began = std::time::Instant::now();
    if house.config.purpose != Purpose::Replay {
        return Err(Fault::Config(
            "this house was not made for a replay; make one with: noroshi init --replay --dir NEW"
                .into(),
        ));
    }
    if house.held().await?.is_some() {
        return Err(Fault::Held);
    }
    let (coordinator, role) = coordinator(house).await?;
    let mut archive = archive::read(path, options.notes_max)?;
    let mut summary = counted(&archive);
    summary.broken = std::mem::take(&mut archive.broken);
    let steps = timeline::timeline(&archive);
    let done = Done::read(house, &archive).await?;
    let mut replay = Replay {
        house,
        archive: &archive,
        done: &done,
        options,
        coordinator,
        role,
        summary,
        moved: BTreeSet::new(),
        unpressed: 0,
    };
    replay.run(&steps).await?;
    // Always: a run that was killed between release and press is finished by the next one, and a press that
    // finds nothing new writes nothing.
    house.press().await?;
    let mut summary = replay.summary;
    summary.skipped_notes = done.begun.difference(&replay.moved).count();
    summary.seconds = began.elapsed().as_secs_f64();
    Ok(summary)
}

async fn coordinator(house: &House) -> Result<(PersonId, Role), Fault> {
    let own = house.own().await?;
    let found = own
        .persons
        .iter()
        .find(|(_, person)| person.handle == COORDINATOR);
    let (id, person) = found
        .ok_or_else(|| Fault::Config(format!("this house has no person called {COORDINATOR}")))?;
    Ok((*id, person.role))
}

/// Counts what was read, before anything is done.
fn counted(archive: &Archive) -> Summary {
    let mut summary = Summary {
        notes: archive.notes.len(),
        problems: archive.problems,
        ..Summary::default()
    };
    for entry in &archive.notes {
        summary.vendor_records += entry.records.len();
        summary.unpublished += usize::from(entry.note.first_published_us.is_none());
        let vendors: BTreeSet<String> = entry
            .records
            .iter()
            .map(|record| name_key(&record.vendor))
            .collect();
        summary.listed_twice += usize::from(vendors.len() < entry.records.len());
        let told = entry.records.iter().map(|record| told(record, entry));
        summary.neither += told
            .filter(|t| t.contact.is_none() && t.answer.is_none())
            .count();
    }
    summary
}

struct Replay<'a> {
    house: &'a House,
    archive: &'a Archive,
    done: &'a Done,
    options: &'a Options,
    coordinator: PersonId,
    role: Role,
    summary: Summary,
    /// Notes of which something was done.
    moved: BTreeSet<usize>,
    unpressed: usize,
}

/// What came of a command of a step.
struct Outcome<'a> {
    step: &'a Step,
    command: &'static str,
    refused: Option<&'static str>,
}

impl<'a> Replay<'a> {
    async fn run(&mut self, steps: &'a [Step]) -> Result<(), Fault> {
        let mut chunk: Vec<&Step> = Vec::new();
        let mut commands = 0;
        for step in steps {
            if commands + step.commands_max() > COMMANDS_PER_COMMIT {
                self.perform(&chunk).await?;
                chunk.clear();
                commands = 0;
            }
            chunk.push(step);
            commands += step.commands_max();
            if let Kind::Publish(revision) = step.kind {
                // A plan is composed from what stands in the database: what came before is written first.
                self.perform(&chunk).await?;
                chunk.clear();
                commands = 0;
                self.publish(step, revision).await?;
            }
        }
        self.perform(&chunk).await
    }

    fn act(&self, at: i64) -> Act {
        Act::of_person(self.coordinator, self.role, clock::now()).at(Instant(at))
    }

    fn entry(&self, step: &Step) -> Result<&'a Entry, Fault> {
        self.archive
            .notes
            .get(step.note)
            .ok_or(Fault::Form("time line"))
    }

    /// Performs steps in one transaction.
    async fn perform(&mut self, chunk: &[&'a Step]) -> Result<(), Fault> {
        let Some(first) = chunk.first() else {
            return Ok(());
        };
        let act = self.act(first.at);
        let this = &*self;
        let outcomes = this
            .house
            .perform(&act, "replay", Realm::Live, async |unit| {
                let mut outcomes: Vec<Outcome<'a>> = Vec::with_capacity(chunk.len());
                for step in chunk.iter().copied() {
                    unit.act = this.act(step.at);
                    let wanted = commands::of(unit, this.entry(step)?, this.done, step).await;
                    for command in wanted.or_else(|fault| refused(fault, step, &mut outcomes))? {
                        let refused = match decide(unit, &command).await {
                            Ok(_) => None,
                            Err(Fault::Refused(refusal)) => Some(refusal.code()),
                            Err(other) => return Err(other),
                        };
                        outcomes.push(Outcome {
                            step,
                            command: command.name(),
                            refused,
                        });
                    }
                }
                Ok(outcomes)
            })
            .await?;
        for outcome in &outcomes {
            self.count(outcome)?;
        }
        Ok(())
    }

    fn count(&mut self, outcome: &Outcome<'_>) -> Result<(), Fault> {
        let (step, entry) = (outcome.step, self.entry(outcome.step)?);
        match outcome.refused {
            // Somebody made it before: nothing is amiss.
            Some("exists") => return Ok(()),
            Some(code) => {
                self.summary.refuse(&entry.note.id, outcome.command, code);
                return Ok(());
            }
            None => {}
        }
        self.moved.insert(step.note);
        let summary = &mut self.summary;
        summary.commands += 1;
        match outcome.command {
            "register-party" => summary.parties += 1,
            "accept-as-public" => summary.accepted_as_public += 1,
            "observe" => summary.became_public += 1,
            "record-contact-elsewhere" => {
                summary.contacts_elsewhere += 1;
                let published = entry.note.first_published_us;
                let after = published.is_some_and(|published| step.at > published);
                summary.contacts_after_publication += usize::from(after);
                summary.contacts_before_report += usize::from(step.at < entry.created);
            }
            "record-unasked-answer" => summary.unasked_answers += 1,
            _ => {}
        }
        if step.kind == Kind::Answer {
            let dated = entry
                .records
                .get(step.record)
                .is_some_and(|r| r.responded_us.is_some());
            summary.answers_without_date += usize::from(!dated);
        }
        Ok(())
    }

    /// Plans, approves and releases the drafted revision.
    async fn publish(&mut self, step: &Step, revision: u32) -> Result<(), Fault> {
        let entry = self.entry(step)?;
        let advisory = advisory_id(case_id(entry));
        let Some(loaded) = self.house.load(advisory.into()).await? else {
            return Ok(());
        };
        let Aggregate::Advisory(stream) = &*loaded.state else {
            return Err(Fault::Form("advisory"));
        };
        let drafted = stream
            .draft
            .as_ref()
            .is_some_and(|draft| draft.revision == revision);
        if !drafted || stream.published.iter().any(|p| p.revision == revision) {
            return Ok(());
        }
        let (plan, commands) = match self.approved(step, revision).await {
            Ok(planned) => planned,
            Err(Fault::Refused(refusal)) => {
                self.summary
                    .refuse(&entry.note.id, "plan-release", refusal.code());
                return Ok(());
            }
            Err(fault @ Fault::Judge(_)) => {
                // Nothing invalid is planned; the other notes are not to blame.
                self.summary
                    .refuse(&entry.note.id, "plan-release", fault.code());
                return Ok(());
            }
            Err(other) => return Err(other),
        };
        self.summary.commands += commands;
        match self.house.release(advisory, &plan).await? {
            Looked::Published { revision: 1, .. } => self.summary.publications += 1,
            Looked::Published { .. } => self.summary.updates += 1,
            Looked::Wait { code } => {
                self.summary.refuse(&entry.note.id, "release", code);
                return Ok(());
            }
            Looked::Gone => {
                self.summary
                    .refuse(&entry.note.id, "release", "release.no_plan");
                return Ok(());
            }
        }
        self.moved.insert(step.note);
        self.unpressed += 1;
        if self.unpressed >= self.options.releases_per_press.max(1) {
            self.unpressed = 0;
            self.house.press().await?;
        }
        Ok(())
    }

    /// Makes the plan and its two approvals in one transaction, as far as they are not there; answers with
    /// the plan's hash and the number of commands. The approvals happen now and say so.
    async fn approved(&self, step: &Step, revision: u32) -> Result<(String, usize), Fault> {
        let case = case_id(self.entry(step)?);
        let act = self.act(step.at);
        self.house
            .perform(&act, "replay", Realm::Live, async |unit| {
                let state = unit.state(advisory_id(case).into()).await?;
                let made = match state.as_deref() {
                    Some(Aggregate::Advisory(a)) => {
                        a.plan.clone().filter(|plan| plan.revision == revision)
                    }
                    _ => None,
                };
                let mut commands = 0;
                let approved = made.as_ref().map_or(vec![], |p| p.approvals.clone());
                let plan = if let Some(plan) = made {
                    plan.sha256
                } else {
                    let instant = Some(Instant(step.at));
                    let case = case.to_string();
                    let reason = String::new();
                    let input = PlanRelease {
                        case,
                        instant,
                        emergency: false,
                        overlap_override: false,
                        reason,
                    };
                    let answer = decide(unit, &Command::PlanRelease(input)).await?;
                    commands += 1;
                    let plan = answer.get("plan").and_then(|plan| plan.as_str());
                    plan.ok_or(Fault::Form("plan"))?.to_owned()
                };
                let own = self.house.own().await?;
                for handle in APPROVERS {
                    let person = own
                        .persons
                        .iter()
                        .find(|(_, person)| person.handle == handle);
                    if person.is_some_and(|(id, _)| approved.iter().any(|a| a.person == *id)) {
                        continue;
                    }
                    unit.act = self.act(clock::now().0);
                    let command = approval(self.house, case.to_string(), &plan, handle);
                    decide(unit, &command).await?;
                    commands += 1;
                }
                Ok((plan, commands))
            })
            .await
    }
}

fn approval(house: &House, case: String, plan: &str, handle: &str) -> Command {
    let password = house
        .dir
        .join(KEYS)
        .join("approval")
        .join(format!("{handle}.password"));
    Command::ApprovePlan(ApprovePlan {
        case,
        plan: plan.to_owned(),
        person: handle.to_owned(),
        password_file: Some(password.to_string_lossy().into_owned()),
        password: None,
    })
}

/// Notes a refusal that came before any command could be named; other faults go on.
fn refused<'a>(
    fault: Fault,
    step: &'a Step,
    outcomes: &mut Vec<Outcome<'a>>,
) -> Result<Vec<Command>, Fault> {
    let Fault::Refused(refusal) = fault else {
        return Err(fault);
    };
    let command = match step.kind {
        Kind::File => "file-report",
        Kind::Accept => "accept-report",
        Kind::Sort => "sort-report",
        Kind::BecamePublic => "observe",
        Kind::Join => "add-participant",
        Kind::Contact => "record-contact-elsewhere",
        Kind::Answer => "record-answer",
        Kind::Statement(_) => "record-statement",
        Kind::Publish(_) => "draft-advisory",
    };
    outcomes.push(Outcome {
        step,
        command,
        refused: Some(refusal.code()),
    });
    Ok(vec![])
}
