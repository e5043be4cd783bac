//! What usage costs: the whole usage of a month so far is rated, and what that exceeds the amount rated before is
//! charged. So the order in which usage arrives makes no difference, late usage is charged by exactly what it changes,
//! and nothing is charged twice.

use tradewind_catalogue::types::{ItemKind, ItemTerms};
use tradewind_kernel::{
    Currency, Date, Decimal, Error, Locale, Money, Result,
    calendar::{self, Period},
    decimal,
};
use tradewind_metering::types::UsageTotal;
use tradewind_pricing::{
    PriceKind, Usage,
    rate::{self, Cell},
};

use super::{period::unit_price, pool::GroupRated};
use tradewind_tax::types::TaxCategory;

use crate::types::{ChargeKind, FxUse, LegFacts, NewCharge, UsageSpan};

/// The property of usage by which invoice lines are grouped, where usage has it.
const SERVICE: &str = "service_name";

/// What of a total was rated before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RatedState {
    /// The version of the total that was rated; 0 for none.
    pub version: i64,
    /// Its quantity.
    pub quantity: Decimal,
    /// The exact amount for all of it.
    pub exact: Decimal,
    /// How often it has been rated; guards against two runs that rate it at the same time.
    pub revision: i64,
}

/// Finds the exchange rate that holds on a day.
pub trait RateTable {
    /// Units of `quote` for one of `base` on a day, since when, and where that comes from; none when no rate is known on or before that day.
    fn rate(&self, base: Currency, quote: Currency, on: Date) -> Option<FxUse>;
}

/// No rates at all.
impl RateTable for () {
    fn rate(&self, _: Currency, _: Currency, _: Date) -> Option<FxUse> {
        None
    }
}

/// The metered item that charges for a meter; the first, when a plan has several.
#[must_use]
pub fn metered_item<'a>(leg: &'a LegFacts, meter: &str) -> Option<&'a ItemTerms> {
    leg.terms
        .items
        .iter()
        .find(|item| item.kind == ItemKind::Metered && item.meter.as_deref() == Some(meter))
}

/// The exact cost of a usage total under the terms of a leg, with the exchange rates that went into it.
///
/// # Errors
/// `missing_price` when no price applies, `missing_rate` when an exchange rate is missing, `missing_cost` when cost is
/// passed through and the usage has none; whatever the price model refuses.
pub fn rate_total(
    leg: &LegFacts,
    item: &ItemTerms,
    total: &UsageTotal,
    rates: &dyn RateTable,
) -> Result<(Decimal, Vec<FxUse>)> {
    let rule = item.rule_for(&total.dimensions).ok_or_else(|| {
        Error::invalid(
            format!("items.{}", item.code),
            "missing_price",
            "no price of this item applies to this usage",
        )
    })?;
    if !rule.model.kind.is_of_amounts() {
        let exact = if let PriceKind::Matrix { .. } = rule.model.kind {
            let values: Vec<(&str, &str)> = total
                .dimensions
                .iter()
                .map(|(k, v)| (k.as_str(), v.as_str()))
                .collect();
            rate::total(
                &rule.model,
                &Usage::Cells(&[Cell {
                    values: &values,
                    quantity: total.quantity,
                }]),
            )?
        } else {
            rate::total(&rule.model, &Usage::Quantity(total.quantity))?
        };
        return Ok((exact, Vec::new()));
    }
    let cost = total.cost.ok_or_else(|| missing_cost(item, total))?;
    let used = chain_of_rates(leg, item, total, rates)?;
    let amount = exchanged(cost, &used)?;
    let events = u64::try_from(total.records).unwrap_or_default();
    let exact = rate::total(&rule.model, &Usage::Total { amount, events })?;
    Ok((exact, used))
}

/// A price of the cost that travels with usage, and usage without any.
pub(super) fn missing_cost(item: &ItemTerms, total: &UsageTotal) -> Error {
    Error::invalid(
        format!("items.{}", item.code),
        "missing_cost",
        format!(
            "the price passes the cost of usage on, and the usage {} has no cost",
            total.group_key
        ),
    )
}

/// A cost at some rates, one after the other.
pub(super) fn exchanged(cost: Decimal, rates: &[FxUse]) -> Result<Decimal> {
    rates
        .iter()
        .try_fold(cost, |amount, step| decimal::mul(amount, step.rate))
}

