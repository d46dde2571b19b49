//! The rules fail where the fault stands in our own tree: each is planted in a copy of it, one after the other.

use super::{Findings, apart, bodies, kinds, nouns, references, roles};
use crate::house::House;
use std::fs;
use std::path::{Path, PathBuf};

/// A copy of the tree, which goes when this does.
struct Copy(House);

impl Copy {
    fn make() -> Copy {
        let from = House::find().unwrap();
        let name = format!("noroshi-planted-{}", std::process::id());
        let root = std::env::temp_dir().join(name);
        copy(&from.root, &root);
        let target = root.join("target");
        Copy(House { root, target })
    }

    /// Writes below a file, asks the rule, and takes it away again.
    fn with(&self, file: &str, planted: &str, rule: fn(&House) -> Findings) -> Vec<String> {
        let path: PathBuf = self.0.root.join(file);
        let before = fs::read_to_string(&path).unwrap();
        // In front of what is left out as a test.
        let (code, tests) = match before.find("#[cfg(test)]") {
            Some(at) => before.split_at(at),
            None => (before.as_str(), ""),
        };
        fs::write(&path, format!("{code}{planted}\n{tests}")).unwrap();
        let found = rule(&self.0).unwrap();
        fs::write(&path, before).unwrap();
        found
    }
}

/// Copies a folder, but for what is built and for the history.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = entry.file_name();
        if name == "target" || name == ".git" {
            continue;
        }
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy(&entry.path(), &to.join(name));
        } else if kind.is_file() {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0.root);
    }
}

#[test]
fn a_fault_that_is_planted_in_the_tree_fails_its_rule() {
    let copy = Copy::make();
    // Put together, so that this file is not found itself.
    let nowhere = format!("//! docs/design/security.md {}99.9", '\u{a7}');
    type Rule = fn(&House) -> Findings;
    let faults: [(&str, Rule, &str, &str); 7] = [
        (
            "a circle between nouns",
            nouns::ordered,
            "crates/engine/src/kernel/find.rs",
            "use crate::publication::press as planted;",
        ),
        (
            "an import that reads the store",
            apart::from_the_store,
            "crates/archive/src/commands.rs",
            "async fn planted(house: &House) { house.store.ledger(1, 1).await; }",
        ),
        (
            "a kind of document as a string",
            kinds::typed,
            "crates/engine/src/publication/doubt.rs",
            "const PLANTED: &str = \"csaf.json\";",
        ),
        (
            "a list of roles outside the table",
            roles::in_one_table,
            "crates/engine/src/publication/doubt.rs",
            "fn planted(role: Role) -> bool { matches!(role, Role::Editor | Role::Coordinator) }",
        ),
        (
            "a body's words in a view without their type",
            bodies::by_the_gate,
            "crates/pages/src/intake/view.rs",
            "pub struct Planted {\n    pub text: String,\n}",
        ),
        (
            "a text that is opened at a page",
            bodies::by_the_gate,
            "crates/server/src/work/tasks.rs",
            "async fn planted(room: &Room) { room.house.text(&text, owner).await; }",
        ),
        (
            "a reference without a target",
            references::lead_somewhere,
            "crates/engine/src/publication/doubt.rs",
            &nowhere,
        ),
    ];
    for (fault, rule, file, planted) in faults {
        assert_eq!(rule(&copy.0).unwrap(), Vec::<String>::new(), "{fault}");
        let found = copy.with(file, planted, rule);
        assert_eq!(found.len(), 1, "{fault}: {found:?}");
        assert!(found[0].contains(file), "{fault}: {found:?}");
    }
}
