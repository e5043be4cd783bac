//! Repair: what has to be booked when something should have been otherwise for a time that is billed already. The time is
//! charged from scratch twice, as it is recorded and as it should have been, by the rules that bill it; what differs is taken
//! back and charged, and nothing else is touched.

use std::collections::{BTreeMap, BTreeSet};

use tradewind_kernel::{
    Date, Decimal, Money, Result,
    calendar::Period,
    decimal,
    id::{ChargeId, ItemId, LegId, OrderId, RedemptionId},
};
use tradewind_pricing::{repair::repair as pricing_repair, rounding::split_exactly};

use super::discount::mirrored;
use crate::types::{Charge, ChargeKind, DiscountUse, ItemQuantity, NewCharge, QuantityChange};

/// Quantities as they should have been: from a day on, up to the next change that is recorded.
#[must_use]
pub fn amended(
    recorded: &[ItemQuantity],
    held: &BTreeMap<ItemId, Decimal>,
    from: Date,
) -> Vec<ItemQuantity> {
    let mut amended = recorded.to_vec();
    for (item, quantity) in held {
        let change = QuantityChange {
            from_on: from,
            quantity: *quantity,
        };
        match amended.iter_mut().find(|known| known.item_id == *item) {
            Some(known) if known.on(from) == *quantity => {}
            Some(known) => {
                known.changes.retain(|change| change.from_on != from);
                known.changes.push(change);
                known.changes.sort_by_key(|change| change.from_on);
            }
            None => amended.push(ItemQuantity {
                item_id: *item,
                changes: vec![change],
            }),
        }
    }
    amended
}

/// A charge that is recorded, with what it was settled with.
#[derive(Debug, Clone)]
pub struct Booked {
    /// The charge.
    pub charge: Charge,
    /// Its share of the line or entry that it was settled with, in minor units; none while it waits.
    pub share: Option<i64>,
}

impl Booked {
    fn minor(&self) -> i64 {
        self.share.unwrap_or(self.charge.facts.amount.minor)
    }
}

/// What makes two charges the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    leg: LegId,
    item: Option<ItemId>,
    kind: &'static str,
    period: (Date, Date),
    quantity: Decimal,
    exact: Decimal,
    discount: Option<(RedemptionId, Date)>,
}

impl Key {
    fn of(charge: &NewCharge) -> Self {
        Self {
            leg: charge.leg_id,
            item: charge.item_id,
            kind: charge.kind.as_str(),
            period: (charge.period.start, charge.period.end),
            quantity: charge.quantity.normalize(),
            exact: charge.exact.normalize(),
            discount: charge
                .discount
                .as_ref()
                .map(|granted| (granted.redemption_id, granted.period_on)),
        }
    }
}

/// The charges that turn what was charged by the record into what should have been charged: what is wrong is taken back, as it
/// was settled, as far as nothing else has taken it back and for the time for which nothing has; what is missing is charged. A line
/// that is the same in both is left alone.
///
/// # Errors
/// `overflow`.
pub fn corrections(
    recorded: &[NewCharge],
    proper: &[NewCharge],
    booked: &[Booked],
    order_id: Option<OrderId>,
) -> Result<Vec<NewCharge>> {
    let lines = |charges: &[NewCharge]| -> Vec<(Key, Money)> {
        let keyed = charges
            .iter()
            .map(|charge| (Key::of(charge), charge.amount));
        keyed.collect()
    };
    let repair = pricing_repair(&lines(recorded), &lines(proper))?;
    let mut books = Books::of(booked);
    let mut reversed: Vec<Key> = repair.reversals.into_iter().map(|(key, _)| key).collect();
    let mut wrong = Vec::new();
    let mut made = Vec::new();
    for line in recorded {
        let key = Key::of(line);
        let booked = books.take(&key);
        let at = reversed.iter().position(|reversed| *reversed == key);
        match (at, booked) {
            (Some(at), booked) => {
                reversed.swap_remove(at);
                match booked {
                    Some(booked) => wrong.push(booked),
                    // What the record says was settled otherwise: the difference is what counts.
                    None => made.push(taken_back(line, None, -line.exact, order_id)?),
                }
            }
            (None, Some(booked)) => {
                books.right.insert(booked.charge.id);
            }
            (None, None) => {}
        }
    }
    let taken: BTreeSet<ChargeId> = wrong.iter().map(|booked| booked.charge.id).collect();
    for booked in wrong {
        // What takes back a charge that is taken back itself counts with it.
        if books.ancestors(booked).any(|id| taken.contains(&id)) {
            continue;
        }
        for (facts, exact) in books.rest(booked)? {
            let id = booked.charge.id;
            made.push(taken_back(&facts, Some(id), exact, order_id)?);
        }
    }
    // Equal lines are taken one after the other.
    let mut missing: Vec<((Key, Money), &NewCharge)> =
        lines(proper).into_iter().zip(proper).collect();
    for line in repair.charges {
        let Some(at) = missing.iter().position(|(found, _)| *found == line) else {
            continue;
        };
        let (_, charge) = missing.remove(at);
        made.push(NewCharge {
            reverses: books.paid(charge),
            ..charge.clone()
        });
    }
    Ok(made)
}

/// What takes a charge back: rounded as the charge was, seen from the other side, so that a whole charge leaves nothing behind.
///
/// # Errors
/// `overflow`.
pub fn taken_back(
    facts: &NewCharge,
    reverses: Option<ChargeId>,
    exact: Decimal,
    order_id: Option<OrderId>,
) -> Result<NewCharge> {
    let rounding = mirrored(facts.rounding);
    Ok(NewCharge {
        kind: ChargeKind::Credit,
        exact,
        rounding,
        amount: Money::from_exact(exact, facts.amount.currency, rounding)?,
        reverses,
        order_id,
        discount: facts.discount.as_ref().map(|granted| DiscountUse {
            whole: -granted.whole,
            ..granted.clone()
        }),
        ..facts.clone()
    })
}

