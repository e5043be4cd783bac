//! Billing days: what a first period that is shorter than the others costs, what changes in it come to, and how periods and
//! terms go on from it.

#[allow(dead_code, reason = "facts are shared with other tests")]
mod facts;

use std::collections::BTreeMap;

use facts::{clocks, day, dec, eur, held, leg, recurring, since, trade, under};
use tradewind_billing::rules::change::{Change, change_charges};
use tradewind_billing::rules::period::{Span, charges_for_period};
use tradewind_billing::rules::preview::{self, Purchase, Schedule};
use tradewind_billing::rules::renewal::{self, Clocks};
use tradewind_billing::types::{ChargeKind, DiscountOffer, Grant, LegFacts, NewCharge};
use tradewind_catalogue::types::{BillingAlign, BillingDays, StubCharge, Timing};
use tradewind_kernel::{
    Date, Text,
    calendar::{Cadence, CadenceUnit, Period},
    id::{CouponId, ItemId},
};
use tradewind_orders::types::{Benefit, DiscountScope, DiscountTerms};
use tradewind_pricing::cycles::{Alignment, FirstPeriod, ServicePeriod, StubBasis};
use tradewind_pricing::proration::{Direction, ProrationPolicy};

fn period(start: &str, end: &str) -> Period {
    Period::new(day(start), day(end)).expect("a period")
}

/// A leg billed on calendar days, with an item at 31.00 a month.
fn calendar(timing: Timing, stub: StubCharge) -> (LegFacts, ItemId) {
    let seats = recurring("seats", "31", timing);
    let item = seats.item;
    let leg = under(&leg(vec![seats]), |terms| {
        terms.policies.billing_days = BillingDays {
            align: BillingAlign::Calendar,
            day: None,
            stub,
            ..BillingDays::default()
        };
    });
    (leg, item)
}

fn amounts(charges: &[NewCharge]) -> Vec<(ChargeKind, i64)> {
    let of = |charge: &NewCharge| (charge.kind, charge.amount.minor);
    charges.iter().map(of).collect()
}

/// The charges of a purchase, and how its periods go on.
fn bought(leg: &LegFacts, item: ItemId, quantity: &str, on: &str) -> (Vec<NewCharge>, Schedule) {
    let clocks = clocks(leg);
    let first = renewal::begin(day(on), clocks).expect("clocks");
    let held = held(item, quantity, on);
    let charges = charges_for_period(leg, &held, first.span, None).expect("charges");
    let schedule = Schedule {
        anchor: first.anchor_on,
        clocks,
        running: first.period,
    };
    (charges, schedule)
}

#[test]
fn a_stub_costs_its_share_and_whole_periods_follow() {
    let (leg, item) = calendar(Timing::Advance, StubCharge::Prorated);
    let (charges, schedule) = bought(&leg, item, "2", "2024-03-10");
    assert_eq!(amounts(&charges), [(ChargeKind::Recurring, 4400)]);
    assert_eq!(charges[0].period, period("2024-03-10", "2024-04-01"));
    assert_eq!(schedule.running.full, period("2024-03-01", "2024-04-01"));
    let (anchor, next) =
        renewal::following(schedule.anchor, schedule.clocks, day("2024-04-01")).expect("a period");
    assert_eq!(anchor, schedule.anchor);
    assert_eq!(
        next,
        ServicePeriod::whole(period("2024-04-01", "2024-05-01"))
    );
    // On the billing day itself there is no stub.
    let (charges, schedule) = bought(&leg, item, "2", "2024-04-01");
    assert_eq!(amounts(&charges), [(ChargeKind::Recurring, 6200)]);
    assert!(!schedule.running.is_stub());
}

