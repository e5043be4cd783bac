//! Usage records: immutable, once per source and id.

use crate::rules::{TotalKey, settled};
use crate::types::{Cancellation, UsageInput, UsageKind, UsageRecord};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tradewind_kernel::id::{ImportId, RealmId, SubscriptionId};
use tradewind_kernel::{Currency, Date, Decimal, Result, Timestamp};
use tradewind_platform::db::{Arg, Json, Tx};
use tradewind_platform::{args, bulk, row, stmts};

bulk! {
    /// New records. A name that is taken all the same is left out.
    INSERT = "usage_record" { realm_id: Text, source: Text, external_id: Text, subscription_id: Text, meter: Text, group_key: Text,
        period_on: Text, starts_at: Int, ends_at: Int, quantity: Text, unit: Text, cost: Text, currency: Text, kind: Text,
        dimensions: Text, attributes: Text, digest: Text, total_version: Int, import_id: Text, ingested_at: Int }
        on conflict Nothing;
    /// What an ingest adds to totals.
    PARTS = "usage_part" { realm_id: Text, subscription_id: Text, period_on: Text, meter: Text, group_key: Text, version: Int,
        source: Text, names: Text } on conflict Error;
}

/// The columns of a record, in the order of its row.
macro_rules! columns {
    () => {
        "r.source, r.external_id, r.subscription_id, r.meter, r.group_key, r.period_on, r.starts_at, r.ends_at, r.quantity, r.unit, \
         r.cost, r.currency, r.kind, r.dimensions, r.attributes, r.total_version, r.import_id, r.ingested_at"
    };
}

/// That nothing is said about whether a record was taken back.
macro_rules! untold {
    () => {
        ", CAST(NULL AS BIGINT) AS cancelled_at, CAST(NULL AS TEXT) AS cancelled_by, CAST(NULL AS TEXT) AS cancel_reason, \
         CAST(NULL AS TEXT) AS replaced_by"
    };
}

/// Whether a record was taken back.
macro_rules! told {
    () => {
        ", p.version AS part_version, c.cancelled_at, c.cancelled_by, c.reason AS cancel_reason, c.replaced_by"
    };
}

macro_rules! cancelled {
    () => {
        " LEFT JOIN usage_cancel c ON c.realm_id = r.realm_id AND c.source = r.source AND c.external_id = r.external_id"
    };
}

/// Parts of totals with the records that they name, each looked up by its whole key.
macro_rules! named {
    () => {
        " FROM usage_part p CROSS JOIN json_each(p.names) n
        CROSS JOIN usage_record r ON r.realm_id = p.realm_id AND r.source = p.source AND r.external_id = n.value"
    };
    (pg) => {
        " FROM usage_part p CROSS JOIN LATERAL json_array_elements_text(CAST(p.names AS JSON)) AS n(id)
        CROSS JOIN LATERAL (SELECT * FROM usage_record WHERE realm_id = p.realm_id AND source = p.source AND external_id = n.id
            OFFSET 0) r"
    };
}

macro_rules! between {
    () => {
        " WHERE p.realm_id = $1 AND p.subscription_id = $2 AND p.period_on = $4 AND p.meter = $3 AND p.group_key = $5
        AND p.version > $6 AND p.version <= $7 ORDER BY r.starts_at, r.source, r.external_id"
    };
}

macro_rules! page {
    () => {
        " WHERE p.realm_id = $1 AND p.subscription_id = $2 AND p.period_on = $3
        AND (p.meter, p.group_key, p.version, p.source) >= ($4, $5, $6, $7)
        AND ((p.meter, p.group_key, p.version, p.source) > ($4, $5, $6, $7) OR r.external_id > $8)
        AND p.version = r.total_version
        ORDER BY p.meter, p.group_key, p.version, p.source, r.external_id LIMIT $9"
    };
}

