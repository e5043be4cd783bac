//! `bench bill`: a billing run over more and more subscriptions.

use std::time::Instant;

use serde::Serialize;
use tradewind_billing::service::RunStart;
use tradewind_kernel::Result;

use super::Progress;
use super::figures::{per_second, seconds};
use super::place::Place;
use super::process::{forget_peak, own, peak_rss, rss};
use super::world::{Shape, World};

/// Subscriptions of a reseller.
const OF_RESELLER: usize = 500;

/// What is billed.
#[derive(Debug)]
pub(crate) struct BillPlan {
    /// Subscriptions of each run.
    pub(crate) sizes: Vec<usize>,
    /// Recurring items of a subscription: the lines of its invoices.
    pub(crate) lines: usize,
    /// Whether distributor and resellers are invoiced once for everything, not for every subscription.
    pub(crate) collected: bool,
    /// Whether one customer has all subscriptions, and gets one invoice for all of them.
    pub(crate) one_account: bool,
}

/// What the runs of a bench took.
#[derive(Debug, Serialize)]
pub(crate) struct BillFigures {
    /// The engine.
    pub(crate) engine: String,
    /// What a commit means.
    pub(crate) commit: &'static str,
    /// A run each.
    pub(crate) runs: Vec<Run>,
}

/// One billing run.
#[derive(Debug, Serialize)]
pub(crate) struct Run {
    /// Subscriptions billed.
    subscriptions: u64,
    /// Documents issued: customers', resellers' and the distributor's.
    documents: u64,
    /// Charges recorded, the vendor's leg included.
    charges: u64,
    /// How long the run took.
    seconds: f64,
    /// Subscriptions a second, each on all its legs.
    subscriptions_per_second: u64,
    /// Documents a second.
    documents_per_second: u64,
    /// Microseconds a document.
    micros_per_document: u64,
    /// Statements for every hundred documents.
    statements_per_100_documents: u64,
    /// Memory before the run, in MB.
    rss_before_mb: Option<u64>,
    /// The most memory during the run, in MB.
    rss_peak_mb: Option<u64>,
    /// What the check of the books found afterwards; looked at for the smaller runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<usize>,
}

impl BillPlan {
    fn resellers(&self, size: usize) -> usize {
        if self.one_account {
            1
        } else {
            size.div_ceil(OF_RESELLER)
        }
    }
}

/// The largest run whose books are checked.
const CHECKED: usize = 10_000;

/// Bills worlds of these sizes, one after the other.
///
/// # Errors
/// `not_a_bench`; database errors.
pub(crate) async fn bill(
    place: &Place,
    plan: &BillPlan,
    progress: Progress<'_>,
) -> Result<BillFigures> {
    let mut figures = BillFigures {
        engine: String::new(),
        commit: place.commit(),
        runs: Vec::new(),
    };
    for size in &plan.sizes {
        let filling = place.open_unwired().await?;
        figures.engine = filling.platform().db().engine().to_string();
        let shape = Shape {
            name: format!("bill {} {size}", filling.platform().wall()),
            resellers: plan.resellers(*size),
            subscriptions: *size,
            products: 10,
            items: plan.lines,
            due: *size,
            at_once: !(plan.collected || plan.one_account),
            one_account: plan.one_account,
        };
        let world = World::build(&filling, &shape, progress).await?;
        world.sell(filling.platform(), &shape, progress).await?;
        filling.close().await;
        figures
            .runs
            .push(run(place, &world, *size, progress).await?);
    }
    Ok(figures)
}

async fn run(place: &Place, world: &World, size: usize, progress: Progress<'_>) -> Result<Run> {
    // With everybody who reacts to an invoice: their jobs are written with it.
    let app = place.open().await?;
    let p = app.platform();
    let ctx = p.system(world.realm).await?;
    forget_peak();
    let before = rss(own());
    let statements = p.db().statements_run();
    let begun = Instant::now();
    let report =
        tradewind_billing::service::bill(p, &ctx, RunStart::at_shell(world.today), |so_far| {
            progress("bills", so_far.subscriptions, size as u64);
        })
        .await?;
    let took = begun.elapsed();
    let peak = peak_rss(own());
    let statements = p.db().statements_run() - statements;
    let findings = match size <= CHECKED {
        true => Some(tradewind_billing::service::check(p, &ctx).await?.len()),
        false => None,
    };
    app.close().await;
    let documents = report.documents.max(1);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    Ok(Run {
        subscriptions: report.subscriptions,
        documents: report.documents,
        charges: report.charges,
        seconds: seconds(took),
        subscriptions_per_second: per_second(report.subscriptions, took),
        documents_per_second: per_second(report.documents, took),
        micros_per_document: micros / documents,
        statements_per_100_documents: statements * 100 / documents,
        rss_before_mb: before.map(|bytes| bytes >> 20),
        rss_peak_mb: peak.map(|bytes| bytes >> 20),
        findings,
    })
}
