//! Foreign texts before the gate: signs of an attack, jargon, and pieces of a protected text in an outgoing one.
#![no_main]

use domain::advisory::{jargon, lint};
use domain::text::overlap;
use domain::value::Lang;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text: &str = &String::from_utf8_lossy(bytes);
    let _ = lint::payload_signs(text);
    for lang in [Lang::Ja, Lang::En] {
        for term in jargon::without_gloss(lang, text) {
            let _ = jargon::with_gloss(text, &term);
        }
    }
    let (kept, outgoing) = text.split_once('\0').unwrap_or((text, text));
    for hit in overlap::Fingerprint::of(&[kept]).hits(outgoing) {
        assert!(outgoing.get(hit.at..hit.at + hit.len).is_some());
    }
});
