//! What the check of the books asks of settlements.

use tradewind_kernel::{
    Currency,
    id::{AccountId, ChargeId, RealmId, SettlementId},
};
use tradewind_platform::{
    args,
    db::{Result, Tx},
    stmts,
};

use super::settlements::Between;
use crate::types::SettlementKind;

stmts! {
    /// Shares of settlements that are approved, what they hold, and what they have not paid: by payer, payee and currency.
    BOOKED = "SELECT kind, payer_id, vendor_id, currency, CAST(SUM(share) AS BIGINT), CAST(SUM(held - released) AS BIGINT),
        CAST(SUM(CASE WHEN state = 'paid' THEN 0 ELSE payout END) AS BIGINT) FROM settlement
        WHERE realm_id = $1 AND state NOT IN ('open', 'discarded') GROUP BY kind, payer_id, vendor_id, currency";
    /// Settlements that are not what is on them and their lines come to.
    DIFFER = "SELECT s.id, s.share, l.share, COALESCE(c.share, 0) FROM settlement s
        JOIN (SELECT settlement_id, CAST(SUM(share) AS BIGINT) AS share, CAST(SUM(fee) AS BIGINT) AS fee FROM settlement_line
            WHERE realm_id = $1 GROUP BY settlement_id) l ON l.settlement_id = s.id
        LEFT JOIN (SELECT sc.settlement_id, CAST(SUM(COALESCE(a.amount, m.amount)) AS BIGINT) AS share FROM settlement_charge sc
            LEFT JOIN accrual a ON a.realm_id = sc.realm_id AND a.charge_id = sc.charge_id
            LEFT JOIN collected m ON m.realm_id = sc.realm_id AND m.id = sc.charge_id WHERE sc.realm_id = $1
            GROUP BY sc.settlement_id) c ON c.settlement_id = s.id
        WHERE s.realm_id = $1 AND s.state <> 'discarded' AND (s.share <> l.share OR s.share <> COALESCE(c.share, 0)
        OR s.fee <> l.fee OR s.payout <> s.share + s.share_tax - s.fee - s.fee_tax - s.held + s.released - s.set_off) LIMIT $2";
    /// Settlements that pay something else of invoices than they say, or than the payments are.
    OFFSETS_DIFFER = "SELECT s.id, s.set_off, CAST(COALESCE(SUM(o.amount), 0) AS BIGINT),
        CAST(COALESCE(SUM(p.applied), 0) AS BIGINT) FROM settlement s
        LEFT JOIN settlement_offset o ON o.realm_id = s.realm_id AND o.settlement_id = s.id
        LEFT JOIN payment p ON p.realm_id = o.realm_id AND p.id = o.payment_id
        WHERE s.realm_id = $1 AND s.state <> 'discarded' GROUP BY s.id, s.set_off, s.state
        HAVING COALESCE(SUM(o.amount), 0) <> s.set_off
        OR (s.state <> 'open' AND COALESCE(SUM(p.applied), 0) <> s.set_off) LIMIT $2";
    /// Vendors' shares that neither wait for a settlement nor are on one, or do both.
    ASTRAY = "SELECT a.charge_id FROM accrual a JOIN ledger_transaction t ON t.realm_id = a.realm_id AND t.id = a.transaction_id
        LEFT JOIN settlement_open o ON o.realm_id = a.realm_id AND o.charge_id = a.charge_id
        LEFT JOIN settlement_charge sc ON sc.realm_id = a.realm_id AND sc.charge_id = a.charge_id
        WHERE a.realm_id = $1 AND t.kind = 'vendor_share'
        AND (CASE WHEN o.charge_id IS NULL THEN 0 ELSE 1 END + CASE WHEN sc.charge_id IS NULL THEN 0 ELSE 1 END) <> 1 LIMIT $2";
}

/// What approved settlements have booked: between whom, their shares, what they hold, and what they have not paid.
pub(crate) async fn booked(tx: &mut Tx, realm: RealmId) -> Result<Vec<(Between, [i64; 3])>> {
    type Booked = (
        SettlementKind,
        AccountId,
        AccountId,
        Currency,
        i64,
        i64,
        i64,
    );
    let rows: Vec<Booked> = tx.all(&BOOKED, args![realm]).await?;
    let one = |(kind, payer_id, payee_id, currency, share, held, unpaid): Booked| {
        let between = Between {
            kind,
            payer_id,
            payee_id,
            currency,
        };
        (between, [share, held, unpaid])
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Settlements that are not what is on them and their lines come to: its share, that of its lines, that of what is on it.
pub(crate) async fn differ(
    tx: &mut Tx,
    realm: RealmId,
    most: i64,
) -> Result<Vec<(SettlementId, i64, i64, i64)>> {
    tx.all(&DIFFER, args![realm, most]).await
}

/// Settlements that pay something else of invoices than they say: what they say, what they name, what was paid.
pub(crate) async fn offsets_differ(
    tx: &mut Tx,
    realm: RealmId,
    most: i64,
) -> Result<Vec<(SettlementId, i64, i64, i64)>> {
    tx.all(&OFFSETS_DIFFER, args![realm, most]).await
}

/// Vendors' shares that neither wait for a settlement nor are on one, or do both.
pub(crate) async fn astray(tx: &mut Tx, realm: RealmId, most: i64) -> Result<Vec<ChargeId>> {
    let rows: Vec<(ChargeId,)> = tx.all(&ASTRAY, args![realm, most]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
