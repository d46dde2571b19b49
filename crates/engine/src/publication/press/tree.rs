//! What stands in the tree: paths and bytes, from published documents.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use base::DocumentKind;
use domain::aggregate::Aggregate;
use domain::publication::{Advisory as Stream, PublishedRevision};
use formats::advisory::{Advisory, Lang};
use formats::{feed, index, provider, security_txt};
use pages::{Entry as Line, Site};

use crate::Fault;
use crate::advisory::paths;
use crate::kernel::clock;
use crate::kernel::house::House;
use crate::publication::press::Entries;
use crate::publication::press::objects;
use crate::publication::press::objects::{Known, Manifest};

/// Advisories in the feeds.
const NEWEST: usize = 100;
/// Advisories on the home page.
const RECENT: usize = 10;

/// A tree, built.
pub struct Tree {
    pub entries: Entries,
    pub stamp: String,
    pub advisories: usize,
}

struct Build<'a> {
    folder: &'a Path,
    old: &'a Manifest,
    known: Known,
    reuse: bool,
    entries: Entries,
    site: Site,
}

/// One advisory as it is published.
struct Item {
    doc: Advisory,
    instant: i64,
    /// Of the document's JSON.
    sha256: String,
}

impl Build<'_> {
    fn put(&mut self, path: impl Into<String>, bytes: &[u8], mtime: i64) -> Result<(), Fault> {
        let path = path.into();
        let compress = [
            ".html", ".css", ".js", ".svg", ".json", ".jsonl", ".txt", ".atom", ".csv",
        ]
        .iter()
        .any(|ending| path.ends_with(ending));
        let entry = objects::store(self.folder, bytes, mtime, compress, &self.known)?;
        if compress {
            // The same bytes stand under a current and an archived name; they are compressed once.
            self.known
                .insert(entry.sha256.clone(), (entry.br.clone(), entry.gz.clone()));
        }
        self.entries.insert(path, entry);
        Ok(())
    }

    /// Takes over a path of the last press.
    fn take_over(&mut self, path: &str) -> bool {
        match self.old.entries.get(path).filter(|_| self.reuse) {
            Some(entry) => {
                self.entries.insert(path.to_owned(), entry.clone());
                true
            }
            None => false,
        }
    }
}

/// Builds the tree; bytes of changed paths are kept as objects below `folder`.
///
/// # Errors
/// What failed; objects that were kept are harmless.
pub async fn build(house: &House, old: &Manifest, folder: &Path) -> Result<Tree, Fault> {
    let certificates = house.dir.join(crate::kernel::house::KEYS).join("public");
    let read = |name: &str| {
        std::fs::read(certificates.join(name)).map_err(Fault::io(format!("cannot read {name}")))
    };
    let (advisory_key, log_key) = (read("advisory.asc")?, read("log.asc")?);
    let fingerprint = seal::openpgp::Certificate::read(&advisory_key)
        .map_err(|_| Fault::Form("certificate"))?
        .fingerprint();
    let site = house.config.site(fingerprint.clone());
    let stamp = stamp(&house.config, &site);
    let mut build = Build {
        folder,
        old,
        known: objects::known(old),
        reuse: old.stamp == stamp,
        entries: Entries::new(),
        site,
    };
    let founded = house
        .own()
        .await?
        .persons
        .values()
        .map(|p| p.since.0 / 1_000_000)
        .min()
        .unwrap_or(0);
    let mut items = Vec::new();
    for row in house.store.advisories(store::Viewer::House).await? {
        if row.revision == 0 {
            continue;
        }
        let Some(loaded) = house.load(row.id.into()).await? else {
            continue;
        };
        if loaded.realm != 0 {
            // The wall: what belongs to an exercise has no place in the public tree.
            continue;
        }
        let Aggregate::Advisory(stream) = &*loaded.state else {
            return Err(Fault::Form("advisory"));
        };
        items.push(advisory(&mut build, house, stream).await?);
    }
    items.sort_by(|a, b| (b.instant, &b.doc.id).cmp(&(a.instant, &a.doc.id)));
    let newest = items
        .iter()
        .map(|item| item.instant)
        .max()
        .unwrap_or(founded);
    lists(&mut build, &items, newest)?;
    machine(&mut build, house, &items, newest, founded, &fingerprint).await?;
    fixed(&mut build, founded, newest, &advisory_key, &log_key)?;
    Ok(Tree {
        advisories: items.len(),
        entries: build.entries,
        stamp,
    })
}

