//! What a subscription's next invoice will be.

use tradewind_billing::{
    service::{SubscriptionChange, preview_change, preview_scheduled},
    types::Preview,
};
use tradewind_kernel::{Error, Result};
use tradewind_orders::{
    service::{items_in, legs_in},
    types::{CommercialState, Subscription},
};

use crate::session::Visit;

/// The bill to come as things stand: nothing changed, looked at as a change. None for what is not billed.
pub(super) async fn of(visit: &Visit, subscription: &Subscription) -> Result<Option<Preview>> {
    let trial = subscription.commercial_state == CommercialState::Trial;
    let ends = subscription.cancel_on.is_some()
        && subscription.cancel_on <= subscription.period_end.or(subscription.trial_ends_on);
    if ends || !(trial || subscription.commercial_state.is_billed()) {
        return Ok(None);
    }
    let today = visit.ctx.now.date_in(&subscription.zone);
    let found = visit
        .p()
        .read(&visit.ctx, subscription, move |w, subscription| {
            Box::pin(async move {
                let scheduled = subscription.scheduled.as_ref();
                let (wanted, terms) = match scheduled {
                    Some(change) => (
                        change
                            .items
                            .iter()
                            .map(|item| (item.item_id, item.quantity))
                            .collect(),
                        change.terms.clone(),
                    ),
                    None => (
                        items_in(w, subscription.id)
                            .await?
                            .into_iter()
                            .map(|item| (item.item_id, item.quantity))
                            .collect(),
                        legs_in(w, subscription.id)
                            .await?
                            .into_iter()
                            .map(|leg| leg.terms_id)
                            .collect(),
                    ),
                };
                let change = SubscriptionChange {
                    subscription_id: subscription.id,
                    wanted,
                    terms,
                    at: today,
                    less: false,
                };
                if trial {
                    preview_change(w, &change).await
                } else {
                    preview_scheduled(w, &change).await
                }
            })
        })
        .await;
    match found {
        Ok(preview) => Ok(Some(preview)),
        // A price that can't be worked out any more is not shown; billing will name what is wrong.
        Err(Error::Refused { .. } | Error::Conflict { .. } | Error::Invalid(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
