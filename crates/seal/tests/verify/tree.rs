//! A small correct tree with two numbers and three revisions, made in memory and written to a fresh folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use seal::leaf::Leaf;
use seal::openpgp::{NewKey, SigningKey, draw};
use seal::verify::{self, KeyPin, Options, Report};
use sequoia_openpgp::Profile;
use sequoia_openpgp::cert::{CertBuilder, CipherSuite};
use sequoia_openpgp::serialize::SerializeInto;
use serde_json::{Value, json};

pub(crate) type Files = BTreeMap<String, Vec<u8>>;

pub(crate) const FIRST: &str = "2026-01-02T00:00:00Z";
pub(crate) const SECOND: &str = "2026-03-01T00:00:00Z";
pub(crate) const OLD: &str = "2025-12-31T00:00:00Z";
pub(crate) const BASE: &str = "https://portal.example";
pub(crate) const CSAF_1: &str = "csaf/white/2026/nrs-1.json";
pub(crate) const CSAF_2: &str = "csaf/white/2025/nrs-2.json";
pub(crate) const ROLIE: &str = "csaf/white/feed-tlp-white.json";
pub(crate) const CHANGES: &str = "csaf/white/changes.csv";
pub(crate) const INDEX: &str = "csaf/white/index.txt";
pub(crate) const LEAVES: &str = "archive/leaves.jsonl";
pub(crate) const METADATA: &str = ".well-known/csaf/provider-metadata.json";
pub(crate) const SECURITY: &str = ".well-known/security.txt";

pub(crate) static ADVISORY: LazyLock<NewKey> =
    LazyLock::new(|| draw("Example Centre <desk@portal.example>", at(), false).unwrap());
pub(crate) static LOG: LazyLock<NewKey> =
    LazyLock::new(|| draw("Example Centre log <log@portal.example>", at(), false).unwrap());
pub(crate) static GOOD: LazyLock<Files> = LazyLock::new(good);

pub(crate) fn at() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_305_600)
}

pub(crate) fn options(key: Option<KeyPin>) -> Options {
    Options {
        log_key: None,
        log: None,
        key,
        now: at() + Duration::from_secs(3_600),
    }
}

fn good() -> Files {
    let mut files = Files::new();
    archived(&mut files, "NRS-1", &[FIRST, SECOND]);
    archived(&mut files, "NRS-2", &[OLD]);
    let anchor = anchor();
    append(&mut files, &anchor);
    for (path, archived) in [
        (CSAF_1, "archive/NRS-1/2/csaf.json"),
        (CSAF_2, "archive/NRS-2/1/csaf.json"),
    ] {
        let bytes = files[archived].clone();
        csaf_files(&mut files, path, &bytes);
    }
    put(&mut files, INDEX, b"2025/nrs-2.json\n2026/nrs-1.json\n");
    let changes = format!("\"2026/nrs-1.json\",\"{SECOND}\"\n\"2025/nrs-2.json\",\"{OLD}\"\n");
    put(&mut files, CHANGES, changes.as_bytes());
    put(&mut files, ROLIE, &pretty(&rolie()));
    put(&mut files, "csaf/service.json", &pretty(&service()));
    put(&mut files, METADATA, &pretty(&metadata()));
    let security = "Contact: mailto:desk@portal.example\nExpires: 2027-02-01T00:00:00Z\n";
    let security = signing(&ADVISORY)
        .clear_signed(security.as_bytes(), at())
        .unwrap();
    put(&mut files, SECURITY, &security);
    for page in [
        "index.html",
        "404.html",
        "ja/index.html",
        "assets/house.css",
    ] {
        put(&mut files, page, b"<p>page");
        put(&mut files, &format!("{page}.gz"), &gzip(b"<p>page"));
        put(&mut files, &format!("{page}.br"), &brotli(b"<p>page"));
    }
    lists(&mut files);
    put(&mut files, "keys/advisory.asc", &ADVISORY.public);
    let log = signing(&ADVISORY).certify(&LOG.public, at()).unwrap();
    put(&mut files, "keys/log.asc", &log);
    resum(&mut files);
    files
}

