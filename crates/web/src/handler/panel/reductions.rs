//! What the forms of coupons and bundles have in common: what is taken off prices, for how long, and what it can be for.

use tradewind_catalogue::service as catalogue;
use tradewind_catalogue::types::{OfferQuery, OfferScope};
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::id::ProductId;
use tradewind_kernel::page::PageRequest;
use tradewind_kernel::time::parse_date;
use tradewind_kernel::{Currency, Date, Error, Money, Problems, Result, Text};
use tradewind_orders::types::Benefit;

use super::desk::Desk;
use crate::form::Sent;
use crate::view::shared::FormState;

/// The products that something can be taken off, and the currency of their prices.
pub(super) async fn sold(desk: &Desk) -> Result<(Option<Currency>, Vec<ProductId>)> {
    let query = OfferQuery {
        search: String::new(),
        filter: String::new(),
        sort: String::new(),
        locale: desk.ctx.locale,
        page: PageRequest::new(Some(200), None)?,
    };
    let scope = OfferScope {
        seller: desk.account(),
        buyer: None,
        on: desk.today(),
    };
    match catalogue::offers(desk.p(), &desk.ctx, &scope, &query).await {
        Ok(found) => {
            let products = found.items.into_iter().map(|one| one.product_id);
            Ok((Some(found.currency), products.collect()))
        }
        // Who has no prices yet has nothing to take anything off.
        Err(Error::Refused { .. } | Error::Conflict { .. } | Error::NotFound { .. }) => {
            Ok(Default::default())
        }
        Err(error) => Err(error),
    }
}

/// Fills in the currency of the seller's prices where a form has none yet.
pub(super) fn prefer(form: &mut FormState, currency: Option<Currency>) {
    if let Some(currency) = currency.filter(|_| form.value("currency").is_empty()) {
        form.values.retain(|(name, _)| name != "currency");
        let own = ("currency".to_owned(), currency.code().to_owned());
        form.values.push(own);
    }
}

/// What a text is in one language; empty when it is not there.
pub(super) fn text_in(text: &Text, language: &str) -> String {
    let mut texts = text.iter();
    texts
        .find(|(known, _)| *known == language)
        .map_or_else(String::new, |(_, text)| text.to_owned())
}

/// What a field shows of something that may be left open.
pub(super) fn shown<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// What a benefit is called in a form, and its value.
pub(super) fn benefit_shown(benefit: &Benefit) -> (&'static str, String) {
    match benefit {
        Benefit::Percentage { percent } => ("percentage", percent.normalize().to_string()),
        Benefit::Amount { amount } => ("amount", amount.amount()),
        Benefit::PriceOverride { amount } => ("price_override", amount.amount()),
        Benefit::TrialExtension { days } => ("trial_extension", days.to_string()),
    }
}

/// What a form gives, by the name of the benefit and the field of its value; none for a name that is no benefit.
pub(super) fn benefit(
    sent: &Sent,
    gives: &str,
    field: &str,
    currency: Currency,
) -> Result<Option<Benefit>> {
    let value = sent.get(field).replace(',', ".");
    let money = || Money::parse_amount(field, &value, currency);
    Ok(Some(match sent.get(gives) {
        "percentage" => Benefit::Percentage {
            percent: parse_decimal(field, &value, &Limits::new(3, 6))?,
        },
        "amount" => Benefit::Amount { amount: money()? },
        "price_override" => Benefit::PriceOverride { amount: money()? },
        "trial_extension" => Benefit::TrialExtension {
            days: number(field, &value)?,
        },
        _ => return Ok(None),
    }))
}

/// The currency of a form.
pub(super) fn currency(sent: &Sent, problems: &mut Problems) -> Currency {
    let currency = Currency::parse(sent.get("currency")).map_err(|error| error.at("currency"));
    problems.check(currency).unwrap_or(Currency::EUR)
}

/// The first and the last day of a form, each where it has one.
pub(super) fn validity(sent: &Sent, problems: &mut Problems) -> (Option<Date>, Option<Date>) {
    let mut day = |name| {
        let read = sent.some(name).map(|text| parse_date(name, &text));
        problems.check(read.transpose()).flatten()
    };
    (day("valid_from"), day("valid_until"))
}

/// A name in English, and in German where the form has one.
pub(super) fn name(sent: &Sent) -> Text {
    let name = Text::en(sent.get("name_en"));
    match sent.some("name_de") {
        Some(german) => name.with("de", german),
        None => name,
    }
}

/// A whole number that may be left out.
pub(super) fn whole(sent: &Sent, field: &str) -> Result<Option<u32>> {
    sent.some(field)
        .map(|text| number(field, &text))
        .transpose()
}

fn number(field: &str, text: &str) -> Result<u32> {
    text.parse()
        .map_err(|_| Error::invalid(field, "out_of_range", "expected a whole number"))
}
