//! Money, currencies and decimals: exact, and refusing what cannot be.

use proptest::prelude::*;
use tradewind_kernel::{
    Currency, Decimal, Error, Money, Rounding,
    decimal::{self, Limits, parse_decimal},
    money::allocate,
};

fn dec(text: &str) -> Decimal {
    parse_decimal("x", text, &Limits::any()).unwrap()
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

/// The code and message of the only problem of an invalid input.
fn problem(error: Error) -> (String, &'static str, String) {
    match error.problems() {
        [one] => (one.field.clone(), one.code, one.message.clone()),
        other => panic!("expected one problem, got {other:?} of {error}"),
    }
}

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    problem(result.unwrap_err()).1
}

#[test]
fn the_currency_table_is_sorted_unique_and_of_known_size() {
    let codes: Vec<&str> = Currency::all().map(Currency::code).collect();
    assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(codes.len(), 165);
    assert!(
        codes
            .iter()
            .all(|c| c.len() == 3 && c.bytes().all(|b| b.is_ascii_uppercase()))
    );
    let mut numeric: Vec<u16> = Currency::all().map(Currency::numeric).collect();
    numeric.sort_unstable();
    assert!(
        numeric.windows(2).all(|pair| pair[0] < pair[1]),
        "a numeric code is there twice"
    );
    assert!(
        Currency::all().all(|c| !c.name().is_empty() && Currency::parse(c.code()).unwrap() == c)
    );
}

#[test]
fn currencies_have_the_places_of_the_standard() {
    let of = |places: u32| {
        let codes: Vec<&str> = Currency::all()
            .filter(|c| c.exponent() == places)
            .map(Currency::code)
            .collect();
        codes.join(" ")
    };
    assert_eq!(
        of(0),
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
    );
    assert_eq!(of(3), "BHD IQD JOD KWD LYD OMR TND");
    assert_eq!(of(4), "CLF UYW");
    let elsewhere = Currency::all().filter(|c| ![0, 3, 4].contains(&c.exponent()));
    assert!(elsewhere.clone().all(|c| c.exponent() == 2));
    assert_eq!(elsewhere.count(), 165 - 17 - 7 - 2);
    assert_eq!(Currency::EUR.numeric(), 978);
    assert_eq!(Currency::parse("ALL").unwrap().numeric(), 8);
    assert_eq!(Currency::JPY.name(), "Yen");
}

#[test]
fn unknown_currencies_are_refused_by_name() {
    for text in ["", "eur", "EURO", "XXX", "XAU", "DEM", "€", " EUR", "E\0R"] {
        let (field, code, message) = problem(Currency::parse(text).unwrap_err());
        assert_eq!((field.as_str(), code), ("currency", "unknown_currency"));
        assert!(message.contains("such as EUR"), "{message}");
    }
    assert!(serde_json::from_str::<Currency>("\"usd\"").is_err());
    assert_eq!(serde_json::to_string(&Currency::USD).unwrap(), "\"USD\"");
}

