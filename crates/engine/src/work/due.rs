//! What falls due: releases, ended embargoes, letters of the portal, finders' mailboxes, first contacts, copies, the
//! press, the daily anchor.
//!
//! A clock that runs out is a command, so time is in the ledger too. One round does all that is due and says
//! when the next thing is; a held house does nothing. Every step is idempotent: a round after a crash does
//! what the one before it did not finish.

use domain::coordination::decide;
use domain::value::{AdvisoryId, EmbargoEnd};
use seal::record::Realm as Wall;

use crate::Fault;
use crate::distribution::copies::Editions;
use crate::kernel::clock;
use crate::kernel::house::House;
use crate::publication::release::Looked;

/// How long an intent is leased while it is carried out, µs.
const LEASE_US: i64 = 60_000_000;
/// A day between anchors, µs.
const ANCHOR_EVERY_US: i64 = 86_400_000_000;
/// How often a plan is looked at that is due and cannot go, µs.
const LOOK_AGAIN_US: i64 = 5_000_000;
/// The duty address is written to this often while a date has passed without an approved plan, µs
/// (docs/design/settled.md §2.4).
pub const REMIND_EVERY_US: i64 = 900_000_000;
/// Longest wait between two rounds, µs.
const WAIT_MAX_US: i64 = 1_000_000;

/// What a round did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    pub published: Vec<String>,
    pub sent: usize,
    pub pressed: bool,
    /// µs until the next round is worth it.
    pub wait_us: i64,
}

impl House {
    /// Does all that is due.
    ///
    /// # Errors
    /// The first fault of the store; single mails and plans that fail are tried again later.
    pub async fn run_due(&self, editions: &mut Editions) -> Result<Round, Fault> {
        let mut round = Round {
            wait_us: WAIT_MAX_US,
            ..Round::default()
        };
        if self.held().await?.is_some() {
            return Ok(round);
        }
        // Nothing that strangers send comes before a publication that is due, or ends a round.
        self.release_due(&mut round).await?;
        self.end_access_due().await?;
        self.end_embargoes().await?;
        match self.empty_letterbox().await {
            Ok(_) => {}
            Err(Fault::Context(name)) => return Err(Fault::Context(name)),
            Err(error) => tracing::error!(
                code = error.code(),
                "the letterbox could not be emptied and is tried again"
            ),
        }
        self.anchor_daily().await?;
        round.pressed = self.press_due().await?;
        if let Err(error) = self.write_mailboxes().await {
            tracing::error!(
                code = error.code(),
                "the finders' mailboxes could not be written and are tried again"
            );
        }
        self.remind_duty().await?;
        self.send_first_contacts().await?;
        loop {
            let sent = self.send_copies(editions).await?;
            let done = sent.accepted
                + sent.deferred
                + sent.refused
                + sent.maybe
                + sent.expired
                + sent.dropped;
            round.sent += sent.accepted;
            if done < crate::distribution::copies::CLAIM_MAX as usize {
                break;
            }
        }
        let now = clock::now().0;
        for next in [
            self.store.next_intent_at().await?,
            self.store.next_copy_at().await?,
        ]
        .into_iter()
        .flatten()
        {
            round.wait_us = round.wait_us.min((next - now).max(10_000));
        }
        Ok(round)
    }

    async fn release_due(&self, round: &mut Round) -> Result<(), Fault> {
        let now = clock::now().0;
        for intent in self
            .store
            .claim_intents("release", now, now + LEASE_US, 32)
            .await?
        {
            match self
                .release(AdvisoryId(intent.subject.0), &intent.argument)
                .await
            {
                Ok(Looked::Published {
                    number,
                    revision,
                    late_us,
                }) => {
                    tracing::info!(
                        code = "release.published",
                        late_ms = late_us / 1000,
                        revision,
                        "published"
                    );
                    round.published.push(number);
                    // Plans that this one replaced have nothing to wait for.
                    self.store.finish_about("release", intent.subject).await?;
                }
                Ok(Looked::Gone) => self.store.finish_intents(&[intent.name]).await?,
                Ok(Looked::Wait { code }) => {
                    tracing::debug!(code, "a plan waits");
                    self.store
                        .defer_intent(&intent.name, now + LOOK_AGAIN_US)
                        .await?;
                }
                // Without its contexts the house can do nothing that matters: it ends and is started anew.
                Err(Fault::Context(name)) => return Err(Fault::Context(name)),
                Err(error) => {
                    tracing::error!(code = error.code(), "a release failed and is tried again");
                    self.store
                        .defer_intent(&intent.name, now + LOOK_AGAIN_US)
                        .await?;
                }
            }
            crate::kernel::crash::point("due.released");
        }
        Ok(())
    }

