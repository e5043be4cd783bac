//! Paying an invoice, and the stored ways to pay.

use tradewind_kernel::money::Money;

use crate::blocks;
use crate::view::kit::{Block, Button, Card, Cell, Choice, Field, Kind, Notice, Table, Tone, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::{Head, Page, Shell};

/// A way to pay.
pub struct PayMethod {
    /// As sent by the form: id of a stored method, `new_card` or `bank_transfer`.
    pub value: Txt,
    /// Name.
    pub label: Txt,
    /// Explanation.
    pub hint: Txt,
}

/// Fields of a card; the sandbox gateway takes test cards only.
fn card_fields(ask: &Ask<'_>) -> Vec<Field> {
    vec![
        ask.text("card_number")
            .autocomplete("cc-number")
            .placeholder("4242 4242 4242 4242")
            .full(),
        ask.text("card_expiry")
            .autocomplete("cc-exp")
            .placeholder("12/30"),
        ask.text("card_code")
            .autocomplete("cc-csc")
            .placeholder("123"),
        ask.text("card_name").autocomplete("cc-name").full(),
    ]
}

/// The test cards and what they do.
fn test_cards(shell: &Shell) -> Card {
    let t = &shell.t;
    let card =
        |number: &'static str, key: &str| vec![Cell::Id(number.into()), Cell::Text(t.tr(key))];
    let rows = vec![
        card("4242 4242 4242 4242", "card-good"),
        card("4000 0000 0000 0002", "card-declined"),
        card("4000 0000 0000 3220", "card-action"),
        card("4000 0000 0000 0341", "card-later"),
    ];
    let table = shell.table(
        "card-tests",
        vec![shell.col("f-card-number"), shell.col("card-does")],
        rows,
        "none",
    );
    Card::new(t.tr("card-tests"), blocks![table])
        .flush()
        .intro(t.tr("card-tests-lead"))
}

/// A payment that its payer has to confirm.
pub struct Confirm {
    /// Its id.
    pub payment: Txt,
    /// Where; none for the sandbox, which asks on this page.
    pub at: Option<Txt>,
}

/// On the way to Stripe.
pub struct AwayPage {
    /// Where to.
    pub url: Txt,
    /// Where to turn back to.
    pub back: Txt,
}

impl AwayPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let head = Head::new(shell.t.tr("stripe-away"))
            .lead(shell.t.tr("stripe-away-lead"))
            .and(shell.go("stripe-go", self.url).primary().icon("lock"))
            .and(shell.go("w-cancel", self.back));
        Page::new(shell, head, Vec::new()).narrow()
    }
}

/// Paying an invoice or order.
pub struct PayPage {
    /// Where it is sent.
    pub action: Txt,
    /// What is paid: "Invoice NC-2026-0042".
    pub what: Txt,
    /// Address of that.
    pub what_href: Txt,
    /// How much.
    pub amount: Money,
    /// Ways to pay.
    pub methods: Vec<PayMethod>,
    /// Set when the bank asks for a confirmation.
    pub confirm: Option<Confirm>,
    /// Where to transfer to: name, value; for a bank transfer.
    pub bank: Vec<(Txt, Txt)>,
    /// Whether a card is filled in here; otherwise its keeper asks for it.
    pub cards: bool,
    /// Whether the sandbox gateway is in use, so that the test cards are named.
    pub sandbox: bool,
    /// `method`, card fields, `store`.
    pub form: FormState,
}

