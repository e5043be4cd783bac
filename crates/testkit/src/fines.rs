//! A second opinion on late fees: what is fined, and how much all fines come to.

use std::collections::BTreeSet;

use tradewind_kernel::Date;

/// A fine for each invoice that is open so many days after it was due, told from which invoices were open on which days.
#[derive(Debug, Clone)]
pub struct Fines {
    after_days: i64,
    amount: i128,
    fined: BTreeSet<String>,
}

impl Fines {
    /// So much, in the smallest unit, after so many days.
    #[must_use]
    pub const fn new(after_days: i64, amount: i128) -> Self {
        Self {
            after_days,
            amount,
            fined: BTreeSet::new(),
        }
    }

    /// An invoice for more than fines, due on one day, is open on another. Told again, it makes no difference.
    pub fn open(&mut self, invoice: &str, due_on: Date, on: Date) {
        if due_on.duration_until(on).as_hours() / 24 >= self.after_days {
            self.fined.insert(invoice.to_owned());
        }
    }

    /// What all of them come to.
    #[must_use]
    pub fn total(&self) -> i128 {
        let invoices = i128::try_from(self.fined.len()).unwrap_or(i128::MAX);
        invoices.saturating_mul(self.amount)
    }
}
