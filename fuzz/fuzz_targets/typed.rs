//! Small things that people type: a range of versions, a CVSS vector, a number, an address, an instant.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let _ = domain::coordination::range::Range::parse(&text);
    let _ = domain::series::Number::parse(&text);
    let _ = formats::cvss::read_line(&text);
    let _ = formats::time::both(&text, formats::advisory::Lang::Ja);
    if let Ok(address) = formats::subscribers::MailAddress::parse(&text) {
        let wire = address.smtp_form();
        assert!(wire.bytes().all(|byte| byte.is_ascii_graphic()));
    }
});
