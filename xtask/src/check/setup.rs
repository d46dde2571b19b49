//! What the check needs from the machine, and how it is come by.
//!
//! One table of needs: how one sees that it is there, which package brings it.
//! The judges themselves (npm, Python) are installed below target/judges from the
//! locked lists in judges/. Nothing outside target is written without `--install`.

use super::Wish;
use crate::house::{House, is_root, program, read_text};
use crate::problem::{Context, Outcome, Problem};
use crate::run::{self, LONG, Log, SHORT};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Below this the judges do not run.
const NODE_MIN: u32 = 20;
/// The test runner's version when we have to install it.
const NEXTEST: &str = "0.9.143";

struct Need {
    what: &'static str,
    package: &'static str,
    here: fn() -> bool,
}

const NEEDS: &[Need] = &[
    Need {
        what: "a browser for the page judges",
        package: "chromium",
        here: || chromium().is_some(),
    },
    Need {
        what: "Japanese fonts, or screenshots show boxes",
        package: "fonts-noto-cjk",
        here: japanese_fonts,
    },
    Need {
        what: "the first judge of signatures",
        package: "gnupg",
        here: || program("gpg").is_some(),
    },
    Need {
        what: "the second judge of detached signatures",
        package: "sqv",
        here: || program("sqv").is_some(),
    },
    Need {
        what: "the second judge of clear-signed texts",
        package: "sqop",
        here: || program("sqop").is_some(),
    },
    Need {
        what: "the second engine",
        package: "postgresql",
        here: || postgres_binaries().is_some(),
    },
    Need {
        what: "Node for the judges",
        package: "nodejs",
        here: || program("node").is_some(),
    },
    Need {
        what: "npm for the judges",
        package: "npm",
        here: || program("npm").is_some(),
    },
    Need {
        what: "Python with venv for the judges",
        package: "python3-venv",
        here: || works("python3", &["-c", "import venv, ensurepip"]),
    },
];

/// The Nu checker and the fuzz targets run only with `--all`.
const NEEDS_OF_ALL: &[Need] = &[
    Need {
        what: "Java for the Nu HTML checker",
        package: "default-jre-headless",
        here: || program("java").is_some(),
    },
    Need {
        what: "a C++ compiler for libFuzzer",
        package: "g++",
        here: || program("c++").is_some(),
    },
];

/// Makes sure that everything is there, or says what to run.
pub fn prepare(house: &House, log: &Log, wish: &Wish) -> Outcome<String> {
    packages(log, wish)?;
    node_version()?;
    cargo_parts(house, log, wish)?;
    let npm = npm_judges(house, log, wish)?;
    let pip = python_judges(house, log, wish)?;
    log.say(&format!("{npm}\n{pip}"))?;
    Ok(match house.shared() {
        Some(_) => String::new(),
        None => "(../shared is not here: the page audit and the archive replay cannot run)".into(),
    })
}

fn packages(log: &Log, wish: &Wish) -> Outcome<()> {
    let missing = |needs: &'static [Need]| needs.iter().filter(|need| !(need.here)());
    let mut lacking: Vec<&Need> = missing(NEEDS).collect();
    if wish.all {
        lacking.extend(missing(NEEDS_OF_ALL));
    }
    if lacking.is_empty() {
        return log.say("packages: all there");
    }
    let names: Vec<&str> = lacking.iter().map(|need| need.package).collect();
    let sudo = if is_root() { "" } else { "sudo " };
    let line = format!(
        "{sudo}apt-get install -y --no-install-recommends {}",
        names.join(" ")
    );
    for need in &lacking {
        println!("  missing: {} ({})", need.package, need.what);
    }
    if !wish.install {
        return Err(Problem::cannot_run(format!(
            "run: {line}\n(or: cargo xtask check --install)"
        )));
    }
    println!("  installing: {line}");
    let apt = |arguments: &[&str]| {
        let mut command = if is_root() {
            Command::new("apt-get")
        } else {
            let mut command = Command::new("sudo");
            command.args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
            command
        };
        command.env("DEBIAN_FRONTEND", "noninteractive");
        log.run(command.args(arguments), LONG)
    };
    apt(&["update"])?;
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(&names);
    apt(&install)?;
    match lacking.iter().find(|need| !(need.here)()) {
        Some(need) => Err(Problem::cannot_run(format!(
            "{} was installed, and still there is not {}",
            need.package, need.what
        ))),
        None => Ok(()),
    }
}

