//! Payments, payment methods and account credit.

use tradewind_kernel::{
    Currency, Money, Timestamp,
    id::{AccountId, InvoiceId, PaymentId, PaymentMethodId, RealmId},
};
use tradewind_platform::{
    args,
    db::{Json, Result, Tx},
    row, stmts,
};

use super::charges::Pair;
use crate::types::{AccountCredit, Payment, PaymentKind, PaymentMethod, PaymentState, RetryPolicy};

stmts! {
    /// A new payment; nothing happens when an attempt at the same invoice is open.
    NEW_PAYMENT = "INSERT INTO payment (realm_id, id, invoice_id, seller_id, payer_id, method_id, kind, amount, applied,
        currency, state, reference, action, failure_code, created_at, settled_at, collector_id, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 1) ON CONFLICT DO NOTHING";
    /// One payment.
    PAYMENT = "SELECT id, invoice_id, seller_id, collector_id, payer_id, method_id, kind, amount, applied, currency, state, reference,
        action, failure_code, created_at, settled_at FROM payment WHERE realm_id = $1 AND id = $2";
    /// One payment, locked.
    PAYMENT_LOCK = "SELECT id, invoice_id, seller_id, collector_id, payer_id, method_id, kind, amount, applied, currency, state,
        reference, action, failure_code, created_at, settled_at FROM payment WHERE realm_id = $1 AND id = $2 {for_update}";
    /// The outcome of a payment that was open.
    SETTLE = "UPDATE payment SET state = $3, applied = $4, reference = $5, action = $6, failure_code = $7, settled_at = $8,
        version = version + 1 WHERE realm_id = $1 AND id = $2 AND state IN ('pending', 'requires_action')";
    /// What became of a payment later.
    SET_STATE = "UPDATE payment SET state = $3, amount = $4, applied = $5, settled_at = $6, version = version + 1
        WHERE realm_id = $1 AND id = $2";
    /// A payment that is only held.
    HOLD = "INSERT INTO payment_hold (realm_id, payment_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    /// Whether a payment is only held.
    IS_HELD = "SELECT CAST(COUNT(*) AS BIGINT) FROM payment_hold WHERE realm_id = $1 AND payment_id = $2";
    /// When a seller tries again.
    RETRY = "SELECT policy FROM payment_retry WHERE realm_id = $1 AND seller_id = $2";
    /// Sets it.
    SET_RETRY = "INSERT INTO payment_retry (realm_id, seller_id, policy) VALUES ($1, $2, $3)
        ON CONFLICT (realm_id, seller_id) DO UPDATE SET policy = excluded.policy";
    /// Payments of an invoice.
    OF_INVOICE = "SELECT id, invoice_id, seller_id, collector_id, payer_id, method_id, kind, amount, applied, currency, state, reference,
        action, failure_code, created_at, settled_at FROM payment WHERE realm_id = $1 AND invoice_id = $2 ORDER BY id";
    /// Payments whose outcome is open.
    UNSETTLED = "SELECT id, invoice_id, seller_id, collector_id, payer_id, method_id, kind, amount, applied, currency, state, reference,
        action, failure_code, created_at, settled_at FROM payment WHERE realm_id = $1 AND id > $2
        AND state = 'pending' ORDER BY id LIMIT $3";
    /// A payment between two accounts with the reference of a transfer.
    BY_REFERENCE = "SELECT id FROM payment WHERE realm_id = $1 AND seller_id = $2 AND payer_id = $3 AND kind = 'transfer'
        AND reference = $4 LIMIT 1";
    /// A new payment method.
    NEW_METHOD = "INSERT INTO payment_method (realm_id, id, account_id, gateway, token, brand, last4, expires, is_default,
        status, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'active', $10)";
    /// The payment methods of an account.
    METHODS = "SELECT id, account_id, gateway, brand, last4, expires, is_default FROM payment_method
        WHERE realm_id = $1 AND account_id = $2 AND status = 'active' ORDER BY id";
    /// A payment method with its token.
    METHOD_TOKEN = "SELECT gateway, token FROM payment_method WHERE realm_id = $1 AND id = $2";
    /// Makes one method of an account the default.
    SET_DEFAULT = "UPDATE payment_method SET is_default = CASE WHEN id = $3 THEN 1 ELSE 0 END
        WHERE realm_id = $1 AND account_id = $2";
    /// Takes a method out of use; its token is forgotten.
    REMOVE_METHOD = "UPDATE payment_method SET status = 'removed', is_default = 0, token = $4
        WHERE realm_id = $1 AND account_id = $2 AND id = $3 AND status = 'active'";
    /// Credit of a buyer with a seller, locked.
    CREDIT = "SELECT amount FROM account_credit WHERE realm_id = $1 AND seller_id = $2 AND buyer_id = $3 AND currency = $4
        {for_update}";
    /// Credit of a buyer with anyone.
    CREDITS_NOW = "SELECT seller_id, buyer_id, currency, amount FROM account_credit WHERE realm_id = $1 AND amount <> 0
        AND buyer_id = $2 ORDER BY seller_id, currency";
    /// Changes it.
    ADD_CREDIT = "INSERT INTO account_credit (realm_id, seller_id, buyer_id, currency, amount) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (realm_id, seller_id, buyer_id, currency) DO UPDATE SET amount = account_credit.amount + $5";
    /// Credit that some buyers have with anyone, locked.
    CREDITS_OF = "SELECT seller_id, buyer_id, currency, amount FROM account_credit WHERE realm_id = $1 AND amount > 0
        AND buyer_id IN (SELECT value FROM json_each($2)) ORDER BY seller_id, buyer_id, currency",
        pg = "SELECT seller_id, buyer_id, currency, amount FROM account_credit WHERE realm_id = $1 AND amount > 0
        AND buyer_id IN (SELECT json_array_elements_text(CAST($2 AS JSON))) ORDER BY seller_id, buyer_id, currency
        FOR UPDATE";
}

