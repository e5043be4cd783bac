//! Accounts, relationships, people, sessions, keys, journal, jobs and the clock.

use serde_json::json;
use tradewind_kernel::id::JobId;

use super::{
    Case,
    Who::{Ada, Customer, OtherReseller, Provider, Reseller, Vendor},
    own_list,
};
use crate::common::PASSWORD;

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = vec![
        own_list("listAccounts", |_| "/accounts".into()),
        own_list("listRelationships", |_| "/relationships".into()),
        own_list("listAudit", |_| "/audit".into()),
        own_list("listEvents", |_| "/events".into()),
        own_list("listSessions", |_| "/sessions".into()),
        own_list("getMe", |_| "/me".into()),
    ];
    cases.extend([
        Case {
            operation: "createAccount",
            path: |_| "/accounts".into(),
            body: Some(|w| json!({ "parent": w.reseller.id, "kind": "customer", "name": "New", "country": "DE", "email": "a@new.example" })),
            unrelated: OtherReseller,
            allowed: Reseller,
            answers: [401, 404, 201],
        },
        Case {
            operation: "getAccount",
            path: |w| format!("/accounts/{}", w.customer.id),
            body: None,
            unrelated: OtherReseller,
            allowed: Customer,
            answers: [401, 404, 200],
        },
        Case {
            operation: "updateAccount",
            path: |w| format!("/accounts/{}", w.customer.id),
            body: Some(|_| json!({ "name": "Acme Ltd" })),
            unrelated: OtherReseller,
            allowed: Customer,
            answers: [401, 404, 200],
        },
        Case {
            operation: "closeAccount",
            path: |w| format!("/accounts/{}/close", w.customer.id),
            body: None,
            unrelated: OtherReseller,
            allowed: Reseller,
            // It has a subscription.
            answers: [401, 404, 409],
        },
        Case {
            operation: "getRelationship",
            path: |w| format!("/relationships/{}", w.relationship),
            body: None,
            unrelated: Customer,
            allowed: Reseller,
            answers: [401, 404, 200],
        },
        Case {
            operation: "updateRelationship",
            path: |w| format!("/relationships/{}", w.relationship),
            body: Some(|_| json!({ "payment_terms_days": 30 })),
            unrelated: Customer,
            allowed: Reseller,
            answers: [401, 404, 200],
        },
        Case {
            operation: "listMembers",
            path: |w| format!("/accounts/{}/members", w.customer.id),
            body: None,
            unrelated: OtherReseller,
            allowed: Customer,
            answers: [401, 404, 200],
        },
        Case {
            operation: "inviteMember",
            path: |w| format!("/accounts/{}/members", w.customer.id),
            body: Some(|_| json!({ "email": "olga@acme.example", "roles": ["admin"] })),
            unrelated: OtherReseller,
            allowed: Customer,
            answers: [401, 404, 201],
        },
        Case {
            operation: "setMemberRoles",
            path: |w| format!("/accounts/{}/members/{}/roles", w.provider.id, w.ada),
            body: Some(|_| json!({ "roles": ["owner", "billing"] })),
            unrelated: Reseller,
            allowed: Provider,
            answers: [401, 404, 200],
        },
        Case {
            operation: "removeMember",
            path: |w| format!("/accounts/{}/members/{}", w.provider.id, w.ada),
            body: None,
            unrelated: Reseller,
            allowed: Provider,
            // Ada is the last owner.
            answers: [401, 404, 409],
        },
        Case {
            operation: "listApiKeys",
            path: |w| format!("/accounts/{}/api-keys", w.customer.id),
            body: None,
            unrelated: OtherReseller,
            allowed: Customer,
            answers: [401, 404, 200],
        },
        Case {
            operation: "createApiKey",
            path: |w| format!("/accounts/{}/api-keys", w.customer.id),
            body: Some(|_| json!({ "name": "CI", "roles": ["support"], "scopes": ["order.view"] })),
            unrelated: OtherReseller,
            allowed: Customer,
            answers: [401, 404, 201],
        },
        Case {
            operation: "revokeApiKey",
            path: |w| format!("/api-keys/{}/revoke", w.customer.key_id),
            body: None,
            unrelated: OtherReseller,
            allowed: Customer,
            answers: [401, 404, 200],
        },
        Case {
            operation: "listJobs",
            path: |_| "/jobs".into(),
            body: None,
            unrelated: Reseller,
            allowed: Provider,
            answers: [401, 404, 200],
        },
        Case {
            operation: "retryJob",
            path: |_| format!("/jobs/{}/retry", JobId::generate()),
            body: None,
            unrelated: Reseller,
            allowed: Provider,
            // There is none; that a dead one runs again is tested with the jobs.
            answers: [401, 404, 404],
        },
        Case {
            // What time it is is known to everybody in the realm; moving it is the provider's.
            operation: "getClock",
            path: |_| "/clock".into(),
            body: None,
            unrelated: Customer,
            allowed: Vendor,
            answers: [401, 200, 200],
        },
        Case {
            operation: "travelClock",
            path: |_| "/clock/travel".into(),
            body: Some(|_| json!({ "to": "2030-01-01T00:00:00Z" })),
            unrelated: Reseller,
            allowed: Provider,
            answers: [401, 404, 202],
        },
        Case {
            operation: "signIn",
            path: |_| "/sessions".into(),
            body: Some(|_| json!({ "email": "ada@provider.example", "password": PASSWORD })),
            unrelated: Reseller,
            allowed: Ada,
            answers: [201, 201, 201],
        },
        Case {
            operation: "endSession",
            path: |w| format!("/sessions/{}", w.session),
            body: None,
            unrelated: Provider,
            allowed: Ada,
            answers: [401, 404, 204],
        },
        Case {
            operation: "switchAccount",
            path: |w| format!("/sessions/{}/account", w.session),
            body: Some(|w| json!({ "account": w.provider.id })),
            unrelated: Provider,
            allowed: Ada,
            answers: [401, 404, 204],
        },
        Case {
            operation: "startActing",
            path: |w| format!("/sessions/{}/acting", w.session),
            body: Some(|w| json!({ "account": w.customer.id, "reason": "Ticket 17" })),
            unrelated: Provider,
            allowed: Ada,
            answers: [401, 404, 200],
        },
        Case {
            operation: "stopActing",
            path: |w| format!("/sessions/{}/acting", w.session),
            body: None,
            unrelated: Provider,
            allowed: Ada,
            answers: [401, 404, 200],
        },
        Case {
            operation: "changePassword",
            path: |_| "/me/password".into(),
            body: Some(|_| json!({ "current": PASSWORD, "password": "another long phrase" })),
            unrelated: Provider,
            allowed: Ada,
            answers: [401, 409, 200],
        },
        Case {
            operation: "resendVerification",
            path: |_| "/me/email-verification".into(),
            body: None,
            unrelated: Provider,
            allowed: Ada,
            // Ada's address is verified already.
            answers: [401, 409, 409],
        },
    ]);
    cases.extend(open());
    cases
}

