//! What is owed in other currencies, valued in that of the book: at the rate of the day on which it came about, on average for each
//! account; what is settled is valued at the rate of that day, and the difference is won or lost.

use std::collections::BTreeMap;

use tradewind_kernel::{Currency, Decimal, Error, Money, Result, Rounding, decimal};

use crate::types::{CurrencyDifference, ForeignPosting};

/// An amount that is owed, and what it stands for in the currency of the book; both in minor units, debits positive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Position {
    amount: i64,
    value: i64,
}

/// What accounts are owed and owe, valued in the currency of their book.
#[derive(Debug, Clone)]
pub struct Valuation {
    book: Currency,
    positions: BTreeMap<(String, Currency), Position>,
}

impl Valuation {
    /// A book of this currency in which nothing is owed.
    #[must_use]
    pub const fn new(book: Currency) -> Self {
        Self {
            book,
            positions: BTreeMap::new(),
        }
    }

    /// Takes over what is owed at the beginning.
    ///
    /// # Errors
    /// `overflow`.
    pub fn open(&mut self, account: &str, amount: Money, rate: Decimal) -> Result<()> {
        let value = self.value(amount.minor, amount.currency, rate)?;
        let position = self.position(account, amount.currency);
        position.amount = sum(position.amount, amount.minor)?;
        position.value = sum(position.value, value)?;
        Ok(())
    }

    /// Takes a posting over, at the rate of its day. Answers what it has won or lost where it settles something; a posting beyond
    /// that begins what is owed the other way.
    ///
    /// # Errors
    /// `overflow`.
    pub fn post(
        &mut self,
        posting: &ForeignPosting,
        rate: Decimal,
    ) -> Result<Option<CurrencyDifference>> {
        let Money { minor, currency } = posting.amount;
        let before = *self.position(&posting.account, currency);
        let settles = minor.signum() * before.amount.signum() < 0;
        let part = if settles {
            let most = before.amount.unsigned_abs().min(minor.unsigned_abs());
            minor.signum() * i64::try_from(most).map_err(|_| too_large())?
        } else {
            0
        };
        let rest = minor.checked_sub(part).ok_or_else(too_large)?;
        let begun = self.value(rest, currency, rate)?;
        let paid = i128::from(self.value(part, currency, rate)?);
        let carried = share(before, part)?;
        let difference = i64::try_from(-paid - i128::from(carried)).map_err(|_| too_large())?;
        let left = before.value.checked_sub(carried).ok_or_else(too_large)?;
        let position = self.position(&posting.account, currency);
        position.amount = sum(before.amount, minor)?;
        position.value = sum(left, begun)?;
        Ok(settles.then(|| CurrencyDifference {
            posting: posting.clone(),
            settled: Money::new(part, currency),
            rate,
            carried: Money::new(carried, self.book),
            difference: Money::new(difference, self.book),
        }))
    }

    fn position(&mut self, account: &str, currency: Currency) -> &mut Position {
        let key = (account.to_owned(), currency);
        self.positions.entry(key).or_default()
    }

    /// What an amount stands for at a rate, rounded to the minor unit of the book, halves up.
    fn value(&self, minor: i64, currency: Currency, rate: Decimal) -> Result<i64> {
        let exact = decimal::mul(Money::new(minor, currency).to_decimal(), rate)?;
        Ok(Money::from_exact(exact, self.book, Rounding::HalfUp)?.minor)
    }
}

/// What the settled part of a position stood for: all of it with the last of the amount, so that nothing is left behind.
fn share(position: Position, settled: i64) -> Result<i64> {
    let Position { amount, value } = position;
    if settled == 0 || amount == 0 {
        return Ok(0);
    }
    let (part, whole) = (-i128::from(settled), i128::from(amount));
    // The settled part has the sign of the whole; halves go away from zero.
    let exact = (i128::from(value) * part.abs()).checked_mul(2);
    let twice = exact.ok_or_else(too_large)?;
    let half = whole.abs() * twice.signum();
    let rounded = twice.checked_add(half).ok_or_else(too_large)? / (2 * whole.abs());
    i64::try_from(rounded).map_err(|_| too_large())
}

