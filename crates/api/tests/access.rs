//! Every operation, tried by nobody, by someone unrelated, and by someone who may. An operation without a case fails.

#[path = "access/accounts.rs"]
mod accounts;
#[path = "access/catalogue.rs"]
mod catalogue;
mod common;
#[path = "access/delivery.rs"]
mod delivery;
#[path = "access/dunning.rs"]
mod dunning;
#[path = "access/money.rs"]
mod money;
#[path = "access/orders.rs"]
mod orders;
#[path = "access/settlements.rs"]
mod settlements;
#[path = "access/tax.rs"]
mod tax;
#[path = "access/usage.rs"]
mod usage;

use std::collections::BTreeMap;

use common::World;
use http::Method;
use serde_json::Value;

/// Who sends a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who {
    /// Without any credential.
    Nobody,
    /// The key of the provider; like all keys here with all rights at its account.
    Provider,
    /// The key of a reseller.
    Reseller,
    /// The key of another reseller.
    OtherReseller,
    /// The key of the first reseller's customer.
    Customer,
    Vendor,
    /// A person of the provider, by session.
    Ada,
}

/// What an operation answers to whom.
pub(crate) struct Case {
    /// The operation's id in the description.
    pub operation: &'static str,
    /// The address below `/api/v1`.
    pub path: fn(&World) -> String,
    /// The body.
    pub body: Option<fn(&World) -> Value>,
    /// Someone with all rights elsewhere.
    pub unrelated: Who,
    /// Someone who may.
    pub allowed: Who,
    /// The answers to nobody, the unrelated and the allowed one.
    pub answers: [u16; 3],
}

impl Who {
    fn secret(self, w: &World) -> Option<&str> {
        match self {
            Self::Nobody => None,
            Self::Provider => Some(&w.provider.key),
            Self::Reseller => Some(&w.reseller.key),
            Self::OtherReseller => Some(&w.other_reseller.key),
            Self::Customer => Some(&w.customer.key),
            Self::Vendor => Some(&w.vendor.key),
            Self::Ada => Some(&w.token),
        }
    }
}

/// A list that everybody with an account may ask for; what is in it differs.
fn own_list(operation: &'static str, path: fn(&World) -> String) -> Case {
    Case {
        operation,
        path,
        body: None,
        unrelated: Who::Customer,
        allowed: Who::Provider,
        answers: [401, 200, 200],
    }
}

fn cases() -> Vec<Case> {
    [
        accounts::cases(),
        catalogue::cases(),
        delivery::cases(),
        money::cases(),
        orders::cases(),
        dunning::cases(),
        settlements::cases(),
        tax::cases(),
        usage::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// An operation as the description has it.
struct Operation {
    method: Method,
    path: String,
    /// Whether the version that a change is based on has to be named.
    needs_version: bool,
}

/// Every operation, by its id.
fn operations() -> BTreeMap<String, Operation> {
    let document = serde_json::to_value(tradewind_api::document()).expect("json");
    let mut found = BTreeMap::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            let method: Method = method.to_uppercase().parse().expect("a method");
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let operation = Operation {
                method,
                path: path.clone(),
                needs_version: parameters
                    .clone()
                    .any(|one| one["name"] == "If-Match" && one["required"] == true),
            };
            let earlier = found.insert(id.clone(), operation);
            assert!(earlier.is_none(), "{id} is the id of two operations");
        }
    }
    found
}

#[test]
fn every_operation_has_its_case() {
    let operations = operations();
    let cases = cases();
    let mut problems = Vec::new();
    for id in operations.keys() {
        match cases.iter().filter(|case| case.operation == id).count() {
            1 => {}
            count => problems.push(format!("{id} has {count} cases")),
        }
    }
    for case in &cases {
        if !operations.contains_key(case.operation) {
            problems.push(format!("{} is no operation", case.operation));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[tokio::test]
async fn operations_answer_by_who_asks() {
    let operations = operations();
    let mut problems = Vec::new();
    // What only reads leaves the world as it is.
    let read_only = World::new().await;
    for case in cases() {
        let operation = &operations[case.operation];
        let own;
        let w = if operation.method == Method::GET {
            &read_only
        } else {
            own = World::new().await;
            &own
        };
        let template = &operation.path;
        let path = format!("/api/v1{}", (case.path)(w));
        let shape = |path: &str| {
            path.split('?')
                .next()
                .unwrap_or_default()
                .matches('/')
                .count()
        };
        assert_eq!(shape(&path), shape(template), "{}: {path}", case.operation);
        for (who, expected) in [Who::Nobody, case.unrelated, case.allowed]
            .into_iter()
            .zip(case.answers)
        {
            let before = w.audits().await;
            let bearer = who.secret(w).map(|secret| format!("Bearer {secret}"));
            let realm = w.realm.to_string();
            let mut headers = vec![("tradewind-realm", realm.as_str())];
            if let Some(bearer) = &bearer {
                headers.push(("authorization", bearer));
            }
            let version = format!("\"{}\"", w.version_for(case.operation));
            if operation.needs_version {
                headers.push(("if-match", &version));
            }
            let body = case.body.map(|body| body(w));
            let answer = w
                .send(operation.method.clone(), &path, &headers, body)
                .await;
            if answer.status.as_u16() != expected {
                problems.push(format!(
                    "{} by {who:?}: {} instead of {expected}: {}",
                    case.operation, answer.status, answer.text
                ));
            }
            if answer.status.is_client_error() {
                assert_eq!(answer.header("content-type"), "application/problem+json");
                assert_eq!(
                    w.audits().await,
                    before,
                    "{} by {who:?} changed something",
                    case.operation
                );
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
