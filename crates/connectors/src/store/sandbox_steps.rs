//! What the sandbox gateway did with its payments later.

use tradewind_kernel::id::{PaymentId, PaymentStepId};
use tradewind_kernel::{Result, Timestamp};
use tradewind_platform::db::Tx;
use tradewind_platform::{args, row, stmts};

use super::sandbox::SandboxState;

stmts! {
    /// A new step.
    INSERT = "INSERT INTO sandbox_step (step_key, reference, payment_reference, kind, amount, state, failure_code, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// A step by its key.
    BY_KEY = "SELECT step_key, reference, payment_reference, kind, amount, state, failure_code, created_at
        FROM sandbox_step WHERE step_key = $1";
    /// A payment that succeeded, locked: its key and amount.
    PAYMENT = "SELECT payment_key, amount FROM sandbox_payment WHERE reference = $1 AND state = 'succeeded' {for_update}";
    /// What of a payment was given back.
    GIVEN_BACK = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM sandbox_step WHERE payment_reference = $1
        AND kind = 'refund' AND state <> 'failed'";
    /// How often a held payment was taken or let go.
    SETTLED = "SELECT CAST(COUNT(*) AS BIGINT) FROM sandbox_step WHERE payment_reference = $1
        AND kind IN ('capture', 'void') AND state <> 'failed'";
    /// A step that took its time is done.
    FINISH = "UPDATE sandbox_step SET state = 'succeeded' WHERE step_key = $1";
}

row! {
    /// A step as the gateway keeps it.
    #[derive(Debug, Clone)]
    pub(crate) struct SandboxStep {
        pub(crate) step_key: PaymentStepId,
        pub(crate) reference: String,
        pub(crate) payment_reference: String,
        pub(crate) kind: String,
        pub(crate) amount: i64,
        pub(crate) state: SandboxState,
        pub(crate) failure_code: Option<String>,
        pub(crate) created_at: Timestamp,
    }
}

/// Keeps a step.
pub(crate) async fn insert(tx: &mut Tx, r: &SandboxStep) -> Result<()> {
    let args = args![
        r.step_key,
        r.reference,
        r.payment_reference,
        r.kind,
        r.amount,
        r.state,
        r.failure_code,
        r.created_at,
    ];
    tx.exec(&INSERT, args).await.map(drop)
}

/// A step by its key.
pub(crate) async fn by_key(tx: &mut Tx, key: PaymentStepId) -> Result<Option<SandboxStep>> {
    tx.opt(&BY_KEY, args![key]).await
}

/// A payment that succeeded, locked: its key and amount.
pub(crate) async fn lock_payment(tx: &mut Tx, reference: &str) -> Result<Option<(PaymentId, i64)>> {
    tx.opt(&PAYMENT, args![reference]).await
}

/// What of a payment was given back, in minor units.
pub(crate) async fn given_back(tx: &mut Tx, reference: &str) -> Result<i64> {
    let (minor,): (i64,) = tx.one(&GIVEN_BACK, args![reference]).await?;
    Ok(minor)
}

/// Whether a held payment was taken or let go.
pub(crate) async fn settled(tx: &mut Tx, reference: &str) -> Result<bool> {
    let (count,): (i64,) = tx.one(&SETTLED, args![reference]).await?;
    Ok(count > 0)
}

/// A step that took its time is done.
pub(crate) async fn finish(tx: &mut Tx, key: PaymentStepId) -> Result<()> {
    tx.exec(&FINISH, args![key]).await.map(drop)
}
