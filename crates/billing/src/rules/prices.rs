//! What other terms make a running subscription cost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradewind_catalogue::types::{ItemKind, PriceRule};
use tradewind_kernel::{Date, Decimal, Money, Result, decimal, id::ItemId};
use tradewind_pricing::{PriceKind, PriceModel, Usage, rate};

use super::period::price;
use crate::types::{ItemQuantity, LegFacts};

/// Quantities at which the prices of usage are compared.
const PROBES: [i64; 5] = [1, 10, 1_000, 100_000, 10_000_000];

/// A price before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceChange {
    /// What the recurring items cost in a whole period so far, before tax.
    pub before: Money,
    /// What they will cost.
    pub after: Money,
    /// Whether usage costs more for some quantity.
    pub usage_rises: bool,
}

impl PriceChange {
    /// Whether something costs more.
    #[must_use]
    pub const fn rises(&self) -> bool {
        self.usage_rises || self.after.minor > self.before.minor
    }
}

/// Compares what the buyer of a leg pays for what it holds on a day.
///
/// # Errors
/// Whatever the price models refuse.
pub fn compare(
    before: &LegFacts,
    after: &LegFacts,
    quantities: &[ItemQuantity],
    on: Date,
) -> Result<PriceChange> {
    let held: BTreeMap<ItemId, Decimal> = quantities
        .iter()
        .map(|quantity| (quantity.item_id, quantity.on(on)))
        .collect();
    Ok(PriceChange {
        before: recurring(before, &held)?,
        after: recurring(after, &held)?,
        usage_rises: usage_rises(before, after),
    })
}

fn recurring(leg: &LegFacts, held: &BTreeMap<ItemId, Decimal>) -> Result<Money> {
    let mut sum = Decimal::ZERO;
    let items = leg.terms.items.iter();
    for item in items.filter(|item| item.kind == ItemKind::Recurring) {
        if let Some(quantity) = held.get(&item.item).filter(|quantity| !quantity.is_zero()) {
            sum = decimal::add(sum, price(item, *quantity)?)?;
        }
    }
    Money::from_exact(sum, leg.terms.currency, leg.terms.policies.rounding)
}

fn usage_rises(before: &LegFacts, after: &LegFacts) -> bool {
    let items = after.terms.items.iter();
    items
        .filter(|item| item.kind == ItemKind::Metered)
        .any(|item| {
            let old = before.terms.item(item.item);
            item.rules.iter().any(|rule| {
                old.and_then(|old| old.rule_for(&rule.matches))
                    .is_some_and(|old| costs_more(old, rule))
            })
        })
}

/// Whether one price is above another for some quantity. Prices that can't be compared count as higher when they differ:
/// somebody has to look.
fn costs_more(old: &PriceRule, new: &PriceRule) -> bool {
    if old.model == new.model {
        return false;
    }
    PROBES.iter().any(|quantity| {
        let quantity = Decimal::from(*quantity);
        match (probe(&old.model, quantity), probe(&new.model, quantity)) {
            (Some(old), Some(new)) => new > old,
            _ => true,
        }
    })
}

fn probe(model: &PriceModel, quantity: Decimal) -> Option<Decimal> {
    let usage = match model.kind {
        PriceKind::PassThrough { .. }
        | PriceKind::Percentage { .. }
        | PriceKind::GraduatedPercentage { .. } => Usage::Total {
            amount: quantity,
            events: 1,
        },
        _ => Usage::Quantity(quantity),
    };
    rate::total(model, &usage).ok()
}
