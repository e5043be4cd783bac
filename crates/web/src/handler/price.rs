//! Prices and previews as pages show them.

use tradewind_billing::types::{DocumentLine, NextDocument, Preview, TaxKind, TaxLine};
use tradewind_catalogue::types::{FromPrice, ItemKind};
use tradewind_documents::{phrases, tax::TaxWord};
use tradewind_kernel::{Cadence, CadenceUnit, Currency, Decimal, Money};
use tradewind_pricing::{PriceKind, PriceModel};

use crate::session::Visit;
use crate::view::{
    Tr,
    kit::Txt,
    shared::{Every, NextInvoice, PriceFrom, PriceItem, PriceView},
};

/// How often.
pub(super) fn every(cadence: Cadence) -> Every {
    let unit = match cadence.unit {
        CadenceUnit::Hour => "hour",
        CadenceUnit::Day => "day",
        CadenceUnit::Week => "week",
        CadenceUnit::Month => "month",
        CadenceUnit::Year => "year",
    };
    Every {
        unit: unit.into(),
        count: u32::from(cadence.count),
    }
}

/// The least something costs.
pub(super) fn least(from: &FromPrice) -> PriceFrom {
    PriceFrom {
        price: from.amount.to_decimal(),
        currency: from.amount.currency,
        every: from.cadence.map(every),
    }
}

/// A recurring amount in words.
pub(super) fn recurring(t: &Tr, from: Option<&FromPrice>) -> Txt {
    match from {
        Some(from) => match from.cadence {
            Some(cadence) => phrases::recurring(t.locale, from.amount, cadence).into(),
            None => t.money(from.amount),
        },
        None => t.tr("price-by-use"),
    }
}

/// Which items are charged once, by the names they go by on a document.
pub(super) struct Once(pub(super) Vec<String>);

impl Once {
    /// From the names and kinds of items.
    pub(super) fn of<'a>(items: impl Iterator<Item = (&'a str, ItemKind)>) -> Self {
        Self(
            items
                .filter(|(_, kind)| *kind == ItemKind::OneTime)
                .map(|(name, _)| name.to_owned())
                .collect(),
        )
    }

    fn has(&self, line: &DocumentLine) -> bool {
        self.0.contains(&line.description)
    }
}

/// A price taken apart. During a trial it shows what comes after.
pub(super) fn view(
    visit: &Visit,
    preview: &Preview,
    once: &Once,
    cadence: Option<Cadence>,
) -> PriceView {
    let t = &visit.t();
    let zero = Money::zero(preview.currency);
    let shown = preview
        .due_now
        .as_ref()
        .or_else(|| preview.next.as_ref().map(|next| &next.document));
    let lines = shown.map_or(&[][..], |document| &document.lines);
    let (one_time, recurring): (Vec<_>, Vec<_>) = lines
        .iter()
        .filter(|line| !line.net.is_negative())
        .partition(|line| once.has(line));
    let due_now = preview
        .due_now
        .as_ref()
        .map_or(zero, |document| document.gross);
    PriceView {
        currency: preview.currency,
        one_time: one_time.into_iter().map(item).collect(),
        recurring: recurring.into_iter().map(item).collect(),
        every: cadence.map(every),
        metered: preview
            .metered
            .iter()
            .map(|metered| PriceItem {
                label: metered.name.clone().into(),
                quantity: Decimal::ZERO,
                unit: metered.unit.clone().into(),
                unit_price: metered
                    .prices
                    .first()
                    .and_then(|price| price.model.as_ref())
                    .and_then(unit_price),
                amount: None,
                note: metered
                    .prices
                    .first()
                    .and_then(|price| price.model.as_ref())
                    .map_or_else(Txt::default, |model| note(t, model)),
            })
            .collect(),
        credit: (!preview.credited.is_zero()).then_some(preview.credited),
        net: shown.map_or(zero, |document| document.net),
        taxes: shown.map_or_else(Vec::new, |document| {
            taxes(t, &visit.tax(), &document.tax_summary)
        }),
        due_now,
        due_note: preview.trial_ends_on.map_or_else(Txt::default, |on| {
            t.with("price-trial-until", &[("date", t.date(on).text())])
        }),
        next: preview.next.as_ref().map(|next| self::next(preview, next)),
    }
}

/// What the next invoice will be.
pub(super) fn next(preview: &Preview, next: &NextDocument) -> NextInvoice {
    NextInvoice {
        date: next.on,
        total: next.document.gross,
        plus_usage: !preview.metered.is_empty(),
    }
}

/// Taxes with their names.
pub(super) fn taxes(t: &Tr, tax: &TaxWord, lines: &[TaxLine]) -> Vec<(Txt, Money)> {
    lines
        .iter()
        .map(|line| (tax_name(t, tax, line), line.tax))
        .collect()
}

/// The name of a tax with its rate, or why there is none.
pub(super) fn tax_name(t: &Tr, tax: &TaxWord, line: &TaxLine) -> Txt {
    match line.kind {
        TaxKind::Standard => format!("{} {}", tax.name, t.percent(line.rate.normalize())).into(),
        TaxKind::ReverseCharge => t.tr("invoice-tax-rate-reverse"),
        TaxKind::Exempt => t.tr("invoice-tax-rate-exempt"),
    }
}

fn item(line: &DocumentLine) -> PriceItem {
    PriceItem {
        label: line.description.clone().into(),
        quantity: line.quantity.normalize(),
        unit: line.unit.clone().into(),
        unit_price: line.unit_price,
        amount: Some(line.net),
        note: Txt::default(),
    }
}

/// The price of one unit, where one price holds for all.
pub(super) fn unit_price(model: &PriceModel) -> Option<Decimal> {
    match &model.kind {
        PriceKind::PerUnit { unit_price } => Some(*unit_price),
        _ => None,
    }
}

/// What a price model says beside the price of a unit.
pub(super) fn note(t: &Tr, model: &PriceModel) -> Txt {
    if model.included.is_zero() {
        return Txt::default();
    }
    t.with(
        "price-included",
        &[("quantity", &t.num(model.included.normalize()))],
    )
}

/// A price model in words.
pub(super) fn model_words(t: &Tr, model: &PriceModel, currency: Currency) -> Txt {
    let price = match &model.kind {
        PriceKind::Flat { amount } => t.price(*amount, currency),
        PriceKind::PerUnit { unit_price } => t.price(*unit_price, currency),
        _ => t.tr("price-tiered"),
    };
    let note = note(t, model);
    if note.is_empty() {
        price
    } else {
        format!("{price} · {note}").into()
    }
}
