//! Usage that came after its window, what was decided about it, and how long the window is.

use crate::types::{
    LateAs, LatePolicy, RecordName, ReviewGroup, ReviewState, ReviewedUsage, UsageInput,
};
use std::collections::BTreeMap;
use tradewind_kernel::id::{ImportId, RealmId, SubscriptionId};
use tradewind_kernel::{Date, Result, Timestamp};
use tradewind_platform::db::{Json, Query, Tx};
use tradewind_platform::{args, bulk, row, stmts};

bulk! {
    /// Usage that has just come too late. A name that is taken all the same is left out.
    HOLD = "late_usage" { realm_id: Text, source: Text, external_id: Text, subscription_id: Text, meter: Text, period_on: Text,
        state: Text, reason: Text, counts_on: Text, body: Text, digest: Text, import_id: Text, received_at: Int, decided_by: Text,
        decided_at: Int } on conflict Nothing;
}

/// The columns of a record under review.
macro_rules! columns {
    () => {
        "body, period_on, state, reason, counts_on, import_id, received_at, decided_by, decided_at"
    };
}

stmts! {
    /// What a provider does with late usage.
    POLICY = "SELECT window_days, late_as FROM late_policy WHERE realm_id = $1";
    /// What a provider does from now on.
    SET_POLICY = "INSERT INTO late_policy (realm_id, window_days, late_as) VALUES ($1, $2, $3)
        ON CONFLICT (realm_id) DO UPDATE SET window_days = excluded.window_days, late_as = excluded.late_as";
    /// How many records are in a state, counted up to a limit.
    COUNT = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (SELECT 1 AS one FROM late_usage WHERE realm_id = $1 AND state = $2
        LIMIT $3) AS found";
    /// Some records of a source, locked.
    NAMED = concat!("SELECT ", columns!(), " FROM late_usage WHERE realm_id = $1 AND source = $2
        AND external_id IN (SELECT value FROM json_each($3)) ORDER BY external_id"),
        pg = concat!("SELECT ", columns!(), " FROM late_usage WHERE realm_id = $1 AND source = $2
        AND external_id IN (SELECT json_array_elements_text(CAST($3 AS JSON))) ORDER BY external_id FOR UPDATE");
    /// What was decided to count of some subscriptions in months before a day, locked.
    READY = concat!("SELECT ", columns!(), " FROM late_usage WHERE realm_id = $1 AND state IN ('count', 'count_later')
        AND subscription_id IN (SELECT value FROM json_each($2)) AND counts_on < $3 ORDER BY source, external_id"),
        pg = concat!("SELECT ", columns!(), " FROM late_usage WHERE realm_id = $1 AND state IN ('count', 'count_later')
        AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) AND counts_on < $3
        ORDER BY source, external_id FOR UPDATE");
    /// Some records count: in a month, or without one in their own.
    COUNT_IN = "UPDATE late_usage SET state = $4, reason = $5, decided_by = $6, decided_at = $7, counts_on = COALESCE($8, period_on)
        WHERE realm_id = $1 AND source = $2 AND external_id IN (SELECT value FROM json_each($3)) AND state <> 'counted'",
        pg = "UPDATE late_usage SET state = $4, reason = $5, decided_by = $6, decided_at = $7,
        counts_on = COALESCE(CAST($8 AS TEXT), period_on)
        WHERE realm_id = $1 AND source = $2 AND external_id IN (SELECT json_array_elements_text(CAST($3 AS JSON)))
        AND state <> 'counted'";
    /// Some records do not count, or wait again.
    COUNT_NOT = "UPDATE late_usage SET state = $4, reason = $5, decided_by = $6, decided_at = $7, counts_on = NULL
        WHERE realm_id = $1 AND source = $2 AND external_id IN (SELECT value FROM json_each($3)) AND state <> 'counted'",
        pg = "UPDATE late_usage SET state = $4, reason = $5, decided_by = $6, decided_at = $7, counts_on = NULL
        WHERE realm_id = $1 AND source = $2 AND external_id IN (SELECT json_array_elements_text(CAST($3 AS JSON)))
        AND state <> 'counted'";
    /// Some records have been counted.
    COUNTED = "UPDATE late_usage SET state = 'counted' WHERE realm_id = $1 AND source = $2
        AND external_id IN (SELECT value FROM json_each($3))",
        pg = "UPDATE late_usage SET state = 'counted' WHERE realm_id = $1 AND source = $2
        AND external_id IN (SELECT json_array_elements_text(CAST($3 AS JSON)))";
}

row! {
    struct PolicyRow {
        window_days: Option<i64>,
        late_as: LateAs,
    }
}

row! {
    struct ReviewRow {
        body: Json<UsageInput>,
        period_on: Date,
        state: ReviewState,
        reason: String,
        counts_on: Option<Date>,
        import_id: Option<ImportId>,
        received_at: Timestamp,
        decided_by: String,
        decided_at: Option<Timestamp>,
    }
}

impl From<ReviewRow> for ReviewedUsage {
    fn from(row: ReviewRow) -> Self {
        Self {
            record: row.body.0,
            period_on: row.period_on,
            state: row.state,
            reason: row.reason,
            counts_on: row.counts_on,
            import_id: row.import_id,
            received_at: row.received_at,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
        }
    }
}

/// Usage about to wait for a decision.
pub(crate) struct NewLate<'a> {
    pub(crate) input: &'a UsageInput,
    pub(crate) period_on: Date,
    pub(crate) digest: &'a str,
}

/// What a provider does with late usage.
pub(crate) async fn policy(tx: &mut Tx, realm: RealmId) -> Result<LatePolicy> {
    let row = tx.opt::<PolicyRow>(&POLICY, args![realm]).await?;
    Ok(row.map_or_else(LatePolicy::default, |row| LatePolicy {
        window_days: row.window_days.and_then(|days| u32::try_from(days).ok()),
        late_as: row.late_as,
    }))
}

pub(crate) async fn set_policy(tx: &mut Tx, realm: RealmId, policy: &LatePolicy) -> Result<()> {
    let days = policy.window_days.map(i64::from);
    tx.exec(&SET_POLICY, args![realm, days, policy.late_as])
        .await
        .map(drop)
}

/// Has usage wait for a decision, in order of its names, and returns how many names were free.
pub(crate) async fn hold(
    tx: &mut Tx,
    realm: RealmId,
    all: &[NewLate<'_>],
    import: Option<ImportId>,
    at: Timestamp,
) -> Result<u64> {
    let rows = all
        .iter()
        .map(|late| {
            args![
                realm,
                late.input.source,
                late.input.external_id,
                late.input.subscription_id,
                late.input.meter,
                late.period_on,
                ReviewState::Waiting,
                "",
                None::<Date>,
                Json(late.input),
                late.digest,
                import,
                at,
                "",
                None::<Timestamp>,
            ]
        })
        .collect();
    tx.insert_many(&HOLD, rows).await
}

/// How many records are in a state; no more than a limit are counted.
pub(crate) async fn count(
    tx: &mut Tx,
    realm: RealmId,
    state: ReviewState,
    at_most: u32,
) -> Result<i64> {
    let (found,) = tx
        .one::<(i64,)>(&COUNT, args![realm, state, at_most])
        .await?;
    Ok(found)
}

/// Some records of a source, locked.
pub(crate) async fn named(
    tx: &mut Tx,
    realm: RealmId,
    source: &str,
    ids: &[&str],
) -> Result<Vec<ReviewedUsage>> {
    let rows = tx
        .all::<ReviewRow>(&NAMED, args![realm, source, Json(ids)])
        .await?;
    Ok(rows.into_iter().map(ReviewedUsage::from).collect())
}

/// What was decided to count of some subscriptions in months before a day, locked.
pub(crate) async fn ready(
    tx: &mut Tx,
    realm: RealmId,
    subscriptions: &[SubscriptionId],
    day: Date,
) -> Result<Vec<ReviewedUsage>> {
    let rows = tx
        .all::<ReviewRow>(&READY, args![realm, Json(subscriptions), day])
        .await?;
    Ok(rows.into_iter().map(ReviewedUsage::from).collect())
}

/// What a list of late usage is narrowed down by.
#[derive(Default)]
pub(crate) struct Narrowed<'a> {
    pub(crate) states: &'a [ReviewState],
    pub(crate) group: Option<&'a ReviewGroup>,
    pub(crate) after: Option<&'a RecordName>,
}

/// Late usage by source and id, so many records at most.
pub(crate) async fn list(
    tx: &mut Tx,
    realm: RealmId,
    narrowed: &Narrowed<'_>,
    limit: u32,
) -> Result<Vec<ReviewedUsage>> {
    let mut query = Query::new(
        "metering::late_list",
        concat!(
            "SELECT ",
            columns!(),
            " FROM late_usage WHERE realm_id = $1"
        ),
        args![realm],
    );
    match narrowed.states {
        [] => {}
        [one] => query = query.and("state = ?", args![*one]),
        [one, two, ..] => query = query.and("state IN (?, ?)", args![*one, *two]),
    }
    if let Some(group) = narrowed.group {
        query = query.and("subscription_id = ?", args![group.subscription_id]);
        if let Some(meter) = &group.meter {
            query = query.and("meter = ?", args![meter]);
        }
        if let Some(month) = group.period_on {
            query = query.and("period_on = ?", args![month]);
        }
    }
    if let Some(after) = narrowed.after {
        query = query.and(
            "(source, external_id) > (?, ?)",
            args![after.source, after.external_id],
        );
    }
    // One more than a page holds, or than is decided at once.
    let query = query.tail(if limit <= 201 {
        "ORDER BY source, external_id LIMIT 201"
    } else {
        "ORDER BY source, external_id LIMIT 1001"
    });
    let mut rows = tx.query::<ReviewRow>(query).await?;
    rows.truncate(limit as usize);
    Ok(rows.into_iter().map(ReviewedUsage::from).collect())
}

/// What is decided about records of one source.
pub(crate) struct Decided<'a> {
    pub(crate) state: ReviewState,
    pub(crate) reason: &'a str,
    pub(crate) by: &'a str,
    pub(crate) at: Option<Timestamp>,
    /// For what counts, the month if it is not its own.
    pub(crate) month: Option<Date>,
}

/// Notes a decision, and returns about how many records.
pub(crate) async fn decide(
    tx: &mut Tx,
    realm: RealmId,
    source: &str,
    ids: &[&str],
    decided: &Decided<'_>,
) -> Result<u64> {
    let (state, reason) = (decided.state, decided.reason);
    if matches!(state, ReviewState::Count | ReviewState::CountLater) {
        let args = args![
            realm,
            source,
            Json(ids),
            state,
            reason,
            decided.by,
            decided.at,
            decided.month
        ];
        return tx.exec(&COUNT_IN, args).await;
    }
    let args = args![
        realm,
        source,
        Json(ids),
        state,
        reason,
        decided.by,
        decided.at
    ];
    tx.exec(&COUNT_NOT, args).await
}

/// Notes that records have been counted, by source.
pub(crate) async fn counted(
    tx: &mut Tx,
    realm: RealmId,
    names: &BTreeMap<&str, Vec<&str>>,
) -> Result<()> {
    for (source, ids) in names {
        tx.exec(&COUNTED, args![realm, source, Json(ids)]).await?;
    }
    Ok(())
}
