//! A house that runs, as a place where a scenario is played: through its socket, and in real time.
//!
//! What could go wrong: a real case or a real reader is met. A house of ordinary purpose takes exercises only, which is looked
//! at before the first act, and the house itself answers for nothing else (`crate::rehearsal`). Or the house is slower than the
//! pace: then a line that belongs before an instant would come after it, which ends the scenario at that line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::founding::PASSWORDS;
use engine::kernel::clock;
use engine::kernel::house::KEYS;
use engine::{Fault, Instant};
use scenario::play::{answer_to, on_page};
use scenario::script::{Moment, Seen, Step, Who};
use scenario::{Acted, Place, Reader, Refused, Script, Timetable, Wrong};
use serde_json::Value;

use crate::reading::{Addresses, Over};
use crate::socket::{self, Answer};

/// How long what is to be seen may take, µs.
const PATIENCE_US: i64 = 30_000_000;
/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// A running house before a scenario begins.
#[derive(Debug)]
pub struct Running {
    dir: PathBuf,
    is_live: bool,
    /// From where on it is looked at, as the house says it.
    mark: String,
    /// Only mails written since are answered, µs.
    since: i64,
    pages: Addresses,
}

/// A scenario being played in it.
#[derive(Debug)]
pub struct Playing {
    running: Running,
    reader: Reader<Over>,
    table: Timetable,
    at: Moment,
}

impl Running {
    /// Finds the house that runs on a data folder.
    ///
    /// # Errors
    /// If none runs there, or no scenario may begin in it.
    pub fn find(dir: &Path) -> Result<Running, Fault> {
        let none = || {
            let dir = dir.display();
            Fault::Config(format!("no house runs on {dir}; start it: noroshi serve"))
        };
        // The house reads files of passwords from where it was started.
        let dir = std::fs::canonicalize(dir).map_err(|_| none())?;
        let answer = socket::ask(&dir, &[b"rehearsal"])?.ok_or_else(none)?;
        if answer.code != 0 {
            return Err(answer.fault());
        }
        let said: Value = serde_json::from_str(&answer.text).unwrap_or_default();
        let page = |name: &str| said["pages"][name].as_str()?.parse().ok();
        let pages = page("portal").zip(page("desk"));
        let (portal, desk) = pages.ok_or_else(|| {
            Fault::Config(
                "the house that runs there is of another version; start it anew".to_owned(),
            )
        })?;
        Ok(Running {
            dir,
            pages: Addresses { portal, desk },
            is_live: said["live"] != false,
            since: said["since"].as_i64().unwrap_or(i64::MAX),
            mark: answer.text,
        })
    }

    /// Begins a scenario now, each day of which takes as long as is said.
    ///
    /// # Errors
    /// The first line that must not be played in this house.
    pub fn begin(self, script: &Script, day: Duration) -> Result<Playing, Wrong> {
        if self.is_live {
            only_exercises(script)?;
        }
        Ok(Playing {
            reader: Reader::before(Over::http(self.pages)),
            running: self,
            table: Timetable::of(script, clock::now(), day),
            at: Moment::default(),
        })
    }
}

/// Looks that every act of a person is an exercise, and that nobody replies to a mail. A vendor acts in the realm of its case and
/// a finder in that of their report, which the house looks at.
fn only_exercises(script: &Script) -> Result<(), Wrong> {
    for line in &script.lines {
        let is_real = match &line.step {
            Some(Step::Does { who, fields, .. } | Step::Cannot { who, fields, .. }) => {
                matches!(who, Who::Person(_)) && fields["exercise"] != true
            }
            // An exercise writes to nobody, so whoever has got a mail is real.
            Some(Step::Replies { .. }) => true,
            Some(Step::Then(_)) | None => false,
        };
        if is_real {
            return Err(Wrong {
                line: line.number,
                what: "this house is no demonstration and no replay: it takes exercises only (\"exercise\": true)".to_owned(),
            });
        }
    }
    Ok(())
}

impl Playing {
    fn ask(&self, parts: &[&[u8]]) -> Result<Answer, String> {
        let answer = socket::ask(&self.running.dir, parts).map_err(|fault| fault.to_string())?;
        answer.ok_or_else(|| "the house does not run any more".to_owned())
    }

    /// Looks once: whether it is so, or what is found instead; and whether the house had done what follows before the look.
    async fn glance(&mut self, seen: &Seen) -> Result<(Result<(), String>, bool), String> {
        let (parts, sentence) = (self.running.mark.clone(), seen.to_string());
        let parts: Vec<&[u8]> = match seen {
            Seen::Page { .. } => vec![b"settled"],
            _ => vec![b"see", sentence.as_bytes(), parts.as_bytes()],
        };
        let answer = self.ask(&parts)?;
        let sight = acted(&answer)?.map_err(|refused| refused.why)?;
        let is_settled = sight["is_settled"] == true;
        let Seen::Page { reader, path, .. } = seen else {
            let found = sight["found"].as_str().unwrap_or_default();
            let is_so = sight["is_so"] == true;
            return Ok((
                is_so.then_some(()).ok_or_else(|| found.to_owned()),
                is_settled,
            ));
        };
        let page = match reader {
            None => self.reader.in_public(path).await,
            Some(handle) => {
                let password = self.password_of(handle);
                let read = self.reader.as_person(handle, password.as_deref(), path);
                Box::pin(read).await?
            }
        };
        Ok((page.and_then(|page| on_page(seen, &page)), is_settled))
    }

