//! How the books are kept: closed months and the chain of entries, numbers and names of accounts.

use tradewind_billing::types::LedgerAccount;
use tradewind_kernel::time::{Date, Timestamp};

use crate::blocks;
use crate::view::kit::{Block, Button, Card, Cell, Choice, Field, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// A month that was closed or opened again.
pub struct ClosingRow {
    /// Its first day.
    pub month: Date,
    /// `close`, `reopen`.
    pub act: Txt,
    /// Why.
    pub reason: Txt,
    /// Who.
    pub by: Txt,
    /// When.
    pub at: Timestamp,
    /// Last entry of the chain then.
    pub sequence: i64,
    /// Its hash.
    pub hash: Txt,
}

/// Months of a book, and its chain.
pub struct MonthsPage {
    /// Last closed day.
    pub closed_until: Option<Date>,
    /// Month that can be closed.
    pub next_month: Option<Date>,
    /// Entries that are sealed.
    pub sealed: i64,
    /// Hash of the last.
    pub hash: Txt,
    /// Entries that wait for it.
    pub waiting: i64,
    /// What was done, the latest first.
    pub rows: Vec<ClosingRow>,
    /// May close and open.
    pub change: Permit,
}

impl MonthsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let may = self.change.is_yes();
        let mut head = Head::new(t.tr("ledger-months"))
            .lead(t.tr("ledger-months-lead"))
            .under(t.tr("nav-ledger"), "/panel/ledger");
        let mut dialogs: Vec<Block> = Vec::new();
        let month = |on: Date| Field::hidden("month", on.to_string());
        let none = FormState::default();
        let ask = Ask::new(&shell, &none);
        if let Some(next) = self.next_month.filter(|_| may) {
            let label = t.with("ledger-close-month", &[("month", &t.month(next))]);
            head = head.and(Button::open(label, "close").primary().icon("lock"));
            let fields = vec![month(next), ask.optional(ask.text("reason"))];
            let to = "/panel/ledger/months/close";
            dialogs.push(shell.confirm("close", "ledger-close", to, fields).into());
        }
        if let Some(until) = self.closed_until.filter(|_| may) {
            let label = t.with("ledger-reopen-month", &[("month", &t.month(until))]);
            head = head.and(Button::open(label, "reopen"));
            let fields = vec![month(until.first_of_month()), ask.text("reason").required()];
            let to = "/panel/ledger/months/reopen";
            dialogs.push(shell.confirm("reopen", "ledger-reopen", to, fields).into());
        }
        let facts = shell.facts(vec![
            (
                "ledger-closed-until",
                match self.closed_until {
                    Some(until) => Cell::At(t.date(until)),
                    None => Cell::Text(t.tr("ledger-nothing-closed")),
                },
            ),
            ("ledger-sealed", Cell::Text(t.int(self.sealed))),
            ("ledger-waiting", Cell::Text(t.int(self.waiting))),
            ("ledger-hash", Cell::Id(self.hash.clone())),
        ]);
        let mut seal =
            Card::new(t.tr("ledger-chain"), blocks![facts]).intro(t.tr("ledger-chain-text"));
        if may && self.waiting > 0 {
            seal = seal.and(shell.post("ledger-seal", "/panel/ledger/months/seal"));
        }
        seal = seal.and(
            shell
                .go("ledger-export-sealed", "/panel/ledger/export?format=sealed")
                .icon("download"),
        );
        let mut body = blocks![seal, self.table(&shell)];
        body.extend(dialogs);
        Page::new(shell, head, body)
    }

    fn table(&self, shell: &Shell) -> Card {
        let t = &shell.t;
        let rows = self.rows.iter().map(|row| {
            vec![
                Cell::Text(t.month(row.month)),
                Cell::Two(t.code("ledger-act", &row.act), row.reason.clone()),
                Cell::Text(row.by.clone()),
                Cell::At(t.at(row.at)),
                Cell::Figure(t.int(row.sequence)),
                Cell::Id(row.hash.clone()),
            ]
        });
        let columns = vec![
            shell.col("c-month"),
            shell.col("c-what"),
            shell.col("c-who"),
            shell.col("c-when"),
            shell.fig("ledger-sealed"),
            shell.col("ledger-hash"),
        ];
        let table = shell.table(
            "ledger-closings",
            columns,
            rows.collect(),
            "ledger-closings-none",
        );
        Card::new(t.tr("ledger-closings"), blocks![table])
    }
}

/// The numbers and names of accounts.
pub struct ChartPage {
    /// Number, name, account.
    pub rows: Vec<(Txt, Txt, Txt)>,
    /// May change them.
    pub change: Permit,
    /// `account`, `code`, `called`.
    pub form: FormState,
}

impl ChartPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let may = self.change.is_yes();
        let rows = self.rows.iter().map(|(code, name, account)| {
            let remove = shell
                .post("w-remove", "/panel/ledger/chart")
                .with("chart_account", account.clone())
                .small(account.clone());
            vec![
                Cell::Text(code.clone()),
                Cell::Text(name.clone()),
                Cell::Text(account.clone()),
                Cell::Do(if may { vec![remove] } else { Vec::new() }),
            ]
        });
        let columns = vec![
            shell.col("c-number"),
            shell.col("c-name"),
            shell.col("c-ledger-account"),
            shell.acts(),
        ];
        let table = shell.table("ledger-chart", columns, rows.collect(), "ledger-chart-none");
        let head = Head::new(t.tr("ledger-chart"))
            .lead(t.tr("ledger-chart-lead"))
            .under(t.tr("nav-ledger"), "/panel/ledger");
        let mut body = blocks![Card::new(t.tr("ledger-chart"), blocks![table])];
        if may {
            let ask = Ask::new(&shell, &self.form);
            let choices = LedgerAccount::STEMS.map(|stem| Choice::new(stem, stem));
            let form = shell
                .form("/panel/ledger/chart", "w-save")
                .two_columns()
                .telling(self.form.notice())
                .fields(vec![
                    ask.select("chart_account", choices.to_vec()),
                    ask.text("chart_code").required(),
                    ask.optional(ask.text("chart_name")),
                ]);
            body.push(Card::new(t.tr("ledger-number"), blocks![form]).into());
        }
        Page::new(shell, head, body)
    }
}
