//! From a draft to documents: the texts pass the gate, the board is computed, the bytes are made.
//!
//! The advisory is composed by reference to the case's texts; each one is opened, passes
//! [`domain::text::gate::release`] towards the public tree, and is compared with what must not leave
//! (docs/design/security.md §2.9). The result is pure data; hashing and approval follow. It writes nothing.

use std::collections::BTreeMap;

use base::DocumentKind;
use domain::aggregate::Aggregate;
use domain::coordination::board;
use domain::coordination::case::Case;
use domain::coordination::participant::Participant;
use domain::party::Party;
use domain::publication::{Advisory as Stream, Draft};
use domain::refusal::Refusal;
use domain::text::gate::{Audience, Channel, Released, release};
use domain::text::phase::Phase;
use domain::text::standing::Grants;
use domain::value::{
    AdvisoryStage, BodyId, Field, Instant, Part, StatementKind, TextRef, VendorAnswer,
};
use formats::advisory::{self as form, Advisory, Lang};
use serde::{Deserialize, Serialize};

use crate::advisory::decided;
use crate::advisory::overlaps;
pub use crate::advisory::overlaps::Overlap;
use crate::advisory::statements;

use crate::Fault;
use crate::kernel::clock;
use crate::kernel::house::House;
use crate::kernel::unit::Unit;

/// What an advisory says beside its texts; sealed as a body of class V.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Facts {
    pub audience: form::Audience,
    pub damage: Vec<form::Damage>,
    pub threat: form::Threat,
    pub severity: form::Severity,
    pub cvss: Vec<form::Cvss>,
    pub cve: Vec<String>,
    pub other_ids: Vec<form::OtherId>,
    pub references: Vec<form::Reference>,
    /// Nothing can be done, and the advice to stop using the product stands in its place (R-V3).
    pub accepted_risk: bool,
    /// The credited persons agreed to be named (class H leaves only so).
    pub credit_consent: bool,
    /// A person looked at texts that repeat unreleasable ones and takes them on; needs a reason in the act.
    pub overlap_override: bool,
    /// There is no edition in the other language (docs/design/settled.md §2.24).
    pub untranslated: Vec<Lang>,
}

impl Default for Facts {
    fn default() -> Self {
        Facts {
            audience: form::Audience::Administrator,
            damage: vec![],
            threat: form::Threat::NotRecorded,
            severity: form::Severity::NotRecorded,
            cvss: vec![],
            cve: vec![],
            other_ids: vec![],
            references: vec![],
            accepted_risk: false,
            credit_consent: false,
            overlap_override: false,
            untranslated: vec![],
        }
    }
}

/// A document with its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub kind: DocumentKind,
    pub bytes: Vec<u8>,
}

/// A text that goes out, with the place where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    pub place: Spot,
    pub text: String,
    /// The body that it is, where it stands in the draft.
    pub body: Option<BodyId>,
}

/// Where an outgoing text stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// A field of the advisory.
    Field(Field, Lang),
    /// What a vendor says, by the vendor's English name.
    Vendor(String),
    /// Names and versions of products.
    Products,
    /// References and numbers of other systems.
    References,
}

/// An advisory as it would go out, with what a person must look at.
#[derive(Clone, Debug)]
pub struct Composition {
    pub doc: Advisory,
    pub facts: Facts,
    pub outgoing: Vec<Outgoing>,
    pub overlaps: Vec<Overlap>,
    /// Whoever takes part in the case.
    pub concerned: Vec<Participant>,
}