    /// What has just been done belongs to the moment that was reached, so the next instant must not have come.
    fn in_time(&self) -> Result<(), String> {
        match self.table.next_named(self.at) {
            Some(next) if self.table.at(next) <= clock::now() => Err(format!(
                "too late: this belongs before {next}, which has come; give a day more time: --pace"
            )),
            _ => Ok(()),
        }
    }
}

/// Pauses before another look; past the end says what was found.
async fn continue_or(end: i64, found: &str) -> Result<(), String> {
    if clock::now().0 >= end {
        return Err(found.to_owned());
    }
    tokio::time::sleep(PAUSE).await;
    Ok(())
}

impl Place for Playing {
    async fn reach(&mut self, at: Moment) -> Result<(), String> {
        self.at = at;
        loop {
            let wait = self.table.at(at).0 - clock::now().0;
            match u64::try_from(wait) {
                Ok(wait) if wait > 0 => tokio::time::sleep(Duration::from_micros(wait)).await,
                _ => return Ok(()),
            }
        }
    }

    fn instant(&self, at: Moment) -> Instant {
        self.table.at(at)
    }

    fn password_of(&self, handle: &str) -> Option<PathBuf> {
        let folder = self.running.dir.join(KEYS).join(PASSWORDS);
        Some(folder.join(format!("{handle}.password"))).filter(|file| file.exists())
    }

    async fn act(&mut self, who: &Who, command: &str, mut fields: Value) -> Result<Acted, String> {
        let command = command.as_bytes();
        let answer = match who {
            Who::Person(handle) => {
                if let Some(object) = fields.as_object_mut() {
                    object.insert("as".to_owned(), handle.as_str().into());
                }
                self.ask(&[b"do", command, fields.to_string().as_bytes()])?
            }
            Who::Vendor(tracking) => {
                let fields = fields.to_string();
                self.ask(&[b"vendor", tracking.as_bytes(), command, fields.as_bytes()])?
            }
            Who::Finder(report) => {
                let fields = fields.to_string();
                self.ask(&[b"finder", report.as_bytes(), command, fields.as_bytes()])?
            }
        };
        self.in_time()?;
        acted(&answer)
    }

    async fn reply(&mut self, address: &str, words: &str) -> Result<Acted, String> {
        let end = clock::now().0 + PATIENCE_US;
        // The mail is on its way until the house has done what follows.
        let mail = loop {
            let settled = acted(&self.ask(&[b"settled"])?)?.map_err(|refused| refused.why)?;
            let (dir, since) = (&self.running.dir, self.running.since);
            let found = if settled["is_settled"] == true {
                answer_to(dir, address, words, since)
            } else {
                Err("the house is not done with what follows".to_owned())
            };
            match found {
                Ok(mail) => break mail,
                Err(none) => continue_or(end, &none).await?,
            }
        };
        let answer = self.ask(&[b"mail-take", &mail])?;
        self.in_time()?;
        acted(&answer)
    }

    async fn look(&mut self, seen: &Seen) -> Result<(), String> {
        let end = clock::now().0 + PATIENCE_US;
        loop {
            let (is_so, is_settled) = Box::pin(self.glance(seen)).await?;
            self.in_time()?;
            let Err(found) = is_so else {
                if is_settled {
                    return Ok(());
                }
                continue_or(end, "the house is not done with what follows").await?;
                continue;
            };
            let open = if is_settled {
                ""
            } else {
                ", and the house is not done with what follows"
            };
            continue_or(end, &format!("{found}{open}")).await?;
        }
    }

    async fn end(&mut self) -> Result<(), String> {
        Ok(())
    }
}

/// Reads what a command answered.
fn acted(answer: &Answer) -> Result<Acted, String> {
    let unread = |_| format!("the house answers {}", answer.text);
    match answer.code {
        0 => serde_json::from_str(&answer.text).map(Ok).map_err(unread),
        1 => {
            let refusal: Value = serde_json::from_str(&answer.text).map_err(unread)?;
            let word = |name: &str| refusal[name].as_str().unwrap_or_default().to_owned();
            Ok(Err(Refused {
                code: word("refused"),
                why: word("because"),
            }))
        }
        _ => Err(answer.text.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, refused: Option<usize>) {
        let script = Script::read(text).unwrap();
        let found = only_exercises(&script).err().map(|wrong| wrong.line);
        assert_eq!(found, refused, "{text}");
    }

    #[test]
    fn an_ordinary_house_takes_no_act_that_is_no_exercise() {
        let drill = "a does observe {\"exercise\": true}\nvendor B does agree-date\nthen the ledger says published\n";
        check(drill, None);
        check(&format!("{drill}a does observe {{}}\n"), Some(4));
        check(
            &format!("{drill}a cannot observe {{\"exercise\": \"true\"}} because role\n"),
            Some(4),
        );
        check("title x\na does observe\n", Some(2));
        check(
            &format!("{drill}the finder of $report does add-to-report {{}}\n"),
            None,
        );
        check(
            &format!("{drill}reader a@b.example replies $CODE\n"),
            Some(4),
        );
    }

    #[test]
    fn an_answer_is_read_as_the_refusal_that_it_is() {
        let of = |code: u8, text: &str| {
            acted(&Answer {
                code,
                text: text.to_owned(),
            })
        };
        let refused = Refused {
            code: "role".to_owned(),
            why: "not yours".to_owned(),
        };
        let said = "{\"refused\": \"role\", \"because\": \"not yours\"}";
        assert_eq!(of(1, said), Ok(Err(refused)));
        assert_eq!(of(2, "held"), Err("held".to_owned()));
        assert!(of(0, "no JSON").is_err());
    }
}
