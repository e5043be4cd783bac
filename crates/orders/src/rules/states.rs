//! The two states of a subscription, each with every move it can make in one table.

use tradewind_kernel::{Error, Result};

use crate::types::{
    CommercialState, DeliveryState, Subscription, SubscriptionEvent, SubscriptionOperation,
};

/// Every move of the commercial state; whatever is not here is refused.
pub const COMMERCIAL: &[(CommercialState, SubscriptionEvent, CommercialState)] = {
    use CommercialState as S;
    use SubscriptionEvent as E;
    &[
        (S::Ordered, E::StartTrial, S::Trial),
        (S::Ordered, E::Activate, S::Active),
        (S::Ordered, E::Terminate, S::Terminated),
        (S::Trial, E::Activate, S::Active),
        (S::Trial, E::Expire, S::Expired),
        (S::Trial, E::Terminate, S::Terminated),
        (S::Active, E::Overdue, S::Grace),
        (S::Active, E::Suspend, S::Suspended),
        (S::Active, E::Expire, S::Expired),
        (S::Active, E::Terminate, S::Terminated),
        (S::Grace, E::Settle, S::Active),
        (S::Grace, E::Suspend, S::Suspended),
        (S::Grace, E::Expire, S::Expired),
        (S::Grace, E::Terminate, S::Terminated),
        (S::Suspended, E::Resume, S::Active),
        (S::Suspended, E::Expire, S::Expired),
        (S::Suspended, E::Terminate, S::Terminated),
    ]
};

/// Every move of the delivery state; whatever is not here is refused.
pub const DELIVERY: &[(DeliveryState, &[DeliveryState])] = {
    use DeliveryState as D;
    &[
        (D::NotProvisioned, &[D::Provisioning, D::Removed]),
        (D::Provisioning, &[D::Running, D::Removing, D::Failed]),
        (
            D::Running,
            &[D::Stopped, D::Changing, D::Removing, D::Failed],
        ),
        (
            D::Stopped,
            &[D::Running, D::Changing, D::Removing, D::Failed],
        ),
        (
            D::Changing,
            &[D::Running, D::Stopped, D::Removing, D::Failed],
        ),
        (D::Removing, &[D::Removed, D::Failed]),
        (D::Removed, &[]),
        (
            D::Failed,
            &[
                D::Provisioning,
                D::Running,
                D::Stopped,
                D::Changing,
                D::Removing,
                D::Removed,
            ],
        ),
    ]
};

/// The commercial state after an event.
///
/// # Errors
/// Conflict `subscription_state` when the subscription is not in a state for it.
pub fn commercial_after(
    state: CommercialState,
    event: SubscriptionEvent,
) -> Result<CommercialState> {
    COMMERCIAL
        .iter()
        .find(|(from, by, _)| *from == state && *by == event)
        .map(|(_, _, to)| *to)
        .ok_or_else(|| {
            let possible: Vec<&str> = COMMERCIAL
                .iter()
                .filter(|(from, ..)| *from == state)
                .map(|(_, by, _)| by.as_str())
                .collect();
            let possible = if possible.is_empty() {
                "nothing".to_owned()
            } else {
                possible.join(", ")
            };
            Error::conflict(
                "subscription_state",
                format!("the subscription is {state}; possible is {possible}, not {event}"),
            )
        })
}

/// Whether the delivery state may move; staying where it is always may.
///
/// # Errors
/// Conflict `delivery_state` when it may not.
pub fn delivery_allows(from: DeliveryState, to: DeliveryState) -> Result<()> {
    let allowed = from == to
        || DELIVERY
            .iter()
            .any(|(state, next)| *state == from && next.contains(&to));
    if allowed {
        return Ok(());
    }
    Err(Error::conflict(
        "delivery_state",
        format!("what is {from} cannot become {to}"),
    ))
}

/// What decides which operations a subscription offers, besides its own state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationFacts {
    /// An order for it is under way.
    pub open_order: bool,
    /// The reader is the seller or above it.
    pub seller_side: bool,
}

/// What can be done with a subscription now, by those who may.
#[must_use]
pub fn subscription_operations(
    subscription: &Subscription,
    facts: OperationFacts,
) -> Vec<SubscriptionOperation> {
    use CommercialState as S;
    use SubscriptionOperation as O;
    let state = subscription.commercial_state;
    let settled = !facts.open_order;
    let running = matches!(state, S::Trial | S::Active | S::Grace | S::Suspended);
    let possible = [
        (
            O::Change,
            settled
                && matches!(state, S::Trial | S::Active)
                && subscription.cancel_on.is_none()
                && subscription.scheduled.is_none(),
        ),
        (
            O::ClearSchedule,
            settled && running && subscription.scheduled.is_some(),
        ),
        (
            O::Cancel,
            settled && running && subscription.cancel_on.is_none(),
        ),
        (
            O::KeepOn,
            settled && running && subscription.cancel_on.is_some(),
        ),
        (
            O::SetAutoRenew,
            running && subscription.term_ends_on.is_some() && subscription.cancel_on.is_none(),
        ),
        (
            O::Suspend,
            settled && facts.seller_side && matches!(state, S::Active | S::Grace),
        ),
        (
            O::Resume,
            settled && facts.seller_side && state == S::Suspended,
        ),
        (
            O::Correct,
            settled && facts.seller_side && matches!(state, S::Active | S::Grace | S::Suspended),
        ),
        (O::Rename, !state.is_final()),
    ];
    possible
        .into_iter()
        .filter(|(_, now)| *now)
        .map(|(operation, _)| operation)
        .collect()
}
