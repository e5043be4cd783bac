//! Rounding sums of tax and splitting them over the lines.

use tradewind_kernel::{Currency, Decimal, Money, Result, Rounding, decimal};

use super::TaxRounding;
use crate::rounding::split_exactly;

/// A tax of a line, rounded.
pub(super) struct Share {
    pub(super) line: usize,
    /// Which rate of the document it belongs to.
    pub(super) group: usize,
    pub(super) amount: Money,
}

struct Exact {
    line: usize,
    group: usize,
    tax: Decimal,
}

/// The exact taxes of all lines.
pub(super) struct Shares {
    currency: Currency,
    rounding: Rounding,
    all: Vec<Exact>,
}

impl Shares {
    pub(super) const fn new(currency: Currency, rounding: Rounding) -> Self {
        Self {
            currency,
            rounding,
            all: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, line: usize, group: usize, tax: Decimal) {
        self.all.push(Exact { line, group, tax });
    }

    /// Rounds what is to be rounded and splits it.
    pub(super) fn round(&self, scope: TaxRounding, groups: usize) -> Result<Vec<Share>> {
        let mut amounts = vec![Money::zero(self.currency); self.all.len()];
        match scope {
            TaxRounding::PerLine => {
                for (amount, exact) in amounts.iter_mut().zip(&self.all) {
                    *amount = Money::from_exact(exact.tax, self.currency, self.rounding)?;
                }
            }
            TaxRounding::PerRate => {
                for group in 0..groups {
                    self.split(&mut amounts, |exact| exact.group == group)?;
                }
            }
            TaxRounding::PerDocument => self.split(&mut amounts, |_| true)?,
        }
        Ok(self
            .all
            .iter()
            .zip(amounts)
            .map(|(exact, amount)| Share {
                line: exact.line,
                group: exact.group,
                amount,
            })
            .collect())
    }

    /// Rounds the sum of some taxes and gives each its share.
    fn split(&self, amounts: &mut [Money], which: impl Fn(&Exact) -> bool) -> Result<()> {
        let at: Vec<usize> = (0..self.all.len())
            .filter(|i| which(&self.all[*i]))
            .collect();
        let exact: Vec<Decimal> = at.iter().map(|i| self.all[*i].tax).collect();
        let sum = exact
            .iter()
            .try_fold(Decimal::ZERO, |sum, tax| decimal::add(sum, *tax))?;
        let total = Money::from_exact(sum, self.currency, self.rounding)?;
        for (i, amount) in at.into_iter().zip(split_exactly(total, &exact)?) {
            amounts[i] = amount;
        }
        Ok(())
    }
}
