//! Overdue invoices: step by step, by the seller's policy. What a step means for a subscription is for the flows, which
//! hear of it by the event `invoice.overdue`.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Date, Error, Money, Result, Zone,
    id::{AccountId, InvoiceId},
};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{authorize_run, authorize_seller, late_fees, realm, write_offs::write_off};
use crate::{
    rules::{
        dunning::{self, Due, DueStep},
        dunning_pause,
    },
    store::{
        documents::{self, BalanceRow},
        dunning as store, dunning_pauses,
    },
    types::{CreditHold, DunningAction, DunningPolicy, HoldCause, Overdue},
};

/// Invoices that one transaction looks at.
const BATCH: i64 = 200;

/// Takes the dunning steps that are due, one per invoice and day, and returns them.
///
/// # Errors
/// `Forbidden`; database errors.
pub async fn dunning_run(p: &Platform, ctx: &OpCtx) -> Result<Vec<Overdue>> {
    // The day is over everywhere where it can be over; a seller's own day is looked at with its invoice.
    let today = ctx.now.date_in(&Zone::utc());
    let mut taken = Vec::new();
    let step = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    loop {
        let (some, looked_at) = p
            .command(&step, "billing.dunning", &today, |w, today| {
                Box::pin(dun(w, *today))
            })
            .await?;
        taken.extend(some);
        // What is only tried out is due again.
        if looked_at < BATCH || ctx.dry_run {
            return Ok(taken);
        }
    }
}

/// The steps taken on some invoices, and how many invoices were looked at: each of them waits for a later day now.
async fn dun(w: &mut Work, today: Date) -> Result<(Vec<Overdue>, i64)> {
    authorize_run(w)?;
    let realm = realm(w);
    let mut taken = Vec::new();
    let due = store::due(&mut w.tx, realm, today, BATCH).await?;
    let looked_at = due.len() as i64;
    for mut balance in due {
        let pair = (balance.seller_id, balance.buyer_id);
        if let Some(until) = paused_until(w, balance.invoice_id, pair).await?
            && until >= today
        {
            balance.next_dunning_on = Some(dunning_pause::not_before(today, Some(until))?);
            documents::set_balance(&mut w.tx, realm, &balance).await?;
            continue;
        }
        let policy = store::policy_of(&mut w.tx, realm, pair).await?;
        let overdue = past_due(w, &balance, today).await?;
        let (due_on, stage) = (balance.due_on, balance.dunning_stage);
        let due = match dunning::due_step(&policy, due_on, stage, today, overdue)? {
            Due::Step(due) => due,
            Due::Later { stage, next_on } => {
                balance.dunning_stage = stage;
                balance.next_dunning_on = next_on;
                documents::set_balance(&mut w.tx, realm, &balance).await?;
                continue;
            }
        };
        balance.dunning_stage = due.stage;
        // One step a day, even when several are overdue.
        let tomorrow = tradewind_kernel::calendar::add_days(today, 1)?;
        balance.next_dunning_on = due.next_on.map(|day| day.max(tomorrow));
        documents::set_balance(&mut w.tx, realm, &balance).await?;
        let overdue = take(w, balance, &due).await?;
        w.emit(NewEvent {
            kind: "invoice.overdue",
            subject: overdue.invoice_id.to_string(),
            account: overdue.buyer_id,
            data: json!(overdue),
        });
        taken.push(overdue);
    }
    Ok((taken, looked_at))
}

/// Until when steps for an invoice wait, because of itself or of its buyer.
pub(super) async fn paused_until(
    w: &mut Work,
    invoice: InvoiceId,
    pair: (AccountId, AccountId),
) -> Result<Option<Date>> {
    let realm = realm(w);
    let own = dunning_pauses::pause(&mut w.tx, realm, invoice).await?;
    let account = store::decided(&mut w.tx, realm, pair).await?;
    Ok((own.map(|pause| pause.until)).max(account.pause.map(|pause| pause.until)))
}

