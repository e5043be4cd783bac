//! A tiny room for the tests: things with a name and a count.
#![allow(dead_code)]

pub(crate) mod jobs;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_platform::db::Result;
use tradewind_platform::{AuditEntry, Migration, NewEvent, NewJob, OpCtx, Platform, args};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "things_0001",
    steps: &["CREATE TABLE IF NOT EXISTS thing (
        realm_id {text} NOT NULL, id {text} NOT NULL, name {text} NOT NULL, amount {int}, blob {bytes}, at {time} NOT NULL,
        PRIMARY KEY (realm_id, id)) {clustered}"],
}];

tradewind_platform::stmts! {
    THING_INSERT = "INSERT INTO thing (realm_id, id, name, amount, blob, at) VALUES ($1, $2, $3, $4, $5, $6)";
    THING_ADD = "UPDATE thing SET amount = amount + $3 WHERE realm_id = $1 AND id = $2";
    THINGS = "SELECT id, name, amount, blob, at FROM thing WHERE realm_id = $1 ORDER BY id";
    THINGS_COUNT = "SELECT COUNT(*) FROM thing";
    AUDITS_COUNT = "SELECT COUNT(*) FROM audit";
    EVENTS_COUNT = "SELECT COUNT(*) FROM event";
    JOBS_COUNT = "SELECT COUNT(*) FROM job";
    JOBS_READY = "SELECT COUNT(*) FROM job WHERE state = 'ready'";
    JOBS_LEASED = "SELECT COUNT(*) FROM job WHERE state = 'leased'";
    JOBS_ANALYZE = "ANALYZE job";
    JOBS_DEAD = "SELECT COUNT(*) FROM job WHERE state = 'dead'";
    JOBS_DONE = "SELECT COUNT(*) FROM job WHERE state = 'done'";
    JOBS_CANCELLED = "SELECT COUNT(*) FROM job WHERE state = 'cancelled'";
    KEYS_COUNT = "SELECT COUNT(*) FROM idempotency";
    STORED_ANSWER = "SELECT answer FROM idempotency";
    DEAD_JOB = "SELECT id, last_error FROM job WHERE state = 'dead'";
}

tradewind_platform::bulk! {
    THINGS_BULK = "thing" { realm_id: Text, id: Text, name: Text, amount: Int, blob: Bytes, at: Int }
        on conflict Nothing, returning "id";
    THINGS_STRICT = "thing" { realm_id: Text, id: Text, name: Text, amount: Int, blob: Bytes, at: Int } on conflict Error;
    THINGS_UPSERT = "thing" { realm_id: Text, id: Text, name: Text, amount: Int, blob: Bytes, at: Int }
        on conflict Do("(realm_id, id) DO UPDATE SET amount = excluded.amount");
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AddThing {
    pub(crate) id: String,
    pub(crate) name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Added {
    pub(crate) id: String,
    pub(crate) token: String,
}

/// Adds a thing with everything a command can leave behind; the answer differs on every real run. A name of `refuse`
/// is refused at the very end.
pub(crate) async fn add_thing(platform: &Platform, ctx: &OpCtx, input: &AddThing) -> Result<Added> {
    platform
        .command(ctx, "thing.add", input, |w, input| {
            Box::pin(async move {
                let row = args![
                    w.ctx.realm,
                    input.id,
                    input.name,
                    Some(1_i64),
                    None::<Vec<u8>>,
                    w.ctx.now
                ];
                w.tx.exec(&THING_INSERT, row).await?;
                let account = w.ctx.principal.account;
                w.audit(AuditEntry {
                    action: "thing.add",
                    kind: "thing",
                    id: input.id.clone(),
                    account,
                    summary: json!({ "after": input }),
                });
                w.emit(NewEvent {
                    kind: "thing.added",
                    subject: input.id.clone(),
                    account,
                    data: json!({ "name": input.name }),
                });
                w.enqueue(NewJob::new("thing.follow_up", json!({ "id": input.id })));
                if input.name == "refuse" {
                    return Err(tradewind_kernel::Error::refused(
                        "not_today",
                        "this thing is refused",
                    ));
                }
                Ok(Added {
                    id: input.id.clone(),
                    token: tradewind_platform::tokens::random_token(),
                })
            })
        })
        .await
}
