//! From a command line to what it does.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use domain::value::CopyChannel;
use engine::distribution::copies::Editions;
use engine::kernel::config::Purpose;
use engine::kernel::context::Contexts;
use engine::{Fault, House};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::args::{
    Args, Command, Common, ConfigCommand, DatabaseCommand, LedgerCommand, MailCommand,
    ScenarioCommand,
};
use crate::init::store_location::location;
use crate::{against, children, contexts, init, look, reading, serve, show, socket, tools};

/// Largest file that is read from the command line: 16 MiB.
const FILE_BYTES_MAX: usize = 16 << 20;

/// Runs a command line; `false` says that something is not as it should be.
///
/// # Errors
/// What kept it from running.
pub fn run(args: Args) -> Result<bool, Fault> {
    if let Command::Context { name, listen } = &args.command {
        return contexts::run(&args.common.dir, name, *listen);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Fault::io("cannot start"))?;
    runtime.block_on(dispatch(args.common, args.command))
}

/// What a reader brings to tell whether a backup is the house's.
const fn trust(log_key: Option<&str>, unsigned: bool) -> engine::kernel::backup::Trust<'_> {
    engine::kernel::backup::Trust { log_key, unsigned }
}

async fn dispatch(common: Common, command: Command) -> Result<bool, Fault> {
    match command {
        Command::Init {
            replay,
            solo,
            name_ja,
            name_en,
            portal,
            contact,
            desk,
            partner,
        } => {
            let purpose = if replay {
                Purpose::Replay
            } else {
                Purpose::Live
            };
            init::init(
                &common,
                purpose,
                init::Named {
                    solo,
                    name_ja,
                    name_en,
                    portal,
                    contact,
                    desk,
                    partner,
                },
            )
            .await
        }
        Command::Serve {
            listen,
            listen_desk,
            listen_partner,
        } => serve::serve(&common, [listen, listen_desk, listen_partner]).await,
        Command::Demo {
            listen,
            listen_desk,
            listen_partner,
        } => serve::demo(&common, [listen, listen_desk, listen_partner]).await,
        Command::Do { name, file, list } => perform(&common, name, file.as_deref(), list).await,
        Command::Replay { archive, path } => replay(&common, &archive, &path).await,
        Command::Subscribers { path } => subscribers(&common, &path).await,
        Command::Mail { what } => mail(&common, what).await,
        Command::Database {
            what: DatabaseCommand::Prepare,
        } => tools::database_prepare(&common).await,
        Command::Config {
            what: ConfigCommand::Check,
        } => tools::config_check(&common),
        Command::Config {
            what: ConfigCommand::Explain,
        } => tools::config_explain(&common),
        Command::Doctor => look::look(&common, &look::What::Doctor).await,
        // `backup verify` without a backup is no wish for one that is called so.
        Command::Backup {
            file, verify: None, ..
        } if file.as_os_str() != "verify" => tools::backup(&common, &file).await,
        Command::Backup {
            file,
            verify: Some(backup),
            secret_file,
            log_key,
            unsigned,
        } if file.as_os_str() == "verify" => {
            let trust = trust(log_key.as_deref(), unsigned);
            tools::backup_verify(&common, &backup, secret_file.as_deref(), trust).await
        }
        Command::Backup { .. } => Err(Fault::Config(
            "say: noroshi backup FILE, or: noroshi backup verify FILE --secret-file SECRET".into(),
        )),
        Command::Restore {
            file,
            secret_file,
            trial,
            log_key,
            unsigned,
        } => {
            let trust = trust(log_key.as_deref(), unsigned);
            tools::restore(&common, &file, secret_file.as_deref(), trial, trust).await
        }
        Command::Resume {
            compared,
            by,
            moved,
        } => {
            use engine::people::resume::{Links, Resumption, resume};
            let links = if moved { Links::Stay } else { Links::End };
            let how = Resumption {
                compared: &compared,
                links,
                by: &passwords(&by)?,
            };
            resume(&common.dir, &location(&common)?, &how).await?;
            show::answer(
                common.json,
                &json!({ "resumed": true, "links": if moved { "stay" } else { "ended" } }),
                || {
                    if moved {
                        "This house acts again.".into()
                    } else {
                        "This house acts again. Everybody signs in anew; links that were sent have ended: noroshi do invite-all sends new ones to all vendors of open cases, and one that asks on the page that the old link leads to gets one too. End whoever was dismissed since the backup before you start: noroshi do end-person.".into()
                    }
                },
            );
            Ok(true)
        }
        Command::Erase { what } => crate::erase::erase(&common, what).await,
        Command::Ledger {
            what: LedgerCommand::Verify { anchor },
        } => tools::ledger_verify(&common, anchor.as_deref()).await,
        Command::Ledger {
            what: LedgerCommand::Rebuild,
        } => tools::ledger_rebuild(&common).await,
        Command::Press { out } => press(&common, out.as_deref()).await,
        Command::Verify {
            path,
            key,
            log_key,
            log,
        } => tools::verify(
            &common,
            &path,
            key.as_deref(),
            log_key.as_deref(),
            log.as_deref(),
        ),
        Command::Scenario {
            what:
                ScenarioCommand::Run {
                    file,
                    against,
                    pace,
                },
        } => {
            let against = against.as_deref().map(|dir| (dir, pace));
            scenario(&common, &file, against).await
        }
        Command::Measure { name, n, path } => {
            tools::measure(&common, &name, n, path.as_deref()).await
        }
        Command::Context { .. } => Err(Fault::Config("no such context".into())),
    }
}

