//! How a line of a document comes about: the price behind its charges, applied once more.

use tradewind_catalogue::types::LegTerms;
use tradewind_kernel::{Date, Decimal, decimal, id::LegId};
use tradewind_pricing::{PriceModel, Rated, Usage, rate};

use crate::types::{ChargeKind, DocumentLine, NewCharge};

/// Whether a line needs more words than its quantity and its price.
#[must_use]
pub fn wants_words(line: &DocumentLine) -> bool {
    let product = line
        .unit_price
        .and_then(|price| decimal::mul(price, line.quantity).ok());
    product.is_none_or(|product| {
        // Rounded whichever way, a product is less than one unit of the currency away.
        let away = (line.amount.to_decimal() - product).abs();
        away >= Decimal::new(1, line.amount.currency.exponent())
    })
}

/// Whose price the charges of a line have, and the day on which it held; none where several have made it, or something other
/// than a price.
#[must_use]
pub fn priced_by(charges: &[NewCharge]) -> Option<(LegId, Date)> {
    let first = charges.first()?;
    let alike = |charge: &NewCharge| {
        charge.leg_id == first.leg_id
            && charge.item_id == first.item_id
            && charge.period == first.period
            && matches!(
                charge.kind,
                ChargeKind::OneTime | ChargeKind::Recurring | ChargeKind::Metered
            )
            && charge.reverses.is_none()
            && charge.discount.is_none()
    };
    let usage = first.usage.as_ref().map(|usage| usage.period_on);
    charges
        .iter()
        .all(alike)
        .then(|| (first.leg_id, usage.unwrap_or(first.period.start)))
}

/// The price that the charges of a line were made by, and the parts of what it comes to. None where it comes to something else:
/// what was charged for a part of a period, or as the difference to an earlier document.
#[must_use]
pub fn breakdown(terms: &LegTerms, charges: &[NewCharge]) -> Option<(PriceModel, Rated)> {
    let item = terms.item(charges.first()?.item_id?)?;
    let [rule] = item.rules.as_slice() else {
        return None;
    };
    let sum = |of: fn(&NewCharge) -> Decimal| {
        let mut values = charges.iter().map(of);
        values.try_fold(Decimal::ZERO, |sum, value| decimal::add(sum, value).ok())
    };
    let (quantity, exact) = (sum(|charge| charge.quantity)?, sum(|charge| charge.exact)?);
    let amounts = Usage::Total {
        amount: quantity,
        events: 1,
    };
    let rated = rate(&rule.model, &Usage::Quantity(quantity))
        .or_else(|_| rate(&rule.model, &amounts))
        .ok()?;
    (rated.exact == exact && rated.parts.len() > 1).then(|| (rule.model.clone(), rated))
}
