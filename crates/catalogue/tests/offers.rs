//! What buyers see: final prices, nothing of the tiers above, at hardly any cost.

mod common;

use common::{code, currency, day, dec, each_world, hidden, list_prices, markup, revision};
use tradewind_catalogue::{service, types::*};
use tradewind_kernel::page::PageRequest;
use tradewind_policy::{AccountKind, Role};

#[tokio::test]
async fn visitors_and_customers_see_the_prices_of_the_last_leg() {
    each_world(|world| async move {
        let product = world.product("mail").await;
        world.prices(&product).await;
        let scope = |seller, buyer| OfferScope {
            seller,
            buyer,
            on: day("2024-03-01"),
        };
        let visitor = world.visitor(world.reseller).await;
        let list = world
            .offers(&visitor, &scope(world.reseller, None), "")
            .await
            .expect("offers");
        assert_eq!((list.total, list.currency), (1, currency("EUR")));
        let card = &list.items[0];
        assert_eq!(
            (card.vendor.as_str(), card.plans, card.trial_days),
            ("Vendor", 1, 14)
        );
        let from = card.from.as_ref().expect("a price");
        assert_eq!(
            (from.amount.to_string().as_str(), from.usage),
            ("71.28 EUR", true),
            "five seats at 14.256"
        );

        let customer = world
            .user(world.other_customer, AccountKind::Customer, Role::Owner)
            .await;
        let own = scope(world.other_reseller, Some(world.other_customer));
        let offer = service::offer(world.p(), &customer, &own, "mail")
            .await
            .expect("an offer");
        assert_eq!(offer.currency, currency("USD"));
        let text = serde_json::to_string(&offer).expect("an offer serialises");
        for secret in [
            "markup",
            "trail",
            "11.88",
            "10.8",
            "pass_through",
            "Compute",
            "Distributor",
        ] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        let seats = &offer.offered_plans[0].items[1];
        let model = seats.prices[0].model.as_ref().expect("a price");
        assert_eq!(
            *model,
            tradewind_pricing::PriceModel::per_unit(dec("15.6816"))
        );
        assert_eq!(offer.offered_plans[0].items[2].prices[0].model, None);
    })
    .await;
}

