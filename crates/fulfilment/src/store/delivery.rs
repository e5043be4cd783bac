//! Deliveries.

use crate::store::Listing;
use crate::types::{
    Delivery, DeliveryKind, DeliveryMode, DeliveryReport, DeliveryState, LateReport, ReportOutcome,
};
use tradewind_kernel::filter::{Field, FieldKind, Fields};
use tradewind_kernel::id::{AccountId, DeliveryId, OrderId, RealmId, SubscriptionId};
use tradewind_kernel::page::Page;
use tradewind_kernel::{Error, Result, Timestamp};
use tradewind_platform::db::{Query, Tx};
use tradewind_platform::{args, row, stmts};

/// The columns of a delivery, from the table under the alias `d`.
macro_rules! columns {
    () => {
        "d.id, d.subscription_id, d.order_id, d.vendor_id, d.customer_id, d.kind, d.mode, d.state, d.attempt, d.message, \
         d.created_at, d.finished_at, d.version"
    };
}

stmts! {
    /// A new delivery.
    INSERT = "INSERT INTO delivery (realm_id, id, subscription_id, order_id, vendor_id, customer_id, kind, mode, state,
        attempt, message, created_at, finished_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    /// One delivery, locked.
    LOCK = concat!("SELECT ", columns!(), " FROM delivery d WHERE realm_id = $1 AND id = $2 {for_update}");
    /// One delivery.
    GET = concat!("SELECT ", columns!(), " FROM delivery d WHERE realm_id = $1 AND id = $2");
    /// The deliveries of a subscription that have not ended, oldest first, locked.
    LOCK_OPEN = concat!("SELECT ", columns!(), " FROM delivery d WHERE realm_id = $1 AND subscription_id = $2
        AND state IN ('waiting', 'in_progress') ORDER BY created_at, id {for_update}");
    /// The delivery that an order asked for.
    OF_ORDER = concat!("SELECT ", columns!(), " FROM delivery d WHERE realm_id = $1 AND order_id = $2 ORDER BY created_at DESC, id DESC LIMIT 1");
    /// Moves a delivery on, unless someone else has.
    UPDATE = "UPDATE delivery SET state = $4, attempt = $5, message = $6, finished_at = $7, version = version + 1
        WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// A report on a delivery that had ended otherwise; the same again is counted.
    LATE_NOTE = "INSERT INTO delivery_late_report (realm_id, delivery_id, outcome, message, first_at, last_at, times)
        VALUES ($1, $2, $3, $4, $5, $5, 1) ON CONFLICT (realm_id, delivery_id, outcome) DO UPDATE
        SET message = excluded.message, last_at = excluded.last_at, times = delivery_late_report.times + 1
        RETURNING times";
    /// Such reports, the oldest first.
    LATE = "SELECT outcome, message, first_at, last_at, times FROM delivery_late_report
        WHERE realm_id = $1 AND delivery_id = $2 ORDER BY first_at, outcome";
    /// How many deliveries wait for a vendor.
    COUNT_WAITING = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM delivery WHERE realm_id = $1 AND vendor_id = $2
        AND state IN ('waiting', 'in_progress')";
}

row! {
    struct DeliveryRow {
        id: DeliveryId,
        subscription_id: SubscriptionId,
        order_id: Option<OrderId>,
        vendor_id: AccountId,
        customer_id: AccountId,
        kind: DeliveryKind,
        mode: DeliveryMode,
        state: DeliveryState,
        attempt: u32,
        message: Option<String>,
        created_at: Timestamp,
        finished_at: Option<Timestamp>,
        version: i64,
    }
}

row! {
    struct LateRow {
        outcome: ReportOutcome,
        message: Option<String>,
        first_at: Timestamp,
        last_at: Timestamp,
        times: i64,
    }
}

impl From<LateRow> for LateReport {
    fn from(row: LateRow) -> Self {
        Self {
            outcome: row.outcome,
            message: row.message,
            first_at: row.first_at,
            last_at: row.last_at,
            times: row.times,
        }
    }
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        Self {
            id: row.id,
            subscription_id: row.subscription_id,
            order_id: row.order_id,
            vendor_id: row.vendor_id,
            customer_id: row.customer_id,
            kind: row.kind,
            mode: row.mode,
            state: row.state,
            attempt: row.attempt,
            message: row.message,
            created_at: row.created_at,
            finished_at: row.finished_at,
            version: row.version,
        }
    }
}

pub(crate) async fn insert(tx: &mut Tx, realm: RealmId, d: &Delivery) -> Result<()> {
    let args = args![
        realm,
        d.id,
        d.subscription_id,
        d.order_id,
        d.vendor_id,
        d.customer_id,
        d.kind,
        d.mode,
        d.state,
        d.attempt,
        d.message,
        d.created_at,
        d.finished_at,
        d.version,
    ];
    tx.exec(&INSERT, args).await.map(drop)
}

