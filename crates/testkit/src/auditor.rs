//! A second opinion on money: what sales should have come to, told from what happened to them and from nothing else.
//!
//! The model shares no code with the rooms that bill. It keeps for each sale what was held from which day on and what was used, and
//! answers what all of that comes to by the day, computed from the first day on with whole numbers. How things came to be known,
//! late, twice, out of order or after a mistake, makes no difference to it; so whoever bills has to arrive at the same.

use std::collections::BTreeMap;

use tradewind_kernel::Date;

use crate::exact::Exact;

mod agreed;
mod ahead;
mod pool;

use agreed::Agreed;
pub use ahead::Ahead;
pub use pool::Tiers;

/// The prices of one leg, in the smallest unit of its currency.
#[derive(Debug, Clone, Copy)]
pub struct LegPrices {
    /// Paid once, when a sale begins.
    pub setup: Exact,
    /// One seat for a month, paid in advance.
    pub seat: Exact,
    /// The same under the other plan, which comes with a setup of its own.
    pub other_seat: Exact,
    /// What usage costs of what it costs at its source.
    pub markup: Exact,
    /// In so many first months, one seat costs this instead.
    pub introduction: Option<(u32, Exact)>,
    /// By which factor the price of a seat grows with every year that a sale has run.
    pub yearly: Exact,
    /// Whether time in which a sale is suspended costs nothing.
    pub rests: bool,
}

impl LegPrices {
    /// A seat in the month after so many.
    fn seat_after(&self, months: u32) -> Exact {
        match self.introduction {
            Some((first, seat)) if months < first => seat,
            _ => (0..months / 12).fold(self.seat, |price, _| price * self.yearly),
        }
    }
}

/// A monthly sale with seats, a setup and usage that is passed on.
#[derive(Debug, Clone)]
struct Sale {
    begins_on: Date,
    has_setup: bool,
    /// From a day on, so many seats.
    seats: BTreeMap<Date, u32>,
    /// From a day on, the plan and its prices.
    agreed: BTreeMap<Date, Agreed>,
    ends_on: Option<Date>,
    /// Suspended from one day up to another, where that has come.
    rests: Vec<(Date, Option<Date>)>,
    discount: Option<Discount>,
    /// So much off what the customer pays for usage, in percent.
    off_usage: Option<i128>,
    /// By first day of the calendar month, what usage has cost at its source, in the smallest unit.
    usage: BTreeMap<Date, i128>,
    /// Where usage is units that are bought ahead: what comes with each month, and what a unit costs that is beyond, at its source.
    ahead: Option<(Ahead, Exact)>,
    commitment: Option<Commitment>,
    /// Whether what is used is counted together with other sales, and no part of this one.
    shares: bool,
}

/// What the customer pays at least for the usage of each span of so many months from the first day on.
#[derive(Debug, Clone, Copy)]
struct Commitment {
    months: i32,
    minimum: i128,
}

/// So much off what the customer pays, for the first periods of a sale.
#[derive(Debug, Clone, Copy)]
struct Discount {
    percent: i128,
    periods: u32,
}

impl Discount {
    /// What it takes off a price of a whole period: of the price as it would stand on an invoice, to the smallest unit.
    fn off(self, price: Exact) -> Exact {
        let off = Exact::whole(price.rounded()) * Exact::new(self.percent, 100);
        Exact::whole(off.rounded())
    }

    /// What it takes off a setup and off the first seats, bought together: rounded as one, and what is left of whole units goes to
    /// whichever lost more.
    fn off_both(self, setup: Exact, seats: Exact) -> (Exact, Exact) {
        let part = |price: Exact| Exact::whole(price.rounded()) * Exact::new(self.percent, 100);
        let (setup, seats) = (part(setup), part(seats));
        let (mut of_setup, mut of_seats) = (setup.floor(), seats.floor());
        let lost = |exact: Exact, kept: i128| exact + -Exact::whole(kept);
        let setup_first = lost(seats, of_seats).is_within(lost(setup, of_setup), Exact::ZERO);
        let left = (setup + seats).rounded() - of_setup - of_seats;
        if left > i128::from(!setup_first) {
            of_setup += 1;
        }
        if left > i128::from(setup_first) {
            of_seats += 1;
        }
        (Exact::whole(of_setup), Exact::whole(of_seats))
    }
}

