//! Connecting to an engine and beginning transactions.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tradewind_kernel::Error;

use super::counts::Counts;
use super::error::{DbError, ErrorClass, Result, classify};
use super::tx::Tx;

/// The engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// Embedded, one file.
    Sqlite,
    /// A PostgreSQL server, 15 or later.
    Postgres,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// What a commit means on SQLite. PostgreSQL follows its own configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// A commit survives a loss of power.
    #[default]
    Full,
    /// The last commits may be lost with the power, never half of one; survives a crash of the process.
    Normal,
}

/// Where the database is.
#[derive(Clone, Debug)]
pub enum DbConfig {
    /// A SQLite file, created when absent.
    Sqlite {
        /// The file.
        path: PathBuf,
        /// Connections for reading.
        readers: u32,
        /// What a commit means.
        durability: Durability,
    },
    /// A PostgreSQL server.
    Postgres {
        /// `postgres://user:password@host:port/database`, with `?options=…` as usual.
        url: String,
        /// Connections in all.
        connections: u32,
    },
}

impl DbConfig {
    /// A SQLite file with the usual settings.
    #[must_use]
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self::Sqlite {
            path: path.into(),
            readers: 4,
            durability: Durability::Full,
        }
    }

    /// A PostgreSQL server with the usual settings.
    #[must_use]
    pub fn postgres(url: impl Into<String>) -> Self {
        Self::Postgres {
            url: url.into(),
            connections: 16,
        }
    }
}

impl DbConfig {
    /// Connections that may be held for a whole request, so that one is always left for whoever asks beside them.
    pub(crate) fn shareable(&self) -> usize {
        let connections = match self {
            Self::Sqlite { readers, .. } => *readers,
            Self::Postgres { connections, .. } => *connections / 2,
        };
        usize::try_from(connections.saturating_sub(1)).unwrap_or_default()
    }
}

/// An open database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    pools: Pools,
    counts: Arc<Counts>,
}

#[derive(Clone, Debug)]
enum Pools {
    /// One writer: with more, SQLite answers busy instead of waiting its turn.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

/// SQLite waits this long for another process (a backup, a shell) to let go of the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Pages that SQLite's log grows to before they are copied into the database: 32 MB. A page that is written again
/// meanwhile, as those of indexes are, is copied once; that a commit survives a loss of power is the log's affair.
const WAL_PAGES: &str = "8000";
/// How long a transaction waits for a connection before the caller hears that the platform is overloaded.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
/// Prepared statements kept per connection.
const STATEMENT_CACHE: usize = 400;
/// Pages that SQLite's writer keeps in memory, in KiB (negative, as SQLite has it).
const WRITER_CACHE: &str = "-16384";
/// The same for each reader: there are several, and the system keeps the file in memory beside.
const READER_CACHE: &str = "-4096";
/// PostgreSQL connections that may turn out broken, one after the other, before beginning fails.
const BROKEN_CONNECTIONS_MAX: u32 = 20;

impl Db {
    /// Connects; creates the SQLite file when absent. Does not migrate.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the engine cannot be reached or is too old.
    pub async fn connect(config: &DbConfig) -> Result<Self> {
        let pools = match config {
            DbConfig::Sqlite {
                path,
                readers,
                durability,
            } => {
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .journal_mode(SqliteJournalMode::Wal)
                    .foreign_keys(true)
                    .busy_timeout(BUSY_TIMEOUT)
                    .synchronous(match durability {
                        Durability::Full => SqliteSynchronous::Full,
                        Durability::Normal => SqliteSynchronous::Normal,
                    })
                    .pragma("temp_store", "memory")
                    .pragma("cache_size", WRITER_CACHE)
                    .pragma("wal_autocheckpoint", WAL_PAGES)
                    .statement_cache_capacity(STATEMENT_CACHE)
                    .disable_statement_logging();
                let writer = sqlite_pool(1)
                    .connect_with(options.clone().create_if_missing(true))
                    .await;
                let writer =
                    writer.map_err(|e| unreachable_database(&path.display().to_string(), &e))?;
                let readers = sqlite_pool((*readers).max(1))
                    .connect_lazy_with(options.read_only(true).pragma("cache_size", READER_CACHE));
                Pools::Sqlite { writer, readers }
            }
            DbConfig::Postgres { url, connections } => {
                let options = PgConnectOptions::from_str(url)
                    .map_err(|e| Error::invalid("database_url", "malformed_url", e.to_string()))?
                    .application_name("tradewind")
                    .statement_cache_capacity(STATEMENT_CACHE)
                    .disable_statement_logging();
                let pool = PgPoolOptions::new()
                    .max_connections((*connections).max(1))
                    .acquire_timeout(ACQUIRE_TIMEOUT)
                    .test_before_acquire(false)
                    .connect_with(options)
                    .await
                    .map_err(|e| unreachable_database("PostgreSQL", &e))?;
                Pools::Postgres(pool)
            }
        };
        Ok(Self {
            pools,
            counts: Arc::default(),
        })
    }

