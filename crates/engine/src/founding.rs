//! Founding a house: folder, keys by purpose, database, persons; the recovery kit, printed once.
//!
//! A used folder is refused. Keys by purpose, none shared (docs/design/security.md §2.10): advisory and exercise
//! keys for
//! `sign` only, office mail, archive log, approval keys under their persons' passwords, intake, backup.

use std::path::{Path, PathBuf};

use domain::party::decide;
use domain::role::Role;
use domain::value::{Actor, PersonId};
use seal::approval::Cost;
use seal::record::Realm;
use seal::signer::{Approver, Pinned};
use store::{Location, Store};

use crate::Awaited;
use crate::Fault;
use crate::kernel::clock;
use crate::kernel::config::{Config, Purpose};
use crate::kernel::context::Contexts;
use crate::kernel::house::{House, KEYS};
use crate::kernel::keys::Keys;

/// What is printed once and kept nowhere.
#[derive(Clone)]
pub struct RecoveryKit {
    pub recovery_secret: zeroize::Zeroizing<String>,
    /// Role handle and password of each approver.
    pub passwords: Vec<(String, zeroize::Zeroizing<String>)>,
    /// Purpose and fingerprint.
    pub fingerprints: Vec<(String, String)>,
    /// Purpose and armored revocation certificate.
    pub revocations: Vec<(String, String)>,
    /// Link of one use with which the first administrator chooses a password; good for an hour. Empty for a replay.
    pub set_up: String,
}

impl std::fmt::Debug for RecoveryKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryKit(…)")
    }
}

/// Founds a house in `dir`.
///
/// # Errors
/// [`Fault::Config`] if the folder is in use, or what failed; remove a folder that was begun before you try again, and the tables if a
/// server took them.
pub fn found<'a>(
    dir: &'a Path,
    location: &'a Location,
    config: &'a Config,
) -> Awaited<'a, Result<RecoveryKit, Fault>> {
    Box::pin(async move {
        if dir.exists()
            && std::fs::read_dir(dir)
                .map_err(Fault::io("cannot list the folder"))?
                .next()
                .is_some()
        {
            return Err(Fault::Config(format!(
                "{} is not empty; choose a new folder",
                dir.display()
            )));
        }
        config.check()?;
        Store::is_free(location).await?;
        seal::files::private_folder(dir)?;
        let id: [u8; 16] = seal::random::bytes();
        // First what a server may refuse: the folder holds nothing then, and can be taken again.
        let store = Store::create(location, id).await?;
        let now = clock::now();
        let keys = dir.join(KEYS);
        Keys::found(&keys.join("house"), id)?;
        let mut kit = RecoveryKit {
            recovery_secret: zeroize::Zeroizing::default(),
            passwords: vec![],
            fingerprints: vec![],
            revocations: vec![],
            set_up: String::new(),
        };
        pgp_keys(dir, &keys, config, now, &mut kit)?;
        intake_key(&keys, now)?;
        let (secret, public) = seal::recovery::draw();
        kit.recovery_secret = secret;
        seal::files::private_folder(&keys.join("backup"))?;
        seal::files::replace(
            &keys.join("backup").join("recovery.pub"),
            public.as_bytes(),
            false,
        )?;
        config.write(dir)?;
        let persons = persons(config, &keys, &mut kit)?;
        pin(&keys, &id, config, &persons, now.0)?;
        let instance = seal::hex(&seal::random::bytes::<16>());
        seal::files::replace(&dir.join("instance"), instance.as_bytes(), false)?;
        store
            .set_meta(
                "instance",
                crate::kernel::house::instance_mark(dir)?.as_bytes(),
            )
            .await?;
        store
            .set_meta(
                crate::kernel::house::FOLDING,
                &[domain::text::fold::FOLDING],
            )
            .await?;
        drop(store);
        let admin = persons.first().map(|person| person.id);
        let mut passwords = kit.passwords.clone();
        if config.purpose == Purpose::Demo {
            passwords.extend(invented(&keys, &persons)?);
        }
        let verifiers = verifiers(config, &persons, &passwords)?;
        let house = record(dir, location, config, &persons, &verifiers).await?;
        if let (Some(admin), true) = (admin, config.purpose != Purpose::Replay) {
            use crate::people::tokens::{SET_UP, SET_UP_US};
            let link = house
                .token_draw(SET_UP, admin.bytes(), b"", None, SET_UP_US)
                .await?;
            kit.set_up = format!("{}/set-up/{link}", config.desk);
        }
        Ok(kit)
    })
}

