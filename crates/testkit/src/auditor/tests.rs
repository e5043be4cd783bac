//! What was worked out by hand.

use super::*;

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

/// A seat for 14.256, a setup for 71.28, usage at its cost and 42.56 % of it.
fn customers() -> Auditor {
    Auditor::new(vec![LegPrices {
        setup: Exact::whole(7128),
        seat: Exact::new(14256, 10),
        other_seat: Exact::new(35640, 10),
        markup: Exact::new(14256, 10000),
        introduction: None,
        yearly: Exact::whole(1),
        rests: false,
    }])
}

#[test]
fn a_seat_costs_less_at_first_and_more_every_year() {
    let mut auditor = customers();
    auditor.legs[0].introduction = Some((2, Exact::whole(500)));
    auditor.legs[0].yearly = Exact::new(103, 100);
    let sale = auditor.subscribe(day("2024-01-10"), 2);
    let billed = |on: &str| auditor.audit(sale, 0, day(on)).billed;
    assert_eq!(billed("2024-02-10"), 7128 + 2 * 1000);
    assert_eq!(billed("2024-12-10"), 7128 + 2000 + 10 * 2851);
    // 28.512 and 3 percent more is 29.36736.
    assert_eq!(billed("2025-01-10"), 7128 + 2000 + 10 * 2851 + 2937);
}

#[test]
fn a_sale_comes_to_what_was_worked_out_by_hand() {
    let mut auditor = customers();
    let sale = auditor.subscribe(day("2024-01-10"), 5);
    let billed = |auditor: &Auditor, on: &str| auditor.audit(sale, 0, day(on)).billed;
    assert_eq!(billed(&auditor, "2024-02-09"), 7128 + 7128);
    assert_eq!(billed(&auditor, "2024-03-20"), 7128 + 3 * 7128);
    auditor.hold(sale, day("2024-01-25"), 7);
    assert_eq!(
        billed(&auditor, "2024-03-20"),
        7128 + 7128 - 3679 + 5151 + 2 * 9979
    );
    auditor.end(sale, day("2024-01-25"));
    assert_eq!(billed(&auditor, "2024-03-20"), 7128 + 7128 - 3679);
}

#[test]
fn a_discount_holds_for_its_periods_and_is_given_back_with_what_it_reduced() {
    let mut auditor = customers();
    let sale = auditor.subscribe(day("2024-01-10"), 10);
    auditor.discount(sale, 50, 1);
    let billed = |auditor: &Auditor, on: &str| auditor.audit(sale, 0, day(on)).billed;
    assert_eq!(billed(&auditor, "2024-01-10"), 3564 + 7128);
    assert_eq!(billed(&auditor, "2024-02-10"), 3564 + 7128 + 14256);
    auditor.hold(sale, day("2024-01-20"), 20);
    assert_eq!(
        billed(&auditor, "2024-01-20"),
        3564 + 7128 - 9657 + 19315 + 4829 - 9657
    );
}

#[test]
fn a_discount_of_several_things_is_rounded_once() {
    let mut auditor = customers();
    auditor.legs[0].seat = Exact::whole(999);
    let sale = auditor.subscribe(day("2024-01-10"), 2);
    auditor.discount(sale, 33, 12);
    let billed = |auditor: &Auditor, on: &str| auditor.audit(sale, 0, day(on)).billed;
    // 30.1158 of 91.26: 23.52 and 6.60, and in the second month 6.59.
    let first = 7128 + 1998 - 3012;
    assert_eq!(billed(&auditor, "2024-01-10"), first);
    assert_eq!(billed(&auditor, "2024-02-10"), first + 1998 - 659);
    auditor.end(sale, day("2024-01-10"));
    assert_eq!(billed(&auditor, "2024-01-10"), 7128 - 2352);
}

#[test]
fn suspended_time_costs_nothing_where_that_is_agreed() {
    let mut auditor = customers();
    auditor.legs[0].rests = true;
    let sale = auditor.subscribe(day("2024-01-10"), 5);
    auditor.suspend(sale, day("2024-01-20"));
    let paid = 7128 + 7128;
    assert_eq!(auditor.audit(sale, 0, day("2024-02-09")).billed, paid);
    // 21 of 31 days; nothing of the next month before it goes on.
    assert_eq!(
        auditor.audit(sale, 0, day("2024-02-10")).billed,
        paid - 4829
    );
    assert_eq!(
        auditor.audit(sale, 0, day("2024-02-19")).billed,
        paid - 4829
    );
    auditor.resume(sale, day("2024-02-20"));
    // 19 of 29 days.
    let since = paid - 4829 + 4670;
    assert_eq!(auditor.audit(sale, 0, day("2024-02-20")).billed, since);
    auditor.suspend(sale, day("2024-03-01"));
    auditor.resume(sale, day("2024-03-05"));
    assert_eq!(
        auditor.audit(sale, 0, day("2024-03-05")).billed,
        since - 983
    );
}

