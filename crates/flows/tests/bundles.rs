//! Bundles: sold as one thing, one subscription for each plan, each with its discount, and what becomes of them.

mod common;

use std::collections::BTreeMap;

use common::{World, code, dec, each_world};
use tradewind_accounts::service::relationship_set;
use tradewind_accounts::types::{RelationshipSet, TermsInput};
use tradewind_flows::order::{BundleOrdered, Placement, bundle_place};
use tradewind_flows::quote::{BundlePurchase, BundleQuote, quote_bundle};
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Currency, Money, Result, Text};
use tradewind_orders::service::{
    bundle_create, bundle_end, bundle_get, bundle_sale_of, bundle_update, coupon_list,
};
use tradewind_orders::types::{
    Benefit, BundleCreate, BundleInput, BundlePart, BundleUpdate, BundleView, WhenBroken,
};

fn eur(amount: &str) -> Money {
    Money::parse_amount("amount", amount, Currency::EUR).expect("an amount")
}

fn part(world: &World, plan: &str, seats: &str, benefit: Option<Benefit>) -> BundlePart {
    BundlePart {
        product_id: world.product.product.id,
        plan_id: world.plan(plan).id,
        quantities: BTreeMap::from([("seats".to_owned(), dec(seats))]),
        benefit,
    }
}

/// Three seats of `basic` for a tenth less, and two of `pro` for 20.00 a month.
fn office(world: &World, when_broken: WhenBroken) -> BundleInput {
    let tenth = Benefit::Percentage { percent: dec("10") };
    let price = Benefit::PriceOverride {
        amount: eur("20.00"),
    };
    BundleInput {
        slug: "office".to_owned(),
        name: Text::en("Office").with("de", "Büro"),
        summary: Text::default(),
        parts: vec![
            part(world, "basic", "3", Some(tenth)),
            part(world, "pro", "2", Some(price)),
        ],
        periods: None,
        when_broken,
        valid_from: None,
        valid_until: None,
    }
}

async fn make(world: &World, input: BundleInput) -> Result<BundleView> {
    let create = BundleCreate {
        seller_id: world.reseller,
        input,
    };
    bundle_create(world.p(), &world.ctx().await, &create).await
}

async fn quote(world: &World, bundle: &BundleView) -> Result<BundleQuote> {
    let input = BundlePurchase {
        customer_id: world.customer,
        bundle_id: bundle.bundle.id,
        parts: Vec::new(),
    };
    quote_bundle(world.p(), &world.ctx().await, &input).await
}

async fn place(world: &World, quote: &BundleQuote) -> Result<BundleOrdered> {
    let input = Placement {
        quote_id: quote.id,
        reference: None,
    };
    bundle_place(world.p(), &world.ctx().await, &input).await
}

async fn buy(world: &World, bundle: &BundleView) -> (BundleQuote, [SubscriptionId; 2]) {
    let quote = quote(world, bundle).await.expect("a quote");
    let ordered = place(world, &quote).await.expect("orders");
    world.test.drain().await;
    world.pay_all().await;
    world.deliver_all().await;
    let orders: Vec<_> = ordered.orders.iter().map(|one| one.order.id).collect();
    for order in orders {
        assert_eq!(world.see(order).await.order.state.as_str(), "completed");
    }
    let of = |at: usize| ordered.sale.parts[at].subscription_id;
    (quote, [of(0), of(1)])
}

/// What the customer was billed without tax, document by document after the first few.
async fn billed(world: &World, skip: usize) -> Vec<String> {
    let documents = world.documents().await;
    let sums = documents
        .iter()
        .skip(skip)
        .map(|one| match one.kind.as_str() {
            "invoice" => one.net.amount(),
            _ => format!("-{}", one.net.amount()),
        });
    let mut sums: Vec<String> = sums.collect();
    sums.sort();
    sums
}

