//! One of each event about the house itself: what is anchored and counted, who took an alarm over, what is erased.

use domain::event::Event;
use domain::text::class::Compartment;
use domain::value::{ErasureBasis, StreamId};

pub(super) fn samples() -> Vec<Event> {
    let dossier = StreamId::from_bytes([2; 16]);
    vec![
        Event::LedgerAnchored {
            seq: 7,
            root: "00".repeat(32),
            leaf: "{}".into(),
        },
        Event::HouseResumed {
            compared: "archive log".into(),
            persons: vec![],
        },
        Event::HouseCounted { rows: 12 },
        Event::AlarmTaken {
            cause: "relay".into(),
        },
        Event::ErasureRequested {
            erasure: 3,
            dossier,
            compartments: vec![Compartment::Identity, Compartment::Raw],
            basis: ErasureBasis::PersonAsked,
        },
        Event::ErasureApproved { erasure: 3 },
        Event::ErasureWithdrawn { erasure: 4 },
        Event::CompartmentErased {
            dossier,
            compartment: Compartment::Identity,
            epoch: 2,
            backups: None,
        },
        Event::BackupDestroyed { number: 7 },
    ]
}
