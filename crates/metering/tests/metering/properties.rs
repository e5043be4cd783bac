//! Whatever arrives in whatever order and at the same time: totals and their versions are exact.

use crate::world::{World, each_world, record};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use std::collections::{BTreeMap, HashMap};
use tradewind_kernel::Decimal;
use tradewind_kernel::id::SubscriptionId;
use tradewind_metering::service::{total_key, usage_ingest, usage_records_between_in};
use tradewind_metering::types::{UsageInput, UsageTotal};

/// A record by small numbers: id, subscription, meter, day of the year, quantity in millionths.
type Seed = (u8, u8, u8, u8, i32);

fn batches() -> impl Strategy<Value = Vec<Vec<Seed>>> {
    let seed = (any::<u8>(), 0..3_u8, 0..2_u8, 0..90_u8, any::<i32>());
    proptest::collection::vec(proptest::collection::vec(seed, 0..40), 1..8)
}

fn input(subscriptions: &[SubscriptionId], seed: Seed) -> UsageInput {
    let (id, subscription, meter, day, millionths) = seed;
    // Overlapping batches repeat records: what an id says follows from the id, but for a few that contradict.
    let base = record(
        subscriptions[usize::from((id ^ (subscription & 1)) % 3)],
        &format!("{id}"),
        "0",
    );
    let starts_at = base.starts_at.as_micros() + i64::from(id % 60) * 86_400_000_000;
    let contradicts = day == 0;
    UsageInput {
        meter: format!("m{}", meter.min(id % 2)),
        starts_at: tradewind_kernel::Timestamp::from_micros(starts_at),
        ends_at: tradewind_kernel::Timestamp::from_micros(starts_at + 1),
        quantity: Decimal::new(
            if contradicts {
                i64::from(millionths)
            } else {
                i64::from(id) * 7_919 - 900_000
            },
            6,
        ),
        ..base
    }
}

/// Adds up all records there are, and compares that with the totals.
async fn check(w: &World, subscriptions: &[SubscriptionId]) {
    for subscription in subscriptions {
        for total in w.totals(*subscription).await {
            let records = records_of(w, &total).await;
            let sum: Decimal = records.iter().map(|(_, quantity)| *quantity).sum();
            assert_eq!(sum, total.quantity);
            assert_eq!(records.len() as i64, total.records);
            // Every version brought something, and none is beyond the total's.
            let mut versions: Vec<i64> = records.iter().map(|(version, _)| *version).collect();
            versions.sort_unstable();
            versions.dedup();
            assert_eq!(versions, (1..=total.version).collect::<Vec<_>>());
        }
    }
}

async fn records_of(w: &World, total: &UsageTotal) -> Vec<(i64, Decimal)> {
    let key = total_key(total);
    let version = total.version;
    w.platform()
        .read(&w.ctx().await, &(), move |work, ()| {
            let key = key.clone();
            Box::pin(async move { usage_records_between_in(work, &key, 0, version).await })
        })
        .await
        .unwrap()
        .into_iter()
        .map(|record| (record.total_version, record.input.quantity))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn overlapping_batches_at_the_same_time_leave_exact_totals() {
    each_world(|w| async move {
        let subscriptions = [
            w.subscription(w.customer).await,
            w.subscription(w.customer).await,
            w.subscription(w.other_customer).await,
        ];
        let mut runner = TestRunner::deterministic();
        let mut accepted: HashMap<String, UsageInput> = HashMap::new();
        for _ in 0..6 {
            let drawn = batches().new_tree(&mut runner).unwrap().current();
            let tasks: Vec<_> = drawn
                .iter()
                .map(|batch| {
                    let batch: Vec<UsageInput> = batch
                        .iter()
                        .map(|seed| input(&subscriptions, *seed))
                        .collect();
                    let platform = w.platform().clone();
                    let realm = w.realm;
                    tokio::spawn(async move {
                        let ctx = platform.system(realm).await.unwrap();
                        let report = usage_ingest(&platform, &ctx, &batch).await.unwrap();
                        (batch, report)
                    })
                })
                .collect();
            for task in tasks {
                let (batch, report) = task.await.unwrap();
                for (input, outcome) in batch.into_iter().zip(report.outcomes) {
                    if outcome.status.as_str() == "accepted" {
                        let twice = accepted.insert(input.external_id.clone(), input);
                        assert_eq!(twice, None, "accepted twice");
                    }
                }
            }
            check(&w, &subscriptions).await;
        }
        // What was answered is what is there.
        let mut expected: BTreeMap<SubscriptionId, (i64, Decimal)> = BTreeMap::new();
        for input in accepted.values() {
            let sum = expected.entry(input.subscription_id).or_default();
            sum.0 += 1;
            sum.1 += input.quantity;
        }
        for (subscription, (records, quantity)) in expected {
            let totals = w.totals(subscription).await;
            assert_eq!(totals.iter().map(|t| t.records).sum::<i64>(), records);
            assert_eq!(totals.iter().map(|t| t.quantity).sum::<Decimal>(), quantity);
        }
    })
    .await;
}

#[tokio::test]
async fn a_span_of_versions_is_exactly_what_came_in_between() {
    each_world(|w| async move {
        let subscription = w.subscription(w.customer).await;
        let mut versions = vec![(0, Decimal::ZERO)];
        for round in 0..5 {
            let batch: Vec<UsageInput> = (0..=round)
                .map(|n| record(subscription, &format!("{round}/{n}"), "0.1"))
                .collect();
            usage_ingest(w.platform(), &w.ctx().await, &batch)
                .await
                .unwrap();
            let total = w.totals(subscription).await.remove(0);
            versions.push((total.version, total.quantity));
        }
        let key = total_key(&w.totals(subscription).await[0]);
        for (from, before) in &versions {
            for (to, then) in versions.iter().filter(|(to, _)| to >= from) {
                let (key, from, to) = (key.clone(), *from, *to);
                let records = w
                    .platform()
                    .read(&w.ctx().await, &(), move |work, ()| {
                        let key = key.clone();
                        Box::pin(
                            async move { usage_records_between_in(work, &key, from, to).await },
                        )
                    })
                    .await
                    .unwrap();
                let sum: Decimal = records.iter().map(|r| r.input.quantity).sum();
                assert_eq!(sum, *then - *before);
            }
        }
    })
    .await;
}
