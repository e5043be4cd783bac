//! Coupons and their redemptions.

use std::collections::HashMap;

use crate::types::{Coupon, CouponLimits, DiscountTerms, Redemption};
use tradewind_kernel::filter::{Field, FieldKind, Fields, Filter, Sort};
use tradewind_kernel::id::{
    AccountId, BundleId, CouponId, OrderId, RealmId, RedemptionId, SubscriptionId,
};
use tradewind_kernel::page::{Page, PageRequest};
use tradewind_kernel::{Currency, Date, Money, Result, Timestamp};
use tradewind_platform::db::{Json, Query, Scope, Tx};
use tradewind_platform::{args, row, stmts};

macro_rules! columns {
    () => {
        "id, seller_id, terms, valid_from, valid_until, max_redemptions, max_per_customer, budget, budget_currency,
        new_customers_only, customers, bundle_id, ended_at, created_at, version"
    };
}

macro_rules! redeemed {
    () => {
        "r.id, r.coupon_id, r.seller_id, r.customer_id, r.subscription_id, r.order_id, r.terms, c.budget, c.budget_currency,
        r.redeemed_at, r.given_back_at, r.ended_on FROM redemption r
        JOIN coupon c ON c.realm_id = r.realm_id AND c.id = r.coupon_id WHERE r.realm_id = $1"
    };
}

stmts! {
    /// A new coupon, unless the seller has one with this code.
    INSERT = "INSERT INTO coupon (realm_id, id, seller_id, code_key, terms, valid_from, valid_until, max_redemptions,
        max_per_customer, budget, budget_currency, new_customers_only, ended_at, created_at, version, bundle_id,
        customers) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT DO NOTHING";
    /// One coupon.
    GET = concat!("SELECT ", columns!(), " FROM coupon WHERE realm_id = $1 AND id = $2");
    /// Some coupons, locked in one order.
    LOCK = concat!("SELECT ", columns!(), " FROM coupon WHERE realm_id = $1 AND id IN (SELECT value FROM json_each($2))
        ORDER BY id {for_update}"),
        pg = concat!("SELECT ", columns!(), " FROM coupon WHERE realm_id = $1
        AND id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) ORDER BY id FOR UPDATE");
    /// Who has a code.
    CODE_OWNER = "SELECT id FROM coupon WHERE realm_id = $1 AND seller_id = $2 AND code_key = $3";
    /// The coupon with a code, and all promotions of a seller that are not over.
    OFFERED = concat!("SELECT ", columns!(), " FROM coupon WHERE realm_id = $1 AND seller_id = $2
        AND (code_key = $3 OR (code_key IS NULL AND bundle_id IS NULL AND ended_at IS NULL AND (valid_from IS NULL OR valid_from <= $4)
        AND (valid_until IS NULL OR valid_until >= $4))) ORDER BY id");
    /// What a coupon is from now on.
    UPDATE = "UPDATE coupon SET code_key = $4, terms = $5, valid_from = $6, valid_until = $7, max_redemptions = $8,
        max_per_customer = $9, budget = $10, budget_currency = $11, new_customers_only = $12, ended_at = $13,
        customers = $14, version = version + 1
        WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// How often some coupons are redeemed.
    COUNTS = "SELECT coupon_id, CAST(COUNT(*) AS BIGINT) FROM redemption WHERE realm_id = $1 AND given_back_at IS NULL
        AND coupon_id IN (SELECT value FROM json_each($2)) GROUP BY coupon_id",
        pg = "SELECT coupon_id, CAST(COUNT(*) AS BIGINT) FROM redemption WHERE realm_id = $1 AND given_back_at IS NULL
        AND coupon_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) GROUP BY coupon_id";
    /// How often some coupons are redeemed by a customer.
    COUNTS_OF = "SELECT coupon_id, CAST(COUNT(*) AS BIGINT) FROM redemption WHERE realm_id = $1 AND given_back_at IS NULL
        AND coupon_id IN (SELECT value FROM json_each($2)) AND customer_id = $3 GROUP BY coupon_id",
        pg = "SELECT coupon_id, CAST(COUNT(*) AS BIGINT) FROM redemption WHERE realm_id = $1 AND given_back_at IS NULL
        AND coupon_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) AND customer_id = $3 GROUP BY coupon_id";
    /// Whether a customer has bought from a seller something that went beyond its order.
    IS_KNOWN = "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 AS one FROM subscription WHERE realm_id = $1 AND customer_id = $2
        AND seller_id = $3 AND (activated_at IS NOT NULL OR commercial_state NOT IN ('terminated', 'expired')) LIMIT 1) known";
    /// A redemption, once per coupon and order.
    REDEEM = "INSERT INTO redemption (realm_id, id, coupon_id, seller_id, customer_id, subscription_id, order_id, terms, redeemed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (realm_id, coupon_id, order_id) DO NOTHING";
    /// Gives back what was redeemed with an order.
    GIVE_BACK = "UPDATE redemption SET given_back_at = $3 WHERE realm_id = $1 AND order_id = $2 AND given_back_at IS NULL";
    /// What holds for some subscriptions.
    OF_SUBSCRIPTIONS = concat!("SELECT ", redeemed!(), " AND r.given_back_at IS NULL
        AND r.subscription_id IN (SELECT value FROM json_each($2)) ORDER BY r.subscription_id, r.id"),
        pg = concat!("SELECT ", redeemed!(), " AND r.given_back_at IS NULL
        AND r.subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) ORDER BY r.subscription_id, r.id");
}

