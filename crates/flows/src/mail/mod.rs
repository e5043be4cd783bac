//! Mails: who is told what, in whose name and in which language.

mod compose;
mod links;
mod token;

pub use links::Links;
pub use token::TokenMailJob;

use futures_util::future::BoxFuture;
use std::sync::Arc;
use tradewind_accounts::types::Account;
use tradewind_documents::colour::Colour;
use tradewind_documents::mail::{Attachment, Brand, Letter, Mail, Mailbox, render, to_message};
use tradewind_kernel::id::{AccountId, JobId, MailId, RealmId};
use tradewind_kernel::{Locale, Result, Timestamp, TypedId};
use tradewind_platform::port::{Mailer, OutgoingMail};
use tradewind_platform::{Event, Job, JobHandler, JobResult, Platform};

/// Kind of the job that subscribes to the events below.
pub const MAIL_JOB: &str = "flow.mail";

/// The events of which someone is told by mail.
pub const MAILED: &[&str] = &[
    "order.placed",
    "order.awaiting_approval",
    "order.approved",
    "order.rejected",
    "order.awaiting_payment",
    "order.failed",
    "order.completed",
    "invoice.issued",
    "invoice.overdue",
    "pro_forma.sent",
    "payment.failed",
    "subscription.suspended",
    "subscription.resumed",
    "subscription.terminated",
    "subscription.cancellation_scheduled",
    "subscription.price_rise_announced",
    "subscription.price_changed",
    "delivery.started",
];

/// Writes and sends the mails of events.
#[derive(Clone)]
pub struct MailJob {
    /// Where mails go.
    pub mailer: Arc<dyn Mailer>,
    /// Addresses in mails.
    pub links: Links,
}

/// A letter with everything its envelope needs.
pub(crate) struct Envelope {
    pub(crate) seller: Account,
    pub(crate) to: Mailbox,
    pub(crate) locale: Locale,
    pub(crate) letter: Letter,
    pub(crate) attachments: Vec<Attachment>,
}

impl JobHandler for MailJob {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            let event: Event = job.input()?;
            let links = self.links.clone();
            let envelope = platform
                .read(&job.ctx("compose"), &event, move |w, event| {
                    let links = links.clone();
                    Box::pin(async move { compose::compose(w, event, &links).await })
                })
                .await?;
            if let Some(envelope) = envelope {
                let mail = pack(job.realm, job.id, job.now, envelope)?;
                self.mailer.send(&mail).await?;
            }
            Ok(JobResult::Done)
        })
    }
}

/// Puts a letter into its envelope. The same job always makes the same mail.
pub(crate) fn pack(
    realm: RealmId,
    job: JobId,
    at: Timestamp,
    envelope: Envelope,
) -> Result<OutgoingMail> {
    let Envelope {
        seller,
        to,
        locale,
        letter,
        attachments,
    } = envelope;
    let brand = Brand {
        seller: seller.name.clone(),
        colour: Colour::parse(&seller.brand.color).unwrap_or(Colour::INK),
        email: (!seller.email.is_empty()).then(|| seller.email.clone()),
        imprint: crate::document::address_lines(&seller, locale),
    };
    let rendered = render(&letter, &brand, to.name.as_deref(), locale)?;
    let id = MailId::from_uuid(job.uuid());
    let from = Mailbox {
        name: Some(seller.name.clone()),
        email: seller.email.clone(),
    };
    let subject = rendered.subject.clone();
    let mail = Mail {
        from,
        to,
        reply_to: None,
        message_id: format!("{id}@tradewind"),
        date: at,
        rendered,
        attachments,
    };
    Ok(OutgoingMail {
        realm,
        id,
        account: seller.id,
        from: mail.from.email.clone(),
        to: mail.to.email.clone(),
        subject,
        at,
        message: to_message(&mail)?,
    })
}

/// The mailbox of an account.
pub(crate) fn mailbox(account: &Account) -> Mailbox {
    Mailbox {
        name: Some(account.name.clone()),
        email: account.email.clone(),
    }
}

/// The facts of an account.
pub(crate) async fn account(w: &mut tradewind_platform::Work, id: AccountId) -> Result<Account> {
    tradewind_accounts::service::account_facts(w, id).await
}
