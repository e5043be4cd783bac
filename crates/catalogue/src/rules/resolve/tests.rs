use tradewind_kernel::id::AccountId;
use tradewind_pricing::{PricePlaces, Usage, rate, total};

use super::*;
use crate::rules::fixture::{
    absolute, currency, day, dec, listing, markup, product, rates, tier, when,
};
use crate::rules::{from_price, offer_prices};
use crate::types::ProductDetail;

fn dimensions(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn goods() -> ProductDetail {
    product(AccountId::generate(), "goods")
}

fn item<'a>(goods: &'a ProductDetail, code: &str) -> &'a Item {
    goods.plans[0]
        .items
        .iter()
        .find(|item| item.code == code)
        .expect("the item is there")
}

fn resolve(goods: &ProductDetail, tiers: &[Tier]) -> Vec<LegTerms> {
    resolve_plan(&goods.plans[0], tiers, &Rates::default(), day("2024-09-30"))
        .expect("prices resolve")
        .expect("the plan is sold")
}

/// What one unit costs on a leg.
fn unit_price(leg: &LegTerms, item: &Item) -> Decimal {
    let rule = leg.item(item.id).and_then(|terms| terms.general_rule());
    total(&rule.expect("a rule").model, &Usage::Quantity(Decimal::ONE)).expect("a price")
}

/// The percentage on a cost that is passed through, for usage with these dimensions.
fn on_top(leg: &LegTerms, item: &Item, pairs: &[(&str, &str)]) -> Decimal {
    let terms = leg.item(item.id).expect("the item is sold");
    let rule = terms.rule_for(&dimensions(pairs)).expect("a rule applies");
    match rule.model.kind {
        PriceKind::PassThrough { markup_percent, .. } => markup_percent,
        ref other => panic!("not passed through: {other:?}"),
    }
}

#[test]
fn one_tier_names_its_prices() {
    let goods = goods();
    let seats = item(&goods, "seats");
    let legs = resolve(
        &goods,
        &[tier(
            "EUR",
            vec![absolute(seats, PriceModel::per_unit(dec("8")))],
        )],
    );
    assert_eq!(legs.len(), 1);
    assert_eq!(legs[0].items.len(), 1, "what has no price is not sold");
    assert_eq!(unit_price(&legs[0], seats), dec("8"));
}

#[test]
fn markups_add_up_tier_by_tier_down_to_depth_four() {
    let goods = goods();
    let (setup, seats) = (item(&goods, "setup"), item(&goods, "seats"));
    let tiers = [
        tier(
            "EUR",
            vec![
                absolute(setup, PriceModel::flat(dec("50"))),
                absolute(seats, PriceModel::per_unit(dec("10"))),
            ],
        ),
        tier("EUR", vec![markup("8")]),
        tier("EUR", vec![markup("10")]),
        tier("EUR", vec![markup("20")]),
    ];
    for depth in 1..=4 {
        assert_eq!(resolve(&goods, &tiers[..depth]).len(), depth);
    }
    let legs = resolve(&goods, &tiers);
    let prices: Vec<Decimal> = legs.iter().map(|leg| unit_price(leg, seats)).collect();
    assert_eq!(
        prices,
        [dec("10"), dec("10.8"), dec("11.88"), dec("14.256")]
    );
    assert_eq!(unit_price(&legs[3], setup), dec("71.28"));
    let rule = legs[3]
        .item(seats.id)
        .expect("sold")
        .general_rule()
        .expect("a rule");
    assert_eq!(rule.markup, Some(dec("20")));
    assert_eq!(
        rule.trail,
        ["buying price", "+20 %"],
        "nothing of the tiers above"
    );
}

