//! What becomes of settlements: approved, discarded, paid or not.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Date, Error, Money, Result,
    id::{PaymentId, SettlementId},
    text,
};
use tradewind_platform::{AuditEntry, OpCtx, Platform, Work};
use tradewind_policy::Action;
use utoipa::ToSchema;

use super::{
    books::authorize_to,
    moves::{self, header},
    payments::announce,
    realm, self_billing,
    settlements::{seen, tell, today},
};
use crate::{
    rules::{
        closing, ledger,
        settlement::{self as rules, Act},
    },
    store::{
        books,
        charges::Pair,
        documents::{self, BalanceRow},
        payments, settlement_offsets as offsets, settlements as store,
    },
    types::{BalanceStatus, PayeeSettlement, Payment, PaymentKind, PaymentState, SettlementState},
};

/// What is done with a settlement.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SettlementAct {
    /// Which.
    pub id: SettlementId,
    /// `approve`, `discard`, `pay` or `fail`.
    pub act: String,
    /// A reference, or the reason of a bank.
    #[serde(default)]
    pub note: String,
    /// The day of the payment; today when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub on: Option<Date>,
}

/// Approves a settlement, discards it, or notes that it was paid, or that it was not.
///
/// # Errors
/// `act`, `note`, `on`; `wrong_state`; `NotFound`, `Forbidden`.
pub async fn settlement_act(
    p: &Platform,
    ctx: &OpCtx,
    input: &SettlementAct,
) -> Result<PayeeSettlement> {
    p.command(ctx, "settlement.act", input, |w, input| {
        Box::pin(async move {
            let act = match input.act.as_str() {
                "approve" => Act::Approve,
                "discard" => Act::Discard,
                "pay" => Act::Pay,
                "fail" => Act::Fail,
                _ => {
                    let text = "must be one of approve discard pay fail";
                    return Err(Error::invalid("act", "unknown_value", text));
                }
            };
            text::check_len("note", &input.note, 0, 140)?;
            let one = seen(w, input.id).await?;
            authorize_to(w, Action::LedgerManage, one.payer_id).await?;
            let realm = realm(w);
            if let Some(on) = input.on.filter(|_| act == Act::Pay) {
                let until = books::closed_until(&mut w.tx, realm, one.payer_id).await?;
                closing::asked("on", on, until)?;
            }
            let one = store::hold(&mut w.tx, realm, input.id)
                .await?
                .ok_or_else(|| Error::not_found(input.id))?;
            done(w, one, act, input).await
        })
    })
    .await
}

/// Does it, to a settlement that is held. A day that is closed counts for the first that is not.
pub(super) async fn done(
    w: &mut Work,
    mut one: PayeeSettlement,
    act: Act,
    input: &SettlementAct,
) -> Result<PayeeSettlement> {
    let realm = realm(w);
    let before = one.state;
    one.state = rules::after(before, act)?;
    one.note = input.note.clone();
    match act {
        Act::Approve => {
            let today = today(w, one.payer_id).await?;
            self_billing::issue(w, one.id, today).await?;
            set_off(w, &mut one).await?;
            book(w, &one).await?;
            if one.payout.is_zero() {
                // All of it was set off: there is nothing to be paid.
                one.state = SettlementState::Paid;
                one.paid_on = Some(today);
            }
        }
        Act::Discard => {
            self_billing::discard(w, one.id).await?;
            store::free(&mut w.tx, realm, one.id).await?;
        }
        Act::Pay => {
            let today = today(w, one.payer_id).await?;
            let on = input.on.unwrap_or(today);
            if on > today {
                let text = "expected a day that has come";
                return Err(Error::invalid("on", "out_of_range", text));
            }
            one.paid_on = Some(on);
            paid(w, &one, one.payout, Some(on)).await?;
        }
        Act::Fail => {
            if one.payout.is_zero() {
                let text = "all of it was set off, so no payment can have failed";
                return Err(Error::refused("nothing_to_pay", text));
            }
            one.file_id = None;
            one.paid_on = None;
            if before == SettlementState::Paid {
                paid(w, &one, one.payout.neg()?, None).await?;
            }
        }
        Act::Order => {}
    }
    store::set_state(&mut w.tx, realm, &one).await?;
    w.audit(AuditEntry {
        action: "settlement.act",
        kind: "settlement",
        id: one.id.to_string(),
        account: one.payee_id,
        summary: json!({ "before": before, "after": one.state, "note": one.note, "payout": one.payout }),
    });
    let event = match act {
        Act::Approve => "settlement.approved",
        Act::Pay => "settlement.paid",
        Act::Fail => "settlement.failed",
        Act::Discard | Act::Order => return Ok(one),
    };
    tell(w, &one, event);
    Ok(one)
}

