//! Deliveries and the messages that told the vendor's service about them.

use tradewind_fulfilment::service::{self as fulfilment, ListQuery};
use tradewind_fulfilment::types::{Delivery, DeliveryOperation, DeliveryState, MessageView};
use tradewind_kernel::id::DeliveryId;
use tradewind_kernel::{Error, Result};

use super::super::names::{Mentions, Names};
use super::desk::{Desk, all, permit, small};
use crate::respond::{self, Answer, changed};
use crate::session::Id;
use crate::view::kit::Txt;
use crate::view::panel::{AttemptRow, DeliveriesPage, DeliveryPage, DeliveryRow, LateReportRow};

/// Messages whose attempts one page shows.
const SHOWN: usize = 3;

/// `GET …/deliveries`.
pub(crate) async fn list(desk: Desk) -> Answer {
    let query = ListQuery {
        filter: all(&[
            &desk.term("state"),
            &desk.term_on("action", "kind"),
            &desk.term("subscription"),
        ]),
        sort: String::new(),
        page: desk.page()?,
    };
    let found = fulfilment::delivery_list(desk.p(), &desk.ctx, &query).await?;
    let names = names(&desk, &found.items).await?;
    let rows = found.items.iter().map(|one| row(&desk, &names, one));
    let page = DeliveriesPage {
        base: desk.home(),
        rows: rows.collect(),
        state: desk.list(found.next),
    };
    respond::page(page.page(desk.app()))
}

async fn names(desk: &Desk, found: &[Delivery]) -> Result<Names> {
    let mentions = Mentions::accounts(found.iter().map(|one| one.customer_id))
        .subscriptions(found.iter().map(|one| one.subscription_id));
    Names::of(desk.p(), &desk.ctx, &mentions).await
}

fn row(desk: &Desk, names: &Names, one: &Delivery) -> DeliveryRow {
    let attempts = one.attempt.max(1);
    DeliveryRow {
        id: one.id.to_string().into(),
        action: one.kind.as_str().into(),
        product: names.subscribed(one.subscription_id),
        subscription: (
            names
                .subscription(one.subscription_id)
                .map_or_else(Txt::default, |held| held.name.clone().into()),
            format!("{}/subscriptions/{}", desk.home(), one.subscription_id).into(),
        ),
        customer: names.account(one.customer_id),
        state: one.state.as_str().into(),
        attempts: (attempts, attempts),
        at: one.created_at,
        next: None,
    }
}

/// `GET …/deliveries/{id}`.
pub(crate) async fn show(desk: Desk, Id(id): Id<DeliveryId>) -> Answer {
    let detail = fulfilment::delivery_get(desk.p(), &desk.ctx, id).await?;
    let names = names(&desk, std::slice::from_ref(&detail.delivery)).await?;
    let mut attempts = Vec::new();
    for message in detail.messages.iter().take(SHOWN) {
        attempts.extend(attempts_of(&desk, message).await?);
    }
    let delivery = &detail.delivery;
    let event = match detail.messages.first() {
        Some(message) => serde_json::json!({
            "id": message.event_id,
            "type": message.kind,
            "subject": message.subject,
            "time": message.created_at,
        }),
        None => serde_json::json!({
            "type": format!("delivery.{}", delivery.kind.as_str()),
            "subject": delivery.id,
            "time": delivery.created_at,
        }),
    };
    let page = DeliveryPage {
        base: desk.home(),
        row: row(&desk, &names, delivery),
        endpoint: endpoint(&desk, detail.messages.first()).await?,
        attempts,
        late: detail
            .late_reports
            .iter()
            .rev()
            .map(|report| LateReportRow {
                outcome: report.outcome.as_str().into(),
                message: report.message.clone().unwrap_or_default().into(),
                at: report.last_at,
                times: small(report.times),
            })
            .collect(),
        event: format!("{event:#}").into(),
        retry: permit(
            detail
                .available_operations
                .contains(&DeliveryOperation::Retry),
        ),
        moving: matches!(
            delivery.state,
            DeliveryState::Waiting | DeliveryState::InProgress
        ),
    };
    respond::page(page.page(desk.app()))
}

/// What the answer was, each time; nothing for those who may not look into the endpoint.
async fn attempts_of(desk: &Desk, message: &MessageView) -> Result<Vec<AttemptRow>> {
    let found = match fulfilment::webhook_attempts(desk.p(), &desk.ctx, &message.id).await {
        Ok(found) => found,
        Err(Error::NotFound { .. } | Error::Forbidden { .. }) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    Ok(found
        .into_iter()
        .map(|attempt| {
            let good = attempt
                .status
                .is_some_and(|status| (200..300).contains(&status));
            let status = attempt.status.map(|status| status.to_string());
            AttemptRow {
                number: attempt.attempt,
                at: attempt.at,
                state: if good { "succeeded" } else { "failed" }.into(),
                outcome: attempt.error.or(status).unwrap_or_default().into(),
                exchange: format!(
                    "{} ms\n{}",
                    attempt.duration_ms,
                    attempt.answer.unwrap_or_default()
                )
                .into(),
            }
        })
        .collect())
}

async fn endpoint(desk: &Desk, message: Option<&MessageView>) -> Result<Txt> {
    let Some(message) = message else {
        return Ok(Txt::default());
    };
    let found = fulfilment::webhook_endpoint_get(desk.p(), &desk.ctx, message.endpoint_id).await;
    match found {
        Ok(endpoint) => Ok(endpoint.url.into()),
        Err(Error::NotFound { .. } | Error::Forbidden { .. }) => Ok(Txt::default()),
        Err(error) => Err(error),
    }
}

/// `POST …/deliveries/{id}/retry`.
pub(crate) async fn retry(desk: Desk, Id(id): Id<DeliveryId>) -> Answer {
    let done = fulfilment::delivery_retry(desk.p(), &desk.ctx, id).await;
    let here = format!("{}/deliveries/{id}", desk.home());
    changed(&desk, done, here, "delivery-retried")
}