/// What the pages depend on beside what was published: program, style, and what the configuration says to readers.
pub fn stamp(config: &crate::kernel::config::Config, site: &pages::Site) -> String {
    let told = format!(
        "{}|{}|{site:?}|{}|{:?}|{}",
        pages::style_path(),
        pages::find_script_path(),
        config.portal,
        config.purpose,
        config.publication.csaf_aggregators,
    );
    seal::hex(&seal::sha256(told.as_bytes())[..8])
}

fn seconds(revision: &PublishedRevision) -> i64 {
    revision.instant.0.div_euclid(1_000_000)
}

async fn bytes_of(house: &House, sha256: &str) -> Result<Vec<u8>, Fault> {
    let hash = seal::unhex32(sha256).ok_or(Fault::Form("file hash"))?;
    house
        .store
        .file(&hash)
        .await?
        .ok_or(Fault::Form("published file"))
}

/// Paths of one revision's documents in the archive, and of the current ones, with the hash of each.
fn document_paths(
    id: &str,
    entry: &provider::Entry,
    revision: &PublishedRevision,
    current: bool,
) -> Result<Vec<(String, String)>, Fault> {
    let files = revision.files.iter().map(|f| (&f.kind, None, &f.sha256));
    let signatures = revision.signatures.iter();
    let signatures = signatures.map(|s| (&s.kind, Some(&s.form), &s.sha256));
    let mut out = Vec::new();
    for (name, form, sha256) in files.chain(signatures) {
        // Where a kind of a newer program lies is not known here.
        let kind = DocumentKind::of(name).ok_or(Fault::Form("document kind"))?;
        let folder = format!("/archive/{id}/{}", revision.revision);
        let archived = format!("{folder}/{}", kind.facts().file);
        let now = current.then(|| paths::current(kind, id, entry));
        for path in [Some(archived), now].into_iter().flatten() {
            let path = match form.map(String::as_str) {
                None => path,
                Some("clear") => kind.clear_of(&path).ok_or(Fault::Form("signature"))?,
                Some(_) => kind.signature_of(&path),
            };
            out.push((path, sha256.clone()));
        }
    }
    Ok(out)
}

async fn advisory(build: &mut Build<'_>, house: &House, stream: &Stream) -> Result<Item, Fault> {
    let last = stream.published.last().ok_or(Fault::Form("advisory"))?;
    let json = last
        .files
        .iter()
        .find(|f| DocumentKind::AdvisoryJson.is(&f.kind))
        .ok_or(Fault::Form("published files"))?;
    let bytes = bytes_of(house, &json.sha256).await?;
    let doc: Advisory =
        serde_json::from_slice(&bytes).map_err(|_| Fault::Form("published advisory"))?;
    let entry = provider::Entry::of(&doc);
    for revision in &stream.published {
        let is_last = revision.revision == last.revision;
        for (path, sha256) in document_paths(&doc.id, &entry, revision, is_last)? {
            let same = build
                .old
                .entries
                .get(&path)
                .is_some_and(|old| old.sha256 == sha256);
            if same && build.take_over(&path) {
                continue;
            }
            let bytes = bytes_of(house, &sha256).await?;
            build.put(path, &bytes, seconds(revision))?;
        }
    }
    let at = seconds(last);
    // Pages depend on the document alone: the same document under the same program gives the same pages.
    let json_path = paths::current(DocumentKind::AdvisoryJson, &doc.id, &entry);
    let unchanged = build
        .old
        .entries
        .get(&json_path)
        .is_some_and(|old| old.sha256 == json.sha256);
    let pages = Lang::ALL.map(|lang| {
        [
            pages::advisory_path(lang, &doc.id),
            pages::sheet_path(lang, &doc.id),
        ]
    });
    let csaf_name = format!("{}.json", entry.stem);
    let csaf_path = paths::current(DocumentKind::Csaf, &doc.id, &entry);
    let sums = [format!("{csaf_path}.sha256"), format!("{csaf_path}.sha512")];
    if unchanged
        && pages
            .iter()
            .flatten()
            .chain(&sums)
            .all(|path| build.old.entries.contains_key(path))
        && build.reuse
    {
        for path in pages.iter().flatten().chain(&sums) {
            build.take_over(path);
        }
    } else {
        let site = build.site.clone();
        for lang in Lang::ALL {
            let files = paths::files(&doc, stream, lang);
            build.put(
                pages::advisory_path(lang, &doc.id),
                &pages::advisory(&site, lang, &doc, &files),
                at,
            )?;
            build.put(
                pages::sheet_path(lang, &doc.id),
                &pages::sheet(&site, lang, &doc, &json.sha256),
                at,
            )?;
        }
        let csaf = last
            .files
            .iter()
            .find(|f| DocumentKind::Csaf.is(&f.kind))
            .ok_or(Fault::Form("published files"))?;
        let csaf_bytes = bytes_of(house, &csaf.sha256).await?;
        build.put(
            sums[0].clone(),
            provider::sha256_line(&csaf.sha256, &csaf_name).as_bytes(),
            at,
        )?;
        build.put(
            sums[1].clone(),
            provider::sha512_line(&seal::hex(&seal::sha512(&csaf_bytes)), &csaf_name).as_bytes(),
            at,
        )?;
    }
    Ok(Item {
        doc,
        instant: at,
        sha256: json.sha256.clone(),
    })
}

