//! The internet side: serves the pressed tree, and takes in what finders and members send.
//!
//! It reads a manifest and the objects it names, and answers GET and HEAD from a table; GET writes no file. Beside the
//! tree stand the pages of the reception: what is typed there is sealed to the house's public key and written into a
//! box, and a finder's mailbox is opened only with the receipt that a request brings. It deliberately does not know
//! cases, stores, secret keys or people: whatever is in neither does not exist here, so that nothing unreleased can
//! leak through it. It keeps no access log; it counts answers per class and logs its own errors by code, never a
//! path, a header or an address (docs/design/security.md §2.19).
//!
//! Start reading at [`serve()`], then `tree::answer`, which holds every branch of a request for the tree, and `serve::route`, which lists what takes something in.

mod door;

mod tree;

mod intake;

mod distribution;

mod serve;

pub use door::limits::Limits;
pub use door::visit::{HandlingNumber, Reception};
pub use serve::route::{ROWS, Row};
pub use serve::{Counts, Handle, serve};
pub use tree::manifest::LoadError;
pub use tree::site::Site;
