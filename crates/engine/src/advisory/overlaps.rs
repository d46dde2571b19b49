//! Overlaps: pieces of the case's protected texts that stand in a text which is to go out
//! (docs/design/security.md §2.9).
//!
//! Finds and refuses nothing; whether a repetition stops a plan is decided where the plan is made.

use domain::coordination::case::Case;
use domain::intake::Report;
use domain::text::class::Class;
use domain::text::fold;
use domain::text::gate::{Classed, Form};
use domain::text::overlap::Fingerprint;
use domain::text::standing::Owner;
use domain::value::{Field, TextRef};
use formats::advisory::Vendor;

use crate::Fault;
use crate::advisory::compose::{Outgoing, Spot};
use crate::advisory::sources::is_releasable;
use crate::kernel::unit::Unit;

/// A piece of an outgoing text that stands in one which must not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Which of the outgoing texts.
    pub text: usize,
    /// Where the piece begins in it, in bytes.
    pub at: usize,
    /// How long it is, in bytes.
    pub len: usize,
}

/// Compares every outgoing text with the case's texts that must not leave.
///
/// The report as it came (class U, the texts of a form as one) counts as far as nobody sorted it into releasable parts: what a part of
/// class V, W, F, K1, K2, E or R repeats was declared releasable by the person who sorted it. What was erased can
/// be repeated by nobody and is left out.
pub(super) async fn find(
    unit: &mut Unit<'_>,
    case: &Case,
    vendors: &[Vendor],
    outgoing: &[Outgoing],
    names_agreed: bool,
) -> Result<Vec<Overlap>, Fault> {
    let (mut kept, mut open, mut names) = (Vec::new(), Vec::new(), Vec::new());
    let mut contacts = Vec::new();
    for report in case.reports() {
        let report = crate::kernel::find::by_number::<Report>(unit, &report.to_string()).await?;
        if let Some(name) = &report.finder {
            names.extend(unless_erased(unit, name).await?);
        }
        // A short field alone, such as the product's name, is no piece of the report; within it, it is.
        let mut came = Vec::new();
        for text in report.as_it_came() {
            came.extend(unless_erased(unit, text).await?);
        }
        let whole: Vec<&str> = came.iter().map(Classed::words_for_the_house).collect();
        let whole = whole.join("\n");
        kept.push(Classed::new(Class::U, Owner::Shared, Form::Body, whole));
        for text in report.parts.iter().chain(&report.contact) {
            // That the case exists, whose it is, when it comes out, and counts are public with the advisory.
            if matches!(text.class, Class::X | Class::N | Class::D | Class::M) {
                continue;
            }
            let Some(opened) = unless_erased(unit, text).await? else {
                continue;
            };
            if report.contact.iter().any(|one| one.body == text.body) {
                contacts.push(opened.clone());
            }
            if is_releasable(text.class) {
                open.push(opened);
            } else {
                kept.push(opened);
            }
        }
    }
    // A vendor that reported its own product stands in the document under its name.
    let is_vendor = |name: &Classed| {
        let wanted = fold::name(name.words_for_the_house());
        let known = vendors.iter().flat_map(|vendor| vendor.name.values());
        known.into_iter().any(|name| fold::name(name) == wanted)
    };
    names.retain(|name| !is_vendor(name));
    let (others, released) = (
        Fingerprint::of_classed(&kept).with_numbers(&contacts),
        Fingerprint::of_classed(&open),
    );
    kept.extend(names.iter().cloned());
    let all = Fingerprint::of_classed(&kept)
        .with_names(&names)
        .with_numbers(&contacts);
    let mut out = Vec::new();
    for (index, one) in outgoing.iter().enumerate() {
        // A finder who agreed to be named stands in the acknowledgement, and nowhere else.
        let is_credit = matches!(one.place, Spot::Field(Field::Credit, _));
        let fingerprint = if is_credit && names_agreed {
            &others
        } else {
            &all
        };
        for hit in fingerprint.hits(&one.text) {
            let piece = one.text.get(hit.at..hit.at + hit.len).unwrap_or_default();
            let declared: usize = released.hits(piece).iter().map(|h| h.len).sum();
            // A run that the sorted parts cover but for its edges was declared releasable.
            if declared == 0 || declared + EDGE_BYTES < hit.len {
                out.push(Overlap {
                    text: index,
                    at: hit.at,
                    len: hit.len,
                });
            }
        }
    }
    Ok(out)
}

/// The text, or nothing if its key was destroyed.
async fn unless_erased(unit: &Unit<'_>, text: &TextRef) -> Result<Option<Classed>, Fault> {
    match unit.opened(text).await {
        Ok(words) => Ok(Some(words)),
        Err(Fault::Sealed) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Bytes at the edges of a run that a sorted part need not cover: a run begins and ends inside words.
const EDGE_BYTES: usize = 16;