/// What is due from now on: the share is settled, the fee earned, the rest held or to be paid.
async fn book(w: &mut Work, one: &PayeeSettlement) -> Result<()> {
    let header = header(
        w,
        pair(one),
        one.id.to_string(),
        &format!("{} from", one.number),
    )
    .await?;
    let amounts = rules::Amounts {
        share: one.share,
        fee: one.fee,
        held: one.held,
        released: one.released,
        share_tax: one.share_tax,
        fee_tax: one.fee_tax,
        set_off: one.set_off,
        payout: one.payout,
    };
    let entries = ledger::settled(one.kind, one.payer_id, one.payee_id, &header, &amounts)?;
    moves::post(w, entries).await
}

/// Pays the payer's invoices with a settlement, as far as they are still open: what was paid meanwhile is paid out instead.
async fn set_off(w: &mut Work, one: &mut PayeeSettlement) -> Result<()> {
    let realm = realm(w);
    let mut paid = Money::zero(one.currency);
    for mut offset in offsets::of(&mut w.tx, realm, one.id).await? {
        let balance = documents::lock_balance(&mut w.tx, realm, offset.invoice_id).await?;
        let balance = balance.filter(|balance| balance.status == BalanceStatus::Open);
        let open = balance
            .as_ref()
            .map_or(Money::zero(one.currency), BalanceRow::open);
        if open.minor < offset.amount.minor {
            offset.amount = open;
        }
        if let Some(balance) = balance.filter(|_| offset.amount.minor > 0) {
            offset.payment_id = Some(pay_off(w, one, balance, offset.amount).await?);
            paid = paid.add(offset.amount)?;
        }
        offsets::set(&mut w.tx, realm, one.id, &offset).await?;
    }
    one.payout = one.payout.add(one.set_off)?.sub(paid)?;
    one.set_off = paid;
    Ok(())
}

async fn pay_off(
    w: &mut Work,
    one: &PayeeSettlement,
    balance: BalanceRow,
    amount: Money,
) -> Result<PaymentId> {
    let payment = Payment {
        id: PaymentId::generate(),
        invoice_id: Some(balance.invoice_id),
        seller_id: one.payer_id,
        collector_id: None,
        payer_id: one.payee_id,
        method_id: None,
        kind: PaymentKind::Offset,
        amount,
        applied: amount,
        state: PaymentState::Succeeded,
        reference: Some(one.number.clone()),
        action: None,
        failure_code: None,
        created_at: w.ctx.now,
        settled_at: Some(w.ctx.now),
    };
    let realm = realm(w);
    payments::insert(&mut w.tx, realm, &payment).await?;
    let text = format!("{} set off for", one.number);
    let header = header(w, pair(one), payment.id.to_string(), &text).await?;
    let entries = ledger::set_off(one.payer_id, one.payee_id, &header, amount)?;
    moves::post(w, entries).await?;
    moves::apply(w, balance, amount, BalanceStatus::Paid).await?;
    announce(w, &payment);
    Ok(payment.id)
}

async fn paid(w: &mut Work, one: &PayeeSettlement, amount: Money, on: Option<Date>) -> Result<()> {
    let mut header = header(
        w,
        pair(one),
        one.id.to_string(),
        &format!("{} paid by", one.number),
    )
    .await?;
    header.posted_on = on.unwrap_or(header.posted_on);
    let entries = ledger::paid_out(one.kind, one.payer_id, one.payee_id, &header, amount)?;
    moves::post(w, entries).await
}

/// The books are the payer's, so days are its own.
fn pair(one: &PayeeSettlement) -> Pair {
    Pair {
        seller_id: one.payer_id,
        buyer_id: one.payee_id,
        currency: one.currency,
    }
}
