//! The fields of a price: from a price model to a form.

use rust_decimal::Decimal;
use tradewind_pricing::{Prepaid, PriceKind, PriceModel, Tier, TierBounds, ZeroUsage};

use super::price_form::PREFIX;

/// The fields of a form that describe a price.
pub(super) fn fill(model: &PriceModel) -> Vec<(String, String)> {
    let mut values = Values(Vec::new());
    values.text("model", model.kind.name());
    values.unless_zero("included", model.included);
    if let Some(prepaid) = &model.prepaid {
        values.prepaid(prepaid);
    }
    if model.pooled {
        values.text("pooled", "together");
    }
    values.maybe("minimum", model.minimum);
    values.maybe("maximum", model.maximum);
    match &model.kind {
        PriceKind::Flat { amount } => values.number("amount", *amount),
        PriceKind::PerUnit { unit_price } => values.number("unit_price", *unit_price),
        PriceKind::Graduated { tiers, zero_usage }
        | PriceKind::GraduatedPercentage { tiers, zero_usage } => {
            values.tiers(tiers);
            values.zero_usage(*zero_usage);
        }
        PriceKind::Volume {
            tiers,
            zero_usage,
            bounds,
        } => {
            values.tiers(tiers);
            values.zero_usage(*zero_usage);
            values.bounds(*bounds);
        }
        PriceKind::Stairstep {
            steps,
            zero_usage,
            bounds,
        } => {
            for (at, step) in steps.iter().enumerate() {
                values.maybe(&format!("steps.{at}.up_to"), step.up_to);
                values.number(&format!("steps.{at}.amount"), step.amount);
                if let Some(tag) = &step.tag {
                    values.text(&format!("steps.{at}.tag"), tag);
                }
            }
            values.zero_usage(*zero_usage);
            values.bounds(*bounds);
        }
        PriceKind::Package { size, amount } => {
            values.number("size", *size);
            values.number("amount", *amount);
        }
        PriceKind::Percentage {
            percent,
            per_event,
            free_events,
            free_amount,
            min_per_event,
            max_per_event,
        } => {
            values.number("percent", *percent);
            values.unless_zero("per_event", *per_event);
            values.maybe("free_events", free_events.map(Decimal::from));
            values.maybe("free_amount", *free_amount);
            values.maybe("min_per_event", *min_per_event);
            values.maybe("max_per_event", *max_per_event);
        }
        PriceKind::Matrix { dimensions, rows } => {
            for (at, name) in dimensions.iter().enumerate() {
                values.text(&format!("dimensions.{at}"), name);
            }
            for (at, row) in rows.iter().enumerate() {
                for (place, name) in dimensions.iter().enumerate() {
                    let value = row.when.get(name).map_or("", String::as_str);
                    values.text(&format!("rows.{at}.d{place}"), value);
                }
                values.number(&format!("rows.{at}.unit_price"), row.unit_price);
                values.unless_zero(&format!("rows.{at}.included"), row.included);
            }
        }
        PriceKind::PassThrough {
            markup_percent,
            exchange_rate,
        } => {
            values.number("markup_percent", *markup_percent);
            values.number("exchange_rate", *exchange_rate);
        }
    }
    values.0
}

struct Values(Vec<(String, String)>);

impl Values {
    fn text(&mut self, field: &str, value: &str) {
        self.0.push((format!("{PREFIX}{field}"), value.to_owned()));
    }

    fn number(&mut self, field: &str, value: Decimal) {
        self.text(field, &value.normalize().to_string());
    }

    fn maybe(&mut self, field: &str, value: Option<Decimal>) {
        if let Some(value) = value {
            self.number(field, value);
        }
    }

    fn unless_zero(&mut self, field: &str, value: Decimal) {
        if !value.is_zero() {
            self.number(field, value);
        }
    }

    fn prepaid(&mut self, prepaid: &Prepaid) {
        let keeps = match prepaid.months {
            None => "always",
            Some(0) => "lapses",
            Some(_) => "months",
        };
        self.text("prepaid.keeps", keeps);
        if let Some(months) = prepaid.months.filter(|months| *months > 0) {
            self.number("prepaid.months", months.into());
        }
        self.maybe("prepaid.at_most", prepaid.at_most);
        if let Some(per) = &prepaid.per {
            self.text("prepaid.per", per);
        }
    }

    fn tiers(&mut self, tiers: &[Tier]) {
        for (at, tier) in tiers.iter().enumerate() {
            self.maybe(&format!("tiers.{at}.up_to"), tier.up_to);
            self.number(&format!("tiers.{at}.unit_price"), tier.unit_price);
            self.unless_zero(&format!("tiers.{at}.flat"), tier.flat);
            self.maybe(&format!("tiers.{at}.package"), tier.package);
            self.maybe(&format!("tiers.{at}.minimum"), tier.minimum);
            self.maybe(&format!("tiers.{at}.maximum"), tier.maximum);
        }
    }

    fn zero_usage(&mut self, value: ZeroUsage) {
        let value = match value {
            ZeroUsage::Free => "free",
            ZeroUsage::FirstTier => "first_tier",
        };
        self.text("zero_usage", value);
    }

    fn bounds(&mut self, value: TierBounds) {
        let value = match value {
            TierBounds::UpperInclusive => "upper_inclusive",
            TierBounds::LowerInclusive => "lower_inclusive",
        };
        self.text("bounds", value);
    }
}
