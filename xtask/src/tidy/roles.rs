//! Who may do what stands in one table, `domain::permit`, and nowhere else.
//!
//! A list of roles outside it is a second table that will differ one day, so it is a
//! finding; and so is a command that is performed under a name without a row, since it would be refused to everybody.
//! Lists are read from the text: roles joined by `|`, by a comma, compared one after the other, or in arms of one
//! `match`; codes of roles as strings beside each other; roles that come in without their type's name. Tests may list
//! roles. A list that is put together in another way is not seen.

use super::Findings;
use super::files::{name, ours};
use crate::house::{House, has_extension, read_text};
use std::collections::BTreeSet;

/// Where the table stands.
const TABLE: &str = "crates/domain/src/permit.rs";
/// Where the roles stand.
const ROLES: &str = "crates/domain/src/role.rs";
/// The same words for something else.
const OTHERS: [&str; 2] = [
    // Parts of a participant in a case.
    "crates/pages/src/coordination/desk.rs",
    // Fields of a form.
    "crates/pages/src/intake/public.rs",
];
/// Crates that ask the table.
const ASKING: [&str; 12] = [
    "domain", "engine", "server", "pages", "noroshi", "portal", "scenario", "archive", "bench",
    "formats", "store", "demo",
];
/// Where lists of roles are something else: the roles themselves, the table, and who reads what, which is its own matrix.
const NOT_ASKING: [&str; 3] = [ROLES, TABLE, "crates/domain/src/text/"];
/// Where a page's act is made, which knows how long ago the password was given; and a table of tests.
const ACTS: [&str; 2] = [
    "crates/server/src/door/visit.rs",
    "crates/server/src/work/side_by_side.rs",
];
/// Crates that perform commands.
const PERFORMING: [&str; 5] = ["engine", "demo", "archive", "bench", "noroshi"];

/// Returns each list of roles outside the table, and each performed name without a row.
pub fn in_one_table(house: &House) -> Findings {
    let rows = rows(&read_text(&house.root.join(TABLE))?);
    let codes = codes(&read_text(&house.root.join(ROLES))?);
    let mut found = Vec::new();
    for path in ours(house)? {
        if !has_extension(&path, "rs") {
            continue;
        }
        let name = name(house, &path);
        let is_of = |crates: &[&str]| {
            crates
                .iter()
                .any(|krate| name.starts_with(&format!("crates/{krate}/src/")))
        };
        if is_test(&name) || !(is_of(&ASKING) || is_of(&PERFORMING)) {
            continue;
        }
        let text = read_text(&path)?;
        let code = code_of(&text);
        if name.starts_with("crates/server/src/") && !ACTS.contains(&name.as_str()) {
            found.extend(acts(&name, &code));
        }
        let is_asking = is_of(&ASKING) && !NOT_ASKING.iter().any(|own| name.starts_with(own));
        if is_asking {
            found.extend(lists(&name, &code));
            found.extend(nameless(&name, &code));
            let words = spelled(&name, &code, &codes);
            match OTHERS.contains(&name.as_str()) {
                true if words.is_empty() => {
                    found.push(format!("{name} needs no exception for words any more"));
                }
                true => {}
                false => found.extend(words),
            }
        }
        if is_of(&PERFORMING) {
            found.extend(unknown(&name, &code, &rows));
        }
    }
    Ok(found)
}

/// Whether a file holds tests only.
pub fn is_test(name: &str) -> bool {
    name.contains("/tests/") || name.ends_with("/tests.rs")
}

/// The text without comments and without the tests at its end; lines stay where they are.
pub fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    for line in text.lines() {
        code.push_str(line.split("//").next().unwrap_or_default());
        code.push('\n');
    }
    let tests = code.match_indices("#[cfg(test)]").find(|(at, mark)| {
        let rest = code.get(at + mark.len()..).unwrap_or_default();
        let module = rest.trim_start().strip_prefix("mod ").unwrap_or_default();
        module
            .trim_start_matches(|c: char| c.is_alphanumeric() || c == '_')
            .trim_start()
            .starts_with('{')
    });
    if let Some(at) = tests.map(|(at, _)| at) {
        code.truncate(at);
    }
    code
}

/// Acts that a page makes for itself: nobody would be asked for the password.
fn acts(name: &str, code: &str) -> Vec<String> {
    code.lines()
        .enumerate()
        .filter(|(_, line)| line.contains("Act::of") || line.contains(".act_of("))
        .map(|(at, _)| format!("{name}:{} makes an act: take the visit's", at + 1))
        .collect()
}

