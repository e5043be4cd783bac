//! Inserting many rows at once.
//!
//! SQLite takes `VALUES` lists of a few fixed lengths, so that a handful of prepared statements serves any number of
//! rows. PostgreSQL takes one array per column, so that one statement serves them all.

use std::sync::{Arc, OnceLock};

use sqlx::Arguments as _;
use sqlx::postgres::PgArguments;
use tradewind_kernel::Error;

use super::arg::{Arg, ArgKind};
use super::error::Result;
use super::stmt::Stmt;

/// What happens to a row whose key exists already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// It is left out.
    Nothing,
    /// The insert fails with [`Error::Conflict`].
    Error,
    /// This clause decides, for example `(realm_id, id) DO UPDATE SET total = excluded.total`.
    Do(&'static str),
}

/// Powers of two up to 256: lengths of the `VALUES` lists on SQLite.
const LENGTHS: usize = 9;
/// SQLite's limit of parameters in one statement.
const SQLITE_PARAMETERS_MAX: usize = 32_766;
/// Rows that travel to PostgreSQL in one message.
const POSTGRES_ROWS_MAX: usize = 4_096;

/// A table with the columns that a bulk insert fills. Declared by [`bulk!`](crate::bulk).
#[derive(Debug)]
pub struct Bulk {
    name: &'static str,
    table: &'static str,
    columns: &'static [(&'static str, ArgKind)],
    conflict: Conflict,
    returning: Option<&'static str>,
    texts: [OnceLock<&'static str>; 2 * LENGTHS],
    postgres: [OnceLock<&'static str>; 2],
    check: OnceLock<Stmt>,
}

impl Bulk {
    /// Used by `bulk!`.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        name: &'static str,
        table: &'static str,
        columns: &'static [(&'static str, ArgKind)],
        conflict: Conflict,
        returning: Option<&'static str>,
    ) -> Self {
        Self {
            name,
            table,
            columns,
            conflict,
            returning,
            texts: [const { OnceLock::new() }; 2 * LENGTHS],
            postgres: [const { OnceLock::new() }; 2],
            check: OnceLock::new(),
        }
    }

    /// Module path and name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The same insert as a statement of one row, for the check on both engines.
    pub fn statement(&'static self) -> &'static Stmt {
        self.check.get_or_init(|| {
            let returning = self.returning.is_some();
            Stmt::new(
                self.name,
                self.sqlite_text(1, returning),
                Some(self.postgres_text(returning)),
            )
        })
    }

    /// `rows` must be one of the lengths, a power of two.
    pub(super) fn sqlite_text(&self, rows: usize, returning: bool) -> &'static str {
        let slot = rows.trailing_zeros() as usize + if returning { LENGTHS } else { 0 };
        self.texts[slot].get_or_init(|| {
            let tuple = format!("({})", vec!["?"; self.columns.len()].join(", "));
            let values = vec![tuple; rows].join(", ");
            self.text(&format!("VALUES {values}"), returning)
        })
    }

    pub(super) fn postgres_text(&self, returning: bool) -> &'static str {
        self.postgres[usize::from(returning)].get_or_init(|| {
            let arrays: Vec<String> = self
                .columns
                .iter()
                .enumerate()
                .map(|(i, (_, kind))| {
                    let ty = match kind {
                        ArgKind::Int => "BIGINT",
                        ArgKind::Text => "TEXT",
                        ArgKind::Bytes => "BYTEA",
                    };
                    format!("CAST(${} AS {ty}[])", i + 1)
                })
                .collect();
            self.text(
                &format!("SELECT * FROM UNNEST({})", arrays.join(", ")),
                returning,
            )
        })
    }

    /// Texts are built once per length and live as long as the program, as those of other statements do.
    fn text(&self, source: &str, returning: bool) -> &'static str {
        let columns: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let mut text = format!(
            "INSERT INTO {} ({}) {source}",
            self.table,
            columns.join(", ")
        );
        match self.conflict {
            Conflict::Nothing => text.push_str(" ON CONFLICT DO NOTHING"),
            Conflict::Error => {}
            Conflict::Do(clause) => {
                text.push_str(" ON CONFLICT ");
                text.push_str(clause);
            }
        }
        if let (true, Some(columns)) = (returning, self.returning) {
            text.push_str(" RETURNING ");
            text.push_str(columns);
        }
        text.leak()
    }
}

pub(super) struct Chunk {
    pub(super) rows: usize,
    pub(super) args: Vec<Arg>,
}

