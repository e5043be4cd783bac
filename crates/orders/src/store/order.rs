//! Orders and their steps.

use crate::service::Viewer;
use crate::types::{
    Order, OrderCount, OrderKind, OrderState, OrderStep, OrderSummary, StepKind, StepState,
};
use serde_json::Value;
use tradewind_kernel::filter::{Field, FieldKind, Fields, Filter, Sort};
use tradewind_kernel::id::{
    AccountId, OrderId, OrderStepId, PlanId, ProductId, QuoteId, RealmId, SubscriptionId,
};
use tradewind_kernel::page::{Page, PageRequest};
use tradewind_kernel::{Currency, Error, Money, Result, Timestamp};
use tradewind_platform::db::{Arg, Json, Query, Scope, Tx};
use tradewind_platform::{args, bulk, row, sql_text, stmts};
use tradewind_policy::AccountKind;

sql_text!(OrderKind, OrderState, StepKind, StepState);

stmts! {
    /// A new order.
    INSERT = "INSERT INTO sales_order (realm_id, id, kind, state, customer_id, seller_id, vendor_id, product_id, plan_id,
        subscription_id, quote_id, input, preview, currency, due_now, placed_by, placed_at, reason, completed_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
    /// One order.
    GET = "SELECT id, kind, state, customer_id, seller_id, vendor_id, product_id, plan_id, subscription_id, quote_id, input, preview,
        currency, due_now, placed_by, placed_at, reason, completed_at, version FROM sales_order WHERE realm_id = $1 AND id = $2";
    /// One order, locked.
    LOCK = "SELECT id, kind, state, customer_id, seller_id, vendor_id, product_id, plan_id, subscription_id, quote_id, input, preview,
        currency, due_now, placed_by, placed_at, reason, completed_at, version FROM sales_order
        WHERE realm_id = $1 AND id = $2 {for_update}";
    /// Moves an order on, unless someone else has.
    UPDATE = "UPDATE sales_order SET state = $4, reason = $5, completed_at = $6, version = version + 1
        WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// The steps of an order, in their order.
    STEPS = "SELECT id, position, kind, state, attempt, started_at, finished_at, actor, message, detail FROM order_step
        WHERE realm_id = $1 AND order_id = $2 ORDER BY position";
    /// What moved of a step.
    STEP_UPDATE = "UPDATE order_step SET state = $4, attempt = $5, started_at = $6, finished_at = $7, actor = $8, message = $9,
        detail = $10 WHERE realm_id = $1 AND order_id = $2 AND position = $3";
    /// The order of a subscription that has not ended.
    OPEN = "SELECT id FROM sales_order WHERE realm_id = $1 AND subscription_id = $2
        AND state NOT IN ('completed', 'rejected', 'cancelled') ORDER BY placed_at, id LIMIT 1";
    /// What a customer has ordered from a seller that has not ended.
    UNDER_WAY = "SELECT id, kind, state, customer_id, seller_id, product_id, plan_id, subscription_id,
        currency, due_now, placed_by, placed_at, reason, completed_at FROM sales_order
        WHERE realm_id = $1 AND customer_id = $2 AND seller_id = $3
        AND state NOT IN ('completed', 'rejected', 'cancelled') ORDER BY id LIMIT 1000";
    /// The latest orders of a subscription.
    OF_SUBSCRIPTION = "SELECT id, kind, state, customer_id, seller_id, vendor_id, product_id, plan_id, subscription_id, quote_id, input,
        preview, currency, due_now, placed_by, placed_at, reason, completed_at, version FROM sales_order
        WHERE realm_id = $1 AND subscription_id = $2 ORDER BY placed_at DESC, id DESC LIMIT 50";
    /// The same without what was asked for and promised.
    SUMMARIES_OF = "SELECT id, kind, state, customer_id, seller_id, product_id, plan_id, subscription_id,
        currency, due_now, placed_by, placed_at, reason, completed_at FROM sales_order
        WHERE realm_id = $1 AND subscription_id = $2 ORDER BY placed_at DESC, id DESC LIMIT 50";
}

