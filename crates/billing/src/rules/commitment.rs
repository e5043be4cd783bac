//! What a commitment comes to: computed from everything that was charged in its span, so that it is the same however often
//! and in whatever order things came to be known. What was settled before is compared with it, and the difference charged.

use std::collections::BTreeMap;

use tradewind_catalogue::types::{
    Commitment, CommitmentCounts, CommitmentLeaving, ItemKind, ItemTerms, QuantityCommitment,
};
use tradewind_kernel::{
    Date, Decimal, Money, Result, Text,
    calendar::{self, Period},
    decimal,
    id::LegId,
};
use tradewind_pricing::{
    Ratio,
    commitment::{into_bounds, quantity_settled},
};
use tradewind_tax::types::TaxCategory;

use crate::types::{ChargeKind, LegFacts, NewCharge};

/// What was settled, by part of the commitment.
pub type Settled = BTreeMap<String, Decimal>;

/// The minimum or the maximum.
const SPEND: &str = "spend";

/// A charge, as far as commitments look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The leg.
    pub leg_id: LegId,
    /// Why it exists.
    pub kind: ChargeKind,
    /// Code of its item.
    pub item_code: String,
    /// How much of it.
    pub quantity: Decimal,
    /// The exact amount.
    pub exact: Decimal,
    /// The first day after the time it is for; for usage, after its month.
    pub ends_on: Date,
}

/// One span of a commitment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommittedSpan {
    /// Its first day.
    pub since_on: Date,
    /// The first day after it; earlier than agreed where the sale has ended.
    pub until_on: Date,
    /// The first day after it as agreed.
    pub agreed_on: Date,
    /// Whether the sale has ended with it: then everything that comes after belongs to it.
    pub ended: bool,
}

impl CommittedSpan {
    /// The span that begins on a day.
    ///
    /// # Errors
    /// `out_of_range`.
    pub fn begin(commitment: &Commitment, since_on: Date) -> Result<Self> {
        let until_on = calendar::schedule(since_on, commitment.over, 1)?;
        Ok(Self {
            since_on,
            until_on,
            agreed_on: until_on,
            ended: false,
        })
    }

    fn has(&self, charge: &Counted) -> bool {
        charge.ends_on > self.since_on && (self.ended || charge.ends_on <= self.until_on)
    }

    /// The share of the commitment that is left of it.
    fn share(&self, leaving: CommitmentLeaving) -> Result<Ratio> {
        if self.until_on >= self.agreed_on || leaving == CommitmentLeaving::Full {
            return Ok(Ratio::ONE);
        }
        if leaving == CommitmentLeaving::Nothing {
            return Ok(Ratio::ZERO);
        }
        Ratio::new(
            calendar::days_between(self.since_on, self.until_on).max(0),
            calendar::days_between(self.since_on, self.agreed_on),
        )
    }

    fn period(&self) -> Result<Period> {
        let end = if self.until_on > self.since_on {
            self.until_on
        } else {
            calendar::add_days(self.since_on, 1)?
        };
        Period::new(self.since_on, end)
    }
}

/// What a span has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// What counts toward the minimum and the maximum, without what quantities come to.
    pub spend: Decimal,
    /// How much was used of each item that has a committed quantity.
    pub used: BTreeMap<String, Decimal>,
}

/// Measures a span on a leg.
///
/// # Errors
/// `overflow`.
pub fn measure(
    leg: &LegFacts,
    commitment: &Commitment,
    span: &CommittedSpan,
    charges: &[Counted],
) -> Result<Measured> {
    let mut measured = Measured {
        spend: Decimal::ZERO,
        used: BTreeMap::new(),
    };
    for (quantity, _) in quantities(leg, commitment) {
        measured.used.insert(quantity.item.clone(), Decimal::ZERO);
    }
    let own = charges.iter().filter(|charge| charge.leg_id == leg.id);
    for charge in own.filter(|charge| span.has(charge)) {
        let counts = match charge.kind {
            ChargeKind::Metered => true,
            ChargeKind::Recurring | ChargeKind::Credit => {
                commitment.counts == CommitmentCounts::Everything
            }
            ChargeKind::OneTime
            | ChargeKind::Discount
            | ChargeKind::Adjustment
            | ChargeKind::Commitment => false,
        };
        if counts {
            measured.spend = decimal::add(measured.spend, charge.exact)?;
        }
        if charge.kind == ChargeKind::Metered
            && let Some(used) = measured.used.get_mut(&charge.item_code)
        {
            *used = decimal::add(*used, charge.quantity)?;
        }
    }
    Ok(measured)
}

/// The committed quantities of items that the terms have.
fn quantities<'a>(
    leg: &'a LegFacts,
    commitment: &'a Commitment,
) -> impl Iterator<Item = (&'a QuantityCommitment, &'a ItemTerms)> {
    let metered = |code: &str| {
        (leg.terms.items.iter()).find(|item| item.kind == ItemKind::Metered && item.code == code)
    };
    (commitment.quantities.iter()).filter_map(move |one| Some((one, metered(&one.item)?)))
}

