//! Tiers, steps and rows of a price as a table.

use tradewind_kernel::Decimal;
use tradewind_pricing::{PriceKind, PriceModel, Step, Tier, TierBounds};

use super::PriceWords;
use crate::format;

/// A price that needs a table: what it says in a sentence, heads of columns, and rows of words and figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceTable {
    /// How the rows are to be read.
    pub lead: String,
    /// The heads of the columns.
    pub heads: Vec<String>,
    /// The first column that holds figures; all after it do.
    pub figures_from: usize,
    /// One cell for each column.
    pub rows: Vec<Vec<String>>,
}

/// An amount that a tier may have.
type AmountOf = fn(&Tier) -> Option<Decimal>;

/// Whether tiers say more than a headline does.
fn needs_table(tiers: &[Tier]) -> bool {
    tiers.len() > 1 || tiers.iter().any(Tier::is_bounded)
}

impl PriceWords {
    /// The table of a price; none where the headline says it all.
    #[must_use]
    pub fn table(&self, model: &PriceModel) -> Option<PriceTable> {
        match &model.kind {
            PriceKind::Graduated { tiers, .. } if needs_table(tiers) => {
                Some(self.tiers("price-graduated-lead", tiers, TierBounds::UpperInclusive))
            }
            PriceKind::Volume { tiers, bounds, .. } if needs_table(tiers) => {
                Some(self.tiers("price-volume-lead", tiers, *bounds))
            }
            PriceKind::GraduatedPercentage { tiers, .. } if needs_table(tiers) => {
                Some(self.shares(tiers))
            }
            PriceKind::Stairstep { steps, bounds, .. } if steps.len() > 1 => {
                Some(self.steps(model, steps, *bounds))
            }
            PriceKind::Matrix { dimensions, rows } => {
                let included = rows.iter().any(|row| !row.included.is_zero());
                let mut heads: Vec<String> =
                    dimensions.iter().map(|name| self.dimension(name)).collect();
                let figures_from = heads.len();
                if included {
                    heads.push(self.text("price-col-included"));
                }
                heads.push(self.text("price-col-price"));
                let cells = rows.iter().map(|row| {
                    let mut cells: Vec<String> = dimensions
                        .iter()
                        .map(|name| match row.when.get(name) {
                            Some(value) => value.clone(),
                            None => self.text("price-any"),
                        })
                        .collect();
                    if included {
                        cells.push(self.quantity(row.included));
                    }
                    cells.push(self.per_unit(row.unit_price));
                    cells
                });
                Some(PriceTable {
                    lead: self.text("price-matrix-lead"),
                    figures_from,
                    rows: cells.collect(),
                    heads,
                })
            }
            _ => None,
        }
    }

    fn tiers(&self, lead: &str, tiers: &[Tier], bounds: TierBounds) -> PriceTable {
        let amounts = self.amounts(tiers);
        let mut heads = vec![
            self.text("price-col-quantity"),
            self.text("price-col-price"),
        ];
        heads.extend(amounts.iter().map(|(head, _)| head.clone()));
        let ranges = self.ranges(tiers.iter().map(|tier| tier.up_to), bounds);
        let rows = tiers.iter().zip(ranges).map(|(tier, range)| {
            let price = match tier.package {
                _ if tier.unit_price.is_zero() && tier.flat.is_zero() => self.text("price-free"),
                _ if tier.unit_price.is_zero() => "–".to_owned(),
                Some(size) => self.per_package(tier.unit_price, size),
                None => self.per_unit(tier.unit_price),
            };
            let amounts = amounts.iter().map(|(_, of)| self.amount_of(*of, tier));
            [range, price].into_iter().chain(amounts).collect()
        });
        PriceTable {
            lead: self.text(lead),
            figures_from: 1,
            rows: rows.collect(),
            heads,
        }
    }

