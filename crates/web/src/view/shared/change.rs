//! Changing and cancelling a subscription, with a preview of what it means.

use askama::Template;
use tradewind_kernel::money::Money;
use tradewind_kernel::time::Date;

use crate::blocks;
use crate::view::kit::{
    Block, Button, Card, Cell, Choice, Field, Kind, Live, Notice, PriceLine, Prices, Row, Table,
    Tone, Txt,
};
use crate::view::shared::{Ask, FormState, NextInvoice, PriceDiscount};
use crate::view::storefront::{ParameterAsk, QuantityAsk, coupon, parameter};
use crate::view::{Head, Page, Shell, Tr};

/// Something before and after a change.
pub struct DiffRow {
    /// What.
    pub label: Txt,
    /// Now.
    pub now: Txt,
    /// After.
    pub after: Txt,
    /// Difference.
    pub difference: Txt,
}

/// What a change means. Confirming it executes this quote and nothing else.
pub struct ChangePreview {
    /// Id of the quote.
    pub quote: Txt,
    /// Plan, quantities, price per period.
    pub rows: Vec<DiffRow>,
    /// New charges for the rest of the period: what, how it comes about, amount.
    pub charges: Vec<(Txt, Txt, Money)>,
    /// Credit for what was paid already, as a positive amount.
    pub credit: Option<Money>,
    /// What discounts take off.
    pub discounts: Vec<PriceDiscount>,
    /// Taxes: name with rate, amount.
    pub taxes: Vec<(Txt, Money)>,
    /// To be paid now.
    pub due_now: Money,
    /// What comes next.
    pub next: Option<NextInvoice>,
    /// From when it holds; `None` for at once.
    pub from: Option<Date>,
    /// What happens to the service: "Mailboxes are moved; no interruption".
    pub notes: Vec<Txt>,
    /// Set when the subscription has changed since the preview was made: what.
    pub changed_since: Option<Txt>,
}

/// The preview as a part of the page; on its own it answers the form while it is filled.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<section id=\"price\" class=\"card\" aria-live=\"polite\"><header><div class=\"titles\"><h2>{{ title }}</h2></div></header><div class=\"body\">{% for block in body %}{{ block }}{% endfor %}</div></section>"
)]
pub struct PreviewPanel {
    title: Txt,
    body: Vec<Block>,
}

impl PreviewPanel {
    /// A preview.
    pub fn new(title: Txt, body: Vec<Block>) -> Self {
        Self { title, body }
    }

    /// What stands where there is no preview: what is wrong with what is filled in, or that nothing is.
    pub fn without(t: &Tr, title: Txt, form: &FormState, nothing: &str) -> Self {
        let wrong = form.problem.iter();
        let wrong = wrong.chain(form.errors.iter().map(|(_, message)| message));
        let wrong: Vec<&str> = wrong.map(AsRef::as_ref).collect();
        let notice = if wrong.is_empty() {
            Notice::new(Tone::Info, "", t.tr(nothing))
        } else {
            Notice::new(Tone::Bad, t.tr("change-refused"), wrong.join(" "))
        };
        Self::new(title, blocks![notice])
    }
}

/// The panel of a preview; without one it says what is wrong with what is filled in, or what is missing. `action` is where
/// the confirmation goes.
pub fn preview_panel(
    shell: &Shell,
    action: &str,
    preview: Option<&ChangePreview>,
    form: &FormState,
) -> PreviewPanel {
    let t = &shell.t;
    let title = t.tr("change-preview");
    let Some(preview) = preview else {
        return PreviewPanel::without(t, title, form, "change-nothing");
    };
    let mut body: Vec<Block> = Vec::new();
    if let Some(what) = &preview.changed_since {
        body.push(Notice::new(Tone::Bad, t.tr("change-since"), what.clone()).into());
    }
    let from = match preview.from {
        Some(date) => t.with("change-from", &[("date", t.date(date).text())]),
        None => t.tr("change-at-once"),
    };
    body.push(Notice::new(Tone::Info, from, preview.notes.join(" ")).into());
    let rows = preview.rows.iter().map(|row| {
        let cells = [
            Cell::Text(row.label.clone()),
            Cell::Figure(row.now.clone()),
            Cell::Figure(row.after.clone()),
            Cell::Figure(row.difference.clone()),
        ];
        Row::Cells(cells.into())
    });
    let columns = vec![
        shell.col("c-what"),
        shell.fig("c-now"),
        shell.fig("c-after"),
        shell.fig("c-difference"),
    ];
    body.push(Table::new(t.tr("change-compared"), columns, rows.collect()).into());
    body.push(preview.prices(shell).into());
    let form = shell
        .form(action.to_owned(), "change-confirm")
        .fields(vec![Field::hidden("quote", preview.quote.clone())])
        .button(Button::submit(t.tr("change-confirm"), "do", "confirm").primary());
    body.push(form.into());
    PreviewPanel { title, body }
}

