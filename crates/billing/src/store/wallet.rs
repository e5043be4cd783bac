//! Account credit by where it came from, its movements, and how it is used.

use tradewind_kernel::{
    Currency, Date, Money, Timestamp,
    id::{AccountId, CreditGrantId, CreditMoveId, InvoiceId, PaymentMethodId, RealmId},
};
use tradewind_platform::{
    args, bulk,
    db::{Json, Result, Tx},
    row, stmts,
};

use super::charges::Pair;
use crate::types::{AutoTopUp, CreditGrant, CreditMove, CreditMoveKind, CreditSource, CreditUse};

stmts! {
    /// New credit.
    NEW_GRANT = "INSERT INTO credit_grant (realm_id, seller_id, buyer_id, currency, id, source, priority, expires_on, amount,
        rest, reason, about, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    /// What is left of the credit between two accounts.
    GRANTS = "SELECT id, seller_id, buyer_id, currency, source, priority, expires_on, amount, rest, reason, about, created_at
        FROM credit_grant WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3 AND currency = $4 AND rest > 0";
    /// What is left of the credit of some buyers.
    GRANTS_OF = "SELECT id, seller_id, buyer_id, currency, source, priority, expires_on, amount, rest, reason, about, created_at
        FROM credit_grant WHERE realm_id = $1 AND rest > 0 AND buyer_id IN (SELECT value FROM json_each($2))",
        pg = "SELECT id, seller_id, buyer_id, currency, source, priority, expires_on, amount, rest, reason, about, created_at
        FROM credit_grant WHERE realm_id = $1 AND rest > 0
        AND buyer_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))";
    /// What is left of some credit.
    SET_REST = "UPDATE credit_grant SET rest = rest + $6
        WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3 AND currency = $4 AND id = $5";
    /// Credit whose last day is over.
    EXPIRED = "SELECT id, seller_id, buyer_id, currency, source, priority, expires_on, amount, rest, reason, about, created_at
        FROM credit_grant WHERE realm_id = $1 AND rest > 0 AND expires_on < $2 ORDER BY expires_on, id LIMIT $3";
    /// How credit between two accounts is used, and with all buyers of the seller.
    POLICIES = "SELECT buyer_id, usage, below, amount, currency, method_id FROM credit_policy
        WHERE realm_id = $1 AND seller_id = $2 AND (buyer_id = $3 OR buyer_id = $2)";
    /// The same for many: who uses credit by hand.
    BY_HAND = "SELECT seller_id, buyer_id, usage FROM credit_policy WHERE realm_id = $1 AND usage IS NOT NULL
        AND seller_id IN (SELECT value FROM json_each($2))",
        pg = "SELECT seller_id, buyer_id, usage FROM credit_policy WHERE realm_id = $1 AND usage IS NOT NULL
        AND seller_id IN (SELECT json_array_elements_text(CAST($2 AS JSON)))";
    /// Sets when credit is used.
    SET_USE = "INSERT INTO credit_policy (realm_id, seller_id, buyer_id, usage) VALUES ($1, $2, $3, $4)
        ON CONFLICT (realm_id, seller_id, buyer_id) DO UPDATE SET usage = excluded.usage";
    /// Sets topping up by itself.
    SET_TOP_UP = "INSERT INTO credit_policy (realm_id, seller_id, buyer_id, below, amount, currency, method_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (realm_id, seller_id, buyer_id) DO UPDATE SET
        below = excluded.below, amount = excluded.amount, currency = excluded.currency, method_id = excluded.method_id";
    /// How many payments that top up are under way between two accounts.
    TOP_UPS_OPEN = "SELECT CAST(COUNT(*) AS BIGINT) FROM payment WHERE realm_id = $1 AND seller_id = $2 AND payer_id = $3
        AND invoice_id IS NULL AND state IN ('pending', 'requires_action')";
    /// Pairs whose credit is not what is left of where it came from.
    SUMS_DIFFER = "SELECT a.seller_id, a.buyer_id, a.currency, a.amount, CAST(COALESCE(SUM(g.rest), 0) AS BIGINT)
        FROM account_credit a LEFT JOIN credit_grant g ON g.realm_id = a.realm_id AND g.seller_id = a.seller_id
        AND g.buyer_id = a.buyer_id AND g.currency = a.currency WHERE a.realm_id = $1
        GROUP BY a.seller_id, a.buyer_id, a.currency, a.amount HAVING a.amount <> COALESCE(SUM(g.rest), 0) LIMIT $2";
    /// Credit that is not what its movements say, or less than nothing.
    MOVES_DIFFER = "SELECT g.id, g.buyer_id, g.rest, CAST(COALESCE(SUM(m.amount), 0) AS BIGINT) FROM credit_grant g
        LEFT JOIN credit_move m ON m.realm_id = g.realm_id AND m.grant_id = g.id AND m.seller_id = g.seller_id
        AND m.buyer_id = g.buyer_id AND m.currency = g.currency WHERE g.realm_id = $1
        GROUP BY g.seller_id, g.buyer_id, g.currency, g.id, g.rest, g.amount
        HAVING g.rest <> COALESCE(SUM(m.amount), 0) OR g.rest < 0 OR g.rest > g.amount LIMIT $2";
}

