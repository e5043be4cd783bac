//! What a change in the middle of a period charges and credits: the unused rest of what was paid in advance is given
//! back, and the rest of what replaces it is charged. Previews and bills come from this one function.

use std::collections::BTreeMap;

use tradewind_catalogue::types::{ItemKind, ItemTerms, Timing};
use tradewind_kernel::{
    Date, Decimal, Error, Money, Result,
    calendar::Period,
    id::{ChargeId, ItemId, OrderId},
};
use tradewind_pricing::cycles::ServicePeriod;
use tradewind_pricing::proration::{self, Direction, Ratio};

use super::discount::{Discounts, Rest};
use super::pause;
use super::period::{arrears, charge, one_time, price, share};
use super::renewal::Next;
use crate::types::{ChargeKind, ItemQuantity, LegFacts, NewCharge};

/// A change of one leg.
#[derive(Debug)]
pub struct Change<'a> {
    /// The leg as it was.
    pub before: &'a LegFacts,
    /// The quantities as they were, with their history.
    pub quantities: &'a [ItemQuantity],
    /// The leg as it will be; none when it ends.
    pub after: Option<&'a LegFacts>,
    /// The quantities as they will be.
    pub wanted: &'a BTreeMap<ItemId, Decimal>,
    /// The day of the change.
    pub at: Date,
    /// The billing period that runs.
    pub period: ServicePeriod,
    /// The clocks that begin with the change: one of the cadence starts a new period on its day.
    pub begins: Option<Next>,
    /// Better, worse, or the end: decides which proration holds.
    pub direction: Direction,
    /// The order behind it.
    pub order_id: Option<OrderId>,
}

/// The charges of a change on one leg. `paid` finds the charge that an item was last paid with, to name what is
/// reversed.
///
/// # Errors
/// `outside_period` when the day is not in the period; whatever the price models refuse.
pub fn change_charges(
    change: &Change<'_>,
    paid: impl Fn(ItemId) -> Option<ChargeId>,
) -> Result<Vec<NewCharge>> {
    if !change.period.part.contains(change.at) {
        return Err(Error::invalid(
            "at",
            "outside_period",
            format!(
                "{} is not in the billing period {}",
                change.at, change.period.part
            ),
        ));
    }
    let mut charges = Vec::new();
    for item in &change.before.terms.items {
        let held = quantity_on(change.quantities, item.item, change.at);
        if held.is_zero() || change.unchanged(item, held) {
            continue;
        }
        match (item.kind, item.timing) {
            (ItemKind::Recurring, Timing::Advance) => {
                charges.extend(change.credit(item, held, &paid)?)
            }
            (ItemKind::Recurring, Timing::Arrears) => charges.extend(change.close(item)?),
            (ItemKind::OneTime | ItemKind::Metered, _) => {}
        }
    }
    let Some(after) = change.after else {
        let taken_off = change.discounts(&charges)?;
        charges.extend(taken_off);
        if change.ends_paused() {
            let (leg, held) = (change.before, change.quantities);
            charges.extend(pause::ended(
                leg,
                held,
                &change.period,
                change.at,
                change.order_id,
            )?);
        }
        return Ok(charges);
    };
    for item in &after.terms.items {
        let Some(wanted) = change.wanted.get(&item.item).copied() else {
            continue;
        };
        let held = quantity_on(change.quantities, item.item, change.at);
        match (item.kind, item.timing) {
            (ItemKind::OneTime, _) => charges.extend(one_time(
                after,
                item,
                held,
                wanted,
                change.at,
                change.order_id,
            )?),
            (ItemKind::Recurring, Timing::Advance)
                if !wanted.is_zero() && !change.unchanged(item, wanted) =>
            {
                charges.extend(change.rest_of_new(after, item, wanted)?);
            }
            (ItemKind::Recurring | ItemKind::Metered, _) => {}
        }
    }
    let taken_off = change.discounts(&charges)?;
    charges.extend(taken_off);
    Ok(charges)
}