row! {
    struct CouponRow {
        id: CouponId,
        seller_id: AccountId,
        terms: Json<DiscountTerms>,
        valid_from: Option<Date>,
        valid_until: Option<Date>,
        max_redemptions: Option<i64>,
        max_per_customer: Option<i64>,
        budget: Option<i64>,
        budget_currency: Option<Currency>,
        new_customers_only: bool,
        customers: Option<Json<Vec<AccountId>>>,
        bundle_id: Option<BundleId>,
        ended_at: Option<Timestamp>,
        created_at: Timestamp,
        version: i64,
    }
}

impl From<CouponRow> for Coupon {
    fn from(row: CouponRow) -> Self {
        let count = |stored: Option<i64>| stored.and_then(|count| u32::try_from(count).ok());
        Self {
            id: row.id,
            seller_id: row.seller_id,
            terms: row.terms.0,
            limits: CouponLimits {
                valid_from: row.valid_from,
                valid_until: row.valid_until,
                max_redemptions: count(row.max_redemptions),
                max_per_customer: count(row.max_per_customer),
                budget: money(row.budget, row.budget_currency),
                new_customers_only: row.new_customers_only,
                customers: row.customers.map(|named| named.0).unwrap_or_default(),
            },
            bundle_id: row.bundle_id,
            ended_at: row.ended_at,
            created_at: row.created_at,
            version: row.version,
        }
    }
}

row! {
    struct RedemptionRow {
        id: RedemptionId,
        coupon_id: CouponId,
        seller_id: AccountId,
        customer_id: AccountId,
        subscription_id: SubscriptionId,
        order_id: OrderId,
        terms: Json<DiscountTerms>,
        budget: Option<i64>,
        budget_currency: Option<Currency>,
        redeemed_at: Timestamp,
        given_back_at: Option<Timestamp>,
        ended_on: Option<Date>,
    }
}

impl From<RedemptionRow> for Redemption {
    fn from(row: RedemptionRow) -> Self {
        Self {
            id: row.id,
            coupon_id: row.coupon_id,
            seller_id: row.seller_id,
            customer_id: row.customer_id,
            subscription_id: row.subscription_id,
            order_id: row.order_id,
            terms: row.terms.0,
            budget: money(row.budget, row.budget_currency),
            redeemed_at: row.redeemed_at,
            given_back_at: row.given_back_at,
            ended_on: row.ended_on,
        }
    }
}

fn money(minor: Option<i64>, currency: Option<Currency>) -> Option<Money> {
    Some(Money::new(minor?, currency?))
}

