//! The forms of the desk by which a vendor leaves a case, and comes back.

use crate::kit::desk::bits::{Action, LINE_CHARS_MAX, choices};
use crate::kit::form::Field;

/// Records that it leaves; while a date is in force it says whether it keeps still until then.
pub(crate) fn leave(action: &Action<'_>, in_embargo: bool) -> String {
    let (say, form) = (action.say, action.typed);
    let honours = || {
        let choices = choices(say, "honours", &["yes", "no"]);
        Field::radio(say, form, "honours", "work-leave-honours", choices).html()
    };
    let fields = if in_embargo { honours() } else { String::new() };
    action.html("leave", &fields)
}

/// What the page of one that has left offers: to bring it back.
pub(crate) fn bring_back(action: &Action<'_>) -> String {
    let reason = Field::text(
        action.say,
        action.typed,
        "back_reason",
        "work-bring-back-reason",
    )
    .hint("work-bring-back-reason-hint")
    .attr("autocomplete=\"off\"")
    .max(LINE_CHARS_MAX)
    .required()
    .html();
    action.html("bring-back", &reason)
}
