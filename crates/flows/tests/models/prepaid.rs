//! Quantities bought ahead: the oldest is drawn first, also when usage or quantities are set right later.

use super::{dec, record, take_in};
use crate::common::{World, day, each_world, item, list_prices, markup};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tradewind_billing::service::{charge_list, prepaid_list};
use tradewind_catalogue::service::{item_create, price_book_list, revision_create};
use tradewind_catalogue::types::{
    ItemCreate, ItemKind, ListingDraft, ListingPrice, RevisionCreate,
};
use tradewind_flows::order::{PlaceInput, order_place};
use tradewind_flows::quote::{
    CancelInput, CancelWhen, CorrectionInput, PurchaseInput, quote_cancel, quote_correction,
};
use tradewind_kernel::Decimal;
use tradewind_kernel::id::{ItemId, SubscriptionId};
use tradewind_kernel::page::PageRequest;
use tradewind_pricing::{PriceModel, Purpose};

/// The page that explains it.
const PAGE: &str = include_str!("../../../../docs/usage.md");

fn told(row: &str) {
    assert!(PAGE.contains(row), "{row:?} is not on the page");
}

async fn used(world: &World, id: SubscriptionId, name: &str, on: &str, quantity: &str) {
    let at = format!("{on}T10:00:00Z");
    take_in(world, &[record(id, name, &at, quantity)], 1).await;
}

async fn travel(world: &World, to: &str) {
    world.travel(&format!("{to}T09:00:00Z")).await;
    world.pay_all().await;
}

/// What the customer was charged for usage that is not nothing: first day of the month, and how much.
async fn charged(world: &World, id: SubscriptionId) -> Vec<(String, Decimal)> {
    let page = PageRequest::new(Some(200), None).expect("a page");
    let all = charge_list(world.p(), &world.ctx().await, id, &page).await;
    let all = all.expect("charges").items.into_iter().map(|one| one.facts);
    let own = all.filter(|charge| {
        charge.buyer_id == world.customer && charge.item_code == "cost" && !charge.exact.is_zero()
    });
    let mut found: Vec<_> = own
        .map(|charge| (charge.period.start.to_string(), charge.exact.normalize()))
        .collect();
    found.sort();
    found
}

fn of(day: &str, exact: &str) -> (String, Decimal) {
    (day.to_owned(), dec(exact))
}

/// What the customer has left (carried over, of the month, used, left) and when it lapses.
async fn left(world: &World, id: SubscriptionId) -> ([String; 4], Vec<String>) {
    let all = prepaid_list(world.p(), &world.ctx().await, id)
        .await
        .expect("a list");
    let mut own = all.into_iter().filter(|one| one.buyer_id == world.customer);
    let one = own.next().expect("the customer's");
    assert_eq!(one.item, "cost");
    assert!(own.next().is_none());
    let lots = one.lots.iter().map(|lot| {
        let lapses = lot
            .lapses_on
            .map_or("never".to_owned(), |day| day.to_string());
        format!("{} {lapses}", lot.quantity)
    });
    let numbers = [one.carried, one.granted, one.used, one.left];
    (numbers.map(|number| number.to_string()), lots.collect())
}

fn stands(numbers: [&str; 4], lots: &[&str]) -> ([String; 4], Vec<String>) {
    let lots = lots.iter().map(|lot| (*lot).to_owned());
    (numbers.map(str::to_owned), lots.collect())
}

fn kept(months: Option<u16>) -> Value {
    let prepaid = months.map_or(json!({}), |months| json!({ "months": months }));
    json!({"model": "per_unit", "unit_price": "1", "included": "100", "prepaid": prepaid})
}

