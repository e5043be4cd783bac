//! Prices that change by rule while a subscription runs: an introduction at another price, and rises.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Decimal, Error, Problems, Result, decimal, id::ItemId};
use tradewind_pricing::{PriceModel, Purpose};
use utoipa::ToSchema;

use super::{ItemTerms, LegTerms, PriceRule};

/// The longest introduction, in billing periods.
const PERIODS_MAX: u32 = 120;

/// Another price of a recurring item for the first billing periods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Introduction {
    /// For how many whole billing periods, 1 to 120. A shorter first period comes before them, at the same price.
    pub periods: u32,
    /// The price then, in the currency of the book.
    pub price: PriceModel,
    /// Only for customers that never had the product.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub once: bool,
}

impl Introduction {
    /// Whether it can be charged.
    ///
    /// # Errors
    /// Names `periods` or a field of `price` and what would be accepted.
    pub fn check(&self) -> Result<()> {
        let mut problems = Problems::new();
        if self.periods == 0 || self.periods > PERIODS_MAX {
            let text = format!("must be between 1 and {PERIODS_MAX}");
            problems.add("periods", "out_of_range", text);
        }
        let price = self.price.check(Purpose::Charge);
        problems.check(price.map_err(|error| error.under("price")));
        problems.finish()
    }
}

/// An introduction that runs, in frozen terms: what the item costs then stands in its rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Introduced {
    /// For how many whole billing periods it still holds, the running one included.
    pub left: u32,
    /// For how many it held at first.
    pub of: u32,
    /// Whether it is only for customers that never had the product.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub once: bool,
    /// What the item costs after it.
    pub regular: Vec<PriceRule>,
}

/// A rise of the prices of what runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriceIncrease {
    /// By how much each time, above 0 and up to 100.
    #[schema(value_type = String)]
    pub percent: Decimal,
    /// How much above the price that was agreed at most, after however many rises; without bounds when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub at_most: Option<Decimal>,
    /// Never above what the book asks of new buyers then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub up_to_list: bool,
}

impl PriceIncrease {
    /// Whether prices can rise so.
    ///
    /// # Errors
    /// Names `percent` or `at_most` and what would be accepted.
    pub fn check(&self) -> Result<()> {
        let fits = |percent: Decimal, most: Decimal| percent > Decimal::ZERO && percent <= most;
        let mut problems = Problems::new();
        if !fits(self.percent, Decimal::ONE_HUNDRED) || self.percent.normalize().scale() > 6 {
            let text = "must be above 0 and at most 100, with at most 6 digits after the point";
            problems.add("percent", "out_of_range", text);
        }
        if (self.at_most).is_some_and(|most| !fits(most, Decimal::from(10_000))) {
            problems.add(
                "at_most",
                "out_of_range",
                "must be above 0 and at most 10000",
            );
        }
        problems.finish()
    }
}

/// How far the price of an item has risen, in frozen terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Raised {
    /// By so many percent in all, bounded as the seller bounds it.
    #[schema(value_type = String)]
    pub percent: Decimal,
    /// Above these prices, which were agreed.
    pub agreed: Vec<PriceRule>,
}

impl Raised {
    /// So many percent in all after some more rises.
    ///
    /// # Errors
    /// `overflow`.
    pub(crate) fn further(so_far: Decimal, by: &PriceIncrease, times: u32) -> Result<Decimal> {
        // Rises compound on what was agreed, not on rounded prices, so that a price never drifts by its roundings.
        const PLACES: u32 = 14;
        let factor = |percent: Decimal| {
            decimal::add(Decimal::ONE, decimal::div(percent, Decimal::ONE_HUNDRED)?)
        };
        let step = factor(by.percent)?;
        let mut grown = factor(so_far)?;
        for _ in 0..times {
            grown = decimal::round(
                decimal::mul(grown, step)?,
                PLACES,
                tradewind_kernel::Rounding::HalfEven,
            );
        }
        let percent = decimal::mul(decimal::sub(grown, Decimal::ONE)?, Decimal::ONE_HUNDRED)?;
        let bounded = by.at_most.map_or(percent, |most| percent.min(most));
        Ok(bounded.max(so_far).normalize())
    }
}

impl ItemTerms {
    /// The prices that the item has without an introduction.
    #[must_use]
    pub fn regular_rules(&self) -> &[PriceRule] {
        (self.introduction.as_ref()).map_or(&self.rules, |introduction| &introduction.regular)
    }

    /// Its price without an introduction, that applies when no dimension is special.
    #[must_use]
    pub fn regular_rule(&self) -> Option<&PriceRule> {
        let mut rules = self.regular_rules().iter();
        rules.find(|rule| rule.matches.is_empty())
    }

    /// The same at its regular price.
    #[must_use]
    pub fn without_introduction(mut self) -> Self {
        if let Some(introduction) = self.introduction.take() {
            self.rules = introduction.regular;
        }
        self
    }

    /// The same with an introduction shortened to so many periods; at its regular price when none are left.
    #[must_use]
    pub(crate) fn introduced_for(mut self, left: u32) -> Self {
        if left == 0 {
            return self.without_introduction();
        }
        if let Some(introduction) = &mut self.introduction {
            introduction.left = left;
        }
        self
    }
}

impl LegTerms {
    /// Whether some item has an introductory price.
    #[must_use]
    pub fn is_introduced(&self) -> bool {
        self.items.iter().any(|item| item.introduction.is_some())
    }

    /// The same after a whole billing period: introductory prices hold for one period less, and those that are over have
    /// become regular ones.
    #[must_use]
    pub fn after_period(&self) -> Self {
        self.each_item(|item| {
            let left = item.introduction.as_ref().map(|running| running.left);
            match left {
                Some(left) => item.introduced_for(left.saturating_sub(1)),
                None => item,
            }
        })
    }

    /// The same for somebody who has had the product: without the introductions that are for others only.
    #[must_use]
    pub fn for_returning(&self) -> Self {
        self.each_item(|item| {
            let once = item.introduction.as_ref().is_some_and(|intro| intro.once);
            if once {
                item.without_introduction()
            } else {
                item
            }
        })
    }

    /// For how many whole periods its introductions have held; none when none runs.
    pub(crate) fn introduced_since(&self) -> Option<u32> {
        let mut running = self
            .items
            .iter()
            .filter_map(|item| item.introduction.as_ref());
        running
            .next()
            .map(|intro| intro.of.saturating_sub(intro.left))
    }

    pub(crate) fn each_item(&self, change: impl FnMut(ItemTerms) -> ItemTerms) -> Self {
        Self {
            items: self.items.iter().cloned().map(change).collect(),
            ..self.clone()
        }
    }
}

/// Names the field of an item's introduction.
pub(crate) fn introduction_field(item: ItemId) -> String {
    format!("policies.introductions.{item}")
}

/// What stands in the way of an introduction of an item.
pub(crate) fn not_recurring() -> Error {
    Error::invalid(
        "price",
        "not_applicable",
        "only recurring items have an introductory price for a quantity",
    )
}
