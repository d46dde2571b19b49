//! Plays a scenario on a stage: acts go through the engine's own commands, time passes by the stage's clock.
//!
//! The first thing that is refused, or seen otherwise than it says, ends it with the number of its line. At the end the
//! ledger must be whole and the projections what it adds up to.

use std::collections::BTreeMap;

use domain::aggregate::Aggregate;
use domain::text::gate::Strength;
use engine::command::PerformError;
use engine::kernel::clock;
use engine::{Fault, Instant};
use formats::advisory::Lang;
use pages::coordination::partner::view::{DateState, View};
use serde_json::Value;

use crate::script::{Line, Moment, Script, Seen, Step, Who, Wrong, moment};
use crate::stage::{BEGINS, DAY, HOUR, MINUTE, Stage};

/// What was played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    pub title: String,
    /// Acts that were performed or refused as foreseen.
    pub acts: usize,
    /// What was seen as foreseen.
    pub seen: usize,
}

/// Plays a scenario from its beginning to its end.
///
/// # Errors
/// The first line that did not come true, or a house that could not be made (line 0).
pub async fn play(script: &Script) -> Result<Played, Wrong> {
    let whole = |error: Fault| Wrong {
        line: 0,
        what: error.to_string(),
    };
    let stage = Box::pin(Stage::found(BEGINS, |_| {}))
        .await
        .map_err(whole)?;
    let mut play = Play {
        stage,
        kept: BTreeMap::new(),
        played: Played {
            title: script.title.clone(),
            acts: 0,
            seen: 0,
        },
    };
    for line in &script.lines {
        Box::pin(play.line(line)).await.map_err(|what| Wrong {
            line: line.number,
            what,
        })?;
    }
    match Box::pin(play.stage.amiss()).await.map_err(whole)? {
        None => Ok(play.played),
        Some(what) => Err(Wrong { line: 0, what }),
    }
}

struct Play {
    stage: Stage,
    /// What was kept of answers, by name.
    kept: BTreeMap<String, String>,
    played: Played,
}

fn words(fault: Fault) -> String {
    format!("{fault} ({})", fault.code())
}

fn instant(at: Moment) -> Instant {
    let time = i64::from(at.hour) * HOUR + i64::from(at.minute) * MINUTE;
    Instant(BEGINS.0 + i64::from(at.day) * DAY + time)
}

impl Play {
    async fn line(&mut self, line: &Line) -> Result<(), String> {
        if let Some(at) = line.at {
            let until = instant(at);
            // Within the minute the clock may be a little ahead of what is written.
            if until.0 + MINUTE <= self.stage.clock.reading().0 {
                return Err("time does not go back".to_owned());
            }
            Box::pin(self.stage.pass_to(until)).await.map_err(words)?;
        }
        match &line.step {
            None => Ok(()),
            Some(Step::Does {
                who,
                command,
                fields,
                keeps,
            }) => {
                let answer = self.acts(who, command, fields).await?;
                let answer = answer.map_err(|(code, why)| format!("refused: {why} ({code})"))?;
                for (field, name) in keeps {
                    let value = answer.get(field).and_then(Value::as_str);
                    let value = value.ok_or_else(|| format!("no {field} in {answer}"))?;
                    self.kept.insert(name.clone(), value.to_owned());
                }
                Ok(())
            }
            Some(Step::Cannot {
                who,
                command,
                fields,
                code,
            }) => match self.acts(who, command, fields).await? {
                Err((refused, _)) if refused == *code => Ok(()),
                Err((refused, why)) => Err(format!("refused as {refused}, not {code}: {why}")),
                Ok(_) => Err(format!("performed, and not refused as {code}")),
            },
            Some(Step::Then(seen)) => {
                // What was done shows once the house has done what follows from it.
                Box::pin(self.stage.run_due()).await.map_err(words)?;
                self.sees(seen).await?;
                self.played.seen += 1;
                Ok(())
            }
        }
    }

    /// Lets somebody give a command; the inner error is a refusal with its code, the outer one ends the play.
    async fn acts(
        &mut self,
        who: &Who,
        command: &str,
        fields: &Value,
    ) -> Result<Result<Value, (String, String)>, String> {
        let mut fields = fields.clone();
        self.fill(&mut fields)?;
        let done = match who {
            Who::Person(handle) => {
                if command == "approve-plan" {
                    self.with_password(&mut fields);
                }
                Box::pin(self.stage.person_does(handle, command, fields)).await
            }
            Who::Vendor(name) => {
                let tracking = self.kept_as(name)?;
                if let Some(object) = fields.as_object_mut() {
                    let own = || Value::String(tracking.clone());
                    object.entry("participant").or_insert_with(own);
                }
                Box::pin(self.stage.vendor_does(&tracking, command, fields)).await
            }
        };
        self.played.acts += 1;
        match done {
            Ok(answer) => Ok(Ok(answer)),
            Err(PerformError::Fault(fault @ Fault::Refused(_))) => {
                Ok(Err((fault.code().to_owned(), fault.to_string())))
            }
            Err(PerformError::Fault(fault)) => Err(words(fault)),
            Err(PerformError::Read(error)) => Err(error.to_string()),
        }
    }

