//! Items that plans have in common, and lines of usage that were billed late.

use super::plans::under;
use super::usage::{report, used};
use super::*;
use crate::common::{item, list_prices, markup};
use serde_json::json;
use tradewind_catalogue::service::{plan_create, price_book_list, revision_create};
use tradewind_catalogue::types::{
    ItemDraft, ItemKind, ListingDraft, ListingPrice, Plan, PlanCreate, PlanDraft, PlanStatus,
    RevisionCreate,
};
use tradewind_kernel::{Text, calendar::Cadence};
use tradewind_metering::service::late_policy_set;
use tradewind_metering::types::{LateAs, LatePolicy};
use tradewind_pricing::PriceModel;

/// Two plans with seats and a backup that may be left out, sold from the second day on.
async fn with_backups(world: &World) -> Vec<Plan> {
    let (p, ctx) = (world.p(), world.ctx().await);
    let mut plans = Vec::new();
    let mut listings = list_prices(&world.product);
    for (code, seat) in [("small", "10"), ("large", "25")] {
        let backup = ItemDraft {
            quantity_min: dec("0"),
            ..item("backup", ItemKind::Recurring, 1)
        };
        let create = PlanCreate {
            product_id: world.product.product.id,
            draft: PlanDraft {
                code: code.to_owned(),
                name: Text::en(code),
                description: Text::default(),
                position: 9,
                recommended: false,
                status: PlanStatus::Published,
                billing_cadence: Cadence::MONTHLY,
                term_cadence: None,
                trial_days: 0,
                trial_again: false,
                auto_renew: true,
                trial_needs_payment: false,
                notice_days: 0,
            },
            items: vec![item("seats", ItemKind::Recurring, 0), backup],
        };
        let plan = plan_create(p, &ctx, &create).await.expect("a plan");
        for (item, price) in plan.items.iter().zip([seat, "4"]) {
            listings.push(ListingDraft {
                item_id: Some(item.id),
                price: ListingPrice::Absolute {
                    model: PriceModel::per_unit(dec(price)),
                },
                ..markup("0")
            });
        }
        plans.push(plan);
    }
    let books = price_book_list(p, &ctx, world.vendor).await.expect("books");
    let revision = RevisionCreate {
        book_id: books[0].book.id,
        effective_on: day("2024-01-11"),
        note: String::new(),
        policies: None,
        listings,
    };
    revision_create(p, &ctx, &revision)
        .await
        .expect("a revision");
    world.travel("2024-01-11T12:00:00Z").await;
    plans
}

#[tokio::test]
async fn who_held_none_of_an_item_goes_on_with_none_under_another_plan() {
    each_world(|world| async move {
        let plans = with_backups(&world).await;
        let (small, large) = (plans[0].id, plans[1].id);
        let wanted = PurchaseInput {
            plan_id: small,
            quantities: BTreeMap::from([
                ("seats".to_owned(), dec("5")),
                ("backup".to_owned(), dec("0")),
            ]),
            ..world.wanted("basic", "5")
        };
        let late = world.buy(&wanted).await;
        let timely = world.buy(&wanted).await;
        world.travel("2024-01-25T12:00:00Z").await;
        let change = ChangeInput {
            subscription_id: timely,
            plan_id: Some(large),
            quantities: BTreeMap::new(),
            packages: BTreeMap::new(),
            coupon: None,
            when: None,
        };
        let switch = quote_change(world.p(), &world.ctx().await, &change).await;
        place(&world, &switch.expect("a quote")).await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        let input = CorrectionInput {
            plan_id: Some(large),
            ..since(late, "2024-01-25")
        };
        correct(&world, &input).await;
        let sums = charged(&world, late).await;
        assert_eq!(sums, charged(&world, timely).await);
        assert!(!sums.contains_key(&(3, "backup".to_owned())), "{sums:?}");
        assert_eq!(
            world.subscription(late).await.items,
            world.subscription(timely).await.items
        );
        world.assert_consistent().await;
    })
    .await;
}

/// The customer's lines of usage by description, with the first day of their time and what they come to.
async fn lines(world: &World, id: SubscriptionId) -> BTreeMap<(String, String), Decimal> {
    let page = PageRequest::new(Some(200), None).expect("a page");
    let found = billing::charge_list(world.p(), &world.ctx().await, id, &page).await;
    let mut lines = BTreeMap::new();
    for charge in found.expect("charges").items {
        let facts = charge.facts;
        if facts.usage.is_some() && facts.buyer_id == world.customer {
            let line = (facts.description, facts.period.start.to_string());
            let sum: &mut Decimal = lines.entry(line).or_default();
            *sum += facts.amount.to_decimal();
        }
    }
    lines
}

#[tokio::test]
async fn what_is_rated_again_is_billed_with_the_running_month_once_and_as_a_whole() {
    each_world(|world| async move {
        let policy = LatePolicy {
            window_days: None,
            late_as: LateAs::CurrentPeriod,
        };
        late_policy_set(world.p(), &world.ctx().await, &policy)
            .await
            .expect("a policy");
        let unit = json!({"model": "per_unit", "unit_price": "1"});
        world.ask("cloud", "cost", "2024-01-11", unit).await;
        world.travel("2024-01-11T12:00:00Z").await;
        let id = world.cloud().await;
        report(&world, id, "a", "2024-01-20", "10").await;
        world.travel("2024-02-10T12:00:00Z").await;
        world.pay_all().await;
        report(&world, id, "b", "2024-01-21", "5").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        assert_eq!(used(&world, id).await, dec("15"));
        let before = lines(&world, id).await;
        let note = "cost, late usage of 2024-01".to_owned();
        let late = |on: &str| (note.clone(), on.to_owned());
        assert_eq!(
            before.get(&late("2024-02-01")),
            Some(&dec("5")),
            "{before:?}"
        );
        // The plan had no usage: all of January is taken back with the running month.
        let input = CorrectionInput {
            quantities: BTreeMap::from([("seats".to_owned(), dec("1"))]),
            ..under(&world, id, "2024-01-15", "basic")
        };
        correct(&world, &input).await;
        assert_eq!(used(&world, id).await, dec("0"));
        let after = lines(&world, id).await;
        assert_eq!(
            after.get(&late("2024-03-01")),
            Some(&dec("-15")),
            "{after:?}"
        );
        world.assert_consistent().await;
    })
    .await;
}
