//! Certificates and signatures.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = seal::openpgp::Certificate::read(bytes);
    let _ = seal::recovery::open("AGE-SECRET-KEY-1", bytes);
});
