//! What a seller does when an invoice is not paid, or a card payment fails.

use crate::blocks;
use crate::view::kit::{Card, Cell, Choice, Field, Kind, Row, Table, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::{Head, Page, Shell};

/// What a step can do.
const ACTIONS: [&str; 4] = ["remind", "suspend", "terminate", "write_off"];

/// The steps of dunning, and the days of retries.
pub struct DunningPage {
    /// How many rows the form has.
    pub rows: usize,
    /// May change them.
    pub edit: bool,
    /// `days.N` and `action.N` for each row.
    pub form: FormState,
    /// `after_days`.
    pub retries: FormState,
}

impl DunningPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut steps = shell.form("/panel/dunning", "dunning-save");
        let mut before = Vec::new();
        before.extend(self.form.notice().map(Into::into));
        before.push(self.table(&shell).into());
        steps = steps.before(before);
        let ask = Ask::new(&shell, &self.retries);
        let retries = shell
            .form("/panel/dunning/retries", "retries-save")
            .telling(self.retries.notice())
            .fields(vec![ask.optional(ask.text("after_days"))]);
        let head = Head::new(t.tr("dunning-title"))
            .lead(t.tr("dunning-lead"))
            .under(t.tr("nav-payments"), "/panel/payments")
            .and(shell.go("dunning-overdue", "/panel/invoices?state=overdue"));
        let cards = if self.edit {
            blocks![
                Card::new(t.tr("dunning-steps"), blocks![steps]),
                Card::new(t.tr("retries-title"), blocks![retries])
            ]
        } else {
            blocks![Card::new(
                t.tr("dunning-steps"),
                blocks![self.table(&shell)]
            )]
        };
        Page::new(shell, head, cards)
    }

    fn table(&self, shell: &Shell) -> Table {
        let t = &shell.t;
        let rows = (0..self.rows).map(|row| {
            let spoken = |key: &str| format!("{} {}", t.tr(key), row + 1);
            let days =
                Field::text(format!("days.{row}"), Txt::default()).spoken(spoken("dunning-days"));
            let none = Choice::new("", t.tr("dunning-none"));
            let actions = ACTIONS.map(|action| Choice::new(action, t.code("dunning", action)));
            let choices = std::iter::once(none).chain(actions).collect();
            let action = Field::new(
                format!("action.{row}"),
                Txt::default(),
                Kind::Select(choices),
            )
            .spoken(spoken("dunning-action"));
            Row::Cells(vec![
                Cell::Ask(Box::new(self.form.fill(days))),
                Cell::Ask(Box::new(self.form.fill(action))),
            ])
        });
        let columns = vec![shell.col("dunning-days"), shell.col("dunning-action")];
        Table::new(t.tr("dunning-steps"), columns, rows.collect())
    }
}
