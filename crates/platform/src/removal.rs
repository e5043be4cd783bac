//! Taking tables away again: those that migrations make, and nothing else.

use std::collections::HashSet;

use crate::args;
use crate::db::{Db, Result, Tx};
use crate::migrate::{BOOKKEEPING, Migration};
use crate::schema;

crate::stmts! {
    /// All tables of the schema in which new ones are made.
    TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table'",
        pg = "SELECT CAST(tablename AS TEXT) AS name FROM pg_catalog.pg_tables WHERE schemaname = current_schema()";
}

/// Which of the tables that the platform and these rooms make are there, in the order in which they are made.
///
/// # Errors
/// Database errors.
pub async fn tables(db: &Db, rooms: &[&'static [Migration]]) -> Result<Vec<&'static str>> {
    let mut tx = db.read().await?;
    let found = present(&mut tx, rooms).await;
    tx.rollback().await?;
    found
}

/// Removes the tables that the platform and these rooms make, all or none. Whatever else the database holds stays.
/// Returns how many there were.
///
/// # Errors
/// Database errors; on PostgreSQL also when something that is not the platform's depends on one of the tables.
pub async fn remove(db: &Db, rooms: &[&'static [Migration]]) -> Result<usize> {
    let mut tx = db.begin().await?;
    let found = present(&mut tx, rooms).await?;
    // The last ones first: they may refer to the ones before.
    for table in found.iter().rev() {
        tx.ddl("removal", format!("DROP TABLE {table}")).await?;
    }
    tx.commit().await?;
    Ok(found.len())
}

async fn present(tx: &mut Tx, rooms: &[&'static [Migration]]) -> Result<Vec<&'static str>> {
    let rows: Vec<(String,)> = tx.all(&TABLES, args![]).await?;
    let there: HashSet<String> = rows.into_iter().map(|(name,)| name).collect();
    Ok(made_by(rooms)
        .into_iter()
        .filter(|name| there.contains(*name))
        .collect())
}

fn made_by(rooms: &[&'static [Migration]]) -> Vec<&'static str> {
    let own = schema::MIGRATIONS.iter();
    let steps = own
        .chain(rooms.iter().copied().flatten())
        .flat_map(|migration| migration.steps.iter().copied());
    BOOKKEEPING
        .into_iter()
        .chain(steps)
        .filter_map(table_made)
        .collect()
}

/// The name in `CREATE TABLE IF NOT EXISTS name (…`.
fn table_made(step: &'static str) -> Option<&'static str> {
    let text = step
        .trim_start_matches("{sqlite}")
        .trim_start_matches("{postgres}")
        .trim_start();
    let rest = text.strip_prefix("CREATE TABLE")?.trim_start();
    let rest = rest.strip_prefix("IF NOT EXISTS").unwrap_or(rest);
    rest.split(|c: char| c.is_whitespace() || c == '(')
        .find(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_says_which_table_it_makes() {
        for (step, name) in [
            ("CREATE TABLE IF NOT EXISTS note (id {text})", Some("note")),
            ("{postgres} CREATE TABLE note(id {text})", Some("note")),
            ("CREATE INDEX IF NOT EXISTS note_by_id ON note (id)", None),
            ("ALTER TABLE note ADD COLUMN b {int}", None),
        ] {
            assert_eq!(table_made(step), name, "{step}");
        }
        let names = made_by(&[]);
        assert!(names.contains(&"realm") && names.contains(&"schema_step"));
    }
}
