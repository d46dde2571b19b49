//! The fields of a range of versions, each end with whether it belongs to it. It reads none.

use crate::coordination::partner::limits;
use crate::coordination::partner::page::choices;
use crate::kit::catalogue::Say;
use crate::kit::form::{Field, Typed};

pub(super) struct RangeFields {
    pub(super) from: String,
    pub(super) from_in: String,
    pub(super) to: String,
    pub(super) to_in: String,
}

pub(super) fn range_fields(say: Say, typed: &Typed) -> RangeFields {
    let with = [("yes", "partner-end-in"), ("no", "partner-end-out")];
    // Whether the last version is among them is no matter of a default: people mean either.
    let either = [
        ("", "partner-end-choose"),
        ("yes", "partner-end-in"),
        ("no", "partner-end-out"),
    ];
    let version = |name: &str, key: &str, hint: &str| {
        Field::text(say, typed, name, key)
            .hint(hint)
            .max(limits::VERSION_CHARS)
            .html()
    };
    RangeFields {
        from: version("from", "partner-from", "partner-from-hint"),
        from_in: Field::select(
            say,
            typed,
            "from_in",
            "partner-from-in",
            choices(say, &with),
        )
        .html(),
        to: version("to", "partner-until", "partner-until-hint"),
        to_in: Field::select(
            say,
            typed,
            "to_in",
            "partner-until-in",
            choices(say, &either),
        )
        .html(),
    }
}