/// Composes the advisory of the drafted revision for `instant`. Repetitions of what must not leave are
/// reported, not refused: whether they stop a plan is decided where it is made.
///
/// # Errors
/// [`Refusal::Withheld`] if the gate keeps a text back; faults.
pub async fn advisory(
    unit: &mut Unit<'_>,
    case: &Case,
    stream: &Stream,
    draft: &Draft,
    instant: Instant,
) -> Result<Composition, Fault> {
    let house = unit.house;
    let opened = unit.opened(&draft.facts).await?;
    let facts: Facts =
        serde_json::from_str(opened.words_for_the_house()).map_err(|_| Fault::Form("facts"))?;
    let grants = decided::grants(draft, &facts);
    let mut outgoing: Vec<Outgoing> = Vec::new();
    let mut texts: BTreeMap<Lang, form::Texts> = BTreeMap::new();
    let mut credits = Vec::new();
    let mut reasons: BTreeMap<Lang, String> = BTreeMap::new();
    for (field, text) in &draft.texts {
        let released = through_gate(unit, text, &grants).await?;
        outgoing.push(Outgoing {
            place: Spot::Field(*field, text.lang),
            text: released.words_let_out().to_owned(),
            body: Some(text.body),
        });
        match field {
            Field::Credit => credits.push(released.words_let_out().to_owned()),
            Field::RevisionReason => {
                reasons.insert(text.lang, released.words_let_out().to_owned());
            }
            _ => place(texts.entry(text.lang).or_default(), *field, &released)?,
        }
    }
    fill_languages(&mut texts, &facts);
    let concerned = crate::kernel::find::participants_of(unit, case.id).await?;
    let (vendors, products) = vendors(unit, &concerned, &grants, &mut outgoing).await?;
    name_the_rest(&vendors, &products, &facts, &mut outgoing);
    let overlaps = overlaps::find(unit, case, &vendors, &outgoing, facts.credit_consent).await?;
    let at = clock::rfc3339(instant);
    let first = stream
        .published
        .first()
        .map_or_else(|| at.clone(), |p| clock::rfc3339(p.instant));
    let config = &house.config;
    let doc = Advisory {
        schema: form::SCHEMA.to_owned(),
        id: case.number.clone(),
        revision: draft.revision,
        status: match draft.stage {
            AdvisoryStage::Interim => form::Status::Interim,
            AdvisoryStage::Final => form::Status::Final,
            AdvisoryStage::Updated => form::Status::Updated,
            AdvisoryStage::Withdrawn => form::Status::Withdrawn,
        },
        marking: config.purpose.marking(unit.realm),
        first_published: first,
        published: at.clone(),
        publisher: form::Publisher {
            name: BTreeMap::from([
                (Lang::Ja, config.name_ja.clone()),
                (Lang::En, config.name_en.clone()),
            ]),
            portal: config.portal.clone(),
            contact: config.contact.clone(),
        },
        audience: facts.audience,
        texts,
        damage: facts.damage.clone(),
        threat: facts.threat,
        severity: facts.severity,
        cvss: facts.cvss.clone(),
        cve: facts.cve.clone(),
        other_ids: facts.other_ids.clone(),
        products,
        vendors,
        references: facts.references.clone(),
        credits,
        history: history(house, stream, draft, at, reasons).await?,
        documents: vec![],
    };
    Ok(Composition {
        doc,
        facts,
        outgoing,
        overlaps,
        concerned,
    })
}

/// Adds what is not a text of the draft and goes out all the same.
fn name_the_rest(
    vendors: &[form::Vendor],
    products: &[form::Product],
    facts: &Facts,
    outgoing: &mut Vec<Outgoing>,
) {
    let mut add = |place: Spot, text: String| {
        outgoing.push(Outgoing {
            place,
            text,
            body: None,
        });
    };
    for product in products {
        for name in product.name.values() {
            add(Spot::Products, name.clone());
        }
        add(Spot::Products, product.versions.clone());
    }
    for product in vendors.iter().flat_map(|vendor| &vendor.products) {
        if let Some(version) = &product.fixed_in {
            add(Spot::Products, version.clone());
        }
    }
    for reference in &facts.references {
        add(Spot::References, reference.url.clone());
        add(Spot::References, reference.summary.clone());
    }
    for id in &facts.other_ids {
        add(Spot::References, id.text.clone());
    }
}

async fn through_gate(unit: &Unit<'_>, text: &TextRef, grants: &Grants) -> Result<Released, Fault> {
    let classed = unit.opened(text).await?;
    release(
        &classed,
        &Audience::PUBLIC,
        Phase::P3,
        grants,
        Channel::PublicTree,
    )
    .map_err(|withheld| {
        Refusal::Withheld {
            class: text.class.code(),
            rule: withheld.rule,
        }
        .into()
    })
}

fn place(texts: &mut form::Texts, field: Field, released: &Released) -> Result<(), Fault> {
    let text = released.words_let_out().to_owned();
    match field {
        Field::Title => texts.title = text,
        Field::Summary => texts.summary = text,
        Field::Details => texts.details = text,
        Field::Affected => texts.affected = text,
        Field::Check => texts.check = text,
        Field::Impact => texts.impact = text,
        Field::Fix => texts.fix = text,
        Field::Workaround => texts.workaround = text,
        Field::SideEffects => texts.side_effects = text,
        Field::Detection => texts.detection = text,
        Field::ThreatNote => texts.threat_note = text,
        Field::Note => texts.note = text,
        // Lines of "who | what | by when".
        Field::Actions => {
            texts.actions = text
                .lines()
                .filter(|line| !line.trim().is_empty())
                .map(|line| {
                    let mut parts = line.split('|').map(|part| part.trim().to_owned());
                    form::Action {
                        who: parts.next().unwrap_or_default(),
                        what: parts.next().unwrap_or_default(),
                        by: parts.next().unwrap_or_default(),
                    }
                })
                .collect();
        }
        Field::RevisionReason | Field::Credit => {}
    }
    Ok(())
}