fn lists(build: &mut Build<'_>, items: &[Item], newest: i64) -> Result<(), Fault> {
    let site = build.site.clone();
    let docs: Vec<&Advisory> = items.iter().map(|item| &item.doc).collect();
    let recent: Vec<Line> = docs
        .iter()
        .take(RECENT)
        .map(|doc| Line::from(*doc))
        .collect();
    let blocks = texts(build, items)?;
    build.put("/index.html", &pages::front(&site), newest)?;
    for lang in Lang::ALL {
        build.put(
            pages::home_path(lang),
            &pages::home(&site, lang, &recent, docs.len()),
            newest,
        )?;
        for page in pages::lists(&site, lang, &docs) {
            let at = page.newest.and_then(|at| items.get(at));
            let at = at.map_or(newest, |item| item.instant);
            build.put(page.path, &page.bytes, at)?;
        }
        let catalogue = index::catalogue(lang, &docs, &blocks, |id| pages::advisory_path(lang, id))
            .map_err(|_| Fault::Form("search index"))?;
        build.put(pages::index_path(lang), &catalogue, newest)?;
    }
    Ok(())
}

/// Presses the texts that the search looks into. The name of a block's files follows from its documents, so
/// that a block none of which changed is taken over unread: the work stays that of one block as the tree grows.
fn texts(build: &mut Build<'_>, items: &[Item]) -> Result<Vec<index::Block>, Fault> {
    let docs: Vec<&Advisory> = items.iter().map(|item| &item.doc).collect();
    let by_age: Vec<&Item> = index::by_age(&docs)
        .into_iter()
        .filter_map(|at| items.get(at))
        .collect();
    let mut blocks = Vec::new();
    for (number, block) in by_age.chunks(index::BLOCK).enumerate() {
        let source: String = block
            .iter()
            .map(|item| format!("{}\n", item.sha256))
            .collect();
        let hash = seal::hex(&seal::sha256(source.as_bytes())[..5]);
        let stem = format!("{number}-{hash}");
        let mut count = 0;
        while build.take_over(&pages::piece_path(&stem, count)) {
            count += 1;
        }
        if count == 0 {
            let docs: Vec<&Advisory> = block.iter().map(|item| &item.doc).collect();
            let at = block.iter().map(|item| item.instant).max().unwrap_or(0);
            let pieces = index::pieces(&docs).map_err(|_| Fault::Form("search index"))?;
            for bytes in pieces {
                build.put(pages::piece_path(&stem, count), &bytes, at)?;
                count += 1;
            }
        }
        blocks.push(index::Block {
            first: number * index::BLOCK,
            stem,
            pieces: count,
        });
    }
    Ok(blocks)
}

