//! The check of discounts: each stands on the customer's leg as its charge says, and gives no more than was promised.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tradewind_kernel::{
    Decimal, Result, decimal,
    id::{RedemptionId, SubscriptionId},
};
use tradewind_orders::{billing::Billable, types::Benefit};
use tradewind_platform::Work;

use super::{grants::Grants, realm};
use crate::{
    store::discounts as store,
    types::{Finding, Grant},
};

/// Looks at the discounts of some sales.
pub(super) async fn check(w: &mut Work, billables: &[Billable]) -> Result<Vec<Finding>> {
    let ids: Vec<SubscriptionId> = billables.iter().map(|one| one.subscription.id).collect();
    let realm = realm(w);
    let rows = store::checked(&mut w.tx, realm, &ids).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let customers: HashMap<SubscriptionId, _> = billables
        .iter()
        .filter_map(|one| Some((one.subscription.id, one.legs.last()?.id)))
        .collect();
    let mut grants = Grants::default();
    grants.load(w, &ids, false).await?;
    let held: BTreeMap<SubscriptionId, Vec<Grant>> =
        ids.iter().map(|id| (*id, grants.of(*id))).collect();
    let standing: BTreeSet<RedemptionId> = held
        .values()
        .flatten()
        .map(|grant| grant.redemption_id)
        .collect();
    let mut found = Vec::new();
    let mut gone: BTreeMap<RedemptionId, Decimal> = BTreeMap::new();
    for (subscription, charge, redemption, whole, amount, leg, charged) in rows {
        if leg != customers.get(&subscription).copied() || charged != Some(amount) {
            let text = "is not what its charge on the customer's leg says";
            found.push(Finding::new("discount_stray", charge, text));
        }
        if !standing.contains(&redemption) {
            let sum = gone.entry(redemption).or_default();
            *sum = decimal::add(*sum, whole)?;
        }
    }
    for (redemption, sum) in gone.into_iter().filter(|(_, sum)| !sum.is_zero()) {
        let text = format!("was given back, and {sum} of it still hold");
        found.push(Finding::new("discount_given_back", redemption, text));
    }
    for grant in held.values().flatten() {
        found.extend(promised(grant)?);
    }
    Ok(found)
}

fn promised(grant: &Grant) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    let used = grant.granted.len();
    if let Some(most) = grant.terms.periods
        && used > most as usize
    {
        let text = format!("holds for {most} billing periods and was granted for {used}");
        found.push(Finding::new("discount_periods", grant.redemption_id, text));
    }
    if let Benefit::Amount { amount } = grant.terms.benefit {
        for (period, items) in grant.granted.iter().chain(&grant.used) {
            let sum = items
                .values()
                .try_fold(Decimal::ZERO, |sum, whole| decimal::add(sum, *whole))?;
            if sum > amount.to_decimal() {
                let text = format!("takes {sum} instead of {amount} off the period of {period}");
                found.push(Finding::new("discount_amount", grant.redemption_id, text));
            }
        }
    }
    Ok(found)
}
