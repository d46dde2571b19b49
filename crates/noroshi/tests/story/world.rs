//! A house of its own for each test: a folder, a database, the real binary, and a second look at the database.
//!
//! SQLite lies in the data folder; PostgreSQL in a database of the cluster that NOROSHI_TEST_PG names. Both go
//! when the test ends, also when it fails; what they are copies of stays for the run (`founded`). All that the binary
//! says is kept, since it is a sink like any other.

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use engine::command::PerformError;
use engine::kernel::context::Contexts;
use engine::{House, Location};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::runtime::{Builder, Runtime};

use crate::serving::until;

/// Copies that the house will send or is sending.
const OPEN: &str = "state IN ('waiting', 'sending', 'deferred', 'maybe')";

/// The command that a person gives and nobody on the machine.
const PLAN: &str = "plan-release";

/// The engine under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// Returns the one that is not under test.
    pub fn other(self) -> Engine {
        match self {
            Engine::Sqlite => Engine::Postgres,
            Engine::Postgres => Engine::Sqlite,
        }
    }
}

/// A place for one house.
pub struct World {
    pub engine: Engine,
    pub runtime: Runtime,
    /// Name of the database and of the folder.
    pub name: String,
    /// What `init` printed.
    pub kit: RefCell<Value>,
    said: RefCell<Vec<u8>>,
    /// Approval keys have changed hands.
    pub has_own_keys: Cell<bool>,
    /// It stays when the test ends.
    pub is_kept: Cell<bool>,
}

/// What the binary said.
#[derive(Clone, Debug)]
pub struct Said {
    /// Exit code; nothing if a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Returns the JSON that stands on standard output.
    pub fn json(&self) -> Value {
        let json = serde_json::from_str(self.out.trim());
        json.unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }
}

impl World {
    /// Makes an empty place.
    pub fn of(engine: Engine) -> World {
        let world = World::somewhere(engine);
        world.make_database(None);
        world
    }

    /// Makes a place with a house that was founded, and whose approval keys have changed hands.
    pub fn founded(engine: Engine) -> World {
        crate::founded::first(engine).copied()
    }

    /// Copies folder and database into a place of its own. A copy is held; this one stands in for the house itself.
    pub fn copied(&self) -> World {
        let world = World::somewhere(self.engine);
        world.make_database(Some(&self.name));
        world.kit.replace(self.kit.borrow().clone());
        world.has_own_keys.set(self.has_own_keys.get());
        for path in files(&self.dir()) {
            let relative = path.strip_prefix(self.dir());
            let to = world.dir().join(relative.expect("a file of the house"));
            seal::files::private_folder(to.parent().expect("a folder")).expect("a folder");
            std::fs::copy(&path, &to).expect("a copy with its mode");
        }
        let mark = engine::kernel::house::instance_mark(&world.dir()).expect("the folder's mark");
        let mark = seal::hex(mark.as_bytes());
        let value = match world.engine {
            Engine::Sqlite => format!("x'{mark}'"),
            Engine::Postgres => format!("decode('{mark}', 'hex')"),
        };
        world.say(&format!(
            "UPDATE meta SET value = {value} WHERE name = 'instance'"
        ));
        world
    }

    fn somewhere(engine: Engine) -> World {
        let name = format!("t_{}", seal::hex(&seal::random::bytes::<8>()));
        let world = World::named(engine, name);
        world.make_folder();
        world
    }

    /// A place of this name, of which nothing is made yet.
    pub fn named(engine: Engine, name: String) -> World {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        World {
            engine,
            runtime,
            name,
            kit: RefCell::default(),
            said: RefCell::default(),
            has_own_keys: Cell::default(),
            is_kept: Cell::default(),
        }
    }

    /// Makes the folder.
    fn make_folder(&self) {
        seal::files::private_folder(&self.root()).expect("a new folder");
    }

