//! Usage that came too late to count by itself.

use tradewind_kernel::time::{Date, Timestamp};

use crate::blocks;
use crate::view::kit::{Block, Card, Cell, Field, Kind, ListState, Row, Table, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// A record of the queue.
pub struct LateUsageRow {
    /// Source and id, as the form sends them.
    pub name: Txt,
    /// Id at its source.
    pub record: Txt,
    /// Source.
    pub source: Txt,
    /// Name of the subscription.
    pub subscription: Txt,
    /// Its id.
    pub subscription_id: Txt,
    /// Meter.
    pub meter: Txt,
    /// First day of the month in which it was used.
    pub month: Date,
    /// Quantity with its unit.
    pub quantity: Txt,
    /// When it came.
    pub received: Timestamp,
    /// State.
    pub state: Txt,
    /// Why; may be empty.
    pub reason: Txt,
}

/// The window and the queue.
pub struct LateUsagePage {
    /// Rows.
    pub rows: Vec<LateUsageRow>,
    /// Views (`view` is empty for what waits, `count`, `later`, `discarded`, `counted`), page.
    pub state: ListState,
    /// May decide.
    pub decide: Permit,
    /// `window_days`, `late_as`.
    pub window: FormState,
    /// `verdict`, `reason`, `all_shown`.
    pub decision: FormState,
}

impl LateUsagePage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let views = ["", "count", "later", "discarded", "counted"].map(|view| (view, None));
        let head = Head::new(t.tr("late-title"))
            .lead(t.tr("late-lead"))
            .under(t.tr("nav-usage"), "/panel/usage")
            .tabs(shell.views(&self.state, "late-view", &views));
        let view = self.state.value("view").to_owned();
        let open = self.decide.is_yes() && view != "counted" && !self.rows.is_empty();
        let table = self.table(&shell, open);
        let mut body: Vec<Block> = Vec::new();
        if open {
            let known: &[&str] = if view.is_empty() {
                &["count", "count_later", "discard"]
            } else {
                &["reopen", "count", "count_later", "discard"]
            };
            let ask = Ask::new(&shell, &self.decision);
            let mut fields: Vec<Field> = (self.rows.iter().enumerate())
                .map(|(row, one)| Field::hidden(format!("record.{row}"), one.name.clone()))
                .collect();
            fields.push(ask.check("all_shown"));
            fields.push(ask.codes("verdict", "late-verdict", known));
            fields.push(ask.optional(ask.text("reason")));
            let mut before = Vec::new();
            before.extend(self.decision.notice().map(Into::into));
            before.push(table.into());
            let form = shell
                .form("/panel/usage/late", "late-decide")
                .before(before)
                .two_columns()
                .fields(fields);
            body.push(Card::new(t.tr("late-queue"), blocks![form]).into());
        } else {
            body.push(table.into());
        }
        if self.decide.is_yes() {
            let ask = Ask::new(&shell, &self.window);
            let days = ask.field(
                "window_days",
                Kind::Number(Some("0".into()), Some("3660".into()), "1".into()),
            );
            let form = shell
                .form("/panel/usage/late/window", "late-save")
                .telling(self.window.notice())
                .two_columns()
                .fields(vec![
                    ask.optional(days),
                    ask.codes("late_as", "late-as", &["past_period", "current_period"]),
                ]);
            body.push(Card::new(t.tr("late-window"), blocks![form]).into());
        }
        Page::new(shell, head, body)
    }

    fn table(&self, shell: &Shell, open: bool) -> Table {
        let t = &shell.t;
        let rows = self.rows.iter().enumerate().map(|(row, one)| {
            let mut cells = Vec::new();
            if open {
                let spoken = t.with("late-pick", &[("record", one.record.as_ref())]);
                let pick = Field::new(format!("pick.{row}"), Txt::default(), Kind::Check(false));
                cells.push(Cell::Ask(Box::new(self.decision.fill(pick.spoken(spoken)))));
            }
            cells.extend([
                Cell::Two(one.record.clone(), one.source.clone()),
                Cell::Link(
                    format!("/panel/subscriptions/{}", one.subscription_id).into(),
                    one.subscription.clone(),
                ),
                Cell::Two(t.month(one.month), one.meter.clone()),
                Cell::Figure(one.quantity.clone()),
                Cell::At(t.at(one.received)),
                Cell::State(t.state(&one.state)),
                Cell::Text(one.reason.clone()),
            ]);
            Row::Cells(cells)
        });
        let rows: Vec<Row> = rows.collect();
        let mut columns = Vec::new();
        if open {
            columns.push(shell.col("late-picked"));
        }
        columns.extend([
            shell.col("c-record"),
            shell.col("c-subscription"),
            shell.col("late-month"),
            shell.fig("c-quantity"),
            shell.col("late-came"),
            shell.col("c-state"),
            shell.col("f-reason"),
        ]);
        let empty = shell.empty("circle-check", "late-none");
        shell.list("late-queue", columns, rows, &self.state, empty)
    }
}
