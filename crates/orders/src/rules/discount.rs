//! What makes a coupon, and who may redeem it for what.

use tradewind_kernel::{
    Currency, Date, Decimal, Error, Money, Problems, Result,
    id::{AccountId, ItemId, PlanId, ProductId},
};

use crate::types::{Benefit, Coupon, CouponInput, CouponLimits, CouponState, Covers};

const CODE_MIN: usize = 3;
const CODE_MAX: usize = 40;
const PERIODS_MAX: u32 = 120;
const TRIAL_DAYS_MAX: u32 = 365;
const PERCENT_PLACES: u32 = 6;
const NAMED_MAX: usize = 100;
const CUSTOMERS_MAX: usize = 1000;

/// The form of a code in which it is compared.
#[must_use]
pub fn code_key(code: &str) -> String {
    code.trim().to_ascii_lowercase()
}

/// Whether a coupon can be as its seller wants it.
///
/// # Errors
/// Names every field that is wrong and what would be accepted.
pub fn check_coupon(input: &CouponInput) -> Result<()> {
    let mut problems = Problems::new();
    for (tag, name) in input.name.iter() {
        problems.check(tradewind_kernel::text::check_len(
            &format!("name.{tag}"),
            name,
            1,
            80,
        ));
    }
    if input.name.is_empty() {
        problems.add("name", "required", "say what invoices call it");
    }
    if let Some(code) = &input.code {
        check_code(&mut problems, code);
    }
    check_benefit(&mut problems, input);
    if let Some(periods) = input.periods {
        check_range(&mut problems, "periods", periods, PERIODS_MAX);
    }
    for (field, count, most) in [
        ("scope.products", input.scope.products.len(), NAMED_MAX),
        ("scope.plans", input.scope.plans.len(), NAMED_MAX),
        ("scope.items", input.scope.items.len(), NAMED_MAX),
        ("customers", input.limits.customers.len(), CUSTOMERS_MAX),
    ] {
        if count > most {
            problems.add(field, "too_many", format!("at most {most}"));
        }
    }
    check_limits(&mut problems, input);
    problems.finish()
}

fn check_code(problems: &mut Problems, code: &str) {
    let plain = code
        .trim()
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if !plain || !(CODE_MIN..=CODE_MAX).contains(&code.trim().len()) {
        problems.add(
            "code",
            "invalid_code",
            format!("{CODE_MIN} to {CODE_MAX} letters, digits, - and _"),
        );
    }
}

fn check_range(problems: &mut Problems, field: &str, value: u32, max: u32) {
    if !(1..=max).contains(&value) {
        problems.add(
            field,
            "out_of_range",
            format!("must be between 1 and {max}"),
        );
    }
}

fn check_benefit(problems: &mut Problems, input: &CouponInput) {
    let covers = input.scope.covers;
    match &input.benefit {
        Benefit::PriceOverride { .. } | Benefit::TrialExtension { .. } if covers.usage() => {
            let text = "usage takes a percentage or an amount off";
            problems.add("scope.covers", "out_of_place", text);
        }
        Benefit::Amount { .. } if covers == Covers::Everything => problems.add(
            "scope.covers",
            "out_of_place",
            "an amount is either off billing periods or off months of usage; make two coupons",
        ),
        _ => {}
    }
    match &input.benefit {
        Benefit::Percentage { percent } => {
            if *percent <= Decimal::ZERO
                || *percent > Decimal::ONE_HUNDRED
                || percent.normalize().scale() > PERCENT_PLACES
            {
                problems.add(
                    "benefit.percent",
                    "out_of_range",
                    format!("must be above 0 and at most 100, with at most {PERCENT_PLACES} digits after the point"),
                );
            }
        }
        Benefit::Amount { amount } => {
            if amount.minor <= 0 {
                problems.add("benefit.amount", "out_of_range", "must be more than zero");
            }
        }
        Benefit::PriceOverride { amount } => {
            if amount.minor < 0 {
                problems.add("benefit.amount", "out_of_range", "must be zero or more");
            }
            if input.scope.items.is_empty() {
                problems.add(
                    "scope.items",
                    "required",
                    "name the items that cost this together",
                );
            }
        }
        Benefit::TrialExtension { days } => {
            check_range(problems, "benefit.days", *days, TRIAL_DAYS_MAX);
            if input.limits.budget.is_some() {
                problems.add("budget", "out_of_place", "longer trials use up no budget");
            }
            if !input.scope.items.is_empty() {
                problems.add("scope.items", "out_of_place", "a trial is of a whole plan");
            }
        }
    }
}

fn check_limits(problems: &mut Problems, input: &CouponInput) {
    let CouponLimits {
        valid_from,
        valid_until,
        max_redemptions,
        max_per_customer,
        budget,
        ..
    } = &input.limits;
    if let (Some(from), Some(until)) = (valid_from, valid_until)
        && until < from
    {
        problems.add(
            "valid_until",
            "out_of_range",
            "must not be before valid_from",
        );
    }
    for (field, value) in [
        ("max_redemptions", max_redemptions),
        ("max_per_customer", max_per_customer),
    ] {
        if let Some(value) = value {
            check_range(problems, field, *value, 1_000_000_000);
        }
    }
    if let Some(budget) = budget {
        if budget.minor <= 0 {
            problems.add("budget", "out_of_range", "must be more than zero");
        }
        if let Some(currency) = input.benefit.currency()
            && budget.currency != currency
        {
            problems.add(
                "budget",
                "wrong_currency",
                format!("must be in {currency} like the amount"),
            );
        }
    }
}