    /// Makes the database, if it is one of the cluster: empty, or a copy.
    fn make_database(&self, like: Option<&str>) {
        if self.engine == Engine::Postgres {
            let like = like.map_or(String::new(), |like| format!(" TEMPLATE \"{like}\""));
            let sql = format!("CREATE DATABASE \"{}\"{like}", self.name);
            // The server closes the connections of a process that has ended a little later.
            until("a new database", || {
                self.runtime.block_on(on_cluster(sql.clone())).ok()
            });
        }
    }

    /// Makes folder and database, and founds a house there that stays.
    pub fn found_to_stay(&self) {
        self.make_folder();
        self.make_database(None);
        self.found();
        crate::hands::change_hands(self);
        // The store is closed by threads of its own. Whoever closes it last tidies up what lies beside its file, unless it only
        // read; so somebody who may write comes after them.
        until("a closed store", || {
            if self.engine == Engine::Sqlite {
                self.say("PRAGMA wal_checkpoint(TRUNCATE)");
            }
            let files = files(&self.dir());
            let is_beside = |path: &PathBuf| path.to_string_lossy().ends_with("-wal");
            (!files.iter().any(is_beside)).then_some(())
        });
        if self.engine == Engine::Postgres {
            // A database to which somebody is connected cannot be copied.
            let sql = format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
                self.name
            );
            let ended = self.runtime.block_on(on_cluster(sql));
            ended.expect("no connection");
        }
    }

    /// Removes folder and database.
    pub fn remove(&self) {
        let _ = std::fs::remove_dir_all(self.root());
        if self.engine == Engine::Postgres {
            // What fails here is lost with the whole cluster at the end of the check.
            let sql = format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name);
            let _ = self.runtime.block_on(on_cluster(sql));
        }
    }

    /// Founds the house.
    pub fn found(&self) {
        let kit = self.good(&[
            "init",
            "--name-ja",
            "試験調整センター",
            "--name-en",
            "Test Centre",
            "--portal",
            "https://portal.centre.example",
            "--contact",
            "desk@centre.example",
        ]);
        self.kit.replace(kit);
    }

    /// Returns the folder of this test.
    pub fn root(&self) -> PathBuf {
        std::env::temp_dir().join(format!("noroshi-story-{}", self.name))
    }

    /// Returns the data folder.
    pub fn dir(&self) -> PathBuf {
        self.root().join("house")
    }

    /// Returns where the database lies.
    pub fn location(&self) -> Location {
        match self.engine {
            Engine::Sqlite => Location::Sqlite(engine::kernel::backup::store_file(&self.dir())),
            Engine::Postgres => Location::Postgres {
                url: address(&self.name),
                danger_without_tls: false,
            },
        }
    }

    /// Opens the house in this process.
    pub fn open(&self, contexts: Contexts) -> House {
        let (dir, location) = (self.dir(), self.location());
        let house = House::open(&dir, &location, contexts);
        self.runtime
            .block_on(Box::pin(house))
            .expect("the house of this test")
    }

    /// Prepares a command line of this house, with nothing of the tester's own environment.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_noroshi"));
        for name in ["DIR", "DATABASE", "PASSWORD", "CRASH"] {
            command.env_remove(format!("NOROSHI_{name}"));
        }
        command.arg("--dir").arg(self.dir());
        if self.engine == Engine::Postgres {
            command.args(["--database", &address(&self.name)]);
        }
        command.arg("--json").args(words);
        command
    }

    /// Runs a command line to its end.
    pub fn finish(&self, mut command: Command, input: &[u8]) -> Said {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary");
        if let Some(mut stdin) = child.stdin.take() {
            // Who does not read it has closed it.
            let _ = stdin.write_all(input);
        }
        let output = child.wait_with_output().expect("the binary's end");
        self.heard(&output.stdout);
        self.heard(&output.stderr);
        Said {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs a command line.
    pub fn run(&self, words: &[&str]) -> Said {
        self.finish(self.command(words), b"")
    }

    /// Runs a command line that must succeed, and returns its JSON.
    pub fn good(&self, words: &[&str]) -> Value {
        let said = self.run(words);
        assert_eq!(said.code, Some(0), "{words:?}: {said:?}");
        said.json()
    }

    /// Gives a command of the house.
    pub fn give(&self, name: &str, fields: &Value) -> Said {
        let command = self.command(&["do", name, "--file", "-"]);
        self.finish(command, fields.to_string().as_bytes())
    }

    /// Gives a command that must be performed, and returns its answer.
    pub fn perform(&self, name: &str, fields: &Value) -> Value {
        if name == PLAN {
            let is_live = !fields["exercise"].as_bool().unwrap_or_default();
            if is_live && !self.has_own_keys.get() {
                crate::hands::change_hands(self);
            }
            let planned = self.gives_as("coordinator", name, fields);
            return planned.unwrap_or_else(|code| panic!("{name} {fields}: {code}"));
        }
        let said = self.give(name, fields);
        assert_eq!(said.code, Some(0), "{name} {fields}: {said:?}");
        said.json()
    }

    /// Gives a command as a person of the house, in this process: on the machine nobody has another name than the operator.
    pub fn gives_as(&self, handle: &str, name: &str, fields: &Value) -> Result<Value, String> {
        let house = self.open(Contexts::default());
        let given = engine::command::perform_json_as(&house, handle, name, fields.clone());
        let done = self.runtime.block_on(Box::pin(given));
        done.map_err(|error| match error {
            PerformError::Fault(fault) => fault.code().to_owned(),
            PerformError::Read(read) => read.to_string(),
        })
    }

    /// Gives a command that must be refused, and returns the refusal's code.
    pub fn refused(&self, name: &str, fields: &Value) -> String {
        if name == PLAN {
            let refused = self.gives_as("coordinator", name, fields);
            return refused.expect_err("a refusal");
        }
        let said = self.give(name, fields);
        assert_eq!(said.code, Some(1), "{name} {fields}: {said:?}");
        let code = said.json()["refused"].as_str().map(str::to_owned);
        code.unwrap_or_else(|| panic!("a refusal is data: {said:?}"))
    }

    /// Keeps what was said.
    pub fn heard(&self, bytes: &[u8]) {
        self.said.borrow_mut().extend_from_slice(bytes);
    }

    /// Returns all that the binary has said.
    pub fn said(&self) -> Vec<u8> {
        self.said.borrow().clone()
    }

    /// Carries out SQL over a connection of the database's owner.
    pub fn say(&self, sql: &str) {
        match self.engine {
            Engine::Sqlite => rusqlite::Connection::open(self.file())
                .and_then(|connection| connection.execute_batch(sql))
                .unwrap_or_else(|error| panic!("{sql}: {error}")),
            Engine::Postgres => {
                let said = self.runtime.block_on(async {
                    let mut connection = connect(&self.name).await?;
                    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
                        .execute(&mut connection)
                        .await?;
                    connection.close().await
                });
                said.unwrap_or_else(|error| panic!("{sql}: {error}"));
            }
        }
    }

    /// Reads a column of texts over a second connection.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        match self.engine {
            Engine::Sqlite => {
                let connection = rusqlite::Connection::open(self.file()).expect("the file");
                let patience = connection.busy_timeout(std::time::Duration::from_secs(5));
                patience.expect("a timeout");
                let mut statement = connection.prepare(sql).expect("a statement");
                let rows = statement.query_map([], |row| row.get::<_, String>(0));
                rows.expect("rows").collect::<Result<_, _>>().expect(sql)
            }
            Engine::Postgres => self.runtime.block_on(async {
                let mut connection = connect(&self.name).await.expect("the database");
                let rows: Vec<(String,)> = sqlx::query_as(AssertSqlSafe(sql.to_owned()))
                    .fetch_all(&mut connection)
                    .await
                    .expect(sql);
                let _ = connection.close().await;
                rows.into_iter().map(|(text,)| text).collect()
            }),
        }
    }

    /// Counts the rows of a table, or of a table with a condition.
    pub fn count(&self, of: &str) -> i64 {
        let sql = format!("SELECT CAST(count(*) AS TEXT) FROM {of}");
        let counted = self.texts(&sql);
        counted
            .first()
            .and_then(|n| n.parse().ok())
            .expect("a count")
    }

    /// Returns a column of bytes in hexadecimal digits, as SQL on this engine.
    pub fn hex_of(&self, column: &str) -> String {
        match self.engine {
            Engine::Sqlite => format!("lower(hex({column}))"),
            Engine::Postgres => format!("encode({column}, 'hex')"),
        }
    }

    /// Returns every row of every table as text, sorted within its table; bytes are in hexadecimal digits.
    pub fn dump(&self) -> Vec<String> {
        let mut out = Vec::new();
        for table in store::schema::ALL {
            let sql = match self.engine {
                Engine::Sqlite => {
                    let columns: Vec<String> = table
                        .columns
                        .iter()
                        .map(|column| format!("quote(\"{}\")", column.name))
                        .collect();
                    let columns = columns.join(" || '|' || ");
                    format!("SELECT {columns} FROM \"{}\"", table.name)
                }
                Engine::Postgres => format!("SELECT t::text FROM \"{}\" t", table.name),
            };
            let mut rows = self.texts(&sql);
            rows.sort();
            out.extend(rows.iter().map(|row| format!("{}: {row}", table.name)));
        }
        out
    }

    /// Tells whether nothing waits any more: no intent, no copy.
    pub fn settled(&self) -> bool {
        self.count("outbox WHERE done = 0") == 0
            && self.count(&format!("delivery WHERE {OPEN}")) == 0
    }

    /// Lets the time of every lease and every pause pass, as a clock would.
    pub fn let_time_pass(&self) {
        self.say(&format!(
            "UPDATE outbox SET lease_until = 0, run_at = 0 WHERE done = 0 AND kind <> 'release';
             UPDATE outbox SET lease_until = 0 WHERE done = 0;
             UPDATE delivery SET next_at = 0 WHERE {OPEN};",
        ));
    }

    /// Checks what holds after every story: the chain is whole, and the projections are what it adds up to.
    pub fn ends_well(&self) {
        let chain = self.good(&["ledger", "verify"]);
        assert_eq!(chain["good"], true, "{chain}");
        assert!(chain["records"].as_u64() > Some(0), "{chain}");
        let rebuilt = self.good(&["ledger", "rebuild"]);
        assert_eq!(rebuilt["unchanged"], true, "{rebuilt}");
    }

    /// Returns the mails in the folder: reference and bytes.
    pub fn mails(&self) -> Vec<(String, Vec<u8>)> {
        let mut mails: Vec<(String, Vec<u8>)> = files(&self.dir().join("mail"))
            .into_iter()
            .filter_map(|path| {
                let name = path.file_name()?.to_str()?.strip_suffix(".eml")?.to_owned();
                Some((name, std::fs::read(&path).ok()?))
            })
            .collect();
        mails.sort();
        mails
    }

    /// Writes a file into the folder of this test, outside the house.
    pub fn note(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.root().join(name);
        let _ = std::fs::remove_file(&path);
        seal::files::write_secret_new(&path, bytes).expect("a new file");
        path.display().to_string()
    }

    fn file(&self) -> PathBuf {
        engine::kernel::backup::store_file(&self.dir())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !self.is_kept.get() {
            self.remove();
        }
    }
}

/// Returns all files below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // A file may be renamed away while the house runs.
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                out.push(path);
            }
        }
    }
    out.sort();
    out
}

/// Carries out SQL on the cluster itself.
pub async fn on_cluster(sql: String) -> Result<(), sqlx::Error> {
    let mut connection = connect("postgres").await?;
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await?;
    connection.close().await
}

async fn connect(database: &str) -> Result<PgConnection, sqlx::Error> {
    Box::pin(PgConnection::connect(&address(database))).await
}

/// Returns the address of a database of the cluster.
fn address(database: &str) -> String {
    let Ok(cluster) = std::env::var("NOROSHI_TEST_PG") else {
        panic!(
            "NOROSHI_TEST_PG is not set: run `cargo xtask check`, which starts a private PostgreSQL for these tests"
        );
    };
    let (_, query) = cluster
        .split_once('?')
        .expect("NOROSHI_TEST_PG reads postgres:///?host=FOLDER&user=NAME");
    format!("postgres:///{database}?{query}")
}
