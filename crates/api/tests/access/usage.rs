//! Usage, imports, held records, sub-accounts.

use serde_json::{Value, json};
use tradewind_kernel::id::{ImportId, SubscriptionId};

use super::{
    Case,
    Who::{OtherReseller, Provider, Reseller},
};
use crate::common::World;

/// Something of the provider's alone.
fn provider_only(
    operation: &'static str,
    path: fn(&World) -> String,
    body: Option<fn(&World) -> Value>,
    answer: u16,
) -> Case {
    Case {
        operation,
        path,
        body,
        unrelated: Reseller,
        allowed: Provider,
        answers: [401, 404, answer],
    }
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        // Every record is answered for itself: see the tests of usage.
        Case {
            operation: "reportUsage",
            path: |_| "/usage".into(),
            body: Some(|_| json!({ "records": [] })),
            unrelated: OtherReseller,
            allowed: Provider,
            answers: [401, 200, 200],
        },
        Case {
            operation: "cancelUsage",
            path: |_| "/usage/cancel".into(),
            body: Some(
                |_| json!({ "records": [{ "source": "meter", "external_id": "1" }], "reason": "Twice" }),
            ),
            unrelated: OtherReseller,
            allowed: Provider,
            answers: [401, 404, 404],
        },
        Case {
            operation: "amendUsage",
            path: |_| "/usage/amend".into(),
            body: Some(
                |_| json!({ "source": "meter", "external_id": "1", "replacement_id": "2", "reason": "Wrong" }),
            ),
            unrelated: OtherReseller,
            allowed: Provider,
            answers: [401, 404, 404],
        },
        // There is no subscription in this world; who sees what of one is in the tests of usage.
        provider_only(
            "listUsageRecords",
            |_| format!("/subscriptions/{}/usage", SubscriptionId::generate()),
            None,
            404,
        ),
        provider_only(
            "listUsageTotals",
            |_| format!("/subscriptions/{}/usage-totals", SubscriptionId::generate()),
            None,
            404,
        ),
        provider_only("listUsageImports", |_| "/usage-imports".into(), None, 200),
        // JSON is no file: a refusal that comes after the question who asks.
        provider_only(
            "importUsage",
            |_| "/usage-imports?file_name=a.csv".into(),
            Some(|_| json!({})),
            415,
        ),
        provider_only(
            "getUsageImport",
            |_| format!("/usage-imports/{}", ImportId::generate()),
            None,
            404,
        ),
        provider_only("listHeldUsage", |_| "/held-usage".into(), None, 200),
        provider_only(
            "getLateUsagePolicy",
            |_| "/late-usage/policy".into(),
            None,
            200,
        ),
        provider_only(
            "setLateUsagePolicy",
            |_| "/late-usage/policy".into(),
            Some(|_| json!({ "window_days": 30, "late_as": "past_period" })),
            200,
        ),
        provider_only("listLateUsage", |_| "/late-usage".into(), None, 200),
        provider_only(
            "decideLateUsage",
            |_| "/late-usage/decide".into(),
            Some(
                |_| json!({ "records": [{ "source": "meter", "external_id": "1" }], "decision": "count" }),
            ),
            404,
        ),
        provider_only(
            "listLateUsageOfSubscription",
            |_| format!("/subscriptions/{}/late-usage", SubscriptionId::generate()),
            None,
            404,
        ),
        provider_only("listSubAccounts", |_| "/sub-accounts".into(), None, 200),
        provider_only(
            "assignSubAccount",
            |_| "/sub-accounts/assign".into(),
            Some(
                |_| json!({ "source": "AWS", "external_id": "517", "subscription_id": SubscriptionId::generate() }),
            ),
            404,
        ),
        provider_only(
            "assignSubAccounts",
            |_| "/sub-accounts/assign-many".into(),
            Some(|_| json!({})),
            415,
        ),
    ]
}
