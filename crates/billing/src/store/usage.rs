//! What usage was rated and billed before.

use std::collections::HashMap;

use tradewind_kernel::{
    Currency, Date, Decimal,
    id::{AccountId, LegId, RealmId, SubscriptionId, TermsId},
};
use tradewind_metering::types::UsageTotal;
use tradewind_platform::{
    args, bulk,
    db::{Json, Result, Tx},
    row, stmts,
};

use super::charges::ChargeRow;
use crate::rules::{
    line::{Position, UsageLine},
    usage::RatedState,
};
use crate::types::Charge;

stmts! {
    /// What of some legs' usage was rated in some months.
    RATED = "SELECT leg_id, meter, group_key, period_on, version, quantity, exact, revision FROM rated WHERE realm_id = $1
        AND leg_id IN (SELECT value FROM json_each($2)) AND period_on IN (SELECT value FROM json_each($3))",
        pg = "SELECT leg_id, meter, group_key, period_on, version, quantity, exact, revision FROM rated WHERE realm_id = $1
        AND leg_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))
        AND period_on IN (SELECT json_array_elements_text(CAST($3 AS JSON))) FOR UPDATE";
    /// The days from which anything of some legs' usage was rated.
    RATED_DAYS = "SELECT DISTINCT period_on FROM rated WHERE realm_id = $1
        AND leg_id IN (SELECT value FROM json_each($2))",
        pg = "SELECT DISTINCT period_on FROM rated WHERE realm_id = $1
        AND leg_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))";
    /// Has what was rated of a leg from a month on rated again.
    RATE_AGAIN = "UPDATE rated SET version = $4 WHERE realm_id = $1 AND leg_id = $2 AND period_on >= $3";
    /// Forgets under which terms a leg's months are rated from a day on.
    TERMS_FORGET = "DELETE FROM usage_terms WHERE realm_id = $1 AND leg_id = $2 AND period_on >= $3";
    /// The charges of a subscription for usage, oldest first.
    CHARGED = "SELECT c.id, c.leg_id, c.subscription_id, c.seller_id, c.buyer_id, c.item_id, c.item_code, c.kind, c.description,
        c.group_label, c.period_start, c.period_end, c.quantity, c.unit, c.unit_price, c.exact, c.rounding, c.tax_included, c.tax_category, c.currency, c.amount,
        c.reverses, c.usage, c.rate, c.order_id, c.created_at, d.coupon_id, d.redemption_id,
        d.period_on AS discount_on, d.whole AS discount_whole, d.on_usage AS discount_usage FROM charge c
        LEFT JOIN charge_discount d ON d.realm_id = c.realm_id AND d.subscription_id = c.subscription_id AND d.charge_id = c.id
        WHERE c.realm_id = $1 AND c.subscription_id = $2 AND c.usage IS NOT NULL ORDER BY c.id";
    /// The terms under which some legs' months are rated.
    TERMS = "SELECT leg_id, period_on, terms_id FROM usage_terms WHERE realm_id = $1
        AND leg_id IN (SELECT value FROM json_each($2))",
        pg = "SELECT leg_id, period_on, terms_id FROM usage_terms WHERE realm_id = $1
        AND leg_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))";
    /// Where the lines between two accounts stand in some months.
    POSITIONS = "SELECT period_on, line, exact, billed FROM usage_position WHERE realm_id = $1 AND seller_id = $2
        AND buyer_id = $3 AND currency = $4 AND period_on IN (SELECT value FROM json_each($5))",
        pg = "SELECT period_on, line, exact, billed FROM usage_position WHERE realm_id = $1 AND seller_id = $2
        AND buyer_id = $3 AND currency = $4 AND period_on IN (SELECT json_array_elements_text(CAST($5 AS JSON))) FOR UPDATE";
}