#[test]
fn a_first_quarter_counts_from_the_billing_day_of_the_month_it_begins_in_where_that_is_agreed() {
    let quarterly = |first| {
        let days = BillingDays {
            align: BillingAlign::DayOfMonth,
            day: Some(1),
            first,
            ..BillingDays::default()
        };
        days.check().expect("billing days");
        let seats = recurring("seats", "92", Timing::Advance);
        let item = seats.item;
        let leg = under(&leg(vec![seats]), |terms| {
            terms.cadence = Cadence::new(CadenceUnit::Month, 3);
            terms.policies.billing_days = days;
        });
        let (charges, schedule) = bought(&leg, item, "1", "2024-03-10");
        (
            charges[0].period,
            charges[0].amount.minor,
            schedule.running.full,
        )
    };
    let (part, amount, full) = quarterly(FirstPeriod::FromStartMonth);
    assert_eq!(part, period("2024-03-10", "2024-06-01"));
    assert_eq!(full, period("2024-03-01", "2024-06-01"));
    // 83 of 92 days.
    assert_eq!(amount, 8300);
    let (part, _, full) = quarterly(FirstPeriod::ToNextDay);
    assert_eq!(part, period("2024-03-10", "2024-04-01"));
    assert_eq!(full, period("2024-01-01", "2024-04-01"));
    let days = BillingDays {
        first: FirstPeriod::FromStartMonth,
        ..BillingDays::default()
    };
    let refused = days.check().expect_err("no day of a month");
    assert_eq!(refused.problems()[0].field, "first");
}

#[test]
fn a_stub_is_free_or_costs_as_much_as_a_whole_period_where_that_is_agreed() {
    let (leg, item) = calendar(Timing::Advance, StubCharge::Free);
    let (charges, _) = bought(&leg, item, "2", "2024-03-10");
    assert_eq!(amounts(&charges), [(ChargeKind::Recurring, 0)]);
    let (leg, item) = calendar(Timing::Advance, StubCharge::Full);
    let (charges, _) = bought(&leg, item, "2", "2024-03-10");
    assert_eq!(amounts(&charges), [(ChargeKind::Recurring, 6200)]);
}

#[test]
fn what_is_paid_in_arrears_is_charged_for_the_stub_when_it_is_over() {
    let over = Span {
        arrears: Some(ServicePeriod {
            full: period("2024-03-01", "2024-04-01"),
            part: period("2024-03-10", "2024-04-01"),
        }),
        ..Span::default()
    };
    for (stub, expected) in [
        (StubCharge::Prorated, vec![1100, 2200]),
        (StubCharge::Free, vec![0, 0]),
        (StubCharge::Full, vec![2000, 2200]),
    ] {
        let (leg, item) = calendar(Timing::Arrears, stub);
        let mut held = held(item, "1", "2024-03-10");
        held[0].changes.push(since("2024-03-21", "2"));
        let charges = charges_for_period(&leg, &held, over, None).expect("charges");
        let amounts: Vec<i64> = charges.iter().map(|charge| charge.amount.minor).collect();
        assert_eq!(amounts, expected, "{stub}");
    }
}

fn change<'a>(
    leg: &'a LegFacts,
    held: &'a [tradewind_billing::types::ItemQuantity],
    wanted: &'a BTreeMap<ItemId, tradewind_kernel::Decimal>,
    at: &str,
    running: ServicePeriod,
    ends: bool,
) -> Change<'a> {
    Change {
        before: leg,
        quantities: held,
        after: (!ends).then_some(leg),
        wanted,
        at: day(at),
        period: running,
        begins: None,
        direction: if ends {
            Direction::Cancellation
        } else {
            Direction::Upgrade
        },
        order_id: None,
    }
}

#[test]
fn changes_within_a_stub_are_shares_of_the_whole_period() {
    let (leg, item) = calendar(Timing::Advance, StubCharge::Prorated);
    let (_, schedule) = bought(&leg, item, "2", "2024-03-10");
    let held = held(item, "2", "2024-03-10");
    let wanted = BTreeMap::from([(item, dec("5"))]);
    let more = change(&leg, &held, &wanted, "2024-03-22", schedule.running, false);
    let charges = change_charges(&more, |_| None).expect("charges");
    let expected = [(ChargeKind::Credit, -2000), (ChargeKind::Recurring, 5000)];
    assert_eq!(amounts(&charges), expected);
    let shown = preview::change(&more, None, &trade("0"), schedule, |_| None).expect("a preview");
    assert_eq!(shown.due_now.expect("a document").gross, eur(3000));
    assert_eq!(shown.next.expect("a document").document.gross, eur(15500));
    // Nothing is credited or charged where the stub is free.
    let (free, other) = calendar(Timing::Advance, StubCharge::Free);
    let wanted = BTreeMap::from([(other, dec("5"))]);
    let held = facts::held(other, "2", "2024-03-10");
    let more = change(&free, &held, &wanted, "2024-03-22", schedule.running, false);
    assert_eq!(
        amounts(&change_charges(&more, |_| None).expect("charges")),
        []
    );
}