/// What a sale comes to on a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audited {
    /// Each line rounded by itself, summed, in the smallest unit.
    pub billed: i128,
    /// Without any rounding.
    pub exact: Exact,
    /// How many lines there are.
    pub lines: u32,
}

impl Audited {
    const NOTHING: Self = Self {
        billed: 0,
        exact: Exact::ZERO,
        lines: 0,
    };

    fn line(&mut self, exact: Exact) {
        self.billed += exact.rounded();
        self.exact = self.exact + exact;
        self.lines += 1;
    }
}

/// The model.
#[derive(Debug, Clone)]
pub struct Auditor {
    legs: Vec<LegPrices>,
    sales: Vec<Sale>,
}

impl Auditor {
    /// A world without sales, whose legs have these prices.
    #[must_use]
    pub const fn new(legs: Vec<LegPrices>) -> Self {
        Self {
            legs,
            sales: Vec::new(),
        }
    }

    /// A sale of seats begins; its number.
    pub fn subscribe(&mut self, on: Date, seats: u32) -> usize {
        self.begin(on, true, BTreeMap::from([(on, seats)]))
    }

    /// A sale of usage alone begins; its number.
    pub fn meter(&mut self, on: Date) -> usize {
        self.begin(on, false, BTreeMap::new())
    }

    fn begin(&mut self, begins_on: Date, has_setup: bool, seats: BTreeMap<Date, u32>) -> usize {
        self.sales.push(Sale {
            begins_on,
            has_setup,
            seats,
            agreed: BTreeMap::from([(begins_on, Agreed::default())]),
            ends_on: None,
            rests: Vec::new(),
            discount: None,
            off_usage: None,
            usage: BTreeMap::new(),
            ahead: None,
            commitment: None,
            shares: false,
        });
        self.sales.len() - 1
    }

    /// A sale has a percentage taken off what its customer pays in its first periods.
    pub fn discount(&mut self, sale: usize, percent: i128, periods: u32) {
        self.sales[sale].discount = Some(Discount { percent, periods });
    }

    /// A sale has a percentage taken off what its customer pays for the usage of every month.
    pub fn discount_usage(&mut self, sale: usize, percent: i128) {
        self.sales[sale].off_usage = Some(percent);
    }

    /// The customer of a sale pays at least so much, in the smallest unit, for what it uses in spans of some months.
    pub fn commit(&mut self, sale: usize, months: i32, minimum: i128) {
        self.sales[sale].commitment = Some(Commitment { months, minimum });
    }

    /// The usage of a sale is units from now on that are bought ahead by the month; each beyond costs so much at its source.
    pub fn buy_ahead(&mut self, sale: usize, ahead: Ahead, beyond: Exact) {
        self.sales[sale].ahead = Some((ahead, beyond));
    }

    /// From a day on, up to the next day of which something is known, so many seats are held. Days may come in any order.
    pub fn hold(&mut self, sale: usize, from: Date, seats: u32) {
        self.sales[sale].seats.insert(from, seats);
    }

    /// A sale has ended by a day.
    pub fn end(&mut self, sale: usize, on: Date) {
        self.sales[sale].ends_on = Some(on);
    }

    /// A sale is suspended from a day on.
    pub fn suspend(&mut self, sale: usize, on: Date) {
        self.sales[sale].rests.push((on, None));
    }

    /// A suspended sale goes on from a day on.
    pub fn resume(&mut self, sale: usize, on: Date) {
        let rests = &mut self.sales[sale].rests;
        if let Some(last) = rests.last_mut() {
            last.1 = Some(on);
        }
        rests.retain(|(from, until)| Some(*from) != *until);
    }