/// Opens the house without any context.
///
/// # Errors
/// If it cannot be opened.
pub async fn open(common: &Common) -> Result<House, Fault> {
    House::open(&common.dir, &location(common)?, Contexts::default()).await
}

/// Opens the house with its signing and verifying contexts.
///
/// # Errors
/// If it cannot be opened.
pub async fn open_signing(common: &Common) -> Result<(House, children::Children), Fault> {
    let (contexts, children) = children::signing(&common.dir)?;
    Ok((
        House::open(&common.dir, &location(common)?, contexts).await?,
        children,
    ))
}

/// Reads a file, or standard input for `-`.
///
/// # Errors
/// If it cannot be read or is too large.
pub fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    read_up_to(path, FILE_BYTES_MAX)
}

/// Reads a file, or standard input for `-`, whole or not at all.
///
/// # Errors
/// If it cannot be read or holds more than `max` bytes.
pub fn read_up_to(path: &Path, max: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let doing = || format!("cannot read {}", path.display());
    // One byte more tells that there is more.
    let most = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    if path.as_os_str() == "-" {
        std::io::stdin()
            .lock()
            .take(most)
            .read_to_end(&mut bytes)
            .map_err(Fault::io(doing()))?;
    } else {
        std::fs::File::open(path)
            .and_then(|f| f.take(most).read_to_end(&mut bytes))
            .map_err(Fault::io(doing()))?;
    }
    if bytes.len() > max {
        return Err(Fault::Config(format!(
            "{} holds more than {} MiB; nothing of it was taken: split it",
            path.display(),
            max >> 20
        )));
    }
    Ok(bytes)
}

async fn perform(
    common: &Common,
    name: Option<String>,
    file: Option<&Path>,
    list: bool,
) -> Result<bool, Fault> {
    if list || name.is_none() {
        let specs: Vec<Value> = engine::command::COMMANDS
            .iter()
            .map(|spec| {
                let fields: Vec<Value> = spec
                    .fields
                    .iter()
                    .map(|f| json!({ "name": f.name, "type": f.ty, "about": f.about }))
                    .collect();
                json!({ "command": spec.name, "about": spec.about, "fields": fields })
            })
            .collect();
        show::answer(common.json, &Value::Array(specs), || {
            let mut out = String::new();
            for spec in engine::command::COMMANDS {
                out.push_str(&format!("{}\n  {}\n", spec.name, spec.about));
                for field in spec.fields {
                    out.push_str(&format!(
                        "    {}: {}\n      {}\n",
                        field.name, field.ty, field.about
                    ));
                }
            }
            out.push_str("Beside its fields a command takes: as (role, default coordinator), occurred_at (RFC 3339), reason, exercise (true for an exercise).\n");
            out
        });
        return Ok(true);
    }
    let name = name.unwrap_or_default();
    let bytes = match file {
        Some(path) => read(path)?,
        None => b"{}".to_vec(),
    };
    if let Some(answer) = socket::ask(&common.dir, &[b"do", name.as_bytes(), &bytes])? {
        return socket::show(&answer);
    }
    let house = open(common).await?;
    socket::show(&socket::perform(&house, &name, &bytes).await)
}

