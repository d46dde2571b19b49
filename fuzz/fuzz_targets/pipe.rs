//! Messages between contexts, and requests to the signer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut input = bytes;
    if let Ok(Some(parts)) = engine::kernel::context::read_message(&mut input) {
        for part in &parts {
            let _ = engine::kernel::context::read_header(part);
            let _ = engine::kernel::context::read_approval(part);
        }
    }
});
