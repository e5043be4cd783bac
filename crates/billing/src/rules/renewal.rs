//! What a billing day does to a subscription: a trial ends, a period is followed by the next, a term is followed by
//! another, or the subscription ends.

use tradewind_catalogue::rules::Turn;
use tradewind_kernel::{
    Date, Error, Result,
    calendar::{self, Cadence, Period},
};
use tradewind_orders::types::{CommercialState, Subscription, SubscriptionEvent};
use tradewind_pricing::cycles::{Alignment, BillingCycle, ServicePeriod, StubBasis};

use super::period::Span;

/// What happens on a billing day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A trial has ended well: periods are counted from this day.
    Begin(Next),
    /// The next period begins.
    Renew(Next),
    /// A change waits for this day: what is over is charged as it was, the change is applied, and then the day is looked at
    /// again.
    ApplyChange {
        /// What is charged before it.
        over: Span,
    },
    /// It ends.
    End {
        /// What is charged for the last time.
        span: Span,
        /// How it ends.
        event: SubscriptionEvent,
        /// The first day after a term that it ends before.
        early: Option<Date>,
    },
}

/// The clocks after a billing day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// What is charged.
    pub span: Span,
    /// The day from which periods count.
    pub anchor_on: Date,
    /// The period that runs now; less than a whole one when it leads up to the billing day.
    pub period: ServicePeriod,
    /// The first day after the term; none without a term.
    pub term_ends_on: Option<Date>,
    /// Whether the price is open again: no term runs on into the new period.
    pub reprices: bool,
}

impl Next {
    /// What the renewal is to prices: those of a term rise with each renewal of it, others on the first billing day of every year
    /// since the first day that the plan was paid for.
    ///
    /// # Errors
    /// `unusable_cadence`.
    pub fn turn(&self, clocks: Clocks, since: Option<Date>) -> Result<Turn> {
        let over = self.span.arrears;
        let on = self.period.part.start;
        Ok(Turn {
            reprices: self.reprices,
            period_over: over.is_some_and(|over| !over.is_stub()),
            rises: match (clocks.term, over) {
                (Some(_), _) => u32::from(self.reprices),
                (None, Some(over)) => years(since, over.part.start, on)?,
                (None, None) => 0,
            },
        })
    }
}

/// How many years since a day are over on one day and were not on an earlier one.
///
/// # Errors
/// `unusable_cadence`.
pub fn years(since: Option<Date>, before: Date, on: Date) -> Result<u32> {
    let Some(since) = since else { return Ok(0) };
    let over = |day: Date| -> Result<i64> {
        Ok(calendar::period_index(since, Cadence::YEARLY, day)?.max(0))
    };
    Ok(u32::try_from(over(on)? - over(before)?).unwrap_or_default())
}

/// The clocks of the plan, and the days on which they strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    /// How often it is billed.
    pub cadence: Cadence,
    /// How long the buyer commits.
    pub term: Option<Cadence>,
    /// What billing days follow from.
    pub alignment: Alignment,
    /// What a shorter first period is a share of.
    pub stub: StubBasis,
}

impl Clocks {
    /// The same, aligned to the schedule of a date where one was asked for.
    #[must_use]
    pub const fn aligned(self, to: Option<Date>) -> Self {
        match to {
            Some(anchor) => Self {
                alignment: Alignment::Date { anchor },
                ..self
            },
            None => self,
        }
    }
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
            early: None,
        });
    }
    if !subscription.auto_renew {
        return Ok(Step::End {
            span: nothing,
            event: SubscriptionEvent::Expire,
            early: None,
        });
    }
    if subscription
        .scheduled
        .as_ref()
        .is_some_and(|change| change.on <= day)
    {
        return Ok(Step::ApplyChange { over: nothing });
    }
    begin(day, clocks.aligned(subscription.anchor_on)).map(Step::Begin)
}