bulk! {
    /// Movements.
    MOVES = "credit_move" { realm_id: Text, id: Text, seller_id: Text, buyer_id: Text, currency: Text, grant_id: Text,
        kind: Text, source: Text, amount: Int, about: Text, invoice_id: Text, at: Int } on conflict Error;
}

row! {
    struct GrantRow {
        id: CreditGrantId,
        seller_id: AccountId,
        buyer_id: AccountId,
        currency: Currency,
        source: CreditSource,
        priority: i64,
        expires_on: Option<Date>,
        amount: i64,
        rest: i64,
        reason: String,
        about: String,
        created_at: Timestamp,
    }
}

impl From<GrantRow> for CreditGrant {
    fn from(row: GrantRow) -> Self {
        Self {
            id: row.id,
            seller_id: row.seller_id,
            buyer_id: row.buyer_id,
            source: row.source,
            priority: row.priority,
            expires_on: row.expires_on,
            amount: Money::new(row.amount, row.currency),
            left: Money::new(row.rest, row.currency),
            reason: row.reason,
            about: row.about,
            created_at: row.created_at,
        }
    }
}

row! {
    pub(crate) struct MoveRow {
        id: CreditMoveId,
        grant_id: CreditGrantId,
        seller_id: AccountId,
        buyer_id: AccountId,
        kind: CreditMoveKind,
        source: CreditSource,
        amount: i64,
        currency: Currency,
        about: String,
        invoice_id: Option<InvoiceId>,
        at: Timestamp,
    }
}

impl From<MoveRow> for CreditMove {
    fn from(row: MoveRow) -> Self {
        Self {
            id: row.id,
            grant_id: row.grant_id,
            seller_id: row.seller_id,
            buyer_id: row.buyer_id,
            kind: row.kind,
            source: row.source,
            amount: Money::new(row.amount, row.currency),
            about: row.about,
            invoice_id: row.invoice_id,
            at: row.at,
        }
    }
}

row! {
    struct PolicyRow {
        buyer_id: AccountId,
        usage: Option<CreditUse>,
        below: Option<i64>,
        amount: Option<i64>,
        currency: Option<Currency>,
        method_id: Option<PaymentMethodId>,
    }
}

/// What is known of how credit between two accounts is used.
#[derive(Debug, Clone, Default)]
pub(crate) struct PolicyFacts {
    /// With this buyer.
    pub(crate) agreed: Option<CreditUse>,
    /// With all buyers of the seller.
    pub(crate) usual: Option<CreditUse>,
    /// Topping up by itself.
    pub(crate) top_up: Option<AutoTopUp>,
}

/// Keeps new credit.
pub(crate) async fn insert(tx: &mut Tx, realm: RealmId, grant: &CreditGrant) -> Result<()> {
    tx.exec(
        &NEW_GRANT,
        args![
            realm,
            grant.seller_id,
            grant.buyer_id,
            grant.amount.currency,
            grant.id,
            grant.source,
            grant.priority,
            grant.expires_on,
            grant.amount.minor,
            grant.left.minor,
            grant.reason,
            grant.about,
            grant.created_at,
        ],
    )
    .await?;
    Ok(())
}

/// What is left of the credit between two accounts, in no order.
pub(crate) async fn grants(tx: &mut Tx, realm: RealmId, pair: Pair) -> Result<Vec<CreditGrant>> {
    let rows: Vec<GrantRow> = tx
        .all(
            &GRANTS,
            args![realm, pair.seller_id, pair.buyer_id, pair.currency],
        )
        .await?;
    Ok(rows.into_iter().map(CreditGrant::from).collect())
}

/// What is left of the credit of some buyers, in no order.
pub(crate) async fn grants_of(
    tx: &mut Tx,
    realm: RealmId,
    buyers: &[AccountId],
) -> Result<Vec<CreditGrant>> {
    let rows: Vec<GrantRow> = tx.all(&GRANTS_OF, args![realm, Json(buyers)]).await?;
    Ok(rows.into_iter().map(CreditGrant::from).collect())
}

