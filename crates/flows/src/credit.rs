//! Orders of buyers who owe too much, or from whom their seller takes none: refused, or held until that is over.

use serde::{Deserialize, Serialize};
use tradewind_accounts::types::Adjacent;
use tradewind_billing::service::{CreditAsk, Hindrance, hindrance_in};
use tradewind_billing::types::{BeyondCredit, Preview};
use tradewind_kernel::id::AccountId;
use tradewind_kernel::{Money, Result};
use tradewind_orders::service as orders;
use tradewind_orders::types::{Order, OrderState, StepKind};
use tradewind_platform::Work;

/// What marks an approval that is asked for because of the buyer's credit alone: it is given by itself once nothing is in the way
/// any more.
pub(crate) const MARK: &str = "credit";

/// Why an order waits for more than its product asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Held {
    /// In words.
    pub(crate) why: String,
    /// Whether the product alone would not have to be approved.
    pub(crate) alone: bool,
}

/// Why an order waits, as it was placed.
pub(crate) fn held(order: &Order) -> Option<Held> {
    serde_json::from_value(order.input.get("held")?.clone()).ok()
}

/// What is due at once by a preview, with tax.
pub(crate) fn due_now(billing: &Preview) -> Money {
    billing
        .due_now
        .as_ref()
        .map_or_else(|| Money::zero(billing.currency), |document| document.gross)
}

/// What is in the way of an order that is quoted or, now, placed.
///
/// # Errors
/// When it is placed, and refused for it: `credit_limit`, `ordering_restricted`, `credit_hold`, `seller_restricted`.
pub(crate) async fn checked(
    w: &mut Work,
    chain: &[Adjacent],
    due: Money,
    places: bool,
) -> Result<Option<Hindrance>> {
    let ask = if places {
        CreditAsk::Place(due)
    } else {
        CreditAsk::Quote(due)
    };
    match hindrance_in(w, chain, ask).await? {
        Some(hindrance) if places && hindrance.then == BeyondCredit::Refuse => {
            Err(hindrance.refusal())
        }
        found => Ok(found),
    }
}

/// Whether an order waits for the seller because of what is in its way.
pub(crate) fn waits(found: Option<&Hindrance>) -> bool {
    found.is_some_and(|hindrance| hindrance.then == BeyondCredit::Approve)
}

/// Lets orders go on that waited because of their buyer's credit, the oldest first, as far as nothing is in their way any more.
///
/// # Errors
/// Database errors.
pub(crate) async fn let_go(w: &mut Work, seller: AccountId, buyer: AccountId) -> Result<()> {
    for order in orders::orders_under_way_in(w, seller, buyer).await? {
        if order.state != OrderState::AwaitingApproval {
            continue;
        }
        let detail = orders::order_detail_in(w, order.id).await?;
        let marked = |kind| detail.step(kind).and_then(|step| step.detail.as_deref()) == Some(MARK);
        if !marked(StepKind::Approval) {
            continue;
        }
        let chain = tradewind_accounts::service::chain(w, buyer).await?;
        let ask = CreditAsk::Waiting(order.id, order.due_now.currency);
        if hindrance_in(w, &chain, ask).await?.is_none() {
            orders::order_release_in(w, order.id, "Nothing is in the way of this order any more.")
                .await?;
        }
    }
    Ok(())
}
