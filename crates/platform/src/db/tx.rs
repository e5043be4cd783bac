//! A transaction, whichever engine it runs on.

use std::fmt;
use std::sync::Arc;

use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{
    Arguments as _, AssertSqlSafe, Executor as _, Postgres, SqlSafeStr as _, SqlStr, Sqlite,
    Transaction,
};
use tradewind_kernel::Error;
use tradewind_kernel::filter::Sort;
use tradewind_kernel::page::{Page, PageRequest};

use super::arg::{Arg, ArgKind};
use super::bulk::{Bulk, chunks, postgres_arrays};
use super::connect::Engine;
use super::counts::Counts;
use super::error::{DbError, Result};
use super::query::Query;
use super::row::{FromRow, Row};
use super::stmt::Stmt;

/// A transaction. Ends with [`Tx::commit`] or [`Tx::rollback`]; dropped unfinished, it is rolled back.
pub struct Tx {
    inner: Inner,
    counts: Arc<Counts>,
}

enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tx({})", self.engine())
    }
}

/// A text with its name, ready to run.
struct Prepared {
    name: &'static str,
    sql: SqlStr,
}

impl Tx {
    pub(super) fn sqlite(tx: Transaction<'static, Sqlite>, counts: Arc<Counts>) -> Self {
        Self {
            inner: Inner::Sqlite(tx),
            counts,
        }
    }

    pub(super) fn postgres(tx: Transaction<'static, Postgres>, counts: Arc<Counts>) -> Self {
        Self {
            inner: Inner::Postgres(tx),
            counts,
        }
    }

    /// The engine below.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.inner {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    /// All rows of the answer.
    ///
    /// # Errors
    /// Database errors.
    pub async fn all<T: FromRow>(&mut self, stmt: &'static Stmt, args: Vec<Arg>) -> Result<Vec<T>> {
        let prepared = self.prepared(stmt);
        self.fetch(prepared, args)
            .await?
            .iter()
            .map(T::from_row)
            .collect()
    }

    /// The only row of the answer.
    ///
    /// # Errors
    /// Internal error when there is not exactly one row; database errors.
    pub async fn one<T: FromRow>(&mut self, stmt: &'static Stmt, args: Vec<Arg>) -> Result<T> {
        self.opt(stmt, args)
            .await?
            .ok_or_else(|| row_count(stmt, 0))
    }

    /// The only row of the answer, or none.
    ///
    /// # Errors
    /// Internal error when there are several rows; database errors.
    pub async fn opt<T: FromRow>(
        &mut self,
        stmt: &'static Stmt,
        args: Vec<Arg>,
    ) -> Result<Option<T>> {
        let prepared = self.prepared(stmt);
        let rows = self.fetch(prepared, args).await?;
        match rows.as_slice() {
            [] => Ok(None),
            [row] => T::from_row(row).map(Some),
            more => Err(row_count(stmt, more.len())),
        }
    }

    /// Runs a statement and returns how many rows it changed.
    ///
    /// # Errors
    /// [`Error::Conflict`] `duplicate` when a unique key exists already (on PostgreSQL the transaction is then of no
    /// further use: prefer `ON CONFLICT DO NOTHING` and look at the count); database errors.
    pub async fn exec(&mut self, stmt: &'static Stmt, args: Vec<Arg>) -> Result<u64> {
        let prepared = self.prepared(stmt);
        self.execute(prepared, args).await
    }

    /// All rows of a dynamic query.
    ///
    /// # Errors
    /// Database errors.
    pub async fn query<T: FromRow>(&mut self, query: Query) -> Result<Vec<T>> {
        self.dynamic(query).await?.iter().map(T::from_row).collect()
    }

    /// A page of a list: the query is put into this order (the newest first when it has no keys) and cut to the page.
    /// Columns that are sorted by must not be null and hold integers or text; `id_column` makes the order total.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming `after` when the cursor is not of this list in this order; database errors.
    pub async fn page<T: FromRow>(
        &mut self,
        query: Query,
        page: &PageRequest,
        sort: &Sort,
        id_column: &'static str,
    ) -> Result<Page<T>> {
        let (query, order) = query.page(page, sort, id_column)?;
        let rows = self.dynamic(query).await?;
        order.cut(page, &rows)
    }

    /// How many rows a dynamic query has; those after `at_most` are not looked for.
    ///
    /// # Errors
    /// Database errors.
    pub async fn count_of(&mut self, query: Query, at_most: i64) -> Result<i64> {
        let rows = self.query::<(i64,)>(query.counted(at_most)).await?;
        Ok(rows.first().map_or(0, |(count,)| *count))
    }