    /// Something was used on a day that costs so much at its source. Days may come in any order.
    pub fn usage(&mut self, sale: usize, day: Date, cost: i128) {
        *self.sales[sale]
            .usage
            .entry(day.first_of_month())
            .or_default() += cost;
    }

    /// What was used in the month of a day, as far as it is known.
    #[must_use]
    pub fn used(&self, sale: usize, day: Date) -> i128 {
        let month = self.sales[sale].usage.get(&day.first_of_month());
        month.copied().unwrap_or_default()
    }

    /// The seats of a sale on a day.
    #[must_use]
    pub fn seats(&self, sale: usize, day: Date) -> u32 {
        self.sales[sale].seats_on(day)
    }

    /// What a sale has billed in advance on a leg by the end of a day, and not earned by the end of another: the part of the running
    /// period that lies behind that day, of what is held. How it came to be held makes no difference.
    #[must_use]
    pub fn deferred(&self, sale: usize, leg: usize, today: Date, by: Date) -> Exact {
        let is_customers = leg + 1 == self.legs.len();
        self.sales[sale].deferred((&self.legs[leg], leg), is_customers, (today, by))
    }

    /// What a sale comes to on a leg by the end of a day: every period that has begun, and the usage of every month that is over.
    #[must_use]
    pub fn audit(&self, sale: usize, leg: usize, today: Date) -> Audited {
        let is_customers = leg + 1 == self.legs.len();
        self.sales[sale].audit((&self.legs[leg], leg), is_customers, today)
    }
}

impl Sale {
    fn seats_on(&self, day: Date) -> u32 {
        self.seats
            .range(..=day)
            .next_back()
            .map_or(0, |(_, seats)| *seats)
    }

    fn audit(
        &self,
        (prices, leg): (&LegPrices, usize),
        is_customers: bool,
        today: Date,
    ) -> Audited {
        let mut audited = Audited::NOTHING;
        let discount = self.discount.filter(|_| is_customers);
        let bought = discount.map(|discount| self.bought((prices, leg), discount));
        if self.has_setup {
            audited.line(prices.setup);
            if let Some((of_setup, _)) = bought {
                audited.line(-of_setup);
            }
        }
        // A discount for some periods is for those that are paid.
        let mut paid = 0;
        for n in 0_u32.. {
            let nth = |n: u32| self.nth_day(i32::try_from(n).expect("a few"));
            let (start, end) = (nth(n), nth(n + 1));
            if start > today || self.ends_on.is_some_and(|ends_on| ends_on <= start) {
                break;
            }
            let Some(begins) = self.begins(prices, (start, end), today) else {
                continue;
            };
            let discount = discount.filter(|discount| paid < discount.periods);
            paid += 1;
            let rests = if prices.rests { &self.rests[..] } else { &[] };
            let seat = |day: Date| self.seat_on((prices, leg), n, day);
            let bought = bought.filter(|_| n == 0);
            let off = discount.map(|discount| (discount, bought.map(|(_, seats)| seats)));
            self.switches(prices, off.map(|(it, _)| it), (start, end), &mut audited);
            self.period(
                &seat,
                off,
                (begins, start, end),
                (rests, today),
                &mut audited,
            );
        }
        for (month, cost) in &self.costs() {
            if months_after(*month, 1) <= today {
                let price = prices.markup * *cost;
                audited.line(price);
                if let Some(percent) = self.off_usage.filter(|_| is_customers && cost.floor() > 0) {
                    let whole = Exact::whole(price.floor());
                    audited.line(-(whole * Exact::new(percent, 100)));
                }
            }
        }
        if let Some(commitment) = self.commitment.filter(|_| is_customers) {
            self.committed(prices, commitment, today, &mut audited);
        }
        audited
    }

    /// What a discount takes off the setup and off the seats of the first period.
    fn bought(&self, (prices, leg): (&LegPrices, usize), discount: Discount) -> (Exact, Exact) {
        let lasts = self.ends_on.is_none_or(|ends_on| ends_on > self.begins_on);
        let seats = if lasts {
            self.seats_on(self.begins_on)
        } else {
            0
        };
        let seat = self.seat_on((prices, leg), 0, self.begins_on);
        let seats = seat * Exact::whole(i128::from(seats));
        discount.off_both(prices.setup, seats)
    }

