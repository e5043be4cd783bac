//! A vendor's fulfilment queue. Products, deliveries and webhooks are in [`super::panel`], keys and settings in
//! [`super::shared`].

use tradewind_kernel::time::Timestamp;

use crate::blocks;
use crate::view::kit::{Block, Button, Card, Cell, Facts, Field, Kind, ListState, Row, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// A task.
pub struct TaskRow {
    /// Id of the delivery.
    pub id: Txt,
    /// `provision`, `change`, `suspend`, `resume`, `remove`.
    pub action: Txt,
    /// Product and plan.
    pub product: Txt,
    /// Customer.
    pub customer: Txt,
    /// State.
    pub state: Txt,
    /// Since when it waits.
    pub since: Timestamp,
    /// How long, in words.
    pub age: Txt,
}

/// Tasks that people do by hand.
pub struct TasksPage {
    /// Where the pages lie: `/vendor` (the queue is its home) or `/panel/tasks`.
    pub base: &'static str,
    /// Rows, the oldest first.
    pub rows: Vec<TaskRow>,
    /// Views (`view` is empty for open, `done`, `failed`), page.
    pub state: ListState,
}

impl TasksPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let rows = self.rows.into_iter().map(|row| {
            let href = format!("{}/tasks/{}", self.base.trim_end_matches("/tasks"), row.id);
            Row::Cells(vec![
                Cell::Main(
                    href.into(),
                    t.code("delivery-action", &row.action),
                    Some(row.product),
                ),
                Cell::Text(row.customer),
                Cell::State(t.state(&row.state).age(row.age)),
                Cell::At(t.at(row.since)),
            ])
        });
        let columns = vec![
            shell.col("c-task"),
            shell.col("c-customer"),
            shell.col("c-state"),
            shell.col("c-since"),
        ];
        let rows = rows.collect();
        let list = shell.list(
            "nav-tasks",
            columns,
            rows,
            &self.state,
            shell.empty("clipboard-check", "tasks-none"),
        );
        let views = shell.views(
            &self.state,
            "tasks-view",
            &[("", None), ("done", None), ("failed", None)],
        );
        Page::new(
            shell,
            Head::new(t.tr("nav-tasks"))
                .lead(t.tr("tasks-lead"))
                .tabs(views),
            blocks![list],
        )
    }
}

/// A task: what was ordered, and the report of what was done.
pub struct TaskPage {
    /// Where the pages lie: `/vendor` or `/panel`.
    pub base: &'static str,
    /// The task.
    pub row: TaskRow,
    /// What was ordered: name, value.
    pub configuration: Vec<(Txt, Txt)>,
    /// What changes: name, before, after.
    pub changes: Vec<(Txt, Txt, Txt)>,
    /// Endpoints to report, as many rows as asked for: `endpoint.<n>.name`, `endpoint.<n>.url`.
    pub endpoints: u32,
    /// Credentials to report: `secret.<n>.name`, `secret.<n>.value`. They are written once and never shown here again.
    pub secrets: u32,
    /// Names of credentials reported already.
    pub known_secrets: Vec<Txt>,
    /// `instructions_en`, `instructions_de`, endpoints, credentials, `message`.
    pub form: FormState,
    /// May report.
    pub report: Permit,
}