bulk! {
    /// The steps of a new order.
    STEP_INSERT = "order_step" { realm_id: Text, order_id: Text, position: Int, id: Text, kind: Text, state: Text, attempt: Int,
        started_at: Int, finished_at: Int, actor: Text, message: Text, detail: Text } on conflict Error;
}

row! {
    /// An order as it is stored.
    pub(crate) struct OrderRow {
        id: OrderId,
        kind: OrderKind,
        state: OrderState,
        customer_id: AccountId,
        seller_id: AccountId,
        vendor_id: AccountId,
        product_id: ProductId,
        plan_id: PlanId,
        subscription_id: SubscriptionId,
        quote_id: Option<QuoteId>,
        input: Json<Value>,
        preview: Json<Value>,
        currency: Currency,
        due_now: i64,
        placed_by: String,
        placed_at: Timestamp,
        reason: Option<String>,
        completed_at: Option<Timestamp>,
        version: i64,
    }
}

impl From<OrderRow> for Order {
    fn from(row: OrderRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            state: row.state,
            customer_id: row.customer_id,
            seller_id: row.seller_id,
            vendor_id: row.vendor_id,
            product_id: row.product_id,
            plan_id: row.plan_id,
            subscription_id: row.subscription_id,
            quote_id: row.quote_id,
            input: row.input.0,
            preview: row.preview.0,
            currency: row.currency,
            due_now: Money::new(row.due_now, row.currency),
            placed_by: row.placed_by,
            placed_at: row.placed_at,
            reason: row.reason,
            completed_at: row.completed_at,
            version: row.version,
        }
    }
}

row! {
    /// An order as lists read it.
    struct SummaryRow {
        id: OrderId,
        kind: OrderKind,
        state: OrderState,
        customer_id: AccountId,
        seller_id: AccountId,
        product_id: ProductId,
        plan_id: PlanId,
        subscription_id: SubscriptionId,
        currency: Currency,
        due_now: i64,
        placed_by: String,
        placed_at: Timestamp,
        reason: Option<String>,
        completed_at: Option<Timestamp>,
    }
}

impl From<SummaryRow> for OrderSummary {
    fn from(row: SummaryRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            state: row.state,
            customer_id: row.customer_id,
            seller_id: row.seller_id,
            product_id: row.product_id,
            plan_id: row.plan_id,
            subscription_id: row.subscription_id,
            due_now: Money::new(row.due_now, row.currency),
            placed_by: row.placed_by,
            placed_at: row.placed_at,
            reason: row.reason,
            completed_at: row.completed_at,
        }
    }
}

row! {
    struct StepRow {
        id: OrderStepId,
        position: i64,
        kind: StepKind,
        state: StepState,
        attempt: i64,
        started_at: Option<Timestamp>,
        finished_at: Option<Timestamp>,
        actor: Option<String>,
        message: Option<String>,
        detail: Option<String>,
    }
}

/// All of an order, in the order of its columns, as it is written.
pub(super) fn values(realm: RealmId, o: &Order) -> Vec<Arg> {
    args![
        realm,
        o.id,
        o.kind,
        o.state,
        o.customer_id,
        o.seller_id,
        o.vendor_id,
        o.product_id,
        o.plan_id,
        o.subscription_id,
        o.quote_id,
        Json(&o.input),
        Json(&o.preview),
        o.currency,
        o.due_now.minor,
        o.placed_by,
        o.placed_at,
        o.reason,
        o.completed_at,
        o.version,
    ]
}

