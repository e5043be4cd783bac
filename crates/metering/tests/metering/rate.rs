//! How fast usage is taken in, against what the engine itself takes. Run by hand, without debug assertions:
//! `cargo test --release -p tradewind-metering --test metering rate -- --ignored --nocapture`.

use crate::world::{World, record};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tradewind_kernel::id::SubscriptionId;
use tradewind_metering::service::{BATCH_MAX, usage_ingest};
use tradewind_metering::types::UsageInput;
use tradewind_platform::{Migration, args, bulk};
use tradewind_testkit::{TestPlatform, each_engine};

const BATCHES: usize = 50;
const SUBSCRIPTIONS: usize = 200;

/// A table with a key and as much text as a usage record has.
const BASELINE: &[Migration] = &[Migration {
    name: "baseline_0001",
    steps: &[
        "CREATE TABLE IF NOT EXISTS baseline (realm_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
            PRIMARY KEY (realm_id, id)) {clustered}",
    ],
}];

bulk! {
    ROWS = "baseline" { realm_id: Text, id: Text, body: Text } on conflict Nothing;
}

#[tokio::test]
#[ignore = "measures; run it by hand"]
async fn rate_of_ingest_against_the_engines_own() {
    each_engine(|db| async move {
        let engine = db.engine();
        let rooms = [crate::world::MIGRATIONS, &[BASELINE]].concat();
        let w = World::new(TestPlatform::open(db, &rooms).await).await;
        let baseline = baseline(&w).await;
        let (subscriptions, preparing) = subscriptions(&w).await;
        let took = ingest(&w, &subscriptions).await;
        let rate = |took: Duration| (BATCHES * BATCH_MAX) as f64 / took.as_secs_f64();
        println!(
            "{}",
            json!({
                "engine": engine.to_string(),
                "records_per_second": rate(took).round(),
                "keyed_rows_per_second": rate(baseline).round(),
                "share": (100.0 * rate(took) / rate(baseline)).round() / 100.0,
                "subscriptions_made_in_ms": preparing.as_millis() as u64,
            })
        );
    })
    .await;
}

async fn baseline(w: &World) -> Duration {
    let body = "x".repeat(420);
    let started = Instant::now();
    for batch in 0..BATCHES {
        let mut tx = w.platform().db().begin().await.unwrap();
        let rows = (0..BATCH_MAX)
            .map(|n| args![w.realm, format!("meter/{batch}/{n}"), body])
            .collect();
        tx.insert_many(&ROWS, rows).await.unwrap();
        tx.commit().await.unwrap();
    }
    started.elapsed()
}

async fn subscriptions(w: &World) -> (Vec<SubscriptionId>, Duration) {
    let started = Instant::now();
    let mut all = Vec::new();
    for _ in 0..SUBSCRIPTIONS {
        all.push(w.subscription(w.customer).await);
    }
    (all, started.elapsed())
}

/// One record in a hundred repeats the one before it.
async fn ingest(w: &World, subscriptions: &[SubscriptionId]) -> Duration {
    let ctx = w.ctx().await;
    let mut took = Duration::ZERO;
    for batch in 0..BATCHES {
        let records: Vec<UsageInput> = (0..BATCH_MAX)
            .map(|n| {
                let unique = if n % 100 == 99 { n - 1 } else { n };
                UsageInput {
                    dimensions: BTreeMap::from([("region".to_owned(), "eu".to_owned())]),
                    ..record(
                        subscriptions[unique % SUBSCRIPTIONS],
                        &format!("{batch}/{unique}"),
                        "1.25",
                    )
                }
            })
            .collect();
        let started = Instant::now();
        let report = usage_ingest(w.platform(), &ctx, &records).await.unwrap();
        took += started.elapsed();
        assert_eq!(
            (report.accepted, report.duplicate, report.rejected),
            (990, 10, 0)
        );
    }
    took
}
