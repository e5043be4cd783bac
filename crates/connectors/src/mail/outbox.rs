//! The outbox: mails that leave the program as files, and stay readable in it. For demos, sandboxes and tests.

use std::path::{Path, PathBuf};

use crate::store::outbox as store;
use serde::{Deserialize, Serialize};
use tradewind_kernel::filter::{Filter, Sort};
use tradewind_kernel::id::{AccountId, MailId};
use tradewind_kernel::page::{Page, PageRequest};
use tradewind_kernel::{Error, Result, Timestamp, Zone};
use tradewind_platform::{BoxFuture, Mailer, OpCtx, OutgoingMail, Platform, row};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

row! {
    /// A mail as it is listed.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
    pub struct OutboxEntry {
        /// Its id.
        pub id: MailId,
        /// In whose name it was written.
        pub account_id: AccountId,
        /// Address of the sender.
        pub sender: String,
        /// Address of the recipient.
        pub recipient: String,
        /// Its subject.
        pub subject: String,
        /// When it was written, in the time of the realm.
        pub written_at: Timestamp,
        /// Name of its file in the outbox folder.
        pub file: String,
    }
}

/// A mail with its message.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutboxMail {
    /// The mail as it is listed.
    #[serde(flatten)]
    pub entry: OutboxEntry,
    /// The whole message as RFC 5322 has it.
    pub message: String,
}

impl std::fmt::Debug for OutboxMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OutboxMail").field(&self.entry).finish()
    }
}

/// What a list of mails is narrowed down by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutboxQuery {
    /// In the filter language, over `to`, `account`, `written`.
    pub filter: String,
    /// `written` or `-written`; the latest first when empty.
    pub sort: String,
    /// Which page.
    pub page: PageRequest,
}

/// Writes each mail into a folder, one file each, and keeps it for the outbox page.
#[derive(Clone, Debug)]
pub struct OutboxMailer {
    platform: Platform,
    folder: PathBuf,
}

impl OutboxMailer {
    /// An outbox in this folder, which is made when it is needed.
    #[must_use]
    pub fn new(platform: Platform, folder: impl Into<PathBuf>) -> Self {
        Self {
            platform,
            folder: folder.into(),
        }
    }

    async fn keep(&self, mail: &OutgoingMail) -> Result<()> {
        let file = file_name(mail.at, mail.id);
        write(&self.folder, &file, &mail.message)
            .await
            .map_err(|e| {
                Error::unavailable(format!(
                    "mail cannot be written to {}: {e}",
                    self.folder.display()
                ))
            })?;
        let ctx = self.platform.system(mail.realm).await?;
        let file = file.clone();
        let mail = mail.clone();
        self.platform
            .command(&ctx, "outbox.keep", &(), move |w, ()| {
                let (mail, file) = (mail.clone(), file.clone());
                Box::pin(async move { store::insert(&mut w.tx, &mail, &file).await })
            })
            .await
    }
}

impl Mailer for OutboxMailer {
    fn send<'a>(&'a self, mail: &'a OutgoingMail) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.keep(mail))
    }
}

/// The mails in the outbox of accounts at or below the principal's.
///
/// # Errors
/// Forbidden; what is wrong with filter, sort or page.
pub async fn outbox_list(
    p: &Platform,
    ctx: &OpCtx,
    query: &OutboxQuery,
) -> Result<Page<OutboxEntry>> {
    p.read(ctx, query, |w, query| {
        Box::pin(async move {
            let viewer = w.ctx.principal.account;
            let own = tradewind_accounts::service::target(w, ResourceKind::Mail, viewer).await?;
            w.authorize(Action::MailView, &own)?;
            let filter = Filter::parse(&query.filter, &store::FIELDS)?;
            let sort = Sort::parse(&query.sort, &store::FIELDS)?;
            let realm = w.ctx.realm;
            store::list(&mut w.tx, realm, viewer, &filter, &sort, &query.page).await
        })
    })
    .await
}

/// One mail of the outbox with its message.
///
/// # Errors
/// Not found, forbidden.
pub async fn outbox_get(p: &Platform, ctx: &OpCtx, id: MailId) -> Result<OutboxMail> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            let realm = w.ctx.realm;
            let entry = store::get(&mut w.tx, realm, *id).await?;
            let target =
                tradewind_accounts::service::target(w, ResourceKind::Mail, entry.account_id)
                    .await?;
            w.authorize_for(Action::MailView, &target, id)?;
            let message = store::message(&mut w.tx, realm, *id).await?;
            Ok(OutboxMail { entry, message })
        })
    })
    .await
}

/// Sorts by time, says which mail it is, and holds nothing that came from outside.
fn file_name(at: Timestamp, id: MailId) -> String {
    let time = at.datetime_in(&Zone::utc());
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z-{id}.eml",
        time.year(),
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// Under another name first, so that nobody ever reads half a mail.
async fn write(folder: &Path, file: &str, message: &[u8]) -> std::io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let unfinished = folder.join(format!(".{file}.part"));
    tokio::fs::write(&unfinished, message).await?;
    tokio::fs::rename(&unfinished, folder.join(file)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_sort_by_time() {
        let id = MailId::generate();
        let at = Timestamp::parse("2024-03-01T09:05:00.25Z").unwrap();
        assert_eq!(file_name(at, id), format!("20240301T090500Z-{id}.eml"));
    }
}
