//! Every address that a mail can carry is one of a page.

#[allow(dead_code, reason = "not everything is needed here")]
mod world;

use axum::body::Body;
use http::{Request, StatusCode};
use tower::ServiceExt;
use tradewind_accounts::types::TokenKind;
use tradewind_flows::mail::Links;
use tradewind_kernel::id::{DeliveryId, InvoiceId, OrderId, SubscriptionId};
use world::World;

async fn status(world: &World, path: &str) -> StatusCode {
    let request = Request::get(path)
        .header("host", "shop.test")
        .body(Body::empty())
        .expect("a request");
    let answer = world.app.clone().oneshot(request).await.expect("an answer");
    answer.status()
}

#[tokio::test]
async fn links_in_mails_lead_to_pages() {
    let world = World::new().await;
    let links = Links::new("http://shop.test/");
    let mut all = vec![
        links.order(OrderId::generate()),
        links.order_queue(OrderId::generate()),
        links.subscription(SubscriptionId::generate()),
        links.invoice(InvoiceId::generate(), true),
        links.invoice(InvoiceId::generate(), false),
        links.task(DeliveryId::generate()),
    ];
    for kind in [TokenKind::Verify, TokenKind::Reset, TokenKind::Invite] {
        all.push(links.token(kind, "twt_nonsense"));
    }
    for link in all {
        let path = link
            .strip_prefix("http://shop.test")
            .expect("our own address");
        assert_ne!(status(&world, path).await, StatusCode::NOT_FOUND, "{path}");
    }
    // Unknown addresses are told apart, or the above would prove nothing.
    assert_eq!(
        status(&world, "/my/nothing/of/the/kind").await,
        StatusCode::NOT_FOUND
    );
}
