//! A key over time: its end is put off, it is called back. What a reader noted and what lies in the tree are read together.
//!
//! What could go wrong: a certificate that was noted earlier ends while the key goes on, one of the two does not know of
//! the revocation, a file that holds no single key is taken for something else.

use std::time::Duration;

use seal::verify::Options;
use sequoia_openpgp::packet::prelude::{Signature, SignatureBuilder};
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::policy::StandardPolicy;
use sequoia_openpgp::serialize::SerializeInto;
use sequoia_openpgp::{Cert, PacketPile};

use super::*;

const fn hours(count: u64) -> Duration {
    Duration::from_secs(count * 3_600)
}

const fn days(count: u64) -> Duration {
    hours(count * 24)
}

fn advisory_key() -> Cert {
    Cert::from_bytes(&ADVISORY.public).unwrap()
}

/// The certificate with an end, so long after the key was made, that its holder set `set` after that.
fn with_end(cert: &Cert, set: Duration, end: Duration) -> Cert {
    let policy = StandardPolicy::new();
    let secret = Cert::from_bytes(&ADVISORY.secret).unwrap();
    let primary = secret.primary_key().key().clone();
    let mut signer = primary.parts_into_secret().unwrap().into_keypair().unwrap();
    let valid = secret.with_policy(&policy, at()).unwrap();
    let again = |old: &Signature| {
        let anew = SignatureBuilder::from(old.clone());
        let anew = anew.set_signature_creation_time(at() + set).unwrap();
        anew.set_key_validity_period(end).unwrap()
    };
    let direct = again(valid.direct_key_signature().unwrap());
    let mut made = vec![direct.sign_direct_key(&mut signer, None).unwrap()];
    for id in valid.userids() {
        let binding = again(id.binding_signature());
        let signed = binding.sign_userid_binding(&mut signer, None, id.userid());
        made.push(signed.unwrap());
    }
    cert.clone().insert_packets(made).unwrap().0
}

/// A tree with one certificate of the advisory key, as whoever noted another one verifies it so long after it was made.
fn judged(noted: &Cert, beside: &Cert, after: Duration) -> Report {
    let mut files = GOOD.clone();
    put(&mut files, "keys/advisory.asc", &beside.to_vec().unwrap());
    resum(&mut files);
    let folder = Folder::of(&files);
    let options = Options {
        now: at() + after,
        ..options(Some(KeyPin::Certificate(noted.to_vec().unwrap())))
    };
    verify::tree(&folder.path, &options).unwrap()
}

#[test]
fn a_key_goes_on_whichever_certificate_says_that_its_end_was_put_off() {
    let ending = with_end(&advisory_key(), hours(1), days(2));
    let put_off = with_end(&ending, days(1), days(300));
    for (noted, beside) in [(&ending, &put_off), (&put_off, &ending)] {
        let report = judged(noted, beside, days(5));
        assert_good(&report);
        assert!(report.pinned);
    }
    // Where neither says so, it has ended.
    let report = judged(&ending, &ending, days(5));
    assert_eq!(codes(&report), ["key-expiry"]);
}

#[test]
fn a_key_that_was_called_back_is_found_whichever_certificate_knows_it() {
    let key = advisory_key();
    let revocation = PacketPile::from_bytes(&ADVISORY.revocation).unwrap();
    let revoked = key.clone().insert_packets(revocation.into_children());
    let (revoked, _) = revoked.unwrap();
    for (noted, beside) in [(&key, &revoked), (&revoked, &key)] {
        let report = judged(noted, beside, hours(1));
        assert!(codes(&report).contains(&"key-revoked"), "{report:?}");
    }
}

#[test]
fn a_file_of_two_keys_is_told_from_one_that_holds_none() {
    let plain = |key: &NewKey| {
        let cert = Cert::from_bytes(&key.public).unwrap();
        cert.to_vec().unwrap()
    };
    let two = [plain(&ADVISORY), plain(&LOG)].concat();
    let several = "the file holds several OpenPGP certificates, where one is wanted";
    let none = "the file holds no OpenPGP certificate";
    for path in ["keys/advisory.asc", "keys/log.asc"] {
        for (bytes, told) in [
            (two.as_slice(), several),
            (b"no key".as_slice(), none),
            (ADVISORY.revocation.as_slice(), none),
        ] {
            let mut files = GOOD.clone();
            put(&mut files, path, bytes);
            resum(&mut files);
            let report = verified(&files, None);
            let mut findings = report.findings.iter();
            let found = findings.find(|one| one.code == "key-form" && one.path == path);
            assert_eq!(found.map(|one| one.message.as_str()), Some(told), "{path}");
        }
    }
}

/// A key as German authorities have them, drawn by gpg 2.2.
const BRAINPOOL: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----

mFMEaVW5ABMJKyQDAwIIAQEHAgMEYcDHz6ryeEaA9XK2kApdu5pdfVl16jxIWD2P
pdpzQkBR7dEGmNW7UbVcqjt6dnNNq4dKrFnGyg22SXXL4YNqJrQdRXhhbXBsZSA8
b2ZmaWNlQGV4YW1wbGUudGVzdD6IkAQTEwgAOBYhBBzDlCjW+FjVhO1xWwQ4WHWn
lDfLBQJpVbkAAhsDBQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEAQ4WHWnlDfL
QwYA/j+SHHwxchag/vleymtNV670DtUm8n+12JzfldO8eO9nAQCfqrwmsQap3P46
2bXtAJvl3PYf/tQqWwKbMNo3sbL6Yg==
=S0nz
-----END PGP PUBLIC KEY BLOCK-----
";

/// Saying that such signatures are bad would call a good document forged.
#[test]
fn signatures_by_a_key_of_another_curve_are_said_to_be_unchecked() {
    let mut files = GOOD.clone();
    put(&mut files, "keys/advisory.asc", BRAINPOOL.as_bytes());
    resum(&mut files);
    let report = verified(&files, None);
    let about_it: Vec<_> = report
        .findings
        .iter()
        .filter(|one| one.code == "key-algorithm")
        .collect();
    assert_eq!(about_it.len(), 1, "{report:?}");
    assert!(
        about_it[0].message.contains("brainpoolP256r1"),
        "{about_it:?}"
    );
    assert!(
        report
            .findings
            .iter()
            .all(|one| one.code != "signature-bad"),
        "{report:?}"
    );
}
