//! Prices and plans of the past, as they should have been.

use std::collections::{BTreeMap, BTreeSet};

use tradewind_kernel::Date;

use super::{Audited, Auditor, Discount, LegPrices, Sale};
use crate::exact::Exact;

/// What holds of a sale from a day on.
#[derive(Debug, Clone, Default)]
pub(super) struct Agreed {
    /// Whether it is the other plan.
    other: bool,
    /// By leg, the price of one seat where it is one of this sale alone, and the day from which it was agreed.
    own: BTreeMap<usize, (Exact, Date)>,
}

impl Auditor {
    /// From a day on, up to now, a seat of the plan of now has had a price of its own on a leg.
    pub fn price(&mut self, sale: usize, leg: usize, from: Date, seat: Exact) {
        let sale = &mut self.sales[sale];
        let plan = sale.agreed_on(Date::MAX).other;
        sale.agreed.insert(from, sale.agreed_on(from).clone());
        for (day, agreed) in sale.agreed.range_mut(from..) {
            if agreed.other == plan {
                agreed.own.insert(leg, (seat, *day));
            }
        }
    }

    /// From a day on, up to now, prices have been those of the lists.
    pub fn list(&mut self, sale: usize, from: Date) {
        let sale = &mut self.sales[sale];
        sale.agreed.insert(from, sale.agreed_on(from).clone());
        for (_, agreed) in sale.agreed.range_mut(from..) {
            agreed.own.clear();
        }
    }

    /// From a day on, up to now, it has been the other plan, or the first one.
    pub fn plan(&mut self, sale: usize, from: Date, other: bool) {
        let sale = &mut self.sales[sale];
        sale.agreed.retain(|day, _| *day < from);
        // With another plan comes what is held of it; whatever changes nothing after it is forgotten.
        let held = sale.seats_on(from);
        sale.seats.insert(from, held);
        let mut before = held;
        sale.seats.retain(|day, seats| {
            let keeps = *day <= from || *seats != before;
            before = if *day < from { held } else { *seats };
            keeps
        });
        let own = BTreeMap::new();
        sale.agreed.insert(from, Agreed { other, own });
    }

    /// Whether a sale is of the other plan by now.
    #[must_use]
    pub fn is_other(&self, sale: usize) -> bool {
        self.sales[sale].agreed_on(Date::MAX).other
    }
}

impl Sale {
    fn agreed_on(&self, day: Date) -> &Agreed {
        let held = self.agreed.range(..=day).next_back();
        let held = held.or_else(|| self.agreed.first_key_value());
        held.expect("something is agreed from the first day on").1
    }

    /// What a seat costs on a leg on a day of the period after so many.
    pub(super) fn seat_on(
        &self,
        (prices, leg): (&LegPrices, usize),
        months: u32,
        day: Date,
    ) -> Exact {
        let agreed = self.agreed_on(day);
        match agreed.own.get(&leg) {
            Some((seat, since)) => {
                // It rises from where it was agreed.
                let years = months / 12 - self.months_at(*since) / 12;
                (0..years).fold(*seat, |price, _| price * prices.yearly)
            }
            None if agreed.other => prices.other_seat,
            None => prices.seat_after(months),
        }
    }

    /// The number of the period that a day lies in.
    fn months_at(&self, day: Date) -> u32 {
        let nth = |n: u32| self.nth_day(i32::try_from(n).expect("a few"));
        (0..).find(|n| nth(n + 1) > day).expect("a period")
    }

    /// The days from one on from which something else is held, or at another price.
    pub(super) fn changes_since(&self, day: Date) -> impl Iterator<Item = Date> + use<> {
        let seats = self.seats.range(day..).map(|(day, _)| *day);
        let prices = self.agreed.range(day..).map(|(day, _)| *day);
        let days: BTreeSet<Date> = seats.chain(prices).collect();
        days.into_iter()
    }

    /// The other plan comes with a setup when it is switched to, and so does the first one when it is come back to.
    pub(super) fn switches(
        &self,
        prices: &LegPrices,
        discount: Option<Discount>,
        (start, end): (Date, Date),
        audited: &mut Audited,
    ) {
        let mut before = false;
        for (day, agreed) in &self.agreed {
            let switches = *day > self.begins_on && agreed.other != before;
            before = agreed.other;
            let lasts = self.ends_on.is_none_or(|ends_on| *day < ends_on);
            if switches && start <= *day && *day < end && lasts {
                audited.line(prices.setup);
                if let Some(discount) = discount {
                    audited.line(-discount.off(prices.setup));
                }
            }
        }
    }
}
