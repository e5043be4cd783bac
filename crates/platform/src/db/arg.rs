//! Parameters of statements.

use std::sync::Arc;

/// One parameter of a statement. Nulls carry their kind, because PostgreSQL wants to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// A 64-bit integer: minor units, microseconds, counts, 0/1.
    Int(i64),
    /// Text: ids, decimals, dates, JSON, words. Shared, so that many rows of a bulk insert can hold the same one.
    Text(Arc<str>),
    /// Bytes: hashes and ciphertexts.
    Bytes(Vec<u8>),
    /// The null of a kind.
    Null(ArgKind),
}

/// The kinds of values that cross the border to an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgKind {
    /// `BIGINT`.
    Int,
    /// `TEXT`.
    Text,
    /// `BLOB` on SQLite, `BYTEA` on PostgreSQL.
    Bytes,
}

/// Values that can be bound as a parameter. Enums with `as_str` and `FromStr` get it by [`sql_text!`](crate::sql_text).
pub trait ToArg {
    /// Kind of the bound value, known even when it is null.
    const KIND: ArgKind;

    /// The parameter.
    fn to_arg(&self) -> Arg;
}

impl<T: ToArg> ToArg for Option<T> {
    const KIND: ArgKind = T::KIND;

    fn to_arg(&self) -> Arg {
        self.as_ref().map_or(Arg::Null(T::KIND), ToArg::to_arg)
    }
}

impl<T: ToArg + ?Sized> ToArg for &T {
    const KIND: ArgKind = T::KIND;

    fn to_arg(&self) -> Arg {
        T::to_arg(self)
    }
}

impl ToArg for str {
    const KIND: ArgKind = ArgKind::Text;

    fn to_arg(&self) -> Arg {
        Arg::Text(self.into())
    }
}

impl ToArg for String {
    const KIND: ArgKind = ArgKind::Text;

    fn to_arg(&self) -> Arg {
        Arg::Text(self.as_str().into())
    }
}

impl ToArg for Arc<str> {
    const KIND: ArgKind = ArgKind::Text;

    fn to_arg(&self) -> Arg {
        Arg::Text(Self::clone(self))
    }
}

impl ToArg for i64 {
    const KIND: ArgKind = ArgKind::Int;

    fn to_arg(&self) -> Arg {
        Arg::Int(*self)
    }
}

impl ToArg for i32 {
    const KIND: ArgKind = ArgKind::Int;

    fn to_arg(&self) -> Arg {
        Arg::Int(i64::from(*self))
    }
}

impl ToArg for u32 {
    const KIND: ArgKind = ArgKind::Int;

    fn to_arg(&self) -> Arg {
        Arg::Int(i64::from(*self))
    }
}

impl ToArg for bool {
    const KIND: ArgKind = ArgKind::Int;

    fn to_arg(&self) -> Arg {
        Arg::Int(i64::from(*self))
    }
}

impl ToArg for [u8] {
    const KIND: ArgKind = ArgKind::Bytes;

    fn to_arg(&self) -> Arg {
        Arg::Bytes(self.to_owned())
    }
}

impl ToArg for Vec<u8> {
    const KIND: ArgKind = ArgKind::Bytes;

    fn to_arg(&self) -> Arg {
        Arg::Bytes(self.clone())
    }
}

/// The parameters of a statement, in the order of `$1`, `$2`, …: `args![ctx.realm, id, now]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$( $crate::db::ToArg::to_arg(&$value) ),*] };
}

/// Lets enums with `as_str` and `FromStr` be bound as parameters and read from rows: `sql_text!(State, Kind);`.
#[macro_export]
macro_rules! sql_text {
    ($($name:ty),+ $(,)?) => { $(
        impl $crate::db::ToArg for $name {
            const KIND: $crate::db::ArgKind = $crate::db::ArgKind::Text;

            fn to_arg(&self) -> $crate::db::Arg {
                $crate::db::Arg::Text(self.as_str().into())
            }
        }

        impl $crate::db::FromSql for $name {
            fn from_sql(row: &$crate::db::Row, column: usize) -> $crate::db::Result<Option<Self>> {
                row.parsed(column)
            }
        }
    )+ };
}
