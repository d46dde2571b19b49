//! What a subscription would have brought lately, read from the pressed index of advisories.
//!
//! The portal shows it before somebody subscribes. It reads `/{lang}/advisories/index.json`; names are
//! compared as the house compares them when it sends. It knows no clock and no disk.

use std::collections::HashSet;

use domain::text::fold;
use serde::Deserialize;

use crate::letter::Scope;

/// Days that a preview looks back.
pub const DAYS: i64 = 90;
/// Entries that a preview shows; the rest is counted.
pub const SHOWN_MAX: usize = 50;
/// Names that are offered for one that fits nothing.
const NEAR_MAX: usize = 8;
/// Largest index that is read, in bytes: about 100,000 advisories.
const INDEX_BYTES_MAX: usize = 64 << 20;

/// One advisory of the index; fields that a preview does not need are passed over.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Line {
    pub id: String,
    pub path: String,
    pub title: String,
    /// Instant of the newest revision, RFC 3339.
    pub published: String,
    #[serde(default)]
    pub vendors: Vec<String>,
    #[serde(default)]
    pub products: Vec<String>,
}

#[derive(Deserialize)]
struct Index {
    v: u32,
    advisories: Vec<Line>,
}

/// Reads the index; nothing if it has another form.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Vec<Line>> {
    if bytes.len() > INDEX_BYTES_MAX {
        return None;
    }
    let index: Index = serde_json::from_slice(bytes).ok()?;
    (index.v == 1).then_some(index.advisories)
}

/// Whether a choice names a vendor or product of which nothing is left when it is compared: it would never be told of
/// anything.
#[must_use]
pub fn names_nothing(scope: &Scope) -> bool {
    match scope {
        Scope::Everything => false,
        Scope::Vendor { name } => fold::name(name).is_empty(),
        Scope::Product { name } => fold::product(name).is_empty(),
    }
}

/// Returns what a choice would have brought since `DAYS` before `now` (seconds since 1970), newest first as it stands.
#[must_use]
pub fn chosen(lines: Vec<Line>, scope: &Scope, now: i64) -> Vec<Line> {
    let since = now.saturating_sub(DAYS * 86_400);
    lines
        .into_iter()
        .filter(|line| {
            crate::time::instant(&line.published).is_some_and(|at| at.as_second() >= since)
        })
        .filter(|line| match scope {
            Scope::Everything => true,
            Scope::Vendor { name } => holds(&line.vendors, name, fold::name),
            Scope::Product { name } => holds(&line.products, name, fold::product),
        })
        .collect()
}

/// Whether what was named stands in anything that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It does, or nothing was named.
    Known,
    /// It does not; these published names resemble it, a few at most.
    Near(Vec<String>),
}

/// The names of all that was published, folded once.
#[derive(Debug)]
pub struct Names {
    vendors: Named,
    products: Named,
}

/// Names of one kind.
#[derive(Debug, Default)]
struct Named {
    folded: HashSet<String>,
    /// As they are looked into, and as they are written.
    sought: Vec<(String, String)>,
}

impl Named {
    fn of<'l>(names: impl Iterator<Item = &'l String>, fold: fn(&str) -> String) -> Named {
        let mut out = Named::default();
        let mut seen = HashSet::new();
        for name in names {
            if seen.insert(name) {
                out.folded.insert(fold(name));
                out.sought.push((fold::sought(name), name.clone()));
            }
        }
        out
    }

    fn near(&self, name: &str) -> Vec<String> {
        let wanted = fold::sought(name);
        let long = |text: &str| text.chars().count() >= 2;
        let resembles = |other: &str| {
            long(&wanted) && long(other) && (other.contains(&wanted) || wanted.contains(other))
        };
        let near = self.sought.iter().filter(|(sought, _)| resembles(sought));
        near.take(NEAR_MAX).map(|(_, name)| name.clone()).collect()
    }

    fn holds(&self, folded: &str) -> bool {
        !folded.is_empty() && self.folded.contains(folded)
    }
}

