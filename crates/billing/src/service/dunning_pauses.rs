//! Pauses of reminders and promises to pay, and what comes next for an invoice.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Date, Error, Money, Result, calendar,
    id::{AccountId, InvoiceId},
    text,
};
use tradewind_platform::{AuditEntry, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};

use super::{dunning::paused_until, realm, traded};
use crate::{
    rules::{dunning, dunning_pause as rules},
    store::{
        documents::{self, BalanceRow},
        dunning as policies,
        dunning_pauses::{self as store, Stand},
    },
    types::{BalanceStatus, DunningPause, InvoiceDunning, NextStep},
};

/// A pause of reminders, or its end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DunningPauseSet {
    /// Of which invoice.
    pub invoice_id: InvoiceId,
    /// How long; reminders go on without.
    pub pause: Option<NewPause>,
}

/// A pause.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewPause {
    /// The last day without steps.
    pub until: Date,
    /// Why.
    pub reason: String,
    /// How much the buyer promises to pay until then.
    pub promised: Option<Money>,
}

/// How far an invoice has been dunned, and what comes next; for both sides.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn invoice_dunning(p: &Platform, ctx: &OpCtx, id: InvoiceId) -> Result<InvoiceDunning> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            let realm = realm(w);
            let stand = store::stand(&mut w.tx, realm, *id)
                .await?
                .ok_or_else(|| Error::not_found(*id))?;
            let (seller, buyer) = (stand.seller_id, stand.buyer_id);
            let target = traded(w, ResourceKind::Invoice, seller, buyer).await?;
            w.authorize_for(Action::InvoiceView, &target, id)?;
            let mut told = told(w, *id, stand).await?;
            // Why is between the seller's people.
            if let Some(pause) = told.pause.as_mut()
                && !w.may(Action::InvoiceIssue, &target)
            {
                pause.reason.clear();
            }
            Ok(told)
        })
    })
    .await
}

async fn told(w: &mut Work, invoice_id: InvoiceId, stand: Stand) -> Result<InvoiceDunning> {
    let today = today(w, stand.seller_id).await?;
    let pair = (stand.seller_id, stand.buyer_id);
    let until = paused_until(w, invoice_id, pair).await?;
    let next = match stand.next_on {
        Some(due) if stand.status == BalanceStatus::Open => {
            next_step(w, &stand, due, until, today).await?
        }
        _ => None,
    };
    let pause = stand.pause;
    let promise = match &pause {
        Some(pause) => rules::promise(pause, stand.paid, today)?,
        None => None,
    };
    Ok(InvoiceDunning {
        invoice_id,
        stage: stand.stage,
        open: stand.open,
        paused: next.is_some() && until.is_some_and(|until| until >= today),
        next,
        pause,
        promise,
    })
}

/// The step that is taken next as things stand.
async fn next_step(
    w: &mut Work,
    stand: &Stand,
    due: Date,
    until: Option<Date>,
    today: Date,
) -> Result<Option<NextStep>> {
    let realm = realm(w);
    let pair = (stand.seller_id, stand.buyer_id);
    let policy = policies::policy_of(&mut w.tx, realm, pair).await?;
    let all = policies::past_due(&mut w.tx, realm, pair, today).await?;
    let same = |sum: &&Money| sum.currency == stand.open.currency;
    let mut overdue = (all.iter().find(same).copied()).unwrap_or(Money::zero(stand.open.currency));
    if stand.due_on >= today {
        overdue = overdue.add(stand.open)?;
    }
    let Some((passed, step)) = dunning::step_after(&policy, stand.stage, overdue) else {
        return Ok(None);
    };
    let due = if passed == 0 {
        due
    } else {
        calendar::add_days(stand.due_on, i64::from(step.after_days))?
    };
    Ok(Some(NextStep {
        on: rules::not_before(due, until)?,
        after_days: step.after_days,
        action: step.action,
    }))
}

async fn today(w: &mut Work, seller: AccountId) -> Result<Date> {
    let seller = tradewind_accounts::service::account_facts(w, seller).await?;
    Ok(w.ctx.now.date_in(&seller.zone))
}

/// Pauses the reminders of an invoice until a day, because somebody says so or because its buyer promises to pay, or goes on with
/// them. A new pause takes the place of the one before. Once it is over, the next step is taken: a broken promise earns no
/// other reminder in between.
///
/// # Errors
/// `until`, `promised`, `reason`; `invoice_paid` when nothing is owed; `NotFound`, `Forbidden`.
pub async fn dunning_pause_set(
    p: &Platform,
    ctx: &OpCtx,
    input: &DunningPauseSet,
) -> Result<InvoiceDunning> {
    p.command(ctx, "dunning.pause", input, |w, input| {
        Box::pin(async move {
            let (realm, id) = (realm(w), input.invoice_id);
            let mut balance = documents::lock_balance(&mut w.tx, realm, id)
                .await?
                .ok_or_else(|| Error::not_found(id))?;
            let parties = (balance.seller_id, balance.buyer_id);
            let target = traded(w, ResourceKind::Invoice, parties.0, parties.1).await?;
            w.authorize_for(Action::InvoiceIssue, &target, &id)?;
            let pause = match &input.pause {
                Some(new) => Some(made(w, &balance, new).await?),
                None => None,
            };
            store::set_pause(&mut w.tx, realm, id, pause.as_ref()).await?;
            if pause.is_none() && balance.status == BalanceStatus::Open {
                let policy = policies::policy_of(&mut w.tx, realm, parties).await?;
                balance.next_dunning_on =
                    dunning::next_on(&policy, balance.due_on, balance.dunning_stage)?;
                documents::set_balance(&mut w.tx, realm, &balance).await?;
            }
            w.audit(AuditEntry {
                action: "dunning.pause",
                kind: "invoice",
                id: id.to_string(),
                account: balance.buyer_id,
                summary: json!({ "pause": input.pause }),
            });
            let stand = store::stand(&mut w.tx, realm, id)
                .await?
                .ok_or_else(|| Error::not_found(id))?;
            told(w, id, stand).await
        })
    })
    .await
}

async fn made(w: &mut Work, balance: &BalanceRow, new: &NewPause) -> Result<DunningPause> {
    if balance.status != BalanceStatus::Open {
        return Err(Error::conflict(
            "invoice_paid",
            "nothing is owed on this invoice",
        ));
    }
    text::check_len("reason", &new.reason, 1, 500)?;
    let today = today(w, balance.seller_id).await?;
    rules::check(new.until, new.promised, balance.open(), today)?;
    Ok(DunningPause {
        until: new.until,
        reason: new.reason.clone(),
        promised: new.promised,
        paid_before: Money::new(balance.paid, balance.currency),
        at: w.ctx.now,
    })
}