/// Changes what is left of some credit.
pub(crate) async fn add_rest(
    tx: &mut Tx,
    realm: RealmId,
    pair: Pair,
    id: CreditGrantId,
    change: Money,
) -> Result<()> {
    let Pair {
        seller_id,
        buyer_id,
        currency,
    } = pair;
    tx.exec(
        &SET_REST,
        args![realm, seller_id, buyer_id, currency, id, change.minor],
    )
    .await?;
    Ok(())
}

/// Records movements.
pub(crate) async fn record(tx: &mut Tx, realm: RealmId, moves: &[CreditMove]) -> Result<()> {
    let rows = moves
        .iter()
        .map(|one| {
            args![
                realm,
                one.id,
                one.seller_id,
                one.buyer_id,
                one.amount.currency,
                one.grant_id,
                one.kind,
                one.source,
                one.amount.minor,
                one.about,
                one.invoice_id,
                one.at,
            ]
        })
        .collect::<Vec<_>>();
    tx.insert_many(&MOVES, rows).await?;
    Ok(())
}

/// Credit whose last day is before a day, those that expired first first.
pub(crate) async fn expired(
    tx: &mut Tx,
    realm: RealmId,
    before: Date,
    limit: i64,
) -> Result<Vec<CreditGrant>> {
    let rows: Vec<GrantRow> = tx.all(&EXPIRED, args![realm, before, limit]).await?;
    Ok(rows.into_iter().map(CreditGrant::from).collect())
}

/// How credit between two accounts is used.
pub(crate) async fn policy(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    buyer: AccountId,
) -> Result<PolicyFacts> {
    let mut facts = PolicyFacts::default();
    let rows: Vec<PolicyRow> = tx.all(&POLICIES, args![realm, seller, buyer]).await?;
    for row in rows {
        if row.buyer_id == buyer {
            facts.agreed = row.usage;
            if let (Some(below), Some(amount), Some(currency)) =
                (row.below, row.amount, row.currency)
            {
                facts.top_up = Some(AutoTopUp {
                    below: Money::new(below, currency),
                    amount: Money::new(amount, currency),
                    method_id: row.method_id,
                });
            }
        } else {
            facts.usual = row.usage;
        }
    }
    Ok(facts)
}

/// What some sellers have said about using credit: seller, buyer (the seller itself for all of its buyers), how.
pub(crate) async fn uses(
    tx: &mut Tx,
    realm: RealmId,
    sellers: &[AccountId],
) -> Result<Vec<(AccountId, AccountId, CreditUse)>> {
    tx.all(&BY_HAND, args![realm, Json(sellers)]).await
}

/// Sets when credit is used; for all buyers of the seller when the buyer is the seller itself.
pub(crate) async fn set_use(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    buyer: AccountId,
    usage: Option<CreditUse>,
) -> Result<()> {
    tx.exec(&SET_USE, args![realm, seller, buyer, usage])
        .await?;
    Ok(())
}

/// Sets topping up by itself.
pub(crate) async fn set_top_up(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    buyer: AccountId,
    top_up: Option<&AutoTopUp>,
) -> Result<()> {
    tx.exec(
        &SET_TOP_UP,
        args![
            realm,
            seller,
            buyer,
            top_up.map(|top_up| top_up.below.minor),
            top_up.map(|top_up| top_up.amount.minor),
            top_up.map(|top_up| top_up.amount.currency),
            top_up.and_then(|top_up| top_up.method_id),
        ],
    )
    .await?;
    Ok(())
}

/// How many payments that top up are under way between two accounts.
pub(crate) async fn top_ups_open(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    buyer: AccountId,
) -> Result<i64> {
    let (count,): (i64,) = tx.one(&TOP_UPS_OPEN, args![realm, seller, buyer]).await?;
    Ok(count)
}

/// Pairs whose credit is not what is left of where it came from: seller, buyer, currency, credit, left.
pub(crate) async fn sums_differ(
    tx: &mut Tx,
    realm: RealmId,
    at_most: i64,
) -> Result<Vec<(AccountId, AccountId, Currency, i64, i64)>> {
    tx.all(&SUMS_DIFFER, args![realm, at_most]).await
}

/// Credit that is not what its movements say: credit, buyer, left, sum of the movements.
pub(crate) async fn moves_differ(
    tx: &mut Tx,
    realm: RealmId,
    at_most: i64,
) -> Result<Vec<(CreditGrantId, AccountId, i64, i64)>> {
    tx.all(&MOVES_DIFFER, args![realm, at_most]).await
}