pub(crate) async fn insert(
    tx: &mut Tx,
    realm: RealmId,
    o: &Order,
    steps: &[OrderStep],
) -> Result<()> {
    tx.exec(&INSERT, values(realm, o)).await?;
    let rows = steps
        .iter()
        .map(|s| {
            args![
                realm,
                o.id,
                s.position,
                s.id,
                s.kind,
                s.state,
                s.attempt,
                s.started_at,
                s.finished_at,
                s.actor,
                s.message,
                s.detail,
            ]
        })
        .collect();
    tx.insert_many(&STEP_INSERT, rows).await.map(drop)
}

pub(crate) async fn get(tx: &mut Tx, realm: RealmId, id: OrderId) -> Result<Order> {
    let row = tx.opt::<OrderRow>(&GET, args![realm, id]).await?;
    row.map(Order::from).ok_or_else(|| Error::not_found(id))
}

pub(crate) async fn lock(tx: &mut Tx, realm: RealmId, id: OrderId) -> Result<Order> {
    let row = tx.opt::<OrderRow>(&LOCK, args![realm, id]).await?;
    row.map(Order::from).ok_or_else(|| Error::not_found(id))
}

/// Writes what may change of an order; its version is the one that was read.
pub(crate) async fn update(tx: &mut Tx, realm: RealmId, o: &mut Order) -> Result<()> {
    let args = args![realm, o.id, o.version, o.state, o.reason, o.completed_at];
    if tx.exec(&UPDATE, args).await? == 0 {
        return Err(Error::changed(o.id));
    }
    o.version += 1;
    Ok(())
}

pub(crate) async fn steps(tx: &mut Tx, realm: RealmId, order: OrderId) -> Result<Vec<OrderStep>> {
    let rows = tx.all::<StepRow>(&STEPS, args![realm, order]).await?;
    Ok(rows
        .into_iter()
        .map(|row| OrderStep {
            id: row.id,
            position: row.position,
            kind: row.kind,
            state: row.state,
            attempt: row.attempt,
            started_at: row.started_at,
            finished_at: row.finished_at,
            actor: row.actor,
            message: row.message,
            detail: row.detail,
        })
        .collect())
}

pub(crate) async fn step_update(
    tx: &mut Tx,
    realm: RealmId,
    order: OrderId,
    s: &OrderStep,
) -> Result<()> {
    let args = args![
        realm,
        order,
        s.position,
        s.state,
        s.attempt,
        s.started_at,
        s.finished_at,
        s.actor,
        s.message,
        s.detail,
    ];
    tx.exec(&STEP_UPDATE, args).await.map(drop)
}

/// The order of a subscription that has not ended.
pub(crate) async fn open(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
) -> Result<Option<OrderId>> {
    Ok(tx
        .opt::<(OrderId,)>(&OPEN, args![realm, subscription])
        .await?
        .map(|(id,)| id))
}

/// The latest orders of a subscription.
pub(crate) async fn of_subscription(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
) -> Result<Vec<Order>> {
    let rows = tx
        .all::<OrderRow>(&OF_SUBSCRIPTION, args![realm, subscription])
        .await?;
    Ok(rows.into_iter().map(Order::from).collect())
}

/// The same, without what was asked for and promised.
pub(crate) async fn summaries_of(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
) -> Result<Vec<OrderSummary>> {
    let rows = tx
        .all::<SummaryRow>(&SUMMARIES_OF, args![realm, subscription])
        .await?;
    Ok(rows.into_iter().map(OrderSummary::from).collect())
}

/// What a customer has ordered from a seller that has not ended, the oldest first; the first thousand.
pub(crate) async fn under_way(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    customer: AccountId,
) -> Result<Vec<OrderSummary>> {
    let rows = tx
        .all::<SummaryRow>(&UNDER_WAY, args![realm, customer, seller])
        .await?;
    Ok(rows.into_iter().map(OrderSummary::from).collect())
}

/// What a list of orders can be filtered and sorted by.
pub(crate) const FIELDS: Fields = Fields(&[
    Field::text("kind", "o.kind"),
    Field::text("state", "o.state"),
    Field::text("customer", "o.customer_id"),
    Field::text("seller", "o.seller_id"),
    Field::text("subscription", "o.subscription_id"),
    Field::text("product", "o.product_id"),
    Field::new("placed", FieldKind::Timestamp, "o.placed_at").sortable(),
]);