/// Plays a scenario; what did not come true is data, since the program ran.
async fn scenario(
    common: &Common,
    file: &Path,
    against: Option<(&Path, Duration)>,
) -> Result<bool, Fault> {
    let bytes = read(file)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Fault::Config(format!("{}: not UTF-8", file.display())))?;
    let unfit = |wrong: scenario::Wrong| Fault::Config(format!("{}: {wrong}", file.display()));
    let script = scenario::Script::read(&text).map_err(unfit)?;
    let played = match against {
        None => Box::pin(scenario::play(&script, reading::Within::of)).await,
        Some((dir, day)) => {
            let running = against::Running::find(dir)?;
            let running = running.begin(&script, day).map_err(unfit)?;
            Box::pin(scenario::play_at(&script, running)).await
        }
    };
    match played {
        Ok(played) => {
            let value = json!({ "good": true, "title": played.title, "acts": played.acts, "seen": played.seen });
            show::answer(common.json, &value, || {
                format!(
                    "{}: {} acts, {} looks; it came true",
                    played.title, played.acts, played.seen
                )
            });
            Ok(true)
        }
        Err(wrong) => {
            let value = json!({ "good": false, "line": wrong.line, "what": wrong.what });
            show::answer(common.json, &value, || {
                format!("{}: {wrong}", file.display())
            });
            Ok(false)
        }
    }
}

async fn replay(common: &Common, archive: &str, path: &Path) -> Result<bool, Fault> {
    if archive != "certcc-vda" {
        return Err(Fault::Config(format!(
            "{archive}: this program knows the archive certcc-vda"
        )));
    }
    let (house, children) = open_signing(common).await?;
    let summary = archive::certcc_vda(&house, path, &archive::Options::default()).await?;
    let value = serde_json::to_value(&summary).map_err(|_| Fault::Form("summary"))?;
    show::answer(common.json, &value, || summary.to_string());
    drop(house);
    drop(children);
    Ok(summary.broken.is_empty())
}

async fn subscribers(common: &Common, path: &Path) -> Result<bool, Fault> {
    let bytes = read_up_to(path, formats::subscribers::FILE_BYTES_MAX)?;
    let import = formats::subscribers::read(&bytes)
        .map_err(|e| Fault::Config(format!("{}: {e} ({})", path.display(), e.code())))?;
    let house = open(common).await?;
    let done = engine::distribution::command::import(&house, &import.rows).await?;
    let refused: Vec<(u64, String)> = import
        .problems
        .iter()
        .map(|problem| (problem.line, problem.kind.code().to_owned()))
        .chain(
            done.refused
                .iter()
                .map(|(line, code)| (*line, format!("refused:{code}"))),
        )
        .collect();
    let problems: Vec<Value> = refused
        .iter()
        .map(|(line, code)| json!({ "line": line, "code": code }))
        .collect();
    let left_out: HashSet<u64> = done.refused.iter().map(|(line, _)| *line).collect();
    let mut unmatched = engine::distribution::command::unmatched(&house, &import.rows);
    unmatched.retain(|one| !left_out.contains(&one.line));
    let unmatched_json: Vec<Value> = unmatched
        .iter()
        .map(|one| json!({ "line": one.line, "target": one.target, "near": one.near }))
        .collect();
    let good = problems.is_empty() && import.columns_unknown.is_empty();
    show::answer(
        common.json,
        &json!({
            "entered": done.entered,
            "known": done.known,
            "problems": problems,
            "problems_unlisted": import.problems_unlisted,
            "columns_unknown": import.columns_unknown,
            "unmatched": unmatched_json,
        }),
        || {
            let mut out = format!("{} entered, {} known already", done.entered, done.known);
            for (line, code) in &refused {
                out.push_str(&format!("\nline {line}: {code}"));
            }
            if import.problems_unlisted > 0 {
                out.push_str(&format!("\nand {} lines more", import.problems_unlisted));
            }
            for column in &import.columns_unknown {
                out.push_str(&format!("\ncolumn {column}: unknown, left out"));
            }
            for one in &unmatched {
                let (line, target) = (one.line, &one.target);
                out.push_str(&format!(
                    "\nline {line}: nothing published so far names {target}"
                ));
                if !one.near.is_empty() {
                    out.push_str(&format!("; there is {}", one.near.join(", ")));
                }
            }
            out
        },
    );
    Ok(good)
}

