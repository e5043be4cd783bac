//! What takes charges back leaves nothing of them behind, however they are rounded.

#[allow(dead_code, reason = "facts are shared with other tests")]
mod facts;

use facts::{day, eur, held, leg, recurring, under};
use tradewind_billing::rules::line::{LineCharge, LineSet, Position};
use tradewind_billing::rules::period::{Span, charges_for_period};
use tradewind_billing::rules::repair::{Booked, corrections, taken_back};
use tradewind_billing::types::{Charge, ChargeKind, NewCharge};
use tradewind_catalogue::types::Timing;
use tradewind_kernel::{Currency, Money, Rounding, Timestamp, calendar::Period, id::ChargeId};
use tradewind_pricing::cycles::ServicePeriod;

/// Three seats at 10.0004 for January, rounded in a way.
fn january(rounding: Rounding) -> NewCharge {
    let seats = recurring("seats", "10.0004", Timing::Advance);
    let held = held(seats.item, "3", "2024-01-01");
    let leg = under(&leg(vec![seats]), |terms| {
        terms.policies.rounding = rounding;
    });
    let month = Period::new(day("2024-01-01"), day("2024-02-01")).expect("a month");
    let span = Span {
        advance: Some(ServicePeriod {
            full: month,
            part: month,
        }),
        ..Span::default()
    };
    let mut charges = charges_for_period(&leg, &held, span, None).expect("charges");
    charges.remove(0)
}

fn billed(charges: &[NewCharge]) -> Money {
    let mut lines = LineSet::new(Currency::EUR);
    let shares = charges.iter().map(|charge| {
        let line = LineCharge::from(charge);
        let share = lines.add(&line, |_| Position::default());
        share.expect("a share").amount
    });
    Money::sum(Currency::EUR, shares.collect::<Vec<_>>()).expect("a sum")
}

#[test]
fn a_charge_and_what_takes_it_back_come_to_nothing_under_every_rounding() {
    for (rounding, amount) in [
        (Rounding::HalfUp, 3000),
        (Rounding::HalfEven, 3000),
        (Rounding::HalfDown, 3000),
        (Rounding::Up, 3001),
        (Rounding::Down, 3000),
        (Rounding::Ceiling, 3001),
        (Rounding::Floor, 3000),
    ] {
        let charge = january(rounding);
        assert_eq!(charge.amount, eur(amount), "{rounding:?}");
        let back = taken_back(&charge, None, -charge.exact, None).expect("a reversal");
        assert_eq!(back.kind, ChargeKind::Credit);
        assert_eq!(back.amount, eur(-amount), "{rounding:?}");
        assert_eq!(billed(&[charge, back]), eur(0), "{rounding:?}");
    }
}

fn booked(facts: NewCharge, share: Option<i64>) -> Booked {
    Booked {
        charge: Charge {
            id: ChargeId::generate(),
            created_at: Timestamp::from_micros(0),
            facts,
        },
        share,
    }
}

/// What gave some days of a booked charge back.
fn given_back(of: &Booked, from: &str, until: &str, minor: i64) -> Booked {
    let facts = &of.charge.facts;
    let exact = eur(-minor).to_decimal();
    let back = taken_back(facts, Some(of.charge.id), exact, None).expect("a reversal");
    let period = Period::new(day(from), day(until)).expect("some days");
    booked(NewCharge { period, ..back }, Some(-minor))
}

/// What takes a charge back after parts of its time were given back: days, amount.
fn rests(charge: &NewCharge, all: &[Booked]) -> Vec<(String, i64)> {
    let made = corrections(std::slice::from_ref(charge), &[], all, None).expect("corrections");
    let rests = made.iter().map(|back| {
        assert_eq!(back.reverses, Some(all[0].charge.id));
        (back.period.to_string(), back.amount.minor)
    });
    rests.collect()
}

#[test]
fn what_is_left_of_a_charge_is_taken_back_for_the_time_for_which_it_stands() {
    let charge = january(Rounding::HalfUp);
    let paid = booked(charge.clone(), Some(3000));
    // 22 of 31 days.
    let tail = given_back(&paid, "2024-01-10", "2024-02-01", 2129);
    assert_eq!(
        rests(&charge, &[paid.clone(), tail.clone()]),
        [("2024-01-01/2024-01-10".to_owned(), -871)]
    );
    // Some days in the middle: 8 and 18 days are left.
    let middle = given_back(&paid, "2024-01-09", "2024-01-14", 484);
    assert_eq!(
        rests(&charge, &[paid.clone(), middle.clone()]),
        [
            ("2024-01-01/2024-01-09".to_owned(), -774),
            ("2024-01-14/2024-02-01".to_owned(), -1742)
        ]
    );
    // What took the tail back was taken back itself: it does not count.
    let undone = booked(
        NewCharge {
            reverses: Some(tail.charge.id),
            period: tail.charge.facts.period,
            ..charge.clone()
        },
        Some(2129),
    );
    assert_eq!(
        rests(&charge, &[paid.clone(), tail, undone]),
        [("2024-01-01/2024-02-01".to_owned(), -3000)]
    );
    // A part of the amount for the whole time leaves the time as it is.
    let note = given_back(&paid, "2024-01-01", "2024-02-01", 1000);
    assert_eq!(
        rests(&charge, &[paid.clone(), note]),
        [("2024-01-01/2024-02-01".to_owned(), -2000)]
    );
    // All of the time given back, but for two cents.
    let rest = given_back(&paid, "2024-01-14", "2024-02-01", 1740);
    let first = given_back(&paid, "2024-01-01", "2024-01-09", 774);
    assert_eq!(
        rests(&charge, &[paid, middle, rest, first]),
        [("2024-01-01/2024-02-01".to_owned(), -2)]
    );
}

#[test]
fn what_still_waits_is_taken_back_whole_and_what_was_settled_as_it_was_settled() {
    for (share, back) in [(None, -3001), (Some(3000), -3000)] {
        let charge = january(Rounding::Ceiling);
        let booked = booked(charge.clone(), share);
        let id = booked.charge.id;
        let before = std::slice::from_ref(&charge);
        let made = corrections(before, &[], &[booked], None).expect("corrections");
        let [reversal] = made.as_slice() else {
            panic!("{made:?}");
        };
        assert_eq!((reversal.amount, reversal.reverses), (eur(back), Some(id)));
        // Two equal lines of which one stays: nothing but the other is taken back.
        let twice = [charge.clone(), charge.clone()];
        let made = corrections(&twice, &[charge], &[], None).expect("corrections");
        assert_eq!(made.len(), 1);
    }
}
