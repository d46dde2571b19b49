//! What crates say to each other and write for ever keeps its names.

use base::{DocumentKind, Lang, RECORD_SILENT, digits};

/// Names and files of what was published: these rows may only be joined by others.
#[test]
fn what_was_published_keeps_its_names() {
    let then = [
        ("advisory-json", "advisory.json", "advisory.json.sig", None),
        ("csaf", "csaf.json", "csaf.json.asc", None),
        (
            "text-ja",
            "text.ja.txt",
            "text.ja.txt.sig",
            Some("text.ja.asc"),
        ),
        (
            "text-en",
            "text.en.txt",
            "text.en.txt.sig",
            Some("text.en.asc"),
        ),
    ]
    .map(|(name, file, signature, clear)| {
        (name, file, signature.to_owned(), clear.map(str::to_owned))
    });
    let now: Vec<_> = DocumentKind::ALL
        .into_iter()
        .filter(|kind| kind.is_obligatory(RECORD_SILENT))
        .map(|kind| {
            let file = kind.facts().file;
            let (signature, clear) = (kind.signature_of(file), kind.clear_of(file));
            (kind.name(), file, signature, clear)
        })
        .collect();
    assert_eq!(now, then);
}

#[test]
fn a_name_leads_to_its_kind_and_back() {
    for kind in DocumentKind::ALL {
        assert_eq!(DocumentKind::of(kind.name()), Some(kind));
    }
    assert_eq!(DocumentKind::of("text-fr"), None);
    for lang in Lang::ALL {
        assert_eq!(DocumentKind::text(lang).facts().langs, [lang]);
    }
}

#[test]
fn digits_are_read_as_people_type_them() {
    assert_eq!(digits("８２３５－3365-8"), "823533658");
    assert_eq!(digits(" NRS-０９ 4٣²"), "094");
    assert_eq!(digits("twelve"), "");
}
