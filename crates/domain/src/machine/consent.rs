//! Consent: what one participant has said to the embargo of its case.
//!
//! Source: Vultron participant embargo consent, 11 edges (`fixtures/cvd-model/protocol.json`, `pec`).
//! Adherence is computed here and stored nowhere (Vultron ADR-0056): a stored copy could disagree.

use serde::{Deserialize, Serialize};

/// Tells what one participant has said to the embargo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// No embargo was ever put to it.
    NoEmbargo,
    /// It was asked and has not answered.
    Invited,
    /// It agreed to the embargo as it now stands.
    Signatory,
    /// It agreed to an earlier form; the embargo has since been lengthened.
    Lapsed,
    /// It said no.
    Declined,
}

/// Names what happened to one participant's consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentEvent {
    /// The embargo was put to the participant.
    Invite,
    /// The participant agreed.
    Accept,
    /// The participant said no.
    Decline,
    /// The embargo was revised after the participant had agreed.
    Revise,
    /// The embargo is over or void; what was said no longer matters.
    Reset,
}

/// Returns the state after `event`, or nothing where the machine has no such edge.
pub fn step(state: Consent, event: ConsentEvent) -> Option<Consent> {
    use Consent::{Declined, Invited, Lapsed, NoEmbargo, Signatory};
    match (state, event) {
        (NoEmbargo | Lapsed | Declined, ConsentEvent::Invite) => Some(Invited),
        (NoEmbargo | Invited | Lapsed, ConsentEvent::Accept) => Some(Signatory),
        (NoEmbargo | Invited | Lapsed, ConsentEvent::Decline) => Some(Declined),
        (Signatory, ConsentEvent::Revise) => Some(Lapsed),
        (_, ConsentEvent::Reset) => Some(NoEmbargo),
        _ => None,
    }
}

impl Consent {
    /// Lists every state.
    pub const ALL: [Consent; 5] = [
        Consent::NoEmbargo,
        Consent::Invited,
        Consent::Signatory,
        Consent::Lapsed,
        Consent::Declined,
    ];

    /// Tells whether the participant is bound by the embargo as it now stands.
    ///
    /// Case details go to nobody else while an embargo is in force.
    pub fn adheres(self) -> bool {
        self == Consent::Signatory
    }

    /// Returns the name of the published model.
    pub fn model_name(self) -> &'static str {
        match self {
            Consent::NoEmbargo => "NO_EMBARGO",
            Consent::Invited => "INVITED",
            Consent::Signatory => "SIGNATORY",
            Consent::Lapsed => "LAPSED",
            Consent::Declined => "DECLINED",
        }
    }
}

impl ConsentEvent {
    /// Lists every event.
    pub const ALL: [ConsentEvent; 5] = [
        ConsentEvent::Invite,
        ConsentEvent::Accept,
        ConsentEvent::Decline,
        ConsentEvent::Revise,
        ConsentEvent::Reset,
    ];

    /// Returns the name of the published model.
    pub fn model_name(self) -> &'static str {
        match self {
            ConsentEvent::Invite => "invite",
            ConsentEvent::Accept => "accept",
            ConsentEvent::Decline => "decline",
            ConsentEvent::Revise => "revise",
            ConsentEvent::Reset => "reset",
        }
    }
}