    /// The approver's password lies beside the house, as the demonstration's do.
    fn with_password(&self, fields: &mut Value) {
        let person = fields.get("person").and_then(Value::as_str);
        let Some(file) = person.map(|person| self.stage.password_file(person)) else {
            return;
        };
        if let Some(object) = fields.as_object_mut() {
            let file = || Value::String(file.display().to_string());
            object.entry("password_file").or_insert_with(file);
        }
    }

    /// What was kept under a name, with or without its sign.
    fn kept_as(&self, name: &str) -> Result<String, String> {
        let name = name.trim_start_matches('$');
        let kept = self.kept.get(name).cloned();
        kept.ok_or_else(|| format!("nothing was kept as {name}"))
    }

    /// Puts kept values in the place of `$NAME`, and instants in the place of `@day N HH:MM`.
    fn fill(&self, value: &mut Value) -> Result<(), String> {
        match value {
            Value::String(text) => {
                if text.starts_with('$') {
                    *text = self.kept_as(text)?;
                } else if let Some(at) = text.strip_prefix("@day ") {
                    let (at, _) = moment(at)?;
                    *text = clock::rfc3339(instant(at));
                }
                Ok(())
            }
            Value::Array(values) => values.iter_mut().try_for_each(|value| self.fill(value)),
            Value::Object(fields) => fields.values_mut().try_for_each(|value| self.fill(value)),
            _ => Ok(()),
        }
    }

    async fn sees(&self, seen: &Seen) -> Result<(), String> {
        match seen {
            Seen::Ledger { kind, times } => {
                let events = Box::pin(self.stage.events()).await.map_err(words)?;
                let found = events
                    .iter()
                    .filter_map(|(_, recorded)| serde_json::to_value(&recorded.event).ok())
                    .filter(|event| event["kind"] == kind.as_str())
                    .count();
                let is_so = times.map_or(found > 0, |times| found == times);
                same(is_so, || {
                    format!("{kind} stands {found} times in the ledger")
                })
            }
            Seen::Date { vendor, state } => {
                let shown = date_word(self.view(vendor).await?.date.state);
                same(shown == state, || format!("{vendor} sees date {shown}"))
            }
            Seen::Text {
                vendor,
                text,
                is_there,
            } => {
                let shown = texts(&self.view(vendor).await?);
                let found = shown.iter().any(|shown| shown.contains(text.as_str()));
                same(found == *is_there, || format!("{vendor} sees {shown:?}"))
            }
            Seen::Finder { report, step } => {
                let steps = self.finder_steps(report).await?;
                let found = steps.iter().any(|known| known == step);
                same(found, || format!("the finder reads {steps:?}"))
            }
            Seen::Public { number, is_out } => {
                let number = self.kept_as(number)?;
                let tree = self.stage.dir().join("public");
                let page = tree.join(format!("en/advisories/{number}.html"));
                same(page.exists() == *is_out, || {
                    format!("{} is there: {}", page.display(), page.exists())
                })
            }
            Seen::Mail { address, times } => {
                let mails = self.stage.mails();
                let found = mails
                    .iter()
                    .filter_map(|mail| mail.after("\nTo: "))
                    .filter(|to| to.contains(address.as_str()))
                    .count();
                same(found == *times, || format!("{found} mails reach {address}"))
            }
        }
    }

    /// What a vendor's page shows to a session with a second step.
    async fn view(&self, vendor: &str) -> Result<View, String> {
        let tracking = self.kept_as(vendor)?;
        let guest = self.stage.guest(&tracking).await.map_err(words)?;
        let (house, strength) = (&self.stage.house, Strength::SecondChannel);
        let view = engine::coordination::view(house, guest.participant, strength, Lang::En);
        Box::pin(view).await.map_err(words)
    }

    async fn finder_steps(&self, report: &str) -> Result<Vec<&'static str>, String> {
        let number = self.kept_as(report)?;
        let house = &self.stage.house;
        let stream = self.stage.numbered(&number).await.map_err(words)?;
        let loaded = Box::pin(house.load(stream)).await.map_err(words)?;
        let Some(Aggregate::Report(report)) = loaded.as_ref().map(|loaded| &*loaded.state) else {
            return Err(format!("{number} is no report"));
        };
        let facts = engine::intake::progress::facts(house, report);
        let facts = Box::pin(facts).await.map_err(words)?;
        let steps = facts.progress(report).steps;
        Ok(steps.iter().map(|step| step.step.word()).collect())
    }
}

fn same(is_so: bool, found: impl FnOnce() -> String) -> Result<(), String> {
    if is_so { Ok(()) } else { Err(found()) }
}

const fn date_word(state: DateState) -> &'static str {
    match state {
        DateState::Open => "open",
        DateState::Asked => "asked",
        DateState::Agreed => "agreed",
        DateState::Declined => "declined",
        DateState::Ended => "ended",
    }
}

/// The texts on a vendor's page that are about the matter.
fn texts(view: &View) -> Vec<String> {
    view.words().into_iter().map(str::to_owned).collect()
}
