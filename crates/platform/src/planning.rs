//! What the planner of the embedded engine is told about the sizes of tables.
//!
//! SQLite plans by statistics. Without any it takes the first column of every key for one that names a few rows; here
//! that is the realm, which a whole table may share, and a join would read all of it for every row. Statistics
//! gathered while a database is small are as wrong once it has grown. So every table is planned for as one of a large
//! realm, whatever is in it now: plans are the same on every installation, and do not change under a running one.
//! PostgreSQL gathers its statistics by itself.

use std::collections::BTreeMap;

use crate::args;
use crate::db::{Db, Engine, Result, Stmt, Tx};

/// Rows of a table, and of an index over all of it, as a power of ten.
const ROWS: u32 = 6;
/// Rows of an index over some rows of its table only, as a power of ten.
const ROWS_PARTIAL: u32 = 4;
/// Rows of a realm that share a column of a key, as a power of ten; every further column narrows them down to a tenth.
const ROWS_OF_FIRST: u32 = 3;
/// Endings of columns that hold a few words, and narrow down to a tenth only.
const OF_FEW_WORDS: [&str; 3] = ["state", "status", "kind"];
/// Rows that share the whole key of an index that is not unique, as a power of ten.
const ROWS_ALIKE: u32 = 1;
/// Size of a row that primary keys are planned for. They hold the whole row, but what reads a realm from end to end is
/// to read it in their order; a narrower index is worth it only when it has all that is asked for.
const ROW_BYTES: u32 = 40;

// SQLite only, hence not among the statements that are prepared on both engines.
static INDEXES: Stmt = Stmt::new(
    "planning::INDEXES",
    "SELECT t.name AS \"table\", l.name AS \"index\", l.\"unique\", CASE WHEN l.origin = 'pk' THEN 1 ELSE 0 END AS is_key,
     l.partial, COALESCE(c.name, '') AS \"column\"
     FROM sqlite_schema t, pragma_index_list(t.name) l, pragma_index_info(l.name) c
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY t.name, l.name, c.seqno",
    None,
);
static HAS_STATISTICS: Stmt = Stmt::new(
    "planning::HAS_STATISTICS",
    "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'",
    None,
);
static STATISTICS: Stmt = Stmt::new(
    "planning::STATISTICS",
    "SELECT tbl, COALESCE(idx, ''), stat FROM sqlite_stat1",
    None,
);
static FORGET: Stmt = Stmt::new("planning::FORGET", "DELETE FROM sqlite_stat1", None);
static STATE: Stmt = Stmt::new(
    "planning::STATE",
    "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)",
    None,
);

/// Tells the planner, unless it knows already.
///
/// # Errors
/// Database errors.
pub(crate) async fn tell_planner(db: &Db) -> Result<()> {
    if db.engine() != Engine::Sqlite {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    let wanted = statistics(&mut tx).await?;
    if known(&mut tx).await? == wanted {
        return tx.rollback().await;
    }
    // Makes the table where there is none.
    tx.ddl("planning", "ANALYZE sqlite_schema".to_owned())
        .await?;
    tx.exec(&FORGET, args![]).await?;
    for ((table, index), statistic) in wanted {
        tx.exec(&STATE, args![table, index, statistic]).await?;
    }
    // Reads it again; connections that open from now on do so anyway.
    tx.ddl("planning", "ANALYZE sqlite_schema".to_owned())
        .await?;
    tx.commit().await
}

/// Statistics by table and index.
type Statistics = BTreeMap<(String, String), String>;

async fn known(tx: &mut Tx) -> Result<Statistics> {
    let (has,): (i64,) = tx.one(&HAS_STATISTICS, args![]).await?;
    if has == 0 {
        return Ok(Statistics::new());
    }
    let rows: Vec<(String, String, String)> = tx.all(&STATISTICS, args![]).await?;
    Ok(rows
        .into_iter()
        .map(|(table, index, statistic)| ((table, index), statistic))
        .collect())
}

async fn statistics(tx: &mut Tx) -> Result<Statistics> {
    let mut indexes: BTreeMap<(String, String), Index> = BTreeMap::new();
    let rows: Vec<(String, String, i64, i64, i64, String)> = tx.all(&INDEXES, args![]).await?;
    for (table, name, unique, is_key, partial, column) in rows {
        // A primary key goes by the name of its table.
        let name = if is_key == 1 { table.clone() } else { name };
        let index = indexes.entry((table, name)).or_default();
        index.is_unique = unique == 1;
        index.is_key = is_key == 1;
        index.is_partial = partial == 1;
        index.columns.push(column);
    }
    Ok(indexes
        .into_iter()
        .map(|(names, index)| (names, index.statistic()))
        .collect())
}

#[derive(Debug, Default)]
struct Index {
    is_unique: bool,
    is_key: bool,
    is_partial: bool,
    columns: Vec<String>,
}

impl Index {
    /// How many rows there are, and how many share the first column, the first two, and so on.
    fn statistic(&self) -> String {
        let rows = if self.is_partial { ROWS_PARTIAL } else { ROWS };
        let mut shared = vec![rows];
        let mut exponent = rows;
        for column in &self.columns {
            exponent = match column.as_str() {
                // The realm narrows nothing down.
                "realm_id" => exponent,
                few if OF_FEW_WORDS.iter().any(|end| few.ends_with(end)) => exponent - 1,
                _ if exponent > ROWS_OF_FIRST => ROWS_OF_FIRST,
                _ => exponent - 1,
            }
            .max(ROWS_ALIKE);
            shared.push(exponent);
        }
        if let (true, Some(last)) = (self.is_unique, shared.last_mut()) {
            *last = 0;
        }
        let powers: Vec<String> = shared.iter().map(|e| 10_u32.pow(*e).to_string()).collect();
        let mut text = powers.join(" ");
        if self.is_key {
            text.push_str(&format!(" sz={ROW_BYTES}"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statistic(columns: &[&str], is_unique: bool, is_partial: bool) -> String {
        let index = Index {
            is_unique,
            is_key: false,
            is_partial,
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        };
        index.statistic()
    }

    #[test]
    fn a_realm_names_all_rows_and_a_whole_unique_key_one() {
        assert_eq!(
            statistic(&["realm_id", "id"], true, false),
            "1000000 1000000 1"
        );
        assert_eq!(
            statistic(&["realm_id", "seller_id", "created_at", "id"], false, false),
            "1000000 1000000 1000 100 10"
        );
        assert_eq!(
            statistic(
                &["realm_id", "order_state", "placed_at", "id"],
                false,
                false
            ),
            "1000000 1000000 100000 1000 100"
        );
        assert_eq!(
            statistic(&["realm_id", "a", "b", "c", "d", "e"], true, false),
            "1000000 1000000 1000 100 10 10 1"
        );
        assert_eq!(statistic(&["host"], true, true), "10000 1");
        assert_eq!(statistic(&["realm_id"], false, false), "1000000 1000000");
        let key = Index {
            is_unique: true,
            is_key: true,
            is_partial: false,
            columns: vec!["realm_id".to_owned(), "id".to_owned()],
        };
        assert_eq!(key.statistic(), "1000000 1000000 1 sz=40");
    }
}
