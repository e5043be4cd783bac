//! What accounts collect for sellers.

use tradewind_kernel::{
    Currency, Date, Money,
    id::{AccountId, CollectedId, InvoiceId, PaymentId, PaymentStepId, RealmId, SettlementId},
};
use tradewind_platform::{
    args,
    db::{Result, Tx},
    row, stmts,
};

use super::check::PairSum;
use crate::types::{Collected, CollectedKind};

stmts! {
    /// Money that came in for a seller, or went out again.
    NEW = "INSERT INTO collected (realm_id, id, collector_id, seller_id, buyer_id, kind, payment_id, step_id, posted_on, amount, currency)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    /// What is on a settlement, after one.
    OF_SETTLEMENT = "SELECT m.id, m.collector_id, m.seller_id, m.buyer_id, m.kind, m.payment_id, m.step_id, p.invoice_id,
        i.number AS invoice_number, m.posted_on, m.amount, m.currency FROM settlement_charge sc
        JOIN collected m ON m.realm_id = sc.realm_id AND m.id = sc.charge_id
        JOIN payment p ON p.realm_id = m.realm_id AND p.id = m.payment_id
        LEFT JOIN invoice i ON i.realm_id = p.realm_id AND i.id = p.invoice_id
        WHERE sc.realm_id = $1 AND sc.settlement_id = $2 AND sc.charge_id > $3 ORDER BY sc.charge_id LIMIT $4";
    /// What was collected, by collector and seller.
    SUMS = "SELECT collector_id, seller_id, currency, CAST(SUM(amount) AS BIGINT) FROM collected WHERE realm_id = $1
        GROUP BY collector_id, seller_id, currency";
    /// Payments of which something else was collected than they and what became of them say.
    DIFFER = "SELECT p.id, CAST(COALESCE(m.amount, 0) AS BIGINT), CAST(CASE WHEN p.state IN ('succeeded', 'charged_back', 'reversed')
        THEN p.amount ELSE 0 END + COALESCE(s.amount, 0) AS BIGINT) FROM payment p
        LEFT JOIN (SELECT payment_id, SUM(amount) AS amount FROM collected WHERE realm_id = $1 GROUP BY payment_id) m
            ON m.payment_id = p.id
        LEFT JOIN (SELECT payment_id, SUM(CASE kind WHEN 'chargeback_won' THEN amount WHEN 'refund' THEN -amount
            WHEN 'chargeback' THEN -amount WHEN 'reversal' THEN -amount ELSE 0 END) AS amount FROM payment_step
            WHERE realm_id = $1 AND state = 'succeeded' GROUP BY payment_id) s ON s.payment_id = p.id
        WHERE p.realm_id = $1 AND (p.collector_id IS NOT NULL OR m.payment_id IS NOT NULL)
        AND COALESCE(m.amount, 0) <> CASE WHEN p.collector_id IS NOT NULL AND p.state IN ('succeeded', 'charged_back', 'reversed')
            THEN p.amount + COALESCE(s.amount, 0) ELSE 0 END LIMIT $2";
    /// What was collected that neither waits for a settlement nor is on one, or does both.
    ASTRAY = "SELECT m.id FROM collected m
        LEFT JOIN settlement_open o ON o.realm_id = m.realm_id AND o.charge_id = m.id
        LEFT JOIN settlement_charge sc ON sc.realm_id = m.realm_id AND sc.charge_id = m.id
        WHERE m.realm_id = $1
        AND (CASE WHEN o.charge_id IS NULL THEN 0 ELSE 1 END + CASE WHEN sc.charge_id IS NULL THEN 0 ELSE 1 END) <> 1 LIMIT $2";
}

row! {
    struct Row {
        id: CollectedId,
        collector_id: AccountId,
        seller_id: AccountId,
        buyer_id: AccountId,
        kind: CollectedKind,
        payment_id: PaymentId,
        step_id: Option<PaymentStepId>,
        invoice_id: Option<InvoiceId>,
        invoice_number: Option<String>,
        posted_on: Date,
        amount: i64,
        currency: Currency,
    }
}

/// Keeps money that came in for a seller, or went out again.
pub(crate) async fn insert(tx: &mut Tx, realm: RealmId, one: &Collected) -> Result<()> {
    let args = args![
        realm,
        one.id,
        one.collector_id,
        one.seller_id,
        one.buyer_id,
        one.kind,
        one.payment_id,
        one.step_id,
        one.on,
        one.amount.minor,
        one.amount.currency
    ];
    tx.exec(&NEW, args).await?;
    Ok(())
}

/// What is on a settlement, after one.
pub(crate) async fn of_settlement(
    tx: &mut Tx,
    realm: RealmId,
    id: SettlementId,
    after: &str,
    limit: i64,
) -> Result<Vec<Collected>> {
    let rows: Vec<Row> = tx
        .all(&OF_SETTLEMENT, args![realm, id, after, limit])
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Collected {
            id: row.id,
            collector_id: row.collector_id,
            seller_id: row.seller_id,
            buyer_id: row.buyer_id,
            kind: row.kind,
            payment_id: row.payment_id,
            step_id: row.step_id,
            invoice_id: row.invoice_id,
            invoice_number: row.invoice_number,
            on: row.posted_on,
            amount: Money::new(row.amount, row.currency),
        })
        .collect())
}

/// What was collected, by collector and seller.
pub(crate) async fn sums(tx: &mut Tx, realm: RealmId) -> Result<Vec<PairSum>> {
    tx.all(&SUMS, args![realm]).await
}

/// Payments of which something else was collected than they say: payment, collected, what they say.
pub(crate) async fn differ(
    tx: &mut Tx,
    realm: RealmId,
    most: i64,
) -> Result<Vec<(PaymentId, i64, i64)>> {
    tx.all(&DIFFER, args![realm, most]).await
}

/// What was collected that neither waits for a settlement nor is on one, or does both.
pub(crate) async fn astray(tx: &mut Tx, realm: RealmId, most: i64) -> Result<Vec<CollectedId>> {
    let rows: Vec<(CollectedId,)> = tx.all(&ASTRAY, args![realm, most]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