fn key(coupon: &Coupon) -> Option<String> {
    coupon.terms.code.as_deref().map(crate::rules::code_key)
}

/// The customers that it is for; nothing where it is for all.
fn named(limits: &CouponLimits) -> Option<Json<&[AccountId]>> {
    (!limits.customers.is_empty()).then_some(Json(limits.customers.as_slice()))
}

/// Adds a coupon; says whether its code was free.
pub(crate) async fn insert(tx: &mut Tx, realm: RealmId, coupon: &Coupon) -> Result<bool> {
    let limits = &coupon.limits;
    let args = args![
        realm,
        coupon.id,
        coupon.seller_id,
        key(coupon),
        Json(&coupon.terms),
        limits.valid_from,
        limits.valid_until,
        limits.max_redemptions.map(i64::from),
        limits.max_per_customer.map(i64::from),
        limits.budget.map(|budget| budget.minor),
        limits.budget.map(|budget| budget.currency),
        limits.new_customers_only,
        coupon.ended_at,
        coupon.created_at,
        coupon.version,
        coupon.bundle_id,
        named(limits),
    ];
    Ok(tx.exec(&INSERT, args).await? == 1)
}

/// Saves a coupon as it is from now on; says whether it was still the one that was read.
pub(crate) async fn update(tx: &mut Tx, realm: RealmId, coupon: &Coupon) -> Result<bool> {
    let limits = &coupon.limits;
    let args = args![
        realm,
        coupon.id,
        coupon.version,
        key(coupon),
        Json(&coupon.terms),
        limits.valid_from,
        limits.valid_until,
        limits.max_redemptions.map(i64::from),
        limits.max_per_customer.map(i64::from),
        limits.budget.map(|budget| budget.minor),
        limits.budget.map(|budget| budget.currency),
        limits.new_customers_only,
        coupon.ended_at,
        named(limits),
    ];
    Ok(tx.exec(&UPDATE, args).await? == 1)
}

/// One coupon.
pub(crate) async fn get(tx: &mut Tx, realm: RealmId, id: CouponId) -> Result<Option<Coupon>> {
    let row = tx.opt::<CouponRow>(&GET, args![realm, id]).await?;
    Ok(row.map(Coupon::from))
}

/// Some coupons, held until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, realm: RealmId, ids: &[CouponId]) -> Result<Vec<Coupon>> {
    let rows = tx.all::<CouponRow>(&LOCK, args![realm, Json(ids)]).await?;
    Ok(rows.into_iter().map(Coupon::from).collect())
}

/// Which coupon of a seller has a code.
pub(crate) async fn code_owner(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    code: &str,
) -> Result<Option<CouponId>> {
    let key = crate::rules::code_key(code);
    let row = tx
        .opt::<(CouponId,)>(&CODE_OWNER, args![realm, seller, key])
        .await?;
    Ok(row.map(|(id,)| id))
}

/// The coupon of a seller with a code, and its promotions that can be had on a day.
pub(crate) async fn offered(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    code: Option<&str>,
    on: Date,
) -> Result<Vec<Coupon>> {
    let key = code.map(crate::rules::code_key);
    let rows = tx
        .all::<CouponRow>(&OFFERED, args![realm, seller, key, on])
        .await?;
    Ok(rows.into_iter().map(Coupon::from).collect())
}

/// How often some coupons are redeemed, by one customer when one is given.
pub(crate) async fn counts(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[CouponId],
    customer: Option<AccountId>,
) -> Result<HashMap<CouponId, i64>> {
    let rows: Vec<(CouponId, i64)> = match customer {
        Some(customer) => {
            tx.all(&COUNTS_OF, args![realm, Json(ids), customer])
                .await?
        }
        None => tx.all(&COUNTS, args![realm, Json(ids)]).await?,
    };
    Ok(rows.into_iter().collect())
}

/// Whether a customer has bought from a seller before.
pub(crate) async fn is_known(
    tx: &mut Tx,
    realm: RealmId,
    customer: AccountId,
    seller: AccountId,
) -> Result<bool> {
    let (count,) = tx
        .one::<(i64,)>(&IS_KNOWN, args![realm, customer, seller])
        .await?;
    Ok(count > 0)
}

