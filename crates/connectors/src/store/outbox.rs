//! Mails in the outbox.

use crate::mail::OutboxEntry;
use tradewind_kernel::filter::{Field, FieldKind, Fields, Filter, Sort};
use tradewind_kernel::id::{AccountId, MailId, RealmId};
use tradewind_kernel::page::{Page, PageRequest};
use tradewind_kernel::{Error, Result};
use tradewind_platform::db::{Query, Tx};
use tradewind_platform::{OutgoingMail, args, stmts};

/// The columns of a mail in lists, from the table under the alias `m`.
macro_rules! columns {
    () => {
        "m.id, m.account_id, m.sender, m.recipient, m.subject, m.written_at, m.file"
    };
}

stmts! {
    /// A mail; one that is there already stays as it is.
    INSERT = "INSERT INTO outbox_mail (realm_id, id, account_id, sender, recipient, subject, written_at, file, message)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    /// One mail.
    GET = concat!("SELECT ", columns!(), " FROM outbox_mail m WHERE m.realm_id = $1 AND m.id = $2");
    /// The message of a mail.
    MESSAGE = "SELECT message FROM outbox_mail WHERE realm_id = $1 AND id = $2";
}

/// What mails can be filtered and sorted by.
pub(crate) const FIELDS: Fields = Fields(&[
    Field::text("to", "m.recipient"),
    Field::text("account", "m.account_id"),
    Field::new("written", FieldKind::Timestamp, "m.written_at").sortable(),
]);

/// Keeps a mail. Keeping it again changes nothing.
pub(crate) async fn insert(tx: &mut Tx, mail: &OutgoingMail, file: &str) -> Result<()> {
    let args = args![
        mail.realm,
        mail.id,
        mail.account,
        mail.from,
        mail.to,
        mail.subject,
        mail.at,
        file,
        mail.message,
    ];
    tx.exec(&INSERT, args).await.map(drop)
}

/// A mail as it is listed.
pub(crate) async fn get(tx: &mut Tx, realm: RealmId, id: MailId) -> Result<OutboxEntry> {
    tx.opt(&GET, args![realm, id])
        .await?
        .ok_or_else(|| Error::not_found(id))
}

/// The message of a mail as text.
pub(crate) async fn message(tx: &mut Tx, realm: RealmId, id: MailId) -> Result<String> {
    let (bytes,): (Vec<u8>,) = tx.one(&MESSAGE, args![realm, id]).await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A page of the mails of accounts at or below the viewer.
pub(crate) async fn list(
    tx: &mut Tx,
    realm: RealmId,
    viewer: AccountId,
    filter: &Filter,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Page<OutboxEntry>> {
    let query = Query::new(
        "connectors::outbox_list",
        concat!(
            "SELECT ",
            columns!(),
            " FROM outbox_mail m WHERE m.realm_id = $1"
        ),
        args![realm],
    )
    .and(
        "EXISTS (SELECT 1 FROM account_path p WHERE p.realm_id = m.realm_id AND p.ancestor_id = ?
            AND p.account_id = m.account_id)",
        args![viewer],
    )
    .filter(filter);
    tx.page(query, page, sort, "m.id").await
}
