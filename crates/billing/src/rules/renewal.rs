//! What a billing day does to a subscription: a trial ends, a period is followed by the next, a term is followed by
//! another, or the subscription ends.

use tradewind_kernel::{
    Date, Error, Result,
    calendar::{self, Cadence, Period},
};
use tradewind_orders::types::{CommercialState, Subscription, SubscriptionEvent};

use super::period::Span;

/// What happens on a billing day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A trial has ended well: periods are counted from this day.
    Begin(Next),
    /// The next period begins.
    Renew(Next),
    /// A change waits for this day; it is applied first, and then the day is looked at again.
    ApplyChange,
    /// It ends.
    End {
        /// What is charged for the last time.
        span: Span,
        /// How it ends.
        event: SubscriptionEvent,
    },
}

/// The clocks after a billing day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// What is charged.
    pub span: Span,
    /// The day from which periods count.
    pub anchor_on: Date,
    /// The period that runs now.
    pub period: Period,
    /// The first day after the term; none without a term.
    pub term_ends_on: Option<Date>,
    /// Whether the price is open again: no term runs on into the new period.
    pub reprices: bool,
}

/// The two clocks of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    /// How often it is billed.
    pub cadence: Cadence,
    /// How long the buyer commits.
    pub term: Option<Cadence>,
}

/// What happens to a subscription on its next billing day.
///
/// # Errors
/// Internal error when a subscription that is billed lacks a date; `unusable_cadence`.
pub fn step(subscription: &Subscription, clocks: Clocks) -> Result<Option<Step>> {
    let Some(day) = subscription.next_bill_on else {
        return Ok(None);
    };
    match subscription.commercial_state {
        CommercialState::Trial => trial_over(subscription, clocks, day).map(Some),
        state if state.is_billed() => period_over(subscription, clocks, day).map(Some),
        _ => Ok(None),
    }
}

fn cancelled(subscription: &Subscription, day: Date) -> bool {
    subscription
        .cancel_on
        .is_some_and(|cancel_on| cancel_on <= day)
}

fn trial_over(subscription: &Subscription, clocks: Clocks, day: Date) -> Result<Step> {
    let nothing = Span::default();
    if cancelled(subscription, day) {
        return Ok(Step::End {
            span: nothing,
            event: SubscriptionEvent::Terminate,
        });
    }
    if !subscription.auto_renew {
        return Ok(Step::End {
            span: nothing,
            event: SubscriptionEvent::Expire,
        });
    }
    if subscription
        .scheduled
        .as_ref()
        .is_some_and(|change| change.on <= day)
    {
        return Ok(Step::ApplyChange);
    }
    begin(day, clocks).map(Step::Begin)
}

/// The clocks of a subscription whose first period begins on a day.
///
/// # Errors
/// `unusable_cadence`.
pub fn begin(day: Date, clocks: Clocks) -> Result<Next> {
    let period = calendar::period(day, clocks.cadence, 0)?;
    Ok(Next {
        span: Span {
            advance: Some(period),
            arrears: None,
            bought_on: Some(day),
        },
        anchor_on: day,
        period,
        term_ends_on: clocks
            .term
            .map(|term| calendar::schedule(day, term, 1))
            .transpose()?,
        // What begins, begins at the price that it was ordered at.
        reprices: false,
    })
}

fn period_over(subscription: &Subscription, clocks: Clocks, day: Date) -> Result<Step> {
    let missing =
        |what| Error::internal(format!("{} is billed and has no {what}", subscription.id));
    let start = subscription.period_start.ok_or_else(|| missing("period"))?;
    let end = subscription.period_end.ok_or_else(|| missing("period"))?;
    let anchor_on = subscription.anchor_on.ok_or_else(|| missing("anchor"))?;
    let over = Span {
        advance: None,
        arrears: Period::new(start, end).ok(),
        bought_on: None,
    };
    if cancelled(subscription, day) {
        return Ok(Step::End {
            span: over,
            event: SubscriptionEvent::Terminate,
        });
    }
    let term_over = subscription.term_ends_on.filter(|ends_on| *ends_on <= day);
    if term_over.is_some() && !subscription.auto_renew {
        return Ok(Step::End {
            span: over,
            event: SubscriptionEvent::Expire,
        });
    }
    if subscription
        .scheduled
        .as_ref()
        .is_some_and(|change| change.on <= day)
    {
        return Ok(Step::ApplyChange);
    }
    let period = calendar::period_containing(anchor_on, clocks.cadence, end)?;
    let term_ends_on = match (term_over, clocks.term) {
        // Counted from the anchor, so that a term that began on the 31st does not drift.
        (Some(ends_on), Some(term)) => Some(calendar::next_after(anchor_on, term, ends_on)?),
        (None, _) => subscription.term_ends_on,
        (Some(_), None) => None,
    };
    Ok(Step::Renew(Next {
        span: Span {
            advance: Some(period),
            ..over
        },
        anchor_on,
        period,
        term_ends_on,
        reprices: clocks.term.is_none() || term_over.is_some(),
    }))
}
