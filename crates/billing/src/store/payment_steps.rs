//! What happens to payments after they were made.

use tradewind_kernel::{
    Currency, Money, Timestamp,
    id::{AccountId, InvoiceId, PaymentId, PaymentStepId, RealmId},
};
use tradewind_platform::{
    args,
    db::{Result, Tx},
    row, stmts,
};

use crate::types::{PaymentKind, PaymentStep, PaymentStepKind, PaymentStepState};

stmts! {
    /// A new step.
    NEW = "INSERT INTO payment_step (realm_id, id, payment_id, payment_kind, kind, seller_id, payer_id, amount, currency, state, note_id,
        reason, reference, failure_code, created_at, settled_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    /// One step.
    STEP = "SELECT id, payment_id, payment_kind, kind, seller_id, payer_id, amount, currency, state, note_id, reason, reference,
        failure_code, created_at, settled_at FROM payment_step WHERE realm_id = $1 AND id = $2";
    /// One step, locked.
    STEP_LOCK = "SELECT id, payment_id, payment_kind, kind, seller_id, payer_id, amount, currency, state, note_id, reason, reference,
        failure_code, created_at, settled_at FROM payment_step WHERE realm_id = $1 AND id = $2 {for_update}";
    /// The steps of a payment.
    OF_PAYMENT = "SELECT id, payment_id, payment_kind, kind, seller_id, payer_id, amount, currency, state, note_id, reason, reference,
        failure_code, created_at, settled_at FROM payment_step WHERE realm_id = $1 AND payment_id = $2 ORDER BY id";
    /// The outcome of a step that was pending.
    SETTLE = "UPDATE payment_step SET state = $3, reference = $4, failure_code = $5, settled_at = $6
        WHERE realm_id = $1 AND id = $2 AND state = 'pending'";
    /// Steps whose outcome is open, of payments of a kind.
    UNSETTLED = "SELECT id, payment_id, payment_kind, kind, seller_id, payer_id, amount, currency, state, note_id, reason,
        reference, failure_code, created_at, settled_at FROM payment_step WHERE realm_id = $1 AND id > $2
        AND state = 'pending' AND payment_kind = 'card' ORDER BY id LIMIT $3";
    /// What of a payment was paid back, or is being paid back.
    REFUNDED = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM payment_step WHERE realm_id = $1 AND payment_id = $2
        AND kind = 'refund' AND state <> 'failed'";
    /// What is being paid back between accounts.
    PENDING_SUMS = "SELECT seller_id, payer_id, currency, CAST(SUM(amount) AS BIGINT) FROM payment_step
        WHERE realm_id = $1 AND kind = 'refund' AND state = 'pending' GROUP BY seller_id, payer_id, currency";
    /// Payments of which more was paid back than came in.
    OVER = "SELECT p.id, p.amount, CAST(SUM(s.amount) AS BIGINT) FROM payment_step s
        JOIN payment p ON p.realm_id = s.realm_id AND p.id = s.payment_id
        WHERE s.realm_id = $1 AND s.kind = 'refund' AND s.state <> 'failed'
        GROUP BY p.id, p.amount HAVING SUM(s.amount) > p.amount LIMIT $2";
}

row! {
    pub(crate) struct StepRow {
        id: PaymentStepId,
        payment_id: PaymentId,
        payment_kind: PaymentKind,
        kind: PaymentStepKind,
        seller_id: AccountId,
        payer_id: AccountId,
        amount: i64,
        currency: Currency,
        state: PaymentStepState,
        note_id: Option<InvoiceId>,
        reason: String,
        reference: Option<String>,
        failure_code: Option<String>,
        created_at: Timestamp,
        settled_at: Option<Timestamp>,
    }
}

impl From<StepRow> for PaymentStep {
    fn from(row: StepRow) -> Self {
        Self {
            id: row.id,
            payment_id: row.payment_id,
            payment_kind: row.payment_kind,
            kind: row.kind,
            seller_id: row.seller_id,
            payer_id: row.payer_id,
            amount: Money::new(row.amount, row.currency),
            state: row.state,
            note_id: row.note_id,
            reason: row.reason,
            reference: row.reference,
            failure_code: row.failure_code,
            created_at: row.created_at,
            settled_at: row.settled_at,
        }
    }
}

/// Keeps a new step.
pub(crate) async fn insert(tx: &mut Tx, realm: RealmId, step: &PaymentStep) -> Result<()> {
    tx.exec(
        &NEW,
        args![
            realm,
            step.id,
            step.payment_id,
            step.payment_kind,
            step.kind,
            step.seller_id,
            step.payer_id,
            step.amount.minor,
            step.amount.currency,
            step.state,
            step.note_id,
            step.reason,
            step.reference,
            step.failure_code,
            step.created_at,
            step.settled_at,
        ],
    )
    .await?;
    Ok(())
}

/// A step.
pub(crate) async fn step(
    tx: &mut Tx,
    realm: RealmId,
    id: PaymentStepId,
) -> Result<Option<PaymentStep>> {
    let row: Option<StepRow> = tx.opt(&STEP, args![realm, id]).await?;
    Ok(row.map(PaymentStep::from))
}

/// A step, locked until the end of the transaction.
pub(crate) async fn lock(
    tx: &mut Tx,
    realm: RealmId,
    id: PaymentStepId,
) -> Result<Option<PaymentStep>> {
    let row: Option<StepRow> = tx.opt(&STEP_LOCK, args![realm, id]).await?;
    Ok(row.map(PaymentStep::from))
}

/// The steps of a payment, oldest first.
pub(crate) async fn of_payment(
    tx: &mut Tx,
    realm: RealmId,
    payment: PaymentId,
) -> Result<Vec<PaymentStep>> {
    let rows: Vec<StepRow> = tx.all(&OF_PAYMENT, args![realm, payment]).await?;
    Ok(rows.into_iter().map(PaymentStep::from).collect())
}

/// Stores the outcome of a step; false when it was known already.
pub(crate) async fn settle(tx: &mut Tx, realm: RealmId, step: &PaymentStep) -> Result<bool> {
    let count = tx
        .exec(
            &SETTLE,
            args![
                realm,
                step.id,
                step.state,
                step.reference,
                step.failure_code,
                step.settled_at,
            ],
        )
        .await?;
    Ok(count == 1)
}

/// Steps of card payments whose outcome is open, after an id.
pub(crate) async fn unsettled(
    tx: &mut Tx,
    realm: RealmId,
    after: &str,
    limit: i64,
) -> Result<Vec<PaymentStep>> {
    let rows: Vec<StepRow> = tx.all(&UNSETTLED, args![realm, after, limit]).await?;
    Ok(rows.into_iter().map(PaymentStep::from).collect())
}

/// What of a payment was or is being paid back, in minor units.
pub(crate) async fn refunded(tx: &mut Tx, realm: RealmId, payment: PaymentId) -> Result<i64> {
    let (minor,): (i64,) = tx.one(&REFUNDED, args![realm, payment]).await?;
    Ok(minor)
}

/// What is being paid back between accounts.
pub(crate) async fn pending_sums(
    tx: &mut Tx,
    realm: RealmId,
) -> Result<Vec<(AccountId, AccountId, Currency, i64)>> {
    tx.all(&PENDING_SUMS, args![realm]).await
}

/// Payments of which more was paid back than came in: payment, amount, paid back.
pub(crate) async fn over(
    tx: &mut Tx,
    realm: RealmId,
    at_most: i64,
) -> Result<Vec<(PaymentId, i64, i64)>> {
    tx.all(&OVER, args![realm, at_most]).await
}
