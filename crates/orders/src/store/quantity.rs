//! What is held of each item, now and before; the answers given when ordering; the legs.

use std::collections::BTreeMap;

use crate::types::{Leg, OrderedItem, QuantitySince, SubscriptionItem};
use tradewind_kernel::id::{AccountId, ItemId, LegId, PlanId, RealmId, SubscriptionId, TermsId};
use tradewind_kernel::{Currency, Date, Decimal, Result};
use tradewind_platform::db::{FromRow, Json, Row, Tx};
use tradewind_platform::{args, bulk, row, stmts};

stmts! {
    /// What a subscription holds.
    ITEMS = "SELECT item_id, code, quantity FROM subscription_item WHERE realm_id = $1 AND subscription_id = $2 ORDER BY code";
    /// What some subscriptions hold.
    ITEMS_MANY = "SELECT subscription_id, item_id, code, quantity FROM subscription_item WHERE realm_id = $1
        AND subscription_id IN (SELECT value FROM json_each($2)) ORDER BY subscription_id, code",
        pg = "SELECT subscription_id, item_id, code, quantity FROM subscription_item WHERE realm_id = $1
        AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) ORDER BY subscription_id, code";
    /// Forgets what a subscription holds.
    ITEMS_DELETE = "DELETE FROM subscription_item WHERE realm_id = $1 AND subscription_id = $2";
    /// What some subscriptions have held. On PostgreSQL each is looked up by its key, also while the table has grown faster
    /// than its statistics: OFFSET keeps the look-up apart from the list.
    HISTORY = "SELECT subscription_id, item_id, plan_id, from_on, quantity FROM quantity_history WHERE realm_id = $1
        AND subscription_id IN (SELECT value FROM json_each($2)) ORDER BY subscription_id, item_id, from_on",
        pg = "SELECT h.subscription_id, h.item_id, h.plan_id, h.from_on, h.quantity
        FROM json_array_elements_text(CAST($2 AS JSON)) AS n(id)
        CROSS JOIN LATERAL (SELECT * FROM quantity_history WHERE realm_id = $1 AND subscription_id = n.id OFFSET 0) h
        ORDER BY h.subscription_id, h.item_id, h.from_on";
    /// The legs of some subscriptions, the vendor's first.
    LEGS = "SELECT id, subscription_id, position, seller_id, buyer_id, currency, terms_id, terms_from FROM leg WHERE realm_id = $1
        AND subscription_id IN (SELECT value FROM json_each($2)) ORDER BY subscription_id, position",
        pg = "SELECT l.id, l.subscription_id, l.position, l.seller_id, l.buyer_id, l.currency, l.terms_id, l.terms_from
        FROM json_array_elements_text(CAST($2 AS JSON)) AS n(id)
        CROSS JOIN LATERAL (SELECT * FROM leg WHERE realm_id = $1 AND subscription_id = n.id OFFSET 0) l
        ORDER BY l.subscription_id, l.position";
    /// The legs of some subscriptions to be read, and how many redemptions hold for each subscription.
    LEGS_READ = "SELECT l.id, l.subscription_id, l.position, l.seller_id, l.buyer_id, l.currency, l.terms_id, l.terms_from,
        (SELECT CAST(COUNT(*) AS BIGINT) FROM redemption r WHERE r.realm_id = l.realm_id AND r.subscription_id = l.subscription_id
        AND r.given_back_at IS NULL) AS redemptions FROM leg l WHERE l.realm_id = $1
        AND l.subscription_id IN (SELECT value FROM json_each($2)) ORDER BY l.subscription_id, l.position",
        pg = "SELECT l.id, l.subscription_id, l.position, l.seller_id, l.buyer_id, l.currency, l.terms_id, l.terms_from,
        (SELECT CAST(COUNT(*) AS BIGINT) FROM redemption r WHERE r.realm_id = $1 AND r.subscription_id = l.subscription_id
        AND r.given_back_at IS NULL) AS redemptions FROM json_array_elements_text(CAST($2 AS JSON)) AS n(id)
        CROSS JOIN LATERAL (SELECT * FROM leg WHERE realm_id = $1 AND subscription_id = n.id OFFSET 0) l
        ORDER BY l.subscription_id, l.position";
    /// Keeps the terms that a leg had; terms that never held for a day are not kept.
    LEG_TERMS_PAST = "INSERT INTO leg_terms_past (realm_id, subscription_id, position, from_on, terms_id)
        SELECT realm_id, subscription_id, position, terms_from, terms_id FROM leg WHERE realm_id = $1 AND subscription_id = $2
        AND position = $3 AND terms_from < $4 ON CONFLICT (realm_id, subscription_id, position, from_on) DO NOTHING";
    /// The terms that the legs of some subscriptions had, oldest first.
    PAST = "SELECT subscription_id, position, from_on, terms_id FROM leg_terms_past WHERE realm_id = $1
        AND subscription_id IN (SELECT value FROM json_each($2)) ORDER BY subscription_id, position, from_on",
        pg = "SELECT subscription_id, position, from_on, terms_id FROM leg_terms_past WHERE realm_id = $1
        AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) ORDER BY subscription_id, position, from_on";
    /// The terms that the legs of some subscriptions have and had, oldest first.
    TERMS_HELD = "SELECT l.id, p.from_on, p.terms_id FROM leg_terms_past p JOIN leg l ON l.realm_id = p.realm_id
        AND l.subscription_id = p.subscription_id AND l.position = p.position WHERE p.realm_id = $1
        AND p.subscription_id IN (SELECT value FROM json_each($2)) UNION ALL SELECT id, terms_from AS from_on, terms_id FROM leg
        WHERE realm_id = $1 AND subscription_id IN (SELECT value FROM json_each($2)) ORDER BY from_on",
        pg = "SELECT l.id, p.from_on, p.terms_id FROM leg_terms_past p JOIN leg l ON l.realm_id = p.realm_id
        AND l.subscription_id = p.subscription_id AND l.position = p.position WHERE p.realm_id = $1
        AND p.subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) UNION ALL
        SELECT id, terms_from AS from_on, terms_id FROM leg WHERE realm_id = $1
        AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) ORDER BY from_on";
    /// Other terms for a leg.
    LEG_TERMS = "UPDATE leg SET terms_id = $4, terms_from = $5 WHERE realm_id = $1 AND subscription_id = $2 AND position = $3";
}

