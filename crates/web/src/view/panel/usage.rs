//! Imports of usage and cost, and the records that wait for somebody to say whose they are.

use tradewind_kernel::time::{Date, Timestamp};

use crate::blocks;
use crate::view::kit::{
    Block, Button, Card, Cell, Choice, Kind, ListState, Notice, Row, Table, Tone, Txt,
};
use crate::view::shared::{Ask, FormState};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// An import.
pub struct ImportRow {
    /// Id.
    pub id: Txt,
    /// File or source.
    pub source: Txt,
    /// When.
    pub at: Timestamp,
    /// State.
    pub state: Txt,
    /// Records taken in.
    pub taken: u64,
    /// Records known already.
    pub known: u64,
    /// Records held.
    pub held: u64,
    /// Records that came too late and wait for a decision.
    pub review: u64,
    /// Rows refused: row number, column, what was expected.
    pub refused: Vec<(u64, Txt, Txt)>,
}

/// Imports.
pub struct ImportsPage {
    /// Rows, the newest first.
    pub rows: Vec<ImportRow>,
    /// Page.
    pub state: ListState,
    /// Records held over all imports.
    pub held: u32,
    /// Records that came too late and wait, up to a thousand.
    pub review: u32,
    /// May import.
    pub import: Permit,
    /// `file`, `on_error`.
    pub form: FormState,
    /// Whether one is under way.
    pub moving: bool,
}

fn whole(shell: &Shell, number: u64) -> Txt {
    shell.t.int(i64::try_from(number).unwrap_or(i64::MAX))
}

impl ImportsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut body: Vec<Block> = Vec::new();
        if self.held > 0 {
            body.push(
                Notice::new(Tone::Warn, "", t.count("usage-held-count", self.held))
                    .and(shell.go("usage-assign", "/panel/usage/held").small(""))
                    .into(),
            );
        }
        if self.review > 0 {
            body.push(
                Notice::new(Tone::Warn, "", t.count("late-waiting", self.review))
                    .and(shell.go("late-open", "/panel/usage/late").small(""))
                    .into(),
            );
        }
        if self.import.is_yes() {
            let ask = Ask::new(&shell, &self.form);
            let form = shell
                .form("/panel/usage", "usage-import")
                .telling(self.form.notice())
                .with_file()
                .two_columns()
                .fields(vec![
                    ask.field("file", Kind::Input("file")).required(),
                    ask.codes("on_error", "on-error", &["skip", "stop"]),
                ]);
            body.push(Card::new(t.tr("usage-import"), blocks![form]).into());
        }
        let mut refused = Vec::new();
        let rows = self.rows.into_iter().map(|row| {
            let name = row.source.clone();
            refused.extend(row.refused.iter().map(|(number, column, expected)| {
                vec![
                    Cell::Text(name.clone()),
                    Cell::Figure(whole(&shell, *number)),
                    Cell::Id(column.clone()),
                    Cell::Text(expected.clone()),
                ]
            }));
            Row::Cells(vec![
                Cell::Two(row.source, row.id),
                Cell::At(t.at(row.at)),
                Cell::State(t.state(&row.state)),
                Cell::Figure(whole(&shell, row.taken)),
                Cell::Figure(whole(&shell, row.known)),
                Cell::Figure(whole(&shell, row.held)),
                Cell::Figure(whole(&shell, row.review)),
                Cell::Figure(whole(
                    &shell,
                    u64::try_from(row.refused.len()).unwrap_or(u64::MAX),
                )),
            ])
        });
        let rows: Vec<Row> = rows.collect();
        let columns = vec![
            shell.col("c-source"),
            shell.col("c-when"),
            shell.col("c-state"),
            shell.fig("c-taken"),
            shell.fig("c-known"),
            shell.fig("c-held"),
            shell.fig("c-late"),
            shell.fig("c-refused"),
        ];
        body.push(
            shell
                .list(
                    "nav-usage",
                    columns,
                    rows,
                    &self.state,
                    shell.empty("file-up", "usage-imports-none"),
                )
                .into(),
        );
        if !refused.is_empty() {
            let columns = vec![
                shell.col("c-source"),
                shell.fig("c-row"),
                shell.col("c-column"),
                shell.col("c-expected"),
            ];
            let table: Table = shell.table("usage-refused", columns, refused, "none");
            body.push(
                Card::new(t.tr("usage-refused"), blocks![table])
                    .flush()
                    .into(),
            );
        }
        let head = Head::new(t.tr("nav-usage"))
            .lead(t.tr("usage-lead"))
            .and(shell.go("usage-assign", "/panel/usage/held"))
            .and(shell.go("late-open", "/panel/usage/late"));
        Page::new(shell, head, body).refresh(self.moving.then_some(3))
    }
}

/// Records of one sub-account that nobody is assigned to.
pub struct HeldRow {
    /// Sub-account, as the source names it; sent by the form as `source_account`.
    pub account: Txt,
    /// Its name at the source.
    pub name: Txt,
    /// Records held.
    pub records: u64,
    /// First and last day of them.
    pub days: (Date, Date),
    /// Their cost, formatted.
    pub cost: Txt,
    /// The subscription that is suggested: id.
    pub suggestion: Txt,
}

/// Held records, to be assigned to subscriptions.
pub struct HeldUsagePage {
    /// Rows.
    pub rows: Vec<HeldRow>,
    /// Subscriptions to choose from: id, name.
    pub subscriptions: Vec<(Txt, Txt)>,
    /// Search, page.
    pub state: ListState,
}

impl HeldUsagePage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut dialogs: Vec<Block> = Vec::new();
        let mut rows = Vec::new();
        for (index, row) in self.rows.into_iter().enumerate() {
            let id = format!("assign-{index}");
            let choices = self
                .subscriptions
                .iter()
                .map(|(id, name)| Choice::new(id.clone(), name.clone()).on(*id == row.suggestion));
            let fields = vec![
                crate::view::kit::Field::hidden("source_account", row.account.clone()),
                crate::view::kit::Field::select(
                    "subscription",
                    t.tr("c-subscription"),
                    choices.collect(),
                ),
            ];
            dialogs.push(
                shell
                    .confirm(&id, "usage-assign-one", "/panel/usage/held", fields)
                    .into(),
            );
            let (first, last) = row.days;
            rows.push(Row::Cells(vec![
                Cell::Two(row.name.clone(), row.account),
                Cell::Figure(whole(&shell, row.records)),
                Cell::Text(format!("{} – {}", t.date(first).text(), t.date(last).text()).into()),
                Cell::Figure(row.cost),
                Cell::Do(vec![
                    Button::open(t.tr("usage-assign-one"), id).small(row.name),
                ]),
            ]));
        }
        let columns = vec![
            shell.col("c-sub-account"),
            shell.fig("c-records"),
            shell.col("c-period"),
            shell.fig("c-cost"),
            shell.acts(),
        ];
        let list = shell.list(
            "usage-held",
            columns,
            rows,
            &self.state,
            shell.empty("circle-check", "usage-held-none"),
        );
        let head = Head::new(t.tr("usage-held"))
            .under(t.tr("nav-usage"), "/panel/usage")
            .lead(t.tr("usage-held-lead"));
        let mut body = blocks![list];
        body.extend(dialogs);
        Page::new(shell, head, body)
    }
}
