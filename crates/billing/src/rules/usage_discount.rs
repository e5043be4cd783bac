//! What discounts take off the usage of a month. What the month has come to so far is discounted as a whole, and what that
//! exceeds the discount granted before is granted; where it has become less, it is taken back. So late and amended usage
//! is discounted like any other, in whatever order it comes, and nothing goes below zero.

use std::collections::BTreeMap;

use tradewind_catalogue::types::ItemTerms;
use tradewind_kernel::{
    Date, Decimal, Money, Result, Rounding,
    calendar::{self, Period},
    decimal,
    id::ItemId,
};
use tradewind_orders::types::Benefit;
use tradewind_pricing::discount::{
    self as pricing, Applies, Discount, DiscountKind, StackingPolicy,
};

use super::{
    discount::{Discounts, Whole, exact_shares},
    period::charge,
};
use crate::types::{ChargeKind, DiscountUse, Grant, LegFacts, NewCharge};

/// What the usage of a month has come to, by item.
pub type Bases = BTreeMap<ItemId, Decimal>;

/// The charges that bring the discounts of a month of usage up to what they are for what it has come to. `since` is the first day of
/// the month in which each grant was redeemed, by its place.
///
/// # Errors
/// `overflow`.
pub fn usage_discounts(
    leg: &LegFacts,
    month: Period,
    since: &[Date],
    bases: &Bases,
) -> Result<Vec<NewCharge>> {
    let items: Vec<(&ItemTerms, Decimal)> = bases
        .iter()
        .filter_map(|(item, base)| Some((leg.terms.item(*item)?, *base)))
        .collect();
    let places = leg.terms.currency.exponent();
    let mut targets: BTreeMap<(usize, ItemId), Decimal> = BTreeMap::new();
    for (place, at, exact) in shares(leg, month, since, &items)? {
        if let Some((item, _)) = items.get(place) {
            // What is taken wholly is taken in whole cents.
            let whole = decimal::round(exact, places, Rounding::Down);
            let sum = targets.entry((at, item.item)).or_default();
            *sum = decimal::add(*sum, whole)?;
        }
    }
    let mut made = Vec::new();
    for (at, grant) in leg.grants.iter().enumerate() {
        for (item, _) in &items {
            let target = targets.get(&(at, item.item)).copied().unwrap_or_default();
            let granted = grant.granted_usage(month.start, item.item);
            let more = decimal::sub(target, granted)?;
            if !more.is_zero() {
                made.push(granted_more(leg, grant, item, month, more)?);
            }
        }
    }
    Ok(made)
}

impl Grant {
    /// What it takes off an item's usage of a month.
    #[must_use]
    pub fn granted_usage(&self, month: Date, item: ItemId) -> Decimal {
        let month = self.used.get(&month);
        let taken = month.and_then(|month| month.get(&item));
        taken.copied().unwrap_or_default()
    }

    /// Whether it holds for the usage of a month of a leg: from the month in which it was redeemed on, for as many months as it
    /// has periods. When usage comes, and in which order, makes no difference.
    fn holds_for_usage(&self, leg: &LegFacts, month: Date, since: Date) -> Result<bool> {
        let currency = leg.terms.currency;
        let bound = self.terms.benefit.currency();
        let fits = bound
            .or(self.left.map(|left| left.currency))
            .is_none_or(|bound| bound == currency);
        let scope = &self.terms.scope;
        let lasts = match self.terms.periods {
            Some(months) => month < calendar::add_months(since, i64::from(months))?,
            None => true,
        };
        let has_plan = scope.has_plan(leg.terms.product, leg.terms.plan);
        let lasts = lasts && self.lasts(month);
        Ok(scope.covers.usage() && fits && has_plan && since <= month && lasts)
    }
}

