//! Sub-accounts, and the records that wait for one to be assigned.

use crate::types::{HeldRecord, HeldState, RecordDraft, SubAccount};
use std::collections::HashMap;
use tradewind_kernel::id::{ImportId, RealmId, SubscriptionId};
use tradewind_kernel::{Result, Timestamp};
use tradewind_platform::db::{Json, Query, Tx};
use tradewind_platform::{args, bulk, row, stmts};

bulk! {
    /// Sub-accounts seen, locked; those that are known stay as they are, but for a name that was not known.
    SEEN = "sub_account" { realm_id: Text, source: Text, external_id: Text, name: Text, subscription_id: Text, first_seen_at: Int }
        on conflict Do("(realm_id, source, external_id) DO UPDATE SET name = excluded.name
        WHERE sub_account.name = sub_account.external_id");
    /// Records that wait; those that are known stay as they are.
    HOLD = "held_record" { realm_id: Text, source: Text, external_id: Text, provider: Text, sub_account: Text, state: Text,
        reason: Text, body: Text, import_id: Text, held_at: Int } on conflict Nothing, returning "source, external_id";
}

stmts! {
    /// Whose these sub-accounts of a provider are.
    ASSIGNED = "SELECT external_id, subscription_id FROM sub_account WHERE realm_id = $1 AND source = $2
        AND external_id IN (SELECT value FROM json_each($3)) AND subscription_id IS NOT NULL",
        pg = "SELECT external_id, subscription_id FROM sub_account WHERE realm_id = $1 AND source = $2
        AND external_id IN (SELECT json_array_elements_text(CAST($3 AS JSON))) AND subscription_id IS NOT NULL";
    /// Assigns a sub-account.
    ASSIGN = "INSERT INTO sub_account (realm_id, source, external_id, name, subscription_id, first_seen_at)
        VALUES ($1, $2, $3, $3, $4, $5) ON CONFLICT (realm_id, source, external_id) DO UPDATE SET
        subscription_id = excluded.subscription_id";
    /// One sub-account.
    SUB_ACCOUNT = "SELECT subscription_id FROM sub_account
        WHERE realm_id = $1 AND source = $2 AND external_id = $3 {for_update}";
    /// All sub-accounts with what waits for them.
    SUB_ACCOUNTS = "SELECT s.source, s.external_id, s.name, s.subscription_id, s.first_seen_at,
        (SELECT CAST(COUNT(*) AS BIGINT) FROM held_record h WHERE h.realm_id = s.realm_id AND h.provider = s.source
        AND h.sub_account = s.external_id AND h.state = 'held') AS held
        FROM sub_account s WHERE s.realm_id = $1 AND (s.source, s.external_id) > ($2, $3)
        ORDER BY s.source, s.external_id LIMIT $4";
    /// Some records that wait for a sub-account, locked.
    WAITING = "SELECT body, import_id, held_at FROM held_record WHERE realm_id = $1 AND provider = $2
        AND sub_account = $3 AND state = 'held' ORDER BY source, external_id LIMIT $4 {for_update}";
    /// What some records say that are or were held.
    BODIES = "SELECT external_id, body FROM held_record WHERE realm_id = $1 AND source = $2
        AND external_id IN (SELECT value FROM json_each($3))",
        pg = "SELECT external_id, body FROM held_record WHERE realm_id = $1 AND source = $2
        AND external_id IN (SELECT json_array_elements_text(CAST($3 AS JSON)))";
    /// What became of some records.
    SETTLE = "UPDATE held_record SET state = $4, reason = $5 WHERE realm_id = $1 AND source = $2
        AND external_id IN (SELECT value FROM json_each($3))",
        pg = "UPDATE held_record SET state = $4, reason = $5 WHERE realm_id = $1 AND source = $2
        AND external_id IN (SELECT json_array_elements_text(CAST($3 AS JSON)))";
}

row! {
    struct SubAccountRow {
        source: String,
        external_id: String,
        name: String,
        subscription_id: Option<SubscriptionId>,
        first_seen_at: Timestamp,
        held: i64,
    }
}

row! {
    pub(crate) struct WaitingRow {
        pub(crate) body: Json<RecordDraft>,
        pub(crate) import_id: ImportId,
        pub(crate) held_at: Timestamp,
    }
}

row! {
    struct HeldRow {
        source: String,
        external_id: String,
        provider: String,
        sub_account: String,
        state: HeldState,
        reason: String,
        import_id: ImportId,
        held_at: Timestamp,
        body: Json<RecordDraft>,
    }
}

/// A record about to be held.
pub(crate) struct NewHeld<'a> {
    pub(crate) draft: &'a RecordDraft,
    pub(crate) provider: &'a str,
    pub(crate) sub_account: &'a str,
    pub(crate) reason: &'a str,
}

/// Notes sub-accounts and locks them: provider, id and name of each, none twice, in order of provider and id.
pub(crate) async fn seen(
    tx: &mut Tx,
    realm: RealmId,
    all: &[(&str, &str, &str)],
    at: Timestamp,
) -> Result<()> {
    let rows = all
        .iter()
        .map(|(source, id, name)| args![realm, source, id, name, None::<SubscriptionId>, at])
        .collect();
    tx.insert_many(&SEEN, rows).await.map(drop)
}

