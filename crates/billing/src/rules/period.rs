//! What a leg charges for its billing periods.

use std::collections::BTreeMap;

use tradewind_catalogue::types::{ItemKind, ItemTerms, LegTerms, PriceRule, Timing};
use tradewind_kernel::{
    Date, Decimal, Error, Money, Result, Text,
    calendar::{self, Period},
    id::OrderId,
};
use tradewind_pricing::{
    PriceKind, PriceModel, Ratio, Usage,
    cycles::ServicePeriod,
    proration::{self, Direction},
    rate,
    recurring::{self, Held, Holding, RecurringTerms},
};

use super::{discount::Discounts, pause};
use crate::types::{ChargeKind, ItemQuantity, LegFacts, NewCharge};

/// The periods that a billing day closes and opens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// The period that begins: charged in advance.
    pub advance: Option<ServicePeriod>,
    /// The period that is over: charged in arrears.
    pub arrears: Option<ServicePeriod>,
    /// The day of the purchase, when one-time items are due.
    pub bought_on: Option<Date>,
}

/// The charges of one leg for the periods of a billing day, each period's discounts after its prices. A stub is charged its share
/// of what the whole period would cost, with all bounds of the price. Metered items are not among them: their usage is
/// charged by calendar month.
///
/// # Errors
/// `missing_price` when an item has no price that applies always; whatever the price model refuses.
pub fn charges_for_period(
    leg: &LegFacts,
    quantities: &[ItemQuantity],
    span: Span,
    order_id: Option<OrderId>,
) -> Result<Vec<NewCharge>> {
    // By the first day of the billing period that they belong to.
    let mut by_period: BTreeMap<Date, Due> = BTreeMap::new();
    let mut due = |service: ServicePeriod, charges: Vec<NewCharge>| {
        let due = by_period
            .entry(service.part.start)
            .or_insert_with(|| Due::of(service));
        due.charges.extend(charges);
    };
    for item in &leg.terms.items {
        let Some(quantity) = quantities
            .iter()
            .find(|quantity| quantity.item_id == item.item)
        else {
            continue;
        };
        match (item.kind, item.timing) {
            (ItemKind::OneTime, _) => {
                if let Some(day) = span.bought_on {
                    let held = quantity.on(day);
                    let bought = one_time(leg, item, Decimal::ZERO, held, day, order_id)?;
                    let service = match span.advance {
                        Some(service) if service.part.start == day => service,
                        _ => ServicePeriod::whole(Period::new(day, calendar::add_days(day, 1)?)?),
                    };
                    due(service, bought.into_iter().collect());
                }
            }
            (ItemKind::Recurring, Timing::Advance) => {
                if let Some(service) = span.advance
                    && let Some((part, share)) = pause::time_paid(leg, &service)?
                {
                    let begins = advance(leg, item, quantity, (part, share), order_id)?;
                    due(service, begins.into_iter().collect());
                }
            }
            (ItemKind::Recurring, Timing::Arrears) => {
                if let Some(service) = span.arrears {
                    for part in pause::running(leg, service.part)? {
                        let used = arrears(leg, item, quantity, (&service, part), order_id)?;
                        due(service, used);
                    }
                }
            }
            (ItemKind::Metered, _) => {}
        }
    }
    let mut discounts = Discounts::of(leg);
    let mut charges = match span.arrears {
        Some(over) => pause::at_end(leg, quantities, &over, order_id)?,
        None => Vec::new(),
    };
    for due in by_period.into_values() {
        let taken_off = discounts.on_period(leg, &due.service, &due.charges)?;
        charges.extend(due.charges);
        charges.extend(taken_off);
    }
    Ok(charges)
}

/// What is due for one period.
struct Due {
    service: ServicePeriod,
    charges: Vec<NewCharge>,
}

impl Due {
    const fn of(service: ServicePeriod) -> Self {
        Self {
            service,
            charges: Vec::new(),
        }
    }
}

/// The share of a period that is charged where nothing changes in it.
///
/// # Errors
/// `overflow`.
pub fn share(leg: &LegFacts, service: &ServicePeriod) -> Result<Ratio> {
    if !service.is_stub() {
        return Ok(Ratio::ONE);
    }
    let terms = &leg.terms;
    if terms.policies.is_free(service) {
        return Ok(Ratio::ZERO);
    }
    let left_at = |at, direction| {
        let cut = leg.cut(service.full, at);
        proration::left(terms.policies.proration_of(service).start, direction, &cut)
    };
    left_at(service.part.start, Direction::Start)?
        .less(left_at(service.part.end, Direction::Downgrade)?)
}

fn advance(
    leg: &LegFacts,
    item: &ItemTerms,
    quantity: &ItemQuantity,
    (part, share): (Period, Ratio),
    order_id: Option<OrderId>,
) -> Result<Option<NewCharge>> {
    let quantity = quantity.on(part.start);
    if quantity.is_zero() {
        return Ok(None);
    }
    let exact = share.of(price(item, quantity)?)?;
    charge(
        leg,
        item,
        ChargeKind::Recurring,
        part,
        quantity,
        exact,
        order_id,
    )
    .map(Some)
}

