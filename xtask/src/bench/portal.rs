//! The portal beside nginx, for the same bytes with the same headers.
//!
//! `cargo xtask bench portal DIR [--page /ja/….html] [--feed /….atom]`
//!
//! Both servers sit on cpu 0 in turn, wrk on cpu 1 with 64 connections; a page, a
//! feed, and the page once more with the right ETag (304). What counts is the
//! server's processor time a request, the middle of three rounds. Then the same tree
//! grown to ten thousand advisories (`scaling.rs`).

use super::measure::{Sample, load, median, wrk};
use super::nginx::{BROTLI, Nginx};
use super::{at_most, install, logs, release_binary, require, scaling, verdict};
use crate::folder::Folder;
use crate::house::{House, files_below, has_extension, read_text};
use crate::http::{self, Answer};
use crate::problem::{Context, Outcome, Problem};
use crate::run::{Log, Running};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

const ROUNDS: usize = 3;
const SECONDS: u32 = 2;
/// As a present-day browser asks.
const CODINGS: (&str, &str) = ("Accept-Encoding", "gzip, deflate, br");
/// How long `noroshi serve` may take to answer.
const START: Duration = Duration::from_secs(30);

struct Case {
    name: &'static str,
    /// Processor time a request, nginx's taken as 1.
    goal: f64,
    path: String,
    /// The ETag each server gave, when the case asks again.
    tags: Option<[String; 2]>,
}

/// Runs the bench.
pub fn run(house: &House, arguments: &[String]) -> Outcome<()> {
    require(&[
        ("nginx", "nginx-light"),
        ("wrk", "wrk"),
        ("taskset", "util-linux"),
    ])?;
    if !Path::new(BROTLI).exists() {
        return Err(install(&["libnginx-mod-http-brotli-static"]));
    }
    let wish = Wish::read(arguments)?;
    let binary = release_binary(house)?;
    let log = Log::create(&logs(house), "portal")?;
    let ours = Ours::start(&binary, &wish.folder, &log)?;
    let public = wish.folder.join("public");
    let page = wish.page.map_or_else(|| middle(&public, "html"), Ok)?;
    let feed = wish.feed.map_or_else(|| middle(&public, "atom"), Ok)?;

    let scratch = Folder::make("noroshi-nginx")?;
    let answers = [&page, &feed].map(|path| ask(&ours.base, path));
    let [page_answer, feed_answer] = answers;
    let paths = [
        (page.as_str(), &page_answer?),
        (feed.as_str(), &feed_answer?),
    ];
    let nginx = Nginx::start(scratch.path(), &public, &paths, &log)?;
    let bases = [ours.base.as_str(), nginx.base.as_str()];
    let tags = same_bytes(bases, &page)?;
    same_bytes(bases, &feed)?;
    let cases = [
        Case {
            name: "page",
            goal: 1.0,
            path: page.clone(),
            tags: None,
        },
        Case {
            name: "feed",
            goal: 1.1,
            path: feed.clone(),
            tags: None,
        },
        Case {
            name: "304",
            goal: 1.2,
            path: page.clone(),
            tags: Some(tags),
        },
    ];
    not_modified(bases, &cases[2])?;
    let servers = [(bases[0], ours.portal_pid()?), (bases[1], nginx.pid())];
    let mut met = compare(&cases, servers)?;
    met &= scaling::compare(&binary, &wish.folder, CODINGS)?;
    verdict("portal", met)
}

/// Measures in turn, prints the table and the ratios, and tells whether all goals are met.
fn compare(cases: &[Case], servers: [(&str, u32); 2]) -> Outcome<bool> {
    println!("load before: {}", load());
    let mut met = true;
    for case in cases {
        let mut samples: [Vec<Sample>; 2] = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            for (side, (base, pid)) in servers.iter().enumerate() {
                let mut headers = vec![CODINGS];
                if let Some(tags) = &case.tags {
                    headers.push(("If-None-Match", tags[side].as_str()));
                }
                let url = format!("{base}{}", case.path);
                samples[side].push(wrk(*pid, &url, &headers, SECONDS, None)?);
            }
        }
        let middle = |side: usize, of: fn(&Sample) -> f64| {
            median(&samples[side].iter().map(of).collect::<Vec<f64>>())
        };
        let cpu = [0, 1].map(|side| middle(side, |sample| sample.cpu_us));
        let rate = [0, 1].map(|side| middle(side, |sample| sample.rate));
        println!(
            "{}: noroshi {:.2} us, {:.0}/s; nginx {:.2} us, {:.0}/s; load {}",
            case.path,
            cpu[0],
            rate[0],
            cpu[1],
            rate[1],
            load()
        );
        let ratio = cpu[0] / cpu[1];
        met &= at_most(&format!("portal-{}", case.name), ratio, case.goal);
    }
    Ok(met)
}

