//! `bench repair`: from something that comes late to the charge that sets it right, in a world in which much else is billed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::Serialize;
use tradewind_billing::service::{
    Correction, RunStart, UsageInput as Rate, charge_correction_in, usage_charge,
};
use tradewind_kernel::calendar::add_days;
use tradewind_kernel::id::{OrderId, SubscriptionId};
use tradewind_kernel::{Date, Decimal, Error, Result, Timestamp};
use tradewind_metering::service::usage_ingest;
use tradewind_metering::types::{UsageInput, UsageKind};
use tradewind_orders::service::subscription_get;
use tradewind_platform::{OpCtx, Platform};

use super::Progress;
use super::figures::{millis, percentile};
use super::place::Place;
use super::shelf::METER;
use super::world::{Shape, World, zone};

/// Subscriptions of the world, all of them billed; the first thousand with usage.
const SUBSCRIPTIONS: usize = 10_000;
/// Records that one report has.
const TOGETHER: usize = 1_000;

/// How long it takes to set something right.
#[derive(Debug, Serialize)]
pub(crate) struct RepairFigures {
    /// The engine.
    engine: String,
    /// Subscriptions that are billed, the first thousand with usage.
    subscriptions: usize,
    /// From a late record to its charge on every leg.
    late_record: Took,
    /// From a correction of quantities to its charges and documents on every leg.
    correction: Took,
}

/// How long something took, and what it touched.
#[derive(Debug, Serialize)]
pub(crate) struct Took {
    /// How often it was done.
    times: usize,
    /// Half took at most.
    p50_ms: f64,
    /// Of a hundred, 99.
    p99_ms: f64,
    /// Statements each.
    statements: u64,
    /// Rows each that were inserted, changed or deleted.
    rows: u64,
    /// Charges each, over all legs.
    charges: u64,
}

/// Statements run, and rows written.
fn touched(p: &Platform) -> [u64; 2] {
    [p.db().statements_run(), p.db().rows_written()]
}

/// Bills a world with usage, then reports late usage and corrects quantities, one after the other.
///
/// # Errors
/// `not_a_bench`; database errors.
pub(crate) async fn repair(
    place: &Place,
    times: usize,
    progress: Progress<'_>,
) -> Result<RepairFigures> {
    let filling = place.open_unwired().await?;
    let shape = Shape {
        name: format!("repair {}", filling.platform().wall()),
        resellers: 20,
        subscriptions: SUBSCRIPTIONS,
        products: 10,
        items: 5,
        due: SUBSCRIPTIONS,
        at_once: true,
        one_account: false,
    };
    let world = World::build(&filling, &shape, progress).await?;
    let first = world.sell(filling.platform(), &shape, progress).await?;
    filling.close().await;
    let app = place.open().await?;
    let p = app.platform();
    let ctx = p.system(world.realm).await?;
    let month = add_days(world.today.first_of_month(), -1)?.first_of_month();
    let reporter = Reporter {
        p,
        ctx: &ctx,
        starts_at: zone()?.start_of_day(add_days(month, 3)?),
    };
    for (at, some) in first.chunks(TOGETHER).enumerate() {
        reporter.report(some, &format!("billed {at}")).await?;
    }
    tradewind_billing::service::bill(p, &ctx, RunStart::at_shell(world.today), |so_far| {
        progress("bills", so_far.subscriptions, SUBSCRIPTIONS as u64);
    })
    .await?;
    let some: Vec<SubscriptionId> = first.into_iter().take(times).collect();
    let late_record = late(&reporter, world.today, &some, progress).await?;
    let correction = correct(p, &ctx, world.today, &some, progress).await?;
    let figures = RepairFigures {
        engine: p.db().engine().to_string(),
        subscriptions: SUBSCRIPTIONS,
        late_record,
        correction,
    };
    app.close().await;
    Ok(figures)
}

/// Reports usage of a month that is over.
struct Reporter<'a> {
    p: &'a Platform,
    ctx: &'a OpCtx,
    starts_at: Timestamp,
}