#[test]
fn computed_prices_are_rounded_where_the_book_says_so() {
    let goods = goods();
    let (setup, seats) = (item(&goods, "setup"), item(&goods, "seats"));
    let mut last = tier("EUR", vec![markup("7.77")]);
    let list = [
        tier(
            "EUR",
            vec![
                absolute(setup, PriceModel::flat(dec("13.333"))),
                absolute(seats, PriceModel::per_unit(dec("0.0333333333"))),
            ],
        ),
        last.clone(),
    ];
    let exact = resolve(&goods, &list);
    assert_eq!(unit_price(&exact[1], setup), dec("14.3689741"));
    last.book.revision.policies.places = Some(PricePlaces {
        amounts: 2,
        units: 6,
    });
    let [first, _] = list;
    let rounded = resolve(&goods, &[first, last]);
    // What a book names itself stays as it is.
    assert_eq!(unit_price(&rounded[0], setup), dec("13.333"));
    assert_eq!(unit_price(&rounded[1], setup), dec("14.37"));
    assert_eq!(unit_price(&rounded[1], seats), dec("0.035923"));
    let rule = rounded[1]
        .item(seats.id)
        .and_then(|terms| terms.general_rule());
    let trail = &rule.expect("a rule").trail;
    assert_eq!(
        trail.last().expect("a note"),
        "rounded to 2 places, unit prices to 6"
    );
}

#[test]
fn an_absolute_price_in_the_middle_starts_anew() {
    let goods = goods();
    let seats = item(&goods, "seats");
    let legs = resolve(
        &goods,
        &[
            tier(
                "EUR",
                vec![absolute(seats, PriceModel::per_unit(dec("10")))],
            ),
            tier(
                "EUR",
                vec![
                    absolute(seats, PriceModel::per_unit(dec("9.99"))),
                    markup("50"),
                ],
            ),
            tier("EUR", vec![markup("10")]),
        ],
    );
    assert_eq!(unit_price(&legs[1], seats), dec("9.99"));
    assert_eq!(unit_price(&legs[2], seats), dec("10.989"));
}

#[test]
fn the_narrowest_rule_wins() {
    let goods = goods();
    let seats = item(&goods, "seats");
    let plan = Listing {
        plan_id: Some(goods.plans[0].id),
        product_id: Some(goods.product.id),
        ..markup("5")
    };
    let elsewhere = Listing {
        product_id: Some(tradewind_kernel::id::ProductId::generate()),
        ..markup("90")
    };
    let tiers = [
        tier(
            "EUR",
            vec![absolute(seats, PriceModel::per_unit(dec("10")))],
        ),
        tier("EUR", vec![plan, elsewhere, markup("20")]),
    ];
    assert_eq!(unit_price(&resolve(&goods, &tiers)[1], seats), dec("10.5"));
}

#[test]
fn what_a_tier_hides_nobody_below_can_sell() {
    let goods = goods();
    let (setup, seats) = (item(&goods, "setup"), item(&goods, "seats"));
    let hidden = Listing {
        item_id: Some(setup.id),
        ..listing(ListingPrice::Hidden)
    };
    let vendor = tier(
        "EUR",
        vec![
            absolute(setup, PriceModel::flat(dec("50"))),
            absolute(seats, PriceModel::per_unit(dec("10"))),
        ],
    );
    let below = tier(
        "EUR",
        vec![absolute(setup, PriceModel::flat(dec("99"))), markup("10")],
    );
    let legs = resolve(
        &goods,
        &[
            vendor.clone(),
            tier("EUR", vec![hidden, markup("10")]),
            below.clone(),
        ],
    );
    assert_eq!(legs[0].items.len(), 2);
    assert!(legs[1].item(setup.id).is_none());
    assert!(
        legs[2].item(setup.id).is_none(),
        "an own price does not bring it back"
    );
    let closed = tier("EUR", vec![listing(ListingPrice::Hidden)]);
    let none = resolve_plan(
        &goods.plans[0],
        &[vendor, closed, below],
        &Rates::default(),
        day("2024-09-30"),
    );
    assert_eq!(none.expect("no error"), None);
}

