//! Amounts and fees of dunning steps as people write them: `50.00 EUR; 60.00 USD`, `5.00 + 1.5 %`.

use tradewind_kernel::{Currency, Decimal, Error, Money, Result};

use crate::types::LateFee;

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '+'])
        .flat_map(|part| part.split(", "))
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

fn amount(field: &str, part: &str, usual: Currency) -> Result<Money> {
    let letters = part.find(|c: char| c.is_ascii_alphabetic());
    let (number, currency) = letters.map_or((part, ""), |at| part.split_at(at));
    let currency = match currency.trim() {
        "" => usual,
        code => Currency::parse(code).map_err(|error| error.at(field))?,
    };
    Money::parse_amount(field, number.trim(), currency)
}

/// Amounts, each in the usual currency unless it names another.
///
/// # Errors
/// Names the field.
pub fn amounts(field: &str, text: &str, usual: Currency) -> Result<Vec<Money>> {
    parts(text).map(|part| amount(field, part, usual)).collect()
}

/// The amounts and the percentage of a fee.
///
/// # Errors
/// Names the field.
pub fn fee(field: &str, text: &str, usual: Currency) -> Result<(Vec<Money>, Option<Decimal>)> {
    let mut amounts = Vec::new();
    let mut percent = None;
    for part in parts(text) {
        let Some(number) = part.strip_suffix('%') else {
            amounts.push(amount(field, part, usual)?);
            continue;
        };
        let text = "expected one percentage, such as 1.5 %";
        let wrong = || Error::invalid(field, "malformed", text);
        let found: Decimal = number.trim().parse().map_err(|_| wrong())?;
        if percent.replace(found).is_some() {
            return Err(wrong());
        }
    }
    Ok((amounts, percent))
}

/// Amounts as they are written; in the usual currency without its name.
#[must_use]
pub fn amounts_told(amounts: &[Money], usual: Currency) -> String {
    let told = |amount: &Money| {
        let number = amount.amount();
        if amount.currency == usual {
            number
        } else {
            format!("{number} {}", amount.currency)
        }
    };
    let told: Vec<String> = amounts.iter().map(told).collect();
    told.join("; ")
}

/// A fee as it is written.
#[must_use]
pub fn fee_told(fee: &LateFee, usual: Currency) -> String {
    let mut told = amounts_told(&fee.amounts, usual);
    if let Some(percent) = fee.percent {
        if !told.is_empty() {
            told.push_str(" + ");
        }
        told.push_str(&format!("{} %", percent.normalize()));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::FeeDocument;
    use tradewind_tax::types::TaxCategory;

    #[test]
    fn what_is_written_is_what_is_told() {
        let usual = Currency::EUR;
        let found = amounts("f", "50.00; 60 USD", usual).expect("amounts");
        assert_eq!(found[0], Money::new(5_000, usual));
        assert_eq!(found[1], Money::new(6_000, Currency::USD));
        assert_eq!(amounts_told(&found, usual), "50.00; 60.00 USD");
        let (fixed, percent) = fee("f", "5.00, 4 USD + 1.50 %", usual).expect("a fee");
        let whole = LateFee {
            amounts: fixed,
            percent,
            tax_category: TaxCategory::Exempt,
            document: FeeDocument::Own,
        };
        assert_eq!(fee_told(&whole, usual), "5.00; 4.00 USD + 1.5 %");
        assert!(amounts("f", "", usual).expect("none").is_empty());
        for wrong in ["5,00", "much", "5.00 XXZ", "5.001"] {
            assert!(amounts("f", wrong, usual).is_err(), "{wrong}");
        }
        assert!(fee("f", "1 % + 2 %", usual).is_err());
        assert!(fee("f", "x %", usual).is_err());
    }
}
