//! Taking back of an invoice, and paying back by bank transfer.

use tradewind_kernel::currency::Currency;
use tradewind_kernel::money::Money;

use crate::blocks;
use crate::view::kit::{Button, Card, Cell, Field, Kind, Row, Table, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::{Head, Page, Shell};

/// A line of an invoice with what is left of it.
pub struct CreditableLine {
    /// Its number.
    pub no: i64,
    /// What.
    pub text: Txt,
    /// For which time.
    pub detail: Txt,
    /// How many units are left, and of what; none where units cannot be counted.
    pub units: Option<(Txt, Txt)>,
    /// What was billed, before tax.
    pub billed: Money,
    /// What is left of that.
    pub left: Money,
}

/// The form for a credit note.
pub struct CreditNotePage {
    /// Id of the invoice.
    pub invoice: Txt,
    /// Its number.
    pub number: Txt,
    /// Who gets it.
    pub buyer: Txt,
    /// What is open of it.
    pub open: Money,
    /// Its currency.
    pub currency: Currency,
    /// Its lines.
    pub lines: Vec<CreditableLine>,
    /// `quantity.N` and `amount.N` for each line, `destination`, `reason`.
    pub form: FormState,
}

impl CreditNotePage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let ask = Ask::new(&shell, &self.form);
        let destinations = ask.choices("destination", &["debt", "balance", "refund"]);
        let mut form = shell
            .form(
                format!("/panel/invoices/{}/credit", self.invoice),
                "credit-note-issue",
            )
            .fields(vec![
                ask.field("destination", Kind::Radio(destinations)).full(),
                ask.area("reason").required(),
            ]);
        let mut before = Vec::new();
        before.extend(self.form.notice().map(Into::into));
        before.push(self.table(&shell).into());
        form = form.before(before);
        let facts = shell.facts(vec![
            (
                "c-invoice",
                Cell::Link(
                    format!("/panel/invoices/{}", self.invoice).into(),
                    self.number.clone(),
                ),
            ),
            ("c-buyer", Cell::Text(self.buyer)),
            ("c-open", Cell::Text(t.money(self.open))),
        ]);
        let head = Head::new(t.tr("credit-note"))
            .under(t.tr("nav-invoices-issued"), "/panel/invoices")
            .lead(t.tr("credit-note-lead"));
        Page::new(
            shell,
            head,
            blocks![Card::new(self.number, blocks![facts, form])],
        )
    }

    fn table(&self, shell: &Shell) -> Table {
        let t = &shell.t;
        let rows = self.lines.iter().map(|line| {
            let asked = |name: &str, unit: &str| {
                let field = Field::text(format!("{name}.{}", line.no), Txt::default())
                    .unit(unit.to_owned())
                    .spoken(format!("{}: {}", t.tr(&format!("f-{name}")), line.text));
                Cell::Ask(Box::new(self.form.fill(field)))
            };
            let none = line.left.minor <= 0;
            let units = match &line.units {
                Some((_, unit)) if !none => asked("quantity", unit),
                _ => Cell::Nil,
            };
            let amount = if none {
                Cell::Nil
            } else {
                asked("amount", self.currency.code())
            };
            let left = match &line.units {
                Some((units, unit)) if !none => {
                    Cell::FigureTwo(t.money(line.left), format!("{units} {unit}").into())
                }
                _ => Cell::Figure(t.money(line.left)),
            };
            Row::Cells(vec![
                Cell::Two(line.text.clone(), line.detail.clone()),
                Cell::Figure(t.money(line.billed)),
                left,
                units,
                amount,
            ])
        });
        let columns = vec![
            shell.col("c-description"),
            shell.fig("c-billed"),
            shell.fig("c-left"),
            shell.col("f-quantity"),
            shell.col("f-amount"),
        ];
        Table::new(t.tr("invoice-lines"), columns, rows.collect())
    }
}

/// A refund that the seller makes by bank transfer.
pub struct RefundPage {
    /// Its id.
    pub refund: Txt,
    /// Who is paid back.
    pub payer: Txt,
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: Txt,
    /// `bank_reference`.
    pub form: FormState,
}

impl RefundPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let ask = Ask::new(&shell, &self.form);
        let mut form = shell
            .form(format!("/panel/refunds/{}", self.refund), "refund-record")
            .fields(vec![ask.optional(ask.text("bank_reference"))])
            .and(Button::submit(t.tr("refund-drop"), "do", "drop"));
        if let Some(notice) = self.form.notice() {
            form = form.before(blocks![notice]);
        }
        let facts = shell.facts(vec![
            ("c-payer", Cell::Text(self.payer.clone())),
            ("c-amount", Cell::Text(t.money(self.amount))),
            ("c-reason", Cell::Text(self.reason)),
        ]);
        let head = Head::new(t.tr("refund-record"))
            .under(t.tr("nav-payments"), "/panel/payments?view=refunds")
            .lead(t.tr("refund-record-lead"));
        Page::new(
            shell,
            head,
            blocks![Card::new(self.payer, blocks![facts, form])],
        )
        .narrow()
    }
}
