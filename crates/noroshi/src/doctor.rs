//! `noroshi doctor`: what of a house is not as it should be, and what its mode does not resist.

use std::path::Path;

use engine::kernel::config::Purpose;
use engine::{Fault, House};
use serde_json::{Value, json};

use crate::look::Looked;

/// Looks for what is not as it should be, and says what the present mode does not resist.
///
/// # Errors
/// If the house cannot be read.
pub async fn looked(house: &House) -> Result<Looked, Fault> {
    let mut findings: Vec<(&str, String)> = Vec::new();
    let mut notes: Vec<String> = Vec::new();
    if let Some(why) = house.held().await? {
        findings.push((
            "held",
            format!("the house is held: {why}; say: noroshi resume --compared …"),
        ));
    }
    let records = record(house, &mut findings, &mut notes).await?;
    if house.config.purpose == Purpose::Live && house.config.alarm.url.is_empty() {
        notes.push(
            "nobody is called by telephone when a release is held: set [alarm] in noroshi.toml (docs/operate/alarm.md)".to_owned(),
        );
    }
    let spread = (engine::kernel::clock::now().0 - house.store.clock().await?).abs();
    if spread > 500_000 {
        findings.push((
            "clock",
            format!(
                "node and database clock differ by {} ms; over 2000 ms releases are held",
                spread / 1000
            ),
        ));
    }
    for (state, n) in house.store.copy_states().await? {
        if domain::distribution::CopyState::UNDELIVERED.contains(&state) {
            findings.push((
                "mail",
                format!(
                    "{n} copies are {}: their contacts need a person",
                    state.word()
                ),
            ));
        }
    }
    releases(house, &mut findings).await?;
    let keys = house.dir.join(engine::kernel::house::KEYS);
    secrets(&keys, &mut findings);
    signing(&keys, &mut findings);
    for line in house.config.amiss(&house.dir) {
        findings.push(("config", line));
    }
    open_to_others(&house.dir, &mut findings);
    if house.config.purpose == Purpose::Live
        && house.config.mail.transport == engine::kernel::config::Transport::Folder
    {
        notes.push(
            "mail is written to DIR/mail and goes nowhere else (mail.transport = \"folder\")"
                .into(),
        );
    }
    notes.push("keys lie in the data folder: who takes database and keys together reads everything; copy them apart, and use disk encryption against a removed disk".into());
    if house.store.can_rewrite().await? == Some(true) {
        notes.push("the login of the database owns its tables: whoever has its password takes the guards of the ledger down; docs/operate/postgresql.md, \"Two logins\", tells how the house runs under one that cannot".into());
    }
    notes.push("no outside holder of anchors is configured: a rewriting of the whole ledger by this machine's administrator would be noticed only by whoever kept a copy of archive/leaves.jsonl".into());
    let narrowed = if crate::confine::can() {
        "portal, signer and verifier are processes of one user; while they run, the kernel closes all but their own folders to them, and the house itself is not narrowed"
    } else {
        "portal, signer and verifier are processes of one user, and the kernel of this machine cannot close other folders to them (Landlock, Linux 5.19)"
    };
    notes.push(narrowed.to_owned());
    let waiting: serde_json::Map<String, Value> = house
        .store
        .waiting_intents()
        .await?
        .into_iter()
        .map(|(kind, n)| (kind.name().to_owned(), n.into()))
        .collect();
    let value = json!({
        "findings": findings.iter().map(|(code, text)| json!({ "code": code, "text": text })).collect::<Vec<_>>(),
        "notes": notes,
        "waiting": waiting,
        "records": records,
        "engine": house.store.engine_name(),
    });
    let mut text = format!(
        "{} records in the ledger, {}.\n",
        records,
        house.store.engine_name()
    );
    for (kind, n) in &waiting {
        text.push_str(&format!("waits to be carried out: {kind}, {n}\n"));
    }
    for (code, found) in &findings {
        text.push_str(&format!("NOT AS IT SHOULD BE [{code}] {found}\n"));
    }
    for note in &notes {
        text.push_str(&format!("know: {note}\n"));
    }
    Ok(Looked {
        good: findings.is_empty(),
        value,
        text,
    })
}

