//! A vendor's panel.

use tradewind_web::view::Page;
use tradewind_web::view::kit::ListState;
use tradewind_web::view::panel::*;
use tradewind_web::view::shared::{FormState, SubscriptionsPage};
use tradewind_web::view::shell::Permit;
use tradewind_web::view::vendor::*;

use super::catalogue;
use super::{account, rows};
use crate::Entries;
use crate::sample::{Look, ts};

pub(crate) fn entries() -> Entries {
    vec![
        ("vendor-tasks", |look| {
            TasksPage {
                base: "/vendor",
                rows: vec![
                    task("provision", "pending"),
                    task("change", "in_progress"),
                    task("remove", "pending"),
                ],
                state: ListState::at("/vendor"),
            }
            .page(look.vendor("/vendor"))
        }),
        ("vendor-tasks-empty", |look| {
            TasksPage {
                base: "/vendor",
                rows: Vec::new(),
                state: ListState::at("/vendor"),
            }
            .page(look.vendor("/vendor"))
        }),
        ("vendor-task", |look| {
            TaskPage {
                base: "/vendor",
                row: task("change", "in_progress"),
                configuration: vec![
                    ("Domain".into(), "hansa.example".into()),
                    ("Region".into(), "Germany".into()),
                    ("Seats".into(), "12".into()),
                ],
                changes: vec![("Seats".into(), "10".into(), "12".into())],
                endpoints: 2,
                secrets: 1,
                known_secrets: vec!["Admin password".into()],
                form: FormState::of([("endpoint.1.url", "mail.hansa")]).wrong(
                    "endpoint.1.url",
                    "An address begins with https:// or names a host and a port.",
                ),
                report: Permit::Yes,
            }
            .page(look.vendor("/vendor/tasks/x"))
        }),
        ("vendor-deliveries", |look| {
            DeliveriesPage {
                base: "/vendor",
                rows: vec![
                    delivery("provision", "retrying"),
                    delivery("change", "succeeded"),
                    delivery("remove", "failed"),
                ],
                state: ListState::at("/vendor/deliveries"),
            }
            .page(look.vendor("/vendor/deliveries"))
        }),
        ("vendor-delivery", attempts),
        ("vendor-subscriptions", |look| {
            SubscriptionsPage {
                base: "/vendor",
                rows: rows::subscriptions(),
                state: ListState::at("/vendor/subscriptions"),
            }
            .page(look.vendor("/vendor/subscriptions"))
        }),
        ("vendor-products", |look| {
            catalogue::products("/vendor", true).page(look.vendor("/vendor/products"))
        }),
        ("vendor-product", |look| {
            catalogue::editor("/vendor", true).page(look.vendor("/vendor/products/x"))
        }),
        ("vendor-webhooks", |look| webhooks(look, true)),
        ("vendor-webhooks-empty", |look| webhooks(look, false)),
        ("vendor-api-keys", |look| {
            account::keys("/vendor", false).page(look.vendor("/vendor/api-keys"))
        }),
    ]
}

fn task(action: &'static str, state: &'static str) -> TaskRow {
    TaskRow {
        id: "dlv_01ksd2v7nwe0v9wm0q3w4v5x6y".into(),
        action: action.into(),
        product: "Lighthouse Desk · Team".into(),
        customer: "Hansa Logistik GmbH".into(),
        state: state.into(),
        since: ts("2026-11-22T07:30:00Z"),
        age: "2 h".into(),
    }
}

fn delivery(action: &'static str, state: &'static str) -> DeliveryRow {
    DeliveryRow {
        id: "dlv_1".into(),
        action: action.into(),
        product: "Tidemail · Business".into(),
        subscription: (
            "Tidemail · hansa.example".into(),
            "/vendor/subscriptions/x".into(),
        ),
        customer: "Hansa Logistik GmbH".into(),
        state: state.into(),
        attempts: (3, 8),
        at: ts("2026-11-22T09:12:05Z"),
        next: (state == "retrying").then(|| ts("2026-11-22T09:20:05Z")),
    }
}

fn attempts(look: &Look) -> Page {
    let attempt = |number: u32, state: &'static str, outcome: &'static str| {
        AttemptRow { number, at: ts("2026-11-22T09:14:05Z"), state: state.into(), outcome: outcome.into(), exchange: "POST /hooks HTTP/1.1\nwebhook-id: evt_01ksd2v7nwe0v9wm0q3w4v5x6y\nwebhook-signature: v1,••••\n\nHTTP/1.1 503 Service Unavailable\nretry-after: 120".into() }
    };
    DeliveryPage {
        base: "/vendor",
        row: delivery("provision", "retrying"),
        endpoint: "https://provision.tidemark.example/hooks".into(),
        attempts: vec![attempt(3, "failed", "no answer within 10 seconds"), attempt(2, "failed", "503 Service Unavailable"), attempt(1, "failed", "the answer was not JSON")],
        late: vec![LateReportRow {
            outcome: "succeeded".into(),
            message: "Mailbox created after all.".into(),
            at: ts("2026-11-22T10:02:00Z"),
            times: 3,
        }],
        event: "{\n  \"specversion\": \"1.0\",\n  \"type\": \"delivery.requested\",\n  \"source\": \"/realms/demo\",\n  \"subject\": \"dlv_01ksd2v7nwe0v9wm0q3w4v5x6y\",\n  \"data\": { \"action\": \"provision\", \"subscription\": \"/api/v1/subscriptions/sub_01ksd2v7nwe0v9wm0q3w4v5x6y\" }\n}".into(),
        retry: Permit::Yes,
        moving: true,
    }
    .page(look.vendor("/vendor/deliveries/x"))
}

fn webhooks(look: &Look, full: bool) -> Page {
    let endpoint = WebhookEndpoint {
        id: "whk_1".into(),
        url: "https://provision.tidemark.example/hooks".into(),
        events: vec!["delivery.requested".into(), "subscription.*".into()],
        state: "active".into(),
        last: Some((ts("2026-11-22T09:14:05Z"), "failed".into())),
        failing: 3,
    };
    WebhooksPage {
        base: "/vendor",
        endpoints: if full { vec![endpoint] } else { Vec::new() },
        fresh: full.then(|| "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()),
        events: vec![
            (
                "delivery.requested".into(),
                "something is to be set up, changed or removed".into(),
            ),
            (
                "subscription.*".into(),
                "every change of a subscription".into(),
            ),
        ],
        form: FormState::default(),
    }
    .page(look.vendor("/vendor/webhooks"))
}
