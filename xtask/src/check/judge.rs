//! Other people's programs judge one pressed tree: every document, every signature.
//!
//! None of them shares a line with what made the tree. A judge that found nothing
//! to judge has failed: an empty tree must not look like a clean one.

use crate::folder::Folder;
use crate::house::{House, files_below, has_extension};
use crate::problem::{Context, Outcome, Problem};
use crate::run::{Log, SHORT};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How many findings of one judge are shown.
const FINDINGS_MAX: usize = 20;
const KEY: &str = "keys/advisory.asc";

/// The key of the archive log, which signs the list of sums.
const LOG_KEY: &str = "keys/log.asc";

/// Judges everything below `public`; the answer counts what was judged.
pub fn tree(house: &House, log: &Log, public: &Path) -> Outcome<String> {
    let files = files_below(public)?;
    let documents = csaf_documents(&files)?;
    let feeds = feeds(&files)?;
    let security = vec![public.join(".well-known/security.txt")];
    let verdicts = [
        judge(log, Judge::node(house), &documents),
        judge(log, Judge::python(house, "csaf"), &documents),
        judge(log, Judge::python(house, "security-txt"), &security),
        judge(log, Judge::python(house, "feed"), &feeds),
        signatures(log, public, &files),
        search(house, log),
    ];
    let mut said = Vec::new();
    let mut problems = Vec::new();
    for verdict in verdicts {
        match verdict {
            Ok(line) => said.push(line),
            Err(problem) => problems.push(problem.to_string()),
        }
    }
    if problems.is_empty() {
        return Ok(said.join("; "));
    }
    Err(Problem::new(problems.join("\n")))
}

/// The script of the list answers the questions of `fixtures/find` as the index that the house makes wants them.
fn search(house: &House, log: &Log) -> Outcome<String> {
    let mut command = Command::new("node");
    command.arg(house.root.join("judges/find-test.mjs"));
    let (status, text) = log.capture(&mut command, SHORT)?;
    if status.success() {
        return Ok(format!("search: {}", text.trim()));
    }
    Err(Problem::new(format!("the search of the list:\n{text}")))
}

/// The list of what the product is built from, against the schema of its form and for references that lead nowhere.
pub fn components(house: &House, log: &Log, list: &Path) -> Outcome<String> {
    judge(
        log,
        Judge::python(house, "cyclonedx"),
        &[list.to_path_buf()],
    )
}

struct Judge {
    name: &'static str,
    command: Command,
}

impl Judge {
    fn node(house: &House) -> Self {
        let mut command = Command::new("node");
        command.arg(house.root.join("judges/csaf-judge.mjs"));
        command.env("JUDGE_MODULES", house.judges());
        Self {
            name: "csaf-validator-lib",
            command,
        }
    }

    fn python(house: &House, name: &'static str) -> Self {
        let mut command = Command::new(house.python());
        command.arg(house.root.join("judges/judge.py")).arg(name);
        Self { name, command }
    }
}

/// Gives one judge its files in portions, because a command line has an end.
fn judge(log: &Log, judge: Judge, files: &[PathBuf]) -> Outcome<String> {
    const PORTION: usize = 500;
    if files.is_empty() {
        return Err(Problem::new(format!(
            "{}: there is nothing to judge in this tree",
            judge.name
        )));
    }
    let mut who = judge.name.to_owned();
    for portion in files.chunks(PORTION) {
        let mut command = Command::new(judge.command.get_program());
        command.args(judge.command.get_args()).args(portion);
        for (name, value) in judge.command.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        let (status, text) = log.capture(&mut command, SHORT)?;
        let verdict: Value = serde_json::from_str(&text)
            .context(|| format!("{} ended with {status} and no verdict", judge.name))?;
        let findings = verdict["findings"].as_array().cloned().unwrap_or_default();
        if !findings.is_empty() || !status.success() {
            return Err(Problem::new(told(judge.name, &findings)));
        }
        if verdict["documents"].as_u64() != u64::try_from(portion.len()).ok() {
            return Err(Problem::new(format!(
                "{} did not judge every document it was given",
                judge.name
            )));
        }
        who = verdict["judge"].as_str().unwrap_or(judge.name).to_owned();
    }
    Ok(format!("{} by {who}", files.len()))
}

fn told(name: &str, findings: &[Value]) -> String {
    let mut lines = vec![format!("{name}: {} findings", findings.len())];
    lines.extend(findings.iter().take(FINDINGS_MAX).map(|finding| {
        let part = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        format!(
            "  {} {} {} {}",
            part("file"),
            part("test"),
            part("at"),
            part("message")
        )
    }));
    lines.join("\n")
}

