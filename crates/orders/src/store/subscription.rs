//! Subscriptions.

use crate::billing::PeriodAdvance;
use crate::service::Viewer;
use crate::store::quantity::ParameterRow;
use crate::types::{
    BundledIn, BuyerReference, CommercialState, DeliveryState, ScheduledChange, Subscription,
    SubscriptionEvent, SubscriptionHome, SubscriptionItem,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tradewind_kernel::filter::{Field, FieldKind, Fields, Filter, Sort};
use tradewind_kernel::id::{
    AccountId, BundleSaleId, ItemId, PlanId, ProductId, RealmId, SubscriptionId,
};
use tradewind_kernel::page::{Page, PageRequest};
use tradewind_kernel::{Currency, Date, Decimal, Error, Result, Text, Timestamp, Zone};
use tradewind_platform::db::{Arg, FromRow, Json, Query, Row, Scope, Tx};
use tradewind_platform::{args, row, sql_text, stmts};
use tradewind_policy::AccountKind;

sql_text!(CommercialState, DeliveryState, SubscriptionEvent);

/// The columns of a subscription, in the order of its row.
macro_rules! columns {
    () => {
        "id, customer_id, seller_id, vendor_id, product_id, plan_id, name, commercial_state, delivery_state, currency, zone, \
         ordered_at, activated_at, trial_ends_on, anchor_on, period_start, period_end, term_ends_on, next_bill_on, auto_renew, \
         cancel_on, scheduled, external_ref, metadata, buyer_reference, created_at, version"
    };
}

stmts! {
    /// One subscription.
    GET = concat!("SELECT ", columns!(), " FROM subscription WHERE realm_id = $1 AND id = $2");
    /// One subscription with what it holds, the answers given when ordering, and whether an order of it is open.
    DETAIL = concat!("SELECT ", columns!(), ",
        (SELECT COUNT(*) FROM sales_order o WHERE o.realm_id = $1 AND o.subscription_id = $2
            AND o.state NOT IN ('completed', 'rejected', 'cancelled')) AS open_orders,
        (SELECT json_group_array(json_array(i.item_id, i.code, i.quantity)) FROM subscription_item i
            WHERE i.realm_id = $1 AND i.subscription_id = $2) AS items,
        (SELECT json_group_array(json_array(p.code, p.value, p.sensitive)) FROM subscription_parameter p
            WHERE p.realm_id = $1 AND p.subscription_id = $2) AS parameters,
        (SELECT b.sale_id FROM bundle_sale_part b WHERE b.realm_id = $1 AND b.subscription_id = $2) AS bundle_sale_id,
        (SELECT s.name FROM bundle_sale_part b JOIN bundle_sale s ON s.realm_id = b.realm_id AND s.id = b.sale_id
            WHERE b.realm_id = $1 AND b.subscription_id = $2) AS bundle_name
        FROM subscription WHERE realm_id = $1 AND id = $2"),
        pg = concat!("SELECT ", columns!(), ",
        (SELECT COUNT(*) FROM sales_order o WHERE o.realm_id = $1 AND o.subscription_id = $2
            AND o.state NOT IN ('completed', 'rejected', 'cancelled')) AS open_orders,
        (SELECT CAST(COALESCE(json_agg(json_build_array(i.item_id, i.code, i.quantity)), '[]') AS TEXT) FROM subscription_item i
            WHERE i.realm_id = $1 AND i.subscription_id = $2) AS items,
        (SELECT CAST(COALESCE(json_agg(json_build_array(p.code, p.value, p.sensitive)), '[]') AS TEXT) FROM subscription_parameter p
            WHERE p.realm_id = $1 AND p.subscription_id = $2) AS parameters,
        (SELECT b.sale_id FROM bundle_sale_part b WHERE b.realm_id = $1 AND b.subscription_id = $2) AS bundle_sale_id,
        (SELECT s.name FROM bundle_sale_part b JOIN bundle_sale s ON s.realm_id = b.realm_id AND s.id = b.sale_id
            WHERE b.realm_id = $1 AND b.subscription_id = $2) AS bundle_name
        FROM subscription WHERE realm_id = $1 AND id = $2");
    /// One subscription, locked.
    LOCK = concat!("SELECT ", columns!(), " FROM subscription WHERE realm_id = $1 AND id = $2 {for_update}");
    /// Some subscriptions.
    SOME = concat!("SELECT ", columns!(), " FROM subscription WHERE realm_id = $1 AND id IN (SELECT value FROM json_each($2)) ORDER BY id"),
        pg = concat!("SELECT ", columns!(), " FROM subscription WHERE realm_id = $1
        AND id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) ORDER BY id");
    /// All subscriptions of some customers to some products.
    OF_PRODUCTS = "SELECT id, customer_id, product_id FROM subscription WHERE realm_id = $1
        AND customer_id IN (SELECT value FROM json_each($2)) AND product_id IN (SELECT value FROM json_each($3)) ORDER BY id",
        pg = "SELECT id, customer_id, product_id FROM subscription WHERE realm_id = $1
        AND customer_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))
        AND product_id IN (SELECT json_array_elements_text(CAST($3 AS JSON))) ORDER BY id";
    /// Subscriptions whose billing day has come, locked, in order of day and id.
    DUE = concat!("SELECT ", columns!(), " FROM subscription WHERE realm_id = $1 AND next_bill_on <= $2
        AND (next_bill_on, id) > ($3, $4) ORDER BY next_bill_on, id LIMIT $5 {for_update}");
    /// How many subscriptions of an account have not ended.
    RUNNING_COUNT = "SELECT COUNT(*) FROM subscription WHERE realm_id = $1 AND (customer_id = $2 OR seller_id = $2 OR vendor_id = $2)
        AND commercial_state NOT IN ('expired', 'terminated')";
    /// Some subscriptions of an account that have not ended.
    RUNNING = "SELECT id, name FROM subscription WHERE realm_id = $1 AND (customer_id = $2 OR seller_id = $2 OR vendor_id = $2)
        AND commercial_state NOT IN ('expired', 'terminated') ORDER BY id LIMIT $3";
    /// Some subscriptions of a customer that are billed next, all on the same day.
    NEXT_DUE = concat!("SELECT ", columns!(), " FROM subscription s WHERE s.realm_id = $1 AND s.customer_id = $2
        AND s.commercial_state IN ('active', 'grace', 'suspended') AND s.next_bill_on = (SELECT MIN(m.next_bill_on)
            FROM subscription m WHERE m.realm_id = $1 AND m.customer_id = $2 AND m.commercial_state IN ('active', 'grace', 'suspended'))
        ORDER BY s.id LIMIT $3");
    /// Whether a customer has a product on order, or has had it; what was called off before it began does not count.
    HAS_HAD = "SELECT COUNT(*) FROM subscription WHERE realm_id = $1 AND customer_id = $2 AND product_id = $3
        AND (activated_at IS NOT NULL OR trial_ends_on IS NOT NULL OR commercial_state = 'ordered')";
    /// Which of some customers have given a reference of their own with something.
    REFERENCED = "SELECT DISTINCT customer_id FROM subscription WHERE realm_id = $1 AND buyer_reference IS NOT NULL
        AND customer_id IN (SELECT value FROM json_each($2))",
        pg = "SELECT DISTINCT customer_id FROM subscription WHERE realm_id = $1 AND buyer_reference IS NOT NULL
        AND customer_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))";
    /// The buyers' own references for some subscriptions.
    REFERENCES = "SELECT id, buyer_reference FROM subscription WHERE realm_id = $1 AND buyer_reference IS NOT NULL
        AND id IN (SELECT value FROM json_each($2))",
        pg = "SELECT id, buyer_reference FROM subscription WHERE realm_id = $1 AND buyer_reference IS NOT NULL
        AND id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))";
    /// Between whom some subscriptions are, and in which zone.
    HOMES = "SELECT id, customer_id, vendor_id, zone FROM subscription WHERE realm_id = $1
        AND id IN (SELECT value FROM json_each($2))",
        pg = "SELECT id, customer_id, vendor_id, zone FROM subscription WHERE realm_id = $1
        AND id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))";
    /// A new subscription.
    INSERT = "INSERT INTO subscription (realm_id, id, customer_id, seller_id, vendor_id, product_id, plan_id, name, commercial_state,
        delivery_state, currency, zone, ordered_at, activated_at, trial_ends_on, anchor_on, period_start, period_end, term_ends_on,
        next_bill_on, auto_renew, cancel_on, scheduled, external_ref, metadata, buyer_reference, created_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
        $26, $27, $28)";
    /// Changes a subscription, unless someone else has.
    UPDATE = "UPDATE subscription SET plan_id = $4, name = $5, commercial_state = $6, delivery_state = $7, activated_at = $8,
        trial_ends_on = $9, anchor_on = $10, period_start = $11, period_end = $12, term_ends_on = $13, next_bill_on = $14,
        auto_renew = $15, cancel_on = $16, scheduled = $17, external_ref = $18, metadata = $19, buyer_reference = $20,
        version = version + 1 WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// The next periods of some subscriptions, except those whose billing day has moved meanwhile.
    ADVANCE = "UPDATE subscription SET anchor_on = json_extract(n.value, '$.anchor_on'), period_start = json_extract(n.value, '$.start'),
        period_end = json_extract(n.value, '$.end'), next_bill_on = json_extract(n.value, '$.end'), term_ends_on = json_extract(n.value, '$.term_ends_on'),
        version = version + 1 FROM json_each($2) n WHERE subscription.realm_id = $1
        AND subscription.id = json_extract(n.value, '$.id') AND subscription.next_bill_on = json_extract(n.value, '$.was_due_on')",
        pg = "UPDATE subscription SET anchor_on = n.anchor_on, period_start = n.start_on, period_end = n.end_on,
        next_bill_on = n.end_on, term_ends_on = n.term_ends_on, version = version + 1
        FROM (SELECT json_extract_path_text(r.v, 'id') AS id, json_extract_path_text(r.v, 'was_due_on') AS was_due_on, json_extract_path_text(r.v, 'anchor_on') AS anchor_on,
            json_extract_path_text(r.v, 'start') AS start_on, json_extract_path_text(r.v, 'end') AS end_on, json_extract_path_text(r.v, 'term_ends_on') AS term_ends_on
            FROM json_array_elements(CAST($2 AS JSON)) AS r(v)) n
        WHERE subscription.realm_id = $1 AND subscription.id = n.id AND subscription.next_bill_on = n.was_due_on";
}

