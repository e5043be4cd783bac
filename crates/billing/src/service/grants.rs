//! The discounts of sales, read off what was redeemed and off the charges that granted them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tradewind_kernel::{
    Date, Money, Result,
    id::{CouponId, ItemId, RedemptionId, SubscriptionId},
};
use tradewind_orders::billing as orders;
use tradewind_platform::{OpCtx, Platform, Work};

use super::realm;
use crate::{
    store::discounts,
    types::{DiscountUse, Grant, NewCharge},
};

/// The discounts of some sales, and what is left of the budgets that they share.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    of: HashMap<SubscriptionId, Vec<Grant>>,
    left: HashMap<CouponId, Money>,
}

impl Grants {
    /// Loads the discounts of some subscriptions. Who charges holds the coupons with a budget, so that what is left of it is
    /// true until the charges are written.
    pub(crate) async fn load(
        &mut self,
        w: &mut Work,
        ids: &[SubscriptionId],
        charges: bool,
    ) -> Result<()> {
        let realm = realm(w);
        let redeemed = orders::redemptions(w, ids).await?;
        if redeemed.is_empty() {
            return Ok(());
        }
        let mut budgets: BTreeMap<CouponId, Money> = redeemed
            .iter()
            .filter_map(|redemption| Some((redemption.coupon_id, redemption.budget?)))
            .collect();
        if !budgets.is_empty() {
            let bound: Vec<CouponId> = budgets.keys().copied().collect();
            if charges {
                for coupon in tradewind_orders::service::coupons_lock_in(w, &bound).await? {
                    if let Some(budget) = coupon.limits.budget {
                        budgets.insert(coupon.id, budget);
                    }
                }
            }
            self.left.extend(left(w, &budgets).await?);
        }
        let mut granted: HashMap<RedemptionId, Vec<(ItemId, DiscountUse, Date)>> = HashMap::new();
        let with: BTreeSet<SubscriptionId> = redeemed
            .iter()
            .map(|redemption| redemption.subscription_id)
            .collect();
        let with: Vec<SubscriptionId> = with.into_iter().collect();
        for one in discounts::granted(&mut w.tx, realm, &with).await? {
            granted.entry(one.1.redemption_id).or_default().push(one);
        }
        for redemption in redeemed {
            let mut grant = Grant {
                redemption_id: redemption.id,
                coupon_id: redemption.coupon_id,
                terms: Arc::new(redemption.terms),
                left: None,
                since: Some(redemption.redeemed_at),
                until: redemption.ended_on,
                granted: BTreeMap::new(),
                steps: BTreeMap::new(),
                used: BTreeMap::new(),
            };
            for (item, one, from) in granted.remove(&redemption.id).unwrap_or_default() {
                grant.note(&one, item, from)?;
            }
            let of = self.of.entry(redemption.subscription_id).or_default();
            of.push(grant);
        }
        Ok(())
    }

    /// The discounts of a subscription as they are now.
    pub(crate) fn of(&self, id: SubscriptionId) -> Vec<Grant> {
        let grants = self.of.get(&id).into_iter().flatten();
        grants
            .map(|grant| Grant {
                left: self.left.get(&grant.coupon_id).copied(),
                ..grant.clone()
            })
            .collect()
    }

    /// Takes over what new charges have used up of budgets.
    pub(crate) fn note<'a>(
        &mut self,
        charges: impl IntoIterator<Item = &'a NewCharge>,
    ) -> Result<()> {
        for charge in charges {
            if let Some(granted) = &charge.discount
                && let Some(left) = self.left.get_mut(&granted.coupon_id)
                && left.currency == charge.amount.currency
            {
                *left = left.add(charge.amount)?;
            }
        }
        Ok(())
    }
}

/// What is left of some budgets.
async fn left(
    w: &mut Work,
    budgets: &BTreeMap<CouponId, Money>,
) -> Result<HashMap<CouponId, Money>> {
    let ids: Vec<CouponId> = budgets.keys().copied().collect();
    let spent = coupon_costs_in(w, &ids).await?;
    budgets
        .iter()
        .map(|(id, budget)| {
            let spent = spent.get(id).into_iter().flatten();
            let spent = spent.filter(|spent| spent.currency == budget.currency);
            let left = spent.copied().try_fold(*budget, Money::sub)?;
            Ok((*id, left))
        })
        .collect()
}

/// What some coupons have taken off so far, by currency, without what was given back. Says nothing about who may ask.
///
/// # Errors
/// Database errors.
pub async fn coupon_costs_in(
    w: &mut Work,
    ids: &[CouponId],
) -> Result<HashMap<CouponId, Vec<Money>>> {
    let realm = realm(w);
    discounts::cost(&mut w.tx, realm, ids).await
}

/// As [`coupon_costs_in`], of coupons that the principal has been shown.
///
/// # Errors
/// Database errors.
pub async fn coupon_costs(
    p: &Platform,
    ctx: &OpCtx,
    ids: &[CouponId],
) -> Result<HashMap<CouponId, Vec<Money>>> {
    p.read(ctx, ids, |w, ids| Box::pin(coupon_costs_in(w, ids)))
        .await
}

/// What the redemptions of some subscriptions have taken off so far, of redemptions that the principal has been shown.
///
/// # Errors
/// Database errors.
pub async fn redemption_costs(
    p: &Platform,
    ctx: &OpCtx,
    subscriptions: &[SubscriptionId],
) -> Result<HashMap<RedemptionId, Money>> {
    p.read(ctx, subscriptions, |w, subscriptions| {
        Box::pin(async move {
            let realm = realm(w);
            discounts::cost_each(&mut w.tx, realm, subscriptions).await
        })
    })
    .await
}
