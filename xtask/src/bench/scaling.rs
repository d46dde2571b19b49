//! The portal with a hundred and with ten thousand advisories: does a request cost the same?
//!
//! Both trees come from the pressed one: its own paths, and those of one advisory again
//! and again under other numbers. Bodies are shared, so it is the table of paths that
//! grows, and 200 pages over its whole breadth are asked for in turn.

use super::at_most;
use super::measure::{load, median, wrk};
use crate::folder::Folder;
use crate::house::read_text;
use crate::http;
use crate::problem::{Context, Outcome, Problem};
use crate::run::Running;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const SIZES: [usize; 2] = [100, 10_000];
/// Pages that are asked for in turn.
const PAGES: usize = 200;
const ROUNDS: usize = 3;
const SECONDS: u32 = 2;
/// Ten thousand to a hundred.
const GOAL: f64 = 1.15;
const START: Duration = Duration::from_secs(60);

/// Measures both trees in turn.
pub fn compare(binary: &Path, house: &Path, coding: (&str, &str)) -> Outcome<bool> {
    let scratch = Folder::make("noroshi-scaling")?;
    let press = house.join("press");
    let manifest = read_text(&press.join("manifest"))?;
    let page = page_of(&manifest)?;
    let mut servers = Vec::new();
    for size in SIZES {
        let dir = scratch.path().join(size.to_string());
        let tree = grown(&manifest, &page, size)?;
        let folder = dir.join("press");
        fs::create_dir_all(&folder).context(|| format!("making {}", folder.display()))?;
        fs::write(folder.join("manifest"), tree.manifest)
            .context(|| "writing a manifest".into())?;
        symlink(press.join("objects"), folder.join("objects"))
            .context(|| "linking the objects".into())?;
        let script = script(&dir, &tree.pages)?;
        let (program, base) = portal(binary, &dir)?;
        servers.push((program, base, script, tree.advisories));
    }
    let mut cpu = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (side, (program, base, script, _)) in servers.iter().enumerate() {
            let sample = wrk(program.pid(), base, &[coding], SECONDS, Some(script))?;
            cpu[side].push(sample.cpu_us);
        }
    }
    let cpu = cpu.map(|rounds| median(&rounds));
    println!(
        "{PAGES} pages in turn: {} advisories {:.2} us, {} advisories {:.2} us; load {}",
        servers[0].3,
        cpu[0],
        servers[1].3,
        cpu[1],
        load()
    );
    Ok(at_most("portal-scaling", cpu[1] / cpu[0], GOAL))
}

/// A tree of so many advisories.
struct Grown {
    manifest: String,
    advisories: usize,
    /// Pages spread over the whole of it.
    pages: Vec<String>,
}

/// Grows a manifest by copies of the advisory that `page` shows; one that is larger already stays as it is.
fn grown(manifest: &str, page: &str, size: usize) -> Outcome<Grown> {
    let number = Path::new(page)
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    // CSAF names its files in small letters.
    let small = number.to_ascii_lowercase();
    let path = |line: &str| line.rsplit(' ').next().unwrap_or_default().to_owned();
    let json = format!("/advisories/{number}.json");
    let one: Vec<(&str, String)> = manifest
        .lines()
        .filter_map(|line| Some((line.rsplit_once(' ')?.0, path(line))))
        .filter(|(_, path)| path.contains(number) || path.contains(&small))
        .collect();
    if number.is_empty() || !one.iter().any(|(_, path)| *path == json) {
        return Err(Problem::new(format!("{page} is no page of an advisory")));
    }
    let there = manifest
        .lines()
        .map(path)
        .filter(|path| path.starts_with("/advisories/") && path.ends_with(".json"))
        .count();
    let mut text = manifest.trim_end().to_owned();
    let mut pages = vec![page.to_owned()];
    for n in there..size {
        let other = format!("{number}-{n}");
        for (head, path) in &one {
            let path = path.replace(number, &other);
            let path = path.replace(&small, &other.to_ascii_lowercase());
            text.push_str(&format!("\n{head} {path}"));
        }
        pages.push(page.replace(number, &other));
    }
    text.push('\n');
    let step = (pages.len() / PAGES).max(1);
    Ok(Grown {
        manifest: text,
        advisories: there.max(size),
        pages: pages.into_iter().step_by(step).take(PAGES).collect(),
    })
}

/// Finds the English page of an advisory.
fn page_of(manifest: &str) -> Outcome<String> {
    let number = manifest
        .lines()
        .filter_map(|line| line.rsplit(' ').next()?.strip_prefix("/advisories/"))
        .find_map(|name| name.strip_suffix(".json"));
    let page = number.map(|number| format!("/en/advisories/{number}.html"));
    page.ok_or_else(|| Problem::new("the pressed tree shows no advisory"))
}

/// Writes what wrk asks for.
fn script(dir: &Path, pages: &[String]) -> Outcome<PathBuf> {
    let quoted: Vec<String> = pages.iter().map(|page| format!("{page:?}")).collect();
    let text = format!(
        "local pages = {{{}}}\nlocal at = 0\nrequest = function()\n  at = at % #pages + 1\n  \
         return wrk.format(\"GET\", pages[at])\nend\n",
        quoted.join(", ")
    );
    let file = dir.join("pages.lua");
    fs::write(&file, text).context(|| format!("writing {}", file.display()))?;
    Ok(file)
}

/// Starts the portal's own process alone, on cpu 0; it ends when its pipe closes.
fn portal(binary: &Path, dir: &Path) -> Outcome<(Running, String)> {
    let listen = format!("127.0.0.1:{}", http::free_port()?);
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(binary).arg("--dir").arg(dir);
    command.args(["context", "portal", "--listen", &listen]);
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut program = Running::start(&mut command)?;
    let base = format!("http://{listen}");
    let deadline = Instant::now() + START;
    while !http::get(&base, "/", &[]).is_ok_and(|answer| answer.status == 200) {
        if program.ended()?.is_some() || Instant::now() >= deadline {
            return Err(Problem::new("the portal does not answer with a grown tree"));
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok((program, base))
}

#[cfg(test)]
mod checks {
    use super::grown;

    #[test]
    fn a_tree_grows_by_copies_of_one_advisory() {
        let manifest = "noroshi/manifest/1 7 s\na 1 - 0 - 0 5 /advisories/N-1.json\n\
                        b 1 - 0 - 0 5 /ja/N-1.html\nd 1 - 0 - 0 5 /csaf/n-1.json\n";
        let tree = grown(manifest, "/ja/N-1.html", 3).unwrap();
        assert_eq!(tree.manifest.lines().count(), 10);
        assert!(tree.manifest.ends_with("d 1 - 0 - 0 5 /csaf/n-1-2.json\n"));
        assert_eq!(
            tree.pages,
            ["/ja/N-1.html", "/ja/N-1-1.html", "/ja/N-1-2.html"]
        );
    }
}
