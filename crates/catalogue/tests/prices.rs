//! Prices from the vendor down to the customer, with everything that changes them and everything that does not.

mod common;

use common::{
    World, absolute, code, currency, day, dec, each_world, hidden, list_prices, markup, problem,
    revision,
};
use tradewind_catalogue::{service, types::*};
use tradewind_kernel::{Decimal, page::ListRequest};
use tradewind_policy::{AccountKind, Role};
use tradewind_pricing::{PriceModel, Usage, total};

fn unit_price(leg: &LegTerms, code: &str) -> Decimal {
    let item = leg
        .items
        .iter()
        .find(|item| item.code == code)
        .expect("the item is sold");
    let rule = item.general_rule().expect("a rule");
    total(&rule.model, &Usage::Quantity(Decimal::ONE)).expect("a price")
}

fn seats(legs: &[LegTerms]) -> Vec<Decimal> {
    legs.iter().map(|leg| unit_price(leg, "seats")).collect()
}

#[tokio::test]
async fn every_leg_has_its_own_price_in_its_own_currency() {
    each_world(|world| async move {
        let product = world.product("mail").await;
        world.prices(&product).await;
        let legs = world
            .terms(world.customer, &product, "2024-03-01")
            .await
            .expect("terms");
        assert_eq!(
            seats(&legs),
            [dec("10"), dec("10.8"), dec("11.88"), dec("14.256")]
        );
        let sellers: Vec<_> = legs.iter().map(|leg| leg.seller).collect();
        assert_eq!(
            sellers,
            [
                world.vendor,
                world.provider,
                world.distributor,
                world.reseller
            ]
        );
        let legs = world
            .terms(world.other_customer, &product, "2024-03-01")
            .await
            .expect("terms");
        assert_eq!(
            seats(&legs),
            [dec("10"), dec("10.8"), dec("11.88"), dec("15.6816")]
        );
        assert_eq!(legs[3].currency, currency("USD"));
        assert_eq!(unit_price(&legs[3], "setup"), dec("78.408"));
    })
    .await;
}

#[tokio::test]
async fn a_missing_rate_is_named() {
    each_world(|world| async move {
        let product = world.product("mail").await;
        world.prices(&product).await;
        let ctx = world.ctx().await;
        let create = PriceBookCreate {
            seller_id: world.reseller,
            name: "francs".to_owned(),
            currency: currency("CHF"),
            is_default: false,
        };
        let book = service::price_book_create(world.p(), &ctx, &create)
            .await
            .expect("a book");
        let input = revision(book.id, "2024-01-01", vec![markup("20")]);
        let refused = service::revision_create(world.p(), &ctx, &input).await;
        let error = refused.expect_err("no rate");
        assert_eq!(error.code(), "no_exchange_rate");
        assert_eq!(
            error.to_string(),
            "no rate EUR→CHF on or before 2024-01-01; set one first"
        );
        let detail = service::price_book_get(world.p(), &ctx, book.id)
            .await
            .expect("the book");
        assert!(detail.revisions.is_empty(), "nothing was kept");
        let assign = PriceBookAssign {
            seller_id: world.reseller,
            buyer_id: world.customer,
            book_id: Some(book.id),
        };
        assert_eq!(
            code(service::price_book_assign(world.p(), &ctx, &assign).await),
            "no_exchange_rate"
        );
        let legs = world
            .terms(world.other_customer, &product, "2023-12-31")
            .await;
        assert_eq!(code(legs), "no_current_prices");
    })
    .await;
}

