//! The operator's tools: configuration, backup, ledger, verification.

use std::path::Path;
use std::time::SystemTime;

use engine::kernel::backup::{BackedUp, Trust};
use engine::kernel::config::Config;
use engine::{Fault, House};
use serde_json::{Value, json};

use crate::args::Common;
use crate::init::store_location::location;
use crate::look::{self, Looked, What};
use crate::run::{open, read};
use crate::show;

/// Checks the configuration file.
///
/// # Errors
/// If it cannot be read; what is wrong is an answer.
pub fn config_check(common: &Common) -> Result<bool, Fault> {
    match Config::read(&common.dir) {
        Ok(config) => {
            let (fresh, mut amiss) = (config.placeholders(), config.amiss(&common.dir));
            let is_good = fresh.is_empty() && amiss.is_empty();
            let value = json!({ "good": is_good, "placeholders": fresh, "amiss": amiss });
            if !fresh.is_empty() {
                amiss.push(format!(
                    "still as init wrote it, and nobody's: {}. Put in what is yours before anything is published.",
                    fresh.join(", ")
                ));
            }
            show::answer(common.json, &value, || match amiss.as_slice() {
                [] => "The configuration is good.".into(),
                lines => lines.join("\n"),
            });
            Ok(is_good)
        }
        Err(Fault::Config(why)) => {
            show::answer(
                common.json,
                &json!({ "good": false, "because": why }),
                || why.clone(),
            );
            Ok(false)
        }
        Err(other) => Err(other),
    }
}

/// Makes the tables of a PostgreSQL database, or brings them up to date, as the login that owns them.
///
/// # Errors
/// If no database is named, or it refuses.
pub async fn database_prepare(common: &Common) -> Result<bool, Fault> {
    if common.database.is_none() {
        return Err(Fault::Config(
            "name the database with --database, as the login that is to own its tables".into(),
        ));
    }
    let is_new = store::Store::prepare(&location(common)?).await?;
    show::answer(common.json, &json!({ "made": is_new }), || {
        if is_new {
            "The tables are made. Found the house with the address of the login that runs it."
                .into()
        } else {
            "The tables are up to date.".into()
        }
    });
    Ok(true)
}

/// Shows each value and where it comes from.
///
/// # Errors
/// If the file cannot be read.
pub fn config_explain(common: &Common) -> Result<bool, Fault> {
    let config = Config::read(&common.dir)?;
    let written = std::fs::read_to_string(common.dir.join(engine::kernel::config::FILE))
        .map_err(Fault::io("cannot read the configuration"))?;
    let text = config.to_text()?;
    let value = json!({ "file": common.dir.join(engine::kernel::config::FILE), "text": text, "database": common.database.is_some() });
    show::answer(common.json, &value, || {
        let mut out = format!(
            "data folder: {} (--dir, NOROSHI_DIR or the default)\n",
            common.dir.display()
        );
        out.push_str(if common.database.is_some() {
            "database: PostgreSQL (--database or NOROSHI_DATABASE)\n"
        } else {
            "database: SQLite in the data folder (default)\n"
        });
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            // A key is written in its section: `host` of [mail] is none of [listen].
            if line.starts_with('[') {
                out.push_str(&format!("{line}\n"));
                continue;
            }
            let key = line.split(" = ").next().unwrap_or_default();
            let origin = if written
                .lines()
                .any(|w| w.trim_start().starts_with(&format!("{key} =")))
            {
                "file"
            } else {
                "default"
            };
            out.push_str(&format!("{line}   [{origin}]\n"));
        }
        out
    });
    Ok(true)
}

/// Seals a backup.
///
/// # Errors
/// If it cannot be written.
pub async fn backup(common: &Common, file: &Path) -> Result<bool, Fault> {
    let store = store::Store::open(&location(common)?).await?;
    let done = engine::kernel::backup::backup(&common.dir, &store, file).await?;
    let value = serde_json::to_value(&done).map_err(|_| Fault::Form("backup"))?;
    show::answer(common.json, &value, || {
        format!(
            "{}\n{}\n{}\n{} records, ledger root {}, key backup no. {}. Keep data and keys in different places, each with a copy of the signature.",
            done.data.display(),
            done.keys.display(),
            done.signature.display(),
            done.records,
            done.root,
            done.number
        ) + amiss_words(&done).as_str()
    });
    Ok(done.amiss.is_empty())
}