/// The rates by which the cost of a usage comes to the currency of a leg, along the changes of currency that the terms have
/// left open: those of the last day of the month.
///
/// # Errors
/// `missing_rate`.
pub(super) fn chain_of_rates(
    leg: &LegFacts,
    item: &ItemTerms,
    total: &UsageTotal,
    rates: &dyn RateTable,
) -> Result<Vec<FxUse>> {
    let on = calendar::add_days(usage_period(total.period_on)?.end, -1)?;
    let mut currency = total.currency.unwrap_or(leg.terms.currency);
    let mut used = Vec::new();
    let steps = item
        .conversions
        .iter()
        .map(|(_, quote)| *quote)
        .chain([leg.terms.currency]);
    for quote in steps {
        if currency == quote {
            continue;
        }
        let step = rates.rate(currency, quote, on).ok_or_else(|| {
            Error::refused(
                "missing_rate",
                format!("no exchange rate {currency}→{quote} on or before {on}"),
            )
        })?;
        used.push(step);
        currency = quote;
    }
    Ok(used)
}

/// The exchange rates that rating this total will ask for.
#[must_use]
pub fn rates_needed(
    leg: &LegFacts,
    item: &ItemTerms,
    total: &UsageTotal,
) -> Vec<(Currency, Currency)> {
    let mut currency = total.currency.unwrap_or(leg.terms.currency);
    let mut needed = Vec::new();
    for quote in item
        .conversions
        .iter()
        .map(|(_, quote)| *quote)
        .chain([leg.terms.currency])
    {
        if currency != quote {
            needed.push((currency, quote));
            currency = quote;
        }
    }
    needed
}

/// The calendar month that starts on a day.
///
/// # Errors
/// `out_of_range`.
pub fn usage_period(period_on: Date) -> Result<Period> {
    Period::new(period_on, calendar::add_months(period_on, 1)?)
}

/// The usage of a month, or of the part of a month that has one price.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// What the month came to by the end of the part.
    pub total: &'a UsageTotal,
    /// What it came to by its beginning; none when nothing was used before.
    pub earlier: Option<&'a UsageTotal>,
    /// Its days.
    pub period: Period,
}

impl<'a> Part<'a> {
    /// The whole month.
    ///
    /// # Errors
    /// `out_of_range`.
    pub fn whole(total: &'a UsageTotal) -> Result<Self> {
        Ok(Self {
            total,
            earlier: None,
            period: usage_period(total.period_on)?,
        })
    }
}

/// The exact cost of a part of a month, with its quantity and the exchange rates that went into it. The part costs what
/// it makes the month cost more under its own price: tiers, included quantities and bounds count over the whole month,
/// whatever the price was before.
///
/// # Errors
/// As [`rate_total`].
pub fn rate_part(
    leg: &LegFacts,
    item: &ItemTerms,
    part: &Part<'_>,
    rates: &dyn RateTable,
) -> Result<(Decimal, Decimal, Vec<FxUse>)> {
    let used = |total: &&UsageTotal| total.records > 0 || !total.quantity.is_zero();
    let earlier = part.earlier.filter(used);
    let stood = earlier.map_or((0, Decimal::ZERO), |earlier| {
        (earlier.records, earlier.quantity)
    });
    if (part.total.records, part.total.quantity) == stood {
        return Ok((Decimal::ZERO, Decimal::ZERO, Vec::new()));
    }
    let (exact, used) = rate_total(leg, item, part.total, rates)?;
    let Some(earlier) = earlier else {
        return Ok((exact, part.total.quantity, used));
    };
    let (before, _) = rate_total(leg, item, earlier, rates)?;
    Ok((
        decimal::sub(exact, before)?,
        decimal::sub(part.total.quantity, earlier.quantity)?,
        used,
    ))
}

