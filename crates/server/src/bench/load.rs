//! Load on a server: requests that begin when they are due, whether or not earlier ones were answered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tradewind_kernel::{Error, Result};

use super::pages::Asked;

/// What became of the requests for one page.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    /// How long each answer took, from when it was due.
    pub(super) times: Vec<Duration>,
    /// Answers that were not the page.
    pub(super) failed: u64,
    /// Bytes of the last answer, as they came over the line.
    pub(super) bytes: usize,
}

/// Where the load goes to.
#[derive(Clone)]
pub(super) struct Target {
    client: reqwest::Client,
    base: Arc<str>,
}

/// One answer.
struct Answer {
    page: usize,
    took: Duration,
    bytes: Option<usize>,
}

impl Target {
    /// The server at this address.
    ///
    /// # Errors
    /// Internal error when no client can be made.
    pub(super) fn new(base: &str) -> Result<Self> {
        Ok(Self {
            client: super::ingest::client()?,
            base: base.into(),
        })
    }

    /// Asks for a page, as a browser does, and says how many bytes came; nothing when it was not the page.
    async fn ask(&self, page: &Asked) -> Option<usize> {
        let mut request = self
            .client
            .get(format!("{}{}", self.base, page.path))
            .header("accept", "text/html")
            .header("accept-language", "en")
            .header("accept-encoding", "gzip");
        if let Some(host) = &page.host {
            request = request.header("host", host);
        }
        if let Some(cookie) = &page.cookie {
            request = request.header("cookie", cookie);
        }
        let answer = request.send().await.ok()?;
        if answer.status() != reqwest::StatusCode::OK {
            return None;
        }
        answer.bytes().await.ok().map(|body| body.len())
    }

    /// Asks for a page so many times, one after the other.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the page is not answered.
    pub(super) async fn one_by_one(&self, page: &Asked, times: u32) -> Result<()> {
        for _ in 0..times {
            if self.ask(page).await.is_none() {
                return Err(Error::unavailable(format!(
                    "{} was not answered with the page",
                    page.path
                )));
            }
        }
        Ok(())
    }

    /// Asks for the pages in turn at a rate a second, for so many seconds.
    pub(super) async fn open_loop(
        &self,
        pages: &[Asked],
        rate: u32,
        seconds: u32,
    ) -> BTreeMap<usize, Answers> {
        let every = Duration::from_secs(1) / rate.max(1);
        let begun = Instant::now();
        let mut under_way = JoinSet::new();
        let mut answers: BTreeMap<usize, Answers> = BTreeMap::new();
        let pages: Vec<Arc<Asked>> = pages.iter().cloned().map(Arc::new).collect();
        for number in 0..rate.saturating_mul(seconds) {
            let due = begun + every * number;
            tokio::time::sleep_until(due.into()).await;
            let page = number as usize % pages.len().max(1);
            let (target, asked) = (self.clone(), pages[page].clone());
            under_way.spawn(async move {
                let bytes = target.ask(&asked).await;
                Answer {
                    page,
                    took: due.elapsed(),
                    bytes,
                }
            });
            while let Some(answer) = under_way.try_join_next() {
                note(&mut answers, answer);
            }
        }
        while let Some(answer) = under_way.join_next().await {
            note(&mut answers, answer);
        }
        answers
    }
}

fn note(
    answers: &mut BTreeMap<usize, Answers>,
    answer: std::result::Result<Answer, tokio::task::JoinError>,
) {
    let Ok(answer) = answer else { return };
    let all = answers.entry(answer.page).or_default();
    match answer.bytes {
        Some(bytes) => {
            all.times.push(answer.took);
            all.bytes = bytes;
        }
        None => all.failed += 1,
    }
}
