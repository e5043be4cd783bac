//! Setting right what was billed for the past, with a preview of what that comes to.

use tradewind_kernel::Currency;
use tradewind_kernel::money::Money;
use tradewind_kernel::time::Date;

use crate::blocks;
use crate::view::kit::{
    Block, Button, Card, Cell, Choice, Field, Kind, Live, Notice, PriceLine, Prices, Row, Table,
    Tone, Txt,
};
use crate::view::shared::{Ask, FormState, NextInvoice, PreviewPanel};
use crate::view::{Head, Page, Shell};

/// An item of which another quantity may have been held.
pub struct CorrectedItem {
    /// Its code.
    pub code: Txt,
    /// Its name.
    pub name: Txt,
    /// What is recorded, in words: "5 seats since 10 January 2024".
    pub recorded: Txt,
}

/// What a correction comes to for the customer. Confirming it executes this quote and nothing else.
pub struct CorrectionPreview {
    /// Id of the quote; none while no reason is given.
    pub quote: Option<Txt>,
    /// What is given back and what is charged: what, for which time, how much.
    pub lines: Vec<(Txt, Txt, Money)>,
    /// Taxes: name with rate, amount.
    pub taxes: Vec<(Txt, Money)>,
    /// To be paid; negative when it is given back.
    pub due: Money,
    /// What comes next.
    pub next: Option<NextInvoice>,
}

/// The form for a correction.
pub struct CorrectionPage {
    /// Id of the subscription.
    pub id: Txt,
    /// What it is called.
    pub name: Txt,
    /// The first day that can be corrected, and today.
    pub days: (Date, Date),
    /// Its items.
    pub items: Vec<CorrectedItem>,
    /// Items with a price for each unit: code, name.
    pub prices: Vec<(Txt, Txt)>,
    /// Plans that it may have had: id, name.
    pub plans: Vec<(Txt, Txt)>,
    /// The currency of its prices.
    pub currency: Currency,
    /// Whether everything can be set right, or only what is asked of the customer.
    pub whole: bool,
    /// What it comes to; none while nothing is asked.
    pub preview: Option<CorrectionPreview>,
    /// `first_day`, `otherwise` (`quantities`, `plan`, `prices`, `own`, `ended`), `plan`, `qty.CODE`, `price.CODE`, `reason`.
    pub form: FormState,
}

impl CorrectionPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let here = format!("/panel/subscriptions/{}", self.id);
        let ask = Ask::new(&shell, &self.form);
        let (first, today) = self.days;
        let mut from = ask.input("date", "first_day").required();
        from = from.hint(t.with(
            "correction-from-hint",
            &[
                ("first", t.date(first).text()),
                ("today", t.date(today).text()),
            ],
        ));
        let what: &[&str] = match (self.whole, self.plans.is_empty()) {
            (false, _) => &["own"],
            (true, true) => &["quantities", "prices", "own", "ended"],
            (true, false) => &["quantities", "plan", "prices", "own", "ended"],
        };
        let what = what.iter().copied().enumerate().map(|(i, code)| {
            let name = t.tr(&format!("correction-{code}"));
            Choice::new(code, name)
                .hint(t.tr(&format!("correction-{code}-hint")))
                .on(i == 0)
        });
        let mut fields = vec![
            from,
            ask.field("otherwise", Kind::Tiles(what.collect())).full(),
        ];
        fields.extend(self.items.iter().map(|item| {
            let field = Field::text(format!("qty.{}", item.code), item.name.clone())
                .hint(item.recorded.clone());
            self.form.fill(field)
        }));
        if !self.plans.is_empty() {
            let none = Choice::new("", t.tr("correction-no-plan"));
            let plans = self.plans.iter();
            let plans = plans.map(|(id, name)| Choice::new(id.clone(), name.clone()));
            fields.push(ask.select("plan", std::iter::once(none).chain(plans).collect()));
        }
        fields.extend(self.prices.iter().map(|(code, name)| {
            let currency = self.currency.code();
            let label = t.with(
                "correction-price-of",
                &[("item", name), ("currency", currency)],
            );
            let field = Field::text(format!("price.{code}"), label);
            self.form.fill(field.hint(t.tr("correction-price-of-hint")))
        }));
        fields.push(ask.area("reason").required());
        let form = shell
            .form(format!("{here}/correct"), "change-show")
            .telling(self.form.notice())
            .fields(fields)
            .two_columns()
            .live(Live {
                post: format!("{here}/correct").into(),
                target: "#price",
            })
            .button(Button::submit(t.tr("change-show"), "do", "preview"));
        let head = Head::new(t.tr("correction"))
            .under(t.tr("nav-subscriptions"), "/panel/subscriptions")
            .under(self.name.clone(), here)
            .lead(t.tr("correction-lead"));
        let panel = correction_panel(&shell, &self.id, self.preview.as_ref(), &self.form);
        let body = blocks![Card::new(t.tr("correction-what"), blocks![form]), panel];
        Page::new(shell, head, body)
    }
}

/// The panel of a preview; without one it says what is wrong with what is filled in, or what is missing.
pub fn correction_panel(
    shell: &Shell,
    id: &str,
    preview: Option<&CorrectionPreview>,
    form: &FormState,
) -> PreviewPanel {
    let t = &shell.t;
    let title = t.tr("correction-preview");
    let Some(preview) = preview else {
        return PreviewPanel::without(t, title, form, "correction-nothing");
    };
    let mut body: Vec<Block> = Vec::new();
    if preview.lines.is_empty() {
        body.push(Notice::new(Tone::Info, "", t.tr("correction-costs-nothing")).into());
    } else {
        body.push(preview.lines(shell).into());
    }
    body.push(preview.sums(shell).into());
    match &preview.quote {
        Some(quote) => {
            let form = shell
                .form(
                    format!("/panel/subscriptions/{id}/correct/confirm"),
                    "correction-confirm",
                )
                .fields(vec![Field::hidden("quote", quote.clone())])
                .button(Button::submit(t.tr("correction-confirm"), "do", "confirm").primary());
            body.push(form.into());
        }
        None => body.push(Notice::new(Tone::Info, "", t.tr("correction-needs-reason")).into()),
    }
    PreviewPanel::new(title, body)
}

impl CorrectionPreview {
    fn lines(&self, shell: &Shell) -> Table {
        let t = &shell.t;
        let rows = self.lines.iter().map(|(what, time, amount)| {
            Row::Cells(vec![
                Cell::Two(what.clone(), time.clone()),
                Cell::Figure(t.money(*amount)),
            ])
        });
        let columns = vec![shell.col("c-what"), shell.fig("c-amount")];
        Table::new(t.tr("correction-lines"), columns, rows.collect())
    }

    fn sums(&self, shell: &Shell) -> Prices {
        let t = &shell.t;
        let line = |label: Txt, amount: Money| PriceLine {
            label,
            detail: Txt::default(),
            amount: t.money(amount),
        };
        let taxes = self.taxes.iter();
        let taxes = taxes.map(|(name, amount)| line(name.clone(), *amount));
        let (label, due) = if self.due.is_negative() {
            let back = Money::new(-self.due.minor, self.due.currency);
            (t.tr("correction-given-back"), back)
        } else {
            (t.tr("correction-charged"), self.due)
        };
        let after = self.next.iter().map(|next| {
            let date = t.date(next.date);
            line(t.with("price-next", &[("date", date.text())]), next.total)
        });
        Prices {
            parts: Vec::new(),
            sums: taxes.collect(),
            due: line(label, due),
            after: after.collect(),
        }
    }
}