#[test]
fn usage_of_a_dimension_has_its_own_markup() {
    let goods = goods();
    let usage = item(&goods, "usage");
    let compute = [("service_category", "Compute"), ("region", "eu-1")];
    let legs = resolve(
        &goods,
        &[
            tier(
                "USD",
                vec![absolute(usage, PriceModel::pass_through(dec("0")))],
            ),
            tier("USD", vec![markup("8")]),
            tier("USD", vec![markup("10")]),
            tier(
                "USD",
                vec![
                    when(markup("15"), "service_category", "Compute"),
                    markup("20"),
                ],
            ),
        ],
    );
    assert_eq!(on_top(&legs[0], usage, &compute), dec("0"));
    assert_eq!(on_top(&legs[1], usage, &compute), dec("8"));
    assert_eq!(on_top(&legs[2], usage, &compute), dec("18.8"));
    assert_eq!(on_top(&legs[3], usage, &compute), dec("36.62"));
    assert_eq!(
        on_top(&legs[3], usage, &[("service_category", "Storage")]),
        dec("42.56")
    );
    assert_eq!(on_top(&legs[3], usage, &[]), dec("42.56"));
    assert!(legs[3].item(usage.id).expect("sold").conversions.is_empty());
}

#[test]
fn dimensions_of_two_tiers_combine() {
    let goods = goods();
    let usage = item(&goods, "usage");
    let legs = resolve(
        &goods,
        &[
            tier(
                "USD",
                vec![absolute(usage, PriceModel::pass_through(dec("0")))],
            ),
            tier(
                "USD",
                vec![when(markup("50"), "category", "Compute"), markup("100")],
            ),
            tier(
                "USD",
                vec![
                    when(markup("300"), "region", "eu"),
                    when(markup("900"), "category", "Storage"),
                    markup("0"),
                ],
            ),
        ],
    );
    let price = |pairs: &[(&str, &str)]| on_top(&legs[2], usage, pairs);
    assert_eq!(
        price(&[("category", "Compute"), ("region", "eu")]),
        dec("500")
    );
    assert_eq!(price(&[("category", "Compute")]), dec("50"));
    assert_eq!(price(&[("region", "eu")]), dec("700"));
    assert_eq!(price(&[("category", "Storage")]), dec("1900"));
    assert_eq!(
        price(&[("category", "Storage"), ("region", "eu")]),
        dec("700")
    );
    assert_eq!(price(&[]), dec("100"));
    let rules = &legs[2].item(usage.id).expect("sold").rules;
    assert!(rules.last().expect("rules").matches.is_empty());
}

#[test]
fn a_change_of_currency_takes_the_rate_of_the_day() {
    let goods = goods();
    let seats = item(&goods, "seats");
    let tiers = [
        tier(
            "EUR",
            vec![absolute(seats, PriceModel::per_unit(dec("10")))],
        ),
        tier("USD", vec![markup("20")]),
    ];
    let plan = &goods.plans[0];
    let table = rates(&[
        ("EUR", "USD", "2024-09-01", "1.10"),
        ("EUR", "USD", "2024-10-01", "2"),
    ]);
    let on = |text: &str| resolve_plan(plan, &tiers, &table, day(text));
    let september = on("2024-09-30").expect("a rate").expect("sold");
    assert_eq!(unit_price(&september[1], seats), dec("13.2"));
    assert_eq!(september[1].currency, currency("USD"));
    assert_eq!(
        september[1].item(seats.id).expect("sold").rules[0].trail,
        ["buying price", "+20 %", "EUR→USD at 1.10 of 2024-09-01"]
    );
    let october = on("2024-10-01").expect("a rate").expect("sold");
    assert_eq!(unit_price(&october[1], seats), dec("24"));
    let error = on("2024-08-31").expect_err("no rate yet");
    assert_eq!(error.code(), "no_exchange_rate");
    assert_eq!(
        error.to_string(),
        "no rate EUR→USD on or before 2024-08-31; set one first"
    );
}

#[test]
fn the_opposite_rate_is_no_rate() {
    let table = rates(&[("EUR", "USD", "2024-09-01", "1.10")]);
    assert!(
        table
            .on(currency("USD"), currency("EUR"), day("2024-09-01"))
            .is_err()
    );
    let same = table.on(currency("USD"), currency("USD"), day("2024-09-01"));
    assert_eq!(same.expect("no conversion").rate, Decimal::ONE);
}

