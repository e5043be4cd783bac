//! Minimum commitments over whole and partial periods.

use serde_json::Value;
use tradewind_kernel::{Money, Rounding};
use tradewind_pricing::{
    Direction, Ratio,
    commitment::{prorated_true_up, true_up},
    cycles::{Alignment, BillingCycle},
    proration::{Cut, left},
};

use super::{
    Computed,
    case::{Input, Outcome, Trouble, date, list, money, shown, unsupported, whole},
    conventions::{cadence, policy},
};

/// No usage at all, for subscriptions that start in the middle of a calendar period.
pub(super) fn by_calendar(input: &Input<'_>) -> Outcome<Computed> {
    input.must_be("no_usage", &Value::Bool(true))?;
    let fee = input.decimal("plan_fee")?;
    let minimum = input.decimal("min_commitment")?;
    let currency = input.currency()?;
    let due = |ratio| prorated_true_up(minimum, &[fee], &[], ratio, currency, Rounding::HalfUp);
    let mut fees = Vec::new();
    for row in input.list("calendar")? {
        let [words, start, days, of] = list(row)? else {
            return unsupported("expected a period, a start, days and days of the period");
        };
        let start = date(start)?;
        let cycle = BillingCycle {
            alignment: Alignment::Calendar,
            ..BillingCycle::anniversary(start, cadence(super::case::text(words)?)?)
        };
        let cut = Cut {
            full: cycle.containing(start)?.full,
            cadence: cycle.cadence,
            item_cadence: None,
            at: start,
            clock: None,
        };
        let ratio = left(policy(input.case)?, Direction::Start, &cut)?;
        if (ratio.part, ratio.whole) != (whole(days)?, whole(of)?) {
            let (part, all) = (ratio.part, ratio.whole);
            return Err(Trouble::Refused(format!(
                "from {start} there are {part} of {all} days, not {days} of {of}"
            )));
        }
        fees.push(shown(due(ratio)?));
    }
    Ok(Computed::from_iter([
        ("commitment_fee".to_owned(), fees.into()),
        ("full_period".to_owned(), shown(due(Ratio::ONE)?)),
    ]))
}

/// Fee and usage of whole periods count toward the minimum; coupons do not.
pub(super) fn by_usage(input: &Input<'_>) -> Outcome<Computed> {
    input.maybe("start");
    input.maybe("coupon");
    let fee = money(input, input.decimal("plan_fee")?)?;
    let minimum = money(input, input.decimal("min_commitment")?)?;
    let mut missing = Vec::new();
    for key in [
        "usage_first",
        "usage_second",
        "usage_third",
        "usage_fourth",
        "usage_fifth",
        "usage_sixth",
    ] {
        if !input.has(key) {
            continue;
        }
        let mut counted: Vec<Money> = input
            .decimals(key)?
            .into_iter()
            .map(|amount| money(input, amount))
            .collect::<Outcome<_>>()?;
        counted.push(fee);
        missing.push(shown(true_up(minimum, &counted)?));
    }
    Ok(Computed::from_iter([(
        "true_up".to_owned(),
        missing.into(),
    )]))
}
