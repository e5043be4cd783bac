//! All price books of a realm in memory: read-only, shared by everyone who asks for a price.

use std::collections::HashMap;

use tradewind_kernel::id::{AccountId, PriceBookId};

use super::{PriceBook, Revision};
use crate::rules::Rates;

/// Books, the heads of their revisions, and exchange rates.
#[derive(Debug, Default)]
pub(crate) struct PriceIndex {
    books: HashMap<PriceBookId, PriceBook>,
    defaults: HashMap<AccountId, PriceBookId>,
    revisions: HashMap<PriceBookId, Vec<Revision>>,
    /// The exchange rates.
    pub(crate) rates: Rates,
}

impl PriceIndex {
    /// Indexes them.
    pub(crate) fn new(books: Vec<PriceBook>, revisions: Vec<Revision>, rates: Rates) -> Self {
        let mut index = Self {
            rates,
            ..Self::default()
        };
        for book in books {
            if book.is_default {
                index.defaults.insert(book.seller_id, book.id);
            }
            index.books.insert(book.id, book);
        }
        for revision in revisions {
            index
                .revisions
                .entry(revision.book_id)
                .or_default()
                .push(revision);
        }
        index
    }

    /// A book by its id.
    pub(crate) fn book(&self, id: PriceBookId) -> Option<&PriceBook> {
        self.books.get(&id)
    }

    /// The book of a seller that visitors see and new customers get.
    pub(crate) fn default_book(&self, seller: AccountId) -> Option<&PriceBook> {
        self.books.get(self.defaults.get(&seller)?)
    }

    /// The books of a seller, by name.
    pub(crate) fn books_of(&self, seller: AccountId) -> Vec<&PriceBook> {
        let mut books: Vec<&PriceBook> = self
            .books
            .values()
            .filter(|book| book.seller_id == seller)
            .collect();
        books.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        books
    }

    /// The revisions of a book.
    pub(crate) fn revisions(&self, book: PriceBookId) -> &[Revision] {
        self.revisions.get(&book).map_or(&[], Vec::as_slice)
    }
}
