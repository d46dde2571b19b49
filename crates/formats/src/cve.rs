//! Numbers of the CVE List, as people write them.
//!
//! Whether a number was ever given out it does not know.

/// Reads a number: width, case and the kind of dash do not matter; `CAN-` of the first years is `CVE-`.
#[must_use]
pub fn read(typed: &str) -> Option<String> {
    let folded = domain::text::fold::width(typed)
        .replace('ー', "-")
        .to_ascii_uppercase();
    let rest = folded.trim();
    let rest = rest
        .strip_prefix("CVE-")
        .or_else(|| rest.strip_prefix("CAN-"))?;
    let (year, sequence) = rest.split_once('-')?;
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = year.len() == 4
        && (4..=19).contains(&sequence.len())
        && is_digits(year)
        && is_digits(sequence)
        // The list began in 1999, and begins to count at 1. The year 1900 is nobody's: the demonstration's numbers have it.
        && (year >= "1999" || year == "1900")
        && sequence.bytes().any(|byte| byte != b'0');
    is_number.then(|| format!("CVE-{year}-{sequence}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_however_it_is_typed() {
        for typed in [
            "CVE-2026-12345",
            "cve-2026-12345",
            "ＣＶＥ－２０２６－１２３４５",
            "CVE‑2026‑12345",
            "CVE–2026−12345",
            " CAN-2026-12345 ",
        ] {
            assert_eq!(read(typed).as_deref(), Some("CVE-2026-12345"), "{typed}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for typed in [
            "",
            "CVE",
            "CVE-26-1",
            "CVE-2026-123",
            "2026-12345",
            "CVE-2026-12345-1",
            "CVE-20265-12345",
            "CVE-2026-1234x",
            "CVE-0000-1234",
            "CVE-1998-0001",
            "CVE-2026-0000",
            "JVN#12345678",
        ] {
            assert_eq!(read(typed), None, "{typed}");
        }
        assert_eq!(read(&format!("CVE-2026-{}", "1".repeat(20))), None);
    }
}
