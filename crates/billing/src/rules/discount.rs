//! What discounts take off the charges of a leg. Each discount on each item becomes a charge of its own; what was granted for a
//! period is read off those charges, so that nothing has to be counted beside them.

use std::collections::{BTreeMap, BTreeSet};

use tradewind_catalogue::types::{ItemKind, ItemTerms, Timing};
use tradewind_kernel::{
    Date, Decimal, Money, Result, Rounding,
    calendar::Period,
    decimal,
    id::{ItemId, OrderId},
};
use tradewind_pricing::{
    Ratio,
    cycles::ServicePeriod,
    discount::{self as pricing, Applies, Discount, DiscountKind, StackingPolicy},
};

use super::pause;
use super::period::{charge, price};
use crate::types::{ChargeKind, DiscountUse, Grant, LegFacts, NewCharge};

/// What an item costs in the whole of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Whole {
    pub(super) item: ItemId,
    pub(super) exact: Decimal,
}

/// By discount and item, what is taken off.
type Taken = BTreeMap<(usize, ItemId), Decimal>;

/// The discounts of a leg while charges are made: what one charge uses up is gone for the next.
#[derive(Debug, Clone)]
pub struct Discounts {
    grants: Vec<Grant>,
}

impl Discounts {
    /// Those of a leg.
    #[must_use]
    pub fn of(leg: &LegFacts) -> Self {
        Self {
            grants: leg.grants.clone(),
        }
    }

    /// Some discounts.
    #[must_use]
    pub const fn new(grants: Vec<Grant>) -> Self {
        Self { grants }
    }

    /// As they are now.
    #[must_use]
    pub fn into_grants(self) -> Vec<Grant> {
        self.grants
    }

    /// What is taken off some charges that belong to one billing period, named by its first day.
    ///
    /// # Errors
    /// `overflow`.
    pub fn on_charges(
        &mut self,
        leg: &LegFacts,
        period_on: Date,
        charges: &[NewCharge],
    ) -> Result<Vec<NewCharge>> {
        self.on_share(leg, period_on, charges, Ratio::ONE)
    }

    /// As [`Self::on_charges`], for a share of a period: of amounts by the period, the same share is taken off.
    fn on_share(
        &mut self,
        leg: &LegFacts,
        period_on: Date,
        charges: &[NewCharge],
        share: Ratio,
    ) -> Result<Vec<NewCharge>> {
        if self.grants.is_empty() || charges.is_empty() {
            return Ok(Vec::new());
        }
        let lines: Vec<(Whole, &NewCharge)> = charges
            .iter()
            .filter_map(|charge| {
                let item = charge.item_id?;
                let exact = charge.exact;
                Some((Whole { item, exact }, charge))
            })
            .collect();
        let wholes: Vec<Whole> = lines.iter().map(|(whole, _)| *whole).collect();
        let mut made = Vec::new();
        for (place, grant, exact) in self.shares(leg, period_on, &wholes, Of::Charged(share))? {
            let Some((_, like)) = lines.get(place) else {
                continue;
            };
            let terms = leg.terms.item(wholes[place].item);
            let Some(item) = terms else { continue };
            let granted = self.granted(grant, leg, item, like.period, period_on, like.order_id);
            made.push(granted(whole_of(exact, share)?, exact)?);
        }
        self.note_all(&made)?;
        Ok(made)
    }

    /// What is taken off the charges of a period, be it a whole one or a stub.
    ///
    /// # Errors
    /// As [`Self::on_part`].
    pub fn on_period(
        &mut self,
        leg: &LegFacts,
        service: &ServicePeriod,
        charges: &[NewCharge],
    ) -> Result<Vec<NewCharge>> {
        let paid = pause::time_paid(leg, service)?;
        match paid {
            Some((time, share)) if service.is_stub() || time != service.part => {
                self.on_part(leg, service, (time, share), charges)
            }
            _ => self.on_charges(leg, service.part.start, charges),
        }
    }

