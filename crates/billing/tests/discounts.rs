//! What discounts take off, and that it can never be more than there is.

#[allow(dead_code, reason = "facts are shared with other tests")]
mod facts;

use std::collections::BTreeMap;
use std::sync::Arc;

use facts::{day, dec, eur, held, leg, recurring, trade};
use proptest::prelude::*;
use tradewind_billing::rules::change::{Change, change_charges};
use tradewind_billing::rules::discount::continued;
use tradewind_billing::rules::period::{Span, charges_for_period};
use tradewind_billing::rules::preview::{self, Purchase, bill};
use tradewind_billing::types::{
    ChargeKind, DiscountOffer, Grant, ItemQuantity, LegFacts, NewCharge, QuantityChange,
};
use tradewind_catalogue::types::Timing;
use tradewind_kernel::{
    Date, Decimal, Money, Text,
    calendar::{self, Period},
    id::{CouponId, ItemId},
};
use tradewind_orders::types::{Benefit, DiscountScope, DiscountTerms};
use tradewind_pricing::cycles::ServicePeriod;
use tradewind_pricing::proration::Direction;

fn grant(benefit: Benefit, periods: Option<u32>, left: Option<i64>) -> Grant {
    Grant::from(&DiscountOffer {
        coupon_id: CouponId::generate(),
        terms: DiscountTerms {
            name: Text::en("Summer"),
            code: Some("SUMMER".to_owned()),
            benefit,
            scope: DiscountScope::default(),
            periods,
        },
        left: left.map(eur),
    })
}

fn percent(percent: &str) -> Benefit {
    Benefit::Percentage {
        percent: dec(percent),
    }
}

fn amount(minor: i64) -> Benefit {
    Benefit::Amount { amount: eur(minor) }
}

fn sum(charges: &[NewCharge]) -> Decimal {
    charges.iter().map(|charge| charge.exact).sum()
}

fn discounts(charges: &[NewCharge]) -> Vec<(String, String)> {
    charges
        .iter()
        .filter(|charge| charge.discount.is_some())
        .map(|charge| {
            (
                charge.item_code.clone(),
                charge.exact.normalize().to_string(),
            )
        })
        .collect()
}

fn period(n: i64) -> Period {
    calendar::period(day("2024-01-10"), calendar::Cadence::MONTHLY, n).expect("a period")
}

fn renewal(leg: &LegFacts, quantities: &[ItemQuantity], n: i64) -> Vec<NewCharge> {
    let span = Span {
        advance: Some(ServicePeriod::whole(period(n))),
        arrears: (n > 0).then(|| ServicePeriod::whole(period(n - 1))),
        bought_on: (n == 0).then(|| period(0).start),
    };
    charges_for_period(leg, quantities, span, None).expect("charges")
}

#[test]
fn an_amount_is_shared_by_items_and_by_what_is_paid_before_and_after() {
    let (seats, space, support) = (
        recurring("seats", "6", Timing::Advance),
        recurring("space", "3", Timing::Advance),
        recurring("support", "4", Timing::Arrears),
    );
    let ids = [seats.item, space.item, support.item];
    let mut leg = leg(vec![seats, space, support]);
    leg.grants = vec![grant(amount(1000), Some(1), None)];
    let quantities: Vec<_> = ids
        .into_iter()
        .flat_map(|item| held(item, "1", "2024-01-10"))
        .collect();
    let first = renewal(&leg, &quantities, 0);
    // 9 of the 10 find something in advance; the rest waits for what is paid afterwards.
    assert_eq!(
        discounts(&first),
        [("seats".into(), "-6".into()), ("space".into(), "-3".into())]
    );
    let leg = continued(&leg, &first).expect("goes on");
    let second = renewal(&leg, &quantities, 1);
    assert_eq!(discounts(&second), [("support".into(), "-1".into())]);
    let leg = continued(&leg, &second).expect("goes on");
    assert_eq!(leg.grants[0].periods_left(), Some(0));
    assert!(discounts(&renewal(&leg, &quantities, 2)).is_empty());
}

