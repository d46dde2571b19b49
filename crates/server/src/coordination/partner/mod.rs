//! Handlers of the vendors' pages: from an invitation to a session, and from each form to a command.
//!
//! They decide nothing: what may be shown is asked of the engine's view, which goes through the gate; what may
//! be done, of the command. Every form is on one page and is shown again there as it was typed.

pub mod enter;
pub mod matter;
pub mod tell;
