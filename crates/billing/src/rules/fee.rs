//! What ending before the end of a commitment costs.

use std::collections::BTreeMap;

use tradewind_catalogue::types::{CancellationFee, ItemKind};
use tradewind_kernel::{
    Date, Decimal, Money, Result, Text,
    calendar::Period,
    decimal,
    id::{ItemId, OrderId},
};
use tradewind_pricing::proration::{self, Direction};
use tradewind_tax::types::TaxCategory;

use super::{change::whole, period::share, phases::stepped, preview::Schedule, renewal};
use crate::types::{ChargeKind, ItemQuantity, LegFacts, NewCharge};

/// A sale that ends on a day before the end of its term.
#[derive(Debug, Clone, Copy)]
pub struct Early<'a> {
    /// What is held.
    pub quantities: &'a [ItemQuantity],
    /// How its periods would go on.
    pub schedule: Schedule,
    /// The first day without it.
    pub at: Date,
    /// The first day after the term.
    pub term_ends_on: Date,
    /// The order behind it.
    pub order_id: Option<OrderId>,
}

/// The fee of one leg; none where its terms have none, or nothing of the term is left.
///
/// # Errors
/// Whatever the price models refuse; `overflow`.
pub fn fee(leg: &LegFacts, early: Early<'_>) -> Result<Option<NewCharge>> {
    let Ok(rest) = Period::new(early.at, early.term_ends_on) else {
        return Ok(None);
    };
    let exact = match leg.terms.policies.cancellation_fee {
        CancellationFee::None => return Ok(None),
        CancellationFee::Rest => rest_of_term(leg, early)?,
        CancellationFee::Percent { percent } => decimal::div(
            decimal::mul(rest_of_term(leg, early)?, percent)?,
            Decimal::ONE_HUNDRED,
        )?,
        CancellationFee::Amount { amount } => amount,
    };
    if exact.is_zero() {
        return Ok(None);
    }
    let (terms, policies) = (&leg.terms, &leg.terms.policies);
    let name = Text::en("Fee for ending before the end of the term")
        .with("de", "Entgelt für das Ende vor Ablauf der Laufzeit");
    Ok(Some(NewCharge {
        leg_id: leg.id,
        subscription_id: leg.subscription_id,
        seller_id: leg.seller_id,
        buyer_id: leg.buyer_id,
        item_id: None,
        item_code: "cancellation_fee".to_owned(),
        kind: ChargeKind::OneTime,
        description: name.get(leg.locale).to_owned(),
        group_label: leg.heading.clone(),
        period: rest,
        quantity: Decimal::ONE,
        unit: String::new(),
        unit_price: None,
        exact,
        rounding: policies.rounding,
        tax_included: policies.tax_included,
        // Taxed as what would have been delivered.
        tax_category: (terms.items.iter())
            .find(|item| item.kind == ItemKind::Recurring)
            .map_or_else(TaxCategory::default, |item| leg.tax_category(item)),
        amount: Money::from_exact(exact, terms.currency, policies.rounding)?,
        reverses: None,
        usage: None,
        rate: Vec::new(),
        discount: None,
        order_id: early.order_id,
    }))
}

/// What the recurring items would cost from the end to the end of the term, without discounts. Of the period in which it ends it is
/// the share that a cancellation gives back, so that what is used and the rest come to the whole.
fn rest_of_term(leg: &LegFacts, early: Early<'_>) -> Result<Decimal> {
    let Schedule {
        anchor,
        clocks,
        running,
    } = early.schedule;
    let held: BTreeMap<ItemId, Decimal> = (early.quantities.iter())
        .map(|quantity| (quantity.item_id, quantity.on(early.at)))
        .collect();
    // An introduction that ends within the term makes the rest of it dearer.
    let mut leg = leg.clone();
    if early.at >= running.part.end {
        leg = stepped(&leg, &running).unwrap_or(leg);
    }
    let mut sum = Decimal::ZERO;
    let mut day = early.at;
    while day < early.term_ends_on {
        let service = if running.part.contains(day) {
            running
        } else {
            renewal::following(anchor, clocks, day)?.1
        };
        let due = if day == service.part.start {
            share(&leg, &service)?
        } else {
            let cut = leg.cut(service.full, day);
            let direction = Direction::Cancellation;
            proration::left(leg.terms.policies.proration.of(direction), direction, &cut)?
        };
        sum = decimal::add(sum, due.of(whole(&leg, &held)?)?)?;
        leg = stepped(&leg, &service).unwrap_or(leg);
        day = service.part.end;
    }
    Ok(sum)
}
