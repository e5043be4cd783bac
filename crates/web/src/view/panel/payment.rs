//! A payment and what happened to it.

use tradewind_kernel::money::Money;
use tradewind_kernel::time::Timestamp;

use crate::blocks;
use crate::view::kit::{Block, Card, Cell, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::{Head, Page, Shell};

/// A step of a payment.
pub struct PaymentStepRow {
    /// What, as its stored word.
    pub kind: Txt,
    /// When.
    pub at: Timestamp,
    /// Why, or the reference.
    pub about: Txt,
    /// State.
    pub state: Txt,
    /// How much.
    pub amount: Money,
}

/// A payment.
pub struct PaymentDetailPage {
    /// Id.
    pub id: Txt,
    /// Who pays.
    pub payer: Txt,
    /// The invoice: number, address.
    pub invoice: Option<(Txt, Txt)>,
    /// How.
    pub method: Txt,
    /// When it was begun.
    pub at: Timestamp,
    /// State.
    pub state: Txt,
    /// How much.
    pub amount: Money,
    /// Why it failed, as a stored word.
    pub failure: Txt,
    /// What happened to it.
    pub steps: Vec<PaymentStepRow>,
    /// What may be done: `refund`, `capture`, `void`, `chargeback`, `won`, `reverse`.
    pub acts: Vec<&'static str>,
    /// `amount`, `reason`, `reference`.
    pub form: FormState,
}

impl PaymentDetailPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let head = Head::new(t.money(self.amount))
            .under(t.tr("nav-payments"), "/panel/payments?view=received")
            .state(t.state(&self.state));
        let mut facts = vec![
            ("c-payer", Cell::Text(self.payer.clone())),
            ("c-method", Cell::Text(self.method.clone())),
            ("c-when", Cell::At(t.at(self.at))),
            ("c-id", Cell::Id(self.id.clone())),
        ];
        if let Some((number, href)) = self.invoice.clone() {
            facts.insert(0, ("c-invoice", Cell::Link(href, number)));
        }
        if !self.failure.is_empty() {
            facts.push(("c-reason", Cell::Text(t.code("error", &self.failure))));
        }
        let rows = self.steps.iter().map(|step| {
            vec![
                Cell::Two(t.code("payment-step", &step.kind), step.about.clone()),
                Cell::At(t.at(step.at)),
                Cell::State(t.state(&step.state)),
                Cell::Figure(t.money(step.amount)),
            ]
        });
        let steps = shell.table(
            "payment-steps",
            vec![
                shell.col("c-what"),
                shell.col("c-when"),
                shell.col("c-state"),
                shell.fig("c-amount"),
            ],
            rows.collect(),
            "payment-steps-none",
        );
        let mut body: Vec<Block> = Vec::new();
        body.extend(self.form.complaint().map(Into::into));
        body.push(Card::new(self.payer.clone(), blocks![shell.facts(facts)]).into());
        body.push(
            Card::new(t.tr("payment-steps"), blocks![steps])
                .flush()
                .into(),
        );
        let aside = self.forms(&shell);
        let page = Page::new(shell, head, body);
        if aside.is_empty() {
            page
        } else {
            page.aside(aside)
        }
    }

    fn forms(&self, shell: &Shell) -> Vec<Block> {
        let t = &shell.t;
        let ask = Ask::new(shell, &self.form);
        let acts = self.acts.iter().map(|act| {
            let scope = |field: crate::view::kit::Field| field.scope(format!("f-{act}"));
            let fields = match *act {
                "refund" => vec![
                    scope(
                        ask.optional(ask.text("amount"))
                            .unit(self.amount.currency.code()),
                    ),
                    scope(ask.text("reason").required()),
                ],
                "chargeback" => vec![
                    scope(ask.text("reference").required()),
                    scope(ask.text("reason").required()),
                ],
                "reverse" => vec![scope(ask.text("reason").required())],
                _ => Vec::new(),
            };
            let key = format!("payment-do-{act}");
            let form = shell
                .form(format!("/panel/payments/{}/{act}", self.id), &key)
                .fields(fields);
            Card::new(t.tr(&key), blocks![form]).aside().into()
        });
        acts.collect()
    }
}
