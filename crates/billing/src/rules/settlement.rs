//! What a vendor gets, or a seller for whom another collects: its share, less the fee, less what is held back and set off, and what
//! was held back before.

use tradewind_kernel::{
    Date, Decimal, Error, Money, Problems, Result, Rounding,
    calendar::add_days,
    id::{InvoiceId, ProductId},
};

use crate::types::{FeeRule, PaperTaxes, SettlementKind, SettlementPolicy, SettlementState};

/// Most rules of a policy.
const RULES_MAX: usize = 200;

/// What a settlement comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    /// The vendor's share, or what was collected.
    pub share: Money,
    /// What is kept.
    pub fee: Money,
    /// Held back.
    pub held: Money,
    /// Held back before and due now.
    pub released: Money,
    /// Tax on the share.
    pub share_tax: Money,
    /// Tax on the fee.
    pub fee_tax: Money,
    /// Pays invoices of the payer's.
    pub set_off: Money,
    /// Paid.
    pub payout: Money,
}

/// The fee for a line: a product, or a buyer without one; rounded to the smallest unit, half away from zero: the percentage and the fixed part, within the bounds, and
/// never more than the share. What takes back more than it gives has its percentage taken back, and nothing else. Amounts in other currencies
/// do not count.
///
/// # Errors
/// `overflow`.
pub fn fee(policy: &SettlementPolicy, product: Option<ProductId>, share: Money) -> Result<Money> {
    let Some(rule) = rule(policy, product) else {
        return Ok(Money::zero(share.currency));
    };
    let part = percent_of(share, rule.percent)?;
    if share.minor <= 0 {
        return Ok(part);
    }
    let of = |money: Option<Money>| money.filter(|money| money.currency == share.currency);
    let mut fee = match of(rule.fixed) {
        Some(fixed) => part.add(fixed)?,
        None => part,
    };
    if let Some(minimum) = of(rule.minimum).filter(|minimum| fee.minor < minimum.minor) {
        fee = minimum;
    }
    if let Some(maximum) = of(rule.maximum).filter(|maximum| fee.minor > maximum.minor) {
        fee = maximum;
    }
    Ok(if fee.minor > share.minor { share } else { fee })
}

fn rule(policy: &SettlementPolicy, product: Option<ProductId>) -> Option<&FeeRule> {
    let of = |wanted: Option<ProductId>| policy.fees.iter().find(|one| one.product_id == wanted);
    of(product).or_else(|| of(None))
}

fn percent_of(amount: Money, percent: Decimal) -> Result<Money> {
    let overflow = || Error::invalid("amount", "overflow", "the amount is too large");
    let exact = amount
        .to_decimal()
        .checked_mul(percent)
        .and_then(|exact| exact.checked_div(Decimal::ONE_HUNDRED))
        .ok_or_else(overflow)?;
    Money::from_exact(exact, amount.currency, Rounding::HalfUp)
}

/// What a settlement comes to, from the shares and fees of its products and what is due of earlier ones.
///
/// # Errors
/// `overflow`.
pub fn amounts(
    policy: &SettlementPolicy,
    lines: &[(Money, Money)],
    released: Money,
) -> Result<Amounts> {
    let currency = released.currency;
    let share = Money::sum(currency, lines.iter().map(|(share, _)| *share))?;
    let fee = Money::sum(currency, lines.iter().map(|(_, fee)| *fee))?;
    let rest = share.sub(fee)?;
    // What the vendor owes is not held back from it.
    let held = if rest.minor > 0 && policy.hold_days > 0 {
        percent_of(rest, policy.hold_percent)?
    } else {
        Money::zero(currency)
    };
    Ok(Amounts {
        share,
        fee,
        held,
        released,
        share_tax: Money::zero(currency),
        fee_tax: Money::zero(currency),
        set_off: Money::zero(currency),
        payout: rest.sub(held)?.add(released)?,
    })
}

impl Amounts {
    /// The same with the taxes of its documents: that on the share is paid with it, that on the fee kept with it.
    ///
    /// # Errors
    /// `overflow`.
    pub fn taxed(self, taxes: PaperTaxes) -> Result<Self> {
        Ok(Self {
            share_tax: taxes.share,
            fee_tax: taxes.fee,
            payout: self.payout.add(taxes.share)?.sub(taxes.fee)?,
            ..self
        })
    }

    /// The same with what of it pays invoices of the payer's.
    ///
    /// # Errors
    /// `overflow`.
    pub fn less(self, set_off: Money) -> Result<Self> {
        Ok(Self {
            set_off: self.set_off.add(set_off)?,
            payout: self.payout.sub(set_off)?,
            ..self
        })
    }
}

