//! What sellers do about buyers who do not pay: their classes, what was decided about single buyers, and holds.

use std::collections::{BTreeSet, HashMap};

use tradewind_kernel::{
    Currency, Date, Money, Timestamp,
    id::{AccountId, InvoiceId, LegId, RealmId, SubscriptionId},
};
use tradewind_platform::{
    args,
    db::{Json, Result, Tx},
    row, stmts,
};

use super::documents::BalanceRow;
use crate::types::{AccountClass, AccountPause, CreditHold, DunningPolicy, HoldCause};

stmts! {
    /// Invoices for which a dunning step is due.
    DUNNING = "SELECT invoice_id, seller_id, buyer_id, currency, gross, paid, written_off, status, due_on, dunning_stage,
        next_dunning_on, collector_id FROM invoice_balance WHERE realm_id = $1 AND next_dunning_on <= $2 AND status = 'open'
        ORDER BY next_dunning_on, invoice_id LIMIT $3 {for_update}";
    /// What a buyer owes a seller, locked.
    OPEN_OF_PAIR = "SELECT invoice_id, seller_id, buyer_id, currency, gross, paid, written_off, status, due_on, dunning_stage,
        next_dunning_on, collector_id FROM invoice_balance WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3
        AND status = 'open' ORDER BY invoice_id {for_update}";
    /// The policy of a seller for the rest of its buyers.
    DUNNING_POLICY = "SELECT steps FROM dunning_policy WHERE realm_id = $1 AND seller_id = $2";
    /// Sets it.
    SET_DUNNING_POLICY = "INSERT INTO dunning_policy (realm_id, seller_id, steps) VALUES ($1, $2, $3)
        ON CONFLICT (realm_id, seller_id) DO UPDATE SET steps = excluded.steps";
    /// The policy for a buyer: that of its class, or that for the rest.
    POLICY_OF = "SELECT policy FROM (SELECT 0 AS place, c.policy AS policy FROM dunning_account a
        JOIN account_class c ON c.realm_id = a.realm_id AND c.seller_id = a.seller_id AND c.code = a.class
        WHERE a.realm_id = $1 AND a.seller_id = $2 AND a.buyer_id = $3
        UNION ALL SELECT 1 AS place, steps AS policy FROM dunning_policy WHERE realm_id = $1 AND seller_id = $2) found
        ORDER BY place LIMIT 1";
    /// The policies for those of some buyers that have a class.
    CLASS_POLICIES = "SELECT a.seller_id, a.buyer_id, c.policy FROM dunning_account a
        JOIN account_class c ON c.realm_id = a.realm_id AND c.seller_id = a.seller_id AND c.code = a.class
        WHERE a.realm_id = $1 AND a.seller_id IN (SELECT value FROM json_each($2))
        AND a.buyer_id IN (SELECT value FROM json_each($3))",
        pg = "SELECT a.seller_id, a.buyer_id, c.policy FROM dunning_account a
        JOIN account_class c ON c.realm_id = a.realm_id AND c.seller_id = a.seller_id AND c.code = a.class
        WHERE a.realm_id = $1 AND a.seller_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))
        AND a.buyer_id IN (SELECT json_array_elements_text(CAST($3 AS JSON)))";
    /// The classes of a seller.
    CLASSES = "SELECT code, name, policy FROM account_class WHERE realm_id = $1 AND seller_id = $2 ORDER BY code";
    /// One of them, locked.
    CLASS_LOCK = "SELECT code, name, policy FROM account_class WHERE realm_id = $1 AND seller_id = $2 AND code = $3 {for_update}";
    /// Makes a class, or changes it.
    SET_CLASS = "INSERT INTO account_class (realm_id, seller_id, code, name, policy) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (realm_id, seller_id, code) DO UPDATE SET name = excluded.name, policy = excluded.policy";
    /// Ends a class.
    END_CLASS = "DELETE FROM account_class WHERE realm_id = $1 AND seller_id = $2 AND code = $3";
    /// How many buyers are in a class.
    CLASS_SIZE = "SELECT CAST(COUNT(*) AS BIGINT) FROM dunning_account WHERE realm_id = $1 AND seller_id = $2 AND class = $3";
    /// What was decided about a buyer.
    ACCOUNT = "SELECT class, pause_until, pause_reason, paused_at FROM dunning_account WHERE realm_id = $1
        AND seller_id = $2 AND buyer_id = $3";
    /// The row of a buyer, to be locked.
    NEW_ACCOUNT = "INSERT INTO dunning_account (realm_id, seller_id, buyer_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    /// The same, locked.
    ACCOUNT_LOCK = "SELECT class, pause_until, pause_reason, paused_at FROM dunning_account WHERE realm_id = $1
        AND seller_id = $2 AND buyer_id = $3 {for_update}";
    /// What is decided about a buyer from now on.
    SET_ACCOUNT = "UPDATE dunning_account SET class = $4, pause_until = $5, pause_reason = $6, paused_at = $7
        WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3";
    /// What a buyer owes a seller past due.
    PAST_DUE = "SELECT currency, CAST(SUM(gross - paid) AS BIGINT) FROM invoice_balance WHERE realm_id = $1 AND seller_id = $2
        AND buyer_id = $3 AND status = 'open' AND due_on < $4 GROUP BY currency ORDER BY currency";
    /// The sale that a late fee for an invoice belongs to; none where the invoice is for late fees alone.
    FEE_SALE = "SELECT c.leg_id, c.subscription_id, c.group_label FROM invoice_charge ic
        JOIN charge c ON c.realm_id = ic.realm_id AND c.id = ic.charge_id
        WHERE ic.realm_id = $1 AND ic.invoice_id = $2 AND NOT (c.item_code = $3 AND c.item_id IS NULL) ORDER BY c.id LIMIT 1";
    /// Why sellers take no orders from some buyers; what waits for an invoice ends with it.
    HOLDS = "SELECT h.seller_id, h.buyer_id, h.cause, h.reason, h.until_paid, h.since, b.invoice_id, i.number, b.gross, b.paid,
        b.written_off, b.currency FROM credit_hold h
        LEFT JOIN invoice_balance b ON b.realm_id = h.realm_id AND b.invoice_id = h.invoice_id
        LEFT JOIN invoice i ON i.realm_id = h.realm_id AND i.id = h.invoice_id
        WHERE h.realm_id = $1 AND h.buyer_id IN (SELECT value FROM json_each($2))
        AND (h.cause = 'hand' OR b.status IN ('open', 'written_off')) ORDER BY h.since, h.invoice_id",
        pg = "SELECT h.seller_id, h.buyer_id, h.cause, h.reason, h.until_paid, h.since, b.invoice_id, i.number, b.gross, b.paid,
        b.written_off, b.currency FROM credit_hold h
        LEFT JOIN invoice_balance b ON b.realm_id = h.realm_id AND b.invoice_id = h.invoice_id
        LEFT JOIN invoice i ON i.realm_id = h.realm_id AND i.id = h.invoice_id
        WHERE h.realm_id = $1 AND h.buyer_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))
        AND (h.cause = 'hand' OR b.status IN ('open', 'written_off')) ORDER BY h.since, h.invoice_id";
    /// Holds the orders of a buyer.
    SET_HOLD = "INSERT INTO credit_hold (realm_id, buyer_id, seller_id, invoice_id, cause, reason, until_paid, since)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (realm_id, buyer_id, seller_id, invoice_id)
        DO UPDATE SET reason = excluded.reason, until_paid = excluded.until_paid";
    /// Holds them no more, whatever for.
    END_HOLDS = "DELETE FROM credit_hold WHERE realm_id = $1 AND buyer_id = $2 AND seller_id = $3";
    /// Ends what a payment ends: holds for invoices that are closed, and those until nothing is past due.
    SETTLE_HOLDS = "DELETE FROM credit_hold WHERE realm_id = $1 AND buyer_id = $2 AND seller_id = $3 AND (
        (cause = 'dunning' AND NOT EXISTS (SELECT 1 FROM invoice_balance b WHERE b.realm_id = credit_hold.realm_id
            AND b.invoice_id = credit_hold.invoice_id AND b.status IN ('open', 'written_off')))
        OR (cause = 'hand' AND until_paid = $5 AND NOT EXISTS (SELECT 1 FROM invoice_balance b
            WHERE b.realm_id = credit_hold.realm_id AND b.seller_id = credit_hold.seller_id
            AND b.buyer_id = credit_hold.buyer_id AND b.status = 'open' AND b.due_on < $4)))";
}