/// Puts every revision into the archive with its leaves, and the last one into `/advisories`.
pub(crate) fn archived(files: &mut Files, number: &str, times: &[&str]) {
    for (revision, _) in (1_u32..).zip(times) {
        let until = &times[..revision as usize];
        let folder = format!("archive/{number}/{revision}");
        let now = format!("advisories/{number}");
        let doc = pretty(&advisory(number, revision, until));
        let csaf = pretty(&csaf(number, revision, until));
        signed(files, &format!("{folder}/advisory.json"), "sig", &doc);
        signed(files, &format!("{now}.json"), "sig", &doc);
        signed(files, &format!("{folder}/csaf.json"), "asc", &csaf);
        let at = until[until.len() - 1];
        let documents: [(&str, &[u8]); 2] = [("advisory-json", &doc), ("csaf", &csaf)];
        leaves_of(files, number, (revision, at), &documents);
        for (lang, kind) in [("ja", "text-ja"), ("en", "text-en")] {
            let text = format!("{number} 対策情報 {lang} {revision}\n- none\n").into_bytes();
            let clear = signing(&ADVISORY)
                .clear_signed(&text, super::tree::at())
                .unwrap();
            for stem in [format!("{folder}/text.{lang}"), format!("{now}.{lang}")] {
                signed(files, &format!("{stem}.txt"), "sig", &text);
                put(files, &format!("{stem}.asc"), &clear);
            }
            leaves_of(files, number, (revision, at), &[(kind, &text)]);
        }
    }
}

fn leaves_of(files: &mut Files, number: &str, of: (u32, &str), documents: &[(&str, &[u8])]) {
    files.entry(LEAVES.to_owned()).or_default();
    for (kind, bytes) in documents {
        append(files, &leaf(number, of, kind, bytes));
    }
}

/// A leaf of a revision that was published at an instant.
pub(crate) fn leaf(number: &str, of: (u32, &str), kind: &str, bytes: &[u8]) -> String {
    let (revision, at) = of;
    let leaf = Leaf {
        v: 1,
        realm: "live".to_owned(),
        series: "NRS".to_owned(),
        number: number.to_owned(),
        revision,
        kind: kind.to_owned(),
        sha256: seal::hex(&seal::sha256(bytes)),
        instant: at.to_owned(),
        persons: 2,
    };
    String::from_utf8(leaf.bytes().unwrap()).unwrap()
}

fn anchor() -> String {
    let line = leaf("", (0, FIRST), "anchor", b"root");
    line.replace("\"series\":\"NRS\"", "\"series\":\"ledger\"")
        .replace("\"persons\":2", "\"persons\":0")
}

fn advisory(number: &str, revision: u32, times: &[&str]) -> Value {
    let history: Vec<Value> = (1_u32..)
        .zip(times)
        .map(|(n, at)| json!({ "revision": n, "at": at, "reason": {} }))
        .collect();
    json!({
        "schema": "noroshi/advisory/1", "id": number, "revision": revision, "status": "final",
        "marking": "none", "first_published": times[0], "published": times[times.len() - 1],
        "publisher": {}, "audience": "administrator", "damage": [],
        "texts": { "ja": { "title": "題", "summary": SUMMARY }, "en": { "title": "A <title>", "summary": SUMMARY } },
        "threat": "not_recorded", "severity": "not_recorded", "cvss": [], "cve": [],
        "other_ids": [], "products": [], "vendors": [], "references": [], "credits": [],
        "history": history,
    })
}

fn csaf(number: &str, revision: u32, times: &[&str]) -> Value {
    let history: Vec<Value> = (1_u32..)
        .zip(times)
        .map(|(n, at)| json!({ "date": at, "number": n.to_string(), "summary": "Published" }))
        .collect();
    json!({ "document": {
        "category": "csaf_base", "csaf_version": "2.0",
        "distribution": { "tlp": { "label": "WHITE" } },
        "publisher": { "category": "coordinator", "name": "Example Centre", "namespace": BASE },
        "title": "Title",
        "tracking": {
            "id": number, "version": revision.to_string(), "status": "final",
            "initial_release_date": times[0], "current_release_date": times[times.len() - 1],
            "revision_history": history,
        },
    } })
}

pub(crate) fn csaf_files(files: &mut Files, path: &str, bytes: &[u8]) {
    signed(files, path, "asc", bytes);
    rehash(files, path);
}

