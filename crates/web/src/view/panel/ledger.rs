//! The books: balances of the accounts, and the entries behind one of them.

use tradewind_kernel::money::Money;
use tradewind_kernel::time::{Date, Timestamp};

use crate::blocks;
use crate::view::kit::{Badge, Cell, ListState, Row, Tone, Txt};
use crate::view::{Head, Page, Shell};

/// The balance of an account of the ledger.
pub struct BalanceRow {
    /// Account: `assets:receivable:acc_…`.
    pub account: Txt,
    /// Its number and name in the chart, if it has one.
    pub number: Txt,
    /// Sum of debits.
    pub debit: Money,
    /// Sum of credits.
    pub credit: Money,
    /// Balance.
    pub balance: Money,
}

/// An entry.
pub struct EntryRow {
    /// When.
    pub at: Timestamp,
    /// Id of its transaction.
    pub transaction: Txt,
    /// What for: document, address.
    pub document: (Txt, Txt),
    /// Account.
    pub account: Txt,
    /// Debit.
    pub debit: Option<Money>,
    /// Credit.
    pub credit: Option<Money>,
}

/// The trial balance, or the entries of one account.
pub struct LedgerPage {
    /// Until which date.
    pub until: Date,
    /// Balances, grouped by currency.
    pub balances: Vec<BalanceRow>,
    /// Entries, when one account is looked at.
    pub entries: Vec<EntryRow>,
    /// The account looked at (parameter `account`), search, page.
    pub state: ListState,
    /// Whether debits and credits are equal in each currency.
    pub balanced: bool,
}

impl LedgerPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let badge = if self.balanced {
            Badge::new(Tone::Ok, t.tr("ledger-balanced"))
        } else {
            Badge::new(Tone::Bad, t.tr("ledger-unbalanced"))
        };
        let mut head = Head::new(t.tr("nav-ledger"))
            .state(badge)
            .lead(t.with("ledger-until", &[("date", t.date(self.until).text())]))
            .and(
                shell
                    .go("ledger-months", "/panel/ledger/months")
                    .icon("calendar"),
            )
            .and(
                shell
                    .go("revenue-title", "/panel/ledger/revenue")
                    .icon("chart-line"),
            )
            .and(
                shell
                    .go("currency-title", "/panel/ledger/currency")
                    .icon("scale"),
            )
            .and(
                shell
                    .go("ledger-chart", "/panel/ledger/chart")
                    .icon("list-checks"),
            )
            .and(
                shell
                    .go(
                        "ledger-export-hledger",
                        "/panel/ledger/export?format=hledger",
                    )
                    .icon("download"),
            )
            .and(
                shell
                    .go(
                        "ledger-export-beancount",
                        "/panel/ledger/export?format=beancount",
                    )
                    .icon("download"),
            );
        let one = self.state.value("account").to_owned();
        if one.is_empty() {
            let mut rows = Vec::new();
            let mut currency = None;
            for row in self.balances {
                if currency != Some(row.balance.currency) {
                    currency = Some(row.balance.currency);
                    rows.push(Row::Group(row.balance.currency.code().into()));
                }
                let href = self.state.href(&[("account", &row.account)]);
                let number = (!row.number.is_empty()).then_some(row.number);
                rows.push(Row::Cells(vec![
                    Cell::Main(href.into(), row.account, number),
                    Cell::Figure(t.money(row.debit)),
                    Cell::Figure(t.money(row.credit)),
                    Cell::Figure(t.money(row.balance)),
                ]));
            }
            let columns = vec![
                shell.col("c-ledger-account"),
                shell.fig("c-debit"),
                shell.fig("c-credit"),
                shell.fig("c-balance"),
            ];
            let list = shell.list(
                "ledger-balances",
                columns,
                rows,
                &self.state,
                shell.empty("scale", "ledger-none"),
            );
            let filters = shell.filters(&self.state, Some("ledger-search"), Vec::new());
            return Page::new(shell, head, blocks![filters, list]);
        }
        let rows = self.entries.into_iter().map(|row| {
            let amount =
                |amount: Option<Money>| Cell::maybe_figure(amount.map(|amount| t.money(amount)));
            Row::Cells(vec![
                Cell::At(t.at(row.at)),
                Cell::Link(row.document.1, row.document.0),
                Cell::Id(row.transaction),
                Cell::Text(row.account),
                amount(row.debit),
                amount(row.credit),
            ])
        });
        let columns = vec![
            shell.col("c-when"),
            shell.col("c-document"),
            shell.col("c-transaction"),
            shell.col("c-ledger-account"),
            shell.fig("c-debit"),
            shell.fig("c-credit"),
        ];
        let rows = rows.collect();
        let list = shell.list(
            "ledger-entries",
            columns,
            rows,
            &self.state,
            shell.empty("scale", "ledger-none"),
        );
        head.title = one.into();
        Page::new(
            shell,
            head.under(t.tr("nav-ledger"), "/panel/ledger"),
            blocks![list],
        )
    }
}
