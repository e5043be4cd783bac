//! SQL for idempotency keys, audit log, events and realms.

use tradewind_kernel::Timestamp;
use tradewind_kernel::id::{AuditId, RealmId};

use crate::args;
use crate::context::OpCtx;
use crate::db::{Json, Result, Tx};
use crate::idempotency::KeyUse;
use crate::realm::Realm;
use crate::work::{AuditEntry, Event};

crate::stmts! {
    /// Takes an idempotency key, unless it is taken.
    KEY_CLAIM = "INSERT INTO idempotency (realm_id, account_id, key, command, input_hash, answer, at)
                 VALUES ($1, $2, $3, $4, $5, NULL, $6) ON CONFLICT DO NOTHING";
    /// What was answered under a key.
    KEY_ANSWER = "SELECT command, input_hash, answer FROM idempotency
                  WHERE realm_id = $1 AND account_id = $2 AND key = $3";
    /// Keeps the answer.
    KEY_STORE = "UPDATE idempotency SET answer = $4 WHERE realm_id = $1 AND account_id = $2 AND key = $3";
    /// Forgets old keys.
    KEY_FORGET = "DELETE FROM idempotency WHERE realm_id = $1 AND at < $2";
    /// One realm.
    REALM = "SELECT id, name, mode, clock_offset_us, clock_target_us, root_account, created_at FROM realm WHERE id = $1";
    /// One realm, kept from changing.
    REALM_LOCK = "SELECT id, name, mode, clock_offset_us, clock_target_us, root_account, created_at
                  FROM realm WHERE id = $1 {for_update}";
    /// All realms.
    REALMS = "SELECT id, name, mode, clock_offset_us, clock_target_us, root_account, created_at FROM realm ORDER BY id";
    /// A new realm.
    REALM_INSERT = "INSERT INTO realm (id, name, mode, clock_offset_us, clock_target_us, root_account, created_at)
                    VALUES ($1, $2, $3, 0, NULL, $4, $5) ON CONFLICT DO NOTHING";
    /// Moves the clock of a sandbox.
    REALM_CLOCK = "UPDATE realm SET clock_offset_us = $2, clock_target_us = $3 WHERE id = $1 AND mode = 'sandbox'";
}

crate::bulk! {
    /// Audit entries.
    AUDITS = "audit" {
        realm_id: Text, id: Text, at: Int, principal: Text, acting_principal: Text, action: Text, kind: Text,
        subject: Text, account_id: Text, request_id: Text, detail: Text,
    } on conflict Error;
    /// Events.
    EVENTS = "event" {
        realm_id: Text, id: Text, kind: Text, subject: Text, account_id: Text, data: Text, at: Int, caused_by: Text,
    } on conflict Error;
}

/// Takes the key; `false` when it is taken. On PostgreSQL this waits for a transaction that is just taking it.
pub(crate) async fn claim_key(
    tx: &mut Tx,
    ctx: &OpCtx,
    key: &KeyUse,
    wall: Timestamp,
) -> Result<bool> {
    let args = args![
        ctx.realm,
        key.account,
        key.key,
        key.command,
        key.input_hash,
        wall
    ];
    Ok(tx.exec(&KEY_CLAIM, args).await? == 1)
}

/// Command, input hash and answer stored under the key.
pub(crate) async fn key_answer(
    tx: &mut Tx,
    realm: RealmId,
    key: &KeyUse,
) -> Result<Option<(String, String, Option<String>)>> {
    tx.opt(&KEY_ANSWER, args![realm, key.account, key.key])
        .await
}

pub(crate) async fn store_answer(
    tx: &mut Tx,
    realm: RealmId,
    key: &KeyUse,
    answer: String,
) -> Result<()> {
    tx.exec(&KEY_STORE, args![realm, key.account, key.key, answer])
        .await
        .map(drop)
}

pub(crate) async fn forget_keys(tx: &mut Tx, realm: RealmId, before: Timestamp) -> Result<u64> {
    tx.exec(&KEY_FORGET, args![realm, before]).await
}

pub(crate) async fn realm(tx: &mut Tx, id: RealmId) -> Result<Option<Realm>> {
    tx.opt(&REALM, args![id]).await
}

pub(crate) async fn realm_locked(tx: &mut Tx, id: RealmId) -> Result<Option<Realm>> {
    tx.opt(&REALM_LOCK, args![id]).await
}

pub(crate) async fn realms(tx: &mut Tx) -> Result<Vec<Realm>> {
    tx.all(&REALMS, args![]).await
}

/// `false` when id or name exist already.
pub(crate) async fn insert_realm(tx: &mut Tx, realm: &Realm) -> Result<bool> {
    let args = args![
        realm.id,
        realm.name,
        realm.mode,
        realm.root_account,
        realm.created_at
    ];
    Ok(tx.exec(&REALM_INSERT, args).await? == 1)
}

pub(crate) async fn set_clock(
    tx: &mut Tx,
    id: RealmId,
    offset_us: i64,
    target: Option<Timestamp>,
) -> Result<bool> {
    Ok(tx.exec(&REALM_CLOCK, args![id, offset_us, target]).await? == 1)
}

pub(crate) async fn insert_audits(
    tx: &mut Tx,
    ctx: &OpCtx,
    entries: Vec<(AuditId, AuditEntry)>,
) -> Result<()> {
    let principal = ctx.principal.label();
    let acting = ctx
        .acting
        .as_ref()
        .map(|acting| format!("user {}", acting.user));
    let rows = entries
        .into_iter()
        .map(|(id, entry)| {
            args![
                ctx.realm,
                id,
                ctx.now,
                principal,
                acting,
                entry.action,
                entry.kind,
                entry.id,
                entry.account,
                ctx.request,
                Json(entry.summary),
            ]
        })
        .collect();
    tx.insert_many(&AUDITS, rows).await.map(drop)
}

pub(crate) async fn insert_events(tx: &mut Tx, realm: RealmId, events: Vec<Event>) -> Result<()> {
    let rows = events
        .into_iter()
        .map(|e| {
            args![
                realm,
                e.id,
                e.kind,
                e.subject,
                e.account,
                Json(e.data),
                e.at,
                e.by
            ]
        })
        .collect();
    tx.insert_many(&EVENTS, rows).await.map(drop)
}