#[test]
fn a_cancellation_in_a_stub_gives_back_what_is_not_used_of_it() {
    let (leg, item) = calendar(Timing::Advance, StubCharge::Prorated);
    let (charges, schedule) = bought(&leg, item, "2", "2024-03-10");
    let held = held(item, "2", "2024-03-10");
    let nothing = BTreeMap::new();
    for (at, back) in [("2024-03-10", -4400), ("2024-03-22", -2000)] {
        let end = change(&leg, &held, &nothing, at, schedule.running, true);
        let given = change_charges(&end, |_| None).expect("charges");
        assert_eq!(amounts(&given), [(ChargeKind::Credit, back)]);
    }
    assert_eq!(charges[0].amount, eur(4400));
}

#[test]
fn discounts_by_the_period_give_a_stub_its_share() {
    let grant = |benefit| {
        Grant::from(&DiscountOffer {
            coupon_id: CouponId::generate(),
            terms: DiscountTerms {
                name: Text::en("Summer"),
                code: None,
                benefit,
                scope: DiscountScope::default(),
                periods: Some(2),
            },
            left: None,
        })
    };
    let ten = Benefit::Amount { amount: eur(1000) };
    let half = Benefit::Percentage { percent: dec("50") };
    let all = Benefit::Percentage {
        percent: dec("100"),
    };
    for (timing, benefit, off) in [
        (Timing::Advance, ten, -710),
        (Timing::Advance, half, -2200),
        (Timing::Advance, all, -4400),
        (Timing::Arrears, ten, -710),
        (Timing::Arrears, half, -2200),
    ] {
        let (mut leg, item) = calendar(timing, StubCharge::Prorated);
        leg.grants = vec![grant(benefit)];
        let begins = renewal::begin(day("2024-03-10"), clocks(&leg)).expect("clocks");
        let span = Span {
            advance: Some(begins.period),
            arrears: Some(begins.period),
            bought_on: None,
        };
        let held = held(item, "2", "2024-03-10");
        let charges = charges_for_period(&leg, &held, span, None).expect("charges");
        let expected = [(ChargeKind::Recurring, 4400), (ChargeKind::Discount, off)];
        assert_eq!(amounts(&charges), expected, "{timing} {benefit:?}");
        // The stub is one of its two periods.
        let after = tradewind_billing::rules::discount::continued(&leg, &charges).expect("a leg");
        assert_eq!(after.grants[0].periods_left(), Some(1));
    }
}

#[test]
fn a_preview_says_the_first_period_and_the_whole_one_after_it() {
    let (leg, item) = calendar(Timing::Advance, StubCharge::Prorated);
    let wanted = BTreeMap::from([(item, dec("1"))]);
    let ask = |trial_days, at: &str, clocks: Clocks| {
        preview::purchase(&Purchase {
            leg: &leg,
            renewed: None,
            trade: &trade("20"),
            wanted: &wanted,
            on: day(at),
            trial_days,
            clocks,
        })
        .expect("a preview")
    };
    let shown = ask(0, "2024-03-10", clocks(&leg));
    assert_eq!(shown.period, Some(period("2024-03-10", "2024-04-01")));
    let first = shown.first.expect("a stub");
    assert_eq!(first.full, period("2024-03-01", "2024-04-01"));
    assert_eq!(shown.due_now.expect("a document").net, eur(2200));
    let next = shown.next.expect("a document");
    assert_eq!((next.on, next.document.net), (day("2024-04-01"), eur(3100)));
    // After a trial the stub begins when the trial ends.
    let shown = ask(14, "2024-03-10", clocks(&leg));
    assert_eq!(
        shown.first.expect("a stub").part,
        period("2024-03-24", "2024-04-01")
    );
    assert_eq!(shown.next.expect("a document").document.net, eur(800));
    // Asked to be billed with something else, it is.
    let together = clocks(&leg).aligned(Some(day("2024-01-15")));
    let shown = ask(0, "2024-03-10", together);
    assert_eq!(shown.period, Some(period("2024-03-10", "2024-03-15")));
}

fn term_of(start: &str, cadence: Cadence, term: Cadence, alignment: Alignment) -> (Date, Date) {
    let clocks = Clocks {
        cadence,
        term: Some(term),
        alignment,
        stub: StubBasis::Schedule,
    };
    let first = renewal::begin(day(start), clocks).expect("clocks");
    (first.period.part.end, first.term_ends_on.expect("a term"))
}