row! {
    pub(crate) struct PaymentRow {
        id: PaymentId,
        invoice_id: Option<InvoiceId>,
        seller_id: AccountId,
        collector_id: Option<AccountId>,
        payer_id: AccountId,
        method_id: Option<PaymentMethodId>,
        kind: PaymentKind,
        amount: i64,
        applied: i64,
        currency: Currency,
        state: PaymentState,
        reference: Option<String>,
        action: Option<String>,
        failure_code: Option<String>,
        created_at: Timestamp,
        settled_at: Option<Timestamp>,
    }
}

impl From<PaymentRow> for Payment {
    fn from(row: PaymentRow) -> Self {
        Self {
            id: row.id,
            invoice_id: row.invoice_id,
            seller_id: row.seller_id,
            collector_id: row.collector_id,
            payer_id: row.payer_id,
            method_id: row.method_id,
            kind: row.kind,
            amount: Money::new(row.amount, row.currency),
            applied: Money::new(row.applied, row.currency),
            state: row.state,
            reference: row.reference,
            action: row.action,
            failure_code: row.failure_code,
            created_at: row.created_at,
            settled_at: row.settled_at,
        }
    }
}

row! {
    struct MethodRow {
        id: PaymentMethodId,
        account_id: AccountId,
        gateway: String,
        brand: String,
        last4: String,
        expires: String,
        is_default: bool,
    }
}

/// Records a payment; false when an attempt at the same invoice is still open.
pub(crate) async fn insert(tx: &mut Tx, realm: RealmId, payment: &Payment) -> Result<bool> {
    let count = tx
        .exec(
            &NEW_PAYMENT,
            args![
                realm,
                payment.id,
                payment.invoice_id,
                payment.seller_id,
                payment.payer_id,
                payment.method_id,
                payment.kind,
                payment.amount.minor,
                payment.applied.minor,
                payment.amount.currency,
                payment.state,
                payment.reference,
                payment.action,
                payment.failure_code,
                payment.created_at,
                payment.settled_at,
                payment.collector_id,
            ],
        )
        .await?;
    Ok(count == 1)
}