#[tokio::test]
async fn what_a_bundle_is_quoted_at_is_what_is_billed() {
    each_world(|world| async move {
        let bundle = make(&world, office(&world, WhenBroken::Keep))
            .await
            .expect("a bundle");
        let (quote, [basic, pro]) = buy(&world, &bundle).await;
        let preview = &quote.preview;
        assert_eq!(preview.parts.len(), 2);
        let documents = world.documents().await;
        let gross = documents.iter().map(|one| one.gross);
        assert_eq!(
            Money::sum(Currency::EUR, gross).expect("a sum"),
            preview.due_now
        );
        // By themselves: 71.28 + 42.77, and 71.28 + 71.28, without tax.
        let net = documents.iter().map(|one| one.net);
        let net = Money::sum(Currency::EUR, net).expect("a sum");
        assert_eq!(preview.saved_now, eur("62.69"));
        assert_eq!(net, eur("193.92"));
        assert_eq!(documents.len(), 2);
        // Nothing but 10 % and a price of 20.00 each month.
        world.travel("2024-02-10T09:00:00Z").await;
        assert_eq!(billed(&world, 2).await, ["20.00", "38.49"]);
        assert_eq!(preview.saved_next, eur("55.56"));
        let next = world.documents().await.split_off(2);
        let next = next.iter().map(|one| one.gross);
        assert_eq!(
            Money::sum(Currency::EUR, next).expect("a sum"),
            preview.next
        );
        // Each subscription knows the bundle and the other.
        let ctx = world.ctx().await;
        let of = bundle_sale_of(world.p(), &ctx, basic)
            .await
            .expect("a sale");
        let sale = of.expect("it was sold in a bundle");
        assert_eq!((sale.bundle_id, sale.broken_at), (bundle.bundle.id, None));
        assert_eq!(sale.parts[1].subscription_id, pro);
        world.pay_all().await;
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_left_keeps_its_discount_unless_the_seller_says_otherwise() {
    for (when, march) in [(WhenBroken::Keep, "38.49"), (WhenBroken::End, "42.77")] {
        each_world(|world| async move {
            let bundle = make(&world, office(&world, when)).await.expect("a bundle");
            let (_, [basic, pro]) = buy(&world, &bundle).await;
            world.travel("2024-01-20T09:00:00Z").await;
            world.cancel(pro).await;
            // Of the month that runs, the share of what was paid comes back: 21 of 31 days of 20.00.
            assert_eq!(billed(&world, 2).await, ["-13.55"]);
            world.travel("2024-02-10T09:00:00Z").await;
            assert_eq!(billed(&world, 3).await, [march]);
            let ctx = world.ctx().await;
            let of = bundle_sale_of(world.p(), &ctx, basic)
                .await
                .expect("a sale");
            assert_eq!(
                of.expect("a sale").broken_at.is_some(),
                when == WhenBroken::End
            );
            world.pay_all().await;
            world.assert_consistent().await;
        })
        .await;
    }
}

#[tokio::test]
async fn more_of_a_part_has_the_discount_too_and_less_breaks_the_bundle() {
    each_world(|world| async move {
        let bundle = make(&world, office(&world, WhenBroken::End))
            .await
            .expect("a bundle");
        let (_, [basic, _]) = buy(&world, &bundle).await;
        world.change(basic, "4").await;
        world.travel("2024-02-10T09:00:00Z").await;
        world.pay_all().await;
        // Four seats at 14.256 less a tenth, and the price of the other.
        let documents = world.documents().await.len();
        assert_eq!(billed(&world, documents - 2).await, ["20.00", "51.32"]);
        // Less than was sold takes effect with the period, and the discounts end with it.
        world.change(basic, "2").await;
        world.travel("2024-03-10T09:00:00Z").await;
        world.pay_all().await;
        let documents = world.documents().await.len();
        let march = billed(&world, documents - 2).await;
        world.travel("2024-04-10T09:00:00Z").await;
        let documents = world.documents().await.len();
        assert_eq!(billed(&world, documents - 2).await, ["28.51", "71.28"]);
        assert_eq!(march, ["20.00", "25.66"]);
        world.pay_all().await;
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_bundle_is_ordered_whole_or_not_at_all_and_once() {
    each_world(|world| async move {
        let bundle = make(&world, office(&world, WhenBroken::Keep))
            .await
            .expect("a bundle");
        let first = quote(&world, &bundle).await.expect("a quote");
        // Another price: the first quote no longer holds, and nothing is ordered.
        let mut dearer = office(&world, WhenBroken::Keep);
        dearer.parts[1].benefit = Some(Benefit::Percentage { percent: dec("1") });
        let update = BundleUpdate {
            id: bundle.bundle.id,
            version: Some(1),
            input: dearer,
        };
        bundle_update(world.p(), &world.ctx().await, &update)
            .await
            .expect("changed");
        assert_eq!(code(place(&world, &first).await), "quote_changed");
        assert_eq!(
            code(bundle_update(world.p(), &world.ctx().await, &update).await),
            "changed_meanwhile"
        );
        assert_eq!(world.order_count().await, 0);
        let second = quote(&world, &bundle).await.expect("a quote");
        place(&world, &second).await.expect("orders");
        assert_eq!(world.order_count().await, 2);
        assert_eq!(code(place(&world, &second).await), "quote_used");
        assert_eq!(world.order_count().await, 2);
        let ctx = world.ctx().await;
        let seen = bundle_get(world.p(), &ctx, bundle.bundle.id)
            .await
            .expect("a bundle");
        assert_eq!(seen.sales, 1);
        // Its discounts are nobody's to redeem.
        let coupons = coupon_list(world.p(), &ctx, &Default::default())
            .await
            .expect("coupons");
        assert!(coupons.items.is_empty());
        let (_, order) = world.order("basic", "3").await;
        assert_eq!(order.order.due_now, eur("114.05"));
        bundle_end(world.p(), &ctx, bundle.bundle.id, None)
            .await
            .expect("ended");
        assert_eq!(code(quote(&world, &bundle).await), "bundle_not_offered");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_bundle_is_refused() {
    each_world(|world| async move {
        let good = office(&world, WhenBroken::Keep);
        make(&world, good.clone()).await.expect("a bundle");
        let again = make(&world, good.clone()).await.expect_err("refused");
        assert_eq!(again.problems()[0].code, "bundle_taken");
        let mut few = good.clone();
        few.parts.truncate(1);
        few.parts[0].quantities = BTreeMap::from([("desks".to_owned(), dec("1"))]);
        let refused = make(&world, few).await.expect_err("refused");
        assert_eq!(refused.problems()[0].field, "parts");
        let mut unknown = good;
        unknown.slug = "other".to_owned();
        unknown.parts[0].quantities = BTreeMap::from([("desks".to_owned(), dec("1"))]);
        let refused = make(&world, unknown).await.expect_err("refused");
        assert!(
            refused.problems()[0].field.starts_with("parts[0]."),
            "{refused}"
        );
    })
    .await;
}

#[tokio::test]
async fn all_of_a_bundle_counts_against_a_credit_limit() {
    each_world(|world| async move {
        let bundle = make(&world, office(&world, WhenBroken::Keep))
            .await
            .expect("a bundle");
        let limited = async |limit: &str| {
            let set = RelationshipSet {
                seller: world.reseller,
                buyer: world.customer,
                version: None,
                terms: TermsInput {
                    payment: Some("on_account".to_owned()),
                    payment_terms_days: Some(14),
                    credit_limit: Some(limit.to_owned()),
                    ..TermsInput::default()
                },
            };
            relationship_set(world.p(), &world.ctx().await, &set)
                .await
                .expect("terms");
        };
        // Either plan alone is within it: 102.64 and 91.28.
        limited("150.00").await;
        let found = quote(&world, &bundle).await.expect("a quote");
        assert_eq!(found.preview.due_now, eur("193.92"));
        assert_eq!(code(place(&world, &found).await), "credit_limit");
        assert_eq!(world.order_count().await, 0);
        limited("193.92").await;
        let found = quote(&world, &bundle).await.expect("a quote");
        place(&world, &found).await.expect("orders");
        assert_eq!(world.order_count().await, 2);
    })
    .await;
}
