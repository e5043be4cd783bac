//! `bench preview`: what a change would cost, asked at a fixed rate that does not wait for answers.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::task::JoinSet;
use tradewind_billing::service::{SubscriptionChange, preview_change};
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Decimal, Error, Result};
use tradewind_platform::{OpCtx, Platform};

use super::Progress;
use super::figures::{millis, percentile};
use super::place::Place;
use super::world::{Shape, World};

/// Subscriptions of the world.
const SUBSCRIPTIONS: usize = 10_000;

/// How fast previews are answered.
#[derive(Debug, Serialize)]
pub(crate) struct PreviewFigures {
    /// The engine.
    engine: String,
    /// Asked a second.
    rate: u32,
    /// Answered.
    answered: u64,
    /// Not answered with a preview.
    failed: u64,
    /// Half were answered within.
    p50_ms: f64,
    /// Of a hundred, 95.
    p95_ms: f64,
    /// Of a hundred, 99.
    p99_ms: f64,
}

/// Previews changes of quantity in a world of ten thousand subscriptions.
///
/// # Errors
/// `not_a_bench`; database errors.
pub(crate) async fn preview(
    place: &Place,
    rate: u32,
    for_seconds: u32,
    progress: Progress<'_>,
) -> Result<PreviewFigures> {
    let filling = place.open_unwired().await?;
    let shape = Shape {
        name: format!("preview {}", filling.platform().wall()),
        resellers: 20,
        subscriptions: SUBSCRIPTIONS,
        products: 10,
        items: 5,
        due: 0,
        at_once: true,
        one_account: false,
    };
    let world = World::build(&filling, &shape, progress).await?;
    let subscriptions = world.sell(filling.platform(), &shape, progress).await?;
    filling.close().await;
    let app = place.open().await?;
    let ctx = app.platform().system(world.realm).await?;
    let asks = asks(app.platform(), &ctx, &world, &subscriptions).await?;
    // Whatever is made once is made before it is timed.
    for ask in asks.iter().take(50) {
        answer(app.platform().clone(), ctx.clone(), ask.clone()).await?;
    }
    let every = Duration::from_secs(1) / rate.max(1);
    let begun = Instant::now();
    let mut under_way = JoinSet::new();
    for number in 0..rate.saturating_mul(for_seconds) {
        let due = begun + every * number;
        tokio::time::sleep_until(due.into()).await;
        let ask = asks[number as usize % asks.len().max(1)].clone();
        let (p, ctx) = (app.platform().clone(), ctx.clone());
        under_way.spawn(async move {
            let answered = answer(p, ctx, ask).await.is_ok();
            answered.then(|| due.elapsed())
        });
    }
    let mut failed = 0;
    let mut times = Vec::new();
    while let Some(answered) = under_way.join_next().await {
        match answered {
            Ok(Some(took)) => times.push(took),
            _ => failed += 1,
        }
    }
    times.sort_unstable();
    let figures = PreviewFigures {
        engine: app.platform().db().engine().to_string(),
        rate,
        answered: times.len() as u64,
        failed,
        p50_ms: millis(percentile(&times, 50)),
        p95_ms: millis(percentile(&times, 95)),
        p99_ms: millis(percentile(&times, 99)),
    };
    app.close().await;
    Ok(figures)
}

/// A change of the first item for each of some subscriptions.
async fn asks(
    p: &Platform,
    ctx: &OpCtx,
    world: &World,
    subscriptions: &[SubscriptionId],
) -> Result<Vec<SubscriptionChange>> {
    let mut asks = Vec::with_capacity(subscriptions.len());
    for id in subscriptions {
        let detail = tradewind_orders::service::subscription_get(p, ctx, *id).await?;
        let mut wanted: BTreeMap<_, _> = detail
            .items
            .iter()
            .map(|item| (item.item_id, item.quantity))
            .collect();
        let first = wanted.values_mut().next();
        *first.ok_or_else(|| Error::internal("a subscription without items"))? += Decimal::TEN;
        asks.push(SubscriptionChange {
            subscription_id: *id,
            wanted,
            terms: Vec::new(),
            at: world.today,
            moment: None,
            less: false,
        });
    }
    Ok(asks)
}

async fn answer(p: Platform, ctx: OpCtx, ask: SubscriptionChange) -> Result<()> {
    p.read(&ctx, &ask, |w, ask| {
        Box::pin(async move { preview_change(w, ask, &[]).await.map(drop) })
    })
    .await
}