    /// What is taken off the charges of a part of a period, such as a stub: amounts and price overrides are those of a whole
    /// period, and the part gets its share of them. It counts as one of the periods of a discount.
    ///
    /// # Errors
    /// `overflow`; whatever the price models refuse.
    pub(super) fn on_part(
        &mut self,
        leg: &LegFacts,
        service: &ServicePeriod,
        (time, share): (Period, Ratio),
        charges: &[NewCharge],
    ) -> Result<Vec<NewCharge>> {
        if self.grants.is_empty() {
            return Ok(Vec::new());
        }
        let by_time = |charge: &&NewCharge| charge.kind == ChargeKind::Recurring;
        let begun: BTreeMap<ItemId, Decimal> = charges
            .iter()
            .filter(by_time)
            .filter_map(|charge| Some((charge.item_id?, charge.quantity)))
            .filter(|(item, _)| in_advance(leg).any(|of| of.item == *item))
            .collect();
        let order_id = charges.iter().find_map(|charge| charge.order_id);
        // What begins is what is left of the period after nothing was held.
        let mut made = if share.part == 0 {
            Vec::new()
        } else {
            self.on_rest(&Rest {
                before: leg,
                after: Some(leg),
                wanted: &begun,
                period_on: service.part.start,
                time,
                share,
                order_id,
            })?
        };
        let (over, once): (Vec<NewCharge>, Vec<NewCharge>) = charges
            .iter()
            .filter(|charge| charge.item_id.is_none_or(|item| !begun.contains_key(&item)))
            .cloned()
            .partition(|charge| charge.kind == ChargeKind::Recurring);
        made.extend(self.on_share(leg, service.part.start, &over, share)?);
        made.extend(self.on_charges(leg, service.part.start, &once)?);
        Ok(made)
    }

    /// Takes over what charges say: what they grant, and what they leave of budgets.
    ///
    /// # Errors
    /// `overflow`.
    pub fn note_all(&mut self, charges: &[NewCharge]) -> Result<()> {
        for charge in charges {
            let Some(granted) = &charge.discount else {
                continue;
            };
            for grant in &mut self.grants {
                if grant.coupon_id == granted.coupon_id
                    && let Some(left) = grant.left
                    && left.currency == charge.amount.currency
                {
                    grant.left = Some(left.add(charge.amount)?);
                }
                if grant.redemption_id == granted.redemption_id
                    && let Some(item) = charge.item_id
                {
                    grant.note(granted, item, charge.period.start)?;
                }
            }
        }
        Ok(())
    }