/// What the buyer of an invoice owes past due in its currency, the invoice itself at any rate.
pub(super) async fn past_due(w: &mut Work, balance: &BalanceRow, today: Date) -> Result<Money> {
    let realm = realm(w);
    let pair = (balance.seller_id, balance.buyer_id);
    let all = store::past_due(&mut w.tx, realm, pair, today).await?;
    let same = |sum: &&Money| sum.currency == balance.currency;
    let sum = (all.iter().find(same).copied()).unwrap_or(Money::zero(balance.currency));
    if balance.due_on < today {
        return Ok(sum);
    }
    sum.add(balance.open())
}

/// Does here what a step does; the rest is for those who hear of it.
async fn take(w: &mut Work, balance: BalanceRow, due: &DueStep) -> Result<Overdue> {
    let realm = realm(w);
    let mut overdue = Overdue {
        invoice_id: balance.invoice_id,
        number: documents::number(&mut w.tx, realm, balance.invoice_id).await?,
        seller_id: balance.seller_id,
        buyer_id: balance.buyer_id,
        due_on: balance.due_on,
        open: balance.open(),
        stage: due.stage,
        action: due.step.action,
        fee: None,
    };
    match due.step.action {
        DunningAction::WriteOff => {
            let open = balance.open();
            write_off(w, balance, open, "dunning").await?;
        }
        DunningAction::Fee => {
            if let Some(fee) = &due.step.fee {
                overdue.fee = late_fees::charge(w, &balance, &overdue.number, fee).await?;
            }
        }
        DunningAction::Restrict => {
            let hold = CreditHold {
                cause: HoldCause::Dunning,
                invoice_id: Some(balance.invoice_id),
                invoice_number: None,
                open: None,
                reason: String::new(),
                until_paid: true,
                since: w.ctx.now,
            };
            let pair = (balance.seller_id, balance.buyer_id);
            store::set_hold(&mut w.tx, realm, pair, &hold).await?;
        }
        DunningAction::Remind
        | DunningAction::Retry
        | DunningAction::Suspend
        | DunningAction::Terminate => {}
    }
    Ok(overdue)
}

/// A policy for the buyers of a seller that are in no class.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DunningSet {
    /// Who sells.
    pub seller_id: AccountId,
    /// The steps. Invoices that are open already go on by them at their next step.
    pub policy: DunningPolicy,
}

/// Sets how a seller reminds.
///
/// # Errors
/// `steps`; `NotFound`, `Forbidden`.
pub async fn dunning_set(p: &Platform, ctx: &OpCtx, input: &DunningSet) -> Result<DunningPolicy> {
    p.command(ctx, "dunning.set", input, |w, input| {
        Box::pin(async move {
            authorize_seller(w, input.seller_id, Action::InvoiceIssue).await?;
            dunning::check(&input.policy)?;
            let realm = realm(w);
            store::set_policy(&mut w.tx, realm, input.seller_id, &input.policy).await?;
            w.audit(AuditEntry {
                action: "dunning.set",
                kind: "account",
                id: input.seller_id.to_string(),
                account: input.seller_id,
                summary: json!({ "after": input.policy }),
            });
            Ok(input.policy.clone())
        })
    })
    .await
}

/// How a seller reminds.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn dunning_get(p: &Platform, ctx: &OpCtx, seller: AccountId) -> Result<DunningPolicy> {
    p.read(ctx, &seller, |w, seller| {
        Box::pin(async move {
            let target =
                tradewind_accounts::service::target(w, ResourceKind::Invoice, *seller).await?;
            w.authorize(Action::InvoiceView, &target)?;
            Ok(store::policy(&mut w.tx, w.ctx.realm, *seller)
                .await?
                .unwrap_or_default())
        })
    })
    .await
}

/// The subscriptions that an invoice is for, to be suspended or ended with it.
///
/// # Errors
/// `NotFound`.
pub async fn invoice_subscriptions(
    w: &mut Work,
    invoice: InvoiceId,
) -> Result<Vec<tradewind_kernel::id::SubscriptionId>> {
    let realm = realm(w);
    documents::balance(&mut w.tx, realm, invoice)
        .await?
        .ok_or_else(|| Error::not_found(invoice))?;
    documents::subscriptions(&mut w.tx, realm, invoice).await
}
