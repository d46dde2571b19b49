//! Compressed siblings belong to their originals: a browser is served them in their place.
//!
//! Each is unpacked, whole, and what comes out is held against the original byte for byte; a second member behind the
//! first would be shown as well and so counts. No more is unpacked than the original has bytes. It knows no page.

use std::io::Read;

use super::{Run, walk};

/// Bytes that are unpacked at once.
const BUFFER_BYTES: usize = 64 * 1024;

/// Checks every sibling.
pub(super) fn check(run: &mut Run) {
    for path in run.files.all() {
        let Some(original) = walk::original(&path).map(str::to_owned) else {
            continue;
        };
        if !run.files.has(&original) {
            let message = "a compressed file without an original beside it";
            run.find("sibling-orphan", &path, message);
            continue;
        }
        let Some(packed) = run.bytes(&path, "file-missing") else {
            continue;
        };
        let Some(plain) = run.bytes(&original, "file-missing") else {
            continue;
        };
        let (code, holds) = if path.ends_with(".gz") {
            let unpacked = flate2::read::MultiGzDecoder::new(packed.as_slice());
            ("sibling-gzip", is(unpacked, &plain))
        } else {
            let unpacked = brotli::Decompressor::new(packed.as_slice(), BUFFER_BYTES);
            ("sibling-brotli", is(unpacked, &plain))
        };
        if !holds {
            let message = "the compressed file does not hold its original";
            run.find(code, &path, message);
        }
    }
}

/// Whether what comes out is the original and ends with it.
fn is(unpacked: impl Read, plain: &[u8]) -> bool {
    let most = plain.len() as u64 + 1;
    let mut found = Vec::with_capacity(plain.len() + 1);
    unpacked.take(most).read_to_end(&mut found).is_ok() && found == plain
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn packed(plain: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(plain).unwrap();
        out.finish().unwrap()
    }

    fn holds(packed: &[u8], plain: &[u8]) -> bool {
        is(flate2::read::MultiGzDecoder::new(packed), plain)
    }

    #[test]
    fn a_sibling_holds_its_original_and_nothing_besides() {
        let good = packed(b"<p>good</p>");
        assert!(holds(&good, b"<p>good</p>"));
        assert!(!holds(&packed(b"<p>evil</p>"), b"<p>good</p>"));
        // The trailer of one text behind the packed bytes of another.
        let mut forged = packed(b"<p>evil</p>");
        let end = forged.len() - 8;
        forged.splice(end.., good[good.len() - 8..].iter().copied());
        assert!(!holds(&forged, b"<p>good</p>"));
        // A second member is shown behind the first.
        let two = [good.clone(), packed(b"<p>evil</p>")].concat();
        assert!(!holds(&two, b"<p>good</p>"));
        assert!(!holds(&good[..good.len() - 9], b"<p>good</p>"));
        assert!(!holds(b"", b""));
    }
}