/// Codes of the roles, from the names of their variants.
fn codes(source: &str) -> Vec<String> {
    let body = code_of(source);
    let listed = body.split("pub enum Role {").nth(1).unwrap_or_default();
    let variants = listed.split('}').next().unwrap_or_default().split(',');
    variants
        .map(|variant| {
            let mut code = String::new();
            for letter in variant.trim().chars() {
                if letter.is_ascii_uppercase() && !code.is_empty() {
                    code.push('_');
                }
                code.push(letter.to_ascii_lowercase());
            }
            code
        })
        .filter(|code| !code.is_empty())
        .collect()
}

fn finding(name: &str, code: &str, at: usize) -> String {
    let line = code.get(..at).unwrap_or_default().matches('\n').count() + 1;
    format!("{name}:{line} lists roles: ask `domain::permit` instead, or add a row to {TABLE}")
}

/// Roles that are brought in without their type's name, or under another.
fn nameless(name: &str, code: &str) -> Vec<String> {
    ["Role::*", "Role::{", "Role as "]
        .iter()
        .flat_map(|way| code.match_indices(way))
        .filter(|(at, _)| stands_alone(code, *at))
        .map(|(at, _)| finding(name, code, at))
        .collect()
}

/// Codes of two roles as strings in one list.
fn spelled(name: &str, code: &str, codes: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut before: Option<usize> = None;
    let mut is_listed = false;
    let mut from = 0;
    for word in code.split('"').skip(1).step_by(2) {
        let Some(at) = code
            .get(from..)
            .and_then(|rest| rest.find(&format!("\"{word}\"")))
        else {
            break;
        };
        let (begins, ends) = (from + at, from + at + word.len() + 2);
        from = ends;
        if !codes.iter().any(|code| code == word) {
            (before, is_listed) = (None, false);
            continue;
        }
        let joins = before.is_some_and(|end| {
            matches!(code.get(end..begins).unwrap_or_default().trim(), "," | "|")
        });
        if joins && !is_listed {
            found.push(finding(name, code, begins));
        }
        (before, is_listed) = (Some(ends), joins);
    }
    found
}

/// Places at which two roles stand in one list; a longer list is one finding.
fn lists(name: &str, code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut before: Option<usize> = None;
    let mut is_listed = false;
    for (at, mark) in code.match_indices("Role::") {
        let from = at + mark.len();
        let variant: String = code
            .get(from..)
            .unwrap_or_default()
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let is_variant = variant.chars().any(|c| c.is_ascii_lowercase());
        if !is_variant || !stands_alone(code, at) {
            before = None;
            is_listed = false;
            continue;
        }
        let joins = before.is_some_and(|end| is_joint(code.get(end..at).unwrap_or_default()));
        if joins && !is_listed {
            found.push(finding(name, code, at));
        }
        is_listed = joins;
        before = Some(from + variant.len());
    }
    found
}

/// Whether `Role` is a word of its own, and not the end of another.
fn stands_alone(code: &str, at: usize) -> bool {
    let before = code.get(..at).unwrap_or_default().chars().next_back();
    !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
}