#[test]
fn a_whole_price_leaves_nothing_of_a_fraction_of_a_cent() {
    let seats = recurring("seats", "0.335", Timing::Advance);
    let id = seats.item;
    let mut leg = leg(vec![seats]);
    leg.grants = vec![
        grant(percent("50"), None, None),
        grant(percent("100"), None, None),
    ];
    let charges = renewal(&leg, &held(id, "1", "2024-01-10"), 0);
    assert_eq!(sum(&charges), Decimal::ZERO);
    assert_eq!(
        discounts(&charges),
        [
            ("seats".into(), "-0.17".into()),
            ("seats".into(), "-0.165".into())
        ]
    );
    for charge in charges.iter().filter(|charge| charge.discount.is_some()) {
        assert_eq!(charge.kind, ChargeKind::Discount);
        assert_eq!(charge.item_id, Some(id));
        assert!(charge.description.starts_with("Summer (SUMMER): seats"));
    }
}

#[test]
fn a_discount_for_another_plan_or_currency_takes_nothing() {
    let seats = recurring("seats", "10", Timing::Advance);
    let id = seats.item;
    let mut leg = leg(vec![seats]);
    let mut elsewhere = grant(percent("50"), None, None);
    let terms = Arc::make_mut(&mut elsewhere.terms);
    terms.scope.plans = vec![tradewind_kernel::id::PlanId::generate()];
    let dollars = Benefit::Amount {
        amount: Money::new(500, tradewind_kernel::Currency::USD),
    };
    leg.grants = vec![elsewhere, grant(dollars, None, None)];
    let charges = renewal(&leg, &held(id, "1", "2024-01-10"), 0);
    assert_eq!((charges.len(), sum(&charges)), (1, dec("10")));
}

/// What happens to a subscription.
#[derive(Debug, Clone)]
enum Act {
    /// Another quantity, so many days into the period, going up or down.
    Change(usize, u32, i64),
    /// The next period begins.
    Renew,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let change =
        (0_usize..2, 0_u32..6, 0_i64..28).prop_map(|(item, to, on)| Act::Change(item, to, on));
    proptest::collection::vec(prop_oneof![2 => change, 1 => Just(Act::Renew)], 0..8)
}

fn benefits() -> impl Strategy<Value = Vec<Grant>> {
    let benefit = prop_oneof![
        (1_u32..=100).prop_map(|share| percent(&share.to_string())),
        (1_i64..4000).prop_map(amount),
        (0_i64..4000).prop_map(|minor| Benefit::PriceOverride { amount: eur(minor) }),
    ];
    let periods = proptest::option::of(1_u32..4);
    let left = proptest::option::of(0_i64..5000);
    let one =
        (benefit, periods, left).prop_map(|(benefit, periods, left)| grant(benefit, periods, left));
    proptest::collection::vec(one, 1..4)
}

struct Sale {
    leg: LegFacts,
    items: [ItemId; 2],
    held: BTreeMap<ItemId, Vec<QuantityChange>>,
    running: i64,
    charges: Vec<NewCharge>,
}

impl Sale {
    fn quantities(&self) -> Vec<ItemQuantity> {
        let of = |(item_id, changes): (&ItemId, &Vec<QuantityChange>)| ItemQuantity {
            item_id: *item_id,
            changes: changes.clone(),
        };
        self.held.iter().map(of).collect()
    }

    fn note(&mut self, charges: Vec<NewCharge>) {
        self.leg = continued(&self.leg, &charges).expect("goes on");
        self.charges.extend(charges);
    }

    fn wanted(&self, at: Date) -> BTreeMap<ItemId, Decimal> {
        let on = |quantity: &ItemQuantity| (quantity.item_id, quantity.on(at));
        self.quantities().iter().map(on).collect()
    }

    fn changed(&self, wanted: &BTreeMap<ItemId, Decimal>, at: Date, ends: bool) -> Vec<NewCharge> {
        let change = Change {
            before: &self.leg,
            quantities: &self.quantities(),
            after: (!ends).then_some(&self.leg),
            wanted,
            at,
            period: ServicePeriod::whole(period(self.running)),
            begins: None,
            direction: Direction::Upgrade,
            order_id: None,
        };
        change_charges(&change, |_| None).expect("charges")
    }
}

