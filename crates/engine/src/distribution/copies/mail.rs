//! Copies that go as mail: the signed text is shared, the personal part is not.
//!
//! A mail is composed, handed to the relay or written below the data folder, and it is said what happened to it; every
//! try has the same Message-ID and the same Date. Which copies are due, and when one is tried again, is told by the
//! channels' common part above. Addresses are opened here and never logged.

use std::collections::HashMap;
use std::sync::Arc;

use base::DocumentKind;
use channels::folder::MailFolder;
use channels::smtp::{self, Job, Outcome, SmtpConfig};
use domain::aggregate::Aggregate;
use domain::distribution::Happening;
use domain::value::AdvisoryId;
use formats::advisory::{Advisory as Form, Lang};
use formats::mail::{self, Circulation, Composed, Mailbox, MessageId, Outgoing, SharedBody};
use formats::subscribers::MailAddress;
use store::distribution::{Copy, Settled};

use super::{SETTLE_GROUP, Sent, copy_digits, ended, tried};
use crate::Fault;
use crate::distribution::relay::{Relay, Tally};
use crate::kernel::clock;
use crate::kernel::config::{MailTls, Transport};
use crate::kernel::house::House;
use crate::kernel::reference;
use crate::publication::recipients::Named;

/// SMTP code of a mail that was taken.
const TAKEN: u16 = 250;
/// Editions kept in memory.
const EDITIONS_MAX: usize = 256;

/// Shared parts by revision and language.
pub(super) type Editions = HashMap<(AdvisoryId, u32, Lang), Arc<Edition>>;

/// What all copies of one revision in one language share.
pub(super) struct Edition {
    shared: SharedBody,
    /// What the subject says of the publication.
    subject: String,
    /// The public number, by which revisions are shown together.
    id: String,
    named: Named,
}

/// A copy whose mail can be handed over.
struct Ready {
    copy: Copy,
    /// What stands in its Message-ID and its envelope.
    reference: String,
    address: String,
    composed: Composed,
}

impl House {
    /// Sends copies as mails, settling what comes of each.
    pub(super) async fn send_mails(
        &self,
        copies: Vec<Copy>,
        editions: &mut Editions,
        sent: &mut Sent,
    ) -> Result<(), Fault> {
        let now = clock::now().0;
        let mut settled = Vec::new();
        let mut ready: Vec<Ready> = Vec::new();
        for copy in copies {
            match self.compose_copy(&copy, editions).await {
                Ok(Some(one)) => ready.push(one),
                Ok(None) => settled.push(ended(&copy, Happening::Unaddressed, 0)),
                // One copy that cannot be made must not keep the others back.
                Err(error) => {
                    tracing::warn!(
                        code = error.code(),
                        "a copy could not be composed and is tried again"
                    );
                    settled.push(settle(&copy, &Outcome::NotSent, now));
                }
            }
        }
        self.settled(&settled, sent).await?;
        match self.config.mail.transport {
            Transport::Folder => self.to_folder(ready, sent).await,
            Transport::Smtp => self.to_relay(ready, sent).await,
        }
    }

    pub(crate) fn mail_domain(&self) -> &str {
        self.config
            .mail
            .from
            .rsplit('@')
            .next()
            .unwrap_or("localhost")
    }

    pub(crate) fn sender(&self) -> Result<MailAddress, Fault> {
        MailAddress::parse(&self.config.mail.from)
            .map_err(|_| Fault::Config("mail.from: give a mail address".into()))
    }