pub(crate) fn rehash(files: &mut Files, path: &str) {
    let name = path.rsplit('/').next().unwrap();
    let sha256 = seal::hex(&seal::sha256(&files[path]));
    let sha512 = seal::hex(&seal::sha512(&files[path]));
    for (ending, sum) in [("sha256", sha256), ("sha512", sha512)] {
        let line = format!("{sum}  {name}\n");
        put(files, &format!("{path}.{ending}"), line.as_bytes());
    }
}

fn rolie() -> Value {
    let entry = |id: &str, path: &str, first: &str, last: &str| {
        let url = format!("{BASE}/{path}");
        json!({
            "id": id, "published": first, "updated": last,
            "content": { "type": "application/json", "src": url },
            "link": [
                { "rel": "self", "href": url },
                { "rel": "hash", "href": format!("{url}.sha256") },
                { "rel": "hash", "href": format!("{url}.sha512") },
                { "rel": "signature", "href": format!("{url}.asc") },
            ],
        })
    };
    json!({ "feed": { "updated": SECOND, "entry": [
        entry("NRS-1", CSAF_1, FIRST, SECOND),
        entry("NRS-2", CSAF_2, OLD, OLD),
    ] } })
}

fn service() -> Value {
    let href = format!("{BASE}/{ROLIE}");
    json!({ "service": { "workspace": [{ "collection": [{ "href": href }] }] } })
}

fn metadata() -> Value {
    let key =
        json!({ "fingerprint": ADVISORY.fingerprint, "url": format!("{BASE}/keys/advisory.asc") });
    let feed = json!({ "tlp_label": "WHITE", "url": format!("{BASE}/{ROLIE}") });
    json!({
        "canonical_url": format!("{BASE}/{METADATA}"),
        "distributions": [{ "rolie": { "feeds": [feed] } }],
        "last_updated": SECOND, "metadata_version": "2.0", "public_openpgp_keys": [key],
        "publisher": {}, "role": "csaf_trusted_provider",
    })
}

pub(crate) fn pretty(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}

pub(crate) fn signing(key: &NewKey) -> SigningKey {
    SigningKey::read(&key.secret).unwrap()
}

pub(crate) fn signed(files: &mut Files, path: &str, ending: &str, bytes: &[u8]) {
    let signature = signing(&ADVISORY).detached(bytes, at()).unwrap();
    put(files, path, bytes);
    put(files, &format!("{path}.{ending}"), &signature);
}

/// Lists every file anew and signs the list, as somebody with the log key could.
pub(crate) fn resum(files: &mut Files) {
    let sums: String = files
        .iter()
        .filter(|(path, _)| !path.starts_with("SHA256SUMS"))
        .filter(|(path, _)| !path.ends_with(".gz") && !path.ends_with(".br"))
        .map(|(path, bytes)| format!("{}  {path}\n", seal::hex(&seal::sha256(bytes))))
        .collect();
    let signature = signing(&LOG).detached(sums.as_bytes(), at()).unwrap();
    put(files, "SHA256SUMS", sums.as_bytes());
    put(files, "SHA256SUMS.asc", &signature);
}

/// In both languages of each record.
const SUMMARY: &str = "Text with href= and a \"mark\".";