row! {
    struct ClassRow {
        code: String,
        name: String,
        policy: Json<DunningPolicy>,
    }
}

impl From<ClassRow> for AccountClass {
    fn from(row: ClassRow) -> Self {
        Self {
            code: row.code,
            name: row.name,
            policy: row.policy.0,
        }
    }
}

row! {
    struct AccountRow {
        class: Option<String>,
        pause_until: Option<Date>,
        pause_reason: Option<String>,
        paused_at: Option<Timestamp>,
    }
}

/// What a seller has decided about a buyer.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    pub(crate) class: Option<String>,
    pub(crate) pause: Option<AccountPause>,
}

impl From<AccountRow> for Decided {
    fn from(row: AccountRow) -> Self {
        let made = row.pause_until.zip(row.pause_reason).zip(row.paused_at);
        Self {
            class: row.class,
            pause: made.map(|((until, reason), at)| AccountPause { until, reason, at }),
        }
    }
}

row! {
    struct HoldRow {
        seller_id: AccountId,
        buyer_id: AccountId,
        cause: HoldCause,
        reason: String,
        until_paid: bool,
        since: Timestamp,
        invoice_id: Option<InvoiceId>,
        number: Option<String>,
        gross: Option<i64>,
        paid: Option<i64>,
        written_off: Option<i64>,
        currency: Option<Currency>,
    }
}