/// Folder below the keys in which a demonstration keeps the passwords of its invented people.
pub const PASSWORDS: &str = "approval";

/// Draws passwords for the demonstration's other people and keeps them beside the keys.
fn invented(
    keys: &Path,
    persons: &[Founding],
) -> Result<Vec<(String, zeroize::Zeroizing<String>)>, Fault> {
    let mut out = Vec::new();
    for person in persons.iter().filter(|person| person.key.is_none()) {
        let password = zeroize::Zeroizing::new(seal::token::base32(&seal::random::bytes::<10>()));
        seal::files::write_secret_new(
            &keys
                .join(PASSWORDS)
                .join(format!("{}.password", person.handle)),
            password.as_bytes(),
        )?;
        out.push((person.handle.clone(), password));
    }
    Ok(out)
}

/// What the founding's passwords are recognised by at the desk.
fn verifiers(
    config: &Config,
    persons: &[Founding],
    passwords: &[(String, zeroize::Zeroizing<String>)],
) -> Result<Vec<(PersonId, seal::password::Verifier)>, Fault> {
    let mut out = Vec::new();
    for (handle, password) in passwords {
        let Some(person) = persons.iter().find(|person| person.handle == *handle) else {
            continue;
        };
        let verifier = seal::password::verifier(&person.id.bytes(), password, cost(config))
            .map_err(|_| Fault::Form("password"))?;
        out.push((person.id, verifier));
    }
    Ok(out)
}

/// What stretching a password costs. Demo and replay keep the password beside the key, so a strong derivation
/// would protect nothing there.
fn cost(config: &Config) -> Cost {
    if config.purpose == Purpose::Live {
        Cost::HOUSE
    } else {
        Cost::DANGER_QUICK
    }
}

struct Founding {
    id: PersonId,
    handle: String,
    role: Role,
    key: Option<seal::approval::SealedKey>,
}

fn pgp_keys(
    dir: &Path,
    keys: &Path,
    config: &Config,
    now: domain::value::Instant,
    kit: &mut RecoveryKit,
) -> Result<(), Fault> {
    let mark = match config.purpose {
        Purpose::Live => "",
        Purpose::Replay => "REPLAY ",
        Purpose::Demo => "DEMO ",
    };
    let at = clock::system_time(now.whole_seconds());
    let name = &config.name_en;
    let contact = &config.contact;
    for folder in ["sign", "log", "office", "public"] {
        seal::files::private_folder(&keys.join(folder))?;
    }
    let wanted: [(&str, PathBuf, String, bool); 4] = [
        (
            "advisory",
            keys.join("sign").join("advisory.pgp"),
            format!("{mark}{name} advisories <{contact}>"),
            false,
        ),
        (
            "exercise",
            keys.join("sign").join("exercise.pgp"),
            format!("EXERCISE {mark}{name} <{contact}>"),
            false,
        ),
        (
            "log",
            keys.join("log").join("log.pgp"),
            format!("{mark}{name} archive log <{contact}>"),
            false,
        ),
        (
            "office",
            keys.join("office").join("office.pgp"),
            format!("{mark}{name} office <{contact}>"),
            true,
        ),
    ];
    for (purpose, path, user_id, for_mail) in wanted {
        let key = seal::openpgp::draw(&user_id, at, for_mail)
            .map_err(|_| Fault::Config("name or contact cannot stand in a key".into()))?;
        seal::files::write_secret_new(&path, &key.secret)?;
        seal::files::replace(
            &keys.join("public").join(format!("{purpose}.asc")),
            &key.public,
            false,
        )?;
        kit.fingerprints
            .push((purpose.to_owned(), key.fingerprint.clone()));
        kit.revocations.push((
            purpose.to_owned(),
            String::from_utf8_lossy(&key.revocation).into_owned(),
        ));
    }
    crate::kernel::context::service::certify_log(dir, &keys.join("sign"))
}

