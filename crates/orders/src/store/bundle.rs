//! Bundles, and what was sold of them.

use tradewind_kernel::filter::{Field, FieldKind, Fields, Filter, Sort};
use tradewind_kernel::id::{
    AccountId, BundleId, BundleSaleId, CouponId, OrderId, PlanId, RealmId, SubscriptionId,
};
use tradewind_kernel::page::{Page, PageRequest};
use tradewind_kernel::{Date, Result, Text, Timestamp};
use tradewind_platform::db::{Json, Query, Scope, Tx};
use tradewind_platform::{args, bulk, row, sql_text, stmts};

use crate::types::{Bundle, BundleInput, BundleSale, BundledSubscription, OrderedItem, WhenBroken};

sql_text!(WhenBroken);

stmts! {
    /// A new bundle, unless the seller has one of this name in addresses.
    BUNDLE_INSERT = "INSERT INTO bundle (realm_id, id, seller_id, slug, terms, discounts, ended_at, created_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    /// One bundle, locked.
    BUNDLE_LOCK = "SELECT id, seller_id, terms, discounts, ended_at, created_at, version FROM bundle
        WHERE realm_id = $1 AND id = $2 {for_update}";
    /// One bundle.
    BUNDLE_GET = "SELECT id, seller_id, terms, discounts, ended_at, created_at, version FROM bundle
        WHERE realm_id = $1 AND id = $2";
    /// The bundle of a seller with a name in addresses.
    BUNDLE_BY_SLUG = "SELECT id, seller_id, terms, discounts, ended_at, created_at, version FROM bundle
        WHERE realm_id = $1 AND seller_id = $2 AND slug = $3";
    /// The bundles of a seller that are not ended.
    BUNDLES_OF = "SELECT id, seller_id, terms, discounts, ended_at, created_at, version FROM bundle
        WHERE realm_id = $1 AND seller_id = $2 AND ended_at IS NULL ORDER BY id LIMIT 100";
    /// What a bundle is from now on.
    BUNDLE_UPDATE = "UPDATE bundle SET slug = $4, terms = $5, discounts = $6, ended_at = $7, version = version + 1
        WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// How often some bundles were sold.
    BUNDLE_SALES = "SELECT bundle_id, CAST(COUNT(*) AS BIGINT) FROM bundle_sale WHERE realm_id = $1
        AND bundle_id IN (SELECT value FROM json_each($2)) GROUP BY bundle_id",
        pg = "SELECT bundle_id, CAST(COUNT(*) AS BIGINT) FROM bundle_sale WHERE realm_id = $1
        AND bundle_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) GROUP BY bundle_id";
    /// A sale of a bundle.
    SALE_INSERT = "INSERT INTO bundle_sale (realm_id, id, bundle_id, seller_id, customer_id, name, when_broken, placed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// One sale.
    SALE_GET = "SELECT id, bundle_id, seller_id, customer_id, name, when_broken, placed_at, broken_at FROM bundle_sale
        WHERE realm_id = $1 AND id = $2";
    /// One sale, locked.
    SALE_LOCK = "SELECT id, bundle_id, seller_id, customer_id, name, when_broken, placed_at, broken_at FROM bundle_sale
        WHERE realm_id = $1 AND id = $2 {for_update}";
    /// The sale that a subscription belongs to.
    SALE_OF = "SELECT sale_id FROM bundle_sale_part WHERE realm_id = $1 AND subscription_id = $2";
    /// What a sale consists of.
    SALE_PARTS = "SELECT subscription_id, order_id, plan_id, items, coupon_id FROM bundle_sale_part
        WHERE realm_id = $1 AND sale_id = $2 ORDER BY position";
    /// A sale is not whole any more.
    SALE_BREAK = "UPDATE bundle_sale SET broken_at = $3 WHERE realm_id = $1 AND id = $2 AND broken_at IS NULL";
    /// A discount ends: it takes nothing off periods that begin on a day or later.
    REDEMPTION_END = "UPDATE redemption SET ended_on = $4 WHERE realm_id = $1 AND order_id = $2 AND coupon_id = $3
        AND ended_on IS NULL";
}