    async fn compose_copy(
        &self,
        copy: &Copy,
        editions: &mut Editions,
    ) -> Result<Option<Ready>, Fault> {
        let Some(to) = self.recipient(copy).await? else {
            return Ok(None);
        };
        let subscriber = &to.subscriber;
        let address =
            MailAddress::parse(to.address.words_let_out()).map_err(|_| Fault::Form("address"))?;
        let lang = subscriber.lang;
        let edition = self
            .edition(copy.advisory, copy.revision, lang, editions)
            .await?;
        if !subscriber.active && !self.is_wanted_yet(subscriber, &edition.named).await? {
            return Ok(None);
        }
        let reference = reference::read(self, &copy.id, &copy.reference)?;
        let message_id =
            MessageId::new(&reference, self.mail_domain()).ok_or(Fault::Form("reference"))?;
        let from = self.sender()?;
        let unsubscribe = format!(
            "{}/unsubscribe/{}",
            self.config.reached(),
            subscriber.reference
        );
        let code = seal::token::code(self.keys.codes.bytes(), &copy.id);
        let (code, digit) = code.split_at_checked(5).unwrap_or((&code, ""));
        let site = self.mail_site();
        let personal = pages::distribution::mail::personal_text(
            &site,
            lang,
            &pages::distribution::mail::Personal {
                code: code.to_owned(),
                acknowledge: format!("{}/{}/ack/{}", self.config.reached(), lang.tag(), reference),
                digits: copy_digits(self, &copy.id),
                unsubscribe: unsubscribe.clone(),
                reference: reference.clone(),
            },
        );
        let name = site.name.get(&lang).cloned().unwrap_or_default();
        let thread = MessageId::new(&edition.id, self.mail_domain());
        let list_id = format!("advisories.{}", self.mail_domain());
        let subject = pages::distribution::mail::subject(lang, &edition.subject, digit);
        let outgoing = Outgoing {
            message_id: &message_id,
            date_us: date_of(copy, self.config.mail.deadline_hours),
            from: Mailbox {
                name: &name,
                address: &from,
            },
            to: &address,
            reply_to: None,
            subject: &subject,
            thread: thread.as_ref(),
            circulation: Circulation::List {
                list_id: &list_id,
                unsubscribe_url: &unsubscribe,
            },
            extra: &[],
        };
        let composed = mail::compose(&outgoing, &edition.shared, &personal);
        Ok(Some(Ready {
            copy: copy.clone(),
            reference,
            address: address.smtp_form(),
            composed,
        }))
    }

    async fn edition(
        &self,
        advisory: AdvisoryId,
        revision: u32,
        lang: Lang,
        editions: &mut Editions,
    ) -> Result<Arc<Edition>, Fault> {
        if let Some(found) = editions.get(&(advisory, revision, lang)) {
            return Ok(Arc::clone(found));
        }
        let Some(loaded) = self.load(advisory.into()).await? else {
            return Err(Fault::Form("advisory"));
        };
        let Aggregate::Advisory(stream) = &*loaded.state else {
            return Err(Fault::Form("advisory"));
        };
        let published = stream
            .published
            .iter()
            .find(|p| p.revision == revision)
            .ok_or(Fault::Form("advisory"))?;
        let file = |sha256: &str| seal::unhex32(sha256).ok_or(Fault::Form("file hash"));
        let json = published
            .files
            .iter()
            .find(|f| DocumentKind::AdvisoryJson.is(&f.kind))
            .ok_or(Fault::Form("published files"))?;
        let kind = DocumentKind::text(lang);
        let clear = published
            .signatures
            .iter()
            .find(|s| kind.is(&s.kind) && s.form == "clear")
            .ok_or(Fault::Form("published files"))?;
        let doc = self
            .store
            .file(&file(&json.sha256)?)
            .await?
            .ok_or(Fault::Form("published file"))?;
        let doc: Form =
            serde_json::from_slice(&doc).map_err(|_| Fault::Form("published advisory"))?;
        let text = self
            .store
            .file(&file(&clear.sha256)?)
            .await?
            .ok_or(Fault::Form("published file"))?;
        let text = String::from_utf8(text).map_err(|_| Fault::Form("published file"))?;
        let html = pages::distribution::mail::html(&self.mail_site(), lang, &doc);
        let edition = Arc::new(Edition {
            shared: SharedBody::new(&text, &html, &clear.sha256),
            subject: pages::distribution::mail::about(lang, &doc),
            id: doc.id.to_ascii_lowercase(),
            named: Named::of(&doc),
        });
        if editions.len() >= EDITIONS_MAX {
            editions.clear();
        }
        editions.insert((advisory, revision, lang), Arc::clone(&edition));
        Ok(edition)
    }

