//! Reading what happened: the audit log, events and jobs as lists.
//!
//! The caller says by a [`Scope`] which accounts the principal may see; the account tree is not known here.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tradewind_kernel::Timestamp;
use tradewind_kernel::filter::{Field, FieldKind, Fields, Filter, Sort};
use tradewind_kernel::id::{AccountId, AuditId, EventId, RequestId};
use tradewind_kernel::page::{Page, PageRequest};

use crate::args;
use crate::db::{FromRow, Json, Query, Result, Row, Scope};
use crate::jobs::JobRecord;
use crate::work::{Event, Work};

/// What the audit log can be filtered and sorted by.
pub const AUDIT_FIELDS: Fields = Fields(&[
    Field::text("action", "action"),
    Field::text("kind", "kind"),
    Field::text("subject", "subject"),
    Field::text("account", "account_id"),
    Field::text("principal", "principal"),
    Field::text("request", "request_id"),
    Field::new("at", FieldKind::Timestamp, "at").sortable(),
]);

/// What events can be filtered and sorted by.
pub const EVENT_FIELDS: Fields = Fields(&[
    Field::text("kind", "kind"),
    Field::text("subject", "subject"),
    Field::text("account", "account_id"),
    Field::new("at", FieldKind::Timestamp, "at").sortable(),
]);

/// What jobs can be filtered and sorted by.
pub const JOB_FIELDS: Fields = Fields(&[
    Field::text("kind", "kind"),
    Field::new(
        "state",
        FieldKind::Enum(&["ready", "leased", "done", "dead", "cancelled"]),
        "state",
    ),
    Field::text("lane", "lane"),
    Field::new("attempt", FieldKind::Integer, "attempt"),
    Field::new("due", FieldKind::Timestamp, "due_at").sortable(),
    Field::new("created", FieldKind::Timestamp, "created_at").sortable(),
]);

/// An entry of the audit log as it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditRecord {
    /// Its id.
    pub id: AuditId,
    /// When it happened, in the time of the realm.
    pub at: Timestamp,
    /// Who did it: kind and id.
    pub principal: String,
    /// The member of staff behind it.
    pub acting_principal: Option<String>,
    /// What was done.
    pub action: String,
    /// Kind of the thing.
    pub kind: String,
    /// Id of the thing.
    pub subject: String,
    /// The account that it concerns.
    pub account: AccountId,
    /// The request of which it was a part.
    pub request: RequestId,
    /// What changed.
    pub detail: Value,
}

impl FromRow for AuditRecord {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            at: row.get("at")?,
            principal: row.get("principal")?,
            acting_principal: row.get("acting_principal")?,
            action: row.get("action")?,
            kind: row.get("kind")?,
            subject: row.get("subject")?,
            account: row.get("account_id")?,
            request: row.get("request_id")?,
            detail: row.get::<Json<Value>>("detail")?.0,
        })
    }
}

impl FromRow for Event {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get::<EventId>("id")?,
            kind: row.get("kind")?,
            subject: row.get("subject")?,
            account: row.get("account_id")?,
            data: row.get::<Json<Value>>("data")?.0,
            at: row.get("at")?,
            by: row.get("caused_by")?,
        })
    }
}

/// A page of the audit log. Columns for the scope: `account_id`, `subject`.
///
/// # Errors
/// [`Error::Invalid`](tradewind_kernel::Error::Invalid) for a foreign cursor; database errors.
pub async fn entries(
    w: &mut Work,
    scope: Scope,
    filter: &Filter,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Page<AuditRecord>> {
    let query = Query::new(
        "audit.entries",
        "SELECT id, at, principal, acting_principal, action, kind, subject, account_id, request_id, detail
         FROM audit WHERE realm_id = $1",
        args![w.ctx.realm],
    );
    w.tx.page(query.scope(scope).filter(filter), page, sort, "id")
        .await
}

/// A page of the events. Columns for the scope: `account_id`, `subject`.
///
/// # Errors
/// As [`entries`].
pub async fn events(
    w: &mut Work,
    scope: Scope,
    filter: &Filter,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Page<Event>> {
    let query = Query::new(
        "audit.events",
        "SELECT id, kind, subject, account_id, data, at, caused_by FROM event WHERE realm_id = $1",
        args![w.ctx.realm],
    );
    w.tx.page(query.scope(scope).filter(filter), page, sort, "id")
        .await
}

/// How many of the realm's jobs a filter finds, as far as a number.
///
/// # Errors
/// Database errors.
pub async fn job_count(w: &mut Work, filter: &Filter, at_most: i64) -> Result<i64> {
    let query = Query::new(
        "audit.job_count",
        "SELECT 1 FROM job WHERE realm_id = $1",
        args![w.ctx.realm],
    );
    w.tx.count_of(query.filter(filter), at_most).await
}

/// A page of the realm's jobs, for its operators.
///
/// # Errors
/// As [`entries`].
pub async fn jobs(
    w: &mut Work,
    filter: &Filter,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Page<JobRecord>> {
    let query = Query::new(
        "audit.jobs",
        "SELECT id, kind, lane, state, due_at, not_before, attempt, max_attempts, last_error, unique_key, created_at,
         finished_at FROM job WHERE realm_id = $1",
        args![w.ctx.realm],
    );
    w.tx.page(query.filter(filter), page, sort, "id").await
}
