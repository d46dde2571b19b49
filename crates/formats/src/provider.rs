//! The files around CSAF documents that make a Trusted Provider (CSAF 2.0 §7.1, requirements 7 to 19).
//!
//! Everything here is a function of the list of published documents, so that ROLIE, index and changes can
//! never disagree with each other (the checkers that others use do not notice when they do). It lists TLP:WHITE only: this
//! house serves no other label on this path. It does not read or hash documents; hashes are arguments.
//!
//! Layout: `/.well-known/csaf/provider-metadata.json`, `/csaf/service.json` and, in `/csaf/white/`,
//! `index.txt`, `changes.csv`, `feed-tlp-white.json`, `{year}/{stem}.json` with `.asc .sha256 .sha512` beside it.

use serde_json::{Value, json};

use crate::advisory::{Advisory, Lang};
use crate::csaf;

/// Path of the provider metadata beneath the portal.
pub const METADATA_PATH: &str = ".well-known/csaf/provider-metadata.json";
/// Folder of the TLP:WHITE documents beneath the portal.
pub const WHITE_DIR: &str = "csaf/white";
/// Path of the ROLIE feed beneath the portal.
pub const ROLIE_PATH: &str = "csaf/white/feed-tlp-white.json";
/// Path of the ROLIE service document beneath the portal.
pub const SERVICE_PATH: &str = "csaf/service.json";
/// Path of the list of documents beneath the portal.
pub const INDEX_PATH: &str = "csaf/white/index.txt";
/// Path of the list of changes beneath the portal.
pub const CHANGES_PATH: &str = "csaf/white/changes.csv";

/// One CSAF document in the lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Public number.
    pub id: String,
    /// Title as in the document.
    pub title: String,
    /// Year of the first release in UTC, the folder's name.
    pub year: String,
    /// File name without ending.
    pub stem: String,
    /// The document's `initial_release_date`.
    pub first_published: String,
    /// The document's `current_release_date`.
    pub published: String,
}

impl Entry {
    /// Returns the entry that agrees with the CSAF document made of `doc`.
    #[must_use]
    pub fn of(doc: &Advisory) -> Entry {
        let (first_published, published) = csaf::release_dates(doc);
        Entry {
            id: doc.id.clone(),
            title: csaf::title(doc),
            year: crate::time::year(&first_published),
            stem: doc.stem(),
            first_published,
            published,
        }
    }

    /// Returns the path inside the folder of the label, `2026/nrs-48217734.json`.
    #[must_use]
    pub fn file(&self) -> String {
        format!("{}/{}.json", self.year, self.stem)
    }

    /// Returns the path beneath the portal.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{WHITE_DIR}/{}", self.file())
    }
}

/// What the metadata says about the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider<'a> {
    /// Base address of the portal, without a trailing slash.
    pub portal: &'a str,
    /// Name of the publisher, the same as in the documents.
    pub name: &'a str,
    /// How readers reach the publisher.
    pub contact: &'a str,
    /// OpenPGP keys that documents are signed with: fingerprint in hexadecimal, and address.
    pub keys: &'a [(&'a str, &'a str)],
    /// Whether the house only shows an archive that others coordinated; documents say so too.
    pub is_archive: bool,
    /// Whether aggregators may list and mirror this provider; never for a replay or a demonstration.
    pub listed: bool,
    /// Instant of the last change of this metadata.
    pub last_updated: &'a str,
}

/// What a publisher is called (CSAF 2.0 §3.2.1.8.1): a replayed archive is not this house's coordination, so it does not
/// claim to be.
pub(crate) const fn category(is_archive: bool) -> &'static str {
    if is_archive { "other" } else { "coordinator" }
}

/// Returns `provider-metadata.json`.
#[must_use]
pub fn metadata(provider: &Provider<'_>) -> Vec<u8> {
    let portal = provider.portal;
    let keys: Vec<Value> = provider
        .keys
        .iter()
        .map(|(fingerprint, url)| json!({ "fingerprint": hexadecimal(fingerprint), "url": url }))
        .collect();
    let feed = json!({
        "summary": "All TLP:WHITE advisories",
        "tlp_label": "WHITE",
        "url": format!("{portal}/{ROLIE_PATH}"),
    });
    let category = category(provider.is_archive);
    let mut publisher = json!({ "category": category, "name": provider.name, "namespace": portal });
    if !provider.contact.is_empty()
        && let Some(fields) = publisher.as_object_mut()
    {
        fields.insert("contact_details".to_owned(), provider.contact.into());
    }
    pretty(&json!({
        "canonical_url": format!("{portal}/{METADATA_PATH}"),
        "distributions": [
            { "directory_url": format!("{portal}/{WHITE_DIR}/") },
            { "rolie": { "feeds": [feed] } },
        ],
        "last_updated": provider.last_updated,
        "list_on_CSAF_aggregators": provider.listed,
        "metadata_version": "2.0",
        "mirror_on_CSAF_aggregators": provider.listed,
        "public_openpgp_keys": keys,
        "publisher": publisher,
        "role": "csaf_trusted_provider",
    }))
}

