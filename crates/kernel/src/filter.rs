//! The one filter language of all lists: `status:active,trial amount>=10.00 created<2024-10-01 name~"acme" -tag:x`.
//!
//! A filter is a row of terms, all of which must hold. A term is a field, an operator and a value; several values after
//! `:` or `~` are alternatives. A minus before a term turns it round. What can be filtered is an allow-list
//! ([`Fields`]); here it becomes a tree of checked values and nothing else.

mod field;
mod parse;
mod sort;

use std::fmt;

pub use field::{Field, FieldKind, Fields};
pub use sort::{Sort, SortKey};

use crate::{
    decimal::Decimal,
    error::Result,
    time::{Date, Timestamp, Zone},
};

/// A parsed filter; everything holds when it has no terms.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// All of these must hold.
    pub terms: Vec<Term>,
}

/// One condition on one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The field, of the allow-list.
    pub field: &'static Field,
    /// Whether the test must fail instead.
    pub negated: bool,
    /// What is tested.
    pub test: Test,
}

/// What a term tests.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// Equal to one of these; never empty.
    OneOf(Vec<Value>),
    /// Compares with one value.
    Compare(Comparison, Value),
    /// The folded text contains one of these folded texts; never empty.
    Contains(Vec<String>),
    /// An instant within a day.
    Within {
        /// The day.
        date: Date,
        /// Its first instant.
        from: Timestamp,
        /// The first instant of the next day, which no longer belongs to it.
        until: Timestamp,
    },
}

/// How a term compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

impl Comparison {
    /// The operator as it is written, here as in SQL.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// A checked value of the field's kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text, or a name of an enumeration.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A decimal number.
    Decimal(Decimal),
    /// A date.
    Date(Date),
    /// An instant.
    Timestamp(Timestamp),
    /// Yes or no.
    Bool(bool),
}

impl Filter {
    /// Reads a filter; a date where an instant is compared means that day in UTC.
    ///
    /// # Errors
    /// Names `filter` and says which term, why, and what is allowed.
    pub fn parse(text: &str, fields: &Fields) -> Result<Self> {
        Self::parse_in(text, fields, &Zone::utc())
    }

    /// Reads a filter; a date where an instant is compared means that day in the zone.
    ///
    /// # Errors
    /// As [`Filter::parse`].
    pub fn parse_in(text: &str, fields: &Fields, zone: &Zone) -> Result<Self> {
        parse::parse(text, fields, zone)
    }

    /// Whether everything passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

impl fmt::Display for Filter {
    /// Writes it in its own language, so that reading it again (in the same zone) gives the same filter.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, term) in self.terms.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{term}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.field.name;
        let minus = if self.negated { "-" } else { "" };
        match &self.test {
            Test::OneOf(values) => {
                write!(f, "{minus}{name}:")?;
                write_list(f, values, |f, value| write!(f, "{value}"))
            }
            Test::Contains(texts) => {
                write!(f, "{minus}{name}~")?;
                write_list(f, texts, |f, text| write_text(f, text))
            }
            Test::Compare(comparison, value) => {
                write!(f, "{minus}{name}{}{value}", comparison.as_str())
            }
            Test::Within { date, .. } => write!(f, "{minus}{name}:{date}"),
        }
    }
}

fn write_list<T>(
    f: &mut fmt::Formatter<'_>,
    values: &[T],
    write: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            f.write_str(",")?;
        }
        write(f, value)?;
    }
    Ok(())
}

/// Always in quotes: whatever is inside cannot be mistaken for anything else.
fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            f.write_str("\\")?;
        }
        write!(f, "{c}")?;
    }
    f.write_str("\"")
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write_text(f, text),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Decimal(number) => write!(f, "{number}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::Timestamp(instant) => write!(f, "{instant}"),
            Self::Bool(value) => write!(f, "{value}"),
        }
    }
}