/// What is recorded, to be found by what it says.
struct Books<'a> {
    by_id: BTreeMap<ChargeId, &'a Booked>,
    by_key: BTreeMap<Key, Vec<&'a Booked>>,
    takes_back: BTreeMap<ChargeId, Vec<ChargeId>>,
    /// What should have been charged, and was.
    right: BTreeSet<ChargeId>,
}

impl<'a> Books<'a> {
    fn of(booked: &'a [Booked]) -> Self {
        let mut books = Self {
            by_id: BTreeMap::new(),
            by_key: BTreeMap::new(),
            takes_back: BTreeMap::new(),
            right: BTreeSet::new(),
        };
        for found in booked {
            let id = found.charge.id;
            books.by_id.insert(id, found);
            let key = Key::of(&found.charge.facts);
            books.by_key.entry(key).or_default().push(found);
            if let Some(reversed) = found.charge.facts.reverses {
                books.takes_back.entry(reversed).or_default().push(id);
            }
        }
        books
    }

    /// A charge that says this, one that still stands if possible; each is found once.
    fn take(&mut self, key: &Key) -> Option<&'a Booked> {
        let found = self.by_key.get(key)?;
        let standing = found.iter().rposition(|booked| self.stands(booked));
        let at = standing.or(found.len().checked_sub(1))?;
        Some(self.by_key.get_mut(key)?.remove(at))
    }

    /// Whether a charge has not been taken back, alone or with what it takes back.
    fn stands(&self, booked: &Booked) -> bool {
        let above = self.ancestors(booked);
        let mut above = above.filter_map(|id| self.by_id.get(&id));
        self.left(booked) != 0 && above.all(|above| self.left(above) != 0)
    }

    /// The charge that an unused rest was paid with, if it was rightly made.
    fn paid(&self, rest: &NewCharge) -> Option<ChargeId> {
        if rest.kind != ChargeKind::Credit || rest.discount.is_some() {
            return None;
        }
        let paid = self.right.iter().rev().find(|id| {
            self.by_id.get(id).is_some_and(|booked| {
                let facts = &booked.charge.facts;
                facts.kind == ChargeKind::Recurring
                    && (facts.leg_id, facts.item_id) == (rest.leg_id, rest.item_id)
                    && facts.period.start < rest.period.start
                    && facts.period.end == rest.period.end
            })
        });
        paid.copied()
    }

    /// What is to be taken back of a charge, by the time for which it still stands, as exact amounts.
    fn rest(&self, booked: &Booked) -> Result<Vec<(NewCharge, Decimal)>> {
        let facts = &booked.charge.facts;
        let left = self.left(booked);
        if booked.share.is_none() && left == booked.minor() {
            return Ok(vec![(facts.clone(), -facts.exact)]);
        }
        let times = self.standing(booked);
        let days: i64 = times.iter().map(Period::days).sum();
        let due = Money::new(-left, facts.amount.currency);
        let by_day = |time: &Period| {
            let sum = decimal::mul(due.to_decimal(), Decimal::from(time.days()))?;
            decimal::div(sum, Decimal::from(days))
        };
        let exact = times.iter().map(by_day).collect::<Result<Vec<_>>>()?;
        let parts = times.into_iter().zip(split_exactly(due, &exact)?);
        let mut rest = Vec::new();
        for (period, amount) in parts.filter(|(_, amount)| !amount.is_zero()) {
            let mut facts = NewCharge {
                period,
                ..facts.clone()
            };
            // What a discount was for the whole period goes once.
            if let Some(granted) = facts.discount.as_mut().filter(|_| !rest.is_empty()) {
                granted.whole = Decimal::ZERO;
            }
            rest.push((facts, amount.to_decimal()));
        }
        Ok(rest)
    }

    /// The parts of a charge's time in which nothing has given all of it back; all of its time when there are none.
    fn standing(&self, booked: &Booked) -> Vec<Period> {
        let facts = &booked.charge.facts;
        let whole = facts.period;
        let backs = self.takes_back.get(&booked.charge.id);
        let backs = backs.into_iter().flatten();
        let backs = backs
            .filter(|id| !self.right.contains(id))
            .filter_map(|id| self.by_id.get(id))
            .filter(|back| self.left(back) != 0)
            .map(|back| &back.charge.facts)
            .filter(|back| back.period != whole && back.quantity == facts.quantity);
        let mut given_back: Vec<Period> = backs.map(|back| back.period).collect();
        given_back.sort_by_key(|time| time.start);
        let mut standing = Vec::new();
        let mut from = whole.start;
        for time in given_back {
            standing.extend(Period::new(from, time.start.min(whole.end)));
            from = from.max(time.end);
        }
        standing.extend(Period::new(from, whole.end));
        if standing.is_empty() {
            standing.push(whole);
        }
        standing
    }

    /// What is left of a charge after everything that takes it back, but for what should take it back.
    fn left(&self, booked: &Booked) -> i64 {
        let backs = self.takes_back.get(&booked.charge.id);
        let backs = backs.into_iter().flatten();
        let taken: i64 = backs
            .filter(|id| !self.right.contains(id))
            .filter_map(|id| self.by_id.get(id))
            .map(|back| self.left(back))
            .sum();
        booked.minor() + taken
    }

    fn ancestors(&self, booked: &Booked) -> impl Iterator<Item = ChargeId> {
        let above = |id: &ChargeId| {
            let found = self.by_id.get(id);
            found.and_then(|found| found.charge.facts.reverses)
        };
        std::iter::successors(booked.charge.facts.reverses, above)
    }
}
