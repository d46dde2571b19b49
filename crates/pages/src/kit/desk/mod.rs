//! What the pages of the desk share: small pieces, words of codes, who else is there, what another person changed.
//!
//! Pure functions from data to bytes; they know no session, no clock and no gate. What may be seen was decided before.
//! Every form carries its problems in a [`crate::kit::form::Typed`], whose field `do` is the verb of the button that
//! was pressed.

pub(crate) mod bits;

pub mod conflict;

pub(crate) mod shown;

pub mod view;

pub mod words;
