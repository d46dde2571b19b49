//! Cargo.lock, read: which packages, which sums.
//!
//! Only cargo writes the file, always a field a line, so it is read by lines; it
//! does not judge what it reads.

/// One package of a lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its archive; none for a package of ours.
    pub checksum: Option<String>,
}

/// Returns the packages in the file's order.
pub fn read(text: &str) -> Vec<Locked> {
    text.split("[[package]]")
        .skip(1)
        .filter_map(|block| {
            Some(Locked {
                name: field(block, "name")?,
                version: field(block, "version")?,
                checksum: field(block, "checksum"),
            })
        })
        .collect()
}

fn field(block: &str, name: &str) -> Option<String> {
    block.lines().find_map(|line| {
        let value = line.strip_prefix(name)?.strip_prefix(" = \"")?;
        value.strip_suffix('"').map(str::to_owned)
    })
}

#[cfg(test)]
mod checks {
    use super::read;

    #[test]
    fn foreign_packages_have_a_sum_and_ours_have_none() {
        let text = "version = 4\n\n[[package]]\nname = \"axum\"\nversion = \"0.8.1\"\nsource = \"registry\"\n\
                    checksum = \"ab12\"\ndependencies = [\n \"bytes\",\n]\n\n[[package]]\nname = \"domain\"\n\
                    version = \"0.1.0\"\n";
        let found = read(text);
        let names: Vec<&str> = found.iter().map(|locked| locked.name.as_str()).collect();
        assert_eq!(names, ["axum", "domain"]);
        assert_eq!(
            found.first().and_then(|axum| axum.checksum.as_deref()),
            Some("ab12")
        );
        assert_eq!(
            found.last().and_then(|domain| domain.checksum.as_deref()),
            None
        );
        assert!(read("").is_empty());
    }
}