/// Where a coupon stands on a day at its seller.
#[must_use]
pub fn coupon_state(coupon: &Coupon, today: Date) -> CouponState {
    let limits = &coupon.limits;
    let valid = (limits.valid_from, limits.valid_until);
    standing(coupon.ended_at.is_some(), valid, today)
}

/// Where something stands that can be had from a day on, until another, and not once it is ended.
pub(super) fn standing(
    ended: bool,
    (from, until): (Option<Date>, Option<Date>),
    today: Date,
) -> CouponState {
    if ended {
        CouponState::Ended
    } else if until.is_some_and(|until| until < today) {
        CouponState::Expired
    } else if from.is_some_and(|from| today < from) {
        CouponState::Upcoming
    } else {
        CouponState::Active
    }
}

/// What a coupon would be redeemed for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Who would redeem it; nobody yet, for visitors.
    pub customer: Option<AccountId>,
    /// The day it is at the seller.
    pub on: Date,
    /// The product.
    pub product: ProductId,
    /// The plan.
    pub plan: PlanId,
    /// What is bought of it.
    pub items: &'a [ItemId],
    /// What of it is metered.
    pub metered: &'a [ItemId],
    /// The currency that the customer pays in.
    pub currency: Currency,
    /// The days of trial that the plan has by itself; none for what runs already.
    pub trial_days: Option<u32>,
}

/// What became of a coupon so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Redeemed {
    /// How often it is redeemed.
    pub in_all: i64,
    /// How often by the customer.
    pub by_customer: i64,
    /// Whether the customer has bought from the seller before.
    pub customer_is_known: bool,
    /// What it has taken off, where it has a budget.
    pub spent: Option<Money>,
}

/// What is said where a coupon is for other customers. Only its seller is told so: to a buyer there is no such coupon.
pub const FOR_OTHERS: &str = "coupon_customers";

/// Whether a coupon can be redeemed.
///
/// # Errors
/// Says at the field `coupon` why it can't; [`FOR_OTHERS`] before anything else.
pub fn redeemable(coupon: &Coupon, wanted: &Wanted<'_>, so_far: &Redeemed) -> Result<()> {
    let refuse = |code, message: String| Err(Error::invalid("coupon", code, message));
    let limits = &coupon.limits;
    if !limits.is_for(wanted.customer) {
        return refuse(
            FOR_OTHERS,
            "this coupon is for other customers only".to_owned(),
        );
    }
    match coupon_state(coupon, wanted.on) {
        CouponState::Active => {}
        CouponState::Upcoming => {
            let from = limits
                .valid_from
                .map(|day| day.to_string())
                .unwrap_or_default();
            return refuse(
                "coupon_not_yet",
                format!("this coupon is valid from {from} on"),
            );
        }
        CouponState::Expired | CouponState::Ended => {
            return refuse("coupon_expired", "this coupon has expired".to_owned());
        }
    }
    if !fits(coupon, wanted) {
        return refuse(
            "coupon_not_applicable",
            "this coupon is not for what you are buying".to_owned(),
        );
    }
    if coupon
        .terms
        .benefit
        .currency()
        .or(limits.budget.map(|budget| budget.currency))
        .is_some_and(|currency| currency != wanted.currency)
    {
        return refuse(
            "coupon_currency",
            format!("this coupon is not for prices in {}", wanted.currency),
        );
    }
    if limits.new_customers_only && so_far.customer_is_known {
        return refuse(
            "coupon_new_customers",
            "this coupon is for new customers only".to_owned(),
        );
    }
    if limits
        .max_redemptions
        .is_some_and(|most| so_far.in_all >= i64::from(most))
        || limits
            .budget
            .zip(so_far.spent)
            .is_some_and(|(budget, spent)| spent.minor >= budget.minor)
    {
        return refuse("coupon_used_up", "this coupon is used up".to_owned());
    }
    if limits
        .max_per_customer
        .is_some_and(|most| so_far.by_customer >= i64::from(most))
    {
        return refuse(
            "coupon_redeemed",
            "you have redeemed this coupon as often as you can".to_owned(),
        );
    }
    Ok(())
}

fn fits(coupon: &Coupon, wanted: &Wanted<'_>) -> bool {
    let scope = &coupon.terms.scope;
    let has = |items: &[ItemId]| items.iter().any(|item| scope.has_item(*item));
    let covers = scope.covers;
    let has_item = covers.purchases() && has(wanted.items) || covers.usage() && has(wanted.metered);
    scope.has_plan(wanted.product, wanted.plan)
        && match coupon.terms.benefit {
            Benefit::TrialExtension { .. } => wanted.trial_days.is_some_and(|days| days > 0),
            _ => has_item,
        }
}
