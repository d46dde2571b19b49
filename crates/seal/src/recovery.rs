//! The recovery kit's secret and the backups sealed to it (age, X25519 recipients).
//!
//! `init` prints the secret once and keeps the public half; a backup is opened with the secret by this
//! program or by any age program. It does not know what a backup contains.

use std::io::{Read, Write};
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use age::x25519::{Identity, Recipient};

/// Why a backup cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// The text is no recovery secret or public half.
    #[error("this is not a recovery key of the form AGE-SECRET-KEY-1… or age1…")]
    Form,
    /// The backup was sealed to another key, or its bytes were changed.
    #[error("this recovery secret does not open the backup, or the backup was changed")]
    Unopenable,
    /// Reading or writing failed.
    #[error("the backup could not be read or written")]
    Io(#[from] std::io::Error),
}

/// Draws a recovery key: the secret text for the kit, the public half for the house.
#[must_use]
pub fn draw() -> (zeroize::Zeroizing<String>, String) {
    let identity = Identity::generate();
    (
        zeroize::Zeroizing::new(identity.to_string().expose_secret().to_owned()),
        identity.to_public().to_string(),
    )
}

/// What is sealed piece by piece: whatever is written here goes on sealed. Until it is finished it does not open.
pub struct Sealing<W: Write>(age::stream::StreamWriter<W>);

impl<W: Write> Sealing<W> {
    /// Begins to seal to the public half `to`.
    ///
    /// # Errors
    /// If `to` is no public half or writing fails.
    pub fn begin(to: &str, out: W) -> Result<Sealing<W>, RecoveryError> {
        let recipient = Recipient::from_str(to).map_err(|_| RecoveryError::Form)?;
        let encryptor =
            age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
                .map_err(|_| RecoveryError::Form)?;
        Ok(Sealing(encryptor.wrap_output(out)?))
    }

    /// Writes the end, and returns where it was written to.
    ///
    /// # Errors
    /// If writing fails.
    pub fn finish(self) -> Result<W, RecoveryError> {
        Ok(self.0.finish()?)
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

impl<W: Write> std::fmt::Debug for Sealing<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealing")
    }
}

/// Opens a sealed stream with the secret.
///
/// # Errors
/// [`RecoveryError::Form`] for a text that is no secret, [`RecoveryError::Unopenable`] for another key.
pub fn open<R: Read>(secret: &str, input: R) -> Result<impl Read + use<R>, RecoveryError> {
    let identity = Identity::from_str(secret.trim()).map_err(|_| RecoveryError::Form)?;
    let decryptor = age::Decryptor::new(input).map_err(|_| RecoveryError::Unopenable)?;
    decryptor
        .decrypt(std::iter::once(&identity as &dyn age::Identity))
        .map_err(|_| RecoveryError::Unopenable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal<W: Write>(to: &str, out: W, bytes: &[u8]) -> Result<W, RecoveryError> {
        let mut sealing = Sealing::begin(to, out)?;
        sealing.write_all(bytes)?;
        sealing.finish()
    }

    #[test]
    fn only_the_kit_opens_a_backup() {
        let (secret, public) = draw();
        let sealed = seal(&public, Vec::new(), b"database").unwrap();
        let mut out = Vec::new();
        open(&secret, sealed.as_slice())
            .unwrap()
            .read_to_end(&mut out)
            .unwrap();
        assert_eq!(out, b"database");
        assert!(open(&draw().0, sealed.as_slice()).is_err());
        assert!(matches!(
            open("nonsense", sealed.as_slice()).err(),
            Some(RecoveryError::Form)
        ));
    }

    #[test]
    fn a_backup_that_was_cut_or_bent_does_not_open_to_its_end() {
        let (secret, public) = draw();
        let sealed = seal(&public, Vec::new(), &[7; 200]).unwrap();
        let whole = |bytes: &[u8]| {
            let mut out = Vec::new();
            let opened = open(&secret, bytes).ok()?;
            let mut opened = opened;
            opened.read_to_end(&mut out).ok()?;
            Some(out)
        };
        assert_eq!(whole(&sealed), Some(vec![7; 200]));
        for length in [0, 10, sealed.len() / 2, sealed.len() - 1] {
            assert_eq!(whole(&sealed[..length]), None, "{length}");
        }
        for from_end in [1, 17, 100] {
            let mut bent = sealed.clone();
            let place = bent.len() - from_end;
            bent[place] ^= 1;
            assert_eq!(whole(&bent), None, "{from_end}");
        }
        // Spaces around a typed secret do not matter; a public half is no secret.
        assert!(open(&format!(" {}\n", secret.as_str()), sealed.as_slice()).is_ok());
        assert!(open(&public, sealed.as_slice()).is_err());
        assert!(seal("age1nonsense", Vec::new(), b"").is_err());
        assert!(seal(&secret, Vec::new(), b"").is_err());
    }
}