/// Returns the ROLIE feed, the latest change first; `updated` is used only while there is no entry.
#[must_use]
pub fn rolie(portal: &str, entries: &[Entry], updated: &str) -> Vec<u8> {
    let sorted = newest_first(entries);
    let updated = sorted
        .first()
        .map_or(updated, |entry| entry.published.as_str());
    let entries: Vec<Value> = sorted
        .iter()
        .map(|entry| rolie_entry(portal, entry))
        .collect();
    pretty(&json!({
        "feed": {
            "id": "csaf-feed-tlp-white",
            "title": "CSAF feed (TLP:WHITE)",
            "link": [
                { "rel": "self", "href": format!("{portal}/{ROLIE_PATH}") },
                { "rel": "service", "href": format!("{portal}/{SERVICE_PATH}") },
            ],
            "category": [information_type()],
            "updated": updated,
            "entry": entries,
        }
    }))
}

/// Returns the ROLIE service document.
#[must_use]
pub fn service(portal: &str) -> Vec<u8> {
    pretty(&json!({
        "service": { "workspace": [{
            "title": "CSAF advisories",
            "collection": [{
                "title": "CSAF feed (TLP:WHITE)",
                "href": format!("{portal}/{ROLIE_PATH}"),
                "categories": { "category": [information_type()] },
            }],
        }] }
    }))
}

/// Returns `index.txt`: every document, one path a line.
#[must_use]
pub fn index_txt(entries: &[Entry]) -> String {
    let mut files: Vec<String> = entries.iter().map(Entry::file).collect();
    files.sort();
    lines(files)
}

/// Returns `changes.csv` as CSAF 2.0 wants it: quoted, without a head line, the latest change first.
#[must_use]
pub fn changes_csv(entries: &[Entry]) -> String {
    lines(
        newest_first(entries)
            .iter()
            .map(|entry| format!("\"{}\",\"{}\"", entry.file(), entry.published)),
    )
}

/// Returns the content of a `.sha256` file, as `sha256sum -c` reads it.
#[must_use]
pub fn sha256_line(hex: &str, file_name: &str) -> String {
    format!("{}  {file_name}\n", hex.to_ascii_lowercase())
}

/// Returns the content of a `.sha512` file, as `sha512sum -c` reads it.
#[must_use]
pub fn sha512_line(hex: &str, file_name: &str) -> String {
    sha256_line(hex, file_name)
}

/// Returns the name that documents and metadata give the publisher in machine forms.
#[must_use]
pub fn publisher_name(doc: &Advisory) -> &str {
    let names = &doc.publisher.name;
    [Lang::En, Lang::Ja]
        .iter()
        .filter_map(|lang| names.get(lang))
        .map(|name| name.trim())
        .find(|name| !name.is_empty())
        .unwrap_or(&doc.publisher.portal)
}

fn rolie_entry(portal: &str, entry: &Entry) -> Value {
    let url = format!("{portal}/{}", entry.path());
    json!({
        "id": entry.id,
        "title": entry.title,
        "link": [
            { "rel": "self", "href": url },
            { "rel": "hash", "href": format!("{url}.sha256") },
            { "rel": "hash", "href": format!("{url}.sha512") },
            { "rel": "signature", "href": format!("{url}.asc") },
        ],
        "published": entry.first_published,
        "updated": entry.published,
        "content": { "type": "application/json", "src": url },
        "format": {
            "schema": "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json",
            "version": "2.0",
        },
    })
}

fn information_type() -> Value {
    json!({ "scheme": "urn:ietf:params:rolie:category:information-type", "term": "csaf" })
}

/// Instants compare as instants and not as text; equal ones follow the path, so that the lists are the same each time.
fn newest_first(entries: &[Entry]) -> Vec<&Entry> {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by(|a, b| {
        let by_time = crate::time::instant(&b.published).cmp(&crate::time::instant(&a.published));
        by_time.then_with(|| a.file().cmp(&b.file()))
    });
    sorted
}

fn lines(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().fold(String::new(), |mut text, item| {
        text.push_str(&item);
        text.push('\n');
        text
    })
}

