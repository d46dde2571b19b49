//! Plays a scenario: acts are the house's own commands, time passes as the place lets it pass.
//!
//! A [`Place`] is where it is played: a [`Stage`] with its pages ([`Rehearsed`]), or a house that runs elsewhere. The first thing that is refused, or seen
//! otherwise than it says, ends it with the number of its line. On a stage the ledger must be whole at the end and the
//! projections what it adds up to.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::{Path, PathBuf};

use engine::command::PerformError;
use engine::kernel::clock;
use engine::{Fault, Instant};
use serde_json::Value;

use crate::post::{CODE, Received};
use crate::reader::{Doors, Reader, holds};
use crate::script::{Line, Moment, Script, Seen, Step, Who, Wrong};
use crate::sight::{Scope, finder_does, look};
use crate::stage::{BEGINS, MINUTE, Stage};

/// What a tracking number begins with.
const TRACKING: &str = "TN#";

/// What was played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    pub title: String,
    /// Acts that were performed or refused as foreseen.
    pub acts: usize,
    /// What was seen as foreseen.
    pub seen: usize,
}

/// What a command answered.
pub type Acted = Result<Value, Refused>;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub code: String,
    pub why: String,
}

/// Where a scenario is played. What goes wrong there is said in words; the line is added to them.
pub trait Place {
    /// Lets time pass to a moment, which is not before the one that was reached.
    fn reach(&mut self, at: Moment) -> impl Future<Output = Result<(), String>>;

    /// The instant that a moment stands for.
    fn instant(&self, at: Moment) -> Instant;

    /// The file with the password of a person of the house, if it is at hand.
    fn password_of(&self, handle: &str) -> Option<PathBuf>;

    /// Lets a person, the vendor of a tracking number, or the finder of a report give a command.
    fn act(
        &mut self,
        who: &Who,
        command: &str,
        fields: Value,
    ) -> impl Future<Output = Result<Acted, String>>;

    /// Lets somebody answer the newest mail that reached an address.
    fn reply(&mut self, address: &str, words: &str) -> impl Future<Output = Result<Acted, String>>;

    /// Looks whether it is as a sentence says, once the house has done what follows; else what is found instead. The sentence
    /// names vendors, reports and advisories by their numbers.
    fn look(&mut self, seen: &Seen) -> impl Future<Output = Result<(), String>>;

    /// Looks whether all is in order at the end; else what is not.
    fn end(&mut self) -> impl Future<Output = Result<(), String>>;
}

/// What somebody's mail program sends as an answer to the newest mail that a house wrote to them since an instant, µs.
///
/// # Errors
/// If none reached them, or it has no code and the words name one.
pub fn answer_to(dir: &Path, address: &str, words: &str, since: i64) -> Result<Vec<u8>, String> {
    let mail = Received::newest(&dir.join("mail"), address, since);
    let mail = mail.ok_or_else(|| format!("no mail has reached {address}"))?;
    mail.reply(address, words)
}

/// A refusal as what was answered; anything else ends the scenario.
fn refused(fault: Fault) -> Result<Acted, String> {
    match fault {
        fault @ Fault::Refused(_) => Ok(Err(Refused {
            code: fault.code().to_owned(),
            why: fault.to_string(),
        })),
        fault => Err(words(fault)),
    }
}

/// Looks whether it is as a sentence about a page says; else what is found instead. Any other sentence is about none.
///
/// # Errors
/// That it is not so, in words.
pub fn on_page(seen: &Seen, page: &str) -> Result<(), String> {
    let Seen::Page {
        words,
        path,
        is_there,
        ..
    } = seen
    else {
        return Err(format!("`{seen}` is about no page"));
    };
    let is_found = holds(page, words);
    if is_found == *is_there {
        return Ok(());
    }
    let found = if is_found { "reads" } else { "does not read" };
    Err(format!("{path} {found} {words}"))
}

/// A stage, and somebody who reads the pages of its house.
#[derive(Debug)]
pub struct Rehearsed<D> {
    stage: Stage,
    reader: Reader<D>,
}

impl<D: Doors> Place for Rehearsed<D> {
    async fn reach(&mut self, at: Moment) -> Result<(), String> {
        let until = self.instant(at);
        let passed = Box::pin(self.stage.pass_to(until)).await;
        passed.map(|_| ()).map_err(words)
    }