/// Whether the ledger, the rows beside it and the texts that it refers to are as they were written; returns how many records
/// there are.
async fn record(
    house: &House,
    findings: &mut Vec<(&'static str, String)>,
    notes: &mut Vec<String>,
) -> Result<u64, Fault> {
    let chain = house.verify_ledger(&[]).await?;
    if let Some(broken) = &chain.broken {
        findings.push(("ledger", broken.clone()));
    }
    if let Some(first) = chain.amiss.first() {
        findings.push((
            "rows",
            format!(
                "{} texts or files are not as they were recorded, the first: {first}; `noroshi ledger verify` names all; restore a backup beside this house and compare",
                chain.amiss.len()
            ),
        ));
    }
    if chain.uncounted > 0 {
        notes.push(format!(
            "the ledger does not speak of {} texts and files of an older program yet: it will once `noroshi serve` has been started",
            chain.uncounted
        ));
    }
    let texts = match house.verify_texts().await {
        Ok(texts) => texts,
        // Where a record itself cannot be read, nobody knows which texts there should be.
        Err(fault @ (Fault::Sealed | Fault::Form(_))) => {
            findings.push((
                "texts",
                format!("which texts there should be cannot be read: {fault}"),
            ));
            engine::kernel::texts::Texts::default()
        }
        Err(other) => return Err(other),
    };
    if texts.lacking > 0 {
        findings.push((
            "texts",
            format!(
                "{} of {} texts and documents that the ledger refers to are gone or do not open: restore a backup beside this house and compare ({})",
                texts.lacking,
                texts.whole + texts.erased + texts.lacking,
                texts.named.join(", ")
            ),
        ));
    }
    Ok(chain.records)
}

/// What was to be out by now and is not.
async fn releases(house: &House, findings: &mut Vec<(&'static str, String)>) -> Result<(), Fault> {
    let overdue = match house.overdue_releases(engine::kernel::clock::now()).await {
        Ok(overdue) => overdue,
        Err(fault @ (Fault::Sealed | Fault::Form(_))) => {
            findings.push((
                "release",
                format!("what is to be out by now cannot be read: {fault}"),
            ));
            return Ok(());
        }
        Err(other) => return Err(other),
    };
    for (number, instant) in overdue {
        findings.push((
            "release",
            format!(
                "the advisory of case {number} is approved for {} and not out: it goes when the house runs, or its To do says what holds it",
                engine::kernel::clock::rfc3339(instant)
            ),
        ));
    }
    Ok(())
}

/// What of the data folder others on the machine may read.
fn open_to_others(dir: &Path, findings: &mut Vec<(&'static str, String)>) {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| {
        let found = std::fs::metadata(path).ok()?;
        Some(found.permissions().mode() & 0o777)
    };
    if let Some(mode) = mode(dir).filter(|mode| mode & 0o007 != 0) {
        findings.push((
            "modes",
            format!(
                "{} is open to everybody on this machine ({mode:o}); say: chmod o= {}",
                dir.display(),
                dir.display()
            ),
        ));
    }
    for name in [
        "noroshi.db",
        engine::kernel::config::FILE,
        "box",
        "mail",
        "run",
        "sign",
        "keys",
        "press",
    ] {
        let path = dir.join(name);
        if let Some(mode) = mode(&path).filter(|mode| mode & 0o077 != 0) {
            findings.push((
                "modes",
                format!(
                    "{} is open to others ({mode:o}); say: chmod go= {}",
                    path.display(),
                    path.display()
                ),
            ));
        }
    }
}

fn secrets(folder: &Path, findings: &mut Vec<(&'static str, String)>) {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.to_string_lossy().contains("public")
                && path
                    .extension()
                    .is_some_and(|e| e == "key" || e == "pgp" || e == "password")
                && let Err(error) = seal::files::read_secret(&path)
            {
                findings.push(("keys", error.to_string()));
            }
        }
    }
}

/// Without these nothing can be published: the key of the advisories, that of the archive's log, and who may approve.
fn signing(keys: &Path, findings: &mut Vec<(&'static str, String)>) {
    let sign = keys.join("sign");
    for path in [sign.join("advisory.pgp"), keys.join("log").join("log.pgp")] {
        let Ok(secret) = seal::files::read_secret(&path) else {
            // One that is there and open to others is told already.
            if !path.exists() {
                findings.push(("keys", gone(&path)));
            }
            continue;
        };
        if seal::openpgp::SigningKey::read(&secret).is_err() {
            let told = "cannot be read as an OpenPGP secret key: take it from a backup";
            findings.push(("keys", format!("{} {told}", path.display())));
        }
    }
    let approvers = sign.join("approvers.json");
    if !approvers.exists() {
        findings.push(("keys", gone(&approvers)));
    }
}

fn gone(path: &Path) -> String {
    format!(
        "{} is gone, and nothing can be signed without it: take it from a backup",
        path.display()
    )
}
