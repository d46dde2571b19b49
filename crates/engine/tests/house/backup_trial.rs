//! A backup that is tried: what is said of it, and what of it is never written.

use std::collections::BTreeSet;
use std::path::Path;

use engine::kernel::backup::{Trust, backup, verify};
use testkit::{Case, World};

#[test]
fn a_trial_of_a_backup_says_what_it_found() {
    let world = World::founded();
    let file = world.stage.beside("kept");
    let (dir, store) = (world.stage.dir(), &world.house().store);
    world.wait(Box::pin(backup(&dir, store, &file))).unwrap();
    let tries = |file: &Path, secret: &str| {
        let work = world.stage.beside("trial");
        let tried = world.wait(Box::pin(verify(file, secret, &work, Trust::default())));
        assert!(!work.exists(), "nothing is left of it");
        tried.map_err(|fault| fault.to_string())
    };
    let secret = world.stage.kit.recovery_secret.as_str();
    assert!(tries(&file, secret).is_ok());
    let missing = tries(&world.stage.beside("missing"), secret).unwrap_err();
    assert!(missing.contains("is not there"), "{missing}");
    let other = "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ";
    for wrong in ["", other] {
        let said = tries(&file, wrong).unwrap_err();
        assert!(!said.contains("trial folder"), "{said}");
    }
}

/// Whoever looks into the folder while a trial runs finds ciphertext and what is public.
#[test]
fn a_trial_of_a_backup_writes_no_key_in_clear() {
    let world = World::founded();
    let case = Case::open(&world);
    let _ = case.published();
    let file = world.stage.beside("kept");
    let (dir, store) = (world.stage.dir(), &world.house().store);
    world.wait(Box::pin(backup(&dir, store, &file))).unwrap();
    let work = world.stage.beside("trial");
    let is_over = std::sync::atomic::AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        let looking = scope.spawn(|| {
            let mut seen = BTreeSet::new();
            while !is_over.load(std::sync::atomic::Ordering::SeqCst) {
                below(&work, &work, &mut seen);
            }
            seen
        });
        let secret = world.stage.kit.recovery_secret.as_str();
        let tried = world.wait(Box::pin(verify(&file, secret, &work, Trust::default())));
        is_over.store(true, std::sync::atomic::Ordering::SeqCst);
        tried.unwrap();
        looking.join().unwrap()
    });
    assert!(
        seen.contains("noroshi.toml"),
        "the trial was seen: {seen:?}"
    );
    let open = [
        "noroshi.",
        "instance",
        "lock",
        "keys/public/",
        "keys/backup/recovery.pub",
    ];
    let closed: Vec<&String> = seen
        .iter()
        .filter(|path| !open.iter().any(|open| path.starts_with(open)))
        .collect();
    assert!(closed.is_empty(), "{closed:?}");
    world.runs_due();
    world.ends_well();
}

/// Adds the paths of all files below a folder that may vanish meanwhile.
fn below(root: &Path, folder: &Path, seen: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        // Asked of the entry itself: the path may be gone by now.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            below(root, &path, seen);
        } else if let Ok(relative) = path.strip_prefix(root) {
            seen.insert(relative.display().to_string());
        }
    }
}
