//! Rows of either engine, read into plain values.

use std::fmt::Display;
use std::str::FromStr;

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Column as _, Row as _, TypeInfo as _, ValueRef as _};

use super::error::{Result, bad_cell, row_error};

/// A row of an answer.
#[derive(Debug)]
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    /// Value of the column with this name.
    ///
    /// # Errors
    /// Internal error when there is no such column, it is null though the type does not allow it, or holds something else.
    pub fn get<T: FromSql>(&self, name: &str) -> Result<T> {
        let column = self.index(name)?;
        T::from_cell(self, column)
    }

    /// Value of the column at this position, from 0.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn at<T: FromSql>(&self, column: usize) -> Result<T> {
        T::from_cell(self, column)
    }

    fn index(&self, name: &str) -> Result<usize> {
        let found = match self {
            Self::Sqlite(row) => row.try_column(name).map(|c| c.ordinal()),
            Self::Postgres(row) => row.try_column(name).map(|c| c.ordinal()),
        };
        found.map_err(row_error)
    }

    /// Name of a column, for messages.
    fn column_name(&self, column: usize) -> &str {
        match self {
            Self::Sqlite(row) => row.columns().get(column).map_or("?", |c| c.name()),
            Self::Postgres(row) => row.columns().get(column).map_or("?", |c| c.name()),
        }
    }

    /// An integer cell.
    ///
    /// # Errors
    /// Internal error when the cell holds something else.
    pub fn int(&self, column: usize) -> Result<Option<i64>> {
        match self {
            Self::Sqlite(row) => row.try_get(column).map_err(row_error),
            Self::Postgres(row) => {
                let raw = row.try_get_raw(column).map_err(row_error)?;
                if raw.is_null() {
                    return Ok(None);
                }
                match raw.type_info().name() {
                    "INT8" | "INT4" | "INT2" => row.try_get_unchecked(column).map_err(row_error),
                    other => Err(bad_cell(
                        self.column_name(column),
                        &format!("is {other}, not an integer; cast it"),
                    )),
                }
            }
        }
    }

    /// A text cell.
    ///
    /// # Errors
    /// Internal error when the cell holds something else.
    pub fn text(&self, column: usize) -> Result<Option<&str>> {
        match self {
            Self::Sqlite(row) => row.try_get(column).map_err(row_error),
            Self::Postgres(row) => row.try_get(column).map_err(row_error),
        }
    }

    /// A cell of bytes.
    ///
    /// # Errors
    /// Internal error when the cell holds something else.
    pub fn bytes(&self, column: usize) -> Result<Option<&[u8]>> {
        match self {
            Self::Sqlite(row) => row.try_get(column).map_err(row_error),
            Self::Postgres(row) => row.try_get(column).map_err(row_error),
        }
    }

    /// A cell of a page's order: an integer or text.
    pub(super) fn scalar(&self, name: &str) -> Result<serde_json::Value> {
        let column = self.index(name)?;
        let is_integer = match self {
            Self::Sqlite(row) => row
                .try_get_raw(column)
                .map(|raw| raw.type_info().name() == "INTEGER"),
            Self::Postgres(row) => row
                .try_get_raw(column)
                .map(|raw| raw.type_info().name().starts_with("INT")),
        };
        let value = if is_integer.map_err(row_error)? {
            self.int(column)?.map(serde_json::Value::from)
        } else {
            self.text(column)?.map(serde_json::Value::from)
        };
        value.ok_or_else(|| self.bad(column, &"is null; a list cannot be sorted by it"))
    }

    /// A text cell, parsed.
    ///
    /// # Errors
    /// Internal error when the cell is not text or does not parse.
    pub fn parsed<T: FromStr>(&self, column: usize) -> Result<Option<T>>
    where
        T::Err: Display,
    {
        match self.text(column)? {
            None => Ok(None),
            Some(text) => match text.parse() {
                Ok(value) => Ok(Some(value)),
                Err(e) => Err(self.bad(column, &e)),
            },
        }
    }

    /// The error for a cell whose content makes no sense.
    #[must_use]
    pub fn bad(&self, column: usize, problem: &dyn Display) -> tradewind_kernel::Error {
        bad_cell(self.column_name(column), &problem.to_string())
    }
}

