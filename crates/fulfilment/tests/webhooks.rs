//! Webhooks over real connections: signed, acknowledged, tried again, given up.

mod common;

use common::hooks::{change, endpoint, messages, verified};
use common::receiver::{Received, Receiver, Reply, status};
use common::{MESSAGES, each_world};
use serde_json::json;
use tradewind_fulfilment::service::{
    delivery_get, webhook_attempts, webhook_endpoint_get, webhook_endpoint_test,
    webhook_endpoint_update, webhook_message_resend,
};
use tradewind_fulfilment::types::{DeliveryKind, MessageState, WebhookEndpointUpdate};
use tradewind_kernel::Duration;
use tradewind_kernel::id::SubscriptionId;
use tradewind_platform::{Event, NewJob};

#[tokio::test]
async fn the_vendor_is_told_by_a_signed_and_thin_event() {
    each_world(|w| async move {
        w.wire(true);
        let receiver = Receiver::start(vec![]).await;
        let created = endpoint(&w, &w.vendor, &receiver.url, &["delivery.*"]).await;
        let sub = w.subscription().await;
        let delivery = w.deliver(sub, DeliveryKind::Provision).await;
        w.drain_now().await;

        let received = receiver.received();
        let [told] = received.as_slice() else {
            panic!("{received:?}")
        };
        assert_eq!(told.path, "/hook");
        assert!(verified(&w, &created.secret, told));
        let forged = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        assert!(!verified(&w, forged, told));
        let tampered = Received {
            body: told.body.replace("started", "stopped"),
            ..told.clone()
        };
        assert!(!verified(&w, &created.secret, &tampered));
        assert_eq!(
            told.header("content-type"),
            "application/cloudevents+json; charset=utf-8"
        );
        let event = told.json();
        assert_eq!(event["specversion"], "1.0");
        assert_eq!(event["type"], "tradewind.delivery.started");
        assert_eq!(event["source"], "https://tradewind.example");
        assert_eq!(event["subject"], json!(delivery.id));
        assert_eq!(
            event["data"],
            json!({ "kind": "delivery", "id": delivery.id,
            "url": format!("https://tradewind.example/api/v1/deliveries/{}", delivery.id) })
        );

        let vendor = w.as_owner(&w.vendor).await;
        let seen = delivery_get(w.p(), &vendor, delivery.id).await.unwrap();
        let [message] = seen.messages.as_slice() else {
            panic!("{seen:?}")
        };
        assert_eq!(
            (message.state, message.attempts, message.last_status),
            (MessageState::Delivered, 1, Some(204))
        );
        assert_eq!(message.id, told.header("webhook-id"));
        let customer = w.as_owner(&w.customer).await;
        let seen = delivery_get(w.p(), &customer, delivery.id).await.unwrap();
        assert_eq!(
            seen.messages,
            [],
            "how the vendor is told is the vendor's own"
        );
    })
    .await;
}