bulk! {
    /// What a sale consists of.
    PART_INSERT = "bundle_sale_part" { realm_id: Text, sale_id: Text, position: Int, subscription_id: Text, order_id: Text,
        plan_id: Text, items: Text, coupon_id: Text } on conflict Error;
}

row! {
    struct BundleRow {
        id: BundleId,
        seller_id: AccountId,
        terms: Json<BundleInput>,
        discounts: Json<Vec<Option<CouponId>>>,
        ended_at: Option<Timestamp>,
        created_at: Timestamp,
        version: i64,
    }
}

impl From<BundleRow> for Bundle {
    fn from(row: BundleRow) -> Self {
        Self {
            id: row.id,
            seller_id: row.seller_id,
            terms: row.terms.0,
            discounts: row.discounts.0,
            ended_at: row.ended_at,
            created_at: row.created_at,
            version: row.version,
        }
    }
}

row! {
    struct SaleRow {
        id: BundleSaleId,
        bundle_id: BundleId,
        seller_id: AccountId,
        customer_id: AccountId,
        name: Json<Text>,
        when_broken: WhenBroken,
        placed_at: Timestamp,
        broken_at: Option<Timestamp>,
    }
}

row! {
    struct PartRow {
        subscription_id: SubscriptionId,
        order_id: OrderId,
        plan_id: PlanId,
        items: Json<Vec<OrderedItem>>,
        coupon_id: Option<CouponId>,
    }
}

/// Adds a bundle; says whether its name in addresses was free.
pub(crate) async fn insert(tx: &mut Tx, realm: RealmId, bundle: &Bundle) -> Result<bool> {
    let args = args![
        realm,
        bundle.id,
        bundle.seller_id,
        bundle.terms.slug,
        Json(&bundle.terms),
        Json(&bundle.discounts),
        bundle.ended_at,
        bundle.created_at,
        bundle.version,
    ];
    Ok(tx.exec(&BUNDLE_INSERT, args).await? == 1)
}

/// Saves a bundle as it is from now on; says whether it was still the one that was read.
pub(crate) async fn update(tx: &mut Tx, realm: RealmId, bundle: &Bundle) -> Result<bool> {
    let args = args![
        realm,
        bundle.id,
        bundle.version,
        bundle.terms.slug,
        Json(&bundle.terms),
        Json(&bundle.discounts),
        bundle.ended_at,
    ];
    Ok(tx.exec(&BUNDLE_UPDATE, args).await? == 1)
}

/// One bundle; held until the transaction ends where it is about to be changed or sold.
pub(crate) async fn get(
    tx: &mut Tx,
    realm: RealmId,
    id: BundleId,
    locks: bool,
) -> Result<Option<Bundle>> {
    let stmt = if locks { &BUNDLE_LOCK } else { &BUNDLE_GET };
    let row = tx.opt::<BundleRow>(stmt, args![realm, id]).await?;
    Ok(row.map(Bundle::from))
}

/// The bundle of a seller with a name in addresses.
pub(crate) async fn by_slug(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    slug: &str,
) -> Result<Option<Bundle>> {
    let row = tx
        .opt::<BundleRow>(&BUNDLE_BY_SLUG, args![realm, seller, slug])
        .await?;
    Ok(row.map(Bundle::from))
}

/// The bundles of a seller that are not ended, at most a hundred.
pub(crate) async fn of_seller(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
) -> Result<Vec<Bundle>> {
    let rows = tx
        .all::<BundleRow>(&BUNDLES_OF, args![realm, seller])
        .await?;
    Ok(rows.into_iter().map(Bundle::from).collect())
}

/// How often some bundles were sold.
pub(crate) async fn sales(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[BundleId],
) -> Result<Vec<(BundleId, i64)>> {
    tx.all(&BUNDLE_SALES, args![realm, Json(ids)]).await
}

