//! `bench ingest`: usage records, each exactly once, over HTTP and straight into the service, beside what the engine itself
//! takes.

use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Date, Decimal, Error, Result, Timestamp};
use tradewind_metering::service::{BATCH_MAX, totals_before_in, usage_ingest};
use tradewind_metering::types::{IngestReport, UsageInput, UsageKind};
use tradewind_platform::OpCtx;

use super::Progress;
use super::baseline::baseline;
use super::clients::key;
use super::figures::{per_second, percent};
use super::place::Place;
use super::shelf::METER;
use super::world::{Shape, World};
use crate::wiring::App;

/// Batches under way at once.
const AT_ONCE: usize = 4;
/// Subscriptions whose usage is reported.
const SUBSCRIPTIONS: usize = 1_000;

/// Records of one subscription that follow each other.
const IN_A_ROW: usize = 10;

/// How much is taken in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IngestPlan {
    /// Records each way.
    pub(crate) records: u64,
    /// Records in a batch.
    pub(crate) batch: usize,
    /// Of a hundred records, so many repeat an earlier one.
    pub(crate) duplicates: u64,
}

/// Records a second.
#[derive(Debug, Serialize)]
pub(crate) struct IngestFigures {
    /// The engine.
    engine: String,
    /// What a commit means.
    commit: &'static str,
    /// Records in a batch, each a transaction.
    batch: usize,
    /// The engine itself.
    baseline: Way,
    /// The service.
    service: Way,
    /// The REST API over a loopback connection.
    http: Way,
}

/// One way of taking records in.
#[derive(Debug, Serialize)]
pub(crate) struct Way {
    /// Records sent.
    records: u64,
    /// Of them, those that were new.
    accepted: u64,
    /// Of them, those that were known already.
    duplicate: u64,
    /// Records a second.
    per_second: u64,
    /// Of what the engine itself takes, in per cent.
    percent_of_baseline: u64,
    /// Whether the totals count every record exactly once.
    exactly_once: bool,
}

/// Takes records in, every way.
///
/// # Errors
/// `out_of_range` for a batch that is too large; `not_a_bench`; database errors.
pub(crate) async fn ingest(
    place: &Place,
    plan: IngestPlan,
    progress: Progress<'_>,
) -> Result<IngestFigures> {
    if plan.batch == 0 || plan.batch > BATCH_MAX {
        return Err(Error::invalid(
            "batch",
            "out_of_range",
            format!("expected 1 to {BATCH_MAX} records"),
        ));
    }
    let filling = place.open_unwired().await?;
    let shape = Shape {
        name: format!("ingest {}", filling.platform().wall()),
        resellers: 10,
        subscriptions: SUBSCRIPTIONS,
        products: 10,
        items: 1,
        due: 0,
        at_once: false,
        one_account: false,
    };
    let world = World::build(&filling, &shape, progress).await?;
    let subscriptions = world.sell(filling.platform(), &shape, progress).await?;
    let key = key(&filling, world.realm, world.vendor).await?;
    filling.close().await;

    let app = place.open().await?;
    let p = app.platform();
    let ctx = p.system(world.realm).await?;
    let source = |name: &'static str| Source {
        name,
        subscriptions: &subscriptions,
        from: ctx.now,
        plan,
    };
    progress("baseline", 0, plan.records);
    let (rows, took) = baseline(p.db(), world.realm, source("engine").batches()).await?;
    let rate = per_second(plan.records, took);
    let base = Way {
        records: plan.records,
        accepted: rows,
        duplicate: plan.records - rows,
        per_second: rate,
        percent_of_baseline: 100,
        exactly_once: rows == source("engine").fresh(),
    };
    progress("service", 0, plan.records);
    let batches = source("service").batches().collect();
    let platform = p.clone();
    let service = way(&app, &ctx, &source("service"), rate, batches, |batch| {
        let (p, ctx) = (platform.clone(), ctx.clone());
        async move { usage_ingest(&p, &ctx, &batch).await }
    })
    .await?;
    progress("http", 0, plan.records);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(io)?;
    let url = format!("http://{}/api/v1/usage", listener.local_addr().map_err(io)?);
    let routes = app
        .router(None)
        .into_make_service_with_connect_info::<std::net::SocketAddr>();
    let serving = tokio::spawn(axum::serve(listener, routes).into_future());
    let client = client()?;
    let bodies = source("http")
        .batches()
        .map(|batch| serde_json::to_vec(&json!({ "records": batch })))
        .collect::<serde_json::Result<_>>()
        .map_err(Error::internal)?;
    let http = way(&app, &ctx, &source("http"), rate, bodies, |body| {
        post(client.clone(), url.clone(), key.clone(), body)
    })
    .await;
    serving.abort();
    let figures = IngestFigures {
        engine: p.db().engine().to_string(),
        commit: place.commit(),
        batch: plan.batch,
        baseline: base,
        service,
        http: http?,
    };
    app.close().await;
    Ok(figures)
}

/// A client that speaks to this machine only.
pub(super) fn client() -> Result<reqwest::Client> {
    tradewind_connectors::install_crypto_provider();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(Error::internal)
}

