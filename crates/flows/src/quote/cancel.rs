//! Quotes for cancellations: at the end of the period, or now.

use super::{About, QuotePreview, QuoteView, basis_of, hindrance, save, today};
use crate::access::may;
use serde::{Deserialize, Serialize};
use tradewind_billing::service::{lets_go, preview_cancel, preview_leaving, preview_nothing};
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Date, Error, Result, Timestamp, text_enum};
use tradewind_orders::types::{CommercialState, QuoteKind, Subscription, SubscriptionOperation};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::Action;
use utoipa::ToSchema;

text_enum! {
    /// When a subscription is to end.
    pub enum CancelWhen("when") {
        /// At the end of what is paid; of the commitment, where it cannot be left for a fee.
        EndOfPeriod = "end_of_period",
        /// At the end of the commitment; without one, of what is paid.
        EndOfCommitment = "end_of_commitment",
        /// At once, with credit for the unused rest where the seller's policy gives it; a commitment can be left for a fee only.
        Now = "now",
    }
}

/// What is to be cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelInput {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// When.
    pub when: CancelWhen,
    /// Why, for the seller; at most 1,000 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A cancellation worked out.
pub(crate) struct CancelPlan {
    pub(crate) subscription: Subscription,
    pub(crate) ends_on: Date,
    pub(crate) at_once: bool,
    pub(crate) preview: QuotePreview,
    pub(crate) basis: String,
}

/// Quotes a cancellation.
///
/// # Errors
/// Not found, forbidden; conflict when it can't be cancelled.
pub async fn quote_cancel(p: &Platform, ctx: &OpCtx, input: &CancelInput) -> Result<QuoteView> {
    p.command(ctx, "quote.cancel", input, |w, input| {
        Box::pin(async move {
            let plan = plan_cancel(w, input, w.ctx.now).await?;
            let on = About::running(&plan.subscription);
            save(w, QuoteKind::Cancel, on, input, &plan.preview, plan.basis).await
        })
    })
    .await
}

/// What a cancellation would come to, without quoting it.
///
/// # Errors
/// As [`quote_cancel`].
pub async fn preview_of_cancel(
    p: &Platform,
    ctx: &OpCtx,
    input: &CancelInput,
) -> Result<QuotePreview> {
    p.read(ctx, input, |w, input| {
        Box::pin(async move { Ok(plan_cancel(w, input, w.ctx.now).await?.preview) })
    })
    .await
}

/// Works a cancellation out, as of now; `moment` is that of the quote.
pub(crate) async fn plan_cancel(
    w: &mut Work,
    input: &CancelInput,
    moment: Timestamp,
) -> Result<CancelPlan> {
    if let Some(reason) = &input.reason {
        tradewind_kernel::text::check_lines("reason", reason, 0, 1_000)?;
    }
    let detail =
        tradewind_orders::service::subscription_detail_in(w, input.subscription_id).await?;
    let subscription = detail.subscription;
    may(w, Action::SubscriptionCancel, &subscription).await?;
    if !detail
        .available_operations
        .contains(&SubscriptionOperation::Cancel)
    {
        let message = match subscription.cancel_on {
            Some(on) => format!("the subscription ends on {on} already"),
            None => hindrance(&subscription),
        };
        return Err(Error::conflict("not_cancellable", message));
    }
    let on = today(w.ctx.now, &subscription.zone);
    let billed = subscription.commercial_state != CommercialState::Trial
        && subscription.period_end.is_some();
    // A trial costs nothing and so ends at once; a commitment lasts until its end, or is left for a fee.
    let at_once = input.when == CancelWhen::Now || !billed;
    let committed = subscription.term_ends_on.is_some_and(|end| end > on) && billed;
    let of_term = subscription.term_ends_on.or(subscription.period_end);
    let leaves = match input.when {
        CancelWhen::EndOfPeriod if committed => preview_leaving(w, subscription.id).await?,
        _ => None,
    };
    let ends_on = match &leaves {
        _ if at_once => on,
        Some(leaving) => leaving.effective_on,
        None => of_term.unwrap_or(on),
    };
    if at_once && committed && !lets_go(w, subscription.id).await? {
        return Err(Error::refused(
            "committed",
            "the subscription is committed to its term; cancel it for the end of the term instead",
        ));
    }
    let billing = match leaves {
        _ if at_once && billed => preview_cancel(w, subscription.id, on, moment).await?,
        Some(leaving) => leaving,
        None => preview_nothing(subscription.currency, ends_on),
    };
    let preview = QuotePreview {
        billing,
        class: None,
        effective_on: ends_on,
        needs_approval: false,
        needs_payment: false,
    };
    let basis = basis_of(&preview, &[], Some(subscription.version))?;
    Ok(CancelPlan {
        subscription,
        ends_on,
        at_once,
        preview,
        basis,
    })
}
