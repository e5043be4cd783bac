//! Tells the platform which job follows which event, and who runs it.

use crate::billing_run::TakeUp;
use crate::collect::{COLLECT_JOB, Collect};
use crate::daily::{DAILY_JOB, Daily};
use crate::keep::{KEEP_JOB, Keep};
use crate::mail::{Links, MAIL_JOB, MAILED, MailJob, TokenMailJob};
use crate::order::{ADVANCE_JOB, Advance};
use crate::react::{REACT_JOB, REACTED_TO, React};
use crate::refund::{REFUND_JOB, Refund};
use crate::retry::{LookAfter, RETRY_JOB, RetryFailed};
use crate::tax_engine::{AskEngine, TellEngine};
use crate::top_up::{TOP_UP_JOB, TopUpLow};
use crate::vat_check::{AskAbout, AskRegister, VAT_EVENTS, VAT_JOB};
use std::sync::Arc;
use tradewind_billing::service::{
    PaymentGateway, RUN_JOB, SETTLE_JOB, TAX_ASK_JOB, TAX_REPORT_JOB,
};
use tradewind_platform::Platform;
use tradewind_platform::port::Mailer;
use tradewind_tax::service::{TaxEngine, VAT_CHECK_JOB, VatRegister};

/// The outside worlds that the flows talk to.
#[derive(Clone)]
pub struct Outside {
    /// Where mails go.
    pub mailer: Arc<dyn Mailer>,
    /// Who holds the cards.
    pub gateway: Arc<dyn PaymentGateway>,
    /// Who knows VAT ids, where somebody is to be asked.
    pub register: Option<Arc<dyn VatRegister>>,
    /// Who asks the tax engines of sellers, where any are asked.
    pub tax_engine: Option<Arc<dyn TaxEngine>>,
    /// The installation's own address, as people reach it.
    pub public_url: String,
}

/// Wires the flows into a platform. Called once, before anything runs.
pub fn wire(platform: &Platform, outside: &Outside) {
    let links = Links::new(&outside.public_url);
    platform.handle(ADVANCE_JOB, Advance);
    platform.handle(REACT_JOB, React);
    platform.handle(DAILY_JOB, Daily);
    platform.handle(KEEP_JOB, Keep);
    platform.handle(RUN_JOB, TakeUp);
    platform.handle(
        COLLECT_JOB,
        Collect {
            gateway: outside.gateway.clone(),
        },
    );
    platform.handle(
        SETTLE_JOB,
        LookAfter {
            gateway: outside.gateway.clone(),
        },
    );
    platform.handle(RETRY_JOB, RetryFailed);
    platform.handle(
        TOP_UP_JOB,
        TopUpLow {
            gateway: outside.gateway.clone(),
        },
    );
    platform.handle(
        REFUND_JOB,
        Refund {
            gateway: outside.gateway.clone(),
        },
    );
    platform.handle(
        VAT_CHECK_JOB,
        AskRegister {
            register: outside.register.clone(),
        },
    );
    platform.handle(
        TAX_ASK_JOB,
        AskEngine {
            engine: outside.tax_engine.clone(),
        },
    );
    platform.handle(
        TAX_REPORT_JOB,
        TellEngine {
            engine: outside.tax_engine.clone(),
        },
    );
    platform.handle(VAT_JOB, AskAbout);
    if outside.register.is_some() {
        for kind in VAT_EVENTS {
            platform.subscribe(kind, VAT_JOB);
        }
    }
    platform.handle(
        MAIL_JOB,
        MailJob {
            mailer: outside.mailer.clone(),
            links: links.clone(),
        },
    );
    platform.handle(
        tradewind_accounts::MAIL_JOB,
        TokenMailJob {
            mailer: outside.mailer.clone(),
            links,
        },
    );
    for kind in REACTED_TO {
        platform.subscribe(kind, REACT_JOB);
    }
    for kind in MAILED {
        platform.subscribe(kind, MAIL_JOB);
    }
    platform.subscribe("invoice.issued", COLLECT_JOB);
    platform.subscribe("payment.refund_requested", REFUND_JOB);
    platform.subscribe("payment.step_requested", REFUND_JOB);
    platform.subscribe("payment.failed", RETRY_JOB);
    platform.subscribe("credit.low", TOP_UP_JOB);
}
