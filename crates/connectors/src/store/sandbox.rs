//! Payments of the sandbox gateway. They belong to no realm: the gateway knows them by the keys it is given.

use tradewind_kernel::id::PaymentId;
use tradewind_kernel::{Currency, Result, Timestamp, text_enum};
use tradewind_platform::db::Tx;
use tradewind_platform::{args, row, sql_text, stmts};

text_enum! {
    /// Where a payment stands at the gateway.
    pub(crate) enum SandboxState("state") {
        /// The payer has to accept it.
        RequiresAction = "requires_action",
        /// The money moved.
        Succeeded = "succeeded",
        /// It did not.
        Failed = "failed",
    }
}

sql_text!(SandboxState);

stmts! {
    /// A payment; one under the same key stays as it is.
    INSERT = "INSERT INTO sandbox_payment (reference, payment_key, token, amount, currency, description, state, failure_code, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    /// A payment by its key.
    BY_KEY = "SELECT reference, payment_key, token, amount, currency, description, state, failure_code, created_at
        FROM sandbox_payment WHERE payment_key = $1";
    /// A payment by its reference.
    BY_REFERENCE = "SELECT reference, payment_key, token, amount, currency, description, state, failure_code, created_at
        FROM sandbox_payment WHERE reference = $1";
    /// The payer's answer, unless there is one.
    ANSWER = "UPDATE sandbox_payment SET state = $2, failure_code = $3 WHERE reference = $1 AND state = 'requires_action'";
}

row! {
    /// A payment as the gateway keeps it.
    #[derive(Debug, Clone)]
    pub(crate) struct SandboxRow {
        pub(crate) reference: String,
        pub(crate) payment_key: PaymentId,
        pub(crate) token: String,
        pub(crate) amount: i64,
        pub(crate) currency: Currency,
        pub(crate) description: String,
        pub(crate) state: SandboxState,
        pub(crate) failure_code: Option<String>,
        pub(crate) created_at: Timestamp,
    }
}

/// Keeps a payment, unless there is one under its key.
pub(crate) async fn insert(tx: &mut Tx, r: &SandboxRow) -> Result<()> {
    let args = args![
        r.reference,
        r.payment_key,
        r.token,
        r.amount,
        r.currency,
        r.description,
        r.state,
        r.failure_code,
        r.created_at,
    ];
    tx.exec(&INSERT, args).await.map(drop)
}

/// A payment by its key.
pub(crate) async fn by_key(tx: &mut Tx, key: PaymentId) -> Result<Option<SandboxRow>> {
    tx.opt(&BY_KEY, args![key]).await
}

/// A payment by its reference.
pub(crate) async fn by_reference(tx: &mut Tx, reference: &str) -> Result<Option<SandboxRow>> {
    tx.opt(&BY_REFERENCE, args![reference]).await
}

/// Keeps the payer's answer; `false` when there was one already.
pub(crate) async fn answer(
    tx: &mut Tx,
    reference: &str,
    state: SandboxState,
    failure: Option<&str>,
) -> Result<bool> {
    Ok(tx.exec(&ANSWER, args![reference, state, failure]).await? == 1)
}
