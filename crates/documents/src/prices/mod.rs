//! Prices as people read them: a headline, conditions, a table of tiers, and how an amount comes about.
//!
//! Every surface says them alike: the shop, quotes, the dashboard, the panel's price editor and documents.

mod parts;
mod table;

use tradewind_kernel::{Currency, Decimal, Locale, Text};
use tradewind_pricing::{Prepaid, PriceKind, PriceModel, Tier};

use crate::format;
use crate::i18n::{Args, text, tr};

pub use parts::PartWords;
pub use table::PriceTable;

/// What prices of one item are told in: language, currency, and what is counted.
#[derive(Debug, Clone)]
pub struct PriceWords {
    locale: Locale,
    currency: Currency,
    one: String,
    many: String,
}

impl PriceWords {
    /// Words for the prices of something that is counted in `unit`.
    #[must_use]
    pub fn new(locale: Locale, currency: Currency, unit: &Text) -> Self {
        Self::of(
            locale,
            currency,
            unit.counted(locale, Decimal::ONE),
            unit.counted(locale, Decimal::TWO),
        )
    }

    /// The same, where one and many of what is counted have their names already.
    #[must_use]
    pub fn of(locale: Locale, currency: Currency, one: &str, many: &str) -> Self {
        Self {
            locale,
            currency,
            one: one.to_owned(),
            many: many.to_owned(),
        }
    }

    /// A quantity with its unit: `10 seats`.
    #[must_use]
    pub fn quantity(&self, quantity: Decimal) -> String {
        let number = format::decimal(self.locale, quantity);
        let unit = self.unit(quantity);
        if unit.is_empty() {
            number
        } else {
            format!("{number} {unit}")
        }
    }

    fn unit(&self, quantity: Decimal) -> &str {
        if quantity.normalize() == Decimal::ONE {
            &self.one
        } else {
            &self.many
        }
    }

    /// A price in the currency, with all its digits.
    fn price(&self, amount: Decimal) -> String {
        format::price(self.locale, amount, self.currency)
    }

    fn percent(&self, percent: Decimal) -> String {
        format::percent(self.locale, percent.normalize())
    }

    /// A price of one unit: `€4.00 per seat`.
    fn per_unit(&self, price: Decimal) -> String {
        let price = self.price(price);
        if self.one.is_empty() {
            return price;
        }
        self.say("price-per-unit", &[("price", &price), ("unit", &self.one)])
    }

    /// A price of a package: `€10.00 per 100 GB begun`.
    fn per_package(&self, price: Decimal, size: Decimal) -> String {
        self.say(
            "price-per-package",
            &[
                ("price", &self.price(price)),
                ("size", &self.quantity(size)),
            ],
        )
    }

