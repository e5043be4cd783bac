//! What a new revision of a price book means for subscriptions that run already.

mod common;
mod models;

use common::{World, dec, each_world};
use std::collections::BTreeMap;
use tradewind_billing::service::charge_list;
use tradewind_catalogue::types::{Policies, RenewalPrices};
use tradewind_flows::upcoming::upcoming;
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Currency, Decimal, PageRequest, Timestamp};
use tradewind_metering::service::usage_ingest;
use tradewind_metering::types::{UsageInput, UsageKind};

async fn revise(world: &World, percent: &str, from: &str, renewal: RenewalPrices) {
    world
        .sells(
            Policies {
                renewal,
                ..Policies::default()
            },
            from,
            percent,
        )
        .await;
}

async fn next_net(world: &World, id: SubscriptionId) -> String {
    let preview = upcoming(world.p(), &world.ctx().await, id)
        .await
        .expect("a preview")
        .expect("it is billed");
    let next = preview.next.expect("a next invoice");
    next.document.net.to_string()
}

async fn last_net(world: &World) -> String {
    let last = world.documents().await.pop().expect("an invoice");
    last.net.to_string()
}

fn told(world: &World) -> usize {
    let subjects = world.letters.subjects();
    let tells = |subject: &&String| subject.contains("costs more");
    subjects.iter().filter(tells).count()
}

/// The exact amounts that a subscription was charged on a leg since a period's first day: seller's name and amounts.
async fn exact(
    world: &World,
    id: SubscriptionId,
    buyer: tradewind_kernel::id::AccountId,
) -> Vec<(String, Decimal)> {
    let page = PageRequest::new(Some(200), None).expect("a page");
    let mut found: Vec<(String, Decimal)> = charge_list(world.p(), &world.ctx().await, id, &page)
        .await
        .expect("charges")
        .items
        .into_iter()
        .filter(|charge| charge.facts.buyer_id == buyer)
        .map(|charge| {
            (
                charge.facts.period.start.to_string(),
                charge.facts.exact.normalize(),
            )
        })
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn a_renewal_takes_the_revision_of_its_day_and_its_customer_is_told_before() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        // 5 × 10 × 1.08 × 1.10 × 1.20
        assert_eq!(next_net(&world, id).await, "71.28 EUR");
        revise(&world, "50", "2024-02-01", RenewalPrices::Revision).await;
        assert_eq!(
            next_net(&world, id).await,
            "89.10 EUR",
            "shown as soon as it is known"
        );

        world.travel("2024-01-26T09:00:00Z").await;
        assert_eq!(told(&world), 0);
        world.travel("2024-01-28T09:00:00Z").await;
        assert_eq!(told(&world), 1, "{:?}", world.letters.subjects());

        world.travel("2024-02-11T09:00:00Z").await;
        assert_eq!(last_net(&world).await, "89.10 EUR");
        assert_eq!(told(&world), 1, "once is enough");
        let bought = exact(&world, id, world.reseller).await;
        assert_eq!(
            bought.iter().map(|(_, exact)| *exact).collect::<Vec<_>>(),
            // (50 + 50) × 1.08 × 1.10, then 50 × 1.08 × 1.10: the legs above keep their prices.
            [dec("59.4"), dec("59.4"), dec("59.4")]
        );
        world.pay_all().await;
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_term_keeps_its_price_to_its_end() {
    each_world(|world| async move {
        let id = world.subscribe("quarter", "5").await;
        revise(&world, "50", "2024-02-01", RenewalPrices::Revision).await;
        assert_eq!(next_net(&world, id).await, "71.28 EUR");
        for until in ["2024-02-11T09:00:00Z", "2024-03-11T09:00:00Z"] {
            world.travel(until).await;
            assert_eq!(last_net(&world).await, "71.28 EUR");
            world.pay_all().await;
        }
        assert_eq!(next_net(&world, id).await, "89.10 EUR");
        world.travel("2024-04-11T09:00:00Z").await;
        assert_eq!(last_net(&world).await, "89.10 EUR");
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_seller_may_promise_a_price_for_good() {
    each_world(|world| async move {
        revise(&world, "20", "2024-01-11", RenewalPrices::Agreed).await;
        world.travel("2024-01-11T09:00:00Z").await;
        let id = world.subscribe("basic", "5").await;
        revise(&world, "50", "2024-02-01", RenewalPrices::Revision).await;
        assert_eq!(next_net(&world, id).await, "71.28 EUR");
        world.travel("2024-02-12T09:00:00Z").await;
        assert_eq!(last_net(&world).await, "71.28 EUR");
        assert_eq!(told(&world), 0);
        world.assert_consistent().await;
    })
    .await;
}

async fn use_it(world: &World, id: SubscriptionId, name: &str, at: &str, cost: &str) {
    let at = Timestamp::parse(at).expect("a time");
    let record = UsageInput {
        source: "cloud".to_owned(),
        external_id: name.to_owned(),
        subscription_id: id,
        meter: "cost".to_owned(),
        starts_at: at,
        ends_at: at,
        quantity: dec("1"),
        unit: String::new(),
        cost: Some(dec(cost)),
        currency: Some(Currency::EUR),
        kind: UsageKind::Usage,
        dimensions: BTreeMap::new(),
        attributes: BTreeMap::new(),
    };
    let report = usage_ingest(world.p(), &world.ctx().await, &[record])
        .await
        .expect("a report");
    assert_eq!(report.accepted, 1, "{report:?}");
}

#[tokio::test]
async fn usage_costs_what_the_revision_of_its_day_says_also_when_it_comes_late() {
    each_world(|world| async move {
        let id = world.cloud().await;
        revise(&world, "50", "2024-01-20", RenewalPrices::Revision).await;
        use_it(&world, id, "before", "2024-01-19T22:59:59Z", "100").await;
        // Midnight in Berlin, where the customer is.
        use_it(&world, id, "after", "2024-01-19T23:00:00Z", "100").await;
        world.travel("2024-02-02T09:00:00Z").await;
        let first = [
            ("2024-01-01".to_owned(), dec("142.56")),
            ("2024-01-20".to_owned(), dec("178.2")),
        ];
        assert_eq!(exact(&world, id, world.customer).await, first);
        // The distributor's prices have not changed, but its customer's usage is split in the same way.
        assert_eq!(
            exact(&world, id, world.reseller).await,
            [
                ("2024-01-01".to_owned(), dec("118.8")),
                ("2024-01-20".to_owned(), dec("118.8")),
            ]
        );
        world.travel("2024-02-03T09:00:00Z").await;
        assert_eq!(
            exact(&world, id, world.customer).await,
            first,
            "nothing twice"
        );
        world.assert_consistent().await;

        revise(&world, "90", "2024-02-10", RenewalPrices::Revision).await;
        use_it(&world, id, "late before", "2024-01-11T12:00:00Z", "10").await;
        use_it(&world, id, "late after", "2024-01-31T12:00:00Z", "10").await;
        use_it(&world, id, "next month", "2024-02-05T12:00:00Z", "10").await;
        world.travel("2024-03-02T09:00:00Z").await;
        assert_eq!(
            exact(&world, id, world.customer).await,
            [
                ("2024-01-01".to_owned(), dec("14.256")),
                ("2024-01-01".to_owned(), dec("142.56")),
                ("2024-01-20".to_owned(), dec("17.82")),
                ("2024-01-20".to_owned(), dec("178.2")),
                ("2024-02-01".to_owned(), dec("17.82")),
            ],
            "each day at its own price, and only the difference"
        );
        world.pay_all().await;
        world.assert_consistent().await;
    })
    .await;
}
