//! The flow of an order, as data: which steps each kind has, how a step moves, and what that makes of the order.

use tradewind_kernel::{Error, Result, text_enum};

use crate::types::{
    FlowFacts, OrderKind, OrderOperation, OrderState, OrderStep, StepKind, StepState,
};

text_enum! {
    /// What happens to a step.
    pub enum StepEvent("event") {
        /// Work on it begins (again, after a failure).
        Start = "start",
        /// Somebody or something outside has to act.
        Wait = "wait",
        /// It is done.
        Finish = "finish",
        /// It went wrong.
        Fail = "fail",
        /// It is not needed after all.
        Skip = "skip",
        /// It is to be tried again.
        Retry = "retry",
        /// The order is given up.
        Cancel = "cancel",
    }
}

/// The steps that an order of each kind can have, in their order.
const FLOWS: &[(OrderKind, &[StepKind])] = &[
    (
        OrderKind::Purchase,
        &[
            StepKind::Validation,
            StepKind::Approval,
            StepKind::Payment,
            StepKind::Delivery,
            StepKind::Completion,
        ],
    ),
    (
        OrderKind::Change,
        &[
            StepKind::Validation,
            StepKind::Approval,
            StepKind::Payment,
            StepKind::Delivery,
            StepKind::Completion,
        ],
    ),
    (
        OrderKind::Renewal,
        &[
            StepKind::Validation,
            StepKind::Payment,
            StepKind::Completion,
        ],
    ),
    (
        OrderKind::Suspend,
        &[
            StepKind::Validation,
            StepKind::Delivery,
            StepKind::Completion,
        ],
    ),
    (
        OrderKind::Resume,
        &[
            StepKind::Validation,
            StepKind::Delivery,
            StepKind::Completion,
        ],
    ),
    (
        OrderKind::Cancel,
        &[
            StepKind::Validation,
            StepKind::Delivery,
            StepKind::Completion,
        ],
    ),
    (
        OrderKind::Adjust,
        &[
            StepKind::Validation,
            StepKind::Delivery,
            StepKind::Completion,
        ],
    ),
];

/// Every move of a step; whatever is not here is refused.
const STEPS: &[(StepState, StepEvent, StepState)] = &[
    (StepState::Pending, StepEvent::Start, StepState::Running),
    (StepState::Pending, StepEvent::Wait, StepState::Waiting),
    (StepState::Pending, StepEvent::Finish, StepState::Done),
    (StepState::Pending, StepEvent::Fail, StepState::Failed),
    (StepState::Pending, StepEvent::Skip, StepState::Skipped),
    (StepState::Pending, StepEvent::Cancel, StepState::Cancelled),
    (StepState::Running, StepEvent::Wait, StepState::Waiting),
    (StepState::Running, StepEvent::Finish, StepState::Done),
    (StepState::Running, StepEvent::Fail, StepState::Failed),
    (StepState::Running, StepEvent::Skip, StepState::Skipped),
    (StepState::Running, StepEvent::Cancel, StepState::Cancelled),
    (StepState::Waiting, StepEvent::Start, StepState::Running),
    (StepState::Waiting, StepEvent::Finish, StepState::Done),
    (StepState::Waiting, StepEvent::Fail, StepState::Failed),
    (StepState::Waiting, StepEvent::Skip, StepState::Skipped),
    (StepState::Waiting, StepEvent::Cancel, StepState::Cancelled),
    (StepState::Failed, StepEvent::Retry, StepState::Pending),
    (StepState::Failed, StepEvent::Cancel, StepState::Cancelled),
];

/// What is to be done with an order next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Begin this step.
    Begin(StepKind),
    /// Go on with this step, which was begun.
    Continue(StepKind),
    /// Somebody or something outside has to act on this step.
    Wait(StepKind),
    /// This step failed; somebody has to retry or cancel.
    Stuck(StepKind),
    /// All steps are over: the order is complete.
    Complete,
    /// The order was given up.
    Nothing,
}

/// The steps of an order of this kind.
#[must_use]
pub fn flow(kind: OrderKind, facts: FlowFacts) -> Vec<StepKind> {
    let needed = |step: &StepKind| match step {
        StepKind::Validation | StepKind::Completion => true,
        StepKind::Approval => facts.approval,
        StepKind::Payment => facts.payment,
        StepKind::Delivery => facts.delivery,
    };
    FLOWS
        .iter()
        .filter(|(of, _)| *of == kind)
        .flat_map(|(_, steps)| steps.iter())
        .filter(|step| needed(step))
        .copied()
        .collect()
}

/// What is to be done next, told from the steps alone.
#[must_use]
pub fn next(steps: &[OrderStep]) -> Move {
    match steps.iter().find(|step| !step.state.is_over()) {
        None => Move::Complete,
        Some(step) => match step.state {
            StepState::Pending => Move::Begin(step.kind),
            StepState::Running => Move::Continue(step.kind),
            StepState::Waiting => Move::Wait(step.kind),
            StepState::Failed => Move::Stuck(step.kind),
            StepState::Cancelled | StepState::Done | StepState::Skipped => Move::Nothing,
        },
    }
}

/// The state of a step after an event.
///
/// # Errors
/// Conflict `step_state` when the step is not in a state for it.
pub fn step_after(kind: StepKind, state: StepState, event: StepEvent) -> Result<StepState> {
    STEPS
        .iter()
        .find(|(from, by, _)| *from == state && *by == event)
        .map(|(_, _, to)| *to)
        .ok_or_else(|| {
            Error::conflict(
                "step_state",
                format!("the step {kind} is {state}; it cannot {event} now"),
            )
        })
}

/// The state of an order, told from its steps. Rejection and cancellation are decisions about the whole order and not
/// told from here.
#[must_use]
pub fn order_state(steps: &[OrderStep]) -> OrderState {
    match next(steps) {
        Move::Complete => OrderState::Completed,
        Move::Nothing => OrderState::Cancelled,
        Move::Stuck(_) => OrderState::Failed,
        Move::Wait(StepKind::Approval) => OrderState::AwaitingApproval,
        Move::Wait(StepKind::Payment) => OrderState::AwaitingPayment,
        Move::Begin(kind) | Move::Continue(kind) | Move::Wait(kind) => match kind {
            StepKind::Validation | StepKind::Approval | StepKind::Payment => OrderState::Pending,
            StepKind::Delivery | StepKind::Completion => OrderState::Delivering,
        },
    }
}

/// What can be done with an order in this state, by those who may: the seller's side decides and repairs, the buyer
/// pays, and either gives it up as long as the vendor is not at work.
#[must_use]
pub fn order_operations(
    state: OrderState,
    seller_side: bool,
    buyer_side: bool,
) -> Vec<OrderOperation> {
    let mut operations = Vec::new();
    if state == OrderState::AwaitingApproval && seller_side {
        operations.extend([OrderOperation::Approve, OrderOperation::Reject]);
    }
    if state == OrderState::Failed && seller_side {
        operations.push(OrderOperation::Retry);
    }
    if state == OrderState::AwaitingPayment && buyer_side {
        operations.push(OrderOperation::Pay);
    }
    let cancellable = matches!(
        state,
        OrderState::Pending
            | OrderState::AwaitingApproval
            | OrderState::AwaitingPayment
            | OrderState::Failed
    );
    if cancellable && (seller_side || buyer_side) {
        operations.push(OrderOperation::Cancel);
    }
    operations
}
