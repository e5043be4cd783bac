//! What of other terms for the past can be computed from scratch, and what can't.

use std::sync::Arc;

use tradewind_catalogue::{rules::Turn, types::LegTerms};
use tradewind_kernel::{
    Date, Error, Result,
    calendar::{self, Cadence},
    id::ItemId,
};
use tradewind_pricing::cycles::ServicePeriod;

use super::{joint::is_joint, preview::Schedule, renewal::years};

/// The terms of every leg from a day on, the vendor's first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermsOfLegs {
    /// The first day.
    pub from_on: Date,
    /// The terms.
    pub legs: Vec<Arc<LegTerms>>,
}

/// Whether a leg that was recorded under some terms can be computed under others. `suspended` says whether it was suspended since.
///
/// # Errors
/// Names `field`, which brings them about, and what is in the way.
pub fn recomputable(field: &str, old: &LegTerms, new: &LegTerms, suspended: bool) -> Result<()> {
    let refuse = |code: &'static str, text: &str| Err(Error::invalid(field, code, text));
    if old.cadence != new.cadence || old.term != new.term {
        return refuse(
            "other_rhythm",
            "must be billed as often and bind for as long as what is recorded; switch from today on instead",
        );
    }
    if old.policies.commitment != new.policies.commitment {
        return refuse(
            "other_commitment",
            "must commit to the same as what is recorded: spans that have begun keep their commitment",
        );
    }
    if suspended && old.policies.suspension != new.policies.suspension {
        return refuse(
            "other_suspension",
            "charges suspended time otherwise than what is recorded, and the subscription was suspended since",
        );
    }
    Ok(())
}

/// Whether the usage of a sale is its own on every leg: rating it again rates all legs, and what others have used with it is not looked
/// at.
///
/// # Errors
/// Names `field`, which has it rated again.
pub fn counted_alone<'a>(
    field: &str,
    all: impl IntoIterator<Item = &'a TermsOfLegs>,
) -> Result<()> {
    let mut legs = all.into_iter().flat_map(|terms| &terms.legs);
    if legs.any(|terms| terms.items.iter().any(is_joint)) {
        return Err(Error::invalid(
            field,
            "counted_together",
            "usage that is counted together with other subscriptions can't be rated otherwise for one of them",
        ));
    }
    Ok(())
}

/// Whether prices of a leg have stayed what they were agreed as: what has risen by rule since rests on the price before.
///
/// # Errors
/// Names `field` and the day of the rise.
pub fn without_rises(field: &str, recorded: &[TermsOfLegs], leg: usize) -> Result<()> {
    let raised = |terms: &TermsOfLegs| -> Vec<_> {
        let items = terms.legs.get(leg).map(|terms| terms.items.as_slice());
        let items = items.unwrap_or_default().iter();
        items.map(|item| item.raised.clone()).collect()
    };
    for pair in recorded.windows(2) {
        if let [before, after] = pair
            && before.legs.last().map(|terms| terms.plan)
                == after.legs.last().map(|terms| terms.plan)
            && raised(before) != raised(after)
        {
            let text = format!(
                "prices have risen by rule on {}; name that day or a later one",
                after.from_on
            );
            return Err(Error::invalid(field, "raised_since", text));
        }
    }
    Ok(())
}

/// Whether prices that have risen by rule are still there: a price that rests on another one can't say what it would have risen to.
///
/// # Errors
/// Names `field`.
pub fn keeps_rises(field: &str, old: &LegTerms, new: &LegTerms) -> Result<()> {
    let risen = |terms: &LegTerms, item: ItemId| {
        let item = terms.item(item);
        item.is_some_and(|item| item.raised.is_some())
    };
    let mut items = old.items.iter().map(|item| item.item);
    if items.any(|item| risen(old, item) && !risen(new, item)) {
        return Err(Error::invalid(
            field,
            "has_risen",
            "prices that rest on this revision have risen by rule; correct them to the current prices, or one by one",
        ));
    }
    Ok(())
}

/// What the beginning of a period is to prices that were agreed on a day in the past, after the period before it.
///
/// # Errors
/// `unusable_cadence`.
pub fn turn_of(
    schedule: Schedule,
    term_ends_on: Option<Date>,
    since: Date,
    over: &ServicePeriod,
    next: &ServicePeriod,
) -> Result<Turn> {
    let (clocks, on) = (schedule.clocks, next.part.start);
    let term_over = match (clocks.term, term_ends_on) {
        (Some(term), Some(ends_on)) => {
            let periods = |day: Date| calendar::period_index(schedule.anchor, clocks.cadence, day);
            let apart = periods(ends_on)? - periods(on)?;
            length(term, clocks.cadence).is_some_and(|length| apart % length == 0)
        }
        _ => false,
    };
    Ok(Turn {
        reprices: clocks.term.is_none() || term_over,
        period_over: !over.is_stub(),
        rises: match clocks.term {
            Some(_) => u32::from(term_over),
            None => years(Some(since), over.part.start, on)?,
        },
    })
}

/// How many billing periods a term has.
fn length(term: Cadence, cadence: Cadence) -> Option<i64> {
    let (long, short) = match (term.months(), cadence.months()) {
        (Some(long), Some(short)) => (long, short),
        _ => (term.days()?, cadence.days()?),
    };
    (short > 0 && long >= short).then(|| i64::from(long / short))
}
