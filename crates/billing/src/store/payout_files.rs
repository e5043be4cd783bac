//! Files of payments.

use tradewind_kernel::{
    Currency, Date, Money, Timestamp,
    id::{AccountId, PayoutFileId, RealmId},
};
use tradewind_platform::{
    args,
    db::{Result, Tx},
    row, stmts,
};

use crate::types::PayoutFile;

stmts! {
    /// A file.
    NEW_FILE = "INSERT INTO payout_file (realm_id, id, payer_id, message_id, execute_on, payments, total, currency, content, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    /// Files of a payer, the latest first.
    FILES = "SELECT id, payer_id, message_id, execute_on, payments, total, currency, created_at FROM payout_file
        WHERE realm_id = $1 AND payer_id = $2 ORDER BY id DESC LIMIT $3";
    /// What is in a file, sealed.
    CONTENT = "SELECT payer_id, message_id, content FROM payout_file WHERE realm_id = $1 AND id = $2";
}

row! {
    struct FileRow {
        id: PayoutFileId,
        payer_id: AccountId,
        message_id: String,
        execute_on: Date,
        payments: i64,
        total: i64,
        currency: Currency,
        created_at: Timestamp,
    }
}

/// Keeps a file of payments; its content is sealed.
pub(crate) async fn add_file(
    tx: &mut Tx,
    realm: RealmId,
    file: &PayoutFile,
    content: &str,
) -> Result<()> {
    let args = args![
        realm,
        file.id,
        file.payer_id,
        file.message_id,
        file.execute_on,
        file.payments,
        file.total.minor,
        file.total.currency,
        content,
        file.created_at
    ];
    tx.exec(&NEW_FILE, args).await?;
    Ok(())
}

/// Files of a payer, the latest first.
pub(crate) async fn files(
    tx: &mut Tx,
    realm: RealmId,
    payer: AccountId,
    limit: i64,
) -> Result<Vec<PayoutFile>> {
    let rows: Vec<FileRow> = tx.all(&FILES, args![realm, payer, limit]).await?;
    Ok(rows
        .into_iter()
        .map(|row| PayoutFile {
            id: row.id,
            payer_id: row.payer_id,
            message_id: row.message_id,
            execute_on: row.execute_on,
            payments: row.payments,
            total: Money::new(row.total, row.currency),
            created_at: row.created_at,
        })
        .collect())
}

/// Who pays with a file, what it is called, and its sealed content.
pub(crate) async fn content(
    tx: &mut Tx,
    realm: RealmId,
    id: PayoutFileId,
) -> Result<Option<(AccountId, String, String)>> {
    tx.opt(&CONTENT, args![realm, id]).await
}