/// A hold, and between whom.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) seller_id: AccountId,
    pub(crate) buyer_id: AccountId,
    pub(crate) hold: CreditHold,
}

impl From<HoldRow> for Held {
    fn from(row: HoldRow) -> Self {
        // What was given up is owed again as far as it is paid.
        let owed = row.gross.zip(row.paid).zip(row.written_off);
        let open = owed
            .map(|((gross, paid), given_up)| gross.saturating_sub(paid).saturating_add(given_up));
        Self {
            seller_id: row.seller_id,
            buyer_id: row.buyer_id,
            hold: CreditHold {
                cause: row.cause,
                invoice_id: row.invoice_id,
                invoice_number: row.number,
                open: open
                    .zip(row.currency)
                    .map(|(minor, currency)| Money::new(minor, currency)),
                reason: row.reason,
                until_paid: row.until_paid,
                since: row.since,
            },
        }
    }
}

/// Invoices for which a dunning step is due on a day, locked.
pub(crate) async fn due(
    tx: &mut Tx,
    realm: RealmId,
    today: Date,
    limit: i64,
) -> Result<Vec<BalanceRow>> {
    tx.all(&DUNNING, args![realm, today, limit]).await
}

/// What a buyer owes a seller on open invoices of any currency, locked.
pub(crate) async fn open_of(
    tx: &mut Tx,
    realm: RealmId,
    (seller, buyer): (AccountId, AccountId),
) -> Result<Vec<BalanceRow>> {
    tx.all(&OPEN_OF_PAIR, args![realm, seller, buyer]).await
}

/// The policy that a seller has set for the rest of its buyers.
pub(crate) async fn policy(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
) -> Result<Option<DunningPolicy>> {
    let row: Option<(Json<DunningPolicy>,)> = tx.opt(&DUNNING_POLICY, args![realm, seller]).await?;
    Ok(row.map(|(json,)| json.0))
}