#[tokio::test]
async fn a_new_revision_changes_nothing_that_is_frozen() {
    each_world(|world| async move {
        let product = world.product("mail").await;
        world.prices(&product).await;
        let before = world
            .terms(world.customer, &product, "2024-03-01")
            .await
            .expect("terms");
        let ctx = world.ctx().await;
        let keep = async || {
            world
                .p()
                .command(&ctx, "test.keep", &before, |w, legs| {
                    Box::pin(async move { service::terms_store(w, &legs[3]).await })
                })
                .await
                .expect("kept")
        };
        let id = keep().await;
        assert_eq!(keep().await, id, "the same terms have the same id");

        let books = service::price_book_list(world.p(), &ctx, world.distributor)
            .await
            .expect("books");
        let book = books[0].book.id;
        for early in ["2024-03-01", "2024-02-01"] {
            let input = revision(book, early, vec![markup("50")]);
            let refused = service::revision_create(world.p(), &ctx, &input).await;
            assert_eq!(
                problem(refused),
                ("effective_on".to_owned(), "not_in_future")
            );
        }
        let planned = revision(book, "2024-04-01", vec![markup("50")]);
        let view = service::revision_create(world.p(), &ctx, &planned)
            .await
            .expect("planned");
        assert_eq!(
            (view.state, view.revision.number),
            (RevisionState::Planned, 2)
        );

        let same = world
            .terms(world.customer, &product, "2024-03-31")
            .await
            .expect("terms");
        assert_eq!(same, before, "until the day it says");
        let after = world
            .terms(world.customer, &product, "2024-04-01")
            .await
            .expect("terms");
        assert_eq!(
            seats(&after),
            [dec("10"), dec("10.8"), dec("16.2"), dec("19.44")]
        );
        let frozen = world
            .p()
            .read(&ctx, &id, |w, id| Box::pin(service::terms_load(w, *id)))
            .await;
        assert_eq!(*frozen.expect("frozen"), before[3]);

        let states = |books: &[PriceBookDetail]| -> Vec<RevisionState> {
            books[0].revisions.iter().map(|view| view.state).collect()
        };
        let books = service::price_book_list(world.p(), &ctx, world.distributor)
            .await
            .expect("books");
        assert_eq!(
            states(&books),
            [RevisionState::Planned, RevisionState::Current]
        );
        world
            .test
            .clock
            .advance(tradewind_kernel::Duration::from_hours(40 * 24));
        let ctx = world.ctx().await;
        let books = service::price_book_list(world.p(), &ctx, world.distributor)
            .await
            .expect("books");
        assert_eq!(
            states(&books),
            [RevisionState::Current, RevisionState::Past]
        );
    })
    .await;
}

#[tokio::test]
async fn terms_are_loaded_by_the_dozen() {
    each_world(|world| async move {
        let product = world.product("mail").await;
        world.prices(&product).await;
        let legs = world
            .terms(world.customer, &product, "2024-03-01")
            .await
            .expect("terms");
        let many: Vec<LegTerms> = (0..20)
            .map(|n| {
                let mut leg = legs[0].clone();
                leg.effective_on = day(&format!("2024-01-{:02}", n + 1));
                leg
            })
            .collect();
        let ctx = world.ctx().await;
        let ids = world.p().command(&ctx, "test.keep", &many, |w, legs| {
            Box::pin(async move {
                let mut ids = Vec::new();
                for leg in legs {
                    ids.push(service::terms_store(w, leg).await?);
                }
                Ok(ids)
            })
        });
        let mut ids = ids.await.expect("kept");
        ids.push(ids[0]);
        ids.push(tradewind_kernel::id::TermsId::generate());
        let found = world
            .p()
            .read(&ctx, &ids, |w, ids| {
                Box::pin(service::terms_load_many(w, ids))
            })
            .await;
        let found = found.expect("found");
        assert_eq!(found.len(), 20);
        assert!(many.iter().zip(&ids).all(|(leg, id)| *found[id] == *leg));
        let nothing = *ids.last().expect("one");
        let missing = world
            .p()
            .read(&ctx, &nothing, |w, id| {
                Box::pin(service::terms_load(w, *id))
            })
            .await;
        assert_eq!(code(missing), "not_found");
    })
    .await;
}

