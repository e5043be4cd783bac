//! Open amounts that are given up, and come in after all.

use tradewind_kernel::{Error, Money, Result};

use crate::types::BalanceStatus;

/// How much is written off: what is asked for, or all that is open.
///
/// # Errors
/// `nothing_open`; `amount` when it is not more than zero, more than is open, or in another currency.
pub fn amount(asked: Option<Money>, open: Money) -> Result<Money> {
    if open.minor <= 0 {
        return Err(Error::refused(
            "nothing_open",
            "nothing is open of this invoice",
        ));
    }
    let Some(asked) = asked else {
        return Ok(open);
    };
    if asked.currency != open.currency {
        let text = format!("the invoice is in {}", open.currency);
        return Err(Error::invalid("amount", "currency_mismatch", text));
    }
    if asked.minor <= 0 || asked.minor > open.minor {
        let text = format!("expected more than zero and {open} at most");
        return Err(Error::invalid("amount", "out_of_range", text));
    }
    Ok(asked)
}

/// How much of what was written off is owed again because money came in: what is more than the open amount, as far as it
/// was written off.
///
/// # Errors
/// `overflow`, `currency_mismatch`.
pub fn recovered(came: Money, open: Money, written_off: Money) -> Result<Money> {
    let more = came.sub(open)?;
    if more.minor <= 0 || written_off.minor <= 0 {
        return Ok(Money::zero(came.currency));
    }
    Ok(if more.minor < written_off.minor {
        more
    } else {
        written_off
    })
}

/// Where an invoice stands of which nothing is open any more: what was written off of it decides, whatever closed it.
#[must_use]
pub fn closed(written_off: i64, then: BalanceStatus) -> BalanceStatus {
    if written_off > 0 {
        BalanceStatus::WrittenOff
    } else {
        then
    }
}

#[cfg(test)]
mod tests {
    use tradewind_kernel::Currency;

    use super::*;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    #[test]
    fn no_more_is_written_off_than_is_open() {
        assert_eq!(amount(None, eur(500)).expect("all"), eur(500));
        assert_eq!(amount(Some(eur(1)), eur(500)).expect("a part"), eur(1));
        for asked in [eur(0), eur(-1), eur(501), Money::new(1, Currency::USD)] {
            assert!(amount(Some(asked), eur(500)).is_err(), "{asked}");
        }
        assert!(amount(None, eur(0)).is_err());
    }

    #[test]
    fn what_comes_in_is_owed_again_as_far_as_it_was_written_off() {
        for (came, open, off, back) in [
            (100, 0, 300, 100),
            (400, 0, 300, 300),
            (400, 350, 300, 50),
            (300, 350, 300, 0),
            (400, 0, 0, 0),
        ] {
            let found = recovered(eur(came), eur(open), eur(off));
            assert_eq!(found.expect("an amount"), eur(back));
        }
    }
}
