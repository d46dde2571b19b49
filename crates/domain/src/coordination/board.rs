//! What a vendor's cell shows, inside and outside (docs/design/settled.md §2.5; docs/design/japanese-practice.md §3.3).
//!
//! A pure function of contacts, consent and answers. Precedence: declined > fixed (all affected ranges) >
//! affected > not affected > investigating > unknown (said so) > heard of > asked and silent > not asked.

use crate::coordination::participant::Participant;
use crate::value::{Instant, VendorAnswer};

/// State of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    NotAsked,
    AskedSilent { since: Instant },
    Seen,
    Unknown,
    Investigating,
    NotAffected,
    Affected,
    Fixed,
    Declined,
}

/// Computes the cell of a participant, over all its products or for one.
#[must_use]
pub fn cell(participant: &Participant, product: Option<&str>) -> Cell {
    cell_for(participant, product, None)
}

/// Computes the cell of a participant for one vulnerability of the case, or over all of them.
#[must_use]
pub fn cell_for(
    participant: &Participant,
    product: Option<&str>,
    vulnerability: Option<&str>,
) -> Cell {
    if participant.declined || participant.left {
        return Cell::Declined;
    }
    let answers: Vec<_> = participant
        .answers
        .iter()
        .filter(|answer| {
            product.is_none() || answer.product.as_deref() == product || answer.product.is_none()
        })
        .filter(|answer| {
            vulnerability.is_none()
                || answer.vulnerability.is_none()
                || answer.vulnerability.as_deref() == vulnerability
        })
        .collect();
    let has = |wanted: VendorAnswer| answers.iter().any(|answer| answer.answer == wanted);
    let affected: Vec<_> = answers
        .iter()
        .filter(|answer| answer.answer == VendorAnswer::Affected)
        .collect();
    if !affected.is_empty() {
        return if affected.iter().all(|answer| answer.fixed_in.is_some()) {
            Cell::Fixed
        } else {
            Cell::Affected
        };
    }
    if has(VendorAnswer::NotAffected) && !has(VendorAnswer::Investigating) {
        return Cell::NotAffected;
    }
    if has(VendorAnswer::Investigating) {
        return Cell::Investigating;
    }
    if has(VendorAnswer::Unknown) {
        return Cell::Unknown;
    }
    if participant.replied_at.is_some() {
        return Cell::Seen;
    }
    match participant.asked_at {
        Some(since) => Cell::AskedSilent { since },
        None => Cell::NotAsked,
    }
}

/// What the public board says of a vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicLabel {
    Notified,
    Unknown,
    Investigating,
    NotVulnerable,
    Vulnerable,
    VulnerableFixed,
}

impl PublicLabel {
    /// Every label.
    pub const ALL: [PublicLabel; 6] = [
        PublicLabel::Notified,
        PublicLabel::Unknown,
        PublicLabel::Investigating,
        PublicLabel::NotVulnerable,
        PublicLabel::Vulnerable,
        PublicLabel::VulnerableFixed,
    ];

    /// Word for machine output and catalogues.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            PublicLabel::Notified => "notified",
            PublicLabel::Unknown => "unknown",
            PublicLabel::Investigating => "investigating",
            PublicLabel::NotVulnerable => "not-vulnerable",
            PublicLabel::Vulnerable => "vulnerable",
            PublicLabel::VulnerableFixed => "vulnerable-fixed",
        }
    }
}

/// What everybody may read of a participant (docs/design/japanese-practice.md §3.3); `None` stands on no board: its
/// party is not listed, or it only got a first letter, in which nothing of the matter stands. Documents, the desk and
/// the vendor's page all say this one.
#[must_use]
pub fn public_label_of(participant: &Participant, is_listed: bool) -> Option<PublicLabel> {
    let label = label_of(cell(participant, None)).filter(|_| is_listed)?;
    (label != PublicLabel::Notified || participant.was_told()).then_some(label)
}

const fn label_of(cell: Cell) -> Option<PublicLabel> {
    Some(match cell {
        Cell::NotAsked | Cell::Declined => return None,
        Cell::AskedSilent { .. } | Cell::Seen => PublicLabel::Notified,
        Cell::Unknown => PublicLabel::Unknown,
        Cell::Investigating => PublicLabel::Investigating,
        Cell::NotAffected => PublicLabel::NotVulnerable,
        Cell::Affected => PublicLabel::Vulnerable,
        Cell::Fixed => PublicLabel::VulnerableFixed,
    })
}

impl Cell {
    /// Word for machine output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Cell::NotAsked => "not_asked",
            Cell::AskedSilent { .. } => "asked_silent",
            Cell::Seen => "seen",
            Cell::Unknown => "unknown",
            Cell::Investigating => "investigating",
            Cell::NotAffected => "not_affected",
            Cell::Affected => "affected",
            Cell::Fixed => "fixed",
            Cell::Declined => "declined",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{ParticipantId, ProductAnswer};

    fn answer(product: Option<&str>, answer: VendorAnswer, fixed: bool) -> ProductAnswer {
        ProductAnswer {
            product: product.map(str::to_owned),
            versions: product.unwrap_or("").to_owned(),
            answer,
            fixed_in: fixed.then(|| "2".to_owned()),
            vulnerability: None,
            because: None,
        }
    }

    fn check(change: impl FnOnce(&mut Participant), expected: Cell) {
        let mut participant = Participant::new(ParticipantId::from_bytes([1; 16]));
        change(&mut participant);
        assert_eq!(cell(&participant, None), expected);
    }

    #[test]
    fn precedence_is_that_of_the_settled_line() {
        use VendorAnswer::{Affected, Investigating, NotAffected, Unknown};
        check(|_| {}, Cell::NotAsked);
        check(
            |p| p.asked_at = Some(Instant(5)),
            Cell::AskedSilent { since: Instant(5) },
        );
        check(
            |p| (p.asked_at, p.replied_at) = (Some(Instant(5)), Some(Instant(6))),
            Cell::Seen,
        );
        check(
            |p| p.answers = vec![answer(None, Unknown, false)],
            Cell::Unknown,
        );
        check(
            |p| {
                p.answers = vec![
                    answer(None, Unknown, false),
                    answer(Some("a"), Investigating, false),
                ]
            },
            Cell::Investigating,
        );
        check(
            |p| p.answers = vec![answer(None, NotAffected, false)],
            Cell::NotAffected,
        );
        check(
            |p| {
                p.answers = vec![
                    answer(Some("a"), NotAffected, false),
                    answer(Some("b"), Affected, false),
                ]
            },
            Cell::Affected,
        );
        check(
            |p| {
                p.answers = vec![
                    answer(Some("a"), Affected, true),
                    answer(Some("b"), Affected, false),
                ]
            },
            Cell::Affected,
        );
        check(
            |p| p.answers = vec![answer(Some("a"), Affected, true)],
            Cell::Fixed,
        );
        check(
            |p| (p.left, p.answers) = (true, vec![answer(Some("a"), Affected, true)]),
            Cell::Declined,
        );
    }
}
