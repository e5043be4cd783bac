//! Jobs that tell what happened to them.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use serde_json::json;
use tradewind_kernel::{Duration, Error, Timestamp};
use tradewind_platform::db::Result;
use tradewind_platform::{Job, JobHandler, JobResult, NewJob, Platform, Worker, WorkerConfig};
use tradewind_testkit::{START, TestPlatform};

/// Writes down what it was given, and fails as often as it is told to.
#[derive(Clone, Default)]
pub(crate) struct Recorder {
    pub(crate) seen: Arc<Mutex<Vec<(String, Timestamp)>>>,
    pub(crate) failures_left: Arc<AtomicU32>,
}

impl Recorder {
    pub(crate) fn names(&self) -> Vec<String> {
        self.seen
            .lock()
            .unwrap()
            .iter()
            .map(|(name, _)| name.clone())
            .collect()
    }
}

impl JobHandler for Recorder {
    fn run<'a>(&'a self, _: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            let left = self.failures_left.load(Ordering::SeqCst);
            if left > 0 {
                self.failures_left.store(left - 1, Ordering::SeqCst);
                return Err(Error::unavailable("the vendor does not answer"));
            }
            let name = job.payload["name"].as_str().unwrap_or("?").to_owned();
            self.seen.lock().unwrap().push((name, job.now));
            Ok(JobResult::Done)
        })
    }
}

pub(crate) async fn enqueue(t: &TestPlatform, jobs: Vec<NewJob>) {
    let ctx = t.ctx().await;
    t.platform
        .command(&ctx, "test.enqueue", &(), move |w, ()| {
            let jobs = jobs.clone();
            Box::pin(async move {
                jobs.into_iter().for_each(|job| w.enqueue(job));
                Ok(())
            })
        })
        .await
        .unwrap();
}

pub(crate) fn named(name: &str) -> NewJob {
    NewJob::new("record", json!({ "name": name }))
}

pub(crate) fn worker(t: &TestPlatform, name: &str) -> Worker {
    Worker::new(
        t.platform.clone(),
        WorkerConfig {
            name: name.to_owned(),
            ..WorkerConfig::default()
        },
    )
}

pub(crate) fn days(n: i64) -> Timestamp {
    START.plus(Duration::from_hours(24 * n)).unwrap()
}