    /// A discount on an item, or what takes it back: `whole` is what it comes to in the whole period, `exact` in the time of
    /// the charge.
    fn granted<'a>(
        &'a self,
        grant: usize,
        leg: &'a LegFacts,
        item: &'a ItemTerms,
        period: Period,
        period_on: Date,
        order_id: Option<OrderId>,
    ) -> impl Fn(Decimal, Decimal) -> Result<NewCharge> + 'a {
        move |whole, exact| {
            let of = &self.grants[grant];
            let back = exact < Decimal::ZERO;
            let kind = if back {
                ChargeKind::Credit
            } else {
                ChargeKind::Discount
            };
            let made = charge(leg, item, kind, period, Decimal::ONE, -exact, order_id)?;
            // What is taken off is rounded as what it is taken off, so that a whole price leaves nothing behind.
            let rounding = mirrored(made.rounding);
            Ok(NewCharge {
                description: Self::described(of, leg, item),
                unit: String::new(),
                unit_price: None,
                rounding,
                amount: Money::from_exact(-exact, leg.terms.currency, rounding)?,
                discount: Some(DiscountUse {
                    coupon_id: of.coupon_id,
                    redemption_id: of.redemption_id,
                    period_on,
                    whole,
                    usage: false,
                }),
                ..made
            })
        }
    }

    /// What a document says of a discount: its name, its code and the item.
    pub(super) fn described(grant: &Grant, leg: &LegFacts, item: &ItemTerms) -> String {
        let name = grant.terms.name.get(leg.locale);
        let item = item.name.get(leg.locale);
        match &grant.terms.code {
            Some(code) => format!("{name} ({code}): {item}"),
            None => format!("{name}: {item}"),
        }
    }

    /// What each discount takes off each line: place of the line, place of the discount, exact amount.
    fn shares(
        &self,
        leg: &LegFacts,
        period_on: Date,
        lines: &[Whole],
        of: Of,
    ) -> Result<Vec<(usize, usize, Decimal)>> {
        let part = of.part();
        let (currency, rounding) = (leg.terms.currency, leg.terms.policies.rounding);
        let mut which = Vec::new();
        let mut discounts = Vec::new();
        for (i, grant) in self.grants.iter().enumerate() {
            if !grant.terms.scope.covers.purchases() || !grant.holds(leg, period_on) {
                continue;
            }
            let places = (0..lines.len())
                .filter(|place| grant.terms.scope.has_item(lines[*place].item))
                .collect::<Vec<_>>();
            if let Some(kind) = grant.kind(period_on)?
                && !places.is_empty()
            {
                which.push(i);
                discounts.push(Discount {
                    kind: of.scaled(kind)?,
                    applies: Applies::Lines(places),
                });
            }
        }
        if discounts.is_empty() {
            return Ok(Vec::new());
        }
        let prices = lines
            .iter()
            .map(|line| Money::from_exact(line.exact, currency, rounding))
            .collect::<Result<Vec<_>>>()?;
        let policy = StackingPolicy {
            order: leg.terms.policies.stacking,
            rounding,
            ..StackingPolicy::default()
        };
        loop {
            let applied = pricing::apply(&prices, &discounts, &policy, Money::zero(currency))?;
            let shares = exact_shares(lines, &applied)?;
            // A budget that does not reach is taken as the amount that is left of it.
            let mut reaches = true;
            for (at, grant) in which.iter().enumerate() {
                let Some(left) = self.grants[*grant].left else {
                    continue;
                };
                let cost = cost(&shares, at, currency, rounding, part)?;
                if cost.minor > left.minor.max(0) {
                    let most = match part {
                        Some(part) => whole_of(left.to_decimal().max(Decimal::ZERO), part)?,
                        None => left.to_decimal().max(Decimal::ZERO),
                    };
                    let amount = decimal::round(most, currency.exponent(), Rounding::Down);
                    if discounts[at].kind == (DiscountKind::Amount { amount }) {
                        continue;
                    }
                    discounts[at].kind = DiscountKind::Amount { amount };
                    reaches = false;
                }
            }
            if reaches {
                return Ok(shares
                    .into_iter()
                    .map(|(place, at, exact)| (place, which[at], exact))
                    .collect());
            }
        }
    }

    /// By discount and item, what is granted for a period, of some items.
    fn in_force(&self, period_on: Date, items: &BTreeSet<ItemId>) -> Taken {
        let mut found = Taken::new();
        for (i, grant) in self.grants.iter().enumerate() {
            for (item, whole) in grant.granted.get(&period_on).into_iter().flatten() {
                if items.contains(item) && !whole.is_zero() {
                    found.insert((i, *item), *whole);
                }
            }
        }
        found
    }

    /// What a change in the middle of a period does to the discounts on what is paid in advance: the rest of those that held
    /// is taken back, and the rest of those that hold now is granted. What stays the same is left alone.
    ///
    /// # Errors
    /// `overflow`; whatever the price models refuse.
    pub fn on_rest(&mut self, rest: &Rest<'_>) -> Result<Vec<NewCharge>> {
        let held: BTreeSet<ItemId> = in_advance(rest.before).map(|item| item.item).collect();
        let mut lines = Vec::new();
        if let Some(after) = rest.after {
            for item in in_advance(after) {
                if let Some(wanted) = rest.wanted.get(&item.item).filter(|q| !q.is_zero()) {
                    lines.push(Whole {
                        item: item.item,
                        exact: price(item, *wanted)?,
                    });
                }
            }
        }
        let replaced: BTreeSet<ItemId> = held
            .into_iter()
            .chain(lines.iter().map(|line| line.item))
            .collect();
        let was = self.in_force(rest.period_on, &replaced);
        // What is taken back is there to be granted again.
        let back = was
            .iter()
            .map(|((grant, item), whole)| self.part(rest, *grant, *item, -*whole))
            .collect::<Result<Vec<_>>>()?;
        let mut freed = self.clone();
        freed.note_all(&back.iter().flatten().cloned().collect::<Vec<_>>())?;
        let mut is = Taken::new();
        if let Some(after) = rest.after {
            let shares = freed.shares(after, rest.period_on, &lines, Of::Rest(rest.share))?;
            for (place, grant, whole) in shares {
                let sum = is.entry((grant, lines[place].item)).or_default();
                *sum = decimal::add(*sum, whole)?;
            }
        }
        let mut made = Vec::new();
        for ((key, whole), back) in was.iter().zip(back) {
            if is.get(key) == Some(whole) {
                is.remove(key);
            } else {
                made.extend(back);
            }
        }
        for ((grant, item), whole) in is {
            made.extend(self.part(rest, grant, item, whole)?);
        }
        self.note_all(&made)?;
        Ok(made)
    }

    /// What discounts took off suspended time of a period, in which they do not change, and which is given back with its price; they
    /// hold for the rest of the period as before.
    ///
    /// # Errors
    /// `overflow`.
    pub(super) fn on_pause(
        &mut self,
        leg: &LegFacts,
        period_on: Date,
        (time, share): (Period, Ratio),
        order_id: Option<OrderId>,
    ) -> Result<Vec<NewCharge>> {
        let mut made = Vec::new();
        for (i, grant) in self.grants.iter().enumerate() {
            for terms in in_advance(leg) {
                let whole = grant.in_force_on(period_on, terms.item, time.start)?;
                let exact = -share.of(whole)?;
                if !exact.is_zero() {
                    let granted = self.granted(i, leg, terms, time, period_on, order_id);
                    made.push(granted(Decimal::ZERO, exact)?);
                }
            }
        }
        self.note_all(&made)?;
        Ok(made)
    }

    /// The part of a discount that falls on the rest of a period.
    fn part(
        &self,
        rest: &Rest<'_>,
        grant: usize,
        item: ItemId,
        whole: Decimal,
    ) -> Result<Option<NewCharge>> {
        let taken_back = whole < Decimal::ZERO;
        let leg = if taken_back {
            rest.before
        } else {
            rest.after.unwrap_or(rest.before)
        };
        let Some(terms) = leg.terms.item(item) else {
            return Ok(None);
        };
        let mut exact = rest.share.of(whole)?;
        let mut whole = whole;
        if self.grants[grant].left.is_some() && !taken_back {
            // A budget pays whole minor units only, and what it paid is what will be taken back.
            exact = decimal::round(exact, leg.terms.currency.exponent(), Rounding::Down);
            whole = whole_of(exact, rest.share)?;
        }
        if exact.is_zero() {
            return Ok(None);
        }
        let granted = self.granted(grant, leg, terms, rest.time, rest.period_on, rest.order_id);
        granted(whole, exact).map(Some)
    }
}