/// The lists that readers and programs follow, as the press writes them.
fn lists(files: &mut Files) {
    let docs = [
        advisory("NRS-1", 2, &[FIRST, SECOND]),
        advisory("NRS-2", 1, &[OLD]),
    ];
    let page = |lang: &str, doc: &Value| {
        format!("/{lang}/advisories/{}.html", doc["id"].as_str().unwrap())
    };
    let fields = [
        "id",
        "revision",
        "status",
        "marking",
        "severity",
        "cve",
        "first_published",
        "published",
    ];
    let line = |doc: &Value| -> Value {
        let pairs = fields.map(|field| (field.to_owned(), doc[field].clone()));
        pairs.into_iter().collect::<serde_json::Map<_, _>>().into()
    };
    let entries: Vec<Value> = docs
        .iter()
        .map(|doc| {
            let mut entry = line(doc);
            entry["title"] = json!({ "ja": "題", "en": "A <title>" });
            entry["summary"] = json!({ "ja": SUMMARY, "en": SUMMARY });
            entry["page"] = json!({ "ja": format!("{BASE}{}", page("ja", doc)), "en": format!("{BASE}{}", page("en", doc)) });
            entry["csaf"] = format!("{BASE}/csaf/white/2026/x.json").into();
            entry
        })
        .collect();
    put(
        files,
        "advisories.json",
        &pretty(&json!({ "schema": "noroshi/advisories/1", "advisories": entries })),
    );
    for (lang, title) in [("ja", "題"), ("en", "A <title>")] {
        let lines: Vec<Value> = docs
            .iter()
            .map(|doc| {
                let mut entry = line(doc);
                entry["title"] = title.into();
                entry["path"] = page(lang, doc).into();
                entry
            })
            .collect();
        put(
            files,
            &format!("{lang}/advisories/index.json"),
            &pretty(&json!({ "v": 1, "advisories": lines })),
        );
        let mut feed = format!(
            "<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>x</id>\n<title>A house</title>\n\
             <updated>{SECOND}</updated>\n<author><name>A house</name></author>\n<link rel=\"self\" href=\"{BASE}/feed\"/>\n\
             <link rel=\"alternate\" href=\"{BASE}/\"/>\n"
        );
        for doc in &docs {
            let id = doc["id"].as_str().unwrap();
            let text = |field: &str| doc[field].as_str().unwrap().to_owned();
            feed += &format!(
                "<entry>\n<id>urn:noroshi:{id}</id>\n<title>{} ({id})</title>\n<published>{}</published>\n<updated>{}</updated>\n\
                 <link rel=\"alternate\" type=\"text/html\" href=\"{BASE}{}\"/>\n\
                 <link rel=\"related\" type=\"application/json\" href=\"{BASE}/csaf/white/2026/x.json\"/>\n\
                 <summary>{}</summary>\n</entry>\n",
                title.replace('<', "&lt;").replace('>', "&gt;"),
                text("first_published"),
                text("published"),
                page(lang, doc),
                SUMMARY.replace('"', "&quot;")
            );
        }
        put(
            files,
            &format!("{lang}/advisories/feed.atom"),
            (feed + "</feed>\n").as_bytes(),
        );
    }
}

pub(crate) fn brotli(plain: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut out = Vec::new();
    let mut packer = brotli::CompressorWriter::new(&mut out, 4096, 5, 22);
    packer.write_all(plain).unwrap();
    drop(packer);
    out
}

/// gzip with one stored block (RFC 1951 §3.2.4).
pub(crate) fn gzip(plain: &[u8]) -> Vec<u8> {
    let crc = !plain.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
        })
    });
    let length = u16::try_from(plain.len()).unwrap();
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&(!length).to_le_bytes());
    out.extend_from_slice(plain);
    out.extend_from_slice(&crc.to_le_bytes());
    out.extend_from_slice(&u32::from(length).to_le_bytes());
    out
}

/// A certificate that ends `days` after the verification.
pub(crate) fn ending_key(days: u64) -> Vec<u8> {
    let (cert, _) = CertBuilder::new()
        .add_userid("Example Centre <desk@portal.example>")
        .set_cipher_suite(CipherSuite::Cv25519)
        .set_profile(Profile::RFC4880)
        .unwrap()
        .set_creation_time(at() - Duration::from_secs(86_400))
        .set_validity_period(Duration::from_secs(86_400 * (days + 1) + 1_800))
        .add_signing_subkey()
        .generate()
        .unwrap();
    cert.to_vec().unwrap()
}

pub(crate) fn verified(files: &Files, key: Option<KeyPin>) -> Report {
    let folder = Folder::of(files);
    verify::tree(&folder.path, &options(key)).unwrap()
}

/// A fresh folder that goes when the test does.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
}

impl Folder {
    pub(crate) fn of(files: &Files) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("noroshi-verify-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        for (inner, bytes) in files {
            let file = path.join(inner);
            fs::create_dir_all(file.parent().unwrap_or(Path::new("/"))).unwrap();
            fs::write(file, bytes).unwrap();
        }
        Folder { path }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

pub(crate) fn put(files: &mut Files, path: &str, bytes: &[u8]) {
    files.insert(path.to_owned(), bytes.to_vec());
}

pub(crate) fn append(files: &mut Files, line: &str) {
    let leaves = files.get_mut(LEAVES).unwrap();
    leaves.extend_from_slice(line.as_bytes());
    leaves.push(b'\n');
}
