//! Asking tax engines about what waits for them, and telling them of what was issued.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tradewind_billing::service::{TaxAsk, TaxReportOf, tax_report_tell, tax_wait_settle};
use tradewind_kernel::{Error, Result};
use tradewind_platform::{Job, JobHandler, JobResult, Platform};
use tradewind_tax::service::TaxEngine;

fn port(engine: &Option<Arc<dyn TaxEngine>>) -> Result<&dyn TaxEngine> {
    engine
        .as_deref()
        .ok_or_else(|| Error::unavailable("this installation calls no tax engines"))
}

/// Asks about what waits between two accounts and issues it. What cannot be answered is asked again by the job's own back-off.
#[derive(Clone)]
pub struct AskEngine {
    /// Who is asked.
    pub engine: Option<Arc<dyn TaxEngine>>,
}

impl JobHandler for AskEngine {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            let ask: TaxAsk = job.input()?;
            tax_wait_settle(platform, &job.ctx("ask"), port(&self.engine)?, ask).await?;
            Ok(JobResult::Done)
        })
    }
}

/// Tells of a document that was issued. What is not taken down is told again by the job's own back-off.
#[derive(Clone)]
pub struct TellEngine {
    /// Who is told.
    pub engine: Option<Arc<dyn TaxEngine>>,
}

impl JobHandler for TellEngine {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            let of: TaxReportOf = job.input()?;
            tax_report_tell(platform, &job.ctx("tell"), port(&self.engine)?, of).await?;
            Ok(JobResult::Done)
        })
    }
}
