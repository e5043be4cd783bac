//! How an amount comes about, part by part.

use tradewind_kernel::Decimal;
use tradewind_pricing::{Part, PartKind, PriceKind, PriceModel, TierBounds};

use super::PriceWords;
use crate::format;

/// One part of an amount in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartWords {
    /// What it is: "up to 100 GB".
    pub label: String,
    /// How it is computed: "100 GB × €0.10"; empty where there is nothing to compute.
    pub detail: String,
    /// What it comes to, with all digits.
    pub amount: String,
}

impl PriceWords {
    /// The parts of what a price came to, in their order.
    #[must_use]
    pub fn parts(&self, model: &PriceModel, parts: &[Part]) -> Vec<PartWords> {
        parts
            .iter()
            .map(|part| PartWords {
                label: self.label(model, part.kind),
                detail: self.detail(model, part),
                amount: self.price(part.amount.normalize()),
            })
            .collect()
    }

    /// An amount with all its digits.
    #[must_use]
    pub fn amount(&self, exact: Decimal) -> String {
        self.price(exact.normalize())
    }

    fn label(&self, model: &PriceModel, kind: PartKind) -> String {
        match kind {
            PartKind::Flat => self.text("part-flat"),
            PartKind::Units => self.text("part-units"),
            PartKind::Included => self.text("part-included"),
            PartKind::Tier(i) | PartKind::TierPackages(i) => self.range(model, i),
            PartKind::TierFlat(i) => {
                self.say("part-tier-flat", &[("range", &self.range(model, i))])
            }
            PartKind::TierMinimum(i) => {
                self.say("part-tier-minimum", &[("range", &self.range(model, i))])
            }
            PartKind::TierMaximum(i) => {
                self.say("part-tier-maximum", &[("range", &self.range(model, i))])
            }
            PartKind::Step(i) => self.step(model, i),
            PartKind::Packages => self.text("part-packages"),
            PartKind::Row(i) => self.row(model, i),
            PartKind::RowIncluded(i) => {
                self.say("part-row-included", &[("row", &self.row(model, i))])
            }
            PartKind::Percentage => self.text("part-percentage"),
            PartKind::Events => self.text("part-events"),
            PartKind::EventMinimum => self.text("part-event-minimum"),
            PartKind::EventMaximum => self.text("part-event-maximum"),
            PartKind::PassedThrough => self.text("part-passed-through"),
            PartKind::Markup => self.text("part-markup"),
            PartKind::Minimum => self.text("part-minimum"),
            PartKind::Maximum => self.text("part-maximum"),
        }
    }

    fn detail(&self, model: &PriceModel, part: &Part) -> String {
        let times = |quantity: String, price: String| format!("{quantity} × {price}");
        let plain = |value: Decimal| format::decimal(self.locale, value.normalize());
        match part.kind {
            PartKind::Units | PartKind::Row(_) => {
                times(self.quantity(part.quantity), self.price(part.unit_price))
            }
            PartKind::Included if model.kind.is_of_amounts() => self.price(part.quantity),
            PartKind::Included | PartKind::RowIncluded(_) => self.quantity(part.quantity),
            PartKind::Tier(_) if matches!(model.kind, PriceKind::GraduatedPercentage { .. }) => {
                times(plain(part.quantity), self.percent(part.unit_price))
            }
            PartKind::Tier(_) => times(self.quantity(part.quantity), self.price(part.unit_price)),
            PartKind::TierPackages(i) => {
                let size = tier_package(model, i).unwrap_or(Decimal::ONE);
                self.packages_of(part, size)
            }
            PartKind::Packages => match &model.kind {
                PriceKind::Package { size, .. } => self.packages_of(part, *size),
                _ => String::new(),
            },
            PartKind::Percentage | PartKind::Markup => {
                times(plain(part.quantity), self.percent(part.unit_price))
            }
            PartKind::Events => times(plain(part.quantity), self.price(part.unit_price)),
            PartKind::PassedThrough if part.unit_price != Decimal::ONE => {
                times(plain(part.quantity), plain(part.unit_price))
            }
            PartKind::PassedThrough
            | PartKind::Flat
            | PartKind::TierFlat(_)
            | PartKind::TierMinimum(_)
            | PartKind::TierMaximum(_)
            | PartKind::Step(_)
            | PartKind::EventMinimum
            | PartKind::EventMaximum
            | PartKind::Minimum
            | PartKind::Maximum => String::new(),
        }
    }

    fn packages_of(&self, part: &Part, size: Decimal) -> String {
        self.say(
            "part-packages-of",
            &[
                (
                    "count",
                    &format::decimal(self.locale, part.quantity.normalize()),
                ),
                ("size", &self.quantity(size)),
                ("price", &self.price(part.unit_price)),
            ],
        )
    }

    fn range(&self, model: &PriceModel, at: u16) -> String {
        let (tiers, bounds) = match &model.kind {
            PriceKind::Volume { tiers, bounds, .. } => (tiers, *bounds),
            PriceKind::Graduated { tiers, .. } | PriceKind::GraduatedPercentage { tiers, .. } => {
                (tiers, TierBounds::UpperInclusive)
            }
            _ => return String::new(),
        };
        let words = if let PriceKind::GraduatedPercentage { .. } = model.kind {
            &Self::of(self.locale, self.currency, "", "")
        } else {
            self
        };
        let mut ranges = words.ranges(tiers.iter().map(|tier| tier.up_to), bounds);
        match ranges.get_mut(usize::from(at)) {
            Some(range) => std::mem::take(range),
            None => String::new(),
        }
    }

    fn step(&self, model: &PriceModel, at: u16) -> String {
        let PriceKind::Stairstep { steps, bounds, .. } = &model.kind else {
            return String::new();
        };
        let at = usize::from(at);
        if let Some(tag) = steps.get(at).and_then(|step| step.tag.clone()) {
            return tag;
        }
        let mut ranges = self.ranges(steps.iter().map(|step| step.up_to), *bounds);
        ranges.get_mut(at).map(std::mem::take).unwrap_or_default()
    }

    fn row(&self, model: &PriceModel, at: u16) -> String {
        let PriceKind::Matrix { rows, .. } = &model.kind else {
            return String::new();
        };
        let row = rows.get(usize::from(at));
        let values: Vec<&str> = row
            .into_iter()
            .flat_map(|row| row.when.values())
            .map(String::as_str)
            .collect();
        if values.is_empty() {
            self.text("price-any")
        } else {
            values.join(" · ")
        }
    }
}

fn tier_package(model: &PriceModel, at: u16) -> Option<Decimal> {
    match &model.kind {
        PriceKind::Graduated { tiers, .. }
        | PriceKind::Volume { tiers, .. }
        | PriceKind::GraduatedPercentage { tiers, .. } => tiers.get(usize::from(at))?.package,
        _ => None,
    }
}
