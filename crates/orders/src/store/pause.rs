//! When subscriptions were suspended.

use crate::types::{Pause, PauseCause};
use tradewind_kernel::id::{RealmId, SubscriptionId};
use tradewind_kernel::{Date, Result};
use tradewind_platform::db::{Json, Tx};
use tradewind_platform::{args, row, sql_text, stmts};

sql_text!(PauseCause);

stmts! {
    /// A subscription is suspended from a day on; what is suspended again on the same day goes on.
    BEGIN = "INSERT INTO subscription_pause (realm_id, subscription_id, from_on, until_on, cause) VALUES ($1, $2, $3, NULL, $4)
        ON CONFLICT (realm_id, subscription_id, from_on) DO UPDATE SET until_on = NULL, cause = excluded.cause";
    /// A subscription is no longer suspended from a day on.
    END = "UPDATE subscription_pause SET until_on = $3 WHERE realm_id = $1 AND subscription_id = $2 AND until_on IS NULL";
    /// Why a subscription is suspended.
    OPEN = "SELECT cause FROM subscription_pause WHERE realm_id = $1 AND subscription_id = $2 AND until_on IS NULL
        ORDER BY from_on DESC LIMIT 1";
    /// When some subscriptions were suspended, oldest first.
    OF = "SELECT subscription_id, from_on, until_on, cause FROM subscription_pause WHERE realm_id = $1
        AND subscription_id IN (SELECT value FROM json_each($2)) ORDER BY subscription_id, from_on",
        pg = "SELECT subscription_id, from_on, until_on, cause FROM subscription_pause WHERE realm_id = $1
        AND subscription_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) ORDER BY subscription_id, from_on";
}

row! {
    struct PauseRow {
        subscription_id: SubscriptionId,
        from_on: Date,
        until_on: Option<Date>,
        cause: PauseCause,
    }
}

pub(crate) async fn begin(
    tx: &mut Tx,
    realm: RealmId,
    id: SubscriptionId,
    on: Date,
    cause: PauseCause,
) -> Result<()> {
    tx.exec(&BEGIN, args![realm, id, on, cause]).await?;
    Ok(())
}

pub(crate) async fn end(tx: &mut Tx, realm: RealmId, id: SubscriptionId, on: Date) -> Result<()> {
    tx.exec(&END, args![realm, id, on]).await?;
    Ok(())
}

/// Why a subscription is suspended now.
pub(crate) async fn open(
    tx: &mut Tx,
    realm: RealmId,
    id: SubscriptionId,
) -> Result<Option<PauseCause>> {
    let found: Option<(PauseCause,)> = tx.opt(&OPEN, args![realm, id]).await?;
    Ok(found.map(|(cause,)| cause))
}

/// When some subscriptions were suspended, oldest first; what was resumed on the day on which it was suspended is left out.
pub(crate) async fn of(
    tx: &mut Tx,
    realm: RealmId,
    ids: &[SubscriptionId],
) -> Result<Vec<(SubscriptionId, Pause)>> {
    let rows: Vec<PauseRow> = tx.all(&OF, args![realm, Json(ids)]).await?;
    let pauses = rows.into_iter().map(|row| {
        let pause = Pause {
            from_on: row.from_on,
            until_on: row.until_on,
            cause: row.cause,
        };
        (row.subscription_id, pause)
    });
    let lasts = |(_, pause): &(SubscriptionId, Pause)| pause.until_on != Some(pause.from_on);
    Ok(pauses.filter(lasts).collect())
}
