//! Certificates, signatures and clear-signed texts against a kept key, and backups against a key that is no secret.
#![no_main]

use seal::openpgp::Certificate;
use std::io::Read as _;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

/// The key that signed what lies in corpus/openpgp; its secret half was thrown away.
static SIGNER: LazyLock<Option<Certificate>> =
    LazyLock::new(|| Certificate::read(include_bytes!("../keys/signer.asc")).ok());
/// Thirty-two bytes of 7: it opens corpus/openpgp/backup.age and nothing else in the world.
const RECOVERY: &str = "AGE-SECRET-KEY-1QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSKMP32K";
const SIGNED: &str = "対策情報\n";
/// January 2027, behind every signature of the corpus.
const AT: Duration = Duration::from_secs(1_800_000_000);
const BACKUP_BYTES_MAX: u64 = 1 << 20;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let at = SystemTime::UNIX_EPOCH + AT;
    let _ = Certificate::read(bytes);
    if let Some(signer) = SIGNER.as_ref() {
        let _ = signer.verify_detached(bytes, SIGNED.as_bytes(), at);
        let _ = signer.verify_clear_signed(bytes, at);
    }
    if let Ok(backup) = seal::recovery::open(RECOVERY, bytes) {
        let _ = backup.take(BACKUP_BYTES_MAX).read_to_end(&mut Vec::new());
    }
});
