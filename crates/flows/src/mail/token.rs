//! Mails with a single-use link: verify an address, reset a password, accept an invitation.

use super::{Envelope, Links, account, pack};
use futures_util::future::BoxFuture;
use std::sync::Arc;
use tradewind_accounts::types::{Account, TokenKind, TokenMail};
use tradewind_documents::mail::{Letter, Mailbox};
use tradewind_kernel::Result;
use tradewind_kernel::id::AccountId;
use tradewind_platform::port::Mailer;
use tradewind_platform::{Job, JobHandler, JobResult, Platform, Work};
use tradewind_policy::AccountKind;

/// Sends the links that the accounts room hands out.
#[derive(Clone)]
pub struct TokenMailJob {
    /// Where mails go.
    pub mailer: Arc<dyn Mailer>,
    /// Addresses in mails.
    pub links: Links,
}

impl JobHandler for TokenMailJob {
    fn run<'a>(&'a self, platform: &'a Platform, job: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
        Box::pin(async move {
            let mail: TokenMail = job.input()?;
            let secret = mail.open(platform.keys())?;
            let link = self.links.token(mail.kind, secret.expose());
            let letter = match mail.kind {
                TokenKind::Verify => Letter::VerifyEmail {
                    link,
                    hours: hours(mail.kind),
                },
                TokenKind::Reset => Letter::PasswordReset {
                    link,
                    minutes: hours(mail.kind) * 60,
                },
                TokenKind::Invite => Letter::Invited {
                    inviter: mail.account_name.clone(),
                    company: mail.account_name.clone(),
                    role: tradewind_documents::i18n::text(mail.locale, "mail-role-member")
                        .into_owned(),
                    link,
                    days: hours(mail.kind) / 24,
                },
            };
            let seller = platform
                .read(&job.ctx("seller"), &mail.account, |w, id| {
                    Box::pin(seller_of(w, *id))
                })
                .await?;
            let to = Mailbox {
                name: (!mail.name.is_empty()).then(|| mail.name.clone()),
                email: mail.email.clone(),
            };
            let envelope = Envelope {
                seller,
                to,
                locale: mail.locale,
                letter,
                attachments: Vec::new(),
            };
            self.mailer
                .send(&pack(job.realm, job.id, job.now, envelope)?)
                .await?;
            Ok(JobResult::Done)
        })
    }
}

/// In whose name a person at an account is written to: a customer's seller, or the account itself.
async fn seller_of(w: &mut Work, id: AccountId) -> Result<Account> {
    let own = account(w, id).await?;
    match own.parent {
        Some(seller) if own.kind == AccountKind::Customer => account(w, seller).await,
        _ => Ok(own),
    }
}

/// How long a link of this kind can be used, in hours.
fn hours(kind: TokenKind) -> u32 {
    u32::try_from(tradewind_accounts::service::token_lifetime(kind).as_hours()).unwrap_or(u32::MAX)
}
