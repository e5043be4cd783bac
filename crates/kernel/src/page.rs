//! Pages of long lists: a limit, and a cursor that says where the last page ended.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::filter::{Fields, Filter, Sort};

/// Which page of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wanted")]
pub struct PageRequest {
    /// How many items at most; from 1 to [`PageRequest::MAX_LIMIT`].
    pub limit: u32,
    /// The `next` of the page before; `None` for the first page.
    pub after: Option<String>,
}

/// A page request as it is read, before it is checked.
#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    limit: Option<u32>,
    #[serde(default)]
    after: Option<String>,
}

impl TryFrom<Wanted> for PageRequest {
    type Error = Error;

    fn try_from(wanted: Wanted) -> Result<Self> {
        Self::new(wanted.limit, wanted.after)
    }
}

impl PageRequest {
    /// The most items of one page.
    pub const MAX_LIMIT: u32 = 200;
    /// The items of a page when nothing is said.
    pub const DEFAULT_LIMIT: u32 = 50;
    /// The longest cursor.
    const MAX_CURSOR: usize = 1000;

    /// Checks the wishes of a caller.
    ///
    /// # Errors
    /// Names `limit` or `after`.
    pub fn new(limit: Option<u32>, after: Option<String>) -> Result<Self> {
        let limit = limit.unwrap_or(Self::DEFAULT_LIMIT);
        if !(1..=Self::MAX_LIMIT).contains(&limit) {
            return Err(Error::invalid(
                "limit",
                "out_of_range",
                format!("must be between 1 and {}", Self::MAX_LIMIT),
            ));
        }
        if after
            .as_ref()
            .is_some_and(|cursor| cursor.len() > Self::MAX_CURSOR)
        {
            return Err(Error::invalid(
                "after",
                "malformed_cursor",
                "expected the \"next\" of an earlier page",
            ));
        }
        Ok(Self { limit, after })
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self {
            limit: Self::DEFAULT_LIMIT,
            after: None,
        }
    }
}

/// What is wanted of a list: which items, in which order, which page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ListRequest {
    /// A filter in the filter language; empty for everything.
    #[serde(default)]
    pub filter: String,
    /// Field names to sort by, a minus before those that run from large to small; empty for the list's own order.
    #[serde(default)]
    pub sort: String,
    /// Which page.
    #[serde(default)]
    pub page: PageRequest,
}

impl ListRequest {
    /// Checks filter and order against what the list allows.
    ///
    /// # Errors
    /// Names `filter` or `sort`.
    pub fn parse(&self, fields: &Fields) -> Result<(Filter, Sort)> {
        Ok((
            Filter::parse(&self.filter, fields)?,
            Sort::parse(&self.sort, fields)?,
        ))
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The items, in the order asked for.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The only page of a list.
    #[must_use]
    pub const fn last(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// The same page with every item turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(turn).collect(),
            next: self.next,
        }
    }
}
