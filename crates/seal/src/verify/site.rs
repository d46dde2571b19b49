//! What leads readers to the documents: provider metadata, ROLIE service, security.txt.

use std::time::{SystemTime, UNIX_EPOCH};

use super::lists::ROLIE;
use super::reading::{Instant, Kind, instant, lacking, list, text};
use super::walk::Unread;
use super::{Run, signed};

const METADATA: &str = ".well-known/csaf/provider-metadata.json";
const SERVICE: &str = "csaf/service.json";
/// The same, where some downloaders look for it.
const SERVICE_BESIDE: &str = ".well-known/csaf/service.json";
const SECURITY: &str = ".well-known/security.txt";

/// Checks the three files.
pub(super) fn check(run: &mut Run) {
    metadata(run);
    service(run);
    security(run);
}

/// Returns the address of the portal without a trailing slash, as the metadata gives it.
pub(super) fn base(run: &Run) -> Option<String> {
    let bytes = run.files.read(METADATA).ok()?;
    let doc: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    text(&doc, "/canonical_url")
        .strip_suffix(METADATA)?
        .strip_suffix('/')
        .map(str::to_owned)
}

const FIELDS: [(&str, Kind); 7] = [
    ("/canonical_url", Kind::Text),
    ("/distributions", Kind::Filled),
    ("/last_updated", Kind::Instant),
    ("/metadata_version", Kind::Text),
    ("/public_openpgp_keys", Kind::Filled),
    ("/publisher", Kind::Object),
    ("/role", Kind::Text),
];

fn metadata(run: &mut Run) {
    let Some(doc) = run
        .bytes(METADATA, "metadata-missing")
        .and_then(|bytes| run.json(METADATA, &bytes))
    else {
        return;
    };
    for field in lacking(&doc, &FIELDS) {
        let message = format!("{field} is missing or of the wrong kind");
        run.find("metadata-form", METADATA, message);
    }
    let Some(base) = base(run) else {
        let message = format!("canonical_url does not end in /{METADATA}");
        run.find("metadata-url", METADATA, message);
        return;
    };
    let fingerprint = run.report.fingerprint.clone();
    let named = list(&doc, "/public_openpgp_keys")
        .iter()
        .any(|key| text(key, "/fingerprint").eq_ignore_ascii_case(&fingerprint));
    if !named && !fingerprint.is_empty() {
        let message = format!("the advisory key {fingerprint} is not named");
        run.find("metadata-key", METADATA, message);
    }
    let feed = format!("{base}/{ROLIE}");
    let leads_to_feed = list(&doc, "/distributions")
        .iter()
        .flat_map(|way| list(way, "/rolie/feeds"))
        .any(|found| text(found, "/url") == feed && text(found, "/tlp_label") == "WHITE");
    if !leads_to_feed {
        let message = format!("no distribution names the feed {feed} as WHITE");
        run.find("metadata-feed", METADATA, message);
    }
}

fn service(run: &mut Run) {
    leads_to_the_feed(run, SERVICE);
    // Trees of older programs have it at one place only.
    if !matches!(run.files.read(SERVICE_BESIDE), Err(Unread::Missing)) {
        leads_to_the_feed(run, SERVICE_BESIDE);
    }
}

fn leads_to_the_feed(run: &mut Run, path: &str) {
    let Some(doc) = run
        .bytes(path, "service-missing")
        .and_then(|bytes| run.json(path, &bytes))
    else {
        return;
    };
    let ending = format!("/{ROLIE}");
    let base = base(run);
    let is_feed = |href: &str| match &base {
        Some(base) => href.strip_prefix(base.as_str()) == Some(ending.as_str()),
        None => href.ends_with(ending.as_str()),
    };
    let leads_to_feed = list(&doc, "/service/workspace")
        .iter()
        .flat_map(|workspace| list(workspace, "/collection"))
        .any(|collection| is_feed(text(collection, "/href")));
    if !leads_to_feed {
        run.find("service-feed", path, "no collection is the ROLIE feed");
    }
}

/// RFC 9116 §2.5: a contact, and one time after which nobody may rely on the file.
fn security(run: &mut Run) {
    let Some(bytes) = run.bytes(SECURITY, "security-missing") else {
        return;
    };
    let bytes = security_text(run, bytes);
    let Ok(text) = String::from_utf8(bytes) else {
        run.find("security-form", SECURITY, "the file is not UTF-8");
        return;
    };
    let values = |wanted: &str| -> Vec<&str> {
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once(':'))
            .filter(|(name, _)| name.trim().eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim())
            .collect()
    };
    if !values("Contact").iter().any(|contact| !contact.is_empty()) {
        run.find("security-contact", SECURITY, "there is no Contact");
    }
    let expires = values("Expires");
    let end = match expires.as_slice() {
        [one] => instant(one),
        _ => None,
    };
    match end {
        None => run.find("security-expires", SECURITY, "there is not one Expires"),
        Some(end) if end <= since_epoch(run.now) => {
            run.find("security-expires", SECURITY, "Expires is not in the future");
        }
        Some(_) => {}
    }
}

/// A clear-signed file says what was signed, which may be either key's work.
fn security_text(run: &mut Run, bytes: Vec<u8>) -> Vec<u8> {
    if !signed::is_clear_signed(&bytes) {
        return bytes;
    }
    let keys = [&run.keys.advisory, &run.keys.log];
    if keys.iter().all(|key| key.is_none()) {
        return bytes;
    }
    let read = keys
        .into_iter()
        .flatten()
        .find_map(|key| signed::clear_text(key, &bytes, run.now).ok());
    match read {
        Some(text) => {
            run.report.signatures += 1;
            text
        }
        None => {
            if keys.iter().all(|key| key.is_some()) {
                let message = "there is no good signature by the advisory or the log key";
                run.find("signature-bad", SECURITY, message);
            } else {
                let message = "no signature could be looked at with one of the two keys, and the other made none";
                run.find("signature-unchecked", SECURITY, message);
            }
            bytes
        }
    }
}

fn since_epoch(now: SystemTime) -> Instant {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    (seconds, since.subsec_nanos())
}
