//! Deliveries, access data and webhooks.

use serde_json::json;

use super::{
    Case,
    Who::{Customer, OtherReseller, Provider, Reseller, Vendor},
    own_list,
};

/// What one who has nothing to do with it takes for missing.
fn hidden(case: Case, status: u16) -> Case {
    Case {
        unrelated: OtherReseller,
        answers: [401, 404, status],
        ..case
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = vec![
        own_list("listDeliveries", |_| "/deliveries".into()),
        own_list("listWebhooks", |_| "/webhooks".into()),
        own_list("listWebhookMessages", |_| "/webhook-messages".into()),
    ];
    cases.extend(deliveries());
    cases.extend(access());
    cases.extend(webhooks());
    cases
}

fn deliveries() -> Vec<Case> {
    let by_vendor = |operation, path| Case {
        allowed: Vendor,
        ..own_list(operation, path)
    };
    vec![
        hidden(
            by_vendor("getDelivery", |w| {
                format!("/deliveries/{}", w.sale.delivery)
            }),
            200,
        ),
        hidden(
            by_vendor("startDelivery", |w| {
                format!("/deliveries/{}/start", w.sale.delivery)
            }),
            200,
        ),
        hidden(
            Case {
                body: Some(|_| json!({ "outcome": "failed", "message": "No room left." })),
                ..by_vendor("reportDelivery", |w| {
                    format!("/deliveries/{}/report", w.sale.delivery)
                })
            },
            200,
        ),
        hidden(
            Case {
                allowed: Provider,
                ..by_vendor("retryDelivery", |w| {
                    format!("/deliveries/{}/retry", w.sale.delivery)
                })
            },
            // It has not failed.
            409,
        ),
    ]
}

fn access() -> Vec<Case> {
    let by_vendor = |operation, path, body| Case {
        allowed: Vendor,
        body: Some(body),
        ..own_list(operation, path)
    };
    vec![
        hidden(
            Case {
                allowed: Customer,
                ..own_list("getAccess", |w| {
                    format!("/subscriptions/{}/access", w.sale.subscription)
                })
            },
            200,
        ),
        hidden(
            by_vendor(
                "setAccessEndpoints",
                |w| format!("/subscriptions/{}/access/endpoints", w.sale.subscription),
                |_| json!({ "endpoints": [{ "url": "https://mail.example", "label": { "en": "Mail" }, "category": "app" }] }),
            ),
            200,
        ),
        hidden(
            by_vendor(
                "setAccessInstructions",
                |w| format!("/subscriptions/{}/access/instructions", w.sale.subscription),
                |_| json!({ "instructions": { "en": "Sign in." } }),
            ),
            200,
        ),
        hidden(
            by_vendor(
                "setAccessCredentials",
                |w| format!("/subscriptions/{}/access/credentials", w.sale.subscription),
                |_| json!({ "credentials": [{ "code": "user", "label": { "en": "User" }, "value": "admin" }] }),
            ),
            200,
        ),
        hidden(
            Case {
                allowed: Customer,
                ..own_list("revealCredential", |w| {
                    format!(
                        "/subscriptions/{}/access/credentials/password/reveal",
                        w.sale.subscription
                    )
                })
            },
            200,
        ),
    ]
}

fn webhooks() -> Vec<Case> {
    let by_reseller = |operation, path| Case {
        allowed: Reseller,
        ..own_list(operation, path)
    };
    vec![
        hidden(
            Case {
                body: Some(
                    |_| json!({ "url": "https://hooks.example/more", "kinds": ["invoice.*"] }),
                ),
                ..by_reseller("createWebhook", |w| {
                    format!("/accounts/{}/webhooks", w.reseller.id)
                })
            },
            201,
        ),
        hidden(
            by_reseller("getWebhook", |w| format!("/webhooks/{}", w.sale.webhook)),
            200,
        ),
        hidden(
            Case {
                body: Some(|_| json!({ "enabled": false })),
                ..by_reseller("updateWebhook", |w| format!("/webhooks/{}", w.sale.webhook))
            },
            200,
        ),
        hidden(
            by_reseller("removeWebhook", |w| format!("/webhooks/{}", w.sale.webhook)),
            204,
        ),
        hidden(
            Case {
                body: Some(|_| json!({ "keep_former_hours": 1 })),
                ..by_reseller("rotateWebhookSecret", |w| {
                    format!("/webhooks/{}/rotate", w.sale.webhook)
                })
            },
            200,
        ),
        hidden(
            by_reseller("testWebhook", |w| {
                format!("/webhooks/{}/test", w.sale.webhook)
            }),
            204,
        ),
        hidden(
            by_reseller("getWebhookMessage", |w| {
                format!("/webhook-messages/{}", w.sale.message)
            }),
            200,
        ),
        hidden(
            by_reseller("listWebhookAttempts", |w| {
                format!("/webhook-messages/{}/attempts", w.sale.message)
            }),
            200,
        ),
        hidden(
            by_reseller("resendWebhookMessage", |w| {
                format!("/webhook-messages/{}/resend", w.sale.message)
            }),
            200,
        ),
    ]
}
