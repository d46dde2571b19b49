//! The style sheet and the icon, each named by its own hash so that caches may keep it for ever.
//!
//! Knows no other file; of the public pages only the list carries a script, the pages inside carry one, and none a font.

use std::fmt::Write as _;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

const STYLE: &[u8] = include_bytes!("../../assets/app.css");
const INSIDE_STYLE: &[u8] = include_bytes!("../../assets/desk.css");
const INSIDE_SCRIPT: &[u8] = include_bytes!("../../assets/desk.js");
const FIND_SCRIPT: &str = include_str!("../../assets/find.js");
const ICON: &[u8] = include_bytes!("../../assets/icon.svg");

/// Returns the path of the style sheet, `/assets/app.<first 10 hex digits of its SHA-256>.css`.
#[must_use]
pub fn style_path() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| named("app", STYLE, "css"));
    &PATH
}

/// Returns the bytes of the style sheet.
#[must_use]
pub fn style() -> &'static [u8] {
    STYLE
}

/// Returns the path of the style sheet that pages with forms and the pages inside add.
#[must_use]
pub fn inside_style_path() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| named("desk", INSIDE_STYLE, "css"));
    &PATH
}

/// Returns the bytes of that style sheet.
#[must_use]
pub fn inside_style() -> &'static [u8] {
    INSIDE_STYLE
}

/// Returns the path of the script of the pages inside.
#[must_use]
pub fn inside_script_path() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| named("desk", INSIDE_SCRIPT, "js"));
    &PATH
}

/// Returns the bytes of that script.
#[must_use]
pub fn inside_script() -> &'static [u8] {
    INSIDE_SCRIPT
}

/// Returns the path of the script of the public list.
#[must_use]
pub fn find_script_path() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| named("find", find_script(), "js"));
    &PATH
}

/// Returns the bytes of that script, without the lines that are comments: a reader's telephone does not pay for them.
#[must_use]
pub fn find_script() -> &'static [u8] {
    static SCRIPT: LazyLock<String> = LazyLock::new(|| {
        let is_comment = |line: &str| {
            ["//", "/*"]
                .iter()
                .any(|mark| line.trim_start().starts_with(mark))
        };
        FIND_SCRIPT
            .lines()
            .filter(|line| !is_comment(line))
            .flat_map(|line| [line, "\n"])
            .collect()
    });
    SCRIPT.as_bytes()
}

/// Returns the path of the icon; browsers ask for `/favicon.ico` when no page names one.
#[must_use]
pub fn icon_path() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| named("icon", ICON, "svg"));
    &PATH
}

/// Returns the bytes of the icon, an SVG document.
#[must_use]
pub fn icon() -> &'static [u8] {
    ICON
}

fn named(stem: &str, bytes: &[u8], ending: &str) -> String {
    let digest = Sha256::digest(bytes);
    let mut hex = String::with_capacity(10);
    for byte in digest.iter().take(5) {
        let _ = write!(hex, "{byte:02x}");
    }
    format!("/assets/{stem}.{hex}.{ending}")
}
