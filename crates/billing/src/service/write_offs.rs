//! Open amounts that a seller gives up, and that come in after all.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Error, Money, Result,
    id::{InvoiceId, PaymentId},
    text,
};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{
    moves::{header, post, sides},
    payments::open_balance,
    realm, traded,
};
use crate::{
    rules::{dunning, ledger, write_off as rules},
    store::{
        charges::Pair,
        documents::{self, BalanceRow},
        dunning as policies, payments as store,
    },
    types::{BalanceStatus, Payment, PaymentKind, PaymentState},
};

/// An open amount that is given up.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WriteOff {
    /// Of which invoice.
    pub invoice_id: InvoiceId,
    /// How much; all that is open when left out.
    #[serde(default)]
    pub amount: Option<Money>,
    /// Why.
    pub reason: String,
}

/// Gives up what is open of an invoice, or a part of it. It is an expense of the seller; what comes in later takes it back as
/// far as it goes. The tax stays owed until a credit note takes it back.
///
/// # Errors
/// `invoice_paid`, `not_payable`, `amount`, `reason`; `NotFound`, `Forbidden`.
pub async fn invoice_write_off(p: &Platform, ctx: &OpCtx, input: &WriteOff) -> Result<Payment> {
    p.command(ctx, "invoice.write_off", input, |w, input| {
        Box::pin(async move {
            authorize(w, input.invoice_id).await?;
            text::check_len("reason", &input.reason, 1, 140)?;
            let balance = open_balance(w, input.invoice_id).await?;
            let amount = rules::amount(input.amount, balance.open())?;
            write_off(w, balance, amount, &input.reason).await
        })
    })
    .await
}

/// Takes back that an amount was given up: it is open again, and reminders go on.
///
/// # Errors
/// `not_written_off`; `NotFound`, `Forbidden`.
pub async fn invoice_write_off_undo(
    p: &Platform,
    ctx: &OpCtx,
    invoice: InvoiceId,
) -> Result<Payment> {
    p.command(ctx, "invoice.write_off_undo", &invoice, |w, invoice| {
        Box::pin(async move {
            authorize(w, *invoice).await?;
            let balance = documents::lock_balance(&mut w.tx, w.ctx.realm, *invoice)
                .await?
                .filter(|balance| balance.written_off > 0)
                .ok_or_else(|| {
                    Error::refused("not_written_off", "nothing of this invoice is written off")
                })?;
            let amount = balance.given_up();
            let (_, payment) = owed_again(w, balance, amount, "undone").await?;
            Ok(payment)
        })
    })
    .await
}

async fn authorize(w: &mut Work, invoice: InvoiceId) -> Result<()> {
    let realm = realm(w);
    let (seller, buyer, _) = documents::parties(&mut w.tx, realm, invoice)
        .await?
        .ok_or_else(|| Error::not_found(invoice))?;
    let target = traded(w, ResourceKind::Invoice, seller, buyer).await?;
    w.authorize_for(Action::InvoiceIssue, &target, &invoice)
}

/// Gives up an amount that is open of an invoice whose balance is held.
pub(super) async fn write_off(
    w: &mut Work,
    mut balance: BalanceRow,
    amount: Money,
    reason: &str,
) -> Result<Payment> {
    balance.paid = add(balance.paid, amount.minor)?;
    balance.written_off = add(balance.written_off, amount.minor)?;
    if balance.paid >= balance.gross {
        balance.status = BalanceStatus::WrittenOff;
        balance.next_dunning_on = None;
    }
    moved(w, &balance, amount, reason).await
}

/// Makes an amount owed again that was given up: the invoice is open by it until it is paid.
pub(super) async fn owed_again(
    w: &mut Work,
    mut balance: BalanceRow,
    amount: Money,
    reason: &str,
) -> Result<(BalanceRow, Payment)> {
    let realm = realm(w);
    balance.paid = add(balance.paid, amount.neg()?.minor)?;
    balance.written_off = add(balance.written_off, amount.neg()?.minor)?;
    balance.status = BalanceStatus::Open;
    let pair = (balance.seller_id, balance.buyer_id);
    let policy = policies::policy_of(&mut w.tx, realm, pair).await?;
    balance.next_dunning_on = dunning::next_on(&policy, balance.due_on, balance.dunning_stage)?;
    let payment = moved(w, &balance, amount.neg()?, reason).await?;
    Ok((balance, payment))
}

/// Makes owed again what was given up and is needed now that so much comes in, or is taken back.
pub(super) async fn owed_again_by(
    w: &mut Work,
    balance: BalanceRow,
    came: Money,
) -> Result<BalanceRow> {
    if came.currency != balance.currency {
        return Ok(balance);
    }
    let again = rules::recovered(came, balance.open(), balance.given_up())?;
    if again.is_zero() {
        return Ok(balance);
    }
    let (balance, _) = owed_again(w, balance, again, "recovered").await?;
    Ok(balance)
}

fn add(a: i64, b: i64) -> Result<i64> {
    a.checked_add(b)
        .ok_or_else(|| Error::internal("a balance overflows"))
}

/// Stores a balance with the movement that made it so, and posts it. Negative amounts are owed again.
async fn moved(w: &mut Work, balance: &BalanceRow, amount: Money, reason: &str) -> Result<Payment> {
    let realm = realm(w);
    documents::set_balance(&mut w.tx, realm, balance).await?;
    let pair = Pair {
        seller_id: balance.seller_id,
        buyer_id: balance.buyer_id,
        currency: balance.currency,
    };
    let payment = Payment {
        id: PaymentId::generate(),
        invoice_id: Some(balance.invoice_id),
        seller_id: pair.seller_id,
        collector_id: None,
        payer_id: pair.buyer_id,
        method_id: None,
        kind: PaymentKind::WriteOff,
        amount,
        applied: amount,
        state: PaymentState::Succeeded,
        reference: Some(reason.to_owned()),
        action: None,
        failure_code: None,
        created_at: w.ctx.now,
        settled_at: Some(w.ctx.now),
    };
    store::insert(&mut w.tx, realm, &payment).await?;
    let text = if amount.minor < 0 {
        "written off, owed again:"
    } else {
        "written off:"
    };
    let sides = sides(w, pair).await?;
    let header = header(w, pair, payment.id.to_string(), text).await?;
    post(w, ledger::write_off(sides, &header, amount)?).await?;
    w.audit(AuditEntry {
        action: "invoice.write_off",
        kind: "invoice",
        id: balance.invoice_id.to_string(),
        account: pair.buyer_id,
        summary: json!({ "amount": amount, "reason": reason }),
    });
    w.emit(NewEvent {
        kind: "invoice.written_off",
        subject: balance.invoice_id.to_string(),
        account: pair.buyer_id,
        data: json!({
            "seller_id": pair.seller_id, "buyer_id": pair.buyer_id, "amount": amount, "status": balance.status,
        }),
    });
    Ok(payment)
}
