//! A QR code as inline SVG.
//!
//! Knows nothing of what the text means. Colours are attributes and stay black on white in dark mode,
//! since a camera must read it; a text too long for a QR code gives an empty string and the page goes without.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

use crate::kit::text;

/// Modules of white around the code that a reader needs (ISO/IEC 18004 §9.1).
const QUIET: usize = 4;

/// Returns the code as an `<svg>` element that screen readers call `label`.
pub(crate) fn svg(content: &str, label: &str) -> String {
    let Ok(code) = QrCode::with_error_correction_level(content, EcLevel::M) else {
        return String::new();
    };
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"{}\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"",
        text::escape(label)
    );
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        runs(row, y + QUIET, &mut out);
    }
    out.push_str("\"/></svg>");
    out
}

/// Writes each run of dark modules of a row as one rectangle.
fn runs(row: &[Color], y: usize, out: &mut String) {
    let mut x = 0;
    for run in row.chunk_by(|a, b| a == b) {
        if run.first() == Some(&Color::Dark) {
            let _ = write!(out, "M{} {y}h{n}v1h-{n}z", x + QUIET, n = run.len());
        }
        x += run.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_with_its_label() {
        let svg = svg("https://example.jp/#r1", "a \"code\"");
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
        assert!(svg.contains("aria-label=\"a &quot;code&quot;\""));
        assert!(
            svg.contains("M4 4h7v1h-7z"),
            "the upper edge of the first finder pattern"
        );
    }

    #[test]
    fn a_text_that_is_too_long_gives_no_code() {
        assert_eq!(svg(&"x".repeat(5000), ""), "");
    }
}
