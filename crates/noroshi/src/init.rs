//! `init`: founds a house and prints the recovery kit once.

use engine::Fault;
use engine::founding::{RecoveryKit, found};
use engine::kernel::config::{Config, Purpose};
use serde_json::json;
use std::path::Path;
use store_location::location;

use crate::args::Common;
use crate::show;

pub(crate) mod store_location {
    //! Where the database of a command line lies.

    use engine::{Fault, Location};

    use crate::args::Common;

    /// The database that the command line names, or the file in the data folder.
    ///
    /// # Errors
    /// If the address carries a password, which `ps` would show.
    pub fn location(common: &Common) -> Result<Location, Fault> {
        match &common.database {
            None => Ok(Location::Sqlite(engine::kernel::backup::store_file(
                &common.dir,
            ))),
            Some(url) => {
                let authority = url
                    .split_once("://")
                    .map_or(url.as_str(), |(_, rest)| rest)
                    .split(['/', '?'])
                    .next()
                    .unwrap_or_default();
                let has_password = authority
                    .rsplit_once('@')
                    .is_some_and(|(user, _)| user.contains(':'))
                    || url.contains("password=");
                if has_password {
                    return Err(Fault::Config("--database: no password in the address, since ps shows it; use PGPASSFILE or PGPASSWORD".into()));
                }
                Ok(Location::Postgres {
                    url: url.clone(),
                    danger_without_tls: common.danger_database_without_tls,
                })
            }
        }
    }
}

/// Answers of the command line to what a house is.
#[derive(Debug, Default)]
pub struct Named {
    /// One person publishes alone.
    pub solo: bool,
    pub name_ja: Option<String>,
    pub name_en: Option<String>,
    pub portal: Option<String>,
    pub contact: Option<String>,
    pub desk: Option<String>,
    pub partner: Option<String>,
}

/// Founds a house.
///
/// # Errors
/// If the folder is in use or something cannot be made.
pub async fn init(common: &Common, purpose: Purpose, named: Named) -> Result<bool, Fault> {
    let mut config = Config::of(purpose);
    config.name_ja = named.name_ja.unwrap_or(config.name_ja);
    config.name_en = named.name_en.unwrap_or(config.name_en);
    config.publication.solo = named.solo;
    if let Some(portal) = named.portal {
        config.portal = portal;
    }
    if let Some(desk) = named.desk {
        config.desk = desk;
    }
    if let Some(partner) = named.partner {
        config.partner = partner;
    }
    if let Some(contact) = named.contact {
        config.mail.from.clone_from(&contact);
        config.contact = contact;
    }
    let kit = found(&common.dir, &location(common)?, &config).await?;
    let value = json!({
        "recovery_secret": kit.recovery_secret.as_str(),
        "passwords": kit.passwords.iter().map(|(h, p)| (h.clone(), p.to_string())).collect::<std::collections::BTreeMap<_, _>>(),
        "set_up": kit.set_up,
        "fingerprints": kit.fingerprints.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
        "revocations": kit.revocations.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
    });
    show::answer(common.json, &value, || text(&common.dir, &kit));
    Ok(true)
}

fn text(dir: &Path, kit: &RecoveryKit) -> String {
    let mut out = format!(
        "A house stands in {}.\n\nRECOVERY KIT: print this, keep it in a safe place apart from the machine. It is shown once and kept nowhere.\n\nRecovery secret (opens backups):\n  {}\n\nPasswords of the approvers (give each to its person, who signs in with it and draws an approval key of their own before the first publication: docs/operate/approvers.md):\n",
        dir.display(),
        kit.recovery_secret.as_str()
    );
    for (handle, password) in &kit.passwords {
        out.push_str(&format!("  {handle}: {}\n", password.as_str()));
    }
    out.push_str("\nFingerprints:\n");
    for (purpose, fingerprint) in &kit.fingerprints {
        out.push_str(&format!("  {purpose}: {fingerprint}\n"));
    }
    for (purpose, certificate) in &kit.revocations {
        out.push_str(&format!(
            "\nRevocation certificate of the {purpose} key:\n{certificate}"
        ));
    }
    if !kit.set_up.is_empty() {
        out.push_str(&format!(
            "\nFirst administrator: open this link within an hour, while noroshi serve runs, and choose a password:\n  {}\nThe administrator then gives links to the others. A new link, on this machine: noroshi --dir {} do issue-link --file - <<< '{{\"person\": \"admin\"}}'\n",
            kit.set_up,
            dir.display()
        ));
    }
    let dir = dir.display();
    out.push_str(&format!("\nNext: set names, portal and mail in {dir}/noroshi.toml, then: noroshi --dir {dir} config check; noroshi --dir {dir} serve\n"));
    out
}