bulk! {
    /// What a subscription holds.
    ITEM_INSERT = "subscription_item" { realm_id: Text, subscription_id: Text, item_id: Text, code: Text, quantity: Text }
        on conflict Error;
    /// What a subscription holds from a day on.
    HISTORY_INSERT = "quantity_history" { realm_id: Text, subscription_id: Text, item_id: Text, from_on: Text, plan_id: Text,
        quantity: Text } on conflict Do("(realm_id, subscription_id, item_id, from_on) DO UPDATE SET plan_id = excluded.plan_id,
        quantity = excluded.quantity");
    /// The answers given when ordering.
    PARAMETER_INSERT = "subscription_parameter" { realm_id: Text, subscription_id: Text, code: Text, value: Text, sensitive: Int }
        on conflict Error;
    /// The legs of a new subscription.
    LEG_INSERT = "leg" { realm_id: Text, subscription_id: Text, position: Int, id: Text, seller_id: Text, buyer_id: Text,
        currency: Text, terms_id: Text, terms_from: Text } on conflict Error;
}

row! {
    struct ItemRow {
        item_id: ItemId,
        code: String,
        quantity: Decimal,
    }
}

row! {
    struct HistoryRow {
        subscription_id: SubscriptionId,
        item_id: ItemId,
        plan_id: PlanId,
        from_on: Date,
        quantity: Decimal,
    }
}

row! {
    struct LegRow {
        id: LegId,
        subscription_id: SubscriptionId,
        position: i64,
        seller_id: AccountId,
        buyer_id: AccountId,
        currency: Currency,
        terms_id: TermsId,
        terms_from: Date,
    }
}

row! {
    /// An answer as it is stored: sealed when it is sensitive.
    pub(crate) struct ParameterRow {
        pub(crate) code: String,
        pub(crate) value: String,
        pub(crate) sensitive: bool,
    }
}

pub(crate) async fn items(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
) -> Result<Vec<SubscriptionItem>> {
    let rows = tx
        .all::<ItemRow>(&ITEMS, args![realm, subscription])
        .await?;
    Ok(rows
        .into_iter()
        .map(|r| SubscriptionItem {
            item_id: r.item_id,
            code: r.code,
            quantity: r.quantity,
        })
        .collect())
}

/// What some subscriptions hold, each with its subscription.
pub(crate) async fn items_many(
    tx: &mut Tx,
    realm: RealmId,
    subscriptions: &[SubscriptionId],
) -> Result<Vec<(SubscriptionId, SubscriptionItem)>> {
    let rows: Vec<(SubscriptionId, ItemId, String, Decimal)> = tx
        .all(&ITEMS_MANY, args![realm, Json(subscriptions)])
        .await?;
    Ok(rows
        .into_iter()
        .map(|(subscription, item_id, code, quantity)| {
            let item = SubscriptionItem {
                item_id,
                code,
                quantity,
            };
            (subscription, item)
        })
        .collect())
}

/// Replaces what a subscription holds, and notes in its history what is held from that day on. Items that are no longer
/// held end that day.
pub(crate) async fn hold_from(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    plan: PlanId,
    held: &[OrderedItem],
    from_on: Date,
) -> Result<()> {
    let before = items(tx, realm, subscription).await?;
    set_items(tx, realm, subscription, held).await?;
    let ended = before
        .iter()
        .filter(|old| held.iter().all(|new| new.item_id != old.item_id));
    let history = held
        .iter()
        .map(|item| (item.item_id, item.quantity))
        .chain(ended.map(|old| (old.item_id, Decimal::ZERO)))
        .map(|(item, quantity)| args![realm, subscription, item, from_on, plan, quantity])
        .collect();
    tx.insert_many(&HISTORY_INSERT, history).await.map(drop)
}

/// What a subscription should have held from a day in the past on.
pub(crate) struct Amendment<'a> {
    pub(crate) subscription: SubscriptionId,
    pub(crate) plan: PlanId,
    /// All of it.
    pub(crate) held: &'a [OrderedItem],
    /// What of it holds still.
    pub(crate) lasting: &'a [OrderedItem],
    pub(crate) from_on: Date,
}

