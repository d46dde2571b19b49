//! Letters to one: first contacts, the duty's reminder; and the replies that come back.
//!
//! A first contact carries no technical detail, a reminder no content. A reply acknowledges only by a code
//! that a person typed.

use domain::react::IntentKind;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use channels::folder::MailFolder;
use channels::smtp::{self, Job, Outcome};
use domain::aggregate::Aggregate;
use domain::coordination::participant::Participant;
use domain::refusal::{Refusal, ReplyLack};
use domain::value::{
    AckWay, Actor, AdvisoryId, ContactChannel, ContactResult, ParticipantId, SubscriberId,
};
use formats::advisory::Lang;
use formats::mail::reply::{Problem, ReplyDraft};
use formats::mail::{self, Circulation, Composed, Mailbox, MessageId, Outgoing};
use formats::subscribers::MailAddress;
use seal::record::Realm;

use crate::Awaited;
use crate::Fault;
use crate::coordination::command as coordination;
use crate::distribution::command;
use crate::distribution::copies::LEASE_US;
use crate::distribution::relay::{Relay, Tally};
use crate::kernel::clock;
use crate::kernel::config::Transport;
use crate::kernel::house::House;
use crate::kernel::reference;

/// What became of a mail to one.
enum Handed {
    Taken,
    /// By its recipient, for good.
    Refused,
    /// Whether it is the recipient or the relay that refuses, the answer does not say.
    Unclear,
}

/// How often a letter that is refused without a word for whom is tried before its address counts as dead: with a minute
/// more each time, for some four hours.
const UNCLEAR_TRIES: u32 = 22;

/// How often each letter was refused so. An outage of the relay counts for none.
#[derive(Debug, Default)]
struct Unclear(Mutex<HashMap<String, u32>>);

impl Unclear {
    /// Counts once more; whether that was often enough.
    fn again(&self, letter: &str) -> bool {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = tries.entry(letter.to_owned()).or_default();
        *count += 1;
        let is_enough = *count >= UNCLEAR_TRIES;
        if is_enough {
            tries.remove(letter);
        }
        is_enough
    }
}