    async fn dynamic(&mut self, query: Query) -> Result<Vec<Row>> {
        let (name, text, args) = query.render();
        // Sound because `Query` is built of static texts only; what comes from outside is always a parameter.
        let prepared = Prepared {
            name,
            sql: AssertSqlSafe(text).into_sql_str(),
        };
        self.fetch(prepared, args).await
    }

    /// Inserts many rows at once and returns how many were new.
    ///
    /// # Errors
    /// [`Error::Conflict`] `duplicate` when a key exists already and the conflict clause is `error`; database errors.
    pub async fn insert_many(&mut self, bulk: &'static Bulk, rows: Vec<Vec<Arg>>) -> Result<u64> {
        let mut inserted = 0;
        match self.engine() {
            Engine::Sqlite => {
                for chunk in chunks(bulk, rows) {
                    let prepared = Prepared {
                        name: bulk.name(),
                        sql: bulk.sqlite_text(chunk.rows, false).into_sql_str(),
                    };
                    inserted += self.execute(prepared, chunk.args).await?;
                }
            }
            Engine::Postgres => {
                rows.iter().try_for_each(|row| storable(row))?;
                for arrays in postgres_arrays(bulk, rows)? {
                    self.count(bulk.name());
                    let Inner::Postgres(tx) = &mut self.inner else {
                        continue;
                    };
                    let query = sqlx::query_with(bulk.postgres_text(false), arrays);
                    let done = tx
                        .execute(query)
                        .await
                        .map_err(|e| DbError::new(bulk.name(), e))?;
                    self.counts.written(done.rows_affected());
                    inserted += done.rows_affected();
                }
            }
        }
        Ok(inserted)
    }

    /// Inserts many rows at once and returns the `returning` columns of those that were new.
    ///
    /// # Errors
    /// As [`Tx::insert_many`]; internal error when the declaration has no `returning`.
    pub async fn insert_many_returning<T: FromRow>(
        &mut self,
        bulk: &'static Bulk,
        rows: Vec<Vec<Arg>>,
    ) -> Result<Vec<T>> {
        let mut inserted = Vec::new();
        match self.engine() {
            Engine::Sqlite => {
                for chunk in chunks(bulk, rows) {
                    let prepared = Prepared {
                        name: bulk.name(),
                        sql: bulk.sqlite_text(chunk.rows, true).into_sql_str(),
                    };
                    for row in self.fetch(prepared, chunk.args).await? {
                        inserted.push(T::from_row(&row)?);
                    }
                }
            }
            Engine::Postgres => {
                rows.iter().try_for_each(|row| storable(row))?;
                for arrays in postgres_arrays(bulk, rows)? {
                    self.count(bulk.name());
                    let Inner::Postgres(tx) = &mut self.inner else {
                        continue;
                    };
                    let query = sqlx::query_with(bulk.postgres_text(true), arrays);
                    let found = tx
                        .fetch_all(query)
                        .await
                        .map_err(|e| DbError::new(bulk.name(), e))?;
                    self.counts.written(found.len() as u64);
                    for row in found {
                        inserted.push(T::from_row(&Row::Postgres(row))?);
                    }
                }
            }
        }
        Ok(inserted)
    }

    /// Runs DDL of the migrations runner, unprepared.
    pub(crate) async fn ddl(&mut self, name: &'static str, text: String) -> Result<()> {
        self.count(name);
        let sql = AssertSqlSafe(text);
        match &mut self.inner {
            Inner::Sqlite(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop),
            Inner::Postgres(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop),
        }
        .map_err(|e| DbError::new(name, e).into())
    }

    /// Prepares a statement without running it and returns the names of its result columns.
    ///
    /// # Errors
    /// Internal error with the engine's complaint.
    pub async fn check(&mut self, stmt: &'static Stmt) -> Result<Vec<String>> {
        use sqlx::{Column as _, Statement as _};
        let prepared = self.prepared(stmt);
        match &mut self.inner {
            Inner::Sqlite(tx) => tx
                .prepare(prepared.sql)
                .await
                .map(|s| s.columns().iter().map(|c| c.name().to_owned()).collect()),
            Inner::Postgres(tx) => tx
                .prepare(prepared.sql)
                .await
                .map(|s| s.columns().iter().map(|c| c.name().to_owned()).collect()),
        }
        .map_err(|e| DbError::new(prepared.name, e).into())
    }

