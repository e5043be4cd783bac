//! When which dunning step is due, and what a late fee comes to.

use tradewind_kernel::{
    Currency, Date, Decimal, Error, Money, Result, Rounding, calendar, decimal,
};

use crate::types::{AccountClass, DunningAction, DunningPolicy, DunningStep, LateFee};

/// A step to take now, and when to look again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueStep {
    /// Its number, from 1.
    pub stage: i64,
    /// What it does.
    pub step: DunningStep,
    /// The day of the step after it; none after the last.
    pub next_on: Option<Date>,
}

/// What is to be done about an invoice today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// A step is taken.
    Step(DueStep),
    /// None is.
    Later {
        /// How many steps are behind it, with those that were passed over.
        stage: i64,
        /// The day of the next; none after the last.
        next_on: Option<Date>,
    },
}

fn at(policy: &DunningPolicy, stage: i64) -> Option<&DunningStep> {
    policy.steps.get(usize::try_from(stage).ok()?)
}

/// The day of the step after `stage` (0 before the first); none after the last.
///
/// # Errors
/// `out_of_range`.
pub fn next_on(policy: &DunningPolicy, due_on: Date, stage: i64) -> Result<Option<Date>> {
    at(policy, stage)
        .map(|step| calendar::add_days(due_on, i64::from(step.after_days)))
        .transpose()
}

/// Whether a step is taken for a buyer who owes so much past due.
#[must_use]
pub fn applies(step: &DunningStep, overdue: Money) -> bool {
    amount_in(&step.at_least, overdue.currency).is_none_or(|least| overdue.minor >= least.minor)
}

fn amount_in(amounts: &[Money], currency: Currency) -> Option<Money> {
    amounts
        .iter()
        .copied()
        .find(|amount| amount.currency == currency)
}

/// The step that comes after `stage` when so much is past due, and how many it passes over.
#[must_use]
pub fn step_after(
    policy: &DunningPolicy,
    stage: i64,
    overdue: Money,
) -> Option<(usize, &DunningStep)> {
    let begin = usize::try_from(stage).ok()?;
    let rest = policy.steps.get(begin..)?;
    (rest.iter().enumerate()).find(|(_, step)| applies(step, overdue))
}

/// What is due on a day after `stage` steps. Steps are taken one by one, even when several are overdue: nobody is terminated
/// without having been reminded and suspended before. Those whose amount is not reached are passed over.
///
/// # Errors
/// `out_of_range`.
pub fn due_step(
    policy: &DunningPolicy,
    due_on: Date,
    mut stage: i64,
    today: Date,
    overdue: Money,
) -> Result<Due> {
    loop {
        let next = next_on(policy, due_on, stage)?;
        let step = at(policy, stage).filter(|_| next.is_some_and(|day| day <= today));
        let Some(step) = step else {
            return Ok(Due::Later {
                stage,
                next_on: next,
            });
        };
        stage += 1;
        if applies(step, overdue) {
            return Ok(Due::Step(DueStep {
                stage,
                step: step.clone(),
                next_on: next_on(policy, due_on, stage)?,
            }));
        }
    }
}

/// What a late fee comes to when so much of the invoice is open; the percentage is rounded half away from zero.
///
/// # Errors
/// `overflow`.
pub fn late_fee(fee: &LateFee, open: Money) -> Result<Money> {
    let fixed = amount_in(&fee.amounts, open.currency).unwrap_or(Money::zero(open.currency));
    let Some(percent) = fee.percent else {
        return Ok(fixed);
    };
    let share = decimal::div(
        decimal::mul(open.to_decimal(), percent)?,
        Decimal::ONE_HUNDRED,
    )?;
    fixed.add(Money::from_exact(share, open.currency, Rounding::HalfUp)?)
}

/// Checks a policy: at most 20 steps, in ascending order of days, with amounts above zero, and fees where fees are charged.
///
/// # Errors
/// Names `steps`, or the step and its field.
pub fn check(policy: &DunningPolicy) -> Result<()> {
    if policy.steps.len() > 20 {
        return Err(Error::invalid("steps", "too_many", "at most 20 steps"));
    }
    if !policy
        .steps
        .is_sorted_by(|a, b| a.after_days < b.after_days)
    {
        return Err(Error::invalid(
            "steps",
            "not_ascending",
            "each step must come later than the one before it",
        ));
    }
    for (no, step) in policy.steps.iter().enumerate() {
        check_amounts(&format!("steps.{no}.at_least"), &step.at_least)?;
        check_fee(&format!("steps.{no}.fee"), step)?;
    }
    Ok(())
}

fn check_amounts(field: &str, amounts: &[Money]) -> Result<()> {
    if amounts.iter().any(|amount| amount.minor <= 0) {
        return Err(Error::invalid(
            field,
            "out_of_range",
            "expected amounts above zero",
        ));
    }
    for (no, amount) in amounts.iter().enumerate() {
        if amounts[..no]
            .iter()
            .any(|one| one.currency == amount.currency)
        {
            let text = format!("expected one amount in {}", amount.currency);
            return Err(Error::invalid(field, "duplicate", text));
        }
    }
    Ok(())
}