row! {
    /// A subscription as it is stored.
    pub(crate) struct SubscriptionRow {
        id: SubscriptionId,
        customer_id: AccountId,
        seller_id: AccountId,
        vendor_id: AccountId,
        product_id: ProductId,
        plan_id: PlanId,
        name: String,
        commercial_state: CommercialState,
        delivery_state: DeliveryState,
        currency: Currency,
        zone: Zone,
        ordered_at: Timestamp,
        activated_at: Option<Timestamp>,
        trial_ends_on: Option<Date>,
        anchor_on: Option<Date>,
        period_start: Option<Date>,
        period_end: Option<Date>,
        term_ends_on: Option<Date>,
        next_bill_on: Option<Date>,
        auto_renew: bool,
        cancel_on: Option<Date>,
        scheduled: Option<Json<ScheduledChange>>,
        external_ref: Option<String>,
        metadata: Json<BTreeMap<String, Value>>,
        buyer_reference: Option<Json<BuyerReference>>,
        created_at: Timestamp,
        version: i64,
    }
}

impl From<SubscriptionRow> for Subscription {
    fn from(row: SubscriptionRow) -> Self {
        Self {
            id: row.id,
            customer_id: row.customer_id,
            seller_id: row.seller_id,
            vendor_id: row.vendor_id,
            product_id: row.product_id,
            plan_id: row.plan_id,
            name: row.name,
            commercial_state: row.commercial_state,
            delivery_state: row.delivery_state,
            currency: row.currency,
            zone: row.zone,
            ordered_at: row.ordered_at,
            activated_at: row.activated_at,
            trial_ends_on: row.trial_ends_on,
            anchor_on: row.anchor_on,
            period_start: row.period_start,
            period_end: row.period_end,
            term_ends_on: row.term_ends_on,
            next_bill_on: row.next_bill_on,
            auto_renew: row.auto_renew,
            cancel_on: row.cancel_on,
            scheduled: row.scheduled.map(|scheduled| scheduled.0),
            external_ref: row.external_ref,
            metadata: row.metadata.0,
            reference: row.buyer_reference.map(|json| json.0).unwrap_or_default(),
            created_at: row.created_at,
            version: row.version,
        }
    }
}

