//! Named points at which a test kills the process (docs/design/settled.md §3).
//!
//! Only debug builds look: a release build has no such code. `NOROSHI_CRASH=name` aborts the process the
//! first time it comes to that point; `NOROSHI_CRASH=name:3` the third time. A test lists the names from the
//! source, so that no point is forgotten.

#[cfg(debug_assertions)]
static PASSED: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

/// Comes to the point `name`.
#[cfg(debug_assertions)]
pub fn point(name: &str) {
    let Ok(wanted) = std::env::var("NOROSHI_CRASH") else {
        return;
    };
    let (wanted, count) = wanted
        .split_once(':')
        .map_or((wanted.as_str(), 1), |(w, n)| (w, n.parse().unwrap_or(1)));
    if wanted == name && PASSED.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1 == count {
        std::process::abort();
    }
}

/// Comes to the point `name`: nothing happens in a release build.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn point(_name: &str) {}
