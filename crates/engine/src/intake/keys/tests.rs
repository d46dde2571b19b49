//! The portal always sees a key whose private half the house has.

use std::fs;

use super::*;

type Tried = Result<(), Box<dyn std::error::Error>>;

const NOW: Instant = Instant(1_795_000_000_000_000);

fn house() -> std::io::Result<PathBuf> {
    let dir = std::env::temp_dir().join(format!("noroshi-keys-{:016x}", seal::random::u64()));
    fs::create_dir_all(dir.join(KEYS).join("public"))?;
    Ok(dir)
}

fn seen(dir: &Path) -> Option<[u8; 32]> {
    seal::unhex32(&fs::read_to_string(shown(dir)).ok()?)
}

fn newest(dir: &Path) -> Option<[u8; 32]> {
    let read = privates(dir).ok()?;
    seal::intake::public(read.keys.first()?).ok()
}

#[test]
fn a_crash_between_the_two_files_of_a_key_is_mended() -> Tried {
    let dir = house()?;
    tend(&dir, NOW)?;
    let before = seen(&dir);
    assert!(before.is_some() && before == newest(&dir));
    // The private half of the next month stands, and the portal has not been told.
    let next = Instant(NOW.0 + 40 * 86_400_000_000);
    let old = fs::read(shown(&dir))?;
    draw(&dir, next)?;
    fs::write(shown(&dir), old)?;
    assert_ne!(seen(&dir), newest(&dir));
    tend(&dir, next)?;
    assert_eq!(seen(&dir), newest(&dir));
    // A letter may be on its way to the key that was shown before.
    destroy_old(&dir, next)?;
    assert_eq!(privates(&dir)?.keys.len(), 2);
    Ok(fs::remove_dir_all(dir)?)
}

#[test]
fn a_key_file_that_cannot_be_read_is_counted_and_stops_nothing() -> Tried {
    let dir = house()?;
    tend(&dir, NOW)?;
    fs::write(folder(&dir).join("1999-01.key"), "?")?;
    tend(&dir, NOW)?;
    let read = privates(&dir)?;
    assert_eq!((read.keys.len(), read.broken), (1, 1));
    assert_eq!(seen(&dir), newest(&dir));
    Ok(fs::remove_dir_all(dir)?)
}