/// What lines are to the period that they belong to.
#[derive(Debug, Clone, Copy)]
enum Of {
    /// What is charged for a share of it.
    Charged(Ratio),
    /// Prices of the whole of it, of which a share is charged; discounts are still those of the whole.
    Rest(Ratio),
}

impl Of {
    const fn part(self) -> Option<Ratio> {
        match self {
            Self::Charged(_) => None,
            Self::Rest(share) => Some(share),
        }
    }

    /// A discount by the period, for these lines.
    fn scaled(self, kind: DiscountKind) -> Result<DiscountKind> {
        let Self::Charged(share) = self else {
            return Ok(kind);
        };
        Ok(match kind {
            DiscountKind::Amount { amount } => DiscountKind::Amount {
                amount: share.of(amount)?,
            },
            DiscountKind::PriceOverride { amount } => DiscountKind::PriceOverride {
                amount: share.of(amount)?,
            },
            other => other,
        })
    }
}

/// The rest of a period in which a leg changes.
#[derive(Debug)]
pub struct Rest<'a> {
    /// The leg as it was.
    pub before: &'a LegFacts,
    /// The leg as it will be; none when what it holds ends here.
    pub after: Option<&'a LegFacts>,
    /// The quantities as they will be.
    pub wanted: &'a BTreeMap<ItemId, Decimal>,
    /// First day of the whole period.
    pub period_on: Date,
    /// The rest.
    pub time: Period,
    /// Its share of the whole.
    pub share: Ratio,
    /// The order behind it.
    pub order_id: Option<OrderId>,
}