/// What of the house's own record is not as it was written, and what to do about it.
fn amiss_words(done: &BackedUp) -> String {
    let told = done.amiss.iter().map(|one| format!("\nAMISS: {one}"));
    let mut out: String = told.collect();
    if !out.is_empty() {
        out.push_str("\nKeep the earlier backups: this one holds what is amiss. `noroshi ledger verify` names all of it.");
    }
    out
}

fn secret(file: Option<&Path>) -> Result<zeroize::Zeroizing<String>, Fault> {
    let bytes = match file {
        Some(path) => seal::files::read_secret(path)?.to_vec(),
        None => read(Path::new("-"))?,
    };
    Ok(zeroize::Zeroizing::new(
        String::from_utf8_lossy(&bytes).trim().to_owned(),
    ))
}

/// Who signed a backup, and what that is worth.
fn signed_words(done: &BackedUp, trust: Trust<'_>) -> String {
    match (done.signed_by.as_str(), trust.log_key) {
        ("", _) => {
            "know: nobody signed this backup; that it is the house's, you know or nobody".to_owned()
        }
        (by, Some(_)) => format!("signed by {by}, the key that was given"),
        (by, None) => format!(
            "know: signed by {by}; compare it with the fingerprint `log` of the recovery kit, or give that as --log-key"
        ),
    }
}

/// Tries a backup by restoring it.
///
/// # Errors
/// If it cannot be opened; what the trial finds is an answer.
pub async fn backup_verify(
    common: &Common,
    file: &Path,
    secret_file: Option<&Path>,
    trust: Trust<'_>,
) -> Result<bool, Fault> {
    let work = std::env::temp_dir().join(format!(
        "noroshi-trial-{}",
        seal::hex(&seal::random::bytes::<8>())
    ));
    match engine::kernel::backup::verify(file, &secret(secret_file)?, &work, trust).await {
        Ok(done) => {
            let value = serde_json::to_value(&done).map_err(|_| Fault::Form("backup"))?;
            show::answer(common.json, &value, || {
                format!(
                    "The backup restores: {} records, ledger root {}.\n{}",
                    done.records,
                    done.root,
                    signed_words(&done, trust)
                )
            });
            Ok(true)
        }
        Err(Fault::Config(why)) => {
            show::answer(
                common.json,
                &json!({ "good": false, "because": why }),
                || why.clone(),
            );
            Ok(false)
        }
        Err(other) => Err(other),
    }
}

/// Restores a backup into the data folder.
///
/// # Errors
/// If the folder is in use or the backup does not open.
pub async fn restore(
    common: &Common,
    file: &Path,
    secret_file: Option<&Path>,
    trial: bool,
    trust: Trust<'_>,
) -> Result<bool, Fault> {
    let done = engine::kernel::backup::restore(
        file,
        &secret(secret_file)?,
        &common.dir,
        &location(common)?,
        trial,
        trust,
    )
    .await?;
    let value = serde_json::to_value(&done).map_err(|_| Fault::Form("backup"))?;
    show::answer(common.json, &value, || {
        format!(
            "Restored into {}: {} records, ledger root {}.\n{}\nThe house is held: compare it with archive/leaves.jsonl of the portal and the signer's journal, then say: noroshi resume --compared \"…\" --by HANDLE PASSWORD-FILE, for two persons",
            common.dir.display(),
            done.records,
            done.root,
            signed_words(&done, trust)
        ) + amiss_words(&done).as_str()
    });
    Ok(done.amiss.is_empty())
}