    /// Which engine this is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// Begins a transaction that may write. SQLite has one at a time; PostgreSQL runs it READ COMMITTED.
    /// Dropping it unfinished rolls it back.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when there is no connection to be had.
    pub async fn begin(&self) -> Result<Tx> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => {
                let tx = writer
                    .begin_with("BEGIN IMMEDIATE")
                    .await
                    .map_err(begin_error)?;
                Ok(Tx::sqlite(tx, self.counts.clone()))
            }
            Pools::Postgres(pool) => self.begin_postgres(pool, "BEGIN").await,
        }
    }

    /// Begins a transaction that only reads, all of it from one snapshot.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when there is no connection to be had.
    pub async fn read(&self) -> Result<Tx> {
        match &self.pools {
            Pools::Sqlite { readers, .. } => {
                let tx = readers.begin_with("BEGIN").await.map_err(begin_error)?;
                Ok(Tx::sqlite(tx, self.counts.clone()))
            }
            Pools::Postgres(pool) => {
                self.begin_postgres(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await
            }
        }
    }

    /// A connection that broke while idle is noticed at BEGIN, when nothing has happened yet: another one is taken.
    ///
    /// BEGIN runs to its end even when nobody waits for it any more, in a task of its own: the driver counts a transaction
    /// only once the answer is there, and would hand a connection on with one open that it does not know of.
    async fn begin_postgres(&self, pool: &PgPool, begin: &'static str) -> Result<Tx> {
        let mut broken = 0;
        loop {
            let pool = pool.clone();
            let begun = tokio::spawn(async move { pool.begin_with(begin).await });
            match begun.await.map_err(Error::internal)? {
                Ok(tx) => return Ok(Tx::postgres(tx, self.counts.clone())),
                Err(e) if broken < BROKEN_CONNECTIONS_MAX && classify(&e) == ErrorClass::Lost => {
                    broken += 1
                }
                Err(e) => return Err(begin_error(e)),
            }
        }
    }

    /// How many statements ran since the start, for metrics and for tests that count them.
    #[must_use]
    pub fn statements_run(&self) -> u64 {
        self.counts.statements()
    }

    /// How many rows were inserted, changed or deleted since the start, as the engine says of each statement; also by transactions that
    /// were rolled back.
    #[must_use]
    pub fn rows_written(&self) -> u64 {
        self.counts.rows_written()
    }

    /// Closes all connections, after the transactions under way.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

fn sqlite_pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
}

fn unreachable_database(what: &str, e: &sqlx::Error) -> Error {
    Error::unavailable(format!("cannot open the database {what}: {e}"))
}

fn begin_error(e: sqlx::Error) -> Error {
    match e {
        sqlx::Error::PoolTimedOut => {
            Error::unavailable("the database is overloaded; try again later")
        }
        e if classify(&e) == ErrorClass::Lost => {
            Error::unavailable(format!("the database does not answer: {e}"))
        }
        e => DbError::new("begin", e).into(),
    }
}
