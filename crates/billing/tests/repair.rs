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

#[test]
fn what_still_waits_is_taken_back_whole_and_what_was_settled_as_it_was_settled() {
    for (share, back) in [(None, -3001), (Some(3000), -3000)] {
        let charge = january(Rounding::Ceiling);
        let booked = Booked {
            charge: Charge {
                id: ChargeId::generate(),
                created_at: Timestamp::from_micros(0),
                facts: charge.clone(),
            },
            share,
        };
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
