//! What may happen to a delivery, and what it means for the subscription.

use crate::types::{
    Delivery, DeliveryKind, DeliveryOperation, DeliveryReport, DeliveryState, ReportOutcome,
};
use tradewind_kernel::{Error, Result};
use tradewind_orders::types::DeliveryState as OrdersDeliveryState;

const MESSAGE_LENGTH_MAX: usize = 2_000;

/// The code of what is refused because the delivery is over.
const ENDED: &str = "delivery_ended";

/// Whether the vendor may say that it has begun. Saying it again changes nothing.
///
/// # Errors
/// Conflict when the delivery has ended.
pub fn start_allowed(delivery: &Delivery) -> Result<()> {
    match delivery.state {
        DeliveryState::Waiting | DeliveryState::InProgress => Ok(()),
        ended => Err(ended_already(ended)),
    }
}

/// Checks a report and gives the state it leads to; `None` when the very same has been reported before.
///
/// # Errors
/// A failure without a message; conflict when the delivery has ended otherwise.
pub fn check_report(delivery: &Delivery, report: &DeliveryReport) -> Result<Option<DeliveryState>> {
    let message = report.message.as_deref().map(str::trim).unwrap_or_default();
    if report.outcome == ReportOutcome::Failed && message.is_empty() {
        return Err(Error::invalid(
            "message",
            "required",
            "say why it failed; the customer reads it",
        ));
    }
    if message.chars().count() > MESSAGE_LENGTH_MAX {
        return Err(Error::invalid(
            "message",
            "too_long",
            format!("at most {MESSAGE_LENGTH_MAX} characters"),
        ));
    }
    let reported = delivery_state_after(report.outcome);
    match delivery.state {
        DeliveryState::Waiting | DeliveryState::InProgress => Ok(Some(reported)),
        same if same == reported => Ok(None),
        ended => Err(ended_already(ended)),
    }
}

/// Whether a report was refused because the delivery had ended otherwise.
#[must_use]
pub fn is_late(refusal: &Error) -> bool {
    refusal.code() == ENDED
}

/// The state that a report leads to.
#[must_use]
pub fn delivery_state_after(outcome: ReportOutcome) -> DeliveryState {
    match outcome {
        ReportOutcome::Succeeded => DeliveryState::Succeeded,
        ReportOutcome::Failed => DeliveryState::Failed,
    }
}

/// Whether a delivery may be tried again.
///
/// # Errors
/// Conflict unless it has failed.
pub fn retry_allowed(delivery: &Delivery) -> Result<()> {
    if delivery.state == DeliveryState::Failed {
        return Ok(());
    }
    Err(Error::conflict(
        "delivery_not_failed",
        format!(
            "only a failed delivery can be tried again; this one is {}",
            delivery.state
        ),
    ))
}

/// What may be done with a delivery in its state; who may do it is for the policies to say.
#[must_use]
pub fn operations(state: DeliveryState) -> &'static [DeliveryOperation] {
    use DeliveryOperation::{Report, Retry, Start};
    match state {
        DeliveryState::Waiting => &[Start, Report],
        DeliveryState::InProgress => &[Report],
        DeliveryState::Failed => &[Retry],
        DeliveryState::Succeeded | DeliveryState::Cancelled => &[],
    }
}

/// The delivery state of the subscription while and after a delivery; after one that was called off, what
/// it was before. `None` when nobody can know how far the vendor had come: what takes its place decides.
#[must_use]
pub fn subscription_state(kind: DeliveryKind, state: DeliveryState) -> Option<OrdersDeliveryState> {
    use OrdersDeliveryState as S;
    Some(match (state, kind) {
        (DeliveryState::Waiting | DeliveryState::InProgress, DeliveryKind::Provision) => {
            S::Provisioning
        }
        (DeliveryState::Waiting | DeliveryState::InProgress, DeliveryKind::Remove) => S::Removing,
        (DeliveryState::Waiting | DeliveryState::InProgress, _) => S::Changing,
        (
            DeliveryState::Succeeded,
            DeliveryKind::Provision | DeliveryKind::Change | DeliveryKind::Resume,
        ) => S::Running,
        (DeliveryState::Succeeded, DeliveryKind::Suspend) => S::Stopped,
        (DeliveryState::Succeeded, DeliveryKind::Remove) => S::Removed,
        (DeliveryState::Failed, _) => S::Failed,
        (DeliveryState::Cancelled, DeliveryKind::Change | DeliveryKind::Suspend) => S::Running,
        (DeliveryState::Cancelled, DeliveryKind::Resume) => S::Stopped,
        (DeliveryState::Cancelled, DeliveryKind::Provision | DeliveryKind::Remove) => return None,
    })
}

