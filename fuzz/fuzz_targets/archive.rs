//! Files of the CERT/CC archive.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = formats::certcc::read_note(bytes);
    let _ = formats::certcc::read_vendor(bytes);
});
