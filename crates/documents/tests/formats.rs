//! Numbers, money and dates per language, and that no digit is ever lost.

use proptest::prelude::*;
use tradewind_documents::format;
use tradewind_kernel::time::parse_date;
use tradewind_kernel::{Currency, Date, Decimal, Locale, Money, Timestamp, Zone};

const EN: Locale = Locale::En;
const DE: Locale = Locale::De;

fn money(minor: i64, code: &str) -> Money {
    Money::new(minor, Currency::parse(code).unwrap())
}

fn day(text: &str) -> Date {
    parse_date("day", text).unwrap()
}

#[test]
fn money_by_language_and_currency() {
    let cases = [
        (123_456, "EUR", "€1,234.56", "1.234,56\u{a0}€"),
        (-123_456, "EUR", "-€1,234.56", "-1.234,56\u{a0}€"),
        (0, "EUR", "€0.00", "0,00\u{a0}€"),
        (5, "USD", "$0.05", "0,05\u{a0}$"),
        (1_234_567, "JPY", "¥1,234,567", "1.234.567\u{a0}¥"),
        (1_234_567, "KWD", "KWD\u{a0}1,234.567", "1.234,567\u{a0}KWD"),
        (-100, "CHF", "-CHF\u{a0}1.00", "-1,00\u{a0}CHF"),
    ];
    for (minor, code, english, german) in cases {
        assert_eq!(format::money(EN, money(minor, code)), english);
        assert_eq!(format::money(DE, money(minor, code)), german);
    }
    assert_eq!(format::amount(DE, money(-123_456, "EUR")), "-1.234,56");
}

#[test]
fn prices_keep_digits_below_the_smallest_coin() {
    let eur = Currency::parse("EUR").unwrap();
    let price = |locale, text: &str| format::price(locale, text.parse().unwrap(), eur);
    assert_eq!(price(EN, "0.0034500"), "€0.00345");
    assert_eq!(price(DE, "12"), "12,00\u{a0}€");
    assert_eq!(price(EN, "-0.5"), "-€0.50");
    assert_eq!(
        format::price_digits(DE, "1000.125".parse().unwrap(), eur),
        "1.000,125"
    );
}

#[test]
fn numbers_and_percents() {
    let number = |locale, text: &str| format::decimal(locale, text.parse().unwrap());
    assert_eq!(number(EN, "1234567.500"), "1,234,567.5");
    assert_eq!(number(DE, "-999"), "-999");
    assert_eq!(number(DE, "-1000.01"), "-1.000,01");
    assert_eq!(format::integer(EN, i64::MIN), "-9,223,372,036,854,775,808");
    assert_eq!(format::percent(EN, "19.0".parse().unwrap()), "19%");
    assert_eq!(format::percent(DE, "7.5".parse().unwrap()), "7,5\u{a0}%");
}

#[test]
fn dates_and_periods() {
    let first = day("2024-10-01");
    assert_eq!(format::date(EN, first), "1 Oct 2024");
    assert_eq!(format::date(DE, first), "01.10.2024");
    assert_eq!(format::date_long(EN, first), "1 October 2024");
    assert_eq!(format::date_long(DE, day("2024-03-09")), "9. März 2024");
    assert_eq!(format::month(DE, first), "Oktober 2024");
    let at = Timestamp::parse("2024-10-01T12:05:59Z").unwrap();
    assert_eq!(format::date_time(EN, at, &Zone::utc()), "1 Oct 2024, 12:05");
    assert_eq!(
        format::date_time(DE, at, &Zone::parse("Europe/Vienna").unwrap()),
        "01.10.2024, 14:05"
    );

    let cases = [
        (
            "2024-10-01",
            "2024-11-01",
            "1–31 Oct 2024",
            "01.–31.10.2024",
        ),
        (
            "2024-10-15",
            "2024-11-15",
            "15 Oct – 14 Nov 2024",
            "15.10.–14.11.2024",
        ),
        (
            "2024-10-15",
            "2025-10-15",
            "15 Oct 2024 – 14 Oct 2025",
            "15.10.2024 – 14.10.2025",
        ),
        ("2024-10-15", "2024-10-16", "15 Oct 2024", "15.10.2024"),
        ("2024-10-15", "2024-10-15", "15 Oct 2024", "15.10.2024"),
    ];
    for (start, end, english, german) in cases {
        assert_eq!(format::period(EN, day(start), day(end)), english);
        assert_eq!(format::period(DE, day(start), day(end)), german);
    }
}

/// Reads back what a language wrote: groups and currency away, its point to `.`.
fn read_back(locale: Locale, text: &str) -> Decimal {
    let (point, group) = if locale == EN { ('.', ',') } else { (',', '.') };
    let plain: String = text
        .chars()
        .filter(|c| *c != group)
        .map(|c| if c == point { '.' } else { c })
        .filter(|c| c.is_ascii_digit() || matches!(c, '.' | '-'))
        .collect();
    plain.parse().unwrap()
}

proptest! {
    #[test]
    fn no_digit_of_a_decimal_is_lost(mantissa in -(1i128 << 95)..(1i128 << 95), scale in 0u32..=28, places in 0u32..=6) {
        let value = Decimal::from_i128_with_scale(mantissa, scale);
        for locale in Locale::ALL {
            prop_assert_eq!(read_back(locale, &format::decimal_at_least(locale, value, places)), value);
        }
    }

    #[test]
    fn no_digit_of_an_amount_is_lost(minor: i64, which in 0usize..180) {
        let currencies: Vec<Currency> = Currency::all().collect();
        let amount = Money::new(minor, currencies[which % currencies.len()]);
        for locale in Locale::ALL {
            prop_assert_eq!(read_back(locale, &format::money(locale, amount)), amount.to_decimal());
            prop_assert_eq!(read_back(locale, &format::amount(locale, amount)), amount.to_decimal());
        }
    }
}