    /// Commits.
    ///
    /// # Errors
    /// Database errors; then nothing has happened, unless the connection broke exactly now.
    pub async fn commit(self) -> Result<()> {
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await,
            Inner::Postgres(tx) => tx.commit().await,
        }
        .map_err(|e| DbError::new("commit", e).into())
    }

    /// Rolls back.
    ///
    /// # Errors
    /// Database errors.
    pub async fn rollback(self) -> Result<()> {
        match self.inner {
            Inner::Sqlite(tx) => tx.rollback().await,
            Inner::Postgres(tx) => tx.rollback().await,
        }
        .map_err(|e| DbError::new("rollback", e).into())
    }

    fn prepared(&self, stmt: &'static Stmt) -> Prepared {
        Prepared {
            name: stmt.name(),
            sql: stmt.text(self.engine()).into_sql_str(),
        }
    }

    /// Counts a statement; at the level of traces it is named as well.
    fn count(&self, name: &'static str) {
        self.counts.statement();
        tracing::trace!(target: "tradewind::statements", name);
    }

    async fn fetch(&mut self, prepared: Prepared, args: Vec<Arg>) -> Result<Vec<Row>> {
        storable(&args)?;
        let Prepared { name, sql } = prepared;
        self.count(name);
        // What a write answers are the rows it wrote.
        let writes = is_write(&sql);
        let rows: std::result::Result<Vec<Row>, _> = match &mut self.inner {
            Inner::Sqlite(tx) => {
                let query = sqlx::query_with(sql, sqlite_args(args));
                tx.fetch_all(query)
                    .await
                    .map(|rows| rows.into_iter().map(Row::Sqlite).collect())
            }
            Inner::Postgres(tx) => {
                let query = sqlx::query_with(sql, postgres_args(args));
                tx.fetch_all(query)
                    .await
                    .map(|rows| rows.into_iter().map(Row::Postgres).collect())
            }
        };
        let rows = rows.map_err(|e| DbError::new(name, e))?;
        if writes {
            self.counts.written(rows.len() as u64);
        }
        Ok(rows)
    }

    async fn execute(&mut self, prepared: Prepared, args: Vec<Arg>) -> Result<u64> {
        storable(&args)?;
        let Prepared { name, sql } = prepared;
        self.count(name);
        let writes = is_write(&sql);
        let done = match &mut self.inner {
            Inner::Sqlite(tx) => tx
                .execute(sqlx::query_with(sql, sqlite_args(args)))
                .await
                .map(|done| done.rows_affected()),
            Inner::Postgres(tx) => tx
                .execute(sqlx::query_with(sql, postgres_args(args)))
                .await
                .map(|done| done.rows_affected()),
        };
        let rows = done.map_err(|e| DbError::new(name, e))?;
        if writes {
            self.counts.written(rows);
        }
        Ok(rows)
    }
}

/// Whether a statement inserts, changes or deletes rows.
fn is_write(sql: &SqlStr) -> bool {
    let text = sql.as_str().trim_start();
    ["INSERT", "UPDATE", "DELETE"]
        .iter()
        .any(|verb| text.starts_with(verb))
}

fn row_count(stmt: &'static Stmt, rows: usize) -> Error {
    Error::internal(format!("{}: expected one row, found {rows}", stmt.name()))
}

/// PostgreSQL has no U+0000 in texts; so neither engine has, and whoever sent it hears so.
fn storable(args: &[Arg]) -> Result<()> {
    let nul = |arg: &Arg| matches!(arg, Arg::Text(text) if text.contains('\0'));
    if args.iter().any(nul) {
        return Err(Error::invalid(
            "",
            "malformed_text",
            "a text holds the character U+0000, which cannot be kept",
        ));
    }
    Ok(())
}

fn sqlite_args(args: Vec<Arg>) -> SqliteArguments {
    let mut bound = SqliteArguments::default();
    bound.reserve(args.len(), 0);
    for arg in args {
        match arg {
            Arg::Int(v) => bound.add(v),
            Arg::Text(v) => bound.add(v),
            Arg::Bytes(v) => bound.add(v),
            Arg::Null(_) => bound.add(None::<i64>),
        }
        .expect("integers, text and bytes always encode");
    }
    bound
}

fn postgres_args(args: Vec<Arg>) -> PgArguments {
    let mut bound = PgArguments::default();
    for arg in args {
        match arg {
            Arg::Int(v) => bound.add(v),
            Arg::Text(v) => bound.add(v),
            Arg::Bytes(v) => bound.add(v),
            Arg::Null(ArgKind::Int) => bound.add(None::<i64>),
            Arg::Null(ArgKind::Text) => bound.add(None::<String>),
            Arg::Null(ArgKind::Bytes) => bound.add(None::<Vec<u8>>),
        }
        .expect("integers, text and bytes always encode");
    }
    bound
}
