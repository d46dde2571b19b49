//! What was decided in favour of the public reader, so that the gate lets it out; and which of it one person decided alone.
//!
//! It knows the draft and its ticks, and no gate.

use domain::publication::Draft;
use domain::text::class::Class;
use domain::text::standing::{ClassSet, Grants};
use domain::value::{Field, TextRef};
use formats::advisory::Advisory;

use crate::advisory::compose::Facts;

/// A text of class W or F under fix or workaround is the countermeasure that is released with this very advisory; a list of
/// actions alone is none.
fn has_countermeasure(draft: &Draft) -> bool {
    let helps = |(field, text): &(Field, TextRef)| {
        matches!(field, Field::Fix | Field::Workaround) && matches!(text.class, Class::W | Class::F)
    };
    draft.texts.iter().any(helps)
}

/// What the drafter decided by a tick, and the gate lets out for it alone: whoever approves the plan approves that.
pub(crate) fn decisions(draft: &Draft, facts: &Facts, doc: &Advisory) -> Vec<String> {
    let risk = facts.accepted_risk && !has_countermeasure(draft);
    let names = facts.credit_consent && !doc.credits.is_empty();
    [(risk, "accepted_risk"), (names, "credit_consent")]
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// What is recorded in favour of the public reader.
pub(super) fn grants(draft: &Draft, facts: &Facts) -> Grants {
    Grants {
        countermeasure: has_countermeasure(draft),
        accepted_risk: facts.accepted_risk,
        consent: ClassSet::of(if facts.credit_consent {
            &[Class::H, Class::E, Class::R, Class::N]
        } else {
            &[Class::E, Class::R, Class::N]
        }),
        decision: ClassSet::of(&[Class::E]),
        ..Grants::default()
    }
}
