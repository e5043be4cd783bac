//! Lists, each limited to what belongs to the principal's account and those below it.

use tradewind_kernel::{
    Result,
    filter::{Field, FieldKind, Fields, Filter},
    page::{ListRequest, Page},
};
use tradewind_platform::{
    Event, OpCtx, Platform, Work, args,
    audit::{self, AUDIT_FIELDS, AuditRecord, EVENT_FIELDS, JOB_FIELDS},
    db::Query,
    jobs::JobRecord,
};
use tradewind_policy::{Action, ResourceKind, Target};

use super::directory::target;
use crate::{
    below,
    store::{account::ACCOUNT_LIST, relationship::RELATIONSHIP_LIST},
    types::{Account, Relationship},
};

/// What accounts can be filtered and sorted by.
const ACCOUNT_FIELDS: Fields = Fields(&[
    Field::text("name", "a.name")
        .searchable("a.name_folded")
        .sortable(),
    Field::new(
        "kind",
        FieldKind::Enum(&["provider", "distributor", "reseller", "customer", "vendor"]),
        "a.kind",
    )
    .sortable(),
    Field::new("status", FieldKind::Enum(&["active", "closed"]), "a.status"),
    Field::text("parent", "a.parent_id"),
    Field::text("country", "a.country").sortable(),
    Field::text("currency", "a.currency"),
    Field::text("email", "a.email"),
    Field::text("slug", "a.slug"),
    Field::new("created", FieldKind::Timestamp, "a.created_at").sortable(),
]);

/// What relationships can be filtered and sorted by.
const RELATIONSHIP_FIELDS: Fields = Fields(&[
    Field::text("seller", "r.seller_id"),
    Field::text("buyer", "r.buyer_id"),
    Field::text("currency", "r.currency"),
    Field::text("price_book", "r.price_book_id"),
    Field::new(
        "payment",
        FieldKind::Enum(&["prepay", "on_account"]),
        "r.payment",
    ),
    Field::new(
        "invoicing",
        FieldKind::Enum(&["immediate", "daily", "monthly"]),
        "r.invoicing",
    ),
    Field::new("created", FieldKind::Timestamp, "r.created_at").sortable(),
]);

/// Whether the principal may see things of this kind at its own account, and so those below.
async fn authorize_own(w: &mut Work, action: Action, kind: ResourceKind) -> Result<()> {
    let own = w.ctx.principal.account;
    let target = target(w, kind, own).await?;
    w.authorize(action, &target)
}

/// Accounts: the principal's own and those below it.
///
/// # Errors
/// Names `filter`, `sort` or `after`; [`tradewind_kernel::Error::Forbidden`] by policy.
pub async fn account_list(p: &Platform, ctx: &OpCtx, list: &ListRequest) -> Result<Page<Account>> {
    p.read(ctx, list, |w, list| {
        Box::pin(async move {
            authorize_own(w, Action::AccountView, ResourceKind::Account).await?;
            let (filter, sort) = list.parse(&ACCOUNT_FIELDS)?;
            let query = Query::new("accounts.list", ACCOUNT_LIST, args![w.ctx.realm])
                .scope(below!("a.id", w.ctx))
                .filter(&filter);
            w.tx.page(query, &list.page, &sort, "a.id").await
        })
    })
    .await
}

/// Relationships in which the principal's account or one below it sells.
///
/// # Errors
/// As [`account_list`].
pub async fn relationship_list(
    p: &Platform,
    ctx: &OpCtx,
    list: &ListRequest,
) -> Result<Page<Relationship>> {
    p.read(ctx, list, |w, list| {
        Box::pin(async move {
            authorize_own(w, Action::RelationshipView, ResourceKind::Relationship).await?;
            let (filter, sort) = list.parse(&RELATIONSHIP_FIELDS)?;
            let query = Query::new("relationships.list", RELATIONSHIP_LIST, args![w.ctx.realm])
                .scope(below!("r.seller_id", w.ctx))
                .filter(&filter);
            w.tx.page(query, &list.page, &sort, "r.id").await
        })
    })
    .await
}

/// The audit log of the principal's account and those below it, the newest first.
///
/// # Errors
/// As [`account_list`].
pub async fn audit_list(
    p: &Platform,
    ctx: &OpCtx,
    list: &ListRequest,
) -> Result<Page<AuditRecord>> {
    p.read(ctx, list, |w, list| {
        Box::pin(async move {
            authorize_own(w, Action::AuditView, ResourceKind::Audit).await?;
            let (filter, sort) = list.parse(&AUDIT_FIELDS)?;
            let scope = below!("audit.account_id", w.ctx);
            audit::entries(w, scope, &filter, &sort, &list.page).await
        })
    })
    .await
}

/// What has happened at the principal's account and those below it, the newest first.
///
/// # Errors
/// As [`account_list`].
pub async fn event_list(p: &Platform, ctx: &OpCtx, list: &ListRequest) -> Result<Page<Event>> {
    p.read(ctx, list, |w, list| {
        Box::pin(async move {
            authorize_own(w, Action::EventView, ResourceKind::Event).await?;
            let (filter, sort) = list.parse(&EVENT_FIELDS)?;
            let scope = below!("event.account_id", w.ctx);
            audit::events(w, scope, &filter, &sort, &list.page).await
        })
    })
    .await
}

/// How many of the realm's jobs a filter finds; those after `at_most` are not counted.
///
/// # Errors
/// As [`job_list`].
pub async fn job_count(p: &Platform, ctx: &OpCtx, filter: &str, at_most: i64) -> Result<i64> {
    let root = p.root_account(ctx.realm).await?;
    p.read(ctx, &(filter, at_most), move |w, (filter, at_most)| {
        let target = Target::owned(ResourceKind::Job, root, vec![root]);
        Box::pin(async move {
            w.authorize(Action::JobView, &target)?;
            let filter = Filter::parse(filter, &JOB_FIELDS)?;
            audit::job_count(w, &filter, *at_most).await
        })
    })
    .await
}

/// The realm's jobs, the newest first. Jobs belong to the realm, so only the provider's people see them.
///
/// # Errors
/// As [`account_list`]; [`tradewind_kernel::Error::NotFound`] for everybody but the provider.
pub async fn job_list(p: &Platform, ctx: &OpCtx, list: &ListRequest) -> Result<Page<JobRecord>> {
    let root = p.root_account(ctx.realm).await?;
    p.read(ctx, list, move |w, list| {
        let target = Target::owned(ResourceKind::Job, root, vec![root]);
        Box::pin(async move {
            w.authorize(Action::JobView, &target)?;
            let (filter, sort) = list.parse(&JOB_FIELDS)?;
            audit::jobs(w, &filter, &sort, &list.page).await
        })
    })
    .await
}
