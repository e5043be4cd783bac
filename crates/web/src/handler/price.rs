//! Prices and previews as pages show them.

use std::collections::BTreeMap;

use tradewind_billing::service::usual_tax;
use tradewind_billing::types::{
    DocumentLine, MeteredPrice, NextDocument, Preview, PreviewDiscount, TaxKind, TaxLine, TaxRate,
};
use tradewind_catalogue::types::Commitment;
use tradewind_catalogue::types::{FromPrice, ItemKind, ItemOffer, OfferPrice};
use tradewind_documents::{phrases, prices::PriceWords, tax::TaxWord};
use tradewind_kernel::{Cadence, CadenceUnit, Currency, Decimal, Money, Result, Text};
use tradewind_orders::types::{BuyerReference, SubscriptionDetail};
use tradewind_policy::AccountKind;
use tradewind_pricing::PriceModel;
use tradewind_tax::rules::WITH_INVOICE;
use tradewind_tax::rules::place_name;

use crate::session::Visit;
use crate::view::{
    Tr,
    kit::Txt,
    shared::{Every, NextInvoice, PriceDetail, PriceDiscount, PriceFrom, PriceItem, PriceView},
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

/// What is said of tax beside the prices of a shop.
pub(super) enum ShopTax {
    /// It is added, or in them.
    Taxed,
    /// Nothing.
    Silent,
    /// Why there is none.
    Without(Txt),
}

impl ShopTax {
    /// Visitors are told what holds at the seller's home, a customer what holds for it.
    pub(super) async fn of(visit: &Visit) -> Result<Self> {
        let Some(shop) = &visit.shop else {
            return Ok(Self::Silent);
        };
        if visit.kind() != Some(AccountKind::Customer) {
            let rate = shop.tax.rate.parse::<Decimal>().unwrap_or_default();
            return Ok(if rate.is_zero() {
                Self::Silent
            } else {
                Self::Taxed
            });
        }
        let today = visit.today();
        let taxes = usual_tax(visit.p(), &visit.ctx, shop.account, today).await?;
        // How much it is, a tax engine says with the invoice.
        let later = |tax: &TaxRate| tax.reason.as_deref() == Some(WITH_INVOICE);
        if (taxes.iter()).any(|tax| !tax.percent.is_zero() || later(tax)) {
            return Ok(Self::Taxed);
        }
        let reverse = taxes.iter().any(|tax| tax.kind == TaxKind::ReverseCharge);
        Ok(if reverse {
            Self::Without(visit.t().tr("invoice-tax-rate-reverse"))
        } else {
            Self::Silent
        })
    }
}

/// The least something costs in the shop of this visit.
pub(super) fn least(visit: &Visit, tax: &ShopTax, from: &FromPrice) -> PriceFrom {
    let key = if from.tax_included {
        "price-with-tax"
    } else {
        "price-plus-tax"
    };
    PriceFrom {
        tax: match tax {
            ShopTax::Taxed => visit.t().with(key, &[("tax", &visit.tax().name)]),
            ShopTax::Silent => Txt::default(),
            ShopTax::Without(why) => why.clone(),
        },
        price: from.amount.to_decimal(),
        currency: from.amount.currency,
        every: from.cadence.map(every),
        introductory: from
            .introductory
            .iter()
            .map(|phase| (phase.periods, phase.amount.to_decimal()))
            .collect(),
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
        self.0.iter().any(|name| is_about(line, name))
    }
}

/// Whether a line is about an item: by its name, which the name of a package may follow.
pub(super) fn is_about(line: &DocumentLine, item: &str) -> bool {
    line.description
        .strip_prefix(item)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(": "))
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
        .filter(|line| !line.amount.is_negative())
        .partition(|line| once.has(line));
    let tax = &visit.tax();
    let line = |line: &DocumentLine| item(t, tax, line);
    let due_now = preview
        .due_now
        .as_ref()
        .map_or(zero, |document| document.gross);
    PriceView {
        currency: preview.currency,
        one_time: one_time.into_iter().map(line).collect(),
        recurring: recurring.into_iter().map(line).collect(),
        every: cadence.map(every),
        metered: preview
            .metered
            .iter()
            .map(|metered| PriceItem {
                label: metered.name.clone().into(),
                quantity: Decimal::ZERO,
                unit: metered.unit.clone().into(),
                unit_price: None,
                amount: None,
                note: usage_words(t, metered, preview.currency),
            })
            .chain(preview.commitment.iter().map(|one| PriceItem {
                label: t.tr("commitment"),
                quantity: Decimal::ZERO,
                unit: Txt::default(),
                unit_price: None,
                amount: None,
                note: commitment_words(t, one, preview.currency),
            }))
            .collect(),
        credit: (!preview.credited.is_zero()).then_some(preview.credited),
        discounts: discounts(preview),
        net: shown.map_or(zero, |document| document.net),
        taxes: shown.map_or_else(Vec::new, |document| taxes(t, tax, &document.tax_summary)),
        due_now,
        due_note: due_note(t, preview, cadence),
        next: preview.next.as_ref().map(|next| self::next(preview, next)),
        phases: preview
            .phases
            .iter()
            .map(|phase| (phase.from, phase.recurring))
            .collect(),
    }
}