/// What everybody may do.
fn open() -> Vec<Case> {
    let open = |operation, path, body, status| Case {
        operation,
        path,
        body,
        unrelated: Customer,
        allowed: Provider,
        answers: [status; 3],
    };
    vec![
        open("getRealm", |_| "/realm".into(), None, 200),
        open("listStorefronts", |_| "/storefronts".into(), None, 200),
        open(
            "getStorefront",
            |_| "/storefronts/nordwind".into(),
            None,
            200,
        ),
        Case {
            // The second and third time the address is taken.
            answers: [201, 422, 422],
            ..open(
                "signUp",
                |_| "/sign-ups".into(),
                Some(|_| {
                    json!({ "storefront": "nordwind", "company": "Comet", "country": "DE", "name": "Cleo",
                            "email": "cleo@comet.example", "password": PASSWORD })
                }),
                201,
            )
        },
        open(
            "requestPasswordReset",
            |_| "/password-resets".into(),
            Some(|_| json!({ "email": "ada@provider.example" })),
            204,
        ),
        // Links are secrets of their own; that right ones work is told elsewhere.
        open(
            "verifyEmail",
            |_| "/email-verifications".into(),
            Some(|_| json!({ "token": "twt_wrong" })),
            422,
        ),
        open(
            "confirmPasswordReset",
            |_| "/password-resets/confirm".into(),
            Some(|_| json!({ "token": "twt_wrong", "password": PASSWORD })),
            422,
        ),
        open(
            "acceptInvitation",
            |_| "/invitations/accept".into(),
            Some(|_| json!({ "token": "twt_wrong", "password": PASSWORD })),
            422,
        ),
    ]
}
