//! Bank transfers that are taken back: by the bank, or because they were recorded by mistake.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Error, Result, id::PaymentId, text};
use tradewind_platform::{OpCtx, Platform, Work};
use utoipa::ToSchema;

use super::{
    card_steps::{audit, locked, pair_of, step_of},
    collecting::{self, Movement},
    credit_moves::{repay, repayable},
    moves::{header, post, reopen, sides},
    payments::announce,
    realm,
};
use crate::{
    rules::ledger,
    store::{bank_match, documents, payment_steps as store, payments},
    types::{
        CollectedKind, LedgerAccount, Payment, PaymentKind, PaymentState, PaymentStep,
        PaymentStepKind, PaymentStepState,
    },
};

/// A bank transfer that is taken back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TransferReverse {
    /// Which payment.
    pub payment_id: PaymentId,
    /// Why.
    pub reason: String,
}

/// Takes a bank transfer back: what it paid is open again, and what had become credit is taken. One that a bank statement
/// told of is undone with its entry.
///
/// # Errors
/// `not_reversible` unless it is a transfer that stands and of which nothing was paid back, `credit_used` when what had
/// become credit is used already, `from_statement`, `reason`; `NotFound`, `Forbidden`.
pub async fn transfer_reverse(
    p: &Platform,
    ctx: &OpCtx,
    input: &TransferReverse,
) -> Result<PaymentStep> {
    p.command(ctx, "payment.reverse", input, |w, input| {
        Box::pin(async move {
            let payment = locked(w, input.payment_id).await?;
            collecting::may_move(w, payment.collector_id).await?;
            let realm = realm(w);
            if bank_match::entry_of(&mut w.tx, realm, payment.id)
                .await?
                .is_some()
            {
                return Err(Error::refused(
                    "from_statement",
                    "a bank statement tells of this transfer: undo its entry there",
                ));
            }
            reverse(w, payment, &input.reason).await
        })
    })
    .await
}

/// Takes a transfer back that is locked.
pub(super) async fn reverse(
    w: &mut Work,
    mut payment: Payment,
    reason: &str,
) -> Result<PaymentStep> {
    let realm = realm(w);
    text::check_len("reason", reason, 1, 500)?;
    let refunded = store::refunded(&mut w.tx, realm, payment.id).await?;
    if payment.kind != PaymentKind::Transfer
        || payment.state != PaymentState::Succeeded
        || refunded != 0
    {
        return Err(Error::refused(
            "not_reversible",
            "only a transfer that stands, and of which nothing was paid back, can be taken back",
        ));
    }
    let pair = pair_of(&payment);
    let applied = payment.applied;
    if let Some(invoice) = payment.invoice_id.filter(|_| !applied.is_zero())
        && let Some(balance) = documents::lock_balance(&mut w.tx, realm, invoice).await?
    {
        reopen(w, balance, applied).await?;
    }
    let kind = PaymentStepKind::Reversal;
    let mut step = step_of(
        w,
        &payment,
        kind,
        payment.amount,
        PaymentStepState::Succeeded,
    );
    reason.clone_into(&mut step.reason);
    let credit = payment.amount.sub(applied)?;
    if !credit.is_zero() {
        if repayable(w, pair).await?.minor < credit.minor {
            return Err(Error::refused(
                "credit_used",
                "what this transfer left as credit is used already",
            ));
        }
        repay(
            w,
            pair,
            credit,
            &payment.id.to_string(),
            step.id.to_string(),
        )
        .await?;
    }
    store::insert(&mut w.tx, realm, &step).await?;
    let sides = sides(w, pair).await?;
    let header = header(w, pair, step.id.to_string(), "transfer taken back from").await?;
    let back = (payment.amount.neg()?, applied.neg()?);
    let bank = collecting::till(&payment, LedgerAccount::Bank);
    post(w, ledger::payment(sides, &header, bank, back.0, back.1)?).await?;
    let movement = Movement {
        kind: CollectedKind::Reversal,
        step_id: Some(step.id),
        account: LedgerAccount::Bank,
        amount: back.0,
        on: None,
    };
    collecting::moved(w, &payment, movement).await?;
    payment.applied = applied.sub(applied)?;
    payment.state = PaymentState::Reversed;
    payments::set_state(&mut w.tx, realm, &payment).await?;
    audit(w, "payment.reverse", &step);
    announce(w, &payment);
    Ok(step)
}
