//! Which records were taken back: once each.

use crate::types::Cancellation;
use std::collections::HashMap;
use tradewind_kernel::{Result, id::RealmId};
use tradewind_platform::db::{Json, Tx};
use tradewind_platform::{args, bulk, stmts};

bulk! {
    /// Records that are taken back. One that is taken back already stays as it is.
    CANCEL = "usage_cancel" { realm_id: Text, source: Text, external_id: Text, reason: Text, replaced_by: Text, cancelled_by: Text,
        cancelled_at: Int } on conflict Nothing;
}

stmts! {
    /// Which of some records of a source were taken back, and by what each was replaced.
    KNOWN = "SELECT external_id, replaced_by FROM usage_cancel WHERE realm_id = $1 AND source = $2
        AND external_id IN (SELECT value FROM json_each($3))",
        pg = "SELECT external_id, replaced_by FROM usage_cancel WHERE realm_id = $1 AND source = $2
        AND external_id IN (SELECT json_array_elements_text(CAST($3 AS JSON)))";
}

/// Notes that records of a source are taken back, in order of their names, and returns how many were not yet.
pub(crate) async fn cancel(
    tx: &mut Tx,
    realm: RealmId,
    source: &str,
    ids: &[&str],
    how: &Cancellation,
) -> Result<u64> {
    let rows = ids
        .iter()
        .map(|id| {
            args![
                realm,
                source,
                *id,
                how.reason,
                how.replaced_by,
                how.by,
                how.at
            ]
        })
        .collect();
    tx.insert_many(&CANCEL, rows).await
}

/// Which of some records of a source were taken back, and by what each was replaced.
pub(crate) async fn known(
    tx: &mut Tx,
    realm: RealmId,
    source: &str,
    ids: &[&str],
) -> Result<HashMap<String, Option<String>>> {
    let rows: Vec<(String, Option<String>)> =
        tx.all(&KNOWN, args![realm, source, Json(ids)]).await?;
    Ok(rows.into_iter().collect())
}