/// Redeems; says whether the order had not redeemed this coupon before.
pub(crate) async fn redeem(tx: &mut Tx, realm: RealmId, new: &Redemption) -> Result<bool> {
    let args = args![
        realm,
        new.id,
        new.coupon_id,
        new.seller_id,
        new.customer_id,
        new.subscription_id,
        new.order_id,
        Json(&new.terms),
        new.redeemed_at,
    ];
    Ok(tx.exec(&REDEEM, args).await? == 1)
}

/// Gives back what was redeemed with an order; how many there were.
pub(crate) async fn give_back(
    tx: &mut Tx,
    realm: RealmId,
    order: OrderId,
    at: Timestamp,
) -> Result<u64> {
    tx.exec(&GIVE_BACK, args![realm, order, at]).await
}

/// What is redeemed for some subscriptions, in the order in which it was.
pub(crate) async fn of_subscriptions(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[SubscriptionId],
) -> Result<Vec<Redemption>> {
    let rows = tx
        .all::<RedemptionRow>(&OF_SUBSCRIPTIONS, args![realm, Json(ids)])
        .await?;
    Ok(rows.into_iter().map(Redemption::from).collect())
}

/// What coupons can be filtered and sorted by.
pub(crate) const FIELDS: Fields = Fields(&[
    Field::text("seller", "c.seller_id"),
    Field::text("code", "c.code_key").searchable("c.code_key"),
    Field::text(
        "kind",
        "CASE WHEN c.code_key IS NULL THEN 'promotion' ELSE 'coupon' END",
    ),
    Field::new("until", FieldKind::Date, "c.valid_until"),
    Field::new(
        "ended",
        FieldKind::Bool,
        "CASE WHEN c.ended_at IS NULL THEN 0 ELSE 1 END",
    ),
    Field::new("created", FieldKind::Timestamp, "c.created_at").sortable(),
]);

/// A page of the coupons of sellers at or below an account.
pub(crate) async fn list(
    tx: &mut Tx,
    realm: RealmId,
    viewer: AccountId,
    filter: &Filter,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Page<Coupon>> {
    let query = Query::new(
        "orders::coupon_list",
        "SELECT c.id, c.seller_id, c.terms, c.valid_from, c.valid_until, c.max_redemptions, c.max_per_customer, c.budget,
        c.budget_currency, c.new_customers_only, c.customers, c.bundle_id, c.ended_at, c.created_at, c.version FROM coupon c
        WHERE c.realm_id = $1 AND c.bundle_id IS NULL",
        args![realm],
    );
    let scope = Scope::only(
        "c.seller_id IN (SELECT p.account_id FROM account_path p WHERE p.realm_id = ? AND p.ancestor_id = ?)",
        args![realm, viewer],
    );
    let found = tx
        .page::<CouponRow>(query.scope(scope).filter(filter), page, sort, "c.id")
        .await?;
    Ok(found.map(Coupon::from))
}

/// What redemptions can be filtered and sorted by.
pub(crate) const REDEMPTION_FIELDS: Fields = Fields(&[
    Field::text("customer", "r.customer_id"),
    Field::text("subscription", "r.subscription_id"),
    Field::text("order", "r.order_id"),
    Field::new("redeemed", FieldKind::Timestamp, "r.redeemed_at").sortable(),
]);

/// A page of the redemptions of a coupon.
pub(crate) async fn redemptions(
    tx: &mut Tx,
    realm: RealmId,
    coupon: CouponId,
    filter: &Filter,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Page<Redemption>> {
    let query = Query::new(
        "orders::redemption_list",
        concat!("SELECT ", redeemed!(), " AND r.coupon_id = $2"),
        args![realm, coupon],
    );
    let found = tx
        .page::<RedemptionRow>(query.filter(filter), page, sort, "r.id")
        .await?;
    Ok(found.map(Redemption::from))
}
