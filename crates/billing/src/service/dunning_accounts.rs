//! What a seller decides about one buyer: its class, a pause of all its reminders, and whether its orders are taken.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{Date, Error, Result, Zone, calendar, id::AccountId, text};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};

use super::{account_classes::locked, realm, traded};
use crate::{
    rules::{dunning, dunning_pause},
    store::{documents, dunning as store},
    types::{AccountDunning, AccountPause, CreditHold, HoldCause},
};

/// A seller and one of its buyers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuyerOf {
    /// Who sells.
    pub seller_id: AccountId,
    /// Who buys.
    pub buyer_id: AccountId,
}

impl From<(AccountId, AccountId)> for BuyerOf {
    /// A seller and its buyer, in this order.
    fn from((seller_id, buyer_id): (AccountId, AccountId)) -> Self {
        Self {
            seller_id,
            buyer_id,
        }
    }
}

impl BuyerOf {
    const fn pair(self) -> (AccountId, AccountId) {
        (self.seller_id, self.buyer_id)
    }
}

/// The class of a buyer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClassAssign {
    /// Between whom.
    pub of: BuyerOf,
    /// The code of a class; none for the class of the rest.
    pub class: Option<String>,
}

/// A pause of all reminders of a buyer, or its end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountPauseSet {
    /// Between whom.
    pub of: BuyerOf,
    /// The last day without steps, and why; reminders go on without.
    pub pause: Option<(Date, String)>,
}

/// That no new orders are taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreditHoldSet {
    /// Between whom.
    pub of: BuyerOf,
    /// Why; the buyer is told.
    pub reason: String,
    /// Whether it ends by itself when nothing is past due any more.
    pub until_paid: bool,
}

async fn authorize(w: &mut Work, of: BuyerOf, action: Action) -> Result<()> {
    let target = traded(w, ResourceKind::Invoice, of.seller_id, of.buyer_id).await?;
    w.authorize_for(action, &target, &of.buyer_id)?;
    // Who does not buy from whom has nothing to be decided about.
    tradewind_accounts::service::relationship_of(w, of.seller_id, of.buyer_id)
        .await
        .map(drop)
}

fn audit(w: &mut Work, action: &'static str, of: BuyerOf, summary: serde_json::Value) {
    w.audit(AuditEntry {
        action,
        kind: "account",
        id: of.buyer_id.to_string(),
        account: of.seller_id,
        summary,
    });
}

/// Where a buyer stands with its seller; for both sides. Its class and why reminders wait are for the seller's people.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn account_dunning(p: &Platform, ctx: &OpCtx, of: BuyerOf) -> Result<AccountDunning> {
    p.read(ctx, &of, |w, of| {
        Box::pin(async move {
            authorize(w, *of, Action::InvoiceView).await?;
            let target = traded(w, ResourceKind::Invoice, of.seller_id, of.buyer_id).await?;
            let mut told = told(w, *of).await?;
            if !w.may(Action::InvoiceIssue, &target) {
                told.class = None;
                if let Some(pause) = told.pause.as_mut() {
                    pause.reason.clear();
                }
            }
            Ok(told)
        })
    })
    .await
}

async fn told(w: &mut Work, of: BuyerOf) -> Result<AccountDunning> {
    let realm = realm(w);
    let today = today(w, of.seller_id).await?;
    let decided = store::decided(&mut w.tx, realm, of.pair()).await?;
    let policy = store::policy_of(&mut w.tx, realm, of.pair()).await?;
    let paused = (decided.pause.as_ref()).is_some_and(|pause| pause.until >= today);
    Ok(AccountDunning {
        seller_id: of.seller_id,
        buyer_id: of.buyer_id,
        class: decided.class,
        paused,
        pause: decided.pause,
        overdue: store::past_due(&mut w.tx, realm, of.pair(), today).await?,
        holds: holds(w, of).await?,
        beyond_credit: policy.beyond_credit,
    })
}

async fn holds(w: &mut Work, of: BuyerOf) -> Result<Vec<CreditHold>> {
    let realm = realm(w);
    let all = store::holds(&mut w.tx, realm, &[of.buyer_id]).await?;
    let own = all
        .into_iter()
        .filter(|held| held.seller_id == of.seller_id);
    Ok(own.map(|held| held.hold).collect())
}

/// Why a seller takes no new orders from a buyer, for both sides; empty when it does.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn credit_holds(p: &Platform, ctx: &OpCtx, of: BuyerOf) -> Result<Vec<CreditHold>> {
    p.read(ctx, &of, |w, of| {
        Box::pin(async move {
            let target = traded(w, ResourceKind::Invoice, of.seller_id, of.buyer_id).await?;
            w.authorize_for(Action::InvoiceView, &target, &of.buyer_id)?;
            holds(w, *of).await
        })
    })
    .await
}

async fn today(w: &mut Work, seller: AccountId) -> Result<Date> {
    let seller = tradewind_accounts::service::account_facts(w, seller).await?;
    Ok(w.ctx.now.date_in(&seller.zone))
}