/// Whether what stands between two roles makes a list of them.
fn is_joint(between: &str) -> bool {
    // The path before the second role is no part of the joint.
    let joint = between
        .trim_end_matches(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
        .trim();
    let compares = (joint.starts_with("||") || joint.starts_with("&&"))
        && (joint.ends_with("==") || joint.ends_with("!="))
        && !joint.contains([';', '{', '}']);
    // Two arms of one `match`.
    let is_arm = joint.starts_with("=>")
        && joint.ends_with([',', '}'])
        && !["match ", "fn "].iter().any(|word| joint.contains(word));
    joint == "|" || joint == "," || compares || is_arm
}

/// Commands that have a row.
fn rows(table: &str) -> BTreeSet<String> {
    code_of(table)
        .split("row(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

/// Names under which something is performed and that have no row.
fn unknown(name: &str, code: &str, rows: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    for rest in code.split(".perform(").skip(1) {
        let mut parts = rest.splitn(3, '"');
        let (Some(act), Some(command)) = (parts.next(), parts.next()) else {
            continue;
        };
        // The name is the second argument; a quotation mark further on belongs to something else.
        let is_second = act.trim_end().ends_with(',') && act.matches(',').count() == 1;
        if is_second && !act.contains([';', '{', '}', '?']) && !rows.contains(command) {
            found.push(format!(
                "{name} performs `{command}`, which has no row in {TABLE} and is refused to everybody"
            ));
        }
    }
    found
}

#[cfg(test)]
mod checks {
    use super::*;

    fn check(text: &str, lines: &[usize]) {
        let wanted: Vec<String> = lines
            .iter()
            .map(|line| {
                format!(
                    "a.rs:{line} lists roles: ask `domain::permit` instead, or add a row to {TABLE}"
                )
            })
            .collect();
        assert_eq!(lists("a.rs", &code_of(text)), wanted, "{text}");
    }

    #[test]
    fn a_planted_act_of_a_page_is_found() {
        for planted in [
            "let act = Act::of_person(signed.id, signed.role, now);",
            "room.house.act_of(by, reason)",
        ] {
            assert_eq!(acts("a.rs", planted).len(), 1, "{planted}");
        }
        for fine in ["visit.act()", "contact_of(room, visit, party)"] {
            assert!(acts("a.rs", fine).is_empty(), "{fine}");
        }
    }

    #[test]
    fn planted_lists_of_roles_are_found() {
        check("matches!(role, Role::Judge | Role::Analysis)", &[1]);
        check(
            "match role {\n    Role::Judge\n    | Role::Analysis\n    | Role::Gov => 1,\n    _ => 2,\n}",
            &[3],
        );
        check(
            "const A: [Role; 2] = [Role::Judge, domain::permit::Role::Gov];",
            &[1],
        );
        check(
            "if act.role != Role::Judge && act.role != Role::Gov {}",
            &[1],
        );
        check(
            "&[Role::Judge, Role::Gov];\n[\n    Role::Press,\n    Role::Relay,\n]",
            &[1, 4],
        );
    }

    #[test]
    fn planted_lists_of_roles_are_found_in_arms_under_other_names_and_as_words() {
        check(
            "match role {\n    Role::Judge => true,\n    Role::Gov => { true }\n    Role::Press => 1,\n    _ => false }",
            &[3],
        );
        let found = |text: &str| {
            let codes = codes("pub enum Role {\n    /// A.\n    Judge,\n    ForeignGov,\n}\n");
            let code = code_of(text);
            nameless("a.rs", &code).len() + spelled("a.rs", &code, &codes).len()
        };
        for planted in [
            "use domain::role::Role::*;",
            "use domain::permit::Role::{Judge, Gov};",
            "use domain::permit::Role as Who;",
            "[\"judge\", \"foreign_gov\"].contains(&role.code())",
            "matches!(code, \"foreign_gov\" | \"judge\")",
        ] {
            assert_eq!(found(planted), 1, "{planted}");
        }
        for plain in [
            "use domain::permit::Role;",
            "(\"judge\", \"another\", \"judge\")",
        ] {
            assert_eq!(found(plain), 0, "{plain}");
        }
    }

    #[test]
    fn single_roles_comments_and_tests_are_let_be() {
        check("if person.role == Role::Operator { f(Role::Judge) }", &[]);
        check(
            "named(\"a\", Role::Operator),\nnamed(\"b\", Role::Judge),",
            &[],
        );
        check(
            "Part::A => Some(Role::Vendor),\nPart::B => Some(Role::Judge),",
            &[],
        );
        check("// Role::Judge | Role::Gov\nRole::ALL, Role::ALL", &[]);
        check(
            "#[cfg(test)]\nmod tests {\n    [Role::Judge, Role::Gov]\n}",
            &[],
        );
        check("#[cfg(test)]\nmod tests;\nx(Role::Judge, Role::Gov)", &[3]);
        check("[OtherRole::Judge, OtherRole::Gov]", &[]);
    }

    #[test]
    fn a_planted_name_without_a_row_is_found() {
        let rows = rows("row(\"release\", NO_PERSON, &[]),\nwith_step(row(\"anchor\", A, B), C),");
        assert_eq!(rows.len(), 2);
        let code = "house\n.perform(&act, \"release\", Wall::Live, f);\n\
            self.perform(\n    &act_of(guest),\n    \"anchor\",\n    f);\n\
            house.perform(act, command.name(), realm, f); let a = \"x\";\n\
            said(self.perform().await?.last(), \"number\");\n\
            house.perform(&act, \"release-now\", Wall::Live, f);";
        let found = unknown("a.rs", code, &rows);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`release-now`"), "{found:?}");
    }
}
