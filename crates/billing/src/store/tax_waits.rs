//! What waits for tax engines.

use tradewind_kernel::{
    Currency, Date, Timestamp,
    id::{AccountId, DraftId, OrderId, RealmId, SubscriptionId},
};
use tradewind_platform::{
    args,
    db::{Result, Tx},
    row, stmts,
};

use super::charges::Pair;
use crate::types::TaxWait;

/// What is listed at once.
const LISTED: i64 = 200;

stmts! {
    /// Something waits between two accounts from now on, or goes on waiting.
    BEGIN_TAX_WAIT = "INSERT INTO invoice_tax_wait (realm_id, seller_id, buyer_id, currency, since, until_on, attempts, by_hand)
        VALUES ($1, $2, $3, $4, $5, $6, 0, $7) ON CONFLICT (realm_id, seller_id, buyer_id, currency) DO UPDATE SET
        until_on = CASE WHEN excluded.until_on > invoice_tax_wait.until_on THEN excluded.until_on
            ELSE invoice_tax_wait.until_on END,
        by_hand = CASE WHEN excluded.by_hand > invoice_tax_wait.by_hand THEN excluded.by_hand ELSE invoice_tax_wait.by_hand END";
    /// What waits.
    TAX_WAIT = "SELECT until_on, away_since, by_hand FROM invoice_tax_wait WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3
        AND currency = $4";
    /// The same, locked.
    LOCK_TAX_WAIT = "SELECT until_on, away_since, by_hand FROM invoice_tax_wait WHERE realm_id = $1 AND seller_id = $2
        AND buyer_id = $3 AND currency = $4 {for_update}";
    /// It was asked in vain.
    NOTE_TAX_WAIT = "UPDATE invoice_tax_wait SET attempts = attempts + 1, asked_at = $5, problem = $6,
        away_since = COALESCE(away_since, $5)
        WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3 AND currency = $4";
    /// The engine is not away any more, or nobody asks it.
    FORGET_AWAY = "UPDATE invoice_tax_wait SET away_since = NULL WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3
        AND currency = $4 AND away_since IS NOT NULL";
    /// What somebody wanted issued is held from now on.
    HOLD_TAX_WAITS = "UPDATE invoice_tax_wait SET by_hand = 0 WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3";
    /// The drafts of a seller that wait, of all buyers or of one.
    TAX_WAIT_DRAFTS = "SELECT t.buyer_id, t.currency, d.id FROM invoice_tax_wait t JOIN invoice_draft d
        ON d.realm_id = t.realm_id AND d.seller_id = t.seller_id AND d.buyer_id = t.buyer_id AND d.currency = t.currency
        WHERE t.realm_id = $1 AND t.seller_id = $2 AND ($3 = '' OR t.buyer_id = $3) ORDER BY t.since, t.buyer_id LIMIT $4";
    /// Nothing waits any more.
    END_TAX_WAIT = "DELETE FROM invoice_tax_wait WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3 AND currency = $4";
    /// What waited went another way.
    SWEEP_TAX_WAITS = "DELETE FROM invoice_tax_wait WHERE realm_id = $1 AND NOT EXISTS (SELECT 1 FROM invoice_draft d
        WHERE d.realm_id = invoice_tax_wait.realm_id AND d.seller_id = invoice_tax_wait.seller_id
        AND d.buyer_id = invoice_tax_wait.buyer_id AND d.currency = invoice_tax_wait.currency)";
    /// What waits of a seller, the longest first.
    TAX_WAITS = "SELECT t.seller_id, t.buyer_id, t.currency, d.id AS draft_id, t.since, t.attempts, t.asked_at, t.problem
        FROM invoice_tax_wait t LEFT JOIN invoice_draft d ON d.realm_id = t.realm_id AND d.seller_id = t.seller_id
        AND d.buyer_id = t.buyer_id AND d.currency = t.currency
        WHERE t.realm_id = $1 AND t.seller_id = $2 ORDER BY t.since, t.buyer_id, t.currency LIMIT $3";
    /// Charges of an order that wait for a tax engine on the leg of a buyer.
    TAX_WAIT_OF_ORDER = "SELECT CAST(COUNT(*) AS BIGINT) FROM charge c
        JOIN open_charge o ON o.realm_id = c.realm_id AND o.seller_id = c.seller_id AND o.buyer_id = c.buyer_id
        AND o.currency = c.currency AND o.charge_id = c.id
        JOIN invoice_tax_wait t ON t.realm_id = c.realm_id AND t.seller_id = c.seller_id AND t.buyer_id = c.buyer_id
        AND t.currency = c.currency
        WHERE c.realm_id = $1 AND c.subscription_id = $2 AND c.order_id = $3 AND c.buyer_id = $4";
}

