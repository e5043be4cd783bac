//! Tax: whatever is rounded, the sums add up.

mod common;

use common::dec;
use proptest::prelude::*;
use tradewind_kernel::{Currency, Decimal, Money, Rounding};
use tradewind_pricing::tax::{
    TaxKind, TaxLine, TaxMode, TaxPolicy, TaxRate, TaxRounding, compute, proportional,
};

fn lines<'a>(rows: &'a [(&str, Vec<TaxRate>)]) -> Vec<TaxLine<'a>> {
    moded(rows, TaxMode::Exclusive)
}

fn moded<'a>(rows: &'a [(&str, Vec<TaxRate>)], mode: TaxMode) -> Vec<TaxLine<'a>> {
    rows.iter()
        .map(|(amount, rates)| TaxLine {
            amount: dec(amount),
            mode,
            rates,
        })
        .collect()
}

fn vat(percent: &str) -> TaxRate {
    TaxRate::standard(format!("VAT {percent} %"), dec(percent))
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

#[test]
fn three_times_a_third_of_a_cent() {
    // 3 × 0.21 × 19 % = 3 × 0.0399: per line 0.12, per rate round(0.1197) = 0.12; 0.13 × 19 % = 0.0247 shows more.
    let rows = [
        ("0.13", vec![vat("19")]),
        ("0.13", vec![vat("19")]),
        ("0.13", vec![vat("19")]),
    ];
    let lines = lines(&rows);
    let with = |scope| {
        let policy = TaxPolicy {
            scope,
            ..TaxPolicy::default()
        };
        let taxed = compute(&lines, Currency::EUR, &policy).unwrap();
        let each: Vec<i64> = taxed.lines.iter().map(|line| line.taxes[0].minor).collect();
        (each, taxed.tax.minor, taxed.gross.minor)
    };
    assert_eq!(with(TaxRounding::PerLine), (vec![2, 2, 2], 6, 45));
    assert_eq!(with(TaxRounding::PerRate), (vec![3, 2, 2], 7, 46));
    assert_eq!(with(TaxRounding::PerDocument), (vec![3, 2, 2], 7, 46));
}

#[test]
fn tax_inside_a_price_is_taken_out_of_it() {
    let rows = [("119.00", vec![vat("19")]), ("10.00", vec![vat("7")])];
    let taxed = compute(
        &moded(&rows, TaxMode::Inclusive),
        Currency::EUR,
        &TaxPolicy::default(),
    )
    .unwrap();
    assert_eq!(taxed.lines[0].net, eur(10_000));
    assert_eq!(taxed.lines[1].taxes, [eur(65)]);
    assert_eq!(taxed.gross, eur(12_900));
    assert_eq!(taxed.summary[1].base, eur(935));
}

#[test]
fn a_compound_tax_is_taken_on_the_taxes_before_it() {
    let gst = TaxRate::standard("GST", dec("5"));
    let qst = TaxRate {
        compound: true,
        ..TaxRate::standard("QST", dec("9.5"))
    };
    let rows = [("100.00", vec![gst.clone(), qst.clone()])];
    let taxed = compute(&lines(&rows), Currency::USD, &TaxPolicy::default()).unwrap();
    assert_eq!(taxed.lines[0].exact_taxes, [dec("5"), dec("9.975")]);
    assert_eq!(taxed.gross.amount(), "114.98");
    let gross = [("114.975", vec![gst, qst])];
    let back = compute(
        &moded(&gross, TaxMode::Inclusive),
        Currency::USD,
        &TaxPolicy::default(),
    )
    .unwrap();
    assert_eq!(back.lines[0].exact_taxes, [dec("5"), dec("9.975")]);
}

#[test]
fn reverse_charge_adds_nothing_and_says_why() {
    let reverse = TaxRate::without_tax("VAT AT", TaxKind::ReverseCharge, "tax.reverse_charge");
    reverse.check().unwrap();
    let rows = [("50.00", vec![reverse.clone()]), ("10.00", vec![vat("20")])];
    let taxed = compute(&lines(&rows), Currency::EUR, &TaxPolicy::default()).unwrap();
    assert_eq!(taxed.tax, eur(200));
    assert_eq!(
        taxed.summary[0].rate.reason.as_deref(),
        Some("tax.reverse_charge")
    );
    assert_eq!(
        (taxed.summary[0].base, taxed.summary[0].tax),
        (eur(5000), eur(0))
    );
    let silent = TaxRate {
        reason: None,
        ..reverse
    };
    assert_eq!(silent.check().unwrap_err().problems()[0].field, "reason");
}

#[test]
fn a_credited_part_takes_its_part_of_each_tax() {
    let taxes = proportional(
        eur(10_000),
        &[eur(1500), eur(500)],
        eur(-3333),
        Rounding::HalfUp,
    )
    .unwrap();
    assert_eq!(taxes, [eur(-500), eur(-167)]);
    assert!(proportional(eur(0), &[eur(0)], eur(1), Rounding::HalfUp).is_err());
}

proptest! {
    #[test]
    fn sums_always_add_up(
        amounts in prop::collection::vec((-1_000_000_i64..10_000_000, 0_usize..4, 0_u32..5, any::<bool>()), 0..40),
        scope in prop::sample::select(vec![TaxRounding::PerLine, TaxRounding::PerRate, TaxRounding::PerDocument]),
    ) {
        let sets = [
            vec![vat("19")],
            vec![vat("7"), vat("1.5")],
            vec![],
            vec![vat("8.875"), TaxRate { compound: true, ..vat("3.33") }],
        ];
        let lines: Vec<_> = amounts
            .iter()
            .map(|(amount, set, scale, inclusive)| TaxLine {
                amount: Decimal::new(*amount, *scale),
                mode: if *inclusive { TaxMode::Inclusive } else { TaxMode::Exclusive },
                rates: &sets[*set],
            })
            .collect();
        let policy = TaxPolicy {
            scope,
            rounding: Rounding::HalfUp,
        };
        let taxed = compute(&lines, Currency::EUR, &policy).unwrap();
        let sum = |values: Vec<Money>| values.iter().map(|m| m.minor).sum::<i64>();
        prop_assert_eq!(sum(taxed.lines.iter().map(|l| l.net).collect()), taxed.net.minor);
        prop_assert_eq!(sum(taxed.lines.iter().map(|l| l.gross).collect()), taxed.gross.minor);
        prop_assert_eq!(sum(taxed.summary.iter().map(|s| s.tax).collect()), taxed.tax.minor);
        prop_assert_eq!(taxed.net.minor + taxed.tax.minor, taxed.gross.minor);
        for (line, given) in taxed.lines.iter().zip(&lines) {
            prop_assert_eq!(sum(line.taxes.clone()) + line.net.minor, line.gross.minor);
            // No tax is off by more than a cent from its exact amount.
            for (tax, exact) in line.taxes.iter().zip(&line.exact_taxes) {
                prop_assert!((tax.to_decimal() - exact).abs() <= Decimal::new(1, 2));
            }
            let kept = if given.mode == TaxMode::Inclusive { line.gross } else { line.net };
            prop_assert_eq!(kept, Money::from_exact(given.amount, Currency::EUR, Rounding::HalfUp).unwrap());
        }
    }
}