fn hexadecimal(fingerprint: &str) -> String {
    fingerprint
        .chars()
        .filter(char::is_ascii_hexdigit)
        .collect::<String>()
        .to_ascii_uppercase()
}

fn pretty(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    const PORTAL: &str = "https://portal.example";

    fn entry(id: &str, first_published: &str, published: &str) -> Entry {
        Entry {
            id: id.to_owned(),
            title: format!("Title of {id}"),
            year: crate::time::year(first_published),
            stem: id.to_ascii_lowercase(),
            first_published: first_published.to_owned(),
            published: published.to_owned(),
        }
    }

    fn three() -> Vec<Entry> {
        vec![
            entry("NRS-2", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z"),
            entry("NRS-3", "2025-12-31T00:00:00Z", "2026-03-01T00:00:00Z"),
            entry("NRS-1", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z"),
        ]
    }

    fn parse(bytes: &[u8]) -> Value {
        serde_json::from_slice(bytes).unwrap()
    }

    #[test]
    fn changes_are_quoted_and_the_latest_comes_first() {
        assert_eq!(
            changes_csv(&three()),
            "\"2025/nrs-3.json\",\"2026-03-01T00:00:00Z\"\n\
             \"2026/nrs-1.json\",\"2026-01-02T00:00:00Z\"\n\
             \"2026/nrs-2.json\",\"2026-01-02T00:00:00Z\"\n"
        );
    }

    #[test]
    fn the_index_names_every_document_once() {
        assert_eq!(
            index_txt(&three()),
            "2025/nrs-3.json\n2026/nrs-1.json\n2026/nrs-2.json\n"
        );
        assert_eq!(index_txt(&[]), "");
    }

    #[test]
    fn the_feed_links_document_hashes_and_signature() {
        let feed = parse(&rolie(PORTAL, &three(), "2020-01-01T00:00:00Z"));
        assert_eq!(feed["feed"]["updated"], "2026-03-01T00:00:00Z");
        let first = &feed["feed"]["entry"][0];
        assert_eq!(first["updated"], "2026-03-01T00:00:00Z");
        assert_eq!(
            first["content"]["src"],
            "https://portal.example/csaf/white/2025/nrs-3.json"
        );
        assert_eq!(
            first["link"][3]["href"],
            "https://portal.example/csaf/white/2025/nrs-3.json.asc"
        );
    }

    #[test]
    fn an_empty_feed_still_says_when_it_was_made() {
        let feed = parse(&rolie(PORTAL, &[], "2020-01-01T00:00:00Z"));
        assert_eq!(feed["feed"]["updated"], "2020-01-01T00:00:00Z");
        assert_eq!(feed["feed"]["entry"], json!([]));
    }

    #[test]
    fn an_entry_agrees_with_its_document() {
        let doc = samples::two_revisions();
        let csaf = parse(&csaf::document(&doc));
        let entry = Entry::of(&doc);
        assert_eq!(
            csaf["document"]["tracking"]["current_release_date"],
            entry.published
        );
        assert_eq!(
            csaf["document"]["tracking"]["initial_release_date"],
            entry.first_published
        );
        assert_eq!(csaf["document"]["title"], entry.title);
        assert_eq!(
            csaf["document"]["references"][0]["url"],
            format!("{PORTAL}/{}", entry.path())
        );
    }

    #[test]
    fn the_metadata_names_the_keys_and_both_ways_to_the_documents() {
        let provider = Provider {
            portal: PORTAL,
            name: "Example Centre",
            contact: "desk@portal.example",
            keys: &[("abcd ef01", "https://portal.example/key.asc")],
            is_archive: false,
            listed: false,
            last_updated: "2026-03-01T00:00:00Z",
        };
        let replayed = Provider {
            is_archive: true,
            ..provider.clone()
        };
        let said = |provider| parse(&metadata(provider))["publisher"]["category"].clone();
        assert_eq!([said(&provider), said(&replayed)], ["coordinator", "other"]);
        let metadata = parse(&metadata(&provider));
        assert_eq!(
            metadata["public_openpgp_keys"][0]["fingerprint"],
            "ABCDEF01"
        );
        assert_eq!(
            metadata["distributions"][0]["directory_url"],
            "https://portal.example/csaf/white/"
        );
        assert_eq!(
            metadata["distributions"][1]["rolie"]["feeds"][0]["tlp_label"],
            "WHITE"
        );
        assert_eq!(metadata["role"], "csaf_trusted_provider");
    }

    #[test]
    fn hash_files_read_as_the_sum_tools_write_them() {
        assert_eq!(sha256_line("ABCD", "nrs-1.json"), "abcd  nrs-1.json\n");
    }
}