row! {
    struct WaitRow {
        seller_id: AccountId,
        buyer_id: AccountId,
        currency: Currency,
        draft_id: Option<DraftId>,
        since: Timestamp,
        attempts: i64,
        asked_at: Option<Timestamp>,
        problem: Option<String>,
    }
}

row! {
    /// What waits between two accounts.
    #[derive(Clone, Copy)]
    pub(crate) struct Waits {
        /// What is due up to this day.
        pub(crate) until_on: Date,
        /// Since when the engine has answered nothing that can be used.
        pub(crate) away_since: Option<Timestamp>,
        /// Whether somebody wants it issued, held or not.
        pub(crate) by_hand: bool,
    }
}

/// Notes that something waits; what waits already goes on, up to the later day.
pub(crate) async fn begin(
    tx: &mut Tx,
    realm: RealmId,
    pair: Pair,
    since: Timestamp,
    (until, by_hand): (Date, bool),
) -> Result<()> {
    let args = args![
        realm,
        pair.seller_id,
        pair.buyer_id,
        pair.currency,
        since,
        until,
        by_hand
    ];
    tx.exec(&BEGIN_TAX_WAIT, args).await?;
    Ok(())
}

/// What waits; locked where it is to be changed.
pub(crate) async fn find(
    tx: &mut Tx,
    realm: RealmId,
    pair: Pair,
    lock: bool,
) -> Result<Option<Waits>> {
    let stmt = if lock { &LOCK_TAX_WAIT } else { &TAX_WAIT };
    let args = args![realm, pair.seller_id, pair.buyer_id, pair.currency];
    tx.opt(stmt, args).await
}

/// Notes that the engine was asked in vain.
pub(crate) async fn note(
    tx: &mut Tx,
    realm: RealmId,
    pair: Pair,
    at: Timestamp,
    problem: &str,
) -> Result<()> {
    let args = args![
        realm,
        pair.seller_id,
        pair.buyer_id,
        pair.currency,
        at,
        problem
    ];
    tx.exec(&NOTE_TAX_WAIT, args).await?;
    Ok(())
}

/// The time for which the engine was away does not count any more. Answers whether it was.
pub(crate) async fn forget_away(tx: &mut Tx, realm: RealmId, pair: Pair) -> Result<bool> {
    let args = args![realm, pair.seller_id, pair.buyer_id, pair.currency];
    Ok(tx.exec(&FORGET_AWAY, args).await? > 0)
}

/// What somebody wanted issued is held.
pub(crate) async fn hold(
    tx: &mut Tx,
    realm: RealmId,
    (seller, buyer): (AccountId, AccountId),
) -> Result<()> {
    tx.exec(&HOLD_TAX_WAITS, args![realm, seller, buyer])
        .await?;
    Ok(())
}

/// The drafts of a seller that wait, of all buyers or of one, the longest waiting first; so many at most.
pub(crate) async fn drafts(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    buyer: Option<AccountId>,
    most: i64,
) -> Result<Vec<(AccountId, Currency, DraftId)>> {
    let buyer = buyer.map(|buyer| buyer.to_string()).unwrap_or_default();
    tx.all(&TAX_WAIT_DRAFTS, args![realm, seller, buyer, most])
        .await
}

/// Nothing waits between two accounts any more. Answers whether something did.
pub(crate) async fn end(tx: &mut Tx, realm: RealmId, pair: Pair) -> Result<bool> {
    let args = args![realm, pair.seller_id, pair.buyer_id, pair.currency];
    Ok(tx.exec(&END_TAX_WAIT, args).await? > 0)
}

/// Forgets what waited and went another way.
pub(crate) async fn sweep(tx: &mut Tx, realm: RealmId) -> Result<()> {
    tx.exec(&SWEEP_TAX_WAITS, args![realm]).await?;
    Ok(())
}

/// What waits of a seller, the longest first; the first two hundred.
pub(crate) async fn list(tx: &mut Tx, realm: RealmId, seller: AccountId) -> Result<Vec<TaxWait>> {
    let rows: Vec<WaitRow> = tx.all(&TAX_WAITS, args![realm, seller, LISTED]).await?;
    let wait = |row: WaitRow| TaxWait {
        seller_id: row.seller_id,
        buyer_id: row.buyer_id,
        currency: row.currency,
        draft_id: row.draft_id,
        since: row.since,
        attempts: row.attempts,
        asked_at: row.asked_at,
        problem: row.problem,
    };
    Ok(rows.into_iter().map(wait).collect())
}

/// Whether charges of an order wait for a tax engine on the leg of a buyer.
pub(crate) async fn of_order(
    tx: &mut Tx,
    realm: RealmId,
    subscription: SubscriptionId,
    order: OrderId,
    buyer: AccountId,
) -> Result<bool> {
    let args = args![realm, subscription, order, buyer];
    let (count,): (i64,) = tx.one(&TAX_WAIT_OF_ORDER, args).await?;
    Ok(count > 0)
}