#[test]
fn money_on_the_wire_has_exactly_the_places_of_its_currency() {
    let forms = [
        (eur(1234), r#"{"amount":"12.34","currency":"EUR"}"#),
        (eur(-5), r#"{"amount":"-0.05","currency":"EUR"}"#),
        (eur(0), r#"{"amount":"0.00","currency":"EUR"}"#),
        (
            Money::new(500, Currency::JPY),
            r#"{"amount":"500","currency":"JPY"}"#,
        ),
        (
            Money::new(1, Currency::parse("KWD").unwrap()),
            r#"{"amount":"0.001","currency":"KWD"}"#,
        ),
        (
            Money::new(i64::MIN, Currency::EUR),
            r#"{"amount":"-92233720368547758.08","currency":"EUR"}"#,
        ),
    ];
    for (money, json) in forms {
        assert_eq!(serde_json::to_string(&money).unwrap(), json);
        assert_eq!(serde_json::from_str::<Money>(json).unwrap(), money);
    }
    let shorter: Money = serde_json::from_str(r#"{"amount":"12","currency":"EUR"}"#).unwrap();
    assert_eq!(shorter, eur(1200));
    for bad in [
        r#"{"amount":"12.345","currency":"EUR"}"#,
        r#"{"amount":12.34,"currency":"EUR"}"#,
        r#"{"amount":"1.5","currency":"JPY"}"#,
        r#"{"amount":"1e3","currency":"EUR"}"#,
        r#"{"amount":"99999999999999999999.00","currency":"EUR"}"#,
        r#"{"amount":"1.00","currency":"XXX"}"#,
        r#"{"amount":"1.00"}"#,
    ] {
        assert!(serde_json::from_str::<Money>(bad).is_err(), "{bad}");
    }
}

#[test]
fn money_refuses_to_mix_currencies_and_to_overflow() {
    let usd = Money::new(1, Currency::USD);
    assert_eq!(code(eur(1).add(usd)), "currency_mismatch");
    assert_eq!(code(eur(1).sub(usd)), "currency_mismatch");
    assert_eq!(
        code(Money::sum(Currency::EUR, [eur(1), usd])),
        "currency_mismatch"
    );
    assert_eq!(code(eur(i64::MAX).add(eur(1))), "overflow");
    assert_eq!(code(eur(i64::MIN).sub(eur(1))), "overflow");
    assert_eq!(code(eur(i64::MIN).neg()), "overflow");
    assert_eq!(
        code(Money::sum(Currency::EUR, [eur(i64::MAX), eur(1)])),
        "overflow"
    );
    let back = Money::sum(Currency::EUR, [eur(i64::MAX), eur(1), eur(-1)]).unwrap();
    assert_eq!(back, eur(i64::MAX));
    let huge = dec("92233720368547758.08");
    assert_eq!(
        code(Money::from_exact(huge, Currency::EUR, Rounding::HalfUp)),
        "overflow"
    );
    assert_eq!(
        code(Money::from_exact(
            Decimal::MAX,
            Currency::EUR,
            Rounding::HalfUp
        )),
        "overflow"
    );
    assert_eq!(
        code(Money::from_exact(
            Decimal::MAX,
            Currency::JPY,
            Rounding::HalfUp
        )),
        "overflow"
    );
    assert_eq!(
        Money::from_exact(dec("92233720368547758.07"), Currency::EUR, Rounding::Up).unwrap(),
        eur(i64::MAX)
    );
}

#[test]
fn every_rounding_mode_rounds_as_it_is_named() {
    // For 0.5, 1.5, 2.5, 1.4, 1.6 and their opposites.
    let inputs = [
        "0.5", "1.5", "2.5", "1.4", "1.6", "-0.5", "-1.5", "-2.5", "-1.4", "-1.6",
    ];
    let expected = [
        (Rounding::HalfUp, [1, 2, 3, 1, 2, -1, -2, -3, -1, -2]),
        (Rounding::HalfEven, [0, 2, 2, 1, 2, 0, -2, -2, -1, -2]),
        (Rounding::HalfDown, [0, 1, 2, 1, 2, 0, -1, -2, -1, -2]),
        (Rounding::Up, [1, 2, 3, 2, 2, -1, -2, -3, -2, -2]),
        (Rounding::Down, [0, 1, 2, 1, 1, 0, -1, -2, -1, -1]),
        (Rounding::Ceiling, [1, 2, 3, 2, 2, 0, -1, -2, -1, -1]),
        (Rounding::Floor, [0, 1, 2, 1, 1, -1, -2, -3, -2, -2]),
    ];
    assert_eq!(expected.map(|(mode, _)| mode), Rounding::ALL);
    for (mode, results) in expected {
        for (input, result) in inputs.iter().zip(results) {
            assert_eq!(
                decimal::round(dec(input), 0, mode),
                Decimal::from(result),
                "{input} rounded {mode}"
            );
        }
        assert_eq!(mode.as_str().parse::<Rounding>().unwrap(), mode);
        assert_eq!(serde_json::to_string(&mode).unwrap(), format!("\"{mode}\""));
    }
    assert_eq!(code("bankers".parse::<Rounding>()), "unknown_value");
}

#[test]
fn decimals_are_read_strictly() {
    let limits = Limits::new(6, 4);
    for (text, canonical) in [
        ("0", "0"),
        ("-0", "0"),
        ("12.50", "12.50"),
        ("-0.0001", "-0.0001"),
        ("000123456.1", "123456.1"),
        ("1.50000000", "1.5000"),
        ("999999.9999", "999999.9999"),
    ] {
        assert_eq!(
            parse_decimal("x", text, &limits).unwrap().to_string(),
            canonical,
            "{text}"
        );
    }
    for text in [
        "", "-", ".", "1.", ".5", "+1", "1,5", "1_000", " 1", "1 ", "1e3", "0x10", "NaN", "∞",
        "１", "--1", "1.2.3", "1\0",
    ] {
        assert_eq!(
            code(parse_decimal("x", text, &limits)),
            "not_a_number",
            "{text:?}"
        );
    }
    assert_eq!(
        code(parse_decimal("x", &"9".repeat(5000), &limits)),
        "not_a_number"
    );
    assert_eq!(
        code(parse_decimal("x", "1000000", &limits)),
        "too_many_digits"
    );
    assert_eq!(
        code(parse_decimal("x", "0.00001", &limits)),
        "too_many_places"
    );
    assert_eq!(
        code(parse_decimal("x", &"9".repeat(29), &Limits::any())),
        "too_many_digits"
    );
    assert_eq!(
        code(parse_decimal("x", &"9".repeat(100), &Limits::new(200, 0))),
        "too_many_digits"
    );
    let too_fine = format!("0.{}1", "0".repeat(28));
    assert_eq!(
        code(parse_decimal("x", &too_fine, &Limits::any())),
        "too_many_places"
    );
}

#[test]
fn ranges_are_named_in_the_refusal() {
    let limits = Limits::new(9, 2)
        .at_least(Decimal::ONE)
        .at_most(Decimal::from(10));
    let (field, code, message) = problem(parse_decimal("quantity", "0", &limits).unwrap_err());
    assert_eq!((field.as_str(), code), ("quantity", "out_of_range"));
    assert_eq!(message, "must be between 1 and 10");
    let (_, _, message) =
        problem(parse_decimal("x", "-0.01", &Limits::any().non_negative()).unwrap_err());
    assert_eq!(message, "must be at least 0");
    let (_, _, message) =
        problem(parse_decimal("x", "2", &Limits::any().at_most(Decimal::ONE)).unwrap_err());
    assert_eq!(message, "must be at most 1");
}

#[test]
fn scientific_notation_is_read_only_when_asked_for() {
    let limits = Limits::any().with_exponent();
    for (text, value) in [
        ("1.5e-7", "0.00000015"),
        ("1E3", "1000"),
        ("-2.50e+1", "-25.0"),
        ("0e5", "0"),
        ("0.000e-50", "0.0000000000000000000000000000"),
        ("12.5", "12.5"),
        ("100e-2", "1.00"),
    ] {
        assert_eq!(
            parse_decimal("x", text, &limits).unwrap().to_string(),
            value,
            "{text}"
        );
    }
    for text in [
        "e5",
        "1e",
        "1e+",
        "1e1.5",
        "1e99999999999999999999",
        "1e61",
        "1e--1",
        "1ee1",
    ] {
        assert_eq!(
            code(parse_decimal("x", text, &limits)),
            "not_a_number",
            "{text}"
        );
    }
    assert_eq!(code(parse_decimal("x", "1e40", &limits)), "too_many_digits");
    assert_eq!(
        code(parse_decimal("x", "1e-40", &limits)),
        "too_many_places"
    );
}

#[test]
fn arithmetic_reports_what_does_not_fit() {
    assert_eq!(decimal::mul(dec("0.1"), dec("0.2")).unwrap(), dec("0.02"));
    assert_eq!(decimal::add(dec("0.1"), dec("0.2")).unwrap(), dec("0.3"));
    assert_eq!(decimal::sub(dec("0.1"), dec("0.3")).unwrap(), dec("-0.2"));
    assert_eq!(decimal::div(dec("1"), dec("8")).unwrap(), dec("0.125"));
    assert_eq!(code(decimal::add(Decimal::MAX, Decimal::ONE)), "overflow");
    assert_eq!(code(decimal::sub(Decimal::MIN, Decimal::ONE)), "overflow");
    assert_eq!(code(decimal::mul(Decimal::MAX, Decimal::TWO)), "overflow");
    assert_eq!(
        code(decimal::div(Decimal::ONE, Decimal::ZERO)),
        "division_by_zero"
    );
    assert_eq!(code(decimal::div(Decimal::MAX, dec("0.1"))), "overflow");
}

#[test]
fn scaled_money_rounds_once_at_the_places_of_its_currency() {
    assert_eq!(
        eur(1005).scaled(dec("0.1"), Rounding::HalfUp).unwrap(),
        eur(101)
    );
    assert_eq!(
        eur(1005).scaled(dec("0.1"), Rounding::HalfEven).unwrap(),
        eur(100)
    );
    assert_eq!(
        eur(-1005).scaled(dec("0.1"), Rounding::HalfUp).unwrap(),
        eur(-101)
    );
    assert_eq!(
        code(eur(i64::MAX).scaled(dec("2"), Rounding::HalfUp)),
        "overflow"
    );
}

#[test]
fn allocation_gives_the_odd_cents_to_the_largest_remainders() {
    let ones = [Decimal::ONE; 3];
    assert_eq!(
        allocate(eur(100), &ones).unwrap(),
        [eur(34), eur(33), eur(33)]
    );
    assert_eq!(
        allocate(eur(-100), &ones).unwrap(),
        [eur(-34), eur(-33), eur(-33)]
    );
    assert_eq!(allocate(eur(2), &ones).unwrap(), [eur(1), eur(1), eur(0)]);
    let weights = [dec("50.5"), dec("0"), dec("49.5")];
    assert_eq!(
        allocate(eur(101), &weights).unwrap(),
        [eur(51), eur(0), eur(50)]
    );
    assert_eq!(allocate(eur(0), &ones).unwrap(), [eur(0); 3]);
    assert_eq!(
        allocate(eur(i64::MIN), &[Decimal::ONE]).unwrap(),
        [eur(i64::MIN)]
    );
    let fine = [dec("0.0000000000000000000000000001"), dec("9")];
    assert_eq!(
        allocate(eur(i64::MAX), &fine).unwrap(),
        [eur(0), eur(i64::MAX)]
    );
}

#[test]
fn allocation_refuses_weights_that_mean_nothing() {
    for weights in [
        vec![],
        vec![Decimal::ZERO, Decimal::ZERO],
        vec![dec("-1"), dec("2")],
        vec![dec("0.0000000000000000000000000001"), Decimal::MAX],
    ] {
        let (field, code, _) = problem(allocate(eur(1), &weights).unwrap_err());
        assert_eq!(
            (field.as_str(), code),
            ("weights", "invalid_weights"),
            "{weights:?}"
        );
    }
}

fn any_currency() -> impl Strategy<Value = Currency> {
    (0..Currency::all().len()).prop_map(|i| Currency::all().nth(i).unwrap())
}

fn any_decimal() -> impl Strategy<Value = Decimal> {
    ((-(1_i128 << 96) + 1)..(1_i128 << 96), 0_u32..=28)
        .prop_map(|(mantissa, scale)| Decimal::from_i128_with_scale(mantissa, scale))
}

/// Rounding by integer arithmetic alone, as an independent opinion.
fn rounded(mantissa: i128, scale: u32, places: u32, mode: Rounding) -> i128 {
    if places >= scale {
        return mantissa * 10_i128.pow(places - scale);
    }
    let unit = 10_i128.pow(scale - places);
    let (floor, rest) = (mantissa.div_euclid(unit), mantissa.rem_euclid(unit));
    if rest == 0 {
        return floor;
    }
    let (towards_zero, away) = if mantissa < 0 {
        (floor + 1, floor)
    } else {
        (floor, floor + 1)
    };
    let nearest = |tie: i128| match (rest * 2).cmp(&unit) {
        std::cmp::Ordering::Less => floor,
        std::cmp::Ordering::Equal => tie,
        std::cmp::Ordering::Greater => floor + 1,
    };
    match mode {
        Rounding::HalfUp => nearest(away),
        Rounding::HalfEven => nearest(if floor % 2 == 0 { floor } else { floor + 1 }),
        Rounding::HalfDown => nearest(towards_zero),
        Rounding::Up => away,
        Rounding::Down => towards_zero,
        Rounding::Ceiling => floor + 1,
        Rounding::Floor => floor,
    }
}

proptest! {
    #[test]
    fn allocation_never_loses_a_cent(
        minor in any::<i64>(),
        weights in prop::collection::vec((0_i64..=i64::MAX, 0_u32..=18), 1..40),
    ) {
        let weights: Vec<Decimal> = weights.into_iter().map(|(m, s)| Decimal::new(m, s)).collect();
        prop_assume!(weights.iter().any(|w| !w.is_zero()));
        let Ok(parts) = allocate(eur(minor), &weights) else {
            // Only weights that span more than 38 orders of magnitude together may be refused.
            let scales: u32 = weights.iter().map(|w| w.normalize().scale()).max().unwrap();
            prop_assert!(scales > 17);
            return Ok(());
        };
        prop_assert_eq!(parts.len(), weights.len());
        prop_assert_eq!(Money::sum(Currency::EUR, parts.iter().copied()).unwrap(), eur(minor));
        for (part, weight) in parts.iter().zip(&weights) {
            prop_assert!(part.is_zero() || part.is_negative() == (minor < 0));
            prop_assert!(!weight.is_zero() || part.is_zero(), "a part without weight got {part}");
        }
    }

    #[test]
    fn allocation_is_fair_and_repeatable(
        minor in -1_000_000_000_i64..1_000_000_000,
        weights in prop::collection::vec(0_i64..1_000_000, 1..30),
    ) {
        let all: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        prop_assume!(all > 0);
        let decimals: Vec<Decimal> = weights.iter().map(|w| Decimal::from(*w)).collect();
        let parts = allocate(eur(minor), &decimals).unwrap();
        for (part, weight) in parts.iter().zip(&weights) {
            // Less than one minor unit away from the exact share.
            let distance = i128::from(part.minor) * all - i128::from(minor) * i128::from(*weight);
            prop_assert!(distance.abs() < all);
        }
        for (a, wa) in parts.iter().zip(&weights) {
            for (b, wb) in parts.iter().zip(&weights) {
                prop_assert!(wa <= wb || a.minor.abs() >= b.minor.abs(), "more weight, but a smaller part");
            }
        }
        let finer: Vec<Decimal> = weights.iter().map(|w| Decimal::new(*w, 3)).collect();
        prop_assert_eq!(allocate(eur(minor), &finer).unwrap(), parts);
    }

    #[test]
    fn money_survives_its_text_and_json(minor in any::<i64>(), currency in any_currency()) {
        let money = Money::new(minor, currency);
        prop_assert_eq!(money.to_string().parse::<Money>().unwrap(), money);
        let json = serde_json::to_string(&money).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
        prop_assert_eq!(Money::parse_amount("x", &money.amount(), currency).unwrap(), money);
        let places = money.amount().split_once('.').map_or(0, |(_, fraction)| fraction.len());
        prop_assert_eq!(u32::try_from(places).unwrap(), currency.exponent());
        let exact = Money::from_exact(money.to_decimal(), currency, Rounding::Down);
        prop_assert_eq!(exact.unwrap(), money);
    }

    #[test]
    fn rounding_agrees_with_integers(
        mantissa in -1_000_000_000_000_000_000_i128..1_000_000_000_000_000_000,
        scale in 0_u32..12,
        currency in any_currency(),
    ) {
        for &mode in Rounding::ALL {
            let value = Decimal::from_i128_with_scale(mantissa, scale);
            let expected = rounded(mantissa, scale, currency.exponent(), mode);
            let money = Money::from_exact(value, currency, mode);
            match i64::try_from(expected) {
                Ok(minor) => prop_assert_eq!(money.unwrap(), Money::new(minor, currency)),
                Err(_) => prop_assert!(money.is_err()),
            }
        }
    }

    #[test]
    fn decimals_survive_their_text(value in any_decimal()) {
        let limits = Limits::new(29, 28);
        let read = parse_decimal("x", &value.to_string(), &limits).unwrap();
        prop_assert_eq!(read, value);
        prop_assert_eq!(read.to_string(), value.to_string());
        let scientific = format!("{}e-{}", value.mantissa(), value.scale());
        prop_assert_eq!(parse_decimal("x", &scientific, &limits.with_exponent()).unwrap(), value);
    }

    #[test]
    fn reading_numbers_never_panics(text in any::<String>(), places in 0_u32..40, digits in 0_u32..40) {
        let _ = parse_decimal("x", &text, &Limits::new(digits, places).with_exponent());
        let _ = text.parse::<Money>();
        let _ = Currency::parse(&text);
    }

    #[test]
    fn reading_near_numbers_never_panics(text in "-?[0-9.e+-]{0,45}", places in 0_u32..40, digits in 0_u32..40) {
        let limits = Limits::new(digits, places).with_exponent();
        if let Ok(value) = parse_decimal("x", &text, &limits) {
            prop_assert!(value.scale() <= places);
            // What was read is read the same again.
            prop_assert_eq!(parse_decimal("x", &value.to_string(), &limits).unwrap(), value);
        }
        let _ = format!("{text} EUR").parse::<Money>();
    }

    #[test]
    fn sums_and_differences_undo_each_other(a in any::<i64>(), b in any::<i64>()) {
        if let Ok(sum) = eur(a).add(eur(b)) {
            prop_assert_eq!(sum.sub(eur(b)).unwrap(), eur(a));
            prop_assert_eq!(eur(b).add(eur(a)).unwrap(), sum);
        } else {
            prop_assert!(a.checked_add(b).is_none());
        }
    }
}
