//! Schedules by the one day that they are counted from.

use proptest::prelude::*;
use tradewind_kernel::{
    Date,
    calendar::{self, Cadence, CadenceUnit, Period},
};
use tradewind_pricing::cycles::{
    Alignment, BillingCycle, FirstPeriod, ServicePeriod, StubBasis, together,
};

fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

fn period(start: &str, end: &str) -> Period {
    Period::new(day(start), day(end)).expect("a period")
}

fn on_day(day: u8) -> Alignment {
    Alignment::DayOfMonth {
        day,
        first: FirstPeriod::ToNextDay,
    }
}

fn cycle(start: &str, cadence: Cadence, alignment: Alignment) -> BillingCycle {
    BillingCycle {
        alignment,
        ..BillingCycle::anniversary(day(start), cadence)
    }
}

fn cadences() -> impl Strategy<Value = Cadence> {
    prop_oneof![
        (1_u16..=24).prop_map(|count| Cadence::new(CadenceUnit::Month, count)),
        (1_u16..=3).prop_map(|count| Cadence::new(CadenceUnit::Year, count)),
        (1_u16..=9).prop_map(|count| Cadence::new(CadenceUnit::Week, count)),
        (1_u16..=40).prop_map(|count| Cadence::new(CadenceUnit::Day, count)),
    ]
}

fn alignments() -> impl Strategy<Value = Alignment> {
    prop_oneof![
        Just(Alignment::Anniversary),
        Just(Alignment::Calendar),
        (1_u8..=31).prop_map(on_day),
    ]
}

proptest! {
    #[test]
    fn a_schedule_is_counted_from_one_day_alone(
        start in 0_i64..3_000, cadence in cadences(), alignment in alignments(),
    ) {
        let start = calendar::add_days(day("2020-01-01"), start).expect("a day");
        let cycle = BillingCycle { alignment, ..BillingCycle::anniversary(start, cadence) };
        let anchor = cycle.anchor().expect("an anchor");
        let mut at = start;
        for _ in 0..30 {
            let service = cycle.containing(at).expect("a period");
            prop_assert_eq!(service.part.start, at);
            prop_assert_eq!(ServicePeriod::around(anchor, cadence, StubBasis::Schedule, service.part).expect("a period"), service);
            at = service.part.end;
        }
    }

    #[test]
    fn what_is_billed_together_falls_together(
        start in 0_i64..3_000, first in 1_u16..=12, second in 1_u16..=12, day_of in 1_u8..=31, periods in 0_usize..20,
    ) {
        let start = calendar::add_days(day("2020-01-01"), start).expect("a day");
        let cadence = Cadence::new(CadenceUnit::Month, first);
        let cycle = BillingCycle { alignment: on_day(day_of), ..BillingCycle::anniversary(start, cadence) };
        let (anchor, mut next) = (cycle.anchor().expect("an anchor"), start);
        for _ in 0..=periods {
            next = cycle.next_after(next).expect("a day");
        }
        let other = Cadence::new(CadenceUnit::Month, second);
        let anchor = together(anchor, next, other).expect("an anchor");
        // The day is one of both schedules, and so is every one on which both come round.
        let at = calendar::period_index(anchor, other, next).expect("a number");
        for n in 0..3 {
            let met = calendar::schedule(anchor, other, at + n * i64::from(first)).expect("a day");
            prop_assert_eq!(cycle.containing(met).expect("a period").part.start, met);
        }
        let running = calendar::period_containing(anchor, other, next).expect("a period");
        prop_assert_eq!(running.start, next);
    }
}

#[test]
fn the_thirty_first_comes_back_after_february() {
    let monthly = cycle("2027-02-10", Cadence::MONTHLY, on_day(31));
    let anchor = monthly.anchor().expect("an anchor");
    assert_eq!(anchor, day("2027-03-31"));
    let days: Vec<String> = (-1..4)
        .map(|n| calendar::schedule(anchor, Cadence::MONTHLY, n).expect("a day"))
        .map(|day| day.to_string())
        .collect();
    let expected = [
        "2027-02-28",
        "2027-03-31",
        "2027-04-30",
        "2027-05-31",
        "2027-06-30",
    ];
    assert_eq!(days, expected);
    // Every year on the last of February, whatever the year.
    let yearly = cycle("2026-02-10", Cadence::YEARLY, on_day(30));
    assert_eq!(yearly.anchor().expect("an anchor"), day("2028-02-29"));
    let first = yearly.containing(day("2026-02-10")).expect("a period");
    assert_eq!(first.part, period("2026-02-10", "2026-02-28"));
    assert_eq!(first.full, period("2025-02-28", "2026-02-28"));
    assert_eq!(
        yearly.next_after(day("2027-03-01")).expect("a day"),
        day("2028-02-29")
    );
}