/// Until when nothing is due, and how the first period leads up to the billing days.
fn due_note(t: &Tr, preview: &Preview, cadence: Option<Cadence>) -> Txt {
    let trial = preview.trial_ends_on;
    let trial = trial.map(|on| t.with("price-trial-until", &[("date", t.date(on).text())]));
    let first = preview.first.zip(cadence);
    let first = first.map(|(first, every)| phrases::first_period(t.locale, first.part, every));
    let notes: Vec<Txt> = trial.into_iter().chain(first.map(Txt::from)).collect();
    notes.join(" · ").into()
}

/// What discounts take off what is shown: what is due now, or the next invoice when nothing is.
pub(super) fn discounts(preview: &Preview) -> Vec<PriceDiscount> {
    let of = |discount: &PreviewDiscount| match preview.due_now {
        Some(_) => discount.now,
        None => discount.next,
    };
    let named = preview.discounts.iter().map(|discount| PriceDiscount {
        label: match &discount.code {
            Some(code) => format!("{} ({code})", discount.name).into(),
            None => discount.name.clone().into(),
        },
        amount: of(discount),
        until: discount.until,
    });
    named
        .filter(|discount| !discount.amount.is_zero())
        .collect()
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
        .map(|line| (tax_name(t, tax, &line.rate), line.tax))
        .collect()
}

/// The name of a tax with its height, or why there is none.
pub(super) fn tax_name(t: &Tr, tax: &TaxWord, rate: &TaxRate) -> Txt {
    match rate.kind {
        TaxKind::Standard => {
            // A rule that has decided by place names the tax of the place.
            let own;
            let tax = if rate.place.is_empty() {
                tax
            } else {
                own = TaxWord::of(t.locale, &rate.code);
                &own
            };
            let named = format!("{} {}", tax.name, t.percent(rate.percent.normalize()));
            if rate.place.is_empty() {
                named.into()
            } else {
                format!("{named} ({})", place_name(&rate.place, t.locale)).into()
            }
        }
        TaxKind::ReverseCharge => t.tr("invoice-tax-rate-reverse"),
        TaxKind::Exempt => t.tr("invoice-tax-rate-exempt"),
        TaxKind::OutOfScope if rate.reason.as_deref() == Some(WITH_INVOICE) => {
            t.tr("invoice-tax-rate-later")
        }
        TaxKind::OutOfScope => t.tr("invoice-tax-rate-outside"),
    }
}

fn item(t: &Tr, tax: &TaxWord, line: &DocumentLine) -> PriceItem {
    PriceItem {
        label: line.description.clone().into(),
        quantity: line.quantity.normalize(),
        unit: line.unit.clone().into(),
        unit_price: line.unit_price,
        amount: Some(line.amount),
        note: if line.tax_included {
            t.with("price-with-tax", &[("tax", &tax.name)])
        } else {
            Txt::default()
        },
    }
}

/// What is committed, in one line.
pub(super) fn commitment_words(t: &Tr, one: &Commitment, currency: Currency) -> Txt {
    let every = every(one.over).words(t);
    let mut words = Vec::new();
    let bounds = [
        ("commitment-at-least", one.minimum),
        ("commitment-at-most", one.maximum),
    ];
    for (key, amount) in bounds {
        if let Some(amount) = amount {
            let amount = t.price(amount, currency);
            words.push(t.with(key, &[("amount", &amount), ("every", &every)]));
        }
    }
    for quantity in &one.quantities {
        let number = t.num(quantity.quantity);
        words.push(t.with(
            "commitment-quantity",
            &[
                ("quantity", &number),
                ("item", &quantity.item),
                ("every", &every),
            ],
        ));
    }
    words.join(" · ").into()
}

/// What usage costs, in one line; the general price, when some usage has another.
pub(super) fn usage_words(t: &Tr, metered: &MeteredPrice, currency: Currency) -> Txt {
    let words = PriceWords::of(t.locale, currency, &metered.unit, &metered.units);
    let general = metered.prices.iter().find(|price| price.matches.is_empty());
    let model = general.and_then(|price| price.model.as_ref());
    model.map_or_else(Txt::default, |model| words.line(model).into())
}

