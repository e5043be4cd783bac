//! The cards of the sandbox: their numbers, and what happens to payments with them.

use tradewind_billing::types::CardInput;
use tradewind_kernel::{Date, Error, Problems, Result};

/// What the bank behind a card does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behaviour {
    /// Pays.
    Succeeds,
    /// Refuses, with this word.
    Fails(&'static str),
    /// Asks the payer first.
    AsksThePayer,
    /// Pays, and takes nothing back.
    TakesNothingBack,
    /// Pays, and takes its time with what is paid back.
    TakesBackLater,
}

struct TestCard {
    number: &'static str,
    brand: &'static str,
    cvc_length: usize,
    behaviour: Behaviour,
}

const fn card(number: &'static str, behaviour: Behaviour) -> TestCard {
    TestCard {
        number,
        brand: "Visa",
        cvc_length: 3,
        behaviour,
    }
}

/// Every card there is. Real cards are refused: a sandbox moves no money, and should not see one.
const CARDS: &[TestCard] = &[
    card("4242424242424242", Behaviour::Succeeds),
    TestCard {
        brand: "Mastercard",
        ..card("5555555555554444", Behaviour::Succeeds)
    },
    TestCard {
        brand: "American Express",
        cvc_length: 4,
        ..card("378282246310005", Behaviour::Succeeds)
    },
    card("4000000000000002", Behaviour::Fails("card_declined")),
    card("4000000000009995", Behaviour::Fails("insufficient_funds")),
    card("4000000000000341", Behaviour::Fails("card_declined")),
    card("4000000000003220", Behaviour::AsksThePayer),
    card("4000000000005126", Behaviour::TakesNothingBack),
    card("4000000000007726", Behaviour::TakesBackLater),
];

/// A card that can be charged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Checked {
    pub(super) brand: &'static str,
    pub(super) last4: String,
    pub(super) expires: String,
}

/// Checks card data on this day.
///
/// # Errors
/// Names every field that is wrong; repeats nothing of it.
pub(super) fn check(card: &CardInput, today: Date) -> Result<Checked> {
    let mut problems = Problems::new();
    let digits: String = card
        .number
        .chars()
        .filter(|c| !matches!(c, ' ' | '-'))
        .collect();
    let known = problems.check(check_number(&digits));
    problems.check(check_expiry(&card.expires, today));
    let cvc_length = known.map_or(3, |known| known.cvc_length);
    if known.is_some()
        && (card.cvc.len() != cvc_length || !card.cvc.bytes().all(|b| b.is_ascii_digit()))
    {
        problems.add(
            "cvc",
            "malformed_cvc",
            format!("expected the {cvc_length} digits of the card's security code"),
        );
    }
    problems.finish()?;
    let known = known.ok_or_else(|| Error::internal("a card without problems is a known one"))?;
    let last4 = digits
        .get(digits.len().saturating_sub(4)..)
        .unwrap_or_default()
        .to_owned();
    Ok(Checked {
        brand: known.brand,
        last4,
        expires: card.expires.clone(),
    })
}

fn check_number(digits: &str) -> Result<&'static TestCard> {
    if !(12..=19).contains(&digits.len())
        || !digits.bytes().all(|b| b.is_ascii_digit())
        || !luhn(digits)
    {
        return Err(Error::invalid(
            "number",
            "malformed_card",
            "this is not a card number; check its digits",
        ));
    }
    CARDS
        .iter()
        .find(|card| card.number == digits)
        .ok_or_else(|| {
            Error::invalid(
                "number",
                "not_a_test_card",
                "only test cards can be used here, for example 4242 4242 4242 4242",
            )
        })
}

/// A card holds until the last day of its month.
fn check_expiry(text: &str, today: Date) -> Result<()> {
    let malformed = || {
        Error::invalid(
            "expires",
            "malformed_expiry",
            "expected month and year as MM/YY, for example 09/29",
        )
    };
    let (month, year) = text.split_once('/').ok_or_else(malformed)?;
    let two = |part: &str| {
        (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse::<i16>().ok())
            .flatten()
    };
    let (month, year) = (
        two(month).ok_or_else(malformed)?,
        two(year).ok_or_else(malformed)?,
    );
    if !(1..=12).contains(&month) {
        return Err(malformed());
    }
    let (now_year, now_month) = (today.year().rem_euclid(100), i16::from(today.month()));
    if (year, month) < (now_year, now_month) {
        return Err(Error::invalid(
            "expires",
            "expired_card",
            "this card has expired",
        ));
    }
    Ok(())
}

/// The check digit of card numbers.
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte.saturating_sub(b'0'));
            match (place % 2, digit * 2) {
                (0, _) => digit,
                (_, doubled) if doubled > 9 => doubled - 9,
                (_, doubled) => doubled,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// What happens to payments with the card that ends in these four digits.
pub(super) fn behaviour(last4: &str) -> Option<Behaviour> {
    CARDS
        .iter()
        .find(|card| last4.len() == 4 && card.number.ends_with(last4))
        .map(|card| card.behaviour)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(number: &str, expires: &str, cvc: &str) -> CardInput {
        CardInput {
            number: number.to_owned(),
            expires: expires.to_owned(),
            cvc: cvc.to_owned(),
        }
    }

    fn today() -> Date {
        Date::constant(2024, 3, 31)
    }

    fn problem(card: &CardInput) -> (String, &'static str) {
        let error = check(card, today()).unwrap_err();
        let [problem] = error.problems() else {
            panic!("one problem expected: {error}")
        };
        (problem.field.clone(), problem.code)
    }

    #[test]
    fn every_test_card_is_taken_and_told_apart_by_its_last_digits() {
        for card in CARDS {
            let cvc = "1234".get(..card.cvc_length).unwrap();
            let checked = check(&input(card.number, "03/24", cvc), today()).unwrap();
            assert_eq!(checked.brand, card.brand);
            assert_eq!(behaviour(&checked.last4), Some(card.behaviour));
        }
        assert_eq!(
            check(&input("4242 4242-4242 4242", "12/30", "123"), today())
                .unwrap()
                .last4,
            "4242"
        );
    }

    #[test]
    fn wrong_cards_are_refused_with_the_field_named() {
        let field = |number, expires, cvc| problem(&input(number, expires, cvc));
        assert_eq!(
            field("4242424242424241", "12/30", "123"),
            ("number".into(), "malformed_card")
        );
        assert_eq!(
            field("", "12/30", "123"),
            ("number".into(), "malformed_card")
        );
        assert_eq!(
            field("4242x24242424242", "12/30", "123"),
            ("number".into(), "malformed_card")
        );
        assert_eq!(
            field("4111111111111111", "12/30", "123"),
            ("number".into(), "not_a_test_card")
        );
        assert_eq!(
            field("4242424242424242", "02/24", "123"),
            ("expires".into(), "expired_card")
        );
        assert_eq!(
            field("4242424242424242", "12/23", "123"),
            ("expires".into(), "expired_card")
        );
        for malformed in ["", "13/30", "00/30", "1/30", "12-30", "12/2030", "+1/30"] {
            assert_eq!(
                field("4242424242424242", malformed, "123"),
                ("expires".into(), "malformed_expiry")
            );
        }
        assert_eq!(
            field("4242424242424242", "12/30", "12"),
            ("cvc".into(), "malformed_cvc")
        );
        assert_eq!(
            field("378282246310005", "12/30", "123"),
            ("cvc".into(), "malformed_cvc")
        );
    }
}
