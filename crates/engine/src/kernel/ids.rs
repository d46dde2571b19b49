//! Ids that follow from other ids: one advisory a case, one copy a revision and subscriber.
//!
//! Whoever makes such a thing again makes the same one. The forms are hashed and stand for ever.

use domain::value::{AdvisoryId, CaseId, SubscriberId};

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

/// Name of a copy: the same for the same advisory revision, subscriber and channel, however often it is made.
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
