//! The list of tables, the migrations and the database say the same.

use ::store::schema::{self, Erasure, Kind, Mark, Table, Type};

use crate::world::Engine;

fn migration(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => concat!(
            include_str!("../../../migrations/sqlite/0001_foundation.sql"),
            include_str!("../../../migrations/sqlite/0002_people.sql"),
            include_str!("../../../migrations/sqlite/0003_unread.sql"),
            include_str!("../../../migrations/sqlite/0004_copies.sql"),
            include_str!("../../../migrations/sqlite/0005_mailboxes.sql"),
            include_str!("../../../migrations/sqlite/0006_channels.sql"),
            include_str!("../../../migrations/sqlite/0007_offered_keys.sql"),
            include_str!("../../../migrations/sqlite/0008_unread_plan.sql"),
            include_str!("../../../migrations/sqlite/0009_coverage.sql"),
            include_str!("../../../migrations/sqlite/0010_references.sql")
        ),
        Engine::Postgres => concat!(
            include_str!("../../../migrations/postgres/0001_foundation.sql"),
            include_str!("../../../migrations/postgres/0002_people.sql"),
            include_str!("../../../migrations/postgres/0003_unread.sql"),
            include_str!("../../../migrations/postgres/0004_copies.sql"),
            include_str!("../../../migrations/postgres/0005_mailboxes.sql"),
            include_str!("../../../migrations/postgres/0006_channels.sql"),
            include_str!("../../../migrations/postgres/0007_offered_keys.sql"),
            include_str!("../../../migrations/postgres/0008_unread_plan.sql"),
            include_str!("../../../migrations/postgres/0009_coverage.sql"),
            include_str!("../../../migrations/postgres/0010_references.sql")
        ),
    }
}

/// The tables in the order in which a database lists them.
fn by_name() -> Vec<&'static Table> {
    let mut tables = schema::ALL.to_vec();
    tables.sort_by_key(|table| table.name);
    tables
}

fn type_name(engine: Engine, ty: Type) -> &'static str {
    match (engine, ty) {
        (Engine::Sqlite, Type::Int) => "INTEGER",
        (Engine::Sqlite, Type::Text) => "TEXT",
        (Engine::Sqlite, Type::Bytes) => "BLOB",
        (Engine::Postgres, Type::Int) => "bigint",
        (Engine::Postgres, Type::Text) => "text",
        (Engine::Postgres, Type::Bytes) => "bytea",
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Truth => "truth",
        Kind::Projection => "projection",
        Kind::Working => "working",
    }
}

fn erasure_name(erasure: Erasure) -> &'static str {
    match erasure {
        Erasure::Stays => "stays",
        Erasure::Shut => "shut",
        Erasure::Removed => "removed",
    }
}

/// Returns `meta working stays` for each row of ARCHITECTURE.md's table of tables, sorted.
fn described() -> Vec<String> {
    let mut rows: Vec<String> = include_str!("../../../../../ARCHITECTURE.md")
        .lines()
        .skip_while(|line| *line != "| table | kind | erasure | holds |")
        .skip(2)
        .map_while(|line| line.strip_prefix("| `")?.split_once("` | "))
        .map(|(name, rest)| {
            let mut cells = rest.split(" | ");
            let [kind, erasure] = [(); 2].map(|()| cells.next().unwrap_or_default());
            format!("{name} {kind} {erasure}")
        })
        .collect();
    rows.sort();
    rows
}

/// Returns a line for each table (`meta working`) and each column (`meta.name open`) that migrations leave, sorted.
fn marks(sql: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut table = None;
    for line in sql.lines() {
        let comment = line.split_once("-- ").map_or("", |(_, comment)| comment);
        if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
            let name = rest.split_whitespace().next().unwrap_or_default();
            let kind = comment.split([':', ';', ' ']).next().unwrap_or_default();
            out.push(format!("{name} {kind}"));
            table = Some(name);
        } else if let Some(rest) = line.strip_prefix("ALTER TABLE ") {
            alter(&mut out, rest, marked(comment));
        } else if let Some(name) = line.strip_prefix("DROP TABLE ") {
            let gone = name.trim_end_matches(';');
            out.retain(|line: &String| line.split([' ', '.']).next() != Some(gone));
        } else if line.starts_with(')') {
            table = None;
        } else if let Some(table) = table {
            let column = line.split_whitespace().next().unwrap_or_default();
            if matches!(column, "PRIMARY" | "UNIQUE" | "FOREIGN") {
                continue;
            }
            out.push(format!("{table}.{column} {}", marked(comment)));
        }
    }
    out.sort();
    out
}

