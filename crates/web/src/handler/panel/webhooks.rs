//! Webhook endpoints of the reader's account.

use tradewind_fulfilment::service::{self as fulfilment, ListQuery};
use tradewind_fulfilment::types::{EndpointView, SecretRotation, WebhookEndpointInput};
use tradewind_kernel::Result;
use tradewind_kernel::id::WebhookId;
use tradewind_kernel::page::PageRequest;

use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::session::Id;
use crate::view::kit::Txt;
use crate::view::panel::{WebhookEndpoint, WebhooksPage};
use crate::view::shared::FormState;

/// Events to choose from.
const KINDS: [&str; 6] = [
    "*",
    "delivery.*",
    "subscription.*",
    "order.*",
    "invoice.*",
    "payment.*",
];

/// Hours for which a former secret still signs beside the new one.
const KEEP_FORMER_HOURS: u32 = 24;

async fn page(desk: &Desk, fresh: Option<Txt>, form: FormState) -> Result<WebhooksPage> {
    let query = ListQuery {
        filter: format!("account:{}", desk.account()),
        sort: "created".to_owned(),
        page: PageRequest::new(Some(100), None)?,
    };
    let found = fulfilment::webhook_endpoint_list(desk.p(), &desk.ctx, &query).await?;
    let one = |endpoint: EndpointView| WebhookEndpoint {
        id: endpoint.id.to_string().into(),
        url: endpoint.url.into(),
        events: endpoint.kinds.into_iter().map(Into::into).collect(),
        state: if endpoint.enabled {
            "active"
        } else {
            "stopped"
        }
        .into(),
        last: None,
        failing: endpoint.consecutive_failures,
    };
    Ok(WebhooksPage {
        base: desk.home(),
        endpoints: found.items.into_iter().map(one).collect(),
        fresh,
        events: KINDS
            .iter()
            .map(|kind| ((*kind).into(), Txt::default()))
            .collect(),
        form,
    })
}

/// `GET …/webhooks`.
pub(crate) async fn list(desk: Desk) -> Answer {
    let page = page(&desk, None, FormState::default()).await?;
    respond::page(page.page(desk.app()))
}

/// `POST …/webhooks`: the secret is shown in the answer, this once.
pub(crate) async fn add(desk: Desk, sent: Sent) -> Answer {
    let input = WebhookEndpointInput {
        url: sent.get("url").to_owned(),
        kinds: sent.all("events").map(str::to_owned).collect(),
    };
    let made =
        fulfilment::webhook_endpoint_create(desk.p(), &desk.ctx, desk.account(), input).await;
    match made {
        Ok(created) => {
            let page = page(&desk, Some(created.secret.into()), FormState::default()).await?;
            respond::page(page.page(desk.app()))
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |field| {
                if field.starts_with("kinds") {
                    "events".to_owned()
                } else {
                    field.to_owned()
                }
            })?;
            let page = page(&desk, None, form).await?;
            respond::again(page.page(desk.app()))
        }
    }
}

fn here(desk: &Desk) -> String {
    format!("{}/webhooks", desk.home())
}

/// `POST …/webhooks/{id}/test`.
pub(crate) async fn test(desk: Desk, Id(id): Id<WebhookId>) -> Answer {
    let done = fulfilment::webhook_endpoint_test(desk.p(), &desk.ctx, id).await;
    changed(&desk, done, here(&desk), "webhook-tested")
}

/// `POST …/webhooks/{id}/rotate`: the new secret is shown in the answer, this once.
pub(crate) async fn rotate(desk: Desk, Id(id): Id<WebhookId>) -> Answer {
    let input = SecretRotation {
        keep_former_hours: KEEP_FORMER_HOURS,
    };
    let created = fulfilment::webhook_endpoint_rotate(desk.p(), &desk.ctx, id, input).await?;
    let page = page(&desk, Some(created.secret.into()), FormState::default()).await?;
    respond::page(page.page(desk.app()))
}

/// `POST …/webhooks/{id}/remove`.
pub(crate) async fn remove(desk: Desk, Id(id): Id<WebhookId>) -> Answer {
    let done = fulfilment::webhook_endpoint_delete(desk.p(), &desk.ctx, id).await;
    changed(&desk, done, here(&desk), "webhook-removed")
}
