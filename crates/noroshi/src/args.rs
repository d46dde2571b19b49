//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use domain::value::ErasureBasis;

use clap::{Args as ClapArgs, Parser, Subcommand};

/// Runs an information-security early-warning partnership: reports in, signed advisories out and acknowledged.
#[derive(Debug, Parser)]
#[command(name = "noroshi", version)]
pub struct Args {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// What all commands take.
#[derive(Clone, Debug, ClapArgs)]
pub struct Common {
    /// Data folder
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        default_value = "noroshi-data",
        env = "NOROSHI_DIR"
    )]
    pub dir: PathBuf,
    /// PostgreSQL instead of the embedded SQLite, without a password: postgres://USER@HOST/NAME?sslmode=verify-full
    #[arg(long, global = true, value_name = "URL", env = "NOROSHI_DATABASE")]
    pub database: Option<String>,
    /// Accept a remote database without verified TLS: others on the way read along
    #[arg(long, global = true)]
    pub danger_database_without_tls: bool,
    /// Machine-readable output
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Found a house: keys, database, persons; prints the recovery kit once
    Init {
        /// A house that replays an archive
        #[arg(long)]
        replay: bool,
        /// One person publishes alone: signs twice, 30 minutes apart; every archive entry says one person
        #[arg(long, conflicts_with = "replay")]
        solo: bool,
        /// Name in Japanese
        #[arg(long)]
        name_ja: Option<String>,
        /// Name in English
        #[arg(long)]
        name_en: Option<String>,
        /// Address of the portal as readers see it
        #[arg(long)]
        portal: Option<String>,
        /// Mail address of the house
        #[arg(long)]
        contact: Option<String>,
        /// Address of the desk as the people of the house see it
        #[arg(long)]
        desk: Option<String>,
        /// Address of the vendors' pages as vendors see it
        #[arg(long)]
        partner: Option<String>,
    },
    /// Run the house: the contexts as processes, what falls due, the portal
    Serve {
        /// Where the portal listens
        #[arg(long, value_name = "ADDR:PORT")]
        listen: Option<SocketAddr>,
        /// Where the desk listens
        #[arg(long, value_name = "ADDR:PORT")]
        listen_desk: Option<SocketAddr>,
        /// Where the vendors' pages listen
        #[arg(long, value_name = "ADDR:PORT")]
        listen_partner: Option<SocketAddr>,
    },
    /// A house with invented cases, on loopback
    Demo {
        /// Where the portal listens
        #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Where the desk and the page of written mails listen
        #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8081")]
        listen_desk: SocketAddr,
        /// Where the vendors' pages listen
        #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8082")]
        listen_partner: SocketAddr,
    },
    /// Perform a command of the house
    Do {
        /// Name of the command
        name: Option<String>,
        /// JSON file with its fields; - reads standard input
        #[arg(long, value_name = "JSON")]
        file: Option<PathBuf>,
        /// Name all commands with their fields
        #[arg(long)]
        list: bool,
    },
    /// Replay an archive of coordination records
    Replay {
        /// Which archive: certcc-vda
        archive: String,
        /// Folder of the archive
        path: PathBuf,
    },
    /// Enter subscribers from a CSV file
    Subscribers {
        /// CSV with address,language,scope,target,name
        path: PathBuf,
    },
    /// Mail: take a reply in, send what is due, show the copies
    Mail {
        #[command(subcommand)]
        what: MailCommand,
    },
    /// The database
    Database {
        #[command(subcommand)]
        what: DatabaseCommand,
    },
    /// The configuration
    Config {
        #[command(subcommand)]
        what: ConfigCommand,
    },
    /// Look for what is not as it should be
    Doctor,
    /// Seal data and keys into two files
    Backup {
        /// Name of the files without ending; or: verify
        file: PathBuf,
        /// With `verify`: the backup to try
        verify: Option<PathBuf>,
        /// File with the recovery secret, for verify
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
        /// With `verify`: whole fingerprint of the archive log's key, from the recovery kit
        #[arg(long, value_name = "FINGERPRINT")]
        log_key: Option<String>,
        /// With `verify`: take a backup of an older program, which nobody signed
        #[arg(long)]
        unsigned: bool,
    },
    /// Restore a backup into --dir; the house starts held
    Restore {
        /// Name of the files without ending
        file: PathBuf,
        /// File with the recovery secret; without it, standard input
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
        /// A trial that can never be resumed
        #[arg(long)]
        trial: bool,
        /// Whole fingerprint of the archive log's key, from the recovery kit
        #[arg(long, value_name = "FINGERPRINT")]
        log_key: Option<String>,
        /// Take a backup of an older program, which nobody signed
        #[arg(long)]
        unsigned: bool,
    },
    /// Erase parts of a dossier for good: one person asks for it, another approves it
    Erase {
        #[command(subcommand)]
        what: EraseCommand,
    },
    /// Let a restored house act again
    Resume {
        /// What it was compared with
        #[arg(long)]
        compared: String,
        /// A person of the house who says so, and the file with the password that this person signs in with; of a restored
        /// house twice
        #[arg(long, num_args = 2, value_names = ["HANDLE", "PASSWORD-FILE"], action = clap::ArgAction::Append)]
        by: Vec<String>,
        /// Folder and database were moved as planned and nothing was recorded elsewhere since: sessions and links stay
        #[arg(long)]
        moved: bool,
    },
    /// The ledger
    Ledger {
        #[command(subcommand)]
        what: LedgerCommand,
    },
    /// Press the public tree; with --out into another folder, from ledger and stored signatures alone
    Press {
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Check a pressed tree or a single document, offline
    Verify {
        path: PathBuf,
        /// Fingerprint or certificate file of the key that must have signed
        #[arg(long, value_name = "FILE|FINGERPRINT")]
        key: Option<String>,
        /// Fingerprint of the key that must have signed pages and lists
        #[arg(long, value_name = "FINGERPRINT", alias = "legacy-log-key")]
        log_key: Option<String>,
        /// Where the log stood when you last looked, as it was printed: an older tree is found
        #[arg(long, value_name = "LEAVES:ROOT")]
        log: Option<String>,
    },
    /// Scenarios: who does what when, and what each then sees
    Scenario {
        #[command(subcommand)]
        what: ScenarioCommand,
    },
    /// A context of the house: started by the house itself
    #[command(hide = true)]
    Context {
        name: String,
        #[arg(long)]
        listen: Option<SocketAddr>,
    },
    /// Measurements for `cargo xtask bench`
    #[command(hide = true)]
    Measure {
        name: String,
        #[arg(long, default_value_t = 0)]
        n: u64,
        #[arg(long)]
        path: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub enum MailCommand {
    /// Take a reply: a code that a person typed acknowledges the copy
    Take {
        /// The mail as a file; - reads standard input
        file: PathBuf,
    },
    /// Send what is due now
    Send,
    /// Show the copies of a revision, or all counts
    Copies {
        /// Public number
        number: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum EraseCommand {
    /// Ask for it
    Request {
        /// Handling number of the report
        #[arg(long, value_name = "NUMBER", required_unless_present = "case")]
        report: Option<String>,
        /// Number of the case
        #[arg(long, value_name = "NUMBER", conflicts_with = "report")]
        case: Option<String>,
        /// identity (who people are), exploit (what would help an attacker), text, raw (the bytes as they came); several times
        #[arg(long, required = true, value_parser = ["identity", "exploit", "text", "raw"])]
        part: Vec<String>,
        /// On what ground: person_asked, time_over, order, by_mistake
        #[arg(long, value_parser = crate::erase::basis)]
        basis: ErasureBasis,
        /// Who asks, and the file with the password that this person signs in with
        #[arg(long, num_args = 2, required = true, value_names = ["HANDLE", "PASSWORD-FILE"])]
        by: Vec<String>,
    },
    /// Approve it; it is carried out at once and does not come back
    Approve {
        /// Its number
        erasure: u32,
        /// Who approves: another person than the one who asked
        #[arg(long, num_args = 2, required = true, value_names = ["HANDLE", "PASSWORD-FILE"])]
        by: Vec<String>,
    },
    /// Take one back that nobody has approved
    Withdraw {
        /// Its number
        erasure: u32,
        /// Who takes it back
        #[arg(long, num_args = 2, required = true, value_names = ["HANDLE", "PASSWORD-FILE"])]
        by: Vec<String>,
    },
    /// Record that all copies of a backup of keys were destroyed
    Destroyed {
        /// Number of the backup, as `erase status` names it
        number: u64,
        /// Who says so: whoever administers the persons of the house
        #[arg(long, num_args = 2, required = true, value_names = ["HANDLE", "PASSWORD-FILE"])]
        by: Vec<String>,
    },
    /// Where erasures stand, and which backups still open what was erased
    Status,
}

#[derive(Debug, Subcommand)]
pub enum DatabaseCommand {
    /// PostgreSQL: make the tables, or bring them up to date, as the login of --database, which owns them; the house runs under another
    Prepare,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check the file
    Check,
    /// Show each value and where it comes from
    Explain,
}

#[derive(Debug, Subcommand)]
pub enum ScenarioCommand {
    /// Play one, on a house that is made for it and goes with it; --dir is not touched
    Run {
        /// The scenario as a file; - reads standard input
        file: PathBuf,
        /// Play it in real time, against the house that runs on this data folder: a demonstration, a replay, or exercises only
        #[arg(long, value_name = "DIR")]
        against: Option<PathBuf>,
        /// With --against: how many seconds a day of the scenario takes
        #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = pace, requires = "against")]
        pace: Duration,
    },
}

/// Reads how long a day takes: at most a day.
fn pace(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok();
    let seconds = seconds.filter(|seconds| (0.01..=86_400.0).contains(seconds));
    seconds
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "give seconds from 0.01 to 86400".to_owned())
}

#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Walk the chain without any key
    Verify {
        /// File with anchors that somebody else holds: root hashes or leaves, one a line
        #[arg(long, value_name = "FILE")]
        anchor: Option<PathBuf>,
    },
    /// Rebuild all projections and compare
    Rebuild,
}

/// Reads the command line.
///
/// # Errors
/// The exit code after help or a usage error was printed.
pub fn read() -> Result<Args, ExitCode> {
    Args::try_parse().map_err(|error| {
        let _ = error.print();
        if error.use_stderr() {
            ExitCode::from(2)
        } else {
            ExitCode::SUCCESS
        }
    })
}
