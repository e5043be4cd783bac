//! Which credit is used first, and what of it has expired.

use std::cmp::Ordering;

use tradewind_kernel::{Date, Error, Money, Result};

use crate::types::{AutoTopUp, CreditGrant, CreditSource};

/// The order in which credit of a source is used when nobody says otherwise: what may be lost or costs the seller first, money
/// of the buyer last.
#[must_use]
pub const fn usual_priority(source: CreditSource) -> i64 {
    match source {
        CreditSource::Goodwill => 10,
        CreditSource::CreditNote
        | CreditSource::OverPayment
        | CreditSource::RefundFailed
        | CreditSource::Earlier => 50,
        CreditSource::TopUp => 60,
    }
}

/// Credit that can be used on a day: everything before its last day is over.
#[must_use]
pub fn is_good(grant: &CreditGrant, on: Date) -> bool {
    grant.left.minor > 0 && grant.expires_on.is_none_or(|last| on <= last)
}

/// The order of use: priority, then what expires first, then what is older.
#[must_use]
pub fn order(a: &CreditGrant, b: &CreditGrant) -> Ordering {
    let last = |grant: &CreditGrant| grant.expires_on.unwrap_or(Date::MAX);
    a.priority
        .cmp(&b.priority)
        .then(last(a).cmp(&last(b)))
        .then(a.id.cmp(&b.id))
}

/// What can be used on a day.
///
/// # Errors
/// `overflow`.
pub fn usable(zero: Money, grants: &[CreditGrant], on: Date) -> Result<Money> {
    grants
        .iter()
        .filter(|grant| is_good(grant, on))
        .try_fold(zero, |sum, grant| sum.add(grant.left))
}

/// Credit that can be paid back as money: what the seller gave cannot. What came from `about` comes first.
#[must_use]
pub fn repayable(grants: Vec<CreditGrant>, about: &str) -> Vec<CreditGrant> {
    let mut grants: Vec<CreditGrant> = grants
        .into_iter()
        .filter(|grant| grant.source != CreditSource::Goodwill)
        .collect();
    grants.sort_by(|a, b| {
        let (a_first, b_first) = (a.about == about, b.about == about);
        b_first.cmp(&a_first).then(order(a, b))
    });
    grants
}

/// Takes an amount of credit in the order given, and says how much of each was taken.
///
/// # Errors
/// `no_credit` when there is less.
pub fn spend(
    grants: &mut [CreditGrant],
    amount: Money,
    on: Date,
) -> Result<Vec<(CreditGrant, Money)>> {
    let mut rest = amount;
    let mut pieces = Vec::new();
    for grant in grants.iter_mut().filter(|grant| is_good(grant, on)) {
        if rest.minor <= 0 {
            break;
        }
        let piece = if grant.left.minor < rest.minor {
            grant.left
        } else {
            rest
        };
        grant.left = grant.left.sub(piece)?;
        rest = rest.sub(piece)?;
        pieces.push((grant.clone(), piece));
    }
    if rest.minor > 0 {
        return Err(Error::refused(
            "no_credit",
            format!("the buyer's credit is {rest} short of {amount}"),
        ));
    }
    Ok(pieces)
}

/// What topping up by itself may look like: more than nothing is paid in, in the currency of the credit.
///
/// # Errors
/// `top_up.below`, `top_up.amount` with `currency_mismatch`, `out_of_range`.
pub fn check_top_up(top_up: &AutoTopUp, zero: Money) -> Result<()> {
    for (field, amount, least) in [
        ("top_up.below", top_up.below, 0),
        ("top_up.amount", top_up.amount, 1),
    ] {
        if amount.currency != zero.currency {
            let text = format!("the credit is in {}", zero.currency);
            return Err(Error::invalid(field, "currency_mismatch", text));
        }
        if amount.minor < least {
            return Err(Error::invalid(field, "out_of_range", "expected more"));
        }
    }
    Ok(())
}