impl Change<'_> {
    /// The period that runs after it.
    #[must_use]
    pub fn running(&self) -> ServicePeriod {
        self.begins.map_or(self.period, |begins| begins.period)
    }

    /// Whether it is the end of a leg that is suspended by then.
    fn ends_paused(&self) -> bool {
        self.after.is_none() && pause::on(self.before, self.at).is_some()
    }

    /// Whether an item costs the same before and after, for the same time.
    fn unchanged(&self, item: &ItemTerms, quantity: Decimal) -> bool {
        let Some(after) = self.after else {
            return false;
        };
        self.begins.is_none()
            && self.wanted.get(&item.item) == Some(&quantity)
            && quantity_on(self.quantities, item.item, self.at) == quantity
            && self.before.terms.item(item.item).map(|old| &old.rules)
                == after.terms.item(item.item).map(|new| &new.rules)
    }

    /// The rest of a period from the change on, and its share of the whole; nothing when the policy leaves a period that
    /// has begun as it is.
    fn rest(&self) -> Result<Option<(Period, Ratio)>> {
        let terms = &self.before.terms;
        // What was not paid is not given back, and what is suspended is given back by itself.
        let unpaid = pause::is_unpaid(self.before, &self.period, self.at);
        if unpaid || self.ends_paused() || terms.policies.is_free(&self.period) {
            return Ok(None);
        }
        let full = self.period.full;
        let policy = terms.policies.proration.of(self.direction);
        let cut = self.before.cut(full, self.at);
        let share = proration::left(policy, self.direction, &cut)?;
        let from = proration::rest_starts(policy, self.direction, self.at)?;
        Ok(Period::new(from.max(self.period.part.start), full.end)
            .ok()
            .filter(|_| share.part != 0)
            .map(|rest| (rest, share)))
    }

    /// What the change does to discounts: what was taken off an unused rest is not given back with its price, and what
    /// replaces it is reduced again.
    fn discounts(&self, charges: &[NewCharge]) -> Result<Vec<NewCharge>> {
        let leg = self.after.unwrap_or(self.before);
        let mut discounts = Discounts::of(leg);
        let mut made = Vec::new();
        if let Some((time, share)) = self.rest()? {
            made.extend(discounts.on_rest(&Rest {
                before: self.before,
                after: self.after.filter(|_| self.begins.is_none()),
                wanted: self.wanted,
                period_on: self.period.part.start,
                time,
                share,
                order_id: self.order_id,
            })?);
        }
        let advance = |charge: &NewCharge| {
            let item = charge.item_id.and_then(|item| leg.terms.item(item));
            item.is_some_and(|item| item.timing == Timing::Advance)
                && charge.kind == ChargeKind::Recurring
        };
        let (begun, others): (Vec<NewCharge>, Vec<NewCharge>) = charges
            .iter()
            .filter(|charge| charge.kind != ChargeKind::Credit)
            .cloned()
            .partition(advance);
        if let Some(begins) = self.begins {
            made.extend(discounts.on_period(leg, &begins.period, &begun)?);
        }
        let (closed, bought): (Vec<NewCharge>, Vec<NewCharge>) = others
            .into_iter()
            .partition(|charge| charge.kind == ChargeKind::Recurring);
        made.extend(discounts.on_charges(self.before, self.period.part.start, &closed)?);
        let running = self.running().part.start;
        made.extend(discounts.on_charges(leg, running, &bought)?);
        Ok(made)
    }

    fn credit(
        &self,
        item: &ItemTerms,
        held: Decimal,
        paid: impl Fn(ItemId) -> Option<ChargeId>,
    ) -> Result<Option<NewCharge>> {
        let Some((rest, share)) = self.rest()? else {
            return Ok(None);
        };
        let exact = share.of(price(item, held)?)?;
        let mut charge = charge(
            self.before,
            item,
            ChargeKind::Credit,
            rest,
            held,
            -exact,
            self.order_id,
        )?;
        charge.reverses = paid(item.item);
        Ok(Some(charge))
    }

    fn rest_of_new(
        &self,
        after: &LegFacts,
        item: &ItemTerms,
        wanted: Decimal,
    ) -> Result<Option<NewCharge>> {
        let full = price(item, wanted)?;
        let (part, exact) = match self.begins {
            Some(begins) => {
                let share = share(after, &begins.period)?;
                (begins.period.part, share.of(full)?)
            }
            None => match self.rest()? {
                Some((rest, share)) => (rest, share.of(full)?),
                None => return Ok(None),
            },
        };
        charge(
            after,
            item,
            ChargeKind::Recurring,
            part,
            wanted,
            exact,
            self.order_id,
        )
        .map(Some)
    }

    /// What is paid in arrears and no longer belongs to the leg is charged up to the day of the change; what stays is
    /// charged at the end of the period, cut where its quantity changed.
    fn close(&self, item: &ItemTerms) -> Result<Vec<NewCharge>> {
        let stays = self.begins.is_none()
            && self
                .after
                .is_some_and(|after| after.terms.item(item.item).is_some());
        let Some(history) = self
            .quantities
            .iter()
            .find(|quantity| quantity.item_id == item.item)
        else {
            return Ok(Vec::new());
        };
        match Period::new(self.period.part.start, self.at) {
            Ok(part) if !stays => {
                let mut charges = Vec::new();
                for part in pause::running(self.before, part)? {
                    let used = (&self.period, part);
                    charges.extend(arrears(self.before, item, history, used, self.order_id)?);
                }
                Ok(charges)
            }
            _ => Ok(Vec::new()),
        }
    }
}

