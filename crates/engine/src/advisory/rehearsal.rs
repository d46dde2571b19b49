//! A rehearsal: the release as it would be, made by the functions that make it, in a unit that is dropped.
//!
//! Nothing is recorded, no body is kept. What is shown has the bytes that a plan of this draft for this instant
//! records; HTML is pressed from the document exactly as the press does it. Signatures do not exist before the
//! instant, so a mail is shown with the text that will stand in its signature.

use base::DocumentKind;
use domain::act::Act;
use domain::publication::{Advisory as Stream, Plan};
use formats::advisory::{Advisory, Lang};
use seal::record::Realm;

use crate::Awaited;
use crate::Fault;
use crate::advisory::command::{self, DraftAdvisory, Prepared, Wanted};
use crate::advisory::compose;
use crate::advisory::compose::Made;
use crate::advisory::paths;
use crate::kernel::house::House;
use crate::kernel::unit::Unit;

/// A release as it would be.
#[derive(Debug)]
pub struct Rehearsal {
    pub prepared: Prepared,
    /// The documents, or what the judge says against them.
    pub made: Result<Vec<Made>, String>,
}

/// What a document is shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    Html,
    Text,
    Json,
}

impl Media {
    fn of(kind: DocumentKind) -> Self {
        match kind.facts().media_type {
            base::JSON => Media::Json,
            _ => Media::Text,
        }
    }
}

/// A form of the release, with its exact bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub media: Media,
    pub bytes: Vec<u8>,
    pub sha256: String,
}

/// Every form in which a release can be looked at.
pub const KINDS: [&str; 12] = [
    "page-ja",
    "page-en",
    "sheet-ja",
    "sheet-en",
    "mail-ja",
    "mail-en",
    DocumentKind::TextJa.name(),
    DocumentKind::TextEn.name(),
    "letter-ja",
    "letter-en",
    DocumentKind::Csaf.name(),
    DocumentKind::AdvisoryJson.name(),
];

/// Rehearses the release of a draft that is not recorded, or of the recorded one.
///
/// # Errors
/// What a plan would be refused for before its bytes exist: no draft, no title, a text that the gate keeps back.
pub fn rehearse<'a>(
    house: &'a House,
    act: &'a Act,
    realm: Realm,
    draft: Option<&'a DraftAdvisory>,
    wanted: &'a Wanted,
) -> Awaited<'a, Result<Rehearsal, Fault>> {
    Box::pin(async move {
        let prepared = composed(house, act, realm, draft, wanted).await?;
        let made = match compose::documents(house, &prepared.composition.doc) {
            Ok(made) => Ok(made),
            Err(Fault::Judge(words)) => Err(words),
            Err(other) => return Err(other),
        };
        Ok(Rehearsal { prepared, made })
    })
}

/// The documents of a plan as they were recorded.
///
/// # Errors
/// If a body cannot be opened.
pub async fn recorded(house: &House, plan: &Plan) -> Result<(Advisory, Vec<Made>), Fault> {
    let mut made = Vec::with_capacity(plan.documents.len());
    for document in &plan.documents {
        let kind = DocumentKind::of(&document.kind).ok_or(Fault::Form("plan"))?;
        let bytes = house.body(document.body).await?;
        made.push(Made { kind, bytes });
    }
    let json = made
        .iter()
        .find(|one| one.kind == DocumentKind::AdvisoryJson)
        .ok_or(Fault::Form("plan"))?;
    let doc = serde_json::from_slice(&json.bytes).map_err(|_| Fault::Form("advisory"))?;
    Ok((doc, made))
}

/// Composes the release alone, for whoever asks what the gate and the overlaps say: no document is made or judged.
///
/// # Errors
/// As [`rehearse`].
pub async fn composed(
    house: &House,
    act: &Act,
    realm: Realm,
    draft: Option<&DraftAdvisory>,
    wanted: &Wanted,
) -> Result<Prepared, Fault> {
    let mut unit = Unit::new(house, act.clone(), "rehearsal", realm);
    if let Some(draft) = draft {
        command::draft(&mut unit, draft).await?;
    }
    command::prepare(&mut unit, wanted).await
}

/// Shows one form of a release; nothing if there is no such form.
#[must_use]
pub fn show(
    house: &House,
    stream: &Stream,
    doc: &Advisory,
    made: &[Made],
    kind: &str,
) -> Option<Shown> {
    let (what, lang) = match kind.rsplit_once('-') {
        Some((what, "ja")) => (what, Lang::Ja),
        Some((what, "en")) => (what, Lang::En),
        _ => (kind, Lang::Ja),
    };
    let site = house.mail_site();
    let of = |kind: DocumentKind| {
        made.iter()
            .find(|one| one.kind == kind)
            .map(|one| &one.bytes)
    };
    let (media, bytes) = match what {
        "page" => {
            let files = paths::files(doc, stream, lang);
            (Media::Html, pages::advisory(&site, lang, doc, &files))
        }
        "sheet" => {
            let sha256 = seal::hex(&seal::sha256(of(DocumentKind::AdvisoryJson)?));
            (Media::Html, pages::sheet(&site, lang, doc, &sha256))
        }
        "mail" => (
            Media::Html,
            pages::distribution::mail::html(&site, lang, doc).into_bytes(),
        ),
        "letter" => {
            let signed = of(DocumentKind::text(lang))?;
            let subject = pages::distribution::mail::about(lang, doc);
            let mut letter = format!("Subject: {subject}\n\n").into_bytes();
            letter.extend_from_slice(signed);
            (Media::Text, letter)
        }
        _ => {
            let named = DocumentKind::of(kind).filter(|_| KINDS.contains(&kind))?;
            (Media::of(named), of(named)?.clone())
        }
    };
    Some(Shown {
        media,
        sha256: seal::hex(&seal::sha256(&bytes)),
        bytes,
    })
}