#[tokio::test]
async fn an_assigned_book_replaces_the_default_one() {
    each_world(|world| async move {
        let product = world.product("mail").await;
        world.prices(&product).await;
        let special = world.book(world.reseller, "EUR", vec![markup("0")]).await;
        let ctx = world.ctx().await;
        let mut assign = PriceBookAssign {
            seller_id: world.reseller,
            buyer_id: world.customer,
            book_id: Some(special),
        };
        service::price_book_assign(world.p(), &ctx, &assign)
            .await
            .expect("assigned");
        let legs = world
            .terms(world.customer, &product, "2024-03-01")
            .await
            .expect("terms");
        assert_eq!(seats(&legs)[3], dec("11.88"));
        assign.book_id = None;
        service::price_book_assign(world.p(), &ctx, &assign)
            .await
            .expect("assigned");
        let legs = world
            .terms(world.customer, &product, "2024-03-01")
            .await
            .expect("terms");
        assert_eq!(seats(&legs)[3], dec("14.256"));
        let books = service::price_book_list(world.p(), &ctx, world.distributor)
            .await
            .expect("books");
        assign.book_id = Some(books[0].book.id);
        let refused = service::price_book_assign(world.p(), &ctx, &assign).await;
        assert_eq!(
            problem(refused),
            ("book_id".to_owned(), "unknown"),
            "somebody else's book"
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_hidden_or_unpriced_is_not_sold_and_says_so() {
    each_world(|world| async move {
        let product = world.product("mail").await;
        let other = world.product("backup").await;
        world.prices(&product).await;
        let unpriced = world.terms(world.customer, &other, "2024-03-01").await;
        let error = unpriced.expect_err("no price");
        assert_eq!(error.code(), "not_sold_here");
        assert_eq!(
            error.to_string(),
            "the plan \"Basic\" of \"backup\" is not sold here"
        );
        let ctx = world.ctx().await;
        let books = service::price_book_list(world.p(), &ctx, world.distributor)
            .await
            .expect("books");
        let input = revision(
            books[0].book.id,
            "2024-03-02",
            vec![markup("10"), hidden(&product)],
        );
        service::revision_create(world.p(), &ctx, &input)
            .await
            .expect("a revision");
        let legs = world.terms(world.customer, &product, "2024-03-01").await;
        assert_eq!(legs.expect("still sold").len(), 4);
        assert_eq!(
            code(world.terms(world.customer, &product, "2024-03-02").await),
            "not_sold_here"
        );
    })
    .await;
}

#[tokio::test]
async fn a_seller_without_prices_is_named() {
    each_world(|world| async move {
        let product = world.product("mail").await;
        let error = world
            .terms(world.customer, &product, "2024-03-01")
            .await
            .expect_err("no books");
        assert_eq!(error.code(), "no_price_book");
        world.book(world.vendor, "EUR", list_prices(&product)).await;
        let error = world
            .terms(world.customer, &product, "2024-03-01")
            .await
            .expect_err("no books");
        assert_eq!(
            error.to_string(),
            "Provider has no price book for this buyer"
        );
    })
    .await;
}

#[tokio::test]
async fn the_provider_sells_its_own_products_without_a_vendor() {
    each_world(|world| async move {
        let ctx = world.ctx().await;
        let input = common::product_draft(world.provider, "support");
        let own = service::product_create(world.p(), &ctx, &input)
            .await
            .expect("a product");
        service::plan_create(world.p(), &ctx, &common::plan_draft(own.id, "basic"))
            .await
            .expect("a plan");
        let publish = ProductTransition {
            id: own.id,
            version: 1,
        };
        service::product_publish(world.p(), &ctx, &publish)
            .await
            .expect("published");
        let own = service::product_get(world.p(), &ctx, own.id)
            .await
            .expect("a product");
        let listed = absolute(&own, "seats", PriceModel::per_unit(dec("3")));
        world
            .book(world.provider, "EUR", vec![listed, markup("8")])
            .await;
        world
            .book(world.distributor, "EUR", vec![markup("10")])
            .await;
        world.book(world.reseller, "EUR", vec![markup("20")]).await;
        let legs = world
            .terms(world.customer, &own, "2024-03-01")
            .await
            .expect("terms");
        assert_eq!(legs.len(), 3);
        assert_eq!(seats(&legs), [dec("3"), dec("3.3"), dec("3.96")]);
    })
    .await;
}

#[tokio::test]
async fn nobody_reads_or_writes_the_prices_of_another() {
    each_world(|world| async move {
        let product = world.product("mail").await;
        world.prices(&product).await;
        let ctx = world.ctx().await;
        let mine = service::price_book_list(world.p(), &ctx, world.reseller)
            .await
            .expect("books");
        let above = service::price_book_list(world.p(), &ctx, world.distributor)
            .await
            .expect("books");
        let reseller = world
            .user(world.reseller, AccountKind::Reseller, Role::Owner)
            .await;
        let get = async |ctx, book: &PriceBookDetail| {
            service::price_book_get(world.p(), ctx, book.book.id).await
        };
        assert!(get(&reseller, &mine[0]).await.is_ok());
        assert_eq!(
            code(get(&reseller, &above[0]).await),
            "not_found",
            "what its seller asks of others"
        );
        assert_eq!(
            code(service::price_book_list(world.p(), &reseller, world.other_reseller).await),
            "not_found"
        );
        let customer = world
            .user(world.customer, AccountKind::Customer, Role::Owner)
            .await;
        assert_eq!(code(get(&customer, &mine[0]).await), "not_found");
        let input = revision(above[0].book.id, "2024-06-01", vec![markup("0")]);
        assert_eq!(
            code(service::revision_create(world.p(), &reseller, &input).await),
            "not_found"
        );
        let reader = world
            .user(world.reseller, AccountKind::Reseller, Role::ReadOnly)
            .await;
        let input = revision(mine[0].book.id, "2024-06-01", vec![markup("0")]);
        assert_eq!(
            code(service::revision_create(world.p(), &reader, &input).await),
            "forbidden"
        );
        assert!(
            service::revision_create(world.p(), &reseller, &input)
                .await
                .is_ok()
        );
        let set = RateSet {
            base: currency("EUR"),
            quote: currency("USD"),
            effective_on: day("2024-06-01"),
            rate: dec("9"),
            source: String::new(),
        };
        assert_eq!(
            code(service::rate_set(world.p(), &reseller, &set).await),
            "not_found"
        );
        assert_eq!(
            service::rate_list(world.p(), &reseller, &ListRequest::default())
                .await
                .expect("rates")
                .items
                .len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_revision_is_previewed_before_it_is_made() {
    each_world(|world| async move {
        let product = world.product("mail").await;
        world.prices(&product).await;
        let ctx = world
            .user(world.reseller, AccountKind::Reseller, Role::Catalogue)
            .await;
        let books = service::price_book_list(world.p(), &ctx, world.reseller)
            .await
            .expect("books");
        let seats = absolute(&product, "seats", PriceModel::per_unit(dec("20")));
        let input = RevisionPreviewRequest {
            revision: revision(books[0].book.id, "2024-06-01", vec![seats, markup("30")]),
            product_id: None,
            everything: false,
        };
        let preview = service::revision_preview(world.p(), &ctx, &input)
            .await
            .expect("a preview");
        assert_eq!(preview.changed, 3);
        let row = |code: &str| {
            preview
                .items
                .iter()
                .find(|row| row.item.get(Default::default()) == code)
                .expect("a row")
        };
        let per_unit = |text: &str| Some(PriceModel::per_unit(dec(text)));
        let seats = row("seats");
        assert_eq!(seats.buying[0].model, per_unit("11.88"));
        assert_eq!(
            (&seats.before[0].model, seats.before[0].markup),
            (&per_unit("14.256"), Some(dec("20")))
        );
        assert_eq!(
            (&seats.after[0].model, seats.after[0].markup),
            (&per_unit("20"), None)
        );
        let usage = row("usage");
        assert!(
            usage.buying[0].model.is_none(),
            "nothing of what the tiers above add"
        );
        let markups: Vec<_> = usage
            .before
            .iter()
            .map(|price| (price.matches.len(), price.markup))
            .collect();
        assert_eq!(markups, [(1, Some(dec("15"))), (0, Some(dec("20")))]);
        assert_eq!(usage.after.len(), 1);
        let books = service::price_book_list(world.p(), &ctx, world.reseller)
            .await
            .expect("books");
        assert_eq!(books[0].revisions.len(), 1, "nothing was kept");
    })
    .await;
}

#[tokio::test]
async fn a_rate_in_effect_is_never_replaced() {
    each_world(|world| async move {
        let world: World = world;
        let set = |on: &str, rate: &str| RateSet {
            base: currency("EUR"),
            quote: currency("USD"),
            effective_on: day(on),
            rate: dec(rate),
            source: String::new(),
        };
        let ctx = world.ctx().await;
        let try_set =
            async |on: &str, rate: &str| service::rate_set(world.p(), &ctx, &set(on, rate)).await;
        assert!(try_set("2024-03-01", "1.10").await.is_ok());
        assert_eq!(code(try_set("2024-03-01", "1.20").await), "rate_in_effect");
        assert!(try_set("2024-03-02", "1.20").await.is_ok());
        assert!(try_set("2024-03-02", "1.30").await.is_ok());
        assert_eq!(problem(try_set("2024-03-03", "0").await).0, "rate");
        assert_eq!(
            problem(try_set("2024-03-03", "0.00000000001").await).1,
            "too_many_places"
        );
        let mut odd = set("2024-03-03", "1");
        odd.quote = odd.base;
        assert_eq!(
            problem(service::rate_set(world.p(), &ctx, &odd).await).1,
            "same_currency"
        );
        let by_day = ListRequest {
            sort: "effective".to_owned(),
            ..ListRequest::default()
        };
        let rates = service::rate_list(world.p(), &ctx, &by_day).await;
        let rates = rates.expect("rates").items;
        let shown: Vec<_> = rates.iter().map(|rate| rate.rate).collect();
        assert_eq!(shown, [dec("1.1"), dec("1.3")]);
        let on = world.p().read(&ctx, &(), |w, ()| {
            Box::pin(service::rate_on(
                w,
                currency("EUR"),
                currency("USD"),
                day("2024-12-31"),
            ))
        });
        let on = on.await.expect("a rate");
        assert_eq!((on.rate, on.on), (dec("1.3"), day("2024-03-02")));
    })
    .await;
}