impl ChangePreview {
    fn prices(&self, shell: &Shell) -> Prices {
        let t = &shell.t;
        let line = |label: Txt, detail: Txt, amount: Txt| PriceLine {
            label,
            detail,
            amount,
        };
        let mut sums: Vec<_> = self
            .charges
            .iter()
            .map(|(what, how, amount)| line(what.clone(), how.clone(), t.money(*amount)))
            .collect();
        if let Some(credit) = self.credit {
            sums.push(line(
                t.tr("price-credit"),
                Txt::default(),
                format!("−{}", t.money(credit)).into(),
            ));
        }
        sums.extend(self.discounts.iter().map(|discount| discount.line(t)));
        sums.extend(
            self.taxes
                .iter()
                .map(|(name, amount)| line(name.clone(), Txt::default(), t.money(*amount))),
        );
        let after = self.next.iter().map(|next| {
            let detail = if next.plus_usage {
                t.tr("price-plus-usage")
            } else {
                Txt::default()
            };
            line(
                t.with("price-next", &[("date", t.date(next.date).text())]),
                detail,
                t.money(next.total),
            )
        });
        let due = line(t.tr("price-due-now"), Txt::default(), t.money(self.due_now));
        Prices {
            parts: Vec::new(),
            sums,
            due,
            after: after.collect(),
        }
    }
}

/// Changing plan, quantities or parameters.
pub struct ChangePage {
    /// Where the pages lie.
    pub base: &'static str,
    /// Id of the subscription.
    pub id: Txt,
    /// Product.
    pub product: Txt,
    /// Plans one may change to, the present one among them: id, name, price in words.
    pub plans: Vec<(Txt, Txt, Txt)>,
    /// Id of the present plan.
    pub current: Txt,
    /// Id of the plan that is chosen in the form.
    pub chosen: Txt,
    /// Quantities of the chosen plan.
    pub quantities: Vec<QuantityAsk>,
    /// Parameters that may be changed.
    pub parameters: Vec<ParameterAsk>,
    /// What the change means; `None` while nothing differs.
    pub preview: Option<ChangePreview>,
    /// `plan`, quantities and parameters by their names.
    pub form: FormState,
}

impl ChangePage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let here = format!("{}/subscriptions/{}", self.base, self.id);
        let plans = self.plans.iter().map(|(id, name, price)| {
            let choice = Choice::new(id.clone(), name.clone()).on(*id == self.current);
            let hint = if *id == self.current {
                format!("{price} · {}", t.tr("plan-current"))
            } else {
                price.to_string()
            };
            choice.hint(hint)
        });
        let mut fields =
            vec![Field::new("plan", t.tr("product-plan"), Kind::Tiles(plans.collect())).full()];
        fields.extend(self.quantities.iter().map(|ask| ask.field(&t)));
        fields.extend(self.parameters.iter().map(|ask| parameter(&t, ask)));
        fields.push(coupon(&t));
        let when = vec![
            Choice::new("", t.tr("change-when-usual")),
            Choice::new("end_of_period", t.tr("change-when-end-of-period")),
        ];
        fields.push(Field::select("when", t.tr("change-when"), when));
        let fields = fields.into_iter().map(|field| self.form.fill(field));
        let fields = std::iter::once(Field::hidden("made_for", self.chosen.clone())).chain(fields);
        let form = shell
            .form(format!("{here}/change"), "change-show")
            .telling(self.form.notice())
            .fields(fields.collect())
            .two_columns()
            .live(Live {
                post: format!("{here}/change").into(),
                target: "#price",
            })
            .button(Button::submit(t.tr("change-show"), "do", "preview"));
        let head = Head::new(t.with("change-title", &[("product", &self.product)]))
            .under(
                t.tr("nav-subscriptions"),
                format!("{}/subscriptions", self.base),
            )
            .under(self.product.clone(), here.clone())
            .lead(t.tr("change-lead"));
        let panel = preview_panel(
            &shell,
            &format!("{here}/change/confirm"),
            self.preview.as_ref(),
            &self.form,
        );
        let body = blocks![Card::new(t.tr("change-what"), blocks![form]), panel];
        Page::new(shell, head, body)
    }
}

