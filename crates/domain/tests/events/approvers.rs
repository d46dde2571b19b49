//! One of each event about those who may approve, and of a call.

use domain::event::Event;
use domain::value::{Instant, PersonId};

pub(super) fn samples() -> Vec<Event> {
    vec![
        Event::PhoneCodeIssued {
            number: super::text(domain::text::class::Class::C),
            source: domain::value::NumberSource::Public,
        },
        Event::ApproversProposed {
            statement: "{}".into(),
            statement_sha256: "00".repeat(32),
            person: Some(PersonId::from_bytes([6; 16])),
        },
        Event::ApproversSigned {
            statement_sha256: "00".repeat(32),
            key: "11".repeat(32),
            signature: "22".repeat(64),
        },
        Event::ApproversWithdrawn {
            statement_sha256: "00".repeat(32),
        },
        Event::ApproversChanged {
            statement_sha256: "00".repeat(32),
            line: "{}".into(),
            leaf: "{}".into(),
            person: Some(PersonId::from_bytes([6; 16])),
            key: Some("11".repeat(32)),
            quorum: 2,
            at: Instant(1_089_244_800_000_000),
            is_fresh: true,
        },
    ]
}
