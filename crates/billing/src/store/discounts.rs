//! Discounts behind charges.

use std::collections::HashMap;

use tradewind_kernel::{
    Currency, Date, Decimal, Money,
    id::{ChargeId, CouponId, ItemId, LegId, RealmId, RedemptionId, SubscriptionId},
};
use tradewind_platform::{
    args, bulk,
    db::{Json, Result, Tx},
    stmts,
};

use crate::types::{Charge, DiscountUse};

stmts! {
    /// What was granted for some subscriptions: redemption, item, coupon, first day of the period, what it adds to the whole, whether
    /// it is on usage, and from which day on.
    GRANTED = "SELECT d.redemption_id, d.item_id, d.coupon_id, d.period_on, d.whole, d.on_usage, c.period_start FROM charge_discount d
        JOIN charge c ON c.realm_id = d.realm_id AND c.id = d.charge_id WHERE d.realm_id = $1
        AND d.subscription_id IN (SELECT value FROM json_each($2)) ORDER BY d.subscription_id, d.charge_id",
        pg = "SELECT d.redemption_id, d.item_id, d.coupon_id, d.period_on, d.whole, d.on_usage, c.period_start FROM charge_discount d
        JOIN charge c ON c.realm_id = d.realm_id AND c.id = d.charge_id WHERE d.realm_id = $1
        AND d.subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) ORDER BY d.subscription_id, d.charge_id";
    /// What some coupons have cost, by currency.
    COST = "SELECT coupon_id, currency, CAST(SUM(amount) AS BIGINT) FROM charge_discount WHERE realm_id = $1
        AND coupon_id IN (SELECT value FROM json_each($2)) GROUP BY coupon_id, currency ORDER BY coupon_id, currency",
        pg = "SELECT coupon_id, currency, CAST(SUM(amount) AS BIGINT) FROM charge_discount WHERE realm_id = $1
        AND coupon_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) GROUP BY coupon_id, currency
        ORDER BY coupon_id, currency";
    /// The discounts of some subscriptions beside the charges that they are behind.
    CHECKED = "SELECT d.subscription_id, d.charge_id, d.redemption_id, d.whole, d.amount, c.leg_id, c.amount FROM charge_discount d
        LEFT JOIN charge c ON c.realm_id = d.realm_id AND c.id = d.charge_id WHERE d.realm_id = $1
        AND d.subscription_id IN (SELECT value FROM json_each($2)) ORDER BY d.subscription_id, d.charge_id",
        pg = "SELECT d.subscription_id, d.charge_id, d.redemption_id, d.whole, d.amount, c.leg_id, c.amount FROM charge_discount d
        LEFT JOIN charge c ON c.realm_id = d.realm_id AND c.id = d.charge_id WHERE d.realm_id = $1
        AND d.subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) ORDER BY d.subscription_id, d.charge_id";
    /// What some redemptions have cost, by currency.
    COST_EACH = "SELECT redemption_id, currency, CAST(SUM(amount) AS BIGINT) FROM charge_discount WHERE realm_id = $1
        AND subscription_id IN (SELECT value FROM json_each($2)) GROUP BY redemption_id, currency",
        pg = "SELECT redemption_id, currency, CAST(SUM(amount) AS BIGINT) FROM charge_discount WHERE realm_id = $1
        AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) GROUP BY redemption_id, currency";
}

bulk! {
    /// Discounts behind new charges.
    NEW = "charge_discount" { realm_id: Text, subscription_id: Text, charge_id: Text, item_id: Text, coupon_id: Text,
        redemption_id: Text, period_on: Text, whole: Text, on_usage: Int, currency: Text, amount: Int } on conflict Error;
}

/// Records the discounts behind new charges.
pub(crate) async fn insert(tx: &mut Tx, realm: RealmId, charges: &[Charge]) -> Result<()> {
    let rows: Vec<_> = charges
        .iter()
        .filter_map(|charge| {
            let facts = &charge.facts;
            let granted = facts.discount.as_ref()?;
            Some(args![
                realm,
                facts.subscription_id,
                charge.id,
                facts.item_id,
                granted.coupon_id,
                granted.redemption_id,
                granted.period_on,
                granted.whole,
                granted.usage,
                facts.amount.currency,
                facts.amount.minor,
            ])
        })
        .collect();
    if !rows.is_empty() {
        tx.insert_many(&NEW, rows).await?;
    }
    Ok(())
}

/// What was granted for some subscriptions, by item, and from which day on.
pub(crate) async fn granted(
    tx: &mut Tx,
    realm: RealmId,
    subscriptions: &[SubscriptionId],
) -> Result<Vec<(ItemId, DiscountUse, Date)>> {
    let rows: Vec<(RedemptionId, ItemId, CouponId, Date, Decimal, bool, Date)> =
        tx.all(&GRANTED, args![realm, Json(subscriptions)]).await?;
    let granted = rows.into_iter().map(
        |(redemption_id, item, coupon_id, period_on, whole, usage, from)| {
            let granted = DiscountUse {
                coupon_id,
                redemption_id,
                period_on,
                whole,
                usage,
            };
            (item, granted, from)
        },
    );
    Ok(granted.collect())
}

/// A discount as the check of the books looks at it: subscription, charge, redemption, whole, amount, and leg and amount of the
/// charge.
pub(crate) type Checked = (
    SubscriptionId,
    ChargeId,
    RedemptionId,
    Decimal,
    i64,
    Option<LegId>,
    Option<i64>,
);

/// The discounts of some subscriptions beside the charges that they are behind.
pub(crate) async fn checked(
    tx: &mut Tx,
    realm: RealmId,
    subscriptions: &[SubscriptionId],
) -> Result<Vec<Checked>> {
    tx.all(&CHECKED, args![realm, Json(subscriptions)]).await
}

/// What some coupons have taken off so far, without what was given back.
pub(crate) async fn cost(
    tx: &mut Tx,
    realm: RealmId,
    coupons: &[CouponId],
) -> Result<HashMap<CouponId, Vec<Money>>> {
    let rows: Vec<(CouponId, Currency, i64)> = tx.all(&COST, args![realm, Json(coupons)]).await?;
    let mut found: HashMap<CouponId, Vec<Money>> = HashMap::new();
    for (coupon, currency, minor) in rows {
        let cost = Money::new(minor, currency).neg()?;
        found.entry(coupon).or_default().push(cost);
    }
    Ok(found)
}

/// What the redemptions of some subscriptions have taken off so far.
pub(crate) async fn cost_each(
    tx: &mut Tx,
    realm: RealmId,
    subscriptions: &[SubscriptionId],
) -> Result<HashMap<RedemptionId, Money>> {
    let rows: Vec<(RedemptionId, Currency, i64)> = tx
        .all(&COST_EACH, args![realm, Json(subscriptions)])
        .await?;
    rows.into_iter()
        .map(|(redemption, currency, minor)| Ok((redemption, Money::new(minor, currency).neg()?)))
        .collect()
}