/// Notes in the history of a subscription what was held from a day on, and has it hold what of it lasts. Answers whether it holds
/// something else now.
pub(crate) async fn amend(tx: &mut Tx, realm: RealmId, to: &Amendment<'_>) -> Result<bool> {
    let before = items(tx, realm, to.subscription).await?;
    let mut now: BTreeMap<ItemId, OrderedItem> = before
        .iter()
        .map(|item| {
            let held = OrderedItem {
                item_id: item.item_id,
                code: item.code.clone(),
                quantity: item.quantity,
            };
            (item.item_id, held)
        })
        .collect();
    let was = now.clone();
    now.extend(to.lasting.iter().map(|item| (item.item_id, item.clone())));
    let other = now != was;
    let now: Vec<OrderedItem> = now.into_values().collect();
    set_items(tx, realm, to.subscription, &now).await?;
    let rows = to
        .held
        .iter()
        .map(|item| {
            args![
                realm,
                to.subscription,
                item.item_id,
                to.from_on,
                to.plan,
                item.quantity
            ]
        })
        .collect();
    tx.insert_many(&HISTORY_INSERT, rows).await?;
    Ok(other)
}

/// Has a subscription hold this now.
pub(crate) async fn set_items(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    held: &[OrderedItem],
) -> Result<()> {
    tx.exec(&ITEMS_DELETE, args![realm, subscription]).await?;
    insert_items(tx, realm, subscription, held).await
}

async fn insert_items(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    held: &[OrderedItem],
) -> Result<()> {
    let rows = held
        .iter()
        .map(|item| args![realm, subscription, item.item_id, item.code, item.quantity])
        .collect();
    tx.insert_many(&ITEM_INSERT, rows).await.map(drop)
}