async fn machine(
    build: &mut Build<'_>,
    house: &House,
    items: &[Item],
    newest: i64,
    founded: i64,
    fingerprint: &str,
) -> Result<(), Fault> {
    let portal = house.config.portal.clone();
    let updated = clock::rfc3339(domain::value::Instant(newest * 1_000_000));
    let entries: Vec<provider::Entry> = items
        .iter()
        .map(|item| provider::Entry::of(&item.doc))
        .collect();
    let page = |id: &str, lang: Lang| format!("{portal}{}", pages::advisory_path(lang, id));
    let feed_entries: Vec<feed::FeedEntry> = items
        .iter()
        .map(|item| feed::FeedEntry::of(&item.doc, |lang| page(&item.doc.id, lang)))
        .collect();
    let newest_entries = feed_entries
        .get(..NEWEST.min(feed_entries.len()))
        .unwrap_or_default();
    for lang in Lang::ALL {
        let name = build.site.name.get(&lang).cloned().unwrap_or_default();
        let path = pages::feed_path(lang);
        let atom = feed::atom(&name, &portal, &path, lang, newest_entries, &updated);
        build.put(path, &atom, newest)?;
    }
    build.put("/advisories.json", &feed::index_json(&feed_entries), newest)?;
    let key_url = format!("{portal}/keys/advisory.asc");
    let name = build.site.name.get(&Lang::En).cloned().unwrap_or_default();
    let metadata = provider::metadata(&provider::Provider {
        portal: &portal,
        name: &name,
        contact: &build.site.contact,
        keys: &[(fingerprint, &key_url)],
        is_archive: house.config.purpose == crate::kernel::config::Purpose::Replay,
        listed: house.config.publication.csaf_aggregators
            && house.config.purpose == crate::kernel::config::Purpose::Live,
        last_updated: &updated,
    });
    build.put(
        "/.well-known/csaf/provider-metadata.json",
        &metadata,
        newest,
    )?;
    build.put(
        "/csaf/white/feed-tlp-white.json",
        &provider::rolie(&portal, &entries, &updated),
        newest,
    )?;
    build.put(
        "/csaf/white/index.txt",
        provider::index_txt(&entries).as_bytes(),
        newest,
    )?;
    build.put(
        "/csaf/white/changes.csv",
        provider::changes_csv(&entries).as_bytes(),
        newest,
    )?;
    listings(build, newest)?;
    // Beside the metadata is where gocsaf looks for it.
    for path in ["/csaf/service.json", "/.well-known/csaf/service.json"] {
        build.put(path, &provider::service(&portal), founded)?;
    }
    let mut leaves = house.store.leaves().await?.join("\n");
    leaves.push('\n');
    build.put("/archive/leaves.jsonl", leaves.as_bytes(), newest)?;
    let own = house.own().await?;
    // A house that was never asked to change its approvers publishes none: its archive stays as it was.
    if !own.changes.is_empty() {
        let mut lines = house.approvers_lines().await?.join("\n");
        lines.push('\n');
        let at = own
            .changes
            .last()
            .map_or(founded, |last| last.at.whole_seconds().0 / 1_000_000);
        build.put("/archive/approvers.jsonl", lines.as_bytes(), at)?;
    }
    // RFC 9116 §2.5.5 wants an end within a year; it moves with the daily anchor, which is an event.
    let renewed = house
        .own()
        .await?
        .anchor
        .map_or(founded, |(_, _, at)| at.0 / 1_000_000)
        .max(founded);
    let expires = clock::rfc3339(domain::value::Instant((renewed + 364 * 86_400) * 1_000_000));
    let contact = format!("mailto:{}", build.site.contact);
    let text = security_txt::render(&security_txt::SecurityTxt {
        contacts: &[&contact, &format!("{portal}/en/report")],
        expires: &expires,
        canonical: &format!("{portal}/.well-known/security.txt"),
        encryption: None,
        csaf: Some(&format!("{portal}/.well-known/csaf/provider-metadata.json")),
        policy: None,
        languages: &["ja", "en"],
    });
    build.put("/.well-known/security.txt", text.as_bytes(), renewed)
}

/// What the folders of CSAF hold, for programs that go from folder to folder.
fn listings(build: &mut Build<'_>, newest: i64) -> Result<(), Fault> {
    let white = format!("/{}/", provider::WHITE_DIR);
    let mut folders: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in build.entries.keys() {
        let Some(below) = path.strip_prefix(&white) else {
            continue;
        };
        match below.split_once('/') {
            Some((year, name)) => {
                let year = format!("{year}/");
                folders
                    .entry(year.clone())
                    .or_default()
                    .insert(name.to_owned());
                folders.entry(String::new()).or_default().insert(year);
            }
            None => {
                folders
                    .entry(String::new())
                    .or_default()
                    .insert(below.to_owned());
            }
        }
    }
    for (folder, names) in folders {
        let folder = format!("{white}{folder}");
        let names: Vec<String> = names.into_iter().collect();
        let page = pages::listing(&build.site.clone(), &folder, &names);
        build.put(format!("{folder}index.html"), &page, newest)?;
    }
    Ok(())
}

fn fixed(
    build: &mut Build<'_>,
    founded: i64,
    newest: i64,
    advisory_key: &[u8],
    log_key: &[u8],
) -> Result<(), Fault> {
    let site = build.site.clone();
    build.put("/404.html", &pages::not_found(&site), founded)?;
    for lang in Lang::ALL {
        build.put(pages::about_path(lang), &pages::about(&site, lang), founded)?;
    }
    build.put(pages::style_path(), pages::style(), founded)?;
    build.put(pages::icon_path(), pages::icon(), founded)?;
    build.put(pages::find_script_path(), pages::find_script(), founded)?;
    build.put("/keys/advisory.asc", advisory_key, founded)?;
    build.put("/keys/log.asc", log_key, founded)?;
    let _ = newest;
    Ok(())
}
