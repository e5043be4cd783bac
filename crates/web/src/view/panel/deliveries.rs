//! Deliveries to vendors' services, with every attempt.

use tradewind_kernel::time::Timestamp;

use crate::blocks;
use crate::view::kit::{Card, Cell, ListState, Moment, Row, Timeline, Txt, status_look};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// A delivery.
pub struct DeliveryRow {
    /// Id.
    pub id: Txt,
    /// `provision`, `change`, `suspend`, `resume`, `remove`.
    pub action: Txt,
    /// Product.
    pub product: Txt,
    /// Subscription: name or id, address.
    pub subscription: (Txt, Txt),
    /// Customer.
    pub customer: Txt,
    /// State.
    pub state: Txt,
    /// Attempts made and allowed.
    pub attempts: (u32, u32),
    /// When it began.
    pub at: Timestamp,
    /// When it is tried next.
    pub next: Option<Timestamp>,
}

/// Deliveries of a seller's or vendor's products.
pub struct DeliveriesPage {
    /// Where the pages lie: `/panel` or `/vendor`.
    pub base: &'static str,
    /// Rows, the newest first.
    pub rows: Vec<DeliveryRow>,
    /// Search, filter `state`, page.
    pub state: ListState,
}

impl DeliveriesPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let rows = self.rows.into_iter().map(|row| {
            let (made, allowed) = row.attempts;
            Row::Cells(vec![
                Cell::Main(
                    format!("{}/deliveries/{}", self.base, row.id).into(),
                    t.code("delivery-action", &row.action),
                    Some(row.product),
                ),
                Cell::Link(row.subscription.1, row.subscription.0),
                Cell::Text(row.customer),
                Cell::State(t.state(&row.state)),
                Cell::Figure(format!("{made} / {allowed}").into()),
                Cell::At(t.at(row.at)),
                Cell::maybe_at(row.next.map(|at| t.at(at))),
            ])
        });
        let columns = vec![
            shell.col("c-delivery-of"),
            shell.col("c-subscription"),
            shell.col("c-customer"),
            shell.col("c-state"),
            shell.fig("c-attempts"),
            shell.col("c-started"),
            shell.col("c-next-attempt"),
        ];
        let rows = rows.collect();
        let list = shell.list(
            "nav-deliveries",
            columns,
            rows,
            &self.state,
            shell.empty("truck", "deliveries-none"),
        );
        let states = ["pending", "in_progress", "retrying", "succeeded", "failed"];
        let filters = shell.filters(
            &self.state,
            Some("deliveries-search"),
            vec![shell.picker("state", "state", &states)],
        );
        Page::new(
            shell,
            Head::new(t.tr("nav-deliveries")),
            blocks![filters, list],
        )
    }
}

/// An attempt to tell a vendor's service.
pub struct AttemptRow {
    /// Number, from one.
    pub number: u32,
    /// When.
    pub at: Timestamp,
    /// State.
    pub state: Txt,
    /// What came of it, in a sentence.
    pub outcome: Txt,
    /// Request and answer, with secrets blacked out.
    pub exchange: Txt,
}

/// A report on a delivery that had ended otherwise.
pub struct LateReportRow {
    /// `succeeded` or `failed`.
    pub outcome: Txt,
    /// What the vendor said.
    pub message: Txt,
    /// When, the last time.
    pub at: Timestamp,
    /// How often.
    pub times: u32,
}

/// A delivery with its attempts.
pub struct DeliveryPage {
    /// Where the pages lie.
    pub base: &'static str,
    /// The delivery.
    pub row: DeliveryRow,
    /// Where it is sent.
    pub endpoint: Txt,
    /// Attempts, the newest first.
    pub attempts: Vec<AttemptRow>,
    /// What the vendor reported when it was over.
    pub late: Vec<LateReportRow>,
    /// The event as it is sent.
    pub event: Txt,
    /// May be tried again now.
    pub retry: Permit,
    /// Whether it is still under way.
    pub moving: bool,
}

impl DeliveryPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let here = format!("{}/deliveries/{}", self.base, self.row.id);
        let moments = self.attempts.into_iter().map(|attempt| {
            let (tone, icon) = status_look(&attempt.state);
            let what = t.with(
                "attempt",
                &[
                    ("number", &attempt.number.to_string()),
                    ("outcome", &attempt.outcome),
                ],
            );
            Moment::new(tone, what)
                .icon(icon)
                .at(t.at(attempt.at))
                .log(t.tr("technical-detail"), attempt.exchange)
        });
        let late = self.late.into_iter().map(|report| {
            let outcome = t.code("state", &report.outcome).to_lowercase();
            let what = t.with("late-report", &[("outcome", &outcome)]);
            let mut detail = vec![t.tr("late-report-text").into_owned()];
            if report.times > 1 {
                detail.push(t.count("late-report-times", report.times).into_owned());
            }
            if !report.message.is_empty() {
                detail.push(
                    t.with("late-report-said", &[("message", &report.message)])
                        .into_owned(),
                );
            }
            Moment::new(crate::view::kit::Tone::Warn, what)
                .at(t.at(report.at))
                .detail(detail.join(" "))
        });
        let mut moments: Vec<_> = late.chain(moments).collect();
        if let Some(next) = self.row.next {
            moments.insert(
                0,
                Moment::new(crate::view::kit::Tone::Info, t.tr("attempt-next"))
                    .icon("timer")
                    .at(t.at(next))
                    .future(),
            );
        }
        let facts = shell.facts(vec![
            ("c-product", Cell::Text(self.row.product.clone())),
            ("c-customer", Cell::Text(self.row.customer)),
            (
                "c-subscription",
                Cell::Link(self.row.subscription.1, self.row.subscription.0),
            ),
            ("c-endpoint", Cell::Id(self.endpoint)),
            ("c-started", Cell::At(t.at(self.row.at))),
            ("c-id", Cell::Id(self.row.id)),
        ]);
        let head = Head::new(t.with(
            "delivery-title",
            &[
                ("action", &t.code("delivery-action", &self.row.action)),
                ("product", &self.row.product),
            ],
        ))
        .under(t.tr("nav-deliveries"), format!("{}/deliveries", self.base))
        .state(t.state(&self.row.state))
        .may(
            &self.retry,
            shell
                .post("order-retry", format!("{here}/retry"))
                .primary()
                .icon("rotate-ccw"),
        );
        let body = blocks![
            Card::new(t.tr("attempts"), blocks![Timeline(moments)]),
            shell.code(t.tr("delivery-event"), self.event)
        ];
        let aside = blocks![Card::new(t.tr("details"), blocks![facts]).aside()];
        Page::new(shell, head, body)
            .aside(aside)
            .refresh(self.moving.then_some(5))
    }
}