    fn instant(&self, at: Moment) -> Instant {
        Instant(BEGINS.0 + at.minutes() * MINUTE)
    }

    fn password_of(&self, handle: &str) -> Option<PathBuf> {
        Some(self.stage.password_file(handle))
    }

    async fn act(&mut self, who: &Who, command: &str, fields: Value) -> Result<Acted, String> {
        let done = match who {
            Who::Person(handle) => Box::pin(self.stage.person_does(handle, command, fields)).await,
            Who::Vendor(tracking) => {
                Box::pin(self.stage.vendor_does(tracking, command, fields)).await
            }
            Who::Finder(report) => {
                let (house, scope) = (&self.stage.house, Scope::default());
                Box::pin(finder_does(house, report, command, fields, &scope)).await
            }
        };
        match done {
            Ok(answer) => Ok(Ok(answer)),
            Err(PerformError::Fault(fault)) => refused(fault),
            Err(PerformError::Read(error)) => Err(error.to_string()),
        }
    }

    async fn reply(&mut self, address: &str, words: &str) -> Result<Acted, String> {
        Box::pin(self.stage.run_due()).await.map_err(self::words)?;
        let mail = answer_to(&self.stage.dir(), address, words, 0)?;
        match Box::pin(self.stage.house.take_mail(&mail)).await {
            Ok(_) => Ok(Ok(Value::Null)),
            Err(fault) => refused(fault),
        }
    }

    async fn look(&mut self, seen: &Seen) -> Result<(), String> {
        Box::pin(self.stage.run_due()).await.map_err(words)?;
        if let Seen::Page { reader, path, .. } = seen {
            let page = match reader {
                None => self.reader.in_public(path).await?,
                Some(handle) => {
                    let password = self.stage.password_file(handle);
                    let read = self.reader.as_person(handle, Some(&password), path);
                    Box::pin(read).await??
                }
            };
            return on_page(seen, &page);
        }
        let sight = Box::pin(look(&self.stage.house, seen, &Scope::default())).await;
        let sight = sight.map_err(words)?;
        if sight.is_so {
            Ok(())
        } else {
            Err(sight.found)
        }
    }

    async fn end(&mut self) -> Result<(), String> {
        let amiss = Box::pin(self.stage.amiss()).await.map_err(words)?;
        amiss.map_or(Ok(()), Err)
    }
}

/// Plays a scenario from its beginning to its end on a stage of its own, whose pages come through the doors that are opened
/// for it.
///
/// # Errors
/// The first line that did not come true, or a house that could not be made (line 0).
pub async fn play<D: Doors>(
    script: &Script,
    open: impl FnOnce(&Stage) -> Result<D, Fault>,
) -> Result<Played, Wrong> {
    let wrong = |fault: Fault| Wrong {
        line: 0,
        what: fault.to_string(),
    };
    let stage = Box::pin(Stage::found(BEGINS, |_| {})).await;
    let stage = stage.map_err(wrong)?;
    let reader = Reader::before(open(&stage).map_err(wrong)?);
    Box::pin(play_at(script, Rehearsed { stage, reader })).await
}

