//! Compressed siblings belong to their originals: a browser is served them in their place.
//!
//! Each is unpacked, whole, and what comes out is held against the original byte for byte; nothing may stand behind it: a
//! second member would be shown as well. No more is unpacked than the original has bytes. It knows no page.

use std::io::Read;

use super::{Run, walk};

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
            ("sibling-gzip", holds_gzip(&packed, &plain))
        } else {
            ("sibling-brotli", holds_brotli(&packed, &plain))
        };
        if !holds {
            let message = "the compressed file does not hold its original";
            run.find(code, &path, message);
        }
    }
}

/// Whether one member holds the original, and nothing stands behind it.
fn holds_gzip(packed: &[u8], plain: &[u8]) -> bool {
    let mut unpacked = flate2::bufread::GzDecoder::new(packed);
    is(&mut unpacked, plain) && unpacked.into_inner().is_empty()
}

/// Whether the stream holds the original and takes all bytes: the decoder is given one byte at a time, so that it reads
/// none that it does not need.
fn holds_brotli(packed: &[u8], plain: &[u8]) -> bool {
    let mut rest = packed;
    let holds = is(brotli::Decompressor::new(Slowly(&mut rest), 1), plain);
    holds && rest.is_empty()
}

/// Gives a byte at a time.
struct Slowly<'a, 'b>(&'a mut &'b [u8]);

impl Read for Slowly<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let most = into.len().min(1);
        self.0.read(into.get_mut(..most).unwrap_or_default())
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
        holds_gzip(packed, plain)
    }

    #[test]
    fn nothing_stands_behind_a_sibling() {
        let plain = b"<p>good</p>".repeat(40);
        let gzip = packed(&plain);
        let mut brotli = Vec::new();
        let mut writer = brotli::CompressorWriter::new(&mut brotli, 4096, 5, 20);
        writer.write_all(&plain).unwrap();
        drop(writer);
        assert!(holds(&gzip, &plain) && holds_brotli(&brotli, &plain));
        for more in [&b"junk\n"[..], b"\0", &packed(b"")] {
            assert!(!holds(&[&gzip, more].concat(), &plain), "{more:?}");
            assert!(!holds_brotli(&[&brotli, more].concat(), &plain), "{more:?}");
        }
        assert!(!holds_brotli(&brotli[..brotli.len() - 1], &plain));
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
