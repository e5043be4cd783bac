//! Costs by service and month.

use rust_decimal::Decimal;
use tradewind_kernel::money::Money;
use tradewind_kernel::time::Date;

use crate::blocks;
use crate::view::kit::{
    BarChart, Block, Card, Cell, Choice, FilterBar, ListState, Picker, Row, Stat, Stats, Table, Txt,
};
use crate::view::{Head, Page, Shell};

/// Costs of a service.
pub struct CostRow {
    /// Service or subscription.
    pub name: Txt,
    /// Its address.
    pub href: Option<Txt>,
    /// Cost of each month shown, the oldest first; exact.
    pub months: Vec<Money>,
    /// Expected cost of the current month.
    pub expected: Money,
    /// Change against the month before, in percent.
    pub change: Option<Decimal>,
}

/// Costs over the last months.
pub struct CostsPage {
    /// First days of the months shown, the oldest first; the last is the current one.
    pub months: Vec<Date>,
    /// Courses of the services.
    pub chart: Option<BarChart>,
    /// Services, the most expensive first.
    pub rows: Vec<CostRow>,
    /// Sum of each month.
    pub totals: Vec<Money>,
    /// This month so far.
    pub so_far: Money,
    /// This month, expected.
    pub expected: Money,
    /// Last month.
    pub last: Money,
    /// `months` (3, 6, 12), `by` (`service`, `subscription`).
    pub state: ListState,
}

impl CostsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let stat = |key: &str, amount: Money, detail: Txt| Stat {
            label: t.tr(key),
            value: t.money(amount),
            detail,
            ..Stat::default()
        };
        let stats = Stats(vec![
            stat(
                "costs-so-far",
                self.so_far,
                self.months
                    .last()
                    .map_or_else(Txt::default, |month| t.month(*month)),
            ),
            stat("costs-expected", self.expected, t.tr("costs-expected-how")),
            stat("costs-last", self.last, Txt::default()),
        ]);
        let mut columns = vec![shell.col("c-service")];
        let shown = self.months.len().saturating_sub(4);
        columns.extend(
            self.months
                .iter()
                .skip(shown)
                .map(|month| crate::view::kit::Column::figures(t.month(*month))),
        );
        columns.extend([shell.fig("costs-expected"), shell.fig("c-change")]);
        let mut rows: Vec<Row> = self
            .rows
            .into_iter()
            .map(|row| {
                let name = match row.href {
                    Some(href) => Cell::Main(href, row.name, None),
                    None => Cell::Text(row.name),
                };
                let mut cells = vec![name];
                cells.extend(
                    row.months
                        .iter()
                        .skip(shown)
                        .map(|amount| Cell::Figure(t.money(*amount))),
                );
                cells.push(Cell::Figure(t.money(row.expected)));
                cells.push(Cell::maybe_figure(row.change.map(|change| {
                    format!(
                        "{}{}",
                        if change.is_sign_negative() { "" } else { "+" },
                        t.percent(change)
                    )
                    .into()
                })));
                Row::Cells(cells)
            })
            .collect();
        if !rows.is_empty() {
            let mut total = vec![Cell::Text(t.tr("c-total"))];
            total.extend(
                self.totals
                    .iter()
                    .skip(shown)
                    .map(|amount| Cell::Figure(t.money(*amount))),
            );
            total.extend([
                Cell::Figure(t.money(self.expected)),
                Cell::Text(Txt::default()),
            ]);
            rows.push(Row::Total(total));
        }
        let choice = |value: &'static str, key: &str| Choice::new(value, t.tr(key));
        let pickers = vec![
            Picker {
                name: "months".into(),
                label: t.tr("costs-range"),
                choices: vec![
                    choice("", "costs-6"),
                    choice("3", "costs-3"),
                    choice("12", "costs-12"),
                ],
            },
            Picker {
                name: "by".into(),
                label: t.tr("costs-by"),
                choices: vec![
                    choice("", "costs-by-service"),
                    choice("subscription", "costs-by-subscription"),
                ],
            },
        ];
        let filters = FilterBar::new(
            &self.state,
            None,
            pickers,
            t.tr("w-apply"),
            t.tr("w-remove-filter"),
        );
        let mut inside: Vec<Block> = Vec::new();
        inside.extend(self.chart.map(Block::from));
        let table = Table::new(t.tr("nav-costs"), columns, rows)
            .or(shell.empty("chart-column", "costs-none"));
        let mut list: Vec<Block> = Vec::new();
        if !inside.is_empty() {
            list.push(Card::new(t.tr("costs-course"), inside).into());
        }
        list.push(table.into());
        let mut body = blocks![stats, filters];
        body.push(Listing(list).into());
        let head = Head::new(t.tr("nav-costs"))
            .lead(t.tr("costs-lead"))
            .and(shell.go("as-csv", "/my/costs.csv").icon("download"));
        Page::new(shell, head, body)
    }
}

/// What a filter replaces.
#[derive(askama::Template)]
#[template(
    ext = "html",
    source = "<div id=\"list\" class=\"col\">{% for block in self.0 %}{{ block }}{% endfor %}</div>"
)]
struct Listing(Vec<Block>);