/// Plays a scenario from its beginning to its end at a place.
///
/// # Errors
/// The first line that did not come true, or what is wrong at the end (line 0).
pub async fn play_at<P: Place>(script: &Script, place: P) -> Result<Played, Wrong> {
    let mut play = Play {
        place,
        at: Moment::default(),
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
    let ended = Box::pin(play.place.end()).await;
    ended.map_err(|what| Wrong { line: 0, what })?;
    Ok(play.played)
}

/// Looks that something was refused with a code.
fn in_vain(acted: Acted, code: &str) -> Result<(), String> {
    match acted {
        Err(refused) if refused.code == code => Ok(()),
        Err(Refused { code: other, why }) => Err(format!("refused as {other}, not {code}: {why}")),
        Ok(_) => Err(format!("performed, and not refused as {code}")),
    }
}

struct Play<P> {
    place: P,
    /// The moment that was reached.
    at: Moment,
    /// What was kept of answers, by name.
    kept: BTreeMap<String, String>,
    played: Played,
}

fn words(fault: Fault) -> String {
    format!("{fault} ({})", fault.code())
}

impl<P: Place> Play<P> {
    async fn line(&mut self, line: &Line) -> Result<(), String> {
        if let Some(at) = line.at {
            if at < self.at {
                return Err("time does not go back".to_owned());
            }
            self.at = at;
            Box::pin(self.place.reach(at)).await?;
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
                let answer = answer
                    .map_err(|refused| format!("refused: {} ({})", refused.why, refused.code))?;
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
            }) => self
                .acts(who, command, fields)
                .await
                .and_then(|acted| in_vain(acted, code)),
            Some(Step::Replies {
                address,
                words,
                refused,
            }) => {
                let words = self.with_kept(words)?;
                self.played.acts += 1;
                let acted = Box::pin(self.place.reply(address, &words)).await?;
                match refused {
                    Some(code) => in_vain(acted, code),
                    None => acted
                        .map(|_| ())
                        .map_err(|refused| format!("refused: {} ({})", refused.why, refused.code)),
                }
            }
            Some(Step::Then(seen)) => {
                let seen = self.numbered(seen)?;
                Box::pin(self.place.look(&seen)).await?;
                self.played.seen += 1;
                Ok(())
            }
        }
    }

    /// Lets somebody give a command.
    async fn acts(&mut self, who: &Who, command: &str, fields: &Value) -> Result<Acted, String> {
        let mut fields = fields.clone();
        self.fill(&mut fields)?;
        let who = match who {
            Who::Person(handle) => {
                if command == "approve-plan" {
                    self.with_password(&mut fields);
                }
                Who::Person(handle.clone())
            }
            Who::Vendor(name) => {
                let tracking = self.kept_as(name)?;
                if let Some(object) = fields.as_object_mut() {
                    let own = || Value::String(tracking.clone());
                    object.entry("participant").or_insert_with(own);
                }
                Who::Vendor(tracking)
            }
            Who::Finder(name) => {
                let report = self.kept_as(name)?;
                if let Some(object) = fields.as_object_mut() {
                    let own = || Value::String(report.clone());
                    object.entry("report").or_insert_with(own);
                }
                Who::Finder(report)
            }
        };
        self.played.acts += 1;
        Box::pin(self.place.act(&who, command, fields)).await
    }

    /// The approver's password lies beside the house, as the demonstration's do.
    fn with_password(&self, fields: &mut Value) {
        let person = fields.get("person").and_then(Value::as_str);
        let Some(file) = person.and_then(|person| self.place.password_of(person)) else {
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
                } else if let Some(at) = Moment::in_field(text) {
                    *text = clock::rfc3339(self.place.instant(at?));
                }
                Ok(())
            }
            Value::Array(values) => values.iter_mut().try_for_each(|value| self.fill(value)),
            Value::Object(fields) => fields.values_mut().try_for_each(|value| self.fill(value)),
            _ => Ok(()),
        }
    }

    /// The same sentence with numbers in the place of names.
    fn numbered(&self, seen: &Seen) -> Result<Seen, String> {
        let mut seen = seen.clone();
        match &mut seen {
            Seen::Date { vendor: name, .. }
            | Seen::Text { vendor: name, .. }
            | Seen::Finder { report: name, .. }
            | Seen::Public { number: name, .. } => *name = self.kept_as(name)?,
            Seen::Page { words, path, .. } => {
                *words = self.with_kept(words)?;
                // A tracking number stands in an address without its letters.
                *path = self.with_kept(path)?.replace(TRACKING, "");
            }
            Seen::Ledger { .. } | Seen::Mail { .. } => {}
        }
        Ok(seen)
    }

    /// Puts kept values in the place of each `$NAME` in a text.
    fn with_kept(&self, text: &str) -> Result<String, String> {
        let mut parts = text.split('$');
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let end = part.find(|c| !is_name(c)).unwrap_or(part.len());
            let (name, rest) = part.split_at(end);
            if CODE.strip_prefix('$') == Some(name) {
                out.push_str(CODE);
            } else {
                out.push_str(&self.kept_as(name)?);
            }
            out.push_str(rest);
        }
        Ok(out)
    }
}