pub(crate) async fn lock(tx: &mut Tx, realm: RealmId, id: DeliveryId) -> Result<Delivery> {
    found(id, tx.opt::<DeliveryRow>(&LOCK, args![realm, id]).await?)
}

pub(crate) async fn get(tx: &mut Tx, realm: RealmId, id: DeliveryId) -> Result<Delivery> {
    found(id, tx.opt::<DeliveryRow>(&GET, args![realm, id]).await?)
}

pub(crate) async fn lock_open(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
) -> Result<Vec<Delivery>> {
    Ok(tx
        .all::<DeliveryRow>(&LOCK_OPEN, args![realm, subscription])
        .await?
        .into_iter()
        .map(Delivery::from)
        .collect())
}

pub(crate) async fn of_order(
    tx: &mut Tx,
    realm: RealmId,
    order: OrderId,
) -> Result<Option<Delivery>> {
    Ok(tx
        .opt::<DeliveryRow>(&OF_ORDER, args![realm, order])
        .await?
        .map(Delivery::from))
}

/// Writes what may change of a delivery; `version` is the one that was read.
pub(crate) async fn update(tx: &mut Tx, realm: RealmId, d: &mut Delivery) -> Result<()> {
    let args = args![
        realm,
        d.id,
        d.version,
        d.state,
        d.attempt,
        d.message,
        d.finished_at
    ];
    if tx.exec(&UPDATE, args).await? == 0 {
        return Err(Error::changed(d.id));
    }
    d.version += 1;
    Ok(())
}

/// Notes a report that came too late; how often the like of it has come by now.
pub(crate) async fn note_late(
    tx: &mut Tx,
    realm: RealmId,
    id: DeliveryId,
    report: &DeliveryReport,
    at: Timestamp,
) -> Result<i64> {
    let args = args![realm, id, report.outcome, report.message, at];
    let (times,) = tx.one::<(i64,)>(&LATE_NOTE, args).await?;
    Ok(times)
}

/// The reports on a delivery that came too late, the oldest first.
pub(crate) async fn late(tx: &mut Tx, realm: RealmId, id: DeliveryId) -> Result<Vec<LateReport>> {
    let rows = tx.all::<LateRow>(&LATE, args![realm, id]).await?;
    Ok(rows.into_iter().map(LateReport::from).collect())
}

pub(crate) async fn count_waiting(tx: &mut Tx, realm: RealmId, vendor: AccountId) -> Result<i64> {
    let (count,) = tx
        .one::<(i64,)>(&COUNT_WAITING, args![realm, vendor])
        .await?;
    Ok(count)
}

/// What deliveries can be filtered and sorted by.
pub(crate) const FIELDS: Fields = Fields(&[
    Field::new(
        "state",
        FieldKind::Enum(&["waiting", "in_progress", "succeeded", "failed", "cancelled"]),
        "d.state",
    ),
    Field::new(
        "kind",
        FieldKind::Enum(&["provision", "change", "suspend", "resume", "remove"]),
        "d.kind",
    ),
    Field::new("mode", FieldKind::Enum(&["automatic", "manual"]), "d.mode"),
    Field::text("subscription", "d.subscription_id"),
    Field::text("order", "d.order_id"),
    Field::text("vendor", "d.vendor_id"),
    Field::text("customer", "d.customer_id"),
    Field::new("created", FieldKind::Timestamp, "d.created_at").sortable(),
]);

/// A page of the deliveries for customers at or below the viewer, and of the viewer's own work as a vendor.
pub(crate) async fn list(tx: &mut Tx, listing: &Listing<'_>) -> Result<Page<Delivery>> {
    let query = Query::new(
        "fulfilment::delivery_list",
        concat!(
            "SELECT ",
            columns!(),
            " FROM delivery d WHERE d.realm_id = $1"
        ),
        args![listing.realm],
    )
    .and(
        "d.vendor_id = ? OR EXISTS (SELECT 1 FROM account_path p WHERE p.realm_id = d.realm_id
            AND p.ancestor_id = ? AND p.account_id = d.customer_id)",
        args![listing.viewer, listing.viewer],
    )
    .filter(&listing.filter);
    Ok(tx
        .page::<DeliveryRow>(query, listing.page, &listing.sort, "d.id")
        .await?
        .map(Delivery::from))
}

fn found(id: DeliveryId, row: Option<DeliveryRow>) -> Result<Delivery> {
    row.map(Delivery::from).ok_or_else(|| Error::not_found(id))
}