/// Whose these sub-accounts of a provider are.
pub(crate) async fn assigned(
    tx: &mut Tx,
    realm: RealmId,
    source: &str,
    ids: &[&str],
) -> Result<HashMap<String, SubscriptionId>> {
    Ok(tx
        .all::<(String, SubscriptionId)>(&ASSIGNED, args![realm, source, Json(ids)])
        .await?
        .into_iter()
        .collect())
}

pub(crate) async fn assign(
    tx: &mut Tx,
    realm: RealmId,
    source: &str,
    id: &str,
    subscription: SubscriptionId,
    at: Timestamp,
) -> Result<()> {
    tx.exec(&ASSIGN, args![realm, source, id, subscription, at])
        .await
        .map(drop)
}

/// Whose a sub-account is; `None` when it isn't known at all.
pub(crate) async fn sub_account(
    tx: &mut Tx,
    realm: RealmId,
    source: &str,
    id: &str,
) -> Result<Option<Option<SubscriptionId>>> {
    let row = tx
        .opt::<(Option<SubscriptionId>,)>(&SUB_ACCOUNT, args![realm, source, id])
        .await?;
    Ok(row.map(|(subscription,)| subscription))
}

pub(crate) async fn sub_accounts(
    tx: &mut Tx,
    realm: RealmId,
    after: (&str, &str),
    limit: u32,
) -> Result<Vec<SubAccount>> {
    let rows = tx
        .all::<SubAccountRow>(&SUB_ACCOUNTS, args![realm, after.0, after.1, limit])
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| SubAccount {
            source: row.source,
            external_id: row.external_id,
            name: row.name,
            subscription_id: row.subscription_id,
            held: row.held,
            first_seen_at: row.first_seen_at,
        })
        .collect())
}

/// Holds records and returns the names of those that were not known before.
pub(crate) async fn hold(
    tx: &mut Tx,
    realm: RealmId,
    all: &[NewHeld<'_>],
    import: ImportId,
    at: Timestamp,
) -> Result<Vec<(String, String)>> {
    let rows = all
        .iter()
        .map(|h| {
            args![
                realm,
                h.draft.source,
                h.draft.external_id,
                h.provider,
                h.sub_account,
                HeldState::Held,
                h.reason,
                Json(h.draft),
                import,
                at,
            ]
        })
        .collect();
    tx.insert_many_returning(&HOLD, rows).await
}

/// What some records say that are or were held, by id.
pub(crate) async fn bodies(
    tx: &mut Tx,
    realm: RealmId,
    source: &str,
    ids: &[&str],
) -> Result<HashMap<String, RecordDraft>> {
    let rows = tx
        .all::<(String, Json<RecordDraft>)>(&BODIES, args![realm, source, Json(ids)])
        .await?;
    Ok(rows.into_iter().map(|(id, body)| (id, body.0)).collect())
}

pub(crate) async fn waiting(
    tx: &mut Tx,
    realm: RealmId,
    provider: &str,
    sub_account: &str,
    limit: u32,
) -> Result<Vec<WaitingRow>> {
    tx.all(&WAITING, args![realm, provider, sub_account, limit])
        .await
}

pub(crate) async fn settle(
    tx: &mut Tx,
    realm: RealmId,
    source: &str,
    ids: &[&str],
    state: HeldState,
    reason: &str,
) -> Result<()> {
    tx.exec(&SETTLE, args![realm, source, Json(ids), state, reason])
        .await
        .map(drop)
}

/// A page of records that wait or have waited, by source and id.
pub(crate) async fn list(
    tx: &mut Tx,
    realm: RealmId,
    state: Option<HeldState>,
    sub_account: Option<(&str, &str)>,
    after: (&str, &str),
) -> Result<Vec<HeldRecord>> {
    let mut query = Query::new(
        "metering::held_list",
        "SELECT source, external_id, provider, sub_account, state, reason, import_id, held_at, body FROM held_record WHERE realm_id = $1",
        args![realm],
    );
    if let Some(state) = state {
        query = query.and("state = ?", args![state]);
    }
    if let Some((provider, id)) = sub_account {
        query = query.and("provider = ? AND sub_account = ?", args![provider, id]);
    }
    // One more than the largest page, to know whether there is another.
    let query = query
        .and("(source, external_id) > (?, ?)", args![after.0, after.1])
        .tail("ORDER BY source, external_id LIMIT 201");
    let rows = tx.query::<HeldRow>(query).await?;
    Ok(rows
        .into_iter()
        .map(|row| HeldRecord {
            source: row.source,
            external_id: row.external_id,
            provider: row.provider,
            sub_account: row.sub_account,
            state: row.state,
            reason: row.reason,
            import_id: row.import_id,
            held_at: row.held_at,
            record: row.body.0,
        })
        .collect())
}