pub(crate) async fn get(tx: &mut Tx, realm: RealmId, id: SubscriptionId) -> Result<Subscription> {
    let row = tx.opt::<SubscriptionRow>(&GET, args![realm, id]).await?;
    row.map(Subscription::from)
        .ok_or_else(|| Error::not_found(id))
}

/// A subscription with what it holds, the answers given when ordering, and whether an order of it is open.
pub(crate) struct Whole {
    pub(crate) subscription: Subscription,
    pub(crate) items: Vec<SubscriptionItem>,
    pub(crate) parameters: Vec<ParameterRow>,
    pub(crate) has_open_order: bool,
    pub(crate) bundle: Option<BundledIn>,
}

impl FromRow for Whole {
    fn from_row(row: &Row) -> Result<Self> {
        let open_orders: i64 = row.get("open_orders")?;
        let sale_id: Option<BundleSaleId> = row.get("bundle_sale_id")?;
        let name: Option<Json<Text>> = row.get("bundle_name")?;
        let Json(items) = row.get::<Json<Vec<(ItemId, String, Decimal)>>>("items")?;
        let Json(parameters) = row.get::<Json<Vec<(String, String, i64)>>>("parameters")?;
        let mut items: Vec<SubscriptionItem> = items
            .into_iter()
            .map(|(item_id, code, quantity)| SubscriptionItem {
                item_id,
                code,
                quantity,
            })
            .collect();
        items.sort_by(|a, b| a.code.cmp(&b.code));
        let mut parameters: Vec<ParameterRow> = parameters
            .into_iter()
            .map(|(code, value, sensitive)| ParameterRow {
                code,
                value,
                sensitive: sensitive != 0,
            })
            .collect();
        parameters.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(Self {
            subscription: SubscriptionRow::from_row(row)?.into(),
            items,
            parameters,
            has_open_order: open_orders > 0,
            bundle: sale_id
                .zip(name)
                .map(|(sale_id, Json(name))| BundledIn { sale_id, name }),
        })
    }
}