    /// What usage has cost at its source, by month.
    fn costs(&self) -> BTreeMap<Date, Exact> {
        if self.shares {
            return BTreeMap::new();
        }
        match self.ahead {
            None => {
                let all = self.usage.iter();
                all.map(|(month, cost)| (*month, Exact::whole(*cost)))
                    .collect()
            }
            Some((ahead, each)) => {
                let beyond = ahead.beyond(self.begins_on, &self.usage).into_iter();
                beyond
                    .map(|(month, units)| (month, each * Exact::whole(units)))
                    .collect()
            }
        }
    }

    /// When a span is over, what is missing to its minimum is paid. A month belongs to the span in which it ends.
    fn committed(
        &self,
        prices: &LegPrices,
        commitment: Commitment,
        today: Date,
        audited: &mut Audited,
    ) {
        let mut since = self.begins_on;
        for n in 1.. {
            let until = months_after(self.begins_on, n * commitment.months);
            if until > today {
                break;
            }
            let mut used = Exact::ZERO;
            for (month, cost) in &self.usage {
                let ends = months_after(*month, 1);
                if ends > since && ends <= until {
                    used = used + prices.markup * Exact::whole(*cost);
                }
            }
            let missing = Exact::whole(commitment.minimum) + -used;
            if missing.rounded() > 0 {
                audited.line(missing);
            }
            since = until;
        }
    }

    fn deferred(
        &self,
        (prices, leg): (&LegPrices, usize),
        is_customers: bool,
        (today, by): (Date, Date),
    ) -> Exact {
        if self.ends_on.is_some_and(|ends_on| ends_on <= today) {
            return Exact::ZERO;
        }
        let running = |n: &i32| self.nth_day(*n) <= today && today < self.nth_day(n + 1);
        let Some(n) = (0..1_200).find(running) else {
            return Exact::ZERO;
        };
        let (start, end) = (self.nth_day(n), self.nth_day(n + 1));
        if self.begins(prices, (start, end), today).is_none() {
            return Exact::ZERO;
        }
        let behind = days(by, end) - 1;
        if behind <= 0 {
            return Exact::ZERO;
        }
        let months = u32::try_from(n).unwrap_or_default();
        let seat = self.seat_on((prices, leg), months, today);
        let price = seat * Exact::whole(i128::from(self.seats_on(today)));
        let paid = (0..n)
            .filter(|n| {
                let period = (self.nth_day(*n), self.nth_day(n + 1));
                self.begins(prices, period, today).is_some()
            })
            .count();
        let counts = |discount: &Discount| is_customers && paid < discount.periods as usize;
        let off = self
            .discount
            .filter(counts)
            .map_or(Exact::ZERO, |it| it.off(price));
        Exact::new(behind, days(start, end)) * (price + -off)
    }

    /// From when on a period is paid; never, where nothing is held by then. What begins suspended is not paid before it goes on, and then
    /// for what is left.
    fn begins(&self, prices: &LegPrices, (start, end): (Date, Date), today: Date) -> Option<Date> {
        let mut rests = self.rests.iter().filter(|_| prices.rests);
        let asleep =
            rests.find(|(from, until)| *from < start && until.is_none_or(|until| until > start));
        let begins = match asleep {
            None => start,
            Some((_, until)) => until.filter(|until| *until < end && *until <= today)?,
        };
        let lasts = self.ends_on.is_none_or(|ends_on| ends_on > begins);
        (lasts && self.seats_on(begins) > 0).then_some(begins)
    }