    fn shares(&self, tiers: &[Tier]) -> PriceTable {
        let amounts = self.amounts(tiers);
        let mut heads = vec![self.text("price-col-amount"), self.text("price-col-share")];
        heads.extend(amounts.iter().map(|(head, _)| head.clone()));
        let reported = Self::of(self.locale, self.currency, "", "");
        let bounds = tiers.iter().map(|tier| tier.up_to);
        let ranges = reported.ranges(bounds, TierBounds::UpperInclusive);
        let rows = tiers.iter().zip(ranges).map(|(tier, range)| {
            let cells = [range, self.percent(tier.unit_price)];
            let amounts = amounts.iter().map(|(_, of)| self.amount_of(*of, tier));
            cells.into_iter().chain(amounts).collect()
        });
        PriceTable {
            lead: self.text("price-graduated-percentage-lead"),
            figures_from: 1,
            rows: rows.collect(),
            heads,
        }
    }

    /// The amounts that some tier has beside its price, each with the head of its column.
    fn amounts(&self, tiers: &[Tier]) -> Vec<(String, AmountOf)> {
        let known: [(&str, AmountOf); 3] = [
            ("price-col-flat", |tier| {
                Some(tier.flat).filter(|flat| !flat.is_zero())
            }),
            ("price-col-least", |tier| tier.minimum),
            ("price-col-most", |tier| tier.maximum),
        ];
        let used = known
            .into_iter()
            .filter(|(_, of)| tiers.iter().any(|tier| of(tier).is_some()));
        used.map(|(head, of)| (self.text(head), of)).collect()
    }

    fn amount_of(&self, of: AmountOf, tier: &Tier) -> String {
        of(tier).map_or_else(|| "–".to_owned(), |amount| self.price(amount))
    }

    fn steps(&self, model: &PriceModel, steps: &[Step], bounds: TierBounds) -> PriceTable {
        let packages = model.packages();
        if packages.is_empty() {
            let ranges = self.ranges(steps.iter().map(|step| step.up_to), bounds);
            let rows = steps.iter().zip(ranges);
            return PriceTable {
                lead: self.text("price-stairstep-lead"),
                heads: vec![
                    self.text("price-col-quantity"),
                    self.text("price-col-total"),
                ],
                figures_from: 1,
                rows: rows
                    .map(|(step, range)| vec![range, self.price(step.amount)])
                    .collect(),
            };
        }
        let bounded = steps.iter().any(|step| step.up_to.is_some());
        let mut heads = vec![self.text("price-col-package")];
        if bounded {
            heads.push(self.text("price-col-quantity"));
        }
        heads.push(self.text("price-col-total"));
        let ranges = self.ranges(steps.iter().map(|step| step.up_to), bounds);
        let rows = packages.iter().zip(ranges).map(|(package, range)| {
            let mut cells = vec![package.tag.to_owned()];
            if bounded {
                cells.push(range);
            }
            cells.push(self.price(package.amount));
            cells
        });
        PriceTable {
            lead: self.text("price-packages-lead"),
            figures_from: heads.len() - 1,
            rows: rows.collect(),
            heads,
        }
    }

    /// Ranges between bounds in words: "up to 100 GB", "over 100 up to 1,000 GB", "over 1,000 GB".
    pub(super) fn ranges(
        &self,
        bounds: impl Iterator<Item = Option<Decimal>>,
        belong: TierBounds,
    ) -> Vec<String> {
        let kind = match belong {
            TierBounds::UpperInclusive => "range",
            TierBounds::LowerInclusive => "range-below",
        };
        let mut from: Option<Decimal> = None;
        let mut ranges = Vec::new();
        for to in bounds {
            let low = from.map(|from| format::decimal(self.locale, from));
            let words = match (&low, to) {
                (None, None) => self.text("range-any"),
                (None, Some(to)) => {
                    self.say(&format!("{kind}-first"), &[("to", &self.quantity(to))])
                }
                (Some(low), Some(to)) => self.say(
                    &format!("{kind}-middle"),
                    &[("from", low), ("to", &self.quantity(to))],
                ),
                (Some(_), None) => {
                    let from = self.quantity(from.unwrap_or_default());
                    self.say(&format!("{kind}-last"), &[("from", &from)])
                }
            };
            ranges.push(words);
            from = to.or(from);
        }
        ranges
    }
}