/// A subscription with everything that a look at it shows.
pub(crate) async fn whole(tx: &mut Tx, realm: RealmId, id: SubscriptionId) -> Result<Whole> {
    let found = tx.opt::<Whole>(&DETAIL, args![realm, id]).await?;
    found.ok_or_else(|| Error::not_found(id))
}

pub(crate) async fn lock(tx: &mut Tx, realm: RealmId, id: SubscriptionId) -> Result<Subscription> {
    let row = tx.opt::<SubscriptionRow>(&LOCK, args![realm, id]).await?;
    row.map(Subscription::from)
        .ok_or_else(|| Error::not_found(id))
}

/// Those of some subscriptions that there are, in order of their ids.
pub(crate) async fn some(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[SubscriptionId],
) -> Result<Vec<Subscription>> {
    let rows = tx
        .all::<SubscriptionRow>(&SOME, args![realm, Json(ids)])
        .await?;
    Ok(rows.into_iter().map(Subscription::from).collect())
}

/// All subscriptions that customers have to products, each pair by itself.
pub(crate) async fn of_products(
    tx: &mut Tx,
    realm: RealmId,
    homes: &BTreeSet<(AccountId, ProductId)>,
) -> Result<Vec<SubscriptionId>> {
    let customers: BTreeSet<AccountId> = homes.iter().map(|(customer, _)| *customer).collect();
    let products: BTreeSet<ProductId> = homes.iter().map(|(_, product)| *product).collect();
    let rows: Vec<(SubscriptionId, AccountId, ProductId)> = tx
        .all(
            &OF_PRODUCTS,
            args![realm, Json(&customers), Json(&products)],
        )
        .await?;
    let own = rows
        .into_iter()
        .filter(|(_, customer, product)| homes.contains(&(*customer, *product)));
    Ok(own.map(|(id, ..)| id).collect())
}

/// Whether a customer has a product on order, or has had it.
pub(crate) async fn has_had(
    tx: &mut Tx,
    realm: RealmId,
    customer: AccountId,
    product: ProductId,
) -> Result<bool> {
    let (count,) = tx
        .one::<(i64,)>(&HAS_HAD, args![realm, customer, product])
        .await?;
    Ok(count > 0)
}

/// Some subscriptions of a customer that are billed next, all on the same day.
pub(crate) async fn next_due(
    tx: &mut Tx,
    realm: RealmId,
    customer: AccountId,
    limit: i64,
) -> Result<Vec<Subscription>> {
    let rows = tx
        .all::<SubscriptionRow>(&NEXT_DUE, args![realm, customer, limit])
        .await?;
    Ok(rows.into_iter().map(Subscription::from).collect())
}

