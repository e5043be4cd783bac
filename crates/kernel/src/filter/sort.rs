//! The order of a list: `-created,name`.

use std::fmt;

use super::field::{Field, Fields};
use crate::error::{Error, Result};

/// By what a list is sorted, the most important first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sort {
    /// The keys; empty for the list's own order.
    pub keys: Vec<SortKey>,
}

/// One key of an order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SortKey {
    /// The field, of the allow-list.
    pub field: &'static Field,
    /// From large to small.
    pub descending: bool,
}

/// More keys than this order nothing that anyone needs.
const MAX_KEYS: usize = 5;

impl Sort {
    /// Reads field names with commas between them, a minus before those that run from large to small.
    ///
    /// # Errors
    /// Names `sort` and says what is allowed.
    pub fn parse(text: &str, fields: &Fields) -> Result<Self> {
        let mut keys: Vec<SortKey> = Vec::new();
        if text.trim().is_empty() {
            return Ok(Self { keys });
        }
        for part in text.split(',') {
            let part = part.trim();
            let (name, descending) = match part.strip_prefix('-') {
                Some(name) => (name, true),
                None => (part, false),
            };
            let field = fields.find_sortable(name)?;
            if keys.iter().any(|key| key.field == field) {
                return Err(malformed(format!("{name} is named twice")));
            }
            if keys.len() == MAX_KEYS {
                return Err(malformed(format!("at most {MAX_KEYS} fields")));
            }
            keys.push(SortKey { field, descending });
        }
        Ok(Self { keys })
    }
}

fn malformed(message: String) -> Error {
    Error::invalid("sort", "malformed_sort", message)
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, key) in self.keys.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            let minus = if key.descending { "-" } else { "" };
            write!(f, "{comma}{minus}{}", key.field.name)?;
        }
        Ok(())
    }
}