    /// Ends embargoes whose date has come without a publication: an event, and the case turns red.
    async fn end_embargoes(&self) -> Result<(), Fault> {
        let now = clock::now();
        for case in self
            .store
            .embargoes_over(
                store::Viewer::House,
                now.0,
                domain::publication::signatures_needed(self.own().await?.quorum),
            )
            .await?
        {
            let act = self.clock_act("");
            let ended = self
                .perform(&act, "end-embargo-by-clock", Wall::Live, async |unit| {
                    let case = crate::kernel::find::find_case(unit, &case.to_string()).await?;
                    let changes =
                        decide::end_embargo(&case, EmbargoEnd::Reached, &unit.act.clone())?;
                    unit.record(changes).await
                })
                .await;
            match ended {
                Ok(()) | Err(Fault::Refused(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    /// Writes to the duty address, without content, while a date has passed and nothing was published
    /// (docs/design/settled.md §2.4).
    async fn remind_duty(&self) -> Result<(), Fault> {
        let now = clock::now().0;
        for intent in self
            .store
            .claim_intents("date_without_plan", now, now + LEASE_US, 32)
            .await?
        {
            let case = domain::value::CaseId(intent.subject.0);
            let over = match self.load(case.into()).await?.map(|l| l.state) {
                Some(state) => match &*state {
                    domain::aggregate::Aggregate::Case(case) => {
                        case.closed.is_some() || case.world.public
                    }
                    _ => true,
                },
                None => true,
            };
            if over || self.config.mail.duty.is_empty() {
                self.store.finish_intents(&[intent.name]).await?;
                continue;
            }
            if let Err(error) = self.tell_duty(&intent.name, intent.attempts).await {
                tracing::warn!(
                    code = error.code(),
                    "the duty address could not be written to"
                );
            }
            self.store
                .defer_intent(&intent.name, now + REMIND_EVERY_US)
                .await?;
        }
        Ok(())
    }

    async fn press_due(&self) -> Result<bool, Fault> {
        let now = clock::now().0;
        let waiting = self
            .store
            .claim_intents("press", now, now + LEASE_US, 1_000)
            .await?;
        if waiting.is_empty() {
            return Ok(false);
        }
        self.press().await?;
        self.store
            .finish_intents(&waiting.into_iter().map(|w| w.name).collect::<Vec<_>>())
            .await?;
        Ok(true)
    }

    /// Puts the ledger's root into the archive log once a day (docs/design/security.md §2.11).
    async fn anchor_daily(&self) -> Result<(), Fault> {
        let own = self.own().await?;
        let now = clock::now();
        let since = own.anchor.map_or_else(
            || {
                own.persons
                    .values()
                    .map(|p| p.since.0)
                    .min()
                    .unwrap_or(now.0)
            },
            |(_, _, at)| at.0,
        );
        if now.0 - since < ANCHOR_EVERY_US {
            return Ok(());
        }
        let root = self.ledger_root().await?;
        let (seq, _) = self.store.ledger_end().await?;
        let leaf = crate::publication::release::anchor_leaf(&root, &clock::rfc3339(now))?;
        let act = self.clock_act("");
        self.perform(&act, "anchor", Wall::Live, async |unit| {
            let stream = unit.house.stream();
            let root = seal::hex(&root);
            unit.record(domain::party::decide::anchor(
                stream,
                seq,
                root,
                leaf.clone(),
            ))
            .await
        })
        .await
    }
}
