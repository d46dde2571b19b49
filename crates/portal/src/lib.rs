//! The internet side: serves the pressed tree, and nothing else.
//!
//! It reads a manifest and the objects it names, answers GET and HEAD from a table, and writes no file. It
//! deliberately does not know cases, stores, keys or people: whatever is not in the manifest does not exist
//! here, so that nothing unreleased can leak through it. It keeps no access log; it counts answers per class
//! and logs its own errors by code, never a path, a header or an address (security.md §2.19).
//!
//! Start reading at [`serve()`], then `answer`, which holds every branch of a request.

mod serve;

mod answer;
mod body;
mod heads;
mod letterbox;
mod limits;
mod manifest;
mod negotiation;
mod site;

pub use limits::Limits;
pub use manifest::LoadError;
pub use serve::{Counts, Handle, serve};
pub use site::Site;