#[test]
fn a_term_ends_on_a_billing_day_and_never_later_than_agreed() {
    let months = |count| Cadence::new(CadenceUnit::Month, count);
    let calendar = Alignment::Calendar;
    let year = Cadence::YEARLY;
    for (start, cadence, term, alignment, expected) in [
        ("2024-03-10", months(1), year, calendar, "2025-03-01"),
        ("2024-03-01", months(1), year, calendar, "2025-03-01"),
        ("2024-03-10", year, year, calendar, "2025-01-01"),
        ("2024-03-10", months(1), months(1), calendar, "2024-04-01"),
        (
            "2024-01-31",
            months(1),
            months(1),
            Alignment::Anniversary,
            "2024-02-29",
        ),
        (
            "2024-01-31",
            months(1),
            year,
            Alignment::Anniversary,
            "2025-01-31",
        ),
    ] {
        let (first, ends) = term_of(start, cadence, term, alignment);
        assert_eq!(ends, day(expected), "{start} {cadence} {term}");
        assert!(ends >= first);
    }
}

#[test]
fn a_schedule_of_its_own_begins_where_another_cadence_has_no_such_day() {
    let clocks = Clocks {
        cadence: Cadence::YEARLY,
        term: None,
        alignment: Alignment::Anniversary,
        stub: StubBasis::Schedule,
    };
    let (anchor, next) =
        renewal::following(day("2024-03-10"), clocks, day("2024-04-10")).expect("a period");
    assert_eq!(anchor, day("2024-04-10"));
    assert_eq!(
        next,
        ServicePeriod::whole(period("2024-04-10", "2025-04-10"))
    );
    let clocks = Clocks {
        alignment: Alignment::Calendar,
        ..clocks
    };
    let (_, next) =
        renewal::following(day("2024-03-10"), clocks, day("2024-04-10")).expect("a period");
    assert_eq!(next.part, period("2024-04-10", "2025-01-01"));
    assert_eq!(next.full, period("2024-01-01", "2025-01-01"));
}

#[test]
fn fixed_months_and_no_proration_hold_for_stubs_too() {
    let fixed = ProrationPolicy::FixedMonth {
        days: 30,
        ratio_places: None,
    };
    for (policy, expected) in [(fixed, 2170), (ProrationPolicy::None, 3100)] {
        let (leg, item) = calendar(Timing::Advance, StubCharge::Prorated);
        let leg = under(&leg, |terms| terms.policies.proration.start = policy);
        let (charges, _) = bought(&leg, item, "1", "2024-03-10");
        assert_eq!(charges[0].amount, eur(expected), "{policy:?}");
    }
}

/// The page that explains all this.
const PAGE: &str = include_str!("../../../docs/time.md");

#[test]
fn the_page_about_time_says_what_is_charged() {
    let says = |line: String| assert!(PAGE.contains(&line), "{line:?} is not on the page");
    for (stub, word) in [
        (StubCharge::Prorated, "prorated"),
        (StubCharge::Free, "free"),
        (StubCharge::Full, "full"),
    ] {
        let (leg, item) = calendar(Timing::Advance, stub);
        let (charges, _) = bought(&leg, item, "1", "2024-03-10");
        let amount = charges[0].amount.amount();
        says(format!("| `{word}` | {amount} |"));
    }
    for (policy, named) in [
        (
            ProrationPolicy::ActualDays { ratio_places: None },
            "`actual_days/1`: real days",
        ),
        (
            ProrationPolicy::FixedMonth {
                days: 30,
                ratio_places: None,
            },
            "`fixed_month/1` of 30 days",
        ),
        (
            ProrationPolicy::BothEnds,
            "`both_ends/1`: days counted with both ends",
        ),
        (
            ProrationPolicy::DayConsumed,
            "`day_consumed/1`: the day of an end is used up",
        ),
        (ProrationPolicy::None, "`none/1`: what has begun stays"),
    ] {
        let (leg, item) = calendar(Timing::Advance, StubCharge::Prorated);
        let leg = under(&leg, |terms| terms.policies.proration.cancellation = policy);
        let running = ServicePeriod::whole(period("2024-03-01", "2024-04-01"));
        let (held, nothing) = (held(item, "1", "2024-03-01"), BTreeMap::new());
        let end = change(&leg, &held, &nothing, "2024-03-22", running, true);
        let given = change_charges(&end, |_| None).expect("charges");
        let back: i64 = given.iter().map(|charge| -charge.amount.minor).sum();
        says(format!("| {named} | {} |", eur(back).amount()));
    }
}
