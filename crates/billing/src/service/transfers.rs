//! Bank transfers, recorded by the seller.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Date, Error, Money, Result, Timestamp,
    id::{AccountId, InvoiceId, PaymentId},
    text,
};
use tradewind_platform::{AuditEntry, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{
    collecting::{self, Movement},
    credit_moves::is_automatic,
    moves::use_credit,
    payments::{announce, receive},
    realm, traded,
};
use crate::{
    rules::closing,
    store::{books, charges::Pair, documents, payments as store},
    types::{LedgerAccount, Payment, PaymentKind, PaymentState},
};

/// A bank transfer that the seller has received.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferRecord {
    /// Who received it.
    pub seller_id: AccountId,
    /// Who paid.
    pub payer_id: AccountId,
    /// The invoice that it pays; the oldest open ones when left out.
    #[serde(default)]
    pub invoice_id: Option<InvoiceId>,
    /// How much. More than is open becomes credit.
    pub amount: Money,
    /// The bank's reference, by which the same transfer is recognised.
    pub reference: String,
    /// Whether the payer pays in advance: it becomes credit for later invoices, whatever is open now.
    #[serde(default)]
    pub top_up: bool,
    /// Where it arrived: the seller, or who collects for it. When left out, who collects the invoice, or for the buyer now.
    #[serde(default)]
    pub receiver_id: Option<AccountId>,
    /// The day on which it arrived, in the seller's time zone; today when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub received_on: Option<Date>,
}

/// Records a bank transfer. Part payments leave the rest open, over-payments become credit of the payer.
///
/// # Errors
/// `amount` when it is not positive or in another currency, `reference`, `receiver_id` when that is neither the seller nor who
/// collects for it, `collected_by_another` for those who may not speak for who does, `received_on` when that day has not come or is
/// closed (`period_closed`); `transfer_known` when the same reference was recorded before; `NotFound`, `Forbidden`.
pub async fn transfer_record(p: &Platform, ctx: &OpCtx, input: &TransferRecord) -> Result<Payment> {
    p.command(ctx, "payment.record", input, |w, input| {
        Box::pin(async move {
            let payment = transfer_record_in(w, input).await?;
            if let Some(day) = input.received_on {
                let realm = realm(w);
                let until = books::closed_until(&mut w.tx, realm, input.seller_id).await?;
                closing::asked("received_on", day, until)?;
            }
            Ok(payment)
        })
    })
    .await
}

/// As [`transfer_record`], within another command; of a day that is closed, it is booked on the first that is not.
///
/// # Errors
/// As [`transfer_record`], but for closed days.
pub async fn transfer_record_in(w: &mut Work, input: &TransferRecord) -> Result<Payment> {
    let realm = realm(w);
    let target = traded(w, ResourceKind::Payment, input.seller_id, input.payer_id).await?;
    w.authorize(Action::PaymentRecord, &target)?;
    // Whoever may record payments to a seller still has no say about accounts that do not buy there.
    tradewind_accounts::service::relationship_of(w, input.seller_id, input.payer_id).await?;
    if input.amount.minor <= 0 {
        return Err(Error::invalid(
            "amount",
            "out_of_range",
            "expected more than zero",
        ));
    }
    text::check_len("reference", &input.reference, 1, 140)?;
    if let Some(known) = store::by_reference(
        &mut w.tx,
        realm,
        input.seller_id,
        input.payer_id,
        &input.reference,
    )
    .await?
    {
        return Err(Error::conflict(
            "transfer_known",
            format!("this transfer is recorded already, as {known}"),
        ));
    }
    let mut collector =
        tradewind_accounts::service::collector_of(w, input.seller_id, input.payer_id).await?;
    let mut receivers = vec![input.seller_id];
    receivers.extend(collector);
    if let Some(invoice) = input.invoice_id {
        let balance = documents::balance(&mut w.tx, realm, invoice)
            .await?
            .ok_or_else(|| Error::not_found(invoice))?;
        if (balance.seller_id, balance.buyer_id) != (input.seller_id, input.payer_id) {
            return Err(Error::not_found(invoice));
        }
        if balance.currency != input.amount.currency {
            return Err(Error::invalid(
                "amount",
                "currency_mismatch",
                format!("the invoice is in {}", balance.currency),
            ));
        }
        // The invoice keeps who collects it, whatever was agreed since.
        collector = balance.collector_id;
        receivers.extend(collector);
    }
    let receiver = input.receiver_id.or(collector).unwrap_or(input.seller_id);
    if !receivers.contains(&receiver) {
        let text = "expected the seller, or who collects for it";
        return Err(Error::invalid("receiver_id", "unknown_value", text));
    }
    let collector_id = Some(receiver).filter(|receiver| *receiver != input.seller_id);
    collecting::may_move(w, collector_id).await?;
    let settled_at = arrival(w, input).await?;
    let mut payment = Payment {
        id: PaymentId::generate(),
        invoice_id: input.invoice_id,
        seller_id: input.seller_id,
        collector_id,
        payer_id: input.payer_id,
        method_id: None,
        kind: PaymentKind::Transfer,
        amount: input.amount,
        applied: Money::zero(input.amount.currency),
        state: PaymentState::Succeeded,
        reference: Some(input.reference.clone()),
        action: None,
        failure_code: None,
        created_at: w.ctx.now,
        settled_at: Some(settled_at),
    };
    let bank = LedgerAccount::Bank;
    receive(w, &mut payment, &bank, input.received_on).await?;
    store::insert(&mut w.tx, realm, &payment).await?;
    let movement = Movement::paid(bank, payment.amount, input.received_on);
    collecting::moved(w, &payment, movement).await?;
    if input.invoice_id.is_none() {
        let pair = Pair {
            seller_id: input.seller_id,
            buyer_id: input.payer_id,
            currency: input.amount.currency,
        };
        if !input.top_up && is_automatic(w, pair).await? {
            use_credit(w, pair).await?;
        }
    }
    w.audit(AuditEntry {
        action: "payment.record",
        kind: "payment",
        id: payment.id.to_string(),
        account: input.payer_id,
        summary: json!({ "amount": input.amount, "invoice_id": input.invoice_id, "reference": input.reference }),
    });
    announce(w, &payment);
    Ok(payment)
}

/// When a transfer arrived: now, or at the beginning of the day that is named.
async fn arrival(w: &mut Work, input: &TransferRecord) -> Result<Timestamp> {
    let Some(day) = input.received_on else {
        return Ok(w.ctx.now);
    };
    let zone = tradewind_accounts::service::account_facts(w, input.seller_id)
        .await?
        .zone;
    if day > w.ctx.now.date_in(&zone) {
        let text = "expected a day that has come";
        return Err(Error::invalid("received_on", "out_of_range", text));
    }
    Ok(zone.start_of_day(day).min(w.ctx.now))
}
