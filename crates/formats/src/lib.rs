//! Bytes to drafts and documents to bytes: CSAF, feeds, mail, text, foreign archives.
//!
//! Pure: no clock, no disk, no socket. A reader of foreign bytes never fails as a whole; it returns what it
//! could read and a list of problems that name line and column and no content. A writer gives equal bytes for
//! equal input. It does not know cases, keys or who may see what. Start reading at [`advisory`].

pub mod advisory;
pub mod certcc;
pub mod charset;
pub mod csaf;
pub mod cve;
pub mod cvss;
pub mod feed;
pub mod index;
pub mod letter;
pub mod mail;
pub mod provider;
pub mod range;
pub mod recent;
#[cfg(test)]
pub(crate) mod samples;
pub mod security_txt;
pub mod subscribers;
pub mod text;
pub mod time;
