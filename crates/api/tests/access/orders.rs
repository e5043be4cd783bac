//! Quotes, orders and subscriptions.

use serde_json::{Value, json};

use super::{
    Case,
    Who::{Customer, OtherReseller, Provider, Reseller, Vendor},
    own_list,
};
use crate::common::World;

/// What the unrelated reseller knows nothing of.
fn of(
    allowed: super::Who,
    operation: &'static str,
    path: fn(&World) -> String,
    body: Option<fn(&World) -> Value>,
    status: u16,
) -> Case {
    Case {
        operation,
        path,
        body,
        unrelated: OtherReseller,
        allowed,
        answers: [401, 404, status],
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let reason: fn(&World) -> Value = |_| json!({ "reason": "Ordered twice" });
    let mut cases = vec![
        own_list("listOrders", |_| "/orders".into()),
        own_list("listSubscriptions", |_| "/subscriptions".into()),
        of(
            Customer,
            "quotePurchase",
            |_| "/quotes/purchase".into(),
            Some(|w| {
                json!({ "customer_id": w.customer.id, "product_id": w.goods.product, "plan_id": w.goods.plan,
                        "quantities": { "seats": "3" } })
            }),
            201,
        ),
        of(
            Customer,
            "quoteChange",
            |_| "/quotes/change".into(),
            Some(
                |w| json!({ "subscription_id": w.goods.subscription, "quantities": { "seats": "3" } }),
            ),
            // It has not begun; changes are quoted in the tests of the flows.
            409,
        ),
        of(
            Customer,
            "quoteCancel",
            |_| "/quotes/cancel".into(),
            Some(|w| json!({ "subscription_id": w.goods.subscription, "when": "now" })),
            409,
        ),
        of(
            Provider,
            "quoteCorrection",
            |_| "/quotes/correction".into(),
            Some(
                |w| json!({ "subscription_id": w.goods.subscription, "from": "2024-01-01", "ended": true, "reason": "Too late" }),
            ),
            // It has not begun; corrections are quoted in the tests of the flows.
            409,
        ),
        of(
            Customer,
            "getQuote",
            |w| format!("/quotes/{}", w.goods.quote),
            None,
            200,
        ),
        of(
            Customer,
            "placeOrder",
            |_| "/orders".into(),
            Some(|w| json!({ "quote_id": w.goods.quote })),
            201,
        ),
        of(
            Customer,
            "quoteBundle",
            |_| "/quotes/bundle".into(),
            Some(|w| json!({ "customer_id": w.customer.id, "bundle_id": w.goods.bundle })),
            201,
        ),
        of(
            Customer,
            "getBundleQuote",
            |w| format!("/quotes/bundle/{}", w.goods.bundle_quote),
            None,
            200,
        ),
        of(
            Customer,
            "placeBundle",
            |_| "/bundle-sales".into(),
            Some(|w| json!({ "quote_id": w.goods.bundle_quote })),
            201,
        ),
        of(
            Customer,
            "getBundleSale",
            |w| format!("/bundle-sales/{}", w.goods.bundle_sale),
            None,
            200,
        ),
        of(
            Customer,
            "getSubscriptionBundle",
            |w| format!("/subscriptions/{}/bundle", w.goods.subscription),
            None,
            200,
        ),
        of(
            Customer,
            "getOrder",
            |w| format!("/orders/{}", w.goods.order),
            None,
            200,
        ),
        of(
            Reseller,
            "rejectOrder",
            |w| format!("/orders/{}/reject", w.goods.order),
            Some(reason),
            200,
        ),
        of(
            Customer,
            "cancelOrder",
            |w| format!("/orders/{}/cancel", w.goods.order),
            Some(reason),
            200,
        ),
        of(
            Reseller,
            "retryOrder",
            |w| format!("/orders/{}/retry", w.goods.order),
            None,
            // Nothing has failed.
            409,
        ),
    ];
    cases.push(Case {
        // The customer knows of its order, but does not approve it.
        unrelated: Customer,
        answers: [401, 403, 200],
        ..of(
            Reseller,
            "approveOrder",
            |w| format!("/orders/{}/approve", w.goods.order),
            None,
            200,
        )
    });
    cases.extend(subscriptions());
    cases
}

fn subscriptions() -> Vec<Case> {
    vec![
        of(
            Vendor,
            "getSubscription",
            |w| format!("/subscriptions/{}", w.goods.subscription),
            None,
            200,
        ),
        of(
            Customer,
            "updateSubscription",
            |w| format!("/subscriptions/{}", w.goods.subscription),
            Some(|_| json!({ "name": "Mail for all of us" })),
            200,
        ),
        of(
            Provider,
            "listSubscriptionOrders",
            |w| format!("/subscriptions/{}/orders", w.goods.subscription),
            None,
            200,
        ),
        of(
            Customer,
            "getUpcomingInvoice",
            |w| format!("/subscriptions/{}/upcoming-invoice", w.goods.subscription),
            None,
            200,
        ),
        of(
            Customer,
            "previewResume",
            |w| format!("/subscriptions/{}/resume", w.goods.subscription),
            None,
            200,
        ),
        // None of this is possible before it has begun.
        of(
            Reseller,
            "suspendSubscription",
            |w| format!("/subscriptions/{}/suspend", w.goods.subscription),
            None,
            409,
        ),
        of(
            Reseller,
            "resumeSubscription",
            |w| format!("/subscriptions/{}/resume", w.goods.subscription),
            None,
            409,
        ),
        of(
            Customer,
            "withdrawScheduledChange",
            |w| format!("/subscriptions/{}/scheduled-change", w.goods.subscription),
            None,
            409,
        ),
        of(
            Customer,
            "withdrawCancellation",
            |w| format!("/subscriptions/{}/cancellation", w.goods.subscription),
            None,
            409,
        ),
    ]
}