#[test]
fn usage_counts_when_its_month_is_over() {
    let mut auditor = customers();
    let sale = auditor.meter(day("2024-01-10"));
    auditor.usage(sale, day("2024-01-31"), 1000);
    auditor.usage(sale, day("2024-02-01"), 500);
    auditor.usage(sale, day("2024-01-11"), 7);
    assert_eq!(auditor.audit(sale, 0, day("2024-01-31")).billed, 0);
    assert_eq!(auditor.audit(sale, 0, day("2024-02-01")).billed, 1436);
    assert_eq!(auditor.audit(sale, 0, day("2024-03-01")).billed, 1436 + 713);
}

#[test]
fn usage_that_is_shared_costs_what_all_of_it_costs() {
    let mut auditor = customers();
    let sales = [
        auditor.meter(day("2024-01-10")),
        auditor.meter(day("2024-01-20")),
    ];
    for sale in sales {
        auditor.share(sale);
        auditor.usage(sale, day("2024-01-31"), 200);
    }
    let tiers = Tiers {
        first: 300,
        each: Exact::whole(2),
        beyond: Exact::whole(1),
    };
    // 300 at 2 and 100 at 1, 1.4256 times.
    let shared = |on: &str| auditor.audit_shared(tiers, 0, day(on)).billed;
    assert_eq!((shared("2024-01-31"), shared("2024-02-01")), (0, 998));
    assert_eq!(auditor.audit(sales[0], 0, day("2024-02-01")).billed, 0);
}

#[test]
fn usage_is_discounted_by_the_month_as_a_whole() {
    let mut auditor = customers();
    let sale = auditor.meter(day("2024-01-10"));
    auditor.discount_usage(sale, 25);
    auditor.usage(sale, day("2024-01-12"), 10_000);
    let billed = |auditor: &Auditor| auditor.audit(sale, 0, day("2024-02-01")).billed;
    assert_eq!(billed(&auditor), 14256 - 3564);
    // 15681.6, of which whole cents are discounted.
    auditor.usage(sale, day("2024-01-20"), 1_000);
    assert_eq!(billed(&auditor), 15682 - 3920);
    auditor.usage(sale, day("2024-01-20"), -12_000);
    assert_eq!(billed(&auditor), -1426);
}

#[test]
fn months_end_where_they_end() {
    assert_eq!(months_after(day("2024-01-31"), 1), day("2024-02-29"));
    assert_eq!(months_after(day("2024-01-31"), 2), day("2024-03-31"));
    assert_eq!(months_after(day("2023-12-31"), -10), day("2023-02-28"));
}

#[test]
fn what_is_not_earned_is_the_rest_of_the_running_period() {
    let mut auditor = customers();
    let sale = auditor.subscribe(day("2024-01-10"), 5);
    let deferred = |auditor: &Auditor, today: &str, by: &str| {
        auditor.deferred(sale, 0, day(today), day(by)).rounded()
    };
    // 31 days, of which nine are in February.
    assert_eq!(deferred(&auditor, "2024-01-10", "2024-01-31"), 2069);
    assert_eq!(deferred(&auditor, "2024-01-10", "2024-02-29"), 0);
    auditor.hold(sale, day("2024-01-20"), 10);
    assert_eq!(deferred(&auditor, "2024-01-20", "2024-01-31"), 4139);
    auditor.discount(sale, 50, 1);
    assert_eq!(deferred(&auditor, "2024-01-20", "2024-01-31"), 2069);
    auditor.end(sale, day("2024-01-25"));
    assert_eq!(deferred(&auditor, "2024-01-25", "2024-01-31"), 0);
}

#[test]
fn prices_and_plans_of_the_past_come_to_what_was_worked_out_by_hand() {
    let mut auditor = customers();
    let sale = auditor.subscribe(day("2024-01-10"), 5);
    let billed = |auditor: &Auditor| auditor.audit(sale, 0, day("2024-03-20")).billed;
    auditor.price(sale, 0, day("2024-01-25"), Exact::whole(1200));
    assert_eq!(billed(&auditor), 7128 + 7128 - 3679 + 3097 + 2 * 6000);
    auditor.list(sale, day("2024-02-10"));
    assert_eq!(billed(&auditor), 7128 + 7128 - 3679 + 3097 + 2 * 7128);
    auditor.list(sale, day("2024-01-10"));
    assert_eq!(billed(&auditor), 7128 + 3 * 7128);
    auditor.plan(sale, day("2024-01-25"), true);
    assert!(auditor.is_other(sale));
    // 16 of 31 days at 178.20, and another setup.
    assert_eq!(billed(&auditor), 2 * 7128 + 7128 - 3679 + 9197 + 2 * 17820);
    auditor.plan(sale, day("2024-01-10"), true);
    assert_eq!(billed(&auditor), 7128 + 3 * 17820);
}
