use std::collections::BTreeMap;

use tradewind_kernel::{id::AccountId, id::RevisionId};
use tradewind_pricing::{PricePlaces, Tier};

use super::*;
use crate::rules::fixture::{absolute, day, dec, product, tier};
use crate::rules::resolve::{Rates, Tier as Seller, resolve_plan};
use crate::types::{Introduction, ProductDetail};

/// Seats at 12, and at 5 for the first three months.
fn seller(goods: &ProductDetail, price: &str) -> Seller {
    let items = &goods.plans[0].items;
    let seats = items.iter().find(|item| item.code == "seats");
    let seats = seats.expect("seats");
    let mut seller = tier(
        "EUR",
        vec![absolute(seats, PriceModel::per_unit(dec(price)))],
    );
    let introduction = Introduction {
        periods: 3,
        price: PriceModel::per_unit(dec("5")),
        once: true,
    };
    let introductions = BTreeMap::from([(seats.id, introduction)]);
    seller.book.revision.policies.introductions = introductions;
    seller
}

fn terms(goods: &ProductDetail, seller: &Seller) -> LegTerms {
    let sellers = std::slice::from_ref(seller);
    let legs = resolve_plan(
        &goods.plans[0],
        sellers,
        &Rates::default(),
        day("2024-09-30"),
    );
    let mut legs = legs.expect("prices").expect("the plan is sold");
    legs.pop().expect("a leg")
}

fn goods() -> ProductDetail {
    product(AccountId::generate(), "goods")
}

fn price(terms: &LegTerms) -> Decimal {
    let rule = terms.items[0].general_rule().expect("a rule");
    total(&rule.model, &Usage::Quantity(Decimal::ONE)).expect("a price")
}

fn turn(terms: &LegTerms, now: Option<&LegTerms>, turn: Turn) -> LegTerms {
    let renewed = renewed(
        &[terms],
        now.map(std::slice::from_ref),
        day("2024-10-31"),
        turn,
    );
    let renewed = renewed.expect("prices");
    renewed.map_or_else(|| terms.clone(), |mut legs| legs.pop().expect("a leg"))
}

const PERIOD: Turn = Turn {
    reprices: false,
    period_over: true,
    rises: 0,
};

#[test]
fn an_introduction_holds_for_its_periods_and_becomes_the_regular_price() {
    let goods = goods();
    let mut now = terms(&goods, &seller(&goods, "12"));
    assert!(now.policies.introductions.is_empty(), "it is the item's");
    let mut prices = Vec::new();
    for _ in 0..5 {
        prices.push(price(&now));
        now = turn(&now, None, PERIOD);
    }
    assert_eq!(prices, ["5", "5", "5", "12", "12"].map(dec));
    assert_eq!(
        renewed(&[&now], None, day("2024-10-31"), PERIOD).expect("prices"),
        None,
        "nothing is left to change"
    );
    assert_eq!(
        price(&terms(&goods, &seller(&goods, "12")).for_returning()),
        dec("12")
    );
}

#[test]
fn an_introduction_outlives_revisions_and_ends_at_the_price_of_the_latest() {
    let goods = goods();
    let mut book = seller(&goods, "12");
    let agreed = terms(&goods, &book);
    book.book.revision.id = RevisionId::generate();
    let seats = &goods.plans[0].items[1];
    book.book.listings = vec![absolute(seats, PriceModel::per_unit(dec("15")))].into();
    let later = terms(&goods, &book);
    let both = Turn {
        reprices: true,
        ..PERIOD
    };
    let second = turn(&agreed, Some(&later), both);
    assert_eq!(price(&second), dec("5"));
    assert_eq!(second.revision, later.revision);
    let third = turn(&second, Some(&later), both);
    assert_eq!(price(&third), dec("5"));
    let fourth = turn(&third, Some(&later), both);
    assert_eq!(price(&fourth), dec("15"));
    // What the book offers to new buyers then is not for those who have begun.
    assert!(!fourth.is_introduced());
    let fifth = turn(&fourth, Some(&later), both);
    assert_eq!(price(&fifth), dec("15"));
}

#[test]
fn another_plan_goes_on_with_what_is_left_of_an_introduction() {
    let goods = goods();
    let new = terms(&goods, &seller(&goods, "20"));
    let old = terms(&goods, &seller(&goods, "12"));
    let left = |terms: &LegTerms| {
        let introduction = terms.items[0].introduction.as_ref();
        introduction.map(|introduction| introduction.left)
    };
    assert_eq!(left(&switched(&old, &new, false)), Some(3));
    let second = turn(&old, None, PERIOD);
    assert_eq!(left(&switched(&second, &new, false)), Some(2));
    assert_eq!(left(&switched(&second, &new, true)), Some(1));
    let third = turn(&second, None, PERIOD);
    let last = switched(&third, &new, true);
    assert_eq!((left(&last), price(&last)), (None, dec("20")));
    let over = turn(&third, None, PERIOD);
    assert_eq!(left(&switched(&over, &new, false)), None, "none begins");
    let yearly = LegTerms {
        cadence: tradewind_kernel::Cadence::YEARLY,
        ..new
    };
    assert_eq!(left(&switched(&old, &yearly, false)), None);
}

