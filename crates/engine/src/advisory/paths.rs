//! Where the documents of an advisory lie in the public tree, for the press and for whoever looks at a release before it.

use base::DocumentKind;
use domain::publication::Advisory as Stream;
use formats::advisory::{Advisory, Lang};
use formats::provider;
use pages::{Files, OlderRevision};

/// Where the newest revision of a document lies.
#[must_use]
pub fn current(kind: DocumentKind, id: &str, entry: &provider::Entry) -> String {
    match kind.facts().ending {
        Some(ending) => format!("/advisories/{id}.{ending}"),
        None => format!(
            "/{}/{}/{}.json",
            provider::WHITE_DIR,
            entry.year,
            entry.stem
        ),
    }
}

/// The paths that an advisory's page names.
#[must_use]
pub fn files(doc: &Advisory, stream: &Stream, lang: Lang) -> Files {
    let entry = provider::Entry::of(doc);
    let of = |kind| current(kind, &doc.id, &entry);
    let older = stream.published.iter();
    let older = older.filter(|revision| revision.revision != doc.revision);
    Files {
        json: of(DocumentKind::AdvisoryJson),
        csaf: of(DocumentKind::Csaf),
        text: of(DocumentKind::text(lang)),
        clear_signed: pages::clear_signed_path(&doc.id, lang),
        sums: "/SHA256SUMS".to_owned(),
        older: older
            .map(|revision| OlderRevision {
                revision: revision.revision,
                json: format!(
                    "/archive/{}/{}/{}",
                    doc.id,
                    revision.revision,
                    DocumentKind::AdvisoryJson.facts().file
                ),
            })
            .collect(),
    }
}
