//! Ids that follow from other ids: one advisory a case, one copy a revision and mailbox.
//!
//! Whoever makes such a thing again makes the same one. The forms are hashed and stand for ever.

use domain::value::{AdvisoryId, CaseId, CopyChannel, SubscriberId};

/// The advisory stream of a case: one a case, so its id follows from the case's.
#[must_use]
pub fn advisory_id(case: CaseId) -> AdvisoryId {
    let hash = seal::sha256(
        &seal::canon::Canon::of("noroshi/advisory-of/1")
            .fixed(&case.bytes())
            .finish(),
    );
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    AdvisoryId(uuid::Builder::from_custom_bytes(id).into_uuid())
}

/// Name of a copy: the same for the same advisory revision, mailbox and channel, however often it is made and whichever
/// of the mailbox's subscriptions asks for it (docs/design/forms.md §7).
#[must_use]
pub fn copy_of_mailbox(
    advisory: AdvisoryId,
    revision: u32,
    mailbox: &[u8; 32],
    channel: CopyChannel,
) -> [u8; 16] {
    let hash = seal::canon::Canon::of("noroshi/copy/2")
        .fixed(&advisory.bytes())
        .u32(revision)
        .fixed(mailbox)
        .bytes(channel.name().as_bytes())
        .hash();
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    id
}

/// Name of a copy for a subscription whose mailbox is not known: the same for the same advisory revision and subscriber.
#[must_use]
pub fn copy_id(advisory: AdvisoryId, revision: u32, subscriber: SubscriberId) -> [u8; 16] {
    let hash = seal::canon::Canon::of("noroshi/copy/1")
        .fixed(&advisory.bytes())
        .u32(revision)
        .fixed(&subscriber.bytes())
        .bytes(b"mail")
        .hash();
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes and references of sent mail follow from them: these vectors may only be joined by others.
    #[test]
    fn names_of_copies_are_fixed() {
        let advisory = AdvisoryId::from_bytes([1; 16]);
        let subscriber = SubscriberId::from_bytes([3; 16]);
        let older = copy_id(advisory, 2, subscriber);
        assert_eq!(seal::hex(&older), "52f8e2ecfdcc9a987bdcd241797f1abe");
        let copy = copy_of_mailbox(advisory, 2, &[3; 32], CopyChannel::Mail);
        assert_eq!(seal::hex(&copy), "c2c478f5f436925f2f276c6cf091d94d");
    }
}
