//! Webhook endpoints, their messages and every attempt to deliver one.

use crate::rules::Health;
use crate::store::Listing;
use crate::types::{AttemptView, EndpointView, MessageState, MessageView};
use tradewind_kernel::filter::{Field, FieldKind, Fields};
use tradewind_kernel::id::{AccountId, AttemptId, EventId, RealmId, WebhookId};
use tradewind_kernel::page::Page;
use tradewind_kernel::{Error, Result, Timestamp};
use tradewind_platform::db::{Json, Query, Tx};
use tradewind_platform::{args, row, stmts};

/// The columns of an endpoint, from the table under the alias `e`.
macro_rules! endpoint_columns {
    () => {
        "e.id, e.account_id, e.url, e.secret, e.kinds, e.enabled, e.consecutive_failures, e.failing_since, \
         e.former_secret, e.former_until, e.created_at, e.version"
    };
}

/// The columns of a message, from the table under the alias `m`.
macro_rules! message_columns {
    () => {
        "m.id, m.endpoint_id, m.account_id, m.event_id, m.kind, m.subject, m.body, m.state, m.attempts, m.last_status, \
         m.last_error, m.created_at, m.delivered_at"
    };
}

stmts! {
    /// A new endpoint.
    ENDPOINT_INSERT = "INSERT INTO webhook_endpoint (realm_id, id, account_id, url, secret, kinds, enabled,
        consecutive_failures, failing_since, former_secret, former_until, created_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    /// One endpoint.
    ENDPOINT_GET = concat!("SELECT ", endpoint_columns!(), " FROM webhook_endpoint e WHERE e.realm_id = $1 AND e.id = $2");
    /// One endpoint, locked.
    ENDPOINT_LOCK = concat!("SELECT ", endpoint_columns!(), " FROM webhook_endpoint e
        WHERE e.realm_id = $1 AND e.id = $2 {for_update}");
    /// Changes an endpoint, unless someone else has.
    ENDPOINT_UPDATE = "UPDATE webhook_endpoint SET url = $4, secret = $5, kinds = $6, enabled = $7,
        consecutive_failures = $8, failing_since = $9, former_secret = $10, former_until = $11, version = version + 1
        WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// What an attempt says about an endpoint; its version counts the changes of its owner only.
    ENDPOINT_HEALTH = "UPDATE webhook_endpoint SET consecutive_failures = $3, failing_since = $4, enabled = $5
        WHERE realm_id = $1 AND id = $2";
    /// Removes an endpoint.
    ENDPOINT_DELETE = "DELETE FROM webhook_endpoint WHERE realm_id = $1 AND id = $2";
    /// The enabled endpoints of an account and of everyone above it, and of a vendor.
    ENDPOINTS_FOR = concat!("SELECT ", endpoint_columns!(), " FROM webhook_endpoint e
        WHERE e.realm_id = $1 AND e.enabled = 1 AND (e.account_id = $3 OR e.account_id IN
        (SELECT p.ancestor_id FROM account_path p WHERE p.realm_id = $1 AND p.account_id = $2))
        ORDER BY e.id");
    /// A message, unless there is one for this endpoint and event already.
    MESSAGE_INSERT = "INSERT INTO webhook_message (realm_id, id, endpoint_id, account_id, event_id, kind, subject, body, state, attempts,
        last_status, last_error, created_at, delivered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT DO NOTHING";
    /// Forgets the attempts of messages that are forgotten.
    ATTEMPTS_FORGET = "DELETE FROM webhook_attempt WHERE realm_id = $1 AND message_id IN
        (SELECT m.id FROM webhook_message m WHERE m.realm_id = $1 AND m.created_at < $2 AND m.state <> 'pending')";
    /// Forgets messages of long ago that are not on their way any more.
    MESSAGES_FORGET = "DELETE FROM webhook_message WHERE realm_id = $1 AND created_at < $2 AND state <> 'pending'";
    /// One message.
    MESSAGE_GET = concat!("SELECT ", message_columns!(), " FROM webhook_message m WHERE m.realm_id = $1 AND m.id = $2");
    /// One message, locked.
    MESSAGE_LOCK = concat!("SELECT ", message_columns!(), " FROM webhook_message m
        WHERE m.realm_id = $1 AND m.id = $2 {for_update}");
    /// What one account was told about one thing, latest first.
    MESSAGES_ABOUT = concat!("SELECT ", message_columns!(), " FROM webhook_message m
        WHERE m.realm_id = $1 AND m.subject = $2 AND m.account_id = $3 ORDER BY m.created_at DESC, m.id DESC LIMIT 50");
    /// Gives up what waits for an endpoint.
    MESSAGES_GIVE_UP = "UPDATE webhook_message SET state = 'dead', last_error = $3
        WHERE realm_id = $1 AND endpoint_id = $2 AND state = 'pending'";
    /// What an attempt changed.
    MESSAGE_UPDATE = "UPDATE webhook_message SET state = $3, attempts = $4, last_status = $5, last_error = $6, delivered_at = $7
        WHERE realm_id = $1 AND id = $2";
    /// An attempt.
    ATTEMPT_INSERT = "INSERT INTO webhook_attempt (realm_id, message_id, attempt, id, at, status, error, duration_ms, answer)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    /// The attempts of a message, latest first.
    ATTEMPTS = "SELECT id, attempt, at, status, error, duration_ms, answer FROM webhook_attempt
        WHERE realm_id = $1 AND message_id = $2 ORDER BY attempt DESC LIMIT 100";
}

row! {
    /// An endpoint with its sealed secret.
    pub(crate) struct EndpointRow {
        pub(crate) id: WebhookId,
        pub(crate) account_id: AccountId,
        pub(crate) url: String,
        pub(crate) secret: String,
        pub(crate) kinds: Json<Vec<String>>,
        pub(crate) enabled: bool,
        pub(crate) consecutive_failures: u32,
        pub(crate) failing_since: Option<Timestamp>,
        pub(crate) former_secret: Option<String>,
        pub(crate) former_until: Option<Timestamp>,
        pub(crate) created_at: Timestamp,
        pub(crate) version: i64,
    }
}

impl EndpointRow {
    pub(crate) fn view(&self) -> EndpointView {
        EndpointView {
            id: self.id,
            account_id: self.account_id,
            url: self.url.clone(),
            kinds: self.kinds.0.clone(),
            enabled: self.enabled,
            consecutive_failures: self.consecutive_failures,
            failing_since: self.failing_since,
            created_at: self.created_at,
            version: self.version,
        }
    }
}

row! {
    /// A message with its body.
    pub(crate) struct MessageRow {
        pub(crate) id: String,
        pub(crate) endpoint_id: WebhookId,
        pub(crate) account_id: AccountId,
        pub(crate) event_id: EventId,
        pub(crate) kind: String,
        pub(crate) subject: String,
        pub(crate) body: String,
        pub(crate) state: MessageState,
        pub(crate) attempts: u32,
        pub(crate) last_status: Option<u32>,
        pub(crate) last_error: Option<String>,
        pub(crate) created_at: Timestamp,
        pub(crate) delivered_at: Option<Timestamp>,
    }
}

impl MessageRow {
    pub(crate) fn view(&self) -> MessageView {
        MessageView {
            id: self.id.clone(),
            endpoint_id: self.endpoint_id,
            event_id: self.event_id,
            kind: self.kind.clone(),
            subject: self.subject.clone(),
            state: self.state,
            attempts: self.attempts,
            last_status: self.last_status,
            last_error: self.last_error.clone(),
            created_at: self.created_at,
            delivered_at: self.delivered_at,
        }
    }
}

row! {
    struct AttemptRow {
        id: AttemptId,
        attempt: u32,
        at: Timestamp,
        status: Option<u32>,
        error: Option<String>,
        duration_ms: i64,
        answer: Option<String>,
    }
}

/// Forgets messages from before a time, with their attempts, and returns how many messages.
pub(crate) async fn forget(tx: &mut Tx, realm: RealmId, before: Timestamp) -> Result<u64> {
    tx.exec(&ATTEMPTS_FORGET, args![realm, before]).await?;
    tx.exec(&MESSAGES_FORGET, args![realm, before]).await
}

pub(crate) async fn endpoint_insert(tx: &mut Tx, realm: RealmId, e: &EndpointRow) -> Result<()> {
    let args = args![
        realm,
        e.id,
        e.account_id,
        e.url,
        e.secret,
        e.kinds,
        e.enabled,
        e.consecutive_failures,
        e.failing_since,
        e.former_secret,
        e.former_until,
        e.created_at,
        e.version,
    ];
    tx.exec(&ENDPOINT_INSERT, args).await.map(drop)
}

pub(crate) async fn endpoint_get(
    tx: &mut Tx,
    realm: RealmId,
    id: WebhookId,
) -> Result<Option<EndpointRow>> {
    tx.opt(&ENDPOINT_GET, args![realm, id]).await
}

pub(crate) async fn endpoint_lock(
    tx: &mut Tx,
    realm: RealmId,
    id: WebhookId,
) -> Result<Option<EndpointRow>> {
    tx.opt(&ENDPOINT_LOCK, args![realm, id]).await
}

pub(crate) async fn endpoint_update(
    tx: &mut Tx,
    realm: RealmId,
    e: &mut EndpointRow,
) -> Result<()> {
    let args = args![
        realm,
        e.id,
        e.version,
        e.url,
        e.secret,
        e.kinds,
        e.enabled,
        e.consecutive_failures,
        e.failing_since,
        e.former_secret,
        e.former_until,
    ];
    if tx.exec(&ENDPOINT_UPDATE, args).await? == 0 {
        return Err(Error::changed(e.id));
    }
    e.version += 1;
    Ok(())
}

pub(crate) async fn endpoint_delete(tx: &mut Tx, realm: RealmId, id: WebhookId) -> Result<()> {
    tx.exec(&ENDPOINT_DELETE, args![realm, id]).await.map(drop)
}

/// Notes how an endpoint fares after an attempt.
pub(crate) async fn endpoint_health(
    tx: &mut Tx,
    realm: RealmId,
    id: WebhookId,
    health: Health,
    enabled: bool,
) -> Result<()> {
    let args = args![
        realm,
        id,
        health.consecutive_failures,
        health.failing_since,
        enabled
    ];
    tx.exec(&ENDPOINT_HEALTH, args).await.map(drop)
}

/// Endpoints that may hear of something that concerns an account, and of one vendor's products.
pub(crate) async fn endpoints_for(
    tx: &mut Tx,
    realm: RealmId,
    account: AccountId,
    vendor: Option<AccountId>,
) -> Result<Vec<EndpointRow>> {
    tx.all(&ENDPOINTS_FOR, args![realm, account, vendor]).await
}

/// What endpoints can be filtered and sorted by.
pub(crate) const ENDPOINT_FIELDS: Fields = Fields(&[
    Field::text("account", "e.account_id"),
    Field::text("url", "e.url"),
    Field::new("enabled", FieldKind::Bool, "e.enabled"),
    Field::new("created", FieldKind::Timestamp, "e.created_at").sortable(),
]);

/// What messages can be filtered and sorted by.
pub(crate) const MESSAGE_FIELDS: Fields = Fields(&[
    Field::new(
        "state",
        FieldKind::Enum(&["pending", "delivered", "dead"]),
        "m.state",
    ),
    Field::text("kind", "m.kind"),
    Field::text("subject", "m.subject"),
    Field::text("endpoint", "m.endpoint_id"),
    Field::text("account", "m.account_id"),
    Field::new("created", FieldKind::Timestamp, "m.created_at").sortable(),
]);

/// A page of the endpoints of accounts at or below the viewer.
pub(crate) async fn endpoint_list(
    tx: &mut Tx,
    listing: &Listing<'_>,
) -> Result<Page<EndpointView>> {
    let query = Query::new(
        "fulfilment::endpoint_list",
        concat!(
            "SELECT ",
            endpoint_columns!(),
            " FROM webhook_endpoint e WHERE e.realm_id = $1"
        ),
        args![listing.realm],
    )
    .and(
        "EXISTS (SELECT 1 FROM account_path p WHERE p.realm_id = e.realm_id AND p.ancestor_id = ?
            AND p.account_id = e.account_id)",
        args![listing.viewer],
    )
    .filter(&listing.filter);
    Ok(tx
        .page::<EndpointRow>(query, listing.page, &listing.sort, "e.id")
        .await?
        .map(|row| row.view()))
}

/// Adds a message; says whether it was new.
pub(crate) async fn message_insert(tx: &mut Tx, realm: RealmId, m: &MessageRow) -> Result<bool> {
    let args = args![
        realm,
        m.id,
        m.endpoint_id,
        m.account_id,
        m.event_id,
        m.kind,
        m.subject,
        m.body,
        m.state,
        m.attempts,
        m.last_status,
        m.last_error,
        m.created_at,
        m.delivered_at,
    ];
    Ok(tx.exec(&MESSAGE_INSERT, args).await? == 1)
}

pub(crate) async fn message_get(
    tx: &mut Tx,
    realm: RealmId,
    id: &str,
) -> Result<Option<MessageRow>> {
    tx.opt(&MESSAGE_GET, args![realm, id]).await
}

pub(crate) async fn message_lock(
    tx: &mut Tx,
    realm: RealmId,
    id: &str,
) -> Result<Option<MessageRow>> {
    tx.opt(&MESSAGE_LOCK, args![realm, id]).await
}

/// What an account was told about one thing.
pub(crate) async fn messages_about(
    tx: &mut Tx,
    realm: RealmId,
    subject: &str,
    account: AccountId,
) -> Result<Vec<MessageRow>> {
    tx.all(&MESSAGES_ABOUT, args![realm, subject, account])
        .await
}

/// Gives up what waits for an endpoint.
pub(crate) async fn messages_give_up(
    tx: &mut Tx,
    realm: RealmId,
    endpoint: WebhookId,
    why: &str,
) -> Result<()> {
    tx.exec(&MESSAGES_GIVE_UP, args![realm, endpoint, why])
        .await
        .map(drop)
}

pub(crate) async fn message_update(tx: &mut Tx, realm: RealmId, m: &MessageRow) -> Result<()> {
    let args = args![
        realm,
        m.id,
        m.state,
        m.attempts,
        m.last_status,
        m.last_error,
        m.delivered_at
    ];
    tx.exec(&MESSAGE_UPDATE, args).await.map(drop)
}

/// A page of the messages to endpoints of accounts at or below the viewer.
pub(crate) async fn message_list(tx: &mut Tx, listing: &Listing<'_>) -> Result<Page<MessageView>> {
    let query = Query::new(
        "fulfilment::message_list",
        concat!(
            "SELECT ",
            message_columns!(),
            " FROM webhook_message m WHERE m.realm_id = $1"
        ),
        args![listing.realm],
    )
    .and(
        "EXISTS (SELECT 1 FROM account_path p WHERE p.realm_id = m.realm_id AND p.ancestor_id = ?
            AND p.account_id = m.account_id)",
        args![listing.viewer],
    )
    .filter(&listing.filter);
    Ok(tx
        .page::<MessageRow>(query, listing.page, &listing.sort, "m.id")
        .await?
        .map(|row| row.view()))
}

pub(crate) async fn attempt_insert(
    tx: &mut Tx,
    realm: RealmId,
    message: &str,
    a: &AttemptView,
) -> Result<()> {
    let args = args![
        realm,
        message,
        a.attempt,
        a.id,
        a.at,
        a.status,
        a.error,
        a.duration_ms,
        a.answer
    ];
    tx.exec(&ATTEMPT_INSERT, args).await.map(drop)
}

pub(crate) async fn attempts(
    tx: &mut Tx,
    realm: RealmId,
    message: &str,
) -> Result<Vec<AttemptView>> {
    let rows = tx
        .all::<AttemptRow>(&ATTEMPTS, args![realm, message])
        .await?;
    Ok(rows
        .into_iter()
        .map(|r| AttemptView {
            id: r.id,
            attempt: r.attempt,
            at: r.at,
            status: r.status,
            error: r.error,
            duration_ms: r.duration_ms,
            answer: r.answer,
        })
        .collect())
}