impl Names {
    /// The names in the lines of an index.
    #[must_use]
    pub fn of(lines: &[Line]) -> Names {
        Names {
            vendors: Named::of(lines.iter().flat_map(|line| &line.vendors), fold::name),
            products: Named::of(lines.iter().flat_map(|line| &line.products), fold::product),
        }
    }

    /// Tells whether a subscription would match anything that was ever published, and what it may have meant.
    #[must_use]
    pub fn fit(&self, scope: &Scope) -> Fit {
        let (named, name, folded) = match scope {
            Scope::Everything => return Fit::Known,
            Scope::Vendor { name } => (&self.vendors, name, fold::name(name)),
            Scope::Product { name } => (&self.products, name, fold::product(name)),
        };
        if named.holds(&folded) {
            return Fit::Known;
        }
        Fit::Near(named.near(name))
    }
}

/// Whether a name is among others, however it is written; one of which nothing is left equals none.
fn holds(names: &[String], wanted: &str, fold: fn(&str) -> String) -> bool {
    let wanted = fold(wanted);
    !wanted.is_empty() && names.iter().any(|name| fold(name) == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = r#"{"v":1,"advisories":[
        {"id":"NRS-2","path":"/ja/advisories/NRS-2.html","title":"二","published":"2026-11-20T00:00:00Z","revision":1,"vendors":["浮橋ネットワークス株式会社"],"products":["Resolver"]},
        {"id":"NRS-1","path":"/ja/advisories/NRS-1.html","title":"一","published":"2026-01-20T00:00:00Z","vendors":["浮橋ネットワークス株式会社"],"products":["Resolver"]}]}"#;
    /// 22 November 2026, midnight in UTC.
    const NOW: i64 = 1_795_305_600;

    fn ids(scope: &Scope) -> Vec<String> {
        let lines = read(INDEX.as_bytes()).unwrap_or_default();
        let found = chosen(lines, scope, NOW);
        found.into_iter().map(|line| line.id).collect()
    }

    #[test]
    fn a_preview_shows_the_choice_within_ninety_days() {
        assert_eq!(ids(&Scope::Everything), ["NRS-2"]);
        let vendor = |name: &str| Scope::Vendor { name: name.into() };
        assert_eq!(ids(&vendor("浮橋ネットワークス")), ["NRS-2"]);
        assert!(ids(&vendor("凪野通信機")).is_empty());
        let product = |name: &str| Scope::Product { name: name.into() };
        assert_eq!(ids(&product("RESOLVER")), ["NRS-2"]);
        assert!(ids(&product("浮橋ネットワークス")).is_empty());
    }

    #[test]
    fn a_name_that_fits_nothing_is_told_with_what_it_may_have_meant() {
        let lines = read(INDEX.as_bytes()).unwrap_or_default();
        let names = Names::of(&lines);
        let vendor = |name: &str| names.fit(&Scope::Vendor { name: name.into() });
        let product = |name: &str| names.fit(&Scope::Product { name: name.into() });
        assert_eq!(names.fit(&Scope::Everything), Fit::Known);
        // What was published long ago is known too.
        assert_eq!(vendor("㈱浮橋ネットワークス"), Fit::Known);
        assert_eq!(product("ＲＥＳＯＬＶＥＲ"), Fit::Known);
        assert_eq!(
            vendor("浮橋"),
            Fit::Near(vec!["浮橋ネットワークス株式会社".into()])
        );
        assert_eq!(product("resolver 2"), Fit::Near(vec!["Resolver".into()]));
        assert_eq!(vendor("存在しない会社"), Fit::Near(vec![]));
        assert_eq!(product("r"), Fit::Near(vec![]));
    }

    #[test]
    fn an_index_of_another_form_gives_no_preview() {
        assert_eq!(read(b"{\"v\":2,\"advisories\":[]}"), None);
        assert_eq!(read(b"<html>"), None);
    }
}