/// Returns the mark in a column's comment.
fn marked(comment: &str) -> &str {
    comment
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .map_or("without a mark", |(mark, _)| mark)
}

/// Takes in what `ALTER TABLE` does to the lines of [`marks`].
fn alter(out: &mut Vec<String>, statement: &str, mark: &str) {
    let words: Vec<&str> = statement
        .split_whitespace()
        .map(|word| word.trim_end_matches(';'))
        .collect();
    match words.as_slice() {
        [table, "DROP", "COLUMN", column] => {
            let gone = format!("{table}.{column}");
            let before = out.len();
            out.retain(|line| line.split(' ').next() != Some(gone.as_str()));
            assert_eq!(out.len() + 1, before, "{gone} was there to be dropped");
        }
        [table, "ADD", "COLUMN", column, ..] => out.push(format!("{table}.{column} {mark}")),
        [table, "RENAME", "TO", name] => {
            for line in out.iter_mut() {
                let rest = line.strip_prefix(*table).map(str::to_owned);
                if let Some(rest) = rest.filter(|rest| rest.starts_with([' ', '.'])) {
                    *line = format!("{name}{rest}");
                }
            }
        }
        // A type, a default or a rule of a column; its mark stays.
        [_, "ALTER", "COLUMN", ..] | [_, "ADD", "CONSTRAINT", ..] => {}
        other => panic!("a statement that this test cannot read: {other:?}"),
    }
}

on_both! {
    async fn the_database_has_exactly_the_listed_columns(world) {
        let _store = world.create().await;
        let found = world.texts(match world.engine {
            Engine::Sqlite => "SELECT m.name || '.' || c.name || ' ' || c.type FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid",
            Engine::Postgres => "SELECT table_name::text || '.' || column_name::text || ' ' || data_type::text FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name::text COLLATE \"C\", ordinal_position",
        }).await;
        let listed: Vec<String> = by_name()
            .into_iter()
            .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
            .map(|(table, column)| format!("{}.{} {}", table.name, column.name, type_name(world.engine, column.ty)))
            .collect();
        assert_eq!(found, listed);
    }

    async fn the_database_has_exactly_the_listed_keys(world) {
        let _store = world.create().await;
        let found = world.texts(match world.engine {
            Engine::Sqlite => "SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.pk > 0 ORDER BY m.name, c.pk",
            Engine::Postgres => "SELECT k.table_name::text || '.' || k.column_name::text FROM information_schema.key_column_usage k JOIN information_schema.table_constraints t ON t.constraint_schema = k.constraint_schema AND t.constraint_name = k.constraint_name AND t.table_name = k.table_name WHERE t.constraint_type = 'PRIMARY KEY' AND k.table_schema = 'public' ORDER BY k.table_name::text COLLATE \"C\", k.ordinal_position",
        }).await;
        let listed: Vec<String> = by_name()
            .into_iter()
            .flat_map(|table| table.key.iter().map(move |key| format!("{}.{key}", table.name)))
            .collect();
        assert_eq!(found, listed);
    }

    /// The comment is what a reader of the migration trusts; the list is what the program trusts.
    async fn every_mark_in_the_migration_is_the_listed_one(world) {
        let mut listed: Vec<String> = schema::ALL
            .into_iter()
            .flat_map(|table| {
                let kind = kind_name(table.kind);
                let columns = table.columns.iter().map(|column| {
                    let mark = match column.mark {
                        Mark::Open => "open",
                        Mark::Sealed => "sealed",
                        Mark::Blind => "blind",
                    };
                    format!("{}.{} {mark}", table.name, column.name)
                });
                std::iter::once(format!("{} {kind}", table.name)).chain(columns)
            })
            .collect();
        listed.sort();
        assert_eq!(marks(migration(world.engine)), listed);
    }

    async fn architecture_names_every_table_with_its_kind(_world) {
        let mut listed: Vec<String> = schema::ALL
            .into_iter()
            .map(|table| {
                let (kind, erasure) = (kind_name(table.kind), erasure_name(table.erasure));
                format!("{} {kind} {erasure}", table.name)
            })
            .collect();
        listed.sort();
        assert_eq!(described(), listed);
    }
}