#[test]
fn a_book_in_another_currency_than_the_trade_is_converted() {
    let goods = goods();
    let seats = item(&goods, "seats");
    let mut seller = tier(
        "EUR",
        vec![absolute(seats, PriceModel::per_unit(dec("10")))],
    );
    seller.currency = currency("CHF");
    let table = rates(&[("EUR", "CHF", "2024-01-01", "0.95")]);
    let legs = resolve_plan(&goods.plans[0], &[seller], &table, day("2024-09-30"));
    let legs = legs.expect("a rate").expect("sold");
    assert_eq!(legs[0].currency, currency("CHF"));
    assert_eq!(unit_price(&legs[0], seats), dec("9.5"));
}

#[test]
fn a_passed_through_cost_keeps_its_conversions_open() {
    let goods = goods();
    let usage = item(&goods, "usage");
    let mut bounded = PriceModel::pass_through(dec("0"));
    bounded.minimum = Some(dec("10"));
    bounded.included = dec("50");
    let tiers = [
        tier("USD", vec![absolute(usage, bounded)]),
        tier("EUR", vec![markup("8")]),
        tier("EUR", vec![markup("10")]),
        tier("USD", vec![markup("20")]),
    ];
    let table = rates(&[
        ("USD", "EUR", "2024-01-01", "0.9"),
        ("EUR", "USD", "2024-01-01", "1.1"),
    ]);
    let legs = resolve_plan(&goods.plans[0], &tiers, &table, day("2024-09-30"));
    let legs = legs.expect("rates").expect("sold");
    let open = |leg: usize| legs[leg].item(usage.id).expect("sold").conversions.clone();
    let (usd, eur) = (currency("USD"), currency("EUR"));
    assert_eq!(open(0), []);
    assert_eq!(open(1), [(usd, eur)]);
    assert_eq!(open(2), [(usd, eur)]);
    assert_eq!(open(3), [(usd, eur), (eur, usd)]);
    assert_eq!(on_top(&legs[3], usage, &[]), dec("42.56"));
    let rule = legs[1]
        .item(usage.id)
        .expect("sold")
        .general_rule()
        .expect("a rule");
    assert_eq!(
        (rule.model.minimum, rule.model.included),
        (Some(dec("9.72")), dec("45")),
        "bounds are money and converted now, and so is what is included of the cost, without a markup"
    );
}

#[test]
fn percentages_of_reported_amounts_are_the_same_in_every_currency() {
    let goods = goods();
    let usage = item(&goods, "usage");
    let price = PriceModel::new(PriceKind::Percentage {
        percent: dec("3"),
        per_event: dec("0.3"),
        free_events: None,
        free_amount: Some(dec("1000")),
        min_per_event: None,
        max_per_event: None,
    });
    let tiers = [
        tier("USD", vec![absolute(usage, price)]),
        tier("EUR", vec![markup("10")]),
    ];
    let table = rates(&[("USD", "EUR", "2024-01-01", "0.9")]);
    let legs = resolve_plan(&goods.plans[0], &tiers, &table, day("2024-09-30"));
    let legs = legs.expect("a rate").expect("sold");
    let sold = legs[1].item(usage.id).expect("sold");
    assert_eq!(sold.conversions, [(currency("USD"), currency("EUR"))]);
    let rule = sold.general_rule().expect("a rule");
    assert_eq!(
        rule.model.kind,
        PriceKind::Percentage {
            percent: dec("3.3"),
            per_event: dec("0.297"),
            free_events: None,
            free_amount: Some(dec("900")),
            min_per_event: None,
            max_per_event: None,
        }
    );
    assert_eq!(rule.rates.len(), 1);
    // Where nothing is fixed no rate is asked for: usage is converted when it comes.
    let mere = PriceModel::new(PriceKind::Percentage {
        percent: dec("3"),
        per_event: dec("0"),
        free_events: None,
        free_amount: None,
        min_per_event: None,
        max_per_event: None,
    });
    let tiers = [
        tier("USD", vec![absolute(usage, mere)]),
        tier("EUR", vec![markup("10")]),
    ];
    let legs = resolve_plan(&goods.plans[0], &tiers, &rates(&[]), day("2024-09-30"));
    let legs = legs.expect("no rate needed").expect("sold");
    let sold = legs[1].item(usage.id).expect("sold");
    assert_eq!(sold.conversions, [(currency("USD"), currency("EUR"))]);
    assert_eq!(sold.general_rule().expect("a rule").rates, []);
}