fn check_fee(field: &str, step: &DunningStep) -> Result<()> {
    let wrong = |code, text: &str| Err(Error::invalid(field, code, text));
    match (&step.fee, step.action) {
        (None, DunningAction::Fee) => wrong("required", "expected what the fee is"),
        (None, _) => Ok(()),
        (Some(fee), DunningAction::Fee) => {
            check_amounts(field, &fee.amounts)?;
            let most = Decimal::ONE_HUNDRED;
            match fee.percent {
                Some(percent) if percent <= Decimal::ZERO || percent > most => {
                    wrong("out_of_range", "expected a percentage above 0, up to 100")
                }
                None if fee.amounts.is_empty() => {
                    wrong("required", "expected an amount or a percentage")
                }
                _ => Ok(()),
            }
        }
        (Some(_), _) => wrong("not_here", "expected no fee on a step that charges none"),
    }
}

/// Checks a class: its code, its name and its steps.
///
/// # Errors
/// Names `code`, `name`, or what is wrong with the policy.
pub fn check_class(class: &AccountClass) -> Result<()> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if class.code.is_empty() || class.code.len() > 40 || !class.code.chars().all(fits) {
        let text = "expected up to 40 lower-case letters, digits, - and _";
        return Err(Error::invalid("code", "malformed", text));
    }
    tradewind_kernel::text::check_len("name", &class.name, 1, 80)?;
    check(&class.policy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::FeeDocument;
    use tradewind_tax::types::TaxCategory;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    fn above(after_days: u16, action: DunningAction, least: i64) -> DunningStep {
        DunningStep {
            at_least: vec![eur(least)],
            ..DunningStep::new(after_days, action)
        }
    }

    fn policy(steps: Vec<DunningStep>) -> DunningPolicy {
        DunningPolicy {
            steps,
            ..DunningPolicy::default()
        }
    }

    fn fee(amounts: Vec<Money>, percent: Option<&str>) -> LateFee {
        LateFee {
            amounts,
            percent: percent.map(|text| text.parse().expect("a decimal")),
            tax_category: TaxCategory::Exempt,
            document: FeeDocument::Own,
        }
    }

    #[test]
    fn steps_below_their_amount_are_passed_over_and_those_behind_them_taken() {
        let steps = policy(vec![
            DunningStep::new(3, DunningAction::Remind),
            above(10, DunningAction::Suspend, 5_000),
            above(20, DunningAction::Terminate, 10_000),
            DunningStep::new(60, DunningAction::WriteOff),
        ]);
        let due = |stage, today, overdue| {
            due_step(&steps, day("2024-03-01"), stage, day(today), eur(overdue)).expect("due")
        };
        let taken = |stage, today, overdue| match due(stage, today, overdue) {
            Due::Step(due) => Some((due.stage, due.step.action)),
            Due::Later { .. } => None,
        };
        assert_eq!(
            taken(1, "2024-03-11", 5_000),
            Some((2, DunningAction::Suspend))
        );
        assert_eq!(taken(1, "2024-03-11", 4_999), None);
        assert_eq!(
            due(1, "2024-03-11", 4_999),
            Due::Later {
                stage: 2,
                next_on: Some(day("2024-03-21"))
            }
        );
        // Long overdue: both are passed over, and the last one is taken.
        assert_eq!(
            taken(1, "2024-05-01", 100),
            Some((4, DunningAction::WriteOff))
        );
        assert_eq!(
            due(4, "2024-06-01", 100),
            Due::Later {
                stage: 4,
                next_on: None
            }
        );
        // Amounts of other currencies say nothing.
        let usd = Money::new(1, Currency::USD);
        assert!(applies(&steps.steps[2], usd));
        let coming = step_after(&steps, 1, eur(7_000)).expect("a step");
        assert_eq!((coming.0, coming.1.action), (0, DunningAction::Suspend));
        let coming = step_after(&steps, 1, eur(100)).expect("a step");
        assert_eq!((coming.0, coming.1.action), (2, DunningAction::WriteOff));
    }

    #[test]
    fn fees_are_fixed_by_currency_and_a_share_of_what_is_open() {
        let both = fee(vec![eur(500)], Some("1.5"));
        for (open, expected) in [(10_000, 650), (33, 500), (34, 501), (0, 500)] {
            assert_eq!(
                late_fee(&both, eur(open)).expect("a fee"),
                eur(expected),
                "{open}"
            );
        }
        let usd = Money::new(10_000, Currency::USD);
        assert_eq!(late_fee(&both, usd).expect("a fee").minor, 150);
        assert!(
            late_fee(&fee(vec![eur(500)], None), usd)
                .expect("none")
                .is_zero()
        );
    }

    #[test]
    fn policies_are_refused_with_the_step_that_is_wrong() {
        let charging = |fee| DunningStep {
            fee,
            ..DunningStep::new(3, DunningAction::Fee)
        };
        let good = fee(vec![eur(1)], Some("100"));
        assert!(check(&policy(vec![charging(Some(good.clone()))])).is_ok());
        let reminding = DunningStep {
            fee: Some(good),
            ..DunningStep::new(3, DunningAction::Remind)
        };
        for wrong in [
            charging(None),
            charging(Some(fee(vec![], None))),
            charging(Some(fee(vec![], Some("0")))),
            charging(Some(fee(vec![], Some("100.01")))),
            charging(Some(fee(vec![eur(0)], None))),
            charging(Some(fee(vec![eur(1), eur(2)], None))),
            above(3, DunningAction::Remind, 0),
            reminding,
        ] {
            assert!(check(&policy(vec![wrong.clone()])).is_err(), "{wrong:?}");
        }
        let late = DunningStep::new(3, DunningAction::Remind);
        assert!(check(&policy(vec![late.clone(), late])).is_err());
    }
}