struct Wish {
    folder: PathBuf,
    page: Option<String>,
    feed: Option<String>,
}

impl Wish {
    fn read(arguments: &[String]) -> Outcome<Self> {
        let usage = || Problem::cannot_run("bench portal DIR [--page PATH] [--feed PATH]");
        let mut rest = arguments.iter();
        let (mut folder, mut page, mut feed) = (None, None, None);
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--page" => page = Some(rest.next().ok_or_else(usage)?.clone()),
                "--feed" => feed = Some(rest.next().ok_or_else(usage)?.clone()),
                other if other.starts_with('-') => return Err(usage()),
                other => folder = Some(other),
            }
        }
        let folder = fs::canonicalize(folder.ok_or_else(usage)?)
            .context(|| "finding the folder of the house".into())?;
        Ok(Self { folder, page, feed })
    }
}

/// Our own server on cpu 0.
struct Ours {
    base: String,
    folder: PathBuf,
    _program: Running,
}

impl Ours {
    fn start(binary: &Path, folder: &Path, log: &Log) -> Outcome<Self> {
        let port = http::free_port()?;
        let listen = format!("127.0.0.1:{port}");
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(binary).arg("serve");
        command.arg("--dir").arg(folder).args(["--listen", &listen]);
        let mut program = log.start(&mut command)?;
        let base = format!("http://{listen}");
        let deadline = Instant::now() + START;
        while !http::get(&base, "/", &[]).is_ok_and(|answer| answer.status == 200) {
            if program.ended()?.is_some() || Instant::now() >= deadline {
                return Err(Problem::new(format!(
                    "noroshi does not answer:\n{}",
                    log.tail()
                )));
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(Self {
            base,
            folder: folder.to_path_buf(),
            _program: program,
        })
    }

    /// Returns the number of the portal's own process, which the house writes down.
    fn portal_pid(&self) -> Outcome<u32> {
        let file = self.folder.join("run/portal.pid");
        let text = read_text(&file)?;
        text.trim()
            .parse()
            .context(|| format!("reading {}", file.display()))
    }
}

fn ask(base: &str, path: &str) -> Outcome<Answer> {
    let answer = http::get(base, path, &[CODINGS])?;
    if answer.status == 200 {
        return Ok(answer);
    }
    Err(Problem::new(format!(
        "{base}{path} answers {}",
        answer.status
    )))
}

/// Fails unless both send the same bytes in the same coding; returns both ETags.
fn same_bytes(bases: [&str; 2], path: &str) -> Outcome<[String; 2]> {
    let ours = ask(bases[0], path)?;
    let theirs = ask(bases[1], path)?;
    let coding = |answer: &Answer| answer.header("content-encoding").map(str::to_owned);
    if ours.body != theirs.body || coding(&ours) != coding(&theirs) {
        return Err(Problem::new(format!(
            "{path}: {} bytes {:?} from us, {} bytes {:?} from nginx: not the same work",
            ours.body.len(),
            coding(&ours),
            theirs.body.len(),
            coding(&theirs)
        )));
    }
    println!("{path}: {} bytes, {:?}", ours.body.len(), coding(&ours));
    let tag = |answer: &Answer| {
        let tag = answer.header("etag").map(str::to_owned);
        tag.ok_or_else(|| Problem::new(format!("{path} has no ETag")))
    };
    Ok([tag(&ours)?, tag(&theirs)?])
}

fn not_modified(bases: [&str; 2], case: &Case) -> Outcome<()> {
    for (base, tag) in bases.iter().zip(case.tags.iter().flatten()) {
        let headers = [CODINGS, ("If-None-Match", tag.as_str())];
        let status = http::get(base, &case.path, &headers)?.status;
        if status != 304 {
            return Err(Problem::new(format!(
                "{base} answers {status}, not 304, to its own ETag"
            )));
        }
    }
    Ok(())
}

/// Chooses the file of middle size that has a stored brotli sibling.
fn middle(public: &Path, extension: &str) -> Outcome<String> {
    let mut sized = Vec::new();
    for file in files_below(public)? {
        let mut sibling = file.clone().into_os_string();
        sibling.push(".br");
        if has_extension(&file, extension) && Path::new(&sibling).exists() {
            let size = fs::metadata(&file)
                .map(|meta| meta.len())
                .unwrap_or_default();
            sized.push((size, file));
        }
    }
    sized.sort();
    let (_, file) = sized
        .get(sized.len() / 2)
        .ok_or_else(|| Problem::new(format!("no .{extension} with a .br sibling to serve")))?;
    let below = file
        .strip_prefix(public)
        .context(|| "placing a page".into())?;
    Ok(format!("/{}", below.to_string_lossy()))
}