/// What a span has to be settled with, part by part, each rounded by itself. While it runs, only what is beyond its maximum
/// is.
///
/// # Errors
/// `overflow`.
pub fn due(
    leg: &LegFacts,
    commitment: &Commitment,
    span: &CommittedSpan,
    measured: &Measured,
    is_over: bool,
) -> Result<Settled> {
    let share = span.share(commitment.leaving)?;
    let (currency, rounding) = (leg.terms.currency, leg.terms.policies.rounding);
    let rounded = |exact: Decimal| {
        Ok::<_, tradewind_kernel::Error>(Money::from_exact(exact, currency, rounding)?.to_decimal())
    };
    let mut settled = Settled::new();
    let mut spend = measured.spend;
    if is_over {
        for (one, _) in quantities(leg, commitment) {
            let used = measured.used.get(&one.item).copied().unwrap_or_default();
            let quantity = share.of(one.quantity)?;
            let exact = quantity_settled(quantity, used, one.unit_price, one.overage)?;
            let amount = rounded(exact)?;
            spend = decimal::add(spend, amount)?;
            settled.insert(format!("quantity:{}", one.item), amount);
        }
    }
    let minimum = commitment.minimum.filter(|_| is_over);
    let minimum = minimum.map(|least| share.of(least)).transpose()?;
    let exact = into_bounds(minimum, commitment.maximum, spend)?;
    settled.insert(SPEND.to_owned(), rounded(exact)?);
    Ok(settled)
}

/// The charges that bring what was settled before up to what is due now.
///
/// # Errors
/// `overflow`.
pub fn settle(
    leg: &LegFacts,
    commitment: &Commitment,
    span: &CommittedSpan,
    before: &Settled,
    now: &Settled,
) -> Result<Vec<NewCharge>> {
    let of = |settled: &Settled, part: &str| settled.get(part).copied().unwrap_or_default();
    let mut charges = Vec::new();
    for (one, item) in quantities(leg, commitment) {
        let part = format!("quantity:{}", one.item);
        let exact = decimal::sub(of(now, &part), of(before, &part))?;
        if !exact.is_zero() {
            let name = item.name.get(leg.locale);
            let words = Text::en(format!("{name}: committed quantity"))
                .with("de", format!("{name}: vereinbarte Menge"));
            charges.push(charge(leg, span, Some(item), &words, exact)?);
        }
    }
    let (was, is) = (of(before, SPEND), of(now, SPEND));
    let exact = decimal::sub(is, was)?;
    if !exact.is_zero() {
        let words = if is.is_sign_negative() || was.is_sign_negative() {
            Text::en("Agreed maximum").with("de", "Vereinbarter Höchstbetrag")
        } else {
            Text::en("Committed minimum").with("de", "Vereinbarter Mindestumsatz")
        };
        charges.push(charge(leg, span, None, &words, exact)?);
    }
    Ok(charges)
}

fn charge(
    leg: &LegFacts,
    span: &CommittedSpan,
    item: Option<&ItemTerms>,
    words: &Text,
    exact: Decimal,
) -> Result<NewCharge> {
    let (terms, policies) = (&leg.terms, &leg.terms.policies);
    // Taxed as what it is paid for: the first item that is not paid once.
    let taxed = item.or_else(|| {
        let mut items = terms.items.iter();
        items.find(|item| item.kind != ItemKind::OneTime)
    });
    Ok(NewCharge {
        leg_id: leg.id,
        subscription_id: leg.subscription_id,
        seller_id: leg.seller_id,
        buyer_id: leg.buyer_id,
        item_id: item.map(|item| item.item),
        item_code: item.map_or_else(|| "commitment".to_owned(), |item| item.code.clone()),
        kind: ChargeKind::Commitment,
        description: words.get(leg.locale).to_owned(),
        group_label: leg.heading.clone(),
        period: span.period()?,
        quantity: Decimal::ONE,
        unit: String::new(),
        unit_price: None,
        exact,
        rounding: policies.rounding,
        tax_included: policies.tax_included,
        tax_category: taxed.map_or_else(TaxCategory::default, |item| leg.tax_category(item)),
        amount: Money::from_exact(exact, terms.currency, policies.rounding)?,
        reverses: None,
        usage: None,
        rate: Vec::new(),
        discount: None,
        order_id: None,
    })
}

/// The day on which a span is settled: its end, or, where the sale ends with it and usage of its last month is still to be
/// charged, the end of that month.
///
/// # Errors
/// `out_of_range`.
pub fn settle_on(until_on: Date, ended: bool, metered: bool) -> Result<Date> {
    if !ended || !metered || until_on == until_on.first_of_month() {
        return Ok(until_on);
    }
    calendar::add_months(until_on.first_of_month(), 1)
}

/// The commitment of a leg, if it has one.
#[must_use]
pub fn of(leg: &LegFacts) -> Option<&Commitment> {
    leg.terms.policies.commitment.as_ref()
}

/// Whether a leg charges for usage.
#[must_use]
pub fn is_metered(leg: &LegFacts) -> bool {
    (leg.terms.items.iter()).any(|item| item.kind == ItemKind::Metered)
}