impl PayPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let amount = t.money(self.amount);
        let head = Head::new(t.with("pay-title", &[("amount", &amount)]))
            .lead(self.what.clone())
            .under(self.what.clone(), self.what_href.clone());
        let mut body: Vec<Block> = Vec::new();
        body.extend(self.form.notice().map(Block::from));
        if let Some(Confirm { payment, at }) = self.confirm {
            body.push(Notice::new(Tone::Warn, t.tr("pay-action"), t.tr("pay-action-text")).into());
            if let Some(at) = at {
                let form = shell
                    .form(format!("{}/confirm", self.action), "pay-confirmed")
                    .fields(vec![Field::hidden("payment", payment)]);
                let head = head.and(shell.go("pay-to-bank", at).primary().icon("lock"));
                body.push(Card::new(t.tr("pay-been-there"), blocks![form]).into());
                return Page::new(shell, head, body).narrow();
            }
            // The step a bank asks for, played by the sandbox gateway.
            let form = shell
                .form(format!("{}/confirm", self.action), "pay-confirm")
                .fields(vec![Field::hidden("payment", payment)])
                .button(Button::submit(t.tr("pay-confirm"), "outcome", "confirm").primary())
                .and(Button::submit(t.tr("pay-refuse"), "outcome", "refuse"));
            body.push(Card::new(t.tr("pay-bank"), blocks![form]).into());
            return Page::new(shell, head, body).narrow();
        }
        let ask = Ask::new(&shell, &self.form);
        let methods = self.methods.iter().enumerate().map(|(index, method)| {
            Choice::new(method.value.clone(), method.label.clone())
                .hint(method.hint.clone())
                .on(index == 0)
        });
        let mut fields = vec![
            ask.field("method", Kind::Tiles(methods.collect()))
                .full()
                .required(),
        ];
        if self.cards {
            fields.extend(card_fields(&ask));
            fields.push(ask.check("store"));
        }
        let label = t.with("pay-amount", &[("amount", &amount)]);
        let form = shell
            .form(self.action, "w-pay-now")
            .fields(fields)
            .two_columns()
            .button(Button::submit(label, "do", "pay").primary().icon("lock"));
        body.push(Card::new(t.tr("pay-how"), blocks![form]).into());
        if !self.bank.is_empty() {
            let facts = self
                .bank
                .into_iter()
                .map(|(name, value)| (name, Cell::Id(value)))
                .collect();
            body.push(
                Card::new(
                    t.tr("pay-transfer"),
                    blocks![crate::view::kit::Facts(facts)],
                )
                .intro(t.tr("pay-transfer-lead"))
                .into(),
            );
        }
        if self.sandbox {
            body.push(test_cards(&shell).into());
        }
        Page::new(shell, head, body).narrow()
    }
}

/// A stored way to pay.
pub struct PaymentMethodRow {
    /// Id.
    pub id: Txt,
    /// "Visa ending in 4242".
    pub label: Txt,
    /// "12/2030".
    pub expires: Txt,
    /// `active`, `expiring`, `expired`.
    pub state: Txt,
    /// Charged by default.
    pub default: bool,
}

/// The stored ways to pay.
pub struct PaymentMethodsPage {
    /// Methods.
    pub rows: Vec<PaymentMethodRow>,
    /// Whether Stripe keeps them, and asks for a new one.
    pub elsewhere: bool,
    /// Whether the sandbox gateway is in use.
    pub sandbox: bool,
    /// Card fields of a new one.
    pub form: FormState,
}

impl PaymentMethodsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let rows = self.rows.into_iter().map(|row| {
            let at = format!("/my/payment-methods/{}", row.id);
            let mut acts = Vec::new();
            if !row.default {
                acts.push(
                    shell
                        .post("method-default", format!("{at}/default"))
                        .small(row.label.clone()),
                );
            }
            acts.push(
                shell
                    .post("method-remove", format!("{at}/remove"))
                    .danger()
                    .small(row.label.clone()),
            );
            let mut states = vec![t.state(&row.state)];
            if row.default {
                states.push(
                    crate::view::kit::Badge::new(Tone::Brand, t.tr("method-is-default"))
                        .icon("check"),
                );
            }
            vec![
                Cell::Text(row.label),
                Cell::Text(row.expires),
                Cell::States(states),
                Cell::Do(acts),
            ]
        });
        let columns = vec![
            shell.col("c-method"),
            shell.col("c-expires"),
            shell.col("c-state"),
            shell.acts(),
        ];
        let rows = rows.collect();
        let table: Table = shell.table("nav-payment-methods", columns, rows, "methods-none");
        let ask = Ask::new(&shell, &self.form);
        let add = if self.elsewhere {
            let form = shell.form("/my/payment-methods/stripe", "stripe-go");
            Card::new(t.tr("method-add"), blocks![form]).intro(t.tr("method-at-stripe"))
        } else {
            let form = shell
                .form("/my/payment-methods", "method-add")
                .telling(self.form.notice())
                .fields(card_fields(&ask))
                .two_columns();
            Card::new(t.tr("method-add"), blocks![form])
        };
        let mut body = blocks![table, add];
        if self.sandbox {
            body.push(test_cards(&shell).into());
        }
        Page::new(
            shell,
            Head::new(t.tr("nav-payment-methods")).lead(t.tr("methods-lead")),
            body,
        )
        .narrow()
    }
}
