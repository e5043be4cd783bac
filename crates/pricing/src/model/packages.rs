//! Packages that a customer picks by name: a stairstep price whose steps all carry a tag.

use tradewind_kernel::{Decimal, Error, Result};

use super::{PriceKind, PriceModel, Step, TierBounds};

/// A package on offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Package<'a> {
    /// Its name.
    pub tag: &'a str,
    /// The quantity that stands for it: ordering this much is picking it.
    pub quantity: Decimal,
    /// What it costs.
    pub amount: Decimal,
}

impl PriceModel {
    /// The packages to pick from, in the order of their steps; none unless every step has a tag.
    ///
    /// Packages without bounds are numbered from 1. With bounds, the largest quantity of a step stands for it, and for an
    /// open last step one more than the bound below it; where a bound belongs to the step above, the smallest does.
    #[must_use]
    pub fn packages(&self) -> Vec<Package<'_>> {
        let PriceKind::Stairstep { steps, bounds, .. } = &self.kind else {
            return Vec::new();
        };
        if steps.iter().any(|step| step.tag.is_none()) {
            return Vec::new();
        }
        let numbered = are_numbered(steps);
        let mut below: Option<Decimal> = None;
        let mut packages = Vec::with_capacity(steps.len());
        for (number, step) in steps.iter().enumerate() {
            let first = Decimal::from(number as u64 + 1);
            let over = below.unwrap_or_default().checked_add(Decimal::ONE);
            let quantity = match (step.up_to, bounds) {
                _ if numbered => first,
                (Some(up_to), TierBounds::UpperInclusive) => up_to,
                (Some(up_to), TierBounds::LowerInclusive) => {
                    below.unwrap_or_else(|| Decimal::ONE.min(up_to / Decimal::TWO))
                }
                (None, TierBounds::UpperInclusive) => over.unwrap_or(Decimal::MAX),
                (None, TierBounds::LowerInclusive) => below.unwrap_or(Decimal::ONE),
            };
            below = step.up_to.or(below);
            packages.push(Package {
                tag: step.tag.as_deref().unwrap_or_default(),
                // What is included is taken off before a step is looked for.
                quantity: quantity.checked_add(self.included).unwrap_or(quantity),
                amount: step.amount,
            });
        }
        packages
    }

    /// The quantity that stands for a package.
    ///
    /// # Errors
    /// `unknown_value` names the packages there are; `not_applicable` when the price has none.
    pub fn package_quantity(&self, tag: &str) -> Result<Decimal> {
        let packages = self.packages();
        if packages.is_empty() {
            return Err(Error::invalid(
                "",
                "not_applicable",
                "this price has no packages to pick from; order a quantity",
            ));
        }
        let found = packages.iter().find(|package| package.tag == tag);
        found.map(|package| package.quantity).ok_or_else(|| {
            let tags: Vec<&str> = packages.iter().map(|package| package.tag).collect();
            Error::invalid(
                "",
                "unknown_value",
                format!("expected one of {}", tags.join(", ")),
            )
        })
    }
}

/// Whether steps are told apart by their number: several tagged ones without any bound.
pub(crate) fn are_numbered(steps: &[Step]) -> bool {
    steps.len() > 1
        && steps
            .iter()
            .all(|step| step.tag.is_some() && step.up_to.is_none())
}
