//! The published chain of those who may approve.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = seal::approvers::follow(bytes, i64::MAX);
    let _ = seal::approvers::follow(bytes, 1_790_000_000_000_000);
});
