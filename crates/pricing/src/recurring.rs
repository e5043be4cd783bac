//! Recurring items: what a period costs when quantities and prices change within it, and what a change comes to.
//!
//! The same functions answer a preview and do the billing.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Date, Decimal, Money, Result, Rounding,
    calendar::{Cadence, Period},
};

use crate::{
    cycles::ServicePeriod,
    model::PriceModel,
    proration::{self, Clock, Cut, Direction, ProrationTerms, Ratio},
    rate::{self, Usage},
    rounding::round_line,
};

/// When a period is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// On its first day.
    InAdvance,
    /// On the day after its last.
    InArrears,
}

impl Timing {
    /// The day on which a period is billed.
    #[must_use]
    pub const fn billing_day(self, part: Period) -> Date {
        match self {
            Self::InAdvance => part.start,
            Self::InArrears => part.end,
        }
    }
}

/// The terms under which recurring items are charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecurringTerms {
    /// Currency of the prices.
    pub currency: Currency,
    /// How the amount of a line is rounded to its places.
    pub rounding: Rounding,
    /// Which share of a period is due.
    pub proration: ProrationTerms,
    /// Cadence of the billing period.
    pub cadence: Cadence,
}

/// What is held, and at which price.
#[derive(Debug, Clone, Copy)]
pub struct Holding<'a> {
    /// The price of a whole period.
    pub price: &'a PriceModel,
    /// The quantity (or the tag of a package).
    pub usage: Usage<'a>,
    /// The cadence that the price is for, when it is not that of the billing period.
    pub item_cadence: Option<Cadence>,
}

impl<'a> Holding<'a> {
    /// So many units at a price per billing period.
    #[must_use]
    pub const fn new(price: &'a PriceModel, quantity: Decimal) -> Self {
        Self {
            price,
            usage: Usage::Quantity(quantity),
            item_cadence: None,
        }
    }

    /// Nothing is held: no line comes of it.
    fn is_nothing(&self) -> bool {
        matches!(self.usage, Usage::Quantity(quantity) if quantity.is_zero())
    }

    fn quantity(&self) -> Decimal {
        match self.usage {
            Usage::Quantity(quantity) => quantity,
            _ => Decimal::ONE,
        }
    }

    fn full_amount(&self) -> Result<Decimal> {
        if self.is_nothing() {
            return Ok(Decimal::ZERO);
        }
        rate::total(self.price, &self.usage)
    }
}

/// What is held from a day on.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    /// The first day.
    pub from: Date,
    /// What is held, until the next change.
    pub holding: Holding<'a>,
}

/// A line that a recurring item comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecurringLine {
    /// The whole period that the price is for.
    pub full: Period,
    /// The days that the line is for.
    pub part: Period,
    /// The cadence of the billing period.
    pub cadence: Cadence,
    /// The cadence that the price is for, when it is another one.
    pub item_cadence: Option<Cadence>,
    /// Units held.
    pub quantity: Decimal,
    /// What the whole period costs, exactly.
    pub full_amount: Decimal,
    /// The share of it that is due.
    pub ratio: Ratio,
    /// The amount, not rounded; negative for a credit.
    pub exact: Decimal,
    /// The amount.
    pub amount: Money,
}

/// A line that was billed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BilledLine {
    /// The line.
    pub line: RecurringLine,
    /// What of it has been credited since, as a positive amount.
    pub credited: Money,
    /// The day from which on its rest was credited by an earlier change.
    pub credited_from: Option<Date>,
}

impl BilledLine {
    /// A line of which nothing was credited yet.
    #[must_use]
    pub const fn new(line: RecurringLine) -> Self {
        Self {
            line,
            credited: Money::zero(line.amount.currency),
            credited_from: None,
        }
    }

    /// What can still be credited.
    ///
    /// # Errors
    /// `overflow`, `currency_mismatch`.
    pub fn remaining(&self) -> Result<Money> {
        self.line.amount.sub(self.credited)
    }
}

