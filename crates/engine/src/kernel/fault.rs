//! What can go wrong above the store: a refusal is an answer, everything else is a fault.

use domain::refusal::Refusal;

/// Why a command or an operation did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The domain refused; data for the person who asked.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The store could not be opened.
    #[error(transparent)]
    Open(#[from] store::OpenError),
    /// A key file or another file failed.
    #[error(transparent)]
    File(#[from] seal::files::FileError),
    /// A sealed text or payload cannot be opened: its key is gone or the bytes were changed.
    #[error(
        "a sealed text cannot be opened; its compartment was erased, or run: noroshi ledger verify"
    )]
    Sealed,
    /// What was read back has not the form that this program writes.
    #[error("what the ledger says cannot be read by this program; use a newer one ({0})")]
    Form(&'static str),
    /// The signing context refused.
    #[error("the signing context refused: {0}")]
    Signer(String),
    /// A child process is gone.
    #[error("the {0} context does not answer")]
    Context(&'static str),
    /// The house is held after a restore.
    #[error(
        "this house is held: it was restored or copied. Compare it with the archive log and say: noroshi resume"
    )]
    Held,
    /// Another instance runs on this folder or database.
    #[error("another instance uses this house; stop it first")]
    InUse,
    /// Something in the configuration.
    #[error("configuration: {0}")]
    Config(String),
    /// What a running house answered, with its code.
    #[error("{text}")]
    Answered { text: String, code: String },
    /// The relay took a mail not now; what it said stands in the log.
    #[error("the mail relay did not take the mail")]
    Relay,
    /// The relay refused or put off one recipient, and it may be the recipient's doing.
    #[error("the mail relay does not take mail for this recipient now")]
    Recipient,
    /// Documents did not pass the judge.
    #[error("a document does not pass its judge: {0}")]
    Judge(String),
    /// Anything of the machine.
    #[error("{doing}")]
    Io {
        doing: String,
        #[source]
        source: std::io::Error,
    },
}

/// What the house says where it and the signer do not agree on who may approve.
pub const APART: &str = "approvers.apart";
/// What the verifying context says of a signature that does not hold.
pub(crate) const BAD_SIGNATURE: &str = "verify.bad_signature";

impl Fault {
    /// Returns a function that names what was being done when the machine refused.
    pub fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Fault {
        let doing = doing.into();
        move |source| Fault::Io { doing, source }
    }

    /// Returns the stable code: that of the cause, where it is known.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Fault::Refused(refusal) => refusal.code(),
            Fault::Store(error) => error.code(),
            Fault::Open(store::OpenError::Store(error)) => error.code(),
            Fault::Open(_) => "open",
            Fault::File(_) => "file",
            Fault::Sealed => "sealed",
            Fault::Form(_) => "form",
            Fault::Signer(said) if said == BAD_SIGNATURE => BAD_SIGNATURE,
            Fault::Signer(said) if said == APART => APART,
            Fault::Signer(said) => seal::signer::Refused::code_in(said).unwrap_or("signer"),
            Fault::Context(_) => "context",
            Fault::Held => "held",
            Fault::InUse => "in_use",
            Fault::Config(_) => "config",
            Fault::Answered { .. } => "answered",
            Fault::Relay => "post.relay",
            Fault::Recipient => "post.recipient",
            Fault::Judge(_) => "judge",
            Fault::Io { .. } => "io",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_names_the_cause_where_it_is_known() {
        let of_signer = |said: &str| Fault::Signer(said.to_owned()).code();
        assert_eq!(of_signer("sign.fork"), "sign.fork");
        assert_eq!(of_signer("sign.quorum: 1 of 2"), "sign.quorum");
        assert_eq!(of_signer("verify.bad_signature"), "verify.bad_signature");
        assert_eq!(of_signer("anything"), "signer");
        assert_eq!(Fault::Store(store::StoreError::Stopped).code(), "store");
    }
}
