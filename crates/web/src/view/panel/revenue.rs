//! What is billed in advance, and when it is earned.

use tradewind_kernel::money::Money;
use tradewind_kernel::time::Date;

use crate::blocks;
use crate::view::kit::{Block, Card, Cell, ListState, Row};
use crate::view::shared::{Ask, FormState};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// A month in one currency.
pub struct RevenueRow {
    /// First day.
    pub month: Date,
    /// Deferred at its start.
    pub start: Money,
    /// Billed.
    pub billed: Money,
    /// Earned.
    pub recognised: Money,
    /// Deferred at its end.
    pub end: Money,
    /// What the books have as deferred.
    pub booked: Option<Money>,
}

/// The revenue schedule of a seller.
pub struct RevenuePage {
    /// Months, by currency.
    pub rows: Vec<RevenueRow>,
    /// The months that are looked at: parameters `from` and `months`.
    pub state: ListState,
    /// `recognition`, `since`.
    pub form: FormState,
    /// May change the policy.
    pub change: Permit,
}

impl RevenuePage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let csv = format!("/panel/ledger/revenue.csv{}", self.query());
        let head = Head::new(t.tr("revenue-title"))
            .lead(t.tr("revenue-lead"))
            .under(t.tr("nav-ledger"), "/panel/ledger")
            .and(shell.go("revenue-csv", csv).icon("download"));
        let mut body: Vec<Block> = vec![self.table(&shell).into()];
        if self.change.is_yes() {
            let ask = Ask::new(&shell, &self.form);
            let form = shell
                .form("/panel/ledger/revenue", "w-save")
                .two_columns()
                .telling(self.form.notice())
                .fields(vec![
                    ask.codes("recognition", "recognition", &["at_issue", "over_time"]),
                    ask.input("month", "recognised_since").required(),
                ]);
            let card = Card::new(t.tr("revenue-policy"), blocks![form]);
            body.push(card.intro(t.tr("revenue-policy-text")).into());
        }
        Page::new(shell, head, body)
    }

    fn query(&self) -> String {
        let from = self.state.value("from");
        match from.is_empty() {
            true => String::new(),
            false => format!("?from={from}"),
        }
    }

    fn table(&self, shell: &Shell) -> crate::view::kit::Table {
        let t = &shell.t;
        let mut rows = Vec::new();
        let mut currency = None;
        for row in &self.rows {
            if currency != Some(row.billed.currency) {
                currency = Some(row.billed.currency);
                rows.push(Row::Group(row.billed.currency.code().into()));
            }
            let lines = format!("/panel/ledger/revenue-lines.csv?month={}", row.month);
            rows.push(Row::Cells(vec![
                Cell::Link(lines.into(), t.month(row.month)),
                Cell::Figure(t.money(row.start)),
                Cell::Figure(t.money(row.billed)),
                Cell::Figure(t.money(row.recognised)),
                Cell::Figure(t.money(row.end)),
                Cell::maybe_figure(row.booked.map(|booked| t.money(booked))),
            ]));
        }
        let columns = vec![
            shell.col("c-month"),
            shell.fig("revenue-start"),
            shell.fig("revenue-billed"),
            shell.fig("revenue-recognised"),
            shell.fig("revenue-end"),
            shell.fig("revenue-booked"),
        ];
        let empty = shell.empty("scale", "revenue-none");
        shell.list("revenue-title", columns, rows, &self.state, empty)
    }
}
