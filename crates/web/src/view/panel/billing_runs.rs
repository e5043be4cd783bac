//! Billing runs: the list of them, and one with what it made and what it could not bill.

use tradewind_kernel::money::Money;
use tradewind_kernel::time::{Date, Timestamp};

use crate::blocks;
use crate::view::kit::{Badge, Block, Card, Cell, ListState, Notice, Row, Tone, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// A billing run.
pub struct BillingRunRow {
    /// Id.
    pub id: Txt,
    /// The last day that it bills.
    pub until: Date,
    /// When it began.
    pub at: Timestamp,
    /// Who began it, and where.
    pub by: Txt,
    /// State.
    pub state: Txt,
    /// Periods billed.
    pub periods: u64,
    /// Invoices and credit notes made.
    pub documents: u64,
    /// What they come to with tax, one per currency.
    pub totals: Vec<Money>,
    /// Subscriptions that could not be billed.
    pub problems: u64,
}

/// Billing runs.
pub struct BillingRunsPage {
    /// Rows, the newest first.
    pub rows: Vec<BillingRunRow>,
    /// Page.
    pub state: ListState,
    /// May begin one.
    pub begin: Permit,
    /// `until`.
    pub form: FormState,
    /// Whether one is under way.
    pub moving: bool,
}

fn whole(shell: &Shell, number: u64) -> Txt {
    shell.t.int(i64::try_from(number).unwrap_or(i64::MAX))
}

impl BillingRunsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let rows = self.rows.into_iter().map(|row| {
            let totals: Vec<_> = row.totals.iter().map(|total| t.money(*total)).collect();
            Row::Cells(vec![
                Cell::Main(
                    format!("/panel/billing-runs/{}", row.id).into(),
                    t.with("run-until", &[("date", t.date(row.until).text())]),
                    Some(row.by),
                ),
                Cell::At(t.at(row.at)),
                Cell::State(t.state(&row.state)),
                Cell::Figure(whole(&shell, row.periods)),
                Cell::Figure(whole(&shell, row.documents)),
                Cell::Figure(totals.join(" + ").into()),
                if row.problems == 0 {
                    Cell::Nil
                } else {
                    Cell::State(Badge::new(Tone::Bad, whole(&shell, row.problems)))
                },
            ])
        });
        let columns = vec![
            shell.col("c-run"),
            shell.col("c-when"),
            shell.col("c-state"),
            shell.fig("c-periods"),
            shell.fig("c-documents"),
            shell.fig("c-total"),
            shell.col("c-not-billed"),
        ];
        let rows = rows.collect();
        let list = shell.list(
            "nav-billing-runs",
            columns,
            rows,
            &self.state,
            shell.empty("play", "runs-none"),
        );
        let mut body = Vec::new();
        if self.begin.is_yes() {
            let ask = Ask::new(&shell, &self.form);
            let form = shell
                .form("/panel/billing-runs", "run-begin")
                .telling(self.form.notice())
                .fields(vec![ask.input("date", "until").required()]);
            body.push(
                Card::new(t.tr("run-begin"), blocks![form])
                    .intro(t.tr("run-begin-lead"))
                    .into(),
            );
        }
        body.extend(blocks![list]);
        let head = Head::new(t.tr("nav-billing-runs")).lead(t.tr("runs-lead"));
        Page::new(shell, head, body).refresh(self.moving.then_some(3))
    }
}

/// What documents of a run come to in one currency.
pub struct RunTotalRow {
    /// How many.
    pub documents: u64,
    /// Without tax, the tax, and with it.
    pub sums: (Money, Money, Money),
}

/// A subscription that a run could not bill.
pub struct RunProblemRow {
    /// The subscription: its name, its address.
    pub subscription: (Txt, Txt),
    /// Why.
    pub why: Txt,
}

/// One billing run.
pub struct BillingRunPage {
    /// As in the list.
    pub row: BillingRunRow,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// How often it was taken up again.
    pub resumed: u32,
    /// Charges recorded.
    pub charges: u64,
    /// What the documents come to.
    pub totals: Vec<RunTotalRow>,
    /// What could not be billed; the first of them.
    pub problems: Vec<RunProblemRow>,
    /// Why the run was given up.
    pub failure: Option<Txt>,
    /// Whether it is under way.
    pub moving: bool,
}

impl BillingRunPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut body: Vec<Block> = Vec::new();
        if let Some(failure) = self.failure.clone() {
            body.push(Notice::new(Tone::Bad, t.tr("run-failed"), failure).into());
        }
        if &*self.row.state == "interrupted" {
            body.push(Notice::new(Tone::Warn, "", t.tr("run-interrupted")).into());
        }
        if self.resumed > 0 {
            body.push(Notice::new(Tone::Info, "", t.count("run-resumed", self.resumed)).into());
        }
        body.push(self.made(&shell));
        body.push(self.documents(&shell));
        if !self.problems.is_empty() {
            body.push(self.not_billed(&shell));
        }
        let title = t.with("run-title", &[("date", t.date(self.row.until).text())]);
        let head = Head::new(title)
            .under(t.tr("nav-billing-runs"), "/panel/billing-runs")
            .state(t.state(&self.row.state))
            .lead(self.row.by);
        Page::new(shell, head, body).refresh(self.moving.then_some(3))
    }

    fn made(&self, shell: &Shell) -> Block {
        let t = &shell.t;
        let facts = shell.facts(vec![
            ("c-started", Cell::At(t.at(self.row.at))),
            ("c-ended", Cell::maybe_at(self.ended.map(|at| t.at(at)))),
            ("c-periods", Cell::Figure(whole(shell, self.row.periods))),
            ("c-charges", Cell::Figure(whole(shell, self.charges))),
            (
                "c-documents",
                Cell::Figure(whole(shell, self.row.documents)),
            ),
            (
                "c-not-billed",
                Cell::Figure(whole(shell, self.row.problems)),
            ),
        ]);
        Card::new(t.tr("run-made"), blocks![facts]).into()
    }

    fn documents(&self, shell: &Shell) -> Block {
        let t = &shell.t;
        let rows = self.totals.iter().map(|total| {
            let (net, tax, gross) = total.sums;
            vec![
                Cell::Text(gross.currency.code().into()),
                Cell::Figure(whole(shell, total.documents)),
                Cell::Figure(t.money(net)),
                Cell::Figure(t.money(tax)),
                Cell::Figure(t.money(gross)),
            ]
        });
        let columns = vec![
            shell.col("c-currency"),
            shell.fig("c-documents"),
            shell.fig("c-net"),
            shell.fig("c-tax"),
            shell.fig("c-total"),
        ];
        let table = shell.table("run-documents", columns, rows.collect(), "run-no-documents");
        Card::new(t.tr("run-documents"), blocks![table])
            .intro(t.tr("run-documents-lead"))
            .flush()
            .into()
    }

    fn not_billed(&self, shell: &Shell) -> Block {
        let rows = self.problems.iter().map(|problem| {
            let (name, address) = problem.subscription.clone();
            vec![Cell::Link(address, name), Cell::Text(problem.why.clone())]
        });
        let columns = vec![shell.col("c-subscription"), shell.col("c-why")];
        let table = shell.table("run-not-billed", columns, rows.collect(), "none");
        Card::new(shell.t.tr("run-not-billed"), blocks![table])
            .intro(shell.t.tr("run-not-billed-lead"))
            .flush()
            .into()
    }
}
