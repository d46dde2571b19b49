//! Letters come back as they were written; what our portal never writes is unreadable.

use super::*;

fn report() -> Report {
    Report {
        at: "2026-11-22T03:00:00Z".into(),
        lookup: "a".repeat(64),
        mailbox: "b".repeat(64),
        handling: "4821-7730-0".into(),
        consent: "2026-1".into(),
        what: "Ukihashi Resolver 3.1".into(),
        happens: "It answers \"yes\".\nAlways.".into(),
        ..Report::default()
    }
}

#[test]
fn a_letter_comes_back_as_it_was_written() {
    for letter in [
        Letter::Report(report()),
        Letter::Addition(Addition {
            at: "2026-11-22T03:00:00Z".into(),
            lang: Lang::En,
            lookup: "0".repeat(64),
            text: "More.".into(),
        }),
        Letter::Subscription(Subscription {
            at: "2026-11-22T03:00:00Z".into(),
            lang: Lang::Ja,
            address: "a@b.example".into(),
            scope: Scope::Vendor {
                name: "浮橋".into(),
            },
        }),
        Letter::Acknowledgement(Acknowledgement {
            at: "2026-11-22T03:00:00Z".into(),
            reference: "abcdefghijklmnop".into(),
            digits: Some("07".into()),
        }),
    ] {
        assert_eq!(Letter::read(&letter.write()), Ok(letter));
    }
}

/// A portal and a house of two programs: the older letter is read, the newer one waits for a newer house.
#[test]
fn letters_say_their_form() {
    let letter = Letter::Withdrawal(Withdrawal {
        at: "2026-11-22T03:00:00Z".into(),
        lookup: "0".repeat(64),
    });
    let now = String::from_utf8(letter.write()).unwrap();
    assert!(now.ends_with(",\"v\":1}"), "{now}");
    let before = now.replace(",\"v\":1", "");
    assert_eq!(Letter::read(before.as_bytes()), Ok(letter.clone()));
    assert_eq!(Letter::read(now.as_bytes()), Ok(letter));
    let newer = now.replace("\"v\":1", "\"v\":2,\"files\":[]");
    assert_eq!(Letter::read(newer.as_bytes()), Err(Unreadable::Newer));
    for odd in ["\"v\":0", "\"v\":\"1\"", "\"v\":-1", "\"v\":1,\"files\":[]"] {
        let odd = now.replace("\"v\":1", odd);
        assert_eq!(Letter::read(odd.as_bytes()), Err(Unreadable::Form), "{odd}");
    }
}

#[test]
fn what_our_portal_never_writes_is_unreadable() {
    let long = Report {
        happens: "x".repeat(TEXT_BYTES_MAX + 1),
        ..report()
    };
    let no_hash = Report {
        lookup: "A".repeat(64),
        ..report()
    };
    let silent = Report {
        happens: " \n".into(),
        ..report()
    };
    for letter in [long, no_hash, silent] {
        assert_eq!(
            Letter::read(&Letter::Report(letter).write()),
            Err(Unreadable::Field)
        );
    }
    let strange = br#"{"letter":"withdrawal","at":"2026-11-22T03:00:00Z","lookup":"","more":1}"#;
    assert_eq!(Letter::read(strange), Err(Unreadable::Form));
    assert_eq!(Letter::read(b"{}"), Err(Unreadable::Form));
    let huge = vec![b' '; LETTER_BYTES_MAX + 1];
    assert_eq!(Letter::read(&huge), Err(Unreadable::TooLong));
}

#[test]
fn every_field_of_a_report_stands_in_every_form_and_every_word_is_known() {
    for form in [ReportForm::Product, ReportForm::Site, ReportForm::Own] {
        for share in [false, true] {
            let report = Report { share, ..report() };
            let (filled, rows) = (report.filled(), form::rows(form));
            assert_eq!(filled.map(|(key, _)| key), rows.map(|row| row.key));
            let said = |key: ReportKey| {
                let found = filled.iter().find(|(own, _)| *own == key);
                found.map(|(_, said)| *said)
            };
            assert_eq!(form::check(form, said), Ok(()));
        }
    }
}

#[test]
fn the_longest_text_fits_into_a_letter() {
    let long = Report {
        happens: "\u{1}".repeat(TEXT_CHARS_MAX),
        ..report()
    };
    let letter = Letter::Report(long);
    assert_eq!(Letter::read(&letter.write()), Ok(letter));
}

#[test]
fn documents_of_a_mailbox_have_whole_steps() {
    let progress = Progress {
        v: 1,
        handling: "4821-7730-0".into(),
        steps: vec![Step {
            step: StepKind::Received,
            at: "2026-11-22T03:00:00Z".into(),
            about: String::new(),
        }],
        asked: false,
        may_withdraw: true,
    };
    let bytes = progress.write();
    assert_eq!(bytes.len(), STEP_BYTES);
    assert_eq!(Progress::read(&bytes), Some(progress));
    assert_eq!(Progress::read(b"{\"v\":2}"), None);
    let note = Note {
        note: NoteKind::Question,
        at: "2026-11-22T03:00:00Z".into(),
        lang: Lang::Ja,
        text: "版は何ですか。".repeat(1_000),
    };
    let bytes = note.write();
    assert!(bytes.len().is_multiple_of(STEP_BYTES));
    assert_eq!(Note::read(&bytes), Some(note));
}

#[test]
fn every_step_has_its_word() {
    for step in StepKind::ALL {
        let json = serde_json::to_string(&step).unwrap_or_default();
        assert_eq!(json.trim_matches('"').replace('_', "-"), step.word());
    }
}

#[test]
fn a_code_has_as_many_digits_as_it_should() {
    assert!(is_digits("07", 2) && !is_digits("7", 2));
}
