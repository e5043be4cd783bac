//! What sellers do about buyers who do not pay.

use serde_json::json;

use super::{
    Case,
    Who::{OtherReseller, Reseller},
    own_list,
};
use crate::common::World;

fn of_buyer(w: &World, what: &str) -> String {
    format!(
        "/accounts/{}/buyers/{}/{what}",
        w.reseller.id, w.customer.id
    )
}

pub(crate) fn cases() -> Vec<Case> {
    let case = |operation, path: fn(&World) -> String, status| Case {
        unrelated: OtherReseller,
        allowed: Reseller,
        answers: [401, 404, status],
        ..own_list(operation, path)
    };
    vec![
        case(
            "getDunning",
            |w| format!("/accounts/{}/dunning", w.reseller.id),
            200,
        ),
        Case {
            body: Some(|_| json!({ "steps": [{ "after_days": 5, "action": "remind" }] })),
            ..case(
                "setDunning",
                |w| format!("/accounts/{}/dunning", w.reseller.id),
                200,
            )
        },
        case(
            "listAccountClasses",
            |w| format!("/accounts/{}/classes", w.reseller.id),
            200,
        ),
        Case {
            body: Some(
                |_| json!({ "name": "Key", "policy": { "steps": [{ "after_days": 5, "action": "restrict" }] } }),
            ),
            ..case(
                "setAccountClass",
                |w| format!("/accounts/{}/classes/key", w.reseller.id),
                200,
            )
        },
        case(
            "removeAccountClass",
            |w| format!("/accounts/{}/classes/key", w.reseller.id),
            404,
        ),
        case("getBuyerDunning", |w| of_buyer(w, "dunning"), 200),
        Case {
            body: Some(|_| json!({})),
            ..case("assignAccountClass", |w| of_buyer(w, "class"), 200)
        },
        Case {
            body: Some(|_| json!({ "until": "2024-03-20", "reason": "Called" })),
            ..case("pauseBuyerDunning", |w| of_buyer(w, "dunning/pause"), 200)
        },
        case("resumeBuyerDunning", |w| of_buyer(w, "dunning/pause"), 200),
        Case {
            body: Some(|_| json!({ "reason": "Disputed" })),
            ..case("holdBuyerCredit", |w| of_buyer(w, "credit-hold"), 200)
        },
        case("releaseBuyerCredit", |w| of_buyer(w, "credit-hold"), 409),
    ]
}