#[test]
fn a_buyer_sees_nothing_of_the_tiers_above() {
    let goods = goods();
    let (seats, usage) = (item(&goods, "seats"), item(&goods, "usage"));
    let legs = resolve(
        &goods,
        &[
            tier(
                "EUR",
                vec![
                    absolute(seats, PriceModel::per_unit(dec("7.77"))),
                    absolute(usage, PriceModel::pass_through(dec("0"))),
                ],
            ),
            tier(
                "EUR",
                vec![when(markup("31"), "category", "Compute"), markup("13")],
            ),
            tier("EUR", vec![markup("20")]),
        ],
    );
    let shown: Vec<_> = legs[2].items.iter().map(offer_prices).collect();
    let text = serde_json::to_string(&shown).expect("prices serialise");
    assert_eq!(
        text,
        r#"[[{"matches":{},"model":{"model":"per_unit","unit_price":"10.53612"}}],[{"matches":{},"model":null}]]"#
    );
}

#[test]
fn the_lowest_price_counts_what_recurs_at_default_quantities() {
    let mut goods = goods();
    goods.plans[0].items[1].quantity_default = dec("3");
    let (setup, seats, usage) = (
        item(&goods, "setup"),
        item(&goods, "seats"),
        item(&goods, "usage"),
    );
    let all = vec![
        absolute(setup, PriceModel::flat(dec("50"))),
        absolute(seats, PriceModel::per_unit(dec("4.115"))),
        absolute(usage, PriceModel::per_unit(dec("1"))),
    ];
    let legs = resolve(&goods, &[tier("EUR", all.clone())]);
    let price = from_price(&goods.plans[0], &legs[0]).expect("a price");
    assert_eq!(
        price.amount.to_string(),
        "12.35 EUR",
        "12.345 rounds half up"
    );
    assert!(price.usage && price.cadence.is_some());
    let legs = resolve(&goods, &[tier("EUR", vec![all[0].clone()])]);
    let price = from_price(&goods.plans[0], &legs[0]).expect("a price");
    assert_eq!(
        (price.amount.to_string().as_str(), price.cadence),
        ("50.00 EUR", None)
    );
    let legs = resolve(&goods, &[tier("EUR", vec![all[2].clone()])]);
    assert_eq!(from_price(&goods.plans[0], &legs[0]), None);
}

#[test]
fn terms_read_back_as_they_were_written() {
    let goods = goods();
    let usage = item(&goods, "usage");
    let legs = resolve(
        &goods,
        &[
            tier(
                "USD",
                vec![absolute(usage, PriceModel::pass_through(dec("0")))],
            ),
            tier(
                "USD",
                vec![when(markup("15"), "category", "Compute"), markup("20")],
            ),
        ],
    );
    for leg in legs {
        let text = serde_json::to_string(&leg).expect("terms serialise");
        let back: LegTerms = serde_json::from_str(&text).expect("terms read back");
        assert_eq!(back, leg);
        assert_eq!(serde_json::to_string(&back).expect("again"), text);
    }
}

#[test]
fn a_price_that_grows_out_of_bounds_is_an_error() {
    let goods = goods();
    let seats = item(&goods, "seats");
    let huge = PriceModel::per_unit(dec("9999999999999999999999999999"));
    let tiers = [
        tier("EUR", vec![absolute(seats, huge)]),
        tier("EUR", vec![markup("10000")]),
    ];
    let result = resolve_plan(
        &goods.plans[0],
        &tiers,
        &Rates::default(),
        day("2024-09-30"),
    );
    assert_eq!(
        result.expect_err("too large").problems()[0].code,
        "overflow"
    );
    assert!(rate(&PriceModel::flat(dec("1")), &Usage::Quantity(dec("1"))).is_ok());
}