/// Verifies the chain, and anchors that somebody else holds.
///
/// # Errors
/// If the database cannot be read.
pub async fn ledger_verify(common: &Common, anchor: Option<&Path>) -> Result<bool, Fault> {
    let mut anchors = Vec::new();
    if let Some(path) = anchor {
        for line in String::from_utf8_lossy(&read(path)?).lines() {
            let line = line.trim();
            match serde_json::from_str::<seal::leaf::Leaf>(line) {
                Ok(leaf) if leaf.kind == "anchor" => anchors.push(leaf.sha256),
                Ok(_) => {}
                Err(_) if seal::unhex32(line).is_some() => anchors.push(line.to_owned()),
                Err(_) if line.is_empty() => {}
                Err(_) => {
                    return Err(Fault::Config(
                        "the anchor file has a line that is neither a leaf nor a root hash".into(),
                    ));
                }
            }
        }
        if anchors.is_empty() {
            return Err(Fault::Config(
                "the anchor file holds no anchor, so nothing was compared; give leaves.jsonl of this house, which gets an anchor each day, or a root hash that ledger verify once printed".into(),
            ));
        }
    }
    look::look(common, &What::Ledger(anchors)).await
}

/// The chain, the rows beside it, and anchors that somebody else holds.
///
/// # Errors
/// If the database cannot be read.
pub async fn ledger_looked(house: &House, anchors: &[String]) -> Result<Looked, Fault> {
    let found = house.verify_ledger(anchors).await?;
    let good = found.broken.is_none() && found.anchors_missing.is_empty() && found.amiss.is_empty();
    let amiss: Vec<String> = found.amiss.iter().map(ToString::to_string).collect();
    let value = json!({ "good": good, "records": found.records, "root": found.root, "broken": found.broken, "anchors_found": found.anchors_found, "anchors_missing": found.anchors_missing, "rows": found.rows, "amiss": amiss, "uncounted": found.uncounted });
    let mut out = format!(
        "{} records, root {}\n{} texts and files as they were recorded",
        found.records, found.root, found.rows
    );
    if found.uncounted > 0 {
        out.push_str(&format!(
                "\n{} of an older program, of which the ledger does not speak yet: it will once `noroshi serve` has been started",
                found.uncounted
            ));
    }
    for one in &amiss {
        out.push_str(&format!("\nAMISS: {one}"));
    }
    if let Some(broken) = &found.broken {
        out.push_str(&format!("\nBROKEN: {broken}"));
    }
    if !anchors.is_empty() {
        out.push_str(&format!(
            "\n{} of {} anchors stand in this chain",
            found.anchors_found,
            anchors.len()
        ));
    }
    for missing in &found.anchors_missing {
        out.push_str(&format!("\nNOT IN THIS CHAIN: {missing}"));
    }
    Ok(Looked {
        good,
        value,
        text: out,
    })
}

/// Rebuilds the projections; tells whether they were what they should be.
///
/// # Errors
/// If the ledger cannot be read.
pub async fn ledger_rebuild(common: &Common) -> Result<bool, Fault> {
    let house = open(common).await?;
    let before = house.store.dump_projections().await?;
    let rows = house.rebuild().await?;
    let same = house.store.dump_projections().await? == before;
    show::answer(
        common.json,
        &json!({ "rows": rows, "unchanged": same }),
        || {
            if same {
                format!("{rows} rows, byte for byte what stood there")
            } else {
                format!("{rows} rows; the projections differed and were put right")
            }
        },
    );
    Ok(same)
}

