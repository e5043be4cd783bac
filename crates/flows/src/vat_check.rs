//! Asking the register about VAT ids: when one is asked for, and when an account comes with a number or gets another one.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::json;
use tradewind_kernel::{Error, Result, id::AccountId};
use tradewind_platform::{Event, Job, JobHandler, JobResult, NewJob, Platform};
use tradewind_tax::service::{VAT_CHECK_JOB, VatCheckAsk, VatRegister, vat_check_now};

/// Kind of the job that subscribes to accounts that are new or have changed.
pub const VAT_JOB: &str = "flow.vat_id";

/// The events after which a VAT id may be another one.
pub const VAT_EVENTS: &[&str] = &["account.created", "account.changed"];

/// Asks the register. What it cannot answer is asked again by the job's own back-off.
#[derive(Clone)]
pub struct AskRegister {
    /// The register; without one nothing is asked, and VAT ids stay unchecked.
    pub register: Option<Arc<dyn VatRegister>>,
}

impl JobHandler for AskRegister {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            let Some(register) = &self.register else {
                return Ok(JobResult::Done);
            };
            let ask: VatCheckAsk = job.input()?;
            let mut ctx = job.ctx("ask");
            // Every attempt is a consultation of its own.
            ctx.idempotency_key = None;
            vat_check_now(platform, &ctx, &**register, &ask).await?;
            Ok(JobResult::Done)
        })
    }
}

/// Has the register asked about the accounts of events.
#[derive(Debug, Clone, Copy)]
pub struct AskAbout;

impl JobHandler for AskAbout {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            let event: Event = job.input()?;
            let account: AccountId = event
                .subject
                .parse()
                .map_err(|error: Error| Error::internal(error.to_string()))?;
            platform
                .command(&job.ctx("ask"), "flow.vat_id", &account, |w, account| {
                    Box::pin(async move {
                        let facts = tradewind_accounts::service::account_facts(w, *account).await?;
                        if facts
                            .tax
                            .tax_id
                            .parse::<tradewind_kernel::vat_id::VatId>()
                            .is_ok()
                        {
                            let ask = VatCheckAsk { account: *account };
                            w.enqueue(
                                NewJob::new(VAT_CHECK_JOB, json!(ask))
                                    .unique(format!("{VAT_CHECK_JOB}:{account}")),
                            );
                        }
                        Ok(())
                    })
                })
                .await?;
            Ok(JobResult::Done)
        })
    }
}