/// What someone may see of orders. A vendor sees deliveries, not orders.
fn scope(realm: RealmId, viewer: &Viewer) -> Scope {
    // Each in the form that can follow an index: a customer has few, a seller's lie with the sellers at and below it, and
    // what is sold below a distributor is much of everything.
    let own = viewer.account;
    match viewer.kind {
        _ if viewer.is_root => Scope::all(),
        AccountKind::Customer => Scope::only("o.customer_id = ?", args![own]),
        AccountKind::Reseller => Scope::only(
            "o.seller_id IN (SELECT p.account_id FROM account_path p WHERE p.realm_id = ? AND p.ancestor_id = ?)",
            args![realm, own],
        ),
        AccountKind::Vendor | AccountKind::Provider | AccountKind::Distributor => Scope::only(
            "EXISTS (SELECT 1 FROM account_path p WHERE p.realm_id = ? AND p.ancestor_id = ?
             AND p.account_id = o.customer_id)",
            args![realm, own],
        ),
    }
}

row! {
    struct CountRow {
        state: OrderState,
        orders: i64,
        own: i64,
    }
}

/// How many orders that someone may see and that a filter finds are in each state.
pub(crate) async fn counts(
    tx: &mut Tx,
    realm: RealmId,
    viewer: &Viewer,
    filter: &Filter,
) -> Result<Vec<OrderCount>> {
    let query = Query::new(
        "orders::order_counts",
        "SELECT o.state, COUNT(*) AS orders, CAST(SUM(CASE WHEN o.seller_id = $2 THEN 1 ELSE 0 END) AS BIGINT) AS own
        FROM sales_order o WHERE o.realm_id = $1",
        args![realm, viewer.account],
    );
    let query = query
        .scope(scope(realm, viewer))
        .filter(filter)
        .tail("GROUP BY o.state");
    let rows = tx.query::<CountRow>(query).await?;
    Ok(rows
        .into_iter()
        .map(|row| OrderCount {
            state: row.state,
            all: row.orders,
            own: row.own,
        })
        .collect())
}

/// A page of the orders that someone may see, without what was asked for and promised.
pub(crate) async fn summaries(
    tx: &mut Tx,
    realm: RealmId,
    viewer: &Viewer,
    filter: &Filter,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Page<OrderSummary>> {
    let query = Query::new(
        "orders::order_summaries",
        "SELECT o.id, o.kind, o.state, o.customer_id, o.seller_id, o.product_id, o.plan_id, o.subscription_id,
        o.currency, o.due_now, o.placed_by, o.placed_at, o.reason, o.completed_at
        FROM sales_order o WHERE o.realm_id = $1",
        args![realm],
    );
    let query = query.scope(scope(realm, viewer)).filter(filter);
    let found = tx.page::<SummaryRow>(query, page, sort, "o.id").await?;
    Ok(found.map(OrderSummary::from))
}

/// A page of the orders that someone may see.
pub(crate) async fn list(
    tx: &mut Tx,
    realm: RealmId,
    viewer: &Viewer,
    filter: &Filter,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Page<Order>> {
    let query = Query::new(
        "orders::order_list",
        "SELECT o.id, o.kind, o.state, o.customer_id, o.seller_id, o.vendor_id, o.product_id, o.plan_id, o.subscription_id, o.quote_id,
        o.input, o.preview, o.currency, o.due_now, o.placed_by, o.placed_at, o.reason, o.completed_at, o.version
        FROM sales_order o WHERE o.realm_id = $1",
        args![realm],
    );
    let found = tx
        .page::<OrderRow>(
            query.scope(scope(realm, viewer)).filter(filter),
            page,
            sort,
            "o.id",
        )
        .await?;
    Ok(found.map(Order::from))
}