    fn say(&self, key: &str, args: &[(&'static str, &str)]) -> String {
        let args = args.iter().fold(Args::new(), |args, (name, value)| {
            args.with(name, (*value).to_owned())
        });
        tr(self.locale, key, &args)
    }

    fn text(&self, key: &str) -> String {
        text(self.locale, key).into_owned()
    }

    /// The price in one line, without its conditions: `€4.00 per seat`, `from €0.05 per GB, graduated`.
    #[must_use]
    pub fn headline(&self, model: &PriceModel) -> String {
        match &model.kind {
            PriceKind::Flat { amount } => self.price(*amount),
            PriceKind::PerUnit { unit_price } => self.per_unit(*unit_price),
            PriceKind::Package { size, amount } => self.per_package(*amount, *size),
            PriceKind::Graduated { tiers, .. } => self.tiered("price-graduated", tiers),
            PriceKind::Volume { tiers, .. } => self.tiered("price-volume", tiers),
            PriceKind::Stairstep { steps, .. } => {
                let least = steps.iter().map(|step| step.amount).min();
                let least = self.price(least.unwrap_or_default());
                match steps.len() {
                    1 => least,
                    _ if model.packages().is_empty() => {
                        self.say("price-stairstep", &[("price", &least)])
                    }
                    _ => self.say("price-packages", &[("price", &least)]),
                }
            }
            PriceKind::Percentage { percent, .. } => {
                self.say("price-percentage", &[("percent", &self.percent(*percent))])
            }
            PriceKind::GraduatedPercentage { tiers, .. } => {
                let least = tiers.iter().map(|tier| tier.unit_price).min();
                let least = self.percent(least.unwrap_or_default());
                self.say("price-graduated-percentage", &[("percent", &least)])
            }
            PriceKind::Matrix { dimensions, rows } => {
                let least = rows.iter().map(|row| row.unit_price).min();
                let names: Vec<String> =
                    dimensions.iter().map(|name| self.dimension(name)).collect();
                self.say(
                    "price-matrix",
                    &[
                        ("price", &self.per_unit(least.unwrap_or_default())),
                        ("dimensions", &names.join(", ")),
                    ],
                )
            }
            PriceKind::PassThrough { markup_percent, .. } => {
                if markup_percent.is_zero() {
                    self.text("price-at-cost")
                } else {
                    self.say(
                        "price-cost-plus",
                        &[("percent", &self.percent(*markup_percent))],
                    )
                }
            }
        }
    }

    /// Tiers by the least that a unit costs; one tier alone is named outright.
    fn tiered(&self, key: &str, tiers: &[Tier]) -> String {
        if let [only] = tiers {
            return self.tier(only);
        }
        let least = tiers
            .iter()
            .filter(|tier| !tier.unit_price.is_zero() || tier.flat.is_zero())
            .min_by_key(|tier| tier.unit_price);
        match least {
            Some(tier) if !tier.unit_price.is_zero() => {
                let price = match tier.package {
                    Some(size) => self.per_package(tier.unit_price, size),
                    None => self.per_unit(tier.unit_price),
                };
                self.say(key, &[("price", &price)])
            }
            Some(_) => self.text(&format!("{key}-free")),
            None => {
                let least = tiers.iter().map(|tier| tier.flat).min();
                let least = self.price(least.unwrap_or_default());
                self.say(key, &[("price", &least)])
            }
        }
    }

    /// What a tier costs: `€5.00 + €0.10 per GB`.
    fn tier(&self, tier: &Tier) -> String {
        let units = match tier.package {
            Some(size) => self.per_package(tier.unit_price, size),
            None => self.per_unit(tier.unit_price),
        };
        match (tier.flat.is_zero(), tier.unit_price.is_zero()) {
            (true, _) => units,
            (false, true) => self.price(tier.flat),
            (false, false) => format!("{} + {units}", self.price(tier.flat)),
        }
    }

    /// A property of usage by its name.
    fn dimension(&self, name: &str) -> String {
        let key = format!("dimension-{}", name.replace(['_', '.'], "-"));
        if crate::i18n::Catalogue::embedded().has(self.locale, &key) {
            self.text(&key)
        } else {
            name.replace('_', " ")
        }
    }

    /// What goes with a price beside its table: what is included, the bounds of a period, what single events cost.
    #[must_use]
    pub fn conditions(&self, model: &PriceModel) -> Vec<String> {
        let mut all = Vec::new();
        if !model.included.is_zero() {
            all.push(self.included(model));
            all.extend(model.prepaid.iter().flat_map(|one| self.prepaid(one)));
        }
        if model.pooled {
            all.push(self.text("price-pooled"));
        }
        if let PriceKind::Percentage {
            per_event,
            free_events,
            free_amount,
            min_per_event,
            max_per_event,
            ..
        } = &model.kind
        {
            if !per_event.is_zero() {
                all.push(self.say("price-per-event", &[("price", &self.price(*per_event))]));
            }
            if let Some(events) = free_events {
                let events = format::decimal(self.locale, Decimal::from(*events));
                all.push(self.say("price-free-events", &[("events", &events)]));
            }
            if let Some(amount) = free_amount {
                all.push(self.free_amount(*amount));
            }
            if let Some(least) = min_per_event {
                all.push(self.say("price-event-minimum", &[("price", &self.price(*least))]));
            }
            if let Some(most) = max_per_event {
                all.push(self.say("price-event-maximum", &[("price", &self.price(*most))]));
            }
        }
        if let Some(least) = model.minimum.filter(|least| !least.is_zero()) {
            all.push(self.say("price-minimum", &[("price", &self.price(least))]));
        }
        if let Some(most) = model.maximum {
            all.push(self.say("price-maximum", &[("price", &self.price(most))]));
        }
        all
    }

    /// What costs nothing: so many units, or so much of what is reported.
    fn included(&self, model: &PriceModel) -> String {
        let included = match &model.kind {
            PriceKind::GraduatedPercentage { .. } => return self.free_amount(model.included),
            kind if kind.is_of_amounts() => self.price(model.included),
            _ => self.quantity(model.included),
        };
        self.say("price-included", &[("quantity", &included)])
    }

    fn free_amount(&self, amount: Decimal) -> String {
        self.say("price-free-amount", &[("amount", &self.price(amount))])
    }

    /// With what an included quantity comes, and for how long what is left of it is kept.
    fn prepaid(&self, prepaid: &Prepaid) -> Vec<String> {
        let mut all = Vec::new();
        if let Some(item) = &prepaid.per {
            all.push(self.say("price-prepaid-per", &[("item", item)]));
        }
        match prepaid.months {
            Some(0) => {}
            Some(months) => {
                let args = Args::new().count("months", months.into());
                all.push(tr(self.locale, "price-prepaid-months", &args));
            }
            None => all.push(self.text("price-prepaid-always")),
        }
        if let Some(most) = prepaid.at_most {
            let quantity = self.quantity(most);
            all.push(self.say("price-prepaid-at-most", &[("quantity", &quantity)]));
        }
        all
    }

    /// Headline and conditions in one line: `€4.00 per seat · 10 seats included`.
    #[must_use]
    pub fn line(&self, model: &PriceModel) -> String {
        let mut all = vec![self.headline(model)];
        all.extend(self.conditions(model));
        all.join(" · ")
    }
}

#[cfg(test)]
mod tests;