/// By first day of the period that charges are for, what they come to.
fn by_period(charges: &[NewCharge]) -> BTreeMap<i64, Decimal> {
    let mut sums = BTreeMap::new();
    for charge in charges {
        let mut n = 0;
        while period(n).end <= charge.period.start {
            n += 1;
        }
        *sums.entry(n).or_insert(Decimal::ZERO) += charge.exact;
    }
    sums
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_goes_below_zero_and_the_preview_is_what_is_billed(grants in benefits(), acts in acts()) {
        let (seats, space) = (
            recurring("seats", "14.256", Timing::Advance),
            recurring("space", "3.333", Timing::Advance),
        );
        let items = [seats.item, space.item];
        let mut leg = leg(vec![seats, space]);
        leg.grants = grants.clone();
        let begins = period(0).start;
        let first = BTreeMap::from([(items[0], dec("3")), (items[1], dec("2"))]);
        let trade = trade("19");
        let shown = preview::purchase(&Purchase {
            leg: &leg,
            renewed: None,
            trade: &trade,
            wanted: &first,
            on: begins,
            trial_days: 0,
            clocks: facts::clocks(&leg),
        })
        .expect("a preview");
        let mut sale = Sale {
            leg,
            items,
            held: first
                .iter()
                .map(|(item, quantity)| (*item, vec![QuantityChange { from_on: begins, quantity: *quantity }]))
                .collect(),
            running: 0,
            charges: Vec::new(),
        };
        let bought = renewal(&sale.leg, &sale.quantities(), 0);
        prop_assert_eq!(bill(&sale.leg, &trade, &bought).expect("a bill"), shown.due_now);
        sale.note(bought);
        let next = renewal(&sale.leg, &sale.quantities(), 1);
        let next = bill(&sale.leg, &trade, &next).expect("a bill");
        prop_assert_eq!(next, shown.next.map(|next| next.document));

        // Ending at once gives back all of it.
        let nothing = BTreeMap::new();
        let ended = sale.changed(&nothing, begins, true);
        prop_assert!((sum(&sale.charges) + sum(&ended)).abs() < dec("0.000000001"));

        for act in acts {
            match act {
                Act::Renew => {
                    sale.running += 1;
                    let charges = renewal(&sale.leg, &sale.quantities(), sale.running);
                    sale.note(charges);
                }
                Act::Change(item, to, on) => {
                    let at = calendar::add_days(period(sale.running).start, on).expect("a day");
                    let item = sale.items[item];
                    // Time only goes forward.
                    let changes = sale.held.values().flatten();
                    if changes.map(|change| change.from_on).max() > Some(at) {
                        continue;
                    }
                    let mut wanted = sale.wanted(at);
                    wanted.insert(item, Decimal::from(to));
                    let charges = sale.changed(&wanted, at, false);
                    sale.note(charges);
                    let history = sale.held.get_mut(&item).expect("held");
                    history.retain(|change| change.from_on < at);
                    history.push(QuantityChange { from_on: at, quantity: Decimal::from(to) });
                }
            }
            for (n, total) in by_period(&sale.charges) {
                prop_assert!(total >= dec("-0.000000001"), "period {n} comes to {total}: {:#?}", sale.charges);
            }
        }
        for (before, after) in grants.iter().zip(&sale.leg.grants) {
            if let Some(most) = before.terms.periods {
                prop_assert!(after.granted.len() <= most as usize);
            }
            if let Some(left) = after.left {
                prop_assert!(!left.is_negative() , "{left} are left of a budget");
            }
        }
        // Ending at the end of all that has one total for what was and was not taken off.
        let at = calendar::add_days(period(sale.running).end, -1).expect("a day");
        let ended = sale.changed(&nothing, at, true);
        sale.note(ended);
        for total in by_period(&sale.charges).into_values() {
            prop_assert!(total >= dec("-0.000000001"));
        }
    }
}
