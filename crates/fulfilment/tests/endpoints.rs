//! Webhook endpoints: whose they are, their secrets, and where they may lead.

mod common;

use common::each_world;
use common::hooks::{change, endpoint, messages, verified};
use common::receiver::{Receiver, status};
use tradewind_fulfilment::service::{
    ListQuery, webhook_endpoint_create, webhook_endpoint_delete, webhook_endpoint_get,
    webhook_endpoint_list, webhook_endpoint_rotate, webhook_endpoint_test, webhook_endpoint_update,
};
use tradewind_fulfilment::types::{
    MessageState, SecretRotation, WebhookEndpointInput, WebhookEndpointUpdate,
};
use tradewind_kernel::Duration;
use tradewind_kernel::id::SubscriptionId;
use tradewind_policy::Role;

#[tokio::test]
async fn a_former_secret_signs_beside_the_new_one_for_as_long_as_is_wished() {
    each_world(|w| async move {
        w.wire(true);
        let receiver = Receiver::start(vec![]).await;
        let created = endpoint(&w, &w.vendor, &receiver.url, &["subscription.changed"]).await;
        let vendor = w.as_owner(&w.vendor).await;
        let id = created.endpoint.id;
        let rotated = webhook_endpoint_rotate(
            w.p(),
            &vendor,
            id,
            SecretRotation {
                keep_former_hours: 1,
            },
        )
        .await
        .unwrap();
        assert_ne!(rotated.secret, created.secret);
        change(&w, SubscriptionId::generate()).await;
        w.drain_now().await;
        w.t.clock.advance(Duration::from_secs(3_600));
        change(&w, SubscriptionId::generate()).await;
        w.drain_now().await;
        let [early, late] = receiver.received().try_into().unwrap();
        assert!(late.header("webhook-signature").split(' ').count() == 1);
        assert!(verified(&w, &rotated.secret, &late) && !verified(&w, &created.secret, &late));
        assert_eq!(early.header("webhook-signature").split(' ').count(), 2);
        let at_once = webhook_endpoint_rotate(
            w.p(),
            &vendor,
            id,
            SecretRotation {
                keep_former_hours: 0,
            },
        )
        .await
        .unwrap();
        change(&w, SubscriptionId::generate()).await;
        w.drain_now().await;
        let last = receiver.received().pop().unwrap();
        assert!(verified(&w, &at_once.secret, &last) && !verified(&w, &rotated.secret, &last));
        let long = SecretRotation {
            keep_former_hours: 73,
        };
        let error = webhook_endpoint_rotate(w.p(), &vendor, id, long)
            .await
            .unwrap_err();
        assert_eq!(error.problems()[0].field, "keep_former_hours");
    })
    .await;
}

#[tokio::test]
async fn secrets_are_shown_once_and_kept_nowhere_in_the_clear() {
    each_world(|w| async move {
        let ctx = w.as_owner(&w.vendor).await.with_key("create it");
        let input = WebhookEndpointInput {
            url: "https://a.example/".to_owned(),
            kinds: vec!["*".to_owned()],
        };
        let created = webhook_endpoint_create(w.p(), &ctx, w.vendor.id, input.clone())
            .await
            .unwrap();
        assert!(created.secret.starts_with("whsec_"));
        let again = webhook_endpoint_create(w.p(), &ctx, w.vendor.id, input.clone())
            .await
            .unwrap();
        assert_eq!(
            (again.endpoint.id, &again.secret),
            (created.endpoint.id, &created.secret),
            "the same request twice"
        );
        assert!(!format!("{created:?}").contains(&created.secret));
        let shown = webhook_endpoint_list(w.p(), &ctx, &ListQuery::default())
            .await
            .unwrap();
        assert_eq!(shown.items, [created.endpoint]);
        assert!(!w.is_written_anywhere(&created.secret).await);
        let mut dry = w.as_owner(&w.vendor).await;
        dry.dry_run = true;
        let tried = webhook_endpoint_create(w.p(), &dry, w.vendor.id, input)
            .await
            .unwrap();
        assert_eq!(tried.secret, "", "nothing was kept that it could sign");
    })
    .await;
}