/// The items of a leg that are paid in advance for a period.
fn in_advance(leg: &LegFacts) -> impl Iterator<Item = &ItemTerms> {
    leg.terms
        .items
        .iter()
        .filter(|item| item.kind == ItemKind::Recurring && item.timing == Timing::Advance)
}

/// The shares of the discounts as exact amounts: a line that they take wholly is taken to its last fraction of a cent.
pub(super) fn exact_shares(
    lines: &[Whole],
    applied: &pricing::Discounted,
) -> Result<Vec<(usize, usize, Decimal)>> {
    let mut found = Vec::new();
    for (place, (line, discounted)) in lines.iter().zip(&applied.lines).enumerate() {
        let mut left = line.exact;
        for (i, share) in discounted.shares.iter().enumerate() {
            let is_last = i + 1 == discounted.shares.len();
            let taken = if is_last && discounted.after.is_zero() {
                left
            } else {
                share.amount.min(left)
            };
            left = decimal::sub(left, taken)?;
            if !taken.is_zero() {
                found.push((place, share.discount, taken));
            }
        }
    }
    Ok(found)
}

/// What a discount costs its seller.
fn cost(
    shares: &[(usize, usize, Decimal)],
    discount: usize,
    currency: tradewind_kernel::Currency,
    rounding: Rounding,
    part: Option<Ratio>,
) -> Result<Money> {
    let of = shares.iter().filter(|(_, at, _)| *at == discount);
    of.map(|(_, _, exact)| match part {
        Some(part) => Money::from_exact(part.of(*exact)?, currency, Rounding::Down),
        None => Money::from_exact(*exact, currency, rounding),
    })
    .try_fold(Money::zero(currency), |sum, amount| sum.add(amount?))
}

/// The whole of which a part comes to an amount.
fn whole_of(amount: Decimal, part: Ratio) -> Result<Decimal> {
    let one = part.of(Decimal::ONE)?;
    if one.is_zero() {
        return Ok(Decimal::ZERO);
    }
    decimal::div(amount, one)
}

/// The mode that rounds the opposite of an amount to the opposite of what this one rounds the amount to.
pub(super) const fn mirrored(rounding: Rounding) -> Rounding {
    match rounding {
        Rounding::Ceiling => Rounding::Floor,
        Rounding::Floor => Rounding::Ceiling,
        other => other,
    }
}

/// The leg after some charges: what they granted is granted, what they used up is gone.
///
/// # Errors
/// `overflow`.
pub fn continued(leg: &LegFacts, charges: &[NewCharge]) -> Result<LegFacts> {
    let mut discounts = Discounts::of(leg);
    discounts.note_all(charges)?;
    Ok(LegFacts {
        grants: discounts.into_grants(),
        ..leg.clone()
    })
}
