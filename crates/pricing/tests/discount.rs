//! Discounts: stacking, floors, exact breakdowns.

mod common;

use common::dec;
use proptest::prelude::*;
use tradewind_kernel::{Currency, Decimal, Money, Rounding};
use tradewind_pricing::{
    discount::{
        Applies, Discount, DiscountKind, ShareRounding, StackingOrder, StackingPolicy, apply,
    },
    tax::{TaxLine, TaxMode, TaxPolicy, TaxRate, TaxRounding, compute},
};

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn percent(percent: &str) -> DiscountKind {
    DiscountKind::Percentage {
        percent: dec(percent),
    }
}

fn amount(amount: &str) -> DiscountKind {
    DiscountKind::Amount {
        amount: dec(amount),
    }
}

fn total(kinds: &[DiscountKind], order: StackingOrder) -> Decimal {
    let discounts: Vec<_> = kinds.iter().copied().map(Discount::on_all).collect();
    let policy = StackingPolicy {
        order,
        ..StackingPolicy::default()
    };
    apply(&[eur(10_000)], &discounts, &policy, eur(0))
        .unwrap()
        .total
}

#[test]
fn the_order_of_stacking_is_a_policy() {
    let kinds = [amount("50"), percent("10")];
    assert_eq!(total(&kinds, StackingOrder::PercentagesFirst), dec("60"));
    assert_eq!(total(&kinds, StackingOrder::AsGiven), dec("55"));
    assert_eq!(
        total(&[percent("10"), percent("25")], StackingOrder::AsGiven),
        dec("32.5")
    );
    assert_eq!(
        total(&[amount("80"), amount("50")], StackingOrder::AsGiven),
        dec("100")
    );
    let with_override = [
        percent("10"),
        DiscountKind::PriceOverride { amount: dec("70") },
    ];
    assert_eq!(total(&with_override, StackingOrder::AsGiven), dec("37"));
    let dearer = [DiscountKind::PriceOverride { amount: dec("170") }];
    assert_eq!(
        total(&dearer, StackingOrder::AsGiven),
        dec("0"),
        "an override never raises"
    );
}

#[test]
fn the_narrowest_comes_first_and_shares_go_by_the_largest_remainder() {
    let lines = [eur(333), eur(333), eur(334)];
    let discounts = [
        Discount::on_all(amount("1.00")),
        Discount {
            kind: percent("50"),
            applies: Applies::Lines(vec![2]),
        },
    ];
    let policy = StackingPolicy {
        order: StackingOrder::NarrowestFirst,
        ..StackingPolicy::default()
    };
    let done = apply(&lines, &discounts, &policy, eur(0)).unwrap();
    assert_eq!(done.by_discount, [dec("1.00"), dec("1.67")]);
    let after: Vec<_> = done.lines.iter().map(|line| line.after).collect();
    assert_eq!(after, [dec("2.93"), dec("2.93"), dec("1.47")]);
    assert_eq!(done.lines[2].shares[0].discount, 1);
}

/// Three amounts off eight fees, as an engine that keeps shares unrounded publishes them.
fn published() -> (Vec<Money>, Vec<Discount>) {
    let fees = [1_000, 2_000, 3_000, 4_000, 1_000, 2_000, 3_000, 4_000];
    let off = |amount_off, lines| Discount {
        kind: amount(amount_off),
        applies: Applies::Lines(lines),
    };
    let discounts = vec![
        off("20.00", vec![0, 1]),
        off("10.00", vec![4, 5, 6, 7]),
        off("5.00", (0..8).collect()),
    ];
    (fees.map(eur).into(), discounts)
}

fn narrowest_first(shares: ShareRounding) -> StackingPolicy {
    StackingPolicy {
        order: StackingOrder::NarrowestFirst,
        shares,
        rounding: Rounding::HalfUp,
    }
}

#[test]
fn whole_cents_come_to_the_invoice_that_is_published_for_unrounded_shares() {
    let (fees, discounts) = published();
    let policy = narrowest_first(ShareRounding::MinorUnits);
    let done = apply(&fees, &discounts, &policy, eur(0)).unwrap();
    assert_eq!(done.by_discount, [dec("20.00"), dec("10.00"), dec("5.00")]);
    let ten = [TaxRate::standard("10", dec("10"))];
    let twenty = [TaxRate::standard("20", dec("20"))];
    // As on a document: each fee is a line, and so is what each discount takes off it.
    let mut lines = Vec::new();
    for (place, line) in done.lines.iter().enumerate() {
        let rates: &[TaxRate] = if place % 4 == 1 { &twenty } else { &ten };
        let off = line.shares.iter().map(|share| -share.amount);
        for amount in std::iter::once(line.before.to_decimal()).chain(off) {
            lines.push(TaxLine {
                amount,
                mode: TaxMode::Exclusive,
                rates,
            });
        }
    }
    let policy = TaxPolicy {
        scope: TaxRounding::PerDocument,
        ..TaxPolicy::default()
    };
    let taxed = compute(&lines, Currency::EUR, &policy).unwrap();
    assert_eq!(
        (taxed.net, taxed.tax, taxed.gross),
        (eur(16_500), eur(1_889), eur(18_389))
    );
}

