//! Usage of a month that has been billed: for its own month or with the running one, and after the window only as decided.

use super::{dec, last_lines, record, take_in};
use crate::common::{World, each_world};
use serde_json::json;
use tradewind_billing::service::invoice_get;
use tradewind_kernel::Decimal;
use tradewind_kernel::id::SubscriptionId;
use tradewind_metering::service::{late_policy_set, review_decide, usage_ingest};
use tradewind_metering::types::{LateAs, LatePolicy, RecordName, ReviewDecide, ReviewDecision};

async fn policy(world: &World, window_days: Option<u32>, late_as: LateAs) {
    let policy = LatePolicy {
        window_days,
        late_as,
    };
    late_policy_set(world.p(), &world.ctx().await, &policy)
        .await
        .expect("a policy");
}

/// Thirty at 1, and what is beyond at 0.5; fifty are used and billed in February, for 40.
async fn billed(world: &World) -> SubscriptionId {
    let tiers = json!({"model": "graduated", "tiers": [{"up_to": "30", "unit_price": "1"}, {"unit_price": "0.5"}]});
    world.ask("cloud", "cost", "2024-01-11", tiers).await;
    world.travel("2024-02-01T09:00:00Z").await;
    let id = world.cloud().await;
    take_in(world, &[record(id, "a", "2024-02-10T10:00:00Z", "50")], 1).await;
    world.travel("2024-03-02T09:00:00Z").await;
    world.pay_all().await;
    id
}

/// The customer's documents: their lines' words, first day and net amounts.
async fn lines(world: &World) -> Vec<Vec<(String, String, String)>> {
    let mut all = Vec::new();
    for one in world.documents().await {
        let document = invoice_get(world.p(), &world.ctx().await, one.id)
            .await
            .expect("the document");
        let lines = document.lines.iter().map(|line| {
            let (words, net) = (line.description.clone(), line.net.to_string());
            (words, line.period.start.to_string(), net)
        });
        all.push(lines.collect());
    }
    all
}

fn line(words: &str, day: &str, net: &str) -> (String, String, String) {
    (words.to_owned(), day.to_owned(), net.to_owned())
}

#[tokio::test]
async fn late_usage_is_billed_for_its_month_or_with_the_running_one() {
    for (late_as, twin) in [(LateAs::PastPeriod, false), (LateAs::CurrentPeriod, true)] {
        each_world(|world| async move {
            policy(&world, None, late_as).await;
            let id = billed(&world).await;
            let february = line("cost", "2024-02-01", "40.00 EUR");
            assert_eq!(lines(&world).await, [vec![february.clone()]]);
            let late = [
                record(id, "b", "2024-02-11T10:00:00Z", "10"),
                record(id, "c", "2024-03-05T10:00:00Z", "4"),
            ];
            take_in(&world, &late, 2).await;
            world.travel("2024-03-10T09:00:00Z").await;
            let march = line("cost", "2024-03-01", "4.00 EUR");
            if twin {
                assert_eq!(
                    lines(&world).await.len(),
                    1,
                    "it waits for the end of March"
                );
            } else {
                let own = line("cost", "2024-02-01", "5.00 EUR");
                assert_eq!(lines(&world).await[1..], [vec![own]]);
            }
            world.pay_all().await;
            world.travel("2024-04-02T09:00:00Z").await;
            let last = lines(&world).await.pop().expect("a document");
            if twin {
                let delta = line("cost, late usage of 2024-02", "2024-03-01", "5.00 EUR");
                assert_eq!(last, [delta, march]);
            } else {
                assert_eq!(last, [march]);
            }
            world.pay_all().await;
            world.assert_consistent().await;
        })
        .await;
    }
}

#[tokio::test]
async fn what_misses_the_window_is_billed_as_decided_and_never_twice() {
    each_world(|world| async move {
        policy(&world, Some(10), LateAs::PastPeriod).await;
        let id = billed(&world).await;
        world.travel("2024-03-12T09:00:00Z").await;
        let late: Vec<_> = ["count", "later", "never"]
            .map(|name| record(id, name, "2024-02-12T10:00:00Z", "8"))
            .to_vec();
        for known in [0, 3] {
            let report = usage_ingest(world.p(), &world.ctx().await, &late)
                .await
                .expect("a report");
            assert_eq!((report.review, report.duplicate), (3 - known, known));
        }
        world.travel("2024-03-20T09:00:00Z").await;
        assert_eq!(world.documents().await.len(), 1, "nothing counts by itself");
        let decide = |name: &'static str, decision, reason: &'static str| {
            let input = ReviewDecide {
                records: vec![RecordName {
                    source: "meter".to_owned(),
                    external_id: name.to_owned(),
                }],
                group: None,
                decision,
                reason: reason.to_owned(),
            };
            let world = &world;
            async move { review_decide(world.p(), &world.ctx().await, &input).await }
        };
        decide("count", ReviewDecision::Count, "")
            .await
            .expect("a decision");
        decide("later", ReviewDecision::CountLater, "")
            .await
            .expect("a decision");
        decide("never", ReviewDecision::Discard, "Reported twice")
            .await
            .expect("a decision");
        world.travel("2024-03-21T09:00:00Z").await;
        // Eight more at 0.5, in the month in which they were used.
        let own = (
            "cost".to_owned(),
            "8 unit".to_owned(),
            "4.00 EUR".to_owned(),
        );
        assert_eq!(
            last_lines(&world)
                .await
                .into_iter()
                .map(|(words, quantity, net)| (words, quantity.replace("units", "unit"), net))
                .collect::<Vec<_>>(),
            [own]
        );
        let counted = decide("count", ReviewDecision::Reopen, "")
            .await
            .expect_err("it is billed");
        assert_eq!(counted.code(), "already_counted");
        // Taken back before its month is over, and decided anew.
        decide("later", ReviewDecision::Reopen, "")
            .await
            .expect("a decision");
        decide("later", ReviewDecision::CountLater, "")
            .await
            .expect("a decision");
        world.pay_all().await;
        world.travel("2024-04-03T09:00:00Z").await;
        // Eight at 1, in the month in which they count.
        let exact: Vec<(String, Decimal)> = crate::exact(&world, id, world.customer).await;
        let of = |day: &str, exact: &str| (day.to_owned(), dec(exact));
        let all = [
            of("2024-02-01", "4"),
            of("2024-02-01", "40"),
            of("2024-03-01", "8"),
        ];
        assert_eq!(exact, all);
        world.pay_all().await;
        world.assert_consistent().await;
        world.travel("2024-05-03T09:00:00Z").await;
        assert_eq!(crate::exact(&world, id, world.customer).await, all);
    })
    .await;
}
