//! What a seller has decided about a buyer that does not pay, or may not order.

use tradewind_kernel::money::Money;
use tradewind_kernel::time::{Date, Timestamp};

use crate::blocks;
use crate::view::kit::{Block, Button, Card, Cell, Choice, Row, Table, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::{Head, Page, Shell};

/// Why no new orders are taken.
pub struct HoldRow {
    /// Since when.
    pub since: Timestamp,
    /// The invoice behind it: number, address.
    pub invoice: Option<(Txt, Txt)>,
    /// What is open of it.
    pub open: Option<Money>,
    /// Why, where somebody has said so.
    pub reason: Txt,
}

/// A buyer's class, the pause of its reminders, and whether its orders are taken.
pub struct AccountDunningPage {
    /// Id of the buyer.
    pub id: Txt,
    /// Its name.
    pub name: Txt,
    /// `class`.
    pub class: FormState,
    /// The classes that there are: code, name.
    pub classes: Vec<(Txt, Txt)>,
    /// What is past due.
    pub overdue: Vec<Money>,
    /// Until when its reminders wait, and why.
    pub paused: Option<(Date, Txt)>,
    /// Why no new orders are taken.
    pub holds: Vec<HoldRow>,
    /// What becomes of orders in spite of that, as its stored word.
    pub beyond: Txt,
    /// May change it.
    pub edit: bool,
}

impl AccountDunningPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let under = format!("/panel/customers/{}", self.id);
        let head = Head::new(t.tr("account-dunning"))
            .lead(t.tr("account-dunning-lead"))
            .under(t.tr("nav-customers"), "/panel/customers")
            .under(self.name.clone(), under)
            .and(shell.go("dunning-title", "/panel/dunning"));
        let body = blocks![self.reminders(&shell), self.orders(&shell)];
        let dialogs = if self.edit {
            self.dialogs(&shell)
        } else {
            Vec::new()
        };
        Page::new(shell, head, body).below(dialogs)
    }

    fn here(&self) -> String {
        format!("/panel/customers/{}/dunning", self.id)
    }

    fn reminders(&self, shell: &Shell) -> Card {
        let t = &shell.t;
        let code = self.class.value("class");
        let class = self.classes.iter().find(|(known, _)| **known == *code);
        let name = class.map_or_else(|| t.tr("class-rest"), |(_, name)| name.clone());
        let owed: Vec<String> = self
            .overdue
            .iter()
            .map(|sum| t.money(*sum).to_string())
            .collect();
        let owed = if owed.is_empty() {
            Cell::Nil
        } else {
            Cell::Text(owed.join(", ").into())
        };
        let mut facts = vec![("c-class", Cell::Text(name)), ("c-past-due", owed)];
        if let Some((until, reason)) = &self.paused {
            facts.push(("reminder-paused", Cell::At(t.date(*until))));
            facts.push(("c-reason", Cell::Text(reason.clone())));
        }
        let mut card = Card::new(t.tr("dunning-title"), blocks![shell.facts(facts)]);
        if self.edit {
            card = card
                .and(Button::open(t.tr("class-assign"), "class-assign"))
                .and(Button::open(t.tr("account-pause"), "account-pause"));
            if self.paused.is_some() {
                card = card.and(shell.post("dunning-resume", format!("{}/resume", self.here())));
            }
        }
        card
    }

    fn orders(&self, shell: &Shell) -> Card {
        let t = &shell.t;
        let rows = self.holds.iter().map(|hold| {
            let why = match &hold.invoice {
                Some((number, href)) => Cell::Link(href.clone(), number.clone()),
                None => Cell::Text(hold.reason.clone()),
            };
            let open = hold.open.map(|open| t.money(open));
            Row::Cells(vec![
                Cell::At(t.at(hold.since)),
                why,
                Cell::maybe_figure(open),
            ])
        });
        let columns = vec![
            shell.col("c-since"),
            shell.col("c-reason"),
            shell.fig("c-open"),
        ];
        let empty = shell.empty("check", "holds-none");
        let table = Table::new(t.tr("holds-title"), columns, rows.collect()).or(empty);
        let beyond = t.code("beyond-credit", &self.beyond);
        let mut card = Card::new(t.tr("holds-title"), blocks![table])
            .intro(t.with("holds-then", &[("then", &beyond)]));
        if self.edit {
            card = card.and(Button::open(t.tr("credit-hold"), "credit-hold"));
            if !self.holds.is_empty() {
                card = card.and(shell.post("credit-release", format!("{}/release", self.here())));
            }
        }
        card
    }

    fn dialogs(&self, shell: &Shell) -> Vec<Block> {
        let t = &shell.t;
        let here = self.here();
        let blank = FormState::default();
        let ask = Ask::new(shell, &blank);
        let rest = Choice::new("", t.tr("class-rest"));
        let known = self.classes.iter();
        let classes = known.map(|(code, name)| Choice::new(code.clone(), name.clone()));
        let classes = std::iter::once(rest).chain(classes).collect();
        let class = Ask::new(shell, &self.class).select("class", classes);
        let pause = vec![
            ask.input("date", "until").required(),
            ask.text("reason").required(),
        ];
        let hold = vec![
            ask.text("reason").required().hint(t.tr("credit-hold-told")),
            ask.check("until_paid"),
        ];
        blocks![
            shell.confirm(
                "class-assign",
                "class-assign",
                format!("{here}/class"),
                vec![class]
            ),
            shell.confirm(
                "account-pause",
                "account-pause",
                format!("{here}/pause"),
                pause
            ),
            shell.confirm("credit-hold", "credit-hold", format!("{here}/hold"), hold)
        ]
    }
}
