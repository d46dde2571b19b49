//! The body of a form, and the date in it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut typed = pages::kit::form::Typed::parse(bytes);
    let _ = pages::kit::moment::read(&mut typed, "at");
});
