//! A statement of account: balances brought forward, every movement, and what is owed by age.

use tradewind_kernel::money::Money;
use tradewind_kernel::time::Date;

use crate::blocks;
use crate::view::kit::{Block, Card, Cell, Empty, PeriodBar, Row, Stat, Stats, Table, Txt};
use crate::view::{Head, Page, Shell};

/// A movement.
pub struct MovementRow {
    /// The day it counts for.
    pub on: Date,
    /// What it is called.
    pub name: Txt,
    /// What it is about.
    pub about: Txt,
    /// Address of the document.
    pub href: Option<Txt>,
    /// What it adds to the balance.
    pub amount: Money,
    /// What the balance is after it.
    pub balance: Money,
}

/// The statement of one buyer with one seller.
pub struct StatementPage {
    /// Where the page lies.
    pub here: Txt,
    /// What it lies under: name and address.
    pub under: (Txt, Txt),
    /// The other side.
    pub other: Txt,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Other periods: name and address.
    pub others: Vec<(Txt, Txt)>,
    /// Balance before.
    pub opening: Money,
    /// Balance after.
    pub closing: Money,
    /// Owed on invoices.
    pub owed: Money,
    /// Credit kept.
    pub credit: Money,
    /// The movements.
    pub moves: Vec<MovementRow>,
    /// The day of the ages.
    pub aged_on: Date,
    /// What is owed by age: text key and amount.
    pub ageing: Vec<(&'static str, Money)>,
}

impl StatementPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let days = format!("from={}&until={}", self.from, self.until);
        let file = |key: &str, form: &str| {
            shell
                .go(key, format!("{}{form}?{days}", self.here))
                .icon("download")
        };
        let lead = t.with(
            "statement-lead",
            &[
                ("from", t.date(self.from).text()),
                ("until", t.date(self.until).text()),
            ],
        );
        let head = Head::new(t.tr("nav-statement"))
            .lead(lead)
            .under(self.under.0.clone(), self.under.1.clone())
            .and(file("statement-pdf", "/pdf"))
            .and(file("statement-csv", ".csv"));
        let stat = |label: &str, amount: Money, detail: Txt| Stat {
            label: t.tr(label),
            value: t.money(amount),
            detail,
            ..Stat::default()
        };
        let side = |amount: Money| {
            if amount.is_negative() {
                t.tr("statement-in-favour")
            } else {
                Txt::default()
            }
        };
        let stats = vec![
            stat("statement-opening", self.opening, side(self.opening)),
            stat("statement-closing", self.closing, self.other.clone()),
            stat("statement-owed", self.owed, Txt::default()),
            stat("statement-kept", self.credit, Txt::default()),
        ];
        let bar = PeriodBar {
            path: self.here.clone(),
            from: (t.tr("statement-from"), self.from),
            until: (t.tr("statement-until"), self.until),
            apply: t.tr("statement-show"),
            others: self.others.clone(),
        };
        let aged = self
            .ageing
            .iter()
            .map(|(key, amount)| (*key, Cell::Text(t.money(*amount))));
        let aged = shell.facts(aged.collect());
        let on = t.date(self.aged_on);
        let title = t.with("statement-ageing", &[("date", on.text())]);
        let aside: Vec<Block> = blocks![Card::new(title, blocks![aged]).aside()];
        let moves = self.moves(&shell);
        Page::new(shell, head, blocks![bar, Stats(stats), moves]).aside(aside)
    }

    fn moves(&self, shell: &Shell) -> Table {
        let t = &shell.t;
        let mut rows = vec![Row::Cells(vec![
            Cell::At(t.date(self.from)),
            Cell::Text(t.tr("statement-opening")),
            Cell::Nil,
            Cell::Figure(t.money(self.opening)),
        ])];
        rows.extend(self.moves.iter().map(|one| {
            let what = match &one.href {
                Some(href) => Cell::Main(href.clone(), one.name.clone(), Some(one.about.clone())),
                None => Cell::Two(one.name.clone(), one.about.clone()),
            };
            Row::Cells(vec![
                Cell::At(t.date(one.on)),
                what,
                Cell::Figure(t.money(one.amount)),
                Cell::Figure(t.money(one.balance)),
            ])
        }));
        rows.push(Row::Cells(vec![
            Cell::At(t.date(self.until)),
            Cell::Text(t.tr("statement-closing")),
            Cell::Nil,
            Cell::Figure(t.money(self.closing)),
        ]));
        let columns = vec![
            shell.col("c-date"),
            shell.col("c-what"),
            shell.fig("c-amount"),
            shell.fig("c-balance"),
        ];
        let none = Empty::new("inbox", t.tr("statement-none"), "");
        Table::new(t.tr("statement-moves"), columns, rows).or(none)
    }
}
