//! One invoice on screen: the same content as its PDF.

use askama::Template;
use rust_decimal::Decimal;
use tradewind_kernel::currency::Currency;
use tradewind_kernel::money::Money;
use tradewind_kernel::time::{Date, Timestamp};

use crate::blocks;
use crate::view::kit::{
    Block, Button, Card, Cell, Moment, Notice, Row, Table, Timeline, Tone, Txt,
};
use crate::view::shared::{Ask, FormState};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell, Tr};

/// A party of an invoice.
#[derive(Clone)]
pub struct Party {
    /// Name.
    pub name: Txt,
    /// Lines of the address.
    pub address: Vec<Txt>,
    /// Tax id.
    pub tax_id: Txt,
}

/// A line.
pub struct InvoiceLine {
    /// What.
    pub text: Txt,
    /// For which time, or how it comes about.
    pub detail: Txt,
    /// Quantity.
    pub quantity: Decimal,
    /// Unit.
    pub unit: Txt,
    /// Price of one; `None` when tiers or use make up the amount.
    pub unit_price: Option<Decimal>,
    /// Tax rate in percent.
    pub tax: Decimal,
    /// Amount before tax.
    pub amount: Money,
}

/// Lines under a heading: a subscription, or a service.
pub struct InvoiceGroup {
    /// Heading.
    pub title: Txt,
    /// Lines.
    pub lines: Vec<InvoiceLine>,
    /// Sum.
    pub subtotal: Money,
}

/// Tax at one rate.
pub struct TaxLine {
    /// Name with rate, or why there is none.
    pub name: Txt,
    /// Amount it is computed from.
    pub base: Money,
    /// Tax.
    pub tax: Money,
}

/// A document that takes back of this one, or that this one takes back of.
#[derive(Clone)]
pub struct RelatedNote {
    /// Number and address of the other document.
    pub document: (Txt, Txt),
    /// What is given back.
    pub amount: Money,
    /// Where that went, as its stored word.
    pub destination: Txt,
    /// Why.
    pub reason: Txt,
}

/// What comes next for an invoice that is not paid.
pub struct NextReminder {
    /// The next step, as its stored word, and its day.
    pub next: Option<(Txt, Date)>,
    /// Until when steps wait.
    pub paused: Option<Date>,
    /// Why; empty for the buyer.
    pub reason: Txt,
    /// What was promised, and what became of it, as its stored word.
    pub promise: Option<(Money, Txt)>,
    /// May pause it, and go on.
    pub edit: bool,
}

impl NextReminder {
    fn card(&self, shell: &Shell, here: &str) -> Vec<Block> {
        let t = &shell.t;
        let mut facts = Vec::new();
        if let Some((action, on)) = &self.next {
            facts.push(("reminder-next", Cell::Text(t.code("dunning", action))));
            facts.push(("reminder-on", Cell::At(t.date(*on))));
        }
        if let Some(until) = self.paused {
            facts.push(("reminder-paused", Cell::At(t.date(until))));
        }
        if !self.reason.is_empty() {
            facts.push(("c-reason", Cell::Text(self.reason.clone())));
        }
        if let Some((amount, state)) = &self.promise {
            let state = t.code("promise", state);
            facts.push(("reminder-promised", Cell::Two(t.money(*amount), state)));
        }
        if facts.is_empty() {
            facts.push(("reminder-next", Cell::Text(t.tr("reminder-none"))));
        }
        let mut card = Card::new(t.tr("reminder-title"), blocks![shell.facts(facts)]);
        if !self.edit {
            return blocks![card];
        }
        card = card.and(Button::open(t.tr("dunning-pause"), "dunning-pause"));
        if self.paused.is_some() {
            card = card.and(shell.post("dunning-resume", format!("{here}/dunning/resume")));
        }
        let blank = FormState::default();
        let ask = Ask::new(shell, &blank);
        let fields = vec![
            ask.input("date", "until").required(),
            ask.text("reason").required(),
            ask.optional(ask.text("promised")),
        ];
        let to = format!("{here}/dunning");
        blocks![
            card,
            shell.confirm("dunning-pause", "dunning-pause", to, fields)
        ]
    }
}