/// Sets it.
pub(crate) async fn set_policy(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    policy: &DunningPolicy,
) -> Result<()> {
    tx.exec(&SET_DUNNING_POLICY, args![realm, seller, Json(policy)])
        .await?;
    Ok(())
}

/// What a seller does when one of its buyers does not pay.
pub(crate) async fn policy_of(
    tx: &mut Tx,
    realm: RealmId,
    (seller, buyer): (AccountId, AccountId),
) -> Result<DunningPolicy> {
    let row: Option<(Json<DunningPolicy>,)> =
        tx.opt(&POLICY_OF, args![realm, seller, buyer]).await?;
    Ok(row.map_or_else(DunningPolicy::default, |(json,)| json.0))
}

/// The policies between some accounts.
#[derive(Debug, Default)]
pub(crate) struct Policies {
    of_sellers: HashMap<AccountId, DunningPolicy>,
    of_classes: HashMap<(AccountId, AccountId), DunningPolicy>,
    usual: DunningPolicy,
}

impl Policies {
    /// What a seller does when a buyer does not pay.
    pub(crate) fn of(&self, seller: AccountId, buyer: AccountId) -> &DunningPolicy {
        (self.of_classes.get(&(seller, buyer)))
            .or_else(|| self.of_sellers.get(&seller))
            .unwrap_or(&self.usual)
    }
}

/// Loads the policies between some sellers and buyers.
pub(crate) async fn policies(
    tx: &mut Tx,
    realm: RealmId,
    pairs: &[(AccountId, AccountId)],
) -> Result<Policies> {
    let mut found = Policies::default();
    let sellers: BTreeSet<AccountId> = pairs.iter().map(|(seller, _)| *seller).collect();
    let buyers: BTreeSet<AccountId> = pairs.iter().map(|(_, buyer)| *buyer).collect();
    for seller in &sellers {
        if let Some(own) = policy(tx, realm, *seller).await? {
            found.of_sellers.insert(*seller, own);
        }
    }
    let rows: Vec<(AccountId, AccountId, Json<DunningPolicy>)> = tx
        .all(&CLASS_POLICIES, args![realm, Json(&sellers), Json(&buyers)])
        .await?;
    found.of_classes = rows
        .into_iter()
        .map(|(seller, buyer, policy)| ((seller, buyer), policy.0))
        .collect();
    Ok(found)
}

/// The classes of a seller, by code.
pub(crate) async fn classes(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
) -> Result<Vec<AccountClass>> {
    let rows: Vec<ClassRow> = tx.all(&CLASSES, args![realm, seller]).await?;
    Ok(rows.into_iter().map(AccountClass::from).collect())
}

/// A class, locked.
pub(crate) async fn lock_class(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    code: &str,
) -> Result<Option<AccountClass>> {
    let row: Option<ClassRow> = tx.opt(&CLASS_LOCK, args![realm, seller, code]).await?;
    Ok(row.map(AccountClass::from))
}

/// Makes a class, or changes it.
pub(crate) async fn set_class(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    class: &AccountClass,
) -> Result<()> {
    tx.exec(
        &SET_CLASS,
        args![realm, seller, class.code, class.name, Json(&class.policy)],
    )
    .await?;
    Ok(())
}

/// Ends a class.
pub(crate) async fn end_class(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    code: &str,
) -> Result<()> {
    tx.exec(&END_CLASS, args![realm, seller, code]).await?;
    Ok(())
}

/// How many buyers are in a class.
pub(crate) async fn class_size(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    code: &str,
) -> Result<i64> {
    let (count,): (i64,) = tx.one(&CLASS_SIZE, args![realm, seller, code]).await?;
    Ok(count)
}

