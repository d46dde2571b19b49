//! References of copies: what stands in the Message-ID, the envelope and the links of a copy's mail.
//!
//! Whoever knows one can say, with a forged header, that the copy was received. It follows from the copy's id under the
//! house's code key, as it always did, and its row keeps its hash and the reference sealed under a key of its own. What
//! a reader does with one is not told here.

use seal::body::{open_raw, seal_raw};
use seal::canon::Canon;
use store::distribution::Kept;

use crate::Awaited;
use crate::House;
use crate::kernel::fault::Fault;

/// Copies of an older program whose references are sealed at a time.
const STEP: u32 = 500;

/// Makes the reference of a copy as its row keeps it: the same for the same copy.
#[must_use]
pub fn kept(house: &House, copy: &[u8; 16]) -> Kept {
    let reference = seal::token::reference(house.keys.codes.bytes(), "copy", copy);
    sealed(house, copy, &reference)
}

fn sealed(house: &House, copy: &[u8; 16], reference: &str) -> Kept {
    let (key, bound) = place(house, copy);
    Kept::sealed(reference, seal_raw(&key, &bound, reference.as_bytes()))
}

/// Returns the reference that a row keeps.
///
/// # Errors
/// [`Fault::Form`] if it was sealed for another copy, or changed.
pub fn read(house: &House, copy: &[u8; 16], kept: &Kept) -> Result<String, Fault> {
    let sealed = match kept.get() {
        Ok(sealed) => sealed,
        Err(in_clear) => return Ok(in_clear.to_owned()),
    };
    let (key, bound) = place(house, copy);
    let opened = open_raw(&key, &bound, sealed).map_err(|_| Fault::Form("reference of a copy"))?;
    String::from_utf8(opened).map_err(|_| Fault::Form("reference of a copy"))
}

/// The key, and what binds a sealed reference to its row.
fn place(house: &House, copy: &[u8; 16]) -> ([u8; 32], Vec<u8>) {
    let kind = || Canon::of("noroshi/copy-reference/1");
    let key = seal::hmac256(house.keys.codes.bytes(), &kind().finish());
    (key, kind().fixed(&house.id()).fixed(copy).finish())
}

impl House {
    /// Seals the references that an older program left in clear; returns how many there were.
    ///
    /// # Errors
    /// Faults of the store.
    pub fn keep_references(&self) -> Awaited<'_, Result<usize, Fault>> {
        Box::pin(async move {
            let mut count = 0;
            loop {
                let in_clear = self.store.references_in_clear(STEP).await?;
                if in_clear.is_empty() {
                    return Ok(count);
                }
                count += in_clear.len();
                let kept = in_clear
                    .iter()
                    .map(|(id, reference)| (*id, sealed(self, id, reference)));
                self.store.keep_references(kept.collect()).await?;
            }
        })
    }
}