fn csaf_documents(files: &[PathBuf]) -> Outcome<Vec<PathBuf>> {
    let mut documents = Vec::new();
    for file in files.iter().filter(|file| has_extension(file, "json")) {
        let bytes = fs::read(file).context(|| format!("reading {}", file.display()))?;
        let value: Value =
            serde_json::from_slice(&bytes).context(|| format!("{} as JSON", file.display()))?;
        if value["document"]["csaf_version"].is_string() {
            documents.push(file.clone());
        }
    }
    Ok(documents)
}

fn feeds(files: &[PathBuf]) -> Outcome<Vec<PathBuf>> {
    let mut feeds = Vec::new();
    for file in files {
        if !["atom", "rss", "rdf", "xml"]
            .iter()
            .any(|ext| has_extension(file, ext))
        {
            continue;
        }
        let text = fs::read_to_string(file).context(|| format!("reading {}", file.display()))?;
        if ["<feed", "<rss", "<rdf:RDF"]
            .iter()
            .any(|root| text.contains(root))
        {
            feeds.push(file.clone());
        }
    }
    Ok(feeds)
}

enum Signed {
    /// `X.asc` or `X.sig` beside `X`.
    Detached(PathBuf),
    /// The text and its signature in one file.
    Clear,
}

/// A ring of GnuPG that holds one key of the tree, so that no other key can vouch for a file.
struct Ring {
    folder: Folder,
    key: PathBuf,
}

impl Ring {
    fn of(log: &Log, key: PathBuf, name: &str) -> Outcome<Ring> {
        let folder = Folder::make(name)?;
        let ring = Ring { folder, key };
        log.run(ring.gpg().arg("--import").arg(&ring.key), SHORT)?;
        Ok(ring)
    }

    fn gpg(&self) -> Command {
        let mut command = Command::new("gpg");
        command
            .args(["--batch", "--no-tty", "--homedir"])
            .arg(self.folder.path());
        command
    }
}

/// Verifies every signature with the public key that must have made it: the advisory key, and for the list of
/// sums the archive log's key.
fn signatures(log: &Log, public: &Path, files: &[PathBuf]) -> Outcome<String> {
    let advisory = Ring::of(log, public.join(KEY), "noroshi-gpg")?;
    let archive_log = Ring::of(log, public.join(LOG_KEY), "noroshi-gpg-log")?;
    let (mut detached, mut clear, mut problems) = (0_usize, 0_usize, Vec::new());
    for file in files {
        let Some(signed) = signed(file)? else {
            continue;
        };
        let is_sums = file
            .file_name()
            .is_some_and(|name| name == "SHA256SUMS.asc");
        let ring = if is_sums { &archive_log } else { &advisory };
        let mut verify = ring.gpg();
        verify.args(["--status-fd", "1", "--verify"]).arg(file);
        let mut second;
        match &signed {
            Signed::Detached(text) => {
                detached += 1;
                verify.arg(text);
                second = Command::new("sqv");
                second.arg("--keyring").arg(&ring.key).arg(file).arg(text);
            }
            Signed::Clear => {
                clear += 1;
                second = Command::new("sh");
                second.args(["-c", "exec sqop inline-verify \"$0\" < \"$1\""]);
                second.arg(&ring.key).arg(file);
            }
        }
        let (status, text) = log.capture(&mut verify, SHORT)?;
        if !status.success() || !text.contains("[GNUPG:] VALIDSIG") {
            problems.push(format!("gpg refuses {}", file.display()));
        }
        let (status, _) = log.capture(&mut second, SHORT)?;
        if !status.success() {
            problems.push(format!("sequoia refuses {}", file.display()));
        }
    }
    if detached == 0 || clear == 0 {
        problems.push(format!(
            "{detached} detached and {clear} clear signatures: there must be some of each"
        ));
    }
    if problems.is_empty() {
        return Ok(format!(
            "{} signatures by gpg and sequoia",
            detached + clear
        ));
    }
    problems.truncate(FINDINGS_MAX);
    Err(Problem::new(problems.join("\n")))
}

fn signed(file: &Path) -> Outcome<Option<Signed>> {
    let signature = has_extension(file, "asc") || has_extension(file, "sig");
    if !signature && !has_extension(file, "txt") {
        return Ok(None);
    }
    let bytes = fs::read(file).context(|| format!("reading {}", file.display()))?;
    if bytes.starts_with(b"-----BEGIN PGP SIGNED MESSAGE-----") {
        return Ok(Some(Signed::Clear));
    }
    if !signature || bytes.starts_with(b"-----BEGIN PGP PUBLIC KEY BLOCK-----") {
        return Ok(None);
    }
    let text = file.with_extension("");
    if !text.exists() {
        return Err(Problem::new(format!(
            "{} signs nothing that lies beside it",
            file.display()
        )));
    }
    Ok(Some(Signed::Detached(text)))
}