/// A payment, locked until the end of the transaction.
pub(crate) async fn lock(tx: &mut Tx, realm: RealmId, id: PaymentId) -> Result<Option<Payment>> {
    Ok(tx
        .opt::<PaymentRow>(&PAYMENT_LOCK, args![realm, id])
        .await?
        .map(Payment::from))
}

/// A payment.
pub(crate) async fn payment(tx: &mut Tx, realm: RealmId, id: PaymentId) -> Result<Option<Payment>> {
    Ok(tx
        .opt::<PaymentRow>(&PAYMENT, args![realm, id])
        .await?
        .map(Payment::from))
}

/// Stores the outcome of a payment; false when it was known already.
pub(crate) async fn settle(tx: &mut Tx, realm: RealmId, payment: &Payment) -> Result<bool> {
    let count = tx
        .exec(
            &SETTLE,
            args![
                realm,
                payment.id,
                payment.state,
                payment.applied.minor,
                payment.reference,
                payment.action,
                payment.failure_code,
                payment.settled_at,
            ],
        )
        .await?;
    Ok(count == 1)
}

/// Stores what became of a payment later.
pub(crate) async fn set_state(tx: &mut Tx, realm: RealmId, payment: &Payment) -> Result<()> {
    tx.exec(
        &SET_STATE,
        args![
            realm,
            payment.id,
            payment.state,
            payment.amount.minor,
            payment.applied.minor,
            payment.settled_at,
        ],
    )
    .await?;
    Ok(())
}

/// Marks a payment as one that is only held.
pub(crate) async fn hold(tx: &mut Tx, realm: RealmId, id: PaymentId) -> Result<()> {
    tx.exec(&HOLD, args![realm, id]).await?;
    Ok(())
}

/// Whether a payment is only held.
pub(crate) async fn is_held(tx: &mut Tx, realm: RealmId, id: PaymentId) -> Result<bool> {
    let (count,): (i64,) = tx.one(&IS_HELD, args![realm, id]).await?;
    Ok(count > 0)
}

/// When a seller tries failed payments again.
pub(crate) async fn retry_policy(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
) -> Result<Option<RetryPolicy>> {
    let row: Option<(Json<RetryPolicy>,)> = tx.opt(&RETRY, args![realm, seller]).await?;
    Ok(row.map(|(json,)| json.0))
}

/// Sets it.
pub(crate) async fn set_retry_policy(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    policy: &RetryPolicy,
) -> Result<()> {
    tx.exec(&SET_RETRY, args![realm, seller, Json(policy)])
        .await?;
    Ok(())
}

/// The payments of an invoice, oldest first.
pub(crate) async fn of_invoice(
    tx: &mut Tx,
    realm: RealmId,
    invoice: InvoiceId,
) -> Result<Vec<Payment>> {
    let rows: Vec<PaymentRow> = tx.all(&OF_INVOICE, args![realm, invoice]).await?;
    Ok(rows.into_iter().map(Payment::from).collect())
}

/// Payments that were sent to a gateway and whose outcome is not known, after an id.
pub(crate) async fn unsettled(
    tx: &mut Tx,
    realm: RealmId,
    after: &str,
    limit: i64,
) -> Result<Vec<Payment>> {
    let rows: Vec<PaymentRow> = tx.all(&UNSETTLED, args![realm, after, limit]).await?;
    Ok(rows.into_iter().map(Payment::from).collect())
}

/// The transfer that was recorded with a reference.
pub(crate) async fn by_reference(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    payer: AccountId,
    reference: &str,
) -> Result<Option<PaymentId>> {
    let row: Option<(PaymentId,)> = tx
        .opt(&BY_REFERENCE, args![realm, seller, payer, reference])
        .await?;
    Ok(row.map(|(id,)| id))
}