    async fn to_folder(&self, ready: Vec<Ready>, sent: &mut Sent) -> Result<(), Fault> {
        if ready.is_empty() {
            return Ok(());
        }
        let folder = MailFolder::open(&self.dir)
            .map_err(|error| Fault::Config(format!("mail folder: {}", error.code())))?;
        for group in ready.chunks(SETTLE_GROUP) {
            let mut settled = Vec::with_capacity(group.len());
            for one in group {
                folder
                    .write(
                        &one.reference,
                        &[&one.composed.head, &one.composed.shared, &one.composed.tail],
                    )
                    .map_err(|error| Fault::Config(format!("mail folder: {}", error.code())))?;
                settled.push(ended(&one.copy, Happening::Taken, TAKEN));
            }
            crate::kernel::crash::point("post.handed_over");
            self.settled(&settled, sent).await?;
            crate::kernel::crash::point("post.settled");
        }
        Ok(())
    }

    /// The relay's settings.
    ///
    /// # Errors
    /// If the password file cannot be read.
    pub fn relay(&self) -> Result<SmtpConfig, Fault> {
        let mail = &self.config.mail;
        let login = if mail.user.is_empty() {
            None
        } else {
            let password = seal::files::read_secret(std::path::Path::new(&mail.password_file))?;
            Some(smtp::Login {
                user: mail.user.clone(),
                password: String::from_utf8_lossy(&password).trim_end().to_owned(),
            })
        };
        Ok(SmtpConfig {
            host: mail.host.clone(),
            port: mail.port,
            tls: match mail.tls {
                MailTls::None => smtp::Tls::None,
                MailTls::Starttls => smtp::Tls::StartTls,
                MailTls::Implicit => smtp::Tls::Implicit,
            },
            helo_name: self.mail_domain().to_owned(),
            login,
            timeouts: smtp::Timeouts::default(),
            connections_max: mail.connections,
        })
    }

    async fn to_relay(&self, ready: Vec<Ready>, sent: &mut Sent) -> Result<(), Fault> {
        if ready.is_empty() {
            return Ok(());
        }
        let relay = self.kept.of::<Relay>();
        let config = self.relay().inspect_err(|_| relay.failed(0, None))?;
        let domain = self.mail_domain().to_owned();
        let mut copies = Vec::with_capacity(ready.len());
        let mut jobs = Vec::with_capacity(ready.len());
        for (at, one) in ready.into_iter().enumerate() {
            jobs.push(Job {
                id: at as u64,
                mail_from: format!("bounce+{}@{domain}", one.reference),
                rcpt: one.address,
                head: one.composed.head,
                shared: one.composed.shared,
                tail: one.composed.tail,
            });
            copies.push(one.copy);
        }
        let (done, mut outcomes) = tokio::sync::mpsc::channel(SETTLE_GROUP * 2);
        let sender = tokio::spawn(async move { smtp::send_all(&config, jobs, &done).await });
        let mut group = Vec::with_capacity(SETTLE_GROUP);
        let (mut refused_us, mut tally) = (None, Tally::default());
        while outcomes.recv_many(&mut group, SETTLE_GROUP).await > 0 {
            let now = clock::now().0;
            refused_us = refused_us.or(group.iter().find_map(|(_, outcome)| concerns_us(outcome)));
            for (id, outcome) in &group {
                tally.add(outcome, &id.to_be_bytes());
            }
            let settled: Vec<Settled> = group
                .drain(..)
                .filter_map(|(id, outcome)| {
                    copies
                        .get(usize::try_from(id).ok()?)
                        .map(|copy| settle(copy, &outcome, now))
                })
                .collect();
            crate::kernel::crash::point("post.handed_over");
            self.settled(&settled, sent).await?;
            crate::kernel::crash::point("post.settled");
        }
        let connected = sender.await;
        relay.told(&tally);
        if let Ok(Err(error)) = connected {
            tracing::error!(
                code = error.code(),
                "no connection to the relay; the copies are tried again up to their deadline"
            );
        }
        if let Some(smtp) = refused_us {
            tracing::error!(
                code = "post.relay_refuses",
                smtp,
                "the relay refuses what is ours to mend, and no recipient; the copies are tried again up to their deadline"
            );
        }
        Ok(())
    }
}