/// Cancelling.
pub struct CancelPage {
    /// Where the pages lie.
    pub base: &'static str,
    /// Id of the subscription.
    pub id: Txt,
    /// Product.
    pub product: Txt,
    /// End of the commitment, or of the current period.
    pub period_end: Date,
    /// May end at once, with this credit (as a positive amount) and this fee, if any.
    pub at_once: Option<(Option<Money>, Option<Money>)>,
    /// May end with the current period although a commitment goes on: when, and what is charged then, before tax.
    pub leaving: Option<(Date, Option<Money>)>,
    /// What happens to service and data.
    pub notes: Vec<Txt>,
    /// `when` (`period_end`, `leave`, `now`), `reason`, `comment`.
    pub form: FormState,
}

impl CancelPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let here = format!("{}/subscriptions/{}", self.base, self.id);
        let ask = Ask::new(&shell, &self.form);
        let end = t.with("cancel-at-end", &[("date", t.date(self.period_end).text())]);
        let mut when = vec![
            Choice::new("period_end", end)
                .hint(t.tr("cancel-at-end-hint"))
                .on(true),
        ];
        if let Some((date, costs)) = self.leaving {
            let label = t.with("cancel-leave", &[("date", t.date(date).text())]);
            let hint = match costs {
                Some(costs) => t.with("cancel-fee", &[("amount", &t.money(costs))]),
                None => t.tr("cancel-no-fee"),
            };
            when.push(Choice::new("leave", label).hint(hint));
        }
        if let Some((credit, fee)) = self.at_once {
            let credit = match credit {
                Some(credit) => t.with("cancel-now-credit", &[("amount", &t.money(credit))]),
                None => t.tr("cancel-now-no-credit"),
            };
            let fee = fee.map(|fee| t.with("cancel-fee", &[("amount", &t.money(fee))]));
            let hint = fee.map_or(credit.clone(), |fee| format!("{fee} {credit}").into());
            when.push(Choice::new("now", t.tr("cancel-now")).hint(hint));
        }
        let reasons = [
            "too_expensive",
            "missing_feature",
            "other_provider",
            "not_needed",
            "quality",
            "other",
        ];
        let form = shell
            .form(format!("{here}/cancel"), "sub-cancel")
            .telling(self.form.notice())
            .fields(vec![
                ask.field("when", Kind::Tiles(when)).full(),
                ask.codes("reason", "cancel-reason", &reasons),
                ask.optional(ask.area("comment")),
            ])
            .button(Button::submit(t.tr("sub-cancel"), "do", "cancel").danger())
            .and(shell.go("cancel-keep", here.clone()));
        let head = Head::new(t.with("cancel-title", &[("product", &self.product)]))
            .under(
                t.tr("nav-subscriptions"),
                format!("{}/subscriptions", self.base),
            )
            .under(self.product.clone(), here);
        let notes = Notice::new(Tone::Warn, t.tr("cancel-what"), self.notes.join(" "));
        Page::new(
            shell,
            head,
            blocks![notes, Card::new(t.tr("sub-cancel"), blocks![form])],
        )
        .narrow()
    }
}
