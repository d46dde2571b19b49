//! The case's releasable texts: what an advisory may be composed of by reference.
//!
//! Parts of the report of classes V, W, F, K1, K2 and E, vendors' statements, workarounds and fixes, texts that the case
//! itself carries, and what the last draft was made of. Attack and verification methods, names of harmed sites
//! and unsorted text are never offered. What a person is shown of them has passed the gate.

use domain::coordination::case::Case;
use domain::intake::Report;
use domain::publication::Advisory;
use domain::role::Role;
use domain::text::class::Class;
use domain::text::gate::{Audience, Channel, Released, Strength, release};
use domain::text::standing::{ClassSet, Grants};
use domain::value::{About, Field, Part, StatementKind, TextRef};

use crate::Fault;
use crate::kernel::unit::Unit;

/// Where a releasable text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A part of a report, by its handling number.
    Report { handling: String },
    /// A vendor's words.
    Vendor {
        name_ja: String,
        name_en: String,
        kind: StatementKind,
        about: Option<About>,
    },
    /// A text of the case.
    Case(Field),
    /// A text of the last draft.
    Draft(Field),
}

/// A releasable text with its words, let out to the person who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub text: TextRef,
    pub origin: Origin,
    pub words: Released,
}

/// Sources that are offered; a case with more has them in its own pages.
const SOURCES_MAX: usize = 120;

pub(crate) fn is_releasable(class: Class) -> bool {
    matches!(
        class,
        Class::V | Class::W | Class::F | Class::K1 | Class::K2 | Class::E | Class::R
    )
}

/// Returns the stricter of two classes, by what the gate asks of a text before it lets it out.
#[must_use]
pub fn stricter(one: Class, other: Class) -> Class {
    if strictness(one) >= strictness(other) {
        one
    } else {
        other
    }
}

/// Never to the public; only by consent or decision of a person; only beside a countermeasure; and the rest. Within
/// the flaw and what tells of it, the flaw itself is strictest.
const fn strictness(class: Class) -> u8 {
    match class {
        Class::U | Class::A | Class::T | Class::I | Class::G | Class::O | Class::C => 9,
        Class::J | Class::Q | Class::Y | Class::Z => 8,
        Class::H => 7,
        Class::V => 6,
        Class::E => 5,
        Class::K2 => 4,
        Class::K1 => 3,
        Class::W => 2,
        Class::F => 1,
        Class::R | Class::D | Class::X | Class::N | Class::M => 0,
    }
}

/// Every releasable text of a case with its origin, newest drafts last.
///
/// # Errors
/// Faults of keys and store.
async fn collect(
    unit: &mut Unit<'_>,
    case: &Case,
    advisory: Option<&Advisory>,
) -> Result<Vec<(TextRef, Origin)>, Fault> {
    let mut out: Vec<(TextRef, Origin)> = Vec::new();
    for report in case.reports() {
        let report = crate::kernel::find::by_number::<Report>(unit, &report.to_string()).await?;
        out.extend(report.parts.iter().map(|text| {
            let handling = report.handling.clone();
            (*text, Origin::Report { handling })
        }));
    }
    for participant in crate::kernel::find::participants_of(unit, case.id).await? {
        if participant.part != Part::Vendor || participant.statements.is_empty() {
            continue;
        }
        let Some(party) = participant.party else {
            continue;
        };
        let state = unit.state(party.into()).await?;
        let Some(domain::aggregate::Aggregate::Party(party)) = state.as_deref() else {
            continue;
        };
        out.extend(participant.statements.iter().map(|said| {
            let origin = Origin::Vendor {
                name_ja: party.name_ja.clone(),
                name_en: party.name_en.clone(),
                kind: said.kind,
                about: said.about.clone(),
            };
            (said.text, origin)
        }));
    }
    out.extend(
        case.texts
            .iter()
            .map(|(field, text)| (*text, Origin::Case(*field))),
    );
    if let Some(draft) = advisory.and_then(|advisory| advisory.draft.as_ref()) {
        for (field, text) in &draft.texts {
            if !out.iter().any(|(known, _)| known.body == text.body) {
                out.push((*text, Origin::Draft(*field)));
            }
        }
    }
    Ok(out)
}

/// The bodies that a draft may refer to.
///
/// # Errors
/// Faults of keys and store.
pub async fn references(
    unit: &mut Unit<'_>,
    case: &Case,
    advisory: Option<&Advisory>,
) -> Result<Vec<TextRef>, Fault> {
    let all = collect(unit, case, advisory).await?;
    Ok(all
        .into_iter()
        .filter(|(text, origin)| {
            // The acknowledgement of the last draft is a reference like any other.
            is_releasable(text.class) || matches!(origin, Origin::Draft(Field::Credit))
        })
        .map(|(text, _)| text)
        .collect())
}

/// What a person of this role is offered, without the last draft's own texts.
///
/// # Errors
/// Faults of keys and store.
pub async fn offered(unit: &mut Unit<'_>, case: &Case, role: Role) -> Result<Vec<Source>, Fault> {
    let mut out = Vec::new();
    let viewer = store::Viewer::Person(unit.act.actor);
    let phase = crate::kernel::find::phase_of(unit.house, viewer, case).await?;
    let all = collect(unit, case, None).await?;
    for (text, origin) in all
        .into_iter()
        .filter(|(text, _)| is_releasable(text.class))
    {
        if out.len() >= SOURCES_MAX {
            break;
        }
        let classed = unit.opened(&text).await?;
        let audience = Audience {
            role,
            party: None,
            in_case: true,
            key: None,
        };
        let channel = Channel::Session {
            strength: Strength::Desk,
        };
        if let Ok(released) = release(&classed, &audience, phase, &grants(false), channel) {
            out.push(Source {
                text,
                origin,
                words: released,
            });
        }
    }
    Ok(out)
}

/// What is recorded in favour of a person who composes: what vendors say and evidence are offered to be published, and
/// a finder who agreed to be named is named in the acknowledgement.
#[must_use]
pub fn grants(credit_consent: bool) -> Grants {
    let consent = ClassSet::of(&[Class::R, Class::E]);
    Grants {
        assigned: true,
        consent: if credit_consent {
            consent.with(Class::H)
        } else {
            consent
        },
        decision: ClassSet::of(&[Class::E]),
        ..Grants::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_words_never_come_out_under_a_milder_class_than_source_or_field() {
        for (source, field, class) in [
            (Class::V, Field::Fix, Class::V),
            (Class::R, Field::Summary, Class::V),
            (Class::K1, Field::Title, Class::V),
            (Class::F, Field::Summary, Class::V),
            (Class::W, Field::Workaround, Class::W),
            (Class::R, Field::Workaround, Class::W),
            (Class::E, Field::Detection, Class::E),
            (Class::V, Field::Credit, Class::H),
        ] {
            assert_eq!(
                stricter(source, field.class()),
                class,
                "{source:?} {field:?}"
            );
            assert_eq!(
                stricter(field.class(), source),
                class,
                "{source:?} {field:?}"
            );
        }
    }

    #[test]
    fn what_never_leaves_is_stricter_than_all_that_is_releasable() {
        for kept in [
            Class::A,
            Class::T,
            Class::U,
            Class::I,
            Class::G,
            Class::O,
            Class::C,
        ] {
            for open in Class::ALL.into_iter().filter(|class| is_releasable(*class)) {
                assert_eq!(stricter(open, kept), kept);
            }
        }
    }
}
