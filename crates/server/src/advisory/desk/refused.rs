//! What stands in the way of an advisory, said on the form in the words of the form.

use domain::refusal::Refusal;
use engine::Fault;
use pages::kit::form::Typed;

use crate::door::visit::Stop;

/// Says on the form why something was refused.
pub(crate) fn refused(typed: &mut Typed, fault: Fault) -> Result<(), Stop> {
    match fault {
        Fault::Refused(Refusal::Withheld { class, rule }) => {
            typed.refuse_with(
                "",
                "editor-wrong-withheld",
                &[("class", class), ("rule", rule)],
            );
        }
        Fault::Refused(Refusal::ReceiptInText) => typed.refuse("", "editor-wrong-receipt"),
        Fault::Sealed => typed.refuse("", "editor-wrong-erased"),
        Fault::Judge(words) => {
            typed.refuse_with("", "editor-wrong-judge", &[("why", &words)]);
        }
        Fault::Refused(Refusal::Input { field: "title", .. }) => {
            typed.refuse("t-title-ja", "editor-wrong-title");
        }
        Fault::Refused(refusal) => crate::door::act::note(typed, &refusal)?,
        other => return Err(other.into()),
    }
    Ok(())
}

/// The same on the form itself, which has the box for the consent to be thanked.
pub(crate) fn not_recorded(typed: &mut Typed, fault: Fault) -> Result<(), Stop> {
    if let Fault::Refused(Refusal::Withheld { class: "H", .. }) = fault {
        typed.refuse("credit_consent", "editor-code-no-consent");
        return Ok(());
    }
    refused(typed, fault)
}