#[tokio::test]
async fn what_is_left_is_kept_and_late_usage_takes_it_from_the_months_that_lived_on_it() {
    each_world(|world| async move {
        world
            .ask("cloud", "cost", "2024-01-11", kept(Some(1)))
            .await;
        world.travel("2024-02-01T09:00:00Z").await;
        let id = world.cloud().await;
        assert_eq!(
            left(&world, id).await,
            stands(["0", "100", "0", "100"], &["100 2024-04-01"])
        );
        used(&world, id, "feb", "2024-02-10", "40").await;
        assert_eq!(
            left(&world, id).await,
            stands(["0", "100", "40", "60"], &["60 2024-04-01"])
        );
        travel(&world, "2024-03-02").await;
        let march = stands(
            ["60", "100", "0", "160"],
            &["60 2024-04-01", "100 2024-05-01"],
        );
        assert_eq!(left(&world, id).await, march);
        used(&world, id, "mar", "2024-03-10", "150").await;
        travel(&world, "2024-04-02").await;
        assert_eq!(
            charged(&world, id).await,
            [],
            "sixty of February and ninety of March"
        );
        let april = stands(
            ["10", "100", "0", "110"],
            &["10 2024-05-01", "100 2024-06-01"],
        );
        assert_eq!(left(&world, id).await, april);
        used(&world, id, "apr", "2024-04-10", "150").await;
        travel(&world, "2024-05-02").await;
        assert_eq!(charged(&world, id).await, [of("2024-04-01", "40")]);
        told("| February | 40 | 100 | 0.00 | 70 | 100 | 0.00 |");
        told("| March | 150 | 160 | 0.00 | 150 | 130 | 20.00 |");
        told("| April | 150 | 110 | 40.00 | 150 | 100 | 50.00 |");
        world.assert_consistent().await;
        // Thirty more of February: it has less left, and March and April lived on that.
        used(&world, id, "late", "2024-02-11", "30").await;
        world.assert_consistent().await;
        travel(&world, "2024-05-05").await;
        let all = [
            of("2024-03-01", "20"),
            of("2024-04-01", "10"),
            of("2024-04-01", "40"),
        ];
        assert_eq!(charged(&world, id).await, all);
        world.assert_consistent().await;
        // Nothing comes in May: all of it is there in June, and lapses after that.
        travel(&world, "2024-06-02").await;
        let june = stands(
            ["100", "100", "0", "200"],
            &["100 2024-07-01", "100 2024-08-01"],
        );
        assert_eq!(left(&world, id).await, june);
        travel(&world, "2024-07-02").await;
        assert_eq!(
            left(&world, id).await.0,
            ["100", "100", "0", "200"].map(str::to_owned)
        );
        assert_eq!(charged(&world, id).await, all);
        // The sellers above pass the quantity on, each at its own price.
        let own = prepaid_list(world.p(), &world.ctx().await, id)
            .await
            .expect("a list");
        assert_eq!(own.len(), 1, "the price is the reseller's own: {own:?}");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn the_order_in_which_usage_comes_makes_no_difference() {
    let records = [
        ("a", "2024-02-10", "70"),
        ("b", "2024-03-10", "150"),
        ("c", "2024-04-10", "150.5"),
    ];
    let orders = [[0, 1, 2], [2, 1, 0], [1, 2, 0]];
    each_world(|world| async move {
        let model = json!({"model": "graduated", "included": "100", "prepaid": {"months": 2},
            "tiers": [{"up_to": "10", "unit_price": "2"}, {"unit_price": "1"}]});
        world.ask("cloud", "cost", "2024-01-11", model).await;
        world.travel("2024-02-01T09:00:00Z").await;
        let mut ids = Vec::new();
        for _ in orders {
            ids.push(world.cloud().await);
        }
        travel(&world, "2024-05-02").await;
        for step in 0..records.len() {
            for (id, order) in ids.iter().zip(orders) {
                let (name, on, quantity) = records[order[step]];
                used(&world, *id, &format!("{id}-{name}"), on, quantity).await;
            }
            travel(&world, &format!("2024-05-{:02}", 5 + step)).await;
            world.assert_consistent().await;
        }
        for id in ids {
            let all = charged(&world, id).await;
            let sum: Decimal = all.into_iter().map(|(_, exact)| exact).sum();
            // Twenty of March are beyond and 50.5 of April, and in each month ten of them cost 2.
            assert_eq!(sum, dec("90.5"));
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_kept_without_end_is_bounded_and_outlives_a_price_that_keeps_nothing() {
    each_world(|world| async move {
        let mut model = kept(None);
        model["prepaid"] = json!({"at_most": "150"});
        world.ask("cloud", "cost", "2024-01-11", model).await;
        let plain = json!({"model": "per_unit", "unit_price": "1"});
        world.ask("cloud", "cost", "2024-04-01", plain).await;
        world.travel("2024-01-15T09:00:00Z").await;
        let id = world.cloud().await;
        travel(&world, "2024-03-20").await;
        let march = stands(
            ["150", "100", "0", "250"],
            &["50 never", "100 never", "100 never"],
        );
        assert_eq!(left(&world, id).await, march);
        // From April on the price brings nothing, and what was bought before is still there.
        travel(&world, "2024-04-20").await;
        let april = stands(["150", "0", "0", "150"], &["50 never", "100 never"]);
        assert_eq!(left(&world, id).await, april);
        used(&world, id, "apr", "2024-04-20", "190").await;
        travel(&world, "2024-05-02").await;
        assert_eq!(charged(&world, id).await, [of("2024-04-01", "40")]);
        world.assert_consistent().await;
        // What has ended has nothing left.
        let ctx = world.ctx().await;
        let input = CancelInput {
            subscription_id: id,
            when: CancelWhen::Now,
            reason: None,
        };
        let quote = quote_cancel(world.p(), &ctx, &input)
            .await
            .expect("a quote");
        let place = PlaceInput { quote_id: quote.id };
        order_place(world.p(), &ctx, &place)
            .await
            .expect("an order");
        world.test.drain().await;
        world.deliver_all().await;
        let gone = prepaid_list(world.p(), &world.ctx().await, id).await;
        assert_eq!(gone.expect("a list"), []);
        world.assert_consistent().await;
    })
    .await;
}

/// An item beside the metered one of the cloud plan, which the vendor sells for 3.00.
async fn beside(world: &World, name: &str, kind: ItemKind) {
    let (p, ctx) = (world.p(), world.ctx().await);
    let create = ItemCreate {
        plan_id: world.plan("cloud").id,
        draft: item(name, kind, 1),
    };
    let created = item_create(p, &ctx, &create).await.expect("an item");
    let own = ListingDraft {
        item_id: Some(created.id),
        price: ListingPrice::Absolute {
            model: PriceModel::per_unit(dec("3")),
        },
        ..markup("0")
    };
    let books = price_book_list(p, &ctx, world.vendor).await.expect("books");
    let revision = RevisionCreate {
        book_id: books[0].book.id,
        effective_on: day("2024-01-11"),
        note: String::new(),
        policies: None,
        listings: list_prices(&world.product)
            .into_iter()
            .chain([own])
            .collect(),
    };
    revision_create(p, &ctx, &revision)
        .await
        .expect("a revision");
}

/// From a day on: the reseller's own prices for items, and 20 % on everything else.
async fn prices(
    world: &World,
    from: &str,
    own: &[(ItemId, Value)],
) -> tradewind_kernel::Result<()> {
    let listing = |(id, model): &(ItemId, Value)| ListingDraft {
        item_id: Some(*id),
        price: ListingPrice::Absolute {
            model: PriceModel::from_json("model", model, Purpose::Charge).expect("a model"),
        },
        ..markup("0")
    };
    let revision = RevisionCreate {
        book_id: world.reseller_book,
        effective_on: day(from),
        note: String::new(),
        policies: None,
        listings: own.iter().map(listing).chain([markup("20")]).collect(),
    };
    revision_create(world.p(), &world.ctx().await, &revision)
        .await
        .map(drop)
}

/// Packs of ten, kept for a month, at 1 beyond them.
fn packs() -> Value {
    json!({"model": "per_unit", "unit_price": "1", "included": "10", "prepaid": {"per": "packs", "months": 1}})
}

#[tokio::test]
async fn what_comes_with_units_that_are_held_follows_them_also_when_they_are_corrected() {
    each_world(|world| async move {
        let metered = world.plan("cloud").items[0].id;
        beside(&world, "packs", ItemKind::Recurring).await;
        prices(&world, "2024-01-11", &[(metered, packs())])
            .await
            .expect("prices");
        world.travel("2024-02-01T09:00:00Z").await;
        let wanted = PurchaseInput {
            quantities: BTreeMap::from([("packs".to_owned(), dec("4"))]),
            ..world.wanted("cloud", "1")
        };
        let id = world.buy(&wanted).await;
        used(&world, id, "feb", "2024-02-10", "10").await;
        used(&world, id, "mar", "2024-03-10", "90").await;
        travel(&world, "2024-04-02").await;
        // Thirty of February and forty of March.
        assert_eq!(charged(&world, id).await, [of("2024-03-01", "20")]);
        world.assert_consistent().await;
        // There were five since the middle of February: ten more in February and in March.
        let correction = CorrectionInput {
            subscription_id: id,
            from: day("2024-02-15"),
            quantities: BTreeMap::from([("packs".to_owned(), dec("5"))]),
            plan_id: None,
            prices: None,
            item_prices: Vec::new(),
            ended: false,
            reason: "Noted late".to_owned(),
        };
        let ctx = world.ctx().await;
        let quote = quote_correction(world.p(), &ctx, &correction)
            .await
            .expect("a quote");
        let place = PlaceInput { quote_id: quote.id };
        order_place(world.p(), &ctx, &place)
            .await
            .expect("an order");
        world.test.drain().await;
        world.deliver_all().await;
        world.assert_consistent().await;
        travel(&world, "2024-04-04").await;
        let back = [of("2024-03-01", "-20"), of("2024-03-01", "20")];
        assert_eq!(charged(&world, id).await, back);
        let april = stands(["0", "50", "0", "50"], &["50 2024-06-01"]);
        assert_eq!(left(&world, id).await, april);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn units_that_are_paid_once_bring_their_quantity_once() {
    each_world(|world| async move {
        let metered = world.plan("cloud").items[0].id;
        beside(&world, "packs", ItemKind::OneTime).await;
        let mut model = packs();
        model["prepaid"] = json!({"per": "packs"});
        prices(&world, "2024-01-11", &[(metered, model)])
            .await
            .expect("prices");
        world.travel("2024-02-01T09:00:00Z").await;
        let wanted = PurchaseInput {
            quantities: BTreeMap::from([("packs".to_owned(), dec("3"))]),
            ..world.wanted("cloud", "1")
        };
        let id = world.buy(&wanted).await;
        assert_eq!(
            left(&world, id).await,
            stands(["0", "30", "0", "30"], &["30 never"])
        );
        used(&world, id, "feb", "2024-02-10", "12.5").await;
        travel(&world, "2024-03-02").await;
        assert_eq!(
            left(&world, id).await,
            stands(["17.5", "0", "0", "17.5"], &["17.5 never"])
        );
        used(&world, id, "mar", "2024-03-10", "20").await;
        travel(&world, "2024-04-02").await;
        let usage = charged(&world, id)
            .await
            .into_iter()
            .filter(|(day, _)| day == "2024-03-01");
        assert_eq!(usage.collect::<Vec<_>>(), [of("2024-03-01", "2.5")]);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn only_usage_that_is_summed_up_is_bought_ahead() {
    each_world(|world| async move {
        let refused = [
            (json!({"model": "per_unit", "unit_price": "1", "prepaid": {"months": 1}}), "model.included"),
            (json!({"model": "per_unit", "unit_price": "1", "included": "1", "prepaid": {"months": 121}}), "model.prepaid.months"),
            (json!({"model": "per_unit", "unit_price": "1", "included": "1", "prepaid": {"months": 0, "at_most": "5"}}), "model.prepaid.at_most"),
            (json!({"model": "per_unit", "unit_price": "1", "included": "1", "prepaid": {"at_most": "0"}}), "model.prepaid.at_most"),
            (json!({"model": "per_unit", "unit_price": "1", "included": "1", "prepaid": {"per": ""}}), "model.prepaid.per"),
            (json!({"model": "flat", "amount": "1", "included": "1", "prepaid": {}}), "model.included"),
        ];
        for (model, field) in refused {
            let refused = PriceModel::from_json("model", &model, Purpose::Charge).expect_err("it cannot be kept");
            assert_eq!(refused.problems()[0].field, field, "{refused}");
        }
        let odd = json!({"model": "per_unit", "unit_price": "1", "included": "1", "prepaid": {"months": 1, "always": true}});
        let odd = PriceModel::from_json("model", &odd, Purpose::Charge).expect_err("there is no such field");
        assert_eq!(odd.problems()[0].code, "malformed");
        let seats = world.plan("basic").items.iter().find(|one| one.code == "seats").expect("an item").id;
        let cost = world.plan("cloud").items[0].id;
        let refused = async |id, model| {
            let refused = prices(&world, "2024-03-01", &[(id, model)]).await;
            let refused = refused.expect_err("it is refused");
            let first = &refused.problems()[0];
            (first.field.clone(), first.code)
        };
        let at = |field: &str, code| (format!("listings.0.model.prepaid{field}"), code);
        assert_eq!(refused(seats, kept(Some(1))).await, at("", "not_applicable"));
        assert_eq!(refused(cost, packs()).await, at(".per", "unknown_value"));
        super::aggregates(&world, "maximum").await;
        assert_eq!(refused(cost, kept(Some(1))).await, at("", "not_applicable"));
    })
    .await;
}