/// The point of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeAt {
    /// The first day of the new state.
    pub date: Date,
    /// The moment, for rules that look at the clock.
    pub clock: Option<Clock>,
}

impl ChangeAt {
    /// A change with the beginning of a day.
    #[must_use]
    pub const fn day(date: Date) -> Self {
        Self { date, clock: None }
    }
}

/// What is held after a change, and the period that it is charged for.
#[derive(Debug, Clone, Copy)]
pub struct After<'a> {
    /// What is held.
    pub holding: Holding<'a>,
    /// The period around the change; the rest of it is charged.
    pub full: Period,
    /// The cadence of that period.
    pub cadence: Cadence,
}

/// What a change comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The unused rest of what was billed, as negative amounts, in the order of the billed lines.
    pub credits: Vec<RecurringLine>,
    /// The rest of the new state.
    pub charges: Vec<RecurringLine>,
    /// Sum of both: due when positive, owed to the buyer when negative.
    pub net: Money,
}

/// The lines of one period, computed from what was held in it. `held` is in ascending order, and its first entry is
/// from the start of the period or before; `cancelled` is the day of the end, if that lies in the period.
///
/// However a period is cut, the exact amounts of its parts add up to that of the whole as long as price and quantity
/// stay the same; only the rounding of each line is added.
///
/// # Errors
/// What rating refuses, `overflow`.
pub fn charges(
    terms: &RecurringTerms,
    service: &ServicePeriod,
    held: &[Held<'_>],
    cancelled: Option<Date>,
) -> Result<Vec<RecurringLine>> {
    charges_by_clock(terms, service, held, cancelled, &|_| None)
}

/// The same where the rules look at the clock: `clock` names the moment at which something begins, changes or ends on a
/// day of the period.
///
/// # Errors
/// As [`charges`].
pub fn charges_by_clock(
    terms: &RecurringTerms,
    service: &ServicePeriod,
    held: &[Held<'_>],
    cancelled: Option<Date>,
    clock: &dyn Fn(Date) -> Option<Clock>,
) -> Result<Vec<RecurringLine>> {
    let left_at = |direction, at, item_cadence| {
        let cut = Cut {
            full: service.full,
            cadence: terms.cadence,
            item_cadence,
            at,
            clock: clock(at),
        };
        proration::left(terms.proration.of(direction), direction, &cut)
    };
    let cancelled = cancelled.filter(|date| *date < service.part.end);
    let mut lines = Vec::new();
    let mut entered = Direction::Start;
    for (i, now) in held.iter().enumerate() {
        let next = held.get(i + 1);
        let from = now.from.max(service.part.start);
        let until = next.map_or(service.part.end, |next| next.from.min(service.part.end));
        let ends = cancelled.filter(|date| *date <= until);
        let left = match (ends, next) {
            (Some(_), _) => Some(Direction::Cancellation),
            (None, Some(next)) if until < service.part.end => Some(direction(
                now.holding.full_amount()?,
                next.holding.full_amount()?,
            )),
            _ => None,
        };
        let until = match ends {
            Some(date) => {
                proration::rest_starts(terms.proration.cancellation, Direction::Cancellation, date)?
                    .min(service.part.end)
            }
            None => until,
        };
        if let Ok(part) = Period::new(from, until)
            && !now.holding.is_nothing()
        {
            let cadence = now.holding.item_cadence;
            let at_start = left_at(entered, from, cadence)?;
            let at_end = match (left, ends) {
                (Some(direction), Some(date)) => left_at(direction, date, cadence)?,
                (Some(direction), None) => left_at(direction, until, cadence)?,
                // The part ends with the period, or with a trailing stub of it.
                (None, _) => {
                    let end = Cut {
                        full: service.full,
                        cadence: terms.cadence,
                        item_cadence: cadence,
                        at: until,
                        clock: clock(until),
                    };
                    behind(terms, &end)?
                }
            };
            let ratio = at_start.less(at_end)?;
            lines.push(line(
                terms,
                service.full,
                terms.cadence,
                part,
                &now.holding,
                ratio,
            )?);
        }
        if ends.is_some() {
            break;
        }
        if until > service.part.start {
            entered = left.unwrap_or(Direction::Start);
        }
    }
    Ok(lines)
}

/// What a change within a period comes to: the unused rest of every billed line is credited, as far as it has not been
/// credited before, and the rest of the new state is charged.
///
/// # Errors
/// What rating refuses, `overflow`, `currency_mismatch`.
pub fn change(
    terms: &RecurringTerms,
    at: &ChangeAt,
    direction: Direction,
    billed: &[BilledLine],
    after: &[After<'_>],
) -> Result<Change> {
    let policy = terms.proration.of(direction);
    let left = |full, cadence, item_cadence| {
        let cut = Cut {
            full,
            cadence,
            item_cadence,
            at: at.date,
            clock: at.clock,
        };
        proration::left(policy, direction, &cut)
    };
    let rest = |part: Period, end| {
        let from = proration::rest_starts(policy, direction, at.date)?;
        Period::new(from.max(part.start), end)
    };
    let mut change = Change {
        credits: Vec::new(),
        charges: Vec::new(),
        net: Money::zero(terms.currency),
    };
    for billed in billed {
        let old = &billed.line;
        let end = billed
            .credited_from
            .map_or(old.part.end, |from| from.min(old.part.end));
        let Ok(part) = rest(old.part, end) else {
            continue;
        };
        let ratio = left(old.full, old.cadence, old.item_cadence)?;
        if ratio.part == 0 {
            continue;
        }
        // What lies behind the end of the line was never billed, or is credited already.
        let ratio = if end < old.full.end {
            let end = Cut {
                full: old.full,
                cadence: old.cadence,
                item_cadence: old.item_cadence,
                at: end,
                clock: None,
            };
            ratio.less(behind(terms, &end)?)?
        } else {
            ratio
        };
        let exact = ratio.of(old.full_amount)?;
        let unused = round_line(exact, terms.currency, terms.rounding)?;
        let credit = if unused.minor.abs() > billed.remaining()?.minor.abs() {
            billed.remaining()?
        } else {
            unused
        };
        if credit.is_zero() {
            continue;
        }
        change.credits.push(RecurringLine {
            part,
            ratio,
            exact: -exact,
            amount: credit.neg()?,
            ..*old
        });
    }
    for after in after {
        let Ok(part) = rest(after.full, after.full.end) else {
            continue;
        };
        if after.holding.is_nothing() {
            continue;
        }
        let ratio = left(after.full, after.cadence, after.holding.item_cadence)?;
        if ratio.part == 0 {
            continue;
        }
        change.charges.push(line(
            terms,
            after.full,
            after.cadence,
            part,
            &after.holding,
            ratio,
        )?);
    }
    change.net = Money::sum(
        terms.currency,
        change
            .credits
            .iter()
            .chain(&change.charges)
            .map(|line| line.amount),
    )?;
    Ok(change)
}

/// Whether a change from one price of a whole period to another is an upgrade or a downgrade.
#[must_use]
pub fn direction(before: Decimal, after: Decimal) -> Direction {
    if after < before {
        Direction::Downgrade
    } else {
        Direction::Upgrade
    }
}

/// The share of a period that lies behind an end that was known from the start, and so was never charged.
fn behind(terms: &RecurringTerms, end: &Cut) -> Result<Ratio> {
    // Not as a cancellation: no day is used up beyond the end.
    proration::left(terms.proration.start, Direction::Downgrade, end)
}

fn line(
    terms: &RecurringTerms,
    full: Period,
    cadence: Cadence,
    part: Period,
    holding: &Holding<'_>,
    ratio: Ratio,
) -> Result<RecurringLine> {
    let full_amount = holding.full_amount()?;
    let exact = ratio.of(full_amount)?;
    Ok(RecurringLine {
        full,
        part,
        cadence,
        item_cadence: holding.item_cadence,
        quantity: holding.quantity(),
        full_amount,
        ratio,
        exact,
        amount: round_line(exact, terms.currency, terms.rounding)?,
    })
}