/// Between whom some subscriptions are, and in which zone; those that do not exist are left out.
pub(crate) async fn homes(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[SubscriptionId],
) -> Result<Vec<SubscriptionHome>> {
    let rows: Vec<(SubscriptionId, AccountId, AccountId, Zone)> =
        tx.all(&HOMES, args![realm, Json(ids)]).await?;
    Ok(rows
        .into_iter()
        .map(|(id, customer_id, vendor_id, zone)| SubscriptionHome {
            id,
            customer_id,
            vendor_id,
            zone,
        })
        .collect())
}

/// Which of some customers have given a reference of their own with something.
pub(crate) async fn referenced(
    tx: &mut Tx,
    realm: RealmId,
    customers: &BTreeSet<AccountId>,
) -> Result<BTreeSet<AccountId>> {
    let rows: Vec<(AccountId,)> = tx.all(&REFERENCED, args![realm, Json(customers)]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The buyers' own references for some subscriptions; those without are left out.
pub(crate) async fn references(
    tx: &mut Tx,
    realm: RealmId,
    ids: &BTreeSet<SubscriptionId>,
) -> Result<Vec<(SubscriptionId, BuyerReference)>> {
    let rows: Vec<(SubscriptionId, Json<BuyerReference>)> =
        tx.all(&REFERENCES, args![realm, Json(ids)]).await?;
    Ok(rows
        .into_iter()
        .map(|(id, reference)| (id, reference.0))
        .collect())
}

/// Subscriptions whose billing day has come, after a day and id, in that order; locked.
pub(crate) async fn due(
    tx: &mut Tx,
    realm: RealmId,
    until: Date,
    after: Option<(Date, SubscriptionId)>,
    limit: i64,
) -> Result<Vec<Subscription>> {
    let (day, id) = after.map_or_else(Default::default, |(day, id)| {
        (day.to_string(), id.to_string())
    });
    let rows = tx
        .all::<SubscriptionRow>(&DUE, args![realm, until, day, id, limit])
        .await?;
    Ok(rows.into_iter().map(Subscription::from).collect())
}

/// Some of the subscriptions that an account has, sells or delivers and that have not ended, and how many there are.
pub(crate) async fn running(
    tx: &mut Tx,
    realm: RealmId,
    account: AccountId,
    limit: i64,
) -> Result<(Vec<(SubscriptionId, String)>, i64)> {
    let (total,) = tx
        .one::<(i64,)>(&RUNNING_COUNT, args![realm, account])
        .await?;
    let some = tx.all(&RUNNING, args![realm, account, limit]).await?;
    Ok((some, total))
}

pub(crate) async fn insert(tx: &mut Tx, realm: RealmId, s: &Subscription) -> Result<()> {
    tx.exec(&INSERT, values(realm, s)).await.map(drop)
}

/// All of a subscription, in the order of its columns, as it is written.
pub(super) fn values(realm: RealmId, s: &Subscription) -> Vec<Arg> {
    args![
        realm,
        s.id,
        s.customer_id,
        s.seller_id,
        s.vendor_id,
        s.product_id,
        s.plan_id,
        s.name,
        s.commercial_state,
        s.delivery_state,
        s.currency,
        s.zone,
        s.ordered_at,
        s.activated_at,
        s.trial_ends_on,
        s.anchor_on,
        s.period_start,
        s.period_end,
        s.term_ends_on,
        s.next_bill_on,
        s.auto_renew,
        s.cancel_on,
        s.scheduled.as_ref().map(Json),
        s.external_ref,
        Json(&s.metadata),
        (!s.reference.is_nothing()).then_some(Json(&s.reference)),
        s.created_at,
        s.version,
    ]
}

/// Writes what may change of a subscription; its version is the one that was read.
pub(crate) async fn update(tx: &mut Tx, realm: RealmId, s: &mut Subscription) -> Result<()> {
    let args = args![
        realm,
        s.id,
        s.version,
        s.plan_id,
        s.name,
        s.commercial_state,
        s.delivery_state,
        s.activated_at,
        s.trial_ends_on,
        s.anchor_on,
        s.period_start,
        s.period_end,
        s.term_ends_on,
        s.next_bill_on,
        s.auto_renew,
        s.cancel_on,
        s.scheduled.as_ref().map(Json),
        s.external_ref,
        Json(&s.metadata),
        (!s.reference.is_nothing()).then_some(Json(&s.reference)),
    ];
    if tx.exec(&UPDATE, args).await? == 0 {
        return Err(Error::changed(s.id));
    }
    s.version += 1;
    Ok(())
}

/// Moves subscriptions to their next periods; says how many had still the billing day that was billed.
pub(crate) async fn advance(tx: &mut Tx, realm: RealmId, all: &[PeriodAdvance]) -> Result<u64> {
    if all.is_empty() {
        return Ok(0);
    }
    let next: Vec<Value> = all
        .iter()
        .map(|next| {
            json!({
                "id": next.id, "was_due_on": next.was_due_on, "anchor_on": next.anchor_on,
                "start": next.period.start, "end": next.period.end, "term_ends_on": next.term_ends_on,
            })
        })
        .collect();
    tx.exec(&ADVANCE, args![realm, Json(next)]).await
}

/// What a list of subscriptions can be filtered and sorted by.
pub(crate) const FIELDS: Fields = Fields(&[
    Field::text("name", "s.name").sortable(),
    Field::text("state", "s.commercial_state"),
    Field::text("delivery", "s.delivery_state"),
    Field::text("customer", "s.customer_id"),
    Field::text("seller", "s.seller_id"),
    Field::text("vendor", "s.vendor_id"),
    Field::text("product", "s.product_id"),
    Field::text("plan", "s.plan_id"),
    Field::new("created", FieldKind::Timestamp, "s.created_at").sortable(),
    Field::new("next_bill", FieldKind::Date, "s.next_bill_on"),
]);

/// How many subscriptions someone may see that a filter finds, as far as a number.
pub(crate) async fn count(
    tx: &mut Tx,
    realm: RealmId,
    viewer: &Viewer,
    filter: &Filter,
    at_most: i64,
) -> Result<i64> {
    let query = Query::new(
        "orders::subscription_count",
        "SELECT 1 FROM subscription s WHERE s.realm_id = $1",
        args![realm],
    );
    let query = query.scope(scope(realm, viewer)).filter(filter);
    tx.count_of(query, at_most).await
}

row! {
    struct CustomerCount {
        customer_id: AccountId,
        subscriptions: i64,
    }
}

/// How many subscriptions that someone may see some customers may use; those that have none are left out.
pub(crate) async fn usable(
    tx: &mut Tx,
    realm: RealmId,
    viewer: &Viewer,
    customers: &[AccountId],
) -> Result<HashMap<AccountId, i64>> {
    let filter = format!(
        "state:active,trial,grace customer:{}",
        customers
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(",")
    );
    let query = Query::new(
        "orders::usable_subscriptions",
        "SELECT s.customer_id, CAST(COUNT(*) AS BIGINT) AS subscriptions FROM subscription s WHERE s.realm_id = $1",
        args![realm],
    );
    let query = query
        .scope(scope(realm, viewer))
        .filter(&Filter::parse(&filter, &FIELDS)?)
        .tail("GROUP BY s.customer_id");
    let rows = tx.query::<CustomerCount>(query).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.customer_id, row.subscriptions))
        .collect())
}

