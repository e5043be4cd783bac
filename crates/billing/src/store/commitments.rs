//! The spans of commitments, and what was charged in them.

use tradewind_kernel::{
    Date, Decimal, calendar,
    id::{LegId, RealmId, SubscriptionId, TermsId},
};
use tradewind_platform::{
    args,
    db::{Json, Result, Tx},
    row, stmts,
};

use crate::{
    rules::commitment::{CommittedSpan, Counted, Settled},
    types::{ChargeKind, UsageSpan},
};

macro_rules! columns {
    () => {
        "leg_id, subscription_id, terms_id, since_on, until_on, agreed_on, settle_on, ended, metered, watched, settled"
    };
}

/// What has to be settled by the day `$2`: a span is stale (1) when something was charged for its sale since it was looked
/// at, and 2 when it was looked at while it ran.
macro_rules! waits {
    () => {
        "(stale = 1 AND (watched = 1 OR settle_on <= $2) OR stale = 2 AND settle_on <= $2)"
    };
}

stmts! {
    /// A span begins, unless one of its leg holds on that day.
    BEGIN = "INSERT INTO commitment (realm_id, leg_id, subscription_id, terms_id, since_on, until_on, agreed_on, settle_on, ended,
        metered, watched, stale, settled) SELECT $1, $2, $3, $4, $5, $6, $6, $7, 0, $8, $9, 1, $10 WHERE NOT EXISTS (
        SELECT 1 FROM commitment WHERE realm_id = $1 AND leg_id = $2 AND until_on > $5)
        ON CONFLICT (realm_id, leg_id, since_on) DO NOTHING",
        pg = "INSERT INTO commitment (realm_id, leg_id, subscription_id, terms_id, since_on, until_on, agreed_on, settle_on, ended,
        metered, watched, stale, settled) SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT),
        CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT), 0, CAST($8 AS BIGINT), CAST($9 AS BIGINT), 1, CAST($10 AS TEXT)
        WHERE NOT EXISTS (SELECT 1 FROM commitment WHERE realm_id = CAST($1 AS TEXT) AND leg_id = CAST($2 AS TEXT)
        AND until_on > CAST($5 AS TEXT)) ON CONFLICT (realm_id, leg_id, since_on) DO NOTHING";
    /// A sale ends on a day: so do its spans that go on beyond it, or end with it.
    END = "UPDATE commitment SET until_on = CASE WHEN since_on > $3 THEN since_on ELSE $3 END, ended = 1, stale = 1,
        settle_on = CASE WHEN metered = 1 THEN $4 ELSE $3 END
        WHERE realm_id = $1 AND subscription_id = $2 AND until_on >= $3";
    /// A sale has not come about: nothing was committed.
    FORGET = "DELETE FROM commitment WHERE realm_id = $1 AND subscription_id = $2";
    /// Something was charged for some subscriptions.
    TOUCH = "UPDATE commitment SET stale = 1 WHERE realm_id = $1 AND stale <> 1
        AND subscription_id IN (SELECT value FROM json_each($2))",
        pg = "UPDATE commitment SET stale = 1 WHERE realm_id = $1 AND stale <> 1
        AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))";
    /// Subscriptions after one with spans to be settled by a day, in order.
    DUE = concat!("SELECT DISTINCT subscription_id FROM commitment WHERE realm_id = $1 AND subscription_id > $3 AND ",
        waits!(), " ORDER BY subscription_id LIMIT $4");
    /// Such spans of some subscriptions.
    SOME = concat!("SELECT ", columns!(), " FROM commitment WHERE realm_id = $1
        AND subscription_id IN (SELECT value FROM json_each($3)) AND ", waits!(), " ORDER BY subscription_id, leg_id, since_on"),
        pg = concat!("SELECT ", columns!(), " FROM commitment WHERE realm_id = $1
        AND subscription_id IN (SELECT json_array_elements_text(CAST($3 AS JSON))) AND ", waits!(), "
        ORDER BY subscription_id, leg_id, since_on FOR UPDATE");
    /// All spans that were settled, for the check.
    SETTLED = concat!("SELECT ", columns!(), " FROM commitment WHERE realm_id = $1 AND stale = 0
        AND subscription_id IN (SELECT value FROM json_each($2)) ORDER BY subscription_id, leg_id, since_on"),
        pg = concat!("SELECT ", columns!(), " FROM commitment WHERE realm_id = $1 AND stale = 0
        AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) ORDER BY subscription_id, leg_id, since_on");
    /// The same to be shown.
    SHOWN = concat!("SELECT ", columns!(), " FROM commitment WHERE realm_id = $1 AND subscription_id = $2
        ORDER BY leg_id, since_on");
    /// A span as it was settled.
    SAVE = "UPDATE commitment SET settled = $4, stale = CASE WHEN settle_on <= $5 THEN 0 ELSE 2 END
        WHERE realm_id = $1 AND leg_id = $2 AND since_on = $3";
    /// What was charged for some subscriptions, without discounts, commitments and what credit notes took back.
    CHARGED = "SELECT c.leg_id, c.kind, c.item_code, c.quantity, c.exact, c.period_end, c.usage FROM charge c
        LEFT JOIN charge_discount d ON d.realm_id = c.realm_id AND d.subscription_id = c.subscription_id AND d.charge_id = c.id
        WHERE c.realm_id = $1 AND c.subscription_id IN (SELECT value FROM json_each($2)) AND d.charge_id IS NULL
        AND c.period_end > $3 AND c.kind IN ('recurring', 'metered', 'credit') AND (c.reverses IS NULL OR c.order_id IS NOT NULL)",
        pg = "SELECT c.leg_id, c.kind, c.item_code, c.quantity, c.exact, c.period_end, c.usage FROM charge c
        LEFT JOIN charge_discount d ON d.realm_id = c.realm_id AND d.subscription_id = c.subscription_id AND d.charge_id = c.id
        WHERE c.realm_id = $1 AND c.subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) AND d.charge_id IS NULL
        AND c.period_end > $3 AND c.kind IN ('recurring', 'metered', 'credit') AND (c.reverses IS NULL OR c.order_id IS NOT NULL)";
}

row! {
    struct SpanRow {
        leg_id: LegId,
        subscription_id: SubscriptionId,
        terms_id: TermsId,
        since_on: Date,
        until_on: Date,
        agreed_on: Date,
        settle_on: Date,
        ended: bool,
        metered: bool,
        watched: bool,
        settled: Json<Settled>,
    }
}

row! {
    struct ChargedRow {
        leg_id: LegId,
        kind: ChargeKind,
        item_code: String,
        quantity: Decimal,
        exact: Decimal,
        period_end: Date,
        usage: Option<Json<UsageSpan>>,
    }
}

/// The first day of some spans.
pub(crate) fn first(spans: &[StoredSpan]) -> Date {
    let days = spans.iter().map(|stored| stored.span.since_on);
    days.min().unwrap_or(Date::MIN)
}

/// A span as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredSpan {
    pub(crate) leg_id: LegId,
    pub(crate) subscription_id: SubscriptionId,
    pub(crate) terms_id: TermsId,
    pub(crate) span: CommittedSpan,
    /// The day from which it is settled.
    pub(crate) settle_on: Date,
    pub(crate) settled: Settled,
}

/// A span about to begin.
pub(crate) struct NewSpan {
    pub(crate) leg_id: LegId,
    pub(crate) subscription_id: SubscriptionId,
    pub(crate) terms_id: TermsId,
    pub(crate) span: CommittedSpan,
    pub(crate) metered: bool,
    /// Whether it is looked at while it runs.
    pub(crate) watched: bool,
}

/// Begins a span, unless one of its leg holds on its first day.
pub(crate) async fn begin(tx: &mut Tx, realm: RealmId, new: &NewSpan) -> Result<()> {
    let args = args![
        realm,
        new.leg_id,
        new.subscription_id,
        new.terms_id,
        new.span.since_on,
        new.span.until_on,
        new.span.until_on,
        new.metered,
        new.watched,
        Json(Settled::new()),
    ];
    tx.exec(&BEGIN, args).await.map(drop)
}

/// A sale ends on a day; its last usage is charged by another.
pub(crate) async fn end(
    tx: &mut Tx,
    realm: RealmId,
    id: SubscriptionId,
    on: Date,
    metered_on: Date,
) -> Result<()> {
    tx.exec(&END, args![realm, id, on, metered_on])
        .await
        .map(drop)
}

/// Forgets the spans of a sale that has not come about.
pub(crate) async fn forget(tx: &mut Tx, realm: RealmId, id: SubscriptionId) -> Result<()> {
    tx.exec(&FORGET, args![realm, id]).await.map(drop)
}

/// Something was charged for some subscriptions.
pub(crate) async fn touch(tx: &mut Tx, realm: RealmId, ids: &[SubscriptionId]) -> Result<()> {
    tx.exec(&TOUCH, args![realm, Json(ids)]).await.map(drop)
}

/// Up to `limit` subscriptions after one with spans to be settled by a day.
pub(crate) async fn due(
    tx: &mut Tx,
    realm: RealmId,
    day: Date,
    after: Option<SubscriptionId>,
    limit: u32,
) -> Result<Vec<SubscriptionId>> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows: Vec<(SubscriptionId,)> = tx.all(&DUE, args![realm, day, after, limit]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The spans of some subscriptions to be settled by a day, locked, the oldest of each leg first.
pub(crate) async fn some(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[SubscriptionId],
    day: Date,
) -> Result<Vec<StoredSpan>> {
    let args = args![realm, day, Json(ids)];
    let rows = tx.all::<SpanRow>(&SOME, args).await?;
    Ok(rows.into_iter().map(StoredSpan::from).collect())
}

/// The spans of some subscriptions that were settled, the oldest of each leg first.
pub(crate) async fn settled(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[SubscriptionId],
) -> Result<Vec<StoredSpan>> {
    let rows = tx.all::<SpanRow>(&SETTLED, args![realm, Json(ids)]).await?;
    Ok(rows.into_iter().map(StoredSpan::from).collect())
}

/// The spans of a subscription, to be shown.
pub(crate) async fn shown(
    tx: &mut Tx,
    realm: RealmId,
    id: SubscriptionId,
) -> Result<Vec<StoredSpan>> {
    let rows = tx.all::<SpanRow>(&SHOWN, args![realm, id]).await?;
    Ok(rows.into_iter().map(StoredSpan::from).collect())
}

impl From<SpanRow> for StoredSpan {
    fn from(row: SpanRow) -> Self {
        Self {
            leg_id: row.leg_id,
            subscription_id: row.subscription_id,
            terms_id: row.terms_id,
            span: CommittedSpan {
                since_on: row.since_on,
                until_on: row.until_on,
                agreed_on: row.agreed_on,
                ended: row.ended,
            },
            settle_on: row.settle_on,
            settled: row.settled.0,
        }
    }
}

/// Keeps what a span was settled with by a day.
pub(crate) async fn save(tx: &mut Tx, realm: RealmId, one: &StoredSpan, day: Date) -> Result<()> {
    let settled = Json(&one.settled);
    let args = args![realm, one.leg_id, one.span.since_on, settled, day];
    tx.exec(&SAVE, args).await.map(drop)
}

/// What was charged for some subscriptions for times that end after a day, as far as commitments look at it.
pub(crate) async fn charged(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[SubscriptionId],
    since: Date,
) -> Result<Vec<Counted>> {
    let args = args![realm, Json(ids), since];
    let rows = tx.all::<ChargedRow>(&CHARGED, args).await?;
    rows.into_iter()
        .map(|row| {
            // Usage belongs to the month in which it was used, wherever it is billed.
            let ends_on = match &row.usage {
                Some(usage) => calendar::add_months(usage.0.period_on.first_of_month(), 1)?,
                None => row.period_end,
            };
            Ok(Counted {
                leg_id: row.leg_id,
                kind: row.kind,
                item_code: row.item_code,
                quantity: row.quantity,
                exact: row.exact,
                ends_on,
            })
        })
        .collect()
}
