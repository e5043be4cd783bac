//! What a seller does when an invoice is not paid, or a card payment fails.

use tradewind_kernel::currency::Currency;

use crate::blocks;
use crate::view::kit::{
    Block, Button, Card, Cell, Choice, Field, Kind, Row, Tab, Table, Tabs, Txt,
};
use crate::view::shared::{Ask, FormState};
use crate::view::{Head, Page, Shell};

/// What a step can do.
const ACTIONS: [&str; 7] = [
    "remind",
    "retry",
    "fee",
    "restrict",
    "suspend",
    "terminate",
    "write_off",
];

/// A class of buyers.
pub struct ClassRow {
    /// Its code.
    pub code: Txt,
    /// Its name.
    pub name: Txt,
}

/// The steps of dunning, and the days of retries.
pub struct DunningPage {
    /// The class whose steps they are; none for buyers without a class.
    pub class: Option<ClassRow>,
    /// All classes.
    pub classes: Vec<ClassRow>,
    /// The currency of amounts that name none.
    pub currency: Currency,
    /// How many rows the form has.
    pub rows: usize,
    /// May change them.
    pub edit: bool,
    /// `days.N`, `action.N`, `from.N` and `fee.N` for each row; `document` of fees, `beyond_credit`.
    pub form: FormState,
    /// `after_days`.
    pub retries: FormState,
}

impl DunningPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut head = Head::new(t.tr("dunning-title"))
            .lead(t.tr("dunning-lead"))
            .under(t.tr("nav-payments"), "/panel/payments")
            .and(shell.go("dunning-overdue", "/panel/invoices?state=overdue"))
            .tabs(self.tabs(&shell));
        if !self.edit {
            let card = Card::new(t.tr("dunning-steps"), blocks![self.table(&shell)]);
            return Page::new(shell, head, blocks![card]);
        }
        head = head.and(Button::open(t.tr("class-add"), "class-add").icon("plus"));
        let ask = Ask::new(&shell, &self.form);
        let mut before = Vec::new();
        before.extend(self.form.notice().map(Into::into));
        before.push(self.table(&shell).into());
        let steps = shell
            .form(self.here(), "dunning-save")
            .before(before)
            .fields(vec![
                ask.codes("document", "fee-document", &["next_invoice", "own"]),
                ask.codes("beyond_credit", "beyond-credit", &["refuse", "approve"]),
            ]);
        let title = match &self.class {
            Some(class) => class.name.clone(),
            None => t.tr("dunning-steps"),
        };
        let hint = t.with("dunning-amounts", &[("currency", self.currency.code())]);
        let mut card = Card::new(title, blocks![steps]).intro(hint);
        let mut body: Vec<Block> = Vec::new();
        if self.class.is_some() {
            card = card.and(shell.post("class-remove", format!("{}/remove", self.here())));
            body.push(card.into());
        } else {
            body.push(card.into());
            let ask = Ask::new(&shell, &self.retries);
            let retries = shell
                .form("/panel/dunning/retries", "retries-save")
                .telling(self.retries.notice())
                .fields(vec![ask.optional(ask.text("after_days"))]);
            body.push(Card::new(t.tr("retries-title"), blocks![retries]).into());
        }
        let fields = vec![
            Field::text("name", t.tr("class-name")).required(),
            Field::text("code", t.tr("class-code"))
                .required()
                .hint(t.tr("class-code-hint")),
        ];
        body.push(
            shell
                .confirm("class-add", "class-add", "/panel/dunning/classes", fields)
                .into(),
        );
        Page::new(shell, head, body)
    }

    fn here(&self) -> String {
        self.class.as_ref().map_or_else(
            || "/panel/dunning".to_owned(),
            |class| format!("/panel/dunning/classes/{}", class.code),
        )
    }

    fn tabs(&self, shell: &Shell) -> Tabs {
        let t = &shell.t;
        let current = self.class.as_ref().map(|class| class.code.to_string());
        let mut tabs = vec![Tab {
            label: t.tr("class-rest"),
            href: "/panel/dunning".into(),
            count: None,
            current: current.is_none(),
        }];
        tabs.extend(self.classes.iter().map(|class| Tab {
            label: class.name.clone(),
            href: format!("/panel/dunning/classes/{}", class.code).into(),
            count: None,
            current: current.as_deref() == Some(&*class.code.to_string()),
        }));
        Tabs {
            label: t.tr("c-class"),
            tabs,
        }
    }

    fn table(&self, shell: &Shell) -> Table {
        let t = &shell.t;
        let rows = (0..self.rows).map(|row| {
            let spoken = |key: &str| format!("{} {}", t.tr(key), row + 1);
            let text = |name: &str, key: &str| {
                let field = Field::text(format!("{name}.{row}"), Txt::default());
                Cell::Ask(Box::new(self.form.fill(field.spoken(spoken(key)))))
            };
            let none = Choice::new("", t.tr("dunning-none"));
            let actions = ACTIONS.map(|action| Choice::new(action, t.code("dunning", action)));
            let choices = std::iter::once(none).chain(actions).collect();
            let action = Field::new(
                format!("action.{row}"),
                Txt::default(),
                Kind::Select(choices),
            )
            .spoken(spoken("dunning-action"));
            Row::Cells(vec![
                text("days", "dunning-days"),
                Cell::Ask(Box::new(self.form.fill(action))),
                text("from", "dunning-from"),
                text("fee", "dunning-fee-amount"),
            ])
        });
        let columns = vec![
            shell.col("dunning-days"),
            shell.col("dunning-action"),
            shell.col("dunning-from"),
            shell.col("dunning-fee-amount"),
        ];
        Table::new(t.tr("dunning-steps"), columns, rows.collect())
    }
}
