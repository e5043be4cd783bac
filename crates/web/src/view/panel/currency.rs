//! What a book has won and lost by what was owed in other currencies.

use tradewind_kernel::money::Money;
use tradewind_kernel::time::Date;

use crate::blocks;
use crate::view::kit::{Block, Card, Cell, Choice, ListState, Notice, Row, Tone, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// A month.
pub struct CurrencyRow {
    /// First day.
    pub month: Date,
    /// Won.
    pub gain: Money,
    /// Lost.
    pub loss: Money,
    /// What the books have of it.
    pub booked: Option<Money>,
}

/// The currency differences of a book.
pub struct CurrencyPage {
    /// Months.
    pub rows: Vec<CurrencyRow>,
    /// Why nothing can be told: a rate is missing.
    pub hindered: Option<Txt>,
    /// The months that are looked at: parameter `from`.
    pub state: ListState,
    /// `book_currency`, `valued_since`.
    pub form: FormState,
    /// Codes of all currencies.
    pub currencies: Vec<Txt>,
    /// May change in which currency the book is valued.
    pub change: Permit,
}

impl CurrencyPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let head = Head::new(t.tr("currency-title"))
            .lead(t.tr("currency-lead"))
            .under(t.tr("nav-ledger"), "/panel/ledger");
        let mut body: Vec<Block> = Vec::new();
        body.push(match &self.hindered {
            Some(why) => Notice::new(Tone::Warn, t.tr("currency-hindered"), why.clone()).into(),
            None => self.table(&shell).into(),
        });
        if self.change.is_yes() {
            let ask = Ask::new(&shell, &self.form);
            let none = Choice::new("", t.tr("currency-none-valued"));
            let codes = self.currencies.iter();
            let codes = codes.map(|code| Choice::new(code.clone(), code.clone()));
            let choices = std::iter::once(none).chain(codes).collect();
            let form = shell
                .form("/panel/ledger/currency", "w-save")
                .two_columns()
                .telling(self.form.notice())
                .fields(vec![
                    ask.select("book_currency", choices),
                    ask.input("month", "valued_since").required(),
                ]);
            let card = Card::new(t.tr("currency-policy"), blocks![form]);
            body.push(card.intro(t.tr("currency-policy-text")).into());
        }
        Page::new(shell, head, body)
    }

    fn table(&self, shell: &Shell) -> crate::view::kit::Table {
        let t = &shell.t;
        let rows = self.rows.iter().map(|row| {
            let lines = format!("/panel/ledger/currency.csv?month={}", row.month);
            Row::Cells(vec![
                Cell::Link(lines.into(), t.month(row.month)),
                Cell::Figure(t.money(row.gain)),
                Cell::Figure(t.money(row.loss)),
                Cell::maybe_figure(row.booked.map(|booked| t.money(booked))),
            ])
        });
        let columns = vec![
            shell.col("c-month"),
            shell.fig("currency-gain"),
            shell.fig("currency-loss"),
            shell.fig("revenue-booked"),
        ];
        let empty = shell.empty("scale", "currency-nothing");
        shell.list(
            "currency-title",
            columns,
            rows.collect(),
            &self.state,
            empty,
        )
    }
}
