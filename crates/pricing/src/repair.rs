//! Repair: what has to be reversed and what has to be charged, so that what is billed becomes what should be.

use std::collections::BTreeMap;

use tradewind_kernel::{Money, Result};

/// What has to be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair<K> {
    /// Lines that should not be as they are: their key and what is left of them, negated.
    pub reversals: Vec<(K, Money)>,
    /// Lines that are missing.
    pub charges: Vec<(K, Money)>,
}

/// Compares what is billed with what should be. A key holds everything that makes two lines the same (item, period,
/// quantity, price); lines of the same key and amount stay untouched, so that the smallest set of lines is booked.
/// Amounts of `billed` are what is left of the lines after earlier credits.
///
/// # Errors
/// `overflow`.
pub fn repair<K: Ord + Clone>(billed: &[(K, Money)], should: &[(K, Money)]) -> Result<Repair<K>> {
    let key = |(key, amount): &(K, Money)| (key.clone(), amount.minor, amount.currency);
    let mut missing: BTreeMap<_, usize> = BTreeMap::new();
    for line in should {
        *missing.entry(key(line)).or_default() += 1;
    }
    let mut reversals = Vec::new();
    for line in billed {
        match missing.get_mut(&key(line)) {
            Some(count) if *count > 0 => *count -= 1,
            _ if line.1.is_zero() => {}
            _ => reversals.push((line.0.clone(), line.1.neg()?)),
        }
    }
    let mut charges = Vec::new();
    for line in should {
        if let Some(count) = missing.get_mut(&key(line))
            && *count > 0
        {
            *count -= 1;
            charges.push(line.clone());
        }
    }
    Ok(Repair { reversals, charges })
}