/// What bundles can be filtered and sorted by.
pub(crate) const FIELDS: Fields = Fields(&[
    Field::text("seller", "b.seller_id"),
    Field::text("slug", "b.slug").searchable("b.slug"),
    Field::new(
        "ended",
        FieldKind::Bool,
        "CASE WHEN b.ended_at IS NULL THEN 0 ELSE 1 END",
    ),
    Field::new("created", FieldKind::Timestamp, "b.created_at").sortable(),
]);

/// A page of the bundles of sellers at or below an account.
pub(crate) async fn list(
    tx: &mut Tx,
    realm: RealmId,
    viewer: AccountId,
    filter: &Filter,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Page<Bundle>> {
    let query = Query::new(
        "orders::bundle_list",
        "SELECT b.id, b.seller_id, b.terms, b.discounts, b.ended_at, b.created_at, b.version FROM bundle b
        WHERE b.realm_id = $1",
        args![realm],
    );
    let scope = Scope::only(
        "b.seller_id IN (SELECT p.account_id FROM account_path p WHERE p.realm_id = ? AND p.ancestor_id = ?)",
        args![realm, viewer],
    );
    let query = query.scope(scope).filter(filter);
    let found = tx.page::<BundleRow>(query, page, sort, "b.id").await?;
    Ok(found.map(Bundle::from))
}

/// Records a sale with its subscriptions.
pub(crate) async fn sale_insert(tx: &mut Tx, realm: RealmId, sale: &BundleSale) -> Result<()> {
    let args = args![
        realm,
        sale.id,
        sale.bundle_id,
        sale.seller_id,
        sale.customer_id,
        Json(&sale.name),
        sale.when_broken,
        sale.placed_at,
    ];
    tx.exec(&SALE_INSERT, args).await?;
    let rows = (0_i64..).zip(&sale.parts).map(|(position, part)| {
        args![
            realm,
            sale.id,
            position,
            part.subscription_id,
            part.order_id,
            part.plan_id,
            Json(&part.items),
            part.coupon_id,
        ]
    });
    tx.insert_many(&PART_INSERT, rows.collect()).await.map(drop)
}

/// One sale; held until the transaction ends where it is about to be changed.
pub(crate) async fn sale(
    tx: &mut Tx,
    realm: RealmId,
    id: BundleSaleId,
    locks: bool,
) -> Result<Option<BundleSale>> {
    let stmt = if locks { &SALE_LOCK } else { &SALE_GET };
    let Some(row) = tx.opt::<SaleRow>(stmt, args![realm, id]).await? else {
        return Ok(None);
    };
    let parts = tx.all::<PartRow>(&SALE_PARTS, args![realm, id]).await?;
    let parts = parts.into_iter().map(|part| BundledSubscription {
        subscription_id: part.subscription_id,
        order_id: part.order_id,
        plan_id: part.plan_id,
        items: part.items.0,
        coupon_id: part.coupon_id,
    });
    Ok(Some(BundleSale {
        id: row.id,
        bundle_id: row.bundle_id,
        seller_id: row.seller_id,
        customer_id: row.customer_id,
        name: row.name.0,
        when_broken: row.when_broken,
        placed_at: row.placed_at,
        broken_at: row.broken_at,
        parts: parts.collect(),
    }))
}

/// The sale that a subscription belongs to.
pub(crate) async fn sale_of(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
) -> Result<Option<BundleSaleId>> {
    let row: Option<(BundleSaleId,)> = tx.opt(&SALE_OF, args![realm, subscription]).await?;
    Ok(row.map(|(id,)| id))
}

/// Notes that a sale is not whole any more; says whether that was new.
pub(crate) async fn sale_break(
    tx: &mut Tx,
    realm: RealmId,
    id: BundleSaleId,
    at: Timestamp,
) -> Result<bool> {
    Ok(tx.exec(&SALE_BREAK, args![realm, id, at]).await? == 1)
}

/// Has a discount that was redeemed with an order take nothing off periods from a day on.
pub(crate) async fn redemption_end(
    tx: &mut Tx,
    realm: RealmId,
    order: OrderId,
    coupon: CouponId,
    on: Date,
) -> Result<()> {
    tx.exec(&REDEMPTION_END, args![realm, order, coupon, on])
        .await
        .map(drop)
}
