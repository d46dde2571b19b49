//! Whether a backup could be restored: it is, into a folder that goes again, and everything in it is read once. What of it is
//! secret stays in memory meanwhile.

use std::path::Path;

use store::Location;

use super::{BackedUp, Goal, Trust, into_empty, store_file};
use crate::Awaited;
use crate::Fault;
use crate::kernel::house::{House, KEYS, KeyFiles};

/// Whether a file of a backup is for its house alone: all but the configuration and what is public anyhow.
pub(super) fn is_secret(relative: &Path) -> bool {
    let keys = Path::new(KEYS);
    let is_open = relative == Path::new(crate::kernel::config::FILE)
        || relative.starts_with(keys.join("public"))
        || relative.extension().is_some_and(|ending| ending == "pub");
    !is_open
}

/// Tries a backup: restores it into a temporary folder, folds the ledger, compares the projections.
///
/// # Errors
/// What the restore or the comparison found.
pub fn verify<'a>(
    file: &'a Path,
    secret: &'a str,
    work: &'a Path,
    trust: Trust<'a>,
) -> Awaited<'a, Result<BackedUp, Fault>> {
    Box::pin(async move {
        let location = Location::Sqlite(store_file(work));
        let result = async {
            // No key is written in clear for a trial.
            let mut keys = KeyFiles::default();
            let goal = Goal::Memory(&mut keys);
            let tried = into_empty(file, secret, work, &location, goal, trust).await?;
            let house = House::open_with_keys(work, &location, &keys).await?;
            let before = house.store.hash_of_projections().await?;
            house.rebuild().await?;
            let texts = house.verify_texts().await?;
            if texts.lacking > 0 {
                return Err(Fault::Config(format!(
                    "{} texts and documents that its ledger refers to are not in the backup ({})",
                    texts.lacking,
                    texts.named.join(", ")
                )));
            }
            if house.store.hash_of_projections().await? != before {
                return Err(Fault::Config(
                    "the projections in the backup are not those of its ledger".into(),
                ));
            }
            Ok(tried)
        }
        .await;
        let removed = std::fs::remove_dir_all(work);
        // What the trial found comes first; a trial that could not begin left no folder.
        let tried = result?;
        match removed {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Fault::io("cannot remove the trial folder")(error))
            }
            _ => Ok(tried),
        }
    })
}
