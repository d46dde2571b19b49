//! The demonstration, walked by its printed links alone: whatever a page or a letter leads to is there.
//!
//! What could go wrong: a letter names an address that nobody answers; a page leads a person to one that it may not
//! open. Not a failure: an address of somebody else's, which is looked at and not followed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::browser::{Browser, Page};
use crate::serving::until;

/// Views of one page that one person looks at: filters multiply.
const VIEWS_MAX: usize = 12;
/// Pages that one person looks at; nobody has so many, or something leads round in circles.
const PAGES_MAX: usize = 2_000;
/// Who can sign in.
const PEOPLE: usize = 6;

/// A demonstration that was started; it goes with its folder.
struct Demo {
    child: Child,
    dir: PathBuf,
    said: String,
}

impl Demo {
    fn start() -> Demo {
        let name = format!(
            "noroshi-walkable-{}",
            seal::hex(&seal::random::bytes::<8>())
        );
        let dir = std::env::temp_dir().join(name);
        let out = dir.with_extension("out");
        let mut command = Command::new(env!("CARGO_BIN_EXE_noroshi"));
        command.arg("demo").arg("--dir").arg(&dir);
        for listen in ["--listen", "--listen-desk", "--listen-partner"] {
            command.args([listen, "127.0.0.1:0"]);
        }
        let child = command
            .stdin(Stdio::null())
            .stdout(File::create(&out).expect("a file"))
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary");
        let mut demo = Demo {
            child,
            dir,
            said: String::new(),
        };
        demo.said = until("the demonstration has said who can sign in", || {
            let said = std::fs::read_to_string(&out).ok()?;
            (people(&said).len() == PEOPLE && said.ends_with('\n')).then_some(said)
        });
        demo
    }

    /// Host and port of what is printed behind those words.
    fn host(&self, words: &str) -> String {
        let line = self.said.lines().find(|line| line.contains(words));
        let address = line.and_then(|line| line.split_once("http://"));
        let (host, _) = address
            .and_then(|(_, rest)| rest.split_once('/'))
            .expect("a printed address");
        host.to_owned()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.dir);
        let _ = std::fs::remove_file(self.dir.with_extension("out"));
    }
}

/// Finds the people and their passwords in what was printed.
fn people(said: &str) -> Vec<(&str, &str)> {
    let (_, below) = said.split_once("sign in at the desk").unwrap_or_default();
    let lines = below.lines().skip(1);
    lines
        .filter_map(|line| line.trim().split_once(' '))
        .map(|(handle, password)| (handle, password.trim()))
        .collect()
}

/// Finds what is printed as an address.
fn printed(said: &str) -> Vec<(String, String)> {
    let words = said.split_whitespace();
    words
        .filter_map(|word| resolve("", "/", word.trim_end_matches(['.', ')'])))
        .filter(|(host, _)| !host.is_empty())
        .collect()
}

/// Finds the addresses that a page leads to or needs.
fn addresses(page: &Page) -> Vec<String> {
    let is_page = page
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("text/html"));
    if !is_page {
        return Vec::new();
    }
    let text = page.text();
    let of = |name: &str| -> Vec<String> {
        text.split(name)
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(|address| address.replace("&amp;", "&"))
            .collect()
    };
    [of(" href=\""), of(" src=\"")].concat()
}

/// Tells host and path of an address as it stands on a page; nothing for one that leads to nobody's page.
fn resolve(host: &str, path: &str, address: &str) -> Option<(String, String)> {
    let address = address.split('#').next().unwrap_or_default();
    if let Some(rest) = address.strip_prefix("http://") {
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        return Some((host.to_owned(), format!("/{path}")));
    }
    let is_elsewhere = ["https:", "mailto:", "tel:", "data:"]
        .iter()
        .any(|scheme| address.starts_with(scheme));
    if address.is_empty() || is_elsewhere {
        return None;
    }
    let bare = path.split('?').next().unwrap_or_default();
    let joined = if address.starts_with('/') {
        address.to_owned()
    } else if address.starts_with('?') {
        format!("{bare}{address}")
    } else {
        let (folder, _) = bare.rsplit_once('/').unwrap_or_default();
        format!("{folder}/{address}")
    };
    let (path, query) = match joined.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (joined.as_str(), String::new()),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').skip(1) {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some((host.to_owned(), format!("/{}{query}", parts.join("/"))))
}