/// Values that can be read from a cell.
pub trait FromSql: Sized {
    /// Reads a cell; `None` when it is null.
    ///
    /// # Errors
    /// Internal error when the cell holds something that is not such a value.
    fn from_sql(row: &Row, column: usize) -> Result<Option<Self>>;

    /// Reads a cell that must not be null, unless the type says so.
    ///
    /// # Errors
    /// As [`FromSql::from_sql`], and when the cell is null.
    fn from_cell(row: &Row, column: usize) -> Result<Self> {
        Self::from_sql(row, column)?.ok_or_else(|| row.bad(column, &"is null"))
    }
}

impl<T: FromSql> FromSql for Option<T> {
    fn from_sql(row: &Row, column: usize) -> Result<Option<Self>> {
        Ok(Some(T::from_sql(row, column)?))
    }
}

impl FromSql for i64 {
    fn from_sql(row: &Row, column: usize) -> Result<Option<Self>> {
        row.int(column)
    }
}

impl FromSql for i32 {
    fn from_sql(row: &Row, column: usize) -> Result<Option<Self>> {
        narrowed(row, column)
    }
}

impl FromSql for u32 {
    fn from_sql(row: &Row, column: usize) -> Result<Option<Self>> {
        narrowed(row, column)
    }
}

fn narrowed<T: TryFrom<i64>>(row: &Row, column: usize) -> Result<Option<T>> {
    match row.int(column)? {
        None => Ok(None),
        Some(wide) => T::try_from(wide)
            .map(Some)
            .map_err(|_| row.bad(column, &"is out of range")),
    }
}

impl FromSql for bool {
    fn from_sql(row: &Row, column: usize) -> Result<Option<Self>> {
        Ok(row.int(column)?.map(|i| i != 0))
    }
}

impl FromSql for String {
    fn from_sql(row: &Row, column: usize) -> Result<Option<Self>> {
        Ok(row.text(column)?.map(str::to_owned))
    }
}

impl FromSql for Vec<u8> {
    fn from_sql(row: &Row, column: usize) -> Result<Option<Self>> {
        Ok(row.bytes(column)?.map(<[u8]>::to_vec))
    }
}

/// Types that a whole row can be read into: structs by [`row!`](crate::row) (columns by name), tuples (by position).
pub trait FromRow: Sized {
    /// Reads the row.
    ///
    /// # Errors
    /// Internal error when a column is missing or holds something else.
    fn from_row(row: &Row) -> Result<Self>;
}

macro_rules! tuple_rows {
    ($( ($($t:ident $i:tt),+) )+) => { $(
        impl<$($t: FromSql),+> FromRow for ($($t,)+) {
            fn from_row(row: &Row) -> Result<Self> {
                Ok(($( row.at::<$t>($i)?, )+))
            }
        }
    )+ };
}

tuple_rows! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
}

/// Declares a struct that is read from a row, column by field name.
///
/// ```
/// tradewind_platform::row! {
///     /// A widget as it is stored.
///     #[derive(Debug)]
///     pub struct WidgetRow {
///         /// Its name.
///         pub name: String,
///         /// When it was retired, µs.
///         pub retired: Option<i64>,
///     }
/// }
/// ```
#[macro_export]
macro_rules! row {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $( $(#[$fmeta:meta])* $fvis:vis $field:ident : $ty:ty ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        $vis struct $name { $( $(#[$fmeta])* $fvis $field: $ty ),+ }

        impl $crate::db::FromRow for $name {
            fn from_row(row: &$crate::db::Row) -> $crate::db::Result<Self> {
                Ok(Self { $( $field: row.get(stringify!($field))? ),+ })
            }
        }
    };
}
