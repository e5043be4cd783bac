//! What a buyer sees of a price: the last leg, and nothing of how it came about.

use std::collections::BTreeMap;

use tradewind_kernel::{Decimal, Money, decimal};
use tradewind_pricing::{PriceKind, PriceModel, Usage, total};

use super::resolve::is_pass_through;
use crate::types::{
    FromPrice, Introduction, IntroductoryPrice, ItemKind, ItemTerms, LegTerms, OfferPrice, Plan,
    SellerPrice,
};

/// The prices of an item as its buyer sees them. A cost that is passed through has none: its markup is what all tiers
/// above add up to. Where every price of the item is one of those, the question for which usage they differ is the
/// seller's affair as well.
pub(crate) fn offer_prices(item: &ItemTerms) -> Vec<OfferPrice> {
    let rules = item.regular_rules();
    if rules.iter().all(|rule| is_pass_through(&rule.model)) {
        return vec![OfferPrice {
            matches: BTreeMap::new(),
            model: None,
        }];
    }
    rules
        .iter()
        .map(|rule| OfferPrice {
            matches: rule.matches.clone(),
            model: (!is_pass_through(&rule.model)).then(|| rule.model.clone()),
        })
        .collect()
}

/// The introduction of an item as its buyer sees it.
pub(crate) fn offered_introduction(item: &ItemTerms) -> Option<Introduction> {
    let running = item.introduction.as_ref()?;
    Some(Introduction {
        periods: running.left,
        price: item.general_rule()?.model.clone(),
        once: running.once,
    })
}

/// What a seller pays for an item, as it may see it: as any buyer, and nothing of how its own seller made the price.
pub(crate) fn buying_prices(item: &ItemTerms) -> Vec<SellerPrice> {
    let prices = offer_prices(item).into_iter();
    prices
        .map(|price| SellerPrice {
            matches: price.matches,
            model: price.model,
            markup: None,
        })
        .collect()
}

/// The prices of an item as its own seller sees them. Of a cost that is passed through it sees what it adds itself; what
/// the tiers above add, and for which usage, is not its to see.
pub(crate) fn seller_prices(item: &ItemTerms) -> Vec<SellerPrice> {
    let mut prices: Vec<SellerPrice> = Vec::new();
    for rule in item.regular_rules() {
        let open = is_pass_through(&rule.model);
        let price = SellerPrice {
            matches: rule.matches.clone(),
            model: (!open).then(|| rule.model.clone()),
            markup: rule.markup,
        };
        match prices.last_mut() {
            // The rules of one listing stand together, the one with nothing but its own dimensions last.
            Some(last) if open && last.model.is_none() && last.markup == rule.markup => {
                *last = price;
            }
            _ => prices.push(price),
        }
    }
    prices
}

/// What a plan asks at its default quantities: what recurs or, when nothing does, what is paid once; nothing when it
/// is charged by usage only.
pub(crate) fn from_price(plan: &Plan, leg: &LegTerms) -> Option<FromPrice> {
    let price = |leg: &LegTerms, kind: ItemKind| -> Option<Decimal> {
        let mut sum = None;
        for item in plan.items.iter().filter(|item| item.kind == kind) {
            let Some(rule) = leg.item(item.id).and_then(ItemTerms::general_rule) else {
                continue;
            };
            // A price that has no amount for the default quantity makes no "from" price; ordering it says why.
            let amount = total(&rule.model, &Usage::Quantity(item.quantity_default)).ok()?;
            sum = Some(decimal::add(sum.unwrap_or_default(), amount).ok()?);
        }
        sum
    };
    let money = |exact: Decimal| Money::from_exact(exact, leg.currency, leg.policies.rounding).ok();
    let mut introductory: Vec<IntroductoryPrice> = Vec::new();
    let mut regular = leg.clone();
    while regular.is_introduced() {
        let amount = money(price(&regular, ItemKind::Recurring)?)?;
        match introductory.last_mut() {
            Some(last) if last.amount == amount => last.periods += 1,
            _ => introductory.push(IntroductoryPrice { periods: 1, amount }),
        }
        regular = regular.after_period();
    }
    let (exact, cadence) = match price(&regular, ItemKind::Recurring) {
        Some(exact) => (exact, Some(plan.billing_cadence)),
        None => (price(&regular, ItemKind::OneTime)?, None),
    };
    Some(FromPrice {
        amount: money(exact)?,
        introductory,
        cadence,
        usage: leg.items.iter().any(|item| item.kind == ItemKind::Metered),
        tax_included: leg.policies.tax_included,
    })
}

/// A price per month, only to put prices of different cadences in order; a single payment counts as if it were one.
pub(crate) fn per_month(price: &FromPrice) -> Option<Decimal> {
    let amount = price.amount.to_decimal();
    let Some(cadence) = price.cadence else {
        return Some(amount);
    };
    match (cadence.months(), cadence.days()) {
        (Some(months), _) => decimal::div(amount, Decimal::from(months)).ok(),
        (None, Some(days)) => decimal::div(
            decimal::mul(amount, Decimal::from(30)).ok()?,
            Decimal::from(days),
        )
        .ok(),
        (None, None) => None,
    }
}

/// Whether a price can be asked for a plain quantity.
pub(crate) const fn takes_quantity(model: &PriceModel) -> bool {
    match model.kind {
        PriceKind::Flat { .. }
        | PriceKind::PerUnit { .. }
        | PriceKind::Graduated { .. }
        | PriceKind::Volume { .. }
        | PriceKind::Stairstep { .. }
        | PriceKind::Package { .. } => true,
        PriceKind::Percentage { .. }
        | PriceKind::GraduatedPercentage { .. }
        | PriceKind::Matrix { .. }
        | PriceKind::PassThrough { .. } => false,
    }
}