impl Reporter<'_> {
    /// A record for each subscription.
    async fn report(&self, subscriptions: &[SubscriptionId], name: &str) -> Result<()> {
        let records: Vec<UsageInput> = subscriptions
            .iter()
            .map(|id| UsageInput {
                source: "bench".to_owned(),
                external_id: format!("{name} {id}"),
                subscription_id: *id,
                meter: METER.to_owned(),
                starts_at: self.starts_at,
                ends_at: self.starts_at,
                quantity: Decimal::TWO,
                unit: "hour".to_owned(),
                cost: None,
                currency: None,
                kind: UsageKind::Usage,
                dimensions: BTreeMap::new(),
                attributes: BTreeMap::new(),
            })
            .collect();
        let report = usage_ingest(self.p, self.ctx, &records).await?;
        if report.rejected > 0 {
            return Err(Error::internal("usage of a bench was refused"));
        }
        Ok(())
    }
}

async fn late(
    reporter: &Reporter<'_>,
    today: Date,
    some: &[SubscriptionId],
    progress: Progress<'_>,
) -> Result<Took> {
    let mut took = Vec::with_capacity(some.len());
    let mut charges = 0;
    let before = touched(reporter.p);
    for (at, id) in some.iter().enumerate() {
        progress("late records", at as u64, some.len() as u64);
        let begun = Instant::now();
        reporter.report(&[*id], "late").await?;
        let rate = Rate {
            until: today,
            after: None,
            limit: 100,
        };
        charges += usage_charge(reporter.p, reporter.ctx, &rate).await?.charges;
        took.push(begun.elapsed());
    }
    Ok(figures(took, before, touched(reporter.p), charges))
}

async fn correct(
    p: &Platform,
    ctx: &OpCtx,
    today: Date,
    some: &[SubscriptionId],
    progress: Progress<'_>,
) -> Result<Took> {
    let mut asks = Vec::with_capacity(some.len());
    for id in some {
        let detail = subscription_get(p, ctx, *id).await?;
        let item = detail.items.first();
        let (Some(from), Some(item)) = (detail.subscription.period_start, item) else {
            return Err(Error::internal("a subscription that is not billed"));
        };
        let held = BTreeMap::from([(item.item_id, item.quantity + Decimal::ONE)]);
        let correction = Correction {
            subscription_id: *id,
            from: add_days(from, 9)?,
            held,
            ends: false,
            record: None,
        };
        asks.push((OrderId::generate(), correction, today));
    }
    let mut took = Vec::with_capacity(some.len());
    let before = touched(p);
    for (at, ask) in asks.iter().enumerate() {
        progress("corrections", at as u64, some.len() as u64);
        let begun = Instant::now();
        p.command(
            ctx,
            "bench.correct",
            ask,
            |w, (order, correction, today)| {
                Box::pin(async move {
                    charge_correction_in(w, *order, correction, *today)
                        .await
                        .map(drop)
                })
            },
        )
        .await?;
        took.push(begun.elapsed());
    }
    let after = touched(p);
    let mut charges = 0;
    for (order, correction, _) in &asks {
        let page = tradewind_kernel::page::PageRequest::new(Some(200), None)?;
        let id = correction.subscription_id;
        let all = tradewind_billing::service::charge_list(p, ctx, id, &page).await?;
        let own = all.items.iter();
        charges += own.filter(|one| one.facts.order_id == Some(*order)).count() as u64;
    }
    Ok(figures(took, before, after, charges))
}

fn figures(mut took: Vec<Duration>, before: [u64; 2], after: [u64; 2], charges: u64) -> Took {
    took.sort_unstable();
    let times = took.len().max(1) as u64;
    let [statements, rows] = [0, 1].map(|at| (after[at] - before[at]) / times);
    Took {
        times: took.len(),
        p50_ms: millis(percentile(&took, 50)),
        p99_ms: millis(percentile(&took, 99)),
        statements,
        rows,
        charges: charges / times,
    }
}
