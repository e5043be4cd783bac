//! VAT identification numbers of the European Union: form and check digits, without asking anybody.
//!
//! The forms are those that the European Commission publishes for its VAT information exchange system (VIES), the check
//! digits those of the members' tax offices. A number that passes may still not be registered: only the register knows.

mod checks;

use std::fmt;
use std::str::FromStr;

use crate::{Error, Result};

/// The members of the Union by ISO 3166-1 code, with the prefix of their numbers and what follows it, in words. Northern
/// Ireland is treated as a member for goods only and is not among them.
const MEMBERS: [(&str, &str, &str); 27] = [
    ("AT", "AT", "U and 8 digits"),
    ("BE", "BE", "10 digits"),
    ("BG", "BG", "9 or 10 digits"),
    ("CY", "CY", "8 digits and a letter"),
    ("CZ", "CZ", "8 to 10 digits"),
    ("DE", "DE", "9 digits"),
    ("DK", "DK", "8 digits"),
    ("EE", "EE", "9 digits"),
    (
        "ES",
        "ES",
        "9 characters, the first or the last of them a letter",
    ),
    ("FI", "FI", "8 digits"),
    ("FR", "FR", "2 characters and 9 digits"),
    ("GR", "EL", "9 digits"),
    ("HR", "HR", "11 digits"),
    ("HU", "HU", "8 digits"),
    ("IE", "IE", "7 digits and one or two letters"),
    ("IT", "IT", "11 digits"),
    ("LT", "LT", "9 or 12 digits"),
    ("LU", "LU", "8 digits"),
    ("LV", "LV", "11 digits"),
    ("MT", "MT", "8 digits"),
    ("NL", "NL", "9 digits, B and 2 digits"),
    ("PL", "PL", "10 digits"),
    ("PT", "PT", "9 digits"),
    ("RO", "RO", "2 to 10 digits"),
    ("SE", "SE", "12 digits"),
    ("SI", "SI", "8 digits"),
    ("SK", "SK", "10 digits"),
];

/// Whether a country, by its ISO 3166-1 code, is a member of the European Union.
#[must_use]
pub fn in_eu(country: &str) -> bool {
    MEMBERS
        .binary_search_by(|(member, ..)| (*member).cmp(country))
        .is_ok()
}

/// A number that has the form of its country and right check digits.
///
/// ```
/// use tradewind_kernel::vat_id::VatId;
///
/// let id: VatId = "de 136 695 976".parse()?;
/// assert_eq!((id.to_string().as_str(), id.country()), ("DE136695976", "DE"));
/// assert!("DE136695978".parse::<VatId>().is_err());
/// # Ok::<(), tradewind_kernel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VatId {
    country: &'static str,
    text: String,
}

impl VatId {
    /// The country that gave it, ISO 3166-1.
    #[must_use]
    pub const fn country(&self) -> &'static str {
        self.country
    }

    /// Whether a text is meant to be such a number: it begins with the prefix of a member and goes on with digits mostly.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        let text = compact(text);
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        member_of(&text).is_some() && text.len() >= 4 && 2 * digits >= text.len()
    }
}

impl fmt::Display for VatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for VatId {
    type Err = Error;

    /// Reads a number in any case, with or without spaces, dots and dashes.
    ///
    /// # Errors
    /// `malformed_vat_id` says what the country's numbers look like, `wrong_check_digits` that one is mistyped.
    fn from_str(text: &str) -> Result<Self> {
        let given = compact(text);
        let Some((country, prefix, form)) = member_of(&given) else {
            return Err(Error::invalid(
                "tax_id",
                "malformed_vat_id",
                "a VAT id begins with the two letters of an EU country, such as DE136695976",
            ));
        };
        let number = given.get(prefix.len()..).unwrap_or_default();
        match checks::check(country, number) {
            Some(true) => Ok(Self {
                country,
                text: given,
            }),
            Some(false) => Err(Error::invalid(
                "tax_id",
                "wrong_check_digits",
                "this VAT id is mistyped: its check digits are wrong",
            )),
            None => Err(Error::invalid(
                "tax_id",
                "malformed_vat_id",
                format!("a VAT id of this country is {prefix} and {form}"),
            )),
        }
    }
}

fn compact(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, ' ' | '.' | '-' | '\u{a0}'))
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

fn member_of(text: &str) -> Option<(&'static str, &'static str, &'static str)> {
    MEMBERS
        .into_iter()
        .find(|(_, prefix, _)| text.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that companies print, and examples that tax offices publish.
    const REAL: [&str; 33] = [
        "ATU13585627",
        "BE0428759497",
        "BG175074752",
        "CY10259033P",
        "CZ25123891",
        "DE136695976",
        "DK13585628",
        "EE100931558",
        "EL094259216",
        "ESB58378431",
        "ES54362315K",
        "ESX2482300W",
        "ESJ99216582",
        "FI20774740",
        "FR40303265045",
        "FR23334175221",
        "HR33392005961",
        "HU12892312",
        "IE6433435F",
        "IE6433435OA",
        "IT00743110157",
        "LT119511515",
        "LT100001919017",
        "LU15027442",
        "LV40003521600",
        "MT11679112",
        "NL004495445B01",
        "PL8567346215",
        "PT501964843",
        "RO18547290",
        "SE123456789701",
        "SI50223054",
        "SK2022749619",
    ];

    #[test]
    fn numbers_in_use_are_right() {
        for text in REAL {
            let id: VatId = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(id.to_string(), text);
            assert!(in_eu(id.country()) && VatId::is_meant(text));
        }
        let members: std::collections::BTreeSet<_> = REAL.iter().map(|id| &id[..2]).collect();
        assert_eq!(members.len(), MEMBERS.len(), "every member is looked at");
    }

    #[test]
    fn a_mistyped_digit_is_noticed() {
        // Numbers of natural persons in some countries have no check digit, and some mistakes give another real number;
        // these are of companies, and their last digit is the check.
        for text in REAL {
            if matches!(&text[..2], "FR" | "IE" | "NL" | "SE" | "CY" | "ES") {
                continue;
            }
            let (kept, last) = text.split_at(text.len() - 1);
            let wrong = format!("{kept}{}", (last.parse::<u8>().expect("a digit") + 1) % 10);
            let error = wrong.parse::<VatId>().expect_err(&wrong);
            assert_eq!(error.problems()[0].code, "wrong_check_digits", "{wrong}");
        }
    }

    #[test]
    fn what_is_no_number_is_told_the_form() {
        for (text, reason) in [
            ("", "begins with the two letters of an EU country"),
            (
                "US123456789",
                "begins with the two letters of an EU country",
            ),
            (
                "GR094259216",
                "begins with the two letters of an EU country",
            ),
            ("DE12345", "DE and 9 digits"),
            ("DE1234567890", "DE and 9 digits"),
            ("DE12345678X", "DE and 9 digits"),
            ("AT13585627", "AT and U and 8 digits"),
            ("NL004495445X01", "NL and 9 digits, B and 2 digits"),
            ("FRÄÖ303265045", "FR and 2 characters and 9 digits"),
        ] {
            let error = text.parse::<VatId>().expect_err(text);
            assert!(error.to_string().contains(reason), "{text}: {error}");
        }
        assert!(in_eu("GR") && !in_eu("EL") && !in_eu("CH") && !in_eu("GB"));
        assert!(!VatId::is_meant("12/345/67890") && !VatId::is_meant("84-5550117"));
    }
}