/// Puts a buyer into a class. Its open invoices go on by the steps of that class, behind as many as were taken.
///
/// # Errors
/// `NotFound` for what is no class of the seller, too; `Forbidden`.
pub async fn class_assign(
    p: &Platform,
    ctx: &OpCtx,
    input: &ClassAssign,
) -> Result<AccountDunning> {
    p.command(ctx, "dunning.assign", input, |w, input| {
        Box::pin(async move {
            authorize(w, input.of, Action::InvoiceIssue).await?;
            if let Some(code) = &input.class {
                locked(w, input.of.seller_id, code).await?;
            }
            let (realm, pair) = (realm(w), input.of.pair());
            let mut decided = store::lock(&mut w.tx, realm, pair).await?;
            let before = std::mem::replace(&mut decided.class, input.class.clone());
            store::decide(&mut w.tx, realm, pair, &decided).await?;
            replan(w, input.of).await?;
            let what = json!({ "before": before, "after": input.class });
            audit(w, "dunning.assign", input.of, what);
            told(w, input.of).await
        })
    })
    .await
}

/// Works out anew when the next steps of a buyer's open invoices are due; none is taken before tomorrow.
async fn replan(w: &mut Work, of: BuyerOf) -> Result<()> {
    let realm = realm(w);
    let policy = store::policy_of(&mut w.tx, realm, of.pair()).await?;
    let tomorrow = calendar::add_days(w.ctx.now.date_in(&Zone::utc()), 1)?;
    for mut balance in store::open_of(&mut w.tx, realm, of.pair()).await? {
        let next = dunning::next_on(&policy, balance.due_on, balance.dunning_stage)?;
        balance.next_dunning_on = next.map(|day| day.max(tomorrow));
        documents::set_balance(&mut w.tx, realm, &balance).await?;
    }
    Ok(())
}

/// Pauses all reminders of a buyer until a day, or goes on with them. Each invoice goes on at the step that it would have come to,
/// and its own pauses and promises stay.
///
/// # Errors
/// `until`, `reason`; `NotFound`, `Forbidden`.
pub async fn account_pause_set(
    p: &Platform,
    ctx: &OpCtx,
    input: &AccountPauseSet,
) -> Result<AccountDunning> {
    p.command(ctx, "dunning.account_pause", input, |w, input| {
        Box::pin(async move {
            authorize(w, input.of, Action::InvoiceIssue).await?;
            if let Some((until, reason)) = &input.pause {
                text::check_len("reason", reason, 1, 500)?;
                let today = today(w, input.of.seller_id).await?;
                dunning_pause::check_until(*until, today)?;
            }
            let (realm, pair) = (realm(w), input.of.pair());
            let mut decided = store::lock(&mut w.tx, realm, pair).await?;
            decided.pause = input.pause.clone().map(|(until, reason)| AccountPause {
                until,
                reason,
                at: w.ctx.now,
            });
            store::decide(&mut w.tx, realm, pair, &decided).await?;
            if input.pause.is_none() {
                replan(w, input.of).await?;
            }
            audit(
                w,
                "dunning.account_pause",
                input.of,
                json!({ "pause": input.pause }),
            );
            told(w, input.of).await
        })
    })
    .await
}

/// Takes no new orders and increases from a buyer until somebody releases it or, where it says so, nothing is past due.
///
/// # Errors
/// `reason`; `NotFound`, `Forbidden`.
pub async fn credit_hold_set(
    p: &Platform,
    ctx: &OpCtx,
    input: &CreditHoldSet,
) -> Result<AccountDunning> {
    p.command(ctx, "credit.hold", input, |w, input| {
        Box::pin(async move {
            authorize(w, input.of, Action::InvoiceIssue).await?;
            text::check_len("reason", &input.reason, 1, 500)?;
            let hold = CreditHold {
                cause: HoldCause::Hand,
                invoice_id: None,
                invoice_number: None,
                open: None,
                reason: input.reason.clone(),
                until_paid: input.until_paid,
                since: w.ctx.now,
            };
            let (realm, pair) = (realm(w), input.of.pair());
            store::lock(&mut w.tx, realm, pair).await?;
            store::set_hold(&mut w.tx, realm, pair, &hold).await?;
            let what = json!({ "reason": input.reason, "until_paid": input.until_paid });
            audit(w, "credit.hold", input.of, what);
            told(w, input.of).await
        })
    })
    .await
}

/// Takes orders from a buyer again, whatever they were held for. What waits for it goes on where nothing else is in its way.
///
/// # Errors
/// `no_hold`; `NotFound`, `Forbidden`.
pub async fn credit_hold_release(p: &Platform, ctx: &OpCtx, of: BuyerOf) -> Result<AccountDunning> {
    p.command(ctx, "credit.release", &of, |w, of| {
        Box::pin(async move {
            authorize(w, *of, Action::InvoiceIssue).await?;
            let realm = realm(w);
            if store::end_holds(&mut w.tx, realm, of.pair()).await? == 0 {
                let text = "orders of this account are taken";
                return Err(Error::conflict("no_hold", text));
            }
            released(w, *of);
            told(w, *of).await
        })
    })
    .await
}

/// Ends the holds of a buyer that what was paid has made needless.
///
/// # Errors
/// Database errors.
pub async fn credit_holds_settle_in(w: &mut Work, of: BuyerOf) -> Result<()> {
    let realm = realm(w);
    let today = today(w, of.seller_id).await?;
    if store::settle_holds(&mut w.tx, realm, of.pair(), today).await? > 0 {
        released(w, of);
    }
    Ok(())
}

fn released(w: &mut Work, of: BuyerOf) {
    audit(w, "credit.release", of, json!({}));
    w.emit(NewEvent {
        kind: "credit.released",
        subject: of.buyer_id.to_string(),
        account: of.buyer_id,
        data: json!({ "seller_id": of.seller_id, "buyer_id": of.buyer_id }),
    });
}