    /// A period is paid when it begins; a change gives the unused rest back and pays for the new rest, an end gives it back.
    /// What a discount takes off goes the same way, and is left alone where a change does not change it; what it takes off at first may
    /// be known from elsewhere.
    fn period(
        &self,
        seat: &dyn Fn(Date) -> Exact,
        discount: Option<(Discount, Option<Exact>)>,
        (begins, start, end): (Date, Date, Date),
        (rests, today): (&[(Date, Option<Date>)], Date),
        audited: &mut Audited,
    ) {
        let price = |(seats, seat): (u32, Exact)| seat * Exact::whole(i128::from(seats));
        let held_on = |day: Date| (self.seats_on(day), seat(day));
        let days = |from: Date| Exact::new(days(from, end), days(start, end));
        let held = held_on(begins);
        let off = |held: (u32, Exact)| discount.map_or(Exact::ZERO, |(it, _)| it.off(price(held)));
        let first = discount.and_then(|(_, first)| first);
        // By the day from which it holds, what is taken off.
        let mut offs = BTreeMap::from([(begins, first.unwrap_or_else(|| off(held)))]);
        audited.line(days(begins) * price(held));
        if discount.is_some() {
            audited.line(-(days(begins) * offs[&begins]));
        }
        let lasts = |day: &Date| *day < end && self.ends_on.is_none_or(|ends_on| *day < ends_on);
        let mut before = held;
        for day in self.changes_since(begins).filter(lasts) {
            let after = held_on(day);
            if day > begins && after != before {
                audited.line(-(days(day) * price(before)));
                audited.line(days(day) * price(after));
                let (was, is) = (off_on(&offs, day), off(after));
                if was != is {
                    audited.line(days(day) * was);
                    audited.line(-(days(day) * is));
                    offs.insert(day, is);
                }
                before = after;
            }
        }
        let ends_on = self.ends_on.filter(|ends_on| *ends_on < end);
        let mut gives_back = ends_on;
        for (from, until) in rests
            .iter()
            .filter(|(from, _)| begins <= *from && *from < end)
        {
            if ends_on.is_some_and(|ends_on| ends_on < *from) {
                continue;
            }
            // An end while it is suspended gives everything since then back at once.
            let until = until.filter(|until| ends_on.is_none_or(|ends_on| *until <= ends_on));
            let until = match (until, ends_on) {
                (None, Some(_)) => {
                    gives_back = None;
                    end
                }
                (until, _) => until.unwrap_or(end).min(end),
            };
            if until > today && gives_back == ends_on {
                continue;
            }
            let changes = self.changes_since(*from).filter(|day| *day < until);
            let mut cuts: Vec<Date> = changes.chain([*from, until]).collect();
            cuts.sort_unstable();
            cuts.dedup();
            for pair in cuts.windows(2) {
                let time = days(pair[0]) + -days(pair[1]);
                audited.line(-(time * price(held_on(pair[0]))));
                if discount.is_some() {
                    audited.line(time * off_on(&offs, pair[0]));
                }
            }
        }
        if let Some(ends_on) = gives_back {
            audited.line(-(days(ends_on) * price(before)));
            if discount.is_some() {
                audited.line(days(ends_on) * off_on(&offs, ends_on));
            }
        }
    }

    /// The first day of a period: so many months after the first day, on the last day of a shorter month.
    fn nth_day(&self, n: i32) -> Date {
        months_after(self.begins_on, n)
    }
}

/// What is taken off on a day.
fn off_on(offs: &BTreeMap<Date, Exact>, day: Date) -> Exact {
    let before = offs.range(..=day).next_back();
    before.map_or(Exact::ZERO, |(_, off)| *off)
}

fn months_after(day: Date, months: i32) -> Date {
    let month = i32::from(day.year()) * 12 + i32::from(day.month()) - 1 + months;
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
    let year = i16::try_from(year).expect("a year of the calendar");
    let month = i8::try_from(month).expect("a month");
    let first = Date::new(year, month, 1).expect("a month of the calendar");
    let day = day.day().min(first.days_in_month());
    Date::new(year, month, day).expect("a day of that month")
}

fn days(from: Date, to: Date) -> i128 {
    i128::from(from.duration_until(to).as_hours() / 24)
}

#[cfg(test)]
mod tests;
