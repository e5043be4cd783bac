//! Short phrases that several surfaces say alike.

use tradewind_kernel::{Cadence, CadenceUnit, Locale, Money};

use crate::format;
use crate::i18n::{Args, tr};

/// How often something is charged: `per month`, `every 3 months`.
pub fn cadence(locale: Locale, cadence: Cadence) -> String {
    let key = match cadence.unit {
        CadenceUnit::Hour => "cadence-hour",
        CadenceUnit::Day => "cadence-day",
        CadenceUnit::Week => "cadence-week",
        CadenceUnit::Month => "cadence-month",
        CadenceUnit::Year => "cadence-year",
    };
    tr(
        locale,
        key,
        &Args::new().count("count", u32::from(cadence.count)),
    )
}

/// A recurring price: `€12.00 per month`.
pub fn recurring(locale: Locale, amount: Money, every: Cadence) -> String {
    format!(
        "{} {}",
        format::money(locale, amount),
        cadence(locale, every)
    )
}