fn intake_key(keys: &Path, now: domain::value::Instant) -> Result<(), Fault> {
    let (private, public) = seal::intake::draw();
    seal::files::private_folder(&keys.join("intake"))?;
    let month: String = clock::rfc3339(now).chars().take(7).collect();
    seal::files::write_secret_new(
        &keys.join("intake").join(format!("{month}.key")),
        seal::hex(private.as_slice()).as_bytes(),
    )?;
    seal::files::replace(
        &keys.join("public").join("intake.hex"),
        seal::hex(&public).as_bytes(),
        false,
    )
    .map_err(Fault::from)
}

fn persons(config: &Config, keys: &Path, kit: &mut RecoveryKit) -> Result<Vec<Founding>, Fault> {
    let approvers: &[&str] = match config.purpose {
        Purpose::Replay => &["replay-a", "replay-b"],
        // A house of one person has one key; two would look like two persons.
        _ if config.publication.solo => &["approver-a"],
        _ => &["approver-a", "approver-b"],
    };
    let named = |handle: &str, role: Role| Founding {
        id: PersonId(seal::random::uuid(0)),
        handle: handle.into(),
        role,
        key: None,
    };
    // The administrator stands first: it is who gets the link.
    let mut out = vec![
        named("admin", Role::Operator),
        named("coordinator", Role::Coordinator),
        named("reception", Role::Reception),
        named("editor", Role::EditionEditor),
    ];
    for &handle in approvers {
        let id = PersonId(seal::random::uuid(0));
        let password = zeroize::Zeroizing::new(seal::token::base32(&seal::random::bytes::<16>()));
        let key = seal::approval::draw(&id.bytes(), &password, cost(config))
            .map_err(|_| Fault::Form("approval key"))?;
        if config.purpose != Purpose::Live {
            seal::files::private_folder(&keys.join(PASSWORDS))?;
            seal::files::write_secret_new(
                &keys.join(PASSWORDS).join(format!("{handle}.password")),
                password.as_bytes(),
            )?;
        }
        kit.passwords.push((handle.to_owned(), password));
        out.push(Founding {
            id,
            handle: handle.to_owned(),
            role: Role::Coordinator,
            key: Some(key),
        });
    }
    Ok(out)
}

fn pin(
    keys: &Path,
    house: &[u8; 16],
    config: &Config,
    persons: &[Founding],
    now: i64,
) -> Result<(), Fault> {
    let quorum = config.quorum();
    let pinned = Pinned {
        house: seal::hex(house),
        quorum,
        approvers: persons
            .iter()
            .filter_map(|p| {
                p.key.as_ref().map(|key| Approver {
                    person: seal::hex(&p.id.bytes()),
                    public: seal::hex(&key.public),
                    since: now,
                    founding: true,
                })
            })
            .collect(),
    };
    let bytes = serde_json::to_vec_pretty(&pinned).map_err(|_| Fault::Form("pinned approvers"))?;
    Ok(seal::files::write_secret_new(
        &keys.join("sign").join("approvers.json"),
        &bytes,
    )?)
}

async fn record(
    dir: &Path,
    location: &Location,
    config: &Config,
    persons: &[Founding],
    verifiers: &[(PersonId, seal::password::Verifier)],
) -> Result<House, Fault> {
    let house = House::open(dir, location, Contexts::default()).await?;
    let now = clock::now();
    let quorum = config.quorum();
    let act = house.act_of(Actor::Operator, "founding");
    house
        .perform(&act, "init", Realm::Live, async |unit| {
            let stream = unit.house.stream();
            let mut first = Vec::with_capacity(persons.len());
            for person in persons {
                first.push(decide::First {
                    person: person.id,
                    handle: person.handle.clone(),
                    role: person.role,
                    approval_key: person.key.as_ref().map(|key| seal::hex(&key.public)),
                    has_password: verifiers.iter().any(|(id, _)| *id == person.id),
                });
                if let Some(key) = &person.key {
                    unit.row(store::people::ApproverRow {
                        person: person.id,
                        key: key.clone(),
                        since: now.0,
                        founding: true,
                    });
                }
            }
            for (person, verifier) in verifiers {
                unit.row(crate::people::passwords::credential_row(
                    *person, verifier, now.0,
                ));
            }
            let new = decide::Founding {
                name_ja: config.name_ja.clone(),
                name_en: config.name_en.clone(),
                profile: config.profile.clone(),
                series: config.series.clone(),
                quorum,
                persons: first,
            };
            unit.record(decide::found(stream, new)).await
        })
        .await?;
    Ok(house)
}
