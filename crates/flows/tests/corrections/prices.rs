//! Other prices for the past.

use super::*;
use crate::common::{changes::model, markup};
use serde_json::json;
use tradewind_catalogue::service::{price_book_list, revision_create};
use tradewind_catalogue::types::{
    Commitment, CommitmentCounts, CommitmentLeaving, Introduction, ListingDraft, ListingPrice,
    Policies, RenewalPrices, RevisionCreate,
};
use tradewind_flows::quote::{BookPrices, ItemPriceInput};
use tradewind_kernel::calendar::Cadence;
use tradewind_kernel::id::{AccountId, RevisionId};
use tradewind_pricing::PriceModel;

/// Seats at so much on the leg of a seller, or of who sells to the customer.
pub(crate) fn at(item: &str, seller: Option<AccountId>, price: &str) -> Vec<ItemPriceInput> {
    vec![ItemPriceInput {
        item: item.to_owned(),
        seller_id: seller,
        price: model(&json!({"model": "per_unit", "unit_price": price})),
    }]
}

fn priced(id: SubscriptionId, from: &str, price: &str) -> CorrectionInput {
    CorrectionInput {
        item_prices: at("seats", None, price),
        ..since(id, from)
    }
}

pub(crate) fn current(id: SubscriptionId, from: &str) -> CorrectionInput {
    CorrectionInput {
        prices: Some(BookPrices::Current),
        ..since(id, from)
    }
}

/// A revision of a seller's book: so much on top from a day on.
pub(crate) async fn revise(
    world: &World,
    seller: AccountId,
    percent: &str,
    from: &str,
) -> RevisionId {
    revise_with(
        world,
        seller,
        vec![markup(percent)],
        from,
        Policies::default(),
    )
    .await
}

pub(crate) async fn revise_with(
    world: &World,
    seller: AccountId,
    listings: Vec<ListingDraft>,
    from: &str,
    policies: Policies,
) -> RevisionId {
    let ctx = world.ctx().await;
    let books = price_book_list(world.p(), &ctx, seller)
        .await
        .expect("books");
    let revision = RevisionCreate {
        book_id: books[0].book.id,
        effective_on: day(from),
        note: String::new(),
        policies: Some(policies),
        listings,
    };
    let view = revision_create(world.p(), &ctx, &revision).await;
    view.expect("a revision").revision.id
}

/// By leg, what the seats have come to.
pub(crate) async fn seats_of(world: &World, id: SubscriptionId) -> Vec<String> {
    let charged = charged(world, id).await;
    let seats = charged.iter().filter(|((_, item), _)| item == "seats");
    seats.map(|(_, sum)| sum.normalize().to_string()).collect()
}

/// What the customer has been charged, by item. What sellers above charge one another shares lines with other sales, and the cents of
/// their roundings.
async fn customers(world: &World, id: SubscriptionId) -> BTreeMap<String, Decimal> {
    let charged = charged(world, id).await.into_iter();
    let last = charged.filter(|((leg, _), _)| *leg == 3);
    last.map(|((_, item), sum)| (item, sum)).collect()
}