impl House {
    /// Writes the first contacts that are due; returns how many.
    ///
    /// # Errors
    /// What failed; the intent stays.
    pub fn send_first_contacts(&self) -> Awaited<'_, Result<usize, Fault>> {
        Box::pin(async move {
            self.not_held().await?;
            let now = clock::now().0;
            let waiting = self
                .store
                .claim_intents(IntentKind::FirstContact, now, now + LEASE_US, 64)
                .await?;
            if waiting.is_empty() {
                return Ok(0);
            }
            let mut finished = Vec::new();
            for intent in waiting {
                match self
                    .first_contact(ParticipantId(intent.subject.0), &intent.name)
                    .await
                {
                    Ok(()) => finished.push(intent.name),
                    Err(error) => {
                        tracing::warn!(code = error.code(), "a first contact waits");
                        self.store
                            .defer_intent(
                                &intent.name,
                                now + 60_000_000 * i64::from(intent.attempts.min(60)),
                            )
                            .await?;
                    }
                }
            }
            crate::kernel::crash::point("post.contacts_sent");
            self.store.finish_intents(&finished).await?;
            Ok(finished.len())
        })
    }

    async fn first_contact(&self, participant: ParticipantId, name: &str) -> Result<(), Fault> {
        let Some(loaded) = self.load(participant.into()).await? else {
            return Ok(());
        };
        let Aggregate::Participant(participant) = &*loaded.state else {
            return Ok(());
        };
        if loaded.realm != 0 || participant.left {
            return Ok(());
        }
        let Some(party) = participant.party else {
            return Ok(());
        };
        let Some(party) = self.load(party.into()).await? else {
            return Ok(());
        };
        let Aggregate::Party(party) = &*party.state else {
            return Ok(());
        };
        // Without an address the attempt is a matter of telephone and post.
        let Some(contact) = &party.contact else {
            return self.came_back(participant).await;
        };
        let address = self.envelope(contact, party.id.into()).await?;
        let Ok(address) = MailAddress::parse(address.words_let_out()) else {
            return self.came_back(participant).await;
        };
        let lang = party.lang.unwrap_or_default();
        let to_name = if lang == Lang::Ja {
            &party.name_ja
        } else {
            &party.name_en
        };
        let invitation = self.invitation(participant.id, contact.body, name).await?;
        // A crash came between the refusal's record and the intent's end.
        if participant
            .undeliverable
            .is_some_and(|at| at.0 >= invitation.at)
        {
            return Ok(());
        }
        let link = format!(
            "{}/{}/partner/i/{}",
            self.config.partner,
            lang.tag(),
            invitation.link
        );
        let (subject, text) = pages::distribution::mail::invitation(
            &self.mail_site(),
            lang,
            &pages::distribution::mail::Invited {
                name: to_name.clone(),
                tracking: participant.tracking.clone(),
                link,
                code: invitation.code,
            },
        );
        let stem =
            seal::token::reference(self.keys.codes.bytes(), "first-contact", name.as_bytes());
        let message_id =
            MessageId::new(&stem, self.mail_domain()).ok_or(Fault::Form("reference"))?;
        let from = self.sender()?;
        // An answer is for people: it goes where the letter says that they are.
        let desk = MailAddress::parse(&self.config.contact).ok();
        let house_name = if lang == Lang::Ja {
            self.config.name_ja.clone()
        } else {
            self.config.name_en.clone()
        };
        let outgoing = Outgoing {
            message_id: &message_id,
            date_us: invitation.at,
            from: Mailbox {
                name: &house_name,
                address: &from,
            },
            to: &address,
            reply_to: desk.as_ref(),
            subject: &subject,
            thread: None,
            circulation: Circulation::Personal,
            extra: &[],
        };
        let composed = mail::compose_plain(&outgoing, &text);
        match self.handed(&stem, &address, composed).await? {
            Handed::Taken => Ok(()),
            Handed::Refused => self.came_back(participant).await,
            Handed::Unclear if self.kept.of::<Unclear>().again(name) => {
                self.came_back(participant).await
            }
            Handed::Unclear => Err(Fault::Recipient),
        }
    }

    /// Records that no mail reaches a participant; the desk has it as a task.
    async fn came_back(&self, participant: &Participant) -> Result<(), Fault> {
        let contact = coordination::Contact {
            participant: participant.id.to_string(),
            channel: ContactChannel::Mail,
            result: ContactResult::Undeliverable,
        };
        let act = self.act_of(Actor::House, "");
        let recorded = self
            .perform(&act, "contact", Realm::Live, async |unit| {
                coordination::contact(unit, &contact).await
            })
            .await;
        match recorded {
            // Nobody needs to be reached about a closed case.
            Ok(_) | Err(Fault::Refused(Refusal::CaseClosed)) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Writes to the duty address that something waits; nothing about what (docs/design/security.md §2.13).
    ///
    /// # Errors
    /// If there is no usable address or the relay does not take the mail.
    pub async fn tell_duty(&self, name: &str, attempt: u32) -> Result<(), Fault> {
        let address = MailAddress::parse(&self.config.mail.duty)
            .map_err(|_| Fault::Config("mail.duty: give a mail address".into()))?;
        let stem = seal::token::reference(
            self.keys.codes.bytes(),
            "duty",
            format!("{name}/{attempt}").as_bytes(),
        );
        let message_id =
            MessageId::new(&stem, self.mail_domain()).ok_or(Fault::Form("reference"))?;
        let from = self.sender()?;
        let outgoing = Outgoing {
            message_id: &message_id,
            date_us: clock::now().0,
            from: Mailbox {
                name: &self.config.name_en,
                address: &from,
            },
            to: &address,
            reply_to: None,
            subject: "担当者の確認が必要です / Needs a person",
            thread: None,
            circulation: Circulation::Personal,
            extra: &[],
        };
        let text = "期日を過ぎた項目があります。担当者の端末でご確認ください。\n\nA date has passed. Please look at the house's own terminal.\n";
        self.hand_over(&stem, &address, mail::compose_plain(&outgoing, text))
            .await
    }

    /// Hands a mail over for which a refusal by its recipient needs nobody's hand.
    pub(crate) async fn hand_over(
        &self,
        stem: &str,
        address: &MailAddress,
        composed: Composed,
    ) -> Result<(), Fault> {
        match self.handed(stem, address, composed).await? {
            Handed::Taken | Handed::Refused => Ok(()),
            Handed::Unclear => Err(Fault::Recipient),
        }
    }

    async fn handed(
        &self,
        stem: &str,
        address: &MailAddress,
        composed: Composed,
    ) -> Result<Handed, Fault> {
        match self.config.mail.transport {
            Transport::Folder => {
                let folder = MailFolder::open(&self.dir)
                    .map_err(|error| Fault::Config(format!("mail folder: {}", error.code())))?;
                folder
                    .write(stem, &[&composed.head, &composed.shared, &composed.tail])
                    .map_err(|error| Fault::Config(format!("mail folder: {}", error.code())))?;
                Ok(Handed::Taken)
            }
            Transport::Smtp => {
                let job = Job {
                    id: 0,
                    mail_from: format!("bounce+{stem}@{}", self.mail_domain()),
                    rcpt: address.smtp_form(),
                    head: composed.head,
                    shared: composed.shared,
                    tail: composed.tail,
                };
                let (done, mut outcomes) = tokio::sync::mpsc::channel(4);
                let relay = self.kept.of::<Relay>();
                let config = self.relay().inspect_err(|_| relay.failed(0, None))?;
                let sender =
                    tokio::spawn(async move { smtp::send_all(&config, vec![job], &done).await });
                let outcome = outcomes.recv().await.map(|(_, outcome)| outcome);
                if let Ok(Err(error)) = sender.await {
                    tracing::error!(
                        code = error.code(),
                        "no connection to the relay; the letter is tried again"
                    );
                }
                let mut tally = Tally::default();
                if let Some(outcome) = &outcome {
                    tally.add(outcome, address.smtp_form().as_bytes());
                }
                relay.told(&tally);
                match outcome {
                    Some(Outcome::Accepted { .. }) => Ok(Handed::Taken),
                    Some(Outcome::Refused {
                        stage: smtp::Stage::Unclear,
                        ..
                    }) => Ok(Handed::Unclear),
                    // Put off for now: that counts towards nothing, and keeps no other letter waiting.
                    Some(Outcome::Deferred {
                        stage: smtp::Stage::Rcpt,
                        ..
                    }) => Err(Fault::Recipient),
                    // The recipient's own refusal is final and a matter for a person; any other is ours to mend.
                    Some(Outcome::Refused {
                        stage: smtp::Stage::Rcpt,
                        code,
                    }) => {
                        tracing::warn!(
                            code = "post.contact_refused",
                            smtp = code,
                            "a contact point refuses mail; try another channel"
                        );
                        Ok(Handed::Refused)
                    }
                    _ => Err(Fault::Relay),
                }
            }
        }
    }

    /// Takes a reply: the code of the copy that it answers or names, typed by a person, acknowledges it.
    ///
    /// # Errors
    /// [`Refusal::Reply`] if it acknowledges nothing, with what it lacks: whoever takes mail is of the house.
    pub fn take_mail<'a>(
        &'a self,
        bytes: &'a [u8],
    ) -> Awaited<'a, Result<(AdvisoryId, u32, SubscriberId), Fault>> {
        Box::pin(async move {
            let draft = mail::reply::read_reply(bytes);
            if draft.auto_submitted {
                return Err(Refusal::Reply(ReplyLack::Person).into());
            }
            let Some(copy) = self.answered(&draft).await? else {
                return Err(Refusal::Reply(ReplyLack::Copy).into());
            };
            let code = seal::token::code(self.keys.codes.bytes(), &copy.id);
            let own = pages::distribution::mail::older_personal_parts(&self.config.contact, &code);
            let sent = format!("{own}\n{}", self.signed_texts(&copy).await?);
            let personal = pages::distribution::mail::personal_parts(
                &self.mail_site(),
                code.get(..5).unwrap_or(&code),
            );
            // Nor does a copy of whatever we sent count, the older form of our mail and the published text among it.
            let ours = format!("{personal}\n{sent}");
            let typed = if draft.holds(&ours, &code) {
                vec![code.clone()]
            } else {
                draft.codes(&sent)
            };
            let Some(first) = typed.first() else {
                let is_read = !draft.problems.contains(&Problem::NoText)
                    && !draft.problems.contains(&Problem::TooLarge)
                    && !draft.problems.contains(&Problem::TooManyParts);
                let lack = if is_read {
                    ReplyLack::Code
                } else {
                    ReplyLack::Text
                };
                return Err(Refusal::Reply(lack).into());
            };
            let input = command::Acknowledge {
                reference: reference::read(self, &copy.id, &copy.reference)?,
                // A wrong one is handed on too, since wrong ones are counted.
                code: typed
                    .iter()
                    .find(|typed| **typed == code)
                    .unwrap_or(first)
                    .clone(),
                way: AckWay::Reply,
            };
            let member = Actor::Member {
                subscriber: copy.subscriber,
            };
            let act = self.act_of(member, "");
            let done = self
                .perform(&act, "acknowledge", Realm::Live, async |unit| {
                    command::acknowledge(unit, &input).await
                })
                .await;
            match done {
                Ok(_) => Ok((copy.advisory, copy.revision, copy.subscriber)),
                Err(Fault::Refused(Refusal::NoSuchCopy)) => {
                    Err(Refusal::Reply(ReplyLack::RightCode).into())
                }
                Err(other) => Err(other),
            }
        })
    }

    /// What a copy's mail said to everybody, in each language: whoever answers may quote it, with the numbers in it.
    async fn signed_texts(&self, copy: &store::distribution::Copy) -> Result<String, Fault> {
        let loaded = self.load(copy.advisory.into()).await?;
        let Some(Aggregate::Advisory(advisory)) = loaded.as_ref().map(|l| &*l.state) else {
            return Ok(String::new());
        };
        let mut revisions = advisory.published.iter();
        let Some(published) = revisions.find(|one| one.revision == copy.revision) else {
            return Ok(String::new());
        };
        let mut out = String::new();
        for signed in published
            .signatures
            .iter()
            .filter(|one| one.form == "clear")
        {
            let hash = seal::unhex32(&signed.sha256).ok_or(Fault::Form("file hash"))?;
            if let Some(bytes) = self.store.file(&hash).await? {
                out.push_str(&String::from_utf8_lossy(&bytes));
                out.push('\n');
            }
        }
        Ok(out)
    }

    /// The copy that a reply answers: by the ids of its headers, or by a reference in its text where a relay wrote ids
    /// of its own.
    async fn answered(
        &self,
        draft: &ReplyDraft,
    ) -> Result<Option<store::distribution::Copy>, Fault> {
        let ids = draft
            .message_ids
            .iter()
            .map(|id| id.split('@').next().unwrap_or_default());
        for reference in ids.chain(draft.references.iter().map(String::as_str)) {
            let found = self
                .store
                .copy_by_reference(store::Viewer::Bearer, reference)
                .await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}
