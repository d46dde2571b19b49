//! A CSAF document before the judge.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = judge::judge(bytes);
});
