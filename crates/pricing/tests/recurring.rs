//! Recurring items: periods, stubs, changes within a period, and that parts sum to the whole.

mod common;

use common::{date, dec};
use proptest::prelude::*;
use tradewind_kernel::{
    Currency, Date, Decimal, Money, Rounding,
    calendar::{Cadence, Period, add_days},
};
use tradewind_pricing::{
    Direction, PriceModel, ProrationPolicy, ProrationTerms,
    cycles::{Alignment, BillingCycle, FirstPeriod, ServicePeriod, StubBasis},
    recurring::{
        After, BilledLine, ChangeAt, Held, Holding, RecurringTerms, change, charges, direction,
    },
};

const ACTUAL: ProrationPolicy = ProrationPolicy::ActualDays { ratio_places: None };

fn terms(policy: ProrationPolicy) -> RecurringTerms {
    RecurringTerms {
        currency: Currency::EUR,
        rounding: Rounding::HalfUp,
        proration: ProrationTerms::all(policy),
        cadence: Cadence::MONTHLY,
    }
}

fn whole(start: &str, end: &str) -> ServicePeriod {
    let full = Period::new(date(start), date(end)).unwrap();
    ServicePeriod { full, part: full }
}

fn held<'a>(from: &str, price: &'a PriceModel, quantity: &str) -> Held<'a> {
    Held {
        from: date(from),
        holding: Holding::new(price, dec(quantity)),
    }
}

#[test]
fn each_quantity_is_charged_for_the_days_it_was_held() {
    let seat = PriceModel::per_unit(dec("31"));
    let lines = charges(
        &terms(ACTUAL),
        &whole("2024-05-01", "2024-06-01"),
        &[
            held("2024-01-15", &seat, "2"),
            held("2024-05-11", &seat, "5"),
            held("2024-05-21", &seat, "1"),
        ],
        None,
    )
    .unwrap();
    let amounts: Vec<_> = lines
        .iter()
        .map(|line| (line.part.days(), line.amount.amount()))
        .collect();
    let expected = [(10, "20.00"), (10, "50.00"), (11, "11.00")];
    assert_eq!(
        amounts,
        expected.map(|(days, amount)| (days, amount.to_owned()))
    );
}

#[test]
fn the_day_of_a_cancellation_is_used_up_where_the_policy_says_so() {
    let price = PriceModel::flat(dec("31"));
    let until = |policy| {
        let lines = charges(
            &terms(policy),
            &whole("2024-05-01", "2024-06-01"),
            &[held("2024-05-01", &price, "1")],
            Some(date("2024-05-10")),
        )
        .unwrap();
        lines[0].amount.amount()
    };
    assert_eq!(until(ACTUAL), "9.00");
    assert_eq!(until(ProrationPolicy::DayConsumed), "10.00");
    assert_eq!(until(ProrationPolicy::None), "31.00");
}

#[test]
fn an_upgrade_credits_the_rest_of_the_old_and_charges_the_rest_of_the_new() {
    let (old, new) = (PriceModel::flat(dec("100")), PriceModel::flat(dec("200")));
    let service = whole("2025-04-01", "2025-05-01");
    let terms = terms(ACTUAL);
    let billed = charges(&terms, &service, &[held("2025-04-01", &old, "1")], None).unwrap();
    let billed: Vec<_> = billed.into_iter().map(BilledLine::new).collect();
    let after = [After {
        holding: Holding::new(&new, Decimal::ONE),
        full: service.full,
        cadence: Cadence::MONTHLY,
    }];
    let at = ChangeAt::day(date("2025-04-16"));
    let done = change(&terms, &at, Direction::Upgrade, &billed, &after).unwrap();
    assert_eq!(done.credits[0].amount.amount(), "-50.00");
    assert_eq!(done.charges[0].amount.amount(), "100.00");
    assert_eq!(done.net.amount(), "50.00");

    // What was credited already is not credited again.
    let mostly_credited = [BilledLine {
        credited: Money::new(9_000, Currency::EUR),
        ..billed[0]
    }];
    let done = change(&terms, &at, Direction::Upgrade, &mostly_credited, &after).unwrap();
    assert_eq!(done.credits[0].amount.amount(), "-10.00");
}

#[test]
fn without_proration_a_change_waits_for_the_next_period() {
    let (old, new) = (PriceModel::flat(dec("100")), PriceModel::flat(dec("200")));
    let service = whole("2025-04-01", "2025-05-01");
    let terms = terms(ProrationPolicy::None);
    let billed = charges(&terms, &service, &[held("2025-04-10", &old, "1")], None).unwrap();
    assert_eq!(billed[0].amount.amount(), "100.00");
    let after = [After {
        holding: Holding::new(&new, Decimal::ONE),
        full: service.full,
        cadence: Cadence::MONTHLY,
    }];
    let at = ChangeAt::day(date("2025-04-16"));
    let billed = [BilledLine::new(billed[0])];
    let done = change(&terms, &at, Direction::Upgrade, &billed, &after).unwrap();
    assert!(done.credits.is_empty() && done.charges.is_empty());
}

