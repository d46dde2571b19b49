//! nginx as the peer: the same tree, the same stored siblings, the same headers.

use crate::house::is_root;
use crate::http::{self, Answer};
use crate::problem::{Context, Outcome, Problem};
use crate::run::{Log, Running};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// Where Debian's package puts the module.
pub const BROTLI: &str = "/usr/lib/nginx/modules/ngx_http_brotli_static_module.so";
/// How long nginx may take to answer.
const START: Duration = Duration::from_secs(10);

/// Headers nginx makes itself, or that belong to one answer only.
const ITS_OWN: [&str; 12] = [
    "accept-ranges",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "etag",
    "keep-alive",
    "last-modified",
    "server",
    "transfer-encoding",
    "vary",
];

/// A running nginx.
#[derive(Debug)]
pub struct Nginx {
    /// Its address.
    pub base: String,
    program: Running,
}

impl Nginx {
    /// Starts it on cpu 0, with our own response headers for each of the paths.
    pub fn start(
        folder: &Path,
        public: &Path,
        paths: &[(&str, &Answer)],
        log: &Log,
    ) -> Outcome<Self> {
        let port = http::free_port()?;
        let conf = folder.join("nginx.conf");
        let text = configuration(folder, public, port, paths);
        fs::write(&conf, text).context(|| format!("writing {}", conf.display()))?;
        let mut command = Command::new("taskset");
        command.args(["-c", "0", "nginx", "-c"]).arg(&conf);
        command.arg("-p").arg(folder);
        let mut program = log.start(&mut command)?;
        let base = format!("http://127.0.0.1:{port}");
        let deadline = Instant::now() + START;
        while http::get(&base, "/", &[]).is_err() {
            if program.ended()?.is_some() || Instant::now() >= deadline {
                return Err(Problem::new(format!(
                    "nginx does not answer:\n{}",
                    log.tail()
                )));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(Self { base, program })
    }

    /// Returns the number of the master; taskset becomes it.
    pub fn pid(&self) -> u32 {
        self.program.pid()
    }
}

fn configuration(folder: &Path, public: &Path, port: u16, paths: &[(&str, &Answer)]) -> String {
    let folder = folder.display();
    let user = if is_root() { "user root;\n" } else { "" };
    let locations: String = paths
        .iter()
        .map(|(path, answer)| format!("location = {path} {{ {} }}\n", headers(answer)))
        .collect();
    format!(
        "load_module {BROTLI};\n{user}daemon off; worker_processes 1; worker_rlimit_nofile 65536;\n\
         pid {folder}/nginx.pid; error_log {folder}/nginx.err error;\n\
         events {{ worker_connections 16384; multi_accept on; use epoll; }}\n\
         http {{\n\
         types {{ text/html html; application/atom+xml atom; application/json json; text/plain txt; }}\n\
         charset utf-8; access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;\n\
         open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s;\n\
         gzip_static on; brotli_static on; gzip_vary on; etag on; server_tokens off;\n\
         client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;\n\
         fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;\n\
         server {{ listen 127.0.0.1:{port} reuseport backlog=8192; root {};\n{locations}}}\n}}\n",
        public.display()
    )
}

fn headers(answer: &Answer) -> String {
    answer
        .headers
        .iter()
        .filter(|(name, _)| !ITS_OWN.contains(&name.as_str()))
        .map(|(name, value)| {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"");
            format!("add_header {name} \"{value}\"; ")
        })
        .collect()
}