bulk! {
    /// What is rated now.
    SET_RATED = "rated" { realm_id: Text, leg_id: Text, meter: Text, period_on: Text, group_key: Text, version: Int,
        quantity: Text, exact: Text, revision: Int } on conflict Do("(realm_id, leg_id, meter, period_on, group_key) DO UPDATE SET
        version = excluded.version, quantity = excluded.quantity, exact = excluded.exact, revision = excluded.revision
        WHERE rated.revision < excluded.revision");
    /// The terms under which months are rated from now on.
    SET_TERMS = "usage_terms" { realm_id: Text, leg_id: Text, period_on: Text, terms_id: Text } on conflict Nothing;
    /// Where lines stand now.
    SET_POSITIONS = "usage_position" { realm_id: Text, seller_id: Text, buyer_id: Text, currency: Text, period_on: Text,
        line: Text, exact: Text, billed: Int } on conflict Do("(realm_id, seller_id, buyer_id, currency, period_on, line)
        DO UPDATE SET exact = excluded.exact, billed = excluded.billed");
}

row! {
    struct RatedRow {
        leg_id: LegId,
        meter: String,
        group_key: String,
        period_on: Date,
        version: i64,
        quantity: Decimal,
        exact: Decimal,
        revision: i64,
    }
}

/// One group of usage on one leg.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct RatedKey {
    pub(crate) leg_id: LegId,
    pub(crate) meter: String,
    pub(crate) group_key: String,
    pub(crate) period_on: Date,
}

/// The key of what a total comes to on a leg, from a day of its month on.
pub(crate) fn key_of(leg_id: LegId, total: &UsageTotal, period_on: Date) -> RatedKey {
    RatedKey {
        leg_id,
        meter: total.meter.clone(),
        group_key: total.group_key.clone(),
        period_on,
    }
}

/// What of the usage of some legs was rated in some months.
pub(crate) async fn rated(
    tx: &mut Tx,
    realm: RealmId,
    legs: &[LegId],
    months: &[Date],
) -> Result<HashMap<RatedKey, RatedState>> {
    let rows: Vec<RatedRow> = tx
        .all(&RATED, args![realm, Json(legs), Json(months)])
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let key = RatedKey {
                leg_id: row.leg_id,
                meter: row.meter,
                group_key: row.group_key,
                period_on: row.period_on,
            };
            (
                key,
                RatedState {
                    version: row.version,
                    quantity: row.quantity,
                    exact: row.exact,
                    revision: row.revision,
                },
            )
        })
        .collect())
}

/// The days from which anything of the usage of some legs was rated.
pub(crate) async fn rated_days(tx: &mut Tx, realm: RealmId, legs: &[LegId]) -> Result<Vec<Date>> {
    let rows: Vec<(Date,)> = tx.all(&RATED_DAYS, args![realm, Json(legs)]).await?;
    Ok(rows.into_iter().map(|(day,)| day).collect())
}

/// Has what was rated of some legs in the month of a day and later rated again, under terms that are decided anew from that day on.
pub(crate) async fn again(
    tx: &mut Tx,
    realm: RealmId,
    legs: &[LegId],
    from: Date,
    mark: i64,
) -> Result<()> {
    for leg in legs {
        let month = from.first_of_month();
        tx.exec(&RATE_AGAIN, args![realm, leg, month, mark]).await?;
        tx.exec(&TERMS_FORGET, args![realm, leg, from]).await?;
    }
    Ok(())
}

/// The charges of a subscription for usage, oldest first.
pub(crate) async fn charged(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
) -> Result<Vec<Charge>> {
    let rows: Vec<ChargeRow> = tx.all(&CHARGED, args![realm, subscription]).await?;
    Ok(rows.into_iter().map(Charge::from).collect())
}

/// Stores what is rated now, and returns how many rows were brought forward.
pub(crate) async fn set_rated(
    tx: &mut Tx,
    realm: RealmId,
    states: &[(RatedKey, RatedState)],
) -> Result<u64> {
    let rows = states
        .iter()
        .map(|(key, state)| {
            args![
                realm,
                key.leg_id,
                key.meter,
                key.period_on,
                key.group_key,
                state.version,
                state.quantity,
                state.exact,
                state.revision
            ]
        })
        .collect();
    tx.insert_many(&SET_RATED, rows).await
}

/// The terms under which months of legs have been rated.
pub(crate) async fn terms(
    tx: &mut Tx,
    realm: RealmId,
    legs: &[LegId],
) -> Result<HashMap<(LegId, Date), TermsId>> {
    let rows: Vec<(LegId, Date, TermsId)> = tx.all(&TERMS, args![realm, Json(legs)]).await?;
    Ok(rows
        .into_iter()
        .map(|(leg, month, terms)| ((leg, month), terms))
        .collect())
}

/// Fixes the terms of months.
pub(crate) async fn set_terms(
    tx: &mut Tx,
    realm: RealmId,
    terms: &[(LegId, Date, TermsId)],
) -> Result<()> {
    let rows = terms
        .iter()
        .map(|(leg, month, terms)| args![realm, leg, month, terms])
        .collect();
    tx.insert_many(&SET_TERMS, rows).await?;
    Ok(())
}

/// Where the lines of usage between two accounts stand in some months.
pub(crate) async fn positions(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    buyer: AccountId,
    currency: Currency,
    months: &[Date],
) -> Result<HashMap<(Date, String), Position>> {
    let rows: Vec<(Date, String, Decimal, i64)> = tx
        .all(
            &POSITIONS,
            args![realm, seller, buyer, currency, Json(months)],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(month, line, exact, billed)| ((month, line), Position { exact, billed }))
        .collect())
}

/// Stores where lines stand now.
pub(crate) async fn set_positions(
    tx: &mut Tx,
    realm: RealmId,
    positions: &[(UsageLine, Position)],
) -> Result<()> {
    let rows = positions
        .iter()
        .map(|(line, position)| {
            args![
                realm,
                line.seller_id,
                line.buyer_id,
                line.currency,
                line.period_on,
                line.line,
                position.exact,
                position.billed
            ]
        })
        .collect();
    tx.insert_many(&SET_POSITIONS, rows).await?;
    Ok(())
}
