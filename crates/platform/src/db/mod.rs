//! The database layer: one text per statement, two engines.
//!
//! A store declares its statements with [`stmts!`](crate::stmts) and [`bulk!`](crate::bulk), its rows with
//! [`row!`](crate::row), and runs them on a [`Tx`] with [`args!`](crate::args). Only integers, text, bytes and their
//! nulls cross the border to an engine, so nothing has to be mapped twice. A test prepares every registered statement
//! on both engines, which finds unknown tables and columns without compile-time macros.

mod arg;
mod bulk;
mod connect;
mod counts;
mod error;
mod query;
mod row;
mod stmt;
mod tx;
mod values;

pub use arg::{Arg, ArgKind, ToArg};
pub use bulk::{Bulk, Conflict};
pub use connect::{Db, DbConfig, Durability, Engine};
pub use error::{DbError, ErrorClass, Result, is_retryable, overtaken};
pub use query::{Query, Scope};
pub use row::{FromRow, FromSql, Row};
pub use stmt::Stmt;
pub use tx::Tx;
pub use values::Json;