/// The charge that brings what was rated before up to what a group costs now, and the state after it. There is no charge
/// when neither its quantity nor its cost has changed, and nothing at all when it stands where it stood.
///
/// # Errors
/// `overflow`.
pub fn group_charge(
    leg: &LegFacts,
    item: &ItemTerms,
    part: &Part<'_>,
    before: Option<RatedState>,
    rated: GroupRated,
) -> Result<Option<(Option<NewCharge>, RatedState)>> {
    let total = part.total;
    let was = before.unwrap_or_default();
    let after = RatedState {
        version: total.version.max(was.version),
        quantity: rated.quantity,
        exact: rated.exact,
        revision: was.revision + 1,
    };
    let delta = decimal::sub(rated.exact, was.exact)?;
    let quantity = decimal::sub(rated.quantity, was.quantity)?;
    if delta.is_zero() && quantity.is_zero() {
        let stands = before.is_some() && after.version == was.version;
        return Ok((!stands).then_some((None, after)));
    }
    let service = total.dimensions.get(SERVICE);
    let rule = item.rule_for(&total.dimensions);
    let mut rates = rule.map(|rule| rule.rates.clone()).unwrap_or_default();
    FxUse::add_to(&mut rates, &rated.used);
    let name = item.name.get(leg.locale);
    let (group_label, description) = match service {
        Some(service) => (name.to_owned(), service.clone()),
        None => (leg.heading.clone(), name.to_owned()),
    };
    let charge = NewCharge {
        leg_id: leg.id,
        subscription_id: leg.subscription_id,
        seller_id: leg.seller_id,
        buyer_id: leg.buyer_id,
        item_id: Some(item.item),
        item_code: item.code.clone(),
        kind: ChargeKind::Metered,
        description,
        group_label,
        period: part.period,
        quantity,
        // A sum has the unit in which it was reported; what is made of it otherwise has that of the item.
        unit: if total.unit.is_empty() || !item.aggregation.is_sum() {
            item.unit.forms(leg.locale)
        } else {
            total.unit.clone()
        },
        unit_price: rule.and_then(|rule| unit_price(&rule.model)),
        exact: delta,
        rounding: leg.terms.policies.rounding,
        tax_included: leg.terms.policies.tax_included,
        tax_category: leg.tax_category(item),
        amount: Money::from_exact(delta, leg.terms.currency, leg.terms.policies.rounding)?,
        reverses: None,
        usage: Some(UsageSpan {
            meter: total.meter.clone(),
            group_key: total.group_key.clone(),
            period_on: part.period.start,
            from_version: was.version.max(0),
            to_version: after.version,
            line: line_of(leg, item, service.map(String::as_str)),
        }),
        rate: rates,
        discount: None,
        order_id: None,
    };
    Ok(Some((Some(charge), after)))
}

/// Has the difference that late usage makes to its month billed with another one. It stays on the line of its own month,
/// whose running total it goes on with, and says once which that is.
pub fn bill_with(charge: &mut NewCharge, locale: Locale, running: Period) {
    let of = charge.usage.as_ref().map(|usage| usage.period_on);
    let of = of.unwrap_or(charge.period.start);
    let note = |locale: Locale| match locale {
        Locale::En => format!(", late usage of {}-{:02}", of.year(), of.month()),
        Locale::De => format!(", Nachtrag für {:02}/{}", of.month(), of.year()),
    };
    // What takes such a difference back says it already.
    for noted in [Locale::En, Locale::De].map(note) {
        if let Some(plain) = charge.description.strip_suffix(noted.as_str()) {
            charge.description = plain.to_owned();
        }
    }
    charge.description.push_str(&note(locale));
    charge.period = running;
}

/// The invoice line in which a group of usage is rounded.
#[must_use]
pub fn line_of_group(leg: &LegFacts, item: &ItemTerms, total: &UsageTotal) -> String {
    line_of(leg, item, total.dimensions.get(SERVICE).map(String::as_str))
}

/// The invoice line in which usage is rounded: one per service where usage names its service, across all subscriptions
/// of the buyer; otherwise one per item and subscription. Prices with and without tax in them never share a line.
fn line_of(leg: &LegFacts, item: &ItemTerms, service: Option<&str>) -> String {
    let with_tax = if leg.terms.policies.tax_included {
        "/with_tax"
    } else {
        ""
    };
    // A running total is taxed as one thing; an item that has become another one begins a line of its own.
    let with_tax = match leg.tax_category(item) {
        TaxCategory::Standard => with_tax.to_owned(),
        category => format!("{with_tax}/{category}"),
    };
    match service {
        Some(service) => format!("{}{with_tax}/{service}", item.item),
        None => format!("{}{with_tax}/{}", item.item, leg.subscription_id),
    }
}