/// What one person came across.
#[derive(Default)]
struct Walk {
    seen: BTreeSet<(String, String)>,
    views: BTreeMap<(String, String), usize>,
    problems: Vec<String>,
}

impl Walk {
    /// Follows every link from there, as whoever that cookie lets in at the desk.
    fn follow(&mut self, who: &str, desk: &Browser, starts: &[(String, String)]) {
        let known: BTreeSet<String> = starts.iter().map(|(host, _)| host.clone()).collect();
        let mut todo: VecDeque<(String, String, String)> = starts
            .iter()
            .map(|(host, path)| (host.clone(), path.clone(), "what is printed".to_owned()))
            .collect();
        while let Some((host, path, from)) = todo.pop_front() {
            let bare = path.split('?').next().unwrap_or_default().to_owned();
            if !self.seen.insert((host.clone(), path.clone())) {
                continue;
            }
            let views = self.views.entry((host.clone(), bare)).or_default();
            *views += 1;
            if *views > VIEWS_MAX {
                continue;
            }
            assert!(self.seen.len() < PAGES_MAX, "{who} finds no end at {path}");
            let is_ours = known.contains(&host) || host.starts_with("127.0.0.1:");
            if !is_ours {
                self.problems
                    .push(format!("{who}: {from} leads to http://{host}{path}"));
                continue;
            }
            let browser = Browser {
                address: host.clone(),
                cookie: desk.cookie.clone().filter(|_| desk.address == host),
            };
            let page = browser.get(&path);
            let mut next = match page.status {
                200 => addresses(&page),
                302 | 303 | 308 => page
                    .header("location")
                    .map(str::to_owned)
                    .into_iter()
                    .collect(),
                other => {
                    self.problems.push(format!(
                        "{who}: {from} leads to {path}, which answers {other}"
                    ));
                    Vec::new()
                }
            };
            next.sort();
            for address in next {
                if address.contains("portal.example") && !address.starts_with("mailto:") {
                    self.problems
                        .push(format!("{who}: {path} leads to {address}"));
                } else if let Some((host, next)) = resolve(&host, &path, &address) {
                    todo.push_back((host, next, path.clone()));
                }
            }
        }
    }

    fn has(&self, host: &str, part: &str) -> bool {
        self.seen
            .iter()
            .any(|(known, path)| known == host && path.contains(part))
    }
}

#[test]
fn every_link_that_the_demonstration_prints_or_shows_leads_somewhere() {
    let demo = Demo::start();
    let (portal, desk) = (demo.host("ready"), demo.host("the desk"));
    let starts = printed(&demo.said);
    assert!(starts.len() > 8, "{starts:?}");
    let mut stranger = Walk::default();
    stranger.follow("a stranger", &Browser::at(&desk), &starts);
    for (host, part) in [
        (&portal, "/ja/advisories/"),
        (&portal, "/en/advisories/"),
        (&portal, "-sheet.html"),
        (&portal, "/report"),
        (&portal, "/unsubscribe/"),
        (&portal, "/ack/"),
        (&desk, "/mail/ja/"),
        (&desk, ".eml"),
    ] {
        assert!(stranger.has(host, part), "nobody came to {host}{part}");
    }
    let elsewhere = |(host, _): &&(String, String)| *host != portal && *host != desk;
    assert!(
        stranger.seen.iter().any(|seen| elsewhere(&seen)),
        "no letter leads to a vendor's page"
    );
    let mut problems = stranger.problems;
    for (handle, password) in people(&demo.said) {
        let mut walk = Walk::default();
        let person = Browser::signed_in(&desk, handle, password);
        let begin = [(desk.clone(), "/".to_owned())];
        walk.follow(handle, &person, &begin);
        assert!(walk.seen.len() > 4, "{handle} sees {:?}", walk.seen);
        problems.append(&mut walk.problems);
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
