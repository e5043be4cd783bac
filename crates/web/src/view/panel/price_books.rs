//! Price books and what is sold from them.

use tradewind_kernel::time::Date;

use crate::blocks;
use crate::view::kit::{Cell, Choice, ListState, Picker, Row, Txt};
use crate::view::shared::{Ask, FormState, PriceFrom};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// A price book.
pub struct PriceBookRow {
    /// Id.
    pub id: Txt,
    /// Name.
    pub name: Txt,
    /// Currency.
    pub currency: Txt,
    /// From when the current revision holds; `None` while there is none.
    pub current: Option<Date>,
    /// From when the next one holds.
    pub planned: Option<Date>,
    /// Listings.
    pub listings: u32,
    /// Buyers it is assigned to.
    pub buyers: u32,
}

/// Price books of a seller.
pub struct PriceBooksPage {
    /// Rows.
    pub rows: Vec<PriceBookRow>,
    /// Page.
    pub state: ListState,
    /// May add one.
    pub add: Permit,
    /// The one to add: `book_name`, `currency`, `markup`.
    pub form: FormState,
    /// Currencies to choose from.
    pub currencies: Vec<Txt>,
}

impl PriceBooksPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let rows = self.rows.into_iter().map(|row| {
            let state = t.state(if row.current.is_some() {
                "current"
            } else {
                "draft"
            });
            Row::Cells(vec![
                Cell::Main(
                    format!("/panel/price-books/{}", row.id).into(),
                    row.name,
                    None,
                ),
                Cell::Text(row.currency),
                Cell::State(state),
                Cell::maybe_at(row.current.map(|date| t.date(date))),
                Cell::maybe_at(row.planned.map(|date| t.date(date))),
                Cell::Figure(t.int(i64::from(row.listings))),
                Cell::Figure(t.int(i64::from(row.buyers))),
            ])
        });
        let columns = vec![
            shell.col("c-price-book").sort("name"),
            shell.col("currency"),
            shell.col("c-state"),
            shell.col("c-current-from"),
            shell.col("c-planned-from"),
            shell.fig("c-listings"),
            shell.fig("c-buyers"),
        ];
        let rows = rows.collect();
        let list = shell.list(
            "nav-price-books",
            columns,
            rows,
            &self.state,
            shell.empty("book-marked", "price-books-none"),
        );
        let head = Head::new(t.tr("nav-price-books"))
            .lead(t.tr("price-books-lead"))
            .may(
                &self.add,
                crate::view::kit::Button::open(t.tr("price-book-add"), "add")
                    .primary()
                    .icon("plus"),
            );
        let mut body = blocks![list];
        if self.add.is_yes() {
            let ask = Ask::new(&shell, &self.form);
            let currencies = self
                .currencies
                .iter()
                .map(|code| Choice::new(code.clone(), code.clone()))
                .collect();
            let fields = vec![
                ask.text("book_name").required(),
                ask.select("currency", currencies),
                ask.optional(ask.number("markup").unit("%")),
            ];
            body.push(
                shell
                    .confirm("add", "price-book-add", "/panel/price-books", fields)
                    .into(),
            );
        }
        if let Some(complaint) = self.form.complaint() {
            body.insert(0, complaint.into());
        }
        Page::new(shell, head, body)
    }
}

/// Something that is sold.
pub struct ListingRow {
    /// Product: name, address.
    pub product: (Txt, Txt),
    /// Plan.
    pub plan: Txt,
    /// Vendor.
    pub vendor: Txt,
    /// Price book: name, address.
    pub price_book: (Txt, Txt),
    /// How the price is made: "+15 %", "own price".
    pub rule: Txt,
    /// Resulting price.
    pub price: Option<PriceFrom>,
    /// `published`, `draft`, `withdrawn`.
    pub state: Txt,
}

/// Everything a seller sells, over all price books.
pub struct ListingsPage {
    /// Rows.
    pub rows: Vec<ListingRow>,
    /// Search, filters `book` and `state`, page.
    pub state: ListState,
    /// Price books: id, name.
    pub price_books: Vec<(Txt, Txt)>,
}

impl ListingsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let rows = self.rows.into_iter().map(|row| {
            let price = match row.price.as_ref().map(|price| price.words(&t)) {
                Some((price, every)) => Cell::FigureTwo(price, every),
                None => Cell::Figure(t.tr("price-by-use")),
            };
            let (book, book_href) = row.price_book;
            Row::Cells(vec![
                Cell::Main(row.product.1, row.product.0, Some(row.plan)),
                Cell::Text(row.vendor),
                Cell::Link(book_href, book),
                Cell::Text(row.rule),
                price,
                Cell::State(t.state(&row.state)),
            ])
        });
        let columns = vec![
            shell.col("c-product").sort("product"),
            shell.col("c-vendor"),
            shell.col("c-price-book"),
            shell.col("c-rule"),
            shell.fig("c-price"),
            shell.col("c-state"),
        ];
        let rows = rows.collect();
        let empty = shell
            .empty("store", "listings-none")
            .and(shell.go("nav-price-books", "/panel/price-books").primary());
        let list = shell.list("nav-listings", columns, rows, &self.state, empty);
        let all = Choice::new("", t.with("all-of", &[("what", &t.tr("nav-price-books"))]));
        let books = self
            .price_books
            .into_iter()
            .map(|(id, name)| Choice::new(id, name));
        let book = Picker {
            name: "book".into(),
            label: t.tr("c-price-book"),
            choices: std::iter::once(all).chain(books).collect(),
        };
        let filters = shell.filters(
            &self.state,
            Some("search-products"),
            vec![
                book,
                shell.picker("state", "state", &["published", "draft", "withdrawn"]),
            ],
        );
        Page::new(
            shell,
            Head::new(t.tr("nav-listings")).lead(t.tr("listings-lead")),
            blocks![filters, list],
        )
    }
}