/// Terms whose prices rise, without an introduction.
fn rising(goods: &ProductDetail, price: &str, increase: PriceIncrease) -> LegTerms {
    let mut book = seller(goods, price);
    let policies = &mut book.book.revision.policies;
    policies.introductions.clear();
    policies.renewal = RenewalPrices::Increase;
    policies.increase = Some(increase);
    policies.places = Some(PricePlaces {
        amounts: 2,
        units: 2,
    });
    terms(goods, &book)
}

const RISE: Turn = Turn {
    reprices: true,
    period_over: true,
    rises: 1,
};

fn by(percent: &str) -> PriceIncrease {
    PriceIncrease {
        percent: dec(percent),
        at_most: None,
        up_to_list: false,
    }
}

#[test]
fn rises_compound_on_what_was_agreed_and_are_rounded_once() {
    let goods = goods();
    let mut now = rising(&goods, "9.99", by("3"));
    let mut prices = Vec::new();
    for _ in 0..4 {
        now = turn(&now, None, RISE);
        prices.push(price(&now));
    }
    // 9.99 × 1.03, 1.0609, 1.092727, 1.12550881
    assert_eq!(prices, ["10.29", "10.60", "10.92", "11.24"].map(dec));
    let twice = Turn { rises: 2, ..RISE };
    let at_once = turn(&rising(&goods, "9.99", by("3")), None, twice);
    assert_eq!(price(&at_once), dec("10.60"));
    let none = Turn { rises: 0, ..RISE };
    assert_eq!(turn(&now, None, none), now);
}

#[test]
fn rises_stop_at_their_bound_and_at_the_list_price() {
    let goods = goods();
    let bounded = PriceIncrease {
        at_most: Some(dec("5")),
        ..by("3")
    };
    let mut now = rising(&goods, "100", bounded);
    let mut prices = Vec::new();
    for _ in 0..3 {
        now = turn(&now, None, RISE);
        prices.push(price(&now));
    }
    assert_eq!(prices, ["103", "105", "105"].map(dec));
    let listed = PriceIncrease {
        up_to_list: true,
        ..by("10")
    };
    let agreed = rising(&goods, "100", listed);
    let list = |price: &str| rising(&goods, price, listed);
    let raised = |list: &LegTerms| {
        let list = LegTerms {
            seller: agreed.seller,
            ..list.clone()
        };
        price(&turn(&agreed, Some(&list), RISE))
    };
    assert_eq!(raised(&list("200")), dec("110"));
    assert_eq!(raised(&list("106")), dec("106"));
    assert_eq!(raised(&list("90")), dec("100"), "prices do not fall by it");
}

#[test]
fn a_rise_within_an_introduction_is_of_the_regular_price() {
    let goods = goods();
    let mut book = seller(&goods, "12");
    let policies = &mut book.book.revision.policies;
    policies.renewal = RenewalPrices::Increase;
    policies.increase = Some(by("50"));
    let second = turn(&terms(&goods, &book), None, RISE);
    assert_eq!(price(&second), dec("5"));
    let regular = second.without_any();
    assert_eq!(price(&regular), dec("18"));
}

impl LegTerms {
    fn without_any(&self) -> Self {
        self.each_item(ItemTerms::without_introduction)
    }
}

#[test]
fn tiers_rise_by_their_prices_and_shares_of_amounts_do_not() {
    let goods = goods();
    let mut terms = rising(&goods, "1", by("10"));
    let tiers = PriceKind::Graduated {
        tiers: vec![
            Tier::new(Some(dec("10")), dec("2")),
            Tier::new(None, dec("1")),
        ],
        zero_usage: tradewind_pricing::ZeroUsage::Free,
    };
    terms.items[0].rules[0].model = PriceModel::new(tiers);
    let after = turn(&terms, None, RISE);
    let of = |terms: &LegTerms, quantity: &str| {
        let rule = terms.items[0].general_rule().expect("a rule");
        total(&rule.model, &Usage::Quantity(dec(quantity))).expect("a price")
    };
    assert_eq!((of(&after, "10"), of(&after, "20")), (dec("22"), dec("33")));
    terms.items[0].rules[0].model = PriceModel::pass_through(dec("8"));
    assert_eq!(
        turn(&terms, None, RISE).items[0].rules,
        terms.items[0].rules
    );
}

#[test]
fn a_leg_that_a_correction_keeps_does_not_keep_those_above_it() {
    let goods = goods();
    let mut book = seller(&goods, "12");
    let above = terms(&goods, &book);
    let kept = LegTerms {
        kept_until: Some(day("2024-11-01")),
        ..above.clone()
    };
    book.book.revision.id = RevisionId::generate();
    let seats = &goods.plans[0].items[1];
    book.book.listings = vec![absolute(seats, PriceModel::per_unit(dec("15")))].into();
    let now = terms(&goods, &book).for_returning();
    let above = above.for_returning();
    let kept = kept.for_returning();
    let on = |text: &str| {
        let now = [now.clone(), now.clone()];
        let found = renewed(&[&above, &kept], Some(&now), day(text), Turn::LOOK);
        let legs = found.expect("prices").expect("another price");
        legs.iter().map(price).collect::<Vec<_>>()
    };
    assert_eq!(on("2024-10-31"), ["15", "12"].map(dec));
    assert_eq!(on("2024-11-01"), ["15", "15"].map(dec));
}
