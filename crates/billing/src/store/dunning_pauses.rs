//! Pauses of reminders, one for each invoice: the latest.

use tradewind_kernel::{
    Currency, Date, Money, Timestamp,
    id::{AccountId, InvoiceId, RealmId},
};
use tradewind_platform::{
    args,
    db::{Result, Tx},
    row, stmts,
};

use crate::types::{BalanceStatus, DunningPause};

stmts! {
    /// The pause of an invoice.
    PAUSE = "SELECT until_on, reason, promised, paid_before, currency, at FROM dunning_pause WHERE realm_id = $1
        AND invoice_id = $2";
    /// How far an invoice has been dunned, with its pause.
    DUNNING_OF = "SELECT b.seller_id, b.buyer_id, b.currency, b.gross, b.paid, b.status, b.dunning_stage, b.next_dunning_on,
        b.due_on, p.until_on, p.reason, p.promised, p.paid_before, p.at FROM invoice_balance b
        LEFT JOIN dunning_pause p ON p.realm_id = b.realm_id AND p.invoice_id = b.invoice_id
        WHERE b.realm_id = $1 AND b.invoice_id = $2";
    /// Pauses it, instead of any pause before.
    SET_PAUSE = "INSERT INTO dunning_pause (realm_id, invoice_id, until_on, reason, promised, paid_before, currency, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (realm_id, invoice_id) DO UPDATE SET until_on = excluded.until_on,
        reason = excluded.reason, promised = excluded.promised, paid_before = excluded.paid_before, at = excluded.at";
    /// Forgets it.
    UNSET_PAUSE = "DELETE FROM dunning_pause WHERE realm_id = $1 AND invoice_id = $2";
}

row! {
    struct PauseRow {
        until_on: Date,
        reason: String,
        promised: Option<i64>,
        paid_before: i64,
        currency: Currency,
        at: Timestamp,
    }
}

row! {
    struct StandRow {
        seller_id: AccountId,
        buyer_id: AccountId,
        currency: Currency,
        gross: i64,
        paid: i64,
        status: BalanceStatus,
        dunning_stage: i64,
        next_dunning_on: Option<Date>,
        until_on: Option<Date>,
        reason: Option<String>,
        promised: Option<i64>,
        paid_before: Option<i64>,
        at: Option<Timestamp>,
        due_on: Date,
    }
}

/// How far an invoice has been dunned.
pub(crate) struct Stand {
    pub(crate) seller_id: AccountId,
    pub(crate) buyer_id: AccountId,
    pub(crate) open: Money,
    pub(crate) paid: Money,
    pub(crate) status: BalanceStatus,
    pub(crate) stage: i64,
    pub(crate) next_on: Option<Date>,
    pub(crate) pause: Option<DunningPause>,
    pub(crate) due_on: Date,
}

/// How far an invoice has been dunned; none for what is no invoice.
pub(crate) async fn stand(
    tx: &mut Tx,
    realm: RealmId,
    invoice: InvoiceId,
) -> Result<Option<Stand>> {
    let row: Option<StandRow> = tx.opt(&DUNNING_OF, args![realm, invoice]).await?;
    Ok(row.map(|row| {
        let money = |minor| Money::new(minor, row.currency);
        let made = row
            .until_on
            .zip(row.reason)
            .zip(row.paid_before)
            .zip(row.at);
        Stand {
            seller_id: row.seller_id,
            buyer_id: row.buyer_id,
            open: money(row.gross.saturating_sub(row.paid)),
            paid: money(row.paid),
            status: row.status,
            stage: row.dunning_stage,
            next_on: row.next_dunning_on,
            pause: made.map(|(((until, reason), paid_before), at)| DunningPause {
                until,
                reason,
                promised: row.promised.map(money),
                paid_before: money(paid_before),
                at,
            }),
            due_on: row.due_on,
        }
    }))
}

/// The latest pause of an invoice.
pub(crate) async fn pause(
    tx: &mut Tx,
    realm: RealmId,
    invoice: InvoiceId,
) -> Result<Option<DunningPause>> {
    let row: Option<PauseRow> = tx.opt(&PAUSE, args![realm, invoice]).await?;
    Ok(row.map(|row| DunningPause {
        until: row.until_on,
        reason: row.reason,
        promised: row.promised.map(|minor| Money::new(minor, row.currency)),
        paid_before: Money::new(row.paid_before, row.currency),
        at: row.at,
    }))
}

/// Pauses the reminders of an invoice, or forgets that they were.
pub(crate) async fn set_pause(
    tx: &mut Tx,
    realm: RealmId,
    invoice: InvoiceId,
    pause: Option<&DunningPause>,
) -> Result<()> {
    match pause {
        Some(pause) => {
            tx.exec(
                &SET_PAUSE,
                args![
                    realm,
                    invoice,
                    pause.until,
                    pause.reason,
                    pause.promised.map(|promised| promised.minor),
                    pause.paid_before.minor,
                    pause.paid_before.currency,
                    pause.at
                ],
            )
            .await?
        }
        None => tx.exec(&UNSET_PAUSE, args![realm, invoice]).await?,
    };
    Ok(())
}
