//! Usage of several sales that is counted together.

use std::collections::BTreeMap;

use tradewind_kernel::Date;

use super::{Audited, Auditor, months_after};
use crate::exact::Exact;

/// What units of usage cost at their source: so much each up to a number of them in a month, and so much each beyond.
#[derive(Debug, Clone, Copy)]
pub struct Tiers {
    /// Up to how many, in the smallest part of a unit that is told.
    pub first: i128,
    /// What one of these costs, in the smallest unit of the currency.
    pub each: Exact,
    /// What one beyond costs.
    pub beyond: Exact,
}

impl Tiers {
    fn cost(self, used: i128) -> Exact {
        let first = used.min(self.first);
        self.each * Exact::whole(first) + self.beyond * Exact::whole(used - first)
    }
}

impl Auditor {
    /// What a sale uses is counted together with others, and part of no sale's own account.
    pub fn share(&mut self, sale: usize) {
        self.sales[sale].shares = true;
    }

    /// What sales that share come to together on a leg by the end of a day: the usage of every month that is over.
    #[must_use]
    pub fn audit_shared(&self, tiers: Tiers, leg: usize, today: Date) -> Audited {
        let mut used: BTreeMap<Date, i128> = BTreeMap::new();
        for sale in self.sales.iter().filter(|sale| sale.shares) {
            for (month, units) in &sale.usage {
                *used.entry(*month).or_default() += units;
            }
        }
        let mut audited = Audited::NOTHING;
        for (month, units) in used {
            if months_after(month, 1) <= today {
                audited.line(self.legs[leg].markup * tiers.cost(units));
            }
        }
        audited
    }
}