fn quantity_on(quantities: &[ItemQuantity], item: ItemId, date: Date) -> Decimal {
    quantities
        .iter()
        .find(|quantity| quantity.item_id == item)
        .map_or(Decimal::ZERO, |quantity| quantity.on(date))
}

/// Whether a change makes the leg dearer or cheaper for a whole period; alike counts as dearer, as it takes effect at
/// once.
///
/// # Errors
/// Whatever the price models refuse.
pub fn direction(
    before: &LegFacts,
    held: &BTreeMap<ItemId, Decimal>,
    after: &LegFacts,
    wanted: &BTreeMap<ItemId, Decimal>,
) -> Result<Direction> {
    let old = whole_period(before, held)?;
    let new = whole_period(after, wanted)?;
    Ok(if new < old {
        Direction::Downgrade
    } else {
        Direction::Upgrade
    })
}

/// What the recurring items of a leg cost in a whole period of a year's twelfth: prices of plans with other cadences are
/// made comparable by their length in months.
///
/// # Errors
/// Whatever the price models refuse.
pub fn whole_period(leg: &LegFacts, quantities: &BTreeMap<ItemId, Decimal>) -> Result<Decimal> {
    let days = proration::nominal_days(leg.terms.cadence).max(1);
    tradewind_kernel::decimal::div(whole(leg, quantities)?, Decimal::from(days))
}

/// What the recurring items of a leg cost in a whole period.
pub(super) fn whole(leg: &LegFacts, quantities: &BTreeMap<ItemId, Decimal>) -> Result<Decimal> {
    let mut sum = Decimal::ZERO;
    for item in leg
        .terms
        .items
        .iter()
        .filter(|item| item.kind == ItemKind::Recurring)
    {
        if let Some(quantity) = quantities
            .get(&item.item)
            .filter(|quantity| !quantity.is_zero())
        {
            sum = tradewind_kernel::decimal::add(sum, price(item, *quantity)?)?;
        }
    }
    Ok(sum)
}

/// What charges give back, as a positive amount.
///
/// # Errors
/// `overflow`.
pub fn credited(charges: &[NewCharge], zero: Money) -> Result<Money> {
    charges
        .iter()
        .filter(|charge| charge.kind == ChargeKind::Credit)
        .try_fold(zero, |sum, charge| sum.sub(charge.amount))
}
