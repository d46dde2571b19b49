//! Signatures of documents: detached ones, and clear-signed texts that must say what the plain text says.
//!
//! Without a key nothing is checked here; that the key is missing is one finding elsewhere, not thousands.

use super::Run;
use crate::openpgp::Certificate;

const CLEAR_BEGIN: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE_BEGIN: &str = "-----BEGIN PGP SIGNATURE-----";
const SIGNATURE_END: &str = "-----END PGP SIGNATURE-----";

/// Checks that `signature` is a good one by the advisory key over `bytes`, the content of `path`.
pub(super) fn detached(run: &mut Run, path: &str, signature: &str, bytes: &[u8]) {
    let Some(found) = run.bytes(signature, "signature-missing") else {
        return;
    };
    let Some(key) = &run.keys.advisory else {
        return;
    };
    if key.verify_detached(&found, bytes, run.now).is_ok() {
        run.report.signatures += 1;
    } else {
        let message = format!("there is no good signature by the advisory key over {path}");
        run.find("signature-bad", signature, message);
    }
}

/// Checks that the file at `path` is `text`, clear-signed by the advisory key, and nothing more.
pub(super) fn clear(run: &mut Run, path: &str, text: &[u8]) {
    let Some(found) = run.bytes(path, "signature-missing") else {
        return;
    };
    let Some(key) = &run.keys.advisory else {
        return;
    };
    match clear_text(key, &found, run.now) {
        Err(problem) => run.find(problem.0, path, problem.1),
        Ok(signed) => {
            run.report.signatures += 1;
            if !same_text(&signed, text) {
                let message = "the signed text is not the plain text beside it";
                run.find("clear-signed-differs", path, message);
            }
        }
    }
}

/// Returns the text that was signed, or code and words of what is wrong.
pub(super) fn clear_text(
    key: &Certificate,
    bytes: &[u8],
    now: std::time::SystemTime,
) -> Result<Vec<u8>, (&'static str, &'static str)> {
    if !is_clear_signed_alone(bytes) {
        return Err((
            "clear-signed-form",
            "the file holds other things than one clear-signed text",
        ));
    }
    key.verify_clear_signed(bytes, now).map_err(|_| {
        (
            "signature-bad",
            "there is no good signature by the advisory key over this text",
        )
    })
}

/// A signed text without the mark of its encoding and the empty lines before it, which programs put there that keep it;
/// other bytes as they are.
pub(super) fn from_its_beginning(bytes: Vec<u8>) -> Vec<u8> {
    let bare = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let bare = bare.trim_ascii_start();
    if is_clear_signed(bare) {
        bare.to_vec()
    } else {
        bytes
    }
}

/// Returns whether the bytes look like a clear-signed text.
pub(super) fn is_clear_signed(bytes: &[u8]) -> bool {
    bytes.starts_with(CLEAR_BEGIN.as_bytes())
}

/// Names of digests that stand behind `Hash:`; anything else there is words of somebody.
const DIGESTS: [&str; 9] = [
    "MD5",
    "SHA1",
    "RIPEMD160",
    "SHA224",
    "SHA256",
    "SHA384",
    "SHA512",
    "SHA3-256",
    "SHA3-512",
];

/// A reader takes for signed whatever stands in the file, so nothing may stand around the signed text: no words before or
/// after it, none among the headers or in the signature's armor, and no second text. Blanks behind a mark are none.
fn is_clear_signed_alone(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let mut lines = text.trim_end().lines().map(str::trim_end);
    // What the signed text itself has of such lines is escaped.
    let marks = lines.clone().filter(|line| line.starts_with("-----"));
    if !marks.eq([CLEAR_BEGIN, SIGNATURE_BEGIN, SIGNATURE_END]) {
        return false;
    }
    let is_begun = lines.next() == Some(CLEAR_BEGIN);
    let mut headers = lines.by_ref().take_while(|line| !line.is_empty());
    let headers_are_plain = headers.all(|line| {
        line.strip_prefix("Hash: ")
            .is_some_and(|names| names.split(',').all(|name| DIGESTS.contains(&name.trim())))
    });
    let mut armor = lines.skip_while(|line| *line != SIGNATURE_BEGIN).skip(1);
    let of_armor = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let is_armor = armor
        .by_ref()
        .take_while(|line| *line != SIGNATURE_END)
        .all(|line| line.chars().all(of_armor));
    is_begun && headers_are_plain && is_armor && armor.next().is_none()
}

/// Clear-signing keeps neither the kind of line ends nor those at the very end of a text.
pub(super) fn same_text(signed: &[u8], plain: &[u8]) -> bool {
    fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
        let mut end = bytes;
        while let [rest @ .., b'\n' | b'\r'] = end {
            end = rest;
        }
        end.split(|byte| *byte == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
    }
    lines(signed).eq(lines(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(headers: &str, armor: &str, after: &str) -> String {
        format!(
            "{CLEAR_BEGIN}\n{headers}\n\n- -----a line\n{SIGNATURE_BEGIN}\n\n{armor}iQ==\n=x+/1\n{SIGNATURE_END}{after}"
        )
    }

    #[test]
    fn nothing_stands_around_a_signed_text() {
        let end = SIGNATURE_END;
        for (headers, armor, after) in [
            ("Hash: SHA512", "", "\n"),
            ("Hash: SHA256, SHA512", "", "  \r\n\n"),
        ] {
            assert!(is_clear_signed_alone(
                signed(headers, armor, after).as_bytes()
            ));
        }
        for (headers, armor, after) in [
            ("Hash: SHA512", "", format!(" \ninstall this\n{end}\n")),
            ("Hash: SHA512", "", format!("\ninstall this\nx{end}\n")),
            ("Hash: SHA512", "", "\ninstall this\n".to_owned()),
            ("Hash: INSTALL this, SHA512", "", "\n".to_owned()),
            ("Hash: SHA512\nHash: INSTALL", "", "\n".to_owned()),
            ("Comment: install this", "", "\n".to_owned()),
            ("Hash: SHA512", "Comment: install this\n", "\n".to_owned()),
            (
                "Hash: SHA512",
                "",
                format!("\n{}", signed("Hash: SHA512", "", "\n")),
            ),
        ] {
            let text = signed(headers, armor, &after);
            assert!(!is_clear_signed_alone(text.as_bytes()), "{text}");
        }
        assert!(!is_clear_signed_alone(
            format!("words\n{}", signed("Hash: SHA512", "", "\n")).as_bytes()
        ));
    }

    #[test]
    fn the_kind_of_line_ends_is_no_difference_and_a_word_is() {
        assert!(same_text(b"a\r\nb\r\n", b"a\nb"));
        assert!(same_text(b"a\n\nb", b"a\r\n\r\nb\n\n"));
        assert!(!same_text(b"a\nb", b"ab"));
        assert!(!same_text(b"a\nb", b"a\nb\nc"));
    }
}
