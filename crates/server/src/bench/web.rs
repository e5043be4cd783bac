//! `bench web`: pages of a server in a process of its own, under load.

use std::process::Stdio;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tradewind_kernel::{Error, Result};

use super::Progress;
use super::figures::{millis, percentile};
use super::load::{Answers, Target};
use super::pages::{Asked, pages};
use super::place::{Place, REALM_PREFIX};
use super::process::{cpu, peak_rss, rss};
use super::seed::{NAME, SeedPlan, fill, is_there};
use crate::config::{Commit, DataOptions};

/// Requests for each page before anything counts.
const WARM_UP: u32 = 20;
/// Requests by which the CPU time of one page is taken.
const SAMPLE: u32 = 200;

/// The load, and what is there to be looked at.
#[derive(Clone, Debug)]
pub(crate) struct WebPlan {
    /// Requests a second.
    pub(crate) rate: u32,
    /// For so long.
    pub(crate) seconds: u32,
    /// What to seed when nothing is there yet.
    pub(crate) seed: SeedPlan,
}

/// What the server did under load.
#[derive(Debug, Serialize)]
pub(crate) struct WebFigures {
    /// The engine.
    engine: String,
    /// Requests a second that were asked for.
    rate: u32,
    /// Requests that were answered with their page.
    answered: u64,
    /// Requests that were not.
    failed: u64,
    /// The slowest of half of them, of 95 and of 99 in a hundred, in milliseconds.
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    /// CPU time of the server for each request.
    cpu_ms_per_request: Option<f64>,
    /// Its memory afterwards, in MB.
    rss_mb: Option<u64>,
    /// The most that it ever was.
    rss_peak_mb: Option<u64>,
    /// Time from starting the server to its first answer.
    first_answer_ms: f64,
    /// Page by page.
    pub(crate) pages: Vec<PageFigures>,
}

/// One page under load.
#[derive(Debug, Serialize)]
pub(crate) struct PageFigures {
    page: &'static str,
    answered: u64,
    failed: u64,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    /// CPU time of the server, taken while nothing else was asked for.
    cpu_ms: Option<f64>,
    /// Bytes over the line, compressed.
    bytes: usize,
}

/// Puts load on a server over the place's database, which is seeded first when nothing is there.
///
/// # Errors
/// `not_a_bench`; [`Error::Unavailable`] when the server cannot be started or a page is not answered.
pub(crate) async fn web(
    place: &Place,
    plan: &WebPlan,
    progress: Progress<'_>,
) -> Result<WebFigures> {
    let app = place.open_unwired().await?;
    if !is_there(&app).await? {
        fill(place, &app, &plan.seed, progress).await?;
    }
    let engine = app.platform().db().engine().to_string();
    let name = format!("{REALM_PREFIX}{NAME}");
    let realms = app.platform().realms().await?;
    let realm = realms.iter().find(|realm| realm.name == name);
    let realm = realm.ok_or_else(|| Error::internal("the realm went away"))?;
    let pages = pages(&app, realm.id).await?;
    app.close().await;

    let started = std::time::Instant::now();
    let mut server = Server::start(place.options()).await?;
    let target = Target::new(&server.url)?;
    target.one_by_one(&pages[0], 1).await?;
    let first_answer = started.elapsed();
    for page in &pages {
        target.one_by_one(page, WARM_UP).await?;
    }
    let mut alone = Vec::with_capacity(pages.len());
    for (at, page) in pages.iter().enumerate() {
        progress("pages one by one", at as u64, pages.len() as u64);
        let before = server.cpu();
        target.one_by_one(page, SAMPLE).await?;
        alone.push(each(before, server.cpu(), u64::from(SAMPLE)));
    }
    progress("load", 0, u64::from(plan.rate) * u64::from(plan.seconds));
    let before = server.cpu();
    let answers = target.open_loop(&pages, plan.rate, plan.seconds).await;
    let after = server.cpu();

    let mut all: Vec<Duration> = answers
        .values()
        .flat_map(|page| page.times.clone())
        .collect();
    all.sort_unstable();
    let answered = all.len() as u64;
    let figures = WebFigures {
        engine,
        rate: plan.rate,
        answered,
        failed: answers.values().map(|page| page.failed).sum(),
        p50_ms: millis(percentile(&all, 50)),
        p95_ms: millis(percentile(&all, 95)),
        p99_ms: millis(percentile(&all, 99)),
        cpu_ms_per_request: each(before, after, answered),
        rss_mb: server.pid().and_then(rss).map(|bytes| bytes >> 20),
        rss_peak_mb: server.pid().and_then(peak_rss).map(|bytes| bytes >> 20),
        first_answer_ms: millis(first_answer),
        pages: pages
            .iter()
            .enumerate()
            .zip(alone)
            .map(|((at, page), cpu)| of_page(page, answers.get(&at), cpu))
            .collect(),
    };
    server.stop().await;
    Ok(figures)
}

fn of_page(page: &Asked, answers: Option<&Answers>, cpu_ms: Option<f64>) -> PageFigures {
    let answers = answers.cloned().unwrap_or_default();
    let mut times = answers.times;
    times.sort_unstable();
    PageFigures {
        page: page.name,
        answered: times.len() as u64,
        failed: answers.failed,
        p50_ms: millis(percentile(&times, 50)),
        p95_ms: millis(percentile(&times, 95)),
        p99_ms: millis(percentile(&times, 99)),
        cpu_ms,
        bytes: answers.bytes,
    }
}

/// CPU time for each of some requests, in milliseconds.
fn each(before: Option<Duration>, after: Option<Duration>, requests: u64) -> Option<f64> {
    let used = after?.checked_sub(before?)?;
    let requests = u32::try_from(requests.max(1)).ok()?;
    Some(millis(used / requests))
}

/// A server in a process of its own: its CPU time and memory are nobody else's.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    async fn start(options: &DataOptions) -> Result<Self> {
        let failed = |e: std::io::Error| Error::unavailable(format!("starting the server: {e}"));
        let mut command = Command::new(std::env::current_exe().map_err(failed)?);
        command
            .args(["serve", "--json", "--listen", "127.0.0.1:0"])
            .arg("--data")
            .arg(&options.data)
            .args(["--commit", commit(options.commit)])
            .env_remove("DATABASE_URL")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        if let Some(url) = &options.database_url {
            command.env("DATABASE_URL", url);
        }
        let mut child = command.spawn().map_err(failed)?;
        let out = child
            .stdout
            .take()
            .ok_or_else(|| Error::internal("a server without output"))?;
        let mut lines = BufReader::new(out).lines();
        let mut said = String::new();
        while let Some(line) = lines.next_line().await.map_err(failed)? {
            said.push_str(&line);
            let Ok(value) = serde_json::from_str::<Value>(&said) else {
                continue;
            };
            if let Some(url) = value.get("listening").and_then(Value::as_str) {
                return Ok(Self {
                    url: url.to_owned(),
                    child,
                });
            }
        }
        Err(Error::unavailable(format!(
            "the server did not start: {said}"
        )))
    }

    fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    fn cpu(&self) -> Option<Duration> {
        self.pid().and_then(cpu)
    }

    async fn stop(&mut self) {
        // It has nothing to finish that would matter.
        let _ = self.child.kill().await;
    }
}

fn commit(commit: Commit) -> &'static str {
    match commit {
        Commit::Full => "full",
        Commit::Normal => "normal",
    }
}