fn fill_languages(texts: &mut BTreeMap<Lang, form::Texts>, facts: &Facts) {
    for missing in &facts.untranslated {
        if let Some(copy) = texts.get(&missing.other()).cloned() {
            texts.insert(
                *missing,
                form::Texts {
                    untranslated: true,
                    ..copy
                },
            );
        }
    }
}

async fn history(
    house: &House,
    stream: &Stream,
    draft: &Draft,
    at: String,
    mut reasons: BTreeMap<Lang, String>,
) -> Result<Vec<form::Revision>, Fault> {
    let mut out = Vec::new();
    // The history of the last revision is read from its published document: what was said stays said.
    if let Some(last) = stream.published.last() {
        let json = last
            .files
            .iter()
            .find(|file| DocumentKind::AdvisoryJson.is(&file.kind))
            .ok_or(Fault::Form("published files"))?;
        let bytes = house.body(json.body).await?;
        let before: Advisory =
            serde_json::from_slice(&bytes).map_err(|_| Fault::Form("published advisory"))?;
        out = before.history;
    }
    if reasons.is_empty() {
        reasons = BTreeMap::from([
            (Lang::Ja, "初版".to_owned()),
            (Lang::En, "First published".to_owned()),
        ]);
    }
    out.push(form::Revision {
        revision: draft.revision,
        at,
        reason: reasons,
    });
    Ok(out)
}

type Board = (Vec<form::Vendor>, Vec<form::Product>);

async fn vendors(
    unit: &mut Unit<'_>,
    concerned: &[Participant],
    grants: &Grants,
    outgoing: &mut Vec<Outgoing>,
) -> Result<Board, Fault> {
    let mut entries = Vec::new();
    for participant in concerned {
        let Some(party) = participant.party else {
            continue;
        };
        if participant.part != Part::Vendor {
            continue;
        }
        let Some(Aggregate::Party(party)) = unit.state(party.into()).await?.as_deref().cloned()
        else {
            continue;
        };
        if status(participant, &party).is_some() {
            entries.push((party, participant));
        }
    }
    entries.sort_by(|(a, x), (b, y)| {
        (a.name_en.to_lowercase(), x.id).cmp(&(b.name_en.to_lowercase(), y.id))
    });
    let (mut vendors, mut products) = (Vec::new(), Vec::<form::Product>::new());
    for (party, participant) in entries {
        let id = format!("v{}", vendors.len() + 1);
        let vendor = vendor(
            unit,
            &id,
            &party,
            participant,
            grants,
            outgoing,
            &mut products,
        )
        .await?;
        vendors.push(vendor);
    }
    Ok((vendors, products))
}

/// The label under which a vendor stands in the document; nothing if it does not stand there.
#[must_use]
pub fn status(participant: &Participant, party: &Party) -> Option<form::VendorStatus> {
    board::public_label_of(participant, party.listed).map(form::VendorStatus::from)
}