/// What a one-time item costs when its quantity rises; nothing when it falls.
pub(super) fn one_time(
    leg: &LegFacts,
    item: &ItemTerms,
    before: Decimal,
    after: Decimal,
    day: Date,
    order_id: Option<OrderId>,
) -> Result<Option<NewCharge>> {
    if after <= before {
        return Ok(None);
    }
    let paid = if before.is_zero() {
        Decimal::ZERO
    } else {
        price(item, before)?
    };
    let exact = tradewind_kernel::decimal::sub(price(item, after)?, paid)?;
    let period = Period::new(day, calendar::add_days(day, 1)?)?;
    charge(
        leg,
        item,
        ChargeKind::OneTime,
        period,
        after - before,
        exact,
        order_id,
    )
    .map(Some)
}

/// A part of a period that is over, cut where the quantity changed, each piece charged by its share of the whole.
pub(super) fn arrears(
    leg: &LegFacts,
    item: &ItemTerms,
    quantity: &ItemQuantity,
    (service, part): (&ServicePeriod, Period),
    order_id: Option<OrderId>,
) -> Result<Vec<NewCharge>> {
    let model = &general_rule(item)?.model;
    let first = Held {
        from: part.start,
        holding: Holding::new(model, quantity.on(part.start)),
    };
    let changes = quantity
        .changes
        .iter()
        .filter(|change| part.start < change.from_on && change.from_on < part.end);
    let held: Vec<Held<'_>> = std::iter::once(first)
        .chain(changes.map(|change| Held {
            from: change.from_on,
            holding: Holding::new(model, change.quantity),
        }))
        .collect();
    let used = ServicePeriod { part, ..*service };
    let terms = recurring_terms(&leg.terms, service);
    let clock = |at| leg.cut(service.full, at).clock;
    recurring::charges_by_clock(&terms, &used, &held, None, &clock)
        .map_err(|error| error.under(&format!("items.{}", item.code)))?
        .into_iter()
        .map(|line| {
            let free = leg.terms.policies.is_free(service);
            charge(
                leg,
                item,
                ChargeKind::Recurring,
                line.part,
                line.quantity,
                if free { Decimal::ZERO } else { line.exact },
                order_id,
            )
        })
        .collect()
}

fn recurring_terms(terms: &LegTerms, service: &ServicePeriod) -> RecurringTerms {
    RecurringTerms {
        currency: terms.currency,
        rounding: terms.policies.rounding,
        proration: terms.policies.proration_of(service),
        cadence: terms.cadence,
    }
}

/// The price of a quantity of an item for a whole period.
pub(super) fn price(item: &ItemTerms, quantity: Decimal) -> Result<Decimal> {
    rate::total(&general_rule(item)?.model, &Usage::Quantity(quantity))
        .map_err(|error| error.under(&format!("items.{}", item.code)))
}

fn general_rule(item: &ItemTerms) -> Result<&PriceRule> {
    item.general_rule().ok_or_else(|| {
        Error::invalid(
            format!("items.{}", item.code),
            "missing_price",
            "this item has no price that applies always",
        )
    })
}

pub(super) fn charge(
    leg: &LegFacts,
    item: &ItemTerms,
    kind: ChargeKind,
    period: Period,
    quantity: Decimal,
    exact: Decimal,
    order_id: Option<OrderId>,
) -> Result<NewCharge> {
    Ok(NewCharge {
        leg_id: leg.id,
        subscription_id: leg.subscription_id,
        seller_id: leg.seller_id,
        buyer_id: leg.buyer_id,
        item_id: Some(item.item),
        item_code: item.code.clone(),
        kind,
        description: described(leg, item, quantity),
        group_label: leg.heading.clone(),
        period,
        quantity,
        unit: item.unit.forms(leg.locale),
        unit_price: item
            .rule_for(&BTreeMap::new())
            .and_then(|rule| unit_price(&rule.model)),
        exact,
        rounding: leg.terms.policies.rounding,
        tax_included: leg.terms.policies.tax_included,
        tax_category: leg.tax_category(item),
        amount: Money::from_exact(exact, leg.terms.currency, leg.terms.policies.rounding)?,
        reverses: None,
        usage: None,
        rate: item
            .rule_for(&BTreeMap::new())
            .map(|rule| rule.rates.clone())
            .unwrap_or_default(),
        discount: None,
        order_id,
    })
}

/// What an item is called on a document; of one that is sold in packages, with the name of the package, and of one whose price is
/// introductory, so.
fn described(leg: &LegFacts, item: &ItemTerms, quantity: Decimal) -> String {
    let name = item.name.get(leg.locale);
    let packages = item
        .general_rule()
        .map(|rule| rule.model.packages())
        .unwrap_or_default();
    let picked = packages.iter().find(|package| package.quantity == quantity);
    let package = picked.map(|package| package.tag.to_owned());
    let introduction = Text::en("introductory price").with("de", "Einführungspreis");
    let introduction =
        (item.introduction.as_ref()).map(|_| introduction.get(leg.locale).to_owned());
    let more: Vec<String> = package.into_iter().chain(introduction).collect();
    if more.is_empty() {
        name.to_owned()
    } else {
        format!("{name}: {}", more.join(", "))
    }
}

/// The price of one unit, if every unit costs the same.
#[must_use]
pub fn unit_price(model: &PriceModel) -> Option<Decimal> {
    let plain = model.included.is_zero() && model.minimum.is_none() && model.maximum.is_none();
    match &model.kind {
        PriceKind::PerUnit { unit_price } if plain => Some(*unit_price),
        _ => None,
    }
}
