//! Account credit: what an invoice takes of it, and what a negative one adds to it.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Money, Result};

/// How an amount is settled with account credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditUse {
    /// What moves into the account's credit; negative for what is taken from it.
    pub movement: Money,
    /// What is still to be paid.
    pub due: Money,
    /// The account's credit afterwards.
    pub credit: Money,
}

/// Settles the total of an invoice: a negative one becomes credit, a positive one uses credit as far as there is any.
///
/// # Errors
/// `overflow`, `currency_mismatch`.
pub fn settle(total: Money, credit: Money) -> Result<CreditUse> {
    let movement = if total.is_negative() {
        total.neg()?
    } else {
        let used = total.minor.min(credit.minor.max(0));
        Money::new(-used, total.currency)
    };
    Ok(CreditUse {
        movement,
        due: total.add(movement)?,
        credit: credit.add(movement)?,
    })
}

/// Pays open amounts in their order as far as a payment goes; gives what is left open of each, and what is left of the
/// payment.
///
/// # Errors
/// `overflow`, `currency_mismatch`.
pub fn pay(open: &[Money], payment: Money) -> Result<(Vec<Money>, Money)> {
    let mut left = payment;
    let open = open
        .iter()
        .map(|amount| {
            let used = settle(*amount, left)?;
            left = used.credit;
            Ok(used.due)
        })
        .collect::<Result<_>>()?;
    Ok((open, left))
}