#[test]
fn an_anchor_on_the_31st_comes_back_after_a_short_month() {
    let cycle = BillingCycle::anniversary(date("2024-01-31"), Cadence::MONTHLY);
    let starts: Vec<String> = cycle
        .until(None, date("2024-05-01"))
        .unwrap()
        .iter()
        .map(|period| period.part.start.to_string())
        .collect();
    assert_eq!(
        starts,
        ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
    );
}

#[test]
fn a_stub_leads_to_the_billing_day() {
    let mut cycle = BillingCycle {
        start: date("2011-02-14"),
        cadence: Cadence::MONTHLY,
        alignment: Alignment::DayOfMonth {
            day: 31,
            first: FirstPeriod::ToNextDay,
        },
        stub: StubBasis::BackFromEnd,
    };
    let stub = cycle.containing(date("2011-02-20")).unwrap();
    assert_eq!(stub.part.to_string(), "2011-02-14/2011-02-28");
    assert_eq!(stub.full.to_string(), "2011-01-28/2011-02-28");
    cycle.stub = StubBasis::Schedule;
    assert_eq!(
        cycle
            .containing(date("2011-02-20"))
            .unwrap()
            .full
            .to_string(),
        "2011-01-31/2011-02-28"
    );
    assert_eq!(
        cycle
            .containing(date("2011-02-28"))
            .unwrap()
            .part
            .to_string(),
        "2011-02-28/2011-03-31"
    );
    assert_eq!(
        cycle.next_after(date("2011-03-31")).unwrap(),
        date("2011-04-30")
    );
}

#[test]
fn calendar_periods_begin_where_the_calendar_says() {
    let first = |cadence: &str, start: &str| {
        let cycle = BillingCycle {
            start: date(start),
            cadence: cadence.parse().unwrap(),
            alignment: Alignment::Calendar,
            stub: StubBasis::Schedule,
        };
        let period = cycle.containing(date(start)).unwrap();
        (period.part.to_string(), period.full.to_string())
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        first("P1M", "2024-03-05"),
        pair("2024-03-05/2024-04-01", "2024-03-01/2024-04-01")
    );
    assert_eq!(
        first("P3M", "2024-05-20"),
        pair("2024-05-20/2024-07-01", "2024-04-01/2024-07-01")
    );
    assert_eq!(
        first("P1Y", "2024-05-20"),
        pair("2024-05-20/2025-01-01", "2024-01-01/2025-01-01")
    );
    assert_eq!(
        first("P1W", "2025-10-09"),
        pair("2025-10-09/2025-10-13", "2025-10-06/2025-10-13")
    );
}

#[test]
fn what_an_earlier_change_credited_is_not_credited_again() {
    let price = PriceModel::flat(dec("310"));
    let service = whole("2024-05-01", "2024-06-01");
    let terms = terms(ACTUAL);
    let line = charges(&terms, &service, &[held("2024-05-01", &price, "1")], None).unwrap()[0];
    // A change on the 21st credited the last 11 days; now one is backdated to the 11th.
    let billed = BilledLine {
        credited: Money::new(11_000, Currency::EUR),
        credited_from: Some(date("2024-05-21")),
        ..BilledLine::new(line)
    };
    let gone = |day: &str| {
        change(
            &terms,
            &ChangeAt::day(date(day)),
            Direction::Cancellation,
            &[billed],
            &[],
        )
        .unwrap()
    };
    let backdated = gone("2024-05-11");
    assert_eq!(backdated.net.amount(), "-100.00");
    assert_eq!(
        backdated.credits[0].part.to_string(),
        "2024-05-11/2024-05-21"
    );
    assert!(gone("2024-05-25").credits.is_empty());
}

fn alignments() -> impl Strategy<Value = Alignment> {
    prop_oneof![
        Just(Alignment::Anniversary),
        Just(Alignment::Calendar),
        (1_u8..=31).prop_map(|day| Alignment::DayOfMonth {
            day,
            first: FirstPeriod::ToNextDay
        }),
        (1_u8..=31).prop_map(|day| Alignment::DayOfMonth {
            day,
            first: FirstPeriod::FromStartMonth
        }),
        (-2_000_i64..2_000).prop_map(|days| Alignment::Date {
            anchor: add_days(date("2024-02-29"), days).unwrap()
        }),
    ]
}

fn policies() -> impl Strategy<Value = ProrationPolicy> {
    prop::sample::select(vec![
        ProrationPolicy::None,
        ACTUAL,
        ProrationPolicy::ActualDays {
            ratio_places: Some(9),
        },
        ProrationPolicy::FixedMonth {
            days: 30,
            ratio_places: Some(9),
        },
        ProrationPolicy::DayConsumed,
        ProrationPolicy::BothEnds,
        ProrationPolicy::WholeDays,
        ProrationPolicy::Seconds,
        ProrationPolicy::HoursUp,
    ])
}