/// What of an amount pays which invoices, of which so much is open, in their order; nothing of an amount that is not positive.
///
/// # Errors
/// `overflow`.
pub fn set_off(amount: Money, open: &[(InvoiceId, Money)]) -> Result<Vec<(InvoiceId, Money)>> {
    let mut rest = amount;
    let mut paid = Vec::new();
    for (invoice, open) in open {
        let part = if rest.minor < open.minor { rest } else { *open };
        if part.minor <= 0 {
            continue;
        }
        rest = rest.sub(part)?;
        paid.push((*invoice, part));
    }
    Ok(paid)
}

/// Whether so much is paid, or waits for the next settlement.
#[must_use]
pub fn is_paid(policy: &SettlementPolicy, payout: Money) -> bool {
    let least = policy
        .minimum_payout
        .filter(|least| least.currency == payout.currency)
        .map_or(1, |least| least.minor.max(1));
    payout.minor >= least
}

/// When it is paid, and when what it holds is due.
///
/// # Errors
/// When the calendar ends.
pub fn days(policy: &SettlementPolicy, until: Date, held: Money) -> Result<(Date, Option<Date>)> {
    let due_on = add_days(until, policy.payment_days.into())?;
    let release_on = if held.is_zero() {
        None
    } else {
        Some(add_days(until, policy.hold_days.into())?)
    };
    Ok((due_on, release_on))
}

/// Whether a policy can be kept for what is settled.
///
/// # Errors
/// `fees`, `minimum_payout`, `hold_percent`, `hold_days`, `payment_days`.
pub fn check(kind: SettlementKind, policy: &SettlementPolicy) -> Result<()> {
    let mut problems = Problems::new();
    if kind == SettlementKind::Collected && policy.fees.iter().any(|one| one.product_id.is_some()) {
        let text = "products have rules of their own with vendors only: payments are of buyers";
        problems.check::<()>(Err(Error::invalid("fees", "no_products", text)));
    }
    let hundred = |field: String, percent: Decimal| {
        if percent.is_sign_negative() && !percent.is_zero() || percent > Decimal::ONE_HUNDRED {
            let text = "expected 0 to 100";
            return Err(Error::invalid(field, "out_of_range", text));
        }
        Ok(())
    };
    if policy.fees.len() > RULES_MAX {
        let text = format!("expected at most {RULES_MAX} rules");
        problems.check::<()>(Err(Error::invalid("fees", "too_many", text)));
    }
    for (place, rule) in policy.fees.iter().enumerate() {
        problems.check(hundred(format!("fees.{place}.percent"), rule.percent));
        let earlier = policy.fees.iter().take(place);
        if earlier
            .into_iter()
            .any(|one| one.product_id == rule.product_id)
        {
            let field = format!("fees.{place}.product_id");
            let text = "a product has one rule";
            problems.check::<()>(Err(Error::invalid(field, "duplicate", text)));
        }
        let amounts = [rule.fixed, rule.minimum, rule.maximum];
        if amounts.into_iter().flatten().any(|money| money.minor < 0) {
            let field = format!("fees.{place}.fixed");
            let text = "expected amounts that are not negative";
            problems.check::<()>(Err(Error::invalid(field, "out_of_range", text)));
        }
    }
    problems.check(hundred("hold_percent".to_owned(), policy.hold_percent));
    if policy.minimum_payout.is_some_and(|least| least.minor < 0) {
        let text = "expected an amount that is not negative";
        problems.check::<()>(Err(Error::invalid("minimum_payout", "out_of_range", text)));
    }
    for (field, days) in [
        ("hold_days", policy.hold_days),
        ("payment_days", policy.payment_days),
    ] {
        if days > 365 {
            let text = "expected at most 365";
            problems.check::<()>(Err(Error::invalid(field, "out_of_range", text)));
        }
    }
    problems.finish()
}

/// What can be done with a settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// It is right and may be paid.
    Approve,
    /// It is taken back.
    Discard,
    /// It goes into a file for the bank.
    Order,
    /// It was paid.
    Pay,
    /// The bank has not paid it, or has taken the payment back.
    Fail,
}

/// Where a settlement stands after something was done with it.
///
/// # Errors
/// `wrong_state`.
pub fn after(state: SettlementState, act: Act) -> Result<SettlementState> {
    use SettlementState as S;
    Ok(match (state, act) {
        (S::Open, Act::Approve) => S::Approved,
        (S::Open, Act::Discard) => S::Discarded,
        (S::Approved | S::Failed, Act::Order) => S::Ordered,
        (S::Approved | S::Failed | S::Ordered, Act::Pay) => S::Paid,
        (S::Ordered | S::Paid, Act::Fail) => S::Failed,
        (state, _) => {
            let text = format!("this is not possible with a settlement that is {state}");
            return Err(Error::conflict("wrong_state", text));
        }
    })
}
