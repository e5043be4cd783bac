//! Payments that came, and those to record.

use tradewind_kernel::money::Money;
use tradewind_kernel::time::{Date, Timestamp};

use crate::blocks;
use crate::view::kit::{Card, Cell, ListState, Row, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::{Head, Page, Shell};

/// A payment, or an invoice that waits for one.
pub struct PaymentRow {
    /// Invoice: number, address.
    pub invoice: (Txt, Txt),
    /// Who pays.
    pub payer: Txt,
    /// How.
    pub method: Txt,
    /// When it came; `None` while it is awaited.
    pub at: Option<Timestamp>,
    /// Awaited on.
    pub due: Option<Date>,
    /// State.
    pub state: Txt,
    /// How much.
    pub amount: Money,
    /// Id of the invoice, when a payment can be recorded for it.
    pub record: Option<Txt>,
    /// Id of the payment, once there is one.
    pub payment: Option<Txt>,
    /// Id of the refund, when what became of it can be recorded.
    pub refund: Option<Txt>,
}

/// Payments received and awaited.
pub struct PaymentsPage {
    /// Rows.
    pub rows: Vec<PaymentRow>,
    /// Search, views (`view` is empty for awaited, `received`, `failed`, `refunds`), page.
    pub state: ListState,
}

impl PaymentsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let rows = self.rows.into_iter().map(|row| {
            let acts = row.record.map(|id| {
                shell
                    .go(
                        "payment-record",
                        format!("/panel/payments/new?invoice={id}"),
                    )
                    .small(row.invoice.0.clone())
            });
            let look = row.payment.map(|id| {
                shell
                    .go("payment-look", format!("/panel/payments/{id}"))
                    .small(row.invoice.0.clone())
            });
            let refund = row.refund.map(|id| {
                shell
                    .go("refund-record", format!("/panel/refunds/{id}"))
                    .small(row.invoice.0.clone())
            });
            let at = row.at.map(|at| t.at(at)).or(row.due.map(|due| t.date(due)));
            Row::Cells(vec![
                Cell::Main(row.invoice.1, row.invoice.0, None),
                Cell::Text(row.payer),
                Cell::Text(row.method),
                Cell::maybe_at(at),
                Cell::State(t.state(&row.state)),
                Cell::Figure(t.money(row.amount)),
                Cell::Do(acts.into_iter().chain(look).chain(refund).collect()),
            ])
        });
        let columns = vec![
            shell.col("c-invoice"),
            shell.col("c-payer"),
            shell.col("c-method"),
            shell.col("c-when"),
            shell.col("c-state"),
            shell.fig("c-amount"),
            shell.acts(),
        ];
        let rows = rows.collect();
        let list = shell.list(
            "nav-payments",
            columns,
            rows,
            &self.state,
            shell.empty("hand-coins", "payments-none"),
        );
        let views = shell.views(
            &self.state,
            "payments-view",
            &[
                ("", None),
                ("received", None),
                ("failed", None),
                ("refunds", None),
                ("collected", None),
            ],
        );
        let filters = shell.filters(&self.state, Some("invoices-search"), Vec::new());
        let head = Head::new(t.tr("nav-payments"))
            .tabs(views)
            .and(shell.go("bank-title", "/panel/bank").icon("landmark"))
            .and(shell.go("dunning-title", "/panel/dunning").icon("bell"))
            .and(
                shell
                    .go("stripe-title", "/panel/stripe")
                    .icon("credit-card"),
            );
        Page::new(shell, head, blocks![filters, list])
    }
}

/// Recording a payment that came by bank transfer.
pub struct RecordPaymentPage {
    /// Id of the invoice.
    pub invoice: Txt,
    /// Its number.
    pub number: Txt,
    /// Who pays.
    pub payer: Txt,
    /// What is open.
    pub open: Money,
    /// `amount`, `received`, `bank_reference`, `note`.
    pub form: FormState,
}

impl RecordPaymentPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let ask = Ask::new(&shell, &self.form);
        let mut form = shell
            .form(
                format!("/panel/invoices/{}/payments", self.invoice),
                "payment-record",
            )
            .two_columns()
            .fields(vec![
                ask.field("amount", crate::view::kit::Kind::Input("text"))
                    .required()
                    .unit(self.open.currency.code()),
                ask.input("date", "received").required(),
                ask.text("bank_reference").required().full(),
                ask.optional(ask.area("note")),
            ]);
        if let Some(notice) = self.form.notice() {
            form = form.before(blocks![notice]);
        }
        let facts = shell.facts(vec![
            (
                "c-invoice",
                Cell::Link(
                    format!("/panel/invoices/{}", self.invoice).into(),
                    self.number.clone(),
                ),
            ),
            ("c-payer", Cell::Text(self.payer)),
            ("c-open", Cell::Text(t.money(self.open))),
        ]);
        let head = Head::new(t.tr("payment-record"))
            .under(t.tr("nav-payments"), "/panel/payments")
            .lead(t.tr("payment-record-lead"));
        Page::new(
            shell,
            head,
            blocks![Card::new(self.number, blocks![facts, form])],
        )
        .narrow()
    }
}
