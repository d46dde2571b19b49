//! The forms by which reports come: which fields there are, in which order, and what becomes of each.
//!
//! One table, which letters, commands and pages ask. It says no field's name in words and sees no text; that a text
//! is of the proposed class is for a person to say, who splits it.

use crate::refusal::Refusal;
use crate::text::class::Class;
use crate::value::{ReportForm, ReportKey, ReportKind};

/// A field of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub key: ReportKey,
    pub takes: Takes,
}

/// What a field takes, and what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// One of these words, which stays in the frame.
    Code(&'static [&'static str]),
    /// A text of class U, for which the form proposes a class.
    Free(Class),
    /// Who the finder is: class H at once.
    Finder,
    /// How to reach the finder: class C at once.
    Contact,
}

/// The form that goes with a kind of report; a record of an archive has none.
#[must_use]
pub const fn of(kind: ReportKind) -> Option<ReportForm> {
    match kind {
        ReportKind::Product => Some(ReportForm::Product),
        ReportKind::Site => Some(ReportForm::Site),
        ReportKind::OwnProduct => Some(ReportForm::Own),
        ReportKind::Archive => None,
    }
}

/// The fields of a form, in their order.
///
/// A field that asks for things of several classes is proposed as the strictest of them, so that nothing is said too
/// widely by leaving a proposal as it is: what happens comes with the way to see it. What the finder told the vendor or
/// means to do is a note of promises (Y), which the desk reads from the first day; R and D speak of what a case agreed.
#[must_use]
pub const fn rows(form: ReportForm) -> [Row; 9] {
    let subject = match form {
        ReportForm::Site => Class::O,
        ReportForm::Product | ReportForm::Own => Class::V,
    };
    [
        row(ReportKey::What, Takes::Free(subject)),
        row(ReportKey::Happens, Takes::Free(Class::T)),
        row(ReportKey::Contact, Takes::Contact),
        row(ReportKey::Vendor, Takes::Free(Class::Y)),
        row(ReportKey::Public, Takes::Free(Class::V)),
        row(ReportKey::Exploited, Takes::Free(Class::E)),
        row(ReportKey::Planned, Takes::Free(Class::Y)),
        row(ReportKey::Credit, Takes::Finder),
        row(ReportKey::Share, Takes::Code(&["yes", "no"])),
    ]
}

const fn row(key: ReportKey, takes: Takes) -> Row {
    Row { key, takes }
}

/// The class that a form proposes for a field; none where there is nothing to propose.
#[must_use]
pub fn proposed(form: ReportForm, key: ReportKey) -> Option<Class> {
    let found = rows(form).into_iter().find(|row| row.key == key)?;
    match found.takes {
        Takes::Free(class) => Some(class),
        Takes::Code(_) | Takes::Finder | Takes::Contact => None,
    }
}

/// Tells whether a form can be taken as it was filled in; `said` is what stands in a field, if anything does.
///
/// # Errors
/// If nothing tells what happens, or a word is none of those that a field offers.
pub fn check<'t>(
    form: ReportForm,
    said: impl Fn(ReportKey) -> Option<&'t str>,
) -> Result<(), Refusal> {
    if said(ReportKey::Happens).is_none() {
        return Err(Refusal::Input {
            field: "happens",
            why: "say what happens",
        });
    }
    for row in rows(form) {
        if let (Takes::Code(known), Some(word)) = (row.takes, said(row.key))
            && !known.contains(&word)
        {
            return Err(Refusal::Input {
                field: row.key.word(),
                why: "is none of the words that the form offers",
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMS: [ReportForm; 3] = [ReportForm::Product, ReportForm::Site, ReportForm::Own];

    #[test]
    fn a_field_stands_once_in_a_form_and_under_the_word_of_events() {
        for form in FORMS {
            let rows = rows(form);
            for (at, row) in rows.iter().enumerate() {
                assert!(rows.iter().skip(at + 1).all(|other| other.key != row.key));
                let written = serde_json::to_value(row.key).unwrap();
                assert_eq!(written, row.key.word());
            }
        }
    }

    #[test]
    fn a_proposal_is_a_class_that_a_part_may_have() {
        for form in FORMS {
            for row in rows(form) {
                match (row.takes, proposed(form, row.key)) {
                    (Takes::Free(class), Some(found)) => {
                        assert!(class == found && class != Class::U);
                    }
                    (Takes::Free(_), None) => panic!("{:?} proposes nothing", row.key),
                    (_, found) => assert_eq!(found, None, "{:?}", row.key),
                }
            }
        }
        // Whose site it is must not be told by a proposal that nobody looked at.
        assert_eq!(proposed(ReportForm::Site, ReportKey::What), Some(Class::O));
        assert_eq!(proposed(ReportForm::Own, ReportKey::What), Some(Class::V));
    }

    #[test]
    fn a_form_without_what_happens_or_with_a_strange_word_is_refused() {
        let check = |happens: Option<&'static str>, share: &'static str| {
            super::check(ReportForm::Product, |key| match key {
                ReportKey::Happens => happens,
                ReportKey::Share => Some(share),
                _ => None,
            })
        };
        assert_eq!(check(Some("It stops."), "yes"), Ok(()));
        let field = |found: Result<(), Refusal>| match found {
            Err(Refusal::Input { field, .. }) => field,
            _ => "",
        };
        assert_eq!(field(check(None, "yes")), "happens");
        assert_eq!(field(check(Some("It stops."), "perhaps")), "share");
    }

    #[test]
    fn only_a_record_of_an_archive_has_no_form() {
        assert_eq!(of(ReportKind::Archive), None);
        assert_eq!(of(ReportKind::OwnProduct), Some(ReportForm::Own));
    }
}
