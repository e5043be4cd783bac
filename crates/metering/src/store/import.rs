//! Imports.

use crate::types::{ImportFormat, ImportProblem, ImportState, UsageImport};
use tradewind_kernel::id::{ImportId, RealmId};
use tradewind_kernel::{Result, Timestamp};
use tradewind_platform::db::{Json, Tx};
use tradewind_platform::{args, row, stmts};

stmts! {
    /// A new import.
    INSERT = "INSERT INTO usage_import (realm_id, id, format, file_name, digest, state, row_count, accepted, duplicate, held,
        rejected, problems, started_by, started_at, finished_at, review)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    /// How far an import has come.
    UPDATE = "UPDATE usage_import SET digest = $3, state = $4, row_count = $5, accepted = $6, duplicate = $7, held = $8,
        rejected = $9, problems = $10, finished_at = $11, review = $12 WHERE realm_id = $1 AND id = $2";
    /// One import.
    GET = "SELECT id, format, file_name, digest, state, row_count, accepted, duplicate, held, review, rejected, problems, started_by,
        started_at, finished_at FROM usage_import WHERE realm_id = $1 AND id = $2";
    /// The latest imports before one.
    LATEST = "SELECT id, format, file_name, digest, state, row_count, accepted, duplicate, held, review, rejected, problems, started_by,
        started_at, finished_at FROM usage_import WHERE realm_id = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3";
}

row! {
    struct ImportRow {
        id: ImportId,
        format: ImportFormat,
        file_name: String,
        digest: String,
        state: ImportState,
        row_count: i64,
        accepted: i64,
        duplicate: i64,
        held: i64,
        review: i64,
        rejected: i64,
        problems: Json<Vec<ImportProblem>>,
        started_by: String,
        started_at: Timestamp,
        finished_at: Option<Timestamp>,
    }
}

impl From<ImportRow> for UsageImport {
    fn from(row: ImportRow) -> Self {
        Self {
            id: row.id,
            format: row.format,
            file_name: row.file_name,
            digest: row.digest,
            state: row.state,
            rows: row.row_count,
            accepted: row.accepted,
            duplicate: row.duplicate,
            held: row.held,
            review: row.review,
            rejected: row.rejected,
            problems: row.problems.0,
            started_by: row.started_by,
            started_at: row.started_at,
            finished_at: row.finished_at,
        }
    }
}

pub(crate) async fn insert(tx: &mut Tx, realm: RealmId, i: &UsageImport) -> Result<()> {
    let args = args![
        realm,
        i.id,
        i.format,
        i.file_name,
        i.digest,
        i.state,
        i.rows,
        i.accepted,
        i.duplicate,
        i.held,
        i.rejected,
        Json(&i.problems),
        i.started_by,
        i.started_at,
        i.finished_at,
        i.review,
    ];
    tx.exec(&INSERT, args).await.map(drop)
}

pub(crate) async fn update(tx: &mut Tx, realm: RealmId, i: &UsageImport) -> Result<()> {
    let args = args![
        realm,
        i.id,
        i.digest,
        i.state,
        i.rows,
        i.accepted,
        i.duplicate,
        i.held,
        i.rejected,
        Json(&i.problems),
        i.finished_at,
        i.review,
    ];
    tx.exec(&UPDATE, args).await.map(drop)
}

pub(crate) async fn get(tx: &mut Tx, realm: RealmId, id: ImportId) -> Result<Option<UsageImport>> {
    Ok(tx
        .opt::<ImportRow>(&GET, args![realm, id])
        .await?
        .map(UsageImport::from))
}

/// The latest imports, before one when given.
pub(crate) async fn latest(
    tx: &mut Tx,
    realm: RealmId,
    before: Option<ImportId>,
    limit: u32,
) -> Result<Vec<UsageImport>> {
    // Ids sort by time.
    let before = before.map(|id| id.to_string()).unwrap_or_default();
    let rows = tx
        .all::<ImportRow>(&LATEST, args![realm, before, limit])
        .await?;
    Ok(rows.into_iter().map(UsageImport::from).collect())
}