#[tokio::test]
async fn a_price_of_its_own_is_billed_from_its_day_on_on_its_leg_alone() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        let like = world.subscribe("basic", "5").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        let input = priced(id, "2024-01-25", "12");
        let shown = correct(&world, &input).await;
        // Back: 16 of 31 days of 71.28, and two months; charged: the same of 60.00.
        assert_eq!(due(&shown.preview.billing), "-28.38 EUR");
        assert_eq!(last_document(&world).await, "-28.38 EUR");
        assert_eq!(next(&shown.preview.billing), "60.00 EUR");
        let (now, then) = (seats_of(&world, id).await, seats_of(&world, like).await);
        assert_eq!(now[..3], then[..3]);
        assert_eq!((now[3].as_str(), then[3].as_str()), ("185.46", "213.84"));
        world.travel("2024-04-20T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(seats_of(&world, id).await[3], "245.46");
        let again = quote(&world, &input).await;
        assert_eq!(code(again), "nothing_changes");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_price_of_its_own_outlives_revisions_until_the_books_are_said_to_hold() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        let like = world.subscribe("basic", "5").await;
        world.travel("2024-01-20T12:00:00Z").await;
        correct(&world, &priced(id, "2024-01-10", "12")).await;
        revise(&world, world.reseller, "50", "2024-02-01").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        // Three months of five seats at 12.00; the like rose to 17.82 with February.
        assert_eq!(seats_of(&world, id).await[3], "180");
        assert_eq!(seats_of(&world, like).await[3], "249.48");
        // A change is at its own price as well.
        world.change(id, "6").await;
        world.change(like, "6").await;
        let shown = correct(&world, &current(id, "2024-01-10")).await;
        assert_eq!(next(&shown.preview.billing), "106.92 EUR");
        let all_at_17_82 = seats_of(&world, id).await;
        correct(&world, &current(like, "2024-01-10")).await;
        assert_eq!(seats_of(&world, like).await, all_at_17_82);
        world.travel("2024-04-20T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(seats_of(&world, like).await, seats_of(&world, id).await);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_the_books_ask_now_is_billed_for_the_past_on_every_leg_that_follows() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        world.travel("2024-03-01T12:00:00Z").await;
        revise(&world, world.provider, "18", "2024-03-15").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        let shown = correct(&world, &current(id, "2024-02-10")).await;
        // 50 × 1.18 × 1.10 × 1.20 = 77.88 instead of 71.28, in two months.
        assert_eq!(due(&shown.preview.billing), "13.20 EUR");
        let months = |first: &str, later: &str| (dec(first) + dec(later) * dec("2")).normalize();
        let legs = [
            ("50", "50"),
            ("54", "59"),
            ("59.4", "64.9"),
            ("71.28", "77.88"),
        ];
        let expected: Vec<String> = legs
            .iter()
            .map(|(first, later)| months(first, later).to_string())
            .collect();
        assert_eq!(seats_of(&world, id).await, expected);
        world.travel("2024-04-11T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(last_document(&world).await, "77.88 EUR");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_revision_by_name_holds_on_its_leg_until_the_next_renewal() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        let like = world.subscribe("basic", "5").await;
        world.travel("2024-01-15T12:00:00Z").await;
        let books = price_book_list(world.p(), &world.ctx().await, world.reseller).await;
        let first = books.expect("books")[0].revisions[0].revision.id;
        revise(&world, world.reseller, "50", "2024-02-01").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(seats_of(&world, id).await[3], "249.48");
        let named = |revision| CorrectionInput {
            prices: Some(BookPrices::Revision(revision)),
            ..since(id, "2024-02-10")
        };
        let shown = correct(&world, &named(first)).await;
        assert_eq!(due(&shown.preview.billing), "-35.64 EUR");
        assert_eq!(seats_of(&world, id).await[3], "213.84");
        // Those above are as they were.
        assert_eq!(
            seats_of(&world, id).await[..3],
            seats_of(&world, like).await[..3]
        );
        // From the next period on the book counts again.
        assert_eq!(next(&shown.preview.billing), "89.10 EUR");
        world.travel("2024-04-11T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(seats_of(&world, id).await[3], "302.94");
        let elsewhere = price_book_list(world.p(), &world.ctx().await, world.provider).await;
        let elsewhere = elsewhere.expect("books")[0].revisions[0].revision.id;
        assert_eq!(
            code(quote(&world, &named(elsewhere)).await),
            "nothing_changes"
        );
        let nobodys = RevisionId::generate();
        let refused = quote(&world, &named(nobodys)).await;
        assert_eq!(
            refusals::problem(refused),
            ("prices".to_owned(), "unknown_revision")
        );
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn prices_are_corrected_with_discounts_and_changes_and_back_to_the_cent() {
    each_world(|world| async move {
        world.coupon("THIRD", "33", 3).await;
        let subscribe = async || with_coupon(&world, "THIRD").await;
        let late = subscribe().await;
        let timely = subscribe().await;
        let like = subscribe().await;
        let untouched = customers(&world, late).await;
        assert_eq!(untouched, customers(&world, like).await);
        world.travel("2024-01-25T12:00:00Z").await;
        correct(&world, &priced(timely, "2024-01-25", "12")).await;
        world.travel("2024-02-20T12:00:00Z").await;
        for id in [late, timely, like] {
            world.change(id, "7").await;
        }
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        correct(&world, &priced(late, "2024-01-25", "12")).await;
        assert_eq!(
            customers(&world, late).await,
            customers(&world, timely).await
        );
        // A correction of quantities sees the prices that were set right, and prices those quantities.
        correct(&world, &seats(late, "2024-02-01", "6")).await;
        correct(&world, &seats(timely, "2024-02-01", "6")).await;
        assert_eq!(
            customers(&world, late).await,
            customers(&world, timely).await
        );
        correct(&world, &seats(late, "2024-02-01", "5")).await;
        correct(&world, &current(late, "2024-01-25")).await;
        assert_eq!(customers(&world, late).await, customers(&world, like).await);
        world.travel("2024-04-20T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(customers(&world, late).await, customers(&world, like).await);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_credit_note_gave_back_counts_when_prices_are_corrected() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        world.travel("2024-02-20T12:00:00Z").await;
        world.pay_all().await;
        let second = world.documents().await.remove(1);
        favour(&world, second.id).await;
        // Nothing of the month is left to be taken back; at the right price it is due.
        let quote = quote(&world, &priced(id, "2024-02-10", "12")).await;
        assert_eq!(due(&quote.expect("a quote").preview.billing), "60.00 EUR");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_seller_sets_right_what_it_asks_of_its_own_customer_and_nothing_else() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        let ctx = refusals::owner_of(&world, world.reseller).await;
        let cases = [
            current(id, "2024-01-25"),
            seats(id, "2024-01-25", "7"),
            CorrectionInput {
                item_prices: at("seats", Some(world.distributor), "11"),
                ..since(id, "2024-01-25")
            },
            CorrectionInput {
                quantities: seats(id, "2024-01-25", "7").quantities,
                ..priced(id, "2024-01-25", "12")
            },
        ];
        for input in cases {
            let refused = quote_correction(world.p(), &ctx, &input).await;
            assert_eq!(code(refused), "not_the_provider", "{input:?}");
        }
        let input = priced(id, "2024-01-25", "12");
        let above = refusals::owner_of(&world, world.distributor).await;
        let refused = quote_correction(world.p(), &above, &input).await;
        assert!(refused.is_err());
        let quote = quote_correction(world.p(), &ctx, &input)
            .await
            .expect("a quote");
        assert_eq!(due(&quote.preview.billing), "-28.38 EUR");
        let placed = PlaceInput { quote_id: quote.id };
        let placed = order_place(world.p(), &ctx, &placed)
            .await
            .expect("an order");
        world.test.drain().await;
        assert_eq!(
            world.see(placed.order.id).await.order.state.as_str(),
            "completed"
        );
        assert_eq!(last_document(&world).await, "-28.38 EUR");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn prices_that_cannot_be_set_right_are_refused_by_name() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        world.travel("2024-01-15T12:00:00Z").await;
        let own = ListingDraft {
            item_id: world
                .plan("basic")
                .items
                .iter()
                .find(|item| item.code == "setup")
                .map(|item| item.id),
            price: ListingPrice::Hidden,
            ..markup("0")
        };
        let policies = Policies {
            renewal: RenewalPrices::Agreed,
            ..Policies::default()
        };
        revise_with(
            &world,
            world.reseller,
            vec![own, markup("20")],
            "2024-02-01",
            policies,
        )
        .await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        let before = state_of(&world, id).await;
        let of = |field: &str, code: &'static str| (field.to_owned(), code);
        let own = |item: &str, price: &str| CorrectionInput {
            item_prices: at(item, None, price),
            ..since(id, "2024-01-25")
        };
        let nobody = AccountId::generate();
        let twice = [
            at("seats", None, "12"),
            at("seats", Some(world.reseller), "11"),
        ]
        .concat();
        let cases = [
            (current(id, "2024-01-25"), of("prices", "sold_otherwise")),
            (own("rooms", "12"), of("item_prices.0.item", "unknown_item")),
            (
                CorrectionInput {
                    item_prices: at("seats", Some(nobody), "12"),
                    ..since(id, "2024-01-25")
                },
                of("item_prices.0.seller_id", "unknown_value"),
            ),
            (
                CorrectionInput {
                    item_prices: twice,
                    ..since(id, "2024-01-25")
                },
                of("item_prices.1", "duplicate"),
            ),
            (
                CorrectionInput {
                    ended: true,
                    ..own("seats", "12")
                },
                of("item_prices", "not_together"),
            ),
            (
                CorrectionInput {
                    plan_id: Some(world.plan("pro").id),
                    ..own("seats", "12")
                },
                of("plan_id", "not_together"),
            ),
            (priced(id, "2024-01-09", "12"), of("from", "out_of_range")),
            (priced(id, "2024-03-21", "12"), of("from", "in_the_future")),
        ];
        for (input, expected) in cases {
            assert_eq!(
                refusals::problem(quote(&world, &input).await),
                expected,
                "{input:?}"
            );
        }
        assert_eq!(state_of(&world, id).await, before);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn what_rests_on_more_than_a_price_is_not_computed_wrong_but_refused() {
    each_world(|world| async move {
        let basic = world.plan("basic").items.iter();
        let item = basic.clone().find(|item| item.code == "seats");
        let introduction = Introduction {
            periods: 2,
            price: PriceModel::per_unit(dec("5")),
            once: false,
        };
        let policies = Policies {
            introductions: BTreeMap::from([(item.expect("seats").id, introduction)]),
            ..Policies::default()
        };
        let lists = vec![markup("20")];
        revise_with(
            &world,
            world.reseller,
            lists.clone(),
            "2024-01-11",
            policies,
        )
        .await;
        world.travel("2024-01-12T12:00:00Z").await;
        let id = world.subscribe("basic", "5").await;
        let other = world.subscribe("pro", "5").await;
        world.travel("2024-02-14T12:00:00Z").await;
        world.pay_all().await;
        let of = |field: &str, code: &'static str| (field.to_owned(), code);
        let refused = quote(&world, &priced(id, "2024-01-25", "12")).await;
        assert_eq!(
            refusals::problem(refused),
            of("item_prices.0", "introductory")
        );
        let refused = quote(&world, &plans::under(&world, other, "2024-01-12", "basic")).await;
        assert_eq!(refusals::problem(refused), of("plan_id", "introductory"));
        let commitment = Commitment {
            over: Cadence::parse("P3M").expect("a cadence"),
            minimum: Some(dec("100")),
            maximum: None,
            quantities: Vec::new(),
            counts: CommitmentCounts::Everything,
            leaving: CommitmentLeaving::Prorated,
        };
        let policies = Policies {
            commitment: Some(commitment),
            ..Policies::default()
        };
        revise_with(&world, world.reseller, lists, "2024-02-15", policies).await;
        world.travel("2024-02-16T12:00:00Z").await;
        let refused = quote(&world, &current(other, "2024-01-25")).await;
        assert_eq!(refusals::problem(refused), of("prices", "other_commitment"));
        world.assert_consistent().await;
    })
    .await;
}