fn sum(a: i64, b: i64) -> Result<i64> {
    a.checked_add(b).ok_or_else(too_large)
}

fn too_large() -> Error {
    Error::invalid("amount", "overflow", "the amount is too large")
}

#[cfg(test)]
mod tests {
    use tradewind_kernel::id::TransactionId;

    use super::*;
    use crate::types::EntryKind;

    fn posting(minor: i64) -> ForeignPosting {
        ForeignPosting {
            posted_on: "2024-03-01".parse().expect("a day"),
            entry: TransactionId::generate(),
            no: 1,
            kind: EntryKind::Payment,
            document_id: "pay_1".to_owned(),
            account: "assets:receivable:acc_1".to_owned(),
            amount: Money::new(minor, Currency::USD),
        }
    }

    fn rate(text: &str) -> Decimal {
        text.parse().expect("a rate")
    }

    /// Posts amounts at rates; what each wins or loses, and what is left: amount, value.
    fn play(steps: &[(i64, &str)]) -> (Vec<Option<i64>>, Position) {
        let mut valuation = Valuation::new(Currency::EUR);
        let found = steps.iter().map(|(minor, at)| {
            let done = valuation
                .post(&posting(*minor), rate(at))
                .expect("a posting");
            done.map(|one| one.difference.minor)
        });
        let found = found.collect();
        (found, *valuation.positions.values().next().expect("one"))
    }

    const NOTHING: Position = Position {
        amount: 0,
        value: 0,
    };

    #[test]
    fn what_is_paid_at_another_rate_wins_or_loses_the_difference() {
        // 100.00 stood for 90.00; 92.00 came in.
        let (found, left) = play(&[(10_000, "0.9"), (-10_000, "0.92")]);
        assert_eq!((found, left), (vec![None, Some(200)], NOTHING));
        // What is owed to others costs more.
        let (found, left) = play(&[(-10_000, "0.9"), (10_000, "0.92")]);
        assert_eq!((found, left), (vec![None, Some(-200)], NOTHING));
        let (found, _) = play(&[(10_000, "0.9"), (-10_000, "0.9")]);
        assert_eq!(found, [None, Some(0)]);
    }

    #[test]
    fn what_came_at_several_rates_is_valued_on_average_and_in_parts() {
        // 300.00 stand for 90 + 2 × 96 = 282.00, so 100.00 for 94.00.
        let steps = [(10_000, "0.9"), (20_000, "0.96"), (-10_000, "0.95")];
        let (found, left) = play(&steps);
        let rest = Position {
            amount: 20_000,
            value: 18_800,
        };
        assert_eq!((found, left), (vec![None, None, Some(100)], rest));
    }

    #[test]
    fn what_is_paid_beyond_what_is_owed_begins_the_other_way() {
        let steps = [(10_000, "0.9"), (-15_000, "0.92"), (5_000, "0.9")];
        // 50.00 too much stand for 46.00, and 45.00 are taken for them.
        let (found, left) = play(&steps);
        assert_eq!((found, left), (vec![None, Some(200), Some(100)], NOTHING));
    }

    #[test]
    fn no_cent_is_left_behind_however_it_is_paid() {
        for parts in [&[1, 1, 1][..], &[1, 2], &[2, 1]] {
            for sign in [1, -1] {
                let mut steps = vec![(sign * 3, "0.5")];
                steps.extend(parts.iter().map(|part| (-sign * part, "0.5")));
                let (found, left) = play(&steps);
                assert_eq!(left, NOTHING, "{parts:?}");
                let sum: i64 = found.into_iter().flatten().sum();
                // 0.015 is 0.02, and each part is rounded by itself.
                let paid: i64 = parts.iter().map(|part| (part + 1) / 2).sum();
                assert_eq!(sum, sign * (paid - 2), "{parts:?}");
            }
        }
    }

    #[test]
    fn what_is_too_large_is_refused() {
        let mut valuation = Valuation::new(Currency::EUR);
        let most = posting(i64::MAX);
        assert!(valuation.post(&most, rate("1000")).is_err());
        valuation.post(&most, rate("1")).expect("as it is");
        assert!(valuation.post(&most, rate("1")).is_err());
    }
}