/// An invoice or credit note.
pub struct InvoicePage {
    /// Where the pages lie.
    pub base: &'static str,
    /// Its tax is value-added tax.
    pub vat: bool,
    /// Id.
    pub id: Txt,
    /// Number; empty for a draft.
    pub number: Txt,
    /// `invoice` or `credit_note`.
    pub kind: Txt,
    /// State.
    pub state: Txt,
    /// Date.
    pub date: Date,
    /// Due on.
    pub due: Date,
    /// Period it is for.
    pub period: Option<(Date, Date)>,
    /// Who issues it.
    pub seller: Party,
    /// Who gets it.
    pub buyer: Party,
    /// The buyer's reference.
    pub reference: Txt,
    /// Its currency.
    pub currency: Currency,
    /// Lines.
    pub groups: Vec<InvoiceGroup>,
    /// Before tax.
    pub net: Money,
    /// Taxes.
    pub taxes: Vec<TaxLine>,
    /// Total.
    pub total: Money,
    /// Payments and credits: when, what, amount.
    pub payments: Vec<(Timestamp, Txt, Money)>,
    /// What is still open.
    pub open: Money,
    /// Payment terms and bank details.
    pub terms: Vec<Txt>,
    /// Where the exact detail behind the lines lies as CSV.
    pub detail_csv: Option<Txt>,
    /// Where to pay.
    pub pay: Option<Txt>,
    /// May record a payment.
    pub record: Permit,
    /// May send it again by e-mail.
    pub resend: Permit,
    /// Its credit notes; of a credit note, what it takes back.
    pub notes: Vec<RelatedNote>,
    /// May take it back.
    pub credit: Permit,
    /// May issue it anew.
    pub reissue: Permit,
    /// Number and address of the invoice in whose place it is.
    pub replaces: Option<(Txt, Txt)>,
    /// Number and address of the invoice in its place.
    pub replaced_by: Option<(Txt, Txt)>,
    /// May give up what is open of it, or take that back.
    pub write_off: Permit,
    /// What comes next when it is not paid.
    pub reminder: Option<NextReminder>,
    /// What happened with it.
    pub history: Vec<Moment>,
}

#[derive(Template)]
#[template(path = "page/invoice.html")]
struct Paper {
    t: Tr,
    page: InvoicePage,
    title: Txt,
    lines: Table,
    taxes: Table,
}

