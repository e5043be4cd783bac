//! Quantities bought ahead: entered with a preview month by month, and seen with the subscription by those who bought them.

use super::common::World;
use super::desk::Browser;
use super::prices::{book, form, hidden, item, world};
use http::StatusCode;
use std::collections::BTreeMap;
use tradewind_kernel::id::SubscriptionId;

async fn bought(world: &World) -> SubscriptionId {
    use tradewind_flows::order::{PlaceInput, order_place};
    use tradewind_flows::quote::{PurchaseInput, quote_purchase};
    let wanted = PurchaseInput {
        quantities: BTreeMap::new(),
        ..world.wanted("cloud", "1")
    };
    let ctx = world.ctx().await;
    let quote = quote_purchase(world.p(), &ctx, &wanted)
        .await
        .expect("a quote");
    let place = PlaceInput { quote_id: quote.id };
    let order = order_place(world.p(), &ctx, &place)
        .await
        .expect("an order");
    world.test.drain().await;
    world.pay_all().await;
    world.deliver_all().await;
    order.order.subscription_id
}

#[tokio::test]
async fn what_is_left_of_an_included_quantity_is_kept_as_the_form_says() {
    let world = world().await;
    let browser = Browser::working_for(&world, world.reseller).await;
    let here = book(&world).await;
    let cost = item(&world, "cloud", "cost").to_string();
    let seats = item(&world, "basic", "seats");
    let price = format!("{here}/price");
    // What is ordered is not bought ahead.
    let ordered = browser.get(&format!("{price}?item={seats}")).await.text;
    assert!(!ordered.contains("m.prepaid"), "{ordered}");
    let fields = |months: &'static str, most: &'static str| {
        vec![
            ("item", cost.as_str()),
            ("from", "2024-01-11"),
            ("made_for", "per_unit"),
            ("m.model", "per_unit"),
            ("m.unit_price", "0.02"),
            ("m.included", "100"),
            ("m.prepaid.keeps", "months"),
            ("m.prepaid.months", months),
            ("m.prepaid.at_most", most),
            ("m.q", "400"),
        ]
    };
    let preview = browser.live(&price, &form(&fields("2", "150"))).await.text;
    // 400 cost 6 in the first month, 4 in the second, and 3 from the third on, when 150 are left.
    for said in [
        "Month by month",
        "Month 6",
        "€6.00",
        "€4.00",
        "€3.00",
        "250 unit",
    ] {
        assert!(preview.contains(said), "{said}: {preview}");
    }
    assert_eq!(preview.matches("250 unit").count(), 4, "{preview}");
    for (months, most, field) in [
        ("", "", "months"),
        ("1.5", "", "months"),
        ("200", "", "months"),
        ("2", "-1", "at_most"),
    ] {
        let sent = [&fields(months, most)[..], &[("do", "done")]].concat();
        let refused = browser.post(&price, &form(&sent)).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            refused.text
        );
        assert!(
            refused
                .text
                .contains(&format!("id=\"f-m.prepaid.{field}-e\"")),
            "{}",
            refused.text
        );
    }
    let sent = [&fields("2", "150")[..], &[("do", "done")]].concat();
    let taken = browser.post(&price, &form(&sent)).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
    let words = "100 unit included · what is left is kept for 2 more months · up to 150 unit of it";
    assert!(taken.text.contains(words), "{}", taken.text);
    let json = hidden(&taken.text, &format!("{cost}.model"));
    let (how, on, model) = (
        format!("{cost}.how"),
        format!("{cost}.on"),
        format!("{cost}.model"),
    );
    let save = [
        ("do", "save"),
        ("from", "2024-01-11"),
        (how.as_str(), "model"),
        (on.as_str(), "1"),
        (model.as_str(), json.as_str()),
    ];
    let saved = browser.post(&format!("{here}/edit"), &form(&save)).await;
    assert_eq!(saved.to, here, "{}", saved.text);
    let again = browser.get(&format!("{price}?item={cost}")).await.text;
    assert!(again.contains("name=\"m.prepaid.months\""), "{again}");

    // Both sides see what is left, and when it lapses.
    world.travel("2024-01-15T09:00:00Z").await;
    let id = bought(&world).await;
    world.travel("2024-02-03T09:00:00Z").await;
    let customer = Browser::working_for(&world, world.customer).await;
    for (browser, at) in [(&browser, "panel"), (&customer, "my")] {
        let page = browser
            .get(&format!("/{at}/subscriptions/{id}/usage"))
            .await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for said in [
            "Prepaid quantities",
            "200 unit",
            "100 on",
            "1 Apr 2024",
            "1 May 2024",
        ] {
            assert!(page.text.contains(said), "{at} {said}: {}", page.text);
        }
    }
}