fn ended_already(state: DeliveryState) -> Error {
    Error::conflict(ENDED, format!("this delivery has ended: it is {state}"))
}

/// Whether new work makes open work pointless: removal ends everything, and suspend and resume undo each other.
#[must_use]
pub fn supersedes(new: DeliveryKind, open: DeliveryKind) -> bool {
    use DeliveryKind::{Remove, Resume, Suspend};
    match new {
        Remove => open != Remove,
        Suspend | Resume => matches!(open, Suspend | Resume),
        DeliveryKind::Provision | DeliveryKind::Change => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_kernel::Timestamp;
    use tradewind_kernel::id::{AccountId, DeliveryId, SubscriptionId};

    fn delivery(state: DeliveryState) -> Delivery {
        Delivery {
            id: DeliveryId::generate(),
            subscription_id: SubscriptionId::generate(),
            order_id: None,
            vendor_id: AccountId::generate(),
            customer_id: AccountId::generate(),
            kind: DeliveryKind::Provision,
            mode: crate::types::DeliveryMode::Automatic,
            state,
            attempt: 1,
            message: None,
            created_at: Timestamp::from_micros(0),
            finished_at: None,
            version: 1,
        }
    }

    fn report(outcome: ReportOutcome, message: Option<&str>) -> DeliveryReport {
        DeliveryReport {
            outcome,
            message: message.map(str::to_owned),
        }
    }

    #[test]
    fn a_report_ends_open_work_once() {
        let succeeded = report(ReportOutcome::Succeeded, None);
        assert_eq!(
            check_report(&delivery(DeliveryState::Waiting), &succeeded).unwrap(),
            Some(DeliveryState::Succeeded)
        );
        assert_eq!(
            check_report(&delivery(DeliveryState::InProgress), &succeeded).unwrap(),
            Some(DeliveryState::Succeeded)
        );
        assert_eq!(
            check_report(&delivery(DeliveryState::Succeeded), &succeeded).unwrap(),
            None
        );
        for ended in [DeliveryState::Failed, DeliveryState::Cancelled] {
            assert_eq!(
                check_report(&delivery(ended), &succeeded)
                    .unwrap_err()
                    .code(),
                "delivery_ended"
            );
        }
    }

    #[test]
    fn a_failure_says_why() {
        let open = delivery(DeliveryState::InProgress);
        for empty in [None, Some(""), Some("  ")] {
            let error = check_report(&open, &report(ReportOutcome::Failed, empty)).unwrap_err();
            assert_eq!(error.problems()[0].field, "message");
        }
        let long = "x".repeat(MESSAGE_LENGTH_MAX + 1);
        assert!(check_report(&open, &report(ReportOutcome::Failed, Some(&long))).is_err());
        let told = report(ReportOutcome::Failed, Some("no capacity"));
        assert_eq!(
            check_report(&open, &told).unwrap(),
            Some(DeliveryState::Failed)
        );
    }

    #[test]
    fn only_failed_work_is_tried_again() {
        for state in DeliveryState::ALL {
            assert_eq!(
                retry_allowed(&delivery(*state)).is_ok(),
                *state == DeliveryState::Failed
            );
        }
    }

    #[test]
    fn removal_ends_everything_else() {
        assert!(supersedes(DeliveryKind::Remove, DeliveryKind::Provision));
        assert!(supersedes(DeliveryKind::Resume, DeliveryKind::Suspend));
        assert!(!supersedes(DeliveryKind::Change, DeliveryKind::Provision));
        assert!(!supersedes(DeliveryKind::Suspend, DeliveryKind::Provision));
    }
}