/// What someone may see of subscriptions.
fn scope(realm: RealmId, viewer: &Viewer) -> Scope {
    // Each in the form that can follow an index: a customer has few, a seller's lie with the sellers at and below it, and
    // what is sold below a distributor is much of everything.
    let own = viewer.account;
    match viewer.kind {
        _ if viewer.is_root => Scope::all(),
        AccountKind::Customer => Scope::only("s.customer_id = ?", args![own]),
        AccountKind::Vendor => Scope::only("s.vendor_id = ?", args![own]),
        AccountKind::Reseller => Scope::only(
            "s.seller_id IN (SELECT p.account_id FROM account_path p WHERE p.realm_id = ? AND p.ancestor_id = ?)",
            args![realm, own],
        ),
        AccountKind::Provider | AccountKind::Distributor => Scope::only(
            "EXISTS (SELECT 1 FROM account_path p WHERE p.realm_id = ? AND p.ancestor_id = ?
             AND p.account_id = s.customer_id)",
            args![realm, own],
        ),
    }
}

/// A page of the subscriptions that someone may see.
pub(crate) async fn list(
    tx: &mut Tx,
    realm: RealmId,
    viewer: &Viewer,
    filter: &Filter,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Page<Subscription>> {
    let query = Query::new(
        "orders::subscription_list",
        concat!(
            "SELECT ",
            columns!(),
            " FROM subscription s WHERE s.realm_id = $1"
        ),
        args![realm],
    );
    let found = tx
        .page::<SubscriptionRow>(
            query.scope(scope(realm, viewer)).filter(filter),
            page,
            sort,
            "s.id",
        )
        .await?;
    Ok(found.map(Subscription::from))
}