#[test]
fn unrounded_shares_that_lines_round_by_themselves_lose_a_cent_or_take_one_too_many() {
    let in_lines = |fees: &[Money], discounts: &[Discount]| {
        let policy = narrowest_first(ShareRounding::Places(7));
        let done = apply(fees, discounts, &policy, eur(0)).unwrap();
        let shares = done.lines.iter().flat_map(|line| &line.shares);
        let rounded = shares
            .map(|share| Money::from_exact(share.amount, Currency::EUR, Rounding::HalfUp).unwrap());
        Money::sum(Currency::EUR, rounded).unwrap()
    };
    // 10.00 off three fees alike.
    let ten = [Discount::on_all(amount("10.00"))];
    assert_eq!(in_lines(&[eur(1_000); 3], &ten), eur(999));
    // Half of a cent, and then all of what is left of it.
    let halves = [
        Discount::on_all(percent("50")),
        Discount::on_all(percent("100")),
    ];
    assert_eq!(in_lines(&[eur(1)], &halves), eur(2));
    let policy = narrowest_first(ShareRounding::MinorUnits);
    let whole = |fees: &[Money], discounts: &[Discount]| {
        apply(fees, discounts, &policy, eur(0)).unwrap().total
    };
    assert_eq!(whole(&[eur(1_000); 3], &ten), dec("10.00"));
    assert_eq!(whole(&[eur(1)], &halves), dec("0.01"));
}

#[test]
fn discounts_stop_at_the_floor_and_leave_credits_alone() {
    let lines = [eur(10_000), eur(-2_000)];
    let all = [Discount::on_all(percent("100"))];
    let policy = StackingPolicy::default();
    let free = apply(&lines, &all, &policy, eur(0)).unwrap();
    assert_eq!(free.lines[1].after, dec("-20"));
    assert_eq!(free.total, dec("80"), "the document does not turn negative");
    let committed = apply(&lines, &all, &policy, eur(5_000)).unwrap();
    assert_eq!(committed.total, dec("30"));
}

#[test]
fn wrong_discounts_are_refused_by_field() {
    let wrong = [Discount::on_all(percent("101"))];
    let error = apply(&[eur(1)], &wrong, &StackingPolicy::default(), eur(0));
    assert_eq!(
        error.unwrap_err().problems()[0].field,
        "discounts.0.percent"
    );
    let usd = [Money::new(1, Currency::USD)];
    assert!(apply(&usd, &[], &StackingPolicy::default(), eur(0)).is_err());
}

proptest! {
    #[test]
    fn nothing_goes_below_zero_and_every_cent_is_explained(
        lines in prop::collection::vec(0_i64..1_000_000, 1..20),
        discounts in prop::collection::vec((any::<bool>(), 0_i64..10_000, prop::option::of(0_usize..20)), 0..6),
        order in prop::sample::select(vec![
            StackingOrder::PercentagesFirst, StackingOrder::NarrowestFirst, StackingOrder::AsGiven,
        ]),
        places in prop::option::of(2_u32..8),
    ) {
        let lines: Vec<_> = lines.into_iter().map(eur).collect();
        let discounts: Vec<_> = discounts
            .into_iter()
            .map(|(is_percent, value, line)| Discount {
                kind: if is_percent {
                    DiscountKind::Percentage { percent: Decimal::new(value, 2) }
                } else {
                    DiscountKind::Amount { amount: Decimal::new(value * 13, 2) }
                },
                applies: line.map_or(Applies::All, |line| Applies::Lines(vec![line, line + 1])),
            })
            .collect();
        let policy = StackingPolicy {
            order,
            shares: places.map_or(ShareRounding::MinorUnits, ShareRounding::Places),
            rounding: Rounding::HalfUp,
        };
        let done = apply(&lines, &discounts, &policy, eur(0)).unwrap();
        let mut sum = Decimal::ZERO;
        for line in &done.lines {
            prop_assert!(line.after >= Decimal::ZERO);
            let shares: Decimal = line.shares.iter().map(|share| share.amount).sum();
            prop_assert!(line.shares.iter().all(|share| share.amount >= Decimal::ZERO));
            prop_assert_eq!(line.before.to_decimal() - shares, line.after);
            sum += shares;
        }
        prop_assert_eq!(sum, done.total);
        prop_assert_eq!(done.by_discount.iter().copied().sum::<Decimal>(), done.total);
    }
}
