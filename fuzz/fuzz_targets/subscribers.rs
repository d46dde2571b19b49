//! The subscribers' CSV.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = formats::subscribers::read(bytes);
});