impl TaskPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let here = format!("{}/tasks/{}", self.base, self.row.id);
        let action = t.code("delivery-action", &self.row.action);
        let head = Head::new(t.with(
            "delivery-title",
            &[("action", &action), ("product", &self.row.product)],
        ))
        .under(
            t.tr("nav-tasks"),
            if self.base == "/vendor" {
                "/vendor"
            } else {
                "/panel/tasks"
            },
        )
        .state(t.state(&self.row.state).age(self.row.age.clone()))
        .lead(self.row.customer.clone())
        .may(
            &self.report,
            Button::open(t.tr("task-fail"), "fail").danger(),
        );
        let mut body: Vec<Block> = Vec::new();
        if !self.changes.is_empty() {
            let rows = self.changes.iter().map(|(name, before, after)| {
                vec![
                    Cell::Text(name.clone()),
                    Cell::Text(before.clone()),
                    Cell::Text(after.clone()),
                ]
            });
            let table = shell.table(
                "task-changes",
                vec![
                    shell.col("c-what"),
                    shell.col("c-before"),
                    shell.col("c-after"),
                ],
                rows.collect(),
                "none",
            );
            body.push(
                Card::new(t.tr("task-changes"), blocks![table])
                    .flush()
                    .into(),
            );
        }
        let facts = self
            .configuration
            .iter()
            .map(|(name, value)| (name.clone(), Cell::Id(value.clone())))
            .collect();
        body.push(Card::new(t.tr("order-configuration"), blocks![Facts(facts)]).into());
        if self.report.is_yes() {
            body.push(
                Card::new(t.tr("task-report"), blocks![self.form(&shell, &here)])
                    .intro(t.tr("task-report-lead"))
                    .into(),
            );
            let message = Field::new("message", t.tr("f-reason"), Kind::Area(false)).required();
            body.push(
                shell
                    .confirm("fail", "task-fail", format!("{here}/fail"), vec![message])
                    .into(),
            );
        }
        let facts = shell.facts(vec![
            ("c-customer", Cell::Text(self.row.customer.clone())),
            ("c-since", Cell::At(t.at(self.row.since))),
            ("c-id", Cell::Id(self.row.id.clone())),
        ]);
        let mut aside = blocks![Card::new(t.tr("details"), blocks![facts]).aside()];
        if !self.known_secrets.is_empty() {
            let names = self
                .known_secrets
                .iter()
                .map(|name| (name.clone(), Cell::Text("••••••••".into())))
                .collect();
            aside.push(
                Card::new(t.tr("task-secrets"), blocks![Facts(names)])
                    .aside()
                    .into(),
            );
        }
        Page::new(shell, head, body).aside(aside)
    }

    fn form(&self, shell: &Shell, here: &str) -> crate::view::kit::Form {
        let t = &shell.t;
        let ask = Ask::new(shell, &self.form);
        let numbered = |key: &str, number: u32| t.with(key, &[("number", &number.to_string())]);
        let mut fields = Vec::new();
        for n in 1..=self.endpoints {
            fields.push(
                self.form.fill(
                    Field::text(
                        format!("endpoint.{n}.name"),
                        numbered("task-endpoint-name", n),
                    )
                    .optional(t.tr("w-optional")),
                ),
            );
            fields.push(
                self.form.fill(
                    Field::text(
                        format!("endpoint.{n}.url"),
                        numbered("task-endpoint-url", n),
                    )
                    .optional(t.tr("w-optional")),
                ),
            );
        }
        for n in 1..=self.secrets {
            fields.push(
                self.form.fill(
                    Field::text(format!("secret.{n}.name"), numbered("task-secret-name", n))
                        .optional(t.tr("w-optional")),
                ),
            );
            let value = Field::input(
                "password",
                format!("secret.{n}.value"),
                numbered("task-secret-value", n),
            );
            fields.push(
                self.form
                    .fill(value.optional(t.tr("w-optional")).autocomplete("off")),
            );
        }
        fields.push(ask.optional(ask.field("instructions_en", Kind::Area(false))));
        fields.push(ask.optional(ask.field("instructions_de", Kind::Area(false))));
        let mut form = shell
            .form(format!("{here}/succeed"), "task-succeed")
            .fields(fields)
            .two_columns()
            .button(
                Button::submit(t.tr("task-succeed"), "do", "succeed")
                    .primary()
                    .icon("check"),
            )
            .and(Button::submit(t.tr("task-more"), "do", "more"));
        if let Some(notice) = self.form.notice() {
            form = form.before(blocks![notice]);
        }
        form
    }
}
