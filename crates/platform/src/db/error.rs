//! What goes wrong in a database, sorted by what to do about it.

use tradewind_kernel::Error;

/// Result with the platform's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a database error means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// Someone else was in the way (busy, deadlock, serialization): run the transaction again.
    Retry,
    /// A unique key exists already.
    Unique,
    /// A foreign key points nowhere.
    Reference,
    /// The connection broke.
    Lost,
    /// A mistake in the program or a broken database.
    Other,
}

/// A database error with the statement in which it came up. Travels inside [`Error::Internal`] and [`Error::Conflict`].
#[derive(Debug, thiserror::Error)]
#[error("{statement}: {source}")]
pub struct DbError {
    /// Name of the statement.
    pub statement: &'static str,
    /// What it means.
    pub class: ErrorClass,
    source: sqlx::Error,
}

impl DbError {
    pub(crate) fn new(statement: &'static str, source: sqlx::Error) -> Self {
        Self {
            statement,
            class: classify(&source),
            source,
        }
    }
}

impl From<DbError> for Error {
    fn from(e: DbError) -> Self {
        match e.class {
            ErrorClass::Unique => Error::conflict(
                "duplicate",
                format!("this exists already ({})", e.statement),
            ),
            _ => Error::internal(e),
        }
    }
}

/// Whether running the same transaction again may help.
#[must_use]
pub fn is_retryable(error: &Error) -> bool {
    match error {
        Error::Internal(inner) => {
            inner
                .downcast_ref::<DbError>()
                .is_some_and(|e| e.class == ErrorClass::Retry)
                || inner.is::<Overtaken>()
        }
        _ => false,
    }
}

/// Somebody else has written what a transaction had found missing; what it would do now is for it to find out anew.
#[derive(Debug, thiserror::Error)]
#[error("{0} was written by somebody else meanwhile")]
struct Overtaken(&'static str);

/// Lets a command run its transaction again, because somebody else has written something since it was looked for.
#[must_use]
pub fn overtaken(what: &'static str) -> Error {
    Error::internal(Overtaken(what))
}

pub(crate) fn classify(error: &sqlx::Error) -> ErrorClass {
    use sqlx::error::ErrorKind;
    match error {
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed | sqlx::Error::PoolClosed => {
            ErrorClass::Lost
        }
        sqlx::Error::Database(e) => match (e.kind(), e.code().as_deref()) {
            (ErrorKind::UniqueViolation, _) => ErrorClass::Unique,
            (ErrorKind::ForeignKeyViolation, _) => ErrorClass::Reference,
            // PostgreSQL: serialization failure, deadlock; SQLite: busy, busy recovery, busy snapshot, locked.
            (_, Some("40001" | "40P01" | "5" | "6" | "261" | "517" | "262")) => ErrorClass::Retry,
            // PostgreSQL is shutting down or starting.
            (_, Some("57P01" | "57P02" | "57P03")) => ErrorClass::Lost,
            _ => ErrorClass::Other,
        },
        _ => ErrorClass::Other,
    }
}

pub(crate) fn row_error(source: sqlx::Error) -> Error {
    DbError::new("reading a row", source).into()
}

pub(crate) fn bad_cell(column: &str, problem: &str) -> Error {
    Error::internal(BadCell(format!("column {column} {problem}")))
}

/// A stored value that does not fit the type it is read into.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct BadCell(String);
