//! Letters from the portal, and documents of a mailbox.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = formats::letter::Letter::read(bytes);
    let _ = formats::letter::Progress::read(bytes);
    let _ = formats::letter::Note::read(bytes);
    let _ = formats::recent::read(bytes);
});