fn node_version() -> Outcome<()> {
    let output = Command::new("node")
        .arg("--version")
        .output()
        .context(|| "asking node for its version".into())?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let major = text
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok())
        .unwrap_or_default();
    if major >= NODE_MIN {
        return Ok(());
    }
    Err(Problem::cannot_run(format!(
        "Node {text} is too old for the judges: install version {NODE_MIN} or later \
         (this system's own package may be older) and put it first in PATH"
    )))
}

fn cargo_parts(house: &House, log: &Log, wish: &Wish) -> Outcome<()> {
    for (part, line) in [
        ("fmt", "rustup component add rustfmt"),
        ("clippy", "rustup component add clippy"),
    ] {
        let mut command = run::cargo(&house.root);
        if !log
            .status(command.args([part, "--version"]), SHORT)?
            .success()
        {
            return Err(Problem::cannot_run(format!("run: {line}")));
        }
    }
    let mut command = run::cargo(&house.root);
    if log
        .status(command.args(["nextest", "--version"]), SHORT)?
        .success()
    {
        return Ok(());
    }
    let line = ["install", "--locked", "cargo-nextest", "--version", NEXTEST];
    if !wish.install {
        return Err(Problem::cannot_run(format!(
            "run: cargo {}",
            line.join(" ")
        )));
    }
    println!("  installing: cargo {}", line.join(" "));
    log.run(run::cargo(&house.root).args(line), LONG)
}

fn npm_judges(house: &House, log: &Log, wish: &Wish) -> Outcome<String> {
    let line = "npm ci --ignore-scripts";
    let list = house.root.join("judges/package-lock.json");
    let Some(stamp) = stale(house, &list, "npm.done")? else {
        return Ok(format!("{line}: as locked"));
    };
    may_install(wish, line, "the judges from npm")?;
    for name in ["package.json", "package-lock.json"] {
        copy(
            &house.root.join("judges").join(name),
            &house.judges().join(name),
        )?;
    }
    let mut command = Command::new("npm");
    command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    log.run(command.current_dir(house.judges()), LONG)?;
    copy(&list, &stamp)?;
    Ok(format!("{line}: done"))
}

fn python_judges(house: &House, log: &Log, wish: &Wish) -> Outcome<String> {
    let line = "pip install -r judges/requirements.txt";
    let list = house.root.join("judges/requirements.txt");
    let Some(stamp) = stale(house, &list, "pip.done")? else {
        return Ok(format!("{line}: as listed"));
    };
    may_install(wish, line, "the judges from Python's index")?;
    let venv = house.judges().join("venv");
    let mut command = Command::new("python3");
    log.run(command.args(["-m", "venv", "--clear"]).arg(&venv), SHORT)?;
    let mut command = Command::new(house.python());
    command.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
    ]);
    log.run(command.arg(&list), LONG)?;
    copy(&list, &stamp)?;
    Ok(format!("{line}: done"))
}

/// Returns the stamp to write when what is installed was not made from this list.
fn stale(house: &House, list: &Path, stamp: &str) -> Outcome<Option<PathBuf>> {
    let judges = house.judges();
    fs::create_dir_all(&judges).context(|| format!("making {}", judges.display()))?;
    let stamp = judges.join(stamp);
    let wanted = read_text(list)?;
    let fresh = fs::read_to_string(&stamp).is_ok_and(|found| found == wanted);
    Ok((!fresh).then_some(stamp))
}

fn may_install(wish: &Wish, line: &str, what: &str) -> Outcome<()> {
    if wish.install {
        println!("  installing {what} into target/judges: {line}");
        return Ok(());
    }
    Err(Problem::cannot_run(format!(
        "missing: {what}, below target/judges\nrun: cargo xtask check --install"
    )))
}

fn copy(from: &Path, to: &Path) -> Outcome<()> {
    fs::copy(from, to)
        .map(|_| ())
        .context(|| format!("copying {} to {}", from.display(), to.display()))
}

/// Returns the browser.
pub fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .find_map(|name| program(name))
}

/// Returns the folder of PostgreSQL's own programs, the newest if there are several.
pub fn postgres_binaries() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("postgres").exists() && bin.join("initdb").exists())
        .collect();
    versions.sort();
    match versions.pop() {
        Some((_, bin)) => Some(bin),
        None => {
            let bin = program("initdb")?.parent()?.to_path_buf();
            bin.join("postgres").exists().then_some(bin)
        }
    }
}

fn japanese_fonts() -> bool {
    Command::new("fc-list")
        .args([":lang=ja", "family"])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|output| !output.stdout.is_empty())
}

fn works(name: &str, arguments: &[&str]) -> bool {
    Command::new(name)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
