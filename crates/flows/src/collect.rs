//! Collecting what is owed: an issued invoice is charged to the buyer's card, when there is one.

use futures_util::future::BoxFuture;
use std::sync::Arc;
use tradewind_billing::service::{
    PaymentGateway, PaymentPay, has_default_method, invoice_get_in, payment_pay, payments_reconcile,
};
use tradewind_billing::types::{BalanceStatus, DocumentKind};
use tradewind_kernel::id::InvoiceId;
use tradewind_kernel::{Error, Result};
use tradewind_platform::{Event, Job, JobHandler, JobResult, Platform};

/// Kind of the job that subscribes to issued invoices.
pub const COLLECT_JOB: &str = "flow.collect";

/// Charges invoices to cards.
#[derive(Clone)]
pub struct Collect {
    /// The gateway that holds the cards.
    pub gateway: Arc<dyn PaymentGateway>,
}

impl JobHandler for Collect {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            let event: Event = job.input()?;
            let invoice: InvoiceId = event
                .subject
                .parse()
                .map_err(|error: Error| Error::internal(error.to_string()))?;
            let chargeable = platform
                .read(&job.ctx("look"), &invoice, |w, invoice| {
                    Box::pin(async move {
                        let document = invoice_get_in(w, *invoice).await?.summary;
                        let open = document
                            .balance
                            .as_ref()
                            .is_some_and(|balance| balance.status == BalanceStatus::Open);
                        Ok(document.kind == DocumentKind::Invoice
                            && open
                            && has_default_method(w, document.buyer_id).await?)
                    })
                })
                .await?;
            if !chargeable {
                return Ok(JobResult::Done);
            }
            if job.attempt > 1 {
                // The attempt before may have charged the card without living to tell.
                payments_reconcile(
                    platform,
                    &job.ctx(&format!("reconcile-{}", job.attempt)),
                    &*self.gateway,
                )
                .await?;
            }
            let input = PaymentPay {
                invoice_id: invoice,
                method_id: None,
                hold: false,
            };
            match payment_pay(platform, &job.ctx("pay"), &*self.gateway, &input).await {
                Ok(_) => Ok(JobResult::Done),
                // Paid meanwhile, or someone is paying it right now.
                Err(Error::Conflict { .. } | Error::Refused { .. }) => Ok(JobResult::Done),
                Err(error) => Err(error),
            }
        })
    }
}