/// What usage costs in full, where one line does not say it all.
pub(super) fn usage_details(
    t: &Tr,
    metered: &MeteredPrice,
    currency: Currency,
) -> Vec<PriceDetail> {
    let words = PriceWords::of(t.locale, currency, &metered.unit, &metered.units);
    let prices = metered.prices.iter();
    let prices = prices.map(|price| (&price.matches, price.model.as_ref()));
    details(t, &metered.name, &words, prices)
}

/// What goes with a price, where a quantity is asked: what is included and the bounds.
pub(super) fn note(t: &Tr, item: &ItemOffer, currency: Currency) -> Txt {
    let words = PriceWords::new(t.locale, currency, &item.unit);
    let model = general(&item.prices);
    let conditions = model.map_or_else(Vec::new, |model| words.conditions(model));
    conditions.join(" · ").into()
}

/// The price that applies when no property of the usage is special.
pub(super) fn general(prices: &[OfferPrice]) -> Option<&PriceModel> {
    let general = prices.iter().find(|price| price.matches.is_empty());
    general.and_then(|price| price.model.as_ref())
}

/// A price in one line, after the introductory one that comes before it in so many billing periods.
pub(super) fn model_words(t: &Tr, item: &ItemOffer, currency: Currency, cadence: Cadence) -> Txt {
    let Some(model) = general(&item.prices) else {
        return t.tr("price-by-use");
    };
    let words = PriceWords::new(t.locale, currency, &item.unit);
    let regular = words.line(model);
    match &item.introduction {
        Some(first) => {
            let args = [
                ("price", words.line(&first.price)),
                ("time", every(cadence).times(t, first.periods).into_owned()),
                ("then", regular),
            ];
            let args = args.each_ref().map(|(name, text)| (*name, text.as_str()));
            let key = if first.once {
                "price-introduced-once"
            } else {
                "price-introduced"
            };
            t.with(key, &args)
        }
        None => regular.into(),
    }
}

/// A quantity of an item in words: the name of a package where the item is sold in packages, else with its unit.
pub(super) fn quantity_words(
    t: &Tr,
    unit: &Text,
    model: Option<&PriceModel>,
    quantity: Decimal,
) -> Txt {
    let packages = model.map(PriceModel::packages).unwrap_or_default();
    if let Some(package) = packages.iter().find(|package| package.quantity == quantity) {
        return package.tag.to_owned().into();
    }
    let number = t.num(quantity.normalize());
    format!("{number} {}", unit.counted(t.locale, quantity))
        .trim_end()
        .to_owned()
        .into()
}

/// The packages of an item to choose from: the quantity that stands for each, and its name with its price.
pub(super) fn packages(t: &Tr, item: &ItemOffer, currency: Currency) -> Vec<(Txt, Txt)> {
    let fits = |quantity: &Decimal| {
        *quantity >= item.quantity_min && item.quantity_max.is_none_or(|most| *quantity <= most)
    };
    let all = general(&item.prices).map(PriceModel::packages);
    let packages = all.into_iter().flatten().filter(|one| fits(&one.quantity));
    packages
        .map(|one| {
            let price = t.price(one.amount.normalize(), currency);
            let label = format!("{} – {price}", one.tag);
            (one.quantity.normalize().to_string().into(), label.into())
        })
        .collect()
}

/// The prices of an offered item in full, where one line does not say it all.
pub(super) fn details<'a>(
    t: &Tr,
    name: &str,
    words: &PriceWords,
    prices: impl Iterator<Item = (&'a BTreeMap<String, String>, Option<&'a PriceModel>)>,
) -> Vec<PriceDetail> {
    let mut found = Vec::new();
    for (matches, model) in prices {
        let Some(model) = model else { continue };
        let table = words.table(model);
        if table.is_none() && matches.is_empty() && found.is_empty() {
            continue;
        }
        let what: Vec<String> = matches
            .iter()
            .map(|(name, value)| format!("{}: {value}", t.code("dimension", name)))
            .collect();
        let title = if what.is_empty() {
            name.to_owned()
        } else {
            let what = t.with("price-for-usage", &[("what", &what.join(", "))]);
            format!("{name} {what}")
        };
        found.push(PriceDetail {
            title: title.into(),
            line: words.line(model).into(),
            table,
        });
    }
    found
}

/// What the buyer calls a subscription, as its page shows it.
pub(super) fn reference(reference: &BuyerReference) -> (Txt, Txt, bool) {
    let text = |given: &Option<String>| Txt::from(given.clone().unwrap_or_default());
    (
        text(&reference.order_number),
        text(&reference.cost_centre),
        reference.separate,
    )
}

/// What the bundle is called that a subscription was sold in.
pub(super) fn bundle(visit: &Visit, detail: &SubscriptionDetail) -> Txt {
    let name = detail.bundle.as_ref();
    let name = name.map(|bundle| bundle.name.get(visit.ctx.locale).to_owned());
    name.unwrap_or_default().into()
}