/// The Date of a copy's mail: the same at every try, so that one Message-ID has one content. A copy that was made
/// before schema 4 does not hold it, and keeps the one that it was sent with: its deadline less the hours to it.
fn date_of(copy: &Copy, deadline_hours: u32) -> i64 {
    copy.date_at
        .unwrap_or_else(|| copy.deadline - i64::from(deadline_hours) * 3_600_000_000)
}

/// The code of a refusal that is about us or the text, and no recipient's.
fn concerns_us(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::Refused { code, stage } if *stage != smtp::Stage::Rcpt => Some(*code),
        _ => None,
    }
}

/// Says what an outcome of sending means for a copy; what was not taken is tried again up to its deadline.
fn settle(copy: &Copy, outcome: &Outcome, now: i64) -> Settled {
    let (happened, code) = match outcome {
        Outcome::Accepted { .. } => return ended(copy, Happening::Taken, TAKEN),
        // Only the recipient's own refusal is final; a refused sender or text is the house's matter and is tried again.
        Outcome::Refused {
            code,
            stage: smtp::Stage::Rcpt,
        } => return ended(copy, Happening::Declined, *code),
        Outcome::Refused { code, .. } | Outcome::Deferred { code, .. } => {
            (Happening::PutOff, *code)
        }
        Outcome::MaybeDelivered => (Happening::Broken, 0),
        Outcome::NotSent => (Happening::PutOff, 0),
    };
    tried(copy, happened, code, now)
}

#[cfg(test)]
mod tests {
    use domain::distribution::CopyState;
    use domain::value::{CopyChannel, SubscriberId};

    use super::*;

    const HOUR_US: i64 = 3_600_000_000;

    fn copy(date_at: Option<i64>) -> Copy {
        Copy {
            id: [1; 16],
            advisory: AdvisoryId::from_bytes([2; 16]),
            revision: 1,
            subscriber: SubscriberId::from_bytes([3; 16]),
            channel: CopyChannel::Mail,
            reference: store::distribution::Kept::sealed("reference", vec![1]),
            state: CopyState::Sending,
            attempts: 1,
            deadline: 100 * HOUR_US,
            realm: 0,
            date_at,
        }
    }

    #[test]
    fn a_copy_keeps_its_date_whatever_the_configuration_says() {
        for hours in [1, 24, 240] {
            assert_eq!(date_of(&copy(Some(76 * HOUR_US)), hours), 76 * HOUR_US);
        }
    }

    #[test]
    fn an_older_copy_has_the_date_that_it_was_sent_with() {
        assert_eq!(date_of(&copy(None), 24), 76 * HOUR_US);
    }

    #[test]
    fn every_outcome_says_what_happened_and_whether_it_is_tried_again() {
        let (code, stage) = (451, smtp::Stage::Rcpt);
        let reply = "ok".to_owned();
        let message = smtp::Stage::Message;
        let cases = [
            (Outcome::Accepted { reply }, Happening::Taken, 250),
            (Outcome::Deferred { code, stage }, Happening::PutOff, 451),
            (
                Outcome::Refused { code: 550, stage },
                Happening::Declined,
                550,
            ),
            (
                Outcome::Refused {
                    code: 554,
                    stage: message,
                },
                Happening::PutOff,
                554,
            ),
            (
                Outcome::Refused {
                    code: 554,
                    stage: smtp::Stage::Relay,
                },
                Happening::PutOff,
                554,
            ),
            (
                Outcome::Refused {
                    code: 550,
                    stage: smtp::Stage::Unclear,
                },
                Happening::PutOff,
                550,
            ),
            (Outcome::MaybeDelivered, Happening::Broken, 0),
            (Outcome::NotSent, Happening::PutOff, 0),
        ];
        let copy = copy(None);
        for (outcome, happened, detail) in cases {
            let again = matches!(happened, Happening::PutOff | Happening::Broken);
            let settled = settle(&copy, &outcome, HOUR_US);
            assert_eq!((settled.happened, settled.detail), (happened, detail));
            assert_eq!(settled.next_at > HOUR_US, again, "{outcome:?}");
            // At the deadline there is no further try.
            let last = settle(&copy, &outcome, copy.deadline);
            let expected = if again { Happening::RanOut } else { happened };
            assert_eq!((last.happened, last.next_at), (expected, 0));
        }
    }
}
