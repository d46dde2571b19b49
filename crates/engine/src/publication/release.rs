//! Release: at the instant, sign, verify, record, and only then show.
//!
//! Order (docs/design/security.md §2.10, §2.21; docs/decisions/0003-signing-at-the-instant.md): the plan with its
//! exact bytes was recorded when it was made; at the instant the signer (own clock, own journal) signs, another
//! process verifies what was read back from disk, one transaction records `Published` with the copies to be sent,
//! the press follows from the ledger. Never early: node clock, database clock and the signer's clock must all have
//! passed the instant. A crash at any step is continued by doing the step again.

use base::DocumentKind;
use domain::aggregate::Aggregate;
use domain::coordination::case::Case;
use domain::distribution::CopyState;
use domain::event::Signed;
use domain::publication::{self, Plan, Release};
use domain::refusal::Refusal;
use domain::value::{AdvisoryId, CopyChannel};
use formats::advisory::Advisory as Form;
use seal::leaf::Leaf;
use seal::record::{Header, Realm};
use seal::signer::Request;
use store::distribution::Copy;

use crate::Awaited;
use crate::Fault;
use crate::kernel::clock;
use crate::kernel::context::Signatures;
use crate::kernel::house::House;
use crate::kernel::ids::{copy_id, copy_of_mailbox};
use crate::kernel::reference;
use crate::kernel::unit::Unit;
use crate::publication::doubt::CLOCK_SET;
use crate::publication::verdict::SignersTurn;

/// Node and database clock may differ by this much, µs (docs/design/security.md §2.21: over 2 s holds).
pub(super) const CLOCK_SPREAD_MAX_US: i64 = 2_000_000;
/// Ledger headers read at once for the signer.
const HEADERS_STEP: u32 = 5_000;

/// Code of a plan whose instant has not come by all clocks.
pub const NOT_DUE: &str = "release.not_due";

/// What came of looking at a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// Published now.
    Published {
        number: String,
        revision: u32,
        late_us: i64,
    },
    /// Nothing to do: taken back, replaced, or published before.
    Gone,
    /// Not due, not approved, or held back by a clock: look again later.
    Wait { code: &'static str },
}

