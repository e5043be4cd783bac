//! Overdue invoices: step by step, by the seller's policy. What a step means for a subscription is for the flows, which
//! hear of it by the event `invoice.overdue`.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{Date, Error, Result, Zone, id::AccountId};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{authorize_run, realm, write_offs::write_off};
use crate::{
    rules::{dunning, dunning_pause},
    store::{documents, dunning_pauses},
    types::{DunningAction, DunningPolicy, Overdue},
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
        let some = p
            .command(&step, "billing.dunning", &today, |w, today| {
                Box::pin(dun(w, *today))
            })
            .await?;
        let done = some.is_empty();
        taken.extend(some);
        if done {
            return Ok(taken);
        }
    }
}

async fn dun(w: &mut Work, today: Date) -> Result<Vec<Overdue>> {
    authorize_run(w)?;
    let realm = realm(w);
    let mut taken = Vec::new();
    for mut balance in documents::dunning_due(&mut w.tx, realm, today, BATCH).await? {
        let policy = documents::dunning_policy(&mut w.tx, realm, balance.seller_id)
            .await?
            .unwrap_or_default();
        let pause = dunning_pauses::pause(&mut w.tx, realm, balance.invoice_id).await?;
        if let Some(pause) = pause.filter(|pause| pause.until >= today) {
            balance.next_dunning_on = Some(dunning_pause::not_before(today, Some(&pause))?);
            documents::set_balance(&mut w.tx, realm, &balance).await?;
            continue;
        }
        let Some(due) = dunning::due_step(&policy, balance.due_on, balance.dunning_stage, today)?
        else {
            balance.next_dunning_on =
                dunning::next_on(&policy, balance.due_on, balance.dunning_stage)?;
            documents::set_balance(&mut w.tx, realm, &balance).await?;
            continue;
        };
        balance.dunning_stage = due.stage;
        // One step a day, even when several are overdue.
        let tomorrow = tradewind_kernel::calendar::add_days(today, 1)?;
        balance.next_dunning_on = due.next_on.map(|day| day.max(tomorrow));
        documents::set_balance(&mut w.tx, realm, &balance).await?;
        let overdue = Overdue {
            invoice_id: balance.invoice_id,
            number: documents::number(&mut w.tx, realm, balance.invoice_id).await?,
            seller_id: balance.seller_id,
            buyer_id: balance.buyer_id,
            due_on: balance.due_on,
            open: balance.open(),
            stage: due.stage,
            action: due.step.action,
        };
        if due.step.action == DunningAction::WriteOff {
            let open = balance.open();
            write_off(w, balance, open, "dunning").await?;
        }
        w.emit(NewEvent {
            kind: "invoice.overdue",
            subject: overdue.invoice_id.to_string(),
            account: overdue.buyer_id,
            data: json!(overdue),
        });
        taken.push(overdue);
    }
    Ok(taken)
}

/// A policy for the invoices of a seller.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DunningSet {
    /// Whose invoices.
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
            let target =
                tradewind_accounts::service::target(w, ResourceKind::Invoice, input.seller_id)
                    .await?;
            w.authorize(
                Action::InvoiceIssue,
                &target.traded(input.seller_id, input.seller_id),
            )?;
            dunning::check(&input.policy)?;
            let realm = realm(w);
            documents::set_dunning_policy(&mut w.tx, realm, input.seller_id, &input.policy).await?;
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
            Ok(documents::dunning_policy(&mut w.tx, w.ctx.realm, *seller)
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
    invoice: tradewind_kernel::id::InvoiceId,
) -> Result<Vec<tradewind_kernel::id::SubscriptionId>> {
    let realm = realm(w);
    documents::balance(&mut w.tx, realm, invoice)
        .await?
        .ok_or_else(|| Error::not_found(invoice))?;
    documents::subscriptions(&mut w.tx, realm, invoice).await
}