#[tokio::test]
async fn nobody_looks_into_another_shop() {
    each_world(|world| async move {
        let product = world.product("mail").await;
        world.prices(&product).await;
        let scope = |seller, buyer| OfferScope {
            seller,
            buyer,
            on: day("2024-03-01"),
        };
        let customer = world
            .user(world.customer, AccountKind::Customer, Role::Owner)
            .await;
        let see = async |ctx, seller, buyer| world.offers(ctx, &scope(seller, buyer), "").await;
        assert!(
            see(&customer, world.reseller, Some(world.customer))
                .await
                .is_ok()
        );
        assert_eq!(
            code(see(&customer, world.distributor, Some(world.reseller)).await),
            "not_found",
            "its seller's prices"
        );
        assert_eq!(
            code(see(&customer, world.distributor, None).await),
            "not_found"
        );
        assert_eq!(
            code(see(&customer, world.other_reseller, Some(world.other_customer)).await),
            "not_found"
        );
        assert_eq!(
            code(see(&customer, world.other_reseller, Some(world.customer)).await),
            "not_found"
        );
        let visitor = world.visitor(world.reseller).await;
        assert_eq!(
            code(see(&visitor, world.distributor, None).await),
            "not_found"
        );
        assert_eq!(
            code(see(&visitor, world.distributor, Some(world.reseller)).await),
            "not_found"
        );
        let reseller = world
            .user(world.reseller, AccountKind::Reseller, Role::Owner)
            .await;
        let buying = see(&reseller, world.distributor, Some(world.reseller))
            .await
            .expect("what it buys at");
        assert_eq!(
            buying.items[0]
                .from
                .as_ref()
                .expect("a price")
                .amount
                .to_string(),
            "59.40 EUR"
        );
        let provider = world
            .user(world.provider, AccountKind::Provider, Role::Owner)
            .await;
        let buying = see(&provider, world.vendor, Some(world.provider))
            .await
            .expect("what it buys at");
        assert_eq!(
            buying.items[0]
                .from
                .as_ref()
                .expect("a price")
                .amount
                .to_string(),
            "50.00 EUR"
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_not_sold_is_not_there() {
    each_world(|world| async move {
        let (mail, backup) = (world.product("mail").await, world.product("backup").await);
        world.rate("EUR", "USD", "2024-01-01", "1.10").await;
        let both = [list_prices(&mail), list_prices(&backup)].concat();
        world.book(world.vendor, "EUR", both).await;
        world.book(world.provider, "EUR", vec![markup("8")]).await;
        world
            .book(world.distributor, "EUR", vec![markup("10")])
            .await;
        world
            .book(world.reseller, "EUR", vec![hidden(&backup), markup("20")])
            .await;
        let ctx = world.visitor(world.reseller).await;
        let scope = OfferScope {
            seller: world.reseller,
            buyer: None,
            on: day("2024-03-01"),
        };
        let slugs = async || {
            let list = world.offers(&ctx, &scope, "").await.expect("offers");
            list.items
                .iter()
                .map(|card| card.slug.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(slugs().await, ["mail"]);
        let offer = |slug: &'static str| service::offer(world.p(), &ctx, &scope, slug);
        assert_eq!(code(offer("backup").await), "not_found");
        assert_eq!(code(offer("nothing").await), "not_found");
        let withdraw = ProductTransition {
            id: mail.product.id,
            version: mail.product.version,
        };
        service::product_withdraw(world.p(), &world.ctx().await, &withdraw)
            .await
            .expect("withdrawn");
        assert_eq!(slugs().await, [""; 0], "the cache sees it at once");
        assert_eq!(code(offer("mail").await), "not_found");
    })
    .await;
}

#[tokio::test]
async fn a_seller_without_prices_has_no_shop() {
    each_world(|world| async move {
        world.product("mail").await;
        let ctx = world.visitor(world.reseller).await;
        let scope = OfferScope {
            seller: world.reseller,
            buyer: None,
            on: day("2024-03-01"),
        };
        assert_eq!(code(world.offers(&ctx, &scope, "").await), "no_price_book");
    })
    .await;
}

#[tokio::test]
async fn prices_change_on_their_day_and_not_before() {
    each_world(|world| async move {
        let product = world.product("mail").await;
        world.prices(&product).await;
        let ctx = world.visitor(world.reseller).await;
        let from = async |on: &str| {
            let scope = OfferScope {
                seller: world.reseller,
                buyer: None,
                on: day(on),
            };
            let list = world.offers(&ctx, &scope, "").await.expect("offers");
            list.items[0]
                .from
                .as_ref()
                .expect("a price")
                .amount
                .amount()
        };
        assert_eq!(from("2024-03-31").await, "71.28");
        let system = world.ctx().await;
        let books = service::price_book_list(world.p(), &system, world.provider)
            .await
            .expect("books");
        let input = revision(books[0].book.id, "2024-04-01", vec![markup("16")]);
        service::revision_create(world.p(), &system, &input)
            .await
            .expect("a revision");
        assert_eq!(from("2024-03-31").await, "71.28");
        assert_eq!(from("2024-04-01").await, "76.56");
    })
    .await;
}

#[tokio::test]
async fn a_page_of_300_products_takes_three_statements() {
    each_world(|world| async move {
        let slugs: Vec<String> = (0..300).map(|n| format!("product-{n:03}")).collect();
        let mut listings = Vec::new();
        for product in world.products(&slugs).await {
            listings.extend(list_prices(&product));
        }
        world.book(world.vendor, "EUR", listings).await;
        world.book(world.provider, "EUR", vec![markup("8")]).await;
        world
            .book(world.distributor, "EUR", vec![markup("10")])
            .await;
        world.book(world.reseller, "EUR", vec![markup("20")]).await;
        let ctx = world.visitor(world.reseller).await;
        let scope = OfferScope {
            seller: world.reseller,
            buyer: None,
            on: day("2024-03-01"),
        };
        let query = OfferQuery {
            filter: "tag:cloud trial:true".to_owned(),
            sort: "-price".to_owned(),
            page: PageRequest::new(Some(20), None).expect("a page"),
            ..OfferQuery::default()
        };
        let p = world.p();
        let first = service::offers(p, &ctx, &scope, &query)
            .await
            .expect("offers");
        assert_eq!((first.items.len(), first.total), (20, 300));
        let before = p.db().statements_run();
        let second = service::offers(p, &ctx, &scope, &query)
            .await
            .expect("offers");
        let statements = p.db().statements_run() - before;
        assert!(statements <= 3, "{statements} statements");
        assert_eq!(first, second);
        let before = p.db().statements_run();
        service::offer(p, &ctx, &scope, "product-007")
            .await
            .expect("an offer");
        let statements = p.db().statements_run() - before;
        assert!(statements <= 4, "{statements} statements");
    })
    .await;
}