proptest! {
    #[test]
    fn periods_follow_each_other_without_gap_or_overlap(
        alignment in alignments(),
        cadence in prop::sample::select(vec!["P1M", "P3M", "P6M", "P1Y", "P1W", "P1D", "P5M", "P2W"]),
        start in 0_i64..3_000,
        stub in prop::sample::select(vec![StubBasis::Schedule, StubBasis::BackFromEnd]),
    ) {
        let start = add_days(date("2020-01-01"), start).unwrap();
        let cycle = BillingCycle { start, cadence: cadence.parse().unwrap(), alignment, stub };
        let mut from = start;
        for n in 0..15 {
            let period = cycle.containing(from).unwrap();
            prop_assert_eq!(period.part.start, from);
            prop_assert!(period.full.end == period.part.end && period.full.start <= period.part.start);
            prop_assert!(n == 0 || period.full == period.part, "only the first may be a stub");
            let last = add_days(period.part.end, -1).unwrap();
            prop_assert_eq!(cycle.containing(last).unwrap(), period);
            prop_assert_eq!(cycle.next_after(last).unwrap(), period.part.end);
            from = period.part.end;
        }
        let until = cycle.until(None, add_days(from, -1).unwrap()).unwrap();
        prop_assert_eq!(until.len(), 15);
        prop_assert_eq!(cycle.before(from, 4).unwrap(), until[11..].to_vec());
    }

    #[test]
    fn splitting_a_period_does_not_change_its_total(
        policy in policies(),
        month in 1_i8..=12,
        mut cuts in prop::collection::btree_set(1_i64..28, 0..6),
        cents in 1_i64..10_000_000,
    ) {
        let start = Date::new(2024, month, 1).unwrap();
        let full = Period::new(start, tradewind_kernel::calendar::add_months(start, 1).unwrap()).unwrap();
        let price = PriceModel::flat(Decimal::new(cents, 2));
        cuts.insert(0);
        let parts: Vec<_> = cuts
            .iter()
            .map(|cut| Held { from: add_days(start, *cut).unwrap(), holding: Holding::new(&price, Decimal::ONE) })
            .collect();
        let service = ServicePeriod { full, part: full };
        let lines = charges(&terms(policy), &service, &parts, None).unwrap();
        let exact: Decimal = lines.iter().map(|line| line.exact).sum();
        // Ratios rounded at 9 places, or quotients at 28 digits, are all that may be lost.
        let lost = (exact - Decimal::new(cents, 2)).abs();
        prop_assert!(lost <= Decimal::new(cents, 2) * Decimal::new(1, 9) * Decimal::from(lines.len() as u64), "{lost}");
        let billed: i64 = lines.iter().map(|line| line.amount.minor).sum();
        prop_assert!((billed - cents).abs() <= lines.len() as i64);
    }

    #[test]
    fn cancelling_on_the_first_day_nets_to_zero_and_a_preview_is_the_recomputation(
        policy in policies(),
        day in 0_i64..30,
        from in 0_i64..5_000,
        to in 0_i64..5_000,
        price in 1_i64..100_000,
    ) {
        let service = whole("2024-06-01", "2024-07-01");
        let price = PriceModel::per_unit(Decimal::new(price, 2));
        let terms = terms(policy);
        let start = service.full.start;
        let before = Holding::new(&price, Decimal::from(from));
        let after = Holding::new(&price, Decimal::from(to));
        let billed: Vec<_> = charges(&terms, &service, &[Held { from: start, holding: before }], None)
            .unwrap()
            .into_iter()
            .map(BilledLine::new)
            .collect();
        let at = add_days(start, day).unwrap();
        let way = direction(Decimal::from(from), Decimal::from(to));
        let new = [After { holding: after, full: service.full, cadence: terms.cadence }];
        let done = change(&terms, &ChangeAt::day(at), way, &billed, &new).unwrap();
        let first: i64 = billed.iter().map(|line| line.line.amount.minor).sum();

        if day > 0 {
            let held = [Held { from: start, holding: before }, Held { from: at, holding: after }];
            let scratch: i64 =
                charges(&terms, &service, &held, None).unwrap().iter().map(|line| line.amount.minor).sum();
            // Three lines are rounded on one way, two on the other.
            prop_assert!((first + done.net.minor - scratch).abs() <= 2 + (first + scratch) / 100_000_000);
        }
        let gone = change(&terms, &ChangeAt::day(start), Direction::Downgrade, &billed, &[]).unwrap();
        let expected = if policy == ProrationPolicy::None { 0 } else { -first };
        prop_assert_eq!(gone.net.minor, expected);
    }
}