#[tokio::test]
async fn failures_are_tried_again_and_the_order_of_one_subject_is_kept() {
    each_world(|w| async move {
        w.wire(true);
        let broken = Reply::Status(500, "", "out of \u{0}order".to_owned());
        let receiver =
            Receiver::start(vec![broken, Reply::Garbage, Reply::Close, Reply::Silence]).await;
        endpoint(&w, &w.vendor, &receiver.url, &["subscription.changed"]).await;
        let (one, two) = (SubscriptionId::generate(), SubscriptionId::generate());
        change(&w, one).await;
        change(&w, one).await;
        w.drain_now().await;
        assert_eq!(
            receiver.received().len(),
            1,
            "the second waits for the first"
        );
        change(&w, two).await;
        w.t.drain().await;

        let all = messages(&w, &w.vendor).await;
        assert!(
            all.iter().all(|m| m.state == MessageState::Delivered),
            "{all:?}"
        );
        let subjects: Vec<String> = receiver
            .received()
            .iter()
            .map(|r| r.json()["subject"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(subjects.len(), 7);
        let of_one: Vec<String> = receiver
            .received()
            .iter()
            .filter(|r| r.json()["subject"] == json!(one))
            .map(|r| r.header("webhook-id").to_owned())
            .collect();
        let first = of_one.iter().take_while(|id| **id == of_one[0]).count();
        assert_eq!(
            of_one.last().map(String::as_str),
            Some(
                all.iter()
                    .rfind(|m| m.subject == one.to_string())
                    .unwrap()
                    .id
                    .as_str()
            )
        );
        assert_eq!(
            first + 1,
            of_one.len(),
            "the second is sent once, after the first has arrived"
        );

        let vendor = w.as_owner(&w.vendor).await;
        let mut errors = Vec::new();
        for message in &all {
            for attempt in webhook_attempts(w.p(), &vendor, &message.id).await.unwrap() {
                assert!(!attempt.answer.unwrap_or_default().contains('\u{0}'));
                errors.extend(attempt.error);
            }
        }
        errors.sort();
        assert_eq!(errors.len(), 4);
        assert!(
            errors.iter().any(|e| e == "the receiver answered 500"),
            "{errors:?}"
        );
        assert!(
            errors.iter().any(|e| e.starts_with("no answer within")),
            "{errors:?}"
        );
        assert_eq!(
            errors
                .iter()
                .filter(|e| e.starts_with("the answer broke off"))
                .count(),
            2,
            "{errors:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_is_not_there_is_tried_for_days_and_the_dead_message_stays_visible() {
    each_world(|w| async move {
        w.wire(true);
        let gone = Receiver::start(vec![]).await;
        let port_of_nobody = {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            listener.local_addr().unwrap().port()
        };
        let url = format!("http://127.0.0.1:{port_of_nobody}/");
        let created = endpoint(&w, &w.vendor, &url, &["subscription.changed"]).await;
        change(&w, SubscriptionId::generate()).await;
        w.t.drain().await;
        let [dead] = messages(&w, &w.vendor).await.try_into().unwrap();
        assert_eq!(
            (dead.state, dead.attempts, dead.last_status),
            (MessageState::Dead, 150, None)
        );
        assert!(dead.last_error.unwrap().starts_with("no connection"));

        // Repaired, and sent again by hand.
        let vendor = w.as_owner(&w.vendor).await;
        let update = WebhookEndpointUpdate {
            url: Some(gone.url.clone()),
            ..Default::default()
        };
        webhook_endpoint_update(w.p(), &vendor, created.endpoint.id, None, update)
            .await
            .unwrap();
        webhook_message_resend(w.p(), &vendor, &dead.id)
            .await
            .unwrap();
        w.drain_now().await;
        assert_eq!(gone.received()[0].header("webhook-id"), dead.id);
        let [arrived] = messages(&w, &w.vendor).await.try_into().unwrap();
        assert_eq!(
            (arrived.state, arrived.attempts),
            (MessageState::Delivered, 151)
        );
        let healthy = webhook_endpoint_get(w.p(), &vendor, created.endpoint.id)
            .await
            .unwrap();
        assert_eq!(
            (healthy.consecutive_failures, healthy.failing_since),
            (0, None)
        );
    })
    .await;
}

#[tokio::test]
async fn five_days_of_nothing_but_failures_switch_an_endpoint_off() {
    each_world(|w| async move {
        w.wire(true);
        let receiver = Receiver::start(vec![status(500), status(500)]).await;
        let created = endpoint(&w, &w.vendor, &receiver.url, &["*"]).await;
        change(&w, SubscriptionId::generate()).await;
        w.drain_now().await;
        w.t.clock.advance(Duration::from_secs(5 * 24 * 3_600));
        w.drain_now().await;
        let vendor = w.as_owner(&w.vendor).await;
        let seen = webhook_endpoint_get(w.p(), &vendor, created.endpoint.id)
            .await
            .unwrap();
        assert!(!seen.enabled);
        assert_eq!(seen.consecutive_failures, 2);
        assert_eq!(w.events_of("webhook_endpoint.disabled").await, 1);
        // What is still waiting is given up with the next look, and nothing new is made.
        change(&w, SubscriptionId::generate()).await;
        w.t.drain().await;
        let [message] = messages(&w, &w.vendor).await.try_into().unwrap();
        assert_eq!(message.state, MessageState::Dead);
        assert_eq!(receiver.received().len(), 2);
        let refused = webhook_endpoint_test(w.p(), &vendor, created.endpoint.id)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "endpoint_off");
        // Switched on again, it starts afresh.
        let on = WebhookEndpointUpdate {
            enabled: Some(true),
            ..Default::default()
        };
        let seen = webhook_endpoint_update(w.p(), &vendor, created.endpoint.id, None, on)
            .await
            .unwrap();
        assert_eq!(
            (seen.enabled, seen.consecutive_failures, seen.failing_since),
            (true, 0, None)
        );
    })
    .await;
}

#[tokio::test]
async fn gone_switches_off_at_once_and_retry_after_is_kept() {
    each_world(|w| async move {
        w.wire(true);
        let receiver = Receiver::start(vec![Reply::Status(
            429,
            "retry-after: 7200\r\n",
            String::new(),
        )])
        .await;
        let created = endpoint(&w, &w.vendor, &receiver.url, &["subscription.changed"]).await;
        change(&w, SubscriptionId::generate()).await;
        w.drain_now().await;
        w.t.clock.advance(Duration::from_secs(7_199));
        w.drain_now().await;
        assert_eq!(
            receiver.received().len(),
            1,
            "not before two hours have passed"
        );
        w.t.clock.advance(Duration::from_secs(1));
        receiver.then(vec![status(410)]);
        w.drain_now().await;
        assert_eq!(receiver.received().len(), 2);
        let vendor = w.as_owner(&w.vendor).await;
        assert!(
            !webhook_endpoint_get(w.p(), &vendor, created.endpoint.id)
                .await
                .unwrap()
                .enabled
        );
        let [message] = messages(&w, &w.vendor).await.try_into().unwrap();
        assert_eq!(
            (message.state, message.last_status),
            (MessageState::Dead, Some(410))
        );
        assert_eq!(w.events_of("webhook_endpoint.disabled").await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_event_makes_one_message_however_often_it_is_handed_out() {
    each_world(|w| async move {
        w.wire(true);
        let receiver = Receiver::start(vec![]).await;
        endpoint(
            &w,
            &w.vendor,
            &receiver.url,
            &["subscription.changed", "subscription.*", "*"],
        )
        .await;
        change(&w, SubscriptionId::generate()).await;
        // The same event once more, as if a worker had died after handing it out.
        let told = Event {
            id: tradewind_kernel::id::EventId::generate(),
            kind: "subscription.renamed".to_owned(),
            subject: SubscriptionId::generate().to_string(),
            account: w.customer.id,
            data: json!({ "vendor_id": w.vendor.id }),
            at: w.system().await.now,
            by: "test".to_owned(),
        };
        w.p()
            .command(&w.system().await, "test.twice", &told, |w, told| {
                Box::pin(async move {
                    for _ in 0..2 {
                        w.enqueue(NewJob::new("fulfilment.fan_out", json!(told)));
                    }
                    Ok(())
                })
            })
            .await
            .unwrap();
        w.drain_now().await;
        assert_eq!(w.t.number(&MESSAGES).await, 2);
        assert_eq!(receiver.received().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn everyone_hears_of_their_own_and_nobody_of_others() {
    each_world(|w| async move {
        w.wire(true);
        let hooks = [
            &w.provider,
            &w.reseller,
            &w.customer,
            &w.vendor,
            &w.other_reseller,
            &w.other_customer,
            &w.other_vendor,
        ];
        let mut receivers = Vec::new();
        for account in hooks {
            let receiver = Receiver::start(vec![]).await;
            endpoint(
                &w,
                account,
                &receiver.url,
                &["subscription.changed", "order.placed", "invoice.*"],
            )
            .await;
            receivers.push(receiver);
        }
        let sub = w.subscription().await; // tells of order.placed
        let bare = json!({ "subscription_id": sub });
        w.happen("subscription.changed", &sub.to_string(), bare.clone())
            .await;
        w.happen("invoice.issued", "inv_1", bare).await;
        w.drain_now().await;
        let heard: Vec<usize> = receivers
            .iter()
            .map(|receiver| receiver.received().len())
            .collect();
        assert_eq!(heard, [3, 3, 3, 1, 0, 0, 0]);
        assert_eq!(
            receivers[3].received()[0].json()["type"],
            "tradewind.subscription.changed"
        );
    })
    .await;
}

#[tokio::test]
async fn redirects_are_not_followed_and_long_answers_are_cut() {
    each_world(|w| async move {
        w.wire(true);
        let elsewhere = Receiver::start(vec![]).await;
        let location: &'static str =
            Box::leak(format!("location: {}\r\n", elsewhere.url).into_boxed_str());
        let receiver = Receiver::start(vec![
            Reply::Status(302, location, String::new()),
            Reply::Status(500, "", "x".repeat(1_000_000)),
        ])
        .await;
        endpoint(&w, &w.vendor, &receiver.url, &["subscription.changed"]).await;
        change(&w, SubscriptionId::generate()).await;
        w.t.drain().await;
        assert!(elsewhere.received().is_empty());
        let [message] = messages(&w, &w.vendor).await.try_into().unwrap();
        let attempts = webhook_attempts(w.p(), &w.as_owner(&w.vendor).await, &message.id)
            .await
            .unwrap();
        let statuses: Vec<Option<u32>> = attempts.iter().map(|attempt| attempt.status).collect();
        assert_eq!(statuses, [Some(204), Some(500), Some(302)]);
        assert_eq!(attempts[1].answer.as_ref().map(String::len), Some(2_048));
        let told = attempts[2].error.as_deref().unwrap();
        assert_eq!(
            told,
            "the receiver answered 302; redirects are not followed"
        );
    })
    .await;
}
