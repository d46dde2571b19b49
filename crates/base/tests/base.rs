//! What crates say to each other and write for ever keeps its names.

use base::{DocumentKind, Instant, Lang, RECORD_SILENT, Realm, digits};

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
        let name = format!("text-{}", lang.tag());
        assert_eq!(DocumentKind::text(lang).name(), name);
    }
}

#[test]
fn digits_are_read_as_people_type_them() {
    assert_eq!(digits("８２３５－3365-8"), "823533658");
    assert_eq!(digits(" NRS-０９ 4٣²"), "094");
    assert_eq!(digits("twelve"), "");
}

#[test]
fn a_realm_keeps_its_code_and_its_word() {
    let realms = [(Realm::Live, 0, "live"), (Realm::Exercise, 1, "exercise")];
    for (realm, code, name) in realms {
        assert_eq!((realm.code(), realm.name()), (code, name));
        assert_eq!(Realm::from_code(code), Some(realm));
    }
    assert_eq!(Realm::from_code(2), None);
}

#[test]
fn an_instant_is_cut_downwards_on_both_sides_of_1970() {
    assert_eq!(Instant(1_999_999).whole_seconds(), Instant(1_000_000));
    assert_eq!(Instant(-1).whole_seconds(), Instant(-1_000_000));
    assert_eq!(Instant(5).plus_days(2), Instant(172_800_000_005));
}
