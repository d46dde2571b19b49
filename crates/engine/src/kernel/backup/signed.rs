//! What is signed of a backup: which two files belong together, of which house, and up to where.
//!
//! Whoever knows the public half of the recovery key can seal files that open; who made a backup, and that data and keys are
//! of one moment, the archive log's key says. It is looked at before anything is opened. Whether that key is the house's, the
//! reader knows who has its fingerprint from the recovery kit; the certificate that lies beside the signature proves nothing
//! by itself.

use std::io::Read;
use std::path::Path;

use seal::openpgp::{Certificate, SigningKey};

use crate::Fault;
use crate::kernel::clock;
use crate::kernel::house::KEYS;

/// First line of what is signed.
const KIND: &str = "noroshi/backup/1";
/// Where the certificate begins, behind the signature.
const CERTIFICATE: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
/// Largest signature file.
const BYTES_MAX: u64 = 1 << 20;

/// What a reader brings to tell whether a backup is the house's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trust<'a> {
    /// Whole fingerprint of the archive log's key, from the recovery kit.
    pub log_key: Option<&'a str>,
    /// Takes a backup that nobody signed: of an older program, by whoever knows where it has been.
    pub unsigned: bool,
}

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signed {
    /// The house, hexadecimal.
    pub house: String,
    pub number: u64,
    pub records: u64,
    /// The ledger's root, hexadecimal.
    pub root: String,
    /// SHA-256 of the two files as they lie there, hexadecimal.
    pub data: String,
    pub keys: String,
}

impl Signed {
    fn text(&self) -> String {
        format!(
            "{KIND}\nhouse {}\nnumber {}\nrecords {}\nroot {}\ndata {}\nkeys {}\n",
            self.house, self.number, self.records, self.root, self.data, self.keys
        )
    }

    fn read(text: &str) -> Option<Signed> {
        let mut lines = text.lines();
        if lines.next()? != KIND {
            return None;
        }
        let mut next = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let read = Signed {
            house: next("house")?.to_owned(),
            number: next("number")?.parse().ok()?,
            records: next("records")?.parse().ok()?,
            root: next("root")?.to_owned(),
            data: next("data")?.to_owned(),
            keys: next("keys")?.to_owned(),
        };
        (read.text().trim_end() == text.trim_end()).then_some(read)
    }

    /// The signature file: the text under the log's key, and its certificate.
    pub fn sign(&self, dir: &Path) -> Result<Vec<u8>, Fault> {
        let keys = dir.join(KEYS);
        let secret = seal::files::read_secret(&keys.join("log").join("log.pgp"))?;
        let key = SigningKey::read(&secret).map_err(|_| Fault::Form("log key"))?;
        let at = clock::system_time(clock::now());
        let mut out = key
            .clear_signed(self.text().as_bytes(), at)
            .map_err(|_| Fault::Form("log key"))?;
        out.extend_from_slice(b"\n");
        let certificate = std::fs::read(keys.join("public").join("log.asc"))
            .map_err(Fault::io("cannot read log.asc"))?;
        out.extend_from_slice(&certificate);
        Ok(out)
    }
}

fn wrong(why: impl Into<String>) -> Fault {
    Fault::Config(why.into())
}

/// Looks whether a backup says who made it, or may go without.
pub(super) fn is_there(signature: &Path, trust: Trust<'_>) -> Result<bool, Fault> {
    if signature.exists() {
        return Ok(true);
    }
    if trust.unsigned && trust.log_key.is_none() {
        return Ok(false);
    }
    Err(wrong(format!(
        "{} is not there: nobody signed this backup, it was cut off while it was made, or the file was left behind. Make another, or look for the file; a backup of an older program, of which you know where it has been, is taken with --unsigned",
        signature.display()
    )))
}

/// Looks whether a backup is what was signed, by the hashes of its files; returns that and the fingerprint of the key. Nothing for one that nobody
/// signed, where that is allowed.
///
/// # Errors
/// What does not fit, in words for whoever restores.
pub(super) fn look(
    signature: &Path,
    files: [(&Path, [u8; 32]); 2],
    trust: Trust<'_>,
) -> Result<Option<(Signed, String)>, Fault> {
    if !is_there(signature, trust)? {
        return Ok(None);
    }
    let (signed, fingerprint) = signer_of(signature)?;
    let pinned = match trust.log_key {
        Some(key) => Some(seal::verify::fingerprint(key).ok_or_else(|| {
            wrong("--log-key takes the whole fingerprint, 40 hexadecimal digits, as the recovery kit prints it")
        })?),
        None => None,
    };
    if pinned.is_some_and(|pinned| pinned != fingerprint) {
        return Err(wrong(format!(
            "this backup was signed by the key {fingerprint}, and not by the one that was given: do not restore it"
        )));
    }
    for ((path, hash), said) in files.into_iter().zip([&signed.data, &signed.keys]) {
        if seal::hex(&hash) != *said {
            return Err(wrong(format!(
                "{} is not the file that was signed with this backup: it was changed, or belongs to another backup",
                path.display()
            )));
        }
    }
    Ok(Some((signed, fingerprint)))
}

/// What a signature file says, and by which key.
fn signer_of(path: &Path) -> Result<(Signed, String), Fault> {
    let bad = || wrong(format!("{} holds no good signature", path.display()));
    let cannot = || Fault::io(format!("cannot read {}", path.display()));
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(cannot())?;
    file.take(BYTES_MAX)
        .read_to_end(&mut bytes)
        .map_err(cannot())?;
    let text = std::str::from_utf8(&bytes).map_err(|_| bad())?;
    let at = text.find(CERTIFICATE).ok_or_else(bad)?;
    let (message, certificate) = text.split_at_checked(at).ok_or_else(bad)?;
    let certificate = Certificate::read(certificate.as_bytes()).map_err(|_| bad())?;
    let now = clock::system_time(clock::now());
    let said = certificate
        .verify_clear_signed(message.as_bytes(), now)
        .map_err(|_| bad())?;
    let said = std::str::from_utf8(&said).map_err(|_| bad())?;
    let signed = Signed::read(said).ok_or_else(bad)?;
    Ok((signed, certificate.fingerprint()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_read_in_one_form_only() {
        let signed = Signed {
            house: "07".repeat(16),
            number: 3,
            records: 25,
            root: "ab".repeat(32),
            data: "cd".repeat(32),
            keys: "ef".repeat(32),
        };
        let text = signed.text();
        assert_eq!(Signed::read(&text), Some(signed.clone()));
        assert_eq!(Signed::read(text.trim_end()), Some(signed));
        for bent in [
            text.replace("backup/1", "backup/2"),
            text.replace("number 3", "number 03"),
            text.replace("root", "roots"),
            format!("{text}more\n"),
            text.lines().skip(1).collect::<Vec<_>>().join("\n"),
            String::new(),
        ] {
            assert_eq!(Signed::read(&bent), None, "{bent}");
        }
    }
}