/// What a seller has decided about a buyer.
pub(crate) async fn decided(
    tx: &mut Tx,
    realm: RealmId,
    (seller, buyer): (AccountId, AccountId),
) -> Result<Decided> {
    let row: Option<AccountRow> = tx.opt(&ACCOUNT, args![realm, seller, buyer]).await?;
    Ok(row.map(Decided::from).unwrap_or_default())
}

/// What a seller has decided about a buyer, locked.
pub(crate) async fn lock(
    tx: &mut Tx,
    realm: RealmId,
    (seller, buyer): (AccountId, AccountId),
) -> Result<Decided> {
    tx.exec(&NEW_ACCOUNT, args![realm, seller, buyer]).await?;
    let row: AccountRow = tx.one(&ACCOUNT_LOCK, args![realm, seller, buyer]).await?;
    Ok(row.into())
}

/// What a seller decides about a buyer from now on.
pub(crate) async fn decide(
    tx: &mut Tx,
    realm: RealmId,
    (seller, buyer): (AccountId, AccountId),
    decided: &Decided,
) -> Result<()> {
    let pause = decided.pause.as_ref();
    tx.exec(
        &SET_ACCOUNT,
        args![
            realm,
            seller,
            buyer,
            decided.class,
            pause.map(|pause| pause.until),
            pause.map(|pause| pause.reason.clone()),
            pause.map(|pause| pause.at)
        ],
    )
    .await?;
    Ok(())
}

/// What a buyer owes a seller past due on a day, by currency.
pub(crate) async fn past_due(
    tx: &mut Tx,
    realm: RealmId,
    (seller, buyer): (AccountId, AccountId),
    today: Date,
) -> Result<Vec<Money>> {
    let rows: Vec<(Currency, i64)> = tx
        .all(&PAST_DUE, args![realm, seller, buyer, today])
        .await?;
    Ok(rows
        .into_iter()
        .map(|(currency, minor)| Money::new(minor, currency))
        .collect())
}

/// The leg, sale and heading that a late fee for an invoice belongs to.
pub(crate) async fn fee_sale(
    tx: &mut Tx,
    realm: RealmId,
    invoice: InvoiceId,
    code: &str,
) -> Result<Option<(LegId, SubscriptionId, String)>> {
    tx.opt(&FEE_SALE, args![realm, invoice, code]).await
}

/// Why sellers take no orders from some buyers, the oldest first.
pub(crate) async fn holds(tx: &mut Tx, realm: RealmId, buyers: &[AccountId]) -> Result<Vec<Held>> {
    let rows: Vec<HoldRow> = tx.all(&HOLDS, args![realm, Json(buyers)]).await?;
    Ok(rows.into_iter().map(Held::from).collect())
}

/// Holds the orders of a buyer, for an invoice or because somebody says so.
pub(crate) async fn set_hold(
    tx: &mut Tx,
    realm: RealmId,
    (seller, buyer): (AccountId, AccountId),
    hold: &CreditHold,
) -> Result<()> {
    let invoice = hold.invoice_id.map(|id| id.to_string()).unwrap_or_default();
    tx.exec(
        &SET_HOLD,
        args![
            realm,
            buyer,
            seller,
            invoice,
            hold.cause,
            hold.reason,
            hold.until_paid,
            hold.since
        ],
    )
    .await?;
    Ok(())
}

/// Ends all holds of a buyer; how many there were.
pub(crate) async fn end_holds(
    tx: &mut Tx,
    realm: RealmId,
    (seller, buyer): (AccountId, AccountId),
) -> Result<u64> {
    tx.exec(&END_HOLDS, args![realm, buyer, seller]).await
}

/// Ends the holds that a payment has made needless; how many there were.
pub(crate) async fn settle_holds(
    tx: &mut Tx,
    realm: RealmId,
    (seller, buyer): (AccountId, AccountId),
    today: Date,
) -> Result<u64> {
    tx.exec(&SETTLE_HOLDS, args![realm, buyer, seller, today, true])
        .await
}
