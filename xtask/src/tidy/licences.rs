//! Every package we build from may be used in an Apache-2.0 product.
//!
//! The licence expression of each is read as SPDX: of an OR one side must be
//! allowed, of an AND both. A package that names none fails.

use super::{Findings, metadata, platform};
use crate::house::House;
use crate::run::Log;

const ALLOWED: [&str; 16] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "LGPL-2.0-or-later",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Returns each package whose licence is not on the list.
pub fn allowed(house: &House, log: &Log) -> Findings {
    let platform = platform(log)?;
    let all = metadata(house, log, &["--filter-platform", &platform])?;
    let mut found = Vec::new();
    for package in all["packages"].as_array().into_iter().flatten() {
        let licence = package["license"].as_str().unwrap_or_default();
        if !permits(licence) {
            let name = package["name"].as_str().unwrap_or_default();
            let version = package["version"].as_str().unwrap_or_default();
            found.push(format!("{name} {version} is under `{licence}`"));
        }
    }
    Ok(found)
}

/// Tells whether an expression can be met with the allowed licences alone.
fn permits(expression: &str) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        // The old way of writing OR.
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let answer = either(&mut rest);
    answer && rest.is_empty()
}

fn either(rest: &mut &[&str]) -> bool {
    let mut answer = both(rest);
    while let ["OR", tail @ ..] = *rest {
        *rest = tail;
        answer |= both(rest);
    }
    answer
}

fn both(rest: &mut &[&str]) -> bool {
    let mut answer = one(rest);
    while let ["AND", tail @ ..] = *rest {
        *rest = tail;
        answer &= one(rest);
    }
    answer
}

fn one(rest: &mut &[&str]) -> bool {
    match *rest {
        ["(", tail @ ..] => {
            *rest = tail;
            let answer = either(rest);
            match *rest {
                [")", tail @ ..] => {
                    *rest = tail;
                    answer
                }
                _ => false,
            }
        }
        [licence, "WITH", exception, tail @ ..] => {
            *rest = tail;
            ALLOWED.contains(&format!("{licence} WITH {exception}").as_str())
        }
        [licence, tail @ ..] => {
            *rest = tail;
            // `MPL-2.0+` is an old way to say "or a later version of it".
            ALLOWED.contains(&licence.trim_end_matches('+'))
        }
        [] => false,
    }
}

#[cfg(test)]
mod checks {
    use super::permits;

    #[test]
    fn an_expression_is_weighed_as_it_is_written() {
        for good in [
            "MIT OR Apache-2.0",
            "Unlicense/MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 OR GPL-2.0-only",
            "GPL-2.0-only OR MIT AND ISC",
            "Apache-2.0 WITH LLVM-exception",
            "MPL-2.0+",
        ] {
            assert!(permits(good), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "(MIT",
            "MIT MIT",
        ] {
            assert!(!permits(bad), "{bad}");
        }
    }
}
