//! Endpoints and their messages in few words.
#![allow(dead_code, unreachable_pub)]

use super::World;
use super::receiver::Received;
use serde_json::json;
use tradewind_accounts::types::Account;
use tradewind_fulfilment::service::{ListQuery, webhook_endpoint_create, webhook_message_list};
use tradewind_fulfilment::types::{CreatedEndpoint, MessageView, WebhookEndpointInput};
use tradewind_kernel::id::SubscriptionId;
use tradewind_platform::Secret;
use tradewind_platform::webhook::verify;

pub async fn endpoint(w: &World, account: &Account, url: &str, kinds: &[&str]) -> CreatedEndpoint {
    let input = WebhookEndpointInput {
        url: url.to_owned(),
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
    };
    webhook_endpoint_create(w.p(), &w.as_owner(account).await, account.id, input)
        .await
        .unwrap()
}

pub async fn messages(w: &World, account: &Account) -> Vec<MessageView> {
    let query = ListQuery {
        sort: "created".to_owned(),
        ..ListQuery::default()
    };
    let page = webhook_message_list(w.p(), &w.as_owner(account).await, &query)
        .await
        .unwrap();
    page.items
}

/// A change of some subscription of the vendor's product.
pub async fn change(w: &World, subject: SubscriptionId) {
    let data = json!({ "vendor_id": w.vendor.id });
    w.happen("subscription.changed", &subject.to_string(), data)
        .await;
}

pub fn verified(w: &World, secret: &str, received: &Received) -> bool {
    let checked = verify(
        &Secret::new(secret),
        received.header("webhook-id"),
        received.header("webhook-timestamp"),
        received.header("webhook-signature"),
        received.body.as_bytes(),
        w.p().wall(),
    );
    checked.is_ok()
}