#[tokio::test]
async fn endpoints_belong_to_their_account() {
    each_world(|w| async move {
        let created = endpoint(&w, &w.vendor, "https://a.example/", &["*"]).await;
        let id = created.endpoint.id;
        for stranger in [&w.customer, &w.reseller, &w.other_vendor] {
            let ctx = w.as_owner(stranger).await;
            assert_eq!(
                webhook_endpoint_get(w.p(), &ctx, id)
                    .await
                    .unwrap_err()
                    .code(),
                "not_found"
            );
            assert_eq!(
                webhook_endpoint_delete(w.p(), &ctx, id)
                    .await
                    .unwrap_err()
                    .code(),
                "not_found"
            );
            let listed = webhook_endpoint_list(w.p(), &ctx, &ListQuery::default())
                .await
                .unwrap();
            assert_eq!(listed.items, []);
            let foreign = WebhookEndpointInput {
                url: "https://b.example/".to_owned(),
                kinds: vec!["*".to_owned()],
            };
            let error = webhook_endpoint_create(w.p(), &ctx, w.vendor.id, foreign)
                .await
                .unwrap_err();
            assert_eq!(error.code(), "not_found");
        }
        let support = w.as_role(&w.vendor, Role::Billing).await;
        assert_eq!(
            webhook_endpoint_delete(w.p(), &support, id)
                .await
                .unwrap_err()
                .code(),
            "forbidden"
        );
        let vendor = w.as_owner(&w.vendor).await;
        for (url, kinds, field) in [
            ("ftp://a", vec!["*"], "url"),
            ("https://a.example/", vec!["*", "Order"], "kinds.1"),
        ] {
            let input = WebhookEndpointInput {
                url: url.to_owned(),
                kinds: kinds.into_iter().map(str::to_owned).collect(),
            };
            let error = webhook_endpoint_create(w.p(), &vendor, w.vendor.id, input)
                .await
                .unwrap_err();
            assert_eq!(error.problems()[0].field, field);
        }
        let off = || WebhookEndpointUpdate {
            enabled: Some(false),
            ..Default::default()
        };
        webhook_endpoint_update(w.p(), &vendor, id, Some(1), off())
            .await
            .unwrap();
        let error = webhook_endpoint_update(w.p(), &vendor, id, Some(1), off())
            .await
            .unwrap_err();
        assert_eq!(error.code(), "changed_meanwhile");
    })
    .await;
}

#[tokio::test]
async fn a_removed_endpoint_gets_nothing_more() {
    each_world(|w| async move {
        w.wire(true);
        let receiver = Receiver::start(vec![status(503)]).await;
        let created = endpoint(&w, &w.vendor, &receiver.url, &["subscription.changed"]).await;
        change(&w, SubscriptionId::generate()).await;
        w.drain_now().await;
        webhook_endpoint_delete(w.p(), &w.as_owner(&w.vendor).await, created.endpoint.id)
            .await
            .unwrap();
        change(&w, SubscriptionId::generate()).await;
        w.t.drain().await;
        assert_eq!(receiver.received().len(), 1);
        let [message] = messages(&w, &w.vendor).await.try_into().unwrap();
        assert_eq!(
            (message.state, message.last_error.as_deref()),
            (MessageState::Dead, Some("the endpoint was removed"))
        );
    })
    .await;
}

#[tokio::test]
async fn a_test_goes_to_the_endpoint_that_is_tested() {
    each_world(|w| async move {
        w.wire(true);
        let (tested, other) = (Receiver::start(vec![]).await, Receiver::start(vec![]).await);
        let created = endpoint(&w, &w.vendor, &tested.url, &["order.placed"]).await;
        endpoint(&w, &w.vendor, &other.url, &["*"]).await;
        webhook_endpoint_test(w.p(), &w.as_owner(&w.vendor).await, created.endpoint.id)
            .await
            .unwrap();
        w.drain_now().await;
        assert_eq!(
            tested.received()[0].json()["type"],
            "tradewind.webhook_endpoint.tested"
        );
        assert!(other.received().is_empty());
    })
    .await;
}

#[tokio::test]
async fn addresses_that_only_this_network_can_reach_are_not_called() {
    each_world(|w| async move {
        w.wire(false);
        let receiver = Receiver::start(vec![]).await;
        let port = receiver.url.split(':').nth(2).unwrap().to_owned();
        for host in [
            "127.0.0.1",
            "localhost",
            "[::1]",
            "0x7f.1",
            "169.254.169.254",
        ] {
            endpoint(
                &w,
                &w.vendor,
                &format!("http://{host}:{port}"),
                &["subscription.changed"],
            )
            .await;
        }
        change(&w, SubscriptionId::generate()).await;
        w.drain_now().await;
        let refused = messages(&w, &w.vendor).await;
        assert_eq!(refused.len(), 5);
        for message in refused {
            let error = message.last_error.unwrap();
            assert!(error.contains("not on the public internet"), "{error}");
        }
        assert!(receiver.received().is_empty());
    })
    .await;
}