stmts! {
    /// Digests of the records of one source that go by these ids. On PostgreSQL each is looked up by its whole key, also
    /// while the table has grown faster than its statistics: OFFSET keeps the look-up apart from the list.
    DIGESTS = "SELECT external_id, digest FROM usage_record WHERE realm_id = $1 AND source = $2
        AND external_id IN (SELECT value FROM json_each($3))",
        pg = "SELECT n.id AS external_id, r.digest FROM json_array_elements_text(CAST($3 AS JSON)) AS n(id)
        CROSS JOIN LATERAL (SELECT digest FROM usage_record WHERE realm_id = $1 AND source = $2 AND external_id = n.id OFFSET 0) r";
    /// The same, with the records that wait for a decision or did so.
    DIGESTS_WITH_LATE = "SELECT external_id, digest FROM usage_record WHERE realm_id = $1 AND source = $2
        AND external_id IN (SELECT value FROM json_each($3))
        UNION SELECT external_id, digest FROM late_usage WHERE realm_id = $1 AND source = $2
        AND external_id IN (SELECT value FROM json_each($3))",
        pg = "SELECT n.id AS external_id, r.digest FROM json_array_elements_text(CAST($3 AS JSON)) AS n(id)
        CROSS JOIN LATERAL (SELECT digest FROM usage_record WHERE realm_id = $1 AND source = $2 AND external_id = n.id OFFSET 0) r
        UNION SELECT n.id AS external_id, r.digest FROM json_array_elements_text(CAST($3 AS JSON)) AS n(id)
        CROSS JOIN LATERAL (SELECT digest FROM late_usage WHERE realm_id = $1 AND source = $2 AND external_id = n.id OFFSET 0) r";
    /// The records of one group that came after one version of its total and not after another.
    BETWEEN = concat!("SELECT ", columns!(), ", p.version AS part_version", untold!(), named!(), between!()),
        pg = concat!("SELECT ", columns!(), ", p.version AS part_version", untold!(), named!(pg), between!());
    /// Some records of a source, in order of their names.
    SOME = concat!("SELECT ", columns!(), ", r.total_version AS part_version", untold!(), " FROM usage_record r
        WHERE r.realm_id = $1 AND r.source = $2 AND r.external_id IN (SELECT value FROM json_each($3)) ORDER BY r.external_id"),
        pg = concat!("SELECT ", columns!(), ", r.total_version AS part_version", untold!(), " FROM usage_record r
        WHERE r.realm_id = $1 AND r.source = $2 AND r.external_id IN (SELECT json_array_elements_text(CAST($3 AS JSON)))
        ORDER BY r.external_id");
    /// Where a record stands in the lists of its subscription.
    PLACE = "SELECT meter, group_key, total_version FROM usage_record WHERE realm_id = $1 AND source = $2 AND external_id = $3
        AND subscription_id = $4";
    /// A page of the records of a subscription in a month, part by part.
    PAGE = concat!("SELECT ", columns!(), told!(), named!(), cancelled!(), page!()),
        pg = concat!("SELECT ", columns!(), told!(), named!(pg), cancelled!(), page!());
}

row! {
    struct RecordRow {
        source: String,
        external_id: String,
        subscription_id: SubscriptionId,
        meter: String,
        group_key: String,
        period_on: Date,
        starts_at: Timestamp,
        ends_at: Timestamp,
        quantity: Decimal,
        unit: String,
        cost: Option<Decimal>,
        currency: Option<Currency>,
        kind: UsageKind,
        dimensions: Json<BTreeMap<String, String>>,
        attributes: Json<BTreeMap<String, String>>,
        total_version: i64,
        import_id: Option<ImportId>,
        ingested_at: Timestamp,
        part_version: i64,
        cancelled_at: Option<Timestamp>,
        cancelled_by: Option<String>,
        cancel_reason: Option<String>,
        replaced_by: Option<String>,
    }
}

tradewind_platform::sql_text!(UsageKind);

impl From<RecordRow> for UsageRecord {
    fn from(row: RecordRow) -> Self {
        let (by, reason) = (row.cancelled_by, row.cancel_reason);
        let cancelled = row.cancelled_at.map(|at| Cancellation {
            at,
            by: by.unwrap_or_default(),
            reason: reason.unwrap_or_default(),
            replaced_by: row.replaced_by,
        });
        Self {
            cancelled,
            input: UsageInput {
                source: row.source,
                external_id: row.external_id,
                subscription_id: row.subscription_id,
                meter: row.meter,
                starts_at: row.starts_at,
                ends_at: row.ends_at,
                quantity: row.quantity,
                unit: row.unit,
                cost: row.cost,
                currency: row.currency,
                kind: row.kind,
                dimensions: row.dimensions.0,
                attributes: row.attributes.0,
            },
            period_on: row.period_on,
            group_key: row.group_key,
            total_version: row.total_version,
            import_id: row.import_id,
            ingested_at: row.ingested_at,
        }
    }
}

/// A record as it will be stored, but for the version of its total.
pub(crate) struct NewRecord(Vec<Arg>);

/// Where the version of the total stands in a row.
const VERSION_COLUMN: usize = 17;

/// What is the same in all records of a batch.
pub(crate) struct Common {
    realm: Arc<str>,
    import: Option<ImportId>,
    at: Timestamp,
}

impl Common {
    pub(crate) fn new(realm: RealmId, import: Option<ImportId>, at: Timestamp) -> Self {
        Self {
            realm: realm.to_string().into(),
            import,
            at,
        }
    }

    /// Prepares a record, which needs no transaction.
    pub(crate) fn record(&self, input: &UsageInput, key: &TotalKey, digest: &str) -> NewRecord {
        NewRecord(args![
            self.realm,
            input.source,
            input.external_id,
            input.subscription_id,
            input.meter,
            key.group_key,
            key.period_on,
            input.starts_at,
            input.ends_at,
            input.quantity,
            input.unit,
            input.cost,
            input.currency,
            input.kind,
            Json(&input.dimensions),
            Json(&input.attributes),
            digest,
            0_i64,
            self.import,
            self.at,
        ])
    }
}

/// Stores records, each with the version of its total, and returns how many names were free.
pub(crate) async fn insert<'a>(
    tx: &mut Tx,
    records: impl Iterator<Item = (&'a NewRecord, i64)>,
) -> Result<u64> {
    let rows = records
        .map(|(record, version)| {
            let mut row = record.0.clone();
            row[VERSION_COLUMN] = Arg::Int(version);
            row
        })
        .collect();
    tx.insert_many(&INSERT, rows).await
}

/// What an ingest adds to one total from one source.
pub(crate) struct Part<'a> {
    pub(crate) key: &'a TotalKey,
    /// The version that the total gets.
    pub(crate) version: i64,
    pub(crate) source: &'a str,
    /// Names of the records.
    pub(crate) names: Vec<&'a str>,
}

/// Notes what an ingest adds to totals.
pub(crate) async fn add_parts(tx: &mut Tx, realm: RealmId, parts: &[Part<'_>]) -> Result<()> {
    let realm: Arc<str> = realm.to_string().into();
    let rows = parts
        .iter()
        .map(|part| {
            args![
                realm,
                part.key.subscription_id,
                part.key.period_on,
                part.key.meter,
                part.key.group_key,
                part.version,
                part.source,
                Json(&part.names),
            ]
        })
        .collect();
    tx.insert_many(&PARTS, rows).await.map(drop)
}

/// Digests of known records by id: of those that count, and of those that wait for a decision or did so unless only what
/// counts is asked for.
pub(crate) async fn digests(
    tx: &mut Tx,
    realm: RealmId,
    source: &str,
    ids: &[&str],
    only_counted: bool,
) -> Result<HashMap<String, String>> {
    let which = if only_counted {
        &DIGESTS
    } else {
        &DIGESTS_WITH_LATE
    };
    let rows = tx
        .all::<(String, String)>(which, args![realm, source, Json(ids)])
        .await?;
    Ok(rows.into_iter().collect())
}

/// The records that a span of versions of one total consists of; what was taken out of it in the span and came before is there
/// with its quantity turned round.
pub(crate) async fn between(
    tx: &mut Tx,
    realm: RealmId,
    key: &TotalKey,
    after: i64,
    up_to: i64,
) -> Result<Vec<UsageRecord>> {
    let args = args![
        realm,
        key.subscription_id,
        key.meter,
        key.period_on,
        key.group_key,
        after,
        up_to
    ];
    let rows = tx.all::<RecordRow>(&BETWEEN, args).await?;
    let brought = rows.into_iter().map(|row| {
        let version = row.part_version;
        (UsageRecord::from(row), version)
    });
    Ok(settled(brought.collect()))
}

/// Some records of a source, in order of their names.
pub(crate) async fn some(
    tx: &mut Tx,
    realm: RealmId,
    source: &str,
    ids: &[&str],
) -> Result<Vec<UsageRecord>> {
    let args = args![realm, source, Json(ids)];
    let rows = tx.all::<RecordRow>(&SOME, args).await?;
    Ok(rows.into_iter().map(UsageRecord::from).collect())
}

/// The records of a subscription in a month that come after a record, named by source and id; `None` when there is no
/// such record.
pub(crate) async fn page(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    period_on: Date,
    after: Option<&(String, String)>,
    limit: u32,
) -> Result<Option<Vec<UsageRecord>>> {
    let (source, external_id) = after.cloned().unwrap_or_default();
    let place = match after {
        None => Some((String::new(), String::new(), 0)),
        Some(_) => {
            tx.opt::<(String, String, i64)>(&PLACE, args![realm, source, external_id, subscription])
                .await?
        }
    };
    let Some((meter, group_key, version)) = place else {
        return Ok(None);
    };
    let args = args![
        realm,
        subscription,
        period_on,
        meter,
        group_key,
        version,
        source,
        external_id,
        limit
    ];
    let rows = tx.all::<RecordRow>(&PAGE, args).await?;
    Ok(Some(rows.into_iter().map(UsageRecord::from).collect()))
}