/// Stores a payment method with its encrypted token.
pub(crate) async fn insert_method(
    tx: &mut Tx,
    realm: RealmId,
    method: &PaymentMethod,
    token: &str,
    at: Timestamp,
) -> Result<()> {
    tx.exec(
        &NEW_METHOD,
        args![
            realm,
            method.id,
            method.account_id,
            method.gateway,
            token,
            method.brand,
            method.last4,
            method.expires,
            method.is_default,
            at
        ],
    )
    .await?;
    Ok(())
}

/// The payment methods of an account in use, oldest first.
pub(crate) async fn methods(
    tx: &mut Tx,
    realm: RealmId,
    account: AccountId,
) -> Result<Vec<PaymentMethod>> {
    let rows: Vec<MethodRow> = tx.all(&METHODS, args![realm, account]).await?;
    Ok(rows
        .into_iter()
        .map(|row| PaymentMethod {
            id: row.id,
            account_id: row.account_id,
            gateway: row.gateway,
            brand: row.brand,
            last4: row.last4,
            expires: row.expires,
            is_default: row.is_default,
        })
        .collect())
}

/// Gateway and encrypted token of a method.
pub(crate) async fn token(
    tx: &mut Tx,
    realm: RealmId,
    id: PaymentMethodId,
) -> Result<Option<(String, String)>> {
    tx.opt(&METHOD_TOKEN, args![realm, id]).await
}

/// Makes a method the default of its account.
pub(crate) async fn set_default(
    tx: &mut Tx,
    realm: RealmId,
    account: AccountId,
    id: PaymentMethodId,
) -> Result<()> {
    tx.exec(&SET_DEFAULT, args![realm, account, id]).await?;
    Ok(())
}

/// Takes a method out of use; false when there is no such method.
pub(crate) async fn remove_method(
    tx: &mut Tx,
    realm: RealmId,
    account: AccountId,
    id: PaymentMethodId,
) -> Result<bool> {
    Ok(tx
        .exec(&REMOVE_METHOD, args![realm, account, id, ""])
        .await?
        == 1)
}

/// The credit of a buyer with a seller, locked.
pub(crate) async fn credit(tx: &mut Tx, realm: RealmId, pair: Pair) -> Result<Money> {
    let row: Option<(i64,)> = tx
        .opt(
            &CREDIT,
            args![realm, pair.seller_id, pair.buyer_id, pair.currency],
        )
        .await?;
    Ok(Money::new(row.map_or(0, |(minor,)| minor), pair.currency))
}

/// The credit of a buyer with its sellers.
pub(crate) async fn credits_now(
    tx: &mut Tx,
    realm: RealmId,
    buyer: AccountId,
) -> Result<Vec<AccountCredit>> {
    let rows: Vec<CreditRow> = tx.all(&CREDITS_NOW, args![realm, buyer]).await?;
    Ok(rows.into_iter().map(credit_of).collect())
}

type CreditRow = (AccountId, AccountId, Currency, i64);

fn credit_of((seller_id, buyer_id, currency, minor): CreditRow) -> AccountCredit {
    AccountCredit {
        seller_id,
        buyer_id,
        balance: Money::new(minor, currency),
    }
}

/// Adds to it; negative to take from it.
pub(crate) async fn add_credit(
    tx: &mut Tx,
    realm: RealmId,
    pair: Pair,
    amount: Money,
) -> Result<()> {
    tx.exec(
        &ADD_CREDIT,
        args![
            realm,
            pair.seller_id,
            pair.buyer_id,
            pair.currency,
            amount.minor
        ],
    )
    .await?;
    Ok(())
}

/// The credit that some buyers have with their sellers, locked.
pub(crate) async fn credits_of(
    tx: &mut Tx,
    realm: RealmId,
    buyers: &[AccountId],
) -> Result<Vec<AccountCredit>> {
    let rows: Vec<CreditRow> = tx.all(&CREDITS_OF, args![realm, Json(buyers)]).await?;
    Ok(rows.into_iter().map(credit_of).collect())
}
