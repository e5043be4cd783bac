//! Markups and exchange rates: a price model times a factor is a price model again.

use tradewind_kernel::{Decimal, Result, decimal};

use super::{PriceKind, PriceModel, Tier};

impl PriceModel {
    /// This price with a markup in percent (negative for a discount): every price in it times `1 + percent / 100`.
    ///
    /// Exact as long as a price has no more than 28 digits; beyond that its last digit is rounded. Quantities and
    /// bounds of tiers stay as they are. Markups on a passed-through cost compose: +8 %, then +10 % is
    /// +18.8 %.
    ///
    /// # Errors
    /// `overflow` when a price gets too large.
    pub fn marked_up(&self, percent: Decimal) -> Result<Self> {
        let by = factor(percent)?;
        let mut model = self.scaled(by)?;
        if let PriceKind::PassThrough {
            markup_percent,
            exchange_rate,
        } = &self.kind
        {
            // (1 + a)(1 + b) - 1, in percent
            let both = decimal::mul(factor(*markup_percent)?, by)?;
            let over = decimal::sub(both, Decimal::ONE)?;
            model.kind = PriceKind::PassThrough {
                markup_percent: decimal::mul(over, Decimal::ONE_HUNDRED)?.normalize(),
                exchange_rate: *exchange_rate,
            };
        }
        Ok(model)
    }

    /// This price in another currency: every price in it times `rate` (units of the new currency for one of the old).
    ///
    /// What is reported with usage is converted before it is priced, so percentages stay. Of prices of reported amounts, what
    /// is included or free and where tiers begin are money too and go with the rate.
    ///
    /// # Errors
    /// `overflow` when a price gets too large.
    pub fn converted(&self, rate: Decimal) -> Result<Self> {
        let times = |value: Decimal| {
            Ok::<_, tradewind_kernel::Error>(decimal::mul(value, rate)?.normalize())
        };
        let maybe = |value: Option<Decimal>| value.map(times).transpose();
        let kind = match &self.kind {
            PriceKind::Percentage {
                percent,
                per_event,
                free_events,
                free_amount,
                min_per_event,
                max_per_event,
            } => PriceKind::Percentage {
                percent: *percent,
                per_event: times(*per_event)?,
                free_events: *free_events,
                free_amount: maybe(*free_amount)?,
                min_per_event: maybe(*min_per_event)?,
                max_per_event: maybe(*max_per_event)?,
            },
            PriceKind::GraduatedPercentage { tiers, zero_usage } => {
                PriceKind::GraduatedPercentage {
                    tiers: tiers
                        .iter()
                        .map(|tier| {
                            Ok(Tier {
                                up_to: maybe(tier.up_to)?,
                                unit_price: tier.unit_price,
                                flat: times(tier.flat)?,
                                package: maybe(tier.package)?,
                                minimum: maybe(tier.minimum)?,
                                maximum: maybe(tier.maximum)?,
                            })
                        })
                        .collect::<Result<Vec<_>>>()?,
                    zero_usage: *zero_usage,
                }
            }
            PriceKind::PassThrough { .. } => self.kind.clone(),
            _ => return self.scaled(rate),
        };
        Ok(Self {
            kind,
            included: times(self.included)?,
            prepaid: self.prepaid.clone(),
            pooled: self.pooled,
            minimum: maybe(self.minimum)?,
            maximum: maybe(self.maximum)?,
        })
    }

    /// Whether the price says the same in every currency: it names no amount, only percentages of what is reported.
    ///
    /// # Errors
    /// `overflow` when a price gets too large.
    pub fn holds_in_any_currency(&self) -> Result<bool> {
        Ok(self.kind.is_of_amounts() && self.converted(Decimal::TWO)? == *self)
    }

    /// Every price times a factor. Of a passed-through cost only the bounds: what is put on it is its markup.
    fn scaled(&self, factor: Decimal) -> Result<Self> {
        let times = |value: Decimal| {
            Ok::<_, tradewind_kernel::Error>(decimal::mul(value, factor)?.normalize())
        };
        let maybe = |value: Option<Decimal>| value.map(times).transpose();
        let tiers = |tiers: &[Tier]| {
            tiers
                .iter()
                .map(|tier| {
                    Ok(Tier {
                        unit_price: times(tier.unit_price)?,
                        flat: times(tier.flat)?,
                        minimum: maybe(tier.minimum)?,
                        maximum: maybe(tier.maximum)?,
                        ..tier.clone()
                    })
                })
                .collect::<Result<Vec<_>>>()
        };
        let kind = match &self.kind {
            PriceKind::Flat { amount } => PriceKind::Flat {
                amount: times(*amount)?,
            },
            PriceKind::PerUnit { unit_price } => PriceKind::PerUnit {
                unit_price: times(*unit_price)?,
            },
            PriceKind::Graduated {
                tiers: old,
                zero_usage,
            } => PriceKind::Graduated {
                tiers: tiers(old)?,
                zero_usage: *zero_usage,
            },
            PriceKind::Volume {
                tiers: old,
                zero_usage,
                bounds,
            } => PriceKind::Volume {
                tiers: tiers(old)?,
                zero_usage: *zero_usage,
                bounds: *bounds,
            },
            PriceKind::GraduatedPercentage {
                tiers: old,
                zero_usage,
            } => PriceKind::GraduatedPercentage {
                tiers: tiers(old)?,
                zero_usage: *zero_usage,
            },
            PriceKind::Stairstep {
                steps,
                zero_usage,
                bounds,
            } => PriceKind::Stairstep {
                steps: steps
                    .iter()
                    .map(|step| {
                        Ok(super::Step {
                            amount: times(step.amount)?,
                            ..step.clone()
                        })
                    })
                    .collect::<Result<Vec<_>>>()?,
                zero_usage: *zero_usage,
                bounds: *bounds,
            },
            PriceKind::Package { size, amount } => PriceKind::Package {
                size: *size,
                amount: times(*amount)?,
            },
            PriceKind::Percentage {
                percent,
                per_event,
                free_events,
                free_amount,
                min_per_event,
                max_per_event,
            } => PriceKind::Percentage {
                percent: times(*percent)?,
                per_event: times(*per_event)?,
                free_events: *free_events,
                free_amount: *free_amount,
                min_per_event: maybe(*min_per_event)?,
                max_per_event: maybe(*max_per_event)?,
            },
            PriceKind::Matrix { dimensions, rows } => PriceKind::Matrix {
                dimensions: dimensions.clone(),
                rows: rows
                    .iter()
                    .map(|row| {
                        Ok(super::MatrixRow {
                            unit_price: times(row.unit_price)?,
                            ..row.clone()
                        })
                    })
                    .collect::<Result<Vec<_>>>()?,
            },
            PriceKind::PassThrough { .. } => self.kind.clone(),
        };
        Ok(Self {
            kind,
            included: self.included,
            prepaid: self.prepaid.clone(),
            pooled: self.pooled,
            minimum: maybe(self.minimum)?,
            maximum: maybe(self.maximum)?,
        })
    }
}

/// `1 + percent / 100`, exactly.
pub(crate) fn factor(percent: Decimal) -> Result<Decimal> {
    decimal::add(Decimal::ONE, hundredth(percent)?)
}

/// `percent / 100`, exactly.
pub(crate) fn hundredth(percent: Decimal) -> Result<Decimal> {
    decimal::mul(percent, Decimal::new(1, 2))
}
