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

/// A reader takes for signed whatever stands in the file, so nothing may stand around the signed text: no
/// words before or after it, none among the headers, and no second text.
fn is_clear_signed_alone(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let count = |wanted: &str| text.lines().filter(|line| *line == wanted).count();
    let headers_are_plain = text
        .lines()
        .skip(1)
        .take_while(|line| !line.is_empty())
        .all(|line| line.starts_with("Hash: "));
    text.lines().next() == Some(CLEAR_BEGIN)
        && text.trim_end().ends_with(SIGNATURE_END)
        && count(CLEAR_BEGIN) == 1
        && count(SIGNATURE_BEGIN) == 1
        && count(SIGNATURE_END) == 1
        && headers_are_plain
}

/// Clear-signing does not keep the line ends at the very end of a text.
pub(super) fn same_text(signed: &[u8], plain: &[u8]) -> bool {
    fn cut(mut bytes: &[u8]) -> &[u8] {
        while let [rest @ .., b'\n' | b'\r'] = bytes {
            bytes = rest;
        }
        bytes
    }
    cut(signed) == cut(plain)
}
