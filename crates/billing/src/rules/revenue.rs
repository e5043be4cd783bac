//! When what is billed becomes revenue: by the day of the time that it is for.
//!
//! What a line has earned by the end of a day is its share of the days, rounded once to the smallest unit, half away from zero. A month
//! earns the difference of two such sums, so all months together earn the line to the cent.

use std::collections::BTreeMap;

use tradewind_kernel::{
    Currency, Date, Error, Money, Result,
    calendar::{add_days, add_months, days_between},
};

use crate::types::{RevenueLine, RevenueMonth};

/// Most months of one report.
pub const MONTHS_MAX: u32 = 60;

/// What of a line is earned by the end of a day: nothing before its document is issued, then the share of its days that have passed.
/// What is for a single day or for no time is earned with it.
///
/// # Errors
/// `overflow`.
pub fn earned(line: &RevenueLine, by: Date) -> Result<Money> {
    let (net, period) = (line.net, line.period);
    let nothing = Money::zero(net.currency);
    if by < line.issued_on {
        return Ok(nothing);
    }
    let whole = days_between(period.start, period.end);
    let passed = days_between(period.start, by).saturating_add(1);
    if passed <= 0 {
        return Ok(nothing);
    }
    if passed >= whole {
        return Ok(net);
    }
    let (minor, passed, whole) = (i128::from(net.minor), i128::from(passed), i128::from(whole));
    // Twice the share and half a unit away from zero, over twice the days.
    let twice = minor * passed * 2;
    let half = if minor < 0 { -whole } else { whole };
    let share = (twice + half) / (2 * whole);
    let share = i64::try_from(share).map_err(Error::internal)?;
    Ok(Money::new(share, net.currency))
}

/// The months that are asked for, each by its first day; one more than asked for, as the bound behind the last.
///
/// # Errors
/// `months`: `out_of_range`; when the calendar ends.
pub fn bounds(from: Date, months: u32) -> Result<Vec<Date>> {
    if months == 0 || months > MONTHS_MAX {
        let text = format!("expected 1 to {MONTHS_MAX} months");
        return Err(Error::invalid("months", "out_of_range", text));
    }
    let first = from.first_of_month();
    (0..=i64::from(months))
        .map(|n| add_months(first, n))
        .collect()
}

/// The month in which a report begins when nobody says: the fifth before the current one.
///
/// # Errors
/// When the calendar ends.
pub fn usual_start(today: Date) -> Result<Date> {
    add_months(today.first_of_month(), -5)
}

#[derive(Debug, Clone, Default)]
struct Sums {
    start: i64,
    billed: Vec<i64>,
    recognised: Vec<i64>,
}

/// A report in the making: lines are added one by one.
#[derive(Debug, Clone)]
pub struct Schedule {
    bounds: Vec<Date>,
    sums: BTreeMap<Currency, Sums>,
}

impl Schedule {
    /// For the months between these bounds.
    #[must_use]
    pub fn new(bounds: Vec<Date>) -> Self {
        Self {
            bounds,
            sums: BTreeMap::new(),
        }
    }

    /// The first day.
    #[must_use]
    pub fn from(&self) -> Option<Date> {
        self.bounds.first().copied()
    }

    /// The day after the last.
    #[must_use]
    pub fn until(&self) -> Option<Date> {
        self.bounds.last().copied()
    }

    /// Adds a line.
    ///
    /// # Errors
    /// `overflow`.
    pub fn add(&mut self, line: &RevenueLine) -> Result<()> {
        let months = self.bounds.len().saturating_sub(1);
        let Some(from) = self.from() else {
            return Ok(());
        };
        let sums = self.sums.entry(line.net.currency).or_insert_with(|| Sums {
            start: 0,
            billed: vec![0; months],
            recognised: vec![0; months],
        });
        let mut before = earned(line, add_days(from, -1)?)?;
        if line.issued_on < from {
            let left = line.net.sub(before)?;
            sums.start = plus(sums.start, left.minor)?;
        }
        let months = self.bounds.windows(2);
        let slots = sums.billed.iter_mut().zip(&mut sums.recognised);
        for (month, (billed, recognised)) in months.zip(slots) {
            let &[start, end] = month else { continue };
            if start <= line.issued_on && line.issued_on < end {
                *billed = plus(*billed, line.net.minor)?;
            }
            let by = earned(line, add_days(end, -1)?)?;
            *recognised = plus(*recognised, by.sub(before)?.minor)?;
            before = by;
        }
        Ok(())
    }

    /// The report, by currency and month.
    ///
    /// # Errors
    /// `overflow`.
    pub fn months(&self) -> Result<Vec<RevenueMonth>> {
        let mut report = Vec::new();
        for (currency, sums) in &self.sums {
            let money = |minor: i64| Money::new(minor, *currency);
            let mut start = sums.start;
            let slots = sums.billed.iter().zip(&sums.recognised);
            for (month, (billed, recognised)) in self.bounds.iter().zip(slots) {
                let end = plus(plus(start, *billed)?, -recognised)?;
                report.push(RevenueMonth {
                    month: *month,
                    deferred_start: money(start),
                    billed: money(*billed),
                    recognised: money(*recognised),
                    deferred_end: money(end),
                    booked: None,
                });
                start = end;
            }
        }
        Ok(report)
    }
}

fn plus(a: i64, b: i64) -> Result<i64> {
    a.checked_add(b)
        .ok_or_else(|| Error::invalid("amount", "overflow", "the amount is too large"))
}
