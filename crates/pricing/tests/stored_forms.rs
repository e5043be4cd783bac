//! The JSON of everything that is stored with the terms of a sale: a change here breaks what is stored already.

mod common;

use common::{date, dec};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tradewind_kernel::{Rounding, calendar::Cadence};
use tradewind_pricing::{
    Direction, Part, PartKind, ProrationPolicy, ProrationTerms, Ratio, Settle,
    cycles::{Alignment, BillingCycle, FirstPeriod, StubBasis},
    discount::{Applies, Discount, DiscountKind, ShareRounding, StackingOrder, StackingPolicy},
    recurring::Timing,
    rounding::RoundingScope,
    tax::{TaxKind, TaxPolicy, TaxRate, TaxRounding},
};

fn stored<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: T, form: Value) {
    assert_eq!(serde_json::to_value(&value).unwrap(), form);
    assert_eq!(serde_json::from_value::<T>(form).unwrap(), value);
}

#[test]
fn proration() {
    let exact = ProrationPolicy::ActualDays { ratio_places: None };
    stored(ProrationPolicy::None, json!({"rule": "none/1"}));
    stored(exact, json!({"rule": "actual_days/1"}));
    stored(
        ProrationPolicy::ActualDays {
            ratio_places: Some(9),
        },
        json!({"rule": "actual_days/1", "ratio_places": 9}),
    );
    stored(
        ProrationPolicy::FixedMonth {
            days: 30,
            ratio_places: Some(9),
        },
        json!({"rule": "fixed_month/1", "days": 30, "ratio_places": 9}),
    );
    stored(
        ProrationPolicy::DayConsumed,
        json!({"rule": "day_consumed/1"}),
    );
    stored(ProrationPolicy::BothEnds, json!({"rule": "both_ends/1"}));
    stored(ProrationPolicy::WholeDays, json!({"rule": "whole_days/1"}));
    stored(ProrationPolicy::Seconds, json!({"rule": "seconds/1"}));
    stored(ProrationPolicy::HoursUp, json!({"rule": "hours_up/1"}));
    stored(
        ProrationTerms {
            downgrade: ProrationPolicy::None,
            ..ProrationTerms::all(exact)
        },
        json!({
            "start": {"rule": "actual_days/1"},
            "upgrade": {"rule": "actual_days/1"},
            "downgrade": {"rule": "none/1"},
            "cancellation": {"rule": "actual_days/1"},
        }),
    );
    stored(Direction::Cancellation, json!("cancellation"));
    stored(Ratio::new(7, 28).unwrap(), json!({"part": 7, "whole": 28}));
    let wrong = ProrationTerms::all(ProrationPolicy::FixedMonth {
        days: 3,
        ratio_places: None,
    });
    assert_eq!(
        wrong.check().unwrap_err().problems()[1].field,
        "upgrade.days"
    );
}

#[test]
fn billing_cycles() {
    stored(
        BillingCycle {
            alignment: Alignment::DayOfMonth {
                day: 15,
                first: FirstPeriod::FromStartMonth,
            },
            stub: StubBasis::BackFromEnd,
            ..BillingCycle::anniversary(date("2024-01-31"), Cadence::MONTHLY)
        },
        json!({
            "start": "2024-01-31",
            "cadence": "P1M",
            "alignment": {"align": "day_of_month", "day": 15, "first": "from_start_month"},
            "stub": "back_from_end",
        }),
    );
    stored(Alignment::Anniversary, json!({"align": "anniversary"}));
    stored(Alignment::Calendar, json!({"align": "calendar"}));
    stored(
        Alignment::Date {
            anchor: date("2024-01-01"),
        },
        json!({"align": "date", "anchor": "2024-01-01"}),
    );
    stored(Timing::InAdvance, json!("in_advance"));
    stored(Timing::InArrears, json!("in_arrears"));
}

#[test]
fn discounts() {
    stored(
        Discount {
            kind: DiscountKind::Percentage {
                percent: dec("12.5"),
            },
            applies: Applies::All,
        },
        json!({"discount": "percentage", "percent": "12.5", "applies": "all"}),
    );
    stored(
        Discount {
            kind: DiscountKind::Amount { amount: dec("5") },
            applies: Applies::Lines(vec![0, 2]),
        },
        json!({"discount": "amount", "amount": "5", "applies": {"lines": [0, 2]}}),
    );
    stored(
        DiscountKind::PriceOverride {
            amount: dec("9.90"),
        },
        json!({"discount": "price_override", "amount": "9.90"}),
    );
    stored(
        StackingPolicy {
            order: StackingOrder::NarrowestFirst,
            shares: ShareRounding::Places(5),
            rounding: Rounding::HalfUp,
        },
        json!({"order": "narrowest_first", "shares": {"places": 5}, "rounding": "half_up"}),
    );
}

#[test]
fn tax_and_rounding() {
    stored(
        TaxPolicy::default(),
        json!({"scope": "per_rate", "rounding": "half_up"}),
    );
    stored(
        TaxPolicy {
            scope: TaxRounding::PerDocument,
            rounding: Rounding::HalfEven,
        },
        json!({"scope": "per_document", "rounding": "half_even"}),
    );
    stored(
        TaxRate::standard("VAT DE 19 %", dec("19")),
        json!({"code": "VAT DE 19 %", "kind": "standard", "percent": "19"}),
    );
    stored(
        TaxRate::without_tax("VAT", TaxKind::ReverseCharge, "tax.reverse_charge"),
        json!({
            "code": "VAT", "kind": "reverse_charge", "percent": "0", "reason": "tax.reverse_charge",
        }),
    );
    stored(RoundingScope::Cumulative, json!("cumulative"));
}

#[test]
fn parts_of_an_amount() {
    stored(
        Part {
            kind: PartKind::TierFlat(2),
            quantity: dec("1"),
            unit_price: dec("5"),
            amount: dec("5"),
        },
        json!({"kind": {"part": "tier_flat", "index": 2}, "quantity": "1", "unit_price": "5", "amount": "5"}),
    );
    stored(PartKind::PassedThrough, json!({"part": "passed_through"}));
    stored(Settle::Interim, json!("interim"));
}