impl InvoicePage {
    /// What the numbers of its parties at the tax office are called.
    fn tax_id_label(&self) -> &'static str {
        if self.vat { "f-tax-id" } else { "f-tax-number" }
    }

    /// Lays the page out.
    pub fn page(mut self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let here = format!("{}/invoices/{}", self.base, self.id);
        let kind = t.code("invoice-kind", &self.kind);
        let number = if self.number.is_empty() {
            t.tr("state-draft")
        } else {
            self.number.clone()
        };
        let title: Txt = format!("{kind} {number}").into();
        let mut head = Head::new(title.clone())
            .under(t.tr("nav-invoices"), format!("{}/invoices", self.base))
            .state(t.state(&self.state));
        if let Some(href) = self.pay.clone() {
            let label = t.with("pay-amount", &[("amount", &t.money(self.open))]);
            head = head.and(Button::go(label, href).primary().icon("credit-card"));
        }
        head = head.and(Button::go("PDF", format!("{here}/pdf")).icon("download"));
        if let Some(href) = self.detail_csv.clone() {
            head = head.and(Button::go(t.tr("invoice-detail-csv"), href).icon("download"));
        }
        head = head
            .may(
                &self.record,
                shell
                    .go(
                        "payment-record",
                        format!("/panel/payments/new?invoice={}", self.id),
                    )
                    .icon("hand-coins"),
            )
            .may(
                &self.credit,
                shell
                    .go("credit-note", format!("{here}/credit"))
                    .icon("undo-2"),
            )
            .may(&self.reissue, Button::open(t.tr("reissue"), "reissue"))
            .may(
                &self.write_off,
                shell.go("write-off", format!("{here}/write-off")),
            )
            .may(
                &self.resend,
                shell
                    .post("invoice-resend", format!("{here}/send"))
                    .icon("send"),
            );
        let mut body: Vec<Block> = Vec::new();
        match self.state.as_ref() {
            "overdue" => {
                let text = t.with(
                    "invoice-overdue",
                    &[
                        ("amount", &t.money(self.open)),
                        ("date", t.date(self.due).text()),
                    ],
                );
                body.push(Notice::new(Tone::Bad, "", text).into());
            }
            "paid" => body.push(shell.notice(Tone::Ok, "invoice-is-paid").into()),
            "written_off" => body.push(shell.notice(Tone::Idle, "invoice-is-written-off").into()),
            _ => {}
        }
        for (key, other) in [
            ("invoice-replaced-by", &self.replaced_by),
            ("invoice-replaces", &self.replaces),
        ] {
            if let Some((number, href)) = other {
                let text = t.with(key, &[("number", number)]);
                let go = Button::go(number.clone(), href.clone());
                body.push(Notice::new(Tone::Idle, "", text).and(go).into());
            }
        }
        if self.reissue.is_yes() {
            let blank = FormState::default();
            let fields = vec![Ask::new(&shell, &blank).text("reason").required()];
            let to = format!("{here}/reissue");
            body.push(shell.confirm("reissue", "reissue", to, fields).into());
        }
        let (lines, taxes) = (self.lines(&shell), self.tax_table(&shell));
        let history = std::mem::take(&mut self.history);
        let notes = std::mem::take(&mut self.notes);
        let is_note = *self.kind == *"credit_note";
        let reminder = self.reminder.take();
        body.push(
            Paper {
                t: t.clone(),
                page: self,
                title,
                lines,
                taxes,
            }
            .into(),
        );
        if let Some(reminder) = reminder {
            body.extend(reminder.card(&shell, &here));
        }
        if !notes.is_empty() {
            let title = t.tr(if is_note {
                "credit-note-of"
            } else {
                "credit-notes"
            });
            body.push(Card::new(title, blocks![notes_table(&shell, notes)]).into());
        }
        if !history.is_empty() {
            body.push(Card::new(t.tr("history"), blocks![Timeline(history)]).into());
        }
        Page::new(shell, head, body)
    }

    fn lines(&self, shell: &Shell) -> Table {
        let t = &shell.t;
        let mut rows = Vec::new();
        for group in &self.groups {
            rows.push(Row::Group(group.title.clone()));
            for line in &group.lines {
                let price = line.unit_price.map_or(Cell::Nil, |price| {
                    Cell::Figure(t.price(price, self.currency))
                });
                rows.push(Row::Cells(vec![
                    Cell::Two(line.text.clone(), line.detail.clone()),
                    Cell::FigureTwo(t.num(line.quantity), line.unit.clone()),
                    price,
                    Cell::Figure(t.percent(line.tax)),
                    Cell::Figure(t.money(line.amount)),
                ]));
            }
            if self.groups.len() > 1 {
                let gap = || Cell::Text(Txt::default());
                rows.push(Row::Total(vec![
                    Cell::Text(t.tr("subtotal")),
                    gap(),
                    gap(),
                    gap(),
                    Cell::Figure(t.money(group.subtotal)),
                ]));
            }
        }
        let columns = vec![
            shell.col("c-description"),
            shell.fig("c-quantity"),
            shell.fig("c-unit-price"),
            shell.fig("c-tax"),
            shell.fig("c-amount"),
        ];
        Table::new(t.tr("invoice-lines"), columns, rows)
    }

    fn tax_table(&self, shell: &Shell) -> Table {
        let t = &shell.t;
        let rows = self.taxes.iter().map(|tax| {
            vec![
                Cell::Text(tax.name.clone()),
                Cell::Figure(t.money(tax.base)),
                Cell::Figure(t.money(tax.tax)),
            ]
        });
        shell.table(
            "invoice-taxes",
            vec![
                shell.col("c-tax"),
                shell.fig("c-base"),
                shell.fig("c-amount"),
            ],
            rows.collect(),
            "none",
        )
    }
}

fn notes_table(shell: &Shell, notes: Vec<RelatedNote>) -> Table {
    let t = &shell.t;
    let rows = notes.into_iter().map(|note| {
        vec![
            Cell::Link(note.document.1, note.document.0),
            Cell::Text(note.reason),
            Cell::Text(t.code("destination", &note.destination)),
            Cell::Figure(t.money(note.amount)),
        ]
    });
    shell.table(
        "credit-notes",
        vec![
            shell.col("c-number"),
            shell.col("c-reason"),
            shell.col("c-destination"),
            shell.fig("c-amount"),
        ],
        rows.collect(),
        "none",
    )
}
