//! A reply by mail.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = formats::mail::reply::read_reply(bytes);
    let _ = formats::mail::reply::shown_headers(bytes);
});