/// What each discount takes off the usage of each item: place of the item, place of the grant, exact amount.
fn shares(
    leg: &LegFacts,
    month: Period,
    since: &[Date],
    items: &[(&ItemTerms, Decimal)],
) -> Result<Vec<(usize, usize, Decimal)>> {
    let (currency, rounding) = (leg.terms.currency, leg.terms.policies.rounding);
    let (mut which, mut discounts) = (Vec::new(), Vec::new());
    for (at, (grant, since)) in leg.grants.iter().zip(since).enumerate() {
        let kind = match grant.terms.benefit {
            Benefit::Percentage { percent } => DiscountKind::Percentage { percent },
            Benefit::Amount { amount } => DiscountKind::Amount {
                amount: amount.to_decimal(),
            },
            Benefit::PriceOverride { .. } | Benefit::TrialExtension { .. } => continue,
        };
        let fits = |place: &usize| grant.terms.scope.has_item(items[*place].0.item);
        let places: Vec<usize> = (0..items.len()).filter(fits).collect();
        if !places.is_empty() && grant.holds_for_usage(leg, month.start, *since)? {
            which.push(at);
            discounts.push(Discount {
                kind,
                applies: Applies::Lines(places),
            });
        }
    }
    if discounts.is_empty() {
        return Ok(Vec::new());
    }
    let lines: Vec<Whole> = items
        .iter()
        .map(|(item, base)| Whole {
            item: item.item,
            exact: (*base).max(Decimal::ZERO),
        })
        .collect();
    // Lines of usage may be shared with other sales and are rounded with them: no sale takes more off than its whole cents.
    let prices = lines
        .iter()
        .map(|line| Money::from_exact(line.exact, currency, Rounding::Down))
        .collect::<Result<Vec<_>>>()?;
    let policy = StackingPolicy {
        order: leg.terms.policies.stacking,
        rounding,
        ..StackingPolicy::default()
    };
    loop {
        let applied = pricing::apply(&prices, &discounts, &policy, Money::zero(currency))?;
        let shares = exact_shares(&lines, &applied)?;
        let mut reaches = true;
        for (place, grant) in which.iter().enumerate() {
            let Some(most) = most(&leg.grants[*grant], month.start)? else {
                continue;
            };
            let mut cost = Decimal::ZERO;
            for (_, _, exact) in shares.iter().filter(|(_, at, _)| *at == place) {
                cost = decimal::add(cost, *exact)?;
            }
            let capped = DiscountKind::Amount { amount: most };
            // A budget that does not reach is taken as the amount that is left of it.
            if cost > most && discounts[place].kind != capped {
                discounts[place].kind = capped;
                reaches = false;
            }
        }
        if reaches {
            return Ok(shares
                .into_iter()
                .map(|(place, at, exact)| (place, which[at], exact))
                .collect());
        }
    }
}

/// The most that a grant can take off a month: what is left of its budget, with what the month has had of it.
fn most(grant: &Grant, month: Date) -> Result<Option<Decimal>> {
    let Some(left) = grant.left else {
        return Ok(None);
    };
    let mut most = left.to_decimal();
    for taken in grant
        .used
        .get(&month)
        .into_iter()
        .flat_map(BTreeMap::values)
    {
        most = decimal::add(most, *taken)?;
    }
    Ok(Some(most.max(Decimal::ZERO)))
}

/// A discount on usage, or what takes some of it back.
fn granted_more(
    leg: &LegFacts,
    grant: &Grant,
    item: &ItemTerms,
    month: Period,
    more: Decimal,
) -> Result<NewCharge> {
    let kind = if more.is_sign_negative() {
        ChargeKind::Credit
    } else {
        ChargeKind::Discount
    };
    let made = charge(leg, item, kind, month, Decimal::ONE, -more, None)?;
    Ok(NewCharge {
        description: Discounts::described(grant, leg, item),
        unit: String::new(),
        unit_price: None,
        discount: Some(DiscountUse {
            coupon_id: grant.coupon_id,
            redemption_id: grant.redemption_id,
            period_on: month.start,
            whole: more,
            usage: true,
        }),
        ..made
    })
}