impl House {
    /// Looks at the plan of an advisory and publishes it if it is due and approved.
    ///
    /// # Errors
    /// What failed; the plan stays and is looked at again.
    pub fn release<'a>(
        &'a self,
        advisory: AdvisoryId,
        plan_sha256: &'a str,
    ) -> Awaited<'a, Result<Looked, Fault>> {
        Box::pin(async move {
            self.not_held().await?;
            let Some(loaded) = self.load(advisory.into()).await? else {
                return Ok(Looked::Gone);
            };
            let Aggregate::Advisory(stream) = &*loaded.state else {
                return Err(Fault::Form("advisory"));
            };
            let Some(plan) = stream
                .plan
                .as_ref()
                .filter(|plan| plan.sha256 == plan_sha256)
            else {
                return Ok(Looked::Gone);
            };
            let now = clock::now();
            let database = clock::of_database(self.store.clock().await?);
            if (now.0 - database).abs() > CLOCK_SPREAD_MAX_US {
                tracing::warn!(
                    code = "release.clock_spread",
                    "the clocks of node and database differ by more than two seconds; release is held"
                );
                return Ok(Looked::Wait {
                    code: "release.clock_spread",
                });
            }
            // Before anything goes: a clock that was set since the last look.
            self.look_at_clock().await?;
            if plan.instant.0 > now.0.min(database) {
                return Ok(Looked::Wait { code: NOT_DUE });
            }
            if self.is_in_doubt(advisory, plan).await? {
                return Ok(Looked::Wait { code: CLOCK_SET });
            }
            let quorum = self.own().await?.quorum;
            if let Err(refusal) = stream.approved_plan(quorum) {
                return Ok(Looked::Wait {
                    code: refusal.code(),
                });
            }
            let realm = if loaded.realm == 0 {
                Realm::Live
            } else {
                Realm::Exercise
            };
            if realm == Realm::Exercise {
                // The wall: an exercise object never reaches the public tree (docs/design/security.md §2.20).
                tracing::warn!(
                    code = "wall",
                    "an exercise is not released to the public tree"
                );
                return Ok(Looked::Gone);
            }
            // Whether the embargo is over and the case open is asked before anything is signed or staged.
            let approved = stream.approved_plan(quorum)?;
            let case = self.load(approved.case().into()).await?;
            let Some(Aggregate::Case(case)) = case.as_ref().map(|l| &*l.state) else {
                return Err(Fault::Form("case"));
            };
            if let Err(refusal) = case.release_permit(&approved, &self.clock_act("")) {
                return Ok(Looked::Wait {
                    code: refusal.code(),
                });
            }
            if self.store.ledger_end().await?.1 > now.0 + CLOCK_SPREAD_MAX_US {
                tracing::warn!(
                    code = "release.clock_behind",
                    "the ledger's last record lies in the future; release is held"
                );
                return Ok(Looked::Wait {
                    code: "release.clock_behind",
                });
            }
            // Whoever lost a change of the approvers counts those who count no more.
            self.agrees_with_signer().await?;
            let mut documents = Vec::with_capacity(plan.documents.len());
            for document in &plan.documents {
                documents.push(self.body(document.body).await?);
            }
            let signatures = self.signatures(plan, &documents).await?;
            self.verify_staged(&documents, &signatures, realm)?;
            crate::kernel::crash::point("release.verified");
            self.publish(advisory, plan, &documents, &signatures).await
        })
    }

    /// What the signer is asked about a plan, with the ledger's headers since the head that it saw last.
    pub(super) async fn signing_request(
        &self,
        plan: &publication::Plan,
        documents: Vec<Vec<u8>>,
    ) -> Result<Request, Fault> {
        let mut from = self.contexts.signer_head()? + 1;
        let mut headers: Vec<Header> = Vec::new();
        loop {
            let step = self.store.ledger(from, HEADERS_STEP).await?;
            let Some(last) = step.last() else { break };
            from = last.header.seq + 1;
            if headers.len() + step.len() > seal::signer::HEADERS_MAX {
                self.contexts.extend(&headers)?;
                headers.clear();
            }
            headers.extend(step.into_iter().map(|record| record.header));
        }
        let approvals = plan
            .approvals
            .iter()
            .filter_map(|a| {
                let signature: [u8; 64] = seal::unhex(&a.signature)?.try_into().ok()?;
                Some(seal::approval::Approval {
                    person: a.person.bytes(),
                    at: a.at.0,
                    signature,
                })
            })
            .collect();
        Ok(Request {
            plan: plan.bytes.clone().into_bytes(),
            documents,
            approvals,
            headers,
        })
    }

    /// Shows the signer the ledger up to a record: it journals the head, and refuses from then on whatever does not go on from
    /// it. Whoever rewrites the whole ledger is noticed by a process that trusts no row (docs/design/security.md §2.11). What
    /// comes behind is left for the next release, which has to bring something new.
    ///
    /// # Errors
    /// [`Fault::Signer`] if it has seen another ledger; [`Fault::Context`] if it does not answer.
    pub(crate) async fn show_ledger_to_signer(&self, until: u64) -> Result<(), Fault> {
        let turn = self.kept.of::<SignersTurn>();
        let _turn = turn.0.lock().await;
        let mut from = self.contexts.signer_head()? + 1;
        while from <= until {
            let step = self.store.ledger(from, HEADERS_STEP).await?;
            let headers = step.into_iter().map(|record| record.header);
            let headers: Vec<Header> = headers.filter(|header| header.seq <= until).collect();
            let Some(last) = headers.last() else {
                return Ok(());
            };
            from = last.seq + 1;
            self.contexts.extend(&headers)?;
        }
        Ok(())
    }

    async fn signatures(
        &self,
        plan: &publication::Plan,
        documents: &[Vec<u8>],
    ) -> Result<Vec<Signatures>, Fault> {
        let turn = self.kept.of::<SignersTurn>();
        let _turn = turn.0.lock().await;
        let request = self.signing_request(plan, documents.to_vec()).await?;
        let signatures = self.contexts.sign(&request)?;
        crate::kernel::crash::point("release.signed");
        if signatures.len() == documents.len() {
            Ok(signatures)
        } else {
            Err(Fault::Context("sign"))
        }
    }

    /// Stages documents and signatures under a name that nobody can guess, lets the verifying context read
    /// them back, and removes them.
    fn verify_staged(
        &self,
        documents: &[Vec<u8>],
        signatures: &[Signatures],
        realm: Realm,
    ) -> Result<(), Fault> {
        let folder = self
            .dir
            .join("press")
            .join("staging")
            .join(seal::hex(&seal::random::bytes::<16>()));
        seal::files::private_folder(&folder)?;
        let result = (|| {
            let write = |name: String, bytes: &[u8]| {
                std::fs::write(folder.join(name), bytes)
                    .map_err(Fault::io("cannot stage a document"))
            };
            if realm == Realm::Exercise {
                write("exercise".into(), b"")?;
            }
            for (n, (document, signature)) in documents.iter().zip(signatures).enumerate() {
                write(format!("{n}.doc"), document)?;
                write(format!("{n}.sig"), &signature.detached)?;
                if !signature.clear.is_empty() {
                    write(format!("{n}.asc"), &signature.clear)?;
                }
            }
            self.contexts.verify(&folder, documents.len())
        })();
        std::fs::remove_dir_all(&folder).map_err(Fault::io("cannot clear the staging folder"))?;
        result
    }

    async fn publish(
        &self,
        advisory: AdvisoryId,
        plan: &publication::Plan,
        documents: &[Vec<u8>],
        signatures: &[Signatures],
    ) -> Result<Looked, Fault> {
        let json = plan
            .documents
            .iter()
            .position(|d| DocumentKind::AdvisoryJson.is(&d.kind))
            .and_then(|at| documents.get(at))
            .ok_or(Fault::Form("plan"))?;
        let form: Form = serde_json::from_slice(json).map_err(|_| Fault::Form("advisory"))?;
        let quorum = self.own().await?.quorum;
        let root = self.ledger_root().await?;
        let act = self.clock_act("");
        let answer = self
            .perform(&act, "release", Realm::Live, async |unit| {
                let Some(state) = unit.state(advisory.into()).await? else {
                    return Ok(Looked::Gone);
                };
                let Aggregate::Advisory(stream) = &*state else {
                    return Err(Fault::Form("advisory"));
                };
                let Some(current) = stream.plan.as_ref().filter(|p| p.sha256 == plan.sha256) else {
                    return Ok(Looked::Gone);
                };
                let approved = stream.approved_plan(quorum)?;
                let case =
                    crate::kernel::find::by_number::<Case>(unit, &approved.case().to_string())
                        .await?;
                // A plan of a website that an older program made goes out as little as a new one.
                let track = crate::coordination::track_of(self, &case).await?;
                case.public_track(track, stream.is_published())?;
                let permit = case.release_permit(&approved, &unit.act)?;
                let persons = approved.persons();
                let release =
                    self.recorded(unit, &form, current, documents, signatures, persons, &root)?;
                let changes = publication::publish(stream, &case, permit, release)?;
                self.enqueue_copies(unit, advisory, &form, current).await?;
                unit.record(changes).await?;
                Ok(Looked::Published {
                    number: form.id.clone(),
                    revision: form.revision,
                    late_us: unit.act.now.0 - current.instant.0,
                })
            })
            .await;
        match answer {
            Err(Fault::Refused(Refusal::TooEarly { .. } | Refusal::PlanNotDue { .. })) => {
                Ok(Looked::Wait {
                    code: "release.too_early",
                })
            }
            other => other,
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one release is one row of facts; a struct for it would have one user"
    )]
    fn recorded(
        &self,
        unit: &mut Unit<'_>,
        form: &Form,
        plan: &publication::Plan,
        documents: &[Vec<u8>],
        signatures: &[Signatures],
        persons: u8,
        root: &[u8; 32],
    ) -> Result<Release, Fault> {
        let mut signed = Vec::new();
        let mut leaves = Vec::new();
        let file = |unit: &mut Unit<'_>, bytes: &[u8]| -> String {
            let sha256 = seal::sha256(bytes);
            let bytes = bytes.to_vec();
            unit.row(store::publication::FileRow { sha256, bytes });
            seal::hex(&sha256)
        };
        for ((document, bytes), signature) in plan.documents.iter().zip(documents).zip(signatures) {
            let sha256 = file(unit, bytes);
            let detached = file(unit, &signature.detached);
            signed.push(Signed {
                kind: document.kind.clone(),
                form: "detached".into(),
                sha256: detached,
            });
            if !signature.clear.is_empty() {
                let clear = file(unit, &signature.clear);
                signed.push(Signed {
                    kind: document.kind.clone(),
                    form: "clear".into(),
                    sha256: clear,
                });
            }
            let leaf = Leaf {
                v: 1,
                realm: base::Realm::Live.name().into(),
                series: self.config.series.clone(),
                number: form.id.clone(),
                revision: form.revision,
                kind: document.kind.clone(),
                sha256,
                instant: form.published.clone(),
                persons,
            };
            leaves.push(
                String::from_utf8(leaf.bytes().map_err(|_| Fault::Form("leaf"))?)
                    .map_err(|_| Fault::Form("leaf"))?,
            );
        }
        leaves.push(anchor_leaf(root, &clock::rfc3339(unit.act.now))?);
        Ok(Release {
            number: form.id.clone(),
            signatures: signed,
            leaves,
        })
    }

    async fn enqueue_copies(
        &self,
        unit: &mut Unit<'_>,
        advisory: AdvisoryId,
        form: &Form,
        plan: &Plan,
    ) -> Result<(), Fault> {
        let to = self.addressed(advisory, form).await?;
        let now = unit.act.now.0;
        let signed: seal::signer::Plan =
            serde_json::from_str(&plan.bytes).map_err(|_| Fault::Form("plan"))?;
        for reader in to {
            if !is_approved(&signed.channels, reader.channel) {
                continue;
            }
            let hours = i64::from(self.config.deadline_hours(reader.channel));
            let deadline = now + hours * 3_600_000_000;
            let id = match &reader.mailbox {
                Some(mailbox) => copy_of_mailbox(advisory, form.revision, mailbox, reader.channel),
                None => copy_id(advisory, form.revision, reader.id),
            };
            let copy = Copy {
                id,
                advisory,
                revision: form.revision,
                subscriber: reader.id,
                channel: reader.channel,
                reference: reference::kept(self, &id),
                state: CopyState::Waiting,
                attempts: 0,
                deadline,
                realm: 0,
                date_at: Some(now),
            };
            unit.row(store::distribution::row(&copy, now));
        }
        Ok(())
    }
}

/// Whether a plan was approved for a channel: one that the program has learnt since is not used for it.
fn is_approved(channels: &[String], channel: CopyChannel) -> bool {
    channels.iter().any(|name| name == channel.name())
}

/// The leaf that anchors the ledger's root in the archive log, without the ledger's size.
///
/// # Errors
/// Fails only if JSON could not be written.
pub fn anchor_leaf(root: &[u8; 32], at: &str) -> Result<String, Fault> {
    let leaf = Leaf {
        v: 1,
        realm: base::Realm::Live.name().into(),
        series: "ledger".into(),
        number: String::new(),
        revision: 0,
        kind: "anchor".into(),
        sha256: seal::hex(root),
        instant: at.to_owned(),
        persons: 0,
    };
    leaf.bytes()
        .ok()
        .and_then(|b| String::from_utf8(b).ok())
        .ok_or(Fault::Form("leaf"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_goes_by_the_channels_that_it_was_approved_for() {
        let approved = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            is_approved(&names, CopyChannel::Mail)
        };
        assert!(approved(&["portal", "mail"]));
        assert!(!approved(&["portal"]) && !approved(&[]));
    }
}