async fn mail(common: &Common, what: MailCommand) -> Result<bool, Fault> {
    if let MailCommand::Take { file } = &what {
        let bytes = read(file)?;
        if let Some(answer) = socket::ask(&common.dir, &[b"mail-take", &bytes])? {
            return socket::show(&answer);
        }
        let house = open(common).await?;
        return socket::show(&socket::take(&house, &bytes).await);
    }
    if let MailCommand::Copies { number } = what {
        return look::look(common, &look::What::Copies(number)).await;
    }
    let house = open(common).await?;
    match what {
        MailCommand::Take { .. } | MailCommand::Copies { .. } => Ok(true),
        MailCommand::Send => {
            if let Some(why) = house.held().await? {
                show::warn(&format!("noroshi: held: {why}"));
                return Err(Fault::Held);
            }
            let mut editions = Editions::default();
            let mut total = 0;
            let contacts = house.send_first_contacts().await?;
            for channel in CopyChannel::ALL {
                loop {
                    let sent = house.send_copies(channel, &mut editions).await?;
                    total += sent.accepted;
                    if sent == engine::distribution::copies::Sent::default() {
                        break;
                    }
                }
            }
            let states = states(&house).await?;
            show::answer(
                common.json,
                &json!({ "accepted": total, "first_contacts": contacts, "states": states }),
                || format!("{total} accepted; {states}"),
            );
            Ok(true)
        }
    }
}

/// How many copies there are of each state.
///
/// # Errors
/// If the database cannot be read.
pub async fn states(house: &House) -> Result<Value, Fault> {
    let states = house.store.copy_states().await?;
    Ok(states
        .into_iter()
        .map(|(state, n)| (state.word().to_owned(), json!(n)))
        .collect::<serde_json::Map<_, _>>()
        .into())
}

async fn press(common: &Common, out: Option<&Path>) -> Result<bool, Fault> {
    let house = open(common).await?;
    let pressed = match out {
        Some(out) => house.press_out(out).await?,
        None => house.press().await?,
    };
    let value = json!({ "files": pressed.files, "changed": pressed.changed, "advisories": pressed.advisories });
    show::answer(common.json, &value, || {
        format!(
            "{} files, {} changed, {} advisories",
            pressed.files, pressed.changed, pressed.advisories
        )
    });
    Ok(true)
}

/// Handles with the passwords of their files.
pub fn passwords(by: &[String]) -> Result<Vec<(String, Zeroizing<String>)>, Fault> {
    let pairs = by.chunks_exact(2).map(|pair| {
        let read = seal::files::read_secret(std::path::Path::new(&pair[1]))?;
        // The end of its line is no part of a password; a space is.
        let text = String::from_utf8_lossy(&read);
        let text = text.trim_end_matches(['\n', '\r']).to_owned();
        Ok((pair[0].clone(), Zeroizing::new(text)))
    });
    pairs.collect()
}