/// Cuts rows into pieces of the fixed lengths, the longest first.
pub(super) fn chunks(bulk: &Bulk, rows: Vec<Vec<Arg>>) -> Vec<Chunk> {
    let width = bulk.columns.len();
    let mut longest = 1 << (LENGTHS - 1);
    while longest * width > SQLITE_PARAMETERS_MAX {
        longest /= 2;
    }
    let mut left = rows.len();
    let mut rows = rows.into_iter();
    let mut pieces = Vec::new();
    while left > 0 {
        let mut length = longest;
        while length > left {
            length /= 2;
        }
        let mut args = Vec::with_capacity(length * width);
        rows.by_ref().take(length).for_each(|row| {
            debug_assert_eq!(
                row.len(),
                width,
                "{}: a row has one value per column",
                bulk.name
            );
            args.extend(row);
        });
        pieces.push(Chunk { rows: length, args });
        left -= length;
    }
    pieces
}

enum Column {
    Int(Vec<Option<i64>>),
    Text(Vec<Option<Arc<str>>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

/// Turns rows into one array per column.
pub(super) fn postgres_arrays(bulk: &Bulk, rows: Vec<Vec<Arg>>) -> Result<Vec<PgArguments>> {
    let mut messages = Vec::new();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut columns: Vec<Column> = bulk
            .columns
            .iter()
            .map(|(_, kind)| match kind {
                ArgKind::Int => Column::Int(Vec::new()),
                ArgKind::Text => Column::Text(Vec::new()),
                ArgKind::Bytes => Column::Bytes(Vec::new()),
            })
            .collect();
        for row in rows.by_ref().take(POSTGRES_ROWS_MAX) {
            debug_assert_eq!(
                row.len(),
                columns.len(),
                "{}: a row has one value per column",
                bulk.name
            );
            for (column, arg) in columns.iter_mut().zip(row) {
                match (column, arg) {
                    (Column::Int(values), Arg::Int(v)) => values.push(Some(v)),
                    (Column::Text(values), Arg::Text(v)) => values.push(Some(v)),
                    (Column::Bytes(values), Arg::Bytes(v)) => values.push(Some(v)),
                    (Column::Int(values), Arg::Null(_)) => values.push(None),
                    (Column::Text(values), Arg::Null(_)) => values.push(None),
                    (Column::Bytes(values), Arg::Null(_)) => values.push(None),
                    _ => {
                        return Err(Error::internal(format!(
                            "{}: a value is not of its column's kind",
                            bulk.name
                        )));
                    }
                }
            }
        }
        let mut message = PgArguments::default();
        for column in columns {
            match column {
                Column::Int(values) => message.add(values),
                Column::Text(values) => {
                    let texts: Vec<Option<&str>> = values.iter().map(Option::as_deref).collect();
                    message.add(texts)
                }
                Column::Bytes(values) => message.add(values),
            }
            .map_err(Error::internal)?;
        }
        messages.push(message);
    }
    Ok(messages)
}

/// Declares bulk inserts and `bulk_statements()`, which lists them for the check on both engines.
///
/// ```
/// tradewind_platform::bulk! {
///     /// Readings, each taken in once.
///     READINGS = "reading" { realm_id: Text, id: Text, value: Int } on conflict Nothing, returning "id";
///     /// Labels.
///     LABELS = "label" { realm_id: Text, name: Text } on conflict Do("(realm_id, name) DO UPDATE SET name = excluded.name");
/// }
/// assert_eq!(bulk_statements().len(), 2);
/// ```
#[macro_export]
macro_rules! bulk {
    ($(
        $(#[$meta:meta])*
        $name:ident = $table:literal { $( $column:ident : $kind:ident ),+ $(,)? }
        on conflict $conflict:ident $( ($clause:literal) )? $(, returning $returning:literal)? ;
    )+) => {
        $(
            $(#[$meta])*
            pub(crate) static $name: $crate::db::Bulk = $crate::db::Bulk::new(
                concat!(module_path!(), "::", stringify!($name)),
                $table,
                &[$( (stringify!($column), $crate::db::ArgKind::$kind) ),+],
                $crate::db::Conflict::$conflict $( ($clause) )?,
                $crate::stmts!(@pg $($returning)?),
            );
        )+

        /// The bulk inserts of this store.
        #[must_use]
        pub(crate) fn bulk_statements() -> Vec<&'static $crate::db::Stmt> {
            vec![$( $name.statement() ),+]
        }
    };
}
