//! Products in a list, for sellers and vendors.

use tradewind_kernel::time::Timestamp;

use crate::blocks;
use crate::view::kit::{Cell, ListState, Row, Txt};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// A product in a list.
pub struct ProductRow {
    /// Id.
    pub id: Txt,
    /// Name.
    pub name: Txt,
    /// Vendor.
    pub vendor: Txt,
    /// Category.
    pub category: Txt,
    /// Plans.
    pub plans: u32,
    /// `draft`, `published`, `withdrawn`.
    pub state: Txt,
    /// Made.
    pub created: Timestamp,
}

/// Products.
pub struct ProductsPage {
    /// Where the pages lie: `/panel` or `/vendor`.
    pub base: &'static str,
    /// Rows.
    pub rows: Vec<ProductRow>,
    /// Search, filter `state`, page.
    pub state: ListState,
    /// May add one.
    pub add: Permit,
}

impl ProductsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let seller = self.base == "/panel";
        let rows = self.rows.into_iter().map(|row| {
            let mut cells = vec![Cell::Main(
                format!("{}/products/{}", self.base, row.id).into(),
                row.name,
                Some(row.category),
            )];
            if seller {
                cells.push(Cell::Text(row.vendor));
            }
            cells.extend([
                Cell::State(t.state(&row.state)),
                Cell::Figure(t.int(i64::from(row.plans))),
                Cell::At(t.at(row.created)),
            ]);
            Row::Cells(cells)
        });
        let mut columns = vec![shell.col("c-product").sort("name")];
        if seller {
            columns.push(shell.col("c-vendor"));
        }
        columns.extend([
            shell.col("c-state"),
            shell.fig("product-plans"),
            shell.col("c-created").sort("created"),
        ]);
        let rows = rows.collect();
        let new = format!("{}/products/new", self.base);
        let mut empty = shell.empty("boxes", "products-none");
        if self.add.is_yes() {
            empty = empty.and(shell.go("product-add", new.clone()).primary());
        }
        let list = shell.list("nav-products", columns, rows, &self.state, empty);
        let filters = shell.filters(
            &self.state,
            Some("search-products"),
            vec![shell.picker("state", "state", &["draft", "published", "withdrawn"])],
        );
        let head = Head::new(t.tr("nav-products")).may(
            &self.add,
            shell.go("product-add", new).primary().icon("plus"),
        );
        Page::new(shell, head, blocks![filters, list])
    }
}
