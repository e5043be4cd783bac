//! Invoices in a list.

use tradewind_kernel::money::Money;
use tradewind_kernel::time::Date;

use crate::blocks;
use crate::view::kit::{Cell, Column, ListState, Notice, Row, Stat, Stats, Tone, Txt};
use crate::view::{Head, Page, Shell};

/// An invoice in a list.
pub struct InvoiceRow {
    /// Id.
    pub id: Txt,
    /// Number; empty for a draft.
    pub number: Txt,
    /// `invoice` or `credit_note`.
    pub kind: Txt,
    /// The other party.
    pub party: Txt,
    /// Date.
    pub date: Date,
    /// Due on.
    pub due: Date,
    /// State.
    pub state: Txt,
    /// Total.
    pub total: Money,
    /// What is still open.
    pub open: Money,
}

impl InvoiceRow {
    /// Its cells; the other party is left out for a customer, who has only one.
    pub(crate) fn cells(&self, shell: &Shell, base: &str) -> Vec<Cell> {
        let t = &shell.t;
        let number = if self.number.is_empty() {
            t.tr("state-draft")
        } else {
            self.number.clone()
        };
        let href = format!("{base}/invoices/{}", self.id);
        let mut cells = vec![Cell::Main(
            href.into(),
            number,
            Some(t.code("invoice-kind", &self.kind)),
        )];
        if base != "/my" {
            cells.push(Cell::Text(self.party.clone()));
        }
        let open = if self.open.is_zero() {
            Cell::Nil
        } else {
            Cell::Figure(t.money(self.open))
        };
        cells.extend([
            Cell::At(t.date(self.date)),
            Cell::At(t.date(self.due)),
            Cell::State(t.state(&self.state)),
            Cell::Figure(t.money(self.total)),
            open,
        ]);
        cells
    }
}

/// Columns of [`InvoiceRow::cells`].
pub(crate) fn invoice_columns(shell: &Shell, base: &str) -> Vec<Column> {
    let mut columns = vec![shell.col("c-number").sort("number")];
    if base != "/my" {
        columns.push(shell.col("c-party"));
    }
    columns.extend([
        shell.col("c-date").sort("date"),
        shell.col("c-due").sort("due"),
        shell.col("c-state"),
        shell.fig("c-total").sort("total"),
        shell.fig("c-open"),
    ]);
    columns
}

/// Which side of the invoices the reader is on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ledgerside {
    /// A customer's, all received.
    Mine,
    /// Issued by this seller.
    Issued,
    /// Received by this seller from its own.
    Received,
}

/// Invoices.
pub struct InvoicesPage {
    /// Side.
    pub side: Ledgerside,
    /// Rows.
    pub rows: Vec<InvoiceRow>,
    /// Search, filter `state`, sorting, page.
    pub state: ListState,
    /// Figures above the list: text key, amount, text key of the explanation.
    pub sums: Vec<(&'static str, Money, &'static str)>,
    /// Where the reader's own statement of account is.
    pub statement: Option<&'static str>,
    /// Why the seller takes no new orders: in words, and where to pay.
    pub notices: Vec<(Txt, Option<Txt>)>,
}

impl InvoicesPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let (base, title) = match self.side {
            Ledgerside::Mine => ("/my", "nav-invoices"),
            Ledgerside::Issued => ("/panel", "nav-invoices-issued"),
            Ledgerside::Received => ("/panel", "nav-invoices-received"),
        };
        let rows = self
            .rows
            .iter()
            .map(|row| Row::Cells(row.cells(&shell, base)))
            .collect();
        let pickers = vec![shell.picker(
            "state",
            "state",
            &["draft", "open", "overdue", "paid", "void", "written_off"],
        )];
        let filters = shell.filters(&self.state, Some("invoices-search"), pickers);
        let empty = shell.empty("receipt-text", "invoices-empty");
        let list = shell.list(
            title,
            invoice_columns(&shell, base),
            rows,
            &self.state,
            empty,
        );
        let mut body = Vec::new();
        for (text, pay) in self.notices {
            let mut notice = Notice::new(Tone::Warn, t.tr("holds-title"), text);
            if let Some(href) = pay {
                notice = notice.and(shell.go("w-pay-now", href));
            }
            body.push(notice.into());
        }
        if !self.sums.is_empty() {
            let stats = self.sums.iter().map(|(label, amount, detail)| Stat {
                label: t.tr(label),
                value: t.money(*amount),
                detail: t.tr(detail),
                ..Stat::default()
            });
            body.push(Stats(stats.collect()).into());
        }
        body.extend(blocks![filters, list]);
        let mut head = Head::new(t.tr(title));
        if self.side == Ledgerside::Issued {
            head = head.and(
                shell
                    .go("nav-drafts", "/panel/drafts")
                    .icon("clipboard-check"),
            );
        }
        if let Some(href) = self.statement {
            head = head.and(shell.go("nav-statement", href).icon("scale"));
        }
        Page::new(shell, head, body)
    }
}