/// What some subscriptions have held, each with its subscription, oldest first.
pub(crate) async fn history(
    tx: &mut Tx,
    realm: RealmId,
    subscriptions: &[SubscriptionId],
) -> Result<Vec<(SubscriptionId, QuantitySince)>> {
    let rows = tx
        .all::<HistoryRow>(&HISTORY, args![realm, Json(subscriptions)])
        .await?;
    Ok(rows
        .into_iter()
        .map(|r| {
            let since = QuantitySince {
                item_id: r.item_id,
                plan_id: r.plan_id,
                from_on: r.from_on,
                quantity: r.quantity,
            };
            (r.subscription_id, since)
        })
        .collect())
}

/// The legs of some subscriptions, each subscription's from the vendor down.
struct Discounted(Leg, i64);

impl FromRow for Discounted {
    fn from_row(row: &Row) -> tradewind_platform::db::Result<Self> {
        Ok(Self(LegRow::from_row(row)?.into(), row.get("redemptions")?))
    }
}

/// The legs of some subscriptions, the vendor's first, and those of them for which anything was redeemed that holds.
pub(crate) async fn legs_read(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[SubscriptionId],
) -> Result<(Vec<Leg>, Vec<SubscriptionId>)> {
    let rows = tx
        .all::<Discounted>(&LEGS_READ, args![realm, Json(ids)])
        .await?;
    let discounted = rows.iter().filter(|row| row.1 > 0);
    let discounted = discounted.map(|row| row.0.subscription_id).collect();
    Ok((rows.into_iter().map(|row| row.0).collect(), discounted))
}

impl From<LegRow> for Leg {
    fn from(r: LegRow) -> Self {
        Self {
            id: r.id,
            subscription_id: r.subscription_id,
            position: r.position,
            seller_id: r.seller_id,
            buyer_id: r.buyer_id,
            currency: r.currency,
            terms_id: r.terms_id,
            terms_from: r.terms_from,
        }
    }
}

pub(crate) async fn legs(
    tx: &mut Tx,
    realm: RealmId,
    subscriptions: &[SubscriptionId],
) -> Result<Vec<Leg>> {
    let rows = tx
        .all::<LegRow>(&LEGS, args![realm, Json(subscriptions)])
        .await?;
    Ok(rows.into_iter().map(Leg::from).collect())
}

pub(crate) async fn legs_insert(tx: &mut Tx, realm: RealmId, legs: &[Leg]) -> Result<()> {
    let rows = legs
        .iter()
        .map(|l| {
            args![
                realm,
                l.subscription_id,
                l.position,
                l.id,
                l.seller_id,
                l.buyer_id,
                l.currency,
                l.terms_id,
                l.terms_from
            ]
        })
        .collect();
    tx.insert_many(&LEG_INSERT, rows).await.map(drop)
}

pub(crate) async fn leg_terms(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    position: i64,
    terms: TermsId,
    from: Date,
) -> Result<()> {
    tx.exec(&LEG_TERMS_PAST, args![realm, subscription, position, from])
        .await?;
    tx.exec(
        &LEG_TERMS,
        args![realm, subscription, position, terms, from],
    )
    .await
    .map(drop)
}

/// The terms that the legs of some subscriptions had before those they have, oldest first.
pub(crate) async fn past_terms(
    tx: &mut Tx,
    realm: RealmId,
    subscriptions: &[SubscriptionId],
) -> Result<Vec<(SubscriptionId, i64, Date, TermsId)>> {
    tx.all(&PAST, args![realm, Json(subscriptions)]).await
}

/// The terms that the legs of some subscriptions have and had, each from a day on, oldest first.
pub(crate) async fn terms_held(
    tx: &mut Tx,
    realm: RealmId,
    subscriptions: &[SubscriptionId],
) -> Result<Vec<(LegId, Date, TermsId)>> {
    tx.all(&TERMS_HELD, args![realm, Json(subscriptions)]).await
}

pub(crate) async fn parameters_insert(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    all: &[ParameterRow],
) -> Result<()> {
    let rows = all
        .iter()
        .map(|p| args![realm, subscription, p.code, p.value, p.sensitive])
        .collect();
    tx.insert_many(&PARAMETER_INSERT, rows).await.map(drop)
}
