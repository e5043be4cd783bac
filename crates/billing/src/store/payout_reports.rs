//! Answers of banks to files of payments, and what was ordered with each file.

use tradewind_kernel::{
    Currency, Date, Money, Timestamp,
    id::{AccountId, PayoutFileId, RealmId, SettlementId, StatusReportId},
};
use tradewind_platform::{
    args,
    db::{Result, Tx},
    row, stmts,
};

use crate::types::{PayeeSettlement, PayoutLevel, PayoutOutcome, PayoutReport, PayoutReportItem};

stmts! {
    /// A settlement is in a file.
    ORDER = "INSERT INTO payout_order (realm_id, file_id, settlement_id, end_to_end, amount, currency, status)
        VALUES ($1, $2, $3, $4, $5, $6, '')";
    /// What was ordered with the file of a payer that has a name.
    ORDERED = "SELECT o.file_id, o.settlement_id, o.end_to_end, o.amount, o.currency, o.status FROM payout_file f
        JOIN payout_order o ON o.realm_id = f.realm_id AND o.file_id = f.id
        WHERE f.realm_id = $1 AND f.payer_id = $2 AND f.message_id = $3 ORDER BY o.settlement_id";
    /// What the bank has said of it last.
    SAID = "UPDATE payout_order SET status = $4 WHERE realm_id = $1 AND file_id = $2 AND settlement_id = $3";
    /// A report; nothing where the same was taken in before.
    NEW_REPORT = "INSERT INTO payout_report (realm_id, id, payer_id, digest, file_name, message_id, original_message_id, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    /// The report that was taken in from the same file.
    BY_DIGEST = "SELECT id FROM payout_report WHERE realm_id = $1 AND payer_id = $2 AND digest = $3";
    /// What a report says.
    NEW_ITEM = "INSERT INTO payout_report_item (realm_id, report_id, no, payer_id, level, original_message_id, end_to_end, status,
        reason, amount, currency, told_on, outcome, settlement_id, doubt, note)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, NULL)";
    /// Reports of a payer, the latest first.
    REPORTS = "SELECT r.id, r.payer_id, r.file_name, r.message_id, r.original_message_id, r.created_at,
        CAST(COALESCE(SUM(CASE WHEN i.outcome = 'paid' THEN 1 ELSE 0 END), 0) AS BIGINT) AS paid,
        CAST(COALESCE(SUM(CASE WHEN i.outcome = 'failed' THEN 1 ELSE 0 END), 0) AS BIGINT) AS failed,
        CAST(COALESCE(SUM(CASE WHEN i.outcome IN ('noted', 'known') THEN 1 ELSE 0 END), 0) AS BIGINT) AS noted,
        CAST(COALESCE(SUM(CASE WHEN i.doubt IS NOT NULL AND i.note IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS doubts FROM payout_report r
        LEFT JOIN payout_report_item i ON i.realm_id = r.realm_id AND i.report_id = r.id
        WHERE r.realm_id = $1 AND r.payer_id = $2
        GROUP BY r.id, r.payer_id, r.file_name, r.message_id, r.original_message_id, r.created_at ORDER BY r.id DESC LIMIT $3";
    /// Whose report it is.
    PAYER = "SELECT payer_id FROM payout_report WHERE realm_id = $1 AND id = $2";
    /// What a report says, in its order.
    ITEMS = "SELECT report_id, no, level, original_message_id, end_to_end, status, reason, amount, currency, told_on, outcome,
        settlement_id, note FROM payout_report_item WHERE realm_id = $1 AND report_id = $2 ORDER BY no LIMIT $3";
    /// What waits for a person, the oldest first.
    DOUBTS = "SELECT report_id, no, level, original_message_id, end_to_end, status, reason, amount, currency, told_on, outcome,
        settlement_id, note FROM payout_report_item WHERE realm_id = $1 AND payer_id = $2 AND doubt = 1 AND note IS NULL
        ORDER BY report_id, no LIMIT $3";
    /// A person has looked.
    LOOKED = "UPDATE payout_report_item SET note = $4 WHERE realm_id = $1 AND report_id = $2 AND no = $3 AND doubt = 1
        AND note IS NULL";
}

row! {
    /// What was ordered with a file.
    #[derive(Debug, Clone)]
    pub(crate) struct Ordered {
        pub(crate) file_id: PayoutFileId,
        pub(crate) settlement_id: SettlementId,
        pub(crate) end_to_end: String,
        amount: i64,
        currency: Currency,
        /// The code that the bank has said last; empty before.
        pub(crate) status: String,
    }
}

impl Ordered {
    pub(crate) fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
}

row! {
    struct ReportRow {
        id: StatusReportId,
        payer_id: AccountId,
        file_name: String,
        message_id: String,
        original_message_id: String,
        created_at: Timestamp,
        paid: i64,
        failed: i64,
        noted: i64,
        doubts: i64,
    }
}

row! {
    struct ItemRow {
        report_id: StatusReportId,
        no: i64,
        level: PayoutLevel,
        original_message_id: String,
        end_to_end: String,
        status: String,
        reason: String,
        amount: Option<i64>,
        currency: Option<Currency>,
        told_on: Option<Date>,
        outcome: PayoutOutcome,
        settlement_id: Option<SettlementId>,
        note: Option<String>,
    }
}

impl From<ItemRow> for PayoutReportItem {
    fn from(row: ItemRow) -> Self {
        Self {
            report_id: row.report_id,
            no: row.no,
            level: row.level,
            original_message_id: row.original_message_id,
            end_to_end: row.end_to_end,
            status: row.status,
            reason: row.reason,
            amount: row
                .amount
                .zip(row.currency)
                .map(|(minor, currency)| Money::new(minor, currency)),
            on: row.told_on,
            outcome: row.outcome,
            settlement_id: row.settlement_id,
            note: row.note,
        }
    }
}

/// Notes that a settlement is in a file.
pub(crate) async fn order(
    tx: &mut Tx,
    realm: RealmId,
    file: PayoutFileId,
    one: &PayeeSettlement,
) -> Result<()> {
    let args = args![
        realm,
        file,
        one.id,
        one.number,
        one.payout.minor,
        one.payout.currency
    ];
    tx.exec(&ORDER, args).await?;
    Ok(())
}

/// What was ordered with the file of a payer that has a name; nothing where there is no such file.
pub(crate) async fn ordered(
    tx: &mut Tx,
    realm: RealmId,
    payer: AccountId,
    message: &str,
) -> Result<Vec<Ordered>> {
    tx.all(&ORDERED, args![realm, payer, message]).await
}

/// Notes what the bank has said of it.
pub(crate) async fn said(tx: &mut Tx, realm: RealmId, one: &Ordered, status: &str) -> Result<()> {
    tx.exec(&SAID, args![realm, one.file_id, one.settlement_id, status])
        .await?;
    Ok(())
}

/// Keeps a report; the id of that which was taken in from the same file before, if it was.
pub(crate) async fn insert(
    tx: &mut Tx,
    realm: RealmId,
    digest: &str,
    report: &PayoutReport,
) -> Result<Option<StatusReportId>> {
    let args = args![
        realm,
        report.id,
        report.payer_id,
        digest,
        report.file_name,
        report.message_id,
        report.original_message_id,
        report.created_at
    ];
    if tx.exec(&NEW_REPORT, args).await? == 1 {
        return Ok(None);
    }
    let (known,): (StatusReportId,) = tx
        .one(&BY_DIGEST, args![realm, report.payer_id, digest])
        .await?;
    Ok(Some(known))
}

/// Keeps what a report says.
pub(crate) async fn insert_item(
    tx: &mut Tx,
    realm: RealmId,
    payer: AccountId,
    item: &PayoutReportItem,
) -> Result<()> {
    let args = args![
        realm,
        item.report_id,
        item.no,
        payer,
        item.level,
        item.original_message_id,
        item.end_to_end,
        item.status,
        item.reason,
        item.amount.map(|amount| amount.minor),
        item.amount.map(|amount| amount.currency),
        item.on,
        item.outcome,
        item.settlement_id,
        item.outcome.is_doubt().then_some(1_i64)
    ];
    tx.exec(&NEW_ITEM, args).await?;
    Ok(())
}

/// Reports of a payer, the latest first.
pub(crate) async fn reports(
    tx: &mut Tx,
    realm: RealmId,
    payer: AccountId,
    limit: i64,
) -> Result<Vec<PayoutReport>> {
    let rows: Vec<ReportRow> = tx.all(&REPORTS, args![realm, payer, limit]).await?;
    Ok(rows
        .into_iter()
        .map(|row| PayoutReport {
            id: row.id,
            payer_id: row.payer_id,
            file_name: row.file_name,
            message_id: row.message_id,
            original_message_id: row.original_message_id,
            created_at: row.created_at,
            paid: row.paid,
            failed: row.failed,
            noted: row.noted,
            doubts: row.doubts,
            known: false,
        })
        .collect())
}

/// Whose report it is.
pub(crate) async fn payer(
    tx: &mut Tx,
    realm: RealmId,
    id: StatusReportId,
) -> Result<Option<AccountId>> {
    let row: Option<(AccountId,)> = tx.opt(&PAYER, args![realm, id]).await?;
    Ok(row.map(|(payer,)| payer))
}

/// What a report says, in its order.
pub(crate) async fn items(
    tx: &mut Tx,
    realm: RealmId,
    id: StatusReportId,
    limit: i64,
) -> Result<Vec<PayoutReportItem>> {
    let rows: Vec<ItemRow> = tx.all(&ITEMS, args![realm, id, limit]).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// What waits for a person, the oldest first.
pub(crate) async fn doubts(
    tx: &mut Tx,
    realm: RealmId,
    payer: AccountId,
    limit: i64,
) -> Result<Vec<PayoutReportItem>> {
    let rows: Vec<ItemRow> = tx.all(&DOUBTS, args![realm, payer, limit]).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Notes that a person has looked; false where nothing waits there.
pub(crate) async fn looked(
    tx: &mut Tx,
    realm: RealmId,
    id: StatusReportId,
    no: i64,
    note: &str,
) -> Result<bool> {
    Ok(tx.exec(&LOOKED, args![realm, id, no, note]).await? == 1)
}