/// The clocks of a subscription whose first period begins on a day. A term ends on a billing day: where it would end between
/// two, on the one before, so that nobody is bound for longer than agreed; but not before the second.
///
/// # Errors
/// `unusable_cadence`.
pub fn begin(day: Date, clocks: Clocks) -> Result<Next> {
    let cycle = BillingCycle {
        alignment: clocks.alignment,
        stub: clocks.stub,
        ..BillingCycle::anniversary(day, clocks.cadence)
    };
    let period = cycle.containing(day)?;
    let anchor_on = cycle.anchor()?;
    let term_ends_on = match clocks.term {
        Some(term) => {
            let ends = calendar::schedule(day, term, 1)?;
            let before = calendar::period_containing(anchor_on, clocks.cadence, ends)?.start;
            Some(before.max(period.part.end))
        }
        None => None,
    };
    Ok(Next {
        span: Span {
            advance: Some(period),
            arrears: None,
            bought_on: Some(day),
        },
        anchor_on,
        period,
        term_ends_on,
        // What begins, begins at the price that it was ordered at.
        reprices: false,
    })
}

/// The period after one that ends on a day, and the day from which periods count then. A plan with another cadence whose
/// schedule has no such day begins a schedule of its own.
///
/// # Errors
/// `unusable_cadence`.
pub fn following(anchor: Date, clocks: Clocks, end: Date) -> Result<(Date, ServicePeriod)> {
    let next = calendar::period_containing(anchor, clocks.cadence, end)?;
    if next.start == end {
        return Ok((anchor, ServicePeriod::whole(next)));
    }
    let begins = begin(end, clocks)?;
    Ok((begins.anchor_on, begins.period))
}

/// The end of the term after one that ends on a billing day: as many billing periods later as the term has, so that a term that
/// ended on the 31st does not drift.
fn next_term(anchor: Date, clocks: Clocks, term: Cadence, ends_on: Date) -> Result<Date> {
    let (long, short) = match (term.months(), clocks.cadence.months()) {
        (Some(long), Some(short)) => (long, short),
        _ => (
            term.days().unwrap_or_default(),
            clocks.cadence.days().unwrap_or_default(),
        ),
    };
    let running = calendar::period_containing(anchor, clocks.cadence, ends_on)?;
    if short == 0 || long % short != 0 || running.start != ends_on {
        return calendar::next_after(anchor, term, ends_on);
    }
    let n = calendar::period_index(anchor, clocks.cadence, ends_on)?;
    calendar::schedule(anchor, clocks.cadence, n + i64::from(long / short))
}

fn period_over(subscription: &Subscription, clocks: Clocks, day: Date) -> Result<Step> {
    let missing =
        |what| Error::internal(format!("{} is billed and has no {what}", subscription.id));
    let start = subscription.period_start.ok_or_else(|| missing("period"))?;
    let end = subscription.period_end.ok_or_else(|| missing("period"))?;
    let anchor_on = subscription.anchor_on.ok_or_else(|| missing("anchor"))?;
    let over = Span {
        advance: None,
        arrears: Period::new(start, end)
            .and_then(|over| ServicePeriod::around(anchor_on, clocks.cadence, clocks.stub, over))
            .ok(),
        bought_on: None,
    };
    if cancelled(subscription, day) {
        return Ok(Step::End {
            span: over,
            event: SubscriptionEvent::Terminate,
            early: subscription.term_ends_on.filter(|ends_on| *ends_on > day),
        });
    }
    let term_over = subscription.term_ends_on.filter(|ends_on| *ends_on <= day);
    if term_over.is_some() && !subscription.auto_renew {
        return Ok(Step::End {
            span: over,
            event: SubscriptionEvent::Expire,
            early: None,
        });
    }
    if subscription
        .scheduled
        .as_ref()
        .is_some_and(|change| change.on <= day)
    {
        return Ok(Step::ApplyChange { over });
    }
    let (anchor_on, period) = following(anchor_on, clocks, end)?;
    let term_ends_on = match (term_over, clocks.term) {
        (Some(ends_on), Some(term)) => Some(next_term(anchor_on, clocks, term, ends_on)?),
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