fn io(error: std::io::Error) -> Error {
    Error::unavailable(format!("a port on this machine: {error}"))
}

async fn post(
    client: reqwest::Client,
    url: String,
    key: String,
    body: Vec<u8>,
) -> Result<IngestReport> {
    let failed = |error: reqwest::Error| Error::unavailable(format!("reporting usage: {error}"));
    let answer = client
        .post(url)
        .bearer_auth(key)
        .header(reqwest::header::CONTENT_TYPE, "application/json")
        .body(body)
        .send()
        .await
        .map_err(failed)?;
    let status = answer.status();
    let body: Value = answer.json().await.map_err(failed)?;
    if !status.is_success() {
        return Err(Error::unavailable(format!("reporting usage: {body}")));
    }
    serde_json::from_value(body).map_err(Error::internal)
}

/// Sends everything, several batches at once, and looks afterwards whether everything counted once. What is sent was
/// made before, so that only taking it in is timed.
async fn way<B, F, T>(
    app: &App,
    ctx: &OpCtx,
    source: &Source<'_>,
    baseline: u64,
    batches: Vec<B>,
    send: F,
) -> Result<Way>
where
    F: Fn(B) -> T,
    T: Future<Output = Result<IngestReport>> + Send + 'static,
{
    let counted = records(app, ctx, source.subscriptions).await?;
    let begun = Instant::now();
    let (accepted, duplicate) = stream::iter(batches)
        // Each in a task of its own, as those of different callers are.
        .map(|batch| tokio::spawn(send(batch)))
        .buffer_unordered(AT_ONCE)
        .map(|ended| ended.map_err(Error::internal).flatten())
        .try_fold((0, 0), |(accepted, duplicate), report| async move {
            Ok((accepted + report.accepted, duplicate + report.duplicate))
        })
        .await?;
    let took: Duration = begun.elapsed();
    let counted = records(app, ctx, source.subscriptions).await? - counted;
    let fresh = source.fresh();
    let rate = per_second(source.plan.records, took);
    Ok(Way {
        records: source.plan.records,
        accepted,
        duplicate,
        per_second: rate,
        percent_of_baseline: percent(rate, baseline),
        exactly_once: accepted == fresh
            && accepted + duplicate == source.plan.records
            && u64::try_from(counted).is_ok_and(|counted| counted == fresh),
    })
}

/// How many records the totals of some subscriptions count.
async fn records(app: &App, ctx: &OpCtx, subscriptions: &[SubscriptionId]) -> Result<i64> {
    app.platform()
        .read(ctx, subscriptions, |w, subscriptions| {
            Box::pin(async move {
                let totals = totals_before_in(w, subscriptions, Date::MAX).await?;
                Ok(totals.iter().map(|total| total.records).sum())
            })
        })
        .await
}

/// Records of one source, the same ones however often they are asked for.
#[derive(Clone, Copy)]
struct Source<'a> {
    name: &'static str,
    subscriptions: &'a [SubscriptionId],
    from: Timestamp,
    plan: IngestPlan,
}

impl<'a> Source<'a> {
    fn batches(self) -> impl Iterator<Item = Vec<UsageInput>> + 'a {
        let batch = self.plan.batch as u64;
        (0..self.plan.records.div_ceil(batch)).map(move |number| {
            let first = number * batch;
            let last = (first + batch).min(self.plan.records);
            (first..last)
                .map(|at| self.record(self.name_of(at)))
                .collect()
        })
    }

    /// The record that comes at this place: usually its own, now and then one that has come half a batch ago.
    fn name_of(&self, at: u64) -> u64 {
        let back = self.plan.batch as u64 / 2 + 1;
        if self.repeats(at) && at >= back && !self.repeats(at - back) {
            at - back
        } else {
            at
        }
    }

    fn repeats(&self, at: u64) -> bool {
        at % 100 < self.plan.duplicates
    }

    /// How many different records there are.
    fn fresh(&self) -> u64 {
        (0..self.plan.records)
            .filter(|at| self.name_of(*at) == *at)
            .count() as u64
    }

    fn record(&self, at: u64) -> UsageInput {
        let number = usize::try_from(at).unwrap_or_default();
        let at_time = Timestamp::from_micros(
            self.from.as_micros() - i64::try_from(at % 3_600).unwrap_or_default() * 1_000_000,
        );
        UsageInput {
            source: self.name.to_owned(),
            external_id: format!("reading-{at:012}"),
            subscription_id: self.subscriptions[number / IN_A_ROW % self.subscriptions.len()],
            meter: METER.to_owned(),
            starts_at: at_time,
            ends_at: at_time,
            quantity: Decimal::new(i64::try_from(at % 10_000).unwrap_or_default() + 1, 3),
            unit: "hour".to_owned(),
            cost: None,
            currency: None,
            kind: UsageKind::Usage,
            dimensions: [("region".to_owned(), format!("eu-{}", number / IN_A_ROW % 4))].into(),
            attributes: [("host".to_owned(), format!("node-{}", number % 50))].into(),
        }
    }
}
