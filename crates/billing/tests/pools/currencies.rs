//! Prices of reported amounts, where these are in another currency.

use super::{amounts, model, usage_charge};
use crate::Fixed;
use crate::facts::{day, dec, leg, metered, usage};
use serde_json::json;
use tradewind_billing::rules::{
    pool::{Closing, Group, rate_groups},
    usage::{Part, RatedState},
};
use tradewind_kernel::Currency;

#[test]
fn reported_amounts_are_converted_before_they_are_priced() {
    let rates = Fixed(dec("0.9"), day("2024-09-27"));
    let charged = |value, reported: &str| {
        let fee = metered("fee", model(value));
        let leg = leg(vec![fee.clone()]);
        let mut total = usage(&leg, "fee", "shop", 1, "1", Some(reported));
        total.currency = Some(Currency::USD);
        let charge = usage_charge(&leg, &fee, &total, RatedState::default(), &rates);
        let (charge, state) = charge.unwrap().unwrap();
        assert_eq!(charge.unwrap().rate.len(), 1);
        state.exact.normalize()
    };
    // 1,000 dollars are 900 euros.
    assert_eq!(
        charged(json!({"model": "percentage", "percent": "3"}), "1000"),
        dec("27")
    );
    let tiers = json!([{"up_to": "900", "unit_price": "3"}, {"unit_price": "2"}]);
    assert_eq!(
        charged(
            json!({"model": "graduated_percentage", "tiers": tiers}),
            "2000"
        ),
        dec("45")
    );
    // The least and what is included are in euros as well.
    assert_eq!(
        charged(
            json!({"model": "pass_through", "markup_percent": "10", "minimum": "50"}),
            "10"
        ),
        dec("50")
    );
    assert_eq!(
        charged(json!({"model": "pass_through", "included": "100"}), "1000"),
        dec("800")
    );
}

#[test]
fn amounts_in_several_currencies_count_together() {
    let price = json!({"model": "graduated_percentage", "included": "100",
        "tiers": [{"up_to": "500", "unit_price": "10"}, {"unit_price": "5"}]});
    let item = metered("fees", model(price));
    let leg = leg(vec![item.clone()]);
    let total = |group: &str, cost: &str, currency: Currency| {
        let mut total = usage(&leg, "fees", group, 1, "1", Some(cost));
        total.currency = Some(currency);
        total
    };
    let totals = [
        total("a", "500", Currency::USD),
        total("b", "100", Currency::EUR),
        total("c", "200", Currency::USD),
    ];
    let groups = totals.each_ref().map(|total| Group {
        part: Part::whole(total).unwrap(),
        events: &[],
        idle: false,
    });
    let rates = Fixed(dec("0.9"), day("2024-09-27"));
    let found = rate_groups(&leg, &item, &groups, Closing::MONTH, &rates).unwrap();
    // 450, 100 and 180 euros: 100 are free, 500 cost 10 %, 130 cost 5 %.
    assert_eq!(amounts(&found), [dec("35"), dec("10"), dec("11.5")]);
    assert_eq!(
        found.iter().map(|one| one.used.len()).collect::<Vec<_>>(),
        [1, 0, 1]
    );
}