async fn vendor(
    unit: &Unit<'_>,
    id: &str,
    party: &Party,
    participant: &Participant,
    grants: &Grants,
    outgoing: &mut Vec<Outgoing>,
    products: &mut Vec<form::Product>,
) -> Result<form::Vendor, Fault> {
    let told = |of: fn(&str) -> String| {
        let day = |at: Option<Instant>| at.map(|at| of(&clock::rfc3339(at)));
        (day(participant.asked_at), day(participant.answered_at))
    };
    let (notified, answered) = told(formats::time::day);
    let (notified_in_japan, answered_in_japan) = told(formats::time::day_in_japan);
    let is_dated = notified.is_some() || answered.is_some();
    let mut own = Vec::new();
    for answer in participant
        .answers
        .iter()
        .filter(|answer| statements::is_listed(answer))
    {
        let Some(name) = &answer.product else {
            continue;
        };
        let status = match (answer.answer, &answer.fixed_in) {
            (VendorAnswer::Affected, Some(_)) => form::ProductStatus::Fixed,
            (VendorAnswer::Affected, None) => form::ProductStatus::KnownAffected,
            (VendorAnswer::NotAffected, _) => form::ProductStatus::KnownNotAffected,
            (VendorAnswer::Investigating, _) => form::ProductStatus::UnderInvestigation,
            (VendorAnswer::Unknown, _) => continue,
        };
        let product = format!("p{}", products.len() + 1);
        let name = BTreeMap::from([(Lang::Ja, name.clone()), (Lang::En, name.clone())]);
        products.push(form::Product {
            id: product.clone(),
            vendor: id.to_owned(),
            name,
            versions: answer.versions.clone(),
        });
        own.push(form::VendorProduct {
            product,
            status,
            fixed_in: answer.fixed_in.clone(),
        });
    }
    let mut vendor = form::Vendor {
        id: id.to_owned(),
        name: BTreeMap::from([
            (Lang::Ja, party.name_ja.clone()),
            (Lang::En, party.name_en.clone()),
        ]),
        kana: party.kana.clone(),
        status: status(participant, party).unwrap_or(form::VendorStatus::Notified),
        notified,
        answered,
        in_japan: is_dated.then_some(form::Days {
            notified: notified_in_japan,
            answered: answered_in_japan,
        }),
        statement: None,
        workaround: vec![],
        fix: vec![],
        information: None,
        statement_other: None,
        remedies: vec![],
        addendum: None,
        references: vec![],
        products: own,
    };
    let (mut said_of, mut fixes, mut ways_around) = (Vec::new(), Vec::new(), Vec::new());
    for said in &participant.statements {
        let (kind, text) = (said.kind, &said.text);
        let released = through_gate(unit, text, grants).await?;
        outgoing.push(Outgoing {
            place: Spot::Vendor(party.name_en.clone()),
            text: released.words_let_out().to_owned(),
            body: Some(text.body),
        });
        if let Some(about) = &said.about {
            outgoing.push(Outgoing {
                place: Spot::Vendor(party.name_en.clone()),
                text: about.to_string(),
                body: None,
            });
        }
        let words = form::Words {
            lang: text.lang,
            text: released.words_let_out().to_owned(),
        };
        match kind {
            StatementKind::Statement => said_of.push((said.about.as_ref(), words)),
            StatementKind::Information => vendor.information = Some(words),
            StatementKind::Addendum => vendor.addendum = Some(words),
            StatementKind::References => {
                vendor.references = released
                    .words_let_out()
                    .lines()
                    .map(str::to_owned)
                    .collect()
            }
            StatementKind::Workaround => ways_around.push((said.about.as_ref(), words)),
            StatementKind::Fix => fixes.push((said.about.as_ref(), words)),
        }
    }
    (vendor.statement, vendor.statement_other) = statements::editions(&said_of);
    let all = |said: &[statements::Said<'_>]| {
        let (one, other) = statements::editions(said);
        one.into_iter().chain(other).collect()
    };
    (vendor.fix, vendor.workaround) = (all(&fixes), all(&ways_around));
    vendor.remedies = statements::told_apart(&participant.answers, &vendor, &fixes, &ways_around);
    Ok(vendor)
}

/// Makes the documents of an advisory and lets the judge look at them. The advisory's own JSON is made last, since it
/// lists the others by their hashes; none of them knows it.
///
/// # Errors
/// [`Fault::Judge`] if a document is not valid; nothing invalid is planned.
pub fn documents(house: &House, doc: &Advisory) -> Result<Vec<Made>, Fault> {
    let copies = Lang::ALL
        .map(|lang| {
            let path = pages::clear_signed_path(&doc.id, lang);
            format!("{}{path}", house.config.portal)
        })
        .join("\n");
    let text = |lang: Lang| formats::text::bulletin(doc, lang, &copies).into_bytes();
    let mut made = Vec::with_capacity(DocumentKind::ALL.len());
    for kind in DocumentKind::ALL {
        let bytes = match kind {
            DocumentKind::AdvisoryJson => continue,
            DocumentKind::Csaf => judged(doc)?,
            DocumentKind::TextJa => text(Lang::Ja),
            DocumentKind::TextEn => text(Lang::En),
        };
        made.push(Made { kind, bytes });
    }
    let record = Advisory {
        documents: made.iter().map(listed).collect(),
        ..doc.clone()
    };
    let record = Made {
        kind: DocumentKind::AdvisoryJson,
        bytes: record.to_json().map_err(|_| Fault::Form("advisory"))?,
    };
    made.insert(0, record);
    Ok(made)
}

fn listed(made: &Made) -> form::Listed {
    form::Listed {
        kind: made.kind.name().to_owned(),
        sha256: seal::hex(&seal::sha256(&made.bytes)),
    }
}

fn judged(doc: &Advisory) -> Result<Vec<u8>, Fault> {
    let csaf = formats::csaf::document(doc);
    judge::judge(&csaf).map_err(|findings| {
        let first = findings
            .first()
            .map(|f| format!("{} at {}: {}", f.test, f.path, f.message))
            .unwrap_or_default();
        Fault::Judge(first)
    })?;
    Ok(csaf)
}

impl House {
    /// The site as pages and mails name it.
    #[must_use]
    pub fn mail_site(&self) -> pages::Site {
        self.config.site(self.fingerprint.clone())
    }
}
