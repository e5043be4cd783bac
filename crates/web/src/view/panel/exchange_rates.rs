//! What currencies are worth in others.

use tradewind_kernel::time::Date;

use crate::blocks;
use crate::view::kit::{Block, Button, Card, Cell, Choice, Kind, ListState, Row, Table, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// A pair of currencies.
pub struct ExchangeRateRow {
    /// One unit of this …
    pub base: Txt,
    /// … in this.
    pub quote: Txt,
    /// The rate that holds and its first day; none before the first.
    pub now: Option<(Txt, Date)>,
    /// Where it comes from.
    pub source: Txt,
    /// The next rate and its first day.
    pub next: Option<(Txt, Date)>,
}

/// The exchange rates of the realm.
pub struct ExchangeRatesPage {
    /// Pairs.
    pub rows: Vec<ExchangeRateRow>,
    /// The list.
    pub state: ListState,
    /// Codes of all currencies.
    pub currencies: Vec<Txt>,
    /// `base`, `quote`, `exchange_rate`, `rate_from`, `rate_source`.
    pub form: FormState,
    /// `file`, `file_base`, `both_ways`, `file_source`.
    pub file: FormState,
    /// May set rates.
    pub change: Permit,
}

impl ExchangeRatesPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let head = Head::new(t.tr("nav-exchange-rates"))
            .lead(t.tr("exchange-rates-lead"))
            .may(
                &self.change,
                Button::open(t.tr("exchange-rate-add"), "add")
                    .primary()
                    .icon("plus"),
            );
        let mut body: Vec<Block> = vec![self.table(&shell).into()];
        if self.change.is_yes() {
            body.push(self.import(&shell).into());
            let ask = Ask::new(&shell, &self.form);
            let fields = vec![
                ask.select("base", self.codes()),
                ask.select("quote", self.codes()),
                ask.number("exchange_rate").required(),
                ask.input("date", "rate_from").required(),
                ask.optional(ask.text("rate_source")),
            ];
            let action = "/panel/exchange-rates";
            body.push(
                shell
                    .confirm("add", "exchange-rate-add", action, fields)
                    .into(),
            );
        }
        Page::new(shell, head, body)
    }

    fn codes(&self) -> Vec<Choice> {
        let codes = self.currencies.iter();
        codes
            .map(|code| Choice::new(code.clone(), code.clone()))
            .collect()
    }

    fn import(&self, shell: &Shell) -> Card {
        let t = &shell.t;
        let ask = Ask::new(shell, &self.file);
        let form = shell
            .form("/panel/exchange-rates/import", "exchange-rates-import")
            .telling(self.file.notice())
            .with_file()
            .two_columns()
            .fields(vec![
                ask.field("file", Kind::Input("file")).required(),
                ask.select("file_base", self.codes()),
                ask.optional(ask.text("file_source")),
                ask.check("both_ways"),
            ]);
        Card::new(t.tr("exchange-rates-import"), blocks![form])
            .intro(t.tr("exchange-rates-import-text"))
    }

    fn table(&self, shell: &Shell) -> Table {
        let t = &shell.t;
        let rows = self.rows.iter().map(|row| {
            let (now, since) = row.now.clone().unzip();
            let (next, from) = row.next.clone().unzip();
            Row::Cells(vec![
                Cell::Text(format!("{} → {}", row.base, row.quote).into()),
                Cell::maybe_figure(now),
                Cell::maybe_at(since.map(|day| t.date(day))),
                Cell::Text(row.source.clone()),
                Cell::maybe_figure(next),
                Cell::maybe_at(from.map(|day| t.date(day))),
            ])
        });
        let columns = vec![
            shell.col("exchange-rate-pair"),
            shell.fig("exchange-rate-now"),
            shell.col("exchange-rate-since"),
            shell.col("exchange-rate-source"),
            shell.fig("exchange-rate-next"),
            shell.col("exchange-rate-from"),
        ];
        let empty = shell.empty("repeat", "exchange-rates-none");
        shell.list(
            "nav-exchange-rates",
            columns,
            rows.collect(),
            &self.state,
            empty,
        )
    }
}
