//! Compressed siblings belong to their originals.
//!
//! gzip carries length and CRC-32 of what it holds at its end (RFC 1952 §2.3.1), and both are compared.
//! Nothing is unpacked: a sibling that was bent in the middle is refused by whoever unpacks it, and brotli,
//! which carries neither, is only known to have an original. The report says so in a note.

use super::{Run, walk};

/// Checks every sibling.
pub(super) fn check(run: &mut Run) {
    let mut any = false;
    for path in run.files.all() {
        let Some(original) = walk::original(&path).map(str::to_owned) else {
            continue;
        };
        any = true;
        if !run.files.has(&original) {
            let message = "a compressed file without an original beside it";
            run.find("sibling-orphan", &path, message);
            continue;
        }
        let Some(packed) = run.bytes(&path, "file-missing") else {
            continue;
        };
        if path.ends_with(".gz") {
            let Some(plain) = run.bytes(&original, "file-missing") else {
                continue;
            };
            if !is_gzip_of(&packed, &plain) {
                let message = "the compressed file does not hold its original";
                run.find("sibling-gzip", &path, message);
            }
        } else if packed.is_empty() {
            run.find("sibling-brotli", &path, "the compressed file is empty");
        }
    }
    if any {
        let note = "compressed files were not unpacked: of .gz length and checksum were compared, of .br nothing";
        run.report.notes.push(note.to_owned());
    }
}

fn is_gzip_of(packed: &[u8], plain: &[u8]) -> bool {
    let Some((rest, size)) = packed.split_last_chunk::<4>() else {
        return false;
    };
    let Some((_, crc)) = rest.split_last_chunk::<4>() else {
        return false;
    };
    // ISIZE is the length modulo 2^32, which is what the cut to 32 bits leaves.
    let length = u32::try_from(plain.len() as u64 & u64::from(u32::MAX));
    packed.len() >= GZIP_BYTES_MIN
        && packed.starts_with(&[0x1f, 0x8b, 8])
        && length == Ok(u32::from_le_bytes(*size))
        && crc32(plain) == u32::from_le_bytes(*crc)
}

/// Head (10) and tail (8) of a gzip file.
const GZIP_BYTES_MIN: usize = 18;

/// CRC-32 of RFC 1952 §8.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        let [low, ..] = crc.to_le_bytes();
        let place = usize::from(low ^ byte);
        CRC_TABLE.get(place).copied().unwrap_or_default() ^ (crc >> 8)
    })
}

static CRC_TABLE: [u32; 256] = crc_table();

const fn crc_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut place = 0;
    while place < 256 {
        let mut crc = place as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 {
                0xedb8_8320 ^ (crc >> 1)
            } else {
                crc >> 1
            };
            bit += 1;
        }
        table[place] = crc;
        place += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }
}
