//! A seller's account at Stripe.

use tradewind_kernel::Timestamp;

use crate::blocks;
use crate::view::kit::{Button, Card, Cell, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::{Head, Page, Shell};

/// An account, as far as it is told.
pub struct StripeAccount {
    /// The key that browsers may know.
    pub publishable_key: Txt,
    /// How the secret key ends.
    pub key_hint: Txt,
    /// Whether it moves money.
    pub live: bool,
    /// When it was set.
    pub set_at: Timestamp,
}

/// A seller's account at Stripe, and its keys.
pub struct StripePage {
    /// Where Stripe is to send its webhooks.
    pub hook: Txt,
    /// The account, when there is one.
    pub account: Option<StripeAccount>,
    /// May change it.
    pub edit: bool,
    /// `publishable_key`, `secret_key`, `webhook_secret`.
    pub form: FormState,
}

impl StripePage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut head = Head::new(t.tr("stripe-title"))
            .lead(t.tr("stripe-lead"))
            .under(t.tr("nav-payments"), "/panel/payments");
        let known = self.account.is_some();
        if known && self.edit {
            head = head.and(shell.post("stripe-test", "/panel/stripe/test"));
        }
        let mut body = Vec::new();
        match self.account {
            None => body.push(
                Card::new(
                    t.tr("stripe-account"),
                    blocks![shell.nothing("stripe-none")],
                )
                .into(),
            ),
            Some(account) => {
                let mode = if account.live {
                    "stripe-live"
                } else {
                    "stripe-trial"
                };
                let facts = shell.facts(vec![
                    ("f-publishable-key", Cell::Id(account.publishable_key)),
                    (
                        "stripe-hint",
                        Cell::Id(format!("…{}", account.key_hint).into()),
                    ),
                    ("stripe-mode", Cell::Text(t.tr(mode))),
                    ("stripe-since", Cell::At(t.at(account.set_at))),
                ]);
                let mut card = Card::new(t.tr("stripe-account"), blocks![facts]);
                if self.edit {
                    let open = Button::open(t.tr("stripe-remove"), "stripe-remove").danger();
                    card = card.and(open);
                    body.push(card.into());
                    let remove = "/panel/stripe/remove";
                    let gone = shell.confirm("stripe-remove", "stripe-remove", remove, Vec::new());
                    body.push(gone.into());
                } else {
                    body.push(card.into());
                }
            }
        }
        body.push(
            Card::new(
                t.tr("stripe-hook"),
                blocks![shell.code(t.tr("stripe-hook"), self.hook)],
            )
            .intro(t.tr("stripe-hook-lead"))
            .into(),
        );
        if self.edit {
            let ask = Ask::new(&shell, &self.form);
            let form = shell
                .form("/panel/stripe", "w-save")
                .telling(self.form.notice())
                .fields(vec![
                    ask.text("publishable_key").required().full(),
                    ask.input("password", "secret_key")
                        .autocomplete("off")
                        .required(),
                    ask.input("password", "webhook_secret")
                        .autocomplete("off")
                        .required(),
                ])
                .two_columns();
            let title = if known {
                "stripe-replace"
            } else {
                "stripe-set"
            };
            body.push(Card::new(t.tr(title), blocks![form]).into());
        }
        Page::new(shell, head, body)
    }
}
