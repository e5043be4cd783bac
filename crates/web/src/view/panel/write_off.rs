//! Giving up what is open of an invoice.

use tradewind_kernel::money::Money;

use crate::blocks;
use crate::view::kit::{Block, Card, Cell, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::{Head, Page, Shell};

/// What is open of an invoice, to be given up; or what was given up, to be taken back.
pub struct WriteOffPage {
    /// Id of the invoice.
    pub invoice: Txt,
    /// Its number.
    pub number: Txt,
    /// Who owes.
    pub buyer: Txt,
    /// What is open.
    pub open: Money,
    /// What was given up.
    pub written_off: Money,
    /// `amount`, `reason`.
    pub form: FormState,
}

impl WriteOffPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let here = format!("/panel/invoices/{}", self.invoice);
        let ask = Ask::new(&shell, &self.form);
        let facts = shell.facts(vec![
            ("c-payer", Cell::Text(self.buyer.clone())),
            ("c-open", Cell::Text(t.money(self.open))),
            ("written-off", Cell::Text(t.money(self.written_off))),
        ]);
        let mut body: Vec<Block> = blocks![Card::new(self.number.clone(), blocks![facts])];
        if !self.open.is_zero() {
            let form = shell
                .form(format!("{here}/write-off"), "write-off")
                .telling(self.form.notice())
                .fields(vec![
                    ask.optional(ask.text("amount"))
                        .unit(self.open.currency.code())
                        .hint(t.tr("write-off-all")),
                    ask.text("reason").required(),
                ]);
            body.push(Card::new(t.tr("write-off"), blocks![form]).into());
        }
        if !self.written_off.is_zero() {
            let form = shell
                .form(format!("{here}/write-off"), "write-off-undo")
                .telling(self.form.notice())
                .fields(vec![crate::view::kit::Field::hidden("undo", "yes")]);
            body.push(Card::new(t.tr("write-off-undo"), blocks![form]).into());
        }
        let head = Head::new(t.tr("write-off"))
            .under(self.number, here)
            .lead(t.tr("write-off-lead"));
        Page::new(shell, head, body).narrow()
    }
}
