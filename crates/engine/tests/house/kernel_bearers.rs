//! Who reads the database holds nothing that opens, ends or answers anything (docs/design/security.md §2.3, §2.7).

use std::collections::BTreeSet;

use testkit::world::words;
use testkit::{Case, World, given};

/// What a mail bears that its holder shows: a run of digits of base 32 behind one of these.
const BEFORE: [char; 3] = ['/', '+', '<'];

/// What the mails so far let their holders do something with, by its length.
fn borne(world: &World) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for mail in world.mails() {
        for text in [mail.text.clone(), words(&mail)] {
            for piece in text.split_inclusive(BEFORE).skip(1) {
                let run: String = piece
                    .chars()
                    .take_while(|c| matches!(c, 'a'..='z' | '2'..='7'))
                    .collect();
                if [16, 26].contains(&run.len()) {
                    found.insert(run);
                }
            }
        }
    }
    found
}

/// The bytes that stand for a text of base 32.
fn raw(text: &str) -> Vec<u8> {
    let (mut out, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for c in text.bytes() {
        let digit = match c {
            b'a'..=b'z' => c - b'a',
            _ => c - b'2' + 26,
        };
        bits = (bits << 5 | u32::from(digit)) & 0xffff;
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    out
}

fn stands(all: &[u8], text: &[u8]) -> bool {
    all.windows(text.len()).any(|some| some == text)
}

fn database(world: &World) -> Vec<u8> {
    let mut out = Vec::new();
    world.wait(world.house().store.dump(&mut out)).unwrap();
    out
}

#[test]
fn no_token_of_any_mail_stands_in_the_database() {
    let world = World::founded();
    given::reader(&world, "one@reader.example");
    let case = Case::open(&world);
    case.contact("Birch");
    world.runs_due();
    let link = given::invitation(&world, "psirt@birch.example").link;
    let _ = case.published();
    world.runs_due();
    let borne = borne(&world);
    assert!(borne.contains(&link), "{link}: {borne:?}");
    let of = |length: usize| borne.iter().filter(|run| run.len() == length).count();
    assert!(of(16) > 0 && of(26) > 1, "{borne:?}");
    let all = database(&world);
    for token in &borne {
        for form in [
            token.clone().into_bytes(),
            token.to_uppercase().into_bytes(),
            raw(token),
        ] {
            assert!(!stands(&all, &form), "{token}");
        }
    }
    // What is no secret is found in the same way.
    assert!(stands(&all, case.number.as_bytes()));
    world.ends_well();
}