/// Checks a pressed tree or a document.
///
/// # Errors
/// If it cannot be read.
pub fn verify(
    common: &Common,
    path: &Path,
    key: Option<&str>,
    log_key: Option<&str>,
    log: Option<&str>,
) -> Result<bool, Fault> {
    use seal::verify::{KeyPin, LogPin, Options};
    let pin = match key {
        None => None,
        Some(text)
            if text.len() >= 40 && text.chars().all(|c| c.is_ascii_hexdigit() || c == ' ') =>
        {
            Some(KeyPin::Fingerprint(text.replace(' ', "")))
        }
        Some(file) => Some(KeyPin::Certificate(read(Path::new(file))?)),
    };
    let log = match log {
        None => None,
        Some(text) => Some(LogPin::parse(text).ok_or_else(|| {
            Fault::Config("--log: give LEAVES:ROOT as an earlier verification printed it".into())
        })?),
    };
    let options = Options {
        key: pin,
        log_key: log_key.map(str::to_owned),
        log,
        now: SystemTime::now(),
    };
    let report = if path.is_dir() {
        seal::verify::tree(path, &options)
    } else {
        seal::verify::file(path, &options)
    };
    let report = report.map_err(|e| Fault::Config(e.to_string()))?;
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|f| json!({ "code": f.code, "path": f.path, "message": f.message }))
        .collect();
    let value = json!({
        "good": report.is_good(), "files": report.files, "advisories": report.advisories, "documents": report.documents, "signatures": report.signatures,
        "leaves": report.leaves, "fingerprint": report.fingerprint, "user_id": report.user_id, "pinned": report.pinned,
        "newest": report.newest.as_ref().map(|(number, at)| json!({ "number": number, "published": at })), "log": report.log,
        "approvers": report.approvers.map(|(generation, keys)| json!({ "generation": generation, "keys": keys })), "findings": findings, "notes": report.notes,
    });
    show::answer(common.json, &value, || {
        let mut out = format!(
            "{} files, {} advisories, {} documents, {} signatures, {} leaves\nsigned by {} ({})\n",
            report.files,
            report.advisories,
            report.documents,
            report.signatures,
            report.leaves,
            report.fingerprint,
            report.user_id
        );
        if let Some((number, at)) = &report.newest {
            out.push_str(&format!("newest: {number} of {at}\n"));
        }
        if let Some((generation, keys)) = report.approvers {
            out.push_str(&format!(
                "approvers: generation {generation}, {keys} keys\n"
            ));
        }
        if !report.log.is_empty() {
            out.push_str(&format!("log: {}\n", report.log));
        }
        for f in &report.findings {
            out.push_str(&format!("FINDING [{}] {}: {}\n", f.code, f.path, f.message));
        }
        for note in &report.notes {
            out.push_str(&format!("know: {note}\n"));
        }
        out.push_str(if report.is_good() { "good" } else { "NOT GOOD" });
        out
    });
    Ok(report.is_good())
}

/// The copies of an advisory, or how many there are of each state.
///
/// # Errors
/// If there is no such advisory.
pub async fn copies_looked(house: &House, number: Option<&str>) -> Result<Looked, Fault> {
    let value = match number {
        None => crate::run::states(house).await?,
        Some(number) => copies(house, number).await?,
    };
    Ok(Looked {
        good: true,
        text: value.to_string(),
        value,
    })
}

/// The copies of an advisory's last revision.
///
/// # Errors
/// If there is no such advisory.
async fn copies(house: &House, number: &str) -> Result<Value, Fault> {
    let rows = house.store.advisories(store::Viewer::House).await?;
    let row = rows
        .iter()
        .find(|r| {
            base::digits(&r.number) == base::digits(number) && !base::digits(number).is_empty()
        })
        .ok_or(Fault::Config(format!("no advisory {number} is published")))?;
    let mut out = Vec::new();
    for revision in 1..=row.revision {
        for copy in house.copies_of(row.id, revision).await? {
            out.push(json!({ "revision": revision, "reference": copy.reference, "state": copy.state.word(), "attempts": copy.attempts, "relay": copy.answer, "code": copy.code }));
        }
    }
    Ok(Value::Array(out))
}

/// Measures one thing for `cargo xtask bench`; prints `name=value` lines.
///
/// # Errors
/// If it cannot run.
pub async fn measure(
    common: &Common,
    name: &str,
    n: u64,
    path: Option<&Path>,
) -> Result<bool, Fault> {
    if name == "desk" {
        let named = common
            .database
            .is_some()
            .then(|| location(common))
            .transpose()?;
        let measured = crate::measure_desk::desk(named.as_ref(), n).await?;
        show::answer(common.json, &measured, || measured.to_string());
        return Ok(true);
    }
    if name == "lateness" {
        let measured = Box::pin(crate::measure_lateness::lateness(n)).await?;
        show::answer(common.json, &measured, || measured.to_string());
        return Ok(true);
    }
    bench::run(&common.dir, &location(common)?, name, n, path)
        .await
        .map(|()| true)
}
