//! Lists of deliveries, endpoints and messages, each of what the principal may see.

use crate::store::{Listing, delivery, webhook};
use crate::types::{Delivery, EndpointView, MessageView};
use tradewind_kernel::Result;
use tradewind_kernel::filter::{Fields, Filter, Sort};
use tradewind_kernel::page::{Page, PageRequest};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};

/// What a list is narrowed down by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// In the filter language.
    pub filter: String,
    /// Fields with commas between them, a minus before those from large to small; the latest first when empty.
    pub sort: String,
    /// Which page.
    pub page: PageRequest,
}

/// The deliveries for customers at or below the principal's account, and those that it is to carry out itself. Filters:
/// `state`, `kind`, `mode`, `subscription`, `order`, `vendor`, `customer`, `created`; sorted by `created`.
///
/// # Errors
/// Forbidden; what is wrong with filter, sort or page.
pub async fn delivery_list(p: &Platform, ctx: &OpCtx, query: &ListQuery) -> Result<Page<Delivery>> {
    p.read(ctx, query, |w, query| {
        Box::pin(async move {
            let listing = listing(
                w,
                query,
                &delivery::FIELDS,
                Action::DeliveryView,
                ResourceKind::Delivery,
            )
            .await?;
            delivery::list(&mut w.tx, &listing).await
        })
    })
    .await
}

/// The webhook endpoints of accounts at or below the principal's. Filters: `account`, `url`, `enabled`, `created`; sorted
/// by `created`.
///
/// # Errors
/// Forbidden; what is wrong with filter, sort or page.
pub async fn webhook_endpoint_list(
    p: &Platform,
    ctx: &OpCtx,
    query: &ListQuery,
) -> Result<Page<EndpointView>> {
    p.read(ctx, query, |w, query| {
        Box::pin(async move {
            let listing = listing(
                w,
                query,
                &webhook::ENDPOINT_FIELDS,
                Action::WebhookManage,
                ResourceKind::Webhook,
            )
            .await?;
            webhook::endpoint_list(&mut w.tx, &listing).await
        })
    })
    .await
}

/// The messages to those endpoints. Filters: `state`, `kind`, `subject`, `endpoint`, `account`, `created`; sorted by
/// `created`.
///
/// # Errors
/// Forbidden; what is wrong with filter, sort or page.
pub async fn webhook_message_list(
    p: &Platform,
    ctx: &OpCtx,
    query: &ListQuery,
) -> Result<Page<MessageView>> {
    p.read(ctx, query, |w, query| {
        Box::pin(async move {
            let listing = listing(
                w,
                query,
                &webhook::MESSAGE_FIELDS,
                Action::WebhookManage,
                ResourceKind::Webhook,
            )
            .await?;
            webhook::message_list(&mut w.tx, &listing).await
        })
    })
    .await
}

/// Who may do this with things of its own account gets a list of what lies in its scope.
async fn listing<'a>(
    w: &mut Work,
    query: &'a ListQuery,
    fields: &Fields,
    action: Action,
    kind: ResourceKind,
) -> Result<Listing<'a>> {
    let viewer = w.ctx.principal.account;
    let own = tradewind_accounts::service::target(w, kind, viewer).await?;
    w.authorize(action, &own)?;
    Ok(Listing {
        realm: w.ctx.realm,
        viewer,
        filter: Filter::parse(&query.filter, fields)?,
        sort: Sort::parse(&query.sort, fields)?,
        page: &query.page,
    })
}
