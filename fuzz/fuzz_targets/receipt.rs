//! What a finder types, and texts that may hold a receipt.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let _ = seal::receipt::Receipt::read(&text);
    let _ = seal::receipt::contains_receipt(&text);
});
